//! The plan of a round: what is asked of every authority, at what cost to a child, and when.
//!
//! Signed by the plan key, logged before anyone draws. Invariant of [`Plan`]: it was checked against a framework, so its
//! blocks partition the tables, its lengths, sensitivities and costs are those that follow from the framework and its
//! scales, and their sum is within its budget. `docs/protocol.md`, section 4.

mod check; // whether a plan contradicts its framework
#[cfg(test)]
pub(crate) mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::framework::{Framework, Table};
use crate::hash::sha256;
use crate::ids::{AuthorityId, Digest, ReportingYear, RoundId};
use crate::limits::{SCALE_MILLI_MAX, body_bytes_max};
use crate::privacy::{RhoNano, amount_max, cost, equal_units, l2_squared, l2_squared_of_change, smallest_scale_milli};
use crate::time::{Day, Timestamp};

/// Payload type of a signed plan.
pub const PLAN_TYPE: &str = "application/vnd.goldenthread.plan.v1+json";
/// Greatest envelope of a plan, in bytes.
pub const PLAN_BYTES_MAX: usize = 1024 * 1024;
const SCHEMA: &str = "goldenthread.plan/1";

/// How the cells of a block are protected. A closed list: an unknown one is refused, never skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protection {
    /// Discrete Gaussian noise drawn by the authority, cells inline.
    LocalNoise,
}

/// Over what a block's cells are opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Each authority's cells are public.
    Authority,
}

/// Which of a plan's two draws: the release, or the one correction that it keeps a budget for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Draw {
    /// The first answer of an authority.
    Release,
    /// A complete second one, in the correction window.
    Correction,
}

impl Draw {
    /// Its word for people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Correction => "correction",
        }
    }
}

/// A table of a block, with the weight that it has in the noise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanTable {
    /// Its id.
    pub table: String,
    /// What a contribution of one is multiplied by: the greater, the less noise there is in children. A word of the table
    /// divided by it is a number of children, or an amount.
    pub unit: u32,
}

/// Tables that are noised as one vector, with one scale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanBlock {
    /// Place among the blocks, from 0.
    pub index: u32,
    /// Name, unique in the plan.
    pub name: String,
    /// How it is protected.
    pub protection: Protection,
    /// Over what it is opened.
    pub scope: Scope,
    /// Number of cells.
    pub n: u64,
    /// Squared L2 norm of what one child can add, in units.
    pub l2_squared: u64,
    /// Greatest absolute amount that one child can add to one cell, in units.
    pub cell_abs_max: u64,
    /// Scale of the discrete Gaussian of the release, in thousandths of a unit.
    pub scale_milli: u64,
    /// Cost of the release for one child added or removed, in billionths of rho.
    pub rho_nano: RhoNano,
    /// Scale of a correction's noise, in thousandths of a unit.
    pub correction_scale_milli: u64,
    /// Cost of a correction, in billionths of rho.
    pub correction_rho_nano: RhoNano,
    /// Tables in layout order; the block's cells are theirs, one after the other.
    pub tables: Vec<PlanTable>,
}

impl PlanBlock {
    /// Scale of the noise of a draw, in thousandths of a unit.
    pub fn scale_milli_of(&self, draw: Draw) -> u64 {
        match draw {
            Draw::Release => self.scale_milli,
            Draw::Correction => self.correction_scale_milli,
        }
    }
    /// Cost of a draw for one child added or removed.
    pub fn rho_of(&self, draw: Draw) -> RhoNano {
        match draw {
            Draw::Release => self.rho_nano,
            Draw::Correction => self.correction_rho_nano,
        }
    }
}

/// Where a table's cells lie in a submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// The block.
    pub block: &'a PlanBlock,
    /// Place of its first cell in the block.
    pub first_cell: usize,
    /// Its unit.
    pub unit: u32,
}

impl Place<'_> {
    /// Standard deviation of the noise in one cell, in children (of a mean: in amounts): scale over unit.
    pub fn sd(&self, draw: Draw) -> f64 {
        float(self.block.scale_milli_of(draw)) / 1_000.0 / f64::from(self.unit)
    }
    /// Its square (discrete Gaussian, arXiv 2004.00010, Fact 18).
    pub fn variance(&self, draw: Draw) -> f64 {
        self.sd(draw) * self.sd(draw)
    }
}

