//! Why input as a whole is not to be used: the closed list of codes, and the sentences that are made from it.
//!
//! A code, what happened and what to do stand in one place, from which the messages and the documents are made. A message
//! names the thing, then the file, and ends with what to do; it never holds a value of a record.

use std::fmt;

use shared::ids::ReportingYear;

use super::limits::FILES_MAX;
use super::rules::RuleId;
use super::source::query::QueryWhy;
use super::source::{SourceFault, Unreadable};
use super::tables::Table;

/// One entry of [`REFUSALS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefusalWords {
    /// Stable code.
    pub code: &'static str,
    /// What happened.
    pub happened: &'static str,
    /// What to do.
    pub what_to_do: &'static str,
}

macro_rules! refusals {
    ($($name:ident $code:literal $happened:literal $todo:literal;)*) => {
        /// A kind of refusal of input. The list is closed: a new one is added here and nowhere else.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum RefusalCode {
            $(#[doc = $happened] $name,)*
        }
        impl RefusalCode {
            /// Its words.
            pub fn words(self) -> RefusalWords {
                match self {
                    $(Self::$name => RefusalWords { code: $code, happened: $happened, what_to_do: $todo },)*
                }
            }
        }
        /// Every refusal of input, in the order of the documents.
        pub const REFUSALS: &[RefusalWords] =
            &[$(RefusalWords { code: $code, happened: $happened, what_to_do: $todo },)*];
    };
}

refusals! {
    PathUnreadable "path-unreadable" "a file or folder cannot be read" "check that it is there and that this user may read it";
    YearAbsent "year-absent" "there is no return of the reporting year" "give the folder of that year, or another year";
    YearTwice "year-twice" "two places hold the same return year" "keep one, or give one of them";
    YearNotRead "year-not-read" "returns of this year are not read by this version" "name another year";
    TooManyFiles "too-many-files" "a return has more files than are read" "keep only the tables of this return in its folder";
    FileTooLarge "file-too-large" "a file is larger than is read" "check that it is one table of one return year";
    FileEmpty "file-empty" "a file is empty" "export it anew, or take it out of the folder";
    FileNotText "file-not-text" "a file is neither text nor a workbook nor XML" "export it anew, as CSV or as .xlsx";
    FileBroken "file-broken" "a file cannot be read to its end" "export it anew: it is damaged, locked or only half written";
    FileLineBreak "file-line-break" "a cell holds a line break, so that rows may be hidden in it" "look for a stray quotation mark at that line and export the file anew";
    FileColumnTwice "file-column-twice" "a column stands twice in the first line of a file" "keep one of the two columns";
    FileTwoTables "file-two-tables" "a file has the columns of two tables" "make one file for each table";
    TableTwice "table-twice" "two files are the same table" "keep one";
    TableAbsent "table-absent" "a table that must be there is not"
        "add its file; check names what each file lacks, and [tables] in agent.toml what is not supplied";
    FileWrongYear "file-wrong-year" "the rows of a file belong to another year" "put the file of this return year in its place";
    RuleRefuses "rule-refuses" "a rule that this authority's configuration lets refuse the return is broken" "correct the rows that check lists, then run check again";
    ChangedIds "changed-ids" "the file of changed identifiers is not clear" "keep one new identifier for each old one, and no circle";
    Postcodes "postcode-directory" "the postcode directory cannot be used"
        "give the directory of the Office for National Statistics as one CSV file, and in ons the codes of your own area: docs/postcodes.md";
    DatabaseAddress "database-address" "the file with the database's address cannot be used"
        "write one line into it, postgres://USER:PASSWORD@HOST:PORT/DATABASE, and let only this user read it (mode 0600)";
    DatabasePlain "database-plain" "the database is on another machine and its certificate would not be checked"
        "add ?sslmode=verify-full&sslrootcert=FILE to the address";
    DatabaseUnreachable "database-unreachable" "the database cannot be reached"
        "check host, port, firewall and, with TLS, the certificate and its authority; then run the same command again";
    DatabaseLogin "database-login" "the database refuses this user" "check user, password and name of the database in the address";
    QueryPermission "query-permission" "a query reads what this user may not read" "grant SELECT on the view that the query names";
    QueryUnknown "query-unknown" "a query names a table, column or function that the database does not have"
        "correct it in [live.queries]; name the schema where there is one";
    QueryNotReading "query-not-reading" "a query is not one statement that only reads" "write one SELECT that changes nothing";
    QueryTimeout "query-timeout" "a query took too long" "make it faster, or raise timeout_s in [live]";
    QueryInterrupted "query-interrupted" "a query was not read to its end"
        "look for the first refusal and at the database's own log, then run the same command again";
    QueryFailed "query-failed" "the database could not compute a query"
        "run it by hand as this user; the SQLSTATE says what kind of error it is";
    QueryColumns "query-columns" "a query does not give the table that it is configured for"
        "give each column the name that it has in the return";
    QueryType "query-type" "a column of a query has a type that is not read" "cast it to date, integer or text in the query";
    ErrorRate "error-rate" "too many rows have errors" "correct the rows that check lists, then run check again";
}

