//! Releases: adds up what the log holds before the round's deadline, signs the files and logs the statement.
//!
//! The figures are `shared::release::combine` and nothing else, so that an auditor recomputes the same bytes.

use std::path::Path;
use std::sync::Arc;

use shared::ids::{Digest, RoundId};
use shared::release::{Accepted, Release, ReleaseError, combine};
use shared::sign::{Envelope, EnvelopeError, KeyError, SigningKey};
use shared::statement::{Predicate, ReleaseStatement, STATEMENT_TYPE};
use shared::submission::{MessageKind, Submission, SubmissionError};
use shared::time::Clock;

use crate::app::read_registry;
use crate::config::Config;
use crate::keys::{Folder, KeysError, Role};
use crate::operate::{OperateError, commit, write_new};
use crate::registry::{Round, RoundState};
use crate::sequencer::{Act, Denied, ReleaseFiles};
use crate::store::{MessageRow, Store, StoreError};

/// Names of a release's files, beside the statement.
pub const FIGURES_JSON: &str = "figures.json";
/// The CSV.
pub const FIGURES_CSV: &str = "figures.csv";
/// What describes its columns.
pub const META_CSV: &str = "figures.meta.csv";
/// The signed statement over them.
pub const STATEMENT: &str = "statement.dsse.json";

/// Why there is no release.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The store.
    #[error("the store cannot be used")]
    Store(#[from] StoreError),
    /// An operator's step.
    #[error("the release was not published")]
    Operate(#[from] OperateError),
    /// The folder of a draft.
    #[error("the draft was not written")]
    Draft(#[source] KeysError),
    /// No such round, or it is open.
    #[error("refused")]
    Denied(#[source] Denied),
    /// The figures cannot be added up.
    #[error("the accepted submissions cannot be combined")]
    Release(#[from] ReleaseError),
    /// A stored message is broken.
    #[error("the stored message of authority {0} is damaged")]
    Message(shared::ids::AuthorityId),
    /// The release key cannot sign.
    #[error("the release key cannot sign")]
    Key(#[from] KeyError),
}

/// A release with its round, ready to be written.
pub struct Made {
    /// The figures.
    pub release: Release,
    /// The files: `figures.json`, `figures.csv`, `figures.meta.csv`.
    pub files: [(&'static str, Vec<u8>); 3],
}

/// Adds up a closed round's accepted messages, as they stand in the store.
pub async fn make(store: &Store, round: &Round, version: &str) -> Result<Made, PublishError> {
    let messages = store.messages(round.plan.body().round, MessageKind::Submission.word()).await?;
    add_up(round, &messages, version)
}

/// Adds up a closed round's accepted messages and writes the files. Pure, and long enough for a thread of its own.
pub fn add_up(round: &Round, messages: &[MessageRow], version: &str) -> Result<Made, PublishError> {
    let release = combined(round, messages, version)?;
    let files = [
        (FIGURES_JSON, release.figures_json()),
        (FIGURES_CSV, release.figures_csv(&round.framework)),
        (META_CSV, release.figures_meta_csv()),
    ];
    Ok(Made { release, files })
}

/// The figures of a closed round's accepted messages, without their files. Pure, and long enough for a thread of its own.
pub fn combined(round: &Round, messages: &[MessageRow], version: &str) -> Result<Release, PublishError> {
    let id = round.plan.body().round;
    let deadline = round.deadline_index.ok_or(PublishError::Denied(Denied::RoundOpen(id)))?;
    let accepted: Result<Vec<Accepted>, PublishError> = messages.iter().filter(|m| m.index < deadline).map(accepted).collect();
    Ok(combine(&round.framework, &round.plan, round.plan_id, version, &accepted?)?)
}

/// A stored message as the release takes it.
fn accepted(message: &MessageRow) -> Result<Accepted, PublishError> {
    let submission = read_submission(message).map_err(|_| PublishError::Message(message.authority))?;
    Ok(Accepted { authority: message.authority, id: message.id, submission })
}

/// Why a stored message cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum MessageError {
    /// Its envelope.
    #[error("its envelope cannot be read")]
    Envelope(#[from] EnvelopeError),
    /// Its payload.
    #[error("its payload cannot be read")]
    Payload(#[from] SubmissionError),
}

/// The submission in a stored message. Its signature was checked before it was stored.
pub fn read_submission(message: &MessageRow) -> Result<Submission, MessageError> {
    let envelope = Envelope::parse(&message.envelope, shared::limits::ENVELOPE_BYTES_MAX)?;
    Ok(Submission::parse(envelope.payload_unverified())?)
}

async fn closed_round(store: &Store, round: RoundId) -> Result<Round, PublishError> {
    let (_, registry) = read_registry(store).await?;
    registry.rounds.get(&round).cloned().ok_or(PublishError::Denied(Denied::RoundUnknown(round)))
}

/// The version of a round's one release.
pub fn first_version(round: RoundId) -> String {
    format!("{}.1", round.year())
}

/// The rule for versions, told before anything is added up; the sequencer keeps it.
fn first_only(round: RoundId, version: &str) -> Result<(), PublishError> {
    if version == first_version(round) { Ok(()) } else { Err(PublishError::Denied(Denied::VersionNotFirst(round))) }
}

/// Writes the files of a release that is not published.
pub async fn draft(config: &Config, round: RoundId, version: &str, out: &Path) -> Result<Made, PublishError> {
    first_only(round, version)?;
    if out.exists() {
        return Err(PublishError::Draft(KeysError::Taken(out.display().to_string())));
    }
    let store = Store::open(&config.store).await?;
    let made = make(&store, &closed_round(&store, round).await?, version).await?;
    store.close().await;
    for (name, bytes) in &made.files {
        write_new(&out.join(name), bytes)?;
    }
    Ok(made)
}

/// Publishes a release: signs the statement, stores and logs it.
pub async fn publish(config: &Config, clock: Arc<dyn Clock>, round: RoundId, version: &str) -> Result<Made, PublishError> {
    first_only(round, version)?;
    let store = Store::open(&config.store).await?;
    let known = closed_round(&store, round).await?;
    match known.state {
        RoundState::Released => return Err(PublishError::Denied(Denied::ReleaseSecond(round))),
        RoundState::Open | RoundState::Closed => {}
    }
    let made = make(&store, &known, version).await?;
    store.close().await;
    let key = Folder::at(&config.folder).signing_key(Role::Release).map_err(OperateError::File)?;
    let statement = sign(&key, &known, &made)?;
    let files = release_files(&made, statement.id(), statement.encode());
    commit(config, clock, Act::Release(files)).await?;
    Ok(made)
}

fn sign(key: &SigningKey, round: &Round, made: &Made) -> Result<Envelope, PublishError> {
    let body = round.plan.body();
    let predicate = Predicate {
        round: body.round,
        version: made.release.version().to_owned(),
        made_up: body.made_up,
        notices: made.release.notices().to_vec(),
        plan: round.plan_id,
        framework: body.framework,
        closed_at_index: round.deadline_index.ok_or(PublishError::Denied(Denied::RoundOpen(body.round)))?,
    };
    let files: Vec<(&str, &[u8])> = made.files.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
    Ok(Envelope::sign(STATEMENT_TYPE, ReleaseStatement::over(&files, predicate).encode(), key)?)
}

fn release_files(made: &Made, id: Digest, statement: Vec<u8>) -> ReleaseFiles {
    let [(_, figures), (_, figures_csv), (_, meta_csv)] = made.files.clone();
    let (round, version) = (made.release.round(), made.release.version().to_owned());
    ReleaseFiles { round, version, id, statement, figures, figures_csv, meta_csv }
}
