//! A correct export of a few made-up authorities, made from `shared` alone, and every step of it open to damage.
//!
//! Built without the aggregator on purpose: what both agree on is the written protocol. For tests only.

use std::collections::BTreeMap;

use shared::framework::{FRAMEWORK_TOML, Framework};
use shared::hash::sha256;
use shared::ids::{AuthorityId, Digest, ReportingYear, RoundId};
use shared::log::checkpoint::{Checkpoint, LogKey};
use shared::log::cosignature::WitnessPolicy;
use shared::log::entry::{CloseReason, Entry, Event, KeyAct};
use shared::log::tile::{TileId, encode_bundle};
use shared::log::tree::Tree;
use shared::plan::{Cohort, CohortMember, Dates, Draw, PLAN_TYPE, Plan, PlanBlock, PlanChoice, PopulationEstimate, Region};
use shared::privacy::RhoNano;
use shared::release::{Accepted, Basis, NOTICE, NOTICE_MADE_UP, changes};
use shared::sign::{Algorithm, Envelope, SigningKey, pem_encode};
use shared::statement::{
    MANIFEST_TYPE, Manifest, ManifestFile, Predicate, RELEASE_FILES, ReleaseReason, ReleaseStatement, STATEMENT_TYPE,
};
use shared::submission::{
    CorrectionReason, FactAnswer, MessageKind, Nonce, SCHEMA, SUBMISSION_TYPE, Submission, SubmissionBlock, TableSupplied,
    framework_return_tables, state_facts,
};
use shared::time::Timestamp;
use shared::trust::Trust;

use crate::place::{CHECKPOINT_FILE, Place, README_FILE, ROOT_FILE};

/// Files of an export by path.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Name of the sample's log.
const ORIGIN: &str = "log.example/goldenthread";
/// The sample's first version.
pub const VERSION: &str = "2025.1";
/// The sample's version with corrections.
pub const CORRECTED: &str = "2025.2";

/// A small generator for cells and for places to damage (splitmix64): the same seed, the same numbers.
pub struct Numbers(pub u64);

impl Numbers {
    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    /// The next number below a bound.
    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.draw() % u64::try_from(bound).unwrap()).unwrap()
    }
}

/// Keys, a round, a log and the files about them. Steps are taken in any order, also in wrong ones.
pub struct World {
    /// Signs checkpoints.
    pub log_key: SigningKey,
    /// Signs plans.
    pub plan_key: SigningKey,
    /// Signs statements and manifests.
    pub release_key: SigningKey,
    /// Authorities and their signing keys.
    pub agents: Vec<(AuthorityId, SigningKey)>,
    /// Stands for the root certificate: only its digest counts here.
    pub root: Vec<u8>,
    /// The framework of the round.
    pub framework: Framework,
    /// The plan of the round.
    pub plan: Plan,
    /// Id of its envelope.
    pub plan_id: Digest,
    /// Leaves of the log.
    pub entries: Vec<Entry>,
    /// Files but those of the log, the trust claim and the manifest.
    pub files: Files,
    /// What the first release will stand on.
    pub accepted: Vec<Accepted>,
    /// What takes a place in the release with corrections.
    pub corrections: Vec<Accepted>,
    /// The release of the year before, with which the next one is compared.
    pub former: Option<(Plan, Digest, Vec<Accepted>)>,
    /// Noise of the made-up cells.
    pub numbers: Numbers,
}

/// A new P-256 key.
pub fn new_key() -> SigningKey {
    SigningKey::generate(Algorithm::EcdsaP256).unwrap()
}

/// A few measures of every kind, out of the built-in catalogue: what the checks do does not depend on how many there are, and
/// each damage is audited anew.
fn framework_text() -> String {
    let kept = ["A2", "A3", "B1", "G1", "P1", "S1", "S2", "S3", "S4", "S5", "S6"];
    let is_kept = |block: &&str| kept.iter().any(|id| block.contains(&format!("\nid = \"{id}\"\n")));
    let (head, measures) = FRAMEWORK_TOML.split_once("[[measure]]").unwrap();
    let blocks = measures.split("[[measure]]").filter(is_kept).map(|block| format!("[[measure]]{block}"));
    std::iter::once(head.to_owned()).chain(blocks).collect()
}

