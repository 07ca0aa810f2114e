//! The catalogue in words: populations with the measures that they name spelled out, and words of the field explained.

use shared::framework::{Framework, Measure};

/// What the questionnaire of the wellbeing measures is.
const QUESTIONNAIRE: &str = "The strengths and difficulties questionnaire is a form with 25 questions that carers fill in. \
    The score is made from their answers; a higher score means more difficulties.";

/// A measure in words.
pub struct MeasureWords {
    /// `B1`.
    pub id: String,
    /// Title.
    pub title: String,
    /// The question.
    pub question: String,
    /// Who is counted.
    pub population: String,
    /// Who chose it.
    pub chosen_by: String,
    /// Asks that it answers.
    pub asks: String,
    /// The answers.
    pub answers: Vec<String>,
    /// What a reader must know.
    pub caveat: String,
    /// Words of the field, explained.
    pub explained: Vec<&'static str>,
    /// Years in which it changed its meaning.
    pub breaks: Vec<String>,
}

/// Every measure in words, in the catalogue's order.
pub fn measure_words(framework: &Framework) -> Vec<MeasureWords> {
    let words = |m: &Measure| MeasureWords {
        id: m.id.clone(),
        title: m.title.clone(),
        question: m.question.clone(),
        population: population(framework, m),
        chosen_by: m.chosen_by.clone(),
        asks: m.ask.join(", "),
        answers: m
            .categories
            .iter()
            .map(|c| if c.outside { format!("{} (not in the shares)", c.label) } else { c.label.clone() })
            .collect(),
        caveat: m.caveat.clone(),
        explained: explained(m),
        breaks: m.breaks.iter().map(|b| format!("From {}: {}", b.year, b.text)).collect(),
    };
    framework.measures().iter().map(words).collect()
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
