//! One council corrects after the first release: two versions, both published, both audited, neither changed again.
//!
//! The correction is made here from the formats alone, as a client by hand would: the second draw of the plan, signed with
//! the council's own key.

use shared::framework::Framework;
use shared::ids::Digest;
use shared::plan::{Draw, Plan};
use shared::problem::{Exit, Problem};
use shared::sign::{Envelope, SigningKey};
use shared::submission::{CorrectionReason, MessageKind, SUBMISSION_TYPE, Submission, SubmissionBlock};
use tests::demo::audit;
use tests::world::client;
use tests::world::office::Office;
use tests::world::open::OpenRound;

use crate::ground::{YEAR, ground, on_both_stores, opened};
use crate::round::change;

fn plan(round: &OpenRound<'_>) -> Plan {
    let answer = client::get(&format!("{}/plans/{}.dsse.json", round.served.public_url, round.id)).unwrap().good().unwrap();
    let envelope = Envelope::parse(&answer.body, shared::plan::PLAN_BYTES_MAX).unwrap();
    Plan::parse(envelope.payload_unverified(), &Framework::built_in()).unwrap()
}

/// A correction of an office's submission, changed and signed with its own key.
fn correction(plan: &Plan, office: &Office<'_>, change: impl FnOnce(&mut Submission)) -> Vec<u8> {
    let first = Envelope::parse(&office.envelope().unwrap(), 1 << 22).unwrap();
    let mut submission = Submission::parse(first.payload_unverified()).unwrap();
    let cells = submission.blocks.drain(..).map(|b| b.cells.0.into_iter().map(|cell| cell + 7).collect());
    let blocks = plan.body().blocks.iter().zip(cells).map(|(b, cells)| SubmissionBlock::of(b, Draw::Correction, cells));
    submission.blocks = blocks.collect();
    (submission.kind, submission.sequence, submission.previous) = (MessageKind::Correction, 2, first.id());
    submission.reason = CorrectionReason::WrongFile.digit();
    change(&mut submission);
    let key = std::fs::read_to_string(office.state().join("keys").join("signing.key.pem")).unwrap();
    let key = SigningKey::from_pem(&key).unwrap();
    Envelope::sign(SUBMISSION_TYPE, submission.encode(), &key).unwrap().encode()
}

fn post(round: &OpenRound<'_>, office: &Office<'_>, envelope: &[u8]) -> client::Answer {
    let poster = office.poster().unwrap();
    poster.submit_as(MessageKind::Correction, &round.served.agents_url, &round.id, envelope.to_vec()).unwrap()
}

/// The aggregator refuses a correction with a problem: nothing is stored.
fn refused(round: &OpenRound<'_>, office: &Office<'_>, envelope: &[u8], problem: Problem) {
    let size = round.served.log_size().unwrap();
    let answer = post(round, office, envelope);
    assert_eq!((answer.code().as_deref(), answer.status), (Some(problem.code()), problem.status()), "{}", answer.text());
    assert_eq!(round.served.log_size().unwrap(), size, "{}: something was stored", problem.code());
}

fn page(round: &OpenRound<'_>, path: &str) -> String {
    client::get(&format!("{}{path}", round.served.public_url)).unwrap().good().unwrap().text()
}

