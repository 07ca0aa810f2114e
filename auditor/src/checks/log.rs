//! Check `log`: the checkpoint is the log's, and every entry and every tile adds up to its root.
//!
//! Entries of kinds that this version does not know are hashed, proved and told, never interpreted and never skipped in
//! silence. Where entries and tiles disagree, the checkpoint decides which of the two is named.

use shared::ids::Digest;
use shared::limits::{LOG_ENTRIES_MAX, NOTE_BYTES_MAX};
use shared::log::checkpoint::Checkpoint;
use shared::log::entry::{Entry, Event};
use shared::log::tile::{TILE_WIDTH, TileId, decode_bundle};
use shared::log::tree::Tree;
use shared::trust::Trust;

use super::{chain, count};
use crate::bundle::Bundle;
use crate::finding::{Check, Outcome};
use crate::place::{CHECKPOINT_FILE, Place};

/// One entry that this version reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// Its place in the log.
    pub index: u64,
    /// What it says.
    pub entry: Entry,
}

/// The log of an export.
#[derive(Clone, Debug)]
pub struct Log {
    /// What the log's key signed.
    pub checkpoint: Checkpoint,
    /// The tree of the entries as they stand in the export.
    pub tree: Tree,
    /// The entries that could be read, in order.
    pub leaves: Vec<Leaf>,
}

impl Log {
    /// Path of the bundle in which an entry stands.
    pub fn file_of(&self, index: u64) -> String {
        let number = index / TILE_WIDTH;
        let width = (self.checkpoint.size - number * TILE_WIDTH).min(TILE_WIDTH);
        Place::Tile(TileId { level: None, number, width }).path()
    }
    /// The entry at an index, when it could be read.
    pub fn leaf(&self, index: u64) -> Option<&Leaf> {
        self.leaves.binary_search_by_key(&index, |l| l.index).ok().map(|i| &self.leaves[i])
    }
}

/// Checks the log; `None` when it cannot be read at all.
pub fn check(bundle: &Bundle, trust: &Trust) -> (Option<Log>, Outcome) {
    let mut outcome = Outcome::new(Check::Log);
    let Some(checkpoint) = open(&mut outcome, bundle, trust) else {
        return (None, outcome.said("the checkpoint is not believed"));
    };
    let expected = TileId::all(checkpoint.size);
    files(&mut outcome, bundle, &expected);
    let Some(entries) = entries(&mut outcome, bundle, &expected) else {
        return (None, outcome.said("the entries cannot be read"));
    };
    let tree = Tree::of_entries(entries.iter().map(Vec::as_slice));
    tiles(&mut outcome, bundle, &expected, &checkpoint, &tree);
    let mut log = Log { checkpoint, tree, leaves: Vec::new() };
    read_leaves(&mut outcome, &mut log, &entries);
    let (n, n_tiles) = (count(entries.len(), "entry", "entries"), count(expected.len(), "tile", "tiles"));
    let said = format!("{n} in {n_tiles} add up to the root that {} signed", trust.log.origin());
    (Some(log), outcome.said(said))
}

fn open(outcome: &mut Outcome, bundle: &Bundle, trust: &Trust) -> Option<Checkpoint> {
    let Some(note) = bundle.text(CHECKPOINT_FILE).filter(|n| n.len() <= NOTE_BYTES_MAX) else {
        outcome.fault(CHECKPOINT_FILE, "missing, too large, or not text");
        return None;
    };
    let checkpoint = trust.log.open(note).map_err(|e| outcome.fault(CHECKPOINT_FILE, chain(&e))).ok()?;
    if checkpoint.size > LOG_ENTRIES_MAX {
        outcome.fault(CHECKPOINT_FILE, format!("more than {LOG_ENTRIES_MAX} entries"));
        return None;
    }
    Some(checkpoint)
}

