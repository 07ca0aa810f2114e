//! The state folder: keys, ledger, receipts and what is remembered of the log. Made by `init`, and by nothing else.
//!
//! Who can read it holds the authority's keys; who can change it can lose submissions and, before they are sent, have
//! them drawn again. So it is its owner's alone, backed up, and never copied to a second machine. The lock is held by
//! every command that draws or sends. `docs/privacy.md`, PC7 and PC10; `docs/protocol.md`, section 7.1.

pub mod approvals; // who approved which inputs, and the key that inputs are digested with
pub mod keys; // the key for pseudonyms, and the register of partners' keys

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use shared::enrolment::{EnrolmentRequest, certificate_uri};
use shared::ids::{AuthorityId, Digest, RoundId};
use shared::limits::NOTE_BYTES_MAX;
use shared::log::checkpoint::{Checkpoint, LogKey};
use shared::plan::PLAN_BYTES_MAX;
use shared::problem::Problem;
use shared::sign::{Algorithm, SigningKey};
use shared::time::Day;

use super::durable::{Staged, TEMPORARY, create_private_folder, read_limited, replace, sync_folder, write_once};
use super::randomness::Randomness;
use crate::ledger::{Debit, LEDGER_FILE_BYTES_MAX, LEDGER_FILES_MAX, Ledger, genesis};
use crate::stop::Stop;

const KEY_BYTES_MAX: u64 = 64 * 1024;
const RECEIPT_BYTES_MAX: u64 = 128 * 1024;
const FOLDERS: [&str; 5] = ["keys", "ledger", "receipts", "log", approvals::FOLDER];
const SIGNING_KEY: &str = "signing.key.pem";
const TLS_KEY: &str = "tls.key.pem";
const PSEUDONYM_KEY: &str = "pseudonym.key";
const CHECKPOINT: &str = "checkpoint";

/// An agent's state folder.
pub struct State {
    root: PathBuf,
}

/// Held while a command draws or sends; given back when it is dropped or the process dies.
pub struct Lock {
    _file: File,
}

impl State {
    /// Makes a new state beside its place and puts it there whole; answers the request to be sent to the operator.
    pub fn create(
        root: &Path,
        authority: AuthorityId,
        today: Day,
        randomness: &dyn Randomness,
    ) -> Result<(Self, EnrolmentRequest), Stop> {
        let there = |path: &Path| fs::read_dir(path).map(|mut entries| entries.next().is_some()).unwrap_or(false);
        if there(root) || root.is_file() {
            let (folder, request) = (root.display(), root.join("enrolment.dsse.json"));
            let stop = Stop::with(
                Problem::ConfigurationInvalid,
                format!("the state folder {folder} exists already: init makes one once and never again"),
            );
            return Err(stop.advising(format!(
                "use it as it is; if the operator still waits for the request, send {}; remove nothing",
                request.display()
            )));
        }
        let (parent, name) = (root.parent().unwrap_or(Path::new("")), root.file_name().unwrap_or_default().to_string_lossy());
        let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
        let mut salt = [0; 8];
        randomness.fill(&mut salt)?;
        let staging = parent.join(format!(".{name}-{}", hex::encode(salt)));
        let request = fill(&staging, authority, today, randomness)?;
        fs::rename(&staging, root)
            .and_then(|()| sync_folder(parent))
            .map_err(|e| failed("put the state folder in its place", &e))?;
        let state = Self { root: root.to_owned() };
        let request = EnrolmentRequest::open(&request).map_err(|e| Stop::fault(e.to_string()))?;
        Ok((state, request))
    }

    /// Finds the state that `init` made.
    pub fn open(root: &Path) -> Result<Self, Stop> {
        let state = Self { root: root.to_owned() };
        if !state.root.join("ledger").join(file_name(0)).is_file() {
            return Err(Stop::with(Problem::LedgerMissing, "the state folder holds no ledger"));
        }
        state.is_its_owners_alone()?;
        Ok(state)
    }

