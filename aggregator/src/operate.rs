//! What operators do: create the centre, enrol and revoke authorities, plan and close rounds.
//!
//! Each act goes through the sequencer, in the same transaction as messages do, so that it may be done while the service
//! runs. Nothing here touches a figure.

pub mod choice; // what was chosen for a plan

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use shared::enrolment::{ENROLMENT_BYTES_MAX, EnrolmentError, EnrolmentRequest};
use shared::framework::{FRAMEWORK_TOML, Framework};
use shared::ids::{AuthorityId, Digest, ReportingYear, RoundId};
use shared::log::entry::CloseReason;
use shared::plan::{Cohort, PLAN_TYPE, Plan, PlanChoice, PlanError};
use shared::privacy::RhoNano;
use shared::sign::{Envelope, KeyError};
use shared::time::{Clock, Day, Timestamp};

use crate::app::{AppError, log_signer, open_sequencer, read_registry};
use crate::authorities::{Authorities, AuthoritiesError};
use crate::budget::{Budget, BudgetError};
use crate::ca::{CaError, Issuing};
use crate::config::Config;
use crate::durable::{Readers, create_file};
use crate::keys::{Folder, KeysError, Role, file_error};
use crate::memory::Memory;
use crate::population::{PopulationError, Populations};
use crate::registry::{Round, RoundState};
use crate::sequencer::{Act, Denied, Outcome, Registration, Sequencer, SequencerError};
use crate::store::{Store, StoreError};
use crate::tune;
use crate::tune::expected::{Expected, ExpectedError};
use crate::tune::places::Places;
use crate::tune::widths::Limited;
use choice::ChoiceError;

