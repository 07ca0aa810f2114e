//! Exact figures of made-up councils: what the agent's own rooms count in this process, without a plan and without noise.
//!
//! The demo holds published figures against these, and the calibration holds these against what is published for England.
//! That the agent counts rightly is another matter: `tests/oracle` counts the same returns a second time, in SQL.

use std::collections::BTreeMap;
use std::path::Path;

use agent::histories::{Mending, each};
use agent::measures::MeasureSet;
use anyhow::{Context as _, ensure};
use shared::framework::{Framework, Kind};
use shared::ids::ReportingYear;

use crate::councils::Council;
use crate::reading::{InputFile, Return, read, returns_of};

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

/// Cells that hold a child, with their totals.
pub type Cells = BTreeMap<Cell, i64>;

/// What a council hands in up to a year, in memory.
///
/// # Panics
/// When a made-up council returned a year that is no reporting year.
#[must_use]
pub fn returns_of_council(council: &Council, year: i16) -> Vec<Return> {
    let reporting_year = |year| ReportingYear::new(year).expect("a return year is a reporting year");
    let files = |year| council.files(year).into_iter().map(|table| InputFile { name: table.file.to_owned(), bytes: table.bytes });
    let years = council.years_returned().into_iter().filter(|&of| of <= year);
    years.map(|year| (reporting_year(year), files(year).collect())).collect()
}

/// The cells of a folder with one folder for each return year.
///
/// # Errors
/// When a file cannot be read, or code and catalogue differ.
pub fn of_folder(folder: &Path, year: i16, framework: &Framework) -> anyhow::Result<Cells> {
    of_returns(&returns_of(folder)?, year, framework)
}

/// The cells of returns in memory.
///
/// # Errors
/// When a return is refused, or code and catalogue differ.
pub fn of_returns(returns: &[Return], year: i16, framework: &Framework) -> anyhow::Result<Cells> {
    let year = ReportingYear::new(year).with_context(|| format!("{year} is no reporting year"))?;
    let measures = MeasureSet::resolve(framework)?;
    let read = read(returns);
    for one in &read.all {
        ensure!(one.refusals.is_empty(), "the return of {} is refused: {}", one.year, one.refusals[0]);
    }
    let mut totals: BTreeMap<(u16, u8, u8), (i64, i64)> = BTreeMap::new();
    each(&read, year, Mending::Apply, framework.parameters(), |child| {
        for entry in measures.contributions(child, year).into_iter().flat_map(|all| all.entries) {
            let total = totals.entry((entry.table, entry.group, entry.category)).or_default();
            *total = (total.0 + 1, total.1 + i64::from(entry.amount));
        }
    });
    let mut cells = Cells::new();
    for ((table, group, category), (n, sum)) in totals {
        let table = &framework.tables()[usize::from(table)];
        let cell = |category: &str| Cell {
            table: table.id.clone(),
            group: table.groups[usize::from(group)].id.clone(),
            category: category.to_owned(),
        };
        if table.kind == Kind::Mean {
            cells.insert(cell("n"), n);
            cells.insert(cell("sum"), sum);
        } else {
            cells.insert(cell(&table.categories[usize::from(category)].id), n);
        }
    }
    Ok(cells)
}

/// The cells of several councils together.
#[must_use]
pub fn sum<'a>(councils: impl IntoIterator<Item = &'a Cells>) -> Cells {
    let mut total = Cells::new();
    for (cell, n) in councils.into_iter().flatten() {
        *total.entry(cell.clone()).or_default() += n;
    }
    total
}
