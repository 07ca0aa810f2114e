//! The rows of one return, child by child.
//!
//! [`Records`] holds each table sorted by child; [`ChildRows`] is all that one return says of one child. Rules and
//! histories are handed `ChildRows` and nothing else, so that none of them can see a second child.

use super::TableSet;
use super::rows::extracts::{
    CarerSupportRow, ExtractRow, HealthCheckRow, HomePlanRow, LeaverSupportRow, ReferralRow, SchoolRow, SdqRow, WellbeingRow,
};
use super::rows::{
    AbsenceRow, Ad1Row, AdoptionRow, ChildRow, EpisodeRow, HeaderRow, Oc2Row, Oc3Row, OrderRow, PrevPermRow, ReviewRow, UascRow,
    WorkerRow,
};
use super::tables::Table;
use crate::day::Day;

/// Number of a child, the same in all returns that are read together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChildIndex(pub(crate) u32);

impl ChildIndex {
    /// The first so many children.
    pub fn first(n: usize) -> impl Iterator<Item = Self> {
        (0..u32::try_from(n).unwrap_or(u32::MAX)).map(Self)
    }
}

/// Calls a macro with every table: field, row type, `Table` variant.
macro_rules! each_table {
    ($call:ident) => {
        $call! {
            header HeaderRow Header, episodes EpisodeRow Episodes, oc2 Oc2Row Oc2, oc3 Oc3Row Oc3, reviews ReviewRow Reviews,
            absences AbsenceRow Missing, uasc UascRow Uasc, ad1 Ad1Row Ad1, adoption AdoptionRow PlacedAdoption,
            prev_perm PrevPermRow PrevPerm, workers WorkerRow SwEpisodes, orders OrderRow DoLo, sdq SdqRow Sdq,
            wellbeing WellbeingRow Wellbeing, schools SchoolRow School, referrals ReferralRow MentalHealth,
            carer_support CarerSupportRow CarerSupport, leaver_support LeaverSupportRow LeaverSupport,
            home_plans HomePlanRow AfterHome, health_checks HealthCheckRow HealthAssessment
        }
    };
}

/// Calls a macro with every extract: field, row type.
macro_rules! each_extract {
    ($call:ident $($with:tt)*) => {
        $call! {
            ($($with)*)
            sdq SdqRow, wellbeing WellbeingRow, schools SchoolRow, referrals ReferralRow, carer_support CarerSupportRow,
            leaver_support LeaverSupportRow, home_plans HomePlanRow, health_checks HealthCheckRow
        }
    };
}
pub(crate) use each_extract;

macro_rules! declare {
    ($($field:ident $row:ident $table:ident),+) => {
        /// The rows of one return. No `Debug`: it holds records. Invariant after [`Records::finish`]: every table is in
        /// the order of its children, and the rows of a child in the order of their lines, episodes by their start and those of
        /// extracts by their keys.
        #[derive(Default)]
        pub struct Records {
            /// Tables that were there.
            pub supplied: TableSet,
            $(#[doc = concat!("Rows of `", stringify!($table), "`.")] pub $field: Vec<$row>,)+
        }

        /// All that one return says of one child.
        #[derive(Clone, Copy)]
        pub struct ChildRows<'r> {
            /// Tables that the return has.
            pub supplied: TableSet,
            $(#[doc = concat!("Rows of `", stringify!($table), "`.")] pub $field: &'r [$row],)+
        }

        /// Walks the children of a return in the order of their numbers.
        pub struct Walk<'r> {
            now: ChildRows<'r>,
            /// The next child that has a row; [`NOBODY`] behind the last.
            next: ChildIndex,
            $($field: Rest<'r, $row>,)+
        }

        impl<'r> Walk<'r> {
            /// Stands before the first child.
            pub fn new(records: &'r Records) -> Self {
                let now = ChildRows::none(records.supplied);
                let mut walk = Self { now, next: NOBODY, $($field: Rest::of(&records.$field),)+ };
                walk.look_ahead();
                walk
            }

            /// The rows of a child; `None` when it has none. To be asked for children in growing order.
            pub fn rows(&mut self, child: ChildIndex) -> Option<&ChildRows<'r>> {
                while self.next < child {
                    let passed = self.next;
                    $(self.$field.take(passed);)+
                    self.look_ahead();
                }
                if self.next > child {
                    return None;
                }
                $(self.now.$field = self.$field.take(child);)+
                self.look_ahead();
                Some(&self.now)
            }

            /// The next child that has a row, with its rows.
            pub fn next_child(&mut self) -> Option<(ChildIndex, &ChildRows<'r>)> {
                let child = Some(self.next).filter(|child| *child != NOBODY)?;
                self.rows(child).map(|rows| (child, rows))
            }

            fn look_ahead(&mut self) {
                self.next = NOBODY;
                $(self.next = self.next.min(self.$field.child);)+
            }
        }

        impl<'r> ChildRows<'r> {
            /// Of a child of whom a return says nothing.
            pub fn none(supplied: TableSet) -> Self {
                Self { supplied, $($field: &[],)+ }
            }
        }

        impl Records {
            /// Puts the rows in the order of their children.
            pub(super) fn sort(&mut self) {
                $(sort(&mut self.$field);)+
                let by_start = |row: &EpisodeRow| (row.child, row.start, row.line);
                if !self.episodes.is_sorted_by_key(by_start) {
                    self.episodes.sort_unstable_by_key(by_start);
                }
                self.sort_extracts();
            }

            /// Leaves out rows by table and line.
            pub(super) fn leave_out(&mut self, mut rows: Vec<(Table, u32)>) {
                if rows.is_empty() {
                    return;
                }
                rows.sort_unstable();
                rows.dedup();
                $(self.$field.retain(|row| rows.binary_search(&(Table::$table, row.line)).is_err());)+
            }
        }

        impl ChildRows<'_> {
            /// Whether the return says nothing of the child.
            pub fn is_empty(&self) -> bool {
                true $(&& self.$field.is_empty())+
            }

            /// Hands over table and line of every row.
            pub fn each_place(&self, mut hand: impl FnMut(Table, u32)) {
                $(for row in self.$field {
                    hand(Table::$table, row.line);
                })+
            }
        }
    };
}

