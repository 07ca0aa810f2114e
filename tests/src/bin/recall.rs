//! Prints how many planted faults `check` finds, and how many false alarms clean councils give.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser;
use tests::recall::measure;

/// Planted faults and false alarms of the validation rules.
#[derive(Parser)]
struct Arguments {
    /// Councils for each newest return year.
    #[arg(long, default_value_t = 3)]
    councils: usize,
    /// Seed of the councils.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Newest return years; each with two years before it.
    #[arg(long, value_delimiter = ',', default_values_t = [2019, 2022, 2024, 2025, 2026, 2027])]
    years: Vec<i16>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut out = std::io::stdout();
    match measure(&arguments.years, 3, arguments.councils, arguments.seed) {
        Ok(recall) => {
            let n_found = recall.n_planted - recall.missed.len();
            let lines = [
                format!("planted {} faults under {} rules", recall.n_planted, recall.rules.len()),
                format!("found   {n_found}: recall {:.2} %", 100.0 * per(n_found, recall.n_planted)),
                format!(
                    "clean   {} councils, {} rows: {} false alarms",
                    recall.n_clean_councils,
                    recall.n_clean_rows,
                    recall.false_alarms.len()
                ),
            ];
            for line in lines.iter().chain(&recall.missed).chain(&recall.false_alarms) {
                // a screen that is gone cannot be told so
                let _ = writeln!(out, "{line}");
            }
            if recall.is_whole() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "recall: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn per(n: usize, of: usize) -> f64 {
    let number = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    number(n) / number(of.max(1))
}
