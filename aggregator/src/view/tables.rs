//! The tables of a measure: England, England by each breakdown, regions, and councils where the release tells of them.

use std::collections::BTreeMap;

use shared::framework::{About, Category, Framework, Kind, Measure, Table, View};
use shared::plan::Plan;
use shared::release::{Figure, Level, Release, What};
use shared::submission::FactAnswer;

use super::{Cell, Row, TableView};

/// Ends of a share, in percent, at which it is written as a whole number without a range.
const SHARE_EDGE: f64 = 0.05;

/// A row of a table: an answer, a sum of answers, or all who are counted.
pub(super) struct Line {
    pub(super) category: String,
    pub(super) label: String,
    pub(super) note: String,
    pub(super) what: What,
}

type Key<'a> = (&'a str, &'a str, &'a str, &'a str, What);

/// Figures by table, area, group, category and kind.
pub(super) struct Index<'a>(BTreeMap<Key<'a>, &'a Figure>);

impl<'a> Index<'a> {
    pub(super) fn new(figures: &'a [Figure]) -> Self {
        let key = |f: &'a Figure| ((f.id.as_str(), f.area_code.as_str(), f.group.as_str(), f.category.as_str(), f.what), f);
        Self(figures.iter().map(key).collect())
    }
    pub(super) fn cell(&self, table: &str, area: &str, group: &str, category: &str, what: What) -> Cell {
        self.0.get(&(table, area, group, category, what)).map_or(words_alone("not shown"), |figure| cell(figure))
    }
}

/// A cell without a number.
fn words_alone(words: &str) -> Cell {
    Cell { value: words.into(), range: String::new() }
}

pub(super) fn cell(figure: &Figure) -> Cell {
    if figure.authorities == 0 {
        return words_alone("no council took part");
    }
    if figure.what == What::Authorities {
        return words_alone(&figure.value.map_or("not shown".to_owned(), whole));
    }
    let (Some(value), Some(low), Some(high)) = (figure.value, figure.low, figure.high) else {
        return words_alone("too uncertain to say");
    };
    match figure.what {
        // the whole range is below what can be: the number is small, and its range would say nothing
        What::Count if high < 0.5 => words_alone("close to 0"),
        What::Rate if high < SHARE_EDGE => words_alone("close to 0"),
        What::Share if high < SHARE_EDGE => words_alone("close to 0%"),
        What::Share if low > 100.0 - SHARE_EDGE => words_alone("close to 100%"),
        What::Count => Cell { value: whole(value), range: format!("between {} and {}", whole(low), whole(high)) },
        What::Share => {
            let at = |x: f64| format!("{:.1}", x.clamp(0.0, 100.0));
            Cell { value: format!("{}%", at(value)), range: format!("between {} and {}", at(low), at(high)) }
        }
        What::Rate => {
            let at = |x: f64| format!("{:.1}", x.max(0.0));
            Cell { value: at(value), range: format!("between {} and {}", at(low), at(high)) }
        }
        What::Mean => Cell { value: format!("{value:.1}"), range: format!("between {low:.1} and {high:.1}") },
        What::Authorities => words_alone(&whole(value)),
    }
}

/// A number of children for people: nothing below zero, no fractions, thousands apart.
pub(super) fn whole(value: f64) -> String {
    apart(&format!("{:.0}", value.max(0.0)))
}

