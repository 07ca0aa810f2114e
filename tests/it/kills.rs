//! SIGKILL at instants nobody chose, in every phase of `prepare` and `send`: at most one submission of a round ever leaves,
//! and the ledger never says less than what was spent.
//!
//! The agent is the shipped one with marks (`tests::marks`); each kill is meant for the phase that has met the fewest, at an
//! instant drawn uniformly over the phase's measured length, and counts where it really fell: by the last mark and by what
//! lies on the disk. What is killed is started again, to be killed again or, as shipped, to go through.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use agent::commands::room::Step;
use agent::io::state::State;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha12Rng;
use shared::hash::sha256;
use shared::ids::{Digest, RoundId};
use shared::plan::PLAN_BYTES_MAX;
use shared::problem::Problem;
use shared::sign::Envelope;
use tests::councils::extracts::Supply;
use tests::councils::{Plan, Spec};
use tests::marks::{KillAt, Mark, Said};
use tests::world::centre::{Centre, Served};
use tests::world::office::Office;
use tests::world::parallel::each;
use tests::world::process::{of_group, wait_until};
use tests::world::{COMMAND_TIME_MAX, World, client};

use crate::ground::{YEAR, ground};

const SEED: u64 = 20;
/// Kills, unless `GOLDENTHREAD_KILLS` says otherwise.
const KILLS: usize = 50;
/// Most offices of one world, whose log then fits into one file of the public port.
const OFFICES_MAX: usize = 60;
/// Offices whose runs nobody disturbs, to measure the phases.
const MEASURED: usize = 2;
/// Most kills in a row that one office suffers.
const IN_A_ROW_MAX: usize = 5;
/// Children in care of each council on the last day.
const N_CHILDREN: u32 = 40;
/// Longest time that a process which lost its parent may stay.
const LEFT_BEHIND_MAX: Duration = Duration::from_secs(20);

/// Where a run can be killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    Read,
    Noise,
    BeforeRename,
    AfterRename,
    DuringPost,
    AfterAnswer,
}

impl Phase {
    const ALL: [Self; 6] = [Self::Read, Self::Noise, Self::BeforeRename, Self::AfterRename, Self::DuringPost, Self::AfterAnswer];

    /// The step with which it begins.
    fn begins(self) -> Step {
        match self {
            Self::Read => Step::Admitted,
            Self::Noise => Step::Read,
            Self::BeforeRename => Step::Drawn,
            Self::AfterRename => Step::Committed,
            Self::DuringPost => Step::Posted,
            Self::AfterAnswer => Step::Answered,
        }
    }

    /// Whether it ends with a mark. What lies before the rename ends shortly before [`Step::Committed`].
    fn ends(self, said: Said) -> bool {
        match self {
            Self::Read => said == Said::Reached(Step::Read),
            Self::Noise => said == Said::Reached(Step::Drawn),
            Self::BeforeRename => said == Said::Reached(Step::Committed),
            Self::AfterRename => matches!(said, Said::Reached(Step::Posted) | Said::Ended),
            Self::DuringPost => said == Said::Reached(Step::Answered),
            Self::AfterAnswer => said == Said::Ended,
        }
    }

    fn length(self, marks: &[Mark]) -> Option<Duration> {
        let began = marks.iter().find(|mark| mark.said == Said::Reached(self.begins()))?.after;
        let ended = marks.iter().find(|mark| mark.after >= began && self.ends(mark.said))?.after;
        Some(ended - began)
    }

    /// Where a killed run was: by its marks, and by whether the debit is in the ledger.
    fn met(marks: &[Mark], is_drawn: bool) -> Option<Self> {
        let has = |step| marks.iter().any(|mark| mark.said == Said::Reached(step));
        if has(Step::Answered) {
            Some(Self::AfterAnswer)
        } else if has(Step::Posted) {
            Some(Self::DuringPost)
        } else if has(Step::Drawn) {
            Some(if is_drawn { Self::AfterRename } else { Self::BeforeRename })
        } else if has(Step::Read) {
            Some(Self::Noise)
        } else {
            has(Step::Admitted).then_some(Self::Read)
        }
    }
}

/// What a run is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Order {
    Prepare,
    Send,
    Run,
}

