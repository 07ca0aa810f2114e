//! Whether a plan's parts add up and follow from its framework. `docs/protocol.md`, section 4.

use std::collections::BTreeSet;

use super::{CohortMember, PlanBlock, PlanBody, PlanError, SCHEMA, cohort_hash, to_u64};
use crate::framework::{Framework, Table};
use crate::ids::RoundId;
use crate::limits::{
    BLOCKS_MAX, CELL_AMOUNT_MAX, COHORT_MAX, POPULATION_MAX, REASON_BYTES_MAX, SOURCE_BYTES_MAX, SPREAD_S_MAX, UNIT_MAX,
    body_bytes_max,
};
use crate::privacy::{RhoNano, amount_max, cost, floor_milli, l2_squared};

/// Checks a body against its framework.
pub(super) fn check(body: &PlanBody, framework: &Framework) -> Result<(), PlanError> {
    if body.schema != SCHEMA || body.agent_speaks != crate::submission::SCHEMA {
        return Err(PlanError::Malformed);
    }
    if body.framework != framework.hash() || body.layout != framework.layout_hash() {
        return Err(PlanError::Framework);
    }
    let wrong = |what| Err(PlanError::Contradiction(what));
    if body.n_cells != to_u64(framework.n_cells()) || body.body_bytes_max != to_u64(body_bytes_max(framework.n_cells())) {
        return wrong("number of cells");
    }
    if body.round != RoundId::of(body.reporting_year) {
        return wrong("round and reporting year");
    }
    if body.attachment_bytes_max != 0 || body.noise_shares.is_some() {
        return wrong("sealed totals are not part of this version");
    }
    if body.accepted_wide.as_ref().is_some_and(|reason| !is_line(reason, REASON_BYTES_MAX)) {
        return wrong("the reason for wide intervals");
    }
    check_dates(body)?;
    check_blocks(body, framework)?;
    check_cohort(body)
}

/// Slots lie in the sending window, and the correction window after it.
fn check_dates(body: &PlanBody) -> Result<(), PlanError> {
    let d = &body.dates;
    let sends_for = d.send_closes_at.unix_seconds() - d.send_opens_at.unix_seconds();
    let in_order = sends_for > 0 && d.send_closes_at <= d.correction_opens_at && d.correction_opens_at < d.correction_closes_at;
    let spread_fits = d.send_spread_s <= SPREAD_S_MAX && i64::from(d.send_spread_s) < sends_for;
    if in_order && spread_fits { Ok(()) } else { Err(PlanError::Contradiction("dates")) }
}

/// Whether a text is one to so many bytes without control characters.
fn is_line(text: &str, bytes_max: usize) -> bool {
    !text.is_empty() && text.len() <= bytes_max && !text.chars().any(char::is_control)
}

fn check_blocks(body: &PlanBody, framework: &Framework) -> Result<(), PlanError> {
    let wrong = |what| Err(PlanError::Contradiction(what));
    if body.blocks.is_empty() || body.blocks.len() > BLOCKS_MAX {
        return wrong("number of blocks");
    }
    let (mut names, mut seen) = (BTreeSet::new(), BTreeSet::new());
    let (mut release, mut correction) = (RhoNano(0), RhoNano(0));
    for (b, index) in body.blocks.iter().zip(0_u32..) {
        if b.index != index || !names.insert(&b.name) {
            return wrong("order or names of blocks");
        }
        if !b.tables.iter().all(|t| seen.insert(&t.table)) {
            return wrong("a table stands twice");
        }
        check_block(b, framework)?;
        release = b.rho_nano.plus(release).ok_or(PlanError::Budget)?;
        correction = b.correction_rho_nano.plus(correction).ok_or(PlanError::Budget)?;
    }
    if seen.len() != framework.tables().len() {
        return wrong("a table is in no block");
    }
    let year = body.rho_release_nano.plus(body.rho_correction_nano);
    let within = release <= body.rho_release_nano && correction <= body.rho_correction_nano;
    if !within || year != Some(body.rho_year_nano) {
        return wrong("the blocks cost more than the budget");
    }
    Ok(())
}

