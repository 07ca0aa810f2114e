//! What the reading of a return does with good, dirty and hostile bytes.

use proptest::prelude::*;
use shared::ids::ReportingYear;

use super::*;
use crate::pseudonym::tests::key;
use crate::records::changed::ChangedIds;
use crate::records::rules::{RuleBook, RuleId, Severity};
use crate::records::source::XmlTags;

/// A file by name and bytes.
#[derive(Clone)]
pub struct TestFile {
    /// Name.
    pub name: String,
    /// Bytes.
    pub bytes: Vec<u8>,
}

/// Reads returns, oldest first, under the rules as they are unless configured.
pub fn read_all(returns: &[(i16, &[TestFile])]) -> Returns {
    read_with(returns, &ChangedIds::default())
}

/// The same with identifiers that were replaced.
pub fn read_with(returns: &[(i16, &[TestFile])], changed: &ChangedIds) -> Returns {
    // the catalogue takes longer to read than a small return
    static RULES: std::sync::LazyLock<RuleBook> = std::sync::LazyLock::new(RuleBook::built_in);
    let (key, xml) = (key(), XmlTags::default());
    let options = ReadOptions { key: &key, rules: &RULES, changed, xml: &xml, ignored: TableSet::NONE, postcodes: None };
    let mut reader = ReturnReader::new(options);
    for (year, files) in returns {
        let offered = files.iter().map(|file| Offered::bytes(file.name.clone(), &file.bytes)).collect();
        reader.read(ReportingYear::new(*year).unwrap(), TableSet::required(), offered);
    }
    reader.finish()
}

/// Columns of its table.
pub const HEADER: &str = "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB";
/// Columns of its table.
pub const EPISODES: &str = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN";
const OC2: &str = "CHILD,DOB,SDQ_SCORE,SDQ_REASON,CONVICTED,HEALTH_CHECK,IMMUNISATIONS,TEETH_CHECK,HEALTH_ASSESSMENT,SUBSTANCE_MISUSE,INTERVENTION_RECEIVED,INTERVENTION_OFFERED";
const REVIEWS: &str = "CHILD,DOB,REVIEW,REVIEW_CODE";

fn file(name: &str, bytes: &[u8]) -> TestFile {
    TestFile { name: name.to_owned(), bytes: bytes.to_vec() }
}

fn table(columns: &str, rows: &[&str]) -> TestFile {
    file(columns, format!("{columns}\n{}\n", rows.join("\n")).as_bytes())
}

fn read(files: &[TestFile]) -> ReturnRead {
    read_year(files, 2025)
}

fn read_year(files: &[TestFile], year: i16) -> ReturnRead {
    read_all(&[(year, files)]).all.remove(0)
}

fn codes(read: &ReturnRead) -> Vec<(&'static str, u32, &'static str)> {
    read.findings.listed().iter().map(|p| (p.rule.code(), p.place.line, p.column())).collect()
}

fn refusal_codes(read: &ReturnRead) -> Vec<&'static str> {
    read.refusals.iter().map(Refusal::code).collect()
}

const CHILD: &str = "A1,F,15/05/2012,WBRI,UN2,0,";
const OPEN: &str = "A1,01/06/2024,S,C2,N1,U4,PR1,,,,AB1 2CD,AB1 2CE,1234567";

#[test]
fn a_clean_return_has_no_problem() {
    let read = read(&[table(EPISODES, &[OPEN]), table(HEADER, &[CHILD])]);
    assert_eq!(codes(&read), []);
    assert!(read.refusals.is_empty());
    assert_eq!((read.n_rows, read.records.episodes.len(), read.records.header.len()), (2, 1, 1));
}

