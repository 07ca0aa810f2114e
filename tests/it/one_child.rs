//! From the bytes: the rows of one child, whatever they are, change what is counted of that child and of no other.
//!
//! To a made-up authority the rows of one more child are added at random places of its files: clean ones, faulty ones,
//! under an identifier that another child has, in foreign bytes; in the tables of the return and in all local extracts. Then either the return is refused, or exactly one child's
//! contributions differ, and they are admissible. The limit on the error rate is left out: it would only refuse more.

use std::collections::BTreeMap;

use agent::bounds::BoundedChild;
use agent::histories::{Mending, each};
use agent::measures::MeasureSet;
use agent::pseudonym::Pseudonym;
use agent::records::Returns;
use rand::{Rng as _, RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use shared::framework::{ChildKind, Framework, Parameters};
use tests::councils::extracts::Supply;
use tests::councils::{Plan, Spec};
use tests::reading::{Return, read, returns_of};

use crate::ground::YEAR;

/// Authorities that are tried, unless GOLDENTHREAD_AUTHORITIES says how many.
const N_AUTHORITIES: u64 = 1_000;

/// What each child adds: its kind, and table, group, category and amount of each entry.
type Added = BTreeMap<Pseudonym, (ChildKind, Vec<(u16, u8, u8, i32)>)>;

fn added(measures: &MeasureSet, returns: &Returns) -> Added {
    let year = returns.all.last().unwrap().year;
    let mut all = Added::new();
    each(returns, year, Mending::Apply, Parameters::default(), |child| {
        if let Some(contributions) = measures.contributions(child, year) {
            let entries = contributions.entries.iter().map(|c| (c.table, c.group, c.category, c.amount)).collect();
            all.insert(child.pseudonym, (contributions.kind, entries));
        }
    });
    all
}

/// A small council of a seed, three in a hundred of whose rows may be anything.
fn council(seed: u64, n_children: u32) -> Vec<Return> {
    let spec = Spec { seed, authorities: Some(1), reporting_year: YEAR, n_years: 2, extracts: Supply::All, ..Spec::default() };
    let folder = tempfile::tempdir().unwrap();
    Plan::new(&spec).council_of_size(0, n_children).write_returns(folder.path()).unwrap();
    returns_of(folder.path()).unwrap()
}

fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(<[u8]>::to_vec).collect()
}

fn identifiers(returns: &[Return]) -> Vec<Vec<u8>> {
    let header = returns.last().unwrap().1.iter().find(|file| file.name == "header.csv").unwrap();
    let id = |line: Vec<u8>| line.split(|byte| *byte == b',').next().unwrap().to_vec();
    lines(&header.bytes).into_iter().skip(1).map(id).collect()
}

/// What is done to the rows of the child who is added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rows {
    Clean,
    Faulty,
    SameIdentifier,
    NearlySameIdentifier,
    ForeignBytes,
    /// Rows of single bytes in files of UTF-16.
    SingleBytesInUtf16,
}

const ROWS: [Rows; 6] =
    [Rows::Clean, Rows::Faulty, Rows::SameIdentifier, Rows::NearlySameIdentifier, Rows::ForeignBytes, Rows::SingleBytesInUtf16];

/// The returns with one child more. Rows of `donor` are put under another identifier, each harmed as asked, at random
/// places of the files.
fn with_one_more(base: &[Return], donor: &[Return], rows: Rows, chance: &mut ChaCha8Rng) -> Vec<Return> {
    let donors = identifiers(donor);
    let child = &donors[chance.random_range(0..donors.len())];
    let own = identifiers(base);
    let taken = own[chance.random_range(0..own.len())].clone();
    let identifier = match rows {
        Rows::Clean | Rows::Faulty => b"Z9Z9Z9".to_vec(),
        Rows::SingleBytesInUtf16 => [&b"Z9Z9Z9"[..], &b"99"[..chance.random_range(0..3)]].concat(),
        Rows::ForeignBytes => [&b"Z9"[..], FOREIGN[chance.random_range(0..FOREIGN.len())], b"Z9"].concat(),
        Rows::SameIdentifier => taken,
        Rows::NearlySameIdentifier => {
            [taken.to_ascii_lowercase(), [&taken[..], b".0"].concat(), [b"  ", &taken[..], b" "].concat()]
                [chance.random_range(0..3)]
            .clone()
        }
    };
    let mut all = base.to_vec();
    for (year, files) in &mut all {
        let Some((_, theirs)) = donor.iter().find(|(of, _)| of == year) else { continue };
        for file in files {
            let Some(source) = theirs.iter().find(|source| source.name == file.name) else { continue };
            let mut kept = lines(&file.bytes);
            for line in lines(&source.bytes).into_iter().skip(1) {
                let mut cells: Vec<Vec<u8>> = line.split(|byte| *byte == b',').map(<[u8]>::to_vec).collect();
                if cells[0] != *child {
                    continue;
                }
                cells[0].clone_from(&identifier);
                match rows {
                    Rows::Faulty => harm(&mut cells, chance),
                    Rows::ForeignBytes => foreign(&mut cells, chance),
                    Rows::Clean | Rows::SameIdentifier | Rows::NearlySameIdentifier | Rows::SingleBytesInUtf16 => {}
                }
                let at = chance.random_range(1..=kept.len());
                kept.insert(at, cells.join(&b','));
            }
            file.bytes = match rows {
                Rows::SingleBytesInUtf16 => kept.iter().flat_map(|line| in_utf16(line, line.starts_with(&identifier))).collect(),
                _ => kept.join(&b'\n'),
            };
        }
    }
    all
}

