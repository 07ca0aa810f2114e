//! Pages for people, rendered here, without scripts. The words are those that a person of fifteen reads.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use shared::problem::Problem;
use shared::release::{NOTICE, NOTICE_MADE_UP};
use shared::submission::KIND;

use super::error::{Refusal, typed};
use crate::app::{App, ReleasePage};
use crate::publish::add_up;
use crate::registry::Registry;
use crate::view::{
    HeadlineView, MeasureView, MeasureWords, RoundView, absent_names, headlines, measure_views, measure_words, round_views,
};

const HTML: &str = "text/html; charset=utf-8";
const STYLE: &str = include_str!("../../templates/style.css");

/// What stands on every page.
struct Frame {
    notice: &'static str,
    made_up: Option<&'static str>,
}

impl Frame {
    fn new(made_up: bool) -> Self {
        Self { notice: NOTICE, made_up: made_up.then_some(NOTICE_MADE_UP) }
    }
    /// For pages about no round: made up when anything here is.
    fn of(registry: &Registry) -> Self {
        Self::new(registry.rounds.values().any(|r| r.plan.body().made_up))
    }
}

#[derive(Template)]
#[template(path = "first.html")]
struct FirstPage {
    frame: Frame,
    rounds: Vec<RoundView>,
    latest: Option<Latest>,
}

/// What the first page says of the newest release.
struct Latest {
    version: String,
    year: String,
    accepted: u64,
    expected: u64,
    absent: Vec<String>,
    headlines: Vec<HeadlineView>,
}

#[derive(Template)]
#[template(path = "release.html")]
struct ReleaseTemplate<'a> {
    frame: Frame,
    version: &'a str,
    round: String,
    year: String,
    accepted: u64,
    expected: u64,
    absent: Vec<String>,
    measures: Vec<MeasureView>,
}

#[derive(Template)]
#[template(path = "measures.html")]
struct MeasuresPage {
    frame: Frame,
    version: String,
    measures: Vec<MeasureWords>,
}

#[derive(Template)]
#[template(path = "not_found.html")]
struct NotFoundPage {
    frame: Frame,
}

fn render(status: StatusCode, page: &impl Template) -> Result<Response, Refusal> {
    let html = page.render().map_err(|e| Refusal::internal(&e))?;
    Ok(typed(status, HTML, html))
}

/// `/`
pub async fn first(State(app): State<Arc<App>>) -> Result<Response, Refusal> {
    let registry = app.registry().await?;
    let latest = match registry.releases.last() {
        Some((version, _)) => Some(latest(&*release_page(&app, &registry, version).await?)),
        None => None,
    };
    let page = FirstPage { frame: Frame::of(&registry), rounds: round_views(&registry), latest };
    render(StatusCode::OK, &page)
}

fn latest(page: &ReleasePage) -> Latest {
    let coverage = page.release.coverage();
    Latest {
        version: page.release.version().to_owned(),
        year: year_words(&page.round),
        accepted: coverage.accepted,
        expected: coverage.expected,
        absent: absent_names(&page.round.plan, coverage),
        headlines: headlines(&page.round.framework, &page.release),
    }
}

fn year_words(round: &crate::registry::Round) -> String {
    let year = round.plan.body().reporting_year;
    format!("1 April {} to 31 March {}", year.before(1), year)
}

/// `/releases/{version}/`
pub async fn release(State(app): State<Arc<App>>, Path(version): Path<String>) -> Result<Response, Refusal> {
    let registry = app.registry().await?;
    let page = release_page(&app, &registry, &version).await?;
    Ok(typed(StatusCode::OK, HTML, page.html.clone()))
}

