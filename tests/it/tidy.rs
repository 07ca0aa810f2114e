//! Rules of the house that a machine can hold: edges between crates, what rooms must not name, sizes, and what must never
//! stand in the tree. Each failure names file and rule.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

const MEMBERS: [&str; 5] = ["shared", "agent", "aggregator", "auditor", "tests"];
/// Which member may depend on which.
const EDGES: [(&str, &str); 7] = [
    ("agent", "shared"),
    ("aggregator", "shared"),
    ("auditor", "shared"),
    ("tests", "shared"),
    ("tests", "agent"),
    ("tests", "aggregator"),
    ("tests", "auditor"),
];
const LINES_MAX: usize = 600;

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// All files below a folder of the workspace, as (path below the workspace, text); binary files are left out.
fn files(below: &str, ending: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![workspace().join(below)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if name != "target" && name != ".git" {
                    folders.push(path);
                }
            } else if name.ends_with(ending)
                && let Ok(text) = std::fs::read_to_string(&path)
            {
                found.push((path.strip_prefix(workspace()).unwrap().to_string_lossy().into_owned(), text));
            }
        }
    }
    found.sort();
    found
}

/// Fails with every line of these files that names one of the words, outside comments.
fn ban(rule: &str, files: &[(String, String)], words: &[&str]) {
    assert!(!files.is_empty(), "{rule}: no file looked at");
    let mut faults = Vec::new();
    for (path, text) in files {
        for (number, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            for word in words.iter().filter(|w| code.contains(**w)) {
                faults.push(format!("{path}:{} names {word}", number + 1));
            }
        }
    }
    assert!(faults.is_empty(), "{rule}:\n{}", faults.join("\n"));
}

fn rooms(paths: &[&str]) -> Vec<(String, String)> {
    let all: Vec<_> = paths.iter().flat_map(|p| if p.ends_with(".rs") { one(p) } else { files(p, ".rs") }).collect();
    all.into_iter().filter(|(path, _)| !path.ends_with("tests.rs")).collect()
}

fn one(path: &str) -> Vec<(String, String)> {
    std::fs::read_to_string(workspace().join(path)).map(|text| vec![(path.to_owned(), text)]).unwrap_or_default()
}

fn cargo(arguments: &[&str]) -> String {
    let out = Command::new(env!("CARGO")).args(arguments).current_dir(workspace()).output().unwrap();
    String::from_utf8(out.stdout).unwrap()
}

#[test]
fn crates_depend_downwards_only_and_share_the_lints() {
    let text = cargo(&["metadata", "--no-deps", "--offline", "--format-version", "1"]);
    let metadata: serde_json::Value = serde_json::from_str(&text).unwrap();
    for package in metadata["packages"].as_array().unwrap() {
        let from = package["name"].as_str().unwrap();
        for dependency in package["dependencies"].as_array().unwrap() {
            let to = dependency["name"].as_str().unwrap();
            assert!(!MEMBERS.contains(&to) || EDGES.contains(&(from, to)), "{from} must not depend on {to}");
        }
    }
    for member in MEMBERS {
        let (_, manifest) = one(&format!("{member}/Cargo.toml")).remove(0);
        assert!(manifest.contains("[lints]\nworkspace = true"), "{member} does not take the workspace's lints");
        assert!(!manifest.contains("[features]"), "{member} has cargo features of its own");
        assert!(workspace().join(member).join("clippy.toml").exists(), "{member} has no fence");
    }
}

#[test]
fn one_provider_of_cryptography_is_built() {
    for absent in ["ring", "openssl", "openssl-sys"] {
        let tree = cargo(&["tree", "--offline", "--locked", "-i", absent, "--target", "all", "-e", "all"]);
        assert!(tree.trim().is_empty(), "{absent} is built:\n{tree}");
    }
    assert!(!cargo(&["tree", "--offline", "--locked", "-i", "aws-lc-rs"]).is_empty());
}

