//! The whole way of the data with five councils, on both stores, and the answers to whoever asks too early or twice.

use shared::problem::Exit;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use tests::demo::audit;
use tests::world::centre::Centre;
use tests::world::open::OpenRound;
use tests::world::{World, client};

use crate::ground::{YEAR, ground, on_both_stores, opened};

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
        for version in ["2025.1", "2025.2"] {
            let again = round.centre.run(&["release", "publish", &round.id, "--version", version]).unwrap();
            assert!(again.is(Exit::Fault), "what is published is not changed: {again:?}");
            assert!(again.says("what is published is never changed"), "{}", again.stderr);
        }
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
        for name in ["changes.csv", "figures.json", "figures.csv", "figures.meta.csv", "statement.dsse.json"] {
            let served = client::get(&format!("{}/releases/2025.1/{name}", round.served.public_url)).unwrap().good().unwrap();
            assert_eq!(served.body, std::fs::read(export.join("releases").join("2025.1").join(name)).unwrap(), "{name}");
        }
        round.served.stop().unwrap();
    });
}

/// Changes the store as whoever runs the database can.
pub fn change(store: &str, sql: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let sql = AssertSqlSafe(sql.to_owned());
        let n = if store.starts_with("sqlite:") {
            let mut db = sqlx::SqliteConnection::connect(store).await.unwrap();
            let n = db.execute(sql).await.unwrap().rows_affected();
            db.close().await.unwrap();
            n
        } else {
            let mut db = sqlx::PgConnection::connect(store).await.unwrap();
            let n = db.execute(sql).await.unwrap().rows_affected();
            db.close().await.unwrap();
            n
        };
        assert!(n > 0, "nothing was changed");
    });
}

#[test]
fn fsck_finds_what_was_undone_in_the_store() {
    on_both_stores(|world: &World, store| {
        let round = opened(world, 2, store);
        round.send_all().unwrap();
        let (one, two) = (round.members[0].office.code.clone(), round.members[1].office.code.clone());
        round.centre.must(&["authority", "revoke", &one]).unwrap();
        round.centre.must(&["round", "close", &round.id]).unwrap();
        let own_file = format!("sqlite://{}", round.centre.state().join("store.sqlite").display());
        let url = store.unwrap_or(&own_file);
        let OpenRound { centre, served, .. } = round;
        served.stop().unwrap();
        let sound = centre.must(&["fsck"]).unwrap();
        assert!(sound.says("everything adds up") && sound.says("serial number and expiry"), "{}", sound.stdout);
        let undone = |sql: &str, back: &str, words: &str| {
            change(url, sql);
            let ended = centre.run(&["fsck"]).unwrap();
            assert!(ended.is(Exit::Fault) && ended.says(words), "{sql}: {}{}", ended.stdout, ended.stderr);
            change(url, back);
        };
        undone(
            &format!("UPDATE certificates SET revoked = 0 WHERE authority = '{one}'"),
            &format!("UPDATE certificates SET revoked = 1 WHERE authority = '{one}'"),
            "the log has revoked every key of authority",
        );
        // entries: framework, two keys, plan, opening, two submissions, the revocation, the deadline
        undone(
            &format!("UPDATE agent_keys SET revoked_idx = NULL WHERE authority = '{one}'"),
            &format!("UPDATE agent_keys SET revoked_idx = 7 WHERE authority = '{one}'"),
            "the store lets it stand",
        );
        undone(
            &format!("UPDATE agent_keys SET revoked_idx = 3 WHERE authority = '{two}'"),
            &format!("UPDATE agent_keys SET revoked_idx = NULL WHERE authority = '{two}'"),
            "is revoked in the store and not in the log",
        );
        undone("UPDATE rounds SET deadline_idx = NULL", "UPDATE rounds SET deadline_idx = 8", "open in the store");
        // a batch of both messages, or one of each: the last of them ends at seven entries
        undone(
            "UPDATE checkpoints SET size = 1000 WHERE size = 7",
            "UPDATE checkpoints SET size = 7 WHERE size = 1000",
            "the checkpoint of size 7, which a receipt names, is missing",
        );
        undone(
            "UPDATE checkpoints SET size = 1000 WHERE size = 9",
            "UPDATE checkpoints SET size = 9 WHERE size = 1000",
            "the newest one is missing",
        );
        assert!(centre.must(&["fsck"]).unwrap().says("everything adds up"));
    });
}

