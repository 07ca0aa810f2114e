//! The inbox: folders of returns, read one return at a time, with limits.
//!
//! A return year is known by the four digits in the name of its folder; files are known by their content. The bytes of
//! a return are dropped as soon as it is read. Whoever can change these files changes the figures of this authority,
//! and nothing else.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use shared::ids::ReportingYear;

use crate::config::AgentConfig;
use crate::pseudonym::PseudonymKey;
use crate::records::across::compare_years;
use crate::records::text::{FILE_BYTES_MAX, FILES_MAX};
use crate::records::{ErrorRateMax, InputFile, ReadOptions, Refusal, ReturnRead, TableSet, YEAR_FIRST, YEAR_LAST, read_return};

/// Most entries of the folder of returns that are looked at.
const FOLDERS_MAX: usize = 1000;

/// Why a folder or file cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read {path}")]
pub struct InboxError {
    path: String,
    #[source]
    source: std::io::Error,
}

/// Why the input as a whole is not to be used.
#[derive(Debug, thiserror::Error)]
pub enum InputRefusal {
    /// No folder holds the return of the reporting year.
    #[error("there is no return of {0}")]
    YearAbsent(ReportingYear),
    /// Two folders name one year.
    #[error("the folders {first} and {second} both name the return of {year}")]
    YearTwice {
        /// The year.
        year: ReportingYear,
        /// One folder.
        first: String,
        /// The other.
        second: String,
    },
    /// One return is not to be used.
    #[error("return {year}: {refusal}")]
    Return {
        /// Its year.
        year: ReportingYear,
        /// Why.
        refusal: Refusal,
    },
}

impl InputRefusal {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::YearAbsent(_) => "year-absent",
            Self::YearTwice { .. } => "year-twice",
            Self::Return { refusal, .. } => refusal.code(),
        }
    }
}

/// All returns that a round looks at, with what speaks against using them.
pub struct Input {
    /// The year to report.
    pub year: ReportingYear,
    /// Returns up to that year, in the order of their years.
    pub returns: Vec<ReturnRead>,
    /// Folders and files that were not looked at, with the reason.
    pub left_aside: Vec<String>,
    /// What speaks against using the input; empty when nothing does.
    pub refusals: Vec<InputRefusal>,
}

impl Input {
    fn finish(mut self) -> Self {
        for at in 1..self.returns.len() {
            let (former, rest) = self.returns.split_at_mut(at);
            if let (Some(former), Some(now)) = (former.last(), rest.first_mut()) {
                compare_years(former, now);
            }
        }
        self
    }

    fn hold_against(mut self, limit: ErrorRateMax) -> Self {
        for read in &mut self.returns {
            read.hold_against(limit);
            let year = read.year;
            self.refusals.extend(read.refusals.iter().cloned().map(|refusal| InputRefusal::Return { year, refusal }));
        }
        self
    }
}

/// What to tell a person who waits: how many steps there are, and which one begins.
pub trait Waiting {
    /// Before the first step.
    fn begins(&mut self, n_steps: usize);
    /// As a step begins.
    fn step(&mut self, what: &str);
    /// After the last step.
    fn ends(&mut self);
}

/// Reads the returns of a configuration, up to a year.
pub fn read_configured(
    config: &AgentConfig,
    year: ReportingYear,
    key: &PseudonymKey,
    waiting: &mut dyn Waiting,
) -> Result<Input, InboxError> {
    let mut input = Input { year, returns: Vec::new(), left_aside: Vec::new(), refusals: Vec::new() };
    let folders = folders_of(&config.returns, &mut input)?;
    waiting.begins(folders.len());
    for (of, folder) in &folders {
        waiting.step(&format!("return {of}"));
        let prefix = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let files = files_of(folder, &prefix, &mut input.left_aside)?;
        let demanded = if *of == year { config.tables_demanded() } else { TableSet::required() };
        let options = ReadOptions { key, ignored: config.tables_ignored, demanded };
        input.returns.push(read_return(&files, *of, &options));
    }
    waiting.ends();
    if !folders.iter().any(|(of, _)| *of == year) {
        input.refusals.push(InputRefusal::YearAbsent(year));
    }
    Ok(input.finish().hold_against(config.error_rate_max))
}

