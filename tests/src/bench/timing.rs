//! CPU and wall seconds, and medians of runs that alternate, so that a busy machine disturbs both sides alike.

use std::time::Instant;

use rustix::time::{ClockId, clock_gettime};

/// CPU seconds, user and system, that this process has used on all its threads.
#[must_use]
pub fn cpu_seconds() -> f64 {
    let used = clock_gettime(ClockId::ProcessCPUTime);
    let number = |n: i64| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    number(used.tv_sec) + number(used.tv_nsec) / 1e9
}

/// Middle value of an odd number of values.
#[must_use]
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Median CPU seconds of two pieces of work that take turns, `rounds` times each after one unmeasured turn.
///
/// # Errors
/// The first error of either.
pub fn alternate_cpu(
    rounds: usize,
    mut one: impl FnMut() -> anyhow::Result<()>,
    mut other: impl FnMut() -> anyhow::Result<()>,
) -> anyhow::Result<(f64, f64)> {
    one()?;
    other()?;
    let (mut ones, mut others) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        ones.push(of(cpu_seconds, &mut one)?);
        others.push(of(cpu_seconds, &mut other)?);
    }
    Ok((median(ones), median(others)))
}

fn of(clock: fn() -> f64, work: &mut impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<f64> {
    let before = clock();
    work()?;
    Ok(clock() - before)
}

/// Wall seconds of some work.
///
/// # Errors
/// The work's error.
pub fn wall<T>(work: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<(f64, T)> {
    let start = Instant::now();
    let value = work()?;
    Ok((start.elapsed().as_secs_f64(), value))
}
