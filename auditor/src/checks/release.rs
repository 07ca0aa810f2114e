//! Check `release`: each release is computed anew from the submissions that the log accepted, and compared byte for byte.
//!
//! What a version stands on follows from the log alone: the first one on what came before the round's deadline, the one
//! with corrections on the same, where each correction before its own deadline takes the place of what it corrects.

use std::collections::BTreeSet;

use shared::hash::sha256;
use shared::ids::{Digest, RoundId};
use shared::log::entry::Event;
use shared::release::{Accepted, Basis, NOTICE, NOTICE_MADE_UP, ReleaseError, changes};
use shared::sign::Envelope;
use shared::statement::{
    Predicate, RELEASE_FILES, ReleaseReason, ReleaseStatement, STATEMENT_BYTES_MAX, STATEMENT_FILE, STATEMENT_TYPE,
};
use shared::trust::Trust;

use super::frameworks::Frameworks;
use super::log::Log;
use super::plans::{KnownPlan, Rounds};
use super::submissions::{OfRound, Submissions};
use super::{Evidence, chain, count, remark_on_spare_signatures};
use crate::bundle::Bundle;
use crate::finding::{Check, Outcome};
use crate::place::Place;

/// The file that a fault of a whole release is named by.
const FIGURES_FILE: &str = "figures.csv";

/// What earlier checks made of the export.
pub struct Known<'a> {
    /// What is trusted.
    pub trust: &'a Trust,
    /// The log.
    pub log: &'a Log,
    /// Frameworks by hash.
    pub frameworks: &'a Frameworks,
    /// Rounds and their plans.
    pub rounds: &'a Rounds,
    /// Submissions by round.
    pub submissions: &'a Submissions,
}

/// One release leaf.
struct Logged<'a> {
    index: u64,
    round: RoundId,
    version: &'a str,
    /// Why there is this version.
    reason: ReleaseReason,
    id: Digest,
}

/// Checks every logged release.
pub fn check(bundle: &Bundle, known: &Known<'_>, evidence: &mut Vec<Evidence>) -> Outcome {
    let mut outcome = Outcome::new(Check::Release);
    let (mut versions, mut earlier) = (BTreeSet::new(), Vec::new());
    for leaf in &known.log.leaves {
        let Event::Release { round, version, id } = &leaf.entry.event else { continue };
        let index = leaf.index;
        if !versions.insert(version.clone()) {
            outcome.fault(&known.log.file_of(index), format!("entry {index} publishes version {version} a second time"));
            continue;
        }
        let Some(reason) = ReleaseReason::of(*round, version) else {
            let [first, second] = ReleaseReason::ALL.map(|reason| reason.version(*round));
            let what = format!("entry {index} publishes it, and round {round} has no other releases than {first} and {second}");
            outcome.fault(&Place::statement(version).path(), what);
            continue;
        };
        let one = Logged { index, round: *round, version, reason, id: *id };
        statement(&mut outcome, bundle, known, &one, evidence);
        recompute(&mut outcome, bundle, known, &one, &earlier);
        earlier.push(one);
    }
    for (path, place) in bundle.places() {
        let Place::Release { version, file } = place else { continue };
        if !versions.contains(&version) {
            outcome.fault(path, "the log holds no release of this version");
        } else if file != STATEMENT_FILE && !RELEASE_FILES.contains(&file.as_str()) {
            outcome.fault(path, "a release has no such file");
        }
    }
    let files = count(versions.len() * RELEASE_FILES.len(), "file", "files");
    let said = format!(
        "{} recomputed from the accepted submissions: {files} equal byte for byte",
        count(versions.len(), "release", "releases")
    );
    outcome.said(said)
}

