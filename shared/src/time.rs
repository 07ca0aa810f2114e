//! Instants on the wire and the clock that is handed in.
//!
//! A wire instant is a UTC whole second; a record's date is a civil date (`jiff::civil::Date`). No implementation of
//! [`Clock`] here reads the machine: only the `main` of a program names the real one. `docs/protocol.md`, section 1.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;

use crate::ids::IdError;

/// A UTC whole second, written `2026-11-21T19:54:02Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From seconds since 1970; `None` outside the years 1970 to 9999.
    pub fn from_unix_seconds(seconds: i64) -> Option<Self> {
        (0..=253_402_300_799).contains(&seconds).then_some(Self(seconds))
    }
    /// Seconds since 1970.
    pub fn unix_seconds(self) -> i64 {
        self.0
    }
    /// The UTC day in which it lies.
    pub fn day(self) -> Date {
        self.instant().to_zoned(jiff::tz::TimeZone::UTC).date()
    }
    /// Later by some seconds, held inside the range of instants.
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds).clamp(0, 253_402_300_799))
    }
    fn instant(self) -> jiff::Timestamp {
        jiff::Timestamp::from_second(self.0).expect("the range was checked when the value was made")
    }
}

impl FromStr for Timestamp {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let wrong = IdError { expected: "a UTC instant in whole seconds, such as 2026-11-21T19:54:02Z" };
        let instant: jiff::Timestamp = text.parse().map_err(|_| wrong.clone())?;
        let value = Self::from_unix_seconds(instant.as_second()).ok_or(wrong.clone())?;
        (value.to_string() == text).then_some(value).ok_or(wrong)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.instant())
    }
}

/// A civil date on the wire, written `2026-11-21`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub Date);

impl FromStr for Day {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let wrong = IdError { expected: "a date, such as 2026-11-21" };
        let day = Self(text.parse().map_err(|_| wrong.clone())?);
        (day.to_string() == text).then_some(day).ok_or(wrong)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// What time it is, handed in wherever it matters.
pub trait Clock: Send + Sync {
    /// The present second.
    fn now(&self) -> Timestamp;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_has_one_spelling() {
        let text = "2026-11-21T19:54:02Z";
        assert_eq!(text.parse::<Timestamp>().unwrap().to_string(), text);
        for other in ["2026-11-21T19:54:02.0Z", "2026-11-21T19:54:02+00:00", "2026-11-21 19:54:02Z", "2026-11-21", ""] {
            assert!(other.parse::<Timestamp>().is_err(), "{other}");
        }
    }
}
