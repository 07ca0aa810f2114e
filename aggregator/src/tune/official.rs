//! Children looked after by authority, from a file that the Department for Education publishes.
//!
//! Recognised by its first line alone: `population_type` with `children_count`, or `cla_group` and `characteristic` with
//! `number` or `number_YYYY`. A file whose first line could be that of a return, or of anything else about one person a
//! row, is refused before a second line is looked at, and nothing of it is told.

use std::collections::BTreeMap;

use shared::ids::AuthorityId;

use super::places::Official;

/// Greatest file, in bytes.
pub const FILE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Columns that a table about persons has and official statistics do not.
const PERSONAL: [&str; 12] = [
    "child",
    "child_id",
    "childid",
    "dob",
    "date_of_birth",
    "upn",
    "uniq_id",
    "nhs_number",
    "postcode",
    "home_post",
    "decom",
    "motif",
];

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OfficialError {
    /// It may hold records.
    #[error("this looks like records of children, which have no place here: plans are tuned with official statistics only")]
    Records,
    /// Its first line is not known.
    #[error(
        "the first line is not that of children looked after by authority: population_type and children_count, or cla_group, \
         characteristic and number or number_YYYY, each with old_la_code"
    )]
    Header,
    /// Larger than any such file.
    #[error("the file is larger than {FILE_BYTES_MAX} bytes")]
    TooLarge,
    /// A row is not one.
    #[error("line {line}: {what}")]
    Row {
        /// Line of the file, from 1.
        line: u64,
        /// What is wrong.
        what: &'static str,
    },
    /// No row counts children looked after on 31 March in one authority.
    #[error("no row counts the children looked after on 31 March in one authority")]
    Empty,
}

/// Where the columns of a known file are.
struct Columns {
    level: usize,
    authority: usize,
    kind: Shape,
}

enum Shape {
    /// One row a year: which population, year, count.
    Populations { population: usize, year: usize, count: usize },
    /// One row a year and characteristic.
    Long { group: usize, characteristic: usize, year: usize, count: usize },
    /// One row a characteristic, one column a year; the latest is taken.
    Wide { group: usize, characteristic: usize, year: i16, count: usize },
}

/// Reads a file.
///
/// # Errors
/// When it is of another shape, above all when it may hold records.
pub fn parse(bytes: &[u8]) -> Result<Official, OfficialError> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(OfficialError::TooLarge);
    }
    let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    // a workbook or XML is how returns come; official statistics come as CSV
    if text.starts_with(b"PK") || text.trim_ascii_start().starts_with(b"<") || text.starts_with(&[0xd0, 0xcf]) {
        return Err(OfficialError::Records);
    }
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text);
    let header = reader.headers().map_err(|_| OfficialError::Header)?;
    let names: Vec<String> = header.iter().map(str::to_ascii_lowercase).collect();
    if names.iter().any(|name| PERSONAL.contains(&name.as_str())) {
        return Err(OfficialError::Records);
    }
    let columns = columns(&names).ok_or(OfficialError::Header)?;
    let mut years: BTreeMap<i16, BTreeMap<AuthorityId, u32>> = BTreeMap::new();
    for (row, line) in reader.records().zip(2_u64..) {
        let wrong = |what| OfficialError::Row { line, what };
        let row = row.map_err(|_| wrong("it has another number of fields than the first line, or is not text"))?;
        let field = |at: usize| row.get(at).unwrap_or_default();
        let Some((year, count)) = counted(&columns, &field).map_err(wrong)? else { continue };
        let authority = field(columns.authority).parse().map_err(|_| wrong("old_la_code is not a code of three digits"))?;
        // suppressed or rounded away: left out, and the smallest published count taken in its place
        let Ok(count) = count.parse::<u32>() else { continue };
        if years.entry(year).or_default().insert(authority, count).is_some_and(|known| known != count) {
            return Err(wrong("the authority stands twice with different counts"));
        }
    }
    let (year, children) = years.pop_last().ok_or(OfficialError::Empty)?;
    Ok(Official { year, children })
}

fn columns(names: &[String]) -> Option<Columns> {
    let at = |name: &str| names.iter().position(|n| n == name);
    let wide = || {
        let year = |name: &String| name.strip_prefix("number_").and_then(|y| y.parse::<i16>().ok());
        let years = names.iter().enumerate().filter_map(|(i, name)| Some((year(name)?, i)));
        years.max()
    };
    let kind =
        if let (Some(population), Some(count), Some(year)) = (at("population_type"), at("children_count"), at("time_period")) {
            Shape::Populations { population, year, count }
        } else {
            let (group, characteristic) = (at("cla_group")?, at("characteristic")?);
            match (at("number"), at("time_period")) {
                (Some(count), Some(year)) => Shape::Long { group, characteristic, year, count },
                _ => {
                    let (year, count) = wide()?;
                    Shape::Wide { group, characteristic, year, count }
                }
            }
        };
    Some(Columns { level: at("geographic_level")?, authority: at("old_la_code")?, kind })
}