#[test]
fn mark_line_ends_quotes_spaces_case_and_order_do_not_matter() {
    let header = b"\xEF\xBB\xBFdob , Sex,CHILD,ETHNIC,UPN,MOTHER,MC_DOB,NOTE\r\n\"15/05/2012\", f ,\" a1\",wbri,UN2,,,x\r\n\r\n,,,,,,,\r\n";
    let read = read_year(&[file("h", header), table(EPISODES, &[OPEN])], 2025);
    assert_eq!(codes(&read), []);
    assert_eq!((read.records.header.len(), read.records.episodes.len()), (1, 1));
    assert!(
        matches!(&read.files[0].used, FileUse::Read { table: Table::Header, n_rows: 1, spare_columns } if *spare_columns == ["NOTE"])
    );
    let without_last_newline = format!("{EPISODES}\r\n{OPEN}");
    assert_eq!(read_year(&[file("e", without_last_newline.as_bytes())], 2025).records.episodes.len(), 1);
}

#[test]
fn a_problem_is_on_the_line_that_an_editor_shows_whatever_ends_the_lines() {
    let rows = "\"A1\",F,15/05/2012,WBRI,\"UN2\",,\n\n\n,,,,,,\nA2,Q,15/05/2012,WBRI,,,\n\nA3,F,15/05/2012,ZZZZ,,,\n";
    for end in ["\n", "\r\n", "\r"] {
        for mark in ["", "\u{feff}"] {
            for before in ["", "\n\n"] {
                let text = format!("{mark}{before}{HEADER}\n{rows}").replace('\n', end);
                let read = read(&[file("h", text.as_bytes()), table(EPISODES, &[OPEN])]);
                let shift = if before.is_empty() { 0 } else { 2 };
                let found: Vec<_> = codes(&read).into_iter().filter(|(code, ..)| *code != "EPI").collect();
                assert_eq!(found, [("101", 6 + shift, "SEX"), ("103", 8 + shift, "ETHNIC")], "{text:?}");
                assert_eq!(read.records.header.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 6, 8].map(|n| n + shift));
            }
        }
    }
}

#[test]
fn a_quotation_mark_anywhere_in_one_row_hides_no_other_child() {
    let row = |child: &str| format!("{child},01/06/2024,S,C2,N1,U4,PR1,,,,AB1 2CD,AB1 3CD,\n");
    let header: String = (0..6).map(|n| format!("A{n},F,15/05/2012,WBRI,UN1,,\n")).collect();
    let header = format!("{HEADER}\n{header}");
    let read = |marks: &[(usize, usize)]| {
        let mut rows: Vec<String> = (0..6).map(|n| row(&format!("A{n}"))).collect();
        for &(which, at) in marks {
            rows[which].insert(at, '"');
        }
        read_year(&[file("h", header.as_bytes()), file("e", format!("{EPISODES}\n{}", rows.concat()).as_bytes())], 2025)
    };
    let n = row("A2").len();
    let both = (0..n).flat_map(|a| [0, n / 2, n - 1].map(|b| vec![(2, a), (4, b)]));
    for marks in (0..n).map(|at| vec![(2, at)]).chain(both) {
        let read = read(&marks);
        let hidden = read.refusals.iter().any(|r| r.code() == "file-line-break");
        let touched: Vec<usize> = marks.iter().map(|(which, _)| *which).collect();
        let lines: Vec<u32> = read.records.episodes.iter().map(|row| row.line).collect();
        let others = (0..6).filter(|n| !touched.contains(n)).all(|n| lines.contains(&u32::try_from(n + 2).unwrap()));
        assert!(hidden || others, "{marks:?}: {lines:?}");
    }
}

