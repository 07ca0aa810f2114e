//! The contract of the aggregator's store and sequencer, run on SQLite and on PostgreSQL.
//!
//! Each clause gets an empty database. What one database keeps and the other does not would be found here.

use std::path::PathBuf;
use std::sync::Arc;

use aggregator::intake::{Message, Stage, Window};
use aggregator::memory::{Memory, MemoryError};
use aggregator::sequencer::{Act, Denied, LogSigner, Outcome, Registration, ReleaseFiles, Sequencer, SequencerError};
use aggregator::store::{CertificateRow, Stages, Store, StoreError};
use shared::framework::{FRAMEWORK_TOML, Framework};
use shared::ids::{AuthorityId, Digest, RoundId};
use shared::log::checkpoint::LogKey;
use shared::log::entry::{CloseReason, Entry, Event};
use shared::log::receipt::Receipt;
use shared::log::tree::{Tree, check_inclusion, leaf_hash};
use shared::problem::Problem;
use shared::sign::{Algorithm, SigningKey};
use shared::submission::MessageKind;
use shared::time::{Clock, Timestamp};
use tests::postgres::Postgres;

const ORIGIN: &str = "contract.example/log";

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        at(1_750_000_000)
    }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_seconds(seconds).unwrap()
}

/// One clause's database, log key and folder.
struct Bench {
    url: String,
    key_pem: String,
    log: LogKey,
    folder: tempfile::TempDir,
}

impl Bench {
    fn new(url: String) -> Self {
        let key = SigningKey::generate(Algorithm::Ed25519).unwrap();
        let log = LogKey::new(ORIGIN, key.public()).unwrap();
        Self { url, key_pem: key.to_pem().unwrap(), log, folder: tempfile::tempdir().unwrap() }
    }
    fn signer(&self) -> LogSigner {
        LogSigner::new(ORIGIN, SigningKey::from_pem(&self.key_pem).unwrap()).unwrap()
    }
    fn memory(&self) -> PathBuf {
        self.folder.path().join("checkpoint")
    }
    /// A log with one framework and one open round.
    async fn begin(&self) -> (Store, Sequencer) {
        let store = Store::create(&self.url).await.unwrap();
        let memory = Memory::at(&self.memory());
        let mut sequencer = Sequencer::create(store.clone(), self.signer(), Arc::new(Noon), memory).await.unwrap();
        let framework = Box::new(Framework::built_in());
        done(&mut sequencer, Act::Framework { text: FRAMEWORK_TOML, framework }).await;
        done(&mut sequencer, plan()).await;
        (store, sequencer)
    }
    async fn open(&self) -> Result<Sequencer, SequencerError> {
        let store = Store::open(&self.url).await.unwrap();
        Sequencer::open(store, self.signer(), Arc::new(Noon), Memory::at(&self.memory())).await
    }
}

fn round() -> RoundId {
    "cla-2025".parse().unwrap()
}

fn authority(n: u16) -> AuthorityId {
    n.to_string().parse().unwrap()
}

fn plan() -> Act {
    let framework = Framework::built_in().hash();
    Act::Plan { round: round(), id: Digest([1; 32]), key: Digest([2; 32]), framework, envelope: b"plan".to_vec() }
}

fn close(round: RoundId) -> Act {
    Act::Close { round, reason: CloseReason::AllReceived }
}

fn release(version: &str) -> Act {
    let bytes = || b"bytes".to_vec();
    let (round, version, id) = (round(), version.to_owned(), shared::hash::sha256(version.as_bytes()));
    Act::Release(ReleaseFiles {
        round,
        version,
        id,
        statement: bytes(),
        figures: bytes(),
        figures_csv: bytes(),
        meta_csv: bytes(),
        changes_csv: bytes(),
    })
}

fn registration(n: u16, key: &SigningKey, serial: &str) -> Act {
    let certificate =
        CertificateRow { serial: serial.to_owned(), authority: authority(n), not_after: at(1_760_000_000), revoked: false };
    Act::Register(Registration { certificate, key: key.public().clone() })
}

