//! The running service's state: store, registry snapshot, log view and the way to the sequencer.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use shared::time::Clock;
use shared::trust::Trust;

use crate::config::Limits;
use crate::keys::{Folder, KeysError, Role};
use crate::log_view::LogView;
use crate::memory::Memory;
use crate::registry::{Registry, Rows};
use crate::sequencer::{LogSigner, Queue, Sequencer, SequencerError};
use crate::store::{Head, Store, StoreError};
use crate::view::Latest;

/// Why the service, or an operator's command, cannot start.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// A key or trust file.
    #[error("the centre's keys cannot be used")]
    Keys(#[from] KeysError),
    /// The store.
    #[error("the store cannot be used")]
    Store(#[from] StoreError),
    /// The log.
    #[error("the log cannot be continued")]
    Log(#[from] SequencerError),
    /// The key is of another kind, or the name is wrong.
    #[error("the log key does not fit the trust file")]
    LogKey,
}

/// Opens the store and the log for writing: what every command that writes begins with.
pub async fn open_sequencer(store: &Store, folder: &Folder, clock: Arc<dyn Clock>) -> Result<Sequencer, AppError> {
    let (trust, _) = folder.read_trust()?;
    let signer = log_signer(folder, trust.log.origin())?;
    if *signer.log() != trust.log {
        return Err(AppError::LogKey);
    }
    Ok(Sequencer::open(store.clone(), signer, clock, Memory::at(&folder.checkpoint())).await?)
}

/// The log key with the log's name.
pub fn log_signer(folder: &Folder, origin: &str) -> Result<LogSigner, AppError> {
    LogSigner::new(origin, folder.signing_key(Role::Log)?).ok_or(AppError::LogKey)
}

/// Reads the registry at one version; a change in between starts it again.
pub async fn read_registry(store: &Store) -> Result<(Head, Registry), StoreError> {
    loop {
        let head = store.head().await?;
        let rows = Rows {
            version: head.registry_version,
            keys: store.keys().await?,
            certificates: store.certificates().await?,
            frameworks: store.frameworks().await?,
            rounds: store.rounds().await?,
            releases: store.release_versions().await?,
        };
        if store.head().await?.registry_version == head.registry_version {
            return Ok((head, Registry::from_rows(rows)?));
        }
    }
}

/// What every handler has.
pub struct App {
    /// The store, for reading.
    pub store: Store,
    /// The log, for reading.
    pub log: LogView,
    /// The sequencer, for writing.
    pub queue: Queue,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Limits of the ports.
    pub limits: Limits,
    /// The centre's public keys.
    pub trust: Trust,
    /// The same, as the file's text.
    pub trust_text: String,
    /// The root certificate, PEM.
    pub root_pem: String,
    registry: ArcSwap<Registry>,
    releases: Mutex<BTreeMap<PageKey, Arc<ReleasePage>>>,
}

/// A release by its version, and how many its round has: its pages name the others, and nothing else in them changes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PageKey {
    /// Version of the release.
    pub version: String,
    /// Releases of its round.
    pub n_releases: usize,
}

/// The pages of a release; a release never changes, so they are made once. The figures themselves are not kept.
pub struct ReleasePage {
    /// What the first page says of it.
    pub latest: Latest,
    /// Its own page.
    pub html: String,
    /// The pages of its families of measures, by letter.
    pub families: BTreeMap<String, String>,
}

impl App {
    /// Opens everything and checks the log before the first request.
    pub async fn open(store: Store, folder: &Folder, clock: Arc<dyn Clock>, limits: Limits) -> Result<Self, AppError> {
        let sequencer = open_sequencer(&store, folder, clock.clone()).await?;
        let (trust, trust_text) = folder.read_trust()?;
        let (head, registry) = read_registry(&store).await?;
        let log = LogView::default();
        log.follow(&store, &head).await?;
        let root_pem = folder.root_certificate()?;
        let (queue, releases) = (Queue::start(sequencer), Mutex::default());
        let registry = ArcSwap::from_pointee(registry);
        Ok(Self { store, log, queue, clock, limits, trust, trust_text, root_pem, registry, releases })
    }

    /// The registry as it was last read, however long ago.
    pub fn known_registry(&self) -> Arc<Registry> {
        self.registry.load_full()
    }
    /// The registry as it stands in the store now; one small query when nothing changed.
    pub async fn registry(&self) -> Result<Arc<Registry>, StoreError> {
        let version = self.store.registry_version().await?;
        let known = self.registry.load_full();
        if known.version == version {
            return Ok(known);
        }
        let (_, registry) = read_registry(&self.store).await?;
        let registry = Arc::new(registry);
        self.registry.store(registry.clone());
        Ok(registry)
    }

    /// A release whose page was made before.
    pub fn release_page(&self, key: &PageKey) -> Option<Arc<ReleasePage>> {
        self.releases.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }
    /// Keeps a release's page.
    pub fn keep_release_page(&self, key: PageKey, page: Arc<ReleasePage>) {
        self.releases.lock().unwrap_or_else(PoisonError::into_inner).insert(key, page);
    }
}
