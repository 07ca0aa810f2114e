//! Quantities of zero-concentrated differential privacy, in exact integers.
//!
//! rho is counted in billionths (`rho_nano`), noise scales in thousandths (`scale_milli`), sensitivities squared. Costs
//! round up. The claims are numbered in `docs/privacy.md`.

use crate::framework::{ChildKind, Framework, Kind, Table};
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

/// The squared L2 norm, in units, of what one child can add to these tables together: the maximum over the kinds of child.
/// Each table comes with its unit. `None` when it does not fit 64 bits.
///
/// # Claim
/// PC6: no child adds more, since a child is of one kind (an age on 31 March, and in care on that day or not), adds to one
/// cell of a table at most, touches only tables that admit its kind, and what it adds is multiplied by the table's unit.
/// # Why
/// A maximum over kinds of sums of squares; a kind's sum is that of the tables that admit it. Attacked by
/// `no_history_exceeds_its_bound` and `the_domain_agrees_with_the_shared_sensitivity` in the agent.
pub fn l2_squared<'a>(tables: impl Iterator<Item = (&'a Table, u32)> + Clone) -> Option<u64> {
    let of_kind = |kind: ChildKind| -> Option<u64> {
        let touched = tables.clone().filter(|(t, _)| t.admits(kind));
        touched
            .map(|(t, unit)| amount_max(t, unit)?.checked_mul(amount_max(t, unit)?))
            .try_fold(0, |sum, x| u64::checked_add(sum, x?))
    };
    ChildKind::all().map(of_kind).try_fold(0, |most, x| Some(most.max(x?)))
}

/// The squared L2 distance, in units, that a change to one child's records can make in these tables together.
///
/// # Claim
/// PC2: no change of one child's records moves the vector of sums further, whatever the records said before and say after.
/// # Why
/// Before and after, the child is of one kind each. In a table that admits both it leaves one cell for another (of a share:
/// distance 2 in squares of its amount) or goes from one end of the bounds to the other (of a mean: 4); in a table that admits one
/// of them it comes or goes (1). The result is the greatest sum over all pairs of kinds. Attacked by
/// `a_change_costs_the_greatest_distance_of_any_pair_of_kinds`.
pub fn l2_squared_of_change<'a>(tables: impl Iterator<Item = (&'a Table, u32)> + Clone) -> Option<u64> {
    let of_pair = |before: ChildKind, after: ChildKind| -> Option<u64> {
        let parts = tables.clone().map(|(t, unit)| {
            let amount = amount_max(t, unit)?;
            let times = match (t.admits(before), t.admits(after), t.kind) {
                (true, true, Kind::Share) => 2,
                (true, true, Kind::Mean | Kind::Fact) => 4,
                (true, false, _) | (false, true, _) => 1,
                (false, false, _) => 0,
            };
            amount.checked_mul(amount)?.checked_mul(times)
        });
        parts.into_iter().try_fold(0, |sum, x| u64::checked_add(sum, x?))
    };
    let pairs = ChildKind::all().flat_map(|before| ChildKind::all().map(move |after| (before, after)));
    pairs.map(|(before, after)| of_pair(before, after)).try_fold(0, |most, x| Some(most.max(x?)))
}

/// Greatest absolute amount, in units, that one child can add to one cell of a table.
pub fn amount_max(table: &Table, unit: u32) -> Option<u64> {
    u64::from(table.contribution_max.unsigned_abs()).checked_mul(u64::from(unit))
}

