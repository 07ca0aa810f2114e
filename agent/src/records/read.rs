//! From files to rows: recognise each file, then read table by table, Header first.
//!
//! Byte records throughout: no cell becomes a `String`. An identifier lives here as bytes, is folded, becomes a
//! pseudonym once for each child, and is gone when [`read_return`] returns.

use std::collections::HashMap;

use csv::ByteRecord;
use shared::ids::ReportingYear;

use super::findings::Problem;
use super::lines::Lines;
use super::rows::{HeaderFacts, InYear, Row, Year};
use super::rules::RuleId;
use super::tables::{Recognised, TABLES, Table, recognise};
use super::text::{CELL_BYTES_MAX, COLUMNS_MAX, FILES_MAX, IDENTIFIER_BYTES_MAX, ROWS_MAX, text_of};
use super::{
    ChildIndex, FileSeen, FileUse, Findings, InputFile, ReadOptions, Records, Refusal, ReturnRead, TableSet, checks, rows,
};
use crate::day::Day;
use crate::pseudonym::{IdentifierKind, Pseudonym, PseudonymKey};

/// Rows of another year from which on a file other than Episodes can be taken for one of another year.
const WRONG_YEAR_ROWS_MIN: u32 = 3;

/// Reads the files of one return year. Never fails: refusals are part of the answer.
pub fn read_return(files: &[InputFile], year: ReportingYear, options: &ReadOptions<'_>) -> ReturnRead {
    let mut read = ReturnRead {
        year,
        records: Records::empty(),
        findings: Findings::default(),
        files: Vec::new(),
        refusals: Vec::new(),
        n_rows: 0,
    };
    if files.len() > FILES_MAX {
        read.refusals.push(Refusal::TooManyFiles);
    }
    let mut chosen: Vec<Chosen<'_>> = Vec::new();
    for file in files.iter().take(FILES_MAX) {
        let used = choose(file, year, options.ignored, &mut chosen, &mut read.refusals);
        read.files.push(FileSeen { name: file.name.clone(), used });
    }
    for table in TABLES {
        if options.demanded.contains(table) && table.year_first() <= year.number() && !chosen.iter().any(|c| c.table == table) {
            read.refusals.push(Refusal::TableAbsent { table });
        }
    }
    chosen.sort_by_key(|chosen| chosen.table);
    let mut reader = Reader::new(year, options.key, chosen.iter().any(|c| c.table == Table::Header));
    for file in &mut chosen {
        let n_rows = reader.read_table(file, &mut read);
        read.n_rows += u64::from(n_rows);
        for seen in &mut read.files {
            if let FileUse::Read { table, n_rows: count, .. } = &mut seen.used
                && *table == file.table
            {
                *count = n_rows;
            }
        }
    }
    reader.finish(&mut read);
    read
}

/// A file that is read as a table.
struct Chosen<'f> {
    name: &'f str,
    text: &'f [u8],
    /// Stands behind the first line.
    source: csv::Reader<&'f [u8]>,
    table: Table,
    positions: Vec<Option<usize>>,
    n_columns: usize,
}

fn choose<'f>(
    file: &'f InputFile,
    year: ReportingYear,
    ignored: TableSet,
    chosen: &mut Vec<Chosen<'f>>,
    refusals: &mut Vec<Refusal>,
) -> FileUse {
    let text = match text_of(&file.bytes) {
        Ok(text) => text,
        Err(why) => {
            refusals.push(Refusal::NotText { file: file.name.clone(), why });
            return FileUse::NotRead;
        }
    };
    let mut source = csv_reader(text);
    match recognise(&first_line(&mut source), year.number()) {
        Recognised::Table { table, .. } if ignored.contains(table) => FileUse::Ignored { table },
        Recognised::Table { table, positions, n_columns, spare } => {
            if let Some(first) = chosen.iter().find(|c| c.table == table) {
                refusals.push(Refusal::TableTwice { table, first: first.name.to_owned(), second: file.name.clone() });
                return FileUse::NotRead;
            }
            if n_columns > COLUMNS_MAX {
                refusals.push(Refusal::TooMany { file: file.name.clone(), limit: limit(COLUMNS_MAX), what: "columns" });
                return FileUse::NotRead;
            }
            chosen.push(Chosen { name: &file.name, text, source, table, positions, n_columns });
            FileUse::Read { table, n_rows: 0, spare_columns: spare }
        }
        Recognised::SetAside(table) => FileUse::SetAside { table },
        Recognised::ColumnTwice(_, column) => {
            refusals.push(Refusal::ColumnTwice { file: file.name.clone(), column });
            FileUse::NotRead
        }
        Recognised::Unknown(near) => {
            if let Some((table, separator)) = separated_otherwise(text, year, ignored) {
                refusals.push(Refusal::Separator { file: file.name.clone(), table, separator });
                return FileUse::NotRead;
            }
            let (resembles, lacks) = near.map_or((None, Vec::new()), |(table, lacks)| (Some(table), lacks));
            FileUse::Unknown { resembles, lacks }
        }
    }
}

