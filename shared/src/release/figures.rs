//! The figures of every area, from its sums.

use serde::Serialize;

use super::estimates::{Estimate, Sums, estimates, float};
use super::interval::{Decimals, Interval, MEAN_WIDTH_MAX, Ratio, SHARE_WIDTH_MAX, rounded};
use super::rounding::{from_tenths, to_tenths};
use super::{Accepted, ReleaseError, facts};
use crate::framework::{Category, Framework, Kind, Measure, Table};
use crate::fuse::Margins;
use crate::ids::AuthorityId;
use crate::plan::{CohortMember, Plan};

/// Geographic level, by the labels of the open data standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Level {
    /// England.
    National,
    /// One of its regions.
    Regional,
    /// One authority: rates of the population and facts alone, since its noisy cells are public as they are.
    #[serde(rename = "Local authority")]
    Local,
}

impl Level {
    /// Its word in files.
    pub fn word(self) -> &'static str {
        match self {
            Self::National => "National",
            Self::Regional => "Regional",
            Self::Local => "Local authority",
        }
    }
}

/// An area for which figures are published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Area {
    /// Level.
    pub level: Level,
    /// ONS code.
    pub code: String,
    /// Name.
    pub name: String,
    /// The authority that it is.
    pub authority: Option<AuthorityId>,
    /// Code of the region that an authority lies in.
    pub region: Option<String>,
}

/// What a figure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Number of children or young people.
    Count,
    /// Percentage of the counted, 0 to 100.
    Share,
    /// Average amount, in the measure's unit.
    Mean,
    /// Number of children per 10,000 children aged 0 to 17 who live there.
    Rate,
    /// Number of authorities that gave an answer.
    Authorities,
}

impl What {
    /// Its word in files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Share => "share",
            Self::Mean => "mean",
            Self::Rate => "rate",
            Self::Authorities => "authorities",
        }
    }
}

/// What a figure's category is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FigureKind {
    /// One answer of the counted ones; they exclude each other and add up to the base.
    Category,
    /// One answer outside the counted ones: coverage.
    Outside,
    /// A sum of categories.
    Sum,
    /// All counted.
    Base,
    /// An average.
    Mean,
    /// One answer of authorities about themselves.
    Fact,
}

impl FigureKind {
    /// Its word in files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Category => "category",
            Self::Outside => "outside",
            Self::Sum => "sum",
            Self::Base => "base",
            Self::Mean => "mean",
            Self::Fact => "fact",
        }
    }
}

/// Children aged 0 to 17 that a rate is per.
const RATE_PER: f64 = 10_000.0;
/// What stands in place of a block where no noise was added.
pub(super) const NO_BLOCK: &str = "none";

/// One published figure with its interval.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// Table, `B1.total`; of a fact the measure, `S1`.
    pub id: String,
    /// Id of the measure.
    pub measure: String,
    /// Id of the breakdown.
    pub breakdown: String,
    /// Code of the area.
    pub area_code: String,
    /// Name of the area.
    pub area: String,
    /// Code of the authority, where the area is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authority: Option<AuthorityId>,
    /// Code of the region that an authority lies in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Level of the area.
    pub level: Level,
    /// Id of the group.
    pub group: String,
    /// Id of the category or view; `base` for all counted; `mean` for a mean.
    pub category: String,
    /// Words for the category.
    pub label: String,
    /// What the category is.
    pub kind: FigureKind,
    /// What it is.
    pub what: What,
    /// The figure; `None` when noise leaves nothing to say (`u`), or when no authority of the area took part (`x`).
    pub value: Option<f64>,
    /// Of a count: the estimate behind it, unrounded, in children.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unrounded: Option<f64>,
    /// Of a count: the sum of its own noisy cells as they were drawn, in children, before tables were put together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub noisy: Option<f64>,
    /// Lower end of the 95 % interval; none of a fact, which is exact.
    pub low: Option<f64>,
    /// Upper end of the 95 % interval.
    pub high: Option<f64>,
    /// Block whose noise the interval covers; `none` of a fact.
    pub block: String,
    /// Authorities in the sum.
    pub authorities: u64,
}

