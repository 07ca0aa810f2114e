//! P: the population itself.

use shared::ids::ReportingYear;

use super::answer::{Answer, Category, answers};
use crate::histories::ChildHistory;

answers!(P1 { Children = "children" });

/// P1: looked after on 31 March.
pub(super) fn p1(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    history.episode_on_last_day(year)?;
    Some(P1::Children.on_last_day())
}
