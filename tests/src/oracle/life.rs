//! C1, F1, G1 to G3 and P1: reviews, leaving care, care leavers, children looked after.

use super::known::Known;
use super::{Tally, care, groups};
use crate::councils::codes::{Activity, Ended, Home, InTouch, TookPart};

pub fn count(known: &Known<'_>, tally: &mut Tally) {
    if care::on(known, known.end()) {
        looked_after(known, tally);
        review(known, tally);
    }
    left_care(known, tally);
    care_leaver(known, tally);
}

/// P1.
fn looked_after(known: &Known<'_>, tally: &mut Tally) {
    let alone = if known.came_alone() { "uasc" } else { "not_uasc" };
    tally.add("P1", &[("total", "total"), ("uasc", alone)], "children");
    if known.age_on(known.end()) >= 16 {
        let history = care::history(known);
        let place = care::place_on(known, &history, known.end()).expect("looked after on 31 March");
        tally.add("P1", &[("placement_16_17", groups::placement(place))], "children");
    }
}

/// C1: the latest review of the year; of two on one day, the higher code.
fn review(known: &Known<'_>, tally: &mut Tally) {
    let latest = known.reviews().into_iter().max_by_key(|review| (review.on, review.took_part));
    let asked_on = latest.map_or(known.end(), |review| review.on);
    if known.age_on(asked_on) < 4 {
        return;
    }
    let category = match latest.map(|review| review.took_part) {
        None => "no_review",
        Some(TookPart::Pn0) => "PN0",
        Some(TookPart::Pn1) => "PN1",
        Some(TookPart::Pn2) => "PN2",
        Some(TookPart::Pn3) => "PN3",
        Some(TookPart::Pn4) => "PN4",
        Some(TookPart::Pn5) => "PN5",
        Some(TookPart::Pn6) => "PN6",
        Some(TookPart::Pn7) => "PN7",
    };
    let history = care::history(known);
    let place = care::place_on(known, &history, known.end()).expect("looked after on 31 March");
    let breakdowns = [
        ("total", "total"),
        ("sex", groups::sex(known.child, known.year)),
        ("age", groups::age(known.age_on(known.end()))),
        ("ethnicity", groups::ethnicity(known.child.ethnic)),
        ("placement", groups::placement(place)),
    ];
    tally.add("C1", &breakdowns, category);
}

/// F1: the last end of care in the year.
fn left_care(known: &Known<'_>, tally: &mut Tally) {
    let Some((dec, rec)) = known.last_exit() else {
        return;
    };
    let last_day_in_care = dec.yesterday().expect("care ended after the first day of the calendar");
    let category = match rec {
        Ended::E11 | Ended::E12 => "adopted",
        Ended::E45 | Ended::E46 | Ended::E47 | Ended::E48 => "special_guardianship",
        Ended::E41 => "child_arrangements",
        Ended::E4a => "home_planned",
        Ended::E4b => "home_not_planned",
        Ended::E13 => "relatives",
        Ended::E5 | Ended::E6 => "independent",
        Ended::E17 => "stayed_with_carers",
        Ended::E7 => "adult_care",
        Ended::E3 => "other_authority",
        Ended::E9 => "custody",
        Ended::E2 => "died",
        Ended::E8 | Ended::E14 | Ended::E15 | Ended::E16 | Ended::X1 => "other",
    };
    let age = groups::age(known.age_on(last_day_in_care));
    tally.add("F1", &[("total", "total"), ("age", age)], category);
}

/// G1, G2, G3.
fn care_leaver(known: &Known<'_>, tally: &mut Tally) {
    let Some(status) = known.leaver() else {
        return;
    };
    let Some(age) = groups::age_of_care_leaver(known.age_on(known.end())) else {
        return;
    };
    let contact = match status.in_touch {
        InTouch::Died | InTouch::Rhom => return,
        InTouch::Yes => "YES",
        InTouch::No => "NO",
        InTouch::Refu => "REFU",
        InTouch::Nreq => "NREQ",
    };
    let only_short_breaks = !known.rows.is_empty() && known.episodes.is_empty();
    let last_known_end = known.episodes.iter().rev().find_map(|episode| episode.rec);
    if only_short_breaks || last_known_end == Some(Ended::E3) {
        return;
    }
    let breakdowns = [("total", "total"), ("sex", groups::sex(known.child, known.year)), ("age", age)];
    tally.add("G1", &breakdowns, contact);

    match status.home {
        Home::G | Home::H | Home::R => {}
        Home::None => tally.add("G2", &breakdowns, "no_information"),
        _ if status.suitable => tally.add("G2", &breakdowns, "suitable"),
        _ => tally.add("G2", &breakdowns, "unsuitable"),
    }

    let doing = match status.activity {
        Activity::F1 | Activity::P1 => "higher_education",
        Activity::F2 | Activity::P2 | Activity::F4 | Activity::P4 | Activity::F5 | Activity::P5 => "other_learning_or_work",
        Activity::G4 | Activity::G5 | Activity::G6 => "not_in_learning_or_work",
        Activity::None => "no_information",
    };
    tally.add("G3", &breakdowns, doing);
}
