//! Questions that the measures put to a history: rules Q1 to Q5 and the moments of Q6.

#[cfg(test)]
mod tests;

use shared::ids::ReportingYear;

use super::{CarerEnding, ChildHistory, End, Ending, Episode, Leaver, Outcomes, ShortBreak, Stretch};
use crate::day::Day;
use crate::records::codes::{MoveReason, Rec, Rne};

impl Stretch {
    /// Whether it shares a day with the days from `first` to `last`, both in.
    pub fn touches(self, first: Day, last: Day) -> bool {
        self.start <= last && self.end.is_none_or(|end| end > first)
    }
}

impl Episode {
    /// Its days.
    pub fn stretch(&self) -> Stretch {
        Stretch { start: self.start, end: self.end.map(|end| end.on) }
    }

    /// Whether it holds on a day.
    pub fn holds_on(&self, day: Day) -> bool {
        self.stretch().touches(day, day)
    }
}

impl ChildHistory {
    /// Completed years on a day; `None` before birth.
    pub fn age_on(&self, day: Day) -> Option<u8> {
        self.birth.age_on(day)
    }

    /// Q1: the episode under which the child is looked after on a day.
    pub fn episode_on(&self, day: Day) -> Option<&Episode> {
        self.episodes.iter().rev().find(|episode| episode.holds_on(day))
    }

    /// Q1 on 31 March.
    pub fn episode_on_last_day(&self, year: ReportingYear) -> Option<&Episode> {
        self.episode_on(Day::last_of(year))
    }

    /// Q2: the last episode that touches the year.
    pub fn last_episode_in_year(&self, year: ReportingYear) -> Option<&Episode> {
        let (first, last) = (Day::first_of(year), Day::last_of(year));
        self.episodes.iter().rev().find(|episode| episode.stretch().touches(first, last))
    }

    /// Q3: looked after on 31 March, and for the twelve months before it in the wording of the return's own rule.
    pub fn looked_after_twelve_months(&self, year: ReportingYear) -> bool {
        let (first, last) = (Day::first_of(year), Day::last_of(year));
        let breaks = |episode: &Episode| {
            let begins = episode.rne == Rne::S && first < episode.start && episode.start <= last;
            let ends = episode.end.is_some_and(|end| !end.how.continues() && first <= end.on && end.on < last);
            begins || ends
        };
        // a short break that touches the year, or whose end the rule counts though it holds on no day of it: on 1 April
        let short_break_breaks =
            |short: &ShortBreak| short.stretch.touches(first, last) || (!short.continues && short.stretch.end == Some(first));
        self.episode_on(last).is_some() && !self.episodes.iter().any(breaks) && !self.short_breaks.iter().any(short_break_breaks)
    }

    /// Q4: looked after on 31 March and on at least one day of the year before.
    pub fn looked_after_in_both_years(&self, year: ReportingYear) -> bool {
        self.episode_on_last_day(year).is_some() && self.last_episode_in_year(year.before(1)).is_some()
    }

    /// First day of a period of care.
    pub fn period_start(&self, period: usize) -> Option<Day> {
        self.episodes.iter().find(|episode| episode.period == period).map(|episode| episode.start)
    }

    /// First day of the placement that an episode belongs to; while a period that began temporary has none, of the period.
    pub fn placement_start(&self, episode: &Episode) -> Option<Day> {
        let Some(placement) = episode.placement else { return self.period_start(episode.period) };
        self.episodes.iter().find(|other| other.placement == Some(placement)).map(|first| first.start)
    }

    /// Q5: looked after on 31 March, in a period of care that began two and a half years ago or before.
    pub fn looked_after_two_and_a_half_years(&self, year: ReportingYear) -> bool {
        let began = self.episode_on_last_day(year).and_then(|episode| self.period_start(episode.period));
        began.is_some_and(|began| began.plus_months(30) <= Day::last_of(year))
    }

    /// Number of placements of which a day lies in a window, both ends in; never fewer than one.
    pub fn n_placements(&self, first: Day, last: Day) -> usize {
        let mut seen: Vec<usize> = Vec::new();
        for episode in self.episodes.iter().filter(|episode| episode.stretch().touches(first, last)) {
            if let Some(placement) = episode.placement
                && !seen.contains(&placement)
            {
                seen.push(placement);
            }
        }
        seen.len().max(1)
    }

    /// The episode that says what kind of home an episode belongs to: itself, or for a temporary stay the one before.
    pub fn home_of<'a>(&'a self, episode: &'a Episode) -> Option<&'a Episode> {
        if !episode.is_stay {
            return Some(episode);
        }
        let placement = episode.placement?;
        let before = self.episodes.iter().rev().filter(|e| e.start < episode.start);
        before.filter(|e| e.placement == Some(placement)).find(|e| !e.is_stay)
    }

    /// The last exit from care in the year: its day and reason.
    pub fn last_exit_in_year(&self, year: ReportingYear) -> Option<(Day, Rec)> {
        let (first, last) = (Day::first_of(year), Day::last_of(year));
        let ends = self.episodes.iter().filter_map(|episode| episode.end);
        let exits = ends.filter_map(|end| end.how.exit().map(|rec| (end.on, rec)));
        exits.filter(|(on, _)| first <= *on && *on <= last).max_by_key(|(on, _)| *on)
    }

    /// Twelve-month outcomes in the return of a year.
    pub fn outcomes_of(&self, year: ReportingYear) -> Option<Outcomes> {
        self.outcomes.iter().find(|(of, _)| *of == year).map(|(_, outcomes)| *outcomes)
    }

    /// The care leaver's row in the return of a year.
    pub fn leaver_of(&self, year: ReportingYear) -> Option<Leaver> {
        self.leaver.iter().find(|(of, _)| *of == year).map(|(_, leaver)| *leaver)
    }

    /// P2: the first day of the year on which the child came into care.
    pub fn first_start_in_year(&self, year: ReportingYear) -> Option<Day> {
        let (first, last) = (Day::first_of(year), Day::last_of(year));
        let starts = self.episodes.iter().filter(|episode| episode.rne == Rne::S).map(|episode| episode.start);
        starts.filter(|start| first <= *start && *start <= last).min()
    }

    /// The homes that ended in the year by a move to another carer, in order (detail 10). A move into a temporary stay is
    /// none; out of one to another home it has the reason of the stay, or else that of the home before.
    pub fn carer_endings(&self, year: ReportingYear) -> impl Iterator<Item = CarerEnding> + '_ {
        let (first, last) = (Day::first_of(year), Day::last_of(year));
        self.episodes.windows(2).filter_map(move |pair| {
            let [episode, next] = pair else { return None };
            let End { on, how } = episode.end?;
            let in_year = how == Ending::Recorded(Rec::X1) && first <= on && on <= last;
            let is_move = matches!(next.rne, Rne::P | Rne::B) && next.start == on;
            // a stay has the placement of the episode before it, so that a move into one ends none
            let ended = episode.placement.is_some_and(|placement| next.placement != Some(placement));
            if !in_year || !is_move || !ended {
                return None;
            }
            let before = || self.home_of(episode).and_then(|home| home.reason);
            let reason = episode.reason.or_else(before).unwrap_or(MoveReason::Other);
            (reason != MoveReason::Place).then_some(CarerEnding { on, reason })
        })
    }
}
