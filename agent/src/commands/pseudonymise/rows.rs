//! The rows of an extract, one at a time: identifiers become pseudonyms, the rest passes as it is.
//!
//! Memory does not grow with the extract: one row is held, and a row has a limit. A row that is not certain spoils the
//! whole extract, since a row left out in silence would be a child left out in silence; the rest is still looked through,
//! so that one run names what is to be mended. Rows without content are no rows. No cell holds a line break: behind a stray
//! quotation mark whole rows would pass as they are inside one cell. Invariant: what is told of a row is its
//! line, its column and why, never what stands there.

use std::cell::Cell;
use std::io::{self, ErrorKind, Read, Write};

use csv::ByteRecord;

use super::columns::{Columns, Use};
use crate::pseudonym::{IdentifierKind, Lost, PseudonymKey, normalise};

/// Longest row, in bytes.
pub const ROW_BYTES_MAX: u64 = 1024 * 1024;
/// Most rows that are named when an extract is refused.
pub const BAD_ROWS_SHOWN_MAX: usize = 20;

/// How the lines of the output end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineEnd {
    /// As on most systems.
    Lf,
    /// As on Windows.
    CrLf,
}

/// What became of one column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replaced {
    /// Position of the column.
    pub column: usize,
    /// What its cells name.
    pub kind: IdentifierKind,
    /// Cells that became pseudonyms.
    pub n_replaced: u64,
    /// Cells that were blank and stay so.
    pub n_blank: u64,
}

/// An extract that was read to its end without a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// Rows with content.
    pub n_rows: u64,
    /// Columns of identifiers.
    pub replaced: Vec<Replaced>,
}

/// Why a row spoils the extract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// More or fewer cells than the header line.
    #[error("the row has {found} cells, the header line {expected}")]
    Cells {
        /// In the row.
        found: usize,
        /// In the header line.
        expected: usize,
    },
    /// A cell does not say whom it means.
    #[error(transparent)]
    Lost(#[from] Lost),
    /// A cell stands under no header.
    #[error("a cell is not blank and its column has no name: nobody can say whether it may pass")]
    Nameless,
    /// A cell goes on behind its line, so whole rows may hide in it.
    #[error("the cell does not end on its line: perhaps a quotation mark is not closed; a cell may hold no line break")]
    LineBreak,
    /// Longer than the limit.
    #[error("the row is longer than {ROW_BYTES_MAX} bytes; perhaps a quotation mark is not closed")]
    TooLong,
}

/// A row that spoils the extract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadRow {
    /// Where the reading of the row began, behind the byte-order mark.
    pub byte: u64,
    /// Position of the column, where it is one column's fault.
    pub column: Option<usize>,
    /// Why.
    pub fault: Fault,
}

/// Why there is no extract.
#[derive(Debug)]
pub enum NoExtract {
    /// Rows are not certain: how many, and the first of them.
    BadRows(u64, Vec<BadRow>),
    /// The input cannot be read any further.
    Read(ErrorKind),
    /// The output cannot be written.
    Write(ErrorKind),
}

/// Reads an extract from its header line on, and writes it with pseudonyms.
pub fn replace(
    key: &PseudonymKey,
    columns: &Columns,
    line_end: LineEnd,
    input: &mut dyn Read,
    output: &mut dyn Write,
) -> Result<Tally, NoExtract> {
    let left = Cell::new(ROW_BYTES_MAX);
    // a quotation mark that the last line leaves open then holds a line break, as one of any other line does
    let mut input = input.chain(&b"\n"[..]);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(columns.separator)
        .from_reader(Bounded { input: &mut input, left: &left });
    let terminator = match line_end {
        LineEnd::Lf => csv::Terminator::Any(b'\n'),
        LineEnd::CrLf => csv::Terminator::CRLF,
    };
    let mut writer = csv::WriterBuilder::new().delimiter(columns.separator).terminator(terminator).from_writer(output);
    let mut rows = Rows::of(key, columns);
    let (mut record, mut out) = (ByteRecord::new(), ByteRecord::new());
    let mut is_header = true;
    loop {
        left.set(ROW_BYTES_MAX);
        let begun = reader.position().byte();
        match reader.read_byte_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => match kind_of(&error) {
                ErrorKind::FileTooLarge => {
                    rows.spoil(begun, None, Fault::TooLong);
                    break;
                }
                kind => return Err(NoExtract::Read(kind)),
            },
        }
        out.clear();
        let is_whole = if let Some(at) = record.iter().position(holds_line_break) {
            rows.spoil(begun, Some(at), Fault::LineBreak);
            false
        } else if is_header {
            rows.header(&record, &mut out)
        } else {
            rows.row(begun, &record, &mut out)
        };
        is_header = false;
        if is_whole && rows.n_bad == 0 && !out.is_empty() {
            writer.write_byte_record(&out).map_err(|e| NoExtract::Write(kind_of(&e)))?;
        }
    }
    writer.flush().map_err(|e| NoExtract::Write(e.kind()))?;
    if rows.n_bad == 0 { Ok(rows.tally) } else { Err(NoExtract::BadRows(rows.n_bad, rows.bad)) }
}

