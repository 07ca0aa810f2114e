//! The outcomes framework: the catalogue of measures and the layout of their cells.
//!
//! Data, not code that counts: what is asked, of whom, in which categories. The text `config/framework.toml` is compiled
//! in and hashed. The **layout** is the frozen order of all cells; a submission is a vector over it.
//! Invariant: every id is unique, every reference resolves, and no cell lies in two tables. Described in
//! `docs/measures.md` (generated from here) and `docs/protocol.md`, section 3.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::hash::sha256;
use crate::ids::Digest;
use crate::limits::{BOUND_ABS_MAX, CELLS_MAX};

/// The framework that this version of the programs was built with.
pub const FRAMEWORK_TOML: &str = include_str!("../../config/framework.toml");

/// Oldest age on 31 March that any measure admits (care leavers).
pub const AGE_MAX: u8 = 25;

/// Why a framework cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FrameworkError {
    /// The text is not TOML of this shape.
    #[error("cannot read the framework")]
    Toml(#[source] Box<toml::de::Error>),
    /// Its parts contradict each other.
    #[error("the framework contradicts itself: {0}")]
    Contradiction(String),
}

/// Whom a measure is about: it decides which age groups apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// Children in care, now or in the year.
    Children,
    /// Young people aged 17 to 25 who left care, or are about to.
    CareLeavers,
}

/// How a measure adds up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A child falls in exactly one category of a table.
    Share,
    /// A child adds a bounded amount, centred at the middle of its bounds.
    Mean,
}

/// How many tables a measure has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// Total and four breakdowns.
    Headline,
    /// Total and at most one breakdown.
    Standard,
    /// Total only, from a local extract.
    Extract,
    /// Counts of the population itself.
    Population,
}

/// One answer that a child can fall in.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// Id, unique in the measure.
    pub id: String,
    /// Words for people.
    pub label: String,
    /// Outside the denominator of shares: sent, and published as coverage.
    #[serde(default)]
    pub outside: bool,
}

/// A sum of categories that is published beside them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct View {
    /// Id, unique among the measure's categories and views.
    pub id: String,
    /// Words for people.
    pub label: String,
    /// Ids of the categories that it adds up.
    pub sum: Vec<String>,
}

/// A year in which a series changed its meaning.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Break {
    /// First reporting year after the change.
    pub year: i16,
    /// What changed.
    pub text: String,
}

/// A measure of the catalogue. Field by field as in `config/framework.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    /// Id, such as `B1`.
    pub id: String,
    /// Title in the field's terms.
    pub title: String,
    /// The question in words that a young person would use.
    pub question: String,
    /// Asks of the Alliance that it answers, `V1` to `V11`.
    pub ask: Vec<String>,
    /// Who chose it.
    pub chosen_by: String,
    /// Whom it is about.
    pub about: About,
    /// Who is counted.
    pub population: String,
    /// Ages on 31 March that can be in the population, both ends in.
    pub ages: [u8; 2],
    /// Tables of the return that it reads.
    pub return_tables: Vec<String>,
    /// Linked return years that it needs.
    pub return_years: u8,
    /// How it adds up.
    pub kind: Kind,
    /// How many tables it has.
    pub tier: Tier,
    /// Ids of its breakdowns, in order.
    pub breakdowns: Vec<String>,
    /// Its categories (share).
    #[serde(default)]
    pub categories: Vec<Category>,
    /// Its published sums of categories (share).
    #[serde(default)]
    pub views: Vec<View>,
    /// Least and greatest amount of one child (mean).
    #[serde(default)]
    pub bounds: Option<[i32; 2]>,
    /// Unit of the amount (mean).
    #[serde(default)]
    pub unit: Option<String>,
    /// The share measure whose counted children are its denominator (mean).
    #[serde(default)]
    pub count_from: Option<String>,
    /// Years in which the series changed its meaning.
    #[serde(default)]
    pub breaks: Vec<Break>,
    /// What a reader must know.
    pub caveat: String,
    /// Where the rule stands.
    pub source: String,
}

impl Measure {
    /// Middle of the bounds of a mean, what every contribution is centred at; 0 for shares.
    pub fn centre(&self) -> i32 {
        self.bounds.map_or(0, |[low, high]| low.midpoint(high))
    }
    /// Greatest absolute centred contribution of one child: 1 for shares, half the width of the bounds for means.
    pub fn contribution_max(&self) -> i32 {
        self.bounds.map_or(1, |[_, high]| high - self.centre())
    }
}

