//! Releases over small made-up plans.

use std::collections::BTreeMap;

use super::*;
use crate::framework::{About, Kind, Presence};
use crate::fuse::Margins;
use crate::fuse::tests::{small, spread};
use crate::plan::Draw;
use crate::plan::tests::sample_choice;
use crate::submission::tests::sample;
use crate::submission::{Cells, FactAnswer, state_facts};

pub(super) const PLAN_ID: Digest = Digest([1; 32]);

pub(super) fn accepted(framework: &Framework, plan: &Plan, authority: &str, fill: impl Fn(usize) -> i64) -> Accepted {
    let mut submission = sample(plan, PLAN_ID, framework, authority, 0);
    for (block, planned) in submission.blocks.iter_mut().zip(&plan.body().blocks) {
        let tables = planned.tables.iter().map(|t| (framework.table(&t.table).unwrap(), i64::from(t.unit)));
        let cells = tables.flat_map(|(t, unit)| (t.first_cell..t.first_cell + t.n_cells()).map(move |cell| (cell, unit)));
        block.cells = Cells(cells.map(|(cell, unit)| fill(cell).saturating_mul(unit)).collect());
    }
    Accepted { authority: authority.parse().unwrap(), id: Digest([2; 32]), submission }
}

/// Cells that children could have made: of each population so many as `n` says of its number; each is in a group that
/// follows from its own number and the breakdown, and gives the answer that `answer` says, or one that follows alike.
fn of_children(f: &Framework, n: impl Fn(usize) -> usize, answer: impl Fn(&str, usize) -> Option<usize>) -> Vec<i64> {
    let margins = Margins::of(f);
    let mut cells = vec![0; f.n_cells()];
    for (at, t) in f.tables().iter().enumerate() {
        let of = margins.shared(at);
        for child in 0..n(of.total) {
            let group = (child * (2 + of.rows % 7) + of.rows) % t.groups.len();
            let other = || (child * (1 + of.columns % 5) + of.columns) % t.categories.len();
            cells[t.cell(group, answer(&t.measure, child).unwrap_or_else(other))] += 1;
        }
    }
    cells
}

/// Number of the population that a table counts.
fn population(f: &Framework, table: &str) -> usize {
    Margins::of(f).shared(f.tables().iter().position(|t| t.id == table).unwrap()).total
}

/// Numbers that no children could have made: what noise does.
fn noisy(f: &Framework, seed: u32, size: f64) -> Vec<i64> {
    let word = |u: f64| format!("{:.0}", (u - 0.2) * size).parse().unwrap();
    spread(seed, f.n_cells()).into_iter().map(word).collect()
}

/// Cells that so many children of each population could have made.
pub(super) fn children(f: &Framework, n: usize) -> Vec<i64> {
    of_children(f, |_| n, |_, _| None)
}

/// A published number with one decimal, in tenths.
fn tenths(value: Option<f64>) -> i64 {
    let text = value.unwrap().to_string();
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, "0"));
    assert_eq!(decimals.len(), 1, "{text} has more than one decimal");
    format!("{whole}{decimals}").parse().unwrap()
}

fn figure<'a>(release: &'a Release, id: &str, area: &str, group: &str, category: &str, what: What) -> &'a Figure {
    let same = |f: &&Figure| {
        (f.id.as_str(), f.area.as_str(), f.group.as_str(), f.category.as_str(), f.what) == (id, area, group, category, what)
    };
    release.figures().iter().find(same).unwrap()
}