fn holds_line_break(cell: &[u8]) -> bool {
    cell.iter().any(|byte| matches!(byte, b'\n' | b'\r'))
}

fn kind_of(error: &csv::Error) -> ErrorKind {
    match error.kind() {
        csv::ErrorKind::Io(error) => error.kind(),
        _ => ErrorKind::InvalidData,
    }
}

/// Ends with an error when one row takes more than its share.
struct Bounded<'r> {
    input: &'r mut dyn Read,
    left: &'r Cell<u64>,
}

impl Read for Bounded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left.get() == 0 {
            return Err(ErrorKind::FileTooLarge.into());
        }
        let n = self.input.read(buffer)?;
        self.left.set(self.left.get().saturating_sub(u64::try_from(n).unwrap_or(u64::MAX)));
        Ok(n)
    }
}

struct Rows<'c> {
    key: &'c PseudonymKey,
    columns: &'c Columns,
    tally: Tally,
    n_bad: u64,
    bad: Vec<BadRow>,
}

impl<'c> Rows<'c> {
    fn of(key: &'c PseudonymKey, columns: &'c Columns) -> Self {
        let kinds = columns.columns.iter().enumerate().filter_map(|(column, (_, used))| match used {
            Use::Replace(kind) => Some(Replaced { column, kind: *kind, n_replaced: 0, n_blank: 0 }),
            Use::Drop | Use::Pass | Use::Nameless => None,
        });
        Self { key, columns, tally: Tally { n_rows: 0, replaced: kinds.collect() }, n_bad: 0, bad: Vec::new() }
    }

    fn spoil(&mut self, byte: u64, column: Option<usize>, fault: Fault) {
        self.n_bad += 1;
        if self.bad.len() < BAD_ROWS_SHOWN_MAX {
            self.bad.push(BadRow { byte, column, fault });
        }
    }

    fn header(&self, record: &ByteRecord, out: &mut ByteRecord) -> bool {
        for (name, (_, used)) in record.iter().zip(&self.columns.columns) {
            match used {
                Use::Drop => {}
                Use::Replace(_) | Use::Pass | Use::Nameless => out.push_field(name),
            }
        }
        true
    }

    /// Puts the row as it is written into `out`; says whether it is certain.
    fn row(&mut self, begun: u64, record: &ByteRecord, out: &mut ByteRecord) -> bool {
        if record.iter().all(|cell| cell.trim_ascii().is_empty()) {
            return true;
        }
        let (found, expected) = (record.len(), self.columns.columns.len());
        if found != expected {
            self.spoil(begun, None, Fault::Cells { found, expected });
            return false;
        }
        self.tally.n_rows += 1;
        let columns = self.columns;
        for (at, (cell, (_, used))) in record.iter().zip(&columns.columns).enumerate() {
            let fault = match used {
                Use::Drop => Ok(()),
                Use::Nameless if !cell.trim_ascii().is_empty() => Err(Fault::Nameless),
                Use::Pass | Use::Nameless => {
                    out.push_field(cell);
                    Ok(())
                }
                Use::Replace(kind) => self.identifier(at, *kind, cell, out),
            };
            if let Err(fault) = fault {
                self.spoil(begun, Some(at), fault);
                return false;
            }
        }
        true
    }

    fn identifier(&mut self, at: usize, kind: IdentifierKind, cell: &[u8], out: &mut ByteRecord) -> Result<(), Fault> {
        let identifier = normalise(cell)?;
        let replaced = self.tally.replaced.iter_mut().find(|replaced| replaced.column == at);
        let replaced = replaced.expect("every column that is replaced has its tally");
        match identifier {
            Some(identifier) => {
                replaced.n_replaced += 1;
                out.push_field(&self.key.pseudonym(kind, identifier.as_bytes()).in_hex());
            }
            None => {
                replaced.n_blank += 1;
                out.push_field(b"");
            }
        }
        Ok(())
    }
}

