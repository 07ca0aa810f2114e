//! What the agent has verified of the public log: every entry, under a signed checkpoint that continues the remembered one.
//!
//! The whole log is read and its tree computed again, since it is small and since only a full reading shows leaves in this
//! authority's name. Invariant of [`LogView`]: its entries hash to the root that the pinned log key signed, and their
//! beginning to the root that the agent remembered. `docs/protocol.md`, section 6.

use shared::ids::{AuthorityId, Digest, RoundId};
use shared::limits::{ENTRY_BYTES_MAX, LOG_ENTRIES_MAX};
use shared::log::checkpoint::{Checkpoint, CheckpointError, LogKey};
use shared::log::entry::{Entry, Event, KeyAct};
use shared::log::tile::{TILE_WIDTH, TileId, decode_bundle};
use shared::log::tree::Tree;
use shared::time::Timestamp;

/// Greatest bundle: 256 entries, each with its length.
pub const BUNDLE_BYTES_MAX: usize = 256 * (ENTRY_BYTES_MAX + 2);

/// Why the log is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    /// The checkpoint is not the log's.
    #[error("the checkpoint is not believed")]
    Checkpoint(#[source] CheckpointError),
    /// More entries than a reader holds.
    #[error("the log names more than {LOG_ENTRIES_MAX} entries")]
    TooLarge,
    /// A bundle is not what its address says.
    #[error("a bundle of entries is damaged")]
    Bundle,
    /// The entries lead to another root than the signed one.
    #[error("the entries do not lead to the root of the checkpoint")]
    Root,
    /// The log became shorter than it was.
    #[error("the log has {now} entries, fewer than the {then} that this agent remembers")]
    Shorter {
        /// Entries now.
        now: u64,
        /// Entries remembered.
        then: u64,
    },
    /// The log's beginning is another than it was.
    #[error("the first {then} entries are others than those that this agent remembers")]
    Forked {
        /// Entries remembered.
        then: u64,
    },
}

/// A signed checkpoint whose entries are not yet read.
pub struct LogHead {
    note: String,
    checkpoint: Checkpoint,
}

/// A submission's leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubmissionLeaf {
    /// For which round.
    pub round: RoundId,
    /// Its place in the authority's sequence.
    pub sequence: u32,
    /// Id of its envelope.
    pub id: Digest,
    /// When the log took it.
    pub at: Timestamp,
}

/// The leaf of a key that was registered for an authority's agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyLeaf {
    /// Id of the key.
    pub key: Digest,
    /// When the log took it.
    pub at: Timestamp,
}

/// Whether a round takes corrections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Corrections {
    /// It never did.
    NotYet,
    /// It does.
    Open,
    /// It did.
    Over,
}

/// The verified log.
pub struct LogView {
    head: LogHead,
    entries: Vec<Vec<u8>>,
    tree: Tree,
}

impl LogHead {
    /// Opens a note with the pinned key.
    pub fn open(note: String, log: &LogKey) -> Result<Self, LogError> {
        let checkpoint = log.open(&note).map_err(LogError::Checkpoint)?;
        if checkpoint.size > LOG_ENTRIES_MAX { Err(LogError::TooLarge) } else { Ok(Self { note, checkpoint }) }
    }
    /// The bundles that hold all its entries, in order.
    pub fn bundles(&self) -> Vec<TileId> {
        let size = self.checkpoint.size;
        let width = |number: u64| (size - number * TILE_WIDTH).min(TILE_WIDTH);
        (0..size.div_ceil(TILE_WIDTH)).map(|number| TileId { level: None, number, width: width(number) }).collect()
    }
    /// Checks the bundles' bytes against the signed root and against what is remembered.
    pub fn verify(self, bundles: &[Vec<u8>], remembered: Option<&Checkpoint>) -> Result<LogView, LogError> {
        let ids = self.bundles();
        if bundles.len() != ids.len() {
            return Err(LogError::Bundle);
        }
        let mut entries = Vec::new();
        for (id, bytes) in ids.iter().zip(bundles) {
            entries.extend(decode_bundle(bytes, id.width).ok_or(LogError::Bundle)?);
        }
        let tree = Tree::of_entries(entries.iter().map(Vec::as_slice));
        if tree.root(self.checkpoint.size) != Some(self.checkpoint.root) {
            return Err(LogError::Root);
        }
        if let Some(then) = remembered {
            if then.size > self.checkpoint.size {
                return Err(LogError::Shorter { now: self.checkpoint.size, then: then.size });
            }
            if tree.root(then.size) != Some(then.root) {
                return Err(LogError::Forked { then: then.size });
            }
        }
        Ok(LogView { head: self, entries, tree })
    }
}

