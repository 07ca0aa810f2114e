//! Every worked example counts as it says, every measure has its examples, and a malformed one is named.

use std::collections::BTreeMap;

use super::*;

#[test]
fn every_example_counts_as_it_says() {
    let framework = Framework::built_in().by_every_breakdown();
    let measures = MeasureSet::resolve(&framework).unwrap();
    let mut wrong = Vec::new();
    for example in all() {
        let told = |found: Result<Option<Found>, ExampleError>| found.map_err(|error| error.to_string());
        let total = told(example.found("total", &framework, &measures));
        let expected = Ok(example.expect.clone());
        if total.clone().map(|found| found.map(|found| found.answer)) != expected {
            wrong.push(format!("{}: {}\n  expected {:?}, found {total:?}", example.measure, example.why, example.expect));
        }
        for group in &example.groups {
            let (breakdown, group) = group.split_once('/').expect("a group is breakdown/group");
            let found = told(example.found(breakdown, &framework, &measures));
            if found.as_ref().map(|found| found.as_ref().map(|found| found.group.as_str())) != Ok(Some(group)) {
                wrong.push(format!("{} by {breakdown}: {}\n  expected {group}, found {found:?}", example.measure, example.why));
            }
        }
    }
    assert!(wrong.is_empty(), "{} examples are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_measure_that_counts_children_has_three_to_six_examples() {
    let framework = Framework::built_in();
    let mut n: BTreeMap<&str, usize> = BTreeMap::new();
    for example in all() {
        assert!(framework.measure(&example.measure).is_some(), "no measure {}", example.measure);
        *n.entry(&example.measure).or_default() += 1;
    }
    let counts_children = |id: &&str| framework.tables().iter().any(|table| table.measure == **id);
    for measure in framework.measures().iter().map(|measure| measure.id.as_str()).filter(counts_children) {
        let n = n.get(measure).copied().unwrap_or(0);
        assert!((3..=6).contains(&n), "{measure} has {n} examples");
    }
}

#[test]
fn a_malformed_example_is_named() {
    let example = |text: &str| -> Example { toml::from_str(&format!("measure = \"B1\"\nwhy = \"\"\n{text}")).unwrap() };
    for (text, why) in [
        ("care = [\"2024-06-01 S C2 U4\"]", "dd/mm/yyyy"),
        ("care = [\"01/06/2024 S C2\"]", "too few"),
        ("care = [\"01/06/2024 S C2 U4 COLOUR=red\"]", "Episodes lacks"),
        ("rows = [\"OC4 SDQ_SCORE=1\"]", "no such table"),
        ("rows = [\"OC2 SDQ=1\"]", "no column SDQ"),
    ] {
        let error = example(text).history(&Framework::built_in()).err().expect("it is malformed").to_string();
        assert!(error.contains(why), "{text}: {error}");
    }
    let dropped = example("care = [\"01/06/2020 S C2 U4\"]\nrows = [\"Reviews REVIEW=01/02/2025, REVIEW_CODE=PN9\"]");
    assert!(dropped.history(&Framework::built_in()).is_err(), "a row that the reader leaves out");
}