/// The table that a file would be if its cells stood between commas, and what they stand between.
fn separated_otherwise(text: &[u8], year: ReportingYear, ignored: TableSet) -> Option<(Table, &'static str)> {
    let line = text.trim_ascii_start().split(|byte| matches!(byte, b'\r' | b'\n')).next()?;
    [(b';', "semicolons"), (b'\t', "tabs"), (b'|', "bars")].into_iter().find_map(|(separator, words)| {
        let mut source = csv::ReaderBuilder::new().has_headers(false).delimiter(separator).from_reader(line);
        match recognise(&first_line(&mut source), year.number()) {
            Recognised::Table { table, .. } if !ignored.contains(table) => Some((table, words)),
            Recognised::Table { .. } | Recognised::SetAside(_) | Recognised::ColumnTwice(..) | Recognised::Unknown(_) => None,
        }
    })
}

fn limit(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn csv_reader(text: &[u8]) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text)
}

/// The cells of the first line, in upper case, trimmed. A spare column's name is cut, since it is shown to people.
fn first_line(source: &mut csv::Reader<&[u8]>) -> Vec<String> {
    let mut record = ByteRecord::new();
    if !source.read_byte_record(&mut record).unwrap_or(false) {
        return Vec::new();
    }
    let name = |cell: &[u8]| -> String { String::from_utf8_lossy(cell.trim_ascii()).to_uppercase().chars().take(40).collect() };
    record.iter().take(COLUMNS_MAX + 1).map(name).collect()
}

/// Children by identifier; dropped, with all identifiers, at the end of the reading.
struct Children<'k> {
    key: &'k PseudonymKey,
    index: HashMap<Box<[u8]>, ChildIndex>,
    pseudonyms: Vec<Pseudonym>,
    last: Option<(Vec<u8>, ChildIndex)>,
}

impl Children<'_> {
    /// The child of an identifier as it stands in the cell; `None` when it is blank or too long.
    fn of(&mut self, cell: &[u8]) -> Option<ChildIndex> {
        if cell.is_empty() || cell.len() > IDENTIFIER_BYTES_MAX {
            return None;
        }
        if let Some((identifier, child)) = &self.last
            && identifier == cell
        {
            return Some(*child);
        }
        let mut folded = [0; IDENTIFIER_BYTES_MAX];
        let folded = folded.get_mut(..cell.len())?;
        folded.copy_from_slice(cell);
        folded.make_ascii_uppercase();
        let child = match self.index.get(&*folded) {
            Some(child) => *child,
            None => {
                let child = ChildIndex(u32::try_from(self.pseudonyms.len()).ok()?);
                self.pseudonyms.push(self.key.pseudonym(IdentifierKind::Child, folded));
                self.index.insert((&*folded).into(), child);
                child
            }
        };
        let last = self.last.get_or_insert_with(|| (Vec::new(), child));
        last.0.clear();
        last.0.extend_from_slice(cell);
        last.1 = child;
        Some(child)
    }
}

/// Where the row of a child stands in a table that has one row a child.
#[derive(Default)]
struct OneRow(Vec<Option<usize>>);

impl OneRow {
    /// The place that an earlier row of the child holds; notes `place` for a child that has none.
    fn place_of(&mut self, child: ChildIndex, place: usize) -> Option<usize> {
        let at = usize::try_from(child.0).ok()?;
        while self.0.len() <= at {
            self.0.push(None);
        }
        let slot = self.0.get_mut(at)?;
        let earlier = *slot;
        slot.get_or_insert(place);
        earlier
    }
}

struct Reader<'k> {
    year: ReportingYear,
    days: Year,
    key: &'k PseudonymKey,
    children: Children<'k>,
    has_header: bool,
    facts: Vec<HeaderFacts>,
}

#[derive(Default)]
struct Tally {
    n_rows: u32,
    n_dated: u32,
    n_outside: u32,
    n_events: u32,
}

