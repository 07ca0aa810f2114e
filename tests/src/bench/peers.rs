//! The peers of benchmarks, in Python environments of their own under the target folder: a pandas script that does ten of
//! the rules of `check`, the SQL of the second oracle in DuckDB, and a bound of the error by numpy's singular values.
//!
//! Pinned packages are installed with whatever configuration of pip the user has. Where Python or pip does not work, that
//! is said and the peer is left out.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};
use serde::Deserialize;

use crate::build::workspace;
use crate::python;

/// What the script printed of one run.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct PeerRun {
    /// Rows of all tables that it read.
    pub n_rows: u64,
    /// Violations of each rule, by its code.
    pub violations: BTreeMap<String, u64>,
    /// CPU seconds from the first file to the last rule.
    pub cpu_s: f64,
    /// Wall seconds of the same work.
    pub wall_s: f64,
    /// CPU seconds for loading pandas, which are not in `cpu_s`.
    pub load_cpu_s: f64,
    /// Version of pandas.
    pub pandas: String,
}

/// Runs the script over one return, and over last year's episodes where a folder is given; `None`, with a line on standard
/// error, where Python or its packages cannot be had.
///
/// # Errors
/// When the script itself fails: then the figures of this benchmark are worth nothing.
pub fn check_rules(folder: &Path, former: Option<&Path>) -> anyhow::Result<Option<PeerRun>> {
    match python::environment("peers", &peers().join("requirements.txt")) {
        Ok(python) => run(&python, folder, former).map(Some),
        Err(error) => {
            writeln!(io::stderr(), "SKIPPED: the pandas peer was not run: {error:#}")?;
            Ok(None)
        }
    }
}

fn run(python: &Path, folder: &Path, former: Option<&Path>) -> anyhow::Result<PeerRun> {
    let mut command = Command::new(python);
    command.arg(peers().join("check_rules.py")).arg(folder).stderr(Stdio::inherit());
    if let Some(former) = former {
        command.arg("--former").arg(former);
    }
    let output = command.output().context("starting the pandas peer")?;
    ensure!(output.status.success(), "the pandas peer failed with {}", output.status);
    parse(&output.stdout)
}

fn parse(printed: &[u8]) -> anyhow::Result<PeerRun> {
    let run: PeerRun = serde_json::from_slice(printed).context("reading what the pandas peer printed")?;
    ensure!(run.n_rows > 0 && run.cpu_s > 0.0, "the pandas peer read nothing");
    Ok(run)
}

/// What the script printed of counting two families.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct CountRun {
    /// Children with a Header row and a date of birth.
    pub n_children: u64,
    /// Cells that hold a child.
    pub n_cells: u64,
    /// CPU seconds, on all threads, from typed rows to cells.
    pub cpu_s: f64,
    /// Wall seconds of the same work.
    pub wall_s: f64,
    /// Version of DuckDB.
    pub duckdb: String,
}

/// Counts the families A and B of a folder of councils in DuckDB; `None`, with a line on standard error, where Python or
/// DuckDB cannot be had.
///
/// # Errors
/// When the script itself fails.
pub fn measures(worlds: &Path) -> anyhow::Result<Option<CountRun>> {
    match python::environment("oracle", &workspace().join("tests").join("oracle").join("requirements.txt")) {
        Ok(python) => {
            let output = Command::new(python)
                .arg(peers().join("count_measures.py"))
                .arg(worlds)
                .stderr(Stdio::inherit())
                .output()
                .context("starting the DuckDB peer")?;
            ensure!(output.status.success(), "the DuckDB peer failed with {}", output.status);
            let run: CountRun = serde_json::from_slice(&output.stdout).context("reading what the DuckDB peer printed")?;
            ensure!(run.n_cells > 0 && run.cpu_s > 0.0, "the DuckDB peer counted nothing");
            Ok(Some(run))
        }
        Err(error) => {
            writeln!(io::stderr(), "SKIPPED: the DuckDB peer was not run: {error:#}")?;
            Ok(None)
        }
    }
}

/// What the script printed of the bound by singular values.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct BoundRun {
    /// Tables that it laid out.
    pub n_tables: usize,
    /// Cells that it laid out.
    pub n_cells: usize,
    /// Least root mean squared error, tables weighted alike.
    pub per_table: f64,
    /// Least root mean squared error, cells weighted alike.
    pub per_cell: f64,
    /// Version of numpy.
    pub numpy: String,
}

/// The bound of the error at a budget; `None`, with a line on standard error, where Python or numpy cannot be had.
///
/// # Errors
/// When the script itself fails.
pub fn accuracy_bound(rho: f64) -> anyhow::Result<Option<BoundRun>> {
    match python::environment("peers", &peers().join("requirements.txt")) {
        Ok(python) => {
            let framework = workspace().join("config").join("framework.toml");
            let output = Command::new(python)
                .arg(peers().join("accuracy_bound.py"))
                .arg(framework)
                .arg(rho.to_string())
                .stderr(Stdio::inherit())
                .output()
                .context("starting the numpy peer")?;
            ensure!(output.status.success(), "the numpy peer failed with {}", output.status);
            let run: BoundRun = serde_json::from_slice(&output.stdout).context("reading what the numpy peer printed")?;
            ensure!(run.per_table > 0.0 && run.per_cell > 0.0, "the numpy peer bounded nothing");
            Ok(Some(run))
        }
        Err(error) => {
            writeln!(io::stderr(), "SKIPPED: the numpy peer was not run: {error:#}")?;
            Ok(None)
        }
    }
}

/// Folder of the peers' sources.
fn peers() -> PathBuf {
    workspace().join("tests").join("peers")
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn the_line_of_the_script_is_read() {
        let line = r#"{"n_rows": 7, "violations": {"142": 1, "INT03": 0}, "cpu_s": 0.5, "wall_s": 0.6, "load_cpu_s": 0.4, "pandas": "3"}"#;
        let run = parse(line.as_bytes()).unwrap();
        assert_eq!((run.n_rows, run.violations["142"], run.violations["INT03"]), (7, 1, 0));
        assert!(parse(b"Traceback").is_err());
        assert!(parse(line.replace("7,", "0,").as_bytes()).is_err());
    }
}
