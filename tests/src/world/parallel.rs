//! The same work for many things, a few at a time.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

/// Does `work` for each of `0..n` on `n_threads` threads; answers in the order of the places.
///
/// # Errors
/// The first failure; what was not begun by then is left undone.
pub fn each<T: Send>(n: usize, n_threads: usize, work: impl Fn(usize) -> anyhow::Result<T> + Sync) -> anyhow::Result<Vec<T>> {
    let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let one_thread = || {
        let mut done = Vec::new();
        while !failed.load(Ordering::Relaxed) {
            let place = next.fetch_add(1, Ordering::Relaxed);
            if place >= n {
                break;
            }
            let result = work(place);
            failed.fetch_or(result.is_err(), Ordering::Relaxed);
            done.push((place, result));
        }
        done
    };
    let mut all: Vec<(usize, anyhow::Result<T>)> = thread::scope(|scope| {
        let threads: Vec<_> = (0..n_threads.max(1)).map(|_| scope.spawn(one_thread)).collect();
        threads.into_iter().flat_map(|t| t.join().expect("a worker does not panic")).collect()
    });
    all.sort_by_key(|(place, _)| *place);
    all.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_stand_in_order_and_a_failure_is_told() {
        assert_eq!(each(50, 4, |n| Ok(n * 2)).unwrap(), (0..50).map(|n| n * 2).collect::<Vec<_>>());
        assert!(each(0, 4, Ok).unwrap().is_empty());
        let error = each(50, 4, |n| if n == 7 { anyhow::bail!("seven") } else { Ok(n) }).unwrap_err();
        assert_eq!(error.to_string(), "seven");
    }
}
