//! The extracts as `docs/extracts.md` describes them: the page, its examples and the program say the same.

use std::collections::BTreeSet;

use proptest::prelude::*;
use shared::framework::Parameters;
use shared::ids::ReportingYear;

use super::*;
use crate::day::tests::day;
use crate::histories::{Mending, build};
use crate::pseudonym::tests::key;
use crate::records::changed::ChangedIds;
use crate::records::rules::RuleBook;
use crate::records::rules::RuleId;
use crate::records::source::XmlTags;
use crate::records::tables::{TABLES, Table};
use crate::records::tests::{EPISODES, HEADER, TestFile, read_all};
use crate::records::{ErrorRateMax, FileUse, Offered, ReadOptions, Refusal, ReturnRead, ReturnReader, TableSet};

const PAGE: &str = include_str!("../../../../../docs/extracts.md");
const CHANGED_IDS: &str = include_str!("../../../../../tests/data/extracts/ChangedIds.csv");

/// The examples of the page.
const EXAMPLES: [(Table, &str); 8] = [
    (Table::Sdq, include_str!("../../../../../tests/data/extracts/SDQ.csv")),
    (Table::Wellbeing, include_str!("../../../../../tests/data/extracts/Wellbeing.csv")),
    (Table::School, include_str!("../../../../../tests/data/extracts/School.csv")),
    (Table::MentalHealth, include_str!("../../../../../tests/data/extracts/MentalHealth.csv")),
    (Table::CarerSupport, include_str!("../../../../../tests/data/extracts/CarerSupport.csv")),
    (Table::LeaverSupport, include_str!("../../../../../tests/data/extracts/LeaverSupport.csv")),
    (Table::AfterHome, include_str!("../../../../../tests/data/extracts/AfterHome.csv")),
    (Table::HealthAssessment, include_str!("../../../../../tests/data/extracts/HealthAssessment.csv")),
];

fn example(table: Table) -> &'static str {
    EXAMPLES.iter().find(|(of, _)| *of == table).map(|(_, text)| *text).unwrap()
}

/// The part of the page about one extract.
fn section(table: Table) -> &'static str {
    let title = format!("## {}: ", table.name());
    let parts = PAGE.split("\n## ").skip(1);
    parts.into_iter().find(|part| format!("## {part}").starts_with(&title)).unwrap_or_else(|| panic!("no section of {table}"))
}

