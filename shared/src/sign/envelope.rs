//! The DSSE v1 envelope in its one canonical spelling.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::key::{KeyError, PublicKey, SigningKey};
use crate::hash::sha256;
use crate::ids::Digest;
use crate::limits::SIGNATURES_MAX;

/// Why bytes are not an envelope, or not one that is believed.
#[derive(Debug, thiserror::Error)]
pub enum EnvelopeError {
    /// Larger than the caller allows.
    #[error("larger than {bytes_max} bytes")]
    TooLarge {
        /// The limit, in bytes.
        bytes_max: usize,
    },
    /// Not JSON of the envelope's shape.
    #[error("not a DSSE envelope")]
    Malformed,
    /// An envelope in another spelling than the canonical one.
    #[error("not in canonical form")]
    NotCanonical,
    /// Of another payload type than expected.
    #[error("payload type is not {expected}")]
    PayloadType {
        /// What was expected.
        expected: &'static str,
    },
    /// No signature by a key that the caller knows.
    #[error("not signed by a known key")]
    KeyUnknown,
    /// A signature that does not fit.
    #[error("signature does not verify")]
    SignatureInvalid,
}

/// One signature of an envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvelopeSignature {
    /// SHA-256 of the signer's SubjectPublicKeyInfo: a hint until verified.
    pub keyid: Digest,
    /// The signature's bytes.
    pub sig: Vec<u8>,
}

/// A signed message whose signatures nobody has checked yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    payload_type: String,
    payload: Vec<u8>,
    signatures: Vec<EnvelopeSignature>,
}

