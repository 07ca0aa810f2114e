//! The sending half as a whole, against a made-up aggregator: guards, crashes, copies, lost answers.

use shared::ids::Digest;
use shared::limits::ENVELOPE_BYTES_MAX;
use shared::log::entry::{CloseReason, Event};
use shared::problem::{Exit, Problem};
use shared::sign::{Algorithm, Envelope, SigningKey};
use shared::submission::Submission;

use super::prepare::Prepared;
use super::room::{Step, Steps};
use super::{Screen, show};
use crate::bounds::tests::greatest_child;
use crate::fixtures::{Agent, Fault, World, choice, copy_folder, round};
use crate::noise::NoiseError;
use crate::stop::{Reached, Stop};

/// Stops at one step, as if the power had gone.
pub(super) struct StopAt(pub Step);

impl Steps for StopAt {
    fn reached(&self, step: Step) -> Result<(), Stop> {
        if step == self.0 { Err(Stop::fault("the power is gone")) } else { Ok(()) }
    }
}

#[test]
fn a_round_is_prepared_sent_and_receipted_once() {
    let world = World::with_plan(choice());
    let agent = Agent::new(&world);
    let prepared = agent.prepare().unwrap();
    assert!(matches!(prepared, Prepared::Now(_)));
    let (sent, reached) = agent.send();
    assert_eq!(sent.unwrap().iter().map(|s| (s.debit.id, s.index)).collect::<Vec<_>>(), [(prepared.debit().id, 2)]);
    assert_eq!(reached, Reached::Receipted);
    assert!(agent.state().receipt(prepared.debit().id).unwrap().is_some());
    // a second run of both: nothing drawn, nothing posted
    assert!(matches!(agent.prepare().unwrap(), Prepared::Earlier(_)));
    assert_eq!(agent.send().0.unwrap().len(), 0);
    assert_eq!((agent.mechanism.n_draws.get(), world.posted.borrow().len()), (1, 1));
}

#[test]
fn preparing_again_gives_the_same_bytes_and_draws_nothing() {
    let agent = Agent::new(&World::with_plan(choice()));
    let first = agent.prepare().unwrap().debit().envelope.clone();
    let again = agent.prepare_from(|f| vec![greatest_child(f, shared::framework::ChildKind { age: 3, in_care: true })]).unwrap();
    assert!(again.debit().envelope == first);
    assert_eq!((agent.mechanism.n_draws.get(), agent.n_readings.get()), (1, 1));
}

/// Every guard refuses with its code before the records are read, and leaves the ledger as it was.
fn refuses(world: impl Fn() -> std::rc::Rc<World>, change: impl Fn(&mut Agent), expected: Problem) {
    let world = world();
    let mut agent = Agent::new(&world);
    change(&mut agent);
    let files = agent.ledger_files();
    let stop = agent.prepare().err().unwrap_or_else(|| panic!("{} was not refused", expected.code()));
    assert_eq!(stop.problem, Some(expected), "{stop}");
    assert_eq!((agent.n_readings.get(), agent.mechanism.n_draws.get()), (0, 0), "{}", expected.code());
    assert_eq!(agent.ledger_files(), files, "{}", expected.code());
    assert!(world.posted.borrow().is_empty());
}

#[test]
fn a_plan_that_is_not_the_one_logged_plan_of_the_pinned_key_is_refused() {
    let world = || World::with_plan(choice());
    refuses(world, |a| drop(a.world.entries.borrow_mut().pop()), Problem::PlanUnlogged);
    refuses(
        world,
        |a| a.world.publish(a.world.plan_payload("\"authorities_min\":1", "\"authorities_min\":2")),
        Problem::PlanSecond,
    );
    // served another one than the logged
    let other = |a: &mut Agent| {
        let payload = a.world.plan_payload("\"authorities_min\":1", "\"authorities_min\":2");
        a.world.publish(payload);
        a.world.entries.borrow_mut().pop();
    };
    refuses(world, other, Problem::PlanUnlogged);
    let stranger = |a: &mut Agent| {
        let key = SigningKey::generate(Algorithm::EcdsaP256).unwrap();
        let envelope = Envelope::sign(shared::plan::PLAN_TYPE, a.world.plan_payload("2025", "2025"), &key).unwrap();
        *a.world.plan.borrow_mut() = envelope.encode();
    };
    refuses(world, stranger, Problem::PlanSignatureInvalid);
    let damaged = |a: &mut Agent| *a.world.plan.borrow_mut() = b"{}".to_vec();
    refuses(world, damaged, Problem::PlanMalformed);
}

