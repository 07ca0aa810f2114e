//! The check of a whole store: every hash, signature, receipt and release computed anew, nothing believed.
//!
//! The log says what must be there and the store what is there: both ways are compared, so that neither a row too many nor
//! one too few, nor one that was set back, goes unseen. What the log says nothing of is listed in [`UNVOUCHED`].

mod registered;

use std::collections::{BTreeMap, BTreeSet};

use shared::hash::sha256;
use shared::ids::{Digest, RoundId};
use shared::log::checkpoint::LogKey;
use shared::log::entry::{Entry, Event};
use shared::log::receipt::Receipt;
use shared::log::tree::Tree;
use shared::sign::{Envelope, PublicKey};
use shared::statement::{ReleaseStatement, STATEMENT_BYTES_MAX, STATEMENT_TYPE};
use shared::submission::SUBMISSION_TYPE;
use shared::trust::Trust;

use crate::app::{AppError, read_registry};
use crate::config::Config;
use crate::keys::Folder;
use crate::memory::Memory;
use crate::publish::{add_up, former, standing};
use crate::registry::Registry;
use crate::store::{Head, MessageRow, RoundRow, Store, StoreError};

/// Fields of the store that no log entry vouches for, in words for an operator.
pub const UNVOUCHED: &[&str] = &[
    "certificates: serial number and expiry (an expiry that was changed can only shut an agent out: its certificate says its own)",
    "certificates: whether one is revoked, of an authority that has a signing key which stands",
    "checkpoints that no receipt names, but for the first, the newest and the remembered one",
    "the number that counts changes of the registry",
    "the day on which each authority was last heard",
];

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
    loop {
        let head = store.head().await?;
        let report = check(&store, &folder, &trust, &head).await?;
        // what was written meanwhile would look like damage
        if store.head().await? == head {
            store.close().await;
            return Ok(report);
        }
    }
}

/// Checks the store at one size of the log.
async fn check(store: &Store, folder: &Folder, trust: &Trust, head: &Head) -> Result<Report, AppError> {
    let mut report = Report::default();
    let leaves = store.leaves(0, head.size).await?;
    let tree = Tree::of_entries(leaves.iter().map(Vec::as_slice));
    report.n_entries = head.size;
    report.expect(tree.root(head.size) == Some(head.root), || "the entries do not lead to the stored root".into());
    report.expect(head.origin == trust.log.origin(), || "the log's name is not the trust file's".into());
    let memory = Memory::at(&folder.checkpoint());
    if let Err(error) = memory.check(&trust.log, &tree) {
        report.faults.push(crate::logging::chain(&error));
    }
    let sizes = checkpoints(store, &trust.log, &tree, &mut report).await?;
    match memory.remembered(&trust.log) {
        Ok(size) => needed(&sizes, [0].into_iter().chain(size), "the aggregator remembers", &mut report),
        Err(error) => report.faults.push(crate::logging::chain(&error)),
    }
    let entries = entries(&leaves, &mut report);
    let (_, registry) = read_registry(store).await?;
    registered::check(&entries, &store.keys().await?, &store.certificates().await?, &mut report);
    frameworks(store, &entries, &mut report).await?;
    rounds(store, &registry, trust, &entries, &mut report).await?;
    let receipts = messages(store, &registry, trust, (&leaves, &entries), &mut report).await?;
    needed(&sizes, receipts, "a receipt names", &mut report);
    releases(store, &registry, trust, &entries, &mut report).await?;
    Ok(report)
}

/// Checks every stored checkpoint; answers their sizes.
async fn checkpoints(store: &Store, log: &LogKey, tree: &Tree, report: &mut Report) -> Result<BTreeSet<u64>, StoreError> {
    let all = store.checkpoints().await?;
    report.n_checkpoints = all.len();
    let sizes = all.iter().map(|(size, _)| *size).collect();
    for (size, note) in all {
        let right = log.open(&note).is_ok_and(|c| c.size == size && tree.root(size) == Some(c.root));
        report.expect(right, || format!("the checkpoint of size {size} is not one of these entries"));
    }
    Ok(sizes)
}

