//! `heartbeat`: says to the aggregator that this agent runs, and nothing else: the same bytes for every authority, round
//! and day. It is sent before anything is read, so that its time tells nothing. `docs/protocol.md`, section 7.6.

use shared::problem::Exit;

use super::Screen;
use super::room::Room;
use crate::stop::{Reached, Stop};

/// Sends it.
pub fn beat(room: &mut Room<'_>) -> Result<(), Stop> {
    room.connected()?.centre.heartbeat()?;
    *room.reached = (*room.reached).max(Reached::Heard);
    Ok(())
}

/// Sends it and goes on either way: a round does not fail for it.
pub fn beat_or_warn(room: &mut Room<'_>, screen: &mut Screen<'_>) {
    if let Err(stop) = beat(room) {
        // a screen that is gone cannot be told so
        let _ = screen.note(&format!("warning: the heartbeat was not heard ({}); the run goes on", stop.code()));
    }
}

/// Runs the command.
pub fn run(room: &mut Room<'_>, screen: &mut Screen<'_>) -> Result<Exit, Stop> {
    beat(room)?;
    let _ = screen.line("the aggregator has heard that this agent runs; it was told nothing else");
    Ok(Exit::Done)
}