/// The year and count of a row about all children looked after on 31 March in one authority; `None` of any other row.
fn counted<'a>(columns: &Columns, field: &impl Fn(usize) -> &'a str) -> Result<Option<(i16, &'a str)>, &'static str> {
    if !field(columns.level).eq_ignore_ascii_case("local authority") {
        return Ok(None);
    }
    let year = |at: usize| field(at).parse::<i16>().map_err(|_| "time_period is not a year");
    // every characteristic has a total, and each is all children; that of sex stands in every edition
    let is_total = |group: usize, characteristic: usize| {
        field(group).eq_ignore_ascii_case("sex") && field(characteristic).eq_ignore_ascii_case("total")
    };
    Ok(match columns.kind {
        Shape::Populations { population, year: at, count } => {
            let is_it = field(population).to_ascii_lowercase().starts_with("children looked after on 31 march");
            if is_it { Some((year(at)?, field(count))) } else { None }
        }
        Shape::Long { group, characteristic, year: at, count } => {
            if is_total(group, characteristic) {
                Some((year(at)?, field(count)))
            } else {
                None
            }
        }
        Shape::Wide { group, characteristic, year, count } => is_total(group, characteristic).then(|| (year, field(count))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn children(text: &str) -> Option<(i16, Vec<(String, u32)>)> {
        let official = parse(text.as_bytes()).ok()?;
        Some((official.year, official.children.iter().map(|(a, n)| (a.to_string(), *n)).collect()))
    }

    #[test]
    fn the_latest_year_of_each_shape_is_read() {
        let expected = Some((2025, vec![("301".to_owned(), 400), ("302".to_owned(), 250)]));
        let populations = "\u{feff}time_period,geographic_level,old_la_code,population_type,children_count\n\
            2025,National,,Children looked after on 31 March each year,81770\n\
            2025,Local authority,301,Children looked after on 31 March each year,400\n\
            2025,Local authority,302,Children looked after on 31 March each year,250\n\
            2025,Local authority,303,Children looked after on 31 March each year,c\n\
            2025,Local authority,301,Children starting to be looked after each year,90\n\
            2024,Local authority,301,Children looked after on 31 March each year,390\n";
        let long = "time_period,geographic_level,old_la_code,cla_group,characteristic,number\n\
            2025,Local authority,301,Sex,Total,400\n2025,Local authority,301,Sex,Male,210\n\
            2025,Local authority,302,Sex,Total,250\n2024,Local authority,302,Sex,Total,240\n";
        let wide = "geographic_level,old_la_code,cla_group,characteristic,number_2024,number_2025\n\
            Local authority,301,Sex,Total,390,400\nLocal authority,302,Sex,Total,240,250\nRegional,,Sex,Total,900,910\n";
        for text in [populations, long, wide] {
            assert_eq!(children(text), expected);
        }
    }

    #[test]
    fn records_are_refused_before_a_row_is_read() {
        let returns: [&[u8]; 6] = [
            b"CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n1,2,01/01/2010,WBRI,X,,\n",
            b"CHILD,DECOM,RNE\n",
            b"old_la_code,geographic_level,population_type,children_count,time_period,child_id\n",
            b"<?xml version=\"1.0\"?><Message/>",
            b"PK\x03\x04",
            b"\xef\xbb\xbf  <Message/>",
        ];
        for bytes in returns {
            assert!(matches!(parse(bytes), Err(OfficialError::Records)));
        }
    }

    #[test]
    fn what_is_not_known_is_refused() {
        let header = "time_period,geographic_level,old_la_code,population_type,children_count\n";
        let row = |row: &str| parse(format!("{header}{row}\n").as_bytes()).unwrap_err().to_string();
        assert!(row("").contains("no row counts"));
        assert!(row("2025,Local authority,30x,Children looked after on 31 March each year,4").contains("line 2: old_la_code"));
        assert!(row("last,Local authority,301,Children looked after on 31 March each year,4").contains("line 2: time_period"));
        assert!(row("2025,Local authority,301").contains("line 2"));
        assert!(matches!(parse(b"a,b,c\n1,2,3\n"), Err(OfficialError::Header)));
        assert!(matches!(parse(b""), Err(OfficialError::Header)));
    }
}
