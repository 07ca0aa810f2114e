//! Small counts stay hidden: by themselves, by subtraction, and by several sums together.

use proptest::prelude::*;

use super::*;

/// Homes lived in, as B1 has them, with one answer outside.
fn form() -> Form {
    Form { outside: vec![false, false, false, false, false, true], in_words: vec![false; 6], views: vec![vec![2, 3, 4]] }
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
    let form = Form { outside: vec![false], in_words: vec![false], views: Vec::new() };
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
        let form = Form { outside: vec![false; 3], in_words: vec![false; 3], views: vec![vec![0, 1]] };
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
        let form = Form { outside: vec![false, false, false, true], in_words: vec![false; 4], views: vec![vec![1, 2]] };
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

/// A number by its row and its place in the row.
type Place = (usize, usize);

/// A table by groups as a reader sees it: who attacks it knows each shown number, and the sums.
struct Attack {
    n_categories: usize,
    views: Vec<Vec<usize>>,
    /// Of the total and each group: what is known of its categories, its views, those counted, and all.
    rows: Vec<Vec<Option<i64>>>,
    /// Whether it is known how many there are in all: not where counts are coarse.
    is_exact: bool,
    /// The least of a hidden number, row after row.
    floors: Vec<i64>,
}

impl Attack {
    fn on(form: &Form, precision: Precision, rows: &[(&RowHidden, &Vec<i64>)], is_told_above_zero: bool) -> Self {
        let known = |(hidden, row): &(&RowHidden, &Vec<i64>)| -> Vec<Option<i64>> {
            let show = |is_hidden: bool, n: i64| (!is_hidden).then_some(n);
            let categories = row.iter().zip(&hidden.categories).map(|(n, is_hidden)| show(*is_hidden, *n));
            let of_view = |view: &Vec<usize>| view.iter().map(|at| row[*at]).sum::<i64>();
            let views = form.views.iter().zip(&hidden.views).map(|(view, is_hidden)| show(*is_hidden, of_view(view)));
            let base = row.iter().zip(&form.outside).filter(|(_, outside)| !**outside).map(|(n, _)| n).sum();
            let all = row.iter().sum();
            categories.chain(views).chain([show(hidden.base, base), show(hidden.whole, all)]).collect()
        };
        let floor = |hidden: &RowHidden| i64::from(is_told_above_zero && !hidden.whole);
        Self {
            n_categories: form.outside.len(),
            views: form.views.clone(),
            is_exact: precision == Precision::Exact,
            rows: rows.iter().map(known).collect(),
            floors: rows.iter().map(|(hidden, _)| floor(hidden)).collect(),
        }
    }

    /// Bounds of every number by reasoning from sum to sum, over again until nothing is learned.
    fn bounds(&self, form: &Form) -> Vec<Vec<[i64; 2]>> {
        const FAR: i64 = 1_000;
        let hidden = |floor: i64| [floor, FAR];
        let mut bounds: Vec<Vec<[i64; 2]>> = (self.rows.iter().zip(&self.floors))
            .map(|(row, floor)| row.iter().map(|n| n.map_or(hidden(*floor), |n| [n, n])).collect())
            .collect();
        let width = self.rows[0].len();
        let inside = |keep: &dyn Fn(usize) -> bool| -> Vec<usize> {
            (0..self.n_categories).filter(|at| !form.outside[*at] && keep(*at)).collect()
        };
        let outside = || (0..self.n_categories).filter(|at| form.outside[*at]);
        let mut sums: Vec<(Place, Vec<Place>)> = Vec::new();
        for row in 0..self.rows.len() {
            let here = |items: Vec<usize>| items.into_iter().map(|at| (row, at)).collect::<Vec<_>>();
            sums.push(((row, width - 2), here(inside(&|_| true))));
            if self.is_exact {
                sums.push(((row, width - 1), here(outside().chain([width - 2]).collect())));
            }
            for (at, view) in self.views.iter().enumerate() {
                let rest = inside(&|at| !view.contains(&at));
                sums.push(((row, self.n_categories + at), here(view.clone())));
                sums.push(((row, width - 2), here(rest.into_iter().chain([self.n_categories + at]).collect())));
            }
        }
        sums.extend((0..width).map(|at| ((0, at), (1..self.rows.len()).map(|row| (row, at)).collect())));
        for _ in 0..200 {
            for ((row, at), parts) in sums.iter().filter(|(_, parts)| !parts.is_empty()) {
                let of = |bounds: &Vec<Vec<[i64; 2]>>, end: usize| parts.iter().map(|(r, a)| bounds[*r][*a][end]).sum::<i64>();
                let (low, high) = (of(&bounds, 0), of(&bounds, 1));
                let whole = &mut bounds[*row][*at];
                *whole = [whole[0].max(low), whole[1].min(high)];
                let whole = *whole;
                for (r, a) in parts {
                    let part = bounds[*r][*a];
                    bounds[*r][*a] = [part[0].max(whole[0] - (high - part[1])), part[1].min(whole[1] - (low - part[0]))];
                }
            }
        }
        bounds
    }

    /// Every table of groups that agrees with what is shown: of each number of each row the values that occur.
    fn by_trying(&self, most: i64) -> Vec<Vec<std::collections::BTreeSet<i64>>> {
        let mut seen = vec![vec![std::collections::BTreeSet::new(); self.rows[0].len()]; self.rows.len()];
        let mut cells = Vec::new();
        self.try_on(most, &mut cells, &mut seen);
        seen
    }

    fn numbers(&self, row: &[i64]) -> Vec<i64> {
        let views = self.views.iter().map(|view| view.iter().map(|at| row[*at]).sum());
        let all: i64 = row.iter().sum();
        row.iter().copied().chain(views).chain([all, all]).collect()
    }

    fn agrees(&self, at: usize, numbers: &[i64]) -> bool {
        let mut pairs = numbers.iter().zip(&self.rows[at]);
        pairs.all(|(n, known)| known.map_or(*n >= self.floors[at], |known| *n == known))
    }

    /// Whether the answer is there before every table is tried.
    fn has_enough(&self, seen: &[Vec<std::collections::BTreeSet<i64>>]) -> bool {
        let mut all = seen.iter().flatten().zip(self.rows.iter().flatten());
        all.all(|(seen, known)| known.is_some() || seen.len() >= ENOUGH)
    }

    fn try_on(&self, most: i64, cells: &mut Vec<i64>, seen: &mut Vec<Vec<std::collections::BTreeSet<i64>>>) {
        let width = self.n_categories;
        if cells.len().is_multiple_of(width) && !cells.is_empty() {
            let row = cells.len() / width;
            if !self.agrees(row, &self.numbers(&cells[cells.len() - width..])) {
                return;
            }
            if row + 1 == self.rows.len() {
                let total: Vec<i64> = (0..width).map(|at| cells.iter().skip(at).step_by(width).sum()).collect();
                if self.agrees(0, &self.numbers(&total)) {
                    for (seen, row) in seen.iter_mut().zip(std::iter::once(total.as_slice()).chain(cells.chunks(width))) {
                        seen.iter_mut().zip(self.numbers(row)).for_each(|(seen, n)| seen.extend([n]));
                    }
                }
                return;
            }
        }
        let (row, at) = (cells.len() / width + 1, cells.len() % width);
        let so_far: i64 = cells.iter().skip(at).step_by(width).sum();
        let most = self.rows[0][at].unwrap_or(most) - so_far;
        let in_row: i64 = cells.iter().skip((row - 1) * width).sum();
        let base = self.rows[row][width + self.views.len()];
        let most = base.map_or(most, |base| most.min(base - in_row));
        // what ends a known sum is known
        let ends_row = base.filter(|_| at + 1 == width).map(|base| base - in_row);
        let ends_column = self.rows[0][at].filter(|_| row + 1 == self.rows.len()).map(|n| n - so_far);
        let only = self.rows[row][at].or(ends_row).or(ends_column);
        for n in only.map_or(self.floors[row]..=most, |n| n..=n) {
            if self.has_enough(seen) {
                return;
            }
            cells.push(n);
            self.try_on(self.rows[0][width + self.views.len()].unwrap_or(most), cells, seen);
            cells.pop();
        }
    }
}

/// Whether a 0 is hidden where not the whole row is.
fn hides_zero(rows: &[(&RowHidden, &Vec<i64>)]) -> bool {
    let mut open = rows.iter().filter(|(hidden, _)| !hidden.whole);
    open.any(|(hidden, row)| hidden.categories.iter().zip(*row).any(|(is_hidden, n)| *is_hidden && *n == 0))
}

fn rows_of<'h>(hiding: &'h Hiding, total: &'h Vec<i64>, groups: &'h [Vec<i64>]) -> Vec<(&'h RowHidden, &'h Vec<i64>)> {
    std::iter::once((&hiding.total, total)).chain(hiding.groups.iter().zip(groups)).collect()
}

