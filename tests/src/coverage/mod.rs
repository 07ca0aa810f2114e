//! Do 95 % intervals hold what they promise? Many releases of one made-up nation, each with fresh noise.
//!
//! Some releases are drawn by the agent's own noise, with opendp; each of these is also put through `shared::release`, whose
//! published ends must be those that are computed here. All words that opendp drew are held against a fast sampler
//! (`sampler`), which draws the rest. A figure is covered when its exact value is inside its 95 % set, computed before
//! anything is left out (`u`) or clamped; what is shown is counted besides. Reading order:

pub mod nation; // exact cells, the plan, every figure
pub mod sampler; // fast noise, and the test that it is noise
pub mod strata; // figures of one kind together

use agent::noise::{DrawRequest, draw};
use anyhow::{Context as _, ensure};
use nation::{Nation, Target};
use rand::SeedableRng as _;
use rand_chacha::ChaCha12Rng;
use sampler::Histogram;
use shared::ids::Digest;
use shared::plan::Draw;
use shared::release::{Accepted, Figure, Level, Release, What, combine};
use shared::submission::SubmissionBlock;
use strata::Tally;

use crate::sample;

/// The 97.5 % quantile of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// What came of all releases.
pub struct Outcome {
    /// Of each target of the nation, in its order.
    pub tallies: Vec<Tally>,
    /// Releases.
    pub n_releases: u32,
    /// Of them drawn by opendp.
    pub n_opendp: u32,
    /// How opendp's words and the fast sampler's compare.
    pub sampler: String,
    /// Ends of intervals that were compared with `shared::release`.
    pub n_compared: u64,
}

/// Makes releases and counts how often each figure's set holds the exact value.
///
/// # Errors
/// When opendp refuses, the fast sampler is not of its law, or `shared::release` publishes other intervals.
pub fn simulate(nation: &Nation, n_releases: u32, n_opendp: u32, seed: u64) -> anyhow::Result<Outcome> {
    let n_threads = u32::try_from(std::thread::available_parallelism().map_or(1, usize::from))?;
    let work = |thread: u32| -> anyhow::Result<Part> {
        let mut part = Part { tallies: vec![Tally::default(); nation.targets.len()], ..Part::default() };
        for release in (thread..n_releases).step_by(usize::try_from(n_threads)?) {
            part.one(nation, release < n_opendp, seed, release)?;
        }
        Ok(part)
    };
    let parts = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..n_threads).map(|thread| scope.spawn(move || work(thread))).collect();
        threads.into_iter().map(|thread| thread.join().expect("a simulation does not panic")).collect::<anyhow::Result<Vec<_>>>()
    })?;
    let mut sum = Part { tallies: vec![Tally::default(); nation.targets.len()], ..Part::default() };
    for part in &parts {
        sum.tallies.iter_mut().zip(&part.tallies).for_each(|(sum, tally)| sum.add(tally));
        sum.of_opendp.add(&part.of_opendp);
        sum.of_sampler.add(&part.of_sampler);
        sum.n_compared += part.n_compared;
    }
    let words = sum.of_opendp.same_law(&sum.of_sampler)?;
    let sampler = format!("{:.0} words of opendp and as many of the fast sampler: {words}", sum.of_opendp.n());
    Ok(Outcome { tallies: sum.tallies, n_releases, n_opendp, sampler, n_compared: sum.n_compared })
}

#[derive(Default)]
struct Part {
    tallies: Vec<Tally>,
    of_opendp: Histogram,
    of_sampler: Histogram,
    n_compared: u64,
}

