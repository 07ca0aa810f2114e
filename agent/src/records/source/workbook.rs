//! Workbook: the visible sheets of an `.xlsx` file.
//!
//! Numbers and dates that a spreadsheet made of texts become texts again, as exactly as they can be known; floats end
//! here. Each sheet is read whole when its turn comes, because the library's reader borrows the workbook. Invariant: one
//! sheet is in memory, limited by [`SHEET_BYTES_MAX`]; nothing of a workbook is opened before `zip_limits` has seen it.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{Data, DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx};

use super::{Cells, RowSource, Sheet, SourceFault, SourceRow, Unreadable, zip_limits};
use crate::records::limits::COLUMNS_MAX;

/// Most sheets.
pub const SHEETS_MAX: usize = 64;
/// Longest cell that is handed over, in bytes. A longer one is cut: no cell of a return is as long, and `cells` refuses
/// it with what is left.
pub const CELL_BYTES_MAX: usize = 1024;
/// Most bytes of one sheet's cells.
pub const SHEET_BYTES_MAX: usize = 256 * 1024 * 1024;
/// Whole numbers from here on have lost digits.
const EXACT_BELOW: f64 = 1e15;
/// One more than the last day that a spreadsheet knows, 31 December 9999.
const SERIAL_END: f64 = 2_958_466.0;

/// A workbook.
pub struct WorkbookSource {
    book: Xlsx<Cursor<Vec<u8>>>,
    /// The sheets' names in the workbook.
    names: Vec<String>,
    sheets: Vec<Sheet>,
    /// The sheet whose turn it is, what is in it, and its next row.
    at: usize,
    table: Option<Table>,
    next: usize,
}

impl WorkbookSource {
    /// Opens a workbook; sheets that are hidden or blank are left out.
    pub fn open(name: &str, bytes: Vec<u8>) -> Result<Self, SourceFault> {
        Self::try_open(name, bytes).map_err(SourceFault::whole)
    }

    fn try_open(name: &str, bytes: Vec<u8>) -> Result<Self, Unreadable> {
        zip_limits::check(&bytes)?;
        let mut book = guarded(|| Xlsx::new(Cursor::new(bytes)).map_err(|_| Unreadable::BrokenWorkbook))?;
        let all = book.sheets_metadata().to_vec();
        if all.len() > SHEETS_MAX {
            return Err(Unreadable::TooManyColumns);
        }
        let (mut names, mut sheets) = (Vec::new(), Vec::new());
        for sheet in all {
            let is_shown = sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible;
            // the library finds a sheet by its name
            if names.contains(&sheet.name) {
                return Err(Unreadable::BrokenWorkbook);
            }
            if let Some(header) = if is_shown { header(&mut book, &sheet.name)? } else { None } {
                sheets.push(Sheet { name: format!("{name} [{}]", sheet.name), columns: header });
                names.push(sheet.name);
            }
        }
        if sheets.is_empty() {
            return Err(Unreadable::Empty);
        }
        Ok(Self { book, names, sheets, at: 0, table: None, next: 0 })
    }

    /// Makes the next row ready; `false` after the last.
    fn advance(&mut self) -> Result<bool, Unreadable> {
        while let (Some(name), Some(sheet)) = (self.names.get(self.at), self.sheets.get(self.at)) {
            if self.table.is_none() {
                self.table = Some(table(&mut self.book, name, sheet.columns.len(), usize::MAX)?);
                self.next = 0;
            }
            // the first row is the header
            self.next += 1;
            if self.table.as_ref().is_some_and(|table| self.next < table.rows.len()) {
                return Ok(true);
            }
            self.table = None;
            self.at += 1;
        }
        Ok(false)
    }
}

impl RowSource for WorkbookSource {
    fn sheets(&self) -> &[Sheet] {
        &self.sheets
    }

    fn next_row(&mut self) -> Result<Option<SourceRow<'_>>, SourceFault> {
        if !self.advance().map_err(SourceFault::whole)? {
            return Ok(None);
        }
        let row = self.table.as_ref().and_then(|table| table.row(self.next));
        Ok(row.map(|(line, cells)| SourceRow { sheet: self.at, line, cells }))
    }
}

/// The library counts with what cell references say, and panics where they are out of all bounds. Such a workbook is
/// broken; nothing of it is used.
fn guarded<T>(read: impl FnOnce() -> Result<T, Unreadable>) -> Result<T, Unreadable> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or(Err(Unreadable::BrokenWorkbook))
}

/// The first row that is not blank.
fn header(book: &mut Xlsx<Cursor<Vec<u8>>>, name: &str) -> Result<Option<Vec<String>>, Unreadable> {
    let table = table(book, name, 0, 1)?;
    let Some((_, cells)) = table.row(0) else { return Ok(None) };
    if cells.n() > COLUMNS_MAX {
        return Err(Unreadable::TooManyColumns);
    }
    let column = |at| String::from_utf8_lossy(cells.cell(at)).trim().to_uppercase();
    Ok(Some((0..cells.n()).map(column).collect()))
}

fn table(book: &mut Xlsx<Cursor<Vec<u8>>>, name: &str, n_columns: usize, n_rows_max: usize) -> Result<Table, Unreadable> {
    guarded(|| {
        let mut table = Table::default();
        let mut cells = book.worksheet_cells_reader(name).map_err(|_| Unreadable::BrokenWorkbook)?;
        while let Some(cell) = cells.next_cell().map_err(|_| Unreadable::BrokenWorkbook)? {
            let (row, column) = cell.get_position();
            if table.row.is_some_and(|last| row != last) {
                table.end_row(n_columns)?;
                if table.rows.len() >= n_rows_max {
                    return Ok(table);
                }
            }
            table.add(row, column, cell.get_value())?;
        }
        table.end_row(n_columns)?;
        Ok(table)
    })
}

