//! Hand-made histories, and what merging, repair and the chain make of them.

use shared::framework::Parameters;
use shared::ids::ReportingYear;

use super::*;
use crate::day::tests::day;
use crate::records::Returns;
use crate::records::tests::{TestFile, read_all};

/// A reporting year.
pub fn year(number: i16) -> ReportingYear {
    ReportingYear::new(number).unwrap()
}

/// One return, written table by table: the name of a table, then its rows.
pub struct Written {
    number: i16,
    files: Vec<TestFile>,
}

/// A return of a year with Header rows and Episodes rows; `CHILD,DECOM,RNE,LS,PLACE,DEC,REC` and, where it matters, `,PL_POST`.
pub fn written(number: i16, header: &[&str], episodes: &[&str]) -> Written {
    let mut written = Written { number, files: Vec::new() }.with(Table::Header, header);
    let rows: Vec<String> = episodes.iter().map(|row| episode_row(row)).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    written = written.with(Table::Episodes, &rows);
    written
}

fn episode_row(short: &str) -> String {
    let cells: Vec<&str> = short.split(',').collect();
    let [child, start, rne, legal, place, end, rec, rest @ ..] = cells.as_slice() else { panic!("{short}") };
    let postcode = rest.first().unwrap_or(&"AB1 2CD");
    format!("{child},{start},{rne},{legal},N1,{place},PR1,{end},{rec},,AB9 9ZZ,{postcode},1234567")
}

impl Written {
    /// With other rows of a table that it has.
    pub fn replaced(mut self, table: Table, rows: &[&str]) -> Self {
        let name = format!("{}/{table}", self.number);
        self.files.retain(|file| file.name != name);
        self.with(table, rows)
    }

    /// With one more table.
    pub fn with(mut self, table: Table, rows: &[&str]) -> Self {
        let columns: Vec<&str> = table.columns().to_vec();
        let text = format!("{}\n{}\n", columns.join(","), rows.join("\n"));
        self.files.push(TestFile { name: format!("{}/{table}", self.number), bytes: text.into_bytes() });
        self
    }
}

/// Returns as read.
pub fn read(returns: &[Written]) -> Returns {
    let mut returns: Vec<(i16, &[TestFile])> = returns.iter().map(|written| (written.number, &written.files[..])).collect();
    returns.sort_by_key(|(number, _)| *number);
    read_all(&returns)
}

/// The histories for a year.
pub fn histories(of: i16, returns: &[Written]) -> Histories {
    build(&read(returns), year(of), Mending::Apply, Parameters::default())
}

/// The history of the one child.
pub fn history(of: i16, returns: &[Written]) -> ChildHistory {
    let mut all = histories(of, returns);
    assert_eq!(all.children.len(), 1);
    all.children.remove(0)
}

const GIRL: &str = "A1,2,15/05/2012,WBRI,UN1,,";
const GIRL_2025: &str = "A1,F,15/05/2012,WBRI,UN1,,";

/// The placements and carers of episodes of the return of 2025, as text: `0/0 1/0`.
fn chain(episodes: &[&str]) -> String {
    let child = history(2025, &[written(2025, &[GIRL_2025], episodes)]);
    let number = |number: Option<usize>| number.map_or("-".to_owned(), |number| number.to_string());
    let steps: Vec<String> = child.episodes.iter().map(|e| format!("{}/{}", number(e.placement), number(e.carer))).collect();
    steps.join(" ")
}

#[test]
fn labels_make_placements_and_carers() {
    let check = |rows: &[&str], expected: &str| assert_eq!(chain(rows), expected, "{rows:?}");
    let first = "A1,01/06/2024,S,C2,U4,01/07/2024,X1";
    check(&[first, "A1,01/07/2024,L,C1,U4,,"], "0/0 0/0");
    check(&[first, "A1,01/07/2024,T,C2,U4,,,ZZ1 1ZZ"], "0/0 1/0");
    check(&[first, "A1,01/07/2024,U,C1,U4,,,ZZ1 1ZZ"], "0/0 1/0");
    check(&[first, "A1,01/07/2024,P,C2,K2,,"], "0/0 1/1");
    check(&[first, "A1,01/07/2024,B,C1,K2,,"], "0/0 1/1");
    // adoption by the carer continues whatever the label says, by others it does not
    check(&[first, "A1,01/07/2024,P,E1,A5,,"], "0/0 0/0");
    check(&[first, "A1,01/07/2024,B,E1,A3,,"], "0/0 0/0");
    check(&[first, "A1,01/07/2024,P,E1,A6,,"], "0/0 1/1");
    check(&[first, "A1,01/07/2024,B,E1,A4,01/08/2024,X1", "A1,01/08/2024,U,E1,A6,,"], "0/0 1/1 2/1");
}

