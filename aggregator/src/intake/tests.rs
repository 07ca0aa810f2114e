//! What intake lets through, and the code of each refusal.

use std::sync::Arc;

use shared::framework::Framework;
use shared::ids::ReportingYear;
use shared::plan::{Cohort, CohortMember, Dates, Draw, PLAN_TYPE, Plan, PlanChoice, Region};
use shared::privacy::RhoNano;
use shared::sign::{Algorithm, SigningKey};
use shared::submission::{
    CorrectionReason, FactAnswer, Nonce, SCHEMA, SubmissionBlock, TableSupplied, framework_return_tables, padded_body,
    state_facts,
};

use super::*;
use crate::registry::{Member, RoundState};
use crate::store::Stages;

/// Two authorities with keys, one of them outside the cohort, and one open round.
struct World {
    registry: Registry,
    key: SigningKey,
    stranger: SigningKey,
    sample: Submission,
}

impl World {
    fn new() -> Self {
        let framework = Arc::new(Framework::built_in());
        let plan = Plan::with_equal_shares(&framework, choice()).unwrap();
        let [key, other, stranger, planner] = std::array::from_fn(|_| SigningKey::generate(Algorithm::EcdsaP256).unwrap());
        let envelope = Envelope::sign(PLAN_TYPE, plan.encode(), &planner).unwrap();
        let sample = sample(&plan, envelope.id(), &framework);
        let mut registry = Registry { version: 7, ..Registry::default() };
        for (code, key) in [("301", &key), ("302", &other), ("999", &other)] {
            let member = Member { keys: vec![key.public().clone()], certificates: Vec::new() };
            registry.members.insert(code.parse().unwrap(), member);
        }
        let (plan_id, envelope) = (envelope.id(), envelope.encode());
        let (stages, state) = (Stages::default(), RoundState::Open);
        let round = Round { plan, plan_id, envelope, framework, stages, n_releases: 0, state };
        registry.rounds.insert("cla-2025".parse().unwrap(), round);
        Self { registry, key, stranger, sample }
    }
    fn changed(&self, change: impl FnOnce(&mut Submission)) -> Vec<u8> {
        let mut submission = self.sample.clone();
        change(&mut submission);
        Envelope::sign(SUBMISSION_TYPE, submission.encode(), &self.key).unwrap().encode()
    }
    /// The envelope of a correction of a message, changed and signed.
    fn correction(&self, of: Digest, change: impl FnOnce(&mut Submission)) -> Vec<u8> {
        let plan = &self.registry.rounds[&self.sample.round].plan;
        let block =
            |b: &shared::plan::PlanBlock| SubmissionBlock::of(b, Draw::Correction, vec![2; usize::try_from(b.n).unwrap()]);
        self.changed(|s| {
            (s.kind, s.sequence, s.previous) = (MessageKind::Correction, 2, of);
            s.reason = CorrectionReason::RecordsMissing.digit();
            s.blocks = plan.body().blocks.iter().map(block).collect();
            change(s);
        })
    }
    /// Judges an envelope that is padded as agents pad.
    fn judge(&self, envelope: Vec<u8>, peer: &str) -> Result<Message, Problem> {
        self.judge_as(MessageKind::Submission, &padded_body(envelope), peer)
    }
    fn judge_as(&self, kind: MessageKind, body: &[u8], peer: &str) -> Result<Message, Problem> {
        let (round, kind) = addressed(&self.registry, "cla-2025", kind.word()).unwrap();
        judge(body, peer.parse().unwrap(), &self.registry, round, kind)
    }
    fn check(&self, envelope: Vec<u8>, expected: Problem) {
        assert_eq!(self.judge(envelope, "301").err(), Some(expected));
    }
}

fn choice() -> PlanChoice {
    let member = |code: &str| CohortMember {
        authority: code.parse().unwrap(),
        ons_code: format!("E09000{code}"),
        name: code.into(),
        region: "E12000007".into(),
        population_0_17: None,
    };
    PlanChoice {
        reporting_year: ReportingYear::new(2025).unwrap(),
        made_up: true,
        dates: Dates {
            freeze_on: "2025-06-30".parse().unwrap(),
            send_opens_at: "2025-07-01T09:00:00Z".parse().unwrap(),
            send_spread_s: 0,
            send_closes_at: "2025-07-31T17:00:00Z".parse().unwrap(),
            correction_opens_at: "2025-09-01T09:00:00Z".parse().unwrap(),
            correction_closes_at: "2025-09-30T17:00:00Z".parse().unwrap(),
        },
        rho_release: RhoNano(160_000_000),
        rho_correction: RhoNano(40_000_000),
        accepted_wide: None,
        cohort: Cohort {
            members: vec![member("301"), member("302")],
            regions: vec![Region { code: "E12000007".into(), name: "London".into() }],
            population: None,
        },
        authorities_min: 1,
    }
}

