//! Caps are folds over the ledger: whatever plans an aggregator signs and logs, nothing is drawn beyond them.

use std::rc::Rc;

use shared::framework::Framework;
use shared::ids::ReportingYear;
use shared::plan::{PLAN_TYPE, Plan, PlanChoice};
use shared::problem::Problem;
use shared::sign::Envelope;
use shared::submission::MessageKind;

use super::prepare::Prepared;
use super::room::NoSteps;
use crate::fixtures::{Agent, World, choice, round};
use crate::round::{Wanted, Witnessing, admit};

fn of_year(year: i16, made_up: bool) -> Vec<u8> {
    let choice = PlanChoice { reporting_year: ReportingYear::new(year).unwrap(), made_up, ..choice() };
    Plan::with_equal_shares(&Framework::built_in(), choice).unwrap().encode()
}

/// A fresh agent in a world whose one plan is changed by a hand that has the plan key, and what it says to it.
fn refused(publish: impl Fn(&World)) -> Option<Problem> {
    let world = World::with_plan(choice());
    world.entries.borrow_mut().pop();
    publish(&world);
    let agent = Agent::new(&world);
    let problem = agent.prepare().err().and_then(|stop| stop.problem);
    assert_eq!((agent.mechanism.n_draws.get(), agent.n_readings.get()), (0, 0), "{problem:?}");
    assert_eq!(agent.ledger_files().len(), 1);
    problem
}

#[test]
fn three_rounds_for_one_year_draw_once() {
    let world = World::with_plan(choice());
    let agent = Agent::new(&world);
    assert!(matches!(agent.prepare_year(2025).unwrap(), Prepared::Now(_)));
    let second = world.plan.borrow().clone();
    // two more rounds whose plans are for the same year under other names
    for (year, named) in [(2024, "\"round\":\"cla-2024\""), (2023, "\"round\":\"cla-2023\"")] {
        world.publish(world.plan_payload("\"round\":\"cla-2025\"", named));
        assert_eq!(agent.prepare_year(year).err().unwrap().problem, Some(Problem::PlanMalformed), "{year}");
        *world.plan.borrow_mut() = second.clone();
    }
    // and the same round asked for again, past the short way that finds it prepared
    let (config, framework) = (agent.config(), Framework::built_in());
    let decision = agent.within(&NoSteps, |room| {
        let trust = room.connected()?.trust.clone();
        let wanted = Wanted {
            authority: agent.authority,
            round: round(),
            kind: MessageKind::Submission,
            caps: config.sending.caps,
            framework: &framework,
            plan_keys: &trust.plan,
            witnessing: Witnessing::Waived,
            made_up: true,
            now: room.now(),
        };
        let (ledger, view) = (room.ledger()?, room.verified_log()?);
        Ok(admit(&wanted, &ledger, &view, &second).err())
    });
    assert_eq!(decision.0.unwrap(), Some(Problem::PlanCapYear));
    assert!(matches!(agent.prepare_year(2025).unwrap(), Prepared::Earlier(_)));
    assert_eq!((agent.mechanism.n_draws.get(), agent.ledger_files().len()), (1, 2));
}

#[test]
fn ten_back_years_are_not_drawn() {
    let world = World::with_plan(PlanChoice { made_up: false, ..choice() });
    let mut agent = Agent::new(&world);
    agent.settings = agent.settings.replace("made_up = true\n", "");
    for year in 2015..=2024 {
        world.publish(of_year(year, false));
        assert_eq!(agent.prepare_year(year).err().unwrap().problem, Some(Problem::PlanYearNotNewest), "{year}");
    }
    assert_eq!((agent.mechanism.n_draws.get(), agent.n_readings.get(), agent.ledger_files().len()), (0, 0, 1));
}

#[test]
fn ten_back_years_of_made_up_records_end_at_the_cap_of_365_days() {
    let world = World::with_plan(choice());
    let agent = Agent::new(&world);
    let mut said = Vec::new();
    for year in 2015..=2024 {
        world.publish(of_year(year, true));
        said.push(agent.prepare_year(year).err().and_then(|stop| stop.problem));
    }
    // 0.16 each; 0.4 in 365 days
    let expected: Vec<_> = (0..10).map(|n| (n >= 2).then_some(Problem::PlanCap365Days)).collect();
    assert_eq!(said, expected);
    assert_eq!((agent.mechanism.n_draws.get(), agent.n_readings.get(), agent.ledger_files().len()), (2, 2, 3));
}

#[test]
fn plans_that_are_not_the_one_logged_plan_of_a_plan_key_draw_nothing() {
    let payload = || of_year(2025, true);
    let signed = |world: &World, key: &shared::sign::SigningKey, logged: bool| {
        let envelope = Envelope::sign(PLAN_TYPE, payload(), key).unwrap();
        if logged {
            let (id, key) = (envelope.id(), key.public().id());
            world.log(shared::log::entry::Event::Plan { round: round(), id, key });
        }
        *world.plan.borrow_mut() = envelope.encode();
    };
    assert_eq!(refused(|world| signed(world, &world.log_key, true)), Some(Problem::PlanSignatureInvalid), "by the log key");
    assert_eq!(refused(|world| signed(world, &world.plan_key, false)), Some(Problem::PlanUnlogged));
    let two = |world: &World| {
        world.publish(payload());
        world.publish(world.plan_payload("\"authorities_min\":1", "\"authorities_min\":2"));
    };
    assert_eq!(refused(two), Some(Problem::PlanSecond));
    let dearer = |world: &World| {
        let dear = PlanChoice { rho_release: shared::privacy::RhoNano(300_000_000), ..choice() };
        world.publish(Plan::with_equal_shares(&Framework::built_in(), dear).unwrap().encode());
    };
    assert_eq!(refused(dearer), Some(Problem::PlanCapYear));
    // the same hand with an honest plan: it is drawn
    let world = World::with_plan(choice());
    let agent = Agent::new(&Rc::clone(&world));
    assert!(agent.prepare().is_ok());
}
