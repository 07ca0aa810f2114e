//! Rows of the local extracts in the folder of a year: every code, blanks, `X`, lengths around the edges of bands.

use super::Rows;
use super::child::{Child, Kind};
use super::days::{text, text_or_blank};
use super::draw::Draw;
use super::returns::Return;
use crate::councils::calendar::{Day, year_end, year_start};

/// A share of rows that lie outside the days of their extract, in a hundred: they are set aside.
const ASIDE: u32 = 2;

const SOMETIMES: [&str; 4] = ["YES", "YES", "SOME", "NO"];
const AMOUNT: [&str; 5] = ["RIGHT", "LITTLE", "MUCH", "NONE_OK", "NONE_NOT"];
const YES_NO: [&str; 2] = ["YES", "NO"];
const OFFER: [&str; 3] = ["USED", "OFFERED", "NONE"];

/// Adds the rows of a child to the extracts of a year.
pub fn rows(draw: &mut Draw, of: &Return<'_>, child: &Child, birth: Day, rows: &mut Rows) {
    questionnaires(draw, of, child, rows);
    wellbeing(draw, of, child, rows);
    schools(draw, of, child, birth, rows);
    referrals(draw, of, child, rows);
    support(draw, of, child, rows);
    assessments(draw, of, child, rows);
}

/// The days on which care began in a year.
fn starts(child: &Child, year: i16) -> Vec<Day> {
    let of_year = |day: &Day| year_start(year) <= *day && *day <= year_end(year);
    child.episodes.iter().filter(|episode| episode.rne == "S").map(|episode| episode.start).filter(of_year).collect()
}

fn questionnaires(draw: &mut Draw, of: &Return<'_>, child: &Child, rows: &mut Rows) {
    let (first, last) = (year_start(of.year), Day::of_ymd(i32::from(of.year), 5, 31));
    let mut days: Vec<Day> = Vec::new();
    for start in starts(child, of.year) {
        if draw.per_cent(80) {
            days.push(start.plus(draw.one(&[-1, 0, 1, 10, 27, 28, 29, 60, 200])));
        }
    }
    if draw.per_cent(20) {
        days.push(of.edges.pick(draw, child.birth, first, first, last));
    }
    for day in days {
        if (day < first || day > last) && !draw.per_cent(ASIDE) {
            continue;
        }
        for _ in 0..=draw.below(10) / 9 {
            let informant = draw.weighted(&[("CARER", 6), ("SELF", 2), ("TEACHER", 2)]);
            let score = if draw.per_cent(80) { draw.between(0, 40).to_string() } else { String::new() };
            let reason = draw.text(if score.is_empty() { 20 } else { 96 }, &["SDQ1", "SDQ2", "SDQ3", "SDQ4", "SDQ5"]);
            rows.add("SDQ", [child.id.as_str(), &text(day), informant, &score, reason]);
        }
    }
}

fn wellbeing(draw: &mut Draw, of: &Return<'_>, child: &Child, rows: &mut Rows) {
    let (first, last) = (year_start(of.year), year_end(of.year));
    let n = draw.weighted(&[(0, 15), (1, 50), (2, 25), (3, 10)]);
    let mut day = first;
    for _ in 0..n {
        if !draw.per_cent(10) {
            day = of.edges.pick(draw, child.birth, first, first, last);
        }
        if draw.per_cent(ASIDE) {
            day = draw.one(&[first.plus(-1), last.plus(1)]);
        }
        let mut row = vec![child.id.clone(), text(day)];
        row.extend(answers(draw));
        rows.push("Wellbeing", row);
    }
}

