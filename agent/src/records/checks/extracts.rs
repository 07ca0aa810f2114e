//! Rules about local extracts that look at more than a cell. `docs/extracts.md`.

use super::Scene;
use crate::records::cells::Cell;
use crate::records::child::each_extract;
use crate::records::codes::Rec;
use crate::records::findings::{Place, Recorder, RowOf};
use crate::records::rows::EpisodeRow;
use crate::records::rows::extracts::{AdultService, ExtractRow, QUESTIONS, Reply, SchoolRow};
use crate::records::rules::RuleId;

/// Ages on the day of a questionnaire that are worth a look when they are not met.
const AGES_OF_QUESTIONNAIRES: std::ops::RangeInclusive<u8> = 2..=17;

macro_rules! all_blank {
    (($now:expr) $($field:ident $row:ident),+) => { true $(&& $now.$field.is_empty())+ };
}

/// The first step: rows that cannot be true, and rows that replace another.
pub(super) fn rows_alone(scene: &Scene<'_>, found: &mut Recorder<'_>) {
    let now = &scene.now;
    if each_extract!(all_blank now) {
        return;
    }
    for row in now.schools {
        let ends_before = row.end.is_some_and(|end| end < row.start);
        if ends_before || scene.known.birth.is_some_and(|birth| row.start < birth) {
            found.row(RuleId::Ex33, row);
        }
    }
    repeats(now.sdq, found);
    repeats(now.wellbeing, found);
    repeats(now.schools, found);
    repeats(now.referrals, found);
    repeats(now.carer_support, found);
    repeats(now.leaver_support, found);
    repeats(now.home_plans, found);
    repeats(now.health_checks, found);
}

/// Reports rows that say something else than the one before them with the same key. Rows come in the order of their keys.
fn repeats<T: ExtractRow>(rows: &[T], found: &mut Recorder<'_>) {
    let Some(rule) = T::REPEAT else { return };
    for (before, row) in rows.iter().zip(rows.iter().skip(1)) {
        if before.key() == row.key() && !row.says_the_same(before) {
            found.row(rule, row);
        }
    }
}

/// The second step, over the rows that are left.
pub(super) fn check(scene: &Scene<'_>, found: &mut Recorder<'_>) {
    let now = &scene.now;
    if each_extract!(all_blank now) {
        return;
    }
    if !scene.known.in_header {
        macro_rules! unknown {
            (($now:ident) $($field:ident $row:ident),+) => {
                $($now.$field.iter().for_each(|row| in_no_header(row, found));)+
            };
        }
        each_extract!(unknown now);
    }
    questionnaires(scene, found);
    surveys(scene, found);
    schools(scene, found);
    support(scene, found);
    home_plans(scene, found);
}

fn in_no_header(row: &impl RowOf, found: &mut Recorder<'_>) {
    found.row(RuleId::Ex02, row);
}

fn questionnaires(scene: &Scene<'_>, found: &mut Recorder<'_>) {
    let Some(birth) = scene.known.birth else { return };
    for row in scene.now.sdq {
        if !birth.age_on(row.on).is_some_and(|age| AGES_OF_QUESTIONNAIRES.contains(&age)) {
            found.row(RuleId::Ex17, row);
        }
    }
}

fn surveys(scene: &Scene<'_>, found: &mut Recorder<'_>) {
    let Some(birth) = scene.known.birth else { return };
    let age = birth.age_on(scene.year.last).unwrap_or(0);
    for row in scene.now.wellbeing {
        for (question, _) in QUESTIONS.iter().zip(row.replies()).filter(|(_, reply)| matches!(reply, Reply::Given(()))) {
            if age < question.age_min {
                found.add(RuleId::Ex25, Place { table: row.table(), line: row.line, column: question.column });
            }
        }
    }
}

/// Two main schools at once; of the two the row further down is named. Rows come in the order of their first days, so that
/// it is enough to remember the one that ends last.
fn schools(scene: &Scene<'_>, found: &mut Recorder<'_>) {
    let mut longest: Option<&SchoolRow> = None;
    for row in scene.now.schools.iter().filter(|row| row.is_main) {
        let Some(before) = longest else {
            longest = Some(row);
            continue;
        };
        if row.shares_days_until(before.end) {
            found.row(RuleId::Ex36, if row.line > before.line { row } else { before });
        }
        let outlasts = before.end.is_some_and(|end| row.end.is_none_or(|own| own > end));
        longest = Some(if outlasts { row } else { before });
    }
}

fn support(scene: &Scene<'_>, found: &mut Recorder<'_>) {
    let in_care = || scene.now.care().any(|episode| episode.holds_on(scene.year.last));
    for row in scene.now.carer_support.iter().filter(|_| !in_care()) {
        found.row(RuleId::Ex54, row);
    }
    let turns_18 = scene.known.birth.map(|birth| birth.birthday(18));
    for row in scene.now.leaver_support {
        let is_counted = matches!(row.mh_at_18, Cell::Known(code) if code != AdultService::WasNot);
        if is_counted && turns_18.is_some_and(|day| !scene.year.contains(day)) {
            found.row(RuleId::Ex68, row);
        }
    }
}

/// The episode lies in last year's return; without that return nothing can be said.
fn home_plans(scene: &Scene<'_>, found: &mut Recorder<'_>) {
    let Some(former) = scene.former else { return };
    for row in scene.now.home_plans {
        let went_home =
            |episode: &EpisodeRow| episode.end == Some(row.home_on) && matches!(episode.rec, Some(Rec::E4A | Rec::E4B));
        if !former.care().chain(scene.now.care()).any(went_home) {
            found.row(RuleId::Ex73, row);
        }
    }
}
