//! T1: is the noise as wide as the envelope says? From one run whose words without noise are known.
//!
//! The squares of the noise, each in the claimed standard deviation, add up to a chi-square number. Too narrow noise costs
//! privacy and too wide noise costs accuracy, so both tails reject. The same is asked of every table alone, which finds a
//! table whose noise was forgotten. The discrete Gaussian's fourth moment is the normal one's for the scales in use.

use super::known::Sent;
use super::site::Site;
use super::statistics::{chi_square_tails, number};
use super::{Set, Verdict};

/// Chance that an honest agent is rejected.
pub const ALPHA: f64 = 1e-6;

/// Runs the test on one draw for these returns.
///
/// # Errors
/// When the agent does not draw, or a file cannot be read.
pub fn run(site: &Site<'_>, set: &Set) -> anyhow::Result<Verdict> {
    let sent = site.draw(&set.files)?;
    judge(site, &sent, &set.words)
}

/// Judges one draw whose words without noise are known.
///
/// # Errors
/// When it has another number of words.
pub fn judge(site: &Site<'_>, sent: &Sent, known: &[i64]) -> anyhow::Result<Verdict> {
    let noise = sent.noise(known)?;
    let (ratio, is_fine) = width(&noise, ALPHA / 2.0);
    let framework = site.counter.framework();
    let alpha = ALPHA / 2.0 / number(framework.tables().len());
    let of_table = |(place, table): (usize, &shared::framework::Table)| {
        let words = site.counter.words_of(place, table);
        let (ratio, is_fine) = width(noise.get(words).unwrap_or_default(), alpha);
        (!is_fine).then(|| format!("{} {ratio:.3}", table.id))
    };
    let wrong: Vec<String> = framework.tables().iter().enumerate().filter_map(of_table).collect();
    let tables = if wrong.is_empty() { "every table fits alone".to_owned() } else { format!("not these: {}", wrong.join(", ")) };
    let words = format!(
        "noise of {} words has {ratio:.4} of the standard deviation that the envelope claims (two tails at {ALPHA:e}); {tables}",
        noise.len()
    );
    Ok(Verdict::new("T1", is_fine && wrong.is_empty(), words).with("sd_ratio", ratio).with("n_words", number(noise.len())))
}

/// The width of noise in the claimed one, and whether that can be chance.
fn width(noise: &[f64], alpha: f64) -> (f64, bool) {
    let squares: f64 = noise.iter().map(|z| z * z).sum();
    let tails = chi_square_tails(squares, noise.len());
    ((squares / number(noise.len())).sqrt(), tails.iter().all(|tail| *tail >= alpha / 2.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng as _;
    use rand_distr::{Distribution as _, Normal};

    #[test]
    fn noise_that_is_a_tenth_too_narrow_or_too_wide_is_seen_and_the_right_one_passes() {
        let mut rng = rand_chacha::ChaCha12Rng::seed_from_u64(1);
        for (sd, passes) in [(1.0, true), (0.5, false), (0.88, false), (1.13, false)] {
            let normal = Normal::new(0.0, sd).unwrap();
            let noise: Vec<f64> = normal.sample_iter(&mut rng).take(1_476).collect();
            assert_eq!(width(&noise, ALPHA).1, passes, "{sd}");
        }
    }
}
