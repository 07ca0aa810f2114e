//! From sources to rows: recognise each sheet, read row by row, then hold each child's rows against the rules.
//!
//! No cell becomes a `String`. Identifiers live in `children` until [`ReturnReader::finish`]. Returns are read in the
//! order of their years, so that the rules that look at last year find it.

use std::collections::BTreeSet;
use std::io::Read;

use shared::ids::ReportingYear;

use super::cells::{InYear, RowCells, YearDays};
use super::changed::ChangedIds;
use super::checks::{self, Known, Scene};
use super::child::{ChildIndex, ChildRows, Records, Walk};
use super::children::{Children, Identified};
use super::findings::{Place, Recorder, WHOLE_ROW};
use super::limits::{CELL_BYTES_MAX, COLUMNS_MAX, FILES_MAX, ROWS_MAX};
use super::postcodes::PostcodeDirectory;
use super::rows::extracts::{
    CarerSupportRow, HealthCheckRow, HomePlanRow, LeaverSupportRow, ReferralRow, SchoolRow, SdqRow, WellbeingRow,
};
use super::rows::{
    AbsenceRow, Ad1Row, AdoptionRow, EpisodeRow, HeaderRow, Oc2Row, Oc3Row, OrderRow, PrevPermRow, ReviewRow, UascRow, WorkerRow,
};
use super::rules::{RuleBook, RuleId, Severity};
use super::source::text::Encoding;
use super::source::{Reading, RowSource, SourceFault, SourceRow, XmlTags, open};
use super::tables::{Position, Recognised, TABLES, Table, recognise};
use super::{FileSeen, FileUse, Refusal, ReturnRead, Returns, TableSet};
use crate::pseudonym::PseudonymKey;

/// Rows of another year from which on a file other than Episodes can be taken for one of another year.
const WRONG_YEAR_ROWS_MIN: u32 = 3;

/// How returns are read.
#[derive(Clone, Copy)]
pub struct ReadOptions<'k> {
    /// The authority's key for pseudonyms.
    pub key: &'k PseudonymKey,
    /// The rules, with the severities of this authority.
    pub rules: &'k RuleBook,
    /// Identifiers that were replaced.
    pub changed: &'k ChangedIds,
    /// Names of the elements of an XML return that are not fixed.
    pub xml: &'k XmlTags,
    /// Tables that the authority does not supply: their files are left aside.
    pub ignored: TableSet,
    /// Where postcodes lie, if the authority has a directory.
    pub postcodes: Option<&'k PostcodeDirectory>,
}

/// One file or query of a return, as it is handed in.
pub struct Offered<'i> {
    /// Name for messages; it means nothing else.
    pub name: String,
    /// What it holds.
    pub content: Content<'i>,
}

/// What a file or query holds.
pub enum Content<'i> {
    /// Bytes: CSV, a workbook or XML, told apart by their beginning.
    Bytes(Box<dyn Read + 'i>),
    /// Rows already.
    Rows(Box<dyn RowSource + 'i>),
}

impl<'i> Offered<'i> {
    /// A file by name and bytes.
    pub fn bytes(name: impl Into<String>, bytes: &'i [u8]) -> Self {
        Self { name: name.into(), content: Content::Bytes(Box::new(bytes)) }
    }
}

/// Reads returns, oldest first.
pub struct ReturnReader<'k> {
    options: ReadOptions<'k>,
    children: Children<'k>,
    /// What Headers say of each child, by number.
    known: Vec<Known>,
    returns: Vec<ReturnRead>,
}

/// A sheet that is read as a table.
struct SheetUse {
    table: Table,
    positions: Vec<Option<Position>>,
    n_columns: usize,
    /// Its place in [`ReturnRead::files`].
    seen: usize,
    tally: Tally,
}

#[derive(Default)]
struct Tally {
    n_rows: u32,
    n_dated: u32,
    n_outside: u32,
    n_events: u32,
}

/// A source, and for each of its sheets what it is read as.
struct Opened<'i> {
    name: String,
    source: Box<dyn RowSource + 'i>,
    sheets: Vec<Option<SheetUse>>,
}

