//! H: what care gave, and how life is. The two stand beside each other and are never added up.

use shared::ids::ReportingYear;

use super::answer::{Answer, Category, Code, answers};
use super::asked::asked;
use super::wellbeing::{Band, band, is_asked, score};
use crate::day::Day;
use crate::histories::ChildHistory;
use crate::records::tables::Table;

/// The measures of this room.
pub(super) const MEASURES: &[Code] = &[Code::share("H1", H1::NAMES, h1), Code::share("H2", H2::NAMES, h2)];

/// H1: homes in the year, at most.
const HOMES_MAX: usize = 2;
/// H1: social workers in the year, at most.
const WORKERS_MAX: usize = 2;
/// H1: months with the same carer on 31 March, at least.
const CARER_MONTHS: i32 = 12;
/// H2: satisfaction with life from which the own view is good.
const SATISFIED_MIN: u8 = 7;

answers!(H1 {
    None = "0", One = "1", Two = "2", Three = "3", NoneRecorded = "none_recorded", TableNotSupplied = "table_not_supplied",
});

answers!(H2 { Both = "both", One = "one", None = "none", TableNotSupplied = "table_not_supplied" });

/// H1: how many of three hold: at most two homes in the year, the same carer as a year ago, at most two social workers.
fn h1(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    if !is_asked(history, year) {
        return None;
    }
    if !history.supplied.table(year, Table::SwEpisodes) {
        return Some(H1::TableNotSupplied.on_last_day());
    }
    let n_workers = history.n_workers(&[year]);
    if n_workers == 0 {
        return Some(H1::NoneRecorded.on_last_day());
    }
    let (first, last) = (Day::first_of(year), Day::last_of(year));
    let carer = history.episode_on(last).and_then(|episode| episode.carer).and_then(|carer| history.carers.get(carer));
    let hold = [
        history.n_placements(first, last) <= HOMES_MAX,
        carer.is_some_and(|spell| spell.start.plus_months(CARER_MONTHS) <= last),
        n_workers <= WORKERS_MAX,
    ];
    let answer = match hold.iter().filter(|holds| **holds).count() {
        0 => H1::None,
        1 => H1::One,
        2 => H1::Two,
        3.. => H1::Three,
    };
    Some(answer.on_last_day())
}

/// H2: how many of two hold, of children with both known: a score that is not high, and seven or more of ten in their own
/// view.
fn h2(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    if !is_asked(history, year) {
        return None;
    }
    if !history.supplied.table(year, Table::Oc2) {
        return Some(H2::TableNotSupplied.on_last_day());
    }
    let is_not_high = band(score(history, year)?) != Band::High;
    let Some(reply) = asked(history, year, |row| row.satisfied) else {
        return Some(H2::TableNotSupplied.on_last_day());
    };
    let answer = match (is_not_high, reply.given()? >= SATISFIED_MIN) {
        (true, true) => H2::Both,
        (true, false) | (false, true) => H2::One,
        (false, false) => H2::None,
    };
    Some(answer.on_last_day())
}
