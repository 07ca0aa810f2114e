//! What the worked examples of A, C, R and H leave open: every band and answer, and each outside answer in its order.

use std::sync::LazyLock;

use shared::framework::Framework;

use super::MeasureSet;
use crate::examples::Example;

/// The codes of a question, each with its category.
type Codes<'a> = &'a [(&'a str, &'a str)];

/// Checks what a made-up child adds to a measure's total; the text is that of an example, without measure and sentence.
fn check(measure: &str, text: &str, expected: Option<&str>) {
    static FRAMEWORK: LazyLock<Framework> = LazyLock::new(Framework::built_in);
    static MEASURES: LazyLock<MeasureSet> = LazyLock::new(|| MeasureSet::resolve(&FRAMEWORK).unwrap());
    let text = format!("measure = \"{measure}\"\nwhy = \"\"\n{text}");
    let example: Example = toml::from_str(&text).unwrap();
    let found = example.found("total", &FRAMEWORK, &MEASURES).unwrap().map(|found| found.answer);
    assert_eq!(found.as_deref(), expected, "{text}");
}

const IN_CARE: &str = "care = [\"01/06/2020 S C2 U4\"]\n";

/// A child in care with rows of tables.
fn child(measure: &str, rows: &[&str], expected: Option<&str>) {
    check(measure, &format!("{IN_CARE}rows = {rows:?}"), expected);
}

/// A care leaver of twenty with rows of tables.
fn leaver(measure: &str, rows: &[&str], expected: Option<&str>) {
    let rows = [&["OC3 IN_TOUCH=YES, ACTIV=F1, ACCOM=U1"], rows].concat();
    check(measure, &format!("born = \"15/05/2004\"\nrows = {rows:?}"), expected);
}

fn survey(cells: &str) -> String {
    format!("Wellbeing SURVEY_DATE=12/02/2025, {cells}")
}

#[test]
fn every_answer_of_ten_has_its_band() {
    let bands = ["0-4", "0-4", "0-4", "0-4", "0-4", "5-6", "5-6", "7-8", "7-8", "9-10", "9-10"];
    let anxious = ["0-1", "0-1", "2-3", "2-3", "4-5", "4-5", "6-10", "6-10", "6-10", "6-10", "6-10"];
    let questions = [
        ("A7", "ONS_SATISFIED", bands),
        ("A8", "ONS_WORTHWHILE", bands),
        ("A9", "ONS_HAPPY", bands),
        ("A10", "ONS_ANXIOUS", anxious),
    ];
    for (id, column, bands) in questions {
        for (points, band) in bands.into_iter().enumerate() {
            let (row, amount) = (survey(&format!("{column}={points}")), points.to_string());
            child(id, &[&row], Some(band));
            child(&format!("{id}m"), &[&row], Some(&amount));
            leaver(&format!("{id}L"), &[&row], Some(band));
            leaver(&format!("{id}Lm"), &[&row], Some(&amount));
        }
    }
}

