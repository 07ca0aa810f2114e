//! The configuration: defaults < file < `GOLDENTHREAD__...` < flag, unknown keys refused. Secrets stand in files beside it.
//!
//! Relative paths are meant from the folder of the configuration file.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// Name of the log when the configuration gives none.
const ORIGIN: &str = "localhost/golden-thread";
/// Folder of keys and store when the configuration gives none.
const FOLDER: &str = "state";
const AGENTS_LISTEN: &str = "127.0.0.1:8443";
const PUBLIC_LISTEN: &str = "127.0.0.1:8080";
const AUTHORITIES: &str = "authorities.csv";
/// Seconds after which a connection is closed, so that nobody outlives a revocation or an expiry for long.
const CONNECTION_AGE_MAX_S: u64 = 600;
const HANDSHAKE_TIMEOUT_S: u64 = 10;
const HEADER_TIMEOUT_S: u64 = 10;
const REQUEST_TIMEOUT_S: u64 = 30;
const CONNECTIONS_MAX: u64 = 512;
/// Many councils may leave by one address, and no single address may hold every place in the send slot.
const CONNECTIONS_PER_ADDRESS_MAX: u64 = 64;

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file, a variable or a value is wrong.
    #[error("the configuration cannot be used")]
    Invalid(#[source] Box<config::ConfigError>),
    /// A limit of zero serves nobody.
    #[error("{0} must be at least 1")]
    Zero(&'static str),
}

/// What the command line sets, above everything else.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// The configuration file.
    pub config: Option<PathBuf>,
    /// Folder of keys and store.
    pub folder: Option<PathBuf>,
    /// Address of the store.
    pub store: Option<String>,
    /// The dated list of authorities.
    pub authorities: Option<PathBuf>,
    /// Address for agents.
    pub agents_listen: Option<SocketAddr>,
    /// Address for everybody.
    pub public_listen: Option<SocketAddr>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    folder: PathBuf,
    #[serde(default)]
    store: Option<String>,
    origin: String,
    authorities: PathBuf,
    agents_listen: SocketAddr,
    public_listen: SocketAddr,
    limits: Limits,
}

/// Limits of the two ports.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Connections of one port at once, handshakes included.
    pub connections_max: u64,
    /// Connections of the agents' port at once from one address. The public port stands behind a web server that counts.
    pub connections_per_address_max: u64,
    /// Seconds for a TLS handshake.
    pub handshake_timeout_s: u64,
    /// Seconds for the head of a request, also the first one of a silent connection.
    pub header_timeout_s: u64,
    /// Seconds for a whole request and its answer.
    pub request_timeout_s: u64,
    /// Seconds of a connection's life.
    pub connection_age_max_s: u64,
}

/// The configuration, with every path made whole.
#[derive(Clone, Debug)]
pub struct Config {
    /// Folder of keys, certificates, remembered checkpoint and, unless said otherwise, the store.
    pub folder: PathBuf,
    /// Address of the store.
    pub store: String,
    /// Name of the log.
    pub origin: String,
    /// The dated list of authorities.
    pub authorities: PathBuf,
    /// Address for agents.
    pub agents_listen: SocketAddr,
    /// Address for everybody.
    pub public_listen: SocketAddr,
    /// Limits of the two ports.
    pub limits: Limits,
}

impl Config {
    /// Reads it from all its sources.
    pub fn load(flags: &Flags) -> Result<Self, ConfigError> {
        let invalid = |e| ConfigError::Invalid(Box::new(e));
        let mut builder = config::Config::builder();
        for (key, value) in [
            ("folder", FOLDER),
            ("origin", ORIGIN),
            ("authorities", AUTHORITIES),
            ("agents_listen", AGENTS_LISTEN),
            ("public_listen", PUBLIC_LISTEN),
        ] {
            builder = builder.set_default(key, value).map_err(invalid)?;
        }
        for (key, value) in [
            ("limits.connections_max", CONNECTIONS_MAX),
            ("limits.connections_per_address_max", CONNECTIONS_PER_ADDRESS_MAX),
            ("limits.handshake_timeout_s", HANDSHAKE_TIMEOUT_S),
            ("limits.header_timeout_s", HEADER_TIMEOUT_S),
            ("limits.request_timeout_s", REQUEST_TIMEOUT_S),
            ("limits.connection_age_max_s", CONNECTION_AGE_MAX_S),
        ] {
            builder = builder.set_default(key, value).map_err(invalid)?;
        }
        if let Some(path) = &flags.config {
            builder = builder.add_source(config::File::from(path.as_path()).format(config::FileFormat::Toml));
        }
        let environment = config::Environment::with_prefix("GOLDENTHREAD").prefix_separator("__").separator("__");
        builder = builder.add_source(environment);
        let file: File = builder.build().and_then(config::Config::try_deserialize).map_err(invalid)?;
        Self::resolve(file, flags)
    }

    fn resolve(file: File, flags: &Flags) -> Result<Self, ConfigError> {
        let limits = file.limits;
        for (value, name) in [
            (limits.connections_max, "limits.connections_max"),
            (limits.connections_per_address_max, "limits.connections_per_address_max"),
            (limits.handshake_timeout_s, "limits.handshake_timeout_s"),
            (limits.header_timeout_s, "limits.header_timeout_s"),
            (limits.request_timeout_s, "limits.request_timeout_s"),
            (limits.connection_age_max_s, "limits.connection_age_max_s"),
        ] {
            if value == 0 {
                return Err(ConfigError::Zero(name));
            }
        }
        let base = flags.config.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
        let folder = flags.folder.clone().unwrap_or_else(|| base.join(file.folder));
        let store =
            flags.store.clone().or(file.store).unwrap_or_else(|| format!("sqlite://{}", folder.join("store.sqlite").display()));
        Ok(Self {
            store,
            folder,
            origin: file.origin,
            authorities: flags.authorities.clone().unwrap_or_else(|| base.join(file.authorities)),
            agents_listen: flags.agents_listen.unwrap_or(file.agents_listen),
            public_listen: flags.public_listen.unwrap_or(file.public_listen),
            limits,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str) -> Result<Config, ConfigError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("aggregator.toml");
        std::fs::write(&path, text).unwrap();
        Config::load(&Flags { config: Some(path), ..Flags::default() })
    }

    #[test]
    fn the_sample_is_a_configuration() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/aggregator.example.toml");
        let config = Config::load(&Flags { config: Some(path), ..Flags::default() }).unwrap();
        assert!(config.authorities.is_file());
        let plain = load("").unwrap();
        assert_eq!((config.limits, config.agents_listen), (plain.limits, plain.agents_listen));
    }

    #[test]
    fn unknown_keys_and_limits_of_zero_are_refused() {
        assert!(matches!(load("colour = 1"), Err(ConfigError::Invalid(_))));
        assert!(matches!(load("[limits]\nconnections = 1"), Err(ConfigError::Invalid(_))));
        assert!(matches!(load("[limits]\nconnections_max = 0"), Err(ConfigError::Zero("limits.connections_max"))));
    }

    #[test]
    fn a_flag_stands_above_the_file() {
        let flags = Flags { store: Some("postgres://x".into()), folder: Some("/f".into()), ..Flags::default() };
        let config = Config::load(&flags).unwrap();
        assert_eq!((config.store.as_str(), config.folder.as_path()), ("postgres://x", Path::new("/f")));
    }
}
