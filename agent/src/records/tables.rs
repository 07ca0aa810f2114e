//! The tables of the return and the local extracts: their columns, and how a file is recognised by its first line.
//!
//! A file is a table when its header holds every column that the table has in that year, in any order and case; spare
//! columns are tolerated and named. File names mean nothing. An extract may lack some columns, and takes the names of the
//! Standard Safeguarding Dataset too; what it looks like is said in `docs/extracts.md`.

mod extracts; // other names of an extract's columns

use std::collections::BTreeSet;
use std::fmt;

use serde::{Serialize, Serializer};

/// Declares the tables: the variant, the name, the first return year, its columns in order, and behind `+` those that a
/// file may lack.
macro_rules! tables {
    ($(
        $(#[$meta:meta])*
        $table:ident $name:literal from $first:literal { $($column:literal),+ $(,)? } $(+ { $($optional:literal),+ $(,)? })?
    )+) => {
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
                match self { $(Self::$table => &[$($column),+ $(, $($optional),+)?],)+ }
            }

            /// The columns without which a file is not this table: the first ones of [`Table::columns`].
            pub fn required_columns(self) -> &'static [&'static str] {
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
    /// Extract: strengths and difficulties questionnaires with their dates.
    Sdq "SDQ" from 2017 { "CHILD", "SDQ_DATE", "INFORMANT", "SDQ_SCORE" } + { "SDQ_REASON" }
    /// Extract: a survey of wellbeing and relationships.
    Wellbeing "Wellbeing" from 2017 { "CHILD", "SURVEY_DATE" } + {
        "ONS_SATISFIED", "ONS_WORTHWHILE", "ONS_HAPPY", "ONS_ANXIOUS", "SWEMWBS1", "SWEMWBS2", "SWEMWBS3", "SWEMWBS4", "SWEMWBS5",
        "SWEMWBS6", "SWEMWBS7", "TRUSTED_ADULT", "FEELS_SAFE", "BETTER", "INCLUDED", "SEES_MOTHER", "SEES_FATHER",
        "SEES_SIBLINGS", "SIBLINGS_HOME", "FRIEND", "AFTER_18",
    }
    /// Extract: schools attended.
    School "School" from 2017 { "CHILD", "SCHOOL", "SCHOOL_START", "SCHOOL_END" } + { "MAIN_SCHOOL" }
    /// Extract: referrals to mental-health services.
    MentalHealth "MentalHealth" from 2017 { "CHILD", "REFERRAL_DATE", "DECISION", "FIRST_APPT_DATE", "CLOSED_DATE" }
    /// Extract: training and therapeutic support.
    CarerSupport "CarerSupport" from 2017 { "CHILD", "CARER_TRAINING", "CARER_THERAPY", "CHILD_THERAPY" }
    /// Extract: support for care leavers.
    LeaverSupport "LeaverSupport" from 2017 { "CHILD", "ADVISER", "PATHWAY_REVIEW" } + {
        "STAYING_CLOSE", "TOLD_25", "TOOK_25", "MH_AT_18", "MH_SERVICE",
    }
    /// Extract: support after going home.
    AfterHome "AfterHome" from 2017 { "CHILD", "HOME_DATE", "HOME_PLAN" }
    /// Extract: health assessments with their dates.
    HealthAssessment "HealthAssessment" from 2017 { "CHILD", "HEALTH_CHECK_TYPE", "HEALTH_CHECK_DATE", "HEALTH_CHECK_STATUS" }
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

    /// Whether it is a local extract, and no table of the return.
    pub fn is_extract(self) -> bool {
        Self::Sdq <= self
    }

    /// Whether a file that has its required columns needs one more: a survey without a question is none.
    fn needs_one_more(self) -> bool {
        self == Self::Wellbeing
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

/// Where a column stands in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Number of the file's column.
    pub at: usize,
    /// Whether it is headed by another name of the column.
    pub other_name: bool,
}

/// What the first line of a file says that the file is.
#[derive(Debug, PartialEq, Eq)]
pub enum Recognised {
    /// A table that is read.
    Table {
        /// Which.
        table: Table,
        /// Position in the file of each column of [`Table::columns`]; `None` for one that the file lacks.
        positions: Vec<Option<Position>>,
        /// Columns that the table does not have, in upper case.
        spare: Vec<String>,
    },
    /// A table that this return year does not have.
    NotYet(Table),
    /// A column stands twice.
    ColumnTwice(Table, &'static str),
    /// An extract, and another extract or a table of the return.
    Several(Table, Table),
    /// None of the tables; and the nearest one with the columns that are missing, when most of them are there.
    Unknown(Option<(Table, Vec<&'static str>)>),
}

/// Recognises a header line: cells in upper case, trimmed. Of the tables of the return all of whose columns are there, the
/// one with most columns; an extract is never chosen from several.
pub fn recognise(header: &[String], year: i16) -> Recognised {
    let present: BTreeSet<&str> = header.iter().map(String::as_str).collect();
    let holds = |table: &Table| missing(*table, &present).is_empty();
    let of_return = TABLES.iter().copied().filter(|table| !table.is_extract()).filter(holds);
    let mut found = TABLES.iter().copied().filter(|table| table.is_extract()).filter(holds);
    match (of_return.max_by_key(|table| table.columns().len()).or_else(|| found.next()), found.next()) {
        (Some(first), Some(second)) => Recognised::Several(first, second),
        (Some(table), None) if table.is_in(year) => positions(table, header),
        (Some(table), None) => Recognised::NotYet(table),
        (None, _) => Recognised::Unknown(nearest(&present, year)),
    }
}

/// The columns without which a header is not that of a table.
fn missing(table: Table, present: &BTreeSet<&str>) -> Vec<&'static str> {
    let is_there = |column: &&'static str| table.names(column).any(|name| present.contains(name));
    let required = table.required_columns();
    let mut missing: Vec<&'static str> = required.iter().copied().filter(|column| !is_there(column)).collect();
    let mut others = table.columns().iter().skip(required.len());
    if table.needs_one_more() && !others.any(is_there) {
        missing.push("a question");
    }
    missing
}

fn positions(table: Table, header: &[String]) -> Recognised {
    let mut found = Vec::with_capacity(table.columns().len());
    for column in table.columns() {
        let at = |name: &'static str| header.iter().position(|cell| cell == name).map(|at| (at, name));
        let Some((at, name)) = table.names(column).find_map(at) else {
            found.push(None);
            continue;
        };
        if header.iter().skip(at + 1).any(|cell| cell == name) {
            return Recognised::ColumnTwice(table, name);
        }
        found.push(Some(Position { at, other_name: name != *column }));
    }
    let is_read = |at: usize| found.iter().flatten().any(|position| position.at == at);
    let spare = header.iter().enumerate().filter(|(at, cell)| !cell.is_empty() && !is_read(*at));
    let spare = spare.map(|(_, cell)| cell.clone()).collect();
    Recognised::Table { table, positions: found, spare }
}

fn nearest(present: &BTreeSet<&str>, year: i16) -> Option<(Table, Vec<&'static str>)> {
    let candidates = TABLES.iter().copied().filter(|table| table.is_in(year)).map(|table| (table, missing(table, present)));
    let near = candidates.filter(|(table, missing)| {
        let n_needed = table.required_columns().len() + usize::from(table.needs_one_more());
        missing.len() * 2 < n_needed
    });
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
            Recognised::NotYet(_) | Recognised::ColumnTwice(..) | Recognised::Several(..) | Recognised::Unknown(_) => {
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

    #[test]
    fn an_extract_is_known_by_either_name_of_its_columns_and_may_lack_some() {
        let read = |text: &str| match recognise(&header(text), 2025) {
            Recognised::Table { table, positions, spare } => (table, positions.iter().map(|p| p.map(|p| p.at)).collect(), spare),
            _ => panic!("{text}"),
        };
        let none: Vec<String> = Vec::new();
        let sdq = read("INFORMANT,CHILD,SDQ_SCORE,SDQ_DATE");
        assert_eq!(sdq, (Table::Sdq, vec![Some(1), Some(3), Some(0), Some(2), None], none.clone()));
        let dataset = read("CSDQ_PERSON_ID,CSDQ_SDQ_COMPLETED_DATE,INFORMANT,CSDQ_SDQ_SCORE,CSDQ_SDQ_REASON");
        assert_eq!(dataset, (Table::Sdq, (0..5).map(Some).collect(), none));
        let both = read("CSDQ_PERSON_ID,LA_CHILD_ID,SDQ_DATE,INFORMANT,SDQ_SCORE,CHILD");
        assert_eq!(both.1.first(), Some(&Some(5)), "the first name of a column is read");
        assert_eq!(both.2, ["CSDQ_PERSON_ID", "LA_CHILD_ID"]);
        assert_eq!(read("CHILD,SURVEY_DATE,FRIEND").0, Table::Wellbeing);
        let near = recognise(&header("CHILD,SURVEY_DATE"), 2025);
        assert_eq!(near, Recognised::Unknown(Some((Table::Wellbeing, vec!["a question"]))));
        let twice = recognise(&header("LA_CHILD_ID,HOME_DATE,HOME_PLAN,LA_CHILD_ID"), 2025);
        assert_eq!(twice, Recognised::ColumnTwice(Table::AfterHome, "LA_CHILD_ID"));
    }

    #[test]
    fn no_table_is_taken_for_another_and_a_file_that_is_two_is_none() {
        for one in TABLES {
            for other in TABLES.iter().filter(|other| *other != one && (one.is_extract() || other.is_extract())) {
                let columns = |table: &Table| -> Vec<String> { table.columns().iter().map(|c| (*c).to_owned()).collect() };
                let is_one = matches!(recognise(&columns(one), 2027), Recognised::Table { table, .. } if table == *one);
                assert!(is_one, "{one} is taken for something else");
                let mut joined = columns(one);
                joined.extend(columns(other).into_iter().filter(|column| !one.columns().contains(&column.as_str())));
                assert!(matches!(recognise(&joined, 2027), Recognised::Several(..)), "{one} and {other}");
            }
        }
    }
}