each_table!(declare);

fn sort<T: ChildRow>(rows: &mut [T]) {
    let key = |row: &T| (row.child(), row.line());
    if !rows.is_sorted_by_key(key) {
        rows.sort_unstable_by_key(key);
    }
}

macro_rules! sort_extracts {
    (($records:ident) $($field:ident $row:ident),+) => {
        $({
            let key = |row: &$row| (row.child, row.key(), row.line);
            if !$records.$field.is_sorted_by_key(key) {
                $records.$field.sort_unstable_by_key(key);
            }
        })+
    };
}

macro_rules! keep_last_of_key {
    (($records:ident) $($field:ident $row:ident),+) => {
        $($records.$field.dedup_by(|later, earlier| {
            let same = later.child == earlier.child && later.key() == earlier.key();
            if same {
                std::mem::swap(later, earlier);
            }
            same
        });)+
    };
}

/// No child has this number: there are not as many rows.
const NOBODY: ChildIndex = ChildIndex(u32::MAX);

/// The rows of a table that a walk has not passed yet, and whose the first of them is.
struct Rest<'r, T> {
    rows: &'r [T],
    child: ChildIndex,
}

impl<'r, T: ChildRow> Rest<'r, T> {
    fn of(rows: &'r [T]) -> Self {
        Self { rows, child: rows.first().map_or(NOBODY, ChildRow::child) }
    }

    /// The rows of a child, which stand first if there are any; they are passed.
    #[inline]
    fn take(&mut self, child: ChildIndex) -> &'r [T] {
        if self.child != child {
            return &[];
        }
        let n = self.rows.iter().position(|row| row.child() != child).unwrap_or(self.rows.len());
        let (of_child, rest) = self.rows.split_at(n);
        *self = Self::of(rest);
        of_child
    }
}

/// Keeps the last of a child's rows in a table with one row a child; `stands` says whether a row may replace the ones
/// before it.
fn keep_last<T: ChildRow>(rows: &mut Vec<T>, stands: impl Fn(&T) -> bool) {
    rows.dedup_by(|later, earlier| {
        let same = later.child() == earlier.child();
        if same && stands(later) {
            std::mem::swap(later, earlier);
        }
        same
    });
}

impl Records {
    /// Of tables with one row a child the last row stays, and of extracts the last of each key; a row of Header without a date of birth replaces none.
    pub(super) fn keep_standing(&mut self) {
        keep_last(&mut self.header, |row| row.birth.is_some());
        keep_last(&mut self.ad1, |_| true);
        keep_last(&mut self.oc2, |_| true);
        keep_last(&mut self.oc3, |_| true);
        keep_last(&mut self.prev_perm, |_| true);
        keep_last(&mut self.uasc, |_| true);
        let records = self;
        each_extract!(keep_last_of_key records);
    }

    fn sort_extracts(&mut self) {
        let records = self;
        each_extract!(sort_extracts records);
    }
}

impl<'r> ChildRows<'r> {
    /// The row of Header that stands: the last one with a date of birth.
    pub fn header_row(&self) -> Option<&'r HeaderRow> {
        self.header.iter().rev().find(|row| row.birth.is_some()).or(self.header.last())
    }

    /// Date of birth in Header.
    pub fn birth(&self) -> Option<Day> {
        self.header_row().and_then(|row| row.birth)
    }

    /// Whether rows may repeat each other, so that not all of them stand: in a table with one row a child, or an extract.
    pub fn may_repeat(&self) -> bool {
        let n = [self.header.len(), self.ad1.len(), self.oc2.len(), self.oc3.len(), self.prev_perm.len(), self.uasc.len()];
        let of_extracts = [
            self.sdq.len(),
            self.wellbeing.len(),
            self.schools.len(),
            self.referrals.len(),
            self.carer_support.len(),
            self.leaver_support.len(),
            self.home_plans.len(),
            self.health_checks.len(),
        ];
        n.iter().chain(&of_extracts).any(|n| *n > 1)
    }

    /// Episodes that are not short breaks, in order.
    pub fn care(&self) -> impl DoubleEndedIterator<Item = &'r EpisodeRow> + Clone {
        self.episodes.iter().filter(|row| !row.legal.is_short_break())
    }

    /// Each episode of care with the one before it.
    pub fn steps(&self) -> impl Iterator<Item = (&'r EpisodeRow, &'r EpisodeRow)> {
        self.care().zip(self.care().skip(1))
    }

    /// Whether a table was there.
    pub fn has(&self, table: Table) -> bool {
        self.supplied.contains(table)
    }
}
