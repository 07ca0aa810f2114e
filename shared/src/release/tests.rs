//! Releases over small made-up plans.

use super::*;
use crate::framework::Kind;
use crate::plan::tests::sample_choice;
use crate::submission::tests::sample;
use crate::submission::{Cells, FactAnswer, state_facts};

const PLAN_ID: Digest = Digest([1; 32]);

fn accepted(framework: &Framework, plan: &Plan, authority: &str, fill: impl Fn(usize) -> i64) -> Accepted {
    let mut submission = sample(plan, PLAN_ID, framework, authority, 0);
    for (block, planned) in submission.blocks.iter_mut().zip(&plan.body().blocks) {
        let tables = planned.tables.iter().map(|t| (framework.table(&t.table).unwrap(), i64::from(t.unit)));
        let cells = tables.flat_map(|(t, unit)| (t.first_cell..t.first_cell + t.n_cells()).map(move |cell| (cell, unit)));
        block.cells = Cells(cells.map(|(cell, unit)| fill(cell).saturating_mul(unit)).collect());
    }
    Accepted { authority: authority.parse().unwrap(), id: Digest([2; 32]), submission }
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
                let value = |area| figure(&release, &t.id, area, &group.id, &category.id, What::Count).value.unwrap();
                let cell = f64::from(u32::try_from(t.cell(g, c)).unwrap());
                assert_eq!(Some(value("England")), Some(8.0 * cell - 2100.0));
                assert_eq!(Some(value("Region E12000001") + value("Region E12000007")), Some(value("England")));
            }
        }
    }
}

#[test]
fn a_view_and_the_base_are_sums_of_their_categories() {
    let f = Framework::built_in();
    let plan = Plan::with_equal_shares(&f, sample_choice()).unwrap();
    let table = f.table("B1.total").unwrap();
    let counts = [900_i64, 150, 40, 20, 10];
    let fill = |cell: usize| cell.checked_sub(table.first_cell).and_then(|i| counts.get(i)).copied().unwrap_or(0);
    let release = combine(&f, &plan, PLAN_ID, "2025.1", &[accepted(&f, &plan, "301", fill)]).unwrap();
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
    let (bands, sum) = (f.table("A2.total").unwrap().first_cell, f.table("A3.total").unwrap().first_cell);
    let fill = |cell: usize| {
        if cell == bands {
            10_000
        } else if cell == bands + 2 {
            30_000
        } else if cell == sum {
            -200_000
        } else {
            0
        }
    };
    let release = combine(&f, &plan, PLAN_ID, "2025.1", &[accepted(&f, &plan, "301", fill)]).unwrap();
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
    let fill = |cell: usize| i64::try_from(cell % 50).unwrap() + 300;
    let release = combine(&f, &plan, PLAN_ID, "2025.1", &[accepted(&f, &plan, "301", fill)]).unwrap();
    let counts = |kind| release.figures().iter().filter(move |f| f.what == What::Count && f.kind == kind && f.area == "England");
    for base in counts(FigureKind::Base) {
        let parts = counts(FigureKind::Category).filter(|f| (&f.id, &f.group) == (&base.id, &base.group));
        assert_eq!(Some(parts.filter_map(|f| f.value).sum::<f64>()), base.value, "{} {}", base.id, base.group);
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
    let cell = f.table("P1.total").unwrap().first_cell;
    let of = |n: i64| move |at: usize| if at == cell { n } else { 0 };
    // 301 and 302 present with 30,100 and 30,200 children living there, 805 with 80,500 absent
    let all = [accepted(&f, &plan, "301", of(602)), accepted(&f, &plan, "302", of(604))];
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
    let all = [accepted(&f, &plan, "301", |c| i64::try_from(c).unwrap()), accepted(&f, &plan, "805", |_| 60)];
    let release = combine(&f, &plan, PLAN_ID, "2025.1", &all).unwrap();
    for t in f.tables().iter().filter(|t| t.kind == Kind::Share) {
        let last = t.n_cells() - 1;
        let (group, category) = (t.groups.last().unwrap(), t.categories.last().unwrap());
        let value = figure(&release, &t.id, "England", &group.id, &category.id, What::Count).value.unwrap();
        assert_eq!(Some(value), u32::try_from(t.first_cell + last + 60).ok().map(f64::from), "{}", t.id);
    }
}
