//! Which counts of a measure are not shown: those from 1 to 5, and those that would give one of them away.
//!
//! Looks at one measure with one breakdown: every cell, every published sum, how many are counted, and how many there are.
//! Invariant of what [`hide`] returns: for every hidden number there are at least [`ENOUGH`] tables of whole children that
//! agree with everything shown and differ in that number, and what is left when shown parts are taken from a shown whole is
//! never from 1 to 5. Such tables are found, not estimated, so that no way of reasoning about sums and bounds tells a hidden
//! number. In them a hidden number is at least 1, unless a 0 is hidden, too. How many children there are in all is taken as
//! known, since other measures of the same children tell it. The total is decided alone and first: it is the same whichever
//! breakdown is asked for. Nothing is said of differences between measures, between years, or between breakdowns: the pages
//! stay with the authority.

mod ties; // which other tables agree with what is shown

use std::ops::RangeInclusive;

use ties::{ENOUGH, Unknown, n_values};

/// Counts that are not shown.
pub const SMALL: RangeInclusive<i64> = 1..=5;

/// What ties the counts of one row.
pub struct Form {
    /// Of each category, whether it is outside of shares.
    pub outside: Vec<bool>,
    /// Of each category, whether it is told in words alone, and only where somebody is in it.
    pub in_words: Vec<bool>,
    /// The categories that each view adds up, by position.
    pub views: Vec<Vec<usize>>,
}

/// How exactly counts may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// As they are.
    Exact,
    /// To the nearest ten. A few children are outside of the shares, and exact counts beside those of a measure of the same
    /// children would tell how few.
    Tens,
}

/// What is hidden of one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowHidden {
    /// Of each category.
    pub categories: Vec<bool>,
    /// Of each view.
    pub views: Vec<bool>,
    /// How many are counted.
    pub base: bool,
    /// All of it, with how many there are and whether anybody is left out.
    pub whole: bool,
}

impl RowHidden {
    /// Nothing hidden.
    pub fn nothing(form: &Form) -> Self {
        Self { categories: vec![false; form.outside.len()], views: vec![false; form.views.len()], base: false, whole: false }
    }
}

/// What is hidden of a measure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hiding {
    /// How exactly the rest may be shown.
    pub precision: Precision,
    /// All children.
    pub total: RowHidden,
    /// Each group, in order.
    pub groups: Vec<RowHidden>,
    /// Whether no group is shown at all, since parts of the breakdown would tell small counts.
    pub whole_breakdown: bool,
}

impl Hiding {
    /// Everything shown, for whoever asked for small counts.
    pub fn nothing(form: &Form, n_groups: usize) -> Self {
        let row = RowHidden::nothing(form);
        Self { precision: Precision::Exact, total: row.clone(), groups: vec![row; n_groups], whole_breakdown: false }
    }
}

/// Decides what is hidden. `total` holds the count of each category, `groups` the same by group; the groups, where there are
/// any, add up to the total.
pub fn hide(form: &Form, total: &[i64], groups: &[Vec<i64>]) -> Hiding {
    let mut alone = Sheet::of(form, total, &[]);
    alone.hide_small();
    if alone.is_of_few(0) || !alone.mend() {
        alone.conceal_everything();
    }
    if groups.is_empty() {
        return alone.told();
    }
    let mut sheet = Sheet::of(form, total, groups);
    sheet.begin_with(&alone);
    if !sheet.is_whole(0) {
        sheet.hide_small();
        sheet.hide_small_groups();
        if sheet.mend() {
            return sheet.told();
        }
    }
    let mut told = alone.told();
    sheet.conceal_everything();
    told.groups = sheet.told().groups;
    told.whole_breakdown = true;
    told
}

/// A whole and its parts.
struct Tie {
    whole: usize,
    parts: Vec<usize>,
}

/// All numbers of a measure, row after row: the total, then the groups; in a row the categories, the views, those counted,
/// those there are.
struct Sheet<'f> {
    form: &'f Form,
    n_rows: usize,
    values: Vec<i64>,
    hidden: Vec<bool>,
    /// Of each row, whether it is hidden whole.
    whole: Vec<bool>,
    /// Rows before this one are decided.
    n_decided: usize,
    ties: Vec<Tie>,
    precision: Precision,
}

