//! Whoever sees an agent work sees the same for an authority without children, with one, and with three thousand.
//!
//! One world each, which differ in the returns alone: the same authority, settings and commands. Compared are the payload's
//! length and shape, exit codes, all that is said, the names and sizes of files in the state, what the aggregator logs, and
//! every TLS record of every connection. Only ids, instants and the length of a signature differ (DER writes an ECDSA
//! signature a few bytes longer or shorter by chance, and never by what is signed).

use std::collections::BTreeMap;
use std::path::Path;

use shared::limits::ENVELOPE_BYTES_MAX;
use shared::problem::Exit;
use shared::sign::Envelope;
use shared::time::Timestamp;
use tests::councils::extracts::Supply;
use tests::councils::{Council, Plan, Spec};
use tests::world::World;
use tests::world::centre::Centre;
use tests::world::office::Office;
use tests::world::relay::{Record, Relay, Seen};

use crate::ground::{YEAR, ground};

/// Bytes by which the DER of the signatures and serial numbers of a handshake varies.
const SIGNATURES_BYTES: usize = 12;
/// Bytes by which the base64 of a message's one signature varies; longer by more than that happens once in 2^16 runs.
const BASE64_BYTES: usize = 4;
/// Records of one side until its handshake is over: hello, change of cipher, and all that it has to say of itself.
const HANDSHAKE: usize = 3;
/// Children in care of the largest council on the last day; with care leavers there are more than are kept.
const IN_CARE_LARGE: u32 = 1_700;
const CHILDREN_LARGE: usize = 3_000;

/// What one command showed.
struct Shown {
    command: String,
    code: Option<i32>,
    stdout: String,
    stderr: String,
    wire: Vec<Seen>,
}

/// What a world showed.
struct Observed {
    n_children: usize,
    payload_bytes: Vec<usize>,
    envelope_bytes: Vec<usize>,
    shape: Vec<Vec<(String, String)>>,
    shown: Vec<Shown>,
    files: Vec<BTreeMap<String, u64>>,
    logged: Vec<String>,
}

/// The same two councils with all extracts and so many children.
fn councils(n_children: usize) -> Vec<Council> {
    let spec = Spec { seed: 3, authorities: Some(2), reporting_year: YEAR, n_years: 3, extracts: Supply::All, ..Spec::default() };
    let plan = Plan::new(&spec);
    let size = if n_children > 1 { IN_CARE_LARGE } else { 40 };
    let council = |place| {
        let mut council = plan.council_of_size(place, size);
        assert!(council.children.len() >= n_children, "{} children were made", council.children.len());
        // the one who stays is one of whom the returns say much
        council.children.sort_by_key(|child| std::cmp::Reverse(child.outcomes.len() * 100 + child.episodes.len()));
        council.children.truncate(n_children);
        council
    };
    (0..plan.authorities().len()).map(council).collect()
}

fn observe(n_children: usize) -> Observed {
    let ground = ground();
    let world = &ground.world;
    let councils = councils(n_children);
    let office = |council: &Council| {
        let office = Office::create(world, &council.code, YEAR).unwrap();
        office.lay(council, YEAR).unwrap();
        office.must(&["init"]).unwrap();
        office
    };
    let offices: Vec<Office<'_>> = councils.iter().map(office).collect();
    drop(councils);
    let codes: Vec<&str> = offices.iter().map(|office| office.code.as_str()).collect();
    let centre = Centre::create(world, "aggregator", &codes, None).unwrap();
    centre.found().unwrap();
    let requests: Vec<_> = offices.iter().map(Office::request).collect();
    centre.enrol(&requests, &world.folder.join("enrolled")).unwrap();
    centre.plan(YEAR, &[]).unwrap();
    let served = centre.serve().unwrap();
    let (_, port) = served.agents_url.rsplit_once(':').unwrap();
    let relay = Relay::to_port(port.parse().unwrap()).unwrap();
    let mut observed = Observed {
        n_children,
        payload_bytes: Vec::new(),
        envelope_bytes: Vec::new(),
        shape: Vec::new(),
        shown: Vec::new(),
        files: Vec::new(),
        logged: Vec::new(),
    };
    // one office goes step by step, the other as a scheduler has it
    let ways: [&[&[&str]]; 2] =
        [&[&["prepare"], &["prepare"], &["send"], &["send"], &["status"]], &[&["run", "--once"], &["run", "--once"]]];
    for (office, way) in offices.iter().zip(ways) {
        office.configure(YEAR, &relay.url(), "").unwrap();
        for command in way {
            let ended = office.run(command).unwrap();
            let said = |text: &str| masked(text, &world.folder);
            observed.shown.push(Shown {
                command: command.join(" "),
                code: ended.code,
                stdout: said(&ended.stdout),
                stderr: said(&ended.stderr),
                wire: relay.take().unwrap(),
            });
            observed.files.push(files(&office.state(), world));
        }
        let envelope = office.envelope().unwrap();
        observed.envelope_bytes.push(envelope.len());
        let payload = Envelope::parse(&envelope, ENVELOPE_BYTES_MAX).unwrap().payload_unverified().to_vec();
        observed.payload_bytes.push(payload.len());
        observed.shape.push(shape(&payload));
    }
    observed.logged = served.logged().lines().map(event).collect();
    served.stop().unwrap();
    observed
}