    /// Refuses a state whose folders others may open: who can read it has the keys, who can change it has the ledger.
    fn is_its_owners_alone(&self) -> Result<(), Stop> {
        let folders = std::iter::once(self.root.clone()).chain(FOLDERS.map(|name| self.root.join(name)));
        let exposed: Vec<String> = folders.filter(|path| others_may_open(path)).map(|path| path.display().to_string()).collect();
        if exposed.is_empty() {
            return Ok(());
        }
        let detail = format!("others than its owner may open {}", exposed.join(", "));
        let stop = Stop::with(Problem::ConfigurationInvalid, detail);
        Err(stop.advising(format!("chmod 700 {}; who could open them may have read the keys or changed the ledger: tell whoever answers for this machine", exposed.join(" "))))
    }

    /// Takes the lock, or says that another run holds it.
    pub fn lock(&self) -> Result<Lock, Stop> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(self.root.join("lock")).map_err(|e| failed("open the lock file", &e))?;
        match file.try_lock() {
            Ok(()) => Ok(Lock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(Problem::AnotherRunHoldsTheLock.into()),
            Err(TryLockError::Error(e)) => Err(failed("lock the state folder", &e)),
        }
    }

    /// Reads and folds the ledger.
    pub fn ledger(&self) -> Result<Ledger, Stop> {
        let folder = self.root.join("ledger");
        let damaged = |detail: String| Stop::with(Problem::LedgerDamaged, detail);
        let mut names = Vec::new();
        for entry in fs::read_dir(&folder).map_err(|e| failed("read the ledger's folder", &e))?.take(LEDGER_FILES_MAX) {
            let entry = entry.map_err(|e| failed("read the ledger's folder", &e))?;
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
        names.retain(|name| !name.starts_with(TEMPORARY));
        names.sort();
        let expected = (0_u32..).map(file_name);
        if let Some((name, _)) = names.iter().zip(expected).find(|(name, expected)| *name != expected) {
            return Err(damaged(format!("ledger/{name} is not the next file: one is missing, or one does not belong here")));
        }
        let read = |name: &String| read_limited(&folder.join(name), LEDGER_FILE_BYTES_MAX);
        let files = names.iter().map(read).collect::<Result<Vec<_>, _>>().map_err(|e| failed("read the ledger", &e))?;
        Ledger::fold(&files).map_err(|e| damaged(e.to_string()))
    }

    /// Writes the file of a debit with its submission beside its place, where nobody reads it.
    pub fn stage(&self, ledger: &Ledger, debit: &Debit) -> Result<Staged, Stop> {
        let (number, bytes) = ledger.next_file(debit).map_err(|e| Stop::fault(e.to_string()))?;
        Staged::write(&self.root.join("ledger"), &file_name(number), bytes).map_err(|e| failed("write the ledger", &e))
    }
    /// Puts a debit with its submission into the ledger: the one step by which a draw becomes real.
    pub fn commit(staged: Staged) -> Result<(), Stop> {
        staged.put().map_err(|e| failed("write the ledger", &e))
    }

    /// Notes a key that this authority's agent had before.
    pub fn append_key(&self, ledger: &Ledger, key: Digest, today: Day) -> Result<(), Stop> {
        let (number, bytes) = ledger.next_key_file(key, today).map_err(|e| Stop::fault(e.to_string()))?;
        write_once(&self.root.join("ledger"), &file_name(number), &bytes).map_err(|e| failed("write the ledger", &e))
    }

    /// The key that signs submissions.
    pub fn signing_key(&self, ledger: &Ledger) -> Result<SigningKey, Stop> {
        let key = SigningKey::from_pem(&self.private_text(SIGNING_KEY)?);
        let key = key.map_err(|e| Stop::with(Problem::ConfigurationInvalid, format!("keys/{SIGNING_KEY}: {e}")))?;
        if key.public() == ledger.key() {
            Ok(key)
        } else {
            Err(Stop::with(Problem::LedgerDamaged, format!("keys/{SIGNING_KEY} is not the key that this ledger began with")))
        }
    }
    /// The key of the agent's certificate, PEM.
    pub fn tls_key(&self) -> Result<String, Stop> {
        self.private_text(TLS_KEY)
    }

    /// The receipt of a submission, if it came.
    pub fn receipt(&self, id: Digest) -> Result<Option<String>, Stop> {
        let text = optional(read_limited(&self.root.join("receipts").join(receipt_name(id)), RECEIPT_BYTES_MAX));
        Ok(text.map_err(|e| failed("read a receipt", &e))?.and_then(|bytes| String::from_utf8(bytes).ok()))
    }
    /// Keeps a verified receipt.
    pub fn keep_receipt(&self, id: Digest, text: &str) -> Result<(), Stop> {
        write_once(&self.root.join("receipts"), &receipt_name(id), text.as_bytes()).map_err(|e| failed("write a receipt", &e))
    }
    /// Debits that may leave and whose receipt has not come.
    pub fn outbox<'a>(&self, ledger: &'a Ledger) -> Result<Vec<&'a Debit>, Stop> {
        let mut waiting = Vec::new();
        for debit in ledger.debits() {
            if ledger.may_leave(debit) && self.receipt(debit.id)?.is_none() {
                waiting.push(debit);
            }
        }
        Ok(waiting)
    }

    /// The checkpoint that this agent saw last, opened again with the pinned key.
    pub fn remembered(&self, log: &LogKey) -> Result<Option<Checkpoint>, Stop> {
        let unreadable =
            || Stop::with(Problem::CheckpointInvalid, "the remembered checkpoint in the state folder is not this log's");
        let Some(note) = self.remembered_note()? else { return Ok(None) };
        log.open(&note).map(Some).map_err(|_| unreadable())
    }
    /// The remembered checkpoint as it was received.
    pub fn remembered_note(&self) -> Result<Option<String>, Stop> {
        let limit = u64::try_from(NOTE_BYTES_MAX).unwrap_or(u64::MAX);
        let bytes = optional(read_limited(&self.root.join("log").join(CHECKPOINT), limit));
        let bytes = bytes.map_err(|e| failed("read the remembered checkpoint", &e))?;
        bytes.map(String::from_utf8).transpose().map_err(|_| Stop::fault("the remembered checkpoint is not text"))
    }
    /// Remembers a checkpoint in place of the former one, which it continues.
    pub fn remember(&self, note: &str) -> Result<(), Stop> {
        if self.remembered_note()?.as_deref() == Some(note) {
            return Ok(());
        }
        replace(&self.root.join("log"), CHECKPOINT, note.as_bytes()).map_err(|e| failed("remember the checkpoint", &e))
    }
    /// Keeps a plan's envelope under its id, so that two plans of one round stay side by side.
    pub fn keep_plan(&self, round: RoundId, id: Digest, envelope: &[u8]) -> Result<(), Stop> {
        write_once(&self.root.join("log"), &plan_name(round, id), envelope).map_err(|e| failed("keep the plan", &e))
    }
    /// Keeps the ids of several plans of one round, as the log names them, with the checkpoint that vouches for it.
    pub fn keep_contradiction(&self, round: RoundId, plans: &[Digest], note: &str) -> Result<(), Stop> {
        let ids: String = plans.iter().map(|id| format!("plan {id}\n")).collect();
        let text = format!("round {round}\n{ids}\n{note}");
        let name = format!("plan-second-{round}-{}.txt", shared::hash::sha256(text.as_bytes()));
        write_once(&self.root.join("log"), &name, text.as_bytes()).map_err(|e| failed("keep both plans", &e))
    }
    /// A kept plan's envelope.
    pub fn plan(&self, round: RoundId, id: Digest) -> Result<Option<Vec<u8>>, Stop> {
        let limit = u64::try_from(PLAN_BYTES_MAX).unwrap_or(u64::MAX);
        optional(read_limited(&self.root.join("log").join(plan_name(round, id)), limit))
            .map_err(|e| failed("read the kept plan", &e))
    }

    /// Ids of all kept plans of a round.
    pub fn plans(&self, round: RoundId) -> Result<Vec<Digest>, Stop> {
        let mut ids = Vec::new();
        for entry in fs::read_dir(self.root.join("log")).map_err(|e| failed("read the kept plans", &e))?.take(LEDGER_FILES_MAX) {
            let name = entry.map_err(|e| failed("read the kept plans", &e))?.file_name().to_string_lossy().into_owned();
            let id = name.strip_prefix(&format!("plan-{round}-")).and_then(|rest| rest.strip_suffix(".dsse.json"));
            ids.extend(id.and_then(|id| id.parse::<Digest>().ok()));
        }
        ids.sort_unstable();
        Ok(ids)
    }

    fn private_text(&self, name: &str) -> Result<String, Stop> {
        let path = self.root.join("keys").join(name);
        let invalid = |why: String| Stop::with(Problem::ConfigurationInvalid, format!("keys/{name}: {why}"));
        if others_may_open(&path) {
            let stop = invalid("others than its owner may open it".into());
            return Err(stop.advising(format!("chmod 600 {}, and consider the key known to them", path.display())));
        }
        let bytes = read_limited(&path, KEY_BYTES_MAX).map_err(|e| invalid(e.kind().to_string()))?;
        String::from_utf8(bytes).map_err(|_| invalid("not text".into()))
    }
}