impl<'f> Sheet<'f> {
    fn of(form: &'f Form, total: &[i64], groups: &[Vec<i64>]) -> Self {
        let n_rows = groups.len().saturating_add(1);
        let rows = std::iter::once(total).chain(groups.iter().map(Vec::as_slice));
        let mut values = Vec::new();
        let mut precision = Precision::Exact;
        for row in rows {
            let sum = |keep: &dyn Fn(usize) -> bool| -> i64 {
                row.iter().enumerate().filter(|(at, _)| keep(*at)).map(|(_, n)| *n).fold(0, i64::saturating_add)
            };
            let outside = sum(&|at| form.outside.get(at).copied().unwrap_or(false));
            if SMALL.contains(&outside) {
                precision = Precision::Tens;
            }
            values.extend(row);
            values.extend(form.views.iter().map(|view| sum(&|at| view.contains(&at))));
            values.extend([sum(&|_| true).saturating_sub(outside), sum(&|_| true)]);
        }
        let hidden = vec![false; values.len()];
        let whole = vec![false; n_rows];
        let mut sheet = Self { form, n_rows, values, hidden, whole, n_decided: 0, ties: Vec::new(), precision };
        sheet.ties = sheet.tie();
        sheet
    }

    fn width(&self) -> usize {
        self.form.outside.len() + self.form.views.len() + 2
    }
    fn base_of(&self, row: usize) -> usize {
        row * self.width() + self.width() - 2
    }
    fn all_of(&self, row: usize) -> usize {
        row * self.width() + self.width() - 1
    }
    fn value(&self, item: usize) -> i64 {
        self.values.get(item).copied().unwrap_or(0)
    }
    fn is_hidden(&self, item: usize) -> bool {
        self.hidden.get(item).copied().unwrap_or(true)
    }
    fn conceal(&mut self, item: usize) {
        if let Some(hidden) = self.hidden.get_mut(item) {
            *hidden = true;
        }
    }
    fn conceal_row(&mut self, row: usize) {
        (row * self.width()..(row + 1) * self.width()).for_each(|item| self.conceal(item));
        if let Some(whole) = self.whole.get_mut(row) {
            *whole = true;
        }
    }
    fn conceal_everything(&mut self) {
        self.hidden.fill(true);
        self.whole.fill(true);
    }
    fn is_whole(&self, row: usize) -> bool {
        self.whole.get(row).copied().unwrap_or(true)
    }
    fn row_of(&self, item: usize) -> usize {
        item / self.width()
    }
    /// Takes over what is hidden of the total.
    fn begin_with(&mut self, alone: &Self) {
        self.hidden.iter_mut().zip(&alone.hidden).for_each(|(hidden, of_alone)| *hidden = *of_alone);
        self.whole.iter_mut().zip(&alone.whole).for_each(|(whole, of_alone)| *whole = *of_alone);
        self.n_decided = 1;
    }

    /// The sums that tie the numbers.
    fn tie(&self) -> Vec<Tie> {
        let n_categories = self.form.outside.len();
        let mut ties = Vec::new();
        for row in 0..self.n_rows {
            let begin = row * self.width();
            let cells = |keep: &dyn Fn(usize, bool) -> bool| -> Vec<usize> {
                let all = self.form.outside.iter().enumerate();
                all.filter(|(at, outside)| keep(*at, **outside)).map(|(at, _)| begin + at).collect()
            };
            let views = || self.form.views.iter().zip(begin + n_categories..);
            // those counted are a view and the categories that are not in it
            for (view, of_view) in views() {
                let mut parts = cells(&|at, outside| !outside && !view.contains(&at));
                parts.push(of_view);
                ties.push(Tie { whole: self.base_of(row), parts });
            }
            ties.push(Tie { whole: self.base_of(row), parts: cells(&|_, outside| !outside) });
            for (view, of_view) in views() {
                ties.push(Tie { whole: of_view, parts: cells(&|at, _| view.contains(&at)) });
            }
            if self.precision == Precision::Exact {
                let mut parts = cells(&|_, outside| outside);
                parts.push(self.base_of(row));
                ties.push(Tie { whole: self.all_of(row), parts });
            }
        }
        if self.n_rows > 1 {
            for at in 0..self.width() {
                ties.push(Tie { whole: at, parts: (1..self.n_rows).map(|row| row * self.width() + at).collect() });
            }
        }
        ties
    }

