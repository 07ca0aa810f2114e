//! Reading the store. Every row becomes a value that cannot be wrong, or the store is called damaged.

use shared::ids::{AuthorityId, Digest, RoundId};
use shared::log::entry::{CloseReason, Entry, Event};
use shared::sign::PublicKey;
use shared::submission::MessageKind;
use shared::time::Timestamp;
use sqlx::query_as;

use super::{CertificateRow, Head, Store, StoreError, each, parsed, to_i64, to_u64};

/// A signing key of an authority's agent.
#[derive(Clone, Debug)]
pub struct KeyRow {
    /// Whose.
    pub authority: AuthorityId,
    /// The key.
    pub key: PublicKey,
    /// Leaf that registered it.
    pub index: u64,
    /// Leaf that revoked it.
    pub revoked_index: Option<u64>,
}

/// A framework's text.
#[derive(Clone, Debug)]
pub struct FrameworkRow {
    /// SHA-256 of the text.
    pub hash: Digest,
    /// The text.
    pub body: Vec<u8>,
    /// Leaf that logged it.
    pub index: u64,
}

/// The leaves at which a round went on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stages {
    /// Leaf that closed it.
    pub deadline_index: Option<u64>,
    /// Leaf from which on it takes corrections.
    pub correction_index: Option<u64>,
    /// Leaf from which on it takes none.
    pub correction_deadline_index: Option<u64>,
    /// Whether the log says that the round was given up when it was closed.
    pub is_withdrawn: bool,
    /// Whether it says so of its corrections.
    pub corrections_are_withdrawn: bool,
}

/// A round and its signed plan.
#[derive(Clone, Debug)]
pub struct RoundRow {
    /// Which.
    pub round: RoundId,
    /// Id of the plan's envelope.
    pub plan: Digest,
    /// The plan's envelope.
    pub envelope: Vec<u8>,
    /// Framework of the plan.
    pub framework: Digest,
    /// Leaf that logged the plan; the next one opens the round.
    pub plan_index: u64,
    /// The leaves at which it went on.
    pub stages: Stages,
}

/// A message that was accepted.
#[derive(Clone, Debug)]
pub struct MessageRow {
    /// Id of its envelope.
    pub id: Digest,
    /// From whom.
    pub authority: AuthorityId,
    /// For which round.
    pub round: RoundId,
    /// Its kind.
    pub kind: MessageKind,
    /// Place in the authority's own sequence.
    pub sequence: u32,
    /// The envelope as received.
    pub envelope: Vec<u8>,
    /// Its leaf.
    pub index: u64,
    /// What was answered.
    pub receipt: String,
}

/// A published release.
#[derive(Clone, Debug)]
pub struct ReleaseRow {
    /// Version, such as `2025.1`.
    pub version: String,
    /// Of which round.
    pub round: RoundId,
    /// Id of the statement's envelope.
    pub id: Digest,
    /// The statement's envelope.
    pub statement: Vec<u8>,
    /// `figures.json`.
    pub figures: Vec<u8>,
    /// `figures.csv`.
    pub figures_csv: Vec<u8>,
    /// `figures.meta.csv`.
    pub meta_csv: Vec<u8>,
    /// `changes.csv`.
    pub changes_csv: Vec<u8>,
    /// Its leaf.
    pub index: u64,
}

type HeadColumns = (String, i64, Vec<u8>, i64, Option<String>);
type MessageColumns = (String, String, String, String, i64, Vec<u8>, i64, String);
/// The leaves' indices, and the two leaves that say why something was closed.
pub(super) type StageColumns = (Option<i64>, Option<i64>, Option<i64>, Option<Vec<u8>>, Option<Vec<u8>>);
type ReleaseColumns = (String, String, String, Vec<u8>, Vec<u8>, Vec<u8>, Vec<u8>, Vec<u8>, i64);

