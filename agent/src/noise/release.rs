//! One measurement for the whole release, and the guards that stand before it.
//!
//! opendp's error texts can carry operands, so none leaves this file: every error becomes a fixed word.

use opendp::combinators::{make_chain_mt, make_composition};
use opendp::core::{Domain as _, Function, Measurement, StabilityMap, Transformation};
use opendp::domains::{AtomDomain, VectorDomain};
use opendp::error::Fallible;
use opendp::measurements::make_gaussian;
use opendp::measures::ZeroConcentratedDivergence;
use opendp::metrics::{L2Distance, SymmetricDistance};
use opendp::traits::{InfCast as _, InfMul as _, InfSqrt as _};
use shared::limits::SCALE_MILLI_MAX;
use shared::privacy::{RhoNano, floor_milli};

use super::{Child, ChildDomain, DrawRequest, NoiseBlock, NoiseError, NoiseTable, NoisyCells};

type Children = VectorDomain<ChildDomain>;
type Cells = VectorDomain<AtomDomain<i64>>;
type Sums = Transformation<Children, SymmetricDistance, Cells, L2Distance<f64>>;
type OfBlock = Measurement<Children, SymmetricDistance, ZeroConcentratedDivergence, Vec<i64>>;
/// The whole release: its map is what one child costs.
pub(super) type Release = Measurement<Children, SymmetricDistance, ZeroConcentratedDivergence, Vec<Vec<i64>>>;

/// Draws the noise of one round, once.
///
/// # Claim
/// PC1: the answer is rho-zCDP for one child added or removed, with rho at most the sum of what the blocks claim; or
/// nothing was drawn.
/// # Why
/// opendp's map of the composed measurement is an upper bound of the cost on its domain; the guards check that the map is
/// finite and at most the claim and that all data are in the domain, before the one call that draws. Attacked by every
/// test of `noise/tests.rs`.
pub fn draw(request: DrawRequest) -> Result<NoisyCells, NoiseError> {
    guard_scales(request.blocks())?;
    let release = release(request.domain(), request.blocks())?;
    guard_cost(&release, request.blocks())?;
    let DrawRequest { domain, children, .. } = request;
    guard_members(domain, &children)?;
    let blocks = release.invoke(&children).map_err(|_| NoiseError::Library)?;
    Ok(NoisyCells { blocks })
}

/// # Claim
/// No scale is below two whole contributions of its block's finest table, or above the ceiling.
/// # Why
/// At scale zero opendp's map is infinite and its answer exact; at a tenth the noise on integers is always zero. Attacked by
/// `a_scale_outside_its_limits_is_refused`.
fn guard_scales(blocks: &[NoiseBlock]) -> Result<(), NoiseError> {
    let within = |b: &NoiseBlock| {
        let unit_max = b.tables.iter().map(|t| t.unit).max().unwrap_or(1);
        (floor_milli(unit_max)..=SCALE_MILLI_MAX).contains(&b.scale_milli)
    };
    if !blocks.is_empty() && blocks.iter().all(within) { Ok(()) } else { Err(NoiseError::Scale) }
}

/// # Claim
/// The measurement's own map of one child is finite and at most the sum of the blocks' claims.
/// # Why
/// The cost is what the library computes with upward rounding, never what a plan says. Attacked by
/// `a_plan_that_claims_less_than_the_map_is_refused`.
pub(super) fn guard_cost(release: &Release, blocks: &[NoiseBlock]) -> Result<(), NoiseError> {
    let claimed = blocks.iter().try_fold(RhoNano(0), |sum, b| sum.plus(b.rho_nano)).ok_or(NoiseError::Map)?.as_rho();
    let cost = release.map(&1).map_err(|_| NoiseError::Map)?;
    let holds = release.check(&1, &claimed).map_err(|_| NoiseError::Map)?;
    if cost.is_finite() && cost <= claimed && holds { Ok(()) } else { Err(NoiseError::Map) }
}

/// # Claim
/// Every child is a member of the domain.
/// # Why
/// opendp releases whatever it is given. Attacked by `a_child_outside_the_domain_is_refused_before_the_draw`.
fn guard_members(domain: ChildDomain, children: &Vec<Child>) -> Result<(), NoiseError> {
    match VectorDomain::new(domain).member(children) {
        Ok(true) => Ok(()),
        Ok(false) | Err(_) => Err(NoiseError::Domain),
    }
}

