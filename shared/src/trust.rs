//! The trust file: what must be known from outside before anything from inside can be believed.
//!
//! Log key, plan keys, release keys, fingerprint of the root certificate. Agents receive it at enrolment, auditors by a
//! second channel. An attacker who can change it can pass off a forged world as the real one.

use serde::{Deserialize, Serialize};

use crate::ids::Digest;
use crate::log::checkpoint::LogKey;
use crate::sign::{PublicKey, pem_decode};

const SCHEMA: &str = "goldenthread.trust/1";

/// Why a trust file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// Not TOML of this version's shape.
    #[error("not a trust file of this version")]
    Malformed,
    /// A key in it is broken.
    #[error("{0} in the trust file is not a usable key")]
    Key(&'static str),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TrustFile {
    schema: String,
    log: String,
    root_sha256: Digest,
    plan: Vec<String>,
    release: Vec<String>,
}

/// Keys that are trusted, and for what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trust {
    /// Name and key of the log.
    pub log: LogKey,
    /// SHA-256 of the root certificate, DER.
    pub root_sha256: Digest,
    /// Keys that may sign plans.
    pub plan: Vec<PublicKey>,
    /// Keys that may sign releases and export manifests.
    pub release: Vec<PublicKey>,
}

impl Trust {
    /// Reads the file's text.
    pub fn parse(text: &str) -> Result<Self, TrustError> {
        let file: TrustFile = toml::from_str(text).map_err(|_| TrustError::Malformed)?;
        if file.schema != SCHEMA || file.plan.is_empty() || file.release.is_empty() {
            return Err(TrustError::Malformed);
        }
        let keys = |pems: &[String], what| -> Result<Vec<PublicKey>, TrustError> {
            let key = |pem: &String| PublicKey::from_pem(pem).map_err(|_| TrustError::Key(what));
            pems.iter().map(key).collect()
        };
        Ok(Self {
            log: LogKey::parse(&file.log).map_err(|_| TrustError::Key("the log key"))?,
            root_sha256: file.root_sha256,
            plan: keys(&file.plan, "a plan key")?,
            release: keys(&file.release, "a release key")?,
        })
    }
    /// The file's text.
    pub fn encode(&self) -> String {
        let pems = |keys: &[PublicKey]| keys.iter().map(PublicKey::to_pem).collect();
        let file = TrustFile {
            schema: SCHEMA.into(),
            log: self.log.to_string(),
            root_sha256: self.root_sha256,
            plan: pems(&self.plan),
            release: pems(&self.release),
        };
        toml::to_string(&file).expect("a trust file serialises")
    }
    /// Whether a PEM certificate is the trusted root.
    pub fn is_root(&self, certificate_pem: &str) -> bool {
        pem_decode("CERTIFICATE", certificate_pem).is_some_and(|der| crate::hash::sha256(&der) == self.root_sha256)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sign::{Algorithm, SigningKey};

    #[test]
    fn a_trust_file_is_read_back() {
        let key = |a| SigningKey::generate(a).unwrap();
        let trust = Trust {
            log: LogKey::new("log.example", key(Algorithm::Ed25519).public()).unwrap(),
            root_sha256: Digest([9; 32]),
            plan: vec![key(Algorithm::EcdsaP256).public().clone()],
            release: vec![key(Algorithm::EcdsaP256).public().clone()],
        };
        assert_eq!(Trust::parse(&trust.encode()), Ok(trust.clone()));
        assert_eq!(Trust::parse(&trust.encode().replace("trust/1", "trust/2")), Err(TrustError::Malformed));
        assert_eq!(Trust::parse(""), Err(TrustError::Malformed));
    }
}
