//! Official figures: what is published of every authority, set beside the exact figures of this one.
//!
//! Reads files that the authority downloads, known by their header and never by their name. Everything read here is public;
//! the exact figures enter in `compare` alone and leave on the authority's own screen. Must not fetch anything, and must not
//! take a figure for another: two files that contradict each other are refused, a symbol in the place of a figure stays a
//! symbol. Whoever can change these files changes what stands beside the exact figures, and nothing else.

pub mod mapping; // which cell of the framework is which published row, and why the two may differ
pub mod header; // the first line of a file
pub mod read; // one file -> its published rows
pub mod compare; // exact figures beside published ones
pub mod england; // England's last published figures, compiled in

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use shared::ids::{AuthorityId, ReportingYear};

use mapping::{Column, MAPPINGS, Shape, Source};
use read::{FileRead, Unusable};

/// A published number in thousandths: counts, per cents and means alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Milli(pub i64);

impl Milli {
    /// A whole number; the greatest one there is for what does not fit.
    pub fn whole(number: i64) -> Self {
        Self(number.saturating_mul(1_000))
    }

    /// A number written with decimals. Further decimals than three are rounded, half up; `None` for what is no such number.
    pub fn parse(text: &str) -> Option<Self> {
        let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(whole) || whole.len() > 12 || !is_number(decimals) {
            return None;
        }
        let digit = |at: usize| decimals.as_bytes().get(at).map_or(0, |byte| i64::from(byte - b'0'));
        let thousandths = digit(0) * 100 + digit(1) * 10 + digit(2) + i64::from(digit(3) >= 5);
        Some(Self(sign * (whole.parse::<i64>().ok()? * 1_000 + thousandths)))
    }

    /// Part of a whole, times a factor, rounded half up; `None` without a whole.
    pub fn ratio(part: i64, whole: i64, factor: i64) -> Option<Self> {
        let (part, whole, factor) = (i128::from(part), i128::from(whole), i128::from(factor));
        if part < 0 || whole <= 0 {
            return None;
        }
        // twice the number plus the whole, halved: half up without a fraction
        i64::try_from((part * factor * 2_000 + whole) / (whole * 2)).ok().map(Self)
    }

    /// Rounded to one decimal, half away from zero.
    #[must_use]
    pub fn to_one_decimal(self) -> Self {
        Self((self.0.saturating_abs().saturating_add(50) / 100 * 100).saturating_mul(self.0.signum()))
    }

    /// The whole number that it is.
    pub fn as_whole(self) -> Option<i64> {
        (self.0 % 1_000 == 0).then_some(self.0 / 1_000)
    }
}

impl fmt::Display for Milli {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, decimals) = (self.0.unsigned_abs() / 1_000, self.0.unsigned_abs() % 1_000);
        let decimals = format!("{decimals:03}");
        match decimals.trim_end_matches('0') {
            "" => write!(f, "{sign}{whole}"),
            shown => write!(f, "{sign}{whole}.{shown}"),
        }
    }
}

/// What stands in the place of a figure that is not published: sign and meaning.
pub const SYMBOLS: [(&str, &str); 9] = [
    ("c", "kept back: a count of 1 to 5, or one that would give such a count away"),
    ("z", "not applicable"),
    ("x", "not available"),
    ("k", "rounds to zero and is not zero"),
    ("low", "rounds to zero and is not zero"),
    ("-", "kept back or not available"),
    (":", "not available"),
    ("u", "of low reliability"),
    ("~", "not available"),
];

/// What is published at one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Published {
    /// A number.
    Number(Milli),
    /// A symbol in its place, one of [`SYMBOLS`].
    Symbol(&'static str),
}

impl Published {
    /// The number, where there is one.
    pub fn number(self) -> Option<Milli> {
        match self {
            Self::Number(number) => Some(number),
            Self::Symbol(_) => None,
        }
    }
}

impl fmt::Display for Published {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Symbol(symbol) => f.write_str(symbol),
        }
    }
}

/// Of whom a figure is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Area {
    /// England.
    England,
    /// A region, by its code.
    Region(&'static str),
    /// An authority, by its three digits.
    Authority(String),
}

/// The columns of one published row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PublishedRow {
    /// How many, or the one value that the row has.
    pub count: Option<Published>,
    /// Per cent.
    pub share: Option<Published>,
    /// Per 10,000 of all children.
    pub rate: Option<Published>,
    /// All children of the area, in the year before.
    pub population: Option<Published>,
}

impl PublishedRow {
    fn column(&self, column: Column) -> Option<Published> {
        match column {
            Column::Count => self.count,
            Column::Share => self.share,
            Column::Rate => self.rate,
            Column::Population => self.population,
        }
    }
}

/// Which row, of whom, of which year.
type Key = (usize, Area, i16);

struct Kept {
    row: PublishedRow,
    /// The newest year of the file: a later release holds what was amended since.
    release: i16,
    file: usize,
}