/// The cells of a sheet as text.
#[derive(Default)]
struct Table {
    text: Vec<u8>,
    /// Ends of cells, from the beginning of their row.
    ends: Vec<u32>,
    rows: Vec<Row>,
    // of the row that is being read
    row: Option<u32>,
    column: Option<u32>,
    text_from: usize,
    ends_from: usize,
}

/// A row that is not blank.
struct Row {
    line: u32,
    text: (usize, usize),
    ends: (usize, usize),
}

impl Table {
    fn row(&self, at: usize) -> Option<(u32, Cells<'_>)> {
        let row = self.rows.get(at)?;
        Some((row.line, Cells::new(self.text.get(row.text.0..row.text.1)?, self.ends.get(row.ends.0..row.ends.1)?)))
    }

    /// Cells come from left to right and from top to bottom; a workbook in which they do not is broken.
    fn add(&mut self, row: u32, column: u32, value: &DataRef<'_>) -> Result<(), Unreadable> {
        let last_line = self.rows.last().map(|row| row.line);
        if self.column.is_some_and(|last| column <= last) || last_line.is_some_and(|line| row < line) {
            return Err(Unreadable::BrokenWorkbook);
        }
        (self.row, self.column) = (Some(row), Some(column));
        let text = text_of(value);
        // all cells beyond the columns that are read count as one
        let at = usize::try_from(column).map_or(COLUMNS_MAX, |column| column.min(COLUMNS_MAX));
        if text.trim().is_empty() || self.n_cells() > at {
            return Ok(());
        }
        while self.n_cells() < at {
            self.push("")?;
        }
        self.push(text.get(..text.floor_char_boundary(CELL_BYTES_MAX)).unwrap_or_default())
    }

    fn n_cells(&self) -> usize {
        self.ends.len() - self.ends_from
    }

    fn push(&mut self, cell: &str) -> Result<(), Unreadable> {
        self.text.extend_from_slice(cell.as_bytes());
        self.ends.push(u32::try_from(self.text.len() - self.text_from).map_err(|_| Unreadable::TooLarge)?);
        self.text.push(b'\n');
        if self.text.len() + self.ends.len() * 4 > SHEET_BYTES_MAX { Err(Unreadable::TooLarge) } else { Ok(()) }
    }

    /// Ends a row; cells that a spreadsheet does not store are blank.
    fn end_row(&mut self, n_columns: usize) -> Result<(), Unreadable> {
        if let Some(line) = self.row.and_then(|row| row.checked_add(1)).filter(|_| self.n_cells() > 0) {
            while self.n_cells() < n_columns {
                self.push("")?;
            }
            let (text, ends) = ((self.text_from, self.text.len()), (self.ends_from, self.ends.len()));
            self.rows.push(Row { line, text, ends });
        }
        (self.row, self.column) = (None, None);
        (self.text_from, self.ends_from) = (self.text.len(), self.ends.len());
        Ok(())
    }
}

fn text_of(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::String(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::DateTimeIso(text) => day_of(text).unwrap_or_else(|| text.clone()),
        DataRef::DateTime(instant) => instant_text(*instant),
        DataRef::Bool(true) => "TRUE".to_owned(),
        DataRef::Bool(false) => "FALSE".to_owned(),
        DataRef::Int(number) if number.unsigned_abs() < 1_000_000_000_000_000 => number.to_string(),
        DataRef::Int(number) => with_signed_exponent(&format!("{number:E}")),
        DataRef::Float(number) => number_text(*number),
        DataRef::Error(error) => Data::Error(error.clone()).to_string(),
    }
}

/// Whole numbers have no decimal point, and those that have lost digits are seen to.
fn number_text(number: f64) -> String {
    match number.abs() {
        size if size < f64::MIN_POSITIVE => "0".to_owned(),
        size if (1e-6..EXACT_BELOW).contains(&size) => number.to_string(),
        _ => with_signed_exponent(&format!("{number:E}")),
    }
}

fn with_signed_exponent(number: &str) -> String {
    match number.split_once('E') {
        Some((digits, exponent)) if !exponent.starts_with('-') => format!("{digits}E+{exponent}"),
        _ => number.to_owned(),
    }
}

/// A day as a return writes it; with a time of day, or outside of the calendar, what is there is no day and looks so.
fn instant_text(instant: ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, milli) = instant.to_ymd_hms_milli();
    if instant.is_duration() || !(0.0..SERIAL_END).contains(&instant.as_f64()) || year < 1900 {
        return number_text(instant.as_f64());
    }
    match (hour, minute, second, milli) {
        (0, 0, 0, 0) => format!("{day:02}/{month:02}/{year:04}"),
        _ => format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"),
    }
}

/// The day of a date cell that is stored as `yyyy-mm-dd`, with midnight or no time.
fn day_of(text: &str) -> Option<String> {
    let (day, time) = text.split_once('T').unwrap_or((text, ""));
    let time = time.trim_end_matches('Z');
    let parts: Vec<&str> = day.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return None };
    let digits = |part: &str, n| part.len() == n && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_day = digits(year, 4) && digits(month, 2) && digits(day, 2);
    let is_midnight = time.bytes().all(|byte| matches!(byte, b'0' | b':' | b'.'));
    (is_day && is_midnight).then(|| format!("{day}/{month}/{year}"))
}

#[cfg(test)]
pub(super) mod tests;
