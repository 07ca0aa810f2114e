//! What tests and demonstrations stand on: made-up councils, exact figures, and real processes in worlds of their own.
//!
//! This package may depend on every other and nothing depends on it. Reading order:

pub mod councils; // authorities and children who do not exist
pub mod worlds; // small councils full of hard cases, as raw rows
pub mod many_rows; // one return of millions of rows, written as a stream
pub mod reading; // folders of returns, read by the agent's own reader
pub mod exact; // every cell of a council, without noise
pub mod calibration; // made-up councils beside England's published figures
pub mod recall; // planted faults found, and false alarms
pub mod documents; // documents that are generated, and a test when they are stale
pub mod python; // Python environments of tests and benchmarks
pub mod build; // builds the programs and says where they lie
pub mod postgres; // a database server of one test
pub mod world; // processes, folders and clients of one round
pub mod marks; // how far an agent came before it was killed
pub mod demo; // the national round as a demonstration
pub mod sample; // one plan and one submission of made-up content
pub mod dp_audit; // the agent attacked from outside: does the noise hold what the envelope says?
pub mod coverage; // do intervals hold what they promise
pub mod bench; // figures beside baselines
