//! Records: whatever an authority holds of its returns becomes typed rows and a list of problems.
//!
//! [`ReturnReader`] reads returns one after another, oldest first: sources in, rows and findings out. It never fails and
//! never panics; what speaks against using a return at all is listed in [`ReturnRead::refusals`], and the caller decides.
//! Identifiers become numbers and pseudonyms here and go no further. Invariant: what is kept for a child is a function of
//! that child's rows, the header and the configuration alone; a rule that compares children may only warn or refuse.
//! Reading order: `source`, `tables`, `codes`, `cells`, `marks`, `postcodes`, `rows`, `children`, `child`, `rules`, `checks`, `read`.

pub mod source; // bytes -> rows of text cells
pub mod tables; // columns, and which table a sheet is
pub mod codes; // code sets, year by year
pub mod cells; // how a cell is read
pub mod marks; // postcodes and numbers, never shown
pub mod postcodes; // how far from home a placement lies
pub mod rows; // one row of each table
mod children; // identifiers -> numbers and pseudonyms
pub mod changed; // identifiers that were replaced
pub mod child; // the rows of one child
pub mod rules; // the catalogue of rules
mod checks; // the rules that see more than a cell
pub mod findings; // what is wrong, where, and how often
pub mod refusals; // why input as a whole is not used
pub mod limits; // how much is read
mod read; // returns, one after another

#[cfg(test)]
pub(crate) mod tests;

use serde::Serialize;
use shared::ids::ReportingYear;

pub use child::{ChildIndex, ChildRows, Records};
pub use read::{Content, Offered, ReadOptions, ReturnReader};
pub use refusals::Refusal;

use crate::pseudonym::Pseudonym;
use findings::Findings;
use tables::{TABLES, Table};

/// First return year that is read.
pub const YEAR_FIRST: i16 = 2017;
/// Last return year that is read.
pub const YEAR_LAST: i16 = 2027;

/// A set of tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TableSet(u32);

impl TableSet {
    /// No table.
    pub const NONE: Self = Self(0);

    /// Header and Episodes.
    pub fn required() -> Self {
        Self::NONE.with(Table::Header).with(Table::Episodes)
    }

    /// The set with one table more.
    #[must_use]
    pub fn with(self, table: Table) -> Self {
        Self(self.0 | bit(table))
    }

    /// The set without one table.
    #[must_use]
    pub fn without(self, table: Table) -> Self {
        Self(self.0 & !bit(table))
    }

    /// The tables in it.
    pub fn tables(self) -> impl Iterator<Item = Table> {
        TABLES.iter().copied().filter(move |table| self.contains(*table))
    }

    /// Whether a table is in it.
    pub fn contains(self, table: Table) -> bool {
        self.0 & bit(table) != 0
    }
}

fn bit(table: Table) -> u32 {
    TABLES.iter().position(|other| *other == table).map_or(0, |at| 1 << at)
}

/// What a file, sheet or query was taken for.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case", tag = "as")]
pub enum FileUse {
    /// A table that was read.
    Read {
        /// Which.
        table: Table,
        /// Rows with content.
        n_rows: u32,
        /// Columns that the table does not have.
        spare_columns: Vec<String>,
    },
    /// A table that this return year does not have yet.
    NotYet {
        /// Which.
        table: Table,
    },
    /// A table that the configuration says is not supplied.
    Ignored {
        /// Which.
        table: Table,
    },
    /// Not recognised.
    Unknown {
        /// The table that it resembles.
        resembles: Option<Table>,
        /// The columns that this table would need besides.
        lacks: Vec<&'static str>,
    },
    /// Not readable, or a second file of a table; see the refusals.
    NotRead,
}

/// A file and what became of it.
#[derive(Clone, Debug, Serialize)]
pub struct FileSeen {
    /// Its name.
    pub name: String,
    /// How its text was read, where that is worth a word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reading: Option<String>,
    /// Elements of XML that are no part of a return, each with how often it occurs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stray_elements: Vec<String>,
    /// What it was taken for.
    #[serde(flatten)]
    pub used: FileUse,
}

