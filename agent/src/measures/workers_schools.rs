//! B: social workers, schools, and how much changes at once.

#[cfg(test)]
mod tests;

use shared::ids::ReportingYear;

use super::answer::{Answer, Category, Code, answers};
use crate::day::Day;
use crate::histories::ChildHistory;
use crate::records::tables::Table;

/// The measures of this room.
pub(super) const MEASURES: &[Code] = &[
    Code::share("B7", B7::NAMES, b7),
    Code::share("B8", B8::NAMES, b8),
    Code::share("B9", B9::NAMES, b9),
    Code::share("B10", B10::NAMES, b10),
];

/// B10 is about children of this age and over on 31 March.
const B10_AGE_MIN: u8 = 10;
/// From this many homes or social workers over two years on, B10 speaks of many.
const B10_MANY: usize = 3;

answers!(B7 { One = "1", Two = "2", ThreeOrMore = "3+", NoneRecorded = "none_recorded", TableNotSupplied = "table_not_supplied" });

answers!(B8 {
    One = "1", Two = "2", ThreeOrMore = "3+", NoneRecorded = "none_recorded", NotEnoughYears = "not_enough_years",
    TableNotSupplied = "table_not_supplied",
});

answers!(B9 {
    None = "0", One = "1", TwoOrMore = "2+", NotRecorded = "not_recorded", TableNotSupplied = "table_not_supplied",
});

answers!(B10 {
    None = "0", One = "1", Two = "2", Three = "3", NotKnown = "not_known", NotEnoughYears = "not_enough_years",
    TableNotSupplied = "table_not_supplied",
});

/// B7: different social workers on any day of the year.
fn b7(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    history.episode_on_last_day(year)?;
    if !history.supplied.table(year, Table::SwEpisodes) {
        return Some(B7::TableNotSupplied.on_last_day());
    }
    let answer = match history.n_workers(&[year]) {
        0 => B7::NoneRecorded,
        1 => B7::One,
        2 => B7::Two,
        3.. => B7::ThreeOrMore,
    };
    Some(answer.on_last_day())
}

/// Looked after on 31 March and, as far as the returns can tell, in the year before.
fn is_in_both_years(history: &ChildHistory, year: ReportingYear) -> bool {
    match history.supplied.year(year.before(1)) {
        true => history.looked_after_in_both_years(year),
        false => history.episode_on_last_day(year).is_some(),
    }
}

/// B8: different social workers on any day of the year or the one before.
fn b8(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    if !is_in_both_years(history, year) {
        return None;
    }
    let former = year.before(1);
    if !history.supplied.table(year, Table::SwEpisodes) {
        return Some(B8::TableNotSupplied.on_last_day());
    }
    if !history.supplied.year(former) {
        return Some(B8::NotEnoughYears.on_last_day());
    }
    if !history.supplied.table(former, Table::SwEpisodes) {
        return Some(B8::TableNotSupplied.on_last_day());
    }
    let answer = match history.n_workers(&[former, year]) {
        0 => B8::NoneRecorded,
        1 => B8::One,
        2 => B8::Two,
        3.. => B8::ThreeOrMore,
    };
    Some(answer.on_last_day())
}

/// B9: moves of school in mid-year.
fn b9(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    history.episode_on_last_day(year)?;
    if !history.supplied.table(year, Table::School) {
        return Some(B9::TableNotSupplied.on_last_day());
    }
    if !history.is_enrolled(year, Day::first_of(year), Day::last_of(year)) {
        return Some(B9::NotRecorded.on_last_day());
    }
    let answer = match history.n_school_moves(year, year) {
        0 => B9::None,
        1 => B9::One,
        2.. => B9::TwoOrMore,
    };
    Some(answer.on_last_day())
}

/// B10: over two years, how many of three were high: homes, social workers, moves of school.
fn b10(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    let (former, last) = (year.before(1), Day::last_of(year));
    if history.age_on(last)? < B10_AGE_MIN || !is_in_both_years(history, year) {
        return None;
    }
    if !history.supplied.table(year, Table::SwEpisodes) || !history.supplied.table(year, Table::School) {
        return Some(B10::TableNotSupplied.on_last_day());
    }
    if !history.supplied.year(former) {
        return Some(B10::NotEnoughYears.on_last_day());
    }
    if !history.supplied.table(former, Table::SwEpisodes) {
        return Some(B10::TableNotSupplied.on_last_day());
    }
    let first = Day::first_of(former);
    let n_workers = history.n_workers(&[former, year]);
    if n_workers == 0 || !history.is_enrolled(year, first, last) {
        return Some(B10::NotKnown.on_last_day());
    }
    let many_homes = history.n_placements(first, last) >= B10_MANY;
    let moved_school = [former, year].iter().any(|of| history.n_school_moves(year, *of) > 0);
    let answer = match usize::from(many_homes) + usize::from(n_workers >= B10_MANY) + usize::from(moved_school) {
        0 => B10::None,
        1 => B10::One,
        2 => B10::Two,
        3.. => B10::Three,
    };
    Some(answer.on_last_day())
}
