//! Promises of the made-up councils: same seed same bytes, subsets and threads change nothing, sizes are
//! real, files are consistent, and planted faults stand where they say.

use super::codes::{Ended, NewEpisode};
use super::{Nation, Plan, Spec};
use std::collections::{BTreeMap, BTreeSet};

fn spec(seed: u64, authorities: usize) -> Spec {
    Spec { seed, authorities: Some(authorities), ..Spec::default() }
}

#[test]
fn one_seed_makes_one_nation_whatever_the_threads() {
    let (a, b) = (spec(7, 6), spec(7, 12));
    let nation = Nation::generate(&a);
    let larger = Plan::new(&b);
    for council in &nation.authorities {
        let place = larger.authorities().iter().position(|other| other.code == council.code);
        let again = larger.council(place.expect("a larger subset holds the smaller one"));
        let bytes = |council: &super::Council| -> Vec<Vec<u8>> {
            super::write::tables(council, 2025).into_iter().map(|table| table.bytes).collect()
        };
        assert_eq!(bytes(council), bytes(&again));
    }
}

#[test]
fn sizes_are_those_of_the_list() {
    let plan = Plan::new(&spec(3, 10));
    for (place, authority) in plan.authorities().iter().enumerate() {
        let council = plan.council(place);
        let last = jiff::civil::date(2025, 3, 31);
        let n = council.children.iter().filter(|child| {
            child.episodes.iter().any(|e| !e.is_short_break() && e.decom <= last && e.dec.is_none_or(|dec| dec > last))
        });
        assert_eq!(u32::try_from(n.count()), Ok(authority.n_children), "{}", authority.code);
    }
    assert!(plan.authorities().iter().any(|authority| authority.n_children == 0));
}

#[test]
fn histories_are_consistent() {
    for council in Nation::generate(&spec(11, 10)).authorities {
        let ids: BTreeSet<&str> = council.children.iter().map(|child| child.id.as_str()).collect();
        assert_eq!(ids.len(), council.children.len());
        for child in &council.children {
            for pair in child.episodes.windows(2) {
                let (before, after) = (&pair[0], &pair[1]);
                let dec = before.dec.expect("only the last episode is open");
                assert!(dec <= after.decom, "501");
                if before.rec == Some(Ended::X1) {
                    assert_eq!(dec, after.decom, "433, 388");
                    assert_ne!(after.rne, NewEpisode::S, "431");
                } else {
                    assert_eq!(after.rne, NewEpisode::S, "432");
                    assert!(dec < after.decom, "431");
                }
            }
            for episode in &child.episodes {
                assert!(child.dob <= episode.decom, "302");
                assert!(episode.dec.is_none_or(|dec| dec > episode.decom), "355, 356");
                assert_eq!(episode.dec.is_some(), episode.rec.is_some(), "148");
            }
            if let Some(last) = child.episodes.last() {
                assert_ne!(last.rec, Some(Ended::X1), "388");
            }
            assert!(child.absences.windows(2).all(|pair| pair[0].to.is_some_and(|to| to <= pair[1].from)));
            assert!(child.workers.windows(2).all(|pair| pair[0].to == Some(pair[1].from)));
        }
    }
}

