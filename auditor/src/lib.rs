//! Checks an export of Golden Thread offline: every signature, proof, budget claim and figure.
//!
//! An export and a trust file go in, a verdict comes out; nothing else is read, nothing is written, no socket is opened
//! and no clock is asked. Reading order:

pub mod audit; // the checks in order, and the verdict
pub mod bundle; // the folder, read once and bounded
pub mod checks; // the checks, each a pure function
pub mod cli;
pub mod finding; // what a check says
pub mod place; // what each file of an export is, by its path
pub mod report; // the verdict in words and as JSON // the command line

#[cfg(test)]
pub mod sample;
#[cfg(test)]
mod tests;
