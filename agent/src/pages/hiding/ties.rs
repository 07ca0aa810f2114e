//! What is determined by sums: elimination over the numbers that are not shown.
//!
//! Every coefficient is plus or minus one and there are a few hundred unknowns at most, so that counting modulo a prime finds
//! what counting with fractions would.

/// A prime whose square fits a 64-bit number.
const PRIME: u64 = 2_147_483_647;

/// An unknown that the sums determine, if there is one. Each row holds the unknowns of one sum: the whole with `true`, its
/// parts with `false`; what is known of a sum is left out.
pub(super) fn determined(unknown: &[usize], rows: Vec<Vec<(usize, bool)>>) -> Option<usize> {
    let column = |item: usize| unknown.binary_search(&item).ok();
    let mut matrix: Vec<Vec<u64>> = Vec::new();
    for row in rows.iter().filter(|row| !row.is_empty()) {
        let mut line = vec![0; unknown.len()];
        for (item, is_whole) in row {
            if let Some(cell) = column(*item).and_then(|at| line.get_mut(at)) {
                *cell = (*cell + if *is_whole { 1 } else { PRIME - 1 }) % PRIME;
            }
        }
        matrix.push(line);
    }
    reduce(&mut matrix, unknown.len());
    let alone = |line: &Vec<u64>| {
        let mut at = line.iter().enumerate().filter(|(_, cell)| **cell != 0).map(|(at, _)| at);
        at.next().filter(|_| at.next().is_none())
    };
    matrix.iter().find_map(alone).and_then(|at| unknown.get(at).copied())
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

    fn check(rows: &[&[(usize, bool)]], expected: Option<usize>) {
        let mut unknown: Vec<usize> = rows.iter().flat_map(|row| row.iter().map(|(item, _)| *item)).collect();
        unknown.sort_unstable();
        unknown.dedup();
        assert_eq!(determined(&unknown, rows.iter().map(|row| row.to_vec()).collect()), expected, "{rows:?}");
    }

    #[test]
    fn one_unknown_of_a_sum_is_determined_and_two_are_not() {
        check(&[&[(7, false)]], Some(7));
        check(&[&[(7, false), (9, false)]], None);
        check(&[&[(7, false), (9, false)], &[(7, false)]], Some(7));
    }

    #[test]
    fn three_sums_over_three_pairs_determine_all_and_two_do_not() {
        // a + b, b + c, a + c
        check(&[&[(1, false), (2, false)], &[(2, false), (3, false)], &[(1, false), (3, false)]], Some(1));
        check(&[&[(1, false), (2, false)], &[(2, false), (3, false)]], None);
        // a square of two rows and two columns stays open
        let square: [&[(usize, bool)]; 4] =
            [&[(1, false), (2, false)], &[(3, false), (4, false)], &[(1, false), (3, false)], &[(2, false), (4, false)]];
        check(&square, None);
    }

    #[test]
    fn an_unknown_whole_is_held_by_its_unknown_part() {
        check(&[&[(5, true), (1, false)]], None);
        check(&[&[(5, true), (1, false)], &[(5, false)]], Some(1));
    }

    #[test]
    fn an_inverse_leaves_one() {
        for number in [1, 2, 3, PRIME - 1, 123_456_789] {
            assert_eq!(number * inverse(number) % PRIME, 1);
        }
    }
}
