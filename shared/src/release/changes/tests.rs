//! Differences of two years: their intervals, their chances, and how often a claim is false.

use super::*;
use crate::framework::FRAMEWORK_TOML;
use crate::fuse::tests::spread;
use crate::ids::ReportingYear;
use crate::plan::Plan;
use crate::plan::tests::sample_choice;
use crate::release::interval::{Decimals, Ratio, SHARE_WIDTH_MAX, rounded};
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
        level: Level::National,
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

/// A figure whose denominator is so noisy: the square of 1.96 standard deviations as a part of it.
fn noisy(figure: &Figure, noise: f64) -> Noisy<'_> {
    let [value, low, high] = [figure.value, figure.low, figure.high].map(Option::unwrap);
    Noisy { figure, value, low, high, noise }
}

#[test]
fn the_interval_of_a_difference_takes_the_halves_that_look_at_each_other() {
    let of = |now: &Figure, before: &Figure| difference(&noisy(now, 0.0), &noisy(before, 0.0)).unwrap();
    // 10 (7 to 16) less 6 (2 to 9): below sqrt(3^2 + 3^2), above sqrt(6^2 + 4^2)
    let change = of(&shown(10.0, 7.0, 16.0), &shown(6.0, 2.0, 9.0));
    let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-9, "{a} {b}");
    close(change.difference, 4.0);
    close(change.low, 4.0 - 18.0_f64.sqrt());
    close(change.high, 4.0 + 52.0_f64.sqrt());
    // where even intervals just reach zero the chance is one in twenty
    for (now, before) in [(shown(10.0, 7.0, 13.0), shown(5.0, 1.0, 9.0)), (shown(5.0, 1.0, 9.0), shown(10.0, 7.0, 13.0))] {
        let edge = of(&now, &before);
        close(edge.low.abs().min(edge.high.abs()), 0.0);
        close(edge.chance, 0.05);
    }
    // nothing is claimed where no noise is told
    assert!(difference(&noisy(&shown(5.0, 5.0, 5.0), 0.0), &noisy(&shown(4.0, 4.0, 4.0), 0.0)).is_none());
}

#[test]
fn a_misfit_is_the_distance_in_standard_deviations_of_a_ratio() {
    let r = Ratio { numerator: 120.0, denominator: 900.0, var_numerator: 400.0, var_denominator: 9000.0, covariance: 400.0 };
    let set = r.fieller().unwrap();
    let figure = shown(set.value, set.low, set.high);
    let told = noisy(&figure, Z * Z * r.var_denominator / r.denominator / r.denominator);
    for t in [0.0, 0.05, 0.1, 0.13, 0.2, 0.4, 0.9] {
        let variance = r.var_numerator - 2.0 * t * r.covariance + t * t * r.var_denominator;
        let apart = r.numerator - t * r.denominator;
        let expected = apart * apart / variance / (Z * Z);
        assert!((told.misfit(t) - expected).abs() < 1e-9 * expected.max(1.0), "{t}: {} {expected}", told.misfit(t));
    }
}

/// Normal numbers by Box and Muller, since those of a sum of twelve have no tails.
fn normals(seed: u32, n: usize) -> Vec<f64> {
    let turn = 2.0 * std::f64::consts::PI;
    let pair = |u: &[f64]| {
        let radius = (-2.0 * (1.0 - u[0]).ln()).sqrt();
        [radius * (turn * u[1]).cos(), radius * (turn * u[1]).sin()]
    };
    spread(seed, n + n % 2).chunks(2).flat_map(pair).collect()
}

/// A share of a number of children that is noisy, as it is published, of one: how noisy, of how many categories.
fn drawn(share: f64, sd: f64, n_categories: f64, own: f64, rest: f64) -> Option<(Figure, f64)> {
    let cell = sd / n_categories.sqrt();
    let numerator = share + cell * own;
    let denominator = numerator + 1.0 - share + cell * (n_categories - 1.0).sqrt() * rest;
    let (var_numerator, var_denominator) = (cell * cell, sd * sd);
    let ratio = Ratio { numerator, denominator, var_numerator, var_denominator, covariance: var_numerator };
    let set = ratio.fieller().filter(|set| set.high - set.low <= SHARE_WIDTH_MAX)?.scaled(0.0, 100.0);
    let [value, low, high] = [set.value, set.low, set.high].map(|x| rounded(x, Decimals::Four));
    Some((shown(value, low, high), Z * Z * var_denominator / denominator / denominator))
}

