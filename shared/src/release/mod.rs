//! The release: national and regional figures from the noisy cells of the authorities that took part.
//!
//! A pure function of framework, plan and accepted submissions, so that the aggregator and the auditor mean the same
//! thing by it and their bytes can be compared. Sums over the authorities present, never grossed up; an absent authority
//! is absent, never zero. Negative values stay in the data, since clamping them would bias every sum made of them; pages
//! clamp and say so. `docs/protocol.md`, section 8.

mod estimates; // one authority's cells, put together; sums over an area
mod rounding; // decimals that add up
mod interval; // Gaussian, and Fieller's set
mod figures;
mod facts;
mod changes; // since the year before
mod json;
mod csv;

pub use changes::{Basis, Change, changes};
pub use figures::{Area, Figure, FigureKind, Level, What};

use crate::framework::Framework;
use crate::ids::{AuthorityId, Digest, ReportingYear, RoundId};
use crate::plan::{Plan, Region};
use crate::statement::RELEASE_FILES;
use crate::submission::{Submission, SubmissionError};

/// What every page, file and export says.
pub const NOTICE: &str = "Statistics in development. Not official statistics. Not a GOV.UK service.";
/// What they say besides when the plan is made up.
pub const NOTICE_MADE_UP: &str = "Made-up data: no figure or event here is real.";
/// What the intervals cover, and what they do not.
pub const INTERVAL_COVERS: &str = "95 % intervals for the privacy noise of block protection local-noise. They do not cover \
councils that are absent, children who are not counted, or errors in records and population estimates. Facts are exact and \
have none.";

/// A submission that the log holds before the round's deadline.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// From whom.
    pub authority: AuthorityId,
    /// Id of its envelope.
    pub id: Digest,
    /// What it says.
    pub submission: Submission,
}

/// Why no release can be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReleaseError {
    /// A submission is not what the plan asks for.
    #[error("the submission of authority {authority} does not fit the plan")]
    Submission {
        /// Whose.
        authority: AuthorityId,
        /// Why.
        #[source]
        source: SubmissionError,
    },
    /// An authority outside the plan's cohort.
    #[error("authority {0} is not in the plan's cohort")]
    Stranger(AuthorityId),
    /// Two submissions of one authority.
    #[error("authority {0} stands twice")]
    Twice(AuthorityId),
    /// Fewer authorities than the plan demands.
    #[error("{accepted} authorities are fewer than the {min} that the plan demands")]
    TooFew {
        /// Authorities present.
        accepted: u64,
        /// The plan's least number.
        min: u64,
    },
    /// A version that is not the round's year, a dot and a number.
    #[error("a version of this round is its year, a dot and a number from 1, such as 2025.1")]
    Version,
    /// A sum of cells leaves 64 bits.
    #[error("a sum of cells is out of range")]
    Overflow,
}

/// Which authorities a release stands on.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Coverage {
    /// Authorities of the cohort.
    pub expected: u64,
    /// Authorities whose submissions were accepted.
    pub accepted: u64,
    /// The others, by code.
    pub absent: Vec<AuthorityId>,
}

/// How many children live where the rates are taken, by the plan's estimate.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct PopulationCovered {
    /// The year in whose middle the estimate counts.
    pub mid_year: i16,
    /// Who published it, and what it is called.
    pub source: String,
    /// Children aged 0 to 17 who live where the cohort's authorities are.
    pub expected: u64,
    /// Of them those who live where the authorities present are: what England's rate is per.
    pub accepted: u64,
}

/// All figures of one version of one round.
#[derive(Clone, Debug)]
pub struct Release {
    head: json::Head,
    regions: Vec<Region>,
    figures: Vec<Figure>,
}

impl Release {
    /// All figures: by area, table, group, category.
    pub fn figures(&self) -> &[Figure] {
        &self.figures
    }
    /// Who took part.
    pub fn coverage(&self) -> &Coverage {
        &self.head.authorities
    }
    /// How many children live where the rates are taken; none when the plan names no estimate.
    pub fn population(&self) -> Option<&PopulationCovered> {
        self.head.population.as_ref()
    }
    /// Version, such as `2025.1`.
    pub fn version(&self) -> &str {
        &self.head.version
    }
    /// Its round.
    pub fn round(&self) -> RoundId {
        self.head.round
    }
    /// The reporting year.
    pub fn reporting_year(&self) -> ReportingYear {
        self.head.reporting_year
    }
    /// Whether the data are made up.
    pub fn made_up(&self) -> bool {
        self.head.made_up
    }
    /// The notices that must stand wherever figures stand.
    pub fn notices(&self) -> &[String] {
        &self.head.notices
    }
    /// All files of the release in the order of [`RELEASE_FILES`], with what is compared with the release of this version of
    /// the year before, where there is one.
    pub fn files(&self, framework: &Framework, compared: Option<(&str, &[Change])>) -> [(&'static str, Vec<u8>); 4] {
        let [of_changes, of_figures, of_json, of_meta] = RELEASE_FILES;
        [
            (of_changes, csv::changes(&self.head, compared)),
            (of_figures, self.figures_csv(framework)),
            (of_json, self.figures_json()),
            (of_meta, self.figures_meta_csv()),
        ]
    }
    /// The file `figures.json`: one figure a line.
    pub fn figures_json(&self) -> Vec<u8> {
        json::encode(&self.head, &self.figures)
    }
    /// The file `figures.csv`, by the open data standard of Explore Education Statistics.
    pub fn figures_csv(&self, framework: &Framework) -> Vec<u8> {
        csv::data(&self.head, &self.figures, &self.regions, framework)
    }
    /// The file `figures.meta.csv` that describes the columns of `figures.csv`.
    pub fn figures_meta_csv(&self) -> Vec<u8> {
        csv::meta(&self.head)
    }
}

/// Adds up the accepted submissions of a round.
pub fn combine(
    framework: &Framework,
    plan: &Plan,
    plan_id: Digest,
    version: &str,
    accepted: &[Accepted],
) -> Result<Release, ReleaseError> {
    let body = plan.body();
    let number = version.strip_prefix(&format!("{}.", body.reporting_year));
    let number = number.and_then(|n| n.parse::<u16>().ok().filter(|v| *v >= 1 && v.to_string() == n));
    number.ok_or(ReleaseError::Version)?;
    let mut accepted: Vec<&Accepted> = accepted.iter().collect();
    accepted.sort_by_key(|a| a.authority);
    for pair in accepted.windows(2) {
        if pair[0].authority == pair[1].authority {
            return Err(ReleaseError::Twice(pair[0].authority));
        }
    }
    for a in &accepted {
        plan.member(a.authority).ok_or(ReleaseError::Stranger(a.authority))?;
        a.submission
            .fits(plan, plan_id, framework)
            .map_err(|source| ReleaseError::Submission { authority: a.authority, source })?;
    }
    let n = u64::try_from(accepted.len()).map_err(|_| ReleaseError::Overflow)?;
    if n < body.authorities_min {
        return Err(ReleaseError::TooFew { accepted: n, min: body.authorities_min });
    }
    let figures = figures::all(framework, plan, &accepted)?;
    let head = json::head(plan, plan_id, version, &accepted)?;
    Ok(Release { head, regions: body.cohort.regions.clone(), figures })
}

#[cfg(test)]
mod tests;
