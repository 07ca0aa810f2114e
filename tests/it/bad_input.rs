//! Bad input against real processes, on both stores: each fault is refused with its code.
//!
//! What the agent refuses draws nothing and sends nothing: its ledger keeps its bytes and the log its size. What the
//! aggregator refuses is stored nowhere: the log keeps its size. Attackers use keys and certificates that are really
//! theirs, a client made by hand, and the centre's own files where the centre is the one that lies.

use std::path::Path;

use shared::framework::Framework;
use shared::plan::{PLAN_TYPE, Plan};
use shared::problem::Problem;
use shared::sign::{Algorithm, Envelope, SigningKey};
use shared::submission::{SUBMISSION_TYPE, Submission};
use tests::demo::incidents::{code_in, damaged};
use tests::world::client::{Answer, Poster};
use tests::world::office::Office;
use tests::world::open::{Member, OpenRound};

use crate::ground::{YEAR, on_both_stores, opened};

/// The agent refuses with a problem: nothing drawn, nothing sent.
fn agent_refuses(round: &OpenRound<'_>, office: &Office<'_>, what: &str, problem: Problem) {
    let (ledger, size) = (office.ledger().unwrap(), round.served.log_size().unwrap());
    let ended = office.run(&["run", "--once"]).unwrap();
    assert_eq!(code_in(&ended).as_deref(), Some(problem.code()), "{what}: {}", ended.stderr);
    assert!(ended.is(problem.exit()), "{what}: {:?}", ended.code);
    assert!(ended.says("nothing was drawn, nothing was sent"), "{what}: {}", ended.stderr);
    assert_eq!(office.ledger().unwrap(), ledger, "{what}: the ledger changed");
    assert_eq!(round.served.log_size().unwrap(), size, "{what}: something reached the log");
}

/// The aggregator refuses a body with a problem: nothing is stored.
fn aggregator_refuses(round: &OpenRound<'_>, poster: &Poster, body: Vec<u8>, what: &str, problem: Problem) {
    let size = round.served.log_size().unwrap();
    let answer: Answer = poster.submit(&round.served.agents_url, &round.id, body).unwrap();
    assert_eq!(answer.code().as_deref(), Some(problem.code()), "{what}: {}", answer.text());
    assert_eq!(answer.status, problem.status(), "{what}");
    assert_eq!(round.served.log_size().unwrap(), size, "{what}: something was stored");
}

/// Another message under the office's own key: its submission, changed and signed anew.
fn signed_anew(office: &Office<'_>, envelope: &[u8], change: impl FnOnce(&mut Submission)) -> Vec<u8> {
    let key = std::fs::read_to_string(office.state().join("keys").join("signing.key.pem")).unwrap();
    let key = SigningKey::from_pem(&key).unwrap();
    let mut submission = Submission::parse(Envelope::parse(envelope, 1 << 22).unwrap().payload_unverified()).unwrap();
    change(&mut submission);
    Envelope::sign(SUBMISSION_TYPE, submission.encode(), &key).unwrap().encode()
}

