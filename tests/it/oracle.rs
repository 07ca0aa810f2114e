//! The agent's exact figures against the naive oracle, cell by cell, over made-up councils of every return year.
//!
//! The most telling test there is: two programs that share no line read the same children, one from files, one from the
//! generator's state. Every cell must agree exactly; a difference is a fault of one of them, or an unclear rule.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use tests::councils::{Council, Plan, Spec};
use tests::oracle::{self, Cell};
use tests::world::process::Processes;

use crate::programs;

const LIMIT: Duration = Duration::from_secs(120);

/// How many cells were compared, and how many of them hold a child.
#[derive(Clone, Copy, Default)]
struct Compared {
    cells: usize,
    filled: usize,
}

/// Compares every council of a spec.
fn check(spec: &Spec) -> Compared {
    let plan = Plan::new(spec);
    let mut n = Compared::default();
    for place in 0..plan.authorities().len() {
        let council = plan.council(place);
        let folder = tempfile::tempdir().unwrap();
        council.write_returns(&folder.path().join("returns")).unwrap();
        let preview = preview(folder.path(), &council, spec.reporting_year);
        n.cells += preview.len();
        let told: BTreeMap<Cell, i64> = preview.into_iter().filter(|(_, n)| *n != 0).collect();
        let exact: BTreeMap<Cell, i64> =
            oracle::count(&council, spec.reporting_year).into_iter().filter(|(_, n)| *n != 0).collect();
        n.filled += exact.len();
        let differences = differences(&told, &exact);
        assert!(
            differences.is_empty(),
            "seed {}, year {}, {} years, council {}: {} cells differ\n{}",
            spec.seed,
            spec.reporting_year,
            spec.n_years,
            council.code,
            differences.len(),
            differences.join("\n")
        );
    }
    n
}

fn differences(agent: &BTreeMap<Cell, i64>, oracle: &BTreeMap<Cell, i64>) -> Vec<String> {
    let all: std::collections::BTreeSet<&Cell> = agent.keys().chain(oracle.keys()).collect();
    let value = |of: &BTreeMap<Cell, i64>, cell: &Cell| of.get(cell).copied().unwrap_or(0);
    let differ = all.into_iter().filter(|cell| value(agent, cell) != value(oracle, cell));
    let line = |cell: &Cell| {
        format!("{}/{}/{}: agent {}, oracle {}", cell.table, cell.group, cell.category, value(agent, cell), value(oracle, cell))
    };
    differ.map(line).collect()
}

/// Every cell of `preview --json`; a mean gives two, `n` and the uncentred `sum`.
fn preview(folder: &Path, council: &Council, year: i16) -> Vec<(Cell, i64)> {
    let config = folder.join("agent.toml");
    let text = format!(
        "authority = \"{}\"\nreporting_year = {year}\nreturns = \"returns\"\nstate = \"state\"\n{}",
        council.code,
        council.tables_section(year)
    );
    std::fs::write(&config, text).unwrap();
    let mut command = Command::new(&programs().agent);
    command.args(["preview", "--json", "--config"]).arg(&config);
    let ended = Processes::default().run("agent", command, &folder.join("preview"), LIMIT).unwrap();
    assert!(ended.code == Some(0), "council {}: {}", council.code, ended.stderr);
    let json: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(json["marking"], "LOCAL, NOT FOR PUBLICATION");
    assert_eq!(json["authority"], council.code.as_str());
    let mut cells = Vec::new();
    for table in json["tables"].as_array().unwrap() {
        let id = table["table"].as_str().unwrap();
        for cell in table["cells"].as_array().unwrap() {
            let group = cell["group"].as_str().unwrap();
            let named = |category: &str| Cell { table: id.into(), group: group.into(), category: category.into() };
            match cell["category"].as_str() {
                Some(category) => cells.push((named(category), cell["exact"].as_i64().unwrap())),
                None => {
                    cells.push((named("n"), cell["exact_n"].as_i64().unwrap()));
                    cells.push((named("sum"), cell["exact_sum"].as_i64().unwrap()));
                }
            }
        }
    }
    cells
}

fn of_years(seeds: &[u64], years: &[i16], n_years: usize, authorities: usize) {
    let mut n = Compared::default();
    for &seed in seeds {
        for &reporting_year in years {
            let one = check(&Spec { seed, authorities: Some(authorities), reporting_year, n_years, ..Spec::default() });
            n = Compared { cells: n.cells + one.cells, filled: n.filled + one.filled };
        }
    }
    assert!(n.filled * 10 > n.cells, "too few cells hold a child for the comparison to say anything");
    let Compared { cells, filled } = n;
    eprintln!("oracle: {cells} cells, {filled} of them filled, of years {years:?} by {n_years}, seeds {seeds:?}: none differs");
}

#[test]
fn the_agent_counts_what_the_oracle_counts_over_three_linked_years() {
    of_years(&[1, 2], &[2024, 2025, 2026], 3, 5);
}

#[test]
fn the_agent_counts_what_the_oracle_counts_where_years_are_missing() {
    of_years(&[3], &[2018, 2022, 2023], 3, 4);
    of_years(&[4], &[2025], 1, 4);
    of_years(&[5], &[2025], 2, 4);
}

#[test]
fn the_agent_counts_what_the_oracle_counts_over_five_linked_years() {
    of_years(&[6], &[2026], 5, 4);
}

#[test]
fn more_councils_and_seeds_when_asked_for() {
    // GOLDENTHREAD_ORACLE_SEEDS=20 is what tests/long asks for
    let Some(seeds) = std::env::var("GOLDENTHREAD_ORACLE_SEEDS").ok().and_then(|n| n.parse::<u64>().ok()) else { return };
    of_years(&(100..100 + seeds).collect::<Vec<_>>(), &[2022, 2024, 2025, 2026], 3, 10);
}
