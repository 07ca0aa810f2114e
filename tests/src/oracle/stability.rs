//! B1, B2, B3, B7 and B11: homes, carers, social workers, missing incidents.

use super::known::{Known, first_day, last_day};
use super::{Tally, care, groups};
use crate::councils::codes::{Absence, Place};
use jiff::civil::date;
use std::collections::BTreeSet;

pub fn count(known: &Known<'_>, tally: &mut Tally) {
    if care::during(known, known.year) {
        missing(known, tally);
    }
    if !care::on(known, known.end()) {
        return;
    }
    let history = care::history(known);
    let place = care::place_on(known, &history, known.end()).expect("looked after on 31 March");
    let age = known.age_on(known.end());
    let total = ("total", "total");
    let by_place = ("placement", groups::placement(place));
    let all = [
        total,
        ("sex", groups::sex(known.child, known.year)),
        ("age", groups::age(age)),
        ("ethnicity", groups::ethnicity(known.child.ethnic)),
        by_place,
    ];

    let in_year = care::placements_between(&history, known.start(), known.end());
    tally.add("B1", &[total, by_place], up_to_five(in_year));

    if !known.has_year(known.year - 1) {
        tally.add("B2", &all, "not_enough_years");
    } else if care::during(known, known.year - 1) {
        let in_two = care::placements_between(&history, first_day(known.year - 1), known.end());
        tally.add("B2", &all, up_to_five(in_two));
    }

    if let Some(category) = same_carer(known, &history, place, age) {
        tally.add("B3", &all, category);
    }

    tally.add("B7", &all, social_workers(known));
}

fn up_to_five(n: usize) -> &'static str {
    match n {
        0 | 1 => "1",
        2 => "2",
        3 => "3",
        4 => "4",
        _ => "5+",
    }
}

/// B3: none for who is not in the population.
fn same_carer(known: &Known<'_>, history: &care::History, place: Place, age: i16) -> Option<&'static str> {
    if age >= 16 {
        return None;
    }
    if !known.has_year(known.year - 1) || !known.has_year(known.year - 2) {
        return (age >= 2).then_some("not_enough_years");
    }
    let began = *history.periods.last().expect("looked after on 31 March");
    if began > date(known.year - 3, 9, 30) {
        return None;
    }
    let two_years_ago = last_day(known.year - 2);
    let mut latest = history.carers.iter().rev();
    let now = latest.next();
    let before = latest.next();
    let long_enough = now.is_some_and(|run| run.from <= two_years_ago);
    let placed_for_adoption = [Place::A3, Place::A4, Place::A5, Place::A6].contains(&place);
    let same_period = now.map(|run| run.period) == before.map(|run| run.period);
    let with_the_one_before = placed_for_adoption && same_period && before.is_some_and(|run| run.from <= two_years_ago);
    Some(if long_enough || with_the_one_before { "same_carer" } else { "other_carer" })
}

fn social_workers(known: &Known<'_>) -> &'static str {
    if !known.has_social_workers() {
        return "table_not_supplied";
    }
    let distinct: BTreeSet<u32> = known.workers().iter().map(|spell| spell.worker).collect();
    match distinct.len() {
        0 => "none_recorded",
        1 => "1",
        2 => "2",
        _ => "3+",
    }
}

/// B11: incidents that share a day of the year with a day in care.
fn missing(known: &Known<'_>, tally: &mut Tally) {
    let mut starts = BTreeSet::new();
    for spell in known.absences() {
        if spell.kind != Absence::Missing {
            continue;
        }
        let mut day = spell.from.max(known.start());
        let last = spell.to.unwrap_or(known.end()).min(known.end());
        while day <= last {
            if care::on(known, day) {
                starts.insert(spell.from);
                break;
            }
            day = day.tomorrow().expect("the year has a next day");
        }
    }
    let category = match starts.len() {
        0 => "0",
        1 => "1",
        2..=4 => "2-4",
        5..=9 => "5-9",
        _ => "10+",
    };
    let history = care::history(known);
    let place = match care::place_on(known, &history, known.end()) {
        Some(place) => place,
        None => {
            let last = known.episodes.iter().rev().find(|e| e.decom <= known.end()).expect("looked after in the year");
            last.place
        }
    };
    tally.add("B11", &[("total", "total"), ("placement", groups::placement(place))], category);
}
