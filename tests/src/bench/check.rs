//! `check` and `memory`: the agent's own process over files on disk. Its rules beside ten of them in pandas, for the same
//! rows in the same run: ten years of a council of middling size, as an authority holds them, and one return of a council
//! that is larger than any; and five million rows of episodes in bounded memory.
//!
//! Of the agent its whole process is counted, of the script only its reading and its rules: not what it takes to load
//! Python and pandas.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde_json::Value;

use super::peers::{self, PeerRun};
use super::timing::{median, wall};
use super::{Outcome, Target};
use crate::build::{Profile, Programs, programs};
use crate::councils::extracts::Supply;
use crate::councils::{Plan, Spec};
use crate::many_rows::write_return;
use crate::world::process::Processes;

const ROUNDS: usize = 3;
/// Runs of ours in a round.
const RUNS: u32 = 20;
/// Newest return year.
const YEAR: i16 = 2026;
/// Linked years of the council of middling size.
const N_YEARS: usize = 10;
/// Children in care on the last day of a council of middling size.
const N_CHILDREN: u32 = 450;
/// The same of one that is larger than any, where pandas does best.
const N_CHILDREN_LARGE: u32 = 40_000;
/// Rows of Episodes in the large return.
const N_EPISODES: u64 = 5_000_000;
/// What the large return may take.
const PEAK_MB_MAX: f64 = 400.0;
const LIMIT: Duration = Duration::from_secs(600);

/// The tables that the pandas script reads.
const TABLES: [&str; 3] = ["header.csv", "episodes.csv", "oc2.csv"];

/// The part of the agent's configuration that says which tables there are.
const TABLES_SUPPLIED: &str = "
[tables]
OC2 = true
OC3 = false
Reviews = false
Missing = false
UASC = false
SWEpisodes = false
";

pub(super) fn run() -> anyhow::Result<Vec<Outcome>> {
    let programs = programs(Profile::own())?;
    let mut outcomes = beside_pandas(&programs, N_YEARS, N_CHILDREN, Target::RatioAtLeast(10.0))?;
    outcomes.extend(beside_pandas(&programs, 1, N_CHILDREN_LARGE, Target::None)?);
    Ok(outcomes)
}

/// Both over the same returns of one council: the agent reads all of them at once, the script one after another.
fn beside_pandas(programs: &Programs, n_years: usize, n_children: u32, target: Target) -> anyhow::Result<Vec<Outcome>> {
    let folder = tempfile::tempdir()?;
    let spec = Spec { seed: 1, authorities: None, reporting_year: YEAR, n_years, extracts: Supply::Nothing, ..Spec::default() };
    let council = Plan::new(&spec).council_of_size(0, n_children);
    let returns = folder.path().join("returns");
    council.write_returns(&returns)?;
    let years = keep_tables(&returns)?;
    let config = folder.path().join("agent.toml");
    std::fs::write(&config, format!("authority = \"{}\"\n{TABLES_SUPPLIED}", council.code))?;
    ensure!(years.len() == n_years, "{} returns were written", years.len());
    let (mut ours, mut theirs, mut pandas, mut n_rows) = (Vec::new(), Vec::new(), String::new(), 0);
    for _ in 0..ROUNDS {
        let Some(peer) = peer(&years)? else { return Ok(Vec::new()) };
        // the kernel counts CPU in hundredths: one run would be a tick or two
        let before = children_cpu_seconds()?;
        let (seconds, rows) = wall(|| (0..RUNS).try_fold(0, |_, _| check(programs, &config)))?;
        let runs = f64::from(RUNS);
        ours.push(((children_cpu_seconds()? - before) / runs, seconds / runs));
        ensure!(rows == peer.n_rows, "{rows} rows were checked, and {} by the peer", peer.n_rows);
        (n_rows, pandas) = (rows, peer.pandas);
        theirs.push((peer.cpu_s, peer.wall_s));
    }
    let middle = |runs: &[(f64, f64)], of: fn(&(f64, f64)) -> f64| median(runs.iter().map(of).collect());
    let returns = if n_years == 1 { "one return".to_owned() } else { format!("{n_years} returns") };
    let outcome = |unit, of: fn(&(f64, f64)) -> f64| {
        let what = format!(
            "all rules over {n_rows} rows of Header, Episodes and OC2 in {returns} of a council with {n_children} children in \
             care, the whole program beside the reading and ten rules of a script with pandas {pandas}"
        );
        let (ours, theirs) = (middle(&ours, of), middle(&theirs, of));
        Outcome::new("check", what, unit, theirs, (ours, "goldenthread-agent check, s"), target)
    };
    Ok(vec![outcome("cpu s of pandas", |run| run.0), outcome("wall s of pandas", |run| run.1)])
}

