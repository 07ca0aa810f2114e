//! The public port: files for everybody, at the paths of the export. Bodies of a round are public once its release is out.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Redirect, Response};
use axum::routing::get;
use shared::ids::{AuthorityId, Digest, RoundId};
use shared::problem::Problem;
use shared::submission::MessageKind;

use super::error::{Refusal, immutable, method_not_allowed, not_found, typed};
use super::{health, log_files, pages};
use crate::app::App;
use crate::publish::{CHANGES_CSV, FIGURES_CSV, FIGURES_JSON, META_CSV, STATEMENT};

const DSSE: &str = "application/vnd.dsse+json";
const CSV: &str = "text/csv; charset=utf-8";
const PEM: &str = "application/x-pem-file";

/// All routes of the port.
pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/", get(pages::first))
        .route("/measures", get(pages::measures))
        .route("/measures/{id}", get(pages::measure))
        .route("/asks", get(pages::asks))
        .route("/style.css", get(pages::style))
        .route("/releases/{version}", get(release_without_slash))
        .route("/releases/{version}/", get(pages::release))
        .route("/releases/{version}/families/{letter}", get(pages::family))
        .route("/releases/{version}/{file}", get(release_file))
        .route("/submissions/{round}/{file}", get(submission))
        .route("/plans/{file}", get(plan))
        .route("/frameworks/{file}", get(framework))
        .route("/keys/{file}", get(key))
        .route("/root.pem", get(root))
        .route("/trust.toml", get(trust))
        .route("/README.txt", get(readme))
        .route("/log/checkpoint", get(log_files::checkpoint))
        .route("/log/tile/{*rest}", get(log_files::tile))
        .route("/livez", get(health::live))
        .route("/readyz", get(health::ready))
        .fallback(pages::not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(axum::middleware::map_response(guard))
        .with_state(app)
}

/// Pages need nothing from elsewhere and run no scripts; a browser is told so.
async fn guard(mut response: Response) -> Response {
    let policy = HeaderValue::from_static(
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// The page's links are relative to its folder.
async fn release_without_slash(State(app): State<Arc<App>>, Path(version): Path<String>) -> Result<Redirect, Refusal> {
    let registry = app.registry().await?;
    let (known, _) = registry.releases.iter().find(|(v, _)| *v == version).ok_or(Problem::NotFound)?;
    Ok(Redirect::permanent(&format!("/releases/{known}/")))
}

async fn release_file(State(app): State<Arc<App>>, Path((version, file)): Path<(String, String)>) -> Result<Response, Refusal> {
    let row = app.store.release(&version).await?.ok_or(Problem::NotFound)?;
    match file.as_str() {
        FIGURES_JSON => Ok(immutable("application/json", row.figures)),
        FIGURES_CSV => Ok(immutable(CSV, row.figures_csv)),
        META_CSV => Ok(immutable(CSV, row.meta_csv)),
        CHANGES_CSV => Ok(immutable(CSV, row.changes_csv)),
        STATEMENT => Ok(immutable(DSSE, row.statement)),
        _ => Err(not_found().await),
    }
}

async fn submission(State(app): State<Arc<App>>, Path((round, file)): Path<(String, String)>) -> Result<Response, Refusal> {
    let round: RoundId = round.parse().map_err(|_| Problem::NotFound)?;
    let (authority, kind) = name_of_submission(&file).ok_or(Problem::NotFound)?;
    let registry = app.registry().await?;
    if !registry.rounds.get(&round).ok_or(Problem::NotFound)?.is_public(kind) {
        return Err(Refusal(Problem::NotReleased));
    }
    let row = app.store.message(round, kind, authority).await?.ok_or(Problem::NotFound)?;
    Ok(immutable(DSSE, row.envelope))
}

/// `301-1.dsse.json`, and `301-2.dsse.json` of a correction
fn name_of_submission(file: &str) -> Option<(AuthorityId, MessageKind)> {
    let (authority, sequence) = file.strip_suffix(".dsse.json")?.split_once('-')?;
    let kind = MessageKind::ALL.into_iter().find(|kind| kind.sequence().to_string() == sequence)?;
    Some((authority.parse().ok()?, kind))
}

async fn plan(State(app): State<Arc<App>>, Path(file): Path<String>) -> Result<Response, Refusal> {
    let round: Option<RoundId> = file.strip_suffix(".dsse.json").and_then(|r| r.parse().ok());
    let registry = app.registry().await?;
    let round = round.and_then(|id| registry.rounds.get(&id)).ok_or(Problem::NotFound)?;
    Ok(immutable(DSSE, round.envelope.clone()))
}

async fn framework(State(app): State<Arc<App>>, Path(file): Path<String>) -> Result<Response, Refusal> {
    let hash: Option<Digest> = file.strip_suffix(".toml").and_then(|h| h.parse().ok());
    let hash = hash.ok_or(Problem::NotFound)?;
    let row = app.store.frameworks().await?.into_iter().find(|row| row.hash == hash).ok_or(Problem::NotFound)?;
    Ok(immutable("application/toml", row.body))
}

async fn key(State(app): State<Arc<App>>, Path(file): Path<String>) -> Result<Response, Refusal> {
    let id: Option<Digest> = file.strip_suffix(".pem").and_then(|k| k.parse().ok());
    let id = id.ok_or(Problem::NotFound)?;
    let centre = app.trust.plan.iter().chain(&app.trust.release).find(|k| k.id() == id).cloned();
    let key = match centre {
        Some(key) => key,
        None => app.store.keys().await?.into_iter().map(|row| row.key).find(|k| k.id() == id).ok_or(Problem::NotFound)?,
    };
    Ok(immutable(PEM, key.to_pem()))
}

async fn root(State(app): State<Arc<App>>) -> Response {
    typed(StatusCode::OK, PEM, app.root_pem.clone())
}

async fn trust(State(app): State<Arc<App>>) -> Response {
    typed(StatusCode::OK, "application/toml", app.trust_text.clone())
}

async fn readme(State(app): State<Arc<App>>) -> Result<Response, Refusal> {
    let made_up = app.registry().await?.rounds.values().any(|r| r.plan.body().made_up);
    Ok(typed(StatusCode::OK, "text/plain; charset=utf-8", crate::export::readme(made_up)))
}

#[cfg(test)]
mod tests {
    use super::{MessageKind, name_of_submission};

    #[test]
    fn a_submission_has_one_address() {
        let of_301 = |kind| Some(("301".parse().unwrap(), kind));
        assert_eq!(name_of_submission("301-1.dsse.json"), of_301(MessageKind::Submission));
        assert_eq!(name_of_submission("301-2.dsse.json"), of_301(MessageKind::Correction));
        for file in ["301-3.dsse.json", "301-01.dsse.json", "301-1.json", "301.dsse.json", "30-1.dsse.json", "301-+1.dsse.json"] {
            assert_eq!(name_of_submission(file), None, "{file}");
        }
    }
}
