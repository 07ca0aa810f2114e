//! `correct`: the one correction of a round, a complete answer drawn anew from inputs that have changed. Sends nothing.
//!
//! It stands behind every guard of `prepare` and some more: the submission is receipted and is the newest of this authority, the
//! log and the plan's dates say that corrections are open, the inputs are others than the submission's, and somebody approved
//! them. It is paid for with the plan's share for one correction, and there is no second. `docs/privacy.md`, PC11.

use shared::ids::RoundId;
use shared::problem::{Exit, Problem};
use shared::submission::{CorrectionReason, MessageKind};

use super::Screen;
use super::approve::{Asked, CORRECTION, FIRST, changed, drawn_already, inputs_of_first, is_waiting};
use super::prepare::{Records, admitted, draw_and_keep, from_returns, gather, round_of};
use super::room::{Room, Step};
use crate::io::inbox::Waiting;
use crate::ledger::{Debit, Ledger};
use crate::stop::Stop;
use crate::submission::Answer;

/// Draws the correction of a round, once.
///
/// # Claim
/// PC11: of one round at most one correction is ever drawn, from other inputs than the submission's, within every cap.
/// # Why
/// The ledger holds sequence 2 from the step on by which a draw becomes real, and nothing is drawn where it does; digests
/// and caps are compared before the draw. Attacked by `every_refusal_of_a_correction_draws_nothing` and
/// `a_correction_is_one_complete_fresh_draw`.
pub fn correct_round(room: &mut Room<'_>, round: RoundId, reason: CorrectionReason, records: Records<'_>) -> Result<Debit, Stop> {
    let ledger = room.ledger()?;
    let first = corrigible(room, &ledger, round)?;
    let key = room.state.signing_key(&ledger)?;
    let admitted = room.with_patience(|room| admitted(room, round, MessageKind::Correction, &ledger))?;
    if admitted.id() != first.plan {
        let detail =
            format!("the submission of {round} was drawn under plan {}, and the log names {}", first.plan, admitted.id());
        return Err(Stop::with(Problem::PlanSecond, detail));
    }
    room.parts.steps.reached(Step::Admitted)?;
    let asked = Asked::of(room, round, CORRECTION)?;
    let gathered = gather(room, &ledger, round, records)?;
    changed(&ledger, round, &gathered.children_digest)?;
    asked.covers(&gathered.input)?;
    draw_and_keep(room, &ledger, &key, &admitted, Answer::Correction(reason), gathered)
}

/// The submission of a round, when its correction is what comes next.
fn corrigible(room: &mut Room<'_>, ledger: &Ledger, round: RoundId) -> Result<Debit, Stop> {
    let first = ledger
        .standing(round, FIRST)
        .ok_or_else(|| Stop::with(Problem::NothingPrepared, format!("no submission of {round} is there to correct")))?;
    if let Some(drawn) = ledger.standing(round, CORRECTION) {
        let is_waiting = is_waiting(room, ledger, drawn)?;
        if is_waiting {
            *room.reached = room.reached.with_kept();
        }
        return Err(drawn_already(drawn, is_waiting));
    }
    inputs_of_first(ledger, round)?;
    if room.state.receipt(first.id)?.is_none() {
        *room.reached = room.reached.with_kept();
        return Err(Stop::with(Problem::ReceiptMissing, format!("submission {} of {round} is not receipted", first.id)));
    }
    if ledger.last_submission() != first.id {
        // a correction names the submission before it, which is the one that it corrects
        return Err(Stop::with(Problem::PlanYearNotNewest, format!("another round was drawn after {round}")));
    }
    Ok(first.clone())
}

/// Runs the command.
pub fn run(
    room: &mut Room<'_>,
    reason: CorrectionReason,
    waiting: &mut dyn Waiting,
    screen: &mut Screen<'_>,
) -> Result<Exit, Stop> {
    let round = round_of(room)?;
    let debit = correct_round(room, round, reason, &mut |room| from_returns(room, round.year(), waiting))?;
    let lines = [
        format!("the correction of {} is drawn, since {}: send posts it", debit.round, reason.label()),
        format!("submission {}", debit.id),
        format!("plan       {}", debit.plan),
        format!("cost       rho {} of each child's budget, charged on {}", debit.rho, debit.charged_on),
        format!("size       {} bytes; show prints the cells once the receipt is kept", debit.envelope.len()),
    ];
    for line in lines {
        // a screen that is gone cannot be told so
        let _ = screen.line(&line);
    }
    Ok(Exit::Done)
}