/// Reads files, or folders of files, as one return of a year.
pub fn read_paths(paths: &[PathBuf], year: ReportingYear, limit: ErrorRateMax, key: &PseudonymKey) -> Result<Input, InboxError> {
    let mut input = Input { year, returns: Vec::new(), left_aside: Vec::new(), refusals: Vec::new() };
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            files.extend(files_of(path, &path.display().to_string(), &mut input.left_aside)?);
        } else {
            files.push(InputFile { name: path.display().to_string(), bytes: bytes_of(path)? });
        }
    }
    let options = ReadOptions { key, ignored: TableSet::NONE, demanded: TableSet::required() };
    input.returns.push(read_return(&files, year, &options));
    Ok(input.hold_against(limit))
}

fn failed(path: &Path) -> impl FnOnce(std::io::Error) -> InboxError + '_ {
    move |source| InboxError { path: path.display().to_string(), source }
}

/// Entries of a folder by name, at most so many.
fn entries_of(folder: &Path, limit: usize) -> Result<Vec<PathBuf>, InboxError> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed(folder))?.take(limit) {
        paths.push(entry.map_err(failed(folder))?.path());
    }
    paths.sort();
    Ok(paths)
}

/// Folders of returns up to the year of the input, by year.
fn folders_of(returns: &Path, input: &mut Input) -> Result<Vec<(ReportingYear, PathBuf)>, InboxError> {
    let mut folders: Vec<(ReportingYear, PathBuf)> = Vec::new();
    for path in entries_of(returns, FOLDERS_MAX)? {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if !path.is_dir() {
            input.left_aside.push(format!("{name}: not a folder of a return year"));
            continue;
        }
        let Some(of) = year_in(&name) else {
            input.left_aside.push(format!("{name}: its name does not hold one return year of four digits"));
            continue;
        };
        if !(YEAR_FIRST..=YEAR_LAST).contains(&of.number()) {
            input.left_aside.push(format!("{name}: returns of {of} are not read by this version"));
        } else if of > input.year {
            input.left_aside.push(format!("{name}: later than the reporting year {}", input.year));
        } else if let Some((_, first)) = folders.iter().find(|(year, _)| *year == of) {
            let first = first.file_name().map(|first| first.to_string_lossy().into_owned()).unwrap_or_default();
            input.refusals.push(InputRefusal::YearTwice { year: of, first, second: name });
        } else {
            folders.push((of, path));
        }
    }
    folders.sort();
    Ok(folders)
}

/// The one return year that a name holds, as a run of exactly four digits.
fn year_in(name: &str) -> Option<ReportingYear> {
    let runs = name.split(|c: char| !c.is_ascii_digit()).filter(|run| run.len() == 4);
    let mut years = runs.filter_map(|run| run.parse::<ReportingYear>().ok());
    let year = years.next()?;
    years.all(|other| other == year).then_some(year)
}

/// The CSV files of a folder, by name.
fn files_of(folder: &Path, prefix: &str, left_aside: &mut Vec<String>) -> Result<Vec<InputFile>, InboxError> {
    let mut files = Vec::new();
    for path in entries_of(folder, FOLDERS_MAX)? {
        let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let name = format!("{prefix}/{file}");
        let is_csv = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
        if path.is_dir() || !is_csv {
            left_aside.push(format!("{name}: not a CSV file"));
            continue;
        }
        // one more than allowed is read, so that the return is refused and nothing is left out in silence
        if files.len() > FILES_MAX {
            left_aside.push(format!("{name}: the return has more files than are read"));
            continue;
        }
        files.push(InputFile { bytes: bytes_of(&path)?, name });
    }
    Ok(files)
}

/// The bytes of a file, one more than allowed at most: larger ones are refused when they are read.
fn bytes_of(path: &Path) -> Result<Vec<u8>, InboxError> {
    let limit = u64::try_from(FILE_BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
    let file = File::open(path).map_err(failed(path))?;
    let mut bytes = Vec::new();
    file.take(limit).read_to_end(&mut bytes).map_err(failed(path))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_return_year_is_four_digits_in_the_name() {
        let check = |name: &str, expected: Option<i16>| assert_eq!(year_in(name).map(ReportingYear::number), expected, "{name}");
        check("2024", Some(2024));
        check("SSDA903 return 2024", Some(2024));
        check("2024_final_2024", Some(2024));
        check("2023-2024", None);
        check("20240401", None);
        check("old", None);
        check("1066", None);
    }
}
