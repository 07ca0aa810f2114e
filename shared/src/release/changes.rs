//! What has changed since the year before, and what of it may be said.
//!
//! Both years are added up again over the authorities that took part in both, so that who takes part is never told as a
//! change. The two years have noise of their own, so that a difference needs an interval of its own: MOVER, from the two
//! intervals (Zou and Donner, Statistics in Medicine 27, 2008, 1693). Its chance where nothing changed asks of each value
//! how badly both years fit it, by Fieller's own measure, and takes the value that fits best: no division by a noisy
//! number of children. Looking at thousands of differences finds some by chance; which are claimed is decided over the
//! whole release at once (Benjamini and Hochberg, J. R. Statist. Soc. B 57, 1995, 289). Pure. `docs/protocol.md`, section 8.

use std::collections::{BTreeMap, BTreeSet};

use super::interval::Z;
use super::{Accepted, Figure, Level, Release, ReleaseError, What, combine};
use crate::framework::Framework;
use crate::ids::{AuthorityId, Digest};
use crate::plan::Plan;

/// Share of false claims among all claims that is expected at most.
const FALSE_SHARE_MAX: f64 = 0.05;
/// Standard deviations beyond which a difference has no chance at all: there the tail is below 1.3e-15.
const DEVIATIONS_MAX: f64 = 8.0;
/// Steps between two years' figures at which a common value is tried first.
const N_STEPS: u32 = 20;
/// Times that a third is cut off around the best of them: to a millionth of a step.
const N_THIRDS: u32 = 40;

/// What the last decimal of a rate may take from a half of its interval and its value together.
const RATE_STEP: f64 = 0.1;

/// One figure in two years, over the authorities that took part in both.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// This year's figure; its `authorities` are those of the comparison.
    pub figure: Figure,
    /// The other year's.
    pub former: Figure,
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

/// What a release is computed from.
#[derive(Clone, Copy)]
pub struct Basis<'a> {
    /// The catalogue.
    pub framework: &'a Framework,
    /// The plan.
    pub plan: &'a Plan,
    /// Id of the plan's envelope.
    pub plan_id: Digest,
    /// Version, such as `2025.1`.
    pub version: &'a str,
    /// The submissions that it stands on.
    pub accepted: &'a [Accepted],
}

impl Basis<'_> {
    /// Its figures.
    pub fn release(&self) -> Result<Release, ReleaseError> {
        combine(self.framework, self.plan, self.plan_id, self.version, self.accepted)
    }
    /// The submissions of those who stand in the other one too.
    fn in_both(&self, other: &Self) -> Vec<Accepted> {
        let others: BTreeSet<AuthorityId> = other.accepted.iter().map(|a| a.authority).collect();
        self.accepted.iter().filter(|a| others.contains(&a.authority)).cloned().collect()
    }
    /// Who took part, by region.
    fn regions(&self) -> BTreeMap<&str, BTreeSet<AuthorityId>> {
        let mut regions: BTreeMap<&str, BTreeSet<AuthorityId>> = BTreeMap::new();
        for member in self.accepted.iter().filter_map(|a| self.plan.member(a.authority)) {
            regions.entry(&member.region).or_default().insert(member.authority);
        }
        regions
    }
}

/// Every figure that can be compared with the same one of an earlier year: shares, means and rates that both years show over
/// the authorities of both, of the same area, table, group and category, of a measure that reads the same in both
/// catalogues, with no year between them in which the series changed its meaning. Counts are not compared: their noise is
/// told beside them. Nothing where fewer authorities are in both years than either plan demands.
pub fn changes(now: Basis<'_>, before: Basis<'_>) -> Result<Vec<Change>, ReleaseError> {
    let [one, two] = [now.in_both(&before), before.in_both(&now)];
    let min = now.plan.body().authorities_min.max(before.plan.body().authorities_min);
    if u64::try_from(one.len()).map_err(|_| ReleaseError::Overflow)? < min {
        return Ok(Vec::new());
    }
    let (now, before) = (Basis { accepted: &one, ..now }, Basis { accepted: &two, ..before });
    let [this, other] = [now.release()?, before.release()?];
    let (of_this, of_other) = (Lookup::over(now, &this), Lookup::over(before, &other));
    let regions = (now.regions(), before.regions());
    let is_same_area = |a: &Figure, b: &Figure| match a.level {
        Level::National => true,
        Level::Regional => regions.0.get(a.area_code.as_str()) == regions.1.get(a.area_code.as_str()),
        Level::Local => a.authority == b.authority,
    };
    let change = |figure: &Figure| {
        let former = of_other.same(figure).filter(|former| is_same_area(figure, former))?;
        difference(&of_this.noisy(figure)?, &of_other.noisy(former)?)
    };
    let mut changes: Vec<Change> = this.figures().iter().filter(|f| is_compared(f, now, before)).filter_map(change).collect();
    let chances: Vec<f64> = changes.iter().map(|c| c.chance).collect();
    for (change, is_claimed) in changes.iter_mut().zip(claims(&chances)) {
        // never beside an interval that holds zero
        change.is_claimed = is_claimed && (change.low > 0.0 || change.high < 0.0);
    }
    Ok(changes)
}

