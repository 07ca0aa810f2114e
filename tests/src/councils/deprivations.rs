//! Orders that deprive a child of liberty, as the return of 2027 asks for them: in children's homes and in
//! placements that nobody registered, never across the edge of a placement. A stream of chance of its own.

use super::calendar::Day;
use super::chance::Chance;
use super::codes::Place;
use super::parameters;
use super::state::{Deprivation, Episode};
use super::write::{UNREGISTERED, other_kind};
use jiff::civil::Date;

/// Longest order, in days, before a court looks again.
const DAYS_MAX: i32 = 84;

/// The deprivations of a child up to `last`.
pub fn of(chance: &mut Chance, dob: Day, episodes: &[Episode], last: Day) -> Vec<Deprivation> {
    let mut all = Vec::new();
    for stay in episodes.chunk_by(same_place) {
        let (Some(first), Some(end)) = (stay.first(), stay.last()) else {
            continue;
        };
        let allowed = first.place == Place::K2 || (first.place == Place::Other && UNREGISTERED.contains(&other_kind(first)));
        if !allowed || first.is_short_break() {
            continue;
        }
        let from = Day::of(first.decom).plus(2).max(dob.birthday(10));
        in_stay(chance, from, end.dec, last, &mut all);
    }
    all
}

fn in_stay(chance: &mut Chance, from: Day, dec: Option<Date>, last: Day, all: &mut Vec<Deprivation>) {
    let stop = dec.map_or(last.plus(1), |dec| Day::of(dec).plus(-1));
    let mut on = from.plus(chance.days_to_next(parameters::DEPRIVATIONS_A_YEAR));
    while on < stop {
        let to = on.plus(chance.days(7, DAYS_MAX));
        let lasts = to > last;
        let ended = if dec.is_some() { to.min(stop.plus(-1)) } else { to };
        if ended > on {
            all.push(Deprivation { from: on.date(), to: (!lasts || dec.is_some()).then(|| ended.date()) });
        }
        on = to.plus(1 + chance.days_to_next(parameters::DEPRIVATIONS_A_YEAR));
    }
}

fn same_place(before: &Episode, after: &Episode) -> bool {
    before.dec == Some(after.decom) && (before.place, before.place_post, before.urn) == (after.place, after.place_post, after.urn)
}
