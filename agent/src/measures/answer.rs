//! Answers: what a measure says of one child, as an enum of its categories.

use shared::ids::ReportingYear;

use crate::day::Day;
use crate::histories::ChildHistory;

/// Code of a measure: one child, one year, and nothing else.
pub(super) type MeasureFn = fn(&ChildHistory, ReportingYear) -> Option<Answer>;

/// The code of one measure: its id in the catalogue, the names of its answers (none for a mean), its function.
#[derive(Clone, Copy)]
pub(super) struct Code {
    pub id: &'static str,
    pub names: &'static [&'static str],
    pub count: MeasureFn,
}

impl Code {
    /// A share.
    pub const fn share(id: &'static str, names: &'static [&'static str], count: MeasureFn) -> Self {
        Self { id, names, count }
    }

    /// A mean.
    pub const fn mean(id: &'static str, count: MeasureFn) -> Self {
        Self { id, names: &[], count }
    }
}

/// When a child is looked at to find its group (Q6).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// 31 March.
    LastDay,
    /// 31 March, or the last day in care in the year.
    InYear,
    /// The day on which a child came into care.
    Start(Day),
    /// The last day in care, by the return of the year of that ending.
    End { last_in_care: Day, year: ReportingYear },
    /// A care leaver on 31 March: without placement, legal status, need and time in care.
    CareLeaver,
}

/// The category, by its position among the names of the measure's answers; or an amount.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// Of a share.
    Category(usize),
    /// Of a mean.
    Amount(i32),
}

/// What a measure says of a child.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Answer {
    pub what: What,
    pub moment: Moment,
}

impl Answer {
    /// An amount, on 31 March.
    pub fn amount(amount: i32) -> Self {
        Self::amount_at(amount, Moment::LastDay)
    }

    /// An amount at a moment.
    pub fn amount_at(amount: i32, moment: Moment) -> Self {
        Self { what: What::Amount(amount), moment }
    }
}

/// The answers of a share.
pub(super) trait Category: Copy {
    /// Its position among the names.
    fn position(self) -> usize;

    /// The answer at a moment.
    fn at(self, moment: Moment) -> Answer {
        Answer { what: What::Category(self.position()), moment }
    }

    /// The answer on 31 March.
    fn on_last_day(self) -> Answer {
        self.at(Moment::LastDay)
    }

    /// The answer of a care leaver.
    fn of_care_leaver(self) -> Answer {
        self.at(Moment::CareLeaver)
    }
}

/// Declares the answers of a share, each with its category's id in the catalogue.
macro_rules! answers {
    ($name:ident { $($variant:ident = $text:literal),+ $(,)? }) => {
        #[derive(Clone, Copy, PartialEq, Eq)]
        pub(super) enum $name { $($variant,)+ }
        impl $name {
            pub const NAMES: &'static [&'static str] = &[$($text,)+];
            const ALL: &'static [Self] = &[$(Self::$variant,)+];
        }
        impl $crate::measures::answer::Category for $name {
            fn position(self) -> usize {
                Self::ALL.iter().position(|answer| *answer == self).unwrap_or(Self::ALL.len())
            }
        }
    };
}
pub(super) use answers;