fn choice(codes: &[AuthorityId], year: i16) -> PlanChoice {
    let regions = ["E12000001", "E12000007"];
    let member = |(i, code): (usize, &AuthorityId)| CohortMember {
        authority: *code,
        ons_code: format!("E09000{code}"),
        name: format!("Council {code}"),
        region: regions[i % 2].into(),
        population_0_17: Some(40_000),
    };
    let region = |code: &str| Region { code: code.into(), name: format!("Region {code}") };
    PlanChoice {
        reporting_year: ReportingYear::new(year).unwrap(),
        made_up: true,
        dates: Dates {
            freeze_on: "2025-06-30".parse().unwrap(),
            send_opens_at: "2025-07-01T09:00:00Z".parse().unwrap(),
            send_spread_s: 0,
            send_closes_at: "2025-07-01T09:00:01Z".parse().unwrap(),
            correction_opens_at: "2098-10-01T09:00:00Z".parse().unwrap(),
            correction_closes_at: "2098-10-31T17:00:00Z".parse().unwrap(),
        },
        rho_release: RhoNano(160_000_000),
        rho_correction: RhoNano(40_000_000),
        accepted_wide: None,
        cohort: Cohort {
            members: codes.iter().enumerate().map(member).collect(),
            regions: regions.map(region).to_vec(),
            population: Some(PopulationEstimate { mid_year: year - 1, source: "A made-up estimate".into() }),
        },
        authorities_min: 3,
    }
}

impl World {
    /// Keys and a framework; nothing is logged yet.
    pub fn new(n_authorities: u16) -> Self {
        let codes: Vec<AuthorityId> = (0..n_authorities).map(|n| (301 + n).to_string().parse().unwrap()).collect();
        let framework = Framework::parse(&framework_text()).unwrap();
        let plan = Plan::with_equal_shares(&framework, choice(&codes, 2025)).unwrap();
        let readme = format!("An export of Golden Thread.\n{NOTICE_MADE_UP}\n{NOTICE}\n");
        let root = new_key().public().spki().to_vec();
        let files = Files::from([
            (README_FILE.into(), readme.into_bytes()),
            (ROOT_FILE.into(), pem_encode("CERTIFICATE", &root).into_bytes()),
        ]);
        Self {
            log_key: SigningKey::generate(Algorithm::Ed25519).unwrap(),
            plan_key: new_key(),
            release_key: new_key(),
            agents: codes.into_iter().map(|c| (c, new_key())).collect(),
            root,
            plan_id: Digest::NONE,
            framework,
            plan,
            entries: Vec::new(),
            files,
            accepted: Vec::new(),
            corrections: Vec::new(),
            former: None,
            numbers: Numbers(7),
        }
    }

    /// Up to an open round: framework, keys and plan are logged.
    pub fn open(n_authorities: u16) -> Self {
        let mut world = Self::new(n_authorities);
        world.log_framework();
        for agent in 0..world.agents.len() {
            world.register(agent);
        }
        world.log_plan();
        world.log(Event::RoundOpen { round: world.round() });
        world
    }

    /// A whole round without a fault.
    pub fn whole(n_authorities: u16) -> Self {
        let mut world = Self::open(n_authorities);
        for agent in 0..world.agents.len() {
            world.submit(agent);
        }
        world.close();
        world.release();
        world
    }

    /// Two whole rounds without a fault, of one year and of the next, with cells that are large beside their noise.
    pub fn of_two_years(n_authorities: u16) -> Self {
        let mut world = Self::open(n_authorities);
        world.submit_large();
        world.close();
        world.release();
        world.former = Some((world.plan.clone(), world.plan_id, world.accepted.clone()));
        let codes: Vec<AuthorityId> = world.agents.iter().map(|(code, _)| *code).collect();
        world.plan = Plan::with_equal_shares(&world.framework, choice(&codes, 2026)).unwrap();
        world.log_plan();
        world.log(Event::RoundOpen { round: world.round() });
        world.submit_large();
        world.close();
        world.release();
        world
    }

