//! One batch: decide every act under the lock, then write what was decided.

use std::collections::{BTreeMap, BTreeSet};

use shared::ids::{AuthorityId, Digest, RoundId};
use shared::log::entry::{Entry, Event, KeyAct};
use shared::log::receipt::Receipt;
use shared::log::tree::{Tree, leaf_hash};
use shared::problem::Problem;
use shared::submission::MessageKind;
use shared::time::Timestamp;

use super::SequencerError;
use super::act::{Act, Denied, Outcome, Registration};
use crate::intake::Message;
use crate::publish::next_release;
use crate::store::{Head, Known, MessageRow, ReleaseRow, RoundRow, Stages, StoreError, Tx};

/// What was decided for one act.
enum Decision {
    /// It is over: nothing to write.
    Over(Outcome),
    /// It is the same message as an earlier act of this batch.
    SameAs(usize),
    /// Its rows are to be written; its first leaf has this index.
    Write { first: u64, leaves: u64 },
}

/// Acts of one transaction.
pub(super) struct Batch {
    base: u64,
    registry_version: i64,
    now: Timestamp,
    leaves: Vec<Vec<u8>>,
    decisions: Vec<Decision>,
    messages: Vec<(usize, Digest, RoundId, AuthorityId, MessageKind)>,
    known: Vec<Known>,
    operated: BTreeSet<String>,
    registry: bool,
}

