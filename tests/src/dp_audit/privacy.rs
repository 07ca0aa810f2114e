//! T2: can somebody who knows everything but one child tell from the words whether that child is in?
//!
//! Under the claimed noise the words with and without a child are two normal distributions `mu` standard deviations apart,
//! and `mu` is known: the length of the child's contributions in standard deviations. From how often a score lies above a
//! threshold follows a lower bound of the true distance (Clopper and Pearson, one-sided); a bound above the claim, found
//! twice, rejects the agent (f-DP auditing: arXiv 2302.07956).
//!
//! Several canaries share a run, each in or out by chance. Nobody's score may depend on another's noise, so they are taken
//! along orthonormal directions, the nearest to the canaries' own (Loewdin); what the other canaries are known to add along a
//! direction is taken away. A canary counts for the part of it that lies along its direction, which the claim then is about.
//! The threshold is the median of the scores of the first runs, and only the later runs decide.

use std::time::Instant;

use anyhow::ensure;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha12Rng;

use super::canary::{Canary, files};
use super::site::{Site, claims_are_the_plans};
use super::statistics::{inverse_root, number, power, real, separation_at_least};
use super::{Verdict, n_at_once};
use crate::world::parallel::each;

/// Chance that one pass rejects an honest agent; two have to agree.
pub const ALPHA: f64 = 1e-3;
/// One run in so many more serves for the threshold.
const THRESHOLD_SHARE: usize = 4;

/// The canaries of a run with their directions.
pub struct Canaries {
    canaries: Vec<Canary>,
    /// What each adds to the words.
    words: Vec<Vec<i64>>,
    /// The direction of each, in standard deviations of each word: orthonormal.
    directions: Vec<Vec<f64>>,
    /// The length of the longest canary, in standard deviations: `mu` of a run with nobody else.
    alone: f64,
    /// What canary `j` adds along direction `i`, in standard deviations.
    along: Vec<Vec<f64>>,
}

impl Canaries {
    /// These, by what they add under the claimed scales.
    ///
    /// # Errors
    /// When one of them is not counted, or depends on the others.
    pub fn new(site: &Site<'_>, canaries: &[Canary]) -> anyhow::Result<Self> {
        let mut words = Vec::new();
        for canary in canaries {
            let children = site.counter.children(&files(std::slice::from_ref(canary)))?;
            ensure!(children.len() == 1, "{} is not one child", canary.id());
            words.push(site.counter.words(&children));
        }
        let scales = site.scales();
        let scaled: Vec<Vec<f64>> =
            words.iter().map(|of| of.iter().zip(&scales).map(|(word, scale)| real(*word) / scale).collect()).collect();
        let gram: Vec<Vec<f64>> = scaled.iter().map(|a| scaled.iter().map(|b| dot(a, b)).collect()).collect();
        let alone = (0..gram.len()).map(|i| gram[i][i].sqrt()).fold(0.0, f64::max);
        let root = inverse_root(&gram);
        let direction = |row: &Vec<f64>| -> Vec<f64> {
            (0..scales.len()).map(|place| row.iter().zip(&scaled).map(|(x, of)| x * of[place]).sum()).collect()
        };
        let directions: Vec<Vec<f64>> = root.iter().map(direction).collect();
        for (i, a) in directions.iter().enumerate() {
            for (j, b) in directions.iter().enumerate() {
                let expected = if i == j { 1.0 } else { 0.0 };
                ensure!((dot(a, b) - expected).abs() < 1e-6, "canaries {i} and {j} cannot be told apart by what they add");
            }
        }
        let along = directions.iter().map(|q| scaled.iter().map(|a| dot(q, a)).collect()).collect();
        Ok(Self { canaries: canaries.to_vec(), words, directions, alone, along })
    }

    /// The greatest part of a canary along its own direction: no decision of an honest agent lies further apart.
    #[must_use]
    pub fn mu(&self) -> f64 {
        (0..self.canaries.len()).map(|i| self.along[i][i]).fold(0.0, f64::max)
    }
    /// The least such part.
    #[must_use]
    pub fn mu_least(&self) -> f64 {
        (0..self.canaries.len()).map(|i| self.along[i][i]).fold(f64::INFINITY, f64::min)
    }

