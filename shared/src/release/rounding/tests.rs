//! Whatever the cells: all that adds up does so exactly, and nothing is moved further than is said.

use super::*;
use crate::fuse::tests::{shapes, spread};

/// Cells of a framework whose margins agree: random ones, put together under random variances.
fn fused(f: &Framework, seed: u32, size: f64) -> Vec<f64> {
    let cells: Vec<f64> = spread(seed, f.n_cells()).iter().map(|u| ((u - 0.3) * size).round()).collect();
    let variances: Vec<f64> = spread(seed + 1, f.tables().len()).iter().map(|u| 1.0 + 400.0 * u).collect();
    Margins::of(f).estimate(&cells, &variances)
}

/// Margins of a table of whole cells: sums of its groups, and of its categories.
fn sums(t: &Table, cells: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let rows = (0..t.groups.len()).map(|g| (0..t.categories.len()).map(|k| cells[t.cell(g, k)]).sum());
    let columns = (0..t.categories.len()).map(|k| (0..t.groups.len()).map(|g| cells[t.cell(g, k)]).sum());
    (rows.collect(), columns.collect())
}

/// Every margin that two tables share is the same number in both, and the decided totals are kept.
fn assert_additive(f: &Framework, tenths: &[f64], totals: &[(usize, f64)]) {
    let margins = Margins::of(f);
    let shares: Vec<(usize, &Table)> = f.tables().iter().enumerate().filter(|(_, t)| t.kind == Kind::Share).collect();
    for (i, (a, one)) in shares.iter().enumerate() {
        let (rows, columns) = sums(one, tenths);
        let total: f64 = rows.iter().sum();
        for (_, decided) in totals.iter().filter(|(at, _)| *at == margins.shared(*a).total) {
            assert_eq!(total.to_bits(), decided.to_bits(), "total of {}", one.id);
        }
        for (b, two) in &shares[i + 1..] {
            let (other_rows, other_columns) = sums(two, tenths);
            let (x, y) = (margins.shared(*a), margins.shared(*b));
            if x.total == y.total {
                assert_eq!(total.to_bits(), other_rows.iter().sum::<f64>().to_bits(), "totals of {} and {}", one.id, two.id);
            }
            if x.rows == y.rows {
                assert_eq!(rows, other_rows, "groups of {} and {}", one.id, two.id);
            }
            if x.columns == y.columns {
                assert_eq!(columns, other_columns, "categories of {} and {}", one.id, two.id);
            }
        }
    }
    assert!(tenths.iter().all(|x| x.fract() == 0.0), "a cell is no whole number of tenths");
}

/// Greatest distance between a published cell and its value, in tenths.
fn moved_most(f: &Framework, cells: &[f64], tenths: &[f64]) -> f64 {
    let of = f.tables().iter().filter(|t| t.kind == Kind::Share).flat_map(|t| t.first_cell..t.first_cell + t.n_cells());
    of.map(|c| (cells[c] * TENTHS - tenths[c]).abs()).fold(0.0, f64::max)
}

#[test]
fn all_that_adds_up_adds_up_exactly() {
    let frameworks = [Framework::built_in(), Framework::built_in().by_every_breakdown()];
    for f in shapes().iter().chain(&frameworks) {
        for (seed, size) in [(1, 10.0), (2, 300.0), (3, 40_000.0), (4, 1_099_511_627_776.0)] {
            let tenths = additive(f, &Margins::of(f), &fused(f, seed, size), &[]);
            assert_additive(f, &tenths, &[]);
        }
    }
}

#[test]
fn no_cell_is_moved_further_than_is_said() {
    let mut most = 0.0_f64;
    let frameworks: Vec<Framework> = shapes().into_iter().chain([Framework::built_in()]).collect();
    for f in &frameworks {
        for seed in 0..40 {
            let cells = fused(f, seed * 2, 3000.0);
            most = most.max(moved_most(f, &cells, &additive(f, &Margins::of(f), &cells, &[])));
        }
    }
    assert!(most < 2.4, "{most} tenths");
    println!("moved by at most {most} tenths");
}

#[test]
fn a_total_that_was_decided_elsewhere_is_kept_by_all_its_tables() {
    let f = Framework::built_in();
    let margins = Margins::of(&f);
    let at = f.tables().iter().position(|t| t.id == "P1.total").unwrap();
    for by in [-9.0, 0.0, 7.0] {
        let cells = fused(&f, 9, 800.0);
        let total = to_tenths(cells[f.tables()[at].first_cell]) + by;
        let tenths = additive(&f, &margins, &cells, &[(margins.shared(at).total, total)]);
        assert_additive(&f, &tenths, &[(margins.shared(at).total, total)]);
        assert_eq!(tenths[f.tables()[at].first_cell].to_bits(), total.to_bits());
        assert!(moved_most(&f, &cells, &tenths) < 2.4 + 10.0);
    }
}

#[test]
fn whole_numbers_stay_as_they_are() {
    let f = Framework::built_in();
    let tenths = additive(&f, &Margins::of(&f), &vec![0.0; f.n_cells()], &[]);
    assert!(tenths.iter().all(|x| x.to_bits() == 0.0_f64.to_bits()));
    assert_eq!(two_way(&[10.0, 20.0, -30.0, 40.0], &[30.0, 10.0], &[-20.0, 60.0]), [10.0, 20.0, -30.0, 40.0]);
    // 12.5 + 12.5 and 2.5 + 2.5 under margins that are decided: one cell of each row and column goes up
    assert_eq!(two_way(&[12.5, 12.5, 2.5, 2.5], &[25.0, 5.0], &[15.0, 15.0]), [13.0, 12.0, 2.0, 3.0]);
}

#[test]
fn margins_that_no_table_of_floors_and_ceilings_has_are_met_all_the_same() {
    // a half in two corners, and margins that ask for the corner where the value is 0
    let met = two_way(&[0.5, 0.0, 0.0, 0.5], &[1.0, 0.0], &[0.0, 1.0]);
    assert_eq!((met[0] + met[1], met[2] + met[3], met[0] + met[2], met[1] + met[3]), (1.0, 0.0, 0.0, 1.0));
    assert!(met.iter().zip([0.5, 0.0, 0.0, 0.5]).all(|(a, b)| (a - b).abs() < 2.4));
}

#[test]
fn remainders_go_to_the_largest_and_add_up() {
    assert_eq!(to_total(&[1.2, 2.7, 3.1], 7.0), [1.0, 3.0, 3.0]);
    assert_eq!(to_total(&[0.5, 0.5], 1.0), [1.0, 0.0]);
    assert_eq!(to_total(&[-1.5, 2.5], 1.0), [-1.0, 2.0]);
    assert_eq!(to_total(&[1.0, 1.0], 5.0).iter().sum::<f64>().to_bits(), 5.0_f64.to_bits());
}
