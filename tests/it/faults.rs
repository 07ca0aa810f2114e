//! Planted faults: `check` names the rule of each at its place, and never a value.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use shared::problem::Exit;
use tests::councils::{Plan, Spec};
use tests::world::office::Office;

use crate::ground::{YEAR, ground};

#[test]
fn check_finds_what_was_planted() {
    let ground = ground();
    let spec = Spec { seed: 5, authorities: Some(4), reporting_year: YEAR, n_years: 2, faults: 0.01, ..Spec::default() };
    let plan = Plan::new(&spec);
    let (mut n, mut missed) = (0, Vec::new());
    let mut rules = BTreeSet::new();
    for place in 0..plan.authorities().len() {
        let council = plan.council(place);
        let office = Office::create(&ground.world, &council.code, YEAR).unwrap();
        let planted = council.write_returns(&office.returns()).unwrap();
        let ended = office.run(&["check", "--json"]).unwrap();
        assert!(ended.is(Exit::Done) || ended.is(Exit::InputRefused), "{}", ended.stderr);
        let found = found(&serde_json::from_str(&ended.stdout).unwrap());
        for fault in planted {
            n += 1;
            rules.insert(fault.rule);
            let at = (fault.year, fault.file.to_owned(), fault.line);
            if !found.get(&at).is_some_and(|codes| codes.contains(fault.rule)) {
                missed.push(format!("{fault:?}, found there {:?}", found.get(&at)));
            }
        }
    }
    eprintln!("faults: {n} planted under {} rules, {} not found", rules.len(), missed.len());
    assert!(rules.len() > 10 && missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn every_fault_is_found_under_its_rule_and_none_is_invented() {
    let recall = tests::recall::measure(&[2019, 2024, 2025, 2027], 3, 2, 7).unwrap();
    eprintln!(
        "{} faults under {} rules, {} missed; {} clean councils of {} rows, {} false alarms",
        recall.n_planted,
        recall.rules.len(),
        recall.missed.len(),
        recall.n_clean_councils,
        recall.n_clean_rows,
        recall.false_alarms.len()
    );
    assert!(recall.is_whole(), "{}\n{}", recall.missed.join("\n"), recall.false_alarms.join("\n"));
    let book = agent::records::rules::RuleBook::built_in();
    let of_returns = book.rules().filter(|(_, rule)| rule.needs.is_none() && rule.area != "extracts").count();
    assert!(recall.rules.len() + 3 >= of_returns, "{} of {of_returns} rules", recall.rules.len());
}

/// Rules found, by year, file and line.
fn found(report: &Value) -> BTreeMap<(i16, String, usize), BTreeSet<String>> {
    let mut all: BTreeMap<(i16, String, usize), BTreeSet<String>> = BTreeMap::new();
    for read in report["returns"].as_array().unwrap() {
        let year = i16::try_from(read["return"].as_i64().unwrap()).unwrap();
        for problem in read["problems"].as_array().unwrap() {
            let file = problem["file"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
            let line = usize::try_from(problem["line"].as_u64().unwrap()).unwrap();
            all.entry((year, file, line)).or_default().insert(problem["rule"].as_str().unwrap().to_owned());
        }
    }
    all
}
