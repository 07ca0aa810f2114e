//! From a child to rows: what the return of a year says of it, with what real returns have wrong.
//!
//! Rows may contradict each other, be amended a year later or be absent from a later return. No row breaks a rule that
//! drops it: what would be dropped is not written.

use super::around::{self, Around};
use super::care::Episode;
use super::child::Child;
use super::codes::{self, LEGAL, NEED, REASONS};
use super::days::{text, text_or_blank, year_of};
use super::draw::Draw;
use super::{Rows, extracts};
use crate::councils::calendar::{Day, year_end, year_start};

/// Number of a family whose postcode was written down by half.
const NO_POSTCODE: u32 = 19;

/// How much is wrong in the rows of a world, in parts of a hundred.
#[derive(Clone, Copy)]
pub struct Dirt {
    /// Rows of episodes with each kind of contradiction.
    pub row: u32,
    /// Children left out of one return.
    pub absent: u32,
}

/// One return of a world, and whose rows go into it.
pub struct Return<'w> {
    /// Return year.
    pub year: i16,
    /// Reporting year of the world.
    pub round: i16,
    /// Whether the return of the year before is there; where it is not, some of its last rows stand in this one.
    pub has_former: bool,
    /// How much is wrong.
    pub dirt: Dirt,
    /// Edge days.
    pub edges: &'w super::days::Edges,
}

