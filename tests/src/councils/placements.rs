//! Where a child lives over one period of care: a renewal process.
//!
//! A placement ends with a hazard that falls with the time spent in it and that each child multiplies by a
//! factor of its own, around one middle for most children and a higher one for the few for whom few placements hold; all
//! together make one-year and two-year counts fit at once. Plans (adoption, a
//! placement with parents before going home, supported accommodation at 16) and temporary stays come on top.

use super::calendar::{DAYS_PER_YEAR, Day, year_start};
use super::chance::{Chance, FAR, whole_days};
use super::codes::{Ethnic, Legal, MoveReason, Place, Provider, Sex};
use super::legal::{self, Status};
use super::parameters::{self, Setting, Way};
use super::sketch::{Outline, Period, age_band, band};

/// One stay in one placement.
#[derive(Clone, Copy, Debug)]
pub struct Stay {
    /// First day.
    pub from: Day,
    /// Kind of placement.
    pub place: Place,
    /// Provider.
    pub provider: Provider,
    /// Where; 0 is none.
    pub post: u32,
    /// Ofsted number; 0 is none.
    pub urn: u32,
    /// Whether it began with another carer than the stay before.
    pub new_carer: bool,
    /// Why the stay before ended.
    pub reason: Option<MoveReason>,
}

/// What chance and council bring to every placement of one child.
#[derive(Clone, Copy, Debug)]
pub struct Mover {
    /// The child's own factor of the hazard, the council's in it.
    pub factor: f64,
    /// The council's number, for postcodes.
    pub authority: u32,
    /// Homes that the council's children share.
    pub n_homes: u32,
}

/// Draws the child's own factor.
pub fn mover(chance: &mut Chance, outline: &Outline, council_factor: f64, authority: u32, n_homes: u32) -> Mover {
    let (median, spread) = if outline.unsettled { parameters::UNSETTLED_FACTOR } else { parameters::SETTLED_FACTOR };
    let own = chance.log_normal(median, spread);
    let alone = if outline.alone { parameters::ALONE_MOVES } else { 1.0 };
    let sex = if outline.sex == Sex::Female { parameters::MOVES_OF_SEX.0 } else { parameters::MOVES_OF_SEX.1 };
    let (mixed, asian, black) = parameters::MOVES_OF_ETHNIC;
    let ethnic = match outline.ethnic {
        Ethnic::Mwbc | Ethnic::Mwba | Ethnic::Mwas | Ethnic::Moth => mixed,
        Ethnic::Aind | Ethnic::Apkn | Ethnic::Aban | Ethnic::Aoth | Ethnic::Chne => asian,
        Ethnic::Bcrb | Ethnic::Bafr | Ethnic::Both => black,
        Ethnic::Ooth if !outline.alone => mixed,
        _ => 1.0,
    };
    Mover { factor: own * alone * council_factor * sex * ethnic, authority, n_homes }
}

/// The stays of a period up to `last`, in order; the first begins with the period.
pub fn stays(
    chance: &mut Chance,
    outline: &Outline,
    period: &Period,
    statuses: &[Status],
    mover: &Mover,
    last: Day,
) -> Vec<Stay> {
    let stop = period.end.min(last.plus(1));
    let plan = plan(chance, outline, period, statuses);
    let mut all: Vec<Stay> = Vec::with_capacity(4);
    let mut now = new_stay(chance, outline, statuses, mover, period.start, period.way, None);
    now.new_carer = true;
    now.reason = None;
    loop {
        all.push(now);
        let planned = plan.filter(|plan| plan.on > now.from && !is_final(now.place, period.way));
        let bridge = if all.len() == 1 { parameters::BRIDGE_FACTOR } else { 1.0 };
        let at_age = parameters::MOVES_AT_AGE[age_band(outline.dob, now.from)];
        let moves = now.from.plus(days_to_move(chance, mover.factor * bridge * at_age * setting_factor(now.place, period.way)));
        let status = now.from.plus(chance.days_to_next(same_carer_rate(now.place)));
        let away = now.from.plus(chance.days_to_next(temporary_rate(now.place)));
        let next = planned.map_or(Day(i32::MAX), |plan| plan.on).min(moves).min(status).min(away);
        if next >= stop {
            return all;
        }
        now = if planned.is_some_and(|plan| plan.on == next) {
            planned_stay(chance, mover, plan.expect("the plan is due"), &now)
        } else if next == moves {
            new_stay(chance, outline, statuses, mover, next, period.way, Some(now.place))
        } else if next == status {
            same_carer(chance, mover, &now, next)
        } else {
            match temporary(chance, mover, &mut all, &now, next, period.end, stop) {
                Some(back) => back,
                None => return all,
            }
        };
    }
}

