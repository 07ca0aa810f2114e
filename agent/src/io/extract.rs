//! An extract's files: the key, the input, and the place of the output, which never is where the input lies.
//!
//! Input and output in two folders is what keeps a person from sending the wrong one.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use shared::problem::Problem;

use super::durable::{Growing, read_limited};
use super::state::others_may_open;
use crate::pseudonym::keys::{AnyKey, KEY_FILE_BYTES_MAX};
use crate::stop::Stop;

/// Reads a key that a person names.
pub fn read_key(path: &Path) -> Result<AnyKey, Stop> {
    let invalid = |why: &dyn fmt::Display| Stop::with(Problem::ConfigurationInvalid, format!("{}: {why}", path.display()));
    if others_may_open(path) {
        let stop = invalid(&"others than its owner may open it");
        return Err(stop.advising(format!("chmod 600 {}, and consider the key known to them", path.display())));
    }
    let bytes = read_limited(path, KEY_FILE_BYTES_MAX).map_err(|e| invalid(&e.kind()).advising("name the key's file"))?;
    let text = String::from_utf8(bytes).map_err(|_| invalid(&"not text").advising("name the key's file"))?;
    AnyKey::parse(&text).map_err(|why| invalid(&why).advising("ask whoever issued the key for it"))
}

/// Why an extract is not begun.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// The input cannot be read.
    #[error("the input cannot be read: {0}")]
    Input(ErrorKind),
    /// The output is no file's name.
    #[error("the output does not name a file")]
    NoName,
    /// The folder of the output is not there.
    #[error("the folder of the output cannot be opened: {0}")]
    Folder(ErrorKind),
    /// Output and input in one folder.
    #[error("the output would lie in the folder of the input: name another folder, so that nobody sends the wrong file")]
    SameFolder,
    /// The output exists.
    #[error("the output exists already: name a new file")]
    Taken,
}

/// Input and output of one extract.
#[derive(Debug)]
pub struct Place {
    input: PathBuf,
    folder: PathBuf,
    name: String,
}

impl Place {
    /// Looks at both, behind every symbolic link.
    pub fn of(input: &Path, output: &Path) -> Result<Self, PlaceError> {
        let unreadable = |e: io::Error| PlaceError::Input(e.kind());
        let real = input.canonicalize().map_err(unreadable)?;
        if !real.is_file() {
            return Err(PlaceError::Input(ErrorKind::IsADirectory));
        }
        let name = output.file_name().and_then(|name| name.to_str()).ok_or(PlaceError::NoName)?.to_owned();
        let folder = parent(output).canonicalize().map_err(|e| PlaceError::Folder(e.kind()))?;
        let named = parent(input).canonicalize().map_err(unreadable)?;
        if folder == named || real.parent() == Some(&folder) {
            return Err(PlaceError::SameFolder);
        }
        if fs::symlink_metadata(folder.join(&name)).is_ok() {
            return Err(PlaceError::Taken);
        }
        Ok(Self { input: real, folder, name })
    }

    /// Opens the input at its beginning.
    pub fn input(&self) -> io::Result<File> {
        File::open(&self.input)
    }

    /// Begins the output.
    pub fn output(&self) -> io::Result<Growing> {
        Growing::begin(&self.folder, &self.name)
    }
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_output_never_lies_where_the_input_lies() {
        let outer = tempfile::tempdir().unwrap();
        let path = |name: &str| outer.path().join(name);
        fs::create_dir(path("in")).unwrap();
        fs::create_dir(path("out")).unwrap();
        fs::write(path("in/a.csv"), b"A\n").unwrap();
        fs::write(path("out/taken.csv"), b"").unwrap();
        let check = |input: &str, output: &str| Place::of(&path(input), &path(output)).err().map(|e| e.to_string());
        let begins = |told: Option<String>, words: &str| assert!(told.as_ref().is_some_and(|t| t.starts_with(words)), "{told:?}");
        assert_eq!(check("in/a.csv", "out/b.csv"), None);
        let same = "the output would lie in the folder";
        begins(check("in/a.csv", "in/a.csv"), same);
        begins(check("in/a.csv", "in/b.csv"), same);
        begins(check("in/a.csv", "out/../in/b.csv"), same);
        begins(check("in/a.csv", "out/taken.csv"), "the output exists already");
        begins(check("in/a.csv", "none/b.csv"), "the folder of the output");
        begins(check("in/a.csv", "out/.."), "the output does not name a file");
        begins(check("in/none.csv", "out/b.csv"), "the input cannot be read");
        begins(check("in", "out/b.csv"), "the input cannot be read");
    }

    #[cfg(unix)]
    #[test]
    fn a_symbolic_link_does_not_hide_where_files_lie() {
        use std::os::unix::fs::symlink;
        let outer = tempfile::tempdir().unwrap();
        let path = |name: &str| outer.path().join(name);
        for folder in ["in", "links", "out"] {
            fs::create_dir(path(folder)).unwrap();
        }
        fs::write(path("in/a.csv"), b"A\n").unwrap();
        symlink(path("in"), path("out/again")).unwrap();
        symlink(path("in/a.csv"), path("links/a.csv")).unwrap();
        symlink(path("nothing"), path("out/dangling.csv")).unwrap();
        let refused = |input: &str, output: &str| Place::of(&path(input), &path(output)).err();
        assert!(matches!(refused("in/a.csv", "out/again/b.csv"), Some(PlaceError::SameFolder)));
        assert!(matches!(refused("links/a.csv", "in/b.csv"), Some(PlaceError::SameFolder)), "where the file itself lies");
        assert!(matches!(refused("links/a.csv", "links/b.csv"), Some(PlaceError::SameFolder)), "where the link to it lies");
        assert!(matches!(refused("in/a.csv", "out/dangling.csv"), Some(PlaceError::Taken)));
        assert!(refused("links/a.csv", "out/b.csv").is_none());
    }
}
