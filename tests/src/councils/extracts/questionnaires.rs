//! `SDQ`: the year's questionnaires behind the scores of the return, and those soon after coming into care.

use super::super::calendar::{Day, year_end, year_start};
use super::super::chance::{Chance, whole_days};
use super::super::codes::NoScore;
use super::super::parameters as of_return;
use super::super::rows::Rows;
use super::life::Life;
use super::{Extract, last_day_of_events, parameters};
use std::collections::BTreeMap;

/// Age from which the child's own questionnaire is used.
const OWN_FROM: i32 = 11;

/// What one questionnaire says, by its day and informant.
type All = BTreeMap<(Day, &'static str), (Option<u8>, &'static str)>;

pub(super) fn write(life: &Life<'_>, year: i16, rows: &mut Rows) {
    let days = year_start(year)..=last_day_of_events(year);
    for ((on, informant), (score, reason)) in all(life).into_iter().filter(|((on, _), _)| days.contains(on)) {
        rows.text(&life.child.id).date(on.date()).text(informant).number(score.map(u32::from)).text(reason).end();
    }
}

fn all(life: &Life<'_>) -> All {
    let mut chance = life.chance(Extract::Sdq);
    let mut all = All::new();
    let level = level(&mut chance, life);
    for start in life.starts() {
        at_entry(&mut chance, life, start, level, &mut all);
    }
    for row in &life.child.outcomes {
        let on = chance.day(year_start(row.year), year_end(row.year));
        let (own, teacher) = (chance.unit(), chance.unit());
        let (own_score, teachers_score) = (near(&mut chance, level - 1.0, 5.0), near(&mut chance, level - 2.5, 5.5));
        if life.born.age_on(on) < 3 {
            continue;
        }
        match (row.sdq_score, row.sdq_reason) {
            (Some(score), _) => {
                all.entry((on, "CARER")).or_insert((Some(score), ""));
            }
            (None, Some(reason @ (NoScore::Sdq2 | NoScore::Sdq3 | NoScore::Sdq4 | NoScore::Sdq5))) => {
                all.entry((on, "CARER")).or_insert((None, reason.code()));
            }
            (None, _) => continue,
        }
        let (own_share, teachers_share) = parameters::OTHER_INFORMANTS;
        if own < own_share && life.born.age_on(on) >= OWN_FROM {
            all.entry((on, "SELF")).or_insert((Some(own_score), ""));
        }
        if teacher < teachers_share {
            all.entry((on, "TEACHER")).or_insert((Some(teachers_score), ""));
        }
    }
    all
}

/// A carer's questionnaire in the first weeks, later, or none; some carers were asked in vain.
fn at_entry(chance: &mut Chance, life: &Life<'_>, start: Day, level: f64, all: &mut All) {
    let (soon, later) = parameters::QUESTIONNAIRE_AT_ENTRY;
    let when = chance.unit();
    let days = if when < soon { chance.days(0, 28) } else { chance.days(29, 230) };
    let score = near(chance, level, 4.5);
    let in_vain = chance.happens(0.06);
    let on = start.plus(days);
    let asked = when < soon + later && (4..=16).contains(&life.born.age_on(start)) && life.home_on(on).is_some();
    if asked {
        let answer = if in_vain { (None, NoScore::Sdq2.code()) } else { (Some(score), "") };
        all.entry((on, "CARER")).or_insert(answer);
    }
}

/// The level by which a child is known, or one drawn as scores are.
fn level(chance: &mut Chance, life: &Life<'_>) -> f64 {
    let lower = chance.happens(of_return::SDQ_LOWER_SHARE);
    let (middle, spread) = if lower { of_return::SDQ_LOWER } else { of_return::SDQ_UPPER };
    let drawn = middle + spread * chance.normal();
    life.score(life.years.1).map_or(drawn, f64::from)
}

fn near(chance: &mut Chance, level: f64, spread: f64) -> u8 {
    let score = whole_days(level + spread * chance.normal() + 0.5).min(40);
    u8::try_from(score).expect("a score is at most 40")
}
