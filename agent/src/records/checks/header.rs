//! Rules about who the children are.

use super::Scene;
use super::ask::ends_care;
use crate::day::Day;
use crate::records::cells::Cell;
use crate::records::codes::Sex;
use crate::records::findings::Recorder;
use crate::records::marks::UpnKind;
use crate::records::rows::HeaderRow;
use crate::records::rules::RuleId;
use crate::records::tables::Table;

/// Days in care by 31 March within which a pupil number may still be looked for (UN4).
const NEWLY_IN_CARE_DAYS_MAX: i32 = 7;

pub(super) fn check(scene: &Scene<'_>, found: &mut Recorder<'_>) {
    let Some(row) = scene.now.header_row() else { return };
    if row.sex == Cell::Known(Sex::NotKnown) {
        found.row(RuleId::R232, row);
    }
    if let Some(rule) = pupil_number(scene, row) {
        found.row(rule, row);
    }
    if row.mother.is_blank() && row.sex == Cell::Known(Sex::Female) && has_left(scene) {
        found.row(RuleId::R607, row);
    }
    let may_be_leaver = !scene.now.has(Table::Oc3) && row.birth.is_none_or(|birth| birth.birthday(17) <= scene.year.last);
    if scene.now.has(Table::Episodes) && !may_be_leaver && is_in_header_alone(scene) {
        found.row(RuleId::Epi, row);
    }
}

/// The rule that UPN breaks.
fn pupil_number(scene: &Scene<'_>, row: &HeaderRow) -> Option<RuleId> {
    match row.upn_kind {
        UpnKind::Whole | UpnKind::Un2 | UpnKind::Un3 | UpnKind::Un5 => None,
        UpnKind::Broken => Some(RuleId::R168),
        UpnKind::Blank => scene.was_in_care().then_some(RuleId::R442),
        UpnKind::Un1 => (scene.was_in_care() && is_of_school_age(scene)).then_some(RuleId::R209),
        UpnKind::Un4 => {
            let days = in_care_since(scene).map(|since| scene.year.last.days_since(since));
            days.is_some_and(|days| days > NEWLY_IN_CARE_DAYS_MAX).then_some(RuleId::R210)
        }
    }
}

/// Whether the child was of school age all year: 5 before 1 April, and not yet 16 on 31 March. The terms in which school
/// age begins and ends are left out, so that what is found is certain.
fn is_of_school_age(scene: &Scene<'_>) -> bool {
    scene.birth().is_some_and(|birth| birth.birthday(5) < scene.year.first && birth.birthday(16) > scene.year.last)
}

/// Since when the child who is in care on 31 March has been in care without a break, as far as the rows of the year tell.
fn in_care_since(scene: &Scene<'_>) -> Option<Day> {
    scene.open_episode()?;
    scene.periods().filter(|(begins, _)| *begins).last().map(|(_, row)| row.start)
}

/// Whether care ended in the year.
fn has_left(scene: &Scene<'_>) -> bool {
    scene.now.care().any(|row| ends_care(row) && row.end.is_some_and(|end| scene.year.contains(end)))
}

/// Whether nothing says why the child is in Header. A child who came alone and went missing within a day has no episode.
fn is_in_header_alone(scene: &Scene<'_>) -> bool {
    let went_missing_at_once = !scene.now.uasc.is_empty() && !scene.now.absences.is_empty();
    scene.now.episodes.is_empty() && scene.now.oc3.is_empty() && !went_missing_at_once
}
