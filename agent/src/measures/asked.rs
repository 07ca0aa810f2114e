//! Who is asked in a survey of wellbeing and relationships, and what they say (extract `Wellbeing`).
//!
//! Two populations, never added up: children looked after on 31 March, and care leavers. The ages at which a question
//! counts are those of the measure in the catalogue.

use shared::ids::ReportingYear;

use super::answer::{Answer, Category, Moment, answers};
use crate::histories::ChildHistory;
use crate::records::rows::extracts::{Reply, Sometimes, WellbeingRow, YesNo};
use crate::records::tables::Table;

answers!(Said {
    Yes = "yes", Some = "some", No = "no",
    NotAnswered = "not_answered", NotAsked = "not_asked", TableNotSupplied = "table_not_supplied",
});

answers!(YesOrNo {
    Yes = "yes", No = "no",
    NotAnswered = "not_answered", NotAsked = "not_asked", TableNotSupplied = "table_not_supplied",
});

/// A child looked after on 31 March.
pub(super) fn in_care(history: &ChildHistory, year: ReportingYear) -> Option<Moment> {
    history.episode_on_last_day(year).map(|_| Moment::LastDay)
}

/// A young person with a row in the care leavers' table who is not looked after on 31 March.
pub(super) fn after_care(history: &ChildHistory, year: ReportingYear) -> Option<Moment> {
    let is_leaver = history.leaver_of(year).is_some() && history.episode_on_last_day(year).is_none();
    is_leaver.then_some(Moment::CareLeaver)
}

/// The reply to a question; `None` when the survey was not supplied.
pub(super) fn asked<T: Copy>(
    history: &ChildHistory,
    year: ReportingYear,
    question: impl Fn(&WellbeingRow) -> Reply<T>,
) -> Option<Reply<T>> {
    history.supplied.table(year, Table::Wellbeing).then(|| history.reply(year, question))
}

/// A question with the answers yes, sometimes and no.
pub(super) fn said(
    history: &ChildHistory,
    year: ReportingYear,
    moment: Option<Moment>,
    question: fn(&WellbeingRow) -> Reply<Sometimes>,
) -> Option<Answer> {
    let moment = moment?;
    let answer = match asked(history, year, question) {
        None => Said::TableNotSupplied,
        Some(Reply::NotAsked) => Said::NotAsked,
        Some(Reply::NotAnswered) => Said::NotAnswered,
        Some(Reply::Given(Sometimes::Yes)) => Said::Yes,
        Some(Reply::Given(Sometimes::Some)) => Said::Some,
        Some(Reply::Given(Sometimes::No)) => Said::No,
    };
    Some(answer.at(moment))
}

/// A question with the answers yes and no.
pub(super) fn yes_or_no(
    history: &ChildHistory,
    year: ReportingYear,
    moment: Option<Moment>,
    question: fn(&WellbeingRow) -> Reply<YesNo>,
) -> Option<Answer> {
    let moment = moment?;
    let answer = match asked(history, year, question) {
        None => YesOrNo::TableNotSupplied,
        Some(Reply::NotAsked) => YesOrNo::NotAsked,
        Some(Reply::NotAnswered) => YesOrNo::NotAnswered,
        Some(Reply::Given(YesNo::Yes)) => YesOrNo::Yes,
        Some(Reply::Given(YesNo::No)) => YesOrNo::No,
    };
    Some(answer.at(moment))
}
