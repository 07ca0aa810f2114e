//! England's published figures, from `config/published.toml`, and how near to each a made-up nation must come.

use serde::Deserialize;

/// The facts, compiled in.
const TEXT: &str = include_str!("../../../config/published.toml");

/// Points that a share may differ, and where fewer children than [`FEW`] are published.
const POINTS: (f64, f64) = (1.5, 3.0);
/// Children of a base from which on the narrower bound holds.
const FEW: u32 = 5000;
/// What a mean may differ over all children, and over those of one age.
const MEAN: (f64, f64) = (0.3, 0.5);
/// Share by which a number of children or events may differ.
const COUNT: f64 = 0.02;
/// Share by which a mean number of days or events may differ. Only the generator has such figures.
const PER_CHILD: f64 = 0.05;

/// How a value is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Per cent of the base.
    Percent,
    /// Mean over the base.
    Mean,
    /// A number of children.
    Children,
    /// A number of events.
    Events,
    /// A mean number of days.
    Days,
    /// A mean number of events for each child.
    #[serde(rename = "events each")]
    EventsEach,
}

/// A published figure of a measure.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// Measure of the framework.
    pub measure: String,
    /// Category, view, `mean` or `children`.
    pub what: String,
    /// `total`, or breakdown and group with a stroke between them.
    pub group: String,
    /// Reporting year.
    pub year: i16,
    /// The value.
    pub value: f64,
    /// How it is to be read.
    pub unit: Unit,
    /// Children in the base.
    #[serde(default)]
    pub of: Option<u32>,
    /// Where it is published.
    pub source: String,
    /// Why the made-up councils miss it, where they are known to.
    #[serde(default)]
    pub missed: Option<String>,
}

/// A published figure that no measure counts.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfGenerator {
    /// What it is.
    pub says: String,
    /// Counter of the generator's profile.
    pub key: String,
    /// Counter of the base.
    #[serde(default)]
    pub base: Option<String>,
    /// Reporting year.
    pub year: i16,
    /// The value.
    pub value: f64,
    /// How it is to be read.
    pub unit: Unit,
    /// Children or events in the base.
    #[serde(default)]
    pub of: Option<u32>,
    /// Where it is published.
    pub source: String,
    /// Why the made-up councils miss it, where they are known to.
    #[serde(default)]
    pub missed: Option<String>,
}

/// All figures.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// Those of measures.
    pub figure: Vec<Figure>,
    /// Those that the generator alone is held against.
    pub generator: Vec<OfGenerator>,
}

/// Where the made-up nation's own number comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// A measure, as the agent counts it.
    Measure {
        /// Measure of the framework.
        measure: String,
        /// Category, view, `mean` or `children`.
        what: String,
        /// `total`, or breakdown and group.
        group: String,
    },
    /// The generator's state.
    Generator {
        /// Counter.
        key: String,
        /// Counter of the base.
        base: Option<String>,
        /// Whether the counter is told in per cent of the base.
        is_share: bool,
    },
}

/// What a figure asks of the nation.
#[derive(Clone, Debug)]
pub struct Target {
    /// Name for people.
    pub name: String,
    /// Where the nation's number comes from.
    pub source: Source,
    /// The value, of the year asked for.
    pub value: f64,
    /// By how much the nation may differ.
    pub within: f64,
    /// Whether a number of children is asked, not a part of all.
    pub is_count: bool,
    /// Why the made-up nation misses it, where it is known to.
    pub missed: Option<String>,
}

impl Target {
    /// Whether it is of this measure.
    #[must_use]
    pub fn is_of(&self, id: &str) -> bool {
        matches!(&self.source, Source::Measure { measure, .. } if measure == id)
    }
}

impl Published {
    /// The figures that are compiled in.
    ///
    /// # Panics
    /// Never: a test reads them.
    #[must_use]
    pub fn built_in() -> Self {
        toml::from_str(TEXT).expect("the published figures are read by a test")
    }

    /// What is asked of a nation in `year`: the figures of that year, and of what was only published of a year before,
    /// that figure. A group that was only published before lies about this year's total as it lay about its own.
    #[must_use]
    pub fn targets(&self, year: i16) -> Vec<Target> {
        let newer = |figure: &&Figure| {
            !self.figure.iter().any(|other| {
                (&other.measure, &other.what, &other.group) == (&figure.measure, &figure.what, &figure.group)
                    && other.year > figure.year
                    && other.year <= year
            })
        };
        let of_measures =
            self.figure.iter().filter(|figure| figure.year <= year).filter(newer).map(|figure| self.target(figure, year));
        let scores = |measure: &str, year: i16| {
            let mean = |figure: &&Figure| figure.measure == measure && figure.group == "total" && figure.year == year;
            self.figure.iter().find(mean).map_or(0.0, |figure| figure.value)
        };
        // single ages lie about this year's mean as they lay about theirs
        let of_generator = |figure: &OfGenerator| {
            let shift = if figure.unit == Unit::Mean { scores("A3", year) - scores("A3", figure.year) } else { 0.0 };
            of_generator(figure, shift)
        };
        of_measures.chain(self.generator.iter().map(of_generator)).collect()
    }

