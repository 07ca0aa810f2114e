//! Rules about care leavers: the OC3 row by itself, beside the date of birth, and beside the episodes.
//!
//! Care before last year's return is not seen. Whether somebody is a care leaver at all is asked only where it is decided
//! by what is seen: of those who turned 17 in the year, whose sixteenth birthday lies in last year's return.

use super::Scene;
use super::ask::ends_care;
use super::outcomes::any_item;
use crate::day::Day;
use crate::records::cells::Cell;
use crate::records::codes::{Activity, InTouch, Rec};
use crate::records::findings::Recorder;
use crate::records::rows::Oc3Row;
use crate::records::rules::RuleId;
use crate::records::tables::Table;

/// First return year that asks for care leavers up to their 25th year.
const TO_25_SINCE: i16 = 2023;
/// First return year with a rule of its own for those who left after their birthday.
const LEFT_LATER_SINCE: i16 = 2024;

pub(super) fn check(scene: &Scene<'_>, found: &mut Recorder<'_>) {
    if scene.now.oc3.is_empty() && scene.now.ad1.is_empty() {
        return;
    }
    if scene.is_in_care_at_end() && scene.is_twelve_months() {
        scene.now.oc3.iter().for_each(|row| found.row(RuleId::R187, row));
        scene.now.ad1.iter().for_each(|row| found.row(RuleId::R187, row));
    }
    let Some(row) = scene.now.oc3.last() else { return };
    alone(row, found);
    beside_other_tables(scene, row, found);
    if let Some(birth) = scene.birth() {
        beside_birth(scene, row, birth, found);
        in_care_on_birthday(scene, row, birth, found);
        never_in_care_at_16(scene, row, birth, found);
    }
}

fn alone(row: &Oc3Row, found: &mut Recorder<'_>) {
    let filled = [row.in_touch.is_filled(), row.activity.is_filled(), row.accommodation.is_filled()];
    if filled.contains(&true) && filled.contains(&false) {
        found.row(RuleId::R153, row);
    }
    let Some(in_touch) = row.in_touch.known() else { return };
    let none =
        [row.activity.known().map(|code| code == Activity::None), row.accommodation.known().map(|home| home.letter == b'0')];
    match in_touch {
        InTouch::Died | InTouch::ReturnedHome if none.contains(&Some(false)) => found.row(RuleId::R344, row),
        InTouch::Yes if none.contains(&Some(true)) => found.row(RuleId::R345, row),
        InTouch::Died | InTouch::ReturnedHome | InTouch::Yes | InTouch::No | InTouch::Refused | InTouch::NotRequired => (),
    }
}

fn beside_other_tables(scene: &Scene<'_>, row: &Oc3Row, found: &mut Recorder<'_>) {
    let now = &scene.now;
    for outcomes in now.oc2.iter().filter(|outcomes| any_item(outcomes)) {
        found.row(RuleId::R215, outcomes);
    }
    let died = |row: &&Oc3Row| row.in_touch == Cell::Known(InTouch::Died);
    let is_alive = row.in_touch.known().is_some_and(|in_touch| in_touch != InTouch::Died);
    if is_alive && scene.former.and_then(|former| former.oc3.last()).filter(died).is_some() {
        found.row(RuleId::R348, row);
    }
    let last = now.care().next_back();
    let last_known = last.or_else(|| scene.former.and_then(|former| former.care().next_back()));
    if last_known.is_some_and(|episode| episode.rec == Some(Rec::E2)) {
        found.row(RuleId::R1000, row);
    }
    if last.is_some_and(|episode| episode.rec == Some(Rec::E3)) {
        found.row(RuleId::R1011, row);
    }
    // a row of UASC says where a young person came from, and may stay
    let alone = now.oc2.is_empty()
        && now.reviews.is_empty()
        && now.absences.is_empty()
        && now.ad1.is_empty()
        && now.adoption.is_empty()
        && now.prev_perm.is_empty()
        && now.workers.is_empty()
        && now.orders.is_empty();
    if now.has(Table::Episodes) && now.episodes.is_empty() && !alone {
        found.row(RuleId::R1012, row);
    }
}

fn beside_birth(scene: &Scene<'_>, row: &Oc3Row, birth: Day, found: &mut Recorder<'_>) {
    let (first, last) = (scene.year.first, scene.year.last);
    let oldest = if scene.year.number >= TO_25_SINCE { 25 } else { 21 };
    if birth.birthday(17) > last || birth.birthday(oldest + 1) <= first {
        found.row(RuleId::R391, row);
    }
    let letter = row.accommodation.known().map(|home| home.letter);
    if letter == Some(b'T') && birth.birthday(18) > last {
        found.row(RuleId::R347, row);
    }
    if letter == Some(b'Z') && scene.year.contains(birth.birthday(17)) {
        found.row(RuleId::R3001, row);
    }
}

/// In care on the 17th or 18th birthday of the year: still, or until some later day.
fn in_care_on_birthday(scene: &Scene<'_>, row: &Oc3Row, birth: Day, found: &mut Recorder<'_>) {
    let mut birthdays = [17, 18].into_iter().map(|years| birth.birthday(years));
    let Some(birthday) = birthdays.find(|day| scene.year.contains(*day)) else { return };
    if !scene.is_in_care_on(birthday) {
        return;
    }
    let left = scene.now.care().next_back().is_some_and(ends_care);
    let later = left && scene.year.number >= LEFT_LATER_SINCE;
    found.row(if later { RuleId::R1016 } else { RuleId::R1007 }, row);
}

/// Of those who turned 17 in the year, both returns together cover every day from the sixteenth birthday on.
fn never_in_care_at_16(scene: &Scene<'_>, row: &Oc3Row, birth: Day, found: &mut Recorder<'_>) {
    let Some(former) = scene.former.filter(|former| former.has(Table::Episodes)) else { return };
    if !scene.now.has(Table::Episodes) || !scene.year.contains(birth.birthday(17)) {
        return;
    }
    if scene.now.episodes.is_empty() && former.episodes.is_empty() {
        return found.row(RuleId::R1002, row);
    }
    let sixteen = birth.birthday(16);
    let mut care = scene.now.care().chain(former.care());
    if !care.any(|episode| episode.end.is_none_or(|end| end >= sixteen)) {
        found.row(RuleId::R1001, row);
    }
}