impl Part {
    fn one(&mut self, nation: &Nation, by_opendp: bool, seed: u64, release: u32) -> anyhow::Result<()> {
        let mut rng = ChaCha12Rng::seed_from_u64(seed);
        rng.set_stream(u64::from(release));
        let block = nation.plan.body().blocks.first().context("a plan has a block")?;
        let scale = f64::from(u32::try_from(block.scale_milli)?) / 1_000.0;
        let n_cells = nation.framework.n_cells();
        // words of each authority, in layout order, which is the order of the one block
        let mut noise: Vec<Vec<f64>> = Vec::with_capacity(nation.members.len());
        for _ in &nation.members {
            let words: Vec<f64> = if by_opendp {
                let words = opendp(nation)?;
                for word in &words {
                    self.of_opendp.note(*word, scale);
                    self.of_sampler.note(sampler::word(scale, &mut rng), scale);
                }
                words
            } else {
                (0..n_cells).map(|_| sampler::word(scale, &mut rng)).collect()
            };
            noise.push(words);
        }
        let estimates = estimates(nation, &noise);
        for (target, tally) in nation.targets.iter().zip(&mut self.tallies) {
            tally.note(covers(target, &estimates[target.area]), is_shown(target, &estimates[target.area]));
        }
        if by_opendp {
            self.n_compared += compare(nation, &noise, &estimates)?;
        }
        Ok(())
    }
}

/// One draw of the agent's noise over no children at all: the words are the noise. It does not depend on the children.
fn opendp(nation: &Nation) -> anyhow::Result<Vec<f64>> {
    let cells = draw(DrawRequest::new(&nation.framework, &nation.plan, Draw::Release, Vec::new())?)?;
    let [words] = &cells.blocks[..] else { anyhow::bail!("the plan has one block") };
    words.iter().map(|word| Ok(f64::from(i32::try_from(*word)?))).collect()
}

/// The fused estimate of every cell of every area, in children.
fn estimates(nation: &Nation, noise: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let units = units(nation);
    let of = |area: &nation::Area| {
        let mut cells = area.cells.clone();
        for m in &area.members {
            for ((cell, word), unit) in cells.iter_mut().zip(&noise[*m]).zip(&units) {
                *cell += word / unit;
            }
        }
        nation.margins.estimate(&cells, &nation.variances)
    };
    nation.areas.iter().map(of).collect()
}

/// The unit of every cell.
fn units(nation: &Nation) -> Vec<f64> {
    let unit = |t: &shared::framework::Table| {
        let place = nation.plan.place(&nation.framework, &t.id).expect("a checked plan places every table");
        std::iter::repeat_n(f64::from(place.unit), t.n_cells())
    };
    nation.framework.tables().iter().flat_map(unit).collect()
}

fn sum(cells: &[f64], of: &[usize]) -> f64 {
    of.iter().map(|c| cells[*c]).sum()
}

/// Whether the 95 % set of a figure holds its exact value: for a ratio Fieller's, which is all values that the noise does not
/// speak against, bounded or not.
fn covers(target: &Target, cells: &[f64]) -> bool {
    let Target { truth, var_part, var_whole, covariance, .. } = *target;
    let part = sum(cells, &target.part);
    if target.whole.is_empty() {
        return (part - truth).abs() <= Z * var_part.sqrt();
    }
    let off = part - truth * sum(cells, &target.whole);
    off * off <= Z * Z * (var_part - 2.0 * truth * covariance + truth * truth * var_whole)
}

/// The ends of a figure's interval, where it has one that is not too wide to be published.
fn ends(target: &Target, cells: &[f64]) -> Option<(f64, f64)> {
    let part = sum(cells, &target.part);
    if target.whole.is_empty() {
        let half = Z * target.var_part.sqrt();
        return Some((part - half, part + half));
    }
    let whole = sum(cells, &target.whole);
    let a = whole * whole - Z * Z * target.var_whole;
    let b = part * whole - Z * Z * target.covariance;
    let root = (b * b - a * (part * part - Z * Z * target.var_part)).sqrt();
    let (low, high) = ((b - root) / a, (b + root) / a);
    (whole > 0.0 && a > 0.0 && high - low <= target.width_max).then_some((low, high))
}

fn is_shown(target: &Target, cells: &[f64]) -> bool {
    ends(target, cells).is_some()
}

