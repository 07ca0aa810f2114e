//! Social workers and schools: the edges that the worked examples leave.

use crate::histories::tests::{Written, written};
use crate::measures::tests::{HEADER_2024, IN_CARE, check, in_2025};
use crate::records::tables::Table as Source;

#[test]
fn b7_different_social_workers() {
    let workers = |rows: &[&str]| {
        let rows: Vec<String> = rows.iter().map(|row| format!("A1,15/05/2012,{row},MANAGE")).collect();
        in_2025(&["A1,01/01/2025,S,C2,U4,,"]).with(Source::SwEpisodes, &rows.iter().map(String::as_str).collect::<Vec<_>>())
    };
    check("B7.total", &[in_2025(&[IN_CARE])], Some(("total", "table_not_supplied")));
    check("B7.total", &[workers(&[])], Some(("total", "none_recorded")));
    // before care counts; one who comes back is one; case is folded; one who left on 1 April is not of this year
    check(
        "B7.total",
        &[workers(&["SW1,01/05/2024,01/06/2024", "SW2,01/06/2024,01/08/2024", "sw1,01/08/2024,"])],
        Some(("total", "2")),
    );
    check("B7.total", &[workers(&["SW1,01/05/2023,01/04/2024", "SW2,01/04/2024,"])], Some(("total", "1")));
    check(
        "B7.total",
        &[workers(&["SW1,01/04/2024,02/04/2024", "SW2,02/04/2024,31/03/2025", "SW3,31/03/2025,"])],
        Some(("total", "3+")),
    );
}

#[test]
fn b7_looks_into_the_return_of_its_year_alone() {
    let now = with_workers(in_2025(&[IN_CARE]), &["SW1,01/04/2024,"]);
    check("B7.total", &[former(&["SW2,01/04/2023,", "SW3,01/05/2023,"]), now], Some(("total", "1")));
}

fn with_workers(of: Written, workers: &[&str]) -> Written {
    let rows: Vec<String> = workers.iter().map(|row| format!("A1,15/05/2012,{row},MANAGE")).collect();
    of.with(Source::SwEpisodes, &rows.iter().map(String::as_str).collect::<Vec<_>>())
}

fn former(workers: &[&str]) -> Written {
    with_workers(written(2024, &[HEADER_2024], &[IN_CARE]), workers)
}

