//! What councils leave open: blank cells, rows, tables and returns that are not there, rows amended a year later, episodes
//! that overlap or leave a gap. `Spec::gaps` says how much of it, from 0 to 1.
//!
//! Only what warns or is repaired: no row is dropped for it and no return refused. The children stay as they are; what is
//! written of them changes, by streams of chance of its own, so that without gaps no byte differs. The shares below are
//! those at 1, and all are invented.

use super::calendar::{Day, year_end};
use super::chance::{Chance, Purpose};
use super::extracts::{self, Extract};
use super::sheet::Sheet;
use super::write::{self, Table};
use super::{Council, SOCIAL_WORKERS_FROM};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// Tables that a measure uses and a council may lack.
const OPTIONAL: [&str; 6] = ["oc2.csv", "oc3.csv", "reviews.csv", "missing.csv", "uasc.csv", "sw_episodes.csv"];
/// Share of councils that lack the return of one year, never the newest.
const YEAR_LACKING: f64 = 0.35;
/// Share of tables, and of extracts, that a council lacks in a year.
const TABLE_LACKING: f64 = 0.08;
/// Share of children in care at the end of a year who are in no later return.
const CHILD_LOST: f64 = 0.004;
/// Share of rows of the last months that come into the next return only.
const LATE: f64 = 0.15;
/// Share of open rows that the next return amends.
const AMENDED: f64 = 0.03;
/// Share of episodes that overlap with the next one, that leave a gap before it, and that stay open.
const EPISODES_APART: [f64; 3] = [0.002, 0.002, 0.001];
/// Share of children without any row of a social worker.
const NO_WORKER: f64 = 0.04;

/// Cells that become blank, by file: column and share.
const CELLS: [(&str, &[(&str, f64)]); 12] = [
    ("header.csv", &[("ETHNIC", 0.01), ("UPN", 0.01)]),
    (
        "episodes.csv",
        &[("REASON_PLACE_CHANGE", 0.10), ("HOME_POST", 0.05), ("PL_POST", 0.03), ("PLACE_PROVIDER", 0.02), ("URN", 0.02)],
    ),
    (
        "oc2.csv",
        &[
            ("CONVICTED", 0.03),
            ("HEALTH_CHECK", 0.03),
            ("IMMUNISATIONS", 0.03),
            ("TEETH_CHECK", 0.03),
            ("HEALTH_ASSESSMENT", 0.03),
            ("SUBSTANCE_MISUSE", 0.03),
            ("INTERVENTION_RECEIVED", 0.05),
            ("INTERVENTION_OFFERED", 0.05),
        ],
    ),
    ("oc3.csv", &[("ACTIV", 0.02), ("ACCOM", 0.02)]),
    ("missing.csv", &[("MIS_END", 0.02)]),
    ("uasc.csv", &[("DUC", 0.25)]),
    ("sw_episodes.csv", &[("SW_DEC", 0.02), ("SW_REASON", 0.05)]),
    ("wellbeing.csv", &[("ONS_HAPPY", 0.05), ("TRUSTED_ADULT", 0.05), ("INCLUDED", 0.05), ("FRIEND", 0.05)]),
    ("school.csv", &[("SCHOOL_END", 0.02)]),
    ("mental_health.csv", &[("FIRST_APPT_DATE", 0.03), ("CLOSED_DATE", 0.03)]),
    ("carer_support.csv", &[("CARER_TRAINING", 0.08), ("CARER_THERAPY", 0.08), ("CHILD_THERAPY", 0.08)]),
    ("leaver_support.csv", &[("ADVISER", 0.08), ("TOLD_25", 0.08), ("MH_AT_18", 0.08), ("MH_SERVICE", 0.08)]),
];

/// Columns that become blank together, by file, with the share of rows.
const TOGETHER: [(&str, &[&str], f64); 2] =
    [("oc2.csv", &["SDQ_SCORE", "SDQ_REASON"], 0.05), ("oc3.csv", &["IN_TOUCH", "ACTIV", "ACCOM"], 0.03)];

