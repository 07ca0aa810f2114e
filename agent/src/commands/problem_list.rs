//! Problems as a CSV that a spreadsheet opens: one row a problem, with its place and what to do.
//!
//! The bytes are UTF-8 with a byte-order mark and CRLF, which spreadsheets read without questions. Invariant: no cell begins
//! a formula, whatever a record holds. A value of a record is in it only where the caller hands one in. The file is its
//! owner's alone, appears whole or not at all, and takes no other file's place unless that is asked for.

use std::fmt;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use csv::{Terminator, WriterBuilder};

use crate::io::durable::{replace, write_once};

/// Most problems that are written; the list says so in its last row.
pub const PROBLEMS_MAX: usize = 1_000_000;
const COLUMNS: [&str; 8] = ["return_year", "file", "line", "column", "rule", "severity", "what_is_wrong", "what_to_do"];
const VALUE_COLUMN: &str = "value";
/// A cell that begins so is a formula to a spreadsheet.
const FORMULA_STARTS: [char; 8] = ['=', '+', '-', '@', '\t', '\r', '\u{ff1d}', '\u{ff0b}'];

/// One problem. No `Debug`: the value may be that of a record.
pub struct ProblemLine<'p> {
    /// The return in which it is.
    pub return_year: i16,
    /// The file in which it is.
    pub file: &'p str,
    /// The table that the file was read as.
    pub table: &'p str,
    /// The line in the file.
    pub line: u32,
    /// The column; empty when the row as a whole is meant.
    pub column: &'p str,
    /// Code of the rule.
    pub rule: &'p str,
    /// How grave it is.
    pub severity: &'p str,
    /// What is wrong.
    pub says: &'p str,
    /// What to do.
    pub what_to_do: &'p str,
    /// What stands there, where that may be shown.
    pub value: Option<String>,
}

/// Whether the list may hold what stands in the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values {
    /// No column for it.
    Hidden,
    /// A last column with it.
    Shown,
}

/// Whether another file may lose its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// A file of this name is left as it is.
    Keep,
    /// A file of this name is replaced.
    Replace,
}

/// Why the list is not written.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The folder is not there.
    #[error("cannot write the list of problems {0}: its folder does not exist")]
    NoFolder(PathBuf),
    /// Something of this name is there.
    #[error("cannot write the list of problems {0}: it exists already; give another name, or --force to replace it")]
    Exists(PathBuf),
    /// Something else than a list would lose its place.
    #[error("cannot write the list of problems {0}: the file there is no such list, and --force replaces nothing else")]
    NotAList(PathBuf),
    /// No name for a file.
    #[error("cannot write the list of problems {0}: it names no file")]
    NoName(PathBuf),
    /// The system refuses.
    #[error("cannot write the list of problems {path}")]
    Write {
        /// Where to.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// Writes the list to a file; says how many problems it holds.
pub fn write_file<'p>(
    path: &Path,
    problems: impl Iterator<Item = ProblemLine<'p>>,
    values: Values,
    existing: Existing,
) -> Result<usize, ListError> {
    let name = path.file_name().and_then(|name| name.to_str()).ok_or_else(|| ListError::NoName(path.to_owned()))?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        return Err(ListError::NoFolder(path.to_owned()));
    }
    let is_there = fs::symlink_metadata(path).is_ok();
    if path.is_dir() || is_there && existing == Existing::Keep {
        return Err(ListError::Exists(path.to_owned()));
    }
    if is_there && !is_list(path) {
        return Err(ListError::NotAList(path.to_owned()));
    }
    let (bytes, n) = to_csv(problems, values).map_err(|source| ListError::Write { path: path.to_owned(), source })?;
    let written = match existing {
        Existing::Keep => write_once(folder, name, &bytes),
        Existing::Replace => replace(folder, name, &bytes),
    };
    match written {
        Ok(()) => Ok(n),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(ListError::Exists(path.to_owned())),
        Err(source) => Err(ListError::Write { path: path.to_owned(), source }),
    }
}

/// Whether a file is a list of problems: it begins as one.
fn is_list(path: &Path) -> bool {
    let head = [&b"\xEF\xBB\xBF"[..], COLUMNS.join(",").as_bytes()].concat();
    let mut begins = vec![0; head.len()];
    fs::File::open(path).and_then(|mut file| file.read_exact(&mut begins)).is_ok_and(|()| begins == head)
}

/// The bytes of the list, and how many problems are in it.
pub fn to_csv<'p>(problems: impl Iterator<Item = ProblemLine<'p>>, values: Values) -> io::Result<(Vec<u8>, usize)> {
    let mut bytes = Vec::new();
    bytes.write_all(b"\xEF\xBB\xBF")?;
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).flexible(true).from_writer(bytes);
    let value_column = (values == Values::Shown).then_some(VALUE_COLUMN);
    writer.write_record(COLUMNS.iter().copied().chain(value_column))?;
    let mut n = 0;
    for problem in problems {
        if n == PROBLEMS_MAX {
            writer.write_record(["", "", "", "", "", "", "more problems than one list holds", "correct these first"])?;
            break;
        }
        n += 1;
        write_problem(&mut writer, &problem, values)?;
    }
    let bytes = writer.into_inner().map_err(|error| io::Error::from(error.error().kind()))?;
    Ok((bytes, n))
}

