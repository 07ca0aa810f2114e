//! Worked examples of every measure, from the words of `docs/measures.md`, and what holds for all histories.

use std::sync::LazyLock;

use proptest::prelude::*;
use shared::framework::Framework;

use super::*;
use crate::histories::tests::{Written, histories, history, written, year};
use crate::records::tables::Table as Source;

pub(super) const HEADER: &str = "A1,F,15/05/2012,WBRI,UN1,,";
pub(super) const HEADER_2024: &str = "A1,2,15/05/2012,WBRI,UN1,,";
pub(super) const IN_CARE: &str = "A1,01/06/2020,S,C2,U4,,";

/// What the one child adds to a table in 2025: group, category and amount.
pub(super) fn adds(table: &str, returns: &[Written]) -> Option<(String, String, i32)> {
    static ALL: LazyLock<(Framework, MeasureSet)> = LazyLock::new(|| {
        let framework = Framework::built_in().by_every_breakdown();
        let measures = MeasureSet::resolve(&framework).unwrap();
        (framework, measures)
    });
    let (framework, measures) = &*ALL;
    let child = history(2025, returns);
    let all = measures.contributions(&child, year(2025))?;
    let at = framework.tables().iter().position(|t| t.id == table).unwrap();
    let entry = all.entries.iter().find(|entry| usize::from(entry.table) == at)?;
    let of = &framework.tables()[at];
    let (group, category) = (&of.groups[usize::from(entry.group)], &of.categories[usize::from(entry.category)]);
    Some((group.id.clone(), category.id.clone(), entry.amount))
}

pub(super) fn check(table: &str, returns: &[Written], expected: Option<(&str, &str)>) {
    let found = adds(table, returns);
    let found = found.as_ref().map(|(group, category, _)| (group.as_str(), category.as_str()));
    assert_eq!(found, expected, "{table}");
}

pub(super) fn in_2025(episodes: &[&str]) -> Written {
    written(2025, &[HEADER], episodes)
}

fn oc2(of: Written, cells: &str) -> Written {
    let row = format!("A1,15/05/2012,{cells},,,,,1,,,");
    of.with(Source::Oc2, &[&row])
}

#[test]
fn code_and_catalogue_agree() {
    let framework = Framework::built_in();
    let measures = MeasureSet::resolve(&framework).unwrap();
    let served: usize = measures.measures.iter().map(|measure| measure.tables.len()).sum();
    assert_eq!(served, framework.tables().len(), "every table is served");
    let ids: Vec<&str> = CODE.iter().copied().flatten().map(|code| code.id).collect();
    for (at, id) in ids.iter().enumerate() {
        assert!(framework.measure(id).is_some(), "code without a measure: {id}");
        assert!(!ids[..at].contains(id), "{id} has two functions");
    }
    for (from, to) in [("id = \"PN0\"", "id = \"PN8\""), ("id = \"supported\"", "id = \"supp\""), ("id = \"A3\"", "id = \"A99\"")]
    {
        let text = shared::framework::FRAMEWORK_TOML.replace(from, to);
        assert!(MeasureSet::resolve(&Framework::parse(&text).unwrap()).is_err(), "{from}");
    }
}

#[test]
fn a1_a_score_wins_over_a_reason() {
    check("A1.total", &[oc2(in_2025(&[IN_CARE]), "12,SDQ2")], Some(("total", "received")));
    check("A1.total", &[oc2(in_2025(&[IN_CARE]), ",SDQ5")], Some(("total", "SDQ5")));
    check("A1.total", &[oc2(in_2025(&[IN_CARE]), "41,SDQ3")], Some(("total", "SDQ3")));
    check("A1.age", &[in_2025(&[IN_CARE]).with(Source::Oc2, &[])], Some(("10-15", "neither")));
    check("A1.total", &[in_2025(&[IN_CARE])], Some(("total", "table_not_supplied")));
    // not for twelve months
    check("A1.total", &[oc2(in_2025(&["A1,02/04/2024,S,C2,U4,,"]), "12,")], None);
}

#[test]
fn a1_is_about_5_to_16() {
    let aged = |birth: &str| {
        let header = format!("A1,F,{birth},WBRI,UN1,,");
        written(2025, &[&header], &["A1,01/04/2024,S,C2,U4,,"]).with(Source::Oc2, &[])
    };
    check("A1.age", &[aged("31/03/2020")], Some(("5-9", "neither")));
    check("A1.age", &[aged("01/04/2020")], None);
    check("A1.age", &[aged("01/04/2008")], Some(("16-17", "neither")));
    check("A1.age", &[aged("31/03/2008")], None);
}