#[test]
fn the_auditor_cannot_reach_a_network() {
    ban(
        "auditor",
        &rooms(&["auditor/src"]),
        &["std::net", "tokio", "reqwest", "hyper", "TcpStream", "UdpSocket", "ToSocketAddrs"],
    );
    let tree = cargo(&["tree", "--offline", "--locked", "-p", "auditor", "-e", "normal", "--prefix", "none"]);
    for absent in ["tokio ", "reqwest ", "hyper ", "rustls "] {
        assert!(!tree.lines().any(|l| l.starts_with(absent)), "auditor depends on {absent}");
    }
}

#[test]
fn pure_rooms_stay_pure() {
    let world =
        ["std::fs", "std::net", "std::env", "std::thread", "std::process", "SystemTime", "Instant::now", "tokio", "tracing"];
    ban("shared", &rooms(&["shared/src"]), &world);
    let agent = [
        "agent/src/records",
        "agent/src/histories",
        "agent/src/measures",
        "agent/src/bounds.rs",
        "agent/src/figures.rs",
        "agent/src/official",
        "agent/src/pages.rs",
        "agent/src/pages",
        "agent/src/pseudonym.rs",
        "agent/src/submission.rs",
    ];
    ban("agent's pure rooms", &rooms(&agent), &world);
    ban("auditor's checks", &rooms(&["auditor/src/checks"]), &world);
    ban(
        "aggregator's intake",
        &rooms(&["aggregator/src/intake.rs"]),
        &["std::fs", "std::net", "SystemTime", "sqlx", "axum", "tracing"],
    );
}

/// What an agent logs is a closed list: `agent::logging` takes who, which round, which submission and the code of a problem by
/// their types, and no other room can write a line.
#[test]
fn only_what_is_allowed_enters_a_log_of_the_agent() {
    let sets_up = |path: &str| ["agent/src/main.rs", "agent/src/program.rs"].contains(&path);
    let (own, others): (Vec<_>, Vec<_>) =
        rooms(&["agent/src"]).into_iter().partition(|(path, _)| path == "agent/src/logging.rs" || sets_up(path));
    ban("agent's log", &others, &["tracing", "eprintln!", "println!", "eprint!", "print!", "syslog"]);
    let events = ["trace!", "debug!", "info!", "warn!", "error!", "event!", "span!", "instrument"];
    let (_, logging) = own.iter().find(|(path, _)| path == "agent/src/logging.rs").expect("the room is where it was");
    for (path, text) in own.iter().filter(|(path, _)| sets_up(path)) {
        assert!(!events.iter().any(|event| text.contains(event)), "{path} logs by itself");
    }
    // every event has fields of the list, each the very value of its name, and a text without a place to fill
    let values = ["authority", "round", "sequence", "id", "problem.map_or(\"fault\", Problem::code)"];
    let mut n_events = 0;
    for line in logging.lines().map(str::trim).filter(|line| events.iter().any(|event| line.contains(event))) {
        let arguments = line.split_once("!(").and_then(|(_, rest)| rest.strip_suffix(");")).expect("one event on one line");
        let (fields, text) = arguments.rsplit_once(", \"").expect("fields, then a text");
        assert!(!text.contains(['{', '%', '?']), "{line}");
        for field in fields.split(" = %").skip(1) {
            let value = values.iter().find(|value| field.starts_with(**value)).expect("a value of the list");
            let rest = field[value.len()..].trim_start_matches(", ");
            assert!(rest.is_empty() || values.contains(&rest) || rest == "problem", "{line}: {rest}");
        }
        assert_eq!(fields.matches('=').count(), fields.matches(" = %").count(), "{line}");
        n_events += 1;
    }
    assert!(n_events >= 3, "only {n_events} events were read");
    // and what a function of the room takes is of these types
    let types = ["authority: AuthorityId", "round: RoundId", "sequence: u32", "id: Digest", "problem: Option<Problem>"];
    for line in logging.lines().filter(|line| line.starts_with("pub fn ")) {
        let (_, taken) = line.split_once('(').expect("a function");
        let taken = taken.strip_suffix(") {").expect("it gives nothing");
        assert!(taken.split(", ").all(|argument| types.contains(&argument)), "{line}");
    }
}

