//! G: eighteen plus, from the care leavers' table of the return.

use shared::ids::ReportingYear;

use super::answer::{Answer, Category, Code, answers};
use crate::day::Day;
use crate::histories::{ChildHistory, Leaver};
use crate::records::codes::{Accommodation, Activity, InTouch, Judgement, Rec};

/// The measures of this room.
pub(super) const MEASURES: &[Code] =
    &[Code::share("G1", G1::NAMES, g1), Code::share("G2", G2::NAMES, g2), Code::share("G3", G3::NAMES, g3)];

/// Ages on 31 March of care leavers in the return.
const AGES: std::ops::RangeInclusive<u8> = 17..=25;

answers!(G1 { Yes = "YES", No = "NO", Refused = "REFU", NotRequired = "NREQ", NotRecorded = "not_recorded" });

answers!(G2 { Suitable = "suitable", Unsuitable = "unsuitable", NoInformation = "no_information" });

answers!(G3 {
    HigherEducation = "higher_education", OtherLearningOrWork = "other_learning_or_work",
    NotInLearningOrWork = "not_in_learning_or_work", NoInformation = "no_information",
});

/// The row of a young person who is counted: not dead, not home for good, not moved to another authority, and not
/// known from short breaks alone. Who has no known episode stays in.
fn counted(history: &ChildHistory, year: ReportingYear) -> Option<Leaver> {
    let row = history.leaver_of(year)?;
    let is_of_age = history.age_on(Day::last_of(year)).is_some_and(|age| AGES.contains(&age));
    let is_gone = matches!(row.in_touch, Some(InTouch::Died | InTouch::ReturnedHome));
    let only_short_breaks = history.episodes.is_empty() && !history.short_breaks.is_empty();
    let last_end = history.episodes.last().and_then(|episode| episode.end);
    let is_transferred = last_end.and_then(|end| end.how.exit()) == Some(Rec::E3);
    (is_of_age && !is_gone && !only_short_breaks && !is_transferred).then_some(row)
}

/// G1: whether the authority is in touch.
fn g1(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    let answer = match counted(history, year)?.in_touch {
        Some(InTouch::Yes) => G1::Yes,
        Some(InTouch::No) => G1::No,
        Some(InTouch::Refused) => G1::Refused,
        Some(InTouch::NotRequired) => G1::NotRequired,
        None => G1::NotRecorded,
        Some(InTouch::Died | InTouch::ReturnedHome) => return None,
    };
    Some(answer.of_care_leaver())
}

/// G2: whether the home is suitable; without those abroad, deported, or whose home is not known.
fn g2(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    let answer = match counted(history, year)?.accommodation.map(Accommodation::judgement) {
        Some(Judgement::Elsewhere) => return None,
        Some(Judgement::Suitable) => G2::Suitable,
        Some(Judgement::Unsuitable) => G2::Unsuitable,
        Some(Judgement::None) | None => G2::NoInformation,
    };
    Some(answer.of_care_leaver())
}

/// G3: education, training or work.
fn g3(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    let answer = match counted(history, year)?.activity {
        Some(Activity::F1 | Activity::P1) => G3::HigherEducation,
        Some(
            Activity::F2 | Activity::P2 | Activity::F3 | Activity::P3 | Activity::F4 | Activity::P4 | Activity::F5 | Activity::P5,
        ) => G3::OtherLearningOrWork,
        Some(Activity::G4 | Activity::G5 | Activity::G6) => G3::NotInLearningOrWork,
        Some(Activity::None) | None => G3::NoInformation,
    };
    Some(answer.of_care_leaver())
}
