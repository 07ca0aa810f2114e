//! Care leavers from 17 to 25, as the return asks about them every year: contact, activity, accommodation.
//!
//! Each of the three is a chain over the years: much stays, some is drawn afresh by age.

use super::calendar::{Day, year_end, year_start};
use super::chance::Chance;
use super::codes::{Activity, Ended, Home, InTouch, Place};
use super::effects::{Effects, chance_of};
use super::parameters;
use super::sketch::Outline;
use super::state::{Episode, LeaverStatus};

/// First return year that asks about young people of 22 to 25.
const ASKED_TO_25_FROM: i16 = 2023;

#[derive(Clone, Copy)]
struct Life {
    contact: InTouch,
    doing: Activity,
    home: Home,
    suitable: bool,
}

/// The statuses in all return years that ask about this young person.
pub fn of(chance: &mut Chance, outline: &Outline, effects: &Effects, years: &[i16]) -> Vec<LeaverStatus> {
    let mut all = Vec::new();
    let (Some(&first), Some(&last)) = (years.first(), years.last()) else {
        return all;
    };
    if outline.left_by(year_end(last)).is_none() {
        return all;
    }
    let moved_on = outline.periods.last().is_some_and(|period| period.ended == Some(Ended::E3));
    if moved_on {
        chance.skip();
        return all;
    }
    let mut life: Option<Life> = None;
    for year in first - 8..=last {
        let age = outline.dob.age_on(year_end(year));
        if !(17..=25).contains(&age) || !out_of_care(outline, age, year) {
            continue;
        }
        let now = live_on(chance, life, age, effects);
        life = Some(now);
        if now.contact == InTouch::Died {
            if year >= first && asked(chance, age, year) {
                all.push(status(&now, year));
            }
            return all;
        }
        if year >= first && asked(chance, age, year) {
            all.push(status(&now, year));
        }
    }
    all
}

/// Whether the young person is a care leaver by the birthday in the year.
fn out_of_care(outline: &Outline, age: i32, year: i16) -> bool {
    let birthday = outline.dob.birthday(age);
    birthday >= year_start(year) && birthday <= year_end(year) && outline.is_leaver(birthday)
}

/// Whether the return asks: from 22 on only about those who want support.
fn asked(chance: &mut Chance, age: i32, year: i16) -> bool {
    if age < 22 {
        return true;
    }
    let support = parameters::SUPPORTED_22_25[usize::try_from(age - 22).unwrap_or(0)];
    chance.happens(support) && year >= ASKED_TO_25_FROM
}

fn status(life: &Life, year: i16) -> LeaverStatus {
    LeaverStatus { year, in_touch: life.contact, activity: life.doing, home: life.home, suitable: life.suitable }
}

/// The year's life: kept from the last year or drawn afresh, each of its sides for itself.
fn live_on(chance: &mut Chance, before: Option<Life>, age: i32, effects: &Effects) -> Life {
    let contact = match before {
        Some(before) if chance.happens(parameters::CONTACT_STAYS) => before.contact,
        _ => {
            let weights = parameters::CONTACT[usize::from(age >= 19)];
            let codes = [InTouch::Yes, InTouch::No, InTouch::Refu, InTouch::Nreq];
            let choices: Vec<(InTouch, f64)> = codes.into_iter().zip(weights).collect();
            chance.choose(&choices)
        }
    };
    let contact = if chance.happens(parameters::DIED_A_YEAR) {
        InTouch::Died
    } else if age < 19 && chance.happens(parameters::RETURNED_HOME) {
        InTouch::Rhom
    } else if contact == InTouch::Rhom {
        InTouch::Yes
    } else {
        contact
    };
    let nothing = Life { contact, doing: Activity::None, home: Home::None, suitable: false };
    let known = match contact {
        InTouch::Yes => true,
        InTouch::Died | InTouch::Rhom => false,
        InTouch::No | InTouch::Refu | InTouch::Nreq => !chance.happens(parameters::NOTHING_KNOWN),
    };
    if !known {
        return nothing;
    }
    let before = before.filter(|before| before.doing != Activity::None);
    let doing = match before {
        Some(before) if chance.happens(parameters::DOING_STAYS) => before.doing,
        _ => draw_doing(chance, age, effects.learning),
    };
    let (home, suitable) = match before {
        Some(before) if chance.happens(parameters::LIVING_STAYS) && allowed(before.home, age) => (before.home, before.suitable),
        _ => draw_home(chance, age, effects.suitable),
    };
    Life { contact, doing, home, suitable }
}

