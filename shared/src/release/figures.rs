//! Sums over authorities and the figures that follow from them.

use serde::Serialize;

use super::interval::{Decimals, Interval, MEAN_WIDTH_MAX, Ratio, SHARE_WIDTH_MAX, rounded};
use super::{Accepted, ReleaseError, facts};
use crate::framework::{Category, Framework, Kind, Measure, Table};
use crate::ids::AuthorityId;
use crate::plan::{CohortMember, Place, Plan};

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
    /// Lower end of the 95 % interval; none of a fact, which is exact.
    pub low: Option<f64>,
    /// Upper end of the 95 % interval.
    pub high: Option<f64>,
    /// Block whose noise the interval covers; `none` of a fact.
    pub block: String,
    /// Authorities in the sum.
    pub authorities: u64,
}

/// Sums of one area: children, or amounts, for every cell of the layout, with their variance.
struct Sums {
    area: Area,
    authorities: u64,
    /// Children aged 0 to 17 who live where the authorities in the sum are, when the plan knows.
    population: Option<u64>,
    cells: Vec<f64>,
    variances: Vec<f64>,
}

/// Where the cells of each table lie in a submission, found once for all areas.
struct Places<'a> {
    framework: &'a Framework,
    of_table: Vec<Place<'a>>,
}

impl<'a> Places<'a> {
    fn of(framework: &'a Framework, plan: &'a Plan) -> Self {
        let place = |t: &Table| plan.place(framework, &t.id).expect("a checked plan places every table");
        Self { framework, of_table: framework.tables().iter().map(place).collect() }
    }
    fn tables(&self) -> impl Iterator<Item = (&'a Table, Place<'a>)> + '_ {
        self.framework.tables().iter().zip(self.of_table.iter().copied())
    }
}

/// All figures: England first, then its regions by code, then the authorities that took part.
pub(super) fn all(framework: &Framework, plan: &Plan, accepted: &[&Accepted]) -> Result<Vec<Figure>, ReleaseError> {
    let mut figures = Vec::new();
    let places = Places::of(framework, plan);
    for area in areas(plan) {
        let members: Vec<&Accepted> = accepted.iter().copied().filter(|a| is_inside(plan, a, &area)).collect();
        if area.level == Level::Local && members.is_empty() {
            continue;
        }
        let is_told = |table: &Table| area.level != Level::Local || has_rate(framework, table);
        let sums = sums(&places, plan, &members, area.clone(), is_told)?;
        for (table, place) in places.tables().filter(|(table, _)| is_told(table)) {
            let measure = framework.measure(&table.measure).expect("a table's measure is in the framework");
            let source = Source { framework, sums: &sums, table, measure, block: &place.block.name };
            match table.kind {
                Kind::Share => source.shares(&mut figures),
                Kind::Mean => source.means(&mut figures),
                // it has no table
                Kind::Fact => {}
            }
        }
        figures.extend(facts::of_area(framework, &area, &members)?);
    }
    Ok(figures)
}

/// Whether a table's counts are published as rates too: the total of a measure that says so.
fn has_rate(framework: &Framework, table: &Table) -> bool {
    table.breakdown == "total" && framework.measure(&table.measure).is_some_and(|m| m.rate)
}

fn areas(plan: &Plan) -> Vec<Area> {
    let cohort = &plan.body().cohort;
    let area =
        |level, code: &str, name: &str| Area { level, code: code.into(), name: name.into(), authority: None, region: None };
    let england = area(Level::National, "E92000001", "England");
    let region = |r: &crate::plan::Region| area(Level::Regional, &r.code, &r.name);
    let local = |m: &CohortMember| Area {
        authority: Some(m.authority),
        region: Some(m.region.clone()),
        ..area(Level::Local, &m.ons_code, &m.name)
    };
    std::iter::once(england).chain(cohort.regions.iter().map(region)).chain(cohort.members.iter().map(local)).collect()
}

