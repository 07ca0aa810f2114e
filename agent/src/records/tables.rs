//! The tables of the return: their columns in each return year, and how a file is recognised by its first line.
//!
//! A file is a table when its header holds every column that the table has in that year, in any order and case; spare
//! columns are tolerated and named. File names mean nothing.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Serialize, Serializer};

/// A table that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// One row a child: birth, sex, ethnicity.
    Header,
    /// Stretches of constant legal status and placement.
    Episodes,
    /// Twelve-month outcomes, one row a child.
    Oc2,
    /// Care leavers, one row each.
    Oc3,
    /// Reviews of care plans.
    Reviews,
    /// Children missing or away.
    Missing,
    /// Unaccompanied asylum-seeking children.
    Uasc,
    /// Social workers of children.
    SwEpisodes,
}

/// All tables that are read, in the order in which they are read: Header comes first.
pub const TABLES: [Table; 8] =
    [Table::Header, Table::Episodes, Table::Oc2, Table::Oc3, Table::Reviews, Table::Missing, Table::Uasc, Table::SwEpisodes];

/// Tables of the return that are known, named and set aside.
const SET_ASIDE: [(&str, &[&str]); 4] = [
    ("AD1", &["CHILD", "DOB", "DATE_INT", "DATE_MATCH", "FOSTER_CARE", "NB_ADOPTR", "SEX_ADOPTR", "LS_ADOPTR"]),
    ("PlacedAdoption", &["CHILD", "DOB", "DATE_PLACED", "DATE_PLACED_CEASED", "REASON_PLACED_CEASED"]),
    ("PrevPerm", &["CHILD", "DOB", "PREV_PERM", "LA_PERM", "DATE_PERM"]),
    ("DoLo", &["CHILD", "DOB", "DOLO_START", "DOLO_END"]),
];