/// The texts between backticks.
fn marked(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

fn cells(line: &str) -> Vec<&str> {
    line.trim_matches('|').split(" |").map(str::trim).collect()
}

#[test]
fn the_page_names_every_column_and_says_which_may_be_lacking() {
    for table in TABLES.iter().filter(|table| table.is_extract()) {
        let lines = section(*table).lines().skip_while(|line| !line.starts_with("| column | also |"));
        let mut described: Vec<(String, Vec<String>, bool)> = Vec::new();
        for line in lines.skip(2).take_while(|line| line.starts_with('|')) {
            let cells = cells(line);
            let others = || marked(cells[1]).map(str::to_uppercase).collect();
            let is_optional = cells[0].contains("(optional)");
            match marked(cells[0]).collect::<Vec<_>>()[..] {
                [one] => described.push((one.to_owned(), others(), is_optional)),
                ["SWEMWBS1", "SWEMWBS7"] => described.extend((1..=7).map(|n| (format!("SWEMWBS{n}"), others(), is_optional))),
                _ => panic!("{line}"),
            }
        }
        let mut read: Vec<_> = table
            .columns()
            .iter()
            .map(|column| {
                let others = table.other_names(column).iter().map(|name| (*name).to_owned()).collect();
                // the page says of Wellbeing in words that all but two may be lacking
                let is_optional = *table != Table::Wellbeing && !table.required_columns().contains(column);
                ((*column).to_owned(), others, is_optional)
            })
            .collect();
        described.sort();
        read.sort();
        assert_eq!(described, read, "{table}");
        let required = section(*table).split_once("**Required columns:**").unwrap().1.split_once(['.', ',']).unwrap();
        let required = format!("{}{}", required.0, required.1.split_once(". ").map_or("", |(before, _)| before));
        for column in table.required_columns() {
            assert!(marked(&required).any(|name| name == *column), "{table}: {column} is not said to be required");
        }
    }
}

#[test]
fn the_page_names_every_code() {
    let check = |table: Table, texts: &[&str]| {
        let marked: BTreeSet<&str> = marked(section(table)).collect();
        for text in texts {
            assert!(marked.contains(text), "{table}: {text} is not on the page");
        }
    };
    check(Table::Sdq, Informant::TEXTS);
    check(Table::Sdq, &["SDQ1", "SDQ5"]);
    check(Table::Wellbeing, &["X"]);
    for texts in [Sometimes::TEXTS, YesNo::TEXTS, Trend::TEXTS, Amount::TEXTS, Siblings::TEXTS] {
        check(Table::Wellbeing, texts);
    }
    check(Table::MentalHealth, Decision::TEXTS);
    check(Table::CarerSupport, Training::TEXTS);
    check(Table::CarerSupport, Offer::TEXTS);
    for texts in [Offer::TEXTS, AdultService::TEXTS, Service::TEXTS] {
        check(Table::LeaverSupport, texts);
    }
    check(Table::AfterHome, HomePlan::TEXTS);
    check(Table::HealthAssessment, HealthCheck::TEXTS);
    check(Table::HealthAssessment, HealthCheckStatus::TEXTS);
}

#[test]
fn the_page_has_every_rule_as_the_catalogue_has_it() {
    let book = RuleBook::built_in();
    let or_blank = |text: &str| if text == "any" { String::new() } else { format!("`{text}`") };
    let listed = book.rules().map(|(_, rule)| rule).filter(|rule| rule.area == "extracts").map(|rule| {
        let severity = toml::Value::try_from(rule.severity).unwrap().as_str().unwrap().to_owned();
        let part = Table::by_name(&rule.table).map_or(PAGE, section);
        let line = format!("| {} | {} | {severity} | {} | {} |", rule.code, or_blank(&rule.column), rule.says, rule.advice);
        assert!(part.lines().any(|of_page| of_page == line), "the page lacks {line}");
        rule.code.clone()
    });
    let listed: BTreeSet<String> = listed.collect();
    let on_page: BTreeSet<String> =
        PAGE.lines().filter(|line| line.starts_with("| EX")).map(|line| cells(line)[0].to_owned()).collect();
    assert_eq!(on_page, listed);
}

#[test]
fn the_page_shows_the_files_of_the_examples() {
    for text in EXAMPLES.iter().map(|(_, text)| *text).chain([CHANGED_IDS]) {
        assert!(PAGE.contains(&format!("```csv\n{text}```")), "{text}");
    }
    for table in TABLES.iter().filter(|table| table.is_extract()) {
        assert!(PAGE.contains(&format!("\n| `{table}` |")), "{table}");
    }
}

fn file(name: &str, text: &str) -> TestFile {
    TestFile { name: name.to_owned(), bytes: text.as_bytes().to_vec() }
}

/// Reads extracts as those of 2025, beside returns that hold the children of the examples.
fn read(extracts: &[&str]) -> ReturnRead {
    let born = [
        ("M1001", "15/05/2012"),
        ("M1002", "02/02/2013"),
        ("M1003", "10/06/2008"),
        ("M1004", "21/11/2019"),
        ("M1005", "20/01/2007"),
        ("M1006", "09/09/2010"),
        ("M1007", "30/07/2004"),
        ("M1008", "14/08/2002"),
        ("M1009", "03/12/2001"),
        ("M1010", "01/05/2015"),
        ("M1011", "01/05/2016"),
        ("M1012", "01/05/2017"),
        ("M1013", "01/05/2018"),
        ("M1014", "01/05/2019"),
    ];
    let header = |female: &str| {
        let rows: Vec<String> = born.iter().map(|(child, born)| format!("{child},{female},{born},WBRI,UN1,,\n")).collect();
        file("header", &format!("{HEADER}\n{}", rows.concat()))
    };
    let episode =
        |child: &str, end: &str, rec: &str| format!("{child},01/05/2022,S,C2,N1,U4,PR1,{end},{rec},,AB1 2CD,AB2 3EF,\n");
    let open: String = ["M1001", "M1002", "M1003", "M1004"].map(|child| episode(child, "", "")).concat();
    let home = [("M1010", "19/05/2023"), ("M1011", "02/11/2023"), ("M1012", "28/03/2024"), ("M1013", "08/01/2024")];
    let home: String = home.map(|(child, end)| episode(child, end, "E4A")).concat();
    let former = [header("2"), file("episodes", &format!("{EPISODES}\n{open}{home}"))];
    let mut now = vec![header("F"), file("episodes", &format!("{EPISODES}\n{open}"))];
    now.extend(extracts.iter().map(|text| file("extract", text)));
    read_all(&[(2024, &former), (2025, &now)]).all.remove(1)
}

fn codes_in(read: &ReturnRead) -> Vec<(&'static str, u32, &'static str)> {
    let listed = read.findings.listed();
    listed.iter().filter(|p| p.place.table.is_extract()).map(|p| (p.rule.code(), p.place.line, p.column())).collect()
}

#[test]
fn every_example_is_read_as_its_table_and_breaks_no_rule() {
    let texts = EXAMPLES.map(|(_, text)| text);
    let read = read(&texts);
    assert_eq!(codes_in(&read), []);
    assert!(read.refusals.is_empty(), "{:?}", read.refusals);
    for (file, (expected, text)) in read.files.iter().skip(2).zip(EXAMPLES) {
        let FileUse::Read { table, n_rows, spare_columns } = &file.used else { panic!("{expected} is not read") };
        assert_eq!((*table, u32::try_from(text.lines().count() - 1).unwrap()), (expected, *n_rows));
        assert!(spare_columns.is_empty() && read.records.supplied.contains(expected));
    }
    let records = &read.records;
    let n = [records.sdq.len(), records.wellbeing.len(), records.schools.len(), records.referrals.len()];
    let m = [records.carer_support.len(), records.leaver_support.len(), records.home_plans.len(), records.health_checks.len()];
    assert_eq!((n, m), ([5; 4], [4, 4, 4, 5]));
}

#[test]
fn a_damaged_example_breaks_the_rule_of_its_damage() {
    let check = |table: Table, from: &str, to: &str, expected: (&str, u32, &str)| {
        let text = example(table).replacen(from, to, 1);
        assert_ne!(text, example(table), "{from} is in the example");
        let found = codes_in(&read(&[&text]));
        assert_eq!(found, [expected], "{table}: {from} to {to}");
    };
    check(Table::Sdq, "M1001,", ",", ("EX01", 2, "CHILD"));
    check(Table::Sdq, "M1001,", "M2001,", ("EX02", 2, "CHILD"));
    check(Table::Sdq, "TEACHER,12", "CARER,12", ("EX18", 3, "SDQ_SCORE"));
    check(Table::Sdq, "14/06/2024", "14/06/2023", ("EX11", 2, "SDQ_DATE"));
    check(Table::Wellbeing, "10/10/2024,7", "10/10/2024,70", ("EX22", 2, "ONS_SATISFIED"));
    check(Table::Wellbeing, "YES,X\n", "YES,YES\n", ("EX25", 2, "AFTER_18"));
    check(Table::Wellbeing, "SOME,YES,X\n", "OTHER,YES,X\n", ("EX29", 2, "SIBLINGS_HOME"));
    check(Table::School, "12/01/2025", "12/01/2022", ("EX34", 2, "SCHOOL_START"));
    check(Table::School, "12/01/2025", "", ("EX36", 3, "SCHOOL_START"));
    check(Table::MentalHealth, "20/05/2024", "20/01/2024", ("EX45", 2, "REFERRAL_DATE"));
    check(Table::MentalHealth, "18/09/2024", "18/09/2025", ("EX47", 3, "CLOSED_DATE"));
    check(Table::CarerSupport, "DONE", "Y", ("EX50", 2, "CARER_TRAINING"));
    check(Table::CarerSupport, "M1002", "M1001", ("EX53", 3, "CHILD"));
    check(Table::LeaverSupport, "1,0,", "0,1,", ("EX67", 4, "TOOK_25"));
    check(Table::LeaverSupport, "M1005", "M1006", ("EX68", 2, "MH_AT_18"));
    check(Table::AfterHome, "19/05/2023", "20/05/2023", ("EX73", 2, "HOME_DATE"));
    check(Table::AfterHome, "19/05/2023", "19/05/2024", ("EX71", 2, "HOME_DATE"));
    check(Table::HealthAssessment, "M1004,IHA", "M1004,HA", ("EX84", 2, "HEALTH_CHECK_TYPE"));
    check(Table::HealthAssessment, "COMPLETED", "DONE", ("EX81", 2, "HEALTH_CHECK_STATUS"));
}

#[test]
fn the_example_of_changed_identifiers_is_read() {
    let columns: Vec<String> = CHANGED_IDS.lines().next().unwrap().split(',').map(str::to_owned).collect();
    assert!(ChangedIds::is_header(&columns));
}

#[test]
fn of_rows_with_one_key_the_last_stands_and_rows_that_say_the_same_are_one() {
    let read = read(&[
        "CHILD,SDQ_DATE,INFORMANT,SDQ_SCORE\nM1001,02/05/2024,CARER,9\nM1001,01/05/2024,CARER,7\nM1001,02/05/2024,CARER,8\n\
         M1001,2024-05-01,carer,7.0\n",
        "CHILD,REFERRAL_DATE,DECISION,FIRST_APPT_DATE,CLOSED_DATE\nM1001,01/05/2024,ACC,,\nM1001,01/05/2024,NOT,,\n\
         M1001,01/05/2024,ACC,,\n",
    ]);
    let scores: Vec<_> = read.records.sdq.iter().map(|row| (row.on == day("01/05/2024"), row.score.known())).collect();
    assert_eq!(scores, [(true, Some(7)), (false, Some(8))]);
    assert_eq!(
        codes_in(&read).iter().filter(|(code, ..)| code.starts_with("EX")).collect::<Vec<_>>(),
        [&("EX18", 4, "SDQ_SCORE")]
    );
    assert_eq!(read.records.referrals.len(), 2, "two referrals of one day that say different things are two");
}

#[test]
fn a_question_that_the_file_lacks_is_not_asked_and_a_blank_one_is_not_answered() {
    let read = read(&["CHILD,SURVEY_DATE,FRIEND,BETTER,ONS_HAPPY\nM1001,01/05/2024,,X,4\n"]);
    let row = &read.records.wellbeing[0];
    assert!(row.friend == Reply::NotAnswered && row.better == Reply::NotAsked && row.included == Reply::NotAsked);
    assert!(row.happy == Reply::Given(4) && row.scale_sum().is_none() && row.siblings_home.is_blank());
    for (question, column) in QUESTIONS.iter().zip(Table::Wellbeing.columns().iter().skip(2).filter(|c| **c != "SIBLINGS_HOME")) {
        assert_eq!(Table::Wellbeing.column(usize::from(question.column)), *column);
    }
}

#[test]
fn a_table_of_the_standard_dataset_is_read_as_it_is() {
    let read = read(&[
        "clea_person_id,clea_care_leaver_personal_advisor,clea_pathway_plan_review_date,clea_other\n\
         M1007,R Worker,2024-07-03 00:00:00,x\nM1008,,,\n",
        "clah_health_check_id,clah_person_id,clah_health_check_type,clah_health_check_date,clah_health_check_status\n\
         1,M1004,Initial Health Assessment,2024-08-22,Completed\n",
    ]);
    assert!(read.refusals.is_empty());
    let advisers: Vec<_> = read.records.leaver_support.iter().map(|row| row.adviser.known()).collect();
    assert_eq!(advisers, [Some(true), Some(false)]);
    assert!(read.records.leaver_support[0].pathway_review.known() == Some(day("03/07/2024")));
    assert!(read.records.health_checks[0].kind == HealthCheck::Initial);
    assert!(codes_in(&read).iter().all(|(code, ..)| *code == "GT11"), "{:?}", codes_in(&read));
}

#[test]
fn an_extract_counts_its_own_errors_and_is_refused_by_its_own_name() {
    let mut damaged = read(&["CHILD,CARER_TRAINING,CARER_THERAPY,CHILD_THERAPY\nM1001,NO,,\nM1002,DONE,,\n"]);
    // six children of Header have no episode (EPI); the error of the extract is not among the return's
    let n_without_episodes = damaged.findings.counts().get(&(Table::Header, RuleId::Epi)).map_or(0, |count| count.n);
    assert_eq!((damaged.n_rows, damaged.findings.n_error_rows()), (18, n_without_episodes));
    assert_eq!(damaged.extracts().collect::<Vec<_>>(), [(Table::CarerSupport, 2, 1)]);
    damaged.hold_against(ErrorRateMax { per_million: 500_000 });
    assert!(damaged.refusals.is_empty());
    damaged.hold_against(ErrorRateMax { per_million: 499_999 });
    assert!(matches!(
        damaged.refusals[..],
        [Refusal::ErrorRate { extract: Some(Table::CarerSupport), n_errors: 1, n_rows: 2, .. }]
    ));
}

#[test]
fn an_extract_of_another_year_is_refused_and_not_set_aside() {
    let refused = |rows: &str| {
        let read = read(&[&format!("CHILD,HOME_DATE,HOME_PLAN\n{rows}")]);
        assert!(read.records.supplied.contains(Table::AfterHome));
        read.refusals.iter().map(Refusal::code).collect::<Vec<_>>()
    };
    assert_eq!(refused("M1010,19/05/2022,YES\n"), ["file-wrong-year"]);
    assert_eq!(refused("M1010,19/05/2022,YES\nM1010,19/05/2023,YES\n"), [""; 0]);
    assert_eq!(refused(""), [""; 0]);
    let two = read(&["CHILD,HOME_DATE,HOME_PLAN,CARER_TRAINING,CARER_THERAPY,CHILD_THERAPY\n"]);
    assert_eq!(two.refusals.iter().map(Refusal::code).collect::<Vec<_>>(), ["file-two-tables"]);
}

#[test]
fn an_extract_that_is_not_supplied_is_left_aside_and_one_that_is_must_be_there() {
    let (key, rules, changed, xml) = (key(), RuleBook::built_in(), ChangedIds::default(), XmlTags::default());
    let ignored = TableSet::NONE.with(Table::Sdq);
    let mut reader =
        ReturnReader::new(ReadOptions { key: &key, rules: &rules, changed: &changed, xml: &xml, ignored, postcodes: None });
    let offered = vec![Offered::bytes("a.csv", example(Table::Sdq).as_bytes())];
    let read = reader.read(ReportingYear::new(2025).unwrap(), TableSet::NONE.with(Table::School), offered);
    assert!(matches!(read.files[0].used, FileUse::Ignored { table: Table::Sdq }));
    assert!(read.records.sdq.is_empty() && !read.records.supplied.contains(Table::Sdq));
    assert_eq!(read.refusals, [Refusal::TableAbsent { table: Table::School }]);
}

#[test]
fn histories_hold_the_rows_of_each_extract_by_year() {
    let child = |sex: &str| file("header", &format!("{HEADER}\nM1001,{sex},15/05/2012,WBRI,UN1,,\n"));
    let sdq = |day: &str| file("sdq", &format!("CHILD,SDQ_DATE,INFORMANT,SDQ_SCORE\nM1001,{day},CARER,9\n"));
    let episodes = file("episodes", &format!("{EPISODES}\nM1001,01/05/2022,S,C2,N1,U4,PR1,,,,AB1 2CD,AB2 3EF,\n"));
    let former = [child("2"), episodes.clone(), sdq("01/05/2023")];
    let now = [child("F"), episodes, sdq("01/05/2024")];
    let (year, returns) = (ReportingYear::new(2025).unwrap(), read_all(&[(2024, &former), (2025, &now)]));
    let histories = build(&returns, year, Mending::Apply, Parameters::default());
    let history = &histories.children[0];
    for (of, expected) in [(year, "01/05/2024"), (year.before(1), "01/05/2023")] {
        let days: Vec<bool> = history.extracts.sdq.of(of).map(|row| row.on == day(expected)).collect();
        assert_eq!(days, [true]);
        assert!(history.supplied.table(of, Table::Sdq) && !history.supplied.table(of, Table::School));
    }
    assert_eq!(history.extracts.schools.of(year).count(), 0);
}

proptest! {
    #[test]
    fn no_damage_to_an_example_panics_its_reader(
        which in 0..EXAMPLES.len(),
        year in 2017i16..=2027,
        damage in proptest::collection::vec((any::<usize>(), prop_oneof![Just(b','), Just(b'\n'), Just(b'X'), Just(b'0'), any::<u8>()]), 0..20),
    ) {
        let mut bytes = EXAMPLES[which].1.as_bytes().to_vec();
        for (at, byte) in damage {
            let at = at % bytes.len();
            bytes[at] = byte;
        }
        let read = read_all(&[(year, &[TestFile { name: "x".to_owned(), bytes }])]).all.remove(0);
        prop_assert!(read.extracts().all(|(_, n_rows, n_errors)| n_errors <= n_rows));
        prop_assert_eq!((read.n_rows, read.findings.n_error_rows()), (0, 0));
    }
}
