//! What the fuzz targets have in common: the one place here that names the agent's readers.
//!
//! Bytes become what a reader takes, and the reader runs to its end. A target fails by a panic, by an arithmetic overflow,
//! by going over the limit of memory or time that `run` sets, and by the promises that are asserted below.

use std::io::{Cursor, Write as _};
use std::panic;
use std::sync::{LazyLock, Once};

use agent::official::Official;
use agent::pseudonym::PseudonymKey;
use agent::records::changed::ChangedIds;
use agent::records::rules::RuleBook;
use agent::records::source::{RowSource, XmlTags, open};
use agent::records::{Offered, ReadOptions, ReturnReader, TableSet};
use shared::ids::ReportingYear;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// First line of Reviews.
pub const REVIEWS: &[u8] = b"CHILD,DOB,REVIEW,REVIEW_CODE\n";
const HEADER: &[u8] = b"CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n";
const EPISODES: &[u8] = b"CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\n";
/// The newest return year: it has every table.
const YEAR: i16 = 2027;
/// Files of one return that are made of one input.
const FILES_MAX: usize = 8;

/// Reads whatever the bytes are to the end.
pub fn any_source(bytes: &[u8]) {
    if let Ok(mut source) = open("a file", Box::new(bytes), YEAR, &XmlTags::default(), &|_| true) {
        drain(&mut *source);
    }
}

/// Reads a workbook. The library that opens it may panic, which the agent catches; libFuzzer would stop before that.
/// Panics of the agent's own lines still stop it, and so does one of the library that is not caught.
pub fn workbook_source(bytes: &[u8]) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let stop = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if info.location().is_none_or(|at| at.file().contains("agent/src")) {
                stop(info);
            }
        }));
    });
    any_source(bytes);
}

/// Reads bytes that begin with a known first line.
pub fn text_source(bytes: &[u8]) {
    let wanted = |columns: &[String]| columns.iter().any(|column| column == "REVIEW_CODE");
    let opened = open("reviews.csv", Box::new(bytes), YEAR, &XmlTags::default(), &wanted);
    let Ok(mut source) = opened else { return };
    assert_eq!(source.sheets().len(), 1, "a text is one sheet");
    drain(&mut *source);
}

/// Takes every cell of every row: rows name a sheet that is there, and the lines of a sheet go up.
fn drain(source: &mut dyn RowSource) {
    let n_sheets = source.sheets().len();
    let mut lines = vec![0; n_sheets];
    while let Ok(Some(row)) = source.next_row() {
        let line = lines.get_mut(row.sheet).expect("a row's sheet is among the sheets");
        assert!(row.line >= *line, "lines go up");
        *line = row.line;
        assert!(!row.cells.is_blank(), "a row has a cell that is not blank");
        let n_bytes: usize = (0..row.cells.n()).map(|at| row.cells.cell(at).len()).sum();
        std::hint::black_box(n_bytes);
    }
}

/// The first line of Reviews and the bytes behind it, as UTF-16; the first byte chooses the order and the mark.
pub fn as_utf16(bytes: &[u8]) -> Vec<u8> {
    let (choice, rest) = bytes.split_first().map_or((0, bytes), |(first, rest)| (*first, rest));
    let unit = |unit: u16| if choice & 1 == 0 { unit.to_le_bytes() } else { unit.to_be_bytes() };
    let mark = (choice & 2 == 0).then_some(0xFEFF);
    let line = REVIEWS.iter().map(|byte| u16::from(*byte));
    let mut text: Vec<u8> = mark.into_iter().chain(line).flat_map(unit).collect();
    // as they are: half pairs and an odd last byte are what is looked for
    text.extend_from_slice(rest);
    text
}

