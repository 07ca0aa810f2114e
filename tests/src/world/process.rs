//! Processes of a world: started by us, known by their ids, ended by those ids, and by nothing else.
//!
//! Output goes to files in the world's folder, so that a program can write as much as it likes and the files stay for
//! whoever asks why. While a process is waited for, its peak memory is read from the kernel. Invariant: a process that is
//! dropped or whose registry is stopped is killed; none outlives its world.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

/// How often a waiting thread looks.
const LOOK_EVERY: Duration = Duration::from_millis(3);
/// Bytes of a process's output that are read back.
const OUTPUT_BYTES_MAX: usize = 16 * 1024 * 1024;

/// All processes of a world.
#[derive(Clone, Default)]
pub struct Processes(Arc<Registry>);

#[derive(Default)]
struct Registry {
    children: Mutex<Vec<Weak<Mutex<Child>>>>,
    peak_kb: Mutex<BTreeMap<String, u64>>,
}

/// One process that was started.
pub struct Running {
    name: String,
    id: u32,
    child: Arc<Mutex<Child>>,
    log: PathBuf,
    processes: Processes,
}

/// How a process ended and what it wrote.
#[derive(Debug)]
pub struct Ended {
    /// Exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Ended {
    /// Whether it ended with this exit code.
    #[must_use]
    pub fn is(&self, exit: shared::problem::Exit) -> bool {
        self.code == Some(i32::from(exit.code()))
    }
    /// The process's output when it ended well.
    ///
    /// # Errors
    /// When it did not, with what it wrote.
    pub fn done(self, what: &str) -> anyhow::Result<Self> {
        if self.code == Some(0) {
            return Ok(self);
        }
        bail!("{what} ended with {:?}: {}{}", self.code, self.stdout, self.stderr)
    }
    /// Whether its output holds a text.
    #[must_use]
    pub fn says(&self, text: &str) -> bool {
        self.stdout.contains(text) || self.stderr.contains(text)
    }
}

impl Processes {
    /// Starts a program. Its output goes to `<log>.out` and `<log>.err`; `name` groups it for peak memory.
    ///
    /// # Errors
    /// When the program or its log files cannot be opened.
    pub fn start(&self, name: &str, mut command: Command, log: &Path) -> anyhow::Result<Running> {
        let file = |end: &str| {
            let path = with_end(log, end);
            File::create(&path).with_context(|| format!("cannot write {}", path.display()))
        };
        command.stdin(Stdio::null()).stdout(file("out")?).stderr(file("err")?);
        let child = command.spawn().with_context(|| format!("cannot start {name}"))?;
        let id = child.id();
        let child = Arc::new(Mutex::new(child));
        let mut children = locked(&self.0.children);
        children.retain(|other| other.strong_count() > 0);
        children.push(Arc::downgrade(&child));
        drop(children);
        Ok(Running { name: name.to_owned(), id, child, log: log.to_owned(), processes: self.clone() })
    }

    /// Runs a program to its end.
    ///
    /// # Errors
    /// When it cannot be started or does not end within `limit`.
    pub fn run(&self, name: &str, command: Command, log: &Path, limit: Duration) -> anyhow::Result<Ended> {
        self.start(name, command, log)?.wait(limit)
    }

    /// Kills every process that still runs, by its id.
    pub fn stop(&self) {
        for child in locked(&self.0.children).iter().filter_map(Weak::upgrade) {
            end(&child);
        }
    }

    /// Peak memory of the largest process of each name, in megabytes (10^6 bytes).
    #[must_use]
    pub fn peaks_mb(&self) -> BTreeMap<String, f64> {
        let mb = |kb: &u64| f64::from(u32::try_from(*kb).unwrap_or(u32::MAX)) * 1024.0 / 1e6;
        locked(&self.0.peak_kb).iter().map(|(name, kb)| (name.clone(), mb(kb))).collect()
    }

    /// Notes the peak memory of a process, as the kernel knows it until now.
    pub fn look_at(&self, name: &str, id: u32) {
        if let Some(kb) = peak_kb(id) {
            let mut peaks = locked(&self.0.peak_kb);
            let known = peaks.entry(name.to_owned()).or_default();
            *known = kb.max(*known);
        }
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        for child in locked(&self.children).iter().filter_map(Weak::upgrade) {
            end(&child);
        }
    }
}

