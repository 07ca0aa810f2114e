//! One downloaded file -> its published rows, as a stream with limits.
//!
//! A file is known by its header. Two shapes hold figures: the long one of the Department's statistics service (a row a
//! period, area and filters) and the wide one of the local authority interactive tool (a column a year); a third names each
//! authority's statistical neighbours. Nothing of a file stands in a message but line numbers and the names of known columns:
//! who names a file of records by mistake is told only that it is none of these.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read};
use std::rc::Rc;

use csv::{ByteRecord, ReaderBuilder};
use shared::ids::{AuthorityId, ReportingYear};

use super::header::{ENGLAND_IN_LAIT, Header, Kind, Long, Neighbours, REGIONS, Wide, region_by_code, year_of};
use super::mapping::Shape;
use super::{Area, Key, Milli, Published, PublishedRow, SYMBOLS, Wanted, push_to_key};

/// Largest file, in bytes.
pub const FILE_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// Most rows of a file.
pub const ROWS_MAX: u64 = 3_000_000;
/// Longest row, in bytes.
pub const ROW_BYTES_MAX: u64 = 64 * 1024;
/// Longest name of an area that is kept, in characters.
const NAME_CHARS_MAX: usize = 60;
const BUFFER_BYTES: usize = 16 * 1024;

/// Why a file is not used. Never carries what stands in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// Not text separated by commas.
    #[error("it is not CSV text in UTF-8; {0}")]
    NotText(&'static str),
    /// The header is none of those that are known.
    #[error(
        "its first line is not that of an official file of figures: no columns time_period, geographic_level and old_la_code"
    )]
    NotOfficial,
    /// An official data set with which nothing is compared.
    #[error("it is an official file with which no figure is compared")]
    NotCompared,
    /// Figures that are compared, and none of the two years.
    #[error("it holds neither the year that is compared nor the one before; its newest year ends on 31 March {newest}")]
    OtherYears {
        /// Its newest year.
        newest: i16,
    },
    /// A column stands twice in the first line.
    #[error("its first line has a column twice")]
    ColumnTwice,
    /// Beyond a limit.
    #[error("it has more than {limit} {what}")]
    TooMuch {
        /// How many are allowed.
        limit: u64,
        /// Of what.
        what: &'static str,
    },
    /// A row of another length: the file is damaged or cut off.
    #[error("line {line} has {n} columns of {of}: the file is damaged or cut off, download it anew")]
    RowLength {
        /// Where.
        line: u64,
        /// How many it has.
        n: usize,
        /// How many the first line has.
        of: usize,
    },
    /// A time period that is no year.
    #[error("line {line}, time_period: not a year such as 2025 or 202425")]
    Period {
        /// Where.
        line: u64,
    },
    /// Neither a number nor a known symbol.
    #[error("line {line}, column {column}: neither a number nor one of the published symbols")]
    Value {
        /// Where.
        line: u64,
        /// Which column.
        column: &'static str,
    },
    /// Two rows of the file say different things of the same.
    #[error("line {line} gives another figure than an earlier line for the same area and year")]
    RowsContradict {
        /// Where.
        line: u64,
    },
    /// Two files of the same release say different things of the same.
    #[error("it gives other figures than {other} for the same areas and year; keep one of the two")]
    FilesContradict {
        /// The other file.
        other: String,
    },
    /// The bytes cannot be read.
    #[error("it cannot be read: {0}")]
    Unreadable(io::ErrorKind),
}

impl Unusable {
    /// Whether the file is no file of figures for this comparison, as opposed to a damaged one.
    pub fn is_of_another_kind(&self) -> bool {
        match self {
            Self::NotOfficial | Self::NotCompared => true,
            Self::NotText(_)
            | Self::OtherYears { .. }
            | Self::ColumnTwice
            | Self::TooMuch { .. }
            | Self::RowLength { .. }
            | Self::Period { .. }
            | Self::Value { .. }
            | Self::RowsContradict { .. }
            | Self::FilesContradict { .. }
            | Self::Unreadable(_) => false,
        }
    }
}

