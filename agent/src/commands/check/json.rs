//! The report for programs: everything that is listed, with its place; never a value.

use serde_json::{Value, json};

use super::text::{columns_in_words, file_name};
use super::{Given, return_of};
use crate::histories::{Repair, Summary};
use crate::records::{FileSeen, FileUse, ReturnRead};

pub(super) fn report(given: &Given, summary: &Summary) -> Value {
    let input = &given.input;
    let refused = input.refusals.iter().map(|refusal| json!({ "code": refusal.code(), "why": refusal.to_string() }));
    let counts = summary.n_repairs.iter().map(|(kind, n)| json!({ "repair": kind.name(), "what": kind.words(), "n": n }));
    json!({
        "authority": given.authority.map(|authority| authority.to_string()),
        "reporting_year": input.year,
        "refused": refused.collect::<Vec<_>>(),
        "returns": input.returns.all.iter().map(|read| of_return(given, read)).collect::<Vec<_>>(),
        "repair": format!("{:?}", given.mending).to_lowercase(),
        "n_repairs": counts.collect::<Vec<_>>(),
        "repairs": summary.repairs.iter().map(|repair| of_repair(given, repair)).collect::<Vec<_>>(),
        "n_changed_ids": input.n_changed_ids,
        "n_children_without_header": summary.n_without_header,
        "left_aside": input.left_aside,
        "next_date": given.next_date,
        "sent": false,
    })
}

fn of_repair(given: &Given, repair: &Repair) -> Value {
    let file = return_of(given, repair.place.year).map(|_| file_name(given, repair));
    json!({
        "return": repair.place.year, "file": file, "line": repair.place.line,
        "repair": repair.kind.name(), "what": repair.kind.words(),
    })
}

/// A file, with the names of its spare columns only where they look like names.
fn of_file(file: &FileSeen) -> Value {
    let mut value = json!(file);
    if let FileUse::Read { spare_columns, .. } = &file.used
        && !spare_columns.is_empty()
    {
        value["spare_columns"] = columns_in_words(spare_columns).into();
    }
    value
}

fn of_return(given: &Given, read: &ReturnRead) -> Value {
    let counts = read.findings.counts().iter().map(|((table, id), count)| {
        let rule = given.rules.rule(*id);
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
        "files": read.files.iter().map(of_file).collect::<Vec<_>>(),
        "n_rows": read.n_rows,
        "n_rows_with_errors": read.findings.n_error_rows(),
        "extracts": extracts.collect::<Vec<_>>(),
        "rules": counts.collect::<Vec<_>>(),
        "problems": problems.collect::<Vec<_>>(),
    })
}
