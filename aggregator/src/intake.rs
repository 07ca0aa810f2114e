//! Intake: what becomes of the bytes that an authority posts. Pure: bytes, identity and registry in, a decision out.
//!
//! It answers everything but two questions that need the lock: whether the message is known already, and whether the
//! round takes messages at this second. The sequencer asks those, in that order, so that an authority's own replay gets
//! its receipt again for ever. The order of the checks here is the order in `docs/protocol.md`.

use serde::Deserialize;
use shared::ids::{AuthorityId, Digest, RoundId};
use shared::problem::Problem;
use shared::sign::{Envelope, EnvelopeError};
use shared::submission::{MessageKind, SUBMISSION_TYPE, Submission, SubmissionError, without_padding};
use shared::time::Timestamp;

use crate::registry::{Registry, Round};

/// How far a round has come for messages of a kind, as the log says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It takes none yet.
    Before,
    /// It takes them.
    Open,
    /// It takes none any more.
    Over,
}

impl Stage {
    fn of(round: &Round, kind: MessageKind) -> Self {
        let stages = &round.stages;
        let (opened, closed) = match kind {
            // the leaf after the plan's opens the round
            MessageKind::Submission => (true, stages.deadline_index.is_some()),
            MessageKind::Correction => (stages.correction_index.is_some(), stages.correction_deadline_index.is_some()),
        };
        match (opened, closed) {
            (_, true) => Self::Over,
            (true, false) => Self::Open,
            (false, false) => Self::Before,
        }
    }
}

/// When a round takes messages of a kind, as it stood in the registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// First second.
    pub opens_at: Timestamp,
    /// First second after.
    pub closes_at: Timestamp,
    /// How far the round has come.
    pub stage: Stage,
    /// Of which kind of messages.
    pub kind: MessageKind,
}

impl Window {
    /// The plan's dates and the round's stage. A made-up round takes corrections as soon as its log says so: its dates are
    /// made up too.
    fn of(round: &Round, kind: MessageKind) -> Self {
        let body = round.plan.body();
        let dates = &body.dates;
        let (opens_at, closes_at) = match kind {
            MessageKind::Correction if !body.made_up => (dates.correction_opens_at, dates.correction_closes_at),
            MessageKind::Correction => (dates.send_opens_at, dates.correction_closes_at),
            MessageKind::Submission => (dates.send_opens_at, dates.send_closes_at),
        };
        Self { opens_at, closes_at, stage: Stage::of(round, kind), kind }
    }

    /// Whether a new message is taken now.
    pub fn admit(&self, now: Timestamp) -> Result<(), Problem> {
        let (early, late) = match self.kind {
            MessageKind::Submission => (Problem::RoundNotOpen, Problem::SubmissionLate),
            MessageKind::Correction => (Problem::CorrectionNotOpen, Problem::CorrectionLate),
        };
        match self.stage {
            Stage::Over => Err(late),
            Stage::Before => Err(early),
            Stage::Open if now < self.opens_at => Err(early),
            Stage::Open if now >= self.closes_at => Err(late),
            Stage::Open => Ok(()),
        }
    }
}

/// A message that may be sequenced.
#[derive(Clone, Debug)]
pub struct Message {
    /// Its id.
    pub id: Digest,
    /// From whom.
    pub authority: AuthorityId,
    /// For which round.
    pub round: RoundId,
    /// Its kind.
    pub kind: MessageKind,
    /// Place in the authority's own sequence.
    pub sequence: u32,
    /// What it names as the authority's message before it.
    pub previous: Digest,
    /// The envelope's bytes as received, without padding.
    pub envelope: Vec<u8>,
    /// When its round takes messages.
    pub window: Window,
    /// Version of the registry that it was judged by.
    pub registry_version: i64,
}

/// The round and kind that a path names, or why not.
pub fn addressed<'a>(registry: &'a Registry, round: &str, kind: &str) -> Result<(&'a Round, MessageKind), Problem> {
    let round: RoundId = round.parse().map_err(|_| Problem::RoundUnknown)?;
    let kind = MessageKind::parse(kind).ok_or(Problem::MessageKindUnknown)?;
    Ok((registry.rounds.get(&round).ok_or(Problem::RoundUnknown)?, kind))
}

/// Greatest body that a round takes, in bytes.
pub fn body_bytes_max(round: &Round) -> usize {
    usize::try_from(round.plan.body().body_bytes_max).unwrap_or(usize::MAX).min(shared::limits::ENVELOPE_BYTES_MAX)
}

/// The authority that a payload names, whatever else it says.
#[derive(Deserialize)]
struct Named {
    authority: AuthorityId,
}

/// Judges the body that the bearer of a certificate of `peer` posted for a round.
pub fn judge(body: &[u8], peer: AuthorityId, registry: &Registry, round: &Round, kind: MessageKind) -> Result<Message, Problem> {
    let bytes_max = body_bytes_max(round);
    if body.len() > bytes_max {
        return Err(Problem::BodyTooLarge);
    }
    let bytes = without_padding(body).ok_or(Problem::EnvelopeNotCanonical)?;
    let envelope = Envelope::parse(bytes, bytes_max).map_err(|e| problem_of(&e))?;
    if envelope.payload_type() != SUBMISSION_TYPE {
        return Err(Problem::MessageKindUnknown);
    }
    let named: Option<Named> = serde_json::from_slice(envelope.payload_unverified()).ok();
    if named.is_some_and(|n| n.authority != peer) {
        return Err(Problem::AuthorityMismatch);
    }
    let member = registry.members.get(&peer).ok_or(Problem::AuthorityUnknown)?;
    let verified = envelope.verify(SUBMISSION_TYPE, &member.keys).map_err(|e| problem_of(&e))?;
    let submission = Submission::parse(verified.payload).map_err(|e| problem_of_submission(&e))?;
    round.plan.member(peer).ok_or(Problem::AuthorityUnknown)?;
    if submission.kind != kind {
        return Err(Problem::MessageKindUnknown);
    }
    submission.fits(&round.plan, round.plan_id, &round.framework).map_err(|e| problem_of_submission(&e))?;
    if submission.authority != peer {
        return Err(Problem::AuthorityMismatch);
    }
    Ok(Message {
        id: verified.id,
        authority: peer,
        round: round.plan.body().round,
        kind,
        sequence: submission.sequence,
        previous: submission.previous,
        window: Window::of(round, kind),
        registry_version: registry.version,
        envelope: bytes.to_vec(),
    })
}

fn problem_of(error: &EnvelopeError) -> Problem {
    match error {
        EnvelopeError::TooLarge { .. } => Problem::BodyTooLarge,
        EnvelopeError::Malformed => Problem::EnvelopeMalformed,
        EnvelopeError::NotCanonical => Problem::EnvelopeNotCanonical,
        EnvelopeError::PayloadType { .. } => Problem::MessageKindUnknown,
        EnvelopeError::KeyUnknown => Problem::KeyUnknown,
        EnvelopeError::SignatureInvalid => Problem::SignatureInvalid,
    }
}

fn problem_of_submission(error: &SubmissionError) -> Problem {
    match error {
        SubmissionError::Malformed => Problem::PayloadMalformed,
        SubmissionError::Plan => Problem::PlanUnknown,
        SubmissionError::Shape(_) => Problem::ShapeMismatch,
    }
}

#[cfg(test)]
mod tests;