impl Running {
    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Whether it has ended.
    ///
    /// # Errors
    /// When the kernel does not say.
    pub fn has_ended(&self) -> anyhow::Result<bool> {
        self.processes.look_at(&self.name, self.id);
        Ok(self.try_wait()?.is_some())
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// When it does not end within `limit`; it is killed then.
    pub fn wait(self, limit: Duration) -> anyhow::Result<Ended> {
        let began = Instant::now();
        loop {
            self.processes.look_at(&self.name, self.id);
            if let Some(status) = self.try_wait()? {
                return self.ended(status);
            }
            if began.elapsed() > limit {
                end(&self.child);
                bail!("{} did not end within {} s; it wrote to {}", self.name, limit.as_secs(), self.log.display());
            }
            sleep(LOOK_EVERY);
        }
    }

    /// Kills it (SIGKILL) and waits for its end. `None` as exit code says that the kill was what ended it.
    ///
    /// # Errors
    /// When the kernel does not say how it ended.
    pub fn kill(self) -> anyhow::Result<Ended> {
        let status = {
            let mut child = locked(&self.child);
            // an error says that it has ended already, which the status below tells apart
            drop(child.kill());
            child.wait().with_context(|| format!("cannot wait for {}", self.name))?
        };
        self.ended(status)
    }

    /// Asks it to end (SIGTERM) and waits.
    ///
    /// # Errors
    /// When it does not end within `limit`; it is killed then.
    pub fn terminate(self, limit: Duration) -> anyhow::Result<Ended> {
        let asked =
            Command::new("sh").args(["-c", "kill -TERM \"$1\"", "sh", &self.id.to_string()]).stderr(Stdio::null()).status();
        asked.context("cannot ask a process to end")?;
        self.wait(limit)
    }

    /// What it has written to standard error until now.
    #[must_use]
    pub fn stderr(&self) -> String {
        read_back(&with_end(&self.log, "err"))
    }

    fn try_wait(&self) -> anyhow::Result<Option<ExitStatus>> {
        locked(&self.child).try_wait().with_context(|| format!("cannot ask for {}", self.name))
    }

    fn ended(&self, status: ExitStatus) -> anyhow::Result<Ended> {
        let output = |end| read_back(&with_end(&self.log, end));
        Ok(Ended { code: status.code(), stdout: output("out"), stderr: output("err") })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        end(&self.child);
    }
}

/// Waits for a condition.
///
/// # Errors
/// When it does not come true within `limit`, or cannot be asked.
pub fn wait_until(what: &str, limit: Duration, mut is_true: impl FnMut() -> anyhow::Result<bool>) -> anyhow::Result<()> {
    let began = Instant::now();
    while !is_true()? {
        if began.elapsed() > limit {
            bail!("waited {} s in vain: {what}", limit.as_secs());
        }
        sleep(LOOK_EVERY);
    }
    Ok(())
}

/// Processes of a group that have not ended, by id.
#[must_use]
pub fn of_group(group: u32) -> Vec<u32> {
    let is_of_group = |id: &u32| {
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        // after the name, which stands in brackets: state, parent, group
        let fields: Vec<&str> = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().collect();
        fields.first().is_some_and(|state| *state != "Z") && fields.get(2).and_then(|g| g.parse().ok()) == Some(group)
    };
    let entries = std::fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok);
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter(is_of_group).collect()
}

fn end(child: &Mutex<Child>) {
    let mut child = locked(child);
    if matches!(child.try_wait(), Ok(None)) {
        // the only failure is that it has ended in between
        drop(child.kill());
        drop(child.wait());
    }
}

/// A lock whose holder panicked still guards a list of processes that must be ended.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn with_end(log: &Path, end: &str) -> PathBuf {
    let mut name = log.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(end);
    log.with_file_name(name)
}

fn read_back(path: &Path) -> String {
    let mut bytes = std::fs::read(path).unwrap_or_default();
    bytes.truncate(OUTPUT_BYTES_MAX);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// `VmHWM` of a process; `None` when it has ended.
fn peak_kb(id: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(20);

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_process_tells_how_it_ended_and_what_it_wrote() {
        let folder = tempfile::tempdir().unwrap();
        let processes = Processes::default();
        let ended = processes.run("sh", shell("echo out; echo err >&2; exit 14"), &folder.path().join("one.log"), LIMIT).unwrap();
        assert_eq!((ended.code, ended.stdout.as_str(), ended.stderr.as_str()), (Some(14), "out\n", "err\n"));
        assert!(ended.is(shared::problem::Exit::AggregatorRefused));
    }

    #[test]
    fn a_process_does_not_outlive_its_limit_its_handle_or_its_world() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("sleep");
        let processes = Processes::default();
        let gone = |id: u32| !Path::new(&format!("/proc/{id}")).exists();
        assert!(processes.run("sleep", shell("exec sleep 600"), &log, Duration::from_millis(50)).is_err());
        let running = processes.start("sleep", shell("exec sleep 600"), &log).unwrap();
        let id = running.id();
        drop(running);
        assert!(gone(id));
        let running = processes.start("sleep", shell("exec sleep 600"), &log).unwrap();
        processes.stop();
        assert!(gone(running.id()));
        let running = processes.start("sleep", shell("exec sleep 600"), &log).unwrap();
        assert_eq!(running.terminate(LIMIT).unwrap().code, None);
        let running = processes.start("sleep", shell("exec sleep 600"), &log).unwrap();
        assert_eq!(running.kill().unwrap().code, None);
    }

    #[test]
    fn who_is_left_behind_is_found_by_the_group() {
        let folder = tempfile::tempdir().unwrap();
        let processes = Processes::default();
        let mut command = shell("sleep 600 & echo $!; wait");
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let running = processes.start("sh", command, &folder.path().join("sh")).unwrap();
        let (group, out) = (running.id(), folder.path().join("sh.out"));
        let told = || std::fs::read_to_string(&out).unwrap_or_default();
        wait_until("its child is there", LIMIT, || Ok(told().ends_with('\n'))).unwrap();
        let child: u32 = told().trim().parse().unwrap();
        running.kill().unwrap();
        assert_eq!(of_group(group), [child]);
        let id = rustix::process::Pid::from_raw(child.try_into().unwrap()).unwrap();
        rustix::process::kill_process(id, rustix::process::Signal::KILL).unwrap();
        wait_until("it has ended", LIMIT, || Ok(of_group(group).is_empty())).unwrap();
    }
}
