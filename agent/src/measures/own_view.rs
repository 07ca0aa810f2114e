//! A: wellbeing in the child's or young person's own words. Each measure has a version for care leavers (`L`).

use shared::ids::ReportingYear;

use super::answer::{Answer, Category, Code, Moment, answers};
use super::asked::{Said, after_care, asked, in_care, said};
use super::wellbeing::{is_asked, score};
use crate::histories::ChildHistory;
use crate::histories::survey::{any_question, scale_score};
use crate::records::rows::extracts::{Reply, Trend, WellbeingRow};
use crate::records::tables::Table;

/// The measures of this room.
pub(super) const MEASURES: &[Code] = &[
    Code::share("A7", OutOfTen::NAMES, |history, year| out_of_ten(history, year, in_care(history, year), |row| row.satisfied)),
    Code::mean("A7m", |history, year| points(history, year, in_care(history, year), |row| row.satisfied)),
    Code::share("A7L", OutOfTen::NAMES, |history, year| {
        out_of_ten(history, year, after_care(history, year), |row| row.satisfied)
    }),
    Code::mean("A7Lm", |history, year| points(history, year, after_care(history, year), |row| row.satisfied)),
    Code::share("A8", OutOfTen::NAMES, |history, year| out_of_ten(history, year, in_care(history, year), |row| row.worthwhile)),
    Code::mean("A8m", |history, year| points(history, year, in_care(history, year), |row| row.worthwhile)),
    Code::share("A8L", OutOfTen::NAMES, |history, year| {
        out_of_ten(history, year, after_care(history, year), |row| row.worthwhile)
    }),
    Code::mean("A8Lm", |history, year| points(history, year, after_care(history, year), |row| row.worthwhile)),
    Code::share("A9", OutOfTen::NAMES, |history, year| out_of_ten(history, year, in_care(history, year), |row| row.happy)),
    Code::mean("A9m", |history, year| points(history, year, in_care(history, year), |row| row.happy)),
    Code::share("A9L", OutOfTen::NAMES, |history, year| out_of_ten(history, year, after_care(history, year), |row| row.happy)),
    Code::mean("A9Lm", |history, year| points(history, year, after_care(history, year), |row| row.happy)),
    Code::share("A10", Anxious::NAMES, |history, year| anxious(history, year, in_care(history, year))),
    Code::mean("A10m", |history, year| points(history, year, in_care(history, year), |row| row.anxious)),
    Code::share("A10L", Anxious::NAMES, |history, year| anxious(history, year, after_care(history, year))),
    Code::mean("A10Lm", |history, year| points(history, year, after_care(history, year), |row| row.anxious)),
    Code::share("A11", Scale::NAMES, |history, year| scale(history, year, in_care(history, year))),
    Code::mean("A11m", |history, year| hundredths(history, year, in_care(history, year))),
    Code::share("A11L", Scale::NAMES, |history, year| scale(history, year, after_care(history, year))),
    Code::mean("A11Lm", |history, year| hundredths(history, year, after_care(history, year))),
    Code::share("A12", WasAsked::NAMES, |history, year| was_asked(history, year, in_care(history, year))),
    Code::share("A12L", WasAsked::NAMES, |history, year| was_asked(history, year, after_care(history, year))),
    Code::share("A13a", Said::NAMES, |history, year| said(history, year, in_care(history, year), |row| row.trusted_adult)),
    Code::share("A13aL", Said::NAMES, |history, year| said(history, year, after_care(history, year), |row| row.trusted_adult)),
    Code::share("A13b", Said::NAMES, |history, year| said(history, year, in_care(history, year), |row| row.feels_safe)),
    Code::share("A13bL", Said::NAMES, |history, year| said(history, year, after_care(history, year), |row| row.feels_safe)),
    Code::share("A13c", Better::NAMES, |history, year| better(history, year, in_care(history, year))),
    Code::share("A13cL", Better::NAMES, |history, year| better(history, year, after_care(history, year))),
    Code::share("A14", A14::NAMES, a14),
];

answers!(OutOfTen {
    Low = "0-4", Medium = "5-6", High = "7-8", VeryHigh = "9-10",
    NotAnswered = "not_answered", NotAsked = "not_asked", TableNotSupplied = "table_not_supplied",
});

answers!(Anxious {
    VeryLow = "0-1", Low = "2-3", Medium = "4-5", High = "6-10",
    NotAnswered = "not_answered", NotAsked = "not_asked", TableNotSupplied = "table_not_supplied",
});

answers!(Scale {
    Low = "under_19.50", Middle = "19.50-27.50", High = "over_27.50",
    NotAnswered = "not_answered", NotAsked = "not_asked", TableNotSupplied = "table_not_supplied",
});

answers!(WasAsked {
    Answered = "answered", AskedNoAnswer = "asked_no_answer", NotAsked = "not_asked", TableNotSupplied = "table_not_supplied",
});

answers!(Better {
    Yes = "yes", Same = "same", No = "no",
    NotAnswered = "not_answered", NotAsked = "not_asked", TableNotSupplied = "table_not_supplied",
});

