//! What the pages show of a release: a choice of its figures, in words. Pure; it computes no figure.
//!
//! Pages clamp what noise made negative to zero and say so; the files keep the exact values.

use std::collections::BTreeMap;

use shared::framework::{Framework, Kind, Measure, Table, Tier};
use shared::plan::Plan;
use shared::release::{Coverage, Figure, Level, Release, What};

use crate::registry::{Registry, RoundState};

/// Answers that a table shows side by side; more of them are left to the file, unless there is a sum of them.
const COLUMNS_MAX: usize = 6;

/// A round, for the list of rounds.
pub struct RoundView {
    /// `cla-2025`.
    pub id: String,
    /// In words.
    pub state: &'static str,
    /// When councils may send.
    pub opens_at: String,
    /// Until when.
    pub closes_at: String,
    /// How many councils are asked.
    pub n_authorities: usize,
}

/// One number with its range.
pub struct Cell {
    /// The number, or why there is none.
    pub value: String,
    /// "between x and y", or nothing.
    pub range: String,
}

/// One line of a table.
pub struct Row {
    /// Group or region.
    pub head: String,
    /// One for each column.
    pub cells: Vec<Cell>,
}

/// A table on a page.
pub struct TableView {
    /// What it shows.
    pub caption: String,
    /// What the rows are.
    pub stub: String,
    /// Heads of the columns.
    pub columns: Vec<String>,
    /// Lines.
    pub rows: Vec<Row>,
}

/// A measure with its tables.
pub struct MeasureView {
    /// `B1`.
    pub id: String,
    /// Title.
    pub title: String,
    /// The question.
    pub question: String,
    /// Who is counted.
    pub population: String,
    /// What a reader must know.
    pub caveat: String,
    /// England by group, then regions.
    pub tables: Vec<TableView>,
    /// Who was left out of the shares, and how many.
    pub outside: Vec<String>,
}

/// A headline measure on the first page.
pub struct HeadlineView {
    /// `B3`.
    pub id: String,
    /// The question.
    pub question: String,
    /// Answers with their number.
    pub rows: Vec<Row>,
    /// What the numbers are.
    pub unit: &'static str,
}

/// A measure in words.
pub struct MeasureWords {
    /// `B1`.
    pub id: String,
    /// Title.
    pub title: String,
    /// The question.
    pub question: String,
    /// Who is counted.
    pub population: String,
    /// Who chose it.
    pub chosen_by: String,
    /// Asks that it answers.
    pub asks: String,
    /// The answers.
    pub answers: Vec<String>,
    /// What a reader must know.
    pub caveat: String,
    /// Years in which it changed its meaning.
    pub breaks: Vec<String>,
}

/// Rounds, newest first.
pub fn round_views(registry: &Registry) -> Vec<RoundView> {
    let view = |(id, round): (&shared::ids::RoundId, &crate::registry::Round)| {
        let dates = round.plan.body().dates;
        RoundView {
            id: id.to_string(),
            state: match round.state {
                RoundState::Open => "councils are sending",
                RoundState::Closed => "closed, figures to come",
                RoundState::Released => "published",
            },
            opens_at: dates.send_opens_at.day().to_string(),
            closes_at: dates.send_closes_at.day().to_string(),
            n_authorities: round.plan.body().cohort.members.len(),
        }
    };
    registry.rounds.iter().rev().map(view).collect()
}

/// Names of the councils that are not in the figures.
pub fn absent_names(plan: &Plan, coverage: &Coverage) -> Vec<String> {
    let name = |id: &shared::ids::AuthorityId| plan.member(*id).map_or(id.to_string(), |m| m.name.clone());
    coverage.absent.iter().map(name).collect()
}

