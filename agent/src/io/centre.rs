//! The aggregator as the agent sees it: five requests. The real one is `io::courier`; tests hand in others.

use std::sync::Arc;

use shared::ids::{Digest, RoundId};
use shared::log::checkpoint::Checkpoint;
use shared::log::tile::TileId;
use shared::problem::Problem;
use shared::submission::MessageKind;
use shared::time::Clock;
use shared::trust::Trust;

use super::state::State;
use crate::config::AgentConfig;
use crate::log_view::{LogError, LogHead, LogView};
use crate::stop::Stop;

/// What an agent asks of the aggregator.
pub trait Centre {
    /// `GET /agent/v1/log/checkpoint`.
    fn checkpoint(&self) -> Result<String, Stop>;
    /// `GET /agent/v1/log/tile/entries/...`.
    fn bundle(&self, tile: TileId) -> Result<Vec<u8>, Stop>;
    /// `GET /agent/v1/rounds/{round}/plan`: the plan's envelope.
    fn plan(&self, round: RoundId) -> Result<Vec<u8>, Stop>;
    /// `POST /agent/v1/rounds/{round}/messages/{kind}`: the receipt's text.
    fn post(&self, round: RoundId, kind: MessageKind, envelope: &[u8]) -> Result<String, PostFailure>;
    /// `POST /agent/v1/heartbeat`: the same bytes whenever and whoever.
    fn heartbeat(&self) -> Result<(), Stop>;
}

/// Why no receipt came back from a post.
pub struct PostFailure {
    /// The problem.
    pub stop: Stop,
    /// Whether the submission may have arrived all the same.
    pub arrival: Arrival,
}

/// Whether a post without an answer may have happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// It did not: no connection, or a refusal by name.
    Not,
    /// Nobody here knows.
    Unknown,
}

/// The aggregator, once it is connected, with what is pinned about it.
pub struct Connected {
    /// Keys pinned at enrolment.
    pub trust: Trust,
    /// The way to it.
    pub centre: Box<dyn Centre>,
}

/// Makes the connection when a command first needs it. Shipped programs have one implementation, in `io::courier`.
pub trait Connector {
    /// Opens what was sent back at enrolment and prepares the way.
    fn connect(&self, config: &AgentConfig, state: &State, clock: Arc<dyn Clock>) -> Result<Connected, Stop>;
}

/// Reads the whole log and verifies it against the pinned key and the remembered checkpoint.
pub fn fetch_log(connected: &Connected, remembered: Option<&Checkpoint>) -> Result<LogView, Stop> {
    let head = LogHead::open(connected.centre.checkpoint()?, &connected.trust.log).map_err(believed)?;
    let bundles = head.bundles().into_iter().map(|tile| connected.centre.bundle(tile)).collect::<Result<Vec<_>, _>>()?;
    head.verify(&bundles, remembered).map_err(believed)
}

/// Ids of a plan's envelope, before anybody checked it; `None` for what is no envelope.
pub fn id_of(envelope: &[u8]) -> Option<Digest> {
    shared::sign::Envelope::parse(envelope, shared::plan::PLAN_BYTES_MAX).ok().map(|e| e.id())
}

fn believed(error: LogError) -> Stop {
    let problem = match error {
        LogError::Checkpoint(_) => Problem::CheckpointInvalid,
        LogError::TooLarge | LogError::Bundle | LogError::Root | LogError::Shorter { .. } | LogError::Forked { .. } => {
            Problem::LogInconsistent
        }
    };
    Stop::with(problem, error.to_string())
}
