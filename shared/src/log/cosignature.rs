//! Cosignatures: what witnesses say of a checkpoint (C2SP tlog-cosignature v1, Ed25519, signature type 4).
//!
//! A cosignature states that at its time the checkpoint's tree was the largest that this witness had seen of the log, and
//! continued every smaller one. It says nothing of the entries. Invariants of [`WitnessPolicy`]: names and keys are distinct
//! and at least one, at most all of them are demanded; or it names nobody, and then nothing ever meets it.
//! `docs/protocol.md`, section 6.1.

use std::collections::BTreeSet;

use super::checkpoint::{Checkpoint, CheckpointError};
use super::note::{ED25519_COSIGNATURE, Note, NoteSignature, is_name, key_hash, parse_verifier_key, verifier_key};
use crate::limits::{COSIGNATURE_AGE_S_MAX, COSIGNATURE_AHEAD_S_MAX, WITNESSES_MAX};
use crate::sign::{KeyError, PublicKey, SigningKey};
use crate::time::Timestamp;

/// A witness's public key with its name: a C2SP verifier key, `name+hash+base64`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WitnessKey {
    name: String,
    key: PublicKey,
}

impl WitnessKey {
    /// From a name without spaces or plus signs and an Ed25519 key; `None` for others.
    pub fn new(name: &str, key: &PublicKey) -> Option<Self> {
        (is_name(name) && key.ed25519_bytes().is_some()).then(|| Self { name: name.to_owned(), key: key.clone() })
    }
    /// Reads the text form.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let (name, key) = parse_verifier_key(text, ED25519_COSIGNATURE).ok_or(CheckpointError::VerifierKey)?;
        Ok(Self { name, key })
    }
    /// Name of the witness.
    pub fn name(&self) -> &str {
        &self.name
    }
    /// The key itself.
    pub fn key(&self) -> &PublicKey {
        &self.key
    }
    /// The signature line with which a witness of this name and key vouches for a checkpoint at an instant. Whether it may is
    /// for the caller to know: it must have seen no other tree and none that is larger.
    pub fn cosign(name: &str, key: &SigningKey, checkpoint: &Checkpoint, at: Timestamp) -> Result<String, KeyError> {
        let witness = Self::new(name, key.public()).ok_or(KeyError::Kind)?;
        let seconds = u64::try_from(at.unix_seconds()).map_err(|_| KeyError::Refused)?;
        let signature = key.sign(&message(seconds, &checkpoint.body()))?;
        Ok(NoteSignature::line(name, witness.key_hash(), &[&seconds.to_be_bytes()[..], &signature].concat()))
    }
    /// When this witness says to have vouched for the text; an error where the signature under its name is not its own.
    fn vouched_at(&self, text: &str, signature: &[u8]) -> Result<Timestamp, CheckpointError> {
        let (seconds, signature) = signature.split_first_chunk::<8>().ok_or(CheckpointError::Cosignature)?;
        let seconds = u64::from_be_bytes(*seconds);
        if !self.key.verifies(&message(seconds, text), signature) {
            return Err(CheckpointError::Cosignature);
        }
        i64::try_from(seconds).ok().and_then(Timestamp::from_unix_seconds).ok_or(CheckpointError::Cosignature)
    }
    fn raw(&self) -> &[u8] {
        self.key.ed25519_bytes().expect("the constructors take Ed25519 keys only")
    }
    fn key_hash(&self) -> [u8; 4] {
        key_hash(&self.name, ED25519_COSIGNATURE, self.raw())
    }
}

impl std::fmt::Display for WitnessKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&verifier_key(&self.name, ED25519_COSIGNATURE, self.raw()))
    }
}

/// The bytes that a witness signs.
fn message(seconds: u64, text: &str) -> Vec<u8> {
    format!("cosignature/v1\ntime {seconds}\n{text}").into_bytes()
}

/// Who must vouch for a checkpoint, and how many of them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct WitnessPolicy {
    keys: Vec<WitnessKey>,
    min: usize,
}

