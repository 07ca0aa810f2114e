//! Local figures: exact totals for the authority's own screen or a file that a person names.
//!
//! Not for publication, never in a log, never sent: no room on the sending way names this type, and what is sent is made
//! from contributions, not from here. The type has no `Debug` and no `Serialize`; it is shown through its own methods.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use shared::framework::{Framework, Kind, Table};
use shared::ids::{AuthorityId, ReportingYear};

use crate::histories::{ChildHistory, RowPlace};
use crate::measures::{Contribution, MeasureSet};

/// What stands on every page of local figures.
pub const MARKING: &str = "LOCAL, NOT FOR PUBLICATION";

/// Exact totals of one authority in one year.
pub struct LocalFigures {
    year: ReportingYear,
    /// For each table and group: the number of children, and for each category the sum of amounts.
    cells: BTreeMap<(usize, usize), Cells>,
}

#[derive(Default)]
struct Cells {
    n_children: u64,
    sums: BTreeMap<usize, i64>,
}

impl LocalFigures {
    /// Adds up what every child adds.
    pub fn count(measures: &MeasureSet, children: &[ChildHistory], year: ReportingYear) -> Self {
        let mut cells: BTreeMap<(usize, usize), Cells> = BTreeMap::new();
        let all = children.iter().filter_map(|child| measures.contributions(child, year));
        for entry in all.flat_map(|child| child.entries) {
            let cell = cells.entry((entry.table.into(), entry.group.into())).or_default();
            cell.n_children = cell.n_children.saturating_add(1);
            let sum = cell.sums.entry(entry.category.into()).or_insert(0);
            *sum = sum.saturating_add(entry.amount.into());
        }
        Self { year, cells }
    }

    /// Figures that no child is behind: table, group, category, number of children, sum of amounts.
    #[cfg(test)]
    pub(crate) fn made_up(framework: &Framework, year: ReportingYear, all: &[(&str, &str, &str, u64, i64)]) -> Self {
        let mut cells: BTreeMap<(usize, usize), Cells> = BTreeMap::new();
        for (id, group, category, n_children, sum) in all {
            let at = framework.tables().iter().position(|table| table.id == *id).unwrap();
            let table = framework.table(id).unwrap();
            let cell = cells.entry((at, table.group(group).unwrap())).or_default();
            cell.n_children += n_children;
            *cell.sums.entry(table.category(category).unwrap()).or_insert(0) += sum;
        }
        Self { year, cells }
    }

    /// The exact total of a cell, by positions.
    pub fn exact(&self, table: usize, group: usize, category: usize) -> i64 {
        self.cells.get(&(table, group)).and_then(|cells| cells.sums.get(&category)).copied().unwrap_or(0)
    }

    /// The number of children in a group of a table.
    pub fn n_children(&self, table: usize, group: usize) -> u64 {
        self.cells.get(&(table, group)).map_or(0, |cells| cells.n_children)
    }

    /// As JSON. `noise_sd` holds the standard deviation of the noise by table, where a plan is known.
    pub fn to_json(&self, framework: &Framework, authority: Option<AuthorityId>, noise_sd: &BTreeMap<String, f64>) -> Value {
        let tables = framework.tables().iter().enumerate().map(|(at, table)| {
            json!({
                "table": table.id,
                "measure": table.measure,
                "breakdown": table.breakdown,
                "cells": self.table_to_json(at, table, noise_sd.get(&table.id).copied()),
            })
        });
        json!({
            "marking": MARKING,
            "authority": authority.map(|authority| authority.to_string()),
            "reporting_year": self.year,
            "tables": tables.collect::<Vec<_>>(),
        })
    }

    fn table_to_json(&self, at: usize, table: &Table, noise_sd: Option<f64>) -> Vec<Value> {
        let mut cells = Vec::with_capacity(table.n_cells());
        for (g, group) in table.groups.iter().enumerate() {
            for (c, category) in table.categories.iter().enumerate() {
                cells.push(match table.kind {
                    Kind::Mean => {
                        json!({ "group": group.id, "exact_n": self.n_children(at, g), "exact_sum": self.exact(at, g, c) })
                    }
                    Kind::Share => json!({
                        "group": group.id,
                        "category": category.id,
                        "counted": !category.outside,
                        "exact": self.exact(at, g, c),
                        "noise_sd": noise_sd,
                    }),
                });
            }
        }
        cells
    }
}

/// A cell, or cells that add up, as a person names them: `B1.total/3`, `B1.placement/3/homes`, and with a view of the
/// framework `B1.total/3+`. Without a group, all groups.
pub struct CellName {
    table: usize,
    categories: BTreeSet<usize>,
    group: Option<usize>,
}

impl CellName {
    /// Reads a name against a framework; the error says which part is unknown.
    pub fn parse(text: &str, framework: &Framework) -> Result<Self, String> {
        let mut parts = text.split('/');
        let table_id = parts.next().unwrap_or_default();
        let found = framework.tables().iter().enumerate().find(|(_, t)| t.id == table_id);
        let (at, table) = found.ok_or_else(|| no_table(table_id, framework))?;
        let categories = categories_of(parts.next().unwrap_or_default(), table, framework)?;
        let group =
            match parts.next() {
                None => None,
                Some(id) => Some(table.group(id).ok_or_else(|| {
                    format!("{table_id} has the groups {}", in_a_row(table.groups.iter().map(|g| g.id.as_str())))
                })?),
            };
        if parts.next().is_some() {
            return Err("a cell is TABLE/CATEGORY or TABLE/CATEGORY/GROUP".to_owned());
        }
        Ok(Self { table: at, categories, group })
    }

