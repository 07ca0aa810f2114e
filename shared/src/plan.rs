//! The plan of a round: what is asked of every authority, at what cost to a child, and when.
//!
//! Signed by the plan key, logged before anyone draws. Invariant of [`Plan`]: it was checked against a framework, so its
//! blocks partition the tables, its lengths, sensitivities and costs are those that follow from the framework and its
//! scales, and their sum is within its budget. `docs/protocol.md`, section 4.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::framework::{Framework, Table};
use crate::hash::sha256;
use crate::ids::{AuthorityId, Digest, ReportingYear, RoundId};
use crate::limits::{BLOCKS_MAX, COHORT_MAX, POPULATION_MAX, SOURCE_BYTES_MAX, body_bytes_max};
use crate::privacy::{RhoNano, contribution_classes, cost, equal_scale_milli, l2_squared};
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

/// Tables of equal scale, noised as one vector.
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
    /// Squared L2 norm of what one child can add.
    pub l2_squared: u64,
    /// Greatest absolute amount that one child can add to one cell.
    pub cell_abs_max: u64,
    /// Scale of the discrete Gaussian, in thousandths.
    pub scale_milli: u64,
    /// Cost of one child added or removed, in billionths of rho.
    pub rho_nano: RhoNano,
    /// Tables in layout order; the block's cells are theirs, one after the other.
    pub tables: Vec<String>,
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
    /// First second in which none is accepted any more.
    pub send_closes_at: Timestamp,
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
    /// No noise fits the budget.
    #[error("no scale of noise fits the budget")]
    Budget,
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
    /// Who is asked to take part.
    pub cohort: Cohort,
    /// Fewest authorities of a release.
    pub authorities_min: u64,
}

impl Plan {
    /// Makes a plan in which every table has an equal share of the budget.
    pub fn with_equal_shares(framework: &Framework, choice: PlanChoice) -> Result<Self, PlanError> {
        let unit = equal_scale_milli(framework, choice.rho_release).ok_or(PlanError::Budget)?;
        let classes = contribution_classes(framework);
        let blocks = classes.iter().zip(0_u32..).map(|(&class, index)| block(framework, class, index, unit));
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
            blocks: blocks.collect::<Option<_>>().ok_or(PlanError::Budget)?,
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
        self.body.blocks.iter().fold(RhoNano(0), |sum, b| b.rho_nano.plus(sum).expect("checked when the plan was made"))
    }
    /// The cohort's member of this code.
    pub fn member(&self, authority: AuthorityId) -> Option<&CohortMember> {
        self.body.cohort.members.iter().find(|m| m.authority == authority)
    }
    /// The block that holds a table, and the place of the table's first cell in it.
    pub fn place(&self, framework: &Framework, table: &str) -> Option<(&PlanBlock, usize)> {
        let block = self.body.blocks.iter().find(|b| b.tables.iter().any(|t| t == table))?;
        let before = block.tables.iter().take_while(|t| *t != table);
        Some((block, before.filter_map(|t| framework.table(t)).map(Table::n_cells).sum()))
    }

    fn check(body: PlanBody, framework: &Framework) -> Result<Self, PlanError> {
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
        if body.dates.send_opens_at >= body.dates.send_closes_at {
            return wrong("dates");
        }
        if body.attachment_bytes_max != 0 || body.noise_shares.is_some() {
            return wrong("sealed totals are not part of this version");
        }
        check_blocks(&body, framework)?;
        check_cohort(&body)?;
        Ok(Self { body })
    }
}

fn to_u64(n: usize) -> u64 {
    u64::try_from(n).expect("lengths fit 64 bits")
}

fn block(framework: &Framework, class: u32, index: u32, unit_milli: u64) -> Option<PlanBlock> {
    let of_class = framework.tables().iter().filter(|t| t.contribution_max.unsigned_abs() == class);
    let l2_squared = l2_squared(of_class.clone());
    let scale_milli = unit_milli.checked_mul(u64::from(class))?;
    Some(PlanBlock {
        index,
        name: if class == 1 { "counts".into() } else { format!("sums-{class}") },
        protection: Protection::LocalNoise,
        scope: Scope::Authority,
        n: to_u64(of_class.clone().map(Table::n_cells).sum()),
        l2_squared,
        cell_abs_max: u64::from(class),
        scale_milli,
        rho_nano: cost(l2_squared, scale_milli)?,
        tables: of_class.map(|t| t.id.clone()).collect(),
    })
}