/// Why an operator's command was not done.
#[derive(Debug, thiserror::Error)]
pub enum OperateError {
    /// Keys, store or log.
    #[error("the centre cannot be opened")]
    Open(#[from] AppError),
    /// The store.
    #[error("the store cannot be used")]
    Store(#[from] StoreError),
    /// A file.
    #[error("a file is the trouble")]
    File(#[from] KeysError),
    /// The sequencer failed; ask what was stored before trying again.
    #[error("the act was not sequenced")]
    Sequencer(#[from] SequencerError),
    /// The rules say no.
    #[error("refused")]
    Denied(#[source] Denied),
    /// The list of authorities.
    #[error("the list of authorities {path} cannot be used")]
    Authorities {
        /// Which file.
        path: String,
        /// Why.
        #[source]
        source: AuthoritiesError,
    },
    /// A request is not one.
    #[error("the enrolment request {path} is refused")]
    Request {
        /// Which file.
        path: String,
        /// Why.
        #[source]
        source: EnrolmentError,
    },
    /// The code is not in the list today.
    #[error("{path} is of authority {authority}, which is not in the list of authorities today")]
    Stranger {
        /// Which file.
        path: String,
        /// Which authority.
        authority: AuthorityId,
    },
    /// No certificate for a request.
    #[error("no certificate for {path}")]
    Certificate {
        /// Which file.
        path: String,
        /// Why.
        #[source]
        source: CaError,
    },
    /// No certificate authority.
    #[error("the certificate authority cannot be used")]
    Ca(#[from] CaError),
    /// The population estimate.
    #[error("the population estimate {path} cannot be used")]
    Population {
        /// Which file.
        path: String,
        /// Why.
        #[source]
        source: PopulationError,
    },
    /// The division of the budget.
    #[error("the division of the budget {path} cannot be used")]
    Budget {
        /// Which file.
        path: String,
        /// Why.
        #[source]
        source: BudgetError,
    },
    /// The official figures that expected widths follow from.
    #[error("expected widths cannot be computed")]
    Expected(#[from] ExpectedError),
    /// A file that was named.
    #[error("cannot read {path}")]
    Input {
        /// Which file.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The options of a plan.
    #[error("no plan can be made of these options")]
    Choice(#[from] ChoiceError),
    /// Headline figures would say too little.
    #[error(
        "{0} headline figures would be too wide over the areas that are asked: ask more councils, tune anew (plan tune), or add \
         --accept-wide REASON, which stands in the plan for ever; nothing was logged"
    )]
    Wide(usize),
    /// No plan from these choices.
    #[error("no plan can be made")]
    Plan(#[from] PlanError),
    /// No key can sign.
    #[error("a key cannot sign")]
    Key(#[from] KeyError),
    /// The plan's time for corrections is not now.
    #[error("the plan of round {round} has corrections from {opens_at} until {closes_at}: open them then")]
    NoTimeToCorrect {
        /// Which round.
        round: RoundId,
        /// When it takes corrections.
        opens_at: Timestamp,
        /// Until when.
        closes_at: Timestamp,
    },
    /// The dates are still to come.
    #[error("round {round} takes messages until {closes_at}: close it then, or say why with --early")]
    TooEarly {
        /// Which round.
        round: RoundId,
        /// When it closes.
        closes_at: Timestamp,
    },
}

/// A new authority, as the operator should see it.
pub struct Enrolled {
    /// Which.
    pub authority: AuthorityId,
    /// Its name.
    pub name: String,
    /// What to compare over a second channel.
    pub fingerprint: String,
    /// Whether its signing key was registered before: only the certificate is new then.
    pub renewed: bool,
    /// Last second of its certificate.
    pub not_after: Timestamp,
    /// Where its files lie.
    pub folder: PathBuf,
}

/// Reads the configured list of authorities.
pub fn read_authorities(config: &Config) -> Result<Authorities, OperateError> {
    let path = &config.authorities;
    let bytes = std::fs::read(path).map_err(|e| file_error(path, e))?;
    Authorities::parse(&bytes).map_err(|source| OperateError::Authorities { path: path.display().to_string(), source })
}

/// Creates keys, trust file, store and log; the framework is the log's first leaf.
pub async fn init(config: &Config, clock: Arc<dyn Clock>) -> Result<Digest, OperateError> {
    let folder = Folder::at(&config.folder);
    folder.create_keys(&config.origin)?;
    let store = Store::create(&config.store).await?;
    let signer = log_signer(&folder, &config.origin)?;
    let memory = Memory::at(&folder.checkpoint());
    let mut sequencer = Sequencer::create(store.clone(), signer, clock, memory).await?;
    let framework = Framework::built_in();
    let hash = framework.hash();
    let act = Act::Framework { text: FRAMEWORK_TOML, framework: Box::new(framework) };
    done(sequencer.commit(&[act]).await?)?;
    store.close().await;
    Ok(hash)
}

/// Registers the authorities of some requests and writes each one's files.
pub async fn add(
    config: &Config,
    clock: Arc<dyn Clock>,
    requests: &[PathBuf],
    out: &Path,
) -> Result<Vec<Enrolled>, OperateError> {
    let (folder, list, now) = (Folder::at(&config.folder), read_authorities(config)?, clock.now());
    let issuing = Issuing::for_agents(&folder)?;
    let (_, trust) = folder.read_trust()?;
    let root = folder.root_certificate()?;
    let store = Store::open(&config.store).await?;
    let registered: BTreeSet<Digest> = store.keys().await?.iter().map(|row| row.key.id()).collect();
    let (mut acts, mut enrolled, mut chains) = (Vec::new(), Vec::new(), Vec::new());
    for path in requests {
        let name = path.display().to_string();
        let request = read_request(path)?;
        let authority = request.authority;
        let known = list.on(authority, Day(now.day())).ok_or(OperateError::Stranger { path: name.clone(), authority })?;
        let issued = issuing.issue(authority, &request.certificate_request, now);
        let issued = issued.map_err(|source| OperateError::Certificate { path: name, source })?;
        let place = out.join(authority.to_string());
        enrolled.push(Enrolled {
            authority,
            name: known.name.clone(),
            fingerprint: request.fingerprint(),
            renewed: registered.contains(&request.signing_key.id()),
            not_after: issued.row.not_after,
            folder: place.clone(),
        });
        let certificate = place.join("certificate.pem");
        if certificate.exists() {
            return Err(KeysError::Taken(place.display().to_string()).into());
        }
        acts.push(Act::Register(Registration { certificate: issued.row, key: request.signing_key }));
        chains.push(issued.chain_pem);
    }
    done(open_sequencer(&store, &folder, clock).await?.commit(&acts).await?)?;
    store.close().await;
    for (one, chain) in enrolled.iter().zip(chains) {
        for (file, text) in [("certificate.pem", &chain), ("root.pem", &root), ("trust.toml", &trust)] {
            let path = one.folder.join(file);
            crate::durable::replace_file(&path, text.as_bytes(), Readers::All).map_err(|e| file_error(&path, e))?;
        }
    }
    Ok(enrolled)
}

fn read_request(path: &Path) -> Result<EnrolmentRequest, OperateError> {
    let refused = |source| OperateError::Request { path: path.display().to_string(), source };
    let bytes = read_input(path)?;
    if bytes.len() > ENROLMENT_BYTES_MAX {
        return Err(refused(EnrolmentError::Malformed));
    }
    EnrolmentRequest::open(&bytes).map_err(refused)
}

/// Revokes all keys and certificates of an authority; effective at its next request.
pub async fn revoke(config: &Config, clock: Arc<dyn Clock>, authority: AuthorityId) -> Result<(), OperateError> {
    commit(config, clock, Act::Revoke(authority)).await
}

/// One line of the list of authorities that have keys.
pub struct Listed {
    /// Which.
    pub authority: AuthorityId,
    /// The day on which its agent was last heard.
    pub heard_on: Option<Day>,
    /// Signing keys that stand.
    pub keys: Vec<Digest>,
    /// Last second of its longest certificate that stands.
    pub certificate_until: Option<Timestamp>,
}

/// Authorities with keys, by code.
pub async fn list(config: &Config) -> Result<Vec<Listed>, OperateError> {
    let store = Store::open(&config.store).await?;
    let (_, registry) = read_registry(&store).await?;
    let heard = store.heard().await?;
    store.close().await;
    let listed = registry.members.into_iter().map(|(authority, member)| Listed {
        authority,
        heard_on: heard.get(&authority).copied(),
        keys: member.keys.iter().map(shared::sign::PublicKey::id).collect(),
        certificate_until: member.certificates.iter().filter(|c| !c.revoked).map(|c| c.not_after).max(),
    });
    Ok(listed.collect())
}

/// What an operator decides about a plan.
pub struct PlanWish {
    /// The reporting year.
    pub year: ReportingYear,
    /// First second of the send slot.
    pub opens_at: Timestamp,
    /// First second after it.
    pub closes_at: Timestamp,
    /// Seconds over which the agents' slots are spread; a choice of ours, if not said.
    pub spread_s: Option<u64>,
    /// First second in which corrections are taken, and the first after it; a choice of ours, if not said.
    pub corrections: (Option<Timestamp>, Option<Timestamp>),
    /// Day on which records are taken; the day on which the slot opens, if not said.
    pub freeze_on: Option<Day>,
    /// Whether the data are made up.
    pub made_up: bool,
    /// Budget of the release.
    pub rho_release: RhoNano,
    /// Budget kept for one correction.
    pub rho_correction: RhoNano,
    /// The authorities asked, if not all.
    pub only: Option<BTreeSet<AuthorityId>>,
    /// The file of the population estimate and who published it, when rates are to be published.
    pub population: Option<(PathBuf, String)>,
    /// Fewest authorities of a release.
    pub authorities_min: u64,
    /// A file that `plan tune` wrote, if not the division that is compiled in.
    pub budget: Option<PathBuf>,
    /// Why headline figures that are too wide are accepted; it comes into the plan if one is.
    pub accept_wide: Option<String>,
}

/// Who takes part in a year: all authorities of the list, or some of them.
pub fn cohort(config: &Config, year: ReportingYear, only: Option<&BTreeSet<AuthorityId>>) -> Result<Cohort, OperateError> {
    let source = |source| OperateError::Authorities { path: config.authorities.display().to_string(), source };
    read_authorities(config)?.cohort(year, only).map_err(source)
}

/// The plan of a year before it is signed.
pub struct MadePlan {
    /// The plan.
    pub plan: Plan,
    /// Every headline figure whose expected size is known, with its expected half width over the areas that are asked.
    pub limited: Vec<Limited>,
}

impl MadePlan {
    /// The headline figures that are too wide.
    pub fn wide(&self) -> impl Iterator<Item = &Limited> {
        self.limited.iter().filter(|l| !l.holds())
    }
    /// Whether it is not logged as it is: a headline figure is too wide, and no reason was given.
    pub fn is_refused(&self) -> bool {
        self.wide().next().is_some() && self.plan.body().accepted_wide.is_none()
    }
}

/// Makes the plan of a year, unsigned, and writes nothing.
pub fn make_plan(config: &Config, wish: &PlanWish) -> Result<MadePlan, OperateError> {
    choice::check_texts(wish)?;
    let dates = choice::dates(wish)?;
    let mut cohort = cohort(config, wish.year, wish.only.as_ref())?;
    if let Some((path, name)) = &wish.population {
        place_population(path, wish.year, name, &mut cohort)?;
    }
    let choice = PlanChoice {
        reporting_year: wish.year,
        made_up: wish.made_up,
        dates,
        rho_release: wish.rho_release,
        rho_correction: wish.rho_correction,
        accepted_wide: None,
        cohort,
        authorities_min: wish.authorities_min,
    };
    let framework = Framework::built_in();
    let budget = budget(wish.budget.as_deref(), &framework)?;
    let places = Places::of(&choice.cohort, &england(config, wish.year)?, None);
    let plan = Plan::with_units(&framework, &budget.units, choice.clone()).map_err(in_options)?;
    let limited = tune::limited(&framework, &plan, &Expected::built_in()?, &places);
    let made = MadePlan { plan, limited };
    if made.wide().next().is_none() || wish.accept_wide.is_none() {
        return Ok(made);
    }
    let choice = PlanChoice { accepted_wide: wish.accept_wide.clone(), ..choice };
    Ok(MadePlan { plan: Plan::with_units(&framework, &budget.units, choice)?, ..made })
}

/// A refusal of the plan in the words of the command line, where it is about an option.
fn in_options(error: PlanError) -> OperateError {
    match error {
        PlanError::NoScale { draw, rho, least } => ChoiceError::Rho { draw, rho, least }.into(),
        PlanError::Malformed | PlanError::Framework | PlanError::Contradiction(_) | PlanError::Budget => error.into(),
    }
}

/// All authorities of England in a year: those of the list in use, or of the list that is compiled in where that has more,
/// since a list of a few councils would make few children look like all.
pub fn england(config: &Config, year: ReportingYear) -> Result<Cohort, OperateError> {
    let source = |source| OperateError::Authorities { path: "that is compiled in".to_owned(), source };
    let compiled_in = Authorities::built_in().and_then(|list| list.cohort(year, None)).map_err(source)?;
    let listed = cohort(config, year, None)?;
    Ok(if listed.members.len() < compiled_in.members.len() { compiled_in } else { listed })
}

fn budget(path: Option<&Path>, framework: &Framework) -> Result<Budget, OperateError> {
    let Some(path) = path else {
        let source = |source| OperateError::Budget { path: "that is compiled in".to_owned(), source };
        return Budget::built_in(framework).map_err(source);
    };
    let text = String::from_utf8(read_input(path)?)
        .map_err(|_| OperateError::Budget { path: path.display().to_string(), source: BudgetError::Text })?;
    Budget::parse(&text, framework).map_err(|source| OperateError::Budget { path: path.display().to_string(), source })
}

fn place_population(path: &Path, year: ReportingYear, name: &str, cohort: &mut Cohort) -> Result<(), OperateError> {
    let bytes = read_input(path)?;
    let placed = Populations::parse(&bytes, year, name).and_then(|populations| populations.place_in(cohort));
    placed.map_err(|source| OperateError::Population { path: path.display().to_string(), source })
}

/// Makes, signs and logs the plan of a year, and opens its round. Answers the plan with its id.
pub async fn create_plan(config: &Config, clock: Arc<dyn Clock>, wish: PlanWish) -> Result<(Plan, Digest), OperateError> {
    let made = make_plan(config, &wish)?;
    if made.is_refused() {
        return Err(OperateError::Wide(made.wide().count()));
    }
    let plan = made.plan;
    let key = Folder::at(&config.folder).signing_key(Role::Plan)?;
    let envelope = Envelope::sign(PLAN_TYPE, plan.encode(), &key)?;
    let id = envelope.id();
    let act = Act::Plan {
        round: plan.body().round,
        id,
        key: key.public().id(),
        framework: plan.body().framework,
        envelope: envelope.encode(),
    };
    commit(config, clock, act).await?;
    Ok((plan, id))
}

/// Why a round is closed before its time: a closed list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EarlyReason {
    /// Every authority of the cohort has sent.
    AllReceived,
    /// The round is given up, or its corrections are: no release is made of what was taken.
    Withdrawn,
    /// Something is wrong with it, or with the centre's keys.
    Error,
}

impl EarlyReason {
    fn in_log(self) -> CloseReason {
        match self {
            Self::AllReceived => CloseReason::AllReceived,
            Self::Withdrawn => CloseReason::Withdrawn,
            Self::Error => CloseReason::Error,
        }
    }
}

/// Closes a round. Before its time only with a reason, or when its data are made up. Answers what the log says of it.
pub async fn close(
    config: &Config,
    clock: Arc<dyn Clock>,
    round: RoundId,
    early: Option<EarlyReason>,
) -> Result<CloseReason, OperateError> {
    let known = read_round(config, round).await?;
    if known.state != RoundState::Open {
        return Err(OperateError::Denied(Denied::RoundClosed(round)));
    }
    let reason = close_reason(&known, known.plan.body().dates.send_closes_at, clock.now(), early)?;
    commit(config, clock, Act::Close { round, reason }).await?;
    Ok(reason)
}

/// Lets a released round take corrections, inside the plan's dates for them or when its data are made up.
pub async fn open_corrections(config: &Config, clock: Arc<dyn Clock>, round: RoundId) -> Result<Timestamp, OperateError> {
    let known = read_round(config, round).await?;
    let (body, now) = (known.plan.body(), clock.now());
    let (opens_at, closes_at) = (body.dates.correction_opens_at, body.dates.correction_closes_at);
    if now >= closes_at || (now < opens_at && !body.made_up) {
        return Err(OperateError::NoTimeToCorrect { round, opens_at, closes_at });
    }
    commit(config, clock, Act::OpenCorrections(round)).await?;
    Ok(closes_at)
}

/// Lets a round take no more corrections. Before its time only with a reason, or when its data are made up.
pub async fn close_corrections(
    config: &Config,
    clock: Arc<dyn Clock>,
    round: RoundId,
    early: Option<EarlyReason>,
) -> Result<CloseReason, OperateError> {
    let known = read_round(config, round).await?;
    if known.state != RoundState::Correcting {
        return Err(OperateError::Denied(Denied::CorrectionsNotOpen(round)));
    }
    let reason = close_reason(&known, known.plan.body().dates.correction_closes_at, clock.now(), early)?;
    commit(config, clock, Act::CloseCorrections { round, reason }).await?;
    Ok(reason)
}

async fn read_round(config: &Config, round: RoundId) -> Result<Round, OperateError> {
    let store = Store::open(&config.store).await?;
    let (_, mut registry) = read_registry(&store).await?;
    store.close().await;
    registry.rounds.remove(&round).ok_or(OperateError::Denied(Denied::RoundUnknown(round)))
}

/// Why something is closed now that the plan closes at an instant.
fn close_reason(
    round: &Round,
    closes_at: Timestamp,
    now: Timestamp,
    early: Option<EarlyReason>,
) -> Result<CloseReason, OperateError> {
    let body = round.plan.body();
    match early {
        Some(early) => Ok(early.in_log()),
        None if now >= closes_at => Ok(CloseReason::Planned),
        None if body.made_up => Ok(CloseReason::MadeUp),
        None => Err(OperateError::TooEarly { round: body.round, closes_at }),
    }
}

/// Sequences one act of an operator.
pub async fn commit(config: &Config, clock: Arc<dyn Clock>, act: Act) -> Result<(), OperateError> {
    let store = Store::open(&config.store).await?;
    let mut sequencer = open_sequencer(&store, &Folder::at(&config.folder), clock).await?;
    let outcomes = sequencer.commit(&[act]).await?;
    store.close().await;
    done(outcomes)
}

fn done(outcomes: Vec<Outcome>) -> Result<(), OperateError> {
    for outcome in outcomes {
        match outcome {
            Outcome::Done(_) | Outcome::Receipt(_) | Outcome::Refused(_) | Outcome::Stale => {}
            Outcome::Denied(denied) => return Err(OperateError::Denied(denied)),
        }
    }
    Ok(())
}

/// A file that the operator named.
fn read_input(path: &Path) -> Result<Vec<u8>, OperateError> {
    std::fs::read(path).map_err(|source| OperateError::Input { path: path.display().to_string(), source })
}

/// Writes a file that must not exist, naming it in the error.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<(), OperateError> {
    create_file(path, bytes, Readers::All).map_err(|e| match e.kind() {
        std::io::ErrorKind::AlreadyExists => KeysError::Taken(path.display().to_string()).into(),
        _ => file_error(path, e).into(),
    })
}
