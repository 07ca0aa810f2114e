//! `/livez`: the process answers. `/readyz`: the store is reachable and the log leads to its signed root.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;

use super::error::typed;
use crate::app::App;
use crate::logging::chain;
use crate::store::StoreError;

#[derive(Serialize)]
struct Health {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    log_size: Option<u64>,
}

/// The process answers.
pub async fn live() -> Response {
    answer(StatusCode::OK, &Health { status: "live", log_size: None })
}

/// Requests can be served.
pub async fn ready(State(app): State<Arc<App>>) -> Response {
    match check(&app).await {
        Ok(size) => answer(StatusCode::OK, &Health { status: "ready", log_size: Some(size) }),
        Err(error) => {
            tracing::error!(cause = chain(&error), "not ready");
            answer(StatusCode::SERVICE_UNAVAILABLE, &Health { status: "not ready", log_size: None })
        }
    }
}

async fn check(app: &App) -> Result<u64, StoreError> {
    let head = app.store.head().await?;
    app.log.follow(&app.store, &head).await?;
    let signed = app.trust.log.open(&head.note).map_err(|_| StoreError::Damaged("checkpoint"))?;
    let same = (signed.size, signed.root) == (head.size, head.root);
    if same { Ok(head.size) } else { Err(StoreError::Damaged("checkpoint")) }
}

fn answer(status: StatusCode, health: &Health) -> Response {
    typed(status, "application/json", serde_json::to_vec(health).unwrap_or_default())
}