#[test]
fn a2_a3_bands_and_sum() {
    for (score, band) in [("0", "0-13"), ("13", "0-13"), ("14", "14-16"), ("16", "14-16"), ("17", "17-40"), ("40", "17-40")] {
        check("A2.sex", &[oc2(in_2025(&[IN_CARE]), &format!("{score},"))], Some(("female", band)));
        let (_, category, amount) = adds("A3.total", &[oc2(in_2025(&[IN_CARE]), &format!("{score},"))]).unwrap();
        assert_eq!((category.as_str(), amount.to_string().as_str()), ("sum", score), "the amount is not centred");
    }
    check("A2.total", &[oc2(in_2025(&[IN_CARE]), ",SDQ2")], None);
    check("A3.total", &[in_2025(&[IN_CARE])], None);
}

#[test]
fn a4_from_the_band_of_last_year_to_the_band_of_now() {
    let then = |cells: &str| oc2(written(2024, &[HEADER_2024], &[IN_CARE]), cells);
    let now = |cells: &str| oc2(in_2025(&[IN_CARE]), cells);
    check("A4.total", &[then("17,"), now("16,")], Some(("total", "17-40_to_14-16")));
    check("A4.age", &[then("0,"), now("40,")], Some(("10-15", "0-13_to_17-40")));
    assert_eq!(adds("A4m.total", &[then("0,"), now("40,")]).unwrap().2, 20, "held to twenty points");
    assert_eq!(adds("A4m.total", &[then("17,"), now("16,")]).unwrap().2, -1);
    check("A4.total", &[then(",SDQ2"), now("16,")], None);
    check("A4.total", &[then("17,"), now(",SDQ2")], None);
    check("A4.total", &[now("16,")], Some(("total", "not_enough_years")));
    check("A4.total", &[now(",SDQ2")], None);
    check("A4m.total", &[now("16,")], None);
    check("A4.total", &[written(2024, &[HEADER_2024], &[IN_CARE]), now("16,")], Some(("total", "table_not_supplied")));
    check("A4.total", &[then("17,"), in_2025(&[IN_CARE])], Some(("total", "table_not_supplied")));
    // eligible now: of last year the score alone is needed
    let entered = "A1,01/03/2024,S,C2,U4,,";
    let then_new = oc2(written(2024, &[HEADER_2024], &[entered]), "20,");
    check("A4.total", &[then_new, oc2(in_2025(&[entered]), "20,")], Some(("total", "17-40_to_17-40")));
}

#[test]
fn c1_the_latest_review_of_the_year() {
    let reviews = |birth: &str, rows: &[&str]| {
        let header = format!("A1,F,{birth},WBRI,UN1,,");
        let rows: Vec<String> = rows.iter().map(|row| format!("A1,{birth},{row}")).collect();
        written(2025, &[&header], &["A1,01/06/2022,S,C2,U4,,"])
            .with(Source::Reviews, &rows.iter().map(String::as_str).collect::<Vec<_>>())
    };
    check("C1.total", &[in_2025(&[IN_CARE])], Some(("total", "table_not_supplied")));
    check("C1.total", &[reviews("15/05/2012", &[])], Some(("total", "no_review")));
    check("C1.age", &[reviews("15/05/2012", &["01/10/2024,PN7", "01/05/2024,PN1"])], Some(("10-15", "PN7")));
    check("C1.total", &[reviews("15/05/2012", &["01/10/2024,PN4", "01/10/2024,PN1"])], Some(("total", "PN4")));
    check("C1.total", &[reviews("15/05/2012", &["31/03/2024,PN1", "01/04/2025,PN1"])], Some(("total", "no_review")));
    check("C1.total", &[reviews("15/05/2012", &["01/10/2024,PN0"])], Some(("total", "PN0")));
    // four on 31 March, three at the review
    check("C1.total", &[reviews("01/03/2021", &["28/02/2025,PN0"])], None);
    check("C1.total", &[reviews("01/03/2021", &["01/03/2025,PN1"])], Some(("total", "PN1")));
    check("C1.total", &[reviews("01/04/2021", &[])], None);
}

#[test]
fn d1_blank_and_no_row_are_not_recorded() {
    let row = |cell: &str| in_2025(&[IN_CARE]).with(Source::Oc2, &[&format!("A1,15/05/2012,,,,,,,{cell},,,")]);
    check("D1.total", &[row("1")], Some(("total", "yes")));
    check("D1.age", &[row("0")], Some(("10-15", "no")));
    check("D1.total", &[row("")], Some(("total", "not_recorded")));
    check("D1.total", &[in_2025(&[IN_CARE]).with(Source::Oc2, &[])], Some(("total", "not_recorded")));
    check("D1.total", &[in_2025(&[IN_CARE])], Some(("total", "table_not_supplied")));
}

