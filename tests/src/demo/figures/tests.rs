//! The comparison against releases that are made here, without noise, with it, and wrong.

use super::*;

fn release(figures: &[(&str, &str, &str, &str, Option<f64>)], authorities: u32) -> Published {
    let figure = |(id, group, category, what, value): &(&str, &str, &str, &str, Option<f64>)| {
        serde_json::json!({"id": id, "area": "England", "area_code": "E92000001", "group": group, "category": category,
            "what": what, "value": value, "low": value.map(|v| v - 20.0), "high": value.map(|v| v + 20.0), "authorities": authorities})
    };
    let unit = |table: &Table| if table.kind == Kind::Mean { 1 } else { 20 };
    let tables: Vec<serde_json::Value> =
        Framework::built_in().tables().iter().map(|t| serde_json::json!({"table": t.id, "unit": unit(t)})).collect();
    let text = serde_json::json!({
        "made_up": true,
        "blocks": [{"scale_milli": 200_000, "tables": tables}],
        "authorities": {"expected": 1, "accepted": 1, "absent": []},
        "figures": figures.iter().map(figure).collect::<Vec<_>>(),
    });
    serde_json::from_value(text).unwrap()
}

/// 900 children with one home and 100 with two; scores of 1,000 children that sum to 15,000.
fn truth(framework: &Framework) -> Truth {
    let cell = |table: &str, category: &str, n: i64| {
        let cell = crate::exact::Cell { table: table.into(), group: "total".into(), category: category.into() };
        (cell, n)
    };
    let counts =
        [cell("B1.total", "1", 900), cell("B1.total", "2", 100), cell("A2.total", "0-13", 1000), cell("A3.total", "sum", 15_000)];
    Truth::of(framework, &counts.into()).unwrap()
}

/// England with one council, where 20,000 children live and which states S1.
fn one(framework: &Framework) -> AreaTruth {
    let mut area = AreaTruth { accepted: truth(framework), n_accepted: 1, all: truth(framework), ..AreaTruth::nobody(framework) };
    (area.population, area.population_all) = (20_000.0, 20_000.0);
    area.state(framework, &BTreeMap::from([("S1".to_owned(), true)]));
    area
}

fn compared(figures: &[(&str, &str, &str, &str, Option<f64>)]) -> anyhow::Result<Vec<Line>> {
    let f = Framework::built_in();
    let mut areas = BTreeMap::new();
    areas.insert("E92000001".to_owned(), one(&f));
    let tables = figures.iter().map(|f| f.0.to_owned()).collect();
    compare(&f, &release(figures, 1), &areas, &tables)
}

#[test]
fn errors_within_chance_pass_and_larger_ones_fail() {
    // the bound is about 5.4 standard deviations, of 8.5 where every table is put together with its own of 10
    for (published, passes) in [(900.0, true), (945.0, true), (855.0, true), (975.0, false), (825.0, false)] {
        assert_eq!(compared(&[("B1.total", "total", "1", "count", Some(published))]).is_ok(), passes, "{published}");
    }
    let base = ("B1.total", "total", "base", "count", Some(1010.0));
    for (published, passes) in [(90.0, true), (94.0, true), (86.0, true), (83.0, false), (97.0, false)] {
        let share = ("B1.total", "total", "1", "share", Some(published));
        assert_eq!(compared(&[base, share]).is_ok(), passes, "{published}");
    }
    let base = ("A2.total", "total", "base", "count", Some(1010.0));
    for (published, passes) in [(15.0, true), (15.7, true), (17.0, false)] {
        let mean = ("A3.total", "total", "mean", "mean", Some(published));
        assert_eq!(compared(&[base, mean]).is_ok(), passes, "{published}");
    }
}

#[test]
fn what_is_unreliable_is_neither_inside_nor_outside() {
    let lines = compared(&[
        ("B1.total", "total", "1", "count", Some(910.0)),
        ("B1.total", "total", "2", "count", Some(130.0)),
        ("B1.total", "total", "2", "share", None),
    ]);
    let lines = lines.unwrap();
    let inside: Vec<_> = lines.iter().map(|line| line.inside).collect();
    assert_eq!(inside, [Some(true), Some(false), None]);
    assert!((inside_share(&lines) - 0.5).abs() < 1e-9);
}

#[test]
fn figures_and_oracle_speak_of_the_same_cells() {
    let f = Framework::built_in();
    let areas = || BTreeMap::from([("E92000001".to_owned(), one(&f))]);
    let figures = [("B1.total", "total", "1", "count", Some(900.0))];
    let tables = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<BTreeSet<_>>();
    assert!(compare(&f, &release(&figures, 1), &areas(), &tables(&["B1.total"])).is_ok());
    assert!(compare(&f, &release(&figures, 1), &areas(), &tables(&[])).is_err(), "a table that is not in the framework");
    assert!(
        compare(&f, &release(&figures, 1), &areas(), &tables(&["B1.total", "P1.total"])).is_err(),
        "one that is not published"
    );
    assert!(compare(&f, &release(&figures, 2), &areas(), &tables(&["B1.total"])).is_err(), "a council too many");
    let strange = [("B1.total", "total", "6", "count", Some(0.0))];
    assert!(compare(&f, &release(&strange, 1), &areas(), &tables(&["B1.total"])).is_err(), "a category nobody knows");
}

#[test]
fn facts_must_be_exact_and_rates_within_chance() {
    for (category, published, passes) in
        [("yes", 1.0, true), ("no", 0.0, true), ("not_stated", 0.0, true), ("yes", 0.0, false), ("no", 1.0, false)]
    {
        let f = Framework::built_in();
        let mut published = release(&[("S1", "total", category, "authorities", Some(published))], 1);
        (published.figures[0].low, published.figures[0].high) = (None, None);
        let areas = BTreeMap::from([("E92000001".to_owned(), one(&f))]);
        assert_eq!(compare(&f, &published, &areas, &BTreeSet::new()).is_ok(), passes, "{category}");
    }
    // 900 children of 20,000 are 450 out of 10,000; 55 children too many or too few are beyond chance
    for (published, passes) in [(450.0, true), (472.0, true), (490.0, false), (410.0, false)] {
        assert_eq!(compared(&[("B1.total", "total", "1", "rate", Some(published))]).is_ok(), passes, "{published}");
    }
}
