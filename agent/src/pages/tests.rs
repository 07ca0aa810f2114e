//! What pages show of made-up figures: England beside them, coverage in words, and nothing that is to stay hidden.

use std::collections::BTreeMap;

use shared::framework::Framework;
use shared::ids::ReportingYear;

use super::*;

type Cell = (&'static str, &'static str, &'static str, u64, i64);

const PUBLISHED: &str = r#"
[[figure]]
measure = "B1"
what = "3+"
group = "total"
year = 2024
value = 10.4
unit = "percent"
source = "A release & its <notes>"

[[figure]]
measure = "B1"
what = "3+"
group = "sex/female"
year = 2025
value = 11
unit = "percent"
source = "Another release"

[[figure]]
measure = "A3"
what = "mean"
group = "total"
year = 2025
value = 14.9
unit = "mean"
source = "Another release"

[[figure]]
measure = "P1"
what = "children"
group = "total"
year = 2025
value = 81770
unit = "children"
source = "Another release"

[[figure]]
measure = "P1"
what = "children"
group = "uasc/uasc"
year = 2025
value = 6540
unit = "children"
of = 81770
source = "Another release"
"#;

/// A share cell.
fn share(table: &'static str, group: &'static str, category: &'static str, n: i64) -> Cell {
    (table, group, category, u64::try_from(n).unwrap(), n)
}

fn homes(table: &'static str, group: &'static str, counts: [i64; 5]) -> Vec<Cell> {
    ["1", "2", "3", "4", "5+"].into_iter().zip(counts).map(|(category, n)| share(table, group, category, n)).collect()
}

struct Shown {
    text: String,
    html: String,
}

fn pages(cells: &[Cell], wanted: &str, by: Option<&str>, small: Small) -> Shown {
    let framework = if by.is_some() { Framework::built_in().by_every_breakdown() } else { Framework::built_in() };
    let year = ReportingYear::new(2025).unwrap();
    let figures = LocalFigures::made_up(&framework, year, cells);
    let (england, noise_sd) = (England::parse(PUBLISHED).unwrap(), BTreeMap::new());
    let facts = BTreeMap::from([("S1".to_owned(), true), ("S2".to_owned(), false)]);
    let material = Material {
        authority: "301".parse().ok(),
        year,
        framework: &framework,
        figures: &figures,
        england: &england,
        facts: &facts,
        noise_sd: &noise_sd,
    };
    let choice = Choice { wanted: Wanted::Measure(wanted.to_owned()), by: by.map(str::to_owned), small };
    let pages = Pages::of(&material, &choice);
    let lines = pages.to_lines(None).into_iter().map(|line| line.text).collect::<Vec<_>>();
    assert!(lines.iter().all(|line| line.chars().count() <= text::WIDTH), "{}", lines.join("\n"));
    Shown { text: lines.join("\n"), html: pages.to_html() }
}

/// The lines of a text with single blanks.
fn lines(text: &str) -> Vec<String> {
    text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

fn assert_lines(text: &str, expected: &[&str]) {
    let all = lines(text);
    for line in expected {
        assert!(all.iter().any(|found| found == line), "no line {line:?} in\n{text}");
    }
}

#[test]
fn counts_shares_sums_and_englands_figure_stand_beside_each_other() {
    let shown = pages(&homes("B1.total", "total", [1_140, 44, 11, 7, 8]), "B1", None, Small::Hidden);
    assert_lines(
        &shown.text,
        &[
            "LOCAL, NOT FOR PUBLICATION",
            "B Stability",
            "exact figures of authority 301 for the year ending 31 March 2025",
            "B1 Homes lived in during the year",
            "children share England",
            "One home 1,140 94.2%",
            "= Three homes or more 26 2.1% 10.4% (2024) [1]",
            "counted 1,210",
            "[1] A release & its <notes>",
        ],
    );
}

#[test]
fn a_small_count_is_nowhere_on_the_page() {
    let cells = homes("B1.total", "total", [1_140, 44, 11, 7, 4]);
    let hidden = pages(&cells, "B1", None, Small::Hidden);
    assert_lines(
        &hidden.text,
        &["Four homes hidden hidden", "Five homes or more hidden hidden", "= Three homes or more 22 1.8% 10.4% (2024) [1]"],
    );
    assert!(!hidden.html.contains("0.3%") && !hidden.html.contains("0.6%"), "{}", hidden.html);
    assert!(hidden.html.contains(">hidden</td>") && hidden.text.contains("hidden: a count under 6"));
    let small = pages(&cells, "B1", None, Small::Shown);
    assert_lines(&small.text, &["Four homes 7 0.6%", "Five homes or more 4 0.3%"]);
    assert!(small.text.contains("1 to 5 may point to a child"));
}

#[test]
fn coverage_is_told_in_words_and_a_few_left_out_make_counts_coarse() {
    let two_years = |outside: i64| {
        let mut cells = homes("B2.total", "total", [140, 44, 21, 17, 9]);
        cells.push(share("B2.total", "total", "not_enough_years", outside));
        pages(&cells, "B2", None, Small::Hidden).text
    };
    assert_lines(&two_years(30), &["One home 140 60.6%", "counted 231", "left out: not enough years"]);
    assert_lines(&two_years(3), &["One home about 140 61%", "counted about 230", "left out: not enough years"]);
}

#[test]
fn who_has_no_table_is_told_in_words_unless_small_counts_are_asked_for() {
    let cells = |n: i64| {
        let mut cells = homes("B2.total", "total", [140, 44, 21, 17, 9]);
        cells.push(share("B2.total", "total", "not_enough_years", n));
        cells
    };
    let told = |n: i64, small: Small| pages(&cells(n), "B2", None, small);
    assert!(!told(0, Small::Hidden).text.contains("left out:") && !told(0, Small::Hidden).html.contains("Left out:"));
    let html = told(37, Small::Hidden).html;
    assert!(html.contains("Left out: not enough years") && !html.contains(">37<"), "{html}");
    assert_lines(&told(37, Small::Shown).text, &["left out: not enough years 37"]);
}

#[test]
fn a_column_of_care_leavers_is_of_young_people() {
    let shown = pages(&[share("G1.total", "total", "YES", 40), share("G1.total", "total", "NO", 30)], "G1", None, Small::Hidden);
    assert_lines(&shown.text, &["young people share"]);
    assert!(shown.html.contains(">Young people</th>") && !shown.html.contains(">Children</th>"), "{}", shown.html);
}

#[test]
fn nobody_and_nobody_counted_are_two_things() {
    let none = pages(&[], "B2", None, Small::Hidden).text;
    assert_lines(&none, &["nobody is in this measure here"]);
    let all_out = pages(&[share("B2.total", "total", "not_enough_years", 200)], "B2", None, Small::Hidden).text;
    assert_lines(&all_out, &["nobody is counted, so there are no shares"]);
    assert!(!all_out.contains("One home"), "{all_out}");
    let by_need = pages(&homes("B1.need", "other", [6, 0, 0, 0, 0]), "B1", Some("need"), Small::Shown).text;
    assert_lines(&by_need, &["-- Abuse or neglect: nobody is in this measure here", "-- All other reasons"]);
    let none = pages(&[], "P1", None, Small::Hidden).text;
    assert_lines(&none, &["Children 0 81,770 (2025) [1]"]);
}

#[test]
fn by_a_breakdown_groups_stand_with_englands_figure_of_the_group() {
    let mut cells = homes("B1.total", "total", [200, 80, 40, 20, 16]);
    cells.extend(homes("B1.sex", "female", [90, 40, 20, 10, 8]));
    cells.extend(homes("B1.sex", "male", [110, 40, 20, 10, 8]));
    let shown = pages(&cells, "B1", Some("sex"), Small::Hidden);
    assert_lines(
        &shown.text,
        &[
            "by: Sex",
            "-- Girls and young women",
            "= Three homes or more 38 22.6% 11% (2025) [2]",
            "-- Not known: nobody is in this measure here",
            "counted 168",
        ],
    );
    assert!(!shown.text.contains("In none of these groups"));
}

#[test]
fn children_in_no_group_are_a_group_of_their_own_and_small_groups_stay_hidden() {
    let mut cells = homes("B1.total", "total", [100, 50, 0, 0, 0]);
    cells.extend(homes("B1.need", "abuse_or_neglect", [60, 30, 0, 0, 0]));
    cells.extend(homes("B1.need", "other", [28, 18, 0, 0, 0]));
    let shown = pages(&cells, "B1", Some("need"), Small::Hidden);
    assert_lines(&shown.text, &["-- In none of these groups", "counted 14"]);
    let mut cells = homes("B1.total", "total", [100, 50, 0, 0, 0]);
    cells.extend(homes("B1.need", "abuse_or_neglect", [60, 30, 0, 0, 0]));
    cells.extend(homes("B1.need", "other", [38, 18, 0, 0, 0]));
    let hidden = pages(&cells, "B1", Some("need"), Small::Hidden).text;
    let counted: Vec<String> = lines(&hidden).into_iter().filter(|line| line.starts_with("counted")).collect();
    assert_eq!(counted, ["counted 150", "counted 90", "counted hidden", "counted hidden"], "{hidden}");
}

#[test]
fn a_mean_has_one_decimal_and_is_hidden_with_its_children() {
    let bands = |counts: [i64; 3]| -> Vec<Cell> {
        ["0-13", "14-16", "17-40"].into_iter().zip(counts).map(|(band, n)| share("A2.total", "total", band, n)).collect()
    };
    let mean = |counts: [i64; 3], n: u64, sum: i64| {
        let mut cells = bands(counts);
        cells.push(("A3.total", "total", "sum", n, sum));
        pages(&cells, "A3", None, Small::Hidden).text
    };
    assert_lines(&mean([60, 20, 20], 100, 1_437), &["average England", "Average, points 14.4 14.9 (2025) [1]", "counted 100"]);
    let scale = [share("A11.total", "total", "19.50-27.50", 40), ("A11m.total", "total", "sum", 40, 92_480)];
    assert_lines(&pages(&scale, "A11m", None, Small::Hidden).text, &["Average, points 23.1", "counted 40"]);
    assert_lines(&mean([2, 1, 0], 3, 40), &["Average, points hidden 14.9 (2025) [1]", "counted hidden"]);
}

#[test]
fn a_fact_is_shown_as_it_is_stated() {
    let told = |id: &str| pages(&[], id, None, Small::Hidden);
    assert_lines(&told("S1").text, &["S What councils say of themselves", "yes, as [facts] in agent.toml states it"]);
    assert_lines(&told("S2").text, &["no, as [facts] in agent.toml states it"]);
    let third = told("S3");
    assert_lines(&third.text, &["not stated: [facts] in agent.toml says nothing of it"]);
    assert!(third.html.contains("Not stated: ") && !third.text.contains("not divided"), "{}", third.text);
}

#[test]
fn a_count_alone_has_no_share() {
    let shown = pages(&[share("P1.total", "total", "children", 412)], "P1", None, Small::Hidden);
    assert_lines(&shown.text, &["children England", "Children 412 81,770 (2025) [1]"]);
    assert!(!shown.text.contains("100.0%") && !shown.text.contains("  counted"), "{}", shown.text);
}

#[test]
fn a_count_by_groups_has_its_share_of_all_groups() {
    let cells = [
        share("P1.total", "total", "children", 400),
        share("P1.uasc", "uasc", "children", 41),
        share("P1.uasc", "not_uasc", "children", 359),
    ];
    let shown = pages(&cells, "P1", Some("uasc"), Small::Hidden);
    assert_lines(&shown.text, &["Children 400 81,770 (2025) [1]", "Children 41 10.3% 8.0% (2025) [1]", "Children 359 89.8%"]);
    let few = [
        share("P1.total", "total", "children", 363),
        share("P1.uasc", "uasc", "children", 4),
        share("P1.uasc", "not_uasc", "children", 359),
    ];
    let shown = pages(&few, "P1", Some("uasc"), Small::Hidden);
    assert_lines(&shown.text, &["Children hidden hidden 8.0% (2025) [1]", "Children hidden hidden"]);
}

#[test]
fn the_document_is_whole_marked_and_needs_nothing_from_outside() {
    let html = pages(&homes("B1.total", "total", [140, 44, 21, 17, 9]), "B1", None, Small::Hidden).html;
    assert!(html.starts_with("<!DOCTYPE html>\n<!-- goldenthread.local-page/1 -->\n<html lang=\"en\">"));
    let body = html.split_once("<body>").unwrap().1;
    assert!(body.matches("LOCAL, NOT FOR PUBLICATION").count() >= 3, "{body}");
    for outside in ["<script", "<link", "<img", "src=", "http:", "https:", "url(", "@import"] {
        assert!(!html.contains(outside), "{outside}");
    }
    assert!(html.contains("A release &amp; its &lt;notes&gt;"));
    assert!(html.contains("<caption") && html.contains("<th scope=\"row\">One home</th>") && html.contains("<th scope=\"col\">"));
    let words = "aria-label=\"Three homes or more: 20.3% here, 10.4% in England in 2024\"";
    assert!(html.contains(words), "{html}");
    assert_balanced(&html);
}

/// Every element that is opened is closed, in order.
fn assert_balanced(html: &str) {
    let mut open: Vec<&str> = Vec::new();
    for tag in html.split('<').skip(1).filter_map(|rest| rest.split('>').next()) {
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap();
        if name.starts_with('!') || ["meta", "rect", "line"].contains(&name) {
            continue;
        }
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "</{name}> closes something else");
        } else {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?} stay open");
}
