//! Every cell of every measure by every breakdown, as the agent counts it from the returns that a council writes.

use agent::figures::LocalFigures;
use agent::histories::{Mending, build};
use agent::measures::MeasureSet;
use shared::framework::{Framework, Kind, Table};
use shared::ids::ReportingYear;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::councils::Council;
use crate::reading::{InputFile, Return, read};

/// The measures by every breakdown, whether it is published or not.
static FRAMEWORK: LazyLock<Framework> = LazyLock::new(|| Framework::built_in().by_every_breakdown());
static MEASURES: LazyLock<MeasureSet> =
    LazyLock::new(|| MeasureSet::resolve(&FRAMEWORK).expect("code and catalogue agree, as tests of the agent say"));

/// Counted cells of one council, or of several together.
#[derive(Clone, Debug, Default)]
pub struct Cells {
    /// By position of table, group and category: children, or the sum of a mean.
    sums: BTreeMap<(usize, usize, usize), i64>,
    /// Children in a group of a mean's table.
    children: BTreeMap<(usize, usize), u64>,
}

/// Counts one council in one year, from its returns as it hands them in.
///
/// # Panics
/// When a return is refused: a made-up council is wrong then.
#[must_use]
pub fn of(council: &Council, year: i16) -> Cells {
    let reporting_year = |year| ReportingYear::new(year).expect("a return year is a reporting year");
    let files = |year| council.files(year).into_iter().map(|table| InputFile { name: table.file.to_owned(), bytes: table.bytes });
    let years = council.years_returned().into_iter().filter(|&of| of <= year);
    let returns: Vec<Return> = years.map(|year| (reporting_year(year), files(year).collect())).collect();
    let read = read(&returns);
    for one in &read.all {
        assert!(one.refusals.is_empty(), "council {}, {}: {}", council.code, one.year, one.refusals[0]);
    }
    let year = reporting_year(year);
    let histories = build(&read, year, Mending::Apply, FRAMEWORK.parameters());
    let figures = LocalFigures::count(&MEASURES, &histories.children, year);
    let mut cells = Cells::default();
    for (t, table) in FRAMEWORK.tables().iter().enumerate() {
        for g in 0..table.groups.len() {
            if table.kind == Kind::Mean {
                cells.children.insert((t, g), figures.n_children(t, g));
            }
            for c in 0..table.categories.len() {
                cells.sums.insert((t, g, c), figures.exact(t, g, c));
            }
        }
    }
    cells
}

impl Cells {
    /// Adds another council's cells.
    pub fn add(&mut self, other: &Self) {
        for (cell, n) in &other.sums {
            *self.sums.entry(*cell).or_default() += n;
        }
        for (group, n) in &other.children {
            *self.children.entry(*group).or_default() += n;
        }
    }

    /// A category's or view's share of the counted children of a group, in per cent. None where no measure counts it or
    /// nobody is in the group. `group` is `total`, or breakdown and group with a stroke between them.
    #[must_use]
    pub fn share(&self, measure: &str, group: &str, what: &str) -> Option<f64> {
        let (t, table, g) = place(measure, group)?;
        let views = &FRAMEWORK.measure(measure)?.views;
        let parts: Vec<&str> = match views.iter().find(|view| view.id == what) {
            Some(view) => view.sum.iter().map(String::as_str).collect(),
            None => vec![what],
        };
        let parts: Option<Vec<usize>> = parts.into_iter().map(|part| table.category(part)).collect();
        let part: i64 = parts?.into_iter().map(|c| self.sum(t, g, c)).sum();
        let counted = (0..table.categories.len()).filter(|&c| !table.categories[c].outside);
        let whole: i64 = counted.map(|c| self.sum(t, g, c)).sum();
        (whole > 0).then(|| 100.0 * number(part) / number(whole))
    }

    /// The mean of a group.
    #[must_use]
    pub fn mean(&self, measure: &str, group: &str) -> Option<f64> {
        let (t, _, g) = place(measure, group)?;
        let n = i64::try_from(*self.children.get(&(t, g))?).ok()?;
        (n > 0).then(|| number(self.sum(t, g, 0)) / number(n))
    }

    /// How many children a group of a population has.
    #[must_use]
    pub fn children(&self, measure: &str, group: &str) -> Option<f64> {
        let (t, _, g) = place(measure, group)?;
        Some(number(self.sum(t, g, 0)))
    }

    /// A group's part of a population, in per cent.
    #[must_use]
    pub fn part_of_all(&self, measure: &str, group: &str) -> Option<f64> {
        let all = self.children(measure, "total").filter(|&all| all > 0.0)?;
        Some(100.0 * self.children(measure, group)? / all)
    }

    fn sum(&self, table: usize, group: usize, category: usize) -> i64 {
        self.sums.get(&(table, group, category)).copied().unwrap_or(0)
    }
}

/// The table and group of a measure by `total`, or by breakdown and group.
fn place(measure: &str, group: &str) -> Option<(usize, &'static Table, usize)> {
    let (breakdown, group) = group.split_once('/').unwrap_or(("total", group));
    let mut tables = FRAMEWORK.tables().iter().enumerate();
    let (t, table) = tables.find(|(_, table)| table.measure == measure && table.breakdown == breakdown)?;
    Some((t, table, table.group(group)?))
}

fn number(n: i64) -> f64 {
    i32::try_from(n).map_or(f64::INFINITY, f64::from)
}
