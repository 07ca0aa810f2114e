//! What the pages show of a release: a choice of its figures, in words. Pure; it computes no figure.
//!
//! Pages clamp what noise made negative to zero and say so; the files keep the exact values. Rows are answers, columns are
//! groups or regions: every counted answer has its row, and every sum of answers one that says what it adds up.

mod tables; // the tables of a measure
mod words; // the catalogue in words

pub use words::{AskWords, FamilyWords, MeasureWords, Named, ask_words, family_words, measure_words};

use shared::framework::{Framework, Measure, Tier};
use shared::plan::Plan;
use shared::release::{Change, Coverage, Release, What};
use shared::statement::ReleaseReason;
use shared::submission::{CorrectionReason, MessageKind};

use crate::publish::{read_submission, standing};
use crate::registry::{Registry, Round, RoundState};
use crate::store::MessageRow;
use tables::{Index, Line, Scene, lines};

/// Answers that the first page shows of a measure; of more of them it shows the sums, where there are any.
const HEADLINE_ANSWERS_MAX: usize = 6;

/// A round, for the list of rounds.
pub struct RoundView {
    /// `cla-2025`.
    pub id: String,
    /// In words.
    pub state: &'static str,
    /// When councils may send.
    pub opens_at: String,
    /// Until when.
    pub closes_at: String,
    /// How many councils are asked.
    pub n_authorities: usize,
}

/// One number with its range.
#[derive(Clone)]
pub struct Cell {
    /// The number, or why there is none.
    pub value: String,
    /// "between x and y", or nothing.
    pub range: String,
}

/// One line of a table.
#[derive(Clone)]
pub struct Row {
    /// The answer.
    pub head: String,
    /// What it adds up, for a sum of answers.
    pub note: String,
    /// One for each column.
    pub cells: Vec<Cell>,
}

/// A table on a page.
pub struct TableView {
    /// What it shows.
    pub caption: String,
    /// What the rows are.
    pub stub: String,
    /// Heads of the columns.
    pub columns: Vec<String>,
    /// Lines.
    pub rows: Vec<Row>,
}

/// A measure with its tables.
pub struct MeasureView {
    /// `B1`.
    pub id: String,
    /// Title.
    pub title: String,
    /// The question.
    pub question: String,
    /// Who is counted.
    pub population: String,
    /// What a reader must know.
    pub caveat: String,
    /// Years in which the series changed its meaning.
    pub breaks: Vec<String>,
    /// Words of the field, explained.
    pub explained: Vec<&'static str>,
    /// England, England by each breakdown, regions, and councils where they are shown.
    pub tables: Vec<TableView>,
    /// Who was left out of the shares, and how many.
    pub outside: Vec<String>,
    /// What has changed in England since the year before, where that may be said.
    pub changes: Vec<String>,
}

/// A family of measures in a release: one page.
pub struct FamilyView {
    /// `B`.
    pub letter: String,
    /// In words.
    pub words: String,
    /// Its measures with their tables.
    pub measures: Vec<MeasureView>,
}

/// A headline measure on the first page.
#[derive(Clone)]
pub struct HeadlineView {
    /// `B3`.
    pub id: String,
    /// The question.
    pub question: String,
    /// Answers with their number.
    pub rows: Vec<Row>,
    /// What the numbers are.
    pub unit: &'static str,
    /// Years in which the series changed its meaning.
    pub breaks: Vec<String>,
}

/// What the first page says of the newest release.
#[derive(Clone)]
pub struct Latest {
    /// Its version.
    pub version: String,
    /// Its year in words.
    pub year: String,
    /// Councils in the figures.
    pub accepted: u64,
    /// Councils that were asked.
    pub expected: u64,
    /// Names of the others.
    pub absent: Vec<String>,
    /// The headline measures.
    pub headlines: Vec<HeadlineView>,
}

/// What a release's page says of corrections.
#[derive(Clone, Debug, Default)]
pub struct CorrectionView {
    /// Names of the councils whose corrections are in this version, each with its reason.
    pub corrected: Vec<String>,
    /// The version that was published first, on the page of one with corrections.
    pub first: Option<String>,
    /// The version with corrections, on the page of the first one.
    pub later: Option<String>,
}

/// Who corrected what in a version, and where the round's other version is.
pub fn corrections(round: &Round, messages: &[MessageRow], version: &str) -> CorrectionView {
    let id = round.plan.body().round;
    match ReleaseReason::of(id, version) {
        Some(ReleaseReason::Corrections) => {
            let name = |row: &MessageRow| round.plan.member(row.authority).map_or(row.authority.to_string(), |m| m.name.clone());
            let line = |row: &&MessageRow| {
                let reason = read_submission(row).ok().and_then(|s| CorrectionReason::of_digit(s.reason));
                format!("{}: {}", name(row), reason.map_or("no reason is known", CorrectionReason::label))
            };
            let of_version = standing(round, messages, version).map(|s| s.messages).unwrap_or_default();
            let corrected = of_version.iter().filter(|row| row.kind == MessageKind::Correction).map(line).collect();
            CorrectionView { corrected, first: Some(ReleaseReason::First.version(id)), later: None }
        }
        Some(ReleaseReason::First) | None => {
            let later = (round.n_releases > 1).then(|| ReleaseReason::Corrections.version(id));
            CorrectionView { corrected: Vec::new(), first: None, later }
        }
    }
}

