//! What the return says beside the episodes: reviews, absences, social workers, outcomes, care leavers.

use super::child::{Child, Kind};
use super::codes::{ACCOM, NO_SCORE, TOOK_PART, WORKER, activities};
use super::days::{Edges, plus_months, text, text_or_blank};
use super::draw::Draw;
use crate::councils::calendar::{Day, year_end, year_start};

/// Events of a child, each in the return of every year that it touches.
pub struct Around {
    /// Day and code of each review.
    pub reviews: Vec<(Day, &'static str)>,
    /// Kind, first and last day of each absence.
    pub absences: Vec<(&'static str, Day, Option<Day>)>,
    /// Number, first day, end and reason of each social worker.
    pub workers: Vec<(String, Day, Option<Day>, &'static str)>,
}

/// Draws the events of a child.
#[must_use]
pub fn events(draw: &mut Draw, edges: &Edges, child: &Child, round: i16) -> Around {
    Around {
        reviews: reviews(draw, edges, child, round),
        absences: absences(draw, edges, child, round),
        workers: workers(draw, edges, child, round),
    }
}

/// Days on which an episode begins or ends, in the three years before the end of the round.
fn turns(child: &Child, round: i16) -> Vec<Day> {
    let days = child.episodes.iter().flat_map(|episode| [Some(episode.start), episode.end]).flatten();
    let last = year_end(round);
    days.filter(|day| last.since(*day) < 1100 && *day <= last.plus(400)).collect()
}

fn reviews(draw: &mut Draw, edges: &Edges, child: &Child, round: i16) -> Vec<(Day, &'static str)> {
    let mut reviews = Vec::new();
    let any_code = |draw: &mut Draw, day: Day| {
        let is_young = child.birth.birthday(4) > day;
        if is_young && draw.per_cent(80) { "PN0" } else { draw.one(&TOOK_PART) }
    };
    if draw.per_cent(70) {
        for year in round - 3..=round + 1 {
            let (first, last) = (year_start(year), year_end(year));
            for _ in 0..draw.below(4) {
                let day = edges.pick(draw, child.birth, first, first, last);
                reviews.push((day, any_code(draw, day)));
            }
            if draw.per_cent(15) {
                let day = reviews.last().map_or(last, |(day, _)| *day);
                reviews.push((day, any_code(draw, day)));
            }
        }
    }
    for turn in turns(child, round) {
        if draw.per_cent(25) {
            let day = turn.plus(draw.one(&[-29, -28, -27, -3, -1, 0, 1, 2, 15, 27, 28, 29]));
            reviews.push((day, any_code(draw, day)));
        }
    }
    reviews
}

fn absences(draw: &mut Draw, edges: &Edges, child: &Child, round: i16) -> Vec<(&'static str, Day, Option<Day>)> {
    let mut absences = Vec::new();
    let (first, last) = (year_start(round), year_end(round));
    for turn in turns(child, round) {
        if draw.per_cent(15) {
            // a spell that shares one day with care, or none
            let begin = turn.plus(draw.one(&[-20, -2, -1, 0, 1]));
            let end = turn.plus(draw.one(&[-1, 0, 0, 1, 5])).max(begin);
            absences.push((draw.one(&["M", "A"]), begin, Some(end)));
        }
    }
    if draw.per_cent(40) {
        let often = draw.per_cent(if child.kind == Kind::Unsettled { 45 } else { 12 });
        for kind in ["M", "A"] {
            let n = if often { draw.between(4, 13) } else { draw.between(0, 3) };
            for _ in 0..n {
                let begin = edges.pick(draw, child.birth, first, first.plus(-100), last.plus(60));
                let length = draw.one(&[0, 0, 0, 1, 2, 9, 60]);
                let end = if draw.per_cent(4) { None } else { Some(begin.plus(length)) };
                absences.push((kind, begin, end));
                if draw.per_cent(8) {
                    // the same again, with another end or none
                    absences.push((kind, begin, draw.one(&[None, end, end.map(|day| day.plus(1))])));
                }
            }
        }
    }
    absences
}

fn workers(draw: &mut Draw, edges: &Edges, child: &Child, round: i16) -> Vec<(String, Day, Option<Day>, &'static str)> {
    let mut workers = Vec::new();
    if draw.per_cent(8) {
        return workers;
    }
    let pool: Vec<u32> = (0..4).map(|_| 100_001 + u32::try_from(draw.below(40)).unwrap_or(0)).collect();
    let n_days = match child.kind {
        Kind::Unsettled => draw.one(&[120, 300]),
        Kind::Settled | Kind::Scored => draw.one(&[800, 3000, 3000]),
        _ => draw.one(&[250, 800, 3000]),
    };
    let begin = child.first_day().unwrap_or(year_start(round)).max(year_start(round - 2).plus(-60));
    let mut from = begin.plus(draw.one(&[-40, 0, 0, 5]));
    while from <= year_end(round + 1) {
        let to = edges.pick(draw, child.birth, from, from.plus(1), from.plus(n_days));
        let prefix = draw.weighted(&[("SW", 8), ("sw", 3), ("Sw", 1), ("XX", 1)]);
        let id = format!("{prefix}{}", draw.one(&pool));
        let end = match draw.below(20) {
            0 => None,
            1 => Some(from),
            2 => Some(to.plus(1)),
            _ => Some(to),
        };
        workers.push((id, from, end, draw.text(10, &WORKER)));
        from = to.plus(draw.one(&[0, 0, 0, 0, 1, 30]));
    }
    workers
}

/// A row of OC2 behind CHILD and DOB.
#[must_use]
pub fn outcomes(draw: &mut Draw, child: &Child) -> Vec<String> {
    let (low, high) = draw.one(&[(0, 13), (14, 16), (17, 40), (13, 14), (16, 17), (0, 40)]);
    let (low, high) = if child.is_high { (17, 20) } else { (low, high) };
    let score = draw.between(low, high).to_string();
    let reason = draw.one(&NO_SCORE).to_owned();
    let scored = if child.kind == Kind::Scored { 80 } else { 55 };
    let (score, reason) = match draw.below(100) {
        n if n < scored => (score, String::new()),
        n if n < scored + 3 => (score, reason),
        n if n < 94 => (String::new(), reason),
        _ => (String::new(), String::new()),
    };
    let mut row = vec![score, reason];
    for _ in ["CONVICTED", "HEALTH_CHECK", "IMMUNISATIONS", "TEETH_CHECK", "HEALTH_ASSESSMENT", "SUBSTANCE_MISUSE"] {
        row.push(draw.text(15, &["0", "1"]).to_owned());
    }
    for _ in ["INTERVENTION_RECEIVED", "INTERVENTION_OFFERED"] {
        row.push(draw.text(25, &["0", "1"]).to_owned());
    }
    row
}

/// A row of OC3 behind CHILD and DOB.
#[must_use]
pub fn leaver(draw: &mut Draw, in_touch: &'static str, year: i16) -> Vec<String> {
    let is_lost = in_touch != "YES" && draw.per_cent(50);
    let in_touch = if draw.per_cent(3) { "" } else { in_touch };
    let (activity, home) = match is_lost {
        true => ("0", "0"),
        false => {
            let home = draw.text(4, &ACCOM);
            (draw.text(4, activities(year)), draw.weighted(&[(home, 3), ("Z1", 1), ("Z2", 1)]))
        }
    };
    [in_touch, activity, home].map(str::to_owned).to_vec()
}

/// Rows of the return that no measure counts, for a child of this age: they must not disturb.
#[must_use]
pub fn uncounted(draw: &mut Draw, child: &Child, year: i16) -> Vec<(&'static str, Vec<String>)> {
    let mut rows = Vec::new();
    let (first, last) = (year_start(year), year_end(year));
    let day = Day(draw.between(first.0, last.0));
    if child.kind == Kind::Adopted && draw.per_cent(40) {
        let (sex, bond) = (draw.one(&["M1", "F1", "MM", "FF", "MF"]), draw.one(&["L0", "L11", "L12", "L2", "L3", "L4"]));
        let cells = [text(day), text(day.plus(30)), draw.one(&["0", "1"]).into(), "2".into(), sex.into(), bond.into()];
        rows.push(("AD1", cells.to_vec()));
        let ended = (plus_months(day, 1) <= last && draw.per_cent(30)).then(|| plus_months(day, 1));
        let why = if ended.is_some() { draw.one(&["RD1", "RD2", "RD3", "RD4"]) } else { "" };
        rows.push(("PlacedAdoption", vec![text(day), text_or_blank(ended), why.to_owned()]));
    }
    if draw.per_cent(8) {
        rows.push(("PrevPerm", vec![draw.one(&["P1", "P2", "P3", "P4", "Z1"]).to_owned(), String::new(), String::new()]));
    }
    if draw.per_cent(5) {
        rows.push(("DoLo", vec![text(day), String::new()]));
    }
    rows
}
