//! `MentalHealth`: referrals with what became of them, as things stood on 31 March.

use super::super::calendar::{Day, year_end, year_start};
use super::super::chance::Chance;
use super::super::rows::Rows;
use super::life::Life;
use super::{Extract, parameters};

/// Age from which children are referred.
const REFERRED_FROM: i32 = 5;
/// Score from which a child counts as one with high difficulties.
const HIGH: u8 = 17;

/// A referral and what became of it, some of it after the last return.
struct Referral {
    on: Day,
    decided: Day,
    accepted: bool,
    seen: Option<Day>,
    closed: Option<Day>,
}

pub(super) fn write(life: &Life<'_>, year: i16, rows: &mut Rows) {
    let (earliest, end) = (year_start(year - 1), year_end(year));
    for referral in all(life) {
        let closed = referral.closed.filter(|&on| on <= end);
        if referral.on > end || closed.is_some_and(|on| on < earliest) {
            continue;
        }
        let decision = match referral.accepted {
            _ if referral.decided > end => "WAIT",
            true => "ACC",
            false => "NOT",
        };
        let seen = referral.seen.filter(|&on| on <= end);
        let row = rows.text(&life.child.id).date(referral.on.date()).text(decision);
        row.maybe_date(seen.map(Day::date)).maybe_date(closed.map(Day::date)).end();
    }
}

/// All referrals from two years before the first return on, one after another.
fn all(life: &Life<'_>) -> Vec<Referral> {
    let mut chance = life.chance(Extract::MentalHealth);
    let mut all = Vec::new();
    let (high, other, leaver) = parameters::REFERRALS_A_YEAR;
    let child = if life.score(life.years.1).is_some_and(|score| score >= HIGH) { high } else { other };
    let last = year_end(life.years.1);
    let (from, at_18) = (life.born.birthday(REFERRED_FROM), life.born.birthday(18));
    let mut on = from.max(year_start(life.years.0).plus(-730));
    loop {
        on = on.plus(chance.days_to_next(if on < at_18 { child } else { leaver }));
        if on > last {
            return all;
        }
        let referral = referral(&mut chance, on);
        on = referral.closed.unwrap_or(last);
        all.push(referral);
    }
}

fn referral(chance: &mut Chance, on: Day) -> Referral {
    let (not_accepted, lost) = parameters::REFERRALS_LOST;
    let fate = chance.unit();
    let decided = on.plus(chance.log_normal_days(12.0, 0.7));
    let (median, spread) = parameters::REFERRAL_WAIT;
    let seen = decided.max(on.plus(chance.log_normal_days(median, spread)));
    let treated = chance.log_normal_days(230.0, 0.8);
    let accepted = fate >= not_accepted;
    let is_lost = fate < not_accepted + lost;
    let (seen, closed) = match (accepted, is_lost) {
        (false, _) => (None, decided),
        (true, true) => (None, seen),
        (true, false) => (Some(seen), seen.plus(treated)),
    };
    Referral { on, decided, accepted, seen, closed: Some(closed) }
}
