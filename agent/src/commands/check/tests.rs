//! What `check` says of good and bad folders, and how it ends.

use std::io::Write;
use std::path::Path;

use shared::ids::ReportingYear;
use shared::problem::Exit;

use super::report;
use crate::cli::{CheckArgs, Source};
use crate::commands::{Given, Screen};
use crate::histories::Mending;
use crate::io::inbox::read_paths;
use crate::pseudonym::tests::key;
use crate::records::ErrorRateMax;
use crate::records::rules::RuleBook;
use crate::records::source::XmlTags;

/// A return of 2025 as files of a folder: header, episodes, reviews.
pub fn folder(header: &str, episodes: &str, reviews: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, columns: &str, rows: &str| {
        let mut file = std::fs::File::create(folder.path().join(name)).unwrap();
        file.write_all(format!("{columns}\n{rows}\n").as_bytes()).unwrap();
    };
    write("a.csv", "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB", header);
    write("b.csv", "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN", episodes);
    write("c.csv", "CHILD,DOB,REVIEW,REVIEW_CODE", reviews);
    folder
}

/// The input of a folder, at most half of whose rows may have errors.
pub fn given(folder: &Path) -> Given {
    let year = ReportingYear::new(2025).unwrap();
    let input =
        read_paths(&[folder.to_owned()], year, ErrorRateMax { per_million: 500_000 }, &key(), &mut crate::io::inbox::Silent)
            .unwrap();
    Given {
        authority: "301".parse().ok(),
        input,
        mending: Mending::Apply,
        rules: RuleBook::built_in(),
        xml: XmlTags::default(),
        facts: std::collections::BTreeMap::new(),
        next_date: None,
    }
}

pub const HEADER: &str = "SECRET7,F,15/05/2012,WBRI,UN2,0,";
pub const EPISODES: &str = "SECRET7,01/06/2024,S,C2,N1,U4,PR1,,,,AB1 2CD,AB1 2CE,1234567";
pub const REVIEWS: &str = "SECRET7,15/05/2012,01/08/2024,PN1";

/// Without any flag.
fn args() -> CheckArgs {
    let source = Source { paths: Vec::new(), config: None, year: None };
    CheckArgs { source, strict: false, json: false, csv: None, force: false, show_values: false }
}

fn check(folder: &Path, strict: bool, json: bool) -> (Exit, String) {
    let args = CheckArgs { strict, json, ..args() };
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let exit = report(&args, &given(folder), &mut Screen { out: &mut out, err: &mut err }).unwrap();
    (exit, format!("{}{}", String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap()))
}

#[test]
fn a_good_return_is_done() {
    let folder = folder(HEADER, EPISODES, REVIEWS);
    for strict in [false, true] {
        let (exit, text) = check(folder.path(), strict, false);
        assert_eq!(exit, Exit::Done, "{text}");
        assert!(text.contains("nothing was found"));
    }
}

#[test]
fn a_warning_ends_with_3_only_when_strict() {
    let folder = folder(HEADER, &EPISODES.replace("PR1", "PR9"), REVIEWS);
    assert_eq!(check(folder.path(), false, false).0, Exit::Done);
    let (exit, text) = check(folder.path(), true, false);
    assert_eq!(exit, Exit::DoneWithProblems);
    assert!(text.contains("Episodes warning 178 (1)") && text.contains("b.csv:2:PLACE_PROVIDER"), "{text}");
}

#[test]
fn too_many_errors_are_refused_with_place_and_rule_and_without_a_value() {
    let folder =
        folder("SECRET7,XX,99/99/2012,WBRI,UN2,0,", "SECRET7,01/06/2024,S,C2,N1,QQ,PR1,,,,AB1 2CD,AB1 2CE,1234567", REVIEWS);
    for json in [false, true] {
        let (exit, text) = check(folder.path(), false, json);
        assert_eq!(exit, Exit::InputRefused);
        for word in ["102", "146", "error-rate"] {
            assert!(text.contains(word), "{word}: {text}");
        }
        for value in ["SECRET7", "99/99/2012", "QQ", "AB1", "1234567"] {
            assert!(!text.contains(value), "{value}: {text}");
        }
    }
}

#[test]
fn the_json_is_one_line_with_every_problem() {
    let folder = folder(HEADER, EPISODES, "SECRET7,15/05/2012,x,PN1");
    let (_, text) = check(folder.path(), false, true);
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    let problem = &report["returns"][0]["problems"][0];
    assert_eq!(
        (problem["rule"].as_str(), problem["line"].as_u64(), problem["column"].as_str()),
        (Some("166"), Some(2), Some("REVIEW"))
    );
    assert_eq!(report["sent"], false);
}