#[test]
fn a_temporary_stay_belongs_to_the_placement_before() {
    let check = |rows: &[&str], expected: &str| assert_eq!(chain(rows), expected, "{rows:?}");
    let first = "A1,01/06/2024,S,C2,U4,01/07/2024,X1";
    let stay = "A1,01/07/2024,P,C2,T1,08/07/2024,X1,HO5 1AL";
    check(&[first, stay, "A1,08/07/2024,P,C2,U4,,"], "0/0 0/0 0/0");
    check(&[first, stay, "A1,08/07/2024,P,C2,U4,,,ZZ1 1ZZ"], "0/0 0/0 1/1");
    check(&[first, stay, "A1,08/07/2024,T,C2,U4,,,ZZ1 1ZZ"], "0/0 0/0 1/0");
    check(&[first, stay, "A1,08/07/2024,L,C1,U4,,,ZZ1 1ZZ"], "0/0 0/0 0/0");
    check(&[first, stay, "A1,08/07/2024,P,C2,T4,09/07/2024,X1,X", "A1,09/07/2024,P,C2,U4,,"], "0/0 0/0 0/0 0/0");
    check(&["A1,01/06/2024,S,C2,T0,01/07/2024,X1", "A1,01/07/2024,P,C2,U4,,"], "-/- 0/0");
}

