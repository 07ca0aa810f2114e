//! Promises of the extracts: they fit the rules, every answer occurs, they change nothing else, and a council's choice is fixed.

use super::super::{Plan, Spec, write};
use super::{Extract, Supply};
use crate::reading::{read, returns_of};
use std::collections::{BTreeMap, BTreeSet};

fn spec(seed: u64, authorities: usize, extracts: Supply) -> Spec {
    Spec { seed, authorities: Some(authorities), extracts, ..Spec::default() }
}

#[test]
fn no_rule_speaks_of_an_extract_and_none_is_refused() {
    for reporting_year in [2019, 2025, 2027] {
        let plan = Plan::new(&Spec { reporting_year, ..spec(6, 5, Supply::All) });
        for place in 0..plan.authorities().len() {
            let folder = tempfile::tempdir().unwrap();
            plan.council(place).write_returns(folder.path()).unwrap();
            for read in read(&returns_of(folder.path()).unwrap()).all {
                assert!(read.refusals.is_empty(), "{}: {}", read.year, read.refusals[0]);
                let told: Vec<String> =
                    read.findings.counts().iter().map(|((table, rule), n)| format!("{table} {} {}", rule.code(), n.n)).collect();
                assert!(told.is_empty(), "{}: {told:?}", read.year);
            }
        }
    }
}

#[test]
fn every_answer_occurs() {
    let plan = Plan::new(&spec(3, 20, Supply::All));
    let mut seen: BTreeMap<(&str, String), BTreeSet<String>> = BTreeMap::new();
    for place in 0..plan.authorities().len() {
        for table in super::tables(&plan.council(place), 2025) {
            let sheet = super::super::sheet::Sheet::of(&table);
            for (at, column) in sheet.columns.iter().enumerate() {
                let codes = seen.entry((table.file, column.clone())).or_default();
                codes.extend(sheet.rows.iter().map(|row| row[at].clone()).filter(|code| code.len() < 10));
            }
        }
    }
    let expected: [(&str, &str, &[&str]); 17] = [
        ("sdq.csv", "INFORMANT", &["CARER", "SELF", "TEACHER"]),
        ("sdq.csv", "SDQ_REASON", &["", "SDQ2", "SDQ3", "SDQ4", "SDQ5"]),
        ("wellbeing.csv", "ONS_SATISFIED", &["", "X", "0", "5", "10"]),
        ("wellbeing.csv", "ONS_ANXIOUS", &["", "X", "0", "5", "10"]),
        ("wellbeing.csv", "SWEMWBS7", &["", "X", "1", "2", "3", "4", "5"]),
        ("wellbeing.csv", "TRUSTED_ADULT", &["", "X", "YES", "SOME", "NO"]),
        ("wellbeing.csv", "BETTER", &["", "X", "YES", "SAME", "NO"]),
        ("wellbeing.csv", "SEES_SIBLINGS", &["", "X", "RIGHT", "LITTLE", "MUCH", "NONE_OK", "NONE_NOT"]),
        ("wellbeing.csv", "SIBLINGS_HOME", &["X", "ALL", "SOME", "NONE"]),
        ("school.csv", "MAIN_SCHOOL", &["0", "1"]),
        ("mental_health.csv", "DECISION", &["ACC", "NOT", "WAIT"]),
        ("carer_support.csv", "CARER_TRAINING", &["DONE", "TIME", "LATE", "NOT", ""]),
        ("leaver_support.csv", "MH_AT_18", &["ADULT", "TO25", "AGREED", "GAP", "X", ""]),
        ("leaver_support.csv", "TOOK_25", &["0", "1", ""]),
        ("after_home.csv", "HOME_PLAN", &["YES", "PART", "NO", ""]),
        ("health_assessment.csv", "HEALTH_CHECK_TYPE", &["IHA", "RHA", "DENTAL"]),
        ("health_assessment.csv", "HEALTH_CHECK_STATUS", &["PLANNED", "REFUSED", "CANCELLED", "COMPLETED"]),
    ];
    for (file, column, codes) in expected {
        let codes_seen = &seen[&(file, column.to_owned())];
        let lacking: Vec<&&str> = codes.iter().filter(|code| !codes_seen.contains(**code)).collect();
        assert!(lacking.is_empty(), "{file} {column} lacks {lacking:?}, has {codes_seen:?}");
    }
}

#[test]
fn the_return_is_the_same_with_and_without_extracts() {
    let (with, without) = (Plan::new(&spec(8, 3, Supply::All)), Plan::new(&spec(8, 3, Supply::Nothing)));
    for place in 0..3 {
        let bytes = |plan: &Plan| -> Vec<Vec<u8>> {
            write::tables(&plan.council(place), 2025).into_iter().map(|table| table.bytes).collect()
        };
        assert_eq!(bytes(&with), bytes(&without));
        assert!(super::tables(&without.council(place), 2025).is_empty());
        assert_eq!(super::tables(&with.council(place), 2025).len(), Extract::ALL.len());
    }
}

#[test]
fn what_a_council_supplies_is_fixed_and_differs_between_councils() {
    let plan = Plan::new(&spec(1, 60, Supply::ByCouncil));
    let mut n_supplied: BTreeMap<usize, usize> = BTreeMap::new();
    for place in 0..plan.authorities().len() {
        let council = plan.council_of_size(place, 3);
        assert_eq!(council.extracts(2025), plan.council_of_size(place, 5).extracts(2025));
        *n_supplied.entry(council.extracts(2025).len()).or_default() += 1;
    }
    let with = |n: usize| n_supplied.get(&n).copied().unwrap_or(0);
    assert!(with(0) > 0 && with(8) > 0 && with(0) + with(8) < 30, "{n_supplied:?}");
}

#[test]
fn the_configuration_names_what_lies_in_the_folder() {
    let plan = Plan::new(&Spec { gaps: 1.0, ..spec(4, 12, Supply::ByCouncil) });
    for place in 0..plan.authorities().len() {
        let council = plan.council_of_size(place, 20);
        let folder = tempfile::tempdir().unwrap();
        council.write_returns(folder.path()).unwrap();
        for year in council.years_returned() {
            let section = council.tables_section(year);
            let there = |file: &str| folder.path().join(year.to_string()).join(file).is_file();
            for extract in Extract::ALL {
                assert_eq!(section.contains(&format!("\n{} = true\n", extract.name())), there(extract.file()), "{section}");
            }
            for file in ["oc2.csv", "uasc.csv", "reviews.csv"] {
                let name = super::super::sheet::name_of(file);
                assert_eq!(section.contains(&format!("\n{name} = false\n")), !there(file), "{section}");
            }
        }
    }
}