    /// The score of each canary in one run, whoever is in.
    fn scores(&self, site: &Site<'_>, is_in: &[bool]) -> anyhow::Result<Vec<f64>> {
        let those: Vec<Canary> = self.canaries.iter().zip(is_in).filter(|(_, is_in)| **is_in).map(|(c, _)| *c).collect();
        let sent = site.draw(&files(&those))?;
        claims_are_the_plans(&sent, &site.plan)?;
        let words: Vec<f64> = sent.words().iter().zip(sent.scales()).map(|(word, scale)| real(*word) / scale).collect();
        ensure!(words.len() == self.words[0].len(), "{} words instead of {}", words.len(), self.words[0].len());
        let others = |i: usize| (0..is_in.len()).filter(|j| *j != i && is_in[*j]).map(|j| self.along[i][j]).sum::<f64>();
        Ok(self.directions.iter().enumerate().map(|(i, q)| dot(q, &words) - others(i)).collect())
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// How many decisions a side, and by which chance the canaries come in.
#[derive(Clone, Copy, Debug)]
pub struct Amount {
    /// Decisions with the canary in, and as many without.
    pub n_decisions: usize,
    /// Seed of who is in when.
    pub seed: u64,
}

/// What one pass found.
struct Pass {
    mu_at_least: f64,
    hits: [usize; 2],
    alarms: [usize; 2],
}

/// Runs the test: one pass, and a second one if the first rejects.
///
/// # Errors
/// When the agent does not draw.
pub fn run(site: &Site<'_>, canaries: &Canaries, amount: Amount) -> anyhow::Result<Verdict> {
    let began = Instant::now();
    let mu = canaries.mu();
    let first = pass(site, canaries, amount)?;
    let second =
        if first.mu_at_least > mu { Some(pass(site, canaries, Amount { seed: amount.seed + 1, ..amount })?) } else { None };
    let passed = second.as_ref().is_none_or(|second| second.mu_at_least <= mu);
    let seen = |pass: &Pass| {
        format!(
            "{} of {} scores with and {} of {} without the child above the threshold: mu at least {:.3}",
            pass.hits[0], pass.hits[1], pass.alarms[0], pass.alarms[1], pass.mu_at_least
        )
    };
    let confirmed = second.as_ref().map_or(String::new(), |second| format!("; once more: {}", seen(second)));
    let doubled = power(mu, 2.0 * canaries.mu_least(), amount.n_decisions, ALPHA);
    let plain = power(canaries.alone, 2.0 * canaries.alone, amount.n_decisions, ALPHA);
    let words = format!(
        "{}{confirmed}; claimed is {mu:.3}, alpha {ALPHA:e} a pass; a sensitivity missed twofold would be found in {:.2} % of \
         passes, and in {:.2} % by a single canary of {:.3} in 2 x {} runs; {} canaries in {} runs a pass, {:.0} s",
        seen(&first),
        100.0 * doubled,
        100.0 * plain,
        canaries.alone,
        amount.n_decisions,
        canaries.canaries.len(),
        n_runs(canaries, amount),
        began.elapsed().as_secs_f64()
    );
    let verdict = Verdict::new("T2", passed, words).with("mu_claimed", mu).with("mu_at_least", first.mu_at_least);
    Ok(verdict.with("power_doubled", doubled).with("n_decisions", number(amount.n_decisions)))
}

/// Runs of one pass: half of all decisions have the canary in; the runs for the threshold come on top.
#[must_use]
pub fn n_runs(canaries: &Canaries, amount: Amount) -> usize {
    let deciding = (2 * amount.n_decisions).div_ceil(canaries.canaries.len());
    deciding + deciding.div_ceil(THRESHOLD_SHARE)
}

fn pass(site: &Site<'_>, canaries: &Canaries, amount: Amount) -> anyhow::Result<Pass> {
    let n_canaries = canaries.canaries.len();
    let n_deciding = (2 * amount.n_decisions).div_ceil(n_canaries);
    let runs = each(n_runs(canaries, amount), n_at_once(), |run| {
        let mut rng = ChaCha12Rng::seed_from_u64(amount.seed);
        rng.set_stream(u64::try_from(run)?);
        let is_in: Vec<bool> = (0..n_canaries).map(|_| rng.random_bool(0.5)).collect();
        Ok((canaries.scores(site, &is_in)?, is_in))
    })?;
    let (deciding, before) = runs.split_at(n_deciding);
    let mut scores: Vec<f64> = before.iter().flat_map(|(scores, _)| scores.iter().copied()).collect();
    scores.sort_unstable_by(f64::total_cmp);
    let threshold = scores[scores.len() / 2];
    let (mut hits, mut alarms) = ([0, 0], [0, 0]);
    for (score, is_in) in deciding.iter().flat_map(|(scores, is_in)| scores.iter().zip(is_in)) {
        let side = if *is_in { &mut hits } else { &mut alarms };
        side[1] += 1;
        side[0] += usize::from(*score > threshold);
    }
    Ok(Pass { mu_at_least: separation_at_least(hits[0], hits[1], alarms[0], alarms[1], ALPHA), hits, alarms })
}