fn sample(plan: &Plan, plan_id: Digest, framework: &Framework) -> Submission {
    let block = |b: &shared::plan::PlanBlock| SubmissionBlock::of(b, Draw::Release, vec![1; usize::try_from(b.n).unwrap()]);
    Submission {
        schema: SCHEMA.into(),
        authority: "301".parse().unwrap(),
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
        tables_supplied: framework_return_tables(framework)
            .into_iter()
            .map(|table| TableSupplied { table, supplied: 1 })
            .collect(),
        facts: state_facts(framework, |_| FactAnswer::Yes),
        blocks: plan.body().blocks.iter().map(block).collect(),
        attachments: Vec::new(),
    }
}

#[test]
fn a_good_message_is_let_through_with_the_version_that_judged_it() {
    let world = World::new();
    let bytes = world.changed(|_| ());
    let message = world.judge(bytes.clone(), "301").unwrap();
    assert_eq!((message.authority.to_string().as_str(), message.sequence, message.registry_version), ("301", 1, 7));
    assert_eq!(message.id, Envelope::parse(&bytes, bytes.len()).unwrap().id());
    assert_eq!(message.envelope, bytes);
}

#[test]
fn each_fault_has_its_code() {
    let world = World::new();
    let good = world.changed(|_| ());
    world.check(vec![b'{'; 200_000], Problem::BodyTooLarge);
    world.check(b"{}".to_vec(), Problem::EnvelopeMalformed);
    world.check([&good[..], b"\n"].concat(), Problem::EnvelopeNotCanonical);
    let sign = |kind: &str, payload: &[u8], key: &SigningKey| Envelope::sign(kind, payload.to_vec(), key).unwrap().encode();
    world.check(sign(PLAN_TYPE, &world.sample.encode(), &world.key), Problem::MessageKindUnknown);
    world.check(sign(SUBMISSION_TYPE, &world.sample.encode(), &world.stranger), Problem::KeyUnknown);
    world.check(sign(SUBMISSION_TYPE, b"{\"authority\":\"301\"}", &world.key), Problem::PayloadMalformed);
    world.check(sign(SUBMISSION_TYPE, b"garbage", &world.key), Problem::PayloadMalformed);
    world.check(world.changed(|s| s.authority = "302".parse().unwrap()), Problem::AuthorityMismatch);
    world.check(world.changed(|s| s.plan = Digest::NONE), Problem::PlanUnknown);
    world.check(world.changed(|s| s.blocks[0].scale_milli += 1), Problem::ShapeMismatch);
    world.check(world.changed(|s| s.blocks[0].cells.0.truncate(1)), Problem::ShapeMismatch);
}

#[test]
fn a_signature_of_other_bytes_is_refused() {
    let world = World::new();
    let payload = world.changed(|s| s.nonce = Nonce([4; 16]));
    let (ours, theirs) = (String::from_utf8(world.changed(|_| ())).unwrap(), String::from_utf8(payload).unwrap());
    let signatures = |text: &str| text.split_once(",\"signatures\"").unwrap().1.to_owned();
    let mixed = ours.replace(&signatures(&ours), &signatures(&theirs));
    world.check(mixed.into_bytes(), Problem::SignatureInvalid);
}

#[test]
fn a_message_of_another_authority_is_refused_before_its_signature_is_looked_at() {
    let world = World::new();
    assert_eq!(world.judge(world.changed(|_| ()), "302").err(), Some(Problem::AuthorityMismatch));
    let unsigned = Envelope::sign(SUBMISSION_TYPE, world.sample.encode(), &world.stranger).unwrap().encode();
    assert_eq!(world.judge(unsigned, "302").err(), Some(Problem::AuthorityMismatch));
}

#[test]
fn an_authority_outside_the_cohort_or_without_keys_is_unknown() {
    let mut world = World::new();
    let mut outside = world.sample.clone();
    outside.authority = "999".parse().unwrap();
    let key = SigningKey::generate(Algorithm::Ed25519).unwrap();
    world.registry.members.get_mut(&outside.authority).unwrap().keys = vec![key.public().clone()];
    let bytes = Envelope::sign(SUBMISSION_TYPE, outside.encode(), &key).unwrap().encode();
    assert_eq!(world.judge(bytes.clone(), "999").err(), Some(Problem::AuthorityUnknown));
    world.registry.members.clear();
    assert_eq!(world.judge(bytes, "999").err(), Some(Problem::AuthorityUnknown));
}

#[test]
fn rounds_and_kinds_that_do_not_exist_are_named() {
    let world = World::new();
    let check = |round: &str, kind: &str, expected| assert_eq!(addressed(&world.registry, round, kind).err(), Some(expected));
    check("cla-2024", "submission", Problem::RoundUnknown);
    check("../etc", "submission", Problem::RoundUnknown);
    check("cla-2025", "teller-key", Problem::MessageKindUnknown);
}

