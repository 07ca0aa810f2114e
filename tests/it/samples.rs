//! The published sample set of the data community: random values of 2017-18, faulty on purpose. Looked for beside the
//! workspace and skipped, visibly, where it is not.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use shared::problem::Exit;
use tests::build::workspace;
use tests::world::COMMAND_TIME_MAX;
use tests::world::process::{Ended, Processes};

use crate::programs;

const SET: &str = "../shared/data/ssda903-samples/data-to-insight__csc-validator-be-903/tests/fake_data";
/// Rows of each file: the published counts.
const ROWS: [(&str, &str, u64); 13] = [
    ("header.csv", "Header", 2675),
    ("episodes.csv", "Episodes", 5050),
    ("reviews.csv", "Reviews", 12582),
    ("oc2.csv", "OC2", 2675),
    ("previous_permanence.csv", "PrevPerm", 2675),
    ("uasc.csv", "UASC", 132),
    ("oc3.csv", "OC3", 53),
    ("missing.csv", "Missing", 43),
    ("ad1.csv", "AD1", 29),
    ("placed_for_adoption.csv", "PlacedAdoption", 29),
    ("placed_for_adoption_errors.csv", "PlacedAdoption", 30),
    ("sw_episodes.csv", "SWEpisodes", 1),
    ("DoLo.csv", "DoLo", 1),
];
/// Rows of the XML file, by table.
const XML_ROWS: [(&str, u64); 4] = [("Header", 253), ("Episodes", 459), ("Reviews", 1206), ("Missing", 6)];
/// One file for each table of its year, 2018.
const CHOSEN: [&str; 10] = [
    "header.csv",
    "episodes.csv",
    "oc2.csv",
    "oc3.csv",
    "reviews.csv",
    "missing.csv",
    "uasc.csv",
    "ad1.csv",
    "placed_for_adoption.csv",
    "previous_permanence.csv",
];

fn samples() -> Option<PathBuf> {
    let folder = workspace().join(SET);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("SKIPPED: the published sample set does not lie beside the workspace");
    None
}

fn agent(arguments: &[&str], year: &str, paths: &[PathBuf], log: &Path) -> Ended {
    let mut command = Command::new(&programs().agent);
    command.args(arguments).args(["--year", year]).args(paths);
    let ended = Processes::default().run("agent", command, log, COMMAND_TIME_MAX).unwrap();
    assert!(!ended.stderr.contains("panicked") && ended.stderr.contains("nothing was sent"), "{paths:?}: {}", ended.stderr);
    ended
}

/// Rows of each table that a report names.
fn rows_of(report: &Value) -> BTreeMap<String, u64> {
    let files = report["returns"][0]["files"].as_array().unwrap();
    let read = files.iter().filter(|file| file["as"] == "read");
    read.map(|file| (file["table"].as_str().unwrap().to_owned(), file["n_rows"].as_u64().unwrap())).collect()
}

#[test]
fn each_file_alone_is_read_to_its_last_row_and_refused_with_its_faults() {
    let Some(folder) = samples() else { return };
    let logs = tempfile::tempdir().unwrap();
    for (name, table, n_rows) in ROWS {
        let file = folder.join(name);
        // the two tables that came later are read as of a year that has them
        let year = match table {
            "SWEpisodes" => "2024",
            "DoLo" => "2027",
            _ => "2018",
        };
        let ended = agent(&["check", "--json"], year, std::slice::from_ref(&file), &logs.path().join(name));
        assert!(ended.is(Exit::InputRefused), "{name}: {:?} {}", ended.code, ended.stderr);
        let report: Value = serde_json::from_str(&ended.stdout).unwrap();
        assert_eq!(rows_of(&report), BTreeMap::from([(table.to_owned(), n_rows)]), "{name}");
        assert!(!report["refused"].as_array().unwrap().is_empty(), "{name}");
        let problems = report["returns"][0]["problems"].as_array().unwrap();
        eprintln!("{name}: {n_rows} rows, {} problems", problems.len());
        for problem in problems {
            assert!(problem["line"].as_u64().is_some_and(|line| line > 0) && problem["rule"].is_string(), "{name}: {problem}");
            assert!(
                problem["file"].as_str().is_some_and(|f| f.ends_with(name)) && problem["column"].is_string(),
                "{name}: {problem}"
            );
        }
        let log = logs.path().join(format!("{name}-preview"));
        let preview = agent(&["preview", "--despite-errors", "--json"], year, &[file], &log);
        assert!(preview.code.is_some(), "{name}");
    }
}

#[test]
fn the_xml_is_read_to_its_last_row() {
    let Some(folder) = samples() else { return };
    let logs = tempfile::tempdir().unwrap();
    let ended = agent(&["check", "--json"], "2018", &[folder.join("fake_903.xml")], &logs.path().join("xml"));
    assert!(ended.is(Exit::InputRefused), "{:?} {}", ended.code, ended.stderr);
    let rows = rows_of(&serde_json::from_str(&ended.stdout).unwrap());
    eprintln!("fake_903.xml: {rows:?}");
    for (table, n_rows) in XML_ROWS {
        assert_eq!(rows.get(table), Some(&n_rows), "{table}");
    }
    assert_eq!(rows.get("PlacedAdoption"), Some(&3));
}

#[test]
fn the_chosen_set_is_refused_and_can_be_looked_at() {
    let Some(folder) = samples() else { return };
    let logs = tempfile::tempdir().unwrap();
    let files: Vec<PathBuf> = CHOSEN.iter().map(|name| folder.join(name)).collect();
    let ended = agent(&["check"], "2018", &files, &logs.path().join("check"));
    assert!(ended.is(Exit::InputRefused), "{:?} {}", ended.code, ended.stderr);
    let report = agent(&["check", "--json"], "2018", &files, &logs.path().join("check-json"));
    let report: Value = serde_json::from_str(&report.stdout).unwrap();
    let rows = rows_of(&report);
    assert!(
        CHOSEN.iter().all(|file| ROWS.iter().any(|(name, table, n)| name == file && rows.get(*table) == Some(n))),
        "{rows:?}"
    );
    let problems = report["returns"][0]["problems"].as_array().unwrap();
    // files that were named on the command line are named as they were
    let name = |p: &Value| p["file"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let found: BTreeSet<(String, String)> = problems.iter().map(|p| (name(p), p["rule"].as_str().unwrap().to_owned())).collect();
    eprintln!("{} problems under {} rules", problems.len(), found.len());
    for (file, rule) in [("episodes.csv", "149"), ("episodes.csv", "501"), ("episodes.csv", "1009"), ("oc3.csv", "133")] {
        assert!(found.contains(&(file.to_owned(), rule.to_owned())), "rule {rule} in {file} is not among {found:?}");
        assert!(ended.stdout.contains(&format!(" {rule} (")), "{rule}: {}", ended.stdout);
    }
    assert!(ended.stdout.contains("header.csv:") && ended.stdout.contains("episodes.csv:"), "{}", ended.stdout);
    let ended = agent(&["preview", "--despite-errors", "--json"], "2018", &files, &logs.path().join("preview"));
    let figures: Value = serde_json::from_str(&ended.stdout).unwrap();
    let exact = figures["tables"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|t| t["cells"].as_array().unwrap())
        .filter_map(|c| c["exact"].as_i64());
    assert!(exact.sum::<i64>() > 0, "figures are shown despite the errors");
    let ended = agent(&["preview"], "2018", &files, &logs.path().join("preview-refused"));
    assert!(ended.is(Exit::InputRefused), "without being asked twice nothing is shown");
}