/// Checks that the checkpoints that somebody holds are here too.
fn needed(sizes: &BTreeSet<u64>, needed: impl IntoIterator<Item = u64>, who: &str, report: &mut Report) {
    let needed: BTreeSet<u64> = needed.into_iter().collect();
    for size in needed.difference(sizes) {
        report.faults.push(format!("the checkpoint of size {size}, which {who}, is missing"));
    }
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

async fn frameworks(store: &Store, entries: &BTreeMap<u64, Event>, report: &mut Report) -> Result<(), StoreError> {
    let rows = store.frameworks().await?;
    for row in &rows {
        let logged = matches!(entries.get(&row.index), Some(Event::Framework { framework, .. }) if *framework == row.hash);
        report.expect(logged && sha256(&row.body) == row.hash, || format!("framework {} is damaged", row.hash));
    }
    let (logged, stored) = (entries.values().filter(|e| matches!(e, Event::Framework { .. })).count(), rows.len());
    report.expect(logged == stored, || format!("{logged} frameworks are logged and {stored} are stored"));
    Ok(())
}

async fn rounds(
    store: &Store,
    registry: &Registry,
    trust: &Trust,
    entries: &BTreeMap<u64, Event>,
    report: &mut Report,
) -> Result<(), StoreError> {
    for (id, round) in &registry.rounds {
        let envelope = Envelope::parse(&round.envelope, shared::plan::PLAN_BYTES_MAX);
        let verified = envelope.as_ref().ok().and_then(|e| e.verify(shared::plan::PLAN_TYPE, &trust.plan).ok());
        report.expect(verified.is_some_and(|v| v.id == round.plan_id), || {
            format!("the plan of {id} is not signed by the plan key")
        });
    }
    let rows: BTreeMap<RoundId, RoundRow> = store.rounds().await?.into_iter().map(|row| (row.round, row)).collect();
    for (id, row) in &rows {
        let key = Envelope::parse(&row.envelope, shared::plan::PLAN_BYTES_MAX).ok();
        let key = key.and_then(|e| e.verify(shared::plan::PLAN_TYPE, &trust.plan).ok().map(|v| v.signer.id()));
        let plan = key.map(|key| Event::Plan { round: *id, id: row.plan, key });
        let right = plan.as_ref().is_some_and(|plan| entries.get(&row.plan_index) == Some(plan))
            && entries.get(&(row.plan_index + 1)) == Some(&Event::RoundOpen { round: *id });
        report.expect(right, || format!("the plan of {id} is not what entry {} says", row.plan_index));
    }
    for (index, event) in entries {
        if let Event::Plan { round, .. } = event {
            let stands = rows.get(round).is_some_and(|row| row.plan_index == *index);
            report.expect(stands, || format!("entry {index} is a plan of {round} that the store does not hold"));
        }
    }
    deadlines(&rows, entries, report);
    Ok(())
}

/// A round went on in the store exactly where it did in the log.
fn deadlines(rows: &BTreeMap<RoundId, RoundRow>, entries: &BTreeMap<u64, Event>, report: &mut Report) {
    for (id, row) in rows {
        let logged = |step: Step| -> Vec<u64> {
            entries.iter().filter(|(_, event)| step_of(event) == Some((*id, step))).map(|(index, _)| *index).collect()
        };
        let stages = &row.stages;
        for (step, stored, open, what) in [
            (Step::Deadline, stages.deadline_index, "closed in the log, by entry {}, and open in the store", "deadline"),
            (
                Step::Corrections,
                stages.correction_index,
                "open for corrections by entry {}, and not in the store",
                "opening for corrections",
            ),
            (
                Step::NoCorrections,
                stages.correction_deadline_index,
                "closed for corrections by entry {}, and not in the store",
                "deadline for corrections",
            ),
        ] {
            let logged = logged(step);
            report.expect(logged.iter().eq(stored.iter()), || match stored {
                None => format!("{id} is {}", open.replace("{}", &format!("{logged:?}"))),
                Some(index) => format!("the {what} of {id} is not what entry {index} says"),
            });
        }
    }
}

/// A step of a round after its opening.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Deadline,
    Corrections,
    NoCorrections,
}

