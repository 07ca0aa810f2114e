//! What a leaf says: a few lines of ASCII, hashes and codes, never a name or a figure.
//!
//! First line `goldenthread.entry/1`, then `kind`, then `at`, then the kind's own fields in a fixed order. A reader
//! treats kinds that it does not know as opaque: hashed and proved, never interpreted. `docs/protocol.md`, section 6.4.

use std::str::FromStr;

use crate::ids::{AuthorityId, Digest, RoundId};
use crate::time::Timestamp;

const HEADER: &str = "goldenthread.entry/1";

/// What happened to an agent's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyAct {
    /// From here on the key may sign for its authority.
    Registered,
    /// From here on it may not.
    Revoked,
}

/// Why a round, or its time for corrections, was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseReason {
    /// Its time was over.
    Planned,
    /// Everybody who was asked had sent.
    AllReceived,
    /// It was given up.
    Withdrawn,
    /// Something was wrong with it.
    Error,
    /// It was a made-up round, closed when the demonstration wanted it.
    MadeUp,
}

impl CloseReason {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Planned, Self::AllReceived, Self::Withdrawn, Self::Error, Self::MadeUp];
    /// The word in the leaf.
    pub fn word(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::AllReceived => "all-received",
            Self::Withdrawn => "withdrawn",
            Self::Error => "error",
            Self::MadeUp => "made-up",
        }
    }
}

/// What an entry records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A framework that rounds may use: hash of its text and of its layout.
    Framework {
        /// SHA-256 of the framework's text.
        framework: Digest,
        /// SHA-256 of its layout.
        layout: Digest,
    },
    /// A signing key of an authority's agent.
    AgentKey {
        /// Whose key.
        authority: AuthorityId,
        /// SHA-256 of its SubjectPublicKeyInfo.
        key: Digest,
        /// Registered or revoked.
        act: KeyAct,
    },
    /// The signed plan of a round.
    Plan {
        /// Which round.
        round: RoundId,
        /// Id of the plan's envelope.
        id: Digest,
        /// Key that signed it.
        key: Digest,
    },
    /// A round accepts messages from here on.
    RoundOpen {
        /// Which round.
        round: RoundId,
    },
    /// A round accepts no message from here on: the accepted set is what stands before.
    RoundDeadline {
        /// Which round.
        round: RoundId,
        /// Why now.
        reason: CloseReason,
    },
    /// A submission that was accepted.
    Submission {
        /// From whom.
        authority: AuthorityId,
        /// For which round.
        round: RoundId,
        /// Its place in the authority's own sequence.
        sequence: u32,
        /// Id of its envelope.
        id: Digest,
    },
    /// A round that is released takes corrections from here on.
    CorrectionOpen {
        /// Which round.
        round: RoundId,
    },
    /// A round takes no correction from here on: what stands between opening and this is in its next release.
    CorrectionDeadline {
        /// Which round.
        round: RoundId,
        /// Why now.
        reason: CloseReason,
    },
    /// A release that was published.
    Release {
        /// Of which round.
        round: RoundId,
        /// Version, such as `2025.1`.
        version: String,
        /// Id of the release statement's envelope.
        id: Digest,
    },
    /// A kind that this version does not interpret.
    Other {
        /// Its name.
        kind: String,
    },
}

/// One leaf of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When the aggregator wrote it.
    pub at: Timestamp,
    /// What it records.
    pub event: Event,
}

/// Bytes that are no entry of version 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a log entry of version 1")]
pub struct EntryError;

impl Event {
    /// The kind's name in the leaf.
    pub fn kind(&self) -> &str {
        match self {
            Self::Framework { .. } => "framework",
            Self::AgentKey { .. } => "agent-key",
            Self::Plan { .. } => "plan",
            Self::RoundOpen { .. } => "round-open",
            Self::RoundDeadline { .. } => "round-deadline",
            Self::Submission { .. } => "submission",
            Self::CorrectionOpen { .. } => "correction-open",
            Self::CorrectionDeadline { .. } => "correction-deadline",
            Self::Release { .. } => "release",
            Self::Other { kind } => kind,
        }
    }
}

impl Entry {
    /// The leaf's bytes. An event of kind `Other` has no fields to write and is never made here.
    pub fn encode(&self) -> Vec<u8> {
        let fields = match &self.event {
            Event::Framework { framework, layout } => format!("framework {framework}\nlayout {layout}\n"),
            Event::AgentKey { authority, key, act } => {
                let act = match act {
                    KeyAct::Registered => "registered",
                    KeyAct::Revoked => "revoked",
                };
                format!("authority {authority}\nkey {key}\nact {act}\n")
            }
            Event::Plan { round, id, key } => format!("round {round}\nid {id}\nkey {key}\n"),
            Event::RoundOpen { round } | Event::CorrectionOpen { round } => format!("round {round}\n"),
            Event::RoundDeadline { round, reason } | Event::CorrectionDeadline { round, reason } => {
                format!("round {round}\nreason {}\n", reason.word())
            }
            Event::Submission { authority, round, sequence, id } => {
                format!("authority {authority}\nround {round}\nsequence {sequence}\nid {id}\n")
            }
            Event::Release { round, version, id } => format!("round {round}\nversion {version}\nid {id}\n"),
            Event::Other { .. } => String::new(),
        };
        format!("{HEADER}\nkind {}\nat {}\n{fields}", self.event.kind(), self.at).into_bytes()
    }

