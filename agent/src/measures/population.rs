//! P: the population itself.

use shared::ids::ReportingYear;

use super::answer::{Answer, Category, Code, answers};
use crate::histories::ChildHistory;

/// The measures of this room.
pub(super) const MEASURES: &[Code] = &[Code::share("P1", P1::NAMES, p1)];

answers!(P1 { Children = "children" });

/// P1: looked after on 31 March.
fn p1(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    history.episode_on_last_day(year)?;
    Some(P1::Children.on_last_day())
}
