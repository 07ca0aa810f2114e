//! Tuning: what part of a budget each table gets, and what that lets be said, before any plan is signed.
//!
//! Pure: from framework, official statistics and settings to integer units. It never sees a record or a submission, so that
//! choosing weights costs nobody anything. Noise is local and everybody's scales are the same, and England and its regions
//! are sums of the authorities' fused estimates, so that their variances are one authority's times a number: one optimum
//! serves all three levels. `docs/decisions/0038-tuned-weights.md` has the choice of the objective. Reading order:

pub mod expected; // what official figures say of sizes and shares
pub mod official; // children looked after by authority, from an official file
pub mod places; // areas of three levels
pub mod weights; // the best division of a budget
pub mod widths; // expected half widths

use std::collections::BTreeMap;

use shared::framework::{ChildKind, Framework};
use shared::fuse::Margins;
use shared::limits::{CELL_ABS_MAX, CELL_AMOUNT_MAX, UNIT_MAX};
use shared::plan::{Draw, Plan};
use shared::privacy::RhoNano;

use expected::Expected;
use places::Places;
use weights::{Division, Problem};
use widths::{Limited, Widths};

/// Headline figures get a half width of at most this part of their limit, where local noise can: a third of the authorities
/// may be absent, or of the children, and the limit still holds.
pub const PART_OF_LIMIT: f64 = 0.8;
/// How often the importance of headline figures is doubled at most; what still misses then is a case for sealed totals.
const ROUNDS_MAX: u32 = 12;
/// The unit of the coarsest table: rounding moves its noise by 3 % at most.
const UNIT_COARSEST: f64 = 16.0;
/// Children of an authority for whose sums the units must leave room.
const CHILDREN_MAX: u64 = 100_000;

/// What a division of the budget makes small.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Objective {
    /// The mean over tables of the mean squared error of their cells.
    PerTable,
    /// The mean squared error of all cells.
    PerCell,
    /// Per table, with the totals of headline measures as important as their limits need.
    Headline,
}

impl Objective {
    /// Its word in files.
    pub fn word(self) -> &'static str {
        match self {
            Self::PerTable => "per-table",
            Self::PerCell => "per-cell",
            Self::Headline => "headline",
        }
    }
}

/// Integer units that divide a budget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tuned {
    /// Of every table: what a child's contribution is multiplied by before the noise.
    pub units: BTreeMap<String, u32>,
    /// How many times as important the total of a headline measure is as another table; those that stand at 1 left out.
    pub importances: BTreeMap<String, u32>,
}

/// Why no units can be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TuneError {
    /// The widest and the narrowest table are too far apart for whole units.
    #[error("no whole units can express this division of the budget")]
    Units,
}

/// Weights of one cell of each table, of an error in greatest contributions.
pub fn weights_of(framework: &Framework, objective: Objective) -> Vec<f64> {
    let weight = |t: &shared::framework::Table| match objective {
        Objective::PerTable | Objective::Headline => 1.0 / float(t.n_cells()),
        Objective::PerCell => 1.0,
    };
    framework.tables().iter().map(weight).collect()
}

/// The best units for an objective at a budget for the release.
///
/// # Errors
/// When whole units cannot express the division.
pub fn tune(
    framework: &Framework,
    objective: Objective,
    rho: RhoNano,
    expected: &Expected,
    places: &Places,
) -> Result<Tuned, TuneError> {
    let problem = Problem::of(framework);
    let two_rho = 2.0 * rho.as_rho();
    let weights = weights_of(framework, objective);
    let (division, importances) = match objective {
        Objective::PerTable | Objective::PerCell => (problem.solve(&weights, two_rho), BTreeMap::new()),
        Objective::Headline => hold_limits(framework, &problem, weights, two_rho, expected, places),
    };
    Ok(Tuned { units: units(framework, &division.shares)?, importances })
}

/// Doubles the importance of every headline total that is too wide, until none is.
fn hold_limits(
    framework: &Framework,
    problem: &Problem,
    mut weights: Vec<f64>,
    two_rho: f64,
    expected: &Expected,
    places: &Places,
) -> (Division, BTreeMap<String, u32>) {
    let mut importances: BTreeMap<String, u32> = BTreeMap::new();
    let mut division = problem.solve(&weights, two_rho);
    for _ in 0..ROUNDS_MAX {
        let variances = problem.variances(&division.shares);
        let limited = Widths::of(framework, problem.margins(), &variances, expected, places).limited();
        let wide: Vec<String> = limited.into_iter().filter(|l| l.half > PART_OF_LIMIT * l.limit).map(|l| l.table).collect();
        if wide.is_empty() {
            break;
        }
        for (t, table) in framework.tables().iter().enumerate().filter(|(_, t)| wide.contains(&t.id)) {
            weights[t] *= 2.0;
            *importances.entry(table.id.clone()).or_insert(1) *= 2;
        }
        division = problem.solve_from(division, &weights, two_rho);
    }
    (division, importances)
}

/// Whole units in the proportions of the best ones: a table's noise in children is the common scale over its unit.
fn units(framework: &Framework, shares: &[f64]) -> Result<BTreeMap<String, u32>, TuneError> {
    let bound = |t: usize| f64::from(framework.tables()[t].contribution_max);
    let ratios: Vec<f64> = shares.iter().enumerate().map(|(t, v)| v.sqrt() / bound(t)).collect();
    let coarsest = ratios.iter().copied().fold(f64::INFINITY, f64::min);
    let mut units = BTreeMap::new();
    for (table, ratio) in framework.tables().iter().zip(&ratios) {
        let unit: u32 = format!("{:.0}", UNIT_COARSEST * ratio / coarsest).parse().map_err(|_| TuneError::Units)?;
        let amount = u64::from(unit) * u64::from(table.contribution_max.unsigned_abs());
        if !(1..=UNIT_MAX).contains(&unit) || amount > CELL_AMOUNT_MAX || amount * CHILDREN_MAX > CELL_ABS_MAX {
            return Err(TuneError::Units);
        }
        units.insert(table.id.clone(), unit);
    }
    Ok(units)
}

/// Variance of the noise in one cell of each table, in children squared (of a mean in its unit squared), at a budget that
/// these units divide: the scale is the smallest that the dearest kind of child allows, here without rounding.
pub fn variances(framework: &Framework, units: &BTreeMap<String, u32>, rho: RhoNano) -> Vec<f64> {
    let unit = |t: &shared::framework::Table| f64::from(units.get(&t.id).copied().unwrap_or(1));
    let amount = |t: &shared::framework::Table| unit(t) * f64::from(t.contribution_max);
    let of_kind =
        |kind: ChildKind| -> f64 { framework.tables().iter().filter(|t| t.admits(kind)).map(|t| amount(t) * amount(t)).sum() };
    let scale_squared = ChildKind::all().map(of_kind).fold(0.0, f64::max) / (2.0 * rho.as_rho());
    framework.tables().iter().map(|t| scale_squared / (unit(t) * unit(t))).collect()
}

/// The headline figures of a plan with their expected half widths.
pub fn limited(framework: &Framework, plan: &Plan, expected: &Expected, places: &Places) -> Vec<Limited> {
    let place = |t: &shared::framework::Table| plan.place(framework, &t.id).expect("a checked plan places every table");
    let variances: Vec<f64> = framework.tables().iter().map(|t| place(t).variance(Draw::Release)).collect();
    Widths::of(framework, &Margins::of(framework), &variances, expected, places).limited()
}

fn float(n: usize) -> f64 {
    f64::from(u32::try_from(n).expect("a layout has fewer cells than 32 bits count"))
}

#[cfg(test)]
mod tests;