#[test]
fn a_database_is_named_in_one_room_of_the_agent() {
    let (room, others): (Vec<_>, Vec<_>) =
        rooms(&["agent/src"]).into_iter().partition(|(path, _)| path.starts_with("agent/src/io/live/"));
    assert!(room.iter().any(|(_, text)| text.contains("sqlx::")));
    ban("agent's database", &others, &["sqlx", "tokio::", "block_on"]);
}

#[test]
fn the_sending_way_cannot_name_local_figures() {
    let sending = ["agent/src/bounds.rs", "agent/src/noise", "agent/src/submission.rs", "agent/src/io"];
    ban("sending way", &rooms(&sending), &["LocalFigures", "figures::"]);
    ban("measures see one child", &rooms(&["agent/src/measures"]), &["&[ChildHistory]", "Vec<ChildHistory>", "Histories"]);
}

#[test]
fn no_raw_identifier_exists_after_records() {
    let may = |path: &str| {
        let rooms = ["agent/src/records/", "agent/src/commands/pseudonymise/"];
        let files = ["agent/src/records.rs", "agent/src/pseudonym.rs", "agent/src/commands/pseudonymise.rs"];
        files.contains(&path) || rooms.iter().any(|room| path.starts_with(room))
    };
    let (may, others): (Vec<_>, Vec<_>) = rooms(&["agent/src"]).into_iter().partition(|(path, _)| may(path));
    let words = ["RawIdentifier", "normalise(", "normalise}", "::normalise", ".pseudonym(", ".in_hex("];
    ban("after records", &others, &words);
    // the words are still the ones that the code uses
    let used = |word: &str| may.iter().any(|(_, text)| text.contains(word));
    assert!(used("RawIdentifier") && used("normalise(") && used(".pseudonym(") && used(".in_hex("));
    // in hexadecimal a pseudonym exists only where a person asked for it
    let records: Vec<_> = may.into_iter().filter(|(path, _)| path.starts_with("agent/src/records")).collect();
    ban("records write no pseudonym", &records, &[".in_hex("]);
    // and no text becomes one: the only constructors are those of `PseudonymKey`
    let (_, source) = one("agent/src/pseudonym.rs").remove(0);
    let shipped = source.split("#[cfg(test)]").next().unwrap_or_default();
    for (name, begin) in [("Pseudonym", "Pseudonym("), ("Token", "Token("), ("RawIdentifier", "RawIdentifier {")] {
        let made = shipped.lines().map(str::trim).filter(|l| l.starts_with(begin) || l.contains(&format!("({begin}"))).count();
        assert_eq!(made, 1, "{name} is made in one place");
        let (before, _) = shipped.split_once(&format!("pub struct {begin}")).expect("the type is where it was");
        let derived = before.lines().last().unwrap_or_default();
        for banned in ["Debug", "Display", "Serialize", "Deserialize", "From", "FromStr"] {
            assert!(!derived.contains(banned), "{name} derives {banned}");
            assert!(!shipped.contains(&format!(" {banned} for {name}")), "{name} is {banned}");
        }
    }
}

#[test]
fn seeded_randomness_is_in_tests_only() {
    let shipped = rooms(&["shared/src", "agent/src", "aggregator/src", "auditor/src"]);
    ban("seeded randomness", &shipped, &["seed_from_u64", "StdRng", "SmallRng", "ChaCha", "from_seed"]);
}

#[test]
fn the_councils_share_nothing_with_the_agent() {
    ban("councils", &rooms(&["tests/src/councils"]), &["agent::", "use agent"]);
}

#[test]
fn the_number_of_authorities_is_data() {
    let code = rooms(&["shared/src", "agent/src", "aggregator/src", "auditor/src", "tests/src"]);
    // five months from March on have 153 days: the calendar's own number; and there is a rule of this code
    let own = ["agent/src/day.rs", "tests/src/councils/calendar.rs", "agent/src/records/rules/ids.rs"];
    for (path, text) in code.iter().filter(|(path, _)| !own.contains(&path.as_str()) && !path.contains("/faults/")) {
        for (number, line) in text.lines().enumerate() {
            let line = line.split("//").next().unwrap_or_default();
            let digits: BTreeSet<&str> = line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
            assert!(!digits.contains("153"), "{path}:{} names the number of authorities", number + 1);
        }
    }
}

