//! Makes a new set of wire examples (`tests/data/wire`) with fresh keys into a folder that does not exist yet.
//!
//! A released set is never made again: this is for a new version of the formats.

use std::path::Path;

use shared::enrolment::EnrolmentRequest;
use shared::framework::{FRAMEWORK_TOML, Framework};
use shared::hash::sha256;
use shared::ids::ReportingYear;
use shared::log::checkpoint::{Checkpoint, LogKey};
use shared::log::cosignature::WitnessPolicy;
use shared::log::entry::{CloseReason, Entry, Event, KeyAct};
use shared::log::receipt::Receipt;
use shared::log::tile::encode_bundle;
use shared::log::tree::Tree;
use shared::plan::PLAN_TYPE;
use shared::release::{Accepted, combine};
use shared::sign::{Algorithm, Envelope, SigningKey};
use shared::statement::{MANIFEST_TYPE, Manifest, ManifestFile, Predicate, ReleaseReason, ReleaseStatement, STATEMENT_TYPE};
use shared::submission::SUBMISSION_TYPE;
use shared::trust::Trust;
use tests::sample;

const ORIGIN: &str = "log.goldenthread.example/cla";

fn main() -> anyhow::Result<()> {
    let folder = std::env::args().nth(1).ok_or_else(|| anyhow::anyhow!("usage: vectors NEW-FOLDER"))?;
    let folder = Path::new(&folder);
    std::fs::create_dir(folder)?;
    let key = |algorithm| SigningKey::generate(algorithm);
    let (log, plan_key, release) = (key(Algorithm::Ed25519)?, key(Algorithm::EcdsaP256)?, key(Algorithm::EcdsaP256)?);
    let agent = key(Algorithm::EcdsaP256)?;
    let framework = Framework::built_in();
    let put = |name: &str, bytes: &[u8]| std::fs::write(folder.join(name), bytes);

    let authority = "301".parse()?;
    let year = ReportingYear::new(2025).ok_or_else(|| anyhow::anyhow!("year"))?;
    let plan = sample::plan(&framework, authority, year)?;
    let plan_envelope = Envelope::sign(PLAN_TYPE, plan.encode(), &plan_key)?;
    let submission = sample::submission(&plan, plan_envelope.id(), &framework, authority)?;
    let envelope = Envelope::sign(SUBMISSION_TYPE, submission.encode(), &agent)?;
    let entries = sample_entries(&framework, &plan_envelope, &envelope, &agent, &plan_key)?;
    let tree = Tree::of_entries(entries.iter().map(Vec::as_slice));
    let root = tree.root(tree.size()).ok_or_else(|| anyhow::anyhow!("no root"))?;
    let note = Checkpoint { origin: ORIGIN.into(), size: tree.size(), root }.sign(&log)?;
    let proof = tree.inclusion(4, tree.size()).ok_or_else(|| anyhow::anyhow!("no proof"))?;
    let trust = Trust {
        log: LogKey::new(ORIGIN, log.public()).ok_or_else(|| anyhow::anyhow!("log key"))?,
        root_sha256: sha256(b"an example root certificate"),
        plan: vec![plan_key.public().clone()],
        release: vec![release.public().clone()],
        witnesses: WitnessPolicy::default(),
    };
    let accepted = [Accepted { authority: submission.authority, id: envelope.id(), submission: submission.clone() }];
    let figures = combine(&framework, &plan, plan_envelope.id(), "2025.1", &accepted)?;
    let predicate = Predicate {
        round: plan.body().round,
        version: "2025.1".into(),
        reason: ReleaseReason::First,
        made_up: true,
        notices: figures.notices().to_vec(),
        plan: plan_envelope.id(),
        framework: framework.hash(),
        closed_at_index: 5,
    };
    let json = figures.figures_json();
    let files = figures.files(&framework, None);
    let files = files.each_ref().map(|(name, bytes)| (*name, bytes.as_slice()));
    let statement = Envelope::sign(STATEMENT_TYPE, ReleaseStatement::over(&files, predicate).encode(), &release)?;
    let file = ManifestFile { path: "log/checkpoint".into(), bytes: u64::try_from(note.len())?, sha256: sha256(note.as_bytes()) };
    let manifest = Envelope::sign(MANIFEST_TYPE, Manifest::over(vec![file], true).encode(), &release)?;

    put("framework.toml", FRAMEWORK_TOML.as_bytes())?;
    put("trust.toml", trust.encode().as_bytes())?;
    put("agent.pub.pem", agent.public().to_pem().as_bytes())?;
    put("enrolment.dsse.json", &EnrolmentRequest::sign(authority, "(certificate request)".into(), &agent)?)?;
    put("plan.dsse.json", &plan_envelope.encode())?;
    put("submission.dsse.json", &envelope.encode())?;
    put("entries.bundle", &encode_bundle(entries.iter().map(Vec::as_slice)))?;
    put("checkpoint", note.as_bytes())?;
    put("submission.tlog-proof", Receipt { index: 4, proof, checkpoint: note.clone() }.encode().as_bytes())?;
    put("figures.sha256", sha256(&json).to_string().as_bytes())?;
    put("statement.dsse.json", &statement.encode())?;
    put("manifest.dsse.json", &manifest.encode())?;
    Ok(())
}

fn sample_entries(
    framework: &Framework,
    plan: &Envelope,
    submission: &Envelope,
    agent: &SigningKey,
    plan_key: &SigningKey,
) -> anyhow::Result<Vec<Vec<u8>>> {
    let (round, authority) = ("cla-2025".parse()?, "301".parse()?);
    let events = [
        Event::Framework { framework: framework.hash(), layout: framework.layout_hash() },
        Event::AgentKey { authority, key: agent.public().id(), act: KeyAct::Registered },
        Event::Plan { round, id: plan.id(), key: plan_key.public().id() },
        Event::RoundOpen { round },
        Event::Submission { authority, round, sequence: 1, id: submission.id() },
        Event::RoundDeadline { round, reason: CloseReason::MadeUp },
    ];
    let at = "2025-07-02T10:00:00Z".parse()?;
    Ok(events.into_iter().map(|event| Entry { at, event }.encode()).collect())
}
