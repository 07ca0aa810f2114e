//! The oracle held against small histories written by hand, and its names against the framework.

use super::known::Known;
use super::{Cell, care, count, sum};
use crate::councils::codes::{
    Absence, Ended, Ethnic, InTouch, Legal, Need, NewEpisode as Rne, Place, Provider, Sex, TookPart, WorkerReason,
};
use crate::councils::state::{AbsenceSpell, Child, Episode, LeaverStatus, Outcomes, Review, WorkerSpell};
use crate::councils::{Plan, Spec};
use jiff::civil::{Date, date};
use std::collections::{BTreeMap, BTreeSet};

const YEARS: [i16; 3] = [2023, 2024, 2025];

fn child(dob: Date, episodes: Vec<Episode>) -> Child {
    Child {
        id: "1".to_owned(),
        upn: None,
        sex: Sex::Female,
        sex_not_known: false,
        dob,
        ethnic: Ethnic::Wbri,
        mother_since: None,
        episodes,
        uasc: None,
        outcomes: Vec::new(),
        leaver: Vec::new(),
        reviews: Vec::new(),
        absences: Vec::new(),
        workers: Vec::new(),
    }
}

fn episode(from: Date, rne: Rne, place: Place, to: Option<(Date, Ended)>) -> Episode {
    Episode {
        decom: from,
        rne,
        ls: Legal::C2,
        cin: Need::N1,
        place,
        provider: Provider::Pr1,
        dec: to.map(|(dec, _)| dec),
        rec: to.map(|(_, rec)| rec),
        reason: None,
        home_post: 1,
        place_post: 5,
        urn: 0,
    }
}

/// Episodes one after the other, each with its first day, reason and place, the last one open.
fn chain(steps: &[(Date, Rne, Place)]) -> Vec<Episode> {
    let mut episodes: Vec<Episode> = Vec::new();
    for (i, &(from, rne, place)) in steps.iter().enumerate() {
        let mut next = episode(from, rne, place, steps.get(i + 1).map(|&(to, ..)| (to, Ended::X1)));
        next.place_post = u32::try_from(i).expect("few steps") + 1;
        if place == Place::T4 {
            next.place_post = 0;
        }
        episodes.push(next);
    }
    episodes
}

fn known(child: &Child) -> Known<'_> {
    Known::of(child, &YEARS, 2025)
}

fn cells(child: &Child, table: &str) -> BTreeSet<String> {
    cells_of(child, &YEARS, table)
}

fn cells_of(child: &Child, years: &[i16], table: &str) -> BTreeSet<String> {
    let known = Known::of(child, years, 2025);
    let mut tally = super::Tally { counts: BTreeMap::new() };
    super::wellbeing::count(&known, &mut tally);
    super::stability::count(&known, &mut tally);
    super::life::count(&known, &mut tally);
    let cells = tally.counts.into_iter().filter(|(cell, _)| cell.table == table);
    cells.map(|(cell, n)| format!("{}/{}={n}", cell.group, cell.category)).collect()
}

fn only(text: &str) -> BTreeSet<String> {
    BTreeSet::from([text.to_owned()])
}

#[test]
fn who_leaves_on_31_march_is_not_looked_after_on_it() {
    for (dec, looked_after, ceased) in
        [(date(2025, 3, 31), false, true), (date(2025, 4, 1), true, false), (date(2024, 4, 1), false, true)]
    {
        let child = child(date(2015, 6, 1), vec![episode(date(2023, 5, 1), Rne::S, Place::U6, Some((dec, Ended::E4a)))]);
        assert_eq!(!cells(&child, "P1.total").is_empty(), looked_after, "{dec}");
        assert_eq!(!cells(&child, "F1.total").is_empty(), ceased, "{dec}");
    }
    let on_1_april =
        child(date(2015, 6, 1), vec![episode(date(2023, 5, 1), Rne::S, Place::U6, Some((date(2024, 4, 1), Ended::E4a)))]);
    assert!(cells(&on_1_april, "B11.total").is_empty());
}

#[test]
fn a_birthday_on_29_february_falls_on_the_28th() {
    let child = child(date(2012, 2, 29), Vec::new());
    let known = known(&child);
    assert_eq!(known.age_on(date(2025, 2, 27)), 12);
    assert_eq!(known.age_on(date(2025, 2, 28)), 13);
}

