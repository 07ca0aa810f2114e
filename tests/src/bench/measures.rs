//! `measures`: every measure by every breakdown for a hundred thousand children with five linked years, in one process,
//! beside DuckDB, which counts the families A and B alone.
//!
//! Both begin with rows that are parsed and lie in memory and end with cells. Ours makes histories of them and counts the
//! whole catalogue; the peer runs the SQL of `tests/oracle` for two families over the same returns. CPU seconds, so that
//! the number of cores does not matter.

use std::path::Path;

use agent::histories::{Mending, each};
use agent::measures::MeasureSet;
use agent::records::Returns;
use shared::framework::{Framework, Parameters};
use shared::ids::ReportingYear;

use super::timing::{cpu_seconds, median};
use super::{Outcome, Target, peers};
use crate::councils::extracts::Supply;
use crate::councils::{Plan, Spec, sheet};
use crate::reading::{read, returns_of};

/// Children whose histories are counted, at least.
const N_CHILDREN: u64 = 100_000;
/// Linked years.
const YEARS: usize = 5;
/// Reporting year.
const YEAR: i16 = 2025;
const ROUNDS: usize = 3;

pub(super) fn run() -> anyhow::Result<Vec<Outcome>> {
    let folder = tempfile::tempdir()?;
    let all = councils(folder.path())?;
    let year = ReportingYear::new(YEAR).ok_or_else(|| anyhow::anyhow!("{YEAR} is a reporting year"))?;
    let framework = Framework::built_in().by_every_breakdown();
    let measures = MeasureSet::resolve(&framework)?;
    let (mut n_children, mut n_contributions) = (0_u64, 0_usize);
    let mut whole = Vec::new();
    let mut histories = Vec::new();
    for _ in 0..ROUNDS {
        n_contributions = 0;
        let before = cpu_seconds();
        n_children = each_child(&all, year, |child| {
            n_contributions += measures.contributions(child, year).map_or(0, |all| all.entries.len());
        });
        whole.push(cpu_seconds() - before);
        let before = cpu_seconds();
        each_child(&all, year, |child| {
            std::hint::black_box(child);
        });
        histories.push(cpu_seconds() - before);
    }
    let (whole, histories) = (median(whole), median(histories));
    let number = f64::from(u32::try_from(n_children)?);
    let counted = format!(
        "{} measures by {} tables for {n_children} children with {YEARS} linked years ({n_contributions} contributions)",
        framework.measures().len(),
        framework.tables().len()
    );
    let mut outcomes = vec![Outcome::new(
        "measures",
        format!("{counted}: children a second and core, histories of parsed rows among it"),
        "children/s",
        number / whole,
        (number / histories, "histories alone"),
        Target::None,
    )];
    // the peer has the memory to itself
    drop(all);
    if let Some(peer) = peers::measures(folder.path())? {
        anyhow::ensure!(peer.n_children >= N_CHILDREN / 2, "the peer counted {} children", peer.n_children);
        outcomes.push(Outcome::new(
            "measures",
            format!("{counted}, beside DuckDB {} on the families A and B ({} cells)", peer.duckdb, peer.n_cells),
            "children/s",
            number / whole,
            (number / peer.cpu_s, "SQL in DuckDB"),
            Target::RatioAtLeast(5.0),
        ));
    }
    Ok(outcomes)
}

fn each_child(all: &[Returns], year: ReportingYear, mut look: impl FnMut(&agent::histories::ChildHistory)) -> u64 {
    all.iter().map(|returns| each(returns, year, Mending::Apply, Parameters::default(), &mut look).n_children).sum()
}

/// Councils whose children together are enough, written for the peer and read by ours.
fn councils(folder: &Path) -> anyhow::Result<Vec<Returns>> {
    let spec = Spec { reporting_year: YEAR, n_years: YEARS, extracts: Supply::All, ..Spec::default() };
    let plan = Plan::new(&spec);
    let mut all = Vec::new();
    let mut n = 0;
    for place in 0..plan.authorities().len() {
        if n >= N_CHILDREN {
            break;
        }
        let council = plan.council(place);
        let own = folder.join(&council.code);
        // the peer knows a table by the name of its file
        for year in spec.years() {
            let of_year = own.join(year.to_string());
            std::fs::create_dir_all(&of_year)?;
            for table in council.files(year) {
                std::fs::write(of_year.join(format!("{}.csv", sheet::name_of(table.file))), &table.bytes)?;
            }
        }
        std::fs::write(own.join("round.txt"), YEAR.to_string())?;
        let returns = read(&returns_of(&own)?);
        n += u64::try_from(returns.children.len())?;
        all.push(returns);
    }
    anyhow::ensure!(n >= N_CHILDREN, "all councils together have {n} children");
    Ok(all)
}
