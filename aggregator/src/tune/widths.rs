//! Expected 95 % half widths of figures, before anything is drawn: what a plan would let be said.
//!
//! From the variances of the fused estimates ([`Margins`]) and the expected sizes and shares: a count's half width is the
//! normal quantile times its standard deviation; a share's and a mean's is that of the delta method, which Fieller's set
//! approaches where the denominator's noise is small, as it must be for a figure worth planning for.

use shared::framework::{Framework, Kind, Measure, Table, Tier};
use shared::fuse::{Margins, Parts};

use super::expected::{Expected, Size};
use super::places::{Area, Places, median};

/// The 97.5 % quantile of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;
/// Widest half width of a headline share over England, in percentage points.
pub const SHARE_HALF_WIDTH_MAX: f64 = 1.0;
/// Widest half width over England of the mean whose children a headline measure counts, in the mean's unit: points of the
/// strengths and difficulties questionnaire.
pub const MEAN_HALF_WIDTH_MAX: f64 = 0.3;

/// One number at each level: England, the median region, the median authority.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Levels {
    /// Over all authorities that are asked.
    pub england: f64,
    /// Of the median region.
    pub region: f64,
    /// Of the median authority.
    pub authority: f64,
}

/// The widest figure of one table whose size is known.
#[derive(Clone, Debug)]
pub struct Widest {
    /// Which group.
    pub group: String,
    /// Which category or view; `mean` of a mean.
    pub what: String,
    /// Half widths: percentage points of a share, the unit of a mean, per cent of a count.
    pub half: Levels,
    /// Over how many children all over England.
    pub size: Size,
}

/// What is expected of one table.
#[derive(Clone, Debug)]
pub struct Forecast {
    /// Its id.
    pub table: String,
    /// Half width of one cell: children, or the unit of a mean's sum.
    pub cell: Levels,
    /// The widest figure among the groups whose size is known.
    pub widest: Option<Widest>,
    /// Groups whose size no official figure says.
    pub n_unknown: usize,
    /// How many children one group must count for the limit of a headline figure to hold over England.
    pub needs: f64,
}

/// A headline figure that is held to a limit.
#[derive(Clone, Debug)]
pub struct Limited {
    /// Its table.
    pub table: String,
    /// Its widest category or view; `mean` of a mean.
    pub what: String,
    /// Expected half width over England.
    pub half: f64,
    /// The limit, in the same unit.
    pub limit: f64,
    /// The unit.
    pub unit: &'static str,
    /// Over how many children in the areas that are asked.
    pub size: Size,
}

impl Limited {
    /// Whether it is within its limit.
    pub fn holds(&self) -> bool {
        self.half <= self.limit
    }
    /// In a few words.
    pub fn words(&self) -> String {
        let Self { table, what, half, limit, unit, size } = self;
        let at_least = if size.at_least { "at least " } else { "" };
        format!("{table} {what} {half:.2} {unit} of {at_least}{:.0} children, limit {limit}", size.children)
    }
}

/// All that widths follow from.
pub struct Widths<'a> {
    framework: &'a Framework,
    parts: Parts,
    expected: &'a Expected,
    places: &'a Places,
}

/// One figure of a group: its name, and the square of its half width times its size, for one authority.
struct Line {
    what: String,
    squared: f64,
}

impl<'a> Widths<'a> {
    /// From the variance of the noise in one cell of each table, of one authority.
    pub fn of(
        framework: &'a Framework,
        margins: &Margins,
        variances: &[f64],
        expected: &'a Expected,
        places: &'a Places,
    ) -> Self {
        Self { framework, parts: margins.parts(variances), expected, places }
    }

    /// Every table, in layout order.
    pub fn forecasts(&self) -> Vec<Forecast> {
        (0..self.framework.tables().len()).map(|t| self.forecast(t)).collect()
    }

    fn forecast(&self, t: usize) -> Forecast {
        let table = &self.framework.tables()[t];
        let sd = self.parts.cell_variance(t).sqrt();
        let (mut widest, mut n_unknown): (Option<Widest>, usize) = (None, 0);
        for (g, group) in table.groups.iter().enumerate() {
            let Some(size) = self.expected.size(self.framework, table, g).filter(|s| s.children > 0.0) else {
                n_unknown += 1;
                continue;
            };
            let line = self.widest_line(t, g);
            let half = self.levels(|area| (line.squared * area.authorities).sqrt() / (size.children * area.part));
            if widest.as_ref().is_none_or(|w| half.england > w.half.england) {
                widest = Some(Widest { group: group.id.clone(), what: line.what, half, size });
            }
        }
        let needs = self.widest_line(t, 0).squared;
        let needs = (needs * self.places.england.authorities).sqrt() / (limit(table).0 * self.places.england.part);
        let cell = self.levels(|area| Z * sd * area.authorities.sqrt());
        Forecast { table: table.id.clone(), cell, widest, n_unknown, needs }
    }

    fn levels(&self, half: impl Fn(&Area) -> f64) -> Levels {
        let of = |areas: &[Area]| median(areas.iter().map(&half).collect()).unwrap_or(f64::INFINITY);
        Levels { england: half(&self.places.england), region: of(&self.places.regions), authority: of(&self.places.authorities) }
    }