#[test]
fn homes_are_counted_as_the_details_say() {
    let start = date(2023, 5, 1);
    let cases = [
        ("one", vec![(start, Rne::S, Place::U6)], "total/1=1"),
        ("a legal status is no move", vec![(start, Rne::S, Place::U6), (date(2024, 8, 1), Rne::L, Place::U6)], "total/1=1"),
        ("a move on 1 April", vec![(start, Rne::S, Place::U6), (date(2024, 4, 1), Rne::P, Place::K2)], "total/1=1"),
        ("a move on 2 April", vec![(start, Rne::S, Place::U6), (date(2024, 4, 2), Rne::P, Place::K2)], "total/2=1"),
        ("same carer", vec![(start, Rne::S, Place::U6), (date(2024, 6, 2), Rne::T, Place::U4)], "total/2=1"),
        ("adopted by the carer", vec![(start, Rne::S, Place::U6), (date(2024, 6, 2), Rne::P, Place::A5)], "total/1=1"),
    ];
    for (name, steps, expected) in cases {
        let child = child(date(2015, 6, 1), chain(&steps));
        assert_eq!(cells(&child, "B1.total"), only(expected), "{name}");
    }
}

#[test]
fn a_temporary_stay_belongs_to_the_home_before_it() {
    let steps =
        [(date(2023, 5, 1), Rne::S, Place::U6), (date(2024, 6, 1), Rne::P, Place::T4), (date(2024, 6, 6), Rne::P, Place::U6)];
    let mut back = child(date(2015, 6, 1), chain(&steps));
    back.episodes[2].place_post = back.episodes[0].place_post;
    assert_eq!(cells(&back, "B1.total"), only("total/1=1"));
    let elsewhere = child(date(2015, 6, 1), chain(&steps));
    assert_eq!(cells(&elsewhere, "B1.total"), only("total/2=1"));
    let away_now = child(date(2015, 6, 1), chain(&[steps[0], (date(2025, 3, 29), Rne::P, Place::T4)]));
    assert_eq!(cells(&away_now, "B1.placement"), only("foster_other/1=1"));
    let first_temporary = child(date(2024, 6, 1), chain(&[(date(2025, 3, 30), Rne::S, Place::T4)]));
    assert_eq!(cells(&first_temporary, "B1.total"), only("total/1=1"));
}

#[test]
fn same_carer_looks_two_years_back_and_past_an_adoption() {
    let born = date(2018, 1, 1);
    let cases = [
        ("stayed", vec![(date(2022, 9, 30), Rne::S, Place::U6)], Some("total/same_carer=1")),
        ("too short in care", vec![(date(2022, 10, 1), Rne::S, Place::U6)], None),
        (
            "moved on 31 March two years ago",
            vec![(date(2022, 5, 1), Rne::S, Place::U6), (date(2023, 3, 31), Rne::P, Place::U4)],
            Some("total/same_carer=1"),
        ),
        (
            "moved on 1 April",
            vec![(date(2022, 5, 1), Rne::S, Place::U6), (date(2023, 4, 1), Rne::B, Place::U4)],
            Some("total/other_carer=1"),
        ),
        (
            "moved house together",
            vec![(date(2022, 5, 1), Rne::S, Place::U6), (date(2024, 4, 1), Rne::T, Place::U6)],
            Some("total/same_carer=1"),
        ),
        (
            "placed for adoption from a home of two years",
            vec![(date(2022, 5, 1), Rne::S, Place::U6), (date(2024, 12, 1), Rne::P, Place::A6)],
            Some("total/same_carer=1"),
        ),
    ];
    for (name, steps, expected) in cases {
        let child = child(born, chain(&steps));
        assert_eq!(cells(&child, "B3.total"), expected.map(only).unwrap_or_default(), "{name}");
        let too_few = cells_of(&child, &[2024, 2025], "B3.total");
        assert_eq!(too_few, only("total/not_enough_years=1"), "{name}");
    }
}

