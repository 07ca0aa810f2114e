//! For tests: a made-up aggregator with a real log, a clock that is set by hand, and a state folder of its own.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use shared::framework::{ChildKind, Framework};
use shared::ids::{AuthorityId, Digest, ReportingYear, RoundId};
use shared::log::checkpoint::{Checkpoint, LogKey};
use shared::log::cosignature::{WitnessKey, WitnessPolicy};
use shared::log::entry::{Entry, Event, KeyAct};
use shared::log::receipt::Receipt;
use shared::log::tile::{TileId, encode_bundle};
use shared::log::tree::Tree;
use shared::plan::{Cohort, CohortMember, Dates, PLAN_TYPE, Plan, PlanChoice, Region};
use shared::privacy::RhoNano;
use shared::problem::Problem;
use shared::sign::{Algorithm, Envelope, SigningKey};
use shared::submission::{CorrectionReason, MessageKind, Submission};
use shared::time::{Clock, Timestamp};
use shared::trust::Trust;

use crate::approval::Approval;
use crate::bounds::tests::greatest_child;
use crate::commands::approve::approve_round;
use crate::commands::correct::correct_round;
use crate::commands::prepare::{Prepared, prepare_round};
use crate::commands::room::{NoSteps, Parts, Room, Steps};
use crate::commands::send::{Sent, send_outbox};
use crate::config::{AgentConfig, environment};
use crate::io::centre::{Arrival, Centre, Connected, Connector, PostFailure};
use crate::io::clock::Pause;
use crate::io::randomness::SystemRandomness;
use crate::io::state::State;
use crate::ledger::Debit;
use crate::measures::ChildContributions;
use crate::noise::{self, DrawRequest, Mechanism, NoiseError, NoisyCells};
use crate::stop::{Reached, Stop};

/// Now, in most tests: the send slot of the round `cla-2025` is open.
pub const NOW: &str = "2025-07-02T10:00:00Z";

/// The round of most tests.
pub fn round() -> RoundId {
    "cla-2025".parse().unwrap()
}

/// What a person would decide for the round.
pub fn choice() -> PlanChoice {
    let member = |code: &str| CohortMember {
        authority: code.parse().unwrap(),
        ons_code: format!("E09000{code}"),
        name: format!("Council {code}"),
        region: "E12000007".into(),
        population_0_17: None,
    };
    PlanChoice {
        reporting_year: ReportingYear::new(2025).unwrap(),
        made_up: true,
        dates: Dates {
            freeze_on: "2025-06-30".parse().unwrap(),
            send_opens_at: "2025-07-01T09:00:00Z".parse().unwrap(),
            send_spread_s: 0,
            send_closes_at: "2025-07-31T17:00:00Z".parse().unwrap(),
            correction_opens_at: "2098-10-01T09:00:00Z".parse().unwrap(),
            correction_closes_at: "2098-10-31T17:00:00Z".parse().unwrap(),
        },
        rho_release: RhoNano(160_000_000),
        rho_correction: RhoNano(40_000_000),
        accepted_wide: None,
        cohort: Cohort {
            members: vec![member("301"), member("302")],
            regions: vec![Region { code: "E12000007".into(), name: "London".into() }],
            population: None,
        },
        authorities_min: 1,
    }
}

/// What goes wrong with the next posts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// The post failed and did nothing.
    Lost,
    /// The post failed and had happened.
    AnswerLost,
    /// The aggregator refuses.
    Refused(Problem),
    /// The receipt is of another leaf.
    OtherReceipt,
}

/// A made-up witness, who remembers the largest tree that it saw and vouches for no other that does not continue it.
pub struct Witness {
    key: SigningKey,
    seen: RefCell<Option<Checkpoint>>,
}

impl Witness {
    const NAME: &str = "witness.example";