/// What was found in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileRead {
    /// Published figures.
    Figures {
        /// Rows of the file.
        n_rows: u64,
        /// Rows that are compared, or of an area beside.
        n_used: u64,
        /// Its newest year.
        newest: i16,
    },
    /// Statistical neighbours.
    Neighbours {
        /// How many this authority has there.
        n: usize,
    },
}

/// Everything of a file, before it is taken over.
pub(super) struct Staged {
    pub rows: BTreeMap<Key, PublishedRow>,
    pub names: BTreeMap<String, String>,
    pub region: Option<&'static str>,
    pub neighbours: Vec<String>,
    pub release: i16,
    pub told: FileRead,
}

/// Reads a file.
pub(super) fn read_file(
    bytes: &mut dyn Read,
    authority: AuthorityId,
    year: ReportingYear,
    wanted: &Wanted,
) -> Result<Staged, Unusable> {
    let limits = Limits { row: Rc::new(Cell::new(ROW_BYTES_MAX)), stopped: Rc::new(Cell::new(None)) };
    let guard = Guard { bytes, left_of_file: FILE_BYTES_MAX, limits: limits.clone() };
    let mut text = BufReader::with_capacity(BUFFER_BYTES, guard);
    skip_mark(&mut text, &limits)?;
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).buffer_capacity(BUFFER_BYTES).from_reader(text);
    let mut rows = Rows { reader: &mut reader, limits, n: 0, line: 0 };
    let mut record = ByteRecord::new();
    if !rows.next(&mut record)? {
        return Err(Unusable::NotText("it holds no line"));
    }
    let header = Header::of(&record)?;
    let mut staging = Staging {
        authority: authority.to_string(),
        years: [year.number(), year.before(1).number()],
        wanted,
        rows: BTreeMap::new(),
        names: BTreeMap::new(),
        region: None,
        neighbours: Vec::new(),
        newest: 0,
        n_used: 0,
        is_compared: false,
    };
    while rows.next(&mut record)? {
        if record.len() != header.n_columns {
            return Err(Unusable::RowLength { line: rows.line, n: record.len(), of: header.n_columns });
        }
        match &header.kind {
            Kind::Long(columns) => staging.take_long(&record, columns, rows.line)?,
            Kind::Wide(columns) => staging.take_wide(&record, columns, rows.line)?,
            Kind::Neighbours(columns) => staging.take_neighbours(&record, columns),
        }
    }
    staging.finish(&header.kind, rows.n.saturating_sub(1))
}

/// Which bytes may still be read, shared by the reader of rows and the guard below it.
#[derive(Clone)]
struct Limits {
    row: Rc<Cell<u64>>,
    stopped: Rc<Cell<Option<(u64, &'static str)>>>,
}

impl Limits {
    fn error(&self, error: &io::Error) -> Unusable {
        match self.stopped.get() {
            Some((limit, what)) => Unusable::TooMuch { limit, what },
            None => Unusable::Unreadable(error.kind()),
        }
    }
}

/// Hands bytes on until a row or the file is too long.
struct Guard<'b> {
    bytes: &'b mut dyn Read,
    left_of_file: u64,
    limits: Limits,
}

impl Read for Guard<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.bytes.read(buffer)?;
        let n_read = u64::try_from(n).unwrap_or(u64::MAX);
        let stop = |limit, what| {
            self.limits.stopped.set(Some((limit, what)));
            Err(io::ErrorKind::FileTooLarge.into())
        };
        let Some(left) = self.left_of_file.checked_sub(n_read) else { return stop(FILE_BYTES_MAX, "bytes") };
        let Some(row) = self.limits.row.get().checked_sub(n_read) else { return stop(ROW_BYTES_MAX, "bytes in one row") };
        self.left_of_file = left;
        self.limits.row.set(row);
        Ok(n)
    }
}

