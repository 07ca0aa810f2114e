//! England's last published figures, compiled in, to stand beside an authority's own in `preview`.
//!
//! `config/published.toml` is the whole of it: public, national, each figure with its year and source. A figure is found by
//! measure, category or view, and group; of several years the latest that is not after the reporting year is taken, and its
//! year is told. Invariant: no figure stands twice, and each names something that the framework has.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use shared::framework::{Framework, Kind};
use shared::ids::ReportingYear;

use super::Milli;

/// The figures that this version of the agent was built with.
pub const PUBLISHED_TOML: &str = include_str!("../../../config/published.toml");

/// What stands for the one value of a mean.
pub const MEAN: &str = "mean";
/// The group of everyone.
pub const TOTAL: &str = "total";

/// Of what a figure speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EnglandUnit {
    /// Per cent of those counted.
    Percent,
    /// A mean, in the unit of its measure.
    Mean,
    /// A number of children.
    Children,
}

/// One published figure of England.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnglandFigure {
    /// The reporting year that it is of.
    pub year: ReportingYear,
    /// Its value.
    pub value: Milli,
    /// Its unit.
    pub unit: EnglandUnit,
    /// Of how many children, where that is published: those of a share or a mean; for a number of children, all groups.
    pub of: Option<i64>,
    /// Who published it, and where.
    pub source: String,
}

