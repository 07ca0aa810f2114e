//! Controlled rounding: counts with one decimal that add up exactly.
//!
//! Rounded one by one, a table's cells do not add up to its rounded margins. Here the margins are rounded first, each
//! population's grand total to the nearest tenth, then the sums of its groups and of its measures' categories to that
//! total; then the cells of each table to both its margins. So categories add up to their group, groups to the total of
//! the category, and all tables of one population agree, exactly and at once. All numbers are tenths, held as whole
//! floats, which are exact far beyond any count.
//!
//! How far a cell is moved: a margin less than one tenth and its share of what the grand total was moved; a cell by at
//! most one tenth more than what its two margins hand down. For a total rounded to the nearest tenth that is less than
//! 2.4 tenths, since a table that is divided both ways has at least two groups and two categories
//! (`no_cell_is_moved_further_than_is_said`).

use crate::framework::{Framework, Kind, Table};
use crate::fuse::Margins;

/// Tenths in one child.
const TENTHS: f64 = 10.0;
/// What is less than this below a whole number of tenths is that number, as floats come to it.
const BELOW_WHOLE: f64 = 1e-6;

/// Every cell of the share tables in tenths, from fused cells in children whose margins agree up to the rounding of
/// floats. `totals` are the grand totals, in tenths, of populations whose total is decided elsewhere, by the number of
/// `Sharing::total`. Cells of means are 0: they are not published.
pub(super) fn additive(framework: &Framework, margins: &Margins, cells: &[f64], totals: &[(usize, f64)]) -> Vec<f64> {
    let mut rounded = Margin::default();
    let mut out = vec![0.0; cells.len()];
    let shares = || framework.tables().iter().enumerate().filter(|(_, t)| t.kind == Kind::Share);
    for (at, table) in shares() {
        let exact = Exact::of(table, cells);
        let shared = margins.shared(at);
        let decided = totals.iter().find(|(of, _)| *of == shared.total).map(|(_, tenths)| *tenths);
        let total = *first(&mut rounded.totals, shared.total, || decided.unwrap_or(exact.rows.iter().sum::<f64>().round()));
        first(&mut rounded.rows, shared.rows, || to_total(&exact.rows, total));
        first(&mut rounded.columns, shared.columns, || to_total(&exact.columns, total));
    }
    for (at, table) in shares() {
        let shared = margins.shared(at);
        let known = "every table's margins were rounded above";
        let rows = rounded.rows[shared.rows].as_ref().expect(known);
        let columns = rounded.columns[shared.columns].as_ref().expect(known);
        let place = table.first_cell..table.first_cell + table.n_cells();
        let exact: Vec<f64> = cells[place.clone()].iter().map(|x| x * TENTHS).collect();
        out[place].copy_from_slice(&two_way(&exact, rows, columns));
    }
    out
}

/// Margins that are decided, by their numbers.
#[derive(Default)]
struct Margin {
    totals: Vec<Option<f64>>,
    rows: Vec<Option<Vec<f64>>>,
    columns: Vec<Option<Vec<f64>>>,
}

/// What stands at a place, decided by whoever comes first.
fn first<T: Clone>(list: &mut Vec<Option<T>>, at: usize, decide: impl FnOnce() -> T) -> &T {
    if list.len() <= at {
        list.resize(at + 1, None);
    }
    list[at].get_or_insert_with(decide)
}

/// Sums of a table's groups and categories, in tenths.
struct Exact {
    rows: Vec<f64>,
    columns: Vec<f64>,
}

impl Exact {
    fn of(table: &Table, cells: &[f64]) -> Self {
        let (n_groups, n_categories) = (table.groups.len(), table.categories.len());
        let sum = |of: &mut dyn Iterator<Item = usize>| of.map(|cell| cells[cell] * TENTHS).sum::<f64>();
        let row = |g| sum(&mut (0..n_categories).map(|k| table.cell(g, k)));
        let column = |k| sum(&mut (0..n_groups).map(|g| table.cell(g, k)));
        Self { rows: (0..n_groups).map(row).collect(), columns: (0..n_categories).map(column).collect() }
    }
}

