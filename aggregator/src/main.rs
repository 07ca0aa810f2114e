//! The program: names the machine's clock and runs the command line.

use std::process::ExitCode;
use std::sync::Arc;

use shared::problem::Exit;
use shared::time::{Clock, Timestamp};

/// The machine's clock.
struct MachineClock;

impl Clock for MachineClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that names the machine's clock")]
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let seconds = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
        Timestamp::from_unix_seconds(seconds).expect("the machine's clock is before the year 10000")
    }
}

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let exit = match runtime {
        Ok(runtime) => runtime.block_on(aggregator::cli::run(Arc::new(MachineClock))),
        Err(_) => Exit::Fault,
    };
    ExitCode::from(exit.code())
}
