//! B: how many homes, how long in this one, and whether the carer stayed.

#[cfg(test)]
mod tests;

use shared::ids::ReportingYear;

use super::answer::{Answer, Category, Code, answers};
use crate::day::Day;
use crate::histories::ChildHistory;

/// The measures of this room.
pub(super) const MEASURES: &[Code] = &[
    Code::share("B1", B1::NAMES, b1),
    Code::share("B2", B2::NAMES, b2),
    Code::share("B3", B3::NAMES, b3),
    Code::share("B6", B6::NAMES, b6),
];

/// B3 is about children younger than this on 31 March.
const B3_AGE_BELOW: u8 = 16;
/// And, since they have been in care for more than two years, at least this old.
const B3_AGE_MIN: u8 = 2;

answers!(B1 { One = "1", Two = "2", Three = "3", Four = "4", FiveOrMore = "5+" });

answers!(B2 { One = "1", Two = "2", Three = "3", Four = "4", FiveOrMore = "5+", NotEnoughYears = "not_enough_years" });

answers!(B3 { SameCarer = "same_carer", OtherCarer = "other_carer", NotEnoughYears = "not_enough_years" });

answers!(B6 {
    Week = "1-7_days", Month = "8_days-1_month", ThreeMonths = "1-3_months", SixMonths = "3-6_months", Year = "6-12_months",
    TwoYears = "1-2_years", FiveYears = "2-5_years", Longer = "5+_years",
});

/// Months after which a band of B6 ends, from the second one on.
const B6_STEPS: [(i32, B6); 6] =
    [(1, B6::Month), (3, B6::ThreeMonths), (6, B6::SixMonths), (12, B6::Year), (24, B6::TwoYears), (60, B6::FiveYears)];

/// B1: placements of which a day lies in the year.
fn b1(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    history.episode_on_last_day(year)?;
    let answer = match history.n_placements(Day::first_of(year), Day::last_of(year)) {
        0 | 1 => B1::One,
        2 => B1::Two,
        3 => B1::Three,
        4 => B1::Four,
        5.. => B1::FiveOrMore,
    };
    Some(answer.on_last_day())
}

/// B2: placements of which a day lies in the year or the one before.
fn b2(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    history.episode_on_last_day(year)?;
    let former = year.before(1);
    if !history.supplied.year(former) {
        return Some(B2::NotEnoughYears.on_last_day());
    }
    if !history.looked_after_in_both_years(year) {
        return None;
    }
    let answer = match history.n_placements(Day::first_of(former), Day::last_of(year)) {
        0 | 1 => B2::One,
        2 => B2::Two,
        3 => B2::Three,
        4 => B2::Four,
        5.. => B2::FiveOrMore,
    };
    Some(answer.on_last_day())
}

/// B3: with the same carer for two years; for a child placed for adoption, with the carer before since two years ago.
fn b3(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    let last = Day::last_of(year);
    let episode = history.episode_on(last)?;
    if !(B3_AGE_MIN..B3_AGE_BELOW).contains(&history.age_on(last)?) {
        return None;
    }
    if !history.supplied.year(year.before(1)) || !history.supplied.year(year.before(2)) {
        return Some(B3::NotEnoughYears.on_last_day());
    }
    if !history.looked_after_two_and_a_half_years(year) {
        return None;
    }
    let is_long = |start: Day| start.plus_months(24) <= last;
    let carer = episode.carer;
    let current = carer.and_then(|carer| history.carers.get(carer));
    let is_placed_for_adoption = history.home_of(episode).is_some_and(|home| home.place.is_adoption());
    let before =
        carer.filter(|_| is_placed_for_adoption).and_then(|carer| carer.checked_sub(1)).and_then(|at| history.carers.get(at));
    let before = before.filter(|spell| spell.period == episode.period);
    let same = current.is_some_and(|spell| is_long(spell.start)) || before.is_some_and(|spell| is_long(spell.start));
    Some(if same { B3::SameCarer } else { B3::OtherCarer }.on_last_day())
}

/// B6: how long the placement of 31 March has lasted. A length is reached on 31 March when that many months have passed.
fn b6(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    let last = Day::last_of(year);
    let start = history.placement_start(history.episode_on(last)?)?;
    let answer = match last.days_since(start) {
        ..=7 => B6::Week,
        8.. => B6_STEPS.iter().find(|(months, _)| start.plus_months(*months) > last).map_or(B6::Longer, |(_, band)| *band),
    };
    Some(answer.on_last_day())
}
