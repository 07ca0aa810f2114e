//! Check `submissions`: one submission for each authority and round, and at most one correction of it, each signed by a key
//! that the log registered before, as the plan asks, between the round's opening and deadline or those of its corrections;
//! no file without a leaf, no leaf of a release without a file.
//!
//! Before a release the log holds hashes only: bodies of such a round may be missing, and are checked when they are here.

use std::collections::{BTreeMap, BTreeSet};

use shared::ids::{AuthorityId, Digest, RoundId};
use shared::limits::ENVELOPE_BYTES_MAX;
use shared::log::entry::Event;
use shared::plan::Draw;
use shared::release::Accepted;
use shared::sign::{Envelope, EnvelopeError};
use shared::statement::ReleaseReason;
use shared::submission::{MessageKind, SUBMISSION_TYPE, Submission};

use super::frameworks::Frameworks;
use super::keys::Keys;
use super::log::{Leaf, Log};
use super::plans::{KnownPlan, Round, Rounds};
use super::{Evidence, chain, count, remark_on_spare_signatures};
use crate::bundle::Bundle;
use crate::finding::{Check, Outcome};
use crate::place::Place;

/// The submissions of one round that the log holds before its deadline, and the corrections before theirs.
#[derive(Clone, Debug, Default)]
pub struct OfRound {
    /// First ones that passed.
    pub accepted: Vec<Accepted>,
    /// Authorities whose first one is missing here or did not pass.
    pub unusable: Vec<AuthorityId>,
    /// Corrections that passed.
    pub corrections: Vec<Accepted>,
    /// Authorities whose correction is missing here or did not pass.
    pub unusable_corrections: Vec<AuthorityId>,
    /// Authority and draw of all leaves of the round, in time or not, in the order of the log.
    pub logged: Vec<(AuthorityId, Draw)>,
}

impl OfRound {
    /// What a release stands on: the first ones; in one with corrections each that was corrected gives its place to its
    /// correction. The authorities whose message cannot be used instead, where there are any.
    pub fn standing(&self, reason: ReleaseReason) -> Result<Vec<Accepted>, Vec<AuthorityId>> {
        let (corrections, missing): (&[Accepted], &[AuthorityId]) = match reason {
            ReleaseReason::First => (&[], &[]),
            ReleaseReason::Corrections => (&self.corrections, &self.unusable_corrections),
        };
        let is_corrected = |authority| corrections.iter().any(|c| c.authority == authority) || missing.contains(&authority);
        let firsts = self.unusable.iter().filter(|authority| !is_corrected(**authority));
        let unusable: Vec<AuthorityId> = firsts.chain(missing).copied().collect();
        if !unusable.is_empty() {
            return Err(unusable);
        }
        let first = self.accepted.iter().filter(|a| !is_corrected(a.authority));
        Ok(first.chain(corrections).cloned().collect())
    }
}

/// Submissions by round.
pub type Submissions = BTreeMap<RoundId, OfRound>;

/// What earlier checks made of the export.
pub struct Known<'a> {
    /// The log.
    pub log: &'a Log,
    /// Frameworks by hash.
    pub frameworks: &'a Frameworks,
    /// Rounds and their plans.
    pub rounds: &'a Rounds,
    /// Agents' keys.
    pub keys: &'a Keys,
}

/// One submission leaf.
struct Logged<'a> {
    leaf: &'a Leaf,
    authority: AuthorityId,
    round: RoundId,
    sequence: u32,
    /// What its place in the authority's sequence makes it; `None` for a place that there is not.
    kind: Option<MessageKind>,
    id: Digest,
    file: String,
}

impl<'a> Logged<'a> {
    fn of(leaf: &'a Leaf) -> Option<Self> {
        let Event::Submission { authority, round, sequence, id } = leaf.entry.event else { return None };
        let file = Place::Submission { round, authority, sequence }.path();
        let kind = MessageKind::ALL.into_iter().find(|kind| kind.sequence() == sequence);
        Some(Self { leaf, authority, round, sequence, kind, id, file })
    }
}

