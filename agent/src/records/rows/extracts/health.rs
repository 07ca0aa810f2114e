//! Rows of MentalHealth and HealthAssessment.

use super::asked::MONTHS_AFTER;
use super::codes::{Decision, HealthCheck, HealthCheckStatus};
use super::in_days;
use crate::day::Day;
use crate::records::ChildIndex;
use crate::records::cells::{Cell, InYear, RowCells};
use crate::records::findings::Recorder;
use crate::records::rules::RuleId;

/// A referral to a mental-health service, as things stood on 31 March.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ReferralRow {
    /// Child.
    pub child: ChildIndex,
    /// Line of the file.
    pub line: u32,
    /// REFERRAL_DATE.
    pub referred: Day,
    /// DECISION; `None` when it is not known.
    pub decision: Option<Decision>,
    /// FIRST_APPT_DATE, up to 31 March.
    pub first_seen: Option<Day>,
    /// CLOSED_DATE, up to 31 March.
    pub closed: Option<Day>,
}

impl ReferralRow {
    pub(in crate::records) fn parse(row: &RowCells<'_>, found: &mut Recorder<'_>) -> (InYear, Option<Self>) {
        let referred = row.date(found, 1);
        let referred = row.required(found, 1, referred, RuleId::Ex40);
        let decision = row.code(found, 2, Decision::parse);
        let decision = row.required(found, 2, decision, RuleId::Ex42);
        let first_seen = row.date(found, 3);
        let first_seen = row.optional(found, 3, first_seen, RuleId::Ex43);
        let closed = row.date(found, 4);
        let closed = row.optional(found, 4, closed, RuleId::Ex44);
        let is_readable = !matches!(first_seen, Cell::Unreadable) && !matches!(closed, Cell::Unreadable);
        let Some(referred) = referred.filter(|_| is_readable) else { return (InYear::Undated, None) };
        let first = row.year.first.plus_months(-12);
        if referred > row.year.last || closed.known().is_some_and(|closed| closed < first) {
            row.report(found, 1, RuleId::Ex41);
            return (InYear::Outside, None);
        }
        let mut by_31_march = |column: usize, day: Cell<Day>| {
            let is_later = day.known().is_some_and(|day| day > row.year.last);
            if is_later {
                row.report(found, column, RuleId::Ex47);
            }
            day.known().filter(|_| !is_later)
        };
        let (first_seen, closed) = (by_31_march(3, first_seen), by_31_march(4, closed));
        let mut read = Self { child: row.child, line: row.line, referred, decision, first_seen, closed };
        let days = [Some(referred), first_seen, closed];
        if !days.iter().flatten().is_sorted() {
            found.row(RuleId::Ex45, &read);
        }
        if first_seen.is_some() && matches!(decision, Some(Decision::Not | Decision::Wait)) {
            found.row(RuleId::Ex46, &read);
            read.decision = Some(Decision::Accepted);
        }
        (InYear::Event, Some(read))
    }
}

/// A health assessment.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct HealthCheckRow {
    /// Child.
    pub child: ChildIndex,
    /// Line of the file.
    pub line: u32,
    /// HEALTH_CHECK_TYPE.
    pub kind: HealthCheck,
    /// HEALTH_CHECK_DATE.
    pub on: Day,
    /// HEALTH_CHECK_STATUS.
    pub status: HealthCheckStatus,
}

impl HealthCheckRow {
    pub(in crate::records) fn parse(row: &RowCells<'_>, found: &mut Recorder<'_>) -> (InYear, Option<Self>) {
        let kind = row.code(found, 1, HealthCheck::parse);
        let kind = row.required(found, 1, kind, RuleId::Ex80);
        let on = row.date(found, 2);
        let on = row.required(found, 2, on, RuleId::Ex82);
        let status = row.code(found, 3, HealthCheckStatus::parse);
        let status = row.required(found, 3, status, RuleId::Ex81);
        let in_year = in_days(on, row.year.first, row.year.last.plus_months(MONTHS_AFTER));
        if in_year == InYear::Outside {
            row.report(found, 2, RuleId::Ex83);
            return (in_year, None);
        }
        let (Some(kind), Some(on), Some(status)) = (kind, on, status) else { return (in_year, None) };
        if kind == HealthCheck::NotSaid && status == HealthCheckStatus::Completed {
            row.report(found, 1, RuleId::Ex84);
        }
        (in_year, Some(Self { child: row.child, line: row.line, kind, on, status }))
    }
}
