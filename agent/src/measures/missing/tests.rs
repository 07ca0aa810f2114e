//! Times missing and away: the edges that the worked examples leave.

use crate::measures::tests::{IN_CARE, check, in_2025};
use crate::records::tables::Table as Source;

#[test]
fn b11_times_missing_while_in_care() {
    let missing = |episodes: &[&str], rows: &[&str]| {
        let rows: Vec<String> = rows.iter().map(|row| format!("A1,15/05/2012,{row}")).collect();
        in_2025(episodes).with(Source::Missing, &rows.iter().map(String::as_str).collect::<Vec<_>>())
    };
    check("B11.total", &[in_2025(&[IN_CARE])], Some(("total", "table_not_supplied")));
    check("B11.total", &[missing(&[IN_CARE], &[])], Some(("total", "0")));
    check("B11.total", &[missing(&[IN_CARE], &["M,01/03/2024,01/04/2024"])], Some(("total", "1")));
    check("B11.total", &[missing(&[IN_CARE], &["M,01/03/2024,31/03/2024"])], Some(("total", "0")));
    check("B11.total", &[missing(&[IN_CARE], &["M,31/03/2025,"])], Some(("total", "1")));
    check("B11.total", &[missing(&[IN_CARE], &["A,01/06/2024,02/06/2024"])], Some(("total", "0")));
    check("B11.total", &[missing(&[IN_CARE], &["M,01/06/2024,01/06/2024", "M,01/06/2024,02/06/2024"])], Some(("total", "1")));
    // left on 1 July: the last day in care is 30 June
    let left = ["A1,01/06/2020,S,C2,U4,01/07/2024,E4A"];
    check("B11.placement", &[missing(&left, &["M,30/06/2024,01/07/2024", "M,01/07/2024,"])], Some(("foster_other", "1")));
    // left on 1 April: not in care in this year
    check("B11.total", &[missing(&["A1,01/06/2020,S,C2,U4,01/04/2024,E4A"], &[])], None);
}

#[test]
fn numbers_of_times_have_their_categories_and_each_kind_its_own() {
    for (n, category) in [(0, "0"), (1, "1"), (2, "2-4"), (4, "2-4"), (5, "5-9"), (9, "5-9"), (10, "10+"), (11, "10+")] {
        for (kind, table, other) in [("M", "B11.total", "B12.total"), ("A", "B12.total", "B11.total")] {
            let rows: Vec<String> =
                (0..n).map(|at| format!("A1,15/05/2012,{kind},{:02}/06/2024,{:02}/06/2024", at + 1, at + 1)).collect();
            let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
            let of = || [in_2025(&[IN_CARE]).with(Source::Missing, &rows)];
            check(table, &of(), Some(("total", category)));
            check(other, &of(), Some(("total", "0")));
        }
    }
    check("B12.total", &[in_2025(&[IN_CARE])], Some(("total", "table_not_supplied")));
    check("B12.total", &[in_2025(&["A1,01/06/2020,S,C2,U4,01/04/2024,E4A"]).with(Source::Missing, &[])], None);
}
