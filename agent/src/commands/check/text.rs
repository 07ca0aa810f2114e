//! The report for people: per return the files, each table, each rule with its first places; repairs; the verdict.

use std::collections::BTreeMap;

use super::values::CellValues;
use super::{Given, Screen, return_of};
use crate::commands::year_in_words;
use crate::histories::{Mending, Repair, Summary};
use crate::io::inbox::Input;
use crate::records::findings::Problem;
use crate::records::rules::{RuleId, Severity};
use crate::records::tables::Table;
use crate::records::{FileSeen, FileUse, ReturnRead};

/// Most places that the text shows for one rule; JSON and CSV hold all.
const PLACES_SHOWN_MAX: usize = 8;

pub(super) fn write(
    given: &Given,
    summary: &Summary,
    values: &CellValues,
    found: bool,
    screen: &mut Screen<'_>,
) -> std::io::Result<()> {
    let input = &given.input;
    for read in &input.returns.all {
        write_return(given, read, values, screen)?;
    }
    write_repairs(given, summary, screen)?;
    if let Some(n) = input.n_changed_ids {
        screen.line(&format!("changed_ids.csv: {n} identifiers that were replaced"))?;
    }
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
    given.next_date.as_ref().map_or(Ok(()), |date| screen.line(date))
}

/// Writes why an input is refused.
pub(in crate::commands) fn write_refusals(input: &Input, screen: &mut Screen<'_>) -> std::io::Result<()> {
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

fn write_return(given: &Given, read: &ReturnRead, values: &CellValues, screen: &mut Screen<'_>) -> std::io::Result<()> {
    screen.line(&format!("return {}", read.year))?;
    for file in &read.files {
        screen.line(&format!("  {}", file_in_words(file)))?;
        if let Some(reading) = &file.reading {
            screen.line(&format!("    {reading}"))?;
        }
        if !file.stray_elements.is_empty() {
            screen.line(&format!("    elements that are no part of a return: {}", file.stray_elements.join(", ")))?;
        }
    }
    let (n_errors, n_rows) = (read.findings.n_error_rows(), read.n_rows);
    let n_warnings = read.findings.n_of(Severity::Warn);
    screen.line(&format!("  {n_rows} rows, {n_errors} of them with errors; {n_warnings} warnings"))?;
    for (table, n_rows, n_errors) in read.extracts() {
        screen.line(&format!("  extract {table}: {n_rows} rows, {n_errors} of them with errors"))?;
    }
    write_tables(read, screen)?;
    for ((table, id), places) in by_rule(read) {
        let Some(count) = read.findings.counts().get(&(table, id)) else { continue };
        let (rule, n, severity) = (given.rules.rule(id), count.n, count.severity.words());
        screen.line(&format!("  {table} {severity} {} ({n}): {}; {}", rule.code, rule.says, rule.advice))?;
        for problem in places.iter().take(PLACES_SHOWN_MAX) {
            let place = place_in_words(read, problem);
            let value = values.of(read.year, problem).map_or(String::new(), |value| format!("  {value}"));
            screen.line(&format!("    {place}{value}"))?;
        }
        let n_shown = u64::try_from(places.len().min(PLACES_SHOWN_MAX)).unwrap_or(0);
        if n > n_shown {
            screen.line(&format!("    and {} more (--json and --csv list them)", n - n_shown))?;
        }
    }
    Ok(())
}

/// One line for each table in which something was found.
fn write_tables(read: &ReturnRead, screen: &mut Screen<'_>) -> std::io::Result<()> {
    let mut tables: BTreeMap<Table, (u64, u64)> = BTreeMap::new();
    for ((table, _), count) in read.findings.counts() {
        let (n_rules, n_warnings) = tables.entry(*table).or_default();
        *n_rules += 1;
        *n_warnings += if count.severity == Severity::Warn { count.n } else { 0 };
    }
    for (table, (n_rules, n_warnings)) in tables {
        let n_errors = read.findings.n_error_rows_of(table);
        let name = table.name();
        screen.line(&format!("    {name:<16} {n_errors} rows with errors, {n_warnings} warnings, {n_rules} rules"))?;
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

pub(super) fn file_in_words(file: &FileSeen) -> String {
    let name = &file.name;
    match &file.used {
        FileUse::Read { table, n_rows, spare_columns } if spare_columns.is_empty() => format!("{name}: {table}, {n_rows} rows"),
        FileUse::Read { table, n_rows, spare_columns } => {
            format!("{name}: {table}, {n_rows} rows; spare columns left aside: {}", columns_in_words(spare_columns))
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

/// Names of columns, where all of them look like names; else how many there are: what stands in a first line may be the
/// first row of records.
pub(super) fn columns_in_words(names: &[String]) -> String {
    let is_name = |name: &String| {
        let letters = name.trim_end_matches(|last: char| last.is_ascii_digit());
        name.len() - letters.len() <= 1
            && letters.len() >= 3
            && letters.chars().all(|letter| letter.is_ascii_alphabetic() || matches!(letter, '_' | ' '))
    };
    if names.len() <= 12 && names.iter().all(is_name) { names.join(", ") } else { format!("{} of them", names.len()) }
}

fn write_repairs(given: &Given, summary: &Summary, screen: &mut Screen<'_>) -> std::io::Result<()> {
    let mut by_kind: BTreeMap<_, Vec<&Repair>> = BTreeMap::new();
    for repair in &summary.repairs {
        by_kind.entry(repair.kind).or_default().push(repair);
    }
    let done = match given.mending {
        Mending::Apply => "repaired",
        Mending::Report | Mending::Off => "would be repaired with repair = \"apply\"",
    };
    for (kind, n) in &summary.n_repairs {
        screen.line(&format!("{done} ({n}) {}: {}", kind.name(), kind.words()))?;
        let places = by_kind.get(kind).map(Vec::as_slice).unwrap_or_default();
        for repair in places.iter().take(PLACES_SHOWN_MAX) {
            screen.line(&format!("    {}:{}", file_name(given, repair), repair.place.line))?;
        }
        let n_shown = u64::try_from(places.len().min(PLACES_SHOWN_MAX)).unwrap_or(0);
        if *n > n_shown {
            screen.line(&format!("    and {} more (--json lists them)", n - n_shown))?;
        }
    }
    Ok(())
}

/// The file in which the row of a repair stands.
pub(super) fn file_name<'g>(given: &'g Given, repair: &Repair) -> &'g str {
    let read = return_of(given, repair.place.year);
    read.and_then(|read| read.file_of(repair.place.table)).unwrap_or(repair.place.table.name())
}