/// A world whose one plan was changed as text before it was signed.
fn with_changed_plan(from: &'static str, to: &'static str) -> impl Fn() -> std::rc::Rc<World> {
    move || {
        let world = World::with_plan(choice());
        let payload = world.plan_payload(from, to);
        world.entries.borrow_mut().pop();
        world.publish(payload);
        world
    }
}

#[test]
fn a_plan_that_this_agent_cannot_keep_is_refused() {
    let same = |_: &mut Agent| {};
    let zeros: &'static str = "\"framework\":\"0000000000000000000000000000000000000000000000000000000000000000\",\"was\":\"";
    refuses(with_changed_plan("\"framework\":\"", zeros), same, Problem::FrameworkUnknown);
    refuses(with_changed_plan("local-noise", "sealed-total"), same, Problem::ProtectionUnknown);
    refuses(with_changed_plan("\"scale_milli\":", "\"scale_milli\":1"), same, Problem::PlanMalformed);
    refuses(with_changed_plan("{\"schema\"", "{\"spare\":1,\"schema\""), same, Problem::PlanMalformed);
}

#[test]
fn only_the_newest_complete_year_is_drawn_unless_the_data_are_made_up() {
    let real = || World::with_plan(shared::plan::PlanChoice { made_up: false, ..choice() });
    let made_up = || World::with_plan(choice());
    let late_dates = |c: shared::plan::PlanChoice| {
        let mut c = c;
        c.dates.send_closes_at = "2026-12-31T00:00:00Z".parse().unwrap();
        c
    };
    let of_real_records = |a: &mut Agent| a.settings = a.settings.replace("made_up = true\n", "");
    let mut agent = Agent::new(&real());
    of_real_records(&mut agent);
    assert!(agent.prepare().is_ok());
    refuses(real, |_| {}, Problem::PlanMadeUp);
    refuses(made_up, of_real_records, Problem::PlanMadeUp);
    let next_year = |a: &mut Agent| {
        of_real_records(a);
        a.clock.set("2026-04-01T10:00:00Z");
    };
    refuses(
        || World::with_plan(late_dates(shared::plan::PlanChoice { made_up: false, ..choice() })),
        next_year,
        Problem::PlanYearNotNewest,
    );
    let agent = Agent::new(&World::with_plan(late_dates(choice())));
    agent.clock.set("2026-04-01T10:00:00Z");
    assert!(agent.prepare().is_ok());
    // a year that is not complete, made up or not
    refuses(made_up, |a| a.clock.set("2025-03-31T10:00:00Z"), Problem::PlanYearNotNewest);
}

#[test]
fn what_is_stated_is_signed_and_shown_and_the_rest_is_not_stated() {
    let world = World::with_plan(choice());
    let mut agent = Agent::new(&world);
    agent.settings += "[facts]\nS1 = true\nS4 = false\n";
    let prepared = agent.prepare().unwrap();
    let envelope = Envelope::parse(&prepared.debit().envelope, ENVELOPE_BYTES_MAX).unwrap();
    let submission = Submission::parse(envelope.payload_unverified()).unwrap();
    let stated: Vec<(&str, u8)> = submission.facts.iter().map(|f| (f.fact.as_str(), f.stated)).collect();
    assert_eq!(stated, [("S1", 1), ("S2", 2), ("S3", 2), ("S4", 0), ("S5", 2), ("S6", 2)]);
    let shown = |form| {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        show::run(&agent.config(), show::Which::default(), form, &mut Screen { out: &mut out, err: &mut err }).unwrap();
        String::from_utf8(out).unwrap()
    };
    let text = shown(show::Form::Table);
    for line in ["fact S1   Yes         A lead clinician", "fact S4   No ", "fact S6   Not stated"] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let json: serde_json::Value = serde_json::from_str(&shown(show::Form::Json)).unwrap();
    assert_eq!((&json["facts"][0]["stated"], &json["facts"][1]["stated"]), (&"yes".into(), &"not_stated".into()));
}

