//! The Merkle tree of RFC 6962, section 2.1: hashes, roots, inclusion and consistency.

use sha2::{Digest as _, Sha256};

use crate::hash::sha256;
use crate::ids::Digest;

/// Hash of a leaf: SHA-256 of a zero byte and the entry.
pub fn leaf_hash(entry: &[u8]) -> Digest {
    Digest(Sha256::new().chain_update([0]).chain_update(entry).finalize().into())
}

/// Hash of an inner node: SHA-256 of a one byte and both children.
pub fn node_hash(left: &Digest, right: &Digest) -> Digest {
    Digest(Sha256::new().chain_update([1]).chain_update(left.0).chain_update(right.0).finalize().into())
}

fn index(n: u64) -> usize {
    usize::try_from(n).expect("a tree in memory is smaller than memory")
}

/// Largest power of two below `n`, for `n >= 2`.
fn split(n: u64) -> u64 {
    1 << (63 - (n - 1).leading_zeros())
}

/// All hashes of a log, level by level; level 0 are the leaves. Grows at its right edge only.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    levels: Vec<Vec<Digest>>,
}

impl Tree {
    /// The tree of these entries.
    pub fn of_entries<'a>(entries: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut tree = Self::default();
        for entry in entries {
            tree.push(leaf_hash(entry));
        }
        tree
    }
    /// Number of leaves.
    pub fn size(&self) -> u64 {
        self.levels.first().map_or(0, |l| u64::try_from(l.len()).expect("64-bit lengths"))
    }
    /// Appends a leaf.
    pub fn push(&mut self, leaf: Digest) {
        let mut hash = leaf;
        for level in 0.. {
            if self.levels.len() == level {
                self.levels.push(Vec::new());
            }
            self.levels[level].push(hash);
            let row = &self.levels[level];
            if row.len() % 2 == 1 {
                return;
            }
            hash = node_hash(&row[row.len() - 2], &row[row.len() - 1]);
        }
    }
    /// Forgets every leaf from `size` on.
    pub fn truncate(&mut self, size: u64) {
        for (level, row) in self.levels.iter_mut().enumerate() {
            row.truncate(index(size >> level));
        }
        self.levels.retain(|row| !row.is_empty());
    }
    /// The complete-subtree hashes of one level, for tiles.
    pub fn level(&self, level: usize) -> &[Digest] {
        self.levels.get(level).map_or(&[], Vec::as_slice)
    }
    /// Root of the first `size` leaves; `None` beyond the tree.
    pub fn root(&self, size: u64) -> Option<Digest> {
        match size {
            0 => Some(sha256(b"")),
            n if n <= self.size() => Some(self.range(0, n)),
            _ => None,
        }
    }
    /// Proof that leaf `leaf` is in the tree of `size` leaves; `None` when it is not.
    pub fn inclusion(&self, leaf: u64, size: u64) -> Option<Vec<Digest>> {
        if leaf >= size || size > self.size() {
            return None;
        }
        let (mut low, mut high, mut path) = (0, size, Vec::new());
        while high - low > 1 {
            let middle = low + split(high - low);
            if leaf < middle {
                path.push(self.range(middle, high));
                high = middle;
            } else {
                path.push(self.range(low, middle));
                low = middle;
            }
        }
        path.reverse();
        Some(path)
    }
    /// Proof that the tree of `old` leaves is a beginning of the tree of `new` leaves.
    pub fn consistency(&self, old: u64, new: u64) -> Option<Vec<Digest>> {
        if old > new || new > self.size() {
            return None;
        }
        if old == 0 || old == new {
            return Some(Vec::new());
        }
        let (mut low, mut high, mut path, mut whole) = (0, new, Vec::new(), true);
        while high != old {
            let middle = low + split(high - low);
            if old <= middle {
                path.push(self.range(middle, high));
                high = middle;
            } else {
                path.push(self.range(low, middle));
                low = middle;
                whole = false;
            }
        }
        if !whole {
            path.push(self.range(low, high));
        }
        path.reverse();
        Some(path)
    }
    /// Hash of leaves `low..high`, where `low` is a multiple of the range's power of two.
    fn range(&self, low: u64, high: u64) -> Digest {
        let n = high - low;
        if n.is_power_of_two() {
            let level = n.trailing_zeros();
            return self.levels[usize::try_from(level).expect("at most 63")][index(low >> level)];
        }
        let middle = low + split(n);
        node_hash(&self.range(low, middle), &self.range(middle, high))
    }
}

/// Whether a proof shows that a leaf stands at `leaf` in the tree of `size` leaves with this root (RFC 9162, 2.1.3.2).
pub fn check_inclusion(proof: &[Digest], leaf: u64, leaf_hash: Digest, size: u64, root: Digest) -> bool {
    if leaf >= size {
        return false;
    }
    let (mut fnode, mut snode, mut hash) = (leaf, size - 1, leaf_hash);
    for p in proof {
        if snode == 0 {
            return false;
        }
        if fnode & 1 == 1 || fnode == snode {
            hash = node_hash(p, &hash);
            while fnode & 1 == 0 && fnode != 0 {
                fnode >>= 1;
                snode >>= 1;
            }
        } else {
            hash = node_hash(&hash, p);
        }
        fnode >>= 1;
        snode >>= 1;
    }
    snode == 0 && hash == root
}

