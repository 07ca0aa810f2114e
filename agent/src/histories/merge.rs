//! From the rows of all returns to one history after another.
//!
//! Rule Q12, details 3 to 7: the row of the latest return replaces older ones with the same child and DECOM. Children are
//! walked in the order of their numbers, and of each only its own rows are at hand.

use std::collections::BTreeMap;

use shared::ids::ReportingYear;

use super::repair::{Mended, Mending, Repair, RepairKind, mend};
use super::{
    AbsenceSpell, CameAlone, ChildHistory, Episode, Extracts, Leaver, Outcomes, Review, RowPlace, Stretch, Supplied, WorkerSpell,
    chain,
};
use crate::day::Day;
use crate::pseudonym::Pseudonym;
use crate::records::child::Walk;
use crate::records::rows::{EpisodeRow, HeaderRow};
use crate::records::{ChildIndex, ChildRows, ReturnRead, Returns};

/// Most repairs that are listed one by one; all are counted.
const REPAIRS_LISTED_MAX: usize = 100_000;

/// What was seen on the way.
#[derive(Default)]
pub struct Summary {
    /// Repairs, in the order of report; of very many the first ones.
    pub repairs: Vec<Repair>,
    /// How many repairs of each kind.
    pub n_repairs: BTreeMap<RepairKind, u64>,
    /// Children that are counted nowhere, for want of a row in Header with a date of birth.
    pub n_without_header: u64,
    /// Children with a history.
    pub n_children: u64,
}

/// All histories of an authority for one reporting year, kept together.
pub struct Histories {
    /// The children with a row in Header and a date of birth, by pseudonym.
    pub children: Vec<ChildHistory>,
    /// What was seen on the way.
    pub summary: Summary,
}

/// Makes the histories and keeps them all.
pub fn build(returns: &Returns, year: ReportingYear, mending: Mending) -> Histories {
    let mut children = Vec::new();
    let summary = each(returns, year, mending, |history| children.push(history));
    children.sort_by_key(|child: &ChildHistory| child.pseudonym);
    Histories { children, summary }
}

