//! Records: the bytes of a return become typed rows and a list of problems.
//!
//! [`read_return`] is pure: files of one return year in, rows and findings out. It never fails and never panics; what
//! speaks against using the return at all is listed in [`ReturnRead::refusals`], and the caller decides. Identifiers
//! become pseudonyms here and go no further. Invariant: what is kept for a child is a function of that child's rows,
//! the header and the configuration alone; a rule that compares children may only warn or refuse the file.
//! Reading order: `text`, `tables`, `codes`, `rules`, `findings`, `refusals`, `rows`,
//! `lines`, `read`, `checks`, `across`.

pub mod across; // rules that look at the return of the year before
mod checks; // rules that look at all episodes of a child
pub mod codes; // code sets, year by year
pub mod findings; // what is wrong, where, and how often
pub mod refusals; // why input as a whole is not used
mod lines; // the line of a record in its file
mod read; // from files to rows
pub mod rows; // one row of each table
pub mod rules; // the rules as data
pub mod source; // from bytes to rows of text cells
pub mod tables; // columns, and which table a file is
pub mod text; // bytes, encoding, limits

#[cfg(test)]
mod tests;

use serde::Serialize;
use shared::ids::ReportingYear;

pub use read::read_return;
pub use refusals::Refusal;

use crate::pseudonym::{Pseudonym, PseudonymKey};
use findings::Findings;
use rows::{AbsenceRow, EpisodeRow, HeaderRow, Oc2Row, Oc3Row, ReviewRow, UascRow, WorkerRow};
use tables::Table;

/// First return year that is read.
pub const YEAR_FIRST: i16 = 2017;
/// Last return year that is read.
pub const YEAR_LAST: i16 = 2027;

/// One file as handed in.
pub struct InputFile {
    /// Name for messages; it means nothing else.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A set of tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TableSet(u8);

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

    /// Whether a table is in it.
    pub fn contains(self, table: Table) -> bool {
        self.0 & bit(table) != 0
    }
}

fn bit(table: Table) -> u8 {
    match table {
        Table::Header => 1,
        Table::Episodes => 2,
        Table::Oc2 => 4,
        Table::Oc3 => 8,
        Table::Reviews => 16,
        Table::Missing => 32,
        Table::Uasc => 64,
        Table::SwEpisodes => 128,
    }
}

/// How a return is read.
pub struct ReadOptions<'k> {
    /// The authority's key for pseudonyms.
    pub key: &'k PseudonymKey,
    /// Tables that the authority does not supply: their files are set aside.
    pub ignored: TableSet,
    /// Tables without which the return is refused.
    pub demanded: TableSet,
}

/// Position of a child in [`Records::children`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChildIndex(pub(crate) u32);

/// The rows of one return that are kept. No `Debug`: it holds records.
pub struct Records {
    /// The children, each once, in the order in which they first appear.
    pub children: Vec<Pseudonym>,
    /// Tables that were there.
    pub supplied: TableSet,
    /// Header.
    pub header: Vec<HeaderRow>,
    /// Episodes.
    pub episodes: Vec<EpisodeRow>,
    /// OC2.
    pub oc2: Vec<Oc2Row>,
    /// OC3.
    pub oc3: Vec<Oc3Row>,
    /// Reviews.
    pub reviews: Vec<ReviewRow>,
    /// Missing.
    pub absences: Vec<AbsenceRow>,
    /// UASC.
    pub uasc: Vec<UascRow>,
    /// SWEpisodes.
    pub workers: Vec<WorkerRow>,
}

impl Records {
    fn empty() -> Self {
        Self {
            children: Vec::new(),
            supplied: TableSet::NONE,
            header: Vec::new(),
            episodes: Vec::new(),
            oc2: Vec::new(),
            oc3: Vec::new(),
            reviews: Vec::new(),
            absences: Vec::new(),
            uasc: Vec::new(),
            workers: Vec::new(),
        }
    }

    /// The pseudonym of a child of these records.
    pub fn child(&self, index: ChildIndex) -> Option<Pseudonym> {
        self.children.get(usize::try_from(index.0).ok()?).copied()
    }
}

/// What a file was taken for.
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
    /// A table of the return that is not read here, or not in this year.
    SetAside {
        /// Its name.
        table: &'static str,
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
    /// What it was taken for.
    #[serde(flatten)]
    pub used: FileUse,
}

/// The largest share of rows with hard problems that is accepted, in a million.
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
    /// Rows with content, kept or not.
    pub n_rows: u64,
}

impl ReturnRead {
    /// The name of the file that a table was read from.
    pub fn file_of(&self, wanted: Table) -> Option<&str> {
        let is = |file: &&FileSeen| matches!(file.used, FileUse::Read { table, .. } if table == wanted);
        self.files.iter().find(is).map(|file| file.name.as_str())
    }

    /// Adds a refusal when the share of rows with hard problems is above the limit.
    pub fn hold_against(&mut self, limit: ErrorRateMax) {
        let n_hard = self.findings.n_hard_rows();
        let (found, allowed) = (u128::from(n_hard) * 1_000_000, u128::from(self.n_rows) * u128::from(limit.per_million));
        if found > allowed {
            self.refusals.push(Refusal::ErrorRate { n_hard, n_rows: self.n_rows, limit_per_million: limit.per_million });
        }
    }
}