/// Every measure in words, in the catalogue's order.
pub fn measure_words(framework: &Framework) -> Vec<MeasureWords> {
    let words = |m: &Measure| MeasureWords {
        id: m.id.clone(),
        title: m.title.clone(),
        question: m.question.clone(),
        population: m.population.clone(),
        chosen_by: m.chosen_by.clone(),
        asks: m.ask.join(", "),
        answers: m
            .categories
            .iter()
            .map(|c| if c.outside { format!("{} (not in the shares)", c.label) } else { c.label.clone() })
            .collect(),
        caveat: m.caveat.clone(),
        breaks: m.breaks.iter().map(|b| format!("From {}: {}", b.year, b.text)).collect(),
    };
    framework.measures().iter().map(words).collect()
}

/// A column of a table: a category or view, and which of its figures.
struct Column {
    category: String,
    label: String,
    what: What,
}

type Key<'a> = (&'a str, &'a str, &'a str, &'a str, What);

/// Figures by table, area, group, category and kind.
struct Index<'a>(BTreeMap<Key<'a>, &'a Figure>);

impl<'a> Index<'a> {
    fn new(figures: &'a [Figure]) -> Self {
        let key = |f: &'a Figure| ((f.id.as_str(), f.area_code.as_str(), f.group.as_str(), f.category.as_str(), f.what), f);
        Self(figures.iter().map(key).collect())
    }
    fn cell(&self, table: &str, area: &str, group: &str, column: &Column) -> Cell {
        let figure = self.0.get(&(table, area, group, column.category.as_str(), column.what));
        figure.map_or(Cell { value: "not shown".into(), range: String::new() }, |f| cell(f))
    }
}

fn cell(figure: &Figure) -> Cell {
    let (Some(value), Some(low), Some(high)) = (figure.value, figure.low, figure.high) else {
        return Cell { value: "too uncertain to say".into(), range: String::new() };
    };
    match figure.what {
        What::Count => Cell { value: whole(value), range: format!("between {} and {}", whole(low), whole(high)) },
        What::Share => {
            let at = |x: f64| format!("{:.1}", x.clamp(0.0, 100.0));
            Cell { value: format!("{}%", at(value)), range: format!("between {} and {}", at(low), at(high)) }
        }
        What::Mean => Cell { value: format!("{value:.1}"), range: format!("between {low:.1} and {high:.1}") },
    }
}