/// Makes the histories for a round from the returns of its year and of years before, one after another; later returns are
/// left aside.
pub fn each(returns: &Returns, year: ReportingYear, mending: Mending, mut keep: impl FnMut(ChildHistory)) -> Summary {
    let mut used: Vec<&ReturnRead> = returns.all.iter().filter(|read| read.year <= year).collect();
    used.sort_by_key(|read| read.year);
    let supplied = used.iter().fold(Supplied::default(), |all, read| all.with(read.year, read.records.supplied));
    let newest = used.last().map(|read| read.year);
    let mut walks: Vec<(ReportingYear, Walk<'_>)> = used.iter().map(|read| (read.year, Walk::new(&read.records))).collect();
    let mut summary = Summary::default();
    let mut rows: Vec<(ReportingYear, ChildRows<'_>)> = Vec::with_capacity(used.len());
    for (child, pseudonym) in ChildIndex::first(returns.children.len()).zip(&returns.children) {
        rows.clear();
        rows.extend(walks.iter_mut().filter_map(|(year, walk)| walk.rows(child).map(|of_year| (*year, of_year))));
        if rows.is_empty() {
            continue;
        }
        let header = rows.iter().rev().find_map(|(_, rows)| rows.header_row().and_then(|row| Some((row, row.birth?))));
        let Some((header, birth)) = header else {
            summary.n_without_header += 1;
            continue;
        };
        summary.n_children += 1;
        let who = Who { pseudonym: *pseudonym, header, birth };
        keep(history(&who, &rows, newest, supplied, mending, &mut summary));
    }
    summary.repairs.sort();
    summary
}

/// What Header says of a child.
struct Who<'r> {
    pseudonym: Pseudonym,
    header: &'r HeaderRow,
    birth: Day,
}

fn history(
    who: &Who<'_>,
    rows: &[(ReportingYear, ChildRows<'_>)],
    newest: Option<ReportingYear>,
    supplied: Supplied,
    mending: Mending,
    summary: &mut Summary,
) -> ChildHistory {
    let mut repairs = Vec::new();
    let episodes = newest_versions(rows, mending, &mut repairs);
    let short_breaks = episodes.iter().filter(|(_, row)| row.legal.is_short_break());
    let short_breaks = short_breaks.map(|(_, row)| Stretch { start: row.start, end: row.end }).collect();
    let care: Vec<_> = episodes.iter().filter(|(_, row)| !row.legal.is_short_break()).copied().collect();
    let mut episodes: Vec<Episode> = mend(&care, newest, mending, &mut repairs).iter().map(episode).collect();
    let carers = chain::link(&mut episodes);
    for repair in repairs {
        *summary.n_repairs.entry(repair.kind).or_insert(0) += 1;
        if summary.repairs.len() < REPAIRS_LISTED_MAX {
            summary.repairs.push(repair);
        }
    }
    let mut history = ChildHistory {
        pseudonym: who.pseudonym,
        birth: who.birth,
        sex: who.header.sex_group(),
        ethnicity: who.header.ethnicity(),
        episodes,
        carers,
        short_breaks,
        outcomes: Vec::new(),
        leaver: Vec::new(),
        reviews: Vec::new(),
        absences: Vec::new(),
        workers: Vec::new(),
        came_alone: Vec::new(),
        extracts: Extracts::default(),
        supplied,
        rows: Vec::new(),
    };
    for (year, rows) in rows {
        add_tables(&mut history, *year, rows);
    }
    history
}

/// The newest version of each episode over all returns, in the order of their starts. Rows come in the order of start and
/// line, and returns in the order of their years, so that the last one stays.
fn newest_versions<'r>(
    rows: &[(ReportingYear, ChildRows<'r>)],
    mending: Mending,
    repairs: &mut Vec<Repair>,
) -> Vec<(ReportingYear, &'r EpisodeRow)> {
    let mut all: Vec<(ReportingYear, &EpisodeRow)> = Vec::new();
    for (year, rows) in rows {
        all.extend(rows.episodes.iter().map(|row| (*year, row)));
    }
    if rows.len() > 1 {
        all.sort_by_key(|(_, row)| row.start);
    }
    all.dedup_by(|later, earlier| {
        let same = later.1.start == earlier.1.start;
        if same {
            if mending != Mending::Off && later.0 == earlier.0 {
                let place = RowPlace { year: earlier.0, table: crate::records::tables::Table::Episodes, line: earlier.1.line };
                repairs.push(Repair { kind: RepairKind::RepeatLeftOut, place });
            }
            std::mem::swap(later, earlier);
        }
        same
    });
    all
}

fn episode(mended: &Mended<'_>) -> Episode {
    let row = mended.row;
    Episode {
        start: row.start,
        end: mended.end,
        rne: row.rne,
        legal: row.legal,
        need: row.need,
        place: row.place,
        provider: row.provider.known(),
        postcode: row.postcode,
        urn: row.urn,
        reason: row.reason.known(),
        period: 0,
        placement: None,
        carer: None,
    }
}

/// Adds what one return says besides episodes.
fn add_tables(history: &mut ChildHistory, year: ReportingYear, rows: &ChildRows<'_>) {
    history.rows.extend(rows.places().map(|(table, line)| RowPlace { year, table, line }));
    history.extracts.add(year, rows);
    history.outcomes.extend(rows.oc2.iter().map(|row| {
        let health_assessment = row.health_assessment.known();
        (year, Outcomes { score: row.score.known(), no_score: row.no_score.known(), health_assessment })
    }));
    history.leaver.extend(rows.oc3.iter().map(|row| {
        let (in_touch, activity) = (row.in_touch.known(), row.activity.known());
        (year, Leaver { in_touch, activity, accommodation: row.accommodation.known() })
    }));
    history.reviews.extend(rows.reviews.iter().map(|row| Review { year, on: row.on, took_part: row.took_part }));
    let absence = |row: &crate::records::rows::AbsenceRow| AbsenceSpell { year, kind: row.kind, start: row.start, end: row.end };
    history.absences.extend(rows.absences.iter().map(absence));
    history.workers.extend(rows.workers.iter().map(|row| {
        let stretch = Stretch { start: row.start, end: row.end };
        WorkerSpell { year, worker: row.worker, stretch }
    }));
    history.came_alone.extend(rows.uasc.iter().map(|row| CameAlone { year, ceased: row.ceased.known() }));
}
