//! A row of cells under the columns of its table, and how each kind of cell is read.
//!
//! Read is what is certain: letters are folded, a whole number may carry a spreadsheet's `.0`, a date may stand year
//! first. All that is reported. What is not certain (two-digit years, `4/1/2024`) is unreadable: nothing is guessed.
//! What is read of a cell depends on that cell and the return year alone.

use super::ChildIndex;
use super::findings::{Place, Recorder};
use super::rules::RuleId;
use super::source::Cells;
use super::tables::{Position, Table};
use crate::day::Day;
use shared::ids::ReportingYear;

/// Longest code that any table has.
const CODE_BYTES_MAX: usize = 32;

/// A cell as read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Cell<T> {
    /// Nothing stands there.
    Blank,
    /// Something stands there that is not a value of the column.
    Unreadable,
    /// The value.
    Known(T),
}

impl<T: Copy> Cell<T> {
    /// The value, if it is known.
    pub fn known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Blank | Self::Unreadable => None,
        }
    }

    /// Whether nothing stands there.
    pub fn is_blank(self) -> bool {
        matches!(self, Self::Blank)
    }

    /// Whether something stands there, readable or not.
    pub fn is_filled(self) -> bool {
        !self.is_blank()
    }
}

/// The year of a return.
#[derive(Clone, Copy)]
pub struct YearDays {
    /// Number of the year.
    pub number: i16,
    /// 1 April.
    pub first: Day,
    /// 31 March.
    pub last: Day,
    /// Who was born by this day is 26 years old when the year begins.
    pub born_26_years_before: Day,
}

impl YearDays {
    /// Of a reporting year.
    pub fn of(year: ReportingYear) -> Self {
        let (first, last) = (Day::first_of(year), Day::last_of(year));
        Self { number: year.number(), first, last, born_26_years_before: first.plus_months(-26 * 12) }
    }

    /// Whether a day lies in the year.
    pub fn contains(self, day: Day) -> bool {
        self.first <= day && day <= self.last
    }
}

/// Whether the dates of a row lie in the year of the return.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum InYear {
    /// Something began or ended in the year.
    Event,
    /// It reaches into the year, and nothing happened in it.
    Open,
    /// It does not touch the year.
    Outside,
    /// The row has no dates.
    Undated,
}

impl InYear {
    /// Of a stretch, its end if it has one.
    pub fn of(year: YearDays, start: Day, end: Option<Day>) -> Self {
        match end {
            _ if year.contains(start) => Self::Event,
            Some(end) if year.contains(end) => Self::Event,
            Some(end) if end < year.first => Self::Outside,
            _ if start > year.last => Self::Outside,
            Some(_) | None => Self::Open,
        }
    }
}

/// A row under reading.
pub(super) struct RowCells<'r> {
    pub table: Table,
    pub cells: Cells<'r>,
    /// Position in the row of each column of the table.
    pub positions: &'r [Option<Position>],
    pub line: u32,
    pub child: ChildIndex,
    pub year: YearDays,
}