#[test]
fn england_is_the_sum_of_its_regions_to_the_last_child() {
    let f = Framework::built_in();
    let plan = Plan::with_equal_shares(&f, sample_choice()).unwrap();
    let number = |k: i64| move |cell: usize| i64::try_from(cell).unwrap() * k - 700;
    let all =
        [accepted(&f, &plan, "301", number(1)), accepted(&f, &plan, "302", number(2)), accepted(&f, &plan, "805", number(5))];
    let release = combine(&f, &plan, PLAN_ID, "2025.1", &all).unwrap();
    for t in f.tables().iter().filter(|t| t.kind == Kind::Share) {
        for (g, group) in t.groups.iter().enumerate() {
            for (c, category) in t.categories.iter().enumerate() {
                let of = |area| figure(&release, &t.id, area, &group.id, &category.id, What::Count);
                let [north, london, england] = ["Region E12000001", "Region E12000007", "England"].map(of);
                let cell = f64::from(u32::try_from(t.cell(g, c)).unwrap());
                assert_eq!(england.noisy, Some(8.0 * cell - 2100.0));
                assert_eq!(tenths(north.value) + tenths(london.value), tenths(england.value));
                let apart = north.unrounded.unwrap() + london.unrounded.unwrap() - england.unrounded.unwrap();
                assert!(apart.abs() < 1e-9, "{apart}");
            }
        }
    }
}

#[test]
fn a_region_is_the_sum_of_the_councils_that_are_told() {
    let f = Framework::built_in();
    let plan = Plan::with_equal_shares(&f, sample_choice()).unwrap();
    let words: Vec<Vec<i64>> = (0..3).map(|seed| noisy(&f, seed * 5, 4000.0)).collect();
    let all: Vec<Accepted> =
        ["301", "302", "805"].iter().zip(&words).map(|(code, w)| accepted(&f, &plan, code, |c| w[c])).collect();
    let release = combine(&f, &plan, PLAN_ID, "2025.1", &all).unwrap();
    let count = |area| tenths(figure(&release, "P1.total", area, "total", "children", What::Count).value);
    assert_eq!(count("Council 301") + count("Council 302"), count("Region E12000007"));
    assert_eq!(count("Council 805"), count("Region E12000001"));
}

#[test]
fn what_is_published_adds_up_in_every_way() {
    let f = Framework::built_in();
    let plan = Plan::with_equal_shares(&f, sample_choice()).unwrap();
    let words = [noisy(&f, 1, 900.0), noisy(&f, 2, 5000.0)];
    let all = [accepted(&f, &plan, "301", |c| words[0][c]), accepted(&f, &plan, "302", |c| words[1][c])];
    let release = combine(&f, &plan, PLAN_ID, "2025.1", &all).unwrap();
    let mut n_checked = 0;
    for area in ["England", "Region E12000007"] {
        let count = |id: &str, group: &str, category: &str| figure(&release, id, area, group, category, What::Count);
        let mut totals: BTreeMap<&str, (i64, f64)> = BTreeMap::new();
        for t in f.tables().iter().filter(|t| t.kind == Kind::Share) {
            let m = f.measure(&t.measure).unwrap();
            let sum = |figures: &mut dyn Iterator<Item = &Figure>| {
                figures.fold((0, 0.0), |(a, b), x| (a + tenths(x.value), b + x.unrounded.unwrap()))
            };
            let same = |a: (i64, f64), b: (i64, f64)| {
                assert_eq!(a.0, b.0, "{area} {}", t.id);
                assert!((a.1 - b.1).abs() < 1e-9, "{area} {}: {} {}", t.id, a.1, b.1);
            };
            for k in &t.categories {
                let groups = sum(&mut t.groups.iter().map(|g| count(&t.id, &g.id, &k.id)));
                let total = format!("{}.total", m.id);
                if f.table(&total).unwrap().ages == t.ages {
                    same(groups, sum(&mut std::iter::once(count(&total, "total", &k.id))));
                }
                n_checked += 1;
            }
            for g in &t.groups {
                let counted = sum(&mut t.categories.iter().filter(|k| !k.outside).map(|k| count(&t.id, &g.id, &k.id)));
                if t.categories.iter().filter(|k| !k.outside).count() > 1 {
                    same(counted, sum(&mut std::iter::once(count(&t.id, &g.id, "base"))));
                }
                for v in &m.views {
                    let parts = sum(&mut v.sum.iter().map(|k| count(&t.id, &g.id, k)));
                    same(parts, sum(&mut std::iter::once(count(&t.id, &g.id, &v.id))));
                }
            }
            if t.ages == m.ages && m.on_31_march == Presence::InCare && m.about == About::Children {
                let every = t.groups.iter().flat_map(|g| t.categories.iter().map(move |k| (g, k)));
                let total = sum(&mut every.map(|(g, k)| count(&t.id, &g.id, &k.id)));
                if m.ages == [0, 25] {
                    same(total, *totals.entry(&m.population).or_insert(total));
                }
            }
        }
        assert!(totals.len() > 5, "{totals:?}");
    }
    assert!(n_checked > 1000);
}