fn total_of(groups: &[Vec<i64>]) -> Vec<i64> {
    (0..groups[0].len()).map(|at| groups.iter().map(|row| row[at]).sum()).collect()
}

/// Reasons about bounds as somebody would who knows that no 0 is hidden, where none is, and as anybody else.
fn assert_bounds_tell_nothing(form: &Form, groups: &[Vec<i64>]) -> Result<(), TestCaseError> {
    let total = total_of(groups);
    let hiding = hide(form, &total, groups);
    let rows = rows_of(&hiding, &total, groups);
    // a breakdown that is hidden whole has no page: what is 0 of the total is 0 of each group, and known to be
    let is_zero_of_all = |row: usize, high: i64| hiding.whole_breakdown && row > 0 && high == 0;
    for is_told_above_zero in [false, true] {
        if is_told_above_zero && hides_zero(&rows) {
            continue;
        }
        let attack = Attack::on(form, hiding.precision, &rows, is_told_above_zero);
        for (row, (bounds, known)) in attack.bounds(form).iter().zip(&attack.rows).enumerate() {
            for (at, ([low, high], _)) in bounds.iter().zip(known).enumerate().filter(|(_, (_, known))| known.is_none()) {
                prop_assert!(high - low >= 2 || is_zero_of_all(row, *high), "row {row}, {at} is {low} to {high} of {groups:?}");
            }
        }
    }
    Ok(())
}

