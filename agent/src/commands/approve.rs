//! `approve`: a person who answers for the figures says so, before any noise is drawn. Draws and sends nothing.
//!
//! It reads what `prepare` and `correct` will read and keeps who, when, and a keyed digest of it. After the draw nobody is asked
//! any more: whoever could look at one draw and have another would choose by noise. `docs/privacy.md`, PC11.

use shared::ids::RoundId;
use shared::problem::{Exit, Problem};

use super::Screen;
use super::prepare::{Records, from_returns, gather, round_of};
use super::room::Room;
use crate::approval::{Approval, ApprovalRule, ApproverName};
use crate::inputs::InputDigest;
use crate::io::inbox::Waiting;
use crate::ledger::{Debit, DebitKind, Ledger};
use crate::stop::Stop;

/// Place of the submission in a round.
pub const FIRST: u32 = 1;
/// Place of its correction.
pub const CORRECTION: u32 = 2;

/// What a draw asks for.
pub enum Asked {
    /// Nothing, by the authority's own setting.
    Nothing,
    /// That its inputs are these.
    For(Box<Approval>),
}

impl Asked {
    /// The approval of a round and place in it, where one is asked for. Read before any record is.
    pub fn of(room: &Room<'_>, round: RoundId, sequence: u32) -> Result<Self, Stop> {
        match room.config.approval {
            ApprovalRule::None => Ok(Self::Nothing),
            ApprovalRule::Required => {
                let approval = room.state.approval(round, sequence)?;
                let missing = || Stop::with(Problem::ApprovalMissing, format!("{} is not approved", in_words(round, sequence)));
                approval.map(|approval| Self::For(Box::new(approval))).ok_or_else(missing)
            }
        }
    }

    /// Refuses inputs that were not approved.
    pub fn covers(&self, input: &InputDigest) -> Result<(), Stop> {
        let Self::For(approval) = self else { return Ok(()) };
        approval.covers(input).map_err(|problem| {
            let (by, at) = (&approval.by, approval.at);
            Stop::with(problem, format!("{by} approved other inputs of {} at {at}", in_words(approval.round, approval.sequence)))
        })
    }
}

/// A round's submission or correction.
pub fn in_words(round: RoundId, sequence: u32) -> String {
    if sequence == FIRST { format!("the submission of {round}") } else { format!("the correction of {round}") }
}

/// Reads the inputs, and keeps that somebody approves them.
pub fn approve_round(room: &Room<'_>, round: RoundId, by: &ApproverName, records: Records<'_>) -> Result<Approval, Stop> {
    let ledger = room.ledger()?;
    let sequence = next_of(room, &ledger, round)?;
    if sequence == CORRECTION {
        inputs_of_first(&ledger, round)?;
    }
    let gathered = gather(room, &ledger, round, records)?;
    if sequence == CORRECTION {
        changed(&ledger, round, &gathered.children_digest)?;
    }
    let approval = Approval::new(round, sequence, by.clone(), room.now(), gathered.input);
    room.keep_approval(&approval)?;
    Ok(approval)
}

/// What comes next in a round: its submission, then its one correction.
fn next_of(room: &Room<'_>, ledger: &Ledger, round: RoundId) -> Result<u32, Stop> {
    if let Some(drawn) = ledger.standing(round, CORRECTION) {
        return Err(drawn_already(drawn, is_waiting(room, ledger, drawn)?));
    }
    Ok(if ledger.prepared(round).is_some() { CORRECTION } else { FIRST })
}

/// Whether a message is still to be sent from here.
pub fn is_waiting(room: &Room<'_>, ledger: &Ledger, debit: &Debit) -> Result<bool, Stop> {
    Ok(ledger.may_leave(debit) && room.state.receipt(debit.id)?.is_none())
}

/// The refusal of a second correction, which says where the first one is.
pub fn drawn_already(drawn: &Debit, is_waiting: bool) -> Stop {
    let (id, what, on) = (drawn.id, in_words(drawn.round, drawn.sequence), drawn.charged_on);
    let none_is_left = "there is one correction a round, and figures of the next round can be right";
    let (detail, advice) = match (drawn.kind, is_waiting) {
        (DebitKind::Recovered, _) => (
            format!("submission {id} stands in the public log as {what}, from where this ledger has it"),
            format!("nothing is to be sent from here: {none_is_left}"),
        ),
        (DebitKind::Drawn(_), true) => {
            (format!("submission {id} was drawn on {on} as {what}, and waits"), format!("send posts it; {none_is_left}"))
        }
        (DebitKind::Drawn(_), false) => (
            format!("submission {id} was drawn on {on} as {what}, and its receipt is kept"),
            format!("it is sent, and nothing is to do: {none_is_left}"),
        ),
    };
    Stop::with(Problem::CorrectionDrawn, detail).advising(advice)
}

/// # Claim
/// PC11: a correction is drawn only from other inputs than the submission's.
/// # Why
/// A second draw from the same inputs would mend nothing and only tell more of the children. Where the ledger does not
/// know the first inputs, since the debit was recovered, a change cannot be shown, and nothing is drawn. Attacked by `a_correction_needs_changed_inputs`.
pub fn changed(ledger: &Ledger, round: RoundId, input: &InputDigest) -> Result<(), Stop> {
    if inputs_of_first(ledger, round)? == *input { Err(Problem::CorrectionUnchanged.into()) } else { Ok(()) }
}

/// What a round's submission was drawn from, as the ledger knows it.
pub fn inputs_of_first(ledger: &Ledger, round: RoundId) -> Result<InputDigest, Stop> {
    let known = ledger.standing(round, FIRST).map(|debit| debit.input).filter(|input| *input != InputDigest::NONE);
    known.ok_or_else(|| {
        let what = in_words(round, FIRST);
        let detail = format!("the ledger does not know from which inputs {what} was drawn, so that no change can be shown");
        let stop = Stop::with(Problem::CorrectionUnchanged, detail);
        stop.advising("a submission that was recovered from the public log is not corrected: put back the newest copy of the state folder, where there is one (docs/ledger.md)")
    })
}

/// Runs the command.
pub fn run(room: &mut Room<'_>, by: &ApproverName, waiting: &mut dyn Waiting, screen: &mut Screen<'_>) -> Result<Exit, Stop> {
    let round = round_of(room)?;
    let approval = approve_round(room, round, by, &mut |room| from_returns(room, round.year(), waiting))?;
    let what = in_words(approval.round, approval.sequence);
    let command = if approval.sequence == FIRST { "prepare, or run," } else { "correct" };
    let mut lines = vec![
        format!("the inputs of {what} are approved by {} at {}", approval.by, approval.at),
        format!("{command} draws from exactly these: if what is counted, or a setting, changes, approve again"),
    ];
    if room.config.approval == ApprovalRule::None {
        lines.push("agent.toml says approval = \"none\": the draw does not ask for it".to_owned());
    }
    for line in lines {
        // a screen that is gone cannot be told so
        let _ = screen.line(&line);
    }
    Ok(Exit::Done)
}