/// The folders of the years, in which only what the script reads is left.
fn keep_tables(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut years = Vec::new();
    for year in std::fs::read_dir(folder)? {
        let year = year?.path();
        if !year.is_dir() {
            continue;
        }
        for file in std::fs::read_dir(&year)? {
            let file = file?.path();
            if !TABLES.iter().any(|name| file.ends_with(name)) {
                std::fs::remove_file(file)?;
            }
        }
        years.push(year);
    }
    years.sort();
    Ok(years)
}

/// One run of the script for each return, added up.
fn peer(years: &[PathBuf]) -> anyhow::Result<Option<PeerRun>> {
    let mut sum: Option<PeerRun> = None;
    for year in years {
        let Some(run) = peers::check_rules(year, None)? else { return Ok(None) };
        sum = Some(match sum {
            None => run,
            Some(sum) => {
                PeerRun { n_rows: sum.n_rows + run.n_rows, cpu_s: sum.cpu_s + run.cpu_s, wall_s: sum.wall_s + run.wall_s, ..run }
            }
        });
    }
    Ok(sum)
}

/// Rows that the agent read of clean returns.
fn check(programs: &Programs, config: &Path) -> anyhow::Result<u64> {
    let mut command = Command::new(&programs.agent);
    command.args(["check", "--json", "--year", &YEAR.to_string(), "--config"]).arg(config);
    command.stdin(Stdio::null()).stderr(Stdio::null());
    let output = command.output()?;
    ensure!(output.status.success(), "check ended with {}", output.status);
    let report: Value = serde_json::from_slice(&output.stdout)?;
    let returns = report["returns"].as_array().context("the report has returns")?;
    let n_rows = returns.iter().map(|read| read["n_rows"].as_u64());
    n_rows.sum::<Option<u64>>().context("each return has a number of rows")
}

/// CPU seconds of all processes that this one has waited for, in hundredths.
fn children_cpu_seconds() -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let rest = stat.rsplit(')').next().context("the kernel names the process in brackets")?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let ticks = |at: usize| -> anyhow::Result<f64> { Ok(fields.get(at).context("a field of /proc/self/stat")?.parse()?) };
    Ok((ticks(13)? + ticks(14)?) / 100.0)
}

/// Five million rows of episodes: how much memory the agent's process takes at most.
pub(super) fn memory() -> anyhow::Result<Vec<Outcome>> {
    let programs = programs(Profile::own())?;
    let folder = tempfile::tempdir()?;
    let place = folder.path().join(YEAR.to_string());
    std::fs::create_dir(&place)?;
    let written = write_return(&place, YEAR, N_EPISODES, 1)?;
    let processes = Processes::default();
    let (seconds, peak_mb) = wall(|| peak(&programs, &processes, &place, folder.path()))?;
    let what = format!(
        "check of one return with {} rows of episodes of {} children ({} MB, {seconds:.1} s wall)",
        written.n_episodes,
        written.n_children,
        written.n_bytes / 1_000_000
    );
    let file_mb = f64::from(u32::try_from(written.n_bytes / 1_000_000)?);
    Ok(vec![Outcome::new("memory", what, "MB peak", peak_mb, (file_mb, "MB of its files"), Target::FigureAtMost(PEAK_MB_MAX))])
}

fn peak(programs: &Programs, processes: &Processes, place: &Path, logs: &Path) -> anyhow::Result<f64> {
    let mut command = Command::new(&programs.agent);
    command.args(["check", "--year", &YEAR.to_string()]).arg(place);
    let ended = processes.run("agent", command, &logs.join("check"), LIMIT)?;
    ensure!(ended.code == Some(0), "check ended with {:?}: {}", ended.code, ended.stderr);
    processes.peaks_mb().get("agent").copied().context("the process was looked at")
}