/// Rounds, newest first.
pub fn round_views(registry: &Registry) -> Vec<RoundView> {
    let view = |(id, round): (&shared::ids::RoundId, &Round)| {
        let dates = round.plan.body().dates;
        RoundView {
            id: id.to_string(),
            state: match round.state {
                RoundState::Open => "councils are sending",
                RoundState::Closed if round.stages.is_withdrawn => "given up; no figures will be published",
                RoundState::Closed => "closed, figures to come",
                RoundState::Released => "published",
                RoundState::Correcting => "published; councils may correct what they sent",
                RoundState::Corrected if round.stages.corrections_are_withdrawn => "published; corrections were given up",
                RoundState::Corrected => "published; figures with corrections to come",
            },
            opens_at: dates.send_opens_at.day().to_string(),
            closes_at: dates.send_closes_at.day().to_string(),
            n_authorities: round.plan.body().cohort.members.len(),
        }
    };
    registry.rounds.iter().rev().map(view).collect()
}

/// Names of the councils that are not in the figures.
pub fn absent_names(plan: &Plan, coverage: &Coverage) -> Vec<String> {
    let name = |id: &shared::ids::AuthorityId| plan.member(*id).map_or(id.to_string(), |m| m.name.clone());
    coverage.absent.iter().map(name).collect()
}

/// What the release's rates are per, and how much of it is covered; nothing when there are no rates.
pub fn population_words(release: &Release) -> Option<String> {
    let covered = release.population()?;
    let n = |n: u64| tables::apart(&n.to_string());
    Some(format!(
        "Numbers out of every 10,000 children are per the children aged 0 to 17 who live where the councils in the figures are: {} of \
         the {} who live where all councils are that were asked. Source: {}, middle of {}.",
        n(covered.accepted),
        n(covered.expected),
        covered.source,
        covered.mid_year
    ))
}

/// What the first page says of a release.
pub fn latest(framework: &Framework, plan: &Plan, release: &Release) -> Latest {
    let coverage = release.coverage();
    Latest {
        version: release.version().to_owned(),
        year: year_words(plan),
        accepted: coverage.accepted,
        expected: coverage.expected,
        absent: absent_names(plan, coverage),
        headlines: headlines(framework, plan, release),
    }
}

/// A plan's year in words.
pub fn year_words(plan: &Plan) -> String {
    let year = plan.body().reporting_year;
    format!("1 April {} to 31 March {}", year.before(1), year)
}

/// Headline measures for England as a whole.
fn headlines(framework: &Framework, plan: &Plan, release: &Release) -> Vec<HeadlineView> {
    let index = Index::new(release.figures());
    let scene = Scene::new(framework, plan, release, &index);
    let view = |m: &Measure| {
        let table = format!("{}.total", m.id);
        let lines = headline_lines(m);
        let row = |line: &Line| {
            let mut cell = index.cell(&table, scene.england, "total", &line.category, line.what);
            // the column's head says what it is
            cell.value = cell.value.trim_end_matches('%').to_owned();
            Row { head: line.label.clone(), note: line.note.clone(), cells: vec![cell] }
        };
        let unit = match lines.first().map(|line| line.what) {
            Some(What::Share) => "Out of every 100",
            Some(What::Mean) => "Average",
            Some(What::Count | What::Rate | What::Authorities) | None => "How many",
        };
        HeadlineView {
            id: m.id.clone(),
            question: m.question.clone(),
            rows: lines.iter().map(row).collect(),
            unit,
            breaks: words::breaks(m),
        }
    };
    framework.measures().iter().filter(|m| m.tier == Tier::Headline).map(view).collect()
}

/// The first page leaves long lists of answers to the family's page, and shows their sums without saying what is in them.
fn headline_lines(m: &Measure) -> Vec<Line> {
    let n_answers = m.categories.iter().filter(|c| !c.outside).count();
    let sums_alone = n_answers > HEADLINE_ANSWERS_MAX && !m.views.is_empty();
    let is_sum = |line: &Line| m.views.iter().any(|v| v.id == line.category);
    let shown = lines(m, false).into_iter().filter(|line| line.category != "base" && (!sums_alone || is_sum(line)));
    shown.map(|line| if sums_alone { Line { note: String::new(), ..line } } else { line }).collect()
}

/// Every family with its measures and their tables, in the order of pages.
pub fn family_views(framework: &Framework, plan: &Plan, release: &Release, changes: &[Change]) -> Vec<FamilyView> {
    let index = Index::new(release.figures());
    let scene = Scene::new(framework, plan, release, &index);
    let view = |m: &Measure| MeasureView {
        id: m.id.clone(),
        title: m.title.clone(),
        question: m.question.clone(),
        population: words::population(framework, m),
        caveat: m.caveat.clone(),
        breaks: words::breaks(m),
        explained: words::explained(m),
        tables: scene.tables(m),
        outside: scene.outside(m),
        changes: words::changes(m, changes),
    };
    let family = |f: shared::framework::Family<'_>| FamilyView {
        letter: f.letter.to_owned(),
        words: f.words,
        measures: f.measures.into_iter().map(view).collect(),
    };
    framework.families().into_iter().map(family).collect()
}

#[cfg(test)]
mod tests;
