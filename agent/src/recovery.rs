//! What a ledger lacks of the public log, and the debits with which a person makes it whole again after its state was lost.
//!
//! Pure: the verified log, the ledger, plans and files that a person hands over go in; debits come out, and a command writes
//! them. Nothing here can lower what was spent: a recovered debit costs what the plan of its round budgets, or the whole cap
//! of its year where that plan cannot be had, and never less than its own bytes say. `docs/ledger.md`; `docs/privacy.md`, PC10.

use std::collections::BTreeMap;

use jiff::civil::date;
use serde::Deserialize;
use shared::ids::{AuthorityId, Digest, RoundId};
use shared::limits::ENVELOPE_BYTES_MAX;
use shared::log::checkpoint::LogKey;
use shared::log::entry::{Entry, Event};
use shared::log::receipt::Receipt;
use shared::plan::{Draw, PLAN_BYTES_MAX, PLAN_TYPE};
use shared::privacy::RhoNano;
use shared::sign::{Envelope, PublicKey};
use shared::submission::{MessageKind, SUBMISSION_TYPE, Submission};
use shared::time::Day;

use crate::inputs::InputDigest;
use crate::ledger::{Debit, DebitKind, Ledger};
use crate::log_view::{KeyLeaf, LogView, SubmissionLeaf};
use crate::round::the_one_plan;

/// What the log names of an authority and its ledger lacks, in the order of the log.
pub struct Gap {
    /// Submissions.
    pub submissions: Vec<SubmissionLeaf>,
    /// Keys.
    pub keys: Vec<KeyLeaf>,
}

impl Gap {
    /// Compares log and ledger.
    pub fn between(authority: AuthorityId, ledger: &Ledger, log: &LogView) -> Self {
        let mut submissions: Vec<SubmissionLeaf> = Vec::new();
        for leaf in log.submissions_of(authority) {
            let is_known = ledger.debits().iter().map(|d| d.id).chain(submissions.iter().map(|s| s.id)).any(|id| id == leaf.id);
            if !is_known {
                submissions.push(leaf);
            }
        }
        let mut keys: Vec<KeyLeaf> = Vec::new();
        for leaf in log.keys_of(authority) {
            if !ledger.knows_key(leaf.key) && !keys.iter().any(|k| k.key == leaf.key) {
                keys.push(leaf);
            }
        }
        Self { submissions, keys }
    }
    /// Whether nothing is lacking.
    pub fn is_empty(&self) -> bool {
        self.submissions.is_empty() && self.keys.is_empty()
    }
}

/// A receipt that the log key signed speaks of another log than the one that is shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptSpeaksAgainst {
    /// The log was longer.
    #[error("{file} proves a log of {then} entries; {now} are shown")]
    Longer {
        /// The receipt's file.
        file: String,
        /// Entries when the receipt was made.
        then: u64,
        /// Entries that are shown.
        now: u64,
    },
    /// The log was another.
    #[error("{file} proves another tree of {then} entries than the one that is shown")]
    Forked {
        /// The receipt's file.
        file: String,
        /// Entries when the receipt was made.
        then: u64,
    },
}

/// What a person hands over: receipts and signed messages, each checked by itself.
#[derive(Default)]
pub struct Evidence {
    messages: BTreeMap<Digest, (Vec<u8>, Submission)>,
    receipts: BTreeMap<Digest, String>,
    /// Files that say nothing here, with the reason.
    pub unused: Vec<(String, &'static str)>,
}

impl Evidence {
    /// Sorts files, which are names and bytes.
    pub fn of(
        files: Vec<(String, Vec<u8>)>,
        authority: AuthorityId,
        log: &LogView,
        log_key: &LogKey,
    ) -> Result<Self, ReceiptSpeaksAgainst> {
        let mut evidence = Self::default();
        for (file, bytes) in files {
            let receipt = std::str::from_utf8(&bytes).ok().and_then(|text| Some((Receipt::parse(text).ok()?, text)));
            let unused = match receipt {
                Some((receipt, text)) => evidence.take_receipt(&file, &receipt, text, authority, log, log_key)?,
                None => evidence.take_message(bytes, authority, log),
            };
            evidence.unused.extend(unused.map(|why| (file, why)));
        }
        Ok(evidence)
    }

    fn take_receipt(
        &mut self,
        file: &str,
        receipt: &Receipt,
        text: &str,
        authority: AuthorityId,
        log: &LogView,
        log_key: &LogKey,
    ) -> Result<Option<&'static str>, ReceiptSpeaksAgainst> {
        let Ok(checkpoint) = log_key.open(&receipt.checkpoint) else { return Ok(Some("not a receipt of this log")) };
        let (file, then, now) = (file.to_owned(), checkpoint.size, log.checkpoint().size);
        if then > now {
            return Err(ReceiptSpeaksAgainst::Longer { file, then, now });
        }
        if !log.continues(&checkpoint) {
            return Err(ReceiptSpeaksAgainst::Forked { file, then });
        }
        let leaf = log.entry(receipt.index).filter(|leaf| receipt.check(leaf, log_key).is_ok());
        let Some(leaf) = leaf else { return Ok(Some("a receipt that proves nothing")) };
        match Entry::parse(leaf).map(|entry| entry.event) {
            Ok(Event::Submission { authority: of, id, .. }) if of == authority => {
                self.receipts.insert(id, text.to_owned());
                Ok(None)
            }
            _ => Ok(Some("a receipt of something else than a submission of this authority")),
        }
    }