fn is_inside(plan: &Plan, accepted: &Accepted, area: &Area) -> bool {
    match area.level {
        Level::National => true,
        Level::Regional => plan.member(accepted.authority).is_some_and(|m| m.region == area.code),
        Level::Local => area.authority == Some(accepted.authority),
    }
}

fn sums(
    places: &Places<'_>,
    plan: &Plan,
    members: &[&Accepted],
    area: Area,
    is_told: impl Fn(&Table) -> bool,
) -> Result<Sums, ReleaseError> {
    let authorities = u64::try_from(members.len()).map_err(|_| ReleaseError::Overflow)?;
    let n_cells = places.framework.n_cells();
    let (mut cells, mut variances) = (vec![0.0; n_cells], vec![0.0; n_cells]);
    for (table, place) in places.tables().filter(|(table, _)| is_told(table)) {
        let index = usize::try_from(place.block.index).map_err(|_| ReleaseError::Overflow)?;
        let mut words = vec![0_i64; table.n_cells()];
        for member in members {
            let from = &member.submission.blocks[index].cells.0[place.first_cell..place.first_cell + table.n_cells()];
            for (sum, word) in words.iter_mut().zip(from) {
                *sum = i64::checked_add(*sum, *word).ok_or(ReleaseError::Overflow)?;
            }
        }
        let of_table = table.first_cell..table.first_cell + table.n_cells();
        for (cell, word) in cells[of_table.clone()].iter_mut().zip(words) {
            *cell = float_word(word) / f64::from(place.unit);
        }
        variances[of_table].fill(members.iter().map(|m| place.variance(m.submission.kind.draw())).sum());
    }
    let population = population_of(plan, members)?;
    Ok(Sums { area, authorities, population, cells, variances })
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

fn float(n: u64) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

/// A word as a float. Exact below 2^53, and a cell's sum is far below.
fn float_word(n: i64) -> f64 {
    let (high, low) = (n >> 32, n & 0xffff_ffff);
    let high = f64::from(i32::try_from(high).expect("32 bits"));
    high * 4_294_967_296.0 + f64::from(u32::try_from(low).expect("32 bits"))
}

/// One line to publish: a category, a view or the base, as a sum of cells of one group.
struct Line<'a> {
    category: &'a str,
    label: &'a str,
    kind: FigureKind,
    cells: Vec<usize>,
    has_share: bool,
}

struct Source<'a> {
    framework: &'a Framework,
    sums: &'a Sums,
    table: &'a Table,
    measure: &'a Measure,
    block: &'a str,
}

