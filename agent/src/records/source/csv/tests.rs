//! What a CSV file says is what the `csv` crate reads in it, and what could hide rows ends the reading.

use proptest::prelude::{any, prop, prop_assert, prop_assert_eq, proptest};

use super::super::tests::{Drip, Found, rows};
use super::*;

fn read(bytes: &[u8]) -> Result<Found, SourceFault> {
    let wanted = |columns: &[String]| columns.iter().any(|column| column == "CHILD");
    let mut source = CsvSource::open("oc2.csv".into(), Box::new(Drip::of(bytes)), &wanted)?;
    rows(&mut source)
}

fn check(text: &str, columns: &[&str], expected: &[(u32, &[&str])]) {
    let found = read(text.as_bytes()).unwrap();
    assert_eq!(found.sheets.first().unwrap().columns, columns, "{text:?}");
    let cells: Vec<(u32, Vec<&str>)> =
        found.rows.iter().map(|row| (row.line, row.cells.iter().map(String::as_str).collect())).collect();
    let expected: Vec<(u32, Vec<&str>)> = expected.iter().map(|(line, cells)| (*line, cells.to_vec())).collect();
    assert_eq!(cells, expected, "{text:?}");
}

#[test]
fn the_first_line_that_is_not_blank_is_the_header() {
    check("\n , ,\r\n child , Dob,\n1,2,3\n", &["CHILD", "DOB", ""], &[(4, &["1", "2", "3"])]);
    check("\u{feff}CHILD\n1", &["CHILD"], &[(2, &["1"])]);
}

#[test]
fn the_header_alone_decides_the_separator() {
    check("CHILD;DOB\n1;2,3\n", &["CHILD", "DOB"], &[(2, &["1", "2,3"])]);
    check("CHILD\tDOB\n1\t\n", &["CHILD", "DOB"], &[(2, &["1", ""])]);
    check("\"CHILD\"|DOB\n\"1|1\"|2\n", &["CHILD", "DOB"], &[(2, &["1|1", "2"])]);
    check("A;B\n1;2\n", &["A;B"], &[(2, &["1;2"])]);
}

#[test]
fn blank_lines_are_left_out_and_counted_and_the_number_of_cells_is_not_judged() {
    check(
        "CHILD,B\n\n,,\n \"\" ,\n\"\",\"\"\n1\r1,2,3\n",
        &["CHILD", "B"],
        &[(4, &[" \"\" ", ""]), (6, &["1"]), (7, &["1", "2", "3"])],
    );
}

#[test]
fn quoted_cells_end_on_their_line_or_end_the_reading() {
    check("CHILD,B\n\"1,\"\"x\",\"\"\n", &["CHILD", "B"], &[(2, &["1,\"x", ""])]);
    let fault = |text: &str| read(text.as_bytes()).map(|_| ()).unwrap_err();
    assert_eq!(fault("CHILD,B\n1,2\n1,\"2\n1,2\"\n"), SourceFault::at(Unreadable::LineBreak, 3));
    assert_eq!(fault("CHILD,B\n1,\"2"), SourceFault::at(Unreadable::LineBreak, 2));
    assert_eq!(fault("CHILD,\"B\n1,2"), SourceFault::at(Unreadable::LineBreak, 1));
}

#[test]
fn a_file_without_a_line_or_with_too_many_columns_is_refused() {
    let fault = |text: &str| read(text.as_bytes()).map(|_| ()).unwrap_err();
    assert_eq!(fault(""), SourceFault::whole(Unreadable::Empty));
    assert_eq!(fault("\n,;\t|\n"), SourceFault::whole(Unreadable::Empty));
    let header = |n: usize| format!("CHILD{}", ",X".repeat(n - 1));
    assert!(read(header(COLUMNS_MAX).as_bytes()).is_ok());
    assert_eq!(fault(&header(COLUMNS_MAX + 1)), SourceFault::at(Unreadable::TooManyColumns, 1));
}

/// The rows of the `csv` crate that are not blank.
fn oracle(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(text.as_bytes());
    let rows = reader.byte_records().map(|row| {
        let row = row.unwrap();
        row.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect::<Vec<String>>()
    });
    rows.filter(|row| row.iter().any(|cell| !cell.trim_ascii().is_empty())).collect()
}

proptest! {
    #[test]
    fn cells_are_those_of_the_csv_crate(lines in prop::collection::vec(
        (r#"(([a" ]{0,4}|"([a, ]|""){0,4}"),){0,3}[a ]{0,3}"#, "\r|\n|\r\n|\n\n"), 0..8)
    ) {
        let text: String = lines.iter().map(|(line, end)| format!("{line}{end}")).collect();
        let text = format!("CHILD,B\n{text}");
        // a text with an open quotation mark has no rows to compare: it is refused
        if let Ok(found) = read(text.as_bytes()) {
            let rows: Vec<Vec<String>> = found.rows.into_iter().map(|row| row.cells).collect();
            prop_assert_eq!(rows, oracle(&text).split_off(1));
        } else {
            prop_assert_eq!(read(text.as_bytes()).map(|_| ()).map_err(|fault| fault.why), Err(Unreadable::LineBreak));
            prop_assert!(text.contains('"'));
        }
    }

    #[test]
    fn no_bytes_panic_it(bytes in prop::collection::vec(any::<u8>(), 0..300), text in "[a,;\"\r\n\0\u{eb}]{0,60}") {
        let _ = (read(&bytes), read(text.as_bytes()));
    }
}
