//! Signing and verification keys: P-256 by default, Ed25519 accepted; PKCS#8 and SPKI in PEM.

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, ED25519, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _,
    UnparsedPublicKey,
};

use super::ecdsa_der;
use super::pem::{pem_decode, pem_encode};
use crate::hash::sha256;
use crate::ids::Digest;

/// DER before the point of a P-256 key: SEQUENCE { SEQUENCE { id-ecPublicKey, prime256v1 }, BIT STRING (RFC 5480).
const P256_SPKI_PREFIX: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03,
    0x01, 0x07, 0x03, 0x42, 0x00,
];
/// DER before the bytes of an Ed25519 key: SEQUENCE { SEQUENCE { id-Ed25519 }, BIT STRING (RFC 8410).
const ED25519_SPKI_PREFIX: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// Why a key cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// No PEM section of the right label.
    #[error("no PEM section {0}")]
    Pem(&'static str),
    /// Neither P-256 nor Ed25519, or damaged.
    #[error("not a P-256 or Ed25519 key")]
    Kind,
    /// The library refused to make or use it.
    #[error("the key cannot sign")]
    Refused,
}

/// Signature algorithm of a key; it follows from the key, never from a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256, DER, low s.
    EcdsaP256,
    /// Ed25519 (RFC 8032).
    Ed25519,
}

/// A public key, known by the SHA-256 of its SubjectPublicKeyInfo.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    spki: Vec<u8>,
    algorithm: Algorithm,
    id: Digest,
}

impl PublicKey {
    /// Reads a SubjectPublicKeyInfo in its one DER form.
    pub fn from_spki(spki: &[u8]) -> Result<Self, KeyError> {
        let algorithm = if spki.len() == 91 && spki.starts_with(&P256_SPKI_PREFIX) && spki[26] == 4 {
            Algorithm::EcdsaP256
        } else if spki.len() == 44 && spki.starts_with(&ED25519_SPKI_PREFIX) {
            Algorithm::Ed25519
        } else {
            return Err(KeyError::Kind);
        };
        Ok(Self { spki: spki.to_vec(), algorithm, id: sha256(spki) })
    }
    /// Reads a PEM `PUBLIC KEY`.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        Self::from_spki(&pem_decode("PUBLIC KEY", text).ok_or(KeyError::Pem("PUBLIC KEY"))?)
    }
    /// The SubjectPublicKeyInfo, DER.
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }
    /// The key as PEM, as `openssl dgst -verify` reads it.
    pub fn to_pem(&self) -> String {
        pem_encode("PUBLIC KEY", &self.spki)
    }
    /// SHA-256 of the SubjectPublicKeyInfo.
    pub fn id(&self) -> Digest {
        self.id
    }
    /// Its algorithm.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
    /// The 32 bytes of an Ed25519 key; `None` for P-256.
    pub fn ed25519_bytes(&self) -> Option<&[u8]> {
        match self.algorithm {
            Algorithm::Ed25519 => Some(&self.spki[12..]),
            Algorithm::EcdsaP256 => None,
        }
    }
    /// Whether a signature, in its one spelling, is this key's over the message.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match self.algorithm {
            Algorithm::EcdsaP256 => {
                ecdsa_der::is_canonical(signature)
                    && UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &self.spki[26..]).verify(message, signature).is_ok()
            }
            Algorithm::Ed25519 => UnparsedPublicKey::new(&ED25519, &self.spki[12..]).verify(message, signature).is_ok(),
        }
    }
}

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PublicKey({})", self.id)
    }
}

enum Pair {
    EcdsaP256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// A private key. It has no `Debug`, no `Clone` and no way out but [`SigningKey::to_pem`].
pub struct SigningKey {
    pair: Pair,
    public: PublicKey,
}

impl SigningKey {
    /// Makes a new key from the system's randomness.
    pub fn generate(algorithm: Algorithm) -> Result<Self, KeyError> {
        let pair = match algorithm {
            Algorithm::EcdsaP256 => {
                Pair::EcdsaP256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).map_err(|_| KeyError::Refused)?)
            }
            Algorithm::Ed25519 => Pair::Ed25519(Ed25519KeyPair::generate().map_err(|_| KeyError::Refused)?),
        };
        Self::of(pair)
    }
    /// Reads a PEM `PRIVATE KEY` (PKCS#8).
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let der = pem_decode("PRIVATE KEY", text).ok_or(KeyError::Pem("PRIVATE KEY"))?;
        if let Ok(pair) = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &der) {
            return Self::of(Pair::EcdsaP256(pair));
        }
        Self::of(Pair::Ed25519(Ed25519KeyPair::from_pkcs8(&der).map_err(|_| KeyError::Kind)?))
    }
    /// The key as PEM (PKCS#8), for a file that only its owner may read.
    pub fn to_pem(&self) -> Result<String, KeyError> {
        let der = match &self.pair {
            Pair::EcdsaP256(pair) => pair.to_pkcs8v1().map_err(|_| KeyError::Refused)?.as_ref().to_vec(),
            Pair::Ed25519(pair) => pair.to_pkcs8v1().map_err(|_| KeyError::Refused)?.as_ref().to_vec(),
        };
        Ok(pem_encode("PRIVATE KEY", &der))
    }
    /// Its public half.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }
    /// Signs a message, in the one accepted spelling.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        match &self.pair {
            Pair::EcdsaP256(pair) => {
                let der = pair.sign(&SystemRandom::new(), message).map_err(|_| KeyError::Refused)?;
                ecdsa_der::canonical(der.as_ref()).ok_or(KeyError::Refused)
            }
            Pair::Ed25519(pair) => Ok(pair.sign(message).as_ref().to_vec()),
        }
    }
    fn of(pair: Pair) -> Result<Self, KeyError> {
        let spki = match &pair {
            Pair::EcdsaP256(pair) => pair.public_key().as_der().map_err(|_| KeyError::Refused)?.as_ref().to_vec(),
            Pair::Ed25519(pair) => pair.public_key().as_der().map_err(|_| KeyError::Refused)?.as_ref().to_vec(),
        };
        Ok(Self { pair, public: PublicKey::from_spki(&spki)? })
    }
}
