//! Commands: each reads what it needs, decides how the program ends, and speaks through the [`Screen`] handed in.
//!
//! No command prints by itself, reads a clock, or draws randomness: `main` hands in all three.

pub mod check; // faults, by rule and table
pub mod preview; // exact figures for the authority's own screen
pub mod key; // the key for pseudonyms and what is derived from it
pub mod pseudonymise; // an extract -> the same with pseudonyms
pub mod page_file; // where its page is written
pub mod compare; // beside what is published
pub mod dates; // which dates come next
pub mod explain; // how a measure counts
pub mod problem_list; // problems as rows of a CSV
pub mod known_noise; // how wide the noise of a kept plan is
pub mod room; // what the commands of the sending half share
pub mod init; // the state folder
pub mod approve; // who answers for the inputs
pub mod prepare; // plan and records -> one file of debit and signed bytes
pub mod draw; // the process that draws the noise
pub mod correct; // changed records -> the one correction of a round
pub mod show; // what will be sent
pub mod send; // the outbox -> the aggregator -> receipts
pub mod once; // prepare and send
pub mod heartbeat; // that this agent runs, and nothing else
pub mod status; // what was spent, what waits
pub mod recover; // a lost ledger, from the public log
pub mod sending; // these commands, and how each ends
#[cfg(test)]
mod caps_tests; // plans that ask for more than a child may cost
#[cfg(test)]
mod lost_state_tests; // state that was deleted, restored or copied
#[cfg(test)]
mod approval_tests;
#[cfg(test)]
mod correction_tests;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Read, Write};

use anyhow::Context;
use shared::ids::{AuthorityId, ReportingYear};
use shared::problem::Exit;
use shared::time::Clock;

use crate::cli::{Cli, Command, Source};
use crate::config::{AgentConfig, ConfigError, environment};
use crate::histories::Mending;
use crate::io::core_dumps;
use crate::io::inbox::{InboxError, Input, Waiting, read_configured, read_paths};
use crate::pseudonym::{KEY_BYTES_MIN, PseudonymKey};
use crate::records::ErrorRateMax;
use crate::records::rules::RuleBook;
use crate::records::source::XmlTags;
use crate::stop::Stop;
use room::Parts;

/// Share of rows with hard problems above which named files are refused, in a million.
const NAMED_FILES_ERROR_RATE_MAX: ErrorRateMax = ErrorRateMax { per_million: 20_000 };

/// The last line of every command that cannot send.
pub const NOTHING_SENT: &str = "nothing was sent";

/// Where a command speaks: results to `out`, everything else to `err`.
pub struct Screen<'w> {
    /// For results.
    pub out: &'w mut dyn Write,
    /// For what went wrong and for the closing line.
    pub err: &'w mut dyn Write,
}

impl Screen<'_> {
    /// Writes a line of the result.
    pub fn line(&mut self, text: &str) -> io::Result<()> {
        unless_closed(writeln!(self.out, "{}", harmless(text)))
    }

    /// Writes a line of the result in bold, for a terminal.
    pub fn heading(&mut self, text: &str) -> io::Result<()> {
        unless_closed(writeln!(self.out, "\x1b[1m{}\x1b[0m", harmless(text)))
    }

    /// Writes a result that is not lines of text.
    pub fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        unless_closed(self.out.write_all(bytes))
    }

    /// Hands on what is written so far; an error means that the result is not whole.
    pub fn finish(&mut self) -> io::Result<()> {
        unless_closed(self.out.flush())
    }

    /// Writes a line that is not part of the result, also when the result cannot be written.
    pub fn note(&mut self, text: &str) -> io::Result<()> {
        let finished = self.finish();
        unless_closed(writeln!(self.err, "{}", harmless(text)))?;
        finished
    }
}

/// A text without the signs that steer a terminal: names of files and columns come from others.
fn harmless(text: &str) -> Cow<'_, str> {
    let steers = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    if text.chars().any(steers) { text.replace(steers, "\u{fffd}").into() } else { text.into() }
}

/// Whoever closes the pipe, such as `head`, has seen enough: that is no fault, and the command ends as it would.
fn unless_closed(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Tells what is wrong with a command line.
pub fn refuse_command_line(error: &clap::Error, screen: &mut Screen<'_>) -> Exit {
    // a screen that is gone cannot be told so
    let _ = screen.note(error.render().to_string().trim_end());
    let _ = screen.note(NOTHING_SENT);
    Exit::Usage
}

/// What `main` hands in.
pub struct Surroundings<'s> {
    /// The clock.
    pub clock: &'s dyn Clock,
    /// Whom to tell how far the reading is.
    pub waiting: &'s mut dyn Waiting,
    /// Standard input, for the drawing process.
    pub input: &'s mut dyn Read,
    /// For the sending half.
    pub parts: &'s Parts<'s>,
    /// Whether results go to a terminal.
    pub at_terminal: bool,
    /// How that terminal shows them.
    pub look: Look,
}

