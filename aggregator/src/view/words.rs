//! The catalogue in words: populations with the measures that they name spelled out, and words of the field explained.

use shared::framework::{Ask, Category, Family, Framework, Kind, Measure, View};
use shared::release::{Change, Figure, Level, What};
use shared::submission::FactAnswer;

/// What has changed in England since the year before, in a sentence for each answer of which the release claims it.
pub(super) fn changes(m: &Measure, changes: &[Change]) -> Vec<String> {
    let is_told = |c: &&Change| {
        let f = &c.figure;
        c.is_claimed && f.measure == m.id && f.level == Level::National && f.breakdown == "total"
    };
    changes.iter().filter(is_told).map(|change| changed(m, change)).collect()
}

fn changed(m: &Measure, change: &Change) -> String {
    let (way, sign) = if change.difference > 0.0 { ("up", 1.0) } else { ("down", -1.0) };
    let unit = match change.figure.what {
        What::Share => "percentage points",
        What::Mean => m.unit.as_deref().unwrap_or("on average"),
        What::Rate => "out of every 10,000",
        What::Count | What::Authorities => "in number",
    };
    let mut ends = [sign * change.low, sign * change.high];
    ends.sort_by(f64::total_cmp);
    let [low, high] = ends;
    let by = sign * change.difference;
    let Figure { label, authorities, .. } = &change.figure;
    let councils = if *authorities == 1 { "council" } else { "councils" };
    format!(
        "Since the year before, in the {authorities} {councils} of England that took part in both years: {label}: \
         {way} by {by:.1} {unit} (between {low:.1} and {high:.1})."
    )
}

/// What the questionnaire of the wellbeing measures is.
const QUESTIONNAIRE: &str = "The strengths and difficulties questionnaire is a form with 25 questions that carers fill in. \
    The score is made from their answers; a higher score means more difficulties.";

/// A name that leads to a page.
pub struct Named {
    /// `B1`, `V5`.
    pub id: String,
    /// Words for people.
    pub words: String,
}

/// A family of measures on the page that lists them all.
pub struct FamilyWords {
    /// `B`.
    pub letter: String,
    /// Words for people.
    pub words: String,
    /// Its measures by their questions.
    pub measures: Vec<Named>,
}

/// What is asked for, what answers it, and what cannot be told.
pub struct AskWords {
    /// `V5`.
    pub id: String,
    /// The ask in plain words.
    pub text: String,
    /// What answers it besides measures, or nothing.
    pub besides: String,
    /// Measures that answer it, by their titles.
    pub measures: Vec<Named>,
    /// What records cannot tell.
    pub cannot_tell: String,
}

/// A measure in words: its page of method.
pub struct MeasureWords {
    /// `B1`.
    pub id: String,
    /// Title.
    pub title: String,
    /// The question.
    pub question: String,
    /// Its family in words.
    pub family: String,
    /// Who is counted.
    pub population: String,
    /// Who chose it.
    pub chosen_by: String,
    /// Asks that it answers.
    pub asks: Vec<Named>,
    /// How it adds up.
    pub kind: String,
    /// What is read for it.
    pub reads: String,
    /// The rule that says how it is counted, and where it stands.
    pub source: String,
    /// The answers.
    pub answers: Vec<String>,
    /// Sums of answers that are published beside them.
    pub sums: Vec<String>,
    /// The groups by which it is published.
    pub breakdowns: Vec<String>,
    /// What a reader must know.
    pub caveat: String,
    /// Words of the field, explained.
    pub explained: Vec<&'static str>,
    /// Years in which it changed its meaning.
    pub breaks: Vec<String>,
}

/// Every family with the questions of its measures, in the order of pages.
pub fn family_words(framework: &Framework) -> Vec<FamilyWords> {
    let named = |m: &Measure| Named { id: m.id.clone(), words: m.question.clone() };
    let words = |f: Family<'_>| FamilyWords {
        letter: f.letter.to_owned(),
        words: f.words,
        measures: f.measures.into_iter().map(named).collect(),
    };
    framework.families().into_iter().map(words).collect()
}

/// Every ask with what answers it.
pub fn ask_words(framework: &Framework) -> Vec<AskWords> {
    let words = |ask: &Ask| {
        let answers = framework.measures().iter().filter(|m| m.ask.contains(&ask.id));
        AskWords {
            id: ask.id.clone(),
            text: ask.text.clone(),
            measures: answers.map(|m| Named { id: m.id.clone(), words: m.title.clone() }).collect(),
            besides: ask.besides.clone().unwrap_or_default(),
            cannot_tell: ask.cannot_tell.clone(),
        }
    };
    framework.asks().iter().map(words).collect()
}