/// A move that a plan brings on a day.
#[derive(Clone, Copy)]
struct Plan {
    on: Day,
    place: Place,
}

fn plan(chance: &mut Chance, outline: &Outline, period: &Period, statuses: &[Status]) -> Option<Plan> {
    match period.way {
        Way::Adoption => {
            let order = statuses.iter().find(|status| status.legal == Legal::E1).map_or(period.start, |status| status.from);
            let on = period.end.plus(-chance.log_normal_days(255.0, 0.45).max(75)).max(order.plus(20));
            let place = chance.choose(&[(Place::A6, 0.64), (Place::A5, 0.26), (Place::A4, 0.06), (Place::A3, 0.04)]);
            Some(Plan { on, place })
        }
        Way::Home | Way::Long if period.ended.is_some() => {
            let on = period.end.plus(-chance.log_normal_days(170.0, 0.9).max(14));
            let allowed = matches!(legal::on(statuses, on), Legal::C1 | Legal::C2) && on > period.start;
            (allowed && chance.happens(0.58)).then_some(Plan { on, place: Place::P1 })
        }
        _ => {
            let at_16 = outline.dob.birthday(16).plus(chance.days(20, 700));
            (at_16 < period.end && at_16 > period.start.plus(60) && chance.happens(parameters::SUPPORTED_PLAN))
                .then_some(Plan { on: at_16, place: Place::Supported })
        }
    }
}

/// Whether a child stays there until the period ends.
fn is_final(place: Place, way: Way) -> bool {
    matches!(place, Place::A3 | Place::A4 | Place::A5 | Place::A6)
        || (place == Place::P1 && way == Way::Home)
        || place == Place::R5
}

fn setting_factor(place: Place, way: Way) -> f64 {
    match place {
        Place::A3 | Place::A4 | Place::A5 | Place::A6 => 0.0,
        Place::P1 if way == Way::Home => 0.0,
        Place::U1 | Place::U4 => 0.65,
        Place::U2 | Place::U3 | Place::P1 | Place::S1 => 0.75,
        Place::U5 | Place::U6 => 1.05,
        Place::K2 | Place::Supported => 1.15,
        Place::Independent => 0.7,
        Place::R5 => 0.2,
        _ => 1.5,
    }
}

fn same_carer_rate(place: Place) -> f64 {
    match place {
        Place::U3 | Place::U6 | Place::U2 | Place::U5 => parameters::SAME_CARER_RATE,
        Place::U1 | Place::U4 | Place::K2 => parameters::SAME_CARER_RATE * 0.35,
        Place::Supported => parameters::SAME_CARER_RATE * parameters::SAME_CARER_SUPPORTED,
        _ => 0.0,
    }
}

fn temporary_rate(place: Place) -> f64 {
    match place {
        Place::U1 | Place::U2 | Place::U3 | Place::U4 | Place::U5 | Place::U6 | Place::K2 => parameters::TEMPORARY_RATE,
        _ => 0.0,
    }
}

/// Days until a move, by a hazard that falls with the time in the placement.
fn days_to_move(chance: &mut Chance, factor: f64) -> i32 {
    const UNTIL: [f64; 6] = [7.0, 60.0, 180.0, 365.0, 730.0, 1.0e9];
    if factor <= 0.0 {
        return FAR;
    }
    let mut left = chance.exponential() / factor * DAYS_PER_YEAR;
    let mut from = 0.0;
    for (until, hazard) in UNTIL.into_iter().zip(parameters::MOVE_HAZARD) {
        let here = (until - from) * hazard;
        if left < here {
            return whole_days(from + left / hazard).max(1);
        }
        left -= here;
        from = until;
    }
    FAR
}

