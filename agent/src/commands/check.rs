//! `check`: what is wrong with the returns, where, and what to do. Shows places and rules, never a value.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use shared::problem::Exit;

use super::{Given, Screen, Surroundings, read, year_in_words};
use crate::cli::CheckArgs;
use crate::histories::{Repair, each};
use crate::io::inbox::Input;
use crate::records::findings::Problem;
use crate::records::rules::{RuleBook, RuleId, Severity};
use crate::records::tables::Table;
use crate::records::{FileSeen, FileUse, ReturnRead};

/// Most places that the text shows for one rule; the JSON shows all.
const PLACES_SHOWN_MAX: usize = 8;

/// Runs the command.
pub fn run(args: &CheckArgs, surroundings: &mut Surroundings<'_>, screen: &mut Screen<'_>) -> anyhow::Result<Exit> {
    let given = read(&args.source, surroundings)?;
    report(args, &given, screen)
}

fn report(args: &CheckArgs, given: &Given, screen: &mut Screen<'_>) -> anyhow::Result<Exit> {
    let Given { authority, input, mending, rules } = given;
    let summary = each(&input.returns, input.year, *mending, drop);
    let found = input.returns.all.iter().any(|read| !read.findings.is_empty()) || !summary.repairs.is_empty();
    if args.json {
        let report = json!({
            "authority": authority.map(|authority| authority.to_string()),
            "reporting_year": input.year,
            "refused": refusals(input),
            "returns": input.returns.all.iter().map(|read| return_to_json(read, rules)).collect::<Vec<_>>(),
            "repairs": repairs_to_json(&summary.repairs, input),
            "n_children_without_header": summary.n_without_header,
            "left_aside": input.left_aside,
            "sent": false,
        });
        screen.line(&serde_json::to_string(&report)?)?;
    } else {
        for read in &input.returns.all {
            write_return(read, rules, screen)?;
        }
        write_repairs(&summary.repairs, input, screen)?;
        if summary.n_without_header > 0 {
            screen.line(&format!(
                "children who are counted nowhere, for want of a row in Header with a date of birth: {}",
                summary.n_without_header
            ))?;
        }
        for aside in &input.left_aside {
            screen.line(&format!("left aside: {aside}"))?;
        }
        write_verdict(input, found, screen)?;
    }
    Ok(match (input.refusals.is_empty(), args.strict && found) {
        (false, _) => Exit::InputRefused,
        (true, true) => Exit::DoneWithProblems,
        (true, false) => Exit::Done,
    })
}

/// The refusals of an input, as code and sentence.
fn refusals(input: &Input) -> Vec<Value> {
    input.refusals.iter().map(|refusal| json!({ "code": refusal.code(), "why": refusal.to_string() })).collect()
}

/// Writes why an input is refused.
pub(super) fn write_refusals(input: &Input, screen: &mut Screen<'_>) -> std::io::Result<()> {
    for refusal in &input.refusals {
        screen.note(&format!("refused: {refusal} ({})", refusal.code()))?;
    }
    Ok(())
}

fn write_verdict(input: &Input, found: bool, screen: &mut Screen<'_>) -> std::io::Result<()> {
    screen.line("")?;
    write_refusals(input, screen)?;
    let verdict = match (input.refusals.is_empty(), found) {
        (false, _) => "the input is refused: correct what is listed, then run check again",
        (true, true) => "the input can be used; what is listed above is worth correcting",
        (true, false) => "the input can be used; nothing was found",
    };
    screen.line(&format!("{}: {verdict}", year_in_words(input.year)))
}

fn write_return(read: &ReturnRead, rules: &RuleBook, screen: &mut Screen<'_>) -> std::io::Result<()> {
    screen.line(&format!("return {}", read.year))?;
    for file in &read.files {
        screen.line(&format!("  {}", file_in_words(file)))?;
    }
    let (n_errors, n_rows) = (read.findings.n_error_rows(), read.n_rows);
    let n_warnings = read.findings.n_of(Severity::Warn);
    screen.line(&format!("  {n_rows} rows, {n_errors} of them with errors; {n_warnings} warnings"))?;
    for (table, n_rows, n_errors) in read.extracts() {
        screen.line(&format!("  extract {table}: {n_rows} rows, {n_errors} of them with errors"))?;
    }
    for ((table, id), places) in by_rule(read) {
        let Some(count) = read.findings.counts().get(&(table, id)) else { continue };
        let (rule, n, severity) = (rules.rule(id), count.n, count.severity.words());
        screen.line(&format!("  {table} {severity} {} ({n}): {}; {}", rule.code, rule.says, rule.advice))?;
        for problem in places.iter().take(PLACES_SHOWN_MAX) {
            screen.line(&format!("    {}", place_in_words(read, problem)))?;
        }
        let n_shown = u64::try_from(places.len().min(PLACES_SHOWN_MAX)).unwrap_or(0);
        if n > n_shown {
            screen.line(&format!("    and {} more (--json lists them)", n - n_shown))?;
        }
    }
    Ok(())
}

