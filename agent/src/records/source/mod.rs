//! Sources: whatever holds a return hands it over row by row, as text cells under named columns.
//!
//! A source knows nothing of rules. It gives the sheets it holds, each with the names of its columns, and then one row
//! after another, in the order in which they stand. Cells are UTF-8 or the bytes of the file as they are; how an
//! identifier, a code or a date is read is decided by `cells`. Invariants: memory is bounded by the longest row and the
//! limits of [`super::limits`], never by the number of rows; what is handed over for one row depends on that row, the
//! first line (or the schema) and the configuration alone, so that one child's row never changes how another's is read;
//! and whatever the bytes are, a source ends with a [`SourceFault`] or with its last row, and never panics.
//! Reading order: `bytes`, `text`, `csv`, `workbook`, `zip_limits`, `xml_tags`, `xml_child`, `xml`, `open`, `query`.

mod bytes; // a window on the bytes, decoded where that is known to be needed
pub mod text; // physical lines
pub mod csv; // lines become cells
pub mod workbook; // .xlsx
mod zip_limits; // what a workbook may hold before it is opened
pub mod xml_tags; // elements of an XML return
mod xml_child; // one CHILD element becomes rows
pub mod xml; // XML returns
mod open; // which of them it is
pub mod query; // why a database gave no rows

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

pub use open::open;
pub use xml_tags::{GroupTags, XmlTags};

use query::QueryFault;
use text::Encoding;

/// A table of text as a source holds it: one file, one sheet of a workbook, one part of an XML return, one query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// Its name for people: `oc2.csv`, `return.xlsx [OC2]`, `return.xml [Reviews]`, `query OC2`.
    pub name: String,
    /// Names of its columns, trimmed, in upper case, in their order. Blank names stay, so that positions hold.
    pub columns: Vec<String>,
}

/// The cells of one row, borrowed from the source until it is asked for the next.
#[derive(Clone, Copy)]
pub struct Cells<'r> {
    text: &'r [u8],
    /// Where each cell ends in `text`; the next begins one byte later.
    ends: &'r [u32],
}

impl<'r> Cells<'r> {
    /// Cells that stand in `text` with one byte between each two: `ends` says where each ends.
    pub fn new(text: &'r [u8], ends: &'r [u32]) -> Self {
        Self { text, ends }
    }

    /// How many there are.
    pub fn n(&self) -> usize {
        self.ends.len()
    }

    /// A cell as it stands; blank where the row has none.
    pub fn cell(&self, at: usize) -> &'r [u8] {
        let Some(end) = self.ends.get(at).and_then(|end| usize::try_from(*end).ok()) else { return &[] };
        let before = at.checked_sub(1).and_then(|at| self.ends.get(at)).and_then(|end| usize::try_from(*end).ok());
        let start = before.map_or(0, |end| end + 1);
        self.text.get(start..end).unwrap_or_default()
    }

    /// Whether all of them are ASCII.
    pub fn is_ascii(&self) -> bool {
        self.text.is_ascii()
    }

    /// How many bytes they take together.
    pub fn n_bytes(&self) -> usize {
        self.text.len()
    }

    /// Whether every cell is blank.
    pub fn is_blank(&self) -> bool {
        (0..self.n()).all(|at| self.cell(at).trim_ascii().is_empty())
    }
}

/// A row and where it stands.
pub struct SourceRow<'r> {
    /// Position of its sheet in [`RowSource::sheets`].
    pub sheet: usize,
    /// Its line as an editor or a spreadsheet shows it, the first being 1; in XML and in a query its number among the rows
    /// of its sheet, from 1. No two rows of a sheet have the same.
    pub line: u32,
    /// Its cells, in the order of the sheet's columns.
    pub cells: Cells<'r>,
}

/// Whatever holds tables of text.
pub trait RowSource {
    /// The sheets; known before the first row and the same ever after.
    fn sheets(&self) -> &[Sheet];

    /// The next row; `None` after the last. Rows without any cell that is not blank are left out. After a fault or the
    /// last row it is not asked again.
    fn next_row(&mut self) -> Result<Option<SourceRow<'_>>, SourceFault>;

    /// How it was read, for the report. Complete after the last row.
    fn reading(&self) -> Reading<'_> {
        Reading::Plain
    }
}

/// How a source was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading<'s> {
    /// Nothing to say.
    Plain,
    /// A text file.
    Csv {
        /// What stands between its cells.
        separator: u8,
        /// How its bytes were read.
        encoding: Encoding,
    },
    /// An XML return.
    Xml {
        /// Elements that are no part of a return, and how often each occurs.
        spare: &'s BTreeMap<String, u64>,
    },
}

/// Why a source is not read, or not to its end. Whatever it is, the whole return is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceFault {
    /// What is wrong.
    pub why: Unreadable,
    /// The line, where it is known.
    pub line: Option<u32>,
}

impl SourceFault {
    /// A fault whose line is not known.
    pub fn whole(why: Unreadable) -> Self {
        Self { why, line: None }
    }

    /// A fault at a line.
    pub fn at(why: Unreadable, line: u32) -> Self {
        Self { why, line: Some(line) }
    }
}

/// What is wrong with a source as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unreadable {
    /// It holds no line.
    Empty,
    /// A line, an element, a cell or a part of a workbook is longer than any return's can be.
    TooLarge,
    /// It has more rows than are read.
    TooManyRows,
    /// It has more columns, sheets or levels than are read.
    TooManyColumns,
    /// Its bytes are neither text nor a workbook.
    NotText,
    /// A quoted cell does not end on its line: rows may be hidden in it.
    LineBreak,
    /// It ends in the middle of a row.
    CutOff,
    /// It is not well-formed XML, or ends too early.
    BrokenXml,
    /// It is not a workbook that can be opened, or it is locked with a password.
    BrokenWorkbook,
    /// A database did not give the rows of a query, or not all of them.
    Query(QueryFault),
    /// The reading of its bytes failed on the way.
    Interrupted,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Query(fault) = self {
            return fault.fmt(f);
        }
        f.write_str(match self {
            Self::Empty => "holds no line",
            Self::TooLarge => "has a line or cell that is longer than any of a return",
            Self::TooManyRows => "has more rows than are read",
            Self::TooManyColumns => "has more columns or sheets than are read",
            Self::NotText => "is neither text nor a workbook",
            Self::LineBreak => "has a quoted cell that does not end on its line",
            Self::CutOff => "ends in the middle of a row: it was cut off or is only half written",
            Self::BrokenXml => "is not the XML of a return, is not well-formed, or ends too early",
            Self::BrokenWorkbook => "is not a workbook that can be opened (perhaps it is locked with a password)",
            Self::Query(_) | Self::Interrupted => "could not be read to its end",
        })
    }
}
