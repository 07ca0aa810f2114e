//! CSV: the lines of a file become cells.
//!
//! The first line that is not blank is the header, and it alone decides the separator. A quoted cell may not hold a line
//! break in a return, so that each physical line is one row: a line without a quotation mark is cut at its separators
//! where it lies, a line with one is read by `csv-core`. Invariant: one line is in memory, and a quoted cell that does
//! not end on its line ends the reading, since rows of other children could be hidden in it.

use std::io::Read;

use csv_core::{ReadFieldResult, Reader, ReaderBuilder};
use memchr::memchr;

use super::text::{Encoding, Line, Lines};
use super::{Cells, Reading, RowSource, Sheet, SourceFault, SourceRow, Unreadable};
use crate::records::limits::COLUMNS_MAX;

/// What may stand between cells, in the order in which it is tried.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// A file of one table.
pub struct CsvSource<'i> {
    lines: Lines<'i>,
    sheet: [Sheet; 1],
    cutter: Cutter,
}

impl<'i> CsvSource<'i> {
    /// Reads the header of `content`. `wanted` says whether columns are those of a table; the first separator under
    /// which they are is taken, and the comma where none is.
    pub fn open(name: String, content: Box<dyn Read + 'i>, wanted: &dyn Fn(&[String]) -> bool) -> Result<Self, SourceFault> {
        let mut lines = Lines::open(content)?;
        while let Some(line) = lines.next_line()? {
            if lines.text(line).iter().any(|byte| !byte.is_ascii_whitespace() && !SEPARATORS.contains(byte)) {
                let (columns, cutter) = header(lines.text(line), wanted).map_err(|why| SourceFault::at(why, line.n))?;
                return Ok(Self { lines, sheet: [Sheet { name, columns }], cutter });
            }
        }
        Err(SourceFault::whole(Unreadable::Empty))
    }

    /// What stands between cells.
    pub fn separator(&self) -> u8 {
        self.cutter.separator
    }

    /// How the bytes are read.
    pub fn encoding(&self) -> Encoding {
        self.lines.encoding()
    }

    fn next_line(&mut self) -> Result<Option<Line>, SourceFault> {
        while let Some(line) = self.lines.next_line()? {
            let text = self.lines.text(line);
            self.cutter.cut(text, self.lines.may_have_quotes()).map_err(|why| SourceFault::at(why, line.n))?;
            if !self.cutter.cells(text).is_blank() {
                return Ok(Some(line));
            }
        }
        Ok(None)
    }
}

impl RowSource for CsvSource<'_> {
    fn sheets(&self) -> &[Sheet] {
        &self.sheet
    }

    fn next_row(&mut self) -> Result<Option<SourceRow<'_>>, SourceFault> {
        let Some(line) = self.next_line()? else { return Ok(None) };
        let cells = self.cutter.cells(self.lines.text(line));
        if line.is_open && self.sheet.iter().any(|sheet| cells.n() < sheet.columns.len()) {
            return Err(SourceFault::at(Unreadable::CutOff, line.n));
        }
        Ok(Some(SourceRow { sheet: 0, line: line.n, cells }))
    }

    fn reading(&self) -> Reading<'_> {
        Reading::Csv { separator: self.separator(), encoding: self.encoding() }
    }
}

fn header(text: &[u8], wanted: &dyn Fn(&[String]) -> bool) -> Result<(Vec<String>, Cutter), Unreadable> {
    for separator in SEPARATORS {
        let mut cutter = Cutter::new(separator);
        let columns = cutter.columns(text);
        if columns.as_ref().is_ok_and(|columns| wanted(columns)) {
            return columns.map(|columns| (columns, cutter));
        }
    }
    let mut cutter = Cutter::new(b',');
    cutter.columns(text).map(|columns| (columns, cutter))
}

/// Cuts one line after another into cells.
struct Cutter {
    separator: u8,
    /// Made when the first quotation mark is met.
    reader: Option<Reader>,
    ends: Vec<u32>,
    /// The cells of a line with quotation marks, one separator between each two.
    unquoted: Vec<u8>,
    is_quoted: bool,
}

impl Cutter {
    fn new(separator: u8) -> Self {
        Self { separator, reader: None, ends: Vec::new(), unquoted: Vec::new(), is_quoted: false }
    }

    fn columns(&mut self, text: &[u8]) -> Result<Vec<String>, Unreadable> {
        self.cut(text, true)?;
        let cells = self.cells(text);
        if cells.n() > COLUMNS_MAX {
            return Err(Unreadable::TooManyColumns);
        }
        let name = |at| String::from_utf8_lossy(cells.cell(at)).trim().to_uppercase();
        Ok((0..cells.n()).map(name).collect())
    }

    /// The cells of the line that was cut last.
    fn cells<'r>(&'r self, text: &'r [u8]) -> Cells<'r> {
        Cells::new(if self.is_quoted { &self.unquoted } else { text }, &self.ends)
    }

    fn cut(&mut self, text: &[u8], may_have_quotes: bool) -> Result<(), Unreadable> {
        self.ends.clear();
        self.is_quoted = may_have_quotes && memchr(b'"', text).is_some();
        if self.is_quoted {
            return self.unquote(text);
        }
        cut_at(self.separator, text, &mut self.ends);
        Ok(())
    }

    fn unquote(&mut self, text: &[u8]) -> Result<(), Unreadable> {
        let separator = self.separator;
        let reader = self.reader.get_or_insert_with(|| ReaderBuilder::new().delimiter(separator).build());
        reader.reset();
        self.unquoted.clear();
        self.unquoted.resize(text.len() + 2, 0);
        let (mut rest, mut n_cells_bytes, mut is_line_over) = (text, 0usize, false);
        loop {
            let room = self.unquoted.get_mut(n_cells_bytes..).unwrap_or_default();
            let (result, n_read, n_written) = reader.read_field(rest, room);
            rest = rest.get(n_read..).unwrap_or_default();
            n_cells_bytes += n_written;
            match result {
                ReadFieldResult::Field { record_end } => {
                    self.ends.push(u32::try_from(n_cells_bytes).map_err(|_| Unreadable::TooLarge)?);
                    n_cells_bytes += 1;
                    if record_end {
                        return Ok(());
                    }
                }
                ReadFieldResult::InputEmpty if !is_line_over => (rest, is_line_over) = (b"\n", true),
                ReadFieldResult::InputEmpty | ReadFieldResult::End => return Err(Unreadable::LineBreak),
                ReadFieldResult::OutputFull => return Err(Unreadable::TooLarge),
            }
        }
    }
}

/// Ends of the cells of a line without quotation marks. Cells are a few bytes long: to compare eight bytes at once takes
/// the whole reading three fifths of what a search from each separator to the next takes.
fn cut_at(separator: u8, text: &[u8], ends: &mut Vec<u32>) {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let pattern = u64::from_le_bytes([separator; 8]);
    let (words, tail) = text.as_chunks::<8>();
    let mut at = 0u32;
    for word in words {
        // a byte of `differs` is zero where the separator stands; then, and only then, its high bit is set in `found`
        let differs = u64::from_le_bytes(*word) ^ pattern;
        let mut found = !(((differs & !HIGH) + !HIGH) | differs) & HIGH;
        while found != 0 {
            ends.push(at + found.trailing_zeros() / 8);
            found &= found - 1;
        }
        at += 8;
    }
    for byte in tail {
        if *byte == separator {
            ends.push(at);
        }
        at += 1;
    }
    ends.push(at);
}

#[cfg(test)]
mod tests;
