//! Yearly outcomes of children looked after for twelve months: the score that a carer reports, and health.
//!
//! A child has a level of difficulties that lasts, a year adds chance to it, and a council asks more or
//! less often. Whether a score is in a band is not drawn.

use super::calendar::{Day, year_end, year_start};
use super::chance::{Chance, whole_days};
use super::codes::{Ended, NewEpisode, NoScore, Sex};
use super::effects::{Effects, chance_of, odds_of};
use super::parameters;
use super::sketch::Outline;
use super::state::{Episode, Outcomes};

/// The outcomes of a child in all years in which the return asks for them.
pub fn of(chance: &mut Chance, outline: &Outline, episodes: &[Episode], effects: &Effects, years: &[i16]) -> Vec<Outcomes> {
    let mut all = Vec::new();
    let mut lower = chance.happens(parameters::SDQ_LOWER_SHARE);
    let own = chance.normal();
    for &year in years {
        if chance.happens(parameters::SDQ_CHANGE) {
            lower = !lower;
        }
        if !twelve_months(episodes, year) {
            continue;
        }
        let (middle, spread) = if lower { parameters::SDQ_LOWER } else { parameters::SDQ_UPPER };
        let level = middle + spread * own;
        all.push(outcomes(chance, outline, level, effects, year));
    }
    all
}

/// Whether a child is looked after at the end of the year and was for all of it, without a start or an end in it.
fn twelve_months(episodes: &[Episode], year: i16) -> bool {
    let (start, end) = (year_start(year).date(), year_end(year).date());
    let here = |episode: &&Episode| episode.touches(start, end);
    let on_last_day = episodes.iter().any(|e| !e.is_short_break() && e.decom <= end && e.dec.is_none_or(|dec| dec > end));
    let broken = episodes.iter().filter(here).any(|episode| {
        let began = episode.rne == NewEpisode::S && episode.decom > start;
        let left = episode.rec != Some(Ended::X1) && episode.dec.is_some_and(|dec| dec < end);
        let short_break = episode.is_short_break() && episode.dec.is_none_or(|dec| dec > start);
        began || left || short_break
    });
    on_last_day && !broken
}

fn outcomes(chance: &mut Chance, outline: &Outline, level: f64, effects: &Effects, year: i16) -> Outcomes {
    let end = year_end(year);
    let age = outline.dob.age_on(end);
    let band = match age {
        i32::MIN..=4 => 0,
        5..=9 => 1,
        10..=15 => 2,
        _ => 3,
    };
    let mut row = Outcomes {
        year,
        sdq_score: None,
        sdq_reason: None,
        convicted: None,
        health_check: None,
        immunisations: Some(chance.happens(parameters::IMMUNISED[band])),
        teeth_check: Some(chance.happens(parameters::TEETH[band])),
        health_assessment: None,
        substance_misuse: Some(false),
        intervention_received: None,
        intervention_offered: None,
    };
    questionnaire(chance, &mut row, outline, age, level, effects);
    chance.skip();
    let by_age = parameters::HEALTH_ASSESSMENT[band];
    row.health_assessment = Some(chance.happens(chance_of(odds_of(by_age) + effects.health)));
    if age < 5 {
        row.health_check = Some(chance.happens(parameters::DEVELOPMENT));
    }
    let by_age = match age {
        i32::MIN..=12 => 0,
        13..=15 => 1,
        _ => 2,
    };
    if age >= 10 {
        row.convicted = Some(chance.happens(parameters::CONVICTED[by_age]));
        substances(chance, &mut row, by_age);
    }
    row
}

fn substances(chance: &mut Chance, row: &mut Outcomes, by_age: usize) {
    if !chance.happens(parameters::SUBSTANCES[by_age]) {
        return;
    }
    row.substance_misuse = Some(true);
    let received = chance.happens(0.42);
    row.intervention_received = Some(received);
    if !received {
        row.intervention_offered = Some(chance.happens(0.78));
    }
}

fn questionnaire(chance: &mut Chance, row: &mut Outcomes, outline: &Outline, age: i32, level: f64, effects: &Effects) {
    match age {
        i32::MIN..=2 => return,
        3 | 4 | 17.. => {
            chance.skip();
            row.sdq_reason = no_score_by_age(outline.dob, row.year);
            return;
        }
        _ => {}
    }
    let by_age = match age {
        5 => -0.25,
        16 => -0.3,
        _ => 0.06,
    };
    if chance.happens(chance_of(effects.sdq_received + by_age)) {
        let shift = shift(outline.sex, age);
        let score = level + shift + effects.sdq_level + parameters::SDQ_YEAR * chance.normal();
        let score = whole_days(score + 0.5).min(40);
        row.sdq_score = Some(u8::try_from(score).expect("a score is at most 40"));
        chance.skip();
    } else {
        row.sdq_reason = chance.choose(&[
            (Some(NoScore::Sdq2), 0.24),
            (Some(NoScore::Sdq3), 0.13),
            (Some(NoScore::Sdq4), 0.44),
            (Some(NoScore::Sdq5), 0.11),
            (Some(NoScore::Sdq4), 0.02),
            (Some(NoScore::Sdq2), 0.06),
        ]);
    }
}

/// The reason at an age for which there is no score: none under 4 at the end of the year and from 17 on at its start.
fn no_score_by_age(dob: Day, year: i16) -> Option<NoScore> {
    let (start, end) = (year_start(year), year_end(year));
    let (from_4, from_17) = (dob.birthday(4), dob.birthday(17));
    if from_4 > end || from_17 <= start {
        return None;
    }
    // who was 4 on the first day is still 4 on the last, and should have been asked
    Some(if from_4 <= start && from_17 > end { NoScore::Sdq4 } else { NoScore::Sdq1 })
}

fn shift(sex: Sex, age: i32) -> f64 {
    let at = usize::try_from(age - 5).unwrap_or(0).min(parameters::SDQ_AGE_SEX.len() - 1);
    let (boys, girls) = parameters::SDQ_AGE_SEX[at];
    match sex {
        Sex::Male => boys,
        Sex::Female => girls,
    }
}
