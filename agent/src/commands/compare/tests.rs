//! What a comparison shows, and what it refuses.

use std::path::{Path, PathBuf};

use clap::Parser as _;
use shared::ids::ReportingYear;
use shared::problem::Exit;

use super::{read_beside, write};
use crate::cli::{Cli, Command, PreviewArgs};
use crate::commands::check::tests::{EPISODES, HEADER, REVIEWS, folder, given};
use crate::commands::{Screen, UsageError};
use crate::figures::LocalFigures;
use crate::io::inbox::Waiting;
use crate::measures::MeasureSet;

struct Silent;

impl Waiting for Silent {
    fn begins(&mut self, _: usize) {}
    fn step(&mut self, _: &str) {}
    fn ends(&mut self) {}
}

const HEAD: &str = "time_period,time_identifier,geographic_level,region_code,region_name,old_la_code,la_name,cla_group,placement_stability,children_count,children_percent";
const ROWS: &str = "\
2025,Reporting year,Local authority,E13000002,Outer London,301,Barking,CLA on 31 March,With 3 or more placements during the year,c,c
2024,Reporting year,Local authority,E13000002,Outer London,301,Barking,CLA on 31 March,With 3 or more placements during the year,9,12
2025,Reporting year,Local authority,E13000002,Outer London,301,Barking,CLA on 31 March,Total children,7,100
2025,Reporting year,National,,,,,CLA on 31 March,With 3 or more placements during the year,8500,10
";
const RECORDS: &str = "CHILD,DOB\nSECRET7,15/05/2012\n";

fn args(compare: &[&Path], authority: Option<&str>) -> PreviewArgs {
    let mut line: Vec<PathBuf> = ["agent", "preview", "a", "--year", "2025"].map(PathBuf::from).into();
    for path in compare {
        line.extend(["--compare".into(), path.to_path_buf()]);
    }
    line.extend(authority.iter().flat_map(|code| ["--authority".into(), PathBuf::from(code)]));
    match Cli::try_parse_from(line).unwrap().command {
        Command::Preview(args) => args,
        _ => panic!("another command"),
    }
}

