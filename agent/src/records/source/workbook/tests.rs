//! What a spreadsheet made of texts becomes text again, and archives that swell or are damaged are refused.

use std::io::{Read, Write};

use proptest::prelude::{any, prop, prop_assert, proptest};
use rust_xlsxwriter::{ExcelDateTime as Instant, Format, Formula, Workbook, Worksheet};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::super::tests::{Found, rows};
use super::*;

/// A workbook with one sheet.
pub fn workbook(fill: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    fill(book.add_worksheet());
    book.save_to_buffer().unwrap()
}

fn read(bytes: &[u8]) -> Result<Found, SourceFault> {
    rows(&mut WorkbookSource::open("r.xlsx", bytes.to_vec())?)
}

fn why(bytes: &[u8]) -> Unreadable {
    read(bytes).map(|_| ()).unwrap_err().why
}

/// Each row as `line: cells`.
fn written(found: &Found, sheet: usize) -> Vec<String> {
    let rows = found.rows.iter().filter(|row| row.sheet == sheet);
    rows.map(|row| format!("{}: {}", row.line, row.cells.join("|"))).collect()
}

/// The workbook with parts changed, added or left out.
fn with_parts(bytes: &[u8], change: impl Fn(&str, String) -> Option<String>, more: &[(&str, &str)]) -> Vec<u8> {
    let mut old = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut new = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    for at in 0..old.len() {
        let mut part = old.by_index(at).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut text = String::new();
        part.read_to_string(&mut text).unwrap();
        if let Some(text) = change(&name, text) {
            new.start_file(name, options).unwrap();
            new.write_all(text.as_bytes()).unwrap();
        }
    }
    for (name, text) in more {
        new.start_file(*name, options).unwrap();
        new.write_all(text.as_bytes()).unwrap();
    }
    new.finish().unwrap().into_inner()
}

/// The workbook with one text replaced by another wherever it stands.
fn replaced(bytes: &[u8], old: &str, new: &str) -> Vec<u8> {
    let changed = with_parts(bytes, |_, text| Some(text.replace(old, new)), &[]);
    assert_ne!(read(bytes), read(&changed), "{old}");
    changed
}

/// A workbook whose list of sheets is a part of another name.
fn with_list_of_sheets_in(name: &str) -> Vec<u8> {
    let part_of = |path: &str| {
        let mut text = String::new();
        ZipArchive::new(Cursor::new(simple())).unwrap().by_name(path).unwrap().read_to_string(&mut text).unwrap();
        text
    };
    let (list, relations) = (part_of("xl/workbook.xml"), part_of("xl/_rels/workbook.xml.rels"));
    let more = [(format!("xl/{name}.xml"), list), (format!("xl/_rels/{name}.xml.rels"), relations)];
    let more: Vec<(&str, &str)> = more.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let change = |path: &str, text: String| {
        (!path.contains("workbook.xml")).then(|| text.replace("xl/workbook.xml", &format!("xl/{name}.xml")))
    };
    with_parts(&simple(), change, &more)
}

fn simple() -> Vec<u8> {
    workbook(|sheet| {
        sheet.write(0, 0, "CHILD").unwrap().write(0, 1, "DOB").unwrap();
        sheet.write(1, 0, "A1").unwrap().write(1, 1, 2.5).unwrap();
    })
}

#[test]
fn every_visible_sheet_that_is_not_blank_is_read_from_its_first_row_with_text() {
    let mut book = Workbook::new();
    let first = book.add_worksheet().set_name("Header & more").unwrap();
    first.write(2, 0, " child ").unwrap().write(2, 1, "Dob").unwrap();
    first.write(4, 0, "a").unwrap().write(6, 1, "b<c").unwrap().write(6, 3, "d").unwrap();
    first.write_blank(5, 0, &Format::new().set_bold()).unwrap();
    book.add_worksheet().set_name("Blank").unwrap();
    book.add_worksheet().set_name("Hidden").unwrap().set_hidden(true).write(0, 0, "CHILD").unwrap();
    book.add_worksheet().set_name("OC2").unwrap().write(0, 1, "CHILD").unwrap();
    let found = read(&book.save_to_buffer().unwrap()).unwrap();
    let sheets: Vec<(&str, Vec<&str>)> =
        found.sheets.iter().map(|sheet| (sheet.name.as_str(), sheet.columns.iter().map(String::as_str).collect())).collect();
    assert_eq!(sheets, [("r.xlsx [Header & more]", vec!["CHILD", "DOB"]), ("r.xlsx [OC2]", vec!["", "CHILD"])]);
    assert_eq!(written(&found, 0), ["5: a|", "7: |b<c||d"]);
    assert!(written(&found, 1).is_empty());
}

