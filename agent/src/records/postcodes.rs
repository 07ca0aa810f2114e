//! A postcode directory: how far from home a child lives, told while a row of Episodes is read (B13).
//!
//! Postcodes identify. The directory is asked with the two cells of a row as they stand in the file, and what is kept of the
//! answer is a [`Location`], one of five words: no postcode, point or distance goes further. The directory is that of the
//! Office for National Statistics, an optional file of the authority's own; `docs/postcodes.md` says what it looks like.
//! Bounded: one line of the file is in memory, and 16 bytes for each postcode.

use std::fmt;

use super::source::{RowSource, SourceFault};

#[cfg(test)]
mod tests;

/// What the framework calls the directory among the tables that a measure needs.
pub const POSTCODE_DIRECTORY: &str = "PostcodeDirectory";

/// Most postcodes that are read; the directory of the whole country has 2.7 million.
const POSTCODES_MAX: usize = 4_000_000;
/// Longest postcode without its space, in bytes.
const POSTCODE_BYTES_MAX: usize = 7;
/// Greatest easting or northing, in metres; one bit beside it is free.
const METRES_MAX: u32 = 9_999_999;

/// Names of the column of the postcode, the first that a file has.
const POSTCODE: [&str; 4] = ["PCDS", "PCD", "PCD7", "PCD8"];
/// Of the easting.
const EAST: [&str; 2] = ["OSEAST1M", "EAST1M"];
/// Of the northing.
const NORTH: [&str; 2] = ["OSNRTH1M", "NORTH1M"];
/// Of the local authority district.
const DISTRICT: [&str; 2] = ["LAUA", "OSLAUA"];
/// How that column begins where its name holds a year, as `LAD25CD`.
const DISTRICT_OF_YEAR: &str = "LAD";
/// Of the county.
const COUNTY: [&str; 2] = ["CTY", "OSCTY"];
/// How that column begins where its name holds a year.
const COUNTY_OF_YEAR: &str = "CTY";

/// Code of an area in official statistics: a letter and eight digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AreaCode([u8; 9]);

impl AreaCode {
    /// Reads a code, letters folded.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let mut code: [u8; 9] = text.trim_ascii().try_into().ok()?;
        code.make_ascii_uppercase();
        let [letter, digits @ ..] = &code;
        (letter.is_ascii_uppercase() && digits.iter().all(u8::is_ascii_digit)).then_some(Self(code))
    }

    /// Whether it lies in England.
    fn is_english(self) -> bool {
        self.0.first() == Some(&b'E')
    }

    /// Whether it lies in Northern Ireland, whose points are measured on another grid.
    fn is_northern_irish(self) -> bool {
        self.0.first() == Some(&b'N')
    }
}

impl fmt::Display for AreaCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.0))
    }
}

/// Where a child is placed, seen from home and from the authority's own area.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Location {
    /// In the authority's area, up to 20 miles from home.
    InsideNear,
    /// In the authority's area, over 20 miles from home.
    InsideFar,
    /// Outside it, up to 20 miles.
    OutsideNear,
    /// Outside it, over 20 miles.
    OutsideFar,
    /// A postcode is blank or in no directory, or home lies outside England.
    NotKnown,
}

/// Why a directory is not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PostcodesFault {
    /// It cannot be read.
    Source(SourceFault),
    /// It lacks a column.
    Column(&'static str),
    /// A row whose postcode, point or area cannot be read, on this line.
    Row(u32),
    /// A postcode stands twice with different points or areas.
    Twice,
    /// More postcodes than are read.
    TooMany,
    /// No postcode lies in this area, which the configuration calls the authority's own.
    NoneInside(AreaCode),
}

