//! T5: killed at any instant of `prepare`, an agent never shows two envelopes for one round.
//!
//! The instants are spread evenly over the time that an undisturbed run takes, and one at least must come before the commit,
//! or nothing was attacked. `tests/it/crash.rs` kills at random instants, and more often.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::site::Site;
use super::statistics::number;
use super::{Set, Verdict};
use crate::world::process::wait_until;

/// Longest wait for an instant.
const INSTANT_MAX: Duration = Duration::from_secs(60);

/// Runs the test with so many kills.
///
/// # Errors
/// When the agent does not draw once it is left in peace.
pub fn run(site: &Site<'_>, set: &Set, n_kills: u32) -> anyhow::Result<Verdict> {
    let undisturbed = site.fresh(&set.files, "")?;
    let began = Instant::now();
    undisturbed.run(&["prepare"])?.done("prepare")?;
    let whole = began.elapsed();
    undisturbed.remove()?;
    let (mut most, mut n_before) = (0, 0_u32);
    for kill in 0..n_kills {
        let fresh = site.fresh(&set.files, "")?;
        let after = whole.mul_f64((f64::from(kill) + 0.5) / f64::from(n_kills));
        let mut envelopes = BTreeSet::new();
        let (running, began) = (fresh.start(&["prepare"])?, Instant::now());
        wait_until("the instant", INSTANT_MAX, || Ok(began.elapsed() >= after))?;
        running.kill()?;
        n_before += u32::from(!fresh.has_drawn());
        envelopes.extend(fresh.sent(1).ok().map(|sent| sent.envelope));
        for _ in 0..2 {
            fresh.run(&["prepare"])?.done("prepare after a kill")?;
            envelopes.insert(fresh.sent(1)?.envelope);
        }
        envelopes.extend(fresh.sent(2).ok().map(|sent| sent.envelope));
        most = most.max(envelopes.len());
        fresh.remove()?;
    }
    let words = format!("{n_kills} kills, {n_before} of them before the commit: at most {most} envelopes of one round were seen");
    Ok(Verdict::new("T5", most == 1 && n_before > 0, words)
        .with("n_kills", f64::from(n_kills))
        .with("most_envelopes", number(most)))
}