/// Share of rows that are not there, by file.
const ROWS: [(&str, f64); 9] = [
    ("oc2.csv", 0.02),
    ("oc3.csv", 0.02),
    ("reviews.csv", 0.04),
    ("uasc.csv", 0.02),
    ("sw_episodes.csv", 0.02),
    ("sdq.csv", 0.05),
    ("wellbeing.csv", 0.05),
    ("after_home.csv", 0.05),
    ("health_assessment.csv", 0.05),
];

impl Council {
    /// The years of which the council has a return, oldest first.
    #[must_use]
    pub fn years_returned(&self) -> Vec<i16> {
        let mut chance = self.gaps_of(0, 0);
        let (lacks, which) = (chance.happens(YEAR_LACKING * self.gaps), chance.unit());
        let older = self.years.len() - 1;
        let mut years = self.years.clone();
        if lacks && older > 0 {
            let at = (0..older).rev().find(|&at| to_f64(at) <= which * to_f64(older));
            years.remove(at.unwrap_or(0));
        }
        years
    }

    /// The files of tables that the return of a year lacks.
    #[must_use]
    pub fn tables_lacking(&self, year: i16) -> Vec<&'static str> {
        let mut chance = self.gaps_of(year, 1);
        let drawn: Vec<bool> = OPTIONAL.iter().map(|_| chance.happens(TABLE_LACKING * self.gaps)).collect();
        let there = |file: &str| file != "sw_episodes.csv" || year >= SOCIAL_WORKERS_FROM;
        OPTIONAL.into_iter().zip(drawn).filter(|&(file, lacks)| lacks && there(file)).map(|(file, _)| file).collect()
    }

    /// Whether an extract that the council has otherwise is lacking in a year.
    pub(super) fn lacks_extract(&self, extract: Extract, year: i16) -> bool {
        let mut chance = self.gaps_of(year, 2);
        let drawn: Vec<bool> = Extract::ALL.iter().map(|_| chance.happens(TABLE_LACKING * self.gaps)).collect();
        Extract::ALL.into_iter().zip(drawn).any(|(other, lacks)| other == extract && lacks)
    }

    /// The tables of the return of a year, as the council hands them in.
    pub(super) fn tables_returned(&self, year: i16) -> Vec<Table> {
        let mut tables = write::tables(self, year);
        if self.gaps <= 0.0 {
            return tables;
        }
        let lacking = self.tables_lacking(year);
        tables.retain(|table| !lacking.contains(&table.file));
        let lost = self.lost(year);
        tables.into_iter().zip(3..).map(|(table, nth)| self.opened(table, year, nth, &lost)).collect()
    }

    /// The extracts of a year, as the council hands them in.
    pub(super) fn extracts_returned(&self, year: i16) -> Vec<Table> {
        let tables = extracts::tables(self, year);
        if self.gaps <= 0.0 {
            return tables;
        }
        tables.into_iter().zip(30..).map(|(table, nth)| self.opened(table, year, nth, &BTreeSet::new())).collect()
    }

    fn gaps_of(&self, year: i16, nth: u64) -> Chance {
        let number = self.code.parse().expect("an authority's code is a number");
        let mut chance = Chance::new(self.seed, Purpose::Gaps, number);
        chance.turn_to(u64::from(year.unsigned_abs()) * 64 + nth);
        chance
    }

    /// The children who are in no return from this year on although care went on at the end of the year before their last.
    fn lost(&self, year: i16) -> BTreeSet<&str> {
        let first = self.years[0];
        let mut lost = BTreeSet::new();
        for from in first + 1..=year {
            let mut chance = self.gaps_of(from, 63);
            let end = year_end(from - 1).date();
            for child in &self.children {
                let drawn = chance.happens(CHILD_LOST * self.gaps);
                let open = child.episodes.iter().any(|e| e.decom < end && e.dec.is_none_or(|dec| dec > end));
                if drawn && open {
                    lost.insert(child.id.as_str());
                }
            }
        }
        lost
    }

    fn opened(&self, table: Table, year: i16, nth: u64, lost: &BTreeSet<&str>) -> Table {
        let mut chance = self.gaps_of(year, nth);
        let mut sheet = Sheet::of(&table);
        let child = sheet.column("CHILD");
        sheet.rows.retain(|row| !lost.contains(row[child].as_str()));
        match sheet.file {
            "header.csv" if year >= 2025 => self.sex_not_known(&mut chance, &mut sheet),
            "episodes.csv" => {
                if self.years.last() != Some(&year) {
                    late(&mut chance, &mut sheet, year, self.gaps);
                    amended(&mut chance, &mut sheet, self.gaps);
                }
                apart(&mut chance, &mut sheet, year, self.gaps);
            }
            "sw_episodes.csv" => without_worker(&mut chance, &mut sheet, self.gaps),
            _ => {}
        }
        let share = ROWS.iter().find(|(file, _)| *file == sheet.file).map_or(0.0, |&(_, share)| share * self.gaps);
        sheet.rows.retain(|_| !chance.happens(share));
        self.blank(&mut chance, &mut sheet);
        sheet.into_table()
    }

    /// Cells that become blank.
    fn blank(&self, chance: &mut Chance, sheet: &mut Sheet) {
        let file = sheet.file;
        let alone = CELLS.iter().filter(|(of, _)| *of == file).flat_map(|(_, cells)| cells.iter());
        let alone = alone.map(|&(column, share)| (vec![column], share));
        let together = TOGETHER.iter().filter(|(of, ..)| *of == file).map(|(_, columns, share)| (columns.to_vec(), *share));
        for (columns, share) in alone.chain(together).collect::<Vec<_>>() {
            for row in &mut sheet.rows {
                let blank = chance.happens(share * self.gaps);
                for column in columns.iter().filter(|_| blank) {
                    if let Some(at) = sheet.columns.iter().position(|name| name == column).filter(|&at| row[at] != "X") {
                        row[at].clear();
                    }
                }
            }
        }
    }

    /// Sex not known, and nothing about motherhood then; not of those who came alone, whose sex stands in two tables.
    fn sex_not_known(&self, chance: &mut Chance, sheet: &mut Sheet) {
        let alone: BTreeSet<&str> = self.children.iter().filter(|c| c.uasc.is_some()).map(|c| c.id.as_str()).collect();
        let columns = ["CHILD", "SEX", "MOTHER", "MC_DOB"].map(|name| sheet.column(name));
        for row in &mut sheet.rows {
            if chance.happens(0.01 * self.gaps) && !alone.contains(row[columns[0]].as_str()) {
                row[columns[1]] = "U".to_owned();
                row[columns[2]].clear();
                row[columns[3]].clear();
            }
        }
    }
}

