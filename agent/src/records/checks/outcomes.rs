//! Rules about twelve-month outcomes: the OC2 row by itself, beside the date of birth, and beside the episodes.
//!
//! Whether a child was in care for the whole twelve months is answered narrowly both ways: care that ended on 31 March
//! itself is neither, and a child without any episode is a matter of the rules about episodes.

use super::Scene;
use crate::day::Day;
use crate::records::cells::Cell;
use crate::records::codes::NoScore;
use crate::records::findings::Recorder;
use crate::records::rows::Oc2Row;
use crate::records::rules::RuleId;
use crate::records::tables::Table;

pub(super) fn check(scene: &Scene<'_>, found: &mut Recorder<'_>) {
    let Some(row) = scene.now.oc2.last() else { return absent(scene, found) };
    alone(row, found);
    if let Some(birth) = scene.birth() {
        beside_birth(scene, row, birth, found);
    }
    if scene.now.episodes.is_empty() {
        return;
    }
    if !scene.is_twelve_months() {
        not_expected(row, found);
    } else if scene.is_in_care_at_end() {
        expected(scene, row, found);
    }
}

/// A child in care for the whole twelve months needs a row; that it is absent is one problem, whatever it would have held.
fn absent(scene: &Scene<'_>, found: &mut Recorder<'_>) {
    if let Some(header) = scene.now.header_row()
        && scene.now.has(Table::Oc2)
        && scene.is_in_care_at_end()
        && scene.is_twelve_months()
    {
        found.row(RuleId::R191, header);
    }
}

fn alone(row: &Oc2Row, found: &mut Recorder<'_>) {
    let all_four = four(row).iter().all(|cell| cell.is_filled());
    let (misuse, received, offered) = (row.substance_misuse, row.intervention_received, row.intervention_offered);
    let has_misuse = misuse == Cell::Known(true);
    let no_misuse = misuse.is_blank() || misuse == Cell::Known(false);
    let broken = [
        (received == Cell::Known(true) && offered.is_filled(), RuleId::R158),
        (has_misuse && received == Cell::Known(false) && offered.is_blank(), RuleId::R159),
        (any_item(row) && !all_four, RuleId::R182),
        (has_misuse && received.is_blank(), RuleId::R192),
        (no_misuse && (received.is_filled() || offered.is_filled()), RuleId::R193),
        (row.score.is_filled() && row.no_score.is_filled(), RuleId::R197a),
        (row.convicted.is_filled() && !all_four, RuleId::R544),
        (row.health_check.is_filled() && !all_four, RuleId::R547),
    ];
    report(&broken, row, found);
}

fn beside_birth(scene: &Scene<'_>, row: &Oc2Row, birth: Day, found: &mut Recorder<'_>) {
    let (first, last) = (scene.year.first, scene.year.last);
    let has_turned = |years: i32, on: Day| birth.birthday(years) <= on;
    let asked = row.score.is_filled() || row.no_score.is_filled();
    let out_of_age = row.no_score == Cell::Known(NoScore::Sdq1);
    let broken = [
        (out_of_age && has_turned(4, first) && !has_turned(17, last), RuleId::R157),
        (asked && !has_turned(4, last), RuleId::R188),
        (asked && has_turned(17, first), RuleId::R189),
        (row.convicted.is_filled() && !has_turned(10, last), RuleId::R542),
        (row.health_check.is_filled() && has_turned(5, last), RuleId::R546),
    ];
    report(&broken, row, found);
}

/// What is given for a child who was not in care for the whole twelve months.
fn not_expected(row: &Oc2Row, found: &mut Recorder<'_>) {
    let broken = [(row.score.is_filled(), RuleId::R185), (any_item(row), RuleId::R190), (row.no_score.is_filled(), RuleId::R198)];
    report(&broken, row, found);
}

/// What is blank for a child who was.
fn expected(scene: &Scene<'_>, row: &Oc2Row, found: &mut Recorder<'_>) {
    if four(row).iter().any(|cell| cell.is_blank()) {
        found.row(RuleId::R191, row);
    }
    let Some(birth) = scene.birth() else { return };
    let (first, last) = (scene.year.first, scene.year.last);
    let has_turned = |years: i32, on: Day| birth.birthday(years) <= on;
    let turns = |years: i32| !has_turned(years, first) && has_turned(years, last);
    let unanswered = row.score.is_blank() && row.no_score.is_blank();
    let broken = [
        (unanswered && has_turned(4, first) && !has_turned(17, last), RuleId::R186),
        (unanswered && (turns(4) || turns(17)), RuleId::R197b),
        (row.convicted.is_blank() && has_turned(10, last), RuleId::R543),
        (row.health_check.is_blank() && !has_turned(5, last), RuleId::R545),
    ];
    report(&broken, row, found);
}

/// The items that every child of twelve months has.
fn four(row: &Oc2Row) -> [Cell<bool>; 4] {
    [row.immunisations, row.teeth_check, row.health_assessment, row.substance_misuse]
}

/// Whether any item is given, the questionnaire's left aside.
pub(super) fn any_item(row: &Oc2Row) -> bool {
    let others = [row.convicted, row.health_check, row.intervention_received, row.intervention_offered];
    four(row).iter().chain(&others).any(|cell| cell.is_filled())
}

fn report(broken: &[(bool, RuleId)], row: &Oc2Row, found: &mut Recorder<'_>) {
    for (_, rule) in broken.iter().filter(|(is_broken, _)| *is_broken) {
        found.row(*rule, row);
    }
}
