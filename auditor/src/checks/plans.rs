//! Check `plans`: one plan for each round, signed by a trusted plan key, sound against its framework, logged before the
//! round opened; and each round opens once, closes once, is released, and takes corrections once, in that order.

use std::collections::BTreeMap;

use shared::framework::Framework;
use shared::ids::{Digest, RoundId};
use shared::log::entry::{CloseReason, Event};
use shared::plan::{PLAN_BYTES_MAX, PLAN_TYPE, Plan, PlanBody};
use shared::sign::Envelope;
use shared::submission::MessageKind;
use shared::trust::Trust;

use super::frameworks::Frameworks;
use super::log::{Leaf, Log};
use super::{Evidence, chain, count, remark_on_spare_signatures};
use crate::bundle::Bundle;
use crate::finding::{Check, Outcome};
use crate::place::Place;

/// A plan that is believed.
#[derive(Clone, Debug)]
pub struct KnownPlan {
    /// What it asks for.
    pub plan: Plan,
    /// Id of its envelope.
    pub id: Digest,
    /// Hash of the framework that it was checked against.
    pub framework: Digest,
}

impl KnownPlan {
    /// The framework that it was checked against.
    pub fn framework<'a>(&self, frameworks: &'a Frameworks) -> &'a Framework {
        &frameworks.get(&self.framework).expect("a plan is known only when its framework is").framework
    }
}

/// What the log says of one round.
#[derive(Clone, Debug, Default)]
pub struct Round {
    /// Index of its first plan.
    pub planned: Option<u64>,
    /// Its plan, when it is believed.
    pub plan: Option<KnownPlan>,
    /// Index of its `round-open`.
    pub opened: Option<u64>,
    /// Index of its `round-deadline`.
    pub closed: Option<u64>,
    /// Index of its `correction-open`.
    pub correction_opened: Option<u64>,
    /// Index of its `correction-deadline`.
    pub correction_closed: Option<u64>,
    /// Its releases in the order of the log: index and version.
    pub releases: Vec<(u64, String)>,
}

impl Round {
    /// Whether bodies of a kind are public: those of a release are, once it is out.
    pub fn is_public(&self, kind: MessageKind) -> bool {
        match kind {
            MessageKind::Submission => !self.releases.is_empty(),
            MessageKind::Correction => self.releases.len() > 1,
        }
    }
}

/// All rounds that the log names.
pub type Rounds = BTreeMap<RoundId, Round>;

/// Reads every logged plan and the order of the rounds.
pub fn check(
    bundle: &Bundle,
    log: &Log,
    trust: &Trust,
    frameworks: &Frameworks,
    evidence: &mut Vec<Evidence>,
) -> (Rounds, Outcome) {
    let mut outcome = Outcome::new(Check::Plans);
    let mut rounds = Rounds::new();
    for leaf in &log.leaves {
        step(&mut outcome, log, &mut rounds, leaf);
    }
    for (id, round) in &mut rounds {
        let Some(index) = round.planned else { continue };
        round.plan = log.leaf(index).and_then(|leaf| read(&mut outcome, bundle, leaf, *id, trust, frameworks));
        if let (Some(known), Some(Event::Plan { key, .. })) = (&round.plan, log.leaf(index).map(|l| &l.entry.event)) {
            let event = Event::Plan { round: known.plan.body().round, id: known.id, key: *key };
            evidence.push(Evidence { file: Place::Plan(*id).path(), index, event });
        }
        remark_on_dates(&mut outcome, log, *id, round);
    }
    for (path, place) in bundle.places() {
        if matches!(place, Place::Plan(round) if rounds.get(&round).is_none_or(|r| r.planned.is_none())) {
            outcome.fault(path, "the log holds no plan of this round");
        }
    }
    let n = count(rounds.values().filter(|r| r.plan.is_some()).count(), "plan", "plans");
    (rounds, outcome.said(format!("{n}, one for each round, signed by a plan key and logged before the round opened")))
}

