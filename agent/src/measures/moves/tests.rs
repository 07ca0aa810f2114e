//! Changes of carer, their reasons, and reviews near them: the edges that the worked examples leave.

use crate::histories::tests::{Written, written};
use crate::measures::tests::{HEADER, HEADER_2024, IN_CARE, check, in_2025};
use crate::records::tables::Table as Source;

/// Episodes that end with a reason: `CHILD,DECOM,RNE,LS,PLACE,DEC,REC,REASON,PL_POST`.
fn with_reasons(episodes: &[&str]) -> Written {
    let rows: Vec<String> = episodes
        .iter()
        .map(|row| {
            let cells: Vec<&str> = row.split(',').collect();
            let [child, start, rne, legal, place, end, rec, reason, postcode] = cells.as_slice() else { panic!("{row}") };
            format!("{child},{start},{rne},{legal},N1,{place},PR1,{end},{rec},{reason},AB9 9ZZ,{postcode},1234567")
        })
        .collect();
    let written = written(2025, &[HEADER], &[]);
    written.replaced(Source::Episodes, &rows.iter().map(String::as_str).collect::<Vec<_>>())
}

/// In one home until a day, then in another, for a reason.
fn moved(on: &str, reason: &str) -> Written {
    with_reasons(&[&format!("A1,01/06/2020,S,C2,U4,{on},X1,{reason},AB1 2CD"), &format!("A1,{on},P,C2,U6,,,,EF3 4GH")])
}

#[test]
fn b4_counts_by_label_from_the_first_to_the_last_day() {
    let days = ["01/04/2024", "01/06/2024", "01/07/2024", "01/08/2024", "31/03/2025"];
    for (n, category) in [(0, "0"), (1, "1"), (2, "2"), (3, "3"), (4, "4+"), (5, "4+")] {
        let mut starts = vec!["01/06/2020"];
        starts.extend(&days[..n]);
        let row = |at: usize| {
            let (label, end) = (["S", "P", "B"][at.min(1) + at.saturating_sub(1) % 2], starts.get(at + 1).copied().unwrap_or(""));
            format!("A1,{},{label},C2,U4,{end},{}", starts[at], if end.is_empty() { "" } else { "X1" })
        };
        let rows: Vec<String> = (0..starts.len()).map(row).collect();
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        check("B4a.total", &[in_2025(&rows)], Some(("total", category)));
        let former = || written(2024, &[HEADER_2024], &[]);
        check("B4b.total", &[former(), in_2025(&rows)], Some(("total", category)));
        check("B4b.total", &[in_2025(&rows)], Some(("total", "not_enough_years")));
    }
    // the day before the window is in the year before, and so is a move on it
    check("B4a.total", &[in_2025(&["A1,01/06/2020,S,C2,U4,31/03/2024,X1", "A1,31/03/2024,P,C2,U6,,"])], Some(("total", "0")));
    check("B4a.total", &[in_2025(&["A1,01/06/2020,S,C2,U4,31/03/2025,E4A"])], None);
    check("B4b.total", &[in_2025(&["A1,01/06/2020,S,C2,U4,31/03/2025,E4A"])], None);
}

#[test]
fn b4_the_entry_of_a_child_who_was_not_in_care_the_day_before() {
    let check = |rows: &[&str], expected: &str| check("B4a.total", &[in_2025(rows)], Some(("total", expected)));
    check(&["A1,01/04/2024,S,C2,U4,,"], "0");
    check(&["A1,31/03/2024,S,C2,U4,,"], "0");
    // left on the day before the window: not in care on it, so that coming back is the entry
    check(&["A1,01/06/2020,S,C2,U4,31/03/2024,E4A", "A1,01/06/2024,S,C2,U4,,"], "0");
    check(&["A1,01/06/2020,S,C2,U4,01/04/2024,E4A", "A1,01/06/2024,S,C2,U4,,"], "1");
    // the entry is the first episode, whatever its label; a second entry is a change
    check(&["A1,01/06/2024,P,C2,U4,,"], "0");
    check(&["A1,01/06/2024,L,C2,U4,01/07/2024,X1", "A1,01/07/2024,P,C2,U6,,"], "1");
    check(&["A1,01/05/2024,S,C2,U4,01/06/2024,E4A", "A1,01/09/2024,S,C2,U4,,"], "1");
    // short breaks are no care
    check(&["A1,01/05/2024,S,V4,U4,01/06/2024,E4A", "A1,01/09/2024,S,C2,U4,,"], "0");
}

#[test]
fn b4b_looks_at_two_years() {
    let former = |episodes: &[&str]| written(2024, &[HEADER_2024], episodes);
    let first = "A1,01/06/2020,S,C2,U4,01/04/2023,X1";
    check("B4b.total", &[former(&[first]), in_2025(&["A1,01/04/2023,P,C2,U6,,"])], Some(("total", "1")));
    let first = "A1,01/06/2020,S,C2,U4,31/03/2023,X1";
    check("B4b.total", &[former(&[]), in_2025(&[first, "A1,31/03/2023,P,C2,U6,,"])], Some(("total", "0")));
    check("B4b.total", &[former(&[]), in_2025(&["A1,01/04/2024,S,C2,U4,,"])], None);
}