    fn new() -> Self {
        Self { key: SigningKey::generate(Algorithm::Ed25519).unwrap(), seen: RefCell::default() }
    }
    fn cosign(&self, tree: &Tree, checkpoint: &Checkpoint, at: Timestamp) -> Option<String> {
        let continues = |seen: &Checkpoint| seen.size <= tree.size() && tree.root(seen.size) == Some(seen.root);
        if !self.seen.borrow().as_ref().is_none_or(continues) {
            return None;
        }
        *self.seen.borrow_mut() = Some(checkpoint.clone());
        Some(WitnessKey::cosign(Self::NAME, &self.key, checkpoint, at).unwrap())
    }
    fn policy(&self) -> WitnessPolicy {
        WitnessPolicy::new(vec![WitnessKey::new(Self::NAME, self.key.public()).unwrap()], 1).unwrap()
    }
}

/// A log as it once was, with the note that was served then.
pub struct Past {
    note: String,
    entries: Vec<Vec<u8>>,
}

/// A made-up aggregator.
pub struct World {
    pub log_key: SigningKey,
    pub plan_key: SigningKey,
    pub entries: RefCell<Vec<Vec<u8>>>,
    pub plan: RefCell<Vec<u8>>,
    /// Every body that was ever posted.
    pub posted: RefCell<Vec<Vec<u8>>>,
    /// Heartbeats that came, heard or not.
    pub n_heartbeats: Cell<u32>,
    /// Whether it hears none of them.
    pub is_deaf: Cell<bool>,
    fault: Cell<Fault>,
    n_faults: Cell<u32>,
    receipts: RefCell<HashMap<Digest, String>>,
    witness: Option<Witness>,
    /// The present second of the witness.
    pub witness_now: Cell<Timestamp>,
    /// Served in the place of the log as it is.
    pub past: RefCell<Option<Past>>,
}

