//! Published figures beside the truth: inside their intervals or not, and whether any error is beyond chance.
//!
//! Intervals are meant to miss now and then, so missing fails nothing. What fails is an error that noise of the published
//! scale would make once in a million demos. A published count is off by a weighted sum of independent discrete Gaussians,
//! whose weights are those of `shared::fuse`. Each of them, of scale s, has `E exp(t X) <= exp(t^2 s^2 / 2)`: completing the square leaves a sum of Gaussian weights over
//! the integers, shifted by `t s^2`, and by Poisson's summation no shift makes that sum larger than none. So the error is
//! sub-Gaussian with the published variance V, and larger than `sqrt(2 V ln(2 / p))` with probability at most p. With
//! p = 1e-6 / (number of figures) the union bound holds for all of them together and asks for no independence: cells of
//! one table are correlated. For a ratio N/D whose true value is t the same bound holds for Fieller's statistic `N - t D`,
//! whose mean is zero.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, bail, ensure};
use serde::{Deserialize, Serialize};
use shared::framework::{Framework, Kind, Table};
use shared::fuse::{Margins, Parts};
use shared::ids::AuthorityId;
use shared::plan::PlanTable;

use super::truth::{Truth, base_of};

/// Chance that a demo fails although all is well, over all figures.
const FALSE_ALARM: f64 = 1e-6;
/// Half a unit of the last decimal of a published share or mean, with room for binary fractions.
const ROUNDING: f64 = 0.000_051;

/// The same of a published rate, which has one decimal.
const RATE_ROUNDING: f64 = 0.051;
/// How far controlled rounding moves a cell for each council in it: less than 0.24 for each region, which holds one council
/// at least, and 0.05 for each council whose own total is published.
const COUNT_ROUNDING: f64 = 0.3;

/// The file `figures.json`, as a reader who was not given our types reads it.
#[derive(Deserialize)]
pub struct Published {
    /// Whether the data are made up.
    pub made_up: bool,
    blocks: Vec<Block>,
    /// Who took part.
    pub authorities: Coverage,
    figures: Vec<PublishedFigure>,
}

/// Which authorities a release stands on.
#[derive(Deserialize)]
pub struct Coverage {
    /// Asked.
    pub expected: usize,
    /// Accepted.
    pub accepted: usize,
    /// The others.
    pub absent: Vec<AuthorityId>,
}

#[derive(Deserialize)]
struct Block {
    scale_milli: u32,
    tables: Vec<PlanTable>,
}

#[derive(Deserialize)]
struct PublishedFigure {
    id: String,
    area: String,
    area_code: String,
    authority: Option<AuthorityId>,
    group: String,
    category: String,
    what: What,
    value: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    authorities: u32,
}

/// What a figure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Number of children.
    Count,
    /// Percentage of the counted.
    Share,
    /// Average amount.
    Mean,
    /// Children per 10,000 who live there.
    Rate,
    /// Authorities that gave an answer.
    Authorities,
}

/// One figure beside the truth.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// Table.
    pub id: String,
    /// Area.
    pub area: String,
    /// Group.
    pub group: String,
    /// Category, view, `base` or `mean`.
    pub category: String,
    /// What it is.
    pub what: What,
    /// Over the accepted councils; none when nobody is counted.
    #[serde(rename = "true")]
    pub truth: Option<f64>,
    /// Over all councils of the area, whether they took part or not.
    pub true_nation: Option<f64>,
    /// As published; none where noise leaves nothing to say.
    pub published: Option<f64>,
    /// Lower end of the interval.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Whether the truth lies inside; none where there is no interval, no truth or no council.
    pub inside: Option<bool>,
}

