//! How far an agent came before it was killed: its own steps, written down by parts that a test hands in.
//!
//! The program `marked_agent` is the agent with these parts and otherwise as shipped. A mark is one line in a file,
//! written by one call as the step is reached, so that it survives the process: microseconds since the start, the step, and
//! for a post the hash of the bytes that it offers. Where a test wants it, a thread of the program kills the process
//! (SIGKILL) so long after a step: from outside, no instant within a step of a millisecond can be met.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use agent::commands::room::{Step, Steps};
use agent::config::AgentConfig;
use agent::io::centre::{Centre, Connected, Connector, PostFailure};
use agent::io::state::State;
use agent::stop::Stop;
use anyhow::{Context as _, bail};
use shared::hash::sha256;
use shared::ids::{Digest, RoundId};
use shared::log::tile::TileId;
use shared::submission::MessageKind;
use shared::time::Clock;

/// Time before an instant that is waited for without sleeping: a sleep ends late.
const SPIN: Duration = Duration::from_micros(300);

/// What a mark says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// A step was reached.
    Reached(Step),
    /// These bytes, by their SHA-256, are handed to the connection.
    Offered(Digest),
    /// The command has ended by itself.
    Ended,
}

/// One mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Since the program's start.
    pub after: Duration,
    /// What it says.
    pub said: Said,
}

/// An instant: so long after a step was first reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KillAt {
    /// The step.
    pub step: Step,
    /// How long after it.
    pub after: Duration,
}

/// The steps by their words.
const STEPS: [(Step, &str); 7] = [
    (Step::Admitted, "admitted"),
    (Step::Read, "read"),
    (Step::Drawn, "drawn"),
    (Step::Staged, "staged"),
    (Step::Committed, "committed"),
    (Step::Posted, "posted"),
    (Step::Answered, "answered"),
];
const OFFERED: &str = "offered";
const ENDED: &str = "ended";
const NEVER: &str = "never";

fn word(step: Step) -> &'static str {
    STEPS.iter().find(|(other, _)| *other == step).map_or("", |(_, word)| word)
}

fn step(word: &str) -> Option<Step> {
    STEPS.iter().find(|(_, other)| *other == word).map(|(step, _)| *step)
}

/// An instant, or none, as one argument of the program.
#[must_use]
pub fn kill_argument(at: Option<KillAt>) -> String {
    at.map_or(NEVER.to_owned(), |at| format!("{}+{}", word(at.step), at.after.as_micros()))
}

/// Reads that argument.
///
/// # Errors
/// When it is none.
pub fn parse_kill_argument(text: &str) -> anyhow::Result<Option<KillAt>> {
    if text == NEVER {
        return Ok(None);
    }
    let (name, micros) = text.split_once('+').context("no step and time")?;
    let after = Duration::from_micros(micros.parse().context("no number of microseconds")?);
    Ok(Some(KillAt { step: step(name).context("no step of that name")?, after }))
}

/// The marks that a program left. A last line that was cut short says nothing.
///
/// # Errors
/// When the file cannot be read or holds something else.
pub fn read(path: &Path) -> anyhow::Result<Vec<Mark>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    whole.lines().map(parse).collect()
}

fn parse(line: &str) -> anyhow::Result<Mark> {
    let words: Vec<&str> = line.split(' ').collect();
    let (micros, said) = match words[..] {
        [micros, OFFERED, digest] => (micros, Some(Said::Offered(digest.parse()?))),
        [micros, ENDED] => (micros, Some(Said::Ended)),
        [micros, name] => (micros, step(name).map(Said::Reached)),
        _ => bail!("no mark: {line}"),
    };
    Ok(Mark { after: Duration::from_micros(micros.parse()?), said: said.with_context(|| format!("no mark: {line}"))? })
}

/// Writes the marks of one run.
pub struct Marker {
    file: File,
    started: Instant,
    kill_at: Option<KillAt>,
    is_armed: AtomicBool,
}