fn by_rule(read: &ReturnRead) -> BTreeMap<(Table, RuleId), Vec<Problem>> {
    let mut by_rule: BTreeMap<(Table, RuleId), Vec<Problem>> =
        read.findings.counts().keys().map(|key| (*key, Vec::new())).collect();
    for problem in read.findings.listed() {
        by_rule.entry((problem.place.table, problem.rule)).or_default().push(problem);
    }
    by_rule
}

fn place_in_words(read: &ReturnRead, problem: &Problem) -> String {
    let (table, line) = (problem.place.table, problem.place.line);
    let file = read.file_of(table).unwrap_or(table.name());
    match problem.column() {
        "" => format!("{file}:{line}"),
        column => format!("{file}:{line}:{column}"),
    }
}

fn file_in_words(file: &FileSeen) -> String {
    let name = &file.name;
    match &file.used {
        FileUse::Read { table, n_rows, spare_columns } if spare_columns.is_empty() => format!("{name}: {table}, {n_rows} rows"),
        FileUse::Read { table, n_rows, spare_columns } => {
            format!("{name}: {table}, {n_rows} rows; spare columns left aside: {}", spare_columns.join(", "))
        }
        FileUse::NotYet { table } => {
            format!("{name}: {table}, set aside: it is part of returns from {} on", table.year_first())
        }
        FileUse::Ignored { table } => format!("{name}: {table}, ignored: the configuration says that it is not supplied"),
        FileUse::Unknown { resembles: Some(table), lacks } => {
            format!("{name}: not recognised, left aside; to be {table} it lacks {}", lacks.join(", "))
        }
        FileUse::Unknown { resembles: None, .. } => format!("{name}: not a table of the return, left aside"),
        FileUse::NotRead => format!("{name}: not read; the reason stands below"),
    }
}

fn write_repairs(repairs: &[Repair], input: &Input, screen: &mut Screen<'_>) -> std::io::Result<()> {
    let mut by_kind: BTreeMap<_, Vec<&Repair>> = BTreeMap::new();
    for repair in repairs {
        by_kind.entry(repair.kind).or_default().push(repair);
    }
    for (kind, repairs) in by_kind {
        screen.line(&format!("repaired ({}): {}", repairs.len(), kind.words()))?;
        for repair in repairs.iter().take(PLACES_SHOWN_MAX) {
            screen.line(&format!("    {}:{}", file_name(input, repair), repair.place.line))?;
        }
        if repairs.len() > PLACES_SHOWN_MAX {
            screen.line(&format!("    and {} more (--json lists them)", repairs.len() - PLACES_SHOWN_MAX))?;
        }
    }
    Ok(())
}

fn file_name<'i>(input: &'i Input, repair: &Repair) -> &'i str {
    let read = input.returns.all.iter().find(|read| read.year == repair.place.year);
    read.and_then(|read| read.file_of(repair.place.table)).unwrap_or(repair.place.table.name())
}

fn repairs_to_json(repairs: &[Repair], input: &Input) -> Vec<Value> {
    let one = |repair: &Repair| json!({ "return": repair.place.year, "file": file_name(input, repair), "line": repair.place.line, "what": repair.kind.words() });
    repairs.iter().map(one).collect()
}

fn return_to_json(read: &ReturnRead, rules: &RuleBook) -> Value {
    let counts = read.findings.counts().iter().map(|((table, id), count)| {
        let rule = rules.rule(*id);
        json!({
            "table": table, "rule": rule.code, "severity": count.severity,
            "says": rule.says, "advice": rule.advice, "n": count.n,
        })
    });
    let problems = read.findings.listed().into_iter().map(|problem| {
        let table = problem.place.table;
        json!({
            "file": read.file_of(table), "table": table, "line": problem.place.line,
            "column": problem.column(), "rule": problem.rule.code(),
        })
    });
    let extracts = read
        .extracts()
        .map(|(table, n_rows, n_errors)| json!({ "table": table, "n_rows": n_rows, "n_rows_with_errors": n_errors }));
    json!({
        "return": read.year,
        "files": read.files,
        "n_rows": read.n_rows,
        "n_rows_with_errors": read.findings.n_error_rows(),
        "extracts": extracts.collect::<Vec<_>>(),
        "rules": counts.collect::<Vec<_>>(),
        "problems": problems.collect::<Vec<_>>(),
    })
}

#[cfg(test)]
pub(super) mod tests;
