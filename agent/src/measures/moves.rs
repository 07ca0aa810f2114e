//! B: moves to another carer, why they came about, and whether a review looked at them.

#[cfg(test)]
mod tests;

use std::cmp::Reverse;

use shared::ids::ReportingYear;

use super::answer::{Answer, Category, Code, answers};
use crate::day::Day;
use crate::histories::{CarerEnding, ChildHistory, Review};
use crate::records::codes::MoveReason;
use crate::records::tables::Table;

/// The measures of this room.
pub(super) const MEASURES: &[Code] = &[
    Code::share("B4a", B4a::NAMES, b4a),
    Code::share("B4b", B4b::NAMES, b4b),
    Code::share("B5", B5::NAMES, b5),
    Code::share("B5r", B5r::NAMES, b5r),
    Code::share("B14", B14::NAMES, b14),
];

/// Days on either side of a move within which a review is looked for.
const REVIEW_DAYS: i32 = 28;

answers!(B4a { None = "0", One = "1", Two = "2", Three = "3", FourOrMore = "4+" });

answers!(B4b { None = "0", One = "1", Two = "2", Three = "3", FourOrMore = "4+", NotEnoughYears = "not_enough_years" });

// the weightiest stands first
answers!(B5 { Unplanned = "unplanned", Safeguarding = "safeguarding", Other = "other", Planned = "planned", None = "none" });

answers!(B5r {
    Carpl = "CARPL", Close = "CLOSE", Alleg = "ALLEG", Stand = "STAND", Apprr = "APPRR", Creqb = "CREQB", Creqo = "CREQO",
    Child = "CHILD", Lareq = "LAREQ", Custod = "CUSTOD", Other = "OTHER", None = "none",
});

answers!(B14 {
    ReviewBefore = "review_before", ReviewAfter = "review_after", Neither = "neither",
    NotEnoughYears = "not_enough_years", TableNotSupplied = "table_not_supplied",
});

/// B4a: changes of carer in the year.
fn b4a(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    history.episode_on_last_day(year)?;
    let answer = match history.n_carer_changes(Day::first_of(year), Day::last_of(year)) {
        0 => B4a::None,
        1 => B4a::One,
        2 => B4a::Two,
        3 => B4a::Three,
        4.. => B4a::FourOrMore,
    };
    Some(answer.on_last_day())
}

/// B4b: changes of carer in the year and the one before.
fn b4b(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    history.episode_on_last_day(year)?;
    let former = year.before(1);
    if !history.supplied.year(former) {
        return Some(B4b::NotEnoughYears.on_last_day());
    }
    if !history.looked_after_in_both_years(year) {
        return None;
    }
    let answer = match history.n_carer_changes(Day::first_of(former), Day::last_of(year)) {
        0 => B4b::None,
        1 => B4b::One,
        2 => B4b::Two,
        3 => B4b::Three,
        4.. => B4b::FourOrMore,
    };
    Some(answer.on_last_day())
}

/// Why a home ended, in four kinds; a mere change of status ends none.
fn kind(reason: MoveReason) -> Option<B5> {
    match reason {
        MoveReason::Creqb | MoveReason::Creqo | MoveReason::Child | MoveReason::Lareq => Some(B5::Unplanned),
        MoveReason::Alleg | MoveReason::Stand | MoveReason::Apprr => Some(B5::Safeguarding),
        MoveReason::Other | MoveReason::Custod => Some(B5::Other),
        MoveReason::Carpl | MoveReason::Close => Some(B5::Planned),
        MoveReason::Place => None,
    }
}

/// The weightiest ending of the year by a move to another carer, of equals the latest, with its kind.
fn weightiest(history: &ChildHistory, year: ReportingYear) -> Option<(CarerEnding, B5)> {
    let endings = history.carer_endings(year).filter_map(|ending| Some((ending, kind(ending.reason)?)));
    endings.min_by_key(|(ending, kind)| (kind.position(), Reverse(ending.on)))
}

/// B5: the weightiest of the reasons for which a home ended in the year by a move to another carer.
fn b5(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    history.episode_on_last_day(year)?;
    let answer = weightiest(history, year).map_or(B5::None, |(_, kind)| kind);
    Some(answer.on_last_day())
}

/// B5r: the reason of the last such ending, as recorded.
fn b5r(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    history.episode_on_last_day(year)?;
    let answer = match history.carer_endings(year).last().map(|ending| ending.reason) {
        Some(MoveReason::Carpl) => B5r::Carpl,
        Some(MoveReason::Close) => B5r::Close,
        Some(MoveReason::Alleg) => B5r::Alleg,
        Some(MoveReason::Stand) => B5r::Stand,
        Some(MoveReason::Apprr) => B5r::Apprr,
        Some(MoveReason::Creqb) => B5r::Creqb,
        Some(MoveReason::Creqo) => B5r::Creqo,
        Some(MoveReason::Child) => B5r::Child,
        Some(MoveReason::Lareq) => B5r::Lareq,
        Some(MoveReason::Custod) => B5r::Custod,
        Some(MoveReason::Other) => B5r::Other,
        // PLACE ends no home and never comes here
        None | Some(MoveReason::Place) => B5r::None,
    };
    Some(answer.on_last_day())
}

/// B14: whether a review came before the move that B5 names, or after it. A review on the day of the move comes before it;
/// those of the year before are looked at where the 28 days reach into it.
fn b14(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    history.episode_on_last_day(year)?;
    let (moved, _) = weightiest(history, year)?;
    if !history.supplied.table(year, Table::Reviews) {
        return Some(B14::TableNotSupplied.on_last_day());
    }
    let former = year.before(1);
    let is_before = |review: &Review| (0..=REVIEW_DAYS).contains(&moved.on.days_since(review.on));
    let is_after =
        |review: &Review| (1..=REVIEW_DAYS).contains(&review.on.days_since(moved.on)) && review.on <= Day::last_of(year);
    let any = |of: ReportingYear, fits: &dyn Fn(&Review) -> bool| history.reviews.iter().any(|r| r.year == of && fits(r));
    if any(year, &is_before) {
        return Some(B14::ReviewBefore.on_last_day());
    }
    let reaches_into_former = moved.on.days_since(Day::first_of(year)) < REVIEW_DAYS;
    if reaches_into_former && !history.supplied.year(former) {
        return Some(B14::NotEnoughYears.on_last_day());
    }
    if reaches_into_former && !history.supplied.table(former, Table::Reviews) {
        return Some(B14::TableNotSupplied.on_last_day());
    }
    let answer = if any(former, &is_before) {
        B14::ReviewBefore
    } else if any(year, &is_after) {
        B14::ReviewAfter
    } else {
        B14::Neither
    };
    Some(answer.on_last_day())
}
