//! What stands on pages: every answer has its row, and no number pretends to be more than it is.

use shared::framework::{About, Kind, Table};
use shared::fuse::Margins;
use shared::ids::{Digest, ReportingYear};
use shared::plan::{Cohort, CohortMember, Dates, Draw, PlanBlock, PlanChoice, PopulationEstimate, Region};
use shared::privacy::RhoNano;
use shared::release::{Accepted, Figure, FigureKind, Level, combine};
use shared::submission::{
    FactAnswer, MessageKind, Nonce, SCHEMA, Submission, SubmissionBlock, TableSupplied, framework_return_tables, state_facts,
};

use super::tables::{cell, whole};
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
        authority: None,
        region: None,
        level: Level::National,
        group: "total".into(),
        category: "1".into(),
        label: "One".into(),
        kind: FigureKind::Category,
        what,
        low: at(0),
        value: at(1),
        unrounded: None,
        noisy: None,
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
    check(What::Rate, Some([-3.0, 1.04, 4.0]), 3, ("1.0", "between 0.0 and 4.0"));
    check(What::Rate, Some([-3.0, -2.0, -1.0]), 3, ("close to 0", ""));
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
            send_spread_s: 0,
            send_closes_at: "2025-07-31T17:00:00Z".parse().unwrap(),
            correction_opens_at: "2098-10-01T09:00:00Z".parse().unwrap(),
            correction_closes_at: "2098-10-31T17:00:00Z".parse().unwrap(),
        },
        rho_release: RhoNano(160_000_000),
        rho_correction: RhoNano(40_000_000),
        accepted_wide: None,
        cohort: Cohort {
            members: Vec::new(),
            regions: vec![Region { code: "E12000001".into(), name: "North".into() }],
            population: None,
        },
        authorities_min: 0,
    };
    let plan = Plan::with_equal_shares(&framework, choice).unwrap();
    let release = combine(&framework, &plan, Digest([1; 32]), "2025.1", &[]).unwrap();
    (framework, plan, release)
}

