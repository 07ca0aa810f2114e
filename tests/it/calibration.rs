//! A coarse look at the made-up councils: a dozen of them lie near the published figures.
//!
//! The calibration itself, at full size over several seeds, is the program `calibrate`; `tests/all` runs it optimised.

use tests::calibration::count;

#[test]
fn a_dozen_councils_lie_near_the_published_figures() {
    let cells = count(1, Some(12)).nation;
    let near = |what: &str, found: Option<f64>, target: f64, within: f64| {
        let found = found.unwrap();
        eprintln!("{what}: {found:.1}, published {target}");
        assert!((found - target).abs() <= within, "{what}: {found}");
    };
    // a dozen councils differ from England by what councils differ by: bounds are three to five times those of the nation
    near("three homes or more", cells.share("B1", "total", "3+"), 10.4, 4.0);
    near("same carer", cells.share("B3", "total", "same_carer"), 68.5, 9.0);
    near("score received", cells.share("A1", "total", "received"), 78.0, 10.0);
    near("suitable accommodation", cells.share("G2", "age/19-21", "suitable"), 88.5, 6.0);
    near("mean score", cells.mean("A3", "total"), 14.9, 1.5);
}
