//! The outcomes framework: the catalogue of measures and the layout of their cells.
//!
//! Data, not code that counts: what is asked, of whom, in which categories. The text `config/framework.toml` is compiled
//! in and hashed. The **layout** is the frozen order of all cells; a submission is a vector over it.
//! Invariant: every id is unique, every reference resolves, and no cell lies in two tables. Described in
//! `docs/measures.md` (generated from here) and `docs/protocol.md`, section 3.

mod check; // contradictions
mod lay_out; // tables and cells

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::hash::sha256;
use crate::ids::Digest;

/// The framework that this version of the programs was built with.
pub const FRAMEWORK_TOML: &str = include_str!("../../../config/framework.toml");

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
    /// The authority itself: only facts are.
    Authority,
}

/// Where a child is on 31 March, as far as a measure's population says it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// In care or not.
    #[default]
    Either,
    /// Looked after on that day.
    InCare,
    /// Not looked after on that day.
    NotInCare,
}

/// What decides which tables a child can be in: its kind. Sensitivities are the greatest over all kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChildKind {
    /// Completed years on 31 March, 0 to [`AGE_MAX`].
    pub age: u8,
    /// Looked after on 31 March.
    pub in_care: bool,
}

impl ChildKind {
    /// All kinds.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..=AGE_MAX).flat_map(|age| [false, true].map(|in_care| Self { age, in_care }))
    }
}

/// How a measure adds up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A child falls in exactly one category of a table.
    Share,
    /// A child adds a bounded amount, centred at the middle of its bounds.
    Mean,
    /// The authority states yes, no or nothing about itself: exact, without noise, of no child. It has no table.
    Fact,
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
    /// Facts about the authority: no table.
    Fact,
}

/// No age at all: what a fact has in place of ages.
const NO_AGES: [u8; 2] = [1, 0];

fn no_ages() -> [u8; 2] {
    NO_AGES
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
    /// Ages on 31 March that can be in the population, both ends in. Of a fact an empty range, and not written.
    #[serde(default = "no_ages")]
    pub ages: [u8; 2],
    /// Where they are on 31 March.
    #[serde(default)]
    pub on_31_march: Presence,
    /// Tables of the return that it reads; none for a fact.
    #[serde(default)]
    pub return_tables: Vec<String>,
    /// Linked return years that it needs; none for a fact.
    #[serde(default)]
    pub return_years: u8,
    /// How it adds up.
    pub kind: Kind,
    /// How many tables it has.
    pub tier: Tier,
    /// Ids of its breakdowns, in order; none for a fact.
    #[serde(default)]
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
    /// Its total is published as a rate too, per 10,000 children aged 0 to 17 who live there (share of one category).
    #[serde(default)]
    pub rate: bool,
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
        self.bounds.map_or(1, |[low, high]| (high - self.centre()).max(self.centre() - low))
    }
    /// Letter of its family, the first one of its id.
    pub fn family(&self) -> &str {
        self.id.get(..1).unwrap_or_default()
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
    /// The only measures that it is for, where it is not for all.
    #[serde(default)]
    pub only: Vec<String>,
    /// It says nothing of care leavers: they have no placement and no legal status.
    #[serde(default)]
    pub not_care_leavers: bool,
}

/// What the Alliance for Children in Care and Care Leavers asks for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// `V1` to `V11`.
    pub id: String,
    /// The ask in plain words.
    pub text: String,
    /// What answers it besides measures.
    #[serde(default)]
    pub besides: Option<String>,
    /// What records cannot tell of it, and what would have to be collected.
    pub cannot_tell: String,
}

/// How a temporary stay (PLACE T0 to T4) counts: detail 8 of the measures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TemporaryStay {
    /// It belongs to the home before it.
    #[default]
    PartOfHome,
    /// It is a home of its own, like any other.
    OwnHome,
}

/// How a move together with the carer (RNE T or U) counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SameCarerMove {
    /// A new home with the same carer, as the Department for Education counts.
    #[default]
    NewHome,
    /// No new home.
    SameHome,
}

/// Whether moves into and out of temporary stays are changes of carer (measures B4a and B4b).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TemporaryMoves {
    /// They are, as in the Children's Commissioner's count.
    #[default]
    Counted,
    /// They are not, unless a stay leads to another home.
    LeftOut,
}

/// Choices on which the field does not agree, with the default of the rules. How far each moves the figures stands in
/// `docs/measurements.md`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// Temporary stays.
    pub temporary_stay: TemporaryStay,
    /// Moves with the carer.
    pub same_carer_move: SameCarerMove,
    /// Moves into and out of temporary stays.
    pub temporary_moves: TemporaryMoves,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrameworkFile {
    schema: String,
    version: String,
    #[serde(default)]
    parameters: Parameters,
    #[serde(default)]
    ask: Vec<Ask>,
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
    /// Where they are on 31 March.
    pub on_31_march: Presence,
    /// Greatest absolute contribution of one child.
    pub contribution_max: i32,
    /// Index of its first cell in the layout.
    pub first_cell: usize,
}

impl Table {
    /// Whether a child of this kind can be in it.
    pub fn admits(&self, kind: ChildKind) -> bool {
        admits(self.ages, self.on_31_march, kind)
    }
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

/// Families of measures in the order of pages: the letter that their ids begin with, and words for people.
pub const FAMILIES: [(&str, &str); 11] = [
    ("A", "Wellbeing"),
    ("B", "Stability"),
    ("R", "Relationships"),
    ("C", "Having a say"),
    ("D", "Health"),
    ("E", "Carers"),
    ("F", "Leaving care and going home"),
    ("G", "Care leavers"),
    ("H", "What care gave, and how life is"),
    ("P", "How many children"),
    ("S", "What councils say of themselves"),
];

/// A family of measures.
#[derive(Clone, Debug)]
pub struct Family<'a> {
    /// Letter that the ids of its measures begin with.
    pub letter: &'a str,
    /// Words for people.
    pub words: String,
    /// Its measures in order.
    pub measures: Vec<&'a Measure>,
}