#[test]
fn the_edges_of_the_rules_occur() {
    use super::codes::Place;
    use jiff::civil::date;
    let (start, end) = (date(2024, 4, 1), date(2025, 3, 31));
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for council in Nation::generate(&spec(2, 40)).authorities {
        for child in &council.children {
            let mut edge = |name: &'static str, holds: bool| *seen.entry(name).or_default() += usize::from(holds);
            let e = &child.episodes;
            let rne = |code| e.iter().any(|episode| episode.rne == code);
            let place = |places: &[Place]| e.iter().any(|episode| places.contains(&episode.place));
            let left_on = |day| e.iter().any(|episode| episode.dec == Some(day) && episode.rec != Some(Ended::X1));
            edge("born on 29 February", child.dob.month() == 2 && child.dob.day() == 29);
            edge("status and home on one day", rne(NewEpisode::B));
            edge("status and home with the same carer on one day", rne(NewEpisode::U));
            edge("same carer", rne(NewEpisode::T));
            edge("status only", rne(NewEpisode::L));
            edge("temporary", place(&[Place::T0, Place::T1, Place::T2, Place::T3, Place::T4]));
            edge("temporary on 31 March", e.iter().any(|t| super::placements::is_temporary(t.place) && t.touches(end, end)));
            edge("placed for adoption by the current carer", place(&[Place::A3, Place::A5]));
            edge("left on 31 March", left_on(end));
            edge("left on 1 April", left_on(start));
            edge("came back in the year", {
                let starts = e.iter().filter(|episode| episode.rne == NewEpisode::S && !episode.is_short_break());
                starts.filter(|episode| episode.decom > start).count() > 1
            });
            let open = |spell: &super::state::AbsenceSpell| spell.from < start && spell.to.is_none_or(|to| to >= start);
            edge("missing on 1 April", child.absences.iter().any(open));
            edge("missing at the end", child.absences.iter().any(|spell| spell.to.is_none()));
            edge("care leaver without episodes", e.is_empty() && !child.leaver.is_empty());
            edge("left on the 18th birthday", left_on(super::calendar::Day::of(child.dob).birthday(18).date()));
            edge("another authority took over", e.iter().any(|episode| episode.rec == Some(Ended::E3)));
            edge("short break", e.iter().any(super::state::Episode::is_short_break));
            let plans = council.plans.get(&child.id).cloned().unwrap_or_default();
            edge("adopted", plans.adoption.is_some());
            edge("adopted by the foster carer", plans.adoption.as_ref().is_some_and(|adoption| adoption.by_carer));
            edge("a decision for adoption reversed", plans.decisions.iter().any(|decision| decision.reversed.is_some()));
            edge("a decision for adoption stands", plans.decisions.iter().any(|decision| decision.reversed.is_none()));
            edge("an order for permanence before", plans.before.iter().any(|before| before.order.is_some()));
            edge("deprived of liberty", !plans.deprivations.is_empty());
        }
    }
    let missing: Vec<_> = seen.iter().filter(|(_, n)| **n == 0).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_return_year_has_its_own_columns_and_codes() {
    for (year, n_years, made) in [(2018, 3, 2), (2022, 1, 1), (2027, 10, 10)] {
        let spec = Spec { reporting_year: year, n_years, authorities: Some(4), ..Spec::default() };
        let plan = Plan::new(&spec);
        let largest = (0..4).max_by_key(|&place| plan.authorities()[place].n_children);
        let council = plan.council(largest.expect("there are four"));
        assert_eq!(council.years.len(), made);
        for &year in &council.years {
            let tables: BTreeMap<&str, String> = super::write::tables(&council, year)
                .into_iter()
                .map(|table| (table.file, String::from_utf8(table.bytes).expect("returns are text")))
                .collect();
            assert_eq!(tables.contains_key("sw_episodes.csv"), year >= 2024);
            assert_eq!(tables.contains_key("DoLo.csv"), year >= 2027);
            assert_eq!(tables.len(), 10 + usize::from(year >= 2024) + usize::from(year >= 2027));
            let places: BTreeSet<&str> =
                tables["episodes.csv"].lines().skip(1).filter_map(|line| line.split(',').nth(5)).collect();
            assert_eq!(places.contains("K3"), year >= 2025, "{year}");
            assert_eq!(places.contains("H5"), year < 2025, "{year}");
            assert_eq!(places.contains("Z1"), year < 2026 && places.iter().any(|place| place.starts_with('Z')));
            let sexes: BTreeSet<&str> = tables["header.csv"].lines().skip(1).filter_map(|line| line.split(',').nth(1)).collect();
            assert_eq!(sexes.contains("F"), year >= 2025, "{year}");
        }
    }
}

#[test]
fn planted_faults_stand_where_they_say() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let spec = Spec { faults: 0.02, ..spec(5, 4) };
    let plan = Plan::new(&spec);
    let mut rules = BTreeSet::new();
    for place in 0..plan.authorities().len() {
        let council = plan.council(place);
        let own = folder.path().join(&council.code);
        let planted = council.write_returns(&own).expect("returns can be written");
        assert_eq!(planted, council.write_returns(&own).expect("returns can be written again"));
        for fault in planted {
            assert!(fault.line <= n_lines(&own, fault.year, fault.file));
            rules.insert(fault.rule);
        }
    }
    assert!(rules.len() > 100, "{rules:?}");
}

