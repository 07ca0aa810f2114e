//! The aggregator's ports against clients that mean no good, or do no better: certificates, slow bodies, garbage.
//!
//! The service runs in this process with short limits and a clock that the test moves.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use aggregator::ca;
use aggregator::config::{Config, Limits};
use aggregator::keys::Folder;
use aggregator::operate::{PlanWish, add, create_plan, init, revoke};
use aggregator::serve::{Addresses, Service};
use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, SanType, SerialNumber};
use rustls::ClientConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use shared::enrolment::EnrolmentRequest;
use shared::ids::ReportingYear;
use shared::privacy::RhoNano;
use shared::sign::{Algorithm, SigningKey};
use shared::time::{Clock, Timestamp};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::TlsConnector;

const NOW: i64 = 1_750_000_000;
const DAY_S: i64 = 86_400;
/// Longest wait for what must happen after at most two seconds.
const PATIENCE: Duration = Duration::from_secs(20);
const STATE: &str = "/agent/v1/rounds/cla-2025";
const MESSAGES: &str = "/agent/v1/rounds/cla-2025/messages/submission";

struct MovedClock(AtomicI64);

impl Clock for MovedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_seconds(self.0.load(Ordering::Relaxed)).unwrap()
    }
}

/// A service with one enrolled authority, 301, and an open round.
struct Ports {
    _place: tempfile::TempDir,
    config: Config,
    clock: Arc<MovedClock>,
    at: Addresses,
    tls_key: KeyPair,
    chain: String,
    _stop: watch::Sender<bool>,
}

impl Ports {
    async fn open(limits: Limits) -> Self {
        let place = tempfile::tempdir().unwrap();
        let state = place.path().join("state");
        let any: SocketAddr = "127.0.0.1:0".parse().unwrap();
        let config = Config {
            store: format!("sqlite://{}", state.join("store.sqlite").display()),
            folder: state,
            origin: "ports.example/log".into(),
            authorities: Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/authorities.csv"),
            agents_listen: any,
            public_listen: any,
            limits,
        };
        let clock = Arc::new(MovedClock(AtomicI64::new(NOW)));
        ca::init(&Folder::at(&config.folder), &[], clock.now()).unwrap();
        init(&config, clock.clone()).await.unwrap();
        let tls_key = KeyPair::generate().unwrap();
        let request = CertificateParams::default().serialize_request(&tls_key).unwrap().pem().unwrap();
        let signing = SigningKey::generate(Algorithm::EcdsaP256).unwrap();
        let file = place.path().join("enrolment.dsse.json");
        std::fs::write(&file, EnrolmentRequest::sign("301".parse().unwrap(), request, &signing).unwrap()).unwrap();
        add(&config, clock.clone(), &[file], &place.path().join("out")).await.unwrap();
        create_plan(&config, clock.clone(), wish(clock.now())).await.unwrap();
        let chain = std::fs::read_to_string(place.path().join("out/301/certificate.pem")).unwrap();
        let service = Service::open(&config, clock.clone()).await.unwrap();
        let at = service.addresses();
        let (stop, stopped) = watch::channel(false);
        tokio::spawn(service.run(stopped));
        Self { _place: place, config, clock, at, tls_key, chain, _stop: stop }
    }

    /// The enrolled agent.
    fn agent(&self) -> ClientConfig {
        self.client(Some((&self.chain, &self.tls_key)), &[&rustls::version::TLS13])
    }
    fn client(&self, identity: Option<(&str, &KeyPair)>, versions: &[&'static rustls::SupportedProtocolVersion]) -> ClientConfig {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(self.config.folder.join("ca/root.pem")).unwrap()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_details(provider, Arc::new(FixedTime)).with_protocol_versions(versions).unwrap();
        let builder = builder.with_root_certificates(roots);
        match identity {
            None => builder.with_no_client_auth(),
            Some((chain, key)) => {
                let chain = CertificateDer::pem_slice_iter(chain.as_bytes()).map(Result::unwrap).collect();
                let key = PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes()).unwrap();
                builder.with_client_auth_cert(chain, key).unwrap()
            }
        }
    }
    /// A leaf by the centre's own issuing authority, changed at will.
    fn forged(&self, change: impl FnOnce(&mut CertificateParams)) -> (String, KeyPair) {
        let issuing = std::fs::read_to_string(self.config.folder.join("ca/agents.pem")).unwrap();
        let key = KeyPair::from_pem(&std::fs::read_to_string(self.config.folder.join("ca/agents.key")).unwrap()).unwrap();
        let issuer = Issuer::from_ca_cert_pem(&issuing, key).unwrap();
        let leaf_key = KeyPair::generate().unwrap();
        let leaf = leaf(change).signed_by(&leaf_key, &issuer).unwrap();
        (leaf.pem() + &issuing, leaf_key)
    }
    async fn connect(&self, client: ClientConfig) -> std::io::Result<impl AsyncRead + AsyncWrite + Unpin + use<>> {
        let tcp = TcpStream::connect(self.at.agents).await?;
        TlsConnector::from(Arc::new(client)).connect("localhost".try_into().unwrap(), tcp).await
    }
    /// Status and code of the answer, or nothing when TLS refused.
    async fn answer(&self, client: ClientConfig, request: &str) -> Option<(u16, String)> {
        let mut stream = self.connect(client).await.ok()?;
        stream.write_all(request.as_bytes()).await.ok()?;
        read_answer(&mut stream).await
    }
    async fn state_as(&self, identity: &(String, KeyPair)) -> Option<(u16, String)> {
        let client = self.client(Some((&identity.0, &identity.1)), &[&rustls::version::TLS13]);
        self.answer(client, &get(STATE)).await
    }
}