/// Carries one leaf into the state of its round.
fn step(outcome: &mut Outcome, log: &Log, rounds: &mut Rounds, leaf: &Leaf) {
    let file = log.file_of(leaf.index);
    let at = format!("entry {}", leaf.index);
    match &leaf.entry.event {
        Event::Plan { round: id, .. } => {
            let round = rounds.entry(*id).or_default();
            match round.planned {
                Some(first) => {
                    let plan = Place::Plan(*id).path();
                    let what = format!("a second plan of round {id} was logged: entries {first} and {}", leaf.index);
                    outcome.fault(&plan, &what);
                    outcome.fault(&file, what);
                }
                None => round.planned = Some(leaf.index),
            }
        }
        Event::RoundOpen { round: id } => {
            let round = rounds.entry(*id).or_default();
            if round.planned.is_none() || round.opened.is_some() || round.closed.is_some() {
                outcome.fault(&file, format!("{at} opens round {id}, which had no plan or was open before"));
            }
            round.opened.get_or_insert(leaf.index);
        }
        Event::RoundDeadline { round: id, .. } => {
            let round = rounds.entry(*id).or_default();
            if round.opened.is_none() || round.closed.is_some() {
                outcome.fault(&file, format!("{at} closes round {id}, which was not open"));
            }
            round.closed.get_or_insert(leaf.index);
        }
        Event::CorrectionOpen { round: id } => {
            let round = rounds.entry(*id).or_default();
            if round.closed.is_none() || round.releases.is_empty() || round.correction_opened.is_some() {
                outcome.fault(&file, format!("{at} opens corrections of round {id}, which was not released or took them before"));
            }
            round.correction_opened.get_or_insert(leaf.index);
        }
        Event::CorrectionDeadline { round: id, .. } => {
            let round = rounds.entry(*id).or_default();
            if round.correction_opened.is_none() || round.correction_closed.is_some() {
                outcome.fault(&file, format!("{at} closes corrections of round {id}, which took none"));
            }
            round.correction_closed.get_or_insert(leaf.index);
        }
        Event::Release { round: id, version, .. } => {
            rounds.entry(*id).or_default().releases.push((leaf.index, version.clone()));
        }
        Event::Framework { .. } | Event::AgentKey { .. } | Event::Submission { .. } | Event::Other { .. } => {}
    }
}

fn read(
    outcome: &mut Outcome,
    bundle: &Bundle,
    leaf: &Leaf,
    round: RoundId,
    trust: &Trust,
    frameworks: &Frameworks,
) -> Option<KnownPlan> {
    let file = Place::Plan(round).path();
    let Event::Plan { id, key, .. } = leaf.entry.event else { return None };
    let Some(bytes) = bundle.bytes(&file) else {
        outcome.fault(&file, "logged, but missing here");
        return None;
    };
    let envelope = Envelope::parse(bytes, PLAN_BYTES_MAX).map_err(|e| outcome.fault(&file, chain(&e))).ok()?;
    remark_on_spare_signatures(outcome, &file, &envelope, &trust.plan);
    let verified = envelope.verify(PLAN_TYPE, &trust.plan).map_err(|e| outcome.fault(&file, chain(&e))).ok()?;
    if verified.id != id {
        outcome.fault(&file, format!("its id is {}, the log holds {id}", verified.id));
        return None;
    }
    if !envelope.signatures().iter().any(|s| s.keyid == key) || !trust.plan.iter().any(|k| k.id() == key) {
        outcome.fault(&file, format!("the log says that key {key} signed it, which did not, or is no plan key"));
        return None;
    }
    let Ok(body) = serde_json::from_slice::<PlanBody>(verified.payload) else {
        outcome.fault(&file, "not a plan of this version");
        return None;
    };
    let Some(known) = frameworks.get(&body.framework).filter(|f| f.index < leaf.index) else {
        outcome.fault(&file, format!("its framework {} was not logged before it, or is not usable", body.framework));
        return None;
    };
    let plan = Plan::parse(verified.payload, &known.framework).map_err(|e| outcome.fault(&file, chain(&e))).ok()?;
    if plan.body().round != round {
        outcome.fault(&file, format!("it is the plan of round {}", plan.body().round));
        return None;
    }
    Some(KnownPlan { plan, id, framework: body.framework })
}

/// Instants in the log are the aggregator's word: they are compared with the plan and told, not judged. A reason that
/// contradicts the plan is judged.
fn remark_on_dates(outcome: &mut Outcome, log: &Log, id: RoundId, round: &Round) {
    let Some(known) = &round.plan else { return };
    let (dates, file) = (&known.plan.body().dates, Place::Plan(id).path());
    let ends = [
        (round.closed, dates.send_closes_at, format!("round {id} was closed")),
        (round.correction_closed, dates.correction_closes_at, format!("corrections of round {id} were closed")),
    ];
    for (index, last, what) in ends {
        let Some(leaf) = index.and_then(|i| log.leaf(i)) else { continue };
        let (Event::RoundDeadline { reason, .. } | Event::CorrectionDeadline { reason, .. }) = &leaf.entry.event else {
            continue;
        };
        if *reason == CloseReason::MadeUp && !known.plan.body().made_up {
            outcome.fault(&file, format!("{what} as made up, and its plan is not"));
        }
        if leaf.entry.at < last {
            let why = reason.word();
            outcome.remark(&file, format!("{what} before {last}, the plan's last instant, for the reason {why}"));
        }
    }
    if let Some(leaf) = round.correction_opened.and_then(|i| log.leaf(i))
        && leaf.entry.at < dates.correction_opens_at
    {
        let first = dates.correction_opens_at;
        outcome.remark(&file, format!("corrections of round {id} were opened before {first}, the plan's first instant"));
    }
}
