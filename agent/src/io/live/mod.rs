//! A live source: the tables of a return read from a database, by a configured query for each table.
//!
//! All queries of a run see one snapshot, so that the tables fit each other, and none can change anything. A database is
//! asked through the small trait [`Database`]; PostgreSQL is the one that exists. Invariant: nothing that a database says
//! of an error is shown but its SQLSTATE, since its words may quote a row or the address. Whoever can change the
//! database, the configured queries or the file with the address changes the figures of this authority, and nothing else.

mod address; // the file with the database's address
mod columns; // columns of a result -> cells of a table
mod postgres; // PostgreSQL
#[cfg(test)]
mod tests;

use std::fmt;

use shared::ids::ReportingYear;

use crate::config::live::Live;
use crate::records::refusals::{RefusalCode, of_query, sentence};
use crate::records::source::RowSource;
use crate::records::source::query::{QueryFault, SqlState};
use crate::records::tables::Table;
use crate::records::{Content, Offered, TableSet};

pub use address::AddressFault;

/// A query of one table in one return year.
#[derive(Clone, Copy)]
pub struct Asked<'q> {
    /// The table that it must give.
    pub table: Table,
    /// The statement, in which `$1` stands for the return year.
    pub sql: &'q str,
    /// The return year.
    pub year: ReportingYear,
}

/// A database inside one reading transaction.
pub trait Database {
    /// Opens a query: its columns are known, its rows come when they are asked for. Several may be open at once.
    fn query(&self, asked: &Asked<'_>) -> Result<Box<dyn RowSource + '_>, LiveFault>;
}

/// Why a database, or one of its queries, cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LiveFault {
    /// The file with the address.
    Address {
        /// The file.
        file: String,
        /// What is wrong with it.
        why: AddressFault,
    },
    /// The server is on another machine and nothing would prove that it is the right one.
    Plain,
    /// No connection came about.
    Unreachable {
        /// Whether TLS was what failed.
        in_tls: bool,
        /// The database's own code, where it said one.
        state: Option<SqlState>,
    },
    /// User, password or name of the database are refused.
    Login(Option<SqlState>),
    /// A query fails.
    Query {
        /// Of which table.
        table: Table,
        /// Why.
        fault: QueryFault,
    },
    /// A query gives other columns than its table's.
    Columns {
        /// The table that is configured.
        table: Table,
        /// What is wrong.
        why: ColumnsFault,
    },
    /// A column of the table has a type that is not read.
    Type {
        /// Of which table.
        table: Table,
        /// Its name.
        column: &'static str,
        /// The database's name of the type.
        kind: String,
    },
}

/// What is wrong with the columns of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ColumnsFault {
    /// These are missing.
    Lacks(Vec<&'static str>),
    /// This one stands twice.
    Twice(&'static str),
    /// They are those of another table.
    Other(Table),
    /// There are too many.
    TooMany,
}

impl LiveFault {
    /// Which refusal it is.
    pub fn kind(&self) -> RefusalCode {
        match self {
            Self::Address { .. } => RefusalCode::DatabaseAddress,
            Self::Plain => RefusalCode::DatabasePlain,
            Self::Unreachable { .. } => RefusalCode::DatabaseUnreachable,
            Self::Login(_) => RefusalCode::DatabaseLogin,
            Self::Query { fault, .. } => of_query(fault.why),
            Self::Columns { .. } => RefusalCode::QueryColumns,
            Self::Type { .. } => RefusalCode::QueryType,
        }
    }

    fn place(&self) -> String {
        let with = |state: &Option<SqlState>| state.map_or(String::new(), |state| format!(" (SQLSTATE {state})"));
        match self {
            Self::Address { file, why } => format!("{file} {why}"),
            Self::Plain => "the address in url_file does not ask for sslmode=verify-full".to_owned(),
            Self::Unreachable { in_tls: true, .. } => "TLS with the server of url_file failed".to_owned(),
            Self::Unreachable { in_tls: false, state } => format!("the server of url_file{}", with(state)),
            Self::Login(state) => format!("the user of url_file{}", with(state)),
            Self::Query { table, fault } => format!("{} {fault}", name(*table)),
            Self::Columns { table, why } => match why {
                ColumnsFault::Lacks(columns) => format!("{} lacks {}", name(*table), columns.join(", ")),
                ColumnsFault::Twice(column) => format!("{} gives {column} twice", name(*table)),
                ColumnsFault::Other(other) => format!("{} gives the columns of {other}", name(*table)),
                ColumnsFault::TooMany => format!("{} gives more columns than are read", name(*table)),
            },
            Self::Type { table, column, kind } => format!("{} gives {column} as {kind}", name(*table)),
        }
    }
}

impl fmt::Display for LiveFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&sentence(self.kind(), &self.place()))
    }
}

impl std::error::Error for LiveFault {}

/// Connects, and begins the one transaction of this run.
pub fn connect(live: &Live) -> Result<Box<dyn Database>, LiveFault> {
    Ok(Box::new(postgres::Postgres::connect(live)?))
}

/// The queries of one return, opened.
#[derive(Default)]
pub struct Opened<'d> {
    /// Those that give rows.
    pub offered: Vec<Offered<'d>>,
    /// What is wrong with the others.
    pub faults: Vec<LiveFault>,
    /// Tables whose query failed: that they are absent need not be said as well.
    pub failed: TableSet,
    /// Queries that are not run, with the reason.
    pub left_aside: Vec<String>,
}

/// Opens the queries of a return, in the order of the tables. What is not to be used is not asked for.
pub fn open<'d>(database: &'d dyn Database, live: &Live, year: ReportingYear, ignored: TableSet) -> Opened<'d> {
    let mut opened = Opened::default();
    for (table, sql) in &live.queries {
        let (table, name) = (*table, name(*table));
        if ignored.contains(table) {
            opened.left_aside.push(format!("{name}: the configuration says that the table is not supplied"));
            continue;
        }
        if !table.is_in(year.number()) {
            opened.left_aside.push(format!("{name}: part of returns from {} on, not of {year}", table.year_first()));
            continue;
        }
        match database.query(&Asked { table, sql, year }) {
            Ok(rows) => opened.offered.push(Offered { name, content: Content::Rows(rows) }),
            Err(fault) => {
                opened.faults.push(fault);
                opened.failed = opened.failed.with(table);
            }
        }
    }
    opened
}

/// The name of a query in messages.
fn name(table: Table) -> String {
    format!("query {table}")
}