answers!(A14 {
    Both = "both", SdqOnly = "sdq_only", OwnOnly = "own_only", Neither = "neither", TableNotSupplied = "table_not_supplied",
});

/// A7, A8, A9: an answer from 0 to 10, where 10 is best.
fn out_of_ten(
    history: &ChildHistory,
    year: ReportingYear,
    moment: Option<Moment>,
    question: fn(&WellbeingRow) -> Reply<u8>,
) -> Option<Answer> {
    let moment = moment?;
    let answer = match asked(history, year, question) {
        None => OutOfTen::TableNotSupplied,
        Some(Reply::NotAsked) => OutOfTen::NotAsked,
        Some(Reply::NotAnswered) => OutOfTen::NotAnswered,
        Some(Reply::Given(0..=4)) => OutOfTen::Low,
        Some(Reply::Given(5..=6)) => OutOfTen::Medium,
        Some(Reply::Given(7..=8)) => OutOfTen::High,
        Some(Reply::Given(9..)) => OutOfTen::VeryHigh,
    };
    Some(answer.at(moment))
}

/// A10: how anxious, from 0 to 10, where 10 is most anxious; the published bands differ from those of A7.
fn anxious(history: &ChildHistory, year: ReportingYear, moment: Option<Moment>) -> Option<Answer> {
    let moment = moment?;
    let answer = match asked(history, year, |row| row.anxious) {
        None => Anxious::TableNotSupplied,
        Some(Reply::NotAsked) => Anxious::NotAsked,
        Some(Reply::NotAnswered) => Anxious::NotAnswered,
        Some(Reply::Given(0..=1)) => Anxious::VeryLow,
        Some(Reply::Given(2..=3)) => Anxious::Low,
        Some(Reply::Given(4..=5)) => Anxious::Medium,
        Some(Reply::Given(6..)) => Anxious::High,
    };
    Some(answer.at(moment))
}

/// Means of A7 to A10: the answer itself.
fn points(
    history: &ChildHistory,
    year: ReportingYear,
    moment: Option<Moment>,
    question: fn(&WellbeingRow) -> Reply<u8>,
) -> Option<Answer> {
    let points = asked(history, year, question)?.given()?;
    Some(Answer::amount_at(points.into(), moment?))
}

/// A11: the short Warwick-Edinburgh scale, by its metric score.
fn scale(history: &ChildHistory, year: ReportingYear, moment: Option<Moment>) -> Option<Answer> {
    let moment = moment?;
    let answer = match asked(history, year, scale_score) {
        None => Scale::TableNotSupplied,
        Some(Reply::NotAsked) => Scale::NotAsked,
        Some(Reply::NotAnswered) => Scale::NotAnswered,
        Some(Reply::Given(..1950)) => Scale::Low,
        Some(Reply::Given(1950..=2750)) => Scale::Middle,
        Some(Reply::Given(2751..)) => Scale::High,
    };
    Some(answer.at(moment))
}

/// Mean of A11: the metric score in hundredths.
fn hundredths(history: &ChildHistory, year: ReportingYear, moment: Option<Moment>) -> Option<Answer> {
    let score = asked(history, year, scale_score)?.given()?;
    Some(Answer::amount_at(score, moment?))
}

/// A12: whether anyone asked, and whether there was an answer to anything.
fn was_asked(history: &ChildHistory, year: ReportingYear, moment: Option<Moment>) -> Option<Answer> {
    let moment = moment?;
    let answer = match asked(history, year, any_question) {
        None => WasAsked::TableNotSupplied,
        Some(Reply::NotAsked) => WasAsked::NotAsked,
        Some(Reply::NotAnswered) => WasAsked::AskedNoAnswer,
        Some(Reply::Given(())) => WasAsked::Answered,
    };
    Some(answer.at(moment))
}

/// A13c: whether life is getting better than a year ago.
fn better(history: &ChildHistory, year: ReportingYear, moment: Option<Moment>) -> Option<Answer> {
    let moment = moment?;
    let answer = match asked(history, year, |row| row.better) {
        None => Better::TableNotSupplied,
        Some(Reply::NotAsked) => Better::NotAsked,
        Some(Reply::NotAnswered) => Better::NotAnswered,
        Some(Reply::Given(Trend::Better)) => Better::Yes,
        Some(Reply::Given(Trend::Same)) => Better::Same,
        Some(Reply::Given(Trend::No)) => Better::No,
    };
    Some(answer.at(moment))
}

/// A14: whether the carer's score, the child's own view, both or neither are there.
fn a14(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    if !is_asked(history, year) {
        return None;
    }
    if !history.supplied.table(year, Table::Oc2) {
        return Some(A14::TableNotSupplied.on_last_day());
    }
    let has_score = score(history, year).is_some();
    let answer = match (has_score, asked(history, year, any_question)) {
        (_, None) => A14::TableNotSupplied,
        (true, Some(Reply::Given(()))) => A14::Both,
        (true, Some(Reply::NotAnswered | Reply::NotAsked)) => A14::SdqOnly,
        (false, Some(Reply::Given(()))) => A14::OwnOnly,
        (false, Some(Reply::NotAnswered | Reply::NotAsked)) => A14::Neither,
    };
    Some(answer.on_last_day())
}