/// The bytes behind the signature of a workbook; or, where the first byte is odd, a workbook whose sheet they are.
pub fn as_workbook(bytes: &[u8]) -> Vec<u8> {
    match bytes.split_first() {
        Some((choice, sheet)) if choice & 1 == 1 => workbook(sheet),
        Some((_, rest)) => [b"PK\x03\x04".as_slice(), rest].concat(),
        None => b"PK\x03\x04".to_vec(),
    }
}

fn workbook(sheet: &[u8]) -> Vec<u8> {
    const TYPES: &str = r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>"#;
    const ROOT: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
    const BOOK: &str = r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="A" sheetId="1" r:id="r"/></sheets></workbook>"#;
    const RELATED: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="s" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#;
    // style 0 is a plain number, style 1 a date
    const STYLES: &str = r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>"#;
    const OPENING: &[u8] = br#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>"#;
    let parts: [(&str, &[&[u8]]); 6] = [
        ("[Content_Types].xml", &[TYPES.as_bytes()]),
        ("_rels/.rels", &[ROOT.as_bytes()]),
        ("xl/workbook.xml", &[BOOK.as_bytes()]),
        ("xl/_rels/workbook.xml.rels", &[RELATED.as_bytes()]),
        ("xl/styles.xml", &[STYLES.as_bytes()]),
        ("xl/worksheets/sheet1.xml", &[OPENING, sheet, b"</sheetData></worksheet>"]),
    ];
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer.start_file(name, SimpleFileOptions::default()).expect("a short name");
        for bytes in content {
            writer.write_all(bytes).expect("memory takes it");
        }
    }
    writer.finish().expect("memory takes it").into_inner()
}

/// A sound child in Header, and one row of Episodes of that child whose other cells are the bytes.
pub fn one_row(bytes: &[u8]) {
    let header = [HEADER, b"A1,M,01/05/2015,WBRI,UN5,,\n"].concat();
    read_files(vec![header, [EPISODES, b"A1,", bytes].concat()]);
}

/// Files in the order in which they stand; a Header goes before them, so that something can be kept.
pub fn whole_return(bytes: &[u8]) {
    let header = [HEADER, b"A1,M,01/05/2015,WBRI,UN5,,\nB2,F,02/06/2009,MOTH,UN5,0,\n"].concat();
    let files = bytes.split(|byte| *byte == 0).take(FILES_MAX).map(<[u8]>::to_vec);
    read_files(std::iter::once(header).chain(files).collect());
}

fn read_files(files: Vec<Vec<u8>>) {
    static RULES: LazyLock<RuleBook> = LazyLock::new(RuleBook::built_in);
    let key = PseudonymKey::from_bytes(&[7; 32]).expect("32 bytes are long enough");
    let (changed, xml) = (ChangedIds::default(), XmlTags::default());
    let options = ReadOptions { key: &key, rules: &RULES, changed: &changed, xml: &xml, ignored: TableSet::NONE, postcodes: None };
    let mut reader = ReturnReader::new(options);
    for year in [2026, YEAR] {
        let offered = files.iter().map(|bytes| Offered::bytes("a file", bytes)).collect();
        reader.read(ReportingYear::new(year).expect("a year of the product"), TableSet::required(), offered);
    }
    std::hint::black_box(reader.finish());
}

/// The table of identifiers that were replaced.
pub fn changed_ids(bytes: &[u8]) {
    let bytes = [b"OLD,NEW\n", bytes].concat();
    let opened = open("changed_ids.csv", Box::new(bytes.as_slice()), YEAR, &XmlTags::default(), &ChangedIds::is_header);
    if let Ok(mut source) = opened {
        drop(ChangedIds::read(&mut *source));
    }
}

/// A file of published figures; after an error nothing of it is kept.
pub fn official(bytes: &[u8]) {
    let authority = "301".parse().expect("a code of an authority");
    let mut official = Official::new(authority, ReportingYear::new(2025).expect("a year of the product"));
    if official.add("figures.csv", &mut &*bytes).is_err() {
        assert!(official.is_empty(), "nothing is kept of a file that is not used");
    }
}
