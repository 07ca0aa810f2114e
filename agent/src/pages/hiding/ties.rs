//! Which other tables agree with what is shown: steps that keep every sum, from the true table to others.
//!
//! A step changes some hidden numbers by whole children and leaves every sum as it is. Steps are found by elimination modulo a
//! prime, since every coefficient is plus or minus one, and each is checked with whole numbers before it is taken. A table that
//! is reached is therefore a true proof that a hidden number may have another value; one that is not reached proves nothing,
//! so that more may be hidden than must be, and never less.

use std::collections::BTreeSet;

/// A prime whose square fits a 64-bit number.
const PRIME: u64 = 2_147_483_647;

/// So many values must be possible for a hidden number.
pub(super) const ENOUGH: usize = 3;

/// Larger changes in a single step are not taken.
const CHANGE_MAX: u64 = 8;
/// Times that the search goes on from another table.
const N_HOPS: usize = 6;
/// Furthest that the search goes along one step.
const HOP_MAX: i64 = 40;

/// A hidden number: what it is, and the least that a reader must allow.
pub(super) struct Unknown {
    pub value: i64,
    pub floor: i64,
}

/// Changes of some unknowns, by position, that leave every sum as it is.
type Step = Vec<(usize, i64)>;

/// Of each unknown how many values were found for it, the true one among them. Each tie holds the unknowns of one sum by their
/// position: the whole with `true`, its parts with `false`; what is known of a sum is left out.
pub(super) fn n_values(unknowns: &[Unknown], ties: &[Vec<(usize, bool)>]) -> Vec<usize> {
    let steps = steps(unknowns.len(), ties);
    let mut search = Search {
        floors: unknowns.iter().map(|unknown| unknown.floor).collect(),
        now: unknowns.iter().map(|unknown| unknown.value).collect(),
        seen: unknowns.iter().map(|unknown| BTreeSet::from([unknown.value])).collect(),
    };
    for hop in 0..=N_HOPS {
        steps.iter().for_each(|step| search.look_along(step));
        if search.has_enough() {
            break;
        }
        search.look_along_pairs(&steps);
        if search.has_enough() {
            break;
        }
        for (at, step) in steps.iter().enumerate() {
            search.go_along(step, (at + hop).is_multiple_of(2));
        }
    }
    search.seen.iter().map(BTreeSet::len).collect()
}

struct Search {
    floors: Vec<i64>,
    now: Vec<i64>,
    seen: Vec<BTreeSet<i64>>,
}

impl Search {
    fn has_enough(&self) -> bool {
        self.seen.iter().all(|seen| seen.len() >= ENOUGH)
    }

    /// Whether the table so many times along a step is possible.
    fn fits(&self, step: &Step, times: i64) -> bool {
        step.iter().all(|(at, change)| match (self.now.get(*at), self.floors.get(*at)) {
            (Some(now), Some(floor)) => now.saturating_add(change.saturating_mul(times)) >= *floor,
            _ => false,
        })
    }

    /// Keeps the values of the tables beside this one.
    fn look_along(&mut self, step: &Step) {
        for times in [1, -1, 2, -2] {
            if !self.fits(step, times) {
                continue;
            }
            for (at, change) in step {
                if let (Some(now), Some(seen)) = (self.now.get(*at), self.seen.get_mut(*at)) {
                    seen.insert(now.saturating_add(change.saturating_mul(times)));
                }
            }
        }
    }

    /// The same for two steps at once, where they touch what has too few values.
    fn look_along_pairs(&mut self, steps: &[Step]) {
        for (at, one) in steps.iter().enumerate() {
            for (_, other) in steps.iter().enumerate().filter(|(other_at, _)| *other_at != at) {
                let lacks = |at: &usize| self.seen.get(*at).is_some_and(|seen| seen.len() < ENOUGH);
                if !one.iter().any(|(at, _)| lacks(at)) {
                    break;
                }
                self.look_along(&together(one, other, 1));
                self.look_along(&together(one, other, -1));
            }
        }
    }

    /// Goes to the middle of what is possible along a step, forwards or backwards.
    fn go_along(&mut self, step: &Step, is_forwards: bool) {
        let sign = if is_forwards { 1 } else { -1 };
        let furthest = (1..=HOP_MAX).take_while(|times| self.fits(step, sign * times)).last().unwrap_or(0);
        let times = sign * (furthest + 1).div_euclid(2);
        for (at, change) in step {
            if let Some(now) = self.now.get_mut(*at) {
                *now = now.saturating_add(change.saturating_mul(times));
            }
        }
    }
}

/// One step and another, forwards or backwards.
fn together(one: &Step, other: &Step, sign: i64) -> Step {
    let mut both: std::collections::BTreeMap<usize, i64> = one.iter().copied().collect();
    for (at, change) in other {
        *both.entry(*at).or_default() += sign * change;
    }
    both.into_iter().filter(|(_, change)| *change != 0).collect()
}

