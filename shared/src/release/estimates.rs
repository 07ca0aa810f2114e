//! What is known of every cell: the noisy cells of one authority after another, put together by `shared::fuse`, and their
//! sums over an area.
//!
//! Each authority has a draw of its own, and so variances of its own: each is fused by itself, and estimates and
//! covariances are added up after that. No two authorities are taken to have equal noise.

use super::rounding::additive;
use super::{Accepted, ReleaseError};
use crate::framework::{Framework, Table};
use crate::fuse::{Margins, Parts};
use crate::plan::{Place, Plan};

/// One authority's cells.
pub(super) struct Estimate {
    /// As they were drawn, in children (of a mean: centred, in its unit).
    noisy: Vec<f64>,
    /// After fusing.
    pub(super) cells: Vec<f64>,
    parts: Parts,
}

/// Fuses each accepted submission.
pub(super) fn estimates(
    framework: &Framework,
    plan: &Plan,
    margins: &Margins,
    accepted: &[&Accepted],
) -> Result<Vec<Estimate>, ReleaseError> {
    let place = |t: &Table| plan.place(framework, &t.id).expect("a checked plan places every table");
    let places: Vec<Place<'_>> = framework.tables().iter().map(place).collect();
    let of = |one: &&Accepted| {
        let noisy = measured(framework, &places, one)?;
        let draw = one.submission.kind.draw();
        let variances: Vec<f64> = places.iter().map(|place| place.variance(draw)).collect();
        let cells = margins.estimate(&noisy, &variances);
        Ok(Estimate { noisy, cells, parts: margins.parts(&variances) })
    };
    accepted.iter().map(of).collect()
}

/// The cells of a submission in layout order, in children.
fn measured(framework: &Framework, places: &[Place<'_>], accepted: &Accepted) -> Result<Vec<f64>, ReleaseError> {
    let mut cells = vec![0.0; framework.n_cells()];
    for (table, place) in framework.tables().iter().zip(places) {
        let index = usize::try_from(place.block.index).map_err(|_| ReleaseError::Overflow)?;
        let words = &accepted.submission.blocks[index].cells.0[place.first_cell..place.first_cell + table.n_cells()];
        for (cell, word) in cells[table.first_cell..].iter_mut().zip(words) {
            *cell = float_word(*word) / f64::from(place.unit);
        }
    }
    Ok(cells)
}

/// Sums over the authorities of one area.
pub(super) struct Sums {
    /// As they were drawn.
    pub(super) noisy: Vec<f64>,
    /// After fusing.
    pub(super) cells: Vec<f64>,
    /// In tenths of a child, rounded so that all that adds up in `cells` adds up exactly; of means nothing.
    pub(super) tenths: Vec<f64>,
    /// Variances of the fused parts.
    pub(super) parts: Parts,
}

impl Sums {
    /// Of one authority.
    pub(super) fn of_one(framework: &Framework, margins: &Margins, one: &Estimate) -> Self {
        Self::over(framework, margins, &[one], &[])
    }

    /// Of some authorities. The total of every population in `locals` is the sum of the totals that are published of
    /// these areas.
    pub(super) fn over(framework: &Framework, margins: &Margins, members: &[&Estimate], locals: &[(usize, f64)]) -> Self {
        let (noisy, cells) = (add_up(framework, members, |e| &e.noisy), add_up(framework, members, |e| &e.cells));
        let parts = margins.sum(members.iter().map(|e| &e.parts));
        let tenths = additive(framework, margins, &cells, locals);
        Self { noisy, cells, tenths, parts }
    }

    /// Of all authorities: what is published is the sum of what is published of the regions.
    pub(super) fn over_all(framework: &Framework, margins: &Margins, members: &[&Estimate], regions: &[Self]) -> Self {
        let mut tenths = vec![0.0; framework.n_cells()];
        for region in regions {
            tenths.iter_mut().zip(&region.tenths).for_each(|(sum, part)| *sum += part);
        }
        let (noisy, cells) = (add_up(framework, members, |e| &e.noisy), add_up(framework, members, |e| &e.cells));
        Self { noisy, cells, tenths, parts: margins.sum(members.iter().map(|e| &e.parts)) }
    }
}

fn add_up(framework: &Framework, members: &[&Estimate], of: fn(&Estimate) -> &Vec<f64>) -> Vec<f64> {
    let mut sums = vec![0.0; framework.n_cells()];
    for member in members {
        sums.iter_mut().zip(of(member)).for_each(|(sum, cell)| *sum += cell);
    }
    sums
}

pub(super) fn float(n: u64) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

/// A word as a float: exact, since a cell is at most 2^40 and a sum of a thousand authorities is below 2^53.
fn float_word(n: i64) -> f64 {
    let (high, low) = (n >> 32, n & 0xffff_ffff);
    let high = f64::from(i32::try_from(high).expect("32 bits"));
    high * 4_294_967_296.0 + f64::from(u32::try_from(low).expect("32 bits"))
}
