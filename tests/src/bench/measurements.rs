//! `docs/measurements.md`: written by the program that measured, never by hand.

use std::fmt::Write as _;
use std::path::Path;

use super::Outcome;

/// Writes the last figures with machine and date.
///
/// # Errors
/// When the file cannot be written.
pub fn write(workspace: &Path, outcomes: &[Outcome], on: &str) -> std::io::Result<()> {
    let mut text = String::from(
        "# Measurements\n\nWritten by `cargo run --release -p tests --bin bench -- all`; do not edit. Each figure stands beside a baseline\n\
         measured in the same run: the ratio is what carries over to other machines. The made-up councils (calibration) stand beside \
         what is published of England, with the difference.\n\n",
    );
    let _ = writeln!(text, "{on}, {}.\n", machine());
    text += "| bench | what | figure | baseline | ratio or difference | target | holds |\n|---|---|---|---|---|---|---|\n";
    for o in outcomes {
        let _ = writeln!(
            text,
            "| {} | {} | {:.4} {} | {:.4} ({}) | {} | {} | {} |",
            o.bench,
            o.what,
            o.figure,
            o.unit,
            o.baseline,
            o.baseline_is,
            o.comparison,
            o.target,
            if o.holds { "yes" } else { "no" }
        );
    }
    std::fs::write(workspace.join("docs/measurements.md"), text)
}

fn machine() -> String {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|l| l.strip_prefix("model name")).and_then(|l| l.split(':').nth(1));
    let model = model.map_or("unknown processor", str::trim);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{cores} cores, {model}")
}
