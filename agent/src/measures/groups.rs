//! Groups: where a child stands in a breakdown at the moment that the measure asks about (Q6, Q11, details 16, 17, 19, 23).

use shared::framework::Table;
use shared::ids::ReportingYear;

use super::answer::Moment;
use crate::day::Day;
use crate::histories::{ChildHistory, Episode};
use crate::records::codes::{Ethnicity, LegalStatus, Need, Place, Rne, Sex};

/// How the group of a child is found in one table.
pub(super) struct Resolver {
    by: By,
    /// Position in the table of each name of the breakdown.
    positions: Vec<u8>,
}

enum By {
    Total,
    Sex,
    /// First and last age of each group of the table.
    Age(Vec<[u8; 2]>),
    Ethnicity,
    Placement,
    LegalStatus,
    Need,
    Uasc,
    TimeInCare,
}

const TOTAL: &[&str] = &["total"];
const SEX: &[&str] = &["female", "male", "not_known"];
const ETHNICITY: &[&str] = &["white", "mixed", "asian", "black", "other", "not_known"];
const PLACEMENT: &[&str] =
    &["foster_relative", "foster_other", "adoption", "homes", "supported", "parents", "residential_other", "other"];
const LEGAL_STATUS: &[&str] = &["care_order", "placement_order", "freed", "voluntary", "detained", "youth_justice"];
const NEED: &[&str] = &["abuse_or_neglect", "disability", "other"];
const UASC: &[&str] = &["uasc", "not_uasc"];
const TIME_IN_CARE: &[&str] = &["under_6_months", "6-12_months", "1-2_years", "2-5_years", "5+_years", "start_not_in_returns"];

/// Months in care at which a group of `TIME_IN_CARE` ends.
const TIME_STEPS: [i32; 4] = [6, 12, 24, 60];

impl Resolver {
    /// The resolver of a table; `None` when its breakdown or one of its groups is unknown here.
    pub fn of(table: &Table) -> Option<Self> {
        let ages = |table: &Table| table.groups.iter().map(|group| group.ages).collect::<Option<Vec<_>>>();
        let (by, names) = match table.breakdown.as_str() {
            "total" => (By::Total, TOTAL),
            "sex" => (By::Sex, SEX),
            "age" | "age_18_21" => {
                let n = u8::try_from(table.groups.len()).ok()?;
                return Some(Self { by: By::Age(ages(table)?), positions: (0..n).collect() });
            }
            "ethnicity" => (By::Ethnicity, ETHNICITY),
            "placement" | "placement_16_17" => (By::Placement, PLACEMENT),
            "legal_status" => (By::LegalStatus, LEGAL_STATUS),
            "need" => (By::Need, NEED),
            "uasc" => (By::Uasc, UASC),
            "time_in_care" => (By::TimeInCare, TIME_IN_CARE),
            _ => return None,
        };
        let position = |id: &&str| table.group(id).and_then(|position| u8::try_from(position).ok());
        let positions: Vec<u8> = names.iter().map(position).collect::<Option<_>>()?;
        (positions.len() == table.groups.len()).then_some(Self { by, positions })
    }

    /// The group of a child at a moment; `None` when no group takes it.
    pub fn group(&self, history: &ChildHistory, year: ReportingYear, moment: Moment) -> Option<u8> {
        let episode = || episode_of(history, year, moment);
        let name = match &self.by {
            By::Total => 0,
            By::Sex => sex(history.sex),
            By::Age(groups) => {
                let age = history.age_on(day_of(history, year, moment))?;
                groups.iter().position(|[low, high]| (*low..=*high).contains(&age))?
            }
            By::Ethnicity => ethnicity(history.ethnicity),
            By::Placement => placement(episode().and_then(|episode| history.home_of(episode)).map(|home| home.place)),
            By::LegalStatus => legal_status(episode()?.legal)?,
            By::Need => need(episode()?.need),
            By::Uasc => usize::from(!came_alone(history, year, moment)),
            By::TimeInCare => time_in_care(history, episode()?, day_of(history, year, moment))?,
        };
        self.positions.get(name).copied()
    }
}

