//! What stands in the cells of problems, read from the files a second time: the reader keeps no values.
//!
//! Only asked for a person at a terminal. A file that changed meanwhile shows what stands there now.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;

use shared::ids::ReportingYear;

use crate::io::inbox::Input;
use crate::records::findings::Problem;
use crate::records::source::{XmlTags, open};
use crate::records::tables::{Recognised, Table, recognise};

/// Most characters of a value that are shown.
const VALUE_CHARS_MAX: usize = 40;

/// Values by return, table, line and column.
#[derive(Default)]
pub(super) struct CellValues(BTreeMap<(ReportingYear, Table, u32, u8), String>);

impl CellValues {
    /// What stands where a problem is.
    pub fn of(&self, year: ReportingYear, problem: &Problem) -> Option<&str> {
        let place = problem.place;
        self.0.get(&(year, place.table, place.line, place.column)).map(String::as_str)
    }
}

/// Looks up every problem that is listed. What cannot be read again is left out.
pub(super) fn look_up(input: &Input, xml: &XmlTags) -> CellValues {
    let mut values = CellValues::default();
    for read in &input.returns.all {
        let mut wanted: BTreeMap<(Table, u32), BTreeSet<u8>> = BTreeMap::new();
        for problem in read.findings.listed().iter().filter(|problem| !problem.column().is_empty()) {
            wanted.entry((problem.place.table, problem.place.line)).or_default().insert(problem.place.column);
        }
        for file in input.files.iter().filter(|file| file.year == read.year) {
            let Ok(content) = File::open(&file.path) else { continue };
            of_file(read.year, &file.name, content, xml, &wanted, &mut values);
        }
    }
    values
}

fn of_file(
    year: ReportingYear,
    name: &str,
    content: File,
    xml: &XmlTags,
    wanted: &BTreeMap<(Table, u32), BTreeSet<u8>>,
    values: &mut CellValues,
) {
    let number = year.number();
    let is_table = |columns: &[String]| matches!(recognise(columns, number), Recognised::Table { .. });
    let Ok(mut source) = open(name, Box::new(content), number, xml, &is_table) else { return };
    let of_sheet = |columns: &[String]| match recognise(columns, number) {
        Recognised::Table { table, positions, .. } => Some((table, positions)),
        Recognised::NotYet(_) | Recognised::ColumnTwice(..) | Recognised::Several(..) | Recognised::Unknown(_) => None,
    };
    let sheets: Vec<_> = source.sheets().iter().map(|sheet| of_sheet(&sheet.columns)).collect();
    while let Ok(Some(row)) = source.next_row() {
        let Some(Some((table, positions))) = sheets.get(row.sheet) else { continue };
        for column in wanted.get(&(*table, row.line)).into_iter().flatten() {
            let Some(Some(position)) = positions.get(usize::from(*column)) else { continue };
            let text = String::from_utf8_lossy(row.cells.cell(position.at));
            let shown = text.trim().chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).take(VALUE_CHARS_MAX).collect();
            values.0.insert((year, *table, row.line, *column), shown);
        }
    }
}