/// A measure in words; `None` when the framework has none of this id.
pub fn measure_words(framework: &Framework, id: &str) -> Option<MeasureWords> {
    let m = framework.measure(id)?;
    let family = framework.families().into_iter().find(|f| f.letter == m.family())?;
    let ask = |id: &String| {
        let text = framework.asks().iter().find(|a| a.id == *id).map(|a| a.text.clone());
        Named { id: id.clone(), words: text.unwrap_or_default() }
    };
    let sum = |v: &View| {
        let labels = m.categories.iter().filter(|c| v.sum.contains(&c.id)).map(|c| c.label.as_str());
        format!("{}: {}", v.label, labels.collect::<Vec<_>>().join("; "))
    };
    let breakdown = |id: &String| framework.breakdowns().iter().find(|b| b.id == *id).map_or(id.clone(), |b| b.label.clone());
    Some(MeasureWords {
        id: m.id.clone(),
        title: m.title.clone(),
        question: m.question.clone(),
        family: family.words,
        population: population(framework, m),
        chosen_by: m.chosen_by.clone(),
        asks: m.ask.iter().map(ask).collect(),
        kind: kind(framework, m),
        reads: reads(m),
        source: m.source.clone(),
        answers: answers(m),
        sums: m.views.iter().map(sum).collect(),
        breakdowns: m.breakdowns.iter().map(breakdown).collect(),
        caveat: m.caveat.clone(),
        explained: explained(m),
        breaks: breaks(m),
    })
}

fn answers(m: &Measure) -> Vec<String> {
    if m.kind == Kind::Fact {
        return FactAnswer::ALL.iter().map(|a| a.label().to_owned()).collect();
    }
    let words = |c: &Category| if c.outside { format!("{} (not in the shares)", c.label) } else { c.label.clone() };
    m.categories.iter().map(words).collect()
}

/// How a measure adds up.
fn kind(framework: &Framework, m: &Measure) -> String {
    match m.kind {
        Kind::Share if m.rate => {
            "Each is counted once. Also published out of every 10,000 people under 18 who live there.".into()
        }
        Kind::Share => "Each is counted under exactly one answer.".into(),
        Kind::Mean => {
            let [low, high] = m.bounds.unwrap_or_default();
            let unit = m.unit.as_deref().unwrap_or("points");
            let base = m.count_from.as_deref().and_then(|id| framework.measure(id));
            let base = base.map_or(String::new(), |b| format!(" Averaged over those who are counted in {} {}.", b.id, b.title));
            format!("An average. Each adds an amount from {low} to {high} {unit}.{base}")
        }
        Kind::Fact => {
            "Each council says yes, no or nothing. No child is in this, so no noise is added: the numbers are exact.".into()
        }
    }
}

/// What is read for a measure.
fn reads(m: &Measure) -> String {
    let years = match m.return_years {
        0 => return "Nothing: the council states it in its settings.".to_owned(),
        1 => "of one year".to_owned(),
        n => format!("of {n} years"),
    };
    format!("{}, {years}", m.return_tables.join(", "))
}

/// Years in which a series changed its meaning, in words.
pub(super) fn breaks(m: &Measure) -> Vec<String> {
    m.breaks.iter().map(|b| format!("From {} on: {}", b.year, b.text)).collect()
}

/// Who is counted, with every other measure that these words name spelled out, and those that its words name.
pub(super) fn population(framework: &Framework, m: &Measure) -> String {
    let mut named: Vec<&Measure> = Vec::new();
    let mut words = m.population.clone();
    let mut next = vec![m];
    while let Some(one) = next.pop() {
        for other in measures_in(framework, &one.population) {
            if other.id == m.id || named.iter().any(|n| n.id == other.id) {
                continue;
            }
            words += &format!(". {} is \u{201c}{}\u{201d}, which counts: {}", other.id, other.title, other.population);
            named.push(other);
            next.push(other);
        }
    }
    words
}

/// The measures whose ids stand in a text.
fn measures_in<'a>(framework: &'a Framework, text: &str) -> Vec<&'a Measure> {
    text.split(|c: char| !c.is_ascii_alphanumeric()).filter_map(|word| framework.measure(word)).collect()
}

/// Words of the field in a measure, explained.
pub(super) fn explained(m: &Measure) -> Vec<&'static str> {
    let labels = m.categories.iter().map(|c| c.label.as_str());
    let texts = [m.title.as_str(), &m.population, &m.caveat].into_iter().chain(labels).map(str::to_lowercase);
    let is_named = texts.into_iter().any(|text| text.contains("strengths and difficulties") || text.contains("score"));
    if is_named { vec![QUESTIONNAIRE] } else { Vec::new() }
}