#[test]
fn every_counted_answer_and_every_sum_has_its_row_in_every_table() {
    let (framework, plan, release) = empty();
    let families = family_views(&framework, &plan, &release, &[]);
    let views: Vec<&MeasureView> = families.iter().flat_map(|f| &f.measures).collect();
    assert_eq!(views.len(), framework.measures().len(), "each measure is on one page");
    for m in framework.measures() {
        let view = views.iter().find(|v| v.id == m.id).unwrap();
        let tables = framework.tables().iter().filter(|t| t.measure == m.id && t.groups.len() > 1).count();
        assert_eq!(view.tables.len(), tables + if m.kind == Kind::Fact { 3 } else { 2 }, "{}", m.id);
        assert_eq!(view.breaks.len(), m.breaks.len());
        for table in view.tables.iter().filter(|t| t.stub == "Answer") {
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
    assert!(latest(&framework, &plan, &release).headlines.iter().all(|h| !h.rows.is_empty()));
}

/// A release of one council, 301, that is there and one, 302, that is not; it states S1 and counts 500 children in P1.
fn with_one_council() -> (Framework, Plan, Release) {
    let framework = Framework::built_in();
    let member = |code: &str| CohortMember {
        authority: code.parse().unwrap(),
        ons_code: format!("E09000{code}"),
        name: format!("Council {code}"),
        region: "E12000001".into(),
        population_0_17: Some(50_000),
    };
    let (_, plan, _) = empty();
    let body = plan.body();
    let choice = PlanChoice {
        reporting_year: body.reporting_year,
        made_up: true,
        dates: body.dates,
        rho_release: body.rho_release_nano,
        rho_correction: body.rho_correction_nano,
        accepted_wide: None,
        cohort: Cohort {
            members: vec![member("301"), member("302")],
            regions: body.cohort.regions.clone(),
            population: Some(PopulationEstimate { mid_year: 2024, source: "An estimate".into() }),
        },
        authorities_min: 1,
    };
    let plan = Plan::with_equal_shares(&framework, choice).unwrap();
    let plan_id = Digest([1; 32]);
    // all tables of P1's children hold the same 500 of them
    let margins = Margins::of(&framework);
    let number = |id: &str| margins.shared(framework.tables().iter().position(|t| t.id == id).unwrap()).total;
    let same: Vec<&Table> = framework.tables().iter().filter(|t| number(&t.id) == number("P1.total")).collect();
    assert!(same.len() > 8);
    let block = |b: &PlanBlock| {
        let mut words = vec![0; usize::try_from(b.n).unwrap()];
        for table in &same {
            let place = plan.place(&framework, &table.id).unwrap();
            if place.block.index == b.index {
                words[place.first_cell] = 500 * i64::from(place.unit);
            }
        }
        SubmissionBlock::of(b, Draw::Release, words)
    };
    let submission = Submission {
        schema: SCHEMA.into(),
        authority: "301".parse().unwrap(),
        round: plan.body().round,
        kind: MessageKind::Submission,
        sequence: 1,
        previous: Digest::NONE,
        reason: 0,
        nonce: Nonce([3; 16]),
        produced_on: "2025-07-02".parse().unwrap(),
        agent_version: "0.1.0".into(),
        framework: framework.hash(),
        layout: framework.layout_hash(),
        plan: plan_id,
        tables_supplied: framework_return_tables(&framework)
            .into_iter()
            .map(|table| TableSupplied { table, supplied: 1 })
            .collect(),
        facts: state_facts(&framework, |id| FactAnswer::of((id == "S1").then_some(true))),
        blocks: plan.body().blocks.iter().map(block).collect(),
        attachments: Vec::new(),
    };
    let accepted = [Accepted { authority: submission.authority, id: Digest([2; 32]), submission }];
    let release = combine(&framework, &plan, plan_id, "2025.1", &accepted).unwrap();
    (framework, plan, release)
}

#[test]
fn a_rate_and_what_councils_state_stand_on_their_pages() {
    let (framework, plan, release) = with_one_council();
    let families = family_views(&framework, &plan, &release, &[]);
    let measure = |id: &str| families.iter().flat_map(|f| &f.measures).find(|m| m.id == id).unwrap();
    let table = |id: &str, caption: &str| measure(id).tables.iter().find(|t| t.caption.ends_with(caption)).unwrap();
    let value = |t: &TableView, row: &str, column: usize| {
        t.rows.iter().find(|r| r.head == row).map(|r| r.cells[column].value.clone()).unwrap()
    };
    let rate = "Children, out of every 10,000 under 18 who live there";
    assert_eq!(value(table("P1", ": England"), rate, 0), "100.0");
    assert_eq!(value(table("P1", ": regions"), rate, 0), "100.0");
    let councils = table("P1", "councils that took part");
    assert_eq!((councils.rows.len(), value(councils, "Council 301", 1)), (1, "100.0".to_owned()), "an absent council is absent");
    assert_eq!(value(table("S1", ": England"), "Yes", 0), "1");
    assert_eq!(value(table("S2", ": England"), "Not stated", 0), "1");
    assert_eq!(value(table("S1", "councils that took part"), "Council 301", 0), "Yes");
    assert_eq!(value(table("S2", "councils that took part"), "Council 301", 0), "Not stated");
    let words = population_words(&release).unwrap();
    assert!(words.contains("50,000 of the 100,000") && words.contains("An estimate, middle of 2024"), "{words}");
}

#[test]
fn words_of_the_field_and_measures_that_are_named_are_explained() {
    let framework = Framework::built_in();
    let of = |id: &str| measure_words(&framework, id).unwrap();
    assert!(of("A1").explained[0].contains("25 questions"));
    assert!(of("B1").explained.is_empty());
    // A4m counts the children of A4, and A4 those of A2
    let population = &of("A4m").population;
    for id in ["A4", "A2"] {
        let measure = framework.measure(id).unwrap();
        assert!(population.contains(&format!("{id} is ")) && population.contains(&measure.population), "{id}: {population}");
    }
    assert_eq!(of("B1").population, framework.measure("B1").unwrap().population);
    assert!(measure_words(&framework, "Z1").is_none());
}

#[test]
fn every_measure_has_its_page_and_every_ask_names_what_answers_it() {
    let framework = Framework::built_in();
    let listed: Vec<String> = family_words(&framework).into_iter().flat_map(|f| f.measures).map(|m| m.id).collect();
    assert_eq!(listed.len(), framework.measures().len());
    for id in &listed {
        let words = measure_words(&framework, id).unwrap();
        assert!(!words.reads.is_empty() && !words.kind.is_empty() && words.asks.iter().all(|a| !a.words.is_empty()), "{id}");
        assert!(!words.answers.is_empty() || framework.measure(id).unwrap().kind == Kind::Mean, "{id}");
    }
    let asks = ask_words(&framework);
    assert_eq!(asks.len(), framework.asks().len());
    let named = |id: &str| asks.iter().filter(|a| a.measures.iter().any(|m| m.id == id)).count();
    for m in framework.measures() {
        assert_eq!(named(&m.id), m.ask.len(), "{}", m.id);
    }
}

#[test]
fn a_change_is_told_only_where_it_is_claimed() {
    let framework = Framework::built_in();
    let change = |what, difference: f64, [low, high]: [f64; 2], is_claimed| {
        let figure = figure(what, Some([40.0, 50.0, 60.0]), 3);
        Change { former: figure.clone(), figure, difference, low, high, chance: 0.001, is_claimed }
    };
    let told = |changes: &[Change]| words::changes(framework.measure("B1").unwrap(), changes);
    let up = change(What::Share, 2.25, [1.0, 3.5], true);
    let down = change(What::Rate, -2.0, [-3.5, -0.5], true);
    assert_eq!(
        told(&[up.clone(), change(What::Share, 1.0, [-1.0, 3.0], false), down]),
        [
            "Since the year before, in the 3 councils of England that took part in both years: One: up by 2.2 percentage points (between 1.0 and 3.5).",
            "Since the year before, in the 3 councils of England that took part in both years: One: down by 2.0 out of every 10,000 (between 0.5 and 3.5).",
        ]
    );
    let elsewhere = Change { figure: Figure { level: Level::Regional, ..up.figure.clone() }, ..up.clone() };
    let of_group = Change { figure: Figure { breakdown: "sex".into(), ..up.figure.clone() }, ..up.clone() };
    let of_other = Change { figure: Figure { measure: "B2".into(), ..up.figure.clone() }, ..up };
    assert!(told(&[elsewhere, of_group, of_other]).is_empty());
}