fn skip_mark<R: Read>(text: &mut BufReader<R>, limits: &Limits) -> Result<(), Unusable> {
    let start = text.fill_buf().map_err(|error| limits.error(&error))?;
    if start.starts_with(b"PK") {
        return Err(Unusable::NotText("it is perhaps a workbook or a zip archive: unpack it, or save it as CSV UTF-8"));
    }
    if start.starts_with(b"\xFF\xFE") || start.starts_with(b"\xFE\xFF") || start.contains(&0) {
        return Err(Unusable::NotText("save it as CSV UTF-8"));
    }
    let n_mark = if start.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    text.consume(n_mark);
    Ok(())
}

struct Rows<'r, R: Read> {
    reader: &'r mut csv::Reader<R>,
    limits: Limits,
    n: u64,
    line: u64,
}

impl<R: Read> Rows<'_, R> {
    fn next(&mut self, record: &mut ByteRecord) -> Result<bool, Unusable> {
        // what the buffers already hold comes on top of the bytes of the row
        self.limits.row.set(ROW_BYTES_MAX);
        let more = self.reader.read_byte_record(record).map_err(|error| match error.into_kind() {
            csv::ErrorKind::Io(error) => self.limits.error(&error),
            _ => Unusable::NotText("its rows cannot be told apart"),
        })?;
        self.line = record.position().map_or(0, csv::Position::line);
        self.n += u64::from(more);
        if self.n > ROWS_MAX {
            return Err(Unusable::TooMuch { limit: ROWS_MAX, what: "rows" });
        }
        Ok(more)
    }
}

struct Staging<'w> {
    authority: String,
    years: [i16; 2],
    wanted: &'w Wanted,
    rows: BTreeMap<Key, PublishedRow>,
    names: BTreeMap<String, String>,
    region: Option<&'static str>,
    neighbours: Vec<String>,
    newest: i16,
    n_used: u64,
    /// Some row is one that a mapping names, whatever its year.
    is_compared: bool,
}

fn cell(record: &ByteRecord, at: usize) -> &str {
    record.get(at).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default().trim()
}

