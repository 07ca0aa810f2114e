//! Pages: the exact figures of one authority as a person reads them, family after family, beside England's last published.
//!
//! Pure: figures in, pages out, as lines of text or as one HTML document. Counts from 1 to 5, and what would give them away,
//! are left out ([`hiding`]) unless small counts were asked for; a page never holds what it does not show. Everything here
//! is about one authority and stays with it: no `Debug`, no `Serialize`, and no room on the sending way names it.

pub mod number; // how a number is written
pub mod hiding; // which counts are not shown
mod build; // figures -> pages
pub mod text; // pages -> lines for a terminal
pub mod html; // pages -> one document with small charts

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use shared::framework::{Framework, Measure};
use shared::ids::{AuthorityId, ReportingYear};

use crate::figures::LocalFigures;
use crate::official::england::{England, TOTAL};
use number::Shown;

/// Whether counts from 1 to 5 are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Small {
    /// They are not, nor what would give them away.
    Hidden,
    /// They are.
    Shown,
}

/// Which measures are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Every one.
    All,
    /// Those of some families.
    Families(Vec<char>),
    /// One, by its id.
    Measure(String),
}

impl Wanted {
    /// Whether a measure is among them.
    pub fn takes(&self, measure: &Measure) -> bool {
        match self {
            Self::All => true,
            Self::Families(letters) => letters.iter().any(|letter| measure.family().starts_with(*letter)),
            Self::Measure(id) => *id == measure.id,
        }
    }
}

/// What pages are made of.
pub struct Material<'m> {
    /// Whose figures they are, where that is known.
    pub authority: Option<AuthorityId>,
    /// The reporting year.
    pub year: ReportingYear,
    /// The catalogue under which they were counted; with a breakdown that no plan has, that by every breakdown.
    pub framework: &'m Framework,
    /// The figures.
    pub figures: &'m LocalFigures,
    /// What is published of England.
    pub england: &'m England,
    /// What the authority states of itself, by the id of the fact.
    pub facts: &'m BTreeMap<String, bool>,
    /// Standard deviations of the noise by table, where a plan is known.
    pub noise_sd: &'m BTreeMap<String, f64>,
}

/// What a person asked for.
pub struct Choice {
    /// Which measures.
    pub wanted: Wanted,
    /// By which breakdown, by its id.
    pub by: Option<String>,
    /// Small counts.
    pub small: Small,
}

impl Choice {
    /// Whether the breakdown fits a measure, in a framework by every breakdown.
    pub fn fits(&self, measure: &Measure, framework: &Framework) -> bool {
        let by = self.by.as_deref().filter(|by| *by != TOTAL);
        by.is_none_or(|by| framework.tables().iter().any(|table| table.measure == measure.id && table.breakdown == by))
    }
}

/// Pages, one a family.
pub struct Pages {
    authority: Option<AuthorityId>,
    year: ReportingYear,
    /// Words of the breakdown.
    by: Option<String>,
    /// Measures left out, since the breakdown does not fit them.
    n_unfit: usize,
    small: Small,
    families: Vec<FamilyPage>,
}

impl Pages {
    /// Makes the pages that were asked for.
    pub fn of(material: &Material<'_>, choice: &Choice) -> Self {
        build::pages(material, choice)
    }

    fn whose(&self) -> String {
        let of = self.authority.map_or(String::new(), |authority| format!(" of authority {authority}"));
        format!("exact figures{of} for the year ending 31 March {}", self.year)
    }

    /// What a reader must know of the numbers on every page.
    fn explanations(&self) -> Vec<String> {
        let small = match self.small {
            Small::Hidden => {
                "hidden: a count under 6, or one that would give such a count away, 0 among them; about: to the nearest 10, \
                 for the same reason. --small shows every count."
            }
            Small::Shown => "small counts are shown: 1 to 5 may point to a child.",
        };
        let shares = "Shares are of those counted; who is left out of them stands below. England: the last \
                      published figure not after this year.";
        let unfit = match self.n_unfit {
            0 => None,
            1 => Some("1 measure is left out: this breakdown does not fit it.".to_owned()),
            n => Some(format!("{n} measures are left out: this breakdown does not fit them.")),
        };
        [small.to_owned(), shares.to_owned()].into_iter().chain(unfit).collect()
    }
}

struct FamilyPage {
    letter: String,
    words: String,
    measures: Vec<MeasureBlock>,
    /// Sources of England's figures, in the order of their numbers from 1.
    sources: Vec<String>,
}

struct MeasureBlock {
    id: String,
    title: String,
    question: String,
    population: String,
    caveat: String,
    /// Whom it counts, as the head of a column.
    who: &'static str,
    /// Further remarks: breaks of the series, the noise, a breakdown that is hidden as a whole.
    remarks: Vec<String>,
    /// All, then the groups of the breakdown.
    sections: Vec<Section>,
}

/// A measure for everyone, or for one group.
struct Section {
    /// Words of the group; none for everyone.
    group: Option<String>,
    lines: Vec<Line>,
    /// How many are counted; none for a measure that is itself a count.
    base: Option<Shown>,
    /// Who is left out of the shares, in words, and how many.
    left_out: Vec<(String, Shown)>,
    /// What is said instead of numbers: why there are none, or the answer of a fact.
    nothing: Option<&'static str>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum LineKind {
    /// An answer.
    Category,
    /// A published sum of answers.
    Sum,
    /// A mean.
    Mean,
}

struct Line {
    kind: LineKind,
    label: String,
    /// How many; nothing for a mean.
    count: Shown,
    /// The share, or the mean; nothing where the count says all.
    value: Shown,
    england: Option<Beside>,
}

/// England's figure beside a line.
struct Beside {
    /// The figure with its unit.
    figure: String,
    /// Per cent in tenths, for the charts.
    per_cent: Option<i64>,
    year: ReportingYear,
    /// Number of its source on the page, from 1.
    source: usize,
}

impl Beside {
    fn words(&self) -> String {
        format!("{} ({}) [{}]", self.figure, self.year, self.source)
    }
}
