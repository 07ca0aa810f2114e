//! Plans for adoption, adoptions, and what was before care: the tables of a return beside a child's care.
//!
//! They follow from the episodes and have a stream of chance of their own, so that they change no history.

use super::authorities::Authority;
use super::calendar::Day;
use super::chance::Chance;
use super::codes::{Adopters, Bond, Ended, Legal, PermanenceKind, Place};
use super::parameters;
use super::sketch::Outline;
use super::state::{Adoption, Before, Decision, Episode, FormerOrder, Known, Plans};

/// The plans of a child, from all its episodes.
pub fn of(chance: &mut Chance, outline: &Outline, episodes: &[Episode], authority: &Authority) -> Plans {
    let mut plans = Plans::default();
    let in_care: Vec<&Episode> = episodes.iter().filter(|episode| !episode.is_short_break()).collect();
    for period in in_care.chunk_by(|before, _| before.rec == Some(Ended::X1)) {
        plan(chance, period, &mut plans);
    }
    before_care(chance, outline, episodes, authority, &mut plans);
    plans
}

/// Whether a child lives with the family that is to adopt.
#[must_use]
pub fn is_adoptive(place: Place) -> bool {
    matches!(place, Place::A3 | Place::A4 | Place::A5 | Place::A6)
}

/// The decision of one period of care, its reversal or the adoption.
fn plan(chance: &mut Chance, period: &[&Episode], plans: &mut Plans) {
    let order = period.iter().find(|episode| episode.ls == Legal::E1).map(|episode| Day::of(episode.decom));
    let placed = period.iter().find(|episode| is_adoptive(episode.place));
    let placed_on = placed.map(|episode| Day::of(episode.decom));
    let (Some(first), Some(last)) = (period.first(), period.last()) else {
        return;
    };
    let Some(anchor) = order.into_iter().chain(placed_on).min() else {
        return;
    };
    let start = Day::of(first.decom);
    let on = anchor.plus(-chance.days(5, 45)).max(start);
    let adopted = matches!(last.rec, Some(Ended::E11 | Ended::E12));
    let revoked = order.and_then(|order| period.iter().find(|e| Day::of(e.decom) > order && e.ls != Legal::E1)).map(|e| e.decom);
    let reversed = if adopted { None } else { revoked.or(last.dec) };
    let why = chance.choose(&parameters::REVERSED);
    plans.decisions.push(Decision { on: on.date(), reversed: reversed.map(|day| (day, why)) });
    let (true, Some(order_on), Some(placed), Some(placed_on)) = (adopted, last.dec, placed, placed_on) else {
        return;
    };
    let matched = placed_on.plus(-chance.days(3, 40)).max(on);
    let (adopters, bond) = family(chance);
    let by_carer = matches!(placed.place, Place::A3 | Place::A5);
    plans.adoption = Some(Adoption { on: order_on, decided: on.date(), matched: matched.date(), by_carer, adopters, bond });
}

fn family(chance: &mut Chance) -> (Adopters, Bond) {
    if chance.happens(parameters::SINGLE_ADOPTERS) {
        return (chance.choose(&[(Adopters::F1, 0.9), (Adopters::M1, 0.1)]), Bond::L0);
    }
    let adopters = chance.choose(&[(Adopters::Mf, 0.80), (Adopters::Mm, 0.12), (Adopters::Ff, 0.08)]);
    let bond = if adopters == Adopters::Mf {
        chance.choose(&[(Bond::L11, 0.82), (Bond::L3, 0.16), (Bond::L2, 0.02)])
    } else {
        chance.choose(&[(Bond::L12, 0.6), (Bond::L2, 0.15), (Bond::L4, 0.25)])
    };
    (adopters, bond)
}

/// What was before each entry: an order that ended an earlier period, or one before the first.
fn before_care(chance: &mut Chance, outline: &Outline, episodes: &[Episode], authority: &Authority, plans: &mut Plans) {
    let mut order = earlier_order(chance, outline, authority);
    for episode in episodes {
        if episode.rne == super::codes::NewEpisode::S {
            plans.before.push(Before { entered: episode.decom, order: order.clone() });
        }
        let kind = match episode.rec {
            Some(Ended::E45 | Ended::E46 | Ended::E47 | Ended::E48) => Some(PermanenceKind::P2),
            Some(Ended::E41) => Some(PermanenceKind::P3),
            _ => None,
        };
        if let Some((kind, on)) = kind.zip(episode.dec) {
            order = Some(FormerOrder { kind, authority: authority.code.clone(), on, known: Known::Day });
        }
    }
}

/// An order before the first entry; its day is often known in part only.
fn earlier_order(chance: &mut Chance, outline: &Outline, authority: &Authority) -> Option<FormerOrder> {
    let first = outline.periods.first().expect("an outline has a period").start;
    let old_enough = first.since(outline.dob) > 2 * 366;
    if !chance.happens(parameters::PERMANENCE_BEFORE) || !old_enough || outline.alone {
        return None;
    }
    let kind = chance.choose(&parameters::PERMANENCE_KINDS);
    // some days before, so that it lies before any short break as well
    let on = chance.day(outline.dob.plus(180), first.plus(-200));
    let own = authority.code.as_str();
    let code = chance.choose(&[(own, 0.72), ("WAL", 0.05), ("SCO", 0.05), ("NIR", 0.02), ("NUK", 0.04), ("999", 0.12)]);
    let known = chance.choose(&[(Known::Day, 0.6), (Known::Month, 0.15), (Known::Year, 0.15), (Known::Nothing, 0.1)]);
    Some(FormerOrder { kind, authority: code.to_owned(), on: on.date(), known })
}
