//! The agents' port: plan, state of the round, log, and the post of signed messages.
//!
//! Every request is admitted by the registry anew. `docs/protocol.md`, section 7.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Extension, Path, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::Serialize;
use shared::heartbeat::is_heartbeat;
use shared::ids::{AuthorityId, RoundId};
use shared::limits::ENVELOPE_BYTES_MAX;
use shared::problem::Problem;
use shared::submission::BODY_GRAIN;
use shared::time::Day;

use super::connection::Peer;
use super::error::{Refusal, method_not_allowed, not_found, typed};
use super::log_files;
use crate::app::App;
use crate::config::Limits;
use crate::intake::{Message, addressed, body_bytes_max, judge};
use crate::logging::chain;
use crate::registry::{Identity, Registry, Round};
use crate::sequencer::Outcome;

/// How often a message is judged anew because the registry changed meanwhile.
const JUDGED_MAX: usize = 4;

/// The registry that admitted a request, and whom.
#[derive(Clone)]
struct Admitted {
    identity: Arc<Identity>,
    registry: Arc<Registry>,
}

/// All routes of the port.
pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/agent/v1/rounds/{round}", get(round_state))
        .route("/agent/v1/rounds/{round}/plan", get(plan))
        .route("/agent/v1/rounds/{round}/messages/{kind}", post(message))
        .route("/agent/v1/heartbeat", post(heartbeat))
        .route("/agent/v1/log/checkpoint", get(log_files::checkpoint))
        .route("/agent/v1/log/tile/{*rest}", get(log_files::tile))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(from_fn_with_state(app.clone(), admit))
        .with_state(app)
}

/// The wall before every handler: the certificate stands, for the authority that it names.
async fn admit(State(app): State<Arc<App>>, Extension(peer): Extension<Peer>, mut request: Request, next: Next) -> Response {
    let admitted = match admitted(&app, &peer, request.method()).await {
        Ok(admitted) => admitted,
        Err(refusal) => return refusal.into_response(),
    };
    request.extensions_mut().insert(admitted);
    next.run(request).await
}

/// Reading asks the store which registry holds. A post may begin with the one that is known here, since the sequencer
/// takes nothing that was judged at another version; what that one refuses is asked again.
async fn admitted(app: &App, peer: &Peer, method: &Method) -> Result<Admitted, Refusal> {
    let refuse = |problem: Problem, why: String| {
        tracing::warn!(code = problem.code(), why, "a client certificate was refused");
        Refusal(problem)
    };
    let identity = peer.identity.as_ref().map_err(|e| refuse(Problem::CertificateNotRegistered, chain(e)))?.clone();
    let known = app.known_registry();
    let registry =
        if method == Method::POST && known.admit(&identity, app.clock.now()).is_ok() { known } else { app.registry().await? };
    let verdict = registry.admit(&identity, app.clock.now());
    verdict.map_err(|p| refuse(p, format!("authority {} serial {}", identity.authority, identity.serial)))?;
    Ok(Admitted { identity, registry })
}

fn round_of<'a>(registry: &'a Registry, text: &str) -> Result<&'a Round, Problem> {
    let id: RoundId = text.parse().map_err(|_| Problem::RoundUnknown)?;
    registry.rounds.get(&id).ok_or(Problem::RoundUnknown)
}

async fn plan(Extension(admitted): Extension<Admitted>, Path(round): Path<String>) -> Result<Response, Refusal> {
    let round = round_of(&admitted.registry, &round)?;
    Ok(typed(StatusCode::OK, "application/vnd.dsse+json", round.envelope.clone()))
}

#[derive(Serialize)]
struct StateOfRound {
    round: RoundId,
    state: &'static str,
}

async fn round_state(Extension(admitted): Extension<Admitted>, Path(round): Path<String>) -> Result<Response, Refusal> {
    let round = round_of(&admitted.registry, &round)?;
    let body = StateOfRound { round: round.plan.body().round, state: round.state.word() };
    Ok(typed(StatusCode::OK, "application/json", serde_json::to_vec(&body).unwrap_or_default()))
}