fn statement(outcome: &mut Outcome, bundle: &Bundle, known: &Known<'_>, one: &Logged<'_>, evidence: &mut Vec<Evidence>) {
    let file = Place::statement(one.version).path();
    let Some(bytes) = bundle.bytes(&file) else { return outcome.fault(&file, "logged, but missing here") };
    let envelope = match Envelope::parse(bytes, STATEMENT_BYTES_MAX) {
        Ok(envelope) => envelope,
        Err(error) => return outcome.fault(&file, chain(&error)),
    };
    remark_on_spare_signatures(outcome, &file, &envelope, &known.trust.release);
    if let Err(error) = envelope.verify(STATEMENT_TYPE, &known.trust.release) {
        return outcome.fault(&file, chain(&error));
    }
    if envelope.id() != one.id {
        return outcome.fault(&file, format!("its id is {}, the log holds {} at entry {}", envelope.id(), one.id, one.index));
    }
    let statement = match ReleaseStatement::parse(envelope.payload_unverified()) {
        Ok(statement) => statement,
        Err(error) => return outcome.fault(&file, chain(&error)),
    };
    let event =
        Event::Release { round: statement.predicate.round, version: statement.predicate.version.clone(), id: envelope.id() };
    evidence.push(Evidence { file: file.clone(), index: one.index, event });
    subjects(outcome, bundle, &file, one.version, &statement);
    predicate(outcome, known, &file, one, &statement.predicate);
}

fn subjects(outcome: &mut Outcome, bundle: &Bundle, file: &str, version: &str, statement: &ReleaseStatement) {
    if !statement.subject.iter().map(|s| s.name.as_str()).eq(RELEASE_FILES) {
        outcome.fault(file, format!("it is not over exactly {}", RELEASE_FILES.join(", ")));
    }
    for subject in &statement.subject {
        let path = Place::Release { version: version.to_owned(), file: subject.name.clone() }.path();
        match bundle.bytes(&path) {
            None => outcome.fault(&path, "in the release statement, but missing here"),
            Some(bytes) if sha256(bytes) != subject.digest.sha256 => {
                outcome.fault(&path, "its SHA-256 is not the one in the release statement")
            }
            Some(_) => {}
        }
    }
}

fn predicate(outcome: &mut Outcome, known: &Known<'_>, file: &str, one: &Logged<'_>, says: &Predicate) {
    let round = known.rounds.get(&one.round);
    let (deadline, name) = match one.reason {
        ReleaseReason::First => (round.and_then(|r| r.closed), "the round's deadline"),
        ReleaseReason::Corrections => (round.and_then(|r| r.correction_closed), "the deadline for corrections"),
    };
    let Some((plan, closed)) = round.and_then(|r| Some((r.plan.as_ref()?, deadline?))) else {
        return outcome.fault(file, format!("round {} has no believed plan, or the log never came to {name}", one.round));
    };
    if closed > one.index {
        outcome.fault(file, format!("released at entry {}, before {name} at entry {closed}", one.index));
    }
    let made_up = plan.plan.body().made_up;
    let notices: Vec<&str> = made_up.then_some(NOTICE_MADE_UP).into_iter().chain([NOTICE]).collect();
    let claims = [
        ("round", says.round == one.round),
        ("version", says.version == one.version),
        ("reason", says.reason == one.reason),
        ("made-up mark", says.made_up == made_up),
        ("list of notices", says.notices == notices),
        ("plan", says.plan == plan.id),
        ("framework", says.framework == plan.framework),
        ("index of the deadline", says.closed_at_index == closed),
    ];
    for (what, _) in claims.iter().filter(|(_, same)| !same) {
        outcome.fault(file, format!("its {what} is not that of the log and the plan"));
    }
}