#[test]
fn each_rule_of_a_row_is_reported_with_its_place() {
    let check = |columns: &str, row: &str, expected: (&str, &str)| {
        let files = match columns {
            HEADER => vec![table(HEADER, &[row])],
            _ => vec![table(HEADER, &[CHILD]), table(EPISODES, &[OPEN]), table(columns, &[row])],
        };
        let files = if columns == EPISODES { vec![table(HEADER, &[CHILD]), table(EPISODES, &[row])] } else { files };
        let read = read(&files);
        let found = codes(&read);
        assert!(found.contains(&(expected.0, 2, expected.1)), "{row}: {found:?}");
    };
    check(HEADER, "A1,1,15/05/2012,WBRI,UN1,,", ("101", "SEX"));
    check(HEADER, "A1,F,31/02/2012,WBRI,UN1,,", ("102", "DOB"));
    check(HEADER, "A1,F,15/05/2012,WXYZ,UN1,,", ("103", "ETHNIC"));
    check(HEADER, "A1,F,15/05/2025,WBRI,UN1,,", ("301", "DOB"));
    check(HEADER, "A1,F,01/04/1998,WBRI,UN1,,", ("351", "DOB"));
    check(HEADER, " ,F,15/05/2012,WBRI,UN1,,", ("GT01", "CHILD"));
    check(HEADER, "A1,F,15/05/2012,WBRI", ("GT03", ""));
    check(EPISODES, "A1,01/06/24,S,C2,N1,U4,PR1,,,,,,", ("141", "DECOM"));
    check(EPISODES, "A1,2024-06-01,S,C2,N1,U4,PR1,,,,,,", ("GT11", "DECOM"));
    check(EPISODES, "A1,01/06/2024,Q,C2,N1,U4,PR1,,,,,,", ("143", "RNE"));
    check(EPISODES, "A1,01/06/2024,S,ZZ,N1,U4,PR1,,,,,,", ("144", "LS"));
    check(EPISODES, "A1,01/06/2024,S,C2,N9,U4,PR1,,,,,,", ("145", "CIN"));
    check(EPISODES, "A1,01/06/2024,S,C2,N1,H5,PR1,,,,,,", ("146", "PLACE"));
    check(EPISODES, "A1,01/06/2024,S,C2,N1,U4,PR1,30/02/2025,E8,,,,", ("147", "DEC"));
    check(EPISODES, "A1,01/06/2024,S,C2,N1,U4,PR1,01/02/2025,,,,,", ("148", "REC"));
    check(EPISODES, "A1,01/06/2024,S,C2,N1,U4,PR1,01/02/2025,E43,,,,", ("149", "REC"));
    check(EPISODES, "A1,14/05/2012,S,C2,N1,U4,PR1,,,,,,", ("302", "DECOM"));
    check(EPISODES, "A1,13/10/1991,S,C2,N1,U4,PR1,,,,,,", ("353", "DECOM"));
    check(EPISODES, "A1,01/04/2025,S,C2,N1,U4,PR1,,,,,,", ("354", "DECOM"));
    check(EPISODES, "A1,01/06/2024,S,C2,N1,U4,PR1,01/06/2024,E8,,,,", ("355", "DEC"));
    check(EPISODES, "A1,01/06/2024,S,C2,N1,U4,PR1,31/05/2024,E8,,,,", ("356", "DEC"));
    check(EPISODES, "A1,01/06/2024,P,C2,N1,U4,PR1,,,,,,", ("357", "RNE"));
    check(EPISODES, "A1,01/06/2024,S,C2,N1,U4,PR1,01/04/2025,E8,,,,", ("385", "DEC"));
    check(EPISODES, "A1,01/06/2024,S,C2,N1,U4,PR1,01/02/2025,X1,,,,", ("388", "REC"));
    check(EPISODES, "A2,01/06/2024,S,C2,N1,U4,PR1,,,,,,", ("INT03", "CHILD"));
    check(OC2, "A1,15/05/2012,41,,,,,,1,,,", ("180", "SDQ_SCORE"));
    check(OC2, "A1,15/05/2012,12.0,,,,,,1,,,", ("GT10", "SDQ_SCORE"));
    check(OC2, "A1,2012-05-15,12,,,,,,1,,,", ("GT11", "DOB"));
    check(OC2, "1.2E+05,15/05/2012,12,,,,,,1,,,", ("GT12", "CHILD"));
    check(OC2, "A1,15/05/2012,,SDQ6,,,,,1,,,", ("196", "SDQ_REASON"));
    check(OC2, "A1,16/05/2012,12,,,,,,1,,,", ("INT14", "DOB"));
    check(REVIEWS, "A1,15/05/2012,00/13/2024,PN1", ("166", "REVIEW"));
    check(REVIEWS, "A1,15/05/2012,01/06/2024,PN9", ("167", "REVIEW_CODE"));
    check("CHILD,DOB,SW_ID,SW_DECOM,SW_DEC,SW_REASON", "A1,15/05/2012,SW1,1/4/24,,MANAGE", ("SW04STG1", "SW_DECOM"));
    check("CHILD,DOB,SW_ID,SW_DECOM,SW_DEC,SW_REASON", "A1,15/05/2012,SW1,01/04/2024,x,MANAGE", ("SW05STG1", "SW_DEC"));
}

