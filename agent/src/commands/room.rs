//! What the commands of the sending half share: the parts that `main` hands in, and the room in which they work.

use std::sync::Arc;
use std::time::{Duration, Instant};

use shared::framework::Framework;
use shared::log::cosignature::WitnessPolicy;
use shared::problem::Problem;
use shared::time::{Clock, Timestamp};

use crate::approval::Approval;
use crate::config::AgentConfig;
use crate::inputs::InputKey;
use crate::io::centre::{Connected, Connector, fetch_log};
use crate::io::clock::Pause;
use crate::io::randomness::{Randomness, below};
use crate::io::state::{Lock, State};
use crate::ledger::Ledger;
use crate::log_view::LogView;
use crate::logging;
use crate::noise::Mechanism;
use crate::stop::{Reached, Stop};

/// Places on the way at which a test can let the agent fail, as if the power had gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The plan is admitted; no record is read.
    Admitted,
    /// The records are read, counted and within their bounds; nothing is drawn.
    Read,
    /// The noise is drawn; nothing is written.
    Drawn,
    /// Debit and bytes are on the disk under a name that nobody reads.
    Staged,
    /// Debit and bytes are in the ledger.
    Committed,
    /// The post begins: from here on it may have arrived, whatever happens.
    Posted,
    /// The aggregator has answered; the receipt is not kept.
    Answered,
}

/// What happens at a step: nothing, in shipped programs.
pub trait Steps {
    /// Called as a step is reached; an error ends the run there.
    fn reached(&self, step: Step) -> Result<(), Stop>;
}

/// Nothing happens at any step.
pub struct NoSteps;

impl Steps for NoSteps {
    fn reached(&self, _: Step) -> Result<(), Stop> {
        Ok(())
    }
}

/// What `main` hands in to the sending half.
pub struct Parts<'p> {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The system's randomness.
    pub randomness: &'p dyn Randomness,
    /// What draws the noise.
    pub mechanism: &'p dyn Mechanism,
    /// The way to the aggregator.
    pub connector: &'p dyn Connector,
    /// Waiting.
    pub pause: &'p dyn Pause,
    /// Fail points.
    pub steps: &'p dyn Steps,
}

/// The state under its lock, with everything that a command needs to draw or send.
pub struct Room<'r> {
    /// The configuration.
    pub config: &'r AgentConfig,
    /// What was handed in.
    pub parts: &'r Parts<'r>,
    /// The framework that this agent measures.
    pub framework: &'r Framework,
    /// The state folder.
    pub state: State,
    /// How far the command has come.
    pub reached: &'r mut Reached,
    connected: Option<Connected>,
    left_at: Option<Instant>,
    lock: Lock,
}

impl<'r> Room<'r> {
    /// Opens the state and takes its lock.
    pub fn enter(
        config: &'r AgentConfig,
        parts: &'r Parts<'r>,
        framework: &'r Framework,
        reached: &'r mut Reached,
    ) -> Result<Self, Stop> {
        let state = State::open(&config.state)?;
        let lock = state.lock()?;
        Ok(Self { config, parts, framework, state, reached, connected: None, left_at: None, lock })
    }

