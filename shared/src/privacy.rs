//! Quantities of zero-concentrated differential privacy, in exact integers.
//!
//! rho is counted in billionths (`rho_nano`), noise scales in thousandths (`scale_milli`), sensitivities squared. Costs
//! round up. The claims are numbered in `docs/privacy.md`.

use crate::framework::{ChildKind, Framework, Table};
use crate::limits::{SCALE_MILLI_MAX, SCALE_MILLI_MIN};

/// An amount of rho in billionths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct RhoNano(pub u64);

impl RhoNano {
    /// The sum, or `None` when it does not fit.
    pub fn plus(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }
    /// As a number, for showing it to people and for comparison with a library's map.
    pub fn as_rho(self) -> f64 {
        // exact: every amount in use is far below 2^53
        self.0.to_string().parse::<f64>().expect("digits are a number") / 1e9
    }
}

impl std::fmt::Display for RhoNano {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = format!("{}.{:09}", self.0 / 1_000_000_000, self.0 % 1_000_000_000);
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

/// Cost in rho of Gaussian noise, for a child whose squared L2 contribution is at most `l2_squared`.
///
/// # Claim
/// PC5: the result is at least `l2_squared / (2 scale^2)`, and greater than it by at most two billionths.
/// # Why
/// Proposition 1.6 of Bun and Steinke (arXiv 1605.02065) for the Gaussian, Theorem 4 of Canonne, Kamath and Steinke
/// (arXiv 2004.00010) for the discrete one. One billionth covers the upward rounding of a library that computes the same
/// map in floating point. Attacked by `the_map_is_the_cost_that_plans_claim` in the agent, against opendp's map.
pub fn cost(l2_squared: u64, scale_milli: u64) -> Option<RhoNano> {
    if !(SCALE_MILLI_MIN..=SCALE_MILLI_MAX).contains(&scale_milli) {
        return None;
    }
    let numerator = u128::from(l2_squared).checked_mul(500_000_000_000_000)?;
    let denominator = u128::from(scale_milli) * u128::from(scale_milli);
    let nano = numerator.div_ceil(denominator).checked_add(1)?;
    u64::try_from(nano).ok().map(RhoNano)
}

/// The squared L2 norm of what one child can add to these tables together: the maximum over the kinds of child.
///
/// # Claim
/// PC6: no child adds more, since a child is of one kind (an age on 31 March, and in care on that day or not), adds to one
/// cell of a table at most, and touches only tables that admit its kind.
pub fn l2_squared<'a>(tables: impl Iterator<Item = &'a Table> + Clone) -> u64 {
    let of_kind = |kind: ChildKind| -> u64 {
        let touched = tables.clone().filter(|t| t.admits(kind));
        touched.map(|t| u64::from(t.contribution_max.unsigned_abs()).pow(2)).sum()
    };
    ChildKind::all().map(of_kind).max().unwrap_or(0)
}

/// The scale, in thousandths, that one unit of contribution gets when every table of the framework has an equal share of `rho`.
///
/// The smallest that keeps the sum of all blocks' costs within `rho`; `None` when none does.
pub fn equal_scale_milli(framework: &Framework, rho: RhoNano) -> Option<u64> {
    let classes = contribution_classes(framework);
    let fits = |unit: u64| -> bool {
        let total = classes.iter().try_fold(RhoNano(0), |sum, &c| {
            let of_class = framework.tables().iter().filter(move |t| t.contribution_max.unsigned_abs() == c);
            cost(l2_squared(of_class), unit.checked_mul(u64::from(c))?)?.plus(sum)
        });
        total.is_some_and(|total| total <= rho)
    };
    let greatest = classes.last().copied().map_or(1, u64::from).max(1);
    let (mut low, mut high) = (SCALE_MILLI_MIN, SCALE_MILLI_MAX / greatest);
    if !fits(high) {
        return None;
    }
    while low < high {
        let middle = low.midpoint(high);
        if fits(middle) { high = middle } else { low = middle + 1 }
    }
    Some(low)
}

/// The distinct greatest contributions of a framework's tables, ascending: tables of one class form one block.
pub fn contribution_classes(framework: &Framework) -> Vec<u32> {
    let all: std::collections::BTreeSet<u32> = framework.tables().iter().map(|t| t.contribution_max.unsigned_abs()).collect();
    all.into_iter().collect()
}

/// For showing to people: epsilon at delta of rho, by `rho + 2 sqrt(rho ln(1/delta))` (arXiv 1605.02065, Proposition 1.3).
pub fn epsilon(rho: f64, delta: f64) -> f64 {
    rho + 2.0 * (rho * (1.0 / delta).ln()).sqrt()
}

/// For showing to people: the greatest difference between true and false alarms of anyone who guesses whether a child is in
/// the data, `2 Phi(mu/2) - 1` at `mu = sqrt(2 rho)` (Gaussian differential privacy, arXiv 1905.02383).
pub fn membership_advantage(rho: f64) -> f64 {
    let half = (2.0 * rho).sqrt() / 2.0;
    // 2 Phi(x) - 1 = erf(x / sqrt 2); the series of erf converges fast for the small x in use
    let x = half / std::f64::consts::SQRT_2;
    let (mut term, mut sum, mut n) = (x, x, 0.0);
    while term.abs() > 1e-17 && n < 200.0 {
        n += 1.0;
        term *= -x * x / n;
        sum += term / (2.0 * n + 1.0);
    }
    (2.0 / std::f64::consts::PI.sqrt() * sum).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cost_of_known_noise_is_known() {
        // l2 = sqrt 60, scale 17.3205: rho 0.1
        let nano = cost(60, 17_321).unwrap().0;
        assert!((99_990_000..100_000_000).contains(&nano), "{nano}");
        assert!(cost(60, 17_320).unwrap().0 > 100_000_000);
        assert_eq!(cost(60, 0), None);
        assert_eq!(cost(60, SCALE_MILLI_MIN - 1), None);
    }

    #[test]
    fn equal_scales_use_the_budget_and_not_more() {
        let f = Framework::built_in();
        let rho = RhoNano(160_000_000);
        let spent = |unit: u64| {
            contribution_classes(&f)
                .iter()
                .map(|&c| {
                    let of_class = f.tables().iter().filter(move |t| t.contribution_max.unsigned_abs() == c);
                    cost(l2_squared(of_class), unit * u64::from(c)).unwrap().0
                })
                .sum::<u64>()
        };
        let unit = equal_scale_milli(&f, rho).unwrap();
        assert!(spent(unit) <= rho.0 && spent(unit - 1) > rho.0);
        assert_eq!(equal_scale_milli(&f, RhoNano(0)), None);
    }

    #[test]
    fn rho_is_shown_as_people_write_it() {
        assert_eq!(RhoNano(160_000_000).to_string(), "0.16");
        assert_eq!(RhoNano(1_000_000_000).to_string(), "1");
        assert_eq!(RhoNano(1).to_string(), "0.000000001");
    }

    #[test]
    fn privacy_is_told_in_two_more_ways() {
        // published values: rho 0.1 and 0.5, membership advantage .18 and .38; classic epsilon 2.451 and 5.757
        for (rho, advantage, eps) in [(0.1, 0.18, 2.451), (0.5, 0.38, 5.757)] {
            assert!((membership_advantage(rho) - advantage).abs() < 0.005);
            assert!((epsilon(rho, 1e-6) - eps).abs() < 0.001);
        }
    }
}
