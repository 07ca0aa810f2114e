//! `preview`: the exact figures, for the authority's own screen or a page that a person names. Records no state, writes no
//! log, sends nothing. Pages for people hide small counts unless asked; what is for programs and the data team does not.

use std::collections::BTreeMap;

use anyhow::Context as _;
use serde_json::json;
use shared::framework::{Framework, Measure};
use shared::problem::Exit;

use super::check::write_refusals;
use super::compare::{self, Beside};
use super::page_file::{PageError, PageFile};
use super::problem_list::Existing;
use super::{Given, Look, Screen, Surroundings, UsageError, known_noise, read, year_in_words};
use crate::cli::PreviewArgs;
use crate::figures::{CellFigure, CellName, LocalFigures, MARKING};
use crate::histories::{Histories, RowPlace, build};
use crate::io::inbox::Input;
use crate::measures::MeasureSet;
use crate::official::england::{England, TOTAL};
use crate::pages::{Choice, Material, Pages, Small, Wanted};

/// Standard deviations of the noise by table, from the plan of the round; empty before one is known.
pub type NoiseByTable = BTreeMap<String, f64>;

/// What is said beside every output that hides nothing.
const EXACT: &str = "exact, small counts too: for programs and for the data team";

/// Runs the command, beside the noise of a plan where one is kept.
pub fn run(args: &PreviewArgs, surroundings: &mut Surroundings<'_>, screen: &mut Screen<'_>) -> anyhow::Result<Exit> {
    let framework = Framework::built_in();
    let source = args.source().map_err(UsageError)?;
    let request = Request::of(args, &framework, surroundings.look)?;
    let noise_sd = known_noise::of_source(&source, surroundings.clock.now())?;
    let given = read(&source, surroundings)?;
    match compare::read_beside(args, given.authority, given.input.year, surroundings.waiting, screen)? {
        Ok(beside) => show(args, &request, &noise_sd, &given, beside.as_ref(), screen),
        Err(exit) => Ok(exit),
    }
}

/// What a command line asks for, checked before any record is read.
struct Request {
    cell: Option<CellName>,
    choice: Choice,
    page: Option<PageFile>,
    look: Look,
}

impl Request {
    fn of(args: &PreviewArgs, framework: &Framework, look: Look) -> anyhow::Result<Self> {
        let cell = args.cell.as_deref().map(|text| CellName::parse(text, framework)).transpose().map_err(UsageError)?;
        let choice = choice(args, framework).map_err(UsageError)?;
        let existing = if args.force { Existing::Replace } else { Existing::Keep };
        let page = args.html.as_deref().map(|file| PageFile::at(file, existing)).transpose();
        let page = page.map_err(|error| UsageError(error.to_string()))?;
        Ok(Self { cell, choice, page, look })
    }
}

/// Which pages, in words that the framework knows.
fn choice(args: &PreviewArgs, framework: &Framework) -> Result<Choice, String> {
    let in_a_row = |ids: &mut dyn Iterator<Item = String>| ids.collect::<Vec<_>>().join(", ");
    let letters = args.families();
    let known = framework.families();
    if let Some(unknown) = letters.iter().find(|letter| !known.iter().any(|known| known.letter.starts_with(**letter))) {
        let known = in_a_row(&mut known.iter().map(|known| format!("{} ({})", known.letter, known.words.to_lowercase())));
        return Err(format!("no family {unknown}; there are {known}"));
    }
    let wanted = match (&args.measure, letters.is_empty()) {
        (Some(_), false) => return Err("one measure or families, not both".to_owned()),
        (Some(id), true) => match framework.measures().iter().find(|measure| measure.id.eq_ignore_ascii_case(id)) {
            Some(measure) => Wanted::Measure(measure.id.clone()),
            None => {
                let known = in_a_row(&mut framework.measures().iter().map(|measure| measure.id.clone()));
                return Err(format!("no measure {id}; there are {known}"));
            }
        },
        (None, false) => Wanted::Families(letters),
        (None, true) => Wanted::All,
    };
    if let Some(by) = args.by.as_deref().filter(|by| !framework.breakdowns().iter().any(|known| known.id == **by)) {
        let known = in_a_row(&mut framework.breakdowns().iter().map(|breakdown| breakdown.id.clone()));
        return Err(format!("no breakdown {by}; there are {known}"));
    }
    let small = if args.small { Small::Shown } else { Small::Hidden };
    let choice = Choice { wanted, by: args.by.clone(), small };
    refuse_unfit(&choice, framework)?;
    Ok(choice)
}

