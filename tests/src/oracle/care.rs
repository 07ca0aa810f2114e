//! Being in care, periods of care, placements and carers, in the words of rules Q1 to Q5 and details 2, 6, 8, 9.

use super::known::Known;
use crate::councils::codes::{Ended, NewEpisode, Place};
use crate::councils::state::Episode;
use jiff::civil::{Date, date};

/// Q1: looked after on a day.
#[must_use]
pub fn on(known: &Known<'_>, day: Date) -> bool {
    episode_on(known, day).is_some()
}

/// The episode of a day.
#[must_use]
pub fn episode_on<'a>(known: &'a Known<'_>, day: Date) -> Option<&'a Episode> {
    known.episodes.iter().find(|e| e.decom <= day && e.dec.is_none_or(|dec| dec > day))
}

/// Q2: looked after on at least one day of a reporting year.
#[must_use]
pub fn during(known: &Known<'_>, year: i16) -> bool {
    let (start, end) = (date(year - 1, 4, 1), date(year, 3, 31));
    known.episodes.iter().any(|e| e.decom <= end && e.dec.is_none_or(|dec| dec > start))
}

/// Q3: twelve months. Looked after on 31 March, and in the year no start after its first day, no end of care
/// before its last day, no short break.
#[must_use]
pub fn twelve_months(known: &Known<'_>) -> bool {
    let (start, end) = (known.start(), known.end());
    if !on(known, end) {
        return false;
    }
    for row in &known.rows {
        let started = row.rne == NewEpisode::S && start < row.decom && row.decom <= end;
        let left = row.dec.is_some_and(|dec| row.rec != Some(Ended::X1) && start <= dec && dec < end);
        let overlaps = row.decom <= end && row.dec.is_none_or(|dec| dec > start);
        if started || left || (row.is_short_break() && overlaps) {
            return false;
        }
    }
    true
}

/// A run of days with one placement or one carer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Which period of care it belongs to, counted from 0.
    pub period: usize,
    /// First day.
    pub from: Date,
    /// Day after the last one; none while it lasts.
    pub to: Option<Date>,
    /// Kind of placement at the end of it, temporary stays apart.
    pub place: Place,
}

/// A period of care with its placements and carers.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// First day of each period.
    pub periods: Vec<Date>,
    /// Placements in order.
    pub placements: Vec<Run>,
    /// Carers in order.
    pub carers: Vec<Run>,
}

/// Whether a placement is a temporary stay.
#[must_use]
pub fn is_temporary(place: Place) -> bool {
    [Place::T0, Place::T1, Place::T2, Place::T3, Place::T4].contains(&place)
}

/// Placements and carers by details 6, 8 and 9.
#[must_use]
pub fn history(known: &Known<'_>) -> History {
    let mut history = History::default();
    let mut before: Option<&Episode> = None;
    // the last episode of the period that was no temporary stay, and whether temporary stays followed it
    let mut settled: Option<&Episode> = None;
    let mut after_temporary = false;
    for episode in &known.episodes {
        let new_period = match before {
            None => true,
            Some(before) => episode.rne == NewEpisode::S || (before.dec.is_some() && before.rec != Some(Ended::X1)),
        };
        if new_period {
            history.periods.push(episode.decom);
            settled = None;
            after_temporary = false;
        }
        let period = history.periods.len() - 1;
        if is_temporary(episode.place) {
            // its days belong to the placement before it; a period that begins with it has no placement yet
            if settled.is_some() {
                lengthen(&mut history.placements, episode);
                lengthen(&mut history.carers, episode);
                after_temporary = true;
            }
        } else {
            let (placement_goes_on, carer_goes_on) = match settled {
                None => (false, false),
                Some(settled) => goes_on(settled, episode, after_temporary),
            };
            extend(&mut history.placements, episode, period, placement_goes_on);
            extend(&mut history.carers, episode, period, carer_goes_on);
            settled = Some(episode);
            after_temporary = false;
        }
        before = Some(episode);
    }
    history
}

/// Whether placement and carer go on from the last settled episode of the period to this one.
fn goes_on(settled: &Episode, episode: &Episode, after_temporary: bool) -> (bool, bool) {
    let same_home = settled.place == episode.place
        && settled.provider == episode.provider
        && settled.place_post == episode.place_post
        && settled.urn == episode.urn;
    let adopted_by_carer = episode.place == Place::A3 || episode.place == Place::A5;
    let only_legal_status = episode.rne == NewEpisode::L;
    if only_legal_status || adopted_by_carer || (after_temporary && same_home) {
        return (true, true);
    }
    let same_carer = episode.rne == NewEpisode::T || episode.rne == NewEpisode::U;
    (false, same_carer)
}

fn extend(runs: &mut Vec<Run>, episode: &Episode, period: usize, goes_on: bool) {
    if goes_on {
        lengthen(runs, episode);
        let last = runs.last_mut().expect("what goes on has begun");
        last.place = episode.place;
    } else {
        runs.push(Run { period, from: episode.decom, to: episode.dec, place: episode.place });
    }
}

fn lengthen(runs: &mut [Run], episode: &Episode) {
    let last = runs.last_mut().expect("what goes on has begun");
    last.to = episode.dec;
}

/// Placements with any day from `first` to `last`; a child in care never counts fewer than one.
#[must_use]
pub fn placements_between(history: &History, first: Date, last: Date) -> usize {
    let n = history.placements.iter().filter(|run| run.from <= last && run.to.is_none_or(|to| to > first)).count();
    n.max(1)
}

/// The kind of placement on a day, temporary stays counted with the placement they belong to.
#[must_use]
pub fn place_on(known: &Known<'_>, history: &History, day: Date) -> Option<Place> {
    let now = episode_on(known, day)?;
    if !is_temporary(now.place) {
        return Some(now.place);
    }
    let run = history.placements.iter().find(|run| run.from <= day && run.to.is_none_or(|to| to > day));
    Some(run.map_or(now.place, |run| run.place_before(known, day)))
}

impl Run {
    /// The last kind of placement of the run before a day, temporary stays apart.
    fn place_before(&self, known: &Known<'_>, day: Date) -> Place {
        let mut place = self.place;
        for episode in &known.episodes {
            if self.from <= episode.decom && episode.decom <= day && !is_temporary(episode.place) {
                place = episode.place;
            }
        }
        place
    }
}
