//! Rules about last year's return. Silent where it was not given, and where last year's cell could not be read: a value
//! that was not known then may be known now.

use super::Scene;
use super::ask::open_last;
use crate::day::Day;
use crate::records::cells::Cell;
use crate::records::child::ChildRows;
use crate::records::codes::{EthnicOrigin, Ethnicity, Place, Sex};
use crate::records::findings::Recorder;
use crate::records::marks::{UpnKind, UrnKind};
use crate::records::rows::{EpisodeRow, HeaderRow};
use crate::records::rules::RuleId;
use crate::records::tables::Table;

pub(super) fn check(scene: &Scene<'_>, found: &mut Recorder<'_>) {
    let Some(former) = scene.former else { return };
    if let Some((row, before)) = scene.now.header_row().zip(former.header_row()) {
        person(row, before, found);
    }
    if former.has(Table::Episodes) {
        episodes(scene, former, found);
    }
}

fn person(row: &HeaderRow, before: &HeaderRow, found: &mut Recorder<'_>) {
    let sexes = (before.sex_group(), row.sex_group());
    if matches!(sexes, (Sex::Female, Sex::Male) | (Sex::Male, Sex::Female)) {
        found.row(RuleId::R202, row);
    }
    if is_other(before.birth, row.birth) {
        found.row(RuleId::R203, row);
    }
    let told = before.ethnic.filter(|ethnic| EthnicOrigin::group(*ethnic) != Ethnicity::NotKnown);
    if is_other(told, row.ethnic) {
        found.row(RuleId::R204, row);
    }
    let is_other_number = match row.upn_kind {
        UpnKind::Whole => row.upn != before.upn,
        // who once had a number has not lost it
        UpnKind::Un1 | UpnKind::Un2 | UpnKind::Un4 => true,
        UpnKind::Blank | UpnKind::Un3 | UpnKind::Un5 | UpnKind::Broken => false,
    };
    if before.upn_kind == UpnKind::Whole && is_other_number {
        found.row(RuleId::R208, row);
    }
}

fn is_other<T: PartialEq>(before: Option<T>, now: Option<T>) -> bool {
    before.zip(now).is_some_and(|(before, now)| before != now)
}

/// The episode that was open at the end of last year, and the first one of this year.
fn episodes(scene: &Scene<'_>, former: &ChildRows<'_>, found: &mut Recorder<'_>) {
    let first_day = scene.year.first;
    let Some(first) = scene.now.care().find(|row| row.end.is_none_or(|end| end >= first_day)) else { return };
    if former.episodes.is_empty() {
        if first.start < first_day {
            found.row(RuleId::NoE, first);
        }
        return;
    }
    match open_last(former.care()) {
        Some(open) if open.start == first.start => goes_on(open, first, scene.year.number, found),
        Some(_) => found.row(RuleId::R502, first),
        None => lacks_open(former, first, first_day, found),
    }
}

/// An episode began before the year, and last year's return has the child, but nothing that was open.
fn lacks_open(former: &ChildRows<'_>, first: &EpisodeRow, first_day: Day, found: &mut Recorder<'_>) {
    if first.start < first_day && former.episodes.iter().all(|row| row.end.is_some()) {
        found.row(RuleId::R562, first);
    }
}

/// One episode in both returns.
fn goes_on(open: &EpisodeRow, first: &EpisodeRow, year: i16, found: &mut Recorder<'_>) {
    let number = |row: &EpisodeRow| (row.marks.urn() == UrnKind::Whole).then_some(row.urn);
    let changed = [
        (open.rne != first.rne, RuleId::R503a),
        (open.legal != first.legal, RuleId::R503b),
        (is_other(open.need, first.need), RuleId::R503c),
        (open.place != first.place && !has_new_code(open.place, year), RuleId::R503d),
        (is_other(Cell::known(open.provider), first.provider.known()), RuleId::R503e),
        (is_other(number(open), number(first)), RuleId::R503f),
    ];
    for (_, rule) in changed.iter().filter(|(is_changed, _)| *is_changed) {
        found.row(*rule, first);
    }
}

/// Whether a kind of placement that goes on must have, or may have, another code in this return: P2 and H5 gave way to K3
/// from 2024 on, Z1 to Z11 to Z14 in 2026.
fn has_new_code(place: Place, year: i16) -> bool {
    (year >= 2024 && matches!(place, Place::H5 | Place::P2)) || (year >= 2026 && place == Place::Z1)
}