impl<'k> ReturnReader<'k> {
    /// Begins with no return.
    pub fn new(options: ReadOptions<'k>) -> Self {
        Self { options, children: Children::new(options.key, options.changed), known: Vec::new(), returns: Vec::new() }
    }

    /// Reads one return, later than those read before. Never fails: refusals are part of the answer. `demanded` are the
    /// tables without which it is refused.
    pub fn read(&mut self, year: ReportingYear, demanded: TableSet, offered: Vec<Offered<'_>>) -> &mut ReturnRead {
        let mut read = ReturnRead::empty(year);
        let mut opened = self.open(year, demanded, offered, &mut read);
        let standing = self.options.rules.standing(year.number());
        let mut findings = std::mem::take(&mut read.findings);
        let mut found = Recorder::new(self.options.rules, &standing, &mut findings);
        for source in &mut opened {
            if let Err(fault) = self.read_rows(source, YearDays::of(year), &mut read, &mut found) {
                read.refusals.push(Refusal::Source { file: source.name.clone(), fault });
            }
            for sheet in source.sheets.iter().flatten() {
                judge_year(sheet, year, &mut read);
            }
        }
        drop(opened);
        if read.is_whole() {
            self.hold_against_rules(&mut read, &mut found);
        } else {
            // what the rules would say of half a return is not about the return
            read.records.sort();
            read.records.keep_standing();
        }
        read.findings = findings;
        let refusing = read.findings.counts().iter().filter(|(_, count)| count.severity == Severity::Refuse);
        let refusing: Vec<Refusal> = refusing.map(|((_, rule), count)| Refusal::Rule { rule: *rule, n: count.n }).collect();
        read.refusals.extend(refusing);
        self.returns.push(read);
        self.returns.last_mut().expect("one was pushed on the line before")
    }

    /// The returns as read; all identifiers are gone.
    pub fn finish(self) -> Returns {
        Returns { children: self.children.finish(), all: self.returns, has_postcodes: self.options.postcodes.is_some() }
    }

