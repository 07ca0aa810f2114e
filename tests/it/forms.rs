//! The same return in every form in which it travels: CSV in four encodings, XML, a workbook. Each gives the same
//! histories. And forms that are broken leave nothing behind.

use agent::histories::{ChildHistory, Mending, build};
use agent::records::Returns;
use shared::problem::Exit;
use tests::councils::encodings::{ALL, Encoding, rewrite};
use tests::councils::{Council, Plan, Spec, convert};
use tests::reading::{read, returns_of};
use tests::world::office::Office;

use crate::ground::{YEAR, ground};

fn councils() -> Vec<Council> {
    let spec = Spec { seed: 21, authorities: Some(3), reporting_year: YEAR, n_years: 3, ..Spec::default() };
    let plan = Plan::new(&spec);
    (0..plan.authorities().len()).map(|place| plan.council_of_size(place, 40)).collect()
}

/// The returns that something wrote into a folder.
fn written(write: impl FnOnce(&std::path::Path)) -> Returns {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path());
    let returns = read(&returns_of(folder.path()).unwrap());
    for read in &returns.all {
        assert!(read.refusals.is_empty(), "{}: {}", read.year, read.refusals[0]);
    }
    returns
}

/// The histories of the newest return, by pseudonym.
fn histories(returns: &Returns) -> Vec<ChildHistory> {
    build(returns, returns.all.last().unwrap().year, Mending::Apply, shared::framework::Parameters::default()).children
}

/// Whether two histories say the same; the lines of their rows do not count.
fn same(a: &ChildHistory, b: &ChildHistory) -> bool {
    let episodes = a.episodes.len() == b.episodes.len()
        && a.episodes.iter().zip(&b.episodes).all(|(a, b)| {
            (a.start, a.end, a.rne, a.legal, a.need, a.place) == (b.start, b.end, b.rne, b.legal, b.need, b.place)
                && (a.provider, a.postcode, a.urn, a.reason) == (b.provider, b.postcode, b.urn, b.reason)
                && (a.period, a.placement, a.carer) == (b.period, b.placement, b.carer)
        });
    let outcomes = a.outcomes.len() == b.outcomes.len()
        && a.outcomes.iter().zip(&b.outcomes).all(|((of, a), (year, b))| {
            of == year && (a.score, a.no_score, a.health_assessment) == (b.score, b.no_score, b.health_assessment)
        });
    let leaver = a.leaver.len() == b.leaver.len()
        && a.leaver.iter().zip(&b.leaver).all(|((of, a), (year, b))| {
            of == year && (a.in_touch, a.activity, a.accommodation) == (b.in_touch, b.activity, b.accommodation)
        });
    let reviews = a.reviews.len() == b.reviews.len()
        && a.reviews.iter().zip(&b.reviews).all(|(a, b)| (a.year, a.on, a.took_part) == (b.year, b.on, b.took_part));
    let absences = a.absences.len() == b.absences.len()
        && a.absences.iter().zip(&b.absences).all(|(a, b)| (a.year, a.kind, a.start, a.end) == (b.year, b.kind, b.start, b.end));
    let workers = a.workers.len() == b.workers.len()
        && a.workers.iter().zip(&b.workers).all(|(a, b)| (a.year, a.worker, a.stretch) == (b.year, b.worker, b.stretch));
    let came_alone = a.came_alone.len() == b.came_alone.len()
        && a.came_alone.iter().zip(&b.came_alone).all(|(a, b)| (a.year, a.ceased) == (b.year, b.ceased));
    (a.pseudonym, a.birth, a.sex, a.ethnicity) == (b.pseudonym, b.birth, b.sex, b.ethnicity)
        && a.carers == b.carers
        && a.short_breaks == b.short_breaks
        && a.supplied == b.supplied
        && (episodes && outcomes && leaver && reviews && absences && workers && came_alone)
}

fn check_same(form: &str, one: &Returns, other: &Returns) {
    let (one, other) = (histories(one), histories(other));
    assert!(one.len() > 30 && one.len() == other.len(), "{form}: {} and {} children", one.len(), other.len());
    let n_episodes: usize = one.iter().map(|child| child.episodes.len()).sum();
    let differ = one.iter().zip(&other).filter(|(a, b)| !same(a, b)).count();
    assert!(differ == 0 && n_episodes > one.len() / 2, "{form}: {differ} of {} histories differ", one.len());
}

