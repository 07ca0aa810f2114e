//! Differences of two years: their intervals, their chances, and how often a claim is false.

use super::*;
use crate::framework::FRAMEWORK_TOML;
use crate::fuse::tests::spread;
use crate::ids::ReportingYear;
use crate::plan::Plan;
use crate::plan::tests::sample_choice;
use crate::release::combine;
use crate::release::tests::{PLAN_ID, accepted, children};

#[test]
fn the_tail_is_the_published_one() {
    // erfc from the tables of Abramowitz and Stegun and of NIST (DLMF 7): erfc(0.5), erfc(1), erfc(2), erfc(3)
    for (x, erfc) in [
        (0.0, 1.0),
        (0.5, 0.479_500_122_186_953_5),
        (1.0, 0.157_299_207_050_285_1),
        (2.0, 0.004_677_734_981_047_266),
        (3.0, 2.209_049_699_858_544e-5),
    ] {
        let found = two_sided(x * 2.0_f64.sqrt());
        assert!((found - erfc).abs() < 1e-14, "erfc({x}): {found} {erfc}");
    }
    // the 97.5 % quantile, and five standard deviations
    assert!((two_sided(Z) - 0.05).abs() < 1e-14);
    assert!((two_sided(5.0) - 5.733_031_437_583_892e-7).abs() < 1e-14);
    assert!(two_sided(7.9) >= 0.0 && two_sided(7.9) < 1e-13);
    assert_eq!(two_sided(8.0).to_bits(), 0.0_f64.to_bits());
    assert_eq!(two_sided(f64::INFINITY).to_bits(), 0.0_f64.to_bits());
}

/// Benjamini and Hochberg's words: the largest k whose k-th smallest chance is at most k/m of 5 %; the k smallest are claimed.
fn plainly(chances: &[f64]) -> usize {
    let m = chances.len();
    let at_most = |limit: f64| chances.iter().filter(|p| **p <= limit).count();
    (1..=m).rev().find(|k| at_most(0.05 * float(*k) / float(m)) >= *k).unwrap_or(0)
}

#[test]
fn what_is_claimed_is_what_benjamini_and_hochberg_say() {
    // the example of their paper: fifteen chances, of which four are claimed
    let paper =
        [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0];
    assert_eq!(claims(&paper).iter().position(|c| !c), Some(4));
    assert_eq!((claims(&[]).len(), claims(&[0.05]), claims(&[0.0501])), (0, vec![true], vec![false]));
    // a large one below its own limit takes those before it along
    assert_eq!(claims(&[0.04, 0.045, 0.03]), [true, true, true]);
    for seed in 0..200 {
        let n = usize::try_from(seed % 30 + 1).unwrap();
        let chances: Vec<f64> = spread(seed, n).iter().map(|u| u * u * u * 0.3).collect();
        let claimed = claims(&chances);
        assert_eq!(claimed.iter().filter(|c| **c).count(), plainly(&chances), "{chances:?}");
        let least_unclaimed = chances.iter().zip(&claimed).filter(|(_, c)| !**c).map(|(p, _)| *p).fold(2.0, f64::min);
        assert!(chances.iter().zip(&claimed).filter(|(_, c)| **c).all(|(p, _)| *p <= least_unclaimed));
    }
}

fn shown(value: f64, low: f64, high: f64) -> Figure {
    Figure {
        id: "B1.total".into(),
        measure: "B1".into(),
        breakdown: "total".into(),
        area_code: "E92000001".into(),
        area: "England".into(),
        authority: None,
        region: None,
        level: crate::release::Level::National,
        group: "total".into(),
        category: "1".into(),
        label: "One".into(),
        kind: crate::release::FigureKind::Category,
        what: What::Share,
        value: Some(value),
        unrounded: None,
        noisy: None,
        low: Some(low),
        high: Some(high),
        block: "local".into(),
        authorities: 3,
    }
}

#[test]
fn the_interval_of_a_difference_takes_the_halves_that_look_at_each_other() {
    // 10 (7 to 16) less 6 (2 to 9): below sqrt(3^2 + 3^2), above sqrt(6^2 + 4^2)
    let change = difference(&shown(10.0, 7.0, 16.0), &shown(6.0, 2.0, 9.0)).unwrap();
    let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} {b}");
    close(change.difference, 4.0);
    close(change.low, 4.0 - 18.0_f64.sqrt());
    close(change.high, 4.0 + 52.0_f64.sqrt());
    // where the interval just reaches zero the chance is one in twenty
    let edge = difference(&shown(10.0, 7.0, 13.0), &shown(5.0, 1.0, 9.0)).unwrap();
    close(edge.low, 0.0);
    close(edge.chance, 0.05);
    let edge = difference(&shown(5.0, 1.0, 9.0), &shown(10.0, 7.0, 13.0)).unwrap();
    close(edge.high, 0.0);
    close(edge.chance, 0.05);
    let silent = Figure { value: None, low: None, high: None, ..shown(0.0, 0.0, 0.0) };
    assert!(difference(&silent, &shown(5.0, 1.0, 9.0)).is_none() && difference(&shown(5.0, 1.0, 9.0), &silent).is_none());
}