const MESSAGE_OF_ROUND: &str = "SELECT id, authority, round, kind, sequence, envelope, idx, receipt FROM messages WHERE round = $1 ORDER BY authority, sequence";
const MESSAGE_OF_AUTHORITY: &str = "SELECT id, authority, round, kind, sequence, envelope, idx, receipt FROM messages \
     WHERE round = $1 AND kind = $2 AND authority = $3";
const RELEASES: &str =
    "SELECT version, round, id, statement, figures, figures_csv, meta_csv, changes_csv, idx FROM releases ORDER BY idx";
const RELEASE: &str =
    "SELECT version, round, id, statement, figures, figures_csv, meta_csv, changes_csv, idx FROM releases WHERE version = $1";

impl Store {
    /// The log's end, or [`StoreError::Empty`] where no log was created.
    pub async fn head(&self) -> Result<Head, StoreError> {
        const SQL: &str = "SELECT s.origin, s.size, s.root, s.registry_version, c.note FROM log_state s LEFT JOIN checkpoints c ON c.size = s.size";
        let row: Option<HeadColumns> = each!(self, pool => query_as(SQL).fetch_optional(pool).await)?;
        head_of(row.ok_or(StoreError::Empty)?)
    }
    /// Version of keys, certificates and rounds: the one small question of every request.
    pub async fn registry_version(&self) -> Result<i64, StoreError> {
        const SQL: &str = "SELECT registry_version FROM log_state WHERE id = 1";
        let row: Option<(i64,)> = each!(self, pool => query_as(SQL).fetch_optional(pool).await)?;
        row.map(|(version,)| version).ok_or(StoreError::Empty)
    }
    /// Leaves `from..to`, in order.
    pub async fn leaves(&self, from: u64, to: u64) -> Result<Vec<Vec<u8>>, StoreError> {
        const SQL: &str = "SELECT idx, leaf FROM log_entries WHERE idx >= $1 AND idx < $2 ORDER BY idx";
        let (low, high) = (to_i64(from), to_i64(to));
        let rows: Vec<(i64, Vec<u8>)> = each!(self, pool => query_as(SQL).bind(low).bind(high).fetch_all(pool).await)?;
        leaves_of(rows, from, to)
    }
    /// Every signed checkpoint, ascending by size.
    pub async fn checkpoints(&self) -> Result<Vec<(u64, String)>, StoreError> {
        const SQL: &str = "SELECT size, note FROM checkpoints ORDER BY size";
        let rows: Vec<(i64, String)> = each!(self, pool => query_as(SQL).fetch_all(pool).await)?;
        rows.into_iter().map(|(size, note)| Ok((to_u64(size, "checkpoint")?, note))).collect()
    }
    /// All signing keys, by authority and age.
    pub async fn keys(&self) -> Result<Vec<KeyRow>, StoreError> {
        const SQL: &str = "SELECT key, authority, spki, idx, revoked_idx FROM agent_keys ORDER BY authority, idx";
        type Columns = (String, String, Vec<u8>, i64, Option<i64>);
        let rows: Vec<Columns> = each!(self, pool => query_as(SQL).fetch_all(pool).await)?;
        let key = |(id, authority, spki, index, revoked): Columns| {
            let key = PublicKey::from_spki(&spki).map_err(|_| StoreError::Damaged("key"))?;
            // whoever looks for a key looks by its id: under another id a revoked key would be a new one
            if key.id() != parsed(&id, "key")? {
                return Err(StoreError::Damaged("key"));
            }
            Ok(KeyRow {
                authority: parsed(&authority, "authority")?,
                key,
                index: to_u64(index, "index")?,
                revoked_index: revoked.map(|i| to_u64(i, "index")).transpose()?,
            })
        };
        rows.into_iter().map(key).collect()
    }
    /// All client certificates, by authority.
    pub async fn certificates(&self) -> Result<Vec<CertificateRow>, StoreError> {
        const SQL: &str = "SELECT serial, authority, not_after, revoked FROM certificates ORDER BY authority, not_after, serial";
        let rows: Vec<(String, String, i64, i64)> = each!(self, pool => query_as(SQL).fetch_all(pool).await)?;
        let certificate = |(serial, authority, not_after, revoked): (String, String, i64, i64)| {
            Ok(CertificateRow {
                serial,
                authority: parsed(&authority, "authority")?,
                not_after: Timestamp::from_unix_seconds(not_after).ok_or(StoreError::Damaged("certificate"))?,
                revoked: revoked != 0,
            })
        };
        rows.into_iter().map(certificate).collect()
    }
    /// All frameworks, in the order of the log.
    pub async fn frameworks(&self) -> Result<Vec<FrameworkRow>, StoreError> {
        const SQL: &str = "SELECT hash, body, idx FROM frameworks ORDER BY idx";
        let rows: Vec<(String, Vec<u8>, i64)> = each!(self, pool => query_as(SQL).fetch_all(pool).await)?;
        let framework = |(hash, body, index): (String, Vec<u8>, i64)| {
            Ok(FrameworkRow { hash: parsed(&hash, "framework")?, body, index: to_u64(index, "index")? })
        };
        rows.into_iter().map(framework).collect()
    }
    /// All rounds, ascending.
    pub async fn rounds(&self) -> Result<Vec<RoundRow>, StoreError> {
        const SQL: &str = "SELECT r.round, r.plan, r.envelope, r.framework, r.plan_idx, r.deadline_idx, r.correction_idx, r.correction_deadline_idx, d.leaf, c.leaf FROM rounds r \
             LEFT JOIN log_entries d ON d.idx = r.deadline_idx LEFT JOIN log_entries c ON c.idx = r.correction_deadline_idx ORDER BY r.round";
        type Columns =
            (String, String, Vec<u8>, String, i64, Option<i64>, Option<i64>, Option<i64>, Option<Vec<u8>>, Option<Vec<u8>>);
        let rows: Vec<Columns> = each!(self, pool => query_as(SQL).fetch_all(pool).await)?;
        let round = |(
            round,
            plan,
            envelope,
            framework,
            plan_index,
            deadline,
            correction,
            correction_deadline,
            why,
            why_no_more,
        ): Columns| {
            Ok(RoundRow {
                round: parsed(&round, "round")?,
                plan: parsed(&plan, "plan")?,
                envelope,
                framework: parsed(&framework, "framework")?,
                plan_index: to_u64(plan_index, "index")?,
                stages: stages_of((deadline, correction, correction_deadline, why, why_no_more))?,
            })
        };
        rows.into_iter().map(round).collect()
    }
    /// All accepted messages of a round, by authority and sequence.
    pub async fn messages(&self, round: RoundId) -> Result<Vec<MessageRow>, StoreError> {
        let round = round.to_string();
        let rows: Vec<MessageColumns> = each!(self, pool => query_as(MESSAGE_OF_ROUND).bind(&round).fetch_all(pool).await)?;
        rows.into_iter().map(message_of).collect()
    }
    /// One accepted message.
    pub async fn message(
        &self,
        round: RoundId,
        kind: MessageKind,
        authority: AuthorityId,
    ) -> Result<Option<MessageRow>, StoreError> {
        let (round, authority) = (round.to_string(), authority.to_string());
        let row: Option<MessageColumns> = each!(self, pool => {
            query_as(MESSAGE_OF_AUTHORITY).bind(&round).bind(kind.word()).bind(&authority).fetch_optional(pool).await
        })?;
        row.map(message_of).transpose()
    }
    /// All releases, in the order of the log.
    pub async fn releases(&self) -> Result<Vec<ReleaseRow>, StoreError> {
        let rows: Vec<ReleaseColumns> = each!(self, pool => query_as(RELEASES).fetch_all(pool).await)?;
        rows.into_iter().map(release_of).collect()
    }
    /// One release.
    pub async fn release(&self, version: &str) -> Result<Option<ReleaseRow>, StoreError> {
        let row: Option<ReleaseColumns> = each!(self, pool => query_as(RELEASE).bind(version).fetch_optional(pool).await)?;
        row.map(release_of).transpose()
    }
    /// Versions and rounds of all releases, in the order of the log.
    pub async fn release_versions(&self) -> Result<Vec<(String, RoundId)>, StoreError> {
        const SQL: &str = "SELECT version, round FROM releases ORDER BY idx";
        let rows: Vec<(String, String)> = each!(self, pool => query_as(SQL).fetch_all(pool).await)?;
        rows.into_iter().map(|(version, round)| Ok((version, parsed(&round, "round")?))).collect()
    }
}

