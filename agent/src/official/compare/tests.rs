//! How exact figures stand beside published ones, on children made up for each case and on the published files themselves.

use std::collections::BTreeMap;

use shared::framework::Framework;

use super::super::mapping::Reason;
use super::super::tests::{file, official, stability, year};
use super::{Line, Verdict, compare};
use crate::figures::LocalFigures;
use crate::io::inbox::read_paths;
use crate::measures::MeasureSet;
use crate::official::Official;
use crate::official::read::FileRead;
use crate::records::ErrorRateMax;

/// The line of the comparison on three homes or more, of so many children of whom so many had three.
fn line(n_three: u32, n: u32, rows: &[String]) -> Line {
    let mut beside = official();
    beside.add("a.csv", &mut file(rows).as_bytes()).unwrap();
    lines_of(n_three, n, &beside).into_iter().find(|line| line.mapping.local.table() == "B1.total").unwrap()
}

fn lines_of(n_three: u32, n: u32, beside: &Official) -> Vec<Line> {
    let framework = Framework::built_in();
    let measures = MeasureSet::resolve(&framework).unwrap();
    let child = |moves: u32| {
        let episodes: Vec<String> = (0..=moves)
            .map(|at| {
                let (start, place) = (format!("0{}/06/2024", at + 1), format!("AB{at} 2CE,123456{at}"));
                let rne = if at == 0 { "S" } else { "P" };
                let end = if at == moves { ",,".to_owned() } else { format!("0{}/06/2024,X1,CARPL", at + 2) };
                format!("{start},{rne},C2,N1,U4,PR1,{end},AB1 2CD,{place}")
            })
            .collect();
        episodes
    };
    let (mut header, mut rows) = (Vec::new(), Vec::new());
    for id in 0..n {
        header.push(format!("C{id},F,15/05/2012,WBRI,UN1,,"));
        rows.extend(child(if id < n_three { 2 } else { 0 }).iter().map(|row| format!("C{id},{row}")));
    }
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, columns: &str, rows: &[String]| {
        std::fs::write(folder.path().join(name), format!("{columns}\n{}\n", rows.join("\n"))).unwrap();
    };
    write("h.csv", "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB", &header);
    write("e.csv", "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN", &rows);
    let key = crate::pseudonym::tests::key();
    let input =
        read_paths(&[folder.path().to_owned()], year(2025), ErrorRateMax { per_million: 0 }, &key, &mut crate::io::inbox::Silent)
            .unwrap();
    assert!(input.refusals.is_empty(), "the made-up return is sound");
    let histories = crate::histories::build(
        &input.returns,
        input.year,
        crate::histories::Mending::Apply,
        shared::framework::Parameters::default(),
    );
    compare(&LocalFigures::count(&measures, &histories.children, input.year), &framework, beside)
}

fn with_base(count: &str, percent: &str, base: &str) -> [String; 2] {
    let of_base = stability("2025", "301", base, "100").replace("With 3 or more placements during the year", "Total children");
    [stability("2025", "301", count, percent), of_base]
}

fn reasons(line: &Line) -> &[Reason] {
    match &line.verdict {
        Verdict::Differs { reasons, .. } => reasons,
        other => panic!("{other:?}"),
    }
}

#[test]
fn equal_counts_agree_and_rounding_is_no_difference() {
    assert_eq!(line(2, 13, &with_base("2", "15", "13")).verdict, Verdict::Agrees);
    // 2 of 13 is 15.4: without a count, a whole per cent lets one see no more
    let without_count = |percent: &str| line(2, 13, &[stability("2025", "301", "", percent)]).verdict;
    assert_eq!(without_count("15"), Verdict::Agrees);
    assert!(matches!(without_count("16"), Verdict::Differs { count: None, per: Some(_), .. }));
    assert_eq!(without_count("15.4"), Verdict::Agrees);
    assert!(matches!(without_count("15.3"), Verdict::Differs { .. }), "a decimal more shows more");
}

#[test]
fn a_difference_tells_the_reasons_that_fit_it() {
    let same_base = line(2, 13, &with_base("3", "23", "13"));
    let Verdict::Differs { count, base, .. } = &same_base.verdict else { panic!("agrees") };
    assert_eq!((*count, *base), (Some(-1), None));
    assert_eq!(reasons(&same_base), [Reason::Chain, Reason::Temporary], "who is counted is the same: how is not");
    let amended = line(2, 13, &with_base("2", "14", "14"));
    assert_eq!(reasons(&amended)[..2], [Reason::Amended, Reason::ShortBreaks]);
    let other = line(2, 13, &with_base("2", "7", "30"));
    assert_eq!(reasons(&other)[0], Reason::OtherReturn);
    assert!(reasons(&other).contains(&Reason::Chain), "a share that is off as well may be counted otherwise too");
}