/// The largest share of rows with errors that is accepted, in a million.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorRateMax {
    /// Rows in a million.
    pub per_million: u64,
}

/// One return as read.
pub struct ReturnRead {
    /// The return year.
    pub year: ReportingYear,
    /// The rows that are kept.
    pub records: Records,
    /// What is wrong with rows.
    pub findings: Findings,
    /// The files and what became of them.
    pub files: Vec<FileSeen>,
    /// Why the return should not be used.
    pub refusals: Vec<Refusal>,
    /// Rows of the return with content, kept or not; those of extracts are not among them.
    pub n_rows: u64,
}

impl FileSeen {
    fn new(name: impl Into<String>, used: FileUse) -> Self {
        Self { name: name.into(), reading: None, stray_elements: Vec::new(), used }
    }
}

impl ReturnRead {
    fn empty(year: ReportingYear) -> Self {
        Self {
            year,
            records: Records::default(),
            findings: Findings::default(),
            files: Vec::new(),
            refusals: Vec::new(),
            n_rows: 0,
        }
    }

    /// Whether every table was read to its end, and each once.
    fn is_whole(&self) -> bool {
        !self.refusals.iter().any(|refusal| matches!(refusal, Refusal::Source { .. } | Refusal::TableTwice { .. }))
    }

    /// Whether something lies in the folder that was meant to be read: a table that is not recognised, an element of XML
    /// that is no part of a return.
    pub fn has_strays(&self) -> bool {
        let stray =
            |file: &FileSeen| matches!(file.used, FileUse::Unknown { resembles: Some(_), .. }) || !file.stray_elements.is_empty();
        self.files.iter().any(stray)
    }

    /// The name of the file that a table was read from.
    pub fn file_of(&self, wanted: Table) -> Option<&str> {
        let is = |file: &&FileSeen| matches!(file.used, FileUse::Read { table, .. } if table == wanted);
        self.files.iter().find(is).map(|file| file.name.as_str())
    }

    /// The extracts that were read, each with its rows with content and how many of them have errors.
    pub fn extracts(&self) -> impl Iterator<Item = (Table, u64, u64)> {
        self.files.iter().filter_map(|file| match &file.used {
            FileUse::Read { table, n_rows, .. } if table.is_extract() => {
                Some((*table, u64::from(*n_rows), self.findings.n_error_rows_of(*table)))
            }
            FileUse::Read { .. }
            | FileUse::NotYet { .. }
            | FileUse::Ignored { .. }
            | FileUse::Unknown { .. }
            | FileUse::NotRead => None,
        })
    }

    /// Adds a refusal when the share of rows with errors is above the limit: of the return as a whole, and of each extract.
    pub fn hold_against(&mut self, limit: ErrorRateMax) {
        if !self.is_whole() {
            return;
        }
        let of_return = (None, self.n_rows, self.findings.n_error_rows());
        let of_extracts = self.extracts().map(|(table, n_rows, n_errors)| (Some(table), n_rows, n_errors));
        let over: Vec<Refusal> = std::iter::once(of_return)
            .chain(of_extracts)
            .filter(|(_, n_rows, n_errors)| {
                u128::from(*n_errors) * 1_000_000 > u128::from(*n_rows) * u128::from(limit.per_million)
            })
            .map(|(extract, n_rows, n_errors)| Refusal::ErrorRate {
                extract,
                n_errors,
                n_rows,
                limit_per_million: limit.per_million,
            })
            .collect();
        self.refusals.extend(over);
    }
}

/// All returns that were read together, with one numbering of the children.
#[derive(Default)]
pub struct Returns {
    /// The pseudonym of each child, by number.
    pub children: Vec<Pseudonym>,
    /// The returns, oldest first.
    pub all: Vec<ReturnRead>,
    /// Whether there was a postcode directory as they were read.
    pub has_postcodes: bool,
}