impl Order {
    fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Prepare => &["prepare"],
            Self::Send => &["send"],
            Self::Run => &["run", "--once"],
        }
    }

    /// Orders in which a phase occurs, for an office that has drawn or has not.
    fn with(phase: Phase, is_drawn: bool) -> &'static [Self] {
        match (phase, is_drawn) {
            (Phase::DuringPost | Phase::AfterAnswer, true) => &[Self::Send, Self::Run],
            (Phase::DuringPost | Phase::AfterAnswer, false) => &[Self::Run],
            (_, false) => &[Self::Prepare, Self::Run],
            (_, true) => &[],
        }
    }
}

/// What was met until now.
#[derive(Default)]
struct Tally {
    kills: BTreeMap<Phase, usize>,
    lengths: BTreeMap<(Phase, Order), Vec<Duration>>,
    n_files: u64,
    n_not_killed: usize,
    n_elsewhere: usize,
    n_offices: usize,
    n_arrived: u64,
    left_behind_max: Duration,
}

impl Tally {
    fn of(&self, phase: Phase) -> usize {
        self.kills.get(&phase).copied().unwrap_or(0)
    }
    fn n_kills(&self) -> usize {
        self.kills.values().sum()
    }
    fn measure(&mut self, order: Order, marks: &[Mark]) {
        for phase in Phase::ALL {
            if let Some(length) = phase.length(marks) {
                self.lengths.entry((phase, order)).or_default().push(length);
            }
        }
    }
    /// The middle one of the measured lengths.
    fn length(&self, phase: Phase, order: Order) -> Duration {
        let mut lengths = self.lengths[&(phase, order)].clone();
        lengths.sort_unstable();
        lengths[lengths.len() / 2]
    }
    /// The phase to aim at: that with the fewest kills among those that the office can still meet; none where others lag
    /// behind these.
    fn aim(&self, is_drawn: bool, rng: &mut ChaCha12Rng) -> Option<Phase> {
        let can: Vec<Phase> = Phase::ALL.into_iter().filter(|phase| !Order::with(*phase, is_drawn).is_empty()).collect();
        let fewest = can.iter().map(|phase| self.of(*phase)).min()?;
        let lagging = Phase::ALL.iter().map(|phase| self.of(*phase)).min()?;
        let best: Vec<Phase> = can.into_iter().filter(|phase| self.of(*phase) == fewest).collect();
        if fewest > lagging + 1 { None } else { best.choose(rng).copied() }
    }
}

/// An office and all that was ever seen of its submission.
struct Life<'w> {
    office: Office<'w>,
    /// SHA-256 of every envelope that lay in the ledger or was handed to a connection.
    seen: BTreeSet<Digest>,
    drawn: Option<Vec<u8>>,
}

impl<'w> Life<'w> {
    fn new(office: Office<'w>) -> Self {
        Self { office, seen: BTreeSet::new(), drawn: None }
    }

    fn is_drawn(&self) -> bool {
        self.drawn.is_some()
    }

    /// What must hold at every moment.
    fn look(&mut self, marks: &[Mark]) {
        let code = &self.office.code;
        let ledger = State::open(&self.office.state()).unwrap().ledger().expect("the chain is whole, whatever lies beside it");
        assert!(ledger.debits().len() <= 1, "council {code}: one debit at most");
        let offered = marks.iter().filter_map(|mark| if let Said::Offered(hash) = mark.said { Some(hash) } else { None });
        self.seen.extend(offered);
        self.seen.extend(ledger.debits().iter().map(|debit| sha256(&debit.envelope)));
        assert!(self.seen.len() <= 1, "council {code}: {} submissions of one round", self.seen.len());
        let spent = u128::from(ledger.spent_ever().0);
        let cost = if self.seen.is_empty() { 0 } else { u128::from(self.cost()) * u128::try_from(self.seen.len()).unwrap() };
        assert!(spent >= cost, "council {code}: the ledger says {spent}, spent were {cost}");
        let all = self.office.ledger().unwrap();
        if let Some(drawn) = &self.drawn {
            assert_eq!(&all, drawn, "council {code}: what was drawn is never drawn again");
        } else if self.office.n_ledger_files() == 2 {
            self.drawn = Some(all);
        }
    }

    /// What the kept plan says that one draw costs, in billionths of rho.
    fn cost(&self) -> u64 {
        let state = State::open(&self.office.state()).unwrap();
        let round: RoundId = format!("cla-{YEAR}").parse().unwrap();
        let id = state.plans(round).unwrap()[0];
        let envelope = Envelope::parse(&state.plan(round, id).unwrap().unwrap(), PLAN_BYTES_MAX).unwrap();
        let plan: serde_json::Value = serde_json::from_slice(envelope.payload_unverified()).unwrap();
        plan["blocks"].as_array().unwrap().iter().map(|block| block["rho_nano"].as_u64().unwrap()).sum()
    }

