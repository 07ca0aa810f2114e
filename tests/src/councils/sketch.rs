//! The outline of a childhood: who the child is, when care began and ended, how often and why.
//!
//! Outlines are cheap: most entries of the last quarter of a century left no trace in the returns, and
//! only the others are filled in. An outline knows nothing of placements or measures.

use super::calendar::{DAYS_PER_YEAR, Day};
use super::chance::{Chance, whole_days};
use super::codes::{Ended, Ethnic, Need, Sex};
use super::parameters::{self, Way};

/// Most periods of care that an outline has.
pub const PERIODS_MAX: usize = 4;

/// One period of care.
#[derive(Clone, Copy, Debug)]
pub struct Period {
    /// First day.
    pub start: Day,
    /// Day it ends: not part of it. May lie beyond the last return.
    pub end: Day,
    /// What becomes of it.
    pub way: Way,
    /// How it ends; none where that hangs on the placement at 18.
    pub ended: Option<Ended>,
    /// Category of need.
    pub need: Need,
}

/// The outline.
#[derive(Clone, Debug)]
pub struct Outline {
    /// Came to the country alone.
    pub alone: bool,
    /// Sex.
    pub sex: Sex,
    /// Ethnic group.
    pub ethnic: Ethnic,
    /// Date of birth.
    pub dob: Day,
    /// Few placements hold.
    pub unsettled: bool,
    /// Periods in order; at least one.
    pub periods: Vec<Period>,
}

impl Outline {
    /// Whether care holds on `day`.
    #[must_use]
    pub fn in_care_on(&self, day: Day) -> bool {
        self.periods.iter().any(|period| period.start <= day && day < period.end)
    }

    /// Whether any day of care lies between `first` and `last`, or care ends on `first`.
    #[must_use]
    pub fn touches(&self, first: Day, last: Day) -> bool {
        self.periods.iter().any(|period| period.start <= last && period.end >= first)
    }

    /// The day on which care ended for good, if that is known by `last`.
    #[must_use]
    pub fn left_by(&self, last: Day) -> Option<Day> {
        self.periods.last().map(|period| period.end).filter(|&end| end <= last)
    }

    /// Whether the young person is a care leaver in the words of the law, seen from `on`: thirteen weeks in
    /// care since the 14th birthday, some of them after the 16th, and out of care. Whether another authority
    /// took over is asked elsewhere.
    #[must_use]
    pub fn is_leaver(&self, on: Day) -> bool {
        let (from_14, from_16) = (self.dob.birthday(14), self.dob.birthday(16));
        let days: i32 = self.periods.iter().map(|period| period.end.min(on).since(period.start.max(from_14)).max(0)).sum();
        let after_16 = self.periods.iter().any(|period| period.end > from_16 && period.start < on);
        let last = self.periods.last().expect("an outline has a period");
        let gone = matches!(last.ended, Some(Ended::E2 | Ended::E15 | Ended::E16));
        days >= parameters::LEAVER_DAYS && after_16 && last.end <= on && !gone
    }
}

/// When an entry into care happened: all days alike, the last ones a little rarer.
pub fn entry_day(chance: &mut Chance, last: Day) -> Day {
    let span = whole_days(parameters::YEARS_OF_ENTRIES * DAYS_PER_YEAR);
    loop {
        let day = last.plus(-chance.days(0, span));
        if last.since(day) > parameters::RECENT_DAYS || chance.happens(parameters::RECENT_ENTRIES) {
            return day;
        }
    }
}

/// Draws an outline of a child whose care began on `entry`.
pub fn draw(chance: &mut Chance, entry: Day, last: Day, alone_factor: f64) -> Outline {
    let alone = chance.happens((parameters::UASC_SHARE * alone_factor).min(0.7));
    let age =
        if alone { age_at_entry(chance, &parameters::ENTRY_AGES_UASC) } else { age_at_entry(chance, &parameters::ENTRY_AGES) };
    let dob = birth(chance, entry, age, alone);
    let sex =
        if chance.happens(if alone { parameters::GIRLS_UASC } else { parameters::GIRLS }) { Sex::Female } else { Sex::Male };
    let ethnic = if alone { chance.choose(&parameters::ETHNIC_UASC) } else { chance.choose(&parameters::ETHNIC) };
    let share = if age < 10.0 { parameters::UNSETTLED.0 } else { parameters::UNSETTLED.1 };
    let unsettled = !alone && chance.happens(share);
    let mut periods = Vec::with_capacity(1);
    let mut start = entry;
    while periods.len() < PERIODS_MAX {
        let period = period(chance, dob, start, alone);
        periods.push(period);
        match next_entry(chance, dob, &period) {
            Some(next) if next <= last => start = next,
            _ => break,
        }
    }
    Outline { alone, sex, ethnic, dob, unsettled, periods }
}

fn age_at_entry(chance: &mut Chance, bands: &[(f64, f64, f64)]) -> f64 {
    let weights: Vec<((f64, f64), f64)> = bands.iter().map(|&(low, high, weight)| ((low, high), weight)).collect();
    let (low, high) = chance.choose(&weights);
    low + chance.unit() * (high - low)
}