/// Fills a new folder; answers the enrolment request's bytes.
fn fill(folder: &Path, authority: AuthorityId, today: Day, randomness: &dyn Randomness) -> Result<Vec<u8>, Stop> {
    let key = || SigningKey::generate(Algorithm::EcdsaP256).map_err(|e| Stop::fault(e.to_string()));
    let (signing, tls) = (key()?, key()?);
    let pem = |key: &SigningKey| key.to_pem().map_err(|e| Stop::fault(e.to_string()));
    let (signing_pem, tls_pem) = (pem(&signing)?, pem(&tls)?);
    let pseudonym = keys::new_key(today, randomness)?;
    let input = approvals::new_key(randomness)?;
    let request = EnrolmentRequest::sign(authority, certificate_request(authority, &tls_pem)?, &signing);
    let request = request.map_err(|e| Stop::fault(e.to_string()))?;
    let write = || -> std::io::Result<()> {
        create_private_folder(folder)?;
        for name in FOLDERS {
            create_private_folder(&folder.join(name))?;
        }
        let keys = folder.join("keys");
        write_once(&keys, SIGNING_KEY, signing_pem.as_bytes())?;
        write_once(&keys, "signing.public.pem", signing.public().to_pem().as_bytes())?;
        write_once(&keys, TLS_KEY, tls_pem.as_bytes())?;
        write_once(&keys, PSEUDONYM_KEY, pseudonym.to_text().as_bytes())?;
        write_once(&keys, approvals::INPUT_KEY, input.to_text().as_bytes())?;
        write_once(folder, "enrolment.dsse.json", &request)?;
        write_once(&folder.join("ledger"), &file_name(0), &genesis(authority, signing.public(), today))
    };
    write().map_err(|e| failed("make the state folder", &e))?;
    Ok(request)
}