#[test]
fn f1_the_last_exit_of_the_year() {
    let left = |on: &str, rec: &str| in_2025(&[&format!("A1,01/06/2020,S,C2,U4,{on},{rec}")]);
    check("F1.total", &[left("01/04/2024", "E4A")], Some(("total", "home_planned")));
    check("F1.total", &[left("31/03/2025", "E48")], Some(("total", "special_guardianship")));
    check("F1.total", &[left("31/03/2024", "E4A")], None);
    check("F1.total", &[left("01/06/2024", "")], None);
    check(
        "F1.total",
        &[in_2025(&["A1,01/06/2020,S,C2,U4,01/06/2024,E4B", "A1,01/07/2024,S,C2,U4,,"])],
        Some(("total", "home_not_planned")),
    );
    // the age is that of the last day in care, the day before the birthday on which care ended
    let header = "A1,F,01/06/2014,WBRI,UN1,,";
    check("F1.age", &[written(2025, &[header], &["A1,01/06/2020,S,C2,U4,01/06/2024,E11"])], Some(("5-9", "adopted")));
    check("F1.age", &[written(2025, &[header], &["A1,01/06/2020,S,C2,U4,02/06/2024,E11"])], Some(("10-15", "adopted")));
    // closed by repair: no exit
    let open = written(2024, &[HEADER_2024], &["A1,01/06/2020,S,C2,U4,,"]);
    check("F1.total", &[open, in_2025(&[])], None);
}

#[test]
fn g_care_leavers_who_are_counted() {
    let leaver = |birth: &str, episodes: &[&str], cells: &str| {
        let (header, row) = (format!("A1,M,{birth},WBRI,UN1,,"), format!("A1,{birth},{cells}"));
        [written(2025, &[&header], episodes).with(Source::Oc3, &[&row])]
    };
    let born = "01/06/2005";
    check("G1.age", &leaver(born, &[], "YES,F1,U1"), Some(("19-21", "YES")));
    check("G1.age", &leaver("01/04/2007", &[], "NO,0,0"), Some(("17-18", "NO")));
    check("G1.age", &leaver("01/04/1999", &[], "REFU,0,0"), Some(("22-25", "REFU")));
    check("G1.age", &leaver("31/03/1999", &[], "REFU,0,0"), None);
    check("G1.sex", &leaver(born, &[], "MAYBE,F1,U1"), Some(("male", "not_recorded")));
    check("G1.total", &leaver(born, &[], "DIED,0,0"), None);
    check("G2.total", &leaver(born, &[], "RHOM,0,B1"), None);
    check("G1.total", &leaver(born, &["A1,01/06/2020,S,V4,U4,01/06/2023,E8"], "YES,F1,U1"), None);
    check("G1.total", &leaver(born, &["A1,01/06/2020,S,C2,U4,01/05/2023,E3"], "YES,F1,U1"), None);
    check("G1.total", &leaver(born, &["A1,01/06/2020,S,C2,U4,01/05/2023,E17"], "YES,F1,U1"), Some(("total", "YES")));
    check("G2.total", &leaver(born, &[], "YES,F1,U1"), Some(("total", "suitable")));
    check("G2.total", &leaver(born, &[], "YES,F1,X2"), Some(("total", "unsuitable")));
    check("G2.total", &leaver(born, &[], "NO,0,0"), Some(("total", "no_information")));
    check("G2.total", &leaver(born, &[], "NO,0,R2"), None);
    check("G3.total", &leaver(born, &[], "YES,P1,U1"), Some(("total", "higher_education")));
    check("G3.total", &leaver(born, &[], "YES,P4,U1"), Some(("total", "other_learning_or_work")));
    check("G3.total", &leaver(born, &[], "YES,G6,R2"), Some(("total", "not_in_learning_or_work")));
    check("G3.total", &leaver(born, &[], "NO,0,0"), Some(("total", "no_information")));
}

#[test]
fn p1_looked_after_on_31_march() {
    check("P1.total", &[in_2025(&["A1,31/03/2025,S,C2,U4,,"])], Some(("total", "children")));
    check("P1.total", &[in_2025(&["A1,01/06/2020,S,C2,U4,31/03/2025,E4A"])], None);
    check("P1.total", &[in_2025(&["A1,01/06/2024,S,V3,U4,,"])], None);
    let came = |row: &str| [in_2025(&[IN_CARE]).with(Source::Uasc, &[row])];
    check("P1.uasc", &came("A1,F,15/05/2012,"), Some(("uasc", "children")));
    check("P1.uasc", &came("A1,F,15/05/2012,31/03/2025"), Some(("not_uasc", "children")));
    check("P1.uasc", &came("A1,F,15/05/2012,01/04/2025"), Some(("uasc", "children")));
    check("P1.uasc", &[in_2025(&[IN_CARE])], Some(("not_uasc", "children")));
    check("P1.placement_16_17", &[in_2025(&[IN_CARE])], None);
    let old = written(2025, &["A1,F,01/04/2006,WBRI,UN1,,"], &["A1,01/06/2020,S,C2,K3,,"]);
    check("P1.placement_16_17", &[old], Some(("supported", "children")));
}

