//! What the release key signs: the statement over a release's files, and the manifest over an export's.
//!
//! The statement is an in-toto Statement v1, so that existing tools bind file to statement. `docs/protocol.md`, 8 and 9.

use serde::{Deserialize, Serialize};

use crate::hash::sha256;
use crate::ids::{Digest, RoundId};
use crate::limits::{EXPORT_FILE_BYTES_MAX, EXPORT_FILES_MAX};
use crate::release::{NOTICE, NOTICE_MADE_UP};

/// Payload type of a release statement.
pub const STATEMENT_TYPE: &str = "application/vnd.in-toto+json";
/// Payload type of an export's manifest.
pub const MANIFEST_TYPE: &str = "application/vnd.goldenthread.manifest.v1+json";
/// Greatest envelope of either, in bytes.
pub const STATEMENT_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Name of the manifest's file in an export.
pub const MANIFEST_FILE: &str = "manifest.dsse.json";
/// Copy of the trust file in an export: a claim about itself, never a reason to believe it.
pub const TRUST_CLAIM_FILE: &str = "trust.toml";
/// Files of a release below `releases/<version>/` that its statement is over, ascending.
pub const RELEASE_FILES: [&str; 4] = ["changes.csv", "figures.csv", "figures.json", "figures.meta.csv"];
/// The signed statement below `releases/<version>/`.
pub const STATEMENT_FILE: &str = "statement.dsse.json";
const IN_TOTO: &str = "https://in-toto.io/Statement/v1";
const PREDICATE_TYPE: &str = "urn:goldenthread:release:1";
const MANIFEST_SCHEMA: &str = "goldenthread.manifest/1";

/// Bytes that are no statement or manifest of this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a {0} of this version")]
pub struct StatementError(&'static str);

/// Digest of one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubjectDigest {
    /// SHA-256 of the file.
    pub sha256: Digest,
}

/// One file that a statement is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// File name below the release's folder.
    pub name: String,
    /// Its digest.
    pub digest: SubjectDigest,
}

/// Why there is a version: the first one, or one in which corrections stand in the place of first submissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReleaseReason {
    /// The submissions before the round's deadline.
    First,
    /// The same, and each correction in the place of the submission that it corrects.
    Corrections,
}

impl ReleaseReason {
    /// All of them, in the order in which a round has them.
    pub const ALL: [Self; 2] = [Self::First, Self::Corrections];

    /// Number behind the year in the name of the version.
    pub fn number(self) -> u16 {
        match self {
            Self::First => 1,
            Self::Corrections => 2,
        }
    }
    /// The version of a round that is published for this reason, such as `2025.1`.
    pub fn version(self, round: RoundId) -> String {
        format!("{}.{}", round.year(), self.number())
    }
    /// The reason of a round's version; `None` for one that a round never has.
    pub fn of(round: RoundId, version: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.version(round) == version)
    }
}

/// What the release key says about the files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Predicate {
    /// The round.
    pub round: RoundId,
    /// The version.
    pub version: String,
    /// Why there is this version.
    pub reason: ReleaseReason,
    /// Whether the data are made up.
    pub made_up: bool,
    /// What must stand wherever figures stand.
    pub notices: Vec<String>,
    /// Id of the plan's envelope.
    pub plan: Digest,
    /// SHA-256 of the framework's text.
    pub framework: Digest,
    /// Index of the leaf after which nothing enters this version: the round's `round-deadline`, of a version with
    /// corrections its `correction-deadline`.
    pub closed_at_index: u64,
}

/// An in-toto statement over the files of a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleaseStatement {
    #[serde(rename = "_type")]
    kind: String,
    /// The files, ascending by name.
    pub subject: Vec<Subject>,
    #[serde(rename = "predicateType")]
    predicate_type: String,
    /// What is said of them.
    pub predicate: Predicate,
}

impl ReleaseStatement {
    /// A statement over these files.
    pub fn over(files: &[(&str, &[u8])], predicate: Predicate) -> Self {
        let subject =
            |(name, bytes): &(&str, &[u8])| Subject { name: (*name).to_owned(), digest: SubjectDigest { sha256: sha256(bytes) } };
        let mut subject: Vec<Subject> = files.iter().map(subject).collect();
        subject.sort_by(|a, b| a.name.cmp(&b.name));
        Self { kind: IN_TOTO.into(), subject, predicate_type: PREDICATE_TYPE.into(), predicate }
    }
    /// The payload's bytes.
    pub fn encode(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a statement serialises")
    }
    /// Reads a payload in its one spelling.
    pub fn parse(payload: &[u8]) -> Result<Self, StatementError> {
        let wrong = StatementError("release statement");
        let statement: Self = serde_json::from_slice(payload).map_err(|_| wrong)?;
        let known = statement.kind == IN_TOTO && statement.predicate_type == PREDICATE_TYPE;
        (known && statement.encode() == payload).then_some(statement).ok_or(wrong)
    }
}

