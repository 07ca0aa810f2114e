//! Corrections at the agent: one complete fresh draw from changed inputs, and everything that keeps a second look away.

use std::rc::Rc;

use shared::framework::{ChildKind, Framework};
use shared::ids::Digest;
use shared::log::entry::{CloseReason, Event};
use shared::plan::{Draw, Plan, PlanChoice};
use shared::problem::Problem;
use shared::sign::Envelope;
use shared::submission::{CorrectionReason, MessageKind, Submission};

use super::Screen;
use super::lost_state_tests::said;
use super::recover;
use super::room::{NoSteps, Step};
use super::tests::StopAt;
use crate::bounds::tests::greatest_child;
use crate::cli::RecoverArgs;
use crate::fixtures::{Agent, World, choice, copy_folder, round};
use crate::ledger::DebitKind;
use crate::measures::ChildContributions;
use crate::noise::NoiseError;
use crate::stop::Reached;

/// Inside the plan's dates for corrections.
const IN_TIME: &str = "2025-10-02T10:00:00Z";

fn children(f: &Framework) -> Vec<ChildContributions> {
    ChildKind::all().map(|kind| greatest_child(f, kind)).collect()
}

/// One child more than was counted first.
fn corrected(f: &Framework) -> Vec<ChildContributions> {
    children(f).into_iter().chain([greatest_child(f, ChildKind { age: 9, in_care: true })]).collect()
}

fn choice_with_corrections() -> PlanChoice {
    let mut choice = choice();
    choice.dates.correction_opens_at = "2025-10-01T09:00:00Z".parse().unwrap();
    choice.dates.correction_closes_at = "2025-10-31T17:00:00Z".parse().unwrap();
    choice
}

fn world() -> Rc<World> {
    World::with_plan(choice_with_corrections())
}

/// An authority whose submission is in the log of a round that is closed.
fn receipted(world: &Rc<World>, configure: &dyn Fn(&mut Agent)) -> Agent {
    let mut agent = Agent::new(world);
    configure(&mut agent);
    agent.prepare().unwrap();
    agent.send().0.unwrap();
    world.log(Event::RoundDeadline { round: round(), reason: CloseReason::Planned });
    agent
}

/// The same, in a round that takes corrections now.
fn in_time(world: &Rc<World>) -> Agent {
    in_time_with(world, &|_| ())
}

fn in_time_with(world: &Rc<World>, configure: &dyn Fn(&mut Agent)) -> Agent {
    let agent = receipted(world, configure);
    world.log(Event::CorrectionOpen { round: round() });
    agent.clock.set(IN_TIME);
    agent
}

fn submission(envelope: &[u8]) -> Submission {
    Submission::parse(Envelope::parse(envelope, 1 << 22).unwrap().payload_unverified()).unwrap()
}

#[test]
fn a_correction_is_one_complete_fresh_draw() {
    let world = world();
    let mut agent = in_time(&world);
    agent.demand_approval();
    agent.approve_from(corrected).unwrap();
    let debit = agent.correct_from(corrected).unwrap();
    assert_eq!((agent.mechanism.n_draws.get(), agent.ledger_files().len()), (2, 3));
    let ledger = agent.state().ledger().unwrap();
    let [first, second] = ledger.debits() else { panic!("two debits") };
    assert!(*second == debit && first.input != second.input && first.plan == second.plan);
    let (f, plan) = (Framework::built_in(), world.plan.borrow().clone());
    let plan = Plan::parse(Envelope::parse(&plan, 1 << 22).unwrap().payload_unverified(), &f).unwrap();
    assert_eq!((first.rho, second.rho), (plan.rho_of(Draw::Release), plan.rho_of(Draw::Correction)));
    let (before, after) = (submission(&first.envelope), submission(&second.envelope));
    assert_eq!((after.kind, after.sequence, after.previous), (MessageKind::Correction, 2, first.id));
    assert_eq!((before.reason, after.reason), (0, CorrectionReason::RecordsWrong.digit()));
    for ((old, new), planned) in before.blocks.iter().zip(&after.blocks).zip(&plan.body().blocks) {
        assert_eq!(new.scale_milli, planned.correction_scale_milli);
        assert_eq!(new.cells.0.len(), old.cells.0.len());
        // two draws of so wide a noise agree in a cell now and then, and in many by no chance
        let n_same = old.cells.0.iter().zip(&new.cells.0).filter(|(old, new)| old == new).count();
        assert!(n_same < old.cells.0.len() / 2, "{n_same} cells are the same");
    }
    // it is sent like everything in the outbox, and its receipt is of its own leaf
    let (sent, reached) = agent.send();
    assert_eq!(sent.unwrap().iter().map(|s| (s.debit.sequence, s.debit.id)).collect::<Vec<_>>(), [(2, debit.id)]);
    assert_eq!((reached, world.posted.borrow().len()), (Reached::Receipted, 2));
    // and it is the last one, also from inputs that changed once more
    agent.approve_from(children).err().unwrap();
    let stop = agent.correct_from(children).err().unwrap();
    assert_eq!((stop.problem, agent.mechanism.n_draws.get()), (Some(Problem::CorrectionDrawn), 2));
}

