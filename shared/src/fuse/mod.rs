//! Margins that tables share, and what is known of every cell when all that was measured of them is put together.
//!
//! All tables of one measure say how many children gave each answer; all measures of one population say how many children
//! are in it, and how many in each group of a breakdown. Each table says so with noise of its own. This room is the
//! generalised least squares estimate of every cell under these equalities, with its covariances, and the gradient of the
//! expected error that the allocation of a budget needs. The noise within a table is independent and of one variance, so
//! that its cells fall apart into four orthogonal parts (the two-way analysis of variance), and the estimate of each part
//! is the average of its measurements weighted by precision: exact, in closed form, without a matrix.
//!
//! With `G` groups, `K` categories and the variance `f` of the noise in one cell, a table measures
//! - its grand total `N` with variance `G K f`, shared by all tables of a **population**;
//! - the deviations `r` of its groups' sums from `N / G` with covariance `K f (1[g = g'] - 1/G)`, shared by all tables of
//!   a population and a breakdown;
//! - the deviations `c` of its categories' sums from `N / K` with covariance `G f (1[k = k'] - 1/K)`, shared by all tables
//!   of a measure over the same ages;
//! - its interaction, shared with nobody.
//!
//! A cell is `N/(G K) + r[g]/K + c[k]/G + i[g,k]`. A **population** is the words `population` of the catalogue together
//! with whom the measure is about, the table's ages and the presence on 31 March; that words mean the same children
//! wherever they stand is a claim about the measures, and `tests/it/margins.rs` attacks it, child by child. A mean
//! measure's sums are a population of their own; a table with children who are in none of its groups shares nothing.
//!
//! Only the four operations are used, in a fixed order, so that two machines say the same to the last bit.
//! `docs/protocol.md`, section 8.

#[cfg(test)]
pub(crate) mod tests;

use crate::framework::{About, Framework, Kind, Measure, Presence, Table};

/// Which tables share which margins; found once for a framework.
#[derive(Clone, Debug)]
pub struct Margins {
    tables: Vec<Shape>,
    n_totals: usize,
    n_rows: usize,
    n_columns: usize,
    n_cells: usize,
}

/// What a table shares with others: two tables with the same number have the same noiseless margin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sharing {
    /// The population: the grand total.
    pub total: usize,
    /// The population by a breakdown: the sum of each group.
    pub rows: usize,
    /// The measure over the same ages: the sum of each category.
    pub columns: usize,
}

/// One table, as far as this room sees it.
#[derive(Clone, Copy, Debug)]
struct Shape {
    shared: Sharing,
    first_cell: usize,
    n_groups: usize,
    n_categories: usize,
}

impl Shape {
    fn groups(&self) -> f64 {
        float(self.n_groups)
    }
    fn categories(&self) -> f64 {
        float(self.n_categories)
    }
}

