//! May this agent draw for this round? Every guard that stands before the records, as one pure decision.
//!
//! Handed in: what is pinned, what the ledger says, what the log shows, the plan's bytes and the present second. Out comes
//! an [`Admitted`] plan, which the draw consumes, or the problem. Invariant of [`Admitted`]: the plan is signed by a
//! pinned plan key, is the only one of its round in the verified log, which witnesses vouch for, which names nothing of this
//! authority that the ledger lacks and does not show the round as closed; the plan fits this agent's framework and settings,
//! and its cost is within every cap. `docs/privacy.md`, PC4 and PC10; `docs/protocol.md`, sections 4 and 7.5.

use serde::Deserialize;
use shared::framework::Framework;
use shared::ids::{AuthorityId, Digest, ReportingYear, RoundId};
use shared::log::cosignature::WitnessPolicy;
use shared::plan::{PLAN_BYTES_MAX, PLAN_TYPE, Plan, PlanError};
use shared::problem::Problem;
use shared::sign::{Envelope, PublicKey};
use shared::submission::MessageKind;
use shared::time::Timestamp;

use crate::ledger::{Caps, Ledger};
use crate::log_view::{Corrections, LogView};

/// What this agent wants to take part in, and how much it allows.
pub struct Wanted<'a> {
    /// Who it is.
    pub authority: AuthorityId,
    /// Which round.
    pub round: RoundId,
    /// Its submission, or the correction of it.
    pub kind: MessageKind,
    /// What it allows.
    pub caps: Caps,
    /// What it measures.
    pub framework: &'a Framework,
    /// Keys that may sign plans, pinned at enrolment.
    pub plan_keys: &'a [PublicKey],
    /// Who must vouch for the log.
    pub witnessing: Witnessing<'a>,
    /// Whether its records are made up.
    pub made_up: bool,
    /// The present second.
    pub now: Timestamp,
}

/// Who must vouch for the log before a draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Witnessing<'a> {
    /// As many witnesses as the trust file demands.
    By(&'a WitnessPolicy),
    /// Nobody: the trust file names no witness, and the settings say that this is known.
    Waived,
}

impl<'a> Witnessing<'a> {
    /// A setting waives witnesses only where the trust file names none: those that it names are always demanded.
    pub fn of(policy: &'a WitnessPolicy, without_witnesses: bool) -> Self {
        if policy.names_nobody() && without_witnesses { Self::Waived } else { Self::By(policy) }
    }
}

/// A plan that may be drawn for, once.
pub struct Admitted {
    plan: Plan,
    id: Digest,
}

impl Admitted {
    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }
    /// Id of its envelope.
    pub fn id(&self) -> Digest {
        self.id
    }
}

/// Decides. Whether the log is vouched for comes first, then the ledger's own state, then the plan, then dates and budget.
pub fn admit(wanted: &Wanted<'_>, ledger: &Ledger, log: &LogView, plan_bytes: &[u8]) -> Result<Admitted, Problem> {
    log_is_witnessed(wanted.witnessing, log, wanted.now)?;
    ledger_knows_its_leaves(wanted.authority, ledger, log)?;
    ledger_knows_its_keys(wanted.authority, ledger, log)?;
    let id = the_one_plan(log, wanted.round)?;
    let envelope = Envelope::parse(plan_bytes, PLAN_BYTES_MAX).map_err(|_| Problem::PlanMalformed)?;
    let verified = envelope.verify(PLAN_TYPE, wanted.plan_keys).map_err(|_| Problem::PlanSignatureInvalid)?;
    if verified.id != id {
        return Err(Problem::PlanUnlogged);
    }
    let plan = read_plan(verified.payload, wanted.framework)?;
    if plan.body().round != wanted.round {
        return Err(Problem::PlanMalformed);
    }
    if plan.body().made_up != wanted.made_up {
        return Err(Problem::PlanMadeUp);
    }
    year_is_newest(&plan, wanted.now)?;
    if plan.member(wanted.authority).is_none() {
        return Err(Problem::AuthorityUnknown);
    }
    match wanted.kind {
        MessageKind::Submission => not_closed(log, wanted.round)?,
        MessageKind::Correction => takes_corrections(log, wanted.round)?,
    }
    if !is_in_time(wanted.kind, &plan, wanted.now) {
        return Err(Problem::PlanNotOpen);
    }
    if ledger.debits().iter().any(|debit| debit.round == wanted.round && debit.sequence >= wanted.kind.sequence()) {
        // one submission and one correction in a round: neither command asks for a second of its own
        return Err(Problem::PlanCapYear);
    }
    let cost = plan.rho_of(wanted.kind.draw());
    ledger.allows(&wanted.caps, plan.body().reporting_year, wanted.now.day(), cost)?;
    Ok(Admitted { plan, id })
}

/// Whether the plan's dates let an agent draw now. A made-up round can be closed before its time, and so its corrections can
/// open before theirs, as soon as the log says so: nobody's privacy is spent, and the centre takes them in the same time.
fn is_in_time(kind: MessageKind, plan: &Plan, now: Timestamp) -> bool {
    let dates = plan.body().dates;
    let corrections_from = if plan.body().made_up { dates.send_opens_at } else { dates.correction_opens_at };
    match kind {
        MessageKind::Submission => now.day() >= dates.freeze_on.0 && now < dates.send_closes_at,
        MessageKind::Correction => (corrections_from..dates.correction_closes_at).contains(&now),
    }
}

