//! Agents that are the shipped program but for one broken part, so that the audit is seen to reject them.
//!
//! A program that is called `broken-agent-<name>` hands that part to `agent::run`; everything else is as in `main`. The
//! broken parts are built here, in `tests`, and shipped programs cannot name them.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use agent::commands::room::{NoSteps, Parts};
use agent::io::clock::SystemPause;
use agent::io::courier::OverTls;
use agent::io::randomness::SystemRandomness;
use agent::noise::{DrawRequest, Mechanism, NoiseError, NoisyCells};
use anyhow::Context as _;
use rand::SeedableRng as _;
use rand_chacha::ChaCha12Rng;
use rand_distr::{Distribution as _, Normal};
use shared::time::{Clock, Timestamp};

use super::statistics::real;
use crate::world;

/// What begins the name of a broken agent's program.
const NAME: &str = "broken-agent-";

/// What is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// The noise has half the scale that the envelope claims.
    HalvedScale,
    /// Each child enters the words twice.
    DoubledSensitivity,
    /// The noise is made from the plan, the same for every input.
    ReusedNoise,
    /// The second half of each block's words has the noise of the first half.
    RepeatedNoise,
    /// A cell without a child gets no noise.
    DroppedZeros,
    /// The caps of the configuration are not asked.
    SkippedCaps,
    /// The ledger forgets what was drawn.
    ForgetfulLedger,
}

impl Broken {
    /// All, each with a test that must reject it; one of them with two.
    pub const ALL: [(Self, &'static str); 8] = [
        (Self::HalvedScale, "T1"),
        (Self::DoubledSensitivity, "T2"),
        (Self::ReusedNoise, "T4"),
        (Self::RepeatedNoise, "T4"),
        (Self::DroppedZeros, "T3"),
        (Self::SkippedCaps, "T6"),
        (Self::ForgetfulLedger, "T4"),
        (Self::ForgetfulLedger, "T5"),
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::HalvedScale => "halved-scale",
            Self::DoubledSensitivity => "doubled-sensitivity",
            Self::ReusedNoise => "reused-noise",
            Self::RepeatedNoise => "repeated-noise",
            Self::DroppedZeros => "dropped-zeros",
            Self::SkippedCaps => "skipped-caps",
            Self::ForgetfulLedger => "forgetful-ledger",
        }
    }

    /// The one of a name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().map(|(broken, _)| broken).find(|broken| broken.name() == name)
    }

    /// Puts its program into a folder, as a link to the one program of all of them.
    ///
    /// # Errors
    /// When the link cannot be made.
    pub fn program(self, of_all: &Path, folder: &Path) -> anyhow::Result<PathBuf> {
        let link = folder.join(format!("{NAME}{}", self.name()));
        std::os::unix::fs::symlink(of_all, &link).with_context(|| format!("cannot make {}", link.display()))?;
        Ok(link)
    }
}

/// The program: by its own name it knows what is broken.
#[must_use]
pub fn main(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let mut arguments: Vec<OsString> = arguments.collect();
    let own = arguments.first().map(PathBuf::from).and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned()));
    let Some(broken) = own.as_deref().and_then(|name| name.strip_prefix(NAME)).and_then(Broken::of_name) else {
        return ExitCode::from(shared::problem::Exit::Usage.code());
    };
    let prepared = match broken {
        Broken::SkippedCaps => without_caps(&mut arguments),
        Broken::ForgetfulLedger => forget(&arguments),
        Broken::HalvedScale | Broken::DoubledSensitivity | Broken::ReusedNoise | Broken::RepeatedNoise | Broken::DroppedZeros => {
            Ok(())
        }
    };
    if prepared.is_err() {
        return ExitCode::from(shared::problem::Exit::Configuration.code());
    }
    let parts = Parts {
        clock: Arc::new(MachineClock),
        randomness: &SystemRandomness::open(),
        mechanism: &BrokenMechanism(broken),
        connector: &OverTls,
        pause: &SystemPause,
        steps: &NoSteps,
    };
    agent::run(arguments, &parts)
}

/// The clock of this machine.
struct MachineClock;

impl Clock for MachineClock {
    fn now(&self) -> Timestamp {
        world::now()
    }
}

/// Draws as the agent does, in this process, and breaks the words as is asked.
struct BrokenMechanism(Broken);

