//! Planted identifiers: after a full run nothing that was written holds any of them, in any spelling.
//!
//! A made-up council whose returns hold identifiers that cannot be mistaken; every command of a round over them; then
//! every file of the world but the returns is searched: outputs and errors of all programs, the agent's state, the
//! aggregator's state and store, the export, what the site serves. The same search over the returns finds them all.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use tests::councils::Plan;
use tests::world::centre::Centre;
use tests::world::office::Office;
use tests::world::{World, client};

use crate::ground::{YEAR, ground, spec};

/// Columns of the returns, and with what an identifier in it begins: long enough that chance writes none of them once in a
/// million runs. The rest numbers the child or the worker.
const PLANTED: [(&str, &str); 6] = [
    ("CHILD", "qzKidVx97-"),
    ("UPN", "Z9797531"),
    ("HOME_POST", "ZQ97 9QJ"),
    ("PL_POST", "ZV86 8VK"),
    ("SW_ID", "SWqzJkVx97-"),
    ("URN", "SC975310"),
];

/// Rewrites the returns so that every identifier is one of ours. Codes that stand for no identifier stay.
fn plant(returns: &Path) {
    for file in files_below(returns) {
        let bytes = std::fs::read(&file).unwrap();
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let header = reader.headers().unwrap().clone();
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(&header).unwrap();
        for record in reader.records().map(Result::unwrap) {
            writer.write_record(header.iter().zip(&record).map(|(column, cell)| planted(column, cell))).unwrap();
        }
        std::fs::write(&file, writer.into_inner().unwrap()).unwrap();
    }
}

fn planted(column: &str, cell: &str) -> String {
    let Some((_, begin)) = PLANTED.iter().find(|(name, _)| *name == column) else { return cell.to_owned() };
    let number: String = cell.chars().filter(char::is_ascii_digit).collect();
    let is_code = cell.is_empty() || cell.starts_with("UN") || cell.starts_with("XXXX");
    match column {
        _ if is_code => cell.to_owned(),
        "HOME_POST" | "PL_POST" | "URN" => begin.to_string(),
        "UPN" => format!("{begin}{}", &number[number.len() - 5..]),
        _ => format!("{begin}{number}"),
    }
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() { folders.push(entry) } else { found.push(entry) }
        }
    }
    found.sort();
    found
}

/// Every way in which the beginning of an identifier could stand in a file, each folded or exact.
struct Spellings {
    folded: Vec<(&'static str, String)>,
    exact: Vec<(&'static str, String)>,
}

impl Spellings {
    fn all() -> Self {
        let (mut folded, mut exact) = (Vec::new(), Vec::new());
        for (column, begin) in PLANTED {
            for text in [begin.to_owned(), begin.replace(' ', "")] {
                folded.push((column, text.to_lowercase()));
                // a postcode as a token folds it, an identifier as it is normalised, in any base
                for text in [text.clone(), text.to_uppercase(), text.to_lowercase()] {
                    folded.push((column, hex::encode(&text)));
                    exact.extend(in_base64(&text).into_iter().map(|spelt| (column, spelt)));
                }
            }
        }
        for list in [&mut folded, &mut exact] {
            list.sort();
            list.dedup();
        }
        Self { folded, exact }
    }

    /// How often each column's identifiers stand in these bytes.
    fn found_in(&self, bytes: &[u8]) -> BTreeMap<&'static str, usize> {
        // a text in UTF-16 is found too: zero bytes are passed over
        let bytes: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != 0).collect();
        let exact = String::from_utf8_lossy(&bytes);
        let folded = exact.to_ascii_lowercase();
        let mut found = BTreeMap::new();
        for (text, spellings) in [(exact.as_ref(), &self.exact), (folded.as_str(), &self.folded)] {
            for (column, spelt) in spellings {
                let n = text.matches(spelt.as_str()).count();
                if n > 0 {
                    *found.entry(*column).or_insert(0) += n;
                }
            }
        }
        found
    }
}

/// What every base64 text that holds these bytes holds, at each of the three places where they can begin.
fn in_base64(text: &str) -> Vec<String> {
    let mut spelt = Vec::new();
    for before in 0..3_usize {
        let bytes = [vec![0; before], text.as_bytes().to_vec()].concat();
        // only characters that these bytes alone decide
        let (first, last) = ((before * 8).div_ceil(6), bytes.len() * 8 / 6);
        for engine in [STANDARD, URL_SAFE] {
            spelt.push(engine.encode(&bytes)[first..last].to_owned());
        }
    }
    spelt
}

#[test]
fn the_search_finds_each_spelling() {
    let spellings = Spellings::all();
    for (column, begin) in PLANTED {
        let whole = format!("{begin}12345");
        let texts = [
            whole.clone(),
            whole.to_uppercase(),
            whole.to_lowercase(),
            hex::encode(&whole),
            hex::encode_upper(whole.to_uppercase()),
            STANDARD.encode(&whole),
            STANDARD.encode(format!("a{whole}")),
            URL_SAFE.encode(format!("ab{}", whole.to_uppercase())),
            whole.replace(' ', ""),
            whole.chars().flat_map(|c| [c, '\0']).collect(),
        ];
        for text in texts {
            assert!(spellings.found_in(format!("{{\"x\":\"{text}\"}}").as_bytes()).contains_key(column), "{column}: {text}");
        }
    }
    assert!(spellings.found_in(b"a qzKidVx, SW100123, SC97, ZQ97").is_empty());
}

