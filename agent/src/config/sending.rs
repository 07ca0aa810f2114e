//! Settings of the sending half: the aggregator, the caps, how often a post is tried.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};
use shared::privacy::RhoNano;

use crate::ledger::Caps;

/// Longest time for one request that can be configured, in seconds.
const TIMEOUT_S_MAX: u64 = 600;
/// Most tries of one post that can be configured.
const ATTEMPTS_MAX: u32 = 100;
/// Longest wait that can be configured, in milliseconds: one day.
const WAIT_MS_MAX: u64 = 86_400_000;

/// Where the aggregator is and what was sent back at enrolment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AggregatorSettings {
    /// Its address, `https://host:port`, without a slash at the end; `None` until it is known.
    pub url: Option<String>,
    /// The proxy that leads to it; none unless set, whatever the environment says.
    pub proxy: Option<String>,
    /// Folder with `certificate.pem`, `root.pem` and `trust.toml`.
    pub enrolled: PathBuf,
    /// Longest time for one request.
    pub timeout: Duration,
}

/// How a post is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SendSettings {
    /// Most tries of one post in one run.
    pub attempts: u32,
    /// Wait before the second try; doubled for each further one, and half of it random.
    pub backoff_ms: u64,
    /// Longest wait between two tries.
    pub backoff_ms_max: u64,
    /// A random part of this passes before the first request, so that agents started by the same minute do not come at once.
    pub jitter_ms: u64,
    /// After a fresh draw the post leaves a whole number of these after the start, so that the time tells no number of rows.
    pub step_ms: u64,
}

/// All settings of the sending half.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sending {
    /// The aggregator.
    pub aggregator: AggregatorSettings,
    /// What this authority allows to be spent.
    pub caps: Caps,
    /// How a post is tried.
    pub send: SendSettings,
    /// Whether to draw although the trust file names no witness of the log. For development: nothing then shows a log that
    /// was rolled back before this agent's memory.
    pub without_witnesses: bool,
}

/// `[aggregator]` of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct AggregatorToml {
    url: Option<String>,
    proxy: Option<String>,
    enrolled: PathBuf,
    timeout_s: u64,
}

impl Default for AggregatorToml {
    fn default() -> Self {
        Self { url: None, proxy: None, enrolled: "enrolled".into(), timeout_s: 60 }
    }
}

/// `[caps]` of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct CapsToml {
    rho_year: Rho,
    rho_365_days: Rho,
    rho_lifetime: Rho,
}

impl Default for CapsToml {
    fn default() -> Self {
        // 0.2 a reporting year, and at most 26 rounds in a childhood and the years after care; two releases in 365 days, since a
        // round can come some weeks earlier than the one of the year before
        let year = RhoNano(200_000_000);
        Self { rho_year: Rho(year), rho_365_days: Rho(RhoNano(400_000_000)), rho_lifetime: Rho(RhoNano(5_200_000_000)) }
    }
}

/// `[log]` of the file.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct LogToml {
    without_witnesses: bool,
}

/// `[send]` of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SendToml {
    attempts: u32,
    backoff_ms: u64,
    backoff_ms_max: u64,
    jitter_ms: u64,
    step_ms: u64,
}

impl Default for SendToml {
    fn default() -> Self {
        Self { attempts: 3, backoff_ms: 1_000, backoff_ms_max: 60_000, jitter_ms: 0, step_ms: 5_000 }
    }
}

impl Sending {
    /// Checks the four sections; an error is the key and what is wrong with it.
    pub(super) fn of(
        folder: &Path,
        aggregator: AggregatorToml,
        caps: CapsToml,
        send: SendToml,
        log: LogToml,
    ) -> Result<Self, (String, String)> {
        let wrong = |key: &str, why: &str| Err((key.to_owned(), why.to_owned()));
        let url = aggregator.url.map(|url| url.trim_end_matches('/').to_owned());
        if url.as_ref().is_some_and(|url| !url.starts_with("https://")) {
            return wrong("aggregator.url", "not an address that begins with https://");
        }
        if !(1..=TIMEOUT_S_MAX).contains(&aggregator.timeout_s) {
            return wrong("aggregator.timeout_s", "not a number of seconds from 1 to 600");
        }
        if !(1..=ATTEMPTS_MAX).contains(&send.attempts) {
            return wrong("send.attempts", "not a number from 1 to 100");
        }
        if [send.backoff_ms, send.backoff_ms_max, send.jitter_ms, send.step_ms].iter().any(|ms| *ms > WAIT_MS_MAX) {
            return wrong("send", "asked to wait for more than a day");
        }
        Ok(Self {
            aggregator: AggregatorSettings {
                url,
                proxy: aggregator.proxy,
                enrolled: folder.join(aggregator.enrolled),
                timeout: Duration::from_secs(aggregator.timeout_s),
            },
            caps: Caps { rho_year: caps.rho_year.0, rho_365_days: caps.rho_365_days.0, rho_lifetime: caps.rho_lifetime.0 },
            send: SendSettings {
                attempts: send.attempts,
                backoff_ms: send.backoff_ms,
                backoff_ms_max: send.backoff_ms_max,
                jitter_ms: send.jitter_ms,
                step_ms: send.step_ms,
            },
            without_witnesses: log.without_witnesses,
        })
    }
}