impl<'k> Reader<'k> {
    fn new(year: ReportingYear, key: &'k PseudonymKey, has_header: bool) -> Self {
        let first = Day::first_of(year);
        let days =
            Year { number: year.number(), first, last: Day::last_of(year), over_25_when_born_by: first.plus_months(-26 * 12) };
        let children = Children { key, index: HashMap::new(), pseudonyms: Vec::new(), last: None };
        Self { year, days, key, children, has_header, facts: Vec::new() }
    }

    /// Reads all rows of a file; the number of rows with content.
    fn read_table(&mut self, file: &mut Chosen<'_>, read: &mut ReturnRead) -> u32 {
        read.records.supplied = read.records.supplied.with(file.table);
        self.make_room(file.table, file.text.len(), &mut read.records);
        let mut record = ByteRecord::new();
        let mut tally = Tally::default();
        let mut one_row = OneRow::default();
        let mut lines = Lines::of(file.text);
        let has_quotes = file.text.contains(&b'"');
        while file.source.read_byte_record(&mut record).unwrap_or(false) {
            let line = lines.of_record(record.position());
            if record.iter().all(|cell| cell.trim_ascii().is_empty()) {
                continue;
            }
            if tally.n_rows == ROWS_MAX {
                read.refusals.push(Refusal::TooMany { file: file.name.to_owned(), limit: ROWS_MAX, what: "rows" });
                break;
            }
            if has_quotes && record.as_slice().iter().any(|byte| matches!(byte, b'\n' | b'\r')) {
                // what stands in the cell may be other children's rows: one child's row must not decide over them
                read.refusals.push(Refusal::LineBreak { file: file.name.to_owned(), line });
                break;
            }
            tally.n_rows += 1;
            self.read_row(file, (&record, line), &mut one_row, &mut tally, read);
        }
        self.judge_year(file, &tally, read);
        tally.n_rows
    }

    /// Makes room for about as many rows as a file of this size has, so that tables do not grow step by step.
    fn make_room(&mut self, table: Table, n_bytes: usize, records: &mut Records) {
        match table {
            Table::Header => {
                let n_rows = n_bytes / 40;
                self.children.index.reserve(n_rows);
                self.children.pseudonyms.reserve(n_rows);
                self.facts.reserve(n_rows);
                records.header.reserve(n_rows);
            }
            Table::Episodes => records.episodes.reserve(n_bytes / 64),
            Table::Oc2 => records.oc2.reserve(n_bytes / 32),
            Table::Oc3 => records.oc3.reserve(n_bytes / 24),
            Table::Reviews => records.reviews.reserve(n_bytes / 32),
            Table::Missing => records.absences.reserve(n_bytes / 40),
            Table::Uasc => records.uasc.reserve(n_bytes / 24),
            Table::SwEpisodes => records.workers.reserve(n_bytes / 48),
        }
    }

    fn read_row(
        &mut self,
        file: &Chosen<'_>,
        (record, line): (&ByteRecord, u32),
        one_row: &mut OneRow,
        tally: &mut Tally,
        read: &mut ReturnRead,
    ) {
        let found = &mut read.findings;
        if let Some(rule) = broken_shape(record, file.n_columns) {
            found.add(Problem { table: file.table, line, column: "", rule });
            return;
        }
        let cell = file.positions.first().copied().flatten().and_then(|at| record.get(at)).unwrap_or_default();
        let Some(child) = self.children.of(cell.trim_ascii()) else {
            found.add(Problem { table: file.table, line, column: "CHILD", rule: RuleId::Gt01 });
            return;
        };
        let facts = usize::try_from(child.0).ok().and_then(|at| self.facts.get(at)).copied().unwrap_or_default();
        let header = self.has_header.then_some(facts);
        let row = Row { table: file.table, record, positions: &file.positions, line, child, header, year: self.days };
        let in_year = self.keep_row(&row, one_row, read);
        tally.n_dated += u32::from(in_year != InYear::Undated);
        tally.n_outside += u32::from(in_year == InYear::Outside);
        tally.n_events += u32::from(in_year == InYear::Event);
    }

