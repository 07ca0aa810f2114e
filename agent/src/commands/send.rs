//! `send`: posts what lies in the outbox, byte for byte, and keeps the receipts. Draws nothing.
//!
//! A receipt counts once it proves, under a checkpoint of the pinned log key, a leaf of exactly this submission, in a log
//! that continues what the agent remembers. Until then the bytes stay in the outbox and may be sent again: the same id is
//! accepted once, and answered with the same receipt. Before the slot that the plan gives this authority nothing is posted:
//! the slot is known before anybody draws, so that the time of a post tells nothing of records.

use serde::Deserialize;
use shared::log::entry::{Entry, Event};
use shared::log::receipt::Receipt;
use shared::plan::{Dates, PLAN_BYTES_MAX};
use shared::problem::{Exit, Problem};
use shared::sign::Envelope;
use shared::submission::MessageKind;
use shared::time::Timestamp;

use super::Screen;
use super::approve::in_words;
use super::prepare::{SEE_WHAT_IS_LACKING, round_of};
use super::room::{Room, Step, not_witnessed};
use crate::io::centre::Arrival;
use crate::ledger::{Debit, DebitKind};
use crate::log_view::SubmissionLeaf;
use crate::logging;
use crate::round::{Witnessing, log_is_witnessed};
use crate::stop::{Reached, Stop};

/// What was sent.
pub struct Sent {
    /// The submission.
    pub debit: Debit,
    /// Index of its leaf in the log.
    pub index: u64,
}

/// What waits for its slot.
pub struct Held {
    /// The submission.
    pub debit: Debit,
    /// The second from which it is sent.
    pub slot: Timestamp,
}

/// Sends everything that waits and whose slot has come, oldest first.
pub fn send_outbox(room: &mut Room<'_>) -> Result<Vec<Sent>, Stop> {
    let mut due = Vec::new();
    for debit in waiting(room)? {
        *room.reached = room.reached.with_kept();
        if slot_to_come(room, &debit)?.is_none() {
            due.push(debit);
        }
    }
    nothing_stands_in_their_place(room, &due)?;
    due.into_iter().map(|debit| send_one(room, debit)).collect()
}

/// Posts a submission whether or not its receipt is here.
fn send_again(room: &mut Room<'_>, debit: Debit) -> Result<Sent, Stop> {
    nothing_stands_in_their_place(room, std::slice::from_ref(&debit))?;
    send_one(room, debit)
}

/// # Claim
/// Nothing leaves for a round and sequence for which the log holds another message of this authority already, and nothing on
/// the word of a log that too few witnesses vouched for within 24 hours.
/// # Why
/// Two machines with copies of one state can both have drawn before the log showed either. The aggregator would refuse the
/// second answer, and would have seen it. An old log shown again, which lacks
/// the first answer, is vouched for by nobody who saw it there. Attacked by `the_second_of_two_copies_does_not_even_post` and
/// `an_old_log_shown_again_does_not_get_a_second_answer`.
fn nothing_stands_in_their_place(room: &mut Room<'_>, due: &[Debit]) -> Result<(), Stop> {
    if due.is_empty() {
        return Ok(());
    }
    let view = room.with_patience(Room::verified_log)?;
    let (policy, now) = (room.connected()?.trust.witnesses.clone(), room.now());
    let witnessing = Witnessing::of(&policy, room.config.sending.without_witnesses);
    log_is_witnessed(witnessing, &view, now).map_err(|problem| not_witnessed(problem, &policy, &view, now))?;
    let in_place_of = |d: &&Debit, leaf: &SubmissionLeaf| leaf.round == d.round && leaf.sequence == d.sequence && leaf.id != d.id;
    let leaves = view.submissions_of(room.config.authority);
    match due.iter().find(|d| leaves.iter().any(|leaf| in_place_of(d, leaf))) {
        None => Ok(()),
        Some(debit) => {
            let what = in_words(debit.round, debit.sequence);
            let detail =
                format!("the log holds another message of this authority as {what}; this one stays here; {SEE_WHAT_IS_LACKING}");
            Err(Stop::with(Problem::LedgerBehindLog, detail))
        }
    }
}

/// What is kept until its slot.
pub fn held(room: &mut Room<'_>) -> Result<Vec<Held>, Stop> {
    let mut held = Vec::new();
    for debit in waiting(room)? {
        if let Some(slot) = slot_to_come(room, &debit)? {
            *room.reached = room.reached.with_kept();
            held.push(Held { debit, slot });
        }
    }
    Ok(held)
}

fn waiting(room: &Room<'_>) -> Result<Vec<Debit>, Stop> {
    let ledger = room.ledger()?;
    Ok(room.state.outbox(&ledger)?.into_iter().cloned().collect())
}

/// The slot of a submission while it is to come; `None` once it is here, and where no plan was kept that names one.
fn slot_to_come(room: &Room<'_>, debit: &Debit) -> Result<Option<Timestamp>, Stop> {
    let slot = kept_dates(room, debit)?.map(|dates| dates.slot(debit.plan, room.config.authority));
    Ok(slot.filter(|slot| room.now() < *slot))
}

