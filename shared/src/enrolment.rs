//! Enrolment: how an agent's keys become known to the centre.
//!
//! The agent makes two keys and keeps them: one signs submissions, one is for TLS. Its request carries the signing key
//! and a certificate request for the TLS key, and is signed with the signing key, so that possession of both is proved.
//! A person compares the fingerprint over a second channel. `docs/protocol.md`, section 7.

use serde::{Deserialize, Serialize};

use crate::ids::{AuthorityId, Digest};
use crate::sign::{Envelope, KeyError, PublicKey, SigningKey};

/// Payload type of a signed enrolment request.
pub const ENROLMENT_TYPE: &str = "application/vnd.goldenthread.enrolment.v1+json";
/// Greatest enrolment envelope, in bytes.
pub const ENROLMENT_BYTES_MAX: usize = 32 * 1024;
const SCHEMA: &str = "goldenthread.enrolment/1";

/// Identity of an agent in its certificate: exactly one URI subject alternative name.
pub fn certificate_uri(authority: AuthorityId) -> String {
    format!("goldenthread:authority:{authority}")
}

/// The authority that a certificate's URI names; `None` for every other text.
pub fn authority_of_uri(uri: &str) -> Option<AuthorityId> {
    uri.strip_prefix("goldenthread:authority:")?.parse().ok()
}

/// Why an enrolment request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnrolmentError {
    /// Not an envelope or payload of this version.
    #[error("not an enrolment request of this version")]
    Malformed,
    /// The signing key in it did not sign it.
    #[error("the request is not signed by the key that it carries")]
    Signature,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    schema: String,
    authority: AuthorityId,
    signing_key: String,
    certificate_request: String,
}

/// What an agent asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnrolmentRequest {
    /// For which authority.
    pub authority: AuthorityId,
    /// The key that will sign its submissions.
    pub signing_key: PublicKey,
    /// PKCS#10 request for its TLS key, PEM; the centre takes the public key from it and nothing else.
    pub certificate_request: String,
}

impl EnrolmentRequest {
    /// The signed request's bytes.
    pub fn sign(authority: AuthorityId, certificate_request: String, key: &SigningKey) -> Result<Vec<u8>, KeyError> {
        let body = Body { schema: SCHEMA.into(), authority, signing_key: key.public().to_pem(), certificate_request };
        let payload = serde_json::to_vec(&body).expect("strings serialise");
        Ok(Envelope::sign(ENROLMENT_TYPE, payload, key)?.encode())
    }
    /// Reads a request and checks that the key in it signed it.
    pub fn open(bytes: &[u8]) -> Result<Self, EnrolmentError> {
        let envelope = Envelope::parse(bytes, ENROLMENT_BYTES_MAX).map_err(|_| EnrolmentError::Malformed)?;
        let body: Body = serde_json::from_slice(envelope.payload_unverified()).map_err(|_| EnrolmentError::Malformed)?;
        if body.schema != SCHEMA {
            return Err(EnrolmentError::Malformed);
        }
        let key = PublicKey::from_pem(&body.signing_key).map_err(|_| EnrolmentError::Malformed)?;
        envelope.verify(ENROLMENT_TYPE, std::slice::from_ref(&key)).map_err(|_| EnrolmentError::Signature)?;
        Ok(Self { authority: body.authority, signing_key: key, certificate_request: body.certificate_request })
    }
    /// What two people read to each other: SHA-256 of the signing key, in groups of four.
    pub fn fingerprint(&self) -> String {
        fingerprint(self.signing_key.id())
    }
}

/// A digest in groups of four characters, for reading aloud.
pub fn fingerprint(digest: Digest) -> String {
    let text = digest.to_string();
    let groups: Vec<&str> = (0..16).map(|i| &text[i * 4..i * 4 + 4]).collect();
    groups.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sign::Algorithm;

    #[test]
    fn a_request_is_believed_only_when_its_own_key_signed_it() {
        let key = SigningKey::generate(Algorithm::EcdsaP256).unwrap();
        let authority = "301".parse().unwrap();
        let bytes = EnrolmentRequest::sign(authority, "csr".into(), &key).unwrap();
        let request = EnrolmentRequest::open(&bytes).unwrap();
        assert_eq!((request.authority, request.signing_key.id()), (authority, key.public().id()));
        let other = SigningKey::generate(Algorithm::EcdsaP256).unwrap();
        let payload = Envelope::parse(&bytes, ENROLMENT_BYTES_MAX).unwrap().payload_unverified().to_vec();
        let forged = Envelope::sign(ENROLMENT_TYPE, payload, &other).unwrap().encode();
        assert_eq!(EnrolmentRequest::open(&forged), Err(EnrolmentError::Signature));
    }

    #[test]
    fn a_certificate_names_one_authority() {
        let authority = "301".parse().unwrap();
        assert_eq!(authority_of_uri(&certificate_uri(authority)), Some(authority));
        for uri in ["goldenthread:authority:30", "goldenthread:operator:301", "goldenthread:authority:301/", ""] {
            assert_eq!(authority_of_uri(uri), None, "{uri}");
        }
    }
}
