//! What several rules ask of a child: in care when, in which period, how old. Answers are those of the guidance, not of a
//! measure: the measures ask a history, which has been mended, and this asks the rows as they stand.

use super::Scene;
use crate::day::Day;
use crate::records::codes::{Rec, Rne};
use crate::records::rows::EpisodeRow;

impl<'r> Scene<'r> {
    /// Whether the rows of the year have the child in care at some time, short breaks left out.
    pub fn was_in_care(&self) -> bool {
        self.now.care().next().is_some()
    }

    /// The episode that is open at the end of the year, short breaks left out: the last one, when it has not ended.
    pub fn open_episode(&self) -> Option<&'r EpisodeRow> {
        open_last(self.now.care())
    }

    /// Whether the child was in care on 31 March, short breaks left out.
    pub fn is_in_care_at_end(&self) -> bool {
        self.open_episode().is_some()
    }

    /// Whether the child was looked after for the twelve months of the year without a break: in care, and no episode that
    /// begins care after 1 April, ends it before 31 March, or is a short break. Care that begins on 1 April itself counts.
    pub fn is_twelve_months(&self) -> bool {
        let (first, last) = (self.year.first, self.year.last);
        let breaks = |row: &EpisodeRow| {
            let begins = row.rne == Rne::S && first < row.start && row.start <= last;
            let ends = row.rec != Some(Rec::X1) && row.end.is_some_and(|end| first <= end && end < last);
            begins || ends || row.legal.is_short_break()
        };
        !self.now.episodes.is_empty() && !self.now.episodes.iter().any(breaks)
    }

    /// Episodes of care as the rows chain them: each with whether it begins a period, which it does when its RNE is S or
    /// when care ended with the episode before it. Short breaks are left out.
    pub fn periods(&self) -> impl Iterator<Item = (bool, &'r EpisodeRow)> {
        let mut care_ended = true;
        self.now.care().map(move |row| {
            let begins = std::mem::replace(&mut care_ended, ends_care(row)) || row.rne == Rne::S;
            (begins, row)
        })
    }

    /// Whether the child was in care, short breaks left out, on a day that the return covers.
    pub fn is_in_care_on(&self, day: Day) -> bool {
        self.now.care().any(|row| row.holds_on(day))
    }
}

/// Whether care ended with an episode: REC says so. It is blank for an open episode.
pub(super) fn ends_care(row: &EpisodeRow) -> bool {
    row.rec.is_some_and(|rec| rec != Rec::X1)
}

/// The last of these episodes, when it is open.
pub(super) fn open_last<'r>(mut care: impl DoubleEndedIterator<Item = &'r EpisodeRow>) -> Option<&'r EpisodeRow> {
    care.next_back().filter(|row| row.end.is_none())
}