/// Bytes of other encodings, and a sign that no text holds.
const FOREIGN: [&[u8]; 5] = [b"\xEB", b"\xEF\xBB\xBF", b"\xFF\xFE", "Zo\u{eb}".as_bytes(), b"\0"];

/// A line as UTF-16, or as it is.
fn in_utf16(line: &[u8], as_it_is: bool) -> Vec<u8> {
    let line = [line, b"\r\n"].concat();
    if as_it_is {
        return line;
    }
    let text = String::from_utf8(line).unwrap();
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Puts texts that break something into some cells, or takes cells away. The identifier stays: with another one it would
/// be a row of another child.
fn harm(cells: &mut Vec<Vec<u8>>, chance: &mut ChaCha8Rng) {
    const TEXTS: [&str; 14] =
        ["", "x", "31/02/2024", "2024-05-01", "01/04/24", "\"", "\"\"", "a\"b", "1.2E+05", "12.0", "=1+1", "S", "E4A", "V3"];
    for _ in 0..chance.random_range(1..4) {
        if cells.len() < 2 {
            return;
        }
        let at = chance.random_range(1..cells.len());
        match chance.random_range(0..10) {
            0 => drop(cells.remove(at)),
            1 => cells.insert(at, b"spare".to_vec()),
            2 => cells[at] = vec![b'A'; chance.random_range(1..5000)],
            _ => cells[at] = TEXTS[chance.random_range(0..TEXTS.len())].as_bytes().to_vec(),
        }
    }
}

/// Puts bytes of other encodings into some cells; no line ends, which would make other rows.
fn foreign(cells: &mut [Vec<u8>], chance: &mut ChaCha8Rng) {
    for _ in 0..chance.random_range(1..4) {
        let at = chance.random_range(1..cells.len());
        let mut bytes = FOREIGN[chance.random_range(0..FOREIGN.len())].to_vec();
        if chance.random_range(0..2) == 0 {
            bytes = (0..6).map(|_| chance.next_u32().to_le_bytes()[0]).filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
        }
        let place = chance.random_range(0..=cells[at].len());
        cells[at].splice(place..place, bytes);
    }
}

#[test]
fn the_rows_of_one_child_change_that_child_and_no_other() {
    let n = std::env::var("GOLDENTHREAD_AUTHORITIES").ok().and_then(|n| n.parse().ok()).unwrap_or(N_AUTHORITIES);
    let framework = Framework::built_in();
    let measures = MeasureSet::resolve(&framework).unwrap();
    // what is compared is every measure by every breakdown; what is bounded is what may be sent
    let wide = MeasureSet::resolve(&framework.by_every_breakdown()).unwrap();
    let donor = council(999_999, 60);
    let mut seen: BTreeMap<(String, &str), u64> = BTreeMap::new();
    for seed in 0..n {
        let mut chance = ChaCha8Rng::seed_from_u64(seed);
        let base = council(seed, chance.random_range(3..16));
        let rows = ROWS[usize::try_from(seed).unwrap() % ROWS.len()];
        let before = read(&base);
        assert!(before.all.iter().all(|read| read.refusals.is_empty()), "seed {seed}: a clean council is refused");
        let after = read(&with_one_more(&base, &donor, rows, &mut chance));
        let outcome = if after.all.iter().any(|read| !read.refusals.is_empty()) {
            "refused"
        } else {
            let (before, after) = (added(&wide, &before), added(&wide, &after));
            let all: std::collections::BTreeSet<_> = before.keys().chain(after.keys()).collect();
            let changed: Vec<_> = all.into_iter().filter(|child| before.get(*child) != after.get(*child)).collect();
            assert!(changed.len() <= 1, "seed {seed}: {rows:?} changed {} children", changed.len());
            if changed.is_empty() { "nothing counted" } else { "one child" }
        };
        *seen.entry((format!("{rows:?}"), outcome)).or_default() += 1;
        // what is added is admissible
        let returns = read(&with_one_more(&base, &donor, rows, &mut chance));
        let year = returns.all.last().unwrap().year;
        each(&returns, year, Mending::Apply, Parameters::default(), |child| {
            if let Some(contributions) = measures.contributions(child, year) {
                assert!(BoundedChild::new(&framework, contributions).is_ok(), "seed {seed}: {rows:?} is outside the bounds");
            }
        });
    }
    eprintln!("{n} authorities: {seen:?}");
    let n_of = |outcome: &str| seen.iter().filter(|((_, of), _)| *of == outcome).map(|(_, n)| n).sum::<u64>();
    assert!(n_of("one child") * 5 > n * 2 && n_of("refused") > 0, "{seen:?}");
}