    fn hide_small(&mut self) {
        for item in 0..self.values.len() {
            if self.row_of(item) >= self.n_decided && SMALL.contains(&self.value(item)) {
                self.conceal(item);
            }
        }
    }

    /// Whether few are counted in a row, or there are few.
    fn is_of_few(&self, row: usize) -> bool {
        SMALL.contains(&self.value(self.base_of(row))) || SMALL.contains(&self.value(self.all_of(row)))
    }

    /// Hides groups of few children whole, and with a single one the smallest other.
    fn hide_small_groups(&mut self) {
        let mut rows: Vec<usize> = (1..self.n_rows).filter(|row| self.is_of_few(*row)).collect();
        while !rows.is_empty() {
            let n: i64 = rows.iter().map(|row| self.value(self.all_of(*row))).fold(0, i64::saturating_add);
            if rows.len() > 1 && !SMALL.contains(&n) {
                break;
            }
            let others = (1..self.n_rows).filter(|row| !rows.contains(row));
            let Some(smallest) = self.smallest_row(others) else { break };
            rows.push(smallest);
        }
        rows.into_iter().for_each(|row| self.conceal_row(row));
    }

    /// The row of fewest children, of those in which there are any.
    fn smallest_row(&self, rows: impl Iterator<Item = usize>) -> Option<usize> {
        rows.filter(|row| self.value(self.all_of(*row)) > 0).min_by_key(|row| self.value(self.all_of(*row)))
    }

    /// Hides more until nothing tells what is hidden; false when that cannot be had.
    fn mend(&mut self) -> bool {
        loop {
            match self.mend_sums() {
                Some(true) => continue,
                Some(false) => {}
                None => return false,
            }
            self.show_told_zeros();
            match self.mend_narrow() {
                Some(true) => {}
                Some(false) => return true,
                None => return false,
            }
        }
    }

    /// Whether a whole of none is shown that this is a part of: then it is known to be none.
    fn is_told_zero(&self, item: usize) -> bool {
        let mut of_none = self.ties.iter().filter(|tie| !self.is_hidden(tie.whole) && self.value(tie.whole) == 0);
        of_none.any(|tie| tie.parts.contains(&item))
    }

    /// Numbers that are known to be none need not be hidden.
    fn show_told_zeros(&mut self) {
        let told: Vec<usize> = (0..self.values.len()).filter(|item| self.is_hidden(*item) && self.is_told_zero(*item)).collect();
        for item in &told {
            if let Some(hidden) = self.hidden.get_mut(*item) {
                *hidden = false;
            }
        }
        // a sum of nothing else is one of them
        if !told.is_empty() {
            self.show_told_zeros();
        }
    }

    /// Whether a number may be hidden. How many there are in all is known anyway, an answer in words is told to be none by
    /// not being there, and what is decided stays.
    fn can_hide(&self, item: usize) -> bool {
        let at = item % self.width();
        let is_zero = self.value(item) == 0;
        let in_words = self.form.in_words.get(at).copied().unwrap_or(false);
        let is_all = at + 1 == self.width();
        let is_open = !self.is_hidden(item) && self.row_of(item) >= self.n_decided;
        is_open && !is_all && !(is_zero && (in_words || self.is_told_zero(item)))
    }

    /// The smallest shown number above zero, else one that is zero.
    fn smallest(&self, items: &[usize]) -> Option<usize> {
        let can = || items.iter().copied().filter(|item| self.can_hide(*item));
        can().filter(|item| self.value(*item) != 0).min_by_key(|item| self.value(*item)).or_else(|| can().next())
    }

