//! Who does what in a demo: which council is absent, late, attacked or struck down.
//!
//! A pure function of the councils' codes and a seed. Fewer councils get fewer of those who do not take part, so that a
//! round of one still has a figure; the incidents of those who do take part are dealt out one each while councils last.

use rand::RngExt as _;
use rand::SeedableRng as _;
use rand_chacha::ChaCha12Rng;

/// Something that goes wrong on purpose, or somebody who does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Incident {
    /// The council never sends.
    Absent,
    /// It sends after the round was closed.
    Late,
    /// Its stored envelope was damaged on the way; it is sent properly afterwards.
    BadSignature,
    /// Its own envelope is posted once more.
    OwnReplay,
    /// It posts another council's envelope under its own certificate.
    OtherReplay,
    /// Its agent is killed in the middle and run again.
    Killed,
}

impl Incident {
    /// Its name in the result.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Late => "late",
            Self::BadSignature => "bad-signature",
            Self::OwnReplay => "own-replay",
            Self::OtherReplay => "replay-of-another",
            Self::Killed => "killed",
        }
    }
}

/// The councils of a demo, by place, and who does what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roles {
    /// Never send.
    pub absent: Vec<usize>,
    /// Send too late.
    pub late: Vec<usize>,
    /// Has its envelope damaged.
    pub bad_signature: usize,
    /// Has its envelope posted once more.
    pub own_replay: usize,
    /// Posts an envelope of `bad_signature`'s; nobody when there is only one that takes part.
    pub other_replay: Option<usize>,
    /// Those whose agents may be killed, in the order of trying: the largest first.
    pub killed: Vec<usize>,
}

impl Roles {
    /// Deals the roles to councils of these sizes.
    ///
    /// # Panics
    /// When there is no council.
    #[must_use]
    pub fn deal(sizes: &[u32], seed: u64) -> Self {
        assert!(!sizes.is_empty(), "a demo has a council");
        let n = sizes.len();
        let mut order: Vec<usize> = (0..n).collect();
        let mut rng = ChaCha12Rng::seed_from_u64(seed);
        for at in (1..n).rev() {
            order.swap(at, rng.random_range(0..=at));
        }
        let n_absent = if n >= 10 { 2 } else { usize::from(n >= 4) };
        let absent: Vec<usize> = order.split_off(order.len() - n_absent);
        let late: Vec<usize> = if n >= 3 { order.pop().into_iter().collect() } else { Vec::new() };
        let mut killed = order.clone();
        killed.sort_by_key(|place| std::cmp::Reverse(sizes[*place]));
        // the largest is killed, so that there is a middle to hit; the others come from the rest while it lasts
        let others: Vec<usize> = order.iter().copied().filter(|place| Some(place) != killed.first()).collect();
        let others = if others.is_empty() { order.clone() } else { others };
        let one = |i: usize| others[i % others.len()];
        let bad_signature = one(0);
        let other_replay = order.iter().copied().filter(|place| *place != bad_signature).nth(n.min(3).saturating_sub(2));
        let other_replay = other_replay.or_else(|| order.iter().copied().find(|place| *place != bad_signature));
        killed.retain(|place| *place != bad_signature || n == 1);
        Self { absent, late, bad_signature, own_replay: one(1), other_replay, killed }
    }

    /// How many submissions must be accepted.
    #[must_use]
    pub fn n_accepted(&self, n: usize) -> usize {
        n - self.absent.len() - self.late.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_of_demo_has_its_incidents() {
        for (n, absent, late) in [(1, 0, 0), (2, 0, 0), (3, 0, 1), (5, 1, 1), (10, 2, 1), (200, 2, 1)] {
            for seed in 0..20 {
                let sizes: Vec<u32> = (0..n).collect();
                let roles = Roles::deal(&sizes, seed);
                assert_eq!((roles.absent.len(), roles.late.len()), (absent, late), "{n}");
                let outside: Vec<usize> = roles.absent.iter().chain(&roles.late).copied().collect();
                let inside = |place: &usize| !outside.contains(place);
                assert!(inside(&roles.bad_signature) && inside(&roles.own_replay) && roles.killed.iter().all(inside));
                assert!(!roles.killed.is_empty());
                assert_eq!(roles.other_replay.is_some(), n > 1, "{n}");
                assert!(roles.other_replay.iter().all(inside) && roles.other_replay != Some(roles.bad_signature));
            }
        }
    }

    #[test]
    fn a_seed_fixes_the_roles() {
        let sizes = [5, 6, 7, 8, 9, 10, 11, 12];
        assert_eq!(Roles::deal(&sizes, 4), Roles::deal(&sizes, 4));
        assert!((0..20).any(|seed| Roles::deal(&sizes, seed) != Roles::deal(&sizes, 4)));
    }
}