impl Table {
    /// Name as data teams write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Header => "Header",
            Self::Episodes => "Episodes",
            Self::Oc2 => "OC2",
            Self::Oc3 => "OC3",
            Self::Reviews => "Reviews",
            Self::Missing => "Missing",
            Self::Uasc => "UASC",
            Self::SwEpisodes => "SWEpisodes",
        }
    }

    /// The table of a name, letters folded.
    pub fn by_name(name: &str) -> Option<Self> {
        TABLES.into_iter().find(|table| table.name().eq_ignore_ascii_case(name))
    }

    /// First return year that has the table.
    pub fn year_first(self) -> i16 {
        match self {
            Self::SwEpisodes => 2024,
            Self::Header | Self::Episodes | Self::Oc2 | Self::Oc3 | Self::Reviews | Self::Missing | Self::Uasc => {
                super::YEAR_FIRST
            }
        }
    }

    /// Whether nothing can be counted without it.
    pub fn is_required(self) -> bool {
        matches!(self, Self::Header | Self::Episodes)
    }

    /// Its columns, each with the first return year that has it. Positions in this list name cells elsewhere.
    pub fn columns(self) -> &'static [(&'static str, i16)] {
        match self {
            Self::Header => &[("CHILD", 0), ("SEX", 0), ("DOB", 0), ("ETHNIC", 0), ("UPN", 0), ("MOTHER", 0), ("MC_DOB", 0)],
            Self::Episodes => &[
                ("CHILD", 0),
                ("DECOM", 0),
                ("RNE", 0),
                ("LS", 0),
                ("CIN", 0),
                ("PLACE", 0),
                ("PLACE_PROVIDER", 0),
                ("DEC", 0),
                ("REC", 0),
                ("REASON_PLACE_CHANGE", 0),
                ("HOME_POST", 0),
                ("PL_POST", 0),
                ("URN", 2016),
            ],
            Self::Oc2 => &[
                ("CHILD", 0),
                ("DOB", 0),
                ("SDQ_SCORE", 0),
                ("SDQ_REASON", 0),
                ("CONVICTED", 0),
                ("HEALTH_CHECK", 0),
                ("IMMUNISATIONS", 0),
                ("TEETH_CHECK", 0),
                ("HEALTH_ASSESSMENT", 0),
                ("SUBSTANCE_MISUSE", 0),
                ("INTERVENTION_RECEIVED", 0),
                ("INTERVENTION_OFFERED", 0),
            ],
            Self::Oc3 => &[("CHILD", 0), ("DOB", 0), ("IN_TOUCH", 0), ("ACTIV", 0), ("ACCOM", 0)],
            Self::Reviews => &[("CHILD", 0), ("DOB", 0), ("REVIEW", 0), ("REVIEW_CODE", 0)],
            Self::Missing => &[("CHILD", 0), ("DOB", 0), ("MISSING", 0), ("MIS_START", 0), ("MIS_END", 0)],
            Self::Uasc => &[("CHILD", 0), ("SEX", 0), ("DOB", 0), ("DUC", 0)],
            Self::SwEpisodes => {
                &[("CHILD", 2024), ("DOB", 2024), ("SW_ID", 2024), ("SW_DECOM", 2024), ("SW_DEC", 2024), ("SW_REASON", 2024)]
            }
        }
    }

    /// Name of a column by its position in [`Table::columns`].
    pub fn column(self, position: usize) -> &'static str {
        self.columns().get(position).map_or("", |column| column.0)
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
        /// Position in the file of each column of [`Table::columns`]; `None` where this year has no such column.
        positions: Vec<Option<usize>>,
        /// Number of columns of the file.
        n_columns: usize,
        /// Columns that the table does not have, in upper case.
        spare: Vec<String>,
    },
    /// A table of the return that is not read, or not in this year.
    SetAside(&'static str),
    /// A column stands twice.
    ColumnTwice(Table, &'static str),
    /// None of the tables; and the nearest one with the columns that are missing, when most of them are there.
    Unknown(Option<(Table, Vec<&'static str>)>),
}

/// Recognises a header line: cells in upper case, trimmed.
pub fn recognise(header: &[String], year: i16) -> Recognised {
    let present: BTreeSet<&str> = header.iter().map(String::as_str).collect();
    let wanted = |table: Table| table.columns().iter().filter(move |column| column.1 <= year).map(|column| column.0);
    let holds = |table: &Table| wanted(*table).next().is_some() && wanted(*table).all(|column| present.contains(column));
    let best = TABLES.into_iter().filter(holds).max_by_key(|table| wanted(*table).count());
    let aside = SET_ASIDE.iter().find(|(_, columns)| columns.iter().all(|column| present.contains(column)));
    match (best, aside) {
        (Some(table), aside) if aside.is_none_or(|(_, columns)| columns.len() < wanted(table).count()) => {
            positions(table, header, year)
        }
        (_, Some((name, _))) => Recognised::SetAside(name),
        (_, None) if Table::SwEpisodes.columns().iter().all(|column| present.contains(column.0)) => {
            Recognised::SetAside(Table::SwEpisodes.name())
        }
        (_, None) => Recognised::Unknown(nearest(&present, year)),
    }
}

fn positions(table: Table, header: &[String], year: i16) -> Recognised {
    let mut found = Vec::with_capacity(table.columns().len());
    for (name, first) in table.columns() {
        let mut at = header.iter().enumerate().filter(|(_, cell)| cell.as_str() == *name).map(|(i, _)| i);
        let position = at.next().filter(|_| *first <= year);
        if position.is_some() && at.next().is_some() {
            return Recognised::ColumnTwice(table, name);
        }
        found.push(position);
    }
    let known: BTreeSet<&str> = table.columns().iter().map(|column| column.0).collect();
    let spare = header.iter().filter(|cell| !cell.is_empty() && !known.contains(cell.as_str())).cloned().collect();
    Recognised::Table { table, positions: found, n_columns: header.len(), spare }
}

fn nearest(present: &BTreeSet<&str>, year: i16) -> Option<(Table, Vec<&'static str>)> {
    let missing = |table: Table| -> Vec<&'static str> {
        let columns = table.columns().iter().filter(|column| column.1 <= year);
        columns.map(|column| column.0).filter(|column| !present.contains(column)).collect()
    };
    let candidates = TABLES.into_iter().map(|table| (table, missing(table)));
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
            Recognised::SetAside(_) | Recognised::ColumnTwice(..) | Recognised::Unknown(_) => {
                assert_eq!(None, expected, "{text}")
            }
        };
        check("DOB,CHILD,DUC,SEX", 2025, Some(Table::Uasc));
        check("CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB,DUC", 2025, Some(Table::Header));
        check("CHILD,DOB,SW_ID,SW_DECOM,SW_DEC,SW_REASON", 2024, Some(Table::SwEpisodes));
        check("CHILD,DOB,SW_ID,SW_DECOM,SW_DEC,SW_REASON", 2023, None);
        check("CHILD,DOB,DOLO_START,DOLO_END", 2025, None);
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
