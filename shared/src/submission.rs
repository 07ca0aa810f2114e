//! The submission: an authority's noisy cells, as they are signed, sent, stored and published.
//!
//! I-JSON, integers only, cells as base64 of fixed-width words: the length follows from plan and layout, never from the
//! records. Invariant of [`Submission`]: its encoding is the payload that it was read from. `docs/protocol.md`, section 5.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::framework::Framework;
use crate::ids::{AuthorityId, Digest, IdError, RoundId};
use crate::limits::{BLOCKS_MAX, CELL_ABS_MAX, CELLS_MAX};
use crate::plan::{Draw, Plan, PlanBlock, Protection, Scope};
use crate::privacy::RhoNano;
use crate::time::Day;

/// Payload type of a signed submission.
pub const SUBMISSION_TYPE: &str = "application/vnd.goldenthread.submission.v1+json";
/// Version of the format, and what a plan names as the language of its agents.
pub const SCHEMA: &str = "goldenthread.submission/1";
/// Bodies of messages are padded with spaces to a whole number of this many bytes.
pub const BODY_GRAIN: usize = 4096;

/// A message's body: the envelope, and spaces up to the next multiple of [`BODY_GRAIN`], so that a signature's length is
/// not seen.
pub fn padded_body(mut envelope: Vec<u8>) -> Vec<u8> {
    envelope.resize(envelope.len().next_multiple_of(BODY_GRAIN), b' ');
    envelope
}

/// The envelope in a body; `None` when the body is not padded as [`padded_body`] pads.
pub fn without_padding(body: &[u8]) -> Option<&[u8]> {
    let end = body.iter().rposition(|b| *b != b' ')? + 1;
    (body.len() == end.next_multiple_of(BODY_GRAIN)).then(|| &body[..end])
}

/// Kind of a message that carries cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MessageKind {
    /// An authority's answer to a round, its first and, but for a correction, its only one.
    Submission,
    /// A complete second answer, in the correction window, for input that has changed.
    Correction,
}

impl MessageKind {
    /// All kinds.
    pub const ALL: [Self; 2] = [Self::Submission, Self::Correction];

    /// Its word in addresses and files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Submission => "submission",
            Self::Correction => "correction",
        }
    }
    /// The kind of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
    /// Its place in the authority's sequence within the round.
    pub fn sequence(self) -> u32 {
        match self {
            Self::Submission => 1,
            Self::Correction => 2,
        }
    }
    /// Which of the plan's draws it carries.
    pub fn draw(self) -> Draw {
        match self {
            Self::Submission => Draw::Release,
            Self::Correction => Draw::Correction,
        }
    }
}

/// Why an authority answers a second time: a closed list, and a person's choice, never a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CorrectionReason {
    /// Records were missing.
    RecordsMissing,
    /// Records were wrong.
    RecordsWrong,
    /// The wrong file was read.
    WrongFile,
    /// The programs counted wrongly.
    WrongCount,
}

impl CorrectionReason {
    /// All reasons, in the order of their numbers.
    pub const ALL: [Self; 4] = [Self::RecordsMissing, Self::RecordsWrong, Self::WrongFile, Self::WrongCount];

    /// Its digit on the wire, 1 to 4; 0 stands for none.
    pub fn digit(self) -> u8 {
        match self {
            Self::RecordsMissing => 1,
            Self::RecordsWrong => 2,
            Self::WrongFile => 3,
            Self::WrongCount => 4,
        }
    }
    /// Its word on a command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::RecordsMissing => "missing-records",
            Self::RecordsWrong => "wrong-records",
            Self::WrongFile => "wrong-file",
            Self::WrongCount => "wrong-count",
        }
    }
    /// Words for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::RecordsMissing => "records were missing",
            Self::RecordsWrong => "records were wrong",
            Self::WrongFile => "the wrong file was read",
            Self::WrongCount => "the programs counted wrongly",
        }
    }
    /// The reason of a digit.
    pub fn of_digit(digit: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.digit() == digit)
    }
}

/// Sixteen random bytes: the logged hash hides a submission whose cells could be guessed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Nonce(pub [u8; 16]);

impl std::fmt::Display for Nonce {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl std::str::FromStr for Nonce {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let wrong = IdError { expected: "32 lower-case hexadecimal characters" };
        let mut bytes = [0; 16];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| wrong.clone())?;
        (hex::encode(bytes) == text).then_some(Self(bytes)).ok_or(wrong)
    }
}