/// The lines, as an editor counts them, on which the content behind these places begins. The places ascend.
pub fn lines_of(input: &mut dyn Read, places: &[u64]) -> io::Result<Vec<u64>> {
    let (mut lines, mut line, mut at, mut after_cr) = (Vec::new(), 1_u64, 0_u64, false);
    let mut buffer = vec![0; 64 * 1024];
    while lines.len() < places.len() {
        let n = input.read(&mut buffer)?;
        if n == 0 {
            break;
        }
        for byte in buffer.get(..n).unwrap_or_default() {
            match byte {
                b'\n' if after_cr => {}
                b'\n' | b'\r' => line += 1,
                _ => {
                    while places.get(lines.len()).is_some_and(|place| *place <= at) {
                        lines.push(line);
                    }
                }
            }
            after_cr = *byte == b'\r';
            at += 1;
        }
    }
    lines.resize(places.len(), line);
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::columns::{Asked, columns_of};
    use super::*;
    use crate::pseudonym::tests::key;

    fn run(text: &[u8], column: &[&str], keep: &[&str]) -> (Result<Tally, NoExtract>, String) {
        let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let columns = columns_of(text, &Asked::new(&own(column), &[], &own(keep)).unwrap()).unwrap();
        let mut out = Vec::new();
        let ended = replace(&key(), &columns, LineEnd::Lf, &mut { text }, &mut out);
        (ended, String::from_utf8_lossy(&out).into_owned())
    }

    fn hex_of(kind: IdentifierKind, identifier: &str) -> String {
        String::from_utf8(key().pseudonym(kind, identifier.as_bytes()).in_hex().to_vec()).unwrap()
    }

    #[test]
    fn identifiers_become_pseudonyms_and_nothing_else_changes() {
        let text = b"KEY;PUPIL;NOTE\n a1 ;x9.0;\"one; two \"\"quoted\"\"\"\n123.0;;  z \nzo\xEB;u;\n\n;;\n\xA0;u;\xEB\n";
        let (ended, out) = run(text, &["key", "pupil=upn"], &[]);
        let tally = ended.unwrap();
        let (child, upn) = (|id| hex_of(IdentifierKind::Child, id), |id| hex_of(IdentifierKind::Upn, id));
        let expected = format!(
            "KEY;PUPIL;NOTE\n{};{};\"one; two \"\"quoted\"\"\"\n{};;  z \n{};{};\n;{};\u{fffd}\n",
            child("A1"),
            upn("X9.0"),
            child("123"),
            child("ZO\u{eb}"),
            upn("U"),
            upn("U"),
        );
        assert_eq!(out, expected);
        let counts: Vec<_> = tally.replaced.iter().map(|c| (c.kind, c.n_replaced, c.n_blank)).collect();
        assert_eq!((tally.n_rows, counts), (4, vec![(IdentifierKind::Child, 3, 1), (IdentifierKind::Upn, 3, 1)]));
    }

    #[test]
    fn a_row_that_is_not_certain_spoils_the_extract_and_is_named_by_its_line() {
        let check = |text: &str, expected: &[(u64, Option<usize>, Fault)]| {
            for text in [text.to_owned(), text.replace('\n', "\r\n"), text.replace('\n', "\r")] {
                let (ended, out) = run(text.as_bytes(), &["KEY"], &[]);
                let Err(NoExtract::BadRows(n, bad)) = ended else { panic!("{text:?} is accepted") };
                let places: Vec<u64> = bad.iter().map(|row| row.byte).collect();
                let lines = lines_of(&mut text.as_bytes(), &places).unwrap();
                let told: Vec<_> = lines.into_iter().zip(bad).map(|(line, row)| (line, row.column, row.fault)).collect();
                assert_eq!((n, told.as_slice()), (u64::try_from(expected.len()).unwrap(), expected), "{text:?}");
                assert!(!out.contains("LATER"), "what follows is not written");
            }
        };
        let cells = |found| Fault::Cells { found, expected: 2 };
        let lost = Fault::Lost(Lost::Scientific);
        check("KEY,B\n1,2\n1\n2,LATER\n", &[(3, None, cells(1))]);
        check("KEY,B\n\n\n1.2E+05,2\n2,LATER\n1,2,3\n", &[(4, Some(0), lost), (6, None, cells(3))]);
        check("\nKEY,B\n1,\"x\n\ny\"\n\n1E+05,LATER", &[(3, Some(1), Fault::LineBreak), (7, Some(0), lost)]);
        check("KEY,B\n\"1\n2\",3\n", &[(2, Some(0), Fault::LineBreak)]);
        check("KEY,\n1,\n2,x\n", &[(3, Some(1), Fault::Nameless)]);
    }

    #[test]
    fn rows_do_not_hide_in_a_cell_behind_a_quotation_mark() {
        let check = |text: &str, line: u64, column: usize| {
            for text in [text.to_owned(), text.replace('\n', "\r\n"), text.replace('\n', "\r")] {
                let columns = ["KEY".to_owned()];
                let columns = columns_of(b"KEY,SCORE,NOTE\n", &Asked::new(&columns, &[], &[]).unwrap()).unwrap();
                let mut out = Vec::new();
                let ended = replace(&key(), &columns, LineEnd::Lf, &mut text.as_bytes(), &mut out);
                let Err(NoExtract::BadRows(_, bad)) = ended else { panic!("{text:?} is accepted") };
                assert_eq!((bad[0].column, bad[0].fault), (Some(column), Fault::LineBreak), "{text:?}");
                assert_eq!(lines_of(&mut text.as_bytes(), &[bad[0].byte]).unwrap(), [line], "{text:?}");
                assert!(!String::from_utf8(out).unwrap().contains("K000"), "{text:?}");
            }
        };
        check("KEY,SCORE,NOTE\nK0001,3,\"stray\nK0002,4,ok\nK0003,5,ok\n", 2, 2);
        check("KEY,SCORE,NOTE\nK0001,3,\"stray\nK0002,4,ok\"\nK0003,5,ok\n", 2, 2);
        check("KEY,SCORE,NOTE\n1,3,ok\nK0001,\"stray\nK0002,4\",ok\n", 3, 1);
        check("KEY,SCORE,NOTE\n1,3,ok\nK0001,4,\"stray", 3, 2);
        check("KEY,SCORE,NOTE\n1,3,ok\nK0001,4,\"", 3, 2);
        check("KEY,SCORE,NOTE\n,,\"\n\n\"\n", 2, 2);
        check("KEY,SCORE,\"NOTE\nK0001,4,ok\nK0002,5,ok\n", 1, 2);
    }

    #[test]
    fn many_bad_rows_are_counted_and_the_first_are_named() {
        let text = format!("KEY,B\n{}", "1\n".repeat(50));
        let Err(NoExtract::BadRows(n, bad)) = run(text.as_bytes(), &["KEY"], &[]).0 else { panic!("accepted") };
        assert_eq!((n, bad.len()), (50, BAD_ROWS_SHOWN_MAX));
    }

    #[test]
    fn a_row_without_end_is_not_read_into_memory() {
        struct Endless(u64);
        impl Read for Endless {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                buffer.fill(b'x');
                self.0 += u64::try_from(buffer.len()).unwrap();
                assert!(self.0 < 4 * ROW_BYTES_MAX, "more was read than a row may have");
                Ok(buffer.len())
            }
        }
        let columns = columns_of(b"KEY,B\n", &Asked::new(&["KEY".to_owned()], &[], &[]).unwrap()).unwrap();
        let mut input = (&b"KEY,B\n1,\"a\n"[..]).chain(Endless(0));
        let ended = replace(&key(), &columns, LineEnd::Lf, &mut input, &mut Vec::new());
        let Err(NoExtract::BadRows(1, bad)) = ended else { panic!("accepted") };
        assert_eq!(bad[0].fault, Fault::TooLong);
    }

    #[test]
    fn an_output_that_cannot_be_written_is_told() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let columns = columns_of(b"KEY,B\n", &Asked::new(&["KEY".to_owned()], &[], &[]).unwrap()).unwrap();
        let ended = replace(&key(), &columns, LineEnd::Lf, &mut &b"KEY,B\n1,2\n"[..], &mut Full);
        assert!(matches!(ended, Err(NoExtract::Write(ErrorKind::StorageFull))));
    }

    proptest! {
        #[test]
        fn no_bytes_panic_and_no_identifier_survives(rows in "[a-c0-9.,;\"\r\n\t E+\u{e9}]{0,80}") {
            let text = format!("KEY,B\nqzxsentinelqzx,1\n{rows}");
            let (ended, out) = run(text.as_bytes(), &["KEY"], &[]);
            prop_assert!(!out.to_lowercase().contains("sentinel"));
            if let Ok(tally) = ended {
                prop_assert!(tally.n_rows >= 1);
            }
        }
    }
}