/// One group of a breakdown.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Id, unique in the breakdown.
    pub id: String,
    /// Words for people.
    pub label: String,
    /// Ages that fall in it, for age groups.
    #[serde(default)]
    pub ages: Option<[u8; 2]>,
}

/// A way of dividing a population.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Breakdown {
    /// Id, such as `sex`.
    pub id: String,
    /// Words for people.
    pub label: String,
    /// Its groups, unless it is `like` another.
    #[serde(default)]
    pub groups: Vec<Group>,
    /// Its groups for measures about care leavers, where they differ.
    #[serde(default)]
    pub groups_care_leavers: Vec<Group>,
    /// The breakdown whose groups it takes.
    #[serde(default)]
    pub like: Option<String>,
    /// Ages on 31 March that it is limited to.
    #[serde(default)]
    pub ages: Option<[u8; 2]>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrameworkFile {
    schema: String,
    version: String,
    breakdown: Vec<Breakdown>,
    measure: Vec<Measure>,
}

/// A measure by one breakdown. A child adds to at most one of its cells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Table {
    /// `B1.total`.
    pub id: String,
    /// Id of the measure.
    pub measure: String,
    /// Id of the breakdown.
    pub breakdown: String,
    /// How it adds up.
    pub kind: Kind,
    /// Its groups, in order.
    pub groups: Vec<Group>,
    /// Its categories, in order; the one category `sum` for a mean.
    pub categories: Vec<Category>,
    /// Ages on 31 March of the children who can be in it, both ends in.
    pub ages: [u8; 2],
    /// Greatest absolute contribution of one child.
    pub contribution_max: i32,
    /// Index of its first cell in the layout.
    pub first_cell: usize,
}

impl Table {
    /// Number of cells.
    pub fn n_cells(&self) -> usize {
        self.groups.len() * self.categories.len()
    }
    /// Index in the layout of the cell of a group and a category, by their positions.
    pub fn cell(&self, group: usize, category: usize) -> usize {
        self.first_cell + group * self.categories.len() + category
    }
    /// Position of a group by id.
    pub fn group(&self, id: &str) -> Option<usize> {
        self.groups.iter().position(|g| g.id == id)
    }
    /// Position of a category by id.
    pub fn category(&self, id: &str) -> Option<usize> {
        self.categories.iter().position(|c| c.id == id)
    }
}

/// The catalogue with its layout.
#[derive(Clone, Debug)]
pub struct Framework {
    version: String,
    measures: Vec<Measure>,
    breakdowns: Vec<Breakdown>,
    tables: Vec<Table>,
    n_cells: usize,
    hash: Digest,
    layout_hash: Digest,
}

impl Framework {
    /// The framework that is compiled in.
    pub fn built_in() -> Self {
        Self::parse(FRAMEWORK_TOML).expect("the compiled-in framework is checked by a test")
    }

    /// Reads a framework text and lays out its cells.
    pub fn parse(text: &str) -> Result<Self, FrameworkError> {
        let file: FrameworkFile = toml::from_str(text).map_err(|e| FrameworkError::Toml(Box::new(e)))?;
        if file.schema != "goldenthread.framework/1" {
            return Err(FrameworkError::Contradiction(format!("unknown schema {}", file.schema)));
        }
        check(&file).map_err(FrameworkError::Contradiction)?;
        let tables = lay_out(&file.measure, &file.breakdown).map_err(FrameworkError::Contradiction)?;
        let n_cells = tables.iter().map(Table::n_cells).sum();
        let layout_hash = sha256(layout_text(&tables).as_bytes());
        Ok(Self {
            version: file.version,
            measures: file.measure,
            breakdowns: file.breakdown,
            tables,
            n_cells,
            hash: sha256(text.as_bytes()),
            layout_hash,
        })
    }

