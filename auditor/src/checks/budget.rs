//! Check `budget`: what each submission cost a child, recomputed from its sensitivities and scales, stays within the plan.
//!
//! The claimed scales are proved, not that noise of that scale was drawn: nobody can prove that from the outside.

use std::collections::BTreeMap;

use shared::framework::{Framework, Table};
use shared::ids::{AuthorityId, ReportingYear};
use shared::plan::{Plan, PlanBlock};
use shared::privacy::{RhoNano, cost, l2_squared};

use super::count;
use super::frameworks::Frameworks;
use super::plans::Rounds;
use super::submissions::Submissions;
use crate::finding::{Check, Outcome};
use crate::place::Place;

/// Adds up what was spent.
pub fn check(frameworks: &Frameworks, rounds: &Rounds, submissions: &Submissions) -> Outcome {
    let mut outcome = Outcome::new(Check::Budget);
    let mut spent: BTreeMap<(AuthorityId, ReportingYear), RhoNano> = BTreeMap::new();
    let mut n_blocks = 0;
    for (id, of_round) in submissions {
        let Some(known) = rounds.get(id).and_then(|r| r.plan.as_ref()) else { continue };
        let body = known.plan.body();
        n_blocks += body.blocks.len();
        plan(&mut outcome, &Place::Plan(*id).path(), &known.plan, known.framework(frameworks));
        for accepted in &of_round.accepted {
            let (round, authority, sequence) = (*id, accepted.authority, accepted.submission.sequence);
            let file = Place::Submission { round, authority, sequence }.path();
            let blocks = &accepted.submission.blocks;
            let costs = blocks.iter().map(|b| cost(b.l2_squared, b.scale_milli));
            match costs.clone().try_fold(RhoNano(0), |sum, c| sum.plus(c?)) {
                Some(rho) if rho <= body.rho_release_nano && costs.eq(blocks.iter().map(|b| Some(b.rho_nano))) => {}
                Some(rho) => outcome.fault(&file, format!("costs rho {rho}, against {} in the plan", body.rho_release_nano)),
                None => outcome.fault(&file, "its cost cannot be computed"),
            }
        }
        for authority in &of_round.logged {
            let sum = spent.entry((*authority, body.reporting_year)).or_default();
            *sum = sum.plus(known.plan.rho()).unwrap_or(RhoNano(u64::MAX));
            if *sum > body.rho_year_nano {
                let what = format!(
                    "authority {authority} spent rho {sum} in {}, the plan allows {}",
                    body.reporting_year, body.rho_year_nano
                );
                outcome.fault(&Place::Plan(*id).path(), what);
            }
        }
    }
    let mut life: BTreeMap<AuthorityId, RhoNano> = BTreeMap::new();
    for ((authority, _), rho) in &spent {
        let sum = life.entry(*authority).or_default();
        *sum = sum.plus(*rho).unwrap_or(RhoNano(u64::MAX));
    }
    let most = life.values().max().copied().unwrap_or_default();
    let said = format!(
        "cost of {} recomputed, within the plans for {}; most for one child over the whole log: rho {most}",
        count(n_blocks, "block", "blocks"),
        count(life.len(), "authority", "authorities"),
    );
    outcome.said(said)
}

/// The plan's own claims, recomputed from the framework.
fn plan(outcome: &mut Outcome, file: &str, plan: &Plan, framework: &Framework) {
    let of_block = |b: &PlanBlock| {
        let tables: Option<Vec<(&Table, u32)>> = b.tables.iter().map(|t| Some((framework.table(&t.table)?, t.unit))).collect();
        cost(l2_squared(tables?.into_iter())?, b.scale_milli)
    };
    let body = plan.body();
    let mut sum = RhoNano(0);
    for block in &body.blocks {
        match of_block(block) {
            Some(rho) if rho == block.rho_nano => sum = sum.plus(rho).unwrap_or(RhoNano(u64::MAX)),
            Some(rho) => outcome.fault(file, format!("block {} costs rho {rho}, the plan claims {}", block.name, block.rho_nano)),
            None => outcome.fault(file, format!("the cost of block {} cannot be computed", block.name)),
        }
    }
    if sum > body.rho_release_nano {
        outcome.fault(file, format!("its blocks cost rho {sum}, more than {} for the release", body.rho_release_nano));
    }
}
