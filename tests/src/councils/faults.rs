//! Faults planted in return files, for tests of what reads them.
//!
//! Each is a fault that data teams know by the department's rule code, put into clean files by seed, with
//! the place where it stands. Rows are changed where they are or added at the end, so that a line once named
//! keeps its number. No two faults touch one child in one year: each then shows by itself.

use super::chance::{Chance, Purpose};
use super::write::Table;
use std::collections::{BTreeMap, BTreeSet};

/// A fault and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlantedFault {
    /// Return year.
    pub year: i16,
    /// File name in the year's folder.
    pub file: &'static str,
    /// Line, the header line being 1.
    pub line: usize,
    /// Rule code of the department.
    pub rule: &'static str,
}

/// What a fault does to a row.
#[derive(Clone, Copy, Debug)]
enum Harm {
    /// A cell gets another text.
    Cell(usize, &'static str),
    /// A cell that is filled gets another text.
    Filled(usize, &'static str),
    /// A cell gets the text of another cell, where that is filled.
    Copy { from: usize, to: usize },
    /// A cell gets the day before the day in another cell, where that is filled.
    DayBefore { of: usize, to: usize },
    /// A filled date moves to another day of its month.
    OtherDay(usize),
    /// The row stands a second time at the end.
    Twice,
    /// The identifier changes, so that the child's episodes have no header row.
    Orphan,
    /// An episode that overlaps with this one stands at the end.
    Overlap,
}

/// A class of fault: file, rule and harm.
const CLASSES: [(&str, &str, Harm); 25] = [
    ("header.csv", "101", Harm::Cell(1, "9")),
    ("header.csv", "102", Harm::Cell(2, "31/02/2012")),
    ("header.csv", "103", Harm::Cell(3, "WXYZ")),
    ("header.csv", "INT32", Harm::Twice),
    ("header.csv", "INT03", Harm::Orphan),
    ("episodes.csv", "141", Harm::Cell(1, "2024-05-01")),
    ("episodes.csv", "143", Harm::Cell(2, "Q")),
    ("episodes.csv", "144", Harm::Cell(3, "ZZ")),
    ("episodes.csv", "145", Harm::Cell(4, "N9")),
    ("episodes.csv", "146", Harm::Cell(5, "Q7")),
    ("episodes.csv", "147", Harm::Filled(7, "30/02/2024")),
    ("episodes.csv", "148", Harm::Filled(8, "")),
    ("episodes.csv", "149", Harm::Filled(8, "E99X")),
    ("episodes.csv", "355", Harm::Copy { from: 1, to: 7 }),
    ("episodes.csv", "356", Harm::DayBefore { of: 1, to: 7 }),
    ("episodes.csv", "501", Harm::Overlap),
    ("oc2.csv", "INT14", Harm::OtherDay(1)),
    ("oc2.csv", "180", Harm::Filled(2, "41")),
    ("oc2.csv", "INT33", Harm::Twice),
    ("oc3.csv", "131", Harm::Cell(2, "MAYBE")),
    ("oc3.csv", "132", Harm::Cell(3, "Q1")),
    ("reviews.csv", "166", Harm::Cell(2, "00/13/2024")),
    ("reviews.csv", "167", Harm::Cell(3, "PN9")),
    ("missing.csv", "INT13", Harm::OtherDay(1)),
    ("sw_episodes.csv", "SW04STG1", Harm::Cell(3, "1/4/24")),
];

/// Plants faults in the tables of one return year: about `rate` per row. An orphan's fault stands at its
/// first episode, where the child of the episode is no longer in the header.
pub fn plant(tables: &mut [Table], code: &str, year: i16, seed: u64, rate: f64) -> Vec<PlantedFault> {
    let number: u32 = code.parse().expect("an authority's code is a number");
    let mut chance = Chance::new(seed, Purpose::Faults, number);
    chance.turn_to(u64::from(year.unsigned_abs()));
    let mut planted = Vec::new();
    let mut hurt: BTreeSet<String> = BTreeSet::new();
    let first_episodes = first_lines(tables, "episodes.csv");
    for table in tables {
        let classes: Vec<((&'static str, Harm), f64)> =
            CLASSES.iter().filter(|(file, ..)| *file == table.file).map(|&(_, rule, harm)| ((rule, harm), 1.0)).collect();
        if classes.is_empty() {
            continue;
        }
        let text = String::from_utf8(std::mem::take(&mut table.bytes)).expect("returns are written as text");
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        for at in 1..lines.len() {
            if !chance.happens(rate) {
                continue;
            }
            let (rule, harm) = chance.choose(&classes);
            let child = lines[at].split(',').next().unwrap_or_default().to_owned();
            if hurt.contains(&child) {
                continue;
            }
            if matches!(harm, Harm::Orphan) {
                if let Some(&line) = first_episodes.get(&child) {
                    harm_row(&mut lines, at, harm);
                    hurt.insert(child);
                    planted.push(PlantedFault { year, file: "episodes.csv", line, rule });
                }
                continue;
            }
            if let Some(line) = harm_row(&mut lines, at, harm) {
                hurt.insert(child);
                planted.push(PlantedFault { year, file: table.file, line, rule });
            }
        }
        lines.push(String::new());
        table.bytes = lines.join("\n").into_bytes();
    }
    planted.sort();
    planted
}

/// The first line of each child in a file.
fn first_lines(tables: &[Table], file: &str) -> BTreeMap<String, usize> {
    let mut first = BTreeMap::new();
    for table in tables.iter().filter(|table| table.file == file) {
        let text = str::from_utf8(&table.bytes).expect("returns are written as text");
        for (at, line) in text.lines().enumerate().skip(1) {
            let child = line.split(',').next().unwrap_or_default().to_owned();
            first.entry(child).or_insert(at + 1);
        }
    }
    first
}

/// Changes a row; the line on which the fault then stands, or none where the row does not lend itself to it.
fn harm_row(lines: &mut Vec<String>, at: usize, harm: Harm) -> Option<usize> {
    let mut cells: Vec<String> = lines[at].split(',').map(str::to_owned).collect();
    match harm {
        Harm::Cell(column, text) => cells[column] = text.to_owned(),
        Harm::Filled(column, text) => {
            if cells[column].is_empty() {
                return None;
            }
            cells[column] = text.to_owned();
        }
        Harm::Copy { from, to } => {
            if cells[to].is_empty() {
                return None;
            }
            cells[to] = cells[from].clone();
        }
        Harm::DayBefore { of, to } => {
            let earlier = earlier(&cells[of])?;
            if cells[to].is_empty() {
                return None;
            }
            cells[to] = earlier;
        }
        Harm::OtherDay(column) => cells[column] = other_day(&cells[column])?,
        Harm::Twice => {
            lines.push(lines[at].clone());
            return Some(lines.len());
        }
        Harm::Orphan => cells[0].push('X'),
        Harm::Overlap => {
            if cells[7].is_empty() || cells[1] >= cells[7] && cells[1][3..] == cells[7][3..] {
                return None;
            }
            cells[1] = later(&cells[1])?;
            cells[2] = "L".to_owned();
            if cells[1] == cells[7] {
                return None;
            }
            lines.push(cells.join(","));
            return Some(lines.len());
        }
    }
    lines[at] = cells.join(",");
    Some(at + 1)
}

/// The day before, within the month.
fn earlier(on: &str) -> Option<String> {
    let day: u8 = on.get(..2)?.parse().ok()?;
    (day > 1).then(|| format!("{:02}{}", day - 1, &on[2..]))
}

/// The day after, within the month.
fn later(on: &str) -> Option<String> {
    let day: u8 = on.get(..2)?.parse().ok()?;
    (day < 28).then(|| format!("{:02}{}", day + 1, &on[2..]))
}

fn other_day(on: &str) -> Option<String> {
    let day: u8 = on.get(..2)?.parse().ok()?;
    let other = if day < 15 { day + 1 } else { day - 1 };
    Some(format!("{other:02}{}", &on[2..]))
}