    /// Submissions of all authorities, each after its own of the year before.
    fn submit_large(&mut self) {
        let before = std::mem::take(&mut self.accepted);
        for agent in 0..self.agents.len() {
            let mut submission = self.submission(agent);
            submission.blocks.iter_mut().flat_map(|block| &mut block.cells.0).for_each(|word| *word *= 500);
            let own = before.iter().find(|one| one.authority == submission.authority);
            submission.previous = own.map_or(Digest::NONE, |one| one.id);
            self.post(submission, agent);
        }
    }

    /// A whole round without a fault, in which the second authority corrects after the release.
    pub fn corrected(n_authorities: u16) -> Self {
        let mut world = Self::whole(n_authorities);
        world.open_corrections();
        world.correct(1);
        world.close_corrections();
        world.release_corrections();
        world
    }

    /// The round.
    pub fn round(&self) -> RoundId {
        self.plan.body().round
    }

    /// What an auditor would trust.
    pub fn trust(&self) -> Trust {
        Trust {
            log: LogKey::new(ORIGIN, self.log_key.public()).unwrap(),
            root_sha256: sha256(&self.root),
            plan: vec![self.plan_key.public().clone()],
            release: vec![self.release_key.public().clone()],
            witnesses: WitnessPolicy::default(),
        }
    }

    /// Appends a leaf, a second after the one before.
    pub fn log(&mut self, event: Event) -> u64 {
        let start: Timestamp = "2025-07-01T09:00:00Z".parse().unwrap();
        let index = u64::try_from(self.entries.len()).unwrap();
        self.entries.push(Entry { at: start.plus_seconds(i64::try_from(index).unwrap()), event });
        index
    }

    /// Logs the framework and keeps its file.
    pub fn log_framework(&mut self) {
        let (framework, layout) = (self.framework.hash(), self.framework.layout_hash());
        self.files.insert(Place::Framework(framework).path(), framework_text().into_bytes());
        self.log(Event::Framework { framework, layout });
    }

    /// Registers an agent's key and keeps its file.
    pub fn register(&mut self, agent: usize) {
        let (authority, key) = (self.agents[agent].0, self.agents[agent].1.public().clone());
        self.files.insert(Place::Key(key.id()).path(), key.to_pem().into_bytes());
        self.log(Event::AgentKey { authority, key: key.id(), act: KeyAct::Registered });
    }

    /// Signs and logs the plan as it stands and keeps its file.
    pub fn log_plan(&mut self) {
        let envelope = Envelope::sign(PLAN_TYPE, self.plan.encode(), &self.plan_key).unwrap();
        self.log_plan_envelope(&envelope);
    }

    /// Logs a plan's envelope, whoever signed it.
    pub fn log_plan_envelope(&mut self, envelope: &Envelope) {
        self.plan_id = envelope.id();
        self.files.insert(Place::Plan(self.round()).path(), envelope.encode());
        self.log(Event::Plan { round: self.round(), id: envelope.id(), key: envelope.signatures()[0].keyid });
    }

    /// What an agent would submit, with made-up cells.
    pub fn submission(&mut self, agent: usize) -> Submission {
        let body = self.plan.body().clone();
        let mut block = |b: &PlanBlock| {
            SubmissionBlock::of(
                b,
                Draw::Release,
                (0..b.n).map(|_| i64::try_from(self.numbers.below(400)).unwrap() - 60).collect(),
            )
        };
        let supplied = |table: String| TableSupplied { table, supplied: 1 };
        Submission {
            schema: SCHEMA.into(),
            authority: self.agents[agent].0,
            round: body.round,
            kind: MessageKind::Submission,
            sequence: 1,
            previous: Digest::NONE,
            reason: 0,
            nonce: Nonce([u8::try_from(agent % 256).unwrap(); 16]),
            produced_on: "2025-07-01".parse().unwrap(),
            agent_version: "0.1.0".into(),
            framework: self.framework.hash(),
            layout: self.framework.layout_hash(),
            plan: self.plan_id,
            tables_supplied: framework_return_tables(&self.framework).into_iter().map(supplied).collect(),
            facts: state_facts(&self.framework, |fact| if fact == "S4" { FactAnswer::No } else { FactAnswer::Yes }),
            blocks: body.blocks.iter().map(&mut block).collect(),
            attachments: Vec::new(),
        }
    }