/// Holds a release that `shared::release` makes of the same words against what was computed here.
fn compare(nation: &Nation, noise: &[Vec<f64>], estimates: &[Vec<f64>]) -> anyhow::Result<u64> {
    let release = publish(nation, noise)?;
    let mut figures = std::collections::BTreeMap::new();
    for figure in release.figures().iter().filter(|f| f.what != What::Authorities) {
        figures.insert(
            (figure.area_code.as_str(), figure.what, figure.id.as_str(), figure.group.as_str(), figure.category.as_str()),
            figure,
        );
    }
    let mut n_compared = 0;
    for target in &nation.targets {
        let area = &nation.areas[target.area];
        let (table, group, category) = &target.id;
        let key = (area.code.as_str(), target.what, table.as_str(), group.as_str(), category.as_str());
        let figure: &Figure = figures.get(&key).with_context(|| format!("the release has no {key:?}"))?;
        let own = ends(target, &estimates[target.area]).map(|(low, high)| {
            let (offset, factor) = words_of(nation, target, area);
            (offset + factor * low, offset + factor * high)
        });
        let within = match target.what {
            What::Count | What::Rate => 0.051,
            What::Share | What::Mean | What::Authorities => 0.000_051,
        };
        let agrees = match (own, figure.low.zip(figure.high)) {
            (Some(own), Some(told)) => (own.0 - told.0).abs() <= within && (own.1 - told.1).abs() <= within,
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        ensure!(agrees, "{key:?}: {own:?} computed, {:?} to {:?} published", figure.low, figure.high);
        n_compared += 1;
    }
    Ok(n_compared)
}

/// From a share, a centred mean or a count to what is published: offset and factor.
fn words_of(nation: &Nation, target: &Target, area: &nation::Area) -> (f64, f64) {
    match target.what {
        What::Count | What::Authorities => (0.0, 1.0),
        What::Share => (0.0, 100.0),
        What::Mean => {
            let table = nation.framework.table(&target.id.0);
            let measure = table.and_then(|t| nation.framework.measure(&t.measure));
            (measure.map_or(0.0, |m| f64::from(m.centre())), 1.0)
        }
        What::Rate => {
            let of = |m: &usize| {
                let member = nation.plan.member(nation.members[*m].authority);
                member.and_then(|m| m.population_0_17).and_then(|n| u32::try_from(n).ok()).map_or(0.0, f64::from)
            };
            (0.0, 10_000.0 / area.members.iter().map(of).sum::<f64>())
        }
    }
}

fn publish(nation: &Nation, noise: &[Vec<f64>]) -> anyhow::Result<Release> {
    let (plan, framework, id) = (&nation.plan, &nation.framework, Digest([7; 32]));
    let units = units(nation);
    let mut accepted = Vec::with_capacity(nation.members.len());
    for (member, noise) in nation.members.iter().zip(noise) {
        let word = |((cell, unit), noise): ((&f64, &f64), &f64)| -> anyhow::Result<i64> {
            // exact: all three are whole numbers far below 2^53
            Ok(format!("{:.0}", cell * unit + noise).parse()?)
        };
        let words = member.cells.iter().zip(&units).zip(noise).map(word).collect::<anyhow::Result<Vec<i64>>>()?;
        let mut submission = sample::submission(plan, id, framework, member.authority)?;
        let block = plan.body().blocks.first().context("a plan has a block")?;
        submission.blocks = vec![SubmissionBlock::of(block, Draw::Release, words)];
        accepted.push(Accepted { authority: member.authority, id, submission });
    }
    Ok(combine(framework, plan, id, &format!("{}.1", plan.body().reporting_year), &accepted)?)
}

/// The word of a level for people.
#[must_use]
pub fn level_words(level: Level) -> &'static str {
    match level {
        Level::National => "England",
        Level::Regional => "regions",
        Level::Local => "authorities",
    }
}
