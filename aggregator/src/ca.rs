//! The development certificate authority: a root, an issuing authority for agents and one for servers.
//!
//! From an agent's request only the public key is taken; names, uses and lifetime are the centre's. A body that runs its
//! own authority replaces this room; the rule for names stays (`shared::enrolment::certificate_uri`).

use std::net::IpAddr;

use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    IsCa, Issuer, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, SanType, SerialNumber,
};
use shared::enrolment::certificate_uri;
use shared::ids::AuthorityId;
use shared::time::Timestamp;
use time::OffsetDateTime;

use crate::durable::{Readers, create_file, replace_file};
use crate::keys::{Folder, KeysError, file_error, owner_only, read};
use crate::store::CertificateRow;

/// Days of a leaf certificate.
const LEAF_DAYS: i64 = 90;
/// Days of an issuing authority.
const ISSUING_DAYS: i64 = 730;
/// Days of the root.
const ROOT_DAYS: i64 = 5_475;
/// Clocks differ: certificates begin this much before they are made.
const BACKDATE_SECONDS: i64 = 3_600;
const DAY_SECONDS: i64 = 86_400;

/// Why no certificate was made.
#[derive(Debug, thiserror::Error)]
pub enum CaError {
    /// A file stands in the way, or is missing.
    #[error("a file of the certificate authority is the trouble")]
    File(#[from] KeysError),
    /// The library refused.
    #[error("the certificate library refused")]
    Certificate(#[from] rcgen::Error),
    /// A request for another kind of key.
    #[error("the TLS key of a request must be P-256 or Ed25519")]
    KeyKind,
    /// The system has no randomness.
    #[error("no randomness for a serial number")]
    Randomness,
    /// An instant is out of range.
    #[error("the clock is out of range")]
    Clock,
}

fn instant(at: Timestamp) -> Result<OffsetDateTime, CaError> {
    OffsetDateTime::from_unix_timestamp(at.unix_seconds()).map_err(|_| CaError::Clock)
}

fn params(name: &str, now: Timestamp, days: i64) -> Result<(CertificateParams, Timestamp), CaError> {
    let mut p = CertificateParams::default();
    p.distinguished_name = DistinguishedName::new();
    p.distinguished_name.push(DnType::CommonName, name);
    p.not_before = instant(now.plus_seconds(-BACKDATE_SECONDS))?;
    let not_after = now.plus_seconds(days * DAY_SECONDS);
    p.not_after = instant(not_after)?;
    p.use_authority_key_identifier_extension = true;
    let mut serial = [0; 16];
    SystemRandom::new().fill(&mut serial).map_err(|_| CaError::Randomness)?;
    // positive and of full length, so that its DER is these sixteen bytes
    serial[0] = (serial[0] & 0x3f) | 0x40;
    p.serial_number = Some(SerialNumber::from_slice(&serial));
    Ok((p, not_after))
}

fn authority_params(name: &str, now: Timestamp, days: i64, below: u8) -> Result<CertificateParams, CaError> {
    let (mut p, _) = params(name, now, days)?;
    p.is_ca = IsCa::Ca(BasicConstraints::Constrained(below));
    p.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(p)
}

fn write(folder: &Folder, name: &str, text: &str, readers: Readers) -> Result<(), CaError> {
    let path = folder.ca(name);
    create_file(&path, text.as_bytes(), readers).map_err(|e| CaError::File(file_error(&path, e)))
}

/// Makes root, both issuing authorities and a server certificate for these host names and addresses.
pub fn init(folder: &Folder, hosts: &[String], now: Timestamp) -> Result<(), CaError> {
    let there = folder.ca("root.pem");
    if there.exists() {
        return Err(CaError::File(KeysError::Exists(there.display().to_string())));
    }
    let root_key = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384)?;
    let root_params = authority_params("Golden Thread root", now, ROOT_DAYS, 1)?;
    let root = root_params.self_signed(&root_key)?;
    write(folder, "root.key", &root_key.serialize_pem(), Readers::Owner)?;
    let root_issuer = Issuer::new(root_params, root_key);
    for (file, name) in [("agents", "Golden Thread agents"), ("servers", "Golden Thread servers")] {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let certificate = authority_params(name, now, ISSUING_DAYS, 0)?.signed_by(&key, &root_issuer)?;
        write(folder, &format!("{file}.key"), &key.serialize_pem(), Readers::Owner)?;
        write(folder, &format!("{file}.pem"), &certificate.pem(), Readers::All)?;
    }
    server(folder, hosts, now)?;
    // the root last: where it stands, the authority is complete
    write(folder, "root.pem", &root.pem(), Readers::All)
}

fn server(folder: &Folder, hosts: &[String], now: Timestamp) -> Result<(), CaError> {
    let (key_pem, chain_pem) = server_certificate(folder, hosts, now)?;
    write(folder, "server.key", &key_pem, Readers::Owner)?;
    write(folder, "server.pem", &chain_pem, Readers::All)
}

/// Replaces the server's certificate and key before they expire; the service takes them at its next start.
pub fn renew_server(folder: &Folder, hosts: &[String], now: Timestamp) -> Result<(), CaError> {
    let (key_pem, chain_pem) = server_certificate(folder, hosts, now)?;
    for (name, text, readers) in [("server.key", key_pem, Readers::Owner), ("server.pem", chain_pem, Readers::All)] {
        let path = folder.ca(name);
        replace_file(&path, text.as_bytes(), readers).map_err(|e| CaError::File(file_error(&path, e)))?;
    }
    Ok(())
}

/// A new key and a chain for these host names and addresses, PEM.
fn server_certificate(folder: &Folder, hosts: &[String], now: Timestamp) -> Result<(String, String), CaError> {
    let (mut p, _) = params("Golden Thread aggregator", now, LEAF_DAYS)?;
    p.is_ca = IsCa::ExplicitNoCa;
    p.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    p.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    names.extend(hosts.iter().cloned());
    names.sort();
    names.dedup();
    for name in names {
        p.subject_alt_names.push(match name.parse::<IpAddr>() {
            Ok(address) => SanType::IpAddress(address),
            Err(_) => SanType::DnsName(name.try_into()?),
        });
    }
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let issuing = Issuing::open(folder, "servers")?;
    let certificate = p.signed_by(&key, &issuing.issuer)?;
    Ok((key.serialize_pem(), certificate.pem() + &issuing.pem))
}

/// An issuing authority, opened once for many certificates.
pub struct Issuing {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

/// A certificate for an agent, with the row that admits it.
pub struct Issued {
    /// Leaf and issuing authority, PEM.
    pub chain_pem: String,
    /// What the registry keeps.
    pub row: CertificateRow,
}

impl Issuing {
    /// The authority that issues to agents.
    pub fn for_agents(folder: &Folder) -> Result<Self, CaError> {
        Self::open(folder, "agents")
    }
    fn open(folder: &Folder, name: &str) -> Result<Self, CaError> {
        let key_path = folder.ca(&format!("{name}.key"));
        owner_only(&key_path)?;
        let pem = read(&folder.ca(&format!("{name}.pem")))?;
        let key = KeyPair::from_pem(&read(&key_path)?)?;
        Ok(Self { issuer: Issuer::from_ca_cert_pem(&pem, key)?, pem })
    }

