//! The ledger: what this authority has spent of its children's privacy, and the bytes that it bought, in one chain of files.
//!
//! One file is budget debit and signed envelope together, so that no crash can part them. Files are numbered, written once
//! and chained by the hash of the former file; the first is written by `init` alone. Two kinds of file come from `ledger
//! recover` alone: a debit that the public log shows and that was lost here, with or without its bytes, and a key that this
//! authority's agent had before. Pure: bytes in, ledger out.
//! Invariant of [`Ledger`]: the chain is whole, every envelope that was drawn here is signed by the key of the first file, and
//! what a file says beside its envelope is what the envelope says. Who can change the folder can delete the last file before it was
//! sent; once it was sent, the public log shows it. `docs/privacy.md`, PC4, PC7 and PC10.

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use shared::hash::sha256;
use shared::ids::{AuthorityId, Digest, ReportingYear, RoundId};
use shared::limits::ENVELOPE_BYTES_MAX;
use shared::privacy::RhoNano;
use shared::problem::Problem;
use shared::sign::{Envelope, PublicKey};
use shared::submission::{MessageKind, SUBMISSION_TYPE, Submission};
use shared::time::Day;

use crate::inputs::InputDigest;

const SCHEMA: &str = "goldenthread.ledger/1";
/// Files of a ledger: 26 rounds in a childhood, and room for corrections of a century.
pub const LEDGER_FILES_MAX: usize = 10_000;
/// Greatest file: an envelope with its quotes escaped.
pub const LEDGER_FILE_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// Why files are not a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// Not even the first file.
    #[error("the first file is missing")]
    Missing,
    /// A file is not what it should be.
    #[error("file {number:06}: {what}")]
    Damaged {
        /// Which file.
        number: u32,
        /// What is wrong with it.
        what: &'static str,
    },
}

/// The first file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Genesis {
    schema: String,
    number: u32,
    previous: Digest,
    authority: AuthorityId,
    signing_key: String,
    made_on: Day,
}

/// A debit.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DebitFile {
    schema: String,
    number: u32,
    previous: Digest,
    kind: String,
    round: RoundId,
    sequence: u32,
    charged_on: Day,
    rho_nano: RhoNano,
    plan: Digest,
    submission: Digest,
    input: InputDigest,
    /// Null where a debit was recovered without its bytes.
    envelope: Option<String>,
}

const FORMER_KEY: &str = "former-key";

/// A key that this authority's agent had before.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FormerKeyFile {
    schema: String,
    number: u32,
    previous: Digest,
    kind: String,
    key: Digest,
    noted_on: Day,
}

#[derive(Deserialize)]
struct Glance {
    kind: String,
}

/// How a debit came into the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DebitKind {
    /// Drawn here: a submission, or its correction.
    Drawn(MessageKind),
    /// Lost here, shown by the public log, and written down again by a person.
    Recovered,
}

impl DebitKind {
    const ALL: [Self; 3] = [Self::Drawn(MessageKind::Submission), Self::Drawn(MessageKind::Correction), Self::Recovered];
    /// The word in the file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Drawn(message) => message.word(),
            Self::Recovered => "recovered",
        }
    }
}

/// One debit with the submission that it paid for.
#[derive(Clone, PartialEq, Eq)]
pub struct Debit {
    /// How it came here.
    pub kind: DebitKind,
    /// Which round.
    pub round: RoundId,
    /// Its place in the authority's sequence within the round.
    pub sequence: u32,
    /// The day of the charge.
    pub charged_on: Day,
    /// What one child's records cost.
    pub rho: RhoNano,
    /// Id of the plan.
    pub plan: Digest,
    /// Id of the submission.
    pub id: Digest,
    /// Keyed digest of what was counted; [`InputDigest::NONE`] where nobody took one, as of what was recovered.
    pub input: InputDigest,
    /// The signed bytes, as they are sent; empty where the debit was recovered without them.
    pub envelope: Vec<u8>,
}

/// Most that an authority allows to be spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caps {
    /// For one reporting year.
    pub rho_year: RhoNano,
    /// In any 365 days.
    pub rho_365_days: RhoNano,
    /// For ever.
    pub rho_lifetime: RhoNano,
}

