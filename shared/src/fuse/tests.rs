//! Against a dense oracle: least squares under equalities that are written down from the framework's tables one by one.

use super::*;
use crate::framework::Table;

/// Equalities that the noiseless cells obey, each as a row over the cells of the layout: what the tables' words say.
fn equalities(f: &Framework) -> Vec<Vec<f64>> {
    let mut all = Vec::new();
    let row = |plus: &[usize], minus: &[usize]| {
        let mut row = vec![0.0; f.n_cells()];
        plus.iter().for_each(|c| row[*c] += 1.0);
        minus.iter().for_each(|c| row[*c] -= 1.0);
        row
    };
    let group = |t: &Table, g: usize| (0..t.categories.len()).map(|k| t.cell(g, k)).collect::<Vec<_>>();
    let category = |t: &Table, k: usize| (0..t.groups.len()).map(|g| t.cell(g, k)).collect::<Vec<_>>();
    let every = |t: &Table| (0..t.n_cells()).map(|c| t.first_cell + c).collect::<Vec<_>>();
    for (at, one) in f.tables().iter().enumerate() {
        for two in &f.tables()[at + 1..] {
            let (m, n) = (f.measure(&one.measure).unwrap(), f.measure(&two.measure).unwrap());
            if one.ages != two.ages || one.kind != two.kind {
                continue;
            }
            if m.id == n.id {
                all.extend((0..one.categories.len()).map(|k| row(&category(one, k), &category(two, k))));
            }
            let is_same = (&m.population, m.about, m.on_31_march) == (&n.population, n.about, n.on_31_march);
            if one.kind == Kind::Share && is_same {
                all.push(row(&every(one), &every(two)));
                if one.breakdown == two.breakdown {
                    all.extend((0..one.groups.len()).map(|g| row(&group(one, g), &group(two, g))));
                }
            }
        }
    }
    all
}

/// The projection that least squares is: `x = y - S Q Q' S^-1 y` with `S` the standard deviations and `Q` an orthonormal
/// basis of the equalities times `S`; and the covariance `S (1 - Q Q') S`.
struct Dense {
    sd: Vec<f64>,
    basis: Vec<Vec<f64>>,
}

impl Dense {
    fn of(f: &Framework, variances: &[f64], cells: &[usize]) -> Self {
        let mut sd = vec![0.0; f.n_cells()];
        for (t, v) in f.tables().iter().zip(variances) {
            sd[t.first_cell..t.first_cell + t.n_cells()].fill(v.sqrt());
        }
        let sd: Vec<f64> = cells.iter().map(|c| sd[*c]).collect();
        let mut basis: Vec<Vec<f64>> = Vec::new();
        for row in equalities(f) {
            let mut row: Vec<f64> = cells.iter().zip(&sd).map(|(c, s)| row[*c] * s).collect();
            let before = dot(&row, &row).sqrt();
            // twice is enough for an orthogonal basis to working precision
            for q in basis.iter().chain(&basis) {
                let along = dot(&row, q);
                row.iter_mut().zip(q).for_each(|(r, q)| *r -= along * q);
            }
            let length = dot(&row, &row).sqrt();
            if length > 1e-9 * before {
                row.iter_mut().for_each(|r| *r /= length);
                basis.push(row);
            }
        }
        Self { sd, basis }
    }

    fn estimate(&self, y: &[f64]) -> Vec<f64> {
        let mut x: Vec<f64> = y.iter().zip(&self.sd).map(|(y, s)| y / s).collect();
        for q in &self.basis {
            let along = dot(&x, q);
            x.iter_mut().zip(q).for_each(|(x, q)| *x -= along * q);
        }
        x.iter().zip(&self.sd).map(|(x, s)| x * s).collect()
    }

