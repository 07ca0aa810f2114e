//! G1 to G4: eighteen plus, from the care leavers' table of the return.

use shared::ids::ReportingYear;

use super::answer::{Answer, Category, Code, answers};
use crate::day::Day;
use crate::histories::{ChildHistory, Episode, Leaver};
use crate::records::codes::{Accommodation, Activity, InTouch, Judgement, Place, Rec};

/// The measures of this room.
pub(super) const MEASURES: &[Code] = &[
    Code::share("G1", G1::NAMES, g1),
    Code::share("G2", G2::NAMES, g2),
    Code::share("G3", G3::NAMES, g3),
    Code::share("G4", G4::NAMES, g4),
];

/// Ages on 31 March of care leavers in the return.
const AGES: std::ops::RangeInclusive<u8> = 17..=25;

answers!(G1 { Yes = "YES", No = "NO", Refused = "REFU", NotRequired = "NREQ", NotRecorded = "not_recorded" });

answers!(G2 { Suitable = "suitable", Unsuitable = "unsuitable", NoInformation = "no_information" });

answers!(G3 {
    HigherEducation = "higher_education", OtherLearningOrWork = "other_learning_or_work",
    NotInLearningOrWork = "not_in_learning_or_work", NoInformation = "no_information",
});

answers!(G4 { WithFormerCarer = "with_former_carer", Elsewhere = "elsewhere", NotEnoughYears = "not_enough_years" });

/// Ages on 31 March of those who may have stayed with their foster carers.
const STAYED_AGES: std::ops::RangeInclusive<u8> = 18..=21;
/// Days in care since the 14th birthday that make a care leaver: thirteen weeks.
const DAYS_SINCE_14: i32 = 13 * 7;
/// The letter of accommodation with former foster carers.
const WITH_FORMER_CARER: u8 = b'Z';

/// The row of a young person who is counted: not dead, not home for good, not moved to another authority, and not
/// known from short breaks alone. Who has no known episode stays in.
pub(super) fn counted(history: &ChildHistory, year: ReportingYear) -> Option<Leaver> {
    let row = history.leaver_of(year)?;
    let is_of_age = history.age_on(Day::last_of(year)).is_some_and(|age| AGES.contains(&age));
    (is_of_age && !is_out(history, year)).then_some(row)
}

/// Whether a young person is left out of all of this (detail 16).
pub(super) fn is_out(history: &ChildHistory, year: ReportingYear) -> bool {
    let in_touch = history.leaver_of(year).and_then(|row| row.in_touch);
    let is_gone = matches!(in_touch, Some(InTouch::Died | InTouch::ReturnedHome));
    let only_short_breaks = history.episodes.is_empty() && !history.short_breaks.is_empty();
    let last_end = history.episodes.last().and_then(|episode| episode.end);
    let is_transferred = last_end.and_then(|end| end.how.exit()) == Some(Rec::E3);
    is_gone || only_short_breaks || is_transferred
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

/// G4: of those whose care ended in a foster home at 18, who lives with the former carer.
fn g4(history: &ChildHistory, year: ReportingYear) -> Option<Answer> {
    let row = counted(history, year)?;
    let age = history.age_on(Day::last_of(year)).filter(|age| STAYED_AGES.contains(age))?;
    if !history.supplied.year(year.before(i16::from(age - STAYED_AGES.start()))) {
        return Some(G4::NotEnoughYears.of_care_leaver());
    }
    if !left_foster_care_at_18(history) {
        return None;
    }
    let lives_there = row.accommodation.is_some_and(|home| home.letter == WITH_FORMER_CARER);
    Some(if lives_there { G4::WithFormerCarer } else { G4::Elsewhere }.of_care_leaver())
}

/// Whether care ended on the 18th birthday, or the day before it, in a foster home, after thirteen weeks or more.
fn left_foster_care_at_18(history: &ChildHistory) -> bool {
    let Some(last) = history.episodes.last() else { return false };
    let (at_14, at_18) = (history.birth.birthday(14), history.birth.birthday(18));
    let Some(end) = last.end.filter(|end| end.how.exit().is_some()) else { return false };
    let in_foster_care = history
        .home_of(last)
        .is_some_and(|home| matches!(home.place, Place::U1 | Place::U2 | Place::U3 | Place::U4 | Place::U5 | Place::U6));
    let days = |episode: &Episode| {
        let until = episode.end.map_or(end.on, |end| end.on);
        until.days_since(episode.start.max(at_14)).max(0)
    };
    let n_days = history.episodes.iter().map(days).fold(0_i32, i32::saturating_add);
    (end.on == at_18 || end.on == at_18.before()) && in_foster_care && n_days >= DAYS_SINCE_14
}
