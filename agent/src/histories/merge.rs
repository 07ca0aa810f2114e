//! Which rows count: the newest version of each episode over all returns, closed where it was left open.
//!
//! Rule Q12, details 3 to 7 and 19: the row of the latest return replaces older ones with the same child and DECOM; an
//! episode left open is closed with E99 at the end of its return, or where the next episode begins. Every repair is
//! listed. Invariant: no returned history holds two episodes with one start, or an open one that is not the last.

use std::collections::{BTreeMap, HashMap};

use shared::ids::ReportingYear;

use super::{
    AbsenceSpell, CameAlone, CarerSpell, ChildHistory, End, Ending, Episode, Leaver, Outcomes, Review, RowPlace, Stretch,
    Supplied, WorkerSpell, chain,
};
use crate::day::Day;
use crate::pseudonym::Pseudonym;
use crate::records::codes::{Ethnicity, Rec, Rne, Sex};
use crate::records::rows::EpisodeRow;
use crate::records::tables::Table;
use crate::records::{ChildIndex, ReturnRead};

/// What a repair did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RepairKind {
    /// Closed with X1 where the next episode begins.
    ClosedAtNext,
    /// Closed with E99 on 31 March of its return, or the day before the next period of care.
    ClosedAtYearEnd,
    /// Left out: nothing of it would remain.
    LeftOut,
}

impl RepairKind {
    /// What was done, for a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Self::ClosedAtNext => "an open episode was closed where the next one begins",
            Self::ClosedAtYearEnd => "an open episode that no later return has was closed at the end of its return (E99)",
            Self::LeftOut => "an open episode that would last less than a day was left out",
        }
    }
}

/// A repair: what was done to the episode of which row.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Repair {
    /// What was done.
    pub kind: RepairKind,
    /// Where the row stands.
    pub place: RowPlace,
}

/// All histories of an authority for one reporting year.
pub struct Histories {
    /// The children with a row in Header and a date of birth, by pseudonym.
    pub children: Vec<ChildHistory>,
    /// What was repaired.
    pub repairs: Vec<Repair>,
    /// Children that are counted nowhere, for want of a row in Header with a date of birth.
    pub n_without_header: u64,
}

#[derive(Default)]
struct Gathered<'r> {
    header: Option<(Day, Sex, Ethnicity)>,
    /// By DECOM; a later return or line replaces.
    episodes: BTreeMap<Day, (ReportingYear, &'r EpisodeRow)>,
    outcomes: Vec<(ReportingYear, Outcomes)>,
    leaver: Vec<(ReportingYear, Leaver)>,
    reviews: Vec<Review>,
    absences: Vec<AbsenceSpell>,
    workers: Vec<WorkerSpell>,
    came_alone: Vec<CameAlone>,
    rows: Vec<RowPlace>,
}

/// Builds the histories for a round from the returns of its year and of years before; later ones are left aside.
pub fn build(returns: &[ReturnRead], year: ReportingYear) -> Histories {
    let mut used: Vec<&ReturnRead> = returns.iter().filter(|read| read.year <= year).collect();
    used.sort_by_key(|read| read.year);
    let supplied = used.iter().fold(Supplied::default(), |all, read| all.with(read.year, read.records.supplied));
    let mut gathered: Vec<Gathered<'_>> = Vec::new();
    let mut index: HashMap<Pseudonym, usize> = HashMap::new();
    let mut names: Vec<Pseudonym> = Vec::new();
    for read in &used {
        let mut place_of = Vec::with_capacity(read.records.children.len());
        for name in &read.records.children {
            let place = *index.entry(*name).or_insert(names.len());
            if place == names.len() {
                names.push(*name);
                gathered.push(Gathered::default());
            }
            place_of.push(place);
        }
        gather(read, &place_of, &mut gathered);
    }
    let newest = used.last().map(|read| read.year);
    let mut all = Histories { children: Vec::new(), repairs: Vec::new(), n_without_header: 0 };
    for (name, child) in names.into_iter().zip(gathered) {
        match child.header {
            Some(header) => all.children.push(history(name, header, child, newest, supplied, &mut all.repairs)),
            None => all.n_without_header += 1,
        }
    }
    all.children.sort_by_key(|child| child.pseudonym);
    all.repairs.sort();
    all
}

