//! `records`: read, parse and validate the returns of one large authority, beside a bare pass of the `csv` crate over
//! the same bytes.

use agent::histories::{Mending, each};
use agent::pseudonym::PseudonymKey;
use agent::records::changed::ChangedIds;
use agent::records::rules::RuleBook;
use agent::records::source::XmlTags;
use agent::records::{Offered, ReadOptions, ReturnReader, Returns, TableSet};
use shared::ids::{AuthorityId, ReportingYear};

use super::timing::alternate_cpu;
use super::{Outcome, Target};
use crate::councils::{Council, Plan, Spec};

const ROUNDS: usize = 5;
/// Linked years of the council.
const YEARS: usize = 10;
/// Its children in care on the last day: with ten years they have about 60,000 rows of episodes in all returns together.
const N_CHILDREN: u32 = 2_600;

/// A file in memory.
pub(crate) struct InputFile {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

/// One return: its year, and its files.
pub(crate) type Return = (ReportingYear, Vec<InputFile>);

/// Reads returns as the agent does.
pub(crate) fn read_returns(returns: &[Return]) -> anyhow::Result<Returns> {
    let key = PseudonymKey::from_bytes(&[7; 32]).ok_or_else(|| anyhow::anyhow!("a key of 32 bytes is long enough"))?;
    let (rules, changed, xml) = (RuleBook::built_in(), ChangedIds::default(), XmlTags::default());
    let options = ReadOptions { key: &key, rules: &rules, changed: &changed, xml: &xml, ignored: TableSet::NONE };
    let mut reader = ReturnReader::new(options);
    for (year, files) in returns {
        let offered = files.iter().map(|file| Offered::bytes(file.name.clone(), &file.bytes)).collect();
        let read = reader.read(*year, TableSet::required(), offered);
        anyhow::ensure!(read.refusals.is_empty(), "a clean return was refused: {}", read.refusals[0]);
    }
    Ok(reader.finish())
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
        n_children = each(&read, year, Mending::Apply, |history| drop(std::hint::black_box(history))).n_children;
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
    let spec = Spec { seed: 1, authorities: None, reporting_year: 2026, n_years: YEARS, faults: 0.0 };
    in_memory(&spec, &Plan::new(&spec).council_of_size(0, N_CHILDREN))
}

/// The code and the returns of a made-up council of middling size, in memory: three linked years.
pub(super) fn middling_council() -> anyhow::Result<(AuthorityId, Vec<Return>)> {
    let spec = Spec { seed: 1, authorities: None, reporting_year: 2026, n_years: 3, faults: 0.0 };
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
    Ok((council.code.parse()?, in_memory(spec, &council)?))
}

/// The returns of a council as files in memory.
fn in_memory(spec: &Spec, council: &Council) -> anyhow::Result<Vec<Return>> {
    let folder = tempfile::tempdir()?;
    council.write_returns(folder.path())?;
    let mut returns = Vec::new();
    for year in spec.years() {
        let mut files = Vec::new();
        for entry in std::fs::read_dir(folder.path().join(year.to_string()))? {
            let path = entry?.path();
            files.push(InputFile { name: path.display().to_string(), bytes: std::fs::read(&path)? });
        }
        files.sort_by(|a, b| a.name.cmp(&b.name));
        let year = ReportingYear::new(year).ok_or_else(|| anyhow::anyhow!("year {year}"))?;
        returns.push((year, files));
    }
    Ok(returns)
}
