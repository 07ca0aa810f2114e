//! `accuracy`: the error of the tuned tables over the bound by singular values, and the coverage of 95 % intervals over many
//! releases of a made-up nation.
//!
//! Errors are those of one authority: everybody's scales are the same, and England and its regions are sums, so that both
//! sides of each ratio grow alike. A mean's error is in units of its greatest contribution.

use aggregator::authorities::Authorities;
use aggregator::budget::Budget;
use aggregator::tune::expected::Expected;
use aggregator::tune::places::Places;
use aggregator::tune::{Objective, tune, variances, weights_of};
use anyhow::{Context as _, ensure};
use shared::framework::Framework;
use shared::fuse::Margins;
use shared::ids::ReportingYear;
use shared::privacy::{RhoNano, equal_units};
use std::collections::BTreeMap;

use super::peers::{self, BoundRun};
use super::{Outcome, Target};
use crate::coverage::nation::Nation;
use crate::coverage::simulate;
use crate::coverage::strata::strata;

const RHO: RhoNano = RhoNano(160_000_000);
/// Releases, and how many of them opendp draws.
const RELEASES: u32 = 2_000;
const BY_OPENDP: u32 = 50;
const SEED: u64 = 1;

pub(super) fn run() -> anyhow::Result<Vec<Outcome>> {
    let mut outcomes = errors()?;
    outcomes.extend(coverage()?);
    Ok(outcomes)
}

/// Root of the mean squared error of an objective, for units at the budget of a release.
fn error(framework: &Framework, objective: Objective, units: &BTreeMap<String, u32>) -> f64 {
    let squares = framework.tables().iter().map(|t| f64::from(t.contribution_max) * f64::from(t.contribution_max));
    let weights = weights_of(framework, objective);
    let n_cells = |t: &shared::framework::Table| f64::from(u32::try_from(t.n_cells()).unwrap_or(u32::MAX));
    let whole: f64 = framework.tables().iter().zip(&weights).map(|(t, w)| n_cells(t) * w).sum();
    let weights: Vec<f64> = weights.iter().zip(squares).map(|(w, square)| w / square).collect();
    let variances = variances(framework, units, RHO);
    (Margins::of(framework).gradient(&variances, &weights).0 / whole).sqrt()
}

fn errors() -> anyhow::Result<Vec<Outcome>> {
    let framework = Framework::built_in();
    let year = ReportingYear::new(2025).context("a reporting year")?;
    let all = Authorities::built_in()?.cohort(year, None)?;
    let (expected, places) = (Expected::built_in()?, Places::of(&all, &all, None));
    let tuned = |objective| tune(&framework, objective, RHO, &expected, &places);
    let equal = equal_units(&framework);
    let bound = peers::accuracy_bound(RHO.as_rho())?;
    let mut outcomes = Vec::new();
    let objectives = [(Objective::PerTable, "per-table", 1.02), (Objective::PerCell, "per-cell", 1.05)];
    for (objective, name, ratio_max) in objectives {
        let own = error(&framework, objective, &tuned(objective)?.units);
        let outcome = |what: String, figure, baseline, is, target| {
            Outcome::new("accuracy", what, "contributions", figure, (baseline, is), target)
        };
        if let Some(bound) = &bound {
            let least = least(bound, objective, &framework)?;
            let what = format!("RMS error, {name} objective, tuned units and least squares");
            let is = "the bound by singular values, populations measured apart, numpy";
            outcomes.push(outcome(what, own, least, is, Target::RatioAtMost(ratio_max)));
        }
        let what = format!("RMS error, {name} objective, tuned units and least squares beside equal ones");
        let is = "every table equal, and least squares";
        outcomes.push(outcome(what, own, error(&framework, objective, &equal), is, Target::RatioAtMost(0.999)));
    }
    // what plans use pays for the limits of headline figures
    let plan = Budget::built_in(&framework)?.units;
    let own = error(&framework, Objective::PerTable, &plan);
    if let Some(bound) = &bound {
        let least = least(bound, Objective::PerTable, &framework)?;
        let what = "RMS error, per table, of the units that plans use (headline)".to_owned();
        let is = "the bound by singular values for the per-table objective";
        outcomes.push(Outcome::new("accuracy", what, "contributions", own, (least, is), Target::None));
        // one curator adds noise once to England's sums; here every authority adds its own
        let n = f64::from(u32::try_from(all.members.len())?);
        let what = "RMS error of England's sums, units that plans use".to_owned();
        let is = "the bound for one trusted curator of all records at the same rho";
        outcomes.push(Outcome::new("accuracy", what, "contributions", n.sqrt() * own, (least, is), Target::None));
    }
    Ok(outcomes)
}

fn least(bound: &BoundRun, objective: Objective, framework: &Framework) -> anyhow::Result<f64> {
    ensure!(
        (bound.n_tables, bound.n_cells) == (framework.tables().len(), framework.n_cells()),
        "the peer laid out {} tables and {} cells",
        bound.n_tables,
        bound.n_cells
    );
    Ok(match objective {
        Objective::PerTable | Objective::Headline => bound.per_table,
        Objective::PerCell => bound.per_cell,
    })
}

fn coverage() -> anyhow::Result<Vec<Outcome>> {
    let nation = Nation::make(SEED, None)?;
    let outcome = simulate(&nation, RELEASES, BY_OPENDP, SEED)?;
    let mut outcomes = Vec::new();
    for stratum in strata(&nation, &outcome) {
        let of = format!("{}, {} figures, {RELEASES} releases", stratum.name, stratum.n_figures);
        let shown = stratum.shown_pooled.map_or("nothing is shown".to_owned(), |pooled| {
            format!("{:.1} % are shown, of which {:.2} % are covered", 100.0 * stratum.shown, 100.0 * pooled)
        });
        let percent = |x: f64| 100.0 * x;
        let within =
            |what: String, figure, within| Outcome::beside("accuracy", what, percent(figure), (95.0, "promised"), within);
        outcomes.push(within(format!("coverage of {of}; {shown}"), stratum.pooled, 1.0));
        outcomes.push(within(format!("least covered figure of {of}"), stratum.least, 3.0));
        outcomes.push(within(format!("most covered figure of {of}"), stratum.most, 3.0));
    }
    let what = format!(
        "ends of intervals of {} releases drawn by opendp that shared::release publishes as computed here ({}); {} shares and \
         means of nobody are left out",
        outcome.n_opendp, outcome.sampler, nation.n_of_nobody
    );
    let n = f64::from(u32::try_from(outcome.n_compared)?);
    outcomes.push(Outcome::new("accuracy", what, "intervals", n, (n, "all of them"), Target::RatioAtLeast(1.0)));
    Ok(outcomes)
}