fn with_schools(of: Written, schools: &[&str]) -> Written {
    let rows: Vec<String> = schools.iter().map(|row| format!("A1,{row}")).collect();
    of.with(Source::School, &rows.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn b8_each_return_for_its_own_year() {
    let now = |workers: &[&str]| with_workers(in_2025(&[IN_CARE]), workers);
    let check = |returns: &[Written], expected: Option<&str>| {
        check("B8.total", returns, expected.map(|category| ("total", category)));
    };
    check(&[former(&["SW1,01/04/2023,"]), now(&["SW1,01/04/2023,"])], Some("1"));
    check(&[former(&["SW1,01/04/2023,"]), now(&["SW2,01/04/2024,"])], Some("2"));
    check(&[former(&["SW1,01/04/2023,01/05/2023", "SW2,01/05/2023,"]), now(&["SW3,01/04/2024,"])], Some("3+"));
    // what this return says of the year before, or that one of this year, is not counted
    check(&[former(&["SW1,01/04/2023,"]), now(&["SW2,01/06/2023,01/04/2024", "SW1,01/04/2024,"])], Some("1"));
    check(&[former(&["SW1,01/06/2022,01/04/2023", "SW2,01/04/2023,"]), now(&["SW2,01/04/2023,"])], Some("1"));
    check(&[former(&["SW1,01/06/2022,02/04/2023", "SW2,02/04/2023,"]), now(&["SW2,02/04/2023,"])], Some("2"));
    check(&[former(&[]), now(&[])], Some("none_recorded"));
    // which outside answer comes first
    let bare = || written(2024, &[HEADER_2024], &[IN_CARE]);
    check(&[in_2025(&[IN_CARE])], Some("table_not_supplied"));
    check(&[now(&[])], Some("not_enough_years"));
    check(&[bare(), now(&["SW1,01/04/2024,"])], Some("table_not_supplied"));
    check(&[former(&[]), in_2025(&[IN_CARE])], Some("table_not_supplied"));
    // the population: in both years as far as the returns can tell
    let came = || in_2025(&["A1,01/04/2024,S,C2,U4,,"]);
    let before = || with_workers(written(2024, &[HEADER_2024], &[]), &[]);
    check(&[before(), with_workers(came(), &[])], None);
    check(&[before(), came()], None);
    check(&[with_workers(came(), &[])], Some("not_enough_years"));
    check(&[with_workers(in_2025(&["A1,01/06/2020,S,C2,U4,31/03/2025,E4A"]), &[])], None);
}

#[test]
fn b9_days_that_count() {
    let check = |schools: &[&str], expected: &str| {
        check("B9.total", &[with_schools(in_2025(&[IN_CARE]), schools)], Some(("total", expected)));
    };
    let moved = |on: &str| format!("S2,{on},,");
    for (on, expected) in [
        ("31/03/2024", "0"),
        ("01/04/2024", "1"),
        ("31/07/2024", "1"),
        ("01/08/2024", "0"),
        ("30/09/2024", "0"),
        ("01/10/2024", "1"),
        ("31/03/2025", "1"),
    ] {
        check(&["S1,04/09/2022,20/03/2024,", &moved(on)], expected);
    }
    // enrolled on the first or the last day of the year only; a second school is none
    check(&["S1,04/09/2022,01/04/2024,"], "0");
    check(&["S1,04/09/2022,31/03/2024,"], "not_recorded");
    check(&["S1,31/03/2025,,"], "1");
    check(&["S1,04/09/2022,,0"], "not_recorded");
    check(&[], "not_recorded");
    check(&["S1,04/09/2022,,", "S2,04/11/2024,,0"], "0");
    check(&["S1,04/09/2022,03/11/2024,", "S2,04/11/2024,05/01/2025,", "S1,06/01/2025,,"], "2+");
    check(&["S1,04/09/2022,03/11/2024,", "S2,04/11/2024,05/01/2025,", "S1,06/01/2025,,", "S3,10/03/2025,,"], "2+");
    // on one first day the enrolment that ends sooner stands before the one that ends later, and that before one that lasts
    check(&["S1,04/09/2022,03/11/2024,", "S2,04/11/2024,,", "S1,04/11/2024,05/11/2024,"], "1");
    check(&["S1,04/09/2022,03/11/2024,", "S2,04/11/2024,20/12/2024,", "S1,04/11/2024,05/11/2024,"], "1");
}

#[test]
fn b9_from_the_first_day_in_care() {
    let check_care = |episodes: &[&str], expected: Option<&str>| {
        let schools = ["S1,04/09/2022,09/05/2024,", "S2,10/05/2024,,"];
        let found = expected.map(|category| ("total", category));
        check("B9.total", &[with_schools(in_2025(episodes), &schools)], found);
    };
    check_care(&["A1,10/05/2024,S,C2,U4,,"], Some("1"));
    check_care(&["A1,11/05/2024,S,C2,U4,,"], Some("0"));
    // in care at the beginning of the year, then at home when the school changed: after the first day in care
    check_care(&["A1,01/06/2020,S,C2,U4,02/04/2024,E4A", "A1,01/09/2024,S,C2,U4,,"], Some("1"));
    check_care(&["A1,01/06/2020,S,C2,U4,01/04/2024,E4A", "A1,01/09/2024,S,C2,U4,,"], Some("0"));
    check_care(&["A1,01/06/2020,S,C2,U4,31/03/2025,E4A"], None);
    check("B9.total", &[in_2025(&[IN_CARE])], Some(("total", "table_not_supplied")));
}

/// Homes, workers and schools over two years, and what B10 says of them.
fn check_b10(n_homes: usize, n_workers: usize, school: &str, expected: &str) {
    let ends = ["01/06/2023", "01/06/2024", ""];
    let home = |at: usize| {
        let start = if at == 0 { "01/06/2020" } else { ends[at - 1] };
        let end = if at + 1 == n_homes { "" } else { ends[at] };
        format!("A1,{start},{},C2,U4,{end},{}", if at == 0 { "S" } else { "P" }, if end.is_empty() { "" } else { "X1" })
    };
    let homes: Vec<String> = (0..n_homes).map(home).collect();
    let homes: Vec<&str> = homes.iter().map(String::as_str).collect();
    let workers = ["SW1,01/04/2024,", "SW2,01/05/2024,", "SW3,01/06/2024,"];
    let now = with_workers(in_2025(&homes), &workers[..n_workers]);
    let now = with_schools(now, &["S1,04/09/2020,30/04/2023,", school]);
    let before = with_workers(written(2024, &[HEADER_2024], &[]), &[]);
    check("B10.total", &[before, now], Some(("total", expected)));
}

#[test]
fn b10_how_many_of_three_were_high() {
    check_b10(2, 2, "S1,01/05/2023,,", "0");
    check_b10(3, 2, "S1,01/05/2023,,", "1");
    check_b10(2, 3, "S1,01/05/2023,,", "1");
    check_b10(2, 2, "S2,01/05/2023,,", "1");
    check_b10(3, 2, "S2,01/05/2024,,", "2");
    check_b10(2, 3, "S2,01/05/2024,,", "2");
    check_b10(3, 3, "S2,01/05/2024,,", "3");
    check_b10(3, 0, "S2,01/05/2024,,", "not_known");
    check_b10(1, 1, "S2,01/08/2024,,", "0");
}

#[test]
fn b10_each_year_from_its_own_first_day_in_care() {
    let before = |episodes: &[&str]| with_workers(written(2024, &[HEADER_2024], episodes), &["SW1,01/04/2023,"]);
    let now = |episodes: &[&str], schools: &[&str]| with_schools(with_workers(in_2025(episodes), &["SW1,01/04/2023,"]), schools);
    let check = |returns: &[Written], expected: Option<&str>| {
        check("B10.total", returns, expected.map(|category| ("total", category)));
    };
    let came = "A1,01/03/2024,S,C2,U4,,";
    check(&[before(&[came]), now(&[came], &["S1,04/09/2020,30/04/2023,", "S2,01/05/2023,,"])], Some("0"));
    check(&[before(&[came]), now(&[came], &["S1,04/09/2020,29/02/2024,", "S2,01/03/2024,,"])], Some("1"));
    check(&[before(&[IN_CARE]), now(&[IN_CARE], &["S1,04/09/2020,01/04/2023,"])], Some("0"));
    check(&[before(&[IN_CARE]), now(&[IN_CARE], &[])], Some("not_known"));
    // which outside answer comes first
    let workers = |of: Written| with_workers(of, &["SW1,01/04/2023,"]);
    check(&[in_2025(&[IN_CARE])], Some("table_not_supplied"));
    check(&[workers(in_2025(&[IN_CARE]))], Some("table_not_supplied"));
    check(&[with_schools(in_2025(&[IN_CARE]), &[])], Some("table_not_supplied"));
    check(&[now(&[IN_CARE], &[])], Some("not_enough_years"));
    check(&[written(2024, &[HEADER_2024], &[IN_CARE]), now(&[IN_CARE], &[])], Some("table_not_supplied"));
    // the population
    let new = "A1,01/04/2024,S,C2,U4,,";
    check(&[before(&[]), now(&[new], &[])], None);
    let aged = |birth: &str| {
        let header = format!("A1,F,{birth},WBRI,UN1,,");
        with_schools(workers(written(2025, &[&header], &["A1,01/06/2020,S,C2,U4,,"])), &[])
    };
    check(&[aged("31/03/2015")], Some("not_enough_years"));
    check(&[aged("01/04/2015")], None);
}
