//! A short look at whether 95 % intervals hold what they promise; `bench accuracy` takes the long one.

use super::nation::Nation;
use super::simulate;
use super::strata::{honest, strata};

#[test]
fn intervals_of_a_few_councils_hold_the_exact_figures() {
    let nation = Nation::make(1, Some(4)).unwrap();
    let (n, n_opendp) = (200, 4);
    let outcome = simulate(&nation, n, n_opendp, 1).unwrap();
    // every figure of every release that opendp drew was held against shared::release
    let n_targets = u32::try_from(nation.targets.len()).unwrap();
    assert_eq!(outcome.n_compared, u64::from(n_opendp) * u64::from(n_targets));
    let strata = strata(&nation, &outcome);
    assert!(strata.len() >= 6, "{strata:?}");
    let (figure_low, figure_high) = honest(n, 0.25e-6 / f64::from(n_targets));
    let (low, high) = honest(n, 0.25e-6 / f64::from(u32::try_from(strata.len()).unwrap()));
    for s in &strata {
        println!("{}: {:.3} of {} figures, {:.3} to {:.3}", s.name, s.pooled, s.n_figures, s.least, s.most);
        assert!((low..=high).contains(&s.pooled), "{s:?}");
        assert!(s.least >= figure_low && s.most <= figure_high, "{s:?}");
    }
}
