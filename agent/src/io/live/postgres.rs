//! PostgreSQL: one connection, one reading transaction in one snapshot, a cursor for each query.
//!
//! A query is the body of a `DECLARE ... CURSOR`, which the server takes for one reading statement only, inside a
//! transaction that it holds to reading. Rows come in batches of [`ROWS_AT_ONCE`] and are written into cells as they
//! arrive, so that memory is bounded by the longest row and a batch. Blocking outside: the connection and the runtime that
//! drives it live in this room. What the server says of an error is reduced to its SQLSTATE here.

use std::cell::RefCell;
use std::time::Duration;

use shared::ids::ReportingYear;
use sqlx::postgres::{PgConnection, PgDatabaseError, PgRow, PgTypeInfo, PgTypeKind};
use sqlx::{
    AssertSqlSafe, Column as _, ConnectOptions as _, Connection as _, Executor as _, Row as _, SqlSafeStr as _, Statement as _,
    TypeInfo as _, ValueRef as _,
};
use tokio::runtime::Runtime;

use super::columns::{Kind, Reading, readings, write};
use super::{Asked, Database, LiveFault, address};
use crate::config::live::Live;
use crate::records::limits::ROWS_MAX;
use crate::records::source::query::{QueryFault, QueryWhy, SqlState};
use crate::records::source::text::LINE_BYTES_MAX;
use crate::records::source::{Cells, RowSource, Sheet, SourceFault, SourceRow, Unreadable};

/// Rows that are asked for at once.
const ROWS_AT_ONCE: usize = 500;
/// How long a connection may take to come about, or to be closed.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);
/// How much later than the server this side gives up.
const GRACE: Duration = Duration::from_secs(15);

/// A server inside the transaction of this run.
pub(super) struct Postgres(RefCell<Session>);

struct Session {
    runtime: Runtime,
    /// `None` once it is closed.
    connection: Option<PgConnection>,
    /// How long this side waits for one step.
    patience: Duration,
    n_cursors: usize,
}

impl Postgres {
    /// Connects and begins the transaction.
    pub fn connect(live: &Live) -> Result<Self, LiveFault> {
        let options = address::read(&live.url_file)?.application_name("goldenthread-agent");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build();
        let runtime = runtime.map_err(|_| LiveFault::Unreachable { in_tls: false, state: None })?;
        let connection = runtime.block_on(async { tokio::time::timeout(CONNECT_TIMEOUT, options.connect()).await });
        let connection = match connection {
            Ok(connected) => connected.map_err(|error| not_connected(&error))?,
            Err(_) => return Err(LiveFault::Unreachable { in_tls: false, state: None }),
        };
        let patience = live.timeout.saturating_add(GRACE);
        let mut session = Session { runtime, connection: Some(connection), patience, n_cursors: 0 };
        session.begin(live.timeout).map_err(|fault| LiveFault::Unreachable { in_tls: false, state: fault.state })?;
        Ok(Self(RefCell::new(session)))
    }
}

impl Database for Postgres {
    fn query(&self, asked: &Asked<'_>) -> Result<Box<dyn RowSource + '_>, LiveFault> {
        let mut session = self.0.borrow_mut();
        let (fetch, names, kinds) =
            session.declare(asked.sql, asked.year).map_err(|fault| LiveFault::Query { table: asked.table, fault })?;
        let readings = readings(asked.table, asked.year.number(), &names, &kinds)?;
        let sheet = [Sheet { name: super::name(asked.table), columns: names }];
        Ok(Box::new(PgRows { server: self, fetch, sheet, readings, batch: Batch::default(), at: 0, is_over: false, n_rows: 0 }))
    }
}

impl Session {
    /// Waits for one step of the connection, at most as long as the patience.
    fn step<T>(&mut self, work: impl AsyncFnOnce(&mut PgConnection) -> Result<T, sqlx::Error>) -> Result<T, QueryFault> {
        let interrupted = QueryFault { why: QueryWhy::Interrupted, state: None };
        let Some(connection) = self.connection.as_mut() else { return Err(interrupted) };
        let (runtime, patience) = (&self.runtime, self.patience);
        match runtime.block_on(async { tokio::time::timeout(patience, work(connection)).await }) {
            Ok(done) => done.map_err(|error| fault(&error)),
            Err(_) => {
                // what is half way on this connection cannot be continued
                self.connection = None;
                Err(QueryFault { why: QueryWhy::TimedOut, state: None })
            }
        }
    }

    fn run(&mut self, sql: String) -> Result<(), QueryFault> {
        self.step(async |connection| connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.map(|_| ()))
    }