#[test]
fn every_code_of_a_question_has_its_category() {
    let sometimes = [("YES", "yes"), ("SOME", "some"), ("NO", "no")];
    let trend = [("YES", "yes"), ("SAME", "same"), ("NO", "no")];
    let yes_or_no = [("YES", "yes"), ("NO", "no")];
    let amount =
        [("RIGHT", "right"), ("LITTLE", "too_little"), ("MUCH", "too_much"), ("NONE_OK", "content"), ("NONE_NOT", "not_content")];
    let questions: [(&str, &str, Codes<'_>); 8] = [
        ("A13a", "TRUSTED_ADULT", &sometimes),
        ("A13b", "FEELS_SAFE", &sometimes),
        ("A13c", "BETTER", &trend),
        ("C4", "INCLUDED", &sometimes),
        ("R2a", "SEES_MOTHER", &amount),
        ("R2b", "SEES_FATHER", &amount),
        ("R2c", "SEES_SIBLINGS", &amount),
        ("R4", "FRIEND", &yes_or_no),
    ];
    let silent = [("", "not_answered"), ("X", "not_asked"), ("12", "not_answered")];
    for (id, column, codes) in questions {
        for (code, category) in codes.iter().copied().chain(silent) {
            child(id, &[&survey(&format!("{column}={code}"))], Some(category));
        }
        child(id, &[&survey("SWEMWBS1=1")], Some("not_asked"));
        child(id, &[], Some("table_not_supplied"));
    }
    for (id, column, codes) in [
        ("A13aL", "TRUSTED_ADULT", &sometimes[..]),
        ("A13bL", "FEELS_SAFE", &sometimes),
        ("A13cL", "BETTER", &trend),
        ("R5L", "AFTER_18", &yes_or_no),
    ] {
        for (code, category) in codes.iter().copied().chain(silent) {
            leaver(id, &[&survey(&format!("{column}={code}"))], Some(category));
        }
        leaver(id, &[], Some("table_not_supplied"));
    }
    for (code, category) in yes_or_no.into_iter().chain(silent) {
        let rows = [survey(&format!("AFTER_18={code}"))];
        check("R5", &format!("born = \"15/05/2008\"\n{IN_CARE}rows = {rows:?}"), Some(category));
    }
}

#[test]
fn a_change_over_two_years_has_every_pair_of_bands() {
    let bands = [("0-13", "13"), ("14-16", "15"), ("17-40", "40")];
    for (then, score_then) in bands {
        for (now, score_now) in bands {
            let text = |year| {
                format!(
                    "years = [{year}, 2025]\n{IN_CARE}rows = [\"{year} OC2 SDQ_SCORE={score_then}\", \"OC2 SDQ_SCORE={score_now}\"]"
                )
            };
            check("A4", &text(2024), Some(&format!("{then}_to_{now}")));
            check("A5", &text(2023), Some(&format!("{then}_to_{now}")));
        }
    }
}

#[test]
fn high_scores_of_three_years() {
    for (scores, expected) in [
        ([17, 17, 17], "high_all_three"),
        ([16, 17, 17], "high_now"),
        ([17, 16, 17], "high_now"),
        ([16, 16, 17], "high_now"),
        ([17, 17, 16], "high_before"),
        ([16, 17, 16], "high_before"),
        ([17, 16, 16], "high_before"),
        ([16, 16, 16], "never_high"),
    ] {
        let [two_before, one_before, now] = scores;
        let rows = format!("\"2023 OC2 SDQ_SCORE={two_before}\", \"2024 OC2 SDQ_SCORE={one_before}\", \"OC2 SDQ_SCORE={now}\"");
        check("A6", &format!("years = [2023, 2024, 2025]\n{IN_CARE}rows = [{rows}]"), Some(expected));
    }
    // a year without a score, the year itself without the table, and years before without returns
    let years =
        |years: &str, rows: &[&str], expected| check("A6", &format!("years = [{years}]\n{IN_CARE}rows = {rows:?}"), expected);
    years("2023, 2024, 2025", &["2023 OC2 SDQ_SCORE=1", "2024 OC2 SDQ_REASON=SDQ2", "OC2 SDQ_SCORE=1"], None);
    years("2023, 2024, 2025", &["2023 OC2 SDQ_REASON=SDQ2", "2024 OC2 SDQ_SCORE=1", "OC2 SDQ_SCORE=1"], None);
    years("2025", &[], Some("table_not_supplied"));
    years("2024, 2025", &["2024 OC2 SDQ_SCORE=1", "OC2 SDQ_SCORE=1"], Some("not_enough_years"));
    years("2024, 2025", &["2024 OC2 SDQ_SCORE=1", "OC2 SDQ_REASON=SDQ2"], None);
    years("2023, 2024, 2025", &["2023 OC2 SDQ_SCORE=1", "OC2 SDQ_SCORE=1"], Some("table_not_supplied"));
}

#[test]
fn asked_or_not() {
    let at = |on: &str, cells: &str| format!("Wellbeing SURVEY_DATE={on}, {cells}");
    let (early, late) = (at("10/06/2024", "FRIEND=X"), at("12/02/2025", "FRIEND="));
    for (id, nothing) in [("A12", "not_asked"), ("A12L", "not_asked")] {
        let ask = |rows: &[&str], expected| {
            if id == "A12" { child(id, rows, Some(expected)) } else { leaver(id, rows, Some(expected)) }
        };
        ask(&[&early], nothing);
        ask(&[&early, &late], "asked_no_answer");
        ask(&[&at("10/06/2024", "FRIEND=NO"), &late], "answered");
        ask(&[&at("10/06/2024", "SWEMWBS7=1"), &late], "answered");
        ask(&[&at("10/06/2024", "SIBLINGS_HOME=ALL")], nothing);
        ask(&[], "table_not_supplied");
    }
}

#[test]
fn carers_score_and_own_view() {
    let own = survey("FRIEND=YES");
    let check = |rows: &[&str], expected| child("A14", rows, expected);
    check(&["OC2 SDQ_SCORE=20", &survey("FRIEND=X")], Some("sdq_only"));
    check(&["OC2 SDQ_REASON=SDQ2", &survey("FRIEND=")], Some("neither"));
    check(&[&own], Some("table_not_supplied"));
    check(&["OC2 SDQ_REASON=SDQ2"], Some("table_not_supplied"));
    check(&[], Some("table_not_supplied"));
}

#[test]
fn what_care_gave() {
    let given = |care: &[&str], workers: &[&str], expected: &str| {
        let workers: Vec<String> =
            workers.iter().map(|id| format!("SWEpisodes SW_ID={id}, SW_DECOM=01/06/2024, SW_REASON=MANAGE")).collect();
        check("H1", &format!("care = {care:?}\nrows = {workers:?}"), Some(expected));
    };
    let two_homes = ["01/06/2020..01/06/2024 S C2 U4 X1", "01/06/2024 T C2 U4 PL_POST=ZZ1"];
    let three = ["01/06/2020..01/06/2024 S C2 U4 X1", "01/06/2024..01/07/2024 P C2 K2 X1", "01/07/2024 P C2 U6"];
    let three_with_carer = ["01/06/2020..01/06/2024 S C2 U4 X1", "01/06/2024..01/07/2024 T C2 U5 X1", "01/07/2024 T C2 U6"];
    given(&two_homes, &["SW1", "SW2"], "3");
    given(&two_homes, &["SW1", "SW2", "SW3"], "2");
    given(&three_with_carer, &["SW1"], "2");
    given(&three, &["SW1", "SW2"], "1");
    given(&three, &["SW1", "SW2", "SW3"], "0");
    // under a year in care, and too young
    check("H1", "care = [\"02/04/2024 S C2 U4\"]\nrows = [\"SWEpisodes SW_ID=SW1, SW_DECOM=01/06/2024\"]", None);
    // more than a year in a temporary stay and never at home with a carer
    given(&["01/06/2023 S C2 T0"], &["SW1"], "2");
    // placed for adoption in the year: the carer of 31 March is not that of a year ago
    given(&["01/06/2020..01/06/2024 S C2 U4 X1", "01/06/2024 P E1 A6"], &["SW1"], "2");
}

#[test]
fn how_life_is() {
    let satisfied = |n: u8| survey(&format!("ONS_SATISFIED={n}"));
    child("H2", &["OC2 SDQ_SCORE=0", &satisfied(6)], Some("one"));
    child("H2", &["OC2 SDQ_SCORE=40", &satisfied(7)], Some("one"));
    child("H2", &[&satisfied(7)], Some("table_not_supplied"));
    child("H2", &["OC2 SDQ_REASON=SDQ2"], None);
    child("H2", &["OC2 SDQ_SCORE=0", &survey("ONS_SATISFIED=X")], None);
    let short = format!("care = [\"02/04/2024 S C2 U4\"]\nrows = {:?}", ["OC2 SDQ_SCORE=0", &satisfied(7)]);
    check("H2", &short, None);
}

#[test]
fn the_child_asked_for_a_change() {
    let moved = |reason: &str, rec: &str, next: &str, expected| {
        let care = [format!("01/06/2020..01/10/2024 S C2 U4 {rec} REASON_PLACE_CHANGE={reason}"), format!("01/10/2024 {next}")];
        check("C5", &format!("care = {care:?}\nempty = [\"SWEpisodes\"]"), expected);
    };
    moved("CHILD", "X1", "P C2 K2", Some("yes"));
    moved("CHILD", "X1", "T C2 U5", Some("no"));
    moved("CREQB", "X1", "P C2 K2", Some("no"));
    // any ending of the year, not the weightiest or last alone
    let care = [
        "01/06/2020..01/05/2024 S C2 U4 X1 REASON_PLACE_CHANGE=CHILD",
        "01/05/2024..01/10/2024 P C2 K2 X1 REASON_PLACE_CHANGE=CREQB",
        "01/10/2024 P C2 U6",
    ];
    check("C5", &format!("care = {care:?}\nempty = [\"SWEpisodes\"]"), Some("yes"));
    // not looked after on 31 March
    check("C5", "care = [\"01/06/2020..31/03/2025 S C2 U4 E4A\"]\nempty = [\"SWEpisodes\"]", None);
}

#[test]
fn reviews_without_a_view() {
    let review = |on: &str, code: &str| format!("Reviews REVIEW={on}, REVIEW_CODE={code}");
    for (code, expected) in [
        ("PN0", None),
        ("PN1", Some("none")),
        ("PN2", Some("none")),
        ("PN3", Some("none")),
        ("PN4", Some("any")),
        ("PN5", Some("none")),
        ("PN6", Some("none")),
        ("PN7", Some("any")),
    ] {
        child("C2", &[&review("01/10/2024", code)], expected);
        child("C2", &[&review("01/10/2024", code), &review("01/11/2024", "PN1")], Some(expected.unwrap_or("none")));
        child("C1", &[&review("01/10/2024", code)], Some(code));
    }
    // a review of the year before in the return of the year before
    let last_year = "2024 Reviews REVIEW=01/03/2024, REVIEW_CODE=PN7";
    check("C2", &format!("years = [2024, 2025]\n{IN_CARE}rows = [{last_year:?}]\nempty = [\"Reviews\"]"), None);
    check("C2", "born = \"01/04/2021\"\ncare = [\"01/06/2022 S C2 U4\"]", None);
    check("C2", "care = [\"01/06/2020..31/03/2025 S C2 U4 E4A\"]\nrows = [\"Reviews REVIEW=01/10/2024, REVIEW_CODE=PN1\"]", None);
}

#[test]
fn a_row_counts_in_the_year_of_its_return_by_its_own_day() {
    use crate::day::tests::day;
    use crate::histories::tests::{history, written, year};
    use crate::histories::{ChildHistory, Review, Stretch, WorkerSpell};
    use crate::records::codes::{TookPart, WorkerReason};
    use crate::records::tables::Table;

    let framework = Framework::built_in();
    let measures = MeasureSet::resolve(&framework).unwrap();
    let child = || {
        let bare = written(2025, &["A1,F,15/05/2012,WBRI,UN1,,"], &["A1,01/06/2020,S,C2,U4,,"]);
        history(2025, &[bare.with(Table::Reviews, &[]).with(Table::SwEpisodes, &["A1,15/05/2012,SW1,01/06/2023,,MANAGE"])])
    };
    let answer = |child: &ChildHistory, table: &str| {
        let at = framework.tables().iter().position(|t| t.id == table).unwrap();
        let all = measures.contributions(child, year(2025)).unwrap();
        let entry = all.entries.iter().find(|entry| usize::from(entry.table) == at)?;
        Some(framework.tables()[at].categories[usize::from(entry.category)].id.clone())
    };
    let token = child().workers[0].worker;
    for (of, on, counts) in [
        (2025, "01/04/2024", true),
        (2025, "31/03/2025", true),
        (2025, "31/03/2024", false),
        (2025, "01/04/2025", false),
        (2024, "01/10/2024", false),
        (2024, "31/03/2024", false),
        (2026, "01/10/2024", false),
        (2026, "01/04/2025", false),
    ] {
        let mut child = child();
        child.reviews.push(Review { year: year(of), on: day(on), took_part: TookPart::Pn7 });
        let stretch = Stretch { start: day(on), end: None };
        child.workers.push(WorkerSpell { year: year(of), worker: token, stretch, reason: Some(WorkerReason::Chchan) });
        let expect = |yes: &str, no: Option<&str>| if counts { Some(yes.to_owned()) } else { no.map(str::to_owned) };
        assert_eq!(answer(&child, "C1.total"), expect("PN7", Some("no_review")), "{of} {on}");
        assert_eq!(answer(&child, "C2.total"), expect("any", None), "{of} {on}");
        assert_eq!(answer(&child, "C5.total"), expect("yes", Some("no")), "{of} {on}");
    }
}
