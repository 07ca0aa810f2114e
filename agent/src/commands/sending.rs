//! The commands that make or send a submission, and how each of them ends: with what was reached, in one sentence.

use shared::framework::Framework;
use shared::problem::{Exit, Problem};

use super::room::{Parts, RECOVERED_WITHOUT_WITNESSES, Room, WITHOUT_WITNESSES};
use super::show::{Form, Which};
use super::{Screen, Surroundings, approve, correct, heartbeat, init, once, prepare, recover, send, show, status};
use crate::cli::{LedgerCommand, SendingCommand};
use crate::config::{AgentConfig, environment};
use crate::stop::{Reached, Stop};

/// Carries out a command and says how the program ends.
pub fn run(command: &SendingCommand, surroundings: &mut Surroundings<'_>, screen: &mut Screen<'_>) -> Exit {
    let mut reached = Reached::Nothing;
    let exit = match carry_out(command, surroundings, screen, &mut reached) {
        Ok(exit) => exit,
        Err(stop) => {
            for line in stop.lines() {
                // a screen that is gone cannot be told so
                let _ = screen.note(&line);
            }
            stop.exit()
        }
    };
    let _ = screen.note(reached.sentence());
    exit
}

fn carry_out(
    command: &SendingCommand,
    surroundings: &mut Surroundings<'_>,
    screen: &mut Screen<'_>,
    reached: &mut Reached,
) -> Result<Exit, Stop> {
    let parts: &Parts<'_> = surroundings.parts;
    let framework = Framework::built_in();
    let config = match command {
        SendingCommand::Init(args) | SendingCommand::Prepare(args) => &args.config,
        SendingCommand::Approve(args) => &args.config,
        SendingCommand::Heartbeat(args) => &args.config,
        SendingCommand::Show(args) => &args.config,
        SendingCommand::Correct(args) => &args.config,
        SendingCommand::Send(args) => &args.config,
        SendingCommand::Run(args) => &args.config,
        SendingCommand::Status(args) => &args.config,
        SendingCommand::Ledger(LedgerCommand::Recover(args)) => &args.config,
    };
    let config = AgentConfig::load(config, environment());
    let config = config.map_err(|e| Stop::with(Problem::ConfigurationInvalid, format!("{:#}", anyhow::Error::from(e))))?;
    if let Some(warning) = warning_without_witnesses(command).filter(|_| config.sending.without_witnesses) {
        // a screen that is gone cannot be told so
        let _ = screen.note(warning);
    }
    let enter = |reached| Room::enter(&config, parts, &framework, reached);
    match command {
        SendingCommand::Init(_) => init::run(&config, parts, screen),
        SendingCommand::Approve(args) => approve::run(&mut enter(reached)?, &args.by, surroundings.waiting, screen),
        SendingCommand::Prepare(_) => prepare::run(&mut enter(reached)?, surroundings.waiting, screen),
        SendingCommand::Correct(args) => correct::run(&mut enter(reached)?, args.reason, surroundings.waiting, screen),
        SendingCommand::Show(args) => {
            let form = match (args.json, args.raw) {
                (_, true) => Form::Raw,
                (true, false) => Form::Json,
                (false, false) => Form::Table,
            };
            show::run(&config, Which { round: args.round, message: args.message }, form, screen)
        }
        SendingCommand::Send(args) => send::run(&mut enter(reached)?, args.again, screen),
        SendingCommand::Heartbeat(_) => heartbeat::run(&mut enter(reached)?, screen),
        SendingCommand::Run(_) => once::run(&mut enter(reached)?, surroundings.waiting, screen),
        SendingCommand::Status(args) => status::run(&config, parts, args.json, screen),
        SendingCommand::Ledger(LedgerCommand::Recover(args)) => recover::run(&mut enter(reached)?, args, screen),
    }
}

/// What is said where nobody vouches, by a command that can draw noise or writes down what was drawn.
fn warning_without_witnesses(command: &SendingCommand) -> Option<&'static str> {
    match command {
        SendingCommand::Prepare(_) | SendingCommand::Correct(_) | SendingCommand::Run(_) => Some(WITHOUT_WITNESSES),
        SendingCommand::Ledger(_) => Some(RECOVERED_WITHOUT_WITNESSES),
        SendingCommand::Init(_)
        | SendingCommand::Approve(_)
        | SendingCommand::Show(_)
        | SendingCommand::Send(_)
        | SendingCommand::Heartbeat(_)
        | SendingCommand::Status(_) => None,
    }
}
