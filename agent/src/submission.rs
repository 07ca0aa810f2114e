//! From noisy cells to the signed submission: what is said beside the cells follows from plan, settings and ledger alone.
//!
//! Nothing here has seen a child; the length of the result is a function of the plan. `docs/privacy.md`,
//! PC9; `docs/protocol.md`, section 5.

use shared::framework::Framework;
use shared::ids::{AuthorityId, Digest};
use shared::plan::Plan;
use shared::sign::{Envelope, SigningKey};
use shared::submission::{
    CorrectionReason, FactStated, MessageKind, Nonce, SCHEMA, SUBMISSION_TYPE, Submission, SubmissionBlock, TableSupplied,
};
use shared::time::Day;

use crate::inputs::InputDigest;
use crate::ledger::{Debit, DebitKind};
use crate::noise::NoisyCells;

/// Version of the agent, as submissions name it.
pub const AGENT_VERSION: &str = env!("CARGO_PKG_VERSION");

/// Which answer of its authority a submission is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The first of its round.
    First,
    /// The correction, and why there is one.
    Correction(CorrectionReason),
}

impl Answer {
    /// Its kind of message, which says its place in the round and which of the plan's draws it carries.
    pub fn kind(self) -> MessageKind {
        match self {
            Self::First => MessageKind::Submission,
            Self::Correction(_) => MessageKind::Correction,
        }
    }
    fn reason(self) -> u8 {
        match self {
            Self::First => 0,
            Self::Correction(reason) => reason.digit(),
        }
    }
}

/// What is said beside the cells.
pub struct Particulars {
    /// Whose.
    pub authority: AuthorityId,
    /// Which of its answers.
    pub answer: Answer,
    /// Id of the authority's previous submission.
    pub previous: Digest,
    /// Random bytes.
    pub nonce: Nonce,
    /// The day on which it is made.
    pub produced_on: Day,
    /// Tables that the authority says it supplies.
    pub tables_supplied: Vec<TableSupplied>,
    /// What the authority states of itself.
    pub facts: Vec<FactStated>,
    /// What it is made from, for the ledger alone.
    pub input: InputDigest,
}

/// Why no submission came to be. Each is a defect of this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ComposeError {
    /// It would not fit its plan.
    #[error("the composed submission does not fit its plan")]
    Shape,
    /// The key refused.
    #[error("the signing key cannot sign")]
    Key,
}

/// Composes and signs, and answers the debit that goes with it.
pub fn compose(
    framework: &Framework,
    plan: &Plan,
    plan_id: Digest,
    cells: NoisyCells,
    particulars: Particulars,
    key: &SigningKey,
) -> Result<Debit, ComposeError> {
    let (body, kind) = (plan.body(), particulars.answer.kind());
    if cells.blocks.len() != body.blocks.len() {
        return Err(ComposeError::Shape);
    }
    let submission = Submission {
        schema: SCHEMA.into(),
        authority: particulars.authority,
        round: body.round,
        kind,
        sequence: kind.sequence(),
        previous: particulars.previous,
        reason: particulars.answer.reason(),
        nonce: particulars.nonce,
        produced_on: particulars.produced_on,
        agent_version: AGENT_VERSION.into(),
        framework: framework.hash(),
        layout: framework.layout_hash(),
        plan: plan_id,
        tables_supplied: particulars.tables_supplied,
        facts: particulars.facts,
        blocks: body
            .blocks
            .iter()
            .zip(cells.blocks)
            .map(|(planned, words)| SubmissionBlock::of(planned, kind.draw(), words))
            .collect(),
        attachments: Vec::new(),
    };
    submission.fits(plan, plan_id, framework).map_err(|_| ComposeError::Shape)?;
    let rho = submission.rho().ok_or(ComposeError::Shape)?;
    let envelope = Envelope::sign(SUBMISSION_TYPE, submission.encode(), key).map_err(|_| ComposeError::Key)?;
    Ok(Debit {
        kind: DebitKind::Drawn(submission.kind),
        round: submission.round,
        sequence: submission.sequence,
        charged_on: submission.produced_on,
        rho,
        plan: plan_id,
        id: envelope.id(),
        input: particulars.input,
        envelope: envelope.encode(),
    })
}