async fn message(store: &Store, n: u16, text: &str) -> Message {
    Message {
        id: shared::hash::sha256(text.as_bytes()),
        authority: authority(n),
        round: round(),
        kind: MessageKind::Submission,
        sequence: 1,
        previous: Digest::NONE,
        envelope: text.as_bytes().to_vec(),
        window: Window { opens_at: at(1), closes_at: at(2_000_000_000), stage: Stage::Open, kind: MessageKind::Submission },
        registry_version: store.head().await.unwrap().registry_version,
    }
}

async fn one(sequencer: &mut Sequencer, act: Act) -> Outcome {
    sequencer.commit(&[act]).await.unwrap().remove(0)
}

async fn done(sequencer: &mut Sequencer, act: Act) {
    let outcome = one(sequencer, act).await;
    assert!(matches!(outcome, Outcome::Done(_)), "{outcome:?}");
}

async fn denied(sequencer: &mut Sequencer, act: Act, expected: Denied) {
    assert_eq!(one(sequencer, act).await, Outcome::Denied(expected));
}

fn receipt(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Receipt(receipt) => receipt.clone(),
        Outcome::Done(_) | Outcome::Refused(_) | Outcome::Stale | Outcome::Denied(_) => panic!("no receipt: {outcome:?}"),
    }
}

/// Every checkpoint signed, every root that of the leaves before it, no gap.
async fn whole(bench: &Bench, store: &Store) -> Vec<Vec<u8>> {
    let head = store.head().await.unwrap();
    let leaves = store.leaves(0, head.size).await.unwrap();
    let tree = Tree::of_entries(leaves.iter().map(Vec::as_slice));
    assert_eq!(tree.root(head.size), Some(head.root));
    for (size, note) in store.checkpoints().await.unwrap() {
        let checkpoint = bench.log.open(&note).unwrap();
        assert_eq!((checkpoint.size, Some(checkpoint.root)), (size, tree.root(size)));
    }
    leaves
}

async fn a_batch_has_consecutive_leaves_one_checkpoint_and_receipts_that_prove(bench: &Bench) {
    let (store, mut sequencer) = bench.begin().await;
    let before = store.head().await.unwrap();
    let mut acts = Vec::new();
    for n in 301..341 {
        acts.push(Act::Message(message(&store, n, &format!("message {n}")).await));
    }
    let outcomes = sequencer.commit(&acts).await.unwrap();
    let leaves = whole(bench, &store).await;
    for (outcome, index) in outcomes.iter().zip(before.size..) {
        let receipt = Receipt::parse(&receipt(outcome)).unwrap();
        let leaf = &leaves[usize::try_from(index).unwrap()];
        let checkpoint = receipt.check(leaf, &bench.log).unwrap();
        assert_eq!((receipt.index, checkpoint.size), (index, before.size + 40));
        assert!(check_inclusion(&receipt.proof, index, leaf_hash(leaf), checkpoint.size, checkpoint.root));
    }
    assert_eq!(store.messages(round()).await.unwrap().len(), 40);
    assert_eq!(store.message(round(), MessageKind::Submission, authority(305)).await.unwrap().unwrap().envelope, b"message 305");
    assert!(std::fs::read_to_string(bench.memory()).unwrap().contains(&store.head().await.unwrap().note));
}

async fn the_same_message_has_the_same_receipt_for_ever(bench: &Bench) {
    let (store, mut sequencer) = bench.begin().await;
    let mine = message(&store, 301, "mine").await;
    let both = sequencer.commit(&[Act::Message(mine.clone()), Act::Message(mine.clone())]).await.unwrap();
    let first = receipt(&both[0]);
    assert_eq!(receipt(&both[1]), first);
    done(&mut sequencer, close(round())).await;
    let mut late = message(&store, 301, "mine").await;
    late.window.stage = Stage::Over;
    assert_eq!(receipt(&one(&mut sequencer, Act::Message(late)).await), first);
    assert_eq!(store.messages(round()).await.unwrap().len(), 1);
}

