//! P: the population itself.

use shared::ids::ReportingYear;

use super::answer::{Answer, Category, Code, Moment, answers};
use crate::histories::ChildHistory;

/// The measures of this room.
pub(super) const MEASURES: &[Code] =
    &[Code::share("P1", Children::NAMES, p1), Code::share("P2", Children::NAMES, p2), Code::share("P3", Children::NAMES, p3)];

answers!(Children { Children = "children" });

/// P1: looked after on 31 March.
fn p1(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    history.episode_on_last_day(year)?;
    Some(Children::Children.on_last_day())
}

/// P2: came into care in the year, by the first time.
fn p2(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    let start = history.first_start_in_year(year)?;
    Some(Children::Children.at(Moment::Start(start)))
}

/// P3: left care in the year, by the last time.
fn p3(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    let (on, _) = history.last_exit_in_year(year)?;
    Some(Children::Children.at(Moment::End { last_in_care: on.before(), year }))
}
