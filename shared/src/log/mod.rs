//! The transparency log: tree, proofs, checkpoint, tiles, entries and receipts.
//!
//! C2SP formats (signed-note, tlog-checkpoint, tlog-tiles, tlog-proof) over the tree of RFC 6962. Pure arithmetic and
//! text: who stores the log and who serves it stand elsewhere. Invariant: what [`tree::Tree`] proves, the `check_`
//! functions accept, and nothing else. `docs/protocol.md`, section 6.

mod note; // signed notes as bytes: text, signature lines, verifier keys
pub mod checkpoint; // the signed note that names size and root
pub mod cosignature; // what witnesses say of a checkpoint
pub mod entry; // what a leaf says
pub mod receipt; // the tlog-proof file
pub mod tile; // paths and bytes of tiles and entry bundles
pub mod tree; // hashes, roots and proofs
