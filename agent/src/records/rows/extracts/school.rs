//! Rows of School: enrolments.

use crate::day::Day;
use crate::pseudonym::IDENTIFIER_BYTES_MAX;
use crate::pseudonym::{PseudonymKey, Token};
use crate::records::ChildIndex;
use crate::records::cells::{Cell, InYear, RowCells};
use crate::records::findings::Recorder;
use crate::records::rules::RuleId;

/// An enrolment at a school.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SchoolRow {
    /// Child.
    pub child: ChildIndex,
    /// Line of the file.
    pub line: u32,
    /// SCHOOL.
    pub school: Token,
    /// SCHOOL_START, the first day on the roll.
    pub start: Day,
    /// SCHOOL_END, the last day on the roll, in it; `None` while it lasts.
    pub end: Option<Day>,
    /// MAIN_SCHOOL.
    pub is_main: bool,
}

impl SchoolRow {
    pub(in crate::records) fn parse(row: &RowCells<'_>, key: &PseudonymKey, found: &mut Recorder<'_>) -> (InYear, Option<Self>) {
        let school = row.text(1);
        let is_key = !school.is_empty() && school.len() <= IDENTIFIER_BYTES_MAX;
        if !is_key {
            row.report(found, 1, RuleId::Ex30);
        }
        let start = row.date(found, 2);
        let start = row.required(found, 2, start, RuleId::Ex31);
        let end = row.date(found, 3);
        let end = row.optional(found, 3, end, RuleId::Ex32);
        let main = row.yes_or_no(found, 4);
        let main = row.optional(found, 4, main, RuleId::Ex35);
        let Some(start) = start.filter(|_| !matches!(end, Cell::Unreadable)) else { return (InYear::Undated, None) };
        let (end, first) = (end.known(), row.year.first.plus_months(-12));
        if start > row.year.last || end.is_some_and(|end| end < first) {
            row.report(found, 2, RuleId::Ex34);
            return (InYear::Outside, None);
        }
        let (child, line, school) = (row.child, row.line, key.token(school));
        let read = is_key.then_some(Self { child, line, school, start, end, is_main: main.known().unwrap_or(true) });
        (InYear::Event, read)
    }

    /// Whether it shares more than one day with an enrolment that ends on a day, or goes on.
    pub(in crate::records) fn shares_days_until(&self, end: Option<Day>) -> bool {
        end.is_none_or(|end| end > self.start) && self.end.is_none_or(|own| own > self.start)
    }
}
