//! Every cell of every measure by every breakdown, as the agent counts it from the returns that a council writes.

use std::sync::LazyLock;

use shared::framework::{Framework, Table};

use crate::councils::Council;
use crate::exact::{self, Cell};

/// The measures by every breakdown, whether it is published or not.
static FRAMEWORK: LazyLock<Framework> = LazyLock::new(|| Framework::built_in().by_every_breakdown());

/// Counted cells of one council, or of several together.
#[derive(Clone, Debug, Default)]
pub struct Cells(exact::Cells);

/// Counts one council in one year, from its returns as it hands them in.
///
/// # Panics
/// When a return is refused: a made-up council is wrong then.
#[must_use]
pub fn of(council: &Council, year: i16) -> Cells {
    let cells = exact::of_returns(&exact::returns_of_council(council, year), year, &FRAMEWORK);
    Cells(cells.unwrap_or_else(|why| panic!("council {}: {why:#}", council.code)))
}

impl Cells {
    /// Adds another council's cells.
    pub fn add(&mut self, other: &Self) {
        for (cell, n) in &other.0 {
            *self.0.entry(cell.clone()).or_default() += n;
        }
    }

    /// A category's or view's share of the counted children of a group, in per cent. None where no measure counts it or
    /// nobody is in the group. `group` is `total`, or breakdown and group with a stroke between them.
    #[must_use]
    pub fn share(&self, measure: &str, group: &str, what: &str) -> Option<f64> {
        let (table, group) = place(measure, group)?;
        let views = &FRAMEWORK.measure(measure)?.views;
        let parts: Vec<&str> = match views.iter().find(|view| view.id == what) {
            Some(view) => view.sum.iter().map(String::as_str).collect(),
            None => vec![what],
        };
        if !parts.iter().all(|part| table.category(part).is_some()) {
            return None;
        }
        let part: i64 = parts.into_iter().map(|part| self.count(table, group, part)).sum();
        let counted = table.categories.iter().filter(|category| !category.outside);
        let whole: i64 = counted.map(|category| self.count(table, group, &category.id)).sum();
        (whole > 0).then(|| 100.0 * number(part) / number(whole))
    }

    /// The mean of a group.
    #[must_use]
    pub fn mean(&self, measure: &str, group: &str) -> Option<f64> {
        let (table, group) = place(measure, group)?;
        let n = self.count(table, group, "n");
        (n > 0).then(|| number(self.count(table, group, "sum")) / number(n))
    }

    /// How many children a group of a population has.
    #[must_use]
    pub fn children(&self, measure: &str, group: &str) -> Option<f64> {
        let (table, group) = place(measure, group)?;
        Some(number(self.count(table, group, &table.categories.first()?.id)))
    }

    /// A group's part of a population, in per cent.
    #[must_use]
    pub fn part_of_all(&self, measure: &str, group: &str) -> Option<f64> {
        let all = self.children(measure, "total").filter(|&all| all > 0.0)?;
        Some(100.0 * self.children(measure, group)? / all)
    }

    fn count(&self, table: &Table, group: &str, category: &str) -> i64 {
        let cell = Cell { table: table.id.clone(), group: group.to_owned(), category: category.to_owned() };
        self.0.get(&cell).copied().unwrap_or(0)
    }
}

/// The table and group of a measure by `total`, or by breakdown and group.
fn place<'g>(measure: &str, group: &'g str) -> Option<(&'static Table, &'g str)> {
    let (breakdown, group) = group.split_once('/').unwrap_or(("total", group));
    let mut tables = FRAMEWORK.tables().iter();
    let table = tables.find(|table| table.measure == measure && table.breakdown == breakdown)?;
    table.group(group).map(|_| (table, group))
}

fn number(n: i64) -> f64 {
    i32::try_from(n).map_or(f64::INFINITY, f64::from)
}
