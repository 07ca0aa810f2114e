//! The state of a made-up council: structured histories with civil dates.
//!
//! What happened before the first return year is left out, as the returns leave it out: the state holds
//! the episodes, workers, reviews and absences that touch a return year. The returns
//! are written from here. Nothing in it is a category of a measure.

use super::codes::{
    Absence, Activity, Adopters, Bond, Ended, Ethnic, Home, InTouch, Legal, MoveReason, Need, NewEpisode, NoScore,
    PermanenceKind, Place, Provider, Reversal, Sex, TookPart, WorkerReason,
};
use jiff::civil::Date;

/// One child or young person at one authority.
#[derive(Clone, Debug)]
pub struct Child {
    /// The authority's own identifier.
    pub id: String,
    /// Digits of the unique pupil number; none for who never had one.
    pub upn: Option<u64>,
    /// Sex as recorded.
    pub sex: Sex,
    /// From the return of 2025 on, sex is recorded as not known.
    pub sex_not_known: bool,
    /// Date of birth; the 15th of the month where the day is not known.
    pub dob: Date,
    /// Ethnic group.
    pub ethnic: Ethnic,
    /// Birth of the first child of a young mother.
    pub mother_since: Option<Date>,
    /// Episodes in order of start, short breaks (V3, V4) among them.
    pub episodes: Vec<Episode>,
    /// Unaccompanied asylum-seeking child.
    pub uasc: Option<Uasc>,
    /// Yearly outcomes (OC2), one a year at most.
    pub outcomes: Vec<Outcomes>,
    /// Yearly care-leaver status (OC3), one a year at most.
    pub leaver: Vec<LeaverStatus>,
    /// Reviews in order.
    pub reviews: Vec<Review>,
    /// Missing and away incidents in order.
    pub absences: Vec<AbsenceSpell>,
    /// Social workers in order.
    pub workers: Vec<WorkerSpell>,
}

/// A stretch with one legal status and one placement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Episode {
    /// First day.
    pub decom: Date,
    /// Why it began.
    pub rne: NewEpisode,
    /// Legal status.
    pub ls: Legal,
    /// Category of need.
    pub cin: Need,
    /// Kind of placement.
    pub place: Place,
    /// Provider.
    pub provider: Provider,
    /// Day it ended: not part of it. None while it lasts.
    pub dec: Option<Date>,
    /// Why it ended, with `dec`.
    pub rec: Option<Ended>,
    /// Why the placement changed at the end of it.
    pub reason: Option<MoveReason>,
    /// Where home was; 0 is unknown.
    pub home_post: u32,
    /// Where the placement is; 0 is none.
    pub place_post: u32,
    /// Ofsted number; 0 is none, below 1,000,000 is a children's home.
    pub urn: u32,
}

/// Status of a child who came to the country alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uasc {
    /// Day the status ceased.
    pub ceased_on: Option<Date>,
}

/// The yearly outcomes of a child looked after for twelve months.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcomes {
    /// Return year.
    pub year: i16,
    /// Score of the strengths and difficulties questionnaire.
    pub sdq_score: Option<u8>,
    /// Reason for no score.
    pub sdq_reason: Option<NoScore>,
    /// Convicted in the year; from 10 years on.
    pub convicted: Option<bool>,
    /// Development checks up to date; under 5.
    pub health_check: Option<bool>,
    /// Immunisations up to date.
    pub immunisations: Option<bool>,
    /// Teeth checked.
    pub teeth_check: Option<bool>,
    /// Health assessment done.
    pub health_assessment: Option<bool>,
    /// Substance misuse.
    pub substance_misuse: Option<bool>,
    /// Help received for it.
    pub intervention_received: Option<bool>,
    /// Help offered for it.
    pub intervention_offered: Option<bool>,
}

/// The status of a care leaver in one return year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaverStatus {
    /// Return year.
    pub year: i16,
    /// Contact.
    pub in_touch: InTouch,
    /// Activity.
    pub activity: Activity,
    /// Accommodation.
    pub home: Home,
    /// Whether the authority judges it suitable.
    pub suitable: bool,
}

/// A review of the care plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// Day.
    pub on: Date,
    /// How the child took part.
    pub took_part: TookPart,
}

/// A missing or away incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AbsenceSpell {
    /// Missing or away.
    pub kind: Absence,
    /// First day.
    pub from: Date,
    /// Day the child was found; none while it lasts.
    pub to: Option<Date>,
}

/// A stretch with one social worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerSpell {
    /// Number of the worker; written with `SW` or, for agency workers, `XX` before it.
    pub worker: u32,
    /// First day.
    pub from: Date,
    /// Day the next one took over; none while it lasts.
    pub to: Option<Date>,
    /// Why this worker took over.
    pub reason: WorkerReason,
}

/// What a return says of a child that no measure counts: plans for adoption, what was before care, deprivations of liberty.
#[derive(Clone, Debug, Default)]
pub struct Plans {
    /// Decisions that the child should be placed for adoption, in order.
    pub decisions: Vec<Decision>,
    /// The adoption that ended care.
    pub adoption: Option<Adoption>,
    /// What was before each entry into care, in order.
    pub before: Vec<Before>,
    /// Deprivations of liberty, in order.
    pub deprivations: Vec<Deprivation>,
}

/// A decision that a child should be placed for adoption.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Day.
    pub on: Date,
    /// Day on which it was reversed, and why.
    pub reversed: Option<(Date, Reversal)>,
}

/// An adoption from care.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adoption {
    /// Day of the order: the end of care.
    pub on: Date,
    /// Day of the decision.
    pub decided: Date,
    /// Day of the match.
    pub matched: Date,
    /// Whether the child's foster carer adopted.
    pub by_carer: bool,
    /// Sex of the adopters.
    pub adopters: Adopters,
    /// Their legal status.
    pub bond: Bond,
}

/// What was before an entry into care.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Before {
    /// The entry.
    pub entered: Date,
    /// The former order; none where there was none.
    pub order: Option<FormerOrder>,
}

/// An adoption or another order for permanence that did not last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormerOrder {
    /// Kind.
    pub kind: PermanenceKind,
    /// Authority, in the return's codes.
    pub authority: String,
    /// Day, and how much of it is known.
    pub on: Date,
    /// How much of the day is known.
    pub known: Known,
}

/// How much of a date is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// All of it.
    Day,
    /// Month and year.
    Month,
    /// The year.
    Year,
    /// Nothing.
    Nothing,
}

/// A deprivation of liberty under an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deprivation {
    /// First day.
    pub from: Date,
    /// Last day; none while it lasts.
    pub to: Option<Date>,
}

impl Episode {
    /// Whether the episode shares a day with the return year that runs from `start` to `end`, or ends on its first day.
    #[must_use]
    pub fn touches(&self, start: Date, end: Date) -> bool {
        self.decom <= end && self.dec.is_none_or(|dec| dec >= start)
    }

    /// Whether it is part of a series of short breaks.
    #[must_use]
    pub fn is_short_break(&self) -> bool {
        matches!(self.ls, Legal::V3 | Legal::V4)
    }
}
