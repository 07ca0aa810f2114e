//! Histories: the rows of all return years become one [`ChildHistory`] for each child.
//!
//! Pure. A history knows one child and which tables its authority supplied, and nothing else: the measures see only
//! this. Rules Q1 to Q5 and Q12 of the measures and details 1 to 9 are carried out here. Invariant: a history is a
//! function of that child's rows and of which tables exist; no other child's rows enter. Histories are made one after
//! another and need not be kept. Reading order: `merge` (which rows count), `repair` (what is mended of episodes that
//! contradict each other), `chain` (periods of care, placements, carers), `ask` (questions that the measures put).

mod ask; // questions of the measures
mod chain; // periods, placements, carers
mod moves; // changes of carer, worker and school
mod merge; // rows of all years, child by child
mod repair; // episodes that contradict each other
pub mod extracts; // local extracts
pub mod survey; // what children say

#[cfg(test)]
pub(crate) mod tests;

use shared::ids::ReportingYear;

use crate::day::Day;
use crate::pseudonym::{Pseudonym, Token};
use crate::records::codes::{
    Absence, Accommodation, Activity, Ethnicity, InTouch, LegalStatus, MoveReason, Need, NoScore, Place, Provider, Rec, Rne, Sex,
    TookPart, WorkerReason,
};
use crate::records::postcodes::Location;
use crate::records::tables::Table;
use crate::records::{TableSet, YEAR_FIRST, YEAR_LAST};

pub use extracts::Extracts;
pub use merge::{Histories, Summary, build, each};
pub use repair::{Mended, Mending, Repair, RepairKind};

/// Why an episode ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// As recorded.
    Recorded(Rec),
    /// DEC was given without REC: it breaks continuity and is no exit.
    NotRecorded,
    /// Open, and closed by a repair where the next episode begins (X1 by RULE_1): care goes on, no reason was recorded.
    Continued,
    /// Closed by a repair (E99): it breaks continuity and is no exit.
    Repaired,
}

impl Ending {
    /// The reason with which a child left care, as far as it is known.
    pub fn exit(self) -> Option<Rec> {
        match self {
            Self::Recorded(Rec::X1) | Self::NotRecorded | Self::Continued | Self::Repaired => None,
            Self::Recorded(rec) => Some(rec),
        }
    }

    /// Whether another episode follows.
    pub fn continues(self) -> bool {
        matches!(self, Self::Recorded(Rec::X1) | Self::Continued)
    }
}

/// The end of an episode: the first day on which it no longer holds, and why.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// DEC: the day itself is not in the episode.
    pub on: Day,
    /// REC.
    pub how: Ending,
}

/// An episode as it stands after merging and repair, with its place in the chain. Holds on `start <= day < end`.
pub struct Episode {
    /// First day.
    pub start: Day,
    /// End; open while `None`.
    pub end: Option<End>,
    /// Why it began.
    pub rne: Rne,
    /// Legal status.
    pub legal: LegalStatus,
    /// Category of need.
    pub need: Option<Need>,
    /// Kind of placement.
    pub place: Place,
    /// Provider.
    pub provider: Option<Provider>,
    /// Postcode of the placement.
    pub postcode: Token,
    /// Registration number of the setting.
    pub urn: Token,
    /// Why the placement changed at its end.
    pub reason: Option<MoveReason>,
    /// How far from home it lies.
    pub location: Location,
    /// Number of the period of care.
    pub period: usize,
    /// Number of the placement; `None` while a period that began temporary has none.
    pub placement: Option<usize>,
    /// Number of the carer spell; `None` together with `placement`.
    pub carer: Option<usize>,
    /// A temporary stay that is part of the placement before it (detail 8).
    pub is_stay: bool,
    /// It began with another carer, by the count of the Children's Commissioner (B4a and B4b).
    pub changes_carer: bool,
}

/// The end of a home by a move to another carer (detail 10).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CarerEnding {
    /// The day of the move: DEC.
    pub on: Day,
    /// Why; blank is `OTHER`.
    pub reason: MoveReason,
}

/// A stretch with the same carer, in one period of care.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CarerSpell {
    /// Period of care.
    pub period: usize,
    /// First day.
    pub start: Day,
}

/// A stretch of days: holds on `start <= day < end`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// First day.
    pub start: Day,
    /// First day after it; open while `None`.
    pub end: Option<Day>,
}

/// A short break, as recorded: no repair touches it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ShortBreak {
    /// When.
    pub stretch: Stretch,
    /// Whether REC says that another episode follows (X1).
    pub continues: bool,
}

/// Twelve-month outcomes of one return; `None` where nothing is recorded.
#[derive(Clone, Copy)]
pub struct Outcomes {
    /// Score of the strengths and difficulties questionnaire, 0 to 40.
    pub score: Option<u8>,
    /// Why there is none.
    pub no_score: Option<NoScore>,
    /// Convicted or warned in the year.
    pub convicted: Option<bool>,
    /// Development checks up to date.
    pub health_check: Option<bool>,
    /// Immunisations up to date.
    pub immunisations: Option<bool>,
    /// Teeth checked.
    pub teeth_check: Option<bool>,
    /// Health assessment done.
    pub health_assessment: Option<bool>,
    /// A substance misuse problem.
    pub substance_misuse: Option<bool>,
    /// Help received for it.
    pub intervention_received: Option<bool>,
    /// Help offered for it.
    pub intervention_offered: Option<bool>,
}

