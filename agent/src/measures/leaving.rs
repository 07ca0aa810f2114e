//! F: leaving care, coming back, and the support of families.

use shared::ids::ReportingYear;

use super::answer::{Answer, Category, Code, Moment, answers};
use crate::day::Day;
use crate::histories::{ChildHistory, Ending};
use crate::records::codes::{Rec, Rne};
use crate::records::rows::extracts::HomePlan;
use crate::records::tables::Table;

/// The measures of this room.
pub(super) const MEASURES: &[Code] = &[
    Code::share("F1", F1::NAMES, f1),
    Code::share("F3", F3::NAMES, f3),
    Code::share("F4", F4::NAMES, f4),
    Code::share("F5", F5::NAMES, f5),
];

/// F3 is about children who were younger than this on their last day in care.
const F3_AGE_BELOW: u8 = 17;
/// Months after leaving care within which coming back is counted.
const BACK_MONTHS: i32 = 12;

answers!(F1 {
    Adopted = "adopted", SpecialGuardianship = "special_guardianship", ChildArrangements = "child_arrangements",
    HomePlanned = "home_planned", HomeNotPlanned = "home_not_planned", Relatives = "relatives", Independent = "independent",
    StayedWithCarers = "stayed_with_carers", AdultCare = "adult_care", OtherAuthority = "other_authority",
    Custody = "custody", Died = "died", Other = "other",
});

answers!(F3 {
    HomeBack = "home_back", HomeNotBack = "home_not_back", OtherBack = "other_back", OtherNotBack = "other_not_back",
    NotEnoughYears = "not_enough_years",
});

answers!(F4 { First = "first", Second = "second", ThirdOrLater = "third_or_later" });

answers!(F5 {
    Yes = "yes", Part = "part", No = "no", NotRecorded = "not_recorded", NotEnoughYears = "not_enough_years",
    TableNotSupplied = "table_not_supplied",
});

/// F1: how the child left care, by the last exit of the year; grouped as on the last day in care.
fn f1(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    let (on, rec) = history.last_exit_in_year(year)?;
    let answer = match rec {
        Rec::E11 | Rec::E12 => F1::Adopted,
        Rec::E43 | Rec::E44 | Rec::E45 | Rec::E46 | Rec::E47 | Rec::E48 => F1::SpecialGuardianship,
        Rec::E41 => F1::ChildArrangements,
        Rec::E4A => F1::HomePlanned,
        Rec::E4B => F1::HomeNotPlanned,
        Rec::E13 => F1::Relatives,
        Rec::E5 | Rec::E6 => F1::Independent,
        Rec::E17 => F1::StayedWithCarers,
        Rec::E7 => F1::AdultCare,
        Rec::E3 => F1::OtherAuthority,
        Rec::E9 => F1::Custody,
        Rec::E2 => F1::Died,
        // X1 is no exit and never comes here
        Rec::E8 | Rec::E14 | Rec::E15 | Rec::E16 | Rec::X1 => F1::Other,
    };
    Some(answer.at(Moment::End { last_in_care: on.before(), year }))
}

/// F3: of children who left care in the year before, who came back within twelve months.
fn f3(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    let former = year.before(1);
    let (on, rec) = history.last_exit_in_year(former)?;
    let is_for_good = matches!(rec, Rec::E2 | Rec::E3 | Rec::E11 | Rec::E12);
    if is_for_good || history.age_on(on.before())? >= F3_AGE_BELOW {
        return None;
    }
    let came_back = || {
        let start = history.episodes.iter().filter(|episode| episode.rne == Rne::S).map(|episode| episode.start);
        start.into_iter().any(|start| on <= start && start <= on.plus_months(BACK_MONTHS))
    };
    let answer = match (history.supplied.year(former), matches!(rec, Rec::E4A | Rec::E4B), came_back()) {
        (false, ..) => F3::NotEnoughYears,
        (true, true, true) => F3::HomeBack,
        (true, true, false) => F3::HomeNotBack,
        (true, false, true) => F3::OtherBack,
        (true, false, false) => F3::OtherNotBack,
    };
    Some(answer.at(Moment::End { last_in_care: on.before(), year: former }))
}

/// F4: which period of care, of those known here, ended last in the year.
fn f4(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    let (on, _) = history.last_exit_in_year(year)?;
    let is_last = |end: crate::histories::End| end.on == on && end.how.exit().is_some();
    let episode = history.episodes.iter().rev().find(|episode| episode.end.is_some_and(is_last))?;
    let answer = match episode.period {
        0 => F4::First,
        1 => F4::Second,
        2.. => F4::ThirdOrLater,
    };
    Some(answer.at(Moment::End { last_in_care: on.before(), year }))
}

/// F5: whether the family of a child who went home in the year before had a support plan for the twelve months after it.
fn f5(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    let former = year.before(1);
    let (first, last) = (Day::first_of(former), Day::last_of(former));
    let went_home = |how: Ending| matches!(how.exit(), Some(Rec::E4A | Rec::E4B));
    let ends = history.episodes.iter().filter_map(|episode| episode.end).filter(|end| went_home(end.how));
    let home_on = ends.map(|end| end.on).filter(|on| first <= *on && *on <= last).max()?;
    let moment = Moment::End { last_in_care: home_on.before(), year: former };
    if !history.supplied.table(year, Table::AfterHome) {
        return Some(F5::TableNotSupplied.at(moment));
    }
    if !history.supplied.year(former) {
        return Some(F5::NotEnoughYears.at(moment));
    }
    let row = history.extracts.home_plans.of(year).rev().find(|row| row.home_on == home_on);
    let answer = match row.and_then(|row| row.plan.known()) {
        Some(HomePlan::Yes) => F5::Yes,
        Some(HomePlan::Part) => F5::Part,
        Some(HomePlan::No) => F5::No,
        None => F5::NotRecorded,
    };
    Some(answer.at(moment))
}
