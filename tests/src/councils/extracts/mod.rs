//! The local extracts of a made-up council, as `docs/extracts.md` describes them.
//!
//! They follow from the histories: a survey asks children who are in care that day, a school changes when a home does,
//! a plan after going home belongs to a return home. Each child has for each extract a stream of chance of its own, so
//! that no extract changes a child, a file of the return or another extract. Hardly anything here is published:
//! `parameters` says what is.

pub mod parameters;

mod checks;
mod life;
mod questionnaires;
mod referrals;
mod schools;
mod support;
mod survey;

use super::calendar::Day;
use super::chance::{Chance, Purpose};
use super::rows::Rows;
use super::write::Table;
use super::{Council, RETURN_YEARS};
use life::Life;

/// A local extract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extract {
    /// Strengths and difficulties questionnaires with their dates.
    Sdq,
    /// A survey of wellbeing and relationships.
    Wellbeing,
    /// Schools attended.
    School,
    /// Referrals to mental-health services.
    MentalHealth,
    /// Training and therapeutic support.
    CarerSupport,
    /// Support for care leavers.
    LeaverSupport,
    /// Support after going home.
    AfterHome,
    /// Health assessments with their dates.
    HealthAssessment,
}

/// Which extracts the councils of a nation supply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Supply {
    /// By code and seed: some councils none, many some of them, a few all.
    #[default]
    ByCouncil,
    /// Every council all of them, every year.
    All,
    /// No council any.
    Nothing,
}

impl Extract {
    /// All extracts, in the order of the documents.
    pub const ALL: [Self; 8] = [
        Self::Sdq,
        Self::Wellbeing,
        Self::School,
        Self::MentalHealth,
        Self::CarerSupport,
        Self::LeaverSupport,
        Self::AfterHome,
        Self::HealthAssessment,
    ];

    /// Its name in `[tables]` of the agent's configuration.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sdq => "SDQ",
            Self::Wellbeing => "Wellbeing",
            Self::School => "School",
            Self::MentalHealth => "MentalHealth",
            Self::CarerSupport => "CarerSupport",
            Self::LeaverSupport => "LeaverSupport",
            Self::AfterHome => "AfterHome",
            Self::HealthAssessment => "HealthAssessment",
        }
    }

    /// Its file name.
    #[must_use]
    pub fn file(self) -> &'static str {
        match self {
            Self::Sdq => "sdq.csv",
            Self::Wellbeing => "wellbeing.csv",
            Self::School => "school.csv",
            Self::MentalHealth => "mental_health.csv",
            Self::CarerSupport => "carer_support.csv",
            Self::LeaverSupport => "leaver_support.csv",
            Self::AfterHome => "after_home.csv",
            Self::HealthAssessment => "health_assessment.csv",
        }
    }

    fn number(self) -> u32 {
        match self {
            Self::Sdq => 1,
            Self::Wellbeing => 2,
            Self::School => 3,
            Self::MentalHealth => 4,
            Self::CarerSupport => 5,
            Self::LeaverSupport => 6,
            Self::AfterHome => 7,
            Self::HealthAssessment => 8,
        }
    }
}

/// How a council goes about its own records: what it has of them, and how it asks.
#[derive(Clone, Debug)]
struct Style {
    /// What it supplies when it is left to itself.
    supplied: Vec<Extract>,
    /// Share of the children asked who answer the survey.
    response: f64,
    /// As `response`, of care leavers.
    response_leavers: f64,
    /// Day of the survey, from 1 April on.
    survey_day: i32,
    /// The survey is held in even years only.
    every_other_year: bool,
    /// The survey has the scale of seven items.
    has_scale: bool,
    /// Whether brothers and sisters live together is known from the record.
    has_siblings: bool,
    /// Lesser schools are told from main ones.
    has_main_school: bool,
}

impl Style {
    fn of(council: &Council) -> Self {
        let mut chance = Chance::new(council.seed, Purpose::Supplies, number_of(council));
        let kind = chance.unit();
        let own: Vec<(Extract, bool)> =
            parameters::SUPPLIED.iter().map(|&(extract, share)| (extract, chance.happens(share))).collect();
        let supplied = own.into_iter().filter(|&(_, has)| match kind {
            _ if kind < parameters::SUPPLY_NOTHING => false,
            _ if kind > 1.0 - parameters::SUPPLY_ALL => true,
            _ => has,
        });
        let supplied = supplied.map(|(extract, _)| extract).collect();
        let (low, high) = parameters::SURVEY_RESPONSE;
        Self {
            supplied,
            response: low + (high - low) * chance.unit(),
            response_leavers: parameters::SURVEY_RESPONSE_LEAVERS * (0.7 + 0.6 * chance.unit()),
            survey_day: chance.days(150, 320),
            every_other_year: chance.happens(parameters::SURVEY_EVERY_OTHER_YEAR),
            has_scale: chance.happens(0.5),
            has_siblings: chance.happens(0.6),
            has_main_school: chance.happens(0.5),
        }
    }

