//! Opening a SQLite store: one file, for one machine.
//!
//! Write-ahead log with `synchronous = FULL`, so that a commit that was answered survives power loss. A network file
//! system does not keep SQLite's locks and must not hold the file.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};

use super::StoreError;
use crate::durable::{Readers, create_file};

/// The statement that takes the writer's lock at once, so that two writers wait instead of failing.
pub(super) const BEGIN: &str = "BEGIN IMMEDIATE";
/// The migrations, in order.
pub(super) const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "start", include_str!("../../migrations/sqlite/0001_start.sql")),
    (2, "corrections", include_str!("../../migrations/sqlite/0002_corrections.sql")),
    (3, "changes", include_str!("../../migrations/sqlite/0003_changes.sql")),
];
/// How long a writer waits for another one.
const BUSY_TIMEOUT: Duration = Duration::from_secs(30);
/// Connections of one process: one writer and some readers.
const CONNECTIONS_MAX: u32 = 4;

pub(super) async fn connect(url: &str, create: bool) -> Result<SqlitePool, StoreError> {
    let options: SqliteConnectOptions = url.parse().map_err(StoreError::Database)?;
    if create {
        own_file(options.get_filename()).map_err(StoreError::File)?;
    }
    let options = options
        .create_if_missing(create)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT);
    // a file does not go away between two questions: asking whether the connection lives would double every question
    let pool = SqlitePoolOptions::new().max_connections(CONNECTIONS_MAX).test_before_acquire(false);
    pool.connect_with(options).await.map_err(StoreError::Database)
}

/// Makes the file before the database does, so that its owner alone may read it; its companions take the same mode.
fn own_file(path: &Path) -> std::io::Result<()> {
    if path.exists() { Ok(()) } else { create_file(path, b"", Readers::Owner) }
}
