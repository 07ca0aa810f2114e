//! `preview --compare`: the exact figures beside the published ones, in words. Local only: sends nothing.

use std::collections::BTreeMap;

use anyhow::Context as _;
use serde_json::{Value, json};
use shared::framework::Framework;
use shared::ids::{AuthorityId, ReportingYear};
use shared::problem::Exit;

use super::{Screen, UsageError, year_in_words};
use crate::cli::PreviewArgs;
use crate::figures::{LocalFigures, MARKING};
use crate::io::inbox::Waiting;
use crate::io::official::{FileTold, read_official};
use crate::official::compare::{Exact, Figure, Line, NeighboursMean, Unit, Verdict, compare};
use crate::official::read::FileRead;
use crate::official::{Milli, Official, Published, SYMBOLS};

/// Official figures that were read before the records, so that a wrong file is told at once.
pub struct Beside {
    official: Official,
    files: Vec<FileTold>,
}

/// Reads the files that a command line names, if it names some; the exit when they cannot be used.
pub fn read_beside(
    args: &PreviewArgs,
    authority: Option<AuthorityId>,
    year: ReportingYear,
    waiting: &mut dyn Waiting,
    screen: &mut Screen<'_>,
) -> anyhow::Result<Result<Option<Beside>, Exit>> {
    if args.compare.is_empty() {
        return Ok(Ok(None));
    }
    let authority = authority.or(args.authority);
    let authority = authority.ok_or_else(|| UsageError("--compare with named files needs --authority".to_owned()))?;
    let (official, files) = read_official(&args.compare, authority, year, waiting);
    let mut n_beside = 0_usize;
    for file in &files {
        match &file.read {
            Err(why) if file.is_refused() => screen.note(&format!("refused: {}: {why}", file.name))?,
            Err(why) if file.is_named => screen.note(&format!("left aside: {}: {why}", file.name))?,
            Err(_) => n_beside += 1,
            Ok(_) => {}
        }
    }
    if n_beside > 0 {
        screen.note(&format!(
            "left aside: {n_beside} further CSV files in the folders hold nothing to compare (--json names them)"
        ))?;
    }
    let nothing = if files.iter().any(FileTold::is_refused) {
        Some("no comparison: take the refused files out, or download them anew".to_owned())
    } else if official.is_empty() {
        Some(format!("no comparison: no file holds official figures of {} or of the year before", year_in_words(year)))
    } else if !official.knows_authority() {
        Some(format!("no comparison: no file holds a figure of authority {authority}"))
    } else {
        None
    };
    if let Some(nothing) = nothing {
        screen.note(&nothing)?;
        return Ok(Err(Exit::InputRefused));
    }
    Ok(Ok(Some(Beside { official, files })))
}

/// Writes the comparison.
pub fn write(
    beside: &Beside,
    figures: &LocalFigures,
    framework: &Framework,
    is_json: bool,
    screen: &mut Screen<'_>,
) -> anyhow::Result<()> {
    let lines = compare(figures, framework, &beside.official);
    if is_json {
        let report = to_json(beside, &lines);
        screen.line(&serde_json::to_string(&report).context("cannot write JSON")?)?;
        return Ok(());
    }
    screen.line(MARKING)?;
    for line in heading(&beside.official) {
        screen.line(&line)?;
    }
    let mut measure = "";
    for line in &lines {
        if line.measure != measure {
            measure = &line.measure;
            screen.line("")?;
            screen.line(&format!("{}  {}", line.measure, line.title))?;
        }
        for text in block(line, &beside.official) {
            screen.line(&text)?;
        }
    }
    screen.line("")?;
    for text in footnotes(&lines, beside) {
        screen.line(&text)?;
    }
    screen.line(MARKING)?;
    Ok(())
}

fn named(official: &Official, code: &str) -> String {
    official.name(code).map_or_else(|| code.to_owned(), |name| format!("{code} {name}"))
}

fn region_in_words(official: &Official) -> &str {
    official.region().and_then(|code| official.name(code)).unwrap_or("region")
}

fn heading(official: &Official) -> Vec<String> {
    let authority = official.authority().to_string();
    let year = year_in_words(official.year());
    let mut lines = vec![
        format!("exact figures of authority {} for {year}, beside published ones", named(official, &authority)),
        "the column \"local\" is exact and not for publication; every other column is published".to_owned(),
    ];
    if !official.knows_year() {
        lines.push("no file holds this year: the published columns of this year are empty".to_owned());
    }
    let neighbours: Vec<String> = official.neighbours().iter().map(|code| named(official, code)).collect();
    lines.push(if neighbours.is_empty() {
        "statistical neighbours: not known, no file names them for this authority".to_owned()
    } else {
        format!("statistical neighbours: {}", neighbours.join(", "))
    });
    lines
}