#[test]
fn what_is_kept_back_or_absent_is_no_difference() {
    assert_eq!(line(2, 13, &with_base("c", "c", "13")).verdict, Verdict::KeptBack("c"));
    assert_eq!(line(2, 13, &[stability("2025", "302", "2", "15")]).verdict, Verdict::NotInFiles);
    let last_year = line(2, 13, &[stability("2024", "301", "2", "15")]);
    assert_eq!(last_year.verdict, Verdict::NotInFiles);
    assert_eq!(last_year.year_before.count.map(|count| count.to_string()).as_deref(), Some("2"));
}

#[test]
fn a_table_that_is_not_there_is_told_as_such_and_not_as_a_difference() {
    let mut beside = official();
    let text = r#"time_period,geographic_level,region_code,old_la_code,care_leaver_age,breakdown,care_leaver_count,care_leaver_percent
2025,Local authority,E13000002,301,19 to 21 years,Total,194,100
2025,Local authority,E13000002,301,19 to 21 years,"Total in education, employment or training",112,58
"#;
    beside.add("a.csv", &mut text.as_bytes()).unwrap();
    let lines = lines_of(0, 1, &beside);
    let line = lines.iter().find(|line| line.label == "In education, training or work, aged 19 to 21").unwrap();
    assert_eq!(line.own.count.map(|count| count.to_string()).as_deref(), Some("112"));
    assert_eq!(line.verdict, Verdict::NotCounted, "the made-up return has no care leavers' table");
}

#[test]
fn neighbours_are_the_mean_of_those_that_are_published() {
    let mut beside = official();
    let rows =
        [("302", "10"), ("303", "15"), ("304", "c"), ("305", "99")].map(|(code, percent)| stability("2025", code, "8", percent));
    beside.add("a.csv", &mut file(&rows).as_bytes()).unwrap();
    let neighbours = "old_la_code,SN_1,SN_2,SN_3,SN_4\n301,303,302,304,306\n";
    beside.add("b.csv", &mut neighbours.as_bytes()).unwrap();
    let lines = lines_of(2, 13, &beside);
    let line = lines.iter().find(|line| line.mapping.local.table() == "B1.total").unwrap();
    assert_eq!((line.neighbours.n, line.neighbours.mean.map(|mean| mean.to_string()).as_deref()), (2, Some("12.5")));
    let each: Vec<_> = line.neighbours.each.iter().map(|(code, figure)| (code.as_str(), figure.map(|f| f.to_string()))).collect();
    assert_eq!(each[..2], [("303", Some("15".into())), ("302", Some("10".into()))]);
    assert_eq!(each[2..], [("304", Some("c".into())), ("306", None)]);
}

/// The published files beside the workspace, or a visible word that they are not there.
fn published(below: &str) -> Option<Vec<(String, Vec<u8>)>> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/official-statistics").join(below);
    let Ok(entries) = std::fs::read_dir(&folder) else {
        eprintln!("SKIPPED: the published files {below} do not lie beside the workspace");
        return None;
    };
    let mut files: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "csv"))
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap()))
        .collect();
    files.sort();
    Some(files)
}

const DASHBOARD: &str = "dfe-analytical-services__CSC_outcomes_and_enablers/data-raw";
const LAIT: &str = "dfe-analytical-services__local-authority-interactive-tool";

/// What every line shows of the published England, by table and label.
fn england(beside: &Official) -> BTreeMap<String, String> {
    let shown = |figure: Option<super::Published>| figure.map_or(".".to_owned(), |figure| figure.to_string());
    let line = |line: Line| {
        let figure = line.england;
        (
            format!("{} {}", line.mapping.local.table(), line.label),
            format!("{} {} {}", shown(figure.count), shown(figure.per), shown(figure.base)),
        )
    };
    lines_of(0, 1, beside).into_iter().map(line).collect()
}