    /// One run with marks to its end, and to the end of whoever it leaves behind.
    fn run(&mut self, world: &World, tally: &mut Tally, order: Order, kill_at: Option<KillAt>) -> (Option<i32>, Vec<Mark>) {
        tally.n_files += 1;
        let path = world.folder.join(format!("marks-{}", tally.n_files));
        let running = self.office.start_marked(order.arguments(), &path, kill_at).unwrap();
        let group = running.id();
        let ended = running.wait(COMMAND_TIME_MAX).unwrap();
        let began = std::time::Instant::now();
        wait_until("nobody is left behind", LEFT_BEHIND_MAX, || Ok(of_group(group).is_empty())).unwrap();
        tally.left_behind_max = tally.left_behind_max.max(began.elapsed());
        assert!(matches!(ended.code, Some(0) | None), "{}: {}{}", self.office.code, ended.stdout, ended.stderr);
        let marks = tests::marks::read(&path).unwrap();
        tally.measure(order, &marks);
        self.look(&marks);
        (ended.code, marks)
    }

    /// The shipped agent goes through, and leaves a state that nothing half done lies in.
    fn finish(&mut self, rng: &mut ChaCha12Rng) -> Digest {
        for order in *[&[Order::Run][..], &[Order::Prepare, Order::Send]].choose(rng).unwrap() {
            self.office.must(order.arguments()).unwrap();
        }
        self.look(&[]);
        assert!(self.is_drawn() && self.office.receipt().unwrap().is_some(), "council {}", self.office.code);
        for folder in ["ledger", "receipts", "log"] {
            nothing_else_lies(&self.office.state().join(folder));
        }
        State::open(&self.office.state()).unwrap().ledger().unwrap().debits()[0].id
    }
}

/// What a crash left beside a file must be that file: a second draw must not even lie there.
fn nothing_else_lies(folder: &Path) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if let Some(of) = name.strip_prefix(".tmp-") {
            assert_eq!(std::fs::read(&path).ok(), std::fs::read(folder.join(of)).ok(), "{}", path.display());
        }
    }
}

/// A world with so many enrolled offices, an open round and nothing sent yet.
fn open(world: &World, n: usize) -> (Centre<'_>, Served, Vec<Office<'_>>) {
    let spec =
        Spec { seed: 11, authorities: Some(n), reporting_year: YEAR, n_years: 2, extracts: Supply::Nothing, ..Spec::default() };
    let plan = Plan::new(&spec);
    let offices = each(n, 2, |place| {
        let council = plan.council_of_size(place, N_CHILDREN);
        let office = Office::create(world, &council.code, YEAR)?;
        office.lay(&council, YEAR)?;
        office.must(&["init"])?;
        Ok(office)
    });
    let offices = offices.unwrap();
    let codes: Vec<&str> = offices.iter().map(|office| office.code.as_str()).collect();
    let centre = Centre::create(world, "aggregator", &codes, None).unwrap();
    centre.found().unwrap();
    let requests: Vec<_> = offices.iter().map(Office::request).collect();
    centre.enrol(&requests, &world.folder.join("enrolled")).unwrap();
    centre.plan(YEAR, &[]).unwrap();
    let served = centre.serve().unwrap();
    for office in &offices {
        office.configure(YEAR, &served.agents_url, "").unwrap();
    }
    (centre, served, offices)
}

/// Kills one office again and again, then lets it through; answers the id of its submission.
fn kill(world: &World, served: &Served, office: Office<'_>, tally: &mut Tally, rng: &mut ChaCha12Rng) -> (String, Digest) {
    let mut life = Life::new(office);
    for _ in 0..rng.random_range(1..=IN_A_ROW_MAX) {
        let Some(phase) = tally.aim(life.is_drawn(), rng) else { break };
        let order = *Order::with(phase, life.is_drawn()).choose(rng).unwrap();
        let after = tally.length(phase, order).mul_f64(rng.random_range(0.0..1.0));
        let (before, was_drawn) = (served.log_size().unwrap(), life.is_drawn());
        let (code, marks) = life.run(world, tally, order, Some(KillAt { step: phase.begins(), after }));
        if code.is_some() {
            tally.n_not_killed += 1;
            break;
        }
        match Phase::met(&marks, life.is_drawn()) {
            Some(met) => {
                *tally.kills.entry(met).or_default() += 1;
                assert!(was_drawn || life.is_drawn() == (met >= Phase::AfterRename), "{met:?}: the debit comes with the rename");
                tally.n_arrived += served.log_size().unwrap() - before;
            }
            None => tally.n_elsewhere += 1,
        }
        if life.office.receipt().unwrap().is_some() {
            break;
        }
    }
    tally.n_offices += 1;
    let id = life.finish(rng);
    (life.office.code, id)
}

