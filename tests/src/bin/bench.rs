//! Runs benchmarks by name and prints each figure beside its baseline; `all` also writes `docs/measurements.md`.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use tests::bench::ingest::{ANSWER_204, answer_204};
use tests::bench::{Comparison, NAMES, Outcome, measurements, run};

/// Benchmarks of Golden Thread: every figure beside a baseline of the same run.
#[derive(Parser)]
struct Arguments {
    /// Name of a benchmark, or `all`.
    name: String,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let mut words = std::env::args_os().skip(1);
    if words.next().is_some_and(|word| word == ANSWER_204) {
        let folder = words.next().unwrap_or_default();
        return match answer_204(Path::new(&folder)) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        };
    }
    let arguments = Arguments::parse();
    match measure(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            // a screen that is gone cannot be told so
            let _ = writeln!(std::io::stderr(), "bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn measure(arguments: &Arguments) -> anyhow::Result<bool> {
    let all = arguments.name == "all";
    let names = if all { NAMES.to_vec() } else { vec![arguments.name.as_str()] };
    let mut outcomes = Vec::new();
    for name in names {
        for outcome in run(name)? {
            writeln!(std::io::stdout(), "{}", if arguments.json { serde_json::to_string(&outcome)? } else { line(&outcome) })?;
            outcomes.push(outcome);
        }
    }
    if all {
        let today = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
        measurements::write(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")), &outcomes, &today)?;
    }
    Ok(outcomes.iter().all(|o| o.holds))
}

fn line(o: &Outcome) -> String {
    let verdict = if o.holds { "holds" } else { "DOES NOT HOLD" };
    let compared = match o.comparison {
        Comparison::Ratio(_) => "ratio",
        Comparison::Difference(_) => "difference",
    };
    format!(
        "{}: {}: {:.4} {} against {:.4} ({}), {} {}, target {}: {verdict}",
        o.bench, o.what, o.figure, o.unit, o.baseline, o.baseline_is, compared, o.comparison, o.target
    )
}