/// A care leaver's row of one return.
#[derive(Clone, Copy)]
pub struct Leaver {
    /// Contact.
    pub in_touch: Option<InTouch>,
    /// Activity.
    pub activity: Option<Activity>,
    /// Accommodation.
    pub accommodation: Option<Accommodation>,
}

/// A review of the care plan.
#[derive(Clone, Copy)]
pub struct Review {
    /// Return that holds it.
    pub year: ReportingYear,
    /// Day.
    pub on: Day,
    /// How the child took part.
    pub took_part: TookPart,
}

/// A time missing or away.
#[derive(Clone, Copy)]
pub struct AbsenceSpell {
    /// Return that holds it.
    pub year: ReportingYear,
    /// Missing or away.
    pub kind: Absence,
    /// First day.
    pub start: Day,
    /// Last day, in it; open while `None`.
    pub end: Option<Day>,
}

/// A social worker's time with the child.
#[derive(Clone, Copy)]
pub struct WorkerSpell {
    /// Return that holds it.
    pub year: ReportingYear,
    /// Stands for the worker.
    pub worker: Token,
    /// When.
    pub stretch: Stretch,
    /// Why this worker took over.
    pub reason: Option<WorkerReason>,
}

/// A row of UASC in one return.
#[derive(Clone, Copy)]
pub struct CameAlone {
    /// Return that holds it.
    pub year: ReportingYear,
    /// Day on which the status ceased.
    pub ceased: Option<Day>,
}

/// Where a row stands that belongs to a child: for the authority's own look at a cell.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowPlace {
    /// Return year.
    pub year: ReportingYear,
    /// Table.
    pub table: Table,
    /// Line of the file.
    pub line: u32,
}

const N_YEARS: usize = 11;

/// Which returns and tables the authority supplied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Supplied {
    tables: [TableSet; N_YEARS],
    has_postcodes: bool,
}

impl Supplied {
    fn slot(year: ReportingYear) -> Option<usize> {
        let number = year.number();
        if !(YEAR_FIRST..=YEAR_LAST).contains(&number) {
            return None;
        }
        usize::try_from(number - YEAR_FIRST).ok()
    }

    /// The same with the tables of one more return.
    #[must_use]
    pub fn with(mut self, year: ReportingYear, tables: TableSet) -> Self {
        if let Some(slot) = Self::slot(year).and_then(|at| self.tables.get_mut(at)) {
            *slot = tables;
        }
        self
    }

    /// The same with a postcode directory, or without one.
    #[must_use]
    pub fn with_postcodes(self, has_postcodes: bool) -> Self {
        Self { has_postcodes, ..self }
    }

    /// Whether there was a postcode directory as the returns were read.
    pub fn postcodes(self) -> bool {
        self.has_postcodes
    }

    /// Whether the table of a return was there.
    pub fn table(self, year: ReportingYear, table: Table) -> bool {
        Self::slot(year).and_then(|at| self.tables.get(at).copied()).is_some_and(|tables| tables.contains(table))
    }

    /// Whether the return was there.
    pub fn year(self, year: ReportingYear) -> bool {
        self.table(year, Table::Episodes)
    }
}

/// Everything that an authority's returns say of one child. No `Debug`: it holds records.
pub struct ChildHistory {
    /// Stands for the child.
    pub pseudonym: Pseudonym,
    /// Date of birth, of the newest Header.
    pub birth: Day,
    /// Sex, of the newest Header.
    pub sex: Sex,
    /// Ethnic group, of the newest Header.
    pub ethnicity: Ethnicity,
    /// Episodes in order, short breaks left out, repaired.
    pub episodes: Vec<Episode>,
    /// Carer spells in order.
    pub carers: Vec<CarerSpell>,
    /// Short breaks: only the twelve-month rule sees them.
    pub short_breaks: Vec<ShortBreak>,
    /// Twelve-month outcomes by return.
    pub outcomes: Vec<(ReportingYear, Outcomes)>,
    /// Care leaver's rows by return.
    pub leaver: Vec<(ReportingYear, Leaver)>,
    /// Reviews.
    pub reviews: Vec<Review>,
    /// Times missing or away.
    pub absences: Vec<AbsenceSpell>,
    /// Social workers.
    pub workers: Vec<WorkerSpell>,
    /// UASC rows.
    pub came_alone: Vec<CameAlone>,
    /// What the local extracts say.
    pub extracts: Extracts,
    /// Which returns and tables there are.
    pub supplied: Supplied,
    /// Where the child's rows stand.
    pub rows: Vec<RowPlace>,
}
