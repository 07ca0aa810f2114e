//! T6: a plan that costs more than a cap allows is refused, and nothing is drawn.

use anyhow::ensure;
use shared::problem::{Exit, Problem};

use super::site::Site;
use super::{Set, Verdict};

/// Caps by name, with the problem that names each.
const CAPS: [(&str, Problem); 3] =
    [("rho_year", Problem::PlanCapYear), ("rho_365_days", Problem::PlanCap365Days), ("rho_lifetime", Problem::PlanCapLifetime)];

/// Runs the test: one agent for each cap, which is a billionth of rho below the plan's cost.
///
/// # Errors
/// When the agent cannot be run.
pub fn run(site: &Site<'_>, set: &Set) -> anyhow::Result<Verdict> {
    let cost = site.plan.rho().0;
    ensure!(cost > 0, "a plan that costs nothing has no cap below it");
    let mut wrong = Vec::new();
    for (cap, problem) in CAPS {
        let fresh = site.fresh(&set.files, &format!("[caps]\n{cap} = {}\n", cost - 1))?;
        let ended = fresh.run(&["prepare"])?;
        if !ended.is(Exit::PrivacyGuard) || !ended.says(problem.code()) {
            wrong.push(format!("{cap}: it ended with {:?} instead of {}", ended.code, problem.code()));
        }
        if fresh.has_drawn() {
            wrong.push(format!("{cap}: IT DREW"));
        }
        fresh.remove()?;
    }
    let words =
        if wrong.is_empty() { "each of the three caps below the plan's cost was held".to_owned() } else { wrong.join("; ") };
    Ok(Verdict::new("T6", wrong.is_empty(), words))
}