fn to_f64(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

/// The rows of each child, in order.
fn by_child(sheet: &Sheet) -> BTreeMap<String, Vec<usize>> {
    let child = sheet.column("CHILD");
    let mut rows: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, row) in sheet.rows.iter().enumerate() {
        rows.entry(row[child].clone()).or_default().push(at);
    }
    rows
}

/// Moves of the last two months that nobody had entered when the return was made: the home before stays open in it.
fn late(chance: &mut Chance, sheet: &mut Sheet, year: i16, gaps: f64) {
    let [decom, rne, dec, rec, reason] = ["DECOM", "RNE", "DEC", "REC", "REASON_PLACE_CHANGE"].map(|name| sheet.column(name));
    let recent = year_end(year).plus(-60);
    let mut without = BTreeSet::new();
    for rows in by_child(sheet).into_values() {
        let is_late = chance.happens(LATE * gaps);
        let [.., before, last] = rows[..] else { continue };
        let row = &sheet.rows[last];
        let began = day(&row[decom]).is_some_and(|on| on >= recent);
        let goes_on = row[rne] != "S" && row[dec].is_empty() && sheet.rows[before][dec] == row[decom];
        if is_late && began && goes_on {
            for column in [dec, rec, reason] {
                sheet.rows[before][column].clear();
            }
            without.insert(last);
        }
    }
    let mut at = 0..;
    sheet.rows.retain(|_| at.next().is_none_or(|at| !without.contains(&at)));
}