    fn has_survey_in(&self, year: i16) -> bool {
        !self.every_other_year || year % 2 == 0
    }
}

impl Council {
    /// The extracts that lie in the folder of a return year.
    #[must_use]
    pub fn extracts(&self, year: i16) -> Vec<Extract> {
        let mut extracts = match self.supply {
            Supply::All => Extract::ALL.to_vec(),
            Supply::Nothing => Vec::new(),
            Supply::ByCouncil => {
                let style = Style::of(self);
                let held = |extract: &Extract| *extract != Extract::Wellbeing || style.has_survey_in(year);
                style.supplied.iter().copied().filter(held).collect()
            }
        };
        extracts.retain(|&extract| !self.lacks_extract(extract, year));
        extracts
    }
}

/// The files of the extracts of one return year.
#[must_use]
pub fn tables(council: &Council, year: i16) -> Vec<Table> {
    assert!(RETURN_YEARS.contains(&year), "return year {year} is not one the writer knows");
    let style = Style::of(council);
    council.extracts(year).into_iter().map(|extract| table(council, &style, extract, year)).collect()
}

fn table(council: &Council, style: &Style, extract: Extract, year: i16) -> Table {
    let mut rows = Rows::new(&columns(extract, style));
    let number = number_of(council);
    for child in &council.children {
        let life = Life::new(council, number, child);
        if !life.is_known_by(year) {
            continue;
        }
        match extract {
            Extract::Sdq => questionnaires::write(&life, year, &mut rows),
            Extract::Wellbeing => survey::write(&life, style, year, &mut rows),
            Extract::School => schools::write(&life, style, year, &mut rows),
            Extract::MentalHealth => referrals::write(&life, year, &mut rows),
            Extract::CarerSupport => support::of_carer(&life, year, &mut rows),
            Extract::LeaverSupport => support::of_leaver(&life, year, &mut rows),
            Extract::AfterHome => support::after_home(&life, year, &mut rows),
            Extract::HealthAssessment => checks::write(&life, year, &mut rows),
        }
    }
    Table { file: extract.file(), bytes: rows.into_bytes() }
}

fn columns(extract: Extract, style: &Style) -> String {
    match extract {
        Extract::Sdq => "CHILD,SDQ_DATE,INFORMANT,SDQ_SCORE,SDQ_REASON".to_owned(),
        Extract::Wellbeing => survey::columns(style),
        Extract::School if style.has_main_school => "CHILD,SCHOOL,SCHOOL_START,SCHOOL_END,MAIN_SCHOOL".to_owned(),
        Extract::School => "CHILD,SCHOOL,SCHOOL_START,SCHOOL_END".to_owned(),
        Extract::MentalHealth => "CHILD,REFERRAL_DATE,DECISION,FIRST_APPT_DATE,CLOSED_DATE".to_owned(),
        Extract::CarerSupport => "CHILD,CARER_TRAINING,CARER_THERAPY,CHILD_THERAPY".to_owned(),
        Extract::LeaverSupport => "CHILD,STAYING_CLOSE,ADVISER,TOLD_25,TOOK_25,PATHWAY_REVIEW,MH_AT_18,MH_SERVICE".to_owned(),
        Extract::AfterHome => "CHILD,HOME_DATE,HOME_PLAN".to_owned(),
        Extract::HealthAssessment => "CHILD,HEALTH_CHECK_TYPE,HEALTH_CHECK_DATE,HEALTH_CHECK_STATUS".to_owned(),
    }
}

fn number_of(council: &Council) -> u32 {
    council.code.parse().expect("an authority's code is a number")
}

/// The last day on which an extract of dated events may hold one of return year `year`: 31 May.
fn last_day_of_events(year: i16) -> Day {
    Day::of_ymd(i32::from(year), 5, 31)
}

#[cfg(test)]
mod tests;
