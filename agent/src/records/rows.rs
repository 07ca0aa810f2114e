//! One row of each table: cells become days and codes, or a problem.
//!
//! Each function takes a row whose child is known and gives the row as kept, or `None` when a rule drops it. All
//! problems of a row are reported, also of a row that is dropped. A cell that cannot be read is never guessed.

use csv::ByteRecord;

use super::ChildIndex;
use super::codes::{
    Absence, Accommodation, Activity, Ethnicity, InTouch, LegalStatus, MoveReason, Need, NoScore, Place, Provider, Rec, Rne, Sex,
    TookPart,
};
use super::findings::{Findings, Problem};
use super::rules::RuleId;
use super::tables::Table;
use crate::day::Day;
use crate::pseudonym::{PseudonymKey, Token};

/// A row of Header.
pub struct HeaderRow {
    /// Child.
    pub child: ChildIndex,
    /// Line of the file.
    pub line: u32,
    /// Date of birth.
    pub birth: Day,
    /// Sex.
    pub sex: Sex,
    /// Ethnic group.
    pub ethnicity: Ethnicity,
}

/// A row of Episodes.
pub struct EpisodeRow {
    /// Child.
    pub child: ChildIndex,
    /// Line of the file.
    pub line: u32,
    /// DECOM.
    pub start: Day,
    /// DEC; open when blank.
    pub end: Option<Day>,
    /// RNE.
    pub rne: Rne,
    /// LS.
    pub legal: LegalStatus,
    /// CIN.
    pub need: Option<Need>,
    /// PLACE.
    pub place: Place,
    /// PLACE_PROVIDER.
    pub provider: Option<Provider>,
    /// REC.
    pub rec: Option<Rec>,
    /// REASON_PLACE_CHANGE.
    pub reason: Option<MoveReason>,
    /// PL_POST.
    pub postcode: Token,
    /// URN.
    pub urn: Token,
}

/// A row of OC2: of it only what is counted.
pub struct Oc2Row {
    /// Child.
    pub child: ChildIndex,
    /// Line of the file.
    pub line: u32,
    /// SDQ_SCORE, 0 to 40.
    pub score: Option<u8>,
    /// SDQ_REASON.
    pub no_score: Option<NoScore>,
    /// HEALTH_ASSESSMENT.
    pub health_assessment: Option<bool>,
}

/// A row of OC3.
pub struct Oc3Row {
    /// Young person.
    pub child: ChildIndex,
    /// Line of the file.
    pub line: u32,
    /// IN_TOUCH.
    pub in_touch: Option<InTouch>,
    /// ACTIV.
    pub activity: Option<Activity>,
    /// ACCOM.
    pub accommodation: Option<Accommodation>,
}

/// A row of Reviews.
pub struct ReviewRow {
    /// Child.
    pub child: ChildIndex,
    /// Line of the file.
    pub line: u32,
    /// REVIEW.
    pub on: Day,
    /// REVIEW_CODE.
    pub took_part: TookPart,
}

/// A row of Missing.
pub struct AbsenceRow {
    /// Child.
    pub child: ChildIndex,
    /// Line of the file.
    pub line: u32,
    /// MISSING.
    pub kind: Absence,
    /// MIS_START.
    pub start: Day,
    /// MIS_END, the last day; open when blank.
    pub end: Option<Day>,
}

/// A row of UASC.
pub struct UascRow {
    /// Child.
    pub child: ChildIndex,
    /// Line of the file.
    pub line: u32,
    /// DUC.
    pub ceased: Option<Day>,
}

/// A row of SWEpisodes.
pub struct WorkerRow {
    /// Child.
    pub child: ChildIndex,
    /// Line of the file.
    pub line: u32,
    /// SW_ID.
    pub worker: Token,
    /// SW_DECOM.
    pub start: Day,
    /// SW_DEC; open when blank.
    pub end: Option<Day>,
}

/// What Header says of a child, for the rules that compare with it.
#[derive(Clone, Copy, Default)]
pub(super) struct HeaderFacts {
    pub in_header: bool,
    pub birth: Option<Day>,
    pub sex: Option<Sex>,
}

/// The year of the return.
#[derive(Clone, Copy)]
pub(super) struct Year {
    pub number: i16,
    pub first: Day,
    pub last: Day,
    /// Who was born on this day or before was over 25 at the start of the year.
    pub over_25_when_born_by: Day,
}

/// Whether the dates of a row lie in the year of the return.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum InYear {
    /// Something began or ended in the year.
    Event,
    /// It reaches into the year, and nothing happened in it.
    Open,
    /// It does not touch the year.
    Outside,
    /// The row has no dates.
    Undated,
}

