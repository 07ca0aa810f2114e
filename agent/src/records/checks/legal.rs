//! Rules about legal status, ages and reasons of single episodes and periods.

use super::Scene;
use crate::day::Day;
use crate::records::codes::{LegalStatus, Rec, Rne};
use crate::records::findings::Recorder;
use crate::records::rows::EpisodeRow;
use crate::records::rules::RuleId;

/// Longest single short break, in days.
const SHORT_BREAK_DAYS_MAX: i32 = 17;
/// Most days of short breaks in twelve months.
const SHORT_BREAKS_DAYS_MAX: i32 = 75;

pub(super) fn check(scene: &Scene<'_>, found: &mut Recorder<'_>) {
    let birth = scene.birth();
    let mut has_short_breaks = false;
    for (at, row) in scene.now.episodes.iter().enumerate() {
        has_short_breaks |= row.legal.is_short_break();
        if let Some((days_max, rule)) = limit(row.legal)
            && is_first_over(scene, at, row, days_max)
        {
            found.row(rule, row);
        }
        if let Some((rec, end)) = row.rec.zip(row.end) {
            leaving(row, rec, end, birth, found);
        }
    }
    if has_short_breaks {
        short_breaks(scene, found);
    }
}

/// How many days a legal status can last, and the rule that says so. Of 72 hours three midnights are certain.
fn limit(legal: LegalStatus) -> Option<(i32, RuleId)> {
    match legal {
        LegalStatus::L1 => Some((3, RuleId::R361)),
        LegalStatus::L2 => Some((21, RuleId::R362)),
        LegalStatus::L3 => Some((7, RuleId::R363)),
        LegalStatus::C1 | LegalStatus::C2 | LegalStatus::D1 | LegalStatus::E1 => None,
        LegalStatus::V2 | LegalStatus::V3 | LegalStatus::V4 => None,
        LegalStatus::J1 | LegalStatus::J2 | LegalStatus::J3 => None,
    }
}

/// Whether the legal status of an episode has by its end lasted too long, and had not yet when it began. The placement may
/// change in between, so that the time counts from the first of the episodes that join.
fn is_first_over(scene: &Scene<'_>, at: usize, row: &EpisodeRow, days_max: i32) -> bool {
    let mut first = row;
    for before in scene.now.episodes.iter().take(at).rev() {
        if first.rne == Rne::S || before.legal != row.legal || before.end != Some(first.start) {
            break;
        }
        first = before;
    }
    let lasted = |to: Day| to.days_since(first.start);
    lasted(row.end.unwrap_or(scene.year.last)) > days_max && lasted(row.start) <= days_max
}

/// The reason why care ended, beside age and placement.
fn leaving(row: &EpisodeRow, rec: Rec, end: Day, birth: Option<Day>, found: &mut Recorder<'_>) {
    let is_adopted = matches!(rec, Rec::E11 | Rec::E12);
    if is_adopted && birth.is_some_and(|birth| birth.birthday(18) <= end) {
        found.row(RuleId::R386, row);
    }
    if is_adopted && !row.place.is_adoption() {
        found.row(RuleId::R390, row);
    }
    if rec == Rec::E7 && birth.is_some_and(|birth| end < birth.birthday(16)) {
        found.row(RuleId::R389, row);
    }
}

/// Short breaks: each alone, and all of the year. The year of the return is the one stretch of twelve months that its rows
/// cover, and days that two rows share count once.
fn short_breaks(scene: &Scene<'_>, found: &mut Recorder<'_>) {
    let (first, after) = (scene.year.first, scene.year.last.after());
    let (mut days, mut counted_to) = (0, first);
    let mut kind = None;
    let in_year = |row: &&EpisodeRow| row.legal.is_short_break() && row.end.is_none_or(|end| end >= first);
    for row in scene.now.episodes.iter().filter(in_year) {
        if *kind.get_or_insert(row.legal) != row.legal {
            found.row(RuleId::R426, row);
        }
        if row.legal != LegalStatus::V3 {
            continue;
        }
        if row.rne != Rne::S {
            found.row(RuleId::R366, row);
        }
        if row.end.unwrap_or(scene.year.last).days_since(row.start) > SHORT_BREAK_DAYS_MAX {
            found.row(RuleId::R365, row);
        }
        let end = row.end.unwrap_or(after).min(after);
        let more = end.days_since(row.start.max(counted_to)).max(0);
        if days <= SHORT_BREAKS_DAYS_MAX && days + more > SHORT_BREAKS_DAYS_MAX {
            found.row(RuleId::R367, row);
        }
        days += more;
        counted_to = counted_to.max(end);
    }
}
