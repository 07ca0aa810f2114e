//! T0: what the worst legal child of every kind costs under the scales that the envelope claims.
//!
//! `mu` is the length of the child's own contributions in claimed standard deviations. No child may exceed `sqrt(2 rho)` of
//! the plan, or the sensitivity is wrong; and one of them must come near it, or nothing was attacked. The kind of T2's
//! canaries must come near the greatest of all kinds.

use super::canary::{Canary, files};
use super::site::{Site, claims_are_the_plans};
use super::statistics::real;
use super::{COSTLY, COSTLY_PART, Set, Verdict};

/// Part of the claim that the worst canary must reach.
pub const NEAR: f64 = 0.9;
/// Rounding of a sum of squares in doubles, far above what can occur.
const ROUNDING: f64 = 1e-9;

/// Runs the test: the scales are those of a real envelope, the contributions those of each canary's own files.
///
/// # Errors
/// When the agent does not draw.
pub fn run(site: &Site<'_>, canaries: &[Canary]) -> anyhow::Result<Verdict> {
    let sent = site.draw(&Set::of(&site.counter, &canaries[..1])?.files)?;
    claims_are_the_plans(&sent, &site.plan)?;
    let (scales, framework) = (sent.scales(), site.counter.framework());
    let claim = (2.0 * site.plan.rho().as_rho()).sqrt();
    let (mut worst, mut words, mut costly) = (0.0_f64, String::new(), 0.0_f64);
    for canary in canaries {
        let children = site.counter.children(&files(std::slice::from_ref(canary)))?;
        let squares = site.counter.words(&children).into_iter().zip(&scales).map(|(w, scale)| (real(w) / scale).powi(2));
        let part = squares.sum::<f64>().sqrt() / claim;
        if canary.kind == COSTLY {
            costly = part;
        }
        if part > worst {
            worst = part;
            let touched: Vec<u16> = children.iter().flat_map(|c| c.cells()).map(|cell| cell.table).collect();
            let admitted = framework.tables().iter().enumerate().filter(|(_, table)| table.admits(canary.kind));
            let missing = admitted.filter(|(place, _)| !touched.iter().any(|t| usize::from(*t) == *place));
            let missing: Vec<&str> = missing.map(|(_, table)| table.id.as_str()).collect();
            let place = if canary.kind.in_care { "in care" } else { "not in care" };
            words = format!(
                "the worst is {} years old, {place}, and in {} tables; of those that admit its kind it is not in {}",
                canary.kind.age,
                touched.len(),
                if missing.is_empty() { "none".to_owned() } else { missing.join(", ") }
            );
        }
    }
    let passed = (NEAR..=1.0 + ROUNDING).contains(&worst) && costly >= COSTLY_PART * worst;
    let words = format!(
        "mu_c / sqrt(2 rho) is {worst:.3} at most, sqrt(2 rho) {claim:.3}, over {} kinds of child; {words}; the kind of T2 has {:.4} of \
         the greatest",
        canaries.len(),
        costly / worst
    );
    Ok(Verdict::new("T0", passed, words).with("mu_part", worst).with("mu_claimed", claim).with("mu_part_of_t2", costly))
}
