//! TLS of the agents' port: TLS 1.3 only, provider passed explicitly, client certificate demanded, no resumption.
//!
//! Session tickets would let a revoked client back in, so there are none. webpki accepts a client certificate without
//! extended key usage; [`identity`] does not. Whether the serial stands is asked at every request, by the registry.

use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::time_provider::TimeProvider;
use rustls::{RootCertStore, ServerConfig};
use shared::enrolment::authority_of_uri;
use shared::time::{Clock, Timestamp};
use x509_parser::prelude::{FromDer as _, GeneralName, X509Certificate};

use crate::keys::{Folder, KeysError, owner_only, read};
use crate::registry::Identity;

/// Why the port cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file is missing or broken.
    #[error("a certificate or key file is the trouble")]
    File(#[from] KeysError),
    /// A PEM file holds something else.
    #[error("{0} holds no certificate or key")]
    Pem(&'static str),
    /// rustls refused.
    #[error("the TLS library refused the certificates")]
    Rustls(#[from] rustls::Error),
    /// The verifier refused the roots.
    #[error("the TLS library refused the root certificate")]
    Verifier(#[from] rustls::server::VerifierBuilderError),
}

/// The service's clock, as rustls asks for it.
struct TlsClock(Arc<dyn Clock>);

impl std::fmt::Debug for TlsClock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TlsClock")
    }
}

impl TimeProvider for TlsClock {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = u64::try_from(self.0.now().unix_seconds()).ok()?;
        Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
    }
}

/// The one crypto provider.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

/// The configuration of the agents' port, from the files of the certificate authority.
pub fn server_config(folder: &Folder, clock: Arc<dyn Clock>) -> Result<ServerConfig, TlsError> {
    let key_path = folder.ca("server.key");
    owner_only(&key_path)?;
    let chain_pem = read(&folder.ca("server.pem"))?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(chain_pem.as_bytes()).collect();
    let chain = chain.map_err(|_| TlsError::Pem("server.pem"))?;
    let key = PrivateKeyDer::from_pem_slice(read(&key_path)?.as_bytes()).map_err(|_| TlsError::Pem("server.key"))?;
    let root = CertificateDer::from_pem_slice(folder.root_certificate()?.as_bytes()).map_err(|_| TlsError::Pem("root.pem"))?;
    let mut roots = RootCertStore::empty();
    roots.add(root)?;
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider()).build()?;
    let mut config = ServerConfig::builder_with_details(provider(), Arc::new(TlsClock(clock)))
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_client_cert_verifier(verifier)
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.send_tls13_tickets = 0;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    Ok(config)
}

/// Why a certificate that TLS found valid names no agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// Not a certificate, or with bytes after it.
    #[error("not one certificate")]
    Malformed,
    /// Not for clients, or for anything.
    #[error("extended key usage is not clientAuth alone")]
    Usage,
    /// Not exactly one name.
    #[error("not exactly one subject alternative name, a URI")]
    Names,
    /// A name of something else.
    #[error("its URI does not name an authority")]
    Uri,
}

/// What a client certificate says: exactly one URI that names an authority, and use as a client.
pub fn identity(der: &[u8]) -> Result<Identity, IdentityError> {
    let (rest, certificate) = X509Certificate::from_der(der).map_err(|_| IdentityError::Malformed)?;
    if !rest.is_empty() {
        return Err(IdentityError::Malformed);
    }
    let usage = certificate.extended_key_usage().map_err(|_| IdentityError::Usage)?.ok_or(IdentityError::Usage)?;
    if !usage.value.client_auth || usage.value.any || usage.value.server_auth {
        return Err(IdentityError::Usage);
    }
    let names = certificate.subject_alternative_name().map_err(|_| IdentityError::Names)?.ok_or(IdentityError::Names)?;
    let [GeneralName::URI(uri)] = names.value.general_names[..] else { return Err(IdentityError::Names) };
    Ok(Identity {
        authority: authority_of_uri(uri).ok_or(IdentityError::Uri)?,
        serial: hex::encode(certificate.raw_serial()),
        not_after: Timestamp::from_unix_seconds(certificate.validity().not_after.timestamp()).ok_or(IdentityError::Malformed)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, KeyPair, SanType};

    fn check(uris: &[&str], usages: &[ExtendedKeyUsagePurpose], expected: Result<&str, IdentityError>) {
        let mut p = CertificateParams::default();
        p.subject_alt_names = uris.iter().map(|u| SanType::URI((*u).try_into().unwrap())).collect();
        p.extended_key_usages = usages.to_vec();
        let der = p.self_signed(&KeyPair::generate().unwrap()).unwrap();
        let found = identity(der.der()).map(|i| i.authority.to_string());
        assert_eq!(found, expected.map(str::to_owned), "{uris:?}");
    }

    #[test]
    fn a_certificate_names_one_authority_and_is_for_clients_alone() {
        use ExtendedKeyUsagePurpose::{Any, ClientAuth, ServerAuth};
        let good = "goldenthread:authority:301";
        check(&[good], &[ClientAuth], Ok("301"));
        check(&[good], &[], Err(IdentityError::Usage));
        check(&[good], &[ServerAuth], Err(IdentityError::Usage));
        check(&[good], &[ClientAuth, Any], Err(IdentityError::Usage));
        check(&[good], &[ClientAuth, ServerAuth], Err(IdentityError::Usage));
        check(&[], &[ClientAuth], Err(IdentityError::Names));
        check(&[good, "goldenthread:authority:302"], &[ClientAuth], Err(IdentityError::Names));
        check(&["goldenthread:operator:301"], &[ClientAuth], Err(IdentityError::Uri));
        assert_eq!(identity(b"no certificate"), Err(IdentityError::Malformed));
    }
}