/// Digits with a comma before every third one from the end.
pub(super) fn apart(digits: &str) -> String {
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// Every row that a measure has: counted answers, sums of them, all who are counted; with the rate where there is one.
pub(super) fn lines(m: &Measure, with_rate: bool) -> Vec<Line> {
    let of =
        |category: &str, label: &str, what| Line { category: category.into(), label: label.into(), note: String::new(), what };
    let counted: Vec<_> = m.categories.iter().filter(|c| !c.outside).collect();
    match m.kind {
        Kind::Mean => vec![of("mean", &mean_label(m), What::Mean)],
        Kind::Fact => FactAnswer::ALL.iter().map(|a| of(a.id(), a.label(), What::Authorities)).collect(),
        Kind::Share if counted.len() == 1 => {
            let counts = counted.iter().map(|c| of(&c.id, &c.label, What::Count));
            let rates = counted.iter().filter(|_| with_rate).map(|c| of(&c.id, &rate_label(c), What::Rate));
            counts.chain(rates).collect()
        }
        Kind::Share => {
            let base = match m.about {
                About::Children | About::Authority => "Children counted",
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

fn rate_label(category: &Category) -> String {
    format!("{}, out of every 10,000 under 18 who live there", category.label)
}

/// Everything that tables are made of.
pub(super) struct Scene<'a> {
    framework: &'a Framework,
    plan: &'a Plan,
    index: &'a Index<'a>,
    /// Code of England.
    pub(super) england: &'a str,
    has_rates: bool,
    absent: Vec<shared::ids::AuthorityId>,
}

impl<'a> Scene<'a> {
    pub(super) fn new(framework: &'a Framework, plan: &'a Plan, release: &'a Release, index: &'a Index<'a>) -> Self {
        let national = release.figures().iter().find(|f| f.level == Level::National);
        let england = national.map_or("", |f| f.area_code.as_str());
        let absent = release.coverage().absent.clone();
        Self { framework, plan, index, england, has_rates: release.population().is_some(), absent }
    }

    /// All tables of a measure.
    pub(super) fn tables(&self, m: &Measure) -> Vec<TableView> {
        let has_rate = m.rate && self.has_rates;
        let (plain, all) = (lines(m, false), lines(m, has_rate));
        let of_measure = self.framework.tables().iter().filter(|t| t.measure == m.id);
        let divided = of_measure.filter(|t| t.groups.len() > 1).map(|t| self.by_group(m, t, &plain));
        let england = std::iter::once(self.as_a_whole(m, &all));
        let councils = (has_rate || m.kind == Kind::Fact).then(|| self.by_council(m, &all));
        england.chain(divided).chain([self.by_region(m, &all)]).chain(councils).collect()
    }

    /// Id under which a measure's total stands: its table, or the measure itself where it has none.
    fn total(m: &Measure) -> String {
        match m.kind {
            Kind::Fact => m.id.clone(),
            Kind::Share | Kind::Mean => format!("{}.total", m.id),
        }
    }

    /// England as a whole: shares and counts side by side.
    fn as_a_whole(&self, m: &Measure, lines: &[Line]) -> TableView {
        let table = Self::total(m);
        let at = |line: &Line, what| self.index.cell(&table, self.england, "total", &line.category, what);
        let has_shares = lines.iter().any(|line| line.what == What::Share);
        let row = |line: &Line| Row {
            head: line.label.clone(),
            note: line.note.clone(),
            cells: match line.what {
                What::Share => vec![at(line, What::Share), at(line, What::Count)],
                What::Count if has_shares => vec![words_alone("all"), at(line, What::Count)],
                What::Count | What::Mean | What::Rate | What::Authorities => vec![at(line, line.what)],
            },
        };
        let columns: &[&str] = match lines.first().map(|line| line.what) {
            Some(What::Share) => &["Share", "How many"],
            Some(What::Authorities) => &["How many councils"],
            Some(What::Count | What::Mean | What::Rate) | None => &["England"],
        };
        TableView {
            caption: format!("{}: England", m.title),
            stub: "Answer".into(),
            columns: columns.iter().map(|&c| c.to_owned()).collect(),
            rows: lines.iter().map(row).collect(),
        }
    }

    fn by_group(&self, m: &Measure, table: &Table, lines: &[Line]) -> TableView {
        let breakdown = self.framework.breakdowns().iter().find(|b| b.id == table.breakdown);
        let cell = |line: &Line, group: &str| self.index.cell(&table.id, self.england, group, &line.category, line.what);
        let row = |line: &Line| Row {
            head: line.label.clone(),
            note: short_note(line),
            cells: table.groups.iter().map(|g| cell(line, &g.id)).collect(),
        };
        TableView {
            caption: format!("{}: England, by group ({})", m.title, breakdown.map_or("", |b| b.label.as_str())),
            stub: "Answer".into(),
            columns: table.groups.iter().map(|g| g.label.clone()).collect(),
            rows: lines.iter().map(row).collect(),
        }
    }

    fn by_region(&self, m: &Measure, lines: &[Line]) -> TableView {
        let table = Self::total(m);
        let regions = &self.plan.body().cohort.regions;
        let row = |line: &Line| Row {
            head: line.label.clone(),
            note: short_note(line),
            cells: regions.iter().map(|r| self.index.cell(&table, &r.code, "total", &line.category, line.what)).collect(),
        };
        TableView {
            caption: format!("{}: regions", m.title),
            stub: "Answer".into(),
            columns: regions.iter().map(|r| r.name.clone()).collect(),
            rows: lines.iter().map(row).collect(),
        }
    }

    /// One row for each council that took part. Of a fact each council has one answer, which stands in one column.
    fn by_council(&self, m: &Measure, lines: &[Line]) -> TableView {
        let table = Self::total(m);
        let at = |code: &str, line: &Line| self.index.cell(&table, code, "total", &line.category, line.what);
        let stated = |code: &str| {
            let gave = lines.iter().find(|line| at(code, line).value == "1");
            vec![words_alone(gave.map_or("not shown", |line| line.label.as_str()))]
        };
        let is_fact = m.kind == Kind::Fact;
        let row = |member: &shared::plan::CohortMember| Row {
            head: member.name.clone(),
            note: String::new(),
            cells: if is_fact { stated(&member.ons_code) } else { lines.iter().map(|line| at(&member.ons_code, line)).collect() },
        };
        let members = self.plan.body().cohort.members.iter().filter(|m| !self.absent.contains(&m.authority));
        let answer = || vec!["Answer".to_owned()];
        TableView {
            caption: format!("{}: councils that took part", m.title),
            stub: "Council".into(),
            columns: if is_fact { answer() } else { lines.iter().map(|line| line.label.clone()).collect() },
            rows: members.map(row).collect(),
        }
    }

    /// Who was left out of the shares, and how many.
    pub(super) fn outside(&self, m: &Measure) -> Vec<String> {
        let table = Self::total(m);
        let line = |c: &Category| {
            let cell = self.index.cell(&table, self.england, "total", &c.id, What::Count);
            let range = if cell.range.is_empty() { String::new() } else { format!(" ({})", cell.range) };
            format!("{}: {}{range}", c.label, cell.value)
        };
        m.categories.iter().filter(|c| c.outside).map(line).collect()
    }
}

/// The table of England says once what a sum adds up; the others mark it.
fn short_note(line: &Line) -> String {
    if line.note.is_empty() { String::new() } else { "A sum of answers above".into() }
}
