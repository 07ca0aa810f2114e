//! What is wrong, where, and how often: a place and a rule, never a value.
//!
//! The list is bounded; the counts are not. Rows with a hard problem are counted once each.

use std::collections::{BTreeMap, HashSet};

use super::rules::{Level, RuleId};
use super::tables::Table;

/// Most problems of one return that are listed one by one.
pub const PROBLEMS_LISTED_MAX: usize = 100_000;

/// One problem: where, and which rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Table.
    pub table: Table,
    /// Line of the file, the header being line 1.
    pub line: u32,
    /// Column.
    pub column: &'static str,
    /// Rule.
    pub rule: RuleId,
}

/// All problems of one return.
#[derive(Default)]
pub struct Findings {
    listed: Vec<Problem>,
    counts: BTreeMap<(Table, RuleId), u64>,
    hard_rows: HashSet<(Table, u32)>,
}

impl Findings {
    /// Notes a problem.
    pub fn add(&mut self, problem: Problem) {
        *self.counts.entry((problem.table, problem.rule)).or_insert(0) += 1;
        if problem.rule.rule().level == Level::Hard {
            self.hard_rows.insert((problem.table, problem.line));
        }
        if self.listed.len() < PROBLEMS_LISTED_MAX {
            self.listed.push(problem);
        }
    }

    /// The problems that are listed, by table, rule and line.
    pub fn listed(&self) -> Vec<Problem> {
        let mut sorted = self.listed.clone();
        sorted.sort_by_key(|p| (p.table, p.rule, p.line, p.column));
        sorted
    }

    /// How often each rule was broken in each table.
    pub fn counts(&self) -> &BTreeMap<(Table, RuleId), u64> {
        &self.counts
    }

    /// How many problems there are of a level.
    pub fn n_of(&self, level: Level) -> u64 {
        self.counts.iter().filter(|((_, rule), _)| rule.rule().level == level).map(|(_, n)| n).sum()
    }

    /// Rows with at least one hard problem.
    pub fn n_hard_rows(&self) -> u64 {
        u64::try_from(self.hard_rows.len()).unwrap_or(u64::MAX)
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }
}
