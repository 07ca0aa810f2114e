//! One return of millions of rows, for the benchmark of memory: written as a stream, never held.
//!
//! Header and Episodes alone. The children are nobody and their year is monotonous: each comes into care in the year,
//! changes placement, legal status or both some six times, and stays or goes home. What matters is that no rule finds
//! anything, that no two children share an identifier, a pupil number or a run of rows, and that one seed makes one file.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::councils::calendar::{Day, year_end, year_start};

/// Episodes of one child, fewest and most: about seven.
const EPISODES: (u64, u64) = (5, 9);
/// Days of one episode, fewest and most: with [`EPISODES`] and [`FIRST_DAYS`] all of them fit into one year.
const DAYS: (usize, usize) = (2, 35);
/// First days of care, counted from 1 April.
const FIRST_DAYS: (usize, usize) = (1, 45);

/// How much was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// Rows of Header.
    pub n_children: u64,
    /// Rows of Episodes.
    pub n_episodes: u64,
    /// Bytes of both files.
    pub n_bytes: u64,
}

/// Writes `header.csv` and `episodes.csv` of return year `year` into `folder`, with `n_episodes` rows of Episodes.
///
/// # Errors
/// When a file cannot be written.
pub fn write_return(folder: &Path, year: i16, n_episodes: u64, seed: u64) -> io::Result<Written> {
    let mut header = BufWriter::with_capacity(1 << 16, File::create(folder.join("header.csv"))?);
    let mut episodes = BufWriter::with_capacity(1 << 16, File::create(folder.join("episodes.csv"))?);
    writeln!(header, "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB")?;
    writeln!(episodes, "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN")?;
    let days = days_of(year);
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    let (mut n_children, mut left) = (0, n_episodes);
    while left > 0 {
        let own = chance.random_range(EPISODES.0..=EPISODES.1).min(left);
        write_header(&mut header, &mut chance, n_children, year)?;
        write_episodes(&mut episodes, &mut chance, n_children, own, &days)?;
        n_children += 1;
        left -= own;
    }
    let n_bytes = finish(header)? + finish(episodes)?;
    Ok(Written { n_children, n_episodes, n_bytes })
}

/// Writes what is buffered, and says how long the file is.
fn finish(writer: BufWriter<File>) -> io::Result<u64> {
    Ok(writer.into_inner()?.metadata()?.len())
}

/// The days of a year as the return writes them, from 1 April on.
fn days_of(year: i16) -> Vec<String> {
    let first = year_start(year);
    (0..=year_end(year).since(first)).map(|n| written(first.plus(n))).collect()
}

fn written(day: Day) -> String {
    let (year, month, day) = day.ymd();
    format!("{day:02}/{month:02}/{year:04}")
}

fn write_header(out: &mut impl Write, chance: &mut ChaCha8Rng, child: u64, year: i16) -> io::Result<()> {
    const ETHNIC: [&str; 8] = ["WBRI", "WOTH", "MWBC", "MOTH", "APKN", "BAFR", "BCRB", "OOTH"];
    const LETTERS: &[u8; 23] = b"ABCDEFGHJKLMNPQRTUVWXYZ";
    // aged 6 to 15 all year: at school, below the age of care leavers
    let birth = written(year_start(year).birthday(-15).plus(chance.random_range(1..=9 * 365)));
    let girl = chance.random_range(0..2) == 1;
    let sex = match (year >= 2025, girl) {
        (true, false) => "M",
        (true, true) => "F",
        (false, false) => "1",
        (false, true) => "2",
    };
    let mother = if girl { "0" } else { "" };
    let letter = char::from(LETTERS[chance.random_range(0..LETTERS.len())]);
    let ethnic = ETHNIC[chance.random_range(0..ETHNIC.len())];
    writeln!(out, "MR{child:08},{sex},{birth},{ethnic},{letter}{child:012},{mother},")
}

/// What an episode has until it changes.
struct Care {
    legal: usize,
    place: &'static str,
    provider: &'static str,
    postcode: u32,
    urn: u32,
}

impl Care {
    /// Another placement than before: another postcode and another setting.
    fn move_on(&mut self, chance: &mut ChaCha8Rng) {
        const PLACES: [(&str, &str); 5] = [("U6", "PR1"), ("U6", "PR4"), ("U3", "PR1"), ("U4", "PR4"), ("K2", "PR4")];
        (self.place, self.provider) = PLACES[chance.random_range(0..PLACES.len())];
        self.postcode = (self.postcode + chance.random_range(1..N_POSTCODES)) % N_POSTCODES;
        self.urn = 100_000 + (self.urn - 100_000 + chance.random_range(1..800_000)) % 800_000;
    }
}

