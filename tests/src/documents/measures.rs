//! `docs/measures.md`: what answers each ask, then every measure with its words, categories and worked examples.

use std::fmt::Write as _;

use agent::examples::{self, Example};
use shared::framework::{Family, Framework, Kind, Measure};
use shared::ids::ReportingYear;

/// The reporting year of examples that name none.
const USUAL_YEAR: i16 = 2025;

/// The whole page.
pub(super) fn page(framework: &Framework) -> String {
    let mut text = String::from(
        "# Measures\n\nMade from `config/framework.toml` and `docs/examples` by `cargo run -p tests --bin documents`; do not edit.\n\n",
    );
    let (tables, cells) = (framework.tables().len(), framework.n_cells());
    let most = framework.tables_of_one_child_max();
    let _ = writeln!(
        text,
        "Framework {}: {} measures, {tables} tables, {cells} cells; one child is in at most {most} tables.\n\n\
         A *share* puts each child in exactly one category; categories marked *outside* are published as coverage and are in no\n\
         share. A *mean* adds a bounded amount for each child. A *fact* is what an authority states of itself, exact and of no child.\n\
         Ages are completed years on 31 March unless said otherwise.\n",
        framework.version(),
        framework.measures().len(),
    );
    text += &contents(framework);
    text += &asks(framework);
    for family in framework.families() {
        let _ = writeln!(text, "# {} {}\n", family.letter, family.words);
        for measure in &family.measures {
            text += &one_measure(framework, measure);
        }
    }
    text
}

fn contents(framework: &Framework) -> String {
    let line = |f: Family<'_>| {
        let ids: Vec<&str> = f.measures.iter().map(|m| m.id.as_str()).collect();
        format!("- {} {}: {}\n", f.letter, f.words, ids.join(", "))
    };
    framework.families().into_iter().map(line).collect::<String>() + "\n"
}

/// Every ask, the measures that answer it, and what cannot be told.
fn asks(framework: &Framework) -> String {
    let mut text = String::from(
        "# What was asked for, and what answers it\n\n\
         The asks of the Alliance for Children in Care and Care Leavers (2016 and 2019), in our words.\n\n\
         | ask | what answers it | what records cannot tell |\n|---|---|---|\n",
    );
    for ask in framework.asks() {
        let answers = framework.measures().iter().filter(|m| m.ask.contains(&ask.id));
        let answers = ask.besides.iter().cloned().chain(answers.map(|m| format!("{} {}", m.id, m.title)));
        let answers: Vec<String> = answers.collect();
        let answers = answers.join("<br>");
        let _ = writeln!(text, "| **{}** {} | {answers} | {} |", ask.id, ask.text, ask.cannot_tell);
    }
    text + "\n"
}

fn one_measure(framework: &Framework, m: &Measure) -> String {
    let mut text = format!("## {} {}\n\n*{}*\n\n", m.id, m.title, m.question);
    let ages = if m.kind == Kind::Fact { String::new() } else { format!(", ages {} to {}", m.ages[0], m.ages[1]) };
    let _ = writeln!(
        text,
        "- Who is counted: {}{ages}\n- Chosen by: {} (asks {})\n- Needs: {}\n- Rule: {}\n- Mind: {}",
        m.population,
        m.chosen_by,
        m.ask.join(", "),
        needs(m),
        m.source,
        m.caveat,
    );
    for b in &m.breaks {
        let _ = writeln!(text, "- Break in the series: {}: {}", b.year, b.text);
    }
    if m.rate {
        text += "- Also a rate: per 10,000 children aged 0 to 17 who live there, by the mid-year estimate in the plan\n";
    }
    if m.breakdowns.is_empty() {
        text += "\n";
    } else {
        let _ = writeln!(text, "- Tables: by {}\n", m.breakdowns.join(", "));
    }
    text += &categories(m);
    text += &worked(framework, m);
    text + "\n"
}

fn needs(m: &Measure) -> String {
    match m.return_years {
        0 => format!("a line in `agent.toml`: `[facts]`, `{} = true` or `false`; without it \"not stated\"", m.id),
        1 => format!("{} of one return year", m.return_tables.join(", ")),
        n => format!("{} of {n} return years", m.return_tables.join(", ")),
    }
}

fn categories(m: &Measure) -> String {
    match m.kind {
        Kind::Share => {
            let mut text = String::from("| category | words | |\n|---|---|---|\n");
            for c in &m.categories {
                let _ = writeln!(text, "| `{}` | {} | {} |", c.id, c.label, if c.outside { "outside" } else { "" });
            }
            for v in &m.views {
                let _ = writeln!(text, "| `{}` | {} | sum of {} |", v.id, v.label, v.sum.join(", "));
            }
            text
        }
        Kind::Mean => {
            let [low, high] = m.bounds.unwrap_or_default();
            let unit = m.unit.clone().unwrap_or_default();
            let count = m.count_from.clone().unwrap_or_default();
            format!("An amount of {low} to {high} {unit}, centred at {}; its children are those of `{count}`.\n", m.centre())
        }
        Kind::Fact => {
            "Published: the number of authorities that state `yes`, `no` and nothing (`not_stated`), without noise.\n".into()
        }
    }
}

/// The worked examples of a measure, if it has any.
fn worked(framework: &Framework, m: &Measure) -> String {
    let mut examples = examples::all().iter().filter(|e| e.measure == m.id).peekable();
    if examples.peek().is_none() {
        return String::new();
    }
    let mut text = String::from(
        "\nWorked examples; the children are made up.\n\n| what the returns say | counted as | why |\n|---|---|---|\n",
    );
    for e in examples {
        let _ = writeln!(text, "| {} | {} | {} |", told(e), counted_as(framework, m, e), cell(&e.why));
    }
    text
}

/// What an example's returns say, line by line.
fn told(e: &Example) -> String {
    let mut lines = vec![format!("born {}, {}, {}", e.born, e.sex, e.ethnic)];
    if e.year.number() != USUAL_YEAR {
        lines.push(format!("reporting year {}", e.year));
    }
    if !e.years.is_empty() {
        let years: Vec<String> = e.years.iter().map(ReportingYear::to_string).collect();
        lines.push(format!("returns of {}", years.join(", ")));
    }
    lines.extend(e.care.iter().map(|line| format!("`{line}`")));
    lines.extend(e.rows.iter().map(|line| format!("`{line}`")));
    lines.extend(e.empty.iter().map(|line| format!("`{line}` without a row")));
    cell(&lines.join("<br>"))
}

/// Category, amount or nothing, and the groups that the example names.
fn counted_as(framework: &Framework, m: &Measure, e: &Example) -> String {
    let label = |id: &str| m.categories.iter().find(|c| c.id == id).map(|c| c.label.clone());
    let counted = match &e.expect {
        None => "not counted".to_owned(),
        Some(id) => label(id).map_or(format!("`{id}`"), |words| format!("`{id}` {words}")),
    };
    let group = |name: &String| {
        let (breakdown, _) = name.split_once('/').unwrap_or((name, ""));
        let known = framework.breakdowns().iter().any(|b| b.id == breakdown);
        if known { format!("<br>`{name}`") } else { format!("<br>{name}") }
    };
    cell(&(counted + &e.groups.iter().map(group).collect::<String>()))
}

/// A cell of a table: no line break, no bar.
fn cell(text: &str) -> String {
    text.replace('\n', " ").replace('|', "\\|")
}