#[test]
fn a_round_that_the_log_shows_as_closed_is_not_drawn() {
    let world = || World::with_plan(choice());
    let closes = |a: &mut Agent, of: &str| {
        a.world.log(Event::RoundDeadline { round: of.parse().unwrap(), reason: CloseReason::Planned });
    };
    refuses(world, |a| closes(a, "cla-2025"), Problem::SubmissionLate);
    // also where the clock says that the time is over: the log is the better reason
    let late = |a: &mut Agent| {
        closes(a, "cla-2025");
        a.clock.set("2025-08-01T10:00:00Z");
    };
    refuses(world, late, Problem::SubmissionLate);
    let mut agent = Agent::new(&world());
    closes(&mut agent, "cla-2024");
    assert!(agent.prepare().is_ok(), "another round is closed");
}

#[test]
fn outside_the_dates_nothing_is_drawn() {
    let world = || World::with_plan(choice());
    refuses(world, |a| a.clock.set("2025-06-29T23:59:59Z"), Problem::PlanNotOpen);
    refuses(world, |a| a.clock.set("2025-07-31T17:00:00Z"), Problem::PlanNotOpen);
    for within in ["2025-06-30T00:00:00Z", "2025-07-31T16:59:59Z"] {
        let agent = Agent::new(&world());
        agent.clock.set(within);
        assert!(agent.prepare().is_ok(), "{within}");
    }
}

#[test]
fn an_authority_outside_the_cohort_draws_nothing() {
    let without = || {
        let mut choice = choice();
        choice.cohort.members.remove(0);
        World::with_plan(choice)
    };
    refuses(without, |_| {}, Problem::AuthorityUnknown);
}

#[test]
fn a_plan_above_a_cap_is_refused_by_the_name_of_the_cap() {
    let world = || World::with_plan(choice());
    for (cap, problem) in [
        ("rho_year", Problem::PlanCapYear),
        ("rho_365_days", Problem::PlanCap365Days),
        ("rho_lifetime", Problem::PlanCapLifetime),
    ] {
        refuses(world, |a| a.settings += &format!("[caps]\n{cap} = \"0.15\"\n"), problem);
    }
}

#[test]
fn copied_or_restored_state_is_refused() {
    let world = World::with_plan(choice());
    let (original, copy) = (Agent::new(&world), Agent::without_state(&world));
    copy_folder(&original.state_path(), &copy.state_path());
    original.prepare().unwrap();
    original.send().0.unwrap();
    let stop = copy.prepare().err().unwrap();
    assert_eq!(stop.problem, Some(Problem::LedgerBehindLog));
    assert_eq!(copy.mechanism.n_draws.get(), 0);
}

#[test]
fn a_log_that_forgets_or_forks_is_refused() {
    let world = World::with_plan(choice());
    let agent = Agent::new(&world);
    let early = |world: &World| world.log(Event::RoundOpen { round: round() });
    early(&world);
    agent.clock.set("2025-06-01T00:00:00Z");
    assert_eq!(agent.prepare().err().unwrap().problem, Some(Problem::PlanNotOpen));
    agent.clock.set("2025-07-02T10:00:00Z");
    let last = world.entries.borrow_mut().pop().unwrap();
    assert_eq!(agent.prepare().err().unwrap().problem, Some(Problem::LogInconsistent));
    world.log(Event::RoundDeadline { round: round(), reason: CloseReason::Planned });
    assert_eq!(agent.prepare().err().unwrap().problem, Some(Problem::LogInconsistent));
    *world.entries.borrow_mut().last_mut().unwrap() = last;
    assert!(agent.prepare().is_ok());
}

#[test]
fn a_checkpoint_of_another_key_is_refused() {
    let stranger = |a: &mut Agent| {
        // the agent trusts the key of another world
        let other = World::with_plan(choice());
        *other.entries.borrow_mut() = a.world.entries.borrow().clone();
        std::fs::write(a.state_path().join("log/checkpoint"), "log.example\n0\n\n\u{2014} x y\n").unwrap();
        a.world = other;
    };
    refuses(|| World::with_plan(choice()), stranger, Problem::CheckpointInvalid);
}

