//! Approvals in the state folder, and the key that inputs are digested with.
//!
//! `approvals/<round>-<sequence>.json` is the newest approval of a round and place in it; after the draw it stays as a note of
//! who approved. `keys/input.key` is made by `init`; a state of an earlier version gets one, under the lock, when it is first
//! needed. Who can write here can approve, and who takes the key away can only make a correction impossible: once the ledger
//! holds a digest made with it, no other key is made. `docs/privacy.md`, PC11.

use std::fs;
use std::io::ErrorKind;

use shared::ids::RoundId;
use shared::problem::Problem;

use super::{Lock, State, Stop, create_private_folder, failed, optional, read_limited, replace, write_once};
use crate::approval::{APPROVAL_BYTES_MAX, Approval};
use crate::inputs::{INPUT_KEY_BYTES, InputDigest, InputKey};
use crate::io::randomness::Randomness;
use crate::ledger::{LEDGER_FILES_MAX, Ledger};

/// The folder of approvals.
pub(super) const FOLDER: &str = "approvals";
/// The key's file.
pub(super) const INPUT_KEY: &str = "input.key";

impl State {
    /// The key that inputs are digested with. Made here in a state that `init` made before there was one; never made in place of
    /// one that a digest of the ledger needs, since under another key unchanged records would look changed.
    pub fn input_key(&self, _: &Lock, ledger: &Ledger, randomness: &dyn Randomness) -> Result<InputKey, Stop> {
        let folder = self.root.join("keys");
        let wrong = |why: String, advice: &str| Stop::with(Problem::ConfigurationInvalid, why).advising(advice);
        let is_there = folder.join(INPUT_KEY).try_exists().map_err(|e| failed("look for the key for digests of inputs", &e))?;
        if is_there {
            let read = InputKey::parse(&self.private_text(INPUT_KEY)?);
            return read.map_err(|why| wrong(format!("keys/{INPUT_KEY}: {why}"), "take the file from the backup"));
        }
        if ledger.debits().iter().any(|debit| debit.input != InputDigest::NONE) {
            let why = format!("keys/{INPUT_KEY} is not there, and the ledger holds digests that were made with it");
            return Err(wrong(why, "take the file from the backup; do not make another: every input would look changed"));
        }
        let key = new_key(randomness)?;
        write_once(&folder, INPUT_KEY, key.to_text().as_bytes())
            .map_err(|e| failed("write the key for digests of inputs", &e))?;
        Ok(key)
    }

    /// The newest approval of a round's submission (1) or correction (2).
    pub fn approval(&self, round: RoundId, sequence: u32) -> Result<Option<Approval>, Stop> {
        let name = file_name(round, sequence);
        let bytes = optional(read_limited(&self.root.join(FOLDER).join(&name), APPROVAL_BYTES_MAX));
        let Some(bytes) = bytes.map_err(|e| failed("read an approval", &e))? else { return Ok(None) };
        Approval::parse(&bytes, round, sequence).map(Some).ok_or_else(|| {
            let stop = Stop::with(Problem::ConfigurationInvalid, format!("{FOLDER}/{name}: not as this program wrote it"));
            stop.advising("run approve again, which replaces it")
        })
    }

    /// All approvals, by round and place in it.
    pub fn approvals(&self) -> Result<Vec<Approval>, Stop> {
        let entries = match fs::read_dir(self.root.join(FOLDER)) {
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(|e| failed("read the approvals", &e))?,
        };
        let mut names = Vec::new();
        for entry in entries.take(LEDGER_FILES_MAX) {
            let name = entry.map_err(|e| failed("read the approvals", &e))?.file_name().to_string_lossy().into_owned();
            names.extend(of_file_name(&name));
        }
        names.sort_unstable();
        names.into_iter().filter_map(|(round, sequence)| self.approval(round, sequence).transpose()).collect()
    }

    /// Keeps an approval in place of a former one.
    pub fn keep_approval(&self, _: &Lock, approval: &Approval) -> Result<(), Stop> {
        let folder = self.root.join(FOLDER);
        match create_private_folder(&folder) {
            Err(e) if e.kind() != ErrorKind::AlreadyExists => return Err(failed("make the folder of approvals", &e)),
            Ok(()) | Err(_) => {}
        }
        let name = file_name(approval.round, approval.sequence);
        replace(&folder, &name, &approval.encode()).map_err(|e| failed("write the approval", &e))
    }
}

/// A new key.
pub(super) fn new_key(randomness: &dyn Randomness) -> Result<InputKey, Stop> {
    let mut bytes = [0; INPUT_KEY_BYTES];
    randomness.fill(&mut bytes)?;
    Ok(InputKey::new(bytes))
}

fn file_name(round: RoundId, sequence: u32) -> String {
    format!("{round}-{sequence}.json")
}

/// Round and sequence of an approval's file; `None` of what is none.
fn of_file_name(name: &str) -> Option<(RoundId, u32)> {
    let (round, sequence) = name.strip_suffix(".json")?.rsplit_once('-')?;
    let (round, sequence) = (round.parse().ok()?, sequence.parse().ok()?);
    (file_name(round, sequence) == name).then_some((round, sequence))
}