/// Rows that are open at the end of the year and that the next return has otherwise: another status, another provider.
fn amended(chance: &mut Chance, sheet: &mut Sheet, gaps: f64) {
    let [legal, place, provider, dec] = ["LS", "PLACE", "PLACE_PROVIDER", "DEC"].map(|name| sheet.column(name));
    for row in &mut sheet.rows {
        let (is_amended, what) = (chance.happens(AMENDED * gaps), chance.below(3));
        if !is_amended || !row[dec].is_empty() {
            continue;
        }
        let (column, from, to) = match what {
            0 => (legal, ["C1", "C2"], ["C2", "C1"]),
            1 => (place, ["U6", "U4"], ["U4", "U6"]),
            _ => (provider, ["PR1", "PR4"], ["PR5", "PR1"]),
        };
        if let Some(at) = from.iter().position(|code| row[column] == *code) {
            row[column] = to[at].to_owned();
        }
    }
}

/// Episodes that end some days after the next one begins, or before, or not at all.
fn apart(chance: &mut Chance, sheet: &mut Sheet, year: i16, gaps: f64) {
    let [decom, dec, rec] = ["DECOM", "DEC", "REC"].map(|name| sheet.column(name));
    let followed: BTreeSet<usize> = by_child(sheet).into_values().flat_map(|rows| rows[..rows.len() - 1].to_vec()).collect();
    for (at, row) in sheet.rows.iter_mut().enumerate() {
        let (kind, days) = (chance.unit(), chance.days(1, 9));
        let (Some(from), Some(to)) = (day(&row[decom]), day(&row[dec])) else { continue };
        if row[rec] != "X1" || !followed.contains(&at) {
            continue;
        }
        let [overlap, gap, open] = EPISODES_APART.map(|share| share * gaps);
        let on = match kind {
            _ if kind < overlap => to.plus(days).min(year_end(year)),
            _ if kind < overlap + gap => to.plus(-days).max(from.plus(1)),
            _ if kind < overlap + gap + open => {
                row[dec].clear();
                row[rec].clear();
                continue;
            }
            _ => continue,
        };
        row[dec] = text(on);
    }
}

fn without_worker(chance: &mut Chance, sheet: &mut Sheet, gaps: f64) {
    let child = sheet.column("CHILD");
    let children: BTreeSet<String> = sheet.rows.iter().map(|row| row[child].clone()).collect();
    let without: BTreeSet<String> = children.into_iter().filter(|_| chance.happens(NO_WORKER * gaps)).collect();
    sheet.rows.retain(|row| !without.contains(&row[child]));
}

/// A day as the return writes it.
fn day(text: &str) -> Option<Day> {
    Date::strptime("%d/%m/%Y", text).ok().map(Day::of)
}

fn text(on: Day) -> String {
    on.date().strftime("%d/%m/%Y").to_string()
}

#[cfg(test)]
mod tests {
    use super::super::extracts::Supply;
    use super::super::{Plan, Spec};

    fn spec(gaps: f64) -> Spec {
        Spec { seed: 9, authorities: Some(14), n_years: 4, reporting_year: 2026, extracts: Supply::All, gaps, ..Spec::default() }
    }

    #[test]
    fn without_gaps_no_byte_differs_and_the_same_seed_leaves_the_same_open() {
        let (none, some) = (Plan::new(&spec(0.0)), Plan::new(&spec(0.5)));
        for place in 0..3 {
            let bytes = |plan: &Plan| -> Vec<Vec<u8>> {
                let council = plan.council_of_size(place, 60);
                let years = council.years_returned();
                years.into_iter().flat_map(|year| council.files(year)).map(|table| table.bytes).collect()
            };
            let council = none.council_of_size(place, 60);
            let clean: Vec<Vec<u8>> = council
                .years
                .iter()
                .flat_map(|&year| super::write::tables(&council, year).into_iter().chain(super::extracts::tables(&council, year)))
                .map(|table| table.bytes)
                .collect();
            assert_eq!(bytes(&none), clean);
            assert_eq!(bytes(&some), bytes(&some));
            assert_ne!(bytes(&some), clean);
        }
    }
}