#[test]
fn a_view_and_the_base_are_sums_of_their_categories() {
    let f = Framework::built_in();
    let plan = Plan::with_equal_shares(&f, sample_choice()).unwrap();
    let ends = [900, 1050, 1090, 1110, 1120];
    let answer = |measure: &str, child: usize| (measure == "B1").then(|| ends.iter().position(|end| child < *end).unwrap());
    let own = population(&f, "B1.total");
    let cells = of_children(&f, |of| if of == own { 1120 } else { 0 }, answer);
    let release = combine(&f, &plan, PLAN_ID, "2025.1", &[accepted(&f, &plan, "301", |c| cells[c])]).unwrap();
    let count = |category| figure(&release, "B1.total", "England", "total", category, What::Count).value;
    assert_eq!((count("3+"), count("base")), (Some(70.0), Some(1120.0)));
    let share = figure(&release, "B1.total", "England", "total", "3+", What::Share);
    assert_eq!(share.value, Some(6.25));
    assert!(share.low < share.value && share.value < share.high);
    assert_eq!(release.coverage().absent, ["302".parse().unwrap(), "805".parse().unwrap()]);
}

#[test]
fn a_mean_is_centred_and_divided_by_the_count_of_its_share() {
    let f = Framework::built_in();
    let plan = Plan::with_equal_shares(&f, sample_choice()).unwrap();
    let own = population(&f, "A2.total");
    let answer = |measure: &str, child: usize| (measure == "A2").then_some(if child < 10_000 { 0 } else { 2 });
    let mut cells = of_children(&f, |of| if of == own { 40_000 } else { 0 }, answer);
    cells[f.table("A3.total").unwrap().first_cell] = -200_000;
    let release = combine(&f, &plan, PLAN_ID, "2025.1", &[accepted(&f, &plan, "301", |c| cells[c])]).unwrap();
    assert_eq!(figure(&release, "A3.total", "England", "total", "mean", What::Mean).value, Some(15.0));
    assert_eq!(figure(&release, "A3.total", "Region E12000001", "total", "mean", What::Mean).value, None);
}

#[test]
fn what_noise_drowns_is_not_published() {
    let f = Framework::built_in();
    let plan = Plan::with_equal_shares(&f, sample_choice()).unwrap();
    let release = combine(&f, &plan, PLAN_ID, "2025.1", &[accepted(&f, &plan, "301", |_| 1)]).unwrap();
    assert_eq!(figure(&release, "B1.total", "England", "total", "1", What::Share).value, None);
    let csv = String::from_utf8(release.figures_csv(&f)).unwrap();
    assert!(csv.lines().any(|l| l.contains("B1.total/total/1,") && l.contains(",u,u,u,")));
}

#[test]
fn a_region_where_nobody_took_part_is_absent_and_never_zero() {
    let f = Framework::built_in();
    let plan = Plan::with_equal_shares(&f, sample_choice()).unwrap();
    let release = combine(&f, &plan, PLAN_ID, "2025.1", &[accepted(&f, &plan, "301", |_| 900)]).unwrap();
    let absent: Vec<&Figure> = release.figures().iter().filter(|f| f.area == "Region E12000001").collect();
    assert!(!absent.is_empty() && absent.iter().all(|f| f.authorities == 0 && f.value.is_none() && f.low.is_none()));
    let csv = String::from_utf8(release.figures_csv(&f)).unwrap();
    assert!(csv.lines().any(|l| l.contains("E12000001") && l.contains(",x,x,x,")));
}

