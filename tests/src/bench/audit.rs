//! `audit`: the export of a whole national round verified by the auditor's own process, beside a SHA-256 of its files.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::ensure;

use super::timing::{median, wall};
use super::{Outcome, Target};
use crate::build::{Profile, Programs, programs};

const ROUNDS: usize = 5;

pub(super) fn run() -> anyhow::Result<Vec<Outcome>> {
    let programs = programs(Profile::own())?;
    let folder = tempfile::tempdir()?;
    let national = National::make(&programs, folder.path())?;
    let verify = || {
        let mut command = Command::new(&programs.auditor);
        command
            .arg("verify")
            .arg(&national.export)
            .arg("--trust")
            .arg(&national.trust)
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        ensure!(command.status()?.success(), "the audit of a good export failed");
        Ok(())
    };
    let (mut ours, mut hashes, mut n_files) = (Vec::new(), Vec::new(), 0);
    for _ in 0..ROUNDS {
        ours.push(wall(verify)?.0);
        let (seconds, n) = wall(|| hash_all(&national.export))?;
        hashes.push(seconds);
        n_files = n;
    }
    let what = format!("verify a national export ({n_files} files)");
    let baseline = (median(hashes), "SHA-256 of every file");
    Ok(vec![Outcome::new("audit", what, "s", median(ours), baseline, Target::FigureAtMost(1.0))])
}

/// Where a finished national round lies.
pub(super) struct National {
    pub(super) export: PathBuf,
    pub(super) trust: PathBuf,
}

impl National {
    /// Runs the demo with all authorities into a folder.
    pub(super) fn make(programs: &Programs, folder: &Path) -> anyhow::Result<Self> {
        let place = folder.join("national");
        let mut command = Command::new(&programs.demo);
        command.arg("--exit").arg("--dir").arg(&place).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        ensure!(command.status()?.success(), "the demo failed");
        Ok(Self { export: place.join("export"), trust: place.join("aggregator/state/trust.toml") })
    }
}

/// Every file below a folder.
pub(super) fn files_below(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    Ok(files)
}

fn hash_all(folder: &Path) -> anyhow::Result<usize> {
    let files = files_below(folder)?;
    for file in &files {
        std::hint::black_box(shared::hash::sha256(&std::fs::read(file)?));
    }
    Ok(files.len())
}