    fn target(&self, figure: &Figure, year: i16) -> Target {
        let Figure { measure, what, group, .. } = figure;
        let total = |year: i16| {
            let is_total = |other: &&Figure| {
                (other.measure == *measure && other.what == *what && other.group == "total") && other.year == year
            };
            self.figure.iter().find(is_total).map(|other| other.value)
        };
        let shift = match (total(figure.year), total(year)) {
            (Some(before), Some(now)) if group != "total" && figure.year < year && figure.unit != Unit::Children => now - before,
            _ => 0.0,
        };
        let is_count = figure.unit == Unit::Children && figure.of.is_none();
        let value = match (figure.unit, figure.of) {
            (Unit::Children, Some(of)) => 100.0 * figure.value / f64::from(of),
            _ => figure.value + shift,
        };
        let within = match figure.unit {
            Unit::Mean if group == "total" || !group.starts_with("age/") => MEAN.0,
            Unit::Mean => MEAN.1,
            Unit::Children if is_count => COUNT * value,
            _ => points(figure.of),
        };
        let source = Source::Measure { measure: measure.clone(), what: what.clone(), group: group.clone() };
        Target { name: format!("{measure} {group}: {what}"), source, value, within, is_count, missed: figure.missed.clone() }
    }
}

fn of_generator(figure: &OfGenerator, shift: f64) -> Target {
    let within = match figure.unit {
        Unit::Percent => points(figure.of),
        Unit::Mean => MEAN.1,
        Unit::Children | Unit::Events => COUNT * figure.value,
        Unit::Days | Unit::EventsEach => PER_CHILD * figure.value,
    };
    Target {
        name: format!("(generator) {}", figure.says),
        source: Source::Generator { key: figure.key.clone(), base: figure.base.clone(), is_share: figure.unit == Unit::Percent },
        value: figure.value + shift,
        within,
        is_count: matches!(figure.unit, Unit::Children | Unit::Events),
        missed: figure.missed.clone(),
    }
}

fn points(of: Option<u32>) -> f64 {
    if of.is_some_and(|of| of < FEW) { POINTS.1 } else { POINTS.0 }
}

#[cfg(test)]
mod tests {
    use super::{Published, Source, Unit};
    use shared::framework::Framework;
    use std::collections::BTreeSet;

    #[test]
    fn every_figure_names_what_the_framework_has_and_none_stands_twice() {
        let (published, framework) = (Published::built_in(), Framework::built_in().by_every_breakdown());
        let mut seen = BTreeSet::new();
        for figure in &published.figure {
            let name = format!("{} {} {} {}", figure.measure, figure.what, figure.group, figure.year);
            assert!(seen.insert(name.clone()), "{name} stands twice");
            assert!(figure.value >= 0.0 && figure.value.is_finite() && !figure.source.is_empty(), "{name}");
            assert!(figure.unit != Unit::Percent || figure.value <= 100.0, "{name}");
            let Some(measure) = framework.measure(&figure.measure) else { continue };
            let (breakdown, group) = figure.group.split_once('/').unwrap_or(("total", "total"));
            let table = framework.table(&format!("{}.{breakdown}", figure.measure));
            assert!(table.is_some_and(|table| table.group(group).is_some()), "{name}: no such group");
            let is_known = match figure.unit {
                Unit::Percent => {
                    let views = measure.views.iter().map(|view| &view.id);
                    measure.categories.iter().map(|category| &category.id).chain(views).any(|id| *id == figure.what)
                }
                Unit::Mean => figure.what == "mean" && measure.bounds.is_some(),
                _ => figure.what == "children",
            };
            assert!(is_known, "{name}: no such category or view");
        }
    }

    #[test]
    fn a_mark_of_a_miss_stands_on_a_figure_that_is_held_and_gives_a_reason() {
        let published = Published::built_in();
        let of_figures = published.figure.iter().filter_map(|figure| figure.missed.as_ref());
        let marks: Vec<&String> = of_figures.chain(published.generator.iter().filter_map(|of| of.missed.as_ref())).collect();
        assert!(marks.iter().all(|mark| !mark.trim().is_empty()), "a mark without a reason");
        let n_held = published.targets(super::super::YEAR).iter().filter(|target| target.missed.is_some()).count();
        assert_eq!(n_held, marks.len(), "a mark on a figure that a later year has replaced");
    }

    #[test]
    fn a_group_of_a_year_before_lies_about_this_years_total() {
        let targets = Published::built_in().targets(2025);
        let value = |measure: &str, what: &str, group: &str| {
            let source = Source::Measure { measure: measure.into(), what: what.into(), group: group.into() };
            let target = targets.iter().find(|target| target.source == source);
            target.map(|target| target.value).expect("the figure is published")
        };
        // 14.2 of girls and 14.7 of all in 2024, 14.9 of all in 2025
        assert!((value("A3", "mean", "sex/female") - 14.4).abs() < 1e-9);
        assert!((value("A3", "mean", "total") - 14.9).abs() < 1e-9);
        // 6,540 of 81,770
        assert!((value("P1", "children", "uasc/uasc") - 7.998).abs() < 0.001);
        assert_eq!(targets.iter().filter(|target| target.name == "B7 total: 3+").count(), 1);
    }
}
