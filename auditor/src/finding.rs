//! What a check says: faults, remarks and one sentence of what it looked at.
//!
//! Texts may quote an export that somebody forged, so that they are cut and stripped of control characters here.

use std::fmt;

use serde::Serialize;

/// Findings of one check that are told; the rest are counted.
pub const FINDINGS_TOLD_MAX: usize = 20;
/// Characters of one text.
const TEXT_MAX: usize = 600;

/// One thing about one file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// Path below the export's folder.
    pub file: String,
    /// What is wrong with it, or worth knowing.
    pub what: String,
}

impl Finding {
    /// About a file.
    pub fn new(file: &str, what: impl fmt::Display) -> Self {
        Self { file: clean(file), what: clean(&what.to_string()) }
    }
}

fn clean(text: &str) -> String {
    let safe =
        |c: char| if c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') { '\u{fffd}' } else { c };
    text.chars().take(TEXT_MAX).map(safe).collect()
}

/// The checks, in the order of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    /// Keys and root against the trust file.
    Trust,
    /// The signed list of files.
    Manifest,
    /// Checkpoint, entries and tiles.
    Log,
    /// Proofs between the log's sizes and of every file's leaf.
    Consistency,
    /// Frameworks and layouts.
    Frameworks,
    /// Plans and the order of the rounds.
    Plans,
    /// Agents' keys.
    Keys,
    /// Submissions.
    Submissions,
    /// What was spent.
    Budget,
    /// Figures, recomputed.
    Release,
    /// The words that must stand beside figures.
    Notices,
}

impl Check {
    /// Its stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Trust => "trust",
            Self::Manifest => "manifest",
            Self::Log => "log",
            Self::Consistency => "consistency",
            Self::Frameworks => "frameworks",
            Self::Plans => "plans",
            Self::Keys => "keys",
            Self::Submissions => "submissions",
            Self::Budget => "budget",
            Self::Release => "release",
            Self::Notices => "notices",
        }
    }
}

/// What a check found. It passed when `faults` is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Which check.
    pub check: Check,
    /// One sentence of what it looked at.
    pub what: String,
    /// What is wrong.
    pub faults: Vec<Finding>,
    /// What is not wrong, and worth knowing.
    pub remarks: Vec<Finding>,
}

impl Outcome {
    /// The sentence of a check that could not be done.
    pub const NOT_CHECKED: &str = "not checked";

    /// A check that begins.
    pub fn new(check: Check) -> Self {
        Self { check, what: String::new(), faults: Vec::new(), remarks: Vec::new() }
    }
    /// A check that could not be done, which is a fault.
    pub fn not_done(check: Check, file: &str, why: &str) -> Self {
        let mut outcome = Self::new(check);
        outcome.fault(file, format!("not checked: {why}"));
        outcome.said(Self::NOT_CHECKED)
    }
    /// Something is wrong with a file.
    pub fn fault(&mut self, file: &str, what: impl fmt::Display) {
        self.faults.push(Finding::new(file, what));
    }
    /// Something about a file is worth knowing.
    pub fn remark(&mut self, file: &str, what: impl fmt::Display) {
        self.remarks.push(Finding::new(file, what));
    }
    /// Ends the check with its sentence.
    pub fn said(mut self, what: impl fmt::Display) -> Self {
        self.what = clean(&what.to_string());
        self
    }
    /// Whether nothing is wrong.
    pub fn passed(&self) -> bool {
        self.faults.is_empty()
    }
}