fn draw_doing(chance: &mut Chance, age: i32, learning: f64) -> Activity {
    let mut weights = match age {
        17 | 18 => parameters::DOING_17_18,
        19..=21 => parameters::DOING_19_21,
        _ => parameters::DOING_22_25,
    };
    for weight in &mut weights[..4] {
        *weight *= learning;
    }
    let codes: [(Activity, Activity, f64); 7] = [
        (Activity::F1, Activity::P1, 0.06),
        (Activity::F2, Activity::P2, 0.25),
        (Activity::F4, Activity::P4, 0.1),
        (Activity::F5, Activity::P5, 0.35),
        (Activity::G4, Activity::G4, 0.0),
        (Activity::G5, Activity::G5, 0.0),
        (Activity::G6, Activity::G6, 0.0),
    ];
    let choices: Vec<((Activity, Activity, f64), f64)> = codes.into_iter().zip(weights).collect();
    let (full_time, part_time, share) = chance.choose(&choices);
    if chance.happens(share) { part_time } else { full_time }
}

const HOMES: [Home; 16] = [
    Home::B,
    Home::C,
    Home::D,
    Home::E,
    Home::K,
    Home::T,
    Home::U,
    Home::V,
    Home::W,
    Home::S,
    Home::X,
    Home::Y,
    Home::Z,
    Home::G,
    Home::H,
    Home::R,
];

fn draw_home(chance: &mut Chance, age: i32, suitable: f64) -> (Home, bool) {
    let weights = if age < 19 { parameters::LIVING_17_18 } else { parameters::LIVING_19_25 };
    let choices: Vec<(Home, f64)> = HOMES.into_iter().zip(weights).filter(|&(home, _)| allowed(home, age)).collect();
    let home = chance.choose(&choices);
    let never = matches!(home, Home::S | Home::X);
    let seldom = matches!(home, Home::V | Home::W);
    let suitable = !never && chance.happens(chance_of(suitable - if seldom { 4.0 } else { 0.0 }));
    (home, suitable)
}

/// A foyer is for 18 and over, and a former foster carer's home is not recorded at 17.
fn allowed(home: Home, age: i32) -> bool {
    age >= 18 || !matches!(home, Home::T | Home::Z)
}

/// Who left foster care on the 18th birthday stays with the former carer or does not, and nobody else does. The rest of a
/// life stays as it was drawn; chance is of a stream of its own.
pub fn stay_put(chance: &mut Chance, dob: Day, episodes: &[Episode], statuses: &mut [LeaverStatus]) {
    let Some(last) = episodes.iter().rev().find(|episode| !episode.is_short_break()) else { return };
    let at_18 = dob.birthday(18);
    let left = last.dec.map(Day::of).is_some_and(|dec| dec == at_18 || dec == at_18.plus(-1));
    let in_foster_care = matches!(last.place, Place::U1 | Place::U2 | Place::U3 | Place::U4 | Place::U5 | Place::U6);
    let mut stays = left && in_foster_care;
    let elsewhere: Vec<(Home, f64)> = vec![(Home::D, 0.3), (Home::U, 0.5), (Home::B, 0.2)];
    let draws: Vec<(bool, Home)> =
        parameters::STAYING_PUT.iter().map(|&share| (chance.happens(share), chance.choose(&elsewhere))).collect();
    for (age, (goes_on, home)) in (18..).zip(draws) {
        stays = stays && goes_on;
        let this_year = |status: &&mut LeaverStatus| dob.age_on(year_end(status.year)) == age && status.home != Home::None;
        for status in statuses.iter_mut().filter(this_year) {
            if stays {
                (status.home, status.suitable) = (Home::Z, true);
            } else if status.home == Home::Z {
                status.home = home;
            }
        }
    }
}

/// The day until which a young person can matter to the return.
#[must_use]
pub fn last_birthday(dob: Day) -> Day {
    dob.birthday(26)
}
