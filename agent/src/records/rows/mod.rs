//! One row of each table: cells become days and codes, or a problem.
//!
//! Each `parse` gives the row as kept, or `None` when it cannot be a row of its table at all; either way all problems of
//! its cells are reported. No rule here looks at a second row. Rows are small: five million episodes are held at once.

mod adoption; // AD1, PlacedAdoption, PrevPerm
mod care; // Header, Episodes, UASC
mod leaving; // OC3
mod orders; // DoLo
mod outcomes; // OC2
mod watching; // Reviews, Missing, SWEpisodes
pub mod extracts; // local extracts

pub use adoption::{Ad1Row, AdoptionRow, PrevPermRow};
pub use care::{EpisodeRow, HeaderRow, UascRow};
pub use leaving::Oc3Row;
pub use orders::OrderRow;
pub use outcomes::Oc2Row;
pub use watching::{AbsenceRow, ReviewRow, WorkerRow};

use extracts::{CarerSupportRow, HealthCheckRow, HomePlanRow, LeaverSupportRow, ReferralRow, SchoolRow, SdqRow, WellbeingRow};

use super::ChildIndex;
use super::findings::RowOf;
use super::tables::Table;

/// A row that belongs to a child.
pub trait ChildRow: RowOf {
    /// The child.
    fn child(&self) -> ChildIndex;
}

macro_rules! rows_of {
    ($($row:ty => $table:ident),+ $(,)?) => {
        $(
            impl RowOf for $row {
                fn table(&self) -> Table {
                    Table::$table
                }
                fn line(&self) -> u32 {
                    self.line
                }
            }
            impl ChildRow for $row {
                fn child(&self) -> ChildIndex {
                    self.child
                }
            }
        )+
    };
}

rows_of! {
    HeaderRow => Header, EpisodeRow => Episodes, Oc2Row => Oc2, Oc3Row => Oc3, ReviewRow => Reviews, AbsenceRow => Missing,
    UascRow => Uasc, Ad1Row => Ad1, AdoptionRow => PlacedAdoption, PrevPermRow => PrevPerm, WorkerRow => SwEpisodes,
    OrderRow => DoLo, SdqRow => Sdq, WellbeingRow => Wellbeing, SchoolRow => School, ReferralRow => MentalHealth,
    CarerSupportRow => CarerSupport, LeaverSupportRow => LeaverSupport, HomePlanRow => AfterHome,
    HealthCheckRow => HealthAssessment,
}