    fn open<'i>(
        &self,
        year: ReportingYear,
        demanded: TableSet,
        offered: Vec<Offered<'i>>,
        read: &mut ReturnRead,
    ) -> Vec<Opened<'i>> {
        let number = year.number();
        if offered.len() > FILES_MAX {
            read.refusals.push(Refusal::TooManyFiles);
        }
        let mut opened = Vec::new();
        let wanted = |columns: &[String]| {
            matches!(recognise(columns, number), Recognised::Table { .. } | Recognised::NotYet(_) | Recognised::Several(..))
        };
        for Offered { name, content } in offered.into_iter().take(FILES_MAX) {
            let source = match content {
                Content::Bytes(bytes) => open(&name, bytes, number, self.options.xml, &wanted),
                Content::Rows(rows) => Ok(rows),
            };
            match source {
                Ok(source) => {
                    let sheets = source.sheets().iter().map(|sheet| self.choose(&sheet.name, &sheet.columns, number, read));
                    let sheets = sheets.collect();
                    opened.push(Opened { name, source, sheets });
                }
                Err(fault) => {
                    read.refusals.push(Refusal::Source { file: name.clone(), fault });
                    read.files.push(FileSeen::new(name, FileUse::NotRead));
                }
            }
        }
        for table in TABLES {
            if demanded.contains(*table) && table.is_in(number) && !read.records.supplied.contains(*table) {
                read.refusals.push(Refusal::TableAbsent { table: *table });
            }
        }
        opened
    }

    /// What a sheet is read as, and a note of it among the files.
    fn choose(&self, name: &str, columns: &[String], year: i16, read: &mut ReturnRead) -> Option<SheetUse> {
        let mut chosen = None;
        let used = match recognise(columns, year) {
            Recognised::Table { table, .. } if self.options.ignored.contains(table) => FileUse::Ignored { table },
            Recognised::Table { table, .. } if read.records.supplied.contains(table) => {
                let first = read.file_of(table).unwrap_or_default().to_owned();
                read.refusals.push(Refusal::TableTwice { table, first, second: name.to_owned() });
                FileUse::NotRead
            }
            Recognised::Table { .. } if columns.len() > COLUMNS_MAX => {
                let limit = u32::try_from(COLUMNS_MAX).unwrap_or(u32::MAX);
                read.refusals.push(Refusal::TooMany { file: name.to_owned(), limit, what: "columns" });
                FileUse::NotRead
            }
            Recognised::Table { table, positions, spare } => {
                read.records.supplied = read.records.supplied.with(table);
                let (n_columns, seen) = (columns.len(), read.files.len());
                chosen = Some(SheetUse { table, positions, n_columns, seen, tally: Tally::default() });
                FileUse::Read { table, n_rows: 0, spare_columns: spare }
            }
            Recognised::NotYet(table) => FileUse::NotYet { table },
            Recognised::ColumnTwice(_, column) => {
                read.refusals.push(Refusal::ColumnTwice { file: name.to_owned(), column });
                FileUse::NotRead
            }
            Recognised::Several(first, second) => {
                read.refusals.push(Refusal::TwoTables { file: name.to_owned(), first, second });
                FileUse::NotRead
            }
            Recognised::Unknown(near) => {
                let (resembles, lacks) = near.map_or((None, Vec::new()), |(table, lacks)| (Some(table), lacks));
                FileUse::Unknown { resembles, lacks }
            }
        };
        read.files.push(FileSeen::new(name, used));
        chosen
    }

    fn read_rows(
        &mut self,
        opened: &mut Opened<'_>,
        year: YearDays,
        read: &mut ReturnRead,
        found: &mut Recorder<'_>,
    ) -> Result<(), SourceFault> {
        if opened.sheets.iter().all(Option::is_none) {
            return Ok(());
        }
        let mut done = Ok(());
        loop {
            let row = match opened.source.next_row() {
                Ok(Some(row)) => row,
                Ok(None) => break,
                Err(fault) => {
                    done = Err(fault);
                    break;
                }
            };
            let Some(Some(sheet)) = opened.sheets.get_mut(row.sheet) else { continue };
            if sheet.tally.n_rows == ROWS_MAX {
                read.refusals.push(Refusal::TooMany { file: opened.name.clone(), limit: ROWS_MAX, what: "rows" });
                break;
            }
            sheet.tally.n_rows += 1;
            self.read_row(&row, sheet, year, &mut read.records, found);
        }
        for sheet in opened.sheets.iter().flatten() {
            if !sheet.table.is_extract() {
                read.n_rows += u64::from(sheet.tally.n_rows);
            }
            if let Some(FileSeen { used: FileUse::Read { n_rows, .. }, .. }) = read.files.get_mut(sheet.seen) {
                *n_rows = sheet.tally.n_rows;
            }
        }
        let first = opened.sheets.iter().flatten().next().map(|sheet| sheet.seen);
        if let Some(seen) = first.and_then(|at| read.files.get_mut(at)) {
            note(opened.source.reading(), seen);
        }
        done
    }

    fn read_row(
        &mut self,
        row: &SourceRow<'_>,
        sheet: &mut SheetUse,
        year: YearDays,
        records: &mut Records,
        found: &mut Recorder<'_>,
    ) {
        let (table, line) = (sheet.table, row.line);
        let place = |column: u8| Place { table, line, column };
        if let Some(rule) = broken_shape(row, sheet.n_columns) {
            found.add(rule, place(WHOLE_ROW));
            return;
        }
        // the identifier is the first column of every table
        let at = sheet.positions.first().copied().flatten();
        let cell = at.map(|position| row.cells.cell(position.at).trim_ascii()).unwrap_or_default();
        let child = match self.children.of(cell) {
            Ok(Identified { child, mended }) => {
                if let Some(rule) = mended {
                    found.add(rule, place(0));
                }
                child
            }
            Err(RuleId::Gt01) if table.is_extract() => return found.add(RuleId::Ex01, place(0)),
            Err(rule) => return found.add(rule, place(0)),
        };
        let cells = RowCells { table, cells: row.cells, positions: &sheet.positions, line, child, year };
        cells.report_foreign(found);
        let in_year = keep(&cells, self.options, records, found);
        sheet.tally.n_dated += u32::from(in_year != InYear::Undated);
        sheet.tally.n_outside += u32::from(in_year == InYear::Outside);
        sheet.tally.n_events += u32::from(in_year == InYear::Event);
    }

    /// Asks every rule that looks at more than a cell, child by child: first those that leave rows out, then, over the rows
    /// that are left, all others. Only children of whom rows go are looked up a second time.
    fn hold_against_rules(&mut self, read: &mut ReturnRead, found: &mut Recorder<'_>) {
        let year = YearDays::of(read.year);
        self.known.resize(self.children.n(), Known::default());
        read.records.sort();
        let former = self.returns.last().filter(|former| former.year == read.year.before(1));
        let mut of_former = Former::new(former);
        // rows that a cell already leaves out; none as a rule
        let out: BTreeSet<(Table, u32)> = found.dropped.iter().copied().collect();
        let mut again = Vec::new();
        let mut walk = Walk::new(&read.records);
        while let Some((child, now)) = walk.next_child() {
            let Some(known) = usize::try_from(child.0).ok().and_then(|at| self.known.get_mut(at)) else { continue };
            known.in_header |= !now.header.is_empty();
            known.birth = now.birth().or(known.birth);
            let n_dropped = found.dropped.len();
            let scene = Scene { year, now, former: None, known: *known };
            checks::row_by_row(&scene, found);
            let loses_rows = found.dropped.len() > n_dropped || (!out.is_empty() && has_any(now, &out));
            if loses_rows || now.may_repeat() {
                again.push(child);
            } else {
                checks::child(&Scene { former: of_former.rows(child), ..scene }, found);
            }
        }
        read.records.leave_out(std::mem::take(&mut found.dropped));
        read.records.keep_standing();
        let (mut walk, mut of_former) = (Walk::new(&read.records), Former::new(former));
        for child in again {
            let known = usize::try_from(child.0).ok().and_then(|at| self.known.get(at)).copied().unwrap_or_default();
            if let Some(now) = walk.rows(child) {
                checks::child(&Scene { year, now, former: of_former.rows(child), known }, found);
            }
        }
        checks::several::check(&read.records, found);
        read.records.leave_out(std::mem::take(&mut found.dropped));
    }
}