/// A pipe whose reader has gone.
struct Closed;

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        Err(std::io::ErrorKind::BrokenPipe.into())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Err(std::io::ErrorKind::BrokenPipe.into())
    }
}

#[test]
fn a_closed_pipe_changes_neither_the_end_nor_the_last_line() {
    let wrong = "SECRET7,XX,99/99/2012,WBRI,UN2,0,";
    for (header, from, to, expected) in [(HEADER, "PR1", "PR9", Exit::Done), (wrong, "U4", "QQ", Exit::InputRefused)] {
        let folder = folder(header, &EPISODES.replace(from, to), REVIEWS);
        let args = args();
        let mut err = Vec::new();
        let mut screen = Screen { out: &mut Closed, err: &mut err };
        let exit = report(&args, &given(folder.path()), &mut screen).unwrap();
        assert_eq!((exit, screen.finish().is_ok(), screen.note("the end").is_ok()), (expected, true, true));
        let told = String::from_utf8(err).unwrap();
        assert!(told.ends_with("the end\n") && !told.contains("pipe"), "{told}");
    }
}

#[test]
fn a_result_that_cannot_be_written_is_not_done() {
    /// A full disk.
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
    }
    let mut err = Vec::new();
    let mut screen = Screen { out: &mut Full, err: &mut err };
    assert!(screen.line("x").is_err() && screen.finish().is_err() && screen.note("the end").is_err());
    assert_eq!(err, b"the end\n", "the last line is written all the same");
}

#[test]
fn a_table_of_a_later_year_is_said_to_be_so() {
    let folder = folder(HEADER, EPISODES, REVIEWS);
    std::fs::write(folder.path().join("dolo.csv"), "CHILD,DOB,DOLO_START,DOLO_END\n").unwrap();
    let (_, text) = check(folder.path(), false, false);
    assert!(text.contains("dolo.csv: DoLo, set aside: it is part of returns from 2027 on\n"), "{text}");
}

#[test]
fn a_file_with_semicolons_is_read() {
    let folder = folder(HEADER, EPISODES, REVIEWS);
    let rows = "\"CHILD\";DOB;IN_TOUCH;ACTIV;ACCOM\r\nSECRET7;15/05/2012;YES;F2;B1\r\n";
    std::fs::write(folder.path().join("oc3.csv"), rows).unwrap();
    let (exit, text) = check(folder.path(), false, false);
    assert_eq!(exit, Exit::Done);
    assert!(text.contains("oc3.csv: OC3, 1 rows") && !text.contains("SECRET"), "{text}");
}

/// What `check` prints and writes with these arguments.
fn run_with(folder: &Path, args: &CheckArgs) -> String {
    let mut out = Vec::new();
    report(args, &given(folder), &mut Screen { out: &mut out, err: &mut Vec::new() }).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn values_are_shown_to_who_asks_and_to_nobody_else() {
    let folder = folder(HEADER, &EPISODES.replace("PR1", "PR9"), REVIEWS);
    let list = folder.path().join("list");
    let quiet = CheckArgs { csv: Some(list.clone()), ..args() };
    let text = run_with(folder.path(), &quiet);
    let csv = std::fs::read_to_string(&list).unwrap();
    assert!(!text.contains("PR9") && !csv.contains("PR9") && csv.contains("178"), "{text}{csv}");
    let asked = CheckArgs { csv: Some(list.clone()), force: true, show_values: true, ..args() };
    let text = run_with(folder.path(), &asked);
    let csv = std::fs::read_to_string(&list).unwrap();
    assert!(text.contains("b.csv:2:PLACE_PROVIDER  PR9") && csv.contains(",PR9\r\n"), "{text}{csv}");
}

#[test]
fn an_extract_is_counted_apart_from_the_return() {
    let folder = folder(HEADER, EPISODES, REVIEWS);
    let text = "CHILD,SDQ_DATE,INFORMANT,SDQ_SCORE\nSECRET7,01/06/2024,CARER,12\nSECRET7,01/07/2024,CARER,41\n";
    std::fs::write(folder.path().join("d.csv"), text).unwrap();
    let (exit, text) = check(folder.path(), false, false);
    assert_eq!(exit, Exit::Done, "{text}");
    assert!(
        text.contains("  3 rows, 0 of them with errors") && text.contains("extract SDQ: 2 rows, 1 of them with errors"),
        "{text}"
    );
    assert!(text.contains("EX13") && !text.contains("SECRET7"), "{text}");
    let (_, json) = check(folder.path(), false, true);
    assert!(json.contains(r#""extracts":[{"n_rows":2,"n_rows_with_errors":1,"table":"SDQ"}]"#), "{json}");
}
