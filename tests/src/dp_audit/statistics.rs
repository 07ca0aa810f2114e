//! The statistics of the audit: bounds of shares, tails, correlations, and how often a test would find what it looks for.
//!
//! Distributions are those of `statrs`; what is composed from them here is held to published values. Pure.

use statrs::distribution::{ContinuousCDF as _, Normal};
use statrs::function::beta::beta_reg;
use statrs::function::gamma::{gamma_lr, gamma_ur};

/// Steps of a bisection of the interval from 0 to 1: what is left is below 1e-15.
const BISECTIONS: u32 = 50;
/// Steps of the iteration for an inverse square root. Each squares what is wrong once it is small.
const ROOT_STEPS: u32 = 60;

/// A count as a number to calculate with. Exact: no count here comes near 2^53.
#[must_use]
#[allow(clippy::as_conversions, reason = "counts here are far below 2^53, where every whole number is a double")]
pub fn number(n: usize) -> f64 {
    n as f64
}

/// A word as a number to calculate with. Exact: words are refused beyond 2^53.
#[must_use]
#[allow(clippy::as_conversions, reason = "submissions with words beyond 2^53 are refused")]
pub fn real(word: i64) -> f64 {
    word as f64
}

fn normal() -> Normal {
    Normal::standard()
}

/// The standard normal distribution's function.
#[must_use]
pub fn phi(x: f64) -> f64 {
    normal().cdf(x)
}

/// Its inverse; infinite at 0 and 1.
#[must_use]
pub fn phi_inverse(p: f64) -> f64 {
    normal().inverse_cdf(p)
}

/// P(X >= k) for X binomial of `n` and `p`.
#[must_use]
pub fn binomial_from(k: usize, n: usize, p: f64) -> f64 {
    match k {
        0 => 1.0,
        _ if k > n || p <= 0.0 => 0.0,
        _ if p >= 1.0 => 1.0,
        _ => beta_reg(number(k), number(n - k) + 1.0, p),
    }
}

/// The share that is at least so large with confidence `1 - alpha`: the lower bound of Clopper and Pearson, one-sided.
#[must_use]
pub fn share_at_least(k: usize, n: usize, alpha: f64) -> f64 {
    if k == 0 { 0.0 } else { bisect(|p| binomial_from(k, n, p) < alpha) }
}

/// The share that is at most so large with confidence `1 - alpha`: the upper bound of Clopper and Pearson, one-sided.
#[must_use]
pub fn share_at_most(k: usize, n: usize, alpha: f64) -> f64 {
    if k >= n { 1.0 } else { bisect(|p| 1.0 - binomial_from(k + 1, n, p) > alpha) }
}