#[test]
fn b5_each_reason_has_its_kind_and_its_name() {
    for (reason, kind, name) in [
        ("CREQB", "unplanned", "CREQB"),
        ("CREQO", "unplanned", "CREQO"),
        ("CHILD", "unplanned", "CHILD"),
        ("LAREQ", "unplanned", "LAREQ"),
        ("ALLEG", "safeguarding", "ALLEG"),
        ("STAND", "safeguarding", "STAND"),
        ("APPRR", "safeguarding", "APPRR"),
        ("OTHER", "other", "OTHER"),
        ("CUSTOD", "other", "CUSTOD"),
        ("", "other", "OTHER"),
        ("CARPL", "planned", "CARPL"),
        ("CLOSE", "planned", "CLOSE"),
        ("PLACE", "none", "none"),
    ] {
        check("B5.total", &[moved("10/09/2024", reason)], Some(("total", kind)));
        check("B5r.total", &[moved("10/09/2024", reason)], Some(("total", name)));
    }
    check("B5.placement", &[moved("10/09/2024", "ALLEG")], Some(("foster_other", "safeguarding")));
    let left = in_2025(&["A1,01/06/2020,S,C2,U4,31/03/2025,E4A"]);
    check("B5.total", &[left], None);
    check("B5r.total", &[in_2025(&["A1,01/06/2020,S,C2,U4,31/03/2025,E4A"])], None);
}

#[test]
fn b5_the_weightiest_wins_and_b5r_the_last() {
    let twice = |one: &str, other: &str| {
        with_reasons(&[
            &format!("A1,01/06/2020,S,C2,U4,10/05/2024,X1,{one},AB1 2CD"),
            &format!("A1,10/05/2024,P,C2,U6,01/10/2024,X1,{other},EF3 4GH"),
            "A1,01/10/2024,P,C2,U6,,,,JK5 6LM",
        ])
    };
    let order = [("LAREQ", "unplanned"), ("APPRR", "safeguarding"), ("CUSTOD", "other"), ("CLOSE", "planned")];
    for (at, (heavy, kind)) in order.iter().enumerate() {
        for (light, _) in &order[at..] {
            check("B5.total", &[twice(heavy, light)], Some(("total", kind)));
            check("B5.total", &[twice(light, heavy)], Some(("total", kind)));
            check("B5r.total", &[twice(heavy, light)], Some(("total", light)));
        }
    }
}

fn reviewed(of: Written, reviews: &[&str]) -> Written {
    let rows: Vec<String> = reviews.iter().map(|on| format!("A1,15/05/2012,{on},PN1")).collect();
    of.with(Source::Reviews, &rows.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn b14_twenty_eight_days_on_either_side() {
    let check = |on: &str, reviews: &[&str], expected: &str| {
        check("B14.total", &[reviewed(moved(on, "LAREQ"), reviews)], Some(("total", expected)));
    };
    check("09/09/2024", &["11/08/2024"], "neither");
    check("09/09/2024", &["12/08/2024"], "review_before");
    check("09/09/2024", &["09/09/2024"], "review_before");
    check("09/09/2024", &["10/09/2024"], "review_after");
    check("09/09/2024", &["07/10/2024"], "review_after");
    check("09/09/2024", &["08/10/2024"], "neither");
    check("09/09/2024", &["10/09/2024", "08/09/2024"], "review_before");
    check("09/09/2024", &[], "neither");
    // cut at 31 March
    check("20/03/2025", &["31/03/2025"], "review_after");
    check("20/03/2025", &["01/04/2025"], "neither");
}

#[test]
fn b14_the_year_before_where_the_days_reach_into_it() {
    let former = |reviews: &[&str]| reviewed(written(2024, &[HEADER_2024], &["A1,01/06/2020,S,C2,U4,,"]), reviews);
    let now = |on: &str, reviews: &[&str]| reviewed(moved(on, "LAREQ"), reviews);
    let check = |returns: &[Written], expected: Option<&str>| {
        check("B14.total", returns, expected.map(|category| ("total", category)));
    };
    // 28 days before 29 April is 1 April
    check(&[now("29/04/2024", &[])], Some("neither"));
    check(&[now("28/04/2024", &[])], Some("not_enough_years"));
    check(&[now("28/04/2024", &["01/05/2024"])], Some("not_enough_years"));
    check(&[now("28/04/2024", &["20/04/2024"])], Some("review_before"));
    check(&[former(&["31/03/2024"]), now("28/04/2024", &[])], Some("review_before"));
    check(&[former(&["30/03/2024"]), now("28/04/2024", &[])], Some("neither"));
    check(&[former(&["30/03/2024"]), now("28/04/2024", &["01/05/2024"])], Some("review_after"));
    let without = || written(2024, &[HEADER_2024], &["A1,01/06/2020,S,C2,U4,,"]);
    check(&[without(), now("28/04/2024", &[])], Some("table_not_supplied"));
    check(&[without(), now("29/04/2024", &[])], Some("neither"));
    check(&[moved("28/04/2024", "LAREQ")], Some("table_not_supplied"));
    check(&[moved("28/04/2024", "PLACE")], None);
    check(&[reviewed(in_2025(&[IN_CARE]), &[])], None);
}

#[test]
fn b14_looks_at_the_latest_of_the_weightiest_moves() {
    let thrice = with_reasons(&[
        "A1,01/06/2020,S,C2,U4,10/05/2024,X1,CREQB,AB1 2CD",
        "A1,10/05/2024,P,C2,U6,01/08/2024,X1,CHILD,EF3 4GH",
        "A1,01/08/2024,P,C2,U6,01/12/2024,X1,CARPL,JK5 6LM",
        "A1,01/12/2024,P,C2,U6,,,,NP7 8QR",
    ]);
    check("B14.total", &[reviewed(thrice, &["01/05/2024", "25/11/2024", "03/08/2024"])], Some(("total", "review_after")));
}