#[test]
fn files_are_read_at_one_sitting() {
    let mut long = Vec::new();
    for (path, text) in files("", ".rs") {
        let lines = text.lines().count();
        if lines > LINES_MAX && !path.ends_with("tests.rs") {
            long.push(format!("{path}: {lines} lines"));
        }
    }
    assert!(long.is_empty(), "over {LINES_MAX} lines:\n{}", long.join("\n"));
}

#[test]
fn every_module_says_what_it_is_for() {
    for (path, text) in files("", ".rs") {
        assert!(text.starts_with("//!"), "{path} does not open with //!");
    }
}

#[test]
fn nothing_is_unfinished_and_no_test_is_switched_off() {
    let words = [["to", "do!("].concat(), ["unimple", "mented!("].concat(), ["#[ig", "nore"].concat(), ["FIX", "ME"].concat()];
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    ban("unfinished", &files("", ".rs"), &words);
}

#[test]
fn no_key_and_no_place_of_a_machine_is_in_the_tree() {
    let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(workspace()).output();
    let listed = listed.ok().filter(|o| o.status.success()).map(|o| o.stdout).unwrap_or_default();
    let names: Vec<String> = listed.split(|b| *b == 0).map(|n| String::from_utf8_lossy(n).into_owned()).collect();
    if names.len() < 2 {
        eprintln!("SKIPPED: not a git checkout, so the list of files is unknown");
        return;
    }
    let secret = ["PRIVATE", " KEY-----"].concat();
    let places = [["/ro", "ot/"].concat(), ["/wo", "rk/"].concat(), ["/ho", "me/"].concat()];
    for name in names.iter().filter(|n| !n.is_empty()) {
        let Ok(text) = std::fs::read_to_string(workspace().join(name)) else { continue };
        let fault = text.lines().position(|line| {
            let key = line.contains(&secret) && line.starts_with("-----BEGIN");
            key || places.iter().any(|p| line.contains(p.as_str()))
        });
        assert!(fault.is_none(), "{name}:{} holds a key or a place of a machine", fault.unwrap_or_default() + 1);
    }
}

#[test]
fn every_test_that_a_claim_names_exists() {
    let code = files("", ".rs");
    let exists = |name: &str| code.iter().any(|(_, text)| text.contains(&format!("fn {name}(")));
    let mut n_names = 0;
    for (path, text) in &code {
        if path == "tests/it/tidy.rs" {
            continue;
        }
        for rest in text.split("Attacked by").skip(1) {
            let comment: String = rest
                .lines()
                .enumerate()
                .take_while(|(i, l)| *i == 0 || l.trim_start().starts_with("//"))
                .map(|(_, l)| l)
                .collect();
            for name in comment.split('`').skip(1).step_by(2).filter(|n| n.contains('_') && !n.contains([':', '.', '/'])) {
                assert!(exists(name), "{path}: no test {name}");
                n_names += 1;
            }
        }
    }
    assert!(n_names >= 10, "only {n_names} names were found: the claims are read wrongly");
}

#[test]
fn the_protocol_is_cited_by_the_code() {
    let (_, protocol) = one("docs/protocol.md").remove(0);
    let code = rooms(&["shared/src"]);
    for number in protocol.lines().filter_map(|l| l.strip_prefix("## ")).filter_map(|l| l.split(' ').next()) {
        let cited = |text: &String| text.split("docs/protocol.md").skip(1).any(|rest| cites(rest, number));
        assert!(code.iter().any(|(_, text)| cited(text)), "section {number} of docs/protocol.md is cited nowhere in shared");
    }
}

/// Whether the text after a mention of the protocol names this section.
fn cites(rest: &str, section: &str) -> bool {
    let near: String = rest.chars().take(60).collect();
    near.split(|c: char| !c.is_ascii_digit() && c != '.').any(|word| word.split('.').next() == Some(section))
}