pub(super) fn head_of((origin, size, root, registry_version, note): HeadColumns) -> Result<Head, StoreError> {
    let root: [u8; 32] = root.try_into().map_err(|_| StoreError::Damaged("root"))?;
    // a log without the checkpoint of its own size is damaged; only one without a row is not there yet
    let note = note.ok_or(StoreError::Damaged("set of checkpoints: the newest one is missing"))?;
    Ok(Head { origin, size: to_u64(size, "size")?, root: Digest(root), note, registry_version })
}

pub(super) fn leaves_of(rows: Vec<(i64, Vec<u8>)>, from: u64, to: u64) -> Result<Vec<Vec<u8>>, StoreError> {
    let whole = rows.iter().map(|(index, _)| *index).eq(to_i64(from)..to_i64(to));
    if whole { Ok(rows.into_iter().map(|(_, leaf)| leaf).collect()) } else { Err(StoreError::Damaged("run of log entries")) }
}

pub(super) fn stages_of(columns: StageColumns) -> Result<Stages, StoreError> {
    let (deadline, correction, correction_deadline, why, why_no_more) = columns;
    let index = |column: Option<i64>| column.map(|i| to_u64(i, "index")).transpose();
    Ok(Stages {
        deadline_index: index(deadline)?,
        correction_index: index(correction)?,
        correction_deadline_index: index(correction_deadline)?,
        is_withdrawn: why.is_some_and(|leaf| says_withdrawn(&leaf)),
        corrections_are_withdrawn: why_no_more.is_some_and(|leaf| says_withdrawn(&leaf)),
    })
}

