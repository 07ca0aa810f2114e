//! Exact figures beside published ones, and what a difference most likely comes from.
//!
//! A figure differs when a count is another one (those of authorities are published unrounded) or, where no count is
//! published, when the per cent lies further away than rounding moves it. Only then are reasons given, and only those that
//! fit what differs. Holds exact figures: no `Debug`, no `Serialize`, the authority's own screen only.

use shared::framework::{Framework, Kind, Table};

use super::mapping::{Column, Local, MAPPINGS, Mapping, Moves, POPULATION, Reason, Row, Source};
use super::{Area, Milli, Official, Published};
use crate::figures::LocalFigures;

/// Greatest share of a count that late amendments move, as one in so many.
const AMENDED_ONE_IN: i64 = 200;
/// What rounding to a whole per cent moves, in thousandths.
const WHOLE_MAY_MOVE: i64 = 500;
/// What rounding to one decimal moves, in thousandths.
const DECIMAL_MAY_MOVE: i64 = 50;

/// Of what the second number of a figure speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// The figure is a count alone.
    Count,
    /// Per cent of the base.
    PerCent,
    /// Per 10,000 of all children.
    Per10000,
    /// Points, a mean.
    Points,
}

impl Unit {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Count => "children",
            Self::PerCent => "per cent",
            Self::Per10000 => "per 10,000",
            Self::Points => "mean, points",
        }
    }
}

/// The exact figure. No `Debug`.
#[derive(Clone, Copy)]
pub struct Exact {
    /// How many.
    pub count: Option<i64>,
    /// Per cent, rate or mean.
    pub per: Option<Milli>,
    /// Of how many.
    pub base: Option<i64>,
}

/// The published figure of one area in one year; `None` where no file has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figure {
    /// How many.
    pub count: Option<Published>,
    /// Per cent, rate or mean.
    pub per: Option<Published>,
    /// Of how many.
    pub base: Option<Published>,
}

/// The mean over statistical neighbours, each of one weight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NeighboursMean {
    /// The mean of those that are published, to one decimal.
    pub mean: Option<Milli>,
    /// How many are in the mean.
    pub n: i64,
    /// Each neighbour's, nearest first.
    pub each: Vec<(String, Option<Published>)>,
}

/// How an exact figure stands to the published one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The same, or as near as rounding lets one see.
    Agrees,
    /// Further away than rounding allows.
    Differs {
        /// Exact minus published, children.
        count: Option<i64>,
        /// Exact minus published, in the unit of the line.
        per: Option<Milli>,
        /// Exact minus published, the base.
        base: Option<i64>,
        /// Likely reasons.
        reasons: Vec<Reason>,
    },
    /// A symbol stands in its place.
    KeptBack(&'static str),
    /// No file holds it for this year.
    NotInFiles,
    /// It is not counted here, since a table or a year is not there.
    NotCounted,
}

/// One line. Holds an exact figure: no `Debug`.
pub struct Line {
    /// The mapping behind it.
    pub mapping: &'static Mapping,
    /// Id of the measure.
    pub measure: String,
    /// Title of the measure.
    pub title: String,
    /// Words for what is counted.
    pub label: String,
    /// The unit of `per`.
    pub unit: Unit,
    /// The exact figure; `None` where it is not counted here.
    pub exact: Option<Exact>,
    /// Published, this authority, this year.
    pub own: Figure,
    /// Published, this authority, the year before.
    pub year_before: Figure,
    /// Published, its region.
    pub region: Figure,
    /// Published, its statistical neighbours.
    pub neighbours: NeighboursMean,
    /// Published, England.
    pub england: Figure,
    /// How the exact figure stands to the published one.
    pub verdict: Verdict,
}

/// Sets every mapped figure beside the published ones, in the order of the framework.
pub fn compare(figures: &LocalFigures, framework: &Framework, official: &Official) -> Vec<Line> {
    MAPPINGS.iter().filter_map(|mapping| line(mapping, figures, framework, official)).collect()
}

fn line(mapping: &'static Mapping, figures: &LocalFigures, framework: &Framework, official: &Official) -> Option<Line> {
    let (at, table) = framework.tables().iter().enumerate().find(|(_, table)| table.id == mapping.local.table())?;
    let measure = framework.measure(&table.measure)?;
    let own_area = Area::Authority(official.authority().to_string());
    let year = official.year();
    let figure = |area: &Area, year| published(mapping, official, area, year);
    let own = figure(&own_area, year);
    let population = official.figure(&[POPULATION], &own_area, year).and_then(Published::number).and_then(Milli::as_whole);
    let exact = exact(mapping.local, figures, (at, table), framework, population);
    let unit = unit_of(mapping.local);
    let verdict = verdict(mapping, unit, exact.as_ref(), &own);
    let each = official.neighbours().iter().map(|code| {
        let theirs = figure(&Area::Authority(code.clone()), year);
        (code.clone(), if unit == Unit::Count { theirs.count } else { theirs.per })
    });
    Some(Line {
        mapping,
        measure: measure.id.clone(),
        title: measure.title.clone(),
        label: label(mapping.local, table, framework),
        unit,
        exact,
        year_before: figure(&own_area, year.before(1)),
        region: official.region().map(|code| figure(&Area::Region(code), year)).unwrap_or_default(),
        neighbours: mean(each.collect()),
        england: figure(&Area::England, year),
        own,
        verdict,
    })
}