    /// Every headline figure whose size is known: the totals of headline measures, and the means that count their children.
    pub fn limited(&self) -> Vec<Limited> {
        let england = self.places.england;
        let is_limited = |t: &usize| is_limited(self.framework, &self.framework.tables()[*t]);
        let limited = |t: usize| {
            let table = &self.framework.tables()[t];
            let mut size = self.expected.size(self.framework, table, 0)?;
            size.children *= england.part;
            let line = self.widest_line(t, 0);
            let half = (line.squared * england.authorities).sqrt() / size.children;
            let (limit, unit) = limit(table);
            Some(Limited { table: table.id.clone(), what: line.what, half, limit, unit, size })
        };
        (0..self.framework.tables().len()).filter(is_limited).filter_map(limited).collect()
    }

    fn widest_line(&self, t: usize, group: usize) -> Line {
        let table = &self.framework.tables()[t];
        let measure = self.framework.measure(&table.measure).expect("a table's measure is in its framework");
        let lines = match table.kind {
            Kind::Share => self.shares(t, group, measure),
            // a fact has no table
            Kind::Mean | Kind::Fact => vec![self.mean(t, group, measure)],
        };
        let none = Line { what: String::new(), squared: 0.0 };
        lines.into_iter().max_by(|a, b| a.squared.total_cmp(&b.squared)).unwrap_or(none)
    }

    /// Categories and views of a table; of a table of one counted category its count, in per cent of itself.
    fn shares(&self, t: usize, group: usize, measure: &Measure) -> Vec<Line> {
        let table = &self.framework.tables()[t];
        let whole: Vec<usize> = counted(table);
        let variance = |a: &[usize], b: &[usize]| self.parts.covariance(t, group, a, b);
        let hundred = 100.0 * Z;
        if let [only] = whole[..] {
            let what = table.categories[only].id.clone();
            return vec![Line { what, squared: hundred * hundred * variance(&whole, &whole) }];
        }
        let categories = whole.iter().map(|&k| (table.categories[k].id.as_str(), vec![k]));
        let views = measure.views.iter().map(|view| {
            let position = |id: &String| table.category(id).expect("a checked view names categories");
            (view.id.as_str(), view.sum.iter().map(position).collect())
        });
        let line = |(what, part): (&str, Vec<usize>)| {
            let at = |p: f64| variance(&part, &part) - 2.0 * p * variance(&part, &whole) + p * p * variance(&whole, &whole);
            // convex in the share: where only its limits are known, the worst is at one of them
            let (low, high) = self.share_limits(t, group, what, &part);
            let squared = at(low).max(at(high));
            Line { what: what.to_owned(), squared: hundred * hundred * squared.max(0.0) }
        };
        categories.chain(views).map(line).collect()
    }

    /// Between what a share must lie: the published one, or what the published shares of the other answers leave.
    fn share_limits(&self, t: usize, group: usize, what: &str, part: &[usize]) -> (f64, f64) {
        let table = &self.framework.tables()[t];
        let known = |id: &str| self.expected.share(self.framework, table, group, id);
        if let Some(share) = known(what) {
            return (share, share);
        }
        let others: Vec<Option<f64>> =
            counted(table).into_iter().filter(|k| !part.contains(k)).map(|k| known(&table.categories[k].id)).collect();
        let left = (1.0 - others.iter().flatten().sum::<f64>()).clamp(0.0, 1.0);
        if others.iter().all(Option::is_some) { (left, left) } else { (0.0, left) }
    }

    /// A mean; where it is not known, it is taken to lie at the end of its bounds, where noise in the number of children
    /// counts most.
    fn mean(&self, t: usize, group: usize, measure: &Measure) -> Line {
        let table = &self.framework.tables()[t];
        let centred = match self.expected.mean(table, group) {
            Some(mean) => mean - f64::from(measure.centre()),
            None => f64::from(measure.contribution_max()),
        };
        let by = |from: &String| format!("{from}.{}", table.breakdown);
        let of = measure.count_from.as_ref().map(by);
        let counts = of.and_then(|id| self.framework.tables().iter().position(|t| t.id == id));
        let count_variance = counts.map_or(0.0, |counts| {
            let whole = counted(&self.framework.tables()[counts]);
            self.parts.covariance(counts, group, &whole, &whole)
        });
        let variance = self.parts.cell_variance(t) + centred * centred * count_variance;
        Line { what: "mean".to_owned(), squared: Z * Z * variance }
    }
}

/// Whether a table's figure is held to a limit: the total of a headline measure, or of the mean over its children.
pub fn is_limited(framework: &Framework, table: &Table) -> bool {
    let is_headline = |id: &String| framework.measure(id).is_some_and(|m| m.tier == Tier::Headline);
    let counted = framework.measure(&table.measure).and_then(|m| m.count_from.clone());
    table.breakdown == "total" && (is_headline(&table.measure) || counted.as_ref().is_some_and(is_headline))
}

/// The widest half width that a headline figure may have, and its unit.
fn limit(table: &Table) -> (f64, &'static str) {
    match table.kind {
        Kind::Share => (SHARE_HALF_WIDTH_MAX, "percentage points"),
        Kind::Mean | Kind::Fact => (MEAN_HALF_WIDTH_MAX, "points"),
    }
}

fn counted(table: &Table) -> Vec<usize> {
    table.categories.iter().enumerate().filter(|(_, c)| !c.outside).map(|(k, _)| k).collect()
}