/// The release's figures and page; made at the first call, on a thread of its own.
async fn release_page(app: &App, registry: &Registry, version: &str) -> Result<Arc<ReleasePage>, Refusal> {
    if let Some(page) = app.release_page(version) {
        return Ok(page);
    }
    let (_, id) = registry.releases.iter().find(|(v, _)| v == version).ok_or(Problem::NotFound)?;
    let round = registry.rounds.get(id).ok_or(Problem::NotFound)?.clone();
    let messages = app.store.messages(*id, KIND).await?;
    let named = version.to_owned();
    let made = tokio::task::spawn_blocking(move || {
        let release = add_up(&round, &messages, &named).map_err(|e| Refusal::internal(&e))?.release;
        let coverage = release.coverage();
        let template = ReleaseTemplate {
            frame: Frame::new(release.made_up()),
            version: release.version(),
            round: release.round().to_string(),
            year: year_words(&round),
            accepted: coverage.accepted,
            expected: coverage.expected,
            absent: absent_names(&round.plan, coverage),
            measures: measure_views(&round.framework, &round.plan, &release),
        };
        let html = template.render().map_err(|e| Refusal::internal(&e))?;
        Ok::<_, Refusal>(Arc::new(ReleasePage { release, round, html }))
    });
    let page = made.await.map_err(|e| Refusal::internal(&e))??;
    app.keep_release_page(version, page.clone());
    Ok(page)
}

/// `/measures`
pub async fn measures(State(app): State<Arc<App>>) -> Result<Response, Refusal> {
    let registry = app.registry().await?;
    let logged = app.store.frameworks().await?;
    let newest = logged.last().and_then(|row| registry.frameworks.get(&row.hash)).ok_or(Problem::NotFound)?;
    let page =
        MeasuresPage { frame: Frame::of(&registry), version: newest.version().to_owned(), measures: measure_words(newest) };
    render(StatusCode::OK, &page)
}

/// `/style.css`
pub async fn style() -> Response {
    typed(StatusCode::OK, "text/css; charset=utf-8", STYLE)
}

/// A page for browsers, a problem document for programs.
pub async fn not_found(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    let wants_page = headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).is_some_and(|v| v.contains("text/html"));
    if !wants_page {
        return Refusal(Problem::NotFound).into_response();
    }
    match app.registry().await {
        Ok(registry) => render(StatusCode::NOT_FOUND, &NotFoundPage { frame: Frame::of(&registry) }).into_response(),
        Err(error) => Refusal::from(error).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_page_says_who_was_asked_and_what_the_noise_does() {
        let latest = Latest {
            version: "2025.1".into(),
            year: "this year".into(),
            accepted: 3,
            expected: 5,
            absent: vec!["North".into()],
            headlines: Vec::new(),
        };
        let page = FirstPage { frame: Frame::new(false), rounds: Vec::new(), latest: Some(latest) }.render().unwrap();
        for words in [
            "5 councils were asked",
            "often by 10, sometimes by 20",
            "They stay public for ever",
            "do not add up exactly to the whole",
            "The root certificate</a>: with it",
            "The plan is a document",
            "<code>u</code>",
        ] {
            assert!(page.contains(words), "{words}");
        }
        assert!(!page.contains("Every council that looks after children"));
    }

    #[test]
    fn every_page_says_what_it_is_and_has_one_head() {
        let frame = || Frame::new(true);
        let (version, words) = ("2025.1", String::new);
        let release = ReleaseTemplate {
            frame: frame(),
            version,
            round: words(),
            year: words(),
            accepted: 1,
            expected: 2,
            absent: vec!["A & B".into()],
            measures: Vec::new(),
        };
        let pages = [
            FirstPage { frame: frame(), rounds: Vec::new(), latest: None }.render().unwrap(),
            release.render().unwrap(),
            MeasuresPage { frame: frame(), version: words(), measures: Vec::new() }.render().unwrap(),
            NotFoundPage { frame: frame() }.render().unwrap(),
        ];
        for page in &pages {
            assert!(page.contains(NOTICE) && page.contains(NOTICE_MADE_UP));
            assert_eq!((page.matches("<h1").count(), page.matches("<script").count(), page.matches("http").count()), (1, 0, 0));
            assert!(page.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"));
        }
        assert!(pages[1].contains("A &#38; B"), "names are escaped");
        let real = NotFoundPage { frame: Frame::new(false) }.render().unwrap();
        assert!(real.contains(NOTICE) && !real.contains(NOTICE_MADE_UP));
    }
}
