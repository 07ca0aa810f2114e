//! SIGKILL for the aggregator at instants nobody chose: no lost submission, no forked log. `kills` does it to the agent.
//!
//! The instants are spread by a printed seed over the time that an undisturbed run takes.

use std::time::{Duration, Instant};

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha12Rng;
use tests::world::open::OpenRound;
use tests::world::process::wait_until;

use crate::ground::{on_both_stores, opened};

const SEED: u64 = 20;
/// How long an undisturbed run of the last council takes; it is accepted by it.
fn undisturbed(round: &OpenRound<'_>) -> Duration {
    let began = Instant::now();
    round.members.last().unwrap().office.must(&["run", "--once"]).unwrap();
    began.elapsed()
}

fn whole_in_the_end(round: &OpenRound<'_>, n: usize) {
    let world_log = round.served.log_size().unwrap();
    for member in &round.members {
        member.office.must(&["run", "--once"]).unwrap();
        assert_eq!(member.office.n_ledger_files(), 2, "council {}: one first file and one debit", member.office.code);
        assert!(member.office.receipt().unwrap().is_some());
    }
    assert!(round.served.log_size().unwrap() >= world_log);
    round.centre.must(&["round", "close", &round.id]).unwrap();
    let said = round.centre.must(&["fsck"]).unwrap();
    assert!(said.says(&format!("{n} messages")) && said.says("everything adds up"), "{}", said.stdout);
}

#[test]
fn an_aggregator_killed_anywhere_keeps_what_it_answered() {
    eprintln!("seed {SEED}");
    on_both_stores(|world, store| {
        let mut rng = ChaCha12Rng::seed_from_u64(SEED);
        let mut round = opened(world, 4, store);
        let whole = undisturbed(&round);
        for kill in 0..3 {
            let running = round.members[kill].office.start(&["run", "--once"]).unwrap();
            let (began, after) = (Instant::now(), whole.mul_f64(rng.random_range(0.3..1.0)));
            wait_until("the instant", Duration::from_secs(60), || Ok(began.elapsed() >= after)).unwrap();
            let OpenRound { centre, served, members, id, year } = round;
            served.kill().unwrap();
            let served = centre.serve().unwrap();
            round = OpenRound { centre, served, members, id, year };
            drop(running);
            for member in &round.members {
                let url = &round.served.agents_url;
                member.office.configure(round.year, url, "").unwrap();
            }
            let office = &round.members[kill].office;
            let receipt = office.receipt().unwrap();
            office.must(&["run", "--once"]).unwrap();
            assert!(receipt.is_none() || office.receipt().unwrap() == receipt, "an answered receipt stands");
        }
        whole_in_the_end(&round, 4);
    });
}