fn copy_files(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

#[test]
fn what_the_agent_refuses_is_neither_drawn_nor_sent() {
    on_both_stores(|world, store| {
        let round = opened(world, 2, store);
        let office = &largest(&round).office;
        let url = round.served.agents_url.clone();
        returns_that_are_not_what_they_should_be(&round, office);

        // caps: the authority's own, and a plan that would spend more than the agent's default
        office.configure(YEAR, &url, "[caps]\nrho_year = \"0.1\"\n").unwrap();
        agent_refuses(&round, office, "a plan above the authority's own cap", Problem::PlanCapYear);
        round.centre.plan(2024, &["--rho-release", "0.3", "--yes"]).unwrap();
        office.configure(2024, &url, "").unwrap();
        agent_refuses(&round, office, "a plan above the default cap", Problem::PlanCapYear);

        // a plan of a signer who was not pinned: the centre signs and logs with another key
        let key = round.centre.state().join("keys").join("plan.pem");
        let own = std::fs::read(&key).unwrap();
        std::fs::write(&key, SigningKey::generate(Algorithm::EcdsaP256).unwrap().to_pem().unwrap()).unwrap();
        round.centre.plan(2023, &[]).unwrap();
        std::fs::write(&key, own).unwrap();
        office.configure(2023, &url, "").unwrap();
        agent_refuses(&round, office, "a plan of another signer", Problem::PlanSignatureInvalid);

        office.configure(YEAR, &url, "").unwrap();
        certificates_that_do_not_stand(&round, office);
        an_unlogged_plan(round, store);
    });
}

/// The council with the most children: of one without any, a wrong year cannot be told.
fn largest<'a, 'w>(round: &'a OpenRound<'w>) -> &'a Member<'w> {
    round.members.iter().max_by_key(|m| m.n_children).unwrap()
}

fn returns_that_are_not_what_they_should_be(round: &OpenRound<'_>, office: &Office<'_>) {
    let year = office.returns().join(YEAR.to_string());
    let kept = office.returns().join("kept");
    let changed = |what: &str, change: &dyn Fn()| {
        std::fs::create_dir_all(&kept).unwrap();
        copy_files(&year, &kept);
        change();
        // the copy must not be read as a return year
        let aside = office.returns().parent().unwrap().join("aside");
        std::fs::rename(&kept, &aside).unwrap();
        agent_refuses(round, office, what, Problem::InputRefused);
        std::fs::remove_dir_all(&year).unwrap();
        std::fs::rename(&aside, &year).unwrap();
    };
    changed("a wrong file in the place of a table", &|| std::fs::write(year.join("episodes.csv"), b"a,b\n1,2\n").unwrap());
    changed("a file that is no text", &|| std::fs::write(year.join("episodes.csv"), [0_u8, 159, 146, 150]).unwrap());
    changed("two files of one table", &|| assert!(std::fs::copy(year.join("episodes.csv"), year.join("more.csv")).unwrap() > 0));
    changed("the returns of a wrong year", &|| copy_files(&office.returns().join((YEAR - 1).to_string()), &year));
}

fn certificates_that_do_not_stand(round: &OpenRound<'_>, office: &Office<'_>) {
    let place = office.enrolled().join("certificate.pem");
    let own = std::fs::read_to_string(&place).unwrap();
    let ca = round.centre.state().join("ca");
    let read = |name: &str| std::fs::read_to_string(ca.join(name)).unwrap();
    let tls_key = std::fs::read_to_string(office.state().join("keys").join("tls.key.pem")).unwrap();
    let expired = certificate(&office.code, &tls_key, &read("agents.pem"), &read("agents.key"), -1);
    std::fs::write(&place, &expired).unwrap();
    agent_refuses(round, office, "an expired certificate", Problem::CertificateExpired);
    // the agent looks at its clock; a client that does not is turned away by the aggregator
    let root = std::fs::read_to_string(office.enrolled().join("root.pem")).unwrap();
    let size = round.served.log_size().unwrap();
    let refused = |chain: &str| {
        let answer = Poster::new(chain, &tls_key, &root).unwrap().submit(&round.served.agents_url, &round.id, b"{}".to_vec());
        answer.map_or(true, |answer| answer.code().as_deref() == Some(Problem::CertificateNotRegistered.code()))
    };
    assert!(refused(&expired), "an expired certificate is let in");
    let (foreign_ca, foreign_key) = foreign_authority();
    let foreign = certificate(&office.code, &tls_key, &foreign_ca, &foreign_key, 30);
    std::fs::write(&place, &foreign).unwrap();
    agent_refuses(round, office, "a foreign certificate", Problem::CertificateNotRegistered);
    assert!(refused(&foreign), "a foreign certificate is let in");
    // of the right authority, but nobody registered it
    let unregistered = certificate(&office.code, &tls_key, &read("agents.pem"), &read("agents.key"), 30);
    std::fs::write(&place, &unregistered).unwrap();
    agent_refuses(round, office, "a certificate that nobody registered", Problem::CertificateNotRegistered);
    assert_eq!(round.served.log_size().unwrap(), size);
    std::fs::write(&place, own).unwrap();
}

/// A client certificate for the key in `tls_key`, issued under a name and key of a certificate authority.
fn certificate(code: &str, tls_key: &str, ca_pem: &str, ca_key: &str, valid_days: i64) -> String {
    let key = rcgen::KeyPair::from_pem(tls_key).unwrap();
    let mut params = rcgen::CertificateParams::default();
    let now = time::OffsetDateTime::now_utc();
    params.not_before = now - time::Duration::days(60);
    params.not_after = now + time::Duration::days(valid_days);
    params.serial_number = Some(rcgen::SerialNumber::from_slice(&[0x41; 16]));
    params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ClientAuth];
    params.key_usages = vec![rcgen::KeyUsagePurpose::DigitalSignature];
    params.subject_alt_names = vec![rcgen::SanType::URI(format!("goldenthread:authority:{code}").try_into().unwrap())];
    let issuer = rcgen::Issuer::from_ca_cert_pem(ca_pem, rcgen::KeyPair::from_pem(ca_key).unwrap()).unwrap();
    params.signed_by(&key, &issuer).unwrap().pem() + ca_pem
}

