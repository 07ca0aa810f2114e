//! The published sample set of the data community: random values of 2017-18, faulty on purpose. Looked for beside the
//! workspace and skipped, visibly, where it is not.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use shared::problem::Exit;
use tests::build::workspace;
use tests::world::COMMAND_TIME_MAX;
use tests::world::process::{Ended, Processes};

use crate::programs;

const SET: &str = "../shared/data/ssda903-samples/data-to-insight__csc-validator-be-903/tests/fake_data";
/// Tables that are read; one file each.
const CHOSEN: [&str; 7] = ["header.csv", "episodes.csv", "oc2.csv", "oc3.csv", "reviews.csv", "missing.csv", "uasc.csv"];
/// Tables of the return that are not read yet: named and set aside.
const SET_ASIDE: [&str; 3] = ["ad1.csv", "placed_for_adoption.csv", "previous_permanence.csv"];

fn samples() -> Option<PathBuf> {
    let folder = workspace().join(SET);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("SKIPPED: the published sample set does not lie beside the workspace");
    None
}

fn agent(arguments: &[&str], paths: &[PathBuf], log: &Path) -> Ended {
    let mut command = Command::new(&programs().agent);
    command.args(arguments).args(["--year", "2018"]).args(paths);
    let ended = Processes::default().run("agent", command, log, COMMAND_TIME_MAX).unwrap();
    assert!(!ended.stderr.contains("panicked") && ended.stderr.contains("nothing was sent"), "{paths:?}: {}", ended.stderr);
    ended
}

#[test]
fn each_file_alone_is_refused_with_its_faults() {
    let Some(folder) = samples() else { return };
    let logs = tempfile::tempdir().unwrap();
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let ended = agent(&["check", "--json"], std::slice::from_ref(&file), &logs.path().join(&name));
        assert!(ended.is(Exit::InputRefused), "{name}: {:?} {}", ended.code, ended.stderr);
        let report: Value = serde_json::from_str(&ended.stdout).unwrap();
        assert!(!report["refused"].as_array().unwrap().is_empty(), "{name}");
        if CHOSEN.contains(&name.as_str()) {
            let problems = report["returns"][0]["problems"].as_array().unwrap();
            eprintln!("{name}: {} problems", problems.len());
            for problem in problems {
                assert!(
                    problem["line"].as_u64().is_some_and(|line| line > 0) && problem["rule"].is_string(),
                    "{name}: {problem}"
                );
                assert!(
                    problem["file"].as_str().is_some_and(|f| f.ends_with(&name)) && problem["column"].is_string(),
                    "{name}: {problem}"
                );
            }
        }
        let preview = agent(&["preview", "--despite-errors", "--json"], &[file], &logs.path().join(format!("{name}-preview")));
        assert!(preview.code.is_some(), "{name}");
    }
}

#[test]
fn the_chosen_set_is_refused_and_can_be_looked_at() {
    let Some(folder) = samples() else { return };
    let logs = tempfile::tempdir().unwrap();
    let files: Vec<PathBuf> = CHOSEN.iter().chain(&SET_ASIDE).map(|name| folder.join(name)).collect();
    let ended = agent(&["check"], &files, &logs.path().join("check"));
    assert!(ended.is(Exit::InputRefused), "{:?} {}", ended.code, ended.stderr);
    for name in SET_ASIDE {
        assert!(ended.stdout.lines().any(|line| line.contains(name) && line.contains("set aside")), "{name}: {}", ended.stdout);
    }
    let report = agent(&["check", "--json"], &files, &logs.path().join("check-json"));
    let report: Value = serde_json::from_str(&report.stdout).unwrap();
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
    let ended = agent(&["preview", "--despite-errors", "--json"], &files, &logs.path().join("preview"));
    let figures: Value = serde_json::from_str(&ended.stdout).unwrap();
    let exact = figures["tables"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|t| t["cells"].as_array().unwrap())
        .filter_map(|c| c["exact"].as_i64());
    assert!(exact.sum::<i64>() > 0, "figures are shown despite the errors");
    let ended = agent(&["preview"], &files, &logs.path().join("preview-refused"));
    assert!(ended.is(Exit::InputRefused), "without being asked twice nothing is shown");
}