    fn keep_row(&mut self, row: &Row<'_>, one_row: &mut OneRow, read: &mut ReturnRead) -> InYear {
        let (records, found) = (&mut read.records, &mut read.findings);
        match row.table {
            Table::Header => {
                let (facts, kept) = rows::header(row, found);
                if let Some(kept) = kept {
                    keep_last(
                        &mut records.header,
                        one_row,
                        kept,
                        |kept| (kept.child, kept.line),
                        (row.table, RuleId::Int32),
                        found,
                    );
                }
                self.note_facts(row.child, facts);
            }
            Table::Oc2 => {
                let kept = rows::oc2(row, found);
                keep_last(&mut records.oc2, one_row, kept, |kept| (kept.child, kept.line), (row.table, RuleId::Int33), found);
            }
            Table::Oc3 => {
                let kept = rows::oc3(row, found);
                keep_last(&mut records.oc3, one_row, kept, |kept| (kept.child, kept.line), (row.table, RuleId::Int34), found);
            }
            Table::Uasc => {
                let kept = rows::uasc(row, found);
                keep_last(&mut records.uasc, one_row, kept, |kept| (kept.child, kept.line), (row.table, RuleId::Int36), found);
            }
            Table::Episodes => {
                let (in_year, kept) = rows::episode(row, self.key, found);
                records.episodes.extend(kept);
                return in_year;
            }
            Table::Reviews => {
                let (in_year, kept) = rows::review(row, found);
                records.reviews.extend(kept);
                return in_year;
            }
            Table::Missing => {
                let (in_year, kept) = rows::absence(row, found);
                records.absences.extend(kept);
                return in_year;
            }
            Table::SwEpisodes => {
                let (in_year, kept) = rows::worker(row, self.key, found);
                records.workers.extend(kept);
                return in_year;
            }
        }
        InYear::Undated
    }

    fn note_facts(&mut self, child: ChildIndex, facts: HeaderFacts) {
        let Ok(at) = usize::try_from(child.0) else { return };
        while self.facts.len() <= at {
            self.facts.push(HeaderFacts::default());
        }
        if let Some(slot) = self.facts.get_mut(at) {
            let birth = facts.birth.or(slot.birth);
            *slot = HeaderFacts { birth, ..facts };
        }
    }

    /// Refuses a file most of whose rows are of another year, and a file of episodes in which nothing happens in the
    /// year while a tenth has ended before it: that is last year's file.
    fn judge_year(&self, file: &Chosen<'_>, tally: &Tally, read: &mut ReturnRead) {
        let (n_dated, n_outside) = (u64::from(tally.n_dated), u64::from(tally.n_outside));
        let is_enough = file.table == Table::Episodes || tally.n_outside >= WRONG_YEAR_ROWS_MIN;
        let mostly = is_enough && n_outside * 2 > n_dated;
        let stale = file.table == Table::Episodes && tally.n_events == 0 && n_outside * 10 > n_dated;
        if mostly || stale {
            let (n_outside, n_rows) = (tally.n_outside, tally.n_dated);
            read.refusals.push(Refusal::WrongYear { file: file.name.to_owned(), n_outside, n_rows, year: self.year });
        }
    }

    fn finish(self, read: &mut ReturnRead) {
        checks::episodes_in_order(&read.records.episodes, self.days.first, &mut read.findings);
        if read.records.supplied.contains(Table::Episodes) {
            checks::children_without_episodes(&read.records, self.children.pseudonyms.len(), &mut read.findings);
        }
        read.records.children = self.children.pseudonyms;
    }
}

fn broken_shape(record: &ByteRecord, n_columns: usize) -> Option<RuleId> {
    if record.as_slice().len() > CELL_BYTES_MAX && record.iter().any(|cell| cell.len() > CELL_BYTES_MAX) {
        return Some(RuleId::Gt04);
    }
    let spare_is_blank = || record.iter().skip(n_columns).all(|cell| cell.trim_ascii().is_empty());
    let fits = record.len() == n_columns || (record.len() > n_columns && spare_is_blank());
    (!fits).then_some(RuleId::Gt03)
}

/// Keeps a row in a table with one row a child: the last one stands and is reported as the second.
fn keep_last<T>(
    rows: &mut Vec<T>,
    one_row: &mut OneRow,
    kept: T,
    place: impl Fn(&T) -> (ChildIndex, u32),
    (table, rule): (Table, RuleId),
    found: &mut Findings,
) {
    let (child, line) = place(&kept);
    match one_row.place_of(child, rows.len()).and_then(|at| rows.get_mut(at)) {
        Some(earlier) => {
            found.add(Problem { table, line, column: "CHILD", rule });
            *earlier = kept;
        }
        None => rows.push(kept),
    }
}
