//! Local figures: exact totals for the authority's own screen or a file that a person names.
//!
//! Not for publication, never in a log, never sent: no room on the sending way names this type, and what is sent is made
//! from contributions, not from here. The type has no `Debug` and no `Serialize`; it is shown through its own methods.

use std::collections::BTreeMap;

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

    /// As lines of text.
    pub fn to_lines(&self, framework: &Framework, noise_sd: &BTreeMap<String, f64>) -> Vec<String> {
        let mut lines = Vec::new();
        for measure in framework.measures() {
            lines.push(String::new());
            lines.push(format!("{}  {}", measure.id, measure.title));
            for (at, table) in framework.tables().iter().enumerate().filter(|(_, table)| table.measure == measure.id) {
                let noise = noise_sd.get(&table.id).map_or(String::new(), |sd| format!(", noise of standard deviation {sd:.1}"));
                lines.push(format!("  {}{noise}", table.id));
                lines.extend(self.group_lines(at, table));
            }
        }
        lines
    }

    fn group_lines(&self, at: usize, table: &Table) -> Vec<String> {
        let width = table.groups.iter().map(|group| group.id.len()).max().unwrap_or(0);
        let line = |(g, group): (usize, &shared::framework::Group)| {
            let cells: Vec<String> = match table.kind {
                Kind::Mean => vec![format!("children {}, sum {}", self.n_children(at, g), self.exact(at, g, 0))],
                Kind::Share => {
                    let categories = table.categories.iter().enumerate();
                    let bracket = |outside: bool, text: String| if outside { format!("({text})") } else { text };
                    categories
                        .map(|(c, category)| bracket(category.outside, format!("{} {}", category.id, self.exact(at, g, c))))
                        .collect()
                }
            };
            format!("    {:width$}  {}", group.id, cells.join(", "))
        };
        table.groups.iter().enumerate().map(line).collect()
    }
}

/// A cell, or the cells of a category over all groups, as a person names it: `B1.total/3` or `B1.placement/3/homes`.
pub struct CellName {
    table: usize,
    category: usize,
    group: Option<usize>,
}

impl CellName {
    /// Reads a name against a framework; the error says which part is unknown.
    pub fn parse(text: &str, framework: &Framework) -> Result<Self, String> {
        let mut parts = text.split('/');
        let table_id = parts.next().unwrap_or_default();
        let (at, table) = framework
            .tables()
            .iter()
            .enumerate()
            .find(|(_, t)| t.id == table_id)
            .ok_or_else(|| format!("no table {table_id}"))?;
        let names = |ids: Vec<&str>| ids.join(", ");
        let category_id = parts.next().unwrap_or_default();
        let category = table.category(category_id).ok_or_else(|| {
            format!("{table_id} has the categories {}", names(table.categories.iter().map(|c| c.id.as_str()).collect()))
        })?;
        let group = match parts.next() {
            None => None,
            Some(id) => Some(table.group(id).ok_or_else(|| {
                format!("{table_id} has the groups {}", names(table.groups.iter().map(|g| g.id.as_str()).collect()))
            })?),
        };
        if parts.next().is_some() {
            return Err("a cell is TABLE/CATEGORY or TABLE/CATEGORY/GROUP".to_owned());
        }
        Ok(Self { table: at, category, group })
    }

    fn holds(&self, entry: &Contribution) -> bool {
        let in_group = self.group.is_none_or(|group| usize::from(entry.group) == group);
        usize::from(entry.table) == self.table && usize::from(entry.category) == self.category && in_group
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
