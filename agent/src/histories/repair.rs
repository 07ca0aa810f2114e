//! What is mended of a child's episodes: each repair has a name, is counted and is listed.
//!
//! The rows come as the newest version of each episode (rule Q12). Mending is a choice of the authority, [`Mending`]; the
//! repairs are a function of one child's rows. Details 3, 4 and 19 of the measures say how an open episode is closed;
//! overlaps and gaps are mended as data teams do. Invariant under [`Mending::Apply`]: no two episodes overlap, none but
//! the last is open, and an episode that ends with X1 ends where the next begins.

use shared::ids::ReportingYear;

use super::{End, Ending, RowPlace};
use crate::day::Day;
use crate::records::codes::Rne;
use crate::records::rows::EpisodeRow;
use crate::records::tables::Table;

/// Whether episodes that contradict each other are mended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mending {
    /// Rows stand as they are, and nothing is said of it.
    Off,
    /// Rows stand as they are; what would be mended is listed.
    Report,
    /// Rows are mended, and what was mended is listed.
    #[default]
    Apply,
}

/// What a repair does. The names are those that data teams know from their own tools.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RepairKind {
    /// RULE_1: an open episode ends with X1 where the next one begins.
    ClosedAtNext,
    /// RULE_1A: an open episode before a new period of care ends with E99 the day before it, at most on 31 March.
    ClosedBeforeNewPeriod,
    /// RULE_2: an open episode of an old return that no later one has ends with E99 on 31 March of its return.
    ClosedAtYearEnd,
    /// RULE_3: of two rows of one return with the same start the last stays.
    RepeatLeftOut,
    /// RULE_4: an episode that overlaps with the next one ends where that begins.
    OverlapTrimmed,
    /// RULE_5: a gap after X1 is closed: the episode lasts until the next one begins.
    GapClosed,
    /// An open episode that would last less than a day is left out.
    LeftOut,
}

impl RepairKind {
    /// All, in the order of reports.
    pub const ALL: [Self; 7] = [
        Self::ClosedAtNext,
        Self::ClosedBeforeNewPeriod,
        Self::ClosedAtYearEnd,
        Self::RepeatLeftOut,
        Self::OverlapTrimmed,
        Self::GapClosed,
        Self::LeftOut,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::ClosedAtNext => "RULE_1",
            Self::ClosedBeforeNewPeriod => "RULE_1A",
            Self::ClosedAtYearEnd => "RULE_2",
            Self::RepeatLeftOut => "RULE_3",
            Self::OverlapTrimmed => "RULE_4",
            Self::GapClosed => "RULE_5",
            Self::LeftOut => "RULE_6",
        }
    }

    /// What is done, for a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Self::ClosedAtNext => "an open episode is closed where the next one begins",
            Self::ClosedBeforeNewPeriod => "an open episode is closed the day before the next period of care (E99)",
            Self::ClosedAtYearEnd => "an open episode that no later return has is closed at the end of its return (E99)",
            Self::RepeatLeftOut => "of two rows of one return with the same start the last one stays",
            Self::OverlapTrimmed => "an episode that overlaps with the next one ends where that begins",
            Self::GapClosed => "a gap after an episode that should continue is closed",
            Self::LeftOut => "an open episode that would last less than a day is left out",
        }
    }
}

/// A repair: what is done to the episode of which row.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Repair {
    /// What is done.
    pub kind: RepairKind,
    /// Where the row stands.
    pub place: RowPlace,
}

/// An episode's row, with the end under which it is counted.
#[derive(Clone, Copy)]
pub struct Mended<'r> {
    /// The return that holds it.
    pub year: ReportingYear,
    /// The row.
    pub row: &'r EpisodeRow,
    /// Its end; open while `None`.
    pub end: Option<End>,
}

/// The episodes of a child as they are counted: `rows` is the newest version of each, in the order of their starts,
/// `newest` the newest return. `mended` is written over; repairs are added to `repairs`.
pub(super) fn mend<'r>(
    rows: &[(ReportingYear, &'r EpisodeRow)],
    newest: Option<ReportingYear>,
    mending: Mending,
    mended: &mut Vec<Mended<'r>>,
    repairs: &mut Vec<Repair>,
) {
    mended.clear();
    if mending != Mending::Apply {
        let as_it_stands = |(year, row): &(ReportingYear, &'r EpisodeRow)| Mended { year: *year, row, end: recorded_end(row) };
        mended.extend(rows.iter().map(as_it_stands));
    }
    if mending == Mending::Off {
        return;
    }
    for (at, (year, row)) in rows.iter().enumerate() {
        let next = rows.get(at + 1).map(|(_, next)| *next);
        let done = one(*year, row, next, newest);
        let place = RowPlace { year: *year, table: Table::Episodes, line: row.line };
        repairs.extend(done.kind.map(|kind| Repair { kind, place }));
        if mending == Mending::Apply && done.kind != Some(RepairKind::LeftOut) {
            mended.push(Mended { year: *year, row, end: done.end });
        }
    }
}

fn recorded_end(row: &EpisodeRow) -> Option<End> {
    row.end.map(|on| End { on, how: row.rec.map_or(Ending::NotRecorded, Ending::Recorded) })
}

/// What becomes of one episode.
struct Done {
    end: Option<End>,
    kind: Option<RepairKind>,
}

fn one(year: ReportingYear, row: &EpisodeRow, next: Option<&EpisodeRow>, newest: Option<ReportingYear>) -> Done {
    let Some(end) = recorded_end(row) else { return open(year, row, next, newest) };
    let Some(next) = next else { return Done { end: Some(end), kind: None } };
    let at_next = |kind| Done { end: Some(End { on: next.start, how: end.how }), kind: Some(kind) };
    if next.start < end.on {
        at_next(RepairKind::OverlapTrimmed)
    } else if end.how.continues() && next.rne != Rne::S && end.on < next.start {
        at_next(RepairKind::GapClosed)
    } else {
        Done { end: Some(end), kind: None }
    }
}

fn open(year: ReportingYear, row: &EpisodeRow, next: Option<&EpisodeRow>, newest: Option<ReportingYear>) -> Done {
    let year_end = Day::last_of(year);
    let (on, kind) = match next {
        None if Some(year) == newest => return Done { end: None, kind: None },
        Some(next) if next.rne != Rne::S => {
            let end = End { on: next.start, how: Ending::Continued };
            return Done { end: Some(end), kind: Some(RepairKind::ClosedAtNext) };
        }
        Some(next) => (year_end.min(next.start.before()), RepairKind::ClosedBeforeNewPeriod),
        None => (year_end, RepairKind::ClosedAtYearEnd),
    };
    let kind = if on > row.start { kind } else { RepairKind::LeftOut };
    Done { end: Some(End { on, how: Ending::Repaired }), kind: Some(kind) }
}