fn files(outcome: &mut Outcome, bundle: &Bundle, expected: &[TileId]) {
    let ids: std::collections::BTreeSet<&TileId> = expected.iter().collect();
    for id in expected {
        let path = Place::Tile(*id).path();
        if bundle.bytes(&path).is_none() {
            outcome.fault(&path, "missing");
        }
    }
    for (path, place) in bundle.places() {
        if matches!(place, Place::Tile(id) if !ids.contains(&id)) {
            outcome.fault(path, "a log of this size has no such tile");
        }
    }
}

fn entries(outcome: &mut Outcome, bundle: &Bundle, expected: &[TileId]) -> Option<Vec<Vec<u8>>> {
    let (mut all, mut whole) = (Vec::new(), true);
    for id in expected.iter().filter(|id| id.level.is_none()) {
        let path = Place::Tile(*id).path();
        let Some(bytes) = bundle.bytes(&path) else {
            whole = false;
            continue;
        };
        match decode_bundle(bytes, id.width) {
            Some(entries) => all.extend(entries),
            None => {
                outcome.fault(&path, format!("not a bundle of {} entries", id.width));
                whole = false;
            }
        }
    }
    whole.then_some(all)
}

/// Compares entries, tiles and checkpoint, and names the one that stands alone.
fn tiles(outcome: &mut Outcome, bundle: &Bundle, expected: &[TileId], checkpoint: &Checkpoint, tree: &Tree) {
    let of_tiles = leaf_tiles(bundle, expected);
    let is_signed = |t: &Tree| t.root(checkpoint.size) == Some(checkpoint.root);
    let reference = match &of_tiles {
        Some(other) if !is_signed(tree) && is_signed(other) => other,
        Some(_) | None => tree,
    };
    if !is_signed(reference) {
        outcome.fault(CHECKPOINT_FILE, "the entries do not add up to the root that it names");
    }
    for id in expected {
        let path = Place::Tile(*id).path();
        let Some(bytes) = bundle.bytes(&path) else { continue };
        let same = match id.entries() {
            Some(range) => range.into_iter().all(|i| leaf(tree, i).is_some() && leaf(tree, i) == leaf(reference, i)),
            None => id.hashes(reference).is_some_and(|hashes| hashes == bytes),
        };
        if !same {
            let what = if id.level.is_none() {
                "its entries are not those that the log signed"
            } else {
                "its hashes are not those of the entries"
            };
            outcome.fault(&path, what);
        }
    }
}

fn leaf(tree: &Tree, index: u64) -> Option<Digest> {
    tree.level(0).get(usize::try_from(index).ok()?).copied()
}

/// The tree of the leaf hashes that the tiles of level 0 hold.
fn leaf_tiles(bundle: &Bundle, expected: &[TileId]) -> Option<Tree> {
    let mut tree = Tree::default();
    for id in expected.iter().filter(|id| id.level == Some(0)) {
        let (hashes, rest) = bundle.bytes(&Place::Tile(*id).path())?.as_chunks::<32>();
        if !rest.is_empty() || u64::try_from(hashes.len()) != Ok(id.width) {
            return None;
        }
        hashes.iter().for_each(|h| tree.push(Digest(*h)));
    }
    Some(tree)
}

fn read_leaves(outcome: &mut Outcome, log: &mut Log, entries: &[Vec<u8>]) {
    let mut latest = None;
    for (bytes, index) in entries.iter().zip(0_u64..) {
        let file = log.file_of(index);
        let entry = match Entry::parse(bytes) {
            Ok(entry) => entry,
            Err(error) => {
                outcome.fault(&file, format!("entry {index}: {}", chain(&error)));
                continue;
            }
        };
        if latest.is_some_and(|at| entry.at < at) {
            outcome.fault(&file, format!("entry {index} is dated {}, before the one above it", entry.at));
        }
        latest = Some(entry.at);
        if let Event::Other { kind } = &entry.event {
            outcome.remark(&file, format!("entry {index} of kind {kind} is proved, but not understood by this version"));
        }
        log.leaves.push(Leaf { index, entry });
    }
}
