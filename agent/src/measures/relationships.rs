//! R: relationships, from the survey. R1 is A13a: it has no table of its own.

use shared::ids::ReportingYear;

use super::answer::{Answer, Category, Code, Moment, answers};
use super::asked::{YesOrNo, after_care, asked, in_care, yes_or_no};
use crate::histories::ChildHistory;
use crate::records::rows::extracts::{Amount, Reply, Siblings, WellbeingRow};
use crate::records::tables::Table;

/// The measures of this room.
pub(super) const MEASURES: &[Code] = &[
    Code::share("R2a", R2::NAMES, |history, year| sees(history, year, |row| row.sees_mother)),
    Code::share("R2b", R2::NAMES, |history, year| sees(history, year, |row| row.sees_father)),
    Code::share("R2c", R2::NAMES, |history, year| sees(history, year, |row| row.sees_siblings)),
    Code::share("R3", R3::NAMES, r3),
    Code::share("R4", YesOrNo::NAMES, |history, year| yes_or_no(history, year, in_care(history, year), |row| row.friend)),
    Code::share("R5", YesOrNo::NAMES, |history, year| yes_or_no(history, year, in_care(history, year), |row| row.after_18)),
    Code::share("R5L", YesOrNo::NAMES, |history, year| yes_or_no(history, year, after_care(history, year), |row| row.after_18)),
];

answers!(R2 {
    Right = "right", TooLittle = "too_little", TooMuch = "too_much", Content = "content", NotContent = "not_content",
    NotAnswered = "not_answered", NotAsked = "not_asked", TableNotSupplied = "table_not_supplied",
});

answers!(R3 {
    All = "all", Some = "some", None = "none", NotRecorded = "not_recorded", TableNotSupplied = "table_not_supplied",
});

/// R2: whether the child sees somebody as much as they want.
fn sees(history: &ChildHistory, year: ReportingYear, question: fn(&WellbeingRow) -> Reply<Amount>) -> Option<Answer> {
    let moment: Moment = in_care(history, year)?;
    let answer = match asked(history, year, question) {
        None => R2::TableNotSupplied,
        Some(Reply::NotAsked) => R2::NotAsked,
        Some(Reply::NotAnswered) => R2::NotAnswered,
        Some(Reply::Given(Amount::Right)) => R2::Right,
        Some(Reply::Given(Amount::Little)) => R2::TooLittle,
        Some(Reply::Given(Amount::Much)) => R2::TooMuch,
        Some(Reply::Given(Amount::NoneOk)) => R2::Content,
        Some(Reply::Given(Amount::NoneNot)) => R2::NotContent,
    };
    Some(answer.at(moment))
}

/// R3: of children with brothers or sisters in care here, with how many of them they live; a fact and not an answer.
fn r3(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    history.episode_on_last_day(year)?;
    if !history.supplied.table(year, Table::Wellbeing) {
        return Some(R3::TableNotSupplied.on_last_day());
    }
    let answer = match history.lives_with_siblings(year) {
        Some(Siblings::All) => R3::All,
        Some(Siblings::Some) => R3::Some,
        Some(Siblings::None) => R3::None,
        Some(Siblings::HasNone) => return None,
        None => R3::NotRecorded,
    };
    Some(answer.on_last_day())
}