#[test]
fn episodes_of_a_child_are_compared_in_order() {
    let check = |rows: &[&str], expected: &[(&str, u32)]| {
        let read = read(&[table(HEADER, &[CHILD]), table(EPISODES, rows)]);
        let found: Vec<_> = codes(&read).iter().map(|(code, line, _)| (*code, *line)).collect();
        assert_eq!(found, expected, "{rows:?}");
        assert_eq!(read.records.episodes.len(), rows.len(), "rows that contradict each other are kept");
    };
    let reason = |rec: &str| if rec == "X1" { "CARPL" } else { "" };
    let home = "AB1 2CD,AB1 2CE,1234567";
    let first = |end: &str, rec: &str| format!("A1,01/06/2024,S,C2,N1,U4,PR1,{end},{rec},{},{home}", reason(rec));
    let second = |start: &str, rne: &str| format!("A1,{start},{rne},C2,N1,U6,PR1,,,,AB1 2CD,AB1 3CE,1234567");
    let good = (first("01/08/2024", "X1"), second("01/08/2024", "P"));
    check(&[&good.1, &good.0], &[]);
    check(&[&first("", ""), &second("01/08/2024", "P")], &[("142", 2)]);
    check(&[&first("01/08/2024", "X1"), &second("01/08/2024", "S")], &[("431", 3)]);
    check(&[&first("01/08/2024", "E4A"), &second("01/08/2024", "P")], &[("432", 3)]);
    check(&[&first("01/08/2024", "X1"), &second("02/08/2024", "P")], &[("433", 3)]);
    check(&[&first("01/08/2024", "X1"), &second("31/07/2024", "P")], &[("433", 3), ("501", 3)]);
    check(&[&first("01/08/2024", "E2"), &second("02/08/2024", "S")], &[("437", 2)]);
    check(&[&first("01/08/2024", "E4A"), &second("02/08/2024", "S")], &[]);
}

#[test]
fn the_last_row_of_a_child_stands() {
    let read = read(&[table(HEADER, &[CHILD, "a1,M,15/05/2012,MWBC,UN2,,"]), table(EPISODES, &[OPEN])]);
    assert_eq!(codes(&read), [("INT32", 3, "CHILD")]);
    assert!(read.records.header.len() == 1 && read.records.header[0].sex_group() == codes::Sex::Male);
}

#[test]
fn a_score_that_is_no_score_leaves_the_row() {
    let read = read(&[table(HEADER, &[CHILD]), table(EPISODES, &[OPEN]), table(OC2, &["A1,15/05/2012,41,SDQ2,,,,,1,,,"])]);
    let row = &read.records.oc2[0];
    assert!(row.score.known().is_none() && row.no_score.known() == Some(codes::NoScore::Sdq2));
    assert_eq!(row.health_assessment.known(), Some(true));
}

#[test]
fn an_open_episode_stays_open_whatever_rec_says() {
    let read = read(&[table(HEADER, &[CHILD]), table(EPISODES, &["A1,01/06/2024,S,C2,N1,U4,PR1,,E99X,,,,"])]);
    assert!(read.records.episodes.len() == 1 && read.records.episodes[0].end.is_none());
}

