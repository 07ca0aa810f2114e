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