/// One file of an export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManifestFile {
    /// Path below the export's folder, with `/`.
    pub path: String,
    /// Length.
    pub bytes: u64,
    /// SHA-256 of the file.
    pub sha256: Digest,
}

/// Every file of an export but the manifest itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    schema: String,
    /// Whether any round in the export is made up.
    pub made_up: bool,
    /// What must stand wherever figures stand.
    pub notices: Vec<String>,
    /// The files, ascending by path.
    pub files: Vec<ManifestFile>,
}

impl Manifest {
    /// A manifest over these files; `made_up` when any round in the export is.
    pub fn over(mut files: Vec<ManifestFile>, made_up: bool) -> Self {
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let notices = made_up.then_some(NOTICE_MADE_UP).into_iter().chain([NOTICE]).map(str::to_owned).collect();
        Self { schema: MANIFEST_SCHEMA.into(), made_up, notices, files }
    }
    /// The payload's bytes.
    pub fn encode(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a manifest serialises")
    }
    /// Reads a payload in its one spelling; every path is relative, plain and stands once.
    pub fn parse(payload: &[u8]) -> Result<Self, StatementError> {
        let wrong = StatementError("manifest");
        let manifest: Self = serde_json::from_slice(payload).map_err(|_| wrong)?;
        let sorted = manifest.files.is_sorted_by(|a, b| a.path < b.path);
        let small = manifest.files.len() <= EXPORT_FILES_MAX && manifest.files.iter().all(|f| f.bytes <= EXPORT_FILE_BYTES_MAX);
        let plain = manifest.files.iter().all(|f| is_plain_path(&f.path));
        let known = manifest.schema == MANIFEST_SCHEMA && sorted && small && plain;
        (known && manifest.encode() == payload).then_some(manifest).ok_or(wrong)
    }
}

/// Whether a path is relative and plain: parts of letters, digits, `.`, `_` and `-`, none of them only dots.
pub fn is_plain_path(path: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    let part = |p: &str| !p.is_empty() && p.bytes().all(plain) && !p.bytes().all(|b| b == b'.');
    path.len() <= 512 && path.split('/').all(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str) -> ManifestFile {
        ManifestFile { path: path.into(), bytes: 3, sha256: sha256(b"abc") }
    }

    #[test]
    fn a_manifest_is_read_back_and_other_spellings_are_refused() {
        let manifest = Manifest::over(vec![file("log/checkpoint"), file("README.txt")], true);
        let payload = manifest.encode();
        assert_eq!(Manifest::parse(&payload), Ok(manifest));
        let text = String::from_utf8(payload).unwrap();
        for (from, to) in
            [("README.txt", "../../etc"), ("README.txt", "zzz"), ("\"bytes\":3", "\"bytes\": 3"), ("manifest/1", "manifest/2")]
        {
            assert!(Manifest::parse(text.replacen(from, to, 1).as_bytes()).is_err(), "{to}");
        }
    }

    #[test]
    fn paths_that_lead_elsewhere_are_not_plain() {
        for path in ["", "/etc/passwd", "a//b", "..", "a/../b", "a\\b", "a/./b", "C:x", "a/"] {
            assert!(!is_plain_path(path), "{path}");
        }
        assert!(is_plain_path("log/tile/0/x001/000.p/5"));
    }

    #[test]
    fn a_version_tells_its_reason_and_a_round_has_two_of_them() {
        let round = "cla-2025".parse().unwrap();
        for reason in ReleaseReason::ALL {
            assert_eq!(ReleaseReason::of(round, &reason.version(round)), Some(reason));
        }
        assert_eq!(ReleaseReason::ALL.map(|r| r.version(round)), ["2025.1", "2025.2"]);
        for other in ["2025.0", "2025.3", "2025.01", "2024.1", "2025", ""] {
            assert_eq!(ReleaseReason::of(round, other), None, "{other}");
        }
    }

    #[test]
    fn a_statement_is_read_back() {
        let predicate = Predicate {
            round: "cla-2025".parse().unwrap(),
            version: "2025.1".into(),
            reason: ReleaseReason::First,
            made_up: false,
            notices: vec![NOTICE.into()],
            plan: Digest::NONE,
            framework: Digest::NONE,
            closed_at_index: 9,
        };
        let statement = ReleaseStatement::over(&[("figures.json", b"{}"), ("figures.csv", b"")], predicate);
        assert_eq!(ReleaseStatement::parse(&statement.encode()), Ok(statement));
        assert!(ReleaseStatement::parse(b"{}").is_err());
    }
}