#[test]
fn categories_alone_add_up_to_the_base() {
    let f = Framework::built_in();
    let plan = Plan::with_equal_shares(&f, sample_choice()).unwrap();
    let fill = |cell: usize| i64::try_from(cell % 53).unwrap() + 300;
    let release = combine(&f, &plan, PLAN_ID, "2025.1", &[accepted(&f, &plan, "301", fill)]).unwrap();
    let counts = |kind| release.figures().iter().filter(move |f| f.what == What::Count && f.kind == kind && f.area == "England");
    for base in counts(FigureKind::Base) {
        let parts = counts(FigureKind::Category).filter(|f| (&f.id, &f.group) == (&base.id, &base.group));
        assert_eq!(parts.map(|f| tenths(f.value)).sum::<i64>(), tenths(base.value), "{} {}", base.id, base.group);
    }
}

#[test]
fn the_same_submissions_give_the_same_bytes_in_any_order() {
    let f = Framework::built_in();
    let plan = Plan::with_equal_shares(&f, sample_choice()).unwrap();
    let mut all = vec![accepted(&f, &plan, "301", |_| 50), accepted(&f, &plan, "805", |c| i64::try_from(c).unwrap())];
    let one = combine(&f, &plan, PLAN_ID, "2025.1", &all).unwrap();
    all.reverse();
    let two = combine(&f, &plan, PLAN_ID, "2025.1", &all).unwrap();
    assert_eq!(one.figures_json(), two.figures_json());
    assert_eq!(one.figures_csv(&f), two.figures_csv(&f));
    let json: serde_json::Value = serde_json::from_slice(&one.figures_json()).unwrap();
    assert_eq!(json["figures"].as_array().unwrap().len(), one.figures().len());
    assert_eq!(json["notices"][0], NOTICE_MADE_UP);
}

#[test]
fn every_row_has_every_column_and_the_notice() {
    let f = Framework::built_in();
    let plan = Plan::with_equal_shares(&f, sample_choice()).unwrap();
    let release = combine(&f, &plan, PLAN_ID, "2025.1", &[accepted(&f, &plan, "301", |_| 50)]).unwrap();
    let csv = String::from_utf8(release.figures_csv(&f)).unwrap();
    let meta = String::from_utf8(release.figures_meta_csv()).unwrap();
    let columns: Vec<&str> = csv.lines().next().unwrap().split(',').collect();
    for name in meta.lines().skip(1).filter_map(|l| l.split(',').next()) {
        assert!(columns.contains(&name), "{name}");
    }
    assert!(csv.lines().skip(1).all(|l| l.ends_with(&format!("{NOTICE_MADE_UP} {NOTICE}"))));
}

#[test]
fn what_cannot_be_released_is_refused_by_name() {
    let f = Framework::built_in();
    let plan = Plan::with_equal_shares(&f, sample_choice()).unwrap();
    let a = || accepted(&f, &plan, "301", |_| 1);
    let code = "301".parse().unwrap();
    assert_eq!(combine(&f, &plan, PLAN_ID, "2025.1", &[a(), a()]).unwrap_err(), ReleaseError::Twice(code));
    assert_eq!(combine(&f, &plan, PLAN_ID, "2025.1", &[]).unwrap_err(), ReleaseError::TooFew { accepted: 0, min: 1 });
    let stranger = accepted(&f, &plan, "999", |_| 1);
    assert!(matches!(combine(&f, &plan, PLAN_ID, "2025.1", &[stranger]), Err(ReleaseError::Stranger(_))));
    assert!(matches!(combine(&f, &plan, Digest::NONE, "2025.1", &[a()]), Err(ReleaseError::Submission { .. })));
    for version in ["2025", "2025.0", "2025.01", "2024.1", "2025.1.1", ""] {
        assert_eq!(combine(&f, &plan, PLAN_ID, version, &[a()]).unwrap_err(), ReleaseError::Version, "{version}");
    }
    let huge = [accepted(&f, &plan, "301", |_| i64::MAX)];
    assert!(matches!(combine(&f, &plan, PLAN_ID, "2025.1", &huge), Err(ReleaseError::Submission { .. })));
}

