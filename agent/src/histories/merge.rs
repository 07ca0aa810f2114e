//! From the rows of all returns to one history after another.
//!
//! Rule Q12, details 3 to 7: the row of the latest return replaces older ones with the same child and DECOM. Children are
//! walked in the order of their numbers, and of each only its own rows are at hand.

use std::collections::BTreeMap;

use shared::framework::Parameters;
use shared::ids::ReportingYear;

use super::repair::{Mended, Mending, Repair, RepairKind, mend};
use super::{
    AbsenceSpell, CameAlone, ChildHistory, Episode, Extracts, Leaver, Outcomes, Review, RowPlace, ShortBreak, Stretch, Supplied,
    WorkerSpell, chain,
};
use crate::day::Day;
use crate::pseudonym::Pseudonym;
use crate::records::child::Walk;
use crate::records::codes::Rec;
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
pub fn build(returns: &Returns, year: ReportingYear, mending: Mending, parameters: Parameters) -> Histories {
    let mut children = Vec::new();
    let keep = |history| {
        children.push(history);
        None
    };
    let summary = make(returns, year, (mending, parameters), keep);
    children.sort_by_key(|child: &ChildHistory| child.pseudonym);
    Histories { children, summary }
}

/// Makes the histories for a round from the returns of its year and of years before, and shows one after another; later
/// returns are left aside.
pub fn each(
    returns: &Returns,
    year: ReportingYear,
    mending: Mending,
    parameters: Parameters,
    mut show: impl FnMut(&ChildHistory),
) -> Summary {
    make(returns, year, (mending, parameters), |history| {
        show(&history);
        Some(history)
    })
}

