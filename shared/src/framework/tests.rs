//! The catalogue is sound, its layout frozen, and contradictions are named.

use super::*;
use crate::limits::CELLS_MAX;

#[test]
fn the_compiled_in_framework_is_sound() {
    let f = Framework::parse(FRAMEWORK_TOML).unwrap();
    assert_eq!(f.n_cells(), f.tables().iter().map(Table::n_cells).sum::<usize>());
    let words = f.tables().iter().flat_map(|t| t.groups.iter().map(|g| &g.id).chain(t.categories.iter().map(|c| &c.id)));
    for id in words {
        assert!(!id.contains([' ', '/', '\n']), "{id} would break a layout line");
    }
}

#[test]
fn one_child_touches_at_most_a_hundred_tables() {
    assert!(Framework::built_in().tables_of_one_child_max() <= 100);
}

#[test]
fn cells_are_numbered_without_gap_or_overlap() {
    let f = Framework::built_in();
    let all: Vec<usize> = f
        .tables()
        .iter()
        .flat_map(|t| (0..t.groups.len()).flat_map(move |g| (0..t.categories.len()).map(move |c| t.cell(g, c))))
        .collect();
    assert_eq!(all, (0..f.n_cells()).collect::<Vec<_>>());
}

#[test]
fn a_framework_too_large_to_lay_out_is_refused() {
    let many: String = (0..CELLS_MAX).map(|i| format!("{{ id = \"{i}\", label = \"\" }},\n")).collect();
    let text = FRAMEWORK_TOML.replacen("groups = [{ id = \"total\", label = \"All\" }]", &format!("groups = [{many}]"), 1);
    assert!(Framework::parse(&text).unwrap_err().to_string().contains("cells"));
}

#[test]
fn a_contradiction_is_named() {
    let check = |from: &str, to: &str, why: &str| {
        let text = FRAMEWORK_TOML.replacen(from, to, 1);
        assert_ne!(text, FRAMEWORK_TOML, "{from} does not occur");
        let error = Framework::parse(&text).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    };
    check("id = \"A2\"", "id = \"A1\"", "stands twice");
    check("count_from = \"A2\"", "count_from = \"Z9\"", "names the measure");
    check("count_from = \"A2\"", "count_from = \"A12\"", "other ages");
    check("bounds = [0, 40]", "bounds = [0, 41]", "no whole middle");
    check("bounds = [0, 40]", "bounds = [-2147483648, 2147483647]", "bounds beyond");
    check("sum = [\"3\", \"4\", \"5+\"]", "sum = [\"3\", \"6\"]", "does not add up");
    check("breakdowns = [\"total\", \"age\"]", "breakdowns = [\"total\", \"shoe_size\"]", "no breakdown shoe_size");
    check("ages = [5, 16]", "ages = [16, 5]", "not a range");
    check("ask = [\"V6\"]", "ask = [\"V12\"]", "no ask V12");
    check("id = \"V2\"", "id = \"V1\"", "ask V1 stands twice");
    check("kind = \"mean\"", "kind = \"fact\"", "a fact is of the tier fact");
    check("about = \"children\"", "about = \"authority\"", "only a fact");
    check("bounds = [0, 40]", "bounds = [0, 40]\nrate = true", "a rate is of a share of one category");
}

#[test]
fn a_fact_has_nothing_that_places_a_child_in_a_cell() {
    let f = Framework::built_in();
    let facts: Vec<&str> = f.facts().map(|m| m.id.as_str()).collect();
    assert_eq!(facts, ["S1", "S2", "S3", "S4", "S5", "S6"]);
    assert!(f.facts().all(|m| f.tables().iter().all(|t| t.measure != m.id)));
    assert!(f.facts().all(|m| f.by_every_breakdown().tables().iter().all(|t| t.measure != m.id)));
    assert!(f.facts().all(|m| (0..=AGE_MAX).all(|age| !(m.ages[0]..=m.ages[1]).contains(&age))));
    for (spare, what) in [
        ("ages = [0, 25]", "ages"),
        ("breakdowns = [\"total\"]", "breakdowns"),
        ("categories = [{ id = \"yes\", label = \"Yes\" }]", "categories"),
        ("bounds = [0, 2]", "amounts"),
        ("rate = true", "amounts"),
        ("return_tables = [\"OC2\"]", "tables of the return"),
        ("return_years = 1", "tables of the return"),
    ] {
        let text = FRAMEWORK_TOML.replacen("kind = \"fact\"", &format!("kind = \"fact\"\n{spare}"), 1);
        let error = Framework::parse(&text).unwrap_err().to_string();
        assert!(error.contains(&format!("a fact has no {what}")), "{spare}: {error}");
    }
}

#[test]
fn every_ask_is_answered_by_a_measure_and_says_what_records_cannot() {
    let f = Framework::built_in();
    let ids: Vec<&str> = f.asks().iter().map(|a| a.id.as_str()).collect();
    assert_eq!(ids, ["V1", "V2", "V3", "V4", "V5", "V6", "V7", "V8", "V9", "V10", "V11"]);
    for ask in f.asks() {
        assert!(!ask.text.is_empty() && !ask.cannot_tell.is_empty(), "{}", ask.id);
        let answered = ask.besides.is_some() || f.measures().iter().any(|m| m.ask.contains(&ask.id));
        assert!(answered, "nothing answers {}", ask.id);
    }
    for m in f.measures() {
        assert!(!m.ask.is_empty(), "{} answers no ask", m.id);
    }
}

#[test]
fn measures_and_tables_are_found_by_their_ids() {
    for f in [Framework::built_in(), Framework::built_in().by_every_breakdown()] {
        assert!(f.measures().iter().all(|m| f.measure(&m.id) == Some(m)) && f.measure("Z1").is_none());
        assert!(f.tables().iter().all(|t| f.table(&t.id) == Some(t)) && f.table("B1").is_none());
    }
}

#[test]
fn by_every_breakdown_has_the_tables_of_the_plan_and_more() {
    let (f, wide) = (Framework::built_in(), Framework::built_in().by_every_breakdown());
    assert_ne!(f.layout_hash(), wide.layout_hash());
    for table in f.tables() {
        let same = wide.table(&table.id).unwrap();
        assert_eq!((&same.groups, &same.categories, same.ages), (&table.groups, &table.categories, table.ages), "{}", table.id);
    }
    for (id, is_there) in [
        ("B1.need", true),
        ("B1.time_in_care", true),
        ("B1.legal_status", true),
        ("G1.uasc", true),
        ("G1.placement", false),
        ("G1.need", false),
        ("B1.placement_16_17", false),
        ("P1.placement_16_17", true),
    ] {
        assert_eq!(wide.table(id).is_some(), is_there, "{id}");
    }
}
