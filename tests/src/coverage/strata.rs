//! Figures of one kind, level and noisiness together, and what their coverage may be.

use std::collections::BTreeMap;

use shared::release::{Level, What};

use super::nation::{Nation, Target};
use super::{Outcome, level_words};

/// How often one figure was covered, and shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    n: u32,
    covered: u32,
    shown: u32,
    shown_covered: u32,
}

impl Tally {
    /// Notes one release.
    pub fn note(&mut self, is_covered: bool, is_shown: bool) {
        self.n += 1;
        self.covered += u32::from(is_covered);
        self.shown += u32::from(is_shown);
        self.shown_covered += u32::from(is_covered && is_shown);
    }
    /// Adds another's releases.
    pub fn add(&mut self, other: &Self) {
        self.n += other.n;
        self.covered += other.covered;
        self.shown += other.shown;
        self.shown_covered += other.shown_covered;
    }
    fn coverage(self) -> f64 {
        f64::from(self.covered) / f64::from(self.n)
    }
}

/// One kind of figure at one level and one noisiness.
#[derive(Clone, Debug)]
pub struct Stratum {
    /// In words.
    pub name: String,
    /// Figures.
    pub n_figures: usize,
    /// Of all releases of all its figures: the part that is covered.
    pub pooled: f64,
    /// Of the worst and best covered figure.
    pub least: f64,
    /// See `least`.
    pub most: f64,
    /// The part that is shown.
    pub shown: f64,
    /// Of what is shown, the part that is covered; none where nothing is.
    pub shown_pooled: Option<f64>,
}

/// The strata of an outcome, in order: kind, level, noisiness.
#[must_use]
pub fn strata(nation: &Nation, outcome: &Outcome) -> Vec<Stratum> {
    let mut groups: BTreeMap<(What, Level, u8), Vec<Tally>> = BTreeMap::new();
    for (target, tally) in nation.targets.iter().zip(&outcome.tallies) {
        let level = nation.areas[target.area].level;
        groups.entry((target.what, level, noisiness(target))).or_default().push(*tally);
    }
    groups.into_iter().map(|((what, level, noisiness), tallies)| stratum(what, level, noisiness, &tallies)).collect()
}

/// Below .05, to .25, above; of a count without anybody above.
fn noisiness(target: &Target) -> u8 {
    if target.noise_ratio < 0.05 {
        0
    } else if target.noise_ratio <= 0.25 {
        1
    } else {
        2
    }
}

fn kind_words(what: What) -> &'static str {
    match what {
        What::Count => "counts",
        What::Share => "shares",
        What::Mean => "means",
        What::Rate => "rates",
        What::Authorities => "authorities",
    }
}

fn stratum(what: What, level: Level, noisiness: u8, tallies: &[Tally]) -> Stratum {
    let mut all = Tally::default();
    tallies.iter().for_each(|tally| all.add(tally));
    let of = match what {
        What::Count | What::Rate | What::Authorities => "sd / own value",
        What::Share | What::Mean => "sd / denominator",
    };
    let range = ["below 0.05", "0.05 to 0.25", "above 0.25"][usize::from(noisiness)];
    Stratum {
        name: format!("{} of {}, {of} {range}", kind_words(what), level_words(level)),
        n_figures: tallies.len(),
        pooled: all.coverage(),
        least: tallies.iter().map(|t| t.coverage()).fold(1.0, f64::min),
        most: tallies.iter().map(|t| t.coverage()).fold(0.0, f64::max),
        shown: f64::from(all.shown) / f64::from(all.n),
        shown_pooled: (all.shown > 0).then(|| f64::from(all.shown_covered) / f64::from(all.shown)),
    }
}

/// The least and greatest part covered that honest intervals show in `n` independent releases, but for a chance of `alpha` on
/// each side: Chernoff's bound, which also holds for an average over figures of one release, however they depend on each
/// other (by convexity).
#[must_use]
pub fn honest(n: u32, alpha: f64) -> (f64, f64) {
    let p = 0.95_f64;
    let n = f64::from(n);
    let divergence = |q: f64| {
        let term = |x: f64, y: f64| if x > 0.0 { x * (x / y).ln() } else { 0.0 };
        term(q, p) + term(1.0 - q, 1.0 - p)
    };
    let is_rare = |q: f64| n * divergence(q) > (1.0 / alpha).ln();
    // by halves: rare at one end, not at the expected part
    let edge = |mut rare: f64| {
        if !is_rare(rare) {
            return rare;
        }
        let mut usual = p;
        for _ in 0..60 {
            let middle = f64::midpoint(rare, usual);
            if is_rare(middle) { rare = middle } else { usual = middle }
        }
        rare
    };
    (edge(0.0), edge(1.0))
}

#[cfg(test)]
mod tests {
    use super::honest;

    #[test]
    fn honest_coverage_lies_where_chernoff_says() {
        let (low, high) = honest(2_000, 1e-6);
        // five standard deviations of 0.49 % and a little more on the longer side
        assert!((0.920..0.926).contains(&low) && (0.970..0.974).contains(&high), "{low} {high}");
        assert!((honest(20, 1e-6).1 - 1.0).abs() < 1e-12);
    }
}