fn new_stay(
    chance: &mut Chance,
    outline: &Outline,
    statuses: &[Status],
    mover: &Mover,
    from: Day,
    way: Way,
    before: Option<Place>,
) -> Stay {
    let legal = legal::on(statuses, from);
    let age = outline.dob.age_on(from);
    let place = loop {
        let place = draw_place(chance, outline, age, way, mover.factor);
        let parents_without_order = place == Place::P1 && matches!(legal, Legal::V2 | Legal::J1 | Legal::L1 | Legal::L2);
        if !parents_without_order {
            break place;
        }
    };
    let settled = before.is_some() && way == Way::Long && chance.happens(0.45);
    let place = match place {
        Place::U6 if settled => Place::U4,
        Place::U3 if settled => Place::U1,
        other => other,
    };
    let reason = before.and_then(|before| reason(chance, age_band(outline.dob, from), before, place));
    at(chance, mover, from, place, true, reason)
}

fn draw_place(chance: &mut Chance, outline: &Outline, age: i32, way: Way, factor: f64) -> Place {
    if way == Way::Custody {
        return chance.choose(&[(Place::R5, 0.55), (Place::K1, 0.2), (Place::U6, 0.2), (Place::K2, 0.05)]);
    }
    let band = band(age);
    let weights = if outline.alone { parameters::SETTINGS_UASC[usize::from(age >= 16)] } else { parameters::SETTINGS[band] };
    let homes = if factor > 2.5 && age >= 9 { 1.6 } else { 1.0 };
    let weights = weights.map(|(setting, weight)| (setting, if setting == Setting::Home { weight * homes } else { weight }));
    match chance.choose(&weights) {
        Setting::Relatives => chance.choose(&[(Place::U3, 0.96), (Place::U2, 0.01), (Place::U1, 0.03)]),
        Setting::Foster => {
            let early = if age < 3 { 0.05 } else { 0.0 };
            chance.choose(&[(Place::U6, 0.96 - early), (Place::U5, early), (Place::U4, 0.04)])
        }
        Setting::Home => chance.choose(&[(Place::K2, 0.985), (Place::K1, if age >= 12 { 0.015 } else { 0.0 })]),
        Setting::Secure => Place::K1,
        Setting::Supported => chance.choose(&[(Place::Supported, 0.85), (Place::Independent, 0.15)]),
        Setting::Parents => Place::P1,
        Setting::FamilyCentre => chance.choose(&[(Place::R3, 0.55), (Place::R2, 0.45)]),
        Setting::Residential => {
            chance.choose(&[(Place::R1, 0.3), (Place::R2, 0.4), (Place::S1, if age >= 5 { 0.3 } else { 0.0 })])
        }
        Setting::Custody => Place::R5,
        Setting::Other => Place::Other,
    }
}

fn reason(chance: &mut Chance, band: usize, before: Place, place: Place) -> Option<MoveReason> {
    if is_temporary(before) || is_temporary(place) {
        return None;
    }
    Some(if place == Place::R5 { MoveReason::Custod } else { chance.choose(&parameters::MOVE_REASONS[band]) })
}

/// Whether a placement is a temporary stay away from another one.
#[must_use]
pub fn is_temporary(place: Place) -> bool {
    matches!(place, Place::T0 | Place::T1 | Place::T2 | Place::T3 | Place::T4)
}