/// Makes one history after another. What `keep` gives back is written over: its lists have the room that the next needs.
fn make(
    returns: &Returns,
    year: ReportingYear,
    choices: (Mending, Parameters),
    mut keep: impl FnMut(ChildHistory) -> Option<ChildHistory>,
) -> Summary {
    let mut used: Vec<&ReturnRead> = returns.all.iter().filter(|read| read.year <= year).collect();
    used.sort_by_key(|read| read.year);
    let supplied = used
        .iter()
        .fold(Supplied::default().with_postcodes(returns.has_postcodes), |all, read| all.with(read.year, read.records.supplied));
    let newest = used.last().map(|read| read.year);
    let mut walks: Vec<(ReportingYear, Walk<'_>)> = used.iter().map(|read| (read.year, Walk::new(&read.records))).collect();
    let mut summary = Summary::default();
    let mut rows: Vec<(ReportingYear, ChildRows<'_>)> = Vec::with_capacity(used.len());
    let (mut room, mut spare) = (Room::default(), None);
    for (child, pseudonym) in ChildIndex::first(returns.children.len()).zip(&returns.children) {
        rows.clear();
        rows.extend(walks.iter_mut().filter_map(|(year, walk)| walk.rows(child).map(|of_year| (*year, *of_year))));
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
        let mut history = match spare.take() {
            Some(mut other) => {
                who.in_room_of(&mut other);
                other
            }
            None => who.without_rows(supplied),
        };
        room.fill(&mut history, &rows, newest, choices, &mut summary);
        spare = keep(history);
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

impl Who<'_> {
    /// The child's history before anything is said of it.
    fn without_rows(&self, supplied: Supplied) -> ChildHistory {
        ChildHistory {
            pseudonym: self.pseudonym,
            birth: self.birth,
            sex: self.header.sex_group(),
            ethnicity: self.header.ethnicity(),
            episodes: Vec::new(),
            carers: Vec::new(),
            short_breaks: Vec::new(),
            outcomes: Vec::new(),
            leaver: Vec::new(),
            reviews: Vec::new(),
            absences: Vec::new(),
            workers: Vec::new(),
            came_alone: Vec::new(),
            extracts: Extracts::default(),
            supplied,
            rows: Vec::new(),
        }
    }

    /// The same, in the room of another child's history. Every field is named, so that nothing of that child stays.
    fn in_room_of(&self, other: &mut ChildHistory) {
        let ChildHistory {
            pseudonym,
            birth,
            sex,
            ethnicity,
            episodes,
            carers,
            short_breaks,
            outcomes,
            leaver,
            reviews,
            absences,
            workers,
            came_alone,
            extracts,
            supplied: _, // the authority's
            rows,
        } = other;
        (*pseudonym, *birth) = (self.pseudonym, self.birth);
        (*sex, *ethnicity) = (self.header.sex_group(), self.header.ethnicity());
        episodes.clear();
        carers.clear();
        short_breaks.clear();
        outcomes.clear();
        leaver.clear();
        reviews.clear();
        absences.clear();
        workers.clear();
        came_alone.clear();
        extracts.clear();
        rows.clear();
    }
}

/// Lists that are needed on the way to a history, and kept from one child to the next.
#[derive(Default)]
struct Room<'r> {
    all: Vec<(ReportingYear, &'r EpisodeRow)>,
    mended: Vec<Mended<'r>>,
    repairs: Vec<Repair>,
}

impl<'r> Room<'r> {
    /// Fills the history of a child with its rows.
    fn fill(
        &mut self,
        history: &mut ChildHistory,
        rows: &[(ReportingYear, ChildRows<'r>)],
        newest: Option<ReportingYear>,
        (mending, parameters): (Mending, Parameters),
        summary: &mut Summary,
    ) {
        let Self { all, mended, repairs } = self;
        newest_versions(rows, mending, all, repairs);
        all.retain(|(_, row)| {
            let is_short_break = row.legal.is_short_break();
            if is_short_break {
                let stretch = Stretch { start: row.start, end: row.end };
                history.short_breaks.push(ShortBreak { stretch, continues: row.rec == Some(Rec::X1) });
            }
            !is_short_break
        });
        mend(all, newest, mending, mended, repairs);
        history.episodes.extend(mended.iter().map(episode));
        chain::link(&mut history.episodes, &mut history.carers, parameters);
        for repair in repairs.drain(..) {
            *summary.n_repairs.entry(repair.kind).or_insert(0) += 1;
            if summary.repairs.len() < REPAIRS_LISTED_MAX {
                summary.repairs.push(repair);
            }
        }
        for (year, rows) in rows {
            add_tables(history, *year, rows);
        }
    }
}

/// The newest version of each episode over all returns, in the order of their starts. Rows come in the order of start and
/// line, and returns in the order of their years, so that the last one stays.
fn newest_versions<'r>(
    rows: &[(ReportingYear, ChildRows<'r>)],
    mending: Mending,
    all: &mut Vec<(ReportingYear, &'r EpisodeRow)>,
    repairs: &mut Vec<Repair>,
) {
    all.clear();
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
        location: row.marks.location(),
        period: 0,
        placement: None,
        carer: None,
        is_stay: false,
        changes_carer: false,
    }
}

/// Adds what one return says besides episodes.
fn add_tables(history: &mut ChildHistory, year: ReportingYear, rows: &ChildRows<'_>) {
    rows.each_place(|table, line| history.rows.push(RowPlace { year, table, line }));
    history.extracts.add(year, rows);
    history.outcomes.extend(rows.oc2.iter().map(|row| {
        let outcomes = Outcomes {
            score: row.score.known(),
            no_score: row.no_score.known(),
            convicted: row.convicted.known(),
            health_check: row.health_check.known(),
            immunisations: row.immunisations.known(),
            teeth_check: row.teeth_check.known(),
            health_assessment: row.health_assessment.known(),
            substance_misuse: row.substance_misuse.known(),
            intervention_received: row.intervention_received.known(),
            intervention_offered: row.intervention_offered.known(),
        };
        (year, outcomes)
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
        WorkerSpell { year, worker: row.worker, stretch, reason: row.reason.known() }
    }));
    history.came_alone.extend(rows.uasc.iter().map(|row| CameAlone { year, ceased: row.ceased.known() }));
}
