//! Approval: who approves, approves the inputs, before the noise is drawn.
//!
//! Once noise is drawn nobody chooses any more: a person who saw one draw and could ask for another would choose by noise,
//! and the guarantee would be gone. So a name stands for the inputs, by their keyed digest, and the draw asks for it. An
//! approval is a note of the authority's own: whoever can write the state folder can write one. `docs/privacy.md`, PC11.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use shared::ids::RoundId;
use shared::problem::Problem;
use shared::time::Timestamp;

use crate::inputs::InputDigest;

const SCHEMA: &str = "goldenthread.approval/1";
/// Longest name of a person, in characters.
pub const NAME_CHARS_MAX: usize = 100;
/// Largest file of an approval.
pub const APPROVAL_BYTES_MAX: u64 = 4096;

/// Whether a draw asks for an approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApprovalRule {
    /// It does.
    Required,
    /// It does not, by the authority's own setting.
    None,
}

impl ApprovalRule {
    /// By its word in `agent.toml`.
    pub fn by_name(name: &str) -> Option<Self> {
        match name {
            "required" => Some(Self::Required),
            "none" => Some(Self::None),
            _ => None,
        }
    }
    /// Its word in `agent.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::None => "none",
        }
    }
}

/// Who approves: 1 to 100 characters on one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ApproverName(String);

/// Not a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a name has 1 to {NAME_CHARS_MAX} characters, on one line")]
pub struct NameError;

impl FromStr for ApproverName {
    type Err = NameError;
    fn from_str(text: &str) -> Result<Self, NameError> {
        let text = text.trim();
        let fits = (1..=NAME_CHARS_MAX).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        fits.then(|| Self(text.to_owned())).ok_or(NameError)
    }
}

impl TryFrom<String> for ApproverName {
    type Error = NameError;
    fn try_from(text: String) -> Result<Self, NameError> {
        text.parse()
    }
}

impl From<ApproverName> for String {
    fn from(name: ApproverName) -> Self {
        name.0
    }
}

impl fmt::Display for ApproverName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One approval. No `Debug`: it holds a digest of inputs.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    schema: String,
    /// Of which round.
    pub round: RoundId,
    /// 1 for the submission, 2 for its correction.
    pub sequence: u32,
    /// Who.
    pub by: ApproverName,
    /// When.
    pub at: Timestamp,
    /// What: the keyed digest of the inputs.
    pub input: InputDigest,
}

impl Approval {
    /// An approval of these inputs.
    pub fn new(round: RoundId, sequence: u32, by: ApproverName, at: Timestamp, input: InputDigest) -> Self {
        Self { schema: SCHEMA.into(), round, sequence, by, at, input }
    }

    /// As it lies in its file.
    pub fn encode(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("strings and numbers serialise")
    }

    /// From its file, which must be of this round and place in it.
    pub fn parse(bytes: &[u8], round: RoundId, sequence: u32) -> Option<Self> {
        let read: Self = serde_json::from_slice(bytes).ok()?;
        (read.schema == SCHEMA && read.round == round && read.sequence == sequence).then_some(read)
    }

    /// # Claim
    /// PC11: under [`ApprovalRule::Required`] nothing is drawn from inputs but those that somebody approved for this round and
    /// place in it.
    /// # Why
    /// The digest is computed from the very children that go into the draw, and compared at full width. Attacked by
    /// `a_draw_asks_for_an_approval_of_exactly_these_inputs`.
    pub fn covers(&self, input: &InputDigest) -> Result<(), Problem> {
        if self.input == *input { Ok(()) } else { Err(Problem::ApprovalStale) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn approval() -> Approval {
        let input = serde_json::from_str(&format!("\"{}\"", "5a".repeat(32))).unwrap();
        let at = "2025-07-02T10:00:00Z".parse().unwrap();
        Approval::new("cla-2025".parse().unwrap(), 1, "Jo O'Neill".parse().unwrap(), at, input)
    }

    #[test]
    fn an_approval_is_read_as_it_was_written() {
        let bytes = approval().encode();
        let round = approval().round;
        assert!(Approval::parse(&bytes, round, 1).unwrap() == approval());
        assert!(Approval::parse(&bytes, round, 2).is_none(), "of another place");
        assert!(Approval::parse(&bytes, "cla-2024".parse().unwrap(), 1).is_none(), "of another round");
        let text = String::from_utf8(bytes).unwrap();
        for (from, to) in [
            ("approval/1", "approval/2"),
            ("5a", "5A"),
            ("5a", "5"),
            ("{", "{\"spare\":1,"),
            ("Jo O'Neill", ""),
            ("Jo O", "Jo\\nO"),
        ] {
            assert!(text.contains(from));
            let read = Approval::parse(text.replacen(from, to, 1).as_bytes(), round, 1);
            assert!(read.is_none(), "{from} -> {to}");
        }
    }

    #[test]
    fn a_name_is_one_line_of_at_most_a_hundred_characters() {
        for (text, expected) in [("Jo", Some("Jo")), ("  Zoë van der Berg ", Some("Zoë van der Berg")), ("", None), ("   ", None)]
        {
            assert_eq!(text.parse::<ApproverName>().ok().map(|n| n.to_string()).as_deref(), expected);
        }
        assert!("a\nb".parse::<ApproverName>().is_err() && "a\u{1b}[2J".parse::<ApproverName>().is_err());
        assert!("é".repeat(100).parse::<ApproverName>().is_ok() && "é".repeat(101).parse::<ApproverName>().is_err());
    }
}
