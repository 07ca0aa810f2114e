//! The tables of the return: their columns in each return year, and how a file is recognised by its first line.
//!
//! A file is a table when its header holds every column that the table has in that year, in any order and case; spare
//! columns are tolerated and named. File names mean nothing.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Serialize, Serializer};

/// Declares the tables: the variant, the name, the first return year, and its columns in order.
macro_rules! tables {
    ($($(#[$meta:meta])* $table:ident $name:literal from $first:literal { $($column:literal),+ $(,)? })+) => {
        /// A table that is read.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Table {
            $($(#[$meta])* $table,)+
        }

        /// All tables that are read.
        pub const TABLES: &[Table] = &[$(Table::$table),+];

        impl Table {
            /// Name as data teams write it.
            pub fn name(self) -> &'static str {
                match self { $(Self::$table => $name,)+ }
            }

            /// First return year that has the table.
            pub fn year_first(self) -> i16 {
                match self { $(Self::$table => $first,)+ }
            }

            /// Its columns. Positions in this list name cells elsewhere.
            pub fn columns(self) -> &'static [&'static str] {
                match self { $(Self::$table => &[$($column),+],)+ }
            }
        }
    };
}

tables! {
    /// One row a child: birth, sex, ethnicity.
    Header "Header" from 2017 { "CHILD", "SEX", "DOB", "ETHNIC", "UPN", "MOTHER", "MC_DOB" }
    /// Stretches of constant legal status and placement.
    Episodes "Episodes" from 2017 {
        "CHILD", "DECOM", "RNE", "LS", "CIN", "PLACE", "PLACE_PROVIDER", "DEC", "REC", "REASON_PLACE_CHANGE", "HOME_POST",
        "PL_POST", "URN",
    }
    /// Twelve-month outcomes, one row a child.
    Oc2 "OC2" from 2017 {
        "CHILD", "DOB", "SDQ_SCORE", "SDQ_REASON", "CONVICTED", "HEALTH_CHECK", "IMMUNISATIONS", "TEETH_CHECK",
        "HEALTH_ASSESSMENT", "SUBSTANCE_MISUSE", "INTERVENTION_RECEIVED", "INTERVENTION_OFFERED",
    }
    /// Care leavers, one row each.
    Oc3 "OC3" from 2017 { "CHILD", "DOB", "IN_TOUCH", "ACTIV", "ACCOM" }
    /// Reviews of care plans.
    Reviews "Reviews" from 2017 { "CHILD", "DOB", "REVIEW", "REVIEW_CODE" }
    /// Children missing or away.
    Missing "Missing" from 2017 { "CHILD", "DOB", "MISSING", "MIS_START", "MIS_END" }
    /// Unaccompanied asylum-seeking children.
    Uasc "UASC" from 2017 { "CHILD", "SEX", "DOB", "DUC" }
    /// Children adopted in the year.
    Ad1 "AD1" from 2017 { "CHILD", "DOB", "DATE_INT", "DATE_MATCH", "FOSTER_CARE", "NB_ADOPTR", "SEX_ADOPTR", "LS_ADOPTR" }
    /// Decisions that a child should be placed for adoption.
    PlacedAdoption "PlacedAdoption" from 2017 { "CHILD", "DOB", "DATE_PLACED", "DATE_PLACED_CEASED", "REASON_PLACED_CEASED" }
    /// Permanent homes before care.
    PrevPerm "PrevPerm" from 2017 { "CHILD", "DOB", "PREV_PERM", "LA_PERM", "DATE_PERM" }
    /// Social workers of children.
    SwEpisodes "SWEpisodes" from 2024 { "CHILD", "DOB", "SW_ID", "SW_DECOM", "SW_DEC", "SW_REASON" }
    /// Deprivation of liberty orders.
    DoLo "DoLo" from 2027 { "CHILD", "DOB", "DOLO_START", "DOLO_END" }
}

impl Table {
    /// The table of a name, letters folded.
    pub fn by_name(name: &str) -> Option<Self> {
        TABLES.iter().copied().find(|table| table.name().eq_ignore_ascii_case(name))
    }

    /// Whether the return of a year has it.
    pub fn is_in(self, year: i16) -> bool {
        self.year_first() <= year
    }

    /// Whether nothing can be counted without it.
    pub fn is_required(self) -> bool {
        matches!(self, Self::Header | Self::Episodes)
    }

    /// Name of a column by its position in [`Table::columns`]; blank for the row as a whole.
    pub fn column(self, position: usize) -> &'static str {
        self.columns().get(position).copied().unwrap_or("")
    }

    /// Position of a column by its name.
    pub fn position(self, column: &str) -> Option<usize> {
        self.columns().iter().position(|name| *name == column)
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Table {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.name())
    }
}

