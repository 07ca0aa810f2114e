//! `goldenthread-agent`: names the clock, the randomness and the drawing process of this machine, and hands them over.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use agent::commands::room::{NoSteps, Parts};
use agent::io::clock::SystemPause;
use agent::io::courier::OverTls;
use agent::io::draw::DrawingProcess;
use agent::io::randomness::SystemRandomness;
use shared::time::{Clock, Timestamp};

/// The clock of this machine.
struct MachineClock;

impl Clock for MachineClock {
    #[allow(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let seconds = i64::try_from(since).unwrap_or(i64::MAX);
        Timestamp::from_unix_seconds(seconds).unwrap_or(Timestamp::from_unix_seconds(0).expect("1970 is in the range"))
    }
}

fn main() -> ExitCode {
    let parts = Parts {
        clock: Arc::new(MachineClock),
        randomness: &SystemRandomness::open(),
        mechanism: &DrawingProcess::of(std::env::current_exe().unwrap_or_default()),
        connector: &OverTls,
        pause: &SystemPause,
        steps: &NoSteps,
    };
    agent::run(std::env::args_os(), &parts)
}
