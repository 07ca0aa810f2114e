//! One aggregator, one logged plan, and as many fresh agents as an audit needs.
//!
//! Each authority's state is made once by `init` and enrolled; a run gets a copy of it that has drawn nothing. That is what
//! nobody may do outside an audit, since it draws twice for one round; here nothing is sent but where a test says so, and
//! the children do not exist. The program is a black box: its command line, its files, its traffic.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use anyhow::{Context as _, ensure};
use shared::framework::Framework;
use shared::plan::{PLAN_BYTES_MAX, Plan, PlanBlock};
use shared::sign::Envelope;

use super::canary::{FilesOfYear, YEAR};
use super::known::{Counter, Sent};
use super::statistics::real;
use crate::councils::authorities;
use crate::world::centre::{Centre, Served};
use crate::world::office::Office;
use crate::world::process::{Ended, Running};
use crate::world::{COMMAND_TIME_MAX, World};
use crate::worlds::codes::{TABLES, is_extract};

/// Authorities of an audit: enough for the structure test, and so many that the log's size keeps its number of digits while
/// they send.
const N_AUTHORITIES: usize = 8;
/// Bytes of one read of a relay.
const RELAY_BYTES: usize = 64 * 1024;

/// The aggregator, the plan, the enrolled authorities.
pub struct Site<'w> {
    world: &'w World,
    served: Served,
    offices: Vec<Office<'w>>,
    /// The plan of the round.
    pub plan: Plan,
    /// What is known without noise.
    pub counter: Counter,
    n_runs: AtomicUsize,
    /// Held while the configuration of an office is written and copied.
    configuring: Mutex<()>,
}

/// An agent that has drawn nothing, with returns of its own.
pub struct Fresh<'w> {
    world: &'w World,
    folder: PathBuf,
    name: String,
    n_commands: AtomicUsize,
}

impl<'w> Site<'w> {
    /// Founds aggregator and authorities, and logs the plan. The agent of the world is the one that is audited.
    ///
    /// # Errors
    /// When a command of them fails.
    pub fn open(world: &'w World) -> anyhow::Result<Self> {
        let codes: Vec<String> = authorities::all().into_iter().take(N_AUTHORITIES).map(|a| a.code.clone()).collect();
        let offices = codes.iter().map(|code| Office::create(world, code, YEAR)).collect::<anyhow::Result<Vec<_>>>()?;
        for office in &offices {
            office.must(&["init"])?;
        }
        let centre = Centre::create(world, "aggregator", &codes.iter().map(String::as_str).collect::<Vec<_>>(), None)?;
        centre.found()?;
        let requests: Vec<PathBuf> = offices.iter().map(Office::request).collect();
        centre.enrol(&requests, &world.folder.join("enrolled"))?;
        centre.plan(YEAR, &[])?;
        let served = centre.serve()?;
        let first = offices.first().context("an audit has an authority")?;
        let plan = first.poster()?.get(&format!("{}/agent/v1/rounds/cla-{YEAR}/plan", served.agents_url))?.good()?;
        let envelope = Envelope::parse(&plan.body, PLAN_BYTES_MAX)?;
        let plan = Plan::parse(envelope.payload_unverified(), &Framework::built_in())?;
        let counter = Counter::new(&plan)?;
        Ok(Self { world, served, offices, plan, counter, n_runs: AtomicUsize::new(0), configuring: Mutex::new(()) })
    }

    /// An agent of the first authority with these returns, and further lines of configuration.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn fresh(&self, files: &[FilesOfYear], more: &str) -> anyhow::Result<Fresh<'w>> {
        self.fresh_of(0, files, more, &self.served.agents_url)
    }

    /// The same of another authority, that reaches the aggregator at an address.
    ///
    /// # Errors
    /// When there is no such authority, or a file cannot be written.
    pub fn fresh_of(&self, authority: usize, files: &[FilesOfYear], more: &str, url: &str) -> anyhow::Result<Fresh<'w>> {
        let office = self.offices.get(authority).context("so many authorities take part in an audit")?;
        let name = format!("run-{:05}", self.n_runs.fetch_add(1, Ordering::Relaxed));
        // as deep as an office, so that the relative paths of its configuration lead where they did
        let folder = self.world.folder.join("runs").join(&name);
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let extracts: String = TABLES.iter().filter(|(t, _)| is_extract(t)).map(|(t, _)| format!("{t} = true\n")).collect();
        let configuring = self.configuring.lock().unwrap_or_else(PoisonError::into_inner);
        office.configure(YEAR, url, &format!("[tables]\n{extracts}{more}"))?;
        fs::copy(office.config(), folder.join("agent.toml")).context("cannot copy a configuration")?;
        drop(configuring);
        copy_private(&office.state(), &folder.join("state"))?;
        for (year, files) in files {
            let of_year = folder.join("returns").join(year.to_string());
            fs::create_dir_all(&of_year).context("cannot make a folder of returns")?;
            for (file, bytes) in files {
                fs::write(of_year.join(file), bytes).with_context(|| format!("cannot write {file}"))?;
            }
        }
        Ok(Fresh { world: self.world, folder, name, n_commands: AtomicUsize::new(0) })
    }

    /// One run of a fresh agent: what it draws for these returns. Its files are removed again.
    ///
    /// # Errors
    /// When it does not draw.
    pub fn draw(&self, files: &[FilesOfYear]) -> anyhow::Result<Sent> {
        let fresh = self.fresh(files, "")?;
        fresh.run(&["prepare"])?.done("prepare")?;
        let sent = fresh.sent(1)?;
        fresh.remove()?;
        Ok(sent)
    }

    /// The standard deviation that the plan names for each word.
    #[must_use]
    pub fn scales(&self) -> Vec<f64> {
        let of_block = |b: &PlanBlock| {
            let scale = i64::try_from(b.scale_milli).map_or(f64::INFINITY, real) / 1_000.0;
            vec![scale; usize::try_from(b.n).unwrap_or(0)]
        };
        self.plan.body().blocks.iter().flat_map(of_block).collect()
    }

    /// Address of the aggregator for agents.
    #[must_use]
    pub fn agents_url(&self) -> &str {
        &self.served.agents_url
    }

    /// Number of authorities.
    #[must_use]
    pub fn n_authorities(&self) -> usize {
        self.offices.len()
    }
}

