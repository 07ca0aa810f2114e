//! The folder that the operator sent back at enrolment: the agent's certificate, the root, and what to trust.
//!
//! Who can change it can point the agent at a forged world; its fingerprint is compared over a second channel. Invariant of
//! [`Enrolled`]: the root is the one that the trust file names, and the certificate names this authority.

use std::path::Path;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use shared::enrolment::authority_of_uri;
use shared::ids::AuthorityId;
use shared::problem::Problem;
use shared::time::Timestamp;
use shared::trust::Trust;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer as _;

use super::durable::read_limited;
use crate::stop::Stop;

const FILE_BYTES_MAX: u64 = 256 * 1024;
const SECONDS_OF_A_DAY: i64 = 86_400;

/// What was sent back at enrolment.
pub struct Enrolled {
    /// Keys to trust.
    pub trust: Trust,
    /// The agent's certificate and those above it, DER.
    pub chain: Vec<CertificateDer<'static>>,
    /// The root that servers must lead to, DER.
    pub root: CertificateDer<'static>,
    /// First second at which the certificate is valid.
    pub valid_from: Timestamp,
    /// Last second at which it is.
    pub valid_until: Timestamp,
}

impl Enrolled {
    /// Reads and checks the folder.
    pub fn open(folder: &Path, authority: AuthorityId) -> Result<Self, Stop> {
        let trust = Trust::parse(&text(folder, "trust.toml")?).map_err(|e| invalid("trust.toml", e.to_string()))?;
        let root_pem = text(folder, "root.pem")?;
        if !trust.is_root(&root_pem) {
            return Err(invalid("root.pem", "not the root that trust.toml names"));
        }
        let root = CertificateDer::from_pem_slice(root_pem.as_bytes()).map_err(|_| invalid("root.pem", "no certificate"))?;
        let chain_pem = text(folder, "certificate.pem")?;
        let chain = CertificateDer::pem_slice_iter(chain_pem.as_bytes()).collect::<Result<Vec<_>, _>>();
        let chain = chain.map_err(|_| invalid("certificate.pem", "not a chain of certificates"))?;
        let leaf = chain.first().ok_or_else(|| invalid("certificate.pem", "no certificate"))?;
        let (valid_from, valid_until) = read_leaf(leaf, authority).map_err(|why| invalid("certificate.pem", why))?;
        Ok(Self { trust, chain, root, valid_from, valid_until })
    }

    /// Says so when the certificate is not valid now, with both times.
    pub fn check_validity(&self, now: Timestamp) -> Result<(), Stop> {
        if (self.valid_from..=self.valid_until).contains(&now) {
            return Ok(());
        }
        let detail = format!("this machine's clock says {now}; the certificate is valid from {} to {}", self.valid_from, self.valid_until);
        Err(Stop::with(Problem::CertificateExpired, detail))
    }
    /// Whole days for which the certificate is still valid; 0 once it is not.
    pub fn days_left(&self, now: Timestamp) -> i64 {
        (self.valid_until.unix_seconds() - now.unix_seconds()).max(0) / SECONDS_OF_A_DAY
    }
}

fn read_leaf(der: &[u8], authority: AuthorityId) -> Result<(Timestamp, Timestamp), String> {
    let (_, leaf) = X509Certificate::from_der(der).map_err(|_| "its first certificate cannot be read")?;
    let names = leaf.subject_alternative_name().ok().flatten().ok_or("its first certificate names nobody")?;
    let uris: Vec<&str> = names.value.general_names.iter().filter_map(uri).collect();
    let [uri] = uris[..] else { return Err("its first certificate does not name exactly one agent".into()) };
    if authority_of_uri(uri) != Some(authority) {
        return Err(format!("its first certificate is not of authority {authority}"));
    }
    let instant = |t: x509_parser::time::ASN1Time| Timestamp::from_unix_seconds(t.timestamp()).ok_or("its times are out of range");
    Ok((instant(leaf.validity().not_before)?, instant(leaf.validity().not_after)?))
}

fn uri<'a>(name: &GeneralName<'a>) -> Option<&'a str> {
    if let GeneralName::URI(uri) = name { Some(uri) } else { None }
}

fn text(folder: &Path, name: &str) -> Result<String, Stop> {
    let bytes = read_limited(&folder.join(name), FILE_BYTES_MAX).map_err(|e| invalid(name, e.kind().to_string()))?;
    String::from_utf8(bytes).map_err(|_| invalid(name, "not text"))
}

fn invalid(name: &str, why: impl std::fmt::Display) -> Stop {
    Stop::with(Problem::ConfigurationInvalid, format!("{name} in the folder of enrolment: {why}"))
}