fn foreign_authority() -> (String, String) {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::default();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    params.key_usages = vec![rcgen::KeyUsagePurpose::KeyCertSign];
    (params.self_signed(&key).unwrap().pem(), key.serialize_pem())
}

/// The centre hands out a plan that its own plan key signed and that its log does not hold.
fn an_unlogged_plan(round: OpenRound<'_>, store: Option<&str>) {
    let key = std::fs::read_to_string(round.centre.state().join("keys").join("plan.pem")).unwrap();
    let poster = round.members[0].office.poster().unwrap();
    let logged =
        poster.get(&format!("{}/agent/v1/rounds/{}/plan", round.served.agents_url, round.id)).unwrap().good().unwrap().body;
    let plan = Plan::parse(Envelope::parse(&logged, 1 << 20).unwrap().payload_unverified(), &Framework::built_in()).unwrap();
    let mut body = plan.body().clone();
    body.authorities_min += 1;
    let other = serde_json::to_vec(&body).unwrap();
    Plan::parse(&other, &Framework::built_in()).expect("a sound plan, but another one");
    let envelope = Envelope::sign(PLAN_TYPE, other, &SigningKey::from_pem(&key).unwrap()).unwrap();
    let own_file = format!("sqlite://{}", round.centre.state().join("store.sqlite").display());
    let OpenRound { centre, served, members, id, year } = round;
    served.stop().unwrap();
    put_plan(store.unwrap_or(&own_file), &id, &envelope);
    let served = centre.serve().unwrap();
    let round = OpenRound { centre, served, members, id, year };
    let office = &largest(&round).office;
    office.configure(YEAR, &round.served.agents_url, "").unwrap();
    agent_refuses(&round, office, "an unlogged plan", Problem::PlanUnlogged);
}

/// Puts another plan in the place of the round's, as whoever runs the database can.
fn put_plan(url: &str, round: &str, envelope: &Envelope) {
    use sqlx::{Connection as _, Executor as _};
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let id = envelope.id().to_string();
        if url.starts_with("sqlite:") {
            let mut db = sqlx::SqliteConnection::connect(url).await.unwrap();
            let query = sqlx::query("UPDATE rounds SET envelope = ?, plan = ? WHERE round = ?")
                .bind(envelope.encode())
                .bind(id)
                .bind(round);
            db.execute(query).await.unwrap();
            db.close().await.unwrap();
        } else {
            let mut db = sqlx::PgConnection::connect(url).await.unwrap();
            let query = sqlx::query("UPDATE rounds SET envelope = $1, plan = $2 WHERE round = $3")
                .bind(envelope.encode())
                .bind(id)
                .bind(round);
            db.execute(query).await.unwrap();
            db.close().await.unwrap();
        }
    });
}