/// Submissions in the public log, by authority.
fn logged(served: &Served) -> Vec<(String, Digest)> {
    let size = served.log_size().unwrap();
    let text = client::get(&format!("{}/log/tile/entries/000.p/{size}", served.public_url)).unwrap().good().unwrap().text();
    let entries = text.split("goldenthread.entry/1\n").filter(|entry| entry.starts_with("kind submission\n"));
    let field = |entry: &str, name: &str| {
        entry.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ').map(str::to_owned)).unwrap()
    };
    let mut found: Vec<(String, Digest)> =
        entries.map(|entry| (field(entry, "authority"), field(entry, "id").parse().unwrap())).collect();
    found.sort();
    found
}

/// One world, until there are so many kills or no office is left.
fn one_world(tally: &mut Tally, n_kills: usize, rng: &mut ChaCha12Rng) {
    let ground = ground();
    let n_offices = ((n_kills - tally.n_kills()) / 2 + MEASURED + 1).min(OFFICES_MAX);
    let (centre, served, offices) = open(&ground.world, n_offices);
    let mut offices = offices.into_iter();
    let mut sent = Vec::new();
    for orders in [&[Order::Run][..], &[Order::Prepare, Order::Send]] {
        let mut life = Life::new(offices.next().unwrap());
        for order in orders {
            let (code, _) = life.run(&ground.world, tally, *order, None);
            assert_eq!(code, Some(0));
        }
        sent.push((life.office.code.clone(), life.finish(rng)));
    }
    for office in offices {
        if tally.n_kills() >= n_kills {
            break;
        }
        sent.push(kill(&ground.world, &served, office, tally, rng));
    }
    sent.sort();
    assert_eq!(logged(&served), sent, "one leaf for each authority, of the submission in its ledger");
    let said = served.logged();
    assert!(said.matches("a message has its receipt").count() >= sent.len(), "the aggregator's log is read");
    assert!(!said.contains(Problem::SubmissionSecond.code()), "nobody offered a second one: {said}");
    centre.must(&["round", "close", &format!("cla-{YEAR}")]).unwrap();
    let checked = centre.must(&["fsck"]).unwrap();
    assert!(checked.says(&format!("{} messages", sent.len())) && checked.says("everything adds up"), "{}", checked.stdout);
}

#[test]
fn an_agent_killed_in_any_phase_spends_and_sends_once() {
    let n_kills = std::env::var("GOLDENTHREAD_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(KILLS);
    eprintln!("seed {SEED}, {n_kills} kills");
    let mut rng = ChaCha12Rng::seed_from_u64(SEED);
    let mut tally = Tally::default();
    while tally.n_kills() < n_kills {
        one_world(&mut tally, n_kills, &mut rng);
    }
    for phase in Phase::ALL {
        let lengths = [Order::Prepare, Order::Send, Order::Run].into_iter().filter(|o| tally.lengths.contains_key(&(phase, *o)));
        let lengths: Vec<String> =
            lengths.map(|o| format!("{o:?} {:.1} ms", tally.length(phase, o).as_secs_f64() * 1e3)).collect();
        eprintln!("{phase:?}: {} kills; measured: {}", tally.of(phase), lengths.join(", "));
    }
    eprintln!(
        "{} kills at {} offices; {} runs ended before their instant, {} were met outside the phases; {} submissions arrived in \
         a run that was killed; whoever was left behind was gone after {:.0} ms at most",
        tally.n_kills(),
        tally.n_offices,
        tally.n_not_killed,
        tally.n_elsewhere,
        tally.n_arrived,
        tally.left_behind_max.as_secs_f64() * 1e3
    );
    for phase in Phase::ALL {
        assert!(tally.of(phase) * 10 >= n_kills, "{phase:?}: only {} of {n_kills} kills", tally.of(phase));
    }
}
