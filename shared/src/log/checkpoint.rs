//! The checkpoint: a signed note (C2SP signed-note, tlog-checkpoint) that names the log, its size and its root.
//!
//! Signature lines of other keys are tolerated and ignored, so that witnesses can be added without a new format.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::hash::sha256;
use crate::ids::Digest;
use crate::limits::{NOTE_BYTES_MAX, NOTE_SIGNATURES_MAX};
use crate::sign::{KeyError, PublicKey, SigningKey};

/// Signature type of Ed25519 in a signed note.
const ED25519: u8 = 1;

/// Why a checkpoint is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// Not a signed note with a checkpoint's body.
    #[error("not a checkpoint")]
    Malformed,
    /// Of another log.
    #[error("checkpoint of another log")]
    Origin,
    /// No valid signature by the log's key.
    #[error("checkpoint is not signed by the log's key")]
    Signature,
    /// The verifier key text is broken.
    #[error("not a log verifier key")]
    VerifierKey,
}

/// What the log says of itself at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Name of the log.
    pub origin: String,
    /// Number of leaves.
    pub size: u64,
    /// Root of the tree of these leaves.
    pub root: Digest,
}

impl Checkpoint {
    /// The note's text: three lines.
    pub fn body(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root.0))
    }
    /// Signs it with the log's Ed25519 key; the result is the note.
    pub fn sign(&self, key: &SigningKey) -> Result<String, KeyError> {
        let verifier = LogKey::new(&self.origin, key.public()).ok_or(KeyError::Kind)?;
        let body = self.body();
        let signature = [&verifier.key_hash()[..], &key.sign(body.as_bytes())?].concat();
        Ok(format!("{body}\n\u{2014} {} {}\n", self.origin, STANDARD.encode(signature)))
    }
    fn parse_body(body: &str) -> Option<Self> {
        let mut lines = body.strip_suffix('\n')?.split('\n');
        let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
        let root: [u8; 32] = STANDARD.decode(root).ok()?.try_into().ok()?;
        let checkpoint = Self { origin: origin.to_owned(), size: size.parse().ok()?, root: Digest(root) };
        (!origin.is_empty() && lines.next().is_none() && checkpoint.body() == body).then_some(checkpoint)
    }
}

/// The log's public key with the log's name: a C2SP verifier key, `name+hash+base64`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LogKey {
    origin: String,
    key: PublicKey,
}

impl LogKey {
    /// From a name without spaces or plus signs and an Ed25519 key; `None` for others.
    pub fn new(origin: &str, key: &PublicKey) -> Option<Self> {
        let named = !origin.is_empty() && !origin.contains(|c: char| c.is_whitespace() || c == '+');
        (named && key.ed25519_bytes().is_some()).then(|| Self { origin: origin.to_owned(), key: key.clone() })
    }
    /// Reads the text form.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let wrong = CheckpointError::VerifierKey;
        let mut parts = text.splitn(3, '+');
        let (Some(origin), Some(_), Some(encoded)) = (parts.next(), parts.next(), parts.next()) else { return Err(wrong) };
        let bytes = STANDARD.decode(encoded).map_err(|_| wrong.clone())?;
        let [ED25519, raw @ ..] = &bytes[..] else { return Err(wrong) };
        let spki = [&[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00], raw].concat();
        let key = PublicKey::from_spki(&spki).map_err(|_| wrong.clone())?;
        let parsed = Self::new(origin, &key).ok_or(wrong.clone())?;
        (parsed.to_string() == text).then_some(parsed).ok_or(wrong)
    }
    /// Name of the log.
    pub fn origin(&self) -> &str {
        &self.origin
    }
    /// The key itself.
    pub fn key(&self) -> &PublicKey {
        &self.key
    }
    /// Opens a note: a checkpoint of this log, signed by this key.
    pub fn open(&self, note: &str) -> Result<Checkpoint, CheckpointError> {
        if note.len() > NOTE_BYTES_MAX {
            return Err(CheckpointError::Malformed);
        }
        let (body, signatures) = note.split_once("\n\n").ok_or(CheckpointError::Malformed)?;
        let body = format!("{body}\n");
        let checkpoint = Checkpoint::parse_body(&body).ok_or(CheckpointError::Malformed)?;
        if !signatures.ends_with('\n') {
            return Err(CheckpointError::Malformed);
        }
        if checkpoint.origin != self.origin {
            return Err(CheckpointError::Origin);
        }
        let mut verified = false;
        for line in signatures.lines().take(NOTE_SIGNATURES_MAX) {
            let (name, encoded) =
                line.strip_prefix("\u{2014} ").and_then(|l| l.split_once(' ')).ok_or(CheckpointError::Malformed)?;
            let bytes = STANDARD.decode(encoded).map_err(|_| CheckpointError::Malformed)?;
            let (hash, signature) = bytes.split_first_chunk::<4>().ok_or(CheckpointError::Malformed)?;
            if name == self.origin && *hash == self.key_hash() {
                if verified || !self.key.verifies(body.as_bytes(), signature) {
                    return Err(CheckpointError::Signature);
                }
                verified = true;
            }
        }
        verified.then_some(checkpoint).ok_or(CheckpointError::Signature)
    }
    fn key_hash(&self) -> [u8; 4] {
        let raw = self.key.ed25519_bytes().expect("the constructor takes Ed25519 keys only");
        let digest = sha256(&[self.origin.as_bytes(), b"\n", &[ED25519], raw].concat());
        *digest.0.first_chunk().expect("32 bytes have a first four")
    }
}