#[test]
fn short_breaks_are_no_care_but_break_twelve_months() {
    let mut other = chain(&[(date(2022, 5, 1), Rne::S, Place::U6)]);
    let mut with_break = child(date(2015, 6, 1), other.clone());
    assert!(care::twelve_months(&known(&with_break)));
    other[0].decom = date(2024, 4, 1);
    assert!(care::twelve_months(&known(&child(date(2015, 6, 1), other.clone()))), "a start on 1 April");
    other[0].decom = date(2024, 4, 2);
    assert!(!care::twelve_months(&known(&child(date(2015, 6, 1), other))), "a start on 2 April");
    let mut short = episode(date(2024, 3, 30), Rne::S, Place::U6, Some((date(2024, 4, 3), Ended::E8)));
    short.ls = Legal::V3;
    with_break.episodes[0].decom = date(2024, 4, 1);
    with_break.episodes.insert(0, short.clone());
    assert!(!care::twelve_months(&known(&with_break)));
    let only_breaks = child(date(2015, 6, 1), vec![short]);
    assert!(cells(&only_breaks, "B11.total").is_empty());
    assert!(cells(&only_breaks, "F1.total").is_empty());
}

#[test]
fn scores_fall_into_bands_and_transitions() {
    let row = |year, score| Outcomes {
        year,
        sdq_score: score,
        sdq_reason: None,
        convicted: None,
        health_check: None,
        immunisations: None,
        teeth_check: None,
        health_assessment: Some(true),
        substance_misuse: None,
        intervention_received: None,
        intervention_offered: None,
    };
    let mut child = child(date(2012, 6, 1), chain(&[(date(2021, 5, 1), Rne::S, Place::U6)]));
    child.outcomes = vec![row(2024, Some(39)), row(2025, Some(13))];
    assert_eq!(cells(&child, "A1.age"), only("10-15/received=1"));
    assert_eq!(cells(&child, "A2.total"), only("total/0-13=1"));
    assert_eq!(cells(&child, "A4.total"), only("total/17-40_to_0-13=1"));
    assert_eq!(cells(&child, "A4m.total"), BTreeSet::from(["total/n=1".to_owned(), "total/sum=-20".to_owned()]));
    assert_eq!(cells_of(&child, &[2025], "A4.total"), only("total/not_enough_years=1"));
    assert_eq!(cells(&child, "D1.total"), only("total/yes=1"));
    child.outcomes.pop();
    assert_eq!(cells(&child, "A1.total"), only("total/neither=1"));
    assert_eq!(cells(&child, "D1.total"), only("total/not_recorded=1"));
}

#[test]
fn incidents_workers_and_reviews_of_the_year_count() {
    let mut child = child(date(2012, 6, 1), chain(&[(date(2021, 5, 1), Rne::S, Place::U6)]));
    let spell = |from, to| AbsenceSpell { kind: Absence::Missing, from, to };
    child.absences = vec![
        spell(date(2024, 3, 1), Some(date(2024, 3, 31))),
        spell(date(2024, 3, 31), Some(date(2024, 4, 1))),
        spell(date(2024, 9, 1), Some(date(2024, 9, 1))),
        spell(date(2025, 3, 31), None),
    ];
    assert_eq!(cells(&child, "B11.total"), only("total/2-4=1"));
    let worker = |worker, from, to| WorkerSpell { worker, from, to, reason: WorkerReason::Leftrl };
    child.workers = vec![
        worker(1, date(2023, 1, 1), Some(date(2024, 4, 1))),
        worker(2, date(2024, 4, 1), Some(date(2024, 8, 1))),
        worker(3, date(2024, 8, 1), Some(date(2024, 9, 1))),
        worker(2, date(2024, 9, 1), None),
    ];
    assert_eq!(cells(&child, "B7.total"), only("total/2=1"));
    let review = |on, took_part| Review { on, took_part };
    assert_eq!(cells(&child, "C1.total"), only("total/no_review=1"));
    child.reviews = vec![
        review(date(2024, 6, 1), TookPart::Pn1),
        review(date(2025, 1, 1), TookPart::Pn6),
        review(date(2025, 1, 1), TookPart::Pn7),
        review(date(2025, 4, 1), TookPart::Pn1),
    ];
    assert_eq!(cells(&child, "C1.total"), only("total/PN7=1"));
}

