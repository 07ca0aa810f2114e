//! The noise of a round whose plan the agent has kept, for `preview`: nothing is fetched, nothing is written.

use shared::framework::Framework;
use shared::ids::RoundId;
use shared::plan::{Draw, PLAN_BYTES_MAX, Plan};
use shared::problem::Problem;
use shared::sign::Envelope;
use shared::time::Timestamp;

use super::preview::NoiseByTable;
use crate::cli::Source;
use crate::config::{AgentConfig, environment};
use crate::io::state::State;
use crate::stop::Stop;

/// Standard deviations by table; empty for named files, before one plan is known, and while there are two. Refused is only a
/// state that others may open.
pub fn of_source(source: &Source, now: Timestamp) -> Result<NoiseByTable, Stop> {
    let config = source.config.as_ref().and_then(|file| AgentConfig::load(file, environment()).ok());
    let round = config.as_ref().and_then(|config| source.year.or_else(|| config.year(now))).map(RoundId::of);
    let Some((config, round)) = config.zip(round) else { return Ok(NoiseByTable::new()) };
    let state = match State::open(&config.state) {
        Ok(state) => state,
        Err(stop) if stop.problem == Some(Problem::LedgerMissing) => return Ok(NoiseByTable::new()),
        Err(stop) => return Err(stop),
    };
    let framework = Framework::built_in();
    let Some(plan) = kept_plan(&state, round, &framework) else { return Ok(NoiseByTable::new()) };
    let sd = |table: &str| plan.place(&framework, table).map(|place| place.sd(Draw::Release));
    let tables = framework.tables().iter().filter_map(|t| Some((t.id.clone(), sd(&t.id)?)));
    Ok(tables.collect())
}

/// The one plan that is kept of a round; `None` before one is known, and while there are two.
pub(super) fn kept_plan(state: &State, round: RoundId, framework: &Framework) -> Option<Plan> {
    let [id] = state.plans(round).ok()?[..] else { return None };
    let bytes = state.plan(round, id).ok()??;
    let envelope = Envelope::parse(&bytes, PLAN_BYTES_MAX).ok().filter(|e| e.id() == id)?;
    Plan::parse(envelope.payload_unverified(), framework).ok()
}