/// What the first line of a file says that the file is.
#[derive(Debug, PartialEq, Eq)]
pub enum Recognised {
    /// A table that is read.
    Table {
        /// Which.
        table: Table,
        /// Position in the file of each column of [`Table::columns`].
        positions: Vec<usize>,
        /// Columns that the table does not have, in upper case.
        spare: Vec<String>,
    },
    /// A table that this return year does not have.
    NotYet(Table),
    /// A column stands twice.
    ColumnTwice(Table, &'static str),
    /// None of the tables; and the nearest one with the columns that are missing, when most of them are there.
    Unknown(Option<(Table, Vec<&'static str>)>),
}

/// Recognises a header line: cells in upper case, trimmed. Of the tables all of whose columns are there, the one with
/// most columns.
pub fn recognise(header: &[String], year: i16) -> Recognised {
    let present: BTreeSet<&str> = header.iter().map(String::as_str).collect();
    let holds = |table: &Table| table.columns().iter().all(|column| present.contains(column));
    match TABLES.iter().copied().filter(holds).max_by_key(|table| table.columns().len()) {
        Some(table) if table.is_in(year) => positions(table, header),
        Some(table) => Recognised::NotYet(table),
        None => Recognised::Unknown(nearest(&present, year)),
    }
}

fn positions(table: Table, header: &[String]) -> Recognised {
    let mut found = Vec::with_capacity(table.columns().len());
    for name in table.columns() {
        let mut at = header.iter().enumerate().filter(|(_, cell)| cell.as_str() == *name).map(|(i, _)| i);
        let Some(position) = at.next() else { continue };
        if at.next().is_some() {
            return Recognised::ColumnTwice(table, name);
        }
        found.push(position);
    }
    let spare = header.iter().filter(|cell| !cell.is_empty() && !table.columns().contains(&cell.as_str())).cloned().collect();
    Recognised::Table { table, positions: found, spare }
}

fn nearest(present: &BTreeSet<&str>, year: i16) -> Option<(Table, Vec<&'static str>)> {
    let missing = |table: Table| -> Vec<&'static str> {
        table.columns().iter().copied().filter(|column| !present.contains(column)).collect()
    };
    let candidates = TABLES.iter().copied().filter(|table| table.is_in(year)).map(|table| (table, missing(table)));
    let near = candidates.filter(|(table, missing)| missing.len() * 2 < table.columns().len());
    near.min_by_key(|(table, missing)| (missing.len(), *table))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(text: &str) -> Vec<String> {
        text.split(',').map(str::to_owned).collect()
    }

    #[test]
    fn a_table_is_known_by_its_columns_in_any_order() {
        let check = |text: &str, year: i16, expected: Option<Table>| match recognise(&header(text), year) {
            Recognised::Table { table, .. } => assert_eq!(Some(table), expected, "{text}"),
            Recognised::NotYet(_) | Recognised::ColumnTwice(..) | Recognised::Unknown(_) => {
                assert_eq!(None, expected, "{text}")
            }
        };
        check("DOB,CHILD,DUC,SEX", 2025, Some(Table::Uasc));
        check("CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB,DUC", 2025, Some(Table::Header));
        check("CHILD,DOB,SW_ID,SW_DECOM,SW_DEC,SW_REASON", 2024, Some(Table::SwEpisodes));
        check("CHILD,DOB,SW_ID,SW_DECOM,SW_DEC,SW_REASON", 2023, None);
        check("CHILD,DOB,DOLO_START,DOLO_END", 2025, None);
        check("CHILD,DOB,DOLO_START,DOLO_END", 2027, Some(Table::DoLo));
        check("CHILD,DOB,PREV_PERM,LA_PERM,DATE_PERM", 2017, Some(Table::PrevPerm));
        check("CHILD,DOB", 2025, None);
    }

    #[test]
    fn a_near_miss_names_what_is_missing() {
        let near = recognise(&header("CHILD,DOB,REVIEW"), 2025);
        assert_eq!(near, Recognised::Unknown(Some((Table::Reviews, vec!["REVIEW_CODE"]))));
        assert_eq!(recognise(&header("A,B"), 2025), Recognised::Unknown(None));
    }

    #[test]
    fn a_column_that_stands_twice_is_named() {
        let twice = recognise(&header("CHILD,DOB,REVIEW,REVIEW_CODE,DOB"), 2025);
        assert_eq!(twice, Recognised::ColumnTwice(Table::Reviews, "DOB"));
        let Recognised::Table { spare, .. } = recognise(&header("CHILD,DOB,REVIEW,REVIEW_CODE,NOTE,"), 2025) else { panic!() };
        assert_eq!(spare, ["NOTE"]);
    }
}