#[test]
fn numbers_become_the_text_that_was_typed_or_show_that_digits_are_lost() {
    let check = |number: f64, expected: &str| {
        let book = workbook(|sheet| _ = sheet.write(0, 0, "CHILD").unwrap().write(1, 0, number).unwrap());
        assert_eq!(written(&read(&book).unwrap(), 0), [format!("2: {expected}")]);
    };
    check(123.0, "123");
    check(-7.0, "-7");
    check(0.0, "0");
    check(2.5, "2.5");
    check(999_999_999_999_999.0, "999999999999999");
    check(1e15, "1E+15");
    check(1.234e17, "1.234E+17");
    check(1.5e-9, "1.5E-9");
}

#[test]
fn days_become_days_and_other_instants_do_not_look_like_days() {
    let check = |serial: f64, format: &str, expected: &str| {
        let format = Format::new().set_num_format(format);
        let fill = |sheet: &mut Worksheet| {
            _ = sheet.write(0, 0, "DOB").unwrap().write_number_with_format(1, 0, serial, &format).unwrap();
        };
        assert_eq!(written(&read(&workbook(fill)).unwrap(), 0), [format!("2: {expected}")], "{serial}");
    };
    let serial = Instant::from_ymd(2010, 2, 28).unwrap().to_excel();
    check(serial, "dd/mm/yyyy", "28/02/2010");
    check(serial, "yyyy-mm-dd;@", "28/02/2010");
    check(serial, "0", "40237");
    check(serial + 0.5, "dd/mm/yyyy", "2010-02-28 12:00:00");
    check(1.0, "dd/mm/yyyy", "01/01/1900");
    check(60.0, "dd/mm/yyyy", "29/02/1900");
    check(61.0, "dd/mm/yyyy", "01/03/1900");
    check(2_958_465.0, "dd/mm/yyyy", "31/12/9999");
    check(2_958_466.0, "dd/mm/yyyy", "2958466");
    check(-1.0, "dd/mm/yyyy", "-1");
    check(0.25, "dd/mm/yyyy", "0.25");
    check(1.25, "[h]:mm", "1.25");
}

#[test]
fn the_calendar_of_1904_and_stored_days_are_read() {
    let book = workbook(|sheet| {
        let format = Format::new().set_num_format("dd/mm/yyyy");
        _ = sheet.write(0, 0, "DOB").unwrap().write_number_with_format(1, 0, 38775.0, &format).unwrap();
    });
    assert_eq!(written(&read(&book).unwrap(), 0), ["2: 27/02/2006"]);
    let later = replaced(&book, "<workbookPr ", "<workbookPr date1904=\"1\" ");
    assert_eq!(written(&read(&later).unwrap(), 0), ["2: 28/02/2010"]);
    let check = |stored: &str, expected: &str| {
        let new = format!("<c r=\"B2\" t=\"d\"><v>{stored}</v></c>");
        let book = replaced(&simple(), "<c r=\"B2\"><v>2.5</v></c>", &new);
        assert_eq!(written(&read(&book).unwrap(), 0), [format!("2: A1|{expected}")]);
    };
    check("2010-02-28", "28/02/2010");
    check("2010-02-28T00:00:00.000Z", "28/02/2010");
    check("2010-02-28T12:00:00", "2010-02-28T12:00:00");
    check("28/02/2010", "28/02/2010");
}

#[test]
fn other_cells_are_their_text_and_formulas_their_last_value() {
    let book = workbook(|sheet| {
        sheet.write(0, 0, "A").unwrap();
        sheet.write(1, 0, true).unwrap().write(1, 1, false).unwrap();
        sheet.write(1, 2, Formula::new("=1/0").set_result("#DIV/0!")).unwrap();
        sheet.write(1, 3, Formula::new("=\"x\"&\"y\"").set_result("xy")).unwrap();
        sheet.write(1, 4, Formula::new("=1+1").set_result("2")).unwrap();
        sheet.write(1, 5, "\u{e9}".repeat(CELL_BYTES_MAX)).unwrap();
        sheet.write(1, 200, "far").unwrap().write(1, 300, "farther").unwrap();
    });
    let found = read(&book).unwrap();
    let cells = &found.rows[0].cells;
    assert_eq!(cells[..5], ["TRUE", "FALSE", "#DIV/0!", "xy", "2"]);
    assert_eq!(cells[5], "\u{e9}".repeat(CELL_BYTES_MAX / 2));
    assert_eq!((cells.len(), cells[COLUMNS_MAX].as_str()), (COLUMNS_MAX + 1, "far"));
    let na = replaced(&simple(), "<c r=\"B2\"><v>2.5</v></c>", "<c r=\"B2\" t=\"e\"><v>#N/A</v></c>");
    assert_eq!(written(&read(&na).unwrap(), 0), ["2: A1|#N/A"]);
}

