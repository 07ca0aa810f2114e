//! The courier: the five requests over mutual TLS, through at most one configured proxy.
//!
//! TLS 1.3 only, one private root, the provider named explicitly, no session kept, no redirect followed, no proxy taken
//! from the environment, every answer bounded before it is read. What it posts is padded. It carries bytes and decides
//! nothing.
//! `docs/protocol.md`, sections 7.3 and 7.4.

use std::io::Read as _;
use std::sync::Arc;
use std::time::Duration;

use reqwest::blocking::{Client, Response};
use rustls::client::Resumption;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use shared::ids::RoundId;
use shared::limits::NOTE_BYTES_MAX;
use shared::log::tile::TileId;
use shared::plan::PLAN_BYTES_MAX;
use shared::problem::{Exit, Problem, ProblemDocument};
use shared::submission::{MessageKind, padded_body};
use shared::time::Clock;

use super::centre::{Arrival, Centre, Connected, Connector, PostFailure};
use super::clock::TlsTime;
use super::enrolled::{Enrolled, files_of_this_state};
use super::state::State;
use super::way::{Way, classify, invalid, unreadable};
use crate::config::AgentConfig;
use crate::config::sending::AggregatorSettings;
use crate::log_view::BUNDLE_BYTES_MAX;
use crate::stop::Stop;

const CONNECT_TIME_MAX: Duration = Duration::from_secs(20);
const RECEIPT_BYTES_MAX: usize = 128 * 1024;
const PROBLEM_BYTES_MAX: usize = 16 * 1024;
/// Media type of an envelope.
const ENVELOPE_TYPE: &str = "application/vnd.dsse+json";
/// Media type of the heartbeat.
const HEARTBEAT_TYPE: &str = "application/json";

/// The aggregator, over HTTPS.
pub struct Courier {
    client: Client,
    url: String,
    way: Way,
}

impl Courier {
    /// Prepares the way; nothing is sent before the first request.
    pub fn open(
        settings: &AggregatorSettings,
        enrolled: &Enrolled,
        tls_key_pem: &str,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Stop> {
        let Some(url) = settings.url.clone() else {
            return Err(invalid("aggregator.url is not set"));
        };
        enrolled.check_validity(clock.now())?;
        let builder = Client::builder()
            .tls_backend_preconfigured(client_config(enrolled, tls_key_pem, clock)?)
            .https_only(true)
            .http1_only()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIME_MAX.min(settings.timeout))
            .timeout(settings.timeout)
            .user_agent(concat!("goldenthread-agent/", env!("CARGO_PKG_VERSION")));
        let builder = match &settings.proxy {
            Some(proxy) => {
                builder.proxy(reqwest::Proxy::https(proxy).map_err(|_| invalid("aggregator.proxy is not an address"))?)
            }
            None => builder.no_proxy(),
        };
        let client = builder.build().map_err(|_| invalid("the connection cannot be set up with these settings"))?;
        let way = Way::of(&url, settings.proxy.as_deref(), &settings.enrolled);
        Ok(Self { client, url, way })
    }

    fn get(&self, path: &str, bytes_max: usize) -> Result<Vec<u8>, Stop> {
        let response = self.client.get(format!("{}{path}", self.url)).send().map_err(|e| self.way.failure(&e))?;
        answer(response, bytes_max).map_err(|stop| self.way.named_in(stop))
    }
    fn text(&self, path: &str, bytes_max: usize) -> Result<String, Stop> {
        String::from_utf8(self.get(path, bytes_max)?).map_err(|_| self.way.named_in(unreadable("an answer is not text")))
    }
}

/// Connects over mutual TLS, as the configuration says.
pub struct OverTls;

impl Connector for OverTls {
    fn connect(&self, config: &AgentConfig, state: &State, clock: Arc<dyn Clock>) -> Result<Connected, Stop> {
        let settings = &config.sending.aggregator;
        let enrolled = Enrolled::open(&settings.enrolled, config.authority)?;
        let courier = Courier::open(settings, &enrolled, &state.tls_key()?, clock)?;
        Ok(Connected { trust: enrolled.trust, centre: Box::new(courier) })
    }
}

impl Centre for Courier {
    fn checkpoint(&self) -> Result<String, Stop> {
        self.text("/agent/v1/log/checkpoint", NOTE_BYTES_MAX)
    }
    fn bundle(&self, tile: TileId) -> Result<Vec<u8>, Stop> {
        self.get(&format!("/agent/v1/log/{}", tile.path()), BUNDLE_BYTES_MAX)
    }
    fn plan(&self, round: RoundId) -> Result<Vec<u8>, Stop> {
        self.get(&format!("/agent/v1/rounds/{round}/plan"), PLAN_BYTES_MAX)
    }
    fn post(&self, round: RoundId, kind: MessageKind, envelope: &[u8]) -> Result<String, PostFailure> {
        let url = format!("{}/agent/v1/rounds/{round}/messages/{}", self.url, kind.word());
        let body = padded_body(envelope.to_vec());
        let request = self.client.post(url).header("content-type", ENVELOPE_TYPE).body(body);
        let response = request.send().map_err(|e| {
            let stop = self.way.failure(&e);
            PostFailure { arrival: if e.is_connect() { Arrival::Not } else { arrival_after(&stop) }, stop }
        })?;
        let text = answer(response, RECEIPT_BYTES_MAX)
            .and_then(|bytes| String::from_utf8(bytes).map_err(|_| unreadable("the receipt is not text")));
        text.map_err(|stop| PostFailure { arrival: arrival_after(&stop), stop: self.way.named_in(stop) })
    }
    fn heartbeat(&self) -> Result<(), Stop> {
        let url = format!("{}/agent/v1/heartbeat", self.url);
        let request = self.client.post(url).header("content-type", HEARTBEAT_TYPE).body(shared::heartbeat::body());
        let response = request.send().map_err(|e| self.way.failure(&e))?;
        if response.status().as_u16() == 204 {
            return Ok(());
        }
        let heard = answer(response, PROBLEM_BYTES_MAX).and_then(|_| Err(unreadable("the heartbeat was not answered by 204")));
        heard.map_err(|stop| self.way.named_in(stop))
    }
}

