//! An aggregator's installation: its folder, its commands, its service.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context as _, bail};
use serde::Deserialize;

use super::client;
use super::process::{Ended, Running, wait_until};
use super::{COMMAND_TIME_MAX, World, now};
use crate::councils::authorities;

/// Longest time until a started service is ready.
const READY_TIME_MAX: Duration = Duration::from_secs(60);
/// Longest time in which an asked service ends.
const END_TIME_MAX: Duration = Duration::from_secs(60);
/// Seconds for which the send slot of a plan stays open.
const SLOT_S: i64 = 86_400;
/// Who published the made-up populations.
const POPULATION_SOURCE: &str = "A made-up estimate";
/// The dated list of authorities of the repository.
const AUTHORITIES: &str = include_str!("../../../config/authorities.csv");

/// An aggregator's installation.
pub struct Centre<'w> {
    world: &'w World,
    name: String,
    folder: PathBuf,
    n_commands: AtomicUsize,
}

/// A service that is ready.
pub struct Served {
    running: Running,
    /// Address for agents, `https://localhost:40001`.
    pub agents_url: String,
    /// Address for everybody, `http://127.0.0.1:40002`.
    pub public_url: String,
}

#[derive(Deserialize)]
struct Ports {
    agents: String,
    public: String,
}

impl<'w> Centre<'w> {
    /// Writes the configuration of a new centre for these authorities, by code, on this store; a file of its own where none is named.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn create(world: &'w World, name: &str, codes: &[&str], store: Option<&str>) -> anyhow::Result<Self> {
        let folder = world.folder.join(name);
        std::fs::create_dir_all(&folder).context("cannot make the centre's folder")?;
        let mut config = "agents_listen = \"127.0.0.1:0\"\npublic_listen = \"127.0.0.1:0\"\n".to_owned();
        if let Some(url) = store {
            config = format!("store = \"{url}\"\n{config}");
        }
        std::fs::write(folder.join("aggregator.toml"), config).context("cannot write the centre's configuration")?;
        let is_asked = |line: &&str| codes.iter().any(|code| line.split(',').next() == Some(code));
        let rows: Vec<&str> = AUTHORITIES.lines().skip(1).filter(is_asked).collect();
        let list = AUTHORITIES.lines().take(1).chain(rows).fold(String::new(), |text, line| text + line + "\n");
        std::fs::write(folder.join("authorities.csv"), list).context("cannot write the list of authorities")?;
        Ok(Self { world, name: name.to_owned(), folder, n_commands: AtomicUsize::new(0) })
    }

    /// Its folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }
    /// Folder of its keys, certificates and store.
    #[must_use]
    pub fn state(&self) -> PathBuf {
        self.folder.join("state")
    }
    /// Its trust file, to be handed over by another channel.
    #[must_use]
    pub fn trust(&self) -> PathBuf {
        self.state().join("trust.toml")
    }

    /// Runs a command to its end, however it ends.
    ///
    /// # Errors
    /// When it cannot be started or does not end in time.
    pub fn run(&self, arguments: &[&str]) -> anyhow::Result<Ended> {
        let n = self.n_commands.fetch_add(1, Ordering::Relaxed);
        let log = self.world.log(&format!("{}-{n:02}-{}", self.name, arguments.first().unwrap_or(&"")));
        self.world.processes.run("aggregator command", self.command(arguments), &log, COMMAND_TIME_MAX)
    }

    /// Runs a command that must end well.
    ///
    /// # Errors
    /// When it does not.
    pub fn must(&self, arguments: &[&str]) -> anyhow::Result<Ended> {
        self.run(arguments)?.done(&format!("{} {}", self.name, arguments.join(" ")))
    }

    /// Makes keys, certificate authority, store and log.
    ///
    /// # Errors
    /// When a command fails.
    pub fn found(&self) -> anyhow::Result<()> {
        self.must(&["ca", "init"])?;
        self.must(&["init"]).map(drop)
    }

    /// Registers the agents that ask; their certificates go to `<out>/<code>`.
    ///
    /// # Errors
    /// When the command fails.
    pub fn enrol(&self, requests: &[PathBuf], out: &Path) -> anyhow::Result<()> {
        let mut arguments = vec!["authority".to_owned(), "add".to_owned()];
        arguments.extend(requests.iter().map(|path| path.display().to_string()));
        arguments.extend(["--out".to_owned(), out.display().to_string()]);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        self.run(&arguments)?.done("authority add").map(drop)
    }

    /// Signs and logs a made-up plan whose send slot opens at once.
    ///
    /// # Errors
    /// When the command fails.
    pub fn plan(&self, year: i16, more: &[&str]) -> anyhow::Result<()> {
        let population = self.population(year)?;
        let (year, opens_at) = (year.to_string(), now());
        let (opens, closes) = (opens_at.to_string(), opens_at.plus_seconds(SLOT_S).to_string());
        let mut arguments = vec!["plan", "create", "--year", &year, "--opens-at", &opens, "--closes-at", &closes, "--made-up"];
        // made-up councils send at once
        arguments.extend(["--spread-hours", "0"]);
        arguments.extend(["--population", &population, "--population-source", POPULATION_SOURCE]);
        // it comes into the plan only where so few councils take part that headline figures would be wide
        arguments.extend(["--accept-wide", "a made-up round of a few councils"]);
        arguments.extend(more);
        self.must(&arguments).map(drop)
    }

    /// Writes how many children live where, as the plan of a year wants it; answers the file's path.
    fn population(&self, year: i16) -> anyhow::Result<String> {
        let path = self.folder.join(format!("population-{year}.csv"));
        let row = |a: authorities::Authority| format!("{},{},{}\n", a.code, year - 1, a.n_population);
        let rows: String = authorities::all().into_iter().map(row).collect();
        std::fs::write(&path, format!("dfe_code,mid_year,population_0_17\n{rows}")).context("cannot write the populations")?;
        Ok(path.display().to_string())
    }

    /// Starts the service and waits until it is ready.
    ///
    /// # Errors
    /// When it ends, or is not ready in time.
    pub fn serve(&self) -> anyhow::Result<Served> {
        let n = self.n_commands.fetch_add(1, Ordering::Relaxed);
        let ports_file = self.folder.join(format!("ports-{n}.json"));
        let log = self.world.log(&format!("{}-{n:02}-serve", self.name));
        let command = self.command(&["serve", "--ports-file", &ports_file.display().to_string()]);
        let running = self.world.processes.start("aggregator", command, &log)?;
        let mut ports = None;
        wait_until("the aggregator is ready", READY_TIME_MAX, || {
            if running.has_ended()? {
                bail!("the aggregator ended at once: {}", running.stderr());
            }
            ports = ports.take().or_else(|| read_ports(&ports_file));
            let Some(Ports { public, .. }) = &ports else { return Ok(false) };
            Ok(client::get(&format!("http://{public}/readyz")).is_ok_and(|answer| answer.status == 200))
        })?;
        let ports = ports.context("the aggregator named no ports")?;
        let (_, port) = ports.agents.rsplit_once(':').context("the agents' address has no port")?;
        Ok(Served { running, agents_url: format!("https://localhost:{port}"), public_url: format!("http://{}", ports.public) })
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.world.programs.aggregator);
        command.args(arguments).arg("--config").arg(self.folder.join("aggregator.toml")).current_dir(&self.folder);
        command
    }
}

