//! Every stored version of the wire formats is read, for ever (`tests/data/wire`).

use std::path::PathBuf;

use shared::enrolment::EnrolmentRequest;
use shared::framework::Framework;
use shared::hash::sha256;
use shared::limits::ENVELOPE_BYTES_MAX;
use shared::log::entry::{Entry, Event};
use shared::log::receipt::Receipt;
use shared::log::tile::decode_bundle;
use shared::log::tree::Tree;
use shared::plan::{PLAN_TYPE, Plan};
use shared::release::{Accepted, combine};
use shared::sign::{Envelope, PublicKey};
use shared::statement::{MANIFEST_TYPE, Manifest, ReleaseStatement, STATEMENT_TYPE};
use shared::submission::{SUBMISSION_TYPE, Submission};
use shared::trust::Trust;

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/data/wire"))
}

fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(folder().join("v1").join(name)).unwrap()
}

fn text(name: &str) -> String {
    String::from_utf8(bytes(name)).unwrap()
}

fn envelope(name: &str) -> Envelope {
    Envelope::parse(&bytes(name), ENVELOPE_BYTES_MAX).unwrap()
}

#[test]
fn every_stored_version_is_under_test() {
    let mut versions: Vec<String> =
        std::fs::read_dir(folder()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    versions.sort();
    assert_eq!(versions, ["v1"], "a new version needs a module of its own here");
}

#[test]
fn plan_submission_and_figures_of_version_1_are_read_and_recomputed() {
    let framework = Framework::parse(&text("framework.toml")).unwrap();
    let trust = Trust::parse(&text("trust.toml")).unwrap();
    let signed = envelope("plan.dsse.json");
    let plan_id = signed.id();
    let plan = Plan::parse(signed.verify(PLAN_TYPE, &trust.plan).unwrap().payload, &framework).unwrap();
    let agent = [PublicKey::from_pem(&text("agent.pub.pem")).unwrap()];
    let signed = envelope("submission.dsse.json");
    let submission = Submission::parse(signed.verify(SUBMISSION_TYPE, &agent).unwrap().payload).unwrap();
    submission.fits(&plan, plan_id, &framework).unwrap();
    let accepted = [Accepted { authority: submission.authority, id: signed.id(), submission }];
    let release = combine(&framework, &plan, plan_id, "2025.1", &accepted).unwrap();
    assert_eq!(sha256(&release.figures_json()).to_string(), text("figures.sha256"));
    let statement = envelope("statement.dsse.json");
    let statement = ReleaseStatement::parse(statement.verify(STATEMENT_TYPE, &trust.release).unwrap().payload).unwrap();
    let names: Vec<&str> = statement.subject.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, shared::statement::RELEASE_FILES);
    let digest = statement.subject.iter().find(|s| s.name == "figures.json").unwrap().digest.sha256;
    assert_eq!(digest, sha256(&release.figures_json()));
    assert_eq!(statement.predicate.plan, plan_id);
}

#[test]
fn log_and_receipt_of_version_1_are_read() {
    let trust = Trust::parse(&text("trust.toml")).unwrap();
    let checkpoint = trust.log.open(&text("checkpoint")).unwrap();
    let entries = decode_bundle(&bytes("entries.bundle"), checkpoint.size).unwrap();
    let tree = Tree::of_entries(entries.iter().map(Vec::as_slice));
    assert_eq!(tree.root(checkpoint.size), Some(checkpoint.root));
    let receipt = Receipt::parse(&text("submission.tlog-proof")).unwrap();
    let leaf = &entries[usize::try_from(receipt.index).unwrap()];
    receipt.check(leaf, &trust.log).unwrap();
    let Event::Submission { id, .. } = Entry::parse(leaf).unwrap().event else { panic!("not a submission") };
    assert_eq!(id, envelope("submission.dsse.json").id());
}

#[test]
fn enrolment_and_manifest_of_version_1_are_read() {
    let trust = Trust::parse(&text("trust.toml")).unwrap();
    let request = EnrolmentRequest::open(&bytes("enrolment.dsse.json")).unwrap();
    assert_eq!(request.signing_key, PublicKey::from_pem(&text("agent.pub.pem")).unwrap());
    let manifest = envelope("manifest.dsse.json");
    let manifest = Manifest::parse(manifest.verify(MANIFEST_TYPE, &trust.release).unwrap().payload).unwrap();
    assert_eq!(manifest.files[0].sha256, sha256(&bytes("checkpoint")));
}
