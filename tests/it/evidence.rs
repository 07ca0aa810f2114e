//! Evidence that needs no program of ours: the README's own commands, run as they stand there.

use std::process::Command;

use shared::ids::Digest;
use shared::sign::Envelope;
use tests::build::workspace;
use tests::world::COMMAND_TIME_MAX;
use tests::world::client;
use tests::world::office::stated;
use tests::world::process::Processes;

use crate::ground::{ground, opened};

/// The shell lines between the markers of the README.
fn commands() -> String {
    let readme = std::fs::read_to_string(workspace().join("README.md")).unwrap();
    let (_, rest) = readme.split_once("<!-- openssl:begin -->").expect("the README marks its openssl commands");
    let (block, _) = rest.split_once("<!-- openssl:end -->").expect("the README ends its openssl commands");
    block.lines().filter(|line| !line.trim_start().starts_with("```")).collect::<Vec<_>>().join("\n")
}

#[test]
fn openssl_accepts_a_published_submission_and_no_other() {
    let installed = |program: &str| Command::new(program).arg("--version").output().is_ok();
    if !installed("openssl") || !installed("jq") {
        eprintln!("SKIPPED: openssl or jq is not installed here");
        return;
    }
    let ground = ground();
    let round = opened(&ground.world, 2, None);
    round.send_all().unwrap();
    round.close_and_publish().unwrap();
    let folder = ground.world.folder.join("verifier");
    std::fs::create_dir(&folder).unwrap();
    let get = |path: &str| client::get(&format!("{}{path}", round.served.public_url)).unwrap().good().unwrap().body;
    let submission = get(&format!("/submissions/{}/{}-1.dsse.json", round.id, round.members[0].office.code));
    let key: Digest = Envelope::parse(&submission, 1 << 20).unwrap().signatures()[0].keyid;
    std::fs::write(folder.join("submission.dsse.json"), &submission).unwrap();
    std::fs::write(folder.join("agent.pem"), get(&format!("/keys/{key}.pem"))).unwrap();
    let run = |name: &str| {
        let mut command = Command::new("sh");
        command.args(["-eu", "-c", &commands()]).current_dir(&folder);
        Processes::default().run("sh", command, &ground.world.log(name), COMMAND_TIME_MAX).unwrap()
    };
    let ended = run("openssl");
    assert!(ended.code == Some(0) && ended.says("Verified OK"), "{ended:?}");
    // what the council states stands readable in what was verified
    let mut jq = Command::new("jq");
    let jq = jq.args(["-r", r#".facts[] | "\(.fact) \(.stated)""#, "payload.json"]).current_dir(&folder).output().unwrap();
    let stated = stated(&round.members[0].office.code);
    let number = |fact: &str| stated.get(fact).map_or(2, |is_so| u8::from(*is_so));
    let expected: String = ["S1", "S2", "S3", "S4", "S5", "S6"].map(|fact| format!("{fact} {}\n", number(fact))).concat();
    assert_eq!(String::from_utf8(jq.stdout).unwrap(), expected);
    let text = String::from_utf8(submission).unwrap();
    let damaged = tests::demo::incidents::damaged(text.as_bytes()).unwrap();
    std::fs::write(folder.join("submission.dsse.json"), damaged).unwrap();
    let ended = run("openssl-damaged");
    assert!(ended.code != Some(0) && !ended.says("Verified OK"), "{ended:?}");
}