impl Marker {
    /// Begins a new file.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn create(path: &Path, kill_at: Option<KillAt>) -> anyhow::Result<Arc<Self>> {
        let file = OpenOptions::new().create_new(true).append(true).open(path);
        let file = file.with_context(|| format!("cannot make {}", path.display()))?;
        Ok(Arc::new(Self { file, started: Instant::now(), kill_at, is_armed: AtomicBool::new(false) }))
    }

    /// The command has ended by itself.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn ended(&self) -> std::io::Result<()> {
        self.mark(ENDED)
    }

    fn mark(&self, said: &str) -> std::io::Result<()> {
        (&self.file).write_all(format!("{} {said}\n", self.started.elapsed().as_micros()).as_bytes())
    }
}

impl Steps for Marker {
    fn reached(&self, step: Step) -> Result<(), Stop> {
        let now = Instant::now();
        self.mark(word(step)).map_err(|e| Stop::fault(format!("cannot write a mark: {e}")))?;
        if let Some(at) = self.kill_at.filter(|at| at.step == step && !self.is_armed.swap(true, Ordering::Relaxed)) {
            thread::spawn(move || die(now + at.after));
        }
        Ok(())
    }
}

fn die(at: Instant) {
    thread::sleep(at.saturating_duration_since(Instant::now()).saturating_sub(SPIN));
    while Instant::now() < at {
        std::hint::spin_loop();
    }
    // it cannot fail: a process may always end itself, and nothing catches this signal
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
}

/// Connects as another does, and marks what is offered.
pub struct Recording<'c> {
    connector: &'c dyn Connector,
    marker: Arc<Marker>,
}

impl<'c> Recording<'c> {
    /// Over a connector.
    #[must_use]
    pub fn over(connector: &'c dyn Connector, marker: Arc<Marker>) -> Self {
        Self { connector, marker }
    }
}

impl Connector for Recording<'_> {
    fn connect(&self, config: &AgentConfig, state: &State, clock: Arc<dyn Clock>) -> Result<Connected, Stop> {
        let Connected { trust, centre } = self.connector.connect(config, state, clock)?;
        Ok(Connected { trust, centre: Box::new(Recorded { centre, marker: Arc::clone(&self.marker) }) })
    }
}

struct Recorded {
    centre: Box<dyn Centre>,
    marker: Arc<Marker>,
}

impl Centre for Recorded {
    fn checkpoint(&self) -> Result<String, Stop> {
        self.centre.checkpoint()
    }
    fn bundle(&self, tile: TileId) -> Result<Vec<u8>, Stop> {
        self.centre.bundle(tile)
    }
    fn plan(&self, round: RoundId) -> Result<Vec<u8>, Stop> {
        self.centre.plan(round)
    }
    fn post(&self, round: RoundId, kind: MessageKind, envelope: &[u8]) -> Result<String, PostFailure> {
        let marked = self.marker.mark(&format!("{OFFERED} {}", sha256(envelope)));
        // an offer that nobody knows of would go uncounted
        assert!(marked.is_ok(), "the offer could not be marked");
        self.centre.post(round, kind, envelope)
    }
    fn heartbeat(&self) -> Result<(), Stop> {
        self.centre.heartbeat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_marked_is_read_back_and_a_cut_line_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("marks");
        let marker = Marker::create(&path, None).unwrap();
        for (step, _) in STEPS {
            marker.reached(step).unwrap();
        }
        marker.mark(&format!("{OFFERED} {}", sha256(b"x"))).unwrap();
        marker.ended().unwrap();
        (&marker.file).write_all(b"99999 comm").unwrap();
        let said: Vec<Said> = read(&path).unwrap().into_iter().map(|mark| mark.said).collect();
        let mut expected: Vec<Said> = STEPS.iter().map(|(step, _)| Said::Reached(*step)).collect();
        expected.extend([Said::Offered(sha256(b"x")), Said::Ended]);
        assert_eq!(said, expected);
        for at in [None, Some(KillAt { step: Step::Staged, after: Duration::from_micros(1_234) })] {
            assert_eq!(parse_kill_argument(&kill_argument(at)).unwrap(), at);
        }
        assert!(parse_kill_argument("noon+1").is_err());
    }
}
