//! Canaries: one worst legal child of every kind of child, as rows of returns.
//!
//! A canary exists to cost as much privacy as its kind of child can: it is in as many tables as the rules admit, with
//! amounts at the ends of their bounds. In care its former period ends on the last day of the year before and the next
//! begins on the day after: so it is looked after for twelve months, came into care and came back, all in one year. Out of
//! care it left as late as its age allows. It has a score of 40 after scores of 0, the best of every answer, a referral, and
//! is in every extract. Answers in which nothing is extreme differ by the canary's number, so that two canaries share few
//! cells. Invariant: no row is an error by any rule.

use std::collections::BTreeMap;

use shared::framework::ChildKind;

use crate::councils::calendar::{Day, year_end, year_start};
use crate::worlds::codes::TABLES;
use crate::worlds::days::text;
use crate::worlds::{Rows, Sheet};

/// The reporting year of every audit.
pub const YEAR: i16 = 2025;
/// Return years that are written, the first one because changes are counted over two years.
const YEARS: [i16; 3] = [YEAR - 2, YEAR - 1, YEAR];
/// First return year with social workers.
const WORKERS_SINCE: i16 = 2024;
/// Age at which care ends at the latest.
const GROWN: i32 = 18;

/// A return year with its files, each a name with its bytes.
pub type FilesOfYear = (i16, Vec<(String, Vec<u8>)>);

/// A canary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Canary {
    /// Its kind.
    pub kind: ChildKind,
    /// Its number, which decides the answers in which nothing is extreme.
    pub number: usize,
}

impl Canary {
    /// One of every kind.
    pub fn of_every_kind() -> impl Iterator<Item = Self> {
        ChildKind::all().enumerate().map(|(number, kind)| Self { kind, number })
    }

    /// What its rows call it.
    #[must_use]
    pub fn id(&self) -> String {
        format!("K{:02}{}{:04}", self.kind.age, if self.kind.in_care { "C" } else { "L" }, self.number)
    }

    fn birth(&self) -> Day {
        Day::of_ymd(i32::from(YEAR) - 1 - i32::from(self.kind.age), 5, 10)
    }

    /// One of several answers, by the canary's number and the question: as if dealt by chance, and always the same.
    fn one<T: Copy>(&self, question: u64, of: &[T]) -> T {
        let number = u64::try_from(self.number).unwrap_or(u64::MAX);
        let mut mixed = (number << 8 | question).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        for multiplier in [0xbf58_476d_1ce4_e5b9_u64, 0x94d0_49bb_1331_11eb] {
            mixed = (mixed ^ (mixed >> 29)).wrapping_mul(multiplier);
        }
        of[usize::try_from(mixed >> 33).unwrap_or(0) % of.len()]
    }
}

/// The files of each return year with these canaries in them: name and bytes.
///
/// Every table is there in every year, with no row if need be.
#[must_use]
pub fn files(canaries: &[Canary]) -> Vec<FilesOfYear> {
    let mut years: BTreeMap<i16, Rows> = YEARS.map(|year| (year, Rows::default())).into();
    for canary in canaries {
        for (year, rows) in &mut years {
            add(canary, *year, rows);
        }
    }
    let files = |(year, mut rows): (i16, Rows)| {
        let is_there = |table: &str| (table != "SWEpisodes" || year >= WORKERS_SINCE) && table != "DoLo";
        let tables = TABLES.iter().filter(|(table, _)| is_there(table));
        let sheets = tables.map(|(table, _)| Sheet::new(table, rows.take(table)));
        (year, sheets.map(|sheet| (format!("{}.csv", sheet.table), sheet.to_csv().into_bytes())).collect())
    };
    years.into_iter().map(files).collect()
}

/// Adds what the return of a year says of a canary.
fn add(canary: &Canary, year: i16, rows: &mut Rows) {
    let (birth, last) = (canary.birth(), year_end(year));
    let episodes: Vec<Episode> = episodes(canary);
    let is_of_year = |e: &&Episode| e.start <= last && e.end.is_none_or(|(end, _)| end >= year_start(year));
    let grown = birth.birthday(17) <= last;
    if birth > last || !(grown || episodes.iter().any(|e| is_of_year(&e))) {
        return;
    }
    let id = canary.id();
    let sex = match (canary.one(0, &["F", "M"]), year >= 2025) {
        (sex, true) => sex,
        ("F", false) => "2",
        (_, false) => "1",
    };
    let ethnic = canary.one(1, &["WBRI", "AIND", "BAFR", "MWBC", "OOTH"]);
    rows.add("Header", [id.as_str(), sex, &text(birth), ethnic, "UN1", "", ""]);
    for episode in episodes.iter().filter(is_of_year) {
        rows.push("Episodes", episode.cells(&id, last));
    }
    in_return(canary, year, rows);
    in_extracts(canary, year, rows);
}