fn write_episodes(out: &mut impl Write, chance: &mut ChaCha8Rng, child: u64, n: u64, days: &[String]) -> io::Result<()> {
    const LEGAL: [&str; 3] = ["C1", "C2", "V2"];
    const REASONS: [&str; 5] = ["CARPL", "CREQB", "CREQO", "LAREQ", "OTHER"];
    let need = chance.random_range(1..=8);
    let home = postcode(N_POSTCODES + chance.random_range(0..N_POSTCODES));
    let mut care = Care { legal: chance.random_range(0..3), place: "", provider: "", postcode: 0, urn: 100_000 };
    care.move_on(chance);
    let stays = chance.random_range(0..3) > 0;
    let (mut day, mut entry) = (chance.random_range(FIRST_DAYS.0..=FIRST_DAYS.1), "S");
    for episode in 1..=n {
        let next = ["P", "L", "B"][chance.random_range(0..3)];
        let last = episode == n;
        let end = day + chance.random_range(DAYS.0..=DAYS.1);
        let (dec, rec) = match (last, stays) {
            (false, _) => (days[end].as_str(), "X1"),
            (true, false) => (days[end].as_str(), "E4A"),
            (true, true) => ("", ""),
        };
        let why = if last || next == "L" { "" } else { REASONS[chance.random_range(0..REASONS.len())] };
        let Care { legal, place, provider, urn, postcode: code } = &care;
        let (start, legal, there) = (&days[day], LEGAL[*legal], postcode(*code));
        write!(out, "MR{child:08},{start},{entry},{legal},N{need},{place},{provider},{dec},{rec},")?;
        writeln!(out, "{why},{home},{there},SC{urn}")?;
        if next != "P" {
            care.legal = (care.legal + chance.random_range(1..3)) % LEGAL.len();
        }
        if next != "L" {
            care.move_on(chance);
        }
        (day, entry) = (end, next);
    }
    Ok(())
}

/// Postcodes of placements; homes have as many others.
const N_POSTCODES: u32 = 400_000;

/// A postcode of letters that no real area begins with.
fn postcode(code: u32) -> String {
    const LETTERS: &[u8; 20] = b"ABDEFGHJLNPQRSTUWXYZ";
    let letter = |n: u32| char::from(LETTERS[usize::try_from(n % 20).expect("a remainder of 20 is small")]);
    let (area, district, sector) = (letter(code / 40_000), code / 4_000 % 10 + 1, code / 400 % 10);
    format!("X{area}{district} {sector}{}{}", letter(code / 20), letter(code))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use shared::ids::ReportingYear;

    use super::{N_POSTCODES, Written, postcode, write_return};
    use crate::bench::records::read_returns;
    use crate::reading::InputFile;

    fn written(year: i16, n: u64) -> (Written, Vec<InputFile>) {
        let folder = tempfile::tempdir().unwrap();
        let written = write_return(folder.path(), year, n, 1).unwrap();
        let read = |name: &str| InputFile { name: name.to_owned(), bytes: std::fs::read(folder.path().join(name)).unwrap() };
        (written, vec![read("header.csv"), read("episodes.csv")])
    }

    #[test]
    fn no_rule_finds_anything_in_any_year() {
        for year in [2017, 2023, 2026] {
            let (written, files) = written(year, 20_000);
            let read = read_returns(&[(ReportingYear::new(year).unwrap(), files)]).unwrap().all.remove(0);
            let n = |table: usize| u64::try_from([read.records.header.len(), read.records.episodes.len()][table]).unwrap();
            assert_eq!((n(0), n(1)), (written.n_children, written.n_episodes), "{year}");
            assert!(read.findings.is_empty(), "{year}: {:?}", read.findings.counts());
        }
    }

    #[test]
    fn the_rows_are_as_many_as_asked_for_and_the_same_every_time() {
        let (written_once, once) = written(2023, 7_001);
        let (written_again, again) = written(2023, 7_001);
        assert_eq!(written_once, written_again);
        assert!(once.iter().zip(&again).all(|(a, b)| a.bytes == b.bytes));
        let lines = once[1].bytes.iter().filter(|byte| **byte == b'\n').count();
        assert_eq!((lines, written_once.n_episodes), (7_002, 7_001));
        let bytes: usize = once.iter().map(|file| file.bytes.len()).sum();
        assert_eq!(u64::try_from(bytes).unwrap(), written_once.n_bytes);
        assert!((900..=1_100).contains(&written_once.n_children), "{}", written_once.n_children);
    }

    #[test]
    fn postcodes_differ() {
        let all: BTreeSet<String> = (0..2 * N_POSTCODES).step_by(7).map(postcode).collect();
        assert_eq!(all.len(), usize::try_from(2 * N_POSTCODES / 7 + 1).unwrap());
    }
}
