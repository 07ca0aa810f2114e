//! The file with the database's address: one line, which nobody else may read, and which is never shown.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::net::IpAddr;
use std::path::Path;

use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgSslMode};

use super::LiveFault;

/// Longest address, in bytes.
const ADDRESS_BYTES_MAX: u64 = 4096;
/// What may stand behind the question mark. The library would log any other together with its value.
const PARAMETERS: [&str; 9] = ["sslmode", "sslrootcert", "sslcert", "sslkey", "host", "port", "dbname", "user", "password"];

/// What is wrong with the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressFault {
    /// It is not there, or may not be read.
    Unreadable(std::io::ErrorKind),
    /// Others may read it.
    OpenToOthers,
    /// It does not hold one address.
    NotAnAddress,
    /// It asks for what is not known here.
    UnknownParameter,
}

impl fmt::Display for AddressFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(why) => write!(f, "cannot be read: {why}"),
            Self::OpenToOthers => f.write_str("may be read by other users of this machine"),
            Self::NotAnAddress => f.write_str("does not hold one address that begins with postgres://"),
            Self::UnknownParameter => {
                write!(f, "holds a parameter other than {}", PARAMETERS.join(", "))
            }
        }
    }
}

/// Reads the address, and refuses one that would send a password to whoever answers.
pub(super) fn read(path: &Path) -> Result<PgConnectOptions, LiveFault> {
    let options = read_file(path).map_err(|why| LiveFault::Address { file: path.display().to_string(), why })?;
    let is_local = options.get_socket().is_some() || is_this_machine(options.get_host());
    if !is_local && !matches!(options.get_ssl_mode(), PgSslMode::VerifyFull) {
        return Err(LiveFault::Plain);
    }
    // statements, slow or not, are not for logs
    Ok(options.disable_statement_logging())
}

fn read_file(path: &Path) -> Result<PgConnectOptions, AddressFault> {
    let unreadable = |error: std::io::Error| AddressFault::Unreadable(error.kind());
    let file = File::open(path).map_err(unreadable)?;
    if is_open_to_others(&file).map_err(unreadable)? {
        return Err(AddressFault::OpenToOthers);
    }
    let mut text = String::new();
    file.take(ADDRESS_BYTES_MAX + 1).read_to_string(&mut text).map_err(|_| AddressFault::NotAnAddress)?;
    parse(text.trim())
}

pub(super) fn parse(text: &str) -> Result<PgConnectOptions, AddressFault> {
    let is_known = text.starts_with("postgres://") || text.starts_with("postgresql://");
    if !is_known || text.len() > usize::try_from(ADDRESS_BYTES_MAX).unwrap_or(usize::MAX) || text.contains(char::is_whitespace) {
        return Err(AddressFault::NotAnAddress);
    }
    let parameters = text.split_once('?').map_or("", |(_, parameters)| parameters);
    let mut keys = parameters.split(['&', ';', '#']).filter(|p| !p.is_empty()).map(|p| p.split('=').next().unwrap_or_default());
    if !keys.all(|key| PARAMETERS.contains(&key)) {
        return Err(AddressFault::UnknownParameter);
    }
    text.parse().map_err(|_| AddressFault::NotAnAddress)
}

/// Whether a host is this machine: a loopback address, a socket's folder, or the name that stands for them.
fn is_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.starts_with('/') || host.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(unix)]
fn is_open_to_others(file: &File) -> std::io::Result<bool> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(file.metadata()?.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(file: &File) -> std::io::Result<bool> {
    // access lists of the folder decide there; that the file can be asked is all that is looked at
    file.metadata().map(|_| false)
}
