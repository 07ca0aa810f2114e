//! The aggregator: takes signed submissions over mutual TLS, logs them, adds up the nation and publishes.
//!
//! In the order of the data's way:

pub mod app; // the running service's state
pub mod authorities; // the dated list of authorities
pub mod budget; // the division of a budget, as data
pub mod ca; // the development certificate authority
pub mod cli;
pub mod config; // the configuration and its limits
pub mod durable; // files that survive power loss
pub mod export; // everything public in one folder
pub mod fsck; // the whole store computed anew
pub mod http; // the two ports
pub mod intake; // what becomes of the bytes that are posted
pub mod keys; // the centre's keys and where they lie
pub mod log_view; // the log for readers
pub mod logging; // what the service says of itself
pub mod memory; // how far the log had come
pub mod operate; // what operators do
pub mod population; // how many children live where
pub mod publish; // releases
pub mod registry; // keys, certificates and rounds, as one snapshot
pub mod sequencer; // the only writer
pub mod serve; // both ports, until told to stop
pub mod store; // where all of it is kept
pub mod tls; // who is on the other side
pub mod tune; // what part of a budget each table gets
pub mod view; // what pages show of a release // the command line