impl Batch {
    pub(super) fn new(head: &Head, now: Timestamp) -> Self {
        Self {
            base: head.size,
            registry_version: head.registry_version,
            now,
            leaves: Vec::new(),
            decisions: Vec::new(),
            messages: Vec::new(),
            known: Vec::new(),
            operated: BTreeSet::new(),
            registry: false,
        }
    }
    pub(super) fn changes(&self) -> bool {
        self.decisions.iter().any(|d| matches!(d, Decision::Write { .. }))
    }
    pub(super) fn changes_registry(&self) -> bool {
        self.registry
    }
    pub(super) fn leaf_hashes(&self) -> impl Iterator<Item = Digest> + '_ {
        self.leaves.iter().map(|leaf| leaf_hash(leaf))
    }

    /// Reads, in one question for each round, what the store holds of the authorities in this batch.
    ///
    /// A message's id covers its authority and round, so that the same message is found among theirs.
    pub(super) async fn look_up(&mut self, tx: &mut Tx, acts: &[Act]) -> Result<(), SequencerError> {
        let mut asked: BTreeMap<RoundId, BTreeSet<AuthorityId>> = BTreeMap::new();
        for act in acts {
            if let Act::Message(message) = act {
                asked.entry(message.round).or_default().insert(message.authority);
            }
        }
        for (round, authorities) in asked {
            self.known.extend(tx.known_messages(round, &authorities).await?);
        }
        Ok(())
    }

    /// Decides one act, and puts its leaves at the batch's end.
    pub(super) async fn decide(&mut self, tx: &mut Tx, act: &Act) -> Result<(), SequencerError> {
        let decision = match act {
            Act::Message(message) => self.decide_message(message),
            Act::Framework { .. }
            | Act::Register(_)
            | Act::Revoke(_)
            | Act::Plan { .. }
            | Act::Close { .. }
            | Act::OpenCorrections(_)
            | Act::CloseCorrections { .. }
            | Act::Release(_) => match self.operate(tx, act).await? {
                Ok(events) => {
                    self.registry = true;
                    self.append(&events)
                }
                Err(denied) => Decision::Over(Outcome::Denied(denied)),
            },
        };
        self.decisions.push(decision);
        Ok(())
    }

    fn append(&mut self, events: &[Event]) -> Decision {
        let first = self.base + count(self.leaves.len());
        for event in events {
            self.leaves.push(Entry { at: self.now, event: event.clone() }.encode());
        }
        Decision::Write { first, leaves: count(events.len()) }
    }

    fn decide_message(&mut self, message: &Message) -> Decision {
        if message.registry_version != self.registry_version || self.registry {
            return Decision::Over(Outcome::Stale);
        }
        if let Some((at, ..)) = self.messages.iter().find(|(_, id, ..)| *id == message.id) {
            return Decision::SameAs(*at);
        }
        let source = (message.round, message.authority, message.kind);
        let of_source = |k: &&Known| (k.round, k.authority) == (message.round, message.authority);
        let known: Vec<&Known> = self.known.iter().filter(of_source).collect();
        let earlier = self.messages.iter().any(|(_, _, round, authority, kind)| (*round, *authority, *kind) == source);
        match judge(&known, earlier, message, self.now) {
            Ok(None) => {
                let Message { authority, round, sequence, id, .. } = *message;
                self.messages.push((self.decisions.len(), id, round, authority, message.kind));
                self.append(&[Event::Submission { authority, round, sequence, id }])
            }
            Ok(Some(receipt)) => Decision::Over(Outcome::Receipt(receipt)),
            Err(problem) => Decision::Over(Outcome::Refused(problem)),
        }
    }

    async fn operate(&mut self, tx: &mut Tx, act: &Act) -> Result<Result<Vec<Event>, Denied>, StoreError> {
        Ok(match act {
            Act::Message(_) => Ok(Vec::new()),
            Act::Framework { framework, .. } => {
                let (hash, layout) = (framework.hash(), framework.layout_hash());
                let known = tx.has_framework(hash).await? || !self.operated.insert(hash.to_string());
                if known { Err(Denied::FrameworkKnown) } else { Ok(vec![Event::Framework { framework: hash, layout }]) }
            }
            Act::Register(registration) => self.register(tx, registration).await?,
            Act::Revoke(authority) => {
                let keys = tx.active_keys(*authority).await?;
                let revoked = |key| Event::AgentKey { authority: *authority, key, act: KeyAct::Revoked };
                if keys.is_empty() {
                    Err(Denied::NothingToRevoke(*authority))
                } else {
                    Ok(keys.into_iter().map(revoked).collect())
                }
            }
            Act::Plan { round, id, key, framework, .. } => {
                if tx.stages(*round).await?.is_some() || !self.operated.insert(round.to_string()) {
                    Err(Denied::PlanSecond(*round))
                } else if !tx.has_framework(*framework).await? {
                    Err(Denied::FrameworkUnknown)
                } else {
                    Ok(vec![Event::Plan { round: *round, id: *id, key: *key }, Event::RoundOpen { round: *round }])
                }
            }
            Act::Close { .. } | Act::OpenCorrections(_) | Act::CloseCorrections { .. } | Act::Release(_) => {
                self.go_on(tx, act).await?
            }
        })
    }

    /// A step of a round. What the store does not show yet, an earlier act of this batch, stands in `operated`: one step of
    /// a round in a batch.
    async fn go_on(&mut self, tx: &mut Tx, act: &Act) -> Result<Result<Vec<Event>, Denied>, StoreError> {
        let (round, event) = match act {
            Act::Close { round, reason } => (*round, Event::RoundDeadline { round: *round, reason: *reason }),
            Act::OpenCorrections(round) => (*round, Event::CorrectionOpen { round: *round }),
            Act::CloseCorrections { round, reason } => (*round, Event::CorrectionDeadline { round: *round, reason: *reason }),
            Act::Release(files) => {
                (files.round, Event::Release { round: files.round, version: files.version.clone(), id: files.id })
            }
            Act::Framework { .. } | Act::Register(_) | Act::Revoke(_) | Act::Plan { .. } | Act::Message(_) => {
                return Ok(Ok(Vec::new()));
            }
        };
        let Some(stages) = tx.stages(round).await? else { return Ok(Err(Denied::RoundUnknown(round))) };
        let n_releases = tx.n_releases(round).await?;
        let allowed = may_go_on(act, round, &stages, n_releases);
        Ok(match allowed {
            Ok(()) if self.operated.insert(round.to_string()) => Ok(vec![event]),
            Ok(()) => Err(step_was_taken(act, round)),
            Err(denied) => Err(denied),
        })
    }

    /// A key that stands gets a certificate and no second leaf.
    async fn register(&mut self, tx: &mut Tx, registration: &Registration) -> Result<Result<Vec<Event>, Denied>, StoreError> {
        let (authority, key) = (registration.certificate.authority, registration.key.id());
        Ok(match tx.key_owner(key).await? {
            Some((owner, _)) if owner != authority => Err(Denied::KeyOfAnother(owner)),
            Some((_, true)) => Err(Denied::KeyRevoked(authority)),
            Some((_, false)) => Ok(Vec::new()),
            None if !self.operated.insert(key.to_string()) => Err(Denied::KeyOfAnother(authority)),
            None => Ok(vec![Event::AgentKey { authority, key, act: KeyAct::Registered }]),
        })
    }

    /// Writes leaves and rows; receipts are made over the batch's one checkpoint.
    pub(super) async fn write(&mut self, tx: &mut Tx, acts: &[Act], tree: &Tree, note: &str) -> Result<(), SequencerError> {
        tx.insert_leaves(self.base, &self.leaves).await?;
        let mut rows = Vec::new();
        for (i, act) in acts.iter().enumerate() {
            let Decision::Write { first, leaves } = self.decisions[i] else { continue };
            let outcome = match act {
                Act::Message(message) => {
                    let proof = tree.inclusion(first, tree.size()).ok_or(SequencerError::Inconsistent)?;
                    let receipt = Receipt { index: first, proof, checkpoint: note.to_owned() }.encode();
                    rows.push(message_row(message, first, receipt.clone()));
                    Outcome::Receipt(receipt)
                }
                Act::Framework { .. }
                | Act::Register(_)
                | Act::Revoke(_)
                | Act::Plan { .. }
                | Act::Close { .. }
                | Act::OpenCorrections(_)
                | Act::CloseCorrections { .. }
                | Act::Release(_) => {
                    write_operation(tx, act, first, leaves).await?;
                    Outcome::Done(first)
                }
            };
            self.decisions[i] = Decision::Over(outcome);
        }
        Ok(tx.insert_messages(&rows).await?)
    }

    /// One outcome for each act.
    pub(super) fn into_outcomes(self) -> Vec<Outcome> {
        let outcome = |decision: &Decision| match decision {
            Decision::Over(outcome) => outcome.clone(),
            Decision::SameAs(_) | Decision::Write { .. } => Outcome::Stale,
        };
        let resolve = |decision: &Decision| match decision {
            Decision::SameAs(at) => outcome(&self.decisions[*at]),
            Decision::Over(_) | Decision::Write { .. } => outcome(decision),
        };
        self.decisions.iter().map(resolve).collect()
    }
}