/// All blocks in one composition over one domain of children.
pub(super) fn release(domain: &ChildDomain, blocks: &[NoiseBlock]) -> Result<Release, NoiseError> {
    let children = VectorDomain::new(domain.clone());
    let of_blocks = blocks.iter().map(|b| of_block(&children, b)).collect::<Result<Vec<_>, _>>()?;
    make_composition(of_blocks).map_err(|_| NoiseError::Library)
}

/// # Claim
/// PC5: sums of a block with discrete Gaussian noise of the block's scale.
/// # Why
/// `make_gaussian` on integers is the exact sampler of Canonne, Kamath and Steinke (arXiv 2004.00010). The scale handed in is
/// the double nearest to thousandths over thousand, and the map is computed from that same double, so no rounding stands
/// between the noise and its cost. Attacked by `the_noise_has_the_mean_and_variance_of_its_scale`.
fn of_block(children: &Children, block: &NoiseBlock) -> Result<OfBlock, NoiseError> {
    let l2_squared = children.element_domain.l2_squared(&block.tables).ok_or(NoiseError::Message)?;
    let sums = sums(children, &block.tables, l2_squared)?;
    let scale = f64::inf_cast(block.scale_milli).map_err(|_| NoiseError::Scale)? / 1_000.0;
    let gaussian = make_gaussian(sums.output_domain.clone(), sums.output_metric.clone(), scale, None);
    make_chain_mt(&gaussian.map_err(|_| NoiseError::Library)?, &sums).map_err(|_| NoiseError::Library)
}

/// # Claim
/// PC1: vectors of sums of two sets of members that differ in `d` children are at most `d sqrt(l2_squared)` apart, rounded up.
/// # Why
/// The sum is linear, one member's vector has norm at most `sqrt(l2_squared)`, and the triangle inequality adds `d` of them.
/// No sum leaves 64 bits: fewer than 2^43 members of at most 2^20 each. Attacked by `sums_are_those_of_a_plain_count` and
/// `the_map_is_the_cost_that_plans_claim`.
fn sums(children: &Children, tables: &[NoiseTable], l2_squared: u64) -> Result<Sums, NoiseError> {
    let domain = &children.element_domain;
    let n_cells = domain.n_cells(tables).ok_or(NoiseError::Message)?;
    let places = places(domain, tables).ok_or(NoiseError::Message)?;
    Transformation::new(
        children.clone(),
        SymmetricDistance,
        VectorDomain::new(AtomDomain::<i64>::default()).with_size(n_cells),
        L2Distance::default(),
        Function::new(move |data: &Vec<Child>| add_up(data, &places, n_cells)),
        StabilityMap::new_fallible(move |distance: &u32| -> Fallible<f64> {
            let norm = f64::inf_cast(l2_squared)?.inf_sqrt()?;
            f64::inf_cast(*distance)?.inf_mul(&norm)
        }),
    )
    .map_err(|_| NoiseError::Library)
}

/// Where a table's cells begin in a block, and what contributions to it are multiplied by.
#[derive(Clone, Copy)]
struct InBlock {
    first_cell: usize,
    unit: i64,
}

/// For every table of the domain, its place in the block; `None` inside for tables of other blocks.
fn places(domain: &ChildDomain, tables: &[NoiseTable]) -> Option<Vec<Option<InBlock>>> {
    let mut places = vec![None; domain.tables().len()];
    let mut first_cell = 0_usize;
    for table in tables {
        let place = places.get_mut(usize::from(table.table))?;
        if place.replace(InBlock { first_cell, unit: i64::from(table.unit) }).is_some() {
            return None;
        }
        first_cell += domain.n_cells(&[*table])?;
    }
    Some(places)
}

fn add_up(children: &[Child], places: &[Option<InBlock>], n_cells: usize) -> Vec<i64> {
    let mut sums = vec![0_i64; n_cells];
    for contribution in children.iter().flat_map(|c| &c.cells) {
        let place = places.get(usize::from(contribution.table)).copied().flatten();
        let Some((place, cell)) = place.zip(usize::try_from(contribution.cell).ok()) else { continue };
        if let Some(sum) = sums.get_mut(place.first_cell + cell) {
            *sum = sum.saturating_add(i64::from(contribution.amount).saturating_mul(place.unit));
        }
    }
    sums
}