fn check_blocks(body: &PlanBody, framework: &Framework) -> Result<(), PlanError> {
    let wrong = |what| Err(PlanError::Contradiction(what));
    if body.blocks.is_empty() || body.blocks.len() > BLOCKS_MAX {
        return wrong("number of blocks");
    }
    let (mut names, mut seen, mut total) = (BTreeSet::new(), BTreeSet::new(), RhoNano(0));
    for (b, index) in body.blocks.iter().zip(0_u32..) {
        if b.index != index || !names.insert(&b.name) {
            return wrong("order or names of blocks");
        }
        let tables: Option<Vec<&Table>> = b.tables.iter().map(|t| framework.table(t)).collect();
        let Some(tables) = tables else { return wrong("a block names an unknown table") };
        let ascending = tables.is_sorted_by(|a, b| a.first_cell < b.first_cell);
        if !ascending || tables.is_empty() || !b.tables.iter().all(|t| seen.insert(t)) {
            return wrong("a table stands twice or out of order");
        }
        let abs_max = tables.iter().map(|t| u64::from(t.contribution_max.unsigned_abs())).max();
        let n: usize = tables.iter().map(|t| t.n_cells()).sum();
        if b.n != to_u64(n) || b.l2_squared != l2_squared(tables.iter().copied()) || Some(b.cell_abs_max) != abs_max {
            return wrong("length or sensitivity of a block");
        }
        if cost(b.l2_squared, b.scale_milli) != Some(b.rho_nano) {
            return wrong("cost of a block");
        }
        total = b.rho_nano.plus(total).ok_or(PlanError::Budget)?;
    }
    if seen.len() != framework.tables().len() {
        return wrong("a table is in no block");
    }
    let year = body.rho_release_nano.plus(body.rho_correction_nano);
    if total > body.rho_release_nano || year != Some(body.rho_year_nano) {
        return wrong("the blocks cost more than the budget");
    }
    Ok(())
}