/// A breakdown must fit the measure that is asked for, or one of them.
fn refuse_unfit(choice: &Choice, framework: &Framework) -> Result<(), String> {
    let Some(by) = choice.by.as_deref().filter(|by| *by != TOTAL) else { return Ok(()) };
    let wide = framework.by_every_breakdown();
    let fits = |measure: &Measure| choice.fits(measure, &wide);
    if wide.measures().iter().any(|measure| choice.wanted.takes(measure) && fits(measure)) {
        return Ok(());
    }
    let in_a_row = |ids: &mut dyn Iterator<Item = &str>| ids.collect::<Vec<_>>().join(", ");
    let fitting = in_a_row(&mut wide.measures().iter().filter(|measure| fits(measure)).map(|measure| measure.id.as_str()));
    let Wanted::Measure(id) = &choice.wanted else {
        return Err(format!("no measure of these families can be divided by {by}; it fits {fitting}"));
    };
    let tables = wide.tables().iter().filter(|table| table.measure == *id && table.breakdown != TOTAL);
    let others = in_a_row(&mut tables.map(|table| table.breakdown.as_str()));
    let others = if others.is_empty() { "nothing".to_owned() } else { others };
    Err(format!("{id} cannot be divided by {by}, but by {others}; {by} fits {fitting}"))
}

fn show(
    args: &PreviewArgs,
    request: &Request,
    noise_sd: &NoiseByTable,
    given: &Given,
    beside: Option<&Beside>,
    screen: &mut Screen<'_>,
) -> anyhow::Result<Exit> {
    let Given { authority, input, mending, facts, .. } = given;
    let framework = match &request.choice.by {
        Some(by) if by != TOTAL => Framework::built_in().by_every_breakdown(),
        Some(_) | None => Framework::built_in(),
    };
    let measures = MeasureSet::resolve(&framework)?;
    if !input.refusals.is_empty() {
        write_refusals(input, screen)?;
        if !args.despite_errors {
            screen.note("no figures: the input is refused; check says more, --despite-errors shows them all the same")?;
            return Ok(Exit::InputRefused);
        }
        screen.note("figures despite errors: for this screen only")?;
    }
    let histories = build(&input.returns, input.year, *mending, framework.parameters());
    let cell = request.cell.as_ref();
    if let Some(cell) = cell.filter(|_| args.rows) {
        write_rows(args, cell, &framework, &measures, &histories, input, screen)?;
        screen.note(EXACT)?;
        return Ok(Exit::Done);
    }
    let figures = LocalFigures::count(&measures, &histories.children, input.year);
    if let Some(figure) = cell.and_then(|cell| cell.figure(&figures, &framework, noise_sd)) {
        write_figure(args, &figure, input, screen)?;
        screen.note(EXACT)?;
        return Ok(Exit::Done);
    }
    if let Some(beside) = beside {
        compare::write(beside, &figures, &framework, args.json, screen)?;
        screen.note(EXACT)?;
        return Ok(Exit::Done);
    }
    if args.json {
        screen.line(&serde_json::to_string(&figures.to_json(&framework, *authority, noise_sd))?)?;
        screen.note(EXACT)?;
        return Ok(Exit::Done);
    }
    let england = England::built_in();
    let material = Material {
        authority: *authority,
        year: input.year,
        framework: &framework,
        figures: &figures,
        england: &england,
        facts,
        noise_sd,
    };
    write_pages(&Pages::of(&material, &request.choice), request, screen)?;
    Ok(Exit::Done)
}

fn write_pages(pages: &Pages, request: &Request, screen: &mut Screen<'_>) -> anyhow::Result<()> {
    let Some(page) = &request.page else {
        for line in pages.to_lines(request.look.width) {
            if line.is_heading && request.look.is_styled { screen.heading(&line.text)? } else { screen.line(&line.text)? }
        }
        return Ok(());
    };
    match page.write(&pages.to_html()) {
        Ok(()) => {}
        Err(error @ PageError::Write { .. }) => return Err(error).context("the pages are not written"),
        Err(error) => return Err(UsageError(error.to_string()).into()),
    }
    screen.note(&format!("written to {}, for this authority alone: {MARKING}", page.path().display()))?;
    Ok(())
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
