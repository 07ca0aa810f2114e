//! F: leaving care.

use shared::ids::ReportingYear;

use super::answer::{Answer, Category, Code, Moment, answers};
use crate::histories::ChildHistory;
use crate::records::codes::Rec;

/// The measures of this room.
pub(super) const MEASURES: &[Code] = &[Code::share("F1", F1::NAMES, f1)];

answers!(F1 {
    Adopted = "adopted", SpecialGuardianship = "special_guardianship", ChildArrangements = "child_arrangements",
    HomePlanned = "home_planned", HomeNotPlanned = "home_not_planned", Relatives = "relatives", Independent = "independent",
    StayedWithCarers = "stayed_with_carers", AdultCare = "adult_care", OtherAuthority = "other_authority",
    Custody = "custody", Died = "died", Other = "other",
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