/// An amount of rho: a decimal such as "0.2", or a whole number of billionths.
#[derive(Clone, Copy)]
struct Rho(RhoNano);

impl<'de> Deserialize<'de> for Rho {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_any(RhoVisitor)
    }
}

struct RhoVisitor;

impl Visitor<'_> for RhoVisitor {
    type Value = Rho;
    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a decimal with at most nine places, such as \"0.2\", or a whole number of billionths")
    }
    fn visit_str<E: Error>(self, text: &str) -> Result<Rho, E> {
        decimal(text).map(Rho).ok_or_else(|| E::custom("not a decimal with at most nine places, such as \"0.2\""))
    }
    fn visit_f64<E: Error>(self, number: f64) -> Result<Rho, E> {
        // the shortest decimal that names this number is what a person wrote
        self.visit_str(&number.to_string())
    }
    fn visit_u64<E: Error>(self, nano: u64) -> Result<Rho, E> {
        Ok(Rho(RhoNano(nano)))
    }
    fn visit_i64<E: Error>(self, nano: i64) -> Result<Rho, E> {
        u64::try_from(nano).map(|nano| Rho(RhoNano(nano))).map_err(|_| E::custom("less than nothing"))
    }
}

/// Reads a decimal exactly, in billionths.
fn decimal(text: &str) -> Option<RhoNano> {
    let (whole, places) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |t: &str| !t.is_empty() && t.len() <= 9 && t.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(places) {
        return None;
    }
    let nano = whole.parse::<u64>().ok()?.checked_mul(1_000_000_000)?;
    nano.checked_add(format!("{places:0<9}").parse().ok()?).map(RhoNano)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sending(text: &str) -> Option<Sending> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct All {
            #[serde(default)]
            aggregator: AggregatorToml,
            #[serde(default)]
            caps: CapsToml,
            #[serde(default)]
            send: SendToml,
            #[serde(default)]
            log: LogToml,
        }
        let all: All = toml::from_str(text).ok()?;
        Sending::of(Path::new("etc"), all.aggregator, all.caps, all.send, all.log).ok()
    }

    #[test]
    fn without_settings_the_defaults_hold() {
        let s = sending("").unwrap();
        let rho = [s.caps.rho_year, s.caps.rho_365_days, s.caps.rho_lifetime].map(|r| r.to_string());
        assert_eq!(rho, ["0.2", "0.4", "5.2"]);
        assert_eq!(s.aggregator.enrolled, Path::new("etc/enrolled"));
        assert_eq!((s.aggregator.url, s.send.attempts, s.without_witnesses), (None, 3, false));
        assert!(sending("log.without_witnesses = true").unwrap().without_witnesses);
    }

    #[test]
    fn rho_is_read_exactly() {
        let year = |text: &str| sending(&format!("caps.rho_year = {text}")).map(|s| s.caps.rho_year.0);
        assert_eq!(year("\"0.2\""), Some(200_000_000));
        assert_eq!(year("0.2"), Some(200_000_000));
        assert_eq!(year("0.000000001"), Some(1), "the shortest decimal of a float has no exponent");
        assert_eq!(year("\"0.000000001\""), Some(1));
        assert_eq!(year("160000000"), Some(160_000_000));
        assert_eq!(year("\"1\""), Some(1_000_000_000));
        for wrong in ["\"0.0000000001\"", "\"-1\"", "-1", "\".2\"", "\"2.\"", "\"1e3\"", "inf", "\"\"", "\"1000000000000\""] {
            assert_eq!(year(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn wrong_settings_are_refused() {
        for text in [
            "aggregator.url = \"http://a.example\"",
            "aggregator.timeout_s = 0",
            "send.attempts = 0",
            "send.jitter_ms = 86400001",
            "aggregator.speling = 1",
            "caps.rho = 1",
            "log.without_witness = true",
            "log.without_witnesses = \"yes\"",
        ] {
            assert_eq!(sending(text), None, "{text}");
        }
        assert_eq!(
            sending("aggregator.url = \"https://a.example/\"").unwrap().aggregator.url.as_deref(),
            Some("https://a.example")
        );
    }
}
