//! A state that was lost, and a log that nobody vouches for, with real programs: nothing is drawn until a person has acted.

use std::path::Path;

use shared::log::cosignature::{WitnessKey, WitnessPolicy};
use shared::problem::Problem;
use shared::sign::{Algorithm, SigningKey};
use shared::trust::Trust;
use tests::demo::incidents::code_in;
use tests::world::office::Office;
use tests::world::open::OpenRound;

use crate::ground::{ground, opened};

/// A run ends with a problem: nothing drawn, nothing sent, nothing written.
fn refuses(round: &OpenRound<'_>, office: &Office<'_>, problem: Problem) {
    let (ledger, size) = (office.ledger().unwrap(), round.served.log_size().unwrap());
    let ended = office.run(&["run", "--once"]).unwrap();
    assert_eq!(code_in(&ended).as_deref(), Some(problem.code()), "{}", ended.stderr);
    assert!(ended.is(problem.exit()) && ended.says("nothing was drawn, nothing was sent"), "{}", ended.stderr);
    assert_eq!((office.ledger().unwrap(), round.served.log_size().unwrap()), (ledger, size));
}

fn change(path: &Path, change: impl FnOnce(String) -> String) {
    let text = std::fs::read_to_string(path).unwrap();
    std::fs::write(path, change(text)).unwrap();
}

#[test]
fn nothing_is_drawn_on_a_log_that_nobody_vouches_for() {
    let ground = ground();
    let round = opened(&ground.world, 2, None);
    let office = &round.members[0].office;
    let waiver = |from: &str, to: &str| change(&office.config(), |text| text.replace(from, to));
    waiver("without_witnesses = true", "without_witnesses = false");
    refuses(&round, office, Problem::CheckpointNotWitnessed);
    waiver("without_witnesses = false", "without_witnesses = true");
    // a witness that the trust file names is demanded, whatever the setting says; this one never saw the log
    let witness = SigningKey::generate(Algorithm::Ed25519).unwrap();
    let witness = WitnessKey::new("witness.example", witness.public()).unwrap();
    let trust = office.enrolled().join("trust.toml");
    let as_enrolled = std::fs::read_to_string(&trust).unwrap();
    change(&trust, |text| {
        let witnesses = WitnessPolicy::new(vec![witness], 1).unwrap();
        Trust { witnesses, ..Trust::parse(&text).unwrap() }.encode()
    });
    refuses(&round, office, Problem::CheckpointNotWitnessed);
    std::fs::write(&trust, as_enrolled).unwrap();
    let ended = office.must(&["run", "--once"]).unwrap();
    assert!(ended.stderr.contains("WARNING: [log] without_witnesses = true"), "{}", ended.stderr);
}

#[test]
fn a_state_that_was_made_anew_draws_nothing_until_a_person_has_made_its_ledger_whole() {
    let ground = ground();
    let round = opened(&ground.world, 2, None);
    let office = &round.members[0].office;
    office.must(&["run", "--once"]).unwrap();
    let envelope = office.envelope().unwrap();

    let lost = office.folder().join("lost");
    std::fs::rename(office.state(), &lost).unwrap();
    office.must(&["init"]).unwrap();
    let anew = ground.world.folder.join("enrolled-anew");
    round.centre.enrol(&[office.request()], &anew).unwrap();
    for name in ["certificate.pem", "root.pem", "trust.toml"] {
        std::fs::copy(anew.join(&office.code).join(name), office.enrolled().join(name)).unwrap();
    }
    refuses(&round, office, Problem::LedgerBehindLog);

    // what is left: the receipt, and the message as it was shown
    let left = office.folder().join("left-over");
    std::fs::create_dir(&left).unwrap();
    for entry in std::fs::read_dir(lost.join("receipts")).unwrap().map(Result::unwrap) {
        std::fs::copy(entry.path(), left.join(entry.file_name())).unwrap();
    }
    std::fs::write(left.join("message.dsse.json"), &envelope).unwrap();
    let recover = ["ledger", "recover", "--receipts", left.to_str().unwrap()];
    let shown = office.must(&recover).unwrap();
    assert!(shown.stdout.contains("its bytes are here; its receipt is here"), "{}", shown.stdout);
    assert!(
        shown.stdout.contains("nothing was written") && shown.says("nothing was drawn, nothing was sent"),
        "{}",
        shown.stdout
    );
    assert_eq!(office.n_ledger_files(), 1);
    refuses(&round, office, Problem::LedgerBehindLog);

    let size = round.served.log_size().unwrap();
    office.must(&[&recover[..], &["--yes"]].concat()).unwrap();
    assert_eq!(office.n_ledger_files(), 3, "the debit and the former key");
    let ended = office.must(&["run", "--once"]).unwrap();
    assert!(ended.stdout.contains("nothing was drawn again"), "{}", ended.stdout);
    assert_eq!((office.n_ledger_files(), round.served.log_size().unwrap()), (3, size));
    assert!(office.envelope().unwrap() == envelope, "the recovered bytes are those that were sent");
    // and its place in the release is as if nothing had happened
    round.members[1].office.must(&["run", "--once"]).unwrap();
    round.close_and_publish().unwrap();
}
