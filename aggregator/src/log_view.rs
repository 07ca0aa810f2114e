//! The readers' view of the log: tiles and bundles as a function of the stored entries.
//!
//! A tree in memory that follows the store, never ahead of it; other processes may have written. Only complete subtrees
//! below the stored size are shown, and these never change.

use std::sync::{PoisonError, RwLock};

use shared::log::tile::{TileId, encode_bundle};
use shared::log::tree::{Tree, leaf_hash};

use crate::store::{Head, Store, StoreError};

/// Entries that are read from the store at once.
const READ_MAX: u64 = 4_096;

/// A tree that follows the store.
#[derive(Default)]
pub struct LogView {
    tree: RwLock<Tree>,
}

impl LogView {
    /// Reads what was stored since; refuses a store whose entries do not lead to its root.
    pub async fn follow(&self, store: &Store, head: &Head) -> Result<(), StoreError> {
        loop {
            let from = self.size();
            if from >= head.size {
                break;
            }
            let leaves = store.leaves(from, head.size.min(from + READ_MAX)).await?;
            let mut tree = self.tree.write().unwrap_or_else(PoisonError::into_inner);
            // another reader may have put them there meanwhile
            let skip = usize::try_from(tree.size().saturating_sub(from)).unwrap_or(usize::MAX);
            leaves.iter().skip(skip).for_each(|leaf| tree.push(leaf_hash(leaf)));
        }
        if self.root(head.size) == Some(head.root) { Ok(()) } else { Err(StoreError::Damaged("log")) }
    }

    /// The bytes of a tile or bundle; `None` when the log does not reach so far.
    pub async fn tile(&self, store: &Store, id: TileId) -> Result<Option<Vec<u8>>, StoreError> {
        let head = store.head().await?;
        self.follow(store, &head).await?;
        match id.entries() {
            None => Ok(id.hashes(&self.tree.read().unwrap_or_else(PoisonError::into_inner))),
            Some(range) if range.end <= head.size => {
                let leaves = store.leaves(range.start, range.end).await?;
                Ok(Some(encode_bundle(leaves.iter().map(Vec::as_slice))))
            }
            Some(_) => Ok(None),
        }
    }

    fn size(&self) -> u64 {
        self.tree.read().unwrap_or_else(PoisonError::into_inner).size()
    }
    fn root(&self, size: u64) -> Option<shared::ids::Digest> {
        self.tree.read().unwrap_or_else(PoisonError::into_inner).root(size)
    }
}
