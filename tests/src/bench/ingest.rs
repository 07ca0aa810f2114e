//! `ingest`: signed submissions of the full layout's size over fresh mutual TLS connections into a real aggregator
//! process, durable; beside the same server loop answering 204, and the same bytes committed without TLS.

mod centre;
mod client;

use std::io::Write as _;
use std::sync::Arc;
use std::time::Instant;

use aggregator::config::Limits;
use aggregator::http::connection::serve_tls;
use aggregator::keys::Folder;
use aggregator::tls::server_config;
use shared::time::{Clock, Timestamp};
use tokio::sync::watch;

use super::timing::median;
use super::{Outcome, Target};
use crate::build::{Profile, programs};
use centre::{Centre, YEARS};
use client::{Letter, post_all};

/// Made-up authorities, one submission each in a round.
const AUTHORITIES: u16 = 300;
/// What the hidden mode of the benchmark program is called.
pub const ANSWER_204: &str = "answer-204";

struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let seconds = jiff::Timestamp::now().as_second();
        Timestamp::from_unix_seconds(seconds).expect("the present lies between 1970 and 9999")
    }
}

pub(super) fn run() -> anyhow::Result<Vec<Outcome>> {
    let programs = programs(Profile::own())?;
    let folder = tempfile::tempdir()?;
    let centre = Centre::prepare(&programs, folder.path(), AUTHORITIES)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let (mut ours, mut bare, mut inserts) = (Vec::new(), Vec::new(), Vec::new());
    for year in YEARS {
        let letters = centre.letters(year)?;
        ours.push(rate(&letters, |l| runtime.block_on(post_all(l, centre.agents_port()?, 200)))?);
        let answerer = centre.answerer()?;
        bare.push(rate(&letters, |l| runtime.block_on(post_all(l, answerer.port, 204)))?);
        drop(answerer);
        inserts.push(rate(&letters, |l| runtime.block_on(insert_all(l, folder.path(), year)))?);
    }
    let (figure, bare, inserts) = (median(ours), median(bare), median(inserts));
    let (slower, is) = if bare < inserts { (bare, "same loop answering 204") } else { (inserts, "same bytes committed, no TLS") };
    let bytes = centre.letters(YEARS[0])?.first().map_or(0, |l| l.body.len());
    let what = format!("submissions of {bytes} bytes over fresh mutual TLS, {AUTHORITIES} a round");
    Ok(vec![
        Outcome::new("ingest", what, "per s", figure, (slower, is), Target::RatioAtLeast(0.6)),
        Outcome::new(
            "ingest",
            "the same loop answering 204".into(),
            "per s",
            bare,
            (inserts, "same bytes committed, no TLS"),
            Target::None,
        ),
    ])
}

fn rate(letters: &[Letter], work: impl FnOnce(&[Letter]) -> anyhow::Result<()>) -> anyhow::Result<f64> {
    let start = Instant::now();
    work(letters)?;
    let n = f64::from(u32::try_from(letters.len())?);
    Ok(n / start.elapsed().as_secs_f64())
}

/// The same bytes into a table of their own, one durable transaction each.
async fn insert_all(letters: &[Letter], folder: &std::path::Path, year: i16) -> anyhow::Result<()> {
    use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
    let options = SqliteConnectOptions::new()
        .filename(folder.join(format!("bare-{year}.sqlite")))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
    sqlx::query("CREATE TABLE bare (id INTEGER PRIMARY KEY, body BLOB NOT NULL)").execute(&pool).await?;
    for letter in letters {
        sqlx::query("INSERT INTO bare (body) VALUES ($1)").bind(letter.body.as_slice()).execute(&pool).await?;
    }
    pool.close().await;
    Ok(())
}

/// The hidden mode: the aggregator's own accept loop and TLS, every request answered 204 after its body was read.
///
/// # Errors
/// When the port cannot be opened.
pub fn answer_204(folder: &std::path::Path) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let config = server_config(&Folder::at(folder), Arc::new(SystemClock))?;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        writeln!(std::io::stdout(), "{}", listener.local_addr()?.port())?;
        let answer = axum::routing::any(|_body: axum::body::Bytes| async { axum::http::StatusCode::NO_CONTENT });
        let router = axum::Router::new().fallback(answer);
        let limits = Limits {
            connections_max: 512,
            connections_per_address_max: 512,
            handshake_timeout_s: 10,
            header_timeout_s: 10,
            request_timeout_s: 30,
            connection_age_max_s: 600,
        };
        let (_keep, stop) = watch::channel(false);
        serve_tls(listener, Arc::new(config), router, limits, stop).await;
        Ok(())
    })
}