#[test]
fn where_nothing_changed_a_small_chance_is_as_rare_as_it_says() {
    let n_tries = 40_000_u32;
    let limit = |n: f64| n * 0.001 + 5.0 * (n * 0.001 * 0.999).sqrt();
    let mut seed = 0;
    for (one, two) in [(0.03, 0.03), (0.1, 0.1), (0.06, 0.12), (0.12, 0.12), (0.2, 0.2), (0.03, 0.2), (0.1, 0.3)] {
        for (share, n_categories) in [(0.02, 2.0), (0.2, 2.0), (0.9, 2.0), (0.2, 5.0), (0.5, 5.0), (0.5, 11.0)] {
            seed += 1;
            let (mut n_compared, mut n_small) = (0.0, 0.0);
            for u in normals(seed, 160_000).chunks(4) {
                let years = (drawn(share, one, n_categories, u[0], u[1]), drawn(share, two, n_categories, u[2], u[3]));
                let (Some((now, of_now)), Some((before, of_before))) = years else { continue };
                let change = difference(&noisy(&now, of_now), &noisy(&before, of_before)).unwrap();
                n_compared += 1.0;
                n_small += f64::from(u8::from(change.chance < 0.001));
            }
            let at = format!("{one} {two} {share} of {n_categories}: {n_small} of {n_compared}");
            assert!(n_small <= limit(f64::from(n_tries)), "{at}");
            // where noise hides most figures those that are told are not any ones: among these the bound holds for
            // what is told nearly always
            assert!(n_compared < 0.9 * f64::from(n_tries) || n_small <= limit(n_compared), "{at}");
            assert!(one.max(two) > 0.12 || n_compared > 0.5 * f64::from(n_tries), "{at}");
        }
    }
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
            difference(&noisy(&of(gaussian(&u[..12])), 0.0), &noisy(&of(gaussian(&u[12..])), 0.0)).unwrap().chance
        };
        let chances: Vec<f64> = drawn.chunks(24).map(chance).collect();
        n_with_claims += u32::from(claims(&chances).contains(&true));
    }
    // 5 in 100 at most, and chance: four standard deviations of a count of 2,000
    let limit = 0.05 + 4.0 * (0.05 * 0.95 / f64::from(n_releases)).sqrt();
    let share = f64::from(n_with_claims) / f64::from(n_releases);
    assert!(share > 0.01 && share <= limit, "{n_with_claims} of {n_releases} releases");
}

/// A plan and what it was answered with.
struct Year {
    framework: Framework,
    plan: Plan,
    version: String,
    accepted: Vec<Accepted>,
}

impl Year {
    fn basis(&self) -> Basis<'_> {
        let Self { framework, plan, version, accepted } = self;
        Basis { framework, plan, plan_id: PLAN_ID, version, accepted }
    }
}

/// A year of councils, each with its cells, under a framework.
fn year_of(framework: &Framework, year: i16, councils: &[(&str, &[i64])]) -> Year {
    let mut choice = sample_choice();
    choice.reporting_year = ReportingYear::new(year).unwrap();
    choice.cohort.population.as_mut().unwrap().mid_year = year - 1;
    let plan = Plan::with_equal_shares(framework, choice).unwrap();
    let accepted = councils.iter().map(|(code, words)| accepted(framework, &plan, code, |c| words[c])).collect();
    Year { framework: framework.clone(), plan, version: format!("{year}.1"), accepted }
}

fn of(now: &Year, before: &Year) -> Vec<Change> {
    changes(now.basis(), before.basis()).unwrap()
}

#[test]
fn only_what_means_the_same_in_both_years_is_compared() {
    let f = Framework::built_in();
    let words = children(&f, 4000);
    let year = |f: &Framework, year: i16| year_of(f, year, &[("301", &words), ("805", &words)]);
    let years: Vec<Year> = (2022..=2024).map(|n| year(&f, n)).collect();
    let same = of(&years[2], &years[1]);
    assert!(same.len() > 100 && same.iter().all(|c| !c.is_claimed && c.difference.abs() < 1e-9 && c.chance > 0.999));
    assert!(same.iter().all(|c| c.figure.what != What::Count && c.figure.what != What::Authorities));
    for what in [What::Share, What::Mean, What::Rate] {
        assert!(same.iter().any(|c| c.figure.what == what), "{what:?}");
    }
    // social workers were first collected in 2024: H1 is broken from 2023 to 2024, and not from 2022 to 2023
    let has = |changes: &[Change], id: &str| changes.iter().any(|c| c.figure.measure == id);
    assert!(!has(&same, "H1") && has(&of(&years[1], &years[0]), "H1") && has(&same, "A1"));
    // no year is compared with itself or with a later one
    assert!(of(&years[1], &years[2]).is_empty() && of(&years[1], &years[1]).is_empty());
    // a measure that was asked in other words is another one
    let text =
        FRAMEWORK_TOML.replacen("title = \"Strengths and difficulties score in three bands", "title = \"Scores in bands", 1);
    let reworded = of(&years[2], &year(&Framework::parse(&text).unwrap(), 2023));
    assert!(!has(&reworded, "A2") && has(&reworded, "A1"));
    let text = FRAMEWORK_TOML.replacen("same_carer_move = \"new_home\"", "same_carer_move = \"same_home\"", 1);
    assert!(of(&years[2], &year(&Framework::parse(&text).unwrap(), 2023)).is_empty());
}