fn step_of(event: &Event) -> Option<(RoundId, Step)> {
    match event {
        Event::RoundDeadline { round, .. } => Some((*round, Step::Deadline)),
        Event::CorrectionOpen { round } => Some((*round, Step::Corrections)),
        Event::CorrectionDeadline { round, .. } => Some((*round, Step::NoCorrections)),
        Event::Framework { .. }
        | Event::AgentKey { .. }
        | Event::Plan { .. }
        | Event::RoundOpen { .. }
        | Event::Submission { .. }
        | Event::Release { .. }
        | Event::Other { .. } => None,
    }
}

/// Checks the stored messages; answers the checkpoint sizes that their receipts name.
async fn messages(
    store: &Store,
    registry: &Registry,
    trust: &Trust,
    (leaves, entries): (&[Vec<u8>], &BTreeMap<u64, Event>),
    report: &mut Report,
) -> Result<BTreeSet<u64>, StoreError> {
    let mut sizes = BTreeSet::new();
    let mut all_keys: BTreeMap<Digest, PublicKey> = BTreeMap::new();
    for row in store.keys().await? {
        all_keys.insert(row.key.id(), row.key);
    }
    for id in registry.rounds.keys() {
        for row in store.messages(*id).await? {
            report.n_messages += 1;
            report.expect(row.sequence == row.kind.sequence(), || format!("message {} is stored as another kind", row.id));
            let (authority, round, sequence) = (row.authority, row.round, row.sequence);
            let event = Event::Submission { authority, round, sequence, id: row.id };
            report.expect(entries.get(&row.index) == Some(&event), || {
                format!("message {} is not what entry {} says", row.id, row.index)
            });
            report.expect(signed(&row, &all_keys), || format!("message {} is damaged", row.id));
            let leaf = usize::try_from(row.index).ok().and_then(|i| leaves.get(i));
            let receipt = Receipt::parse(&row.receipt).ok().filter(|r| r.index == row.index);
            let proved = receipt.and_then(|r| leaf.and_then(|l| r.check(l, &trust.log).ok()));
            report.expect(proved.is_some(), || format!("the receipt of message {} proves nothing", row.id));
            sizes.extend(proved.map(|checkpoint| checkpoint.size));
        }
    }
    let logged = entries.values().filter(|e| matches!(e, Event::Submission { .. })).count();
    let stored = report.n_messages;
    report.expect(logged == stored, || format!("{logged} messages are logged and {stored} are stored"));
    Ok(sizes)
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
        let files = [&row.changes_csv, &row.figures_csv, &row.figures, &row.meta_csv];
        let says = statement.as_ref().map(|s| (s.predicate.reason, s.predicate.closed_at_index));
        let named = statement.is_some_and(|s| {
            let digest = |bytes: &Vec<u8>| s.subject.iter().any(|subject| subject.digest.sha256 == sha256(bytes));
            s.subject.len() == files.len() && files.iter().all(|f| digest(f))
        });
        report.expect(named, || format!("the statement of release {version} is not over its files"));
        let (round, messages) = (registry.rounds.get(&row.round), store.messages(row.round).await?);
        let stands_on = round.and_then(|round| standing(round, &messages, &version).ok());
        let due = stands_on.map(|s| (s.reason, s.closed_at_index));
        report.expect(due.is_some_and(|(_, closed)| closed < row.index) && says == due, || {
            format!("release {version} does not stand on the deadline that its statement names")
        });
        let again = match former(store, registry, row.round, &version).await {
            Ok(former) => round.and_then(|round| add_up(round, &messages, &version, former.as_ref()).ok()),
            Err(_) => None,
        };
        let same = again.is_some_and(|m| m.files.iter().zip(files).all(|((_, made), stored)| made == stored));
        report.expect(same, || format!("release {version} is not what its submissions add up to"));
    }
    let logged = entries.values().filter(|e| matches!(e, Event::Release { .. })).count();
    let stored = report.n_releases;
    report.expect(logged == stored, || format!("{logged} releases are logged and {stored} are stored"));
    Ok(())
}