/// PKCS#10 request for the TLS key. The centre takes the public key from it and nothing else.
fn certificate_request(authority: AuthorityId, tls_pem: &str) -> Result<String, Stop> {
    let make = || -> Result<String, rcgen::Error> {
        let key = rcgen::KeyPair::from_pem(tls_pem)?;
        let mut parameters = rcgen::CertificateParams::default();
        parameters.distinguished_name = rcgen::DistinguishedName::new();
        parameters.distinguished_name.push(rcgen::DnType::CommonName, certificate_uri(authority));
        parameters.serialize_request(&key)?.pem()
    };
    make().map_err(|e| Stop::fault(format!("cannot make the certificate request: {e}")))
}

/// Whether group or others have any right to a file or folder. One that is not there is open to nobody.
#[cfg(unix)]
pub(super) fn others_may_open(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
}

/// Rights are not looked at where they are not those of Unix.
#[cfg(not(unix))]
pub(super) fn others_may_open(_: &Path) -> bool {
    false
}

fn file_name(number: u32) -> String {
    format!("{number:06}.json")
}

fn receipt_name(id: Digest) -> String {
    format!("{id}.tlog-proof")
}

fn plan_name(round: RoundId, id: Digest) -> String {
    format!("plan-{round}-{id}.dsse.json")
}

fn failed(what: &str, error: &std::io::Error) -> Stop {
    Stop::fault(format!("cannot {what}: {}", error.kind()))
}

fn optional(read: std::io::Result<Vec<u8>>) -> std::io::Result<Option<Vec<u8>>> {
    match read {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
