//! What stands on pages: every answer has its row, and no number pretends to be more than it is.

use shared::ids::{Digest, ReportingYear};
use shared::plan::{Cohort, Dates, PlanChoice, Region};
use shared::privacy::RhoNano;
use shared::release::{FigureKind, combine};

use super::*;

#[test]
fn numbers_are_written_for_people() {
    let check = |value: f64, expected: &str| assert_eq!(whole(value), expected);
    check(-3.2, "0");
    check(0.4, "0");
    check(999.6, "1,000");
    check(81_770.0, "81,770");
    check(1_234_567.0, "1,234,567");
}

fn figure(what: What, numbers: Option<[f64; 3]>, authorities: u64) -> Figure {
    let at = |i: usize| numbers.map(|n| n[i]);
    Figure {
        id: "B1.total".into(),
        measure: "B1".into(),
        breakdown: "total".into(),
        area_code: "E92000001".into(),
        area: "England".into(),
        level: Level::National,
        group: "total".into(),
        category: "1".into(),
        label: "One".into(),
        kind: FigureKind::Category,
        what,
        low: at(0),
        value: at(1),
        high: at(2),
        block: "counts".into(),
        authorities,
    }
}

#[test]
fn a_number_says_no_more_than_is_known() {
    let check = |what, numbers, authorities, expected: (&str, &str)| {
        let cell = cell(&figure(what, numbers, authorities));
        assert_eq!((cell.value.as_str(), cell.range.as_str()), expected);
    };
    check(What::Count, Some([10.0, 20.0, 30.0]), 3, ("20", "between 10 and 30"));
    check(What::Count, Some([-10.0, -2.0, 30.0]), 3, ("0", "between 0 and 30"));
    check(What::Count, Some([-30.0, -20.0, -10.0]), 3, ("close to 0", ""));
    check(What::Share, Some([-3.0, -2.0, -1.0]), 3, ("close to 0%", ""));
    check(What::Share, Some([100.5, 101.0, 102.0]), 3, ("close to 100%", ""));
    check(What::Share, Some([-3.0, 1.0, 4.0]), 3, ("1.0%", "between 0.0 and 4.0"));
    check(What::Mean, Some([-3.0, -2.0, -1.0]), 3, ("-2.0", "between -3.0 and -1.0"));
    check(What::Share, None, 3, ("too uncertain to say", ""));
    check(What::Share, None, 0, ("no council took part", ""));
    check(What::Count, Some([0.0, 0.0, 0.0]), 0, ("no council took part", ""));
}

/// A release without councils: its tables have their shape.
fn empty() -> (Framework, Plan, Release) {
    let framework = Framework::built_in();
    let choice = PlanChoice {
        reporting_year: ReportingYear::new(2025).unwrap(),
        made_up: true,
        dates: Dates {
            freeze_on: "2025-06-30".parse().unwrap(),
            send_opens_at: "2025-07-01T09:00:00Z".parse().unwrap(),
            send_closes_at: "2025-07-31T17:00:00Z".parse().unwrap(),
        },
        rho_release: RhoNano(160_000_000),
        rho_correction: RhoNano(40_000_000),
        cohort: Cohort { members: Vec::new(), regions: vec![Region { code: "E12000001".into(), name: "North".into() }] },
        authorities_min: 0,
    };
    let plan = Plan::with_equal_shares(&framework, choice).unwrap();
    let release = combine(&framework, &plan, Digest([1; 32]), "2025.1", &[]).unwrap();
    (framework, plan, release)
}

#[test]
fn every_counted_answer_and_every_sum_has_its_row_in_every_table() {
    let (framework, plan, release) = empty();
    for (view, m) in measure_views(&framework, &plan, &release).iter().zip(framework.measures()) {
        let tables = framework.tables().iter().filter(|t| t.measure == m.id && t.groups.len() > 1).count();
        assert_eq!(view.tables.len(), tables + 2, "{}", m.id);
        for table in &view.tables {
            let heads: Vec<&str> = table.rows.iter().map(|row| row.head.as_str()).collect();
            for answer in m.categories.iter().filter(|c| !c.outside) {
                assert!(heads.contains(&answer.label.as_str()), "{}: {}", table.caption, answer.label);
            }
            for sum in &m.views {
                let row = table.rows.iter().find(|row| row.head == sum.label && !row.note.is_empty());
                assert!(row.is_some(), "{}: {} is not marked as a sum", table.caption, sum.label);
            }
            for row in &table.rows {
                assert_eq!(row.cells.len(), table.columns.len(), "{}: {}", table.caption, row.head);
                let shown = row.cells.iter().all(|c| c.value == "no council took part" || c.value == "all");
                assert!(shown, "{}: {}", table.caption, row.head);
            }
            assert_eq!(
                heads.contains(&"Young people counted"),
                m.about == About::CareLeavers && m.kind == Kind::Share,
                "{}",
                m.id
            );
        }
    }
    assert!(headlines(&framework, &release).iter().all(|h| !h.rows.is_empty()));
}

#[test]
fn words_of_the_field_and_measures_that_are_named_are_explained() {
    let framework = Framework::built_in();
    let words = measure_words(&framework);
    let of = |id: &str| words.iter().find(|w| w.id == id).unwrap();
    assert!(of("A1").explained[0].contains("25 questions"));
    assert!(of("B1").explained.is_empty());
    // A4m counts the children of A4, and A4 those of A2
    let population = &of("A4m").population;
    for id in ["A4", "A2"] {
        let measure = framework.measure(id).unwrap();
        assert!(population.contains(&format!("{id} is ")) && population.contains(&measure.population), "{id}: {population}");
    }
    assert_eq!(of("B1").population, framework.measure("B1").unwrap().population);
}
