//! A folder of files that a person hands over: receipts and messages with which a lost ledger is made whole.
//!
//! Nothing in it is believed before it is checked; it is only read.

use std::fs;
use std::path::Path;

use shared::limits::ENVELOPE_BYTES_MAX;
use shared::problem::Problem;

use super::durable::read_limited;
use crate::ledger::LEDGER_FILES_MAX;
use crate::stop::Stop;

/// Names and bytes of the files of a folder, by name; folders in it are passed over.
pub fn read_folder(folder: &Path) -> Result<Vec<(String, Vec<u8>)>, Stop> {
    let failed = |what: &Path, why: &dyn std::fmt::Display| {
        Stop::with(Problem::ConfigurationInvalid, format!("cannot read {}: {why}", what.display()))
            .advising("name the folder that holds the receipts and messages that are left, and nothing else")
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(|e| failed(folder, &e.kind()))? {
        let path = entry.map_err(|e| failed(folder, &e.kind()))?.path();
        if path.is_dir() {
            continue;
        }
        if files.len() == LEDGER_FILES_MAX {
            return Err(failed(folder, &"more files than a ledger can have"));
        }
        let limit = u64::try_from(ENVELOPE_BYTES_MAX).unwrap_or(u64::MAX);
        let bytes = read_limited(&path, limit).map_err(|e| failed(&path, &e.kind()))?;
        files.push((path.file_name().unwrap_or_default().to_string_lossy().into_owned(), bytes));
    }
    files.sort();
    Ok(files)
}
