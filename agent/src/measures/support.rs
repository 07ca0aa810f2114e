//! G5 to G9: the support that care leavers have, from the authority's own extract.

use shared::ids::ReportingYear;

use super::answer::{Answer, Category, Code, answers};
use super::care_leavers::{counted, is_out};
use crate::day::Day;
use crate::histories::ChildHistory;
use crate::records::cells::Cell;
use crate::records::rows::extracts::LeaverSupportRow;
use crate::records::rows::extracts::{AdultService, Offer, Service};
use crate::records::tables::Table;

/// The measures of this room.
pub(super) const MEASURES: &[Code] = &[
    Code::share("G5", G5::NAMES, g5),
    Code::share("G6a", YesNo::NAMES, g6a),
    Code::share("G6b", YesNo::NAMES, g6b),
    Code::share("G6c", YesNo::NAMES, g6c),
    Code::share("G7", YesNo::NAMES, g7),
    Code::share("G8", G8::NAMES, g8),
    Code::share("G9", G9::NAMES, g9),
];

/// Age on 31 March from which support goes on only if it is asked for.
const ASKED_FOR_AGE: u8 = 22;
/// Age on 31 March from which a young person is an adult.
const ADULT_AGE: u8 = 18;
/// Months to 31 March in which a pathway plan is to be reviewed.
const REVIEW_MONTHS: i32 = 6;

answers!(G5 {
    Used = "used", Offered = "offered", Neither = "neither", NotRecorded = "not_recorded", TableNotSupplied = "table_not_supplied",
});

answers!(YesNo { Yes = "yes", No = "no", NotRecorded = "not_recorded", TableNotSupplied = "table_not_supplied" });

answers!(G8 {
    Adult = "adult", To25 = "to_25", Agreed = "agreed", Gap = "gap", NotKnown = "not_known", TableNotSupplied = "table_not_supplied",
});

answers!(G9 { Child = "child", Adult = "adult", None = "none", NotKnown = "not_known", TableNotSupplied = "table_not_supplied" });

fn row(history: &ChildHistory, year: ReportingYear) -> Option<&LeaverSupportRow> {
    history.extracts.leaver_support.of(year).next_back()
}

fn is_supplied(history: &ChildHistory, year: ReportingYear) -> bool {
    history.supplied.table(year, Table::LeaverSupport)
}

fn is_at_least(history: &ChildHistory, year: ReportingYear, age: u8) -> bool {
    history.age_on(Day::last_of(year)).is_some_and(|of| of >= age)
}

/// G5: staying close to the former home.
fn g5(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    counted(history, year)?;
    if !is_supplied(history, year) {
        return Some(G5::TableNotSupplied.of_care_leaver());
    }
    let answer = match row(history, year).and_then(|row| row.staying_close.known()) {
        Some(Offer::Used) => G5::Used,
        Some(Offer::Offered) => G5::Offered,
        Some(Offer::NotOffered) => G5::Neither,
        None => G5::NotRecorded,
    };
    Some(answer.of_care_leaver())
}

fn yes_or_no(history: &ChildHistory, year: ReportingYear, of: impl Fn(&LeaverSupportRow) -> Option<bool>) -> Option<Answer> {
    counted(history, year)?;
    if !is_supplied(history, year) {
        return Some(YesNo::TableNotSupplied.of_care_leaver());
    }
    let answer = match row(history, year).and_then(of) {
        Some(true) => YesNo::Yes,
        Some(false) => YesNo::No,
        None => YesNo::NotRecorded,
    };
    Some(answer.of_care_leaver())
}

/// G6a: a personal adviser is named.
fn g6a(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    yes_or_no(history, year, |row| row.adviser.known())
}

/// G6b: told of the right to support up to 25.
fn g6b(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    if is_at_least(history, year, ASKED_FOR_AGE) { yes_or_no(history, year, |row| row.told_25.known()) } else { None }
}

/// G6c: took up the support up to 25.
fn g6c(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    if is_at_least(history, year, ASKED_FOR_AGE) { yes_or_no(history, year, |row| row.took_25.known()) } else { None }
}

/// G7: pathway plan reviewed in the six months to 31 March. No review at all is a no.
fn g7(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    let since = Day::first_of(year).plus_months(12 - REVIEW_MONTHS);
    yes_or_no(history, year, |row| match row.pathway_review {
        Cell::Known(on) => Some(since <= on),
        Cell::Blank => Some(false),
        Cell::Unreadable => None,
    })
}

/// G8: of those who were in children's mental-health services at 17 and turned 18 in the year, what followed.
fn g8(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    let at_18 = history.birth.birthday(i32::from(ADULT_AGE));
    let turned_18 = Day::first_of(year) <= at_18 && at_18 <= Day::last_of(year);
    let is_known = history.last_episode_in_year(year).is_some() || history.leaver_of(year).is_some();
    if !turned_18 || !is_known || is_out(history, year) {
        return None;
    }
    if !is_supplied(history, year) {
        return Some(G8::TableNotSupplied.of_care_leaver());
    }
    let answer = match row(history, year).and_then(|row| row.mh_at_18.known()) {
        Some(AdultService::Adult) => G8::Adult,
        Some(AdultService::To25) => G8::To25,
        Some(AdultService::Agreed) => G8::Agreed,
        Some(AdultService::Gap) => G8::Gap,
        Some(AdultService::WasNot) => return None,
        None => G8::NotKnown,
    };
    Some(answer.of_care_leaver())
}

/// G9: the mental-health service on 31 March.
fn g9(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    counted(history, year)?;
    if !is_at_least(history, year, ADULT_AGE) {
        return None;
    }
    if !is_supplied(history, year) {
        return Some(G9::TableNotSupplied.of_care_leaver());
    }
    let answer = match row(history, year).and_then(|row| row.mh_service.known()) {
        Some(Service::Child) => G9::Child,
        Some(Service::Adult) => G9::Adult,
        Some(Service::None) => G9::None,
        None => G9::NotKnown,
    };
    Some(answer.of_care_leaver())
}
