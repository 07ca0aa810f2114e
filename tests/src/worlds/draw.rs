//! Seeded chance: one stream for each child of a world, so that no child depends on another.

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha12Rng;

/// A source of chance.
pub struct Draw(ChaCha12Rng);

impl Draw {
    /// The stream of a seed and a number.
    #[must_use]
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut rng = ChaCha12Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Self(rng)
    }

    /// A whole number in `0..n`; 0 where `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        self.0.random_range(0..n.max(1))
    }

    /// A whole number in `low..=high`; `low` where that is empty.
    pub fn between(&mut self, low: i32, high: i32) -> i32 {
        self.0.random_range(low..=high.max(low))
    }

    /// True in so many of a hundred draws.
    pub fn per_cent(&mut self, n: u32) -> bool {
        self.0.random_range(0..100_u32) < n
    }

    /// One of several, each as likely as the other.
    ///
    /// # Panics
    /// When there is none.
    pub fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    /// One of several, or none in so many of a hundred draws.
    pub fn maybe<T: Copy>(&mut self, none_per_cent: u32, of: &[T]) -> Option<T> {
        if self.per_cent(none_per_cent) { None } else { Some(self.one(of)) }
    }

    /// A text of several, or a blank in so many of a hundred draws.
    pub fn text(&mut self, blank_per_cent: u32, of: &[&'static str]) -> &'static str {
        self.maybe(blank_per_cent, of).unwrap_or("")
    }

    /// One of several by weights.
    ///
    /// # Panics
    /// When there is none.
    pub fn weighted<T: Copy>(&mut self, of: &[(T, u32)]) -> T {
        let mut left = self.0.random_range(0..of.iter().map(|(_, weight)| weight).sum());
        for (value, weight) in of {
            if left < *weight {
                return *value;
            }
            left -= weight;
        }
        of[0].0
    }

    /// Brings things into another order.
    pub fn shuffle<T>(&mut self, of: &mut [T]) {
        for at in (1..of.len()).rev() {
            let other = self.below(at + 1);
            of.swap(at, other);
        }
    }
}
