//! T4: noise is drawn once for one input, and afresh for another.
//!
//! The same agent asked twice keeps its bytes. Two agents that are copies of each other, one with a child more, share no
//! noise: the noise of their words is not correlated and not equal more often than chance allows. Nor does noise stand twice
//! elsewhere, within one draw or between the two: [`super::repeats`].

use super::repeats::Repeats;
use super::site::Site;
use super::statistics::{binomial_from, chance_of_equal, correlation, number};
use super::{Set, Verdict};

/// Chance that an honest agent is rejected for words that are equal in two draws; by what `repeats` asks, there.
pub const ALPHA: f64 = 1e-6;
/// The correlation of `n` pairs that are independent has a standard deviation of `1 / sqrt n`; beyond five of them lie 6e-7.
const DEVIATIONS_MAX: f64 = 5.0;

/// Runs the test: on D twice, then on D and D'.
///
/// # Errors
/// When the agent does not draw, or a file cannot be read.
pub fn run(site: &Site<'_>, set: &Set, more: &Set) -> anyhow::Result<Verdict> {
    let fresh = site.fresh(&set.files, "")?;
    fresh.run(&["prepare"])?.done("prepare")?;
    let first = fresh.sent(1)?;
    fresh.run(&["prepare"])?.done("prepare again")?;
    let again = fresh.sent(1)?;
    let (is_kept, drew_twice) = (first.envelope == again.envelope, fresh.sent(2).is_ok());
    fresh.remove()?;
    let other = site.draw(&more.files)?;
    let (a, b) = (first.noise(&set.words)?, other.noise(&more.words)?);
    let (r, limit) = (correlation(&a, &b), DEVIATIONS_MAX / number(a.len()).sqrt());
    let n_equal = a.iter().zip(&b).filter(|(x, y)| x.total_cmp(y).is_eq()).count();
    // words of a narrower scale are equal more often, so the narrowest says what chance allows
    let narrowest = first.scales().into_iter().fold(f64::INFINITY, f64::min);
    let is_chance = binomial_from(n_equal, a.len(), chance_of_equal(narrowest)) >= ALPHA;
    let n_words = a.len();
    let repeats = Repeats::among(&[a, b], narrowest);
    let passed = is_kept && !drew_twice && r.abs() < limit && is_chance && repeats.wrong.is_empty();
    let kept = match (is_kept, drew_twice) {
        (true, false) => "asked twice, it kept its bytes",
        (false, _) => "ASKED TWICE, IT CHANGED ITS BYTES",
        (true, true) => "ASKED TWICE, IT DREW TWICE",
    };
    let words = format!(
        "{kept}; with a child more, noise is correlated by {r:+.4} (limit {limit:.4}) and equal in {n_equal} of \
         {n_words} words ({:.2} expected); {}",
        number(n_words) * chance_of_equal(narrowest),
        repeats.words()
    );
    let verdict = Verdict::new("T4", passed, words).with("correlation", r).with("n_equal", number(n_equal));
    Ok(verdict
        .with("repeats_products", repeats.products)
        .with("repeats_equal", repeats.equal)
        .with("repeats_anywhere", repeats.anywhere))
}