#[test]
fn what_the_aggregator_refuses_is_stored_nowhere() {
    on_both_stores(|world, store| {
        let round = opened(world, 3, store);
        let (one, two, late) = (&round.members[0].office, &round.members[1].office, &round.members[2].office);
        for office in [one, two, late] {
            office.must(&["prepare"]).unwrap();
        }
        let (envelope, other, own) = (one.envelope().unwrap(), two.envelope().unwrap(), one.poster().unwrap());
        let check = |body: Vec<u8>, what: &str, problem: Problem| aggregator_refuses(&round, &own, body, what, problem);
        check(vec![b'a'; 3 << 20], "an oversized body", Problem::BodyTooLarge);
        check(b"not json".to_vec(), "garbage", Problem::EnvelopeMalformed);
        check([&envelope[..], b"\n"].concat(), "another spelling", Problem::EnvelopeNotCanonical);
        let padded = shared::submission::padded_body(envelope.clone());
        for (what, body) in [("no padding", envelope.clone()), ("more padding", [&padded[..], &[b' '; 4096]].concat())] {
            let url = format!("{}/agent/v1/rounds/{}/messages/submission", round.served.agents_url, round.id);
            let answer = own.post(&url, body).unwrap();
            assert_eq!(answer.code().as_deref(), Some(Problem::EnvelopeNotCanonical.code()), "{what}: {}", answer.text());
        }
        check(damaged(&envelope).unwrap(), "a damaged message", Problem::SignatureInvalid);
        check(other.clone(), "another's message", Problem::AuthorityMismatch);
        let two_as_one = signed_anew(two, &other, |s| s.authority = one.code.parse().unwrap());
        check(two_as_one, "another's key", Problem::KeyUnknown);
        check(signed_anew(one, &envelope, |s| s.plan = shared::ids::Digest::NONE), "another plan", Problem::PlanUnknown);
        check(signed_anew(one, &envelope, |s| s.blocks[0].scale_milli += 1), "another scale", Problem::ShapeMismatch);
        check(signed_anew(one, &envelope, |s| s.blocks[0].cells.0.truncate(1)), "a cell too few", Problem::ShapeMismatch);
        check(signed_anew(one, &envelope, |s| s.schema = "x".into()), "another version", Problem::PayloadMalformed);
        one.must(&["send"]).unwrap();
        check(signed_anew(one, &envelope, |s| s.nonce.0[0] ^= 1), "a second submission", Problem::SubmissionSecond);
        let (size, receipt) = (round.served.log_size().unwrap(), one.receipt().unwrap());
        let again = own.submit(&round.served.agents_url, &round.id, envelope.clone()).unwrap().good().unwrap();
        assert_eq!(Some(again.body), receipt, "its own replay gets the same receipt");
        assert_eq!(round.served.log_size().unwrap(), size);
        two.must(&["send"]).unwrap();
        check(other, "a replay of another's accepted message", Problem::AuthorityMismatch);
        round.centre.must(&["round", "close", &round.id]).unwrap();
        let body = late.envelope().unwrap();
        aggregator_refuses(&round, &late.poster().unwrap(), body, "a late submission", Problem::SubmissionLate);
        let ended = late.run(&["send"]).unwrap();
        assert_eq!(code_in(&ended).as_deref(), Some(Problem::SubmissionLate.code()), "{}", ended.stderr);
        assert!(ended.is(Problem::SubmissionLate.exit()) && late.receipt().unwrap().is_none());
        let again = own.submit(&round.served.agents_url, &round.id, envelope).unwrap().good().unwrap();
        assert_eq!(Some(again.body), receipt, "also after the close");
        let addressed = |path: &str| own.post(&format!("{}{path}", round.served.agents_url), b"{}".to_vec()).unwrap().code();
        assert_eq!(addressed("/agent/v1/rounds/cla-2019/messages/submission").as_deref(), Some("round-unknown"));
        assert_eq!(addressed(&format!("/agent/v1/rounds/{}/messages/poem", round.id)).as_deref(), Some("message-kind-unknown"));
        assert!(round.centre.must(&["fsck"]).unwrap().says("2 messages"));
    });
}

#[test]
fn an_authority_that_is_not_asked_and_one_that_was_revoked_are_refused() {
    on_both_stores(|world, store| {
        let round = opened(world, 2, store);
        let (asked, other) = (&round.members[0].office, &round.members[1].office);
        let only = world.folder.join("only.txt");
        std::fs::write(&only, format!("{}\n", asked.code)).unwrap();
        round.centre.plan(2024, &["--only", &only.display().to_string()]).unwrap();
        other.configure(2024, &round.served.agents_url, "").unwrap();
        agent_refuses(&round, other, "a round that does not ask this authority", Problem::AuthorityUnknown);
        // an agent that does not care posts all the same: a message shaped by the plan, under its own key
        asked.configure(2024, &round.served.agents_url, "").unwrap();
        asked.must(&["prepare"]).unwrap();
        let body = signed_anew(other, &asked.envelope().unwrap(), |s| s.authority = other.code.parse().unwrap());
        let size = round.served.log_size().unwrap();
        let answer = other.poster().unwrap().submit(&round.served.agents_url, "cla-2024", body).unwrap();
        assert_eq!(answer.code().as_deref(), Some(Problem::AuthorityUnknown.code()), "{}", answer.text());
        assert_eq!(round.served.log_size().unwrap(), size);
        // an authority that is in no list cannot even be enrolled
        let stranger = Office::create(world, "999", YEAR).unwrap();
        stranger.must(&["init"]).unwrap();
        let ended =
            round.centre.run(&["authority", "add", &stranger.request().display().to_string(), "--out", "strangers"]).unwrap();
        assert!(ended.code != Some(0) && ended.says("999"), "{}", ended.stderr);
        assert_eq!(round.served.log_size().unwrap(), size);
        round.centre.must(&["authority", "revoke", &other.code]).unwrap();
        other.configure(YEAR, &round.served.agents_url, "").unwrap();
        agent_refuses(&round, other, "a revoked certificate", Problem::CertificateNotRegistered);
    });
}
