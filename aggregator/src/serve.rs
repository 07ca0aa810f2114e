//! The running service: both ports, until it is told to stop.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;
use shared::time::Clock;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::app::{App, AppError};
use crate::config::Config;
use crate::durable::{Readers, replace_file};
use crate::http::connection::{serve_plain, serve_tls};
use crate::http::{agent, public};
use crate::keys::Folder;
use crate::store::Store;
use crate::tls::{TlsError, server_config};

/// Why the service did not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Keys, store or log.
    #[error("the centre cannot be opened")]
    App(#[from] AppError),
    /// The agents' port.
    #[error("the agents' port cannot be opened")]
    Tls(#[from] TlsError),
    /// An address.
    #[error("cannot listen on {address}")]
    Listen {
        /// Which.
        address: SocketAddr,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The file of addresses.
    #[error("cannot write the file of addresses")]
    Ports(#[source] std::io::Error),
}

/// Where the service listens, after port 0 became a number.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Addresses {
    /// Agents, by mutual TLS.
    pub agents: SocketAddr,
    /// Everybody, by plain HTTP.
    pub public: SocketAddr,
}

/// A service that listens and does not answer yet.
pub struct Service {
    app: Arc<App>,
    tls: Arc<rustls::ServerConfig>,
    agents: TcpListener,
    public: TcpListener,
    addresses: Addresses,
}

impl Service {
    /// Opens store, log and ports.
    pub async fn open(config: &Config, clock: Arc<dyn Clock>) -> Result<Self, ServeError> {
        let folder = Folder::at(&config.folder);
        let store = Store::open(&config.store).await.map_err(AppError::Store)?;
        let app = Arc::new(App::open(store, &folder, clock.clone(), config.limits).await?);
        let tls = Arc::new(server_config(&folder, clock)?);
        let (agents, agents_at) = listen(config.agents_listen).await?;
        let (public, public_at) = listen(config.public_listen).await?;
        Ok(Self { app, tls, agents, public, addresses: Addresses { agents: agents_at, public: public_at } })
    }
    /// Where it listens.
    pub fn addresses(&self) -> Addresses {
        self.addresses
    }
    /// Writes the addresses to a file, as JSON.
    pub fn write_ports(&self, path: &Path) -> Result<(), ServeError> {
        let text = serde_json::to_vec(&self.addresses).map_err(|e| ServeError::Ports(e.into()))?;
        replace_file(path, &text, Readers::All).map_err(ServeError::Ports)
    }
    /// Answers until `stop` becomes true.
    pub async fn run(self, stop: watch::Receiver<bool>) {
        let limits = self.app.limits;
        let agents = serve_tls(self.agents, self.tls, agent::router(self.app.clone()), limits, stop.clone());
        let public = serve_plain(self.public, public::router(self.app.clone()), limits, stop);
        tokio::join!(agents, public);
        self.app.store.close().await;
    }
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), ServeError> {
    let failed = |source| ServeError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let at = listener.local_addr().map_err(failed)?;
    Ok((listener, at))
}