#[test]
fn a_column_with_a_zero_beside_a_hidden_group_tells_nothing() {
    let form = Form { outside: vec![false; 5], in_words: vec![false; 5], views: vec![vec![2, 3, 4]] };
    // two homes 6 and three or more 6 in all; of abuse 22 in one home and 8 in the others
    let groups = [vec![22, 5, 0, 2, 1], vec![8, 0, 1, 0, 0], vec![11, 1, 1, 1, 0]];
    assert_bounds_tell_nothing(&form, &groups).unwrap();
}

#[test]
fn the_total_is_the_same_whichever_breakdown_is_asked_for() {
    let groups = [vec![40, 9, 3, 7, 9, 0], vec![60, 11, 9, 0, 2, 0]];
    let total = total_of(&groups);
    assert_eq!(hide(&form(), &total, &groups).total, hide(&form(), &total, &[]).total);
}

#[test]
fn a_breakdown_that_cannot_be_made_safe_is_hidden_whole() {
    let form = Form { outside: vec![false], in_words: vec![false], views: Vec::new() };
    let hiding = hide(&form, &[6], &[vec![3], vec![3], vec![0]]);
    assert!(!hiding.whole_breakdown, "each of two may be any of 1 to 5");
    let hiding = hide(&form, &[4], &[vec![3], vec![1]]);
    assert!(hiding.whole_breakdown && hiding.groups.iter().all(|row| row.base && row.whole));
}

proptest! {
    #[test]
    fn bounds_and_sums_of_random_tables_pin_no_hidden_number(
        groups in proptest::collection::vec(
            proptest::collection::vec(prop_oneof![3 => Just(0_i64), 4 => 1_i64..6, 2 => 6_i64..15, 1 => 15_i64..80], 6), 2..6)
    ) {
        assert_bounds_tell_nothing(&form(), &groups)?;
        let two = Form { views: vec![vec![0, 1], vec![2, 3, 4], vec![1, 2]], ..form() };
        assert_bounds_tell_nothing(&two, &groups)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn of_every_table_that_agrees_with_what_is_shown_a_hidden_number_has_several_values(
        groups in proptest::collection::vec(proptest::collection::vec(prop_oneof![Just(0_i64), 1_i64..6, 6_i64..9], 3), 2..3)
    ) {
        let form = Form { outside: vec![false; 3], in_words: vec![false; 3], views: vec![vec![0, 1]] };
        let total = total_of(&groups);
        let hiding = hide(&form, &total, &groups);
        let rows = rows_of(&hiding, &total, &groups);
        // a breakdown that is not there, and a total that is hidden whole, leave nothing to try
        if !hiding.whole_breakdown && !hiding.total.whole {
            let attack = Attack::on(&form, hiding.precision, &rows, !hides_zero(&rows));
            for (row, (seen, known)) in attack.by_trying(40).iter().zip(&attack.rows).enumerate() {
                for (at, (seen, _)) in seen.iter().zip(known).enumerate().filter(|(_, (_, known))| known.is_none()) {
                    prop_assert!(seen.len() >= ENOUGH, "row {row}, {at} is one of {seen:?} of {groups:?}");
                }
            }
        }
    }
}
