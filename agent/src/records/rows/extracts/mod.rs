//! Rows of the local extracts, as `docs/extracts.md` says.
//!
//! What a rule reads as blank is blank in the row, and a row that a rule sets aside is not there. Days that lie outside an
//! extract are known from the row and the return year alone. Rows with one [`ExtractRow::key`] are one: the last stands.

mod codes; // what a cell may say
mod asked; // SDQ, Wellbeing
mod school; // School
mod health; // MentalHealth, HealthAssessment
mod support; // CarerSupport, LeaverSupport, AfterHome

#[cfg(test)]
mod tests;

pub use asked::{QUESTIONS, Question, Reply, SdqRow, WellbeingRow};
pub use codes::{
    AdultService, Amount, Decision, HealthCheck, HealthCheckStatus, HomePlan, Informant, Offer, Service, Siblings, Sometimes,
    Training, Trend, YesNo,
};
pub use health::{HealthCheckRow, ReferralRow};
pub use school::SchoolRow;
pub use support::{CarerSupportRow, HomePlanRow, LeaverSupportRow};

use super::ChildRow;
use crate::day::Day;
use crate::pseudonym::Token;
use crate::records::cells::InYear;
use crate::records::rules::RuleId;

/// A row of an extract.
pub trait ExtractRow: ChildRow + Copy + PartialEq {
    /// What tells a child's rows apart, and orders them.
    type Key: Ord;

    /// The rule that two rows with one key break when they say something else; rows whose key is all they say have none.
    const REPEAT: Option<RuleId>;

    /// Its key.
    fn key(&self) -> Self::Key;

    /// Whether another row says the same, wherever it stands.
    fn says_the_same(&self, other: &Self) -> bool;
}

macro_rules! extract_rows {
    ($($row:ident, $repeat:expr, $key:ty = |$this:ident| $made:expr;)+) => {
        $(
            impl ExtractRow for $row {
                type Key = $key;
                const REPEAT: Option<RuleId> = $repeat;
                fn key(&self) -> $key {
                    let $this = self;
                    $made
                }
                fn says_the_same(&self, other: &Self) -> bool {
                    Self { line: other.line, ..*self } == *other
                }
            }
        )+
    };
}

extract_rows! {
    SdqRow, Some(RuleId::Ex18), (Day, Informant) = |row| (row.on, row.informant);
    WellbeingRow, Some(RuleId::Ex28), Day = |row| row.on;
    SchoolRow, Some(RuleId::Ex37), (Day, Token) = |row| (row.start, row.school);
    ReferralRow, None, (Day, Option<Decision>, Option<Day>, Option<Day>) = |row| (row.referred, row.decision, row.first_seen, row.closed);
    CarerSupportRow, Some(RuleId::Ex53), () = |_row| ();
    LeaverSupportRow, Some(RuleId::Ex69), () = |_row| ();
    HomePlanRow, Some(RuleId::Ex74), Day = |row| row.home_on;
    HealthCheckRow, None, (Day, HealthCheck, HealthCheckStatus) = |row| (row.on, row.kind, row.status);
}

/// Whether a day lies in the days of an extract, both ends in.
fn in_days(on: Option<Day>, first: Day, last: Day) -> InYear {
    match on {
        None => InYear::Undated,
        Some(on) if first <= on && on <= last => InYear::Event,
        Some(_) => InYear::Outside,
    }
}