fn cohort_hash(cohort: &Cohort) -> Digest {
    sha256(&serde_json::to_vec(cohort).expect("a cohort serialises"))
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
    let is_plain = |c: char| !c.is_control();
    if estimate.source.is_empty() || estimate.source.len() > SOURCE_BYTES_MAX || !estimate.source.chars().all(is_plain) {
        return wrong("the source of the population estimate");
    }
    let is_sound = |m: &CohortMember| m.population_0_17.is_some_and(|n| (1..=POPULATION_MAX).contains(&n));
    if members.iter().all(is_sound) { Ok(()) } else { wrong("an authority's population") }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn sample_choice() -> PlanChoice {
        let member = |code: &str, region: &str| CohortMember {
            authority: code.parse().unwrap(),
            ons_code: format!("E09000{code}"),
            name: format!("Council {code}"),
            region: region.into(),
            population_0_17: Some(code.parse::<u64>().unwrap() * 100),
        };
        let region = |code: &str| Region { code: code.into(), name: format!("Region {code}") };
        PlanChoice {
            reporting_year: ReportingYear::new(2025).unwrap(),
            made_up: true,
            dates: Dates {
                freeze_on: "2025-06-30".parse().unwrap(),
                send_opens_at: "2025-07-01T09:00:00Z".parse().unwrap(),
                send_closes_at: "2025-07-31T17:00:00Z".parse().unwrap(),
            },
            rho_release: RhoNano(160_000_000),
            rho_correction: RhoNano(40_000_000),
            cohort: Cohort {
                members: vec![member("301", "E12000007"), member("302", "E12000007"), member("805", "E12000001")],
                regions: vec![region("E12000001"), region("E12000007")],
                population: Some(PopulationEstimate { mid_year: 2024, source: "A made-up estimate".into() }),
            },
            authorities_min: 1,
        }
    }

    #[test]
    fn a_plan_is_read_back_as_it_was_made() {
        let f = Framework::built_in();
        let plan = Plan::with_equal_shares(&f, sample_choice()).unwrap();
        assert_eq!(Plan::parse(&plan.encode(), &f), Ok(plan.clone()));
        assert!(plan.rho() <= RhoNano(160_000_000) && plan.rho() > RhoNano(159_900_000));
        let cells: u64 = plan.body().blocks.iter().map(|b| b.n).sum();
        assert_eq!(cells, plan.body().n_cells);
    }

    #[test]
    fn every_table_has_its_place_in_one_block() {
        let f = Framework::built_in();
        let plan = Plan::with_equal_shares(&f, sample_choice()).unwrap();
        let mut places = BTreeSet::new();
        for t in f.tables() {
            let (block, first) = plan.place(&f, &t.id).unwrap();
            (first..first + t.n_cells()).for_each(|cell| assert!(places.insert((block.index, cell))));
        }
        assert_eq!(places.len(), f.n_cells());
    }

    #[test]
    fn a_plan_that_lies_is_refused() {
        let f = Framework::built_in();
        let body = Plan::with_equal_shares(&f, sample_choice()).unwrap().body().clone();
        let check = |name: &str, change: &dyn Fn(&mut PlanBody)| {
            let mut bad = body.clone();
            change(&mut bad);
            let payload = serde_json::to_vec(&bad).unwrap();
            assert!(Plan::parse(&payload, &f).is_err(), "{name}");
        };
        check("cheaper noise", &|b| b.blocks[0].scale_milli -= 1);
        check("claimed cost", &|b| b.blocks[0].rho_nano.0 -= 1);
        check("sensitivity", &|b| b.blocks[0].l2_squared -= 1);
        check("table twice", &|b| b.blocks[1].tables = b.blocks[0].tables.clone());
        check("table missing", &|b| drop(b.blocks[0].tables.pop()));
        check("budget", &|b| b.rho_release_nano.0 = 1);
        check("framework", &|b| b.framework.0[0] ^= 1);
        check("year", &|b| b.reporting_year = b.reporting_year.before(1));
        check("cohort", &|b| b.cohort.members[0].region = "E12000001".into());
        check("schema", &|b| b.schema = "goldenthread.plan/2".into());
        check("dates", &|b| b.dates.send_closes_at = b.dates.send_opens_at);
        check("attachments", &|b| b.attachment_bytes_max = 1);
        let cohort = |name: &str, change: &dyn Fn(&mut Cohort)| {
            check(name, &|b| {
                change(&mut b.cohort);
                b.cohort_hash = cohort_hash(&b.cohort);
            });
        };
        cohort("a code that is not one", &|c| c.members[0].ons_code = "E0900030".into());
        cohort("a code twice", &|c| c.members[0].ons_code = c.members[1].ons_code.clone());
        cohort("nobody lives there", &|c| c.members[0].population_0_17 = Some(0));
        cohort("one population missing", &|c| c.members[0].population_0_17 = None);
        cohort("more than the world", &|c| c.members[0].population_0_17 = Some(POPULATION_MAX + 1));
        cohort("no source", &|c| c.population = None);
        cohort("an empty source", &|c| c.population.as_mut().unwrap().source.clear());
        cohort("the estimate of another year", &|c| c.population.as_mut().unwrap().mid_year = 2025);
    }

    #[test]
    fn unknown_fields_and_protections_are_refused() {
        let f = Framework::built_in();
        let text = String::from_utf8(Plan::with_equal_shares(&f, sample_choice()).unwrap().encode()).unwrap();
        for (from, to) in
            [("{\"schema\"", "{\"spare\":1,\"schema\""), ("local-noise", "no-noise"), ("\"sealed\":null", "\"sealed\":{}")]
        {
            assert!(text.contains(from));
            assert_eq!(Plan::parse(text.replacen(from, to, 1).as_bytes(), &f), Err(PlanError::Malformed), "{to}");
        }
    }
}