/// The rule for one message: the same one has its receipt for ever; then the round's window; then the kind's own rule.
fn judge(known: &[&Known], earlier: bool, message: &Message, now: Timestamp) -> Result<Option<String>, Problem> {
    if let Some(same) = known.iter().find(|k| k.id == message.id) {
        return Ok(Some(same.receipt.clone()));
    }
    message.window.admit(now)?;
    if message.sequence != message.kind.sequence() {
        return Err(Problem::ShapeMismatch);
    }
    let of_kind = |kind: MessageKind| known.iter().find(|k| k.kind == kind);
    let second = earlier || of_kind(message.kind).is_some();
    match message.kind {
        MessageKind::Submission if second => Err(Problem::SubmissionSecond),
        MessageKind::Submission => Ok(None),
        MessageKind::Correction => {
            let first = of_kind(MessageKind::Submission).ok_or(Problem::CorrectionWithoutFirst)?;
            if second {
                Err(Problem::CorrectionSecond)
            } else if message.previous == first.id {
                Ok(None)
            } else {
                Err(Problem::CorrectionOfAnother)
            }
        }
    }
}

/// Whether a round that stands so may take a step.
fn may_go_on(act: &Act, round: RoundId, stages: &Stages, n_releases: usize) -> Result<(), Denied> {
    let unless = |refused: bool, denied: Denied| if refused { Err(denied) } else { Ok(()) };
    match act {
        Act::Close { .. } => unless(stages.deadline_index.is_some(), Denied::RoundClosed(round)),
        Act::OpenCorrections(_) if n_releases == 0 => Err(Denied::NotReleased(round)),
        Act::OpenCorrections(_) => unless(stages.correction_index.is_some(), Denied::CorrectionsOpened(round)),
        Act::CloseCorrections { .. } => {
            let is_open = stages.correction_index.is_some() && stages.correction_deadline_index.is_none();
            unless(!is_open, Denied::CorrectionsNotOpen(round))
        }
        Act::Release(files) => {
            let next = next_release(round, stages, n_releases)?.version(round);
            unless(files.version != next, Denied::VersionNotNext { round, next })
        }
        Act::Framework { .. } | Act::Register(_) | Act::Revoke(_) | Act::Plan { .. } | Act::Message(_) => Ok(()),
    }
}

