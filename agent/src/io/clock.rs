//! The handed-in clock as TLS asks for it, and waiting between two tries.

use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::UnixTime;
use rustls::time_provider::TimeProvider;
use shared::time::Clock;

/// The handed-in clock as TLS asks for it.
pub struct TlsTime(pub Arc<dyn Clock>);

impl TimeProvider for TlsTime {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = u64::try_from(self.0.now().unix_seconds()).ok()?;
        Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
    }
}

impl std::fmt::Debug for TlsTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TlsTime")
    }
}

/// Lets time pass between two tries.
pub trait Pause {
    /// Returns when it has passed.
    fn pause(&self, duration: Duration);
}

/// Sleeps.
pub struct SystemPause;

impl Pause for SystemPause {
    #[expect(clippy::disallowed_methods, reason = "the one place that waits: between two tries of a request")]
    fn pause(&self, duration: Duration) {
        std::thread::sleep(duration);
    }
}