/// All figures: England first, then its regions by code, then the authorities that took part.
pub(super) fn all(framework: &Framework, plan: &Plan, accepted: &[&Accepted]) -> Result<Vec<Figure>, ReleaseError> {
    let margins = Margins::of(framework);
    let estimates = estimates(framework, plan, &margins, accepted)?;
    let scene = Scene { framework, plan, margins: &margins, accepted, estimates: &estimates };
    let [england, regions, locals] = [Level::National, Level::Regional, Level::Local].map(|level| areas(plan, level));
    let regional: Vec<Sums> = regions.iter().map(|region| scene.region(region)).collect();
    let national = Sums::over_all(framework, &margins, &estimates.iter().collect::<Vec<_>>(), &regional);
    let mut figures = Vec::new();
    for (area, sums) in england.iter().zip([&national]).chain(regions.iter().zip(&regional)) {
        scene.figures(area, sums, &mut figures)?;
    }
    for area in &locals {
        if let Some((_, estimate)) = scene.members(area).next() {
            scene.figures(area, &Sums::of_one(framework, &margins, estimate), &mut figures)?;
        }
    }
    Ok(figures)
}

/// Everything that figures are made of.
struct Scene<'a> {
    framework: &'a Framework,
    plan: &'a Plan,
    margins: &'a Margins,
    accepted: &'a [&'a Accepted],
    estimates: &'a [Estimate],
}

impl<'a> Scene<'a> {
    /// Who took part in an area.
    fn members(&self, area: &Area) -> impl Iterator<Item = (&'a Accepted, &'a Estimate)> {
        let all = self.accepted.iter().copied().zip(self.estimates);
        all.filter(|(accepted, _)| is_inside(self.plan, accepted, area))
    }

    /// The sums of a region, whose totals are the sums of those that are published of its authorities.
    fn region(&self, region: &Area) -> Sums {
        let members: Vec<&Estimate> = self.members(region).map(|(_, estimate)| estimate).collect();
        let told = self.framework.tables().iter().enumerate().filter(|(_, table)| has_rate(self.framework, table));
        // such a table has one cell
        let total = |(at, table): (usize, &Table)| {
            let tenths = members.iter().map(|one| to_tenths(one.cells[table.first_cell])).sum();
            (self.margins.shared(at).total, tenths)
        };
        Sums::over(self.framework, self.margins, &members, &told.map(total).collect::<Vec<_>>())
    }

    fn figures(&self, area: &Area, sums: &Sums, out: &mut Vec<Figure>) -> Result<(), ReleaseError> {
        let (framework, plan) = (self.framework, self.plan);
        let members: Vec<&Accepted> = self.members(area).map(|(accepted, _)| accepted).collect();
        let authorities = u64::try_from(members.len()).map_err(|_| ReleaseError::Overflow)?;
        let population = population_of(plan, &members)?;
        for (at, table) in framework.tables().iter().enumerate() {
            if area.level == Level::Local && !has_rate(framework, table) {
                continue;
            }
            let measure = framework.measure(&table.measure).expect("a table's measure is in the framework");
            let block = &plan.place(framework, &table.id).expect("a checked plan places every table").block.name;
            let source = Source { framework, area, authorities, population, sums, at, table, measure, block };
            match table.kind {
                Kind::Share => source.shares(out),
                Kind::Mean => source.means(out),
                // it has no table
                Kind::Fact => {}
            }
        }
        out.extend(facts::of_area(framework, area, &members)?);
        Ok(())
    }
}

/// Whether a table's counts are published as rates too: the total of a measure that says so.
fn has_rate(framework: &Framework, table: &Table) -> bool {
    table.breakdown == "total" && framework.measure(&table.measure).is_some_and(|m| m.rate)
}