#[test]
fn facts_are_counted_exactly_where_authorities_took_part() {
    let f = Framework::built_in();
    let plan = Plan::with_equal_shares(&f, sample_choice()).unwrap();
    let mut all = [accepted(&f, &plan, "301", |_| 7), accepted(&f, &plan, "302", |_| 7)];
    for (a, answers) in all.iter_mut().zip([[FactAnswer::Yes, FactAnswer::No], [FactAnswer::Yes, FactAnswer::NotStated]]) {
        a.submission.facts = state_facts(&f, |id| if id == "S1" { answers[0] } else { answers[1] });
    }
    let release = combine(&f, &plan, PLAN_ID, "2025.1", &all).unwrap();
    let check = |area: &str, fact: &str, expected: [Option<f64>; 3]| {
        for (answer, n) in FactAnswer::ALL.iter().zip(expected) {
            let figure = figure(&release, fact, area, "total", answer.id(), What::Authorities);
            assert_eq!((figure.value, figure.low, figure.high), (n, None, None), "{area} {fact} {}", answer.id());
            assert_eq!((figure.kind, figure.block.as_str()), (FigureKind::Fact, "none"));
        }
    };
    check("England", "S1", [Some(2.0), Some(0.0), Some(0.0)]);
    check("England", "S2", [Some(0.0), Some(1.0), Some(1.0)]);
    check("Region E12000007", "S2", [Some(0.0), Some(1.0), Some(1.0)]);
    check("Region E12000001", "S1", [None, None, None]);
    check("Council 301", "S2", [Some(0.0), Some(1.0), Some(0.0)]);
    check("Council 302", "S2", [Some(0.0), Some(0.0), Some(1.0)]);
    // an absent authority is absent
    assert!(release.figures().iter().all(|f| f.area != "Council 805"));
    let csv = String::from_utf8(release.figures_csv(&f)).unwrap();
    let row = csv.lines().find(|l| l.contains(",Local authority,") && l.contains("S3/total/not_stated") && l.contains(",302,"));
    let cells: Vec<&str> = row.unwrap().split(',').collect();
    let columns: Vec<&str> = csv.lines().next().unwrap().split(',').collect();
    let cell = |name: &str| cells[columns.iter().position(|c| *c == name).unwrap()];
    assert_eq!(cell("new_la_code"), "E09000302");
    assert_eq!((cell("region_code"), cell("la_name")), ("E12000007", "Council 302"));
    assert_eq!((cell("authorities_answering"), cell("authority_count"), cell("children_count")), ("1", "1", "z"));
}

#[test]
fn a_rate_is_per_the_children_who_live_where_the_authorities_present_are() {
    let f = Framework::built_in();
    let plan = Plan::with_equal_shares(&f, sample_choice()).unwrap();
    let own = population(&f, "P1.total");
    let words = |n: usize| of_children(&f, |of| if of == own { n } else { 0 }, |_, _| None);
    let [few, more] = [words(602), words(604)];
    // 301 and 302 present with 30,100 and 30,200 children living there, 805 with 80,500 absent
    let all = [accepted(&f, &plan, "301", |c| few[c]), accepted(&f, &plan, "302", |c| more[c])];
    let release = combine(&f, &plan, PLAN_ID, "2025.1", &all).unwrap();
    let rate = |area: &str| figure(&release, "P1.total", area, "total", "children", What::Rate);
    let count = |area: &str| figure(&release, "P1.total", area, "total", "children", What::Count);
    for (area, people) in [("England", 60_300.0), ("Region E12000007", 60_300.0), ("Council 301", 30_100.0)] {
        assert_eq!(rate(area).value, Some(200.0), "{area}");
        for (scaled, end) in [(rate(area).low, count(area).low), (rate(area).high, count(area).high)] {
            let exact = end.unwrap() * 10_000.0 / people;
            assert!((scaled.unwrap() - exact).abs() < 0.1, "{area}: {scaled:?} {exact}");
        }
    }
    assert_eq!((rate("Region E12000001").value, rate("Region E12000001").authorities), (None, 0));
    let covered = release.population().unwrap();
    assert_eq!((covered.accepted, covered.expected, covered.mid_year), (60_300, 140_800, 2024));
    let csv = String::from_utf8(release.figures_csv(&f)).unwrap();
    assert!(csv.lines().any(|l| l.contains(",National,") && l.contains("P1.total/total/children,1206,") && l.contains(",200,")));
    // without an estimate there is no rate, and no other figure changes
    let mut choice = sample_choice();
    choice.cohort.population = None;
    choice.cohort.members.iter_mut().for_each(|m| m.population_0_17 = None);
    let plain = Plan::with_equal_shares(&f, choice).unwrap();
    let without = combine(&f, &plain, PLAN_ID, "2025.1", &all).unwrap();
    assert!(without.population().is_none());
    let others: Vec<&Figure> = release.figures().iter().filter(|f| f.what != What::Rate).collect();
    assert!(others.len() < release.figures().len() && others.into_iter().eq(without.figures()));
}

