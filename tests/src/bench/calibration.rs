//! `calibration`: the made-up councils beside the published figures, one row a figure: the figure is what the councils have
//! as a mean over 5 seeds, the baseline what is published, and the difference must be within what is allowed.

use std::process::{Command, Stdio};

use anyhow::Context as _;

use super::Outcome;
use crate::build::{Profile, programs};

const SEEDS: &str = "5";

pub(super) fn run() -> anyhow::Result<Vec<Outcome>> {
    programs(Profile::own())?;
    let program = std::env::current_exe()?.with_file_name("calibrate");
    let output = Command::new(program).args(["--seeds", SEEDS, "--json"]).stdin(Stdio::null()).output()?;
    let outcomes: Vec<Outcome> = String::from_utf8(output.stdout)?.lines().map(outcome).collect::<anyhow::Result<_>>()?;
    anyhow::ensure!(!outcomes.is_empty(), "the calibration printed nothing");
    Ok(outcomes)
}

fn outcome(line: &str) -> anyhow::Result<Outcome> {
    let line: serde_json::Value = serde_json::from_str(line)?;
    let name = line["figure"].as_str().context("a line names its figure")?;
    let number = |key: &str| line[key].as_f64().with_context(|| format!("a line has {key}"));
    let (made_up, published) = (number("made_up")?, number("published")?);
    let outcome = Outcome::beside("calibration", name.to_owned(), made_up, (published, "published"), number("within")?);
    Ok(match line["missed"].as_str() {
        Some(why) => outcome.missed(why),
        None => outcome,
    })
}