impl Source<'_> {
    fn shares(&self, out: &mut Vec<Figure>) {
        for group in 0..self.table.groups.len() {
            let counted = self.counted(self.table, group);
            for line in self.lines(group, &counted) {
                let count = Interval::gaussian(self.total(&line.cells), self.variance(&line.cells));
                out.push(self.figure(group, &line, What::Count, Some(count), Decimals::One));
                if let Some(factor) = self.rate_factor() {
                    out.push(self.figure(group, &line, What::Rate, Some(count.scaled(0.0, factor)), Decimals::One));
                }
                if line.has_share {
                    let share = self.share(&line.cells, &counted);
                    out.push(self.figure(group, &line, What::Share, share.map(|s| s.scaled(0.0, 100.0)), Decimals::Four));
                }
            }
        }
    }

    /// What a count is multiplied with to become a rate; none where no rate is published or nobody lives.
    fn rate_factor(&self) -> Option<f64> {
        let population = self.sums.population.filter(|_| has_rate(self.framework, self.table))?;
        // an area without authorities has a rate that is not available, not none at all
        Some(RATE_PER / float(population.max(1)))
    }

    fn means(&self, out: &mut Vec<Figure>) {
        let base = self.measure.count_from.as_ref().map(|m| format!("{m}.{}", self.table.breakdown));
        let base = base.and_then(|id| self.framework.table(&id)).expect("a checked mean has its count's table");
        for group in 0..self.table.groups.len() {
            let counted = self.counted(base, group);
            let sum = self.table.cell(group, 0);
            let ratio = Ratio {
                numerator: self.sums.cells[sum],
                denominator: self.total(&counted),
                var_numerator: self.sums.variances[sum],
                var_denominator: self.variance(&counted),
                covariance: 0.0,
            };
            let [low, high] = self.measure.bounds.expect("a checked mean has bounds");
            let narrow = |i: &Interval| i.high - i.low <= MEAN_WIDTH_MAX * f64::from(high - low);
            let mean = ratio.fieller().filter(narrow).map(|i| i.scaled(f64::from(self.measure.centre()), 1.0));
            let line =
                Line { category: "mean", label: &self.measure.title, kind: FigureKind::Mean, cells: vec![sum], has_share: false };
            out.push(self.figure(group, &line, What::Mean, mean, Decimals::Four));
        }
    }

    fn counted(&self, table: &Table, group: usize) -> Vec<usize> {
        let counted = table.categories.iter().enumerate().filter(|(_, c)| !c.outside);
        counted.map(|(i, _)| table.cell(group, i)).collect()
    }

    /// Categories, then views, then the base. A table of one counted category has counts alone.
    fn lines<'a>(&'a self, group: usize, counted: &[usize]) -> Vec<Line<'a>> {
        let shared = counted.len() > 1;
        let position = |id: &String| self.table.category(id).expect("a checked view names categories");
        let category = |(i, c): (usize, &'a Category)| Line {
            category: &c.id,
            label: &c.label,
            kind: if c.outside { FigureKind::Outside } else { FigureKind::Category },
            cells: vec![self.table.cell(group, i)],
            has_share: shared && !c.outside,
        };
        let mut lines: Vec<Line> = self.table.categories.iter().enumerate().map(category).collect();
        lines.extend(self.measure.views.iter().map(|v| Line {
            category: &v.id,
            label: &v.label,
            kind: FigureKind::Sum,
            cells: v.sum.iter().map(|id| self.table.cell(group, position(id))).collect(),
            has_share: shared,
        }));
        if shared {
            let (category, label) = ("base", "All counted");
            lines.push(Line { category, label, kind: FigureKind::Base, cells: counted.to_vec(), has_share: false });
        }
        lines
    }

    fn total(&self, cells: &[usize]) -> f64 {
        cells.iter().map(|c| self.sums.cells[*c]).sum()
    }
    fn variance(&self, cells: &[usize]) -> f64 {
        cells.iter().map(|c| self.sums.variances[*c]).sum()
    }

    /// The part is inside the whole, so their covariance is the part's variance.
    fn share(&self, part: &[usize], whole: &[usize]) -> Option<Interval> {
        let ratio = Ratio {
            numerator: self.total(part),
            denominator: self.total(whole),
            var_numerator: self.variance(part),
            var_denominator: self.variance(whole),
            covariance: self.variance(part),
        };
        ratio.fieller().filter(|i| i.high - i.low <= SHARE_WIDTH_MAX)
    }

    fn figure(&self, group: usize, line: &Line, what: What, interval: Option<Interval>, decimals: Decimals) -> Figure {
        // where nobody took part nothing is known: absent is absent, never zero
        let interval = interval.filter(|_| self.sums.authorities > 0);
        let at = |f: fn(Interval) -> f64| interval.map(|i| rounded(f(i), decimals));
        Figure {
            id: self.table.id.clone(),
            measure: self.table.measure.clone(),
            breakdown: self.table.breakdown.clone(),
            area_code: self.sums.area.code.clone(),
            area: self.sums.area.name.clone(),
            authority: self.sums.area.authority,
            region: self.sums.area.region.clone(),
            level: self.sums.area.level,
            group: self.table.groups[group].id.clone(),
            category: line.category.to_owned(),
            label: line.label.to_owned(),
            kind: line.kind,
            what,
            value: at(|i| i.value),
            low: at(|i| i.low),
            high: at(|i| i.high),
            block: self.block.to_owned(),
            authorities: self.sums.authorities,
        }
    }
}
