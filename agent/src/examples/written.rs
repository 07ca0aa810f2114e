//! An example as files of returns: each episode in every return whose year it touches, closed only from the return of the
//! year in which it ends, as an authority would have written it.

use std::collections::BTreeMap;

use shared::ids::ReportingYear;

use super::{Example, ExampleError};
use crate::day::Day;
use crate::records::tables::Table;

/// The child of every example.
const CHILD: &str = "A1";
/// What an episode holds unless the example says otherwise.
const EPISODE: [(&str, &str); 4] = [("CIN", "N1"), ("HOME_POST", "AB9 9ZZ"), ("PL_POST", "AB1 2CD"), ("URN", "1234567")];
/// First return year that writes sex as a letter.
const SEX_AS_LETTER_FROM: i16 = 2025;

/// A file of a return.
pub struct WrittenFile {
    /// Name, after its table.
    pub name: String,
    /// The table.
    pub table: Table,
    /// CSV.
    pub text: String,
}

type Cells = BTreeMap<String, String>;
type Tables = BTreeMap<(ReportingYear, Table), Vec<Cells>>;

/// The files of each return, oldest return first.
pub fn files(example: &Example) -> Result<Vec<(ReportingYear, Vec<WrittenFile>)>, ExampleError> {
    let years = if example.years.is_empty() { vec![example.year] } else { example.years.clone() };
    let mut tables = Tables::new();
    for year in &years {
        tables.insert((*year, Table::Header), vec![header(example, *year)?]);
        tables.insert((*year, Table::Episodes), Vec::new());
    }
    for text in &example.care {
        let episode = Care::parse(text)?;
        for year in &years {
            if episode.touches(*year) {
                tables.entry((*year, Table::Episodes)).or_default().push(episode.cells(*year));
            }
        }
    }
    for text in &example.empty {
        let (year, table, rest) = place(text, example.year)?;
        if !rest.is_empty() {
            return Err(ExampleError::Form(format!("{text}: a table without a row has no cells")));
        }
        tables.entry((year, table)).or_default();
    }
    for text in &example.rows {
        let (year, table, rest) = place(text, example.year)?;
        tables.entry((year, table)).or_default().push(row(example, year, table, &rest)?);
    }
    let mut all: BTreeMap<ReportingYear, Vec<WrittenFile>> = BTreeMap::new();
    for ((year, table), rows) in &tables {
        all.entry(*year).or_default().push(file(*table, rows));
    }
    Ok(all.into_iter().collect())
}

fn header(example: &Example, year: ReportingYear) -> Result<Cells, ExampleError> {
    let mut cells = cells(&[("CHILD", CHILD), ("DOB", &example.born), ("ETHNIC", &example.ethnic), ("UPN", "UN1")]);
    cells.insert("SEX".to_owned(), sex(example, year)?.to_owned());
    Ok(cells)
}

fn sex(example: &Example, year: ReportingYear) -> Result<&str, ExampleError> {
    match (example.sex.as_str(), year.number() >= SEX_AS_LETTER_FROM) {
        (letter @ ("F" | "M" | "U"), true) => Ok(letter),
        ("M", false) => Ok("1"),
        ("F", false) => Ok("2"),
        (other, _) => Err(ExampleError::Form(format!("sex {other} in the return of {year}"))),
    }
}

/// An episode as the example tells it.
struct Care {
    start: Day,
    end: Option<Day>,
    start_text: String,
    end_text: String,
    rec: String,
    cells: Cells,
}