/// A block's numbers are those that follow from its tables, their units, and its scales.
fn check_block(b: &PlanBlock, framework: &Framework) -> Result<(), PlanError> {
    let wrong = |what| Err(PlanError::Contradiction(what));
    let with_unit = b.tables.iter().map(|t| framework.table(&t.table).map(|table| (table, t.unit)));
    let tables: Option<Vec<(&Table, u32)>> = with_unit.collect();
    let Some(tables) = tables else { return wrong("a block names an unknown table") };
    if tables.is_empty() || !tables.is_sorted_by(|a, b| a.0.first_cell < b.0.first_cell) {
        return wrong("tables out of order");
    }
    let unit_max = tables.iter().map(|(_, unit)| *unit).max().unwrap_or(0);
    let amounts = tables.iter().map(|(table, unit)| amount_max(table, *unit));
    let amount = amounts.collect::<Option<Vec<_>>>().and_then(|all| all.into_iter().max());
    if unit_max > UNIT_MAX || tables.iter().any(|(_, unit)| *unit == 0) || amount.is_none_or(|most| most > CELL_AMOUNT_MAX) {
        return wrong("the unit of a table");
    }
    let n: usize = tables.iter().map(|(t, _)| t.n_cells()).sum();
    if b.n != to_u64(n) || Some(b.l2_squared) != l2_squared(tables.iter().copied()) || Some(b.cell_abs_max) != amount {
        return wrong("length or sensitivity of a block");
    }
    let draws = [(b.scale_milli, b.rho_nano), (b.correction_scale_milli, b.correction_rho_nano)];
    if draws.iter().any(|(scale, rho)| *scale < floor_milli(unit_max) || cost(b.l2_squared, *scale) != Some(*rho)) {
        return wrong("scale or cost of a block");
    }
    Ok(())
}

fn check_cohort(body: &PlanBody) -> Result<(), PlanError> {
    let wrong = |what| Err(PlanError::Contradiction(what));
    let cohort = &body.cohort;
    let sorted = cohort.members.is_sorted_by(|a, b| a.authority < b.authority);
    if !sorted || cohort.members.len() > COHORT_MAX || !cohort.regions.is_sorted_by(|a, b| a.code < b.code) {
        return wrong("order or size of the cohort");
    }
    if !cohort.members.iter().all(|m| cohort.regions.iter().any(|r| r.code == m.region)) {
        return wrong("an authority's region");
    }
    let mut codes: BTreeSet<&str> = cohort.regions.iter().map(|r| r.code.as_str()).collect();
    let is_code = |code: &str| code.len() == 9 && code.bytes().all(|b| b.is_ascii_alphanumeric());
    if !cohort.members.iter().all(|m| is_code(&m.ons_code) && codes.insert(&m.ons_code)) {
        return wrong("an authority's nine-character code");
    }
    check_population(body)?;
    if cohort_hash(cohort) != body.cohort_hash {
        return wrong("hash of the cohort");
    }
    Ok(())
}

/// A rate over some of the authorities that are present would be no rate: all members have a population, or none.
fn check_population(body: &PlanBody) -> Result<(), PlanError> {
    let wrong = |what| Err(PlanError::Contradiction(what));
    let members = &body.cohort.members;
    let Some(estimate) = &body.cohort.population else {
        return if members.iter().any(|m| m.population_0_17.is_some()) { wrong("a population without a source") } else { Ok(()) };
    };
    if estimate.mid_year != body.reporting_year.before(1).number() {
        return wrong("the year of the population estimate");
    }
    if !is_line(&estimate.source, SOURCE_BYTES_MAX) {
        return wrong("the source of the population estimate");
    }
    let is_sound = |m: &CohortMember| m.population_0_17.is_some_and(|n| (1..=POPULATION_MAX).contains(&n));
    if members.iter().all(is_sound) { Ok(()) } else { wrong("an authority's population") }
}
