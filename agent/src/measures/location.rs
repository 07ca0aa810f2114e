//! B: how far from home children live.

use shared::ids::ReportingYear;

use super::answer::{Answer, Category, Code, answers};
use crate::histories::ChildHistory;
use crate::records::postcodes::Location;

#[cfg(test)]
mod tests;

/// The measures of this room.
pub(super) const MEASURES: &[Code] = &[Code::share("B13", B13::NAMES, b13)];

answers!(B13 {
    InsideNear = "inside_20", InsideFar = "inside_over_20", OutsideNear = "outside_20", OutsideFar = "outside_over_20",
    NotKnown = "not_known", TableNotSupplied = "table_not_supplied",
});

/// B13: where the placement of 31 March lies, seen from home and from the authority's own area.
fn b13(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    let episode = history.episode_on_last_day(year)?;
    if !history.supplied.postcodes() {
        return Some(B13::TableNotSupplied.on_last_day());
    }
    let answer = match episode.location {
        Location::InsideNear => B13::InsideNear,
        Location::InsideFar => B13::InsideFar,
        Location::OutsideNear => B13::OutsideNear,
        Location::OutsideFar => B13::OutsideFar,
        Location::NotKnown => B13::NotKnown,
    };
    Some(answer.on_last_day())
}