/// The smallest scale, in thousandths, that costs at most `rho` and is not below the floor for a greatest unit.
///
/// # Claim
/// PC5: `cost(l2_squared, scale) <= rho`, and one thousandth less would cost more or lie below the floor.
/// # Why
/// The cost falls as the scale grows, so that bisection finds the edge. Attacked by
/// `the_smallest_scale_uses_the_budget_and_not_more`.
pub fn smallest_scale_milli(l2_squared: u64, unit_max: u32, rho: RhoNano) -> Option<u64> {
    let fits = |scale: u64| cost(l2_squared, scale).is_some_and(|cost| cost <= rho);
    let (mut low, mut high) = (floor_milli(unit_max), SCALE_MILLI_MAX);
    if low > high || !fits(high) {
        return None;
    }
    while low < high {
        let middle = low.midpoint(high);
        if fits(middle) { high = middle } else { low = middle + 1 }
    }
    Some(low)
}

/// Least scale, in thousandths, for tables of at most this unit: noise of two whole contributions of the finest table.
pub fn floor_milli(unit_max: u32) -> u64 {
    SCALE_MILLI_MIN * u64::from(unit_max.max(1))
}

/// Units with which every table has an equal share of the budget: inversely as what one child can add.
///
/// The grain is fine enough for a contribution of some thousands; a greater one has unit 1.
pub fn equal_units(framework: &Framework) -> std::collections::BTreeMap<String, u32> {
    let unit = |t: &Table| (EQUAL_UNIT / t.contribution_max.unsigned_abs().max(1)).max(1);
    framework.tables().iter().map(|t| (t.id.clone(), unit(t))).collect()
}

/// Unit of a table of counts when all have an equal share.
const EQUAL_UNIT: u32 = 2_800;

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
    fn the_smallest_scale_uses_the_budget_and_not_more() {
        let f = Framework::built_in();
        let units = equal_units(&f);
        let l2 = l2_squared(f.tables().iter().map(|t| (t, units[&t.id]))).unwrap();
        for rho in [RhoNano(160_000_000), RhoNano(40_000_000), RhoNano(1_000_000)] {
            let scale = smallest_scale_milli(l2, 2_800, rho).unwrap();
            assert!(cost(l2, scale).unwrap() <= rho && cost(l2, scale - 1).unwrap() > rho);
        }
        assert_eq!(smallest_scale_milli(l2, 2_800, RhoNano(0)), None);
        // a budget so large that the floor decides
        assert_eq!(smallest_scale_milli(1, 5, RhoNano(u64::MAX)), Some(10_000));
    }

    /// By hand: tables are told apart by whom they admit, and everything that can happen is tried.
    #[test]
    fn a_change_costs_the_greatest_distance_of_any_pair_of_kinds() {
        let f = Framework::built_in();
        let of = |ids: &[&str]| -> u64 {
            let tables: Vec<(&Table, u32)> = ids.iter().map(|id| (f.table(id).unwrap(), 3)).collect();
            l2_squared_of_change(tables.iter().copied()).unwrap()
        };
        // a share: out of one cell, into another
        assert_eq!(of(&["B1.total"]), 2 * 9);
        // a mean of plus and minus twenty: from one end to the other
        assert_eq!(of(&["A3.total"]), 4 * 3600);
        // under 5 in one, 5 to 16 in the other: staying in one costs two, going over costs one and one
        assert_eq!(of(&["D4.total", "A1.total"]), 2 * 9);
        // a mean beside a share that no kind is in together: the dearer one
        assert_eq!(of(&["D4.total", "A3.total"]), 4 * 3600);
        // in care and not in care exclude each other, and so do their means
        assert_eq!(of(&["A7m.total", "A7Lm.total"]), 4 * 225);
        let all = f.tables().iter().map(|t| (t, 3));
        let (one, change) = (l2_squared(all.clone()).unwrap(), l2_squared_of_change(all).unwrap());
        assert!(2 * one <= change && change <= 4 * one);
        assert_eq!(l2_squared_of_change(f.tables().iter().map(|t| (t, u32::MAX))), None);
    }

    #[test]
    fn a_sensitivity_that_does_not_fit_is_none() {
        let f = Framework::built_in();
        assert_eq!(l2_squared(f.tables().iter().map(|t| (t, u32::MAX))), None);
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