/// Steps of which every way to another table is made up: one for each unknown that the sums leave free.
fn steps(n_unknowns: usize, ties: &[Vec<(usize, bool)>]) -> Vec<Step> {
    let mut matrix: Vec<Vec<u64>> = Vec::new();
    for tie in ties.iter().filter(|tie| !tie.is_empty()) {
        let mut line = vec![0; n_unknowns];
        for (at, is_whole) in tie {
            if let Some(cell) = line.get_mut(*at) {
                *cell = (*cell + if *is_whole { 1 } else { PRIME - 1 }) % PRIME;
            }
        }
        matrix.push(line);
    }
    reduce(&mut matrix, n_unknowns);
    let pivot = |line: &Vec<u64>| line.iter().position(|cell| *cell != 0);
    let pivots: Vec<Option<usize>> = matrix.iter().map(pivot).collect();
    let free = (0..n_unknowns).filter(|at| !pivots.contains(&Some(*at)));
    let step = |free: usize| -> Option<Step> {
        let mut step = vec![(free, 1)];
        for (line, pivot) in matrix.iter().zip(&pivots) {
            let change = whole((PRIME - line.get(free).copied().unwrap_or(0)) % PRIME)?;
            if let Some(pivot) = pivot.filter(|_| change != 0) {
                step.push((pivot, change));
            }
        }
        keeps_every_sum(&step, ties).then_some(step)
    };
    free.filter_map(step).collect()
}

/// A small whole number from its remainder; none for any other.
fn whole(remainder: u64) -> Option<i64> {
    let small = |n: u64| i64::try_from(n).ok().filter(|_| n <= CHANGE_MAX);
    small(remainder).or_else(|| small(PRIME - remainder).map(|n| -n))
}

fn keeps_every_sum(step: &Step, ties: &[Vec<(usize, bool)>]) -> bool {
    let change = |at: usize| step.iter().filter(|(of, _)| *of == at).map(|(_, change)| change).sum::<i64>();
    ties.iter().all(|tie| tie.iter().map(|(at, is_whole)| if *is_whole { change(*at) } else { -change(*at) }).sum::<i64>() == 0)
}

/// Brings a matrix into reduced row echelon form.
fn reduce(matrix: &mut [Vec<u64>], n_columns: usize) {
    let mut top = 0;
    for column in 0..n_columns {
        let at = |line: &Vec<u64>| line.get(column).copied().unwrap_or(0);
        let Some(found) = (top..matrix.len()).find(|row| matrix.get(*row).is_some_and(|line| at(line) != 0)) else { continue };
        matrix.swap(top, found);
        let Some(pivot) = matrix.get_mut(top) else { return };
        let factor = inverse(at(pivot));
        pivot.iter_mut().for_each(|cell| *cell = *cell * factor % PRIME);
        let pivot = pivot.clone();
        for (_, line) in matrix.iter_mut().enumerate().filter(|(row, line)| *row != top && at(line) != 0) {
            let factor = PRIME - at(line);
            for (cell, of_pivot) in line.iter_mut().zip(&pivot) {
                *cell = (*cell + of_pivot * factor) % PRIME;
            }
        }
        top += 1;
    }
}

/// The number whose product with this one leaves one: its power to the prime less two.
fn inverse(number: u64) -> u64 {
    let (mut result, mut base, mut exponent) = (1, number % PRIME, PRIME - 2);
    while exponent > 0 {
        if exponent % 2 == 1 {
            result = result * base % PRIME;
        }
        base = base * base % PRIME;
        exponent /= 2;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(values: &[i64], floor: i64, ties: &[&[(usize, bool)]], expected: &[bool]) {
        let unknowns: Vec<Unknown> = values.iter().map(|value| Unknown { value: *value, floor }).collect();
        let ties: Vec<_> = ties.iter().map(|tie| tie.to_vec()).collect();
        let found: Vec<bool> = n_values(&unknowns, &ties).into_iter().map(|n| n >= ENOUGH).collect();
        assert_eq!(found, expected, "{values:?} {ties:?}");
    }

    #[test]
    fn one_unknown_of_a_sum_is_told_and_two_are_not() {
        check(&[7], 1, &[&[(0, false)]], &[false]);
        check(&[7, 9], 1, &[&[(0, false), (1, false)]], &[true, true]);
        check(&[7, 9], 1, &[&[(0, false), (1, false)], &[(0, false)]], &[false, false]);
    }

    #[test]
    fn bounds_tell_what_sums_alone_do_not() {
        // two of a sum of 3 are 1 and 2, unless one may be 0
        check(&[2, 1], 1, &[&[(0, false), (1, false)]], &[false, false]);
        check(&[2, 1], 0, &[&[(0, false), (1, false)]], &[true, true]);
    }

    #[test]
    fn three_sums_over_three_pairs_determine_all_and_two_do_not() {
        // a + b, b + c, a + c
        let pairs: [&[(usize, bool)]; 3] = [&[(0, false), (1, false)], &[(1, false), (2, false)], &[(0, false), (2, false)]];
        check(&[9, 9, 9], 1, &pairs, &[false; 3]);
        check(&[9, 9, 9], 1, &pairs[..2], &[true; 3]);
        // a square of two rows and two columns stays open
        let square: [&[(usize, bool)]; 4] =
            [&[(0, false), (1, false)], &[(2, false), (3, false)], &[(0, false), (2, false)], &[(1, false), (3, false)]];
        check(&[3, 9, 9, 3], 1, &square, &[true; 4]);
        check(&[1, 2, 2, 1], 1, &square, &[false; 4]);
    }

    #[test]
    fn an_unknown_whole_is_held_by_its_unknown_part() {
        check(&[5, 5], 1, &[&[(0, true), (1, false)]], &[true, true]);
        check(&[5, 5], 1, &[&[(0, true), (1, false)], &[(0, false)]], &[false, false]);
    }

    #[test]
    fn an_inverse_leaves_one() {
        for number in [1, 2, 3, PRIME - 1, 123_456_789] {
            assert_eq!(number * inverse(number) % PRIME, 1);
        }
    }
}