/// Everything that a person can do at the authority with these returns before and after the sending.
fn look_around(office: &Office<'_>, cell: &str) {
    let commands: [&[&str]; 11] = [
        &["check"],
        &["check", "--json"],
        &["check", "--strict"],
        &["preview"],
        &["preview", "--small"],
        &["preview", "--small", "--by", "need"],
        &["preview", "--json"],
        &["preview", "--cell", cell],
        &["preview", "--cell", cell, "--rows"],
        &["status"],
        &["status", "--json"],
    ];
    for command in commands {
        let ended = office.run(command).unwrap();
        assert!(ended.code == Some(0) || command.contains(&"--strict"), "{command:?}: {ended:?}");
    }
    let year = YEAR.to_string();
    let returns = office.returns().join(&year).display().to_string();
    // named files, and a file that is refused
    let wrong = office.returns().join(&year).join("header.csv").display().to_string();
    for paths in [&[returns.as_str()][..], &[wrong.as_str()], &[wrong.as_str(), wrong.as_str()]] {
        for command in ["check", "preview"] {
            // how it ends does not matter here, what it writes does
            office.run_bare(&[&[command], paths, &["--year", &year]].concat()).unwrap();
        }
    }
}

/// A row of each sort that is refused or reported, among the good ones.
fn spoil(returns: &Path) {
    for file in files_below(returns) {
        let text = std::fs::read_to_string(&file).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let Some(line) = lines.get(1) else { continue };
        let (child, rest) = line.split_once(',').unwrap();
        let spoilt =
            [format!("{child}x,{}", rest.replace('/', "-")), format!("{child}y"), line.to_lowercase(), (*line).to_owned()];
        std::fs::write(&file, format!("{text}{}\n", spoilt.join("\n"))).unwrap();
    }
}

#[test]
fn no_planted_identifier_is_in_anything_that_a_full_run_writes() {
    let ground = ground();
    let world = &ground.world;
    let plan = Plan::new(&spec(1));
    let office = Office::create(world, &plan.authorities()[0].code, YEAR).unwrap();
    plan.council(0).write_returns(&office.returns()).unwrap();
    plant(&office.returns());
    spoil(&office.returns());
    office.must(&["init"]).unwrap();
    let centre = Centre::create(world, "aggregator", &[&office.code], None).unwrap();
    centre.found().unwrap();
    centre.enrol(&[office.request()], &world.folder.join("enrolled")).unwrap();
    centre.plan(YEAR, &[]).unwrap();
    let served = centre.serve().unwrap();
    office.configure(YEAR, &served.agents_url, "").unwrap();
    look_around(&office, "B1.total/3");
    let shown = [&["show"][..], &["show", "--json"], &["show", "--raw"]];
    let before = [&["approve", "--by", "Jo"][..], &["prepare"], shown[0], shown[1]];
    for command in before.into_iter().chain([&["send"][..], &["send", "--again"]]).chain(shown) {
        office.must(command).unwrap();
    }
    for command in [&["key", "fingerprint"][..], &["key", "rotate"], &["status"], &["status", "--json"]] {
        office.must(command).unwrap();
    }
    let id = format!("cla-{YEAR}");
    centre.must(&["round", "close", &id]).unwrap();
    centre.must(&["release", "publish", &id, "--version", &format!("{YEAR}.1")]).unwrap();
    centre.must(&["export", "--out", &world.folder.join("export").display().to_string()]).unwrap();
    for path in ["/", "/log/checkpoint", &format!("/submissions/{id}/{}-1.dsse.json", office.code)] {
        let answer = client::get(&format!("{}{path}", served.public_url)).unwrap();
        std::fs::write(world.log(&format!("served{}", path.replace('/', "-"))), answer.body).unwrap();
    }
    served.stop().unwrap();
    search(world, &office);
}

/// Nothing is found but where it was planted.
fn search(world: &World, office: &Office<'_>) {
    let spellings = Spellings::all();
    let mut n_files = 0;
    for file in files_below(&world.folder).into_iter().filter(|file| !file.starts_with(office.returns())) {
        let found = spellings.found_in(&std::fs::read(&file).unwrap());
        assert!(found.is_empty(), "{} holds identifiers: {found:?}", file.display());
        n_files += 1;
    }
    assert!(n_files > 60, "only {n_files} files were searched");
    for part in ["logs", "aggregator/state", "export", &format!("councils/{}/state", office.code)] {
        assert!(!files_below(&world.folder.join(part)).is_empty(), "{part} was not searched");
    }
    let mut in_input: BTreeMap<&str, usize> = BTreeMap::new();
    for file in files_below(&office.returns()) {
        for (column, n) in spellings.found_in(&std::fs::read(file).unwrap()) {
            *in_input.entry(column).or_default() += n;
        }
    }
    for (column, _) in PLANTED {
        assert!(in_input.get(column).is_some_and(|n| *n >= 10), "{column} is hardly in the returns: {in_input:?}");
    }
}
