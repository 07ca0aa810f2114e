//! The agent: reads an authority's own returns, counts, adds noise, signs and sends.
//!
//! Reading order, along the way of the data:

#![cfg_attr(
    test,
    allow(clippy::disallowed_methods, reason = "tests put files in the way; clippy checks the crate without tests too")
)]

pub mod day; // calendar days, months, ages
pub mod pseudonym; // what stands for an identifier
pub mod records; // bytes -> rows and problems
pub mod histories; // rows of all years -> one history for each child
pub mod measures; // one history -> what the child adds to each table
pub mod examples; // worked examples of every measure, from the bytes
pub mod figures; // exact figures, for the authority's own screen only
pub mod official; // what is published of every authority, beside the exact figures
pub mod pages; // the exact figures as a person reads them, for this authority alone
pub mod bounds; // contributions within what the framework declares: the last room that sees one child
pub mod inputs; // all that goes into a submission, as one keyed digest
pub mod approval; // who approved which inputs
pub mod noise; // one measurement, noisy cells
pub mod log_view; // what is verified of the public log
pub mod ledger; // what was spent, and the bytes that it bought
pub mod round; // may this agent draw for this round?
pub mod recovery; // what a ledger lacks of the log, after its state was lost
pub mod submission; // noisy cells -> signed submission
pub mod stop; // why a command ends early
pub mod logging; // all that this program ever logs
pub mod config; // agent.toml
pub mod io; // folders and files
pub mod commands; // what a person can ask for
pub mod cli; // the command line
mod program; // the whole program but for the machine it runs on

pub use program::run;

#[cfg(test)]
mod fixtures; // a made-up aggregator, clock and state for tests
