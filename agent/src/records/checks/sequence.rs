//! The order of a child's episodes. What is kept of episodes that contradict each other is said by the details of the
//! measures (4 to 6), and done in `histories`.

use super::Scene;
use crate::records::codes::{Rec, Rne};
use crate::records::findings::Recorder;
use crate::records::rows::EpisodeRow;
use crate::records::rules::RuleId;
use crate::records::tables::Table;

pub(super) fn check(scene: &Scene<'_>, found: &mut Recorder<'_>) {
    if let Some(first) = scene.now.care().next()
        && first.rne != Rne::S
        && first.start >= scene.year.first
    {
        found.row(RuleId::R357, first);
    }
    for (before, episode) in scene.now.steps() {
        step(before, episode, found);
    }
    if let Some(last) = scene.now.care().next_back()
        && last.end.is_some()
        && last.rec == Some(Rec::X1)
    {
        found.row(RuleId::R388, last);
    }
    let known = !scene.now.episodes.is_empty() || !scene.now.oc3.is_empty();
    if let Some(row) = scene.now.header_row().filter(|_| !known && scene.now.has(Table::Episodes)) {
        found.row(RuleId::Epi, row);
    }
    if let Some(former) = scene.former.filter(|former| former.has(Table::Episodes) && former.episodes.is_empty())
        && let Some(row) = scene.now.care().find(|row| row.start < scene.year.first)
    {
        let _ = former;
        found.row(RuleId::NoE, row);
    }
}

fn step(before: &EpisodeRow, episode: &EpisodeRow, found: &mut Recorder<'_>) {
    if matches!(before.rec, Some(Rec::E2 | Rec::E15)) {
        found.row(RuleId::R437, before);
    }
    let Some(end) = before.end else {
        found.row(RuleId::R142, before);
        return;
    };
    if episode.start < end {
        found.row(RuleId::R501, episode);
    }
    let left_care = before.rec.is_some_and(|rec| rec != Rec::X1);
    match (episode.rne == Rne::S, left_care) {
        (true, _) if episode.start == end => found.row(RuleId::R431, episode),
        (true, false) => found.row(RuleId::R388, before),
        (true, true) => (),
        (false, true) => found.row(RuleId::R432, episode),
        (false, false) if episode.start != end => found.row(RuleId::R433, episode),
        (false, false) => (),
    }
}
