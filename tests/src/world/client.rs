//! Clients made by hand: what anybody can ask of the public port, and what a council's certificate can post.
//!
//! Nothing of the agent's own way is used: an attacker would not use it either. Loopback only, with a limit on time and size.

use std::io::Read as _;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use reqwest::blocking::{Client, ClientBuilder, Response};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use shared::submission::{MessageKind, padded_body};

/// Longest time for one request.
const REQUEST_TIME_MAX: Duration = Duration::from_secs(60);
/// Greatest answer that is read.
const ANSWER_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// What was answered.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Media type, without parameters.
    pub media_type: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as text; what is not UTF-8 is replaced.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
    /// The code of the problem document, when it is one.
    #[must_use]
    pub fn code(&self) -> Option<String> {
        let document: serde_json::Value = serde_json::from_slice(&self.body).ok()?;
        (self.media_type == "application/problem+json").then_some(())?;
        document["code"].as_str().map(str::to_owned)
    }
    /// The answer when it is a good one.
    ///
    /// # Errors
    /// When its status is not 200.
    pub fn good(self) -> anyhow::Result<Self> {
        if self.status == 200 {
            return Ok(self);
        }
        bail!("answered with status {}: {}", self.status, self.text())
    }
}

/// Asks the public port.
///
/// # Errors
/// When nobody answers.
pub fn get(url: &str) -> anyhow::Result<Answer> {
    answer(plain()?.get(url).send().with_context(|| format!("cannot get {url}"))?)
}

/// A client with a certificate.
pub struct Poster {
    client: Client,
}

impl Poster {
    /// From a certificate chain, its key and the root that the server must lead to, all PEM.
    ///
    /// # Errors
    /// When one of them is not what it should be.
    pub fn new(chain: &str, key: &str, root: &str) -> anyhow::Result<Self> {
        let certificates = |pem: &str| CertificateDer::pem_slice_iter(pem.as_bytes()).collect::<Result<Vec<_>, _>>();
        let mut roots = RootCertStore::empty();
        for certificate in certificates(root).context("the root is not PEM")? {
            roots.add(certificate).context("the root cannot be used")?;
        }
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).context("the key is not PEM")?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])?
            .with_root_certificates(roots)
            .with_client_auth_cert(certificates(chain).context("the certificate is not PEM")?, key)?;
        Ok(Self { client: builder().tls_backend_preconfigured(config).build()? })
    }

    /// Posts a body to an address.
    ///
    /// # Errors
    /// When the server closes the connection without an answer.
    pub fn post(&self, url: &str, body: Vec<u8>) -> anyhow::Result<Answer> {
        answer(self.client.post(url).header("content-type", "application/vnd.dsse+json").body(body).send()?)
    }
    /// Posts a submission's envelope to a round, padded as an agent pads.
    ///
    /// # Errors
    /// As [`Poster::post`].
    pub fn submit(&self, agents_url: &str, round: &str, envelope: Vec<u8>) -> anyhow::Result<Answer> {
        self.submit_as(MessageKind::Submission, agents_url, round, envelope)
    }
    /// Posts an envelope of a kind to a round, padded as an agent pads.
    ///
    /// # Errors
    /// As [`Poster::post`].
    pub fn submit_as(&self, kind: MessageKind, agents_url: &str, round: &str, envelope: Vec<u8>) -> anyhow::Result<Answer> {
        self.post(&format!("{agents_url}/agent/v1/rounds/{round}/messages/{}", kind.word()), padded_body(envelope))
    }
    /// Asks for a resource.
    ///
    /// # Errors
    /// When the server closes the connection without an answer.
    pub fn get(&self, url: &str) -> anyhow::Result<Answer> {
        answer(self.client.get(url).send()?)
    }
}

fn builder() -> ClientBuilder {
    Client::builder().no_proxy().http1_only().timeout(REQUEST_TIME_MAX).redirect(reqwest::redirect::Policy::none())
}

/// A client for plain HTTP. The library wants a TLS configuration all the same; this one trusts nobody.
fn plain() -> anyhow::Result<Client> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let config = config.with_root_certificates(RootCertStore::empty()).with_no_client_auth();
    Ok(builder().tls_backend_preconfigured(config).build()?)
}

fn answer(response: Response) -> anyhow::Result<Answer> {
    let status = response.status().as_u16();
    let media_type = response.headers().get("content-type").and_then(|v| v.to_str().ok()).unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default().trim().to_owned();
    let mut body = Vec::new();
    response.take(ANSWER_BYTES_MAX).read_to_end(&mut body).context("the answer broke off")?;
    Ok(Answer { status, media_type, body })
}