/// A folded ledger.
pub struct Ledger {
    authority: AuthorityId,
    key: PublicKey,
    head: Digest,
    n_files: u32,
    debits: Vec<Debit>,
    former_keys: Vec<Digest>,
}

/// What a file adds.
enum Line {
    Debit(Debit),
    FormerKey(Digest),
}

/// Reads JSON in the one spelling in which it is written.
fn one_spelling<T: Serialize + DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let value: T = serde_json::from_slice(bytes).ok()?;
    (serde_json::to_vec(&value).ok()? == bytes).then_some(value)
}

/// The first file's bytes.
pub fn genesis(authority: AuthorityId, key: &PublicKey, made_on: Day) -> Vec<u8> {
    let file =
        Genesis { schema: SCHEMA.into(), number: 0, previous: Digest::NONE, authority, signing_key: key.to_pem(), made_on };
    serde_json::to_vec(&file).expect("strings and numbers serialise")
}

impl Ledger {
    /// Folds the files, which are in the order of their numbers.
    pub fn fold(files: &[Vec<u8>]) -> Result<Self, LedgerError> {
        let (first, rest) = files.split_first().ok_or(LedgerError::Missing)?;
        let mut ledger = Self::open_first(first)?;
        for bytes in rest {
            let number = ledger.n_files;
            match ledger.read(bytes).map_err(|what| LedgerError::Damaged { number, what })? {
                Line::Debit(debit) => ledger.debits.push(debit),
                Line::FormerKey(key) => ledger.former_keys.push(key),
            }
            ledger.head = sha256(bytes);
            ledger.n_files = number.checked_add(1).ok_or(LedgerError::Damaged { number, what: "too many files" })?;
        }
        Ok(ledger)
    }

    fn open_first(bytes: &[u8]) -> Result<Self, LedgerError> {
        let damaged = |what| LedgerError::Damaged { number: 0, what };
        let file: Genesis = serde_json::from_slice(bytes).map_err(|_| damaged("not the first file of a ledger"))?;
        if file.schema != SCHEMA || file.number != 0 || file.previous != Digest::NONE {
            return Err(damaged("not the first file of a ledger of this version"));
        }
        let key = PublicKey::from_pem(&file.signing_key).map_err(|_| damaged("its key is broken"))?;
        let (debits, former_keys) = (Vec::new(), Vec::new());
        Ok(Self { authority: file.authority, key, head: sha256(bytes), n_files: 1, debits, former_keys })
    }