    /// Issues a client certificate over the request's public key. The request's own signature is checked.
    pub fn issue(&self, authority: AuthorityId, request_pem: &str, now: Timestamp) -> Result<Issued, CaError> {
        let request = CertificateSigningRequestParams::from_pem(request_pem)?;
        let kind = request.public_key.algorithm();
        if kind != &PKCS_ECDSA_P256_SHA256 && kind != &PKCS_ED25519 {
            return Err(CaError::KeyKind);
        }
        let (mut p, not_after) = params(&format!("agent of authority {authority}"), now, LEAF_DAYS)?;
        p.is_ca = IsCa::ExplicitNoCa;
        p.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        p.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        p.subject_alt_names = vec![SanType::URI(certificate_uri(authority).try_into()?)];
        let serial = p.serial_number.as_ref().map(|s| hex::encode(s.to_bytes())).unwrap_or_default();
        let certificate = p.signed_by(&request.public_key, &self.issuer)?;
        let row = CertificateRow { serial, authority, not_after, revoked: false };
        Ok(Issued { chain_pem: certificate.pem() + &self.pem, row })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tls::identity;

    #[test]
    fn an_agent_gets_its_own_name_whatever_its_request_says() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::at(place.path());
        let now = Timestamp::from_unix_seconds(1_763_000_000).unwrap();
        init(&folder, &["aggregator.example".into(), "10.0.0.1".into()], now).unwrap();
        assert!(init(&folder, &[], now).is_err());
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let mut asked = CertificateParams::new(vec!["evil.example".to_owned()]).unwrap();
        asked.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let request = asked.serialize_request(&key).unwrap().pem().unwrap();
        let authority = "301".parse().unwrap();
        let issued = Issuing::for_agents(&folder).unwrap().issue(authority, &request, now).unwrap();
        let der = shared::sign::pem_decode("CERTIFICATE", &issued.chain_pem).unwrap();
        let identity = identity(&der).unwrap();
        assert_eq!(
            (identity.authority, &identity.serial, identity.not_after),
            (authority, &issued.row.serial, issued.row.not_after)
        );
    }

    #[cfg(unix)]
    #[test]
    fn private_keys_are_their_owners_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::at(place.path());
        init(&folder, &[], Timestamp::from_unix_seconds(1_763_000_000).unwrap()).unwrap();
        for name in ["root.key", "agents.key", "servers.key", "server.key"] {
            assert_eq!(std::fs::metadata(folder.ca(name)).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
        }
    }
}
