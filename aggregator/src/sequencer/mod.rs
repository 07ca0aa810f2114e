//! The sequencer: the only writer. One transaction takes a batch of acts, gives each its leaves, signs the checkpoint and
//! stores leaves, rows and receipts together.
//!
//! Stage, commit, remember, answer. A crash before the commit has done nothing; a crash after it has done everything,
//! and whoever asks again gets the stored answer. Two processes may run it on one store: the locked row serialises them.
//! It never continues a log that is shorter or other than the remembered checkpoint. `docs/protocol.md`, section 6.

mod act;
mod batch;
mod queue;

pub use act::{Act, Denied, Outcome, Registration, ReleaseFiles};
pub use queue::{Queue, QueueError};

use std::sync::Arc;

use shared::ids::Digest;
use shared::log::checkpoint::{Checkpoint, LogKey};
use shared::log::tree::Tree;
use shared::sign::{KeyError, SigningKey};
use shared::time::Clock;

use crate::memory::{Memory, MemoryError};
use crate::store::{Head, Store, StoreError, Tx};
use batch::Batch;

/// Why a batch was not sequenced. Nobody knows whether it was stored; asking again is safe.
#[derive(Debug, thiserror::Error)]
pub enum SequencerError {
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] StoreError),
    /// The remembered checkpoint forbids going on, or cannot be written.
    #[error("the remembered checkpoint stands against it")]
    Memory(#[from] MemoryError),
    /// The log key cannot sign.
    #[error("the log key cannot sign")]
    Key(#[source] KeyError),
    /// The log key is of another log.
    #[error("the log key or the log's name is not this store's")]
    Origin,
    /// The stored entries do not lead to the stored root.
    #[error("the store's log entries do not lead to its root")]
    Inconsistent,
    /// A task of the runtime ended without an answer.
    #[error("a task ended without an answer")]
    Task,
}

/// The log's name and private key.
pub struct LogSigner {
    log: LogKey,
    key: SigningKey,
}

impl LogSigner {
    /// From a name and an Ed25519 key; `None` for others.
    pub fn new(origin: &str, key: SigningKey) -> Option<Self> {
        LogKey::new(origin, key.public()).map(|log| Self { log, key })
    }
    /// The public half.
    pub fn log(&self) -> &LogKey {
        &self.log
    }
    fn sign(&self, size: u64, root: Digest) -> Result<String, SequencerError> {
        let checkpoint = Checkpoint { origin: self.log.origin().to_owned(), size, root };
        checkpoint.sign(&self.key).map_err(SequencerError::Key)
    }
}

/// The only writer.
pub struct Sequencer {
    store: Store,
    signer: LogSigner,
    clock: Arc<dyn Clock>,
    memory: Memory,
    tree: Tree,
}

impl Sequencer {
    /// Creates the log in an empty store.
    pub async fn create(store: Store, signer: LogSigner, clock: Arc<dyn Clock>, memory: Memory) -> Result<Self, SequencerError> {
        let tree = Tree::default();
        let root = tree.root(0).ok_or(SequencerError::Inconsistent)?;
        let origin = signer.log.origin().to_owned();
        let head = Head { origin, size: 0, root, note: signer.sign(0, root)?, registry_version: 0 };
        let mut tx = store.begin().await?;
        tx.create_log(&head).await?;
        tx.commit().await?;
        let sequencer = Self { store, signer, clock, memory, tree };
        sequencer.remember(&head).await?;
        Ok(sequencer)
    }

    /// Opens the log of a store and checks it against the remembered checkpoint.
    pub async fn open(store: Store, signer: LogSigner, clock: Arc<dyn Clock>, memory: Memory) -> Result<Self, SequencerError> {
        let mut sequencer = Self { store, signer, clock, memory, tree: Tree::default() };
        let mut tx = sequencer.store.begin().await?;
        let head = tx.lock().await?;
        sequencer.catch_up(&mut tx, &head).await?;
        let signed = sequencer.signer.log.open(&head.note).map_err(|_| SequencerError::Origin)?;
        if (signed.size, signed.root) != (head.size, head.root) {
            return Err(SequencerError::Inconsistent);
        }
        sequencer.memory.check(&sequencer.signer.log, &sequencer.tree)?;
        Ok(sequencer)
    }

    /// The log's public key.
    pub fn log(&self) -> &LogKey {
        &self.signer.log
    }

    /// Sequences a batch; answers one outcome for each act, in order.
    ///
    /// After an error the tree in memory is thrown away, and the next batch reloads what was really stored.
    pub async fn commit(&mut self, acts: &[Act]) -> Result<Vec<Outcome>, SequencerError> {
        let result = self.transaction(acts).await;
        if result.is_err() {
            self.tree = Tree::default();
        }
        result
    }

    async fn transaction(&mut self, acts: &[Act]) -> Result<Vec<Outcome>, SequencerError> {
        let mut tx = self.store.begin().await?;
        let old = tx.lock().await?;
        self.catch_up(&mut tx, &old).await?;
        let mut batch = Batch::new(&old, self.clock.now());
        batch.look_up(&mut tx, acts).await?;
        for act in acts {
            batch.decide(&mut tx, act).await?;
        }
        if !batch.changes() {
            return Ok(batch.into_outcomes());
        }
        let new = self.seal(&old, &batch)?;
        batch.write(&mut tx, acts, &self.tree, &new.note).await?;
        tx.advance(&old, &new).await?;
        tx.commit().await?;
        if new.size > old.size {
            self.remember(&new).await?;
        }
        Ok(batch.into_outcomes())
    }

    /// Puts the batch's leaves on the tree and signs the new end.
    fn seal(&mut self, old: &Head, batch: &Batch) -> Result<Head, SequencerError> {
        batch.leaf_hashes().for_each(|hash| self.tree.push(hash));
        let size = self.tree.size();
        let root = self.tree.root(size).ok_or(SequencerError::Inconsistent)?;
        let note = if size == old.size { old.note.clone() } else { self.signer.sign(size, root)? };
        let registry_version = old.registry_version + i64::from(batch.changes_registry());
        Ok(Head { origin: old.origin.clone(), size, root, note, registry_version })
    }

    /// Brings the tree in memory up to the stored end, which other processes may have moved.
    async fn catch_up(&mut self, tx: &mut Tx, head: &Head) -> Result<(), SequencerError> {
        if head.origin != self.signer.log.origin() {
            return Err(SequencerError::Origin);
        }
        if self.tree.size() > head.size {
            return Err(SequencerError::Inconsistent);
        }
        if self.tree.size() < head.size {
            for leaf in tx.leaves(self.tree.size(), head.size).await? {
                self.tree.push(shared::log::tree::leaf_hash(&leaf));
            }
        }
        if self.tree.root(head.size) == Some(head.root) { Ok(()) } else { Err(SequencerError::Inconsistent) }
    }

    async fn remember(&self, head: &Head) -> Result<(), SequencerError> {
        let (memory, log) = (self.memory.clone(), self.signer.log.clone());
        let (size, note) = (head.size, head.note.clone());
        let written = tokio::task::spawn_blocking(move || memory.remember(&log, size, &note)).await;
        written.map_err(|_| SequencerError::Task)?.map_err(SequencerError::Memory)
    }
}
