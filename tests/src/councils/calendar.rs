//! Days as whole numbers, for the simulation only: the state that leaves it holds civil dates.
//!
//! A [`Day`] counts days from 1 January 1970. Histories are drawn in days because adding and comparing
//! them is what a simulation does most. Months and birthdays follow the calendar: a day that a month
//! lacks becomes the last day of that month.

use jiff::civil::Date;

/// Days since 1 January 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

/// The mean length of a year, for turning drawn years into days.
pub const DAYS_PER_YEAR: f64 = 365.25;

impl Day {
    /// The day `n` days later.
    #[must_use]
    pub fn plus(self, n: i32) -> Self {
        Self(self.0 + n)
    }

    /// Days from `earlier` to this day.
    #[must_use]
    pub fn since(self, earlier: Self) -> i32 {
        self.0 - earlier.0
    }

    /// The day of a civil date.
    #[must_use]
    pub fn of(date: Date) -> Self {
        Self::of_ymd(i32::from(date.year()), i32::from(date.month()), i32::from(date.day()))
    }

    /// The day of a year, month and day, by the usual count of days with March as the first month.
    #[must_use]
    pub fn of_ymd(year: i32, month: i32, day: i32) -> Self {
        let y = if month <= 2 { year - 1 } else { year };
        let era = y.div_euclid(400);
        let year_of_era = y.rem_euclid(400);
        let month_from_march = (month + 9) % 12;
        let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Self(era * 146_097 + day_of_era - 719_468)
    }

    /// Year, month and day.
    #[must_use]
    pub fn ymd(self) -> (i32, i32, i32) {
        let z = self.0 + 719_468;
        let era = z.div_euclid(146_097);
        let day_of_era = z.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        let year = year_of_era + era * 400 + i32::from(month <= 2);
        (year, month, day)
    }

    /// The civil date of this day.
    #[must_use]
    pub fn date(self) -> Date {
        let (year, month, day) = self.ymd();
        Date::new(
            i16::try_from(year).expect("a simulated year has four digits"),
            i8::try_from(month).expect("a month is at most 12"),
            i8::try_from(day).expect("a day is at most 31"),
        )
        .expect("year, month and day come from a day count")
    }

    /// The `n`-th birthday of a child born on this day; 29 February becomes 28 February.
    #[must_use]
    pub fn birthday(self, n: i32) -> Self {
        let (year, month, day) = self.ymd();
        let year = year + n;
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let day = if month == 2 && day == 29 && !leap { 28 } else { day };
        Self::of_ymd(year, month, day)
    }

    /// Completed years on `on` of a child born on this day.
    #[must_use]
    pub fn age_on(self, on: Self) -> i32 {
        let years = on.ymd().0 - self.ymd().0;
        if self.birthday(years) > on { years - 1 } else { years }
    }
}

/// 1 April of the year before: the first day of reporting year `year`.
#[must_use]
pub fn year_start(year: i16) -> Day {
    Day::of_ymd(i32::from(year) - 1, 4, 1)
}

/// 31 March: the last day of reporting year `year`.
#[must_use]
pub fn year_end(year: i16) -> Day {
    Day::of_ymd(i32::from(year), 3, 31)
}

#[cfg(test)]
mod tests {
    use super::{Day, year_end, year_start};
    use jiff::civil::date;

    #[test]
    fn days_and_dates_agree_over_a_century() {
        let mut on = date(1950, 1, 1);
        let mut day = Day::of(on);
        while on < date(2050, 1, 1) {
            assert_eq!(day.date(), on);
            assert_eq!(Day::of(on), day);
            on = on.tomorrow().expect("the century has a next day");
            day = day.plus(1);
        }
        assert_eq!(Day::of(date(1970, 1, 1)), Day(0));
    }

    #[test]
    fn a_birthday_on_29_february_falls_on_the_28th() {
        let born = Day::of(date(2008, 2, 29));
        assert_eq!(born.birthday(17).date(), date(2025, 2, 28));
        assert_eq!(born.birthday(16).date(), date(2024, 2, 29));
        assert_eq!(born.age_on(Day::of(date(2025, 2, 27))), 16);
        assert_eq!(born.age_on(Day::of(date(2025, 2, 28))), 17);
    }

    #[test]
    fn a_reporting_year_runs_from_april_to_march() {
        assert_eq!(year_start(2025).date(), date(2024, 4, 1));
        assert_eq!(year_end(2025).date(), date(2025, 3, 31));
    }
}
