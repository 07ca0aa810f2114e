//! A: wellbeing as seen by carers, from the yearly score of the return.

use shared::ids::ReportingYear;

use super::answer::{Answer, Category, Code, answers};
use super::supply::{Lack, Needs};
use crate::day::Day;
use crate::histories::ChildHistory;
use crate::records::codes::NoScore;
use crate::records::tables::Table;

/// The measures of this room.
pub(super) const MEASURES: &[Code] = &[
    Code::share("A1", A1::NAMES, a1),
    Code::share("A2", A2::NAMES, a2),
    Code::mean("A3", a3),
    Code::share("A4", Change::NAMES, |history, year| change(history, year, 1, LAST_YEAR)),
    Code::mean("A4m", |history, year| mean_change(history, year, 1)),
    Code::share("A5", Change::NAMES, |history, year| change(history, year, 2, TWO_YEARS_AGO)),
    Code::mean("A5m", |history, year| mean_change(history, year, 2)),
    Code::share("A6", A6::NAMES, a6),
];

/// Ages on 31 March at which a score is asked for.
const AGES: std::ops::RangeInclusive<u8> = 5..=16;
/// Greatest change of score that counts, either way.
const CHANGE_MAX: i32 = 20;

const LAST_YEAR: Needs = Needs { now: &[Table::Oc2], years_before: &[1], then: &[Table::Oc2] };
/// The year between is not needed.
const TWO_YEARS_AGO: Needs = Needs { now: &[Table::Oc2], years_before: &[2], then: &[Table::Oc2] };
const THREE_YEARS: Needs = Needs { now: &[Table::Oc2], years_before: &[1, 2], then: &[Table::Oc2] };

answers!(A1 {
    Received = "received", Sdq1 = "SDQ1", Sdq2 = "SDQ2", Sdq3 = "SDQ3", Sdq4 = "SDQ4", Sdq5 = "SDQ5",
    Neither = "neither", TableNotSupplied = "table_not_supplied",
});

answers!(A2 { Close = "0-13", Higher = "14-16", High = "17-40", TableNotSupplied = "table_not_supplied" });

answers!(Change {
    CloseClose = "0-13_to_0-13", CloseHigher = "0-13_to_14-16", CloseHigh = "0-13_to_17-40",
    HigherClose = "14-16_to_0-13", HigherHigher = "14-16_to_14-16", HigherHigh = "14-16_to_17-40",
    HighClose = "17-40_to_0-13", HighHigher = "17-40_to_14-16", HighHigh = "17-40_to_17-40",
    NotEnoughYears = "not_enough_years", TableNotSupplied = "table_not_supplied",
});

answers!(A6 {
    HighAllThree = "high_all_three", HighNow = "high_now", HighBefore = "high_before", NeverHigh = "never_high",
    NotEnoughYears = "not_enough_years", TableNotSupplied = "table_not_supplied",
});

impl From<Lack> for Change {
    fn from(lack: Lack) -> Self {
        match lack {
            Lack::Table => Self::TableNotSupplied,
            Lack::Years => Self::NotEnoughYears,
        }
    }
}