    /// The ledger, which is of the configured authority.
    pub fn ledger(&self) -> Result<Ledger, Stop> {
        let ledger = self.state.ledger()?;
        if ledger.authority() == self.config.authority {
            Ok(ledger)
        } else {
            let detail = format!(
                "the state folder is of authority {}, the configuration of {}",
                ledger.authority(),
                self.config.authority
            );
            Err(Stop::with(Problem::ConfigurationInvalid, detail))
        }
    }
    /// The key that inputs are digested with.
    pub fn input_key(&self, ledger: &Ledger) -> Result<InputKey, Stop> {
        self.state.input_key(&self.lock, ledger, self.parts.randomness)
    }
    /// Keeps an approval.
    pub fn keep_approval(&self, approval: &Approval) -> Result<(), Stop> {
        self.state.keep_approval(&self.lock, approval)
    }
    /// The present second.
    pub fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }
    /// The aggregator, connected when it is first needed.
    pub fn connected(&mut self) -> Result<&Connected, Stop> {
        if self.connected.is_none() {
            self.wait(self.config.sending.send.jitter_ms)?;
            let connected = self.parts.connector.connect(self.config, &self.state, Arc::clone(&self.parts.clock))?;
            self.connected = Some(connected);
        }
        self.connected.as_ref().ok_or_else(|| Stop::fault("the connection was made and is gone"))
    }

    /// Ends the connection; the next request makes another. From here on the aggregator sees nothing of what is done, nor
    /// when it is done, until [`Room::wait_for_step`] has passed.
    pub fn disconnect(&mut self) {
        self.connected = None;
        self.left_at = Some(Instant::now());
    }

    /// Reads the whole log, verifies it, and remembers its checkpoint durably before anything is concluded from it.
    pub fn verified_log(&mut self) -> Result<LogView, Stop> {
        let log_key = self.connected()?.trust.log.clone();
        let remembered = self.state.remembered(&log_key)?;
        let view = fetch_log(self.connected()?, remembered.as_ref())?;
        self.state.remember(view.note())?;
        Ok(view)
    }

    /// Does something over the network, again after a while when that can help, as often as is configured.
    pub fn with_patience<T>(&mut self, mut attempt: impl FnMut(&mut Self) -> Result<T, Stop>) -> Result<T, Stop> {
        let settings = self.config.sending.send;
        let mut backoff_ms = settings.backoff_ms;
        for _ in 1..settings.attempts {
            match attempt(self) {
                Err(stop) if stop.is_worth_another_try() => logging::tries_again(stop.problem),
                done => return done,
            }
            let half = backoff_ms / 2;
            self.parts.pause.pause(Duration::from_millis(half));
            self.wait(half)?;
            backoff_ms = backoff_ms.saturating_mul(2).min(settings.backoff_ms_max);
        }
        attempt(self)
    }

    /// Waits until a whole number of steps has passed since the connection was ended, when settings name a step: the other
    /// side's own delays stand outside of it.
    pub fn wait_for_step(&self) {
        let step = Duration::from_millis(self.config.sending.send.step_ms);
        let Some(left_at) = self.left_at.filter(|_| !step.is_zero()) else { return };
        let passed = left_at.elapsed();
        let into_step = Duration::from_nanos(u64::try_from(passed.as_nanos() % step.as_nanos()).unwrap_or(0));
        self.parts.pause.pause(step.saturating_sub(into_step));
    }
    /// Waits a random time below so many milliseconds.
    fn wait(&self, ms_max: u64) -> Result<(), Stop> {
        if ms_max > 0 {
            let ms = below(self.parts.randomness, ms_max)?;
            self.parts.pause.pause(Duration::from_millis(ms));
        }
        Ok(())
    }
}

/// Said on standard error by every command that draws, where the settings allow it to do so without witnesses.
pub const WITHOUT_WITNESSES: &str = "WARNING: [log] without_witnesses = true in agent.toml: noise is drawn on the aggregator's word \
     alone where trust.toml names no witness of the log. For development and made-up data only";

/// The same, for `ledger recover`, which draws nothing.
pub const RECOVERED_WITHOUT_WITNESSES: &str = "WARNING: [log] without_witnesses = true in agent.toml: what the ledger lacks is told, and \
     with --yes written, on the aggregator's word alone where trust.toml names no witness of the log. For development and made-up data only";

/// Says why a log is not vouched for, with what a person needs to act.
pub fn not_witnessed(problem: Problem, policy: &WitnessPolicy, view: &LogView, now: Timestamp) -> Stop {
    if problem != Problem::CheckpointNotWitnessed {
        return problem.into();
    }
    if policy.names_nobody() {
        let detail = "trust.toml names no witness of the log, and agent.toml does not say that this is known";
        return Stop::with(problem, detail).advising(
            "ask the aggregator's operator for a trust file with witnesses, and compare their keys over another channel; for \
             development with made-up data only, set without_witnesses = true under [log] in agent.toml",
        );
    }
    let (n, size) = (policy.n_vouching(view.note(), now).unwrap_or(0), view.checkpoint().size);
    let (min, all) = (policy.min(), policy.keys().len());
    let detail = format!(
        "{n} of {all} witnesses vouch for the log of {size} entries as of the 24 hours before {now}, this machine's clock; {min} must"
    );
    Stop::with(problem, detail)
}