impl LogView {
    /// The signed note, to be remembered.
    pub fn note(&self) -> &str {
        &self.head.note
    }
    /// The checkpoint in it.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.head.checkpoint
    }
    /// The bytes of one entry.
    pub fn entry(&self, index: u64) -> Option<&[u8]> {
        self.entries.get(usize::try_from(index).ok()?).map(Vec::as_slice)
    }
    /// Whether another checkpoint of this log, of the same size or smaller, belongs to the same tree.
    pub fn continues(&self, other: &Checkpoint) -> bool {
        self.tree.root(other.size) == Some(other.root)
    }
    /// Every submission in one authority's name.
    pub fn submissions_of(&self, authority: AuthorityId) -> Vec<SubmissionLeaf> {
        let leaf = |Entry { at, event }: Entry| match event {
            Event::Submission { authority: of, round, sequence, id } if of == authority => {
                Some(SubmissionLeaf { round, sequence, id, at })
            }
            Event::Submission { .. }
            | Event::Framework { .. }
            | Event::AgentKey { .. }
            | Event::Plan { .. }
            | Event::RoundOpen { .. }
            | Event::RoundDeadline { .. }
            | Event::CorrectionOpen { .. }
            | Event::CorrectionDeadline { .. }
            | Event::Release { .. }
            | Event::Other { .. } => None,
        };
        self.read_entries().filter_map(leaf).collect()
    }
    /// Every key that was ever registered for one authority's agent, whether or not it was revoked later.
    pub fn keys_of(&self, authority: AuthorityId) -> Vec<KeyLeaf> {
        let leaf = |Entry { at, event }: Entry| {
            let Event::AgentKey { authority: of, key, act: KeyAct::Registered } = event else { return None };
            (of == authority).then_some(KeyLeaf { key, at })
        };
        self.read_entries().filter_map(leaf).collect()
    }
    /// Ids of every plan of a round, in the order of the log.
    pub fn plans_of(&self, round: RoundId) -> Vec<Digest> {
        let leaf = |event: Event| match event {
            Event::Plan { round: of, id, .. } if of == round => Some(id),
            Event::Plan { .. }
            | Event::Submission { .. }
            | Event::Framework { .. }
            | Event::AgentKey { .. }
            | Event::RoundOpen { .. }
            | Event::RoundDeadline { .. }
            | Event::CorrectionOpen { .. }
            | Event::CorrectionDeadline { .. }
            | Event::Release { .. }
            | Event::Other { .. } => None,
        };
        self.events().filter_map(leaf).collect()
    }
    /// Whether the log says that a round accepts no message any more.
    pub fn is_closed(&self, round: RoundId) -> bool {
        self.events().any(|event| match event {
            Event::RoundDeadline { round: of, .. } => of == round,
            Event::Plan { .. }
            | Event::Submission { .. }
            | Event::Framework { .. }
            | Event::AgentKey { .. }
            | Event::RoundOpen { .. }
            | Event::CorrectionOpen { .. }
            | Event::CorrectionDeadline { .. }
            | Event::Release { .. }
            | Event::Other { .. } => false,
        })
    }

    /// Whether a round takes corrections, as the log says. What is over does not open again.
    pub fn corrections_of(&self, round: RoundId) -> Corrections {
        let mut so_far = Corrections::NotYet;
        for event in self.events() {
            match event {
                Event::CorrectionOpen { round: of } if of == round => so_far = so_far.max(Corrections::Open),
                Event::CorrectionDeadline { round: of, .. } if of == round => so_far = Corrections::Over,
                Event::CorrectionOpen { .. }
                | Event::CorrectionDeadline { .. }
                | Event::Plan { .. }
                | Event::Submission { .. }
                | Event::Framework { .. }
                | Event::AgentKey { .. }
                | Event::RoundOpen { .. }
                | Event::RoundDeadline { .. }
                | Event::Release { .. }
                | Event::Other { .. } => {}
            }
        }
        so_far
    }

    /// Entries that are no entry of version 1 are hashed and proved like all others, and never interpreted.
    fn read_entries(&self) -> impl Iterator<Item = Entry> + '_ {
        self.entries.iter().filter_map(|bytes| Entry::parse(bytes).ok())
    }
    fn events(&self) -> impl Iterator<Item = Event> + '_ {
        self.read_entries().map(|entry| entry.event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::log::tile::encode_bundle;
    use shared::sign::{Algorithm, SigningKey};

    struct Log {
        key: SigningKey,
        entries: Vec<Vec<u8>>,
    }

    impl Log {
        fn new(n: u64) -> Self {
            Self {
                key: SigningKey::generate(Algorithm::Ed25519).unwrap(),
                entries: (0..n).map(|n| n.to_be_bytes().to_vec()).collect(),
            }
        }
        fn vkey(&self) -> LogKey {
            LogKey::new("log.example", self.key.public()).unwrap()
        }
        fn checkpoint(&self, size: usize) -> Checkpoint {
            let tree = Tree::of_entries(self.entries[..size].iter().map(Vec::as_slice));
            Checkpoint { origin: "log.example".into(), size: tree.size(), root: tree.root(tree.size()).unwrap() }
        }
        fn view(&self, size: usize, remembered: Option<&Checkpoint>) -> Result<LogView, LogError> {
            let head = LogHead::open(self.checkpoint(size).sign(&self.key).unwrap(), &self.vkey())?;
            let bundles: Vec<_> = self.entries[..size].chunks(256).map(|c| encode_bundle(c.iter().map(Vec::as_slice))).collect();
            head.verify(&bundles, remembered)
        }
    }

    #[test]
    fn a_log_that_grows_is_believed_at_every_size() {
        let log = Log::new(600);
        for (then, now) in [(0, 0), (0, 1), (1, 255), (255, 256), (256, 257), (257, 600), (600, 600)] {
            let view = log.view(now, Some(&log.checkpoint(then))).unwrap();
            assert!(view.continues(&log.checkpoint(then)));
        }
    }

    #[test]
    fn a_log_that_shrinks_or_forks_is_not() {
        let (log, mut other) = (Log::new(300), Log::new(300));
        assert_eq!(log.view(299, Some(&log.checkpoint(300))).err(), Some(LogError::Shorter { now: 299, then: 300 }));
        other.entries[3][0] ^= 1;
        assert_eq!(log.view(300, Some(&other.checkpoint(200))).err(), Some(LogError::Forked { then: 200 }));
        assert!(log.view(300, Some(&other.checkpoint(3))).is_ok());
    }

    #[test]
    fn entries_that_are_not_those_of_the_root_are_refused() {
        let log = Log::new(10);
        let head = || LogHead::open(log.checkpoint(10).sign(&log.key).unwrap(), &log.vkey()).unwrap();
        let mut entries = log.entries.clone();
        entries[9][0] ^= 1;
        let bundle = encode_bundle(entries.iter().map(Vec::as_slice));
        assert_eq!(head().verify(&[bundle], None).err(), Some(LogError::Root));
        assert_eq!(head().verify(&[], None).err(), Some(LogError::Bundle));
        assert_eq!(head().verify(&[vec![0]], None).err(), Some(LogError::Bundle));
        let stranger = Log::new(10);
        let note = log.checkpoint(10).sign(&log.key).unwrap();
        assert!(matches!(LogHead::open(note, &stranger.vkey()).err(), Some(LogError::Checkpoint(_))));
    }

    #[test]
    fn a_log_that_is_larger_than_any_reader_is_refused_before_it_is_read() {
        let log = Log::new(1);
        let checkpoint = Checkpoint { size: LOG_ENTRIES_MAX + 1, ..log.checkpoint(1) };
        let head = LogHead::open(checkpoint.sign(&log.key).unwrap(), &log.vkey());
        assert_eq!(head.err(), Some(LogError::TooLarge));
    }

    #[test]
    fn leaves_of_one_authority_and_one_round_are_found_among_opaque_ones() {
        let mut log = Log::new(3);
        let at = "2025-07-01T09:00:00Z".parse().unwrap();
        let (ours, theirs) = ("301".parse().unwrap(), "302".parse().unwrap());
        let round: RoundId = "cla-2025".parse().unwrap();
        let submission = |authority, n| Event::Submission { authority, round, sequence: 1, id: Digest([n; 32]) };
        let plan = |round: &str, n| Event::Plan { round: round.parse().unwrap(), id: Digest([n; 32]), key: Digest::NONE };
        for event in [plan("cla-2024", 1), plan("cla-2025", 2), submission(ours, 3), submission(theirs, 4), plan("cla-2025", 5)] {
            log.entries.push(Entry { at, event }.encode());
        }
        log.entries.push(b"goldenthread.entry/1\nkind sealed-open\nat 2025-07-01T09:00:00Z\nnew 1\n".to_vec());
        let view = log.view(log.entries.len(), None).unwrap();
        assert_eq!(view.submissions_of(ours).iter().map(|s| s.id).collect::<Vec<_>>(), [Digest([3; 32])]);
        assert_eq!(view.plans_of(round), [Digest([2; 32]), Digest([5; 32])]);
    }
}
