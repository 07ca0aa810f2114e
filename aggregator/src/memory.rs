//! The remembered checkpoint: a small file beside the keys that says how far the log has come.
//!
//! It lies apart from the store so that a store restored from a backup is recognised: continuing a log that others have
//! seen grow further would fork it. Whoever can change this file and the store can fork the log unnoticed here; agents
//! and witnesses would still see it.

use std::fs::File;
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use shared::log::checkpoint::{Checkpoint, LogKey};
use shared::log::tree::Tree;

use crate::durable::{Readers, replace_file};

/// Bytes of one of the file's two places; a note is far shorter.
const PLACE_BYTES: u64 = 1_024;

/// Why the log must not be continued.
#[derive(Debug, thiserror::Error)]
pub enum MemoryError {
    /// The file cannot be read or written.
    #[error("the remembered checkpoint {path} cannot be read or written")]
    File {
        /// Which.
        path: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It is not a checkpoint of this log.
    #[error("the remembered checkpoint {0} is not one of this log's")]
    Foreign(String),
    /// A log name of unreasonable length.
    #[error("the log's checkpoint is too long to be remembered")]
    TooLong,
    /// The store is behind.
    #[error(
        "the store holds {store} log entries, but {remembered} were signed: it is an older backup, and going on would fork the \
         log. restore the newest backup, or carry the missing entries over from a copy of the published log; do not remove the \
         remembered checkpoint"
    )]
    Behind {
        /// Entries of the store.
        store: u64,
        /// Entries that were signed.
        remembered: u64,
    },
    /// The store says something else.
    #[error("the store's first {0} log entries are not those that were signed: it is not this log's store")]
    Other(u64),
}

/// The file: two places, written in turn and in place, so that a write that power loss tore leaves the other one whole.
#[derive(Clone, Debug)]
pub struct Memory {
    path: PathBuf,
}

impl Memory {
    /// The memory in this file; it need not exist yet.
    pub fn at(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    /// Refuses a tree that does not continue what was remembered.
    pub fn check(&self, log: &LogKey, tree: &Tree) -> Result<(), MemoryError> {
        let Some((_, remembered)) = self.read(log)? else { return Ok(()) };
        match tree.root(remembered.size) {
            None => Err(MemoryError::Behind { store: tree.size(), remembered: remembered.size }),
            Some(root) if root != remembered.root => Err(MemoryError::Other(remembered.size)),
            Some(_) => Ok(()),
        }
    }

    /// Size of the remembered checkpoint, if there is one.
    pub fn remembered(&self, log: &LogKey) -> Result<Option<u64>, MemoryError> {
        Ok(self.read(log)?.map(|(_, checkpoint)| checkpoint.size))
    }

    /// Remembers a checkpoint durably, unless a later one is remembered already.
    ///
    /// Two processes that write at one moment may tear the same place; the other place is then a little older, and true.
    pub fn remember(&self, log: &LogKey, size: u64, note: &str) -> Result<(), MemoryError> {
        let place = match self.read(log)? {
            None => {
                let padded = padded(note).ok_or(MemoryError::TooLong)?;
                return replace_file(&self.path, &padded, Readers::All).map_err(|e| self.file(e));
            }
            Some((_, known)) if known.size >= size => return Ok(()),
            Some((place, _)) => 1 - place,
        };
        let padded = padded(note).ok_or(MemoryError::TooLong)?;
        let write = || {
            let mut file = File::options().write(true).open(&self.path)?;
            file.seek(SeekFrom::Start(place * PLACE_BYTES))?;
            file.write_all(&padded)?;
            file.sync_data()
        };
        write().map_err(|e| self.file(e))
    }

    /// The latest checkpoint and its place, 0 or 1.
    fn read(&self, log: &LogKey) -> Result<Option<(u64, Checkpoint)>, MemoryError> {
        let bytes = match std::fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(self.file(e)),
        };
        let length = usize::try_from(PLACE_BYTES).expect("a place is small");
        let open = |(place, bytes): (u64, &[u8])| {
            let note = format!("{}\n", std::str::from_utf8(bytes).ok()?.trim_end_matches('\n'));
            log.open(&note).ok().map(|checkpoint| (place, checkpoint))
        };
        let whole = (0..2).zip(bytes.chunks(length)).filter_map(open);
        let foreign = || MemoryError::Foreign(self.path.display().to_string());
        whole.max_by_key(|(_, checkpoint)| checkpoint.size).map(Some).ok_or_else(foreign)
    }

    fn file(&self, source: io::Error) -> MemoryError {
        MemoryError::File { path: self.path.display().to_string(), source }
    }
}

/// A note at a place's full length.
fn padded(note: &str) -> Option<Vec<u8>> {
    let length = usize::try_from(PLACE_BYTES).ok()?;
    let mut bytes = note.as_bytes().to_vec();
    (bytes.len() <= length).then(|| {
        bytes.resize(length, b'\n');
        bytes
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::sign::{Algorithm, SigningKey};

    fn tree(n: u8, salt: u8) -> Tree {
        let entries: Vec<[u8; 2]> = (0..n).map(|i| [i, salt]).collect();
        Tree::of_entries(entries.iter().map(|e| &e[..]))
    }

    #[test]
    fn a_store_that_is_older_or_another_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let key = SigningKey::generate(Algorithm::Ed25519).unwrap();
        let log = LogKey::new("log.example", key.public()).unwrap();
        let memory = Memory::at(&folder.path().join("checkpoint"));
        let note = |t: &Tree| {
            let root = t.root(t.size()).unwrap();
            Checkpoint { origin: "log.example".into(), size: t.size(), root }.sign(&key).unwrap()
        };
        memory.check(&log, &tree(0, 0)).unwrap();
        memory.remember(&log, 7, &note(&tree(7, 0))).unwrap();
        memory.remember(&log, 5, &note(&tree(5, 0))).unwrap();
        memory.check(&log, &tree(7, 0)).unwrap();
        memory.check(&log, &tree(9, 0)).unwrap();
        assert!(matches!(memory.check(&log, &tree(6, 0)), Err(MemoryError::Behind { store: 6, remembered: 7 })));
        assert!(matches!(memory.check(&log, &tree(9, 1)), Err(MemoryError::Other(7))));
        memory.remember(&log, 9, &note(&tree(9, 0))).unwrap();
        let file = folder.path().join("checkpoint");
        let mut torn = std::fs::read(&file).unwrap();
        torn[1_040] ^= 1;
        std::fs::write(&file, torn).unwrap();
        memory.check(&log, &tree(7, 0)).unwrap();
        assert!(matches!(memory.check(&log, &tree(6, 0)), Err(MemoryError::Behind { store: 6, remembered: 7 })));
        std::fs::write(&file, "else").unwrap();
        assert!(matches!(memory.check(&log, &tree(9, 0)), Err(MemoryError::Foreign(_))));
    }
}
