//! The two ports. Each handler extracts, calls and answers; rules stand in the rooms before.

pub mod agent; // what agents ask and post, over mutual TLS
pub mod connection; // accept loops: handshakes, timeouts, ages
pub mod error; // how a refusal is answered
pub mod health; // livez and readyz
pub mod log_files; // checkpoint, tiles and bundles, on both ports
pub mod pages; // pages for people
pub mod public; // files for everybody