impl<'r> RowCells<'r> {
    /// A cell, trimmed; blank where the file lacks the column.
    pub fn text(&self, column: usize) -> &'r [u8] {
        self.position(column).map(|position| self.cells.cell(position.at).trim_ascii()).unwrap_or_default()
    }

    /// Where a column stands, if the file has it.
    pub fn position(&self, column: usize) -> Option<Position> {
        self.positions.get(column).copied().flatten()
    }

    pub fn report(&self, found: &mut Recorder<'_>, column: usize, rule: RuleId) {
        found.add(rule, Place { table: self.table, line: self.line, column: u8::try_from(column).unwrap_or(u8::MAX) });
    }

    /// Warns of each cell that is not UTF-8, but for the first: the identifier is read by `children`.
    pub fn report_foreign(&self, found: &mut Recorder<'_>) {
        if self.cells.is_ascii() {
            return;
        }
        for (column, _) in self.positions.iter().enumerate().skip(1) {
            let cell = self.text(column);
            if !cell.is_ascii() && std::str::from_utf8(cell).is_err() {
                self.report(found, column, RuleId::Gt13);
            }
        }
    }

    /// A code: letters folded, a spreadsheet's `.0` taken off a number.
    pub fn code<T>(&self, found: &mut Recorder<'_>, column: usize, parse: impl Fn(&[u8]) -> Option<T>) -> Cell<T> {
        let cell = self.text(column);
        if cell.is_empty() {
            return Cell::Blank;
        }
        if let Some(known) = parse(cell) {
            return Cell::Known(known);
        }
        if let Some(number) = spreadsheet_number(cell) {
            self.report(found, column, RuleId::Gt10);
            return parse(number).map_or(Cell::Unreadable, Cell::Known);
        }
        let mut upper = [0; CODE_BYTES_MAX];
        let Some(upper) = upper.get_mut(..cell.len()) else { return Cell::Unreadable };
        upper.copy_from_slice(cell);
        upper.make_ascii_uppercase();
        parse(upper).map_or(Cell::Unreadable, Cell::Known)
    }

    /// A date.
    pub fn date(&self, found: &mut Recorder<'_>, column: usize) -> Cell<Day> {
        let cell = self.text(column);
        if cell.is_empty() {
            return Cell::Blank;
        }
        if let Some(day) = Day::parse(cell) {
            return Cell::Known(day);
        }
        let Some(day) = Day::parse_year_first(cell) else { return Cell::Unreadable };
        self.report(found, column, RuleId::Gt11);
        Cell::Known(day)
    }

    /// A whole number from `least` to `most`, in digits.
    pub fn whole(&self, found: &mut Recorder<'_>, column: usize, least: u8, most: u8) -> Cell<u8> {
        self.code(found, column, |code| whole(code).filter(|number| (least..=most).contains(number)))
    }

    /// `1` or `0`.
    pub fn yes_or_no(&self, found: &mut Recorder<'_>, column: usize) -> Cell<bool> {
        self.code(found, column, |code| match code {
            b"1" => Some(true),
            b"0" => Some(false),
            _ => None,
        })
    }

    /// The cell; a problem when it is unreadable.
    pub fn optional<T: Copy>(&self, found: &mut Recorder<'_>, column: usize, cell: Cell<T>, rule: RuleId) -> Cell<T> {
        if matches!(cell, Cell::Unreadable) {
            self.report(found, column, rule);
        }
        cell
    }

    /// The value, or `None` with a problem when it is blank or unreadable.
    pub fn required<T: Copy>(&self, found: &mut Recorder<'_>, column: usize, cell: Cell<T>, rule: RuleId) -> Option<T> {
        if !matches!(cell, Cell::Known(_)) {
            self.report(found, column, rule);
        }
        cell.known()
    }
}

/// A whole number of one or two digits.
pub(super) fn whole(code: &[u8]) -> Option<u8> {
    let digits = (1..=2).contains(&code.len()) && code.iter().all(u8::is_ascii_digit);
    digits.then(|| code.iter().fold(0_u8, |sum, digit| sum.wrapping_mul(10).wrapping_add(digit.wrapping_sub(b'0'))))
}

/// The digits of a whole number that a spreadsheet wrote as `123.0`.
pub(crate) fn spreadsheet_number(cell: &[u8]) -> Option<&[u8]> {
    let point = cell.iter().position(|byte| *byte == b'.')?;
    let (digits, zeros) = (cell.get(..point)?, cell.get(point + 1..)?);
    let is = |bytes: &[u8], ok: fn(&u8) -> bool| !bytes.is_empty() && bytes.iter().all(ok);
    (is(digits, u8::is_ascii_digit) && is(zeros, |byte| *byte == b'0')).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_number_loses_its_point() {
        let check = |cell: &[u8], expected: Option<&[u8]>| assert_eq!(spreadsheet_number(cell), expected);
        check(b"123.0", Some(b"123"));
        check(b"0.00", Some(b"0"));
        check(b"12.5", None);
        check(b"12.", None);
        check(b".0", None);
        check(b"123", None);
        check(b"1.2E+05", None);
    }
}
