//! Rules about placements, providers, settings, postcodes and reasons for change.
//!
//! Which kinds of placement have a provider or a setting's number follows the guidance; where it leaves a kind open (K3
//! while its home is being registered, the kinds that replaced Z1), the rule is silent.

use super::Scene;
use crate::day::Day;
use crate::records::cells::Cell;
use crate::records::codes::LegalStatus;
use crate::records::codes::{MoveReason, Need, Place, Provider, Rec, Rne};
use crate::records::findings::Recorder;
use crate::records::marks::{PostcodeKind, UrnKind};
use crate::records::rows::EpisodeRow;
use crate::records::rules::RuleId;

/// First return year in which a semi-independent home may have a number: such homes began to be registered.
const REGISTRATION_YEAR: i16 = 2024;

pub(super) fn check(scene: &Scene<'_>, found: &mut Recorder<'_>) {
    if scene.now.episodes.is_empty() {
        return;
    }
    let birth = scene.birth();
    let came_alone = !scene.now.uasc.is_empty() || scene.former.is_some_and(|former| !former.uasc.is_empty());
    for row in scene.now.episodes {
        if let Some(rule) = provider(row.place, row.provider) {
            found.row(rule, row);
        }
        if let Some(rule) = setting(row, scene.year.number) {
            found.row(rule, row);
        }
        if let Some(rule) = birth.and_then(|birth| too_young(row, birth)) {
            found.row(rule, row);
        }
        if row.place == Place::P1 && row.legal == LegalStatus::V2 {
            found.row(RuleId::R378, row);
        }
        postcodes(row, came_alone, found);
        reason(row, birth, found);
    }
    for (before, row) in scene.now.steps() {
        move_between(before, row, found);
    }
}

/// The kinds of placement that are neither a home nor a temporary stay.
fn is_other(place: Place) -> bool {
    matches!(place, Place::Z1 | Place::Z11 | Place::Z12 | Place::Z13 | Place::Z14)
}

fn is_foster(place: Place) -> bool {
    matches!(place, Place::U1 | Place::U2 | Place::U3 | Place::U4 | Place::U5 | Place::U6)
}

/// What is wrong with a provider beside its placement. An unreadable one is neither given nor missing.
fn provider(place: Place, provider: Cell<Provider>) -> Option<RuleId> {
    let has_none = place.is_temporary() || is_other(place);
    let provider = match provider {
        Cell::Blank => return (!has_none).then_some(RuleId::R526),
        Cell::Unreadable => return None,
        Cell::Known(_) if has_none => return Some(RuleId::R213),
        Cell::Known(provider) => provider,
    };
    let with_parents = place == Place::P1;
    let public_only = with_parents || matches!(place, Place::R2 | Place::R5);
    let by_authority = with_parents || place.is_adoption() || is_foster(place) || matches!(place, Place::K1 | Place::K2);
    let (broken, rule) = match provider {
        Provider::Pr0 => (!with_parents, RuleId::R550),
        Provider::Pr1 => (public_only, RuleId::R527),
        Provider::Pr2 => (public_only, RuleId::R528),
        Provider::Pr3 => (by_authority, RuleId::R529),
        Provider::Pr4 => (with_parents, RuleId::R530),
        Provider::Pr5 => (with_parents, RuleId::R531),
    };
    broken.then_some(rule)
}

/// What is wrong with the number of the setting. A home outside England has none, and a short break need not name it.
fn setting(row: &EpisodeRow, year: i16) -> Option<RuleId> {
    match row.marks.urn() {
        UrnKind::Broken => Some(RuleId::R1008),
        UrnKind::Elsewhere => None,
        UrnKind::Blank => {
            let is_inspected = row.place.is_adoption()
                || is_foster(row.place)
                || matches!(row.place, Place::K1 | Place::K2 | Place::R3 | Place::S1);
            let may_have_none = row.legal.is_short_break() || row.marks.may_lie_outside_england();
            (is_inspected && !may_have_none).then_some(RuleId::R218)
        }
        UrnKind::Whole => {
            let has_none = row.place.is_temporary()
                || (row.place == Place::H5 && year < REGISTRATION_YEAR)
                || matches!(row.place, Place::P1 | Place::P2 | Place::P3 | Place::R1 | Place::R2 | Place::R5 | Place::Z1);
            has_none.then_some(RuleId::R222)
        }
    }
}

/// A placement that begins before the age from which it can be.
fn too_young(row: &EpisodeRow, birth: Day) -> Option<RuleId> {
    let from = |age: i32, rule: RuleId| (row.start < birth.birthday(age)).then_some(rule);
    if matches!(row.place, Place::H5 | Place::K3 | Place::P2) {
        return from(16, RuleId::R371);
    }
    if row.place == Place::R5 {
        return from(10, RuleId::R372);
    }
    if row.place == Place::S1 {
        return from(4, RuleId::R373);
    }
    if row.place == Place::P3 {
        return from(14, RuleId::R374);
    }
    None
}

/// The two postcodes. Children who came alone have no home here; who came alone years ago is in no return at hand, so
/// that a child in care because nobody is there (N8) is not held to the rule either. A temporary stay may be anywhere.
fn postcodes(row: &EpisodeRow, came_alone: bool, found: &mut Recorder<'_>) {
    let (home, placement) = (row.marks.home(), row.marks.placement());
    if home == PostcodeKind::Broken || placement == PostcodeKind::Broken {
        found.row(RuleId::R392c, row);
    }
    if row.legal.is_short_break() {
        return;
    }
    if home == PostcodeKind::Whole && row.marks.same_postcode() && row.place != Place::P1 {
        found.row(RuleId::R392d, row);
    }
    let may_lack = came_alone || row.need == Some(Need::N8);
    let lacks = home == PostcodeKind::Blank || (placement == PostcodeKind::Blank && !row.place.is_temporary());
    if lacks && !may_lack {
        found.row(RuleId::R392b, row);
    }
}

/// REASON_PLACE_CHANGE beside the episode that it stands on.
fn reason(row: &EpisodeRow, birth: Option<Day>, found: &mut Recorder<'_>) {
    let Cell::Known(reason) = row.reason else { return };
    if row.end.is_none() {
        found.row(RuleId::R233, row);
    }
    if row.place.is_temporary() {
        found.row(RuleId::R226, row);
    }
    let under_10 = birth.zip(row.end).is_some_and(|(birth, end)| end < birth.birthday(10));
    if reason == MoveReason::Custod && under_10 {
        found.row(RuleId::R234, row);
    }
}

/// REASON_PLACE_CHANGE beside the episode that follows without a break.
fn move_between(before: &EpisodeRow, row: &EpisodeRow, found: &mut Recorder<'_>) {
    let goes_on = before.end == Some(row.start) && before.rec == Some(Rec::X1);
    let moves = matches!(row.rne, Rne::P | Rne::T | Rne::B | Rne::U);
    if !goes_on || before.place.is_temporary() {
        return;
    }
    match (before.reason, row.place.is_temporary()) {
        (Cell::Blank, false) if moves => found.row(RuleId::R225, before),
        (Cell::Known(_), true) => found.row(RuleId::R226, before),
        (Cell::Blank | Cell::Known(_) | Cell::Unreadable, _) => (),
    }
}
