//! The trust file: what must be known from outside before anything from inside can be believed.
//!
//! Log key, plan keys, release keys, fingerprint of the root certificate, and the witnesses of the log with how many of them
//! must vouch for a checkpoint before an agent draws. Agents receive it at enrolment, auditors by a
//! second channel. An attacker who can change it can pass off a forged world as the real one.

use serde::{Deserialize, Serialize};

use crate::ids::Digest;
use crate::log::checkpoint::LogKey;
use crate::log::cosignature::{WitnessKey, WitnessPolicy};
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
    /// The witnesses are not distinct, one of them is the log itself, or more or fewer are demanded than can be.
    #[error(
        "witnesses in the trust file are not distinct from each other and the log, or witnesses_min is not from 1 to their number"
    )]
    Witnesses,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TrustFile {
    schema: String,
    log: String,
    root_sha256: Digest,
    plan: Vec<String>,
    release: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    witnesses: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    witnesses_min: Option<u32>,
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
    /// Who must vouch for a checkpoint before a draw.
    pub witnesses: WitnessPolicy,
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
        let log = LogKey::parse(&file.log).map_err(|_| TrustError::Key("the log key"))?;
        let witnesses = policy(&file.witnesses, file.witnesses_min)?;
        if witnesses.keys().iter().any(|witness| witness.key() == log.key()) {
            return Err(TrustError::Witnesses);
        }
        Ok(Self {
            log,
            witnesses,
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
            witnesses: self.witnesses.keys().iter().map(WitnessKey::to_string).collect(),
            witnesses_min: (!self.witnesses.names_nobody()).then(|| u32::try_from(self.witnesses.min()).unwrap_or(u32::MAX)),
        };
        toml::to_string(&file).expect("a trust file serialises")
    }
    /// Whether a PEM certificate is the trusted root.
    pub fn is_root(&self, certificate_pem: &str) -> bool {
        pem_decode("CERTIFICATE", certificate_pem).is_some_and(|der| crate::hash::sha256(&der) == self.root_sha256)
    }
}

/// Both keys or neither: a file that names witnesses and demands none, or the other way round, is not what its writer meant.
fn policy(witnesses: &[String], min: Option<u32>) -> Result<WitnessPolicy, TrustError> {
    if witnesses.is_empty() && min.is_none() {
        return Ok(WitnessPolicy::default());
    }
    let keys = witnesses.iter().map(|text| WitnessKey::parse(text)).collect::<Result<Vec<_>, _>>();
    let keys = keys.map_err(|_| TrustError::Key("a witness key"))?;
    let min = min.and_then(|min| usize::try_from(min).ok()).ok_or(TrustError::Witnesses)?;
    WitnessPolicy::new(keys, min).ok_or(TrustError::Witnesses)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sign::{Algorithm, SigningKey};

    fn key(algorithm: Algorithm) -> SigningKey {
        SigningKey::generate(algorithm).unwrap()
    }

    fn sample() -> Trust {
        Trust {
            log: LogKey::new("log.example", key(Algorithm::Ed25519).public()).unwrap(),
            root_sha256: Digest([9; 32]),
            plan: vec![key(Algorithm::EcdsaP256).public().clone()],
            release: vec![key(Algorithm::EcdsaP256).public().clone()],
            witnesses: WitnessPolicy::default(),
        }
    }

    #[test]
    fn a_trust_file_is_read_back() {
        let trust = sample();
        assert_eq!(Trust::parse(&trust.encode()), Ok(trust.clone()));
        assert!(!trust.encode().contains("witness"), "a file without witnesses is spelled as before");
        assert_eq!(Trust::parse(&trust.encode().replace("trust/1", "trust/2")), Err(TrustError::Malformed));
        assert_eq!(Trust::parse(""), Err(TrustError::Malformed));
    }

    #[test]
    fn witnesses_are_read_back_and_demanded_as_they_can_be() {
        let witness = |name: &str| WitnessKey::new(name, key(Algorithm::Ed25519).public()).unwrap();
        let (one, other) = (witness("one.example"), witness("other.example"));
        let trust = Trust { witnesses: WitnessPolicy::new(vec![one.clone(), other.clone()], 2).unwrap(), ..sample() };
        assert_eq!(Trust::parse(&trust.encode()), Ok(trust.clone()));
        let says = |witnesses: &[&WitnessKey], min: &str| {
            let keys: Vec<String> = witnesses.iter().map(|witness| format!("\"{witness}\"")).collect();
            Trust::parse(&format!("{min}\nwitnesses = [{}]\n{}", keys.join(", "), sample().encode())).map(|t| t.witnesses.min())
        };
        assert_eq!(says(&[&one, &other], "witnesses_min = 1"), Ok(1));
        for (witnesses, min) in [
            (&[&one, &other][..], "witnesses_min = 3"),
            (&[&one, &other], "witnesses_min = 0"),
            (&[&one], ""),
            (&[], "witnesses_min = 0"),
            (&[], "witnesses_min = 1"),
            (&[&one, &one], "witnesses_min = 1"),
        ] {
            assert_eq!(says(witnesses, min), Err(TrustError::Witnesses), "{min} of {}", witnesses.len());
        }
        let broken = trust.encode().replace(&one.to_string(), "one.example");
        assert_eq!(Trust::parse(&broken), Err(TrustError::Key("a witness key")));
    }

    #[test]
    fn a_log_does_not_vouch_for_itself() {
        let log = key(Algorithm::Ed25519);
        let own = WitnessKey::new("elsewhere.example", log.public()).unwrap();
        let trust = Trust {
            log: LogKey::new("log.example", log.public()).unwrap(),
            witnesses: WitnessPolicy::new(vec![own], 1).unwrap(),
            ..sample()
        };
        assert_eq!(Trust::parse(&trust.encode()), Err(TrustError::Witnesses));
    }
}