/// Why the figures cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum EnglandError {
    /// The text is not TOML of this shape.
    #[error("cannot read the published figures")]
    Toml(#[source] Box<toml::de::Error>),
    /// A figure contradicts the catalogue or another figure.
    #[error("published figure of {measure} {what}, {group}, {year}: {why}")]
    Figure {
        /// The measure that it names.
        measure: String,
        /// The category, the view or `mean`.
        what: String,
        /// The group.
        group: String,
        /// The year.
        year: i16,
        /// What is wrong.
        why: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    figure: Vec<Entry>,
    /// Figures that no measure has: they hold the made-up councils of the tests alone.
    #[serde(default, rename = "generator")]
    _generator: IgnoredAny,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    measure: String,
    what: String,
    group: String,
    year: i16,
    value: f64,
    unit: EnglandUnit,
    of: Option<i64>,
    source: String,
    /// Why the made-up councils of the tests miss it: nothing to an authority.
    #[serde(default, rename = "missed")]
    _missed: IgnoredAny,
}

/// Measure, category or view, group.
type Key = (String, String, String);

/// All published figures of England that are known here.
pub struct England {
    figures: BTreeMap<Key, BTreeMap<ReportingYear, EnglandFigure>>,
}

impl England {
    /// The figures that are compiled in.
    pub fn built_in() -> Self {
        Self::parse(PUBLISHED_TOML).expect("the compiled-in figures are checked by a test")
    }

    /// Reads figures; whether the framework has what they name is asked with [`England::faults`].
    pub fn parse(text: &str) -> Result<Self, EnglandError> {
        let file: File = toml::from_str(text).map_err(|error| EnglandError::Toml(Box::new(error)))?;
        let mut figures: BTreeMap<Key, BTreeMap<ReportingYear, EnglandFigure>> = BTreeMap::new();
        for entry in file.figure {
            let figure = figure_of(&entry).map_err(|why| entry.fault(why))?;
            let key = (entry.measure.clone(), entry.what.clone(), entry.group.clone());
            if figures.entry(key).or_default().insert(figure.year, figure).is_some() {
                return Err(entry.fault("it stands twice".to_owned()));
            }
        }
        Ok(Self { figures })
    }

    /// Number of figures.
    pub fn n_figures(&self) -> usize {
        self.figures.values().map(BTreeMap::len).sum()
    }

    /// The latest figure of a category, a view or the mean in a group that is not after a year. `group` is `total`, or a
    /// breakdown and one of its groups such as `age/10-15`.
    pub fn latest(&self, measure: &str, what: &str, group: &str, year: ReportingYear) -> Option<&EnglandFigure> {
        let years = self.figures.get(&(measure.to_owned(), what.to_owned(), group.to_owned()))?;
        years.range(..=year).next_back().map(|(_, figure)| figure)
    }

    /// Every figure that names what the framework does not have, by any breakdown that fits, or in a unit that does not fit.
    pub fn faults(&self, framework: &Framework) -> Vec<EnglandError> {
        let wide = framework.by_every_breakdown();
        let mut faults = Vec::new();
        for ((measure, what, group), years) in &self.figures {
            for figure in years.values() {
                if let Some(why) = contradiction(&wide, (measure, what, group), figure) {
                    let [measure, what, group] = [measure, what, group].map(Clone::clone);
                    faults.push(EnglandError::Figure { measure, what, group, year: figure.year.number(), why });
                }
            }
        }
        faults
    }
}

impl Entry {
    fn fault(&self, why: String) -> EnglandError {
        let Self { measure, what, group, year, .. } = self;
        EnglandError::Figure { measure: measure.clone(), what: what.clone(), group: group.clone(), year: *year, why }
    }
}

fn figure_of(entry: &Entry) -> Result<EnglandFigure, String> {
    let year = ReportingYear::new(entry.year).ok_or("it is no reporting year")?;
    // the shortest text of a decimal number is the one that was written
    let value = Milli::parse(&entry.value.to_string()).ok_or("its value is no number that is published")?;
    let fits = match entry.unit {
        EnglandUnit::Percent => (Milli::whole(0)..=Milli::whole(100)).contains(&value),
        EnglandUnit::Mean => true,
        EnglandUnit::Children => value.as_whole().is_some_and(|n| n >= 0),
    };
    if !fits {
        return Err("its value does not fit its unit".to_owned());
    }
    if entry.of.is_some_and(|of| of <= 0) {
        return Err("it is of nobody".to_owned());
    }
    if entry.source.trim().is_empty() {
        return Err("it names no source".to_owned());
    }
    Ok(EnglandFigure { year, value, unit: entry.unit, of: entry.of, source: entry.source.clone() })
}

/// What is wrong with a figure under a catalogue laid out by every breakdown.
fn contradiction(wide: &Framework, (id, what, group): (&str, &str, &str), figure: &EnglandFigure) -> Option<String> {
    let Some(measure) = wide.measure(id) else { return Some("the framework has no such measure".to_owned()) };
    let (breakdown, group_id) = group.split_once('/').unwrap_or((group, TOTAL));
    let table = wide.table(&format!("{id}.{breakdown}"));
    if table.and_then(|table| table.group(group_id)).is_none() {
        return Some("the measure has no such group".to_owned());
    }
    let is_mean = measure.kind == Kind::Mean;
    if is_mean != (what == MEAN) || is_mean != (figure.unit == EnglandUnit::Mean) {
        return Some("a mean, and only a mean, is named \"mean\" and has this unit".to_owned());
    }
    let category = measure.categories.iter().find(|category| category.id == what);
    let is_known = is_mean || category.is_some() || measure.views.iter().any(|view| view.id == what);
    if !is_known {
        return Some("the measure has no such category and no such view".to_owned());
    }
    let is_outside = category.is_some_and(|category| category.outside);
    (is_outside && figure.unit == EnglandUnit::Percent).then(|| "a category outside of shares has no share".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn year(number: i16) -> ReportingYear {
        ReportingYear::new(number).unwrap()
    }

    fn figure(measure: &str, what: &str, group: &str, year: i16, value: &str, unit: &str) -> String {
        format!(
            "[[figure]]\nmeasure = \"{measure}\"\nwhat = \"{what}\"\ngroup = \"{group}\"\nyear = {year}\nvalue = {value}\n\
             unit = \"{unit}\"\nsource = \"a release\"\n"
        )
    }

    #[test]
    fn every_compiled_in_figure_names_what_the_framework_has() {
        let england = England::built_in();
        let faults: Vec<String> = england.faults(&Framework::built_in()).iter().map(ToString::to_string).collect();
        assert!(faults.is_empty(), "{}", faults.join("\n"));
        assert!(england.n_figures() > 0);
    }

    #[test]
    fn of_several_years_the_latest_not_after_the_reporting_year_is_taken() {
        let text: String = [(2023, "11"), (2025, "10.4")].map(|(y, v)| figure("B1", "3+", "total", y, v, "percent")).concat();
        let england = England::parse(&text).unwrap();
        let at = |y| england.latest("B1", "3+", "total", year(y)).map(|f| (f.year.number(), f.value.to_string()));
        assert_eq!(at(2022), None);
        assert_eq!((at(2023), at(2024)), (Some((2023, "11".to_owned())), Some((2023, "11".to_owned()))));
        assert_eq!((at(2025), at(2027)), (Some((2025, "10.4".to_owned())), Some((2025, "10.4".to_owned()))));
        assert!(england.latest("B1", "3+", "sex/female", year(2025)).is_none());
    }

    #[test]
    fn what_holds_the_made_up_councils_alone_is_left_aside() {
        let text = format!("{}[[generator]]\nkey = \"x\"\nvalue = 3\n", figure("B1", "3+", "total", 2025, "10", "percent"));
        assert_eq!(England::parse(&text).unwrap().n_figures(), 1);
    }

    #[test]
    fn a_figure_that_the_framework_does_not_have_is_named() {
        let check = |line: &str, why: &str| {
            let faults = England::parse(line).unwrap().faults(&Framework::built_in());
            assert!(matches!(faults.as_slice(), [one] if one.to_string().contains(why)), "{line}");
        };
        check(&figure("Z9", "3+", "total", 2025, "10", "percent"), "no such measure");
        check(&figure("B1", "6", "total", 2025, "10", "percent"), "no such category");
        check(&figure("B1", "3+", "sex/all", 2025, "10", "percent"), "no such group");
        check(&figure("B1", "3+", "shoe_size/44", 2025, "10", "percent"), "no such group");
        check(&figure("B1", "mean", "total", 2025, "10", "mean"), "only a mean");
        check(&figure("A3", "mean", "total", 2025, "10", "percent"), "only a mean");
        check(&figure("B2", "not_enough_years", "total", 2025, "10", "percent"), "no share");
        let good = figure("B1", "3+", "need/disability", 2025, "10", "percent");
        assert!(England::parse(&good).unwrap().faults(&Framework::built_in()).is_empty());
    }

    #[test]
    fn a_figure_that_cannot_be_is_refused() {
        let refused = |text: &str, why: &str| {
            let error = England::parse(text).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(error.contains(why), "{error}");
        };
        refused(&figure("B1", "3+", "total", 2025, "110", "percent"), "does not fit its unit");
        refused(&figure("P1", "children", "total", 2025, "10.5", "children"), "does not fit its unit");
        refused(&figure("B1", "3+", "total", 1066, "10", "percent"), "no reporting year");
        refused(&figure("B1", "3+", "total", 2025, "nan", "percent"), "no number");
        refused(&figure("B1", "3+", "total", 2025, "10", "percent").repeat(2), "stands twice");
        refused(&figure("B1", "3+", "total", 2025, "10", "furlongs"), "cannot read");
        refused(&figure("B1", "3+", "total", 2025, "10", "percent").replace("a release", " "), "no source");
        refused("[[figures]]\n", "cannot read");
        refused(&format!("{}of = 0\n", figure("B1", "3+", "total", 2025, "10", "percent")), "of nobody");
    }
}
