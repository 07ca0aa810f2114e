//! The folder that the operator sent back at enrolment: the agent's certificate, the root, and what to trust.
//!
//! Who can change it can point the agent at a forged world; its fingerprint is compared over a second channel. Invariant of
//! [`Enrolled`]: the root is the one that the trust file names, and the certificate names this authority.
//! `docs/protocol.md`, sections 7.1, 7.2 and 9.2.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

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

/// What came back from the operator at enrolment.
const FILES: &str = "certificate.pem, root.pem, trust.toml";
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
    folder: PathBuf,
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
        Ok(Self { trust, chain, root, valid_from, valid_until, folder: folder.to_owned() })
    }

    /// Says so when the certificate is not valid now, with both times.
    pub fn check_validity(&self, now: Timestamp) -> Result<(), Stop> {
        if (self.valid_from..=self.valid_until).contains(&now) {
            return Ok(());
        }
        let detail =
            format!("this machine's clock says {now}; the certificate is valid from {} to {}", self.valid_from, self.valid_until);
        Err(Stop::with(Problem::CertificateExpired, detail).advising(renewal(&self.folder)))
    }
    /// Whole days for which the certificate is still valid; 0 once it is not.
    pub fn days_left(&self, now: Timestamp) -> i64 {
        (self.valid_until.unix_seconds() - now.unix_seconds()).max(0) / SECONDS_OF_A_DAY
    }
}

/// How a certificate is renewed: the same request, signed anew by the operator.
pub fn renewal(folder: &Path) -> String {
    format!(
        "check this machine's clock; if it is right, send enrolment.dsse.json to the aggregator's operator again, who renews \
         the certificate by `goldenthread-aggregator authority add` with it, and put the three files that come back ({FILES}) \
         into {} anew",
        folder.display()
    )
}

/// What to do where the folder's files are not those that came back for this agent's state.
pub fn files_of_this_state() -> String {
    format!(
        "send enrolment.dsse.json from this agent's own state folder to the aggregator's operator, and put the three files that come \
         back ({FILES}) into the folder of enrolment, all of them anew: they belong to one state of one authority"
    )
}

fn read_leaf(der: &[u8], authority: AuthorityId) -> Result<(Timestamp, Timestamp), String> {
    let (_, leaf) = X509Certificate::from_der(der).map_err(|_| "its first certificate cannot be read")?;
    let names = leaf.subject_alternative_name().ok().flatten().ok_or("its first certificate names nobody")?;
    let uris: Vec<&str> = names.value.general_names.iter().filter_map(uri).collect();
    let [uri] = uris[..] else { return Err("its first certificate does not name exactly one agent".into()) };
    if authority_of_uri(uri) != Some(authority) {
        return Err(format!("its first certificate is not of authority {authority}"));
    }
    let instant =
        |t: x509_parser::time::ASN1Time| Timestamp::from_unix_seconds(t.timestamp()).ok_or("its times are out of range");
    Ok((instant(leaf.validity().not_before)?, instant(leaf.validity().not_after)?))
}

fn uri<'a>(name: &GeneralName<'a>) -> Option<&'a str> {
    if let GeneralName::URI(uri) = name { Some(uri) } else { None }
}

fn text(folder: &Path, name: &str) -> Result<String, Stop> {
    let failed = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound => {
            let detail = format!("{name} is not in the folder of enrolment, {}", folder.display());
            Stop::with(Problem::ConfigurationInvalid, detail).advising(format!(
                "put the three files that came back from the aggregator's operator ({FILES}) into {}",
                folder.display()
            ))
        }
        kind => invalid(name, kind),
    };
    let bytes = read_limited(&folder.join(name), FILE_BYTES_MAX).map_err(failed)?;
    String::from_utf8(bytes).map_err(|_| invalid(name, "not text"))
}

