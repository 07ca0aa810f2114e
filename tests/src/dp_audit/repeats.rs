//! T4: noise words that stand twice, in one draw or in two, at every shift and mirrored.
//!
//! A look lays words beside words: those of a draw beside themselves or beside those of another draw, moved by some places
//! or in the opposite order. In one look no word stands in two pairs, so that under noise which is drawn afresh for each
//! word the pairs are independent and the bounds are exact. Each look is asked two questions: do the products of its pairs
//! add up to more than chance allows, which finds copies of either sign; and are its pairs equal more often than chance
//! allows, which finds a few copies among many words. And of all words it is counted how many stand anywhere before, which
//! finds copies in any order. The chance of a false alarm is shared by all questions and looks. Pure.

use std::collections::BTreeSet;
use std::fmt::{self, Display, Formatter};

use super::statistics::{binomial_from, chance_of_equal, chance_of_zero, events_from, number, product_sum_max};

/// Chance that an honest agent is rejected, over all looks and the three questions.
pub const ALPHA: f64 = 1e-6;

/// Which words are laid beside which: draws are numbered from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// A draw's words beside those that stand so many places later, in the stretches of that length that are even or odd.
    Shifted { draw: usize, by: usize, odd: usize },
    /// A draw's words beside those whose places add up to a number with theirs.
    Mirrored { draw: usize, sum: usize },
    /// The words of a draw beside those of another that stand so many places later.
    Across { from: usize, to: usize, by: usize },
    /// The words of a draw beside those of another whose places add up to a number with theirs.
    AcrossMirrored { from: usize, to: usize, sum: usize },
}

impl Way {
    /// Every way to look at so many draws of `n` words.
    fn all(n_draws: usize, n: usize) -> impl Iterator<Item = Self> {
        let sums = move || 0..(2 * n).saturating_sub(1);
        let of_one = move |draw: usize| {
            let shifted = (1..n).flat_map(move |by| [0, 1].map(|odd| Self::Shifted { draw, by, odd }));
            shifted.chain(sums().map(move |sum| Self::Mirrored { draw, sum }))
        };
        let of_two = move |(from, to): (usize, usize)| {
            // by no place at all once, by any other number of places both ways
            let there = (0..n).map(move |by| Self::Across { from, to, by });
            let back = (1..n).map(move |by| Self::Across { from: to, to: from, by });
            there.chain(back).chain(sums().map(move |sum| Self::AcrossMirrored { from, to, sum }))
        };
        let twos = (0..n_draws).flat_map(move |to| (0..to).map(move |from| (from, to)));
        (0..n_draws).flat_map(of_one).chain(twos.flat_map(of_two))
    }

    /// The pairs of noise that lie beside each other. No word is in two of them.
    fn pairs(self, draws: &[Vec<f64>]) -> Vec<(f64, f64)> {
        let mirror = |sum: usize, n: usize| (sum + 1).saturating_sub(n)..n.min(sum + 1);
        match self {
            Self::Shifted { draw, by, odd } => {
                let z = &draws[draw];
                let beside = z.iter().zip(z.iter().skip(by)).enumerate();
                beside.filter(|(place, _)| place / by % 2 == odd).map(|(_, (x, y))| (*x, *y)).collect()
            }
            Self::Mirrored { draw, sum } => {
                let z = &draws[draw];
                mirror(sum, z.len()).take_while(|place| 2 * place < sum).map(|place| (z[place], z[sum - place])).collect()
            }
            Self::Across { from, to, by } => draws[from].iter().zip(draws[to].iter().skip(by)).map(|(x, y)| (*x, *y)).collect(),
            Self::AcrossMirrored { from, to, sum } => {
                let (a, b) = (&draws[from], &draws[to]);
                mirror(sum, a.len().min(b.len())).map(|place| (a[place], b[sum - place])).collect()
            }
        }
    }
}

impl Display for Way {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shifted { draw, by, .. } => write!(f, "draw {} moved by {by} words", draw + 1),
            Self::Mirrored { draw, sum } => write!(f, "draw {} mirrored at word {}", draw + 1, sum / 2),
            Self::Across { from, to, by } => write!(f, "draws {} and {} moved by {by} words", from + 1, to + 1),
            Self::AcrossMirrored { from, to, sum } => {
                write!(f, "draws {} and {} mirrored at word {}", from + 1, to + 1, sum / 2)
            }
        }
    }
}