fn read_ports(file: &Path) -> Option<Ports> {
    serde_json::from_slice(&std::fs::read(file).ok()?).ok()
}

impl Served {
    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.running.id()
    }
    /// What it has logged until now.
    #[must_use]
    pub fn logged(&self) -> String {
        self.running.stderr()
    }
    /// Whether it still runs; notes its peak memory.
    ///
    /// # Errors
    /// When the kernel does not say.
    pub fn is_running(&self) -> anyhow::Result<bool> {
        Ok(!self.running.has_ended()?)
    }
    /// Asks it to end and waits.
    ///
    /// # Errors
    /// When it does not end well.
    pub fn stop(self) -> anyhow::Result<()> {
        self.running.terminate(END_TIME_MAX)?.done("the aggregator").map(drop)
    }
    /// Kills it (SIGKILL).
    ///
    /// # Errors
    /// When the kernel does not say how it ended.
    pub fn kill(self) -> anyhow::Result<()> {
        self.running.kill().map(drop)
    }
    /// Leaves of its log.
    ///
    /// # Errors
    /// When it does not answer with a checkpoint.
    pub fn log_size(&self) -> anyhow::Result<u64> {
        let answer = client::get(&format!("{}/log/checkpoint", self.public_url))?.good()?;
        let text = String::from_utf8(answer.body).context("the checkpoint is not text")?;
        text.lines().nth(1).and_then(|n| n.parse().ok()).context("the checkpoint has no size")
    }
}
