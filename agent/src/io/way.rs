//! The way to the aggregator in words: where it leads, through which proxy, and which hop a failed request got stuck at.
//!
//! What an error says of itself is never printed: it may hold an address with a password, or a library's insides. It is
//! looked through for what a person can act on, and that is said in our own words. `docs/protocol.md`, section 7.3.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};

use reqwest::Url;
use rustls::{AlertDescription, CertificateError};
use shared::problem::Problem;

use super::enrolled::renewal;
use crate::stop::Stop;

/// Where requests go, for messages.
pub(super) struct Way {
    /// Host and port of the aggregator.
    to: String,
    /// Host and port of the proxy.
    proxy: Option<String>,
    enrolled: PathBuf,
}

/// Where a request got stuck.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hop {
    /// A name that has no address.
    Name,
    /// The first connection, to the proxy where there is one.
    Connection(io::ErrorKind),
    /// The first connection, in time.
    ConnectionInTime,
    /// The proxy was there and did not let the request through.
    Proxy,
    /// The proxy asked for a name and a password.
    ProxyLogin,
    /// TLS with the aggregator.
    Tls,
    /// The answer, in time.
    AnswerInTime,
    /// The request or its answer, half way.
    Answer,
}

impl Way {
    /// The way that is configured.
    pub fn of(url: &str, proxy: Option<&str>, enrolled: &Path) -> Self {
        let proxy = proxy.map(|proxy| host_and_port(proxy).unwrap_or_else(|| "an address that cannot be read".into()));
        Self { to: host_and_port(url).unwrap_or_else(|| url.to_owned()), proxy, enrolled: enrolled.to_owned() }
    }

    /// Which problem a failed request is.
    pub fn failure(&self, error: &reqwest::Error) -> Stop {
        match classify(Some(error)) {
            Some(stop) => self.named_in(stop),
            None => self.stuck_at(hop(error, error.is_connect(), error.is_timeout())),
        }
    }

    /// Adds where the way leads to a stop that is about it.
    pub fn named_in(&self, stop: Stop) -> Stop {
        match stop.problem {
            Some(Problem::AggregatorUnreachable | Problem::ServerNotTrusted) => {
                let detail = stop.detail.map_or(String::new(), |why| format!(": {why}"));
                Stop { detail: Some(format!("{}{detail}", self.words())), ..stop }
            }
            Some(Problem::CertificateExpired) if stop.what_to_do.is_none() => stop.advising(renewal(&self.enrolled)),
            _ => stop,
        }
    }

    fn stuck_at(&self, hop: Hop) -> Stop {
        let first = if self.proxy.is_some() { "the proxy" } else { "the aggregator" };
        let why = match hop {
            Hop::Name => format!("the name of {first} has no address here"),
            Hop::Connection(io::ErrorKind::ConnectionRefused) => format!("{first} refused the connection"),
            Hop::Connection(io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable) => {
                format!("no route leads to {first}")
            }
            Hop::Connection(_) => format!("no connection to {first}"),
            Hop::ConnectionInTime => format!("no connection in time; first on the way is {first}"),
            Hop::Proxy => "the proxy did not let the connection through".to_owned(),
            Hop::ProxyLogin => "the proxy asks for a name and a password".to_owned(),
            Hop::Tls => "TLS with the aggregator failed".to_owned(),
            Hop::AnswerInTime => "the connection was made, and no answer came in time".to_owned(),
            Hop::Answer => "the connection was made, and the request or its answer broke off".to_owned(),
        };
        self.named_in(unreadable(&why))
    }

    fn words(&self) -> String {
        match &self.proxy {
            Some(proxy) => format!("{} through the proxy {proxy}", self.to),
            None => format!("{} without a proxy", self.to),
        }
    }
}

/// Host and port of an address, and nothing else of it: there may be a password.
fn host_and_port(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    Some(format!("{}:{}", url.host_str()?, url.port_or_known_default()?))
}