/// The sentence of a refusal: what happened, where, what to do.
pub fn sentence(code: RefusalCode, place: &str) -> String {
    let RefusalWords { happened, what_to_do, .. } = code.words();
    format!("{happened}: {place}; {what_to_do}")
}

/// Why a return is not to be used as a whole. Files by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A source that cannot be read to its end.
    Source {
        /// Which file.
        file: String,
        /// Why, and where.
        fault: SourceFault,
    },
    /// A rule that refuses.
    Rule {
        /// Which.
        rule: RuleId,
        /// How often it is broken.
        n: u64,
    },
    /// A column stands twice in the first line.
    ColumnTwice {
        /// Which file.
        file: String,
        /// Which column.
        column: &'static str,
    },
    /// A file has the columns of an extract and of another table.
    TwoTables {
        /// Which file.
        file: String,
        /// One table.
        first: Table,
        /// The other.
        second: Table,
    },
    /// Two files are the same table.
    TableTwice {
        /// The table.
        table: Table,
        /// The file that was found first.
        first: String,
        /// The other.
        second: String,
    },
    /// A table that must be there is not.
    TableAbsent {
        /// The table.
        table: Table,
    },
    /// The rows of a file are of another year.
    WrongYear {
        /// Which file.
        file: String,
        /// Rows of another year.
        n_outside: u32,
        /// Rows with dates.
        n_rows: u32,
        /// The year as which it was read.
        year: ReportingYear,
    },
    /// More than a limit allows.
    TooMany {
        /// Which file.
        file: String,
        /// How many are allowed.
        limit: u32,
        /// Of what.
        what: &'static str,
    },
    /// More files than a return has.
    TooManyFiles,
    /// The share of rows with errors is above the limit.
    ErrorRate {
        /// The extract whose rows they are; without it those of the return.
        extract: Option<Table>,
        /// Rows with an error.
        n_errors: u64,
        /// All rows.
        n_rows: u64,
        /// The limit.
        limit_per_million: u64,
    },
}

impl Refusal {
    /// Which one of the list it is.
    pub fn kind(&self) -> RefusalCode {
        match self {
            Self::Source { fault, .. } => of_source(fault.why),
            Self::TooMany { .. } => RefusalCode::FileTooLarge,
            Self::Rule { .. } => RefusalCode::RuleRefuses,
            Self::ColumnTwice { .. } => RefusalCode::FileColumnTwice,
            Self::TwoTables { .. } => RefusalCode::FileTwoTables,
            Self::TableTwice { .. } => RefusalCode::TableTwice,
            Self::TableAbsent { .. } => RefusalCode::TableAbsent,
            Self::WrongYear { .. } => RefusalCode::FileWrongYear,
            Self::TooManyFiles => RefusalCode::TooManyFiles,
            Self::ErrorRate { .. } => RefusalCode::ErrorRate,
        }
    }

    /// Stable code.
    pub fn code(&self) -> &'static str {
        self.kind().words().code
    }

    fn place(&self) -> String {
        match self {
            Self::Source { file, fault } => match fault.line {
                Some(line) => format!("{file}:{line} {}", fault.why),
                None => format!("{file} {}", fault.why),
            },
            Self::Rule { rule, n } => format!("rule {}, {n} times", rule.code()),
            Self::ColumnTwice { file, column } => format!("{column} in {file}"),
            Self::TwoTables { file, first, second } => format!("{file} is both {first} and {second}"),
            Self::TableTwice { table, first, second } => format!("{first} and {second} are both {table}"),
            Self::TableAbsent { table } => format!("no file is the table {table}"),
            Self::WrongYear { file, n_outside, n_rows, year } => {
                format!("{n_outside} of {n_rows} rows of {file} belong to another year than {year}")
            }
            Self::TooMany { file, limit, what } => format!("{file} has more than {limit} {what}"),
            Self::TooManyFiles => format!("it has more than {FILES_MAX}"),
            Self::ErrorRate { extract, n_errors, n_rows, limit_per_million } => {
                let of = extract.map(|table| format!(" of the extract {table}")).unwrap_or_default();
                format!("{n_errors} of {n_rows} rows{of}, more than the limit of {} %", per_cent(*limit_per_million))
            }
        }
    }
}

/// The code under which a source is refused.
pub fn of_source(why: Unreadable) -> RefusalCode {
    match why {
        Unreadable::Empty => RefusalCode::FileEmpty,
        Unreadable::TooLarge | Unreadable::TooManyRows | Unreadable::TooManyColumns => RefusalCode::FileTooLarge,
        Unreadable::NotText => RefusalCode::FileNotText,
        Unreadable::LineBreak => RefusalCode::FileLineBreak,
        Unreadable::CutOff | Unreadable::BrokenXml | Unreadable::BrokenWorkbook | Unreadable::Interrupted => {
            RefusalCode::FileBroken
        }
        Unreadable::Query(fault) => of_query(fault.why),
    }
}

