//! Folders of returns read in this process, by the agent's own reader: for benchmarks and for tests that look at rows.

use std::io;
use std::path::Path;
use std::sync::LazyLock;

use agent::pseudonym::PseudonymKey;
use agent::records::changed::ChangedIds;
use agent::records::rules::RuleBook;
use agent::records::source::XmlTags;
use agent::records::{Offered, ReadOptions, ReturnReader, Returns, TableSet};
use shared::ids::ReportingYear;

/// A file in memory.
#[derive(Clone)]
pub struct InputFile {
    /// Its name.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// One return: its year, and its files.
pub type Return = (ReportingYear, Vec<InputFile>);

/// The returns of a folder with one folder for each year, oldest first.
///
/// # Errors
/// When a file cannot be read.
pub fn returns_of(folder: &Path) -> io::Result<Vec<Return>> {
    let mut returns = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Some(year) = name.parse().ok().and_then(ReportingYear::new) else { continue };
        returns.push((year, files_of(&path)?));
    }
    returns.sort_by_key(|(year, _)| *year);
    Ok(returns)
}

fn files_of(folder: &Path) -> io::Result<Vec<InputFile>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        files.push(InputFile { name, bytes: std::fs::read(&path)? });
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

/// The key under which [`read`] makes pseudonyms: a test that must find a child again makes its pseudonym with it.
///
/// # Panics
/// Never: the key of this function is long enough.
#[must_use]
pub fn key() -> PseudonymKey {
    PseudonymKey::from_bytes(&[7; 32]).expect("a key of 32 bytes is long enough")
}

/// Reads returns, oldest first, as the agent does under the rules as they are unless configured.
#[must_use]
pub fn read(returns: &[Return]) -> Returns {
    let key = key();
    // one catalogue for the whole process, as the agent has
    static RULES: LazyLock<RuleBook> = LazyLock::new(RuleBook::built_in);
    let (changed, xml) = (ChangedIds::default(), XmlTags::default());
    let options =
        ReadOptions { key: &key, rules: &RULES, changed: &changed, xml: &xml, ignored: TableSet::NONE, postcodes: None };
    let mut reader = ReturnReader::new(options);
    for (year, files) in returns {
        let offered = files.iter().map(|file| Offered::bytes(file.name.clone(), &file.bytes)).collect();
        reader.read(*year, TableSet::required(), offered);
    }
    reader.finish()
}