#[test]
fn two_plans_of_one_round_are_both_kept() {
    let world = World::with_plan(choice());
    let agent = Agent::new(&world);
    agent.clock.set("2025-06-01T00:00:00Z");
    agent.prepare().err().unwrap();
    agent.clock.set("2025-07-02T10:00:00Z");
    world.publish(world.plan_payload("\"authorities_min\":1", "\"authorities_min\":2"));
    assert_eq!(agent.prepare().err().unwrap().problem, Some(Problem::PlanSecond));
    let names: Vec<String> = std::fs::read_dir(agent.state_path().join("log"))
        .unwrap()
        .map(|e| e.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(names.iter().filter(|n| n.starts_with("plan-cla-2025-")).count(), 2, "{names:?}");
    assert_eq!(names.iter().filter(|n| n.starts_with("plan-second-cla-2025-")).count(), 1, "{names:?}");
}

#[test]
fn refused_input_and_broken_bounds_draw_nothing() {
    let agent = Agent::new(&World::with_plan(choice()));
    let mut refused = |_: &super::room::Room<'_>| Err(Stop::from(Problem::InputRefused));
    let (done, reached) = agent.within(&super::room::NoSteps, |room| super::prepare::prepare_round(room, round(), &mut refused));
    assert_eq!((done.err().unwrap().exit(), reached), (Exit::InputRefused, Reached::Nothing));
    let beyond = |f: &shared::framework::Framework| {
        let mut child = greatest_child(f, shared::framework::ChildKind { age: 9, in_care: true });
        child.entries[0].amount += 1;
        vec![child]
    };
    assert_eq!(agent.prepare_from(beyond).err().unwrap().problem, Some(Problem::DomainRefused));
    assert_eq!((agent.mechanism.n_draws.get(), agent.ledger_files().len()), (0, 1));
}

#[test]
fn a_failed_draw_costs_nothing_and_leaves_nothing() {
    let agent = Agent::new(&World::with_plan(choice()));
    for (error, problem) in [
        (NoiseError::Domain, Some(Problem::DomainRefused)),
        (NoiseError::Scale, Some(Problem::BudgetMapRefused)),
        (NoiseError::Map, Some(Problem::BudgetMapRefused)),
        (NoiseError::Library, None),
        (NoiseError::Message, None),
        (NoiseError::Process, None),
    ] {
        agent.mechanism.fails.set(Some(error));
        assert_eq!(agent.prepare().err().unwrap().problem, problem, "{error:?}");
        assert_eq!(agent.ledger_files(), ["000000.json"]);
    }
    agent.mechanism.fails.set(None);
    assert!(agent.prepare().is_ok());
}

#[test]
fn a_crash_at_any_step_releases_at_most_one_submission() {
    let all = |f: &shared::framework::Framework| vec![greatest_child(f, shared::framework::ChildKind { age: 9, in_care: true })];
    for (step, n_debits) in [(Step::Admitted, 0), (Step::Read, 0), (Step::Drawn, 0), (Step::Staged, 0), (Step::Committed, 1)] {
        let world = World::with_plan(choice());
        let agent = Agent::new(&world);
        assert!(agent.prepare_with(&StopAt(step), all).is_err());
        // what was staged lies beside the ledger until the next write, and is no part of it
        assert_eq!(agent.state().ledger().unwrap().debits().len(), n_debits, "{step:?}");
        let id = agent.prepare().unwrap().debit().id;
        assert_eq!(agent.ledger_files(), ["000000.json", "000001.json"], "{step:?}");
        agent.send().0.unwrap();
        assert_eq!(world.posted.borrow().len(), 1);
        assert_eq!(agent.state().ledger().unwrap().debits().iter().map(|d| d.id).collect::<Vec<_>>(), [id]);
    }
    // the power goes between the answer and the receipt
    let world = World::with_plan(choice());
    let agent = Agent::new(&world);
    agent.prepare().unwrap();
    let (stopped, reached) = agent.within(&StopAt(Step::Answered), super::send::send_outbox);
    assert!(stopped.is_err());
    assert_eq!(reached, Reached::Posted);
    agent.send().0.unwrap();
    let posted = world.posted.borrow();
    assert!(posted.len() == 2 && posted[0] == posted[1]);
}

#[test]
fn a_lost_post_and_a_lost_answer_end_alike() {
    for fault in [Fault::Lost, Fault::AnswerLost] {
        let world = World::with_plan(choice());
        let agent = Agent::new(&world);
        let id = agent.prepare().unwrap().debit().id;
        world.fail(fault, 2);
        agent.send().0.unwrap();
        assert!(agent.state().receipt(id).unwrap().is_some());
        assert!(agent.pause.0.get() >= 2, "it waits between tries");
        let posted = world.posted.borrow();
        assert!(posted.len() == 3 && posted.iter().all(|p| *p == posted[0]));
        let leaves = world.entries.borrow().iter().filter(|e| e.windows(15).any(|w| w == b"kind submission")).count();
        assert_eq!(leaves, 1);
    }
}

#[test]
fn an_aggregator_that_stays_away_leaves_the_outbox_full() {
    let world = World::with_plan(choice());
    let agent = Agent::new(&world);
    agent.prepare().unwrap();
    world.fail(Fault::Lost, 99);
    let (sent, reached) = agent.send();
    assert_eq!((sent.err().unwrap().exit(), reached), (Exit::Unreachable, Reached::Kept));
    assert_eq!(world.posted.borrow().len(), 3, "as many tries as are configured");
    world.fail(Fault::None, 0);
    assert_eq!(agent.send().0.unwrap().len(), 1);
}

#[test]
fn a_refusal_of_the_aggregator_is_not_tried_again() {
    for problem in [Problem::SubmissionLate, Problem::SignatureInvalid, Problem::RoundNotOpen] {
        let world = World::with_plan(choice());
        let agent = Agent::new(&world);
        agent.prepare().unwrap();
        world.fail(Fault::Refused(problem), 99);
        let (sent, reached) = agent.send();
        assert_eq!((sent.err().unwrap().problem, reached), (Some(problem), Reached::Kept));
        assert_eq!(world.posted.borrow().len(), 1);
    }
}

#[test]
fn a_receipt_of_something_else_is_refused() {
    let world = World::with_plan(choice());
    let agent = Agent::new(&world);
    let id = agent.prepare().unwrap().debit().id;
    world.fail(Fault::OtherReceipt, 1);
    let (sent, reached) = agent.send();
    assert_eq!((sent.err().unwrap().problem, reached), (Some(Problem::ReceiptInvalid), Reached::Posted));
    assert!(agent.state().receipt(id).unwrap().is_none());
    agent.send().0.unwrap();
}

#[test]
fn an_older_receipt_of_the_same_log_is_good() {
    let world = World::with_plan(choice());
    let agent = Agent::new(&world);
    agent.prepare().unwrap();
    world.fail(Fault::AnswerLost, 3);
    let (sent, reached) = agent.send();
    assert_eq!((sent.err().unwrap().exit(), reached), (Exit::Unreachable, Reached::Posted));
    for n in 1..4 {
        world.log(Event::Submission { authority: "302".parse().unwrap(), round: round(), sequence: n, id: Digest([7; 32]) });
    }
    // what is remembered grows beyond the receipt that will come back
    agent.within(&super::room::NoSteps, |room| room.verified_log().map(drop)).0.unwrap();
    assert_eq!(agent.send().0.unwrap()[0].index, 2);
}

/// The slot of the fixtures' authority under a plan that spreads slots over three days.
fn with_slots() -> (std::rc::Rc<World>, shared::time::Timestamp) {
    let mut choice = choice();
    choice.dates.send_spread_s = 3 * 86_400;
    let dates = choice.dates;
    let world = World::with_plan(choice);
    let id = Envelope::parse(&world.plan.borrow(), 1 << 20).unwrap().id();
    let slot = dates.slot(id, "301".parse().unwrap());
    assert!((dates.send_opens_at..=dates.send_opens_at.plus_seconds(3 * 86_400)).contains(&slot));
    (world, slot)
}

#[test]
fn before_its_slot_nothing_is_posted_and_the_bytes_are_kept() {
    let (world, slot) = with_slots();
    let agent = Agent::new(&world);
    let held = |agent: &Agent| {
        let held = agent.within(&super::room::NoSteps, super::send::held).0.unwrap();
        held.into_iter().map(|h| h.slot).collect::<Vec<_>>()
    };
    agent.clock.set("2025-06-30T08:00:00Z");
    agent.prepare().unwrap();
    for now in ["2025-06-30T08:00:00Z".to_owned(), slot.plus_seconds(-1).to_string()] {
        agent.clock.set(&now);
        let (sent, reached) = agent.send();
        assert_eq!((sent.unwrap().len(), reached), (0, Reached::Kept), "{now}");
        assert_eq!(held(&agent), [slot]);
    }
    assert!(world.posted.borrow().is_empty());
    agent.clock.set(&slot.to_string());
    assert_eq!((held(&agent).len(), agent.send().0.unwrap().len()), (0, 1));
    assert_eq!(held(&agent).len(), 0);
}

#[test]
fn a_command_before_the_slot_says_when_it_will_be_sent_and_ends_well() {
    let (world, slot) = with_slots();
    let agent = Agent::new(&world);
    agent.clock.set(&slot.plus_seconds(-1).to_string());
    agent.prepare().unwrap();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut screen = Screen { out: &mut out, err: &mut err };
    for again in [false, true] {
        let (exit, reached) = agent.within(&super::room::NoSteps, |room| super::send::run(room, again, &mut screen));
        assert_eq!((exit.unwrap(), reached), (Exit::Done, Reached::Kept));
    }
    let told = String::from_utf8(out).unwrap();
    let (_, err) = super::lost_state_tests::said(&agent, &["run", "--once"]);
    assert!(err.ends_with("\nnothing was sent but the heartbeat; the prepared bytes are kept in the outbox\n"), "{err}");
    let (_, err) = super::lost_state_tests::said(&agent, &["send"]);
    assert!(err.ends_with("nothing was sent; the prepared bytes are kept in the outbox\n"), "{err}");
    assert_eq!(told.matches(&format!("the submission of cla-2025 is kept and will be sent from {slot} on")).count(), 2, "{told}");
    assert!(world.posted.borrow().is_empty());
}

#[test]
fn the_heartbeat_is_heard_or_warned_of_and_never_ends_a_run() {
    let world = World::with_plan(choice());
    let agent = Agent::new(&world);
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut screen = Screen { out: &mut out, err: &mut err };
    let beat = |screen: &mut Screen<'_>| {
        agent.within(&super::room::NoSteps, |room| {
            super::heartbeat::beat_or_warn(room, screen);
            Ok(())
        })
    };
    assert_eq!(beat(&mut screen).1, Reached::Heard);
    world.is_deaf.set(true);
    let (done, reached) = beat(&mut screen);
    assert_eq!((done.is_ok(), reached), (true, Reached::Nothing));
    let command = agent.within(&super::room::NoSteps, |room| super::heartbeat::run(room, &mut screen));
    assert_eq!(command.0.err().unwrap().problem, Some(Problem::AggregatorUnreachable), "the command itself fails");
    assert_eq!((world.n_heartbeats.get(), world.posted.borrow().len()), (3, 0));
    assert_eq!(String::from_utf8(err).unwrap(), "warning: the heartbeat was not heard (unreachable); the run goes on\n");
}

