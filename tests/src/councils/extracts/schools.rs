//! `School`: enrolments from reception to the end of school, and changes between them, most of them with a change of home.

use super::super::calendar::{DAYS_PER_YEAR, Day, year_end, year_start};
use super::super::chance::{Chance, whole_days};
use super::super::codes::NewEpisode;
use super::super::rows::Rows;
use super::life::Life;
use super::{Extract, Style, parameters};

/// One enrolment; the last day is part of it.
struct Enrolment {
    school: u32,
    from: Day,
    to: Option<Day>,
    is_main: bool,
}

/// School years of a child: from which day on which kind of school, and the day on which school is over.
struct Course {
    reception: Day,
    secondary: Day,
    over: Day,
}

pub(super) fn write(life: &Life<'_>, style: &Style, year: i16, rows: &mut Rows) {
    let (start, end) = (year_start(year), year_end(year));
    if !life.care().any(|episode| episode.touches(start.date(), end.date())) {
        return;
    }
    let earliest = year_start(year - 1);
    for enrolment in all(life) {
        let to = enrolment.to.filter(|&to| to <= end);
        let shown = enrolment.from <= end && to.is_none_or(|to| to >= earliest);
        if !shown || (!enrolment.is_main && !style.has_main_school) {
            continue;
        }
        let row = rows.text(&life.child.id).text(&format!("{:07}", enrolment.school)).date(enrolment.from.date());
        row.maybe_date(to.map(Day::date));
        if style.has_main_school {
            row.text(if enrolment.is_main { "1" } else { "0" });
        }
        row.end();
    }
}

fn course(chance: &mut Chance, born: Day) -> Course {
    let (year, month, _) = born.ymd();
    let first = if month <= 8 { year + 4 } else { year + 5 };
    let after_16 = chance.happens(parameters::SCHOOL_AFTER_16);
    let over = Day::of_ymd(first + if after_16 { 14 } else { 12 }, 7, 22);
    Course { reception: Day::of_ymd(first, 9, 4), secondary: Day::of_ymd(first + 7, 9, 4), over }
}

/// All enrolments that can matter to an extract, in order of their first days.
fn all(life: &Life<'_>) -> Vec<Enrolment> {
    let mut chance = life.chance(Extract::School);
    let course = course(&mut chance, life.born);
    let last = year_end(life.years.1);
    if chance.happens(parameters::SCHOOL_NOT_RECORDED) {
        return Vec::new();
    }
    let mut now = course.reception;
    if life.child.uasc.is_some() {
        // who came alone had no school here before
        let arrived = life.starts().next().unwrap_or(course.over);
        now = in_term(arrived.plus(chance.days(15, 110))).max(now);
    }
    let changes = changes(&mut chance, life, now, &course);
    let mut all = Vec::new();
    let mut school = 0;
    let mut changes = changes.into_iter();
    while now < course.over && now <= last {
        school = other_school(&mut chance, life.authority, now >= course.secondary, school);
        let next = changes.next().unwrap_or((course.over, course.over.plus(1)));
        let (leaves, comes) = if next.0 >= course.over { (course.over, course.over.plus(1)) } else { next };
        second_school(&mut chance, life.authority, now, leaves, &mut all);
        all.push(Enrolment { school, from: now, to: Some(leaves), is_main: true });
        now = comes;
    }
    all.sort_by_key(|enrolment| enrolment.from);
    all
}

/// The last day at one school and the first at the next, for every change after `from`, in order.
fn changes(chance: &mut Chance, life: &Life<'_>, from: Day, course: &Course) -> Vec<(Day, Day)> {
    let mut days = vec![course.secondary];
    for episode in life.care() {
        let chosen = chance.happens(parameters::SCHOOL_WITH_HOME);
        let delay = chance.days(0, 24);
        if chosen && matches!(episode.rne, NewEpisode::S | NewEpisode::P | NewEpisode::B) {
            days.push(in_term(Day::of(episode.decom).plus(delay)));
        }
    }
    let mut on = from;
    loop {
        on = on.plus(whole_days(chance.exponential() / parameters::SCHOOL_A_YEAR * DAYS_PER_YEAR).max(20));
        if on >= course.over {
            break;
        }
        days.push(in_term(on));
    }
    days.sort_unstable();
    let mut all: Vec<(Day, Day)> = Vec::new();
    for day in days {
        let away = chance.happens(parameters::SCHOOL_BREAK);
        let weeks = chance.days(10, 70);
        let before = all.last().map_or(from, |&(_, first)| first);
        // the change to secondary school comes in any case; one that falls into the weeks around another is left out
        let near = if day == course.secondary { 2 } else { 21 };
        if day.since(before) < near || day >= course.over.plus(-30) {
            continue;
        }
        let leaves = if away && day != course.secondary { day.plus(-weeks).max(before.plus(1)) } else { day.plus(-1) };
        all.push((leaves.min(day.plus(-1)), day));
    }
    all
}

/// The day itself, or the first day of the school year after the summer holidays.
fn in_term(day: Day) -> Day {
    let (year, month, of_month) = day.ymd();
    let holidays = (month == 7 && of_month > 20) || month == 8 || (month == 9 && of_month < 4);
    if holidays { Day::of_ymd(year, 9, 4) } else { day }
}

fn other_school(chance: &mut Chance, authority: u32, is_secondary: bool, before: u32) -> u32 {
    let authority = if chance.happens(0.8) { authority } else { 200 + chance.below(700) };
    let school = authority * 10_000 + if is_secondary { 4000 + chance.below(30) } else { 2000 + chance.below(90) };
    if school == before { school + 100 } else { school }
}

/// A place that a child attends for some months beside the main school.
fn second_school(chance: &mut Chance, authority: u32, from: Day, to: Day, all: &mut Vec<Enrolment>) {
    let begins = from.plus(whole_days(chance.exponential() / parameters::SCHOOL_SECOND * DAYS_PER_YEAR));
    let ends = begins.plus(chance.days(30, 200));
    let school = authority * 10_000 + 1100 + chance.below(9);
    if ends < to {
        all.push(Enrolment { school, from: begins, to: Some(ends), is_main: false });
    }
}