/// A row under reading.
pub(super) struct Row<'r> {
    pub table: Table,
    pub record: &'r ByteRecord,
    pub positions: &'r [Option<usize>],
    pub line: u32,
    pub child: ChildIndex,
    pub header: Option<HeaderFacts>,
    pub year: Year,
}

enum Cell<T> {
    Blank,
    Known(T),
    Unreadable,
}

impl<'r> Row<'r> {
    /// A cell, trimmed; blank where the return has no such column.
    pub fn cell(&self, column: usize) -> &'r [u8] {
        let position = self.positions.get(column).copied().flatten();
        position.and_then(|position| self.record.get(position)).unwrap_or_default().trim_ascii()
    }

    pub fn report(&self, found: &mut Findings, column: usize, rule: RuleId) {
        found.add(Problem { table: self.table, line: self.line, column: self.table.column(column), rule });
    }

    fn code<T>(&self, column: usize, parse: impl FnOnce(&[u8]) -> Option<T>) -> Cell<T> {
        let cell = self.cell(column);
        if cell.is_empty() {
            return Cell::Blank;
        }
        let read = if cell.iter().any(u8::is_ascii_lowercase) {
            let mut upper = [0; 8];
            let fits = upper.get_mut(..cell.len());
            fits.and_then(|upper| {
                upper.copy_from_slice(cell);
                upper.make_ascii_uppercase();
                parse(upper)
            })
        } else {
            parse(cell)
        };
        read.map_or(Cell::Unreadable, Cell::Known)
    }

    fn date(&self, column: usize) -> Cell<Day> {
        let cell = self.cell(column);
        if cell.is_empty() { Cell::Blank } else { Day::parse(cell).map_or(Cell::Unreadable, Cell::Known) }
    }

    /// The value, or `None` with a problem when it is blank or unreadable.
    fn required<T>(&self, found: &mut Findings, column: usize, cell: Cell<T>, rule: RuleId) -> Option<T> {
        match cell {
            Cell::Known(value) => Some(value),
            Cell::Blank | Cell::Unreadable => {
                self.report(found, column, rule);
                None
            }
        }
    }

    /// The value or blank; a problem when it is unreadable, and then `Err` for rules that drop the row.
    fn optional<T>(&self, found: &mut Findings, column: usize, cell: Cell<T>, rule: RuleId) -> Result<Option<T>, ()> {
        match cell {
            Cell::Known(value) => Ok(Some(value)),
            Cell::Blank => Ok(None),
            Cell::Unreadable => {
                self.report(found, column, rule);
                Err(())
            }
        }
    }

    /// Reports a child that Header lacks, and a date of birth that differs from it.
    pub fn compare_with_header(&self, found: &mut Findings, birth_column: Option<usize>, absent: RuleId, differs: RuleId) {
        let Some(header) = self.header else { return };
        if !header.in_header {
            self.report(found, 0, absent);
        }
        let here = birth_column.map(|column| (column, self.date(column)));
        if let (Some((column, Cell::Known(here))), Some(birth)) = (here, header.birth)
            && here != birth
        {
            self.report(found, column, differs);
        }
    }

    fn in_year(&self, start: Day, end: Option<Day>) -> InYear {
        let within = |day: Day| self.year.first <= day && day <= self.year.last;
        match end {
            _ if within(start) => InYear::Event,
            Some(end) if within(end) => InYear::Event,
            Some(end) if end < self.year.first => InYear::Outside,
            _ if start > self.year.last => InYear::Outside,
            Some(_) | None => InYear::Open,
        }
    }
}

/// Reads a row of Header, and what it says of the child even when it is dropped.
pub(super) fn header(row: &Row<'_>, found: &mut Findings) -> (HeaderFacts, Option<HeaderRow>) {
    let (sex_column, birth_column, ethnic_column) = (1, 2, 3);
    let year = row.year;
    let sex = row.code(sex_column, |code| Sex::parse(code, year.number));
    let sex = row.required(found, sex_column, sex, RuleId::R101);
    let ethnicity = row.code(ethnic_column, Ethnicity::parse);
    let ethnicity = row.required(found, ethnic_column, ethnicity, RuleId::R103).unwrap_or(Ethnicity::NotKnown);
    let birth = row.required(found, birth_column, row.date(birth_column), RuleId::R102);
    let mut kept = birth.is_some();
    if birth.is_some_and(|birth| birth > year.last) {
        row.report(found, birth_column, RuleId::R301);
        kept = false;
    }
    if birth.is_some_and(|birth| birth <= year.over_25_when_born_by) {
        row.report(found, birth_column, RuleId::R351);
        kept = false;
    }
    let facts = HeaderFacts { in_header: true, birth, sex };
    let sex = sex.unwrap_or(Sex::NotKnown);
    let read = birth.filter(|_| kept).map(|birth| HeaderRow { child: row.child, line: row.line, birth, sex, ethnicity });
    (facts, read)
}