/// How the words of a block are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Encoding {
    /// Signed 64-bit integers, least significant byte first.
    #[serde(rename = "i64le")]
    I64Le,
    /// Unsigned 64-bit integers, least significant byte first.
    #[serde(rename = "u64le")]
    U64Le,
}

/// Noisy cells of one block, in the order of the plan's tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cells(pub Vec<i64>);

impl Serialize for Cells {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let bytes: Vec<u8> = self.0.iter().flat_map(|w| w.to_le_bytes()).collect();
        s.serialize_str(&STANDARD.encode(bytes))
    }
}

impl<'de> Deserialize<'de> for Cells {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        let wrong = || serde::de::Error::custom("not base64 of 8-byte words");
        let bytes = STANDARD.decode(text.as_bytes()).map_err(|_| wrong())?;
        let (words, rest) = bytes.as_chunks::<8>();
        if !rest.is_empty() || words.len() > CELLS_MAX {
            return Err(wrong());
        }
        Ok(Self(words.iter().map(|w| i64::from_le_bytes(*w)).collect()))
    }
}

/// One block of a submission: the plan's block, said again, with its cells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubmissionBlock {
    /// Name of the plan's block.
    pub name: String,
    /// How it is protected.
    pub protection: Protection,
    /// Over what it is opened.
    pub scope: Scope,
    /// Number of cells.
    pub n: u64,
    /// Squared L2 norm of what one child can add, in units.
    pub l2_squared: u64,
    /// Scale of the noise that was drawn, in thousandths of a unit.
    pub scale_milli: u64,
    /// What it cost, in billionths of rho.
    pub rho_nano: RhoNano,
    /// How the words are written.
    pub encoding: Encoding,
    /// The words.
    pub cells: Cells,
}

impl SubmissionBlock {
    /// The plan's block with the cells of one of its draws.
    pub fn of(planned: &PlanBlock, draw: Draw, cells: Vec<i64>) -> Self {
        Self {
            name: planned.name.clone(),
            protection: planned.protection,
            scope: planned.scope,
            n: planned.n,
            l2_squared: planned.l2_squared,
            scale_milli: planned.scale_milli_of(draw),
            rho_nano: planned.rho_of(draw),
            encoding: Encoding::I64Le,
            cells: Cells(cells),
        }
    }
}

/// Whether the authority supplies a table of the return; a setting, never a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableSupplied {
    /// Name of the table, `OC2`.
    pub table: String,
    /// 1 for yes, 0 for no: both are one character wide.
    pub supplied: u8,
}

/// What the authority says of a fact about itself; a setting, never a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FactAnswer {
    /// It is not so.
    No,
    /// It is so.
    Yes,
    /// The authority does not say.
    NotStated,
}

impl FactAnswer {
    /// All answers in the order in which they are published.
    pub const ALL: [Self; 3] = [Self::Yes, Self::No, Self::NotStated];

    /// What a setting says, where there is one.
    pub fn of(setting: Option<bool>) -> Self {
        match setting {
            Some(true) => Self::Yes,
            Some(false) => Self::No,
            None => Self::NotStated,
        }
    }
    /// Its number on the wire.
    pub fn number(self) -> u8 {
        match self {
            Self::No => 0,
            Self::Yes => 1,
            Self::NotStated => 2,
        }
    }
    /// Its id in files.
    pub fn id(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::NotStated => "not_stated",
        }
    }
    /// Its words for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Yes => "Yes",
            Self::No => "No",
            Self::NotStated => "Not stated",
        }
    }
}

/// One fact as the authority states it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactStated {
    /// Id of the measure, `S1`.
    pub fact: String,
    /// 0 for no, 1 for yes, 2 for not stated: each is one character wide.
    pub stated: u8,
}

impl FactStated {
    /// The answer; `None` for a number that means nothing.
    pub fn answer(&self) -> Option<FactAnswer> {
        FactAnswer::ALL.into_iter().find(|answer| answer.number() == self.stated)
    }
}

/// Every fact of a framework in its order, with what `says` answers of each: the fixed list of a submission.
pub fn state_facts(framework: &Framework, says: impl Fn(&str) -> FactAnswer) -> Vec<FactStated> {
    framework.facts().map(|m| FactStated { fact: m.id.clone(), stated: says(&m.id).number() }).collect()
}