#[test]
fn the_log_says_why_a_round_was_closed() {
    let ground = ground();
    let round = opened(&ground.world, 1, None);
    let closed = round.centre.must(&["round", "close", &round.id]).unwrap();
    assert!(closed.says("reason in the log: made-up"), "{}", closed.stdout);
    round.centre.plan(2024, &[]).unwrap();
    let closed = round.centre.must(&["round", "close", "cla-2024", "--early", "withdrawn"]).unwrap();
    assert!(closed.says("reason in the log: withdrawn"), "{}", closed.stdout);
    for release in [&["release", "publish", "cla-2024"][..], &["release", "draft", "cla-2024", "--out", "draft"]] {
        let given_up = round.centre.run(release).unwrap();
        assert!(given_up.is(Exit::Fault) && given_up.says("round cla-2024 was given up"), "{given_up:?}");
    }
    let past = ["--year", "2023", "--opens-at", "2023-07-01T00:00:00Z", "--closes-at", "2023-07-02T00:00:00Z", "--made-up"];
    let plan = |more: &[&str]| {
        round.centre.run(&[&["plan", "create", "--accept-wide", "one made-up council"], &past[..], more].concat())
    };
    let size = round.served.log_size().unwrap();
    let refused = plan(&[]).unwrap();
    assert!(refused.is(Exit::Usage) && refused.says("sending ended at 2023-07-02T00:00:00Z, which is past"), "{refused:?}");
    assert_eq!(round.served.log_size().unwrap(), size);
    assert!(plan(&["--yes"]).unwrap().is(Exit::Done));
    let closed = round.centre.must(&["round", "close", "cla-2023"]).unwrap();
    assert!(closed.says("reason in the log: planned"), "{}", closed.stdout);
    let log = client::get(&format!("{}/log/tile/entries/000.p/{}", round.served.public_url, round.served.log_size().unwrap()));
    let entries = log.unwrap().good().unwrap().text();
    for (id, reason) in [(round.id.as_str(), "made-up"), ("cla-2024", "withdrawn"), ("cla-2023", "planned")] {
        assert!(entries.contains(&format!("round {id}\nreason {reason}\n")), "{id}: {entries}");
    }
}

#[test]
fn a_plan_that_agents_would_refuse_is_logged_with_yes_alone() {
    let ground = ground();
    let round = opened(&ground.world, 1, None);
    let size = round.served.log_size().unwrap();
    let slot = ["--opens-at", "2025-07-01T00:00:00Z", "--closes-at", "2025-08-01T00:00:00Z"];
    let plan = |more: &[&str]| round.centre.run(&[&["plan", "create"], &slot[..], more].concat()).unwrap();
    for (more, words) in [
        (&["--year", "2024"][..], "not the newest complete reporting year"),
        (&["--year", "2024", "--made-up", "--rho-release", "0.17"], "more than 0.2 together"),
    ] {
        let refused = plan(more);
        assert!(refused.is(Exit::Usage) && refused.stderr.contains(words), "{refused:?}");
        assert!(refused.stderr.contains("--yes") && refused.stdout.is_empty(), "{refused:?}");
    }
    let look = plan(&["--year", "2024", "--dry-run"]);
    assert!(look.is(Exit::Done) && look.stderr.contains("WARNING"), "{look:?}");
    let refused = ["without --dry-run this plan is refused: ", "add --accept-wide REASON", "refused for its warnings"];
    let words = ["authorities asked: 1", "scale", "epsilon", "membership advantage", "nothing was signed"];
    for words in words.into_iter().chain(refused) {
        assert!(look.stdout.contains(words), "{words}: {}", look.stdout);
    }
    assert_eq!(round.served.log_size().unwrap(), size);
    let early = round.centre.run(&["plan", "create", "--year", "2024", "--opens-at", slot[3], "--closes-at", slot[1]]).unwrap();
    assert!(early.is(Exit::Usage) && early.says("closes before it opens"), "{early:?}");
    let wide = plan(&["--year", "2024", "--yes"]);
    assert!(wide.is(Exit::Usage) && wide.says("add --accept-wide REASON") && wide.says("nothing was logged"), "{wide:?}");
    assert_eq!(round.served.log_size().unwrap(), size);
    assert!(plan(&["--year", "2024", "--yes", "--accept-wide", "one council"]).is(Exit::Done));
    assert_eq!(round.served.log_size().unwrap(), size + 2);
}