/// A scale as a float; exact, since every scale in use is below 2^53.
fn float(n: u64) -> f64 {
    let (high, low) = (n >> 32, n & 0xffff_ffff);
    let part = |n: u64| f64::from(u32::try_from(n).expect("32 bits"));
    part(high) * 4_294_967_296.0 + part(low)
}

/// An authority that is asked to take part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CohortMember {
    /// Its code.
    pub authority: AuthorityId,
    /// Its nine-character code of that year, `E09000007`.
    pub ons_code: String,
    /// Its name.
    pub name: String,
    /// Code of its region.
    pub region: String,
    /// Children aged 0 to 17 who live there, by the cohort's population estimate; none when it has no estimate.
    pub population_0_17: Option<u64>,
}

/// The published estimate of how many children live where: what rates are made with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PopulationEstimate {
    /// The year in whose middle it counts: the one before the reporting year, which is the year in which that begins.
    pub mid_year: i16,
    /// Who published it, and what it is called.
    pub source: String,
}

/// A region whose figures are sums over its authorities.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// ONS code, `E12000001`.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// When things happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dates {
    /// Records are taken as they stand on this day.
    pub freeze_on: Day,
    /// First second in which a submission is accepted.
    pub send_opens_at: Timestamp,
    /// Seconds after it over which the agents' slots of sending are spread.
    pub send_spread_s: u32,
    /// First second in which none is accepted any more.
    pub send_closes_at: Timestamp,
    /// First second in which a correction is accepted, if the round is released then.
    pub correction_opens_at: Timestamp,
    /// First second in which none is accepted any more.
    pub correction_closes_at: Timestamp,
}

impl Dates {
    /// The second from which an authority sends: the same whatever its records say, and another for each authority.
    pub fn slot(&self, plan_id: Digest, authority: AuthorityId) -> Timestamp {
        let digest = sha256(format!("goldenthread.slot/1 {plan_id} {authority}").as_bytes());
        let first = digest.0.first_chunk::<8>().expect("a digest has 32 bytes");
        let after = u64::from_be_bytes(*first) % (u64::from(self.send_spread_s) + 1);
        self.send_opens_at.plus_seconds(i64::try_from(after).expect("below the spread"))
    }
}

/// Who takes part, by region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cohort {
    /// Authorities, ascending by code.
    pub members: Vec<CohortMember>,
    /// Regions, ascending by code.
    pub regions: Vec<Region>,
    /// Where the members' populations come from; none when rates are not to be published.
    pub population: Option<PopulationEstimate>,
}

/// The body of a plan. Fields that are always null or zero today are kept for sealed national totals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanBody {
    /// `goldenthread.plan/1`.
    pub schema: String,
    /// Version of the submission format that an agent must speak.
    pub agent_speaks: String,
    /// The round.
    pub round: RoundId,
    /// The reporting year that it collects.
    pub reporting_year: ReportingYear,
    /// The data are made up: every page, file and export says so.
    pub made_up: bool,
    /// SHA-256 of the framework's text.
    pub framework: Digest,
    /// SHA-256 of its layout.
    pub layout: Digest,
    /// Cells of the layout.
    pub n_cells: u64,
    /// Budget of the reporting year.
    pub rho_year_nano: RhoNano,
    /// Part of it for the release.
    pub rho_release_nano: RhoNano,
    /// Part of it kept for one correction.
    pub rho_correction_nano: RhoNano,
    /// Why this plan is made although it promises wide intervals of headline figures; none when it promises none.
    pub accepted_wide: Option<String>,
    /// Blocks in order.
    pub blocks: Vec<PlanBlock>,
    /// When things happen.
    pub dates: Dates,
    /// Greatest body of a submission, in bytes.
    pub body_bytes_max: u64,
    /// Greatest attachments of a submission, in bytes.
    pub attachment_bytes_max: u64,
    /// Who is asked to take part.
    pub cohort: Cohort,
    /// SHA-256 of the cohort's JSON.
    pub cohort_hash: Digest,
    /// Fewest authorities of a release.
    pub authorities_min: u64,
    /// Shares of noise of sealed totals.
    pub noise_shares: Option<u64>,
    /// Sealed totals.
    pub sealed: Option<Sealed>,
}