impl std::fmt::Display for LogKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let raw = self.key.ed25519_bytes().expect("the constructor takes Ed25519 keys only");
        let encoded = STANDARD.encode([&[ED25519], raw].concat());
        write!(f, "{}+{}+{encoded}", self.origin, hex::encode(self.key_hash()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sign::Algorithm;

    fn sample() -> (SigningKey, LogKey, Checkpoint) {
        let key = SigningKey::generate(Algorithm::Ed25519).unwrap();
        let log = LogKey::new("log.example/cla", key.public()).unwrap();
        let checkpoint = Checkpoint { origin: "log.example/cla".into(), size: 7, root: Digest([5; 32]) };
        (key, log, checkpoint)
    }

    #[test]
    fn a_checkpoint_is_opened_with_the_key_that_signed_it_only() {
        let (key, log, checkpoint) = sample();
        let note = checkpoint.sign(&key).unwrap();
        assert_eq!(LogKey::parse(&log.to_string()).unwrap().open(&note), Ok(checkpoint.clone()));
        let stranger = SigningKey::generate(Algorithm::Ed25519).unwrap();
        let other = LogKey::new("log.example/cla", stranger.public()).unwrap();
        assert_eq!(other.open(&note), Err(CheckpointError::Signature));
        let elsewhere = LogKey::new("log.example/other", key.public()).unwrap();
        assert_eq!(elsewhere.open(&note), Err(CheckpointError::Origin));
    }

    #[test]
    fn every_flipped_bit_is_refused() {
        let (key, log, checkpoint) = sample();
        let note = checkpoint.sign(&key).unwrap().into_bytes();
        for bit in 0..note.len() * 8 {
            let mut bad = note.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            let verdict = String::from_utf8(bad).map(|text| log.open(&text).is_ok());
            assert!(!matches!(verdict, Ok(true)), "bit {bit}");
        }
    }

    #[test]
    fn another_implementation_opens_the_note() {
        use signed_note::{Note, StandardVerifier, VerifierList};
        let (key, log, checkpoint) = sample();
        let note = Note::from_bytes(checkpoint.sign(&key).unwrap().as_bytes()).unwrap();
        let verifier = StandardVerifier::new(&log.to_string()).unwrap();
        let (verified, unknown) = note.verify(&VerifierList::new(vec![Box::new(verifier)])).unwrap();
        assert_eq!((verified.len(), unknown.len()), (1, 0));
    }

    #[test]
    fn signatures_of_witnesses_are_tolerated() {
        let (key, log, checkpoint) = sample();
        let note = checkpoint.sign(&key).unwrap() + "\u{2014} witness.example/w1 AAAAAAAA\n";
        assert_eq!(log.open(&note), Ok(checkpoint));
    }
}
