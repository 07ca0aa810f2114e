//! Groups: where a child stands in a breakdown at the moment that the measure asks about (Q6, Q11, details 16, 17, 23).

use shared::framework::Table;
use shared::ids::ReportingYear;

use super::answer::Moment;
use crate::day::Day;
use crate::histories::{ChildHistory, Episode};
use crate::records::codes::{Ethnicity, Place, Sex};

/// How the group of a child is found in one table. Positions are those of the table's groups.
pub(super) enum Resolver {
    Total(u8),
    Sex { female: u8, male: u8, not_known: u8 },
    Age(Vec<[u8; 2]>),
    Ethnicity { white: u8, mixed: u8, asian: u8, black: u8, other: u8, not_known: u8 },
    Placement(Homes),
    Uasc { uasc: u8, not_uasc: u8 },
}

/// Positions of the kinds of home.
pub(super) struct Homes {
    foster_relative: u8,
    foster_other: u8,
    adoption: u8,
    homes: u8,
    supported: u8,
    parents: u8,
    residential_other: u8,
    other: u8,
}

impl Resolver {
    /// The resolver of a table; `None` when its breakdown or one of its groups is unknown here.
    pub fn of(table: &Table) -> Option<Self> {
        let at = |id: &str| table.group(id).and_then(|position| u8::try_from(position).ok());
        let (resolver, n_groups) = match table.breakdown.as_str() {
            "total" => (Self::Total(at("total")?), 1),
            "sex" => (Self::Sex { female: at("female")?, male: at("male")?, not_known: at("not_known")? }, 3),
            "age" => (Self::Age(table.groups.iter().map(|group| group.ages).collect::<Option<_>>()?), table.groups.len()),
            "ethnicity" => {
                let (white, mixed, asian) = (at("white")?, at("mixed")?, at("asian")?);
                let (black, other, not_known) = (at("black")?, at("other")?, at("not_known")?);
                (Self::Ethnicity { white, mixed, asian, black, other, not_known }, 6)
            }
            "placement" | "placement_16_17" => (Self::Placement(Homes::of(at)?), 8),
            "uasc" => (Self::Uasc { uasc: at("uasc")?, not_uasc: at("not_uasc")? }, 2),
            _ => return None,
        };
        (n_groups == table.groups.len()).then_some(resolver)
    }

    /// The group of a child at a moment; `None` when no group takes it.
    pub fn group(&self, history: &ChildHistory, year: ReportingYear, moment: Moment) -> Option<u8> {
        match self {
            Self::Total(total) => Some(*total),
            Self::Sex { female, male, not_known } => Some(match history.sex {
                Sex::Female => *female,
                Sex::Male => *male,
                Sex::NotKnown => *not_known,
            }),
            Self::Age(groups) => {
                let age = history.age_on(day_of(history, year, moment))?;
                let position = groups.iter().position(|[low, high]| (*low..=*high).contains(&age))?;
                u8::try_from(position).ok()
            }
            Self::Ethnicity { white, mixed, asian, black, other, not_known } => Some(match history.ethnicity {
                Ethnicity::White => *white,
                Ethnicity::Mixed => *mixed,
                Ethnicity::Asian => *asian,
                Ethnicity::Black => *black,
                Ethnicity::Other => *other,
                Ethnicity::NotKnown => *not_known,
            }),
            Self::Placement(homes) => Some(homes.group(history, episode_of(history, year, moment))),
            Self::Uasc { uasc, not_uasc } => Some(if history.came_alone_on_last_day(year) { *uasc } else { *not_uasc }),
        }
    }
}

fn day_of(history: &ChildHistory, year: ReportingYear, moment: Moment) -> Day {
    let last = Day::last_of(year);
    match moment {
        Moment::LastDay => last,
        Moment::On(day) => day,
        Moment::InYear => {
            let end = episode_of(history, year, moment).and_then(|episode| episode.end);
            end.map_or(last, |end| end.on.before().min(last))
        }
    }
}

fn episode_of(history: &ChildHistory, year: ReportingYear, moment: Moment) -> Option<&Episode> {
    match moment {
        Moment::LastDay => history.episode_on_last_day(year),
        Moment::On(day) => history.episode_on(day),
        Moment::InYear => history.episode_on_last_day(year).or_else(|| history.last_episode_in_year(year)),
    }
}

impl Homes {
    fn of(at: impl Fn(&str) -> Option<u8>) -> Option<Self> {
        Some(Self {
            foster_relative: at("foster_relative")?,
            foster_other: at("foster_other")?,
            adoption: at("adoption")?,
            homes: at("homes")?,
            supported: at("supported")?,
            parents: at("parents")?,
            residential_other: at("residential_other")?,
            other: at("other")?,
        })
    }

    fn group(&self, history: &ChildHistory, episode: Option<&Episode>) -> u8 {
        // a period that began temporary has no home yet: its group is "other"
        let Some(home) = episode.and_then(|episode| history.home_of(episode)) else { return self.other };
        match home.place {
            Place::U1 | Place::U2 | Place::U3 => self.foster_relative,
            Place::U4 | Place::U5 | Place::U6 => self.foster_other,
            Place::A3 | Place::A4 | Place::A5 | Place::A6 => self.adoption,
            Place::K1 | Place::K2 => self.homes,
            Place::K3 | Place::H5 | Place::P2 => self.supported,
            Place::P1 => self.parents,
            Place::R1 | Place::R2 | Place::R3 | Place::R5 | Place::S1 | Place::P3 => self.residential_other,
            Place::Z1 | Place::Z11 | Place::Z12 | Place::Z13 | Place::Z14 => self.other,
            Place::T0 | Place::T1 | Place::T2 | Place::T3 | Place::T4 => self.other,
        }
    }
}