fn recompute(outcome: &mut Outcome, bundle: &Bundle, known: &Known<'_>, one: &Logged<'_>, earlier: &[Logged<'_>]) {
    let path = |name: &str| Place::Release { version: one.version.to_owned(), file: name.to_owned() }.path();
    let Some(plan) = known.rounds.get(&one.round).and_then(|r| r.plan.as_ref()) else {
        return outcome.fault(&path(FIGURES_FILE), "not recomputed: its round has no plan that is believed");
    };
    let nothing = OfRound::default();
    let of_round = known.submissions.get(&one.round).unwrap_or(&nothing);
    if one.reason == ReleaseReason::Corrections && of_round.corrections.is_empty() && of_round.unusable_corrections.is_empty() {
        outcome.fault(&path(FIGURES_FILE), "a release with corrections, and the log holds none");
    }
    let accepted = match of_round.standing(one.reason) {
        Ok(accepted) => accepted,
        Err(unusable) => {
            let who: Vec<String> = unusable.iter().map(ToString::to_string).collect();
            let what = format!("not recomputed: the submissions of {} cannot be used", who.join(", "));
            return outcome.fault(&path(FIGURES_FILE), what);
        }
    };
    let files = match recomputed(known, plan, one, &accepted, earlier) {
        Ok(files) => files,
        Err(error) => {
            return outcome
                .fault(&Place::statement(one.version).path(), format!("no release follows from the log: {}", chain(&error)));
        }
    };
    for (name, expected) in files {
        let path = path(name);
        match bundle.bytes(&path) {
            None => outcome.fault(&path, "missing"),
            Some(bytes) if bytes != expected => {
                let line = first_difference(bytes, &expected);
                let figure = figure_in(&expected, line).map_or(String::new(), |figure| format!(", which should hold {figure}"));
                outcome.fault(&path, format!("not what follows from the submissions: it differs first in line {line}{figure}"));
            }
            Some(_) => {}
        }
    }
}

fn recomputed(
    known: &Known<'_>,
    plan: &KnownPlan,
    one: &Logged<'_>,
    accepted: &[Accepted],
    earlier: &[Logged<'_>],
) -> Result<[(&'static str, Vec<u8>); 4], ReleaseError> {
    let basis = basis(known, plan, one, accepted);
    let release = basis.release()?;
    let former = former(known, one, earlier);
    let before = former.as_ref().map(|(plan, before, accepted)| self::basis(known, plan, before, accepted));
    let changes = before.map(|before| changes(basis, before)).transpose()?;
    let compared = before.as_ref().zip(changes.as_ref()).map(|(before, changes)| (before.version, changes.as_slice()));
    Ok(release.files(basis.framework, compared))
}

fn basis<'a>(known: &'a Known<'_>, plan: &'a KnownPlan, one: &Logged<'a>, accepted: &'a [Accepted]) -> Basis<'a> {
    Basis { framework: plan.framework(known.frameworks), plan: &plan.plan, plan_id: plan.id, version: one.version, accepted }
}

/// The newest release of the year before that the log holds before this one, with its plan and its submissions. One whose
/// submissions cannot be used has its own fault, and nothing is compared with it here: so the file of changes, too, is at
/// fault where it was.
fn former<'a>(
    known: &'a Known<'_>,
    one: &Logged<'_>,
    earlier: &'a [Logged<'a>],
) -> Option<(&'a KnownPlan, &'a Logged<'a>, Vec<Accepted>)> {
    let year = one.round.year().before(1);
    let before = earlier.iter().rev().find(|other| other.round.year() == year)?;
    let plan = known.rounds.get(&before.round)?.plan.as_ref()?;
    let accepted = known.submissions.get(&before.round)?.standing(before.reason).ok()?;
    Some((plan, before, accepted))
}

/// The figure in a line of `figures.json`, by its names.
fn figure_in(expected: &[u8], line: usize) -> Option<String> {
    let text = expected.split(|byte| *byte == b'\n').nth(line.checked_sub(1)?)?;
    let figure: serde_json::Value = serde_json::from_slice(text.strip_suffix(b",").unwrap_or(text)).ok()?;
    let name = |field: &str| figure.get(field)?.as_str();
    Some(format!("{}/{}/{} of {} ({})", name("id")?, name("group")?, name("category")?, name("area")?, name("what")?))
}

/// Number of the first line in which two texts differ, from 1.
fn first_difference(a: &[u8], b: &[u8]) -> usize {
    let same = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    a[..same].iter().filter(|byte| **byte == b'\n').count() + 1
}