/// The place in 0..=1 up to which something holds.
fn bisect(holds: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..BISECTIONS {
        let middle = f64::midpoint(low, high);
        if holds(middle) { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

/// How far apart two normal distributions of one width lie at least, in widths, with confidence `1 - alpha`: by how often a
/// value lay above a threshold, `k_in` of `n_in` times under the one and `k_out` of `n_out` under the other.
#[must_use]
pub fn separation_at_least(k_in: usize, n_in: usize, k_out: usize, n_out: usize, alpha: f64) -> f64 {
    phi_inverse(share_at_least(k_in, n_in, alpha / 2.0)) - phi_inverse(share_at_most(k_out, n_out, alpha / 2.0))
}

/// The tails of a sum of `n` squares of independent standard normal numbers: P(sum <= x) and P(sum >= x).
#[must_use]
pub fn chi_square_tails(x: f64, n: usize) -> [f64; 2] {
    let half = number(n) / 2.0;
    if x <= 0.0 { [0.0, 1.0] } else { [gamma_lr(half, x / 2.0), gamma_ur(half, x / 2.0)] }
}

/// The correlation of two lists of one length; 0 where one of them does not vary.
#[must_use]
pub fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let n = number(a.len().min(b.len())).max(1.0);
    let (mean_a, mean_b) = (a.iter().sum::<f64>() / n, b.iter().sum::<f64>() / n);
    let sum = |f: &dyn Fn(f64, f64) -> f64| a.iter().zip(b).map(|(x, y)| f(x - mean_a, y - mean_b)).sum::<f64>();
    let (both, of_a, of_b) = (sum(&|x, y| x * y), sum(&|x, _| x * x), sum(&|_, y| y * y));
    if of_a * of_b > 0.0 { both / (of_a * of_b).sqrt() } else { 0.0 }
}

/// What the sum of `n` products of two independent numbers of standard deviation 1 exceeds, on either side, with a chance of
/// at most `alpha`, when no number occurs twice. Holds for normal numbers and for the discrete Gaussian's, whose moment
/// generating function is at most the normal one's (arXiv 2004.00010): then that of a product is at most
/// `(1 - t^2)^(-1/2)`, the sum is sub-gamma with variance `n` and scale 1, and the bound is that of Boucheron, Lugosi and
/// Massart, Concentration Inequalities, 2.4.
#[must_use]
pub fn product_sum_max(n: usize, alpha: f64) -> f64 {
    let x = (2.0 / alpha).ln();
    (2.0 * number(n) * x).sqrt() + x
}

/// What P(X >= k) is at most, for X the number of events whose chances, each given what was before, add up to at most `mean`:
/// Chernoff's bound, which is also Poisson's.
#[must_use]
pub fn events_from(k: usize, mean: f64) -> f64 {
    let k = number(k);
    if k <= mean { 1.0 } else { (k - mean - k * (k / mean).ln()).exp() }
}

/// Chance that two independent draws of the discrete Gaussian of a scale are equal. Source: the sum over all whole numbers k
/// of the squared density, `1 / (2 scale sqrt pi)` up to `exp(-pi^2 scale^2)` (arXiv 2004.00010, Fact 18).
#[must_use]
pub fn chance_of_equal(scale: f64) -> f64 {
    1.0 / (2.0 * scale * std::f64::consts::PI.sqrt())
}

/// Chance that one draw of the discrete Gaussian of a scale is zero: `1 / (scale sqrt(2 pi))`, as exact as the above.
#[must_use]
pub fn chance_of_zero(scale: f64) -> f64 {
    1.0 / (scale * (2.0 * std::f64::consts::PI).sqrt())
}

/// How often a test of `n` decisions a side, with a threshold in the middle, finds that the separation exceeds `claimed`
/// when it is `real`. Numbers of alarms beyond eight standard deviations are left out: they have a chance below 1e-14.
#[must_use]
pub fn power(claimed: f64, real: f64, n: usize, alpha: f64) -> f64 {
    let (p_in, p_out) = (phi(real / 2.0), phi(-real / 2.0));
    let (mean, deviations) = (number(n) * p_out, 8.0 * (number(n) * p_out * (1.0 - p_out)).sqrt() + 1.0);
    let likely = (0..=n).filter(|k| (number(*k) - mean).abs() <= deviations);
    // the more alarms, the more hits it takes: one pass over both, from where hits are not more often than alarms
    let (mut k_in, mut found) = (None, 0.0);
    for k_out in likely {
        let mut k = k_in.unwrap_or(k_out);
        while k <= n && separation_at_least(k, n, k_out, n, alpha) <= claimed {
            k += 1;
        }
        k_in = Some(k);
        let chance = binomial_from(k_out, n, p_out) - binomial_from(k_out + 1, n, p_out);
        found += chance * binomial_from(k, n, p_in);
    }
    found
}

/// The inverse square root of a symmetric matrix whose eigenvalues are all above zero, by the coupled iteration of Newton and
/// Schulz (Higham, Functions of Matrices, 6.35; the one without coupling is not stable).
#[must_use]
pub fn inverse_root(of: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let n = of.len();
    let sum = |row: &Vec<f64>| row.iter().map(|x| x.abs()).sum::<f64>();
    // no eigenvalue exceeds the greatest sum of a row, so that all of them are in 0..=1 after the division
    let greatest = of.iter().map(sum).fold(f64::MIN_POSITIVE, f64::max);
    let each = |f: &dyn Fn(usize, usize) -> f64| -> Vec<Vec<f64>> { (0..n).map(|i| (0..n).map(|j| f(i, j)).collect()).collect() };
    let one = |i: usize, j: usize| if i == j { 1.0 } else { 0.0 };
    let (mut root, mut inverse) = (each(&|i, j| of[i][j] / greatest), each(&one));
    for _ in 0..ROOT_STEPS {
        let product = multiply(&inverse, &root);
        let step = each(&|i, j| 1.5 * one(i, j) - product[i][j] / 2.0);
        root = multiply(&root, &step);
        inverse = multiply(&step, &inverse);
    }
    each(&|i, j| inverse[i][j] / greatest.sqrt())
}

fn multiply(a: &[Vec<f64>], b: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let cell = |row: &Vec<f64>, j: usize| row.iter().zip(b).map(|(x, other)| x * other[j]).sum();
    a.iter().map(|row| (0..b.len()).map(|j| cell(row, j)).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt as _, SeedableRng as _};

    fn near(mine: f64, published: f64, within: f64) {
        assert!((mine - published).abs() <= within, "{mine} is not {published}");
    }

    #[test]
    fn bounds_of_shares_are_the_published_ones() {
        // Clopper and Pearson (1934), 95 %, two-sided: 0 of 10, 5 of 10, 1 of 20; and the rule of three's exact form
        near(share_at_most(0, 10, 0.025), 0.3085, 5e-5);
        near(share_at_least(5, 10, 0.025), 0.1871, 5e-5);
        near(share_at_most(5, 10, 0.025), 0.8129, 5e-5);
        near(share_at_least(1, 20, 0.025), 0.0013, 5e-5);
        near(share_at_most(1, 20, 0.025), 0.2487, 5e-5);
        near(share_at_most(0, 100, 0.05), 1.0 - 0.05_f64.powf(0.01), 1e-9);
        assert_eq!((share_at_least(0, 10, 0.025), share_at_most(10, 10, 0.025)), (0.0, 1.0));
    }

    #[test]
    fn tails_are_those_of_the_tables() {
        near(phi_inverse(0.975), 1.959_964, 1e-6);
        near(phi(1.644_854), 0.95, 1e-6);
        // chi-square: 18.307 and 3.940 at 10 degrees of freedom, 124.342 at 100
        near(chi_square_tails(18.307, 10)[1], 0.05, 1e-5);
        near(chi_square_tails(3.940, 10)[0], 0.05, 1e-4);
        near(chi_square_tails(124.342, 100)[1], 0.05, 1e-5);
        // ten tosses of a coin: eight heads or more in 56 of 1024
        near(binomial_from(8, 10, 0.5), 56.0 / 1024.0, 1e-12);
    }

    #[test]
    fn the_power_is_what_trials_find() {
        let mut rng = rand_chacha::ChaCha12Rng::seed_from_u64(3);
        let (claimed, real, n, trials) = (0.566, 0.9, 400, 2_000);
        let mut found = 0_u32;
        for _ in 0..trials {
            let mut above = |p: f64| (0..n).filter(|_| rng.random_bool(p)).count();
            let (k_in, k_out) = (above(phi(real / 2.0)), above(phi(-real / 2.0)));
            found += u32::from(separation_at_least(k_in, n, k_out, n, 0.05) > claimed);
        }
        // 2,000 trials tell a share to within 0.055 at a false alarm of 1e-6
        near(f64::from(found) / f64::from(trials), power(claimed, real, n, 0.05), 0.055);
        assert!(power(0.566, 0.566, 1_000, 1e-3) <= 1e-3, "an honest agent fails no more often than is said");
    }

    #[test]
    fn a_root_that_is_squared_undoes_the_matrix() {
        let matrix = vec![vec![4.0, 1.0, 0.5], vec![1.0, 3.0, 0.2], vec![0.5, 0.2, 0.1]];
        let root = inverse_root(&matrix);
        let one = multiply(&multiply(&root, &root), &matrix);
        for (i, row) in one.iter().enumerate() {
            for (j, x) in row.iter().enumerate() {
                near(*x, if i == j { 1.0 } else { 0.0 }, 1e-9);
            }
        }
    }

    #[test]
    fn sums_of_products_exceed_their_bound_no_more_often_than_is_said_and_the_bound_is_near() {
        for alpha in [1e-3, 1e-6, 1e-9] {
            // two products add up to Laplace's distribution: P(|sum| >= s) is exp(-s)
            assert!((-product_sum_max(2, alpha)).exp() <= alpha, "{alpha}");
            // very many add up to a normal number of variance n; the bound of its tail loses less than a fifth of its width here
            let normal = 1_000.0 * phi_inverse(1.0 - alpha / 2.0);
            assert!((normal..1.2 * normal).contains(&product_sum_max(1_000_000, alpha)), "{alpha}");
        }
    }

    #[test]
    fn the_bound_of_events_is_above_their_exact_chances_and_near() {
        for (k, n, p) in [(8, 10, 0.5), (150, 1_000, 0.1), (20, 100, 0.1), (3, 10, 0.01)] {
            assert!(binomial_from(k, n, p) <= events_from(k, number(n) * p), "{k} of {n} at {p}");
        }
        // Poisson's distribution of mean 100, from 200 on
        let poisson = gamma_lr(200.0, 100.0);
        assert!((poisson..100.0 * poisson).contains(&events_from(200, 100.0)));
        near(events_from(3, 5.0), 1.0, 0.0);
    }

    #[test]
    fn correlations_are_between_minus_one_and_one() {
        near(correlation(&[1.0, 2.0, 3.0], &[2.0, 4.0, 6.0]), 1.0, 1e-12);
        near(correlation(&[1.0, 2.0, 3.0], &[3.0, 2.0, 1.0]), -1.0, 1e-12);
        near(correlation(&[1.0, 1.0, 1.0], &[3.0, 2.0, 1.0]), 0.0, 0.0);
    }
}
