//! A row beside the child's row in Header, and the dates of a row beside each other. Rows that cannot be true go here.

use super::Scene;
use crate::day::Day;
use crate::records::cells::Cell;
use crate::records::codes::Rne;
use crate::records::findings::{Recorder, RowOf};
use crate::records::rows::EpisodeRow;
use crate::records::rules::RuleId;
use crate::records::tables::Table;

pub(super) fn check(scene: &Scene<'_>, found: &mut Recorder<'_>) {
    header(scene, found);
    with_header(scene, found);
    let birth = scene.birth();
    for row in scene.now.episodes {
        episode(scene, row, birth, found);
    }
    for row in scene.now.absences.iter().filter(|row| row.end.is_some_and(|end| end < row.start)) {
        found.row(RuleId::R567, row);
    }
    let sex = scene.now.header_row().and_then(|row| row.sex.known());
    for row in scene.now.uasc {
        if sex.zip(row.sex.known()).is_some_and(|(sex, here)| sex != here) {
            found.row(RuleId::Int21, row);
        }
    }
}

fn header(scene: &Scene<'_>, found: &mut Recorder<'_>) {
    for row in scene.now.header {
        if row.birth.is_some_and(|birth| birth > scene.year.last) {
            found.row(RuleId::R301, row);
        }
        if row.birth.is_some_and(|birth| birth <= scene.year.born_26_years_before) {
            found.row(RuleId::R351, row);
        }
    }
    more_than_one(scene.now.header, RuleId::Int32, found);
    more_than_one(scene.now.ad1, RuleId::Int31, found);
    more_than_one(scene.now.oc2, RuleId::Int33, found);
    more_than_one(scene.now.oc3, RuleId::Int34, found);
    more_than_one(scene.now.prev_perm, RuleId::Int35, found);
    more_than_one(scene.now.uasc, RuleId::Int36, found);
}

/// Reports every row but the first; the last one stands.
fn more_than_one<T: RowOf>(rows: &[T], rule: RuleId, found: &mut Recorder<'_>) {
    for row in rows.iter().skip(1) {
        found.row(rule, row);
    }
}

/// Reports rows of a child that Header lacks, and dates of birth that differ from Header.
fn with_header(scene: &Scene<'_>, found: &mut Recorder<'_>) {
    if !scene.now.has(Table::Header) {
        return;
    }
    let (absent, birth) = (scene.now.header.is_empty(), scene.birth());
    macro_rules! hold {
        ($($field:ident: $absent:ident $($differs:ident)?),+ $(,)?) => {
            $(
                for row in scene.now.$field {
                    if absent {
                        found.row(RuleId::$absent, row);
                    }
                    $(if differs(row.birth, birth) {
                        found.row(RuleId::$differs, row);
                    })?
                }
            )+
        };
    }
    hold! {
        episodes: Int03, ad1: Int01 Int11, absences: Int04 Int13, oc2: Int05 Int14, oc3: Int06 Int15, adoption: Int02 Int12,
        prev_perm: Int07 Int16, reviews: Int08 Int17, uasc: Int09 Int18, workers: Gt02 Gt07,
    }
}

fn differs(here: Cell<Day>, birth: Option<Day>) -> bool {
    here.known().zip(birth).is_some_and(|(here, birth)| here != birth)
}

/// Whether the dates of an episode can be true by themselves and beside the date of birth.
fn episode(scene: &Scene<'_>, row: &EpisodeRow, birth: Option<Day>, found: &mut Recorder<'_>) {
    let (start, end, last) = (row.start, row.end, scene.year.last);
    let first_ever = Day::from_ymd(1991, 10, 14);
    let broken = [
        (Some(start) < first_ever, RuleId::R353),
        (start > last, RuleId::R354),
        (end.is_some_and(|end| end > last), RuleId::R385),
        (end == Some(start), RuleId::R355),
        (end.is_some_and(|end| end < start), RuleId::R356),
        (birth.is_some_and(|birth| start < birth), RuleId::R302),
        (row.rne == Rne::S && birth.is_some_and(|birth| start >= birth.birthday(18)), RuleId::R352),
    ];
    for (_, rule) in broken.iter().filter(|(is_broken, _)| *is_broken) {
        found.row(*rule, row);
    }
}