impl From<Lack> for A6 {
    fn from(lack: Lack) -> Self {
        match lack {
            Lack::Table => Self::TableNotSupplied,
            Lack::Years => Self::NotEnoughYears,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Band {
    Close,
    Higher,
    High,
}

/// The band of a score in the carer's version.
pub(super) fn band(score: u8) -> Band {
    match score {
        0..=13 => Band::Close,
        14..=16 => Band::Higher,
        17.. => Band::High,
    }
}

/// Whether a score is in the high band.
pub(super) fn is_high(score: u8) -> bool {
    matches!(band(score), Band::High)
}

/// Looked after for twelve months and of an age at which a score is asked for.
pub(super) fn is_asked(history: &ChildHistory, year: ReportingYear) -> bool {
    history.age_on(Day::last_of(year)).is_some_and(|age| AGES.contains(&age)) && history.looked_after_twelve_months(year)
}

/// The score in the return of a year.
pub(super) fn score(history: &ChildHistory, year: ReportingYear) -> Option<u8> {
    history.outcomes_of(year).and_then(|outcomes| outcomes.score)
}

/// A1: whether a score came back, or why not. A score wins over a reason.
fn a1(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    if !is_asked(history, year) {
        return None;
    }
    if !history.supplied.table(year, Table::Oc2) {
        return Some(A1::TableNotSupplied.on_last_day());
    }
    let outcomes = history.outcomes_of(year);
    let answer = match (outcomes.and_then(|o| o.score), outcomes.and_then(|o| o.no_score)) {
        (Some(_), _) => A1::Received,
        (None, Some(NoScore::Sdq1)) => A1::Sdq1,
        (None, Some(NoScore::Sdq2)) => A1::Sdq2,
        (None, Some(NoScore::Sdq3)) => A1::Sdq3,
        (None, Some(NoScore::Sdq4)) => A1::Sdq4,
        (None, Some(NoScore::Sdq5)) => A1::Sdq5,
        (None, None) => A1::Neither,
    };
    Some(answer.on_last_day())
}

/// A2: the band of the score.
fn a2(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    if !is_asked(history, year) {
        return None;
    }
    if !history.supplied.table(year, Table::Oc2) {
        return Some(A2::TableNotSupplied.on_last_day());
    }
    let answer = match band(score(history, year)?) {
        Band::Close => A2::Close,
        Band::Higher => A2::Higher,
        Band::High => A2::High,
    };
    Some(answer.on_last_day())
}

/// A3: the score itself.
fn a3(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    if !is_asked(history, year) {
        return None;
    }
    Some(Answer::amount(score(history, year)?.into()))
}

/// A4 and A5: from the band of a former year to the band of now. Eligible now; of the former year only the score is needed.
fn change(history: &ChildHistory, year: ReportingYear, n_years: i16, needs: Needs) -> Option<Answer> {
    if !is_asked(history, year) {
        return None;
    }
    if let Some(lack) = needs.lack_now(history, year) {
        return Some(Change::from(lack).on_last_day());
    }
    let now = score(history, year)?;
    if let Some(lack) = needs.lack_then(history, year) {
        return Some(Change::from(lack).on_last_day());
    }
    let answer = match (band(score(history, year.before(n_years))?), band(now)) {
        (Band::Close, Band::Close) => Change::CloseClose,
        (Band::Close, Band::Higher) => Change::CloseHigher,
        (Band::Close, Band::High) => Change::CloseHigh,
        (Band::Higher, Band::Close) => Change::HigherClose,
        (Band::Higher, Band::Higher) => Change::HigherHigher,
        (Band::Higher, Band::High) => Change::HigherHigh,
        (Band::High, Band::Close) => Change::HighClose,
        (Band::High, Band::Higher) => Change::HighHigher,
        (Band::High, Band::High) => Change::HighHigh,
    };
    Some(answer.on_last_day())
}

/// A4m and A5m: score now minus score then, held to 20 points either way.
fn mean_change(history: &ChildHistory, year: ReportingYear, n_years: i16) -> Option<Answer> {
    if !is_asked(history, year) {
        return None;
    }
    let now = i32::from(score(history, year)?);
    let then = i32::from(score(history, year.before(n_years))?);
    Some(Answer::amount(now.checked_sub(then)?.clamp(-CHANGE_MAX, CHANGE_MAX)))
}

/// A6: for how many of three years running the score was high. Eligible now; of former years only the score is needed.
fn a6(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    if !is_asked(history, year) {
        return None;
    }
    if let Some(lack) = THREE_YEARS.lack_now(history, year) {
        return Some(A6::from(lack).on_last_day());
    }
    let is_high = |score: u8| band(score) == Band::High;
    let now = is_high(score(history, year)?);
    if let Some(lack) = THREE_YEARS.lack_then(history, year) {
        return Some(A6::from(lack).on_last_day());
    }
    let one_before = is_high(score(history, year.before(1))?);
    let two_before = is_high(score(history, year.before(2))?);
    let answer = match (now, one_before, two_before) {
        (true, true, true) => A6::HighAllThree,
        (true, _, _) => A6::HighNow,
        (false, false, false) => A6::NeverHigh,
        (false, _, _) => A6::HighBefore,
    };
    Some(answer.on_last_day())
}
