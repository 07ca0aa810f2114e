//! Check `trust`: the keys and the root certificate of the export are those of the trust file.
//!
//! A forged world can be perfect in itself; here it is refused by the name of the key that differs. Without a trust file
//! the export's own claim is taken to see whether it is consistent, and the verdict says that it is not authenticated.

use std::collections::BTreeSet;

use shared::ids::Digest;
use shared::limits::NOTE_BYTES_MAX;
use shared::log::checkpoint::CheckpointError;
use shared::plan::PLAN_BYTES_MAX;
use shared::sign::{Envelope, PublicKey};
use shared::statement::{STATEMENT_BYTES_MAX, STATEMENT_FILE};
use shared::trust::Trust;

use crate::bundle::Bundle;
use crate::finding::{Check, Outcome};
use crate::place::{CHECKPOINT_FILE, Place, ROOT_FILE};

/// Where the keys come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// From a trust file, by another way than the export.
    Authenticated,
    /// From the export itself.
    Claimed,
}

/// Compares the export with the trust file, or takes its claim when there is none; `None` when there are no keys at all.
pub fn check(bundle: &Bundle, given: Option<&Trust>) -> (Option<Trust>, Standing, Outcome) {
    let mut outcome = Outcome::new(Check::Trust);
    let file = Place::TrustClaim.path();
    let claim = match bundle.text(&file).map(Trust::parse) {
        Some(Ok(claim)) => Some(claim),
        Some(Err(error)) => {
            outcome.fault(&file, error);
            None
        }
        None => {
            outcome.fault(&file, "missing, or not text");
            None
        }
    };
    let Some(trust) = given.or(claim.as_ref()).cloned() else {
        return (None, Standing::Claimed, outcome.said("no keys to check with"));
    };
    if let Some(claim) = &claim {
        compare(&mut outcome, &file, &trust, claim);
    }
    root(&mut outcome, bundle, &trust);
    log(&mut outcome, bundle, &trust);
    signers(&mut outcome, bundle, &trust);
    roles(&mut outcome, &file, &trust);
    match given {
        Some(_) => (
            Some(trust),
            Standing::Authenticated,
            outcome.said("log, plan and release keys and the root are those of the trust file"),
        ),
        None => {
            let said = "no trust file was given: the keys are those that the export claims for itself";
            (Some(trust), Standing::Claimed, outcome.said(said))
        }
    }
}

fn compare(outcome: &mut Outcome, file: &str, trust: &Trust, claim: &Trust) {
    if claim.log != trust.log {
        outcome.fault(file, format!("the log key differs: trusted is {}, the export claims {}", trust.log, claim.log));
    }
    for (role, trusted, claimed) in [("plan", &trust.plan, &claim.plan), ("release", &trust.release, &claim.release)] {
        for key in claimed.iter().filter(|k| !trusted.contains(k)) {
            outcome.fault(
                file,
                format!("the {role} key differs: the export claims {}, which the trust file does not have", key.id()),
            );
        }
    }
    if claim.root_sha256 != trust.root_sha256 {
        let (trusted, claimed) = (trust.root_sha256, claim.root_sha256);
        outcome.fault(file, format!("the root certificate differs: trusted is {trusted}, the export claims {claimed}"));
    }
}

fn root(outcome: &mut Outcome, bundle: &Bundle, trust: &Trust) {
    match bundle.text(ROOT_FILE) {
        None => outcome.fault(ROOT_FILE, "missing, or not text"),
        Some(pem) if !trust.is_root(pem) => {
            outcome
                .fault(ROOT_FILE, format!("the root certificate differs: trusted is the one with SHA-256 {}", trust.root_sha256));
        }
        Some(_) => {}
    }
}

fn log(outcome: &mut Outcome, bundle: &Bundle, trust: &Trust) {
    let Some(note) = bundle.text(CHECKPOINT_FILE).filter(|n| n.len() <= NOTE_BYTES_MAX) else { return };
    match trust.log.open(note) {
        Err(CheckpointError::Origin | CheckpointError::Signature) => {
            outcome.fault(CHECKPOINT_FILE, format!("the log key differs: not signed by {}", trust.log));
        }
        // the check of the log says what is wrong with its form
        Ok(_) | Err(CheckpointError::Malformed | CheckpointError::VerifierKey | CheckpointError::Cosignature) => {}
    }
}

fn signers(outcome: &mut Outcome, bundle: &Bundle, trust: &Trust) {
    for (path, place) in bundle.places() {
        let (role, keys, bytes_max) = match place {
            Place::Manifest => ("release", &trust.release, STATEMENT_BYTES_MAX),
            Place::Plan(_) => ("plan", &trust.plan, PLAN_BYTES_MAX),
            Place::Release { file, .. } if file == STATEMENT_FILE => ("release", &trust.release, STATEMENT_BYTES_MAX),
            Place::Release { .. } | Place::Readme | Place::Root | Place::TrustClaim | Place::Checkpoint | Place::Tile(_) => {
                continue;
            }
            Place::Key(_) | Place::Framework(_) | Place::Submission { .. } => continue,
        };
        let Some(envelope) = bundle.bytes(path).and_then(|b| Envelope::parse(b, bytes_max).ok()) else { continue };
        let known = |id: Digest| keys.iter().any(|k| k.id() == id);
        if !envelope.signatures().iter().any(|s| known(s.keyid)) {
            let id = envelope.signatures().first().map(|s| s.keyid.to_string()).unwrap_or_default();
            outcome.fault(path, format!("the {role} key differs: signed by {id}, which is no trusted {role} key"));
        }
    }
}

/// One key has one role: whoever holds the release key must not be able to sign a plan.
fn roles(outcome: &mut Outcome, file: &str, trust: &Trust) {
    let mut seen = BTreeSet::from([trust.log.key().id()]);
    for (role, keys) in [("plan", &trust.plan), ("release", &trust.release)] {
        for id in keys.iter().map(PublicKey::id).collect::<BTreeSet<_>>() {
            if !seen.insert(id) {
                outcome.fault(file, format!("the {role} key {id} has another role besides"));
            }
        }
    }
}
