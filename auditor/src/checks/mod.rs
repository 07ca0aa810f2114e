//! The checks: pure functions from an export to findings, in the order in which one stands on another.
//!
//! Each takes what earlier checks made of the export and answers an [`crate::finding::Outcome`]; what could not be looked
//! at is a fault, never a pass. None reads a file, asks a clock or writes.

pub mod budget; // was more spent on a child than the plan allows?
pub mod consistency;
pub mod frameworks; // are the frameworks those that the log names?
pub mod keys; // which key might sign for whom, and when?
pub mod log; // does the log add up to its checkpoint?
pub mod manifest; // are these the files that the release key signed for?
pub mod notices; // do the words stand that must stand beside figures?
pub mod plans; // one plan for a round, trusted, sound, and before all else?
pub mod release; // do the figures follow from the submissions?
pub mod submissions; // one submission for an authority, signed, as planned, in time?
pub mod trust; // are these the keys that the trust file names? // is every file's leaf in the log, and did the log only grow?

use shared::log::entry::Event;
use shared::sign::{Envelope, PublicKey};

use crate::finding::Outcome;

/// A file of which the log holds a leaf: what the leaf must say follows from the file alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Path of the file.
    pub file: String,
    /// Index of its leaf.
    pub index: u64,
    /// What the leaf must say.
    pub event: Event,
}

/// An error with its causes, for one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text += &format!(": {inner}");
        cause = inner.source();
    }
    text
}

/// Signatures by keys that nobody here knows prove nothing: they are tolerated, and told.
fn remark_on_spare_signatures(outcome: &mut Outcome, file: &str, envelope: &Envelope, keys: &[PublicKey]) {
    let spare = envelope.signatures().iter().filter(|s| !keys.iter().any(|k| k.id() == s.keyid)).count();
    if spare > 0 && spare < envelope.signatures().len() {
        outcome.remark(file, format!("{} by unknown keys not checked", count(spare, "more signature", "more signatures")));
    }
}

/// `1 file`, `2 files`.
fn count(n: usize, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}