/// Exit, result and remarks of a comparison with some files.
fn compared(paths: &[&Path], is_json: bool) -> (Exit, String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut screen = Screen { out: &mut out, err: &mut err };
    let year = ReportingYear::new(2025).unwrap();
    let read = read_beside(&args(paths, Some("301")), None, year, &mut Silent, &mut screen).unwrap();
    let exit = match read {
        Err(exit) => exit,
        Ok(beside) => {
            let folder = folder(HEADER, EPISODES, REVIEWS);
            let given = given(folder.path());
            let framework = shared::framework::Framework::built_in();
            let measures = MeasureSet::resolve(&framework).unwrap();
            let histories = crate::histories::build(
                &given.input.returns,
                given.input.year,
                crate::histories::Mending::Apply,
                shared::framework::Parameters::default(),
            );
            let figures = LocalFigures::count(&measures, &histories.children, given.input.year);
            write(&beside.unwrap(), &figures, &framework, is_json, &mut screen).unwrap();
            Exit::Done
        }
    };
    (exit, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

fn files(named: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in named {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

#[test]
fn exact_figures_stand_marked_beside_published_ones_and_symbols_are_shown_as_they_are() {
    let folder = files(&[("anything.csv", &format!("{HEAD}\n{ROWS}"))]);
    let (exit, text, _) = compared(&[folder.path()], false);
    assert_eq!(exit, Exit::Done);
    assert!(text.starts_with("LOCAL, NOT FOR PUBLICATION\n") && text.ends_with("LOCAL, NOT FOR PUBLICATION\n"));
    let block: Vec<&str> = text.lines().skip_while(|line| *line != "  Three homes or more").take(6).collect();
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>().join(" ");
    let block: Vec<String> = block.into_iter().map(words).collect();
    assert_eq!(
        block,
        [
            "Three homes or more",
            "local published 2025 published 2024 Outer London neighbours England",
            "children 0 c 9 . . 8500",
            "per cent 0 c 12 . . 10",
            "of children 1 7 . . . .",
            "nothing to compare: c is published",
        ]
    );
    assert!(text.contains("c: kept back: a count of 1 to 5"), "{text}");
    assert!(text.contains("neighbours: not known") && !text.contains("SECRET"), "{text}");
}

#[test]
fn the_json_keeps_local_and_published_apart() {
    let folder = files(&[("a.csv", &format!("{HEAD}\n{ROWS}"))]);
    let (_, text, _) = compared(&[&folder.path().join("a.csv")], true);
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["marking"], "LOCAL, NOT FOR PUBLICATION");
    let lines = report["lines"].as_array().unwrap();
    let line = lines.iter().find(|line| line["table"] == "B1.total").unwrap();
    assert_eq!((&line["local"]["count"], &line["local"]["marking"]), (&0.into(), &"LOCAL, NOT FOR PUBLICATION".into()));
    assert_eq!(line["published"]["this_authority"]["count"], "c");
    assert_eq!(line["published"]["england"]["count"], 8500);
    assert_eq!(line["verdict"]["is"], "kept_back");
    assert_eq!(report["sent"], false);
}

#[test]
fn a_wrong_file_is_refused_by_name_and_in_a_folder_left_aside() {
    let good = format!("{HEAD}\n{ROWS}");
    let folder = files(&[("good.csv", &good), ("records.csv", RECORDS), ("notes.txt", "x")]);
    let (exit, _, said) = compared(&[folder.path()], false);
    assert_eq!(exit, Exit::Done);
    assert!(said.contains("left aside: 1 further CSV files"), "{said}");
    let (exit, text, said) = compared(&[&folder.path().join("good.csv"), &folder.path().join("records.csv")], false);
    assert_eq!((exit, text.as_str()), (Exit::InputRefused, ""));
    assert!(said.contains("records.csv: its first line is not that of an official file") && !said.contains("SECRET"), "{said}");
    let cut = files(&[("good.csv", good.get(..good.len() - 20).unwrap())]);
    let (exit, _, said) = compared(&[cut.path()], false);
    assert_eq!(exit, Exit::InputRefused, "a damaged file is refused in a folder too");
    assert!(said.contains("line 5 has 9 columns of 11"), "{said}");
}

#[test]
fn without_figures_of_this_authority_there_is_no_comparison() {
    let check = |text: &str, expected: &str| {
        let folder = files(&[("a.csv", text)]);
        let (exit, _, said) = compared(&[folder.path()], false);
        assert!(exit == Exit::InputRefused && said.contains(expected), "{said}");
    };
    check(&format!("{HEAD}\n{}", ROWS.replace(",301,", ",302,")), "no file holds a figure of authority 301");
    check(&format!("{HEAD}\n{}", ROWS.replace("2025,", "2019,").replace("2024,", "2018,")), "no file holds official figures");
    check("old_la_code,SN_1\n301,302\n", "no file holds official figures");
    let (exit, _, said) = compared(&[Path::new("/nowhere/a.csv")], false);
    assert!(exit == Exit::InputRefused && said.contains("/nowhere/a.csv: it cannot be read"), "{said}");
}

#[test]
fn named_files_need_the_authority_that_they_are_of() {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut screen = Screen { out: &mut out, err: &mut err };
    let year = ReportingYear::new(2025).unwrap();
    let read = read_beside(&args(&[Path::new("x")], None), None, year, &mut Silent, &mut screen);
    assert!(read.err().is_some_and(|error| error.is::<UsageError>()));
    let nothing = read_beside(&args(&[], None), None, year, &mut Silent, &mut screen).unwrap();
    assert!(nothing.is_ok_and(|beside| beside.is_none()), "without --compare nothing is read");
}