    /// Hides what a single sum gives away: whether there was any, or nothing when it cannot be.
    fn mend_sums(&mut self) -> Option<bool> {
        let mut mended = false;
        for at in 0..self.ties.len() {
            let Some(tie) = self.ties.get(at) else { continue };
            let hidden: Vec<usize> = tie.parts.iter().copied().filter(|item| self.is_hidden(*item)).collect();
            let rest = hidden.iter().map(|item| self.value(*item)).fold(0, i64::saturating_add);
            let is_told = match (self.is_hidden(tie.whole), hidden.len()) {
                (true, n) => n == 0,
                (false, 0) => false,
                (false, n) => n == 1 || SMALL.contains(&rest),
            };
            // none in all tells nothing that is to be hidden
            if !is_told || (!self.is_hidden(tie.whole) && self.value(tie.whole) == 0) {
                continue;
            }
            let whole = [tie.whole];
            let nonzero: Vec<usize> = tie.parts.iter().copied().filter(|item| self.value(*item) != 0).collect();
            let choice = self.smallest(&nonzero).or_else(|| self.smallest(&whole)).or_else(|| self.smallest(&tie.parts));
            match choice {
                Some(item) => self.conceal(item),
                None => self.widen()?,
            }
            mended = true;
        }
        Some(mended)
    }

    /// Hides the smallest group that is not hidden whole; nothing when there is none.
    fn widen(&mut self) -> Option<()> {
        let row = self.smallest_row((self.n_decided.max(1)..self.n_rows).filter(|row| !self.is_whole(*row)))?;
        self.conceal_row(row);
        Some(())
    }

    /// The least that a reader must allow for a hidden number.
    fn floor(&self, item: usize, hides_zero: bool) -> i64 {
        if hides_zero || self.is_whole(self.row_of(item)) { 0 } else { 1 }
    }

    /// The hidden numbers of which too few values agree with what is shown.
    fn narrow(&self) -> Vec<usize> {
        let hidden: Vec<usize> = (0..self.values.len()).filter(|item| self.is_hidden(*item)).collect();
        let hides_zero = hidden.iter().any(|item| self.value(*item) == 0 && !self.is_whole(self.row_of(*item)));
        let unknown = |item: &usize| Unknown { value: self.value(*item), floor: self.floor(*item, hides_zero) };
        let unknowns: Vec<Unknown> = hidden.iter().map(unknown).collect();
        let ties = self.ties.iter().map(|tie| {
            let all = std::iter::once((tie.whole, true)).chain(tie.parts.iter().map(|part| (*part, false)));
            all.filter_map(|(item, is_whole)| Some((hidden.binary_search(&item).ok()?, is_whole))).collect()
        });
        let found = n_values(&unknowns, &ties.collect::<Vec<_>>());
        hidden.into_iter().zip(found).filter(|(_, n)| *n < ENOUGH).map(|(item, _)| item).collect()
    }

    /// Hides more beside numbers that bounds or several sums give away: whether there was any, or nothing when it cannot be.
    fn mend_narrow(&mut self) -> Option<bool> {
        let narrow = self.narrow();
        let mut touched = vec![false; self.values.len()];
        for item in &narrow {
            let near: Vec<usize> = self
                .ties
                .iter()
                .filter(|tie| tie.whole == *item || tie.parts.contains(item))
                .flat_map(|tie| tie.parts.iter().copied().chain([tie.whole]))
                .collect();
            if near.iter().any(|item| touched.get(*item).copied().unwrap_or(true)) {
                continue;
            }
            match self.smallest(&near) {
                Some(other) => {
                    self.conceal(other);
                    touched.iter_mut().enumerate().filter(|(at, _)| near.contains(at)).for_each(|(_, touched)| *touched = true);
                }
                None => {
                    self.widen()?;
                    touched.fill(true);
                }
            }
        }
        Some(!narrow.is_empty())
    }

    fn told(&self) -> Hiding {
        let (n_categories, n_views) = (self.form.outside.len(), self.form.views.len());
        let row = |row: usize| {
            let item = |at: usize| self.is_hidden(row * self.width() + at);
            RowHidden {
                categories: (0..n_categories).map(item).collect(),
                views: (n_categories..n_categories + n_views).map(item).collect(),
                base: self.is_hidden(self.base_of(row)),
                whole: self.is_whole(row),
            }
        };
        let groups = (1..self.n_rows).map(row).collect();
        Hiding { precision: self.precision, total: row(0), groups, whole_breakdown: false }
    }
}

#[cfg(test)]
mod tests;
