//! What is handed over is checked by itself, and no recovered debit costs less than the lost one.

use proptest::prelude::*;
use shared::ids::ReportingYear;
use shared::time::Timestamp;

use super::*;
use crate::commands::room::NoSteps;
use crate::fixtures::{Agent, World, choice, round};
use crate::io::state::State;

/// A world in which authority 301 sent its round, with a second state of it, the message and its receipt.
struct Lost {
    anew: Agent,
    envelope: Vec<u8>,
    receipt: String,
}

fn lost() -> Lost {
    let world = World::with_plan(choice());
    let (original, anew) = (Agent::new(&world), Agent::new(&world));
    original.enrol();
    let debit = original.prepare().unwrap().debit().clone();
    original.send().0.unwrap();
    let receipt = original.state().receipt(debit.id).unwrap().unwrap();
    Lost { anew, envelope: debit.envelope, receipt }
}

impl Lost {
    fn view(&self) -> (LogView, LogKey) {
        let read = self.anew.within(&NoSteps, |room| Ok((room.verified_log()?, room.connected()?.trust.log.clone())));
        read.0.unwrap()
    }
    fn evidence(&self, files: &[(&str, &[u8])]) -> Result<Evidence, ReceiptSpeaksAgainst> {
        let (view, key) = self.view();
        let files = files.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())).collect();
        Evidence::of(files, self.anew.authority, &view, &key)
    }
    fn budget(&self) -> Option<PlanBudget> {
        let keys = [self.anew.world.plan_key.public().clone()];
        PlanBudget::of(&self.anew.world.plan.borrow(), round(), &self.view().0, &keys)
    }
    fn leaf(&self) -> SubmissionLeaf {
        let ledger = self.anew.state().ledger().unwrap();
        Gap::between(self.anew.authority, &ledger, &self.view().0).submissions[0]
    }
}

const CAP: RhoNano = RhoNano(200_000_000);

#[test]
fn message_and_receipt_are_kept_with_the_debit() {
    let lost = lost();
    let evidence = lost.evidence(&[("a", &lost.envelope), ("b", lost.receipt.as_bytes())]).unwrap();
    assert!(evidence.unused.is_empty());
    let found = recovered(&lost.leaf(), &evidence, lost.budget(), CAP);
    assert!(found.debit.envelope == lost.envelope && found.receipt.as_ref() == Some(&lost.receipt));
    assert_eq!(
        (found.charged, found.debit.rho, found.debit.charged_on.to_string().as_str()),
        (Charged::ByPlan, RhoNano(160_000_000), "2025-07-02")
    );
    let state = lost.anew.state();
    State::commit(state.stage(&state.ledger().unwrap(), &found.debit).unwrap()).unwrap();
    let ledger = state.ledger().unwrap();
    assert!(ledger.debits()[0] == found.debit, "it is read back");
    assert!(state.stage(&ledger, &found.debit).is_err(), "and charged once");
    // never below what the bytes say, never under another id or date
    let changes: [&dyn Fn(&mut Debit); 6] = [
        &|d: &mut Debit| d.rho = RhoNano(d.rho.0 / 2),
        &|d: &mut Debit| d.id = Digest([1; 32]),
        &|d: &mut Debit| d.sequence = 2,
        &|d: &mut Debit| d.charged_on = "2024-07-02".parse().unwrap(),
        &|d: &mut Debit| d.envelope.truncate(100),
        &|d: &mut Debit| d.kind = DebitKind::Drawn(MessageKind::Submission),
    ];
    for change in changes {
        let fresh = Agent::new(&lost.anew.world);
        let mut debit = found.debit.clone();
        change(&mut debit);
        assert!(fresh.state().ledger().unwrap().next_file(&debit).is_err());
    }
}

#[test]
fn without_the_plan_the_whole_cap_of_a_year_is_charged() {
    let lost = lost();
    let (none, leaf) = (Evidence::default(), lost.leaf());
    let charge = |plan| recovered(&leaf, &none, plan, CAP);
    assert_eq!((charge(None).debit.rho, charge(None).charged), (CAP, Charged::ByCap));
    assert_eq!(charge(lost.budget()).debit.rho, RhoNano(160_000_000));
    let correction = SubmissionLeaf { sequence: 2, ..leaf };
    assert_eq!(recovered(&correction, &none, lost.budget(), CAP).debit.rho, RhoNano(40_000_000));
    let beyond = SubmissionLeaf { sequence: 3, ..leaf };
    assert_eq!(recovered(&beyond, &none, lost.budget(), CAP).debit.rho, CAP);
    // the bytes say what they cost, whatever a plan or a cap says
    let evidence = lost.evidence(&[("a", &lost.envelope)]).unwrap();
    let stated = recovered(&leaf, &evidence, None, RhoNano(1)).debit.rho;
    assert!(stated > RhoNano(159_000_000) && stated <= RhoNano(160_000_000), "{stated}");
    let tiny = PlanBudget { id: lost.budget().unwrap().id, release: RhoNano(1), correction: RhoNano(1) };
    assert_eq!(recovered(&leaf, &evidence, Some(tiny), CAP).debit.rho, stated);
    let other_plan = PlanBudget { id: Digest([7; 32]), ..tiny };
    assert_eq!(recovered(&leaf, &evidence, Some(other_plan), CAP).charged, Charged::ByCap, "it was not paid for by this plan");
    // a plan that is not the one in the log, or of a stranger, is none
    let stranger = shared::sign::SigningKey::generate(shared::sign::Algorithm::EcdsaP256).unwrap();
    let plan = lost.anew.world.plan.borrow().clone();
    assert_eq!(PlanBudget::of(&plan, round(), &lost.view().0, &[stranger.public().clone()]), None);
    assert_eq!(
        PlanBudget::of(&plan, "cla-2024".parse().unwrap(), &lost.view().0, &[lost.anew.world.plan_key.public().clone()]),
        None
    );
    lost.anew.world.publish(lost.anew.world.plan_payload("\"authorities_min\":1", "\"authorities_min\":2"));
    assert_eq!(lost.budget(), None, "two plans: nobody knows which was paid");
}

