//! Rules about temporary stays (T0 to T4) and the placements of short breaks.

use super::Scene;
use crate::day::Day;
use crate::records::codes::{Place, Rec, Rne};
use crate::records::findings::Recorder;
use crate::records::marks::PostcodeKind;
use crate::records::rows::EpisodeRow;
use crate::records::rules::RuleId;

pub(super) fn check(scene: &Scene<'_>, found: &mut Recorder<'_>) {
    let concerned = |row: &EpisodeRow| row.place.is_temporary() || row.legal.is_short_break();
    if !scene.now.episodes.iter().any(concerned) {
        return;
    }
    for row in scene.now.episodes {
        by_itself(row, scene.year.last, found);
    }
    returns_home(scene, found);
    holidays_of_carers(scene, found);
}

fn by_itself(row: &EpisodeRow, year_last: Day, found: &mut Recorder<'_>) {
    let temporary = row.place.is_temporary();
    if row.legal.is_short_break() {
        if temporary {
            found.row(RuleId::R382, row);
        }
        if matches!(row.place, Place::U1 | Place::U4) {
            found.row(RuleId::R384, row);
        }
        return;
    }
    if !temporary {
        return;
    }
    if row.rne == Rne::S {
        found.row(RuleId::R380, row);
    }
    if row.rec.is_some_and(|rec| rec != Rec::X1) {
        found.row(RuleId::R381, row);
    }
    // of a stay that has not ended, the days until 31 March are certain
    let days = row.end.unwrap_or(year_last).days_since(row.start);
    let broken = [
        (row.place == Place::T1 && days > 6 * 7, RuleId::R375),
        (row.place == Place::T3 && days > 3 * 7, RuleId::R376),
        (row.place == Place::T4 && days > 7, RuleId::R379),
    ];
    for (_, rule) in broken.iter().filter(|(is_broken, _)| *is_broken) {
        found.row(*rule, row);
    }
}

/// After temporary stays that follow a placement without a break, the child comes back to that placement.
fn returns_home(scene: &Scene<'_>, found: &mut Recorder<'_>) {
    let mut left: Option<&EpisodeRow> = None;
    for (before, row) in scene.now.steps() {
        if !goes_on(before, row) {
            left = None;
            continue;
        }
        match (before.place.is_temporary(), row.place.is_temporary()) {
            (false, true) => left = Some(before),
            (true, false) => {
                if left.take().is_some_and(|left| !is_same_home(left, row)) {
                    found.row(RuleId::R383, row);
                }
            }
            (false, false) | (true, true) => (),
        }
    }
}

/// Where both postcodes are known they say it, whatever the status of the carers has become; else the kind of placement.
fn is_same_home(left: &EpisodeRow, row: &EpisodeRow) -> bool {
    let known = |row: &EpisodeRow| row.marks.placement() == PostcodeKind::Whole;
    if known(left) && known(row) { left.postcode == row.postcode } else { left.place == row.place }
}

/// Reports the third stay of a carer's holiday that begins within twelve months of the first.
fn holidays_of_carers(scene: &Scene<'_>, found: &mut Recorder<'_>) {
    let mut earlier: [Option<Day>; 2] = [None, None];
    let mut before: Option<&EpisodeRow> = None;
    for row in scene.now.care() {
        let same_stay = before.replace(row).is_some_and(|before| before.place == Place::T3 && goes_on(before, row));
        if row.place != Place::T3 || same_stay {
            continue;
        }
        let [first, second] = earlier;
        if first.is_some_and(|first| row.start < first.plus_months(12)) {
            found.row(RuleId::R377, row);
        }
        earlier = [second, Some(row.start)];
    }
}

fn goes_on(before: &EpisodeRow, row: &EpisodeRow) -> bool {
    before.end == Some(row.start) && before.rec == Some(Rec::X1)
}
