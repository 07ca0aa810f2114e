//! The best division of a budget over tables: a multiplicative update with prices for the kinds of child.
//!
//! A child adds to one cell of a table at most, and a child of a kind only to the tables that admit it. With `v[t]` the
//! square of a table's greatest contribution over the variance of its noise, a kind `k` costs half of the sum of `v` over
//! its tables, and the dearest kind decides. Wanted: the least expected squared error, weighted, after the fusing of
//! margins ([`Margins`]), under that cost. Each kind has a price, and each table the sum of the prices of its kinds; a table
//! grows where its error falls faster than its price, and a price grows where its kind is dearest:
//! `v <- v sqrt(slope / price)`, scaled to the budget; `price <- price (1 + step (cost / greatest cost - 1))`.
//!
//! At a fixed point the slope of every table is its price, and only the dearest kinds have prices, which are the conditions
//! of the optimum; the problem is convex in `v`. Only the four operations and the square root are used, in a fixed order.

use shared::framework::{ChildKind, Framework};
use shared::fuse::Margins;

/// Steps of the update: what is found is then within 1 % of the bound below which nothing lies.
const STEPS: u32 = 1_500;
/// No table's own noise is more than this many times as wide as an equal share's: a table that others make superfluous
/// stays readable by itself, at a cost that is not seen.
const WIDENING_MAX: f64 = 4.0;
/// A table's noise has a standard deviation of at least this many children, or of this many greatest contributions: a
/// margin over the floor of plans, below which discrete noise is often zero.
const SD_MIN: f64 = 2.25;

/// A division of the budget over tables.
#[derive(Clone, Debug)]
pub struct Division {
    /// Of each table: the square of its greatest contribution over the variance of its noise.
    pub shares: Vec<f64>,
    /// The weighted error.
    pub loss: f64,
    /// No division has a weighted error below this.
    pub loss_least: f64,
    prices: Vec<f64>,
}

/// What is constant of the problem.
pub struct Problem {
    margins: Margins,
    /// Square of each table's greatest contribution.
    squares: Vec<f64>,
    /// For each kind of child that differs from all others, whether a table admits it.
    kinds: Vec<Vec<bool>>,
}

impl Problem {
    /// The problem of a framework.
    pub fn of(framework: &Framework) -> Self {
        let mut kinds: Vec<Vec<bool>> = Vec::new();
        for kind in ChildKind::all() {
            let admitted: Vec<bool> = framework.tables().iter().map(|t| t.admits(kind)).collect();
            if !kinds.contains(&admitted) {
                kinds.push(admitted);
            }
        }
        let squares = framework.tables().iter().map(|t| f64::from(t.contribution_max) * f64::from(t.contribution_max)).collect();
        Self { margins: Margins::of(framework), squares, kinds }
    }

    /// Which margins tables share.
    pub fn margins(&self) -> &Margins {
        &self.margins
    }

    /// Variances of the noise in one cell of each table, in children squared (of a mean in its unit squared).
    pub fn variances(&self, shares: &[f64]) -> Vec<f64> {
        self.squares.iter().zip(shares).map(|(square, v)| square / v).collect()
    }

    /// The weighted error of a division. `weights` are for one cell of each table, of an error in greatest contributions.
    pub fn loss(&self, shares: &[f64], weights: &[f64]) -> f64 {
        self.margins.gradient(&self.variances(shares), &self.in_children(weights)).0
    }

    /// The best division of `two_rho`, twice the budget, for these weights, with a bound on how far from the best it can be.
    ///
    /// The bound: the error `L` is convex and of degree -1 in `v`, so that for any other division `L' >= 2 L - slopes v'`;
    /// where every slope is at most `c` times its table's price, and prices sum to 1 over kinds, `slopes v' <= c two_rho`.
    pub fn solve(&self, weights: &[f64], two_rho: f64) -> Division {
        let n_kinds = count(&vec![true; self.kinds.len()]);
        let shares = vec![two_rho / self.most_tables(); self.squares.len()];
        let prices = vec![1.0 / n_kinds; self.kinds.len()];
        self.solve_from(Division { shares, loss: f64::INFINITY, loss_least: 0.0, prices }, weights, two_rho)
    }

