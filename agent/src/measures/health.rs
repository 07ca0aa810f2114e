//! D: health.

use shared::ids::ReportingYear;

use super::answer::{Answer, Category, Code, answers};
use crate::histories::ChildHistory;
use crate::records::tables::Table;

/// The measures of this room.
pub(super) const MEASURES: &[Code] = &[Code::share("D1", D1::NAMES, d1)];

answers!(D1 { Yes = "yes", No = "no", NotRecorded = "not_recorded", TableNotSupplied = "table_not_supplied" });

/// D1: yearly health assessment done.
fn d1(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    if !history.looked_after_twelve_months(year) {
        return None;
    }
    if !history.supplied.table(year, Table::Oc2) {
        return Some(D1::TableNotSupplied.on_last_day());
    }
    let answer = match history.outcomes_of(year).and_then(|outcomes| outcomes.health_assessment) {
        Some(true) => D1::Yes,
        Some(false) => D1::No,
        None => D1::NotRecorded,
    };
    Some(answer.on_last_day())
}