#[test]
fn a_whole_file_is_refused_for_its_own_reason() {
    let check = |files: &[TestFile], expected: &[&str]| assert_eq!(refusal_codes(&read(files)), expected);
    let header = || table(HEADER, &[CHILD]);
    let episodes = || table(EPISODES, &[OPEN]);
    check(&[header()], &["table-absent"]);
    check(&[header(), episodes(), episodes()], &["table-twice"]);
    check(&[header(), file("e", b"\0\0\0\0")], &["file-not-text", "table-absent"]);
    check(&[header(), episodes(), table("CHILD,DOB,REVIEW,REVIEW_CODE,DOB", &[])], &["file-column-twice"]);
    check(&[header(), episodes(), table("CHILD,DOB,DATE_INT,DATE_MATCH,FOSTER_CARE,NB_ADOPTR,SEX_ADOPTR,LS_ADOPTR", &[])], &[]);
    let many: Vec<TestFile> = (0..=limits::FILES_MAX).map(|n| file(&n.to_string(), b"x\n")).collect();
    check(&many, &["too-many-files", "table-absent", "table-absent"]);
    let former = table(EPISODES, &["A1,01/06/2022,S,C2,N1,U4,PR1,01/06/2023,X1,,,,", "A1,01/06/2023,P,C2,N1,U4,PR1,,,,,,"]);
    check(&[header(), former], &["file-wrong-year"]);
    let later = table(EPISODES, &["A1,01/06/2025,S,C2,N1,U4,PR1,,,,,,"]);
    check(&[header(), later], &["file-wrong-year"]);
    let stray = "A1,15/05/2012,01/06/2023,PN1";
    check(&[header(), episodes(), table(REVIEWS, &[stray])], &[]);
    check(&[header(), episodes(), table(REVIEWS, &[stray, stray, stray])], &["file-wrong-year"]);
}

#[test]
fn too_many_errors_refuse_the_return() {
    let mut read = read(&[table(HEADER, &[CHILD, ",F,15/05/2012,WBRI,,,"]), table(EPISODES, &[OPEN, OPEN])]);
    read.hold_against(ErrorRateMax { per_million: 500_000 });
    assert!(read.refusals.is_empty());
    read.hold_against(ErrorRateMax { per_million: 250_000 });
    assert_eq!(refusal_codes(&read), ["error-rate"]);
}

#[test]
fn social_workers_are_read_from_2024_on() {
    let workers = table("CHILD,DOB,SW_ID,SW_DECOM,SW_DEC,SW_REASON", &["A1,15/05/2012,SW1,01/06/2023,,MANAGE"]);
    let set = |year| read_year(&[TestFile { name: "w".into(), bytes: workers.bytes.clone() }], year).records;
    assert!(set(2024).supplied.contains(Table::SwEpisodes) && set(2024).workers.len() == 1);
    assert!(!set(2023).supplied.contains(Table::SwEpisodes));
}

#[test]
fn a_child_that_last_year_lacks_is_reported() {
    let of = |former: &str, now: &str| {
        let files = |child: &str| {
            let row = format!("{child},01/06/2022,S,C2,N1,U4,PR1,,,,,,");
            [table(HEADER, &[]), table(EPISODES, &[&row])]
        };
        let read = read_all(&[(2024, &files(former)), (2025, &files(now))]);
        read.all[1].findings.counts().get(&(Table::Episodes, RuleId::NoE)).map(|count| count.n)
    };
    assert_eq!(of("a1", "A1"), None);
    assert_eq!(of("A2", "A1"), Some(1));
}