impl fmt::Display for PostcodesFault {
    /// For a sentence that begins with the file's name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Source(SourceFault { why, line: Some(line) }) => write!(f, ":{line} {why}"),
            Self::Source(SourceFault { why, line: None }) => write!(f, " {why}"),
            Self::Column(name) => write!(f, " lacks the column {name}"),
            Self::Row(line) => write!(f, ":{line} has a postcode, a point or an area that cannot be read"),
            Self::Twice => write!(f, " has a postcode twice, with different points or areas"),
            Self::TooMany => write!(f, " has more than {POSTCODES_MAX} postcodes"),
            Self::NoneInside(area) => write!(f, " has no postcode in the area {area} that ons names"),
        }
    }
}

/// A postcode with its point in metres on the national grid; the lowest bit of each coordinate is a flag.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    postcode: u64,
    /// Whether it lies in the authority's own area.
    east_own: u32,
    /// Whether it lies in England.
    north_english: u32,
}

impl Entry {
    fn east(self) -> i64 {
        i64::from(self.east_own / 2)
    }

    fn north(self) -> i64 {
        i64::from(self.north_english / 2)
    }

    fn is_own(self) -> bool {
        self.east_own % 2 == 1
    }

    fn is_english(self) -> bool {
        self.north_english % 2 == 1
    }
}

/// Where the postcodes lie. Invariant: in the order of the postcodes, each once.
pub struct PostcodeDirectory(Vec<Entry>);

/// Where the columns stand.
struct Columns {
    postcode: usize,
    east: usize,
    north: usize,
    district: usize,
    county: Option<usize>,
}

