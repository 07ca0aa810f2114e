//! The program `goldenthread-auditor`.

use std::process::ExitCode;

fn main() -> ExitCode {
    auditor::cli::main()
}
