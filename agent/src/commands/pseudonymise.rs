//! `pseudonymise`: replaces the identifiers in an extract by pseudonyms. Needs a key, and no state, configuration or network.
//!
//! For a partner, whose extract then carries pseudonyms only, and for the authority, which makes its own side of the link
//! with the same key. Either the whole extract is written, or nothing.

mod columns; // what becomes of each column
mod labels; // what a column is called in words
mod telling; // headers that look like identifiers
mod rows; // one row after the other

use std::io::{self, Read, Seek as _, SeekFrom};

use anyhow::Context as _;
use shared::problem::Exit;

use super::{Screen, UsageError};
use crate::cli::PseudonymiseArgs;
use crate::io::extract::{Place, PlaceError, read_key};
use crate::pseudonym::PseudonymKey;
use crate::pseudonym::keys::AnyKey;
use crate::stop::Stop;
use columns::{Asked, Columns, HEAD_BYTES_MAX, HeadError, columns_of};
use labels::printable;
use rows::{BadRow, LineEnd, NoExtract, Tally, lines_of, replace};

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Runs the command.
pub fn run(args: &PseudonymiseArgs, screen: &mut Screen<'_>) -> anyhow::Result<Exit> {
    extract(args, screen).map_err(in_printable)
}

/// The same error without control characters: names of files and columns come from outside.
fn in_printable(error: anyhow::Error) -> anyhow::Error {
    let text = |text: Option<String>| text.map(|text| printable(&text));
    match error.downcast::<Stop>() {
        Ok(stop) => Stop { problem: stop.problem, detail: text(stop.detail), what_to_do: text(stop.what_to_do) }.into(),
        Err(error) => match error.downcast::<UsageError>() {
            Ok(UsageError(words)) => UsageError(printable(&words)).into(),
            Err(error) => error,
        },
    }
}

fn extract(args: &PseudonymiseArgs, screen: &mut Screen<'_>) -> anyhow::Result<Exit> {
    let asked = Asked::new(&args.column, &args.drop, &args.keep)?;
    let key = read_key(&args.key)?;
    let place = match Place::of(&args.input, &args.output) {
        Ok(place) => place,
        Err(why @ PlaceError::Input(_)) => return refuse(screen, Exit::InputRefused, &[why.to_string()]),
        Err(why @ (PlaceError::NoName | PlaceError::Folder(_) | PlaceError::SameFolder | PlaceError::Taken)) => {
            return Err(UsageError(why.to_string()).into());
        }
    };
    let mut input = place.input().context("cannot open the input")?;
    let beginning = Beginning::of(&mut input).context("cannot read the input")?;
    let columns = match columns_of(beginning.text(), &asked) {
        Ok(columns) => columns,
        Err(why) => return refuse_head(&why, screen),
    };
    for name in &columns.kept {
        let words = format!("WARNING: {name} looks like an identifier and passes as it is, because --keep names it");
        screen.note(&printable(&words))?;
    }
    let pseudonyms = match &key {
        AnyKey::Authority(key) => key.pseudonyms(),
        AnyKey::Partner(key) => key.pseudonyms(),
    };
    match write(&pseudonyms, &columns, &beginning, input, &place) {
        Ok(tally) => {
            for line in summary(&key, &columns, &tally) {
                screen.line(&printable(&line)).context("cannot write the result")?;
            }
            Ok(Exit::Done)
        }
        Err(NoExtract::BadRows(n, bad)) => {
            let lines = bad_rows(n, &bad, &columns, &beginning, &place).context("cannot read the input again")?;
            refuse(screen, Exit::InputRefused, &lines)
        }
        Err(NoExtract::Read(kind)) => {
            refuse(screen, Exit::InputRefused, &[format!("the input cannot be read to its end: {kind}")])
        }
        Err(NoExtract::Write(kind)) => Err(io::Error::from(kind)).context("cannot write the output; nothing is left of it"),
    }
}

/// The first bytes of an input, from which the header is read.
struct Beginning {
    bytes: Vec<u8>,
    n_mark: usize,
}

impl Beginning {
    fn of(input: &mut dyn Read) -> io::Result<Self> {
        let limit = u64::try_from(HEAD_BYTES_MAX + BYTE_ORDER_MARK.len()).unwrap_or(u64::MAX);
        let mut bytes = Vec::new();
        input.take(limit).read_to_end(&mut bytes)?;
        let n_mark = if bytes.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
        Ok(Self { bytes, n_mark })
    }