impl Columns {
    fn of(columns: &[String]) -> Result<Self, PostcodesFault> {
        let named = |names: &[&'static str]| names.iter().find_map(|name| columns.iter().position(|column| column == name));
        let of_year = |start: &str| columns.iter().position(|column| is_of_year(column, start));
        let needed = |names: &[&'static str]| named(names).ok_or(PostcodesFault::Column(names.first().copied().unwrap_or("")));
        Ok(Self {
            postcode: needed(&POSTCODE)?,
            east: needed(&EAST)?,
            north: needed(&NORTH)?,
            district: of_year(DISTRICT_OF_YEAR).map_or_else(|| needed(&DISTRICT), Ok)?,
            county: named(&COUNTY).or_else(|| of_year(COUNTY_OF_YEAR)),
        })
    }
}

/// Whether a column is named so, with a year of two digits, as `LAD25CD`.
fn is_of_year(column: &str, start: &str) -> bool {
    let year = column.strip_prefix(start).and_then(|rest| rest.strip_suffix("CD"));
    year.is_some_and(|year| year.len() == 2 && year.bytes().all(|byte| byte.is_ascii_digit()))
}

impl PostcodeDirectory {
    /// Whether a header line is that of a directory.
    pub fn is_header(columns: &[String]) -> bool {
        Columns::of(columns).is_ok()
    }

    /// Reads all rows of the one sheet of a source. `own` are the codes of the authority's own area; each must occur.
    pub fn read(source: &mut dyn RowSource, own: &[AreaCode]) -> Result<Self, PostcodesFault> {
        Self::read_up_to(POSTCODES_MAX, source, own)
    }

    fn read_up_to(limit: usize, source: &mut dyn RowSource, own: &[AreaCode]) -> Result<Self, PostcodesFault> {
        let columns = Columns::of(source.sheets().first().map(|sheet| sheet.columns.as_slice()).unwrap_or_default())?;
        let mut entries = Vec::new();
        let mut seen = vec![false; own.len()];
        while let Some(row) = source.next_row().map_err(PostcodesFault::Source)? {
            let wrong = || PostcodesFault::Row(row.line);
            let postcode = number(row.cells.cell(columns.postcode)).ok_or_else(wrong)?;
            let area = |at: usize| match row.cells.cell(at).trim_ascii() {
                [] => Some(None),
                cell => AreaCode::parse(cell).map(Some),
            };
            let district = area(columns.district).ok_or_else(wrong)?;
            let county = columns.county.map_or(Some(None), area).ok_or_else(wrong)?;
            let east = metres(row.cells.cell(columns.east)).ok_or_else(wrong)?;
            let north = metres(row.cells.cell(columns.north)).ok_or_else(wrong)?;
            let mut is_own = false;
            for (code, seen) in own.iter().zip(&mut seen) {
                if district == Some(*code) || county == Some(*code) {
                    (is_own, *seen) = (true, true);
                }
            }
            let (Some(east), Some(north)) = (east, north) else { continue };
            if district.is_some_and(AreaCode::is_northern_irish) {
                continue;
            }
            if entries.len() == limit {
                return Err(PostcodesFault::TooMany);
            }
            let is_english = district.is_some_and(AreaCode::is_english);
            let (east_own, north_english) = (east * 2 + u32::from(is_own), north * 2 + u32::from(is_english));
            entries.push(Entry { postcode, east_own, north_english });
        }
        if let Some((code, _)) = own.iter().zip(&seen).find(|(_, seen)| !**seen) {
            return Err(PostcodesFault::NoneInside(*code));
        }
        entries.sort_unstable();
        entries.dedup();
        if entries.windows(2).any(|pair| matches!(pair, [one, other] if one.postcode == other.postcode)) {
            return Err(PostcodesFault::Twice);
        }
        entries.shrink_to_fit();
        Ok(Self(entries))
    }

    /// How many postcodes have a place.
    pub fn n(&self) -> usize {
        self.0.len()
    }

    fn find(&self, cell: &[u8]) -> Option<Entry> {
        let postcode = number(cell)?;
        self.0.binary_search_by_key(&postcode, |entry| entry.postcode).ok().and_then(|at| self.0.get(at).copied())
    }

    /// Where a placement lies, by HOME_POST and PL_POST as they stand in a row.
    pub fn locate(&self, home: &[u8], placement: &[u8]) -> Location {
        let home = self.find(home).filter(|home| home.is_english());
        let Some((home, placement)) = home.zip(self.find(placement)) else { return Location::NotKnown };
        match (placement.is_own(), is_far(home, placement)) {
            (true, false) => Location::InsideNear,
            (true, true) => Location::InsideFar,
            (false, false) => Location::OutsideNear,
            (false, true) => Location::OutsideFar,
        }
    }
}

/// Whether two points are more than 20 miles apart, as the Department for Education reckons: the square root of the sum of
/// the squares in metres, divided by 1000 and by 1.6093, has one decimal after rounding, and is more than 20.0. It is when it
/// is at least 20.05 before rounding, which is 32,266.465 metres; no whole number of square metres is exactly that.
fn is_far(home: Entry, placement: Entry) -> bool {
    const NEAR_MILLIMETRES: i64 = 32_266_465;
    let (east, north) = (home.east() - placement.east(), home.north() - placement.north());
    // both are below ten million, so that the products stay far below the greatest number
    i128::from(east * east + north * north) * 1_000_000 > i128::from(NEAR_MILLIMETRES) * i128::from(NEAR_MILLIMETRES)
}

/// A postcode as a number, letters folded and spaces left out: two postcodes have the same only if they are the same.
fn number(cell: &[u8]) -> Option<u64> {
    let (mut number, mut n_bytes) = (0_u64, 0);
    for byte in cell.iter().filter(|byte| **byte != b' ') {
        n_bytes += 1;
        if n_bytes > POSTCODE_BYTES_MAX || !byte.is_ascii_alphanumeric() {
            return None;
        }
        // seven bytes at most, so that the number cannot run over
        number = number * 256 + u64::from(byte.to_ascii_uppercase());
    }
    (n_bytes > 0).then_some(number)
}

/// A coordinate in whole metres: `Some(None)` for a blank one, which is of a postcode without a point.
fn metres(cell: &[u8]) -> Option<Option<u32>> {
    let cell = cell.trim_ascii();
    if cell.is_empty() {
        return Some(None);
    }
    let digits = std::str::from_utf8(cell).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?;
    digits.parse().ok().filter(|metres| *metres <= METRES_MAX).map(Some)
}
