//! Supply: the outside answer that a measure gives when a table or a former return is not there (Q8, Q9, detail 20).
//!
//! The order is the same for every measure: a table of the reporting year, then the return of a former year, then a
//! table of a former year.

use shared::ids::ReportingYear;

use crate::histories::ChildHistory;
use crate::records::tables::Table;

/// What is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lack {
    /// A table of a return that is there: `table_not_supplied`.
    Table,
    /// The return of a former year: `not_enough_years`.
    Years,
}

/// What a measure needs beside Header and Episodes of the reporting year.
#[derive(Clone, Copy)]
pub(super) struct Needs {
    /// Tables of the reporting year.
    pub now: &'static [Table],
    /// How many years before it the former returns lie.
    pub years_before: &'static [i16],
    /// Tables of each former return.
    pub then: &'static [Table],
}

impl Needs {
    /// What of the reporting year is not there.
    pub fn lack_now(self, history: &ChildHistory, year: ReportingYear) -> Option<Lack> {
        (!has_all(history, year, self.now)).then_some(Lack::Table)
    }

    /// What of the former years is not there.
    pub fn lack_then(self, history: &ChildHistory, year: ReportingYear) -> Option<Lack> {
        let mut former = self.years_before.iter().map(|n| year.before(*n));
        if former.clone().any(|former| !history.supplied.year(former)) {
            return Some(Lack::Years);
        }
        (!former.all(|former| has_all(history, former, self.then))).then_some(Lack::Table)
    }

    /// What is not there, the reporting year first.
    pub fn lack(self, history: &ChildHistory, year: ReportingYear) -> Option<Lack> {
        self.lack_now(history, year).or_else(|| self.lack_then(history, year))
    }
}

fn has_all(history: &ChildHistory, year: ReportingYear, tables: &[Table]) -> bool {
    tables.iter().all(|table| history.supplied.table(year, *table))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::histories::tests::{Written, history, written, year};

    const NEEDS: Needs = Needs { now: &[Table::SwEpisodes, Table::Oc2], years_before: &[1, 2], then: &[Table::Oc2] };

    #[test]
    fn the_year_comes_before_former_returns_and_these_before_their_tables() {
        let of = |number: i16, tables: &[Table]| {
            let sex = if number < 2025 { "2" } else { "F" };
            let bare = written(number, &[&format!("A1,{sex},15/05/2012,WBRI,UN1,,")], &["A1,01/06/2020,S,C2,U4,,"]);
            tables.iter().fold(bare, |of, table| of.with(*table, &[]))
        };
        let both = [Table::Oc2, Table::SwEpisodes];
        let check = |returns: &[Written], now, then, all| {
            let child = history(2025, returns);
            let found = (NEEDS.lack_now(&child, year(2025)), NEEDS.lack_then(&child, year(2025)), NEEDS.lack(&child, year(2025)));
            assert_eq!(found, (now, then, all));
        };
        let (table, years) = (Some(Lack::Table), Some(Lack::Years));
        check(&[of(2025, &both)], None, years, years);
        check(&[of(2025, &both[..1])], table, years, table);
        check(&[of(2024, &both[..1]), of(2025, &both)], None, years, years);
        check(&[of(2023, &both[..1]), of(2025, &both)], None, years, years);
        check(&[of(2023, &[]), of(2024, &both[..1]), of(2025, &both)], None, table, table);
        check(&[of(2023, &both[..1]), of(2024, &[]), of(2025, &both)], None, table, table);
        check(&[of(2023, &both[..1]), of(2024, &both[..1]), of(2025, &[])], table, None, table);
        check(&[of(2023, &both[..1]), of(2024, &both[..1]), of(2025, &both)], None, None, None);
    }
}