#[derive(Debug)]
struct FixedTime;

impl rustls::time_provider::TimeProvider for FixedTime {
    fn current_time(&self) -> Option<rustls::pki_types::UnixTime> {
        Some(rustls::pki_types::UnixTime::since_unix_epoch(Duration::from_secs(NOW.unsigned_abs())))
    }
}

fn wish(now: Timestamp) -> PlanWish {
    PlanWish {
        year: ReportingYear::new(2025).unwrap(),
        opens_at: now,
        closes_at: now.plus_seconds(DAY_S),
        spread_s: Some(0),
        corrections: (None, None),
        freeze_on: None,
        made_up: true,
        rho_release: RhoNano(160_000_000),
        rho_correction: RhoNano(40_000_000),
        only: None,
        population: None,
        authorities_min: 1,
        budget: None,
        accept_wide: Some("one made-up council".into()),
    }
}

fn leaf(change: impl FnOnce(&mut CertificateParams)) -> CertificateParams {
    let mut p = CertificateParams::default();
    let day = |n: i64| time::OffsetDateTime::from_unix_timestamp(NOW + n * DAY_S).unwrap();
    (p.not_before, p.not_after) = (day(-1), day(1));
    p.is_ca = IsCa::ExplicitNoCa;
    p.subject_alt_names = vec![uri("goldenthread:authority:301")];
    p.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    p.serial_number = Some(SerialNumber::from_slice(&[0x55; 16]));
    change(&mut p);
    p
}

fn uri(text: &str) -> SanType {
    SanType::URI(text.try_into().unwrap())
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
}

fn post(headers: &str, body: &str) -> String {
    format!("POST {MESSAGES} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{headers}\r\n\r\n{body}")
}

/// Reads until the other side closes; `None` when it closed without an answer.
async fn read_answer(stream: &mut (impl AsyncRead + Unpin)) -> Option<(u16, String)> {
    let mut bytes = Vec::new();
    // the end may be an error: a server that closes early owes no farewell
    let _ = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut bytes)).await.expect("the connection is closed in time");
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let status = text.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
    let code =
        text.split_once("\"code\":\"").map_or(String::new(), |(_, rest)| rest.split('"').next().unwrap_or_default().to_owned());
    Some((status, code))
}

fn some(status: u16, code: &str) -> Option<(u16, String)> {
    Some((status, code.to_owned()))
}

fn limits() -> Limits {
    Limits {
        connections_max: 64,
        connections_per_address_max: 64,
        handshake_timeout_s: 1,
        header_timeout_s: 1,
        request_timeout_s: 1,
        connection_age_max_s: 60,
    }
}

fn block_on<F: Future<Output = ()>>(work: F) {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(work);
}

#[test]
fn certificates_that_name_no_registered_agent_are_refused() {
    block_on(async {
        let ports = Ports::open(limits()).await;
        assert_eq!(ports.answer(ports.agent(), &get(STATE)).await, some(200, ""));
        let unregistered = some(403, "certificate-not-registered");
        assert_eq!(ports.state_as(&ports.forged(|_| ())).await, unregistered, "serial");
        assert_eq!(ports.state_as(&ports.forged(|p| p.extended_key_usages = Vec::new())).await, unregistered, "no key usage");
        let two = |p: &mut CertificateParams| p.subject_alt_names.push(uri("goldenthread:authority:302"));
        assert_eq!(ports.state_as(&ports.forged(two)).await, unregistered, "two names");
        let operator = |p: &mut CertificateParams| p.subject_alt_names = vec![uri("goldenthread:operator:301")];
        assert_eq!(ports.state_as(&ports.forged(operator)).await, unregistered, "no authority");
        let other = |p: &mut CertificateParams| p.subject_alt_names = vec![uri("goldenthread:authority:302")];
        assert_eq!(ports.state_as(&ports.forged(other)).await, some(403, "authority-unknown"));
    });
}