fn published(mapping: &Mapping, official: &Official, area: &Area, year: shared::ids::ReportingYear) -> Figure {
    let column = |column: Column| {
        let sources: Vec<Source> = mapping.rows.iter().map(|row: &Row| row.at(column)).collect();
        if sources.is_empty() { None } else { official.sum(&sources, area, year) }
    };
    Figure {
        count: column(Column::Count).or_else(|| official.figure(mapping.counts, area, year)),
        per: column(Column::Share).or_else(|| official.figure(mapping.pers, area, year)),
        base: official.figure(mapping.bases, area, year),
    }
}

fn unit_of(local: Local) -> Unit {
    match local {
        Local::Share { .. } | Local::Group { .. } => Unit::PerCent,
        Local::Counted { .. } => Unit::Count,
        Local::Mean { .. } => Unit::Points,
        Local::Rate { .. } => Unit::Per10000,
    }
}

/// Children in the counted categories of a group, and those in its categories outside of shares.
fn counted(figures: &LocalFigures, at: usize, table: &Table, group: usize) -> (i64, i64) {
    let sum = |outside: bool| {
        let categories = table.categories.iter().enumerate().filter(|(_, category)| category.outside == outside);
        categories.map(|(c, _)| figures.exact(at, group, c)).fold(0, i64::saturating_add)
    };
    (sum(false), sum(true))
}

fn exact(
    local: Local,
    figures: &LocalFigures,
    (at, table): (usize, &Table),
    framework: &Framework,
    population: Option<i64>,
) -> Option<Exact> {
    match local {
        Local::Share { group, category, .. } => {
            let group = table.group(group)?;
            let (base, outside) = counted(figures, at, table, group);
            let count = positions(category, table, framework).iter().map(|c| figures.exact(at, group, *c)).sum();
            // nobody counted and somebody outside: a table or a year is not there
            let is_counted = base > 0 || outside == 0;
            is_counted.then_some(Exact { count: Some(count), per: Milli::ratio(count, base, 100), base: Some(base) })
        }
        Local::Counted { .. } => {
            let count = counted(figures, at, table, 0).0;
            Some(Exact { count: Some(count), per: None, base: None })
        }
        Local::Group { group, .. } => {
            let count = counted(figures, at, table, table.group(group)?).0;
            let base = (0..table.groups.len()).map(|group| counted(figures, at, table, group).0).sum();
            Some(Exact { count: Some(count), per: Milli::ratio(count, base, 100), base: Some(base) })
        }
        Local::Mean { .. } if table.kind == Kind::Mean => {
            let base = i64::try_from(figures.n_children(at, 0)).ok()?;
            let per = Milli::ratio(figures.exact(at, 0, 0), base, 1)?;
            Some(Exact { count: None, per: Some(per), base: Some(base) })
        }
        Local::Mean { .. } => None,
        Local::Rate { .. } => {
            let count = counted(figures, at, table, 0).0;
            let per = population.and_then(|population| Milli::ratio(count, population, 10_000));
            Some(Exact { count: Some(count), per, base: None })
        }
    }
}

/// Positions of a category, or of those that a view adds up.
fn positions(category: &str, table: &Table, framework: &Framework) -> Vec<usize> {
    if let Some(at) = table.category(category) {
        return vec![at];
    }
    let views = framework.measure(&table.measure).map(|measure| measure.views.as_slice()).unwrap_or_default();
    let view = views.iter().find(|view| view.id == category);
    view.map(|view| view.sum.iter().filter_map(|id| table.category(id)).collect()).unwrap_or_default()
}

