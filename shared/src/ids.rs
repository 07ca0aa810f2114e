//! Identifiers: who, which year, which round, which bytes.
//!
//! Each parses once at the edge and cannot be wrong afterwards. Invariant: `Display` and `FromStr` are inverses.
//! Specified in `docs/protocol.md`, section 1.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Why a text is not the identifier that it should be. Carries what was expected, never the text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not {expected}")]
pub struct IdError {
    /// What the text should have been, for a sentence that begins "not".
    pub expected: &'static str,
}

/// A local authority with children's services: the Department for Education's three-digit code, `201` to `999`.
///
/// It outlives changes of the nine-character ONS code, which is a dated attribute of the authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AuthorityId(u16);

impl FromStr for AuthorityId {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let wrong = IdError { expected: "an authority code of three digits" };
        if text.len() != 3 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(wrong);
        }
        text.parse::<u16>().ok().filter(|n| *n >= 100).map(Self).ok_or(wrong)
    }
}

impl fmt::Display for AuthorityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03}", self.0)
    }
}

/// A reporting year: 2025 is 1 April 2024 to 31 March 2025, both days in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReportingYear(i16);

impl ReportingYear {
    /// The year that ends on 31 March `year`; `None` outside 1992 (first return) to 2099.
    pub fn new(year: i16) -> Option<Self> {
        (1992..=2099).contains(&year).then_some(Self(year))
    }
    /// The calendar year in which it ends.
    pub fn number(self) -> i16 {
        self.0
    }
    /// 1 April, the first day.
    pub fn first_day(self) -> Date {
        jiff::civil::date(self.0 - 1, 4, 1)
    }
    /// 31 March, the last day.
    pub fn last_day(self) -> Date {
        jiff::civil::date(self.0, 3, 31)
    }
    /// The year that lies `n` years before.
    pub fn before(self, n: i16) -> Self {
        Self(self.0 - n)
    }
    /// The reporting year in which a day lies; `None` outside the years that exist here.
    pub fn of(day: Date) -> Option<Self> {
        Self::new(if (day.month(), day.day()) >= (4, 1) { day.year() + 1 } else { day.year() })
    }
}

impl FromStr for ReportingYear {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let wrong = IdError { expected: "a reporting year of four digits, 1992 to 2099" };
        if text.len() != 4 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(wrong);
        }
        text.parse().ok().and_then(Self::new).ok_or(wrong)
    }
}

impl fmt::Display for ReportingYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.0)
    }
}

impl Serialize for ReportingYear {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_i16(self.0)
    }
}

impl<'de> Deserialize<'de> for ReportingYear {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let year = i16::deserialize(d)?;
        Self::new(year).ok_or_else(|| serde::de::Error::custom("not a reporting year, 1992 to 2099"))
    }
}

/// One reporting year's collection, `cla-2025`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoundId(ReportingYear);

impl RoundId {
    /// The round of a reporting year.
    pub fn of(year: ReportingYear) -> Self {
        Self(year)
    }
    /// The reporting year that it collects.
    pub fn year(self) -> ReportingYear {
        self.0
    }
}

impl FromStr for RoundId {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let wrong = IdError { expected: "a round, such as cla-2025" };
        let year = text.strip_prefix("cla-").ok_or(wrong.clone())?;
        year.parse().map(Self).map_err(|_| wrong)
    }
}

impl fmt::Display for RoundId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cla-{}", self.0)
    }
}

/// A SHA-256 digest, written as 64 lower-case hexadecimal characters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// All bits zero: "none" where a digest of fixed width must stand.
    pub const NONE: Self = Self([0; 32]);
}

impl FromStr for Digest {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let wrong = IdError { expected: "a digest of 64 lower-case hexadecimal characters" };
        if text.len() != 64 || text.bytes().any(|b| b.is_ascii_uppercase()) {
            return Err(wrong);
        }
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| wrong)?;
        Ok(Self(bytes))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

macro_rules! as_text {
    ($($t:ty),*) => {$(
        impl Serialize for $t {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $t {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}
as_text!(AuthorityId, RoundId, Digest, crate::time::Timestamp, crate::time::Day, crate::submission::Nonce);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_read_back_as_it_was_written() {
        assert_eq!("301".parse::<AuthorityId>().unwrap().to_string(), "301");
        assert_eq!("cla-2025".parse::<RoundId>().unwrap().to_string(), "cla-2025");
        let digest = "00ff".repeat(16);
        assert_eq!(digest.parse::<Digest>().unwrap().to_string(), digest);
    }

    #[test]
    fn what_is_not_an_identifier_is_refused() {
        for text in ["", "30", "3011", "+01", "30a", "099"] {
            assert!(text.parse::<AuthorityId>().is_err(), "{text}");
        }
        for text in ["cla-25", "CLA-2025", "cla-2025 ", "cla-1066", "cla--025"] {
            assert!(text.parse::<RoundId>().is_err(), "{text}");
        }
        assert!("00FF".repeat(16).parse::<Digest>().is_err());
    }

    #[test]
    fn a_reporting_year_runs_from_april_to_march() {
        let year = ReportingYear::new(2025).unwrap();
        assert_eq!(year.first_day().to_string(), "2024-04-01");
        assert_eq!(year.last_day().to_string(), "2025-03-31");
        assert_eq!(ReportingYear::of(year.last_day()), Some(year));
        assert_eq!(ReportingYear::of(year.last_day().tomorrow().unwrap()), ReportingYear::new(2026));
    }
}