fn at(chance: &mut Chance, mover: &Mover, from: Day, place: Place, new_carer: bool, reason: Option<MoveReason>) -> Stay {
    let provider = chance.choose(match place {
        Place::P1 => &[(Provider::Pr0, 1.0)],
        Place::U1 | Place::U2 | Place::U3 => &[(Provider::Pr1, 0.95), (Provider::Pr2, 0.05)],
        Place::U4 | Place::U5 | Place::U6 => &[(Provider::Pr1, 0.52), (Provider::Pr4, 0.38), (Provider::Pr5, 0.10)],
        Place::A3 | Place::A4 | Place::A5 | Place::A6 => &[(Provider::Pr1, 0.7), (Provider::Pr5, 0.3)],
        Place::R2 | Place::R5 => &[(Provider::Pr3, 1.0)],
        Place::T0 | Place::T1 | Place::T2 | Place::T3 | Place::T4 | Place::Other => &[(Provider::None, 1.0)],
        _ => &[(Provider::Pr4, 0.76), (Provider::Pr1, 0.18), (Provider::Pr5, 0.06)],
    });
    let post = if is_temporary(place) { postcode_on(from, mover.authority) } else { postcode(chance, mover.authority) };
    let urn = match place {
        Place::K1 | Place::K2 => 10_000 + mover.authority * 900 % 900_000 + chance.below(mover.n_homes),
        Place::U1 | Place::U2 | Place::U3 | Place::U4 | Place::U5 | Place::U6 => {
            1_200_000 + mover.authority * 40 + chance.below(40)
        }
        // a semi-independent home had no number of its own before such homes were registered
        Place::Supported | Place::Independent => match chance.below(40) {
            _ if place == Place::Independent => 0,
            _ if from < year_start(2025) => super::write::URN_ELSEWHERE,
            home => 1_200_000 + mover.authority * 40 + home,
        },
        Place::A3 | Place::A4 | Place::A5 | Place::A6 => 1_300_000 + mover.authority * 40 + post % 7,
        Place::R3 => 1_400_000 + mover.authority * 40 + post % 5,
        Place::S1 => super::write::URN_ELSEWHERE,
        _ => 0,
    };
    Stay { from, place, provider, post, urn, new_carer, reason }
}

/// A made-up postcode: mostly in the authority's own area, of letters that no real area has. Never 0.
pub fn postcode(chance: &mut Chance, authority: u32) -> u32 {
    let area = if chance.happens(0.6) { authority % 23 } else { chance.below(23) };
    1 + area * 20_000 + chance.below(20_000)
}

/// Where a temporary stay is: any area, without drawing. Never 0.
fn postcode_on(from: Day, authority: u32) -> u32 {
    1 + (from.0.unsigned_abs() * 7919 + authority * 131) % 460_000
}

/// A stay with the carer of the one before: the status changes, or the carer moves house.
fn same_carer(chance: &mut Chance, mover: &Mover, before: &Stay, from: Day) -> Stay {
    let place = match before.place {
        Place::U6 | Place::U5 => Place::U4,
        Place::U3 | Place::U2 => Place::U1,
        other => other,
    };
    let mut stay = Stay { from, place, new_carer: false, reason: Some(MoveReason::Place), ..*before };
    if place == before.place {
        stay.post = postcode(chance, mover.authority);
    }
    stay
}

fn planned_stay(chance: &mut Chance, mover: &Mover, plan: Plan, before: &Stay) -> Stay {
    let in_foster_care = matches!(before.place, Place::U1 | Place::U2 | Place::U3 | Place::U4 | Place::U5 | Place::U6);
    let current_carer = matches!(plan.place, Place::A3 | Place::A5) && in_foster_care;
    let place = match plan.place {
        Place::A5 if !current_carer => Place::A6,
        Place::A3 if !current_carer => Place::A4,
        other => other,
    };
    let reason = if current_carer { MoveReason::Place } else { MoveReason::Carpl };
    let reason = (!is_temporary(before.place)).then_some(reason);
    let mut stay = at(chance, mover, plan.on, place, !current_carer, reason);
    if current_carer {
        stay.post = before.post;
    }
    stay
}

/// Puts a temporary stay behind `before` and returns the stay after it. A stay that would last to the end of
/// the period is left out, since care neither begins nor ends in one; one may last beyond the last return.
fn temporary(
    chance: &mut Chance,
    mover: &Mover,
    all: &mut Vec<Stay>,
    before: &Stay,
    from: Day,
    end: Day,
    stop: Day,
) -> Option<Stay> {
    let place = chance.choose(&[(Place::T4, 0.4), (Place::T1, 0.25), (Place::T2, 0.15), (Place::T3, 0.15), (Place::T0, 0.05)]);
    let days = if place == Place::T1 { chance.days(2, 30) } else { chance.days(2, 7) };
    let back = from.plus(days);
    if back >= end {
        return None;
    }
    all.push(at(chance, mover, from, place, true, None));
    if back >= stop {
        return None;
    }
    chance.skip();
    Some(Stay { from: back, new_carer: true, reason: None, ..*before })
}