    fn holds(&self, entry: &Contribution) -> bool {
        let in_group = self.group.is_none_or(|group| usize::from(entry.group) == group);
        usize::from(entry.table) == self.table && self.categories.contains(&usize::from(entry.category)) && in_group
    }

    /// Its exact total. The standard deviation of the noise is that of the sum of its cells.
    pub fn figure(&self, figures: &LocalFigures, framework: &Framework, noise_sd: &BTreeMap<String, f64>) -> Option<CellFigure> {
        let table = framework.tables().get(self.table)?;
        let groups = match self.group {
            Some(group) => group..group + 1,
            None => 0..table.groups.len(),
        };
        let cells = groups.clone().flat_map(|group| self.categories.iter().map(move |category| (group, *category)));
        let exact =
            cells.clone().map(|(group, category)| figures.exact(self.table, group, category)).fold(0, i64::saturating_add);
        let n_cells: f64 = cells.map(|_| 1.0).sum();
        Some(CellFigure {
            kind: table.kind,
            n_children: groups.map(|group| figures.n_children(self.table, group)).fold(0, u64::saturating_add),
            exact,
            noise_sd: noise_sd.get(&table.id).map(|sd| sd * n_cells.sqrt()),
        })
    }

    /// The rows behind it: for each child in it, the places of its rows in the tables and years that the measure reads.
    pub fn rows(
        &self,
        framework: &Framework,
        measures: &MeasureSet,
        children: &[ChildHistory],
        year: ReportingYear,
    ) -> Vec<Vec<RowPlace>> {
        let measure = framework.tables().get(self.table).and_then(|table| framework.measure(&table.measure));
        let Some(measure) = measure else { return Vec::new() };
        let first = year.before(i16::from(measure.return_years).saturating_sub(1));
        let is_read = |row: &&RowPlace| {
            first <= row.year && row.year <= year && measure.return_tables.iter().any(|table| table == row.table.name())
        };
        let in_cell = |child: &&ChildHistory| {
            measures.contributions(child, year).is_some_and(|all| all.entries.iter().any(|entry| self.holds(entry)))
        };
        let mut rows: Vec<Vec<RowPlace>> = Vec::new();
        for child in children.iter().filter(in_cell) {
            let mut of_child: Vec<RowPlace> = child.rows.iter().filter(is_read).copied().collect();
            of_child.sort();
            rows.push(of_child);
        }
        // the order of the files, not of the pseudonyms
        rows.sort();
        rows
    }
}

/// The exact total of a named cell. No `Debug` and no `Serialize`, as for all local figures.
pub struct CellFigure {
    kind: Kind,
    n_children: u64,
    exact: i64,
    noise_sd: Option<f64>,
}

impl CellFigure {
    /// As words.
    pub fn words(&self) -> String {
        match self.kind {
            Kind::Mean => format!("children {}, sum {}", self.n_children, self.exact),
            Kind::Share => {
                let noise = self.noise_sd.map_or(String::new(), |sd| format!(", noise of standard deviation {sd:.1}"));
                format!("{}{noise}", self.exact)
            }
        }
    }

    /// As JSON, with the names that the whole of the figures has.
    pub fn to_json(&self, name: &str, year: ReportingYear) -> Value {
        let mut report = json!({ "marking": MARKING, "cell": name, "reporting_year": year });
        match self.kind {
            Kind::Mean => {
                report["exact_n"] = self.n_children.into();
                report["exact_sum"] = self.exact.into();
            }
            Kind::Share => {
                report["exact"] = self.exact.into();
                report["noise_sd"] = self.noise_sd.into();
            }
        }
        report
    }
}

/// Positions of a category, or of those that a view of the table's measure adds up.
fn categories_of(id: &str, table: &Table, framework: &Framework) -> Result<BTreeSet<usize>, String> {
    if let Some(category) = table.category(id) {
        return Ok(BTreeSet::from([category]));
    }
    let views = framework.measure(&table.measure).map(|measure| measure.views.as_slice()).unwrap_or_default();
    match views.iter().find(|view| view.id == id) {
        Some(view) => Ok(view.sum.iter().filter_map(|id| table.category(id)).collect()),
        None => {
            let known = table.categories.iter().map(|c| c.id.as_str()).chain(views.iter().map(|view| view.id.as_str()));
            Err(format!("{} has the categories {}", table.id, in_a_row(known)))
        }
    }
}

/// What there is instead of a table that there is not.
fn no_table(id: &str, framework: &Framework) -> String {
    let measure = id.split('.').next().unwrap_or_default();
    let tables = framework.tables().iter().filter(|table| table.measure == measure).map(|table| table.id.as_str());
    if framework.measure(measure).is_some() {
        format!("no table {id}; {measure} has the tables {}", in_a_row(tables))
    } else {
        format!("no table {id}; there are the measures {}", in_a_row(framework.measures().iter().map(|m| m.id.as_str())))
    }
}

fn in_a_row<'t>(ids: impl Iterator<Item = &'t str>) -> String {
    ids.collect::<Vec<_>>().join(", ")
}
