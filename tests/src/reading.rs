//! Folders of returns read in this process, by the agent's own reader: for benchmarks and for tests that look at rows.

use std::io;
use std::path::Path;
use std::sync::LazyLock;

use agent::pseudonym::PseudonymKey;
use agent::records::changed::ChangedIds;
use agent::records::postcodes::{AreaCode, PostcodeDirectory};
use agent::records::rules::RuleBook;
use agent::records::source::{XmlTags, open};
use agent::records::{Offered, ReadOptions, ReturnReader, Returns, TableSet};
use shared::ids::ReportingYear;

use crate::worlds::postcodes::{AREA_FILE, FILE};

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

/// The postcode directory that lies beside the returns in the folder of a made-up council; none where there is no such file.
///
/// # Errors
/// When a file cannot be read.
///
/// # Panics
/// When the agent's reader refuses the directory.
pub fn directory_of(folder: &Path) -> io::Result<Option<PostcodeDirectory>> {
    let path = folder.join(FILE);
    if !path.exists() {
        return Ok(None);
    }
    let own = std::fs::read_to_string(folder.join(AREA_FILE))?;
    let own: Vec<AreaCode> = own.lines().filter_map(|code| AreaCode::parse(code.as_bytes())).collect();
    let bytes = std::fs::read(&path)?;
    // no cell of a directory is read otherwise in another year
    let source = open(FILE, Box::new(bytes.as_slice()), 2025, &XmlTags::default(), &PostcodeDirectory::is_header);
    let mut source = source.unwrap_or_else(|fault| panic!("{}: {fault:?}", path.display()));
    let read = PostcodeDirectory::read(source.as_mut(), &own);
    Ok(Some(read.unwrap_or_else(|fault| panic!("{}{fault}", path.display()))))
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
    read_beside(returns, None)
}

/// As [`read`], with a postcode directory if there is one.
#[must_use]
pub fn read_beside(returns: &[Return], postcodes: Option<&PostcodeDirectory>) -> Returns {
    let key = key();
    // one catalogue for the whole process, as the agent has
    static RULES: LazyLock<RuleBook> = LazyLock::new(RuleBook::built_in);
    let (changed, xml) = (ChangedIds::default(), XmlTags::default());
    let options = ReadOptions { key: &key, rules: &RULES, changed: &changed, xml: &xml, ignored: TableSet::NONE, postcodes };
    let mut reader = ReturnReader::new(options);
    for (year, files) in returns {
        let offered = files.iter().map(|file| Offered::bytes(file.name.clone(), &file.bytes)).collect();
        reader.read(*year, TableSet::required(), offered);
    }
    reader.finish()
}
