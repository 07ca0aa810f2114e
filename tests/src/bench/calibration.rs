//! `calibration`: the made-up councils over 5 seeds held against the published figures; the figure is the largest
//! difference of any seed, the baseline what is allowed.

use std::process::{Command, Stdio};

use anyhow::Context as _;

use super::{Outcome, Target};
use crate::build::{Profile, programs};

const SEEDS: &str = "5";

pub(super) fn run() -> anyhow::Result<Vec<Outcome>> {
    programs(Profile::own())?;
    let program = std::env::current_exe()?.with_file_name("calibrate");
    let output = Command::new(program).args(["--seeds", SEEDS, "--json"]).stdin(Stdio::null()).output()?;
    let mut worst: Vec<(String, f64, f64)> = Vec::new();
    for line in String::from_utf8(output.stdout)?.lines() {
        let line: serde_json::Value = serde_json::from_str(line)?;
        let name = line["figure"].as_str().context("a line names its figure")?;
        let number = |key: &str| line[key].as_f64().with_context(|| format!("a line has {key}"));
        let (difference, within) = (number("difference")?.abs(), number("within")?);
        match worst.iter_mut().find(|(known, _, _)| known == name) {
            Some((_, largest, _)) => *largest = largest.max(difference),
            None => worst.push((name.to_owned(), difference, within)),
        }
    }
    anyhow::ensure!(!worst.is_empty(), "the calibration printed nothing");
    let outcome = |(name, difference, within): (String, f64, f64)| {
        let what = format!("{name}: largest difference over {SEEDS} seeds");
        Outcome::new("calibration", what, "", difference, (within, "allowed"), Target::RatioAtMost(1.0))
    };
    Ok(worst.into_iter().map(outcome).collect())
}
