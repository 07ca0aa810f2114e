//! C: having a say.

use shared::ids::ReportingYear;

use super::answer::{Answer, Category, Code, answers};
use super::asked::{Said, in_care, said};
use crate::day::Day;
use crate::histories::{ChildHistory, Review};
use crate::records::codes::{MoveReason, TookPart, WorkerReason};
use crate::records::tables::Table;

/// The measures of this room.
pub(super) const MEASURES: &[Code] = &[
    Code::share("C1", C1::NAMES, c1),
    Code::share("C2", C2::NAMES, c2),
    Code::share("C4", Said::NAMES, |history, year| said(history, year, in_care(history, year), |row| row.included)),
    Code::share("C5", C5::NAMES, c5),
];

/// Age from which a child is asked to take part.
const AGE_MIN: u8 = 4;

answers!(C1 {
    Pn1 = "PN1", Pn2 = "PN2", Pn3 = "PN3", Pn5 = "PN5", Pn6 = "PN6", Pn4 = "PN4", Pn7 = "PN7",
    NoReview = "no_review", Pn0 = "PN0", TableNotSupplied = "table_not_supplied",
});

answers!(C2 { Any = "any", None = "none", TableNotSupplied = "table_not_supplied" });

answers!(C5 { Yes = "yes", No = "no", TableNotSupplied = "table_not_supplied" });

/// C1: how the child took part in the latest review dated in the year; of two on one day, the higher code.
fn c1(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    let last = Day::last_of(year);
    history.episode_on(last)?;
    if !history.supplied.table(year, Table::Reviews) {
        return is_old_enough(history, last).then(|| C1::TableNotSupplied.on_last_day());
    }
    let Some(latest) = reviews(history, year).max_by_key(|review| (review.on, review.took_part)) else {
        return is_old_enough(history, last).then(|| C1::NoReview.on_last_day());
    };
    let answer = match latest.took_part {
        TookPart::Pn0 => C1::Pn0,
        TookPart::Pn1 => C1::Pn1,
        TookPart::Pn2 => C1::Pn2,
        TookPart::Pn3 => C1::Pn3,
        TookPart::Pn4 => C1::Pn4,
        TookPart::Pn5 => C1::Pn5,
        TookPart::Pn6 => C1::Pn6,
        TookPart::Pn7 => C1::Pn7,
    };
    is_old_enough(history, latest.on).then(|| answer.on_last_day())
}

/// C2: whether any review of the year, at four or over on its day, went without the child's view.
fn c2(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    let last = Day::last_of(year);
    history.episode_on(last)?;
    if !history.supplied.table(year, Table::Reviews) {
        return is_old_enough(history, last).then(|| C2::TableNotSupplied.on_last_day());
    }
    let is_counted = |review: &&Review| review.took_part != TookPart::Pn0 && is_old_enough(history, review.on);
    let mut counted = reviews(history, year).filter(is_counted).peekable();
    counted.peek()?;
    let is_without = |review: &Review| matches!(review.took_part, TookPart::Pn4 | TookPart::Pn7);
    Some(if counted.any(is_without) { C2::Any } else { C2::None }.on_last_day())
}

/// C5: whether the child asked for a move or for another social worker, and there was one in the year.
fn c5(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    history.episode_on_last_day(year)?;
    if !history.supplied.table(year, Table::SwEpisodes) {
        return Some(C5::TableNotSupplied.on_last_day());
    }
    let (first, last) = (Day::first_of(year), Day::last_of(year));
    let is_asked_move = history.carer_endings(year).any(|ending| ending.reason == MoveReason::Child);
    let is_asked_worker = history.workers.iter().any(|spell| {
        let begins = first <= spell.stretch.start && spell.stretch.start <= last;
        spell.year == year && begins && spell.reason == Some(WorkerReason::Chchan)
    });
    Some(if is_asked_move || is_asked_worker { C5::Yes } else { C5::No }.on_last_day())
}

/// Reviews dated in the year, by its return.
fn reviews(history: &ChildHistory, year: ReportingYear) -> impl Iterator<Item = &Review> {
    let (first, last) = (Day::first_of(year), Day::last_of(year));
    history.reviews.iter().filter(move |review| review.year == year && first <= review.on && review.on <= last)
}

fn is_old_enough(history: &ChildHistory, on: Day) -> bool {
    history.age_on(on).is_some_and(|age| age >= AGE_MIN)
}
