//! What a rule of the return forbids and a simulation makes once in a while, set right without drawing.
//!
//! A postcode that happens to be the home's own, a move to the very same address, an adoption whose placement fell
//! into a holiday: seldom, and no figure hangs on them. Mending draws nothing, so that no other child changes.

use super::calendar::Day;
use super::codes::{Ended, NewEpisode, Place};
use super::permanence::is_adoptive;
use super::state::Episode;
use jiff::civil::{Date, date};

/// Last day on which independent living could be recorded as such.
const INDEPENDENT_UNTIL: Date = date(2023, 10, 27);

/// Mends the episodes of one child born on `dob`.
pub fn episodes(all: &mut [Episode], dob: Day) {
    let starts: Vec<usize> = (0..all.len()).filter(|&at| at == 0 || all[at].rne != NewEpisode::L).collect();
    for (nth, &from) in starts.iter().enumerate() {
        let to = starts.get(nth + 1).copied().unwrap_or(all.len());
        address(all, from, to);
        independent(&mut all[from..to]);
    }
    for episode in all {
        let age = episode.dec.map(|dec| dob.age_on(Day::of(dec)));
        let too_young = age.is_some_and(|age| age < 16) && matches!(episode.rec, Some(Ended::E5 | Ended::E6));
        let never_placed = matches!(episode.rec, Some(Ended::E11 | Ended::E12)) && !is_adoptive(episode.place);
        if too_young || never_placed {
            episode.rec = Some(Ended::E8);
        }
    }
}

/// A placement is neither at home, but with parents, nor at the address of the one that it follows.
fn address(all: &mut [Episode], from: usize, to: usize) {
    let before = from.checked_sub(1).map(|before| all[before].clone());
    let run = &mut all[from..to];
    let Some(first) = run.first().cloned() else {
        return;
    };
    let follows = before.filter(|_| first.rne != NewEpisode::S);
    let same = follows.is_some_and(|before| {
        (before.place, before.provider, before.place_post, before.urn)
            == (first.place, first.provider, first.place_post, first.urn)
    });
    let at_home = first.place != Place::P1 && first.home_post == first.place_post;
    if same || at_home {
        for episode in run {
            episode.place_post += 1;
            if episode.place_post == episode.home_post && episode.place != Place::P1 {
                episode.place_post += 1;
            }
        }
    }
}

/// Independent living that went on after its code ended is semi-independent from the start.
fn independent(run: &mut [Episode]) {
    let goes_on = run.last().is_some_and(|last| last.dec.is_none_or(|dec| dec > INDEPENDENT_UNTIL));
    for episode in run.iter_mut().filter(|episode| goes_on && episode.place == Place::Independent) {
        episode.place = Place::Supported;
        episode.urn = super::write::URN_ELSEWHERE;
    }
}

/// Whether the birth of a first child can be returned: in care on that day, or before care began.
#[must_use]
pub fn birth_in_care(all: &[Episode], on: Date) -> bool {
    let mut in_care = all.iter().filter(|episode| !episode.is_short_break()).peekable();
    in_care.peek().is_some_and(|first| on < first.decom)
        || in_care.any(|episode| episode.decom <= on && episode.dec.is_none_or(|dec| on < dec))
}
