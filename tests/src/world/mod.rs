//! A world: one folder, one centre, some authorities' offices, and the processes between them.
//!
//! Used by the demo and by the integration tests alike, so that what is shown is what is tested. Everything lies below
//! the world's folder; ports are the kernel's choice on the loopback; a process ends with its world at the latest.
//! A world knows the programs only from outside: their files, their command lines, their answers.

pub mod process; // started, watched and ended by id
pub mod parallel; // a few at a time
pub mod centre; // an aggregator's installation
pub mod office; // an agent's installation at one authority
pub mod relay; // what is seen on the wire
pub mod client; // what anybody can ask, and a client made by hand
pub mod open; // a round that is open, with its councils

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, ensure};
use shared::time::Timestamp;

use crate::build::Programs;
use process::Processes;

/// Longest time that one command of a program may take.
pub const COMMAND_TIME_MAX: Duration = Duration::from_secs(180);

/// Folder, programs and processes.
pub struct World {
    /// Everything lies below it.
    pub folder: PathBuf,
    /// What is run.
    pub programs: Programs,
    /// What runs.
    pub processes: Processes,
}

impl World {
    /// A world in a folder that is empty or does not exist yet.
    ///
    /// # Errors
    /// When the folder holds something already or cannot be made.
    pub fn create(folder: &Path, programs: &Programs) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder.join("logs")).with_context(|| format!("cannot make {}", folder.display()))?;
        let entries = std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
        let others = entries.filter_map(Result::ok).filter(|entry| entry.file_name() != "logs").count();
        ensure!(others == 0, "{} holds files already: name a folder that is empty or new", folder.display());
        let folder = folder.canonicalize().with_context(|| format!("cannot find {}", folder.display()))?;
        Ok(Self { folder, programs: programs.clone(), processes: Processes::default() })
    }

    /// Where a process of this name writes.
    #[must_use]
    pub fn log(&self, name: &str) -> PathBuf {
        self.folder.join("logs").join(name)
    }
}

/// The present second.
///
/// # Panics
/// When the machine's clock stands before 1970.
#[must_use]
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock stands after 1970");
    let seconds = i64::try_from(since.as_secs()).ok().and_then(Timestamp::from_unix_seconds);
    seconds.expect("the clock stands before the year 10000")
}