/// How results look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Columns, where a terminal tells.
    pub width: Option<usize>,
    /// Whether headings are bold: on a terminal whose user did not ask for plain text.
    pub is_styled: bool,
}

/// Carries out a command line; says how the program ends.
pub fn run(cli: Cli, surroundings: &mut Surroundings<'_>, screen: &mut Screen<'_>) -> Exit {
    if let Err(stop) = core_dumps::forbid() {
        // nothing was read: a machine that might write a child's records to a crash file gets none of them
        for line in stop.lines() {
            let _ = screen.note(&line);
        }
        let _ = screen.note(NOTHING_SENT);
        return stop.exit();
    }
    let done = match &cli.command {
        Command::Check(args) => check::run(args, surroundings, screen),
        Command::Dates(args) => dates::run(args, surroundings.clock.now(), screen),
        Command::Preview(args) => preview::run(args, surroundings, screen),
        Command::Explain(args) => explain::run(args, screen),
        Command::Key(command) => key::run(command, surroundings.parts, screen),
        Command::Pseudonymise(args) => pseudonymise::run(args, screen),
        Command::Sending(command) => return sending::run(command, surroundings, screen),
        Command::Draw => return draw::run(surroundings.input, screen.out),
    };
    let done = done.and_then(|exit| screen.finish().context("cannot write the result").map(|()| exit));
    let exit = match done {
        Ok(exit) => exit,
        Err(error) => {
            for line in lines_of(&error) {
                // a screen that is gone cannot be told so
                let _ = screen.note(&line);
            }
            exit_of(&error)
        }
    };
    let _ = screen.note(NOTHING_SENT);
    exit
}

/// What a person reads of an error.
fn lines_of(error: &anyhow::Error) -> Vec<String> {
    if let Some(stop) = error.downcast_ref::<Stop>() {
        stop.lines()
    } else if let Some(unreadable) = error.downcast_ref::<InboxError>() {
        vec![format!("refused: {unreadable} ({})", unreadable.code())]
    } else {
        vec![format!("error: {error:#}")]
    }
}

fn exit_of(error: &anyhow::Error) -> Exit {
    if let Some(stop) = error.downcast_ref::<Stop>() {
        stop.exit()
    } else if error.is::<ConfigError>() {
        Exit::Configuration
    } else if error.is::<UsageError>() {
        Exit::Usage
    } else if error.is::<InboxError>() {
        Exit::InputRefused
    } else {
        Exit::Fault
    }
}

/// The command line asks for what does not exist.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct UsageError(pub String);

/// Input with whose it is.
struct Given {
    authority: Option<AuthorityId>,
    input: Input,
    mending: Mending,
    rules: RuleBook,
    xml: XmlTags,
    /// What the authority states of itself; nothing for named files.
    facts: BTreeMap<String, bool>,
    /// The date that comes next, where the configuration says enough.
    next_date: Option<String>,
}

/// Reads the records that a command line names.
fn read(source: &Source, surroundings: &mut Surroundings<'_>) -> anyhow::Result<Given> {
    // these pseudonyms do not outlive the run
    let mut key_of_run = [0; KEY_BYTES_MIN];
    surroundings.parts.randomness.fill(&mut key_of_run)?;
    let key = PseudonymKey::from_bytes(&key_of_run).context("the key of the run is too short")?;
    match (&source.config, source.year) {
        (Some(file), year) => {
            let config = AgentConfig::load(file, environment())?;
            let year = year
                .or_else(|| config.year(surroundings.clock.now()))
                .context("this machine's clock shows no year that exists")?;
            let input = read_configured(&config, year, &key, surroundings.waiting)?;
            let next_date = dates::next_date(&config, surroundings.clock.now());
            let AgentConfig { authority, mending, rules, xml, facts, .. } = config;
            Ok(Given { authority: Some(authority), input, mending, rules, xml, facts, next_date })
        }
        (None, Some(year)) => {
            let input = read_paths(&source.paths, year, NAMED_FILES_ERROR_RATE_MAX, &key, surroundings.waiting)?;
            let (mending, rules, xml) = (Mending::default(), RuleBook::built_in(), XmlTags::default());
            Ok(Given { authority: None, input, mending, rules, xml, facts: BTreeMap::new(), next_date: None })
        }
        (None, None) => Err(UsageError("named files need --year".to_owned()).into()),
    }
}

/// A year in words.
fn year_in_words(year: ReportingYear) -> String {
    format!("the year ending 31 March {year}")
}