fn gather<'r>(read: &'r ReturnRead, place_of: &[usize], all: &mut [Gathered<'r>]) {
    let year = read.year;
    let records = &read.records;
    let mut of = |child: ChildIndex, table: Table, line: u32, keep: &mut dyn FnMut(&mut Gathered<'r>)| {
        let place = usize::try_from(child.0).ok().and_then(|at| place_of.get(at)).copied();
        if let Some(child) = place.and_then(|place| all.get_mut(place)) {
            child.rows.push(RowPlace { year, table, line });
            keep(child);
        }
    };
    for row in &records.header {
        of(row.child, Table::Header, row.line, &mut |child| child.header = Some((row.birth, row.sex, row.ethnicity)));
    }
    for row in &records.episodes {
        // rows come in the order of their lines and returns in the order of their years, so that the last one stays
        of(row.child, Table::Episodes, row.line, &mut |child| {
            child.episodes.insert(row.start, (year, row));
        });
    }
    for row in &records.oc2 {
        let outcomes = Outcomes { score: row.score, no_score: row.no_score, health_assessment: row.health_assessment };
        of(row.child, Table::Oc2, row.line, &mut |child| child.outcomes.push((year, outcomes)));
    }
    for row in &records.oc3 {
        let leaver = Leaver { in_touch: row.in_touch, activity: row.activity, accommodation: row.accommodation };
        of(row.child, Table::Oc3, row.line, &mut |child| child.leaver.push((year, leaver)));
    }
    for row in &records.reviews {
        let review = Review { year, on: row.on, took_part: row.took_part };
        of(row.child, Table::Reviews, row.line, &mut |child| child.reviews.push(review));
    }
    for row in &records.absences {
        let spell = AbsenceSpell { year, kind: row.kind, start: row.start, end: row.end };
        of(row.child, Table::Missing, row.line, &mut |child| child.absences.push(spell));
    }
    for row in &records.uasc {
        of(row.child, Table::Uasc, row.line, &mut |child| child.came_alone.push(CameAlone { year, ceased: row.ceased }));
    }
    for row in &records.workers {
        let spell = WorkerSpell { year, worker: row.worker, stretch: Stretch { start: row.start, end: row.end } };
        of(row.child, Table::SwEpisodes, row.line, &mut |child| child.workers.push(spell));
    }
}

fn history(
    pseudonym: Pseudonym,
    (birth, sex, ethnicity): (Day, Sex, Ethnicity),
    child: Gathered<'_>,
    newest: Option<ReportingYear>,
    supplied: Supplied,
    repairs: &mut Vec<Repair>,
) -> ChildHistory {
    let rows = || child.episodes.values();
    let short_breaks =
        rows().filter(|(_, row)| row.legal.is_short_break()).map(|(_, row)| Stretch { start: row.start, end: row.end });
    let short_breaks = short_breaks.collect();
    let kept: Vec<_> = rows().filter(|(_, row)| !row.legal.is_short_break()).copied().collect();
    let mut episodes = close_open_ones(&kept, newest, repairs);
    let carers: Vec<CarerSpell> = chain::link(&mut episodes);
    ChildHistory {
        pseudonym,
        birth,
        sex,
        ethnicity,
        episodes,
        carers,
        short_breaks,
        outcomes: child.outcomes,
        leaver: child.leaver,
        reviews: child.reviews,
        absences: child.absences,
        workers: child.workers,
        came_alone: child.came_alone,
        supplied,
        rows: child.rows,
    }
}

/// Episodes in order of their start, with every open one but the newest return's last closed.
fn close_open_ones(
    rows: &[(ReportingYear, &EpisodeRow)],
    newest: Option<ReportingYear>,
    repairs: &mut Vec<Repair>,
) -> Vec<Episode> {
    let mut episodes = Vec::with_capacity(rows.len());
    for (at, (year, row)) in rows.iter().enumerate() {
        let next = rows.get(at + 1).map(|(_, next)| *next);
        let end = match row.end {
            Some(on) => Some(End { on, how: row.rec.map_or(Ending::NotRecorded, Ending::Recorded) }),
            None if next.is_none() && Some(*year) == newest => None,
            None => {
                let (end, kind) = closed(*year, row, next);
                repairs.push(Repair { kind, place: RowPlace { year: *year, table: Table::Episodes, line: row.line } });
                if kind == RepairKind::LeftOut {
                    continue;
                }
                Some(end)
            }
        };
        episodes.push(episode(row, end));
    }
    episodes
}

fn closed(year: ReportingYear, row: &EpisodeRow, next: Option<&EpisodeRow>) -> (End, RepairKind) {
    let year_end = Day::last_of(year);
    let on = match next {
        Some(next) if next.rne != Rne::S => {
            return (End { on: next.start, how: Ending::Recorded(Rec::X1) }, RepairKind::ClosedAtNext);
        }
        Some(next) => year_end.min(next.start.before()),
        None => year_end,
    };
    let kind = if on > row.start { RepairKind::ClosedAtYearEnd } else { RepairKind::LeftOut };
    (End { on, how: Ending::Repaired }, kind)
}

fn episode(row: &EpisodeRow, end: Option<End>) -> Episode {
    Episode {
        start: row.start,
        end,
        rne: row.rne,
        legal: row.legal,
        need: row.need,
        place: row.place,
        provider: row.provider,
        postcode: row.postcode,
        urn: row.urn,
        reason: row.reason,
        period: 0,
        placement: None,
        carer: None,
    }
}