async fn a_second_message_of_an_authority_is_refused(bench: &Bench) {
    let (store, mut sequencer) = bench.begin().await;
    let (first, second) = (message(&store, 301, "first").await, message(&store, 301, "second").await);
    let outcomes = sequencer.commit(&[Act::Message(first), Act::Message(second.clone())]).await.unwrap();
    assert_eq!(outcomes[1], Outcome::Refused(Problem::SubmissionSecond));
    assert_eq!(one(&mut sequencer, Act::Message(second)).await, Outcome::Refused(Problem::SubmissionSecond));
    let mut skipped = message(&store, 302, "skipped").await;
    skipped.sequence = 2;
    assert_eq!(one(&mut sequencer, Act::Message(skipped)).await, Outcome::Refused(Problem::ShapeMismatch));
    assert_eq!(store.messages(round()).await.unwrap().len(), 1);
}

async fn a_message_outside_the_window_is_refused_and_leaves_nothing(bench: &Bench) {
    let (store, mut sequencer) = bench.begin().await;
    let before = store.head().await.unwrap();
    let now = Noon.now();
    let cases = [
        (now.plus_seconds(1), now.plus_seconds(2), Stage::Open, Problem::RoundNotOpen),
        (now.plus_seconds(-2), now, Stage::Open, Problem::SubmissionLate),
        (now, now.plus_seconds(1), Stage::Over, Problem::SubmissionLate),
    ];
    for (opens_at, closes_at, stage, problem) in cases {
        let mut outside = message(&store, 301, "outside").await;
        outside.window = Window { opens_at, closes_at, stage, kind: MessageKind::Submission };
        assert_eq!(one(&mut sequencer, Act::Message(outside)).await, Outcome::Refused(problem));
    }
    assert_eq!(store.head().await.unwrap(), before);
}

async fn a_message_judged_by_an_old_registry_is_judged_again(bench: &Bench) {
    let (store, mut sequencer) = bench.begin().await;
    let judged = message(&store, 301, "judged").await;
    done(&mut sequencer, registration(302, &SigningKey::generate(Algorithm::EcdsaP256).unwrap(), "4a")).await;
    assert_eq!(one(&mut sequencer, Act::Message(judged)).await, Outcome::Stale);
    let again = message(&store, 301, "judged").await;
    receipt(&one(&mut sequencer, Act::Message(again)).await);
}

async fn keys_belong_to_one_authority_and_stay_revoked(bench: &Bench) {
    let (store, mut sequencer) = bench.begin().await;
    let key = SigningKey::generate(Algorithm::EcdsaP256).unwrap();
    done(&mut sequencer, registration(301, &key, "41")).await;
    let size = store.head().await.unwrap().size;
    done(&mut sequencer, registration(301, &key, "42")).await;
    assert_eq!(store.head().await.unwrap().size, size, "a known key gets a certificate and no leaf");
    denied(&mut sequencer, registration(302, &key, "43"), Denied::KeyOfAnother(authority(301))).await;
    done(&mut sequencer, Act::Revoke(authority(301))).await;
    assert!(store.certificates().await.unwrap().iter().all(|c| c.revoked));
    assert!(store.keys().await.unwrap()[0].revoked_index.is_some());
    denied(&mut sequencer, registration(301, &key, "44"), Denied::KeyRevoked(authority(301))).await;
    denied(&mut sequencer, Act::Revoke(authority(301)), Denied::NothingToRevoke(authority(301))).await;
    whole(bench, &store).await;
}

