//! Legal statuses over one period of care.

use super::calendar::Day;
use super::chance::Chance;
use super::codes::Legal;
use super::parameters::{self, Way};
use super::sketch::{Outline, Period, age_band};

/// From when on which legal status holds.
#[derive(Clone, Copy, Debug)]
pub struct Status {
    /// First day.
    pub from: Day,
    /// Legal status.
    pub legal: Legal,
}

/// The legal statuses of a period, in order, the first from its start, no two on one day.
#[must_use]
pub fn statuses(chance: &mut Chance, outline: &Outline, period: &Period) -> Vec<Status> {
    let start = period.start;
    let band = age_band(outline.dob, start);
    let mut all = Vec::with_capacity(3);
    let mut add = |from: Day, legal: Legal| {
        let later = all.last().is_none_or(|last: &Status| from > last.from && legal != last.legal);
        if later && from < period.end {
            all.push(Status { from, legal });
        }
    };
    if outline.alone {
        add(start, Legal::V2);
        return all;
    }
    if period.way == Way::Custody {
        add(start, Legal::J1);
        return all;
    }
    let first = chance.choose(
        &parameters::FIRST_LEGAL[match band {
            0 | 1 => 0,
            2 => 1,
            _ => 2,
        }],
    );
    add(start, first);
    let after = match first {
        Legal::L1 => start.plus(chance.days(1, 3)),
        Legal::L2 => start.plus(chance.days(5, 20)),
        _ => start,
    };
    let order = match period.way {
        Way::Adoption => true,
        Way::Long => chance.happens(parameters::CARE_ORDER[band]),
        Way::Guardianship => chance.happens(0.72),
        _ => chance.happens(0.26),
    };
    let proceedings = chance.log_normal_days(parameters::PROCEEDINGS.0, parameters::PROCEEDINGS.1);
    match (order, first) {
        (false, Legal::L1 | Legal::L2) => add(after, Legal::V2),
        (false, _) => {}
        (true, Legal::V2) => {
            let on = chance.log_normal_days(100.0, 0.9);
            // an interim order comes before the placement order
            let made = placement_order_days(period, proceedings);
            add(start.plus(if period.way == Way::Adoption { on.min(made * 2 / 3) } else { on }), Legal::C1);
        }
        (true, _) => add(after, Legal::C1),
    }
    if !order && first != Legal::C1 {
        return all;
    }
    match period.way {
        Way::Adoption => {
            add(start.plus(placement_order_days(period, proceedings)), Legal::E1);
        }
        Way::Long if band <= 1 && chance.happens(parameters::ORDER_WITHOUT_ADOPTION) => {
            let made = start.plus(proceedings.max(120));
            add(made, Legal::E1);
            add(made.plus(chance.log_normal_days(800.0, 0.6)), Legal::C2);
        }
        Way::Long => add(start.plus(proceedings.max(120)), Legal::C2),
        Way::Guardianship | Way::Home if chance.happens(0.45) => add(start.plus(proceedings.max(120)), Legal::C2),
        _ => {}
    }
    all
}

/// Days to the placement order of a child who will be adopted.
fn placement_order_days(period: &Period, proceedings: i32) -> i32 {
    (proceedings * 8 / 10).min(period.end.since(period.start) * 45 / 100).max(25)
}

/// The status on a day.
#[must_use]
pub fn on(statuses: &[Status], day: Day) -> Legal {
    statuses.iter().rev().find(|status| status.from <= day).map_or(Legal::V2, |status| status.legal)
}
