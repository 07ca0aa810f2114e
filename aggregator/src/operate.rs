//! What operators do: create the centre, enrol and revoke authorities, plan and close rounds.
//!
//! Each act goes through the sequencer, in the same transaction as messages do, so that it may be done while the service
//! runs. Nothing here touches a figure.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use shared::enrolment::{ENROLMENT_BYTES_MAX, EnrolmentError, EnrolmentRequest};
use shared::framework::{FRAMEWORK_TOML, Framework};
use shared::ids::{AuthorityId, Digest, ReportingYear, RoundId};
use shared::log::entry::CloseReason;
use shared::plan::{Cohort, Dates, PLAN_TYPE, Plan, PlanChoice, PlanError};
use shared::privacy::RhoNano;
use shared::sign::{Envelope, KeyError};
use shared::time::{Clock, Day, Timestamp};

use crate::app::{AppError, log_signer, open_sequencer, read_registry};
use crate::authorities::{Authorities, AuthoritiesError};
use crate::ca::{CaError, Issuing};
use crate::config::Config;
use crate::durable::{Readers, create_file};
use crate::keys::{Folder, KeysError, Role, file_error};
use crate::memory::Memory;
use crate::population::{PopulationError, Populations};
use crate::registry::RoundState;
use crate::sequencer::{Act, Denied, Outcome, Registration, Sequencer, SequencerError};
use crate::store::{Store, StoreError};

/// Greatest cost of a year that an agent accepts when its council set nothing else.
const RHO_YEAR_USUAL: RhoNano = RhoNano(200_000_000);

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
    /// No plan from these choices.
    #[error("no plan can be made")]
    Plan(#[from] PlanError),
    /// No key can sign.
    #[error("a key cannot sign")]
    Key(#[from] KeyError),
    /// No submission could ever arrive.
    #[error("the round closes before it opens: {closes_at} is not after {opens_at}")]
    Dates {
        /// When it opens.
        opens_at: Timestamp,
        /// When it closes.
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
    let bytes = std::fs::read(path).map_err(|e| file_error(path, e))?;
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
    /// Signing keys that stand.
    pub keys: Vec<Digest>,
    /// Last second of its longest certificate that stands.
    pub certificate_until: Option<Timestamp>,
}

/// Authorities with keys, by code.
pub async fn list(config: &Config) -> Result<Vec<Listed>, OperateError> {
    let store = Store::open(&config.store).await?;
    let (_, registry) = read_registry(&store).await?;
    store.close().await;
    let listed = registry.members.into_iter().map(|(authority, member)| Listed {
        authority,
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
}

/// Days from the end of sending to the correction window, and its days.
const CORRECTIONS_AFTER_DAYS: i64 = 60;
const CORRECTIONS_FOR_DAYS: i64 = 28;

fn after_days(at: Timestamp, days: i64) -> Result<Timestamp, OperateError> {
    let later = Timestamp::from_unix_seconds(at.unix_seconds().saturating_add(days * 86_400));
    later.ok_or(OperateError::Plan(PlanError::Contradiction("dates")))
}

/// Makes the plan of a year, unsigned, and writes nothing.
pub fn make_plan(config: &Config, wish: &PlanWish) -> Result<Plan, OperateError> {
    let (opens_at, closes_at) = (wish.opens_at, wish.closes_at);
    if opens_at >= closes_at {
        return Err(OperateError::Dates { opens_at, closes_at });
    }
    let source = |source| OperateError::Authorities { path: config.authorities.display().to_string(), source };
    let mut cohort = read_authorities(config)?.cohort(wish.year, wish.only.as_ref()).map_err(source)?;
    if let Some((path, name)) = &wish.population {
        place_population(path, wish.year, name, &mut cohort)?;
    }
    let choice = PlanChoice {
        reporting_year: wish.year,
        made_up: wish.made_up,
        dates: Dates {
            freeze_on: wish.freeze_on.unwrap_or(Day(opens_at.day())),
            send_opens_at: opens_at,
            send_spread_s: 0,
            send_closes_at: closes_at,
            correction_opens_at: after_days(closes_at, CORRECTIONS_AFTER_DAYS)?,
            correction_closes_at: after_days(closes_at, CORRECTIONS_AFTER_DAYS + CORRECTIONS_FOR_DAYS)?,
        },
        accepted_wide: None,
        rho_release: wish.rho_release,
        rho_correction: wish.rho_correction,
        cohort,
        authorities_min: wish.authorities_min,
    };
    Ok(Plan::with_equal_shares(&Framework::built_in(), choice)?)
}

fn place_population(path: &Path, year: ReportingYear, name: &str, cohort: &mut Cohort) -> Result<(), OperateError> {
    let bytes = std::fs::read(path).map_err(|e| file_error(path, e))?;
    let placed = Populations::parse(&bytes, year, name).and_then(|populations| populations.place_in(cohort));
    placed.map_err(|source| OperateError::Population { path: path.display().to_string(), source })
}

/// What an operator should think over before a plan is logged: every agent would refuse it, or almost every one.
pub fn doubts(plan: &Plan, now: Timestamp) -> Vec<String> {
    let body = plan.body();
    let mut doubts = Vec::new();
    // agents draw inside the slot, and judge the year by the day on which they do
    let newest = ReportingYear::of(now.max(body.dates.send_opens_at).day()).map(|year| year.before(1));
    let year = body.reporting_year;
    let is_right = newest.is_some_and(|newest| year == newest || (body.made_up && year < newest));
    if !is_right {
        let newest = newest.map_or("not known".to_owned(), |newest| newest.to_string());
        doubts
            .push(format!("{year} is not the newest complete reporting year, which is {newest}: every agent refuses this plan"));
    }
    if body.rho_year_nano > RHO_YEAR_USUAL {
        doubts.push(format!(
            "rho {} for the release and {} for a correction are more than {RHO_YEAR_USUAL} together, the cap of every agent whose \
             council set no other: these refuse this plan",
            body.rho_release_nano, body.rho_correction_nano
        ));
    }
    doubts
}

/// Makes, signs and logs the plan of a year, and opens its round. Answers the plan with its id.
pub async fn create_plan(config: &Config, clock: Arc<dyn Clock>, wish: PlanWish) -> Result<(Plan, Digest), OperateError> {
    let plan = make_plan(config, &wish)?;
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
    /// The round is given up.
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
    let store = Store::open(&config.store).await?;
    let (_, registry) = read_registry(&store).await?;
    store.close().await;
    let known = registry.rounds.get(&round).ok_or(OperateError::Denied(Denied::RoundUnknown(round)))?;
    match known.state {
        RoundState::Closed | RoundState::Released => return Err(OperateError::Denied(Denied::RoundClosed(round))),
        RoundState::Open => {}
    }
    let body = known.plan.body();
    let closes_at = body.dates.send_closes_at;
    let reason = match early {
        Some(early) => early.in_log(),
        None if clock.now() >= closes_at => CloseReason::Planned,
        None if body.made_up => CloseReason::MadeUp,
        None => return Err(OperateError::TooEarly { round, closes_at }),
    };
    commit(config, clock, Act::Close { round, reason }).await?;
    Ok(reason)
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

/// Writes a file that must not exist, naming it in the error.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<(), OperateError> {
    create_file(path, bytes, Readers::All).map_err(|e| match e.kind() {
        std::io::ErrorKind::AlreadyExists => KeysError::Taken(path.display().to_string()).into(),
        _ => file_error(path, e).into(),
    })
}