/// Reads every logged submission.
pub fn check(bundle: &Bundle, known: &Known<'_>, evidence: &mut Vec<Evidence>) -> (Submissions, Outcome) {
    let mut outcome = Outcome::new(Check::Submissions);
    let mut submissions = Submissions::new();
    let logged = known.log.leaves.iter().filter_map(Logged::of).collect::<Vec<_>>();
    let again = unique(&mut outcome, known.log, &logged);
    let mut chains = Chains::new(&logged);
    let nothing = Round::default();
    for one in &logged {
        let round = known.rounds.get(&one.round).unwrap_or(&nothing);
        let of_round = submissions.entry(one.round).or_default();
        let Some(kind) = one.kind else {
            no_such_place(&mut outcome, known.log, one);
            // whatever it was, it was drawn: as dear as a release
            of_round.logged.push((one.authority, Draw::Release));
            chains.pass(one);
            continue;
        };
        let in_time = in_time(&mut outcome, known.log, one, kind, round)
            && (kind == MessageKind::Submission || has_first(&mut outcome, known.log, one, &chains, round));
        of_round.logged.push((one.authority, kind.draw()));
        // a seat that is taken is not read again: one file named by a million leaves costs no more than by one
        let taken = again.contains(&one.leaf.index);
        let submission = if taken { None } else { read(&mut outcome, bundle, known, one, round) };
        if let Some(submission) = &submission {
            chains.check(&mut outcome, one, kind, submission);
            let event = Event::Submission {
                authority: submission.authority,
                round: submission.round,
                sequence: submission.sequence,
                id: one.id,
            };
            evidence.push(Evidence { file: one.file.clone(), index: one.leaf.index, event });
        }
        chains.pass(one);
        if !in_time || taken {
            continue;
        }
        let (authority, id) = (one.authority, one.id);
        match (kind, submission) {
            (MessageKind::Submission, Some(submission)) => of_round.accepted.push(Accepted { authority, id, submission }),
            (MessageKind::Submission, None) => of_round.unusable.push(authority),
            (MessageKind::Correction, Some(submission)) => of_round.corrections.push(Accepted { authority, id, submission }),
            (MessageKind::Correction, None) => of_round.unusable_corrections.push(authority),
        }
    }
    let places: BTreeSet<&str> = logged.iter().map(|l| l.file.as_str()).collect();
    for (path, place) in bundle.places() {
        if matches!(place, Place::Submission { .. }) && !places.contains(path) {
            outcome.fault(path, "the log holds no such submission: a file without a leaf");
        }
    }
    let said = said(known.rounds, &submissions);
    (submissions, outcome.said(said))
}

fn said(rounds: &Rounds, submissions: &Submissions) -> String {
    let accepted = submissions.values().map(|r| r.accepted.len() + r.corrections.len()).sum();
    let corrections: usize = submissions.values().map(|r| r.corrections.len()).sum();
    let hidden = |round: &RoundId, kind| rounds.get(round).is_none_or(|r| !r.is_public(kind));
    let waiting = |(id, r): (&RoundId, &OfRound)| {
        let firsts = if hidden(id, MessageKind::Submission) { r.unusable.len() } else { 0 };
        firsts + if hidden(id, MessageKind::Correction) { r.unusable_corrections.len() } else { 0 }
    };
    let waiting: usize = submissions.iter().map(waiting).sum();
    let of_them =
        if corrections == 0 { String::new() } else { format!(" ({})", count(corrections, "correction", "corrections")) };
    let text =
        format!("{}{of_them}, each signed by a key that the log registered before", count(accepted, "envelope", "envelopes"));
    if waiting == 0 { text } else { format!("{text}; {waiting} more, not in a release yet, are known by hash only") }
}

