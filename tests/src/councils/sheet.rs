//! A written table taken apart into cells again: for other formats of the same return, and for planting faults.
//!
//! Only for files of our own writer: no cell of theirs holds a comma, a quotation mark or a line's end.

use super::extracts::Extract;
use super::write::Table;

/// A table by cells.
#[derive(Clone)]
pub struct Sheet {
    /// File name of the table as CSV.
    pub file: &'static str,
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Rows; row 0 stands on line 2.
    pub rows: Vec<Vec<String>>,
}

impl Sheet {
    /// Takes a written table apart.
    #[must_use]
    pub fn of(table: &Table) -> Self {
        let text = str::from_utf8(&table.bytes).expect("returns are written as text");
        let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
        Self { file: table.file, columns: lines.next().unwrap_or_default(), rows: lines.collect() }
    }

    /// The table as CSV.
    #[must_use]
    pub fn into_table(self) -> Table {
        let mut text = self.columns.join(",");
        text.push('\n');
        for row in self.rows {
            text.push_str(&row.join(","));
            text.push('\n');
        }
        // only a planted fault holds a letter beyond ASCII: it is written as a spreadsheet of the West writes it
        Table { file: self.file, bytes: super::encodings::encode(&text, super::encodings::Encoding::Windows1252) }
    }

    /// The place of a column.
    #[must_use]
    pub fn column(&self, name: &str) -> usize {
        self.columns.iter().position(|column| column == name).expect("a table has its columns")
    }

    /// The cell of a row under a name.
    #[must_use]
    pub fn cell(&self, row: usize, name: &str) -> &str {
        &self.rows[row][self.column(name)]
    }
}

/// The name of a table beside its file name.
#[must_use]
pub fn name_of(file: &str) -> &'static str {
    match file {
        "header.csv" => "Header",
        "episodes.csv" => "Episodes",
        "oc2.csv" => "OC2",
        "oc3.csv" => "OC3",
        "reviews.csv" => "Reviews",
        "missing.csv" => "Missing",
        "uasc.csv" => "UASC",
        "ad1.csv" => "AD1",
        "placed_for_adoption.csv" => "PlacedAdoption",
        "previous_permanence.csv" => "PrevPerm",
        "sw_episodes.csv" => "SWEpisodes",
        "DoLo.csv" => "DoLo",
        _ => {
            let extract = Extract::ALL.into_iter().find(|extract| extract.file() == file);
            extract.expect("the writer makes no other file").name()
        }
    }
}
