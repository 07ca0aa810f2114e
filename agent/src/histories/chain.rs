//! The chain of episodes: which belong to one period of care, one placement, one carer.
//!
//! Labels govern (detail 6). A period runs from RNE=S to an end other than X1. A legal change alone continues the
//! placement, and so does adoption by the carer (detail 9); a temporary stay is part of the placement before it, and
//! the episode after it continues that placement when it is the same home (detail 8). Where the field does not agree, the
//! framework's parameters say which way is taken.

use shared::framework::{Parameters, SameCarerMove, TemporaryMoves, TemporaryStay};

use super::{CarerSpell, Episode};
use crate::records::codes::Rne;

/// What the next episode is to the one before.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Same placement, same carer.
    Continues,
    /// Another placement with the same carer.
    SameCarer,
    /// Another placement and another carer.
    NewCarer,
}

/// Numbers the periods, placements and carers of episodes in order; `carers` takes the carer spells.
pub(super) fn link(episodes: &mut [Episode], carers: &mut Vec<CarerSpell>, parameters: Parameters) {
    let mut n_placements = 0_usize;
    let mut period = 0_usize;
    for at in 0..episodes.len() {
        let (before, rest) = episodes.split_at_mut(at);
        let Some(episode) = rest.first_mut() else { break };
        let last = before.last();
        if last.is_some_and(|last| begins_period(last, episode)) {
            period += 1;
        }
        episode.period = period;
        episode.is_stay = parameters.temporary_stay == TemporaryStay::PartOfHome && episode.place.is_temporary();
        let last = last.filter(|last| last.period == period);
        let placed = last.and_then(|last| last.placement.zip(last.carer));
        let home = before.iter().rev().take_while(|e| e.period == period).find(|e| !e.is_stay);
        let step = match (last, home) {
            (Some(last), Some(home)) => step(last, home, episode, parameters),
            (None, _) | (_, None) => Step::NewCarer,
        };
        episode.changes_carer = changes_carer(last, episode, step, parameters);
        if episode.is_stay {
            (episode.placement, episode.carer) = placed.unzip();
            continue;
        }
        let (placement, carer) = match (placed, step) {
            (Some(placed), Step::Continues) => placed,
            (Some((_, carer)), Step::SameCarer) => (n_placements, carer),
            (None, _) | (_, Step::NewCarer) => (n_placements, carers.len()),
        };
        n_placements = n_placements.max(placement + 1);
        if carer == carers.len() {
            carers.push(CarerSpell { period, start: episode.start });
        }
        (episode.placement, episode.carer) = (Some(placement), Some(carer));
    }
}

fn begins_period(before: &Episode, episode: &Episode) -> bool {
    episode.rne == Rne::S || before.end.is_some_and(|end| !end.how.continues())
}

/// `last` is the episode before, `home` the last one before that was no stay; the same unless a stay lies between.
fn step(last: &Episode, home: &Episode, episode: &Episode, parameters: Parameters) -> Step {
    let same_home = || {
        (home.place, home.provider, home.postcode, home.urn) == (episode.place, episode.provider, episode.postcode, episode.urn)
    };
    if episode.rne == Rne::L || episode.place.is_adoption_by_carer() || (last.is_stay && same_home()) {
        return Step::Continues;
    }
    match (episode.rne, parameters.same_carer_move) {
        (Rne::T | Rne::U, SameCarerMove::SameHome) => Step::Continues,
        (Rne::T | Rne::U, SameCarerMove::NewHome) => Step::SameCarer,
        (Rne::P | Rne::B | Rne::S | Rne::L, _) => Step::NewCarer,
    }
}

/// Whether an episode begins with another carer in the Children's Commissioner's count: by its label, and where
/// temporary moves are left out not into a stay, and out of one only to another home.
fn changes_carer(last: Option<&Episode>, episode: &Episode, step: Step, parameters: Parameters) -> bool {
    let by_label = matches!(episode.rne, Rne::S | Rne::P | Rne::B);
    let is_temporary_move = match last {
        Some(_) if episode.place.is_temporary() => true,
        Some(last) => last.place.is_temporary() && step == Step::Continues,
        None => false,
    };
    by_label && !(is_temporary_move && parameters.temporary_moves == TemporaryMoves::LeftOut)
}
