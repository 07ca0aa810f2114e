//! Homes, their length and the same carer: the edges that the worked examples leave.

use crate::histories::tests::written;
use crate::measures::tests::{HEADER_2024, IN_CARE, check, in_2025};

#[test]
fn b1_counts_homes_of_which_a_day_lies_in_the_year() {
    check("B1.total", &[in_2025(&[IN_CARE])], Some(("total", "1")));
    let moved = |on: &str| {
        let (first, second) = (format!("A1,01/06/2020,S,C2,U4,{on},X1"), format!("A1,{on},P,C2,K2,,"));
        in_2025(&[&first, &second])
    };
    check("B1.total", &[moved("01/04/2024")], Some(("total", "1")));
    check("B1.total", &[moved("02/04/2024")], Some(("total", "2")));
    check("B1.placement", &[moved("31/03/2025")], Some(("homes", "2")));
    check("B1.total", &[in_2025(&["A1,01/06/2020,S,C2,U4,31/03/2025,E4A"])], None);
    check("B1.total", &[in_2025(&["A1,01/06/2024,S,V3,U4,,"])], None);
    // back in care: a new home, also the same one
    check("B1.total", &[in_2025(&["A1,01/06/2020,S,C2,U4,01/06/2024,E4B", "A1,01/07/2024,S,C2,U4,,"])], Some(("total", "2")));
    // a legal change is no move, a temporary stay neither, a move with the carer is one
    check("B1.total", &[in_2025(&["A1,01/06/2020,S,V2,U4,01/06/2024,X1", "A1,01/06/2024,L,C2,U4,,"])], Some(("total", "1")));
    check(
        "B1.total",
        &[in_2025(&["A1,01/06/2020,S,V2,U4,01/06/2024,X1", "A1,01/06/2024,T,V2,U4,,,ZZ1 1ZZ"])],
        Some(("total", "2")),
    );
    check(
        "B1.placement",
        &[in_2025(&["A1,01/06/2020,S,V2,U4,01/03/2025,X1", "A1,01/03/2025,P,V2,T1,,"])],
        Some(("foster_other", "1")),
    );
    check("B1.placement", &[in_2025(&["A1,01/06/2024,S,V2,T4,,"])], Some(("other", "1")));
    let days = ["01/05/2024", "01/06/2024", "01/07/2024", "01/08/2024", "01/09/2024", "01/10/2024"];
    let rows: Vec<String> = days
        .windows(2)
        .enumerate()
        .map(|(n, days)| format!("A1,{},{},C2,U4,{},X1,P{n}", days[0], if n == 0 { "S" } else { "P" }, days[1]))
        .chain(["A1,01/10/2024,P,C2,U4,,".to_owned()])
        .collect();
    check("B1.total", &[in_2025(&rows.iter().map(String::as_str).collect::<Vec<_>>())], Some(("total", "5+")));
}

#[test]
fn b2_needs_both_years() {
    let former = || written(2024, &[HEADER_2024], &["A1,01/06/2023,S,C2,U4,01/03/2024,X1", "A1,01/03/2024,P,C2,K2,,"]);
    let now = || in_2025(&["A1,01/03/2024,P,C2,K2,01/12/2024,X1", "A1,01/12/2024,P,C2,U1,,"]);
    check("B2.total", &[former(), now()], Some(("total", "3")));
    check("B2.placement", &[former(), now()], Some(("foster_relative", "3")));
    check("B2.total", &[now()], Some(("total", "not_enough_years")));
    // breaks are allowed, but a day of the year before is needed
    let none = || written(2024, &[HEADER_2024], &["A1,01/06/2022,S,C2,U4,01/04/2023,E4A"]);
    check("B2.total", &[none(), in_2025(&["A1,01/06/2024,S,C2,U4,,"])], None);
    let one_day = || written(2024, &[HEADER_2024], &["A1,01/06/2022,S,C2,U4,02/04/2023,E4A"]);
    check("B2.total", &[one_day(), in_2025(&["A1,01/06/2024,S,C2,U4,,"])], Some(("total", "2")));
}

