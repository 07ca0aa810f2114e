//! What the extracts ask of a child's history, and its streams of chance.

use super::super::Council;
use super::super::calendar::{Day, year_end};
use super::super::chance::{Chance, Purpose};
use super::super::codes::NewEpisode;
use super::super::state::{Child, Episode};
use super::Extract;

/// A child of a council, looked at for the extracts.
pub(super) struct Life<'a> {
    pub(super) child: &'a Child,
    pub(super) born: Day,
    /// The council's number.
    pub(super) authority: u32,
    /// First and last return year of the council.
    pub(super) years: (i16, i16),
    seed: u64,
    number: u64,
}

impl<'a> Life<'a> {
    pub(super) fn new(council: &Council, authority: u32, child: &'a Child) -> Self {
        let first = *council.years.first().expect("a council has a return year");
        let last = *council.years.last().expect("a council has a return year");
        let number = child.id.parse().expect("a made-up identifier is a number");
        let (born, years) = (Day::of(child.dob), (first, last));
        Self { child, born, authority, years, seed: council.seed, number }
    }

    /// The stream of one extract over all years.
    pub(super) fn chance(&self, extract: Extract) -> Chance {
        self.stream(extract, 0)
    }

    /// The stream of one extract in one year.
    pub(super) fn chance_in(&self, extract: Extract, year: i16) -> Chance {
        self.stream(extract, u64::try_from(year - 2000).expect("the years of returns lie after 2000"))
    }

    fn stream(&self, extract: Extract, year: u64) -> Chance {
        let mut chance = Chance::new(self.seed, Purpose::Extracts, self.authority);
        chance.turn_to((self.number * 16 + u64::from(extract.number())) * 64 + year);
        chance
    }

    /// A stream that all children share who have the same number, such as those of one household.
    pub(super) fn chance_of_household(&self, home: u32, year: i16) -> Chance {
        let mut chance = Chance::new(self.seed, Purpose::Households, self.authority);
        chance.turn_to(u64::from(home) * 64 + u64::try_from(year - 2000).expect("the years of returns lie after 2000"));
        chance
    }

    /// Episodes that are no short breaks.
    pub(super) fn care(&self) -> impl DoubleEndedIterator<Item = &'a Episode> {
        self.child.episodes.iter().filter(|episode| !episode.is_short_break())
    }

    /// The episode that holds on a day.
    pub(super) fn home_on(&self, day: Day) -> Option<&'a Episode> {
        let on = day.date();
        self.care().find(|episode| episode.decom <= on && episode.dec.is_none_or(|dec| on < dec))
    }

    /// The days on which care began, in order.
    pub(super) fn starts(&self) -> impl Iterator<Item = Day> {
        self.care().filter(|episode| episode.rne == NewEpisode::S).map(|episode| Day::of(episode.decom))
    }

    /// Whether Header of this or an earlier return has the child.
    pub(super) fn is_known_by(&self, year: i16) -> bool {
        let end = year_end(year).date();
        let asked = self.child.leaver.iter().any(|status| (self.years.0..=year).contains(&status.year));
        asked || self.child.episodes.iter().any(|episode| episode.decom <= end)
    }

    /// The score by which a child is known: of the year, else of any year.
    pub(super) fn score(&self, year: i16) -> Option<u8> {
        let of = |row: &&super::super::state::Outcomes| row.sdq_score.is_some();
        let outcomes = &self.child.outcomes;
        let row = outcomes.iter().filter(of).find(|row| row.year == year).or_else(|| outcomes.iter().find(of));
        row.and_then(|row| row.sdq_score)
    }
}
