//! What an agent had in memory goes to no file when it crashes, and a panic tells no more when it is asked to.

use std::io::Write as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Resource, Signal, getrlimit, kill_process, prlimit};

use crate::programs;

/// The drawing process, which waits for its request on a pipe.
fn waiting() -> Child {
    let mut command = Command::new(&programs().agent);
    command.arg("draw").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

fn core_limit_of(process: &Child) -> Vec<String> {
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", process.id())).unwrap();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max core file size")).unwrap();
    line.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn a_running_agent_may_write_no_core_dump() {
    if getrlimit(Resource::Core).maximum == Some(0) {
        eprintln!("SKIPPED: core dumps are off for the tests themselves, so that an agent without its guard would look the same");
        return;
    }
    let mut process = waiting();
    let until = Instant::now() + Duration::from_secs(30);
    // the limit is taken before the first byte of the request is asked for
    while core_limit_of(&process)[..2] != ["0", "0"] {
        assert!(Instant::now() < until, "the limit is still {:?}", core_limit_of(&process));
        std::thread::yield_now();
    }
    // even where somebody raises the limit again, the kernel writes nothing of it: it is marked as not to be dumped
    let pid = Pid::from_child(&process);
    let _ = prlimit(Some(pid), Resource::Core, getrlimit(Resource::Core));
    process.stdin.as_mut().unwrap().write_all(b"goldenthread").unwrap();
    kill_process(pid, Signal::ABORT).unwrap();
    let ended = process.wait().unwrap();
    assert_eq!((ended.signal(), ended.core_dumped()), (Some(6), false));
}

#[test]
fn no_setting_of_the_environment_makes_a_fault_tell_more() {
    let told = |backtrace: Option<&str>| {
        let mut command = Command::new(&programs().agent);
        command
            .args(["check", "/nowhere/returns", "--year", "2025"])
            .env_remove("RUST_BACKTRACE")
            .env_remove("RUST_LIB_BACKTRACE");
        if let Some(how) = backtrace {
            command.env("RUST_BACKTRACE", how).env("RUST_LIB_BACKTRACE", how).env("RUST_LOG", "trace");
        }
        let out = command.output().unwrap();
        assert!(!out.status.success() && !out.stderr.is_empty());
        (out.status.code(), out.stdout, out.stderr)
    };
    let plain = told(None);
    assert!(told(Some("1")) == plain && told(Some("full")) == plain);
}