#[test]
fn a_council_corrects_and_both_versions_stand_and_are_audited() {
    on_both_stores(|world, store| {
        let round = opened(world, 4, store);
        let (one, two, absent) = (&round.members[0].office, &round.members[1].office, &round.members[3].office);
        for member in &round.members[..3] {
            member.office.must(&["run", "--once"]).unwrap();
        }
        absent.must(&["prepare"]).unwrap();
        let plan = plan(&round);
        let mine = correction(&plan, one, |_| ());
        refused(&round, one, &mine, Problem::CorrectionNotOpen);
        let centre = |words: &[&str]| round.centre.run(&[words, &[round.id.as_str()]].concat()).unwrap();
        let denied = |words: &[&str], why: &str| {
            let ended = centre(words);
            assert!(ended.is(Exit::Fault) && ended.says(why), "{words:?}: {ended:?}");
        };
        denied(&["round", "correction-open"], "is not published");
        round.close_and_publish().unwrap();
        let first_figures = page(&round, "/releases/2025.1/figures.json");
        refused(&round, one, &mine, Problem::CorrectionNotOpen);
        denied(&["round", "correction-close"], "takes no corrections");
        denied(&["release", "publish"], "what is published is never changed");

        assert!(centre(&["round", "correction-open"]).says("takes corrections until"));
        refused(&round, one, &correction(&plan, one, |s| s.reason = 5), Problem::ShapeMismatch);
        refused(&round, one, &correction(&plan, one, |s| s.blocks[0].scale_milli += 1), Problem::ShapeMismatch);
        refused(&round, one, &correction(&plan, one, |s| s.previous = Digest([7; 32])), Problem::CorrectionOfAnother);
        refused(&round, one, &correction(&plan, two, |_| ()), Problem::AuthorityMismatch);
        refused(&round, one, &one.envelope().unwrap(), Problem::MessageKindUnknown);
        refused(&round, absent, &correction(&plan, absent, |_| ()), Problem::CorrectionWithoutFirst);
        let receipt = post(&round, one, &mine).good().unwrap().body;
        assert_eq!(post(&round, one, &mine).good().unwrap().body, receipt, "the same receipt");
        refused(&round, one, &correction(&plan, one, |s| s.nonce.0[0] ^= 1), Problem::CorrectionSecond);
        denied(&["release", "publish"], "still takes corrections");
        let body = format!("{}/submissions/{}/{}-2.dsse.json", round.served.public_url, round.id, one.code);
        assert_eq!(client::get(&body).unwrap().code().as_deref(), Some("not-released"), "bodies are public after their release");

        assert!(centre(&["round", "correction-close"]).says("reason in the log: made-up"));
        refused(&round, two, &correction(&plan, two, |_| ()), Problem::CorrectionLate);
        assert_eq!(post(&round, one, &mine).good().unwrap().body, receipt, "also after the close");
        let published = centre(&["release", "publish"]);
        assert!(published.is(Exit::Done) && published.says("published 2025.2"), "{published:?}");
        denied(&["release", "publish"], "what is published is never changed");
        denied(&["round", "correction-open"], "it has one time for them");

        assert_eq!(client::get(&body).unwrap().good().unwrap().body, mine);
        assert_eq!(page(&round, "/releases/2025.1/figures.json"), first_figures, "the first version stays");
        assert_ne!(page(&round, "/releases/2025.2/figures.json"), first_figures);
        assert!(page(&round, "/releases/2025.1/").contains("<a href=\"/releases/2025.2/\">"));
        let second = page(&round, "/releases/2025.2/");
        assert!(second.contains("the wrong file was read") && second.contains("<a href=\"/releases/2025.1/\">"), "{second}");
        assert!(page(&round, "/").contains("2025.2"));

        let export = round.export(world).unwrap();
        let trust = round.centre.trust();
        let ended = audit(&world.processes, &world.programs, &export, Some(&trust), &world.log("audit")).unwrap();
        assert!(ended.passed && ended.words.contains("4 envelopes (1 correction)"), "{}", ended.words);
        assert!(ended.words.contains("2 releases recomputed"), "{}", ended.words);
        let sound = round.centre.must(&["fsck"]).unwrap();
        assert!(sound.says("4 messages") && sound.says("everything adds up"), "{}", sound.stdout);
        let own_file = format!("sqlite://{}", round.centre.state().join("store.sqlite").display());
        let OpenRound { centre, served, .. } = round;
        served.stop().unwrap();
        change(store.unwrap_or(&own_file), "UPDATE rounds SET correction_deadline_idx = NULL");
        let ended = centre.run(&["fsck"]).unwrap();
        assert!(ended.is(Exit::Fault) && ended.says("closed for corrections by entry"), "{}", ended.stdout);
    });
}