/// The answers of one survey, in the order of the columns.
fn answers(draw: &mut Draw) -> Vec<String> {
    // who answered everything, some of it, nothing; who was asked nothing
    let (blank, not_asked) = draw.weighted(&[((5, 3), 5), ((25, 25), 4), ((100, 0), 2), ((0, 100), 1), ((50, 50), 1)]);
    let reply = |draw: &mut Draw, answer: String| {
        if draw.per_cent(blank) {
            String::new()
        } else if draw.per_cent(not_asked) {
            "X".to_owned()
        } else {
            answer
        }
    };
    let mut row = Vec::new();
    let level = draw.one(&[(0, 10), (6, 8), (0, 5)]);
    for _ in 0..4 {
        let answer = draw.between(level.0, level.1).to_string();
        row.push(reply(draw, answer));
    }
    let (is_whole, level) =
        (blank < 50 && not_asked < 50 && draw.per_cent(70), draw.one(&[(1, 2), (1, 5), (3, 4), (4, 5), (3, 3)]));
    for _ in 0..7 {
        let answer = draw.between(level.0, level.1).to_string();
        row.push(if is_whole { answer } else { reply(draw, answer) });
    }
    let codes: [&[&str]; 7] = [&SOMETIMES, &SOMETIMES, &["YES", "SAME", "NO"], &SOMETIMES, &AMOUNT, &AMOUNT, &AMOUNT];
    for of_question in codes {
        let answer = draw.one(of_question).to_owned();
        row.push(reply(draw, answer));
    }
    row.push(draw.text(20, &["ALL", "SOME", "NONE", "X"]).to_owned());
    for _ in ["FRIEND", "AFTER_18"] {
        let answer = draw.one(&YES_NO).to_owned();
        row.push(reply(draw, answer));
    }
    row
}

fn schools(draw: &mut Draw, of: &Return<'_>, child: &Child, birth: Day, rows: &mut Rows) {
    let earliest = birth.max(child.birth).birthday(3);
    if draw.per_cent(10) {
        return;
    }
    let (before, last) = (year_start(of.year - 1), year_end(of.year));
    let n_days = if child.kind == Kind::Unsettled { 250 } else { draw.one(&[300, 900, 2000]) };
    let mut from = of.edges.pick(draw, child.birth, before, before.plus(-700), last).max(earliest);
    let entered = starts(child, of.year);
    if !entered.is_empty() && draw.per_cent(30) {
        from = draw.one(&entered).plus(draw.one(&[-1, 0, 1])).max(earliest);
    }
    while from <= last {
        let school = format!("30199{:02}", draw.below(5));
        let to = of.edges.pick(draw, child.birth, from, from, from.plus(n_days));
        let is_set_aside = to < before;
        let end = if draw.per_cent(8) { None } else { Some(to) };
        if !is_set_aside || draw.per_cent(ASIDE) {
            let main = draw.weighted(&[("1", 5), ("", 3), ("0", 1)]);
            rows.add("School", [child.id.as_str(), &school, &text(from), &text_or_blank(end), main]);
            if draw.per_cent(2) {
                rows.add("School", [child.id.as_str(), &school, &text(from), &text(to.plus(1)), main]);
            }
        }
        from = to.plus(draw.one(&[0, 1, 1, 1, 2, 40]));
    }
}

fn referrals(draw: &mut Draw, of: &Return<'_>, child: &Child, rows: &mut Rows) {
    let (before, first, last) = (year_start(of.year - 1), year_start(of.year), year_end(of.year));
    let n = draw.weighted(&[(0, 45), (1, 35), (2, 15), (3, 5)]);
    for _ in 0..n {
        let wait =
            draw.weighted(&[(0, 1), (27, 2), (28, 4), (29, 4), (100, 1), (125, 2), (126, 4), (127, 4), (128, 2), (300, 1)]);
        let at = of.edges.pick(draw, child.birth, before, before.plus(-200), last);
        let referred = draw.one(&[at, at, last.plus(-wait), first.plus(-wait), first, last]);
        let seen = draw.maybe(45, &[referred.plus(wait), referred.plus(wait), first, first.plus(-1), last, last.plus(1)]);
        let seen = seen.filter(|day| *day >= referred);
        let from = seen.unwrap_or(referred);
        let days = [from, from.plus(wait), first, first.plus(-1), first.plus(1), last, last.plus(1), before, before.plus(-1)];
        let closed = draw.maybe(60, &days).filter(|day| *day >= from);
        let is_set_aside = closed.is_some_and(|day| day < before);
        if is_set_aside && !draw.per_cent(ASIDE) {
            continue;
        }
        let decision = match seen {
            Some(_) => draw.weighted(&[("ACC", 17), ("NOT", 1), ("WAIT", 1), ("", 1)]),
            None => draw.weighted(&[("ACC", 6), ("NOT", 3), ("WAIT", 4), ("", 3)]),
        };
        rows.add("MentalHealth", [&child.id, &text(referred), decision, &text_or_blank(seen), &text_or_blank(closed)]);
    }
}

