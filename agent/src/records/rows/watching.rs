//! Rows of Reviews, Missing and SWEpisodes: who looks after the child's plan, and where the child was not.

use crate::day::Day;
use crate::pseudonym::{PseudonymKey, Token};
use crate::records::ChildIndex;
use crate::records::cells::{Cell, InYear, RowCells};
use crate::records::codes::{Absence, TookPart, WorkerReason};
use crate::records::findings::Recorder;
use crate::records::rules::RuleId;

/// A row of Reviews.
#[derive(Clone, Copy)]
pub struct ReviewRow {
    /// Child.
    pub child: ChildIndex,
    /// Line of the file.
    pub line: u32,
    /// DOB.
    pub birth: Cell<Day>,
    /// REVIEW.
    pub on: Day,
    /// REVIEW_CODE.
    pub took_part: TookPart,
}

impl ReviewRow {
    pub(in crate::records) fn parse(row: &RowCells<'_>, found: &mut Recorder<'_>) -> (InYear, Option<Self>) {
        let birth = row.date(found, 1);
        let on = row.date(found, 2);
        let on = row.required(found, 2, on, RuleId::R166);
        let took_part = row.code(found, 3, |code| TookPart::parse(code, row.year.number));
        let took_part = row.required(found, 3, took_part, RuleId::R167);
        let in_year = on.map_or(InYear::Undated, |on| InYear::of(row.year, on, Some(on)));
        if in_year == InYear::Outside {
            row.report(found, 2, RuleId::Gt05);
        }
        let read = on.zip(took_part).map(|(on, took_part)| Self { child: row.child, line: row.line, birth, on, took_part });
        (in_year, read)
    }
}

/// A row of Missing.
#[derive(Clone, Copy)]
pub struct AbsenceRow {
    /// Child.
    pub child: ChildIndex,
    /// Line of the file.
    pub line: u32,
    /// DOB.
    pub birth: Cell<Day>,
    /// MISSING.
    pub kind: Absence,
    /// MIS_START.
    pub start: Day,
    /// MIS_END, the last day; open when blank.
    pub end: Option<Day>,
}

impl AbsenceRow {
    pub(in crate::records) fn parse(row: &RowCells<'_>, found: &mut Recorder<'_>) -> (InYear, Option<Self>) {
        let birth = row.date(found, 1);
        let kind = row.code(found, 2, |code| Absence::parse(code, row.year.number));
        let kind = row.required(found, 2, kind, RuleId::R565);
        let start = row.date(found, 3);
        let start = row.required(found, 3, start, RuleId::R564);
        let end = row.date(found, 4);
        let end = row.optional(found, 4, end, RuleId::R566);
        let Some(start) = start else { return (InYear::Undated, None) };
        let in_year = InYear::of(row.year, start, end.known());
        if in_year == InYear::Outside {
            row.report(found, 3, RuleId::Gt05);
        }
        let kept = kind.filter(|_| !matches!(end, Cell::Unreadable));
        let read = kept.map(|kind| Self { child: row.child, line: row.line, birth, kind, start, end: end.known() });
        (in_year, read)
    }
}

/// A row of SWEpisodes.
#[derive(Clone, Copy)]
pub struct WorkerRow {
    /// Child.
    pub child: ChildIndex,
    /// Line of the file.
    pub line: u32,
    /// DOB.
    pub birth: Cell<Day>,
    /// SW_ID.
    pub worker: Token,
    /// SW_DECOM.
    pub start: Day,
    /// SW_DEC; open when blank.
    pub end: Option<Day>,
    /// SW_REASON.
    pub reason: Cell<WorkerReason>,
}

impl WorkerRow {
    pub(in crate::records) fn parse(row: &RowCells<'_>, key: &PseudonymKey, found: &mut Recorder<'_>) -> (InYear, Option<Self>) {
        let birth = row.date(found, 1);
        let id = row.text(2);
        let start = row.date(found, 3);
        let start = row.required(found, 3, start, RuleId::Sw04);
        let end = row.date(found, 4);
        let end = row.optional(found, 4, end, RuleId::Sw05);
        let reason = row.code(found, 5, |code| WorkerReason::parse(code, row.year.number));
        let starts_with = |mark: &[u8]| id.get(..2).is_some_and(|start| start.eq_ignore_ascii_case(mark));
        if id.is_empty() {
            row.report(found, 2, RuleId::Gt06);
        } else if !starts_with(b"SW") && !starts_with(b"XX") {
            row.report(found, 2, RuleId::Sw02);
        }
        let Some(start) = start else { return (InYear::Undated, None) };
        let in_year = InYear::of(row.year, start, end.known());
        if in_year == InYear::Outside {
            row.report(found, 3, RuleId::Gt05);
        }
        let kept = !id.is_empty() && !matches!(end, Cell::Unreadable);
        let worker = key.token(id);
        let read = kept.then(|| Self { child: row.child, line: row.line, birth, worker, start, end: end.known(), reason });
        (in_year, read)
    }
}
