//! Councils that leave much open: every return is read, nothing is dropped, and few rows are wrong.

use std::collections::BTreeSet;

use agent::records::rules::Severity;
use tests::councils::extracts::Supply;
use tests::councils::{Plan, Spec};
use tests::reading::{read, returns_of};

fn spec(gaps: f64) -> Spec {
    Spec { seed: 9, authorities: Some(14), n_years: 4, reporting_year: 2026, extracts: Supply::All, gaps, ..Spec::default() }
}

#[test]
fn gaps_warn_or_are_repaired_but_nothing_is_dropped_or_refused() {
    let plan = Plan::new(&spec(1.0));
    let mut rules: BTreeSet<&str> = BTreeSet::new();
    let (mut n_years, mut n_tables) = (BTreeSet::new(), BTreeSet::new());
    for place in 0..plan.authorities().len() {
        let council = plan.council_of_size(place, 150);
        let folder = tempfile::tempdir().unwrap();
        council.write_returns(folder.path()).unwrap();
        let returns = read(&returns_of(folder.path()).unwrap());
        n_years.insert(returns.all.len());
        for read in &returns.all {
            assert!(read.refusals.is_empty(), "{} of {}: {}", read.year, council.code, read.refusals[0]);
            n_tables.insert(council.tables_lacking(read.year.number()).len());
            let wrong = read.findings.n_of(Severity::Error);
            assert!(wrong * 100 < read.n_rows, "{wrong} errors in {} rows of {}", read.n_rows, read.year);
            for ((table, rule), count) in read.findings.counts() {
                rules.insert(rule.code());
                assert!(count.severity < Severity::Drop, "{table} {} drops {} rows", rule.code(), count.n);
            }
        }
    }
    assert!(n_years.len() > 1 && n_tables.len() > 1, "{n_years:?} {n_tables:?}");
    for rule in ["232", "186", "191", "131", "225", "392b", "SW01STG1", "501", "433", "142", "502", "503B"] {
        assert!(rules.contains(rule), "{rule} never spoke: {rules:?}");
    }
}