fn support(draw: &mut Draw, of: &Return<'_>, child: &Child, rows: &mut Rows) {
    let (first, last) = (year_start(of.year), year_end(of.year));
    for n in 0..2 {
        if draw.per_cent(if n == 0 { 80 } else { 2 }) {
            let training = draw.text(12, &["DONE", "TIME", "LATE", "NOT"]);
            let (carer, own) = (draw.text(12, &OFFER), draw.text(12, &OFFER));
            rows.add("CarerSupport", [&child.id, training, carer, own]);
        }
        let is_grown = child.birth.birthday(17) <= last;
        if is_grown && draw.per_cent(if n == 0 { 85 } else { 2 }) {
            let october = Day::of_ymd(i32::from(of.year) - 1, 10, 1);
            let days = [october.plus(-1), october, october.plus(80), last, first, last.plus(1)];
            let review = text_or_blank(draw.maybe(15, &days));
            let mut bit = || draw.text(15, &["0", "1"]);
            let (adviser, told, took) = (bit(), bit(), bit());
            let at_18 = draw.text(12, &["ADULT", "TO25", "AGREED", "GAP", "X"]);
            let now = draw.text(12, &["CHILD", "ADULT", "NONE"]);
            rows.add("LeaverSupport", [&child.id, draw.text(12, &OFFER), adviser, told, took, &review, at_18, now]);
        }
    }
    for end in child.episodes.iter().filter(|episode| episode.rec.starts_with("E4")).flat_map(|episode| episode.end) {
        let in_days = |day: Day| year_start(of.year - 1) <= day && day <= year_end(of.year - 1);
        let day = end.plus(draw.weighted(&[(0, 20), (1, 1), (-1, 1)]));
        if (in_days(day) && draw.per_cent(88)) || draw.per_cent(ASIDE) {
            for _ in 0..=draw.below(30) / 29 {
                rows.add("AfterHome", [child.id.as_str(), &text(day), draw.text(10, &["YES", "PART", "NO"])]);
            }
        }
    }
}

fn assessments(draw: &mut Draw, of: &Return<'_>, child: &Child, rows: &mut Rows) {
    let (first, last) = (year_start(of.year), Day::of_ymd(i32::from(of.year), 5, 31));
    let mut days = Vec::new();
    for start in starts(child, of.year) {
        if draw.per_cent(85) {
            // 20 working days are 28 days, and up to 5 more where bank holidays lie between
            days.push(start.plus(draw.one(&[-1, 0, 14, 26, 27, 28, 28, 29, 29, 30, 31, 32, 33, 34, 90])));
        }
    }
    if draw.per_cent(15) {
        days.push(of.edges.pick(draw, child.birth, first, first, last));
    }
    for day in days {
        if (day < first || day > last) && !draw.per_cent(ASIDE) {
            continue;
        }
        let kind = draw.weighted(&[
            ("IHA", 8),
            ("INITIAL HEALTH ASSESSMENT", 1),
            ("HA", 3),
            ("HEALTH ASSESSMENT", 1),
            ("RHA", 1),
            ("REVIEW HEALTH ASSESSMENT", 1),
            ("DENTAL", 1),
            ("OTHER", 1),
            ("", 1),
        ]);
        let status = draw.weighted(&[("COMPLETED", 8), ("PLANNED", 1), ("REFUSED", 1), ("CANCELLED", 1)]);
        rows.add("HealthAssessment", [child.id.as_str(), kind, &text(day), status]);
        if kind == "HA" && draw.per_cent(50) {
            let other = day.plus(draw.one(&[-7, -1, 1, 7])).max(first);
            let status = draw.one(&["COMPLETED", "PLANNED"]);
            rows.add("HealthAssessment", [child.id.as_str(), draw.one(&["HA", "IHA"]), &text(other), status]);
        }
    }
}