#[test]
fn too_many_sheets_or_columns_are_refused() {
    let sheets = |n: usize| {
        let mut book = Workbook::new();
        for _ in 0..n {
            book.add_worksheet().write(0, 0, "A").unwrap();
        }
        book.save_to_buffer().unwrap()
    };
    assert_eq!(read(&sheets(SHEETS_MAX)).unwrap().sheets.len(), SHEETS_MAX);
    assert_eq!(why(&sheets(SHEETS_MAX + 1)), Unreadable::TooManyColumns);
    let columns = |n: u16| workbook(|sheet| (0..n).for_each(|at| _ = sheet.write(0, at, "A").unwrap()));
    assert_eq!(read(&columns(64)).unwrap().sheets[0].columns.len(), COLUMNS_MAX);
    assert_eq!(why(&columns(65)), Unreadable::TooManyColumns);
    assert_eq!(why(&workbook(|_| {})), Unreadable::Empty);
}

#[test]
fn archives_that_swell_or_claim_to_are_refused() {
    let same = |_: &str, text: String| Some(text);
    let zeros = "0".repeat(65 * 1024 * 1024);
    let held = [("xl/theme/Theme1.xml", zeros.as_str())];
    assert_eq!(why(&with_parts(&simple(), same, &held)), Unreadable::TooLarge);
    let names: Vec<String> = (0..8).map(|n| format!("xl/media/{n}.xml")).collect();
    let swollen: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), zeros.as_str())).collect();
    assert!(read(&with_parts(&simple(), same, &swollen[..1])).is_ok());
    assert_eq!(why(&with_parts(&simple(), same, &swollen)), Unreadable::TooLarge);
    let names: Vec<String> = (0..10_000).map(|n| format!("x/{n}")).collect();
    let parts: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
    assert_eq!(why(&with_parts(&simple(), same, &parts)), Unreadable::TooLarge);
    let tags = "<xf/>".repeat(500_001);
    let styles = |name: &str, text: String| Some(if name == "xl/styles.xml" { text + &tags } else { text });
    assert_eq!(why(&with_parts(&simple(), styles, &[])), Unreadable::TooLarge);
    assert_eq!(why(&replaced(&simple(), "uniqueCount=\"", "uniqueCount=\"99999999")), Unreadable::TooLarge);
    let mut claim = simple();
    claim.extend_from_slice(b"PK\x06\x06");
    claim.extend_from_slice(&[0xFF; 52]);
    claim.extend_from_slice(b"PK\x06\x07");
    claim.extend_from_slice(&[0; 16]);
    claim.extend_from_slice(b"PK\x05\x06");
    claim.extend_from_slice(&[0; 18]);
    assert_eq!(why(&claim), Unreadable::TooLarge);
}

#[test]
fn workbooks_that_are_none_or_contradict_themselves_are_broken() {
    let broken = |bytes: &[u8]| assert_eq!(why(bytes), Unreadable::BrokenWorkbook);
    broken(b"PK\x03\x04");
    broken(b"\xD0\xCF\x11\xE0");
    broken(&with_parts(&simple(), |name, text| (name != "xl/worksheets/sheet1.xml").then_some(text), &[]));
    broken(&replaced(&simple(), "r=\"B2\"", "r=\"A2\""));
    broken(&replaced(&simple(), "r=\"B2\"", "r=\"ZZZZZZZZZZ2\""));
    broken(&replaced(&simple(), "ref=\"A1:B2\"", "ref=\"B2:A1\""));
    broken(&with_list_of_sheets_in("list"));
    assert!(read(&with_list_of_sheets_in("Workbook2")).is_ok());
    let mut two = Workbook::new();
    two.add_worksheet().write(0, 0, "A").unwrap();
    two.add_worksheet().write(0, 0, "B").unwrap();
    broken(&replaced(&two.save_to_buffer().unwrap(), "name=\"Sheet2\"", "name=\"Sheet1\""));
}

proptest! {
    #[test]
    fn a_truncated_workbook_is_refused(cut in 1usize..2000) {
        let bytes = simple();
        let end = bytes.len().saturating_sub(cut);
        prop_assert!(read(&bytes[..end]).is_err());
    }

    #[test]
    fn damage_ends_in_a_fault_or_in_rows(
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        part in 0usize..12,
        inner in prop::collection::vec((any::<prop::sample::Index>(), 0x20u8..0x7F), 1..6),
    ) {
        let mut bytes = simple();
        let n = bytes.len();
        flips.iter().for_each(|(at, byte)| bytes[at.index(n)] = *byte);
        let _ = read(&bytes);
        // damage within a part whose checksum is right
        let at = std::cell::Cell::new(0);
        let damaged = with_parts(&simple(), |_, text| {
            at.set(at.get() + 1);
            let mut text = text.into_bytes();
            let n = text.len();
            if at.get() == part && n > 0 {
                inner.iter().for_each(|(at, byte)| text[at.index(n)] = *byte);
            }
            Some(String::from_utf8_lossy(&text).into_owned())
        }, &[]);
        let _ = read(&damaged);
    }
}
