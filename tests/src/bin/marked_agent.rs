//! The agent as shipped, but for its steps, which leave marks, and a thread that may kill it so long after one of them.
//!
//! `marked_agent MARKS KILL ARGUMENTS..`: the file of marks, `never` or `STEP+MICROSECONDS`, the agent's own arguments. As
//! `marked_agent draw` it is the drawing process and leaves no marks.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use agent::cli::Cli;
use agent::commands::room::{NoSteps, Parts};
use agent::commands::{Look, Screen, Surroundings, run};
use agent::io::clock::SystemPause;
use agent::io::courier::OverTls;
use agent::io::draw::DrawingProcess;
use agent::io::inbox::Silent;
use agent::io::randomness::SystemRandomness;
use anyhow::Context as _;
use clap::Parser as _;
use shared::time::{Clock, Timestamp};
use tests::marks::{Marker, Recording, parse_kill_argument};

struct MachineClock;

impl Clock for MachineClock {
    fn now(&self) -> Timestamp {
        tests::world::now()
    }
}

fn main() -> ExitCode {
    let words: Vec<OsString> = std::env::args_os().collect();
    let ended = if words.get(1).is_some_and(|word| word == "draw") {
        let parts = Parts {
            clock: Arc::new(MachineClock),
            randomness: &SystemRandomness::open(),
            mechanism: &DrawingProcess::of(OsString::new().into()),
            connector: &OverTls,
            pause: &SystemPause,
            steps: &NoSteps,
        };
        Ok(as_agent(&words, &parts))
    } else {
        marked(&words)
    };
    ended.unwrap_or_else(|error| {
        // a screen that is gone cannot be told so
        let _ = writeln!(io::stderr(), "marked_agent: {error:#}");
        ExitCode::FAILURE
    })
}

fn marked(words: &[OsString]) -> anyhow::Result<ExitCode> {
    let [own, marks, kill_at, rest @ ..] = words else { anyhow::bail!("MARKS KILL ARGUMENTS.. are missing") };
    let kill_at = parse_kill_argument(kill_at.to_str().context("KILL is not text")?)?;
    let marker = Marker::create(Path::new(marks), kill_at)?;
    let parts = Parts {
        clock: Arc::new(MachineClock),
        randomness: &SystemRandomness::open(),
        mechanism: &DrawingProcess::of(std::env::current_exe()?),
        connector: &Recording::over(&OverTls, Arc::clone(&marker)),
        pause: &SystemPause,
        steps: marker.as_ref(),
    };
    let words: Vec<OsString> = std::iter::once(own).chain(rest).cloned().collect();
    let exit = as_agent(&words, &parts);
    marker.ended()?;
    Ok(exit)
}

/// What the agent's `main` does with its parts.
fn as_agent(words: &[OsString], parts: &Parts<'_>) -> ExitCode {
    let cli = match Cli::try_parse_from(words) {
        Ok(cli) => cli,
        Err(error) => error.exit(),
    };
    let mut surroundings = Surroundings {
        clock: parts.clock.as_ref(),
        waiting: &mut Silent,
        input: &mut io::stdin().lock(),
        parts,
        at_terminal: false,
        look: Look::default(),
    };
    let mut out = io::BufWriter::new(io::stdout().lock());
    let exit = run(cli, &mut surroundings, &mut Screen { out: &mut out, err: &mut io::stderr() });
    let _ = out.flush();
    ExitCode::from(exit.code())
}
