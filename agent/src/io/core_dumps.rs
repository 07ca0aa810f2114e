//! No core dump: what a process had in memory, records of children and keys among it, goes to no file when it crashes.
//!
//! Every command calls this before it reads anything, the drawing process too. The limit is taken away for good, since a
//! process without special rights cannot raise it again; on Linux the process is also marked as not to be dumped, which keeps
//! crash handlers and debuggers of the same user away. On systems other than Unix nothing is done here.

use crate::stop::Stop;

/// Switches core dumps off for this process and all that it starts.
#[cfg(unix)]
pub fn forbid() -> Result<(), Stop> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let failed = |error: rustix::io::Errno| Stop::fault(format!("cannot switch core dumps off: {}", error.kind()));
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) }).map_err(failed)?;
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(failed)?;
    }
    Ok(())
}

/// Core dumps as Unix has them do not exist here.
#[cfg(not(unix))]
pub fn forbid() -> Result<(), Stop> {
    Ok(())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::process::{DumpableBehavior, Resource, dumpable_behavior, getrlimit};

    #[test]
    fn a_process_that_forbade_core_dumps_writes_none() {
        super::forbid().unwrap();
        let limit = getrlimit(Resource::Core);
        assert_eq!((limit.current, limit.maximum), (Some(0), Some(0)));
        assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
        super::forbid().unwrap();
    }
}