async fn a_round_is_planned_closed_and_released_in_order(bench: &Bench) {
    let (store, mut sequencer) = bench.begin().await;
    denied(&mut sequencer, plan(), Denied::PlanSecond(round())).await;
    denied(&mut sequencer, release("2025.1"), Denied::RoundOpen(round())).await;
    let other: RoundId = "cla-2024".parse().unwrap();
    denied(&mut sequencer, close(other), Denied::RoundUnknown(other)).await;
    done(&mut sequencer, close(round())).await;
    denied(&mut sequencer, close(round()), Denied::RoundClosed(round())).await;
    let not_next = Denied::VersionNotNext { round: round(), next: "2025.1".into() };
    denied(&mut sequencer, release("2025.2"), not_next).await;
    done(&mut sequencer, release("2025.1")).await;
    for version in ["2025.1", "2025.2"] {
        denied(&mut sequencer, release(version), Denied::ReleaseSecond(round())).await;
    }
    let events: Vec<Event> = whole(bench, &store).await.iter().map(|l| Entry::parse(l).unwrap().event).collect();
    let kinds: Vec<&str> = events.iter().map(Event::kind).collect();
    assert_eq!(kinds, ["framework", "plan", "round-open", "round-deadline", "release"]);
    assert_eq!(events[3], Event::RoundDeadline { round: round(), reason: CloseReason::AllReceived });
    assert_eq!(store.rounds().await.unwrap()[0].stages.deadline_index, Some(3));
    assert_eq!(store.release("2025.1").await.unwrap().unwrap().figures, b"bytes");
    assert_eq!(store.release_versions().await.unwrap().len(), 1);
}

async fn what_was_given_up_is_not_published(bench: &Bench) {
    let (store, mut sequencer) = bench.begin().await;
    done(&mut sequencer, Act::Close { round: round(), reason: CloseReason::Withdrawn }).await;
    denied(&mut sequencer, release("2025.1"), Denied::Withdrawn(round())).await;
    let stages = store.rounds().await.unwrap()[0].stages;
    assert!(stages.is_withdrawn && !stages.corrections_are_withdrawn && stages.deadline_index == Some(3));
}

async fn corrections_that_were_given_up_are_not_published(bench: &Bench) {
    let (store, mut sequencer) = bench.begin().await;
    done(&mut sequencer, close(round())).await;
    done(&mut sequencer, release("2025.1")).await;
    done(&mut sequencer, Act::OpenCorrections(round())).await;
    done(&mut sequencer, Act::CloseCorrections { round: round(), reason: CloseReason::Withdrawn }).await;
    denied(&mut sequencer, release("2025.2"), Denied::CorrectionsWithdrawn(round())).await;
    let stages = store.rounds().await.unwrap()[0].stages;
    assert!(!stages.is_withdrawn && stages.corrections_are_withdrawn);
}

async fn a_released_round_takes_corrections_once_and_has_a_second_release(bench: &Bench) {
    let (store, mut sequencer) = bench.begin().await;
    let open = || Act::OpenCorrections(round());
    let close_them = || Act::CloseCorrections { round: round(), reason: CloseReason::MadeUp };
    denied(&mut sequencer, open(), Denied::NotReleased(round())).await;
    done(&mut sequencer, close(round())).await;
    denied(&mut sequencer, open(), Denied::NotReleased(round())).await;
    done(&mut sequencer, release("2025.1")).await;
    denied(&mut sequencer, close_them(), Denied::CorrectionsNotOpen(round())).await;
    denied(&mut sequencer, release("2025.2"), Denied::ReleaseSecond(round())).await;
    let both = sequencer.commit(&[open(), open()]).await.unwrap();
    assert_eq!(both, [Outcome::Done(5), Outcome::Denied(Denied::CorrectionsOpened(round()))], "one step of a round in a batch");
    denied(&mut sequencer, open(), Denied::CorrectionsOpened(round())).await;
    denied(&mut sequencer, release("2025.2"), Denied::CorrectionsOpen(round())).await;
    done(&mut sequencer, close_them()).await;
    denied(&mut sequencer, close_them(), Denied::CorrectionsNotOpen(round())).await;
    denied(&mut sequencer, open(), Denied::CorrectionsOpened(round())).await;
    let not_next = Denied::VersionNotNext { round: round(), next: "2025.2".into() };
    denied(&mut sequencer, release("2025.3"), not_next).await;
    done(&mut sequencer, release("2025.2")).await;
    denied(&mut sequencer, release("2025.3"), Denied::ReleaseSecond(round())).await;
    let (deadline_index, correction_index, correction_deadline_index) = (Some(3), Some(5), Some(6));
    let stages = Stages { deadline_index, correction_index, correction_deadline_index, ..Stages::default() };
    assert_eq!(store.rounds().await.unwrap()[0].stages, stages);
    let events: Vec<Event> = whole(bench, &store).await.iter().map(|l| Entry::parse(l).unwrap().event).collect();
    assert_eq!(events[5], Event::CorrectionOpen { round: round() });
    assert_eq!(events[6], Event::CorrectionDeadline { round: round(), reason: CloseReason::MadeUp });
    let versions: Vec<String> = store.release_versions().await.unwrap().into_iter().map(|(version, _)| version).collect();
    assert_eq!(versions, ["2025.1", "2025.2"]);
}

