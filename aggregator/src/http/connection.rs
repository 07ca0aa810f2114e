//! Accept loops of both ports: HTTP/1.1 by hyper's own builder, since others have no timeout for silent clients.
//!
//! A place among the connections is taken before the handshake and given back at the end, so that no number of slow
//! clients holds more than their places. Every connection has an age at which it ends.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use rustls::ServerConfig;
use shared::problem::Problem;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;
use tower_http::catch_panic::CatchPanicLayer;

use super::error::Refusal;
use crate::config::Limits;
use crate::registry::Identity;
use crate::tls::{IdentityError, identity};

/// Greatest head of a request, in bytes.
const HEAD_BYTES_MAX: usize = 64 * 1024;
/// After its age, a connection has this long to end the request that it is in.
const AGE_GRACE: Duration = Duration::from_secs(30);
/// Pause after a failed accept, as when file handles have run out.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Who is on the other side of a connection, by its certificate.
#[derive(Clone, Debug)]
pub struct Peer {
    /// What the certificate says, or why it says nothing of use.
    pub identity: Result<Arc<Identity>, IdentityError>,
}

/// How many connections each address holds.
struct Addresses {
    max: usize,
    held: Mutex<BTreeMap<IpAddr, usize>>,
}

/// One connection's place among those of its address; given back when dropped.
struct Seat {
    addresses: Arc<Addresses>,
    ip: IpAddr,
}

impl Addresses {
    fn new(max: usize) -> Self {
        Self { max, held: Mutex::default() }
    }
    /// A place, or none when the address holds as many as it may.
    fn enter(self: &Arc<Self>, ip: IpAddr) -> Option<Seat> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let n = held.entry(ip).or_default();
        (*n < self.max).then(|| {
            *n += 1;
            Seat { addresses: self.clone(), ip }
        })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut held = self.addresses.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(n) = held.get_mut(&self.ip) {
            *n -= 1;
            if *n == 0 {
                held.remove(&self.ip);
            }
        }
    }
}

/// Serves agents until `stop` changes.
pub async fn serve_tls(
    listener: TcpListener,
    config: Arc<ServerConfig>,
    router: Router,
    limits: Limits,
    stop: watch::Receiver<bool>,
) {
    let acceptor = TlsAcceptor::from(config);
    let router = guarded(router, limits);
    let per_address = usize::try_from(limits.connections_per_address_max).unwrap_or(usize::MAX);
    accept(listener, limits, Some(Arc::new(Addresses::new(per_address))), stop, move |tcp, address, stop| {
        let (acceptor, router) = (acceptor.clone(), router.clone());
        async move {
            let handshake = tokio::time::timeout(Duration::from_secs(limits.handshake_timeout_s), acceptor.accept(tcp));
            let tls = match handshake.await {
                Ok(Ok(tls)) => tls,
                Ok(Err(error)) => return tracing::warn!(%address, why = %error, "a TLS handshake was refused"),
                Err(_) => return tracing::warn!(%address, why = "timeout", "a TLS handshake was refused"),
            };
            let leaf = tls.get_ref().1.peer_certificates().and_then(|c| c.first());
            let identity = leaf.ok_or(IdentityError::Malformed).and_then(|c| identity(c)).map(Arc::new);
            let peer = Peer { identity };
            let service = router.map_request(move |mut request: Request| {
                request.extensions_mut().insert(peer.clone());
                request
            });
            drive(tls, service, limits, stop).await;
        }
    })
    .await;
}

/// Serves everybody until `stop` changes.
pub async fn serve_plain(listener: TcpListener, router: Router, limits: Limits, stop: watch::Receiver<bool>) {
    let router = guarded(router, limits);
    accept(listener, limits, None, stop, move |tcp, _, stop| {
        let router = router.clone();
        async move { drive(tcp, router, limits, stop).await }
    })
    .await;
}

/// Puts the timeout and the catch of panics around every route.
fn guarded(router: Router, limits: Limits) -> Router {
    let whole = Duration::from_secs(limits.request_timeout_s);
    let timeout = move |request: Request, next: Next| async move {
        let answer = tokio::time::timeout(whole, next.run(request)).await;
        answer.unwrap_or_else(|_| Refusal(Problem::RequestTimeout).into_response())
    };
    router.layer(from_fn(timeout)).layer(CatchPanicLayer::custom(panicked))
}

/// A panic is a bug: the caller learns that it failed, the process lives on.
fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    tracing::error!(code = Problem::Internal.code(), "a handler panicked");
    Refusal(Problem::Internal).into_response()
}

async fn accept<F, Fut>(
    listener: TcpListener,
    limits: Limits,
    addresses: Option<Arc<Addresses>>,
    mut stop: watch::Receiver<bool>,
    serve: F,
) where
    F: Fn(TcpStream, SocketAddr, watch::Receiver<bool>) -> Fut,
    Fut: Future<Output = ()> + Send + 'static,
{
    let places = usize::try_from(limits.connections_max).unwrap_or(Semaphore::MAX_PERMITS).min(Semaphore::MAX_PERMITS);
    let places = Arc::new(Semaphore::new(places));
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { return };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.changed() => return,
        };
        match accepted {
            Ok((tcp, address)) => {
                let seat = match &addresses {
                    Some(addresses) => match addresses.enter(address.ip()) {
                        Some(seat) => Some(seat),
                        None => {
                            tracing::warn!(%address, why = "too many from one address", "a connection was refused");
                            continue;
                        }
                    },
                    None => None,
                };
                // small answers should not wait for more; a socket that cannot is served all the same
                let _ = tcp.set_nodelay(true);
                let connection = serve(tcp, address, stop.clone());
                tokio::spawn(async move {
                    connection.await;
                    drop((seat, place));
                });
            }
            Err(error) => {
                tracing::error!(why = %error, "cannot accept connections");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn drive<I, S>(io: I, service: S, limits: Limits, mut stop: watch::Receiver<bool>)
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    S: tower::Service<Request, Response = Response, Error = std::convert::Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    let service = service.map_request(|request: hyper::Request<hyper::body::Incoming>| request.map(Body::new));
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(limits.header_timeout_s))
        .max_buf_size(HEAD_BYTES_MAX);
    let connection = builder.serve_connection(TokioIo::new(io), TowerToHyperService::new(service));
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => Some(ended),
        () = tokio::time::sleep(Duration::from_secs(limits.connection_age_max_s)) => None,
        _ = stop.changed() => None,
    };
    let ended = match ended {
        Some(ended) => Some(ended),
        None => {
            connection.as_mut().graceful_shutdown();
            tokio::time::timeout(AGE_GRACE, connection).await.ok()
        }
    };
    if let Some(Err(error)) = ended {
        tracing::debug!(why = %error, "a connection ended early");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_holds_no_more_than_its_places_and_gives_them_back() {
        let addresses = Arc::new(Addresses::new(2));
        let (one, other) = (IpAddr::from([127, 0, 0, 1]), IpAddr::from([127, 0, 0, 2]));
        let held = [addresses.enter(one), addresses.enter(one)];
        assert!(held.iter().all(Option::is_some) && addresses.enter(one).is_none());
        assert!(addresses.enter(other).is_some());
        drop(held);
        assert!(addresses.enter(one).is_some());
        assert_eq!(addresses.held.lock().unwrap().len(), 0, "nothing is kept of who left");
    }
}
