//! Durable files: temporary file, sync, rename, sync of the folder. Keys are readable by their owner only.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Names that are tried for a temporary file: other writers of this process hold some, crashes left some.
const TEMPORARY_MAX: u32 = 1_000;

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// Its owner alone (0600).
    Owner,
    /// Everybody on the machine.
    All,
}

/// Writes a file that must not exist yet.
pub fn create_file(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<()> {
    if path.exists() {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("{} exists", path.display())));
    }
    replace_file(path, bytes, readers)
}

/// Writes a file in one step: a reader sees the old bytes or the new ones.
pub fn replace_file(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<()> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let (mut file, temporary) = open_beside(path, readers)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&temporary, path)?;
    sync_folder(folder)
}

/// Makes a folder's entries durable.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// The same path with something after its file name.
pub fn beside(path: &Path, after: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(after);
    path.with_file_name(name)
}

/// A new file beside a path, under a name that no other writer holds.
fn open_beside(path: &Path, readers: Readers) -> io::Result<(File, PathBuf)> {
    let mut number = 0_u32;
    loop {
        let temporary = beside(path, &format!("{}-{number}.tmp", std::process::id()));
        match open_new(&temporary, readers) {
            Ok(file) => return Ok((file, temporary)),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists && number < TEMPORARY_MAX => number += 1,
            Err(e) => return Err(e),
        }
    }
}

#[cfg(unix)]
fn open_new(path: &Path, readers: Readers) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mode = match readers {
        Readers::Owner => 0o600,
        Readers::All => 0o644,
    };
    OpenOptions::new().write(true).create_new(true).mode(mode).open(path)
}

#[cfg(not(unix))]
fn open_new(path: &Path, _readers: Readers) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_created_once_and_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b");
        create_file(&path, b"one", Readers::Owner).unwrap();
        assert_eq!(create_file(&path, b"two", Readers::Owner).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        replace_file(&path, b"three", Readers::All).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"three");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }
}