async fn correction(store: &Store, n: u16, text: &str, previous: Digest) -> Message {
    let mut correction = message(store, n, text).await;
    (correction.kind, correction.sequence, correction.previous) = (MessageKind::Correction, 2, previous);
    correction.window.kind = MessageKind::Correction;
    correction
}

async fn a_correction_names_what_it_corrects_and_is_taken_once(bench: &Bench) {
    let (store, mut sequencer) = bench.begin().await;
    let first = message(&store, 301, "first").await;
    let first_receipt = receipt(&one(&mut sequencer, Act::Message(first.clone())).await);
    let refused = async |sequencer: &mut Sequencer, message: Message, problem| {
        assert_eq!(one(sequencer, Act::Message(message)).await, Outcome::Refused(problem));
    };
    let mut early = correction(&store, 301, "early", first.id).await;
    early.window.stage = Stage::Before;
    refused(&mut sequencer, early, Problem::CorrectionNotOpen).await;
    done(&mut sequencer, close(round())).await;
    done(&mut sequencer, release("2025.1")).await;
    done(&mut sequencer, Act::OpenCorrections(round())).await;
    let size = store.head().await.unwrap().size;
    let absent = correction(&store, 302, "of nothing", first.id).await;
    refused(&mut sequencer, absent, Problem::CorrectionWithoutFirst).await;
    let other = correction(&store, 301, "of another", Digest([7; 32])).await;
    refused(&mut sequencer, other, Problem::CorrectionOfAnother).await;
    let mut misplaced = correction(&store, 301, "misplaced", first.id).await;
    misplaced.sequence = 1;
    refused(&mut sequencer, misplaced, Problem::ShapeMismatch).await;
    assert_eq!(store.head().await.unwrap().size, size, "what is refused leaves nothing");
    let mine = correction(&store, 301, "correction", first.id).await;
    let second = correction(&store, 301, "second", first.id).await;
    let acts = [mine.clone(), mine.clone(), second.clone()].map(Act::Message);
    let outcomes = sequencer.commit(&acts).await.unwrap();
    let corrected = receipt(&outcomes[0]);
    assert_eq!(receipt(&outcomes[1]), corrected);
    assert_eq!(outcomes[2], Outcome::Refused(Problem::CorrectionSecond));
    refused(&mut sequencer, second, Problem::CorrectionSecond).await;
    done(&mut sequencer, Act::CloseCorrections { round: round(), reason: CloseReason::Planned }).await;
    let closed = |mut message: Message, version: i64| {
        (message.window.stage, message.registry_version) = (Stage::Over, version);
        Act::Message(message)
    };
    let version = store.head().await.unwrap().registry_version;
    assert_eq!(receipt(&one(&mut sequencer, closed(mine, version)).await), corrected, "the same receipt for ever");
    assert_eq!(receipt(&one(&mut sequencer, closed(first, version)).await), first_receipt);
    let late = correction(&store, 301, "late", Digest([7; 32])).await;
    assert_eq!(one(&mut sequencer, closed(late, version)).await, Outcome::Refused(Problem::CorrectionLate));
    let kinds: Vec<(MessageKind, u32)> = store.messages(round()).await.unwrap().iter().map(|m| (m.kind, m.sequence)).collect();
    assert_eq!(kinds, [(MessageKind::Submission, 1), (MessageKind::Correction, 2)]);
    let kept = store.message(round(), MessageKind::Correction, authority(301)).await.unwrap().unwrap();
    assert_eq!(kept.envelope, b"correction");
    whole(bench, &store).await;
}

