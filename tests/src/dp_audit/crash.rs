//! T5: killed at any instant of `prepare`, an agent never shows two envelopes for one round.
//!
//! The instants are spread evenly over the time that an undisturbed run takes. One kill at least must come before the commit
//! and one after it, or nothing was attacked there: since little happens after the commit, more agents are killed at the
//! instant at which its file is seen, until one of them had not ended. `tests/it/crash.rs` kills at random instants, and more
//! often.

use std::collections::BTreeSet;
use std::thread::yield_now;
use std::time::{Duration, Instant};

use anyhow::ensure;

use super::site::{Fresh, Site};
use super::statistics::number;
use super::{Set, Verdict};
use crate::world::process::{Running, wait_until};

/// Longest wait for an instant.
const INSTANT_MAX: Duration = Duration::from_secs(60);
/// Kills at the commit until one agent had not ended.
const AT_COMMIT_MAX: u32 = 40;

/// What the kills showed.
#[derive(Default)]
struct Kills {
    /// Agents that were killed before the commit.
    n_before: u32,
    /// Agents that were killed after it.
    n_after: u32,
    /// Agents that had ended before the kill.
    n_late: u32,
    /// The most envelopes of one round.
    most: usize,
}

/// Runs the test with so many kills, and those at the commit.
///
/// # Errors
/// When the agent does not draw once it is left in peace, or no kill came before the commit, or none after it.
pub fn run(site: &Site<'_>, set: &Set, n_kills: u32) -> anyhow::Result<Verdict> {
    let undisturbed = site.fresh(&set.files, "")?;
    let began = Instant::now();
    undisturbed.run(&["prepare"])?.done("prepare")?;
    let whole = began.elapsed();
    undisturbed.remove()?;
    let mut kills = Kills::default();
    for kill in 0..n_kills {
        let after = whole.mul_f64((f64::from(kill) + 0.5) / f64::from(n_kills));
        kills.add(site.fresh(&set.files, "")?, |_, _| {
            let began = Instant::now();
            wait_until("the instant", INSTANT_MAX, || Ok(began.elapsed() >= after))
        })?;
    }
    let mut n_at_commit = 0;
    while kills.n_after == 0 && n_at_commit < AT_COMMIT_MAX {
        n_at_commit += 1;
        kills.add(site.fresh(&set.files, "")?, until_commit)?;
    }
    let Kills { n_before, n_after, n_late, most } = kills;
    ensure!(n_before > 0, "none of {n_kills} kills came before the commit: nothing was attacked there, run T5 again");
    ensure!(
        n_after > 0,
        "none of {n_at_commit} kills at the commit came before the agent's end: run T5 again, on an idler machine"
    );
    let words = format!(
        "{n_before} kills before the commit and {n_after} after it, {n_late} agents had ended: at most {most} envelopes of \
         one round were seen"
    );
    Ok(Verdict::new("T5", most == 1, words)
        .with("n_before", f64::from(n_before))
        .with("n_after", f64::from(n_after))
        .with("most_envelopes", number(most)))
}

impl Kills {
    /// Kills an agent at an instant, and collects the envelopes that it shows then and later.
    fn add(&mut self, fresh: Fresh<'_>, wait: impl FnOnce(&Fresh<'_>, &Running) -> anyhow::Result<()>) -> anyhow::Result<()> {
        let running = fresh.start(&["prepare"])?;
        wait(&fresh, &running)?;
        let was_killed = running.kill()?.code.is_none();
        let count = match (was_killed, fresh.has_drawn()) {
            (false, _) => &mut self.n_late,
            (true, false) => &mut self.n_before,
            (true, true) => &mut self.n_after,
        };
        *count += 1;
        let mut envelopes = BTreeSet::new();
        envelopes.extend(fresh.sent(1).ok().map(|sent| sent.envelope));
        for _ in 0..2 {
            fresh.run(&["prepare"])?.done("prepare after a kill")?;
            envelopes.insert(fresh.sent(1)?.envelope);
        }
        envelopes.extend(fresh.sent(2).ok().map(|sent| sent.envelope));
        self.most = self.most.max(envelopes.len());
        fresh.remove()
    }
}

/// Waits until the file of the commit is seen, or the agent has ended. Without sleep, since the agent ends soon after.
fn until_commit(fresh: &Fresh<'_>, running: &Running) -> anyhow::Result<()> {
    let began = Instant::now();
    while !fresh.has_drawn() && !running.has_ended()? {
        ensure!(began.elapsed() <= INSTANT_MAX, "no commit and no end within {} s", INSTANT_MAX.as_secs());
        yield_now();
    }
    Ok(())
}
