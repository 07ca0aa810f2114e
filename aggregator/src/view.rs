//! What the pages show of a release: a choice of its figures, in words. Pure; it computes no figure.
//!
//! Pages clamp what noise made negative to zero and say so; the files keep the exact values. Rows are answers, columns are
//! groups or regions: every counted answer has its row, and every sum of answers one that says what it adds up.

mod words;

pub use words::{MeasureWords, measure_words};

use std::collections::BTreeMap;

use shared::framework::{About, Framework, Kind, Measure, Table, Tier, View};
use shared::plan::Plan;
use shared::release::{Coverage, Figure, Level, Release, What};

use crate::registry::{Registry, RoundState};

/// Answers that the first page shows of a measure; of more of them it shows the sums, where there are any.
const HEADLINE_ANSWERS_MAX: usize = 6;
/// Ends of a share, in percent, at which it is written as a whole number without a range.
const SHARE_EDGE: f64 = 0.05;

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
    /// The answer.
    pub head: String,
    /// What it adds up, for a sum of answers.
    pub note: String,
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
    /// Words of the field, explained.
    pub explained: Vec<&'static str>,
    /// England, England by each breakdown, regions.
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

/// A row of a table: an answer, a sum of answers, or all who are counted.
struct Line {
    category: String,
    label: String,
    note: String,
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
    fn cell(&self, table: &str, area: &str, group: &str, category: &str, what: What) -> Cell {
        self.0.get(&(table, area, group, category, what)).map_or(words_alone("not shown"), |figure| cell(figure))
    }
}

/// A cell without a number.
fn words_alone(words: &str) -> Cell {
    Cell { value: words.into(), range: String::new() }
}

