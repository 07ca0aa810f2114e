//! Writing the store: the steps of the one transaction, each a statement or two. The sequencer says in which order.

use std::collections::BTreeSet;

use shared::ids::{AuthorityId, Digest, RoundId};
use shared::sign::PublicKey;
use shared::submission::MessageKind;
use sqlx::{Postgres, QueryBuilder, Sqlite, Transaction, query, query_as};

use super::read::{StageColumns, head_of, kind_of, leaves_of, stages_of};
use super::{CertificateRow, Head, MessageRow, ReleaseRow, RoundRow, Stages, StoreError, each, parsed, to_i64};

/// A writing transaction; dropped without [`Tx::commit`], it has done nothing.
pub enum Tx {
    /// Of a file.
    Sqlite(Transaction<'static, Sqlite>),
    /// Of a server.
    Postgres(Transaction<'static, Postgres>),
}

/// A message that the store already holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its id.
    pub id: Digest,
    /// For which round.
    pub round: RoundId,
    /// From whom.
    pub authority: AuthorityId,
    /// Its kind.
    pub kind: MessageKind,
    /// What was answered.
    pub receipt: String,
}

type HeadColumns = (String, i64, Vec<u8>, i64, Option<String>);

impl Tx {
    /// Locks the one row that serialises every writer of every process, and answers the log's end.
    pub async fn lock(&mut self) -> Result<Head, StoreError> {
        const SQLITE: &str = "SELECT s.origin, s.size, s.root, s.registry_version, c.note FROM log_state s LEFT JOIN checkpoints c ON c.size = s.size WHERE s.id = 1";
        // the row first: a join would be evaluated on what was seen before the wait for the lock
        const POSTGRES: &str = "SELECT size FROM log_state WHERE id = 1 FOR UPDATE";
        let row: Option<HeadColumns> = match self {
            Self::Sqlite(tx) => query_as(SQLITE).fetch_optional(&mut **tx).await?,
            Self::Postgres(tx) => {
                query(POSTGRES).execute(&mut **tx).await?;
                query_as(SQLITE).fetch_optional(&mut **tx).await?
            }
        };
        head_of(row.ok_or(StoreError::Empty)?)
    }
    /// Leaves `from..to`, in order.
    pub async fn leaves(&mut self, from: u64, to: u64) -> Result<Vec<Vec<u8>>, StoreError> {
        const SQL: &str = "SELECT idx, leaf FROM log_entries WHERE idx >= $1 AND idx < $2 ORDER BY idx";
        let (low, high) = (to_i64(from), to_i64(to));
        let rows: Vec<(i64, Vec<u8>)> = each!(self, tx => query_as(SQL).bind(low).bind(high).fetch_all(&mut **tx).await)?;
        leaves_of(rows, from, to)
    }
    /// Creates the log's row; fails where there is one.
    pub async fn create_log(&mut self, head: &Head) -> Result<(), StoreError> {
        const STATE: &str = "INSERT INTO log_state (id, origin, size, root, registry_version) VALUES (1, $1, $2, $3, $4)";
        let (size, root) = (to_i64(head.size), head.root.0.to_vec());
        each!(self, tx => {
            query(STATE).bind(&head.origin).bind(size).bind(&root).bind(head.registry_version).execute(&mut **tx).await.map(drop)
        })?;
        self.insert_checkpoint(head).await
    }
    /// Moves the log from `old` to `new` by compare-and-swap, and stores the new checkpoint.
    pub async fn advance(&mut self, old: &Head, new: &Head) -> Result<(), StoreError> {
        const STATE: &str = "UPDATE log_state SET size = $1, root = $2, registry_version = $3 WHERE id = 1 AND size = $4 AND registry_version = $5";
        let (size, root, old_size) = (to_i64(new.size), new.root.0.to_vec(), to_i64(old.size));
        let n = each!(self, tx => {
            let update = query(STATE).bind(size).bind(&root).bind(new.registry_version).bind(old_size).bind(old.registry_version);
            update.execute(&mut **tx).await?.rows_affected()
        });
        if n != 1 {
            return Err(StoreError::Moved);
        }
        if new.size > old.size { self.insert_checkpoint(new).await } else { Ok(()) }
    }
    async fn insert_checkpoint(&mut self, head: &Head) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO checkpoints (size, note) VALUES ($1, $2)";
        let size = to_i64(head.size);
        each!(self, tx => query(SQL).bind(size).bind(&head.note).execute(&mut **tx).await.map(drop))?;
        Ok(())
    }
    /// Stores leaves from an index on.
    pub async fn insert_leaves(&mut self, first: u64, leaves: &[Vec<u8>]) -> Result<(), StoreError> {
        if leaves.is_empty() {
            return Ok(());
        }
        each!(self, tx => {
            let mut insert = QueryBuilder::new("INSERT INTO log_entries (idx, leaf) ");
            insert.push_values(leaves.iter().zip(first..), |mut row, (leaf, index)| {
                row.push_bind(to_i64(index)).push_bind(leaf.clone());
            });
            insert.build().execute(&mut **tx).await.map(drop)
        })?;
        Ok(())
    }
    /// Stores a framework.
    pub async fn insert_framework(&mut self, hash: Digest, body: &[u8], index: u64) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO frameworks (hash, body, idx) VALUES ($1, $2, $3)";
        let (hash, index) = (hash.to_string(), to_i64(index));
        each!(self, tx => query(SQL).bind(&hash).bind(body).bind(index).execute(&mut **tx).await.map(drop))?;
        Ok(())
    }
    /// Whether a framework is stored.
    pub async fn has_framework(&mut self, hash: Digest) -> Result<bool, StoreError> {
        const SQL: &str = "SELECT idx FROM frameworks WHERE hash = $1";
        let hash = hash.to_string();
        let row: Option<(i64,)> = each!(self, tx => query_as(SQL).bind(&hash).fetch_optional(&mut **tx).await)?;
        Ok(row.is_some())
    }
    /// Whose a key is and whether it was revoked; `None` for a key that was never registered.
    pub async fn key_owner(&mut self, key: Digest) -> Result<Option<(AuthorityId, bool)>, StoreError> {
        const SQL: &str = "SELECT authority, revoked_idx FROM agent_keys WHERE key = $1";
        let key = key.to_string();
        let row: Option<(String, Option<i64>)> = each!(self, tx => query_as(SQL).bind(&key).fetch_optional(&mut **tx).await)?;
        row.map(|(authority, revoked)| Ok((parsed(&authority, "authority")?, revoked.is_some()))).transpose()
    }
    /// Stores a signing key.
    pub async fn insert_key(&mut self, authority: AuthorityId, key: &PublicKey, index: u64) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO agent_keys (key, authority, spki, idx) VALUES ($1, $2, $3, $4)";
        let (id, authority, index) = (key.id().to_string(), authority.to_string(), to_i64(index));
        each!(self, tx => query(SQL).bind(&id).bind(&authority).bind(key.spki()).bind(index).execute(&mut **tx).await.map(drop))?;
        Ok(())
    }
    /// Stores a client certificate.
    pub async fn insert_certificate(&mut self, row: &CertificateRow) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO certificates (serial, authority, not_after, revoked) VALUES ($1, $2, $3, 0)";
        let (authority, not_after) = (row.authority.to_string(), row.not_after.unix_seconds());
        each!(self, tx => query(SQL).bind(&row.serial).bind(&authority).bind(not_after).execute(&mut **tx).await.map(drop))?;
        Ok(())
    }
    /// The keys of an authority that are not revoked, by age.
    pub async fn active_keys(&mut self, authority: AuthorityId) -> Result<Vec<Digest>, StoreError> {
        const SQL: &str = "SELECT key FROM agent_keys WHERE authority = $1 AND revoked_idx IS NULL ORDER BY idx";
        let authority = authority.to_string();
        let rows: Vec<(String,)> = each!(self, tx => query_as(SQL).bind(&authority).fetch_all(&mut **tx).await)?;
        rows.into_iter().map(|(key,)| parsed(&key, "key")).collect()
    }
    /// Revokes a key.
    pub async fn revoke_key(&mut self, key: Digest, index: u64) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE agent_keys SET revoked_idx = $1 WHERE key = $2 AND revoked_idx IS NULL";
        let (key, index) = (key.to_string(), to_i64(index));
        let n = each!(self, tx => query(SQL).bind(index).bind(&key).execute(&mut **tx).await?.rows_affected());
        if n == 1 { Ok(()) } else { Err(StoreError::Moved) }
    }
    /// Revokes every certificate of an authority.
    pub async fn revoke_certificates(&mut self, authority: AuthorityId) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE certificates SET revoked = 1 WHERE authority = $1";
        let authority = authority.to_string();
        each!(self, tx => query(SQL).bind(&authority).execute(&mut **tx).await.map(drop))?;
        Ok(())
    }
    /// The leaves at which a round went on; `None` for a round that does not exist.
    pub async fn stages(&mut self, round: RoundId) -> Result<Option<Stages>, StoreError> {
        const SQL: &str = "SELECT r.deadline_idx, r.correction_idx, r.correction_deadline_idx, d.leaf, c.leaf FROM rounds r \
             LEFT JOIN log_entries d ON d.idx = r.deadline_idx LEFT JOIN log_entries c ON c.idx = r.correction_deadline_idx WHERE r.round = $1";
        let round = round.to_string();
        let row: Option<StageColumns> = each!(self, tx => query_as(SQL).bind(&round).fetch_optional(&mut **tx).await)?;
        row.map(stages_of).transpose()
    }
    /// Stores a round with its plan.
    pub async fn insert_round(&mut self, row: &RoundRow) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO rounds (round, plan, envelope, framework, plan_idx) VALUES ($1, $2, $3, $4, $5)";
        let (round, plan) = (row.round.to_string(), row.plan.to_string());
        let (framework, index) = (row.framework.to_string(), to_i64(row.plan_index));
        each!(self, tx => {
            query(SQL).bind(&round).bind(&plan).bind(&row.envelope).bind(&framework).bind(index).execute(&mut **tx).await.map(drop)
        })?;
        Ok(())
    }
    /// Closes a round.
    pub async fn close_round(&mut self, round: RoundId, index: u64) -> Result<(), StoreError> {
        self.go_on("UPDATE rounds SET deadline_idx = $1 WHERE round = $2 AND deadline_idx IS NULL", round, index).await
    }
    /// Lets a round take corrections.
    pub async fn open_corrections(&mut self, round: RoundId, index: u64) -> Result<(), StoreError> {
        const SQL: &str =
            "UPDATE rounds SET correction_idx = $1 WHERE round = $2 AND deadline_idx IS NOT NULL AND correction_idx IS NULL";
        self.go_on(SQL, round, index).await
    }
    /// Lets a round take no more corrections.
    pub async fn close_corrections(&mut self, round: RoundId, index: u64) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE rounds SET correction_deadline_idx = $1 \
             WHERE round = $2 AND correction_idx IS NOT NULL AND correction_deadline_idx IS NULL";
        self.go_on(SQL, round, index).await
    }
    async fn go_on(&mut self, sql: &'static str, round: RoundId, index: u64) -> Result<(), StoreError> {
        let (round, index) = (round.to_string(), to_i64(index));
        let n = each!(self, tx => query(sql).bind(index).bind(&round).execute(&mut **tx).await?.rows_affected());
        if n == 1 { Ok(()) } else { Err(StoreError::Moved) }
    }
    /// What is held of these authorities in a round, of every kind.
    pub async fn known_messages(
        &mut self,
        round: RoundId,
        authorities: &BTreeSet<AuthorityId>,
    ) -> Result<Vec<Known>, StoreError> {
        const SQL: &str = "SELECT id, authority, kind, receipt FROM messages WHERE round = ";
        let rows: Vec<(String, String, String, String)> = each!(self, tx => {
            let mut select = QueryBuilder::new(SQL);
            select.push_bind(round.to_string()).push(" AND authority IN (");
            let mut list = select.separated(", ");
            for authority in authorities {
                list.push_bind(authority.to_string());
            }
            list.push_unseparated(")");
            select.build_query_as().fetch_all(&mut **tx).await
        })?;
        let known = |(id, authority, kind, receipt): (String, String, String, String)| {
            let (authority, kind) = (parsed(&authority, "authority")?, kind_of(&kind)?);
            Ok(Known { id: parsed(&id, "message id")?, round, authority, kind, receipt })
        };
        rows.into_iter().map(known).collect()
    }
    /// Stores messages with their receipts.
    pub async fn insert_messages(&mut self, rows: &[MessageRow]) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO messages (id, authority, round, kind, sequence, envelope, idx, receipt) ";
        if rows.is_empty() {
            return Ok(());
        }
        each!(self, tx => {
            let mut insert = QueryBuilder::new(SQL);
            insert.push_values(rows, |mut out, row| {
                out.push_bind(row.id.to_string()).push_bind(row.authority.to_string()).push_bind(row.round.to_string());
                out.push_bind(row.kind.word()).push_bind(i64::from(row.sequence)).push_bind(row.envelope.clone());
                out.push_bind(to_i64(row.index)).push_bind(row.receipt.clone());
            });
            insert.build().execute(&mut **tx).await.map(drop)
        })?;
        Ok(())
    }
    /// How many releases a round has.
    pub async fn n_releases(&mut self, round: RoundId) -> Result<usize, StoreError> {
        const SQL: &str = "SELECT version FROM releases WHERE round = $1";
        let round = round.to_string();
        let rows: Vec<(String,)> = each!(self, tx => query_as(SQL).bind(&round).fetch_all(&mut **tx).await)?;
        Ok(rows.len())
    }
    /// Stores a release.
    pub async fn insert_release(&mut self, row: &ReleaseRow) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO releases (version, round, id, statement, figures, figures_csv, meta_csv, changes_csv, idx) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        let (round, id, index) = (row.round.to_string(), row.id.to_string(), to_i64(row.index));
        each!(self, tx => {
            let insert = query(SQL).bind(&row.version).bind(&round).bind(&id).bind(&row.statement).bind(&row.figures);
            insert.bind(&row.figures_csv).bind(&row.meta_csv).bind(&row.changes_csv).bind(index).execute(&mut **tx).await.map(drop)
        })?;
        Ok(())
    }
    /// Makes it durable. After an error here nobody knows whether it was: reload before going on.
    pub async fn commit(self) -> Result<(), StoreError> {
        each!(self, tx => tx.commit().await)?;
        Ok(())
    }
}
