//! The world outside: folders, files, a database.
//!
//! The only room that opens anything. What it hands on is bounded; what it decides is nothing.

pub mod core_dumps; // that a crash writes nothing of what was in memory
pub mod inbox; // folders of returns
pub mod live; // returns from a database
pub mod official; // files of published figures
pub mod durable; // files that survive power loss
pub mod randomness; // the system's, for keys, nonces and waiting
pub mod state; // keys, ledger, receipts, what is remembered of the log
pub mod extract; // an extract to be pseudonymised, and the place of the result
pub mod draw; // the process that draws the noise
pub mod clock; // time for TLS, waiting
pub mod handed_over; // what a person hands over after a state was lost
pub mod centre; // the aggregator, as four requests
pub mod enrolled; // what was sent back at enrolment
mod way; // where the way leads, and at which hop it ended
pub mod courier; // the four requests over mutual TLS