#[test]
fn the_same_request_renews_and_a_revoked_key_is_told_what_to_do() {
    let ground = ground();
    let round = opened(&ground.world, 1, None);
    let (centre, office) = (&round.centre, &round.members[0].office);
    let (request, size) = (office.request().display().to_string(), round.served.log_size().unwrap());
    let add = |out: &str| {
        let out = ground.world.folder.join(out).display().to_string();
        centre.run(&["authority", "add", &request, "--out", &out]).unwrap()
    };
    let taken = add("enrolled");
    assert!(taken.is(Exit::Usage) && taken.says("exists already: name a new one"), "{taken:?}");
    let renewed = add("renewed");
    assert!(renewed.is(Exit::Done) && renewed.says("renewed; its signing key stays"), "{renewed:?}");
    assert_eq!(round.served.log_size().unwrap(), size, "a renewal is no entry of the log");
    // the renewed certificate is let in
    let place = ground.world.folder.join("renewed").join(&office.code).join("certificate.pem");
    std::fs::copy(place, office.enrolled().join("certificate.pem")).unwrap();
    office.must(&["run", "--once"]).unwrap();
    centre.must(&["authority", "revoke", &office.code]).unwrap();
    let revoked = add("again");
    assert!(revoked.is(Exit::Fault) && revoked.says("set up its agent anew, with a new key"), "{revoked:?}");
}

#[test]
fn a_command_without_an_aggregator_says_what_to_run() {
    let ground = ground();
    let centre = Centre::create(&ground.world, "nothing", &["301"], None).unwrap();
    let year = YEAR.to_string();
    let slot = ["--opens-at", "2025-07-01T00:00:00Z", "--closes-at", "2025-08-01T00:00:00Z"];
    let plan = [&["plan", "create", "--made-up", "--year", &year], &slot[..]].concat();
    let commands: [&[&str]; 9] = [
        &["ca", "renew-server"],
        &["authority", "add", "none.json", "--out", "out"],
        &["authority", "list"],
        &plan,
        &["round", "close", "cla-2025"],
        &["release", "publish", "cla-2025"],
        &["export", "--out", "out"],
        &["serve"],
        &["fsck"],
    ];
    let all_refused = |commands: &[&[&str]]| {
        for command in commands {
            let ended = centre.run(command).unwrap();
            assert!(ended.is(Exit::Configuration), "{command:?}: {ended:?}");
            assert!(ended.says("there is no aggregator here: run `ca init`, then `init`"), "{command:?}: {}", ended.stderr);
        }
    };
    all_refused(&commands);
    assert!(centre.run(&["init"]).unwrap().says("run `ca init` first"));
    centre.must(&["ca", "init"]).unwrap();
    all_refused(&commands[1..]);
    centre.must(&["init"]).unwrap();
    std::fs::create_dir(centre.folder().join("out")).unwrap();
    let ended = centre.run(&["export", "--out", "out"]).unwrap();
    assert!(ended.is(Exit::Usage) && ended.says("out exists already: name a new one"), "{ended:?}");
    assert!(centre.run(&["round", "close", "cla-2025"]).unwrap().is(Exit::Fault), "refused by the rules");
    std::fs::write(centre.folder().join("aggregator.toml"), "colour = 1").unwrap();
    assert!(centre.run(&["fsck"]).unwrap().is(Exit::Configuration));
}
