//! SHA-256, the one digest of the wire, of the log and of files.

use sha2::{Digest as _, Sha256};

use crate::ids::Digest;

/// SHA-256 of some bytes.
pub fn sha256(bytes: &[u8]) -> Digest {
    Digest(Sha256::digest(bytes).into())
}