    /// Begins the one transaction. What the server would tell besides rows is switched off: it could quote values.
    fn begin(&mut self, timeout: Duration) -> Result<(), QueryFault> {
        self.run(format!(
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = {}; \
             SET LOCAL client_min_messages = error; SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL bytea_output = hex",
            timeout.as_millis()
        ))
    }

    /// Opens a cursor; answers the statement that takes its next rows, and its columns. A query that fails leaves the
    /// transaction as it was, so that the faults of all queries are told at once.
    fn declare(&mut self, sql: &str, year: ReportingYear) -> Result<(String, Vec<String>, Vec<Kind>), QueryFault> {
        self.n_cursors += 1;
        let cursor = format!("goldenthread_{}", self.n_cursors);
        let fetch = format!("FETCH FORWARD {ROWS_AT_ONCE} FROM {cursor}");
        self.run("SAVEPOINT goldenthread".to_owned())?;
        let declare = format!("DECLARE {cursor} NO SCROLL CURSOR FOR {sql}");
        let year = i32::from(year.number());
        let opened = self.step(async |connection| {
            let declare = sqlx::query(AssertSqlSafe(declare)).bind(year).persistent(false);
            connection.execute(declare).await?;
            let statement = connection.prepare(AssertSqlSafe(fetch.clone()).into_sql_str()).await?;
            let names = statement.columns().iter().map(|column| column.name().trim().to_uppercase()).collect();
            let kinds = statement.columns().iter().map(|column| kind(column.type_info())).collect();
            Ok((fetch, names, kinds))
        });
        let end = if opened.is_ok() { "RELEASE" } else { "ROLLBACK TO" };
        // a connection that is gone says so at the next step as well; the first fault is the one to tell
        let ended = self.run(format!("{end} SAVEPOINT goldenthread"));
        opened.and_then(|opened| ended.map(|()| opened))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            // the transaction has changed nothing: how it ends does not matter
            let _ = self.runtime.block_on(async { tokio::time::timeout(CONNECT_TIMEOUT, connection.close()).await });
        }
    }
}

/// The rows of one query.
struct PgRows<'d> {
    server: &'d Postgres,
    fetch: String,
    sheet: [Sheet; 1],
    readings: Vec<Reading>,
    batch: Batch,
    /// The next row of the batch.
    at: usize,
    /// No batch comes after this one.
    is_over: bool,
    /// Rows of all batches before this one.
    n_rows: u32,
}

impl RowSource for PgRows<'_> {
    fn sheets(&self) -> &[Sheet] {
        &self.sheet
    }

    fn next_row(&mut self) -> Result<Option<SourceRow<'_>>, SourceFault> {
        loop {
            if self.at == self.batch.n() {
                if self.is_over {
                    return Ok(None);
                }
                self.fetch()?;
                continue;
            }
            self.at += 1;
            if !self.batch.cells(self.at - 1).is_blank() {
                break;
            }
        }
        let line = self.line(self.at);
        Ok(Some(SourceRow { sheet: 0, line, cells: self.batch.cells(self.at - 1) }))
    }
}

impl PgRows<'_> {
    /// The number of a row of this batch, the first of all being 1.
    fn line(&self, n: usize) -> u32 {
        self.n_rows.saturating_add(u32::try_from(n).unwrap_or(u32::MAX))
    }

    fn fetch(&mut self) -> Result<(), SourceFault> {
        let before = self.line(self.batch.n());
        if before >= ROWS_MAX {
            return Err(SourceFault::whole(Unreadable::TooManyRows));
        }
        (self.n_rows, self.at) = (before, 0);
        self.batch.empty(self.readings.len());
        let (fetch, batch, readings) = (self.fetch.clone(), &mut self.batch, &self.readings);
        let fetched = self.server.0.borrow_mut().step(async |connection| {
            let mut rows = connection.fetch(sqlx::raw_sql(AssertSqlSafe(fetch)));
            let mut is_too_long = false;
            while let Some(row) = std::future::poll_fn(|context| rows.as_mut().poll_next(context)).await {
                // what follows a row that is too long is read off the connection and left
                is_too_long = is_too_long || !batch.push(&row?, readings)?;
            }
            Ok(is_too_long)
        });
        let next = self.line(self.batch.n() + 1);
        match fetched {
            Ok(false) => {
                self.is_over = self.batch.n() < ROWS_AT_ONCE;
                Ok(())
            }
            Ok(true) => Err(SourceFault::at(Unreadable::TooLarge, next)),
            Err(fault) => Err(SourceFault::at(Unreadable::Query(fault), next)),
        }
    }
}