    /// What follows the byte-order mark.
    fn rest(&self) -> &[u8] {
        self.bytes.get(self.n_mark..).unwrap_or_default()
    }

    /// As much of it as a header line may take.
    fn text(&self) -> &[u8] {
        self.rest().get(..HEAD_BYTES_MAX).unwrap_or(self.rest())
    }

    fn line_end(&self) -> LineEnd {
        let text = self.text();
        let feed = text.iter().position(|byte| *byte == b'\n');
        let is_windows = feed.and_then(|at| text.get(at.checked_sub(1)?)) == Some(&b'\r');
        if is_windows { LineEnd::CrLf } else { LineEnd::Lf }
    }
}

fn write(
    key: &PseudonymKey,
    columns: &Columns,
    beginning: &Beginning,
    input: std::fs::File,
    place: &Place,
) -> Result<Tally, NoExtract> {
    let failed = |e: io::Error| NoExtract::Write(e.kind());
    let mut output = place.output().map_err(failed)?;
    let tally = replace(key, columns, beginning.line_end(), &mut beginning.rest().chain(input), &mut output)?;
    output.finish().map_err(failed)?;
    Ok(tally)
}

fn summary(key: &AnyKey, columns: &Columns, tally: &Tally) -> Vec<String> {
    let mut lines = vec![format!("{} rows written", tally.n_rows)];
    for c in &tally.replaced {
        let name = columns.columns.get(c.column).map_or("", |(name, _)| name.as_str());
        let kind = c.kind.name();
        lines.push(format!(
            "{name}: {} identifiers of kind {kind} became pseudonyms, {} cells were blank",
            c.n_replaced, c.n_blank
        ));
    }
    match key {
        AnyKey::Partner(key) => {
            let of = key.partner_use();
            let (partner, purpose, year) = (&of.partner, &of.purpose, of.year);
            lines.push(format!("key {} of partner {partner}, purpose {purpose}, year {year}", key.fingerprint()));
        }
        AnyKey::Authority(key) => {
            lines.push(format!("key {}: the authority's own, so the extract is for the authority alone", key.fingerprint()));
        }
    }
    lines
}

fn refuse_head(why: &HeadError, screen: &mut Screen<'_>) -> anyhow::Result<Exit> {
    match why {
        HeadError::Absent(_) => Err(UsageError(why.to_string()).into()),
        HeadError::NotText | HeadError::Empty | HeadError::TooLong | HeadError::Twice(_) => {
            refuse(screen, Exit::InputRefused, &[why.to_string()])
        }
        HeadError::Telling(_) => {
            let advice = "--column COLUMN replaces one, --drop COLUMN leaves it out, --keep COLUMN passes it on as it is";
            refuse(screen, Exit::PrivacyGuard, &[why.to_string(), advice.to_owned()])
        }
    }
}

fn bad_rows(n: u64, bad: &[BadRow], columns: &Columns, beginning: &Beginning, place: &Place) -> io::Result<Vec<String>> {
    let mut input = place.input()?;
    input.seek(SeekFrom::Start(u64::try_from(beginning.n_mark).unwrap_or(0)))?;
    let places: Vec<u64> = bad.iter().map(|row| row.byte).collect();
    let lines = lines_of(&mut input, &places)?;
    let mut told = vec![match n {
        1 => "one row is not certain, so nothing is written".to_owned(),
        n => format!("{n} rows are not certain, so nothing is written"),
    }];
    for (line, row) in lines.iter().zip(bad) {
        let column = row.column.and_then(|at| columns.columns.get(at));
        let column = column.map_or(String::new(), |(label, _)| format!(", {label}"));
        told.push(format!("  line {line}{column}: {}", row.fault));
    }
    let n_more = n.saturating_sub(u64::try_from(bad.len()).unwrap_or(u64::MAX));
    if n_more > 0 {
        told.push(format!("  and {n_more} more"));
    }
    Ok(told)
}

fn refuse(screen: &mut Screen<'_>, exit: Exit, lines: &[String]) -> anyhow::Result<Exit> {
    for (line, at) in lines.iter().zip(0..) {
        let line = printable(line);
        screen.note(&if at == 0 { format!("refused: {line}") } else { line })?;
    }
    Ok(exit)
}
