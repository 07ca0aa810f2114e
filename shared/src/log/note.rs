//! Signed notes (C2SP signed-note) as bytes: the text, its signature lines, and verifier keys. Believes nothing.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::hash::sha256;
use crate::limits::{NOTE_BYTES_MAX, NOTE_SIGNATURES_MAX};
use crate::sign::PublicKey;

/// Signature type of a log's Ed25519 key.
pub(super) const ED25519: u8 = 1;
/// Signature type of an Ed25519 cosignature with its time (C2SP tlog-cosignature).
pub(super) const ED25519_COSIGNATURE: u8 = 4;

const ED25519_SPKI_PREFIX: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// A note that is split and not believed.
pub(super) struct Note<'n> {
    /// The text that is signed, with its last line feed.
    pub text: &'n str,
    /// The first signature lines, [`NOTE_SIGNATURES_MAX`] at most.
    pub signatures: Vec<NoteSignature<'n>>,
}

/// One signature line.
pub(super) struct NoteSignature<'n> {
    /// Who is said to have signed.
    pub name: &'n str,
    /// First four bytes of a hash of name, type and key.
    pub key_hash: [u8; 4],
    /// What follows.
    pub signature: Vec<u8>,
}

impl<'n> Note<'n> {
    /// Splits a note; `None` for what is none.
    pub fn split(note: &'n str) -> Option<Self> {
        if note.len() > NOTE_BYTES_MAX || !note.ends_with('\n') {
            return None;
        }
        let (body, signatures) = note.split_once("\n\n")?;
        let text = note.get(..body.len() + 1)?;
        let signatures = signatures.lines().take(NOTE_SIGNATURES_MAX).map(NoteSignature::parse).collect::<Option<Vec<_>>>()?;
        Some(Self { text, signatures })
    }
}

impl<'n> NoteSignature<'n> {
    fn parse(line: &'n str) -> Option<Self> {
        let (name, encoded) = line.strip_prefix("\u{2014} ")?.split_once(' ')?;
        let bytes = STANDARD.decode(encoded).ok()?;
        let (key_hash, signature) = bytes.split_first_chunk::<4>()?;
        Some(Self { name, key_hash: *key_hash, signature: signature.to_vec() })
    }
    /// The line's text.
    pub fn line(name: &str, key_hash: [u8; 4], signature: &[u8]) -> String {
        format!("\u{2014} {name} {}\n", STANDARD.encode([&key_hash[..], signature].concat()))
    }
}

/// Whether a name can stand in a note: not empty, without spaces and plus signs.
pub(super) fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c == '+')
}

/// First four bytes of the hash of name, signature type and the 32 bytes of an Ed25519 key.
pub(super) fn key_hash(name: &str, kind: u8, raw: &[u8]) -> [u8; 4] {
    let digest = sha256(&[name.as_bytes(), b"\n", &[kind], raw].concat());
    *digest.0.first_chunk().expect("32 bytes have a first four")
}

/// A verifier key's text, `name+hash+base64`.
pub(super) fn verifier_key(name: &str, kind: u8, raw: &[u8]) -> String {
    let encoded = STANDARD.encode([&[kind], raw].concat());
    format!("{name}+{}+{encoded}", hex::encode(key_hash(name, kind, raw)))
}

/// Reads the one spelling of a verifier key of this signature type, which is an Ed25519 key; `None` for others.
pub(super) fn parse_verifier_key(text: &str, kind: u8) -> Option<(String, PublicKey)> {
    let mut parts = text.splitn(3, '+');
    let (name, _, encoded) = (parts.next()?, parts.next()?, parts.next()?);
    let bytes = STANDARD.decode(encoded).ok()?;
    let raw = bytes.strip_prefix(&[kind])?;
    let key = PublicKey::from_spki(&[&ED25519_SPKI_PREFIX[..], raw].concat()).ok()?;
    (is_name(name) && verifier_key(name, kind, raw) == text).then(|| (name.to_owned(), key))
}
