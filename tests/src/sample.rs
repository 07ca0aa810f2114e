//! One plan and one submission of made-up content, for wire examples and benchmarks.

use shared::framework::Framework;
use shared::ids::{AuthorityId, Digest, ReportingYear};
use shared::plan::{Cohort, CohortMember, Dates, Draw, Plan, PlanChoice, PopulationEstimate, Region};
use shared::privacy::RhoNano;
use shared::submission::{
    FactAnswer, FactStated, MessageKind, Nonce, SCHEMA, Submission, SubmissionBlock, TableSupplied, framework_return_tables,
    state_facts,
};

/// A made-up plan for one authority in London, with the default budget.
///
/// # Errors
/// When the framework admits no plan.
pub fn plan(framework: &Framework, authority: AuthorityId, reporting_year: ReportingYear) -> anyhow::Result<Plan> {
    let region = Region { code: "E12000007".into(), name: "London".into() };
    let choice = PlanChoice {
        reporting_year,
        made_up: true,
        dates: Dates {
            freeze_on: "2025-06-30".parse()?,
            send_opens_at: "2025-07-01T09:00:00Z".parse()?,
            send_spread_s: 0,
            send_closes_at: "2025-07-31T17:00:00Z".parse()?,
            correction_opens_at: "2098-10-01T09:00:00Z".parse()?,
            correction_closes_at: "2098-10-31T17:00:00Z".parse()?,
        },
        rho_release: RhoNano(160_000_000),
        rho_correction: RhoNano(40_000_000),
        accepted_wide: None,
        cohort: Cohort {
            members: vec![CohortMember {
                authority,
                ons_code: "E09000002".into(),
                name: "Example Council".into(),
                region: region.code.clone(),
                population_0_17: Some(60_000),
            }],
            regions: vec![region],
            population: Some(PopulationEstimate {
                mid_year: reporting_year.before(1).number(),
                source: "A made-up estimate".into(),
            }),
        },
        authorities_min: 1,
    };
    Ok(Plan::with_equal_shares(framework, choice)?)
}

/// What the authority supplies: every table.
#[must_use]
pub fn all_supplied(framework: &Framework) -> Vec<TableSupplied> {
    framework_return_tables(framework).into_iter().map(|table| TableSupplied { table, supplied: 1 }).collect()
}

/// What the authority states of itself: all three answers in turn.
#[must_use]
pub fn all_stated(framework: &Framework) -> Vec<FactStated> {
    let place = |id: &str| framework.facts().position(|m| m.id == id).unwrap_or(0);
    state_facts(framework, |id| FactAnswer::ALL[place(id) % FactAnswer::ALL.len()])
}

/// A first submission whose cells say nothing.
///
/// # Errors
/// When a block has more cells than a word counts.
pub fn submission(plan: &Plan, plan_id: Digest, framework: &Framework, authority: AuthorityId) -> anyhow::Result<Submission> {
    let mut blocks = Vec::new();
    for planned in &plan.body().blocks {
        let cells = (0..i64::try_from(planned.n)?).map(|i| i * 37 % 1000 - 100).collect();
        blocks.push(SubmissionBlock::of(planned, Draw::Release, cells));
    }
    Ok(Submission {
        schema: SCHEMA.into(),
        authority,
        round: plan.body().round,
        kind: MessageKind::Submission,
        sequence: 1,
        previous: Digest::NONE,
        reason: 0,
        nonce: Nonce([7; 16]),
        produced_on: "2025-07-02".parse()?,
        agent_version: "0.1.0".into(),
        framework: framework.hash(),
        layout: framework.layout_hash(),
        plan: plan_id,
        tables_supplied: all_supplied(framework),
        facts: all_stated(framework),
        blocks,
        attachments: Vec::new(),
    })
}