    /// Version of the catalogue, `2026.1`.
    pub fn version(&self) -> &str {
        &self.version
    }
    /// All measures in order.
    pub fn measures(&self) -> &[Measure] {
        &self.measures
    }
    /// One measure by id.
    pub fn measure(&self, id: &str) -> Option<&Measure> {
        self.measures.iter().find(|m| m.id == id)
    }
    /// All breakdowns in order.
    pub fn breakdowns(&self) -> &[Breakdown] {
        &self.breakdowns
    }
    /// All tables in layout order.
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }
    /// One table by id.
    pub fn table(&self, id: &str) -> Option<&Table> {
        self.tables.iter().find(|t| t.id == id)
    }
    /// Number of cells of the layout.
    pub fn n_cells(&self) -> usize {
        self.n_cells
    }
    /// SHA-256 of the framework's text.
    pub fn hash(&self) -> Digest {
        self.hash
    }
    /// SHA-256 of the layout's canonical text (`docs/protocol.md`, section 3).
    pub fn layout_hash(&self) -> Digest {
        self.layout_hash
    }
    /// Indexes of the tables that a child of this age on 31 March can touch.
    pub fn tables_of_age(&self, age: u8) -> impl Iterator<Item = usize> + '_ {
        let admits = move |t: &Table| (t.ages[0]..=t.ages[1]).contains(&age);
        self.tables.iter().enumerate().filter(move |(_, t)| admits(t)).map(|(i, _)| i)
    }
    /// T*: the largest number of tables that any admissible child touches.
    pub fn tables_of_one_child_max(&self) -> usize {
        (0..=AGE_MAX).map(|age| self.tables_of_age(age).count()).max().unwrap_or(0)
    }
}

fn check(file: &FrameworkFile) -> Result<(), String> {
    let mut ids = BTreeSet::new();
    for m in &file.measure {
        if !ids.insert(&m.id) {
            return Err(format!("measure {} stands twice", m.id));
        }
        check_measure(m, &file.measure).map_err(|why| format!("measure {}: {why}", m.id))?;
    }
    let mut ids = BTreeSet::new();
    for b in &file.breakdown {
        if !ids.insert(&b.id) {
            return Err(format!("breakdown {} stands twice", b.id));
        }
    }
    Ok(())
}

fn check_measure(m: &Measure, all: &[Measure]) -> Result<(), String> {
    if m.ages[0] > m.ages[1] || m.ages[1] > AGE_MAX {
        return Err("ages are not a range".into());
    }
    if m.breakdowns.first().map(String::as_str) != Some("total") {
        return Err("the first breakdown is not total".into());
    }
    let mut ids = BTreeSet::new();
    for id in m.categories.iter().map(|c| &c.id).chain(m.views.iter().map(|v| &v.id)) {
        if !ids.insert(id) {
            return Err(format!("category {id} stands twice"));
        }
    }
    for v in &m.views {
        let counted = |id: &String| m.categories.iter().any(|c| c.id == *id && !c.outside);
        if v.sum.is_empty() || !v.sum.iter().all(counted) {
            return Err(format!("view {} does not add up counted categories", v.id));
        }
    }
    match m.kind {
        Kind::Share if m.categories.is_empty() || m.bounds.is_some() => Err("a share has categories and no bounds".into()),
        Kind::Mean if !m.categories.is_empty() => Err("a mean has no categories".into()),
        Kind::Mean => {
            let base = m.count_from.as_ref().and_then(|id| all.iter().find(|o| o.id == *id));
            let base = base.ok_or("a mean names the measure that counts its children")?;
            let [low, high] = m.bounds.ok_or("a mean has bounds")?;
            if low < -BOUND_ABS_MAX || high > BOUND_ABS_MAX {
                return Err(format!("bounds beyond {BOUND_ABS_MAX}"));
            }
            if low >= high || (high - low) % 2 != 0 {
                return Err("bounds have no whole middle".into());
            }
            let has = |b: &String| base.breakdowns.contains(b);
            (base.kind == Kind::Share && m.breakdowns.iter().all(has)).then_some(()).ok_or("its count has other tables".into())
        }
        Kind::Share => Ok(()),
    }
}

fn groups_of(m: &Measure, b: &Breakdown, all: &[Breakdown]) -> Result<Vec<Group>, String> {
    let base = match &b.like {
        Some(id) => all.iter().find(|o| o.id == *id && o.like.is_none()).ok_or(format!("no breakdown {id}"))?,
        None => b,
    };
    let groups = match m.about {
        About::CareLeavers if !base.groups_care_leavers.is_empty() => &base.groups_care_leavers,
        About::Children | About::CareLeavers => &base.groups,
    };
    let reaches = |g: &&Group| g.ages.is_none_or(|[low, high]| low <= m.ages[1] && high >= m.ages[0]);
    let groups: Vec<Group> = groups.iter().filter(reaches).cloned().collect();
    if groups.is_empty() { Err(format!("breakdown {} has no group here", b.id)) } else { Ok(groups) }
}

