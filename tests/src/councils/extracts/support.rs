//! `CarerSupport`, `LeaverSupport` and `AfterHome`: what carers, care leavers and families got.

use super::super::calendar::{Day, year_end, year_start};
use super::super::codes::{Ended, InTouch, Place};
use super::super::rows::Rows;
use super::life::Life;
use super::{Extract, parameters};

/// Days before 31 March in which a review of the pathway plan counts as recent.
const HALF_YEAR: i32 = 181;

/// A row for each child who lives with a foster carer or in a home; a household says the same for all its children.
pub(super) fn of_carer(life: &Life<'_>, year: i16, rows: &mut Rows) {
    let Some(home) = life.home_on(year_end(year)) else { return };
    let asked =
        matches!(home.place, Place::U1 | Place::U2 | Place::U3 | Place::U4 | Place::U5 | Place::U6 | Place::K1 | Place::K2);
    if !asked {
        return;
    }
    let mut household = life.chance_of_household(home.urn.wrapping_mul(31).wrapping_add(home.place_post), year);
    let training = household.choose(&parameters::TRAINING);
    let carer = household.choose(&parameters::THERAPY[0]);
    let child = life.chance_in(Extract::CarerSupport, year).choose(&parameters::THERAPY[1]);
    rows.text(&life.child.id).text(training).text(carer).text(child).end();
}

/// A row for each care leaver of the year, and for whoever turned 18 in it.
pub(super) fn of_leaver(life: &Life<'_>, year: i16, rows: &mut Rows) {
    let (start, end) = (year_start(year), year_end(year));
    let at_18 = life.born.birthday(18);
    let turns_18 = start <= at_18 && at_18 <= end;
    let status = life.child.leaver.iter().find(|status| status.year == year);
    let in_care = life.care().any(|episode| episode.touches(start.date(), end.date()));
    if status.is_some_and(|status| status.in_touch == InTouch::Died) || (status.is_none() && !(turns_18 && in_care)) {
        return;
    }
    let mut chance = life.chance_in(Extract::LeaverSupport, year);
    let age = life.born.age_on(end);
    let in_touch = status.is_none_or(|status| status.in_touch == InTouch::Yes);
    let close = chance.choose(&parameters::STAYING_CLOSE);
    let share = if age < 22 { parameters::ADVISER.0 } else { parameters::ADVISER.1 };
    let adviser = flag(chance.unit(), if in_touch { share } else { share * 0.6 });
    let told = flag(chance.unit(), parameters::TO_25.0);
    let took = flag(chance.unit(), parameters::TO_25.1);
    let (recent, before) = parameters::PATHWAY;
    let when = chance.unit();
    let review = match when {
        _ if when < recent => Some(end.plus(-chance.days(0, HALF_YEAR))),
        _ if when < recent + before => Some(end.plus(-chance.days(HALF_YEAR + 1, 700))),
        _ => None,
    };
    let after = chance.choose(&parameters::AT_18);
    let now = chance.choose(&parameters::SERVICE_NOW);
    let (told, took) = match age {
        ..22 => ("", ""),
        _ if told == "1" => (told, took),
        _ => (told, if told == "0" { "0" } else { "" }),
    };
    let row = rows.text(&life.child.id).text(close).text(adviser).text(told).text(took).maybe_date(review.map(Day::date));
    row.text(if turns_18 { after } else { "" }).text(if age >= 18 { now } else { "" }).end();
}

/// 1 with some probability, and not recorded now and then.
fn flag(at: f64, share: f64) -> &'static str {
    const NOT_RECORDED: f64 = 0.05;
    match at {
        _ if at < share * (1.0 - NOT_RECORDED) => "1",
        _ if at < 1.0 - NOT_RECORDED => "0",
        _ => "",
    }
}

/// A row for nearly every return home of the year before.
pub(super) fn after_home(life: &Life<'_>, year: i16, rows: &mut Rows) {
    let (start, end) = (year_start(year - 1).date(), year_end(year - 1).date());
    let mut chance = life.chance_in(Extract::AfterHome, year);
    for episode in life.care().filter(|episode| matches!(episode.rec, Some(Ended::E4a | Ended::E4b))) {
        let Some(home_on) = episode.dec.filter(|&dec| start <= dec && dec <= end) else { continue };
        let plan = chance.choose(&parameters::HOME_PLAN);
        if !chance.happens(0.06) {
            rows.text(&life.child.id).date(home_on).text(plan).end();
        }
    }
}
