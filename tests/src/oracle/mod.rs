//! The naive oracle: every cell of every measure, counted from the state of the made-up councils.
//!
//! It is written from the words of the measures and from nothing else, slow and obvious, and shares no line
//! with what counts in earnest. It reads the generator's state, never the files.
//!
//! **What it may know.** The state is the truth; the returns say only part of it. For the year asked for, the
//! oracle restricts itself to what the written returns say:
//! - only the return years that were written, up to the year asked for (`Council::years`);
//! - an episode is known when it touches one of them, and its end, reason and reason for the move only when
//!   it ended by 31 March of the year asked for (`known`);
//! - what began before the first return is known only by the first day of the episodes still open in it:
//!   a first known episode that is no start of care begins a period, a placement and a carer on its own first
//!   day (detail 6);
//! - outcomes, care leavers, reviews, missing incidents and social workers are those of the year's own return;
//! - social workers are in no return before 2024: "table not supplied" (Q8);
//! - where a year is missing, "not enough years" (Q9) holds who satisfies the part of the population that can
//!   be seen: for two years, being looked after on 31 March; for the carer since two years, that and an age
//!   of 2 to 15; for the change of band, a score this year (detail 20).
//!
//! A category that no child falls into has no cell here.

pub mod care;
pub mod groups;
pub mod known;
mod life;
mod stability;
mod wellbeing;

use crate::councils::Council;
use known::Known;
use std::collections::BTreeMap;

/// One cell of one table. For a mean, the category is `n` or `sum`, the sum as it is, not centred.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    /// Measure and breakdown, as `B1.total`.
    pub table: String,
    /// Group of the breakdown.
    pub group: String,
    /// Category of the measure.
    pub category: String,
}

/// All cells of one council for one reporting year.
///
/// # Panics
/// When no return of that year was written.
#[must_use]
pub fn count(council: &Council, year: i16) -> BTreeMap<Cell, i64> {
    assert!(council.years.contains(&year), "no return of {year} was written");
    let mut tally = Tally { counts: BTreeMap::new() };
    for child in &council.children {
        let known = Known::of(child, &council.years, year);
        wellbeing::count(&known, &mut tally);
        stability::count(&known, &mut tally);
        life::count(&known, &mut tally);
    }
    tally.counts
}

/// The cells of several councils together.
#[must_use]
pub fn sum<'a>(councils: impl IntoIterator<Item = &'a BTreeMap<Cell, i64>>) -> BTreeMap<Cell, i64> {
    let mut total = BTreeMap::new();
    for counts in councils {
        for (cell, n) in counts {
            *total.entry(cell.clone()).or_default() += n;
        }
    }
    total
}

/// Cells in the making.
struct Tally {
    counts: BTreeMap<Cell, i64>,
}

impl Tally {
    /// One child in one category, in one group of each breakdown.
    fn add(&mut self, measure: &str, groups: &[(&str, &str)], category: &str) {
        for (breakdown, group) in groups {
            self.add_amount(measure, breakdown, group, category, 1);
        }
    }

    /// One child's amount in the mean of a measure.
    fn add_to_mean(&mut self, measure: &str, amount: i64) {
        self.add_amount(measure, "total", "total", "n", 1);
        self.add_amount(measure, "total", "total", "sum", amount);
    }

    fn add_amount(&mut self, measure: &str, breakdown: &str, group: &str, category: &str, amount: i64) {
        let cell = Cell { table: format!("{measure}.{breakdown}"), group: group.to_owned(), category: category.to_owned() };
        *self.counts.entry(cell).or_default() += amount;
    }
}

#[cfg(test)]
mod tests;