/// Bytes beside the submission, known by hash. None exist in this version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    /// Name, unique in the submission.
    pub name: String,
    /// Media type.
    pub media_type: String,
    /// Length.
    pub bytes: u64,
    /// SHA-256 of the bytes.
    pub sha256: Digest,
    /// Whether the bytes are public after the release.
    pub published: bool,
}

/// The payload of a submission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Submission {
    /// `goldenthread.submission/1`.
    pub schema: String,
    /// Whose.
    pub authority: AuthorityId,
    /// For which round.
    pub round: RoundId,
    /// Kind of message, `submission` or `correction`.
    pub kind: MessageKind,
    /// Place in the authority's own sequence within the round: 1, or 2 of a correction.
    pub sequence: u32,
    /// Id of the authority's previous submission of any round; zeros for the first.
    pub previous: Digest,
    /// Why there is a second answer, a digit of [`CorrectionReason`]; 0 in a first one.
    pub reason: u8,
    /// Random bytes.
    pub nonce: Nonce,
    /// The day on which it was made; a day, so that no running time is told.
    pub produced_on: Day,
    /// Version of the agent.
    pub agent_version: String,
    /// SHA-256 of the framework's text.
    pub framework: Digest,
    /// SHA-256 of its layout.
    pub layout: Digest,
    /// Id of the plan's envelope.
    pub plan: Digest,
    /// Tables that the authority supplies, ascending by name.
    pub tables_supplied: Vec<TableSupplied>,
    /// What the authority states of itself: every fact of the framework, in its order.
    pub facts: Vec<FactStated>,
    /// Blocks in the plan's order.
    pub blocks: Vec<SubmissionBlock>,
    /// Bytes beside the submission.
    pub attachments: Vec<Attachment>,
}

/// Why a payload is not a submission that fits its plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubmissionError {
    /// Not JSON of this version's shape, or in another spelling.
    #[error("not a submission of this version")]
    Malformed,
    /// It names another plan.
    #[error("the submission names another plan")]
    Plan,
    /// Its shape is not the plan's.
    #[error("the submission's {0} is not the plan's")]
    Shape(&'static str),
}

impl Submission {
    /// Reads a payload in its one spelling. Its fit to a plan is another question: [`Submission::fits`].
    pub fn parse(payload: &[u8]) -> Result<Self, SubmissionError> {
        let submission: Self = serde_json::from_slice(payload).map_err(|_| SubmissionError::Malformed)?;
        let known = submission.schema == SCHEMA && submission.blocks.len() <= BLOCKS_MAX;
        if known && submission.encode() == payload { Ok(submission) } else { Err(SubmissionError::Malformed) }
    }

    /// The payload's bytes.
    pub fn encode(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a submission serialises")
    }

    /// Checks that the submission is what this plan asks for: plan id, hashes, tables, facts, blocks, lengths, scales, cost.
    pub fn fits(&self, plan: &Plan, plan_id: Digest, framework: &Framework) -> Result<(), SubmissionError> {
        let body = plan.body();
        if self.plan != plan_id {
            return Err(SubmissionError::Plan);
        }
        let same = |equal: bool, what: &'static str| if equal { Ok(()) } else { Err(SubmissionError::Shape(what)) };
        same(self.round == body.round, "round")?;
        same(self.framework == body.framework && self.layout == body.layout, "framework or layout")?;
        same(self.attachments.is_empty(), "attachments")?;
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'+' | b'-');
        same(self.agent_version.len() <= 32 && self.agent_version.bytes().all(plain), "agent version")?;
        let draw = self.kind.draw();
        let is_reason = match self.kind {
            MessageKind::Submission => self.reason == 0,
            MessageKind::Correction => CorrectionReason::of_digit(self.reason).is_some() && self.previous != Digest::NONE,
        };
        same(self.sequence == self.kind.sequence(), "sequence")?;
        same(is_reason, "reason")?;
        let tables = framework_return_tables(framework);
        let named = self.tables_supplied.iter().map(|t| t.table.as_str()).eq(tables.iter().map(String::as_str));
        same(named && self.tables_supplied.iter().all(|t| t.supplied <= 1), "list of tables")?;
        let named = self.facts.iter().map(|f| f.fact.as_str()).eq(framework.facts().map(|m| m.id.as_str()));
        same(named && self.facts.iter().all(|f| f.answer().is_some()), "list of facts")?;
        same(self.blocks.len() == body.blocks.len(), "number of blocks")?;
        for (mine, planned) in self.blocks.iter().zip(&body.blocks) {
            let header = mine.name == planned.name && mine.protection == planned.protection && mine.scope == planned.scope;
            same(header && mine.encoding == Encoding::I64Le, "block")?;
            same(u64::try_from(mine.cells.0.len()) == Ok(planned.n) && mine.n == planned.n, "number of cells")?;
            same(mine.cells.0.iter().all(|c| c.unsigned_abs() <= CELL_ABS_MAX), "range of cells")?;
            let noise = mine.scale_milli == planned.scale_milli_of(draw) && mine.l2_squared == planned.l2_squared;
            same(noise && mine.rho_nano == planned.rho_of(draw), "scale or cost")?;
        }
        Ok(())
    }

    /// What the whole submission cost, or `None` when the sum does not fit.
    pub fn rho(&self) -> Option<RhoNano> {
        self.blocks.iter().try_fold(RhoNano(0), |sum, b| sum.plus(b.rho_nano))
    }
}

