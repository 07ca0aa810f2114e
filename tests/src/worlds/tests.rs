//! Every row of a world is kept, every file is read, and one seed makes one world.

use std::collections::BTreeMap;

use agent::records::rules::Severity;
use shared::ids::ReportingYear;

use super::{World, named};
use crate::reading::{InputFile, Return, read};

/// The returns of a world as the reader takes them.
fn returns(world: &World) -> Vec<Return> {
    let of_year = |(year, files): (i16, Vec<(String, Vec<u8>)>)| {
        let files = files.into_iter().map(|(name, bytes)| InputFile { name, bytes }).collect();
        (ReportingYear::new(year).unwrap(), files)
    };
    world.files().map(of_year).collect()
}

#[test]
fn no_row_is_dropped_and_no_file_is_refused() {
    let mut dropped: BTreeMap<String, u64> = BTreeMap::new();
    for world in (0..100).map(World::hard).chain(named::all()) {
        for read in read(&returns(&world)).all {
            let refusals: Vec<String> = read.refusals.iter().map(ToString::to_string).collect();
            assert!(refusals.is_empty(), "{}, {}: {refusals:?}", world.name, read.year.number());
            for ((table, rule), count) in read.findings.counts() {
                if count.severity >= Severity::Drop {
                    *dropped.entry(format!("{table} {}", rule.code())).or_default() += count.n;
                }
            }
        }
    }
    assert!(dropped.is_empty(), "{dropped:?}");
}

#[test]
fn a_seed_makes_the_same_world_again_and_another_seed_another() {
    let text = |seed: u64| World::hard(seed).files().map(|(year, files)| format!("{year} {files:?}")).collect::<String>();
    assert_eq!(text(7), text(7));
    assert_ne!(text(7), text(8));
}