/// Where measures and tables stand, by id.
#[derive(Clone, Debug)]
struct Places {
    measures: BTreeMap<String, usize>,
    tables: BTreeMap<String, usize>,
}

impl Places {
    fn of(measures: &[Measure], tables: &[Table]) -> Self {
        Self {
            measures: measures.iter().enumerate().map(|(at, m)| (m.id.clone(), at)).collect(),
            tables: tables.iter().enumerate().map(|(at, t)| (t.id.clone(), at)).collect(),
        }
    }
}

/// The catalogue with its layout.
#[derive(Clone, Debug)]
pub struct Framework {
    version: String,
    parameters: Parameters,
    asks: Vec<Ask>,
    measures: Vec<Measure>,
    breakdowns: Vec<Breakdown>,
    tables: Vec<Table>,
    places: Places,
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
        check::check(&file).map_err(FrameworkError::Contradiction)?;
        let tables = lay_out::lay_out(&file.measure, &file.breakdown).map_err(FrameworkError::Contradiction)?;
        let n_cells = tables.iter().map(Table::n_cells).sum();
        let layout_hash = sha256(lay_out::layout_text(&tables).as_bytes());
        Ok(Self {
            version: file.version,
            parameters: file.parameters,
            asks: file.ask,
            places: Places::of(&file.measure, &tables),
            measures: file.measure,
            breakdowns: file.breakdown,
            tables,
            n_cells,
            hash: sha256(text.as_bytes()),
            layout_hash,
        })
    }

    /// The same measures by every breakdown that fits them, for an authority's own eyes: no plan has this layout.
    pub fn by_every_breakdown(&self) -> Self {
        let mut wide = self.clone();
        for m in &mut wide.measures {
            let fits = |b: &&Breakdown| {
                let is_told = m.kind != Kind::Fact && !(b.not_care_leavers && m.about == About::CareLeavers);
                is_told && (b.only.is_empty() || b.only.contains(&m.id)) && !m.breakdowns.contains(&b.id)
            };
            let others: Vec<String> = wide.breakdowns.iter().filter(fits).map(|b| b.id.clone()).collect();
            m.breakdowns.extend(others);
        }
        wide.tables = lay_out::lay_out(&wide.measures, &wide.breakdowns).expect("each of these tables can be laid out");
        wide.places = Places::of(&wide.measures, &wide.tables);
        wide.n_cells = wide.tables.iter().map(Table::n_cells).sum();
        wide.layout_hash = sha256(lay_out::layout_text(&wide.tables).as_bytes());
        wide
    }

    /// Version of the catalogue, `2026.1`.
    pub fn version(&self) -> &str {
        &self.version
    }
    /// The choices under which everything is counted.
    pub fn parameters(&self) -> Parameters {
        self.parameters
    }
    /// What is asked for, in order.
    pub fn asks(&self) -> &[Ask] {
        &self.asks
    }
    /// All measures in order.
    pub fn measures(&self) -> &[Measure] {
        &self.measures
    }
    /// One measure by id.
    pub fn measure(&self, id: &str) -> Option<&Measure> {
        self.places.measures.get(id).map(|at| &self.measures[*at])
    }
    /// Facts about the authority, in order.
    pub fn facts(&self) -> impl Iterator<Item = &Measure> + '_ {
        self.measures.iter().filter(|m| m.kind == Kind::Fact)
    }
    /// Families that have a measure, in the order of [`FAMILIES`]; then those whose letter is not known there.
    pub fn families(&self) -> Vec<Family<'_>> {
        let known = FAMILIES.iter().map(|(letter, words)| Family { letter, words: (*words).to_owned(), measures: Vec::new() });
        let mut families: Vec<Family<'_>> = known.collect();
        for m in &self.measures {
            match families.iter_mut().find(|f| f.letter == m.family()) {
                Some(family) => family.measures.push(m),
                None => {
                    let words = format!("Measures {}", m.family());
                    families.push(Family { letter: m.family(), words, measures: vec![m] });
                }
            }
        }
        families.retain(|f| !f.measures.is_empty());
        families
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
        self.places.tables.get(id).map(|at| &self.tables[*at])
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
    /// Indexes of the tables that a child of this kind can touch.
    pub fn tables_of_kind(&self, kind: ChildKind) -> impl Iterator<Item = usize> + '_ {
        self.tables.iter().enumerate().filter(move |(_, t)| t.admits(kind)).map(|(i, _)| i)
    }
    /// T*: the largest number of tables that any admissible child touches.
    pub fn tables_of_one_child_max(&self) -> usize {
        ChildKind::all().map(|kind| self.tables_of_kind(kind).count()).max().unwrap_or(0)
    }
}

/// Whether ages on 31 March, both ends in, and a presence on that day admit a kind of child.
pub fn admits(ages: [u8; 2], on_31_march: Presence, kind: ChildKind) -> bool {
    let is_there = match on_31_march {
        Presence::Either => true,
        Presence::InCare => kind.in_care,
        Presence::NotInCare => !kind.in_care,
    };
    is_there && (ages[0]..=ages[1]).contains(&kind.age)
}