/// The framework's own words for what a line counts.
fn label(local: Local, table: &Table, framework: &Framework) -> String {
    let group_of =
        |id: &str| table.group(id).and_then(|at| table.groups.get(at)).map_or(String::new(), |group| group.label.clone());
    match local {
        Local::Share { group, category, .. } => {
            let views = framework.measure(&table.measure).map(|measure| measure.views.as_slice()).unwrap_or_default();
            let of_view = views.iter().find(|view| view.id == category).map(|view| view.label.clone());
            let of_category = table.category(category).and_then(|at| table.categories.get(at)).map(|found| found.label.clone());
            let what = of_category.or(of_view).unwrap_or_default();
            if group == "total" { what } else { format!("{what}, aged {}", group_of(group)) }
        }
        Local::Counted { label, .. } => label.to_owned(),
        Local::Group { group, .. } => group_of(group),
        Local::Mean { .. } => "Average".to_owned(),
        Local::Rate { .. } => "All".to_owned(),
    }
}

fn mean(each: Vec<(String, Option<Published>)>) -> NeighboursMean {
    let numbers: Vec<Milli> = each.iter().filter_map(|(_, figure)| figure.and_then(Published::number)).collect();
    let n = i64::try_from(numbers.len()).unwrap_or(i64::MAX);
    let sum = numbers.iter().map(|number| number.0).fold(0, i64::saturating_add);
    let mean = (n > 0).then(|| Milli(sum / n.max(1)).to_one_decimal());
    NeighboursMean { mean, n, each }
}

fn verdict(mapping: &Mapping, unit: Unit, exact: Option<&Exact>, own: &Figure) -> Verdict {
    let Some(exact) = exact else { return Verdict::NotCounted };
    let is_positive = |figure: Option<Published>| figure.and_then(Published::number).is_some_and(|number| number.0 > 0);
    if exact.base == Some(0) && is_positive(own.base) {
        // nobody at all here and somebody there: a table was not read, and a difference would mean nothing
        return Verdict::NotCounted;
    }
    let whole = |figure: Option<Published>| figure.and_then(Published::number).and_then(Milli::as_whole);
    let difference = |exact: Option<i64>, published| exact.zip(whole(published)).map(|(exact, published)| exact - published);
    let (count, base) = (difference(exact.count, own.count), difference(exact.base, own.base));
    let per = exact.per.zip(own.per.and_then(Published::number)).map(|(exact, published)| Milli(exact.0 - published.0));
    if count.is_none() && per.is_none() {
        return match (own.count, own.per) {
            (Some(Published::Symbol(symbol)), _) | (_, Some(Published::Symbol(symbol))) => Verdict::KeptBack(symbol),
            _ => Verdict::NotInFiles,
        };
    }
    let per_is_off = match (per, own.per.and_then(Published::number)) {
        (Some(per), Some(published)) => per.0.abs() > rounding_of(mapping, unit, published),
        _ => false,
    };
    let count_is_off = count.is_some_and(|count| count != 0);
    let base_is_off = base.is_some_and(|base| base != 0);
    if !(count_is_off || base_is_off || count.is_none() && per_is_off) {
        return Verdict::Agrees;
    }
    let reasons = reasons(mapping, count, base, exact, per_is_off);
    Verdict::Differs {
        count: count.filter(|n| *n != 0),
        per: per.filter(|_| per_is_off),
        base: base.filter(|n| *n != 0),
        reasons,
    }
}

/// How far rounding moves a published per cent, rate or mean.
fn rounding_of(mapping: &Mapping, unit: Unit, published: Milli) -> i64 {
    let n_rounded = i64::try_from(mapping.rows.len()).unwrap_or(i64::MAX).max(1);
    match unit {
        // a mean is published to one decimal, a round one too
        Unit::Points => DECIMAL_MAY_MOVE,
        Unit::Count | Unit::PerCent | Unit::Per10000 if published.as_whole().is_none() => DECIMAL_MAY_MOVE * n_rounded,
        Unit::Count | Unit::PerCent | Unit::Per10000 => WHOLE_MAY_MOVE * n_rounded,
    }
}

/// Reasons that fit what differs: those of the population when the base does or is not known, those of the counting when the
/// base is the same or does not explain the rest.
fn reasons(mapping: &Mapping, count: Option<i64>, base: Option<i64>, exact: &Exact, per_is_off: bool) -> Vec<Reason> {
    let mut found = Vec::new();
    let population_is_off = base.is_none_or(|base| base != 0);
    if population_is_off {
        // by the base, or by the count where no base is published
        let moved = base.map_or((count, exact.count), |base| (Some(base), exact.base));
        let is_small = matches!(moved, (Some(moved), Some(size)) if moved.abs() <= (size / AMENDED_ONE_IN).max(1));
        found.push(if is_small { Reason::Amended } else { Reason::OtherReturn });
    }
    let counting_is_off = exact.base.is_some() && (base.is_none_or(|base| base == 0) || per_is_off);
    found.extend(mapping.reasons.iter().copied().filter(|reason| match reason.moves() {
        Moves::Population => population_is_off,
        Moves::Counting => counting_is_off,
    }));
    found
}

#[cfg(test)]
mod tests;