impl Staging<'_> {
    fn take_long(&mut self, record: &ByteRecord, columns: &Long, line: u64) -> Result<(), Unusable> {
        let kind = columns.period_kind.map_or("", |at| cell(record, at));
        if !["", "Reporting year", "Financial year"].iter().any(|known| kind.eq_ignore_ascii_case(known)) {
            return Ok(());
        }
        let year = year_of(cell(record, columns.period)).ok_or(Unusable::Period { line })?;
        self.newest = self.newest.max(year);
        let name = |at: Option<usize>| at.map_or("", |at| cell(record, at));
        let region = region_by_code(cell(record, columns.region));
        let area = match cell(record, columns.level).to_ascii_lowercase().as_str() {
            "national" => Some(Area::England),
            "regional" => region.map(Area::Region),
            "local authority" => {
                let code = cell(record, columns.authority);
                if code == self.authority {
                    self.region = region.or(self.region);
                    self.keep_name(region.unwrap_or_default(), name(columns.region_name));
                }
                self.area_of_authority(code, name(columns.authority_name))
            }
            _ => None,
        };
        let mut key = String::new();
        for at in &columns.filters {
            push_to_key(&mut key, cell(record, *at));
        }
        let (Some(area), Some(row)) = (area, self.wanted.find(columns.shape, &key)) else { return Ok(()) };
        self.is_compared = true;
        if !self.years.contains(&year) {
            return Ok(());
        }
        let value = |at: Option<usize>, column| at.map_or(Ok(None), |at| value(cell(record, at), column, line));
        let published = PublishedRow {
            count: value(columns.count, "of counts")?,
            share: value(columns.share, "of per cents")?,
            rate: value(columns.rate, "rate_per_10000")?,
            population: value(columns.population, "population_estimate")?,
        };
        self.keep((row, area, year), published, line)
    }

    fn take_wide(&mut self, record: &ByteRecord, columns: &Wide, line: u64) -> Result<(), Unusable> {
        self.newest = columns.years.iter().map(|(year, _)| *year).fold(self.newest, i16::max);
        let name = |at: Option<usize>| at.map_or("", |at| cell(record, at));
        let number = cell(record, columns.number);
        let area = if number == ENGLAND_IN_LAIT {
            Some(Area::England)
        } else if let Some((code, _, _)) = REGIONS.iter().find(|(_, lait, _)| *lait == number) {
            Some(Area::Region(code))
        } else {
            if number == self.authority {
                let known = |(_, _, region): &&(&str, &str, &str)| region.eq_ignore_ascii_case(name(columns.region_name));
                self.region = REGIONS.iter().find(known).map(|(code, _, _)| *code).or(self.region);
            }
            self.area_of_authority(number, name(columns.name))
        };
        let mut key = String::new();
        push_to_key(&mut key, cell(record, columns.measure));
        let (Some(area), Some(row)) = (area, self.wanted.find(Shape::Lait, &key)) else { return Ok(()) };
        self.is_compared = true;
        let years = self.years;
        for (year, at) in columns.years.iter().filter(|(year, _)| years.contains(year)) {
            if let Some(count) = value(cell(record, *at), "of a year", line)? {
                let published = PublishedRow { count: Some(count), ..PublishedRow::default() };
                self.keep((row, area.clone(), *year), published, line)?;
            }
        }
        Ok(())
    }

    fn take_neighbours(&mut self, record: &ByteRecord, columns: &Neighbours) {
        let is_code = |code: &&str| code.parse::<AuthorityId>().is_ok();
        if let Some(name) = Some(cell(record, columns.authority)).filter(|code| *code == self.authority) {
            let others = columns.ranks.iter().map(|at| cell(record, *at)).filter(is_code).filter(|code| *code != name);
            self.neighbours = others.map(str::to_owned).collect();
        }
    }

    fn area_of_authority(&mut self, code: &str, name: &str) -> Option<Area> {
        code.parse::<AuthorityId>().ok()?;
        self.keep_name(code, name);
        Some(Area::Authority(code.to_owned()))
    }

    /// Names are shown: no control characters, no long ones.
    fn keep_name(&mut self, code: &str, name: &str) {
        if !code.is_empty() && !name.is_empty() && !self.names.contains_key(code) {
            let shown = name.chars().filter(|c| !c.is_control()).take(NAME_CHARS_MAX).collect();
            self.names.insert(code.to_owned(), shown);
        }
    }

    fn keep(&mut self, key: Key, row: PublishedRow, line: u64) -> Result<(), Unusable> {
        self.n_used += 1;
        match self.rows.insert(key, row) {
            Some(earlier) if earlier != row => Err(Unusable::RowsContradict { line }),
            Some(_) | None => Ok(()),
        }
    }

    fn finish(self, kind: &Kind, n_rows: u64) -> Result<Staged, Unusable> {
        let told = match kind {
            Kind::Neighbours(_) => FileRead::Neighbours { n: self.neighbours.len() },
            Kind::Long(_) | Kind::Wide(_) if n_rows == 0 => return Err(Unusable::NotText("it holds no row")),
            Kind::Long(_) | Kind::Wide(_) if !self.is_compared => return Err(Unusable::NotCompared),
            Kind::Long(_) | Kind::Wide(_) if self.rows.is_empty() => return Err(Unusable::OtherYears { newest: self.newest }),
            Kind::Long(_) | Kind::Wide(_) => FileRead::Figures { n_rows, n_used: self.n_used, newest: self.newest },
        };
        let Self { rows, names, region, neighbours, newest, .. } = self;
        Ok(Staged { rows, names, region, neighbours, release: newest, told })
    }
}

fn value(text: &str, column: &'static str, line: u64) -> Result<Option<Published>, Unusable> {
    if text.is_empty() || text.eq_ignore_ascii_case("NA") {
        return Ok(None);
    }
    if let Some((symbol, _)) = SYMBOLS.iter().find(|(symbol, _)| symbol.eq_ignore_ascii_case(text)) {
        return Ok(Some(Published::Symbol(symbol)));
    }
    // thousands are sometimes set off by commas
    let number = Milli::parse(text).or_else(|| Milli::parse(&text.replace(',', "")));
    number.map(|number| Some(Published::Number(number))).ok_or(Unusable::Value { line, column })
}
