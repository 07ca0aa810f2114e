//! Key files of the centre: one role, one key, one file that its owner alone may read.
//!
//! log (Ed25519) signs checkpoints, plan (P-256) signs plans, release (P-256) signs statements and manifests. Whoever
//! holds one can speak as the centre in that role and in no other.

use std::path::{Path, PathBuf};

use shared::hash::sha256;
use shared::log::checkpoint::LogKey;
use shared::log::cosignature::WitnessPolicy;
use shared::sign::{Algorithm, KeyError, SigningKey, pem_decode};
use shared::trust::{Trust, TrustError};

use crate::durable::{Readers, create_file};

/// Why a key or certificate file is of no use.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// It cannot be read or written.
    #[error("{path} cannot be read or written")]
    File {
        /// Which.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// It holds no key.
    #[error("{path} holds no usable key")]
    Key {
        /// Which.
        path: String,
        /// Why.
        #[source]
        source: KeyError,
    },
    /// It is there already.
    #[error("{0} exists: this centre was made already")]
    Exists(String),
    /// There is no centre here yet.
    #[error("there is no aggregator here: run `ca init`, then `init` (looked in {0})")]
    NotMade(String),
    /// A folder for new files is there already.
    #[error("{0} exists already: name a new one")]
    Taken(String),
    /// Others may read it.
    #[error("{0} may be read by others than its owner: chmod 600 it")]
    Readable(String),
    /// There is no root certificate.
    #[error("there is no root certificate {0}: run `ca init` first")]
    NoRoot(String),
    /// The trust file is broken.
    #[error("{path} is not a trust file")]
    Trust {
        /// Which.
        path: String,
        /// Why.
        #[source]
        source: TrustError,
    },
    /// The log's name or key is of no use.
    #[error("the log needs a name without spaces or plus signs and an Ed25519 key")]
    Origin,
}

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Signs checkpoints.
    Log,
    /// Signs plans.
    Plan,
    /// Signs release statements and export manifests.
    Release,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 3] = [Self::Log, Self::Plan, Self::Release];
    fn file(self) -> &'static str {
        match self {
            Self::Log => "log.pem",
            Self::Plan => "plan.pem",
            Self::Release => "release.pem",
        }
    }
    fn algorithm(self) -> Algorithm {
        match self {
            Self::Log => Algorithm::Ed25519,
            Self::Plan | Self::Release => Algorithm::EcdsaP256,
        }
    }
}

/// Paths below the centre's folder.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// The centre's folder.
    pub fn at(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }
    /// File of a key.
    pub fn key(&self, role: Role) -> PathBuf {
        self.root.join("keys").join(role.file())
    }
    /// The remembered checkpoint, beside the keys.
    pub fn checkpoint(&self) -> PathBuf {
        self.root.join("keys").join("checkpoint")
    }
    /// The trust file, for agents and auditors.
    pub fn trust(&self) -> PathBuf {
        self.root.join("trust.toml")
    }
    /// A file of the certificate authority.
    pub fn ca(&self, name: &str) -> PathBuf {
        self.root.join("ca").join(name)
    }

    /// Refuses where the certificate authority was not made yet.
    pub fn has_ca(&self) -> Result<(), KeysError> {
        self.has(self.ca("root.pem"))
    }
    /// Refuses where `init` was not run yet.
    pub fn is_made(&self) -> Result<(), KeysError> {
        self.has_ca()?;
        self.has(self.trust())
    }
    fn has(&self, path: PathBuf) -> Result<(), KeysError> {
        if path.exists() { Ok(()) } else { Err(KeysError::NotMade(self.root.display().to_string())) }
    }

    /// Makes the three keys and the trust file; refuses where any of them exists.
    pub fn create_keys(&self, origin: &str) -> Result<(), KeysError> {
        let root_pem = self.root_certificate()?;
        let paths = Role::ALL.map(|role| self.key(role)).into_iter().chain([self.trust(), self.checkpoint()]);
        if let Some(there) = paths.into_iter().find(|p| p.exists()) {
            return Err(KeysError::Exists(there.display().to_string()));
        }
        let mut keys = Vec::new();
        for role in Role::ALL {
            let path = self.key(role);
            let key_error = |source| KeysError::Key { path: path.display().to_string(), source };
            let key = SigningKey::generate(role.algorithm()).map_err(key_error)?;
            create_file(&path, key.to_pem().map_err(key_error)?.as_bytes(), Readers::Owner).map_err(|e| file_error(&path, e))?;
            keys.push(key.public().clone());
        }
        let [log, plan, release] = keys.try_into().map_err(|_| KeysError::Origin)?;
        let log = LogKey::new(origin, &log).ok_or(KeysError::Origin)?;
        let root_sha256 = sha256(&pem_decode("CERTIFICATE", &root_pem).unwrap_or_default());
        // witnesses are added to the file by a person, with keys that came from the witnesses
        let witnesses = WitnessPolicy::default();
        let trust = Trust { log, root_sha256, plan: vec![plan], release: vec![release], witnesses };
        let path = self.trust();
        create_file(&path, trust.encode().as_bytes(), Readers::All).map_err(|e| file_error(&path, e))
    }

    /// Reads a private key; refuses one that others may read.
    pub fn signing_key(&self, role: Role) -> Result<SigningKey, KeysError> {
        let path = self.key(role);
        owner_only(&path)?;
        let text = read(&path)?;
        SigningKey::from_pem(&text).map_err(|source| KeysError::Key { path: path.display().to_string(), source })
    }
    /// Reads the trust file.
    pub fn read_trust(&self) -> Result<(Trust, String), KeysError> {
        let path = self.trust();
        let text = read(&path)?;
        let trust = Trust::parse(&text).map_err(|source| KeysError::Trust { path: path.display().to_string(), source })?;
        Ok((trust, text))
    }
    /// The root certificate, PEM.
    pub fn root_certificate(&self) -> Result<String, KeysError> {
        let path = self.ca("root.pem");
        if path.exists() { read(&path) } else { Err(KeysError::NoRoot(path.display().to_string())) }
    }
}

/// Reads a text file, naming it in the error.
pub fn read(path: &Path) -> Result<String, KeysError> {
    std::fs::read_to_string(path).map_err(|e| file_error(path, e))
}

/// Names a file in an error.
pub fn file_error(path: &Path, source: std::io::Error) -> KeysError {
    if source.kind() == std::io::ErrorKind::AlreadyExists {
        return KeysError::Exists(path.display().to_string());
    }
    KeysError::File { path: path.display().to_string(), source }
}

/// Refuses a private key that others may read.
#[cfg(unix)]
pub fn owner_only(path: &Path) -> Result<(), KeysError> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(path).map_err(|e| file_error(path, e))?.permissions().mode();
    if mode & 0o077 == 0 { Ok(()) } else { Err(KeysError::Readable(path.display().to_string())) }
}

/// Access lists are the folder's own matter on systems without modes.
#[cfg(not(unix))]
pub fn owner_only(_path: &Path) -> Result<(), KeysError> {
    Ok(())
}