fn lay_out(measures: &[Measure], breakdowns: &[Breakdown]) -> Result<Vec<Table>, String> {
    let mut tables = Vec::new();
    let mut first_cell = 0;
    for m in measures {
        for id in &m.breakdowns {
            let b = breakdowns.iter().find(|b| b.id == *id).ok_or(format!("no breakdown {id}"))?;
            let limit = b.ages.unwrap_or([0, AGE_MAX]);
            let sum = || vec![Category { id: "sum".into(), label: m.title.clone(), outside: false }];
            let table = Table {
                id: format!("{}.{}", m.id, b.id),
                measure: m.id.clone(),
                breakdown: b.id.clone(),
                kind: m.kind,
                groups: groups_of(m, b, breakdowns)?,
                categories: if m.kind == Kind::Mean { sum() } else { m.categories.clone() },
                ages: [m.ages[0].max(limit[0]), m.ages[1].min(limit[1])],
                contribution_max: m.contribution_max(),
                first_cell,
            };
            first_cell += table.n_cells();
            if first_cell > CELLS_MAX {
                return Err(format!("more than {CELLS_MAX} cells"));
            }
            tables.push(table);
        }
    }
    Ok(tables)
}

fn layout_text(tables: &[Table]) -> String {
    let mut text = String::from("goldenthread.layout/1\n");
    for t in tables {
        for g in &t.groups {
            for c in &t.categories {
                let what = match t.kind {
                    Kind::Share if c.outside => "outside",
                    Kind::Share => "counted",
                    Kind::Mean => "sum",
                };
                let [low, high] = t.ages;
                text += &format!("{} {} {} {what} {} {low}-{high}\n", t.id, g.id, c.id, t.contribution_max);
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_compiled_in_framework_is_sound() {
        let f = Framework::parse(FRAMEWORK_TOML).unwrap();
        assert_eq!(f.n_cells(), f.tables().iter().map(Table::n_cells).sum::<usize>());
        let words = f.tables().iter().flat_map(|t| t.groups.iter().map(|g| &g.id).chain(t.categories.iter().map(|c| &c.id)));
        for id in words {
            assert!(!id.contains([' ', '/', '\n']), "{id} would break a layout line");
        }
    }

    #[test]
    fn one_child_touches_at_most_a_hundred_tables() {
        assert!(Framework::built_in().tables_of_one_child_max() <= 100);
    }

    #[test]
    fn cells_are_numbered_without_gap_or_overlap() {
        let f = Framework::built_in();
        let all: Vec<usize> = f
            .tables()
            .iter()
            .flat_map(|t| (0..t.groups.len()).flat_map(move |g| (0..t.categories.len()).map(move |c| t.cell(g, c))))
            .collect();
        assert_eq!(all, (0..f.n_cells()).collect::<Vec<_>>());
    }

    #[test]
    fn a_framework_too_large_to_lay_out_is_refused() {
        let many: String = (0..CELLS_MAX).map(|i| format!("{{ id = \"{i}\", label = \"\" }},\n")).collect();
        let text = FRAMEWORK_TOML.replacen("groups = [{ id = \"total\", label = \"All\" }]", &format!("groups = [{many}]"), 1);
        assert!(Framework::parse(&text).unwrap_err().to_string().contains("cells"));
    }

    #[test]
    fn a_contradiction_is_named() {
        let check = |from: &str, to: &str, why: &str| {
            let text = FRAMEWORK_TOML.replacen(from, to, 1);
            assert_ne!(text, FRAMEWORK_TOML, "{from} does not occur");
            let error = Framework::parse(&text).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        };
        check("id = \"A2\"", "id = \"A1\"", "stands twice");
        check("count_from = \"A2\"", "count_from = \"Z9\"", "names the measure");
        check("bounds = [0, 40]", "bounds = [0, 41]", "no whole middle");
        check("bounds = [0, 40]", "bounds = [-2147483648, 2147483647]", "bounds beyond");
        check("sum = [\"3\", \"4\", \"5+\"]", "sum = [\"3\", \"6\"]", "does not add up");
        check("breakdowns = [\"total\", \"age\"]", "breakdowns = [\"total\", \"shoe_size\"]", "no breakdown shoe_size");
        check("ages = [5, 16]", "ages = [16, 5]", "not a range");
    }
}
