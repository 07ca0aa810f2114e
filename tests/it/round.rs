//! The whole way of the data with five councils, on both stores, and the answers to whoever asks too early or twice.

use shared::problem::Exit;
use tests::demo::audit;
use tests::world::{World, client};

use crate::ground::{on_both_stores, opened};

#[test]
fn five_councils_from_returns_to_audited_figures() {
    on_both_stores(|world: &World, store| {
        let round = opened(world, 5, store);
        let before = round.served.log_size().unwrap();
        round.send_all().unwrap();
        assert_eq!(round.served.log_size().unwrap(), before + 5);
        let member = &round.members[0];
        let path = format!("{}/submissions/{}/{}-1.dsse.json", round.served.public_url, round.id, member.office.code);
        assert_eq!(client::get(&path).unwrap().code().as_deref(), Some("not-released"), "bodies are public after the release");
        // again: nothing is drawn, nothing is added, the same receipt stays
        let (ledger, receipt) = (member.office.ledger().unwrap(), member.office.receipt().unwrap());
        member.office.must(&["run", "--once"]).unwrap();
        member.office.must(&["send", "--again"]).unwrap();
        assert_eq!((member.office.ledger().unwrap(), member.office.receipt().unwrap()), (ledger, receipt));
        assert_eq!(round.served.log_size().unwrap(), before + 5);
        assert!(round.centre.run(&["release", "publish", &round.id]).unwrap().code != Some(0), "an open round has no release");
        round.close_and_publish().unwrap();
        assert!(
            !round.centre.run(&["release", "publish", &round.id]).unwrap().is(Exit::Done),
            "what is published is not changed"
        );
        assert_eq!(client::get(&path).unwrap().body, member.office.envelope().unwrap());
        let export = round.export(world).unwrap();
        for (name, trust) in [("audit", Some(round.centre.trust())), ("audit-without-trust", None)] {
            let ended = audit(&world.processes, &world.programs, &export, trust.as_deref(), &world.log(name)).unwrap();
            assert_eq!(ended.passed, trust.is_some(), "{}", ended.words);
            assert!(
                trust.is_some() || ended.code == Some(1) && ended.words.contains("consistent, not authenticated"),
                "{}",
                ended.words
            );
        }
        assert!(round.centre.must(&["fsck"]).unwrap().says("everything adds up"));
        // what the site serves is what the export holds
        for name in ["figures.json", "figures.csv", "figures.meta.csv", "statement.dsse.json"] {
            let served = client::get(&format!("{}/releases/2025.1/{name}", round.served.public_url)).unwrap().good().unwrap();
            assert_eq!(served.body, std::fs::read(export.join("releases").join("2025.1").join(name)).unwrap(), "{name}");
        }
        round.served.stop().unwrap();
    });
}
