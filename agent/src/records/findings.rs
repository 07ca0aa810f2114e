//! What is wrong, where, and how often: a place and a rule, never a value.
//!
//! The list is bounded; the counts are not. A row with errors counts once, however many it has.

use std::collections::BTreeMap;

use super::rules::{RuleBook, RuleId, Severity, Standing};
use super::tables::Table;

/// Most problems of one return that are listed one by one.
pub const PROBLEMS_LISTED_MAX: usize = 100_000;

/// Column of a problem that concerns the row as a whole.
pub const WHOLE_ROW: u8 = u8::MAX;

/// Where something is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Table.
    pub table: Table,
    /// Line of the file, the header being line 1.
    pub line: u32,
    /// Position of the column in [`Table::columns`]; [`WHOLE_ROW`] for none.
    pub column: u8,
}

/// One problem: where, and which rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Rule.
    pub rule: RuleId,
    /// Place.
    pub place: Place,
}

impl Problem {
    /// Name of the column; blank for the row as a whole.
    pub fn column(&self) -> &'static str {
        self.place.table.column(usize::from(self.place.column))
    }
}

/// All problems of one return.
#[derive(Default)]
pub struct Findings {
    listed: Vec<Problem>,
    counts: BTreeMap<(Table, RuleId), Count>,
    error_lines: BTreeMap<Table, Lines>,
}

/// How often a rule was broken in a table, and how hard it was there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// How often.
    pub n: u64,
    /// How hard the rule is in this return.
    pub severity: Severity,
}

/// A set of lines, a bit each: its size is bounded by the rows of a file.
#[derive(Default)]
struct Lines {
    bits: Vec<u64>,
    n: u64,
}

impl Lines {
    fn insert(&mut self, line: u32) {
        let Ok(at) = usize::try_from(line / 64) else { return };
        if self.bits.len() <= at {
            self.bits.resize(at + 1, 0);
        }
        let bit = 1_u64 << (line % 64);
        if let Some(word) = self.bits.get_mut(at)
            && *word & bit == 0
        {
            *word |= bit;
            self.n += 1;
        }
    }
}

impl Findings {
    fn add(&mut self, problem: Problem, severity: Severity) {
        let Place { table, line, .. } = problem.place;
        let count = self.counts.entry((table, problem.rule)).or_insert(Count { n: 0, severity });
        count.n += 1;
        if severity != Severity::Warn {
            self.error_lines.entry(table).or_default().insert(line);
        }
        if self.listed.len() < PROBLEMS_LISTED_MAX {
            self.listed.push(problem);
        }
    }

    /// The problems that are listed, by table, rule and line.
    pub fn listed(&self) -> Vec<Problem> {
        let mut sorted = self.listed.clone();
        sorted.sort_by_key(|p| (p.place.table, p.rule, p.place.line, p.place.column));
        sorted
    }

    /// How often each rule was broken in each table.
    pub fn counts(&self) -> &BTreeMap<(Table, RuleId), Count> {
        &self.counts
    }

    /// How many problems there are of a severity.
    pub fn n_of(&self, severity: Severity) -> u64 {
        self.counts.values().filter(|count| count.severity == severity).map(|count| count.n).sum()
    }

    /// Rows of the return with at least one problem that is more than a warning; those of extracts are not among them.
    pub fn n_error_rows(&self) -> u64 {
        self.error_lines.iter().filter(|(table, _)| !table.is_extract()).map(|(_, lines)| lines.n).sum()
    }

    /// The same of one table.
    pub fn n_error_rows_of(&self, table: Table) -> u64 {
        self.error_lines.get(&table).map_or(0, |lines| lines.n)
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }
}

/// Takes down what rules find in one return: leaves out rules that are not in force there, and notes which rows go.
pub(super) struct Recorder<'f> {
    book: &'f RuleBook,
    standing: &'f Standing,
    findings: &'f mut Findings,
    /// Rows to be left out: table and line.
    pub dropped: Vec<(Table, u32)>,
}

impl<'f> Recorder<'f> {
    pub fn new(book: &'f RuleBook, standing: &'f Standing, findings: &'f mut Findings) -> Self {
        Self { book, standing, findings, dropped: Vec::new() }
    }

    /// Notes that a rule is broken at a place.
    pub fn add(&mut self, rule: RuleId, place: Place) {
        let Some(severity) = self.standing.of(rule) else { return };
        self.findings.add(Problem { rule, place }, severity);
        if matches!(severity, Severity::Drop) {
            self.dropped.push((place.table, place.line));
        }
    }

    /// Notes that a rule is broken in a row; the catalogue says in which column.
    pub fn row(&mut self, rule: RuleId, row: &impl RowOf) {
        let table = row.table();
        let column = table.position(&self.book.rule(rule).column).and_then(|at| u8::try_from(at).ok()).unwrap_or(WHOLE_ROW);
        self.add(rule, Place { table, line: row.line(), column });
    }
}

/// A row of a table.
pub trait RowOf {
    /// The table.
    fn table(&self) -> Table;
    /// The line of its file.
    fn line(&self) -> u32;
}
