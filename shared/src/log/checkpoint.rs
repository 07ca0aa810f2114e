//! The checkpoint: a signed note (C2SP signed-note, tlog-checkpoint) that names the log, its size and its root.
//!
//! Signature lines of other keys are tolerated and ignored here; those of witnesses are read in `cosignature`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::note::{ED25519, Note, NoteSignature, is_name, key_hash, parse_verifier_key, verifier_key};
use crate::ids::Digest;
use crate::sign::{KeyError, PublicKey, SigningKey};

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
    /// A line under a witness's name and key that the witness did not sign.
    #[error("a cosignature under the name of a witness is not that witness's")]
    Cosignature,
    /// The verifier key text is broken.
    #[error("not a verifier key")]
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
        let line = NoteSignature::line(&self.origin, verifier.key_hash(), &key.sign(body.as_bytes())?);
        Ok(format!("{body}\n{line}"))
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
        (is_name(origin) && key.ed25519_bytes().is_some()).then(|| Self { origin: origin.to_owned(), key: key.clone() })
    }
    /// Reads the text form.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let (origin, key) = parse_verifier_key(text, ED25519).ok_or(CheckpointError::VerifierKey)?;
        Ok(Self { origin, key })
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
        let note = Note::split(note).ok_or(CheckpointError::Malformed)?;
        let checkpoint = Checkpoint::parse_body(note.text).ok_or(CheckpointError::Malformed)?;
        if checkpoint.origin != self.origin {
            return Err(CheckpointError::Origin);
        }
        let mut verified = false;
        for line in note.signatures.iter().filter(|s| s.name == self.origin && s.key_hash == self.key_hash()) {
            if verified || !self.key.verifies(note.text.as_bytes(), &line.signature) {
                return Err(CheckpointError::Signature);
            }
            verified = true;
        }
        verified.then_some(checkpoint).ok_or(CheckpointError::Signature)
    }
    fn raw(&self) -> &[u8] {
        self.key.ed25519_bytes().expect("the constructor takes Ed25519 keys only")
    }
    fn key_hash(&self) -> [u8; 4] {
        key_hash(&self.origin, ED25519, self.raw())
    }
}

impl std::fmt::Display for LogKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&verifier_key(&self.origin, ED25519, self.raw()))
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