fn cell(figure: &Figure) -> Cell {
    if figure.authorities == 0 {
        return words_alone("no council took part");
    }
    let (Some(value), Some(low), Some(high)) = (figure.value, figure.low, figure.high) else {
        return words_alone("too uncertain to say");
    };
    match figure.what {
        // the whole range is below what can be: the number is small, and its range would say nothing
        What::Count if high < 0.5 => words_alone("close to 0"),
        What::Share if high < SHARE_EDGE => words_alone("close to 0%"),
        What::Share if low > 100.0 - SHARE_EDGE => words_alone("close to 100%"),
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

/// Every row that a measure has: counted answers, sums of them, all who are counted.
fn lines(m: &Measure) -> Vec<Line> {
    let of =
        |category: &str, label: &str, what| Line { category: category.into(), label: label.into(), note: String::new(), what };
    let counted: Vec<_> = m.categories.iter().filter(|c| !c.outside).collect();
    match m.kind {
        Kind::Mean => vec![of("mean", &mean_label(m), What::Mean)],
        Kind::Share if counted.len() == 1 => counted.iter().map(|c| of(&c.id, &c.label, What::Count)).collect(),
        Kind::Share => {
            let base = match m.about {
                About::Children => "Children counted",
                About::CareLeavers => "Young people counted",
            };
            let answers = counted.iter().map(|c| of(&c.id, &c.label, What::Share));
            let sums = m.views.iter().map(|v| Line { note: sum_note(m, v), ..of(&v.id, &v.label, What::Share) });
            answers.chain(sums).chain([of("base", base, What::Count)]).collect()
        }
    }
}

/// What a sum adds up, in the words of its answers.
fn sum_note(m: &Measure, view: &View) -> String {
    let summed = m.categories.iter().filter(|c| view.sum.contains(&c.id)).map(|c| c.label.as_str());
    format!("A sum of answers above: {}", summed.collect::<Vec<_>>().join("; "))
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
        let lines = headline_lines(m);
        let row = |line: &Line| {
            let mut cell = index.cell(&table, england(release), "total", &line.category, line.what);
            // the column's head says what it is
            cell.value = cell.value.trim_end_matches('%').to_owned();
            Row { head: line.label.clone(), note: line.note.clone(), cells: vec![cell] }
        };
        let unit = match lines.first().map(|line| line.what) {
            Some(What::Share) => "Out of every 100",
            Some(What::Mean) => "Average",
            Some(What::Count) | None => "How many",
        };
        HeadlineView { id: m.id.clone(), question: m.question.clone(), rows: lines.iter().map(row).collect(), unit }
    };
    framework.measures().iter().filter(|m| m.tier == Tier::Headline).map(view).collect()
}

/// The first page leaves long lists of answers to the release's page, and shows their sums without saying what is in them.
fn headline_lines(m: &Measure) -> Vec<Line> {
    let n_answers = m.categories.iter().filter(|c| !c.outside).count();
    let sums_alone = n_answers > HEADLINE_ANSWERS_MAX && !m.views.is_empty();
    let is_sum = |line: &Line| m.views.iter().any(|v| v.id == line.category);
    let shown = lines(m).into_iter().filter(|line| line.category != "base" && (!sums_alone || is_sum(line)));
    shown.map(|line| if sums_alone { Line { note: String::new(), ..line } } else { line }).collect()
}

/// Every measure with its tables.
pub fn measure_views(framework: &Framework, plan: &Plan, release: &Release) -> Vec<MeasureView> {
    let index = Index::new(release.figures());
    let view = |m: &Measure| {
        let lines = lines(m);
        let area = england(release);
        let of_measure = framework.tables().iter().filter(|t| t.measure == m.id);
        let divided = of_measure.filter(|t| t.groups.len() > 1).map(|t| by_group(framework, m, t, &lines, &index, area));
        let england = std::iter::once(as_a_whole(m, &lines, &index, area));
        MeasureView {
            id: m.id.clone(),
            title: m.title.clone(),
            question: m.question.clone(),
            population: words::population(framework, m),
            caveat: m.caveat.clone(),
            explained: words::explained(m),
            tables: england.chain(divided).chain([by_region(plan, m, &lines, &index)]).collect(),
            outside: outside(m, &index, area),
        }
    };
    framework.measures().iter().map(view).collect()
}

/// England as a whole: shares and counts side by side.
fn as_a_whole(m: &Measure, lines: &[Line], index: &Index<'_>, area: &str) -> TableView {
    let table = format!("{}.total", m.id);
    let at = |line: &Line, what| index.cell(&table, area, "total", &line.category, what);
    let has_shares = lines.iter().any(|line| line.what == What::Share);
    let row = |line: &Line| Row {
        head: line.label.clone(),
        note: line.note.clone(),
        cells: match line.what {
            What::Share => vec![at(line, What::Share), at(line, What::Count)],
            What::Count if has_shares => vec![words_alone("all"), at(line, What::Count)],
            What::Count | What::Mean => vec![at(line, line.what)],
        },
    };
    let columns: &[&str] = match lines.first().map(|line| line.what) {
        Some(What::Share) => &["Share", "How many"],
        Some(What::Mean) => &["England"],
        Some(What::Count) | None => &["How many"],
    };
    TableView {
        caption: format!("{}: England", m.title),
        stub: "Answer".into(),
        columns: columns.iter().map(|&c| c.to_owned()).collect(),
        rows: lines.iter().map(row).collect(),
    }
}

fn by_group(framework: &Framework, m: &Measure, table: &Table, lines: &[Line], index: &Index<'_>, area: &str) -> TableView {
    let breakdown = framework.breakdowns().iter().find(|b| b.id == table.breakdown);
    let row = |line: &Line| Row {
        head: line.label.clone(),
        note: short_note(line),
        cells: table.groups.iter().map(|g| index.cell(&table.id, area, &g.id, &line.category, line.what)).collect(),
    };
    TableView {
        caption: format!("{}: England, by group ({})", m.title, breakdown.map_or("", |b| b.label.as_str())),
        stub: "Answer".into(),
        columns: table.groups.iter().map(|g| g.label.clone()).collect(),
        rows: lines.iter().map(row).collect(),
    }
}

fn by_region(plan: &Plan, m: &Measure, lines: &[Line], index: &Index<'_>) -> TableView {
    let table = format!("{}.total", m.id);
    let regions = &plan.body().cohort.regions;
    let row = |line: &Line| Row {
        head: line.label.clone(),
        note: short_note(line),
        cells: regions.iter().map(|r| index.cell(&table, &r.code, "total", &line.category, line.what)).collect(),
    };
    TableView {
        caption: format!("{}: regions", m.title),
        stub: "Answer".into(),
        columns: regions.iter().map(|r| r.name.clone()).collect(),
        rows: lines.iter().map(row).collect(),
    }
}

/// The table of England says once what a sum adds up; the others mark it.
fn short_note(line: &Line) -> String {
    if line.note.is_empty() { String::new() } else { "A sum of answers above".into() }
}

fn outside(m: &Measure, index: &Index<'_>, area: &str) -> Vec<String> {
    let table = format!("{}.total", m.id);
    let line = |c: &shared::framework::Category| {
        let cell = index.cell(&table, area, "total", &c.id, What::Count);
        let range = if cell.range.is_empty() { String::new() } else { format!(" ({})", cell.range) };
        format!("{}: {}{range}", c.label, cell.value)
    };
    m.categories.iter().filter(|c| c.outside).map(line).collect()
}

#[cfg(test)]
mod tests;
