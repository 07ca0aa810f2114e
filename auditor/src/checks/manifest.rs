//! Check `manifest`: the release key signed a list of every file, and these are the files.
//!
//! Files of unknown kinds, added, missing or changed files, links and odd names are named one by one.

use shared::hash::sha256;
use shared::sign::Envelope;
use shared::statement::{MANIFEST_TYPE, Manifest, STATEMENT_BYTES_MAX};
use shared::trust::Trust;

use super::{chain, count, remark_on_spare_signatures};
use crate::bundle::Bundle;
use crate::finding::{Check, Outcome};
use crate::place::Place;

/// Checks the list's signature and the files against it.
pub fn check(bundle: &Bundle, trust: &Trust) -> (Option<Manifest>, Outcome) {
    let mut outcome = Outcome::new(Check::Manifest);
    for finding in bundle.refused() {
        outcome.fault(&finding.file, &finding.what);
    }
    for path in bundle.files().keys().filter(|path| Place::parse(path).is_none()) {
        outcome.fault(path, "an export of this version has no such file");
    }
    let manifest = read(&mut outcome, bundle, trust);
    let n = match &manifest {
        Some(manifest) => {
            compare(&mut outcome, bundle, manifest);
            manifest.files.len()
        }
        None => 0,
    };
    let said = format!("{} listed with size and SHA-256 by the release key, none added, none missing", count(n, "file", "files"));
    (manifest, outcome.said(said))
}

fn read(outcome: &mut Outcome, bundle: &Bundle, trust: &Trust) -> Option<Manifest> {
    let file = Place::Manifest.path();
    let Some(bytes) = bundle.bytes(&file) else {
        outcome.fault(&file, "missing");
        return None;
    };
    let envelope = Envelope::parse(bytes, STATEMENT_BYTES_MAX).map_err(|e| outcome.fault(&file, chain(&e))).ok()?;
    remark_on_spare_signatures(outcome, &file, &envelope, &trust.release);
    if let Err(error) = envelope.verify(MANIFEST_TYPE, &trust.release) {
        outcome.fault(&file, chain(&error));
    }
    Manifest::parse(envelope.payload_unverified()).map_err(|e| outcome.fault(&file, chain(&e))).ok()
}

fn compare(outcome: &mut Outcome, bundle: &Bundle, manifest: &Manifest) {
    let own = Place::Manifest.path();
    for listed in &manifest.files {
        match bundle.bytes(&listed.path) {
            None => outcome.fault(&listed.path, "listed in the manifest, but not there"),
            Some(bytes) if u64::try_from(bytes.len()) != Ok(listed.bytes) => {
                outcome.fault(&listed.path, format!("{} bytes long, the manifest says {}", bytes.len(), listed.bytes));
            }
            Some(bytes) if sha256(bytes) != listed.sha256 => {
                outcome.fault(&listed.path, "its SHA-256 is not the one in the manifest")
            }
            Some(_) => {}
        }
    }
    for path in bundle.files().keys().filter(|path| **path != own) {
        if manifest.files.binary_search_by(|f| f.path.as_str().cmp(path)).is_err() {
            outcome.fault(path, "not listed in the manifest: added later");
        }
    }
    if manifest.files.iter().any(|f| f.path == own) {
        outcome.fault(&own, "the manifest lists itself");
    }
}
