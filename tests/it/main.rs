//! Whole ways, in one binary: real programs, real sockets on the loopback, worlds of their own.
//!
//! Each module is a behaviour from outside. Programs are built once, in this binary's profile; every process belongs to a
//! world and ends with it; seeds are printed.

use std::sync::OnceLock;

use tests::build::{Profile, Programs};

mod documents;
mod oracle;
mod ports;
mod store;
mod tidy;
mod wire;

/// The programs under test, built once for all tests.
fn programs() -> &'static Programs {
    static PROGRAMS: OnceLock<Programs> = OnceLock::new();
    PROGRAMS.get_or_init(|| tests::build::programs(Profile::own()).expect("the programs compile"))
}