impl World {
    /// With a signed and logged plan, and no witness.
    pub fn with_plan(choice: PlanChoice) -> Rc<Self> {
        Self::of(choice, None)
    }
    /// With a signed and logged plan, and a witness whom agents demand.
    pub fn witnessed(choice: PlanChoice) -> Rc<Self> {
        Self::of(choice, Some(Witness::new()))
    }
    fn of(choice: PlanChoice, witness: Option<Witness>) -> Rc<Self> {
        let world = Self {
            log_key: SigningKey::generate(Algorithm::Ed25519).unwrap(),
            plan_key: SigningKey::generate(Algorithm::EcdsaP256).unwrap(),
            entries: RefCell::default(),
            plan: RefCell::default(),
            posted: RefCell::default(),
            n_heartbeats: Cell::default(),
            is_deaf: Cell::default(),
            fault: Cell::new(Fault::None),
            n_faults: Cell::new(0),
            receipts: RefCell::default(),
            witness,
            witness_now: Cell::new(NOW.parse().unwrap()),
            past: RefCell::default(),
        };
        let framework = Framework::built_in();
        world.log(Event::Framework { framework: framework.hash(), layout: framework.layout_hash() });
        world.publish(Plan::with_equal_shares(&framework, choice).unwrap().encode());
        Rc::new(world)
    }
    /// Signs a plan's payload, logs it and serves it.
    pub fn publish(&self, payload: Vec<u8>) {
        let round = serde_json::from_slice::<serde_json::Value>(&payload).unwrap()["round"].as_str().unwrap().parse().unwrap();
        let envelope = Envelope::sign(PLAN_TYPE, payload, &self.plan_key).unwrap();
        self.log(Event::Plan { round, id: envelope.id(), key: self.plan_key.public().id() });
        *self.plan.borrow_mut() = envelope.encode();
    }
    /// Lets the next posts go wrong.
    pub fn fail(&self, fault: Fault, n_posts: u32) {
        self.fault.set(fault);
        self.n_faults.set(n_posts);
    }
    /// Appends a leaf.
    pub fn log(&self, event: Event) {
        let at = NOW.parse().unwrap();
        self.entries.borrow_mut().push(Entry { at, event }.encode());
    }
    /// The payload of the served plan, changed as text.
    pub fn plan_payload(&self, from: &str, to: &str) -> Vec<u8> {
        let payload = Envelope::parse(&self.plan.borrow(), 1 << 20).unwrap().payload_unverified().to_vec();
        let text = String::from_utf8(payload).unwrap();
        assert!(text.contains(from), "{from} is not in the plan");
        text.replacen(from, to, 1).into_bytes()
    }
    /// What an agent trusts of it.
    pub fn trust(&self) -> Trust {
        Trust {
            log: LogKey::new("log.example", self.log_key.public()).unwrap(),
            root_sha256: Digest::NONE,
            plan: vec![self.plan_key.public().clone()],
            release: vec![self.plan_key.public().clone()],
            witnesses: self.witness.as_ref().map(Witness::policy).unwrap_or_default(),
        }
    }
    fn tree(&self) -> Tree {
        Tree::of_entries(self.entries.borrow().iter().map(Vec::as_slice))
    }
    fn note(&self) -> String {
        let tree = self.tree();
        let checkpoint = Checkpoint { origin: "log.example".into(), size: tree.size(), root: tree.root(tree.size()).unwrap() };
        let line = self.witness.as_ref().and_then(|witness| witness.cosign(&tree, &checkpoint, self.witness_now.get()));
        checkpoint.sign(&self.log_key).unwrap() + &line.unwrap_or_default()
    }
    /// The log as it is now, to be served again later.
    pub fn as_of_now(&self) -> Past {
        Past { note: self.note(), entries: self.entries.borrow().clone() }
    }
    /// Whether the witness vouches for the log as it is served now.
    pub fn is_witnessed(&self) -> bool {
        let note = self.past.borrow().as_ref().map_or_else(|| self.note(), |past| past.note.clone());
        self.trust().witnesses.is_met(&note, self.witness_now.get()).unwrap()
    }
    fn receipt_of_leaf(&self, index: u64) -> String {
        let tree = self.tree();
        Receipt { index, proof: tree.inclusion(index, tree.size()).unwrap(), checkpoint: self.note() }.encode()
    }
    fn accept(&self, body: &[u8]) -> String {
        let envelope = Envelope::parse(body, 1 << 22).unwrap();
        let id = envelope.id();
        if let Some(receipt) = self.receipts.borrow().get(&id) {
            return receipt.clone();
        }
        let s = Submission::parse(envelope.payload_unverified()).unwrap();
        self.log(Event::Submission { authority: s.authority, round: s.round, sequence: s.sequence, id });
        let last = u64::try_from(self.entries.borrow().len()).unwrap() - 1;
        let receipt = self.receipt_of_leaf(last);
        self.receipts.borrow_mut().insert(id, receipt.clone());
        receipt
    }
}

struct FakeCentre(Rc<World>);

impl Centre for FakeCentre {
    fn checkpoint(&self) -> Result<String, Stop> {
        Ok(self.0.past.borrow().as_ref().map_or_else(|| self.0.note(), |past| past.note.clone()))
    }
    fn bundle(&self, tile: TileId) -> Result<Vec<u8>, Stop> {
        let range = tile.entries().unwrap();
        let (now, past) = (self.0.entries.borrow(), self.0.past.borrow());
        let entries = past.as_ref().map_or(&*now, |past| &past.entries);
        let entries = &entries[usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()];
        Ok(encode_bundle(entries.iter().map(Vec::as_slice)))
    }
    fn plan(&self, _: RoundId) -> Result<Vec<u8>, Stop> {
        Ok(self.0.plan.borrow().clone())
    }
    fn heartbeat(&self) -> Result<(), Stop> {
        self.0.n_heartbeats.set(self.0.n_heartbeats.get() + 1);
        if self.0.is_deaf.get() { Err(Problem::AggregatorUnreachable.into()) } else { Ok(()) }
    }
    fn post(&self, _: RoundId, _: MessageKind, envelope: &[u8]) -> Result<String, PostFailure> {
        let world = &self.0;
        world.posted.borrow_mut().push(envelope.to_vec());
        let fault = if world.n_faults.get() > 0 { world.fault.get() } else { Fault::None };
        world.n_faults.set(world.n_faults.get().saturating_sub(1));
        match fault {
            Fault::None => Ok(world.accept(envelope)),
            Fault::Lost => Err(failed(Problem::AggregatorUnreachable, Arrival::Not)),
            Fault::AnswerLost => {
                world.accept(envelope);
                Err(failed(Problem::AggregatorUnreachable, Arrival::Unknown))
            }
            Fault::Refused(problem) => Err(failed(problem, Arrival::Not)),
            Fault::OtherReceipt => {
                world.accept(envelope);
                Ok(world.receipt_of_leaf(0))
            }
        }
    }
}

