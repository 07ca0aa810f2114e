//! Working days in England: Monday to Friday without bank holidays.
//!
//! The holidays follow from the rules of the Banking and Financial Dealings Act 1971 and the proclamations of each year: a
//! holiday on a weekend moves to the next day that is none. The single changes of 2020, 2022 and 2023 are listed.

use super::Day;

/// Days on which banks were closed once, by proclamation: the fourth day of the jubilee of 2022, a state funeral, a
/// coronation.
const ONCE: [(i32, i32, i32); 3] = [(2022, 6, 3), (2022, 9, 19), (2023, 5, 8)];

impl Day {
    /// Later or earlier by days.
    #[must_use]
    pub fn plus_days(self, days: i32) -> Self {
        Self::since_1970(self.to_1970().saturating_add(days))
    }

    /// 0 is Monday, 6 Sunday.
    fn weekday(self) -> i32 {
        // 1 January 1970 was a Thursday
        self.to_1970().saturating_add(3).rem_euclid(7)
    }

    fn is_weekend(self) -> bool {
        self.weekday() >= 5
    }

    /// Whether it is a working day in England.
    pub fn is_working(self) -> bool {
        !self.is_weekend() && !bank_holidays(self.ymd().0).contains(&Some(self))
    }

    /// The last day that lies within `n` working days after this one: its n-th working day.
    pub fn plus_working_days(self, n: u32) -> Self {
        let (mut day, mut left) = (self, n);
        while left > 0 {
            day = day.after();
            left -= u32::from(day.is_working());
        }
        day
    }
}

/// The bank holidays of a calendar year in England.
fn bank_holidays(year: i32) -> [Option<Day>; 11] {
    let on = |month, day| Day::from_ymd(year, month, day);
    let easter = easter_sunday(year);
    let early_may = if year == 2020 { on(5, 8) } else { first_monday(year, 5) };
    let spring = if year == 2022 { on(6, 2) } else { last_monday(year, 5) };
    let christmas = on(12, 25);
    // Christmas Day and Boxing Day on a weekend move to the Monday and Tuesday after it
    let (first, second) = match christmas.map(Day::weekday) {
        Some(4) => (on(12, 25), on(12, 28)),
        Some(5) => (on(12, 27), on(12, 28)),
        Some(6) => (on(12, 27), on(12, 26)),
        _ => (christmas, on(12, 26)),
    };
    let once = |at: usize| ONCE.get(at).filter(|(of, ..)| *of == year).and_then(|(_, month, day)| on(*month, *day));
    [
        on(1, 1).map(moved_to_monday),
        easter.map(|sunday| sunday.plus_days(-2)),
        easter.map(Day::after),
        early_may,
        spring,
        last_monday(year, 8),
        first,
        second,
        once(0),
        once(1),
        once(2),
    ]
}

fn moved_to_monday(day: Day) -> Day {
    match day.weekday() {
        5 => day.plus_days(2),
        6 => day.after(),
        _ => day,
    }
}

fn first_monday(year: i32, month: i32) -> Option<Day> {
    let first = Day::from_ymd(year, month, 1)?;
    Some(first.plus_days((7 - first.weekday()).rem_euclid(7)))
}

/// The last Monday of a month of 31 days.
fn last_monday(year: i32, month: i32) -> Option<Day> {
    let last = Day::from_ymd(year, month, 31)?;
    Some(last.plus_days(-last.weekday()))
}

/// Easter Sunday of the Gregorian calendar: the Sunday after the full moon on or after 21 March, by the golden number and
/// the corrections of the century (Book of Common Prayer, tables of moveable feasts).
fn easter_sunday(year: i32) -> Option<Day> {
    let golden = year.rem_euclid(19);
    let century = year.div_euclid(100);
    let epact = (century - century / 4 - (8 * century + 13) / 25 + 19 * golden + 15).rem_euclid(30);
    // the moon of the last two epacts falls a day earlier
    let moon = epact - i32::from(epact == 29 || (epact == 28 && golden > 10));
    let full_moon = Day::from_ymd(year, 3, 21)?.plus_days(moon);
    Some(full_moon.plus_days(7 - (full_moon.weekday() + 1).rem_euclid(7)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day::tests::day;

    #[test]
    fn bank_holidays_are_those_that_were_published() {
        // gov.uk, bank holidays in England and Wales, weekdays that are holidays
        let published = [
            (2017, "02/01 14/04 17/04 01/05 29/05 28/08 25/12 26/12"),
            (2018, "01/01 30/03 02/04 07/05 28/05 27/08 25/12 26/12"),
            (2019, "01/01 19/04 22/04 06/05 27/05 26/08 25/12 26/12"),
            (2020, "01/01 10/04 13/04 08/05 25/05 31/08 25/12 28/12"),
            (2021, "01/01 02/04 05/04 03/05 31/05 30/08 27/12 28/12"),
            (2022, "03/01 15/04 18/04 02/05 02/06 03/06 29/08 19/09 26/12 27/12"),
            (2023, "02/01 07/04 10/04 01/05 08/05 29/05 28/08 25/12 26/12"),
            (2024, "01/01 29/03 01/04 06/05 27/05 26/08 25/12 26/12"),
            (2025, "01/01 18/04 21/04 05/05 26/05 25/08 25/12 26/12"),
            (2026, "01/01 03/04 06/04 04/05 25/05 31/08 25/12 28/12"),
            (2027, "01/01 26/03 29/03 03/05 31/05 30/08 27/12 28/12"),
        ];
        for (year, days) in published {
            let mut expected: Vec<Day> = days.split(' ').map(|text| day(&format!("{text}/{year}"))).collect();
            expected.sort_unstable();
            let mut day = Day::from_ymd(year, 1, 1).unwrap();
            let mut found = Vec::new();
            while day.ymd().0 == year {
                if !day.is_weekend() && !day.is_working() {
                    found.push(day);
                }
                day = day.after();
            }
            assert_eq!(found, expected, "{year}");
        }
    }

    #[test]
    fn easter_is_on_the_days_of_the_almanac() {
        for text in
            ["23/04/2000", "23/03/2008", "24/04/2011", "31/03/2013", "24/03/1940", "25/04/1943", "17/04/1949", "18/04/1954"]
        {
            let easter = day(text);
            assert_eq!(easter_sunday(easter.ymd().0), Some(easter), "{text}");
        }
        assert_eq!(easter_sunday(1981), Some(day("19/04/1981")), "an epact of 29");
    }

    #[test]
    fn working_days_are_counted_from_the_day_after() {
        assert_eq!(day("20/12/2024").plus_working_days(1), day("23/12/2024"));
        assert_eq!(day("24/12/2024").plus_working_days(1), day("27/12/2024"));
        assert_eq!(day("01/07/2024").plus_working_days(20), day("29/07/2024"));
        assert_eq!(day("06/07/2024").plus_working_days(0), day("06/07/2024"));
    }
}
