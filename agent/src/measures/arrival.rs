//! D10a and D10b: what happens first when a child comes into care.

use shared::ids::ReportingYear;

use super::answer::{Answer, Category, Code, Moment, answers};
use crate::day::Day;
use crate::histories::ChildHistory;
use crate::records::rows::extracts::HealthCheckRow;
use crate::records::rows::extracts::{HealthCheck, HealthCheckStatus, Informant};
use crate::records::tables::Table;

/// The measures of this room.
pub(super) const MEASURES: &[Code] = &[Code::share("D10a", D10a::NAMES, d10a), Code::share("D10b", D10b::NAMES, d10b)];

/// Ages on coming into care at which a questionnaire can be filled in.
const AGES: std::ops::RangeInclusive<u8> = 4..=16;
/// Days after coming into care within which a questionnaire is soon.
const SOON_DAYS: i32 = 28;
/// Working days after coming into care within which the first health assessment is due (care planning regulations 2010).
const HEALTH_WORKING_DAYS: u32 = 20;

answers!(D10a { Soon = "first_28_days", Later = "later", None = "none", TableNotSupplied = "table_not_supplied" });

answers!(D10b { InTime = "in_time", Late = "late", None = "none", TableNotSupplied = "table_not_supplied" });

/// D10a: a carer's questionnaire soon after coming into care, of children still in care after those days.
fn d10a(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    let start = history.first_start_in_year(year)?;
    let soon = start.plus_days(SOON_DAYS);
    if !AGES.contains(&history.age_on(start)?) || history.episode_on(soon).is_none() {
        return None;
    }
    if !history.supplied.table(year, Table::Sdq) {
        return Some(D10a::TableNotSupplied.at(Moment::Start(start)));
    }
    let rows = history.extracts.sdq.of(year).filter(|row| row.informant == Informant::Carer && row.score.known().is_some());
    let first = rows.map(|row| row.on).filter(|on| *on >= start).min();
    let answer = match first {
        Some(on) if on <= soon => D10a::Soon,
        Some(on) if on <= Day::last_of(year) => D10a::Later,
        Some(_) | None => D10a::None,
    };
    Some(answer.at(Moment::Start(start)))
}

/// D10b: the initial health assessment within twenty working days of coming into care.
fn d10b(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    let start = history.first_start_in_year(year)?;
    if !history.supplied.table(year, Table::HealthAssessment) {
        return Some(D10b::TableNotSupplied.at(Moment::Start(start)));
    }
    let answer = match initial_assessment(history, year, start) {
        Some(on) if on <= start.plus_working_days(HEALTH_WORKING_DAYS) => D10b::InTime,
        Some(_) => D10b::Late,
        None => D10b::None,
    };
    Some(answer.at(Moment::Start(start)))
}

/// The day of the initial assessment; one that is not said to be initial or later is taken as initial when it is the
/// first since the start.
fn initial_assessment(history: &ChildHistory, year: ReportingYear, start: Day) -> Option<Day> {
    let is_done = |row: &&HealthCheckRow| {
        let is_assessment = matches!(row.kind, HealthCheck::Initial | HealthCheck::Review | HealthCheck::NotSaid);
        is_assessment && row.status == HealthCheckStatus::Completed && row.on >= start
    };
    let done = history.extracts.health_checks.of(year).filter(is_done);
    let first = done.clone().map(|row| row.on).min()?;
    let is_initial =
        |row: &&HealthCheckRow| row.kind == HealthCheck::Initial || (row.kind == HealthCheck::NotSaid && row.on == first);
    done.filter(is_initial).map(|row| row.on).min()
}
