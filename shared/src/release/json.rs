//! The file `figures.json`: a head, then one figure a line.

use serde::Serialize;

use super::figures::population_of;
use super::{Accepted, Coverage, Figure, INTERVAL_COVERS, NOTICE, NOTICE_MADE_UP, PopulationCovered, ReleaseError};
use crate::ids::{AuthorityId, Digest, ReportingYear, RoundId};
use crate::plan::{Plan, PlanTable, Protection};

/// What stands above the figures.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Head {
    pub(super) schema: String,
    pub(super) version: String,
    pub(super) round: RoundId,
    pub(super) reporting_year: ReportingYear,
    pub(super) made_up: bool,
    pub(super) notices: Vec<String>,
    pub(super) framework: Digest,
    pub(super) layout: Digest,
    pub(super) plan: Digest,
    pub(super) interval: &'static str,
    pub(super) blocks: Vec<Block>,
    pub(super) authorities: Coverage,
    pub(super) population: Option<PopulationCovered>,
    pub(super) submissions: Vec<Source>,
}

/// Noise of one block, for whoever wants to compute intervals anew.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Block {
    name: String,
    protection: Protection,
    scale_milli: u64,
    correction_scale_milli: u64,
    tables: Vec<PlanTable>,
}

/// One submission in the sums.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Source {
    authority: AuthorityId,
    /// `submission`, or `correction`, whose noise has the other scale.
    kind: &'static str,
    id: Digest,
}

pub(super) fn head(plan: &Plan, plan_id: Digest, version: &str, accepted: &[&Accepted]) -> Result<Head, ReleaseError> {
    let body = plan.body();
    let is_absent = |code: &AuthorityId| !accepted.iter().any(|a| a.authority == *code);
    let absent: Vec<AuthorityId> = body.cohort.members.iter().map(|m| m.authority).filter(is_absent).collect();
    let count = |n: usize| u64::try_from(n).expect("lengths fit 64 bits");
    let block = |b: &crate::plan::PlanBlock| Block {
        name: b.name.clone(),
        protection: b.protection,
        scale_milli: b.scale_milli,
        correction_scale_milli: b.correction_scale_milli,
        tables: b.tables.clone(),
    };
    let made_up = body.made_up.then_some(NOTICE_MADE_UP);
    Ok(Head {
        schema: "goldenthread.release/1".into(),
        version: version.to_owned(),
        round: body.round,
        reporting_year: body.reporting_year,
        made_up: body.made_up,
        notices: made_up.into_iter().chain([NOTICE]).map(str::to_owned).collect(),
        framework: body.framework,
        layout: body.layout,
        plan: plan_id,
        interval: INTERVAL_COVERS,
        blocks: body.blocks.iter().map(block).collect(),
        authorities: Coverage { expected: count(body.cohort.members.len()), accepted: count(accepted.len()), absent },
        population: population(plan, accepted)?,
        submissions: accepted
            .iter()
            .map(|a| Source { authority: a.authority, kind: a.submission.kind.word(), id: a.id })
            .collect(),
    })
}

fn population(plan: &Plan, accepted: &[&Accepted]) -> Result<Option<PopulationCovered>, ReleaseError> {
    let cohort = &plan.body().cohort;
    let (Some(estimate), Some(present)) = (&cohort.population, population_of(plan, accepted)?) else { return Ok(None) };
    let all = cohort.members.iter().filter_map(|m| m.population_0_17).try_fold(0, u64::checked_add);
    Ok(Some(PopulationCovered {
        mid_year: estimate.mid_year,
        source: estimate.source.clone(),
        expected: all.ok_or(ReleaseError::Overflow)?,
        accepted: present,
    }))
}

pub(super) fn encode(head: &Head, figures: &[Figure]) -> Vec<u8> {
    let mut out = serde_json::to_vec(head).expect("a head serialises");
    out.pop();
    out.extend(b",\"figures\":[\n");
    for (i, figure) in figures.iter().enumerate() {
        if i > 0 {
            out.extend(b",\n");
        }
        serde_json::to_writer(&mut out, figure).expect("a figure serialises into memory");
    }
    out.extend(b"\n]}\n");
    out
}
