//! E: training and therapeutic support of carers, and of the child with them.

use shared::ids::ReportingYear;

use super::answer::{Answer, Category, Code, answers};
use crate::histories::ChildHistory;
use crate::records::codes::Place;
use crate::records::rows::extracts::CarerSupportRow;
use crate::records::rows::extracts::{Offer, Training};
use crate::records::tables::Table;

/// The measures of this room.
pub(super) const MEASURES: &[Code] =
    &[Code::share("E1", E1::NAMES, e1), Code::share("E2", Support::NAMES, e2), Code::share("E3", Support::NAMES, e3)];

answers!(E1 {
    InTime = "in_time", StillTime = "still_time", Not = "not", NotRecorded = "not_recorded",
    TableNotSupplied = "table_not_supplied",
});

answers!(Support {
    Used = "used", Offered = "offered", Neither = "neither", NotRecorded = "not_recorded", TableNotSupplied = "table_not_supplied",
});

/// Whether the child has a main carer on 31 March: a foster household, or the key worker of a children's home.
fn has_main_carer(history: &ChildHistory, year: ReportingYear) -> bool {
    let home = history.episode_on_last_day(year).and_then(|episode| history.home_of(episode));
    home.is_some_and(|home| match home.place {
        Place::U1 | Place::U2 | Place::U3 | Place::U4 | Place::U5 | Place::U6 | Place::K1 | Place::K2 => true,
        Place::A3 | Place::A4 | Place::A5 | Place::A6 | Place::H5 | Place::K3 | Place::P1 | Place::P2 | Place::P3 => false,
        Place::R1 | Place::R2 | Place::R3 | Place::R5 | Place::S1 => false,
        Place::T0 | Place::T1 | Place::T2 | Place::T3 | Place::T4 => false,
        Place::Z1 | Place::Z11 | Place::Z12 | Place::Z13 | Place::Z14 => false,
    })
}

fn row(history: &ChildHistory, year: ReportingYear) -> Option<&CarerSupportRow> {
    history.extracts.carer_support.of(year).next_back()
}

/// E1: whether the main carer finished the training that the standards ask for.
fn e1(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    if !has_main_carer(history, year) {
        return None;
    }
    if !history.supplied.table(year, Table::CarerSupport) {
        return Some(E1::TableNotSupplied.on_last_day());
    }
    let answer = match row(history, year).and_then(|row| row.training.known()) {
        Some(Training::Done) => E1::InTime,
        Some(Training::Time) => E1::StillTime,
        Some(Training::Late | Training::Not) => E1::Not,
        None => E1::NotRecorded,
    };
    Some(answer.on_last_day())
}

fn support(history: &ChildHistory, year: ReportingYear, of: fn(&CarerSupportRow) -> Option<Offer>) -> Option<Answer> {
    if !has_main_carer(history, year) {
        return None;
    }
    if !history.supplied.table(year, Table::CarerSupport) {
        return Some(Support::TableNotSupplied.on_last_day());
    }
    let answer = match row(history, year).and_then(of) {
        Some(Offer::Used) => Support::Used,
        Some(Offer::Offered) => Support::Offered,
        Some(Offer::NotOffered) => Support::Neither,
        None => Support::NotRecorded,
    };
    Some(answer.on_last_day())
}

/// E2: therapeutic support for the carer.
fn e2(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    support(history, year, |row| row.carer_therapy.known())
}

/// E3: therapeutic support for the child.
fn e3(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    support(history, year, |row| row.child_therapy.known())
}