    fn read(&self, bytes: &[u8]) -> Result<Line, &'static str> {
        let unknown = "not a file of this version";
        let glance: Glance = serde_json::from_slice(bytes).map_err(|_| unknown)?;
        if glance.kind == FORMER_KEY {
            let file: FormerKeyFile = one_spelling(bytes).ok_or(unknown)?;
            self.continues(&file.schema, file.number, file.previous)?;
            return if self.knows_key(file.key) { Err("its key was known before") } else { Ok(Line::FormerKey(file.key)) };
        }
        let kind = DebitKind::ALL.into_iter().find(|kind| kind.word() == glance.kind).ok_or(unknown)?;
        let file: DebitFile = one_spelling(bytes).ok_or(unknown)?;
        self.continues(&file.schema, file.number, file.previous)?;
        match kind {
            DebitKind::Drawn(message) => self.is_drawn_here(message, &file)?,
            DebitKind::Recovered => self.is_recovered(&file)?,
        }
        let DebitFile { round, sequence, charged_on, rho_nano: rho, plan, submission: id, input, envelope, .. } = file;
        let envelope = envelope.unwrap_or_default().into_bytes();
        Ok(Line::Debit(Debit { kind, round, sequence, charged_on, rho, plan, id, input, envelope }))
    }

    fn continues(&self, schema: &str, number: u32, previous: Digest) -> Result<(), &'static str> {
        if schema != SCHEMA || number != self.n_files {
            return Err("its number is not that of its name");
        }
        if previous == self.head { Ok(()) } else { Err("it does not continue the former file") }
    }

    /// Checks a debit that this ledger's key paid for.
    fn is_drawn_here(&self, kind: MessageKind, file: &DebitFile) -> Result<(), &'static str> {
        let bytes = file.envelope.as_ref().ok_or("its envelope is missing")?;
        let envelope = Envelope::parse(bytes.as_bytes(), ENVELOPE_BYTES_MAX).map_err(|_| "its envelope is broken")?;
        let verified = envelope
            .verify(SUBMISSION_TYPE, std::slice::from_ref(&self.key))
            .map_err(|_| "its envelope is not signed by this ledger's key")?;
        let submission = Submission::parse(verified.payload).map_err(|_| "its envelope holds no submission")?;
        let same = self.says_the_same(file, &submission)
            && submission.kind == kind
            && submission.rho() == Some(file.rho_nano)
            && submission.previous == self.last_submission()
            && verified.id == file.submission;
        if !same {
            return Err("it says something else than its envelope");
        }
        if self.debits.iter().any(|d| d.round == file.round && d.sequence == file.sequence) {
            return Err("its round was charged before");
        }
        Ok(())
    }

    /// Checks a debit that a person wrote down again. Its bytes, where they are here, may be signed by a lost key, so that
    /// they are known by their id, which the log vouched for; it is never charged at less than they say that they cost.
    fn is_recovered(&self, file: &DebitFile) -> Result<(), &'static str> {
        if self.debits.iter().any(|d| d.id == file.submission) {
            return Err("its submission was charged before");
        }
        let Some(bytes) = &file.envelope else { return Ok(()) };
        let envelope = Envelope::parse(bytes.as_bytes(), ENVELOPE_BYTES_MAX).map_err(|_| "its envelope is broken")?;
        if envelope.payload_type() != SUBMISSION_TYPE || envelope.id() != file.submission {
            return Err("its envelope is another message");
        }
        let submission = Submission::parse(envelope.payload_unverified()).map_err(|_| "its envelope holds no submission")?;
        let same = self.says_the_same(file, &submission) && submission.rho().is_some_and(|rho| rho <= file.rho_nano);
        if same { Ok(()) } else { Err("it says something else than its envelope") }
    }

    fn says_the_same(&self, file: &DebitFile, submission: &Submission) -> bool {
        submission.authority == self.authority
            && submission.round == file.round
            && submission.sequence == file.sequence
            && submission.produced_on == file.charged_on
            && submission.plan == file.plan
    }

    /// Bytes and number of the file that would add a debit. Nothing changes before the file is on the disk.
    pub fn next_file(&self, debit: &Debit) -> Result<(u32, Vec<u8>), LedgerError> {
        let number = self.n_files;
        let envelope = String::from_utf8(debit.envelope.clone())
            .map_err(|_| LedgerError::Damaged { number, what: "its envelope is broken" })?;
        let file = DebitFile {
            schema: SCHEMA.into(),
            number,
            previous: self.head,
            kind: debit.kind.word().into(),
            round: debit.round,
            sequence: debit.sequence,
            charged_on: debit.charged_on,
            rho_nano: debit.rho,
            plan: debit.plan,
            submission: debit.id,
            input: debit.input,
            envelope: (!envelope.is_empty()).then_some(envelope),
        };
        self.readable(&file)
    }
    /// Bytes and number of the file that would note a key that this authority's agent had before.
    pub fn next_key_file(&self, key: Digest, noted_on: Day) -> Result<(u32, Vec<u8>), LedgerError> {
        let (schema, number, previous, kind) = (SCHEMA.into(), self.n_files, self.head, FORMER_KEY.into());
        self.readable(&FormerKeyFile { schema, number, previous, kind, key, noted_on })
    }
    /// What could not be read back must not be written.
    fn readable(&self, file: &impl Serialize) -> Result<(u32, Vec<u8>), LedgerError> {
        let number = self.n_files;
        let bytes = serde_json::to_vec(file).expect("strings and numbers serialise");
        self.read(&bytes).map_err(|what| LedgerError::Damaged { number, what })?;
        Ok((number, bytes))
    }

    /// Whose ledger it is.
    pub fn authority(&self) -> AuthorityId {
        self.authority
    }
    /// The key that signs its submissions.
    pub fn key(&self) -> &PublicKey {
        &self.key
    }
    /// Whether a key, by its id, is this ledger's or one that a person noted as a former one.
    pub fn knows_key(&self, key: Digest) -> bool {
        self.key.id() == key || self.former_keys.contains(&key)
    }
    /// All debits, oldest first.
    pub fn debits(&self) -> &[Debit] {
        &self.debits
    }
    /// The debit of a round, if it was prepared.
    pub fn prepared(&self, round: RoundId) -> Option<&Debit> {
        self.debits.iter().rev().find(|d| d.round == round)
    }
    /// The debit of a place in a round, as the log has it or will have it: one that was recovered goes before one that was drawn
    /// here and never left.
    pub fn standing(&self, round: RoundId, sequence: u32) -> Option<&Debit> {
        let mut of_place = self.debits.iter().filter(|d| d.round == round && d.sequence == sequence);
        of_place.clone().find(|d| d.kind == DebitKind::Recovered).or_else(|| of_place.next())
    }
    /// Id of the newest submission of any round; zeros before the first.
    pub fn last_submission(&self) -> Digest {
        self.debits.last().map_or(Digest::NONE, |d| d.id)
    }
    /// Whether a debit's bytes may be posted: they were drawn here, and no other message of this authority stands in the log in
    /// their place. A recovered debit is in the log already.
    pub fn may_leave(&self, debit: &Debit) -> bool {
        let stands_for_it = |d: &Debit| d.kind == DebitKind::Recovered && d.round == debit.round && d.sequence == debit.sequence;
        debit.kind != DebitKind::Recovered && !self.debits.iter().any(stands_for_it)
    }

    /// Spent for one reporting year.
    pub fn spent_for(&self, year: ReportingYear) -> RhoNano {
        add_up(self.debits.iter().filter(|d| d.round.year() == year))
    }
    /// Spent in the 365 days that end with a day. A charge dated later counts too: a clock that was set back buys nothing.
    pub fn spent_in_365_days(&self, today: Date) -> RhoNano {
        let oldest = today.saturating_sub(365.days());
        add_up(self.debits.iter().filter(|d| d.charged_on.0 > oldest))
    }
    /// Spent for ever.
    pub fn spent_ever(&self) -> RhoNano {
        add_up(self.debits.iter())
    }

    /// Whether a further cost stays within every cap.
    ///
    /// # Claim
    /// PC4: if this allows a cost, then after its debit no cap is exceeded, whatever the plans said that were paid before.
    /// # Why
    /// Costs of releases add up under composition (arXiv 1605.02065, Lemma 1.7); each cap is a fold over all debits plus the
    /// new one, in exact integers, and a sum that does not fit is refused. Attacked by `no_order_of_rounds_passes_a_cap`.
    pub fn allows(&self, caps: &Caps, year: ReportingYear, today: Date, cost: RhoNano) -> Result<(), Problem> {
        let within = |spent: RhoNano, cap: RhoNano| spent.plus(cost).is_some_and(|sum| sum <= cap);
        if !within(self.spent_for(year), caps.rho_year) {
            return Err(Problem::PlanCapYear);
        }
        if !within(self.spent_in_365_days(today), caps.rho_365_days) {
            return Err(Problem::PlanCap365Days);
        }
        if !within(self.spent_ever(), caps.rho_lifetime) {
            return Err(Problem::PlanCapLifetime);
        }
        Ok(())
    }
}

/// A sum that does not fit counts as all there is, so that nothing more is ever allowed.
fn add_up<'a>(debits: impl Iterator<Item = &'a Debit>) -> RhoNano {
    debits.fold(RhoNano(0), |sum, d| sum.plus(d.rho).unwrap_or(RhoNano(u64::MAX)))
}

#[cfg(test)]
#[path = "ledger_tests.rs"]
pub(crate) mod tests;
