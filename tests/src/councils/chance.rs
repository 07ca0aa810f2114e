//! Seeded randomness: one ChaCha stream for each authority and child, so that no result depends on the
//! order in which councils are made or on the number of threads.

use super::calendar::{DAYS_PER_YEAR, Day};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha12Rng;
use rand_distr::{Distribution, Gamma, StandardNormal};

/// What a stream is for: the streams of different purposes never meet.
#[derive(Clone, Copy, Debug)]
pub enum Purpose {
    /// Effects of all authorities.
    Effects = 1,
    /// Children of one authority.
    Children = 2,
    /// Young people who move from one authority to the next.
    Movers = 3,
    /// Faults planted in the files.
    Faults = 4,
    /// Plans for adoption and what was before care.
    Permanence = 5,
    /// Orders that deprive of liberty.
    Deprivations = 6,
    /// Local extracts of one child.
    Extracts = 7,
    /// What all children of a household share in an extract.
    Households = 8,
    /// Which extracts an authority supplies.
    Supplies = 9,
    /// What is left open in the returns.
    Gaps = 10,
    /// Who stays with the former foster carer.
    StayingPut = 11,
}

/// A source of chance.
#[derive(Clone)]
pub struct Chance(ChaCha12Rng);

impl Chance {
    /// The stream of `seed`, a purpose and an authority; children then have streams of their own.
    #[must_use]
    pub fn new(seed: u64, purpose: Purpose, authority: u32) -> Self {
        let purpose: u32 = match purpose {
            Purpose::Effects => 1,
            Purpose::Children => 2,
            Purpose::Movers => 3,
            Purpose::Faults => 4,
            Purpose::Permanence => 5,
            Purpose::Deprivations => 6,
            Purpose::Extracts => 7,
            Purpose::Households => 8,
            Purpose::Supplies => 9,
            Purpose::Gaps => 10,
            Purpose::StayingPut => 11,
        };
        let mut key = [0_u8; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..12].copy_from_slice(&purpose.to_le_bytes());
        key[12..16].copy_from_slice(&authority.to_le_bytes());
        key[16..].copy_from_slice(b"made-up councils");
        Self(ChaCha12Rng::from_seed(key))
    }

    /// Moves to the stream of one child.
    pub fn turn_to(&mut self, child: u64) {
        self.0.set_stream(child);
        self.0.set_word_pos(0);
    }

    /// Leaves one number out: the stream goes on as if a choice had been made that is made no more.
    pub fn skip(&mut self) {
        self.unit();
    }

    /// A number in [0, 1).
    pub fn unit(&mut self) -> f64 {
        self.0.random::<f64>()
    }

    /// True with probability `p`.
    pub fn happens(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// A whole number in `0..n`.
    pub fn below(&mut self, n: u32) -> u32 {
        self.0.random_range(0..n.max(1))
    }

    /// A whole number of days in `low..=high`.
    pub fn days(&mut self, low: i32, high: i32) -> i32 {
        self.0.random_range(low..=high.max(low))
    }

    /// A day in `first..=last`.
    pub fn day(&mut self, first: Day, last: Day) -> Day {
        Day(self.days(first.0, last.0))
    }

    /// A standard normal number.
    pub fn normal(&mut self) -> f64 {
        StandardNormal.sample(&mut self.0)
    }

    /// An exponential number with mean 1.
    pub fn exponential(&mut self) -> f64 {
        -(1.0 - self.unit()).ln()
    }

    /// A gamma number with mean 1 and shape `shape`.
    pub fn gamma_mean_one(&mut self, shape: f64) -> f64 {
        Gamma::new(shape, 1.0 / shape).map_or(1.0, |gamma| gamma.sample(&mut self.0))
    }

    /// A log-normal number by its median and the standard deviation of its logarithm.
    pub fn log_normal(&mut self, median: f64, sd: f64) -> f64 {
        median * (sd * self.normal()).exp()
    }

    /// A number of days, log-normal in years, at least one.
    pub fn log_normal_days(&mut self, median_days: f64, sd: f64) -> i32 {
        whole_days(self.log_normal(median_days, sd)).max(1)
    }

    /// A number of days to the next event of a yearly rate, at least one.
    pub fn days_to_next(&mut self, rate_a_year: f64) -> i32 {
        if rate_a_year <= 0.0 {
            return FAR;
        }
        whole_days(self.exponential() / rate_a_year * DAYS_PER_YEAR).max(1)
    }

    /// One of `choices` by its weight.
    pub fn choose<T: Copy>(&mut self, choices: &[(T, f64)]) -> T {
        let total: f64 = choices.iter().map(|(_, weight)| weight).sum();
        let mut left = self.unit() * total;
        for &(choice, weight) in choices {
            if left < weight {
                return choice;
            }
            left -= weight;
        }
        choices.last().expect("a choice is made among at least one").0
    }

    /// 64 fresh bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }
}

/// More days than a simulation spans.
pub const FAR: i32 = 40_000;

/// Days, rounded down and kept in the span of a simulation.
#[expect(clippy::as_conversions, reason = "clamped to the span of a simulation before it is cut to a whole number")]
#[must_use]
pub fn whole_days(days: f64) -> i32 {
    days.clamp(0.0, f64::from(FAR)) as i32
}
