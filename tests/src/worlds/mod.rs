//! Small councils full of hard cases, as raw rows of all tables and extracts, for counting them in two ways.
//!
//! Where `councils` makes childhoods that are likely, this room makes those on which rules turn: days around 31 March,
//! birthdays and leap days, the edges of every band, same-day changes, short breaks, ways back into care, temporary stays,
//! adoption by the carer; and what returns have wrong: contradictions, amendments, children, tables and years that are
//! absent. Invariants: one seed makes one world; no row breaks a rule that drops it, and no file one that refuses it, so
//! that every row counts. It names no item of `agent`, and its children are nobody.
//!
//! In the order of making: `draw`, `days`, `codes`, `care`, `child`, `around`, `extracts`, `returns`, `postcodes`; `named`
//! holds worlds that were written by hand.

pub mod draw; // seeded chance
pub mod days; // edge days
pub mod codes; // code sets by year, and columns
pub mod care; // episodes as they happened
pub mod child; // kinds of childhood
pub mod around; // reviews, absences, workers, outcomes
pub mod extracts; // local extracts
pub mod returns; // rows, with what is wrong in them
pub mod postcodes; // where postcodes lie
pub mod named; // hard cases by hand

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

use child::KINDS;
use codes::{TABLES, first_year, is_extract, optional_columns};
use days::{Edges, text};
use draw::Draw;
use postcodes::Directory;
use returns::{Dirt, Return};

use crate::councils::calendar::{Day, year_end, year_start};

/// Stream of chance for the directory of a world, beside those of its children.
const DIRECTORY_STREAM: u64 = 1_000_000;
/// Newest return year that can be written.
const YEAR_LAST: i16 = 2027;

/// Rows by table, each without its columns' names.
#[derive(Default)]
pub struct Rows(BTreeMap<&'static str, Vec<Vec<String>>>);

impl Rows {
    /// Adds a row.
    pub fn push(&mut self, table: &'static str, row: Vec<String>) {
        self.0.entry(table).or_default().push(row);
    }

    /// Takes the rows of a table out; none where there are none.
    pub fn take(&mut self, table: &str) -> Vec<Vec<String>> {
        self.0.remove(table).unwrap_or_default()
    }

    /// Adds a row of texts.
    pub fn add<const N: usize>(&mut self, table: &'static str, row: [&str; N]) {
        self.push(table, row.map(str::to_owned).to_vec());
    }
}

/// One file.
#[derive(Clone)]
pub struct Sheet {
    /// Name of the table.
    pub table: &'static str,
    /// Names of its columns.
    pub columns: Vec<&'static str>,
    /// Rows, each with a cell for each column; no cell holds a comma.
    pub rows: Vec<Vec<String>>,
}

impl Sheet {
    /// A table of [`TABLES`] with these rows.
    ///
    /// # Panics
    /// When the table is not one of them, or a row has another number of cells.
    #[must_use]
    pub fn new(table: &'static str, rows: Vec<Vec<String>>) -> Self {
        let (_, columns) = TABLES.iter().find(|(name, _)| *name == table).expect("a table that is written has columns");
        let columns: Vec<&'static str> = columns.split(',').collect();
        assert!(rows.iter().all(|row| row.len() == columns.len()), "a row of {table} has another number of cells");
        Self { table, columns, rows }
    }

    /// As CSV.
    #[must_use]
    pub fn to_csv(&self) -> String {
        let mut text = self.columns.join(",") + "\n";
        for row in &self.rows {
            text += &row.join(",");
            text.push('\n');
        }
        text
    }

    /// The cells of a column, where this is the table that has it.
    fn cells<'s>(&'s self, table: &str, column: &str) -> impl Iterator<Item = &'s str> + use<'s> {
        let at = self.columns.iter().position(|name| *name == column).filter(|_| self.table == table);
        at.into_iter().flat_map(|at| self.rows.iter().map(move |row| row[at].as_str()))
    }

    fn without(mut self, column: &str) -> Self {
        if let Some(at) = self.columns.iter().position(|name| *name == column) {
            self.columns.remove(at);
            for row in &mut self.rows {
                row.remove(at);
            }
        }
        self
    }
}

/// A council.
pub struct World {
    /// Name, for messages and folders.
    pub name: String,
    /// The reporting year.
    pub round: i16,
    /// The files of each return year.
    pub returns: BTreeMap<i16, Vec<Sheet>>,
    /// Where postcodes lie, if the council has a directory.
    pub directory: Option<Directory>,
}

