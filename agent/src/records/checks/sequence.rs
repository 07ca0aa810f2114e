//! The order of a child's episodes, and what changes from one to the next. What is kept of episodes that contradict each
//! other is said by the details of the measures (4 to 6), and done in `histories`.

use super::Scene;
use super::ask::ends_care;
use crate::records::cells::Cell;
use crate::records::codes::{Rec, Rne};
use crate::records::findings::Recorder;
use crate::records::marks::{PostcodeKind, UrnKind};
use crate::records::rows::EpisodeRow;
use crate::records::rules::RuleId;

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
    let mut need = None;
    for (begins, row) in scene.periods() {
        need = if begins { row.need } else { need.or(row.need) };
        if row.need.is_some_and(|here| need != Some(here)) {
            found.row(RuleId::R504, row);
        }
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
    match (episode.rne == Rne::S, ends_care(before)) {
        (true, _) if episode.start == end => found.row(RuleId::R431, episode),
        (true, false) if before.rec == Some(Rec::X1) => found.row(RuleId::R388, before),
        (true, _) => (),
        (false, true) => found.row(RuleId::R432, episode),
        (false, false) if episode.start != end => found.row(RuleId::R433, episode),
        (false, false) => reason(before, episode, found),
    }
}

/// Whether legal status and placement changed as RNE says, from an episode to the one that follows on the same day.
fn reason(before: &EpisodeRow, episode: &EpisodeRow, found: &mut Recorder<'_>) {
    let other_legal = before.legal != episode.legal;
    let moved = Moved::between(before, episode);
    let broken = match episode.rne {
        Rne::S => None,
        Rne::L => (!other_legal || moved == Moved::Yes).then_some(RuleId::R434),
        Rne::P | Rne::T => (other_legal || moved == Moved::No).then_some(RuleId::R435),
        Rne::B | Rne::U => (!other_legal || moved == Moved::No).then_some(RuleId::R436),
    };
    if let Some(rule) = broken {
        found.row(rule, episode);
    }
}

/// Whether the placement of two episodes differs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Moved {
    /// Something of it is certainly another.
    Yes,
    /// All of it is given, and the same.
    No,
    /// Nothing differs, but not all is given.
    Unclear,
}

impl Moved {
    fn between(before: &EpisodeRow, episode: &EpisodeRow) -> Self {
        let urn = |row: &EpisodeRow| match row.marks.urn() {
            UrnKind::Blank => Cell::Blank,
            UrnKind::Elsewhere | UrnKind::Whole => Cell::Known(row.urn),
            UrnKind::Broken => Cell::Unreadable,
        };
        let postcode = |row: &EpisodeRow| (row.marks.placement() == PostcodeKind::Whole).then_some(row.postcode);
        let postcodes = postcode(before).zip(postcode(episode));
        let (provider, number) = (Self::cells(before.provider, episode.provider), Self::cells(urn(before), urn(episode)));
        let other_postcode = postcodes.is_some_and(|(before, now)| before != now);
        if before.place != episode.place || other_postcode || provider == Self::Yes || number == Self::Yes {
            Self::Yes
        } else if postcodes.is_some() && provider == Self::No && number == Self::No {
            Self::No
        } else {
            Self::Unclear
        }
    }

    fn cells<T: Copy + PartialEq>(before: Cell<T>, now: Cell<T>) -> Self {
        match (before, now) {
            (Cell::Known(before), Cell::Known(now)) if before != now => Self::Yes,
            (Cell::Known(_), Cell::Known(_)) | (Cell::Blank, Cell::Blank) => Self::No,
            (Cell::Blank | Cell::Unreadable | Cell::Known(_), _) => Self::Unclear,
        }
    }
}
