//! How many planted faults the rules find, and how often they speak where nothing is wrong.
//!
//! Clean made-up councils must give no problem at all; in the others every class of fault stands once in the newest
//! return, and each must be found under its own rule, in its own file, on its own line.

use std::collections::{BTreeMap, BTreeSet};

use agent::records::Returns;

use crate::councils::faults::PlantedFault;
use crate::councils::{Plan, Spec};
use crate::reading::{read, returns_of};

/// What was planted and found.
#[derive(Debug, Default)]
pub struct Recall {
    /// Clean councils that were read.
    pub n_clean_councils: usize,
    /// Rows in them.
    pub n_clean_rows: u64,
    /// Problems that were found in them: rule, table and how often.
    pub false_alarms: Vec<String>,
    /// Faults that were planted.
    pub n_planted: usize,
    /// Rules of the catalogue under which one was planted.
    pub rules: BTreeSet<&'static str>,
    /// Faults that were not found in their place.
    pub missed: Vec<String>,
}

impl Recall {
    /// Whether everything planted was found, and nothing else.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.missed.is_empty() && self.false_alarms.is_empty() && self.n_planted > 0 && self.n_clean_rows > 0
    }
}

/// Reads so many councils, clean and with faults, whose newest return is that of each of some years.
///
/// # Errors
/// When a folder cannot be written or read.
pub fn measure(years: &[i16], n_years: usize, n_councils: usize, seed: u64) -> anyhow::Result<Recall> {
    let mut recall = Recall::default();
    for &year in years {
        let spec = Spec { seed, authorities: Some(n_councils), reporting_year: year, n_years, ..Spec::default() };
        let plan = Plan::new(&spec);
        for place in 0..plan.authorities().len() {
            let council = plan.council(place);
            let folder = tempfile::tempdir()?;
            council.write_returns(folder.path())?;
            hear(&read(&returns_of(folder.path())?), &mut recall);
            let folder = tempfile::tempdir()?;
            let planted = council.write_each_fault(folder.path())?;
            look_for(&planted, &read(&returns_of(folder.path())?), &mut recall);
        }
    }
    Ok(recall)
}

/// What is said of a clean council.
fn hear(returns: &Returns, recall: &mut Recall) {
    recall.n_clean_councils += 1;
    for read in &returns.all {
        recall.n_clean_rows += read.n_rows;
        for ((table, rule), count) in read.findings.counts() {
            let line = read.findings.listed().iter().find(|p| p.rule == *rule).map_or(0, |p| p.place.line);
            recall.false_alarms.push(format!("{} {table} {} ({}), first in line {line}", read.year, rule.code(), count.n));
        }
        recall.false_alarms.extend(read.refusals.iter().map(|refusal| format!("{} {refusal}", read.year)));
    }
}

fn look_for(planted: &[PlantedFault], returns: &Returns, recall: &mut Recall) {
    let mut found: BTreeMap<(i16, &str, usize), BTreeSet<&str>> = BTreeMap::new();
    for read in &returns.all {
        for problem in read.findings.listed() {
            let file = read.file_of(problem.place.table).unwrap_or_default();
            let line = usize::try_from(problem.place.line).unwrap_or(usize::MAX);
            found.entry((read.year.number(), file, line)).or_default().insert(problem.rule.code());
        }
    }
    for fault in planted {
        recall.n_planted += 1;
        recall.rules.insert(fault.rule);
        let there = found.get(&(fault.year, fault.file, fault.line));
        if !there.is_some_and(|rules| rules.contains(fault.rule)) {
            recall.missed.push(format!("{fault:?}, found there: {there:?}"));
        }
    }
}
