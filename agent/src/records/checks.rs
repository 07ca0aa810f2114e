//! Rules that look at all episodes of one child in one return. They report and drop nothing: what is kept of episodes
//! that contradict each other is said by the details of the measures (4 to 6), and done in `histories`.

use super::codes::{Rec, Rne};
use super::findings::{Findings, Problem};
use super::rows::EpisodeRow;
use super::rules::RuleId;
use super::tables::Table;
use super::{ChildIndex, Records};
use crate::day::Day;

/// Holds each child's episodes, in order, against the rules of sequence. Short breaks are left out.
pub(super) fn episodes_in_order(episodes: &[EpisodeRow], first_day: Day, found: &mut Findings) {
    let mut order: Vec<&EpisodeRow> = episodes.iter().filter(|e| !e.legal.is_short_break()).collect();
    let key = |e: &&EpisodeRow| (e.child, e.start, e.line);
    if !order.is_sorted_by_key(key) {
        order.sort_unstable_by_key(key);
    }
    let mut before: Option<&EpisodeRow> = None;
    for episode in order {
        match before.filter(|before| before.child == episode.child) {
            Some(before) => compare(before, episode, found),
            None => {
                if let Some(last) = before {
                    last_of_child(last, found);
                }
                if episode.rne != Rne::S && episode.start >= first_day {
                    report(episode, "RNE", RuleId::R357, found);
                }
            }
        }
        before = Some(episode);
    }
    if let Some(last) = before {
        last_of_child(last, found);
    }
}

fn report(episode: &EpisodeRow, column: &'static str, rule: RuleId, found: &mut Findings) {
    found.add(Problem { table: Table::Episodes, line: episode.line, column, rule });
}

fn last_of_child(episode: &EpisodeRow, found: &mut Findings) {
    if episode.end.is_some() && episode.rec == Some(Rec::X1) {
        report(episode, "REC", RuleId::R388, found);
    }
}

fn compare(before: &EpisodeRow, episode: &EpisodeRow, found: &mut Findings) {
    if matches!(before.rec, Some(Rec::E2 | Rec::E15)) {
        report(before, "REC", RuleId::R437, found);
    }
    let Some(end) = before.end else {
        report(before, "DEC", RuleId::R142, found);
        return;
    };
    if episode.start < end {
        report(episode, "DECOM", RuleId::R501, found);
    }
    let left_care = before.rec.is_some_and(|rec| rec != Rec::X1);
    match (episode.rne == Rne::S, left_care) {
        (true, _) if episode.start == end => report(episode, "RNE", RuleId::R431, found),
        (true, false) => report(before, "REC", RuleId::R388, found),
        (true, true) => (),
        (false, true) => report(episode, "RNE", RuleId::R432, found),
        (false, false) if episode.start != end => report(episode, "DECOM", RuleId::R433, found),
        (false, false) => (),
    }
}

/// Reports children in Header who have neither an episode nor an OC3 row.
pub(super) fn children_without_episodes(records: &Records, n_children: usize, found: &mut Findings) {
    let mut seen = vec![false; n_children];
    let mut mark = |child: ChildIndex| {
        if let Some(seen) = usize::try_from(child.0).ok().and_then(|at| seen.get_mut(at)) {
            *seen = true;
        }
    };
    records.episodes.iter().for_each(|row| mark(row.child));
    records.oc3.iter().for_each(|row| mark(row.child));
    for row in &records.header {
        let is_seen = usize::try_from(row.child.0).ok().and_then(|at| seen.get(at)).copied().unwrap_or(false);
        if !is_seen {
            found.add(Problem { table: Table::Header, line: row.line, column: "CHILD", rule: RuleId::Epi });
        }
    }
}
