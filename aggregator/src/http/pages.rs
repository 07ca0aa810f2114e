//! Pages for people, rendered here, without scripts. The words are those that a person of fifteen reads.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use shared::framework::Framework;
use shared::problem::Problem;
use shared::release::{Change, NOTICE, NOTICE_MADE_UP, Release};

use super::error::{Refusal, typed};
use crate::app::{App, PageKey, ReleasePage};
use crate::publish::{changes_since, combined, former};
use crate::registry::{Registry, Round};
use crate::view::{
    AskWords, CorrectionView, FamilyView, FamilyWords, Latest, MeasureWords, RoundView, ask_words, corrections, family_views,
    family_words, latest, measure_words, population_words, round_views,
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

#[derive(Template)]
#[template(path = "release.html")]
struct ReleaseTemplate<'a> {
    frame: Frame,
    latest: &'a Latest,
    round: String,
    population: Option<String>,
    corrections: &'a CorrectionView,
    families: &'a [FamilyView],
}

#[derive(Template)]
#[template(path = "family.html")]
struct FamilyTemplate<'a> {
    frame: Frame,
    latest: &'a Latest,
    population: Option<String>,
    family: &'a FamilyView,
    families: &'a [FamilyView],
}

#[derive(Template)]
#[template(path = "measures.html")]
struct MeasuresPage {
    frame: Frame,
    version: String,
    families: Vec<FamilyWords>,
}

#[derive(Template)]
#[template(path = "measure.html")]
struct MeasurePage {
    frame: Frame,
    version: String,
    measure: MeasureWords,
}

#[derive(Template)]
#[template(path = "asks.html")]
struct AsksPage {
    frame: Frame,
    asks: Vec<AskWords>,
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
        Some((version, _)) => Some(release_page(&app, &registry, version).await?.latest.clone()),
        None => None,
    };
    let page = FirstPage { frame: Frame::of(&registry), rounds: round_views(&registry), latest };
    render(StatusCode::OK, &page)
}

/// `/releases/{version}/`
pub async fn release(State(app): State<Arc<App>>, Path(version): Path<String>) -> Result<Response, Refusal> {
    let registry = app.registry().await?;
    let page = release_page(&app, &registry, &version).await?;
    Ok(typed(StatusCode::OK, HTML, page.html.clone()))
}

/// `/releases/{version}/families/{letter}`
pub async fn family(State(app): State<Arc<App>>, Path((version, letter)): Path<(String, String)>) -> Result<Response, Refusal> {
    let registry = app.registry().await?;
    let page = release_page(&app, &registry, &version).await?;
    let html = page.families.get(&letter).ok_or(Problem::NotFound)?;
    Ok(typed(StatusCode::OK, HTML, html.clone()))
}

/// The release's pages; made at the first call, on a thread of its own.
async fn release_page(app: &App, registry: &Registry, version: &str) -> Result<Arc<ReleasePage>, Refusal> {
    let (_, id) = registry.releases.iter().find(|(v, _)| v == version).ok_or(Problem::NotFound)?;
    let round = registry.rounds.get(id).ok_or(Problem::NotFound)?.clone();
    let key = PageKey { version: version.to_owned(), n_releases: round.n_releases };
    if let Some(page) = app.release_page(&key) {
        return Ok(page);
    }
    let messages = app.store.messages(*id).await?;
    let former = former(&app.store, registry, *id, version).await.map_err(|e| Refusal::internal(&e))?;
    let named = version.to_owned();
    let made = tokio::task::spawn_blocking(move || {
        let release = combined(&round, &messages, &named).map_err(|e| Refusal::internal(&e))?;
        // nothing where there is no release of the year before
        let since = former.as_ref().map(|former| changes_since(former, &round, &messages, &named));
        let changes = since.transpose().map_err(|e| Refusal::internal(&e))?.unwrap_or_default();
        let corrections = corrections(&round, &messages, &named);
        pages_of(&round, &release, &changes, &corrections).map(Arc::new).map_err(|e| Refusal::internal(&e))
    });
    let page = made.await.map_err(|e| Refusal::internal(&e))??;
    app.keep_release_page(key, page.clone());
    Ok(page)
}

fn pages_of(
    round: &Round,
    release: &Release,
    changes: &[Change],
    corrections: &CorrectionView,
) -> Result<ReleasePage, askama::Error> {
    let latest = latest(&round.framework, &round.plan, release);
    let views = family_views(&round.framework, &round.plan, release, changes);
    let frame = || Frame::new(release.made_up());
    let population = || population_words(release);
    let round = release.round().to_string();
    let (latest_of, population_of) = (&latest, population());
    let page =
        ReleaseTemplate { frame: frame(), latest: latest_of, round, population: population_of, corrections, families: &views };
    let html = page.render()?;
    let mut families = BTreeMap::new();
    for family in &views {
        let population = family.measures.iter().any(|m| m.id.starts_with('P')).then(population).flatten();
        let page = FamilyTemplate { frame: frame(), latest: &latest, population, family, families: &views };
        families.insert(family.letter.clone(), page.render()?);
    }
    Ok(ReleasePage { latest, html, families })
}

