//! The log of the service: one JSON line an event, with fields from a closed list.
//!
//! Codes, ids, sizes and outcomes; never a body, a header, a key or a text from outside. A failure inside is written
//! whole, once, where it becomes an answer.

use tracing_subscriber::EnvFilter;

/// What is logged when nothing else was asked for.
const LEVELS: &str = "info,sqlx=warn";

/// Sends events to standard error, as JSON.
pub fn start() {
    let subscriber = tracing_subscriber::fmt().json().with_env_filter(EnvFilter::new(LEVELS)).with_writer(std::io::stderr);
    // a second start, in one test process, keeps the first
    let _ = subscriber.try_init();
}

/// An error with its causes in one line, for the log alone.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text += &format!(": {inner}");
        cause = inner.source();
    }
    text
}
