//! An agent's installation at one authority: configuration, returns, state, commands.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::Context as _;
use shared::framework::Framework;

use super::client::Poster;
use super::process::{Ended, Running};
use super::{COMMAND_TIME_MAX, World};
use crate::councils::Council;
use crate::councils::faults::PlantedFault;
use crate::marks::{KillAt, kill_argument};

/// What a made-up authority states of itself: by its code each answer in turn, so that all of them occur.
#[must_use]
pub fn stated(code: &str) -> BTreeMap<String, bool> {
    let code: usize = code.parse().unwrap_or(0);
    let facts: Vec<String> = Framework::built_in().facts().map(|m| m.id.clone()).collect();
    let answer = |place: usize| match (code + place) % 3 {
        0 => Some(true),
        1 => Some(false),
        _ => None,
    };
    facts.into_iter().enumerate().filter_map(|(place, fact)| Some((fact, answer(place)?))).collect()
}

/// An agent's installation.
pub struct Office<'w> {
    world: &'w World,
    /// Code of the authority.
    pub code: String,
    folder: PathBuf,
    enrolled: PathBuf,
    n_commands: AtomicUsize,
    /// The section `[tables]` of its configuration for each return year that was laid.
    tables: Mutex<BTreeMap<i16, String>>,
}

impl<'w> Office<'w> {
    /// A new office below `councils/<code>`, whose certificates will lie in `enrolled/<code>`.
    ///
    /// # Errors
    /// When its folder or configuration cannot be written.
    pub fn create(world: &'w World, code: &str, reporting_year: i16) -> anyhow::Result<Self> {
        let folder = world.folder.join("councils").join(code);
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let enrolled = world.folder.join("enrolled").join(code);
        let office =
            Self { world, code: code.to_owned(), folder, enrolled, n_commands: AtomicUsize::new(0), tables: Mutex::default() };
        office.configure(reporting_year, "https://localhost:1", "")?;
        Ok(office)
    }