/// The truth of one area: of the accepted councils, and of all.
pub struct AreaTruth {
    /// Accepted councils.
    pub accepted: Truth,
    /// How many.
    pub n_accepted: u32,
    /// All councils.
    pub all: Truth,
    /// Children aged 0 to 17 who live where the accepted councils are.
    pub population: f64,
    /// Those who live where all are.
    pub population_all: f64,
    /// How many accepted councils gave an answer to a fact.
    pub facts: BTreeMap<(String, &'static str), u32>,
}

impl AreaTruth {
    /// An area without councils.
    #[must_use]
    pub fn nobody(framework: &Framework) -> Self {
        let nobody = || Truth::nobody(framework);
        Self { accepted: nobody(), n_accepted: 0, all: nobody(), population: 0.0, population_all: 0.0, facts: BTreeMap::new() }
    }

    /// Adds what an accepted council states.
    pub fn state(&mut self, framework: &Framework, stated: &BTreeMap<String, bool>) {
        for fact in framework.facts() {
            let answer = match stated.get(&fact.id) {
                Some(true) => "yes",
                Some(false) => "no",
                None => "not_stated",
            };
            *self.facts.entry((fact.id.clone(), answer)).or_default() += 1;
        }
    }
}

/// Holds every published figure against the truth of its area, by area code.
///
/// # Errors
/// When an error is beyond the bound, or when published figures and the framework do not speak of the same cells.
pub fn compare(
    framework: &Framework,
    published: &Published,
    areas: &BTreeMap<String, AreaTruth>,
    tables: &BTreeSet<String>,
) -> anyhow::Result<Vec<Line>> {
    let n = u32::try_from(published.figures.len()).context("too many figures")?;
    ensure!(n > 0, "the release has no figures");
    let bound = (2.0 * (2.0 * f64::from(n) / FALSE_ALARM).ln()).sqrt();
    let parts = Margins::of(framework).parts(&variances(framework, published)?);
    let counts: BTreeMap<_, f64> = published.figures.iter().filter_map(count_of).collect();
    let mut lines = Vec::with_capacity(published.figures.len());
    let mut seen = BTreeSet::new();
    for figure in &published.figures {
        let name = format!("{} {}/{}/{} ({:?})", figure.area, figure.id, figure.group, figure.category, figure.what);
        let code = figure.authority.map_or_else(|| figure.area_code.clone(), |id| id.to_string());
        let area = areas.get(&code).with_context(|| format!("no council lies in {}", figure.area))?;
        ensure!(figure.authorities == area.n_accepted, "{name} claims {} councils, not {}", figure.authorities, area.n_accepted);
        if figure.what == What::Authorities {
            exact_fact(figure, area).with_context(|| name)?;
            continue;
        }
        ensure!(tables.contains(&figure.id), "the framework has no table {}", figure.id);
        let cells = Cells::of(framework, figure).with_context(|| format!("{name} is not in the framework"))?;
        seen.insert(figure.id.as_str());
        let line = cells.line(figure, area);
        let base = counts.get(&(figure.area_code.as_str(), cells.base_id.as_str(), figure.group.as_str(), "base")).copied();
        let noise = Noise { n: f64::from(figure.authorities), parts: &parts };
        if !cells.is_within(&line, base, &noise, area.population, bound) {
            bail!("{name} is beyond chance: published {:?}, true {:?}", line.published, line.truth);
        }
        lines.push(line);
    }
    for table in tables {
        ensure!(seen.contains(table.as_str()), "the table {table} is not published");
    }
    Ok(lines)
}

/// What authorities state carries no noise: it is the truth, or the release is wrong.
fn exact_fact(figure: &PublishedFigure, area: &AreaTruth) -> anyhow::Result<()> {
    let is_it = |((fact, answer), _): &(&(String, &'static str), &u32)| *fact == figure.id && **answer == *figure.category;
    let n = area.facts.iter().find(is_it).map_or(0, |(_, n)| *n);
    let expected = (area.n_accepted > 0).then(|| f64::from(n));
    ensure!(figure.value == expected && figure.low.is_none(), "published {:?}, stated by {expected:?}", figure.value);
    Ok(())
}

/// Share of figures whose truth is inside, over those that have an interval.
#[must_use]
pub fn inside_share(lines: &[Line]) -> f64 {
    let judged = lines.iter().filter_map(|line| line.inside);
    let (mut n, mut inside) = (0_u32, 0_u32);
    for is_inside in judged {
        n += 1;
        inside += u32::from(is_inside);
    }
    if n == 0 { 1.0 } else { f64::from(inside) / f64::from(n) }
}

type CountKey<'a> = (&'a str, &'a str, &'a str, &'a str);

fn count_of(figure: &PublishedFigure) -> Option<(CountKey<'_>, f64)> {
    let key = (figure.area_code.as_str(), figure.id.as_str(), figure.group.as_str(), figure.category.as_str());
    (figure.what == What::Count).then_some(())?;
    Some((key, figure.value?))
}

/// Noise of one council, and how many councils are summed.
struct Noise<'a> {
    n: f64,
    parts: &'a Parts,
}

/// Variance of the noise that each table's cells were drawn with, in children squared.
fn variances(framework: &Framework, published: &Published) -> anyhow::Result<Vec<f64>> {
    let tables = published.blocks.iter().flat_map(|block| block.tables.iter().map(move |table| (block, table)));
    let scale = |(block, table): (&Block, &PlanTable)| f64::from(block.scale_milli) / 1000.0 / f64::from(table.unit);
    let scales: BTreeMap<&str, f64> = tables.map(|of| (of.1.table.as_str(), scale(of))).collect();
    let variance = |table: &Table| {
        let scale = scales.get(table.id.as_str()).with_context(|| format!("no block holds {}", table.id))?;
        Ok(scale * scale)
    };
    framework.tables().iter().map(variance).collect()
}

/// Some categories of one group of a table.
struct Sum {
    table: usize,
    group: usize,
    categories: Vec<usize>,
    /// Their places in the layout.
    places: Vec<usize>,
}

impl Sum {
    fn of(framework: &Framework, table: &Table, group: usize, categories: Vec<usize>) -> Option<Self> {
        let at = framework.tables().iter().position(|other| other.id == table.id)?;
        let places = categories.iter().map(|category| table.cell(group, *category)).collect();
        Some(Self { table: at, group, categories, places })
    }

    fn counted(framework: &Framework, table: &Table, group: usize) -> Option<Self> {
        let counted = table.categories.iter().enumerate().filter(|(_, category)| !category.outside);
        Self::of(framework, table, group, counted.map(|(at, _)| at).collect())
    }

    /// Covariance with other categories of the same group; none with another table, which shares no margin with a mean's.
    fn covariance(&self, parts: &Parts, other: &Self) -> f64 {
        if self.table == other.table {
            parts.covariance(self.table, self.group, &self.categories, &other.categories)
        } else {
            0.0
        }
    }
}

/// The cells that a figure is made of.
struct Cells {
    what: What,
    part: Sum,
    whole: Sum,
    base_id: String,
    centre: f64,
}

impl Cells {
    fn of(framework: &Framework, figure: &PublishedFigure) -> Option<Self> {
        let table = framework.table(&figure.id)?;
        let measure = framework.measure(&table.measure)?;
        let group = table.group(&figure.group)?;
        match table.kind {
            Kind::Mean => {
                let base = base_of(framework, table);
                (figure.what == What::Mean && figure.category == "mean").then_some(())?;
                Some(Self {
                    what: What::Mean,
                    part: Sum::of(framework, table, group, vec![0])?,
                    whole: Sum::counted(framework, base, group)?,
                    base_id: base.id.clone(),
                    centre: f64::from(measure.centre()),
                })
            }
            Kind::Share => {
                let view = measure.views.iter().find(|view| view.id == figure.category);
                let whole = Sum::counted(framework, table, group)?;
                let part = match (view, figure.category.as_str()) {
                    (Some(view), _) => view.sum.iter().map(|id| table.category(id)).collect::<Option<Vec<_>>>()?,
                    (None, "base") => whole.categories.clone(),
                    (None, id) => vec![table.category(id)?],
                };
                matches!(figure.what, What::Count | What::Share | What::Rate).then_some(())?;
                let part = Sum::of(framework, table, group, part)?;
                Some(Self { what: figure.what, part, whole, base_id: table.id.clone(), centre: 0.0 })
            }
            // it has no table
            Kind::Fact => None,
        }
    }

    fn line(&self, figure: &PublishedFigure, area: &AreaTruth) -> Line {
        let truth = self.exact(&area.accepted, area.population);
        let inside = match (truth, figure.low, figure.high) {
            (Some(truth), Some(low), Some(high)) if figure.authorities > 0 => {
                let rounding = if self.what == What::Rate { RATE_ROUNDING } else { ROUNDING };
                Some(low - rounding <= truth && truth <= high + rounding)
            }
            _ => None,
        };
        Line {
            id: figure.id.clone(),
            area: figure.area.clone(),
            group: figure.group.clone(),
            category: figure.category.clone(),
            what: figure.what,
            truth,
            true_nation: self.exact(&area.all, area.population_all),
            published: figure.value,
            low: figure.low,
            high: figure.high,
            inside,
        }
    }

    /// The exact figure; none when its denominator is empty.
    fn exact(&self, truth: &Truth, population: f64) -> Option<f64> {
        let (part, whole) = (float(truth.total(&self.part.places)), float(truth.total(&self.whole.places)));
        match self.what {
            What::Count => Some(part),
            What::Share => (whole > 0.0).then(|| rounded(100.0 * part / whole)),
            What::Mean => (whole > 0.0).then(|| rounded(part / whole)),
            What::Rate => (population > 0.0).then(|| rounded(10_000.0 * part / population)),
            What::Authorities => None,
        }
    }

    /// Whether the error is one that noise makes, with `bound` standard deviations as the limit.
    fn is_within(&self, line: &Line, base: Option<f64>, noise: &Noise<'_>, population: f64, bound: f64) -> bool {
        let (Some(published), Some(truth)) = (line.published, line.truth) else { return true };
        let covariance = |a: &Sum, b: &Sum| a.covariance(noise.parts, b);
        let (of_part, of_whole) = (covariance(&self.part, &self.part), covariance(&self.whole, &self.whole));
        // of the numerator less the true ratio times the denominator
        let of_ratio = |t: f64| of_part - 2.0 * t * covariance(&self.part, &self.whole) + t * t * of_whole;
        let moved = |sum: &Sum| COUNT_ROUNDING * noise.n * float(i64::try_from(sum.places.len()).unwrap_or(i64::MAX));
        let (variance, error, slack) = match self.what {
            What::Count => (of_part, published - truth, moved(&self.part)),
            // a rate has one decimal, and its noise is that of its count
            What::Rate => {
                let of_one = population / 10_000.0;
                (of_part, (published - truth) * of_one, RATE_ROUNDING * of_one)
            }
            What::Authorities => return false,
            What::Share => {
                let (Some(base), t) = (base, truth / 100.0) else { return false };
                let apart = published / 100.0 - t;
                (of_ratio(t), base * apart, base.abs() * 2.0 * ROUNDING / 100.0 + moved(&self.whole) * apart.abs())
            }
            What::Mean => {
                let (Some(base), t) = (base, truth - self.centre) else { return false };
                let apart = published - truth;
                (of_ratio(t), base * apart, base.abs() * 2.0 * ROUNDING + moved(&self.whole) * apart.abs())
            }
        };
        error.abs() <= bound * (noise.n * variance).sqrt() + slack
    }
}

/// A count as a float; exact, since no nation has 2^31 children.
fn float(n: i64) -> f64 {
    f64::from(i32::try_from(n).expect("counts of children fit 32 bits"))
}

fn rounded(x: f64) -> f64 {
    (x * 10_000.0).round() / 10_000.0
}

#[cfg(test)]
mod tests;
