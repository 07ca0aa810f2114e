//! `cargo demo`: a whole national round on this machine. See [`tests::demo`].

use std::process::ExitCode;

use clap::Parser as _;
use shared::problem::Exit;
use tests::demo::options::{Options, without_dashes};

fn main() -> ExitCode {
    let options = Options::parse_from(without_dashes(std::env::args_os()));
    let exit = match tests::demo::run(&options) {
        Ok(true) => Exit::Done,
        Ok(false) => Exit::Fault,
        Err(error) => {
            complain(&format!("the demo failed: {error:#}"));
            Exit::Fault
        }
    };
    ExitCode::from(exit.code())
}

#[expect(clippy::print_stderr, reason = "the one place through which the program complains")]
fn complain(text: &str) {
    eprintln!("{text}");
}
