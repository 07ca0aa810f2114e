//! Rows of DoLo: deprivation of liberty orders.

use crate::day::Day;
use crate::records::ChildIndex;
use crate::records::cells::{Cell, RowCells};
use crate::records::findings::Recorder;
use crate::records::rules::RuleId;

/// A row of DoLo.
#[derive(Clone, Copy)]
pub struct OrderRow {
    /// Child.
    pub child: ChildIndex,
    /// Line of the file.
    pub line: u32,
    /// DOB.
    pub birth: Cell<Day>,
    /// DOLO_START.
    pub start: Day,
    /// DOLO_END; open when blank.
    pub end: Option<Day>,
}

impl OrderRow {
    pub(in crate::records) fn parse(row: &RowCells<'_>, found: &mut Recorder<'_>) -> Option<Self> {
        let birth = row.date(found, 1);
        let start = row.date(found, 2);
        let start = row.required(found, 2, start, RuleId::R700);
        let end = row.date(found, 3);
        let end = row.optional(found, 3, end, RuleId::R701);
        let start = start.filter(|_| !matches!(end, Cell::Unreadable))?;
        Some(Self { child: row.child, line: row.line, birth, start, end: end.known() })
    }
}