/// Nothing is drawn, nothing is written, and the records are read so often.
fn refuses(agent: &Agent, from: fn(&Framework) -> Vec<ChildContributions>, expected: Problem, n_readings: u32) {
    let before = (agent.ledger_files(), agent.mechanism.n_draws.get(), agent.world.posted.borrow().len());
    let read = agent.n_readings.get();
    let stop = agent.correct_from(from).err().unwrap_or_else(|| panic!("{} was not refused", expected.code()));
    assert_eq!(stop.problem, Some(expected), "{stop}");
    assert_eq!((agent.ledger_files(), agent.mechanism.n_draws.get(), agent.world.posted.borrow().len()), before);
    assert_eq!(agent.n_readings.get() - read, n_readings, "{}", expected.code());
}

#[test]
fn every_refusal_of_a_correction_draws_nothing() {
    // no submission, and one without a receipt
    let agent = Agent::new(&world());
    agent.clock.set(IN_TIME);
    refuses(&agent, corrected, Problem::NothingPrepared, 0);
    let agent = Agent::new(&world());
    agent.prepare().unwrap();
    refuses(&agent, corrected, Problem::ReceiptMissing, 0);
    // the log does not say that corrections are open, or says that their time is over
    let agent = receipted(&world(), &|_| ());
    agent.clock.set(IN_TIME);
    refuses(&agent, corrected, Problem::CorrectionNotOpen, 0);
    let agent = in_time(&world());
    agent.world.log(Event::CorrectionDeadline { round: round(), reason: CloseReason::Planned });
    refuses(&agent, corrected, Problem::CorrectionLate, 0);
    // the log says so, and the plan's dates do not
    let of_real_records = World::with_plan(PlanChoice { made_up: false, ..choice_with_corrections() });
    let agent = in_time_with(&of_real_records, &|agent| agent.settings = agent.settings.replace("made_up = true\n", ""));
    for outside in ["2025-10-01T08:59:59Z", "2025-10-31T17:00:00Z"] {
        agent.clock.set(outside);
        refuses(&agent, corrected, Problem::PlanNotOpen, 0);
    }
    // one second inside, both guards pass, and the next one stands
    for inside in ["2025-10-01T09:00:00Z", "2025-10-31T16:59:59Z"] {
        agent.clock.set(inside);
        refuses(&agent, children, Problem::CorrectionUnchanged, 1);
    }
    // a made-up round opens when the log says so, and ends when the plan does
    let agent = in_time(&world());
    for (now, expected, n_readings) in [
        ("2025-07-02T10:00:00Z", Problem::CorrectionUnchanged, 1),
        ("2025-10-31T16:59:59Z", Problem::CorrectionUnchanged, 1),
        ("2025-10-31T17:00:00Z", Problem::PlanNotOpen, 0),
    ] {
        agent.clock.set(now);
        refuses(&agent, children, expected, n_readings);
    }
    // the submission was drawn in another state
    let agent = in_time(&world());
    agent.world.log(Event::Submission { authority: agent.authority, round: round(), sequence: 2, id: Digest([7; 32]) });
    refuses(&agent, corrected, Problem::LedgerBehindLog, 0);
    // a second plan
    let agent = in_time(&world());
    agent.world.publish(agent.world.plan_payload("\"authorities_min\":1", "\"authorities_min\":2"));
    refuses(&agent, corrected, Problem::PlanSecond, 0);
    for (cap, problem) in [
        ("rho_year", Problem::PlanCapYear),
        ("rho_365_days", Problem::PlanCap365Days),
        ("rho_lifetime", Problem::PlanCapLifetime),
    ] {
        let mut agent = in_time(&world());
        agent.settings += &format!("[caps]\n{cap} = \"0.17\"\n");
        refuses(&agent, corrected, problem, 0);
    }
}

