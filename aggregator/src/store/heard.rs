//! On which day each authority was last heard: for operators, who look after agents that have fallen silent.
//!
//! Not part of the log, and written outside the sequencer. A day is kept and no second, the newest one and no other, so
//! that nothing is told of how long an agent works. Whoever can change it can make an agent look silent, or not.

use std::collections::BTreeMap;

use shared::ids::AuthorityId;
use shared::time::Day;
use sqlx::{query, query_as};

use super::{Store, StoreError, each, parsed};

impl Store {
    /// Keeps the day on which an authority was heard, unless a later one is kept.
    pub async fn hear(&self, authority: AuthorityId, day: Day) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO heard (authority, heard_on) VALUES ($1, $2) ON CONFLICT (authority) \
             DO UPDATE SET heard_on = excluded.heard_on WHERE heard.heard_on < excluded.heard_on";
        let (authority, day) = (authority.to_string(), day.to_string());
        each!(self, pool => query(SQL).bind(&authority).bind(&day).execute(pool).await.map(drop))?;
        Ok(())
    }

    /// The day on which each authority was last heard.
    pub async fn heard(&self) -> Result<BTreeMap<AuthorityId, Day>, StoreError> {
        const SQL: &str = "SELECT authority, heard_on FROM heard";
        let rows: Vec<(String, String)> = each!(self, pool => query_as(SQL).fetch_all(pool).await)?;
        let one = |(authority, day): (String, String)| Ok((parsed(&authority, "authority")?, parsed(&day, "day")?));
        rows.into_iter().map(one).collect()
    }
}
