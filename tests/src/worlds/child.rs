//! A child of a world: everything that its rows are made of, by kind of childhood.

use super::care::{Care, Episode, Pace, Stop};
use super::codes::{ETHNIC, IN_TOUCH};
use super::days::{Edges, plus_months};
use super::draw::Draw;
use crate::councils::calendar::{Day, year_end, year_start};

/// A kind of childhood: each makes the cases of some measures likely.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// In care for years, little changes.
    Settled,
    /// In care for years at the ages of a score, with scores.
    Scored,
    /// In care for years; homes, workers and schools change often.
    Unsettled,
    /// Came into care in the last two years.
    Newcomer,
    /// Care ended on the 18th birthday or near it.
    Grown,
    /// A care leaver of whom little or nothing is known before.
    Elder,
    /// Came back, once or several times.
    Again,
    /// Care ended in the year before.
    Left,
    /// Care ended in the year.
    Leaving,
    /// Anything.
    Any,
    /// Short breaks, and sometimes care too.
    Breaks,
    /// Came without parents from another country.
    Alone,
    /// Young, and placed for adoption.
    Adopted,
    /// Turns 17 or 18 about the end of the year.
    Turning,
}

/// The kinds with their weights.
pub const KINDS: [(Kind, u32); 14] = [
    (Kind::Settled, 13),
    (Kind::Scored, 15),
    (Kind::Unsettled, 12),
    (Kind::Newcomer, 11),
    (Kind::Grown, 14),
    (Kind::Elder, 6),
    (Kind::Again, 7),
    (Kind::Left, 11),
    (Kind::Leaving, 8),
    (Kind::Any, 9),
    (Kind::Breaks, 3),
    (Kind::Alone, 5),
    (Kind::Adopted, 8),
    (Kind::Turning, 6),
];

/// A child and its care.
pub struct Child {
    /// Identifier.
    pub id: String,
    /// Kind of childhood.
    pub kind: Kind,
    /// Date of birth.
    pub birth: Day,
    /// `F`, `M` or `U`.
    pub sex: &'static str,
    /// Ethnic origin; blank for some.
    pub ethnic: &'static str,
    /// Episodes as they happened, in order.
    pub episodes: Vec<Episode>,
    /// Day on which the asylum status ceased, for who came alone; the inner one is blank for some.
    pub alone: Option<Option<Day>>,
    /// Whether every score is high.
    pub is_high: bool,
    /// Contact with the care leaver, where rows of OC3 are written for years at 17 or over.
    pub leaver: Option<&'static str>,
}

impl Child {
    /// The first day of the first episode, if there is one.
    #[must_use]
    pub fn first_day(&self) -> Option<Day> {
        self.episodes.iter().map(|episode| episode.start).min()
    }
}

/// Makes a child of a kind.
#[must_use]
pub fn make(draw: &mut Draw, edges: &Edges, id: String, kind: Kind, round: i16) -> Child {
    let last = year_end(round);
    let birth = birth(draw, kind, round);
    let mut care = Care { edges, birth, last: plus_months(last, 12), episodes: Vec::new() };
    live(draw, &mut care, kind, round);
    let episodes = std::mem::take(&mut care.episodes);
    let alone = match kind {
        Kind::Alone => Some(ceased(draw, &episodes, birth, last)),
        _ if draw.per_cent(2) => Some(ceased(draw, &episodes, birth, last)),
        _ => None,
    };
    let leaver = match kind {
        Kind::Grown | Kind::Elder => draw.maybe(5, &IN_TOUCH),
        Kind::Turning | Kind::Alone => draw.maybe(40, &IN_TOUCH),
        _ => draw.maybe(70, &IN_TOUCH),
    };
    let is_high = draw.per_cent(if kind == Kind::Scored { 30 } else { 5 });
    let sex = draw.weighted(&[("F", 48), ("M", 48), ("U", 4)]);
    Child { id, kind, birth, sex, ethnic: draw.text(2, &ETHNIC), episodes, alone, is_high, leaver }
}

