//! Releases: adds up what the log holds before the round's deadline, signs the files and logs the statement. A round has
//! one release, and one more in which corrections stand in the place of what they correct.
//!
//! The figures are `shared::release::combine` and nothing else, so that an auditor recomputes the same bytes.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use shared::ids::{AuthorityId, Digest, RoundId};
use shared::release::{Accepted, Release, ReleaseError, combine};
use shared::sign::{Envelope, EnvelopeError, KeyError, SigningKey};
use shared::statement::{Predicate, ReleaseReason, ReleaseStatement, STATEMENT_TYPE};
use shared::submission::{MessageKind, Submission, SubmissionError};
use shared::time::Clock;

use crate::app::read_registry;
use crate::config::Config;
use crate::keys::{Folder, KeysError, Role};
use crate::operate::{OperateError, commit, write_new};
use crate::registry::Round;
use crate::sequencer::{Act, Denied, ReleaseFiles};
use crate::store::{MessageRow, Stages, Store, StoreError};

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
    Message(AuthorityId),
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

/// Adds up a closed round's accepted messages for a version, as they stand in the store.
pub async fn make(store: &Store, round: &Round, version: &str) -> Result<Made, PublishError> {
    let messages = store.messages(round.plan.body().round).await?;
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

/// The figures of a version, without their files. Pure, and long enough for a thread of its own.
pub fn combined(round: &Round, messages: &[MessageRow], version: &str) -> Result<Release, PublishError> {
    let standing = standing(round, messages, version).map_err(PublishError::Denied)?;
    let accepted: Vec<Accepted> = standing.messages.into_iter().map(accepted).collect::<Result<_, _>>()?;
    Ok(combine(&round.framework, &round.plan, round.plan_id, version, &accepted)?)
}

/// What a version stands on.
pub struct Standing<'a> {
    /// Its messages: one of each authority that takes part.
    pub messages: Vec<&'a MessageRow>,
    /// Why there is this version.
    pub reason: ReleaseReason,
    /// Leaf after which nothing enters it.
    pub closed_at_index: u64,
}

/// The submissions before the round's deadline; in a version with corrections each that was corrected gives its place to
/// its correction. `docs/protocol.md`, section 6.4.
pub fn standing<'a>(round: &Round, messages: &'a [MessageRow], version: &str) -> Result<Standing<'a>, Denied> {
    let (id, stages) = (round.plan.body().round, &round.stages);
    let deadline = stages.deadline_index.ok_or(Denied::RoundOpen(id))?;
    let firsts = messages.iter().filter(|m| m.kind == MessageKind::Submission && m.index < deadline);
    match ReleaseReason::of(id, version) {
        None => Err(Denied::VersionNotNext { round: id, next: next_release(id, stages, round.n_releases)?.version(id) }),
        Some(ReleaseReason::First) => {
            Ok(Standing { messages: firsts.collect(), reason: ReleaseReason::First, closed_at_index: deadline })
        }
        Some(ReleaseReason::Corrections) => {
            let opened = stages.correction_index.ok_or(Denied::CorrectionsNotOpen(id))?;
            let until = stages.correction_deadline_index.ok_or(Denied::CorrectionsOpen(id))?;
            let in_time = |m: &&MessageRow| m.kind == MessageKind::Correction && (opened..until).contains(&m.index);
            let corrections: BTreeMap<AuthorityId, &MessageRow> =
                messages.iter().filter(in_time).map(|m| (m.authority, m)).collect();
            if corrections.is_empty() {
                return Err(Denied::NothingCorrected(id));
            }
            let messages = firsts.map(|m| corrections.get(&m.authority).copied().unwrap_or(m)).collect();
            Ok(Standing { messages, reason: ReleaseReason::Corrections, closed_at_index: until })
        }
    }
}

/// Which release of a round comes next, if one may.
pub fn next_release(round: RoundId, stages: &Stages, n_releases: usize) -> Result<ReleaseReason, Denied> {
    match (stages.deadline_index, n_releases) {
        (None, _) => Err(Denied::RoundOpen(round)),
        (Some(_), 0) => Ok(ReleaseReason::First),
        (Some(_), 1) => match (stages.correction_index, stages.correction_deadline_index) {
            (None, _) => Err(Denied::ReleaseSecond(round)),
            (Some(_), None) => Err(Denied::CorrectionsOpen(round)),
            (Some(_), Some(_)) => Ok(ReleaseReason::Corrections),
        },
        (Some(_), _) => Err(Denied::ReleaseSecond(round)),
    }
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

/// The version that comes next, told before anything is added up; the sequencer keeps the rule.
fn next_version(round: &Round, wanted: Option<&str>) -> Result<String, PublishError> {
    let id = round.plan.body().round;
    let next = next_release(id, &round.stages, round.n_releases).map_err(PublishError::Denied)?.version(id);
    match wanted {
        Some(other) if other != next => Err(PublishError::Denied(Denied::VersionNotNext { round: id, next })),
        Some(_) | None => Ok(next),
    }
}

/// Writes the files of the next release, which is not published by it.
pub async fn draft(config: &Config, round: RoundId, wanted: Option<&str>, out: &Path) -> Result<Made, PublishError> {
    if out.exists() {
        return Err(PublishError::Draft(KeysError::Taken(out.display().to_string())));
    }
    let store = Store::open(&config.store).await?;
    let known = closed_round(&store, round).await?;
    let made = make(&store, &known, &next_version(&known, wanted)?).await?;
    store.close().await;
    for (name, bytes) in &made.files {
        write_new(&out.join(name), bytes)?;
    }
    Ok(made)
}

/// Publishes the next release: signs the statement, stores and logs it.
pub async fn publish(config: &Config, clock: Arc<dyn Clock>, round: RoundId, wanted: Option<&str>) -> Result<Made, PublishError> {
    let store = Store::open(&config.store).await?;
    let known = closed_round(&store, round).await?;
    let version = next_version(&known, wanted)?;
    let messages = store.messages(round).await?;
    store.close().await;
    let made = add_up(&known, &messages, &version)?;
    let standing = standing(&known, &messages, &version).map_err(PublishError::Denied)?;
    let key = Folder::at(&config.folder).signing_key(Role::Release).map_err(OperateError::File)?;
    let statement = sign(&key, &known, &standing, &made)?;
    let files = release_files(&made, statement.id(), statement.encode());
    commit(config, clock, Act::Release(files)).await?;
    Ok(made)
}

fn sign(key: &SigningKey, round: &Round, standing: &Standing<'_>, made: &Made) -> Result<Envelope, PublishError> {
    let body = round.plan.body();
    let predicate = Predicate {
        round: body.round,
        version: made.release.version().to_owned(),
        reason: standing.reason,
        made_up: body.made_up,
        notices: made.release.notices().to_vec(),
        plan: round.plan_id,
        framework: body.framework,
        closed_at_index: standing.closed_at_index,
    };
    let files: Vec<(&str, &[u8])> = made.files.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
    Ok(Envelope::sign(STATEMENT_TYPE, ReleaseStatement::over(&files, predicate).encode(), key)?)
}

fn release_files(made: &Made, id: Digest, statement: Vec<u8>) -> ReleaseFiles {
    let [(_, figures), (_, figures_csv), (_, meta_csv)] = made.files.clone();
    let (round, version) = (made.release.round(), made.release.version().to_owned());
    ReleaseFiles { round, version, id, statement, figures, figures_csv, meta_csv }
}