/// Finds the hop in a chain of errors. The tunnel's and the resolver's errors have no public types: their first words are
/// looked for, and where they change the answer becomes less exact and stays true.
fn hop(error: &(dyn Error + 'static), in_connect: bool, in_time: bool) -> Hop {
    let chain = chain_of(error);
    let says = |words: &str| chain.iter().any(|error| error.to_string().starts_with(words));
    let kind = chain.iter().rev().find_map(|error| error.downcast_ref::<io::Error>()).map(io::Error::kind);
    if says("tunnel error: proxy authorization required") {
        Hop::ProxyLogin
    } else if says("tunnel error") && !says("tunnel error: failed to create underlying connection") {
        Hop::Proxy
    } else if says("dns error") {
        Hop::Name
    } else if chain.iter().any(|error| error.is::<rustls::Error>()) {
        Hop::Tls
    } else {
        match (in_connect, in_time) {
            (true, true) => Hop::ConnectionInTime,
            (true, false) => Hop::Connection(kind.unwrap_or(io::ErrorKind::Other)),
            (false, true) => Hop::AnswerInTime,
            (false, false) => Hop::Answer,
        }
    }
}

/// An error and those inside it. An I/O error shows the one inside it to nobody who walks the sources.
fn chain_of<'e>(error: &'e (dyn Error + 'static)) -> Vec<&'e (dyn Error + 'static)> {
    let mut chain = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        chain.push(error);
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match inner {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    chain
}

/// Looks through a chain of errors for what TLS had to say.
pub(super) fn classify(error: Option<&(dyn Error + 'static)>) -> Option<Stop> {
    let chain = error.map(chain_of).unwrap_or_default();
    chain.into_iter().find_map(|error| error.downcast_ref::<rustls::Error>()).and_then(of_tls)
}

fn of_tls(error: &rustls::Error) -> Option<Stop> {
    match error {
        rustls::Error::InvalidCertificate(why) => Some(Stop::with(Problem::ServerNotTrusted, of_certificate(why))),
        rustls::Error::AlertReceived(AlertDescription::CertificateExpired) => Some(Problem::CertificateExpired.into()),
        rustls::Error::AlertReceived(
            AlertDescription::CertificateRevoked
            | AlertDescription::CertificateUnknown
            | AlertDescription::CertificateRequired
            | AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::UnknownCA
            | AlertDescription::AccessDenied,
        ) => Some(Stop::with(Problem::CertificateNotRegistered, "the aggregator refused this agent's certificate")),
        rustls::Error::AlertReceived(_) | rustls::Error::PeerIncompatible(_) | rustls::Error::PeerMisbehaved(_) => {
            Some(Stop::with(Problem::ServerNotTrusted, "the server does not speak TLS as the aggregator does"))
        }
        _ => None,
    }
}

fn of_certificate(error: &CertificateError) -> &'static str {
    match error {
        CertificateError::UnknownIssuer => "its certificate does not lead to root.pem",
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "its certificate is for another name"
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "its certificate has expired, says this machine's clock"
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "its certificate is not valid yet, says this machine's clock"
        }
        _ => "its certificate is not believed",
    }
}

pub(super) fn invalid(why: &str) -> Stop {
    Stop::with(Problem::ConfigurationInvalid, why)
}

pub(super) fn unreadable(why: &str) -> Stop {
    Stop::with(Problem::AggregatorUnreachable, why)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt;
    use std::net::TcpStream;
    use std::time::Duration;

    #[test]
    fn what_tls_says_is_found_under_other_errors() {
        let tls = |e: rustls::Error| io::Error::other(io::Error::new(io::ErrorKind::InvalidData, e));
        let code = |e: rustls::Error| classify(Some(&tls(e))).and_then(|s| s.problem);
        assert_eq!(code(rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer)), Some(Problem::ServerNotTrusted));
        assert_eq!(code(rustls::Error::AlertReceived(AlertDescription::CertificateExpired)), Some(Problem::CertificateExpired));
        assert_eq!(
            code(rustls::Error::AlertReceived(AlertDescription::CertificateUnknown)),
            Some(Problem::CertificateNotRegistered)
        );
        assert_eq!(code(rustls::Error::HandshakeNotComplete), None);
        assert!(classify(Some(&io::Error::other("x"))).is_none());
    }

    #[derive(Debug)]
    struct Says(&'static str, Option<io::Error>);

    impl fmt::Display for Says {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl Error for Says {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            self.1.as_ref().map(|inner| -> &(dyn Error + 'static) { inner })
        }
    }

    #[test]
    fn the_hop_that_failed_is_told_apart() {
        let refused = || Some(io::ErrorKind::ConnectionRefused.into());
        let check = |error: Says, in_connect: bool, in_time: bool, expected: Hop| {
            assert_eq!(hop(&error, in_connect, in_time), expected, "{error:?}");
        };
        check(Says("tunnel error: proxy authorization required", None), true, false, Hop::ProxyLogin);
        check(Says("tunnel error: unsuccessful", None), true, false, Hop::Proxy);
        let before_the_proxy = Says("tunnel error: failed to create underlying connection", refused());
        check(before_the_proxy, true, false, Hop::Connection(io::ErrorKind::ConnectionRefused));
        check(Says("dns error", Some(io::Error::other("x"))), true, false, Hop::Name);
        check(Says("x", Some(io::Error::other(rustls::Error::HandshakeNotComplete))), true, false, Hop::Tls);
        check(Says("tcp connect error", refused()), true, false, Hop::Connection(io::ErrorKind::ConnectionRefused));
        check(Says("tcp connect error", None), true, true, Hop::ConnectionInTime);
        check(Says("x", None), false, true, Hop::AnswerInTime);
        check(Says("x", None), false, false, Hop::Answer);
    }

    #[test]
    fn an_unreachable_aggregator_is_named_with_its_proxy_and_without_a_password() {
        let told = |proxy: Option<&str>, hop: Hop| {
            Way::of("https://goldenthread.example", proxy, Path::new("enrolled")).stuck_at(hop).detail.unwrap()
        };
        let refused = Hop::Connection(io::ErrorKind::ConnectionRefused);
        assert_eq!(told(None, refused), "goldenthread.example:443 without a proxy: the aggregator refused the connection");
        assert_eq!(
            told(Some("http://clerk:SECRET@proxy.example:3128"), refused),
            "goldenthread.example:443 through the proxy proxy.example:3128: the proxy refused the connection"
        );
        assert!(told(Some("http://proxy.example:3128"), Hop::Proxy).ends_with("the proxy did not let the connection through"));
    }

    #[test]
    fn a_real_refused_connection_is_found_in_the_chain_of_the_client() {
        // port 1 of this machine: nobody listens there
        assert!(TcpStream::connect_timeout(&([127, 0, 0, 1], 1).into(), Duration::from_secs(5)).is_err());
        let ask = |proxy: Option<&str>| {
            let builder = reqwest::blocking::Client::builder().timeout(Duration::from_secs(5)).no_proxy();
            let roots = rustls::RootCertStore::empty();
            let provider = std::sync::Arc::new(rustls::crypto::aws_lc_rs::default_provider());
            let tls = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
            let builder = builder.tls_backend_preconfigured(tls.with_root_certificates(roots).with_no_client_auth());
            let builder = match proxy {
                Some(proxy) => builder.proxy(reqwest::Proxy::https(proxy).unwrap()),
                None => builder,
            };
            let error = builder.build().unwrap().get("https://127.0.0.1:1/").send().unwrap_err();
            Way::of("https://127.0.0.1:1", proxy, Path::new("enrolled")).failure(&error).detail.unwrap()
        };
        assert_eq!(ask(None), "127.0.0.1:1 without a proxy: the aggregator refused the connection");
        assert_eq!(
            ask(Some("http://127.0.0.1:1")),
            "127.0.0.1:1 through the proxy 127.0.0.1:1: the proxy refused the connection"
        );
    }

    #[test]
    fn a_certificate_that_the_aggregator_calls_expired_is_renewed_as_said() {
        let way = Way::of("https://goldenthread.example", None, Path::new("enrolled"));
        let stop = way.named_in(Problem::CertificateExpired.into());
        assert!(stop.what_to_do.unwrap().contains("goldenthread-aggregator authority add"));
    }
}
