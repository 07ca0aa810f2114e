//! `init`: makes the state folder, once: keys, an empty ledger and the request for enrolment.

use shared::enrolment::EnrolmentRequest;
use shared::problem::Exit;
use shared::time::Day;

use super::Screen;
use super::room::Parts;
use crate::config::AgentConfig;
use crate::io::state::State;
use crate::stop::Stop;

/// Runs the command.
pub fn run(config: &AgentConfig, parts: &Parts<'_>, screen: &mut Screen<'_>) -> Result<Exit, Stop> {
    let today = Day(parts.clock.now().day());
    let (_, request) = State::create(&config.state, config.authority, today, parts.randomness)?;
    for line in lines(config, &request) {
        // a screen that is gone cannot be told so
        let _ = screen.line(&line);
    }
    Ok(Exit::Done)
}

fn lines(config: &AgentConfig, request: &EnrolmentRequest) -> [String; 7] {
    let state = config.state.file_name().unwrap_or_default().to_string_lossy();
    let enrolled = config.sending.aggregator.enrolled.file_name().unwrap_or_default().to_string_lossy();
    [
        format!("the state of authority {} is made", request.authority),
        "if this authority's agent had a state before, follow docs/ledger.md: nothing is drawn until that was made good"
            .to_owned(),
        format!("1. send {state}/enrolment.dsse.json to the aggregator's operator"),
        "2. read this fingerprint to the operator over another channel, such as the telephone:".to_owned(),
        format!("   {}", request.fingerprint()),
        format!("3. put what comes back (certificate.pem, root.pem, trust.toml) into {enrolled}/"),
        format!(
            "back up {state}/, and never copy it to a second machine: noisy cells of a round are public for ever and drawn once"
        ),
    ]
}