impl World {
    /// The world of a seed: 50 to 120 children, one to five return years, a round from 2021 to 2026.
    #[must_use]
    pub fn hard(seed: u64) -> Self {
        let mut draw = Draw::new(seed, 0);
        let round = draw.weighted(&[(2021, 1), (2022, 1), (2023, 1), (2024, 2), (2025, 4), (2026, 4)]);
        let years = years(&mut draw, round);
        let edges = Edges::of(round);
        let dirt = draw.one(&[Dirt { row: 0, absent: 0 }, Dirt { row: 2, absent: 3 }, Dirt { row: 6, absent: 8 }]);
        let mut all: BTreeMap<i16, Rows> = years.iter().map(|year| (*year, Rows::default())).collect();
        for number in 0..u64::try_from(draw.between(50, 120)).unwrap_or(50) {
            let mut draw = Draw::new(seed, 1 + number);
            let kind = draw.weighted(&KINDS);
            let child = child::make(&mut draw, &edges, format!("C{number:03}"), kind, round);
            let around = around::events(&mut draw, &edges, &child, round);
            for (year, rows) in &mut all {
                let has_former = years.contains(&(year - 1));
                Return { year: *year, round, has_former, dirt, edges: &edges }.child(&mut draw, &child, &around, rows);
            }
        }
        let missing = draw.one(&[0, 4, 25]);
        let is_in_order = draw.per_cent(70);
        let returns = all.into_iter().map(|(year, rows)| {
            let mut sheets = sheets(&mut draw, year, rows, missing);
            for sheet in sheets.iter_mut().filter(|_| !is_in_order) {
                draw.shuffle(&mut sheet.rows);
            }
            (year, sheets)
        });
        let returns: BTreeMap<i16, Vec<Sheet>> = returns.collect();
        let mut draw = Draw::new(seed, DIRECTORY_STREAM);
        let directory = draw.per_cent(70).then(|| {
            let posts = |column| returns.values().flatten().flat_map(move |sheet| sheet.cells("Episodes", column));
            Directory::of(&mut draw, posts("HOME_POST"), posts("PL_POST"))
        });
        Self { name: format!("hard-{seed:04}"), round, returns, directory }
    }

    /// The files of each return year: name and bytes.
    pub fn files(&self) -> impl Iterator<Item = (i16, Vec<(String, Vec<u8>)>)> + '_ {
        self.returns.iter().map(|(year, sheets)| {
            let files = sheets.iter().map(|sheet| (format!("{}.csv", sheet.table), sheet.to_csv().into_bytes()));
            (*year, files.collect())
        })
    }

    /// Writes `round.txt`, a folder for each return year and the postcode directory into a folder of the world's name.
    ///
    /// # Errors
    /// When a folder or file cannot be written.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        let own = folder.join(&self.name);
        for (year, files) in self.files() {
            let of_year = own.join(year.to_string());
            std::fs::create_dir_all(&of_year)?;
            for (name, bytes) in files {
                std::fs::write(of_year.join(name), bytes)?;
            }
        }
        if let Some(directory) = &self.directory {
            directory.write(&own)?;
        }
        std::fs::write(own.join("round.txt"), format!("{}\n", self.round))
    }

    /// The rows of a child in every file, as lines that say where they stand.
    #[must_use]
    pub fn rows_of(&self, child: &str) -> Vec<String> {
        let mut lines = Vec::new();
        for (year, sheets) in &self.returns {
            for sheet in sheets {
                let own = sheet.rows.iter().filter(|row| row.first().is_some_and(|id| id == child));
                lines.extend(own.map(|row| format!("{year} {}: {}", sheet.table, row.join(","))));
            }
        }
        lines
    }
}

/// The return years of a world: up to five, some of the former ones absent, sometimes one that is later than the round.
fn years(draw: &mut Draw, round: i16) -> BTreeSet<i16> {
    let n_former = draw.weighted(&[(0, 3), (1, 2), (2, 5), (3, 5), (4, 5)]);
    let mut years = BTreeSet::from([round]);
    for back in 1..=n_former {
        if !draw.per_cent(16) {
            years.insert(round - back);
        }
    }
    if draw.per_cent(12) && round < YEAR_LAST {
        years.insert(round + 1);
    }
    years
}

/// The files of a year, some of them absent, some without columns that they may lack.
fn sheets(draw: &mut Draw, year: i16, mut rows: Rows, missing: u32) -> Vec<Sheet> {
    let mut sheets = Vec::new();
    for (table, _) in TABLES.iter().filter(|(table, _)| first_year(table) <= year) {
        let is_required = matches!(*table, "Header" | "Episodes");
        let rate = match *table {
            "OC2" => missing.max(12),
            table if is_extract(table) => missing.max(8),
            _ => missing,
        };
        if !is_required && draw.per_cent(rate) {
            continue;
        }
        let mut rows = rows.0.remove(table).unwrap_or_default();
        if !rows.is_empty() && rows.iter().all(|row| is_set_aside(table, row, year)) {
            // a file of which no row is of its days is refused as that of another year
            rows.clear();
        }
        let mut sheet = Sheet::new(table, rows);
        let optional = optional_columns(table);
        if !optional.is_empty() && draw.per_cent(12) {
            for _ in 0..=draw.below(2) {
                sheet = sheet.without(draw.one(optional));
            }
        }
        sheets.push(sheet);
    }
    sheets
}

/// Whether a row of an extract lies outside its days.
fn is_set_aside(table: &str, row: &[String], year: i16) -> bool {
    let may = Day::of_ymd(i32::from(year), 5, 31);
    let (column, first, last) = match table {
        "SDQ" => (1, year_start(year), may),
        "HealthAssessment" => (2, year_start(year), may),
        "Wellbeing" => (1, year_start(year), year_end(year)),
        "AfterHome" => (1, year_start(year - 1), year_end(year - 1)),
        _ => return false,
    };
    let Some(cell) = row.get(column) else { return false };
    !(first.0..=last.0).any(|day| text(Day(day)) == *cell)
}

#[cfg(test)]
mod tests;
