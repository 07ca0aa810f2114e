//! What the local extracts say of a child, by the return year in whose folder they lay.
//!
//! The figures of a year use the extracts of that year and no others; each holds all the days that it needs. Rows come in
//! the order of their keys: by their days, where they have any.

use shared::ids::ReportingYear;

use crate::records::ChildRows;
use crate::records::child::each_extract;
use crate::records::rows::extracts::{
    CarerSupportRow, HealthCheckRow, HomePlanRow, LeaverSupportRow, ReferralRow, SchoolRow, SdqRow, WellbeingRow,
};

/// The rows of one extract, by return year.
pub struct ByYear<T>(Vec<(ReportingYear, T)>);

impl<T> Default for ByYear<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Copy> ByYear<T> {
    /// The rows of a year's extract.
    pub fn of(&self, year: ReportingYear) -> impl DoubleEndedIterator<Item = &T> + Clone {
        self.0.iter().filter(move |(of, _)| *of == year).map(|(_, row)| row)
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    pub(super) fn add(&mut self, year: ReportingYear, rows: &[T]) {
        self.0.extend(rows.iter().map(|row| (year, *row)));
    }
}

macro_rules! declare {
    (() $($field:ident $row:ident),+) => {
        /// The rows of all extracts. Whether one was supplied is said by [`super::Supplied`].
        #[derive(Default)]
        pub struct Extracts {
            $(#[doc = concat!("Each `", stringify!($row), "`.")] pub $field: ByYear<$row>,)+
        }

        impl Extracts {
            pub(super) fn clear(&mut self) {
                $(self.$field.clear();)+
            }

            pub(super) fn add(&mut self, year: ReportingYear, rows: &ChildRows<'_>) {
                $(self.$field.add(year, rows.$field);)+
            }
        }
    };
}

each_extract!(declare);
