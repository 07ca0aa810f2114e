//! A1 to A4: the score that carers report, and D1: the yearly health assessment.

use super::known::Known;
use super::{Tally, care, groups};

pub fn count(known: &Known<'_>, tally: &mut Tally) {
    if !care::twelve_months(known) {
        return;
    }
    let age = known.age_on(known.end());
    let by_age = [("total", "total"), ("age", groups::age(age))];
    let outcomes = known.outcomes(known.year);

    let assessed = match outcomes.and_then(|row| row.health_assessment) {
        Some(true) => "yes",
        Some(false) => "no",
        None => "not_recorded",
    };
    tally.add("D1", &by_age, assessed);

    if !(5..=16).contains(&age) {
        return;
    }
    let score = score(known, known.year);
    let returned = match (score, outcomes.and_then(|row| row.sdq_reason)) {
        (Some(_), _) => "received",
        (None, Some(reason)) => reason.code(),
        (None, None) => "neither",
    };
    tally.add("A1", &by_age, returned);

    let Some(now) = score else {
        return;
    };
    let history = care::history(known);
    let place = care::place_on(known, &history, known.end()).expect("looked after on 31 March");
    let breakdowns = [
        ("total", "total"),
        ("sex", groups::sex(known.child, known.year)),
        ("age", groups::age(age)),
        ("ethnicity", groups::ethnicity(known.child.ethnic)),
        ("placement", groups::placement(place)),
    ];
    tally.add("A2", &breakdowns, band(now));
    tally.add_to_mean("A3", now);

    if !known.has_year(known.year - 1) {
        tally.add("A4", &by_age, "not_enough_years");
        return;
    }
    if let Some(then) = self::score(known, known.year - 1) {
        tally.add("A4", &by_age, &format!("{}_to_{}", band(then), band(now)));
        tally.add_to_mean("A4m", (now - then).clamp(-20, 20));
    }
}

/// A valid score of a year.
fn score(known: &Known<'_>, year: i16) -> Option<i64> {
    known.outcomes(year).and_then(|row| row.sdq_score).map(i64::from).filter(|score| (0..=40).contains(score))
}

fn band(score: i64) -> &'static str {
    match score {
        ..=13 => "0-13",
        14..=16 => "14-16",
        _ => "17-40",
    }
}