/// Shown where no figure is.
const NONE: &str = ".";
const FIRST_COLUMN: usize = 14;

fn block(line: &Line, official: &Official) -> Vec<String> {
    let year = official.year();
    let neighbours = match line.neighbours.n {
        0 => "neighbours".to_owned(),
        n => format!("{n} neighbours"),
    };
    let columns = [
        ("local".to_owned(), None),
        (format!("published {year}"), Some(&line.own)),
        (format!("published {}", year.before(1)), Some(&line.year_before)),
        (region_in_words(official).to_owned(), Some(&line.region)),
        (neighbours, None),
        ("England".to_owned(), Some(&line.england)),
    ];
    let exact = |pick: &dyn Fn(&Exact) -> Option<String>| line.exact.as_ref().and_then(pick).unwrap_or_else(|| NONE.to_owned());
    let mut rows: Vec<(String, Vec<String>)> = Vec::new();
    let mut push = |name: &str, local: String, mean: Option<Milli>, pick: &dyn Fn(&Figure) -> Option<Published>| {
        let shown = |(at, (_, figure)): (usize, &(String, Option<&Figure>))| match (at, figure) {
            (0, _) => local.clone(),
            (_, Some(figure)) => pick(figure).map_or_else(|| NONE.to_owned(), |published| published.to_string()),
            (_, None) => mean.map_or_else(|| NONE.to_owned(), |mean| mean.to_string()),
        };
        let cells: Vec<String> = columns.iter().enumerate().map(shown).collect();
        if cells.iter().any(|cell| cell != NONE) {
            rows.push((name.to_owned(), cells));
        }
    };
    let (mean_count, mean_per) =
        if line.unit == Unit::Count { (line.neighbours.mean, None) } else { (None, line.neighbours.mean) };
    push("children", exact(&|exact| exact.count.map(|n| n.to_string())), mean_count, &|figure| figure.count);
    if line.unit != Unit::Count {
        let per = exact(&|exact| exact.per.map(|per| per.to_one_decimal().to_string()));
        push(line.unit.words(), per, mean_per, &|figure| figure.per);
    }
    push("of children", exact(&|exact| exact.base.map(|n| n.to_string())), None, &|figure| figure.base);
    let widths: Vec<usize> = columns
        .iter()
        .enumerate()
        .map(|(at, (name, _))| rows.iter().filter_map(|(_, cells)| Some(cells.get(at)?.len())).fold(name.len(), usize::max))
        .collect();
    let row = |name: &str, cells: &mut dyn Iterator<Item = &str>| {
        let cells = cells.zip(&widths).map(|(cell, width)| format!("  {cell:>width$}"));
        format!("    {name:FIRST_COLUMN$}{}", cells.collect::<String>())
    };
    let mut lines = vec![format!("  {}", line.label), row("", &mut columns.iter().map(|(name, _)| name.as_str()))];
    lines.extend(rows.iter().map(|(name, cells)| row(name, &mut cells.iter().map(String::as_str))));
    lines.extend(verdict_in_words(line));
    lines
}

fn signed(number: &str) -> String {
    if number.starts_with('-') { number.to_owned() } else { format!("+{number}") }
}

fn verdict_in_words(line: &Line) -> Vec<String> {
    let said = match &line.verdict {
        Verdict::Agrees if line.own.count.and_then(Published::number).is_some() => "agrees with the published figure".to_owned(),
        Verdict::Agrees => "agrees with the published figure, within rounding".to_owned(),
        Verdict::KeptBack(symbol) => format!("nothing to compare: {symbol} is published"),
        Verdict::NotInFiles => "nothing to compare: no file holds the published figure".to_owned(),
        Verdict::NotCounted => {
            "nobody is counted here: nobody is in this group, or a table or a year that it needs is not there".to_owned()
        }
        Verdict::Differs { count, per, base, reasons } => {
            let count = count.map(|n| format!("{} children", signed(&n.to_string())));
            let unit = match line.unit {
                Unit::Count => "",
                Unit::PerCent | Unit::Points => " points",
                Unit::Per10000 => " per 10,000",
            };
            let per = per.map(|per| format!("{}{unit}", signed(&per.to_one_decimal().to_string())));
            let base = base.map(|n| format!("{} in the base", signed(&n.to_string())));
            let parts: Vec<String> = [count, per, base].into_iter().flatten().collect();
            let mut lines = vec![format!("    differs from the published figure: {}; likely:", parts.join(", "))];
            lines.extend(reasons.iter().map(|reason| format!("      {}", reason.words())));
            return lines;
        }
    };
    vec![format!("    {said}")]
}