/// The day at which a child is looked at.
fn day_of(history: &ChildHistory, year: ReportingYear, moment: Moment) -> Day {
    let last = Day::last_of(year);
    match moment {
        Moment::LastDay | Moment::CareLeaver => last,
        Moment::Start(day) | Moment::End { last_in_care: day, .. } => day,
        Moment::InYear => {
            let end = episode_of(history, year, moment).and_then(|episode| episode.end);
            end.map_or(last, |end| end.on.before().min(last))
        }
    }
}

/// The episode at that day.
fn episode_of(history: &ChildHistory, year: ReportingYear, moment: Moment) -> Option<&Episode> {
    match moment {
        Moment::LastDay => history.episode_on_last_day(year),
        Moment::Start(day) | Moment::End { last_in_care: day, .. } => history.episode_on(day),
        Moment::InYear => history.episode_on_last_day(year).or_else(|| history.last_episode_in_year(year)),
        Moment::CareLeaver => None,
    }
}

fn sex(sex: Sex) -> usize {
    match sex {
        Sex::Female => 0,
        Sex::Male => 1,
        Sex::NotKnown => 2,
    }
}

fn ethnicity(ethnicity: Ethnicity) -> usize {
    match ethnicity {
        Ethnicity::White => 0,
        Ethnicity::Mixed => 1,
        Ethnicity::Asian => 2,
        Ethnicity::Black => 3,
        Ethnicity::Other => 4,
        Ethnicity::NotKnown => 5,
    }
}

/// A period that began temporary has no home yet: its group is "other", and so is that of a child who is not in care.
fn placement(place: Option<Place>) -> usize {
    match place {
        Some(Place::U1 | Place::U2 | Place::U3) => 0,
        Some(Place::U4 | Place::U5 | Place::U6) => 1,
        Some(Place::A3 | Place::A4 | Place::A5 | Place::A6) => 2,
        Some(Place::K1 | Place::K2) => 3,
        Some(Place::K3 | Place::H5 | Place::P2) => 4,
        Some(Place::P1) => 5,
        Some(Place::R1 | Place::R2 | Place::R3 | Place::R5 | Place::S1 | Place::P3) => 6,
        Some(Place::Z1 | Place::Z11 | Place::Z12 | Place::Z13 | Place::Z14) => 7,
        Some(Place::T0 | Place::T1 | Place::T2 | Place::T3 | Place::T4) | None => 7,
    }
}

fn legal_status(legal: LegalStatus) -> Option<usize> {
    match legal {
        LegalStatus::C1 | LegalStatus::C2 => Some(0),
        LegalStatus::E1 => Some(1),
        LegalStatus::D1 => Some(2),
        LegalStatus::V2 => Some(3),
        LegalStatus::L1 | LegalStatus::L2 | LegalStatus::L3 => Some(4),
        LegalStatus::J1 | LegalStatus::J2 | LegalStatus::J3 => Some(5),
        LegalStatus::V3 | LegalStatus::V4 => None,
    }
}

fn need(need: Option<Need>) -> usize {
    match need {
        Some(Need::N1) => 0,
        Some(Need::N2) => 1,
        Some(Need::N3 | Need::N4 | Need::N5 | Need::N6 | Need::N7 | Need::N8) | None => 2,
    }
}

/// Whether the status of having come alone still held at the moment, by the return of its year; of care leavers, whether
/// any return has it.
fn came_alone(history: &ChildHistory, year: ReportingYear, moment: Moment) -> bool {
    let holds = |of: ReportingYear, after: Day| {
        let row = history.came_alone.iter().find(|row| row.year == of);
        row.is_some_and(|row| row.ceased.is_none_or(|ceased| ceased > after))
    };
    match moment {
        Moment::LastDay | Moment::InYear | Moment::Start(_) => holds(year, day_of(history, year, moment)),
        Moment::End { last_in_care, year } => holds(year, last_in_care),
        Moment::CareLeaver => !history.came_alone.is_empty(),
    }
}

/// How long the period of care has lasted on a day; its beginning is not known when its first known episode is no start.
fn time_in_care(history: &ChildHistory, episode: &Episode, day: Day) -> Option<usize> {
    let first = history.episodes.iter().find(|other| other.period == episode.period)?;
    let n_reached = TIME_STEPS.iter().take_while(|months| first.start.plus_months(**months) <= day).count();
    let is_known = first.rne == Rne::S || n_reached == TIME_STEPS.len();
    Some(if is_known { n_reached } else { TIME_STEPS.len() + 1 })
}