    /// Makes, signs, logs and keeps an agent's submission.
    pub fn submit(&mut self, agent: usize) {
        let submission = self.submission(agent);
        self.post(submission, agent);
    }

    /// Signs a submission with an agent's key, logs it and keeps it.
    pub fn post(&mut self, submission: Submission, signer: usize) {
        let envelope = Envelope::sign(SUBMISSION_TYPE, submission.encode(), &self.agents[signer].1).unwrap();
        let (authority, round, sequence, id) = (submission.authority, submission.round, submission.sequence, envelope.id());
        self.files.insert(Place::Submission { round, authority, sequence }.path(), envelope.encode());
        self.log(Event::Submission { authority, round, sequence, id });
        let accepted = Accepted { authority, id, submission };
        match accepted.submission.kind {
            MessageKind::Submission => self.accepted.push(accepted),
            MessageKind::Correction => self.corrections.push(accepted),
        }
    }

    /// What an agent would send as a correction of its accepted submission, with made-up cells.
    pub fn correction(&mut self, agent: usize) -> Submission {
        let body = self.plan.body().clone();
        let mut submission = self.submission(agent);
        let first = self.accepted.iter().find(|a| a.authority == submission.authority).map_or(Digest::NONE, |a| a.id);
        (submission.kind, submission.sequence, submission.previous) = (MessageKind::Correction, 2, first);
        submission.reason = CorrectionReason::RecordsMissing.digit();
        let cells = submission.blocks.into_iter().map(|b| b.cells.0);
        submission.blocks = body.blocks.iter().zip(cells).map(|(b, c)| SubmissionBlock::of(b, Draw::Correction, c)).collect();
        submission
    }

    /// Makes, signs, logs and keeps an agent's correction.
    pub fn correct(&mut self, agent: usize) {
        let correction = self.correction(agent);
        self.post(correction, agent);
    }

    /// Lets the round take corrections.
    pub fn open_corrections(&mut self) {
        self.log(Event::CorrectionOpen { round: self.round() });
    }

    /// Lets it take no more.
    pub fn close_corrections(&mut self) {
        self.log(Event::CorrectionDeadline { round: self.round(), reason: CloseReason::Planned });
    }

    /// Closes the round.
    pub fn close(&mut self) {
        self.log(Event::RoundDeadline { round: self.round(), reason: CloseReason::Planned });
    }

    /// Computes, signs and logs the release of what was accepted.
    pub fn release(&mut self) {
        self.make_release(ReleaseReason::First, &self.accepted.clone());
    }

    /// The same with corrections in the place of what they correct.
    pub fn release_corrections(&mut self) {
        let corrected = |a: &Accepted| self.corrections.iter().find(|c| c.authority == a.authority).unwrap_or(a).clone();
        let accepted: Vec<Accepted> = self.accepted.iter().map(corrected).collect();
        self.make_release(ReleaseReason::Corrections, &accepted);
    }

    /// Computes, signs and logs a release of these submissions.
    pub fn make_release(&mut self, reason: ReleaseReason, accepted: &[Accepted]) {
        let version = reason.version(self.round());
        let framework = &self.framework;
        let basis = Basis { framework, plan: &self.plan, plan_id: self.plan_id, version: &version, accepted };
        let compared = self.former.as_ref().map(|(plan, plan_id, accepted)| {
            changes(basis, Basis { framework, plan, plan_id: *plan_id, version: VERSION, accepted }).unwrap()
        });
        let release = basis.release().unwrap();
        for (name, bytes) in release.files(framework, compared.as_ref().map(|changes| (VERSION, changes.as_slice()))) {
            self.files.insert(path_in(&version, name), bytes);
        }
        self.log_statement_of(reason);
    }

    /// Signs and logs a statement over the first release's figures as they stand.
    pub fn log_statement(&mut self) {
        self.log_statement_of(ReleaseReason::First);
    }

    /// Signs and logs a statement over a release's figures as they stand.
    pub fn log_statement_of(&mut self, reason: ReleaseReason) {
        let deadline = match reason {
            ReleaseReason::First => self.entries.iter().rposition(|e| matches!(e.event, Event::RoundDeadline { .. })),
            ReleaseReason::Corrections => self.entries.iter().position(|e| matches!(e.event, Event::CorrectionDeadline { .. })),
        };
        let closed_at_index = u64::try_from(deadline.unwrap_or_default()).unwrap();
        self.log_statement_that(reason, reason, closed_at_index);
    }