/// The same cells with 3,000 children more under the first answer of B1, and less under its second.
fn moved(f: &Framework, words: &[i64]) -> Vec<i64> {
    let first = f.table("B1.total").unwrap().first_cell;
    let mut moved = words.to_vec();
    moved[first] += 3000;
    moved[first + 1] -= 3000;
    moved
}

#[test]
fn who_takes_part_is_never_told_as_a_change() {
    let f = Framework::built_in();
    let words = children(&f, 4000);
    let other = moved(&f, &words);
    // 302 differs greatly and takes part in the second year alone, 805 in the first alone
    let before = year_of(&f, 2023, &[("301", &words), ("805", &other)]);
    let now = year_of(&f, 2024, &[("301", &words), ("302", &other)]);
    let all = of(&now, &before);
    assert!(all.len() > 100);
    for change in &all {
        assert!(change.difference.abs() < 1e-9 && !change.is_claimed, "{change:?}");
        assert_eq!((change.figure.authorities, change.former.authorities), (1, 1));
        assert_ne!(change.figure.area_code, "E12000001", "a region in which nobody stands in both years");
    }
    // what is compared is what the release of those in both would have published
    let alone = year_of(&f, 2024, &[("301", &words)]).basis().release().unwrap();
    assert!(all.iter().all(|c| alone.figures().contains(&c.figure)));
    // fewer in both years than a plan demands: nothing to compare
    let mut choice = sample_choice();
    choice.reporting_year = ReportingYear::new(2024).unwrap();
    choice.cohort.population.as_mut().unwrap().mid_year = 2023;
    choice.authorities_min = 2;
    let strict = Year { plan: Plan::with_equal_shares(&f, choice.clone()).unwrap(), ..now };
    assert!(of(&strict, &before).is_empty());
    // a council that moved to another region is compared in England, and not in either region
    choice.authorities_min = 1;
    choice.cohort.members[0].region = "E12000001".into();
    let elsewhere = Year { plan: Plan::with_equal_shares(&f, choice).unwrap(), ..strict };
    let levels: BTreeSet<Level> = of(&elsewhere, &before).iter().map(|c| c.figure.level).collect();
    assert_eq!(levels, BTreeSet::from([Level::National, Level::Local]));
}

#[test]
fn a_large_change_is_claimed_and_stands_in_the_file() {
    let f = Framework::built_in();
    let words = children(&f, 4000);
    let other = moved(&f, &words);
    let before = year_of(&f, 2023, &[("301", &words), ("805", &words)]);
    let now = year_of(&f, 2024, &[("301", &other), ("805", &other)]);
    let all = of(&now, &before);
    let is_it = |c: &&Change| c.figure.id == "B1.total" && c.figure.area == "England" && c.figure.category == "1";
    let change = all.iter().find(is_it).unwrap();
    assert!(change.is_claimed && change.low > 0.0 && change.low < change.difference && change.difference < change.high);
    let release = now.basis().release().unwrap();
    let [(name, bytes), ..] = release.files(&f, Some(("2023.1", &all)));
    let text = String::from_utf8(bytes).unwrap();
    assert_eq!((name, text.lines().count()), ("changes.csv", all.len() + 1));
    let row =
        text.lines().find(|l| l.starts_with("2024.1,2023.1,National,E92000001,England,B1,total,B1.total/total/1,")).unwrap();
    let told = |f: &Figure| format!(",{},{},{}", f.value.unwrap(), f.low.unwrap(), f.high.unwrap());
    assert!(row.contains(&format!(",share,2{}{},", told(&change.figure), told(&change.former))), "{row}");
    assert!(row.contains(",yes,"), "{row}");
    let columns = text.lines().next().unwrap().split(',').count();
    assert_eq!(columns, 23);
    // without a year before the file is there, and says nothing
    let [(_, alone), ..] = release.files(&f, None);
    assert_eq!(String::from_utf8(alone).unwrap().lines().count(), 1);
}
