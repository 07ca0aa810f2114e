//! The check of a whole store: every hash, signature, receipt and release computed anew, nothing believed.

use std::collections::BTreeMap;

use shared::hash::sha256;
use shared::ids::Digest;
use shared::log::checkpoint::LogKey;
use shared::log::entry::{Entry, Event, KeyAct};
use shared::log::receipt::Receipt;
use shared::log::tree::Tree;
use shared::sign::{Envelope, PublicKey};
use shared::statement::{ReleaseStatement, STATEMENT_BYTES_MAX, STATEMENT_TYPE};
use shared::submission::{KIND, SUBMISSION_TYPE};
use shared::trust::Trust;

use crate::app::{AppError, read_registry};
use crate::config::Config;
use crate::keys::Folder;
use crate::memory::Memory;
use crate::publish::make;
use crate::registry::Registry;
use crate::store::{MessageRow, Store, StoreError};

/// What the check saw.
#[derive(Debug, Default)]
pub struct Report {
    /// Log entries.
    pub n_entries: u64,
    /// Signed checkpoints.
    pub n_checkpoints: usize,
    /// Messages.
    pub n_messages: usize,
    /// Releases.
    pub n_releases: usize,
    /// What is wrong, one sentence each.
    pub faults: Vec<String>,
}

impl Report {
    fn expect(&mut self, right: bool, fault: impl FnOnce() -> String) {
        if !right {
            self.faults.push(fault());
        }
    }
}

/// Checks the store of a configuration.
pub async fn fsck(config: &Config) -> Result<Report, AppError> {
    let folder = Folder::at(&config.folder);
    let (trust, _) = folder.read_trust()?;
    let store = Store::open(&config.store).await?;
    let mut report = Report::default();
    let head = store.head().await?;
    let leaves = store.leaves(0, head.size).await?;
    let tree = Tree::of_entries(leaves.iter().map(Vec::as_slice));
    report.n_entries = head.size;
    report.expect(tree.root(head.size) == Some(head.root), || "the entries do not lead to the stored root".into());
    report.expect(head.origin == trust.log.origin(), || "the log's name is not the trust file's".into());
    if let Err(error) = Memory::at(&folder.checkpoint()).check(&trust.log, &tree) {
        report.faults.push(crate::logging::chain(&error));
    }
    checkpoints(&store, &trust.log, &tree, &mut report).await?;
    let entries = entries(&leaves, &mut report);
    let (_, registry) = read_registry(&store).await?;
    keys(&store, &entries, &mut report).await?;
    rounds(&registry, &trust, &entries, &mut report);
    messages(&store, &registry, &trust, (&leaves, &entries), &mut report).await?;
    releases(&store, &registry, &trust, &entries, &mut report).await?;
    store.close().await;
    Ok(report)
}

async fn checkpoints(store: &Store, log: &LogKey, tree: &Tree, report: &mut Report) -> Result<(), StoreError> {
    let all = store.checkpoints().await?;
    report.n_checkpoints = all.len();
    for (size, note) in all {
        let right = log.open(&note).is_ok_and(|c| c.size == size && tree.root(size) == Some(c.root));
        report.expect(right, || format!("the checkpoint of size {size} is not one of these entries"));
    }
    Ok(())
}

fn entries(leaves: &[Vec<u8>], report: &mut Report) -> BTreeMap<u64, Event> {
    let mut events = BTreeMap::new();
    for (leaf, index) in leaves.iter().zip(0_u64..) {
        match Entry::parse(leaf) {
            Ok(entry) => drop(events.insert(index, entry.event)),
            Err(_) => report.faults.push(format!("entry {index} cannot be read")),
        }
    }
    events
}

async fn keys(store: &Store, entries: &BTreeMap<u64, Event>, report: &mut Report) -> Result<(), StoreError> {
    for row in store.keys().await? {
        let (authority, key) = (row.authority, row.key.id());
        let registered = Event::AgentKey { authority, key, act: KeyAct::Registered };
        report.expect(entries.get(&row.index) == Some(&registered), || format!("key {key} is not what entry {} says", row.index));
        if let Some(index) = row.revoked_index {
            let revoked = Event::AgentKey { authority, key, act: KeyAct::Revoked };
            report.expect(entries.get(&index) == Some(&revoked), || {
                format!("the revocation of key {key} is not what entry {index} says")
            });
        }
    }
    for row in store.frameworks().await? {
        let logged = matches!(entries.get(&row.index), Some(Event::Framework { framework, .. }) if *framework == row.hash);
        report.expect(logged && sha256(&row.body) == row.hash, || format!("framework {} is damaged", row.hash));
    }
    Ok(())
}