/// What one look shows.
struct Look {
    way: Way,
    n_pairs: usize,
    products: f64,
    n_equal: usize,
}

impl Look {
    fn new(way: Way, draws: &[Vec<f64>]) -> Option<Self> {
        let pairs = way.pairs(draws);
        let n_equal = pairs.iter().filter(|(x, y)| x.total_cmp(y).is_eq()).count();
        let products = pairs.iter().map(|(x, y)| x * y).sum();
        (!pairs.is_empty()).then_some(Self { way, n_pairs: pairs.len(), products, n_equal })
    }

    fn words(&self) -> String {
        let correlation = self.products / number(self.n_pairs);
        format!("{}: correlated by {correlation:+.4}, equal in {} of {} pairs", self.way, self.n_equal, self.n_pairs)
    }
}

/// What all looks show.
#[derive(Debug)]
pub struct Repeats {
    /// Looks with a pair in them.
    pub n_looks: usize,
    /// The greatest sum of products, in its limit: above 1 it is no chance.
    pub products: f64,
    /// The least chance of so many equal words, in its limit: below 1 it is no chance.
    pub equal: f64,
    /// The least chance of so many words that stand anywhere before, in its limit: below 1 it is no chance.
    pub anywhere: f64,
    /// What is no chance: the look that is furthest out by the first question, then by the second, then the words before.
    pub wrong: Vec<String>,
}

impl Repeats {
    /// Among draws, each the noise of the same words in claimed standard deviations; `narrowest` is the least of these. Words
    /// of other scales are equal less often.
    #[must_use]
    pub fn among(draws: &[Vec<f64>], narrowest: f64) -> Self {
        let n_words = draws.iter().map(Vec::len).min().unwrap_or(0);
        let looks: Vec<Look> = Way::all(draws.len(), n_words).filter_map(|way| Look::new(way, draws)).collect();
        let alpha = ALPHA / 3.0 / number(looks.len()).max(1.0);
        let (anywhere, n_before, n_all) = anywhere(draws, chance_of_zero(narrowest));
        let mut all = Self { n_looks: looks.len(), products: 0.0, equal: f64::INFINITY, anywhere, wrong: Vec::new() };
        let (mut by_products, mut by_equal) = (None, None);
        for look in &looks {
            let products = look.products.abs() / product_sum_max(look.n_pairs, alpha);
            if products > all.products {
                (all.products, by_products) = (products, Some(look));
            }
            let equal = binomial_from(look.n_equal, look.n_pairs, chance_of_equal(narrowest)) / alpha;
            if equal < all.equal {
                (all.equal, by_equal) = (equal, Some(look));
            }
        }
        let wrong = [by_products.filter(|_| all.products > 1.0), by_equal.filter(|_| all.equal < 1.0)];
        all.wrong = wrong.into_iter().flatten().map(Look::words).collect();
        if anywhere < 1.0 {
            all.wrong.push(format!("{n_before} of {n_all} words stand anywhere before"));
        }
        all
    }

    /// In words.
    #[must_use]
    pub fn words(&self) -> String {
        let found =
            if self.wrong.is_empty() { String::new() } else { format!(": NOISE STANDS TWICE, {}", self.wrong.join("; ")) };
        format!(
            "in {} looks for noise that stands twice, products reach {:.2} of their limit, equal words have {:.1e} times \
             the chance that rejects and words that stand anywhere before {:.1e} times{found}",
            self.n_looks, self.products, self.equal, self.anywhere
        )
    }
}

