//! The whole program but for the machine it runs on: command line, terminal, panics, and how it ends.
//!
//! `main` hands in the machine's parts; the broken agents of `tests` hand in one that is broken, and are this program in
//! everything else, so that what the black-box audit rejects differs from what is shipped by that part alone. Nothing here
//! reads a clock or draws randomness.

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::cli::Cli;
use crate::commands::room::Parts;
use crate::commands::{self, Look, Screen, Surroundings, refuse_command_line};
use crate::io::inbox::Waiting;

/// Runs the program with these arguments, the first of which is its own name, and says how the process ends.
///
/// Sets the process's panic hook and its subscriber for logs, so it is called once.
pub fn run(args: impl IntoIterator<Item = OsString>, parts: &Parts<'_>) -> ExitCode {
    tell_panics_by_place();
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() => {
            let exit = refuse_command_line(&error, &mut Screen { out: &mut io::stdout(), err: &mut io::stderr() });
            return ExitCode::from(exit.code());
        }
        Err(asked) => {
            // help and version; a screen that is gone cannot be told so
            let _ = asked.print();
            return ExitCode::SUCCESS;
        }
    };
    log_warnings();
    let mut bar = Bar { bar: ProgressBar::hidden(), counts_bytes: false };
    let mut input = io::stdin().lock();
    let at_terminal = io::stdout().is_terminal();
    let mut surroundings = Surroundings {
        clock: parts.clock.as_ref(),
        waiting: &mut bar,
        input: &mut input,
        parts,
        at_terminal,
        look: look(at_terminal),
    };
    let mut out = io::BufWriter::new(io::stdout().lock());
    // not locked: a thread of the courier that panics must be able to say where
    let mut err = io::stderr();
    let exit = commands::run(cli, &mut surroundings, &mut Screen { out: &mut out, err: &mut err });
    let _ = out.flush();
    ExitCode::from(exit.code())
}

/// A bar on the terminal; hidden where standard error is none.
struct Bar {
    bar: ProgressBar,
    counts_bytes: bool,
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

impl Waiting for Bar {
    fn begins(&mut self, n_steps: usize) {
        let n_steps = u64::try_from(n_steps).unwrap_or(0);
        *self = Self { bar: ProgressBar::new(n_steps).with_style(style("{bar:20} {pos}/{len} {msg}")), counts_bytes: false };
    }

    fn step(&mut self, what: &str) {
        self.bar.set_message(what.to_owned());
        if !self.counts_bytes {
            self.bar.inc(1);
        }
    }

    fn bytes(&mut self, n_bytes: u64) {
        self.counts_bytes = true;
        self.bar.set_style(style("{bar:20} {bytes}/{total_bytes} {msg}"));
        self.bar.set_position(0);
        self.bar.set_length(n_bytes);
    }

    fn advanced(&mut self, n_bytes: u64) {
        if self.counts_bytes {
            self.bar.inc(n_bytes);
        }
    }

    fn ends(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// A panic tells where, in a file named without its folders, and nothing of what it held.
fn tell_panics_by_place() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or(("?", 0), |l| (l.file().rsplit(['/', '\\']).next().unwrap_or("?"), l.line()));
        let _ = writeln!(io::stderr(), "internal error at {}:{}", place.0, place.1);
    }));
}

/// Only this program's own events are logged, and only warnings: the libraries' would name what is not for logs.
fn log_warnings() {
    let own = Targets::new().with_target("agent", tracing::Level::WARN);
    let layer = tracing_subscriber::fmt::layer().with_writer(io::stderr).without_time().with_target(false).with_ansi(false);
    tracing_subscriber::registry().with(layer.with_filter(own)).init();
}

/// How this terminal shows results: its columns, and bold headings unless it or its user asks for plain text.
fn look(at_terminal: bool) -> Look {
    if !at_terminal {
        return Look::default();
    }
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    let width = console::Term::stdout().size_checked().map(|(_, columns)| usize::from(columns));
    Look { width, is_styled: cfg!(unix) && !is_set("NO_COLOR") && !is_dumb }
}