#[test]
fn a_body_is_padded_in_one_way_or_refused() {
    let world = World::new();
    let good = world.changed(|_| ());
    let body = padded_body(good.clone());
    assert_eq!(body.len() % 4096, 0);
    let judge = |body: &[u8]| world.judge_as(MessageKind::Submission, body, "301").map(|m| m.envelope);
    assert_eq!(judge(&body), Ok(good.clone()), "what is stored is the envelope");
    let longer = [&body[..], &[b' '; 4096]].concat();
    for other in [&good[..], &body[..body.len() - 1], &longer, b"", &[b' '; 4096]] {
        assert_eq!(judge(other), Err(Problem::EnvelopeNotCanonical), "{} bytes", other.len());
    }
    let mut tabs = body.clone();
    *tabs.last_mut().unwrap() = b'\t';
    assert_eq!(judge(&tabs), Err(Problem::EnvelopeNotCanonical));
}

#[test]
fn a_correction_carries_the_plans_second_draw_and_a_reason_and_is_judged_as_one() {
    let world = World::new();
    let first = shared::hash::sha256(b"the first one");
    let judge = |kind, envelope: Vec<u8>| world.judge_as(kind, &padded_body(envelope), "301");
    let message = judge(MessageKind::Correction, world.correction(first, |_| ())).unwrap();
    assert_eq!((message.kind, message.sequence, message.previous), (MessageKind::Correction, 2, first));
    assert_eq!((message.window.kind, message.window.stage), (MessageKind::Correction, Stage::Before));
    let refused = |problem, change: &dyn Fn(&mut Submission)| {
        assert_eq!(judge(MessageKind::Correction, world.correction(first, change)).err(), Some(problem));
    };
    refused(Problem::ShapeMismatch, &|s| s.reason = 0);
    refused(Problem::ShapeMismatch, &|s| s.reason = 5);
    refused(Problem::ShapeMismatch, &|s| s.sequence = 3);
    refused(Problem::ShapeMismatch, &|s| s.previous = Digest::NONE);
    refused(Problem::ShapeMismatch, &|s| s.blocks = world.sample.blocks.clone());
    refused(Problem::MessageKindUnknown, &|s| *s = world.sample.clone());
    let as_first = judge(MessageKind::Submission, world.correction(first, |_| ()));
    assert_eq!(as_first.err(), Some(Problem::MessageKindUnknown), "a correction at the address of a submission");
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_seconds(seconds).unwrap()
}

#[test]
fn a_window_is_the_plans_dates_and_the_rounds_stage() {
    let check = |kind, stage, now, expected| {
        let window = Window { opens_at: at(10), closes_at: at(20), stage, kind };
        assert_eq!(window.admit(at(now)), expected, "{kind:?} {stage:?} {now}");
    };
    for (kind, early, late) in [
        (MessageKind::Submission, Problem::RoundNotOpen, Problem::SubmissionLate),
        (MessageKind::Correction, Problem::CorrectionNotOpen, Problem::CorrectionLate),
    ] {
        check(kind, Stage::Before, 15, Err(early));
        check(kind, Stage::Open, 9, Err(early));
        check(kind, Stage::Open, 10, Ok(()));
        check(kind, Stage::Open, 19, Ok(()));
        check(kind, Stage::Open, 20, Err(late));
        check(kind, Stage::Over, 15, Err(late));
    }
}

#[test]
fn each_kind_has_the_dates_of_the_plan_and_the_leaves_of_the_log() {
    let mut world = World::new();
    let round = world.registry.rounds.values_mut().next().unwrap();
    let stages = |round: &mut Round, leaves: [Option<u64>; 3]| {
        let [deadline_index, correction_index, correction_deadline_index] = leaves;
        round.stages = Stages { deadline_index, correction_index, correction_deadline_index, ..Stages::default() };
        MessageKind::ALL.map(|kind| Window::of(round, kind).stage)
    };
    assert_eq!(stages(round, [None, None, None]), [Stage::Open, Stage::Before]);
    assert_eq!(stages(round, [Some(5), None, None]), [Stage::Over, Stage::Before]);
    assert_eq!(stages(round, [Some(5), Some(8), None]), [Stage::Over, Stage::Open]);
    assert_eq!(stages(round, [Some(5), Some(8), Some(9)]), [Stage::Over, Stage::Over]);
    let dates = round.plan.body().dates;
    let window = |round: &Round, kind| (Window::of(round, kind).opens_at, Window::of(round, kind).closes_at);
    assert_eq!(window(round, MessageKind::Submission), (dates.send_opens_at, dates.send_closes_at));
    // made up: whenever the log says so, until the plan's last second
    assert_eq!(window(round, MessageKind::Correction), (dates.send_opens_at, dates.correction_closes_at));
    round.plan = Plan::with_equal_shares(&round.framework, PlanChoice { made_up: false, ..choice() }).unwrap();
    assert_eq!(window(round, MessageKind::Correction), (dates.correction_opens_at, dates.correction_closes_at));
}
