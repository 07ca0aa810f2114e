//! `preview`: the exact figures, for the authority's own screen. Records no state, writes no log, sends nothing.

use std::collections::BTreeMap;

use serde_json::json;
use shared::framework::Framework;
use shared::problem::Exit;

use super::check::write_refusals;
use super::compare::{self, Beside};
use super::{Given, Screen, Surroundings, UsageError, read, year_in_words};
use crate::cli::PreviewArgs;
use crate::figures::{CellFigure, CellName, LocalFigures, MARKING};
use crate::histories::{Histories, RowPlace, build};
use crate::io::inbox::Input;
use crate::measures::MeasureSet;

/// Standard deviations of the noise by table, from the plan of the round; empty before one is known.
pub type NoiseByTable = BTreeMap<String, f64>;

/// Runs the command before a plan is known.
pub fn run(args: &PreviewArgs, surroundings: &mut Surroundings<'_>, screen: &mut Screen<'_>) -> anyhow::Result<Exit> {
    run_with_noise(args, &NoiseByTable::new(), surroundings, screen)
}

/// Runs the command beside the noise of a plan.
pub fn run_with_noise(
    args: &PreviewArgs,
    noise_sd: &NoiseByTable,
    surroundings: &mut Surroundings<'_>,
    screen: &mut Screen<'_>,
) -> anyhow::Result<Exit> {
    let given = read(&args.source, surroundings)?;
    match compare::read_beside(args, given.authority, given.input.year, surroundings.waiting, screen)? {
        Ok(beside) => show(args, noise_sd, &given, beside.as_ref(), screen),
        Err(exit) => Ok(exit),
    }
}

fn show(
    args: &PreviewArgs,
    noise_sd: &NoiseByTable,
    given: &Given,
    beside: Option<&Beside>,
    screen: &mut Screen<'_>,
) -> anyhow::Result<Exit> {
    let Given { authority, input, mending, .. } = given;
    let framework = Framework::built_in();
    let measures = MeasureSet::resolve(&framework)?;
    let cell = args.cell.as_deref().map(|text| CellName::parse(text, &framework)).transpose().map_err(UsageError)?;
    if !input.refusals.is_empty() {
        write_refusals(input, screen)?;
        if !args.despite_errors {
            screen.note("no figures: the input is refused; check says more, --despite-errors shows them all the same")?;
            return Ok(Exit::InputRefused);
        }
        screen.note("figures despite errors: for this screen only")?;
    }
    let histories = build(&input.returns, input.year, *mending, framework.parameters());
    if let Some(cell) = cell.as_ref().filter(|_| args.rows) {
        write_rows(args, cell, &framework, &measures, &histories, input, screen)?;
        return Ok(Exit::Done);
    }
    let figures = LocalFigures::count(&measures, &histories.children, input.year);
    if let Some(figure) = cell.and_then(|cell| cell.figure(&figures, &framework, noise_sd)) {
        write_figure(args, &figure, input, screen)?;
        return Ok(Exit::Done);
    }
    if let Some(beside) = beside {
        compare::write(beside, &figures, &framework, args.json, screen)?;
        return Ok(Exit::Done);
    }
    if args.json {
        screen.line(&serde_json::to_string(&figures.to_json(&framework, *authority, noise_sd))?)?;
        return Ok(Exit::Done);
    }
    let of = authority.map_or(String::new(), |authority| format!(" of authority {authority}"));
    screen.line(MARKING)?;
    screen.line(&format!("exact figures{of} for {}; categories in brackets are outside of shares", year_in_words(input.year)))?;
    for line in figures.to_lines(&framework, noise_sd) {
        screen.line(&line)?;
    }
    screen.line("")?;
    screen.line(MARKING)?;
    Ok(Exit::Done)
}

fn write_figure(args: &PreviewArgs, figure: &CellFigure, input: &Input, screen: &mut Screen<'_>) -> anyhow::Result<()> {
    let name = args.cell.as_deref().unwrap_or_default();
    if args.json {
        screen.line(&serde_json::to_string(&figure.to_json(name, input.year))?)?;
        return Ok(());
    }
    screen.line(MARKING)?;
    screen.line(&format!("{name} in {}: {}", year_in_words(input.year), figure.words()))?;
    screen.line(MARKING)?;
    Ok(())
}

fn write_rows(
    args: &PreviewArgs,
    cell: &CellName,
    framework: &Framework,
    measures: &MeasureSet,
    histories: &Histories,
    input: &Input,
    screen: &mut Screen<'_>,
) -> anyhow::Result<()> {
    let children = cell.rows(framework, measures, &histories.children, input.year);
    let file = |place: &RowPlace| {
        let read = input.returns.all.iter().find(|read| read.year == place.year);
        read.and_then(|read| read.file_of(place.table)).unwrap_or(place.table.name()).to_owned()
    };
    let name = args.cell.as_deref().unwrap_or_default();
    if args.json {
        let rows = |rows: &Vec<RowPlace>| {
            rows.iter().map(|place| json!({ "file": file(place), "line": place.line })).collect::<Vec<_>>()
        };
        let children: Vec<_> = children.iter().map(rows).collect();
        let report = json!({ "marking": MARKING, "cell": name, "reporting_year": input.year, "children": children });
        screen.line(&serde_json::to_string(&report)?)?;
        return Ok(());
    }
    screen.line(MARKING)?;
    screen.line(&format!("{name} in {}: {} children; the rows behind each", year_in_words(input.year), children.len()))?;
    for (at, rows) in children.iter().enumerate() {
        screen.line(&format!("{}", at + 1))?;
        for place in rows {
            screen.line(&format!("  {}:{}", file(place), place.line))?;
        }
    }
    screen.line(MARKING)?;
    Ok(())
}

#[cfg(test)]
mod tests;
