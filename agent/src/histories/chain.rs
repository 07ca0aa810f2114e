//! The chain of episodes: which belong to one period of care, one placement, one carer.
//!
//! Labels govern (detail 6). A period runs from RNE=S to an end other than X1. A legal change alone continues the
//! placement, and so does adoption by the carer (detail 9); a temporary stay is part of the placement before it, and
//! the episode after it continues that placement when it is the same home (detail 8). Where the field does not agree, the
//! framework's parameters say which way is taken.

#[cfg(test)]
mod tests;

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
        let home = before.iter().rev().take_while(|e| e.period == period).find(|e| !e.place.is_temporary());
        let returns = last.is_some_and(|last| last.place.is_temporary()) && home.is_some_and(|home| is_same_home(home, episode));
        let step = step(episode, returns, parameters);
        episode.changes_carer = changes_carer(last, home, episode, parameters);
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

/// Whether an episode is in the home of another one, by what the return says of a home.
fn is_same_home(home: &Episode, episode: &Episode) -> bool {
    (home.place, home.provider, home.postcode, home.urn) == (episode.place, episode.provider, episode.postcode, episode.urn)
}

/// `returns` says that the episode leads out of a temporary stay into the home of before.
fn step(episode: &Episode, returns: bool, parameters: Parameters) -> Step {
    let returns = returns && parameters.temporary_stay == TemporaryStay::PartOfHome;
    if episode.rne == Rne::L || episode.place.is_adoption_by_carer() || returns {
        return Step::Continues;
    }
    match (episode.rne, parameters.same_carer_move) {
        (Rne::T | Rne::U, SameCarerMove::SameHome) => Step::Continues,
        (Rne::T | Rne::U, SameCarerMove::NewHome) => Step::SameCarer,
        (Rne::P | Rne::B | Rne::S | Rne::L, _) => Step::NewCarer,
    }
}

/// Whether an episode begins with another carer in the Children's Commissioner's count: by its label, and where
/// temporary moves are left out not into a stay, and out of one only to another home than `home`, the last that was none.
fn changes_carer(last: Option<&Episode>, home: Option<&Episode>, episode: &Episode, parameters: Parameters) -> bool {
    let by_label = matches!(episode.rne, Rne::S | Rne::P | Rne::B);
    let goes_on = |home: &Episode| is_same_home(home, episode) || episode.place.is_adoption_by_carer();
    let is_temporary_move =
        episode.place.is_temporary() || (last.is_some_and(|last| last.place.is_temporary()) && home.is_some_and(goes_on));
    by_label && !(is_temporary_move && parameters.temporary_moves == TemporaryMoves::LeftOut)
}