/// The newest framework that is logged.
async fn newest_framework(app: &App, registry: &Registry) -> Result<Arc<Framework>, Refusal> {
    let logged = app.store.frameworks().await?;
    Ok(logged.last().and_then(|row| registry.frameworks.get(&row.hash)).ok_or(Problem::NotFound)?.clone())
}

/// `/measures`
pub async fn measures(State(app): State<Arc<App>>) -> Result<Response, Refusal> {
    let registry = app.registry().await?;
    let newest = newest_framework(&app, &registry).await?;
    let (version, families) = (newest.version().to_owned(), family_words(&newest));
    render(StatusCode::OK, &MeasuresPage { frame: Frame::of(&registry), version, families })
}

/// `/measures/{id}`
pub async fn measure(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Response, Refusal> {
    let registry = app.registry().await?;
    let newest = newest_framework(&app, &registry).await?;
    let measure = measure_words(&newest, &id).ok_or(Problem::NotFound)?;
    render(StatusCode::OK, &MeasurePage { frame: Frame::of(&registry), version: newest.version().to_owned(), measure })
}

/// `/asks`
pub async fn asks(State(app): State<Arc<App>>) -> Result<Response, Refusal> {
    let registry = app.registry().await?;
    let newest = newest_framework(&app, &registry).await?;
    render(StatusCode::OK, &AsksPage { frame: Frame::of(&registry), asks: ask_words(&newest) })
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
        let framework = Framework::built_in();
        let latest = Latest {
            version: "2025.1".into(),
            year: "this year".into(),
            accepted: 1,
            expected: 2,
            absent: vec!["A & B".into()],
            headlines: Vec::new(),
        };
        let family = FamilyView { letter: "B".into(), words: "Stability".into(), measures: Vec::new() };
        let (latest, families) = (&latest, std::slice::from_ref(&family));
        let (none, round) = (CorrectionView::default(), "cla-2025".to_owned());
        let measure = measure_words(&framework, "B1").unwrap();
        let pages = [
            FirstPage { frame: frame(), rounds: Vec::new(), latest: None }.render().unwrap(),
            ReleaseTemplate { frame: frame(), latest, round: round.clone(), population: None, corrections: &none, families }
                .render()
                .unwrap(),
            FamilyTemplate { frame: frame(), latest, population: None, family: &family, families }.render().unwrap(),
            MeasuresPage { frame: frame(), version: "2026.1".into(), families: family_words(&framework) }.render().unwrap(),
            MeasurePage { frame: frame(), version: "2026.1".into(), measure }.render().unwrap(),
            AsksPage { frame: frame(), asks: ask_words(&framework) }.render().unwrap(),
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

    #[test]
    fn each_version_leads_to_the_other_and_says_who_corrected_what() {
        let latest = Latest {
            version: "2025.2".into(),
            year: "this year".into(),
            accepted: 2,
            expected: 2,
            absent: Vec::new(),
            headlines: Vec::new(),
        };
        let page = |corrections: &CorrectionView| {
            let (frame, round) = (Frame::new(true), "cla-2025".to_owned());
            ReleaseTemplate { frame, latest: &latest, round, population: None, corrections, families: &[] }.render().unwrap()
        };
        let later = CorrectionView { corrected: Vec::new(), first: None, later: Some("2025.2".into()) };
        assert!(page(&later).contains("<a href=\"/releases/2025.2/\">Release 2025.2</a> has the corrected figures"));
        let corrected = vec!["A & B: records were missing".to_owned()];
        let second = page(&CorrectionView { corrected, first: Some("2025.1".into()), later: None });
        assert!(
            second.contains("A &#38; B: records were missing") && second.contains("<a href=\"/releases/2025.1/\">"),
            "{second}"
        );
        assert!(!page(&CorrectionView::default()).contains("orrect"), "nothing was corrected");
    }

    #[test]
    fn a_page_of_method_says_all_that_the_catalogue_knows() {
        let framework = Framework::built_in();
        for m in framework.measures() {
            let measure = measure_words(&framework, &m.id).unwrap();
            let page = MeasurePage { frame: Frame::new(false), version: "2026.1".into(), measure }.render().unwrap();
            let plain = |text: &str| text.replace('&', "&#38;").replace('\'', "&#39;").replace('"', "&#34;");
            let breaks = m.breaks.iter().map(|b| &b.text);
            for words in [&m.title, &m.question, &m.caveat, &m.source, &m.chosen_by].into_iter().chain(breaks) {
                assert!(page.contains(&plain(words)), "{}: {words}", m.id);
            }
            for answer in &m.categories {
                assert!(page.contains(&plain(&answer.label)), "{}: {}", m.id, answer.label);
            }
        }
        let asks = AsksPage { frame: Frame::new(false), asks: ask_words(&framework) }.render().unwrap();
        for m in framework.measures() {
            assert!(asks.contains(&format!("href=\"/measures/{}\"", m.id)), "{} answers no ask", m.id);
        }
    }
}