#[test]
fn a_catalogue_many_times_as_large_is_combined_too() {
    let f = Framework::built_in().by_every_breakdown();
    let plan = Plan::with_equal_shares(&f, sample_choice()).unwrap();
    let words = of_children(&f, |of| 300 + 7 * of, |_, _| None);
    let all = [accepted(&f, &plan, "301", |c| words[c]), accepted(&f, &plan, "805", |c| 2 * words[c])];
    let release = combine(&f, &plan, PLAN_ID, "2025.1", &all).unwrap();
    for t in f.tables().iter().filter(|t| t.kind == Kind::Share) {
        let (g, k) = (t.groups.len() - 1, t.categories.len() - 1);
        let last = figure(&release, &t.id, "England", &t.groups[g].id, &t.categories[k].id, What::Count);
        let expected = i32::try_from(3 * words[t.cell(g, k)]).ok().map(f64::from);
        assert_eq!((last.value, last.noisy), (expected, expected), "{}", t.id);
    }
}

/// A sum of twelve uniform numbers for each cell: Gaussian noise near enough for how often an interval holds.
fn noise(seed: u32, scales: &[f64]) -> Vec<i64> {
    let uniform = spread(seed, scales.len() * 12);
    let word = |(u, scale): (&[f64], &f64)| format!("{:.0}", (u.iter().sum::<f64>() - 6.0) * scale).parse().unwrap();
    uniform.chunks(12).zip(scales).map(word).collect()
}

#[test]
fn intervals_hold_as_often_as_they_say() {
    let three = "\"total\", \"two\", \"three\"";
    let f = small(&[("A", "x", 3, three), ("B", "x", 4, "\"total\", \"two\""), ("C", "y", 2, "\"total\"")], three);
    let plan = Plan::with_equal_shares(&f, sample_choice()).unwrap();
    let truth = of_children(&f, |of| 4000 + 100 * of, |_, _| None);
    let mut scales = vec![0.0; f.n_cells()];
    let exact = accepted(&f, &plan, "301", |c| truth[c]);
    for t in f.tables() {
        scales[t.first_cell..t.first_cell + t.n_cells()].fill(plan.place(&f, &t.id).unwrap().sd(Draw::Release));
    }
    let expected =
        combine(&f, &plan, PLAN_ID, "2025.1", &[exact.clone(), Accepted { authority: "805".parse().unwrap(), ..exact }]);
    let expected = expected.unwrap();
    let mut held: BTreeMap<What, (u32, u32)> = BTreeMap::new();
    for seed in 0..400 {
        let draw = |code: &str, seed: u32| {
            let noise = noise(seed, &scales);
            accepted(&f, &plan, code, |c| truth[c] + noise[c])
        };
        let release = combine(&f, &plan, PLAN_ID, "2025.1", &[draw("301", seed * 2), draw("805", seed * 2 + 1)]).unwrap();
        for (drawn, known) in release.figures().iter().zip(expected.figures()).filter(|(drawn, _)| drawn.area == "England") {
            let (Some(low), Some(high), Some(exact)) = (drawn.low, drawn.high, known.value) else {
                panic!("{} {} {} is not shown", drawn.id, drawn.group, drawn.category)
            };
            let (n, inside) = held.entry(drawn.what).or_default();
            *n += 1;
            *inside += u32::from(low <= exact && exact <= high);
        }
    }
    for (what, (n, inside)) in held {
        let share = f64::from(inside) / f64::from(n);
        assert!(n > 1000 && (0.935..0.965).contains(&share), "{what:?}: {inside} of {n}, {share}");
    }
}