/// The areas of a level, by code.
fn areas(plan: &Plan, level: Level) -> Vec<Area> {
    let cohort = &plan.body().cohort;
    let area = |code: &str, name: &str| Area { level, code: code.into(), name: name.into(), authority: None, region: None };
    let local =
        |m: &CohortMember| Area { authority: Some(m.authority), region: Some(m.region.clone()), ..area(&m.ons_code, &m.name) };
    match level {
        Level::National => vec![area("E92000001", "England")],
        Level::Regional => cohort.regions.iter().map(|r| area(&r.code, &r.name)).collect(),
        Level::Local => cohort.members.iter().map(local).collect(),
    }
}

fn is_inside(plan: &Plan, accepted: &Accepted, area: &Area) -> bool {
    match area.level {
        Level::National => true,
        Level::Regional => plan.member(accepted.authority).is_some_and(|m| m.region == area.code),
        Level::Local => area.authority == Some(accepted.authority),
    }
}

/// Children aged 0 to 17 who live where these authorities are; none when the plan names no estimate.
pub(super) fn population_of(plan: &Plan, members: &[&Accepted]) -> Result<Option<u64>, ReleaseError> {
    if plan.body().cohort.population.is_none() {
        return Ok(None);
    }
    let of = |a: &&Accepted| plan.member(a.authority).and_then(|m| m.population_0_17);
    let sum = members.iter().filter_map(of).try_fold(0, u64::checked_add);
    sum.map(Some).ok_or(ReleaseError::Overflow)
}

/// One line to publish: a category, a view or the base, as a sum of cells of one group.
struct Line<'a> {
    category: &'a str,
    label: &'a str,
    kind: FigureKind,
    /// Places of its categories in the table.
    categories: Vec<usize>,
    has_share: bool,
}

struct Source<'a> {
    framework: &'a Framework,
    area: &'a Area,
    authorities: u64,
    /// Children aged 0 to 17 who live where the authorities in the sum are, when the plan knows.
    population: Option<u64>,
    sums: &'a Sums,
    /// Place of the table in the framework.
    at: usize,
    table: &'a Table,
    measure: &'a Measure,
    block: &'a str,
}

