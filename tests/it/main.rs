//! Whole ways, in one binary: real programs, real sockets on the loopback, worlds of their own.
//!
//! Each module is a behaviour from outside. Programs are built once, in this binary's profile; every process belongs to a
//! world and ends with it; seeds are printed.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where, and that is all it can do")]
#![allow(clippy::print_stderr, reason = "what is skipped, which seed, how many: said where the runner shows it")]

use std::sync::OnceLock;

use tests::build::{Profile, Programs};

mod approval;
mod bad_input;
mod calibration;
mod core_dumps;
mod corrections;
mod crash;
mod demo;
mod documents;
mod dp_audit;
mod evidence;
mod faults;
mod forms;
mod gaps;
mod ground;
mod kills;
mod live;
mod lost_state;
mod margins;
mod one_child;
mod oracle;
mod planted;
mod ports;
mod pseudonyms;
mod round;
mod samples;
mod store;
mod structure;
mod tamper;
mod tidy;
mod wire;

/// The programs under test, built once for all tests.
fn programs() -> &'static Programs {
    static PROGRAMS: OnceLock<Programs> = OnceLock::new();
    PROGRAMS.get_or_init(|| tests::build::programs(Profile::own()).expect("the programs compile"))
}
