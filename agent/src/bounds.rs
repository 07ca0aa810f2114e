//! Bounds: the last room that is handed one child's contributions, and the only one that lets them pass to the noise.
//!
//! Checks, and never repairs, what the framework declares: at most one cell of a table, only tables that admit the
//! child's kind, amounts within bounds. Means are centred here. A contribution outside is a defect of the measures, so the
//! whole round is refused and nothing is drawn. Invariant of [`BoundedChild`]: it is a member of the domain that the
//! sensitivities of `shared::privacy` were computed for. `docs/privacy.md`, PC6.

use shared::framework::{AGE_MAX, ChildKind, Framework};

use crate::measures::{ChildContributions, Contribution};

/// Which bound a child's contributions break. Carries no value and no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BoundsError {
    /// Older than any measure admits.
    #[error("an age on the last day is beyond the framework's")]
    Age,
    /// No such table, group or category.
    #[error("a contribution names a cell that the framework does not have")]
    Cell,
    /// Two contributions to one table.
    #[error("a child contributes twice to one table")]
    Twice,
    /// A table that leaves out children of this age, or of this presence on 31 March.
    #[error("a child contributes to a table that does not admit its kind")]
    KindNotAdmitted,
    /// An amount outside the declared bounds.
    #[error("an amount is outside the bounds of its measure")]
    Amount,
}

/// One contribution within its bounds, already centred.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct BoundedCell {
    /// Index of the table in the framework.
    pub table: u16,
    /// Place of the cell in the table.
    pub cell: u32,
    /// Centred amount.
    pub amount: i32,
}

/// The contributions of one child, within their bounds. It has no `Debug`, no `Clone` and no way to be written out.
pub struct BoundedChild {
    kind: ChildKind,
    cells: Vec<BoundedCell>,
}

impl BoundedChild {
    /// Checks one child's contributions against the framework.
    ///
    /// # Claim
    /// PC6: the cells, as a vector over the tables of any block and each multiplied by its table's unit, have a squared L2
    /// norm of at most `shared::privacy::l2_squared` of these tables and units; or there is an error.
    /// # Why
    /// At most one cell of a table, and of the tables that admit one kind only, each at most `contribution_max`: the sum of
    /// squares is a term of the maximum that `l2_squared` takes over all kinds. Attacked by
    /// `no_history_exceeds_its_bound` and `what_is_outside_the_bounds_is_refused`.
    pub fn new(framework: &Framework, child: ChildContributions) -> Result<Self, BoundsError> {
        let kind = child.kind;
        if kind.age > AGE_MAX {
            return Err(BoundsError::Age);
        }
        let mut cells = child.entries.iter().map(|c| bounded(framework, kind, c)).collect::<Result<Vec<_>, _>>()?;
        cells.sort_unstable_by_key(|c| c.table);
        if cells.is_sorted_by(|a, b| a.table < b.table) { Ok(Self { kind, cells }) } else { Err(BoundsError::Twice) }
    }

    /// Its age on the last day of the reporting year, and whether it is in care then.
    pub fn kind(&self) -> ChildKind {
        self.kind
    }
    /// The cells, ascending by table.
    pub fn cells(&self) -> &[BoundedCell] {
        &self.cells
    }
}