/// Whether a proof shows that the tree (old, old_root) is a beginning of the tree (new, new_root) (RFC 9162, 2.1.4.2).
pub fn check_consistency(proof: &[Digest], old: u64, old_root: Digest, new: u64, new_root: Digest) -> bool {
    if old > new {
        return false;
    }
    if old == new {
        return proof.is_empty() && old_root == new_root;
    }
    if old == 0 {
        return proof.is_empty() && old_root == sha256(b"");
    }
    let with_old;
    let proof = if old.is_power_of_two() {
        with_old = [&[old_root], proof].concat();
        &with_old
    } else {
        proof
    };
    let Some((first, rest)) = proof.split_first() else { return false };
    let shift = (old - 1).trailing_ones();
    let (mut fnode, mut snode) = ((old - 1) >> shift, (new - 1) >> shift);
    let (mut fold_old, mut fold_new) = (*first, *first);
    for c in rest {
        if snode == 0 {
            return false;
        }
        if fnode & 1 == 1 || fnode == snode {
            fold_old = node_hash(c, &fold_old);
            fold_new = node_hash(c, &fold_new);
            while fnode & 1 == 0 && fnode != 0 {
                fnode >>= 1;
                snode >>= 1;
            }
        } else {
            fold_new = node_hash(&fold_new, c);
        }
        fnode >>= 1;
        snode >>= 1;
    }
    snode == 0 && fold_old == old_root && fold_new == new_root
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(n: u64) -> Tree {
        let entries: Vec<[u8; 8]> = (0..n).map(u64::to_be_bytes).collect();
        Tree::of_entries(entries.iter().map(|e| &e[..]))
    }

    #[test]
    fn every_leaf_of_every_small_tree_is_proved_and_nothing_else() {
        let t = tree(40);
        for size in 1..=40 {
            let root = t.root(size).unwrap();
            for leaf in 0..size {
                let hash = leaf_hash(&leaf.to_be_bytes());
                let proof = t.inclusion(leaf, size).unwrap();
                assert!(check_inclusion(&proof, leaf, hash, size, root));
                assert!(!check_inclusion(&proof, leaf, leaf_hash(b"other"), size, root));
                assert!(!check_inclusion(&proof, leaf + 1, hash, size, root) || size == 1);
                for i in 0..proof.len() {
                    let mut bad = proof.clone();
                    bad[i].0[0] ^= 1;
                    assert!(!check_inclusion(&bad, leaf, hash, size, root));
                    assert!(!check_inclusion(&proof[..i], leaf, hash, size, root));
                }
            }
            assert!(t.inclusion(size, size).is_none());
        }
    }

    #[test]
    fn every_beginning_of_every_small_tree_is_proved_and_nothing_else() {
        let t = tree(40);
        for new in 0..=40 {
            for old in 0..=new {
                let (a, b) = (t.root(old).unwrap(), t.root(new).unwrap());
                let proof = t.consistency(old, new).unwrap();
                assert!(check_consistency(&proof, old, a, new, b), "{old} {new}");
                let other = leaf_hash(b"other");
                assert!(!check_consistency(&proof, old, other, new, b), "{old} {new}");
                assert!(!check_consistency(&proof, old, a, new, other) || old == 0, "{old} {new}");
                for i in 0..proof.len() {
                    let mut bad = proof.clone();
                    bad[i].0[31] ^= 1;
                    assert!(!check_consistency(&bad, old, a, new, b), "{old} {new} {i}");
                }
            }
        }
    }

    #[test]
    fn a_tree_cut_back_is_the_tree_it_was() {
        let mut t = tree(37);
        t.truncate(21);
        assert_eq!(t.size(), 21);
        assert_eq!(t.root(21), tree(21).root(21));
        (21_u64..37).for_each(|n| t.push(leaf_hash(&n.to_be_bytes())));
        assert_eq!(t.root(37), tree(37).root(37));
    }

    #[test]
    fn roots_and_proofs_equal_those_of_another_implementation() {
        use std::cell::RefCell;
        use tlog_tiles::{Error, Hash, HashReader, prove_record, prove_tree, stored_hashes, tree_hash};
        struct Store(RefCell<Vec<Hash>>);
        impl HashReader for Store {
            fn read_hashes(&self, at: &[u64]) -> Result<Vec<Hash>, Error> {
                Ok(at.iter().map(|&i| self.0.borrow()[usize::try_from(i).unwrap()]).collect())
            }
        }
        let store = Store(RefCell::default());
        for n in 0..300_u64 {
            let more = stored_hashes(n, &n.to_be_bytes(), &store).unwrap();
            store.0.borrow_mut().extend(more);
        }
        let bytes = |hashes: Vec<Hash>| hashes.iter().map(|h| h.0).collect::<Vec<_>>();
        let ours = |hashes: Vec<Digest>| hashes.iter().map(|h| h.0).collect::<Vec<_>>();
        let t = tree(300);
        for size in [1, 2, 3, 7, 8, 9, 255, 256, 257, 300_u64] {
            assert_eq!(t.root(size).unwrap().0, tree_hash(size, &store).unwrap().0);
            for leaf in (0..size).step_by(13) {
                assert_eq!(
                    ours(t.inclusion(leaf, size).unwrap()),
                    bytes(prove_record(size, leaf, &store).unwrap()),
                    "{leaf} {size}"
                );
            }
            for old in (1..size).step_by(17) {
                assert_eq!(
                    ours(t.consistency(old, size).unwrap()),
                    bytes(prove_tree(size, old, &store).unwrap()),
                    "{old} {size}"
                );
            }
        }
    }
}
