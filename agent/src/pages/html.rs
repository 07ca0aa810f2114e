//! Pages as one HTML document: no script, nothing from outside, small bar charts whose numbers also stand beside them.
//!
//! Every text goes through [`escaped`]. The document's first two lines say what it is, so that a later run replaces such a
//! page and nothing else.

use std::fmt::Write as _;

use super::number::Shown;
use super::{FamilyPage, Line, LineKind, MeasureBlock, Pages, Section};
use crate::figures::MARKING;

/// How every such page begins.
pub const BEGINNING: &str = "<!DOCTYPE html>\n<!-- goldenthread.local-page/1 -->\n";

const STYLE: &str = include_str!("page.css");
/// Nothing is fetched, whatever stands in the page.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
/// Width of a chart: one unit is half a per cent.
const CHART_WIDTH: i64 = 200;
const N_COLUMNS: usize = 5;

impl Pages {
    /// As one self-contained document.
    pub fn to_html(&self) -> String {
        let mut text = String::from(BEGINNING);
        let whose = escaped(&self.whose());
        let _ = write!(
            text,
            "<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n<meta name=\"robots\" content=\"noindex\">\n\
             <title>{MARKING}: {whose}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
             <a class=\"skip\" href=\"#figures\">Skip to the figures</a>\n<header><div class=\"width\">\n\
             <p class=\"marking\">{MARKING}</p>\n<h1>Children in care and care leavers</h1>\n<p>{}</p>\n</div></header>\n",
            escaped(&capitalised(&self.whose()))
        );
        self.contents(&mut text);
        text += "<main id=\"figures\" class=\"width\">\n";
        if let Some(by) = &self.by {
            let _ = writeln!(text, "<p>By: {}</p>", escaped(by));
        }
        for explanation in self.explanations() {
            let _ = writeln!(text, "<p>{}</p>", escaped(&capitalised(&explanation)));
        }
        text +=
            "<p class=\"legend\">In the charts the bar is the share here, from 0 to 100%, and the upright line is England.</p>\n";
        self.families.iter().for_each(|family| family_section(family, &mut text));
        let _ = write!(
            text,
            "</main>\n<footer><div class=\"width\">\n<p class=\"marking\">{MARKING}</p>\n\
             <p>Made by this authority from its own records, for its own eyes. Nothing was sent.</p>\n</div></footer>\n\
             </body>\n</html>\n"
        );
        text
    }

    fn contents(&self, text: &mut String) {
        *text += "<nav aria-label=\"Families\" class=\"width\">\n<ul>\n";
        for family in &self.families {
            let _ =
                writeln!(text, "<li><a href=\"#family-{0}\">{0} {1}</a></li>", escaped_letter(family), escaped(&family.words));
        }
        *text += "</ul>\n</nav>\n";
    }
}

fn escaped_letter(family: &FamilyPage) -> String {
    escaped(&family.letter)
}

fn family_section(family: &FamilyPage, text: &mut String) {
    let letter = escaped_letter(family);
    let _ = write!(
        text,
        "<section aria-labelledby=\"family-{letter}\">\n<h2 id=\"family-{letter}\">{letter} {}</h2>\n<p class=\"marking\">{MARKING}</p>\n",
        escaped(&family.words)
    );
    family.measures.iter().for_each(|measure| measure_block(measure, text));
    if !family.sources.is_empty() {
        *text += "<h3>Where England's figures come from</h3>\n<ol>\n";
        for source in &family.sources {
            let _ = writeln!(text, "<li>{}</li>", escaped(source));
        }
        *text += "</ol>\n";
    }
    *text += "</section>\n";
}

fn measure_block(measure: &MeasureBlock, text: &mut String) {
    let (id, title) = (escaped(&measure.id), escaped(&measure.title));
    let _ = write!(text, "<h3 id=\"measure-{id}\">{id} {title}</h3>\n<p class=\"question\">{}</p>\n", escaped(&measure.question));
    let is_mean = measure.sections.iter().flat_map(|section| &section.lines).any(|line| line.kind == LineKind::Mean);
    let value = if is_mean { "Average" } else { "Share" };
    let _ = write!(
        text,
        "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-labelledby=\"caption-{id}\">\n<table>\n\
         <caption id=\"caption-{id}\">{id}, who: {}</caption>\n<thead><tr><th scope=\"col\">Answer</th>\
         <th scope=\"col\" class=\"number\">{}</th><th scope=\"col\" class=\"number\">{value}</th>\
         <th scope=\"col\" class=\"chart\">Chart</th><th scope=\"col\">England</th></tr></thead>\n",
        escaped(&measure.population),
        escaped(&capitalised(measure.who))
    );
    measure.sections.iter().for_each(|section| section_rows(section, text));
    *text += "</table>\n</div>\n";
    for remark in measure.remarks.iter().chain([&measure.caveat]).filter(|remark| !remark.is_empty()) {
        let _ = writeln!(text, "<p class=\"note\">Note: {}</p>", escaped(remark));
    }
}