impl Return<'_> {
    /// Adds the rows of a child.
    pub fn child(&self, draw: &mut Draw, child: &Child, around: &Around, rows: &mut Rows) {
        let (first, last) = (year_start(self.year), year_end(self.year));
        let touches = |start: Day, end: Option<Day>| start <= last && end.is_none_or(|end| end >= first);
        let here = child.episodes.iter().any(|episode| touches(episode.start, episode.end));
        let grown = child.birth.birthday(17) <= last && child.birth.birthday(26) > first;
        let leaver = child.leaver.filter(|_| grown);
        if draw.per_cent(self.dirt.absent) || child.birth > last || (!here && leaver.is_none()) {
            return;
        }
        let birth = self.birth_then(draw, child);
        if birth > last || birth.birthday(26) <= first {
            return;
        }
        if !draw.per_cent(1) {
            let (sex, ethnic) = (codes::sex(child.sex, self.year), child.ethnic);
            rows.add("Header", [child.id.as_str(), sex, &text(birth), ethnic, "UN1", "", ""]);
        }
        for episode in &child.episodes {
            let is_late = !self.has_former && episode.end.is_some_and(|end| year_of(end) == self.year - 1);
            let late = if is_late { 45 } else { 1 };
            if touches(episode.start, episode.end) || (draw.per_cent(late) && episode.start <= last) {
                self.episode(draw, child, birth, episode, rows);
            }
        }
        let beside = |cells: Vec<String>| [vec![child.id.clone(), text(birth)], cells].concat();
        if let Some(in_touch) = leaver.filter(|_| draw.per_cent(92)) {
            rows.push("OC3", beside(around::leaver(draw, in_touch, self.year)));
        }
        if here && draw.per_cent(85) {
            rows.push("OC2", beside(around::outcomes(draw, child)));
            if draw.per_cent(1) {
                rows.push("OC2", beside(around::outcomes(draw, child)));
            }
        }
        if here
            && draw.per_cent(90)
            && let Some(ceased) = child.alone
        {
            let ceased = ceased.filter(|day| *day <= last);
            rows.add("UASC", [&child.id, codes::sex(child.sex, self.year), &text(birth), &text_or_blank(ceased)]);
        }
        for (table, cells) in around::uncounted(draw, child, self.year) {
            rows.push(table, beside(cells));
        }
        self.around(draw, around, &beside, rows);
        if self.year == self.round || draw.per_cent(30) {
            extracts::rows(draw, self, child, birth, rows);
        }
    }

    /// A date of birth as it was known: in former returns of a few children some days off.
    fn birth_then(&self, draw: &mut Draw, child: &Child) -> Day {
        if self.year < self.round && draw.per_cent(2) { child.birth.plus(draw.between(-40, 40)) } else { child.birth }
    }

    fn around(&self, draw: &mut Draw, around: &Around, beside: &dyn Fn(Vec<String>) -> Vec<String>, rows: &mut Rows) {
        let (first, last) = (year_start(self.year), year_end(self.year));
        for (day, code) in &around.reviews {
            if first <= *day && *day <= last {
                rows.push("Reviews", beside(vec![text(*day), (*code).to_owned()]));
            }
        }
        for (kind, start, end) in &around.absences {
            if *start <= last && end.is_none_or(|end| end >= first) {
                let end = end.filter(|end| *end <= last);
                rows.push("Missing", beside(vec![(*kind).to_owned(), text(*start), text_or_blank(end)]));
            }
        }
        for (id, start, end, reason) in &around.workers {
            if *start <= last && end.is_none_or(|end| end >= first) && draw.per_cent(98) {
                let end = end.filter(|end| *end <= last);
                let cells = vec![id.clone(), text(*start), text_or_blank(end), (*reason).to_owned()];
                rows.push("SWEpisodes", beside(cells));
            }
        }
    }

    /// The row of an episode, sometimes twice; as this return knows it and with what is wrong in it.
    fn episode(&self, draw: &mut Draw, child: &Child, birth: Day, episode: &Episode, rows: &mut Rows) {
        let n = if draw.per_cent(self.dirt.row.min(1)) { 2 } else { 1 };
        for _ in 0..n {
            let wrong = self.with_faults(draw, child, episode);
            if let Some(row) = self.row(draw, child, birth, &wrong) {
                rows.push("Episodes", row);
            }
        }
    }

    /// As this return knows it: what had not happened by its last day is blank.
    fn with_faults(&self, draw: &mut Draw, child: &Child, episode: &Episode) -> Episode {
        let last = year_end(self.year);
        let mut row = *episode;
        let rate = self.dirt.row;
        if draw.per_cent(rate) {
            let near = row.end.unwrap_or(last);
            row.end = Some(self.edges.pick(draw, child.birth, row.start, near.plus(-60).max(row.start), near.plus(60)));
        }
        if draw.per_cent(rate) {
            row.end = None;
        }
        if row.end.is_none_or(|end| end > last) {
            row = Episode { end: None, rec: "", reason: "", ..row };
            if draw.per_cent(rate) {
                row.rec = draw.one(&["X1", "E4A", "E8"]);
            }
        } else if draw.per_cent(rate) {
            row.rec = draw.one(&["", "X1", "X1", "E4A", "E3"]);
        }
        if draw.per_cent(rate) {
            row.rne = draw.one(&["S", "S", "L", "P", "T", "B", "U"]);
        }
        if draw.per_cent(rate) {
            row.legal = draw.one(&LEGAL);
        }
        if draw.per_cent(rate.min(1)) {
            row.legal = draw.one(&["V3", "V4"]);
        }
        if draw.per_cent(rate) {
            row.need = draw.text(60, &NEED);
        }
        if draw.per_cent(rate) {
            row.reason = draw.text(30, &REASONS);
        }
        row
    }

    /// The cells of a row, unless a rule would drop it.
    fn row(&self, draw: &mut Draw, child: &Child, birth: Day, row: &Episode) -> Option<Vec<String>> {
        let last = year_end(self.year);
        // a return may know another date of birth than a later one, whose Header then stands for both
        let (earliest, latest) = (birth.min(child.birth), birth.max(child.birth));
        let is_kept = row.start <= last
            && row.end.is_none_or(|end| row.start < end && end <= last)
            && row.start >= latest
            && (row.rne != "S" || row.start < earliest.birthday(18));
        if !is_kept {
            return None;
        }
        let way = row.start.0.unsigned_abs() + u32::from(self.year.unsigned_abs());
        let post = |area, n, shift| if n == 0 { String::new() } else { postcode(area, n, way + shift) };
        let urn = if row.home.urn == 0 { String::new() } else { format!("SC{:06}", 100 + row.home.urn) };
        Some(vec![
            child.id.clone(),
            text(row.start),
            row.rne.to_owned(),
            row.legal.to_owned(),
            row.need.to_owned(),
            codes::place(draw, row.home.place, self.year).to_owned(),
            row.home.provider.to_owned(),
            text_or_blank(row.end),
            codes::ending(draw, row.rec, self.year).to_owned(),
            codes::reason(row.reason, self.year).to_owned(),
            post("XA", row.family_post, 0),
            post("XB", row.home.post, 2),
            urn,
        ])
    }
}

/// The postcode of a number, each its own, in one of several ways of writing it: one has its space at the wrong place, so
/// that it has not the shape of a postcode and yet says the same home (Detail 8).
fn postcode(area: &str, n: u32, way: u32) -> String {
    let (outward, inward) = (format!("{area}{n}"), format!("{}AB", n % 10));
    match way % 9 {
        _ if n == NO_POSTCODE => outward,
        0 => format!("{outward}{inward}"),
        1 => format!("{outward}  {inward}").to_lowercase(),
        2 => format!("{outward}{} AB", n % 10),
        3 => format!(" {outward}{inward} ").to_lowercase(),
        _ => format!("{outward} {inward}"),
    }
}
