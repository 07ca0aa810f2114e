//! Check `budget`: what each draw cost a child, recomputed from sensitivities and scales, stays within the plan: for the
//! release, for the correction, for each authority and reporting year. What the whole log has cost a child is told.
//!
//! The claimed scales are proved, not that noise of that scale was drawn: nobody can prove that from the outside.

use std::collections::BTreeMap;

use shared::framework::{Framework, Table};
use shared::ids::{AuthorityId, ReportingYear, RoundId};
use shared::plan::{Draw, Plan, PlanBlock};
use shared::privacy::{RhoNano, cost, l2_squared};
use shared::release::Accepted;

use super::count;
use super::frameworks::Frameworks;
use super::plans::Rounds;
use super::submissions::Submissions;
use crate::finding::{Check, Outcome};
use crate::place::Place;

/// Both draws of a plan.
const DRAWS: [Draw; 2] = [Draw::Release, Draw::Correction];

/// What an authority has spent of one reporting year.
#[derive(Clone, Copy, Debug, Default)]
struct Spent {
    release: RhoNano,
    correction: RhoNano,
}

impl Spent {
    fn add(&mut self, draw: Draw, rho: RhoNano) {
        let of_draw = match draw {
            Draw::Release => &mut self.release,
            Draw::Correction => &mut self.correction,
        };
        *of_draw = sum(*of_draw, rho);
    }
    fn all(self) -> RhoNano {
        sum(self.release, self.correction)
    }
}

fn sum(a: RhoNano, b: RhoNano) -> RhoNano {
    a.plus(b).unwrap_or(RhoNano(u64::MAX))
}

/// The word for a draw.
fn word(draw: Draw) -> &'static str {
    match draw {
        Draw::Release => "release",
        Draw::Correction => "correction",
    }
}

fn budget_of(plan: &Plan, draw: Draw) -> RhoNano {
    match draw {
        Draw::Release => plan.body().rho_release_nano,
        Draw::Correction => plan.body().rho_correction_nano,
    }
}

/// Adds up what was spent.
pub fn check(frameworks: &Frameworks, rounds: &Rounds, submissions: &Submissions) -> Outcome {
    let mut outcome = Outcome::new(Check::Budget);
    let mut spent: BTreeMap<(AuthorityId, ReportingYear), Spent> = BTreeMap::new();
    let mut n_blocks = 0;
    for (id, of_round) in submissions {
        let Some(known) = rounds.get(id).and_then(|r| r.plan.as_ref()) else { continue };
        let (body, file) = (known.plan.body(), Place::Plan(*id).path());
        n_blocks += body.blocks.len();
        let costs = DRAWS.map(|draw| recomputed(&mut outcome, &file, &known.plan, known.framework(frameworks), draw));
        for accepted in of_round.accepted.iter().chain(&of_round.corrections) {
            claimed(&mut outcome, *id, &known.plan, accepted);
        }
        for (authority, draw) in &of_round.logged {
            let of_year = spent.entry((*authority, body.reporting_year)).or_default();
            let [release, correction] = costs;
            of_year.add(*draw, if *draw == Draw::Release { release } else { correction });
        }
        for ((authority, year), spent) in spent.iter().filter(|((_, year), _)| *year == body.reporting_year) {
            let limits = [
                (spent.release, body.rho_release_nano, "for the release"),
                (spent.correction, body.rho_correction_nano, "for a correction"),
                (spent.all(), body.rho_year_nano, "for the year"),
            ];
            for (rho, limit, what) in limits.into_iter().filter(|(rho, limit, _)| rho > limit) {
                outcome.fault(&file, format!("authority {authority} spent rho {rho} in {year}, the plan allows {limit} {what}"));
            }
        }
    }
    let mut life: BTreeMap<AuthorityId, RhoNano> = BTreeMap::new();
    for ((authority, _), spent) in &spent {
        let of_life = life.entry(*authority).or_default();
        *of_life = sum(*of_life, spent.all());
    }
    let most = life.values().max().copied().unwrap_or_default();
    let said = format!(
        "cost of {}, for release and correction, recomputed and within the plans for {}; most for one child over the whole log: \
         rho {most}; this proves the scales that are claimed, not that noise was drawn",
        count(n_blocks, "block", "blocks"),
        count(life.len(), "authority", "authorities"),
    );
    outcome.said(said)
}

/// A submission's own claims, against the plan's budget for its draw.
fn claimed(outcome: &mut Outcome, round: RoundId, plan: &Plan, accepted: &Accepted) {
    let (authority, submission) = (accepted.authority, &accepted.submission);
    let file = Place::Submission { round, authority, sequence: submission.sequence }.path();
    let limit = budget_of(plan, submission.kind.draw());
    let costs = submission.blocks.iter().map(|b| cost(b.l2_squared, b.scale_milli));
    match costs.clone().try_fold(RhoNano(0), |sum, c| sum.plus(c?)) {
        Some(rho) if rho <= limit && costs.eq(submission.blocks.iter().map(|b| Some(b.rho_nano))) => {}
        Some(rho) => outcome.fault(&file, format!("costs rho {rho}, against {limit} in the plan")),
        None => outcome.fault(&file, "its cost cannot be computed"),
    }
}

/// What a draw of a plan costs, from the framework and the plan's units and scales alone; what the plan claims besides is
/// compared with it. A cost that cannot be computed counts as the greatest.
fn recomputed(outcome: &mut Outcome, file: &str, plan: &Plan, framework: &Framework, draw: Draw) -> RhoNano {
    let of_block = |b: &PlanBlock| {
        let tables: Option<Vec<(&Table, u32)>> = b.tables.iter().map(|t| Some((framework.table(&t.table)?, t.unit))).collect();
        cost(l2_squared(tables?.into_iter())?, b.scale_milli_of(draw))
    };
    let (mut all, what) = (RhoNano(0), word(draw));
    for block in &plan.body().blocks {
        let (name, claim) = (&block.name, block.rho_of(draw));
        let Some(rho) = of_block(block) else {
            outcome.fault(file, format!("the cost of a {what} of block {name} cannot be computed"));
            return RhoNano(u64::MAX);
        };
        if rho != claim {
            outcome.fault(file, format!("a {what} of block {name} costs rho {rho}, the plan claims {claim}"));
        }
        all = sum(all, rho);
    }
    let limit = budget_of(plan, draw);
    if all > limit {
        outcome.fault(file, format!("its blocks cost rho {all} for a {what}, more than {limit}"));
    }
    all
}
