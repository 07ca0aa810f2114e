//! A short look at whether 95 % intervals hold what they promise; `bench accuracy` takes the long one.

use tests::coverage::nation::Nation;
use tests::coverage::simulate;
use tests::coverage::strata::{honest, strata};

#[test]
fn intervals_of_a_few_councils_hold_the_exact_figures() {
    let nation = Nation::make(1, Some(6)).unwrap();
    let n = 400;
    let outcome = simulate(&nation, n, 4, 1).unwrap();
    assert!(outcome.n_compared >= 4 * u64::try_from(nation.targets.len()).unwrap());
    let strata = strata(&nation, &outcome);
    assert!(strata.len() >= 8, "{strata:?}");
    let n_figures = f64::from(u32::try_from(nation.targets.len()).unwrap());
    let (figure_low, figure_high) = honest(n, 0.25e-6 / n_figures);
    let (low, high) = honest(n, 0.25e-6 / f64::from(u32::try_from(strata.len()).unwrap()));
    for s in &strata {
        eprintln!("{}: {:.3} of {} figures, {:.3} to {:.3}", s.name, s.pooled, s.n_figures, s.least, s.most);
        assert!((low..=high).contains(&s.pooled), "{s:?}");
        assert!(s.least >= figure_low && s.most <= figure_high, "{s:?}");
    }
}