    /// Signs and logs a statement over a release's figures with these claims.
    pub fn log_statement_that(&mut self, of: ReleaseReason, reason: ReleaseReason, closed_at_index: u64) {
        let version = of.version(self.round());
        let names = RELEASE_FILES;
        let files: Vec<(&str, &[u8])> = names.iter().map(|n| (*n, self.files[&path_in(&version, n)].as_slice())).collect();
        let predicate = Predicate {
            round: self.round(),
            version: version.clone(),
            reason,
            made_up: true,
            notices: vec![NOTICE_MADE_UP.into(), NOTICE.into()],
            plan: self.plan_id,
            framework: self.framework.hash(),
            closed_at_index,
        };
        let payload = ReleaseStatement::over(&files, predicate).encode();
        let envelope = Envelope::sign(STATEMENT_TYPE, payload, &self.release_key).unwrap();
        self.files.insert(Place::statement(&version).path(), envelope.encode());
        self.log(Event::Release { round: self.round(), version, id: envelope.id() });
    }

    /// The export: files, log, trust claim and manifest.
    pub fn export(&self) -> Files {
        let mut files = self.files.clone();
        files.insert(Place::TrustClaim.path(), self.trust().encode().into_bytes());
        let entries: Vec<Vec<u8>> = self.entries.iter().map(Entry::encode).collect();
        self.write_log(&mut files, &entries);
        for key in [self.plan_key.public(), self.release_key.public()] {
            files.insert(Place::Key(key.id()).path(), key.to_pem().into_bytes());
        }
        self.sign_manifest(&mut files);
        files
    }

    /// Writes tiles and a signed checkpoint of these entries.
    pub fn write_log(&self, files: &mut Files, entries: &[Vec<u8>]) {
        let tree = Tree::of_entries(entries.iter().map(Vec::as_slice));
        for id in TileId::all(tree.size()) {
            let bytes = match id.entries() {
                Some(range) => encode_bundle(range.map(|i| entries[usize::try_from(i).unwrap()].as_slice())),
                None => id.hashes(&tree).unwrap(),
            };
            files.insert(Place::Tile(id).path(), bytes);
        }
        let checkpoint = Checkpoint { origin: ORIGIN.into(), size: tree.size(), root: tree.root(tree.size()).unwrap() };
        files.insert(CHECKPOINT_FILE.into(), checkpoint.sign(&self.log_key).unwrap().into_bytes());
    }

    /// Signs a manifest over the files as they stand.
    pub fn sign_manifest(&self, files: &mut Files) {
        files.remove(&Place::Manifest.path());
        let listed = |(path, bytes): (&String, &Vec<u8>)| ManifestFile {
            path: path.clone(),
            bytes: u64::try_from(bytes.len()).unwrap(),
            sha256: sha256(bytes),
        };
        let manifest = Manifest::over(files.iter().map(listed).collect(), true);
        let envelope = Envelope::sign(MANIFEST_TYPE, manifest.encode(), &self.release_key).unwrap();
        files.insert(Place::Manifest.path(), envelope.encode());
    }

    /// Path of an agent's submission.
    pub fn submission_path(&self, agent: usize) -> String {
        Place::Submission { round: self.round(), authority: self.agents[agent].0, sequence: 1 }.path()
    }
    /// Path of an agent's correction.
    pub fn correction_path(&self, agent: usize) -> String {
        Place::Submission { round: self.round(), authority: self.agents[agent].0, sequence: 2 }.path()
    }
    /// Path of an agent's key.
    pub fn key_path(&self, agent: usize) -> String {
        Place::Key(self.agents[agent].1.public().id()).path()
    }
    /// Path of the plan.
    pub fn plan_path(&self) -> String {
        Place::Plan(self.round()).path()
    }
}

/// Path of a file of the sample's first release.
pub fn release_path(name: &str) -> String {
    path_in(VERSION, name)
}

/// Path of a file of a release.
pub fn path_in(version: &str, name: &str) -> String {
    Place::Release { version: version.into(), file: name.into() }.path()
}
