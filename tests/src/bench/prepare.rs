//! `prepare`: the whole command, as a process over files on disk and an aggregator on the loopback, for a council that is
//! larger than most, with ten linked returns and all extracts; beside `check`, which reads the same files.

use anyhow::{Context as _, ensure};

use super::timing::{median, wall};
use super::{Outcome, Target};
use crate::build::{Profile, programs};
use crate::councils::extracts::Supply;
use crate::councils::{Plan, Spec};
use crate::world::World;
use crate::world::centre::Centre;
use crate::world::office::Office;

const ROUNDS: usize = 5;
const YEAR: i16 = 2026;
const N_YEARS: usize = 10;
/// Children in care on the last day.
const N_CHILDREN: u32 = 1_500;
/// What it may take, in seconds.
const SECONDS_MAX: f64 = 2.0;

pub(super) fn run() -> anyhow::Result<Vec<Outcome>> {
    let folder = tempfile::tempdir()?;
    let world = World::create(&folder.path().join("world"), &programs(Profile::own())?)?;
    let spec =
        Spec { seed: 1, authorities: None, reporting_year: YEAR, n_years: N_YEARS, extracts: Supply::All, ..Spec::default() };
    let council = Plan::new(&spec).council_of_size(0, N_CHILDREN);
    let n_people = council.children.len();
    let office = Office::create(&world, &council.code, YEAR)?;
    office.lay(&council, YEAR)?;
    drop(council);
    office.must(&["init"])?;
    let centre = Centre::create(&world, "aggregator", &[&office.code], None)?;
    centre.found()?;
    centre.enrol(&[office.request()], &world.folder.join("enrolled"))?;
    centre.plan(YEAR, &[])?;
    let served = centre.serve()?;
    office.configure(YEAR, &served.agents_url, "")?;
    let (mut prepares, mut checks) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        prepares.push(wall(|| office.must(&["prepare"]))?.0);
        checks.push(wall(|| office.must(&["check"]))?.0);
        forget(&office)?;
    }
    served.stop()?;
    let what = format!(
        "the whole of prepare, {N_YEARS} returns and all extracts of a council with {N_CHILDREN} children in care \
         ({n_people} children and young people in all)"
    );
    let (figure, baseline) = (median(prepares), median(checks));
    let target = Target::FigureAtMost(SECONDS_MAX);
    Ok(vec![Outcome::new("prepare", what, "s wall", figure, (baseline, "goldenthread-agent check"), target)])
}

/// Takes the debit away again, so that the next run draws too. Nothing was sent: nobody will ever see that there were two.
fn forget(office: &Office<'_>) -> anyhow::Result<()> {
    ensure!(office.n_ledger_files() == 2, "one draw");
    std::fs::remove_file(office.state().join("ledger/000001.json")).context("cannot remove the debit")
}