/// # Claim
/// No noise is drawn on the word of a checkpoint that fewer witnesses than the trust file demands vouched for within 24 hours.
/// # Why
/// A witness vouches only for a tree that continues the largest one that it has seen. So a log from which this authority's
/// submission is gone is vouched for by nobody who saw it there, once their former cosignatures are a day old. Attacked by
/// `six_of_six_draw_nothing`, `a_checkpoint_that_too_few_vouch_for_is_not_drawn_on` and the tests of `shared::log::cosignature`.
pub fn log_is_witnessed(witnessing: Witnessing<'_>, log: &LogView, now: Timestamp) -> Result<(), Problem> {
    match witnessing {
        Witnessing::Waived => Ok(()),
        Witnessing::By(policy) => match policy.is_met(log.note(), now) {
            Ok(true) => Ok(()),
            Ok(false) => Err(Problem::CheckpointNotWitnessed),
            Err(_) => Err(Problem::CheckpointInvalid),
        },
    }
}

/// # Claim
/// Every key that the log ever registered for this authority's agent is this ledger's own or was noted in it by a person;
/// otherwise nothing is drawn.
/// # Why
/// A key that the ledger does not know belongs to a state that was lost or to another machine, whose submissions may have been
/// drawn and not yet logged. A ledger made anew has a new key, so that it cannot begin at nothing behind a log that knows the
/// authority. Attacked by `an_authority_that_the_log_knows_does_not_begin_anew` and `six_of_six_draw_nothing`.
pub fn ledger_knows_its_keys(authority: AuthorityId, ledger: &Ledger, log: &LogView) -> Result<(), Problem> {
    let all_known = log.keys_of(authority).iter().all(|leaf| ledger.knows_key(leaf.key));
    all_known.then_some(()).ok_or(Problem::LedgerBehindLog)
}

/// # Claim
/// Every submission that the log holds in this authority's name is in the ledger; otherwise nothing is drawn.
/// # Why
/// A leaf that the ledger lacks was paid for by another copy of this state. Drawing again would publish a second noisy
/// answer over the same children without counting the first. Attacked by `copied_or_restored_state_is_refused` and
/// `six_of_six_draw_nothing`.
pub fn ledger_knows_its_leaves(authority: AuthorityId, ledger: &Ledger, log: &LogView) -> Result<(), Problem> {
    let known = |id: Digest| ledger.debits().iter().any(|d| d.id == id);
    let all_known = log.submissions_of(authority).iter().all(|leaf| known(leaf.id));
    all_known.then_some(()).ok_or(Problem::LedgerBehindLog)
}

/// # Claim
/// No noise is drawn for a round that the verified log shows as closed, whatever this machine's clock and the plan say.
/// # Why
/// The centre takes nothing after that leaf, so that a draw would spend children's budget for figures that nobody will
/// publish. Attacked by `a_round_that_the_log_shows_as_closed_is_not_drawn`.
fn not_closed(log: &LogView, round: RoundId) -> Result<(), Problem> {
    if log.is_closed(round) { Err(Problem::SubmissionLate) } else { Ok(()) }
}

/// # Claim
/// No correction is drawn but while the verified log shows the round as taking corrections, whatever clock and plan say.
/// # Why
/// All authorities have the same time for it, after the first release and before the next version, and the log is where
/// everybody sees both ends. Attacked by `every_refusal_of_a_correction_draws_nothing`.
fn takes_corrections(log: &LogView, round: RoundId) -> Result<(), Problem> {
    match log.corrections_of(round) {
        Corrections::NotYet => Err(Problem::CorrectionNotOpen),
        Corrections::Open => Ok(()),
        Corrections::Over => Err(Problem::CorrectionLate),
    }
}

/// The id of the one plan that the log names for a round.
pub fn the_one_plan(log: &LogView, round: RoundId) -> Result<Digest, Problem> {
    let mut ids = log.plans_of(round);
    ids.sort_unstable();
    ids.dedup();
    match ids[..] {
        [] => Err(Problem::PlanUnlogged),
        [id] => Ok(id),
        [_, _, ..] => Err(Problem::PlanSecond),
    }
}

#[derive(Deserialize)]
struct Glance {
    framework: Digest,
    layout: Digest,
    blocks: Vec<GlanceBlock>,
}

#[derive(Deserialize)]
struct GlanceBlock {
    protection: String,
}

/// Reads a plan; a framework or protection that a later version knows is named as such and not as damage.
fn read_plan(payload: &[u8], framework: &Framework) -> Result<Plan, Problem> {
    let glance: Glance = serde_json::from_slice(payload).map_err(|_| Problem::PlanMalformed)?;
    if glance.framework != framework.hash() || glance.layout != framework.layout_hash() {
        return Err(Problem::FrameworkUnknown);
    }
    if glance.blocks.iter().any(|b| b.protection != "local-noise") {
        return Err(Problem::ProtectionUnknown);
    }
    Plan::parse(payload, framework).map_err(|e| match e {
        PlanError::Framework => Problem::FrameworkUnknown,
        PlanError::Malformed | PlanError::Contradiction(_) | PlanError::Budget | PlanError::NoScale { .. } => {
            Problem::PlanMalformed
        }
    })
}

/// Only the newest complete reporting year is drawn, so that no older year is charged to children a second time.
/// A plan that says `made_up` may be for an older year, and only an agent whose settings say so too comes here with one:
/// nobody's privacy is spent on made-up data, and a demonstration must not depend on the date on which it runs. A year that is not complete is refused in every case.
fn year_is_newest(plan: &Plan, now: Timestamp) -> Result<(), Problem> {
    let newest = ReportingYear::of(now.day()).ok_or(Problem::PlanYearNotNewest)?.before(1);
    let year = plan.body().reporting_year;
    let right = year == newest || (plan.body().made_up && year < newest);
    right.then_some(()).ok_or(Problem::PlanYearNotNewest)
}