/// Whether a leaf closes something for the reason that it is given up. What a damaged leaf says, `fsck` tells.
fn says_withdrawn(leaf: &[u8]) -> bool {
    match Entry::parse(leaf).map(|entry| entry.event) {
        Ok(Event::RoundDeadline { reason, .. } | Event::CorrectionDeadline { reason, .. }) => reason == CloseReason::Withdrawn,
        Ok(
            Event::Framework { .. }
            | Event::AgentKey { .. }
            | Event::Plan { .. }
            | Event::RoundOpen { .. }
            | Event::Submission { .. }
            | Event::CorrectionOpen { .. }
            | Event::Release { .. }
            | Event::Other { .. },
        )
        | Err(_) => false,
    }
}

pub(super) fn kind_of(word: &str) -> Result<MessageKind, StoreError> {
    MessageKind::parse(word).ok_or(StoreError::Damaged("kind of message"))
}

fn message_of(
    (id, authority, round, kind, sequence, envelope, index, receipt): MessageColumns,
) -> Result<MessageRow, StoreError> {
    Ok(MessageRow {
        kind: kind_of(&kind)?,
        id: parsed(&id, "message id")?,
        authority: parsed(&authority, "authority")?,
        round: parsed(&round, "round")?,
        sequence: u32::try_from(sequence).map_err(|_| StoreError::Damaged("sequence"))?,
        envelope,
        index: to_u64(index, "index")?,
        receipt,
    })
}

fn release_of(row: ReleaseColumns) -> Result<ReleaseRow, StoreError> {
    let (version, round, id, statement, figures, figures_csv, meta_csv, changes_csv, index) = row;
    Ok(ReleaseRow {
        version,
        round: parsed(&round, "round")?,
        id: parsed(&id, "release id")?,
        statement,
        figures,
        figures_csv,
        meta_csv,
        changes_csv,
        index: to_u64(index, "index")?,
    })
}
