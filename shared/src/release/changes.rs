//! What has changed since the year before, and what of it may be said.
//!
//! Two years' figures have noise of their own, so that a difference needs an interval of its own: MOVER, from the two
//! published intervals and nothing else (Zou and Donner, Statistics in Medicine 27, 2008, 1693). Looking at thousands of
//! differences finds some by chance; which are claimed is decided over the whole release at once, so that of all claims
//! at most 5 in 100 are expected to be false (Benjamini and Hochberg, J. R. Statist. Soc. B 57, 1995, 289). Pure: a
//! function of two releases as they were published. `docs/protocol.md`, section 8.

use std::collections::BTreeMap;

use super::interval::Z;
use super::{Figure, Release, What};
use crate::framework::Framework;

/// Share of false claims among all claims that is expected at most.
const FALSE_SHARE_MAX: f64 = 0.05;
/// Standard deviations beyond which a difference has no chance at all: there the tail is below 1.3e-15.
const DEVIATIONS_MAX: f64 = 8.0;

/// One figure in two years.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// This year's figure.
    pub figure: Figure,
    /// This year's less the other's, in the figure's unit.
    pub difference: f64,
    /// Lower end of its 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Chance of a difference as large or larger where there is none.
    pub chance: f64,
    /// Whether the release claims a change.
    pub is_claimed: bool,
}

/// A release with the catalogue that it follows.
#[derive(Clone, Copy)]
pub struct Dated<'a> {
    /// The release.
    pub release: &'a Release,
    /// Its catalogue.
    pub framework: &'a Framework,
}

/// Every figure that can be compared with the same one of an earlier year: shares, means and rates that both years show, of
/// the same area, table, group and category, of a measure that reads the same in both catalogues, with no year between
/// them in which the series changed its meaning. Counts are not compared: they change with who takes part.
pub fn changes(now: Dated<'_>, before: Dated<'_>) -> Vec<Change> {
    let key = |f: &Figure| (f.area_code.clone(), f.id.clone(), f.group.clone(), f.category.clone(), f.what);
    let earlier: BTreeMap<_, &Figure> = before.release.figures().iter().map(|f| (key(f), f)).collect();
    let pairs = now.release.figures().iter().filter(|f| is_compared(f, now, before));
    let mut changes: Vec<Change> = pairs.filter_map(|f| difference(f, earlier.get(&key(f))?)).collect();
    let chances: Vec<f64> = changes.iter().map(|c| c.chance).collect();
    for (change, is_claimed) in changes.iter_mut().zip(claims(&chances)) {
        change.is_claimed = is_claimed;
    }
    changes
}

fn is_compared(figure: &Figure, now: Dated<'_>, before: Dated<'_>) -> bool {
    let is_told = match figure.what {
        What::Share | What::Mean | What::Rate => true,
        What::Count | What::Authorities => false,
    };
    let (from, to) = (before.release.reporting_year().number(), now.release.reporting_year().number());
    let (Some(one), Some(other)) = (now.framework.measure(&figure.measure), before.framework.measure(&figure.measure)) else {
        return false;
    };
    let is_broken = one.breaks.iter().any(|b| from < b.year && b.year <= to);
    let same_groups = || {
        let groups = |f: &Framework| f.table(&figure.id).map(|t| t.groups.clone());
        groups(now.framework) == groups(before.framework)
    };
    is_told
        && from < to
        && !is_broken
        && one == other
        && now.framework.parameters() == before.framework.parameters()
        && same_groups()
}

fn difference(now: &Figure, before: &Figure) -> Option<Change> {
    let ends = |f: &Figure| Some([f.value?, f.low?, f.high?]);
    let ([one, one_low, one_high], [two, two_low, two_high]) = (ends(now)?, ends(before)?);
    let difference = one - two;
    let hypotenuse = |a: f64, b: f64| (a * a + b * b).sqrt();
    let (below, above) = (hypotenuse(one - one_low, two_high - two), hypotenuse(one_high - one, two - two_low));
    // the half of the interval that looks towards zero is 1.96 standard deviations long
    let half = if difference > 0.0 { below } else { above };
    (half > 0.0).then(|| Change {
        figure: now.clone(),
        difference,
        low: difference - below,
        high: difference + above,
        chance: two_sided(Z * difference.abs() / half),
        is_claimed: false,
    })
}

/// Which of these chances are claimed: those up to the largest `p` of rank `k` among `m` with `p <= 5 % k / m`.
fn claims(chances: &[f64]) -> Vec<bool> {
    let mut sorted = chances.to_vec();
    sorted.sort_by(f64::total_cmp);
    let step = FALSE_SHARE_MAX / float(chances.len().max(1));
    let limit = sorted.iter().enumerate().filter(|(rank, p)| **p <= step * float(rank + 1)).map(|(_, p)| *p).next_back();
    chances.iter().map(|p| limit.is_some_and(|limit| *p <= limit)).collect()
}

/// Chance that a standard normal number is at least this far from zero: `1 - erf(z / sqrt 2)`, with
/// `erf(z / sqrt 2) = 2 phi(z) (z + z^3/3 + z^5/(3 5) + ...)`, whose terms are all positive, so that nothing cancels.
/// An absolute error below 1e-14; 0 beyond eight standard deviations.
fn two_sided(z: f64) -> f64 {
    if z >= DEVIATIONS_MAX {
        return 0.0;
    }
    let (mut term, mut sum, mut odd) = (z, z, 1.0);
    // at z = 8 the terms grow up to the 31st and are below the last bit long before the end
    for _ in 0..400 {
        odd += 2.0;
        term *= z * z / odd;
        sum += term;
    }
    let inside = 2.0 / (2.0 * std::f64::consts::PI).sqrt() * sum / exponential(z * z / 2.0);
    (1.0 - inside).clamp(0.0, 1.0)
}

/// `e^x` for x from 0 to 32, by its series of positive terms.
fn exponential(x: f64) -> f64 {
    let (mut term, mut sum, mut n) = (1.0, 1.0, 0.0);
    for _ in 0..200 {
        n += 1.0;
        term *= x / n;
        sum += term;
    }
    sum
}

fn float(n: usize) -> f64 {
    f64::from(u32::try_from(n).expect("a release has fewer figures than 32 bits count"))
}

#[cfg(test)]
mod tests;
