//! Tests of the tuner: which areas lie in England, and whether headline totals hold their limits there.

use shared::framework::Framework;
use shared::ids::ReportingYear;
use shared::privacy::RhoNano;

use super::expected::Expected;
use super::places::{Official, Places};
use super::widths::Widths;
use super::*;
use crate::authorities::Authorities;

const RHO: RhoNano = RhoNano(160_000_000);

fn cohort() -> shared::plan::Cohort {
    Authorities::built_in().unwrap().cohort(ReportingYear::new(2025).unwrap(), None).unwrap()
}

#[test]
fn areas_are_parts_of_england() {
    let all = cohort();
    let equal = Places::of(&all, &all, None);
    let sum = |areas: &[places::Area]| areas.iter().map(|a| a.part).sum::<f64>();
    assert!((equal.england.part - 1.0).abs() < 1e-12);
    assert!((sum(&equal.regions) - 1.0).abs() < 1e-12 && (sum(&equal.authorities) - 1.0).abs() < 1e-12);
    assert!(equal.said.contains("equal part"));
    let mut some = all.clone();
    some.members.truncate(2);
    let children = all.members.iter().map(|m| (m.authority, 100)).collect();
    let mut official = Official { year: 2025, children };
    official.children.insert(some.members[0].authority, 300);
    // suppressed: the smallest count stands in
    official.children.remove(&some.members[1].authority);
    let few = Places::of(&some, &all, Some(&official));
    let whole = 100.0 * f64::from(u32::try_from(all.members.len()).unwrap()) + 200.0;
    assert!((few.england.part - 400.0 / whole).abs() < 1e-12);
    assert!((few.england.authorities - 2.0).abs() < 1e-12);
}

#[test]
fn headline_totals_hold_their_limits_over_england() {
    let (framework, expected, all) = (Framework::built_in(), Expected::built_in().unwrap(), cohort());
    let places = Places::of(&all, &all, None);
    let tuned = tune(&framework, Objective::Headline, RHO, &expected, &places).unwrap();
    let problem = Problem::of(&framework);
    let variances = variances(&framework, &tuned.units, RHO);
    let limited = Widths::of(&framework, problem.margins(), &variances, &expected, &places).limited();
    let tables: Vec<&str> = limited.iter().map(|l| l.table.as_str()).collect();
    assert_eq!(tables, ["A2.total", "A3.total", "B2.total", "B3.total", "B7.total", "C1.total", "G2.total", "G3.total"]);
    for l in &limited {
        assert!(l.half > 0.0 && l.half <= 0.82 * l.limit, "{} {}: {} of {}", l.table, l.what, l.half, l.limit);
    }
    // every table's noise is above the floor of plans
    assert!(variances.iter().all(|v| *v >= 4.0));
}

#[test]
fn the_half_width_of_a_count_is_its_noise() {
    let (framework, expected, all) = (Framework::built_in(), Expected::built_in().unwrap(), cohort());
    let places = Places::of(&all, &all, None);
    let problem = Problem::of(&framework);
    let variances = vec![100.0; framework.tables().len()];
    let widths = Widths::of(&framework, problem.margins(), &variances, &expected, &places);
    let forecasts = widths.forecasts();
    // a table that shares nothing but its own sums: one group, two counted answers of three
    let of = |id: &str| forecasts.iter().find(|f| f.table == id).unwrap();
    let d4 = of("D4.total");
    assert!((d4.cell.authority - 19.6).abs() < 0.001, "{}", d4.cell.authority);
    let n = places.england.authorities;
    assert!((d4.cell.england - 19.5996 * n.sqrt()).abs() < 0.01);
    // D4, 6,360 children, 87.74 % yes: of three equal and independent counts a, b, c the share of a has the variance
    // ((1 - p)^2 + 2 p^2) 100 / n_children^2
    let p: f64 = 0.8774;
    let half = 100.0 * 1.959_963_984_540_054 * (((1.0 - p).powi(2) + 2.0 * p * p) * 100.0 * n).sqrt() / 6_360.0;
    let widest = d4.widest.as_ref().unwrap();
    assert!(widest.half.england >= half - 1e-9, "{} {half}", widest.half.england);
    assert!(of("A7.total").widest.is_none() && of("A7.total").n_unknown == 1 && of("A7.total").needs > 1_000.0);
}