fn section_rows(section: &Section, text: &mut String) {
    *text += "<tbody>\n";
    if let Some(group) = &section.group {
        let _ = writeln!(text, "<tr><th scope=\"rowgroup\" colspan=\"{N_COLUMNS}\">{}</th></tr>", escaped(group));
    }
    if let Some(nothing) = section.nothing {
        let _ = writeln!(text, "<tr><td colspan=\"{N_COLUMNS}\">{}</td></tr>", escaped(&capitalised(nothing)));
    }
    for line in &section.lines {
        line_row(line, section.nothing.is_some(), text);
    }
    let base = section.base.map(|base| ("Counted".to_owned(), base));
    let left_out = section.left_out.iter().map(|(label, n)| (format!("Left out: {}", label.to_lowercase()), *n));
    for (label, n) in base.into_iter().chain(left_out) {
        let _ = writeln!(
            text,
            "<tr class=\"rest\"><th scope=\"row\">{}</th><td class=\"number\">{}</td><td></td><td></td><td></td></tr>",
            escaped(&label),
            escaped(&n.words())
        );
    }
    *text += "</tbody>\n";
}

fn line_row(line: &Line, is_empty: bool, text: &mut String) {
    let class = if line.kind == LineKind::Sum { " class=\"sum\"" } else { "" };
    let (count, value) = if is_empty { (Shown::Nothing, Shown::Nothing) } else { (line.count, line.value) };
    let england = line.england.as_ref().map_or(String::new(), super::Beside::words);
    let _ = writeln!(
        text,
        "<tr{class}><th scope=\"row\">{}</th><td class=\"number\">{}</td><td class=\"number\">{}</td><td class=\"chart\">{}</td>\
         <td>{}</td></tr>",
        escaped(&line.label),
        escaped(&count.words()),
        escaped(&value.words()),
        chart(value, line),
        escaped(&england)
    );
}

/// A bar from 0 to 100 per cent with a line for England, and the same in words; nothing without a share.
fn chart(value: Shown, line: &Line) -> String {
    let Some(here) = value.per_cent_tenths() else { return String::new() };
    let place = |tenths: i64| tenths.clamp(0, 1_000) * CHART_WIDTH / 1_000;
    let england = line.england.as_ref().filter(|england| england.per_cent.is_some());
    let mut words = format!("{}: {} here", line.label, value.words());
    if let Some(england) = england {
        let _ = write!(words, ", {} in England in {}", england.figure, england.year);
    }
    let mut svg = format!(
        "<svg viewBox=\"0 0 {CHART_WIDTH} 24\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{}\">\
         <rect class=\"track\" x=\"0\" y=\"4\" width=\"{CHART_WIDTH}\" height=\"16\"/>\
         <rect class=\"bar\" x=\"0\" y=\"4\" width=\"{}\" height=\"16\"/>",
        escaped(&words),
        place(here)
    );
    if let Some(at) = england.and_then(|england| england.per_cent).map(place) {
        for class in ["halo", "england"] {
            let _ = write!(svg, "<line class=\"{class}\" x1=\"{at}\" x2=\"{at}\" y1=\"0\" y2=\"24\"/>");
        }
    }
    svg + "</svg>"
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// A text that is text and nothing else, in an element and in an attribute between quotes.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other if other.is_control() => safe.push(' '),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_stays_text() {
        assert_eq!(escaped("a < b & \"c\" > 'd'"), "a &lt; b &amp; &quot;c&quot; &gt; &#39;d&#39;");
        assert_eq!(escaped("</script>\u{0}\n"), "&lt;/script&gt;  ");
        assert_eq!(escaped("Ünïcode, 10+"), "Ünïcode, 10+");
    }
}
