//! What England's official figures let us expect: how many children a figure is over, and how its answers fall.
//!
//! `config/published.toml` is the whole of it; of several years the latest is taken. What no official figure says stays
//! unknown and is told so: nothing is guessed in silence. Invariant: every size names where it comes from.

use std::collections::BTreeMap;

use serde::Deserialize;
use shared::framework::{Framework, Measure, Table};

/// The figures that this version was built with.
pub const PUBLISHED_TOML: &str = include_str!("../../../config/published.toml");

/// A measure and a group of one of its breakdowns.
type PublishedGroup = (&'static str, &'static str);

/// Populations that no figure counts, but that hold all children of figures which exclude each other: measure, those
/// figures (measure and group), why.
const AT_LEAST: [(&str, [PublishedGroup; 3], &str); 1] = [(
    "C1",
    [("P1", "age/5-9"), ("P1", "age/10-15"), ("P1", "age/16-17")],
    "every child in care of 5 and over, whether or not a review took place, if each council supplies its reviews",
)];

/// Why the figures cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("cannot read the published figures")]
pub struct ExpectedError(#[source] Box<toml::de::Error>);

/// How many children are expected in one group of a table, all over England.
#[derive(Clone, Debug, PartialEq)]
pub struct Size {
    /// Children counted there.
    pub children: f64,
    /// There are more, how many more is published nowhere.
    pub at_least: bool,
    /// Where the number comes from.
    pub from: String,
}

#[derive(Deserialize)]
struct File {
    figure: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    measure: String,
    what: String,
    group: String,
    year: i16,
    value: f64,
    unit: Unit,
    of: Option<u32>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Unit {
    Percent,
    Mean,
    Children,
}

#[derive(Clone, Copy)]
struct Value {
    year: i16,
    value: f64,
}

/// Measure and group.
type Group = (String, String);

/// Official figures of England, by measure and group.
pub struct Expected {
    sizes: BTreeMap<Group, Value>,
    /// Parts of one, by category or view.
    shares: BTreeMap<(Group, String), Value>,
    means: BTreeMap<Group, Value>,
}

impl Expected {
    /// The figures that are compiled in.
    ///
    /// # Errors
    /// When the text is not of the shape that `preview` reads too.
    pub fn built_in() -> Result<Self, ExpectedError> {
        let file: File = toml::from_str(PUBLISHED_TOML).map_err(|error| ExpectedError(Box::new(error)))?;
        let mut expected = Self { sizes: BTreeMap::new(), shares: BTreeMap::new(), means: BTreeMap::new() };
        for entry in &file.figure {
            expected.take(entry);
        }
        Ok(expected)
    }

    fn take(&mut self, entry: &Entry) {
        let group = (entry.measure.clone(), entry.group.clone());
        let at = |value| Value { year: entry.year, value };
        let size = match entry.unit {
            Unit::Children => Some(entry.value),
            Unit::Percent | Unit::Mean => entry.of.map(f64::from),
        };
        if let Some(size) = size {
            put(&mut self.sizes, group.clone(), at(size));
        }
        match entry.unit {
            Unit::Percent => put(&mut self.shares, (group, entry.what.clone()), at(entry.value / 100.0)),
            Unit::Mean => put(&mut self.means, group, at(entry.value)),
            Unit::Children => {}
        }
    }

    /// How many children one group of a table counts, or `None` when no official figure says.
    ///
    /// In this order: the base that is published with the measure's own figures (of a mean: with those of the measure that
    /// counts its children); the same population's size, where neither measure has answers outside the counted; for a
    /// total the sum of a breakdown's published groups; for a total, figures that it is known to hold.
    pub fn size(&self, framework: &Framework, table: &Table, group: usize) -> Option<Size> {
        let measure = framework.measure(&table.measure)?;
        let counted = measure.count_from.as_deref().and_then(|id| framework.measure(id)).unwrap_or(measure);
        let key = group_key(table, group);
        let own = self.known(&measure.id, &key).or_else(|| self.known(&counted.id, &key));
        let own = own.or_else(|| self.of_population(framework, counted, &key));
        if own.is_some() || key != "total" {
            return own;
        }
        self.of_groups(framework, counted).or_else(|| self.of_others(counted))
    }

    fn known(&self, measure: &str, group: &str) -> Option<Size> {
        let found = self.sizes.get(&(measure.to_owned(), group.to_owned()))?;
        Some(Size { children: found.value, at_least: false, from: format!("{measure} {group}, {}", found.year) })
    }

    fn of_population(&self, framework: &Framework, measure: &Measure, group: &str) -> Option<Size> {
        let all_count = |m: &Measure| m.categories.iter().all(|c| !c.outside);
        let is_same = |m: &&Measure| {
            m.population == measure.population
                && (m.about, m.ages, m.on_31_march) == (measure.about, measure.ages, measure.on_31_march)
                && all_count(m)
        };
        let mut same = framework.measures().iter().filter(is_same).filter(|_| all_count(measure));
        same.find_map(|m| self.known(&m.id, group))
    }

    /// The breakdown whose published groups hold most; groups of a breakdown exclude each other.
    fn of_groups(&self, framework: &Framework, measure: &Measure) -> Option<Size> {
        let sum = |breakdown: &String| {
            let table = framework.table(&format!("{}.{breakdown}", measure.id))?;
            let groups: Vec<&Value> = self.groups(table).collect();
            let children: f64 = groups.iter().map(|v| v.value).sum();
            let from = format!("{} of {} groups of {} by {breakdown}", groups.len(), table.groups.len(), measure.id);
            (children > 0.0).then_some(Size { children, at_least: true, from })
        };
        let sums = measure.breakdowns.iter().filter_map(sum);
        sums.max_by(|a, b| a.children.total_cmp(&b.children))
    }

    fn groups<'a>(&'a self, table: &'a Table) -> impl Iterator<Item = &'a Value> + 'a {
        (0..table.groups.len()).filter_map(|g| self.sizes.get(&(table.measure.clone(), group_key(table, g))))
    }

    fn of_others(&self, measure: &Measure) -> Option<Size> {
        let (_, figures, why) = AT_LEAST.iter().find(|(id, ..)| *id == measure.id)?;
        let sizes = figures.iter().map(|(of, group)| self.known(of, group));
        let children = sizes.map(|size| size.map(|s| s.children)).sum::<Option<f64>>()?;
        Some(Size { children, at_least: true, from: (*why).to_owned() })
    }

    /// The part of a group's counted children in a category or view, 0 to 1, or `None` when no official figure says. Of a
    /// total it may be the average over the published groups of one breakdown, weighted by their sizes.
    pub fn share(&self, framework: &Framework, table: &Table, group: usize, what: &str) -> Option<f64> {
        let share = |measure: &str, key: &str| {
            let found = self.shares.get(&((measure.to_owned(), key.to_owned()), what.to_owned()));
            found.map(|v| v.value.clamp(0.0, 1.0))
        };
        let key = group_key(table, group);
        if let Some(own) = share(&table.measure, &key) {
            return Some(own);
        }
        let measure = framework.measure(&table.measure)?;
        let mixed = |breakdown: &String| {
            let by = framework.table(&format!("{}.{breakdown}", measure.id))?;
            let (mut part, mut whole) = (0.0, 0.0);
            for g in 0..by.groups.len() {
                let key = group_key(by, g);
                let size = self.sizes.get(&(measure.id.clone(), key.clone())).map(|v| v.value);
                if let Some((p, n)) = share(&measure.id, &key).zip(size) {
                    part += p * n;
                    whole += n;
                }
            }
            (whole > 0.0).then(|| part / whole)
        };
        if key == "total" { measure.breakdowns.iter().find_map(mixed) } else { None }
    }

    /// The average of a mean measure's group, in its unit.
    pub fn mean(&self, table: &Table, group: usize) -> Option<f64> {
        self.means.get(&(table.measure.clone(), group_key(table, group))).map(|v| v.value)
    }
}

/// The latest year's value stays.
fn put<K: Ord>(values: &mut BTreeMap<K, Value>, key: K, value: Value) {
    match values.get(&key) {
        Some(known) if known.year >= value.year => {}
        Some(_) | None => {
            values.insert(key, value);
        }
    }
}

/// `total`, or breakdown and group, as `config/published.toml` writes them.
fn group_key(table: &Table, group: usize) -> String {
    if table.breakdown == "total" { "total".to_owned() } else { format!("{}/{}", table.breakdown, table.groups[group].id) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_an_official_figure_or_unknown() {
        let (framework, expected) = (Framework::built_in(), Expected::built_in().unwrap());
        let check = |table: &str, group: &str, children: Option<f64>, at_least: bool| {
            let table = framework.table(table).unwrap();
            let size = expected.size(&framework, table, table.group(group).unwrap());
            assert_eq!(size.as_ref().map(|s| s.children), children, "{} {group}", table.id);
            assert_eq!(size.is_some_and(|s| s.at_least), at_least, "{} {group}", table.id);
        };
        // numbers of config/published.toml, the latest year of each
        check("A2.total", "total", Some(33_790.0), false);
        check("A2.sex", "female", Some(15_220.0), false);
        // the children of A2 are those of its mean
        check("A3.total", "total", Some(33_790.0), false);
        // the population of P1, and no answer of B5r is outside
        check("B5r.total", "total", Some(81_770.0), false);
        check("B5.placement", "homes", Some(9_480.0), false);
        // B13 has an answer outside the counted
        check("B13.total", "total", None, false);
        // 14,750 aged 17 and 18, 38,190 aged 19 to 21, nothing published of 22 to 25
        check("G2.total", "total", Some(52_940.0), true);
        check("G2.age", "22-25", None, false);
        // 15,110 and 30,930 and 22,060 children in care of 5 and over
        check("C1.total", "total", Some(68_100.0), true);
        check("A7.total", "total", None, false);
        check("P1.total", "total", Some(81_770.0), false);
    }

    #[test]
    fn a_share_is_an_official_figure_or_unknown() {
        let (framework, expected) = (Framework::built_in(), Expected::built_in().unwrap());
        let share = |table: &str, what: &str| expected.share(&framework, framework.table(table).unwrap(), 0, what);
        assert_eq!(share("A2.total", "17-40"), Some(0.4238));
        assert_eq!(share("A13a.total", "yes"), None);
        // 90.71 % of 14,750 and 88.53 % of 38,190
        let suitable = (0.9071 * 14_750.0 + 0.8853 * 38_190.0) / 52_940.0;
        assert!((share("G2.total", "suitable").unwrap() - suitable).abs() < 1e-12);
        assert_eq!(expected.mean(framework.table("A3.total").unwrap(), 0), Some(14.9));
    }

    #[test]
    fn what_is_said_to_hold_other_figures_holds_figures_that_there_are() {
        let expected = Expected::built_in().unwrap();
        for (measure, figures, _) in AT_LEAST {
            assert!(figures.iter().all(|(of, group)| expected.known(of, group).is_some()), "{measure}");
        }
    }
}
