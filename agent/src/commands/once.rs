//! `run --once`: prepares the configured round unless it is prepared, then sends what waits and whose slot has come. For
//! a scheduler.

use shared::problem::Exit;

use super::Screen;
use super::heartbeat::beat_or_warn;
use super::prepare::{Prepared, from_returns, prepare_round, round_of, tell as tell_prepared};
use super::room::Room;
use super::send::{held, send_outbox, tell as tell_sent, tell_held};
use crate::io::inbox::Waiting;
use crate::stop::Stop;

/// Runs the command.
pub fn run(room: &mut Room<'_>, waiting: &mut dyn Waiting, screen: &mut Screen<'_>) -> Result<Exit, Stop> {
    beat_or_warn(room, screen);
    let round = round_of(room)?;
    let prepared = prepare_round(room, round, &mut |room| from_returns(room, round.year(), waiting))?;
    tell_prepared(&prepared, screen);
    let held = held(room)?;
    tell_held(&held, screen);
    if matches!(prepared, Prepared::Now(_)) && held.is_empty() {
        room.wait_for_step();
    }
    let sent = send_outbox(room)?;
    if let (Prepared::Earlier(debit), true) = (&prepared, sent.is_empty() && held.is_empty()) {
        let receipt = if room.state.receipt(debit.id)?.is_some() { "its receipt is kept: " } else { "" };
        let _ = screen.line(&format!("{receipt}there is nothing to do until the next round"));
    }
    tell_sent(&sent, screen);
    Ok(Exit::Done)
}