#[test]
fn where_nothing_changed_hardly_any_release_claims_a_change() {
    let gaussian = |u: &[f64]| u.iter().sum::<f64>() - 6.0;
    let (n_releases, n_figures) = (2000_u32, 60);
    let mut n_with_claims = 0;
    for seed in 0..n_releases {
        let drawn = spread(seed, n_figures * 24);
        let chance = |u: &[f64]| {
            let of = |x: f64| shown(50.0 + x, 50.0 + x - Z, 50.0 + x + Z);
            difference(&of(gaussian(&u[..12])), &of(gaussian(&u[12..]))).unwrap().chance
        };
        let chances: Vec<f64> = drawn.chunks(24).map(chance).collect();
        n_with_claims += u32::from(claims(&chances).contains(&true));
    }
    // 5 in 100 at most, and chance: four standard deviations of a count of 2,000
    let limit = 0.05 + 4.0 * (0.05 * 0.95 / f64::from(n_releases)).sqrt();
    let share = f64::from(n_with_claims) / f64::from(n_releases);
    assert!(share > 0.01 && share <= limit, "{n_with_claims} of {n_releases} releases");
}

/// A release of one council in a year, under a framework.
fn release_of(framework: &Framework, year: i16, words: &[i64]) -> Release {
    let mut choice = sample_choice();
    choice.reporting_year = ReportingYear::new(year).unwrap();
    choice.cohort.population.as_mut().unwrap().mid_year = year - 1;
    let plan = Plan::with_equal_shares(framework, choice).unwrap();
    let all = [accepted(framework, &plan, "301", |c| words[c]), accepted(framework, &plan, "805", |c| words[c])];
    combine(framework, &plan, PLAN_ID, &format!("{year}.1"), &all).unwrap()
}

#[test]
fn only_what_means_the_same_in_both_years_is_compared() {
    let f = Framework::built_in();
    let words = children(&f, 4000);
    let years: Vec<Release> = (2022..=2024).map(|year| release_of(&f, year, &words)).collect();
    let of = |now: &Release, other: &Framework, before: &Release| {
        changes(Dated { release: now, framework: &f }, Dated { release: before, framework: other })
    };
    let same = of(&years[2], &f, &years[1]);
    assert!(same.len() > 100 && same.iter().all(|c| !c.is_claimed && c.difference.abs() < 1e-9));
    assert!(same.iter().all(|c| c.figure.what != What::Count && c.figure.what != What::Authorities));
    // social workers were first collected in 2024: H1 is broken from 2023 to 2024, and not from 2022 to 2023
    let has = |changes: &[Change], id: &str| changes.iter().any(|c| c.figure.measure == id);
    assert!(!has(&same, "H1") && has(&of(&years[1], &f, &years[0]), "H1") && has(&same, "A1"));
    // no year is compared with itself or with a later one
    assert!(of(&years[1], &f, &years[2]).is_empty() && of(&years[1], &f, &years[1]).is_empty());
    // a measure that was asked in other words is another one
    let text =
        FRAMEWORK_TOML.replacen("title = \"Strengths and difficulties score in three bands", "title = \"Scores in bands", 1);
    let other = Framework::parse(&text).unwrap();
    let reworded = of(&years[2], &other, &release_of(&other, 2023, &words));
    assert!(!has(&reworded, "A2") && has(&reworded, "A1"));
    let text = FRAMEWORK_TOML.replacen("same_carer_move = \"new_home\"", "same_carer_move = \"same_home\"", 1);
    let other = Framework::parse(&text).unwrap();
    assert!(of(&years[2], &other, &release_of(&other, 2023, &words)).is_empty());
}

#[test]
fn a_large_change_is_claimed_and_stands_in_the_file() {
    let f = Framework::built_in();
    let words = children(&f, 4000);
    let mut moved = words.clone();
    let b1 = f.table("B1.total").unwrap();
    moved[b1.first_cell] += 3000;
    moved[b1.first_cell + 1] -= 3000;
    let (before, now) = (release_of(&f, 2023, &words), release_of(&f, 2024, &moved));
    let former = Dated { release: &before, framework: &f };
    let all = changes(Dated { release: &now, framework: &f }, former);
    let is_it = |c: &&Change| c.figure.id == "B1.total" && c.figure.area == "England" && c.figure.category == "1";
    let change = all.iter().find(is_it).unwrap();
    assert!(change.is_claimed && change.low > 0.0 && change.low < change.difference && change.difference < change.high);
    let [(name, bytes), ..] = now.files(&f, Some(former));
    let text = String::from_utf8(bytes).unwrap();
    assert_eq!((name, text.lines().count()), ("changes.csv", all.len() + 1));
    assert!(
        text.lines()
            .any(|l| l.starts_with("2024.1,2023.1,National,E92000001,England,B1,total,B1.total/total/1,") && l.contains(",yes,"))
    );
    let columns = text.lines().next().unwrap().split(',').count();
    assert_eq!(columns, 16);
    // without a year before the file is there, and says nothing
    let [(_, alone), ..] = now.files(&f, None);
    assert_eq!(String::from_utf8(alone).unwrap().lines().count(), 1);
}
