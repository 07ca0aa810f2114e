//! The section `[live]`: which returns are read from a database, with which query for each table.
//!
//! The address of the database stands in a file of its own, never here, so that this file can be shown to anybody.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use shared::ids::ReportingYear;

use crate::records::tables::{TABLES, Table};
use crate::records::{YEAR_FIRST, YEAR_LAST};

/// How long a database may take for one step of a query, unless configured.
const TIMEOUT_S: u64 = 300;
/// Longest time that can be configured.
const TIMEOUT_S_MAX: u64 = 6 * 3600;
/// Longest query, in bytes.
const QUERY_BYTES_MAX: usize = 64 * 1024;

/// Settings of a live source.
#[derive(Clone, Debug)]
pub struct Live {
    /// File that holds the database's address.
    pub url_file: PathBuf,
    /// The return years that are read from the database; all others are read from folders.
    pub years: BTreeSet<ReportingYear>,
    /// The query of each table.
    pub queries: BTreeMap<Table, String>,
    /// How long the database may take for one step of a query.
    pub timeout: Duration,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LiveToml {
    url_file: PathBuf,
    years: Vec<i16>,
    #[serde(default = "timeout_s")]
    timeout_s: u64,
    queries: BTreeMap<String, String>,
}

fn timeout_s() -> u64 {
    TIMEOUT_S
}

impl Live {
    /// The settings; or the key that is not allowed, and why.
    pub(super) fn of(folder: &Path, toml: LiveToml) -> Result<Self, (String, String)> {
        let fault = |key: &str, why: &str| Err((format!("live.{key}"), why.to_owned()));
        let mut years = BTreeSet::new();
        for number in toml.years {
            let Some(year) = ReportingYear::new(number).filter(|_| (YEAR_FIRST..=YEAR_LAST).contains(&number)) else {
                return fault("years", &format!("not a list of return years from {YEAR_FIRST} to {YEAR_LAST}"));
            };
            years.insert(year);
        }
        if years.is_empty() {
            return fault("years", "empty: name the return years that the database holds, or remove [live]");
        }
        let mut queries = BTreeMap::new();
        // upper case sorts before lower case, so that the environment's keys come last and win
        for (name, sql) in toml.queries {
            let key = format!("queries.{name}");
            let Some(table) = Table::by_name(&name) else { return fault(&key, "not a table of the return that is read") };
            if sql.trim().is_empty() || sql.len() > QUERY_BYTES_MAX || sql.contains('\0') {
                return fault(&key, "not a query: blank, too long, or with a byte of zero");
            }
            queries.insert(table, sql);
        }
        for table in TABLES.iter().copied().filter(|table| table.is_required()) {
            if !queries.contains_key(&table) {
                return fault(&format!("queries.{table}"), "absent: nothing can be counted without this table");
            }
        }
        if !(1..=TIMEOUT_S_MAX).contains(&toml.timeout_s) {
            return fault("timeout_s", &format!("not from 1 to {TIMEOUT_S_MAX}"));
        }
        let timeout = Duration::from_secs(toml.timeout_s);
        Ok(Self { url_file: folder.join(toml.url_file), years, queries, timeout })
    }
}