/// Reads a row of Episodes.
pub(super) fn episode(row: &Row<'_>, key: &PseudonymKey, found: &mut Findings) -> (InYear, Option<EpisodeRow>) {
    let year = row.year.number;
    row.compare_with_header(found, None, RuleId::Int03, RuleId::Int03);
    let start = row.required(found, 1, row.date(1), RuleId::R141);
    let rne = row.required(found, 2, row.code(2, |code| Rne::parse(code, year)), RuleId::R143);
    let legal = row.required(found, 3, row.code(3, |code| LegalStatus::parse(code, year)), RuleId::R144);
    let need = row.required(found, 4, row.code(4, |code| Need::parse(code, year)), RuleId::R145);
    let place = row.required(found, 5, row.code(5, |code| Place::parse(code, year)), RuleId::R146);
    let provider = row.optional(found, 6, row.code(6, |code| Provider::parse(code, year)), RuleId::R178).unwrap_or(None);
    let end = row.optional(found, 7, row.date(7), RuleId::R147);
    let rec = row.optional(found, 8, row.code(8, |code| Rec::parse(code, year)), RuleId::R149);
    let reason = row.optional(found, 9, row.code(9, |code| MoveReason::parse(code, year)), RuleId::R1009).unwrap_or(None);
    if row.cell(7).is_empty() != row.cell(8).is_empty() {
        row.report(found, 8, RuleId::R148);
    }
    let Some(start) = start else { return (InYear::Undated, None) };
    let in_year = row.in_year(start, end.unwrap_or(None));
    let possible = episode_is_possible(row, start, end.unwrap_or(None), rne, found);
    if in_year == InYear::Outside && start <= row.year.last {
        row.report(found, 7, RuleId::Gt05);
    }
    // an open episode stays open whatever REC says, so that an unreadable REC matters only where DEC is given
    let rec = if end == Ok(None) { Ok(None) } else { rec };
    let read = (|| {
        let kept = EpisodeRow {
            child: row.child,
            line: row.line,
            start,
            end: end.ok()?,
            rne: rne?,
            legal: legal?,
            need,
            place: place?,
            provider,
            rec: rec.ok()?,
            reason,
            postcode: key.token(row.cell(11)),
            urn: key.token(row.cell(12)),
        };
        possible.then_some(kept)
    })();
    (in_year, read)
}

/// Whether the dates of an episode can be true by themselves and beside the date of birth.
fn episode_is_possible(row: &Row<'_>, start: Day, end: Option<Day>, rne: Option<Rne>, found: &mut Findings) -> bool {
    let first_ever = Day::from_ymd(1991, 10, 14);
    let birth = row.header.and_then(|header| header.birth);
    let broken = [
        (Some(start) < first_ever, 1, RuleId::R353),
        (start > row.year.last, 1, RuleId::R354),
        (end.is_some_and(|end| end > row.year.last), 7, RuleId::R385),
        (end == Some(start), 7, RuleId::R355),
        (end.is_some_and(|end| end < start), 7, RuleId::R356),
        (birth.is_some_and(|birth| start < birth), 1, RuleId::R302),
        (rne == Some(Rne::S) && birth.is_some_and(|birth| start >= birth.birthday(18)), 1, RuleId::R352),
    ];
    for (_, column, rule) in broken.iter().filter(|(is_broken, ..)| *is_broken) {
        row.report(found, *column, *rule);
    }
    !broken.iter().any(|(is_broken, ..)| *is_broken)
}

/// Reads a row of OC2.
pub(super) fn oc2(row: &Row<'_>, found: &mut Findings) -> Oc2Row {
    row.compare_with_header(found, Some(1), RuleId::Int05, RuleId::Int14);
    let score = row.optional(found, 2, row.code(2, score), RuleId::R180).unwrap_or(None);
    let no_score =
        row.optional(found, 3, row.code(3, |code| NoScore::parse(code, row.year.number)), RuleId::R196).unwrap_or(None);
    let health_assessment = row.optional(found, 8, row.code(8, yes_or_no), RuleId::R182).unwrap_or(None);
    Oc2Row { child: row.child, line: row.line, score, no_score, health_assessment }
}

fn score(code: &[u8]) -> Option<u8> {
    let digits = (1..=2).contains(&code.len()) && code.iter().all(u8::is_ascii_digit);
    let number = code.iter().fold(0_u8, |sum, digit| sum.wrapping_mul(10).wrapping_add(digit.wrapping_sub(b'0')));
    (digits && number <= 40).then_some(number)
}

