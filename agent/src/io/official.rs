//! Official files: the named ones, and the CSV files of named folders. One file is open at a time, and read as a stream.
//!
//! Whoever can change these files changes what stands beside the exact figures on the authority's own screen.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use shared::ids::{AuthorityId, ReportingYear};

use super::inbox::Waiting;
use crate::official::Official;
use crate::official::read::{FileRead, Unusable};

/// Most files that are read.
pub const FILES_MAX: usize = 500;

/// A file, with what became of it.
pub struct FileTold {
    /// As it was named.
    pub name: String,
    /// Whether a person named it, rather than its folder.
    pub is_named: bool,
    /// What was read of it.
    pub read: Result<FileRead, Unusable>,
}

impl FileTold {
    /// Whether the comparison must stop: a damaged file, or a named one of another kind.
    pub fn is_refused(&self) -> bool {
        match &self.read {
            Ok(_) | Err(Unusable::NotCompared | Unusable::OtherYears { .. }) => false,
            Err(why) => self.is_named || !why.is_of_another_kind(),
        }
    }
}

/// Reads everything under some paths.
pub fn read_official(
    paths: &[PathBuf],
    authority: AuthorityId,
    year: ReportingYear,
    waiting: &mut dyn Waiting,
) -> (Official, Vec<FileTold>) {
    let mut official = Official::new(authority, year);
    let mut told = Vec::new();
    let files = files_of(paths, &mut told);
    waiting.begins(files.len());
    for (path, is_named) in files {
        let name = path.display().to_string();
        waiting.step(&name);
        let read = match File::open(&path) {
            Ok(mut file) => official.add(&name, &mut file),
            Err(error) => Err(Unusable::Unreadable(error.kind())),
        };
        told.push(FileTold { name, is_named, read });
    }
    waiting.ends();
    (official, told)
}

fn files_of(paths: &[PathBuf], told: &mut Vec<FileTold>) -> Vec<(PathBuf, bool)> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push((path.clone(), true));
            continue;
        }
        match csv_files_of(path) {
            Ok(found) => files.extend(found.into_iter().map(|file| (file, false))),
            Err(error) => {
                let read = Err(Unusable::Unreadable(error.kind()));
                told.push(FileTold { name: path.display().to_string(), is_named: true, read });
            }
        }
    }
    if let Some((first, _)) = files.get(FILES_MAX) {
        let limit = u64::try_from(FILES_MAX).unwrap_or(u64::MAX);
        let read = Err(Unusable::TooMuch { limit, what: "files before it" });
        told.push(FileTold { name: first.display().to_string(), is_named: true, read });
        files.truncate(FILES_MAX);
    }
    files
}

/// The CSV files of a folder, by name.
fn csv_files_of(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    // one more than is read, so that a fuller folder is refused and nothing is left out in silence
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let is_csv = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
        if is_csv && path.is_file() {
            files.push(path);
        }
        if files.len() > FILES_MAX {
            break;
        }
    }
    files.sort();
    Ok(files)
}