/// Indexes of the leaves that name an authority's seat in a round once more.
fn unique(outcome: &mut Outcome, log: &Log, logged: &[Logged<'_>]) -> BTreeSet<u64> {
    let (mut seats, mut ids, mut again) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
    for one in logged {
        let index = one.leaf.index;
        if let Some(first) = seats.insert((one.round, one.authority, one.sequence), index) {
            again.insert(index);
            let what = one.kind.map_or("message", MessageKind::word);
            let what =
                format!("a second {what} of authority {} in round {}: entries {first} and {index}", one.authority, one.round);
            outcome.fault(&one.file, &what);
            outcome.fault(&log.file_of(index), what);
        }
        if let Some(first) = ids.insert(one.id, index) {
            outcome.fault(&log.file_of(index), format!("entries {first} and {index} hold the same submission {}", one.id));
        }
    }
    again
}

/// Whether the leaf stands where the log takes messages of its kind.
fn in_time(outcome: &mut Outcome, log: &Log, one: &Logged<'_>, kind: MessageKind, round: &Round) -> bool {
    let (index, what) = (one.leaf.index, kind.word());
    let (opened, closed, not_open, deadline) = match kind {
        MessageKind::Submission => (round.opened, round.closed, "was not open", "the deadline"),
        MessageKind::Correction => {
            (round.correction_opened, round.correction_closed, "took no corrections", "the deadline for corrections")
        }
    };
    let after_open = opened.is_some_and(|opened| opened < index);
    let before_end = closed.is_none_or(|closed| index < closed);
    if !after_open {
        outcome.fault(&one.file, format!("logged at entry {index}, when round {} {not_open}", one.round));
        outcome.fault(&log.file_of(index), format!("entry {index} holds a {what} of round {}, which {not_open}", one.round));
    }
    if !before_end {
        outcome.fault(&one.file, format!("logged at entry {index}, after {deadline} of round {}", one.round));
        outcome.fault(&log.file_of(index), format!("entry {index} holds a {what} after {deadline} of round {}", one.round));
    }
    after_open && before_end
}

/// Whether the log accepted something that a correction corrects.
fn has_first(outcome: &mut Outcome, log: &Log, one: &Logged<'_>, chains: &Chains, round: &Round) -> bool {
    let first = chains.first.get(&(one.round, one.authority));
    let stands = first.is_some_and(|first| {
        round.opened.is_some_and(|opened| opened < first.index) && round.closed.is_none_or(|closed| first.index < closed)
    });
    if !stands {
        let index = one.leaf.index;
        let what = format!("entry {index} corrects a submission of authority {} that the log did not accept", one.authority);
        outcome.fault(&one.file, &what);
        outcome.fault(&log.file_of(index), what);
    }
    stands
}

fn no_such_place(outcome: &mut Outcome, log: &Log, one: &Logged<'_>) {
    let index = one.leaf.index;
    let what = format!("entry {index} is number {} of authority {}: a round has two at most", one.sequence, one.authority);
    outcome.fault(&one.file, &what);
    outcome.fault(&log.file_of(index), what);
}

fn read(outcome: &mut Outcome, bundle: &Bundle, known: &Known<'_>, one: &Logged<'_>, round: &Round) -> Option<Submission> {
    let file = &one.file;
    let Some(bytes) = bundle.bytes(file) else {
        if one.kind.is_some_and(|kind| round.is_public(kind)) {
            outcome.fault(file, format!("logged at entry {} and part of a release, but missing here", one.leaf.index));
        }
        return None;
    };
    let envelope = Envelope::parse(bytes, ENVELOPE_BYTES_MAX).map_err(|e| outcome.fault(file, chain(&e))).ok()?;
    if envelope.id() != one.id {
        outcome.fault(file, format!("its id is {}, the log holds {} at entry {}", envelope.id(), one.id, one.leaf.index));
        return None;
    }
    let keys = known.keys.valid_at(one.authority, one.leaf.index);
    match envelope.verify(SUBMISSION_TYPE, &keys) {
        Ok(_) => remark_on_spare_signatures(outcome, file, &envelope, &keys),
        Err(EnvelopeError::KeyUnknown) => {
            for signature in envelope.signatures() {
                outcome.fault(file, known.keys.why_not(signature.keyid, one.authority, one.leaf.index));
            }
            return None;
        }
        Err(error) => {
            outcome.fault(file, chain(&error));
            return None;
        }
    }
    let submission = Submission::parse(envelope.payload_unverified()).map_err(|e| outcome.fault(file, chain(&e))).ok()?;
    let Some(plan) = &round.plan else {
        outcome.fault(file, "its round has no plan that is believed");
        return None;
    };
    let says = (submission.authority, submission.round, submission.sequence);
    if says != (one.authority, one.round, one.sequence) {
        outcome
            .fault(file, format!("it says authority {}, round {}, sequence {}: the log says otherwise", says.0, says.1, says.2));
        return None;
    }
    fits(outcome, file, plan, known.frameworks, &submission, bytes.len()).then_some(submission)
}

fn fits(
    outcome: &mut Outcome,
    file: &str,
    known: &KnownPlan,
    frameworks: &Frameworks,
    submission: &Submission,
    n_bytes: usize,
) -> bool {
    let before = outcome.faults.len();
    if let Err(error) = submission.fits(&known.plan, known.id, known.framework(frameworks)) {
        outcome.fault(file, chain(&error));
    }
    if known.plan.member(submission.authority).is_none() {
        outcome.fault(file, format!("authority {} is not in the plan's cohort", submission.authority));
    }
    if u64::try_from(n_bytes).is_ok_and(|n| n > known.plan.body().body_bytes_max) {
        outcome.fault(file, "larger than the plan allows");
    }
    outcome.faults.len() == before
}

/// The authorities' own chains: each submission names the one before it, a correction what it corrects.
struct Chains {
    everyone: BTreeSet<Digest>,
    latest: BTreeMap<AuthorityId, Digest>,
    first: BTreeMap<(RoundId, AuthorityId), First>,
}

/// The first submission of an authority in a round.
struct First {
    id: Digest,
    index: u64,
}

impl Chains {
    fn new(logged: &[Logged<'_>]) -> Self {
        let everyone = logged.iter().map(|l| l.id).collect();
        Self { everyone, latest: BTreeMap::new(), first: BTreeMap::new() }
    }

    /// An id that the log does not hold is a submission that was drawn and never accepted: told, not a fault. A correction
    /// names what it corrects and nothing else.
    fn check(&self, outcome: &mut Outcome, one: &Logged<'_>, kind: MessageKind, submission: &Submission) {
        let named = submission.previous;
        if kind == MessageKind::Correction {
            if self.first.get(&(one.round, one.authority)).is_none_or(|first| first.id != named) {
                outcome
                    .fault(&one.file, format!("it names {named} as what it corrects, which is not the authority's submission"));
            }
            return;
        }
        let latest = self.latest.get(&one.authority).copied().unwrap_or(Digest::NONE);
        if named == latest {
            return;
        }
        if named == Digest::NONE || self.everyone.contains(&named) {
            outcome.fault(&one.file, format!("it names {named} as the authority's previous submission, the log holds {latest}"));
        } else {
            outcome.remark(&one.file, format!("it names {named} as the authority's previous submission, which was never logged"));
        }
    }

    fn pass(&mut self, one: &Logged<'_>) {
        self.latest.insert(one.authority, one.id);
        if one.kind == Some(MessageKind::Submission) {
            let first = First { id: one.id, index: one.leaf.index };
            self.first.entry((one.round, one.authority)).or_insert(first);
        }
    }
}