/// A number of children for people: nothing below zero, no fractions, thousands apart.
fn whole(value: f64) -> String {
    let digits = format!("{:.0}", value.max(0.0));
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

fn columns(measure: &Measure) -> Vec<Column> {
    let counted: Vec<_> = measure.categories.iter().filter(|c| !c.outside).collect();
    let views = measure.views.iter().map(|v| Column { category: v.id.clone(), label: v.label.clone(), what: What::Share });
    match measure.kind {
        Kind::Mean => vec![Column { category: "mean".into(), label: mean_label(measure), what: What::Mean }],
        Kind::Share if counted.len() == 1 => {
            counted.iter().map(|c| Column { category: c.id.clone(), label: c.label.clone(), what: What::Count }).collect()
        }
        Kind::Share => {
            let shown = if counted.len() > COLUMNS_MAX && !measure.views.is_empty() { 0 } else { COLUMNS_MAX };
            let shares =
                counted.iter().take(shown).map(|c| Column { category: c.id.clone(), label: c.label.clone(), what: What::Share });
            let base = Column { category: "base".into(), label: "Children counted".into(), what: What::Count };
            shares.chain(views).chain([base]).collect()
        }
    }
}

fn mean_label(measure: &Measure) -> String {
    measure.unit.as_ref().map_or("Average".to_owned(), |unit| format!("Average, in {unit}"))
}

fn england(release: &Release) -> &str {
    let first = release.figures().iter().find(|f| f.level == Level::National);
    first.map_or("", |f| f.area_code.as_str())
}

/// Headline measures for England as a whole.
pub fn headlines(framework: &Framework, release: &Release) -> Vec<HeadlineView> {
    let index = Index::new(release.figures());
    let view = |m: &Measure| {
        let table = format!("{}.total", m.id);
        let columns: Vec<Column> = columns(m).into_iter().filter(|c| c.category != "base").collect();
        let row = |c: &Column| {
            let mut cell = index.cell(&table, england(release), "total", c);
            // the column's head says what it is
            cell.value = cell.value.trim_end_matches('%').to_owned();
            Row { head: c.label.clone(), cells: vec![cell] }
        };
        let unit = match columns.first().map(|c| c.what) {
            Some(What::Share) => "Out of every 100",
            Some(What::Mean) => "Average",
            Some(What::Count) | None => "How many",
        };
        HeadlineView { id: m.id.clone(), question: m.question.clone(), rows: columns.iter().map(row).collect(), unit }
    };
    framework.measures().iter().filter(|m| m.tier == Tier::Headline).map(view).collect()
}

/// Every measure with its tables.
pub fn measure_views(framework: &Framework, plan: &Plan, release: &Release) -> Vec<MeasureView> {
    let index = Index::new(release.figures());
    let view = |m: &Measure| {
        let columns = columns(m);
        MeasureView {
            id: m.id.clone(),
            title: m.title.clone(),
            question: m.question.clone(),
            population: m.population.clone(),
            caveat: m.caveat.clone(),
            tables: vec![by_group(framework, m, &columns, &index, england(release)), by_region(plan, m, &columns, &index)],
            outside: outside(m, &index, england(release)),
        }
    };
    framework.measures().iter().map(view).collect()
}

fn by_group(framework: &Framework, m: &Measure, columns: &[Column], index: &Index<'_>, area: &str) -> TableView {
    let of_measure = framework.tables().iter().filter(|t| t.measure == m.id);
    let rows_of = |t: &Table| {
        let row = |g: &shared::framework::Group| Row {
            head: g.label.clone(),
            cells: columns.iter().map(|c| index.cell(&t.id, area, &g.id, c)).collect(),
        };
        t.groups.iter().map(row).collect::<Vec<_>>()
    };
    TableView {
        caption: format!("{}: England, by group", m.title),
        stub: "Group".into(),
        columns: columns.iter().map(|c| c.label.clone()).collect(),
        rows: of_measure.flat_map(rows_of).collect(),
    }
}

fn by_region(plan: &Plan, m: &Measure, columns: &[Column], index: &Index<'_>) -> TableView {
    let table = format!("{}.total", m.id);
    let row = |r: &shared::plan::Region| Row {
        head: r.name.clone(),
        cells: columns.iter().map(|c| index.cell(&table, &r.code, "total", c)).collect(),
    };
    TableView {
        caption: format!("{}: regions", m.title),
        stub: "Region".into(),
        columns: columns.iter().map(|c| c.label.clone()).collect(),
        rows: plan.body().cohort.regions.iter().map(row).collect(),
    }
}

fn outside(m: &Measure, index: &Index<'_>, area: &str) -> Vec<String> {
    let table = format!("{}.total", m.id);
    let line = |c: &shared::framework::Category| {
        let column = Column { category: c.id.clone(), label: c.label.clone(), what: What::Count };
        let cell = index.cell(&table, area, "total", &column);
        format!("{}: {} ({})", column.label, cell.value, cell.range)
    };
    m.categories.iter().filter(|c| c.outside).map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        let check = |value: f64, expected: &str| assert_eq!(whole(value), expected);
        check(-3.2, "0");
        check(0.4, "0");
        check(999.6, "1,000");
        check(81_770.0, "81,770");
        check(1_234_567.0, "1,234,567");
    }

    #[test]
    fn every_measure_has_columns_that_fit_a_page() {
        for m in Framework::built_in().measures() {
            let columns = columns(m);
            assert!(!columns.is_empty() && columns.len() <= 2 * COLUMNS_MAX + 1, "{}", m.id);
        }
    }
}
