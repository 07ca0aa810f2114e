//! Rows of CarerSupport, LeaverSupport and AfterHome: the help that carers, care leavers and families get.

use super::codes::{AdultService, HomePlan, Offer, Service, Training};
use super::in_days;
use crate::day::Day;
use crate::records::ChildIndex;
use crate::records::cells::{Cell, InYear, RowCells};
use crate::records::findings::Recorder;
use crate::records::rules::RuleId;

/// Training and therapeutic support of a child's main carer, and of the child.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CarerSupportRow {
    /// Child.
    pub child: ChildIndex,
    /// Line of the file.
    pub line: u32,
    /// CARER_TRAINING.
    pub training: Cell<Training>,
    /// CARER_THERAPY.
    pub carer_therapy: Cell<Offer>,
    /// CHILD_THERAPY.
    pub child_therapy: Cell<Offer>,
}

impl CarerSupportRow {
    pub(in crate::records) fn parse(row: &RowCells<'_>, found: &mut Recorder<'_>) -> Self {
        let training = row.code(found, 1, Training::parse);
        let training = row.optional(found, 1, training, RuleId::Ex50);
        let carer_therapy = row.code(found, 2, Offer::parse);
        let carer_therapy = row.optional(found, 2, carer_therapy, RuleId::Ex51);
        let child_therapy = row.code(found, 3, Offer::parse);
        let child_therapy = row.optional(found, 3, child_therapy, RuleId::Ex52);
        Self { child: row.child, line: row.line, training, carer_therapy, child_therapy }
    }
}

/// The support that a care leaver has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct LeaverSupportRow {
    /// Young person.
    pub child: ChildIndex,
    /// Line of the file.
    pub line: u32,
    /// ADVISER: whether one is named.
    pub adviser: Cell<bool>,
    /// PATHWAY_REVIEW, up to 31 March: blank when there was none, unreadable when it is not recorded.
    pub pathway_review: Cell<Day>,
    /// STAYING_CLOSE.
    pub staying_close: Cell<Offer>,
    /// TOLD_25.
    pub told_25: Cell<bool>,
    /// TOOK_25.
    pub took_25: Cell<bool>,
    /// MH_AT_18.
    pub mh_at_18: Cell<AdultService>,
    /// MH_SERVICE.
    pub mh_service: Cell<Service>,
}

impl LeaverSupportRow {
    pub(in crate::records) fn parse(row: &RowCells<'_>, found: &mut Recorder<'_>) -> Self {
        let adviser = match row.position(1) {
            // the dataset has a name or number there, which is not kept
            Some(position) if position.other_name => Cell::Known(!row.text(1).is_empty()),
            Some(_) | None => {
                let adviser = row.yes_or_no(found, 1);
                row.optional(found, 1, adviser, RuleId::Ex61)
            }
        };
        let review = match row.date(found, 2) {
            Cell::Known(day) if day > row.year.last => Cell::Unreadable,
            review => review,
        };
        let pathway_review = row.optional(found, 2, review, RuleId::Ex64);
        let staying_close = row.code(found, 3, Offer::parse);
        let staying_close = row.optional(found, 3, staying_close, RuleId::Ex60);
        let told_25 = row.yes_or_no(found, 4);
        let told_25 = row.optional(found, 4, told_25, RuleId::Ex62);
        let took_25 = row.yes_or_no(found, 5);
        let took_25 = row.optional(found, 5, took_25, RuleId::Ex63);
        let mh_at_18 = row.code(found, 6, AdultService::parse);
        let mh_at_18 = row.optional(found, 6, mh_at_18, RuleId::Ex65);
        let mh_service = row.code(found, 7, Service::parse);
        let mh_service = row.optional(found, 7, mh_service, RuleId::Ex66);
        if told_25.known() == Some(false) && took_25.known() == Some(true) {
            row.report(found, 5, RuleId::Ex67);
        }
        let (child, line) = (row.child, row.line);
        Self { child, line, adviser, pathway_review, staying_close, told_25, took_25, mh_at_18, mh_service }
    }
}

/// Whether a family had a support plan after a child went home.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct HomePlanRow {
    /// Child.
    pub child: ChildIndex,
    /// Line of the file.
    pub line: u32,
    /// HOME_DATE, in the year before.
    pub home_on: Day,
    /// HOME_PLAN.
    pub plan: Cell<HomePlan>,
}

impl HomePlanRow {
    pub(in crate::records) fn parse(row: &RowCells<'_>, found: &mut Recorder<'_>) -> (InYear, Option<Self>) {
        let home_on = row.date(found, 1);
        let home_on = row.required(found, 1, home_on, RuleId::Ex70);
        let plan = row.code(found, 2, HomePlan::parse);
        let plan = row.optional(found, 2, plan, RuleId::Ex72);
        let in_year = in_days(home_on, row.year.first.plus_months(-12), row.year.first.before());
        if in_year == InYear::Outside {
            row.report(found, 1, RuleId::Ex71);
            return (in_year, None);
        }
        let read = home_on.map(|home_on| Self { child: row.child, line: row.line, home_on, plan });
        (in_year, read)
    }
}
