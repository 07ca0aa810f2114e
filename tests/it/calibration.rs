//! A coarse look at the made-up councils: a dozen of them lie near the published figures.
//!
//! The calibration itself, at full size over several seeds, is the program `calibrate`; `tests/all` runs it optimised.

use std::collections::BTreeMap;

use shared::framework::Framework;
use tests::councils::{Plan, Spec};
use tests::exact::{self, Cell};

fn share(counts: &BTreeMap<Cell, i64>, table: &str, part: &[&str], outside: &[&str]) -> f64 {
    let total = |is_in: &dyn Fn(&str) -> bool| -> f64 {
        let cells = counts.iter().filter(|(cell, _)| cell.table == table && is_in(&cell.category));
        f64::from(i32::try_from(cells.map(|(_, n)| n).sum::<i64>()).unwrap())
    };
    100.0 * total(&|category| part.contains(&category)) / total(&|category| !outside.contains(&category))
}

#[test]
fn a_dozen_councils_lie_near_the_published_figures() {
    let plan = Plan::new(&Spec { seed: 1, authorities: Some(12), ..Spec::default() });
    let all: Vec<BTreeMap<Cell, i64>> = (0..plan.authorities().len())
        .map(|place| exact::of_council(&plan.council(place), 2025, &Framework::built_in()).unwrap())
        .collect();
    let counts = exact::sum(&all);
    let near = |what: &str, found: f64, target: f64, within: f64| {
        eprintln!("{what}: {found:.1}, published {target}");
        assert!((found - target).abs() <= within, "{what}: {found}");
    };
    // a dozen councils differ from England by what councils differ by: bounds are three to five times those of the nation
    near("three homes or more", share(&counts, "B1.total", &["3", "4", "5+"], &[]), 10.4, 4.0);
    near("same carer", share(&counts, "B3.total", &["same_carer"], &["not_enough_years"]), 68.5, 9.0);
    near("score received", share(&counts, "A1.total", &["received"], &["table_not_supplied"]), 78.0, 10.0);
    near("suitable accommodation", share(&counts, "G2.total", &["suitable"], &[]), 88.5, 6.0);
}