impl Source<'_> {
    fn shares(&self, out: &mut Vec<Figure>) {
        let counted = counted(self.table);
        for group in 0..self.table.groups.len() {
            for line in self.lines(&counted) {
                let own = &line.categories;
                let count = Interval::gaussian(self.total(&self.sums.cells, group, own), self.covariance(group, own, own));
                let readable = from_tenths(self.total(&self.sums.tenths, group, own));
                let figure = self.figure(group, &line, What::Count, Some(count), Decimals::One);
                // where nobody took part nothing is known: absent is absent, never zero
                let known = |x: f64| (self.authorities > 0).then_some(x);
                out.push(Figure {
                    value: known(readable),
                    unrounded: known(count.value),
                    noisy: known(self.total(&self.sums.noisy, group, own)),
                    ..figure
                });
                if let Some(factor) = self.rate_factor() {
                    out.push(self.figure(group, &line, What::Rate, Some(count.scaled(0.0, factor)), Decimals::One));
                }
                if line.has_share {
                    let share = self.share(group, own, &counted);
                    out.push(self.figure(group, &line, What::Share, share.map(|s| s.scaled(0.0, 100.0)), Decimals::Four));
                }
            }
        }
    }

    /// What a count is multiplied with to become a rate; none where no rate is published or nobody lives.
    fn rate_factor(&self) -> Option<f64> {
        let population = self.population.filter(|_| has_rate(self.framework, self.table))?;
        // an area without authorities has a rate that is not available, not none at all
        Some(RATE_PER / float(population.max(1)))
    }

    fn means(&self, out: &mut Vec<Figure>) {
        let base = self.measure.count_from.as_ref().map(|m| format!("{m}.{}", self.table.breakdown));
        let is_base = |t: &Table| Some(&t.id) == base.as_ref();
        let at = self.framework.tables().iter().position(is_base).expect("a checked mean has its count's table");
        let base = Source { at, table: &self.framework.tables()[at], ..*self };
        let whole = counted(base.table);
        for group in 0..self.table.groups.len() {
            let ratio = Ratio {
                numerator: self.total(&self.sums.cells, group, &[0]),
                denominator: base.total(&self.sums.cells, group, &whole),
                var_numerator: self.covariance(group, &[0], &[0]),
                var_denominator: base.covariance(group, &whole, &whole),
                // sums and counts share no margin, and so no noise
                covariance: 0.0,
            };
            let [low, high] = self.measure.bounds.expect("a checked mean has bounds");
            let narrow = |i: &Interval| i.high - i.low <= MEAN_WIDTH_MAX * f64::from(high - low);
            let mean = ratio.fieller().filter(narrow).map(|i| i.scaled(f64::from(self.measure.centre()), 1.0));
            let (category, label) = ("mean", &self.measure.title);
            let line = Line { category, label, kind: FigureKind::Mean, categories: vec![0], has_share: false };
            out.push(self.figure(group, &line, What::Mean, mean, Decimals::Four));
        }
    }

    /// Categories, then views, then the base. A table of one counted category has counts alone.
    fn lines<'a>(&'a self, counted: &[usize]) -> Vec<Line<'a>> {
        let shared = counted.len() > 1;
        let position = |id: &String| self.table.category(id).expect("a checked view names categories");
        let category = |(i, c): (usize, &'a Category)| Line {
            category: &c.id,
            label: &c.label,
            kind: if c.outside { FigureKind::Outside } else { FigureKind::Category },
            categories: vec![i],
            has_share: shared && !c.outside,
        };
        let mut lines: Vec<Line> = self.table.categories.iter().enumerate().map(category).collect();
        lines.extend(self.measure.views.iter().map(|v| Line {
            category: &v.id,
            label: &v.label,
            kind: FigureKind::Sum,
            categories: v.sum.iter().map(position).collect(),
            has_share: shared,
        }));
        if shared {
            let (category, label) = ("base", "All counted");
            lines.push(Line { category, label, kind: FigureKind::Base, categories: counted.to_vec(), has_share: false });
        }
        lines
    }

    fn total(&self, cells: &[f64], group: usize, categories: &[usize]) -> f64 {
        categories.iter().map(|k| cells[self.table.cell(group, *k)]).sum()
    }
    fn covariance(&self, group: usize, a: &[usize], b: &[usize]) -> f64 {
        self.sums.parts.covariance(self.at, group, a, b)
    }

    fn share(&self, group: usize, part: &[usize], whole: &[usize]) -> Option<Interval> {
        let ratio = Ratio {
            numerator: self.total(&self.sums.cells, group, part),
            denominator: self.total(&self.sums.cells, group, whole),
            var_numerator: self.covariance(group, part, part),
            var_denominator: self.covariance(group, whole, whole),
            covariance: self.covariance(group, part, whole),
        };
        ratio.fieller().filter(|i| i.high - i.low <= SHARE_WIDTH_MAX)
    }

    fn figure(&self, group: usize, line: &Line, what: What, interval: Option<Interval>, decimals: Decimals) -> Figure {
        // where nobody took part nothing is known: absent is absent, never zero
        let interval = interval.filter(|_| self.authorities > 0);
        let at = |f: fn(Interval) -> f64| interval.map(|i| rounded(f(i), decimals));
        Figure {
            id: self.table.id.clone(),
            measure: self.table.measure.clone(),
            breakdown: self.table.breakdown.clone(),
            area_code: self.area.code.clone(),
            area: self.area.name.clone(),
            authority: self.area.authority,
            region: self.area.region.clone(),
            level: self.area.level,
            group: self.table.groups[group].id.clone(),
            category: line.category.to_owned(),
            label: line.label.to_owned(),
            kind: line.kind,
            what,
            value: at(|i| i.value),
            unrounded: None,
            noisy: None,
            low: at(|i| i.low),
            high: at(|i| i.high),
            block: self.block.to_owned(),
            authorities: self.authorities,
        }
    }
}

/// Places of the counted categories of a table.
fn counted(table: &Table) -> Vec<usize> {
    table.categories.iter().enumerate().filter(|(_, c)| !c.outside).map(|(i, _)| i).collect()
}