/// The code under which a query is refused.
pub fn of_query(why: QueryWhy) -> RefusalCode {
    match why {
        QueryWhy::Permission => RefusalCode::QueryPermission,
        QueryWhy::Unknown => RefusalCode::QueryUnknown,
        QueryWhy::NotReading => RefusalCode::QueryNotReading,
        QueryWhy::TimedOut => RefusalCode::QueryTimeout,
        QueryWhy::Interrupted => RefusalCode::QueryInterrupted,
        QueryWhy::Failed => RefusalCode::QueryFailed,
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&sentence(self.kind(), &self.place()))
    }
}

impl std::error::Error for Refusal {}

/// Parts of a million as per cent, with as many places as it takes: `2`, `0.05`.
fn per_cent(per_million: u64) -> String {
    let text = format!("{}.{:04}", per_million / 10_000, per_million % 10_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::records::source::query::{QueryFault, SqlState};

    /// A code of the list, and a message that names the place and ends with what to do.
    pub(crate) fn check_words(code: &str, message: &str) {
        let words = REFUSALS.iter().find(|words| words.code == code).unwrap_or_else(|| panic!("{code} is not in the list"));
        assert!(message.starts_with(words.happened) && message.ends_with(words.what_to_do), "{message}");
    }

    fn one_of_each() -> Vec<Refusal> {
        let file = || "a.csv".to_owned();
        let source = |why, line| Refusal::Source { file: file(), fault: SourceFault { why, line } };
        let query = |why| source(Unreadable::Query(QueryFault { why, state: SqlState::parse("57014") }), Some(7));
        vec![
            query(QueryWhy::Permission),
            query(QueryWhy::Unknown),
            query(QueryWhy::NotReading),
            query(QueryWhy::TimedOut),
            query(QueryWhy::Interrupted),
            query(QueryWhy::Failed),
            source(Unreadable::TooLarge, Some(7)),
            source(Unreadable::NotText, None),
            source(Unreadable::Empty, None),
            source(Unreadable::LineBreak, Some(7)),
            source(Unreadable::BrokenXml, None),
            Refusal::Rule { rule: RuleId::R501, n: 3 },
            Refusal::ColumnTwice { file: file(), column: "DOB" },
            Refusal::TwoTables { file: file(), first: Table::Oc3, second: Table::LeaverSupport },
            Refusal::TableTwice { table: Table::Oc2, first: file(), second: "b.csv".to_owned() },
            Refusal::TableAbsent { table: Table::Oc2 },
            Refusal::WrongYear { file: file(), n_outside: 3, n_rows: 4, year: ReportingYear::new(2025).unwrap() },
            Refusal::TooMany { file: file(), limit: 64, what: "columns" },
            Refusal::TooManyFiles,
            Refusal::ErrorRate { extract: None, n_errors: 7, n_rows: 100, limit_per_million: 20_000 },
        ]
    }

    #[test]
    fn every_refusal_is_in_the_list_and_ends_with_what_to_do() {
        let mut seen = BTreeSet::new();
        for refusal in one_of_each() {
            check_words(refusal.code(), &refusal.to_string());
            seen.insert(refusal.code());
        }
        // these are told by the inbox, whose own test checks them
        let told_by_the_inbox = [
            RefusalCode::PathUnreadable,
            RefusalCode::YearAbsent,
            RefusalCode::YearTwice,
            RefusalCode::YearNotRead,
            RefusalCode::ChangedIds,
            RefusalCode::Postcodes,
        ];
        seen.extend(told_by_the_inbox.map(|c| c.words().code));
        // and these by `io::live`, likewise
        let told_by_live = [
            RefusalCode::DatabaseAddress,
            RefusalCode::DatabasePlain,
            RefusalCode::DatabaseUnreachable,
            RefusalCode::DatabaseLogin,
            RefusalCode::QueryColumns,
            RefusalCode::QueryType,
        ];
        seen.extend(told_by_live.map(|c| c.words().code));
        let listed: BTreeSet<&str> = REFUSALS.iter().map(|words| words.code).collect();
        assert_eq!((seen, REFUSALS.len()), (listed.clone(), listed.len()), "each code stands once, and none is unused");
    }

    #[test]
    fn shares_are_said_in_per_cent() {
        let check = |per_million: u64, expected: &str| assert_eq!(per_cent(per_million), expected);
        check(20_000, "2");
        check(500, "0.05");
        check(25_500, "2.55");
        check(1, "0.0001");
        check(1_000_000, "100");
        check(0, "0");
        let text = Refusal::ErrorRate { extract: None, n_errors: 7, n_rows: 100, limit_per_million: 20_000 }.to_string();
        assert!(text.contains("7 of 100 rows, more than the limit of 2 %"), "{text}");
        let of_extract = Refusal::ErrorRate { extract: Some(Table::Sdq), n_errors: 7, n_rows: 100, limit_per_million: 20_000 };
        assert!(of_extract.to_string().contains("7 of 100 rows of the extract SDQ, more"), "{of_extract}");
    }
}
