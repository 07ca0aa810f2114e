//! The set of children that the sensitivities were computed for, as an opendp domain.

use opendp::core::Domain;
use opendp::error::Fallible;
use shared::framework::{AGE_MAX, ChildKind, Framework, Presence, admits};
use shared::limits::UNIT_MAX;

use super::NoiseTable;
use crate::bounds::{BoundedCell, BoundedChild};

/// Greatest absolute amount of one child in one cell, in units: with it no sum of this many children leaves 64 bits.
pub const ABS_MAX: u32 = 1 << 20;

/// One child's contributions on their way into the measurement. No `Debug`, no `Clone`.
pub struct Child {
    /// Age on the last day of the reporting year, and whether the child is in care then.
    pub(super) kind: ChildKind,
    /// Cells, ascending by table when it is a member.
    pub(super) cells: Vec<BoundedCell>,
}

impl Child {
    /// The cells. Shipped code asks for them in this room alone; the broken mechanisms of `tests` are why this is public.
    pub fn cells(&self) -> &[BoundedCell] {
        &self.cells
    }
}

impl From<BoundedChild> for Child {
    fn from(child: BoundedChild) -> Self {
        Self { kind: child.kind(), cells: child.cells().to_vec() }
    }
}

/// What the domain knows of one table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DomainTable {
    /// Number of cells.
    pub n_cells: u32,
    /// Greatest absolute contribution of one child.
    pub abs_max: u32,
    /// Ages that it admits, both ends in.
    pub ages: [u8; 2],
    /// Whom it admits by where they are on 31 March.
    pub on_31_march: Presence,
}

/// All children that the framework admits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChildDomain {
    tables: Vec<DomainTable>,
}

impl ChildDomain {
    /// From tables; `None` when one declares more than [`ABS_MAX`].
    pub fn new(tables: Vec<DomainTable>) -> Option<Self> {
        tables.iter().all(|t| t.abs_max <= ABS_MAX).then_some(Self { tables })
    }
    /// The domain of a framework's tables, in its order.
    pub fn of_framework(framework: &Framework) -> Option<Self> {
        let table = |t: &shared::framework::Table| {
            let n_cells = u32::try_from(t.n_cells()).ok()?;
            Some(DomainTable { n_cells, abs_max: t.contribution_max.unsigned_abs(), ages: t.ages, on_31_march: t.on_31_march })
        };
        Self::new(framework.tables().iter().map(table).collect::<Option<_>>()?)
    }
    /// Its tables.
    pub fn tables(&self) -> &[DomainTable] {
        &self.tables
    }
    /// Number of cells of some of its tables; `None` when one does not exist.
    pub fn n_cells(&self, tables: &[NoiseTable]) -> Option<usize> {
        let n = |t: &NoiseTable| self.tables.get(usize::from(t.table)).and_then(|t| usize::try_from(t.n_cells).ok());
        tables.iter().map(n).sum()
    }

    /// The squared L2 norm, in units, of what one member can add to some tables together; `None` when one does not exist, when a
    /// unit is beyond its limit or an amount beyond [`ABS_MAX`].
    ///
    /// # Claim
    /// PC6: no member adds more, whatever its kind.
    /// # Why
    /// A member adds to one cell of a table at most, and only to tables that admit its one kind, each time its amount
    /// multiplied by the table's unit; the result is the maximum over all kinds of the sum of squares. Attacked by
    /// `the_domain_agrees_with_the_shared_sensitivity`.
    pub fn l2_squared(&self, tables: &[NoiseTable]) -> Option<u64> {
        let known = |t: &NoiseTable| {
            let table = self.tables.get(usize::from(t.table))?;
            let amount = u64::from(table.abs_max).checked_mul(u64::from(t.unit))?;
            ((1..=UNIT_MAX).contains(&t.unit) && amount <= u64::from(ABS_MAX)).then_some((table, amount))
        };
        let tables: Vec<(&DomainTable, u64)> = tables.iter().map(known).collect::<Option<_>>()?;
        let of_kind = |kind: ChildKind| {
            let touched = tables.iter().filter(|(t, _)| admits(t.ages, t.on_31_march, kind));
            touched.map(|(_, amount)| amount.checked_mul(*amount)).try_fold(0, |sum, square| u64::checked_add(sum, square?))
        };
        ChildKind::all().map(of_kind).try_fold(0, |most, of_kind| Some(most.max(of_kind?)))
    }

    /// Whether a child is a member.
    ///
    /// # Claim
    /// A member has at most one cell in each table, only in tables that admit its kind, none above the table's bound.
    /// # Why
    /// This is the predicate that [`ChildDomain::l2_squared`] argues from, checked a second time after the process
    /// boundary, since opendp never asks for membership when it is invoked. Attacked by
    /// `a_child_outside_the_domain_is_refused_before_the_draw`.
    pub fn admits(&self, child: &Child) -> bool {
        let fits = |c: &BoundedCell| {
            let Some(t) = self.tables.get(usize::from(c.table)) else { return false };
            admits(t.ages, t.on_31_march, child.kind) && c.cell < t.n_cells && c.amount.unsigned_abs() <= t.abs_max
        };
        child.kind.age <= AGE_MAX && child.cells.is_sorted_by(|a, b| a.table < b.table) && child.cells.iter().all(fits)
    }
}

impl Domain for ChildDomain {
    type Carrier = Child;
    fn member(&self, child: &Child) -> Fallible<bool> {
        Ok(self.admits(child))
    }
}