#[test]
fn a_correction_needs_changed_inputs() {
    let agent = in_time(&world());
    fn turned(f: &Framework) -> Vec<ChildContributions> {
        children(f).into_iter().rev().collect()
    }
    refuses(&agent, children, Problem::CorrectionUnchanged, 1);
    refuses(&agent, turned, Problem::CorrectionUnchanged, 1);
    // a fact is a setting and no child: it buys no second draw over the same children
    let mut agent = in_time(&world());
    agent.settings += "[facts]\nS1 = true\n";
    refuses(&agent, turned, Problem::CorrectionUnchanged, 1);
    assert!(agent.correct_from(corrected).is_ok());
    // what the ledger does not know cannot be shown to have changed
    let mut ledger = agent.state().ledger().unwrap();
    let input = serde_json::from_str(&format!("\"{}\"", "5a".repeat(32))).unwrap();
    assert!(super::approve::changed(&ledger, round(), &input).is_ok());
    ledger.forget_inputs();
    let stop = super::approve::changed(&ledger, round(), &input).err().unwrap();
    assert!(stop.problem == Some(Problem::CorrectionUnchanged) && stop.detail.unwrap().contains("does not know"));
}

#[test]
fn a_correction_asks_for_an_approval_of_its_own() {
    let mut agent = in_time(&world());
    agent.demand_approval();
    refuses(&agent, corrected, Problem::ApprovalMissing, 0);
    agent.approve_from(|f| children(f).into_iter().skip(1).collect()).unwrap();
    refuses(&agent, corrected, Problem::ApprovalStale, 1);
    agent.approve_from(corrected).unwrap();
    assert_eq!(agent.correct_from(corrected).unwrap().sequence, 2);
}

#[test]
fn a_failed_or_interrupted_correction_releases_at_most_one() {
    let world = world();
    let agent = in_time(&world);
    for error in [NoiseError::Domain, NoiseError::Scale, NoiseError::Map, NoiseError::Library, NoiseError::Process] {
        agent.mechanism.fails.set(Some(error));
        assert!(agent.correct_from(corrected).is_err());
        assert_eq!(agent.ledger_files().len(), 2, "{error:?}");
    }
    agent.mechanism.fails.set(None);
    for (step, n_files) in [(Step::Admitted, 2), (Step::Drawn, 2), (Step::Committed, 3)] {
        assert!(agent.correct_with(&StopAt(step), corrected).is_err());
        assert_eq!(agent.ledger_files().len(), n_files, "{step:?}");
    }
    let (stop, reached) = agent.within(&NoSteps, |room| {
        super::correct::correct_round(room, round(), CorrectionReason::WrongFile, &mut |room| Ok(corrected(room.framework)))
    });
    assert_eq!((stop.err().unwrap().problem, reached), (Some(Problem::CorrectionDrawn), Reached::Kept));
    assert_eq!(agent.send().0.unwrap().len(), 1);
    assert_eq!(world.posted.borrow().len(), 2);
}

#[test]
fn a_correction_is_called_one_and_both_messages_are_shown() {
    let agent = in_time(&world());
    let debit = agent.correct_from(corrected).unwrap();
    let (out, _) = said(&agent, &["send"]);
    assert!(out.contains("the correction of cla-2025 was accepted: submission "), "{out}");
    let first = agent.state().ledger().unwrap().debits()[0].id;
    let (newest, of_first) = (said(&agent, &["show"]).0, said(&agent, &["show", "--round", "cla-2025", "--message", "1"]).0);
    assert!(newest.starts_with(&format!("the correction of cla-2025 of authority 301: submission {}", debit.id)), "{newest}");
    assert!(newest.contains("a correction, whole and drawn anew, since records were wrong; show --round cla-2025 --message 1"));
    assert!(newest.contains("show --raw --round cla-2025 --message 2 --config FILE"));
    assert!(of_first.starts_with(&format!("the submission of cla-2025 of authority 301: submission {first}")), "{of_first}");
    assert!(!of_first.contains("a correction") && of_first.contains("show --raw --round cla-2025 --message 1 "));
    assert_eq!(said(&agent, &["show", "--message", "2"]).0, newest);
    let json = |line: &[&str]| serde_json::from_str::<serde_json::Value>(&said(&agent, line).0).unwrap();
    let (second, first) = (json(&["show", "--json"]), json(&["show", "--json", "--message", "1"]));
    assert_eq!(
        (&second["kind"], &second["sequence"], &second["reason"]),
        (&"correction".into(), &2.into(), &"wrong-records".into())
    );
    assert_eq!((&first["kind"], &first["sequence"], first["reason"].is_null()), (&"submission".into(), &1.into(), true));
    let (out, _) = said(&agent, &["status"]);
    for line in ["messages in the ledger: 2", "  the submission of cla-2025  rho ", "  the correction of cla-2025  rho "] {
        assert!(out.contains(line), "{line}\n{out}");
    }
    let rounds = json(&["status", "--json"])["rounds"].clone();
    assert_eq!((&rounds[0]["sequence"], &rounds[1]["sequence"]), (&1.into(), &2.into()));
    // once it is sent, nobody is told to send it
    for line in [&["correct", "--reason", "wrong-records"][..], &["approve", "--by", "Jo"]] {
        let (_, err) = said(&agent, line);
        assert!(err.contains("its receipt is kept") && !err.contains("send posts it"), "{err}");
    }
}

