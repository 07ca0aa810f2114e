//! `records`: read, parse and validate the returns of one large authority, beside a bare pass of the `csv` crate over
//! the same bytes.

use agent::histories::{Mending, each};
use agent::records::Returns;
use shared::framework::Parameters;
use shared::ids::AuthorityId;

use super::timing::alternate_cpu;
use super::{Outcome, Target};
use crate::councils::extracts::Supply;
use crate::councils::{Council, Plan, Spec};
use crate::reading::{Return, read, returns_of};

const ROUNDS: usize = 5;
/// Linked years of the council.
const YEARS: usize = 10;
/// Its children in care on the last day: with ten years they have about 60,000 rows of episodes in all returns together.
const N_CHILDREN: u32 = 2_600;

/// Reads returns as the agent does; a clean return is not refused.
pub(crate) fn read_returns(returns: &[Return]) -> anyhow::Result<Returns> {
    let read = read(returns);
    let refusal = read.all.iter().flat_map(|read| &read.refusals).next();
    anyhow::ensure!(refusal.is_none(), "a clean return was refused: {}", refusal.map_or(String::new(), ToString::to_string));
    Ok(read)
}

pub(super) fn run() -> anyhow::Result<Vec<Outcome>> {
    let returns = large_council()?;
    let bytes: usize = returns.iter().flat_map(|(_, files)| files.iter().map(|f| f.bytes.len())).sum();
    let mut n_rows = 0;
    let (mut n_children, mut n_episodes, mut n_problems) = (0, 0_usize, 0_u64);
    let year = returns.last().map(|(year, _)| *year).ok_or_else(|| anyhow::anyhow!("a return was made"))?;
    let ours = || {
        let read = read_returns(&returns)?;
        n_rows = read.all.iter().map(|read| read.n_rows).sum();
        n_episodes = read.all.iter().map(|read| read.records.episodes.len()).sum();
        n_problems = read.all.iter().flat_map(|read| read.findings.counts().values()).map(|count| count.n).sum();
        n_children = each(&read, year, Mending::Apply, Parameters::default(), |history| {
            std::hint::black_box(history);
        })
        .n_children;
        Ok(())
    };
    let (figure, baseline) = alternate_cpu(ROUNDS, ours, || bare_pass(&returns))?;
    let what = format!(
        "read, validate and turn into histories {YEARS} return years of one authority ({n_rows} rows, {n_children} \
             children, {} MB)",
        bytes / 1_000_000
    );
    Ok(vec![Outcome::new("records", what, "cpu s", figure, (baseline, "csv byte records"), Target::RatioAtMost(4.0))])
}

/// Reads every record of every file and looks at none.
pub(super) fn bare_pass(returns: &[Return]) -> anyhow::Result<()> {
    for (_, files) in returns {
        for file in files {
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(file.bytes.as_slice());
            let mut record = csv::ByteRecord::new();
            while reader.read_byte_record(&mut record)? {
                std::hint::black_box(record.len());
            }
        }
    }
    Ok(())
}

/// The returns of one made-up council with ten linked years, in memory: about 60,000 rows of episodes.
fn large_council() -> anyhow::Result<Vec<Return>> {
    let spec =
        Spec { seed: 1, authorities: None, reporting_year: 2026, n_years: YEARS, extracts: Supply::Nothing, ..Spec::default() };
    in_memory(&Plan::new(&spec).council_of_size(0, N_CHILDREN))
}

/// The code and the returns of a made-up council of middling size, in memory: three linked years.
pub(super) fn middling_council() -> anyhow::Result<(AuthorityId, Vec<Return>)> {
    let spec =
        Spec { seed: 1, authorities: None, reporting_year: 2026, n_years: 3, extracts: Supply::Nothing, ..Spec::default() };
    let by_size = places_by_size(&Plan::new(&spec));
    council(&spec, by_size.get(by_size.len() / 2).copied().unwrap_or(0))
}

/// Places of the plan's authorities, smallest first.
fn places_by_size(plan: &Plan) -> Vec<usize> {
    let mut places: Vec<usize> = (0..plan.authorities().len()).collect();
    places.sort_by_key(|place| plan.authorities()[*place].n_children);
    places
}

fn council(spec: &Spec, place: usize) -> anyhow::Result<(AuthorityId, Vec<Return>)> {
    let council = Plan::new(spec).council(place);
    Ok((council.code.parse()?, in_memory(&council)?))
}

/// The returns of a council as files in memory.
fn in_memory(council: &Council) -> anyhow::Result<Vec<Return>> {
    let folder = tempfile::tempdir()?;
    council.write_returns(folder.path())?;
    Ok(returns_of(folder.path())?)
}
