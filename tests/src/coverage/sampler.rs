//! A fast sampler of discrete Gaussian noise of great scale, and the test that it is one.
//!
//! A normal draw, rounded to a whole word: for scales of thousands of words its law and the discrete Gaussian's differ by
//! less than any number of draws made here could show. It never leaves the tests.

use rand::Rng;
use rand_distr::{Distribution as _, StandardNormal};

/// Bins of the shape: an eighth of a standard deviation each, three standard deviations to both sides, and two tails.
const N_SHAPE: usize = 50;
/// Bins of the grain: the words' remainders by this number.
const N_GRAIN: usize = 16;
/// Quantiles of chi-square that a true null hypothesis exceeds with probability 1e-6, by the approximation of Wilson and
/// Hilferty, for one degree of freedom less than there are bins.
const SHAPE_MAX: f64 = 112.0;
const GRAIN_MAX: f64 = 58.0;

/// One word of noise at a scale in words.
pub fn word(scale: f64, rng: &mut impl Rng) -> f64 {
    let normal: f64 = StandardNormal.sample(rng);
    (normal * scale).round()
}

/// How many words fell where.
#[derive(Clone, Debug)]
pub struct Histogram {
    shape: [f64; N_SHAPE],
    grain: [f64; N_GRAIN],
}

impl Default for Histogram {
    fn default() -> Self {
        Self { shape: [0.0; N_SHAPE], grain: [0.0; N_GRAIN] }
    }
}

impl Histogram {
    /// Notes one word.
    pub fn note(&mut self, word: f64, scale: f64) {
        self.shape[index((word / scale * 8.0).floor().clamp(-25.0, 24.0) + 25.0)] += 1.0;
        self.grain[index(word.rem_euclid(16.0))] += 1.0;
    }
    /// Adds another's words.
    pub fn add(&mut self, other: &Self) {
        self.shape.iter_mut().zip(other.shape).for_each(|(own, n)| *own += n);
        self.grain.iter_mut().zip(other.grain).for_each(|(own, n)| *own += n);
    }
    /// Words.
    pub fn n(&self) -> f64 {
        self.shape.iter().sum()
    }
    /// Whether two samples may be of one law, at a false-alarm rate of 2e-6: chi-square of shape and of grain, in words.
    ///
    /// # Errors
    /// When they are not.
    pub fn same_law(&self, other: &Self) -> anyhow::Result<String> {
        let (shape, grain) = (chi_square(&self.shape, &other.shape), chi_square(&self.grain, &other.grain));
        anyhow::ensure!(shape <= SHAPE_MAX, "the fast sampler has another shape: chi-square {shape:.0} > {SHAPE_MAX}");
        anyhow::ensure!(grain <= GRAIN_MAX, "the fast sampler has another grain: chi-square {grain:.0} > {GRAIN_MAX}");
        let words = format!("chi-square {shape:.0} of {} bins of shape, {grain:.0} of {} of grain", N_SHAPE, N_GRAIN);
        Ok(words)
    }
}

/// Of two samples, for the hypothesis that both are of one law.
fn chi_square(a: &[f64], b: &[f64]) -> f64 {
    let (n_a, n_b): (f64, f64) = (a.iter().sum(), b.iter().sum());
    let (up, down) = ((n_b / n_a).sqrt(), (n_a / n_b).sqrt());
    let term = |(x, y): (&f64, &f64)| if x + y > 0.0 { (up * x - down * y).powi(2) / (x + y) } else { 0.0 };
    a.iter().zip(b).map(term).sum()
}

#[expect(clippy::as_conversions, reason = "clamped to a bin before it is cut to a whole number")]
fn index(x: f64) -> usize {
    x as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng as _;
    use rand_chacha::ChaCha12Rng;

    #[test]
    fn another_law_is_found_out() {
        let draws = |seed, scale: f64, step: f64| {
            let mut rng = ChaCha12Rng::seed_from_u64(seed);
            let mut seen = Histogram::default();
            (0..200_000).for_each(|_| seen.note((word(scale, &mut rng) / step).round() * step, 1e4));
            seen
        };
        let honest = draws(1, 1e4, 1.0);
        assert!(honest.same_law(&draws(2, 1e4, 1.0)).is_ok());
        assert!(honest.same_law(&draws(3, 1.02e4, 1.0)).is_err(), "two per cent more noise");
        assert!(honest.same_law(&draws(4, 1e4, 2.0)).is_err(), "even words only");
    }
}