/// Why a step is refused that another act of the same batch takes.
fn step_was_taken(act: &Act, round: RoundId) -> Denied {
    match act {
        Act::OpenCorrections(_) => Denied::CorrectionsOpened(round),
        Act::CloseCorrections { .. } => Denied::CorrectionsNotOpen(round),
        Act::Release(_) => Denied::ReleaseSecond(round),
        Act::Close { .. } | Act::Framework { .. } | Act::Register(_) | Act::Revoke(_) | Act::Plan { .. } | Act::Message(_) => {
            Denied::RoundClosed(round)
        }
    }
}

async fn write_operation(tx: &mut Tx, act: &Act, first: u64, leaves: u64) -> Result<(), StoreError> {
    match act {
        Act::Message(_) => Ok(()),
        Act::Framework { text, framework } => tx.insert_framework(framework.hash(), text.as_bytes(), first).await,
        Act::Register(registration) => {
            if leaves > 0 {
                tx.insert_key(registration.certificate.authority, &registration.key, first).await?;
            }
            tx.insert_certificate(&registration.certificate).await
        }
        Act::Revoke(authority) => {
            for (key, at) in tx.active_keys(*authority).await?.into_iter().zip(first..) {
                tx.revoke_key(key, at).await?;
            }
            tx.revoke_certificates(*authority).await
        }
        Act::Plan { round, id, framework, envelope, .. } => {
            let (plan_index, envelope) = (first, envelope.clone());
            let row =
                RoundRow { round: *round, plan: *id, envelope, framework: *framework, plan_index, stages: Stages::default() };
            tx.insert_round(&row).await
        }
        Act::Close { round, .. } => tx.close_round(*round, first).await,
        Act::OpenCorrections(round) => tx.open_corrections(*round, first).await,
        Act::CloseCorrections { round, .. } => tx.close_corrections(*round, first).await,
        Act::Release(files) => {
            let row = ReleaseRow {
                version: files.version.clone(),
                round: files.round,
                id: files.id,
                statement: files.statement.clone(),
                figures: files.figures.clone(),
                figures_csv: files.figures_csv.clone(),
                meta_csv: files.meta_csv.clone(),
                changes_csv: files.changes_csv.clone(),
                index: first,
            };
            tx.insert_release(&row).await
        }
    }
}

fn message_row(message: &Message, index: u64, receipt: String) -> MessageRow {
    MessageRow {
        id: message.id,
        authority: message.authority,
        round: message.round,
        kind: message.kind,
        sequence: message.sequence,
        envelope: message.envelope.clone(),
        index,
        receipt,
    }
}

fn count(n: usize) -> u64 {
    u64::try_from(n).expect("lengths fit 64 bits")
}
