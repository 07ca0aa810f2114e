//! Check `keys`: whose key each is, and from which entry of the log to which it might sign.
//!
//! Validity follows the order of the log, so that no certificate, clock or revocation list is needed years later.

use std::collections::BTreeMap;

use shared::ids::{AuthorityId, Digest};
use shared::log::entry::{Event, KeyAct};
use shared::sign::PublicKey;
use shared::trust::Trust;

use super::log::Log;
use super::{Evidence, chain, count};
use crate::bundle::Bundle;
use crate::finding::{Check, Outcome};
use crate::place::Place;

/// An agent's key and its life in the log.
#[derive(Clone, Debug)]
pub struct KnownKey {
    /// The key, when its file is usable.
    pub key: Option<PublicKey>,
    /// Whose.
    pub authority: AuthorityId,
    /// Index of the entry that registered it.
    pub registered: u64,
    /// Index of the entry that revoked it.
    pub revoked: Option<u64>,
}

/// Agents' keys by id.
#[derive(Clone, Debug, Default)]
pub struct Keys(pub BTreeMap<Digest, KnownKey>);

impl Keys {
    /// The keys with which an authority might sign what stands at this index.
    pub fn valid_at(&self, authority: AuthorityId, index: u64) -> Vec<PublicKey> {
        let valid = |k: &&KnownKey| k.authority == authority && k.registered < index && k.revoked.is_none_or(|r| r > index);
        self.0.values().filter(valid).filter_map(|k| k.key.clone()).collect()
    }
    /// Why this key might not sign for this authority at this index.
    pub fn why_not(&self, id: Digest, authority: AuthorityId, index: u64) -> String {
        match self.0.get(&id) {
            None => format!("signed by key {id}, which the log does not hold"),
            Some(k) if k.authority != authority => format!("signed by key {id} of authority {}, not of {authority}", k.authority),
            Some(k) if k.registered >= index => {
                format!("signed by key {id}, which was registered only later, at entry {}", k.registered)
            }
            Some(KnownKey { revoked: Some(r), .. }) if *r <= index => {
                format!("signed by key {id}, which was revoked before, at entry {r}")
            }
            Some(_) => format!("signed by key {id}, whose file is not usable"),
        }
    }
}

/// Reads every logged key.
pub fn check(bundle: &Bundle, log: &Log, trust: &Trust, evidence: &mut Vec<Evidence>) -> (Keys, Outcome) {
    let mut outcome = Outcome::new(Check::Keys);
    let mut keys = Keys::default();
    for leaf in &log.leaves {
        let Event::AgentKey { authority, key: id, act } = leaf.entry.event else { continue };
        let (file, at) = (log.file_of(leaf.index), format!("entry {}", leaf.index));
        let before = keys.0.get_mut(&id);
        match (act, before) {
            (KeyAct::Registered, None) => {
                let key = read(&mut outcome, bundle, trust, id);
                keys.0.insert(id, KnownKey { key, authority, registered: leaf.index, revoked: None });
            }
            (KeyAct::Registered, Some(known)) => {
                if known.authority != authority || known.revoked.is_some() {
                    outcome.fault(&file, format!("{at} registers key {id}, which was revoked or is another authority's"));
                }
            }
            (KeyAct::Revoked, Some(known)) if known.authority == authority && known.revoked.is_none() => {
                known.revoked = Some(leaf.index)
            }
            (KeyAct::Revoked, Some(_) | None) => {
                outcome.fault(&file, format!("{at} revokes key {id}, which was not registered for {authority}"))
            }
        }
    }
    for (id, known) in keys.0.iter().filter(|(_, k)| k.key.is_some()) {
        let event = Event::AgentKey { authority: known.authority, key: *id, act: KeyAct::Registered };
        evidence.push(Evidence { file: Place::Key(*id).path(), index: known.registered, event });
    }
    for (path, place) in bundle.places() {
        let Place::Key(id) = place else { continue };
        if keys.0.contains_key(&id) {
            continue;
        }
        // the centre's own keys may lie here for other tools; they are believed for the trust file's sake alone
        match trust.plan.iter().chain(&trust.release).find(|k| k.id() == id) {
            Some(key) if bundle.text(path) == Some(&key.to_pem()) => {}
            Some(_) => outcome.fault(path, "not the key of its name, or not in its one spelling"),
            None => outcome.fault(path, "the log never registered this key"),
        }
    }
    let revoked = keys.0.values().filter(|k| k.revoked.is_some()).count();
    let said = format!("{} registered by the log, {revoked} of them revoked since", count(keys.0.len(), "key", "keys"));
    (keys, outcome.said(said))
}

fn read(outcome: &mut Outcome, bundle: &Bundle, trust: &Trust, id: Digest) -> Option<PublicKey> {
    let file = Place::Key(id).path();
    let Some(text) = bundle.text(&file) else {
        outcome.fault(&file, "registered in the log, but missing here or not text");
        return None;
    };
    let key = PublicKey::from_pem(text).map_err(|e| outcome.fault(&file, chain(&e))).ok()?;
    if key.id() != id || key.to_pem() != text {
        outcome.fault(&file, "not the key of its name, or not in its one spelling");
        return None;
    }
    let central = trust.plan.iter().chain(&trust.release).chain([trust.log.key()]);
    if central.into_iter().any(|k| k.id() == id) {
        outcome.fault(&file, "an agent's key has another role at the centre");
    }
    Some(key)
}
