//! Open: the first bytes decide what a file is, never its name.

use std::io::{Cursor, Read};

use super::bytes::{Mark, Utf16, head};
use super::csv::CsvSource;
use super::workbook::WorkbookSource;
use super::xml::XmlSource;
use super::xml_tags::XmlTags;
use super::zip_limits::FILE_BYTES_MAX;
use super::{RowSource, SourceFault, Unreadable};

/// Bytes by which it is decided.
const HEAD_BYTES: usize = 512;
/// How a ZIP archive with parts begins.
const ZIP: &[u8] = b"PK\x03\x04";
/// How an older workbook begins, and one that is locked with a password.
const OLE: &[u8] = b"\xD0\xCF\x11\xE0";

/// What a file seems to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Workbook,
    OldWorkbook,
    Xml,
    Csv,
}

impl Form {
    fn of(head: &[u8]) -> Self {
        let text = Mark::of(head).map_or(head, |(_, rest)| rest);
        let is_wide = matches!(Mark::of(head), Some((Mark::Utf16(_), _))) || Utf16::without_mark(head).is_some();
        // in UTF-16 a tag begins with one NUL byte before or after it
        let first = text.iter().find(|byte| !(byte.is_ascii_whitespace() || is_wide && **byte == 0));
        match first {
            _ if head.starts_with(ZIP) => Self::Workbook,
            _ if head.starts_with(OLE) => Self::OldWorkbook,
            Some(b'<') => Self::Xml,
            Some(_) | None => Self::Csv,
        }
    }
}

/// Opens a file of a return of `year`. `wanted` says whether columns are those of a table; it decides what separates
/// the cells of a text file.
pub fn open<'i>(
    name: &str,
    mut content: Box<dyn Read + 'i>,
    year: i16,
    tags: &XmlTags,
    wanted: &dyn Fn(&[String]) -> bool,
) -> Result<Box<dyn RowSource + 'i>, SourceFault> {
    let first = head(&mut *content, HEAD_BYTES).map_err(SourceFault::whole)?;
    let form = Form::of(&first);
    let whole = Cursor::new(first).chain(content);
    match form {
        Form::Workbook => {
            let mut bytes = Vec::new();
            let limit = u64::try_from(FILE_BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
            let read = whole.take(limit).read_to_end(&mut bytes);
            read.map_err(|_| SourceFault::whole(Unreadable::Interrupted))?;
            Ok(Box::new(WorkbookSource::open(name, bytes)?))
        }
        Form::OldWorkbook => Err(SourceFault::whole(Unreadable::BrokenWorkbook)),
        Form::Xml => Ok(Box::new(XmlSource::open(name, Box::new(whole), year, tags)?)),
        Form::Csv => Ok(Box::new(CsvSource::open(name.to_owned(), Box::new(whole), wanted)?)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop, proptest};

    use super::super::Reading;
    use super::super::tests::{Drip, rows};
    use super::super::text::Encoding;
    use super::super::workbook::tests::workbook;
    use super::*;

    fn opened(bytes: &[u8]) -> Result<Box<dyn RowSource>, SourceFault> {
        let wanted = |columns: &[String]| columns.iter().any(|column| column == "CHILD");
        open("f", Box::new(Drip::of(bytes)), 2025, &XmlTags::default(), &wanted)
    }

    fn utf16(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn the_first_bytes_decide_what_a_file_is() {
        let csv = |bytes: &[u8], separator, encoding| {
            let mut source = opened(bytes).unwrap();
            assert_eq!(rows(&mut *source).unwrap().rows.len(), 1);
            assert_eq!(source.reading(), Reading::Csv { separator, encoding });
        };
        csv(b"CHILD,X\n1,<2>", b',', Encoding::Utf8);
        csv(b"\xEF\xBB\xBFCHILD;X\n1;2", b';', Encoding::Utf8Bom);
        csv(&utf16("\u{feff}CHILD\tX\n1\t2"), b'\t', Encoding::Utf16);
        let xml = |bytes: &[u8]| {
            let mut source = opened(bytes).unwrap();
            assert!(rows(&mut *source).is_ok_and(|found| found.sheets.len() == 10));
            assert!(matches!(source.reading(), Reading::Xml { spare } if spare.len() == 1));
        };
        let text = "<EXPSSDA903><CHILD><A/></CHILD></EXPSSDA903>";
        xml(text.as_bytes());
        xml(format!("\u{feff}\r\n {text}").as_bytes());
        xml(&utf16(text));
        xml(&utf16(&format!("\u{feff} {text}")));
        let book = workbook(|sheet| _ = sheet.write(0, 0, "CHILD").unwrap().write(1, 0, 1).unwrap());
        let mut source = opened(&book).unwrap();
        assert_eq!(rows(&mut *source).unwrap().sheets[0].name, "f [Sheet1]");
        assert_eq!(source.reading(), Reading::Plain);
    }

    #[test]
    fn locked_workbooks_and_files_without_a_line_are_refused() {
        let fault = |bytes: &[u8]| opened(bytes).err().unwrap().why;
        assert_eq!(fault(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1rest"), Unreadable::BrokenWorkbook);
        assert_eq!(fault(b"PK\x03\x04rest"), Unreadable::BrokenWorkbook);
        assert_eq!(fault(b""), Unreadable::Empty);
        assert_eq!(fault(b"\xEF\xBB\xBF\r\n"), Unreadable::Empty);
    }

    #[test]
    fn a_workbook_longer_than_any_is_not_read_to_its_end() {
        let content = ZIP.chain(std::io::repeat(7));
        let fault = open("f", Box::new(content), 2025, &XmlTags::default(), &|_| true).err().unwrap();
        assert_eq!(fault.why, Unreadable::TooLarge);
    }

    proptest! {
        #[test]
        fn no_bytes_panic_it(start in prop::sample::select(vec![&b""[..], ZIP, OLE, b"<", b"\xFF\xFE", b"\xFE\xFF\0<"]),
            bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(mut source) = opened(&[start, &bytes].concat()) {
                let _ = rows(&mut *source);
            }
        }
    }
}
