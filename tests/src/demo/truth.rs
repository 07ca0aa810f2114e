//! What is true: exact cells, laid out as the framework lays out its cells.
//!
//! They come named in words; here they find their places. A word that the framework does not know is a fault
//! of one of the two and is never skipped. Sums of means are uncentred.

use std::collections::BTreeMap;

use anyhow::{Context as _, bail};
use shared::framework::{Framework, Kind, Table};

use crate::exact::Cell;

/// Exact cells of one council, or of several together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Truth {
    cells: Vec<i64>,
}

impl Truth {
    /// Nobody.
    #[must_use]
    pub fn nobody(framework: &Framework) -> Self {
        Self { cells: vec![0; framework.n_cells()] }
    }

    /// Lays out what was counted.
    ///
    /// # Errors
    /// When it names a cell that the framework lacks, or counts for a mean other children than its share does.
    pub fn of(framework: &Framework, counts: &BTreeMap<Cell, i64>) -> anyhow::Result<Self> {
        let mut truth = Self::nobody(framework);
        let mut of_means = Vec::new();
        for (cell, n) in counts {
            let name = || format!("the cell {}/{}/{} is not in the framework", cell.table, cell.group, cell.category);
            let table = framework.table(&cell.table).with_context(name)?;
            let group = table.group(&cell.group).with_context(name)?;
            if table.kind == Kind::Mean && cell.category == "n" {
                of_means.push((table, group, *n));
            } else {
                let category = table.category(&cell.category).with_context(name)?;
                truth.cells[table.cell(group, category)] = *n;
            }
        }
        for (table, group, n) in of_means {
            let counted = truth.counted(base_of(framework, table), group);
            if counted != n {
                bail!("{}: the mean is over {n} children, its share over {counted}", table.id);
            }
        }
        Ok(truth)
    }

    /// Adds another's cells.
    pub fn add(&mut self, other: &Self) {
        for (sum, n) in self.cells.iter_mut().zip(&other.cells) {
            *sum += n;
        }
    }

    /// One cell by its place in the layout.
    #[must_use]
    pub fn cell(&self, place: usize) -> i64 {
        self.cells[place]
    }

    /// Several cells together.
    #[must_use]
    pub fn total(&self, places: &[usize]) -> i64 {
        places.iter().map(|place| self.cells[*place]).sum()
    }

    fn counted(&self, table: &Table, group: usize) -> i64 {
        self.total(&counted_places(table, group))
    }
}

/// Places of the counted categories of a group.
#[must_use]
pub fn counted_places(table: &Table, group: usize) -> Vec<usize> {
    let counted = table.categories.iter().enumerate().filter(|(_, category)| !category.outside);
    counted.map(|(at, _)| table.cell(group, at)).collect()
}

/// The table that counts the children of a mean.
///
/// # Panics
/// When the framework has none, which its own check excludes.
#[must_use]
pub fn base_of<'a>(framework: &'a Framework, table: &Table) -> &'a Table {
    let measure = framework.measure(&table.measure).expect("a table's measure is in the framework");
    let base = measure.count_from.as_ref().and_then(|id| framework.table(&format!("{id}.{}", table.breakdown)));
    base.expect("a checked mean has its count's table")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(cells: &[(&str, &str, &str, i64)]) -> BTreeMap<Cell, i64> {
        let cell = |(table, group, category, n): &(&str, &str, &str, i64)| {
            (Cell { table: (*table).into(), group: (*group).into(), category: (*category).into() }, *n)
        };
        cells.iter().map(cell).collect()
    }

    #[test]
    fn cells_find_their_places_and_unknown_ones_are_refused() {
        let f = Framework::built_in();
        let good = counts(&[("A2.total", "total", "0-13", 3), ("A3.total", "total", "n", 3), ("A3.total", "total", "sum", 20)]);
        let truth = Truth::of(&f, &good).unwrap();
        assert_eq!(truth.cell(f.table("A3.total").unwrap().first_cell), 20);
        for bad in [
            counts(&[("A2.total", "total", "0-14", 3)]),
            counts(&[("A2.shoe", "total", "0-13", 3)]),
            counts(&[("A2.sex", "men", "0-13", 3)]),
            counts(&[("A2.total", "total", "0-13", 3), ("A3.total", "total", "n", 2)]),
        ] {
            assert!(Truth::of(&f, &bad).is_err(), "{bad:?}");
        }
    }
}
