//! T3: whatever the records are, everything beside the noisy words is the same: exact equality, no statistics.
//!
//! An empty authority, one child, D, D with one child more, and 3,000 children are compared by what the files, the screen
//! and the wire show: length and header of the payload, order and number of its words, exit code, both outputs, names and
//! sizes of the files of the state, connections and bytes sent. And no word may show by its value that no child is in its
//! cell: words without a child are zero no more often than the claimed noise allows.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, ensure};

use super::canary::Canary;
use super::known::Sent;
use super::site::{Fresh, Relay, Site, Traffic};
use super::statistics::{binomial_from, chance_of_zero, number};
use super::{Set, Verdict};

/// Chance that an honest agent is rejected for its zeros, over all cases.
pub const ALPHA: f64 = 1e-6;
/// Children of the largest case.
const MANY: usize = 3_000;
/// Children of D.
const SOME: usize = 40;
/// Bytes by which a signature of a connection or an envelope can be shorter than another: numbers with leading zeros, each a
/// byte less with a chance of 1/256, and base64 in steps of four.
const SIGNATURE_BYTES: u64 = 12;
/// Hexadecimal digits from which on a word is an id.
const ID_DIGITS: usize = 16;

/// What is seen of one case beside its words.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    /// Length of the payload.
    n_payload_bytes: usize,
    /// The payload with its words, nonce and authority left out.
    header: String,
    /// Number of words of each block.
    n_words: Vec<usize>,
    /// Exit code and outputs of each command, without ids.
    told: Vec<(Option<i32>, String, String)>,
    /// Files of the state by name without ids, with their sizes in steps of a signature.
    files: BTreeMap<String, u64>,
    /// Connections of each command.
    n_connections: Vec<u64>,
}

/// One case: what is seen, what varies by a signature, and the zeros of words without a child.
struct Case {
    name: &'static str,
    seen: Seen,
    bytes: Vec<u64>,
    n_empty: usize,
    n_zero: usize,
}

/// Runs the test.
///
/// # Errors
/// When an agent does not draw and send.
pub fn run(site: &Site<'_>) -> anyhow::Result<Verdict> {
    let kinds: Vec<Canary> = Canary::of_every_kind().collect();
    let children = |n: usize| -> Vec<Canary> {
        (0..n).map(|place| Canary { kind: kinds[place % kinds.len()].kind, number: place / kinds.len() }).collect()
    };
    let sets = [("an empty authority", 0), ("one child", 1), ("D", SOME), ("D and a child", SOME + 1), ("3,000 children", MANY)];
    ensure!(sets.len() <= site.n_authorities(), "an audit has an authority for every case");
    let mut cases = Vec::new();
    for (authority, (name, n)) in sets.into_iter().enumerate() {
        cases.push(case(site, authority, name, &Set::of(&site.counter, &children(n))?)?);
    }
    let mut wrong: Vec<String> = Vec::new();
    let (first, others) = cases.split_first().context("there is a first case")?;
    for other in others {
        wrong.extend(first.seen.differences(&other.seen).map(|what| format!("{what} of {} and {}", first.name, other.name)));
        for (n, (a, b)) in first.bytes.iter().zip(&other.bytes).enumerate() {
            let connections = first.seen.n_connections.get(n).copied().unwrap_or(1).max(1);
            if a.abs_diff(*b) > SIGNATURE_BYTES * (connections + 1) {
                wrong.push(format!("bytes sent, {a} for {} and {b} for {}", first.name, other.name));
            }
        }
    }
    let chance = site.scales().into_iter().map(chance_of_zero).fold(0.0, f64::max);
    for case in &cases {
        if binomial_from(case.n_zero, case.n_empty, chance) < ALPHA / number(cases.len()) {
            let expected = number(case.n_empty) * chance;
            wrong.push(format!(
                "{} of {} words without a child are zero for {}, {expected:.0} expected: cells without a child have no noise",
                case.n_zero, case.n_empty, case.name
            ));
        }
    }
    let passed = wrong.is_empty();
    let same = format!(
        "{} cases alike: payload of {} bytes, {} words, outputs, exit codes, {} files, {:?} connections, {:?} bytes sent but for signatures",
        cases.len(),
        first.seen.n_payload_bytes,
        first.seen.n_words.iter().sum::<usize>(),
        first.seen.files.len(),
        first.seen.n_connections,
        first.bytes
    );
    let words = if passed { same } else { format!("not alike: {}", wrong.join("; ")) };
    Ok(Verdict::new("T3", passed, words).with("payload_bytes", number(first.seen.n_payload_bytes)))
}

