//! Check `submissions`: one submission for each authority and round, signed by a key that the log registered before, as
//! the plan asks, between opening and deadline; no file without a leaf, no leaf of a released round without a file.
//!
//! Before a release the log holds hashes only: bodies of such a round may be missing, and are checked when they are here.

use std::collections::{BTreeMap, BTreeSet};

use shared::ids::{AuthorityId, Digest, RoundId};
use shared::limits::ENVELOPE_BYTES_MAX;
use shared::log::entry::Event;
use shared::release::Accepted;
use shared::sign::{Envelope, EnvelopeError};
use shared::submission::{SUBMISSION_TYPE, Submission};

use super::frameworks::Frameworks;
use super::keys::Keys;
use super::log::{Leaf, Log};
use super::plans::{KnownPlan, Round, Rounds};
use super::{Evidence, chain, count, remark_on_spare_signatures};
use crate::bundle::Bundle;
use crate::finding::{Check, Outcome};
use crate::place::Place;

/// The submissions of one round that the log holds before its deadline.
#[derive(Clone, Debug, Default)]
pub struct OfRound {
    /// Those that passed.
    pub accepted: Vec<Accepted>,
    /// Authorities whose submission is missing here or did not pass.
    pub unusable: Vec<AuthorityId>,
    /// Authorities of all submission leaves of the round, in time or not, in the order of the log.
    pub logged: Vec<AuthorityId>,
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
    id: Digest,
    file: String,
}

impl<'a> Logged<'a> {
    fn of(leaf: &'a Leaf) -> Option<Self> {
        let Event::Submission { authority, round, sequence, id } = leaf.entry.event else { return None };
        let file = Place::Submission { round, authority, sequence }.path();
        Some(Self { leaf, authority, round, sequence, id, file })
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
        let in_time = in_time(&mut outcome, known.log, one, round);
        let of_round = submissions.entry(one.round).or_default();
        of_round.logged.push(one.authority);
        // a seat that is taken is not read again: one file named by a million leaves costs no more than by one
        let taken = again.contains(&one.leaf.index);
        let submission = if taken { None } else { read(&mut outcome, bundle, known, one, round) };
        if let Some(submission) = &submission {
            chains.check(&mut outcome, one, submission);
            let event = Event::Submission {
                authority: submission.authority,
                round: submission.round,
                sequence: submission.sequence,
                id: one.id,
            };
            evidence.push(Evidence { file: one.file.clone(), index: one.leaf.index, event });
        }
        chains.pass(one);
        match submission {
            Some(submission) if in_time => of_round.accepted.push(Accepted { authority: one.authority, id: one.id, submission }),
            None if in_time => of_round.unusable.push(one.authority),
            Some(_) | None => {}
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
    let accepted = submissions.values().map(|r| r.accepted.len()).sum();
    let unreleased = |round: &RoundId| rounds.get(round).is_none_or(|r| !r.released);
    let waiting: usize = submissions.iter().filter(|(id, _)| unreleased(id)).map(|(_, r)| r.unusable.len()).sum();
    let text = format!("{}, each signed by a key that the log registered before", count(accepted, "envelope", "envelopes"));
    if waiting == 0 { text } else { format!("{text}; {waiting} more of rounds without a release are known by hash only") }
}

/// Indexes of the leaves that name an authority's seat in a round once more.
fn unique(outcome: &mut Outcome, log: &Log, logged: &[Logged<'_>]) -> BTreeSet<u64> {
    let (mut seats, mut ids, mut again) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
    for one in logged {
        let index = one.leaf.index;
        if let Some(first) = seats.insert((one.round, one.authority), index) {
            again.insert(index);
            let what =
                format!("a second submission of authority {} in round {}: entries {first} and {index}", one.authority, one.round);
            outcome.fault(&one.file, &what);
            outcome.fault(&log.file_of(index), what);
        }
        if let Some(first) = ids.insert(one.id, index) {
            outcome.fault(&log.file_of(index), format!("entries {first} and {index} hold the same submission {}", one.id));
        }
    }
    again
}

/// Whether the leaf stands between the round's opening and its deadline.
fn in_time(outcome: &mut Outcome, log: &Log, one: &Logged<'_>, round: &Round) -> bool {
    let index = one.leaf.index;
    let after_open = round.opened.is_some_and(|opened| opened < index);
    let before_end = round.closed.is_none_or(|closed| index < closed);
    if !after_open {
        outcome.fault(&one.file, format!("logged at entry {index}, when round {} was not open", one.round));
        outcome
            .fault(&log.file_of(index), format!("entry {index} holds a submission of round {}, which was not open", one.round));
    }
    if !before_end {
        outcome.fault(&one.file, format!("logged at entry {index}, after the deadline of round {}", one.round));
        outcome.fault(&log.file_of(index), format!("entry {index} holds a submission after the deadline of round {}", one.round));
    }
    after_open && before_end
}

fn read(outcome: &mut Outcome, bundle: &Bundle, known: &Known<'_>, one: &Logged<'_>, round: &Round) -> Option<Submission> {
    let file = &one.file;
    let Some(bytes) = bundle.bytes(file) else {
        if round.released {
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

/// The authorities' own chains: each submission names the one before it.
struct Chains {
    everyone: BTreeSet<Digest>,
    latest: BTreeMap<AuthorityId, Digest>,
}

impl Chains {
    fn new(logged: &[Logged<'_>]) -> Self {
        Self { everyone: logged.iter().map(|l| l.id).collect(), latest: BTreeMap::new() }
    }

    /// An id that the log does not hold is a submission that was drawn and never accepted: told, not a fault.
    fn check(&self, outcome: &mut Outcome, one: &Logged<'_>, submission: &Submission) {
        let latest = self.latest.get(&one.authority).copied().unwrap_or(Digest::NONE);
        let named = submission.previous;
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
    }
}
