//! The audit: all checks in order, and the verdict.
//!
//! Pure: the same export and the same trust file give the same audit. A verdict of `pass` needs a trust file and eleven
//! checks without a fault.

use serde::Serialize;
use shared::trust::Trust;

use crate::bundle::Bundle;
use crate::checks::trust::Standing;
use crate::checks::{budget, consistency, frameworks, keys, log, manifest, notices, plans, release, submissions, trust};
use crate::finding::{Check, Outcome};
use crate::place::{CHECKPOINT_FILE, Place};

/// What an audit ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// No fault, against a trust file.
    Pass,
    /// At least one fault.
    Fault,
    /// No fault, against the export's own claim of its keys.
    ConsistentNotAuthenticated,
}

/// What all checks said.
#[derive(Clone, Debug)]
pub struct Audit {
    /// Where the keys came from.
    pub standing: Standing,
    /// The checks in the order of the report.
    pub outcomes: Vec<Outcome>,
}

impl Audit {
    /// The verdict.
    pub fn verdict(&self) -> Verdict {
        let clean = self.outcomes.iter().all(Outcome::passed);
        match self.standing {
            Standing::Authenticated if clean => Verdict::Pass,
            Standing::Claimed if clean => Verdict::ConsistentNotAuthenticated,
            Standing::Authenticated | Standing::Claimed => Verdict::Fault,
        }
    }
}

/// Checks an export against a trust file, or against its own claim.
pub fn audit(bundle: &Bundle, given: Option<&Trust>) -> Audit {
    let (trust, standing, outcome) = trust::check(bundle, given);
    let mut outcomes = vec![outcome];
    match &trust {
        Some(trust) => outcomes.extend(below_trust(bundle, trust)),
        None => {
            let all = [Check::Manifest, Check::Log].into_iter().chain(BELOW_LOG);
            let file = Place::TrustClaim.path();
            outcomes.extend(all.map(|check| Outcome::not_done(check, &file, "there are no keys to check with")));
        }
    }
    outcomes.sort_by_key(|o| o.check);
    Audit { standing, outcomes }
}

/// Checks that stand on the log.
const BELOW_LOG: [Check; 8] = [
    Check::Consistency,
    Check::Frameworks,
    Check::Plans,
    Check::Keys,
    Check::Submissions,
    Check::Budget,
    Check::Release,
    Check::Notices,
];

fn below_trust(bundle: &Bundle, trust: &Trust) -> Vec<Outcome> {
    let (manifest, manifest_outcome) = manifest::check(bundle, trust);
    let (log, log_outcome) = log::check(bundle, trust);
    let mut outcomes = vec![manifest_outcome, log_outcome];
    let Some(log) = log else {
        outcomes.extend(BELOW_LOG.map(|check| Outcome::not_done(check, CHECKPOINT_FILE, "the log cannot be read")));
        return outcomes;
    };
    let mut evidence = Vec::new();
    let (frameworks, frameworks_outcome) = frameworks::check(bundle, &log, &mut evidence);
    let (rounds, plans_outcome) = plans::check(bundle, &log, trust, &frameworks, &mut evidence);
    let (keys, keys_outcome) = keys::check(bundle, &log, trust, &mut evidence);
    let known = submissions::Known { log: &log, frameworks: &frameworks, rounds: &rounds, keys: &keys };
    let (submissions, submissions_outcome) = submissions::check(bundle, &known, &mut evidence);
    let budget_outcome = budget::check(&frameworks, &rounds, &submissions);
    let known = release::Known { trust, log: &log, frameworks: &frameworks, rounds: &rounds, submissions: &submissions };
    let release_outcome = release::check(bundle, &known, &mut evidence);
    let notices_outcome = notices::check(bundle, &log, &rounds, manifest.as_ref());
    let consistency_outcome = consistency::check(&log, &evidence);
    outcomes.extend([consistency_outcome, frameworks_outcome, plans_outcome, keys_outcome]);
    outcomes.extend([submissions_outcome, budget_outcome, release_outcome, notices_outcome]);
    outcomes
}