    /// Reads a leaf. Known kinds must have exactly their fields in order.
    pub fn parse(bytes: &[u8]) -> Result<Self, EntryError> {
        let text = std::str::from_utf8(bytes).map_err(|_| EntryError)?;
        let mut lines = Lines(text.strip_suffix('\n').ok_or(EntryError)?.split('\n'));
        if lines.0.next() != Some(HEADER) {
            return Err(EntryError);
        }
        let kind: String = lines.field("kind")?;
        let at = lines.field("at")?;
        let event = lines.event(&kind)?;
        let entry = Self { at, event };
        let opaque = matches!(entry.event, Event::Other { .. });
        (opaque || entry.encode() == bytes).then_some(entry).ok_or(EntryError)
    }
}

struct Lines<'a>(std::str::Split<'a, char>);

impl Lines<'_> {
    fn field<T: FromStr>(&mut self, name: &str) -> Result<T, EntryError> {
        let line = self.0.next().ok_or(EntryError)?;
        let value = line.strip_prefix(name).and_then(|l| l.strip_prefix(' ')).ok_or(EntryError)?;
        value.parse().map_err(|_| EntryError)
    }
    fn event(&mut self, kind: &str) -> Result<Event, EntryError> {
        Ok(match kind {
            "framework" => Event::Framework { framework: self.field("framework")?, layout: self.field("layout")? },
            "agent-key" => Event::AgentKey { authority: self.field("authority")?, key: self.field("key")?, act: self.key_act()? },
            "plan" => Event::Plan { round: self.field("round")?, id: self.field("id")?, key: self.field("key")? },
            "round-open" => Event::RoundOpen { round: self.field("round")? },
            "round-deadline" => Event::RoundDeadline { round: self.field("round")?, reason: self.close_reason()? },
            "submission" => Event::Submission {
                authority: self.field("authority")?,
                round: self.field("round")?,
                sequence: self.field("sequence")?,
                id: self.field("id")?,
            },
            "correction-open" => Event::CorrectionOpen { round: self.field("round")? },
            "correction-deadline" => Event::CorrectionDeadline { round: self.field("round")?, reason: self.close_reason()? },
            "release" => Event::Release { round: self.field("round")?, version: self.field("version")?, id: self.field("id")? },
            other if !other.is_empty() && other.bytes().all(|b| b.is_ascii_lowercase() || b == b'-') => {
                Event::Other { kind: other.to_owned() }
            }
            _ => return Err(EntryError),
        })
    }
    fn close_reason(&mut self) -> Result<CloseReason, EntryError> {
        let word: String = self.field("reason")?;
        CloseReason::ALL.into_iter().find(|r| r.word() == word).ok_or(EntryError)
    }
    fn key_act(&mut self) -> Result<KeyAct, EntryError> {
        match self.field::<String>("act")?.as_str() {
            "registered" => Ok(KeyAct::Registered),
            "revoked" => Ok(KeyAct::Revoked),
            _ => Err(EntryError),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_read_back_and_every_changed_letter_is_seen() {
        let (round, digest) = ("cla-2025".parse().unwrap(), Digest([7; 32]));
        let authority: AuthorityId = "301".parse().unwrap();
        let events = [
            Event::Framework { framework: digest, layout: digest },
            Event::AgentKey { authority, key: digest, act: KeyAct::Registered },
            Event::AgentKey { authority, key: digest, act: KeyAct::Revoked },
            Event::Plan { round, id: digest, key: digest },
            Event::RoundOpen { round },
            Event::RoundDeadline { round, reason: CloseReason::Planned },
            Event::RoundDeadline { round, reason: CloseReason::MadeUp },
            Event::Submission { authority, round, sequence: 1, id: digest },
            Event::CorrectionOpen { round },
            Event::Submission { authority, round, sequence: 2, id: digest },
            Event::CorrectionDeadline { round, reason: CloseReason::Planned },
            Event::Release { round, version: "2025.1".into(), id: digest },
        ];
        for event in events {
            let entry = Entry { at: "2026-11-21T10:00:00Z".parse().unwrap(), event };
            let bytes = entry.encode();
            assert_eq!(Entry::parse(&bytes), Ok(entry.clone()));
            for i in 0..bytes.len() {
                let mut bad = bytes.clone();
                bad[i] = b'~';
                assert_ne!(Entry::parse(&bad).ok().as_ref(), Some(&entry), "byte {i}");
            }
        }
    }

    #[test]
    fn an_unknown_kind_is_opaque_and_a_spare_line_is_refused() {
        let text = "goldenthread.entry/1\nkind teller-key\nat 2030-01-01T00:00:00Z\nsomething else\n";
        assert!(matches!(Entry::parse(text.as_bytes()).unwrap().event, Event::Other { kind } if kind == "teller-key"));
        let text = "goldenthread.entry/1\nkind round-open\nat 2030-01-01T00:00:00Z\nround cla-2029\nspare\n";
        assert_eq!(Entry::parse(text.as_bytes()), Err(EntryError));
        let text = "goldenthread.entry/1\nkind submission \nat 2030-01-01T00:00:00Z\n";
        assert_eq!(Entry::parse(text.as_bytes()), Err(EntryError));
    }
}
