//! Documents that are made from the code are fresh, and the numbers of docs/privacy.md are those of the code.

use shared::framework::Framework;
use shared::privacy::{epsilon, l2_squared, l2_squared_of_change, membership_advantage};

fn read(path: &str) -> String {
    std::fs::read_to_string(format!("{}/../{path}", env!("CARGO_MANIFEST_DIR"))).unwrap_or_default()
}

#[test]
fn made_documents_are_fresh() {
    for (path, text) in tests::documents::all() {
        assert!(read(path) == text, "{path} is stale: cargo run -p tests --bin documents");
    }
}

/// Every number of the table: rho from the budget that is compiled in, epsilon and advantage from rho.
#[test]
fn the_table_of_privacy_is_recomputed() {
    let framework = Framework::built_in();
    let units = aggregator::budget::Budget::built_in(&framework).unwrap().units;
    let with_units = || framework.tables().iter().map(|t| (t, units[&t.id]));
    let (child, change) = (l2_squared(with_units()).unwrap(), l2_squared_of_change(with_units()).unwrap());
    let ratio = format!("{change}").parse::<f64>().unwrap() / format!("{child}").parse::<f64>().unwrap();
    let (release, year) = (0.16, 0.2);
    let expected = [
        vec![release],
        vec![year],
        vec![release * ratio],
        vec![year * ratio],
        vec![18.0 * year, 26.0 * year],
        vec![18.0 * year * ratio, 26.0 * year * ratio],
    ];
    let text = read("docs/privacy.md").replace("**", "");
    let rows: Vec<&str> = text.lines().filter(|l| l.starts_with("| PC")).collect();
    assert_eq!(rows.len(), expected.len());
    for (row, rhos) in rows.iter().zip(expected) {
        let cells: Vec<Vec<f64>> = row
            .split('|')
            .skip(2)
            .map(|cell| cell.split(|c: char| !c.is_ascii_digit() && c != '.').filter_map(|w| w.parse().ok()).collect())
            .collect();
        assert_eq!((cells[0].len(), cells[1].len(), cells[2].len()), (rhos.len(), rhos.len(), rhos.len()), "{row}");
        for (i, rho) in rhos.iter().enumerate() {
            assert!((cells[0][i] / rho - 1.0).abs() < 0.005, "{row}: {rho}");
            assert!((cells[1][i] - epsilon(*rho, 1e-6)).abs() < 0.06, "{row}: {}", epsilon(*rho, 1e-6));
            assert!((cells[2][i] - membership_advantage(*rho)).abs() < 0.006, "{row}: {}", membership_advantage(*rho));
        }
    }
}