fn yes_or_no(code: &[u8]) -> Option<bool> {
    match code {
        b"1" => Some(true),
        b"0" => Some(false),
        _ => None,
    }
}

/// Reads a row of OC3.
pub(super) fn oc3(row: &Row<'_>, found: &mut Findings) -> Oc3Row {
    let year = row.year.number;
    row.compare_with_header(found, Some(1), RuleId::Int06, RuleId::Int15);
    let in_touch = row.required(found, 2, row.code(2, |code| InTouch::parse(code, year)), RuleId::R131);
    let activity = row.required(found, 3, row.code(3, |code| Activity::parse(code, year)), RuleId::R132);
    let accommodation = row.required(found, 4, row.code(4, Accommodation::parse), RuleId::R133);
    Oc3Row { child: row.child, line: row.line, in_touch, activity, accommodation }
}

/// Reads a row of Reviews.
pub(super) fn review(row: &Row<'_>, found: &mut Findings) -> (InYear, Option<ReviewRow>) {
    row.compare_with_header(found, Some(1), RuleId::Int08, RuleId::Int17);
    let on = row.required(found, 2, row.date(2), RuleId::R166);
    let took_part = row.required(found, 3, row.code(3, |code| TookPart::parse(code, row.year.number)), RuleId::R167);
    let in_year = on.map_or(InYear::Undated, |on| row.in_year(on, Some(on)));
    if in_year == InYear::Outside {
        row.report(found, 2, RuleId::Gt05);
    }
    let read = on.zip(took_part).map(|(on, took_part)| ReviewRow { child: row.child, line: row.line, on, took_part });
    (in_year, read)
}

/// Reads a row of Missing.
pub(super) fn absence(row: &Row<'_>, found: &mut Findings) -> (InYear, Option<AbsenceRow>) {
    row.compare_with_header(found, Some(1), RuleId::Int04, RuleId::Int13);
    let kind = row.required(found, 2, row.code(2, |code| Absence::parse(code, row.year.number)), RuleId::R565);
    let start = row.required(found, 3, row.date(3), RuleId::R564);
    let end = row.optional(found, 4, row.date(4), RuleId::R566);
    let Some(start) = start else { return (InYear::Undated, None) };
    let in_year = row.in_year(start, end.unwrap_or(None));
    if in_year == InYear::Outside {
        row.report(found, 3, RuleId::Gt05);
    }
    if end.is_ok_and(|end| end.is_some_and(|end| end < start)) {
        row.report(found, 4, RuleId::R567);
    }
    let read = kind.zip(end.ok()).map(|(kind, end)| AbsenceRow { child: row.child, line: row.line, kind, start, end });
    (in_year, read)
}

/// Reads a row of UASC.
pub(super) fn uasc(row: &Row<'_>, found: &mut Findings) -> UascRow {
    row.compare_with_header(found, Some(2), RuleId::Int09, RuleId::Int18);
    let here = row.code(1, |code| Sex::parse(code, row.year.number));
    if let (Cell::Known(here), Some(sex)) = (here, row.header.and_then(|header| header.sex))
        && here != sex
    {
        row.report(found, 1, RuleId::Int21);
    }
    let ceased = row.optional(found, 3, row.date(3), RuleId::R104).unwrap_or(None);
    UascRow { child: row.child, line: row.line, ceased }
}

/// Reads a row of SWEpisodes.
pub(super) fn worker(row: &Row<'_>, key: &PseudonymKey, found: &mut Findings) -> (InYear, Option<WorkerRow>) {
    row.compare_with_header(found, Some(1), RuleId::Gt02, RuleId::Gt07);
    let id = row.cell(2);
    let start = row.required(found, 3, row.date(3), RuleId::Sw04);
    let end = row.optional(found, 4, row.date(4), RuleId::Sw05);
    if id.is_empty() {
        row.report(found, 2, RuleId::Gt06);
    } else if !id.get(..2).is_some_and(|start| start.eq_ignore_ascii_case(b"SW") || start.eq_ignore_ascii_case(b"XX")) {
        row.report(found, 2, RuleId::Sw02);
    }
    let Some(start) = start else { return (InYear::Undated, None) };
    let in_year = row.in_year(start, end.unwrap_or(None));
    if in_year == InYear::Outside {
        row.report(found, 3, RuleId::Gt05);
    }
    let end = end.ok().filter(|_| !id.is_empty());
    (in_year, end.map(|end| WorkerRow { child: row.child, line: row.line, worker: key.token(id), start, end }))
}
