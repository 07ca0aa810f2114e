//! Rules about social workers: one at a time, and none missing while a child is in care.
//!
//! Rows of the year before care are expected too, but no return says whether a child who came into care in the year was
//! known before: the rows have to reach back to 1 April or to the first day of care, whichever is later.

use std::borrow::Cow;

use super::Scene;
use crate::records::findings::Recorder;
use crate::records::rows::{EpisodeRow, WorkerRow};
use crate::records::rules::RuleId;
use crate::records::tables::Table;

pub(super) fn check(scene: &Scene<'_>, found: &mut Recorder<'_>) {
    if !scene.now.has(Table::SwEpisodes) {
        return;
    }
    for row in scene.now.workers {
        by_itself(scene, row, found);
    }
    let rows = by_start(scene.now.workers);
    let mut before: Option<&WorkerRow> = None;
    for row in &*rows {
        match before.map(|before| (before, before.end)) {
            Some((before, None)) => found.row(RuleId::Sw08, before),
            Some((_, Some(end))) if row.start < end => found.row(RuleId::Sw10, row),
            Some((_, Some(_))) | None => (),
        }
        before = Some(row);
    }
    if let Some(open) = scene.open_episode() {
        in_care_at_end(scene, &rows, open, found);
    }
}

fn by_itself(scene: &Scene<'_>, row: &WorkerRow, found: &mut Recorder<'_>) {
    let broken = [
        (row.start > scene.year.last, RuleId::Sw06),
        (row.end.is_some_and(|end| !scene.year.contains(end)), RuleId::Sw07),
        (row.end.is_some_and(|end| end <= row.start), RuleId::Sw09),
    ];
    for (_, rule) in broken.iter().filter(|(is_broken, _)| *is_broken) {
        found.row(*rule, row);
    }
}

/// A child in care on 31 March has a social worker then, and had one since the year or care began.
fn in_care_at_end(scene: &Scene<'_>, rows: &[WorkerRow], open: &EpisodeRow, found: &mut Recorder<'_>) {
    let Some(first) = rows.first() else {
        found.row(RuleId::Sw01, open);
        found.row(RuleId::Sw12, open);
        return;
    };
    let care_began = scene.now.care().next().map_or(open.start, |row| row.start);
    if first.start > care_began.max(scene.year.first) {
        found.row(RuleId::Sw12, first);
    }
    // an end on 31 March itself is a change of that day, which the next return shows
    let last = scene.year.last;
    let reaches_end = |row: &WorkerRow| row.start <= last && row.end.is_none_or(|end| end >= last);
    if rows.iter().any(reaches_end) {
        return;
    }
    if let Some(row) = rows.iter().filter(|row| row.end.is_some()).max_by_key(|row| row.end) {
        found.row(RuleId::Sw11b, row);
        found.row(RuleId::Sw17, row);
    }
}

/// The rows by their start; of those that start together, the open one last.
fn by_start(rows: &[WorkerRow]) -> Cow<'_, [WorkerRow]> {
    let key = |row: &WorkerRow| (row.start, row.end.is_none(), row.end, row.line);
    if rows.is_sorted_by_key(key) {
        return Cow::Borrowed(rows);
    }
    let mut sorted = rows.to_vec();
    sorted.sort_unstable_by_key(key);
    Cow::Owned(sorted)
}
