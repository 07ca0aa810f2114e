//! `Wellbeing`: a survey of children in care and care leavers, who answers it and what they say.
//!
//! Every person has a wellbeing that lasts; a year adds to it, age and difficulties take from it. There are versions by
//! age: what a version does not have is X.

use super::super::calendar::{Day, year_end, year_start};
use super::super::chance::{Chance, whole_days};
use super::super::codes::{InTouch, Sex};
use super::super::rows::Rows;
use super::life::Life;
use super::{Extract, Style, parameters};

/// Columns before those that only some councils have.
const FIRST: &str = "CHILD,SURVEY_DATE,ONS_SATISFIED,ONS_WORTHWHILE,ONS_HAPPY,ONS_ANXIOUS";
/// Columns of the scale.
const SCALE: &str = "SWEMWBS1,SWEMWBS2,SWEMWBS3,SWEMWBS4,SWEMWBS5,SWEMWBS6,SWEMWBS7";
/// Columns about safety and relationships.
const RELATIONS: &str = "TRUSTED_ADULT,FEELS_SAFE,BETTER,INCLUDED,SEES_MOTHER,SEES_FATHER,SEES_SIBLINGS";

/// Who was asked.
#[derive(Clone, Copy)]
struct Asked {
    on: Day,
    age: i32,
    is_leaver: bool,
    answers: bool,
}

pub(super) fn columns(style: &Style) -> String {
    let scale = if style.has_scale { SCALE } else { "" };
    let siblings = if style.has_siblings { "SIBLINGS_HOME" } else { "" };
    let all = [FIRST, scale, RELATIONS, siblings, "FRIEND,AFTER_18"];
    all.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(",")
}

pub(super) fn write(life: &Life<'_>, style: &Style, year: i16, rows: &mut Rows) {
    let mut chance = life.chance_in(Extract::Wellbeing, year);
    let siblings = chance.choose(&[("X", 0.44), ("ALL", 0.27), ("SOME", 0.12), ("NONE", 0.17)]);
    let known = style.has_siblings && life.home_on(year_end(year)).is_some() && chance.happens(0.9);
    let asked = asked(&mut chance, life, style, year);
    let on = match asked {
        Some(asked) => asked.on,
        None if known => year_end(year),
        None => return,
    };
    let asked = asked.unwrap_or(Asked { on, age: 0, is_leaver: false, answers: false });
    let mut cells = Cells { wellbeing: wellbeing(&mut chance, life, &asked, year), chance: &mut chance, asked, rows };
    cells.rows.text(&life.child.id).date(on.date());
    cells.feelings();
    if style.has_scale {
        cells.scale();
    }
    cells.relations();
    if style.has_siblings {
        cells.rows.text(if known { siblings } else { "X" });
    }
    cells.codes(4, &[("YES", 0.86), ("NO", 0.14)]);
    cells.codes(16, &[("YES", 0.80), ("NO", 0.20)]);
    cells.rows.end();
}

/// Whether and when this person was asked, and answers.
fn asked(chance: &mut Chance, life: &Life<'_>, style: &Style, year: i16) -> Option<Asked> {
    let on = year_start(year).plus(style.survey_day + chance.days(-20, 20));
    let (is_asked, answers) = (chance.unit(), chance.unit());
    let age = life.born.age_on(on);
    if life.home_on(on).is_some() {
        let asked = age >= 4 && is_asked < parameters::SURVEY_ASKED.0;
        return asked.then_some(Asked { on, age, is_leaver: false, answers: answers < style.response });
    }
    let status = life.child.leaver.iter().find(|status| status.year == year)?;
    let asked = status.in_touch == InTouch::Yes && is_asked < parameters::SURVEY_ASKED.1 && age >= 16;
    asked.then_some(Asked { on, age, is_leaver: true, answers: answers < style.response_leavers })
}

/// A person's wellbeing this year, in points from 0 to 10 before they are rounded.
fn wellbeing(chance: &mut Chance, life: &Life<'_>, asked: &Asked, year: i16) -> f64 {
    let lasting = life.chance(Extract::Wellbeing).normal();
    let (children, leavers) = parameters::SATISFIED;
    let (own, of_year) = parameters::SATISFIED_SPREAD;
    let middle = if asked.is_leaver { leavers } else { children - 0.12 * f64::from((asked.age - 11).max(0)) };
    let girl = if life.child.sex == Sex::Female { -0.35 } else { 0.0 };
    let difficulties = life.score(year).map_or(0.0, |score| -0.05 * (f64::from(score) - 14.0));
    middle + girl + difficulties + own * lasting + of_year * chance.normal()
}

/// The cells of one row in the making.
struct Cells<'a> {
    wellbeing: f64,
    chance: &'a mut Chance,
    asked: Asked,
    rows: &'a mut Rows,
}

impl Cells<'_> {
    /// Whether the question is in this person's version; X is written where it is not, a blank where it is left out.
    fn is_answered(&mut self, age_from: i32) -> bool {
        let left_out = self.chance.happens(parameters::SURVEY_LEFT_OUT);
        if self.asked.age < age_from {
            self.rows.text("X");
            return false;
        }
        if !self.asked.answers || left_out {
            self.rows.text("");
            return false;
        }
        true
    }

    fn feelings(&mut self) {
        for (shift, sign, spread) in [(0.0, 1.0, 0.7), (0.2, 1.0, 1.1), (0.1, 1.0, 1.5), (9.6, -0.9, 2.2)] {
            let point = shift + sign * self.wellbeing + spread * self.chance.normal();
            if self.is_answered(11) {
                let point = whole_days(point + 0.5).min(10);
                self.rows.number(Some(u32::try_from(point).expect("a point is at most 10")));
            }
        }
    }

    /// The seven items, all of them or none.
    fn scale(&mut self) {
        let answers = self.asked.answers && self.chance.happens(0.93);
        for _ in 0..7 {
            let item = whole_days(1.2 + 0.36 * self.wellbeing + 0.75 * self.chance.normal() + 0.5).clamp(1, 5);
            if self.asked.age < 15 {
                self.rows.text("X");
            } else {
                self.rows.number(answers.then(|| u32::try_from(item).expect("an item is at most 5")));
            }
        }
    }

    fn relations(&mut self) {
        let (trusted, sometimes) = parameters::TRUSTED;
        self.codes(4, &[("YES", trusted), ("SOME", sometimes), ("NO", 1.0 - trusted - sometimes)]);
        self.codes(4, &[("YES", 0.82), ("SOME", 0.13), ("NO", 0.05)]);
        let (better, same) = parameters::BETTER;
        self.codes(8, &[("YES", better), ("SAME", same), ("NO", 1.0 - better - same)]);
        self.codes(8, &[("YES", 0.58), ("SOME", 0.30), ("NO", 0.12)]);
        for weights in
            [[0.36, 0.27, 0.05, 0.13, 0.09, 0.10], [0.24, 0.17, 0.04, 0.23, 0.14, 0.18], [0.36, 0.33, 0.02, 0.06, 0.12, 0.11]]
        {
            let codes = ["RIGHT", "LITTLE", "MUCH", "NONE_OK", "NONE_NOT", "X"];
            let choices: Vec<(&str, f64)> = codes.into_iter().zip(weights).collect();
            self.codes(4, &choices);
        }
    }

    fn codes(&mut self, age_from: i32, choices: &[(&'static str, f64)]) {
        let code = self.chance.choose(choices);
        if self.is_answered(age_from) {
            self.rows.text(code);
        }
    }
}