/// How many words stand anywhere before, in each draw alone and in all together: the least chance of it in its limit, and the
/// number with that of the words there. After `i` words the next is one of them with a chance of at most `i` times that of the
/// likeliest value.
fn anywhere(draws: &[Vec<f64>], likeliest: f64) -> (f64, usize, usize) {
    let alpha = ALPHA / 3.0 / (number(draws.len()) + 1.0);
    let of_words = |words: Vec<u64>| {
        let n = words.len();
        let n_before = n - words.into_iter().collect::<BTreeSet<_>>().len();
        (events_from(n_before, likeliest * number(n) * (number(n) - 1.0) / 2.0) / alpha, n_before, n)
    };
    let words = |draw: &Vec<f64>| draw.iter().map(|z| z.to_bits()).collect::<Vec<u64>>();
    let each = draws.iter().map(words).chain([draws.iter().flat_map(words).collect()]);
    each.map(of_words).min_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or((f64::INFINITY, 0, 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng as _;
    use rand::seq::SliceRandom as _;
    use rand_distr::{Distribution as _, Normal};

    /// Words of a draw.
    const N: usize = 600;
    /// Standard deviation of a word.
    const SCALE: f64 = 2_000.0;

    fn draws() -> [Vec<f64>; 2] {
        let mut rng = rand_chacha::ChaCha12Rng::seed_from_u64(7);
        let normal = Normal::new(0.0, SCALE).unwrap();
        [(); 2].map(|()| (0..N).map(|_| normal.sample(&mut rng).round() / SCALE).collect())
    }

    /// Whether noise that was broken so is seen: by the products, by what is equal in a look, by what stands anywhere before.
    fn check(name: &str, broken: impl FnOnce(&mut [Vec<f64>; 2]), seen: [bool; 3]) {
        let mut noise = draws();
        broken(&mut noise);
        let found = Repeats::among(&noise, SCALE);
        assert_eq!([found.products > 1.0, found.equal < 1.0, found.anywhere < 1.0], seen, "{name}: {}", found.words());
        assert_eq!(found.wrong.len(), seen.into_iter().filter(|seen| *seen).count(), "{name}");
    }

    #[test]
    fn noise_that_stands_twice_is_seen_and_other_noise_is_not() {
        let all = [true; 3];
        check("honest", |_| (), [false; 3]);
        check("second half as the first", |noise| noise[0].copy_within(..N / 2, N / 2), all);
        check("in the second draw alone", |noise| noise[1].copy_within(..N / 2, N / 2), all);
        check("one list over and over", |noise| (50..N).for_each(|i| noise[0][i] = noise[0][i - 50]), all);
        check("mirrored", |noise| (0..N / 2).for_each(|i| noise[0][N - 1 - i] = noise[0][i]), all);
        check("the opposite", |noise| (0..N / 2).for_each(|i| noise[0][N / 2 + i] = -noise[0][i]), [true, false, false]);
        check("few", |noise| noise[0].copy_within(..N / 30, N / 2), [false, true, false]);
        let in_another_order = |noise: &mut [Vec<f64>; 2]| {
            let mut half = noise[0][..N / 2].to_vec();
            half.shuffle(&mut rand_chacha::ChaCha12Rng::seed_from_u64(8));
            noise[0][N / 2..].copy_from_slice(&half);
        };
        check("in another order", in_another_order, [false, false, true]);
        check("the other draw later", |noise| (100..N).for_each(|i| noise[1][i] = noise[0][i - 100]), all);
        check("the other draw earlier", |noise| (100..N).for_each(|i| noise[1][i - 100] = noise[0][i]), all);
        check("the other draw mirrored", |noise| (0..N).for_each(|i| noise[1][i] = noise[0][N - 1 - i]), all);
    }

    #[test]
    fn every_two_words_lie_beside_each_other_and_no_word_is_in_two_pairs_of_a_look() {
        // words are told apart by what they are: draw 0 has 0 to 6, draw 1 has 10 to 16
        let words = [0_u8, 10].map(|first| (first..first + 7).map(f64::from).collect::<Vec<f64>>());
        let (mut forwards, mut mirrored) = (BTreeSet::new(), BTreeSet::new());
        for way in Way::all(2, 7) {
            let mut in_look = BTreeSet::new();
            for (x, y) in way.pairs(&words) {
                assert!(in_look.insert(x.to_bits()) && in_look.insert(y.to_bits()), "{way:?} has a word twice");
                let is_mirrored = matches!(way, Way::Mirrored { .. } | Way::AcrossMirrored { .. });
                let two = [x.min(y).to_bits(), x.max(y).to_bits()];
                let is_new = if is_mirrored { &mut mirrored } else { &mut forwards }.insert(two);
                assert!(is_new, "{way:?} looks again at {x} and {y}");
            }
        }
        let n_twos = 14 * 13 / 2;
        assert_eq!((forwards.len(), mirrored.len()), (n_twos, n_twos));
    }
}
