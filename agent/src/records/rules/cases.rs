//! A failing and a passing case for each rule, as data: `cases/*.toml`, one file an area.
//!
//! A case changes a small clean return. `base` names it (`cases/base.toml`): rows of this year and of last year for a few
//! made-up children. A change is one of
//! `Episodes 2 DEC = 01/05/2024` (a cell of the second row of a table; blank after `=` empties it),
//! `+ Episodes CHILD=A1 DECOM=01/05/2024 RNE=P` (a new last row like the table's last row of that child, or a blank one,
//! with these cells), `- Reviews 1` (a row goes), `- Reviews` (the table goes), each with `last ` before the table for last
//! year's return, and `~ A1` (only the rows of this child stay, in both returns; stands first).
//! The failing case must break the rule, on the row that was changed last or the `at` row; the passing one must not.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::{Rule, RuleBook, RuleId};
use crate::records::tables::{TABLES, Table};
use crate::records::tests::{TestFile, read_all};

/// Rules that no case can break, since a case is text: each has a test of its own.
const WITHOUT_CASE: &[&str] = &["GT13"];

const BASE: &str = include_str!("cases/base.toml");

/// The files of cases, by area.
const CASES: &[(&str, &str)] = &[
    ("header", include_str!("cases/header.toml")),
    ("uasc", include_str!("cases/uasc.toml")),
    ("episodes", include_str!("cases/episodes.toml")),
    ("former", include_str!("cases/former.toml")),
    ("placements", include_str!("cases/placements.toml")),
    ("dolo", include_str!("cases/dolo.toml")),
    ("reviews", include_str!("cases/reviews.toml")),
    ("workers", include_str!("cases/workers.toml")),
    ("outcomes", include_str!("cases/outcomes.toml")),
    ("leavers", include_str!("cases/leavers.toml")),
    ("adoption", include_str!("cases/adoption.toml")),
    ("missing", include_str!("cases/missing.toml")),
    ("file", include_str!("cases/file.toml")),
    ("extracts", include_str!("cases/extracts.toml")),
];

/// A small clean return, and last year's.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Base {
    year: i16,
    now: BTreeMap<String, Vec<String>>,
    last: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    rule: String,
    /// Another base than `base`: `base_2018`, ...
    #[serde(default = "base_name")]
    base: String,
    fails: Vec<String>,
    passes: Vec<String>,
    /// The row that is named: `Episodes 2`. Without it any row of the rule's table.
    at: Option<String>,
}

fn base_name() -> String {
    "base".to_owned()
}

/// The rows of a table, each a cell for each column.
type Rows = BTreeMap<Table, Vec<Vec<String>>>;

/// Both returns of a case, as cells.
#[derive(Clone)]
struct Sheets {
    year: i16,
    now: Rows,
    last: Rows,
}

impl Sheets {
    fn of(base: &Base) -> Self {
        let rows = |tables: &BTreeMap<String, Vec<String>>| {
            let cells = |row: &String| row.split(',').map(|cell| cell.trim().to_owned()).collect();
            let table = |name: &String| Table::by_name(name).unwrap_or_else(|| panic!("{name} is no table"));
            tables.iter().map(|(name, rows)| (table(name), rows.iter().map(cells).collect())).collect()
        };
        Self { year: base.year, now: rows(&base.now), last: rows(&base.last) }
    }

    fn change(&mut self, change: &str) {
        let mut words = change.split_whitespace().peekable();
        let sign = words.next_if(|word| matches!(*word, "+" | "-" | "~"));
        if sign == Some("~") {
            let child = words.next().expect("a child");
            for rows in self.now.values_mut().chain(self.last.values_mut()) {
                rows.retain(|row| row.first().is_some_and(|id| id == child));
            }
            return;
        }
        let is_last = words.next_if_eq(&"last").is_some();
        let name = words.next().expect("a table");
        let table = Table::by_name(name).unwrap_or_else(|| panic!("{name} is no table: {change}"));
        let tables = if is_last { &mut self.last } else { &mut self.now };
        let column = |name: &str| table.position(name).unwrap_or_else(|| panic!("{name} is no column: {change}"));
        match sign {
            Some("+") => {
                let cells: Vec<(usize, String)> =
                    pairs(&words.collect::<Vec<_>>().join(" ")).map(|(c, v)| (column(&c), v)).collect();
                let rows = tables.entry(table).or_default();
                let child = cells.iter().find(|(at, _)| *at == 0).map(|(_, id)| id.clone());
                let like = child.and_then(|id| rows.iter().rev().find(|row| row.first() == Some(&id)).cloned());
                let mut row = like.unwrap_or_else(|| vec![String::new(); table.columns().len()]);
                for (at, value) in cells {
                    row[at] = value;
                }
                rows.push(row);
            }
            Some(_) => match words.next() {
                Some(n) => drop(tables.get_mut(&table).expect("rows").remove(n.parse::<usize>().expect("a number") - 1)),
                None => drop(tables.remove(&table)),
            },
            None => {
                let n: usize = words.next().and_then(|n| n.parse().ok()).unwrap_or_else(|| panic!("no row: {change}"));
                let rest = change.split_once('=').unwrap_or_else(|| panic!("no value: {change}"));
                let at = column(words.next().expect("a column"));
                tables.get_mut(&table).and_then(|rows| rows.get_mut(n - 1)).unwrap_or_else(|| panic!("no such row: {change}"))
                    [at] = rest.1.trim().to_owned();
            }
        }
    }