impl Care {
    fn parse(text: &str) -> Result<Self, ExampleError> {
        let form = |why: &str| ExampleError::Form(format!("{text}: {why}"));
        let day = |text: &str| Day::parse(text.as_bytes()).ok_or_else(|| form("a day is dd/mm/yyyy"));
        let words: Vec<&str> = text.split_whitespace().collect();
        let [days, rne, legal, placed, rest @ ..] = words.as_slice() else { return Err(form("too few words")) };
        let (start_text, end_text) = days.split_once("..").unwrap_or((days, ""));
        let mut all = cells(&EPISODE);
        all.extend(cells(&[("CHILD", CHILD), ("RNE", rne), ("LS", legal), ("PLACE", placed)]));
        let provider = if placed.starts_with('T') || placed.starts_with('Z') { "" } else { "PR1" };
        all.insert("PLACE_PROVIDER".to_owned(), if *placed == "P1" { "PR0" } else { provider }.to_owned());
        let mut rec = "";
        for word in rest {
            match word.split_once('=') {
                Some((column, value)) => drop(all.insert(column.to_owned(), value.to_owned())),
                None if rec.is_empty() => rec = word,
                None => return Err(form("two words after the placement")),
            }
        }
        if Table::Episodes.columns().iter().all(|column| *column != "REC") || all.keys().any(|c| !is_column(Table::Episodes, c)) {
            return Err(form("a column that Episodes lacks"));
        }
        Ok(Self {
            start: day(start_text)?,
            end: if end_text.is_empty() { None } else { Some(day(end_text)?) },
            start_text: start_text.to_owned(),
            end_text: end_text.to_owned(),
            rec: rec.to_owned(),
            cells: all,
        })
    }

    /// Whether the return of a year has it: it ends in the year or later.
    fn touches(&self, year: ReportingYear) -> bool {
        self.start <= Day::last_of(year) && self.end.is_none_or(|end| end >= Day::first_of(year))
    }

    /// Its row in a return: without its end while that lies in a later year.
    fn cells(&self, year: ReportingYear) -> Cells {
        let mut cells = self.cells.clone();
        cells.insert("DECOM".to_owned(), self.start_text.clone());
        if self.end.is_some_and(|end| end <= Day::last_of(year)) {
            cells.insert("DEC".to_owned(), self.end_text.clone());
            cells.insert("REC".to_owned(), self.rec.clone());
        } else {
            cells.remove("REASON_PLACE_CHANGE");
        }
        cells
    }
}

/// `[YEAR] TABLE rest`.
fn place(text: &str, year: ReportingYear) -> Result<(ReportingYear, Table, String), ExampleError> {
    let form = |why: &str| ExampleError::Form(format!("{text}: {why}"));
    let (first, rest) = text.split_once(' ').unwrap_or((text, ""));
    let (year, text) = match first.parse::<i16>() {
        Ok(number) => (ReportingYear::new(number).ok_or_else(|| form("no reporting year"))?, rest),
        Err(_) => (year, text),
    };
    let (name, rest) = text.split_once(' ').unwrap_or((text, ""));
    let table = Table::by_name(name).ok_or_else(|| form("no such table"))?;
    Ok((year, table, rest.to_owned()))
}

fn row(example: &Example, year: ReportingYear, table: Table, text: &str) -> Result<Cells, ExampleError> {
    let mut all = cells(&[("CHILD", CHILD)]);
    if is_column(table, "DOB") {
        all.insert("DOB".to_owned(), example.born.clone());
    }
    if is_column(table, "SEX") {
        all.insert("SEX".to_owned(), sex(example, year)?.to_owned());
    }
    for cell in text.split(',').map(str::trim).filter(|cell| !cell.is_empty()) {
        let (column, value) =
            cell.split_once('=').ok_or_else(|| ExampleError::Form(format!("{text}: a cell is COLUMN=VALUE")))?;
        if !is_column(table, column) {
            return Err(ExampleError::Form(format!("{text}: {table} has no column {column}")));
        }
        all.insert(column.to_owned(), value.to_owned());
    }
    Ok(all)
}

fn is_column(table: Table, column: &str) -> bool {
    table.columns().contains(&column)
}

fn cells(all: &[(&str, &str)]) -> Cells {
    all.iter().map(|(column, value)| ((*column).to_owned(), (*value).to_owned())).collect()
}

/// A table of the return with all its columns; an extract with those it must have and those that a row names.
fn file(table: Table, rows: &[Cells]) -> WrittenFile {
    let is_written = |column: &&&str| {
        let required = !table.is_extract() || table.required_columns().contains(*column);
        required || rows.iter().any(|row| row.contains_key(**column)) || (rows.is_empty() && table.is_extract())
    };
    let columns: Vec<&str> = table.columns().iter().filter(is_written).copied().collect();
    let mut text = columns.join(",") + "\n";
    for row in rows {
        let cells: Vec<&str> = columns.iter().map(|column| row.get(*column).map_or("", String::as_str)).collect();
        text += &(cells.join(",") + "\n");
    }
    WrittenFile { name: format!("{table}.csv"), table, text }
}