async fn the_last_day_of_each_authority_is_kept_and_no_other(bench: &Bench) {
    let (store, _) = bench.begin().await;
    let before = store.head().await.unwrap();
    assert!(store.heard().await.unwrap().is_empty());
    for (n, day) in [(301, "2026-11-21"), (302, "2026-11-20"), (301, "2026-11-22"), (301, "2026-11-22"), (302, "2026-11-19")] {
        store.hear(authority(n), day.parse().unwrap()).await.unwrap();
    }
    let heard: Vec<(AuthorityId, String)> = store.heard().await.unwrap().into_iter().map(|(a, d)| (a, d.to_string())).collect();
    assert_eq!(heard, [(authority(301), "2026-11-22".to_owned()), (authority(302), "2026-11-20".to_owned())]);
    assert_eq!(store.head().await.unwrap(), before, "a heartbeat is no part of the log");
}

async fn several_writers_make_one_log(bench: &Bench) {
    let (store, first) = bench.begin().await;
    let mut writers = vec![first];
    for _ in 0..2 {
        writers.push(bench.open().await.unwrap());
    }
    let mut tasks = Vec::new();
    for (mut writer, start) in writers.into_iter().zip([301, 311, 321]) {
        let store = store.clone();
        tasks.push(tokio::spawn(async move {
            for n in start..start + 20 {
                let text = format!("message {n}");
                receipt(&one(&mut writer, Act::Message(message(&store, n, &text).await)).await);
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    let leaves = whole(bench, &store).await;
    // three ranges that overlap: forty authorities, each once, whoever was first
    let logged = leaves.iter().filter(|l| matches!(Entry::parse(l).unwrap().event, Event::Submission { .. })).count();
    assert_eq!((logged, store.messages(round()).await.unwrap().len()), (40, 40));
}

async fn an_older_or_foreign_store_is_not_continued(bench: &Bench) {
    let (store, mut sequencer) = bench.begin().await;
    let earlier = std::fs::read(bench.memory()).unwrap();
    receipt(&one(&mut sequencer, Act::Message(message(&store, 301, "mine").await)).await);
    assert!(bench.open().await.is_ok());
    std::fs::write(bench.memory(), &earlier).unwrap();
    assert!(bench.open().await.is_ok(), "an older memory is continued");
    let head = store.head().await.unwrap();
    let checkpoint = |size| shared::log::checkpoint::Checkpoint { origin: ORIGIN.into(), size, root: Digest([9; 32]) };
    let key = SigningKey::from_pem(&bench.key_pem).unwrap();
    std::fs::write(bench.memory(), checkpoint(head.size + 1).sign(&key).unwrap()).unwrap();
    let error = bench.open().await.err();
    assert!(matches!(error, Some(SequencerError::Memory(MemoryError::Behind { .. }))), "{error:?}");
    std::fs::write(bench.memory(), checkpoint(head.size).sign(&key).unwrap()).unwrap();
    let error = bench.open().await.err();
    assert!(matches!(error, Some(SequencerError::Memory(MemoryError::Other(_)))), "{error:?}");
}

async fn a_transaction_that_is_not_committed_has_done_nothing(bench: &Bench) {
    let (store, _) = bench.begin().await;
    let before = store.head().await.unwrap();
    let mut tx = store.begin().await.unwrap();
    let old = tx.lock().await.unwrap();
    tx.insert_leaves(old.size, &[b"leaf".to_vec()]).await.unwrap();
    drop(tx);
    assert_eq!(store.head().await.unwrap(), before);
    let mut tx = store.begin().await.unwrap();
    let mut moved = tx.lock().await.unwrap();
    let new = moved.clone();
    moved.size += 1;
    assert!(matches!(tx.advance(&moved, &new).await, Err(StoreError::Moved)));
    drop(tx);
    let mut tx = store.begin().await.unwrap();
    assert!(tx.insert_leaves(0, &[b"again".to_vec()]).await.is_err(), "an index stands once");
    drop(tx);
    whole(bench, &store).await;
}

async fn a_log_is_created_once_and_never_by_opening(bench: &Bench) {
    let store = Store::create(&bench.url).await.unwrap();
    assert!(matches!(store.head().await, Err(StoreError::Empty)));
    assert!(matches!(bench.open().await.err(), Some(SequencerError::Store(StoreError::Empty))));
    let memory = || Memory::at(&bench.memory());
    Sequencer::create(store.clone(), bench.signer(), Arc::new(Noon), memory()).await.unwrap();
    assert!(Sequencer::create(store.clone(), bench.signer(), Arc::new(Noon), memory()).await.is_err());
    let stranger = LogSigner::new(ORIGIN, SigningKey::generate(Algorithm::Ed25519).unwrap()).unwrap();
    let opened = Sequencer::open(store, stranger, Arc::new(Noon), Memory::at(&bench.folder.path().join("none"))).await;
    assert!(matches!(opened.err(), Some(SequencerError::Origin)));
}

/// Runs every clause, each on a database that `fresh` makes.
macro_rules! contract {
    ($fresh:expr, $($clause:ident),* $(,)?) => {
        $({
            let bench = Bench::new($fresh(stringify!($clause)).await);
            $clause(&bench).await;
        })*
    };
}

macro_rules! all_clauses {
    ($fresh:expr) => {
        contract!(
            $fresh,
            a_batch_has_consecutive_leaves_one_checkpoint_and_receipts_that_prove,
            the_same_message_has_the_same_receipt_for_ever,
            a_second_message_of_an_authority_is_refused,
            a_message_outside_the_window_is_refused_and_leaves_nothing,
            a_message_judged_by_an_old_registry_is_judged_again,
            keys_belong_to_one_authority_and_stay_revoked,
            a_round_is_planned_closed_and_released_in_order,
            a_released_round_takes_corrections_once_and_has_a_second_release,
            what_was_given_up_is_not_published,
            corrections_that_were_given_up_are_not_published,
            a_correction_names_what_it_corrects_and_is_taken_once,
            the_last_day_of_each_authority_is_kept_and_no_other,
            several_writers_make_one_log,
            an_older_or_foreign_store_is_not_continued,
            a_transaction_that_is_not_committed_has_done_nothing,
            a_log_is_created_once_and_never_by_opening,
        )
    };
}

fn block_on<F: Future<Output = ()>>(work: F) {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(work);
}

#[test]
fn sqlite_keeps_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    block_on(async {
        let fresh = async |name: &str| format!("sqlite://{}", folder.path().join(name).display());
        all_clauses!(fresh);
    });
}

#[test]
fn postgres_keeps_the_contract() {
    let Some(server) = Postgres::start() else { return };
    block_on(async {
        // names are cut at 63 bytes: number them
        let count = std::sync::atomic::AtomicU32::new(0);
        let fresh =
            async |_: &str| server.database(&format!("clause{}", count.fetch_add(1, std::sync::atomic::Ordering::Relaxed))).await;
        all_clauses!(fresh);
    });
}
