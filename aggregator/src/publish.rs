//! Releases: adds up what the log holds before the round's deadline, signs the files and logs the statement. A round has
//! one release, and one more in which corrections stand in the place of what they correct.
//!
//! The figures are `shared::release` and nothing else, so that an auditor recomputes the same bytes.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use shared::ids::{AuthorityId, Digest, RoundId};
use shared::release::{Accepted, Basis, Change, Release, ReleaseError, changes};
use shared::sign::{Envelope, EnvelopeError, KeyError, SigningKey};
use shared::statement::{Predicate, ReleaseReason, ReleaseStatement, STATEMENT_TYPE};
use shared::submission::{MessageKind, Submission, SubmissionError};
use shared::time::Clock;

use crate::app::read_registry;
use crate::config::Config;
use crate::keys::{Folder, KeysError, Role};
use crate::operate::{OperateError, commit, write_new};
use crate::registry::{Registry, Round};
use crate::sequencer::{Act, Denied, ReleaseFiles};
use crate::store::{MessageRow, Stages, Store, StoreError};

/// Names of a release's files, beside the statement.
pub const FIGURES_JSON: &str = "figures.json";
/// The CSV.
pub const FIGURES_CSV: &str = "figures.csv";
/// What describes its columns.
pub const META_CSV: &str = "figures.meta.csv";
/// What has changed since the year before.
pub const CHANGES_CSV: &str = "changes.csv";
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
    /// The files, ascending by name.
    pub files: [(&'static str, Vec<u8>); 4],
}

/// What a release is compared with: the newest one of the year before that was out before it.
pub struct Former {
    round: Round,
    version: String,
    messages: Vec<MessageRow>,
}

/// What has changed since, over the authorities of both years. Pure, and long enough for a thread of its own.
pub fn changes_since(
    former: &Former,
    round: &Round,
    messages: &[MessageRow],
    version: &str,
) -> Result<Vec<Change>, PublishError> {
    let [now, before] =
        [all_accepted(round, messages, version)?, all_accepted(&former.round, &former.messages, &former.version)?];
    Ok(changes(basis(round, version, &now), basis(&former.round, &former.version, &before))?)
}

/// Finds what a version of a round is compared with, as it stands in the store.
pub async fn former(store: &Store, registry: &Registry, round: RoundId, version: &str) -> Result<Option<Former>, PublishError> {
    let Some((version, id)) = former_of(&registry.releases, round, version) else { return Ok(None) };
    let Some(round) = registry.rounds.get(id).cloned() else { return Ok(None) };
    Ok(Some(Former { round, version: version.clone(), messages: store.messages(*id).await? }))
}

/// Of releases in the order of the log: the last one of the year before that stands before a version, which itself may not
/// be out yet.
fn former_of<'a>(releases: &'a [(String, RoundId)], round: RoundId, version: &str) -> Option<&'a (String, RoundId)> {
    let until = releases.iter().position(|(other, _)| other == version).unwrap_or(releases.len());
    releases[..until].iter().rev().find(|(_, id)| id.year() == round.year().before(1))
}

/// Adds up a closed round's accepted messages for a version, as they stand in the store.
pub async fn make(store: &Store, registry: &Registry, round: &Round, version: &str) -> Result<Made, PublishError> {
    let id = round.plan.body().round;
    let messages = store.messages(id).await?;
    add_up(round, &messages, version, former(store, registry, id, version).await?.as_ref())
}

/// Adds up a closed round's accepted messages and writes the files. Pure, and long enough for a thread of its own.
pub fn add_up(round: &Round, messages: &[MessageRow], version: &str, former: Option<&Former>) -> Result<Made, PublishError> {
    let release = combined(round, messages, version)?;
    let since = |former: &Former| changes_since(former, round, messages, version);
    let changes = former.map(since).transpose()?;
    let compared = former.zip(changes.as_ref()).map(|(former, changes)| (former.version.as_str(), changes.as_slice()));
    let files = release.files(&round.framework, compared);
    Ok(Made { release, files })
}

/// The figures of a version, without their files. Pure, and long enough for a thread of its own.
pub fn combined(round: &Round, messages: &[MessageRow], version: &str) -> Result<Release, PublishError> {
    Ok(basis(round, version, &all_accepted(round, messages, version)?).release()?)
}

