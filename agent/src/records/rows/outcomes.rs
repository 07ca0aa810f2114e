//! Rows of OC2: outcomes of children looked after for twelve months.

use crate::day::Day;
use crate::records::ChildIndex;
use crate::records::cells::{Cell, RowCells};
use crate::records::codes::NoScore;
use crate::records::findings::Recorder;
use crate::records::rules::RuleId;

/// A row of OC2.
#[derive(Clone, Copy)]
pub struct Oc2Row {
    /// Child.
    pub child: ChildIndex,
    /// Line of the file.
    pub line: u32,
    /// DOB.
    pub birth: Cell<Day>,
    /// SDQ_SCORE, 0 to 40.
    pub score: Cell<u8>,
    /// SDQ_REASON.
    pub no_score: Cell<NoScore>,
    /// CONVICTED.
    pub convicted: Cell<bool>,
    /// HEALTH_CHECK: development checks of children under five.
    pub health_check: Cell<bool>,
    /// IMMUNISATIONS.
    pub immunisations: Cell<bool>,
    /// TEETH_CHECK.
    pub teeth_check: Cell<bool>,
    /// HEALTH_ASSESSMENT.
    pub health_assessment: Cell<bool>,
    /// SUBSTANCE_MISUSE.
    pub substance_misuse: Cell<bool>,
    /// INTERVENTION_RECEIVED.
    pub intervention_received: Cell<bool>,
    /// INTERVENTION_OFFERED.
    pub intervention_offered: Cell<bool>,
}

impl Oc2Row {
    pub(in crate::records) fn parse(row: &RowCells<'_>, found: &mut Recorder<'_>) -> Self {
        let birth = row.date(found, 1);
        let score = row.whole(found, 2, 0, 40);
        let score = row.optional(found, 2, score, RuleId::R180);
        let no_score = row.code(found, 3, |code| NoScore::parse(code, row.year.number));
        let no_score = row.optional(found, 3, no_score, RuleId::R196);
        let mut item = |column: usize| {
            let item = row.yes_or_no(found, column);
            row.optional(found, column, item, RuleId::R181)
        };
        Self {
            child: row.child,
            line: row.line,
            birth,
            score,
            no_score,
            convicted: item(4),
            health_check: item(5),
            immunisations: item(6),
            teeth_check: item(7),
            health_assessment: item(8),
            substance_misuse: item(9),
            intervention_received: item(10),
            intervention_offered: item(11),
        }
    }
}
