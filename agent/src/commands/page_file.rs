//! The file that `preview --html` writes: its owner's alone, there whole or not at all, and in no other file's place unless
//! that is asked for; then only in that of such a page.

use std::fs;
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use super::problem_list::Existing;
use crate::io::durable::{replace, write_once};
use crate::pages::html::BEGINNING;

/// Why the page is not written.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// The folder is not there.
    #[error("cannot write the page {0}: its folder does not exist")]
    NoFolder(PathBuf),
    /// Something of this name is there.
    #[error("cannot write the page {0}: it exists already; give another name, or --force to replace it")]
    Exists(PathBuf),
    /// Something else than a page would lose its place.
    #[error("cannot write the page {0}: the file there is no such page, and --force replaces nothing else")]
    NotAPage(PathBuf),
    /// No name for a file.
    #[error("cannot write the page {0}: it names no file")]
    NoName(PathBuf),
    /// The system refuses.
    #[error("cannot write the page {path}")]
    Write {
        /// Where to.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// Where a page will be written.
#[derive(Debug)]
pub struct PageFile {
    path: PathBuf,
    folder: PathBuf,
    name: String,
    existing: Existing,
}

impl PageFile {
    /// Looks whether a page can be written there, before anything is read or counted.
    pub fn at(path: &Path, existing: Existing) -> Result<Self, PageError> {
        let name = path.file_name().and_then(|name| name.to_str()).ok_or_else(|| PageError::NoName(path.to_owned()))?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if !folder.is_dir() {
            return Err(PageError::NoFolder(path.to_owned()));
        }
        let is_there = fs::symlink_metadata(path).is_ok();
        if path.is_dir() || is_there && existing == Existing::Keep {
            return Err(PageError::Exists(path.to_owned()));
        }
        if is_there && !is_page(path) {
            return Err(PageError::NotAPage(path.to_owned()));
        }
        Ok(Self { path: path.to_owned(), folder: folder.to_owned(), name: name.to_owned(), existing })
    }

    /// Where it will be.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the page.
    pub fn write(&self, page: &str) -> Result<(), PageError> {
        let written = match self.existing {
            Existing::Keep => write_once(&self.folder, &self.name, page.as_bytes()),
            Existing::Replace => replace(&self.folder, &self.name, page.as_bytes()),
        };
        written.map_err(|source| match source.kind() {
            // another file, longer ones among them, took the place in between
            ErrorKind::AlreadyExists | ErrorKind::FileTooLarge => PageError::Exists(self.path.clone()),
            _ => PageError::Write { path: self.path.clone(), source },
        })
    }
}

/// Whether a file is such a page: it begins as one.
fn is_page(path: &Path) -> bool {
    let mut begins = vec![0; BEGINNING.len()];
    fs::File::open(path).and_then(|mut file| file.read_exact(&mut begins)).is_ok_and(|()| begins == BEGINNING.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_takes_no_other_files_place() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("page.html");
        let page = format!("{BEGINNING}<html>");
        PageFile::at(&file, Existing::Keep).unwrap().write(&page).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), page);
        assert!(matches!(PageFile::at(&file, Existing::Keep), Err(PageError::Exists(_))));
        let other = format!("{BEGINNING}other");
        PageFile::at(&file, Existing::Replace).unwrap().write(&other).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), other);
        fs::write(&file, "CHILD,SEX").unwrap();
        assert!(matches!(PageFile::at(&file, Existing::Replace), Err(PageError::NotAPage(_))));
        assert!(matches!(PageFile::at(folder.path(), Existing::Replace), Err(PageError::Exists(_))));
        assert!(matches!(PageFile::at(&folder.path().join("no/page.html"), Existing::Keep), Err(PageError::NoFolder(_))));
        assert!(matches!(PageFile::at(Path::new(".."), Existing::Keep), Err(PageError::NoName(_))));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left behind");
    }

    #[test]
    fn a_file_that_appears_in_between_stays() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("page.html");
        let claimed = PageFile::at(&file, Existing::Keep).unwrap();
        fs::write(&file, "of another").unwrap();
        assert!(matches!(claimed.write("page"), Err(PageError::Exists(_))));
        assert_eq!(fs::read_to_string(&file).unwrap(), "of another");
    }

    #[cfg(unix)]
    #[test]
    fn a_page_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("page.html");
        for existing in [Existing::Keep, Existing::Replace] {
            PageFile::at(&file, existing).unwrap().write(BEGINNING).unwrap();
            assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
            fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        }
    }
}