    fn files(rows: &Rows) -> Vec<TestFile> {
        let file = |(table, rows): (&Table, &Vec<Vec<String>>)| {
            let lines: Vec<String> = rows.iter().map(|row| row.join(",")).collect();
            let text = format!("{}\n{}\n", table.columns().join(","), lines.join("\n"));
            TestFile { name: table.name().to_owned(), bytes: text.into_bytes() }
        };
        rows.iter().map(file).collect()
    }

    /// Every rule that is broken this year, with table and row, the first row being 1.
    fn broken(&self) -> BTreeSet<(&'static str, Table, u32)> {
        let returns = [(self.year - 1, &Self::files(&self.last)[..]), (self.year, &Self::files(&self.now)[..])];
        let read = read_all(&returns[usize::from(self.last.is_empty())..]);
        let now = read.all.last().expect("two returns were read");
        now.findings.listed().iter().map(|p| (p.rule.code(), p.place.table, p.place.line - 1)).collect()
    }
}

/// `A=1 B=01/02/2024 C=` as pairs.
fn pairs(text: &str) -> impl Iterator<Item = (String, String)> + '_ {
    text.split_whitespace().map(|pair| {
        let (column, value) = pair.split_once('=').unwrap_or_else(|| panic!("no value: {pair}"));
        (column.to_owned(), value.replace('_', " "))
    })
}

fn bases() -> BTreeMap<String, Base> {
    toml::from_str(BASE).unwrap()
}

fn cases() -> Vec<Case> {
    let of = |(area, text): &(&str, &str)| {
        let cases: Cases = toml::from_str(text).unwrap_or_else(|error| panic!("cases of {area}: {error}"));
        cases.case
    };
    CASES.iter().flat_map(of).collect()
}

#[test]
fn the_base_breaks_no_rule() {
    for (name, base) in bases() {
        assert_eq!(Sheets::of(&base).broken(), BTreeSet::new(), "{name}");
    }
}

#[test]
fn each_case_fails_and_passes_as_it_says() {
    let bases = bases();
    let mut wrong = Vec::new();
    for case in cases() {
        let id = RuleId::by_code(&case.rule).unwrap_or_else(|| panic!("no rule {}", case.rule));
        let base = bases.get(&case.base).unwrap_or_else(|| panic!("no base {}", case.base));
        let with = |changes: &[String]| {
            let mut sheets = Sheets::of(base);
            changes.iter().for_each(|change| sheets.change(change));
            sheets.broken()
        };
        let failing = with(&case.fails);
        let at = case.at.as_deref().map(|at| {
            let (table, row) = at.split_once(' ').expect("a table and a row");
            (Table::by_name(table).expect("a table"), row.parse::<u32>().expect("a row"))
        });
        let is_there = failing.iter().any(|(code, table, row)| *code == id.code() && at.is_none_or(|at| at == (*table, *row)));
        if !is_there {
            wrong.push(format!("{} is not found in {:?}, but {failing:?}", case.rule, case.fails));
        }
        let passing = with(&case.passes);
        if passing.iter().any(|(code, ..)| *code == id.code()) {
            wrong.push(format!("{} is found in {:?}: {passing:?}", case.rule, case.passes));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_has_a_case_or_says_what_it_needs() {
    let with_case: BTreeSet<String> = cases().into_iter().map(|case| case.rule.to_uppercase()).collect();
    let book = RuleBook::built_in();
    let is_open = |rule: &Rule| rule.needs.is_none() && !WITHOUT_CASE.contains(&rule.code.as_str());
    let lacking = book.rules().filter(|(_, rule)| is_open(rule) && !with_case.contains(&rule.code.to_uppercase()));
    let lacking: Vec<&str> = lacking.map(|(_, rule)| rule.code.as_str()).collect();
    assert!(TABLES.len() == 20 && lacking.is_empty(), "{} rules without a case: {lacking:?}", lacking.len());
}

#[test]
fn a_cell_that_is_not_utf_8_is_reported_and_the_row_kept() {
    let broken = |identifier: &[u8], mother: &[u8]| {
        let columns = Table::Header.columns().join(",");
        let bytes = [columns.as_bytes(), b"\n", identifier, b",F,15/05/2014,WBRI,UN2,", mother, b",\n"].concat();
        let read = read_all(&[(2027, &[TestFile { name: "header".to_owned(), bytes }])]);
        assert_eq!((read.children.len(), read.all[0].records.header.len()), (1, 1));
        read.all[0].findings.listed().iter().map(|p| (p.rule, p.column())).collect::<Vec<_>>()
    };
    assert_eq!(broken(b"\xC9A1", b"0"), [(RuleId::Gt13, "CHILD")]);
    assert_eq!(broken(b"A1", b"\xC9"), [(RuleId::Gt13, "MOTHER")]);
    assert_eq!(broken("\u{c9}A1".as_bytes(), "\u{c9}".as_bytes()), []);
}
