//! The folder of an export, read once into memory: the only room that opens files.
//!
//! Nothing is followed and nothing is guessed: symbolic links, devices and odd names are kept as faults with their path,
//! so that the manifest's check names them. Every amount is bounded. An attacker who can change the folder can make the
//! verdict a fault, never a pass.

#![expect(clippy::disallowed_methods, reason = "this room is the one that reads files")]

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use shared::limits::{EXPORT_FILE_BYTES_MAX, EXPORT_FILES_MAX};
use shared::statement::is_plain_path;

use crate::finding::Finding;
use crate::place::Place;

/// Bytes of all files of an export together.
const EXPORT_BYTES_MAX: u64 = 2 * 1024 * 1024 * 1024;
/// Folders of an export: more than its files can need.
const EXPORT_FOLDERS_MAX: usize = EXPORT_FILES_MAX;
/// Bytes of a trust file.
const TRUST_BYTES_MAX: u64 = 1024 * 1024;

/// Why a folder or file that the command line names cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The path leads to nothing readable.
    #[error("cannot read {path}")]
    Io {
        /// What was tried.
        path: PathBuf,
        /// Why it failed.
        #[source]
        source: io::Error,
    },
    /// Not a folder.
    #[error("{path} is not a folder")]
    NotAFolder {
        /// What was tried.
        path: PathBuf,
    },
    /// More than is read at all.
    #[error("{path} holds more than {limit}")]
    TooMuch {
        /// What was tried.
        path: PathBuf,
        /// The limit.
        limit: String,
    },
    /// The trust file stands in the export that it should judge.
    #[error("{path} lies inside the export: a trust file must come by another way than the export itself")]
    TrustInside {
        /// What was tried.
        path: PathBuf,
    },
}

/// All files of an export by path, and what could not be taken in.
#[derive(Clone, Debug, Default)]
pub struct Bundle {
    files: BTreeMap<String, Vec<u8>>,
    refused: Vec<Finding>,
}

impl Bundle {
    /// Reads a folder.
    pub fn open(folder: &Path) -> Result<Self, ReadError> {
        let mut bundle = Self::default();
        let kind = fs::metadata(folder).map_err(|source| io_error(folder, source))?;
        if !kind.is_dir() {
            return Err(ReadError::NotAFolder { path: folder.to_owned() });
        }
        let (mut waiting, mut n_folders, mut bytes_left) = (vec![(folder.to_owned(), String::new())], 0_usize, EXPORT_BYTES_MAX);
        let too_much = |limit: String| ReadError::TooMuch { path: folder.to_owned(), limit };
        while let Some((path, prefix)) = waiting.pop() {
            n_folders += 1;
            for item in fs::read_dir(&path).map_err(|source| io_error(&path, source))? {
                let item = item.map_err(|source| io_error(&path, source))?;
                let below = format!("{prefix}{}", item.file_name().to_string_lossy());
                let kind = item.file_type().map_err(|source| io_error(&item.path(), source))?;
                if !is_plain_path(&below) {
                    bundle.refused.push(Finding::new(&below, "a name that no file of an export has"));
                } else if kind.is_dir() {
                    waiting.push((item.path(), format!("{below}/")));
                } else if kind.is_file() {
                    bundle.take(&item.path(), below, &mut bytes_left)?;
                } else {
                    bundle.refused.push(Finding::new(&below, "neither a file nor a folder: links and devices are not followed"));
                }
                if bytes_left == 0 {
                    return Err(too_much(format!("{EXPORT_BYTES_MAX} bytes")));
                }
                if bundle.files.len() + bundle.refused.len() > EXPORT_FILES_MAX || n_folders + waiting.len() > EXPORT_FOLDERS_MAX
                {
                    return Err(too_much(format!("{EXPORT_FILES_MAX} files or folders")));
                }
            }
        }
        bundle.refused.sort();
        Ok(bundle)
    }

    fn take(&mut self, path: &Path, below: String, bytes_left: &mut u64) -> Result<(), ReadError> {
        match read(path, EXPORT_FILE_BYTES_MAX.min(*bytes_left))? {
            Some(bytes) => {
                *bytes_left = bytes_left.saturating_sub(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
                self.files.insert(below, bytes);
            }
            None if *bytes_left < EXPORT_FILE_BYTES_MAX => *bytes_left = 0,
            None => self.refused.push(Finding::new(&below, format!("larger than {EXPORT_FILE_BYTES_MAX} bytes"))),
        }
        Ok(())
    }

    /// An export that is in memory already.
    pub fn from_files(files: BTreeMap<String, Vec<u8>>) -> Self {
        Self { files, refused: Vec::new() }
    }
    /// All files by path, ascending.
    pub fn files(&self) -> &BTreeMap<String, Vec<u8>> {
        &self.files
    }
    /// What stood in the folder and was not taken in.
    pub fn refused(&self) -> &[Finding] {
        &self.refused
    }
    /// The bytes of one file.
    pub fn bytes(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(Vec::as_slice)
    }
    /// The text of one file; `None` when it is missing or not UTF-8.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.bytes(path).and_then(|b| std::str::from_utf8(b).ok())
    }
    /// All files that have a place, with it, ascending by path.
    pub fn places(&self) -> impl Iterator<Item = (&str, Place)> {
        self.files.keys().filter_map(|path| Some((path.as_str(), Place::parse(path)?)))
    }
}

/// Reads the text of a trust file, which must not lie inside the export.
pub fn read_trust(path: &Path, folder: &Path) -> Result<String, ReadError> {
    let real = |p: &Path| fs::canonicalize(p).map_err(|source| io_error(p, source));
    if real(path)?.starts_with(real(folder)?) {
        return Err(ReadError::TrustInside { path: path.to_owned() });
    }
    let bytes = read_named(path, TRUST_BYTES_MAX)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Reads one file that the command line names.
pub fn read_named(path: &Path, bytes_max: u64) -> Result<Vec<u8>, ReadError> {
    let too_much = ReadError::TooMuch { path: path.to_owned(), limit: format!("{bytes_max} bytes") };
    read(path, bytes_max)?.ok_or(too_much)
}

fn read(path: &Path, bytes_max: u64) -> Result<Option<Vec<u8>>, ReadError> {
    let file = File::open(path).map_err(|source| io_error(path, source))?;
    let mut bytes = Vec::new();
    file.take(bytes_max.saturating_add(1)).read_to_end(&mut bytes).map_err(|source| io_error(path, source))?;
    let fits = u64::try_from(bytes.len()).is_ok_and(|n| n <= bytes_max);
    Ok(fits.then_some(bytes))
}

fn io_error(path: &Path, source: io::Error) -> ReadError {
    ReadError::Io { path: path.to_owned(), source }
}