/// A date of birth: by the age on the last day, some on that day, the day after, or 29 February.
fn birth(draw: &mut Draw, kind: Kind, round: i16) -> Day {
    let (low, high) = match kind {
        Kind::Settled | Kind::Any | Kind::Again => (0, 17),
        Kind::Scored => (5, 17),
        Kind::Unsettled => (6, 17),
        Kind::Newcomer | Kind::Left | Kind::Leaving => (0, 17),
        Kind::Grown => (18, 22),
        Kind::Elder => (16, 26),
        Kind::Breaks => (2, 22),
        Kind::Alone => (13, 22),
        Kind::Adopted => (0, 6),
        Kind::Turning => (16, 18),
    };
    let age = draw.between(low, high);
    let born = i32::from(round) - age;
    match draw.below(20) {
        0 => Day::of_ymd(born, 3, 31),
        1 => Day::of_ymd(born, 4, 1),
        2 => Day::of_ymd(born, 3, 30),
        3 => Day::of_ymd(born - 1, 4, 1),
        4 if born % 4 == 0 => Day::of_ymd(born, 2, 29),
        5 => Day::of_ymd(born - born.rem_euclid(4), 2, 29),
        _ => Day(draw.between(Day::of_ymd(born - 1, 4, 1).0, Day::of_ymd(born, 3, 31).0)),
    }
}

/// The care of a child of a kind.
fn live(draw: &mut Draw, care: &mut Care<'_>, kind: Kind, round: i16) {
    let (birth, last) = (care.birth, year_end(round));
    let (first, former) = (year_start(round), year_start(round - 1));
    let pace = draw.weighted(&[(Pace::Still, 2), (Pace::Usual, 3), (Pace::Restless, 1)]);
    match kind {
        Kind::Settled | Kind::Scored => {
            let from = former.plus(if kind == Kind::Scored { -2600 } else { -1800 });
            let start = begin(draw, care, from, first.plus(1));
            let pace = if kind == Kind::Scored && draw.per_cent(60) { Pace::Still } else { pace };
            stay(draw, care, start, pace);
        }
        Kind::Unsettled => {
            let start = begin(draw, care, former.plus(-900), former);
            let pace = draw.weighted(&[(Pace::Usual, 1), (Pace::Restless, 2)]);
            stay(draw, care, start, pace);
        }
        Kind::Newcomer => {
            let start = begin(draw, care, first.plus(-60), last);
            let (end, rec) = (care.later(draw, start, 300), Care::any_ending(draw));
            let stop = if draw.per_cent(70) { Stop::Never } else { Stop::On(end, rec) };
            care.period(draw, start, pace, stop);
        }
        Kind::Grown => grow_up(draw, care),
        Kind::Elder => {
            if draw.per_cent(60) {
                let start = begin(draw, care, birth.birthday(13), birth.birthday(17));
                let (end, rec) = (care.later(draw, start, 900), Care::any_ending(draw));
                care.period(draw, start, Pace::Usual, Stop::On(end, rec));
            }
        }
        Kind::Again => again(draw, care, first),
        Kind::Left | Kind::Leaving => {
            let (low, high) = if kind == Kind::Left { (former, first.plus(1)) } else { (first.plus(-1), last) };
            let start = begin(draw, care, low.plus(-700), high.plus(-1));
            let end = care.day(draw, start, start.plus(1).max(low), high.max(start.plus(1)));
            let rec = if draw.per_cent(40) { draw.one(&["E4A", "E4B"]) } else { Care::any_ending(draw) };
            care.period(draw, start, pace, Stop::On(end, rec));
            if draw.per_cent(55) {
                come_back(draw, care);
            }
        }
        Kind::Any => {
            let start = begin(draw, care, birth.max(former.plus(-1500)), last);
            stay(draw, care, start, pace);
            if draw.per_cent(50) {
                come_back(draw, care);
            }
        }
        Kind::Breaks => {
            let start = begin(draw, care, former.plus(-600), first.plus(200));
            let n = draw.below(8) + 1;
            care.short_breaks(draw, start, n);
            if draw.per_cent(50) {
                come_back(draw, care);
            }
        }
        Kind::Alone => {
            let start = begin(draw, care, birth.birthday(13), last);
            let grown = birth.birthday(18);
            let stop = if draw.per_cent(80) { Stop::On(grown, Care::any_ending(draw)) } else { Stop::Never };
            let stop = if start >= grown { Stop::Never } else { stop };
            care.period(draw, start, Pace::Usual, stop);
        }
        Kind::Adopted => {
            let start = begin(draw, care, birth, last);
            let (end, rec) = (care.later(draw, start, 1200), draw.one(&["E11", "E12", "E4A", "SGO"]));
            let stop = if draw.per_cent(40) { Stop::On(end, rec) } else { Stop::Never };
            care.period(draw, start, pace, stop);
        }
        Kind::Turning => {
            let start = begin(draw, care, former.plus(-800), first.plus(100));
            stay(draw, care, start, pace);
        }
    }
}

