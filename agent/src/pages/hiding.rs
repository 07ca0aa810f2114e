//! Which counts of a measure are not shown: those from 1 to 5, and those that would give one of them away.
//!
//! Looks at one measure with one breakdown: every cell, every published sum, how many are counted, and how many there are.
//! Invariant of what [`hide`] returns: the shown numbers, together with the sums that tie them, determine no hidden one, and
//! what is left when shown parts are taken from a shown whole is never from 1 to 5. How many children there are in all is
//! taken as known, since other measures of the same children tell it. Nothing is said of differences between measures,
//! between years, or between runs with other breakdowns: the pages stay with the authority.

mod ties; // what is determined by what is shown

use std::ops::RangeInclusive;

use ties::determined;

/// Counts that are not shown.
pub const SMALL: RangeInclusive<i64> = 1..=5;

/// What ties the counts of one row.
pub struct Form {
    /// Of each category, whether it is outside of shares.
    pub outside: Vec<bool>,
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
}

impl RowHidden {
    /// Nothing hidden.
    pub fn nothing(form: &Form) -> Self {
        Self { categories: vec![false; form.outside.len()], views: vec![false; form.views.len()], base: false }
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
}

impl Hiding {
    /// Everything shown, for whoever asked for small counts.
    pub fn nothing(form: &Form, n_groups: usize) -> Self {
        let row = RowHidden::nothing(form);
        Self { precision: Precision::Exact, total: row.clone(), groups: vec![row; n_groups] }
    }
}

/// Decides what is hidden. `total` holds the count of each category, `groups` the same by group; the groups, where there are
/// any, add up to the total.
pub fn hide(form: &Form, total: &[i64], groups: &[Vec<i64>]) -> Hiding {
    let mut sheet = Sheet::of(form, total, groups);
    sheet.hide_small();
    if sheet.hide_small_rows() {
        while sheet.mend_sums() || sheet.mend_determined() {}
    }
    sheet.told()
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
        let mut sheet = Self { form, n_rows, values, hidden, ties: Vec::new(), precision };
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
    }
    fn conceal_everything(&mut self) {
        self.hidden.fill(true);
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
            if SMALL.contains(&self.value(item)) {
                self.conceal(item);
            }
        }
    }

    /// Hides rows of few children whole, and with a single one the smallest other; false when that is everything.
    fn hide_small_rows(&mut self) -> bool {
        let few = |sheet: &Self, row: usize| {
            SMALL.contains(&sheet.value(sheet.base_of(row))) || SMALL.contains(&sheet.value(sheet.all_of(row)))
        };
        if few(self, 0) {
            self.conceal_everything();
            return false;
        }
        let mut rows: Vec<usize> = (1..self.n_rows).filter(|row| few(self, *row)).collect();
        while !rows.is_empty() {
            let n: i64 = rows.iter().map(|row| self.value(self.all_of(*row))).fold(0, i64::saturating_add);
            if rows.len() > 1 && !SMALL.contains(&n) {
                break;
            }
            let others = (1..self.n_rows).filter(|row| !rows.contains(row) && self.value(self.all_of(*row)) > 0);
            let Some(smallest) = others.min_by_key(|row| self.value(self.all_of(*row))) else { break };
            rows.push(smallest);
        }
        rows.into_iter().for_each(|row| self.conceal_row(row));
        true
    }

    /// Whether a number may be hidden: how many there are in all is known anyway.
    fn can_hide(&self, item: usize) -> bool {
        !self.is_hidden(item) && !(item + 1).is_multiple_of(self.width())
    }

    /// The smallest shown number above zero, else one that is zero.
    fn smallest(&self, items: &[usize]) -> Option<usize> {
        let can = || items.iter().copied().filter(|item| self.can_hide(*item));
        can().filter(|item| self.value(*item) != 0).min_by_key(|item| self.value(*item)).or_else(|| can().next())
    }

    /// Hides what a single sum gives away; whether there was any.
    fn mend_sums(&mut self) -> bool {
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
            if !is_told {
                continue;
            }
            let whole = [tie.whole];
            let nonzero: Vec<usize> = tie.parts.iter().copied().filter(|item| self.value(*item) != 0).collect();
            let choice = self.smallest(&nonzero).or_else(|| self.smallest(&whole)).or_else(|| self.smallest(&tie.parts));
            match choice {
                Some(item) => self.conceal(item),
                None if self.is_hidden(tie.whole) => continue,
                None => self.conceal_everything(),
            }
            mended = true;
        }
        mended
    }

    /// Hides what several sums together give away; whether there was any.
    fn mend_determined(&mut self) -> bool {
        let unknown: Vec<usize> = (0..self.values.len()).filter(|item| self.is_hidden(*item)).collect();
        let rows = self.ties.iter().map(|tie| {
            let whole = std::iter::once((tie.whole, true));
            whole.chain(tie.parts.iter().map(|part| (*part, false))).filter(|(item, _)| self.is_hidden(*item)).collect()
        });
        let Some(item) = determined(&unknown, rows.collect()) else { return false };
        let near: Vec<usize> = self
            .ties
            .iter()
            .filter(|tie| tie.whole == item || tie.parts.contains(&item))
            .flat_map(|tie| tie.parts.iter().copied().chain([tie.whole]))
            .collect();
        match self.smallest(&near) {
            Some(other) => self.conceal(other),
            None => self.conceal_everything(),
        }
        // a number stays determined when everything is hidden: then nothing is shown to determine it with
        !self.hidden.iter().all(|hidden| *hidden)
    }

    fn told(&self) -> Hiding {
        let (n_categories, n_views) = (self.form.outside.len(), self.form.views.len());
        let row = |row: usize| {
            let item = |at: usize| self.is_hidden(row * self.width() + at);
            RowHidden {
                categories: (0..n_categories).map(item).collect(),
                views: (n_categories..n_categories + n_views).map(item).collect(),
                base: self.is_hidden(self.base_of(row)),
            }
        };
        Hiding { precision: self.precision, total: row(0), groups: (1..self.n_rows).map(row).collect() }
    }
}

#[cfg(test)]
mod tests;