fn write_problem(writer: &mut csv::Writer<Vec<u8>>, problem: &ProblemLine<'_>, values: Values) -> io::Result<()> {
    let number = |n: &dyn fmt::Display| n.to_string();
    let file = if problem.file.is_empty() { problem.table } else { problem.file };
    let cells = [
        number(&problem.return_year),
        defused(file),
        number(&problem.line),
        defused(problem.column),
        defused(problem.rule),
        defused(problem.severity),
        defused(problem.says),
        defused(problem.what_to_do),
    ];
    let value = (values == Values::Shown).then(|| defused(problem.value.as_deref().unwrap_or_default()));
    writer.write_record(cells.iter().chain(value.iter()))?;
    Ok(())
}

/// A text that a spreadsheet takes for text.
fn defused(text: &str) -> String {
    // blanks before the sign do not help: some spreadsheets drop them
    let is_formula = text.trim_start_matches([' ', '\u{a0}']).starts_with(FORMULA_STARTS) || text.starts_with('\n');
    if is_formula { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem<'p>(file: &'p str, says: &'p str, value: Option<&str>) -> ProblemLine<'p> {
        ProblemLine {
            return_year: 2025,
            file,
            table: "Episodes",
            line: 7,
            column: "DECOM",
            rule: "101",
            severity: "error",
            says,
            what_to_do: "correct the date",
            value: value.map(str::to_owned),
        }
    }

    /// The list as a spreadsheet reads it.
    fn cells(bytes: &[u8]) -> Vec<Vec<String>> {
        let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap();
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text);
        reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
    }

    #[test]
    fn a_spreadsheet_reads_one_row_a_problem() {
        let says = "a comma, a \"quote\" and a\r\nbreak; Zo\u{eb}";
        let (bytes, n) =
            to_csv([problem("a.csv", says, None), problem("b.csv", "plain", None)].into_iter(), Values::Hidden).unwrap();
        let rows = cells(&bytes);
        assert_eq!((n, rows.len()), (2, 3));
        assert_eq!(rows[0].join(","), "return_year,file,line,column,rule,severity,what_is_wrong,what_to_do");
        assert_eq!(rows[1], ["2025", "a.csv", "7", "DECOM", "101", "error", says, "correct the date"]);
        assert!(bytes.ends_with(b"correct the date\r\n"));
        assert_eq!(bytes.windows(2).filter(|two| two[1] == b'\n' && two[0] != b'\r').count(), 0);
    }

    #[test]
    fn a_value_is_there_only_where_it_is_asked_for() {
        let problems = || [problem("a.csv", "x", Some("31/02/2024")), problem("a.csv", "x", None)].into_iter();
        let (hidden, _) = to_csv(problems(), Values::Hidden).unwrap();
        assert!(!String::from_utf8_lossy(&hidden).contains("31/02"));
        let rows = cells(&to_csv(problems(), Values::Shown).unwrap().0);
        let last: Vec<&str> = rows.iter().map(|row| row[8].as_str()).collect();
        assert_eq!(last, ["value", "31/02/2024", ""]);
    }

    #[test]
    fn no_cell_begins_a_formula() {
        for start in ["=", "+", "-", "@", "\t", "\r", "\n", " =", "\u{ff1d}"] {
            let text = format!("{start}HYPERLINK(1)");
            let rows = cells(&to_csv([problem(&text, &text, Some(&text))].into_iter(), Values::Shown).unwrap().0);
            for at in [1, 6, 8] {
                assert_eq!(rows[1][at], format!("'{text}"), "column {at}");
            }
        }
    }

    #[test]
    fn another_file_keeps_its_place_unless_it_is_to_be_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("problems.csv");
        let write = |existing| write_file(&path, [problem("a.csv", "x", None)].into_iter(), Values::Hidden, existing);
        assert_eq!(write(Existing::Keep).unwrap(), 1);
        assert!(matches!(write(Existing::Keep), Err(ListError::Exists(_))), "also when the bytes would be the same");
        fs::write(&path, "mine").unwrap();
        assert!(matches!(write(Existing::Keep), Err(ListError::Exists(_))));
        assert!(matches!(write(Existing::Replace), Err(ListError::NotAList(_))), "only a list gives way");
        assert_eq!(fs::read(&path).unwrap(), b"mine");
        fs::remove_file(&path).unwrap();
        assert_eq!((write(Existing::Keep).unwrap(), write(Existing::Replace).unwrap()), (1, 1));
        assert!(fs::read(&path).unwrap().starts_with(b"\xEF\xBB\xBFreturn_year"));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file stays");
    }

    #[test]
    fn without_a_folder_nothing_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &Path| write_file(path, std::iter::empty(), Values::Hidden, Existing::Replace).unwrap_err();
        let error = write(&folder.path().join("none").join("a.csv"));
        assert!(error.to_string().contains("its folder does not exist"), "{error}");
        assert!(matches!(write(folder.path()), ListError::Exists(_)), "a folder is not replaced");
        assert!(matches!(write(Path::new("..")), ListError::NoName(_)));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[cfg(unix)]
    #[test]
    fn the_list_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        for existing in [Existing::Keep, Existing::Replace] {
            let path = folder.path().join(format!("{existing:?}.csv"));
            write_file(&path, std::iter::empty(), Values::Shown, existing).unwrap();
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }
}
