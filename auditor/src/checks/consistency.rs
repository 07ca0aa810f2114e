//! Check `consistency`: every file's leaf is in the log that was signed, and the log only ever grew.
//!
//! The leaf is written anew from the file, hashed, and proved under the signed root; the roots at each opening, deadline
//! and release are proved to be beginnings of it. Proofs are made here from the entries and checked by the other code.

use shared::log::entry::{Entry, Event};
use shared::log::tree::{check_consistency, check_inclusion, leaf_hash};

use super::log::Log;
use super::{Evidence, count};
use crate::finding::{Check, Outcome};
use crate::place::CHECKPOINT_FILE;

/// Proves every leaf and every stage.
pub fn check(log: &Log, evidence: &[Evidence]) -> Outcome {
    let mut outcome = Outcome::new(Check::Consistency);
    let (size, root) = (log.checkpoint.size, log.checkpoint.root);
    for one in evidence {
        let Some(leaf) = log.leaf(one.index) else { continue };
        let entry = Entry { at: leaf.entry.at, event: one.event.clone() };
        let proof = log.tree.inclusion(one.index, size);
        if !proof.is_some_and(|p| check_inclusion(&p, one.index, leaf_hash(&entry.encode()), size, root)) {
            outcome.fault(&one.file, format!("its leaf is not at entry {} of the signed log", one.index));
        }
    }
    let stages: Vec<u64> = log.leaves.iter().filter(|l| is_stage(&l.entry.event)).map(|l| l.index + 1).collect();
    for stage in &stages {
        let proof = log.tree.root(*stage).zip(log.tree.consistency(*stage, size));
        if !proof.is_some_and(|(old, proof)| check_consistency(&proof, *stage, old, size, root)) {
            outcome.fault(CHECKPOINT_FILE, format!("the log of {stage} entries is no beginning of the signed log of {size}"));
        }
    }
    let (n_stages, n_leaves) = (count(stages.len(), "stage", "stages"), count(evidence.len(), "file", "files"));
    outcome.said(format!("{n_leaves} proved to have their leaf in the signed log, {n_stages} proved to be beginnings of it"))
}

fn is_stage(event: &Event) -> bool {
    match event {
        Event::RoundOpen { .. }
        | Event::RoundDeadline { .. }
        | Event::CorrectionOpen { .. }
        | Event::CorrectionDeadline { .. }
        | Event::Release { .. } => true,
        Event::Framework { .. }
        | Event::AgentKey { .. }
        | Event::Plan { .. }
        | Event::Submission { .. }
        | Event::Other { .. } => false,
    }
}
