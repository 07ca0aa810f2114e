//! `parameters`: how far each choice of the framework on which the field does not agree moves the figures that hang on it.
//!
//! Counted over all made-up councils, so that the sizes of the effects are those of made-up histories. The baseline is the
//! framework as it is.

use anyhow::Context as _;
use shared::framework::{FRAMEWORK_TOML, Framework};

use super::{Outcome, Target};
use crate::councils::{Plan, Spec};
use crate::exact::{self, Cells};

/// Reporting year.
const YEAR: i16 = 2025;

/// The other choice of each parameter: what the framework says, what it would say, and in words.
const OTHER: [(&str, &str, &str); 3] = [
    ("temporary_stay = \"part_of_home\"", "temporary_stay = \"own_home\"", "a temporary stay as a home of its own"),
    ("same_carer_move = \"new_home\"", "same_carer_move = \"same_home\"", "a move with the carer as no new home"),
    ("temporary_moves = \"counted\"", "temporary_moves = \"left_out\"", "moves into and out of temporary stays left out of B4"),
];

/// The figures: measure, categories, words.
const FIGURES: [(&str, &[&str], &str); 6] = [
    ("B1", &["3", "4", "5+"], "three homes or more in the year (B1)"),
    ("B2", &["5+"], "five homes or more over two years, DfE's count of four moves (B2)"),
    ("B3", &["same_carer"], "same carer for two years (B3)"),
    ("B4a", &["2", "3", "4+"], "two changes of carer or more in the year (B4a)"),
    ("B4b", &["4+"], "four changes of carer or more over two years, the Commissioner's count (B4b)"),
    ("B5", &["unplanned"], "a home ended unplanned in the year (B5)"),
];

pub(super) fn run() -> anyhow::Result<Vec<Outcome>> {
    let mut frameworks = vec![Framework::built_in()];
    for (from, to, _) in OTHER {
        anyhow::ensure!(FRAMEWORK_TOML.contains(from), "the framework does not say {from}");
        frameworks.push(Framework::parse(&FRAMEWORK_TOML.replacen(from, to, 1))?);
    }
    let plan = Plan::new(&Spec { reporting_year: YEAR, n_years: 3, ..Spec::default() });
    let mut totals = vec![Cells::new(); frameworks.len()];
    for place in 0..plan.authorities().len() {
        let returns = exact::returns_of_council(&plan.council(place), YEAR);
        for (framework, total) in frameworks.iter().zip(&mut totals) {
            *total = exact::sum([&*total, &exact::of_returns(&returns, YEAR, framework)?]);
        }
    }
    let (as_it_is, others) = totals.split_first().context("the framework as it is was counted")?;
    let mut outcomes = Vec::new();
    for ((_, _, choice), other) in OTHER.iter().zip(others) {
        for (measure, categories, words) in FIGURES {
            let (figure, baseline) = (share(other, measure, categories)?, share(as_it_is, measure, categories)?);
            let what = format!("{words}, with {choice}");
            outcomes.push(Outcome::new("parameters", what, "%", figure, (baseline, "the framework as it is"), Target::None));
        }
    }
    Ok(outcomes)
}

/// Per cent of the counted children of a measure's total.
fn share(cells: &Cells, measure: &str, categories: &[&str]) -> anyhow::Result<f64> {
    let framework = Framework::built_in();
    let table = framework.table(&format!("{measure}.total")).with_context(|| format!("no measure {measure}"))?;
    let n = |is_in: &dyn Fn(&str) -> bool| -> anyhow::Result<f64> {
        let of_table = cells.iter().filter(|(cell, _)| cell.table == table.id && is_in(&cell.category));
        Ok(f64::from(u32::try_from(of_table.map(|(_, n)| n).sum::<i64>())?))
    };
    let is_counted = |id: &str| table.categories.iter().any(|category| category.id == id && !category.outside);
    Ok(100.0 * n(&|id| categories.contains(&id))? / n(&is_counted)?)
}