#[test]
fn care_leavers_count_without_episodes_and_not_after_another_authority_took_over() {
    use crate::councils::codes::{Activity, Home};
    let status = |in_touch, home| LeaverStatus { year: 2025, in_touch, activity: Activity::P1, home, suitable: true };
    let mut leaver = child(date(2005, 6, 1), Vec::new());
    leaver.leaver = vec![status(InTouch::Yes, Home::U)];
    assert_eq!(cells(&leaver, "G1.age"), only("19-21/YES=1"));
    assert_eq!(cells(&leaver, "G2.total"), only("total/suitable=1"));
    assert_eq!(cells(&leaver, "G3.total"), only("total/higher_education=1"));
    leaver.leaver = vec![status(InTouch::Yes, Home::G)];
    assert!(cells(&leaver, "G2.total").is_empty());
    assert!(!cells(&leaver, "G3.total").is_empty());
    leaver.leaver = vec![status(InTouch::Rhom, Home::U)];
    assert!(cells(&leaver, "G1.total").is_empty());
    leaver.leaver = vec![status(InTouch::Yes, Home::U)];
    leaver.episodes = vec![episode(date(2022, 5, 1), Rne::S, Place::U6, Some((date(2023, 5, 1), Ended::E3)))];
    assert!(cells(&leaver, "G1.total").is_empty());
    let mut short = episode(date(2022, 5, 1), Rne::S, Place::U6, Some((date(2022, 5, 4), Ended::E8)));
    short.ls = Legal::V3;
    leaver.episodes = vec![short];
    assert!(cells(&leaver, "G1.total").is_empty());
}

/// Every table, group and category that the oracle names is one of the framework's.
#[test]
fn names_are_those_of_the_framework() {
    let framework: toml::Table = toml::from_str(include_str!("../../../config/framework.toml")).expect("the framework is TOML");
    let list = |name: &str| framework[name].as_array().expect("the framework lists it").clone();
    let ids = |value: &toml::Value, key: &str| -> BTreeSet<String> {
        let entries = value.get(key).and_then(toml::Value::as_array).into_iter().flatten();
        entries.filter_map(|entry| entry["id"].as_str()).map(str::to_owned).collect()
    };
    let mut counts: BTreeMap<Cell, i64> = BTreeMap::new();
    for (n_years, year) in [(3, 2025), (1, 2025), (1, 2023)] {
        let spec = Spec { reporting_year: year, n_years, authorities: Some(10), ..Spec::default() };
        let plan = Plan::new(&spec);
        let all: Vec<BTreeMap<Cell, i64>> = (0..10).map(|place| count(&plan.council(place), year)).collect();
        counts = sum(all.iter().chain([&counts]));
    }
    let mut tables_seen = BTreeSet::new();
    for cell in counts.keys() {
        let (measure_id, breakdown_id) = cell.table.split_once('.').expect("a table is a measure by a breakdown");
        let measure = list("measure").into_iter().find(|m| m["id"].as_str() == Some(measure_id)).expect("a measure");
        let breakdowns = measure["breakdowns"].as_array().expect("a measure has breakdowns");
        assert!(breakdowns.iter().any(|b| b.as_str() == Some(breakdown_id)), "{}", cell.table);
        let breakdown = list("breakdown").into_iter().find(|b| b["id"].as_str() == Some(breakdown_id)).expect("listed");
        let like = breakdown.get("like").and_then(toml::Value::as_str);
        let base = list("breakdown").into_iter().find(|b| b["id"].as_str() == like).unwrap_or(breakdown);
        let leavers = measure["about"].as_str() == Some("care_leavers") && base.get("groups_care_leavers").is_some();
        let groups = ids(&base, if leavers { "groups_care_leavers" } else { "groups" });
        assert!(groups.contains(&cell.group), "{cell:?}");
        let is_mean = measure["kind"].as_str() == Some("mean");
        let categories = ids(&measure, "categories");
        let known = if is_mean { ["n", "sum"].contains(&cell.category.as_str()) } else { categories.contains(&cell.category) };
        assert!(known, "{cell:?}");
        tables_seen.insert(cell.table.clone());
    }
    for measure in list("measure") {
        for breakdown in measure["breakdowns"].as_array().into_iter().flatten() {
            let id = measure["id"].as_str().expect("a measure has an id");
            let table = format!("{id}.{}", breakdown.as_str().expect("a breakdown has an id"));
            assert!(tables_seen.contains(&table), "{table} is counted by nobody");
        }
    }
}
