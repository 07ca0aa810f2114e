//! The days on which rules change their answer: ends of years, leap days, birthdays, and lengths counted from other days.

use super::draw::Draw;
use crate::councils::calendar::{Day, year_end, year_start};

/// Ages at which a measure, a group or a rule begins or ends.
const AGES: [i32; 14] = [1, 4, 5, 8, 10, 11, 14, 15, 16, 17, 18, 19, 22, 25];

/// Lengths in months of bands and rules.
const MONTHS: [i32; 8] = [1, 3, 6, 12, 24, 30, 36, 60];

/// Lengths in days of bands and rules.
const DAYS: [i32; 9] = [1, 2, 7, 8, 27, 28, 29, 91, 126];

/// A day some months later; a day that a month lacks becomes its last day.
#[must_use]
pub fn plus_months(day: Day, months: i32) -> Day {
    let (year, month, of_month) = day.ymd();
    let count = year * 12 + month - 1 + months;
    let (year, month) = (count.div_euclid(12), count.rem_euclid(12) + 1);
    let next = if month == 12 { Day::of_ymd(year + 1, 1, 1) } else { Day::of_ymd(year, month + 1, 1) };
    let last = next.plus(-1).ymd().2;
    Day::of_ymd(year, month, of_month.min(last))
}

/// As a return writes it: dd/mm/yyyy.
#[must_use]
pub fn text(day: Day) -> String {
    let (year, month, day) = day.ymd();
    format!("{day:02}/{month:02}/{year:04}")
}

/// As [`text`], blank for none.
#[must_use]
pub fn text_or_blank(day: Option<Day>) -> String {
    day.map(text).unwrap_or_default()
}

/// The return year of a day.
#[must_use]
pub fn year_of(day: Day) -> i16 {
    let (year, month, _) = day.ymd();
    i16::try_from(year + i32::from(month >= 4)).unwrap_or(i16::MAX)
}

/// The edge days of a round.
pub struct Edges {
    days: Vec<Day>,
}

impl Edges {
    /// Those of a round and of the ten years before it.
    #[must_use]
    pub fn of(round: i16) -> Self {
        let mut days = Vec::new();
        for year in round - 9..=round {
            let (first, last) = (year_start(year), year_end(year));
            let y = i32::from(year);
            days.extend([first, first.plus(1), last.plus(-1), last, last.plus(1)]);
            let march = Day::of_ymd(y, 3, 1);
            days.extend([march.plus(-2), march.plus(-1), march]);
        }
        let y = i32::from(round);
        let last = year_end(round);
        days.extend([Day::of_ymd(y - 3, 9, 30), Day::of_ymd(y - 3, 10, 1), Day::of_ymd(y - 3, 9, 29)]);
        for (month, day) in [(7, 31), (8, 1), (9, 30), (10, 1), (9, 1), (12, 24)] {
            days.extend([Day::of_ymd(y - 1, month, day), Day::of_ymd(y - 2, month, day)]);
        }
        for months in MONTHS {
            let edge = plus_months(last, -months);
            days.extend([edge.plus(-1), edge, edge.plus(1)]);
        }
        days.extend(DAYS.map(|n| last.plus(-n)));
        Self { days }
    }

    /// A day in `low..=high`: mostly an edge of the round, of the child's birth or of an earlier day, else any.
    pub fn pick(&self, draw: &mut Draw, birth: Day, from: Day, low: Day, high: Day) -> Day {
        let within = |day: &Day| low <= *day && *day <= high;
        let edges: Vec<Day> = match draw.below(10) {
            0..=2 => self.days.iter().copied().filter(within).collect(),
            3 => birthdays(birth).filter(within).collect(),
            4 | 5 => after(from).into_iter().filter(within).collect(),
            _ => Vec::new(),
        };
        if edges.is_empty() { Day(draw.between(low.0, high.0)) } else { draw.one(&edges) }
    }
}

/// Birthdays that matter, with the days around them.
pub fn birthdays(birth: Day) -> impl Iterator<Item = Day> {
    AGES.into_iter().flat_map(move |age| {
        let on = birth.birthday(age);
        [on.plus(-1), on, on.plus(1)]
    })
}

fn after(from: Day) -> Vec<Day> {
    let days = DAYS.iter().map(|n| from.plus(*n));
    let months = [1, 12, 24, 60].into_iter().flat_map(|n| {
        let on = plus_months(from, n);
        [on.plus(-1), on, on.plus(1)]
    });
    days.chain(months).collect()
}

#[cfg(test)]
mod tests {
    use super::{Day, plus_months, text, year_of};

    #[test]
    fn months_are_added_as_the_details_say() {
        let check = |from: (i32, i32, i32), months, expected: &str| {
            assert_eq!(text(plus_months(Day::of_ymd(from.0, from.1, from.2), months)), expected);
        };
        check((2024, 1, 31), 1, "29/02/2024");
        check((2023, 1, 31), 1, "28/02/2023");
        check((2024, 2, 29), 12, "28/02/2025");
        check((2025, 3, 31), -1, "28/02/2025");
        check((2025, 12, 15), 1, "15/01/2026");
        check((2025, 12, 31), 12, "31/12/2026");
    }

    #[test]
    fn a_year_ends_on_31_march() {
        assert_eq!(year_of(Day::of_ymd(2025, 3, 31)), 2025);
        assert_eq!(year_of(Day::of_ymd(2025, 4, 1)), 2026);
    }
}