/// Whether one of the child's rows is among these.
fn has_any(rows: &ChildRows<'_>, out: &BTreeSet<(Table, u32)>) -> bool {
    let mut found = false;
    rows.each_place(|table, line| found |= out.contains(&(table, line)));
    found
}

/// Last year's return, child by child.
struct Former<'r>(Option<(Walk<'r>, ChildRows<'r>)>);

impl<'r> Former<'r> {
    fn new(former: Option<&'r ReturnRead>) -> Self {
        Self(former.map(|former| (Walk::new(&former.records), ChildRows::none(former.records.supplied))))
    }

    /// The child's rows in it; `None` when it was not given.
    fn rows(&mut self, child: ChildIndex) -> Option<&ChildRows<'r>> {
        self.0.as_mut().map(|(walk, none)| walk.rows(child).unwrap_or(none))
    }
}

/// Notes what is worth a word about how a source was read.
fn note(reading: Reading<'_>, seen: &mut FileSeen) {
    match reading {
        Reading::Plain | Reading::Csv { separator: b',', encoding: Encoding::Utf8 | Encoding::Utf8Bom } => {}
        Reading::Csv { separator, encoding } => {
            let between = match separator {
                b';' => "semicolons",
                b'\t' => "tabs",
                b'|' => "bars",
                _ => "commas",
            };
            let text = match encoding {
                Encoding::Utf8 | Encoding::Utf8Bom => "",
                Encoding::Utf16 => "UTF-16, ",
            };
            seen.reading = Some(format!("{text}{between} between cells"));
        }
        Reading::Xml { spare } => seen.stray_elements = spare.iter().map(|(name, n)| format!("{name} ({n})")).collect(),
    }
}