fn is_compared(figure: &Figure, now: Basis<'_>, before: Basis<'_>) -> bool {
    let is_told = match figure.what {
        What::Share | What::Mean | What::Rate => true,
        What::Count | What::Authorities => false,
    };
    let [to, from] = [now, before].map(|basis| basis.plan.body().reporting_year.number());
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

type Key<'a> = (&'a str, &'a str, &'a str, &'a str, What);

/// The figures of a release by what they are.
struct Lookup<'a> {
    framework: &'a Framework,
    figures: BTreeMap<Key<'a>, &'a Figure>,
}

impl<'a> Lookup<'a> {
    fn over(basis: Basis<'a>, release: &'a Release) -> Self {
        let key = |f: &'a Figure| (f.area_code.as_str(), f.id.as_str(), f.group.as_str(), f.category.as_str(), f.what);
        Self { framework: basis.framework, figures: release.figures().iter().map(|f| (key(f), f)).collect() }
    }
    fn same(&self, f: &Figure) -> Option<&'a Figure> {
        self.figures.get(&(f.area_code.as_str(), f.id.as_str(), f.group.as_str(), f.category.as_str(), f.what)).copied()
    }
    /// A figure with its ends and the noise of what it is divided by; none where one of them is not told.
    fn noisy(&self, figure: &'a Figure) -> Option<Noisy<'a>> {
        let [value, low, high] = [figure.value?, figure.low?, figure.high?];
        let whole = match figure.what {
            // per a number that is exact: even, but for its last decimal
            What::Rate => {
                let half = (value - low).max(high - value) + RATE_STEP;
                return Some(Noisy { figure, value, low: value - half, high: value + half, noise: 0.0 });
            }
            What::Mean => {
                let of = self.framework.measure(&figure.measure)?.count_from.as_ref()?;
                format!("{of}.{}", figure.breakdown)
            }
            What::Share | What::Count | What::Authorities => figure.id.clone(),
        };
        let mut counted = self.framework.table(&whole)?.categories.iter().filter(|c| !c.outside);
        let category = match (counted.next(), counted.next()) {
            (Some(only), None) => only.id.as_str(),
            _ => "base",
        };
        let base = self.figures.get(&(figure.area_code.as_str(), &whole, &figure.group, category, What::Count))?;
        let (least, most) = (base.low?, base.high?);
        let noise = (most - least) / (most + least);
        (least > 0.0 && value >= low && high >= value && high > low).then_some(Noisy {
            figure,
            value,
            low,
            high,
            noise: noise * noise,
        })
    }
}

/// A figure as it is compared.
struct Noisy<'a> {
    figure: &'a Figure,
    value: f64,
    low: f64,
    high: f64,
    /// Square of 1.96 standard deviations of what it is divided by, as a part of that.
    noise: f64,
}

impl Noisy<'_> {
    /// How badly a true value fits, as the square of a part of 1.96 standard deviations: 0 at the figure, 1 at both ends.
    ///
    /// With `N` over `D` the figure `x`, it is `(N - t D)^2` over `z^2` times its variance: at the true `t` the square of a
    /// standard normal number over `z^2`, however noisy `D` is. Fieller's set is where it is at most 1, so that its ends
    /// and `z^2 var D / D^2` fix that variance at each `t`.
    fn misfit(&self, t: f64) -> f64 {
        let square = (self.value - t) * (self.value - t);
        let variance = square + (1.0 - self.noise) * (t - self.low) * (self.high - t);
        // a variance is above zero but for rounded ends; where they hide it nothing is claimed
        if variance > 0.0 { square / variance } else { 0.0 }
    }
}

fn difference(now: &Noisy<'_>, before: &Noisy<'_>) -> Option<Change> {
    let difference = now.value - before.value;
    let hypotenuse = |a: f64, b: f64| (a * a + b * b).sqrt();
    let below = hypotenuse(now.value - now.low, before.high - before.value);
    let above = hypotenuse(now.high - now.value, before.value - before.low);
    (below > 0.0 && above > 0.0).then(|| Change {
        figure: now.figure.clone(),
        former: before.figure.clone(),
        difference,
        low: difference - below,
        high: difference + above,
        chance: two_sided(Z * least_misfit(now, before).sqrt()),
        is_claimed: false,
    })
}

/// How badly both years fit the one value between them that fits them best: the likelihood ratio of no change.
fn least_misfit(now: &Noisy<'_>, before: &Noisy<'_>) -> f64 {
    let at = |part: f64| {
        let t = now.value + part * (before.value - now.value);
        now.misfit(t) + before.misfit(t)
    };
    // the best of equal steps, and then the valley beside it by thirds
    let steps = (0..=N_STEPS).map(|step| f64::from(step) / f64::from(N_STEPS));
    let best = steps.min_by(|a, b| at(*a).total_cmp(&at(*b))).unwrap_or_default();
    let step = 1.0 / f64::from(N_STEPS);
    let (mut low, mut high) = ((best - step).max(0.0), (best + step).min(1.0));
    for _ in 0..N_THIRDS {
        let third = (high - low) / 3.0;
        if at(low + third) < at(high - third) { high -= third } else { low += third }
    }
    at(low).min(at(best))
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
