//! Opening a PostgreSQL store: for several processes on several machines.

use sqlx::postgres::{PgPool, PgPoolOptions};

use super::StoreError;

/// The statement that begins a transaction; the writer's lock is taken with the first read.
pub(super) const BEGIN: &str = "BEGIN";
/// The migrations, in order.
pub(super) const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "start", include_str!("../../migrations/postgres/0001_start.sql")),
    (2, "corrections", include_str!("../../migrations/postgres/0002_corrections.sql")),
    (3, "changes", include_str!("../../migrations/postgres/0003_changes.sql")),
];
/// Connections of one process.
const CONNECTIONS_MAX: u32 = 8;
/// How long to wait for one.
const ACQUIRE_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(10);

pub(super) async fn connect(url: &str) -> Result<PgPool, StoreError> {
    let options = PgPoolOptions::new().max_connections(CONNECTIONS_MAX).acquire_timeout(ACQUIRE_TIMEOUT);
    options.connect(url).await.map_err(StoreError::Database)
}
