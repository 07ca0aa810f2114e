//! Check `frameworks`: each framework file is the one that the log names, and its layout is recomputed.

use std::collections::BTreeMap;

use shared::framework::Framework;
use shared::hash::sha256;
use shared::ids::Digest;
use shared::limits::CELLS_MAX;
use shared::log::entry::Event;

use super::log::Log;
use super::{Evidence, chain, count};
use crate::bundle::Bundle;
use crate::finding::{Check, Outcome};
use crate::place::Place;

/// Bytes of a framework's text.
const FRAMEWORK_BYTES_MAX: usize = 1024 * 1024;

/// A framework that the log holds.
#[derive(Clone, Debug)]
pub struct KnownFramework {
    /// The catalogue.
    pub framework: Framework,
    /// Index of its first leaf.
    pub index: u64,
}

/// Frameworks by the hash of their text.
pub type Frameworks = BTreeMap<Digest, KnownFramework>;

/// Reads every logged framework.
pub fn check(bundle: &Bundle, log: &Log, evidence: &mut Vec<Evidence>) -> (Frameworks, Outcome) {
    let mut outcome = Outcome::new(Check::Frameworks);
    let (mut known, mut logged) = (Frameworks::new(), BTreeMap::new());
    for leaf in &log.leaves {
        let Event::Framework { framework: hash, layout } = leaf.entry.event else { continue };
        if let Some(other) = logged.insert(hash, layout) {
            if other != layout {
                outcome.fault(&log.file_of(leaf.index), format!("entry {} names another layout of framework {hash}", leaf.index));
            }
            continue;
        }
        let file = Place::Framework(hash).path();
        let Some(framework) = read(&mut outcome, bundle, &file, hash) else { continue };
        if framework.layout_hash() != layout {
            outcome.fault(&file, format!("its layout hashes to {}, the log says {layout}", framework.layout_hash()));
            continue;
        }
        let event = Event::Framework { framework: framework.hash(), layout: framework.layout_hash() };
        evidence.push(Evidence { file, index: leaf.index, event });
        known.insert(hash, KnownFramework { framework, index: leaf.index });
    }
    for (path, place) in bundle.places() {
        if matches!(place, Place::Framework(hash) if !logged.contains_key(&hash)) {
            outcome.fault(path, "the log holds no such framework");
        }
    }
    let n = count(known.len(), "framework", "frameworks");
    (known, outcome.said(format!("{n} as logged, each layout recomputed")))
}

fn read(outcome: &mut Outcome, bundle: &Bundle, file: &str, hash: Digest) -> Option<Framework> {
    let Some(text) = bundle.text(file).filter(|t| t.len() <= FRAMEWORK_BYTES_MAX) else {
        outcome.fault(file, "logged, but missing here, too large, or not text");
        return None;
    };
    if sha256(text.as_bytes()) != hash {
        outcome.fault(file, "its SHA-256 is not the one that the log holds");
        return None;
    }
    let framework = Framework::parse(text).map_err(|e| outcome.fault(file, chain(&e))).ok()?;
    if framework.n_cells() > CELLS_MAX {
        outcome.fault(file, format!("more than {CELLS_MAX} cells"));
        return None;
    }
    Some(framework)
}