/// Keeps the day, and writes no line: a line would have a second.
async fn heartbeat(
    State(app): State<Arc<App>>,
    Extension(admitted): Extension<Admitted>,
    request: Request,
) -> Result<StatusCode, Refusal> {
    let bytes = body(request, BODY_GRAIN, app.limits).await?;
    if !is_heartbeat(&bytes) {
        return Err(Refusal(Problem::HeartbeatMalformed));
    }
    app.store.hear(admitted.identity.authority, Day(app.clock.now().day())).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn message(
    State(app): State<Arc<App>>,
    Extension(admitted): Extension<Admitted>,
    Path((round, kind)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Refusal> {
    let result = take(&app, &admitted, &round, &kind, request).await;
    let authority = admitted.identity.authority;
    match &result {
        Ok(_) => tracing::info!(%authority, kind, "a message has its receipt"),
        Err(refusal) => tracing::warn!(%authority, code = refusal.0.code(), "a message was refused"),
    }
    result.map(|receipt| typed(StatusCode::OK, "text/plain; charset=utf-8", receipt))
}

async fn take(app: &App, admitted: &Admitted, round: &str, kind: &str, request: Request) -> Result<String, Refusal> {
    let known = admitted.registry.clone();
    let mut registry = if addressed(&known, round, kind).is_ok() { known } else { app.registry().await? };
    let (addressed_round, _) = addressed(&registry, round, kind)?;
    let bytes = body(request, body_bytes_max(addressed_round), app.limits).await?;
    for _ in 0..JUDGED_MAX {
        let problem = match judge_apart(bytes.clone(), registry.clone(), round, kind, admitted.identity.authority).await? {
            Ok(message) => match app.queue.submit(message).await? {
                Outcome::Receipt(receipt) => return Ok(receipt),
                Outcome::Refused(problem) => return Err(Refusal(problem)),
                Outcome::Stale => None,
                // only acts of operators end so
                Outcome::Done(_) | Outcome::Denied(_) => return Err(Refusal(Problem::Internal)),
            },
            Err(problem) => Some(problem),
        };
        let newest = app.registry().await?;
        if let Some(problem) = problem
            && newest.version == registry.version
        {
            return Err(Refusal(problem));
        }
        newest.admit(&admitted.identity, app.clock.now())?;
        registry = newest;
    }
    Err(Refusal(Problem::Busy))
}

/// Judges a message on a thread of its own: signature and cells take longer than a task may hold the runtime.
async fn judge_apart(
    bytes: Bytes,
    registry: Arc<Registry>,
    round: &str,
    kind: &str,
    authority: AuthorityId,
) -> Result<Result<Message, Problem>, Refusal> {
    let (round, kind) = (round.to_owned(), kind.to_owned());
    let judged = tokio::task::spawn_blocking(move || {
        let (round, kind) = addressed(&registry, &round, &kind)?;
        judge(&bytes, authority, &registry, round, kind)
    });
    judged.await.map_err(|e| Refusal::internal(&e))
}

/// Reads a body of at most `bytes_max` bytes; a longer one is refused by its announced length, before it is read.
async fn body(request: Request<Body>, bytes_max: usize, limits: Limits) -> Result<Bytes, Refusal> {
    let announced =
        request.headers().get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()).and_then(|v| v.parse::<u64>().ok());
    if announced.is_some_and(|n| usize::try_from(n).map_or(true, |n| n > bytes_max)) {
        tokio::spawn(pour_away(request.into_body(), limits));
        return Err(Refusal(Problem::BodyTooLarge));
    }
    to_bytes(request.into_body(), bytes_max).await.map_err(|error| {
        let too_long = std::error::Error::source(&error).is_some_and(|e| e.is::<LengthLimitError>());
        Refusal(if too_long { Problem::BodyTooLarge } else { Problem::EnvelopeMalformed })
    })
}

/// Takes a refused body off the wire for a while, so that a client that still writes gets to read why it was refused.
async fn pour_away(body: Body, limits: Limits) {
    let limited = Limited::new(body, ENVELOPE_BYTES_MAX);
    let mut limited = std::pin::pin!(limited);
    let reading = async { while let Some(Ok(_)) = limited.frame().await {} };
    // however it ends, the connection ends with it
    let _ = tokio::time::timeout(Duration::from_secs(limits.request_timeout_s), reading).await;
}
