//! The dated list of authorities: who exists on which day, in which region.
//!
//! Codes come and go when councils are reorganised; the number of authorities stands nowhere but in this list.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use shared::ids::{AuthorityId, ReportingYear};
use shared::plan::{Cohort, CohortMember, Region};
use shared::time::Day;

/// Greatest list, in bytes.
const LIST_BYTES_MAX: usize = 1024 * 1024;

/// Why the list cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AuthoritiesError {
    /// Larger than any list of authorities.
    #[error("the list is larger than {LIST_BYTES_MAX} bytes")]
    TooLarge,
    /// A row is not one.
    #[error("line {line}: {what}")]
    Row {
        /// Line of the file, from 1.
        line: u64,
        /// What is wrong.
        what: String,
    },
    /// Two rows of one authority hold on one day.
    #[error("authority {0} stands twice on one day")]
    Overlap(AuthorityId),
    /// A code that was asked for is not in the list on that day.
    #[error("authority {0} is not in the list on the last day of the year")]
    Unknown(AuthorityId),
    /// One region has two names.
    #[error("region {0} has two names")]
    Region(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    dfe_code: String,
    ons_code: String,
    name: String,
    region_code: String,
    region_name: String,
    valid_from: String,
    valid_to: String,
}

/// One authority from one day to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    /// The three-digit code.
    pub id: AuthorityId,
    /// The nine-character code of these days.
    pub ons_code: String,
    /// Its name.
    pub name: String,
    /// Its region.
    pub region: Region,
    /// First day.
    pub valid_from: Day,
    /// Last day, if it has one.
    pub valid_to: Option<Day>,
}

impl Authority {
    fn holds_on(&self, day: Day) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|last| day <= last)
    }
}

/// The whole list.
#[derive(Clone, Debug)]
pub struct Authorities {
    rows: Vec<Authority>,
}

impl Authorities {
    /// The list that this version was built with.
    pub fn built_in() -> Result<Self, AuthoritiesError> {
        Self::parse(include_bytes!("../../config/authorities.csv"))
    }

    /// Reads the list.
    pub fn parse(bytes: &[u8]) -> Result<Self, AuthoritiesError> {
        if bytes.len() > LIST_BYTES_MAX {
            return Err(AuthoritiesError::TooLarge);
        }
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
        let mut rows = Vec::new();
        for (row, line) in reader.deserialize::<Row>().zip(2_u64..) {
            let wrong = |what: String| AuthoritiesError::Row { line, what };
            rows.push(authority(row.map_err(|e| wrong(e.to_string()))?).map_err(wrong)?);
        }
        Ok(Self { rows })
    }

    /// Whether an authority of this code exists on a day.
    pub fn on(&self, id: AuthorityId, day: Day) -> Option<&Authority> {
        self.rows.iter().find(|a| a.id == id && a.holds_on(day))
    }

    /// Those who exist on the last day of a year, or the named ones of them; without populations.
    pub fn cohort(&self, year: ReportingYear, only: Option<&BTreeSet<AuthorityId>>) -> Result<Cohort, AuthoritiesError> {
        let day = Day(year.last_day());
        let mut members = BTreeMap::new();
        let mut regions: BTreeMap<&str, &Region> = BTreeMap::new();
        let named = |a: &&Authority| only.is_none_or(|ids| ids.contains(&a.id));
        for a in self.rows.iter().filter(|a| a.holds_on(day)).filter(named) {
            let member = CohortMember {
                authority: a.id,
                ons_code: a.ons_code.clone(),
                name: a.name.clone(),
                region: a.region.code.clone(),
                population_0_17: None,
            };
            if members.insert(a.id, member).is_some() {
                return Err(AuthoritiesError::Overlap(a.id));
            }
            let known = regions.insert(&a.region.code, &a.region);
            if known.is_some_and(|r| r.name != a.region.name) {
                return Err(AuthoritiesError::Region(a.region.code.clone()));
            }
        }
        if let Some(stranger) = only.and_then(|ids| ids.iter().find(|id| !members.contains_key(id))) {
            return Err(AuthoritiesError::Unknown(*stranger));
        }
        Ok(Cohort {
            members: members.into_values().collect(),
            regions: regions.into_values().cloned().collect(),
            population: None,
        })
    }
}

fn authority(row: Row) -> Result<Authority, String> {
    let day = |text: &str, what: &str| text.parse::<Day>().map_err(|e| format!("{what} is {e}"));
    if row.name.is_empty() || row.region_code.is_empty() || row.region_name.is_empty() {
        return Err("a name is missing".into());
    }
    Ok(Authority {
        id: row.dfe_code.parse().map_err(|e| format!("dfe_code is {e}"))?,
        ons_code: row.ons_code,
        name: row.name,
        region: Region { code: row.region_code, name: row.region_name },
        valid_from: day(&row.valid_from, "valid_from")?,
        valid_to: if row.valid_to.is_empty() { None } else { Some(day(&row.valid_to, "valid_to")?) },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "dfe_code,ons_code,name,region_code,region_name,valid_from,valid_to\n";

    fn parse(rows: &str) -> Result<Authorities, AuthoritiesError> {
        Authorities::parse(format!("{HEAD}{rows}").as_bytes())
    }

    #[test]
    fn the_list_in_the_configuration_is_sound() {
        let list = Authorities::parse(include_bytes!("../../config/authorities.csv")).unwrap();
        for year in 2018..=2026 {
            let cohort = list.cohort(ReportingYear::new(year).unwrap(), None).unwrap();
            assert!(cohort.members.len() > 140 && cohort.regions.len() == 9, "{year}");
        }
    }

    #[test]
    fn an_authority_takes_part_in_the_years_at_whose_end_it_exists() {
        let rows =
            "301,E1,One,R1,North,2009-04-01,2025-03-30\n302,E2,Two,R2,South,2009-04-01,\n303,E3,Three,R1,North,2025-03-31,\n";
        let list = parse(rows).unwrap();
        let codes = |year| {
            let cohort = list.cohort(ReportingYear::new(year).unwrap(), None).unwrap();
            cohort.members.iter().map(|m| m.authority.to_string()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!((codes(2024), codes(2025)), ("301 302".to_owned(), "302 303".to_owned()));
        let only = BTreeSet::from(["302".parse().unwrap()]);
        let cohort = list.cohort(ReportingYear::new(2025).unwrap(), Some(&only)).unwrap();
        assert_eq!((cohort.members.len(), cohort.regions.len()), (1, 1));
        let gone = BTreeSet::from(["301".parse().unwrap()]);
        assert!(matches!(list.cohort(ReportingYear::new(2025).unwrap(), Some(&gone)), Err(AuthoritiesError::Unknown(_))));
    }

    #[test]
    fn a_wrong_row_is_named_by_its_line() {
        for row in ["30,E1,One,R1,North,2009-04-01,", "301,E1,One,R1,North,1.4.2009,", "301,E1,,R1,North,2009-04-01,", "301,E1"] {
            let error = parse(&format!("302,E2,Two,R2,South,2009-04-01,\n{row}\n")).unwrap_err().to_string();
            assert!(error.starts_with("line 3:"), "{error}");
        }
        let twice = parse("301,E1,One,R1,North,2009-04-01,\n301,E9,One,R1,North,2009-04-01,\n").unwrap();
        assert!(matches!(twice.cohort(ReportingYear::new(2025).unwrap(), None), Err(AuthoritiesError::Overlap(_))));
    }
}