#[test]
fn two_runs_at_once_are_one_too_many() {
    let agent = Agent::new(&World::with_plan(choice()));
    let inside = agent.within(&super::room::NoSteps, |_| Ok(agent.prepare().err().unwrap().exit()));
    assert_eq!(inside.0.unwrap(), Exit::Locked);
    assert!(agent.prepare().is_ok());
}

#[test]
fn without_init_there_is_no_ledger_and_no_draw() {
    let agent = Agent::without_state(&World::with_plan(choice()));
    assert_eq!(agent.prepare().err().unwrap().problem, Some(Problem::LedgerMissing));
    assert!(!agent.state_path().exists());
}

#[test]
fn the_state_of_another_authority_is_refused() {
    let mut agent = Agent::new(&World::with_plan(choice()));
    agent.settings = agent.settings.replace("301", "302");
    assert_eq!(agent.prepare().err().unwrap().problem, Some(Problem::ConfigurationInvalid));
}

#[test]
fn the_length_and_the_names_say_nothing_about_the_children() {
    let world = World::with_plan(choice());
    let lengths = [0_usize, 1, 26].map(|n| {
        let agent = Agent::new(&world);
        let prepared = agent
            .prepare_from(|f| shared::framework::ChildKind::all().take(n).map(|kind| greatest_child(f, kind)).collect())
            .unwrap();
        (prepared.debit().envelope.len().div_ceil(8), agent.ledger_files())
    });
    assert!(lengths.iter().all(|l| *l == lengths[0]), "but for the signature, whose numbers are shorter now and then");
}
