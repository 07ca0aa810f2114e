//! Rows of DoLo: deprivation of liberty orders.

use crate::day::Day;
use crate::records::ChildIndex;
use crate::records::cells::{Cell, RowCells};
use crate::records::findings::Recorder;

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
    pub start: Cell<Day>,
    /// DOLO_END; open when blank.
    pub end: Cell<Day>,
}

impl OrderRow {
    pub(in crate::records) fn parse(row: &RowCells<'_>, found: &mut Recorder<'_>) -> Self {
        let birth = row.date(found, 1);
        let start = row.date(found, 2);
        let end = row.date(found, 3);
        Self { child: row.child, line: row.line, birth, start, end }
    }
}