    /// The same, from the best division for other weights, which saves nothing but steps.
    pub fn solve_from(&self, start: Division, weights: &[f64], two_rho: f64) -> Division {
        let weights = self.in_children(weights);
        let least = two_rho / self.most_tables() / (WIDENING_MAX * WIDENING_MAX);
        let most = 1.0 / (SD_MIN * SD_MIN);
        let (mut shares, mut prices) = (start.shares.clone(), start.prices.clone());
        let mut best = Division { loss: f64::INFINITY, loss_least: 0.0, ..start };
        for step in 0..STEPS {
            let (loss, slopes) = self.margins.gradient(&self.variances(&shares), &weights);
            let (mut dearness, mut moved) = (0.0_f64, shares.clone());
            for (t, share) in moved.iter_mut().enumerate() {
                let price: f64 = self.kinds.iter().zip(&prices).filter(|(kind, _)| kind[t]).map(|(_, price)| price).sum();
                // by the chain rule: d(1/f) = dv / square
                let ratio = -slopes[t] / self.squares[t] / price.max(f64::MIN_POSITIVE);
                dearness = dearness.max(ratio);
                *share *= ratio.sqrt();
            }
            best.loss_least = best.loss_least.max(2.0 * loss - dearness * two_rho);
            if loss < best.loss {
                (best.loss, best.shares) = (loss, std::mem::replace(&mut shares, moved));
            } else {
                shares = moved;
            }
            let costs = self.fit(&mut shares, two_rho, least, most);
            let greatest = costs.iter().copied().fold(0.0, f64::max);
            let pace = 0.9 / (1.0 + f64::from(step) / 100.0).sqrt();
            for (price, cost) in prices.iter_mut().zip(&costs) {
                *price *= 1.0 + pace * (cost / greatest - 1.0);
            }
            let sum: f64 = prices.iter().sum();
            prices.iter_mut().for_each(|price| *price /= sum);
        }
        best.prices = prices;
        best
    }

    /// Tables of the kind of child that can be in most.
    fn most_tables(&self) -> f64 {
        self.kinds.iter().map(|kind| count(kind)).fold(1.0, f64::max)
    }

    /// What each kind of child costs, twice in rho.
    pub fn costs(&self, shares: &[f64]) -> Vec<f64> {
        let cost = |kind: &Vec<bool>| kind.iter().zip(shares).filter(|(is_in, _)| **is_in).map(|(_, v)| v).sum();
        self.kinds.iter().map(cost).collect()
    }

    /// Scales to the budget within the limits of one table, and answers what each kind costs then. What the limits add is
    /// taken from all, so that the budget is never exceeded.
    fn fit(&self, shares: &mut [f64], two_rho: f64, least: f64, most: f64) -> Vec<f64> {
        let greatest = |costs: &[f64]| costs.iter().copied().fold(0.0, f64::max);
        let to_budget = two_rho / greatest(&self.costs(shares));
        shares.iter_mut().for_each(|share| *share = (*share * to_budget).clamp(least, most));
        let mut costs = self.costs(shares);
        let too_much = (two_rho / greatest(&costs)).min(1.0);
        shares.iter_mut().chain(&mut costs).for_each(|amount| *amount *= too_much);
        costs
    }

    fn in_children(&self, weights: &[f64]) -> Vec<f64> {
        weights.iter().zip(&self.squares).map(|(weight, square)| weight / square).collect()
    }
}

fn count(of: &[bool]) -> f64 {
    of.iter().map(|is_in| if *is_in { 1.0 } else { 0.0 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_division_is_much_better_than_the_one_that_is_found() {
        let framework = Framework::built_in();
        let problem = Problem::of(&framework);
        let tables = framework.tables();
        let per_table = |t: &shared::framework::Table| 1.0 / f64::from(u32::try_from(t.n_cells()).unwrap());
        let objectives: [Vec<f64>; 2] = [tables.iter().map(per_table).collect(), vec![1.0; tables.len()]];
        for weights in objectives {
            let two_rho = 0.32;
            let found = problem.solve(&weights, two_rho);
            assert!(problem.costs(&found.shares).iter().all(|cost| *cost <= two_rho * (1.0 + 1e-9)));
            assert!((problem.loss(&found.shares, &weights) / found.loss - 1.0).abs() < 1e-9);
            assert!(found.loss_least > 0.99 * found.loss, "{} {}", found.loss_least, found.loss);
            // every table equal is a division too, and a worse one
            let equal = vec![two_rho / problem.costs(&vec![1.0; tables.len()]).into_iter().fold(0.0, f64::max); tables.len()];
            assert!(problem.loss(&equal, &weights) > 1.05 * found.loss);
        }
    }
}