fn rounds(registry: &Registry, trust: &Trust, entries: &BTreeMap<u64, Event>, report: &mut Report) {
    for (id, round) in &registry.rounds {
        let envelope = Envelope::parse(&round.envelope, shared::plan::PLAN_BYTES_MAX);
        let signer = envelope
            .as_ref()
            .ok()
            .and_then(|e| e.verify(shared::plan::PLAN_TYPE, &trust.plan).ok())
            .map(|v| (v.id, v.signer.id()));
        report.expect(signer.is_some_and(|(found, _)| found == round.plan_id), || {
            format!("the plan of {id} is not signed by the plan key")
        });
        let planned = entries.values().filter(|e| matches!(e, Event::Plan { round, .. } if round == id)).count();
        let same = signer.is_some_and(|(found, key)| entries.values().any(|e| *e == Event::Plan { round: *id, id: found, key }));
        report.expect(planned == 1 && same, || format!("the plan of {id} is not what the log says"));
        if let Some(index) = round.deadline_index {
            let right = entries.get(&index) == Some(&Event::RoundDeadline { round: *id });
            report.expect(right, || format!("the deadline of {id} is not what entry {index} says"));
        }
    }
}

async fn messages(
    store: &Store,
    registry: &Registry,
    trust: &Trust,
    (leaves, entries): (&[Vec<u8>], &BTreeMap<u64, Event>),
    report: &mut Report,
) -> Result<(), StoreError> {
    let mut all_keys: BTreeMap<Digest, PublicKey> = BTreeMap::new();
    for row in store.keys().await? {
        all_keys.insert(row.key.id(), row.key);
    }
    for id in registry.rounds.keys() {
        for row in store.messages(*id, KIND).await? {
            report.n_messages += 1;
            let (authority, round, sequence) = (row.authority, row.round, row.sequence);
            let event = Event::Submission { authority, round, sequence, id: row.id };
            report.expect(entries.get(&row.index) == Some(&event), || {
                format!("message {} is not what entry {} says", row.id, row.index)
            });
            report.expect(signed(&row, &all_keys), || format!("message {} is damaged", row.id));
            let leaf = usize::try_from(row.index).ok().and_then(|i| leaves.get(i));
            let proved = Receipt::parse(&row.receipt)
                .is_ok_and(|r| leaf.is_some_and(|l| r.index == row.index && r.check(l, &trust.log).is_ok()));
            report.expect(proved, || format!("the receipt of message {} proves nothing", row.id));
        }
    }
    let logged = entries.values().filter(|e| matches!(e, Event::Submission { .. })).count();
    let stored = report.n_messages;
    report.expect(logged == stored, || format!("{logged} messages are logged and {stored} are stored"));
    Ok(())
}

fn signed(row: &MessageRow, keys: &BTreeMap<Digest, PublicKey>) -> bool {
    let Ok(envelope) = Envelope::parse(&row.envelope, shared::limits::ENVELOPE_BYTES_MAX) else { return false };
    let named: Vec<PublicKey> = envelope.signatures().iter().filter_map(|s| keys.get(&s.keyid).cloned()).collect();
    envelope.id() == row.id && envelope.verify(SUBMISSION_TYPE, &named).is_ok()
}

async fn releases(
    store: &Store,
    registry: &Registry,
    trust: &Trust,
    entries: &BTreeMap<u64, Event>,
    report: &mut Report,
) -> Result<(), StoreError> {
    for row in store.releases().await? {
        report.n_releases += 1;
        let version = row.version.clone();
        let event = Event::Release { round: row.round, version: version.clone(), id: row.id };
        report.expect(entries.get(&row.index) == Some(&event), || {
            format!("release {version} is not what entry {} says", row.index)
        });
        let envelope = Envelope::parse(&row.statement, STATEMENT_BYTES_MAX);
        let verified = envelope.as_ref().ok().and_then(|e| e.verify(STATEMENT_TYPE, &trust.release).ok());
        let statement = verified.filter(|v| v.id == row.id).and_then(|v| ReleaseStatement::parse(v.payload).ok());
        let files = [&row.figures, &row.figures_csv, &row.meta_csv];
        let named = statement.is_some_and(|s| {
            let digest = |bytes: &Vec<u8>| s.subject.iter().any(|subject| subject.digest.sha256 == sha256(bytes));
            s.subject.len() == files.len() && files.iter().all(|f| digest(f))
        });
        report.expect(named, || format!("the statement of release {version} is not over its files"));
        let again = match registry.rounds.get(&row.round) {
            Some(round) => make(store, round, &version).await.ok(),
            None => None,
        };
        let same = again.is_some_and(|m| m.files.iter().zip(files).all(|((_, made), stored)| made == stored));
        report.expect(same, || format!("release {version} is not what its submissions add up to"));
    }
    Ok(())
}