fn invalid(name: &str, why: impl std::fmt::Display) -> Stop {
    let stop = Stop::with(Problem::ConfigurationInvalid, format!("{name} in the folder of enrolment: {why}"));
    stop.advising(files_of_this_state())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, SanType};
    use shared::enrolment::certificate_uri;
    use shared::hash::sha256;
    use shared::problem::Exit;

    pub fn enrol(folder: &Path, names: &[&str]) {
        let root_key = KeyPair::generate().unwrap();
        let mut root = CertificateParams::default();
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root_certificate = root.self_signed(&root_key).unwrap();
        let mut leaf = CertificateParams::default();
        (leaf.not_before, leaf.not_after) = (rcgen::date_time_ymd(2025, 6, 1), rcgen::date_time_ymd(2025, 8, 30));
        leaf.subject_alt_names = names.iter().map(|n| SanType::URI((*n).try_into().unwrap())).collect();
        let leaf = leaf.signed_by(&KeyPair::generate().unwrap(), &Issuer::new(root, root_key)).unwrap();
        let world = crate::fixtures::World::with_plan(crate::fixtures::choice());
        let trust = Trust { root_sha256: sha256(root_certificate.der()), ..world.trust() };
        for (name, text) in
            [("root.pem", root_certificate.pem()), ("certificate.pem", leaf.pem()), ("trust.toml", trust.encode())]
        {
            std::fs::write(folder.join(name), text).unwrap();
        }
    }

    fn open(folder: &Path) -> Result<Enrolled, Stop> {
        Enrolled::open(folder, "301".parse().unwrap())
    }

    #[test]
    fn a_certificate_is_valid_between_its_two_times_and_the_refusal_names_both() {
        let folder = tempfile::tempdir().unwrap();
        enrol(folder.path(), &[&certificate_uri("301".parse().unwrap())]);
        let enrolled = open(folder.path()).unwrap();
        let at = |now: &str| enrolled.check_validity(now.parse().unwrap());
        assert!(at("2025-06-01T00:00:00Z").is_ok() && at("2025-08-30T00:00:00Z").is_ok());
        let stop = at("2025-08-30T00:00:01Z").unwrap_err();
        assert_eq!((stop.problem, stop.exit()), (Some(Problem::CertificateExpired), Exit::ClockOrCertificate));
        let detail = stop.detail.unwrap();
        assert!(detail.contains("2025-08-30T00:00:01Z") && detail.contains("2025-06-01T00:00:00Z"), "{detail}");
        let advice = stop.what_to_do.unwrap();
        for part in ["goldenthread-aggregator authority add", "enrolment.dsse.json", folder.path().to_str().unwrap(), "anew"] {
            assert!(advice.contains(part), "{part}: {advice}");
        }
        assert_eq!(enrolled.days_left("2025-08-28T12:00:00Z".parse().unwrap()), 1);
        assert!(at("2025-05-31T23:59:59Z").is_err());
    }

    #[test]
    fn a_file_that_is_missing_is_asked_for_with_its_folder() {
        for name in ["certificate.pem", "root.pem", "trust.toml"] {
            let folder = tempfile::tempdir().unwrap();
            enrol(folder.path(), &[&certificate_uri("301".parse().unwrap())]);
            std::fs::remove_file(folder.path().join(name)).unwrap();
            let told = open(folder.path()).err().unwrap().lines().join("\n");
            let advice = format!(
                "put the three files that came back from the aggregator's operator (certificate.pem, root.pem, trust.toml) into {}",
                folder.path().display()
            );
            assert!(told.contains(name) && told.ends_with(&advice), "{told}");
        }
    }

    #[test]
    fn what_was_not_sent_back_for_this_agent_is_refused() {
        let (ours, theirs) = (certificate_uri("301".parse().unwrap()), certificate_uri("302".parse().unwrap()));
        let refused = |names: &[&str], spoil: &dyn Fn(&Path)| {
            let folder = tempfile::tempdir().unwrap();
            enrol(folder.path(), names);
            spoil(folder.path());
            let stop = open(folder.path()).err().unwrap();
            assert_eq!(stop.problem, Some(Problem::ConfigurationInvalid), "{stop}");
            let told = stop.lines().join("\n");
            assert!(told.contains("three files that c") && !told.contains("correct the named setting"), "{told}");
            told
        };
        let told = refused(&[&theirs], &|_| {});
        assert!(told.contains("not of authority 301") && told.contains("send enrolment.dsse.json"), "{told}");
        refused(&[], &|_| {});
        refused(&[&ours, &theirs], &|_| {});
        refused(&[&ours], &|f| std::fs::remove_file(f.join("trust.toml")).unwrap());
        refused(&[&ours], &|f| drop(std::fs::copy(f.join("certificate.pem"), f.join("root.pem")).map(drop)));
        refused(&[&ours], &|f| std::fs::write(f.join("certificate.pem"), "").unwrap());
    }
}