#[test]
fn every_form_of_a_return_gives_the_same_histories() {
    for council in councils() {
        let csv = written(|folder| drop(council.write_returns(folder).unwrap()));
        check_same("XML", &csv, &written(|folder| council.write_xml(folder).unwrap()));
        check_same("a workbook", &csv, &written(|folder| council.write_workbook(folder).unwrap()));
        for encoding in ALL {
            let other = written(|folder| {
                council.write_returns(folder).unwrap();
                rewrite(folder, encoding).unwrap();
            });
            check_same(&format!("{encoding:?}"), &csv, &other);
        }
    }
}

#[test]
fn xml_turned_into_csv_is_the_same_return() {
    for council in councils() {
        let xml = written(|folder| council.write_xml(folder).unwrap());
        let converted = written(|folder| {
            council.write_xml(folder).unwrap();
            for entry in std::fs::read_dir(folder).unwrap() {
                let year = entry.unwrap().path();
                let file = year.join("ssda903.xml");
                let text = std::fs::read_to_string(&file).unwrap();
                for table in convert::tables(&text) {
                    std::fs::write(year.join(table.file), table.bytes).unwrap();
                }
                std::fs::remove_file(file).unwrap();
            }
        });
        check_same("CSV from XML", &xml, &converted);
    }
}

#[test]
fn a_file_that_is_cut_off_or_wrong_leaves_nothing_behind() {
    let ground = ground();
    let council = &councils()[0];
    let half = |bytes: &[u8]| bytes[..bytes.len() / 2].to_vec();
    let cut = |bytes: &[u8]| [half(bytes), b"\"cut".to_vec()].concat();
    type Harm<'h> = &'h dyn Fn(&[u8]) -> Vec<u8>;
    let inside = |bytes: &[u8]| {
        let comma = bytes[bytes.len() / 2..].iter().position(|byte| *byte == b',').unwrap();
        bytes[..bytes.len() / 2 + comma].to_vec()
    };
    let cases: [(&str, &str, Harm<'_>); 8] = [
        ("csv", "episodes.csv", &cut),
        ("csv", "reviews.csv", &inside),
        ("csv", "oc2.csv", &inside),
        ("csv", "header.csv", &|_| Vec::new()),
        ("csv", "reviews.csv", &|bytes| [b"\0\0", bytes].concat()),
        ("xml", "ssda903.xml", &half),
        ("workbook", "ssda903.xlsx", &half),
        ("workbook", "ssda903.xlsx", &|_| b"PK\x03\x04 and nothing more".to_vec()),
    ];
    for (n, (form, name, harm)) in cases.into_iter().enumerate() {
        let office = Office::create(&ground.world, &format!("9{n:02}"), YEAR).unwrap();
        match form {
            "xml" => council.write_xml(&office.returns()).unwrap(),
            "workbook" => council.write_workbook(&office.returns()).unwrap(),
            _ => drop(council.write_returns(&office.returns()).unwrap()),
        }
        let file = office.returns().join(YEAR.to_string()).join(name);
        let bytes = std::fs::read(&file).unwrap();
        std::fs::write(&file, harm(&bytes)).unwrap();
        let before = files_below(office.folder());
        let list = office.folder().join("list.csv");
        for command in [&["check"][..], &["preview"], &["check", "--json"]] {
            let ended = office.run(command).unwrap();
            assert!(ended.is(Exit::InputRefused), "{form} {name} {command:?}: {:?} {}", ended.code, ended.stderr);
            assert_eq!(ended.stderr.lines().last(), Some("nothing was sent"), "{form} {name}");
            assert!(ended.stdout.contains(name) || ended.stderr.contains(name), "{form} {name}: {}", ended.stdout);
        }
        assert!(files_below(office.folder()) == before && !list.exists(), "{form} {name}: something was left behind");
    }
    assert!(ALL.contains(&Encoding::Utf16Tabs));
}

fn files_below(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            // the tests' own logs of the commands
            if path.extension().is_some_and(|end| end == "out" || end == "err" || end == "log") {
                continue;
            }
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files
}
