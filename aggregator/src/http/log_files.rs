//! Checkpoint, tiles and bundles: the same bytes on both ports (C2SP tlog-tiles).

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::Response;
use shared::log::tile::TileId;
use shared::problem::Problem;

use super::error::{Refusal, immutable, typed};
use crate::app::App;

/// `log/checkpoint`
pub async fn checkpoint(State(app): State<Arc<App>>) -> Result<Response, Refusal> {
    let head = app.store.head().await?;
    let mut response = typed(StatusCode::OK, "text/plain; charset=utf-8", head.note);
    response.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    Ok(response)
}

/// `log/tile/...`
pub async fn tile(State(app): State<Arc<App>>, Path(rest): Path<String>) -> Result<Response, Refusal> {
    let id = TileId::parse(&format!("tile/{rest}")).ok_or(Problem::NotFound)?;
    let bytes = app.log.tile(&app.store, id).await?.ok_or(Problem::NotFound)?;
    Ok(immutable("application/octet-stream", bytes))
}
