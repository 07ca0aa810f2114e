//! The noise of a round whose plan the agent has kept, for `preview`: nothing is fetched, nothing is written.

use shared::framework::Framework;
use shared::ids::RoundId;
use shared::plan::{PLAN_BYTES_MAX, Plan};
use shared::sign::Envelope;
use shared::time::Timestamp;

use super::preview::NoiseByTable;
use crate::cli::Source;
use crate::config::{AgentConfig, environment};
use crate::io::state::State;

/// Standard deviations by table; empty for named files, before one plan is known, and while there are two.
pub fn of_source(source: &Source, now: Timestamp) -> NoiseByTable {
    let config = source.config.as_ref().and_then(|file| AgentConfig::load(file, environment()).ok());
    let round = config.as_ref().and_then(|config| source.year.or_else(|| config.year(now))).map(RoundId::of);
    let framework = Framework::built_in();
    let plan = config.zip(round).and_then(|(config, round)| kept_plan(&config, round, &framework));
    let Some(plan) = plan else { return NoiseByTable::new() };
    let sd = |milli: u64| milli.to_string().parse::<f64>().map_or(f64::NAN, |thousandths| thousandths / 1_000.0);
    let tables = framework.tables().iter().filter_map(|t| Some((t.id.clone(), sd(plan.place(&framework, &t.id)?.0.scale_milli))));
    tables.collect()
}

fn kept_plan(config: &AgentConfig, round: RoundId, framework: &Framework) -> Option<Plan> {
    let state = State::open(&config.state).ok()?;
    let [id] = state.plans(round).ok()?[..] else { return None };
    let bytes = state.plan(round, id).ok()??;
    let envelope = Envelope::parse(&bytes, PLAN_BYTES_MAX).ok().filter(|e| e.id() == id)?;
    Plan::parse(envelope.payload_unverified(), framework).ok()
}
