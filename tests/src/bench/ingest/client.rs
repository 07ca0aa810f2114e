//! A bare client: one fresh mutual TLS connection for each letter, a few at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::ensure;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Connections at once.
const AT_ONCE: usize = 8;
/// Greatest answer that is read.
const ANSWER_BYTES_MAX: u64 = 64 * 1024;

/// One authority's message, ready to be posted.
pub(super) struct Letter {
    /// Path of the round's messages.
    pub(super) path: String,
    /// The envelope.
    pub(super) body: Vec<u8>,
    /// TLS with the authority's certificate.
    pub(super) tls: Arc<rustls::ClientConfig>,
}

/// Posts every letter; each must be answered with this status.
pub(super) async fn post_all(letters: &[Letter], port: u16, status: u16) -> anyhow::Result<()> {
    let next = AtomicUsize::new(0);
    let worker = || async {
        while let Some(letter) = letters.get(next.fetch_add(1, Ordering::Relaxed)) {
            post(letter, port, status).await?;
        }
        anyhow::Ok(())
    };
    let workers: Vec<_> = (0..AT_ONCE).map(|_| Box::pin(worker())).collect();
    join_all(workers).await
}

/// Drives all futures on this task until each is done or one fails.
async fn join_all<F: Future<Output = anyhow::Result<()>> + Unpin>(mut workers: Vec<F>) -> anyhow::Result<()> {
    std::future::poll_fn(move |context| {
        let mut failed = None;
        workers.retain_mut(|worker| match std::pin::Pin::new(worker).poll(context) {
            std::task::Poll::Pending => true,
            std::task::Poll::Ready(Ok(())) => false,
            std::task::Poll::Ready(Err(error)) => {
                failed = Some(error);
                false
            }
        });
        match failed {
            Some(error) => std::task::Poll::Ready(Err(error)),
            None if workers.is_empty() => std::task::Poll::Ready(Ok(())),
            None => std::task::Poll::Pending,
        }
    })
    .await
}

async fn post(letter: &Letter, port: u16, status: u16) -> anyhow::Result<()> {
    let tcp = TcpStream::connect(("127.0.0.1", port)).await?;
    tcp.set_nodelay(true)?;
    let name = ServerName::try_from("localhost")?;
    let mut tls = TlsConnector::from(letter.tls.clone()).connect(name, tcp).await?;
    let head = format!(
        "POST {} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/vnd.dsse+json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        letter.path,
        letter.body.len()
    );
    tls.write_all(head.as_bytes()).await?;
    tls.write_all(&letter.body).await?;
    let mut answer = Vec::new();
    // a peer that closes without a farewell has still answered
    let _ = tls.take(ANSWER_BYTES_MAX).read_to_end(&mut answer).await;
    let first = String::from_utf8_lossy(&answer);
    ensure!(first.starts_with(&format!("HTTP/1.1 {status} ")), "answered {:?}", first.lines().next());
    Ok(())
}