#[test]
fn ages_of_a_leap_birthday() {
    let aged = |birth: &str| {
        let header = format!("A1,F,{birth},WBRI,UN1,,");
        history(2025, &[written(2025, &[&header], &[IN_CARE])])
    };
    let child = aged("29/02/2008");
    assert_eq!(child.age_on(crate::day::tests::day("28/02/2025")), Some(17));
}

#[derive(Clone, Debug)]
struct AnyEpisode {
    gap: i32,
    days: i32,
    codes: (usize, usize, usize, usize),
}

fn any_episode() -> impl Strategy<Value = AnyEpisode> {
    let codes = (0usize..6, 0usize..5, 0usize..12, 0usize..7);
    (-40i32..60, 0i32..500, codes).prop_map(|(gap, days, codes)| AnyEpisode { gap, days, codes })
}

fn text(day: Day) -> String {
    let (year, month, day) = day.ymd();
    format!("{day:02}/{month:02}/{year}")
}

fn row(start: Day, episode: &AnyEpisode) -> (String, Day) {
    let (rne, legal, place, rec) = episode.codes;
    let rne = ["S", "L", "P", "T", "B", "U"][rne];
    let legal = ["C2", "V2", "V3", "V4", "E1"][legal];
    let place = ["U1", "U4", "A3", "A4", "A5", "A6", "K1", "K2", "P1", "T1", "T4", "R1"][place];
    let rec = ["X1", "X1", "X1", "E4A", "E3", "", "E11"][rec];
    let end = (0..episode.days).fold(start, |day, _| day.after());
    let (closing, rec) = if episode.days == 0 { (String::new(), "") } else { (text(end), rec) };
    (format!("A1,{},{rne},{legal},{place},{closing},{rec}", text(start)), end)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_child_adds_to_one_cell_of_a_table_at_most(
        years in proptest::collection::vec(proptest::collection::vec(any_episode(), 0..8), 3),
        birth_year in 1999i32..2025,
        score in 0u8..60,
    ) {
        let framework = Framework::built_in();
        let measures = MeasureSet::resolve(&framework).unwrap();
        let mut returns = Vec::new();
        for (number, episodes) in [2023i16, 2024, 2025].into_iter().zip(&years) {
            let sex = if number == 2025 { "F" } else { "2" };
            let header = format!("A1,{sex},15/05/{birth_year},WBRI,UN1,,");
            let mut at = Day::first_of(year(number));
            let mut rows = Vec::new();
            for episode in episodes {
                at = (0..episode.gap.abs()).fold(at, |day, _| if episode.gap < 0 { day.before() } else { day.after() });
                let (written, end) = row(at, episode);
                rows.push(written);
                at = end;
            }
            let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
            let oc2 = format!("A1,15/05/{birth_year},{score},,,,,,1,,,");
            let oc3 = format!("A1,15/05/{birth_year},YES,F1,U1");
            let said = score % 11;
            let survey = format!(
                "A1,01/06/{},{said},{said},{said},{said},{},YES,SOME,SAME,NO,RIGHT,LITTLE,NONE_OK,SOME,YES,NO",
                number - 1,
                ["1", "5"][usize::from(score % 2)].repeat(7).chars().map(String::from).collect::<Vec<_>>().join(",")
            );
            let of_year = written(number, &[&header], &rows).with(Source::Oc2, &[&oc2]).with(Source::Oc3, &[&oc3]);
            returns.push(of_year.with(Source::Reviews, &[]).with(Source::Wellbeing, &[&survey]));
        }
        for child in &histories(2025, &returns).children {
            let Some(all) = measures.contributions(child, year(2025)) else { continue };
            for pair in all.entries.windows(2) {
                prop_assert!(pair[0].table < pair[1].table);
            }
            for entry in &all.entries {
                let table = &framework.tables()[usize::from(entry.table)];
                prop_assert!(usize::from(entry.group) < table.groups.len() && usize::from(entry.category) < table.categories.len());
                prop_assert!(table.admits(all.kind), "{}: code and catalogue differ on who is in it", table.id);
                let measure = framework.measure(&table.measure).unwrap();
                let centred = entry.amount - measure.centre();
                prop_assert!(centred.abs() <= table.contribution_max);
            }
        }
    }
}

#[test]
fn a_mean_whose_code_names_categories_is_refused() {
    let framework = Framework::built_in();
    let mean = framework.table("A3.total").unwrap();
    assert!(resolve_table(0, mean, &[]).is_ok());
    assert!(resolve_table(0, mean, &["received"]).is_err());
    assert!(resolve_table(0, framework.table("A2.total").unwrap(), &["received"]).is_err());
}