#[test]
fn b3_same_carer_for_two_years() {
    let three = |episodes: &[&str]| {
        let older = |number| written(number, &[HEADER_2024], &[]);
        [older(2023), older(2024), in_2025(episodes)]
    };
    let moved = |on: &str, label: &str, place: &str| {
        let (first, second) = (format!("A1,01/06/2020,S,C2,U4,{on},X1"), format!("A1,{on},{label},C2,{place},,,ZZ1 1ZZ"));
        three(&[&first, &second])
    };
    check("B3.total", &three(&[IN_CARE]), Some(("total", "same_carer")));
    check("B3.total", &moved("31/03/2023", "P", "K2"), Some(("total", "same_carer")));
    check("B3.total", &moved("01/04/2023", "P", "K2"), Some(("total", "other_carer")));
    check("B3.total", &moved("01/04/2024", "T", "U4"), Some(("total", "same_carer")));
    check("B3.placement", &moved("01/04/2024", "P", "A5"), Some(("adoption", "same_carer")));
    check("B3.placement", &moved("01/04/2024", "P", "A6"), Some(("adoption", "same_carer")));
    let after_a_move =
        three(&["A1,01/06/2020,S,C2,U4,01/05/2023,X1", "A1,01/05/2023,P,C2,U6,01/04/2024,X1", "A1,01/04/2024,P,C2,A6,,"]);
    check("B3.total", &after_a_move, Some(("total", "other_carer")));
    check("B3.total", &three(&["A1,30/09/2022,S,C2,U4,,"]), Some(("total", "same_carer")));
    check("B3.total", &three(&["A1,01/10/2022,S,C2,U4,,"]), None);
    check("B3.total", &[written(2024, &[HEADER_2024], &[]), in_2025(&[IN_CARE])], Some(("total", "not_enough_years")));
    let aged_16 = [2023, 2024, 2025].map(|number| {
        let header = if number == 2025 { "A1,F,31/03/2009,WBRI,UN1,," } else { "A1,2,31/03/2009,WBRI,UN1,," };
        written(number, &[header], if number == 2025 { &[IN_CARE] } else { &[] })
    });
    check("B3.total", &aged_16, None);
}

#[test]
fn b1_every_number_of_homes_has_its_category() {
    for (n, category) in [(1, "1"), (2, "2"), (3, "3"), (4, "4"), (5, "5+"), (6, "5+")] {
        let days = ["01/05/2024", "01/06/2024", "01/07/2024", "01/08/2024", "01/09/2024", "01/10/2024"];
        let row = |at: usize| {
            let (label, end) = (if at == 0 { "S" } else { "P" }, if at + 1 == n { "" } else { days[at + 1] });
            format!("A1,{},{label},C2,U4,{end},{}", days[at], if end.is_empty() { "" } else { "X1" })
        };
        let rows: Vec<String> = (0..n).map(row).collect();
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        check("B1.total", &[in_2025(&rows)], Some(("total", category)));
        check("B2.total", &[written(2024, &[HEADER_2024], &["A1,01/06/2022,S,C2,U4,01/04/2023,E4A"]), in_2025(&rows)], None);
        let former = written(2024, &[HEADER_2024], &["A1,01/06/2022,S,C2,K2,02/04/2023,E4A"]);
        let one_more = ["2", "3", "4", "5+", "5+", "5+"];
        check("B2.total", &[former, in_2025(&rows)], Some(("total", one_more[n - 1])));
    }
}

