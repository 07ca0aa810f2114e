//! The black-box audit of an agent: `cargo run --release -p tests --bin dp_audit -- --runs 2000`.
//!
//! Executes the program, compares its words with what is known, and says which test rejects it, with numbers. Exit code 0
//! when every test passes, 1 when one rejects or nothing could be run.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this program speaks to whoever runs it")]

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser;
use tests::build::{self, Profile};
use tests::dp_audit::broken::Broken;
use tests::dp_audit::{TESTS, audit};

/// Attacks an agent from outside: noise, privacy of one child, structure, reuse, crashes, caps.
#[derive(Parser)]
#[command(name = "dp_audit", max_term_width = 100)]
struct Arguments {
    /// Decisions of T2 with a child in, and as many without. Several children share a run of the agent.
    #[arg(long, value_name = "N", default_value_t = 2_000)]
    runs: usize,
    /// The program to audit; the agent of this workspace when not given.
    #[arg(long, value_name = "PATH")]
    agent: Option<PathBuf>,
    /// Audit an agent with this broken part instead: halved-scale, doubled-sensitivity, reused-noise, repeated-noise,
    /// dropped-zeros, skipped-caps or forgetful-ledger.
    #[arg(long, value_name = "NAME", conflicts_with = "agent")]
    broken: Option<String>,
    /// Run these tests alone: T0 to T6.
    #[arg(long, value_name = "TESTS", value_delimiter = ',')]
    only: Vec<String>,
    /// Also write the verdicts to this file.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> anyhow::Result<bool> {
    let mut programs = build::programs(Profile::own())?;
    let folder = tempfile::tempdir().context("a folder for the audit")?;
    if let Some(name) = &arguments.broken {
        let broken = Broken::of_name(name).with_context(|| format!("there is no broken agent {name}"))?;
        programs.agent = broken.program(&programs.broken_agent, folder.path())?;
    }
    if let Some(agent) = &arguments.agent {
        programs.agent = agent.canonicalize().with_context(|| format!("there is no {}", agent.display()))?;
    }
    let named: Vec<&str> = arguments.only.iter().map(String::as_str).collect();
    let tests = if named.is_empty() { TESTS.to_vec() } else { named };
    println!("auditing {}", programs.agent.file_name().unwrap_or_default().to_string_lossy());
    let world = folder.path().join("world");
    let verdicts = audit(&world, &programs, &tests, arguments.runs.max(1), &mut |verdict| println!("{}", verdict.line()))?;
    if let Some(file) = &arguments.json {
        let text = serde_json::to_string_pretty(&verdicts)? + "\n";
        std::fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))?;
    }
    let rejecting: Vec<&str> = verdicts.iter().filter(|v| !v.passed).map(|v| v.test).collect();
    if rejecting.is_empty() {
        println!("the agent passes {}", tests.join(", "));
    } else {
        println!("the agent is REJECTED by {}", rejecting.join(", "));
    }
    Ok(rejecting.is_empty())
}
