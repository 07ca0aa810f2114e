//! Keys, signatures and the DSSE envelope around everything that is signed (`docs/protocol.md`, section 2).
//!
//! One canonical form: field order, no white space, padded standard base64 with zero tail bits, lower-case hexadecimal,
//! key id = SHA-256 of the key, minimal DER and low s. Anything else is refused, so that one message has one spelling.
//! Invariant: an [`Envelope`] that was parsed encodes to the bytes it was parsed from.

mod ecdsa_der;
mod envelope;
mod key;
mod pem;

pub use envelope::{Envelope, EnvelopeError, EnvelopeSignature, Verified, pre_authentication_encoding};
pub use key::{Algorithm, KeyError, PublicKey, SigningKey};
pub use pem::{pem_decode, pem_encode};