#[test]
fn b3_ages_and_the_carer_before_adoption() {
    let aged = |birth: &str, episodes: &[&str]| {
        [2023, 2024, 2025].map(|number| {
            let header = format!("A1,{},{birth},WBRI,UN1,,", if number == 2025 { "F" } else { "2" });
            written(number, &[&header], if number == 2025 { episodes } else { &[] })
        })
    };
    check("B3.total", &aged("01/04/2009", &[IN_CARE]), Some(("total", "same_carer")));
    check("B3.total", &aged("31/03/2009", &[IN_CARE]), None);
    // two years old at least, since the child has been in care for two and a half
    check("B3.total", &aged("30/09/2022", &["A1,30/09/2022,S,C2,U4,,"]), Some(("total", "same_carer")));
    // the time before adoption counts in the same period of care only, and for adoption only
    let born = "15/05/2012";
    let adopted = |until: &str, rec: &str, label: &str, place: &str| {
        let (first, second) = (format!("A1,01/06/2020,S,C2,U4,{until},{rec}"), format!("A1,{until},{label},E1,{place},,"));
        aged(born, &[&first, &second])
    };
    check("B3.total", &adopted("31/03/2024", "X1", "P", "A4"), Some(("total", "same_carer")));
    check("B3.total", &adopted("31/03/2024", "X1", "P", "U4"), Some(("total", "other_carer")));
    let came_back = |start: &str| {
        let second = format!("A1,{start},S,C2,U4,30/04/2023,X1");
        aged(born, &["A1,01/06/2018,S,C2,U4,01/06/2022,E4A", &second, "A1,30/04/2023,P,E1,A6,,"])
    };
    check("B3.total", &came_back("30/09/2022"), Some(("total", "same_carer")));
    let straight =
        ["A1,01/06/2020,S,C2,U4,01/06/2022,E4A", "A1,01/09/2022,S,E1,A6,30/04/2023,X1", "A1,30/04/2023,T,E1,A6,,,ZZ1 1ZZ"];
    check("B3.total", &aged(born, &straight), Some(("total", "same_carer")));
    // the spell before lies in another period of care, and does not count
    let other_period = ["A1,01/06/2015,S,C2,U4,01/06/2022,E4A", "A1,01/09/2022,S,C2,T0,30/04/2023,X1", "A1,30/04/2023,P,E1,A6,,"];
    check("B3.total", &aged(born, &other_period), Some(("total", "other_carer")));
    // in hospital on 31 March: the child belongs to the adoptive home
    let stay = ["A1,01/06/2020,S,C2,U4,01/03/2024,X1", "A1,01/03/2024,P,E1,A6,20/03/2025,X1", "A1,20/03/2025,P,E1,T1,,,HO5 1AL"];
    check("B3.total", &aged(born, &stay), Some(("total", "same_carer")));
    // each of the two years before is needed
    let of = |years: [i16; 2]| years.map(|number| written(number, &[HEADER_2024], &[]));
    for years in [[2022, 2023], [2022, 2024]] {
        let [one, other] = of(years);
        check("B3.total", &[one, other, in_2025(&[IN_CARE])], Some(("total", "not_enough_years")));
    }
}

#[test]
fn b6_bands_begin_on_the_day_on_which_they_are_reached() {
    let since = |start: &str| [in_2025(&[&format!("A1,{start},S,C2,U4,,")])];
    for (start, band) in [
        ("31/03/2025", "1-7_days"),
        ("24/03/2025", "1-7_days"),
        ("23/03/2025", "8_days-1_month"),
        ("01/03/2025", "8_days-1_month"),
        ("28/02/2025", "1-3_months"),
        ("01/01/2025", "1-3_months"),
        ("31/12/2024", "3-6_months"),
        ("01/10/2024", "3-6_months"),
        ("30/09/2024", "6-12_months"),
        ("01/04/2024", "6-12_months"),
        ("31/03/2024", "1-2_years"),
        ("01/04/2023", "1-2_years"),
        ("31/03/2023", "2-5_years"),
        ("01/04/2020", "2-5_years"),
        ("31/03/2020", "5+_years"),
    ] {
        check("B6.total", &since(start), Some(("total", band)));
    }
    check("B6.total", &[in_2025(&["A1,01/06/2020,S,C2,U4,31/03/2025,E4A"])], None);
    // home again and back in the same foster family: a new home
    check(
        "B6.total",
        &[in_2025(&["A1,01/06/2020,S,C2,U4,01/03/2025,E4A", "A1,25/03/2025,S,C2,U4,,"])],
        Some(("total", "1-7_days")),
    );
    // a period of care that began temporary: its own first day, not that of the period before
    let temporary =
        in_2025(&["A1,01/06/2020,S,C2,U4,01/06/2024,E4A", "A1,01/12/2024,S,C2,T4,01/03/2025,X1", "A1,01/03/2025,P,C2,T0,,,"]);
    check("B6.total", &[temporary], Some(("total", "3-6_months")));
}
