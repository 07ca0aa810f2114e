//! Rules about deprivation of liberty orders.

use std::borrow::Cow;

use super::Scene;
use super::ask::ends_care;
use crate::records::codes::Place;
use crate::records::findings::Recorder;
use crate::records::rows::OrderRow;
use crate::records::rules::RuleId;

/// Orders of one child that are held against the child's placements; nobody has as many in a year.
const ORDERS_MAX: usize = 64;

pub(super) fn check(scene: &Scene<'_>, found: &mut Recorder<'_>) {
    if scene.now.orders.is_empty() {
        return;
    }
    for row in scene.now.orders {
        by_itself(scene, row, found);
    }
    let care_ended = scene.now.care().next_back().filter(|row| ends_care(row)).and_then(|row| row.end);
    for row in scene.now.orders {
        if row.end.is_none() && care_ended.is_some_and(|ended| row.start < ended) {
            found.row(RuleId::R707, row);
        }
    }
    for row in scene.now.orders.iter().take(ORDERS_MAX) {
        placements(scene, row, found);
    }
    let mut before: Option<&OrderRow> = None;
    for row in &*by_start(scene.now.orders) {
        if before.is_some_and(|before| before.end.is_none_or(|end| row.start < end)) {
            found.row(RuleId::R705, row);
        }
        before = Some(row);
    }
}

fn by_itself(scene: &Scene<'_>, row: &OrderRow, found: &mut Recorder<'_>) {
    let broken = [
        (row.end.is_some_and(|end| end <= row.start), RuleId::R702),
        (row.start > scene.year.last, RuleId::R703),
        (row.end.is_some_and(|end| !scene.year.contains(end)), RuleId::R704),
        (scene.birth().is_some_and(|birth| row.start <= birth), RuleId::R708),
    ];
    for (_, rule) in broken.iter().filter(|(is_broken, _)| *is_broken) {
        found.row(*rule, row);
    }
}

/// Where the child lived while the order held. A temporary stay is part of the placement before it.
fn placements(scene: &Scene<'_>, order: &OrderRow, found: &mut Recorder<'_>) {
    let during = scene.now.care().filter(|row| {
        order.end.is_none_or(|end| row.start < end && order.start < end) && row.end.is_none_or(|end| order.start < end)
    });
    let (mut impossible, mut unexpected) = (false, false);
    for row in during {
        if matches!(row.place, Place::K1 | Place::K3 | Place::P1 | Place::R5) {
            impossible = true;
        } else if !matches!(row.place, Place::K2 | Place::Z12 | Place::Z13) && !row.place.is_temporary() {
            unexpected = true;
        }
    }
    if unexpected {
        found.row(RuleId::R709, order);
    }
    if impossible {
        found.row(RuleId::R710, order);
    }
}

/// The orders by their start; of those that start together, the open one last.
fn by_start(orders: &[OrderRow]) -> Cow<'_, [OrderRow]> {
    let key = |row: &OrderRow| (row.start, row.end.is_none(), row.end, row.line);
    if orders.is_sorted_by_key(key) {
        return Cow::Borrowed(orders);
    }
    let mut sorted = orders.to_vec();
    sorted.sort_unstable_by_key(key);
    Cow::Owned(sorted)
}
