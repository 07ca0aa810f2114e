//! The demo, small: both spellings of its command line, its result and its shape.

use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use tests::world::process::Processes;

use crate::programs;

const LIMIT: Duration = Duration::from_secs(240);

fn result_of(arguments: &[&str], authorities: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let (json, dir) = (folder.path().join("out.json"), folder.path().join("demo"));
    let mut command = Command::new(&programs().demo);
    command.args(arguments).args(["--authorities", authorities]).arg("--json").arg(&json).arg("--dir").arg(&dir);
    let ended = Processes::default().run("demo", command, &folder.path().join("log"), LIMIT).unwrap();
    assert!(ended.code == Some(0), "{arguments:?} --authorities {authorities}: {}{}", ended.stdout, ended.stderr);
    assert!(ended.stdout.contains("openssl dgst -sha256 -verify"));
    serde_json::from_slice(&std::fs::read(json).unwrap()).unwrap()
}

#[test]
fn five_councils_with_every_incident() {
    // what `cargo demo --exit` gives to the program
    let result = result_of(&["--exit", "--seed", "3"], "5");
    assert_eq!(result["authorities"]["expected"], 5);
    assert_eq!(result["authorities"]["accepted"], 3);
    assert_eq!(result["audit"], "pass");
    assert_eq!(result["faults"].as_array().unwrap().len(), 0);
    let refused = |kind: &str| {
        let all = result["incidents"].as_array().unwrap();
        all.iter().find(|i| i["kind"] == kind).map(|i| i["refused_with"].clone()).unwrap_or_else(|| panic!("no incident {kind}"))
    };
    assert_eq!(refused("bad-signature"), "signature-invalid");
    assert_eq!(refused("late"), "submission-late");
    assert_eq!(refused("replay-of-another"), "authority-mismatch");
    for kind in ["absent", "own-replay", "killed"] {
        assert_eq!(refused(kind), Value::Null);
    }
    let figures = result["figures"].as_array().unwrap();
    let figure = figures.iter().find(|f| f["id"] == "B1.total" && f["area"] == "England" && f["category"] == "3").unwrap();
    for field in ["id", "area", "group", "category", "what", "true", "true_nation", "published", "low", "high", "inside"] {
        assert!(figure.get(field).is_some(), "{field}");
    }
    assert!(figures.iter().all(|f| f["published"].is_null() <= f["inside"].is_null()), "an unreliable figure is not inside");
    assert!(result["inside_share"].as_f64().unwrap() > 0.5 && result["peak_rss_mb"].as_f64().unwrap() < 300.0);
}

#[test]
fn one_council_is_a_demo_too() {
    // what `cargo demo -- --exit` gives to the program
    let result = result_of(&["--", "--exit"], "1");
    assert_eq!(result["authorities"]["accepted"], 1);
}