impl Mechanism for BrokenMechanism {
    fn draw(&self, request: DrawRequest) -> Result<NoisyCells, NoiseError> {
        let sums = sums(&request).ok_or(NoiseError::Message)?;
        let scales: Vec<u64> = request.blocks().iter().map(|b| b.scale_milli).collect();
        let drawn = agent::noise::draw(request)?;
        let blocks = drawn.blocks.into_iter().zip(sums).zip(scales);
        let broken = blocks.map(|((words, sums), scale)| self.broken(&words, &sums, scale));
        Ok(NoisyCells { blocks: broken.collect() })
    }
}

impl BrokenMechanism {
    fn broken(&self, words: &[i64], sums: &[i64], scale_milli: u64) -> Vec<i64> {
        let both = words.iter().zip(sums);
        match self.0 {
            Broken::HalvedScale => both.map(|(word, sum)| sum + (word - sum) / 2).collect(),
            Broken::DoubledSensitivity => both.map(|(word, sum)| word + sum).collect(),
            Broken::DroppedZeros => both.map(|(word, sum)| if *sum == 0 { 0 } else { *word }).collect(),
            Broken::ReusedNoise => {
                let scale = i64::try_from(scale_milli).map_or(1.0, real) / 1_000.0;
                let mut rng = ChaCha12Rng::seed_from_u64(scale_milli);
                let normal = Normal::new(0.0, scale).expect("a plan's scale is above zero");
                sums.iter().map(|sum| sum + whole(normal.sample(&mut rng))).collect()
            }
            Broken::RepeatedNoise => {
                let noise: Vec<i64> = both.map(|(word, sum)| word - sum).collect();
                let half = noise.len().div_ceil(2);
                sums.iter().zip(noise.iter().take(half).cycle()).map(|(sum, noise)| sum + noise).collect()
            }
            Broken::SkippedCaps | Broken::ForgetfulLedger => words.to_vec(),
        }
    }
}

/// The nearest whole number.
#[allow(clippy::as_conversions, clippy::cast_possible_truncation, reason = "noise of a plan's scale is far inside 64 bits")]
fn whole(x: f64) -> i64 {
    x.round() as i64
}

/// The words of a request without noise, block by block.
fn sums(request: &DrawRequest) -> Option<Vec<Vec<i64>>> {
    let domain = request.domain();
    let mut all = Vec::new();
    for block in request.blocks() {
        let mut first = BTreeMap::new();
        let mut n_words = 0;
        for table in &block.tables {
            first.insert(table.table, (n_words, i64::from(table.unit)));
            n_words += domain.n_cells(std::slice::from_ref(table))?;
        }
        let mut sums = vec![0_i64; n_words];
        for cell in request.children().iter().flat_map(|child| child.cells()) {
            if let Some((first, unit)) = first.get(&cell.table) {
                *sums.get_mut(first + usize::try_from(cell.cell).ok()?)? += unit * i64::from(cell.amount);
            }
        }
        all.push(sums);
    }
    Some(all)
}

/// The file after `--config`.
fn configuration(arguments: &[OsString]) -> Option<(usize, PathBuf)> {
    let place = arguments.iter().position(|argument| argument == "--config")? + 1;
    Some((place, PathBuf::from(arguments.get(place)?)))
}

/// Has the program read a configuration in which every cap is as great as can be written.
fn without_caps(arguments: &mut [OsString]) -> anyhow::Result<()> {
    let Some((place, file)) = configuration(arguments) else { return Ok(()) };
    let mut settings: toml::Table = toml::from_str(&std::fs::read_to_string(&file)?)?;
    let caps = ["rho_year", "rho_365_days", "rho_lifetime"].map(|cap| (cap.to_owned(), toml::Value::Integer(i64::MAX)));
    settings.insert("caps".to_owned(), toml::Value::Table(caps.into_iter().collect()));
    let other = file.with_file_name("without-caps.toml");
    std::fs::write(&other, toml::to_string(&settings)?)?;
    arguments[place] = other.into_os_string();
    Ok(())
}

/// Removes every debit from the ledger before the program looks at it.
fn forget(arguments: &[OsString]) -> anyhow::Result<()> {
    let Some((_, file)) = configuration(arguments) else { return Ok(()) };
    let ledger = file.with_file_name("state").join("ledger");
    for entry in std::fs::read_dir(ledger).into_iter().flatten() {
        let entry = entry?;
        if entry.file_name() != "000000.json" {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