/// One contribution, centred.
///
/// # Claim
/// The amount's absolute value is at most the table's `contribution_max`, and the table admits the kind.
/// # Why
/// A share adds exactly 1. A mean lies within its bounds, and the centre is their middle, so the distance from it is at
/// most half their width. Attacked by `what_is_outside_the_bounds_is_refused`.
fn bounded(framework: &Framework, kind: ChildKind, contribution: &Contribution) -> Result<BoundedCell, BoundsError> {
    let table = framework.tables().get(usize::from(contribution.table)).ok_or(BoundsError::Cell)?;
    let (group, category) = (usize::from(contribution.group), usize::from(contribution.category));
    if group >= table.groups.len() || category >= table.categories.len() {
        return Err(BoundsError::Cell);
    }
    if !table.admits(kind) {
        return Err(BoundsError::KindNotAdmitted);
    }
    let measure = framework.measure(&table.measure).ok_or(BoundsError::Cell)?;
    let [low, high] = measure.bounds.unwrap_or([1, 1]);
    if !(low..=high).contains(&contribution.amount) {
        return Err(BoundsError::Amount);
    }
    let cell = table.cell(group, category) - table.first_cell;
    let cell = u32::try_from(cell).map_err(|_| BoundsError::Cell)?;
    Ok(BoundedCell { table: contribution.table, cell, amount: contribution.amount - measure.centre() })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;
    use shared::privacy::l2_squared;

    fn index(f: &Framework, id: &str) -> u16 {
        u16::try_from(f.tables().iter().position(|t| t.id == id).unwrap()).unwrap()
    }

    fn in_care(age: u8) -> ChildKind {
        ChildKind { age, in_care: true }
    }

    /// A child that touches every table that admits its kind, each at its greatest amount.
    pub(crate) fn greatest_child(f: &Framework, kind: ChildKind) -> ChildContributions {
        let entry = |i: usize| {
            let amount = f.measure(&f.tables()[i].measure).unwrap().bounds.map_or(1, |[_, high]| high);
            Contribution { table: u16::try_from(i).unwrap(), group: 0, category: 0, amount }
        };
        ChildContributions { kind, entries: f.tables_of_kind(kind).map(entry).collect() }
    }

    #[test]
    fn means_are_centred_and_shares_are_not() {
        let f = Framework::built_in();
        let (share, mean) = (index(&f, "A2.total"), index(&f, "A3.total"));
        let entries = [(mean, 0), (share, 1)].map(|(table, amount)| Contribution { table, group: 0, category: 0, amount });
        let child = BoundedChild::new(&f, ChildContributions { kind: in_care(10), entries: entries.into() }).unwrap();
        assert_eq!(child.cells().iter().map(|c| (c.table, c.amount)).collect::<Vec<_>>(), [(share, 1), (mean, -20)]);
    }

    #[test]
    fn what_is_outside_the_bounds_is_refused() {
        let f = Framework::built_in();
        let (share, mean) = (index(&f, "A2.total"), index(&f, "A3.total"));
        let check = |kind: ChildKind, entries: &[(u16, u8, u8, i32)], expected: BoundsError| {
            let entries = entries.iter().map(|&(table, group, category, amount)| Contribution { table, group, category, amount });
            let child = ChildContributions { kind, entries: entries.collect() };
            assert_eq!(BoundedChild::new(&f, child).map(|c| c.kind()), Err(expected));
        };
        check(in_care(26), &[], BoundsError::Age);
        check(in_care(10), &[(9999, 0, 0, 1)], BoundsError::Cell);
        check(in_care(10), &[(share, 1, 0, 1)], BoundsError::Cell);
        check(in_care(10), &[(share, 0, 255, 1)], BoundsError::Cell);
        check(in_care(10), &[(share, 0, 0, 1), (share, 0, 1, 1)], BoundsError::Twice);
        check(in_care(17), &[(share, 0, 0, 1)], BoundsError::KindNotAdmitted);
        check(ChildKind { age: 10, in_care: false }, &[(share, 0, 0, 1)], BoundsError::KindNotAdmitted);
        check(in_care(17), &[(index(&f, "A7L.total"), 0, 0, 1)], BoundsError::KindNotAdmitted);
        for (table, amount) in [(share, 0), (share, 2), (share, -1), (mean, -1), (mean, 41), (mean, i32::MAX), (mean, i32::MIN)] {
            check(in_care(10), &[(table, 0, 0, amount)], BoundsError::Amount);
        }
    }

    proptest! {
        #[test]
        fn no_history_exceeds_its_bound(age in 0..=AGE_MAX, in_care: bool, draws in proptest::collection::vec(any::<[u32; 4]>(), 300)) {
            let f = Framework::built_in();
            let kind = ChildKind { age, in_care };
            let below = |draw: u32, n: usize| usize::try_from(draw).unwrap() % n;
            // any cell and any amount within bounds, in three of four of the tables that this kind of child can touch
            let entry = |(i, [skip, group, category, amount]): (usize, &[u32; 4])| {
                let table = &f.tables()[i];
                let [low, high] = f.measure(&table.measure).unwrap().bounds.unwrap_or([1, 1]);
                let width = usize::try_from(high - low).unwrap() + 1;
                let (group, category) = (below(*group, table.groups.len()), below(*category, table.categories.len()));
                let amount = low + i32::try_from(below(*amount, width)).unwrap();
                let (table, group) = (u16::try_from(i).unwrap(), u8::try_from(group).unwrap());
                (skip % 4 != 0).then(|| Contribution { table, group, category: u8::try_from(category).unwrap(), amount })
            };
            let entries: Vec<Contribution> = f.tables_of_kind(kind).zip(&draws).filter_map(entry).collect();
            let n = entries.len();
            let child = BoundedChild::new(&f, ChildContributions { kind, entries }).unwrap();
            prop_assert_eq!(child.cells().len(), n);
            let norm: u64 = child.cells().iter().map(|c| u64::from(c.amount.unsigned_abs()).pow(2)).sum();
            prop_assert!(Some(norm) <= l2_squared(f.tables().iter().map(|t| (t, 1))));
        }
    }

    #[test]
    fn the_greatest_child_of_some_kind_reaches_the_bound() {
        let f = Framework::built_in();
        let norm = |kind: ChildKind| -> u64 {
            let child = BoundedChild::new(&f, greatest_child(&f, kind)).unwrap();
            child.cells().iter().map(|c| u64::from(c.amount.unsigned_abs()).pow(2)).sum()
        };
        assert_eq!(ChildKind::all().map(norm).max(), l2_squared(f.tables().iter().map(|t| (t, 1))));
    }
}