/// Reserved: no value exists in this version, so only `null` is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sealed {}

/// Why a plan cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// Not JSON of this version's shape, or in another spelling.
    #[error("not a plan of this version")]
    Malformed,
    /// Made with another framework.
    #[error("the plan uses another framework")]
    Framework,
    /// Its parts do not add up.
    #[error("the plan contradicts its framework: {0}")]
    Contradiction(&'static str),
    /// Amounts that are too great to be added up.
    #[error("the budget or the units do not fit 64 bits")]
    Budget,
    /// A draw's budget is too small for any noise that a plan may have.
    #[error("no scale of noise fits rho {rho} for the {draw}: with these units it needs at least {least}", draw = draw.word())]
    NoScale {
        /// Which draw.
        draw: Draw,
        /// What it was given.
        rho: RhoNano,
        /// The least that would do.
        least: RhoNano,
    },
}

/// A plan that was checked against its framework.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    body: PlanBody,
}

/// What a person decides when a plan is made; all else follows.
#[derive(Clone, Debug)]
pub struct PlanChoice {
    /// The reporting year.
    pub reporting_year: ReportingYear,
    /// Whether the data are made up.
    pub made_up: bool,
    /// When things happen.
    pub dates: Dates,
    /// Budget of the release.
    pub rho_release: RhoNano,
    /// Budget kept for one correction.
    pub rho_correction: RhoNano,
    /// Why wide intervals of headline figures are accepted, where they are.
    pub accepted_wide: Option<String>,
    /// Who is asked to take part.
    pub cohort: Cohort,
    /// Fewest authorities of a release.
    pub authorities_min: u64,
}

impl Plan {
    /// Makes a plan in which every table has an equal share of the budget.
    pub fn with_equal_shares(framework: &Framework, choice: PlanChoice) -> Result<Self, PlanError> {
        Self::with_units(framework, &equal_units(framework), choice)
    }

    /// Makes a plan of one block in which every table has the unit that it is given, with the smallest scales that the two
    /// budgets allow.
    pub fn with_units(framework: &Framework, units: &BTreeMap<String, u32>, choice: PlanChoice) -> Result<Self, PlanError> {
        let body = PlanBody {
            schema: SCHEMA.into(),
            agent_speaks: crate::submission::SCHEMA.into(),
            round: RoundId::of(choice.reporting_year),
            reporting_year: choice.reporting_year,
            made_up: choice.made_up,
            framework: framework.hash(),
            layout: framework.layout_hash(),
            n_cells: to_u64(framework.n_cells()),
            rho_year_nano: choice.rho_release.plus(choice.rho_correction).ok_or(PlanError::Budget)?,
            rho_release_nano: choice.rho_release,
            rho_correction_nano: choice.rho_correction,
            accepted_wide: choice.accepted_wide,
            blocks: vec![block(framework, units, choice.rho_release, choice.rho_correction)?],
            dates: choice.dates,
            body_bytes_max: to_u64(body_bytes_max(framework.n_cells())),
            attachment_bytes_max: 0,
            cohort_hash: cohort_hash(&choice.cohort),
            cohort: choice.cohort,
            authorities_min: choice.authorities_min,
            noise_shares: None,
            sealed: None,
        };
        Self::check(body, framework)
    }

    /// Reads a plan's payload and checks it against the framework.
    pub fn parse(payload: &[u8], framework: &Framework) -> Result<Self, PlanError> {
        let body: PlanBody = serde_json::from_slice(payload).map_err(|_| PlanError::Malformed)?;
        let plan = Self::check(body, framework)?;
        if plan.encode() == payload { Ok(plan) } else { Err(PlanError::Malformed) }
    }

