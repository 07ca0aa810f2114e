//! The published estimate of how many children live where: what a plan needs for rates.
//!
//! A CSV file that the operator makes from the mid-year estimates of the Office for National Statistics, with the columns
//! `dfe_code`, `mid_year` and `population_0_17`. It may hold several years; the one that a plan asks for is taken. What is taken
//! stands in the signed plan, so that everybody can compute the rates anew.

use std::collections::BTreeMap;

use serde::Deserialize;
use shared::ids::{AuthorityId, ReportingYear};
use shared::limits::POPULATION_MAX;
use shared::plan::{Cohort, PopulationEstimate};

/// Greatest file, in bytes.
const FILE_BYTES_MAX: usize = 1024 * 1024;

/// Why the file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PopulationError {
    /// Larger than any list of authorities.
    #[error("the file is larger than {FILE_BYTES_MAX} bytes")]
    TooLarge,
    /// A row is not one.
    #[error("line {line}: {what}")]
    Row {
        /// Line of the file, from 1.
        line: u64,
        /// What is wrong.
        what: String,
    },
    /// Two rows of one authority and year.
    #[error("authority {0} stands twice for mid-{1}")]
    Twice(AuthorityId, i16),
    /// An authority that is asked has no row.
    #[error("authority {0} is asked to take part and has no row for mid-{1}")]
    Absent(AuthorityId, i16),
    /// No row of the year that a rate of the reporting year is per.
    #[error("there is no row for mid-{0}, which the rates of this reporting year are per")]
    NoYear(i16),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    dfe_code: String,
    mid_year: i16,
    population_0_17: u64,
}

/// Children aged 0 to 17 by authority, in the middle of one year.
#[derive(Clone, Debug)]
pub struct Populations {
    estimate: PopulationEstimate,
    of: BTreeMap<AuthorityId, u64>,
}

impl Populations {
    /// Reads the rows that the rates of a reporting year are per: those of the middle of the year before.
    pub fn parse(bytes: &[u8], year: ReportingYear, source: &str) -> Result<Self, PopulationError> {
        if bytes.len() > FILE_BYTES_MAX {
            return Err(PopulationError::TooLarge);
        }
        let mid_year = year.before(1).number();
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
        let (mut of, mut line) = (BTreeMap::new(), 1);
        for row in reader.deserialize::<Row>() {
            line += 1;
            let wrong = |what: String| PopulationError::Row { line, what };
            let row = row.map_err(|e| wrong(e.to_string()))?;
            let authority = row.dfe_code.parse().map_err(|e| wrong(format!("dfe_code is {e}")))?;
            if !(1..=POPULATION_MAX).contains(&row.population_0_17) {
                return Err(wrong(format!("population_0_17 is not from 1 to {POPULATION_MAX}")));
            }
            if row.mid_year == mid_year && of.insert(authority, row.population_0_17).is_some() {
                return Err(PopulationError::Twice(authority, mid_year));
            }
        }
        if of.is_empty() {
            return Err(PopulationError::NoYear(mid_year));
        }
        Ok(Self { estimate: PopulationEstimate { mid_year, source: source.to_owned() }, of })
    }

    /// Gives every member of a cohort its population; a rate that left out where somebody lives would be wrong.
    pub fn place_in(self, cohort: &mut Cohort) -> Result<(), PopulationError> {
        for member in &mut cohort.members {
            let lives = self.of.get(&member.authority).copied();
            member.population_0_17 = Some(lives.ok_or(PopulationError::Absent(member.authority, self.estimate.mid_year))?);
        }
        cohort.population = Some(self.estimate);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(rows: &str) -> Result<Populations, PopulationError> {
        let text = format!("dfe_code,mid_year,population_0_17\n{rows}");
        Populations::parse(text.as_bytes(), ReportingYear::new(2025).unwrap(), "An estimate")
    }

    #[test]
    fn the_middle_of_the_year_before_is_taken() {
        let populations = parse("301,2023,1\n301,2024,62000\n302, 2024, 90000\n").unwrap();
        let of = |code: &str| populations.of.get(&code.parse().unwrap()).copied();
        assert_eq!((of("301"), of("302"), of("303")), (Some(62_000), Some(90_000), None));
        assert_eq!(populations.estimate, PopulationEstimate { mid_year: 2024, source: "An estimate".into() });
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (rows, words) in [
            ("301,2024,62000\n30,2024,1\n", "line 3: dfe_code"),
            ("301,2024,0\n", "line 2: population_0_17"),
            ("301,2024,4000001\n", "line 2: population_0_17"),
            ("301,2024,62000.5\n", "line 2"),
            ("301,2024\n", "line 2"),
            ("301,2024,1\n301,2024,1\n", "authority 301 stands twice for mid-2024"),
            ("301,2023,1\n", "no row for mid-2024"),
            ("", "no row for mid-2024"),
        ] {
            let error = parse(rows).unwrap_err().to_string();
            assert!(error.contains(words), "{rows:?}: {error}");
        }
    }
}
