//! B: times missing from where a child should be, and away without leave.

#[cfg(test)]
mod tests;

use shared::ids::ReportingYear;

use super::answer::{Answer, Category, Code, Moment, answers};
use crate::day::Day;
use crate::histories::{AbsenceSpell, ChildHistory};
use crate::records::codes::Absence;
use crate::records::tables::Table;

/// The measures of this room.
pub(super) const MEASURES: &[Code] = &[Code::share("B11", Times::NAMES, b11), Code::share("B12", Times::NAMES, b12)];

answers!(Times {
    Never = "0", Once = "1", TwoToFour = "2-4", FiveToNine = "5-9", TenOrMore = "10+", TableNotSupplied = "table_not_supplied",
});

/// B11: times missing while in care in the year.
fn b11(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    times(history, year, Absence::Missing)
}

/// B12: times away without leave while in care in the year.
fn b12(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    times(history, year, Absence::Away)
}

/// Times of one kind that share a day with a day in care in the year, by the return of the year. Same kind and start is one.
fn times(history: &ChildHistory, year: ReportingYear, kind: Absence) -> Option<Answer> {
    history.last_episode_in_year(year)?;
    if !history.supplied.table(year, Table::Missing) {
        return Some(Times::TableNotSupplied.at(Moment::InYear));
    }
    let spells = history.absences.iter().filter(|spell| spell.year == year && spell.kind == kind);
    let mut starts: Vec<Day> = spells.filter(|spell| is_in_care_during(history, spell, year)).map(|spell| spell.start).collect();
    starts.sort_unstable();
    starts.dedup();
    let answer = match starts.len() {
        0 => Times::Never,
        1 => Times::Once,
        2..=4 => Times::TwoToFour,
        5..=9 => Times::FiveToNine,
        10.. => Times::TenOrMore,
    };
    Some(answer.at(Moment::InYear))
}

/// Whether a day of the spell, its last day in, is a day in care in the year.
fn is_in_care_during(history: &ChildHistory, spell: &AbsenceSpell, year: ReportingYear) -> bool {
    let first = spell.start.max(Day::first_of(year));
    let last = spell.end.map_or(Day::last_of(year), |end| end.min(Day::last_of(year)));
    first <= last && history.episodes.iter().any(|episode| episode.stretch().touches(first, last))
}
