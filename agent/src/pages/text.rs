//! Pages as lines for a terminal of some width, marked as local at the top and at the bottom of each.

use super::number::Shown;
use super::{FamilyPage, LineKind, MeasureBlock, Pages, Section};
use crate::figures::MARKING;

/// Columns where a terminal does not tell its own.
pub const WIDTH: usize = 80;
/// Fewer columns than these are not written for.
const WIDTH_MIN: usize = 60;
/// Lines longer than this are hard to read.
const WIDTH_MAX: usize = 110;

const INDENT: &str = "  ";
const COUNT: usize = 12;
const VALUE: usize = 8;
const ENGLAND: usize = 18;
/// The three columns of numbers and the blanks before each.
const NUMBERS: usize = COUNT + VALUE + ENGLAND + 5;

/// A line of a page.
pub struct TextLine {
    /// What stands in it.
    pub text: String,
    /// Whether it is a heading.
    pub is_heading: bool,
}

impl Pages {
    /// As lines for a terminal of so many columns.
    pub fn to_lines(&self, width: Option<usize>) -> Vec<TextLine> {
        let mut writer = Writer { width: width.unwrap_or(WIDTH).clamp(WIDTH_MIN, WIDTH_MAX), lines: Vec::new() };
        for (at, family) in self.families.iter().enumerate() {
            if at > 0 {
                writer.plain(String::new());
            }
            writer.page(self, family);
        }
        writer.lines
    }
}

struct Writer {
    width: usize,
    lines: Vec<TextLine>,
}

impl Writer {
    fn plain(&mut self, text: String) {
        self.lines.push(TextLine { text: text.trim_end().to_owned(), is_heading: false });
    }

    fn heading(&mut self, text: &str) {
        let wrapped = wrap(text, self.width);
        self.lines.extend(wrapped.into_iter().map(|text| TextLine { text, is_heading: true }));
    }

    /// A paragraph, every line of it behind the same blanks.
    fn paragraph(&mut self, indent: &str, text: &str) {
        for line in wrap(text, self.width.saturating_sub(indent.len())) {
            self.plain(format!("{indent}{line}"));
        }
    }

    fn page(&mut self, pages: &Pages, family: &FamilyPage) {
        self.heading(MARKING);
        self.heading(&format!("{} {}", family.letter, family.words));
        self.paragraph("", &pages.whose());
        if let Some(by) = &pages.by {
            self.paragraph("", &format!("by: {by}"));
        }
        for explanation in pages.explanations() {
            self.paragraph("", &explanation);
        }
        for measure in &family.measures {
            self.plain(String::new());
            self.measure(measure);
        }
        self.plain(String::new());
        for (at, source) in family.sources.iter().enumerate() {
            self.paragraph("", &format!("[{}] {source}", at + 1));
        }
        self.heading(MARKING);
    }

    fn measure(&mut self, measure: &MeasureBlock) {
        self.heading(&format!("{} {}", measure.id, measure.title));
        self.paragraph(INDENT, &measure.question);
        self.paragraph(INDENT, &format!("Who: {}", measure.population));
        self.heads(measure);
        for section in &measure.sections {
            self.section(section);
        }
        for remark in measure.remarks.iter().chain([&measure.caveat]).filter(|text| !text.is_empty()) {
            self.paragraph(INDENT, &format!("Note: {remark}"));
        }
    }

    /// Heads of the three columns, once a measure, where anything stands below them.
    fn heads(&mut self, measure: &MeasureBlock) {
        let lines = || measure.sections.iter().flat_map(|section| &section.lines);
        if lines().next().is_none() {
            return;
        }
        let is_mean = lines().any(|line| line.kind == LineKind::Mean);
        let value = match (is_mean, lines().any(|line| line.value != Shown::Nothing)) {
            (true, _) => "average",
            (false, true) => "share",
            (false, false) => "",
        };
        let england = if lines().any(|line| line.england.is_some()) { "England" } else { "" };
        self.row("", if is_mean { "" } else { measure.who }, value, england);
    }

    fn section(&mut self, section: &Section) {
        match (&section.group, section.nothing) {
            (Some(group), Some(nothing)) => self.paragraph(INDENT, &format!("-- {group}: {nothing}")),
            (Some(group), None) => self.paragraph(INDENT, &format!("-- {group}")),
            (None, Some(nothing)) => self.paragraph(INDENT, nothing),
            (None, None) => {}
        }
        for line in &section.lines {
            let label = match line.kind {
                LineKind::Sum => format!("= {}", line.label),
                LineKind::Category | LineKind::Mean => line.label.clone(),
            };
            let (count, value) = match section.nothing {
                Some(_) => (String::new(), String::new()),
                None => (line.count.words(), line.value.words()),
            };
            let england = line.england.as_ref().map_or(String::new(), super::Beside::words);
            self.row(&label, &count, &value, &england);
        }
        if let Some(base) = section.base {
            self.row("counted", &base.words(), "", "");
        }
        for (label, n) in &section.left_out {
            self.row(&format!("left out: {}", label.to_lowercase()), &n.words(), "", "");
        }
    }

    /// A label, wrapped, and three columns of numbers on its first line.
    fn row(&mut self, label: &str, count: &str, value: &str, england: &str) {
        let room = self.width.saturating_sub(INDENT.len() + NUMBERS);
        let mut labels = wrap(label, room).into_iter();
        let first = labels.next().unwrap_or_default();
        self.plain(format!("{INDENT}{first:room$} {count:>COUNT$}  {value:>VALUE$}  {england}"));
        for rest in labels {
            self.plain(format!("{INDENT}{INDENT}{rest}"));
        }
    }
}

/// Breaks a text between words into lines of at most so many characters; a longer word stands alone.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            Some(_) | None => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("unbreakable it", 5), ["unbreakable", "it"]);
        assert!(wrap("", 5).is_empty());
    }
}
