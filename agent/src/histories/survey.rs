//! What a child or care leaver says in a survey: questions put to the rows of extract `Wellbeing`.
//!
//! `docs/extracts.md`, "Which answer counts" and "Silence": for each question the latest row of the year in which it is
//! answered; not answered when no row answers it and one at least puts it; else not asked. Rows come by their days.

use shared::ids::ReportingYear;

use super::ChildHistory;
use crate::records::rows::extracts::{Reply, Siblings, WellbeingRow};

/// Metric scores of the short Warwick-Edinburgh scale in hundredths, for sums of the seven items from 7 to 35.
const METRIC: [i32; 29] = [
    700, 951, 1125, 1240, 1333, 1408, 1475, 1532, 1584, 1636, 1688, 1743, 1798, 1859, 1925, 1998, 2073, 2154, 2235, 2321, 2411,
    2503, 2602, 2703, 2813, 2931, 3070, 3255, 3500,
];
/// Least sum of the seven items.
const SUM_MIN: u8 = 7;

impl ChildHistory {
    /// The reply to one question in the extract of a year.
    pub fn reply<T: Copy>(&self, year: ReportingYear, question: impl Fn(&WellbeingRow) -> Reply<T>) -> Reply<T> {
        let mut reply = Reply::NotAsked;
        for row in self.extracts.wellbeing.of(year).rev() {
            match question(row) {
                Reply::Given(answer) => return Reply::Given(answer),
                Reply::NotAnswered => reply = Reply::NotAnswered,
                Reply::NotAsked => (),
            }
        }
        reply
    }

    /// With how many of the brothers and sisters in care here the child lives, by the latest row of the year that says so.
    pub fn lives_with_siblings(&self, year: ReportingYear) -> Option<Siblings> {
        self.extracts.wellbeing.of(year).rev().find_map(|row| row.siblings_home.known())
    }
}

/// The metric score of the seven items, in hundredths; not asked only when none of the seven was.
pub fn scale_score(row: &WellbeingRow) -> Reply<i32> {
    if row.scale.iter().all(|item| *item == Reply::NotAsked) {
        return Reply::NotAsked;
    }
    let position = row.scale_sum().and_then(|sum| sum.checked_sub(SUM_MIN));
    position.and_then(|at| METRIC.get(usize::from(at))).map_or(Reply::NotAnswered, |score| Reply::Given(*score))
}

/// Whether any question was answered, or at least put.
pub fn any_question(row: &WellbeingRow) -> Reply<()> {
    let replies = row.replies();
    if replies.contains(&Reply::Given(())) {
        Reply::Given(())
    } else if replies.contains(&Reply::NotAnswered) {
        Reply::NotAnswered
    } else {
        Reply::NotAsked
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::histories::tests::{history, written, year};
    use crate::records::tables::Table;

    /// The replies of the one child by its rows of Wellbeing: date, satisfied, the seven items, and the rest.
    fn replies(rows: &[&str]) -> ChildHistory {
        let row = |short: &&str| {
            let [on, satisfied, items] = short.split(' ').collect::<Vec<_>>()[..] else { panic!("{short}") };
            let items: Vec<String> = items.chars().map(|item| item.to_string().replace('_', "")).collect();
            format!("A1,{on},{satisfied},X,X,X,{},X,X,X,X,X,X,X,,X,X", items.join(","))
        };
        let rows: Vec<String> = rows.iter().map(row).collect();
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let bare = written(2025, &["A1,F,15/05/2008,WBRI,UN1,,"], &["A1,01/06/2020,S,C2,U4,,"]);
        history(2025, &[bare.with(Table::Wellbeing, &rows)])
    }

    fn text<T: ToString + Copy>(reply: Reply<T>) -> String {
        match reply {
            Reply::NotAsked => "not asked".to_owned(),
            Reply::NotAnswered => "not answered".to_owned(),
            Reply::Given(answer) => answer.to_string(),
        }
    }

    #[test]
    fn the_latest_answer_counts_in_whatever_order_the_rows_stand() {
        let check = |rows: &[&str], expected: &str| {
            assert_eq!(text(replies(rows).reply(year(2025), |row| row.satisfied)), expected, "{rows:?}");
        };
        check(&["10/06/2024 3 XXXXXXX", "12/02/2025 8 XXXXXXX"], "8");
        check(&["12/02/2025 8 XXXXXXX", "10/06/2024 3 XXXXXXX"], "8");
        check(&["10/06/2024 3 XXXXXXX", "12/02/2025  XXXXXXX"], "3");
        check(&["10/06/2024 3 XXXXXXX", "12/02/2025 X XXXXXXX"], "3");
        check(&["10/06/2024  XXXXXXX", "12/02/2025 X XXXXXXX"], "not answered");
        check(&["10/06/2024 X XXXXXXX", "12/02/2025  XXXXXXX"], "not answered");
        check(&["10/06/2024 X XXXXXXX", "12/02/2025 X XXXXXXX"], "not asked");
        check(&[], "not asked");
        let other = replies(&["10/06/2024 3 XXXXXXX"]).reply(year(2024), |row| row.satisfied);
        assert_eq!(text(other), "not asked", "each year has its own extract");
    }

    #[test]
    fn a_scale_needs_all_seven() {
        let check = |rows: &[&str], expected: &str| {
            assert_eq!(text(replies(rows).reply(year(2025), scale_score)), expected, "{rows:?}");
        };
        check(&["10/06/2024 X 1111111"], "700");
        check(&["10/06/2024 X 5555555"], "3500");
        check(&["10/06/2024 X 5555555", "12/02/2025 X 111111_"], "3500");
        check(&["10/06/2024 X 111111X"], "not answered");
        check(&["10/06/2024 X XXXXXX_"], "not answered");
        check(&["10/06/2024 X XXXXXXX"], "not asked");
    }

    #[test]
    fn the_metric_scores_are_those_of_the_page() {
        let page = include_str!("../../../docs/extracts.md");
        let lines = page.lines().filter_map(|line| line.strip_prefix("sum "));
        let scores = lines.flat_map(|line| line.split_whitespace().skip(1).map(|score| score.parse::<i32>().unwrap()));
        assert_eq!(scores.collect::<Vec<_>>(), METRIC);
    }
}
