//! Detail 10, and the home that an episode belongs to.

use shared::framework::{Parameters, TemporaryStay};

use crate::day::tests::day;
use crate::histories::tests::{read, written, year};
use crate::histories::{ChildHistory, Mending, build};
use crate::records::codes::{MoveReason, Place};
use crate::records::tables::Table;

/// A child's history from `DECOM,RNE,PLACE,DEC,REC,REASON,PL_POST`.
fn child(episodes: &[&str], parameters: Parameters) -> ChildHistory {
    let rows: Vec<String> = episodes
        .iter()
        .map(|row| {
            let cells: Vec<&str> = row.split(',').collect();
            let [start, rne, place, end, rec, reason, postcode] = cells.as_slice() else { panic!("{row}") };
            let provider = if place.starts_with('T') { "" } else { "PR1" };
            format!("A1,{start},{rne},C2,N1,{place},{provider},{end},{rec},{reason},AB9 9ZZ,{postcode},1234567")
        })
        .collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let of = written(2025, &["A1,F,15/05/2012,WBRI,UN1,,"], &[]).replaced(Table::Episodes, &rows);
    build(&read(&[of]), year(2025), Mending::Off, parameters).children.remove(0)
}

fn name(reason: MoveReason) -> &'static str {
    match reason {
        MoveReason::Carpl => "CARPL",
        MoveReason::Close => "CLOSE",
        MoveReason::Alleg => "ALLEG",
        MoveReason::Stand => "STAND",
        MoveReason::Apprr => "APPRR",
        MoveReason::Creqb => "CREQB",
        MoveReason::Creqo => "CREQO",
        MoveReason::Child => "CHILD",
        MoveReason::Lareq => "LAREQ",
        MoveReason::Place => "PLACE",
        MoveReason::Custod => "CUSTOD",
        MoveReason::Other => "OTHER",
    }
}

fn endings(child: &ChildHistory) -> Vec<(i32, &'static str)> {
    let first = day("01/04/2024");
    child.carer_endings(year(2025)).map(|ending| (ending.on.days_since(first), name(ending.reason))).collect()
}

/// Endings as days after 1 April 2024 and reasons.
fn check(episodes: &[&str], expected: &[(i32, &str)]) {
    assert_eq!(endings(&child(episodes, Parameters::default())), expected, "{episodes:?}");
}

#[test]
fn an_ending_is_a_move_to_another_carer_in_the_year() {
    let moved = |on: &str, label: &str, rec: &str, place: &str, expected: &[(i32, &str)]| {
        check(&[&format!("01/06/2020,S,U4,{on},{rec},CREQB,AB1 2CD"), &format!("{on},{label},{place},,,,EF3 4GH")], expected);
    };
    moved("01/04/2024", "P", "X1", "U6", &[(0, "CREQB")]);
    moved("31/03/2025", "P", "X1", "U6", &[(364, "CREQB")]);
    moved("31/03/2024", "P", "X1", "U6", &[]);
    moved("01/06/2024", "B", "X1", "U6", &[(61, "CREQB")]);
    for label in ["L", "T", "U", "S"] {
        moved("01/06/2024", label, "X1", "U6", &[]);
    }
    moved("01/06/2024", "P", "E4A", "U6", &[]);
    moved("01/06/2024", "P", "", "U6", &[]);
    // adoption by the carer is the same home, by others another one
    moved("01/06/2024", "P", "X1", "A5", &[]);
    moved("01/06/2024", "P", "X1", "A6", &[(61, "CREQB")]);
    moved("01/06/2024", "P", "X1", "T1", &[]);
}

#[test]
fn the_next_episode_begins_on_the_day_of_the_ending() {
    check(&["01/06/2020,S,U4,01/06/2024,X1,CREQB,AB1 2CD", "02/06/2024,P,U6,,,,EF3 4GH"], &[]);
    check(&["01/06/2020,S,U4,01/06/2024,X1,CREQB,AB1 2CD"], &[]);
    check(&["01/06/2020,S,U4,,,CREQB,AB1 2CD"], &[]);
}

