//! `noise`: ten thousand cells noised, in this process and in the drawing process of the agent, in wall time. The first
//! stands beside rounded draws of a floating-point normal distribution, which promise nothing; the second beside the first.

use std::hint::black_box;

use agent::io::draw::DrawingProcess;
use agent::noise::{ChildDomain, DomainTable, DrawRequest, Mechanism as _, NoiseBlock, NoiseTable, draw};
use anyhow::{Context as _, ensure};
use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;
use rand_distr::{Distribution as _, Normal};
use shared::framework::Presence;
use shared::privacy::RhoNano;

use super::timing::{median, wall};
use super::{Outcome, Target};
use crate::build::{Profile, programs};

const ROUNDS: usize = 9;
const N_TABLES: u16 = 50;
const CELLS_PER_TABLE: u32 = 200;
/// Cells noised; the catalogue has fewer.
const N_CELLS: usize = 10_000;
/// Standard deviation of the noise, in thousandths.
const SCALE_MILLI: u64 = 20_000;
/// What it may take, in milliseconds.
const MS_MAX: f64 = 100.0;

pub(super) fn run() -> anyhow::Result<Vec<Outcome>> {
    let program = programs(Profile::own())?.agent;
    let process = DrawingProcess::of(program);
    let normal = Normal::<f64>::new(0.0, 20.0)?;
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let (mut here, mut there, mut floats) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let (asked, asked_too) = (request()?, request()?);
        let (seconds, cells) = wall(|| Ok(draw(asked)?))?;
        let (seconds_there, cells_there) = wall(|| Ok(process.draw(asked_too)?))?;
        let mut sample = || -> Vec<f64> { (0..N_CELLS).map(|_| normal.sample(&mut rng).round()).collect() };
        let (seconds_floats, sampled) = wall(|| Ok(black_box(sample())))?;
        ensure!([&cells, &cells_there].iter().all(|c| c.blocks.iter().map(Vec::len).sum::<usize>() == sampled.len()));
        // the first turn warms up
        if round > 0 {
            here.push(seconds * 1e3);
            there.push(seconds_there * 1e3);
            floats.push(seconds_floats * 1e3);
        }
    }
    let (here, there, floats) = (median(here), median(there), median(floats));
    let outcome = |how: &str, figure, baseline| {
        let what = format!("{N_CELLS} cells noised with a standard deviation of 20, {how}");
        Outcome::new("noise", what, "ms wall", figure, baseline, Target::FigureAtMost(MS_MAX))
    };
    Ok(vec![
        outcome("in one process", here, (floats, "rounded normal draws, of no guarantee")),
        outcome("through the drawing process", there, (here, "in one process")),
    ])
}

/// A release of tables with every kind of child in them. Nobody is in it: adding up children is measured by `prepare`.
fn request() -> anyhow::Result<DrawRequest> {
    let table = DomainTable { n_cells: CELLS_PER_TABLE, abs_max: 1, ages: [0, 25], on_31_march: Presence::Either };
    let domain = ChildDomain::new(vec![table; usize::from(N_TABLES)]).context("its tables are small")?;
    let block = NoiseBlock {
        scale_milli: SCALE_MILLI,
        rho_nano: RhoNano(100_000_000),
        tables: (0..N_TABLES).map(|table| NoiseTable { table, unit: 1 }).collect(),
    };
    Ok(DrawRequest::from_parts(domain, vec![block], Vec::new()))
}
