//! Measures: one history and one year become what this child adds to each table.
//!
//! Pure, and the last room that sees one child. Each measure is a function of a [`ChildHistory`] and a year that gives
//! an [`Answer`] or nothing; [`MeasureSet`] turns answers into contributions to the tables of the framework, by indexes
//! that are resolved once. It never sees a second child. Invariant: a child adds to at most one cell of a table, and
//! only to tables that admit its kind: its age on the last day of the year, and whether it is in care then. The words of every measure: `docs/measures.md`.

mod answer; // answers by name
mod groups; // in which group of a breakdown a child is
mod supply; // what is not there
mod asked; // who is asked in a survey

mod wellbeing; // A, as seen by carers
mod own_view; // A, in their own words
mod stability; // B: homes and carers
mod moves; // B: how homes ended
mod workers_schools; // B: social workers and schools
mod missing; // B: missing
mod location; // B: distance from home
mod relationships; // R
mod voice; // C
mod health; // D1 to D5, G0
mod services; // D7 to D9: mental-health services
mod arrival; // D10: coming into care
mod carers; // E
mod leaving; // F
mod care_leavers; // G1 to G4
mod support; // G5 to G9: support of care leavers
mod care_and_life; // H
mod population; // P

#[cfg(test)]
mod tests;
#[cfg(test)]
mod wellbeing_tests;

use shared::framework::{AGE_MAX, ChildKind, Framework, Kind, Table};
use shared::ids::ReportingYear;

use crate::day::Day;
use crate::histories::ChildHistory;
use answer::{Answer, Code, MeasureFn, What};
use groups::Resolver;

/// What a child adds to one cell.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Contribution {
    /// Index of the table in the framework.
    pub table: u16,
    /// Position of the group in the table.
    pub group: u8,
    /// Position of the category in the table.
    pub category: u8,
    /// 1 for a share, the amount as it stands (not centred) for a mean.
    pub amount: i32,
}

/// Everything that one child adds. No `Debug`: it is about one child.
pub struct ChildContributions {
    /// Age on the last day of the year, and whether the child is in care on it.
    pub kind: ChildKind,
    /// At most one for each table, in the order of the tables.
    pub entries: Vec<Contribution>,
}

/// Why code and catalogue do not fit together.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CatalogueError {
    /// The catalogue has a measure that no code counts.
    #[error("no code counts measure {0}")]
    MeasureUnknown(String),
    /// A name of the code is not in the catalogue, or the other way round.
    #[error("table {table}: the code and the catalogue differ on {name}")]
    NameDiffers {
        /// The table.
        table: String,
        /// The category, group or breakdown.
        name: String,
    },
    /// More tables or cells than an index holds.
    #[error("the framework has more tables, groups or categories than an index holds")]
    TooLarge,
}

/// The measures of a framework, with every name resolved to its index.
pub struct MeasureSet {
    measures: Vec<Resolved>,
}

struct Resolved {
    count: MeasureFn,
    tables: Vec<ResolvedTable>,
}

struct ResolvedTable {
    index: u16,
    ages: [u8; 2],
    resolver: Resolver,
    /// Position in the table of each answer of the code; for a mean, of its one sum.
    categories: Vec<u8>,
}

/// Code of every measure, room by room.
const CODE: &[&[Code]] = &[
    wellbeing::MEASURES,
    own_view::MEASURES,
    stability::MEASURES,
    moves::MEASURES,
    workers_schools::MEASURES,
    missing::MEASURES,
    location::MEASURES,
    relationships::MEASURES,
    voice::MEASURES,
    health::MEASURES,
    services::MEASURES,
    arrival::MEASURES,
    carers::MEASURES,
    leaving::MEASURES,
    care_leavers::MEASURES,
    support::MEASURES,
    care_and_life::MEASURES,
    population::MEASURES,
];

impl MeasureSet {
    /// Resolves every measure of a framework against the code.
    pub fn resolve(framework: &Framework) -> Result<Self, CatalogueError> {
        let mut measures = Vec::with_capacity(framework.measures().len());
        // no child is in a fact
        for measure in framework.measures().iter().filter(|measure| measure.kind != Kind::Fact) {
            let code = CODE.iter().copied().flatten().find(|code| code.id == measure.id);
            let Code { names, count, .. } = *code.ok_or_else(|| CatalogueError::MeasureUnknown(measure.id.clone()))?;
            let mut tables = Vec::new();
            for (index, table) in framework.tables().iter().enumerate().filter(|(_, table)| table.measure == measure.id) {
                tables.push(resolve_table(index, table, names)?);
            }
            measures.push(Resolved { count, tables });
        }
        Ok(Self { measures })
    }

    /// What a child adds in a year; `None` when its age on the last day is outside of what any table admits.
    pub fn contributions(&self, history: &ChildHistory, year: ReportingYear) -> Option<ChildContributions> {
        let age = history.age_on(Day::last_of(year)).filter(|age| *age <= AGE_MAX)?;
        let kind = ChildKind { age, in_care: history.episode_on_last_day(year).is_some() };
        let mut entries = Vec::new();
        for measure in &self.measures {
            if let Some(answer) = (measure.count)(history, year) {
                // ages are the catalogue's; that code and catalogue agree on who is in care on 31 March is asked by the bounds
                let tables = measure.tables.iter().filter(|table| (table.ages[0]..=table.ages[1]).contains(&age));
                entries.extend(tables.filter_map(|table| table.contribution(history, year, &answer)));
            }
        }
        entries.sort_by_key(|entry| entry.table);
        Some(ChildContributions { kind, entries })
    }
}

impl ResolvedTable {
    fn contribution(&self, history: &ChildHistory, year: ReportingYear, answer: &Answer) -> Option<Contribution> {
        let (position, amount) = match answer.what {
            What::Category(position) => (position, 1),
            What::Amount(amount) => (0, amount),
        };
        let category = *self.categories.get(position)?;
        let group = self.resolver.group(history, year, answer.moment)?;
        Some(Contribution { table: self.index, group, category, amount })
    }
}

fn resolve_table(index: usize, table: &Table, names: &[&str]) -> Result<ResolvedTable, CatalogueError> {
    let differs = |name: &str| CatalogueError::NameDiffers { table: table.id.clone(), name: name.to_owned() };
    let small = |position: usize| u8::try_from(position).map_err(|_| CatalogueError::TooLarge);
    let categories = match table.kind {
        Kind::Mean if names.is_empty() => vec![0],
        Kind::Mean => return Err(differs("mean")),
        Kind::Fact => return Err(differs("fact")),
        Kind::Share => {
            let spare = table.categories.iter().find(|category| !names.contains(&category.id.as_str()));
            if let Some(spare) = spare {
                return Err(differs(&spare.id));
            }
            let position = |name: &&str| table.category(name).ok_or_else(|| differs(name)).and_then(small);
            names.iter().map(position).collect::<Result<_, _>>()?
        }
    };
    let resolver = Resolver::of(table).ok_or_else(|| differs(&table.breakdown))?;
    let index = u16::try_from(index).map_err(|_| CatalogueError::TooLarge)?;
    Ok(ResolvedTable { index, ages: table.ages, resolver, categories })
}
