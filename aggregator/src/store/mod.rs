//! The store: what the log says, the bytes behind it, and who may speak. SQLite or PostgreSQL, the same SQL.
//!
//! Only the sequencer writes what the log says ([`Tx`]); everybody may read ([`Store`]). Beside the log stands one thing:
//! the day on which each authority was last heard ([`Store::hear`]). Log entries live here, tiles are computed from
//! them. Whoever can change the store can withhold or destroy what it holds, and can put in the registry a key of their
//! own; they cannot change what was logged without a break in the checkpoints that agents, witnesses and the remembered
//! checkpoint beside the keys hold. Noisy cells are in it, exact figures never.

mod heard;
mod postgres;
mod read;
mod sqlite;
mod write;

pub use read::{FrameworkRow, KeyRow, MessageRow, ReleaseRow, RoundRow, Stages};
pub use write::{Known, Tx};

use std::borrow::Cow;

use shared::ids::{AuthorityId, Digest};
use shared::time::Timestamp;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, SqlSafeStr as _};

/// Why the store did not answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused or is away.
    #[error("the database did not do what was asked")]
    Database(#[source] sqlx::Error),
    /// Its tables could not be made or brought up to date.
    #[error("the database's tables could not be made or brought up to date")]
    Migration(#[source] sqlx::migrate::MigrateError),
    /// Its file cannot be made.
    #[error("the store's file cannot be made")]
    File(#[source] std::io::Error),
    /// The address names no database that is known here.
    #[error("a store's address begins with sqlite: or postgres:")]
    Address,
    /// There is no log in it.
    #[error("the store holds no log; init creates one")]
    Empty,
    /// A value in it is not what this program writes.
    #[error("the store holds a damaged {0}")]
    Damaged(&'static str),
    /// The log moved although it was locked.
    #[error("the log moved under a locked transaction")]
    Moved,
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

/// Runs the same code on whichever database a value holds.
macro_rules! each {
    ($on:expr, $connection:ident => $body:expr) => {
        match $on {
            Self::Sqlite($connection) => $body,
            Self::Postgres($connection) => $body,
        }
    };
}
pub(crate) use each;

/// A database with the aggregator's tables.
#[derive(Clone)]
pub enum Store {
    /// One file.
    Sqlite(sqlx::SqlitePool),
    /// A server.
    Postgres(sqlx::PgPool),
}

/// The log's present end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Name of the log.
    pub origin: String,
    /// Number of leaves.
    pub size: u64,
    /// Root over them.
    pub root: Digest,
    /// Signed checkpoint of this size.
    pub note: String,
    /// Counts changes of keys, certificates and rounds: a registry that was read at this version is still right.
    pub registry_version: i64,
}

/// A client certificate that was issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateRow {
    /// Serial number, lower-case hexadecimal.
    pub serial: String,
    /// To whom.
    pub authority: AuthorityId,
    /// Last second of its life.
    pub not_after: Timestamp,
    /// Whether it was revoked.
    pub revoked: bool,
}

impl Store {
    /// Opens a store and brings its tables up to date; creates the file of a SQLite store.
    pub async fn create(url: &str) -> Result<Self, StoreError> {
        Self::connect(url, true).await
    }
    /// Opens a store that exists and brings its tables up to date.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        Self::connect(url, false).await
    }

    async fn connect(url: &str, create: bool) -> Result<Self, StoreError> {
        let store = if url.starts_with("sqlite:") {
            Self::Sqlite(sqlite::connect(url, create).await?)
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            Self::Postgres(postgres::connect(url).await?)
        } else {
            return Err(StoreError::Address);
        };
        store.migrate().await?;
        Ok(store)
    }

    async fn migrate(&self) -> Result<(), StoreError> {
        let list = match self {
            Self::Sqlite(_) => sqlite::MIGRATIONS,
            Self::Postgres(_) => postgres::MIGRATIONS,
        };
        let migration = |(version, name, sql): &(i64, &'static str, &'static str)| {
            let sql = AssertSqlSafe(*sql).into_sql_str();
            Migration::new(*version, Cow::Borrowed(*name), MigrationType::Simple, sql, false)
        };
        let migrator = Migrator::with_migrations(list.iter().map(migration).collect());
        each!(self, pool => migrator.run(pool).await).map_err(StoreError::Migration)
    }

    /// Begins the one kind of writing transaction.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        Ok(match self {
            Self::Sqlite(pool) => Tx::Sqlite(pool.begin_with(sqlite::BEGIN).await?),
            Self::Postgres(pool) => Tx::Postgres(pool.begin_with(postgres::BEGIN).await?),
        })
    }

    /// Closes all connections; a SQLite store folds its write-ahead log.
    pub async fn close(&self) {
        each!(self, pool => pool.close().await);
    }
}

/// A number of the log as the database keeps it.
pub(crate) fn to_i64(n: u64) -> i64 {
    i64::try_from(n).expect("a log is shorter than 2^63")
}

pub(crate) fn to_u64(n: i64, what: &'static str) -> Result<u64, StoreError> {
    u64::try_from(n).map_err(|_| StoreError::Damaged(what))
}

pub(crate) fn parsed<T: std::str::FromStr>(text: &str, what: &'static str) -> Result<T, StoreError> {
    text.parse().map_err(|_| StoreError::Damaged(what))
}
