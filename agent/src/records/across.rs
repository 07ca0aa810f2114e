//! Rules that look at the return of the year before. They report and drop nothing.

use std::collections::HashSet;

use super::ReturnRead;
use super::findings::Problem;
use super::rules::RuleId;
use super::tables::Table;
use crate::day::Day;
use crate::pseudonym::Pseudonym;

/// Reports children whose episodes began before the year of `now` and who have none in `former`, the return of the
/// year before. Does nothing for two returns that are not a year apart.
pub fn compare_years(former: &ReturnRead, now: &mut ReturnRead) {
    if former.year != now.year.before(1) {
        return;
    }
    let known: HashSet<Pseudonym> = former.records.episodes.iter().filter_map(|row| former.records.child(row.child)).collect();
    let first_day = Day::first_of(now.year);
    let mut reported = HashSet::new();
    for row in &now.records.episodes {
        let began_before = row.start < first_day && !row.legal.is_short_break();
        let is_new =
            began_before && now.records.child(row.child).is_some_and(|child| !known.contains(&child) && reported.insert(child));
        if is_new {
            now.findings.add(Problem { table: Table::Episodes, line: row.line, column: "DECOM", rule: RuleId::NoE });
        }
    }
}