#[test]
fn a_time_for_corrections_without_any_has_no_second_release() {
    let ground = ground();
    let round = opened(&ground.world, 1, None);
    round.send_all().unwrap();
    round.close_and_publish().unwrap();
    round.centre.must(&["round", "correction-open", &round.id]).unwrap();
    round.centre.must(&["round", "correction-close", &round.id]).unwrap();
    let ended = round.centre.run(&["release", "publish", &round.id]).unwrap();
    assert!(ended.is(Exit::Fault) && ended.says("its first release stands"), "{ended:?}");
}

#[test]
fn an_agent_is_heard_by_the_day_and_sends_in_its_slot() {
    let ground = ground();
    let round = opened(&ground.world, 2, None);
    let (one, other) = (&round.members[0].office, &round.members[1].office);
    let line_of = |code: &str| {
        let list = round.centre.must(&["authority", "list"]).unwrap().stdout;
        list.lines().find(|line| line.starts_with(code)).unwrap().to_owned()
    };
    assert!(line_of(&one.code).ends_with("never heard"), "{}", line_of(&one.code));
    let size = round.served.log_size().unwrap();
    let told = one.must(&["heartbeat"]).unwrap();
    assert!(told.says("nothing was drawn, nothing was sent but the heartbeat"), "{}", told.stderr);
    let today = tests::world::now().day();
    assert!(line_of(&one.code).contains("last heard on 20") && today.year() >= 2025, "{}", line_of(&one.code));
    assert!(line_of(&other.code).ends_with("never heard"));
    assert_eq!(round.served.log_size().unwrap(), size, "a heartbeat is no part of the log");
    let poster = one.poster().unwrap();
    let url = format!("{}/agent/v1/heartbeat", round.served.agents_url);
    assert_eq!(poster.post(&url, shared::heartbeat::body()).unwrap().status, 204);
    for (body, problem) in [
        (b"{\"schema\":\"goldenthread.heartbeat/1\"}".to_vec(), Problem::HeartbeatMalformed),
        ([&b"{\"children\":3}"[..], &[b' '; 4082]].concat(), Problem::HeartbeatMalformed),
        (vec![b' '; 4097], Problem::BodyTooLarge),
    ] {
        assert_eq!(poster.post(&url, body).unwrap().code().as_deref(), Some(problem.code()));
    }

    // a plan whose slots begin tomorrow at the earliest: prepared, kept, not sent
    let opens_at = tests::world::now().plus_seconds(86_400);
    let (opens, closes) = (opens_at.to_string(), opens_at.plus_seconds(30 * 86_400).to_string());
    let freeze = today.to_string();
    let dates = ["--opens-at", &opens, "--closes-at", &closes, "--freeze-on", &freeze];
    round
        .centre
        .must(&[&["plan", "create", "--year", "2024", "--made-up", "--accept-wide", "two made-up councils"][..], &dates].concat())
        .unwrap();
    other.configure(2024, &round.served.agents_url, "").unwrap();
    let kept_bytes = "; the prepared bytes are kept";
    for (command, sent) in [(&["run", "--once"][..], "nothing was sent but the heartbeat"), (&["send"], "nothing was sent")] {
        let size = round.served.log_size().unwrap();
        let kept = other.run(command).unwrap();
        assert!(kept.is(Exit::Done) && kept.stdout.contains("is kept and will be sent from"), "{kept:?}");
        assert!(kept.says(&format!("{sent}{kept_bytes}")), "{}", kept.stderr);
        assert!(other.receipt().unwrap().is_none());
        assert_eq!(round.served.log_size().unwrap(), size, "nothing was posted");
    }
    assert!(line_of(&other.code).contains("last heard on"), "run says it first");
    assert_eq!(YEAR, 2025, "the other round is an older one");
}