#[test]
fn what_is_kept_for_a_child_does_not_hang_on_other_children() {
    let rows = |read: &ReturnRead| read.records.episodes.iter().map(|e| (e.start, e.end, e.line)).filter(|e| e.2 == 2).count();
    let alone = read(&[table(HEADER, &[CHILD]), table(EPISODES, &[OPEN])]);
    let crowd = read(&[
        table(HEADER, &[CHILD, "A2,X,x,x,,,"]),
        table(EPISODES, &[OPEN, "A2,01/06/2024,S,C2,N1,U4,PR1,,,,,,", "A1X,,,,,,,,,,,,"]),
    ]);
    assert_eq!(rows(&alone), rows(&crowd));
}

#[test]
fn a_long_cell_is_a_broken_row_and_not_a_crash() {
    let row = format!("A1,01/06/2024,S,C2,N1,U4,PR1,,,,{},,", "x".repeat(10_000));
    let read = read(&[table(HEADER, &[CHILD]), table(EPISODES, &[&row])]);
    assert!(codes(&read).iter().any(|(code, ..)| *code == "GT04"));
    assert!(read.findings.n_of(Severity::Drop) >= 1);
}

fn any_cell() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("A1".to_owned()),
        Just("S".to_owned()),
        Just("X1".to_owned()),
        Just("U4".to_owned()),
        Just("NONE".to_owned()),
        (0u8..12).prop_map(|n| n.to_string()),
        (0u8..40, 0u8..14, 1990u16..2030).prop_map(|(d, m, y)| format!("{d:02}/{m:02}/{y}")),
        "[ -~]{0,12}",
        "\\PC{0,6}",
    ]
}

proptest! {
    #[test]
    fn no_bytes_panic_the_parser(bytes in proptest::collection::vec(any::<u8>(), 0..2000), year in 2017i16..=2027) {
        let read = read_year(&[TestFile { name: "x".into(), bytes }], year);
        prop_assert!(read.records.episodes.is_empty());
    }

    #[test]
    fn no_rows_panic_the_parser(
        kind in 0..TABLES.len(),
        year in 2017i16..=2027,
        rows in proptest::collection::vec(proptest::collection::vec(any_cell(), 0..26), 0..12),
        end in proptest::collection::vec(any::<u8>(), 0..20),
    ) {
        let columns: Vec<&str> = TABLES[kind].columns().to_vec();
        let mut bytes = columns.join(",").into_bytes();
        for row in &rows {
            bytes.push(b'\n');
            bytes.extend_from_slice(row.join(",").as_bytes());
        }
        bytes.extend_from_slice(&end);
        let read = read_year(&[table(HEADER, &[CHILD]), TestFile { name: "x".into(), bytes }], year);
        prop_assert!(read.findings.n_error_rows() <= read.n_rows);
    }
}

#[test]
fn a_row_that_a_cell_leaves_out_is_not_seen_by_the_rules_of_sequence() {
    let severities = std::collections::BTreeMap::from([("145".to_owned(), Severity::Drop)]);
    let (key, rules, changed, xml) =
        (key(), RuleBook::configured(&severities).unwrap(), ChangedIds::default(), XmlTags::default());
    let options =
        ReadOptions { key: &key, rules: &rules, changed: &changed, xml: &xml, ignored: TableSet::NONE, postcodes: None };
    let first = "A1,01/06/2024,S,C2,N9,U4,PR1,01/08/2024,X1,CARPL,AB1 2CD,AB1 2CE,1234567";
    let second = "A1,01/08/2024,P,C2,N1,U6,PR1,,,,AB1 2CD,AB1 3CE,1234568";
    let files = [table(HEADER, &[CHILD]), table(EPISODES, &[first, second])];
    let mut reader = ReturnReader::new(options);
    let offered = files.iter().map(|file| Offered::bytes(file.name.clone(), &file.bytes)).collect();
    let read = reader.read(ReportingYear::new(2025).unwrap(), TableSet::required(), offered);
    let found: Vec<_> = codes(read).into_iter().map(|(code, line, _)| (code, line)).collect();
    assert_eq!(found, [("145", 2), ("357", 3)], "what is left begins with RNE=P");
    assert_eq!(read.records.episodes.len(), 1);
}