fn footnotes(lines: &[Line], beside: &Beside) -> Vec<String> {
    let mut shown: BTreeMap<&str, &str> = BTreeMap::new();
    let figures = lines.iter().flat_map(|line| [&line.own, &line.year_before, &line.region, &line.england]);
    let cells = figures.flat_map(|figure| [figure.count, figure.per, figure.base]);
    for published in cells.chain(lines.iter().flat_map(|line| line.neighbours.each.iter().map(|(_, figure)| *figure))).flatten() {
        if let Published::Symbol(symbol) = published {
            shown.extend(SYMBOLS.iter().filter(|(known, _)| *known == symbol).copied());
        }
    }
    let mut notes: Vec<String> = shown.iter().map(|(symbol, meaning)| format!("{symbol}: {meaning}")).collect();
    notes.push(format!("{NONE}: no file holds it; counts of authorities are published unrounded, others to the nearest 10"));
    notes.push("neighbours: the plain mean of as many as are published (--json gives each)".to_owned());
    notes.push("per cents are published as whole numbers: half a point is the nearest that can be seen".to_owned());
    for file in &beside.files {
        match &file.read {
            Ok(FileRead::Figures { n_rows, n_used, newest }) => {
                notes.push(format!("{}: {n_rows} rows, {n_used} of them used; newest year {newest}", file.name));
            }
            Ok(FileRead::Neighbours { n }) => notes.push(format!("{}: {n} statistical neighbours", file.name)),
            // said above, where the file was read
            Err(_) => {}
        }
    }
    notes
}

fn to_json(beside: &Beside, lines: &[Line]) -> Value {
    let official = &beside.official;
    json!({
        "marking": MARKING,
        "authority": official.authority().to_string(),
        "reporting_year": official.year(),
        "region": official.region(),
        "region_name": official.region().and_then(|code| official.name(code)),
        "statistical_neighbours": official.neighbours().iter()
            .map(|code| json!({ "authority": code, "name": official.name(code) })).collect::<Vec<_>>(),
        "files": beside.files.iter().map(file_to_json).collect::<Vec<_>>(),
        "lines": lines.iter().map(line_to_json).collect::<Vec<_>>(),
        "sent": false,
    })
}

fn file_to_json(file: &FileTold) -> Value {
    match &file.read {
        Ok(FileRead::Figures { n_rows, n_used, newest }) => {
            json!({ "file": file.name, "n_rows": n_rows, "n_used": n_used, "newest_year": newest })
        }
        Ok(FileRead::Neighbours { n }) => json!({ "file": file.name, "n_neighbours": n }),
        Err(why) => json!({ "file": file.name, "left_aside": why.to_string() }),
    }
}

fn published_to_json(published: Option<Published>) -> Value {
    published.map_or(Value::Null, |published| match published {
        Published::Number(number) => milli_to_json(Some(number)),
        Published::Symbol(symbol) => symbol.into(),
    })
}

/// As a JSON number with the decimals that it has.
fn milli_to_json(number: Option<Milli>) -> Value {
    let shown = number.map(|number| number.to_string());
    shown.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or(Value::Null)
}

fn figure_to_json(figure: &Figure) -> Value {
    json!({
        "count": published_to_json(figure.count),
        "per": published_to_json(figure.per),
        "base": published_to_json(figure.base),
    })
}

fn neighbours_to_json(neighbours: &NeighboursMean) -> Value {
    let each = neighbours.each.iter().map(|(code, figure)| json!({ "authority": code, "value": published_to_json(*figure) }));
    json!({ "mean": milli_to_json(neighbours.mean), "n": neighbours.n, "each": each.collect::<Vec<_>>() })
}

fn line_to_json(line: &Line) -> Value {
    let local = line
        .exact
        .as_ref()
        .map(|exact| json!({ "marking": MARKING, "count": exact.count, "per": milli_to_json(exact.per), "base": exact.base }));
    let verdict = match &line.verdict {
        Verdict::Agrees => json!({ "is": "agrees" }),
        Verdict::KeptBack(symbol) => json!({ "is": "kept_back", "symbol": symbol }),
        Verdict::NotInFiles => json!({ "is": "not_in_files" }),
        Verdict::NotCounted => json!({ "is": "not_counted" }),
        Verdict::Differs { count, per, base, reasons } => json!({
            "is": "differs",
            "count": count,
            "per": milli_to_json(*per),
            "base": base,
            "likely": reasons.iter().map(|reason| reason.words()).collect::<Vec<_>>(),
        }),
    };
    json!({
        "table": line.mapping.local.table(),
        "measure": line.measure,
        "label": line.label,
        "unit": line.unit.words(),
        "local": local,
        "published": {
            "this_authority": figure_to_json(&line.own),
            "year_before": figure_to_json(&line.year_before),
            "region": figure_to_json(&line.region),
            "neighbours": neighbours_to_json(&line.neighbours),
            "england": figure_to_json(&line.england),
        },
        "verdict": verdict,
    })
}

#[cfg(test)]
mod tests;