    /// The payload's bytes.
    pub fn encode(&self) -> Vec<u8> {
        serde_json::to_vec(&self.body).expect("a plan serialises")
    }
    /// What it says.
    pub fn body(&self) -> &PlanBody {
        &self.body
    }
    /// Cost of the release for one child added or removed.
    pub fn rho(&self) -> RhoNano {
        self.rho_of(Draw::Release)
    }
    /// Cost of a draw for one child added or removed.
    pub fn rho_of(&self, draw: Draw) -> RhoNano {
        let costs = self.body.blocks.iter().map(|b| b.rho_of(draw));
        costs.fold(RhoNano(0), |sum, cost| cost.plus(sum).expect("checked when the plan was made"))
    }
    /// Cost of a draw for any change to one child's records: what `docs/privacy.md` calls PC2. `None` when it does not fit.
    pub fn rho_of_change(&self, framework: &Framework, draw: Draw) -> Option<RhoNano> {
        let of_block = |b: &PlanBlock| {
            let tables = b.tables.iter().map(|t| Some((framework.table(&t.table)?, t.unit)));
            let tables = tables.collect::<Option<Vec<_>>>()?;
            cost(l2_squared_of_change(tables.iter().copied())?, b.scale_milli_of(draw))
        };
        self.body.blocks.iter().map(of_block).try_fold(RhoNano(0), |sum, cost| cost?.plus(sum))
    }
    /// The second from which an authority sends its submission: see [`Dates::slot`].
    pub fn slot(&self, plan_id: Digest, authority: AuthorityId) -> Timestamp {
        self.body.dates.slot(plan_id, authority)
    }
    /// The cohort's member of this code.
    pub fn member(&self, authority: AuthorityId) -> Option<&CohortMember> {
        self.body.cohort.members.iter().find(|m| m.authority == authority)
    }
    /// Where a table's cells lie in a submission.
    pub fn place(&self, framework: &Framework, table: &str) -> Option<Place<'_>> {
        let holds = |b: &&PlanBlock| b.tables.iter().any(|t| t.table == table);
        let block = self.body.blocks.iter().find(holds)?;
        let before = block.tables.iter().take_while(|t| t.table != table);
        let first_cell = before.filter_map(|t| framework.table(&t.table)).map(Table::n_cells).sum();
        let unit = block.tables.iter().find(|t| t.table == table)?.unit;
        Some(Place { block, first_cell, unit })
    }

    /// The one way to a plan: a body that does not contradict its framework.
    fn check(body: PlanBody, framework: &Framework) -> Result<Self, PlanError> {
        check::check(&body, framework)?;
        Ok(Self { body })
    }
}

fn to_u64(n: usize) -> u64 {
    u64::try_from(n).expect("lengths fit 64 bits")
}

/// One block of all tables.
fn block(
    framework: &Framework,
    units: &BTreeMap<String, u32>,
    rho_release: RhoNano,
    rho_correction: RhoNano,
) -> Result<PlanBlock, PlanError> {
    let missing = PlanError::Contradiction("a table has no unit, or a unit no table");
    if units.len() != framework.tables().len() {
        return Err(missing);
    }
    let with_unit = |t: &Table| Some(PlanTable { unit: *units.get(&t.id)?, table: t.id.clone() });
    let tables: Vec<PlanTable> = framework.tables().iter().map(with_unit).collect::<Option<_>>().ok_or(missing)?;
    let pairs = framework.tables().iter().zip(tables.iter().map(|t| t.unit));
    let l2_squared = l2_squared(pairs.clone()).ok_or(PlanError::Budget)?;
    let unit_max = tables.iter().map(|t| t.unit).max().unwrap_or(1);
    let least = cost(l2_squared, SCALE_MILLI_MAX).ok_or(PlanError::Budget)?;
    let scale = |draw, rho| smallest_scale_milli(l2_squared, unit_max, rho).ok_or(PlanError::NoScale { draw, rho, least });
    let (scale_milli, correction_scale_milli) = (scale(Draw::Release, rho_release)?, scale(Draw::Correction, rho_correction)?);
    Ok(PlanBlock {
        index: 0,
        name: "local".into(),
        protection: Protection::LocalNoise,
        scope: Scope::Authority,
        n: to_u64(framework.n_cells()),
        l2_squared,
        cell_abs_max: pairs.filter_map(|(t, unit)| amount_max(t, unit)).max().unwrap_or(0),
        scale_milli,
        rho_nano: cost(l2_squared, scale_milli).ok_or(PlanError::Budget)?,
        correction_scale_milli,
        correction_rho_nano: cost(l2_squared, correction_scale_milli).ok_or(PlanError::Budget)?,
        tables,
    })
}

fn cohort_hash(cohort: &Cohort) -> Digest {
    sha256(&serde_json::to_vec(cohort).expect("a cohort serialises"))
}
