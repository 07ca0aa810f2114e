//! The verdict in words for people, and as JSON for machines.
//!
//! Says besides what was proved, what was not, and what to do next.

use serde::Serialize;

use crate::audit::{Audit, Verdict};
use crate::checks::trust::Standing;
use crate::finding::{Check, FINDINGS_TOLD_MAX, Finding, Outcome};
use crate::place::Place;

/// The report, ready to be written.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    verdict: Verdict,
    checks: Vec<CheckReport>,
    proved: Vec<&'static str>,
    not_proved: Vec<&'static str>,
    next: Vec<&'static str>,
}

/// One check of the report.
#[derive(Clone, Debug, Serialize)]
struct CheckReport {
    name: &'static str,
    ok: bool,
    what: String,
    findings: Vec<Finding>,
    /// Faults beyond those that are told.
    more: usize,
    remarks: Vec<Finding>,
}

const PROVED: [&str; 5] = [
    "every file is the one that the release key signed for, and none was added or taken away",
    "the log adds up to its signed checkpoint, and every plan, key, submission and release stands in it, in this order",
    "each submission was signed by a key that the log had registered for its authority",
    "the scales that the submissions claim cost one child no more than the plan allows",
    "the figures follow from the accepted submissions and from nothing else",
];
const NOT_PROVED: [&str; 4] = [
    "that an authority drew noise of the scale that it claims: nobody can prove that from outside",
    "that the records behind a submission are complete and right",
    "that nobody was shown another log: compare this checkpoint with one that an authority remembers or a witness signed",
    "the instants in the log: they are the aggregator's word, only their order is proved",
];

impl Report {
    /// Of an audit.
    pub fn of(audit: &Audit) -> Self {
        let verdict = audit.verdict();
        let (proved, next): (&[&str], &[&str]) = match verdict {
            Verdict::Pass => (&PROVED, &["keep the export, the trust file and this report together"]),
            Verdict::ConsistentNotAuthenticated => (
                &[],
                &[
                    "anyone could have made an export that agrees with itself: get the trust file by another way than this export",
                    "run verify again with --trust FILE",
                ],
            ),
            Verdict::Fault => (
                &[],
                &[
                    "keep the export as it is, fetch it anew from its source and compare",
                    "if the fault stays, send this report to the publisher and to an authority that takes part",
                    "use no figure of this export until the fault is explained",
                ],
            ),
        };
        Self {
            verdict,
            checks: audit.outcomes.iter().map(|o| CheckReport::of(o, audit.standing)).collect(),
            proved: proved.to_vec(),
            not_proved: NOT_PROVED.to_vec(),
            next: next.to_vec(),
        }
    }

    /// One JSON object and a new line.
    pub fn json(&self) -> String {
        serde_json::to_string(self).expect("texts and numbers serialise") + "\n"
    }

    /// Lines for people.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for check in &self.checks {
            text += &format!("{}  {:<12} {}\n", if check.ok { "ok   " } else { "FAULT" }, check.name, check.what);
            for finding in &check.findings {
                text += &format!("         {}: {}\n", finding.file, finding.what);
            }
            if check.more > 0 {
                text += &format!("         and {} more\n", check.more);
            }
            for remark in &check.remarks {
                text += &format!("         note: {}: {}\n", remark.file, remark.what);
            }
        }
        text += &format!("\nVerdict: {}\n", words(self.verdict));
        for (title, lines) in [("Proved", &self.proved), ("Not proved", &self.not_proved), ("Next", &self.next)] {
            if !lines.is_empty() {
                text += &format!("\n{title}:\n");
            }
            for line in lines {
                text += &format!("- {line}\n");
            }
        }
        text
    }
}

impl CheckReport {
    fn of(outcome: &Outcome, standing: Standing) -> Self {
        let mut findings: Vec<Finding> = outcome.faults.iter().take(FINDINGS_TOLD_MAX).cloned().collect();
        let unknown = match standing {
            Standing::Claimed => outcome.check == Check::Trust,
            Standing::Authenticated => false,
        };
        if unknown && findings.is_empty() {
            findings.push(Finding::new(&Place::TrustClaim.path(), "a claim of the export about itself: no trust file was given"));
        }
        let n = outcome.faults.len();
        let told_as_is = n == 0 || outcome.what == Outcome::NOT_CHECKED;
        let what = if told_as_is { outcome.what.clone() } else { format!("{n} {}", if n == 1 { "fault" } else { "faults" }) };
        Self {
            name: outcome.check.name(),
            ok: findings.is_empty(),
            what,
            findings,
            more: n.saturating_sub(FINDINGS_TOLD_MAX),
            remarks: told(&outcome.remarks),
        }
    }
}

fn told(remarks: &[Finding]) -> Vec<Finding> {
    let mut told: Vec<Finding> = remarks.iter().take(FINDINGS_TOLD_MAX).cloned().collect();
    if let Some(next) = remarks.get(FINDINGS_TOLD_MAX) {
        told.push(Finding::new(&next.file, format!("and {} more such notes", remarks.len() - FINDINGS_TOLD_MAX)));
    }
    told
}

fn words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Fault => "FAULT",
        Verdict::ConsistentNotAuthenticated => "consistent, not authenticated",
    }
}