/// The day of birth, some of them only known to the month or the year; never after the entry.
fn birth(chance: &mut Chance, entry: Day, age: f64, alone: bool) -> Day {
    let born = entry.plus(-whole_days(age * DAYS_PER_YEAR));
    let (year, month, _) = born.ymd();
    let not_known = if alone { parameters::DAY_NOT_KNOWN_UASC } else { parameters::DAY_NOT_KNOWN };
    let moved = if chance.happens(not_known) {
        Day::of_ymd(year, month, 15)
    } else if alone && chance.happens(not_known) {
        Day::of_ymd(year, 1, 1)
    } else {
        born
    };
    if moved <= entry && entry < moved.birthday(18).plus(-1) { moved } else { born }
}

/// The age band of an age in years: under 1, 1-4, 5-9, 10-15, 16-17.
#[must_use]
pub fn band(age_years: i32) -> usize {
    match age_years {
        i32::MIN..=0 => 0,
        1..=4 => 1,
        5..=9 => 2,
        10..=15 => 3,
        _ => 4,
    }
}

/// The age band of a child born on `dob`: under 1, 1-4, 5-9, 10-15, 16-17.
#[must_use]
pub fn age_band(dob: Day, on: Day) -> usize {
    band(dob.age_on(on))
}

fn period(chance: &mut Chance, dob: Day, start: Day, alone: bool) -> Period {
    let at_18 = dob.birthday(18);
    let need = if alone {
        chance.choose(&[(Need::N8, 0.9), (Need::N1, 0.06), (Need::N5, 0.04)])
    } else {
        chance.choose(&parameters::NEED)
    };
    let ways = [Way::Short, Way::Home, Way::Guardianship, Way::Adoption, Way::Long, Way::Custody];
    let band = age_band(dob, start);
    let (way, days) = if alone {
        (Way::Alone, None)
    } else {
        let choices: Vec<(usize, f64)> = parameters::WAYS[band].iter().copied().enumerate().collect();
        let chosen = chance.choose(&choices);
        let (median, spread) = parameters::WAY_DAYS[chosen];
        let days = (ways[chosen] != Way::Long).then(|| chance.log_normal_days(median, spread));
        (ways[chosen], days)
    };
    let (days, ended) = match way {
        Way::Short => (days.map(|days| days.min(170)), chance.choose(&parameters::ENDS_SHORT)),
        Way::Home => (days, chance.choose(&parameters::ENDS_HOME)),
        Way::Guardianship => (days, chance.choose(&parameters::ENDS_GUARDIANSHIP)),
        Way::Adoption => (days.map(|days| days.max(300)), chance.choose(&parameters::ENDS_ADOPTION)),
        Way::Custody => (days.map(|days| days.max(2)), chance.choose(&parameters::ENDS_CUSTODY)),
        Way::Long => (Some(chance.days_to_next(parameters::LONG_ENDS_A_YEAR).max(30)), chance.choose(&parameters::ENDS_LONG)),
        Way::Alone => alone_end(chance),
    };
    let end = days.map_or(at_18, |days| start.plus(days));
    close(chance, dob, Period { start, end, way, ended: Some(ended), need })
}

/// How the care of a child who came alone ends, if it ends before 18.
fn alone_end(chance: &mut Chance) -> (Option<i32>, Ended) {
    if chance.happens(parameters::ALONE_MOVED) {
        return (Some(chance.log_normal_days(22.0, 0.9)), Ended::E3);
    }
    if chance.happens(parameters::ALONE_ADULT) {
        return (Some(chance.log_normal_days(70.0, 0.8)), Ended::E15);
    }
    (Some(chance.days_to_next(parameters::ALONE_ENDS_A_YEAR)), chance.choose(&parameters::ENDS_ALONE))
}

/// Cuts a period at the 18th birthday, and gives ends at 16 and 17 their own reasons.
fn close(chance: &mut Chance, dob: Day, mut period: Period) -> Period {
    let at_18 = dob.birthday(18);
    if period.end >= at_18 {
        let eve = chance.happens(parameters::EVE_OF_BIRTHDAY) && at_18.since(period.start) > 1;
        period.end = if eve { at_18.plus(-1) } else { at_18 };
        period.ended = None;
    } else if matches!(period.way, Way::Long | Way::Home | Way::Guardianship) && period.end >= dob.birthday(16) {
        period.ended = Some(chance.choose(&parameters::ENDS_16_17));
    }
    period
}

/// The day on which care begins again, if it does.
fn next_entry(chance: &mut Chance, dob: Day, period: &Period) -> Option<Day> {
    let back = match period.ended? {
        Ended::E4a | Ended::E4b => parameters::BACK_AFTER_HOME,
        Ended::E13 | Ended::E41 | Ended::E45 | Ended::E46 | Ended::E47 | Ended::E48 | Ended::E8 | Ended::E14 | Ended::E5 => {
            parameters::BACK_AFTER_OTHER
        }
        _ => return None,
    };
    if !chance.happens(back) {
        return None;
    }
    let next = period.end.plus(chance.log_normal_days(200.0, 1.3));
    (next < dob.birthday(18).plus(-20)).then_some(next)
}