/// Everything that was read of the official files, for one authority and year.
pub struct Official {
    authority: AuthorityId,
    year: ReportingYear,
    wanted: Wanted,
    files: Vec<String>,
    rows: BTreeMap<Key, Kept>,
    names: BTreeMap<String, String>,
    region: Option<&'static str>,
    neighbours: Vec<String>,
}

impl Official {
    /// Nothing read yet.
    pub fn new(authority: AuthorityId, year: ReportingYear) -> Self {
        let (names, neighbours) = (BTreeMap::new(), Vec::new());
        let wanted = Wanted::of_mappings();
        Self { authority, year, wanted, files: Vec::new(), rows: BTreeMap::new(), names, region: None, neighbours }
    }

    /// Reads one file, named `name` in messages. After an error nothing of the file is kept.
    pub fn add(&mut self, name: &str, bytes: &mut dyn std::io::Read) -> Result<FileRead, Unusable> {
        let staged = read::read_file(bytes, self.authority, self.year, &self.wanted)?;
        for (key, row) in &staged.rows {
            if let Some(kept) = self.rows.get(key)
                && kept.release == staged.release
                && kept.row != *row
            {
                let other = self.files.get(kept.file).cloned().unwrap_or_default();
                return Err(Unusable::FilesContradict { other });
            }
        }
        let file = self.files.len();
        self.files.push(name.to_owned());
        for (key, row) in staged.rows {
            let is_newer = self.rows.get(&key).is_none_or(|kept| kept.release < staged.release);
            if is_newer {
                self.rows.insert(key, Kept { row, release: staged.release, file });
            }
        }
        self.names.extend(staged.names);
        self.region = self.region.or(staged.region);
        if self.neighbours.is_empty() {
            self.neighbours = staged.neighbours;
        }
        Ok(staged.told)
    }

    /// A published figure: the first of the alternatives that some file has.
    pub fn figure(&self, sources: &[Source], area: &Area, year: ReportingYear) -> Option<Published> {
        sources.iter().find_map(|source| {
            let at = self.wanted.position(source)?;
            self.rows.get(&(at, area.clone(), year.number()))?.row.column(source.column)
        })
    }

    /// The sum of figures; a symbol when one of them is a symbol, `None` when one of them is absent.
    pub fn sum(&self, sources: &[Source], area: &Area, year: ReportingYear) -> Option<Published> {
        let mut sum = Milli(0);
        for source in sources {
            match self.figure(std::slice::from_ref(source), area, year)? {
                Published::Number(number) => sum = Milli(sum.0.saturating_add(number.0)),
                symbol @ Published::Symbol(_) => return Some(symbol),
            }
        }
        Some(Published::Number(sum))
    }

    /// Whether any file holds a figure of this authority, in the year or the one before.
    pub fn knows_authority(&self) -> bool {
        let own = Area::Authority(self.authority.to_string());
        self.rows.keys().any(|(_, area, _)| *area == own)
    }

    /// Whether any file holds figures of the year.
    pub fn knows_year(&self) -> bool {
        self.rows.keys().any(|(_, _, year)| *year == self.year.number())
    }

    /// Whether anything at all is there to compare with.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The name of an authority or region, by its code.
    pub fn name(&self, code: &str) -> Option<&str> {
        self.names.get(code).map(String::as_str)
    }

    /// Code of the region of this authority.
    pub fn region(&self) -> Option<&'static str> {
        self.region
    }

    /// The statistical neighbours of this authority, nearest first.
    pub fn neighbours(&self) -> &[String] {
        &self.neighbours
    }

    /// The authority whose figures are compared.
    pub fn authority(&self) -> AuthorityId {
        self.authority
    }

    /// The year that is compared.
    pub fn year(&self) -> ReportingYear {
        self.year
    }
}

/// The rows that some mapping names: everything else in a file is passed over.
pub(crate) struct Wanted {
    by_shape: BTreeMap<Shape, HashMap<String, usize>>,
}

impl Wanted {
    fn of_mappings() -> Self {
        let mut by_shape: BTreeMap<Shape, HashMap<String, usize>> = BTreeMap::new();
        let mut n = 0;
        for source in MAPPINGS.iter().flat_map(|mapping| mapping.sources()) {
            by_shape.entry(source.shape).or_default().entry(key_of(source.filters)).or_insert_with(|| {
                n += 1;
                n - 1
            });
        }
        Self { by_shape }
    }

    fn position(&self, source: &Source) -> Option<usize> {
        self.find(source.shape, &key_of(source.filters))
    }

    pub(crate) fn find(&self, shape: Shape, key: &str) -> Option<usize> {
        self.by_shape.get(&shape)?.get(key).copied()
    }
}

/// Filter values as one key, without regard to case and outer blanks.
fn key_of(filters: &[&str]) -> String {
    let mut key = String::new();
    for value in filters {
        push_to_key(&mut key, value);
    }
    key
}

pub(crate) fn push_to_key(key: &mut String, value: &str) {
    key.extend(value.trim().chars().map(|c| c.to_ascii_lowercase()));
    key.push('\u{1f}');
}

#[cfg(test)]
mod tests;
