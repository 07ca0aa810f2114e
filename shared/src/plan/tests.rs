//! Attacks on plans: what lies, what is spelled otherwise.

use std::collections::BTreeSet;

use super::*;
use crate::limits::POPULATION_MAX;

pub(crate) fn sample_choice() -> PlanChoice {
    let member = |code: &str, region: &str| CohortMember {
        authority: code.parse().unwrap(),
        ons_code: format!("E09000{code}"),
        name: format!("Council {code}"),
        region: region.into(),
        population_0_17: Some(code.parse::<u64>().unwrap() * 100),
    };
    let region = |code: &str| Region { code: code.into(), name: format!("Region {code}") };
    PlanChoice {
        reporting_year: ReportingYear::new(2025).unwrap(),
        made_up: true,
        dates: Dates {
            freeze_on: "2025-06-30".parse().unwrap(),
            send_opens_at: "2025-07-01T09:00:00Z".parse().unwrap(),
            send_spread_s: 0,
            send_closes_at: "2025-07-31T17:00:00Z".parse().unwrap(),
            correction_opens_at: "2025-10-01T09:00:00Z".parse().unwrap(),
            correction_closes_at: "2025-10-31T17:00:00Z".parse().unwrap(),
        },
        rho_release: RhoNano(160_000_000),
        rho_correction: RhoNano(40_000_000),
        accepted_wide: None,
        cohort: Cohort {
            members: vec![member("301", "E12000007"), member("302", "E12000007"), member("805", "E12000001")],
            regions: vec![region("E12000001"), region("E12000007")],
            population: Some(PopulationEstimate { mid_year: 2024, source: "A made-up estimate".into() }),
        },
        authorities_min: 1,
    }
}

#[test]
fn a_plan_is_read_back_as_it_was_made() {
    let f = Framework::built_in();
    let plan = Plan::with_equal_shares(&f, sample_choice()).unwrap();
    assert_eq!(Plan::parse(&plan.encode(), &f), Ok(plan.clone()));
    assert!(plan.rho() <= RhoNano(160_000_000) && plan.rho() > RhoNano(159_999_000));
    let correction = plan.rho_of(Draw::Correction);
    assert!(correction <= RhoNano(40_000_000) && correction > RhoNano(39_999_000));
    let cells: u64 = plan.body().blocks.iter().map(|b| b.n).sum();
    assert_eq!(cells, plan.body().n_cells);
}

#[test]
fn every_table_has_its_place_in_one_block() {
    let f = Framework::built_in();
    let plan = Plan::with_equal_shares(&f, sample_choice()).unwrap();
    let mut places = BTreeSet::new();
    for t in f.tables() {
        let place = plan.place(&f, &t.id).unwrap();
        let cells = place.first_cell..place.first_cell + t.n_cells();
        cells.for_each(|cell| assert!(places.insert((place.block.index, cell))));
        // equal shares: noise in proportion to what one child can add
        let sd = place.sd(Draw::Release) / f64::from(t.contribution_max.unsigned_abs());
        assert!((sd / plan.place(&f, "P1.total").unwrap().sd(Draw::Release) - 1.0).abs() < 1e-12, "{}", t.id);
    }
    assert_eq!(places.len(), f.n_cells());
}

#[test]
fn a_plan_that_lies_is_refused() {
    let f = Framework::built_in();
    let body = Plan::with_equal_shares(&f, sample_choice()).unwrap().body().clone();
    let check = |name: &str, change: &dyn Fn(&mut PlanBody)| {
        let mut bad = body.clone();
        change(&mut bad);
        let payload = serde_json::to_vec(&bad).unwrap();
        assert!(Plan::parse(&payload, &f).is_err(), "{name}");
    };
    check("cheaper noise", &|b| b.blocks[0].scale_milli -= 1);
    check("claimed cost", &|b| b.blocks[0].rho_nano.0 -= 1);
    check("sensitivity", &|b| b.blocks[0].l2_squared -= 1);
    check("cheaper correction", &|b| b.blocks[0].correction_scale_milli -= 1);
    check("claimed cost of a correction", &|b| b.blocks[0].correction_rho_nano.0 -= 1);
    check("a unit of more", &|b| b.blocks[0].tables[3].unit += 1);
    check("a unit of nothing", &|b| b.blocks[0].tables[3].unit = 0);
    check("a unit beyond the limit", &|b| b.blocks[0].tables[3].unit = u32::MAX);
    check("table twice", &|b| b.blocks[0].tables[1] = b.blocks[0].tables[0].clone());
    check("tables in another order", &|b| b.blocks[0].tables.swap(0, 1));
    check("a second block of the same tables", &|b| {
        b.blocks.push(PlanBlock { index: 1, name: "two".into(), ..b.blocks[0].clone() })
    });
    check("budget of the correction", &|b| b.rho_correction_nano.0 = 1);
    check("slots after the end", &|b| b.dates.send_spread_s = 31 * 86_400);
    check("corrections before the end", &|b| b.dates.correction_opens_at = b.dates.send_opens_at);
    check("corrections that never open", &|b| b.dates.correction_closes_at = b.dates.correction_opens_at);
    check("a reason that is none", &|b| b.accepted_wide = Some(String::new()));
    check("a reason with a line break", &|b| b.accepted_wide = Some("a\nb".into()));
    check("table missing", &|b| drop(b.blocks[0].tables.pop()));
    check("budget", &|b| b.rho_release_nano.0 = 1);
    check("framework", &|b| b.framework.0[0] ^= 1);
    check("year", &|b| b.reporting_year = b.reporting_year.before(1));
    check("cohort", &|b| b.cohort.members[0].region = "E12000001".into());
    check("schema", &|b| b.schema = "goldenthread.plan/2".into());
    check("dates", &|b| b.dates.send_closes_at = b.dates.send_opens_at);
    check("attachments", &|b| b.attachment_bytes_max = 1);
    let cohort = |name: &str, change: &dyn Fn(&mut Cohort)| {
        check(name, &|b| {
            change(&mut b.cohort);
            b.cohort_hash = cohort_hash(&b.cohort);
        });
    };
    cohort("a code that is not one", &|c| c.members[0].ons_code = "E0900030".into());
    cohort("a code twice", &|c| c.members[0].ons_code = c.members[1].ons_code.clone());
    cohort("nobody lives there", &|c| c.members[0].population_0_17 = Some(0));
    cohort("one population missing", &|c| c.members[0].population_0_17 = None);
    cohort("more than the world", &|c| c.members[0].population_0_17 = Some(POPULATION_MAX + 1));
    cohort("no source", &|c| c.population = None);
    cohort("an empty source", &|c| c.population.as_mut().unwrap().source.clear());
    cohort("the estimate of another year", &|c| c.population.as_mut().unwrap().mid_year = 2025);
}

