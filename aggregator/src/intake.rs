//! Intake: what becomes of the bytes that an authority posts. Pure: bytes, identity and registry in, a decision out.
//!
//! It answers everything but two questions that need the lock: whether the message is known already, and whether the
//! round takes messages at this second. The sequencer asks those, in that order, so that an authority's own replay gets
//! its receipt again for ever. The order of the checks here is the order in `docs/protocol.md`.

use serde::Deserialize;
use shared::ids::{AuthorityId, Digest, RoundId};
use shared::problem::Problem;
use shared::sign::{Envelope, EnvelopeError};
use shared::submission::{MessageKind, SUBMISSION_TYPE, Submission, SubmissionError};
use shared::time::Timestamp;

use crate::registry::{Registry, Round, RoundState};

/// Kinds of message that are taken. The rule for a second message of an authority belongs to the kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Noisy cells of one authority for one round; one of them, the first one counts.
    Submission,
}

impl Kind {
    /// The kind that a path names.
    pub fn parse(text: &str) -> Option<Self> {
        (text == MessageKind::Submission.word()).then_some(Self::Submission)
    }
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Submission => MessageKind::Submission.word(),
        }
    }
}

/// When a round takes messages, as it stood in the registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// First second.
    pub opens_at: Timestamp,
    /// First second after.
    pub closes_at: Timestamp,
    /// Where the round stands.
    pub state: RoundState,
}

impl Window {
    /// Whether a new message is taken now.
    pub fn admit(&self, now: Timestamp) -> Result<(), Problem> {
        match self.state {
            RoundState::Closed | RoundState::Released => Err(Problem::SubmissionLate),
            RoundState::Open if now < self.opens_at => Err(Problem::RoundNotOpen),
            RoundState::Open if now >= self.closes_at => Err(Problem::SubmissionLate),
            RoundState::Open => Ok(()),
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
    pub kind: Kind,
    /// Place in the authority's own sequence.
    pub sequence: u32,
    /// The bytes as received.
    pub envelope: Vec<u8>,
    /// When its round takes messages.
    pub window: Window,
    /// Version of the registry that it was judged by.
    pub registry_version: i64,
}

/// The round and kind that a path names, or why not.
pub fn addressed<'a>(registry: &'a Registry, round: &str, kind: &str) -> Result<(&'a Round, Kind), Problem> {
    let round: RoundId = round.parse().map_err(|_| Problem::RoundUnknown)?;
    let kind = Kind::parse(kind).ok_or(Problem::MessageKindUnknown)?;
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

/// Judges the bytes that the bearer of a certificate of `peer` posted for a round.
pub fn judge(bytes: Vec<u8>, peer: AuthorityId, registry: &Registry, round: &Round, kind: Kind) -> Result<Message, Problem> {
    let envelope = Envelope::parse(&bytes, body_bytes_max(round)).map_err(|e| problem_of(&e))?;
    let payload_type = match kind {
        Kind::Submission => SUBMISSION_TYPE,
    };
    if envelope.payload_type() != payload_type {
        return Err(Problem::MessageKindUnknown);
    }
    let named: Option<Named> = serde_json::from_slice(envelope.payload_unverified()).ok();
    if named.is_some_and(|n| n.authority != peer) {
        return Err(Problem::AuthorityMismatch);
    }
    let member = registry.members.get(&peer).ok_or(Problem::AuthorityUnknown)?;
    let verified = envelope.verify(payload_type, &member.keys).map_err(|e| problem_of(&e))?;
    let submission = Submission::parse(verified.payload).map_err(|e| problem_of_submission(&e))?;
    round.plan.member(peer).ok_or(Problem::AuthorityUnknown)?;
    submission.fits(&round.plan, round.plan_id, &round.framework).map_err(|e| problem_of_submission(&e))?;
    if submission.authority != peer {
        return Err(Problem::AuthorityMismatch);
    }
    let body = round.plan.body();
    let window = Window { opens_at: body.dates.send_opens_at, closes_at: body.dates.send_closes_at, state: round.state };
    Ok(Message {
        id: verified.id,
        authority: peer,
        round: body.round,
        kind,
        sequence: submission.sequence,
        window,
        registry_version: registry.version,
        envelope: bytes,
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
