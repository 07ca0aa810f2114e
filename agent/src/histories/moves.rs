//! How often a child's carer, social worker and school changed (B4, B7 to B10; details 10 and 11, `docs/extracts.md`).

use shared::ids::ReportingYear;

use super::{ChildHistory, Episode, Stretch, WorkerSpell};
use crate::day::Day;
use crate::pseudonym::Token;
use crate::records::rows::extracts::SchoolRow;

/// The days on which a change of school belongs to the turn of the school year, as month and day of the month: the first
/// in it, and the first after it.
const SCHOOL_TURN: [(i32, i32); 2] = [(8, 1), (10, 1)];

impl ChildHistory {
    /// B4: changes of carer in a window, both ends in. For a child who was not in care on the day before it, the first
    /// episode that begins in it is the entry into care and no change.
    pub fn n_carer_changes(&self, first: Day, last: Day) -> usize {
        let n_entries = usize::from(self.episode_on(first.before()).is_none());
        let begun = self.episodes.iter().filter(|episode| first <= episode.start && episode.start <= last);
        begun.skip(n_entries).filter(|episode| episode.changes_carer).count()
    }

    /// B7, B8: different social workers on any day of these years, time before care included, each year by its own return.
    pub fn n_workers(&self, years: &[ReportingYear]) -> usize {
        let is_of = |spell: &&WorkerSpell| {
            years.contains(&spell.year) && spell.stretch.touches(Day::first_of(spell.year), Day::last_of(spell.year))
        };
        let mut seen: Vec<Token> = self.workers.iter().filter(is_of).map(|spell| spell.worker).collect();
        seen.sort_unstable();
        seen.dedup();
        seen.len()
    }

    /// The first day of a year on which the child was looked after.
    pub fn first_day_in_care(&self, year: ReportingYear) -> Option<Day> {
        let (first, last) = (Day::first_of(year), Day::last_of(year));
        let touching = self.episodes.iter().map(Episode::stretch).find(|stretch| stretch.touches(first, last));
        touching.map(|stretch| stretch.start.max(first))
    }

    /// Whether the extract of a year has a main enrolment with a day in a window, both ends in.
    pub fn is_enrolled(&self, extract: ReportingYear, first: Day, last: Day) -> bool {
        self.extracts.schools.of(extract).any(|row| row.is_main && days_of(row).touches(first, last))
    }

    /// B9: moves of school in a year, by the extract of that or a later year: none at the turn of the school year, none
    /// before the first day in care in the year. From no school to a school is one.
    pub fn n_school_moves(&self, extract: ReportingYear, year: ReportingYear) -> usize {
        let Some(in_care) = self.first_day_in_care(year) else { return 0 };
        let mut enrolments: Vec<&SchoolRow> = self.extracts.schools.of(extract).filter(|row| row.is_main).collect();
        // one that lasts stands behind those that end
        enrolments.sort_by_key(|row| (row.start, row.end.is_none(), row.end, row.school));
        let before = std::iter::once(None).chain(enrolments.iter().map(|row| Some(row.school)));
        let moves = enrolments.iter().zip(before).filter(|(row, before)| *before != Some(row.school)).map(|(row, _)| row.start);
        moves.filter(|on| in_care <= *on && is_mid_year(*on, year)).count()
    }
}

/// The days of an enrolment; its last day on the roll is in it.
fn days_of(row: &SchoolRow) -> Stretch {
    Stretch { start: row.start, end: row.end.map(Day::after) }
}

/// Whether a day lies in a year, and not at the turn of its school year.
fn is_mid_year(on: Day, year: ReportingYear) -> bool {
    let turn = SCHOOL_TURN.map(|(month, day)| Day::from_ymd(i32::from(year.number()) - 1, month, day));
    let [Some(turn_first), Some(turn_end)] = turn else { return false };
    Day::first_of(year) <= on && on <= Day::last_of(year) && !(turn_first <= on && on < turn_end)
}
