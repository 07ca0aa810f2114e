//! Small counts stay hidden: by themselves, by subtraction, and by several sums together.

use proptest::prelude::*;

use super::*;

/// Homes lived in, as B1 has them, with one answer outside.
fn form() -> Form {
    Form { outside: vec![false, false, false, false, false, true], views: vec![vec![2, 3, 4]] }
}

/// What is hidden of the total: a sign for each category, each view, and the base.
fn check(total: [i64; 6], expected: &str) {
    let hiding = hide(&form(), &total, &[]);
    assert_eq!(signs(&hiding.total), expected, "{total:?}");
}

fn signs(row: &RowHidden) -> String {
    let sign = |hidden: &bool| if *hidden { 'x' } else { '.' };
    let text = |all: &[bool]| all.iter().map(sign).collect::<String>();
    format!("{} {} {}", text(&row.categories), text(&row.views), sign(&row.base))
}

#[test]
fn a_single_small_count_takes_the_next_smallest_with_it() {
    check([140, 44, 11, 7, 4, 0], "...xx. . .");
    check([140, 44, 11, 7, 6, 0], "...... . .");
    check([140, 44, 11, 7, 0, 0], "...... . .");
}

#[test]
fn what_is_left_by_subtraction_is_not_small_either() {
    // 2 and 3 together are 5, so a third is hidden
    check([140, 44, 11, 2, 3, 0], "..xxx. . .");
    check([140, 44, 11, 3, 4, 0], "...xx. . .");
}

#[test]
fn a_small_sum_is_hidden_and_what_would_tell_it() {
    // three or more: 2 of 186, so that the smaller of the other two goes with it
    check([140, 44, 2, 0, 0, 0], ".xx... x .");
    // all but three are in the sum: the sum and something in it
    check([2, 1, 11, 22, 33, 0], "xxx... x .");
}

#[test]
fn few_children_hide_the_measure() {
    check([3, 0, 0, 0, 0, 0], "xxxxxx x x");
    check([3, 0, 0, 0, 0, 200], "xxxxxx x x");
    check([0, 0, 0, 0, 0, 0], "...... . .");
}

#[test]
fn a_few_outside_of_the_shares_are_hidden_and_counts_become_coarse() {
    let hiding = hide(&form(), &[140, 44, 11, 7, 6, 3], &[]);
    assert_eq!((signs(&hiding.total).as_str(), hiding.precision), (".....x . .", Precision::Tens));
    assert_eq!(hide(&form(), &[140, 44, 11, 7, 6, 30], &[]).precision, Precision::Exact);
}

#[test]
fn a_small_group_is_hidden_with_the_next_smallest_group() {
    let one = |n: i64| vec![n];
    let form = Form { outside: vec![false], views: Vec::new() };
    let hidden = |groups: &[i64]| {
        let rows: Vec<Vec<i64>> = groups.iter().copied().map(one).collect();
        let hiding = hide(&form, &[groups.iter().sum()], &rows);
        let sign = |row: &RowHidden| if row.base && row.categories[0] { 'x' } else { '.' };
        std::iter::once(&hiding.total).chain(&hiding.groups).map(sign).collect::<String>()
    };
    assert_eq!(hidden(&[100, 20, 3]), "..xx");
    assert_eq!(hidden(&[100, 2, 3, 50]), "..xxx");
    assert_eq!(hidden(&[100, 3, 3]), "..xx");
    assert_eq!(hidden(&[100, 0, 3]), ".x.x");
    assert_eq!(hidden(&[100, 0, 30]), "....");
}

/// Whether shown numbers tell one that is hidden: all worlds with the same shown numbers are tried, each cell from 0 to its
/// value and a little more. A second way to the answer, for small tables.
fn told_by_trying(total: &[i64; 3], hiding: &Hiding) -> Vec<usize> {
    let base: i64 = total.iter().sum();
    let mut seen: Vec<std::collections::BTreeSet<i64>> = vec![Default::default(); 3];
    for a in 0..=base {
        for b in 0..=base - a {
            let world = [a, b, base - a - b];
            let agrees = (0..3).all(|at| hiding.total.categories[at] || world[at] == total[at]);
            if agrees && (hiding.total.views[0] || world[0] + world[1] == total[0] + total[1]) {
                seen.iter_mut().zip(world).for_each(|(seen, n)| seen.extend([n]));
            }
        }
    }
    (0..3).filter(|at| hiding.total.categories[*at] && seen[*at].len() < 2).collect()
}

proptest! {
    #[test]
    fn no_hidden_count_of_a_small_table_can_be_worked_out(a in 0_i64..20, b in 0_i64..20, c in 0_i64..20) {
        let form = Form { outside: vec![false; 3], views: vec![vec![0, 1]] };
        let total = [a, b, c];
        let hiding = hide(&form, &total, &[]);
        for (at, n) in total.iter().enumerate() {
            prop_assert!(!SMALL.contains(n) || hiding.total.categories[at]);
        }
        prop_assert!(!SMALL.contains(&(a + b)) || hiding.total.views[0]);
        if !hiding.total.base {
            let told = told_by_trying(&total, &hiding);
            prop_assert!(told.is_empty(), "{total:?} tells {told:?}: {}", signs(&hiding.total));
        }
    }

    #[test]
    fn by_groups_every_small_count_is_hidden_and_no_single_sum_tells_it(
        cells in proptest::collection::vec(proptest::collection::vec(prop_oneof![0_i64..8, 0_i64..60], 4), 2..6)
    ) {
        let form = Form { outside: vec![false, false, false, true], views: vec![vec![1, 2]] };
        let total: Vec<i64> = (0..4).map(|at| cells.iter().map(|row| row[at]).sum()).collect();
        let hiding = hide(&form, &total, &cells);
        let rows: Vec<(&RowHidden, &Vec<i64>)> =
            std::iter::once((&hiding.total, &total)).chain(hiding.groups.iter().zip(&cells)).collect();
        for (hidden, row) in &rows {
            for at in 0..4 {
                prop_assert!(!SMALL.contains(&row[at]) || hidden.categories[at]);
            }
            let base: i64 = row[..3].iter().sum();
            prop_assert!(!SMALL.contains(&base) || hidden.base);
            let rest: Vec<i64> = (0..3).filter(|at| hidden.categories[*at]).map(|at| row[at]).collect();
            if !hidden.base && !rest.is_empty() {
                prop_assert!(rest.len() > 1 && !SMALL.contains(&rest.iter().sum()), "{row:?} {}", signs(hidden));
            }
        }
        for at in 0..4 {
            let rest: Vec<i64> = rows[1..].iter().filter(|(hidden, _)| hidden.categories[at]).map(|(_, row)| row[at]).collect();
            if !hiding.total.categories[at] && !rest.is_empty() {
                prop_assert!(rest.len() > 1 && !SMALL.contains(&rest.iter().sum()), "column {at} of {cells:?}");
            }
        }
    }
}
