//! Rows of OC3: care leavers.

use crate::day::Day;
use crate::records::ChildIndex;
use crate::records::cells::{Cell, RowCells};
use crate::records::codes::{Accommodation, Activity, InTouch};
use crate::records::findings::Recorder;
use crate::records::rules::RuleId;

/// A row of OC3.
#[derive(Clone, Copy)]
pub struct Oc3Row {
    /// Young person.
    pub child: ChildIndex,
    /// Line of the file.
    pub line: u32,
    /// DOB.
    pub birth: Cell<Day>,
    /// IN_TOUCH.
    pub in_touch: Cell<InTouch>,
    /// ACTIV.
    pub activity: Cell<Activity>,
    /// ACCOM.
    pub accommodation: Cell<Accommodation>,
}

impl Oc3Row {
    pub(in crate::records) fn parse(row: &RowCells<'_>, found: &mut Recorder<'_>) -> Self {
        let year = row.year.number;
        let birth = row.date(found, 1);
        let in_touch = row.code(found, 2, |code| InTouch::parse(code, year));
        row.required(found, 2, in_touch, RuleId::R131);
        let activity = row.code(found, 3, |code| Activity::parse(code, year));
        row.required(found, 3, activity, RuleId::R132);
        let accommodation = row.code(found, 4, Accommodation::parse);
        row.required(found, 4, accommodation, RuleId::R133);
        Self { child: row.child, line: row.line, birth, in_touch, activity, accommodation }
    }
}
