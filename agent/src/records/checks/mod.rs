//! The rules that look at more than one cell: each sees one child of one return, and that child's rows of last year.
//!
//! Rows are dropped by the first step only (`rows`), before any rule of sequence is asked, so that one impossible row is
//! one problem. Every rule here is a function of a [`Scene`]; what it finds goes to the recorder by rule and row, and the
//! catalogue says how hard it is. A rule that compares children stands in `several`, and nowhere else.

mod ask; // what several rules ask of a child
mod rows_alone; // a row beside the child's Header row: impossible rows go
mod sequence; // the order of episodes
mod header; // who the children are
mod uasc; // children who came to the country alone
mod legal; // legal status, ages and reasons of single episodes and periods
mod former; // last year's return
mod placements; // placements, providers, settings and reasons for change
mod temporary; // temporary stays and short breaks
mod dolo; // deprivation of liberty orders
mod reviews; // reviews
mod workers; // social workers
mod outcomes; // twelve-month outcomes
mod leavers; // care leavers
mod adoption; // decisions for adoption and adoptions
mod missing; // times missing or away
mod extracts; // local extracts
pub(super) mod several; // rules that compare children

use super::cells::YearDays;
use super::child::ChildRows;
use super::findings::Recorder;
use crate::day::Day;

/// What a rule is shown: one child.
pub(super) struct Scene<'r> {
    /// The year of the return.
    pub year: YearDays,
    /// The child's rows in it.
    pub now: &'r ChildRows<'r>,
    /// The child's rows in last year's return; `None` when that return was not given.
    pub former: Option<&'r ChildRows<'r>>,
    /// What Headers say, this year's or an earlier one.
    pub known: Known,
}

/// What the Headers of this and earlier returns say of a child: care leavers of an extract may be in no newer one.
#[derive(Clone, Copy, Default)]
pub(super) struct Known {
    /// Whether any has a row of the child.
    pub in_header: bool,
    /// Date of birth, of the newest that has one.
    pub birth: Option<Day>,
}

impl Scene<'_> {
    /// Date of birth in Header.
    pub fn birth(&self) -> Option<Day> {
        self.now.birth()
    }
}

/// The first step: rows that cannot be true by themselves or beside Header.
pub(super) fn row_by_row(scene: &Scene<'_>, found: &mut Recorder<'_>) {
    rows_alone::check(scene, found);
    extracts::rows_alone(scene, found);
}

/// The second step, over the rows that are left: all other rules.
pub(super) fn child(scene: &Scene<'_>, found: &mut Recorder<'_>) {
    sequence::check(scene, found);
    header::check(scene, found);
    uasc::check(scene, found);
    legal::check(scene, found);
    former::check(scene, found);
    placements::check(scene, found);
    temporary::check(scene, found);
    dolo::check(scene, found);
    reviews::check(scene, found);
    workers::check(scene, found);
    outcomes::check(scene, found);
    leavers::check(scene, found);
    adoption::check(scene, found);
    missing::check(scene, found);
    extracts::check(scene, found);
}
