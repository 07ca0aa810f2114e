//! Names that the Standard Safeguarding Dataset has for columns of the local extracts.
//!
//! Such a file can be laid beside the return as it is. Names are in upper case, as headings are compared.

use super::Table;

impl Table {
    /// The names under which a column is looked for, its own first.
    pub(super) fn names(self, column: &'static str) -> impl Iterator<Item = &'static str> {
        std::iter::once(column).chain(self.other_names(column).iter().copied())
    }

    /// Other names of a column, in the order in which they are looked for.
    pub fn other_names(self, column: &str) -> &'static [&'static str] {
        match (self, column) {
            (Self::Sdq, "CHILD") => &["LA_CHILD_ID", "CSDQ_PERSON_ID"],
            (Self::Sdq, "SDQ_DATE") => &["CSDQ_SDQ_COMPLETED_DATE"],
            (Self::Sdq, "SDQ_SCORE") => &["CSDQ_SDQ_SCORE"],
            (Self::Sdq, "SDQ_REASON") => &["CSDQ_SDQ_REASON"],
            (Self::LeaverSupport, "CHILD") => &["LA_CHILD_ID", "CLEA_PERSON_ID"],
            (Self::LeaverSupport, "ADVISER") => &["CLEA_CARE_LEAVER_PERSONAL_ADVISOR"],
            (Self::LeaverSupport, "PATHWAY_REVIEW") => &["CLEA_PATHWAY_PLAN_REVIEW_DATE"],
            (Self::HealthAssessment, "CHILD") => &["LA_CHILD_ID", "CLAH_PERSON_ID"],
            (Self::HealthAssessment, "HEALTH_CHECK_TYPE") => &["CLAH_HEALTH_CHECK_TYPE"],
            (Self::HealthAssessment, "HEALTH_CHECK_DATE") => &["CLAH_HEALTH_CHECK_DATE"],
            (Self::HealthAssessment, "HEALTH_CHECK_STATUS") => &["CLAH_HEALTH_CHECK_STATUS"],
            (_, "CHILD") if self.is_extract() => &["LA_CHILD_ID"],
            (_, _) => &[],
        }
    }
}
