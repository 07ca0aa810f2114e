//! Documents that are made from the code are fresh, and the numbers of docs/privacy.md are those of the code.

use shared::privacy::{epsilon, membership_advantage};

fn read(path: &str) -> String {
    std::fs::read_to_string(format!("{}/../{path}", env!("CARGO_MANIFEST_DIR"))).unwrap_or_default()
}

#[test]
fn made_documents_are_fresh() {
    for (path, text) in tests::documents::all() {
        assert!(read(path) == text, "{path} is stale: cargo run -p tests --bin documents");
    }
}

#[test]
fn the_table_of_privacy_is_recomputed() {
    let text = read("docs/privacy.md");
    let mut rows = 0;
    for line in text.lines().filter(|l| l.starts_with("| PC")) {
        let cells: Vec<Vec<f64>> = line
            .split('|')
            .skip(2)
            .map(|cell| cell.split(|c: char| !c.is_ascii_digit() && c != '.').filter_map(|w| w.parse().ok()).collect())
            .collect();
        for ((rho, eps), advantage) in cells[0].iter().zip(&cells[1]).zip(&cells[2]) {
            assert!((epsilon(*rho, 1e-6) - eps).abs() < 0.06, "{line}");
            assert!((membership_advantage(*rho) - advantage).abs() < 0.006, "{line}");
            rows += 1;
        }
    }
    assert_eq!(rows, 5, "rho, epsilon and advantage of PC1, PC2 (two) and PC4 (two)");
}
