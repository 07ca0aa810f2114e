//! `check`: what is wrong with the returns, where, and what to do. Shows places and rules; a value only to a person at a
//! terminal who asks for it.

mod json; // for programs
mod text; // for people
mod values; // what stands in a cell, looked up again

use shared::framework::Parameters;
use shared::ids::ReportingYear;
use shared::problem::Exit;

pub(super) use text::write_refusals;

use super::problem_list::{Existing, ProblemLine, Values, write_file};
use super::{Given, Screen, Surroundings, UsageError, read};
use crate::cli::CheckArgs;
use crate::histories::each;
use crate::records::ReturnRead;
use crate::records::findings::Problem;
use values::CellValues;

/// Runs the command.
pub fn run(args: &CheckArgs, surroundings: &mut Surroundings<'_>, screen: &mut Screen<'_>) -> anyhow::Result<Exit> {
    if args.show_values && !surroundings.at_terminal {
        let why = "--show-values shows identifiers: it is for a terminal, and the result goes elsewhere";
        return Err(UsageError(why.to_owned()).into());
    }
    let given = read(&args.source, surroundings)?;
    report(args, &given, screen)
}

fn report(args: &CheckArgs, given: &Given, screen: &mut Screen<'_>) -> anyhow::Result<Exit> {
    let input = &given.input;
    let summary = each(&input.returns, input.year, given.mending, Parameters::default(), |_| ());
    let odd = |read: &ReturnRead| !read.findings.is_empty() || read.has_strays();
    let found = input.returns.all.iter().any(odd) || !summary.repairs.is_empty();
    let values = if args.show_values { values::look_up(input, &given.xml) } else { CellValues::default() };
    if args.json {
        screen.line(&serde_json::to_string(&json::report(given, &summary))?)?;
    } else {
        text::write(given, &summary, &values, found, screen)?;
    }
    if let Some(file) = &args.csv {
        let shown = if args.show_values { Values::Shown } else { Values::Hidden };
        let existing = if args.force { Existing::Replace } else { Existing::Keep };
        let refusals: Vec<String> = input.refusals.iter().map(ToString::to_string).collect();
        let lines = problem_lines(given, &refusals, &values);
        let n = write_file(file, lines, shown, existing).map_err(|error| UsageError(error.to_string()))?;
        screen.note(&format!("{n} problems written to {}", file.display()))?;
    }
    Ok(match (input.refusals.is_empty(), args.strict && found) {
        (false, _) => Exit::InputRefused,
        (true, true) => Exit::DoneWithProblems,
        (true, false) => Exit::Done,
    })
}

/// What refuses the input, then every problem that is listed, each as a row of a list.
fn problem_lines<'g>(given: &'g Given, refusals: &'g [String], values: &'g CellValues) -> impl Iterator<Item = ProblemLine<'g>> {
    let refused = given.input.refusals.iter().zip(refusals).map(|(refusal, says)| ProblemLine {
        return_year: refusal.year().number(),
        file: "",
        table: "",
        line: 0,
        column: "",
        rule: refusal.code(),
        severity: "input refused",
        says,
        what_to_do: "",
        value: None,
    });
    refused.chain(given.input.returns.all.iter().flat_map(move |read| {
        let line = move |problem: Problem| problem_line(given, read, &problem, values.of(read.year, &problem));
        read.findings.listed().into_iter().map(line)
    }))
}

fn problem_line<'g>(given: &'g Given, read: &'g ReturnRead, problem: &Problem, value: Option<&str>) -> ProblemLine<'g> {
    let (table, rule) = (problem.place.table, given.rules.rule(problem.rule));
    ProblemLine {
        return_year: read.year.number(),
        file: read.file_of(table).unwrap_or(table.name()),
        table: table.name(),
        line: problem.place.line,
        column: problem.column(),
        rule: &rule.code,
        severity: read.findings.counts().get(&(table, problem.rule)).map_or("", |count| count.severity.words()),
        says: &rule.says,
        what_to_do: &rule.advice,
        value: value.map(str::to_owned),
    }
}

/// The return of a year.
fn return_of(given: &Given, year: ReportingYear) -> Option<&ReturnRead> {
    given.input.returns.all.iter().find(|read| read.year == year)
}

#[cfg(test)]
pub(super) mod tests;
