//! State that was deleted, restored or copied, before an honest aggregator and before one that rolled its log back: nothing is
//! drawn a second time. And what a person does then.

use std::rc::Rc;
use std::sync::Arc;

use shared::problem::Problem;
use shared::time::{Clock, Timestamp};

use super::prepare::Prepared;
use super::room::{NoSteps, Parts, RECOVERED_WITHOUT_WITNESSES, WITHOUT_WITNESSES};
use super::{Look, Screen, Surroundings, recover};
use crate::cli::RecoverArgs;
use crate::fixtures::{Agent, HandClock, To, World, choice, copy_folder};
use crate::io::inbox::Silent;
use crate::io::randomness::SystemRandomness;
use crate::io::state::State;
use crate::ledger::DebitKind;
use crate::stop::{Reached, Stop};

const LAST_MONTH: &str = "2025-06-05T10:00:00Z";
/// Eight days after the submission.
const LATER: &str = "2025-07-10T10:00:00Z";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Loss {
    /// The state is gone, and `init` made another, whose key was registered.
    Deleted,
    /// The state of a month ago was put back.
    LastMonth,
    /// The state was copied to a second machine before the draw.
    Cloned,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Aggregator {
    Honest,
    /// Its log ends before the submission.
    RolledBack,
    /// It goes on from there with another entry.
    Forked,
    /// It serves what it served before the submission, with the cosignature of then.
    Replaying,
}

/// An agent that demands the world's witness.
fn office(world: &Rc<World>) -> Agent {
    let mut agent = Agent::without_state(world);
    agent.settings = agent.settings.replace("log.without_witnesses = true\n", "");
    agent
}

fn init(agent: &Agent) {
    State::create(&agent.state_path(), agent.authority, "2025-05-01".parse().unwrap(), &SystemRandomness::open()).unwrap();
}

fn set_time(world: &World, agents: &[&Agent], now: &str) {
    world.witness_now.set(now.parse::<Timestamp>().unwrap());
    agents.iter().for_each(|agent| agent.clock.set(now));
}

/// A submission is sent, then a state like this meets an aggregator like that.
fn after(loss: Loss, aggregator: Aggregator, witnessed: bool) -> Agent {
    let world = if witnessed { World::witnessed(choice()) } else { World::with_plan(choice()) };
    let (mut original, mut victim) = (office(&world), office(&world));
    if !witnessed {
        original.settings += "log.without_witnesses = true\n";
        victim.settings += "log.without_witnesses = true\n";
    }
    init(&original);
    original.enrol();
    set_time(&world, &[&original], LAST_MONTH);
    assert_eq!(original.prepare().err().unwrap().problem, Some(Problem::PlanNotOpen));
    if loss == Loss::LastMonth {
        copy_folder(&original.state_path(), &victim.state_path());
    }
    world.log(shared::log::entry::Event::RoundOpen { round: crate::fixtures::round() });
    set_time(&world, &[&original], crate::fixtures::NOW);
    if loss == Loss::Cloned {
        original.within(&NoSteps, |room| room.verified_log().map(drop)).0.unwrap();
        copy_folder(&original.state_path(), &victim.state_path());
    }
    let past = world.as_of_now();
    original.prepare().unwrap();
    original.send().0.unwrap();
    // the witness sees the submission, as whoever asks for the checkpoint shows it
    assert_eq!(world.is_witnessed(), witnessed);
    set_time(&world, &[&original, &victim], LATER);
    match aggregator {
        Aggregator::Honest => {}
        Aggregator::RolledBack => drop(world.entries.borrow_mut().pop()),
        Aggregator::Forked => {
            world.entries.borrow_mut().pop();
            world.log(shared::log::entry::Event::RoundOpen { round: "cla-2024".parse().unwrap() });
        }
        Aggregator::Replaying => *world.past.borrow_mut() = Some(past),
    }
    if loss == Loss::Deleted {
        init(&victim);
        victim.enrol();
    }
    victim
}

const LOSSES: [Loss; 3] = [Loss::Deleted, Loss::LastMonth, Loss::Cloned];

#[test]
fn six_of_six_draw_nothing() {
    for loss in LOSSES {
        for aggregator in [Aggregator::Honest, Aggregator::RolledBack, Aggregator::Forked, Aggregator::Replaying] {
            let victim = after(loss, aggregator, true);
            let stop = victim.prepare().err().unwrap_or_else(|| panic!("{loss:?} {aggregator:?}: drawn"));
            let expected = match aggregator {
                Aggregator::Honest => Problem::LedgerBehindLog,
                Aggregator::RolledBack | Aggregator::Forked | Aggregator::Replaying => Problem::CheckpointNotWitnessed,
            };
            assert_eq!(stop.problem, Some(expected), "{loss:?} {aggregator:?}: {stop}");
            let names_the_command = stop.lines().join("\n").contains("`goldenthread-agent ledger recover` shows");
            assert_eq!(names_the_command, expected == Problem::LedgerBehindLog, "{stop}");
            let (drawn, read) = (victim.mechanism.n_draws.get(), victim.n_readings.get());
            assert_eq!((drawn, read), (0, 0), "{loss:?} {aggregator:?}");
            assert_eq!(victim.ledger_files(), ["000000.json"]);
            assert_eq!(victim.world.posted.borrow().len(), 1, "only the original has posted");
        }
    }
}

#[test]
fn without_witnesses_only_an_honest_log_stops_a_restored_state() {
    // it is the witness that stops the others: the same attacks where nobody vouches, as development may set it
    for (loss, aggregator) in [
        (Loss::LastMonth, Aggregator::RolledBack),
        (Loss::Cloned, Aggregator::RolledBack),
        (Loss::LastMonth, Aggregator::Replaying),
    ] {
        assert!(after(loss, aggregator, false).prepare().is_ok(), "{loss:?} {aggregator:?}");
    }
    for loss in LOSSES {
        assert_eq!(after(loss, Aggregator::Honest, false).prepare().err().unwrap().problem, Some(Problem::LedgerBehindLog));
    }
    // and a state that was made anew is stopped by the former key, which stands in the log for longer
    for aggregator in [Aggregator::RolledBack, Aggregator::Forked] {
        let victim = after(Loss::Deleted, aggregator, false);
        assert_eq!(victim.prepare().err().unwrap().problem, Some(Problem::LedgerBehindLog));
        assert_eq!(victim.mechanism.n_draws.get(), 0);
    }
}

#[test]
fn a_replay_within_a_day_is_the_limit_that_the_page_names() {
    let victim = after(Loss::Cloned, Aggregator::Replaying, true);
    victim.clock.set("2025-07-03T09:59:59Z");
    assert!(victim.prepare().is_ok(), "docs/privacy.md says that this is not promised");
    let anew = after(Loss::Deleted, Aggregator::Replaying, true);
    anew.clock.set("2025-07-03T09:59:59Z");
    assert_eq!(anew.prepare().err().unwrap().problem, Some(Problem::LedgerBehindLog), "the former key stands there");
}

#[test]
fn a_checkpoint_that_too_few_vouch_for_is_not_drawn_on() {
    let world = World::witnessed(choice());
    let refused = |agent: &Agent, expected: Problem| {
        let stop = agent.prepare().err().unwrap();
        assert_eq!((stop.problem, agent.mechanism.n_draws.get(), agent.n_readings.get()), (Some(expected), 0, 0), "{stop}");
        stop
    };
    let agent = office(&world);
    init(&agent);
    agent.clock.set("2025-07-03T10:00:01Z");
    let told = refused(&agent, Problem::CheckpointNotWitnessed).detail.unwrap();
    assert!(told.contains("0 of 1 witnesses") && told.contains("2025-07-03T10:00:01Z"), "{told}");
    agent.clock.set("2025-07-02T09:54:59Z");
    refused(&agent, Problem::CheckpointNotWitnessed);
    agent.clock.set("2025-07-02T09:55:00Z");
    assert!(agent.prepare().is_ok());
    // a setting does not waive the witnesses that the trust file names
    let mut agent = office(&world);
    agent.settings += "log.without_witnesses = true\n";
    init(&agent);
    agent.clock.set("2025-07-03T10:00:01Z");
    refused(&agent, Problem::CheckpointNotWitnessed);
    // where it names none, nothing is drawn unless the setting says that this is known
    let world = World::with_plan(choice());
    let mut agent = office(&world);
    init(&agent);
    let told = refused(&agent, Problem::CheckpointNotWitnessed).lines().join("\n");
    assert!(told.contains("names no witness") && told.contains("without_witnesses = true"), "{told}");
    agent.settings += "log.without_witnesses = true\n";
    assert!(agent.prepare().is_ok());
}

#[test]
fn an_authority_that_the_log_knows_does_not_begin_anew() {
    // not even where its former key never sent anything, and after it was revoked
    let world = World::with_plan(choice());
    let (former, anew) = (Agent::new(&world), Agent::new(&world));
    former.enrol();
    let key = former.state().ledger().unwrap().key().id();
    let act = shared::log::entry::KeyAct::Revoked;
    world.log(shared::log::entry::Event::AgentKey { authority: former.authority, key, act });
    anew.enrol();
    for agent in [&anew, &former] {
        assert_eq!(agent.prepare().err().unwrap().problem, Some(Problem::LedgerBehindLog));
    }
    let told = told(&anew, None, true).unwrap();
    assert!(told.contains(&key.to_string()) && told.contains("files written into the ledger: 1."), "{told}");
    assert!(anew.prepare().is_ok(), "a person has looked");
    assert_eq!(former.prepare().err().unwrap().problem, Some(Problem::LedgerBehindLog));
    assert_eq!(former.mechanism.n_draws.get(), 0);
}

/// What `ledger recover` says.
fn told(agent: &Agent, receipts: Option<std::path::PathBuf>, yes: bool) -> Result<String, Stop> {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let args = RecoverArgs { config: "agent.toml".into(), receipts, yes };
    let screen = &mut Screen { out: &mut out, err: &mut err };
    let (done, reached) = agent.within(&NoSteps, |room| recover::run(room, &args, screen));
    assert_eq!((reached, agent.mechanism.n_draws.get()), (Reached::Nothing, 0));
    done.map(|_| String::from_utf8(out).unwrap())
}

#[test]
fn a_person_makes_a_lost_ledger_whole_and_the_round_is_never_drawn_again() {
    for loss in LOSSES {
        let victim = after(loss, Aggregator::Honest, true);
        let n_files = usize::from(loss == Loss::Deleted) + 1;
        let shown = told(&victim, None, false).unwrap();
        assert!(shown.contains("cla-2025, message 1") && shown.contains("nothing was written"), "{loss:?}: {shown}");
        assert!(shown.contains("rho 0.16 on 2025-07-02, as the plan of the round budgets"), "{shown}");
        assert_eq!(victim.ledger_files().len(), 1, "nothing without --yes");
        let written = told(&victim, None, true).unwrap();
        assert!(written.contains(&format!("files written into the ledger: {n_files}.")), "{written}");
        assert_eq!(victim.ledger_files().len(), 1 + n_files);
        assert!(told(&victim, None, true).unwrap().contains("nothing to write"));
        let ledger = victim.state().ledger().unwrap();
        assert_eq!((ledger.spent_ever().0, ledger.debits()[0].kind), (160_000_000, DebitKind::Recovered));
        // the round is prepared, nothing waits, nothing is posted
        assert!(matches!(victim.prepare().unwrap(), Prepared::Earlier(_)));
        let (sent, reached) = victim.send();
        assert_eq!((sent.unwrap().len(), reached), (0, Reached::Nothing));
        assert_eq!((victim.mechanism.n_draws.get(), victim.world.posted.borrow().len()), (0, 1));
    }
}

#[test]
fn a_recovered_ledger_goes_on_with_the_next_round() {
    let victim = after(Loss::Deleted, Aggregator::Honest, true);
    told(&victim, None, true).unwrap();
    let mut next = choice();
    next.reporting_year = shared::ids::ReportingYear::new(2026).unwrap();
    next.dates.send_closes_at = "2026-12-31T00:00:00Z".parse().unwrap();
    let plan = shared::plan::Plan::with_equal_shares(&shared::framework::Framework::built_in(), next).unwrap();
    victim.world.publish(plan.encode());
    set_time(&victim.world, &[&victim], "2026-07-15T10:00:00Z");
    let lost = victim.state().ledger().unwrap().debits()[0].id;
    let prepared = victim.prepare_year(2026).unwrap();
    let envelope = shared::sign::Envelope::parse(&prepared.debit().envelope, 1 << 22).unwrap();
    let submission = shared::submission::Submission::parse(envelope.payload_unverified()).unwrap();
    assert_eq!(submission.previous, lost, "the chain of messages goes on from the lost one");
    assert_eq!(victim.send().0.unwrap().len(), 1);
    assert_eq!(victim.state().ledger().unwrap().debits().len(), 2);
}

#[test]
fn the_second_of_two_copies_does_not_even_post() {
    let world = World::with_plan(choice());
    let (original, copy) = (Agent::new(&world), Agent::without_state(&world));
    copy_folder(&original.state_path(), &copy.state_path());
    original.prepare().unwrap();
    // before the log shows the first: nothing can be seen of it here
    let unsent = copy.prepare().unwrap().debit().id;
    original.send().0.unwrap();
    // the second of two copies does not even post
    let (sent, reached) = copy.send();
    let stop = sent.err().unwrap();
    assert_eq!((stop.problem, reached), (Some(Problem::LedgerBehindLog), Reached::Kept));
    assert!(stop.detail.unwrap().contains("`goldenthread-agent ledger recover` shows what the ledger lacks"));
    assert_eq!(world.posted.borrow().len(), 1);
    let before = copy.mechanism.n_draws.replace(0);
    told(&copy, None, true).unwrap();
    let ledger = copy.state().ledger().unwrap();
    assert_eq!((before, ledger.debits().len()), (1, 2), "both answers are paid for");
    assert!(copy.send().0.unwrap().is_empty());
    assert_eq!(copy.prepare().unwrap().debit().kind, DebitKind::Recovered);
    let posted = world.posted.borrow();
    assert_eq!(posted.len(), 1);
    assert!(shared::sign::Envelope::parse(&posted[0], 1 << 22).unwrap().id() != unsent);
}

/// Two copies drew before the log showed either. The first one's answer is logged and vouched for; days later the aggregator
/// shows the second one the log as it stood before.
#[test]
fn an_old_log_shown_again_does_not_get_a_second_answer() {
    for shown_again in [true, false] {
        let world = World::witnessed(choice());
        let (original, copy) = (office(&world), office(&world));
        init(&original);
        original.enrol();
        world.log(shared::log::entry::Event::RoundOpen { round: crate::fixtures::round() });
        set_time(&world, &[&original, &copy], crate::fixtures::NOW);
        original.within(&NoSteps, |room| room.verified_log().map(drop)).0.unwrap();
        copy_folder(&original.state_path(), &copy.state_path());
        copy.prepare().unwrap();
        let past = world.as_of_now();
        original.prepare().unwrap();
        original.send().0.unwrap();
        assert!(world.is_witnessed());
        set_time(&world, &[&original, &copy], LATER);
        let expected = if shown_again {
            *world.past.borrow_mut() = Some(past);
            Problem::CheckpointNotWitnessed
        } else {
            Problem::LedgerBehindLog
        };
        assert_eq!(copy.send().0.err().unwrap().problem, Some(expected));
        assert_eq!(world.posted.borrow().len(), 1, "only the first answer left");
    }
}

/// What a command line says on standard output and standard error.
pub fn said(agent: &Agent, line: &[&str]) -> (String, String) {
    drop(agent.config());
    let file = agent.folder.path().join("agent.toml").display().to_string();
    let line = std::iter::once("goldenthread-agent").chain(line.iter().copied()).chain(["--config", &file]);
    let cli = <crate::cli::Cli as clap::Parser>::try_parse_from(line).unwrap();
    let (randomness, connector) = (SystemRandomness::open(), To(Rc::clone(&agent.world)));
    let clock: Arc<dyn Clock> = Arc::<HandClock>::clone(&agent.clock);
    let parts = Parts {
        clock: Arc::clone(&clock),
        randomness: &randomness,
        mechanism: &agent.mechanism,
        connector: &connector,
        pause: &agent.pause,
        steps: &NoSteps,
    };
    let mut surroundings = Surroundings {
        clock: &*clock,
        waiting: &mut Silent,
        input: &mut std::io::empty(),
        parts: &parts,
        at_terminal: false,
        look: Look::default(),
    };
    let (mut out, mut err) = (Vec::new(), Vec::new());
    super::run(cli, &mut surroundings, &mut Screen { out: &mut out, err: &mut err });
    (String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

#[test]
fn every_command_that_draws_says_that_nobody_vouches() {
    let world = World::with_plan(choice());
    let waived = Agent::new(&world);
    let mut strict = office(&world);
    init(&strict);
    for (line, draws) in [
        (&["prepare"][..], true),
        (&["run", "--once"], true),
        (&["correct", "--reason", "wrong-records"], true),
        (&["ledger", "recover"], false),
        (&["approve", "--by", "Jo"], false),
        (&["heartbeat"], false),
        (&["send"], false),
        (&["show"], false),
    ] {
        let (out, err) = said(&waived, line);
        assert_eq!(err.contains(WITHOUT_WITNESSES), draws, "{line:?}: {err}");
        // what draws nothing is warned of in other words
        let recovers = line == ["ledger", "recover"];
        assert_eq!(err.contains(RECOVERED_WITHOUT_WITNESSES), recovers, "{line:?}: {err}");
        assert!(draws || !err.contains("noise is drawn"), "{line:?}: {err}");
        assert!(!out.contains("WARNING"), "{line:?}: {out}");
        assert!(!said(&strict, line).1.contains("WARNING"), "{line:?}");
        let last = err.lines().last().unwrap_or_default();
        assert!(last.contains("sent"), "{line:?} ends by saying whether anything was sent: {last}");
    }
    assert!(said(&waived, &["status"]).0.contains(WITHOUT_WITNESSES));
    assert!(!said(&strict, &["status"]).0.contains(WITHOUT_WITNESSES));
    let json = |agent: &Agent| serde_json::from_str::<serde_json::Value>(&said(agent, &["status", "--json"]).0).unwrap();
    assert_eq!((&json(&waived)["without_witnesses"], &json(&strict)["without_witnesses"]), (&true.into(), &false.into()));
    // what leaves is the same with and without
    waived.prepare().unwrap();
    let envelope = waived.state().ledger().unwrap().debits()[0].envelope.clone();
    let envelope = shared::sign::Envelope::parse(&envelope, 1 << 22).unwrap();
    assert!(!String::from_utf8(envelope.payload_unverified().to_vec()).unwrap().contains("witness"));
    strict.settings.push_str("log.without_witnesses = true\n");
    assert!(said(&strict, &["status"]).0.contains(WITHOUT_WITNESSES));
}

#[test]
fn a_recovered_round_is_shown_for_what_it_is() {
    let victim = after(Loss::Deleted, Aggregator::Honest, true);
    told(&victim, None, true).unwrap();
    let (out, _) = said(&victim, &["status"]);
    assert!(out.contains("cla-2025  rho 0.16  recovered from the public log"), "{out}");
    let json: serde_json::Value = serde_json::from_str(&said(&victim, &["status", "--json"]).0).unwrap();
    assert_eq!((&json["outbox"], &json["rounds"][0]["recovered"]), (&0.into(), &true.into()));
    for line in [&["show"][..], &["show", "--raw"], &["show", "--json", "--message", "1"]] {
        let err = said(&victim, line).1;
        assert!(err.contains("recovered from the public log without its bytes") && !err.contains("run prepare first"), "{err}");
        assert!(err.contains("the public export has its bytes, in submissions/cla-2025/301-1.dsse.json"), "{err}");
    }
    let (_, err) = said(&victim, &["send", "--again"]);
    assert!(err.contains("nothing to send again") && !err.contains("run prepare first"), "{err}");
    let (out, _) = said(&victim, &["send"]);
    assert!(
        out.contains("the submission of cla-2025 stands in the public log, from where it was recovered: nothing waits"),
        "{out}"
    );
    assert!(!out.contains("receipt"), "{out}");
    let (out, err) = said(&victim, &["run", "--once"]);
    assert!(
        out.contains("nothing was drawn again") && err.ends_with("nothing was drawn, nothing was sent but the heartbeat\n"),
        "{out}{err}"
    );
    assert!(out.contains("its bytes were not recovered") && !out.contains("0 bytes") && !out.contains("show prints"), "{out}");
    assert_eq!((victim.mechanism.n_draws.get(), victim.world.posted.borrow().len()), (0, 1));
}

#[test]
fn recovery_believes_a_log_no_sooner_than_a_draw_does() {
    let victim = after(Loss::Deleted, Aggregator::RolledBack, true);
    assert_eq!(told(&victim, None, true).err().unwrap().problem, Some(Problem::CheckpointNotWitnessed));
    assert_eq!(victim.ledger_files().len(), 1);
}