/// What a version stands on, as the release takes it.
fn all_accepted(round: &Round, messages: &[MessageRow], version: &str) -> Result<Vec<Accepted>, PublishError> {
    let standing = standing(round, messages, version).map_err(PublishError::Denied)?;
    standing.messages.into_iter().map(accepted).collect()
}

fn basis<'a>(round: &'a Round, version: &'a str, accepted: &'a [Accepted]) -> Basis<'a> {
    Basis { framework: &round.framework, plan: &round.plan, plan_id: round.plan_id, version, accepted }
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
        (Some(_), 0) if stages.is_withdrawn => Err(Denied::Withdrawn(round)),
        (Some(_), 0) => Ok(ReleaseReason::First),
        (Some(_), 1) => match (stages.correction_index, stages.correction_deadline_index) {
            (None, _) => Err(Denied::ReleaseSecond(round)),
            (Some(_), None) => Err(Denied::CorrectionsOpen(round)),
            (Some(_), Some(_)) if stages.corrections_are_withdrawn => Err(Denied::CorrectionsWithdrawn(round)),
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

fn closed_round(registry: &Registry, round: RoundId) -> Result<Round, PublishError> {
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
    let (_, registry) = read_registry(&store).await?;
    let known = closed_round(&registry, round)?;
    let made = make(&store, &registry, &known, &next_version(&known, wanted)?).await?;
    store.close().await;
    for (name, bytes) in &made.files {
        write_new(&out.join(name), bytes)?;
    }
    Ok(made)
}

/// Publishes the next release: signs the statement, stores and logs it.
pub async fn publish(config: &Config, clock: Arc<dyn Clock>, round: RoundId, wanted: Option<&str>) -> Result<Made, PublishError> {
    let store = Store::open(&config.store).await?;
    let (_, registry) = read_registry(&store).await?;
    let known = closed_round(&registry, round)?;
    let version = next_version(&known, wanted)?;
    let messages = store.messages(round).await?;
    let former = former(&store, &registry, round, &version).await?;
    store.close().await;
    let made = add_up(&known, &messages, &version, former.as_ref())?;
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
    let [(_, changes_csv), (_, figures_csv), (_, figures), (_, meta_csv)] = made.files.clone();
    let (round, version) = (made.release.round(), made.release.version().to_owned());
    ReleaseFiles { round, version, id, statement, figures, figures_csv, meta_csv, changes_csv }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_given_up_is_not_published() {
        let round: RoundId = "cla-2025".parse().unwrap();
        let closed = Stages { deadline_index: Some(5), ..Stages::default() };
        let check = |stages: Stages, n_releases, expected| assert_eq!(next_release(round, &stages, n_releases), expected);
        check(closed, 0, Ok(ReleaseReason::First));
        check(Stages { is_withdrawn: true, ..closed }, 0, Err(Denied::Withdrawn(round)));
        let corrected = Stages { correction_index: Some(7), correction_deadline_index: Some(9), ..closed };
        check(corrected, 1, Ok(ReleaseReason::Corrections));
        check(Stages { corrections_are_withdrawn: true, ..corrected }, 1, Err(Denied::CorrectionsWithdrawn(round)));
        // the first release does not ask how its corrections ended
        check(Stages { corrections_are_withdrawn: true, ..closed }, 0, Ok(ReleaseReason::First));
    }

    #[test]
    fn a_release_is_compared_with_what_was_out_before_it() {
        let round = |version: &str| format!("cla-{}", &version[..4]).parse::<RoundId>().unwrap();
        let log = ["2023.1", "2024.1", "2025.1", "2024.2", "2025.2"].map(|version| (version.to_owned(), round(version)));
        let check = |version: &str, expected: Option<&str>| {
            let found = former_of(&log, round(version), version).map(|(version, _)| version.as_str());
            assert_eq!(found, expected, "{version}");
        };
        check("2023.1", None);
        check("2024.1", Some("2023.1"));
        check("2025.1", Some("2024.1"));
        check("2025.2", Some("2024.2"));
        check("2026.1", Some("2025.2"));
        check("2028.1", None);
    }
}