#[test]
fn certificates_that_tls_can_judge_never_reach_a_handler() {
    block_on(async {
        let ports = Ports::open(limits()).await;
        let expired = |p: &mut CertificateParams| p.not_after = p.not_before + time::Duration::hours(1);
        assert_eq!(ports.state_as(&ports.forged(expired)).await, None, "expired");
        let server = |p: &mut CertificateParams| p.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        assert_eq!(ports.state_as(&ports.forged(server)).await, None, "for servers");
        let own_key = KeyPair::generate().unwrap();
        let foreign = leaf(|_| ()).self_signed(&own_key).unwrap().pem();
        assert_eq!(ports.state_as(&(foreign, own_key)).await, None, "foreign");
        assert_eq!(ports.answer(ports.client(None, &[&rustls::version::TLS13]), &get(STATE)).await, None, "none");
        ports.clock.0.store(NOW + 91 * DAY_S, Ordering::Relaxed);
        assert_eq!(ports.answer(ports.agent(), &get(STATE)).await, None, "the agent's own, after its life");
    });
}

#[test]
fn a_revocation_counts_at_the_next_request_of_an_open_connection() {
    block_on(async {
        let ports = Ports::open(Limits { header_timeout_s: 10, ..limits() }).await;
        let mut stream = ports.connect(ports.agent()).await.unwrap();
        let first = get(STATE).replace("connection: close\r\n", "");
        stream.write_all(first.as_bytes()).await.unwrap();
        let mut head = [0; 12];
        stream.read_exact(&mut head).await.unwrap();
        assert_eq!(&head, b"HTTP/1.1 200");
        let mut rest = [0; 1024];
        while !rest.windows(4).any(|w| w == b"open") {
            let n = stream.read(&mut rest).await.unwrap();
            assert_ne!(n, 0);
        }
        revoke(&ports.config, ports.clock.clone(), "301".parse().unwrap()).await.unwrap();
        stream.write_all(get(STATE).as_bytes()).await.unwrap();
        assert_eq!(read_answer(&mut stream).await, some(403, "certificate-not-registered"));
    });
}

#[test]
fn slow_and_silent_clients_lose_their_connection() {
    block_on(async {
        let ports = Ports::open(limits()).await;
        let mut silent = TcpStream::connect(ports.at.agents).await.unwrap();
        assert_eq!(read_answer(&mut silent).await, None, "no handshake");
        let mut quiet = ports.connect(ports.agent()).await.unwrap();
        assert_eq!(read_answer(&mut quiet).await, None, "no request");
        let half = get(STATE);
        let half = &half[..half.len() / 2];
        assert_eq!(ports.answer(ports.agent(), half).await, None, "half a head");
        assert_eq!(
            ports.answer(ports.agent(), &post("content-length: 1000", "{")).await,
            some(408, "request-timeout"),
            "half a body"
        );
        let mut public = TcpStream::connect(ports.at.public).await.unwrap();
        assert_eq!(read_answer(&mut public).await, None, "no request on the public port");
        assert_eq!(ports.answer(ports.agent(), &get(STATE)).await, some(200, ""), "others are served");
    });
}

#[test]
fn a_connection_ends_at_its_age() {
    block_on(async {
        let ports = Ports::open(Limits { connection_age_max_s: 1, header_timeout_s: 60, ..limits() }).await;
        let mut idle = ports.connect(ports.agent()).await.unwrap();
        assert_eq!(read_answer(&mut idle).await, None);
    });
}

#[test]
fn bodies_that_are_too_large_or_garbage_are_refused() {
    block_on(async {
        let ports = Ports::open(limits()).await;
        let check = async |request: String, expected| assert_eq!(ports.answer(ports.agent(), &request).await, expected);
        check(post("content-length: 10000000", ""), some(413, "body-too-large")).await;
        check(post("content-length: 99999999999999999999", ""), some(400, "")).await;
        let much = "x".repeat(100_000);
        check(
            post("transfer-encoding: chunked", &format!("{:x}\r\n{much}\r\n0\r\n\r\n", much.len())),
            some(413, "body-too-large"),
        )
        .await;
        let padded = format!("garbage{}", " ".repeat(4_089));
        check(post("content-length: 4096", &padded), some(400, "envelope-malformed")).await;
        check(post("content-length: 7", "garbage"), some(400, "envelope-not-canonical")).await;
        check(post("content-length: 0", ""), some(400, "envelope-not-canonical")).await;
        let heartbeat =
            |body: &str| post(&format!("content-length: {}", body.len()), body).replace(MESSAGES, "/agent/v1/heartbeat");
        let whole = String::from_utf8(shared::heartbeat::body()).unwrap();
        check(heartbeat(&whole), some(204, "")).await;
        check(heartbeat(&whole.replacen(' ', "!", 1)), some(400, "heartbeat-malformed")).await;
        check(heartbeat(&format!("{whole} ")), some(413, "body-too-large")).await;
        check("garbage\r\n\r\n".into(), some(400, "")).await;
        check(get("/elsewhere"), some(404, "not-found")).await;
        check(get(MESSAGES), some(405, "method-not-allowed")).await;
        check(post("content-length: 0", "").replace("submission", "teller-key"), some(404, "message-kind-unknown")).await;
        check(post("content-length: 0", "").replace("cla-2025", "cla-2024"), some(404, "round-unknown")).await;
    });
}