/// Reads the cells of a row and keeps it; says whether its dates lie in the year. A decision for adoption and an order
/// may lie years back and say nothing of the year of their file.
fn keep(
    row: &RowCells<'_>,
    ReadOptions { key, postcodes, .. }: ReadOptions<'_>,
    records: &mut Records,
    found: &mut Recorder<'_>,
) -> InYear {
    match row.table {
        Table::Episodes => keep_dated(&mut records.episodes, EpisodeRow::parse(row, key, postcodes, found)),
        Table::Reviews => keep_dated(&mut records.reviews, ReviewRow::parse(row, found)),
        Table::Missing => keep_dated(&mut records.absences, AbsenceRow::parse(row, found)),
        Table::SwEpisodes => keep_dated(&mut records.workers, WorkerRow::parse(row, key, found)),
        Table::Header => push(&mut records.header, HeaderRow::parse(row, key, found)),
        Table::Oc2 => push(&mut records.oc2, Oc2Row::parse(row, found)),
        Table::Oc3 => push(&mut records.oc3, Oc3Row::parse(row, found)),
        Table::Uasc => push(&mut records.uasc, UascRow::parse(row, found)),
        Table::Ad1 => push(&mut records.ad1, Ad1Row::parse(row, found)),
        Table::PrevPerm => push(&mut records.prev_perm, PrevPermRow::parse(row, found)),
        Table::PlacedAdoption => push(&mut records.adoption, AdoptionRow::parse(row, found)),
        Table::DoLo => keep_dated(&mut records.orders, (InYear::Undated, OrderRow::parse(row, found))),
        Table::Sdq => keep_dated(&mut records.sdq, SdqRow::parse(row, found)),
        Table::Wellbeing => keep_dated(&mut records.wellbeing, WellbeingRow::parse(row, found)),
        Table::School => keep_dated(&mut records.schools, SchoolRow::parse(row, key, found)),
        Table::MentalHealth => keep_dated(&mut records.referrals, ReferralRow::parse(row, found)),
        Table::CarerSupport => push(&mut records.carer_support, CarerSupportRow::parse(row, found)),
        Table::LeaverSupport => push(&mut records.leaver_support, LeaverSupportRow::parse(row, found)),
        Table::AfterHome => keep_dated(&mut records.home_plans, HomePlanRow::parse(row, found)),
        Table::HealthAssessment => keep_dated(&mut records.health_checks, HealthCheckRow::parse(row, found)),
    }
}

fn keep_dated<T>(rows: &mut Vec<T>, (in_year, row): (InYear, Option<T>)) -> InYear {
    rows.extend(row);
    in_year
}

fn push<T>(rows: &mut Vec<T>, row: T) -> InYear {
    rows.push(row);
    InYear::Undated
}

/// Refuses a file most of whose rows are of another year, and a file of episodes in which nothing happens in the year
/// while a tenth has ended before it: that is last year's file. An extract may hold several years, and is refused only when
/// every row lies outside its days: it is not set aside, so that what is supplied never hangs on rows.
fn judge_year(sheet: &SheetUse, year: ReportingYear, read: &mut ReturnRead) {
    let Tally { n_dated, n_outside, n_events, .. } = sheet.tally;
    let is_enough = sheet.table == Table::Episodes || n_outside >= WRONG_YEAR_ROWS_MIN;
    let mostly = match sheet.table.is_extract() {
        true => n_outside > 0 && n_outside == n_dated,
        false => is_enough && u64::from(n_outside) * 2 > u64::from(n_dated),
    };
    let stale = sheet.table == Table::Episodes && n_events == 0 && u64::from(n_outside) * 10 > u64::from(n_dated);
    if mostly || stale {
        let file = read.files.get(sheet.seen).map(|seen| seen.name.clone()).unwrap_or_default();
        read.refusals.push(Refusal::WrongYear { file, n_outside, n_rows: n_dated, year });
    }
}

fn broken_shape(row: &SourceRow<'_>, n_columns: usize) -> Option<RuleId> {
    let n = row.cells.n();
    if row.cells.n_bytes() > CELL_BYTES_MAX && (0..n).any(|at| row.cells.cell(at).len() > CELL_BYTES_MAX) {
        return Some(RuleId::Gt04);
    }
    let spare_is_blank = || (n_columns..n).all(|at| row.cells.cell(at).trim_ascii().is_empty());
    let fits = n == n_columns || (n > n_columns && spare_is_blank());
    (!fits).then_some(RuleId::Gt03)
}