/// Whose children are counted: the same words, of the same people, over the same ages, on the same side of 31 March.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Population<'a> {
    Share { words: &'a str, about: About, ages: [u8; 2], on_31_march: Presence },
    Mean { measure: &'a str, ages: [u8; 2] },
    Alone { table: &'a str },
}

impl Margins {
    /// The margins of a framework's tables.
    pub fn of(framework: &Framework) -> Self {
        let (mut totals, mut rows, mut columns) = (Vec::new(), Vec::new(), Vec::new());
        let mut tables = Vec::with_capacity(framework.tables().len());
        for table in framework.tables() {
            let measure = framework.measure(&table.measure).expect("a table's measure is in its framework");
            let population = match table.kind {
                Kind::Share if leaves_some_out(framework, table, measure) => Population::Alone { table: &table.id },
                Kind::Share => Population::Share {
                    words: &measure.population,
                    about: measure.about,
                    ages: table.ages,
                    on_31_march: table.on_31_march,
                },
                // a fact has no table
                Kind::Mean | Kind::Fact => Population::Mean { measure: &measure.id, ages: table.ages },
            };
            let shared = Sharing {
                total: place(&mut totals, population),
                rows: place(&mut rows, (population, table.breakdown.as_str())),
                columns: place(&mut columns, (table.measure.as_str(), population)),
            };
            let (n_groups, n_categories) = (table.groups.len(), table.categories.len());
            tables.push(Shape { shared, first_cell: table.first_cell, n_groups, n_categories });
        }
        let (n_totals, n_rows, n_columns) = (totals.len(), rows.len(), columns.len());
        Self { tables, n_totals, n_rows, n_columns, n_cells: framework.n_cells() }
    }

    /// What a table shares with others, by its place among the framework's tables.
    pub fn shared(&self, table: usize) -> Sharing {
        self.tables[table].shared
    }

    /// Variances of the fused parts, from the variance of the noise in one cell of each table, in children squared (of a
    /// mean: in its unit squared). One entry for each table of the framework, in its order, each above zero; of ONE
    /// authority, since every authority has a draw of its own.
    ///
    /// # Panics
    /// When there are not as many variances as tables.
    pub fn parts(&self, variances: &[f64]) -> Parts {
        assert_eq!(variances.len(), self.tables.len(), "one variance for each table");
        let precisions = Precisions::of(self, variances);
        let part = |(shape, noise): (&Shape, &f64)| Part {
            n_groups: shape.groups(),
            n_categories: shape.categories(),
            total: 1.0 / precisions.totals[shape.shared.total],
            row: 1.0 / precisions.rows[shape.shared.rows],
            column: 1.0 / precisions.columns[shape.shared.columns],
            cell: *noise,
        };
        Parts { tables: self.tables.iter().zip(variances).map(part).collect() }
    }

    /// The estimate of every cell from the noisy ones, both in layout order and in children (of a mean: centred, in its
    /// unit), under the variances of [`Margins::parts`]. It is linear in the cells, so that estimates of authorities add
    /// up; shared margins of what it gives agree, up to the rounding of floats.
    ///
    /// # Panics
    /// When there are not as many cells as in the layout, or not as many variances as tables.
    pub fn estimate(&self, cells: &[f64], variances: &[f64]) -> Vec<f64> {
        assert_eq!(cells.len(), self.n_cells, "one number for each cell");
        assert_eq!(variances.len(), self.tables.len(), "one variance for each table");
        let measured: Vec<Measured> = self.tables.iter().map(|shape| Measured::of(shape, cells)).collect();
        let mut totals = vec![Average::default(); self.n_totals];
        let mut rows: Vec<Vec<Average>> = vec![Vec::new(); self.n_rows];
        let mut columns: Vec<Vec<Average>> = vec![Vec::new(); self.n_columns];
        for ((shape, own), noise) in self.tables.iter().zip(&measured).zip(variances) {
            let (groups, categories) = (shape.groups(), shape.categories());
            totals[shape.shared.total].add(own.total, 1.0 / (groups * categories * noise));
            add_all(&mut rows[shape.shared.rows], &own.rows, 1.0 / (categories * noise));
            add_all(&mut columns[shape.shared.columns], &own.columns, 1.0 / (groups * noise));
        }
        let mut out = vec![0.0; self.n_cells];
        for (shape, own) in self.tables.iter().zip(&measured) {
            let total = totals[shape.shared.total].value() - own.total;
            let moved = |fused: &[Average], own: &[f64]| -> Vec<f64> {
                fused.iter().zip(own).map(|(fused, own)| fused.value() - own).collect()
            };
            // a part that is measured once moves by nothing but float rounding, and here not even by that
            let rows = moved(&rows[shape.shared.rows], &own.rows);
            let columns = moved(&columns[shape.shared.columns], &own.columns);
            let (groups, categories) = (shape.groups(), shape.categories());
            let moves = rows.iter().flat_map(|r| columns.iter().map(move |c| r / categories + c / groups));
            let place = shape.first_cell..shape.first_cell + shape.n_groups * shape.n_categories;
            for ((out, cell), by) in out[place.clone()].iter_mut().zip(&cells[place]).zip(moves) {
                *out = cell + total / (groups * categories) + by;
            }
        }
        out
    }

    /// Variances of the fused parts of a sum of independent estimates, such as those of several authorities.
    pub fn sum<'a>(&self, of: impl Iterator<Item = &'a Parts>) -> Parts {
        let zero = |shape: &Shape| Part { n_groups: shape.groups(), n_categories: shape.categories(), ..Part::default() };
        let mut sum = Parts { tables: self.tables.iter().map(zero).collect() };
        for parts in of {
            for (sum, part) in sum.tables.iter_mut().zip(&parts.tables) {
                sum.total += part.total;
                sum.row += part.row;
                sum.column += part.column;
                sum.cell += part.cell;
            }
        }
        sum
    }

    /// The expected squared error of all cells, each weighted by its table's weight, and its derivative by each table's
    /// precision `1 / f`: what an allocation of the budget makes small. `weights` is one number for each table.
    ///
    /// # Panics
    /// When there are not as many variances or weights as tables.
    pub fn gradient(&self, variances: &[f64], weights: &[f64]) -> (f64, Vec<f64>) {
        assert_eq!(variances.len(), self.tables.len(), "one variance for each table");
        assert_eq!(weights.len(), self.tables.len(), "one weight for each table");
        let precisions = Precisions::of(self, variances);
        // of each part: the sum over the tables of weight times what one unit of its variance adds to the table's cells
        let mut demands = Precisions::zero(self);
        let mut loss = 0.0;
        for ((shape, weight), noise) in self.tables.iter().zip(weights).zip(variances) {
            let (groups, categories, shared) = (shape.groups(), shape.categories(), shape.shared);
            demands.totals[shared.total] += weight / (groups * categories);
            demands.rows[shared.rows] += weight * (groups - 1.0) / categories;
            demands.columns[shared.columns] += weight * (categories - 1.0) / groups;
            loss += weight * noise * (groups - 1.0) * (categories - 1.0);
        }
        let spent = |demand: &[f64], precision: &[f64]| -> f64 { demand.iter().zip(precision).map(|(d, p)| d / p).sum() };
        loss += spent(&demands.totals, &precisions.totals)
            + spent(&demands.rows, &precisions.rows)
            + spent(&demands.columns, &precisions.columns);
        let slope = |((shape, weight), noise): ((&Shape, &f64), &f64)| {
            let (groups, categories, shared) = (shape.groups(), shape.categories(), shape.shared);
            let by = |demands: &[f64], precisions: &[f64], at: usize| demands[at] / (precisions[at] * precisions[at]);
            -by(&demands.totals, &precisions.totals, shared.total) / (groups * categories)
                - by(&demands.rows, &precisions.rows, shared.rows) / categories
                - by(&demands.columns, &precisions.columns, shared.columns) / groups
                - weight * noise * noise * (groups - 1.0) * (categories - 1.0)
        };
        (loss, self.tables.iter().zip(weights).zip(variances).map(slope).collect())
    }
}

/// Whether some children of the measure are in no group of the table: care leavers, who are counted among children and
/// have no legal status, no need and no time in care. Such a table shares nothing. No plan's layout has one: only
/// [`Framework::by_every_breakdown`] has.
fn leaves_some_out(framework: &Framework, table: &Table, measure: &Measure) -> bool {
    let breakdown = framework.breakdowns().iter().find(|b| b.id == table.breakdown);
    breakdown.is_some_and(|b| b.not_care_leavers) && measure.return_tables.iter().any(|t| t == "OC3")
}

/// Variances of the fused parts of each table.
#[derive(Clone, Debug)]
pub struct Parts {
    tables: Vec<Part>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Part {
    n_groups: f64,
    n_categories: f64,
    total: f64,
    row: f64,
    column: f64,
    cell: f64,
}

impl Parts {
    /// Covariance of the sums of two sets of categories in one group of a table, in children squared. Categories by their
    /// places, none twice in a set; all groups of a table are alike, so that `group` says only that it is the same one.
    pub fn covariance(&self, table: usize, _group: usize, a: &[usize], b: &[usize]) -> f64 {
        let Part { n_groups, n_categories, total, row, column, cell } = self.tables[table];
        let both = float(a.iter().filter(|k| b.contains(k)).count());
        let pairs = float(a.len()) * float(b.len());
        let apart = both - pairs / n_categories;
        let of_groups = 1.0 - 1.0 / n_groups;
        total * pairs / (n_groups * n_categories * n_groups * n_categories)
            + row * of_groups * pairs / (n_categories * n_categories)
            + column * apart / (n_groups * n_groups)
            + cell * of_groups * apart
    }

    /// Variance of one fused cell of a table, the same for all its cells, in children squared.
    pub fn cell_variance(&self, table: usize) -> f64 {
        self.covariance(table, 0, &[0], &[0])
    }
}

/// The sum of precisions of every part.
struct Precisions {
    totals: Vec<f64>,
    rows: Vec<f64>,
    columns: Vec<f64>,
}

impl Precisions {
    fn zero(margins: &Margins) -> Self {
        Self { totals: vec![0.0; margins.n_totals], rows: vec![0.0; margins.n_rows], columns: vec![0.0; margins.n_columns] }
    }

    fn of(margins: &Margins, variances: &[f64]) -> Self {
        let mut sums = Self::zero(margins);
        for (shape, noise) in margins.tables.iter().zip(variances) {
            let (groups, categories) = (shape.groups(), shape.categories());
            sums.totals[shape.shared.total] += 1.0 / (groups * categories * noise);
            sums.rows[shape.shared.rows] += 1.0 / (categories * noise);
            sums.columns[shape.shared.columns] += 1.0 / (groups * noise);
        }
        sums
    }
}

/// The margins that one table measures.
struct Measured {
    total: f64,
    rows: Vec<f64>,
    columns: Vec<f64>,
}

impl Measured {
    fn of(shape: &Shape, cells: &[f64]) -> Self {
        let own = &cells[shape.first_cell..shape.first_cell + shape.n_groups * shape.n_categories];
        let sums: Vec<f64> = own.chunks(shape.n_categories).map(|group| group.iter().sum()).collect();
        let total: f64 = sums.iter().sum();
        let column = |k: usize| own.iter().skip(k).step_by(shape.n_categories).sum::<f64>() - total / shape.categories();
        let rows = sums.iter().map(|sum| sum - total / shape.groups()).collect();
        Self { total, rows, columns: (0..shape.n_categories).map(column).collect() }
    }
}

/// An average weighted by precision.
#[derive(Clone, Copy, Debug, Default)]
struct Average {
    weighted: f64,
    precision: f64,
    n: usize,
    only: f64,
}

impl Average {
    fn add(&mut self, value: f64, precision: f64) {
        self.weighted += value * precision;
        self.precision += precision;
        self.n += 1;
        self.only = value;
    }
    /// Of one measurement the measurement itself, to the last bit.
    fn value(&self) -> f64 {
        if self.n == 1 { self.only } else { self.weighted / self.precision }
    }
}

fn add_all(averages: &mut Vec<Average>, values: &[f64], precision: f64) {
    averages.resize(values.len(), Average::default());
    for (average, value) in averages.iter_mut().zip(values) {
        average.add(*value, precision);
    }
}

/// Where a thing stands in a list, put there when it is new.
fn place<T: PartialEq>(list: &mut Vec<T>, item: T) -> usize {
    list.iter().position(|other| *other == item).unwrap_or_else(|| {
        list.push(item);
        list.len() - 1
    })
}

/// A count of groups, categories or children that fits 32 bits.
fn float(n: usize) -> f64 {
    f64::from(u32::try_from(n).expect("a layout has fewer cells than 32 bits count"))
}
