//! The agent attacked from outside: does the noise hold what the envelope says?
//!
//! The program under audit is only executed: files in, envelope out. What the words are without noise is counted beside it,
//! through the library, up to the bounds. Each test ends with a verdict in numbers; each broken agent of [`broken`] is
//! rejected by the test that is named for it, which is how the tests are tested. Shows that the noise is there and as wide
//! as is said, along the directions that are tried; no run of a program shows more. `docs/privacy.md`, PC1, PC3 and PC5 to PC9;
//! `docs/decisions/0042-black-box-audit.md`.

pub mod canary; // children who cost as much as their kind can
pub mod known; // words without noise, and the envelope
pub mod statistics; // bounds, tails, power
pub mod site; // an aggregator, a plan, fresh agents
pub mod claims; // T0: what the worst children cost under the envelope's scales
pub mod scale; // T1: the width of the noise
pub mod privacy; // T2: one child in or out
pub mod structure; // T3: everything beside the words
pub mod reuse; // T4: the same noise twice
pub mod repeats; // T4: noise words that stand twice, at any shift or mirrored
pub mod crash; // T5: killed at any instant
pub mod caps; // T6: more than is allowed
pub mod broken; // agents that must be rejected

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use agent::bounds::BoundedChild;
use anyhow::{Context as _, bail};
use serde::Serialize;
use shared::framework::ChildKind;

use crate::build::Programs;
use crate::world::World;
use canary::{Canary, FilesOfYear, files};
use known::Counter;
use privacy::{Amount, Canaries};
use site::Site;

/// Canaries of one run of T2.
pub const N_CANARIES: usize = 16;
/// Kills of T5.
const N_KILLS: u32 = 6;
/// The kind of the canaries of T2. Another kind may cost a little more: T0 asks for [`COSTLY_PART`] of the greatest.
pub const COSTLY: ChildKind = ChildKind { age: 16, in_care: true };
/// Part of the greatest cost of any canary, as a length, that [`COSTLY`] must reach.
pub const COSTLY_PART: f64 = 0.95;
/// Seed of who is in when.
const SEED: u64 = 42;

/// How many runs at once.
#[must_use]
pub fn n_at_once() -> usize {
    crate::world::open::n_at_once()
}

/// Returns with what they add up to.
pub struct Set {
    /// The files.
    pub files: Vec<FilesOfYear>,
    /// The words without noise.
    pub words: Vec<i64>,
    /// Whether any child contributes to a word.
    touched: BTreeSet<usize>,
}

impl Set {
    /// Of these children.
    ///
    /// # Errors
    /// When one of them is outside its bounds.
    pub fn of(counter: &Counter, canaries: &[Canary]) -> anyhow::Result<Self> {
        let files = files(canaries);
        let children = counter.children(&files)?;
        let touched = children.iter().flat_map(BoundedChild::cells).map(|cell| counter.place(cell)).collect();
        Ok(Self { words: counter.words(&children), files, touched })
    }

    /// For each word, whether no child contributes to it.
    #[must_use]
    pub fn is_empty_cell(&self) -> Vec<bool> {
        (0..self.words.len()).map(|place| !self.touched.contains(&place)).collect()
    }
}

/// What a test says.
#[derive(Clone, Debug, Serialize)]
pub struct Verdict {
    /// Its name.
    pub test: &'static str,
    /// Whether the agent passed.
    pub passed: bool,
    /// Why, in words.
    pub words: String,
    /// Numbers by name.
    pub numbers: BTreeMap<&'static str, f64>,
}

impl Verdict {
    fn new(test: &'static str, passed: bool, words: String) -> Self {
        Self { test, passed, words, numbers: BTreeMap::new() }
    }
    fn with(mut self, name: &'static str, number: f64) -> Self {
        self.numbers.insert(name, number);
        self
    }
    /// As a line for people.
    #[must_use]
    pub fn line(&self) -> String {
        format!("{} {}: {}", self.test, if self.passed { "passes" } else { "REJECTS" }, self.words)
    }
}

/// The tests by name.
pub const TESTS: [&str; 7] = ["T0", "T1", "T2", "T3", "T4", "T5", "T6"];

/// Runs tests, in the order of their names, on the agent of these programs; tells each verdict as it comes.
///
/// # Errors
/// When the agent, or what is around it, cannot be run.
pub fn audit(
    folder: &Path,
    programs: &Programs,
    tests: &[&str],
    n_decisions: usize,
    tell: &mut dyn FnMut(&Verdict),
) -> anyhow::Result<Vec<Verdict>> {
    let world = World::create(folder, programs)?;
    let site = Site::open(&world)?;
    let every: Vec<Canary> = Canary::of_every_kind().collect();
    let (_, fewer) = every.split_last().context("there are kinds of child")?;
    let (d, more) = (Set::of(&site.counter, fewer)?, Set::of(&site.counter, &every)?);
    let mut verdicts = Vec::new();
    for test in tests {
        let verdict = match *test {
            "T0" => claims::run(&site, &every)?,
            "T1" => scale::run(&site, &d)?,
            "T2" => privacy::run(&site, &canaries(&site)?, Amount { n_decisions, seed: SEED })?,
            "T3" => structure::run(&site)?,
            "T4" => reuse::run(&site, &d, &more)?,
            "T5" => crash::run(&site, &d, N_KILLS)?,
            "T6" => caps::run(&site, &d)?,
            other => bail!("there is no test {other}: name some of {}", TESTS.join(", ")),
        };
        tell(&verdict);
        verdicts.push(verdict);
    }
    Ok(verdicts)
}

/// The canaries of T2.
///
/// # Errors
/// When two of them cannot be told apart.
pub fn canaries(site: &Site<'_>) -> anyhow::Result<Canaries> {
    let those: Vec<Canary> = (0..N_CANARIES).map(|number| Canary { kind: COSTLY, number }).collect();
    Canaries::new(site, &those)
}
