//! The first line of a downloaded file: what the file holds, and where.
//!
//! Recognised by the names of columns alone. Nothing of a line that is not recognised is told.

use csv::ByteRecord;

use super::mapping::Shape;
use super::read::Unusable;

/// Most columns of a file.
pub const COLUMNS_MAX: usize = 256;
/// Regions: code, number in the interactive tool, name.
pub(super) const REGIONS: [(&str, &str, &str); 11] = [
    ("E12000001", "980", "North East"),
    ("E12000002", "981", "North West"),
    ("E12000003", "982", "Yorkshire and The Humber"),
    ("E12000004", "983", "East Midlands"),
    ("E12000005", "984", "West Midlands"),
    ("E12000006", "985", "East of England"),
    ("E12000008", "989", "South East"),
    ("E12000009", "990", "South West"),
    ("E13000001", "987", "Inner London"),
    ("E13000002", "988", "Outer London"),
    ("E12000007", "986", "London"),
];
/// England in the interactive tool.
pub(super) const ENGLAND_IN_LAIT: &str = "970";
const NEIGHBOURS_MAX: usize = 10;

/// The first line, understood.
pub(super) struct Header {
    /// How many columns every row must have.
    pub n_columns: usize,
    /// What the file holds.
    pub kind: Kind,
}

/// What a file holds.
pub(super) enum Kind {
    Long(Long),
    Wide(Wide),
    Neighbours(Neighbours),
}

/// Positions of the columns of a long file.
pub(super) struct Long {
    pub period: usize,
    pub period_kind: Option<usize>,
    pub level: usize,
    pub region: usize,
    pub region_name: Option<usize>,
    pub authority: usize,
    pub authority_name: Option<usize>,
    pub shape: Shape,
    pub filters: Vec<usize>,
    pub count: Option<usize>,
    pub share: Option<usize>,
    pub rate: Option<usize>,
    pub population: Option<usize>,
}

/// Positions of the columns of a wide file.
pub(super) struct Wide {
    pub measure: usize,
    pub number: usize,
    pub name: Option<usize>,
    pub region_name: Option<usize>,
    pub years: Vec<(i16, usize)>,
}

/// Positions of the columns of a file of statistical neighbours.
pub(super) struct Neighbours {
    pub authority: usize,
    pub ranks: Vec<usize>,
}

const COUNTS: [&str; 3] = ["number", "children_count", "care_leaver_count"];
const SHARES: [&str; 4] = ["percentage", "percent", "children_percent", "care_leaver_percent"];
/// Columns of every long file that are no filters.
const PLACES: [&str; 10] = [
    "time_period",
    "time_identifier",
    "geographic_level",
    "country_code",
    "country_name",
    "region_code",
    "region_name",
    "old_la_code",
    "new_la_code",
    "la_name",
];

impl Header {
    /// Recognises a first line.
    pub fn of(record: &ByteRecord) -> Result<Self, Unusable> {
        if record.len() > COLUMNS_MAX {
            return Err(Unusable::TooMuch { limit: u64::try_from(COLUMNS_MAX).unwrap_or(u64::MAX), what: "columns" });
        }
        let names: Vec<String> = record.iter().map(|name| String::from_utf8_lossy(name).trim().to_ascii_lowercase()).collect();
        let mut sorted: Vec<&String> = names.iter().filter(|name| !name.is_empty()).collect();
        sorted.sort_unstable();
        let is_twice = sorted.windows(2).any(|two| matches!(two, [a, b] if a == b));
        let at = |name: &str| names.iter().position(|column| column == name);
        let kind = if let Some(number) = at("la_number").filter(|_| at("measure_short").is_some()) {
            let measure = at("measure_short").unwrap_or_default();
            let year = |(place, name): (usize, &String)| Some((name.parse::<i16>().ok().filter(|y| *y > 1990)?, place));
            let years = names.iter().enumerate().filter_map(year).collect();
            Kind::Wide(Wide { measure, number, name: at("area"), region_name: at("region"), years })
        } else if let Some((authority, first)) = at("old_la_code").zip(at("sn_1")) {
            let further = (2..=NEIGHBOURS_MAX).filter_map(|rank| at(&format!("sn_{rank}")));
            Kind::Neighbours(Neighbours { authority, ranks: std::iter::once(first).chain(further).collect() })
        } else {
            Kind::Long(Long::of(&names, at)?)
        };
        if is_twice { Err(Unusable::ColumnTwice) } else { Ok(Self { n_columns: names.len(), kind }) }
    }
}

impl Long {
    fn of(names: &[String], at: impl Fn(&str) -> Option<usize>) -> Result<Self, Unusable> {
        let known = |name: &str| at(name).ok_or(Unusable::NotOfficial);
        let (period, level) = (known("time_period")?, known("geographic_level")?);
        let one_of = |columns: &[&str]| columns.iter().find_map(|name| at(name));
        let (count, share) = (one_of(&COUNTS), one_of(&SHARES));
        let (rate, population) = (at("rate_per_10000"), at("population_estimate"));
        let is_filter = |name: &str| {
            !PLACES.contains(&name)
                && !COUNTS.contains(&name)
                && !SHARES.contains(&name)
                && at(name) != rate
                && at(name) != population
        };
        let n_filters = names.iter().filter(|name| is_filter(name)).count();
        let places = |columns: &[&str]| columns.iter().map(|name| at(name)).collect::<Option<Vec<_>>>();
        let fitting = Shape::LONG.into_iter().flat_map(|shape| shape.columns().iter().map(move |columns| (shape, *columns)));
        let found = fitting
            .filter(|(_, columns)| columns.len() == n_filters)
            .find_map(|(shape, columns)| Some((shape, places(columns)?)));
        // a file of the nation alone, or one of filters that no mapping names
        let (Some((shape, filters)), Some(authority), Some(region), true) =
            (found, at("old_la_code"), at("region_code"), count.is_some() || rate.is_some())
        else {
            return Err(Unusable::NotCompared);
        };
        Ok(Self {
            period,
            period_kind: at("time_identifier"),
            level,
            region,
            region_name: at("region_name"),
            authority,
            authority_name: at("la_name"),
            shape,
            filters,
            count,
            share,
            rate,
            population,
        })
    }
}

/// The known region of a code.
pub(super) fn region_by_code(code: &str) -> Option<&'static str> {
    REGIONS.iter().find(|(known, _, _)| *known == code).map(|(code, _, _)| *code)
}

/// The year of which a period is: `2025`, or `202425`, both end on 31 March 2025.
pub(super) fn year_of(period: &str) -> Option<i16> {
    if !period.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let year = |text: &str| text.parse::<i16>().ok().filter(|year| (1990..=2099).contains(year));
    match period.len() {
        4 => year(period),
        6 => {
            let (first, second) = period.split_at(4);
            let ends = year(first)?.checked_add(1)?;
            (format!("{:02}", ends % 100) == second).then_some(ends)
        }
        _ => None,
    }
}
