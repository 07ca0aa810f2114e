//! What happens around a child in care: reviews, social workers, missing and away incidents.

use super::calendar::{DAYS_PER_YEAR, Day};
use super::chance::{Chance, whole_days};
use super::codes::{Absence, Ended, TookPart, WorkerReason};
use super::effects::Effects;
use super::parameters;
use super::sketch::Outline;
use super::state::{AbsenceSpell, Episode, Review, WorkerSpell};

/// The part of a history that the returns can show.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// First day of the first return year.
    pub first: Day,
    /// Last day of the last return year.
    pub last: Day,
}

/// Reviews: within 20 working days, then three months on, then twice a year.
pub fn reviews(chance: &mut Chance, outline: &Outline, window: Window) -> Vec<Review> {
    let mut all = Vec::new();
    let likes_to_speak = chance.unit();
    for period in &outline.periods {
        let stop = period.end.min(window.last.plus(1));
        let mut on = period.start.plus(chance.days(14, 28));
        let mut n = 0;
        if on < window.first {
            let halves = window.first.since(on) / 183;
            on = on.plus(halves * 183);
            n = 2;
        }
        while on < stop {
            if on >= window.first && !chance.happens(0.02) {
                all.push(Review { on: on.date(), took_part: took_part(chance, outline, on, likes_to_speak) });
            }
            n += 1;
            on = on.plus(if n == 1 { chance.days(75, 91) } else { chance.days(150, 190) });
        }
    }
    all
}

fn took_part(chance: &mut Chance, outline: &Outline, on: Day, likes_to_speak: f64) -> TookPart {
    let age = outline.dob.age_on(on);
    let band = match age {
        i32::MIN..=3 => return TookPart::Pn0,
        4..=7 => 0,
        8..=11 => 1,
        _ => 2,
    };
    let first = chance.choose(&parameters::TOOK_PART[band]);
    // some children nearly always speak for themselves, others nearly never
    if first == TookPart::Pn1 && likes_to_speak < 0.25 || first == TookPart::Pn7 && likes_to_speak > 0.6 {
        return chance.choose(&parameters::TOOK_PART[band]);
    }
    first
}

/// Social workers from before care began until it ended, without a gap.
pub fn workers(chance: &mut Chance, outline: &Outline, effects: &Effects, n_pool: u32, window: Window) -> Vec<WorkerSpell> {
    let first = outline.periods.first().expect("an outline has a period").start;
    let until = outline.periods.last().expect("an outline has a period").end;
    chance.skip();
    let died = outline.periods.iter().any(|period| period.ended == Some(Ended::E2));
    let mut from = first.plus(-chance.days(0, 540)).max(window.first.plus(-chance.days(0, 600))).max(outline.dob.min(first));
    let rate = parameters::WORKER_CHANGES * effects.workers * chance.gamma_mean_one(parameters::WORKER_SHAPE);
    let mut worker = chance.below(n_pool);
    let mut former = worker;
    let mut reason = WorkerReason::Fconta;
    let mut all = Vec::with_capacity(4);
    loop {
        let mut to = from.plus(chance.days_to_next(rate));
        let entry = outline.periods.iter().map(|period| period.start).find(|&start| start > from && start < to);
        if let Some(entry) = entry.filter(|_| chance.happens(parameters::WORKER_AT_ENTRY)) {
            to = entry.plus(chance.days(0, 45)).min(to);
        }
        let lasts = to >= until.min(window.last.plus(1));
        // someone stays with the family after care, so that the last one has no end
        let end = if lasts { Some(until).filter(|&until| died && until <= window.last) } else { Some(to) };
        if end.is_none_or(|end| end >= window.first) {
            all.push(WorkerSpell { worker, from: from.date(), to: end.map(Day::date), reason });
        }
        if lasts {
            known_before_care(&mut all, outline, window);
            return all;
        }
        let next = if chance.happens(parameters::WORKER_BACK) { former } else { chance.below(n_pool) };
        (former, worker) = (worker, if next == worker { (worker + 1) % n_pool } else { next });
        reason = chance.choose(&parameters::WORKER_REASONS);
        from = to;
    }
}

/// A child who comes into care in a year had a worker for all of that year, and a baby's family had one before the birth.
fn known_before_care(all: &mut [WorkerSpell], outline: &Outline, window: Window) {
    let first = outline.periods.first().expect("an outline has a period").start.max(window.first);
    let (year, month, _) = first.ymd();
    let april = Day::of_ymd(if month >= 4 { year } else { year - 1 }, 4, 1);
    let since = april.plus(-first.0.rem_euclid(90)).date();
    if let Some(spell) = all.first_mut() {
        spell.from = spell.from.min(since);
    }
}

/// Missing and away incidents in care, never two at once and none longer than the placement.
pub fn absences(
    chance: &mut Chance,
    outline: &Outline,
    episodes: &[Episode],
    effects: &Effects,
    window: Window,
) -> Vec<AbsenceSpell> {
    let mut all: Vec<AbsenceSpell> = Vec::new();
    let from_10 = outline.dob.birthday(10);
    if from_10 > window.last {
        return all;
    }
    let own = chance.gamma_mean_one(parameters::MISSING_SHAPE) * effects.missing + parameters::MISSING_ONCE;
    let away = parameters::AWAY_SHARE * chance.gamma_mean_one(parameters::AWAY_SHAPE);
    let (from_13, from_16) = (outline.dob.birthday(13), outline.dob.birthday(16));
    for episode in episodes.iter().filter(|episode| !episode.is_short_break()) {
        let begins = Day::of(episode.decom).plus(1);
        let stop = episode.dec.map_or(window.last.plus(1), Day::of);
        let leaves = episode.rec.is_some_and(|rec| rec != Ended::X1);
        let mut on = begins.max(window.first.plus(-30)).max(from_10);
        while on < stop {
            let (band, until) = if on < from_13 {
                (0, from_13)
            } else if on < from_16 {
                (1, from_16)
            } else {
                (2, stop)
            };
            let until = until.min(stop);
            let rate = parameters::MISSING_A_YEAR[band] * (own + away);
            let next = on.plus(days_between(chance, rate));
            if next >= until {
                on = until;
                continue;
            }
            let kind = if chance.happens(away / (own + away)) { Absence::Away } else { Absence::Missing };
            let days = whole_days(chance.exponential() * (parameters::MISSING_DAYS + 0.5));
            let days = if chance.happens(0.01) { days + chance.days(5, 60) } else { days };
            // who is still missing when care ends is found the day before
            let found = next.plus(days).min(if leaves { stop.plus(-1) } else { stop });
            let lasts = found > window.last;
            if found >= window.first {
                all.push(AbsenceSpell { kind, from: next.date(), to: (!lasts).then(|| found.date()) });
            }
            on = found.plus(1);
        }
    }
    all
}

fn days_between(chance: &mut Chance, rate: f64) -> i32 {
    whole_days(chance.exponential() / rate.max(1.0e-9) * DAYS_PER_YEAR)
}