/// A first day of care in `low..=high`, after birth and before the 18th birthday.
fn begin(draw: &mut Draw, care: &Care<'_>, low: Day, high: Day) -> Day {
    let latest = care.birth.birthday(18).plus(-2);
    let low = low.max(care.birth).min(latest);
    let high = high.min(latest).max(low);
    care.day(draw, high, low, high)
}

/// A period that goes on to the end, to the 18th birthday, or a little beyond it.
fn stay(draw: &mut Draw, care: &mut Care<'_>, start: Day, pace: Pace) {
    let grown = care.birth.birthday(18);
    let beyond = if draw.per_cent(75) { 0 } else { draw.one(&[-1, 1, 40, 4000]) };
    let stop = Stop::On(grown.plus(beyond).max(start.plus(1)), Care::any_ending(draw));
    care.period(draw, start, pace, stop);
}

/// Care that ends on the 18th birthday, mostly in a foster home, after weeks or years.
fn grow_up(draw: &mut Draw, care: &mut Care<'_>) {
    let grown = care.birth.birthday(18);
    // 13 weeks of care before the birthday are the edge of what G4 asks
    let weeks = grown.plus(-draw.one(&[89, 90, 91, 92, 93]));
    let long = begin(draw, care, care.birth.birthday(13), grown.plus(-100));
    let start = draw.weighted(&[(long, 8), (weeks, 2)]);
    let end = grown.plus(draw.weighted(&[(0, 70), (-1, 20), (-2, 5), (1, 5)]));
    let rec = draw.weighted(&[("E17", 4), ("E5", 2), ("E6", 1), ("E8", 1), ("E7", 1), ("E4A", 1)]);
    let stop = if draw.per_cent(85) { Stop::FromFoster(end, rec) } else { Stop::On(end, rec) };
    let pace = draw.one(&[Pace::Still, Pace::Usual]);
    if draw.per_cent(15) {
        // an earlier period, so that the days since the 14th birthday add up over both
        let first = begin(draw, care, care.birth.birthday(13), start.plus(-200));
        if first.plus(2) < start {
            let end = care.day(draw, first, first.plus(1), start.plus(-1).max(first.plus(1)));
            care.period(draw, first, pace, Stop::On(end, "E4A"));
        }
    }
    care.period(draw, start, pace, stop);
}

/// Several periods, the last of them perhaps open.
fn again(draw: &mut Draw, care: &mut Care<'_>, first: Day) {
    let start = begin(draw, care, first.plus(-1200), first.plus(-30));
    let end = care.later(draw, start, 300);
    let rec = Care::any_ending(draw);
    care.period(draw, start, Pace::Usual, Stop::On(end, rec));
    for _ in 0..=draw.below(3) {
        come_back(draw, care);
    }
}

/// One more period after the last one, if it ended and the child is not yet 18.
fn come_back(draw: &mut Draw, care: &mut Care<'_>) {
    let Some(ended) = care.episodes.last().and_then(|episode| episode.end) else { return };
    let start = care.back(draw, ended);
    if start >= care.birth.birthday(18) || start > care.last {
        return;
    }
    let pace = draw.one(&[Pace::Usual, Pace::Restless]);
    let stop = if draw.per_cent(50) { Stop::On(care.later(draw, start, 400), Care::any_ending(draw)) } else { Stop::Never };
    care.period(draw, start, pace, stop);
}

/// The day on which the asylum status ceased: none, the 18th birthday, the end of care or of the year, or near them.
fn ceased(draw: &mut Draw, episodes: &[Episode], birth: Day, last: Day) -> Option<Day> {
    let ends: Vec<Day> = episodes.iter().flat_map(|episode| episode.end).collect();
    let starts: Vec<Day> = episodes.iter().map(|episode| episode.start).collect();
    let near = [birth.birthday(18), last, last, year_start(super::days::year_of(last))];
    let day = match draw.below(5) {
        0 | 1 => return None,
        2 if !ends.is_empty() => draw.one(&ends),
        3 if !starts.is_empty() => draw.one(&starts),
        _ => draw.one(&near),
    };
    Some(day.plus(draw.one(&[-1, 0, 0, 1])))
}
