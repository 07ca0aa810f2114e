//! The receipt: a tlog-proof file that shows, offline, that a leaf is in the log under a signed checkpoint.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::checkpoint::{Checkpoint, CheckpointError, LogKey};
use super::tree::{check_inclusion, leaf_hash};
use crate::ids::Digest;
use crate::limits::PROOF_HASHES_MAX;

/// First line of the file.
const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// Why a receipt does not prove what it should.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// Not a tlog-proof file.
    #[error("not a tlog-proof file")]
    Malformed,
    /// Its checkpoint is not believed.
    #[error("receipt's checkpoint is not believed")]
    Checkpoint(#[source] CheckpointError),
    /// Its hashes lead elsewhere.
    #[error("receipt does not include this entry")]
    NotIncluded,
}

/// Index, inclusion proof and checkpoint of one leaf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Index of the leaf.
    pub index: u64,
    /// Inclusion proof up to the checkpoint's root.
    pub proof: Vec<Digest>,
    /// The signed checkpoint, verbatim.
    pub checkpoint: String,
}

impl Receipt {
    /// The file's text.
    pub fn encode(&self) -> String {
        let mut text = format!("{HEADER}\nindex {}\n", self.index);
        for hash in &self.proof {
            text += &format!("{}\n", STANDARD.encode(hash.0));
        }
        text + "\n" + &self.checkpoint
    }
    /// Reads the file's one spelling.
    pub fn parse(text: &str) -> Result<Self, ReceiptError> {
        let (head, checkpoint) = text.split_once("\n\n").ok_or(ReceiptError::Malformed)?;
        let mut lines = head.split('\n');
        if lines.next() != Some(HEADER) {
            return Err(ReceiptError::Malformed);
        }
        let index = lines.next().and_then(|l| l.strip_prefix("index ")).and_then(|n| n.parse().ok());
        let hash = |line: &str| {
            let bytes = STANDARD.decode(line).ok()?;
            Some(Digest(bytes.try_into().ok()?))
        };
        let proof: Option<Vec<Digest>> = lines.take(PROOF_HASHES_MAX + 1).map(hash).collect();
        let (Some(index), Some(proof)) = (index, proof) else { return Err(ReceiptError::Malformed) };
        let receipt = Self { index, proof, checkpoint: checkpoint.to_owned() };
        let same = receipt.proof.len() <= PROOF_HASHES_MAX && receipt.encode() == text;
        same.then_some(receipt).ok_or(ReceiptError::Malformed)
    }
    /// Checks that `entry` is included under a checkpoint that the log signed; answers that checkpoint.
    pub fn check(&self, entry: &[u8], log: &LogKey) -> Result<Checkpoint, ReceiptError> {
        let checkpoint = log.open(&self.checkpoint).map_err(ReceiptError::Checkpoint)?;
        let included = check_inclusion(&self.proof, self.index, leaf_hash(entry), checkpoint.size, checkpoint.root);
        included.then_some(checkpoint).ok_or(ReceiptError::NotIncluded)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tree::Tree;
    use super::*;
    use crate::sign::{Algorithm, SigningKey};

    #[test]
    fn a_receipt_proves_its_entry_and_no_other() {
        let key = SigningKey::generate(Algorithm::Ed25519).unwrap();
        let log = LogKey::new("log.example", key.public()).unwrap();
        let entries: Vec<[u8; 1]> = (0..9).map(|n| [n]).collect();
        let tree = Tree::of_entries(entries.iter().map(|e| &e[..]));
        let checkpoint = Checkpoint { origin: "log.example".into(), size: 9, root: tree.root(9).unwrap() };
        let note = checkpoint.sign(&key).unwrap();
        let receipt = Receipt { index: 4, proof: tree.inclusion(4, 9).unwrap(), checkpoint: note };
        let read = Receipt::parse(&receipt.encode()).unwrap();
        assert_eq!(read.check(&[4], &log), Ok(checkpoint));
        assert_eq!(read.check(&[5], &log), Err(ReceiptError::NotIncluded));
        for text in ["", "c2sp.org/tlog-proof@v1\n", &receipt.encode().replace("index 4", "index 04")] {
            assert_eq!(Receipt::parse(text), Err(ReceiptError::Malformed));
        }
    }
}
