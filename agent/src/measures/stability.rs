//! B: stability of home, of carer, of social worker; and times missing.

use shared::ids::ReportingYear;

use super::answer::{Answer, Category, Code, Moment, answers};
use crate::day::Day;
use crate::histories::{AbsenceSpell, ChildHistory};
use crate::pseudonym::Token;
use crate::records::codes::Absence;
use crate::records::tables::Table;

/// The measures of this room.
pub(super) const MEASURES: &[Code] = &[
    Code::share("B1", B1::NAMES, b1),
    Code::share("B2", B2::NAMES, b2),
    Code::share("B3", B3::NAMES, b3),
    Code::share("B7", B7::NAMES, b7),
    Code::share("B11", B11::NAMES, b11),
];

/// B3 is about children younger than this on 31 March.
const B3_AGE_BELOW: u8 = 16;
/// And, since they have been in care for more than two years, at least this old.
const B3_AGE_MIN: u8 = 2;

answers!(B1 { One = "1", Two = "2", Three = "3", Four = "4", FiveOrMore = "5+" });

answers!(B2 { One = "1", Two = "2", Three = "3", Four = "4", FiveOrMore = "5+", NotEnoughYears = "not_enough_years" });

answers!(B3 { SameCarer = "same_carer", OtherCarer = "other_carer", NotEnoughYears = "not_enough_years" });

answers!(B7 { One = "1", Two = "2", ThreeOrMore = "3+", NoneRecorded = "none_recorded", TableNotSupplied = "table_not_supplied" });

answers!(B11 {
    Never = "0", Once = "1", TwoToFour = "2-4", FiveToNine = "5-9", TenOrMore = "10+", TableNotSupplied = "table_not_supplied",
});

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

/// B7: different social workers on any day of the year, by the return of the year.
fn b7(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    history.episode_on_last_day(year)?;
    if !history.supplied.table(year, Table::SwEpisodes) {
        return Some(B7::TableNotSupplied.on_last_day());
    }
    let (first, last) = (Day::first_of(year), Day::last_of(year));
    let spells = history.workers.iter().filter(|spell| spell.year == year && spell.stretch.touches(first, last));
    let mut workers: Vec<Token> = spells.map(|spell| spell.worker).collect();
    workers.sort_unstable();
    workers.dedup();
    let answer = match workers.len() {
        0 => B7::NoneRecorded,
        1 => B7::One,
        2 => B7::Two,
        3.. => B7::ThreeOrMore,
    };
    Some(answer.on_last_day())
}

/// B11: times missing that share a day with a day in care in the year, by the return of the year.
fn b11(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    history.last_episode_in_year(year)?;
    if !history.supplied.table(year, Table::Missing) {
        return Some(B11::TableNotSupplied.at(Moment::InYear));
    }
    let spells = history.absences.iter().filter(|spell| spell.year == year && spell.kind == Absence::Missing);
    let mut starts: Vec<Day> = spells.filter(|spell| is_in_care_during(history, spell, year)).map(|spell| spell.start).collect();
    starts.sort_unstable();
    starts.dedup();
    let answer = match starts.len() {
        0 => B11::Never,
        1 => B11::Once,
        2..=4 => B11::TwoToFour,
        5..=9 => B11::FiveToNine,
        10.. => B11::TenOrMore,
    };
    Some(answer.at(Moment::InYear))
}

/// Whether a day of the spell, its last day in, is a day in care in the year.
fn is_in_care_during(history: &ChildHistory, spell: &AbsenceSpell, year: ReportingYear) -> bool {
    let first = spell.start.max(Day::first_of(year));
    let last = spell.end.map_or(Day::last_of(year), |end| end.min(Day::last_of(year)));
    first <= last && history.episodes.iter().any(|episode| episode.stretch().touches(first, last))
}
