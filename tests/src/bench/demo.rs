//! `demo`: a whole national round by real processes, beside the mere writing of the councils' returns.

use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};

use super::audit::files_below;
use super::timing::wall;
use super::{Outcome, Target};
use crate::build::{Profile, programs};
use crate::councils::{Plan, Spec};

/// Seconds in which a round must be done.
const SECONDS_MAX: f64 = 60.0;
/// Megabytes that the largest process may use.
const PEAK_MB_MAX: f64 = 300.0;

pub(super) fn run() -> anyhow::Result<Vec<Outcome>> {
    let programs = programs(Profile::own())?;
    let folder = tempfile::tempdir()?;
    let (result, round, returns) =
        (folder.path().join("result.json"), folder.path().join("round"), folder.path().join("returns"));
    let mut command = Command::new(&programs.demo);
    command.arg("--exit").arg("--dir").arg(&round).arg("--json").arg(&result);
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    ensure!(status.success(), "the demo failed");
    let result: serde_json::Value = serde_json::from_slice(&std::fs::read(&result)?)?;
    let number = |key: &str| result[key].as_f64().with_context(|| format!("the result has {key}"));
    let (writing, ()) = wall(|| {
        let plan = Plan::new(&Spec::default());
        for place in 0..plan.authorities().len() {
            let council = plan.council(place);
            council.write_returns(&returns.join(&council.code))?;
        }
        Ok(())
    })?;
    let bytes: u64 = files_below(&returns)?.iter().map(|f| std::fs::metadata(f).map(|m| m.len())).sum::<Result<_, _>>()?;
    let mega = f64::from(u32::try_from(bytes / 1_000_000)?);
    let accepted = result["authorities"]["accepted"].as_u64().context("the result counts the accepted")?;
    let what = |of: &str| format!("{of} of a national round, {accepted} councils accepted");
    Ok(vec![
        Outcome::new(
            "demo",
            what("duration"),
            "s",
            number("seconds")?,
            (writing, "writing the returns alone"),
            Target::FigureAtMost(SECONDS_MAX),
        ),
        Outcome::new(
            "demo",
            what("largest process"),
            "MB",
            number("peak_rss_mb")?,
            (mega, "all returns together"),
            Target::FigureAtMost(PEAK_MB_MAX),
        ),
        Outcome::new(
            "demo",
            what("figures inside their intervals"),
            "of 1",
            number("inside_share")?,
            (0.95, "what the intervals promise"),
            Target::None,
        ),
    ])
}