#[test]
fn a_leaf_that_was_dated_back_is_charged_when_its_year_was_over() {
    let lost = lost();
    let dated = |at: &str| {
        let leaf = SubmissionLeaf { at: at.parse().unwrap(), ..lost.leaf() };
        recovered(&leaf, &Evidence::default(), None, CAP).debit.charged_on.to_string()
    };
    assert_eq!(dated("1999-01-01T00:00:00Z"), "2025-04-01");
    assert_eq!(dated("2025-07-02T10:00:00Z"), "2025-07-02");
    assert_eq!(dated("2031-01-01T00:00:00Z"), "2031-01-01", "a charge that is dated later counts from today on");
}

#[test]
fn what_says_nothing_here_is_named_and_not_used() {
    let lost = lost();
    let other = self::lost();
    let of_302 = String::from_utf8(lost.envelope.clone()).unwrap();
    let evidence = lost.evidence(&[
        ("notes.txt", b"remember the milk"),
        ("empty", b""),
        ("foreign receipt", other.receipt.as_bytes()),
        ("foreign message", &other.envelope),
        ("cut", &of_302.as_bytes()[..of_302.len() / 2]),
        ("plan", &lost.anew.world.plan.borrow().clone()),
    ]);
    let unused: Vec<(String, &str)> = evidence.unwrap().unused;
    let names: Vec<&str> = unused.iter().map(|(file, _)| file.as_str()).collect();
    assert_eq!(names, ["notes.txt", "empty", "foreign receipt", "foreign message", "cut", "plan"], "{unused:?}");
    assert!(unused[2].1.contains("not a receipt of this log") && unused[3].1.contains("the log does not name"), "{unused:?}");
}

#[test]
fn a_receipt_that_proves_more_than_is_shown_is_an_alarm() {
    let lost = lost();
    let leaf = lost.anew.world.entries.borrow_mut().pop().unwrap();
    let evidence = lost.evidence(&[("kept.tlog-proof", lost.receipt.as_bytes())]);
    let expected = ReceiptSpeaksAgainst::Longer { file: "kept.tlog-proof".into(), then: 4, now: 3 };
    assert_eq!(evidence.err(), Some(expected));
    let mut forked = leaf.clone();
    forked.truncate(10);
    let state = Agent::new(&lost.anew.world);
    let lost = Lost { anew: state, ..lost };
    lost.anew.world.entries.borrow_mut().push(forked);
    let evidence = lost.evidence(&[("kept.tlog-proof", lost.receipt.as_bytes())]);
    assert_eq!(evidence.err(), Some(ReceiptSpeaksAgainst::Forked { file: "kept.tlog-proof".into(), then: 4 }));
}

#[test]
fn a_former_key_is_noted_once() {
    let agent = Agent::new(&World::with_plan(choice()));
    let (state, today) = (agent.state(), "2025-07-02".parse().unwrap());
    let own = state.ledger().unwrap().key().id();
    assert!(state.append_key(&state.ledger().unwrap(), own, today).is_err());
    state.append_key(&state.ledger().unwrap(), Digest([3; 32]), today).unwrap();
    assert!(state.append_key(&state.ledger().unwrap(), Digest([3; 32]), today).is_err());
    let ledger = state.ledger().unwrap();
    assert!(ledger.knows_key(own) && ledger.knows_key(Digest([3; 32])) && !ledger.knows_key(Digest([4; 32])));
    assert!(agent.prepare().is_ok(), "a draw goes on behind it");
    assert_eq!(state.ledger().unwrap().debits().len(), 1);
}

proptest! {
    #[test]
    fn a_recovered_debit_never_costs_less(
        release in 0_u64..400, correction in 0_u64..400, cap in 0_u64..400, sequence in 1_u32..4, has_plan: bool, year in 2000_i16..2090,
        at in 0_i64..4_000_000_000,
    ) {
        let round = RoundId::of(ReportingYear::new(year).unwrap());
        let at = Timestamp::from_unix_seconds(at).unwrap();
        let leaf = SubmissionLeaf { round, sequence, id: Digest([1; 32]), at };
        let plan = PlanBudget { id: Digest([2; 32]), release: RhoNano(release), correction: RhoNano(correction) };
        let found = recovered(&leaf, &Evidence::default(), has_plan.then_some(plan), RhoNano(cap)).debit;
        // what the lost agent can have paid: within its plan's budget where that is known, else within the cap of a year
        let most = match (has_plan, sequence) { (true, 1) => release, (true, 2) => correction, _ => cap };
        prop_assert!(found.rho.0 >= most);
        prop_assert!(found.charged_on.0 >= at.day() && found.charged_on.0 >= date(year, 4, 1));
        prop_assert!(found.kind == DebitKind::Recovered && found.round == round && found.sequence == sequence);
    }
}