#[test]
fn every_class_of_fault_finds_a_place() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let mut planted: BTreeSet<&str> = BTreeSet::new();
    for reporting_year in [2024, 2027] {
        let plan = Plan::new(&Spec { reporting_year, ..spec(3, 1) });
        let council = plan.council_of_size(0, 900);
        let own = folder.path().join(reporting_year.to_string());
        let each = council.write_each_fault(&own).expect("returns can be written");
        let places: BTreeSet<(&str, usize)> = each.iter().map(|fault| (fault.file, fault.line)).collect();
        assert_eq!(places.len(), each.len(), "no two faults stand on one line");
        for fault in each {
            assert_eq!(fault.year, reporting_year);
            assert!((2..=n_lines(&own, fault.year, fault.file)).contains(&fault.line));
            planted.insert(fault.rule);
        }
    }
    let never: Vec<&str> = super::faults::rules().into_iter().filter(|rule| !planted.contains(rule)).collect();
    assert!(never.is_empty(), "{never:?}");
}

fn n_lines(folder: &std::path::Path, year: i16, file: &str) -> usize {
    let bytes = std::fs::read(folder.join(year.to_string()).join(file)).expect("the file is there");
    String::from_utf8_lossy(&bytes).lines().count()
}

#[test]
fn what_was_open_at_the_end_of_a_year_goes_on_in_the_next() {
    let plan = Plan::new(&Spec { reporting_year: 2027, n_years: 10, ..spec(9, 3) });
    let council = plan.council(0);
    assert_eq!(council.years.len(), 10);
    let read = |year| -> BTreeMap<&'static str, super::sheet::Sheet> {
        super::write::tables(&council, year).iter().map(|table| (table.file, super::sheet::Sheet::of(table))).collect()
    };
    for pair in council.years.windows(2) {
        let (before, after) = (&read(pair[0])["episodes.csv"], &read(pair[1])["episodes.csv"]);
        let rows: BTreeSet<(&str, &str)> =
            (0..after.rows.len()).map(|row| (after.cell(row, "CHILD"), after.cell(row, "DECOM"))).collect();
        for row in (0..before.rows.len()).filter(|&row| before.cell(row, "DEC").is_empty()) {
            assert!(rows.contains(&(before.cell(row, "CHILD"), before.cell(row, "DECOM"))), "502 in {}", pair[1]);
        }
    }
}

#[test]
fn an_xml_return_turned_back_is_the_csv_return() {
    let plan = Plan::new(&Spec { reporting_year: 2026, ..spec(4, 3) });
    for place in 0..3 {
        let council = plan.council(place);
        for &year in &council.years {
            let written = super::write::tables(&council, year);
            let xml = String::from_utf8(super::xml::document(&written)).expect("XML is text");
            for table in super::convert::tables(&xml) {
                let same = written.iter().find(|other| other.file == table.file).expect("both ways have one set of tables");
                assert!(same.bytes == table.bytes, "{} of {year}", table.file);
            }
        }
    }
}

#[test]
fn other_formats_are_written_beside_the_years() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let plan = Plan::new(&Spec { n_years: 1, reporting_year: 2027, ..spec(4, 1) });
    let council = plan.council(0);
    council.write_xml(folder.path()).expect("XML can be written");
    council.write_workbook(folder.path()).expect("a workbook can be written");
    let own = folder.path().join("2027");
    for file in ["ssda903.xml", "sw_episodes.csv", "DoLo.csv", "ssda903.xlsx"] {
        assert!(own.join(file).is_file(), "{file}");
    }
    assert!(!own.join("header.csv").exists());
}

#[test]
fn an_encoding_keeps_the_rows() {
    use super::encodings::{Encoding, encode};
    let text = "CHILD,DOB\n\u{e9}1,01/02/2015\n";
    assert_eq!(&encode(text, Encoding::Utf16Tabs)[..6], &[0xff, 0xfe, b'C', 0, b'H', 0]);
    assert_eq!(encode(text, Encoding::Windows1252)[10], 0xe9);
    assert!(encode(text, Encoding::Utf8MarkCrLf).ends_with(b"2015\r\n"));
    assert!(encode(text, Encoding::NoLastNewline).ends_with(b"2015"));
}