#[test]
fn the_published_files_give_the_published_figures_of_england() {
    let Some(files) = published(DASHBOARD) else { return };
    let mut beside = official();
    let mut used = Vec::new();
    for (name, bytes) in &files {
        match beside.add(name, &mut bytes.as_slice()) {
            Ok(FileRead::Figures { n_used, .. }) => used.push((name.as_str(), n_used)),
            Ok(FileRead::Neighbours { n }) => assert_eq!(n, 10),
            Err(why) => assert!(why.is_of_another_kind(), "{name}: {why}"),
        }
    }
    assert_eq!(used.len(), 6, "{used:?}");
    let england = england(&beside);
    // figures of the release, as the field quotes them
    for (line, expected) in [
        ("A1.total Score received", "33790 78 43220"),
        ("A2.total High enough that someone should ask what would help (17 to 40)", "14320 42 33790"),
        ("A3.total Average", ". 14.9 33790"),
        ("B1.total Three homes or more", "8500 10 81770"),
        ("B2.total Three homes or more", "13410 23 59430"),
        ("B3.total Same carer for two years or more", "19680 69 28710"),
        ("D1.total Done", "52580 90 58530"),
        ("F1.total All who left care", "34450 . ."),
        ("G2.age Suitable, aged 19 to 21", "33810 89 38190"),
        ("P1.total All", "81770 67 ."),
    ] {
        assert_eq!(england.get(line).map(String::as_str), Some(expected), "{line} in {:?}", england.keys());
    }
    assert_eq!(beside.region(), Some("E13000002"), "Barking and Dagenham lies in Outer London");
}

#[test]
fn the_interactive_tool_says_the_same_as_the_release_where_both_speak() {
    let (Some(release), Some(tool)) = (published(DASHBOARD), published(LAIT)) else { return };
    let read = |files: &[(String, Vec<u8>)]| {
        let mut beside = official();
        for (name, bytes) in files {
            let _ = beside.add(name, &mut bytes.as_slice());
        }
        lines_of(0, 1, &beside)
    };
    let mut n_compared = 0;
    for (release, tool) in read(&release).iter().zip(&read(&tool)) {
        for (one, other) in [(release.own, tool.own), (release.region, tool.region), (release.england, tool.england)] {
            let pairs = [(one.count, other.count), (one.per, other.per)];
            for (one, other) in pairs.into_iter().filter_map(|(one, other)| one.zip(other)) {
                let agrees = one == other || other == super::Published::Symbol("-");
                assert!(agrees, "{} {}: {one} and {other}", release.mapping.local.table(), release.label);
                n_compared += 1;
            }
        }
    }
    assert!(n_compared > 25, "{n_compared}");
}

#[test]
fn those_who_left_are_compared_reason_by_reason() {
    let Some(files) = published("derived_from_dfe_dashboard") else { return };
    let (_, wide) = files.iter().find(|(name, _)| name.contains("ceased")).unwrap();
    // the release's own shape: one row a year
    let mut long =
        "time_period,geographic_level,region_code,region_name,old_la_code,la_name,cla_group,characteristic,number,percentage\n"
            .to_owned();
    let mut reader = csv::Reader::from_reader(wide.as_slice());
    for row in reader.records() {
        let row = row.unwrap();
        for (count, percent, of) in
            [(row[9].to_owned(), row[14].to_owned(), 2024), (row[10].to_owned(), row[15].to_owned(), 2025)]
        {
            let cells = [&of.to_string(), &row[0], "", "", &row[2], &row[3], &row[4], &row[5], &count, &percent];
            long.push_str(&cells.map(|cell| format!("\"{cell}\"")).join(","));
            long.push('\n');
        }
    }
    let mut beside = official();
    beside.add("long.csv", &mut long.as_bytes()).unwrap();
    let england = england(&beside);
    let left: Vec<_> = england.iter().filter(|(line, _)| line.starts_with("F1.total")).collect();
    assert_eq!(left.len(), 14);
    assert!(left.iter().all(|(_, figure)| !figure.starts_with('.')), "every reason is found: {left:?}");
    let count = |figure: &str| figure.split(' ').next().unwrap().parse::<i64>().unwrap();
    let all = count(&england["F1.total All who left care"]);
    let sum: i64 = left.iter().map(|(_, figure)| count(figure)).sum::<i64>() - all;
    // seventeen counts, each rounded to the nearest ten
    assert!((sum - all).abs() <= 17 * 5, "the reasons add up to all who left: {sum} of {all}");
    assert_eq!(beside.year(), year(2025));
}
