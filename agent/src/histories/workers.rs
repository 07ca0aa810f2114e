//! How many social workers a child had (rules B7 and B8, detail 11).

use shared::ids::ReportingYear;

use super::ChildHistory;
use crate::day::Day;
use crate::pseudonym::Token;

impl ChildHistory {
    /// Different social workers on any day of these years, each year by its own return.
    pub fn n_workers(&self, years: &[ReportingYear]) -> usize {
        let in_years = self.workers.iter().filter(|spell| {
            let is_of = |year: &&ReportingYear| spell.year == **year;
            let year = years.iter().find(is_of);
            year.is_some_and(|year| spell.stretch.touches(Day::first_of(*year), Day::last_of(*year)))
        });
        let mut workers: Vec<Token> = in_years.map(|spell| spell.worker).collect();
        workers.sort_unstable();
        workers.dedup();
        workers.len()
    }
}