/// Prepares and sends for one authority, and notes what is seen.
fn case(site: &Site<'_>, authority: usize, name: &'static str, set: &Set) -> anyhow::Result<Case> {
    let relay = Relay::before(site.agents_url())?;
    let fresh = site.fresh_of(authority, &set.files, "", &relay.url)?;
    let port = relay.url.rsplit_once(':').map_or("", |(_, port)| port).to_owned();
    let (mut told, mut traffic) = (Vec::new(), Vec::new());
    for command in ["prepare", "send"] {
        let ended = fresh.run(&[command])?;
        ensure!(ended.code == Some(0), "{command} for {name} ended with {:?}: {}", ended.code, ended.stderr);
        told.push((ended.code, ended.stdout, ended.stderr));
        traffic.push(relay.take());
    }
    let sent = fresh.sent(1)?;
    let plain = |text: &str| without_ids(&text.replace(&sent.envelope.len().to_string(), "SIZE").replace(&port, "PORT"));
    let told = told.into_iter().map(|(code, out, err)| (code, without_index(&plain(&out)), plain(&err))).collect();
    let empty: Vec<bool> = set.is_empty_cell();
    let zeros = || sent.words().into_iter().zip(&empty).filter(|(_, is_empty)| **is_empty).map(|(word, _)| word);
    let (n_empty, n_zero) = (zeros().count(), zeros().filter(|word| *word == 0).count());
    let seen = Seen {
        n_payload_bytes: sent.payload.len(),
        header: header(&sent),
        n_words: sent.submission.blocks.iter().map(|b| b.cells.0.len()).collect(),
        told,
        files: files(&fresh)?,
        n_connections: traffic.iter().map(|t: &Traffic| t.n_connections).collect(),
    };
    fresh.remove()?;
    Ok(Case { name, seen, bytes: traffic.iter().map(|t| t.n_bytes_sent).collect(), n_empty, n_zero })
}

impl Seen {
    /// What differs, in words.
    fn differences(&self, other: &Self) -> impl Iterator<Item = &'static str> {
        let all = [
            (self.n_payload_bytes == other.n_payload_bytes, "length of the payload"),
            (self.header == other.header, "header"),
            (self.n_words == other.n_words, "number of words"),
            (self.told == other.told, "exit codes or outputs"),
            (self.files == other.files, "files of the state"),
            (self.n_connections == other.n_connections, "number of connections"),
        ];
        all.into_iter().filter(|(is_same, _)| !is_same).map(|(_, what)| what)
    }
}

/// Everything that the payload says but words and nonce, with the authority and what follows from its code left out.
fn header(sent: &Sent) -> String {
    let mut json = serde_json::to_value(&sent.submission).unwrap_or_default();
    for key in ["nonce", "authority", "facts"] {
        json[key] = serde_json::Value::Null;
    }
    if let Some(blocks) = json["blocks"].as_array_mut() {
        blocks.iter_mut().for_each(|block| block["cells"] = serde_json::Value::Null);
    }
    json.to_string()
}

/// The files of a state by name without ids; sizes in steps of what signatures vary by.
fn files(fresh: &Fresh<'_>) -> anyhow::Result<BTreeMap<String, u64>> {
    let mut all = BTreeMap::new();
    let mut folders = vec![fresh.state()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(fresh.state()).unwrap_or(Path::new("")).display().to_string();
                // receipts hold a proof whose length is the log's, and keys were made before
                let is_own = name.starts_with("ledger");
                let bytes = if is_own { path.metadata()?.len() } else { 0 };
                all.insert(without_ids(&name), bytes / 1_000);
            }
        }
    }
    Ok(all)
}

/// A text whose ids, long words of hexadecimal digits, are left out.
fn without_ids(text: &str) -> String {
    let is_id = |word: &str| word.len() >= ID_DIGITS && word.bytes().all(|b| b.is_ascii_hexdigit());
    let words = text.split_inclusive(|c: char| !c.is_ascii_alphanumeric());
    let plain = words.map(|word| {
        let bare = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        if is_id(bare) { format!("ID{}", &word[bare.len()..]) } else { word.to_owned() }
    });
    plain.collect()
}

/// The line that says where in the log a submission stands, without the place: who sends later stands later.
fn without_index(text: &str) -> String {
    let is_place = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit());
    let line = |line: &str| match line.split_once(" is entry ") {
        Some((before, after)) => {
            let rest: Vec<&str> = after.split(' ').skip_while(|word| is_place(word)).collect();
            format!("{before} is entry PLACE {}", rest.join(" "))
        }
        None => line.to_owned(),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_places_are_left_out_and_nothing_else() {
        let id = "0123456789abcdef0123456789abcdef";
        assert_eq!(
            without_ids(&format!("submission {id}\n12 children, file-{id}.json")),
            "submission ID\n12 children, file-ID.json"
        );
        assert_eq!(without_index("x is entry 12 of the log\n13 others"), "x is entry PLACE of the log\n13 others");
    }
}