/// Sends one submission, whether or not its receipt is here already.
pub fn send_one(room: &mut Room<'_>, debit: Debit) -> Result<Sent, Stop> {
    if let Some(slot) = slot_to_come(room, &debit)? {
        let detail = format!("{} is sent from {slot} on; this machine's clock says {}", debit.round, room.now());
        return Err(Stop::with(Problem::PlanNotOpen, detail));
    }
    let kind = MessageKind::ALL.into_iter().find(|kind| kind.sequence() == debit.sequence);
    let kind = kind.ok_or_else(|| Stop::fault("the ledger holds a submission of a kind that there is not"))?;
    let index = room.with_patience(|room| {
        let steps = room.parts.steps;
        let connected = room.connected()?;
        steps.reached(Step::Posted)?;
        let answer = connected.centre.post(debit.round, kind, &debit.envelope);
        let text = answer.map_err(|failure| {
            *room.reached = (*room.reached).max(of_arrival(failure.arrival));
            failure.stop
        })?;
        *room.reached = (*room.reached).max(Reached::Posted);
        room.parts.steps.reached(Step::Answered)?;
        verify_and_keep(room, &debit, &text)
    })?;
    *room.reached = Reached::Receipted;
    logging::sent(room.config.authority, debit.round, debit.sequence, debit.id);
    Ok(Sent { debit, index })
}

fn of_arrival(arrival: Arrival) -> Reached {
    match arrival {
        Arrival::Not => Reached::Kept,
        Arrival::Unknown => Reached::Posted,
    }
}

/// # Claim
/// A kept receipt proves that the log holds a leaf of this submission, and that the log is the one remembered.
/// # Why
/// The leaf is read from the verified log itself, so the receipt is checked against bytes that the agent has seen, and its
/// checkpoint against a tree that the agent has computed. Attacked by `a_receipt_of_something_else_is_refused`.
fn verify_and_keep(room: &mut Room<'_>, debit: &Debit, text: &str) -> Result<u64, Stop> {
    let invalid = |why: String| Stop::with(Problem::ReceiptInvalid, why);
    let receipt = Receipt::parse(text).map_err(|e| invalid(e.to_string()))?;
    let view = room.verified_log()?;
    let log_key = room.connected()?.trust.log.clone();
    let leaf = view.entry(receipt.index).ok_or_else(|| invalid("its leaf is not in the log".into()))?;
    let checkpoint = receipt.check(leaf, &log_key).map_err(|e| invalid(e.to_string()))?;
    if !view.continues(&checkpoint) {
        return Err(Stop::with(Problem::LogInconsistent, "the receipt's checkpoint belongs to another tree than the log's"));
    }
    let (authority, round, sequence, id) = (room.config.authority, debit.round, debit.sequence, debit.id);
    let expected = Event::Submission { authority, round, sequence, id };
    if Entry::parse(leaf).ok().map(|entry| entry.event) != Some(expected) {
        return Err(invalid("its leaf is of another message".into()));
    }
    room.state.keep_receipt(debit.id, text)?;
    Ok(receipt.index)
}

#[derive(Deserialize)]
struct Glance {
    dates: Dates,
}

/// The dates of the plan that was kept when the round was prepared; `None` when it was not kept.
fn kept_dates(room: &Room<'_>, debit: &Debit) -> Result<Option<Dates>, Stop> {
    let Some(bytes) = room.state.plan(debit.round, debit.plan)? else { return Ok(None) };
    let envelope = Envelope::parse(&bytes, PLAN_BYTES_MAX).ok().filter(|e| e.id() == debit.plan);
    let glance: Option<Glance> = envelope.and_then(|e| serde_json::from_slice(e.payload_unverified()).ok());
    Ok(glance.map(|g| g.dates))
}

/// Runs the command. With `again`, the newest submission is posted although its receipt is here.
pub fn run(room: &mut Room<'_>, again: bool, screen: &mut Screen<'_>) -> Result<Exit, Stop> {
    let ledger = room.ledger()?;
    let newest = ledger.debits().last().cloned();
    let Some(newest) = newest else { return Err(nothing_prepared(room)) };
    if again && !ledger.may_leave(&newest) {
        let detail = format!("{}: there is nothing to send again", recovered_in_words(&newest));
        return Err(Stop::with(Problem::NothingPrepared, detail).advising("nothing to do: status says what the ledger holds"));
    }
    let held = held(room)?;
    tell_held(&held, screen);
    let is_held = held.iter().any(|held| held.debit.id == newest.id);
    let sent = if again && !is_held { vec![send_again(room, newest.clone())?] } else { send_outbox(room)? };
    if sent.is_empty() && held.is_empty() {
        let why = match newest.kind {
            DebitKind::Recovered => recovered_in_words(&newest),
            DebitKind::Drawn(_) => {
                format!("{} was sent before, and its receipt is kept", in_words(newest.round, newest.sequence))
            }
        };
        let _ = screen.line(&format!("{why}: nothing waits in the outbox"));
    }
    tell(&sent, screen);
    Ok(Exit::Done)
}

/// That a message was recovered, and so is not sent from here.
fn recovered_in_words(debit: &Debit) -> String {
    format!("{} stands in the public log, from where it was recovered", in_words(debit.round, debit.sequence))
}

/// Says what was sent.
pub fn tell(sent: &[Sent], screen: &mut Screen<'_>) {
    for Sent { debit, index } in sent {
        // a screen that is gone cannot be told so
        let _ = screen.line(&format!(
            "{} was accepted: submission {} is entry {index} of the log",
            in_words(debit.round, debit.sequence),
            debit.id
        ));
    }
}

/// Says what is kept, and until when.
pub fn tell_held(held: &[Held], screen: &mut Screen<'_>) {
    for Held { debit, slot } in held {
        let line = format!(
            "{} is kept and will be sent from {slot} on, the time that the plan gives this authority: run `send` or `run --once` then",
            in_words(debit.round, debit.sequence)
        );
        let _ = screen.line(&line);
    }
}

fn nothing_prepared(room: &Room<'_>) -> Stop {
    let detail = round_of(room).map(|round| format!("the ledger holds no submission, and none for {round}"));
    Stop { detail: detail.ok(), ..Stop::from(Problem::NothingPrepared) }
}