/// All tables of the return that a framework's measures read, ascending by name: the fixed list of a submission.
pub fn framework_return_tables(framework: &Framework) -> Vec<String> {
    let all: std::collections::BTreeSet<&String> = framework.measures().iter().flat_map(|m| &m.return_tables).collect();
    all.into_iter().cloned().collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::plan::tests::sample_choice;

    pub(crate) fn sample(plan: &Plan, plan_id: Digest, framework: &Framework, authority: &str, word: i64) -> Submission {
        let block = |b: &PlanBlock| SubmissionBlock::of(b, Draw::Release, vec![word; usize::try_from(b.n).unwrap()]);
        let supplied = |table: String| TableSupplied { table, supplied: 1 };
        Submission {
            schema: SCHEMA.into(),
            authority: authority.parse().unwrap(),
            round: plan.body().round,
            kind: MessageKind::Submission,
            sequence: 1,
            previous: Digest::NONE,
            reason: 0,
            nonce: Nonce([3; 16]),
            produced_on: "2025-07-02".parse().unwrap(),
            agent_version: "0.1.0".into(),
            framework: framework.hash(),
            layout: framework.layout_hash(),
            plan: plan_id,
            tables_supplied: framework_return_tables(framework).into_iter().map(supplied).collect(),
            facts: state_facts(framework, |_| FactAnswer::NotStated),
            blocks: plan.body().blocks.iter().map(block).collect(),
            attachments: Vec::new(),
        }
    }

    #[test]
    fn the_length_does_not_depend_on_the_cells() {
        let f = Framework::built_in();
        let plan = Plan::with_equal_shares(&f, sample_choice()).unwrap();
        let id = Digest([1; 32]);
        let lengths = [0, -1, i64::MIN, i64::MAX, 1_000_000].map(|w| sample(&plan, id, &f, "301", w).encode().len());
        assert!(lengths.iter().all(|l| *l == lengths[0]));
        assert!(lengths[0] < usize::try_from(plan.body().body_bytes_max).unwrap());
    }

    #[test]
    fn the_length_does_not_depend_on_what_is_stated() {
        let f = Framework::built_in();
        let plan = Plan::with_equal_shares(&f, sample_choice()).unwrap();
        let lengths = FactAnswer::ALL.map(|answer| {
            let mut s = sample(&plan, Digest([1; 32]), &f, "301", 0);
            s.facts = state_facts(&f, |_| answer);
            assert!(s.facts.iter().all(|stated| stated.answer() == Some(answer)));
            s.encode().len()
        });
        assert!(lengths.iter().all(|l| *l == lengths[0]));
    }

    #[test]
    fn a_submission_is_read_back_and_fits_its_plan_only() {
        let f = Framework::built_in();
        let plan = Plan::with_equal_shares(&f, sample_choice()).unwrap();
        let id = Digest([1; 32]);
        let s = sample(&plan, id, &f, "301", -5);
        assert_eq!(Submission::parse(&s.encode()), Ok(s.clone()));
        assert_eq!(s.fits(&plan, id, &f), Ok(()));
        assert_eq!(s.fits(&plan, Digest([2; 32]), &f), Err(SubmissionError::Plan));
        let check = |what: &str, change: &dyn Fn(&mut Submission)| {
            let mut bad = s.clone();
            change(&mut bad);
            assert!(matches!(bad.fits(&plan, id, &f), Err(SubmissionError::Shape(_))), "{what}");
        };
        check("cells", &|s| s.blocks[0].cells.0.truncate(1));
        check("scale", &|s| s.blocks[0].scale_milli += 1);
        check("block", &|s| drop(s.blocks.pop()));
        check("tables", &|s| s.tables_supplied[0].supplied = 2);
        check("a fact left out", &|s| drop(s.facts.pop()));
        check("a fact of nobody's", &|s| s.facts[0].fact = "S9".into());
        check("facts in another order", &|s| s.facts.swap(0, 1));
        check("an answer that means nothing", &|s| s.facts[0].stated = 3);
        check("sequence", &|s| s.sequence = 2);
        check("a reason for nothing", &|s| s.reason = 1);
        check("a correction with the scales of a release", &|s| {
            (s.kind, s.sequence, s.previous, s.reason) = (MessageKind::Correction, 2, Digest([4; 32]), 1);
        });
        check("cell that would spoil a sum", &|s| s.blocks[0].cells.0[5] = i64::MAX);
        check("version that hides text", &|s| s.agent_version = "1\u{202e}".into());
        check("layout", &|s| s.layout = Digest::NONE);
        check("encoding", &|s| s.blocks[0].encoding = Encoding::U64Le);
    }

    #[test]
    fn a_correction_carries_the_plans_second_draw_and_a_reason() {
        let f = Framework::built_in();
        let plan = Plan::with_equal_shares(&f, sample_choice()).unwrap();
        let id = Digest([1; 32]);
        let first = sample(&plan, id, &f, "301", 0);
        let mut second = Submission {
            kind: MessageKind::Correction,
            sequence: 2,
            previous: Digest([4; 32]),
            reason: CorrectionReason::RecordsWrong.digit(),
            ..first.clone()
        };
        let block = |b: &PlanBlock| SubmissionBlock::of(b, Draw::Correction, vec![0; usize::try_from(b.n).unwrap()]);
        second.blocks = plan.body().blocks.iter().map(block).collect();
        assert_eq!(second.fits(&plan, id, &f), Ok(()));
        assert_eq!(Submission::parse(&second.encode()), Ok(second.clone()));
        assert_eq!(second.rho(), Some(plan.rho_of(Draw::Correction)));
        for bad in [
            Submission { reason: 0, ..second.clone() },
            Submission { reason: 5, ..second.clone() },
            Submission { sequence: 1, ..second.clone() },
            Submission { previous: Digest::NONE, ..second.clone() },
            Submission { kind: MessageKind::Submission, ..second.clone() },
        ] {
            assert!(matches!(bad.fits(&plan, id, &f), Err(SubmissionError::Shape(_))));
        }
    }

    #[test]
    fn bodies_are_padded_in_one_way() {
        for length in [1, 4095, 4096, 4097, 24_576] {
            let envelope = vec![b'x'; length];
            let body = padded_body(envelope.clone());
            assert_eq!((body.len() % BODY_GRAIN, without_padding(&body)), (0, Some(&envelope[..])));
            assert!(body.len() < length + BODY_GRAIN);
            let longer = [&body[..], &[b' '; BODY_GRAIN]].concat();
            assert_eq!((without_padding(&longer), without_padding(&body[..body.len() - 1])), (None, None), "{length}");
        }
        assert_eq!((without_padding(b""), without_padding(&[b' '; BODY_GRAIN])), (None, None));
    }

    #[test]
    fn other_spellings_and_unknown_fields_are_refused() {
        let f = Framework::built_in();
        let plan = Plan::with_equal_shares(&f, sample_choice()).unwrap();
        let text = String::from_utf8(sample(&plan, Digest::NONE, &f, "301", 0).encode()).unwrap();
        let changes =
            [("\"schema\"", "\"spare\":0,\"schema\""), (":1,", ": 1,"), ("submission/1", "submission/2"), ("\"n\":", "\"n\":0")];
        for (from, to) in changes {
            assert!(text.contains(from));
            assert_eq!(Submission::parse(text.replacen(from, to, 1).as_bytes()), Err(SubmissionError::Malformed), "{to}");
        }
    }
}