#[test]
fn out_of_a_stay_the_reason_of_the_stay_stands_before_that_of_the_home() {
    let through = |home: &str, stay: &str, expected: &[(i32, &str)]| {
        check(
            &[
                &format!("01/06/2020,S,U4,01/06/2024,X1,{home},AB1 2CD"),
                &format!("01/06/2024,P,T1,08/06/2024,X1,{stay},HO5 1AL"),
                "08/06/2024,P,U6,,,,EF3 4GH",
            ],
            expected,
        );
    };
    through("CREQB", "CHILD", &[(68, "CHILD")]);
    through("CREQB", "", &[(68, "CREQB")]);
    through("", "", &[(68, "OTHER")]);
    through("CREQB", "PLACE", &[]);
    through("PLACE", "", &[]);
    // back to the same home: none, whatever the reasons say
    check(
        &[
            "01/06/2020,S,U4,01/06/2024,X1,CREQB,AB1 2CD",
            "01/06/2024,P,T1,08/06/2024,X1,CHILD,HO5 1AL",
            "08/06/2024,P,U4,,,,AB1 2CD",
        ],
        &[],
    );
    // a run of stays: the last one's reason, else that of the home before the run
    let run = |last: &str, expected: &[(i32, &str)]| {
        check(
            &[
                "01/06/2020,S,U4,01/06/2024,X1,ALLEG,AB1 2CD",
                "01/06/2024,P,T1,08/06/2024,X1,STAND,HO5 1AL",
                &format!("08/06/2024,P,T3,10/06/2024,X1,{last},HO5 1AM"),
                "10/06/2024,P,U6,,,,EF3 4GH",
            ],
            expected,
        );
    };
    run("LAREQ", &[(70, "LAREQ")]);
    run("", &[(70, "ALLEG")]);
    // from a stay with which care began, there is no home that could end
    check(&["01/06/2020,S,T4,01/06/2024,X1,CREQB,AB1 2CD", "01/06/2024,P,U4,,,,EF3 4GH"], &[]);
}

#[test]
fn several_endings_come_in_order() {
    check(
        &[
            "01/06/2020,S,U4,01/05/2024,X1,CREQB,AB1 2CD",
            "01/05/2024,P,U6,01/06/2024,X1,,EF3 4GH",
            "01/06/2024,L,U6,01/07/2024,X1,CARPL,EF3 4GH",
            "01/07/2024,P,U1,,,,JK5 6LM",
        ],
        &[(30, "CREQB"), (91, "CARPL")],
    );
}

#[test]
fn where_stays_are_homes_of_their_own_they_begin_and_end_by_moves() {
    let parameters = Parameters { temporary_stay: TemporaryStay::OwnHome, ..Parameters::default() };
    let rows =
        ["01/06/2020,S,U4,01/06/2024,X1,CREQB,AB1 2CD", "01/06/2024,P,T1,08/06/2024,X1,,HO5 1AL", "08/06/2024,P,U4,,,,AB1 2CD"];
    assert_eq!(endings(&child(&rows, parameters)), [(61, "CREQB"), (68, "OTHER")]);
}

#[test]
fn the_home_of_a_stay_is_the_one_before_it() {
    let child = child(
        &[
            "01/06/2020,S,U4,01/05/2024,X1,CREQB,AB1 2CD",
            "01/05/2024,P,K2,01/06/2024,X1,,EF3 4GH",
            "01/06/2024,P,T1,08/06/2024,X1,,HO5 1AL",
            "08/06/2024,P,T2,10/06/2024,E4A,,HO5 1AL",
            "01/07/2024,S,T1,,,,HO5 1AL",
        ],
        Parameters::default(),
    );
    let homes: Vec<bool> = child.episodes.iter().map(|e| child.home_of(e).is_some_and(|home| home.place == Place::K2)).collect();
    assert_eq!(homes, [false, true, true, true, false]);
    assert!(
        child.episodes.last().is_some_and(|last| child.home_of(last).is_none()),
        "care that begins temporary has no home yet"
    );
    let starts: Vec<_> = child.episodes.iter().map(|e| child.placement_start(e)).collect();
    let days = ["01/06/2020", "01/05/2024", "01/05/2024", "01/05/2024", "01/07/2024"].map(|text| Some(day(text)));
    assert_eq!(starts, days);
}

#[test]
fn the_first_day_in_care_of_a_year() {
    let of = |rows: &[&str]| child(rows, Parameters::default()).first_day_in_care(year(2025));
    let until = |end: &str| of(&[&format!("01/06/2020,S,U4,{end},E4A,,AB1 2CD"), "10/09/2024,S,U4,,,,AB1 2CD"]);
    assert_eq!(until("02/04/2024"), Some(day("01/04/2024")));
    assert_eq!(until("01/04/2024"), Some(day("10/09/2024")));
    assert_eq!(of(&["31/03/2025,S,U4,,,,AB1 2CD"]), Some(day("31/03/2025")));
    assert_eq!(of(&["01/06/2020,S,U4,01/04/2024,E4A,,AB1 2CD"]), None);
}
