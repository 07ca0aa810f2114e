//! One child's care: periods of episodes with changes of every kind, on edge days wherever it can be.

use super::codes::{ENDINGS, FOSTER, HOMES, LEGAL, NEED, PROVIDERS, REASONS, TEMPORARY};
use super::days::{Edges, plus_months};
use super::draw::Draw;
use crate::councils::calendar::Day;

/// Where a child lives.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Home {
    /// Kind, by the names of `codes`.
    pub place: &'static str,
    /// Provider, or a blank.
    pub provider: &'static str,
    /// Number of the postcode; 0 is a blank.
    pub post: u32,
    /// Number of the register; 0 is a blank.
    pub urn: u32,
}

/// A stretch of constant legal status and home, as it happened.
#[derive(Clone, Copy)]
pub struct Episode {
    /// First day.
    pub start: Day,
    /// The day on which it ended; open while none.
    pub end: Option<Day>,
    /// Why it began.
    pub rne: &'static str,
    /// Legal status.
    pub legal: &'static str,
    /// Category of need.
    pub need: &'static str,
    /// Where.
    pub home: Home,
    /// Number of the postcode of the family; 0 is a blank.
    pub family_post: u32,
    /// Why it ended; blank while open.
    pub rec: &'static str,
    /// Why the home changed.
    pub reason: &'static str,
}

/// How often something changes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// Once in years.
    Still,
    /// Once in a year.
    Usual,
    /// Once in a month.
    Restless,
}

/// How a period of care ends.
#[derive(Clone, Copy)]
pub enum Stop {
    /// It does not.
    Never,
    /// On a day, for a reason.
    On(Day, &'static str),
    /// On a day, for a reason, and from a foster home.
    FromFoster(Day, &'static str),
}

/// Writes the episodes of one child.
pub struct Care<'w> {
    /// Edge days of the world.
    pub edges: &'w Edges,
    /// Date of birth.
    pub birth: Day,
    /// Last day of which anything is told.
    pub last: Day,
    /// What was written.
    pub episodes: Vec<Episode>,
}

impl Care<'_> {
    /// A day near an edge, in `low..=high`.
    pub fn day(&self, draw: &mut Draw, from: Day, low: Day, high: Day) -> Day {
        self.edges.pick(draw, self.birth, from, low, high.max(low))
    }

    /// A day on which a period can end: an edge, or any day up to some days after `from`.
    pub fn later(&self, draw: &mut Draw, from: Day, n_days: i32) -> Day {
        self.day(draw, from, from.plus(1), from.plus(n_days))
    }

    /// A day of coming back after an ending: the same or the next day, or around four weeks, twelve months, later.
    pub fn back(&self, draw: &mut Draw, ended: Day) -> Day {
        let year = plus_months(ended, 12);
        let far = self.later(draw, ended, 900);
        let near = self.later(draw, ended, 300);
        draw.one(&[ended, ended.plus(1), ended.plus(28), year.plus(-1), year, year.plus(1), near, near, far])
    }

    /// One period of care.
    pub fn period(&mut self, draw: &mut Draw, start: Day, pace: Pace, stop: Stop) {
        let in_foster = matches!(stop, Stop::FromFoster(..));
        let mut now = Episode {
            start,
            end: None,
            rne: "S",
            legal: draw.one(&LEGAL),
            need: draw.one(&NEED),
            home: if in_foster { foster(draw) } else { home(draw) },
            family_post: number(draw, 20),
            rec: "",
            reason: "",
        };
        if draw.per_cent(4) {
            now.home = Home { place: draw.one(&TEMPORARY), provider: "", ..now.home };
        }
        let mut before = now.home;
        loop {
            let next = match pace {
                Pace::Still => self.later(draw, now.start, 2400),
                Pace::Usual => self.later(draw, now.start, 400),
                Pace::Restless => self.later(draw, now.start, 60),
            };
            let over = match stop {
                Stop::Never => (next > self.last).then_some((None, "")),
                Stop::On(day, rec) => (next >= day).then_some((Some(day), rec)),
                Stop::FromFoster(day, rec) => (next >= day).then_some((Some(day), rec)),
            };
            if let Some((end, rec)) = over {
                self.episodes.push(Episode { end, rec, ..now });
                return;
            }
            let (rne, legal, home, reason) = self.change(draw, &now, before, in_foster, next);
            if !TEMPORARY.contains(&home.place) {
                before = home;
            }
            self.episodes.push(Episode { end: Some(next), rec: "X1", reason, ..now });
            now = Episode { start: next, rne, legal, home, ..now };
        }
    }