/// Whole numbers that add up to a whole total, each less than 1 from its value moved by an equal share of what the total
/// is moved: the floors, and one more for those with the largest remainders, the first of equal ones.
fn to_total(values: &[f64], total: f64) -> Vec<f64> {
    let share = (total - values.iter().sum::<f64>()) / float(values.len());
    let moved: Vec<f64> = values.iter().map(|x| x + share).collect();
    let mut whole: Vec<f64> = moved.iter().map(|x| x.floor()).collect();
    let mut places: Vec<usize> = (0..values.len()).collect();
    places.sort_by(|a, b| (moved[*b] - whole[*b]).total_cmp(&(moved[*a] - whole[*a])));
    let mut left = total - whole.iter().sum::<f64>();
    for place in places {
        if left < 0.5 {
            break;
        }
        whole[place] += 1.0;
        left -= 1.0;
    }
    // nothing is left but where floats no longer hold tenths, far beyond any count; then it goes to the first
    whole[0] += left;
    whole
}

/// Whole cells under whole margins.
///
/// The cells are moved by equal shares onto the margins and rounded down; what each group and each category lacks then
/// is handed out one by one, group after group, each time to the categories that lack most (the larger remainder of equal
/// ones, then the first). Since the moved cells themselves are such a handing out in fractions, one in whole numbers
/// exists, and this one finds it (Gale 1957, Ryser 1957); it ends since it visits each cell once.
fn two_way(cells: &[f64], rows: &[f64], columns: &[f64]) -> Vec<f64> {
    if rows.len() == 1 {
        return columns.to_vec();
    }
    if columns.len() == 1 {
        return rows.to_vec();
    }
    let n = columns.len();
    let (n_groups, n_categories) = (float(rows.len()), float(n));
    let row_moves: Vec<f64> = cells.chunks(n).zip(rows).map(|(own, row)| row - own.iter().sum::<f64>()).collect();
    let column = |k: usize| cells.iter().skip(k).step_by(n).sum::<f64>();
    let column_moves: Vec<f64> = columns.iter().enumerate().map(|(k, sum)| sum - column(k)).collect();
    let total_move = row_moves.iter().sum::<f64>() / (n_groups * n_categories);
    let moved = |at: usize| cells[at] + row_moves[at / n] / n_categories + column_moves[at % n] / n_groups - total_move;
    let moved: Vec<f64> = (0..cells.len()).map(moved).collect();
    let mut whole: Vec<f64> = moved.iter().map(|x| (x + BELOW_WHOLE).floor()).collect();
    let mut lacking: Vec<f64> = (0..n).map(|k| columns[k] - whole.iter().skip(k).step_by(n).sum::<f64>()).collect();
    for (g, row) in rows.iter().enumerate() {
        let own = g * n..g * n + n;
        let mut left = row - whole[own.clone()].iter().sum::<f64>();
        let mut places: Vec<usize> = own.clone().collect();
        let remainder = |at: usize| moved[at] - whole[at];
        places.sort_by(|a, b| lacking[b % n].total_cmp(&lacking[a % n]).then(remainder(*b).total_cmp(&remainder(*a))));
        for at in places {
            if left < 0.5 {
                break;
            }
            whole[at] += 1.0;
            lacking[at % n] -= 1.0;
            left -= 1.0;
        }
        whole[own.start] += left;
        lacking[0] -= left;
    }
    // as in `to_total`: zero, or floats that no longer hold tenths
    whole.iter_mut().zip(&lacking).for_each(|(cell, left)| *cell += left);
    whole
}

fn float(n: usize) -> f64 {
    f64::from(u32::try_from(n).expect("a table has fewer cells than 32 bits count"))
}

/// Tenths as the number with one decimal that is published.
pub(super) fn from_tenths(tenths: f64) -> f64 {
    tenths / TENTHS + 0.0
}

/// A count as tenths, to the nearest.
pub(super) fn to_tenths(count: f64) -> f64 {
    (count * TENTHS).round()
}

#[cfg(test)]
mod tests;
