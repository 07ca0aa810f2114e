//! Files that survive power loss: written beside, made durable, then put in place by one step that cannot half happen.
//!
//! A crash before the step leaves a temporary file, which nobody reads and the next write sweeps away; a crash after it
//! leaves the whole file. Write-once files are put in place by a hard link, which the system refuses when the name is taken;
//! a file system without hard links gets a rename, and the state's lock keeps every other writer away.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Read as _, Write};
use std::path::{Path, PathBuf};

/// Beginning of the name of every temporary file.
pub const TEMPORARY: &str = ".tmp-";

/// Creates a folder that only its owner may open.
pub fn create_private_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Writes a file that must not exist yet, or holds these bytes already.
pub fn write_once(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    Staged::write(folder, name, bytes.to_vec())?.put()
}

/// A write-once file whose bytes are on the disk, and which is not in its place yet. One that is dropped stays beside it, as
/// after a crash: the next write sweeps it away.
pub struct Staged {
    folder: PathBuf,
    temporary: PathBuf,
    target: PathBuf,
    bytes: Vec<u8>,
}

impl Staged {
    /// Writes the bytes beside the file's place and makes them durable.
    pub fn write(folder: &Path, name: &str, bytes: Vec<u8>) -> io::Result<Self> {
        let (temporary, target) = (folder.join(format!("{TEMPORARY}{name}")), folder.join(name));
        write_temporary(&temporary, &bytes)?;
        Ok(Self { folder: folder.to_owned(), temporary, target, bytes })
    }

    /// Puts the file in its place, or finds it there with these bytes.
    pub fn put(self) -> io::Result<()> {
        match fs::hard_link(&self.temporary, &self.target) {
            Ok(()) => fs::remove_file(&self.temporary)?,
            Err(_) if !self.target.exists() => fs::rename(&self.temporary, &self.target)?,
            Err(_) => {
                fs::remove_file(&self.temporary)?;
                let limit = u64::try_from(self.bytes.len()).unwrap_or(u64::MAX).saturating_add(1);
                if read_limited(&self.target, limit)? != self.bytes {
                    return Err(ErrorKind::AlreadyExists.into());
                }
            }
        }
        sync_folder(&self.folder)
    }
}

/// Writes a file in place of another.
pub fn replace(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let temporary = folder.join(format!("{TEMPORARY}{name}"));
    write_temporary(&temporary, bytes)?;
    fs::rename(&temporary, folder.join(name))?;
    sync_folder(folder)
}

/// Reads a file of at most `bytes_max` bytes.
pub fn read_limited(path: &Path, bytes_max: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(bytes_max.saturating_add(1)).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > bytes_max {
        return Err(io::Error::new(ErrorKind::FileTooLarge, "larger than its limit"));
    }
    Ok(bytes)
}

/// Makes the names in a folder durable.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    // other systems make names durable with the file, and cannot open a folder
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// A file that grows beside its place and is put there whole. One that is dropped before leaves nothing behind.
pub struct Growing {
    file: BufWriter<File>,
    folder: PathBuf,
    temporary: PathBuf,
    target: PathBuf,
}

impl Growing {
    /// Begins a file that must not exist yet.
    pub fn begin(folder: &Path, name: &str) -> io::Result<Self> {
        let (temporary, target) = (folder.join(format!("{TEMPORARY}{name}")), folder.join(name));
        if fs::symlink_metadata(&target).is_ok() {
            return Err(ErrorKind::AlreadyExists.into());
        }
        let file = BufWriter::new(create_temporary(&temporary)?);
        Ok(Self { file, folder: folder.to_owned(), temporary, target })
    }

    /// Puts it in its place, which must still be free.
    pub fn finish(mut self) -> io::Result<()> {
        self.file.flush()?;
        self.file.get_ref().sync_all()?;
        match fs::hard_link(&self.temporary, &self.target) {
            Ok(()) => {}
            Err(_) if fs::symlink_metadata(&self.target).is_err() => fs::rename(&self.temporary, &self.target)?,
            Err(e) => return Err(e),
        }
        sync_folder(&self.folder)
    }
}

impl Write for Growing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Growing {
    fn drop(&mut self) {
        // it is not there any more where it was renamed; what else stays is swept away by the next write
        let _ = fs::remove_file(&self.temporary);
    }
}

fn write_temporary(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = create_temporary(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn create_temporary(path: &Path) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != ErrorKind::NotFound => return Err(e),
        Err(_) | Ok(()) => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_once_file_is_compared_and_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        write_once(folder.path(), "a", b"one").unwrap();
        write_once(folder.path(), "a", b"one").unwrap();
        for other in [&b"two"[..], b"on", b"onee"] {
            assert_eq!(write_once(folder.path(), "a", other).unwrap_err().kind(), ErrorKind::AlreadyExists);
        }
        assert_eq!(fs::read(folder.path().join("a")).unwrap(), b"one");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file stays");
    }

    #[test]
    fn what_a_crash_left_behind_is_swept_away() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(".tmp-a"), b"half").unwrap();
        write_once(folder.path(), "a", b"whole").unwrap();
        fs::write(folder.path().join(".tmp-a"), b"half").unwrap();
        replace(folder.path(), "a", b"newer").unwrap();
        assert_eq!(fs::read(folder.path().join("a")).unwrap(), b"newer");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_growing_file_is_there_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let names = || fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect::<Vec<_>>();
        let mut given_up = Growing::begin(folder.path(), "a").unwrap();
        given_up.write_all(b"half").unwrap();
        drop(given_up);
        assert!(names().is_empty());
        let mut whole = Growing::begin(folder.path(), "a").unwrap();
        whole.write_all(b"whole").unwrap();
        let second = Growing::begin(folder.path(), "b").unwrap();
        fs::write(folder.path().join("b"), b"of another").unwrap();
        whole.finish().unwrap();
        assert!(second.finish().is_err(), "the place was taken in between");
        assert_eq!(fs::read(folder.path().join("a")).unwrap(), b"whole");
        assert_eq!(fs::read(folder.path().join("b")).unwrap(), b"of another");
        assert_eq!(names().len(), 2);
        assert_eq!(Growing::begin(folder.path(), "a").err().map(|e| e.kind()), Some(ErrorKind::AlreadyExists));
    }

    #[cfg(unix)]
    #[test]
    fn files_and_folders_are_their_owners_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("state");
        create_private_folder(&folder).unwrap();
        write_once(&folder, "a", b"").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&folder.join("a"))), (0o700, 0o600));
    }

    #[test]
    fn a_file_over_its_limit_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a"), b"1234").unwrap();
        assert_eq!(read_limited(&folder.path().join("a"), 4).unwrap(), b"1234");
        assert_eq!(read_limited(&folder.path().join("a"), 3).unwrap_err().kind(), ErrorKind::FileTooLarge);
    }
}