/// Names and lengths of all that a payload holds, in its own order; where nothing is secret, the values.
fn shape(payload: &[u8]) -> Vec<(String, String)> {
    let payload: serde_json::Value = serde_json::from_slice(payload).unwrap();
    let mut shape = Vec::new();
    for (name, value) in payload.as_object().unwrap() {
        let Some(blocks) = value.as_array().filter(|_| name == "blocks") else {
            let is_random = ["nonce", "plan"].contains(&name.as_str());
            let said = if is_random { value.to_string().len().to_string() } else { value.to_string() };
            shape.push((name.clone(), said));
            continue;
        };
        for (name, value) in blocks.iter().flat_map(|block| block.as_object().unwrap()) {
            let said = if name == "cells" { value.as_str().unwrap().len().to_string() } else { value.to_string() };
            shape.push((name.clone(), said));
        }
    }
    shape
}

/// A text without ids, instants, places, and the size of an envelope, which is compared by itself.
fn masked(text: &str, folder: &Path) -> String {
    let text = text.replace(&folder.display().to_string(), "<world>");
    let mask = |word: &str| {
        let bare = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        let is_id = bare.len() >= 16 && bare.chars().all(|c| c.is_ascii_hexdigit());
        if is_id || bare.parse::<Timestamp>().is_ok() { word.replace(bare, "<masked>") } else { word.to_owned() }
    };
    let line = |line: &str| match line.strip_prefix("size ").and_then(|rest| rest.split_once(" bytes")) {
        Some((size, rest)) if size.trim().bytes().all(|b| b.is_ascii_digit()) => format!("size <masked> bytes{rest}"),
        _ => line.split(' ').map(mask).collect::<Vec<_>>().join(" "),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// Files of the state that the commands write, by name without ids, with their sizes. Keys and the request for enrolment
/// were made before any record was read.
fn files(state: &Path, world: &World) -> BTreeMap<String, u64> {
    let mut found = BTreeMap::new();
    for folder in std::fs::read_dir(state).unwrap().map(|entry| entry.unwrap().path()) {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        if !folder.is_dir() || name == "keys" {
            found.insert(name, 0);
            continue;
        }
        for file in std::fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            let file_name = file.file_name().to_string_lossy().replace(['.', '-'], " ");
            let known = found.insert(format!("{name}/{}", masked(&file_name, &world.folder)), file.metadata().unwrap().len());
            assert_eq!(known, None, "two files of one masked name");
        }
    }
    found
}

/// A line of the aggregator's log without instants, addresses and durations.
fn event(line: &str) -> String {
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    let mut fields = line["fields"].as_object().cloned().unwrap_or_default();
    fields.retain(|name, _| ["message", "kind", "code", "authority", "why"].contains(&name.as_str()));
    format!("{} {} {}", line["level"], line["target"], serde_json::Value::Object(fields))
}

/// Whether two lists of records are the same but for signatures: the own ones of the handshake, and that of one message.
fn same_records(one: &[Record], other: &[Record]) -> bool {
    let pairs = || one.iter().zip(other);
    let apart = |(one, other): (&Record, &Record)| one.n_bytes.abs_diff(other.n_bytes);
    let of_messages: Vec<usize> = pairs().skip(HANDSHAKE).map(apart).filter(|bytes| *bytes > 0).collect();
    one.len() == other.len()
        && pairs().all(|(one, other)| one.kind == other.kind)
        && pairs().take(HANDSHAKE).map(apart).all(|bytes| bytes <= SIGNATURES_BYTES)
        && (of_messages.is_empty() || of_messages == [BASE64_BYTES])
}

fn sum(records: &[Record]) -> usize {
    records.iter().map(|record| record.n_bytes).sum()
}

fn compare(one: &Observed, other: &Observed) {
    let pair = format!("{} children beside {}", one.n_children, other.n_children);
    assert_eq!(one.payload_bytes, other.payload_bytes, "{pair}: length of the payload");
    let padded = |bytes: &[usize]| bytes.iter().map(|n| n.next_multiple_of(4096)).collect::<Vec<_>>();
    assert_eq!(padded(&one.envelope_bytes), padded(&other.envelope_bytes), "{pair}: length of the body");
    assert_eq!(one.shape, other.shape, "{pair}: names and lengths in the payload");
    assert_eq!(one.logged, other.logged, "{pair}: what the aggregator logs");
    assert_eq!(one.shown.len(), other.shown.len());
    for (a, b) in one.shown.iter().zip(&other.shown) {
        let what = format!("{pair}: {}", a.command);
        assert_eq!((a.code, &a.stdout, &a.stderr), (b.code, &b.stdout, &b.stderr), "{what}");
        assert_eq!(a.wire.len(), b.wire.len(), "{what}: connections");
        for (a, b) in a.wire.iter().zip(&b.wire) {
            assert!(same_records(&a.up, &b.up), "{what}: from the agent\n{:?}\n{:?}", a.up, b.up);
            assert!(same_records(&a.down, &b.down), "{what}: to the agent\n{:?}\n{:?}", a.down, b.down);
        }
    }
    for (a, b) in one.files.iter().zip(&other.files) {
        assert!(a.keys().eq(b.keys()), "{pair}: files of the state: {a:?}, {b:?}");
        for (name, bytes) in a {
            let signed = name.starts_with("ledger/") || name.starts_with("log/plan") || name == "enrolment dsse json";
            let within = if signed { 2 * u64::try_from(BASE64_BYTES).unwrap() } else { 0 };
            assert!(bytes.abs_diff(b[name]) <= within, "{pair}: {name} has {bytes} and {} bytes", b[name]);
        }
    }
}

#[test]
fn nothing_that_leaves_tells_how_many_children_there_are() {
    let all: Vec<Observed> = [0, 1, CHILDREN_LARGE].into_iter().map(observe).collect();
    for observed in &all {
        for shown in &observed.shown {
            let up: Vec<usize> = shown.wire.iter().map(|seen| sum(&seen.up)).collect();
            let down: Vec<usize> = shown.wire.iter().map(|seen| sum(&seen.down)).collect();
            eprintln!("{} children, {}: {} connections, up {up:?}, down {down:?}", observed.n_children, shown.command, up.len());
            assert_eq!(shown.code, Some(i32::from(Exit::Done.code())), "{}{}", shown.stdout, shown.stderr);
        }
        eprintln!("payload {:?}, envelope {:?} bytes", observed.payload_bytes, observed.envelope_bytes);
        let n_connections: Vec<usize> = observed.shown.iter().map(|shown| shown.wire.len()).collect();
        // one to read and one to post, so that how long lies between them is seen nowhere but in the time; a run that has
        // nothing to do is heard all the same
        assert_eq!(n_connections, [1, 0, 1, 0, 0, 2, 1], "connections of each command");
    }
    compare(&all[0], &all[1]);
    compare(&all[0], &all[2]);
}

#[test]
fn a_record_more_or_longer_is_seen() {
    let record = |n_bytes| Record { kind: 23, n_bytes };
    let usual = [1453, 1, 1098, 132, 16_401].map(record);
    let with = |at: usize, n_bytes| {
        let mut other = usual;
        other[at] = record(n_bytes);
        same_records(&usual, &other)
    };
    assert!(same_records(&usual, &usual) && with(2, 1_100) && with(4, 16_397));
    assert!(!with(2, 1_200) && !with(3, 133) && !with(4, 16_400) && !same_records(&usual, &usual[..4]));
}
