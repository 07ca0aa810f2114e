//! How a refusal is answered: a problem document, with the code that stands in the closed list.
//!
//! What failed inside goes to the log, whole and once; the caller learns that it failed.

use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use shared::problem::{Problem, ProblemDocument};

use crate::logging::chain;
use crate::sequencer::QueueError;
use crate::store::StoreError;

/// A refusal on its way to the caller.
#[derive(Debug)]
pub struct Refusal(pub Problem);

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::internal(&error)
    }
}

impl From<QueueError> for Refusal {
    fn from(error: QueueError) -> Self {
        match error {
            QueueError::Full => Self(Problem::Busy),
            QueueError::Failed(_) | QueueError::Ended => Self::internal(&error),
        }
    }
}

impl Refusal {
    /// Writes a failure to the log and hides it from the caller.
    pub fn internal(error: &dyn std::error::Error) -> Self {
        tracing::error!(code = Problem::Internal.code(), cause = chain(error), "a request failed inside");
        Self(Problem::Internal)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let document = ProblemDocument::from(self.0);
        let status = StatusCode::from_u16(self.0.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&document).unwrap_or_default();
        typed(status, "application/problem+json", body)
    }
}

/// A response of one media type.
pub fn typed(status: StatusCode, media_type: &'static str, body: impl Into<Body>) -> Response {
    (status, [(header::CONTENT_TYPE, media_type), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")], body.into()).into_response()
}

/// A response that may be kept for ever: its address names its content.
pub fn immutable(media_type: &'static str, body: impl Into<Body>) -> Response {
    let mut response = typed(StatusCode::OK, media_type, body);
    response.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("public, max-age=31536000, immutable"));
    response
}

/// Nothing stands at this address.
pub async fn not_found() -> Refusal {
    Refusal(Problem::NotFound)
}

/// Something stands here, but not for this method.
pub async fn method_not_allowed() -> Refusal {
    Refusal(Problem::MethodNotAllowed)
}