/// What a verified envelope says, and who said it.
#[derive(Debug)]
pub struct Verified<'a> {
    /// The payload's bytes, as signed.
    pub payload: &'a [u8],
    /// The key that signed.
    pub signer: &'a PublicKey,
    /// SHA-256 of the signed bytes: the message's id.
    pub id: Digest,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireSignature {
    keyid: Digest,
    sig: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct WireEnvelope {
    payload: String,
    payload_type: String,
    signatures: Vec<WireSignature>,
}

/// The bytes that are signed: `DSSEv1 <len> <type> <len> <payload>`.
pub fn pre_authentication_encoding(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut out = format!("DSSEv1 {} {} {} ", payload_type.len(), payload_type, payload.len()).into_bytes();
    out.extend(payload);
    out
}

impl Envelope {
    /// Signs a payload with one key.
    pub fn sign(payload_type: &str, payload: Vec<u8>, key: &SigningKey) -> Result<Self, KeyError> {
        let sig = key.sign(&pre_authentication_encoding(payload_type, &payload))?;
        let signatures = vec![EnvelopeSignature { keyid: key.public().id(), sig }];
        Ok(Self { payload_type: payload_type.to_owned(), payload, signatures })
    }

    /// Reads an envelope of at most `bytes_max` bytes in its canonical spelling.
    pub fn parse(bytes: &[u8], bytes_max: usize) -> Result<Self, EnvelopeError> {
        if bytes.len() > bytes_max {
            return Err(EnvelopeError::TooLarge { bytes_max });
        }
        let wire: WireEnvelope = serde_json::from_slice(bytes).map_err(|_| EnvelopeError::Malformed)?;
        if wire.signatures.is_empty() || wire.signatures.len() > SIGNATURES_MAX {
            return Err(EnvelopeError::Malformed);
        }
        let payload = STANDARD.decode(&wire.payload).map_err(|_| EnvelopeError::NotCanonical)?;
        let signature = |s: &WireSignature| {
            let sig = STANDARD.decode(&s.sig).map_err(|_| EnvelopeError::NotCanonical)?;
            Ok(EnvelopeSignature { keyid: s.keyid, sig })
        };
        let signatures = wire.signatures.iter().map(signature).collect::<Result<Vec<_>, _>>()?;
        if !signatures.is_sorted_by(|a, b| a.keyid < b.keyid) {
            return Err(EnvelopeError::NotCanonical);
        }
        let envelope = Self { payload_type: wire.payload_type, payload, signatures };
        if envelope.encode() == bytes { Ok(envelope) } else { Err(EnvelopeError::NotCanonical) }
    }

    /// The canonical bytes.
    pub fn encode(&self) -> Vec<u8> {
        let signature = |s: &EnvelopeSignature| WireSignature { keyid: s.keyid, sig: STANDARD.encode(&s.sig) };
        let wire = WireEnvelope {
            payload: STANDARD.encode(&self.payload),
            payload_type: self.payload_type.clone(),
            signatures: self.signatures.iter().map(signature).collect(),
        };
        serde_json::to_vec(&wire).expect("strings serialise")
    }

    /// SHA-256 of the signed bytes. It does not depend on the signatures.
    pub fn id(&self) -> Digest {
        sha256(&pre_authentication_encoding(&self.payload_type, &self.payload))
    }
    /// The payload type that the signer wrote.
    pub fn payload_type(&self) -> &str {
        &self.payload_type
    }
    /// The payload, before anybody checked a signature.
    pub fn payload_unverified(&self) -> &[u8] {
        &self.payload
    }
    /// The signatures as written.
    pub fn signatures(&self) -> &[EnvelopeSignature] {
        &self.signatures
    }

    /// Checks the type, that every signature by a known key fits, and that there is at least one.
    ///
    /// A signature by a key outside `keys` is ignored, one by a key inside that does not fit refuses the envelope.
    pub fn verify<'a>(&'a self, payload_type: &'static str, keys: &'a [PublicKey]) -> Result<Verified<'a>, EnvelopeError> {
        if self.payload_type != payload_type {
            return Err(EnvelopeError::PayloadType { expected: payload_type });
        }
        let message = pre_authentication_encoding(&self.payload_type, &self.payload);
        let mut signer = None;
        for signature in &self.signatures {
            let Some(key) = keys.iter().find(|k| k.id() == signature.keyid) else { continue };
            if !key.verifies(&message, &signature.sig) {
                return Err(EnvelopeError::SignatureInvalid);
            }
            signer.get_or_insert(key);
        }
        let signer = signer.ok_or(EnvelopeError::KeyUnknown)?;
        Ok(Verified { payload: &self.payload, signer, id: sha256(&message) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sign::Algorithm;

    const TYPE: &str = "application/vnd.goldenthread.test+json";

    #[test]
    fn both_kinds_of_key_sign_and_verify_and_survive_pem() {
        for algorithm in [Algorithm::EcdsaP256, Algorithm::Ed25519] {
            let key = SigningKey::generate(algorithm).unwrap();
            let key = SigningKey::from_pem(&key.to_pem().unwrap()).unwrap();
            let public = PublicKey::from_pem(&key.public().to_pem()).unwrap();
            for n in 0..20_u8 {
                let bytes = Envelope::sign(TYPE, vec![n], &key).unwrap().encode();
                let envelope = Envelope::parse(&bytes, 1000).unwrap();
                assert_eq!(envelope.verify(TYPE, std::slice::from_ref(&public)).unwrap().payload, [n]);
            }
        }
    }

    #[test]
    fn every_flipped_bit_is_refused() {
        let key = SigningKey::generate(Algorithm::EcdsaP256).unwrap();
        let bytes = Envelope::sign(TYPE, b"{}".to_vec(), &key).unwrap().encode();
        let keys = [key.public().clone()];
        for bit in 0..bytes.len() * 8 {
            let mut bad = bytes.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            let verdict = Envelope::parse(&bad, 1000).map(|e| e.verify(TYPE, &keys).is_ok());
            assert!(!matches!(verdict, Ok(true)), "bit {bit}");
        }
    }

    #[test]
    fn another_spelling_is_refused_by_name() {
        let key = SigningKey::generate(Algorithm::EcdsaP256).unwrap();
        let text = String::from_utf8(Envelope::sign(TYPE, b"{}".to_vec(), &key).unwrap().encode()).unwrap();
        let spellings = [text.replace(',', ", "), format!("{text}\n"), text.replace("e30=", "e31="), text.replace("e30=", "e30")];
        for spelling in spellings {
            assert!(matches!(Envelope::parse(spelling.as_bytes(), 1000), Err(EnvelopeError::NotCanonical)), "{spelling}");
        }
        for shape in ["", "{}", "[]", &text[1..], &text.replace("keyid", "kid")] {
            assert!(matches!(Envelope::parse(shape.as_bytes(), 1000), Err(EnvelopeError::Malformed)), "{shape}");
        }
        assert!(matches!(Envelope::parse(text.as_bytes(), 10), Err(EnvelopeError::TooLarge { bytes_max: 10 })));
    }

    #[test]
    fn an_unknown_key_and_another_type_are_refused_by_name() {
        let (key, other) =
            (SigningKey::generate(Algorithm::EcdsaP256).unwrap(), SigningKey::generate(Algorithm::EcdsaP256).unwrap());
        let envelope = Envelope::sign(TYPE, b"{}".to_vec(), &key).unwrap();
        assert!(matches!(envelope.verify(TYPE, &[other.public().clone()]), Err(EnvelopeError::KeyUnknown)));
        assert!(matches!(envelope.verify("text/other", &[key.public().clone()]), Err(EnvelopeError::PayloadType { .. })));
    }
}