    fn covariance(&self, i: usize, j: usize) -> f64 {
        let inside: f64 = self.basis.iter().map(|q| q[i] * q[j]).sum();
        self.sd[i] * self.sd[j] * (f64::from(u8::from(i == j)) - inside)
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Numbers without pattern, the same in every run: 0 to 1.
pub(crate) fn spread(seed: u32, n: usize) -> Vec<f64> {
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(12_345);
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(state >> 8) / 16_777_216.0
    };
    (0..n).map(|_| next()).collect()
}

fn close(a: f64, b: f64, what: &str) {
    assert!((a - b).abs() <= 1e-9 * b.abs().max(1.0), "{what}: {a} {b}");
}

/// Estimates and all covariances within groups of these tables against the dense oracle.
fn check(f: &Framework, tables: &[usize], seed: u32) {
    let margins = Margins::of(f);
    let variances: Vec<f64> = spread(seed, f.tables().len()).iter().map(|u| 2.0 + 900.0 * u * u).collect();
    let cells: Vec<f64> = spread(seed + 1, f.n_cells()).iter().map(|u| (u * 5000.0).round() - 700.0).collect();
    let cells_of = |t: &usize| (0..f.tables()[*t].n_cells()).map(|c| f.tables()[*t].first_cell + c).collect::<Vec<_>>();
    let own: Vec<usize> = tables.iter().flat_map(cells_of).collect();
    let dense = Dense::of(f, &variances, &own);
    let expected = dense.estimate(&own.iter().map(|c| cells[*c]).collect::<Vec<_>>());
    let estimated = margins.estimate(&cells, &variances);
    for (at, cell) in own.iter().enumerate() {
        close(estimated[*cell], expected[at], "estimate");
    }
    let parts = margins.parts(&variances);
    let place = |cell: usize| own.iter().position(|c| *c == cell).unwrap();
    for t in tables {
        let table = &f.tables()[*t];
        close(parts.cell_variance(*t), dense.covariance(place(table.first_cell), place(table.first_cell)), "variance");
        for g in 0..table.groups.len() {
            let n = table.categories.len();
            let sets =
                [(0..n).collect(), vec![0], vec![n - 1], (0..n).step_by(2).collect(), (0..n.div_ceil(2)).collect::<Vec<_>>()];
            for a in &sets {
                for b in &sets {
                    let pairs = a.iter().flat_map(|i| b.iter().map(move |j| (table.cell(g, *i), table.cell(g, *j))));
                    let expected: f64 = pairs.map(|(i, j)| dense.covariance(place(i), place(j))).sum();
                    close(parts.covariance(*t, g, a, b), expected, &format!("covariance in {} {g} {a:?} {b:?}", table.id));
                }
            }
        }
    }
}

const HEAD: &str = r#"
schema = "goldenthread.framework/1"
version = "1"
[[breakdown]]
id = "total"
label = ""
groups = [{ id = "total", label = "" }]
[[breakdown]]
id = "two"
label = ""
groups = [{ id = "a", label = "" }, { id = "b", label = "" }]
[[breakdown]]
id = "three"
label = ""
groups = [{ id = "a", label = "" }, { id = "b", label = "" }, { id = "c", label = "" }]
[[breakdown]]
id = "young"
label = ""
like = "two"
ages = [0, 10]
"#;

/// A framework of share measures: id, population, number of categories, breakdowns; and of one mean, counted by the first.
pub(crate) fn small(measures: &[(&str, &str, usize, &str)], mean: &str) -> Framework {
    let mut text = HEAD.to_owned();
    let mut add = |id: &str, population: &str, kind: &str, breakdowns: &str, rest: &str| {
        text += &format!(
            "[[measure]]\nid = \"{id}\"\ntitle = \"\"\nquestion = \"\"\nask = []\nchosen_by = \"\"\nabout = \"children\"\n\
             population = \"{population}\"\nages = [0, 17]\nkind = \"{kind}\"\ntier = \"standard\"\nbreakdowns = [{breakdowns}]\n\
             {rest}\ncaveat = \"\"\nsource = \"\"\n"
        );
    };
    for (id, population, n, breakdowns) in measures {
        let categories: Vec<String> = (0..*n).map(|k| format!("{{ id = \"{k}\", label = \"\" }}")).collect();
        add(id, population, "share", breakdowns, &format!("categories = [{}]", categories.join(", ")));
    }
    if !mean.is_empty() {
        add("Z", "x", "mean", mean, &format!("bounds = [0, 40]\ncount_from = \"{}\"", measures[0].0));
    }
    Framework::parse(&text).unwrap()
}

fn every_table(f: &Framework) -> Vec<usize> {
    (0..f.tables().len()).collect()
}

/// Frameworks of every shape: one table, a breakdown twice, other ages, one category, two populations, a mean by groups.
pub(crate) fn shapes() -> Vec<Framework> {
    vec![
        small(&[("A", "x", 1, "\"total\"")], ""),
        small(&[("A", "x", 4, "\"total\", \"two\", \"three\"")], ""),
        small(&[("A", "x", 4, "\"total\", \"two\", \"young\""), ("B", "x", 3, "\"total\", \"three\", \"two\", \"young\"")], ""),
        small(&[("A", "x", 3, "\"total\""), ("B", "x", 1, "\"total\", \"three\""), ("C", "y", 2, "\"total\", \"two\"")], ""),
        small(&[("A", "x", 3, "\"total\", \"two\", \"three\""), ("B", "x", 5, "\"total\"")], "\"total\", \"two\", \"three\""),
    ]
}

#[test]
fn estimates_and_covariances_are_those_of_dense_least_squares() {
    for (seed, f) in (1_u32..).zip(shapes()) {
        check(&f, &every_table(&f), seed * 10);
    }
}

#[test]
fn of_the_built_in_framework_too() {
    let f = Framework::built_in();
    for words in ["Looked after on 31 March", "Care leavers aged 17 to 25 in the return"] {
        let is_of = |t: &usize| f.measure(&f.tables()[*t].measure).unwrap().population == words;
        let tables: Vec<usize> = every_table(&f).into_iter().filter(is_of).collect();
        assert!(tables.len() > 7, "{words}");
        check(&f, &tables, 7);
    }
}

#[test]
fn what_shares_nothing_stays_as_it_was_measured() {
    let f = small(&[("A", "x", 4, "\"total\""), ("B", "y", 3, "\"total\"")], "\"total\"");
    let cells: Vec<f64> = spread(3, f.n_cells()).iter().map(|u| u * 1000.0 - 300.0).collect();
    let variances = [9.0, 100.0, 4000.0];
    for (estimate, cell) in Margins::of(&f).estimate(&cells, &variances).iter().zip(&cells) {
        close(*estimate, *cell, "cell");
    }
    let parts = Margins::of(&f).parts(&variances);
    for (t, variance) in variances.iter().enumerate() {
        close(parts.cell_variance(t), *variance, "variance");
    }
}

#[test]
fn shared_margins_agree_and_authorities_add_up() {
    let f = Framework::built_in();
    let margins = Margins::of(&f);
    let of = |seed: u32, factor: f64| spread(seed, f.n_cells()).iter().map(|u| (u - 0.2) * factor).collect::<Vec<f64>>();
    let variances: Vec<f64> = spread(5, f.tables().len()).iter().map(|u| 10.0 + 400.0 * u).collect();
    let (one, two) = (of(1, 3000.0), of(2, 200.0));
    let both: Vec<f64> = one.iter().zip(&two).map(|(a, b)| a + b).collect();
    let [one, two, both] = [one, two, both].map(|cells| margins.estimate(&cells, &variances));
    for cell in 0..f.n_cells() {
        close(one[cell] + two[cell], both[cell], "sum of authorities");
    }
    for row in equalities(&f) {
        let apart = dot(&row, &both);
        assert!(apart.abs() < 1e-9 * 3000.0, "an equality is off by {apart}");
    }
}

#[test]
fn no_estimate_is_worse_than_its_own_measurement() {
    let f = Framework::built_in();
    let variances: Vec<f64> = spread(11, f.tables().len()).iter().map(|u| 1.0 + 400.0 * u).collect();
    let parts = Margins::of(&f).parts(&variances);
    for (t, table) in f.tables().iter().enumerate() {
        let every: Vec<usize> = (0..table.categories.len()).collect();
        let n = float(every.len());
        assert!(parts.cell_variance(t) <= variances[t] * (1.0 + 1e-12), "{}", table.id);
        assert!(parts.covariance(t, 0, &every, &every) <= n * variances[t] * (1.0 + 1e-12), "{}", table.id);
    }
}

#[test]
fn the_gradient_is_the_slope_of_the_error() {
    for (seed, f) in (1_u32..).zip(shapes().into_iter().chain([Framework::built_in()])) {
        let margins = Margins::of(&f);
        let n = f.tables().len();
        let precisions: Vec<f64> = spread(seed, n).iter().map(|u| 0.01 + u).collect();
        let weights: Vec<f64> = spread(seed + 50, n).iter().map(|u| 0.1 + u).collect();
        let of = |precisions: &[f64]| {
            let variances: Vec<f64> = precisions.iter().map(|p| 1.0 / p).collect();
            margins.gradient(&variances, &weights)
        };
        let (loss, slopes) = of(&precisions);
        // the error itself is the sum of the variances of all cells
        let parts = margins.parts(&precisions.iter().map(|p| 1.0 / p).collect::<Vec<_>>());
        let tables = f.tables().iter().enumerate();
        let plain: f64 = tables.map(|(t, table)| weights[t] * float(table.n_cells()) * parts.cell_variance(t)).sum();
        close(loss, plain, "error");
        for t in (0..n).step_by(n.div_ceil(12)) {
            let moved = |by: f64| {
                let mut precisions = precisions.clone();
                precisions[t] *= 1.0 + by;
                of(&precisions).0
            };
            let slope = (moved(1e-5) - moved(-1e-5)) / (2e-5 * precisions[t]);
            assert!((slope - slopes[t]).abs() < 1e-5 * slopes[t].abs().max(1.0), "{t}: {slope} {}", slopes[t]);
        }
    }
}