impl Fresh<'_> {
    /// Its state folder.
    #[must_use]
    pub fn state(&self) -> PathBuf {
        self.folder.join("state")
    }

    /// Starts a command.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(&self, arguments: &[&str]) -> anyhow::Result<Running> {
        let n = self.n_commands.fetch_add(1, Ordering::Relaxed);
        let mut command = Command::new(&self.world.programs.agent);
        command.args(arguments).arg("--config").arg(self.folder.join("agent.toml")).current_dir(&self.folder);
        self.world.processes.start("agent", command, &self.folder.join(format!("{}-{n}", self.name)))
    }

    /// Runs a command to its end, however it ends.
    ///
    /// # Errors
    /// When it cannot be started or does not end in time.
    pub fn run(&self, arguments: &[&str]) -> anyhow::Result<Ended> {
        self.start(arguments)?.wait(COMMAND_TIME_MAX)
    }

    /// What lies in a file of its ledger.
    ///
    /// # Errors
    /// When it is not there, or holds no submission.
    pub fn sent(&self, number: u32) -> anyhow::Result<Sent> {
        Sent::of_ledger_file(&self.state().join("ledger").join(format!("{number:06}.json")))
    }

    /// Whether anything was drawn.
    #[must_use]
    pub fn has_drawn(&self) -> bool {
        self.state().join("ledger").join("000001.json").exists()
    }

    /// Removes its files.
    ///
    /// # Errors
    /// When they cannot be removed.
    pub fn remove(self) -> anyhow::Result<()> {
        fs::remove_dir_all(&self.folder).with_context(|| format!("cannot remove {}", self.folder.display()))
    }
}

/// Copies a folder with its permissions.
fn copy_private(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir(to).with_context(|| format!("cannot make {}", to.display()))?;
    fs::set_permissions(to, fs::metadata(from)?.permissions())?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            copy_private(&entry.path(), &to.join(entry.file_name()))?;
        } else {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

/// What somebody on the wire sees between an agent and the aggregator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Traffic {
    /// Connections.
    pub n_connections: u64,
    /// Bytes from the agent.
    pub n_bytes_sent: u64,
}

/// A listener between an agent and the aggregator that counts and changes nothing.
pub struct Relay {
    /// Address for the agent.
    pub url: String,
    counts: Arc<[AtomicU64; 2]>,
}

impl Relay {
    /// Before an address `https://localhost:PORT`. It listens as long as the process lives.
    ///
    /// # Errors
    /// When no port is free.
    pub fn before(url: &str) -> anyhow::Result<Self> {
        let port = url.rsplit_once(':').context("an address without a port")?.1.to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").context("no port is free")?;
        let own = listener.local_addr()?.port();
        let counts = Arc::new([AtomicU64::new(0), AtomicU64::new(0)]);
        let counted = Arc::clone(&counts);
        thread::spawn(move || {
            for agent in listener.incoming().map_while(Result::ok) {
                counted[0].fetch_add(1, Ordering::SeqCst);
                let Ok(centre) = TcpStream::connect(format!("127.0.0.1:{port}")) else { continue };
                let (Ok(agent_in), Ok(centre_in)) = (agent.try_clone(), centre.try_clone()) else { continue };
                let counted = Arc::clone(&counted);
                thread::spawn(move || pass(agent_in, centre, &counted[1]));
                thread::spawn(move || pass(centre_in, agent, &AtomicU64::new(0)));
            }
        });
        Ok(Self { url: format!("https://localhost:{own}"), counts })
    }

    /// What was seen since the last time that it was asked.
    #[must_use]
    pub fn take(&self) -> Traffic {
        let [connections, bytes] = [0, 1].map(|n: usize| self.counts[n].swap(0, Ordering::SeqCst));
        Traffic { n_connections: connections, n_bytes_sent: bytes }
    }
}

/// Carries bytes one way, counting them before they are handed on.
fn pass(mut from: TcpStream, mut to: TcpStream, counted: &AtomicU64) {
    let mut buffer = vec![0; RELAY_BYTES];
    while let Ok(n @ 1..) = from.read(&mut buffer) {
        counted.fetch_add(u64::try_from(n).unwrap_or(u64::MAX), Ordering::SeqCst);
        if to.write_all(&buffer[..n]).is_err() {
            break;
        }
    }
    // who listens on has its answer to wait for: only this way is closed
    let _ = to.shutdown(Shutdown::Write);
}

/// Refuses a site whose agents do not agree with what is audited.
///
/// # Errors
/// When an envelope names another plan's scales, or claims another cost.
pub fn claims_are_the_plans(sent: &Sent, plan: &Plan) -> anyhow::Result<()> {
    let claimed = sent.submission.blocks.iter().map(|b| (&b.name, b.scale_milli, b.rho_nano));
    let planned = plan.body().blocks.iter().map(|b| (&b.name, b.scale_milli, b.rho_nano));
    ensure!(claimed.eq(planned), "the envelope claims other scales or costs than the plan");
    Ok(())
}