/// An episode: first day, why it began, its home, and when and why it ended.
struct Episode {
    start: Day,
    rne: &'static str,
    place: &'static str,
    number: usize,
    end: Option<(Day, &'static str)>,
    reason: &'static str,
}

impl Episode {
    fn cells(&self, id: &str, last: Day) -> Vec<String> {
        let end = self.end.filter(|(end, _)| *end <= last);
        let (day, rec) = end.map_or((String::new(), ""), |(end, rec)| (text(end), rec));
        let reason = if rec == "X1" { self.reason } else { "" };
        let (home, urn) = (format!("XB{} 1AB", 1 + self.number % 9), format!("SC{:06}", 101 + self.number));
        let cells = [id, &text(self.start), self.rne, "C2", "N1", self.place, "PR1", &day, rec, reason, "XA1 1AB", &home, &urn];
        cells.map(str::to_owned).to_vec()
    }
}

/// The episodes of a canary.
fn episodes(canary: &Canary) -> Vec<Episode> {
    let (birth, kind) = (canary.birth(), canary.kind);
    let (first, last) = (year_start(YEAR), year_end(YEAR));
    let place = canary.one(2, &["U1", "U4", "K1", "P1", "R1", "H5"]);
    let place = if place == "H5" { if kind.age >= 16 { "K2" } else { "U6" } } else { place };
    let reason = canary.one(3, &["CARPL", "CLOSE", "ALLEG", "STAND", "APPRR", "CREQB", "CREQO", "CHILD", "LAREQ", "PLACE"]);
    let rec = canary.one(4, &["E4A", "E4B"]);
    let episode = |start: Day, rne, number, end: Option<(Day, &'static str)>| Episode { start, rne, place, number, end, reason };
    let came = birth.plus(20).max(Day::of_ymd(i32::from(YEAR) - 6, 6, 1));
    let grown = birth.birthday(GROWN);
    let n = canary.number;
    if kind.age > 18 || (kind.age == 18 && !kind.in_care) {
        // care ended at 18 in a foster home; who is in care at that age came before and has no end
        let came = came.min(grown.plus(-900));
        let end = (!kind.in_care).then_some((grown, "E17"));
        return vec![Episode { place: "U4", ..episode(came, "S", n, end) }];
    }
    let mut all = Vec::new();
    if came < first.plus(-30) {
        all.push(episode(came, "S", n, Some((first.plus(-1), rec))));
    }
    let start = came.max(first);
    let moved = Day::of_ymd(i32::from(YEAR), 1, 15);
    all.push(episode(start, "S", n, Some((moved, "X1"))));
    all.push(episode(moved, "P", n + 1, (!kind.in_care).then_some((last.plus(-2), rec))));
    all
}

/// The tables of the return beside the episodes.
fn in_return(canary: &Canary, year: i16, rows: &mut Rows) {
    let (id, birth, age) = (canary.id(), canary.birth(), i32::from(canary.kind.age));
    let (dob, last) = (text(birth), year_end(year));
    let age_then = age - i32::from(YEAR - year);
    let day = |month: i32, of_month: i32| Day::of_ymd(i32::from(year) - i32::from(month > 3), month, of_month);
    if age_then < GROWN {
        let score = if year == YEAR { "40" } else { "0" };
        let score = if (4..=16).contains(&age_then) { score } else { "" };
        let yes = canary.one(5, &["1", "0"]);
        let misuse = canary.one(6, &["1", "0"]);
        let [received, offered] = if misuse == "1" { ["0", "1"] } else { ["", ""] };
        let checks = if age_then < 5 { yes } else { "" };
        let convicted = if age_then >= 10 { yes } else { "0" };
        rows.add("OC2", [&id, &dob, score, "", convicted, checks, yes, yes, yes, misuse, received, offered]);
        for review in [day(6, 20), day(1, 30)].into_iter().filter(|review| *review > birth) {
            let code = if age_then < 5 { "PN0" } else { canary.one(7, &["PN1", "PN2", "PN3", "PN4", "PN5", "PN6", "PN7"]) };
            rows.add("Reviews", [&id, &dob, &text(review), code]);
        }
        if birth < day(9, 1) {
            for kind in ["M", "A"] {
                rows.add("Missing", [&id, &dob, kind, &text(day(9, 3)), &text(day(9, 4))]);
            }
        }
        if year >= WORKERS_SINCE {
            let worker = format!("W{}", canary.number % 7);
            rows.add("SWEpisodes", [&id, &dob, &worker, &text(birth.max(year_start(year))), "", ""]);
        }
    }
    if birth.birthday(17) <= last {
        let activity = canary.one(8, &["F1", "F2", "F4", "G4"]);
        let home = canary.one(9, &["Z1", "B1", "K1", "V2"]);
        rows.add("OC3", [&id, &dob, canary.one(10, &["YES", "NO"]), activity, home]);
    }
}

/// The local extracts.
fn in_extracts(canary: &Canary, year: i16, rows: &mut Rows) {
    if year != YEAR {
        return;
    }
    let (id, age, birth) = (canary.id(), canary.kind.age, canary.birth());
    let (first, last) = (year_start(year), year_end(year));
    let after = |n: i32| text(first.max(birth.plus(20)).plus(n));
    rows.add("SDQ", [&id, &after(10), "CARER", "40", ""]);
    let mut survey = vec![id.clone(), after(60)];
    // the greatest and, for every second canary, the least of what can be answered: both lie at the end of the bounds
    let is_best = canary.number.is_multiple_of(2);
    survey.extend(["10", "10", "10", "10"].map(|best| if is_best { best } else { "0" }.to_owned()));
    survey.extend(["5"; 7].map(|best| if is_best { best } else { "1" }.to_owned()));
    let sometimes = ["YES", "SOME", "NO"];
    survey.push(canary.one(11, &sometimes).to_owned());
    survey.push(canary.one(12, &sometimes).to_owned());
    survey.push(canary.one(13, &["YES", "SAME", "NO"]).to_owned());
    survey.push(canary.one(14, &sometimes).to_owned());
    let amount = ["RIGHT", "LITTLE", "MUCH", "NONE_OK", "NONE_NOT"];
    survey.extend([15, 16, 17].map(|question| canary.one(question, &amount).to_owned()));
    survey.push(canary.one(18, &["ALL", "SOME", "NONE"]).to_owned());
    survey.push(canary.one(19, &["YES", "NO"]).to_owned());
    survey.push(canary.one(20, &["YES", "NO"]).to_owned());
    rows.push("Wellbeing", survey);
    if age >= 4 {
        let school = format!("30199{:02}", canary.number % 9);
        rows.add("School", [&id, &school, &text(first.plus(-200).max(birth)), "", "1"]);
    }
    let wait = canary.one(21, &[10, 60, 150]);
    rows.add("MentalHealth", [&id, &after(30), "ACC", &after(30 + wait), ""]);
    let offer = ["USED", "OFFERED", "NONE"];
    let training = canary.one(22, &["DONE", "TIME", "LATE", "NOT"]);
    rows.add("CarerSupport", [&id, training, canary.one(23, &offer), canary.one(24, &offer)]);
    if birth.birthday(17) <= last {
        let bit = |question| canary.one(question, &["0", "1"]);
        let at_18 = canary.one(25, &["ADULT", "TO25", "AGREED", "GAP"]);
        let now = canary.one(26, &["CHILD", "ADULT", "NONE"]);
        let review = text(Day::of_ymd(i32::from(year), 1, 20));
        rows.add("LeaverSupport", [&id, canary.one(27, &offer), bit(28), bit(29), bit(30), &review, at_18, now]);
    }
    for (home, rec) in episodes(canary).iter().filter_map(|e| e.end) {
        if rec.starts_with("E4") && home < first {
            rows.add("AfterHome", [&id, &text(home), canary.one(31, &["YES", "PART", "NO"])]);
        }
    }
    rows.add("HealthAssessment", [&id, "IHA", &after(canary.one(32, &[14, 90])), "COMPLETED"]);
}
