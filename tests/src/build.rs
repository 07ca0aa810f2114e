//! Builds the programs that the demo, the benchmarks and the integration tests run, and says where they lie.
//!
//! Cargo builds the binaries of other packages for nobody, so whoever needs them asks here first. They are built in the
//! caller's own profile and with the locked versions; when nothing changed this takes a fraction of a second. Nothing is
//! installed and no path is guessed: cargo's own messages name the files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

/// Where the built programs lie.
#[derive(Clone, Debug)]
pub struct Programs {
    /// `goldenthread-agent`.
    pub agent: PathBuf,
    /// `goldenthread-aggregator`.
    pub aggregator: PathBuf,
    /// `goldenthread-auditor`.
    pub auditor: PathBuf,
    /// The demo itself.
    pub demo: PathBuf,
    /// The agents with a broken part, under one name.
    pub broken_agent: PathBuf,
    /// The agent whose steps leave marks: `marked_agent`.
    pub marked_agent: PathBuf,
}

/// Which of cargo's profiles to build in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// Unoptimised, as tests are.
    Dev,
    /// Optimised, as demo and benchmarks are.
    Release,
}

impl Profile {
    /// The profile in which the caller was built.
    #[must_use]
    pub fn own() -> Self {
        if cfg!(debug_assertions) { Self::Dev } else { Self::Release }
    }
}

/// The workspace's folder.
#[must_use]
pub fn workspace() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// Builds every member's programs. Cargo's own progress goes to standard error.
///
/// # Errors
/// When cargo cannot be started, when something does not compile, or when a program is missing from its messages.
pub fn programs(profile: Profile) -> anyhow::Result<Programs> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--bins", "--workspace", "--locked", "--message-format=json-render-diagnostics"]);
    match profile {
        Profile::Dev => {}
        Profile::Release => drop(command.arg("--release")),
    }
    command.current_dir(workspace()).stdin(Stdio::null()).stderr(Stdio::inherit());
    let output = command.output().context("cannot start cargo to build the programs")?;
    if !output.status.success() {
        bail!("the programs do not compile; cargo's messages stand above");
    }
    let found = executables(&output.stdout);
    let path = |name: &str| found.get(name).cloned().with_context(|| format!("cargo built no program {name}"));
    Ok(Programs {
        agent: path("goldenthread-agent")?,
        aggregator: path("goldenthread-aggregator")?,
        auditor: path("goldenthread-auditor")?,
        demo: path("demo")?,
        broken_agent: path("broken_agent")?,
        marked_agent: path("marked_agent")?,
    })
}

/// Programs by name, from cargo's messages, one JSON document a line.
fn executables(messages: &[u8]) -> BTreeMap<String, PathBuf> {
    let mut found = BTreeMap::new();
    for line in messages.split(|b| *b == b'\n').filter(|line| !line.is_empty()) {
        let Ok(message) = serde_json::from_slice::<serde_json::Value>(line) else { continue };
        if message["reason"] != "compiler-artifact" || message["target"]["kind"][0] != "bin" {
            continue;
        }
        if let (Some(name), Some(path)) = (message["target"]["name"].as_str(), message["executable"].as_str()) {
            found.insert(name.to_owned(), PathBuf::from(path));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_programs_are_taken_from_the_messages() {
        let messages = br#"{"reason":"compiler-artifact","target":{"kind":["lib"],"name":"shared"},"executable":null}
{"reason":"compiler-artifact","target":{"kind":["bin"],"name":"demo"},"executable":"/t/release/demo"}
{"reason":"build-finished","success":true}
"#;
        let found = executables(messages);
        assert_eq!(found.into_iter().collect::<Vec<_>>(), [("demo".to_owned(), PathBuf::from("/t/release/demo"))]);
    }
}