#[test]
fn a_budget_that_is_too_small_says_which_draw_and_what_would_do() {
    let f = Framework::built_in();
    let made =
        |rho_release, rho_correction| Plan::with_equal_shares(&f, PlanChoice { rho_release, rho_correction, ..sample_choice() });
    let (enough, nothing) = (RhoNano(40_000_000), RhoNano(0));
    let Err(PlanError::NoScale { draw: Draw::Correction, rho, least }) = made(enough, nothing) else { panic!("another error") };
    assert!(rho == nothing && least > nothing && least < RhoNano(100_000), "{least}");
    // what it names is enough, and a billionth less is not
    assert!(made(least, least).is_ok());
    let less = RhoNano(least.0 - 1);
    let refused = |draw| Err(PlanError::NoScale { draw, rho: less, least });
    assert_eq!(made(less, enough), refused(Draw::Release));
    assert_eq!(made(enough, less), refused(Draw::Correction));
    let words = made(enough, nothing).unwrap_err().to_string();
    assert!(words.contains("rho 0 for the correction") && words.contains(&least.to_string()), "{words}");
    assert_eq!(made(RhoNano(u64::MAX), enough), Err(PlanError::Budget));
}

#[test]
fn unknown_fields_and_protections_are_refused() {
    let f = Framework::built_in();
    let text = String::from_utf8(Plan::with_equal_shares(&f, sample_choice()).unwrap().encode()).unwrap();
    for (from, to) in
        [("{\"schema\"", "{\"spare\":1,\"schema\""), ("local-noise", "no-noise"), ("\"sealed\":null", "\"sealed\":{}")]
    {
        assert!(text.contains(from));
        assert_eq!(Plan::parse(text.replacen(from, to, 1).as_bytes(), &f), Err(PlanError::Malformed), "{to}");
    }
}

#[test]
fn slots_are_spread_over_the_window_and_depend_on_plan_and_authority_alone() {
    let f = Framework::built_in();
    let mut choice = sample_choice();
    choice.dates.send_spread_s = 86_400;
    let plan = Plan::with_equal_shares(&f, choice).unwrap();
    let slot = |id: u8, code: &str| plan.slot(Digest([id; 32]), code.parse().unwrap()).unix_seconds();
    let opens = plan.body().dates.send_opens_at.unix_seconds();
    let slots: Vec<i64> = (100..300).map(|code| slot(1, &code.to_string())).collect();
    assert!(slots.iter().all(|s| (opens..=opens + 86_400).contains(s)));
    // each half of the day has about half of them: 200 fair coins leave 60 to 140 with a chance below 1e-7
    let early = slots.iter().filter(|s| **s < opens + 43_200).count();
    assert!((60..=140).contains(&early), "{early}");
    assert_eq!(slot(1, "301"), slot(1, "301"));
    assert_ne!(slot(1, "301"), slot(2, "301"));
    let none = Plan::with_equal_shares(&f, sample_choice()).unwrap();
    assert_eq!(none.slot(Digest([1; 32]), "301".parse().unwrap()), none.body().dates.send_opens_at);
}

#[test]
fn a_unit_is_how_much_less_noise_a_table_has() {
    let f = Framework::built_in();
    let mut units = equal_units(&f);
    *units.get_mut("B2.total").unwrap() *= 2;
    let plan = Plan::with_units(&f, &units, sample_choice()).unwrap();
    let sd = |table: &str| plan.place(&f, table).unwrap().sd(Draw::Release);
    assert!((sd("B4a.total") / sd("B2.total") - 2.0).abs() < 1e-12);
    units.remove("B2.total");
    assert!(Plan::with_units(&f, &units, sample_choice()).is_err());
}
