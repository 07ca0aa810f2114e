//! Rules about times missing or away, by themselves, beside the episodes and beside last year's return.
//!
//! An absence may begin on the day on which another one ended. Days before the first of the returns given are not judged.

use super::Scene;
use super::ask::ends_care;
use crate::day::Day;
use crate::records::codes::{Rec, Rne};
use crate::records::findings::Recorder;
use crate::records::rows::{AbsenceRow, EpisodeRow};
use crate::records::rules::RuleId;
use crate::records::tables::Table;

/// How many ends of care of one child are held against all its absences: more than anybody has in a year.
const ENDS_MAX: usize = 16;

pub(super) fn check(scene: &Scene<'_>, found: &mut Recorder<'_>) {
    went_on(scene, found);
    if scene.now.absences.is_empty() {
        return;
    }
    let ends = Ends::of(scene);
    for row in scene.now.absences.iter().filter(|row| !is_reversed(row)) {
        alone(scene, row, found);
        beside_episodes(scene, row, &ends, found);
    }
    in_turn(scene.now.absences, found);
    missing_when_care_ended(scene, found);
}

/// Rule 567 has named it already.
fn is_reversed(row: &AbsenceRow) -> bool {
    row.end.is_some_and(|end| end < row.start)
}

fn alone(scene: &Scene<'_>, row: &AbsenceRow, found: &mut Recorder<'_>) {
    if row.start > scene.year.last {
        found.row(RuleId::R570, row);
    }
    if row.end.is_some_and(|end| !scene.year.contains(end)) {
        found.row(RuleId::R571, row);
    }
    if scene.birth().is_some_and(|birth| row.start < birth) {
        found.row(RuleId::R586, row);
    }
}

/// The last days on which something ended that an absence cannot outlast.
struct Ends {
    /// Care, for whatever reason.
    care: Option<Day>,
    /// A placement with another carer after it; a temporary stay ends none.
    placement: Option<Day>,
    /// The day from which all episodes are seen.
    seen_since: Day,
}

impl Ends {
    fn of(scene: &Scene<'_>) -> Self {
        let is_move = |row: &&EpisodeRow| matches!(row.rne, Rne::P | Rne::B) && !row.place.is_temporary();
        let former = scene.former.is_some_and(|former| former.has(Table::Episodes));
        Self {
            care: scene.now.care().rev().find(|row| ends_care(row)).and_then(|row| row.end),
            placement: scene.now.care().rev().find(is_move).map(|row| row.start),
            seen_since: scene.year.first.plus_months(if former { -12 } else { 0 }),
        }
    }
}

fn beside_episodes(scene: &Scene<'_>, row: &AbsenceRow, ends: &Ends, found: &mut Recorder<'_>) {
    let begun = begun_by(scene.now.episodes, row.start);
    let Some(episode) = begun.last() else {
        // a child who came alone may have gone missing before care could begin
        let first_seen = scene.now.episodes.first().is_some_and(|first| first.rne == Rne::S) && row.start >= ends.seen_since;
        let before = scene.former.is_some_and(|former| !begun_by(former.episodes, row.start).is_empty());
        if first_seen && !before && scene.now.uasc.is_empty() {
            found.row(RuleId::R581, row);
        }
        return;
    };
    let is_over = !episode.legal.is_short_break() && ends_care(episode) && episode.end.is_some_and(|end| end < row.start);
    if is_over {
        return found.row(RuleId::R578, row);
    }
    if row.end.is_some() {
        return;
    }
    if episode.holds_on(row.start) && ends.placement.is_some_and(|day| day > row.start) {
        found.row(RuleId::R575, row);
    }
    if ends.care.is_some_and(|day| day >= row.start) {
        found.row(RuleId::R577, row);
    }
}

/// The episodes that had begun by a day.
fn begun_by(episodes: &[EpisodeRow], day: Day) -> &[EpisodeRow] {
    episodes.get(..episodes.partition_point(|row| row.start <= day)).unwrap_or_default()
}

/// Each absence after the one before it.
fn in_turn(rows: &[AbsenceRow], found: &mut Recorder<'_>) {
    let key = |row: &AbsenceRow| (row.start, row.end.is_none(), row.end);
    if rows.is_sorted_by_key(key) {
        return overlaps(rows.iter(), found);
    }
    let mut sorted: Vec<&AbsenceRow> = rows.iter().collect();
    sorted.sort_by_key(|row| key(row));
    overlaps(sorted.into_iter(), found);
}

fn overlaps<'r>(rows: impl Iterator<Item = &'r AbsenceRow>, found: &mut Recorder<'_>) {
    let mut rows = rows.filter(|row| !is_reversed(row));
    let Some(mut longest) = rows.next() else { return };
    for row in rows {
        if longest.end.is_none_or(|end| row.start < end) {
            found.row(RuleId::R574, row);
        }
        if longest.end.is_some_and(|end| row.end.is_none_or(|later| later > end)) {
            longest = row;
        }
    }
}

/// Care that ended while an absence went on. An absence that ends on that very day may have ended first. Death, an age
/// assessment and another authority end care wherever the child is.
fn missing_when_care_ended(scene: &Scene<'_>, found: &mut Recorder<'_>) {
    let other = |rec: Rec| !matches!(rec, Rec::X1 | Rec::E8 | Rec::E2 | Rec::E3 | Rec::E15);
    for episode in scene.now.care().filter(|row| row.rec.is_some_and(other)).take(ENDS_MAX) {
        let Some(day) = episode.end else { continue };
        let spans = |row: &AbsenceRow| row.start < day && row.end.is_none_or(|end| end > day);
        if scene.now.absences.iter().any(spans) {
            found.row(RuleId::R580, episode);
        }
    }
}

/// An absence that was open at the end of last year, for a child whose care went on.
fn went_on(scene: &Scene<'_>, found: &mut Recorder<'_>) {
    let Some(former) = scene.former.filter(|former| !former.absences.is_empty()) else { return };
    let first = scene.year.first;
    let open = former.absences.iter().filter(|row| row.end.is_none() && row.start < first).map(|row| row.start).max();
    let Some(start) = open.filter(|_| scene.now.has(Table::Missing)) else { return };
    let in_care = scene.now.care().any(|row| row.start < first && row.end.is_none_or(|end| end > first));
    let goes_on = |row: &AbsenceRow| row.start == start || (row.start <= first && row.end.is_none_or(|end| end >= first));
    if let Some(header) = scene.now.header_row()
        && in_care
        && !scene.now.absences.iter().any(goes_on)
    {
        found.row(RuleId::R576, header);
    }
}