impl WitnessPolicy {
    /// Demands `min` of these witnesses; `None` where two share a name or a key, or where none or more than all are demanded.
    pub fn new(keys: Vec<WitnessKey>, min: usize) -> Option<Self> {
        let names: BTreeSet<&str> = keys.iter().map(WitnessKey::name).collect();
        let ids: BTreeSet<_> = keys.iter().map(|witness| witness.key.id()).collect();
        let distinct = names.len() == keys.len() && ids.len() == keys.len();
        (distinct && keys.len() <= WITNESSES_MAX && (1..=keys.len()).contains(&min)).then_some(Self { keys, min })
    }
    /// Whether it names no witness.
    pub fn names_nobody(&self) -> bool {
        self.keys.is_empty()
    }
    /// The witnesses.
    pub fn keys(&self) -> &[WitnessKey] {
        &self.keys
    }
    /// How many of them are demanded; 0 where nobody is named.
    pub fn min(&self) -> usize {
        self.min
    }
    /// How many of these witnesses vouch for a note at the present second: with a valid cosignature that is at most 24 hours
    /// old and at most five minutes ahead. A witness counts once. Lines of others are ignored; a line under the name and key
    /// of one of these that it did not sign is an error.
    pub fn n_vouching(&self, note: &str, now: Timestamp) -> Result<usize, CheckpointError> {
        let note = Note::split(note).ok_or(CheckpointError::Malformed)?;
        let window = now.plus_seconds(-COSIGNATURE_AGE_S_MAX)..=now.plus_seconds(COSIGNATURE_AHEAD_S_MAX);
        let mut vouching = 0;
        for witness in &self.keys {
            let own = |s: &&NoteSignature<'_>| s.name == witness.name && s.key_hash == witness.key_hash();
            let mut fresh = false;
            for line in note.signatures.iter().filter(own) {
                fresh |= window.contains(&witness.vouched_at(note.text, &line.signature)?);
            }
            vouching += usize::from(fresh);
        }
        Ok(vouching)
    }
    /// Whether enough of these witnesses vouch for a note. Nothing meets a policy that names nobody.
    pub fn is_met(&self, note: &str, now: Timestamp) -> Result<bool, CheckpointError> {
        Ok(!self.names_nobody() && self.n_vouching(note, now)? >= self.min)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Digest;
    use crate::sign::Algorithm;

    const NOW: &str = "2026-11-21T10:00:00Z";

    struct Sample {
        log: SigningKey,
        witnesses: Vec<SigningKey>,
        checkpoint: Checkpoint,
    }

    fn name(n: usize) -> String {
        format!("witness.example/w{n}")
    }

    impl Sample {
        fn new(n_witnesses: usize) -> Self {
            let key = |_| SigningKey::generate(Algorithm::Ed25519).unwrap();
            let checkpoint = Checkpoint { origin: "log.example".into(), size: 7, root: Digest([5; 32]) };
            Self { log: key(0), witnesses: (0..n_witnesses).map(key).collect(), checkpoint }
        }
        fn policy(&self, min: usize) -> WitnessPolicy {
            let keys = self.witnesses.iter().enumerate().map(|(n, key)| WitnessKey::new(&name(n), key.public()).unwrap());
            WitnessPolicy::new(keys.collect(), min).unwrap()
        }
        fn line(&self, n: usize, at: Timestamp) -> String {
            WitnessKey::cosign(&name(n), &self.witnesses[n], &self.checkpoint, at).unwrap()
        }
        /// The log's note with cosignatures of these witnesses, each so many seconds from now.
        fn note(&self, by: &[(usize, i64)]) -> String {
            let lines = by.iter().map(|(n, seconds)| self.line(*n, now().plus_seconds(*seconds)));
            self.checkpoint.sign(&self.log).unwrap() + &lines.collect::<String>()
        }
    }

    fn now() -> Timestamp {
        NOW.parse().unwrap()
    }

    #[test]
    fn as_many_witnesses_as_are_demanded_must_vouch() {
        let sample = Sample::new(3);
        for (by, expected) in [
            (&[][..], 0),
            (&[(0, 0)], 1),
            (&[(0, 0), (0, 0), (0, -1)], 1),
            (&[(2, 0), (0, -60)], 2),
            (&[(0, 0), (1, 0), (2, 0)], 3),
        ] {
            let note = sample.note(by);
            assert_eq!(sample.policy(1).n_vouching(&note, now()), Ok(expected), "{by:?}");
            for min in 1..=3 {
                assert_eq!(sample.policy(min).is_met(&note, now()), Ok(expected >= min), "{by:?} of {min}");
            }
            assert_eq!(WitnessPolicy::default().is_met(&note, now()), Ok(false), "nobody is named");
        }
    }

    #[test]
    fn a_cosignature_counts_for_24_hours_and_five_minutes_ahead() {
        let sample = Sample::new(1);
        for (seconds, counts) in [(-86_400, true), (-86_401, false), (300, true), (301, false), (-31_536_000, false)] {
            let met = sample.policy(1).is_met(&sample.note(&[(0, seconds)]), now());
            assert_eq!(met, Ok(counts), "{seconds}");
        }
        assert_eq!(sample.policy(1).is_met(&sample.note(&[(0, -90_000), (0, -5)]), now()), Ok(true), "one fresh line is enough");
    }

    #[test]
    fn every_flipped_bit_of_text_time_or_signature_is_refused() {
        let sample = Sample::new(1);
        let (note, policy) = (sample.note(&[(0, 0)]).into_bytes(), sample.policy(1));
        for bit in 0..note.len() * 8 {
            let mut bad = note.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            let met = String::from_utf8(bad.clone()).map(|text| policy.is_met(&text, now()));
            // the log's own line is for the log's key to judge, and stands between the text and the cosignature
            let text = sample.checkpoint.body().len() + 1;
            let line = text..sample.checkpoint.sign(&sample.log).unwrap().len();
            assert!(line.contains(&(bit / 8)) || !matches!(met, Ok(Ok(true))), "bit {bit}");
        }
    }

    #[test]
    fn a_signature_under_a_witness_name_that_is_not_its_own_is_an_error() {
        let (sample, mut other) = (Sample::new(2), Sample::new(1));
        other.checkpoint.size = 8;
        let of_another = WitnessKey::cosign(&name(0), &sample.witnesses[0], &other.checkpoint, now()).unwrap();
        let note = sample.note(&[(1, 0)]);
        let met = |line: &str| sample.policy(1).is_met(&(note.clone() + line), now());
        assert_eq!(met(&of_another), Err(CheckpointError::Cosignature));
        // a stranger's key under a known name is a stranger, and so is a known key under another name
        let stranger = WitnessKey::cosign(&name(0), &other.witnesses[0], &sample.checkpoint, now()).unwrap();
        assert_eq!(met(&stranger), Ok(true));
        assert_eq!(sample.policy(2).is_met(&(note.clone() + &stranger), now()), Ok(false));
        let renamed = WitnessKey::cosign("w0", &sample.witnesses[0], &sample.checkpoint, now()).unwrap();
        assert_eq!(sample.policy(2).is_met(&(note.clone() + &renamed), now()), Ok(false));
        // too short, and a time that no clock shows
        let short = NoteSignature::line(&name(0), sample.policy(1).keys[0].key_hash(), &[0; 7]);
        assert_eq!(met(&short), Err(CheckpointError::Cosignature));
        let far = u64::MAX;
        let signature = sample.witnesses[0].sign(&message(far, &sample.checkpoint.body())).unwrap();
        let far = [&far.to_be_bytes()[..], &signature].concat();
        let far = NoteSignature::line(&name(0), sample.policy(1).keys[0].key_hash(), &far);
        assert_eq!(met(&far), Err(CheckpointError::Cosignature));
    }

    #[test]
    fn a_policy_counts_distinct_witnesses_only() {
        let sample = Sample::new(2);
        let key = |n: usize, name: &str| WitnessKey::new(name, sample.witnesses[n].public()).unwrap();
        assert!(WitnessPolicy::new(vec![key(0, "a"), key(1, "b")], 2).is_some());
        assert!(WitnessPolicy::new(vec![key(0, "a"), key(1, "a")], 1).is_none(), "one name");
        assert!(WitnessPolicy::new(vec![key(0, "a"), key(0, "b")], 1).is_none(), "one key");
        assert!(WitnessPolicy::new(vec![key(0, "a")], 0).is_none() && WitnessPolicy::new(vec![key(0, "a")], 2).is_none());
        assert!(WitnessPolicy::new(Vec::new(), 0).is_none(), "nobody is the default and nothing else");
        for name in ["", "a b", "a+b"] {
            assert!(WitnessKey::new(name, sample.witnesses[0].public()).is_none(), "{name}");
        }
        let p256 = SigningKey::generate(Algorithm::EcdsaP256).unwrap();
        assert!(WitnessKey::new("a", p256.public()).is_none());
    }

    /// A checkpoint of a public log as a witness of another project cosigned it on 23 May 2026, and that witness's published key.
    const PUBLIC_NOTE: &str = "arche2025h1.staging.ct.transparency.dev\n1432088532\n\
        U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=\n\n\
        \u{2014} arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=\n\
        \u{2014} remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==\n";
    const PUBLIC_WITNESS: &str = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2";

    #[test]
    fn a_cosignature_that_another_implementation_made_is_believed_at_its_time() {
        let witness = WitnessKey::parse(PUBLIC_WITNESS).unwrap();
        assert_eq!((witness.name(), witness.to_string().as_str()), ("remora.n621.de", PUBLIC_WITNESS));
        let policy = WitnessPolicy::new(vec![witness], 1).unwrap();
        let at = |text: &str| policy.is_met(PUBLIC_NOTE, text.parse().unwrap());
        // its time is 1779573024, 21:50:24
        assert_eq!(at("2026-05-23T21:50:24Z"), Ok(true));
        assert_eq!((at("2026-05-23T21:45:24Z"), at("2026-05-23T21:45:23Z")), (Ok(true), Ok(false)));
        assert_eq!((at("2026-05-24T21:50:24Z"), at("2026-05-24T21:50:25Z")), (Ok(true), Ok(false)));
        let smaller = PUBLIC_NOTE.replace("1432088532", "1432088531");
        assert_eq!(policy.is_met(&smaller, "2026-05-23T21:50:24Z".parse().unwrap()), Err(CheckpointError::Cosignature));
    }

    #[test]
    fn a_verifier_key_has_one_spelling_and_one_type() {
        let as_log = PUBLIC_WITNESS.replace("+BO", "+AO");
        for wrong in ["", "a+b", &PUBLIC_WITNESS.replace("da77", "da78"), &as_log, &PUBLIC_WITNESS.replace("remora", "remorb")] {
            assert_eq!(WitnessKey::parse(wrong), Err(CheckpointError::VerifierKey), "{wrong}");
        }
    }
}
