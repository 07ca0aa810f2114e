//! The agent with one broken part, named by what this program is called: `broken-agent-halved-scale` and others.

use std::process::ExitCode;

fn main() -> ExitCode {
    tests::dp_audit::broken::main(std::env::args_os())
}