#[test]
fn what_is_not_in_the_ledger_is_not_shown() {
    let agent = receipted(&world(), &|_| ());
    let (out, err) = said(&agent, &["show", "--message", "2"]);
    assert!(out.is_empty() && err.contains("the ledger does not hold the correction of cla-2025"), "{out}{err}");
    assert!(!err.contains("run prepare first"), "{err}");
    let (_, err) = said(&agent, &["show", "--round", "cla-2024"]);
    assert!(err.contains("the ledger does not hold the submission of cla-2024"), "{err}");
    for message in ["0", "3"] {
        let line = ["goldenthread-agent", "show", "--message", message];
        assert!(<crate::cli::Cli as clap::Parser>::try_parse_from(line).is_err());
    }
}

#[test]
fn a_correction_before_its_time_is_told_the_plans_dates() {
    let agent = receipted(&world(), &|_| ());
    let (_, err) = said(&agent, &["correct", "--reason", "wrong-records"]);
    for told in [
        "correction-not-open",
        "by the plan corrections are taken from 2025-10-01T09:00:00Z to 2025-10-31T17:00:00Z",
        "nothing was drawn, and nothing is kept to be sent: run correct again",
    ] {
        assert!(err.contains(told), "{told}\n{err}");
    }
    assert!(!err.contains("send it again") && err.ends_with("nothing was drawn, nothing was sent\n"), "{err}");
    // and after it
    let agent = in_time(&world());
    agent.clock.set("2025-10-31T17:00:00Z");
    let (_, err) = said(&agent, &["correct", "--reason", "wrong-records"]);
    assert!(err.contains("plan-not-open") && err.contains("to 2025-10-31T17:00:00Z"), "{err}");
}

fn made_whole(agent: &Agent) {
    let args = RecoverArgs { config: "agent.toml".into(), receipts: None, yes: true };
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let screen = &mut Screen { out: &mut out, err: &mut err };
    agent.within(&NoSteps, |room| recover::run(room, &args, screen)).0.unwrap();
}

#[test]
fn a_recovered_submission_is_not_corrected() {
    let world = world();
    let (original, copy) = (Agent::new(&world), Agent::without_state(&world));
    copy_folder(&original.state_path(), &copy.state_path());
    // this one drew too, and never sent it
    copy.prepare().unwrap();
    original.prepare().unwrap();
    original.send().0.unwrap();
    world.log(Event::RoundDeadline { round: round(), reason: CloseReason::Planned });
    world.log(Event::CorrectionOpen { round: round() });
    copy.clock.set(IN_TIME);
    made_whole(&copy);
    refuses(&copy, corrected, Problem::CorrectionUnchanged, 0);
    let stop = copy.correct_from(corrected).err().unwrap();
    assert!(stop.detail.unwrap().contains("does not know") && stop.what_to_do.unwrap().contains("docs/ledger.md"));
    let read = copy.n_readings.get();
    assert_eq!(copy.approve_from(corrected).err().unwrap().problem, Some(Problem::CorrectionUnchanged));
    assert_eq!(copy.n_readings.get(), read);
}

#[test]
fn a_lost_correction_is_recovered_and_there_is_no_second() {
    let world = world();
    let (original, copy) = (in_time(&world), Agent::without_state(&world));
    copy_folder(&original.state_path(), &copy.state_path());
    copy.clock.set(IN_TIME);
    let lost = original.correct_from(corrected).unwrap();
    original.send().0.unwrap();
    refuses(&copy, corrected, Problem::LedgerBehindLog, 0);
    made_whole(&copy);
    let ledger = copy.state().ledger().unwrap();
    let found = ledger.standing(round(), MessageKind::Correction.sequence()).unwrap();
    assert!((found.kind, found.id) == (DebitKind::Recovered, lost.id) && found.rho >= lost.rho);
    assert_eq!(found.rho.0, 40_000_000, "what the plan budgets for a correction");
    refuses(&copy, children, Problem::CorrectionDrawn, 0);
    assert!(copy.send().0.unwrap().is_empty());
    for line in [&["correct", "--reason", "wrong-records"][..], &["approve", "--by", "Jo"]] {
        let (_, err) = said(&copy, line);
        assert!(err.contains("stands in the public log as the correction of cla-2025"), "{err}");
        assert!(err.contains("nothing is to be sent from here") && !err.contains("send posts it"), "{err}");
    }
    let (_, err) = said(&copy, &["show"]);
    assert!(err.contains("submissions/cla-2025/301-2.dsse.json"), "{err}");
    assert!(said(&copy, &["show", "--message", "1"]).0.starts_with("the submission of cla-2025"));
}
