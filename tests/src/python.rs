//! Python environments under cargo's target folder, one for each list of pinned packages, kept between runs.
//!
//! Packages come with whatever configuration of pip the user has; no host is named here.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

/// The interpreter of an environment in which the packages of a requirements file are installed.
///
/// # Errors
/// When Python, its `venv` or pip does not work; the message says which.
pub fn environment(name: &str, requirements: &Path) -> anyhow::Result<PathBuf> {
    let wanted = fs::read_to_string(requirements).with_context(|| format!("reading {}", requirements.display()))?;
    let folder = target_folder()?.join(format!("{name}-venv"));
    let installed = folder.join("installed.txt");
    let python = folder.join("bin").join("python");
    if fs::read_to_string(&installed).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    if folder.exists() {
        fs::remove_dir_all(&folder).context("removing the former environment")?;
    }
    succeed(Command::new("python3").args(["-m", "venv"]).arg(&folder), "python3 -m venv")?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:", "--requirement"];
    succeed(Command::new(&python).args(pip).arg(requirements), "pip install")?;
    fs::write(&installed, wanted).context("noting what is installed")?;
    Ok(python)
}

/// Runs a program whose complaints go to the screen as they are.
fn succeed(command: &mut Command, what: &str) -> anyhow::Result<()> {
    let status =
        command.stdout(Stdio::null()).stdin(Stdio::null()).status().with_context(|| format!("{what} cannot be started"))?;
    if !status.success() {
        bail!("{what} failed with {status}");
    }
    Ok(())
}

/// Cargo's target folder: the one around this program in which cargo notes its compiler.
///
/// # Errors
/// When this program does not lie in one.
pub fn target_folder() -> anyhow::Result<PathBuf> {
    let program = std::env::current_exe().context("where this program lies")?;
    let found = program.ancestors().find(|folder| folder.join(".rustc_info.json").is_file());
    found.map(Path::to_owned).context("this program does not lie in a target folder of cargo")
}

#[cfg(test)]
mod tests {
    use crate::build::workspace;

    #[test]
    fn every_package_is_pinned_and_no_host_is_named() {
        for (folder, package) in [("peers", "pandas=="), ("oracle", "duckdb==")] {
            let text = std::fs::read_to_string(workspace().join("tests").join(folder).join("requirements.txt")).unwrap();
            let packages: Vec<&str> = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).collect();
            assert!(packages.iter().any(|line| line.starts_with(package)), "{packages:?}");
            let is_pinned = |line: &&str| line.contains("==") && !line.contains("://") && !line.starts_with('-');
            assert!(packages.iter().all(is_pinned), "{packages:?}");
        }
    }
}