    /// What changes: why the next episode begins, its legal status and home, and why the home changed.
    fn change(
        &self,
        draw: &mut Draw,
        now: &Episode,
        before: Home,
        in_foster: bool,
        next: Day,
    ) -> (&'static str, &'static str, Home, &'static str) {
        let legal = draw.one(&LEGAL);
        let reason = draw.text(10, &REASONS);
        let other = if in_foster { foster(draw) } else { home(draw) };
        if TEMPORARY.contains(&now.home.place) {
            // back to where it was, on to another stay, or somewhere else
            return match draw.below(10) {
                0..=4 => (draw.one(&["P", "P", "B", "T", "L", "U"]), legal, before, draw.text(50, &REASONS)),
                5 => ("P", now.legal, temporary(draw), reason),
                6 => ("T", now.legal, other, draw.text(50, &["PLACE"])),
                _ => (draw.one(&["P", "B"]), legal, other, reason),
            };
        }
        let young = self.birth.birthday(8) > next;
        match draw.below(20) {
            0..=3 => ("L", legal, now.home, draw.text(95, &REASONS)),
            4 => ("U", legal, other, "PLACE"),
            5 => ("T", now.legal, other, draw.text(20, &["PLACE"])),
            6..=8 => (draw.one(&["P", "P", "T", "B"]), now.legal, temporary(draw), draw.text(60, &REASONS)),
            9 | 10 if young && !in_foster => adoption(draw, now, legal, reason),
            11 => ("P", now.legal, now.home, reason),
            12 => ("P", now.legal, other, "PLACE"),
            13..=15 => ("B", legal, other, reason),
            _ => ("P", now.legal, other, reason),
        }
    }

    /// Short breaks one after another, each with its own days.
    pub fn short_breaks(&mut self, draw: &mut Draw, start: Day, n: usize) {
        let mut start = start;
        let (legal, need) = (draw.one(&["V3", "V3", "V4"]), draw.one(&NEED));
        for _ in 0..n {
            let end = self.later(draw, start, 30);
            let rec = draw.one(&["E8", "E4A", "X1"]);
            let home = foster(draw);
            let short = Episode { start, end: Some(end), rne: "S", legal, need, home, family_post: 1, rec, reason: "" };
            self.episodes.push(short);
            start = self.later(draw, end, 120);
        }
    }

    /// An ending of any kind.
    pub fn any_ending(draw: &mut Draw) -> &'static str {
        draw.one(&ENDINGS)
    }
}

fn number(draw: &mut Draw, n: usize) -> u32 {
    u32::try_from(draw.below(n)).unwrap_or(0)
}

fn foster(draw: &mut Draw) -> Home {
    Home {
        place: draw.one(&FOSTER),
        provider: draw.text(10, &["PR1", "PR4", "PR5"]),
        post: number(draw, 6),
        urn: number(draw, 4),
    }
}

fn home(draw: &mut Draw) -> Home {
    if draw.per_cent(55) {
        return foster(draw);
    }
    Home { place: draw.one(&HOMES), provider: draw.text(15, &PROVIDERS), post: number(draw, 6), urn: number(draw, 4) }
}

fn temporary(draw: &mut Draw) -> Home {
    Home { place: draw.one(&TEMPORARY), provider: "", post: number(draw, 6), urn: 0 }
}

fn adoption(
    draw: &mut Draw,
    now: &Episode,
    legal: &'static str,
    reason: &'static str,
) -> (&'static str, &'static str, Home, &'static str) {
    if draw.per_cent(55) {
        // the carers adopt: the same people, often the same address
        let place = draw.one(&["A3", "A5"]);
        let home = if draw.per_cent(70) { Home { place, ..now.home } } else { Home { place, ..foster(draw) } };
        return (draw.one(&["P", "B", "T", "U", "L"]), legal, home, draw.text(30, &["PLACE"]));
    }
    let home = Home { place: draw.one(&["A4", "A6"]), ..foster(draw) };
    (draw.one(&["P", "B", "P", "B", "T", "U"]), legal, home, reason)
}