/// Rows as cells, one after another in one text.
#[derive(Default)]
struct Batch {
    text: Vec<u8>,
    /// Where each row begins in `text`.
    begins: Vec<usize>,
    /// Where each cell ends, counted from the beginning of its row; `n_columns` for each row.
    ends: Vec<u32>,
    n_columns: usize,
}

impl Batch {
    fn empty(&mut self, n_columns: usize) {
        self.text.clear();
        self.begins.clear();
        self.ends.clear();
        self.n_columns = n_columns;
    }

    fn n(&self) -> usize {
        self.begins.len()
    }

    fn cells(&self, row: usize) -> Cells<'_> {
        let begin = self.begins.get(row).copied().unwrap_or(self.text.len());
        let end = self.begins.get(row + 1).copied().unwrap_or(self.text.len());
        let ends = self.ends.get(row * self.n_columns..(row + 1) * self.n_columns).unwrap_or_default();
        Cells::new(self.text.get(begin..end).unwrap_or_default(), ends)
    }

    /// Adds a row; `false` when it is longer than any of a return, and then it is not added.
    fn push(&mut self, row: &PgRow, readings: &[Reading]) -> Result<bool, sqlx::Error> {
        let (begin, n_ends) = (self.text.len(), self.ends.len());
        for (at, reading) in readings.iter().enumerate() {
            if at > 0 {
                self.text.push(b'\t');
            }
            let value = row.try_get_raw(at)?;
            if *reading != Reading::Spare && !value.is_null() {
                write(*reading, value.as_str().map_err(sqlx::Error::Decode)?, &mut self.text);
            }
            let length = self.text.len() - begin;
            match u32::try_from(length) {
                Ok(end) if length <= LINE_BYTES_MAX => self.ends.push(end),
                Ok(_) | Err(_) => {
                    self.text.truncate(begin);
                    self.ends.truncate(n_ends);
                    return Ok(false);
                }
            }
        }
        self.begins.push(begin);
        Ok(true)
    }
}

fn kind(of: &PgTypeInfo) -> Kind {
    if let PgTypeKind::Domain(base) = of.kind() {
        return kind(base);
    }
    match of.name() {
        "TEXT" | "VARCHAR" | "CHAR" | "NAME" | "\"CHAR\"" | "citext" | "INT2" | "INT4" | "INT8" => Kind::AsItStands,
        _ if matches!(of.kind(), PgTypeKind::Enum(_)) => Kind::AsItStands,
        "NUMERIC" => Kind::Decimal,
        "BOOL" => Kind::Flag,
        "DATE" => Kind::Day,
        "TIMESTAMP" => Kind::Moment,
        other => Kind::Other(other.to_owned()),
    }
}

fn state(error: &sqlx::Error) -> Option<SqlState> {
    error
        .as_database_error()
        .and_then(|error| error.try_downcast_ref::<PgDatabaseError>())
        .and_then(|e| SqlState::parse(e.code()))
}

fn not_connected(error: &sqlx::Error) -> LiveFault {
    let state = state(error);
    match code(error) {
        code if code.starts_with("28") || code == "3D000" => LiveFault::Login(state),
        _ => LiveFault::Unreachable { in_tls: is_tls(error), state },
    }
}

/// Whether TLS failed. The library hands a refused certificate on as an error of reading.
fn is_tls(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Tls(_) => true,
        sqlx::Error::Io(error) => error.kind() == std::io::ErrorKind::InvalidData,
        _ => false,
    }
}

fn code(error: &sqlx::Error) -> &str {
    let error = error.as_database_error().and_then(|error| error.try_downcast_ref::<PgDatabaseError>());
    error.map_or("", PgDatabaseError::code)
}

/// What the server's code says. Classes: 08 connection, 25 state of the transaction, 42 names, syntax and rights, 57
/// ended from outside.
fn fault(error: &sqlx::Error) -> QueryFault {
    let why = match code(error) {
        "" => match error {
            sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. } => QueryWhy::Failed,
            _ => QueryWhy::Interrupted,
        },
        "42501" => QueryWhy::Permission,
        "42P01" | "42703" | "42883" | "3F000" => QueryWhy::Unknown,
        "25006" | "0A000" | "42601" | "42P11" => QueryWhy::NotReading,
        "57014" | "55P03" => QueryWhy::TimedOut,
        "25P02" | "25P03" => QueryWhy::Interrupted,

        code if code.starts_with("57") || code.starts_with("08") => QueryWhy::Interrupted,
        _ => QueryWhy::Failed,
    };
    QueryFault { why, state: state(error) }
}
