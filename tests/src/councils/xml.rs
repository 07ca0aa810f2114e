//! A return as XML, in the layout of the 2021 schema: one element per child, its details and episodes in it.
//!
//! Tables for which no layout in XML is known, social workers and deprivations of liberty, stay CSV beside it.

use super::sheet::Sheet;
use super::write::Table;
use super::{Council, write_file};
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

/// File name of a return as XML.
pub const FILE: &str = "ssda903.xml";

/// Tables that stay CSV.
const ONLY_CSV: [&str; 2] = ["sw_episodes.csv", "DoLo.csv"];

/// An element's name and the column that it holds.
pub(super) type Element = (&'static str, &'static str);

/// Elements of an episode.
pub(super) const EPISODE: [Element; 12] = [
    ("DECOM", "DECOM"),
    ("RNE", "RNE"),
    ("LS", "LS"),
    ("CIN", "CIN"),
    ("PL", "PLACE"),
    ("PL_POST", "PL_POST"),
    ("HOME_POST", "HOME_POST"),
    ("URN", "URN"),
    ("PLACE_PROVIDER", "PLACE_PROVIDER"),
    ("DEC", "DEC"),
    ("REC", "REC"),
    ("REASON_PLACE_CHANGE", "REASON_PLACE_CHANGE"),
];

/// Groups of elements inside the header, by table.
pub(super) const GROUPS: [(&str, &str); 5] = [
    ("missing.csv", "AMISSING"),
    ("reviews.csv", "AREVIEW"),
    ("previous_permanence.csv", "PERMANENCE"),
    ("oc2.csv", "OC2"),
    ("placed_for_adoption.csv", "AD_PLACED"),
];

/// Tables whose columns are elements of the header itself, with the element that says whether there is a row.
pub(super) const FLAT: [(&str, &str); 2] = [("ad1.csv", "DATE_INT"), ("oc3.csv", "IN_TOUCH")];

impl Council {
    /// Writes one folder per return year with the return as XML, and as CSV what has no XML.
    ///
    /// # Errors
    /// When a folder or file cannot be written.
    pub fn write_xml(&self, folder: &Path) -> io::Result<()> {
        for year in self.years_returned() {
            let tables = self.tables_returned(year);
            write_file(folder, year, FILE, &document(&tables))?;
            let beside = tables.into_iter().filter(|table| ONLY_CSV.contains(&table.file));
            for table in beside.chain(self.extracts_returned(year)) {
                write_file(folder, year, table.file, &table.bytes)?;
            }
        }
        Ok(())
    }
}

/// The return as XML.
#[must_use]
pub fn document(tables: &[Table]) -> Vec<u8> {
    let mut sheets: BTreeMap<&str, Rows> = tables.iter().map(|table| (table.file, Rows::of(Sheet::of(table)))).collect();
    let files = FLAT.iter().chain(&GROUPS).map(|(file, _)| *file).chain(["uasc.csv"]);
    for file in files {
        // a table that the return lacks gives no elements
        sheets.entry(file).or_insert_with(|| Rows::of(Sheet { file, columns: Vec::new(), rows: Vec::new() }));
    }
    let mut out = String::from("<?xml version='1.0' encoding='utf-8'?>\n<EXPSSDA903>");
    let header = &sheets["header.csv"];
    for row in 0..header.sheet.rows.len() {
        out.push_str("<CHILD><HEADER>");
        one_child(&mut out, &sheets, row);
        let child = header.sheet.cell(row, "CHILD");
        out.push_str("</HEADER>");
        let episodes = &sheets["episodes.csv"];
        for &row in episodes.of_child(child) {
            out.push_str("<EPISODE>");
            for (name, column) in EPISODE {
                element(&mut out, name, episodes.sheet.cell(row, column));
            }
            out.push_str("</EPISODE>");
        }
        out.push_str("</CHILD>\n");
    }
    out.push_str("</EXPSSDA903>\n");
    out.into_bytes()
}

fn one_child(out: &mut String, sheets: &BTreeMap<&str, Rows>, row: usize) {
    let header = &sheets["header.csv"].sheet;
    let child = header.cell(row, "CHILD");
    for (name, column) in [("CHILDID", "CHILD"), ("UPN", "UPN"), ("SEX", "SEX"), ("DOB", "DOB"), ("ETHNIC", "ETHNIC")] {
        element(out, name, header.cell(row, column));
    }
    let alone = &sheets["uasc.csv"];
    let status = alone.of_child(child).first();
    element(out, "UASC", if status.is_some() { "1" } else { "0" });
    element(out, "DUC", status.map_or("", |&row| alone.sheet.cell(row, "DUC")));
    for (file, _) in FLAT {
        for &row in sheets[file].of_child(child) {
            own_columns(out, &sheets[file].sheet, row);
        }
    }
    for (file, group) in GROUPS {
        if group == "PERMANENCE" {
            element(out, "MOTHER", header.cell(row, "MOTHER"));
            element(out, "MC_DOB", header.cell(row, "MC_DOB"));
        }
        for &row in sheets[file].of_child(child) {
            out.push_str(&format!("<{group}>"));
            own_columns(out, &sheets[file].sheet, row);
            out.push_str(&format!("</{group}>"));
        }
    }
}

/// The columns of a row, without the child's own.
fn own_columns(out: &mut String, sheet: &Sheet, row: usize) {
    for (name, cell) in sheet.columns.iter().zip(&sheet.rows[row]).filter(|(name, _)| !["CHILD", "DOB"].contains(&name.as_str()))
    {
        element(out, name, cell);
    }
}

/// An element, unless it is blank. No cell of ours needs escaping.
fn element(out: &mut String, name: &str, cell: &str) {
    if !cell.is_empty() {
        out.push_str(&format!("<{name}>{cell}</{name}>"));
    }
}

/// A sheet with the rows of each child.
struct Rows {
    sheet: Sheet,
    by_child: BTreeMap<String, Vec<usize>>,
}

impl Rows {
    fn of(sheet: Sheet) -> Self {
        let mut by_child: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, row) in sheet.rows.iter().enumerate() {
            by_child.entry(row[0].clone()).or_default().push(at);
        }
        Self { sheet, by_child }
    }

    fn of_child(&self, child: &str) -> &[usize] {
        self.by_child.get(child).map_or(&[], Vec::as_slice)
    }
}
