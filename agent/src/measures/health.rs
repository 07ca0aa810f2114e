//! D1 to D5: health, from the yearly outcomes of the return; and G0, contact with the courts.

use shared::ids::ReportingYear;

use super::answer::{Answer, Category, Code, answers};
use crate::day::Day;
use crate::histories::{ChildHistory, Outcomes};
use crate::records::tables::Table;

/// The measures of this room.
pub(super) const MEASURES: &[Code] = &[
    Code::share("D1", Item::NAMES, d1),
    Code::share("D2", Item::NAMES, d2),
    Code::share("D3", Item::NAMES, d3),
    Code::share("D4", Item::NAMES, d4),
    Code::share("D5", D5::NAMES, d5),
    Code::share("G0", Item::NAMES, g0),
];

/// Oldest age on 31 March at which development checks are asked for.
const DEVELOPMENT_AGE_MAX: u8 = 4;
/// Ages on 31 March at which convictions are asked for.
const COURT_AGES: std::ops::RangeInclusive<u8> = 10..=17;

answers!(Item { Yes = "yes", No = "no", NotRecorded = "not_recorded", TableNotSupplied = "table_not_supplied" });

answers!(D5 {
    No = "no", Helped = "yes_helped", Refused = "yes_refused", NotOffered = "yes_not_offered", NotRecorded = "not_recorded",
    TableNotSupplied = "table_not_supplied",
});

/// An item of the outcomes that is yes, no or not recorded; a child without a row has it not recorded.
fn item(history: &ChildHistory, year: ReportingYear, of: fn(Outcomes) -> Option<bool>) -> Option<Answer> {
    if !history.looked_after_twelve_months(year) {
        return None;
    }
    if !history.supplied.table(year, Table::Oc2) {
        return Some(Item::TableNotSupplied.on_last_day());
    }
    let answer = match history.outcomes_of(year).and_then(of) {
        Some(true) => Item::Yes,
        Some(false) => Item::No,
        None => Item::NotRecorded,
    };
    Some(answer.on_last_day())
}

/// D1: yearly health assessment done.
fn d1(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    item(history, year, |outcomes| outcomes.health_assessment)
}

/// D2: immunisations up to date.
fn d2(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    item(history, year, |outcomes| outcomes.immunisations)
}

/// D3: teeth checked.
fn d3(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    item(history, year, |outcomes| outcomes.teeth_check)
}

/// D4: development checks up to date, of the youngest.
fn d4(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    let is_young = history.age_on(Day::last_of(year))? <= DEVELOPMENT_AGE_MAX;
    if is_young { item(history, year, |outcomes| outcomes.health_check) } else { None }
}

/// D5: whether drugs or alcohol are a problem, and whether help was there.
fn d5(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    if !history.looked_after_twelve_months(year) {
        return None;
    }
    if !history.supplied.table(year, Table::Oc2) {
        return Some(D5::TableNotSupplied.on_last_day());
    }
    let outcomes = history.outcomes_of(year);
    let received = outcomes.and_then(|o| o.intervention_received);
    let offered = outcomes.and_then(|o| o.intervention_offered);
    let answer = match (outcomes.and_then(|o| o.substance_misuse), received, offered) {
        (Some(false), ..) => D5::No,
        (Some(true), Some(true), _) => D5::Helped,
        (Some(true), _, Some(true)) => D5::Refused,
        (Some(true), _, Some(false)) => D5::NotOffered,
        (Some(true), _, None) | (None, ..) => D5::NotRecorded,
    };
    Some(answer.on_last_day())
}

/// G0: convicted, warned or reprimanded in the year.
fn g0(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    let is_of_age = COURT_AGES.contains(&history.age_on(Day::last_of(year))?);
    if is_of_age { item(history, year, |outcomes| outcomes.convicted) } else { None }
}
