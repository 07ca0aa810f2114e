//! What the written returns say about one child in one reporting year.

use crate::councils::SOCIAL_WORKERS_FROM;
use crate::councils::codes::{Ended, Legal};
use crate::councils::state::{AbsenceSpell, Child, Episode, LeaverStatus, Outcomes, Review, WorkerSpell};
use jiff::civil::{Date, date};

/// First day of a reporting year.
#[must_use]
pub fn first_day(year: i16) -> Date {
    date(year - 1, 4, 1)
}

/// Last day of a reporting year.
#[must_use]
pub fn last_day(year: i16) -> Date {
    date(year, 3, 31)
}

/// A child as the returns up to one year show it.
pub struct Known<'a> {
    /// The child.
    pub child: &'a Child,
    /// The reporting year.
    pub year: i16,
    /// The years before it whose return was written too.
    pub years: Vec<i16>,
    /// All known rows of episodes in order, with their ends as far as they are known.
    pub rows: Vec<Episode>,
    /// The rows without short breaks.
    pub episodes: Vec<Episode>,
}

impl<'a> Known<'a> {
    /// What the returns up to `year` say about `child`.
    #[must_use]
    pub fn of(child: &'a Child, written: &[i16], year: i16) -> Self {
        let years: Vec<i16> = written.iter().copied().filter(|&other| other <= year).collect();
        let mut rows = Vec::new();
        for episode in &child.episodes {
            let in_a_return = years.iter().any(|&other| {
                let began = episode.decom <= last_day(other);
                let not_over = episode.dec.is_none_or(|dec| dec >= first_day(other));
                began && not_over
            });
            if !in_a_return {
                continue;
            }
            let mut row = episode.clone();
            if row.dec.is_some_and(|dec| dec > last_day(year)) {
                row.dec = None;
                row.rec = None;
                row.reason = None;
            }
            rows.push(row);
        }
        rows.sort_by_key(|row| row.decom);
        let episodes = rows.iter().filter(|row| row.ls != Legal::V3 && row.ls != Legal::V4).cloned().collect();
        Self { child, year, years, rows, episodes }
    }

    /// Whether the return of a year was written.
    #[must_use]
    pub fn has_year(&self, year: i16) -> bool {
        self.years.contains(&year)
    }

    /// Whether the year's return has the table of social workers.
    #[must_use]
    pub fn has_social_workers(&self) -> bool {
        self.year >= SOCIAL_WORKERS_FROM
    }

    /// First day of the reporting year.
    #[must_use]
    pub fn start(&self) -> Date {
        first_day(self.year)
    }

    /// Last day of the reporting year.
    #[must_use]
    pub fn end(&self) -> Date {
        last_day(self.year)
    }

    /// Whether the child has rows of its own in the return of a year: an episode that touches it.
    fn is_in_return(&self, year: i16) -> bool {
        self.rows.iter().any(|row| row.decom <= last_day(year) && row.dec.is_none_or(|dec| dec >= first_day(year)))
    }

    /// The yearly outcomes of a year's return.
    #[must_use]
    pub fn outcomes(&self, year: i16) -> Option<&Outcomes> {
        let there = self.has_year(year) && self.is_in_return(year);
        self.child.outcomes.iter().find(|row| there && row.year == year)
    }

    /// The care-leaver row of the year's return.
    #[must_use]
    pub fn leaver(&self) -> Option<&LeaverStatus> {
        self.child.leaver.iter().find(|row| row.year == self.year)
    }

    /// Reviews dated in the year.
    #[must_use]
    pub fn reviews(&self) -> Vec<&Review> {
        if !self.is_in_return(self.year) {
            return Vec::new();
        }
        self.child.reviews.iter().filter(|review| self.start() <= review.on && review.on <= self.end()).collect()
    }

    /// Missing and away rows of the year's return; an end after the year is not known.
    #[must_use]
    pub fn absences(&self) -> Vec<AbsenceSpell> {
        let mut rows = Vec::new();
        if !self.is_in_return(self.year) {
            return rows;
        }
        for spell in &self.child.absences {
            let overlaps = spell.from <= self.end() && spell.to.is_none_or(|to| to >= self.start());
            if overlaps {
                let mut row = spell.clone();
                row.to = row.to.filter(|&to| to <= self.end());
                rows.push(row);
            }
        }
        rows
    }

    /// Social workers with a day in the year.
    #[must_use]
    pub fn workers(&self) -> Vec<&WorkerSpell> {
        if !self.is_in_return(self.year) {
            return Vec::new();
        }
        let here = |spell: &&WorkerSpell| spell.from <= self.end() && spell.to.is_none_or(|to| to > self.start());
        self.child.workers.iter().filter(here).collect()
    }

    /// Whether the child is in the year's table of children who came alone and the status holds after 31 March.
    #[must_use]
    pub fn came_alone(&self) -> bool {
        let in_table = self.is_in_return(self.year);
        self.child.uasc.as_ref().is_some_and(|uasc| in_table && uasc.ceased_on.is_none_or(|on| on > self.end()))
    }

    /// Completed years on a day; a birthday on 29 February falls on 28 February in other years.
    #[must_use]
    pub fn age_on(&self, on: Date) -> i16 {
        let dob = self.child.dob;
        let mut age = on.year() - dob.year();
        let last_of_month = date(on.year(), dob.month(), 1).last_of_month().day();
        let birthday = date(on.year(), dob.month(), dob.day().min(last_of_month));
        if on < birthday {
            age -= 1;
        }
        age
    }

    /// The last end of care in the year, V3 and V4 apart.
    #[must_use]
    pub fn last_exit(&self) -> Option<(Date, Ended)> {
        let mut last: Option<(Date, Ended)> = None;
        for row in &self.episodes {
            if let (Some(dec), Some(rec)) = (row.dec, row.rec) {
                let counts = rec != Ended::X1 && self.start() <= dec && dec <= self.end();
                if counts && last.is_none_or(|(before, _)| dec >= before) {
                    last = Some((dec, rec));
                }
            }
        }
        last
    }
}