fn failed(problem: Problem, arrival: Arrival) -> PostFailure {
    PostFailure { stop: problem.into(), arrival }
}

/// Connects to a made-up aggregator.
pub struct To(pub Rc<World>);

impl Connector for To {
    fn connect(&self, _: &AgentConfig, _: &State, _: Arc<dyn Clock>) -> Result<Connected, Stop> {
        Ok(Connected { trust: self.0.trust(), centre: Box::new(FakeCentre(Rc::clone(&self.0))) })
    }
}

/// A clock that is set by hand.
pub struct HandClock(AtomicI64);

impl HandClock {
    /// Stands at an instant.
    pub fn at(now: &str) -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(now.parse::<Timestamp>().unwrap().unix_seconds())))
    }
    /// Sets it.
    pub fn set(&self, now: &str) {
        self.0.store(now.parse::<Timestamp>().unwrap().unix_seconds(), Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_seconds(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

/// Waits for nothing, and counts.
#[derive(Default)]
pub struct NoPause(pub Cell<u32>);

impl Pause for NoPause {
    fn pause(&self, _: Duration) {
        self.0.set(self.0.get() + 1);
    }
}

/// Draws in this process, or fails, and counts.
pub struct Counting {
    pub n_draws: Cell<u32>,
    pub fails: Cell<Option<NoiseError>>,
}

impl Mechanism for Counting {
    fn draw(&self, request: DrawRequest) -> Result<NoisyCells, NoiseError> {
        self.n_draws.set(self.n_draws.get() + 1);
        match self.fails.get() {
            Some(error) => Err(error),
            None => noise::draw(request),
        }
    }
}

/// One authority: its folder, its settings, its clock, and the aggregator it talks to.
pub struct Agent {
    pub folder: tempfile::TempDir,
    pub world: Rc<World>,
    pub clock: Arc<HandClock>,
    pub mechanism: Counting,
    pub pause: NoPause,
    pub settings: String,
    /// How often the records were asked for.
    pub n_readings: Cell<u32>,
    pub authority: AuthorityId,
}

impl Agent {
    /// With a fresh state.
    pub fn new(world: &Rc<World>) -> Self {
        let agent = Self::without_state(world);
        State::create(&agent.state_path(), agent.authority, "2025-05-01".parse().unwrap(), &SystemRandomness::open()).unwrap();
        agent
    }
    /// Before `init`.
    pub fn without_state(world: &Rc<World>) -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            world: Rc::clone(world),
            clock: HandClock::at(NOW),
            mechanism: Counting { n_draws: Cell::new(0), fails: Cell::new(None) },
            pause: NoPause::default(),
            settings:
                "authority = \"301\"\nreporting_year = 2025\nmade_up = true\napproval = \"none\"\nlog.without_witnesses = true\n"
                    .into(),
            n_readings: Cell::new(0),
            authority: "301".parse().unwrap(),
        }
    }
    /// Registers its key in the log, as the operator does at enrolment.
    pub fn enrol(&self) {
        let key = self.state().ledger().unwrap().key().id();
        self.world.log(Event::AgentKey { authority: self.authority, key, act: KeyAct::Registered });
    }
    pub fn state_path(&self) -> PathBuf {
        self.folder.path().join("state")
    }
    pub fn state(&self) -> State {
        State::open(&self.state_path()).unwrap()
    }
    pub fn config(&self) -> AgentConfig {
        let file = self.folder.path().join("agent.toml");
        std::fs::write(&file, &self.settings).unwrap();
        AgentConfig::load(&file, environment().source(Some(HashMap::new()))).unwrap()
    }
    /// Does something in the room, as a command would.
    pub fn within<T>(&self, steps: &dyn Steps, act: impl FnOnce(&mut Room<'_>) -> Result<T, Stop>) -> (Result<T, Stop>, Reached) {
        let (config, framework) = (self.config(), Framework::built_in());
        let randomness = SystemRandomness::open();
        let clock: Arc<dyn Clock> = Arc::<HandClock>::clone(&self.clock);
        let connector = To(Rc::clone(&self.world));
        let parts = Parts {
            clock,
            randomness: &randomness,
            mechanism: &self.mechanism,
            connector: &connector,
            pause: &self.pause,
            steps,
        };
        let mut reached = Reached::Nothing;
        let done = Room::enter(&config, &parts, &framework, &mut reached).and_then(|mut room| act(&mut room));
        (done, reached)
    }
    /// Prepares the round with children who touch every table.
    pub fn prepare(&self) -> Result<Prepared, Stop> {
        self.prepare_from(|f| ChildKind::all().map(|kind| greatest_child(f, kind)).collect())
    }
    /// Prepares the round with these children.
    pub fn prepare_from(&self, children: impl Fn(&Framework) -> Vec<ChildContributions>) -> Result<Prepared, Stop> {
        self.prepare_with(&NoSteps, children)
    }
    /// Prepares the round of a year.
    pub fn prepare_year(&self, year: i16) -> Result<Prepared, Stop> {
        let of = RoundId::of(ReportingYear::new(year).unwrap());
        let mut records = |room: &Room<'_>| {
            self.n_readings.set(self.n_readings.get() + 1);
            Ok(ChildKind::all().take(1).map(|kind| greatest_child(room.framework, kind)).collect())
        };
        self.within(&NoSteps, |room| prepare_round(room, of, &mut records)).0
    }
    /// Prepares the round, stopping where the steps say.
    pub fn prepare_with(
        &self,
        steps: &dyn Steps,
        children: impl Fn(&Framework) -> Vec<ChildContributions>,
    ) -> Result<Prepared, Stop> {
        let mut records = |room: &Room<'_>| {
            self.n_readings.set(self.n_readings.get() + 1);
            Ok(children(room.framework))
        };
        self.within(steps, |room| prepare_round(room, round(), &mut records)).0
    }
    /// Asks for approvals, as agents do unless they are told otherwise.
    pub fn demand_approval(&mut self) {
        self.settings = self.settings.replace("approval = \"none\"\n", "");
    }
    /// Approves the round's inputs, with these children.
    pub fn approve_from(&self, children: impl Fn(&Framework) -> Vec<ChildContributions>) -> Result<Approval, Stop> {
        let by = "Jo O'Neill".parse().unwrap();
        self.within(&NoSteps, |room| approve_round(room, round(), &by, &mut |room| Ok(children(room.framework)))).0
    }
    /// Draws the round's correction with these children.
    pub fn correct_from(&self, children: impl Fn(&Framework) -> Vec<ChildContributions>) -> Result<Debit, Stop> {
        self.correct_with(&NoSteps, children)
    }
    /// Draws the round's correction, stopping where the steps say.
    pub fn correct_with(
        &self,
        steps: &dyn Steps,
        children: impl Fn(&Framework) -> Vec<ChildContributions>,
    ) -> Result<Debit, Stop> {
        let mut records = |room: &Room<'_>| {
            self.n_readings.set(self.n_readings.get() + 1);
            Ok(children(room.framework))
        };
        self.within(steps, |room| correct_round(room, round(), CorrectionReason::RecordsWrong, &mut records)).0
    }
    /// Sends what waits.
    pub fn send(&self) -> (Result<Vec<Sent>, Stop>, Reached) {
        self.within(&NoSteps, send_outbox)
    }
    /// What is in the ledger's folder, by name.
    pub fn ledger_files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.state_path().join("ledger")).unwrap();
        let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

/// Copies a folder with everything in it, and with its rights.
pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    std::fs::set_permissions(to, std::fs::metadata(from).unwrap().permissions()).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
