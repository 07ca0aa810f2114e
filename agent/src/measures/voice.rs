//! C: having a say.

use shared::ids::ReportingYear;

use super::answer::{Answer, Category, Code, answers};
use crate::day::Day;
use crate::histories::ChildHistory;
use crate::records::codes::TookPart;
use crate::records::tables::Table;

/// The measures of this room.
pub(super) const MEASURES: &[Code] = &[Code::share("C1", C1::NAMES, c1)];

/// Age from which a child is asked to take part.
const AGE_MIN: u8 = 4;

answers!(C1 {
    Pn1 = "PN1", Pn2 = "PN2", Pn3 = "PN3", Pn5 = "PN5", Pn6 = "PN6", Pn4 = "PN4", Pn7 = "PN7",
    NoReview = "no_review", Pn0 = "PN0", TableNotSupplied = "table_not_supplied",
});

/// C1: how the child took part in the latest review dated in the year; of two on one day, the higher code.
fn c1(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    let (first, last) = (Day::first_of(year), Day::last_of(year));
    history.episode_on(last)?;
    let is_old_enough = |on: Day| history.age_on(on).is_some_and(|age| age >= AGE_MIN);
    if !history.supplied.table(year, Table::Reviews) {
        return is_old_enough(last).then(|| C1::TableNotSupplied.on_last_day());
    }
    let reviews = history.reviews.iter().filter(|review| review.year == year && first <= review.on && review.on <= last);
    let Some(latest) = reviews.max_by_key(|review| (review.on, review.took_part)) else {
        return is_old_enough(last).then(|| C1::NoReview.on_last_day());
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
    is_old_enough(latest.on).then(|| answer.on_last_day())
}