    fn take_message(&mut self, bytes: Vec<u8>, authority: AuthorityId, log: &LogView) -> Option<&'static str> {
        let envelope = Envelope::parse(&bytes, ENVELOPE_BYTES_MAX).ok().filter(|e| e.payload_type() == SUBMISSION_TYPE);
        let message = envelope.and_then(|e| Some((e.id(), Submission::parse(e.payload_unverified()).ok()?)));
        let Some((id, submission)) = message else { return Some("neither a receipt nor a submission") };
        if submission.authority != authority {
            return Some("a submission of another authority");
        }
        let (round, sequence) = (submission.round, submission.sequence);
        if !log.submissions_of(authority).iter().any(|s| s.id == id && s.round == round && s.sequence == sequence) {
            return Some("a submission that the log does not name");
        }
        self.messages.insert(id, (bytes, submission));
        None
    }
}

/// What the plan of a round budgets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanBudget {
    /// Id of the plan.
    pub id: Digest,
    release: RhoNano,
    correction: RhoNano,
}

/// What is read of a plan whose framework this version may not know.
#[derive(Deserialize)]
struct Glance {
    round: RoundId,
    rho_release_nano: RhoNano,
    rho_correction_nano: RhoNano,
}

impl PlanBudget {
    /// Reads an envelope; `None` where it is not the one plan of the round in the log, signed by a plan key.
    pub fn of(envelope: &[u8], round: RoundId, log: &LogView, plan_keys: &[PublicKey]) -> Option<Self> {
        let id = the_one_plan(log, round).ok()?;
        let envelope = Envelope::parse(envelope, PLAN_BYTES_MAX).ok()?;
        let verified = envelope.verify(PLAN_TYPE, plan_keys).ok().filter(|verified| verified.id == id)?;
        let glance: Glance = serde_json::from_slice(verified.payload).ok()?;
        let (release, correction) = (glance.rho_release_nano, glance.rho_correction_nano);
        (glance.round == round).then_some(Self { id, release, correction })
    }
    /// The budget of a message by its place in the authority's sequence; `None` for a place that no plan knows.
    fn of_message(&self, sequence: u32) -> Option<RhoNano> {
        let kind = MessageKind::ALL.into_iter().find(|kind| kind.sequence() == sequence)?;
        Some(match kind.draw() {
            Draw::Release => self.release,
            Draw::Correction => self.correction,
        })
    }
}

/// Where the cost of a recovered debit comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charged {
    /// The plan of its round.
    ByPlan,
    /// The cap of one reporting year: its plan cannot be had.
    ByCap,
}

/// A debit to be written down again.
pub struct Recovered {
    /// The debit.
    pub debit: Debit,
    /// Where its cost comes from.
    pub charged: Charged,
    /// Its receipt, where one was handed over.
    pub receipt: Option<String>,
}

/// # Claim
/// A recovered debit costs at least what the lost one cost, if every agent of this authority kept to `cap` for one reporting
/// year and to the plan's budget; and it is dated no earlier than its round can have been drawn.
/// # Why
/// A draw is admitted only within the plan's budget for the release or for the correction, which the lost agent checked against
/// a plan of this id, and only within the cap of a year; the maximum of both, or with the cost that the message's own bytes
/// state, is no smaller. The day is that of the message's own bytes; without them that of the leaf, but not before the year was
/// over, so that a leaf which the centre dated back by years does not slip out of the 365 days. Attacked by
/// `a_recovered_debit_never_costs_less`.
pub fn recovered(leaf: &SubmissionLeaf, evidence: &Evidence, plan: Option<PlanBudget>, cap: RhoNano) -> Recovered {
    let message = evidence.messages.get(&leaf.id);
    // a message that names another plan was not paid for by this one
    let plan = plan.filter(|plan| message.is_none_or(|(_, submission)| submission.plan == plan.id));
    let (budget, charged) = match plan.and_then(|plan| plan.of_message(leaf.sequence)) {
        Some(budget) => (budget, Charged::ByPlan),
        None => (cap, Charged::ByCap),
    };
    let stated = message.map(|(_, submission)| submission.rho().unwrap_or(RhoNano(u64::MAX))).unwrap_or_default();
    let year_is_over = date(leaf.round.year().number(), 4, 1);
    let charged_on = message.map_or(Day(leaf.at.day().max(year_is_over)), |(_, submission)| submission.produced_on);
    let debit = Debit {
        kind: DebitKind::Recovered,
        round: leaf.round,
        sequence: leaf.sequence,
        charged_on,
        rho: budget.max(stated),
        plan: message.map(|(_, submission)| submission.plan).or(plan.map(|plan| plan.id)).unwrap_or(Digest::NONE),
        id: leaf.id,
        input: InputDigest::NONE,
        envelope: message.map(|(bytes, _)| bytes.clone()).unwrap_or_default(),
    };
    Recovered { debit, charged, receipt: evidence.receipts.get(&leaf.id).cloned() }
}

#[cfg(test)]
#[path = "recovery_tests.rs"]
mod tests;
