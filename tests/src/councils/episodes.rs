//! Episodes: the stays and legal statuses of a period of care, cut wherever one of them changes.

use super::calendar::Day;
use super::chance::Chance;
use super::codes::{Ended, Legal, Need, NewEpisode, Place, Provider};
use super::legal::{self, Status};
use super::parameters;
use super::placements::{self, Mover, Stay};
use super::sketch::{Outline, Period};
use super::state::Episode;

/// The episodes of all periods of an outline up to `last`, short breaks before the first period among them.
pub fn of(chance: &mut Chance, outline: &Outline, mover: &Mover, last: Day) -> Vec<Episode> {
    let mut all = Vec::with_capacity(6);
    let home_post = if outline.alone { 0 } else { placements::postcode(chance, mover.authority) };
    short_breaks_before(chance, outline, home_post, mover, &mut all);
    for period in outline.periods.iter().filter(|period| period.start <= last) {
        let statuses = legal::statuses(chance, outline, period);
        let stays = whole_returns(placements::stays(chance, outline, period, &statuses, mover, last), &statuses);
        let ended = ended(chance, outline, period, &stays, last);
        cut(period, &statuses, &stays, ended, home_post, last, &mut all);
    }
    all
}

/// Without the temporary stays in which the legal status changes: who is away for some days comes back as before.
fn whole_returns(stays: Vec<Stay>, statuses: &[Status]) -> Vec<Stay> {
    let mut kept = Vec::with_capacity(stays.len());
    let mut at = 0;
    while at < stays.len() {
        let stay = stays[at];
        let back = stays.get(at + 1).map(|back| back.from);
        let during = |status: &Status| status.from >= stay.from && back.is_none_or(|back| status.from <= back);
        if placements::is_temporary(stay.place) && statuses.iter().any(during) {
            at += 2;
            continue;
        }
        kept.push(stay);
        at += 1;
    }
    kept
}

/// Cuts a period into episodes.
fn cut(
    period: &Period,
    statuses: &[Status],
    stays: &[Stay],
    ended: Option<Ended>,
    home_post: u32,
    last: Day,
    all: &mut Vec<Episode>,
) {
    let mut starts: Vec<Day> = statuses.iter().map(|status| status.from).chain(stays.iter().map(|stay| stay.from)).collect();
    starts.sort_unstable();
    starts.dedup();
    starts.retain(|&start| start <= last && start < period.end);
    for (i, &start) in starts.iter().enumerate() {
        let stay_at = stays.iter().rposition(|stay| stay.from <= start).expect("the first stay begins with the period");
        let stay = &stays[stay_at];
        let moved = stay.from == start;
        let status_changed = statuses.iter().any(|status| status.from == start);
        let rne = match (i, moved, stay.new_carer, status_changed) {
            (0, ..) => NewEpisode::S,
            (_, true, true, true) => NewEpisode::B,
            (_, true, false, true) => NewEpisode::U,
            (_, true, true, false) => NewEpisode::P,
            (_, true, false, false) => NewEpisode::T,
            (_, false, ..) => NewEpisode::L,
        };
        let next = starts.get(i + 1).copied();
        let (dec, rec) = match (next, ended) {
            (Some(next), _) => (Some(next), Some(Ended::X1)),
            (None, Some(ended)) => (Some(period.end), Some(ended)),
            (None, None) => (None, None),
        };
        let following = stays.get(stay_at + 1).filter(|following| Some(following.from) == next);
        all.push(Episode {
            decom: start.date(),
            rne,
            ls: legal::on(statuses, start),
            cin: period.need,
            place: stay.place,
            provider: stay.provider,
            dec: dec.map(Day::date),
            rec,
            reason: following.and_then(|following| following.reason),
            home_post,
            place_post: stay.post,
            urn: stay.urn,
        });
    }
}

/// How the period ends; none while it lasts on `last`.
fn ended(chance: &mut Chance, outline: &Outline, period: &Period, stays: &[Stay], last: Day) -> Option<Ended> {
    if period.end > last {
        return None;
    }
    if period.ended.is_some() {
        return period.ended;
    }
    let final_place = stays.last().expect("a period has a stay").place;
    if outline.alone && chance.happens(0.25) {
        return Some(chance.choose(&parameters::ENDS_18_SUPPORTED));
    }
    Some(match final_place {
        Place::U1 | Place::U2 | Place::U3 | Place::U4 | Place::U5 | Place::U6 => chance.choose(&parameters::ENDS_18_FOSTER),
        Place::Supported | Place::Independent => chance.choose(&parameters::ENDS_18_SUPPORTED),
        _ => chance.choose(&parameters::ENDS_18_OTHER),
    })
}

/// Some children with a disability had short breaks before they came into care.
fn short_breaks_before(chance: &mut Chance, outline: &Outline, home_post: u32, mover: &Mover, all: &mut Vec<Episode>) {
    let first = outline.periods.first().expect("an outline has a period");
    let known = first.need == Need::N2 && first.start.since(outline.dob) > 4 * 366;
    if known && chance.happens(0.3) {
        let n = chance.days(1, 4);
        let from = first.start.plus(-n * 21 - chance.days(1, 20));
        breaks(chance, Legal::V3, from, n, home_post, mover.authority, all);
    }
}

/// The episodes of a child who has short breaks only.
pub fn short_breaks(chance: &mut Chance, first: Day, last: Day, authority: u32) -> Vec<Episode> {
    let mut all = Vec::new();
    let home_post = placements::postcode(chance, authority);
    if chance.happens(0.5) {
        let n = chance.days(3, 24);
        let from = chance.day(first, last.plus(-n * 21 - 20).max(first));
        breaks(chance, Legal::V3, from, n, home_post, authority, &mut all);
        all.retain(|episode| Day::of(episode.decom) <= last);
        for episode in &mut all {
            if episode.dec.is_some_and(|dec| Day::of(dec) > last) {
                (episode.dec, episode.rec) = (None, None);
            }
        }
    } else {
        let from = chance.day(first, last);
        let until = from.plus(chance.log_normal_days(400.0, 0.8));
        let mut agreement = short_break(from, until, Legal::V4, home_post, placements::postcode(chance, authority));
        if until > last {
            (agreement.dec, agreement.rec) = (None, None);
        }
        all.push(agreement);
    }
    all
}

/// `n` breaks of a few days, three weeks apart.
fn breaks(chance: &mut Chance, legal: Legal, from: Day, n: i32, home_post: u32, authority: u32, all: &mut Vec<Episode>) {
    let place_post = placements::postcode(chance, authority);
    for i in 0..n {
        let start = from.plus(i * 21 + chance.days(0, 3));
        all.push(short_break(start, start.plus(chance.days(1, 4)), legal, home_post, place_post));
    }
}

fn short_break(from: Day, until: Day, ls: Legal, home_post: u32, place_post: u32) -> Episode {
    Episode {
        decom: from.date(),
        rne: NewEpisode::S,
        ls,
        cin: Need::N2,
        place: Place::U6,
        provider: Provider::Pr1,
        dec: Some(until.date()),
        rec: Some(Ended::E8),
        reason: None,
        home_post,
        place_post,
        urn: 1_500_000 + place_post % 500,
    }
}