    /// Writes a council's returns into its folder, and configures which tables and extracts lie there.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn lay(&self, council: &Council, reporting_year: i16) -> anyhow::Result<Vec<PlantedFault>> {
        let planted = council.write_returns(&self.returns())?;
        let sections = council.years.iter().map(|&year| (year, council.tables_section(year)));
        *self.tables.lock().unwrap_or_else(PoisonError::into_inner) = sections.collect();
        self.configure(reporting_year, "https://localhost:1", "")?;
        Ok(planted)
    }

    /// Writes the configuration anew: year, the aggregator's address, and further lines (sections) at the end. What
    /// [`Office::lay`] laid stays configured.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn configure(&self, reporting_year: i16, url: &str, more: &str) -> anyhow::Result<()> {
        let line = |(fact, is_so): (String, bool)| format!("{fact} = {is_so}\n");
        let facts: String = stated(&self.code).into_iter().map(line).collect();
        let sections = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        let tables = sections.get(&reporting_year).map_or("", String::as_str);
        let text = format!(
            "authority = \"{}\"\nreporting_year = {reporting_year}\nmade_up = true\napproval = \"none\"\nreturns = \"returns\"\nstate = \"state\"\n\n\
             [facts]\n{facts}\n[aggregator]\nurl = \"{url}\"\nenrolled = \"../../enrolled/{}\"\n\n[log]\nwithout_witnesses = true\n\n[send]\nstep_ms = 50\n\n\
             {tables}\n{more}",
            self.code, self.code
        );
        std::fs::write(self.config(), text).with_context(|| format!("cannot write {}", self.config().display()))
    }

    /// The folder in which its commands run.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }
    /// Its configuration file.
    #[must_use]
    pub fn config(&self) -> PathBuf {
        self.folder.join("agent.toml")
    }
    /// Folder of its returns.
    #[must_use]
    pub fn returns(&self) -> PathBuf {
        self.folder.join("returns")
    }
    /// Its state.
    #[must_use]
    pub fn state(&self) -> PathBuf {
        self.folder.join("state")
    }
    /// What `init` wrote for the operator.
    #[must_use]
    pub fn request(&self) -> PathBuf {
        self.state().join("enrolment.dsse.json")
    }
    /// Folder with its certificate, the root and the trust file.
    #[must_use]
    pub fn enrolled(&self) -> &Path {
        &self.enrolled
    }
    /// Files of its ledger, the first one among them.
    #[must_use]
    pub fn n_ledger_files(&self) -> usize {
        self.ledger_files().len()
    }
    /// All bytes of its ledger, in order.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn ledger(&self) -> anyhow::Result<Vec<u8>> {
        let mut all = Vec::new();
        for file in self.ledger_files() {
            all.extend(std::fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?);
        }
        Ok(all)
    }
    /// The receipt that it keeps, when it has one.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn receipt(&self) -> anyhow::Result<Option<Vec<u8>>> {
        let mut entries = std::fs::read_dir(self.state().join("receipts")).context("no folder of receipts")?;
        let proof =
            entries.find_map(|entry| Some(entry.ok()?.path()).filter(|path| path.extension().is_some_and(|e| e == "tlog-proof")));
        proof.map(std::fs::read).transpose().context("cannot read the receipt")
    }
    /// Its newest signed envelope, from the ledger's newest file: `show` has it only once the receipt is kept.
    ///
    /// # Errors
    /// When nothing is prepared.
    pub fn envelope(&self) -> anyhow::Result<Vec<u8>> {
        for file in self.ledger_files().iter().rev() {
            let file: serde_json::Value = serde_json::from_slice(&std::fs::read(file)?)?;
            // the first file and notes of former keys hold none
            if let Some(envelope) = file.get("envelope") {
                return Ok(envelope.as_str().context("the newest debit was recovered without its bytes")?.as_bytes().to_vec());
            }
        }
        anyhow::bail!("nothing is prepared")
    }
    /// A client made by hand that has this office's certificate.
    ///
    /// # Errors
    /// When a file of its keys cannot be read.
    pub fn poster(&self) -> anyhow::Result<Poster> {
        let read = |path: PathBuf| std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()));
        let key = read(self.state().join("keys").join("tls.key.pem"))?;
        Poster::new(&read(self.enrolled.join("certificate.pem"))?, &key, &read(self.enrolled.join("root.pem"))?)
    }

    /// What a crash leaves half written does not count: it has another ending, or a name that begins with a dot.
    fn ledger_files(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.state().join("ledger")).into_iter().flatten().filter_map(Result::ok);
        let counts = |name: &str| name.ends_with(".json") && !name.starts_with('.');
        let mut files: Vec<PathBuf> = entries.filter(|e| counts(&e.file_name().to_string_lossy())).map(|e| e.path()).collect();
        files.sort();
        files
    }

    /// Runs a command to its end, however it ends.
    ///
    /// # Errors
    /// When it cannot be started or does not end in time.
    pub fn run(&self, arguments: &[&str]) -> anyhow::Result<Ended> {
        self.start(arguments)?.wait(COMMAND_TIME_MAX)
    }
    /// Runs a command that must end well.
    ///
    /// # Errors
    /// When it does not.
    pub fn must(&self, arguments: &[&str]) -> anyhow::Result<Ended> {
        self.run(arguments)?.done(&format!("the agent of {}, {}", self.code, arguments.join(" ")))
    }
    /// Runs a command that takes no configuration to its end, however it ends.
    ///
    /// # Errors
    /// When it cannot be started or does not end in time.
    pub fn run_bare(&self, arguments: &[&str]) -> anyhow::Result<Ended> {
        self.start_with(arguments, &[])?.wait(COMMAND_TIME_MAX)
    }
    /// Starts a command.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(&self, arguments: &[&str]) -> anyhow::Result<Running> {
        self.start_with(arguments, &["--config".as_ref(), self.config().as_os_str()])
    }

    /// Starts a command of the agent whose steps leave marks in a file, and which may kill itself. It leads a process group,
    /// so that whoever it leaves behind can be found.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start_marked(&self, arguments: &[&str], marks: &Path, kill_at: Option<KillAt>) -> anyhow::Result<Running> {
        let mut command = Command::new(&self.world.programs.marked_agent);
        command.arg(marks).arg(kill_argument(kill_at)).args(arguments).arg("--config").arg(self.config());
        command.process_group(0);
        self.start_command(command, arguments)
    }

    fn start_with(&self, arguments: &[&str], more: &[&OsStr]) -> anyhow::Result<Running> {
        let mut command = Command::new(&self.world.programs.agent);
        command.args(arguments).args(more);
        self.start_command(command, arguments)
    }

    fn start_command(&self, mut command: Command, arguments: &[&str]) -> anyhow::Result<Running> {
        let n = self.n_commands.fetch_add(1, Ordering::Relaxed);
        let log = self.world.log(&format!("agent-{}-{n:02}-{}", self.code, arguments.first().unwrap_or(&"")));
        command.current_dir(&self.folder);
        self.world.processes.start("agent", command, &log)
    }
}