#[test]
fn a_new_period_starts_a_new_placement() {
    let child =
        history(2025, &[written(2025, &[GIRL_2025], &["A1,01/06/2024,S,C2,U4,01/07/2024,E4A", "A1,01/09/2024,S,C2,U4,,"])]);
    assert_eq!(child.episodes.iter().map(|e| e.period).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(chain(&["A1,01/06/2024,S,C2,U4,01/07/2024,E4A", "A1,01/09/2024,S,C2,U4,,"]), "0/0 1/1");
    // an exit ends the period even where the next label is not S, and so does an end without a reason
    assert_eq!(chain(&["A1,01/06/2024,S,C2,U4,01/07/2024,E4A", "A1,01/07/2024,L,C2,U4,,"]), "0/0 1/1");
    assert_eq!(chain(&["A1,01/06/2024,S,C2,U4,01/07/2024,", "A1,01/07/2024,L,C2,U4,,"]), "0/0 1/1");
}

#[test]
fn the_latest_return_and_the_last_row_replace() {
    let child = history(
        2025,
        &[
            written(2024, &[GIRL], &["A1,01/06/2023,S,V2,U4,,", "A1,01/06/2023,S,V2,K2,,"]),
            written(2025, &[GIRL_2025], &["A1,01/06/2023,S,C2,U6,01/05/2024,X1", "A1,01/05/2024,P,C2,U6,,"]),
        ],
    );
    assert_eq!(child.episodes.len(), 2);
    assert!(child.episodes[0].place == Place::U6 && child.episodes[0].legal == LegalStatus::C2);
    let child = history(2024, &[written(2024, &[GIRL], &["A1,01/06/2023,S,V2,U4,,", "A1,01/06/2023,S,V2,K2,,"])]);
    assert!(child.episodes.len() == 1 && child.episodes[0].place == Place::K2);
}

#[test]
fn an_episode_left_open_is_closed_and_listed() {
    let check = |older: &[&str], newer: &[&str], expected: &[(&str, Option<(&str, bool)>)], kinds: &[RepairKind]| {
        let all = histories(2025, &[written(2024, &[GIRL], older), written(2025, &[GIRL_2025], newer)]);
        let found: Vec<_> =
            all.children[0].episodes.iter().map(|e| (e.start, e.end.map(|end| (end.on, end.how.continues())))).collect();
        let expected: Vec<_> =
            expected.iter().map(|(start, end)| (day(start), end.map(|(on, continues)| (day(on), continues)))).collect();
        assert!(found == expected, "{older:?} {newer:?}: {found:?}");
        assert_eq!(all.summary.repairs.iter().map(|repair| repair.kind).collect::<Vec<_>>(), kinds);
    };
    let open = "A1,01/06/2023,S,C2,U4,,";
    check(&[open], &[], &[("01/06/2023", Some(("31/03/2024", false)))], &[RepairKind::ClosedAtYearEnd]);
    check(
        &[open],
        &["A1,01/07/2024,P,C2,U4,,"],
        &[("01/06/2023", Some(("01/07/2024", true))), ("01/07/2024", None)],
        &[RepairKind::ClosedAtNext],
    );
    check(
        &[open],
        &["A1,01/07/2024,S,C2,U4,,"],
        &[("01/06/2023", Some(("31/03/2024", false))), ("01/07/2024", None)],
        &[RepairKind::ClosedBeforeNewPeriod],
    );
    check(
        &[open],
        &["A1,10/07/2023,S,C2,U4,,"],
        &[("01/06/2023", Some(("09/07/2023", false))), ("10/07/2023", None)],
        &[RepairKind::ClosedBeforeNewPeriod],
    );
    check(&["A1,31/03/2024,S,C2,U4,,"], &[], &[], &[RepairKind::LeftOut]);
    check(&[open], &[open], &[("01/06/2023", None)], &[]);
}

/// Ends of the episodes of one return under each choice, and the repairs that are listed.
fn mended(rows: &[&str], mending: Mending) -> (Vec<Option<&'static str>>, Vec<RepairKind>) {
    let all = build(&read(&[written(2025, &[GIRL_2025], rows)]), year(2025), mending, Parameters::default());
    let known = ["01/07/2024", "01/08/2024", "01/09/2024"];
    let text = |on: Day| known.into_iter().find(|text| day(text) == on).unwrap_or("another day");
    let ends = all.children[0].episodes.iter().map(|episode| episode.end.map(|end| text(end.on))).collect();
    (ends, all.summary.repairs.iter().map(|repair| repair.kind).collect())
}

#[test]
fn what_is_mended_is_the_authoritys_choice_and_is_said() {
    let next = "A1,01/08/2024,P,C2,U6,,";
    type Ends<'e> = &'e [Option<&'e str>];
    let cases: [(&[&str], Ends<'_>, Ends<'_>, RepairKind); 4] = [
        (&["A1,01/06/2024,S,C2,U4,,", next], &[None, None], &[Some("01/08/2024"), None], RepairKind::ClosedAtNext),
        (
            &["A1,01/06/2024,S,C2,U4,01/09/2024,X1", next],
            &[Some("01/09/2024"), None],
            &[Some("01/08/2024"), None],
            RepairKind::OverlapTrimmed,
        ),
        (
            &["A1,01/06/2024,S,C2,U4,01/07/2024,X1", next],
            &[Some("01/07/2024"), None],
            &[Some("01/08/2024"), None],
            RepairKind::GapClosed,
        ),
        (&["A1,01/08/2024,S,C2,U5,,", "A1,01/08/2024,S,C2,U4,,"], &[None], &[None], RepairKind::RepeatLeftOut),
    ];
    for (rows, standing, applied, kind) in cases {
        assert_eq!(mended(rows, Mending::Off), (standing.to_vec(), vec![]), "{rows:?}");
        assert_eq!(mended(rows, Mending::Report), (standing.to_vec(), vec![kind]), "{rows:?}");
        assert_eq!(mended(rows, Mending::Apply), (applied.to_vec(), vec![kind]), "{rows:?}");
    }
}

#[test]
fn later_returns_are_left_aside() {
    let child = history(
        2024,
        &[
            written(2024, &[GIRL], &["A1,01/06/2023,S,C2,U4,,"]),
            written(2025, &[GIRL_2025], &["A1,01/06/2023,S,C2,U4,01/05/2024,E4A"]),
        ],
    );
    assert!(child.episodes[0].end.is_none());
}

#[test]
fn a_child_without_header_is_counted_nowhere() {
    let all = histories(2025, &[written(2025, &[GIRL_2025], &["A1,01/06/2024,S,C2,U4,,", "A2,01/06/2024,S,C2,U4,,"])]);
    assert_eq!((all.children.len(), all.summary.n_without_header), (1, 1));
}

#[test]
fn in_care_is_from_the_first_day_until_the_day_before_the_last() {
    let check = |row: &str, expected: (bool, bool)| {
        let child = history(2025, &[written(2025, &[GIRL_2025], &[row])]);
        let found = (child.episode_on_last_day(year(2025)).is_some(), child.last_episode_in_year(year(2025)).is_some());
        assert_eq!(found, expected, "{row}");
    };
    check("A1,31/03/2025,S,C2,U4,,", (true, true));
    check("A1,01/06/2024,S,C2,U4,31/03/2025,E4A", (false, true));
    check("A1,01/06/2023,S,C2,U4,01/04/2024,E4A", (false, false));
    check("A1,01/06/2023,S,C2,U4,02/04/2024,E4A", (false, true));
    check("A1,01/06/2024,S,V4,U4,,", (false, false));
}

#[test]
fn twelve_months_in_the_words_of_the_rule() {
    let check = |rows: &[&str], expected: bool| {
        let child = history(2025, &[written(2025, &[GIRL_2025], rows)]);
        assert_eq!(child.looked_after_twelve_months(year(2025)), expected, "{rows:?}");
    };
    check(&["A1,01/04/2024,S,C2,U4,,"], true);
    check(&["A1,02/04/2024,S,C2,U4,,"], false);
    check(&["A1,01/06/2023,S,C2,U4,01/06/2024,X1", "A1,01/06/2024,P,C2,U4,,"], true);
    check(&["A1,01/06/2023,S,C2,U4,01/06/2024,E4A", "A1,02/06/2024,S,C2,U4,,"], false);
    check(&["A1,01/06/2023,S,C2,U4,01/06/2024,", "A1,01/06/2024,P,C2,U4,,"], false);
    check(&["A1,01/06/2023,S,C2,U4,31/03/2025,E4A"], false);
    check(&["A1,01/06/2023,S,C2,U4,,", "A1,01/05/2024,S,V3,U4,03/05/2024,E8"], false);
    check(&["A1,01/06/2023,S,C2,U4,,", "A1,01/03/2024,S,V3,U4,01/04/2024,E8"], true);
}

#[test]
fn two_and_a_half_years_begin_on_30_september() {
    let check = |start: &str, expected: bool| {
        let row = format!("A1,{start},S,C2,U4,,");
        let child = history(2025, &[written(2025, &[GIRL_2025], &[&row])]);
        assert_eq!(child.looked_after_two_and_a_half_years(year(2025)), expected, "{start}");
    };
    check("30/09/2022", true);
    check("01/10/2022", false);
}

#[test]
fn what_needs_no_mending_is_left_and_not_listed() {
    for rows in [
        // ends on the day on which the next one begins
        ["A1,01/06/2024,S,C2,U4,01/08/2024,X1", "A1,01/08/2024,P,C2,U6,,"],
        // left care, and came back under a label that is not S
        ["A1,01/06/2024,S,C2,U4,01/07/2024,E4A", "A1,01/08/2024,P,C2,U6,,"],
        // says that it goes on, and a new period begins later
        ["A1,01/06/2024,S,C2,U4,01/07/2024,X1", "A1,01/08/2024,S,C2,U6,,"],
    ] {
        let (as_written, _) = mended(&rows, Mending::Off);
        assert_eq!(mended(&rows, Mending::Apply), (as_written, vec![]), "{rows:?}");
    }
}

#[test]
fn episodes_that_two_returns_have_stand_once_each() {
    let older = ["A1,01/06/2023,S,C2,U4,01/09/2023,X1", "A1,01/09/2023,P,C2,U4,,"];
    let newer = ["A1,01/06/2023,S,C2,U6,01/09/2023,X1", "A1,01/09/2023,P,C2,K2,01/05/2024,E4A"];
    let child = history(2025, &[written(2024, &[GIRL], &older), written(2025, &[GIRL_2025], &newer)]);
    let places: Vec<_> = child.episodes.iter().map(|episode| (episode.start, episode.place)).collect();
    assert!(places == [(day("01/06/2023"), Place::U6), (day("01/09/2023"), Place::K2)]);
}

#[test]
fn every_repair_has_the_name_that_data_teams_know_and_a_sentence_of_its_own() {
    let names: Vec<&str> = RepairKind::ALL.iter().map(|kind| kind.name()).collect();
    assert_eq!(names, ["RULE_1", "RULE_1A", "RULE_2", "RULE_3", "RULE_4", "RULE_5", "RULE_6"]);
    let words: std::collections::BTreeSet<&str> = RepairKind::ALL.iter().map(|kind| kind.words()).collect();
    assert_eq!(words.len(), names.len());
}

#[test]
fn rows_of_an_extract_are_forgotten_before_the_next_child() {
    let mut rows = extracts::ByYear::default();
    rows.add(year(2024), &[1_u8, 2]);
    rows.add(year(2025), &[3]);
    assert_eq!(rows.of(year(2024)).copied().collect::<Vec<_>>(), [1, 2]);
    rows.clear();
    assert_eq!((rows.of(year(2024)).count(), rows.of(year(2025)).count()), (0, 0));
}
