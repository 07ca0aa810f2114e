//! Which tables share a margin is what `shared::fuse` builds every figure on. Here it is held against the measures, child
//! by child: over councils of hard cases, hard cases by hand and made-up councils with tables and years not supplied.
//!
//! Two tables of one population have the same children in them; of one population and breakdown, each child in the same
//! group; of one measure over the same ages, each child with the same answer. That is more than equal sums, and equal
//! sums of any set of children follow from it.

use std::collections::BTreeMap;

use agent::histories::{Mending, each};
use agent::measures::{Contribution, MeasureSet};
use shared::framework::Framework;
use shared::fuse::{Margins, Sharing};
use shared::ids::ReportingYear;
use tests::councils::extracts::Supply;
use tests::councils::{Plan, Spec};
use tests::reading::{directory_of, read_beside, returns_of};
use tests::worlds::{World, named};

/// Councils of hard cases.
const N_HARD: u64 = 60;
/// Made-up councils.
const N_MADE_UP: u64 = 24;
/// Children that each shared margin must have held for.
const N_EACH_MIN: u64 = 20;

/// What was seen of one shared margin: the tables that share it, and the children that were in them.
#[derive(Default)]
struct Seen {
    tables: Vec<usize>,
    n_children: u64,
    broken: BTreeMap<(usize, usize), u64>,
}

/// Which of a table's margins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Of {
    Total,
    Rows,
    Columns,
}

impl Of {
    fn number(self, shared: Sharing) -> usize {
        match self {
            Self::Total => shared.total,
            Self::Rows => shared.rows,
            Self::Columns => shared.columns,
        }
    }
    /// What all tables of the margin must say alike of a child.
    fn told(self, entry: &Contribution) -> u8 {
        match self {
            Self::Total => 0,
            Self::Rows => entry.group,
            Self::Columns => entry.category,
        }
    }
}

type Margin = (Of, usize);

fn margins_of(framework: &Framework) -> BTreeMap<Margin, Seen> {
    let margins = Margins::of(framework);
    let mut all: BTreeMap<Margin, Seen> = BTreeMap::new();
    for table in 0..framework.tables().len() {
        for of in [Of::Total, Of::Rows, Of::Columns] {
            all.entry((of, of.number(margins.shared(table)))).or_default().tables.push(table);
        }
    }
    all.retain(|_, seen| seen.tables.len() > 1);
    all
}

fn look(seen: &mut BTreeMap<Margin, Seen>, entries: &[Contribution]) {
    for ((of, _), margin) in seen {
        let told = |table: &usize| {
            let entry = entries.iter().find(|entry| usize::from(entry.table) == *table);
            entry.map(|entry| of.told(entry))
        };
        let first = told(&margin.tables[0]);
        let others: Vec<Option<u8>> = margin.tables.iter().map(told).collect();
        margin.n_children += u64::from(others.iter().any(Option::is_some));
        for (table, other) in margin.tables.iter().zip(others) {
            if other != first {
                *margin.broken.entry((margin.tables[0], *table)).or_default() += 1;
            }
        }
    }
}

fn check(framework: &Framework) {
    let measures = MeasureSet::resolve(framework).unwrap();
    let mut seen = margins_of(framework);
    let mut look_at = |folder: &std::path::Path, round: i16| {
        let year = ReportingYear::new(round).unwrap();
        let read = read_beside(&returns_of(folder).unwrap(), directory_of(folder).unwrap().as_ref());
        each(&read, year, Mending::Apply, framework.parameters(), |child| {
            if let Some(adds) = measures.contributions(child, year) {
                look(&mut seen, &adds.entries);
            }
        });
    };
    for world in (0..N_HARD).map(World::hard).chain(named::all()) {
        let folder = tempfile::tempdir().unwrap();
        world.write(folder.path()).unwrap();
        look_at(&folder.path().join(&world.name), world.round);
    }
    for number in 0..N_MADE_UP {
        let of = |choices: &[i16]| choices[usize::try_from(number).unwrap() % choices.len()];
        let extracts = [Supply::All, Supply::ByCouncil, Supply::Nothing][usize::try_from(number % 3).unwrap()];
        let (round, n_years) = (of(&[2025, 2026, 2024, 2023]), usize::try_from(of(&[3, 1, 2, 4, 5])).unwrap());
        let gaps = f64::from(of(&[2, 0, 1]));
        let spec = Spec { seed: number, authorities: Some(20), reporting_year: round, n_years, faults: 0.0, extracts, gaps };
        let folder = tempfile::tempdir().unwrap();
        let council = Plan::new(&spec).council_of_size(usize::try_from(number % 20).unwrap(), 80);
        council.write_returns(folder.path()).unwrap();
        look_at(folder.path(), round);
    }
    let id = |table: usize| &framework.tables()[table].id;
    let broken: Vec<String> = seen
        .iter()
        .flat_map(|((of, _), margin)| margin.broken.iter().map(move |((a, b), n)| (of, a, b, n, margin.n_children)))
        .map(|(of, a, b, n, all)| format!("{of:?}: {} and {} differ on {n} of {all} children", id(*a), id(*b)))
        .collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    let thin: Vec<String> = seen
        .iter()
        .filter(|(_, margin)| margin.n_children < N_EACH_MIN)
        .map(|((of, _), margin)| format!("{of:?} of {}: {} children", id(margin.tables[0]), margin.n_children))
        .collect();
    assert!(thin.is_empty(), "too few children to say anything: {}", thin.join("; "));
    eprintln!("margins: {} shared ones held for every child", seen.len());
}

#[test]
fn tables_that_share_a_margin_count_the_same_children() {
    check(&Framework::built_in());
}

#[test]
fn and_so_they_do_by_every_breakdown() {
    check(&Framework::built_in().by_every_breakdown());
}