/// A refusal by name took nothing; after everything else it may have.
fn arrival_after(stop: &Stop) -> Arrival {
    if stop.exit() == Exit::Unreachable { Arrival::Unknown } else { Arrival::Not }
}

fn client_config(enrolled: &Enrolled, tls_key_pem: &str, clock: Arc<dyn Clock>) -> Result<ClientConfig, Stop> {
    let mut roots = RootCertStore::empty();
    roots.add(enrolled.root.clone()).map_err(|_| invalid("root.pem cannot serve as a root"))?;
    let key =
        PrivateKeyDer::from_pem_slice(tls_key_pem.as_bytes()).map_err(|_| invalid("keys/tls.key.pem is not a private key"))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_details(provider, Arc::new(TlsTime(clock)));
    let builder = builder.with_protocol_versions(&[&rustls::version::TLS13]).map_err(|e| Stop::fault(format!("TLS: {e}")))?;
    let config = builder.with_root_certificates(roots).with_client_auth_cert(enrolled.chain.clone(), key);
    let mut config = config.map_err(|_| of_another_key())?;
    config.resumption = Resumption::disabled();
    Ok(config)
}

/// The certificate was made for another key: as a rule, that of a state before this one.
fn of_another_key() -> Stop {
    invalid("certificate.pem does not belong to keys/tls.key.pem").advising(files_of_this_state())
}

/// The body of a good answer, or the problem that a refusal names.
fn answer(response: Response, bytes_max: usize) -> Result<Vec<u8>, Stop> {
    let status = response.status();
    let bytes_max = if status.is_success() { bytes_max } else { PROBLEM_BYTES_MAX };
    let limit = u64::try_from(bytes_max).unwrap_or(u64::MAX).saturating_add(1);
    let mut body = Vec::new();
    response
        .take(limit)
        .read_to_end(&mut body)
        .map_err(|e| classify(Some(&e)).unwrap_or_else(|| unreadable("the answer broke off")))?;
    if body.len() > bytes_max {
        return Err(unreadable("the answer is larger than it may be"));
    }
    if status.as_u16() == 200 { Ok(body) } else { Err(refusal(status.as_u16(), &body)) }
}

/// The problem of a refusal. Only problems that travel over HTTP are believed: a server cannot end the agent with another.
fn refusal(status: u16, body: &[u8]) -> Stop {
    let document: Option<ProblemDocument> = serde_json::from_slice(body).ok();
    let problem = document.and_then(|d| Problem::from_code(&d.code)).filter(|p| p.status() == status && status != 0);
    match problem {
        Some(problem) => problem.into(),
        None => Stop::with(
            Problem::AggregatorUnreachable,
            format!("something answered with status {status} and no reason; it may be a proxy"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::HandClock;
    use crate::io::enrolled::tests::enrol;
    use shared::enrolment::certificate_uri;

    #[test]
    fn a_certificate_of_a_former_state_is_asked_for_anew() {
        let folder = tempfile::tempdir().unwrap();
        let authority = "301".parse().unwrap();
        enrol(folder.path(), &[&certificate_uri(authority)]);
        let enrolled = Enrolled::open(folder.path(), authority).unwrap();
        let new_key = rcgen::KeyPair::generate().unwrap().serialize_pem();
        let told = client_config(&enrolled, &new_key, HandClock::at(crate::fixtures::NOW)).err().unwrap().lines().join("\n");
        for part in ["does not belong to keys/tls.key.pem", "send enrolment.dsse.json", "three files that come back"] {
            assert!(told.contains(part), "{part}\n{told}");
        }
        assert!(!told.contains("correct the named setting"), "{told}");
    }

    #[test]
    fn only_the_aggregators_own_problems_are_believed() {
        let body = |p: Problem| serde_json::to_vec(&ProblemDocument::from(p)).unwrap();
        assert_eq!(refusal(409, &body(Problem::SubmissionSecond)), Problem::SubmissionSecond.into());
        assert_eq!(refusal(409, &body(Problem::SubmissionLate)).exit(), Exit::AggregatorRefused);
        // a code of the agent's own side, a code with another status, a page of a proxy
        for (status, body) in
            [(400, body(Problem::PlanCapYear)), (200, body(Problem::Busy)), (502, b"<html>".to_vec()), (403, Vec::new())]
        {
            assert_eq!(refusal(status, &body).problem, Some(Problem::AggregatorUnreachable), "{status}");
        }
    }
}
