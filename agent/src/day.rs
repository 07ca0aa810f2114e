//! Calendar days as records hold them, and the two ways in which the measures count along them.
//!
//! A [`Day`] is a number of days, so that comparing and counting cost nothing. Adding months to a
//! day that does not exist gives the last day of that month; a birthday on 29 February falls on 28 February in other
//! years (measures, detail 1). Invariant: a `Day` lies in the years 1900 to 2199.

mod working; // working days and bank holidays

use std::num::NonZeroU32;

use jiff::civil::Date;
use shared::ids::ReportingYear;

/// 1 January 1970, counted from 1 January 1900, which is day 1.
const DAY_OF_1970: i32 = 25_568;

/// First calendar year that a record can name.
const YEAR_MIN: i32 = 1900;
/// Last calendar year that a record can name.
const YEAR_MAX: i32 = 2199;

/// Number of months in the range.
const N_MONTHS: usize = 3600;

/// The first day of every month in the range and of the one after it: reading a date is two look-ups.
static MONTHS: [i32; N_MONTHS + 1] = first_days();

const fn first_days() -> [i32; N_MONTHS + 1] {
    let mut days = [0; N_MONTHS + 1];
    let (mut at, mut year, mut month) = (0, YEAR_MIN, 1);
    while at <= N_MONTHS {
        days[at] = days_since_1970(year, month, 1);
        at += 1;
        (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    }
    days
}

/// A civil day. Never zero inside, so that an `Option<Day>` takes no more room than a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(NonZeroU32);

impl Day {
    /// From days since 1 January 1970; before 1900 it is 1 January 1900.
    fn since_1970(days: i32) -> Self {
        let days = u32::try_from(days.saturating_add(DAY_OF_1970)).unwrap_or(1);
        Self(NonZeroU32::new(days).unwrap_or(NonZeroU32::MIN))
    }

    fn to_1970(self) -> i32 {
        i32::try_from(self.0.get()).unwrap_or(i32::MAX).saturating_sub(DAY_OF_1970)
    }

    /// Days from an earlier day to this one; negative when that one is later.
    pub fn days_since(self, earlier: Self) -> i32 {
        self.to_1970().saturating_sub(earlier.to_1970())
    }

    /// A day by calendar year, month and day of the month; `None` when it does not exist or lies outside the range.
    pub fn from_ymd(year: i32, month: i32, day: i32) -> Option<Self> {
        if !(YEAR_MIN..=YEAR_MAX).contains(&year) || !(1..=12).contains(&month) {
            return None;
        }
        let at = usize::try_from((year - YEAR_MIN) * 12 + month - 1).ok()?;
        let (first, next) = (MONTHS.get(at)?, MONTHS.get(at + 1)?);
        (day >= 1 && day <= next - first).then(|| Self::since_1970(first + day - 1))
    }

    /// Reads `dd/mm/yyyy` and nothing else.
    pub fn parse(cell: &[u8]) -> Option<Self> {
        let &[d1, d2, s1, m1, m2, s2, y1, y2, y3, y4] = cell else { return None };
        // eight bytes at once: each becomes its digit, or 0 for a slash; what is neither sets a high bit when added to
        let digits = u64::from_le_bytes([d1, d2, s1, m1, m2, s2, y1, y2]) ^ u64::from_le_bytes(*b"00/00/00");
        let most = u64::from_le_bytes([9, 9, 0, 9, 9, 0, 9, 9]);
        const LOW: u64 = 0x7F7F_7F7F_7F7F_7F7F;
        if (((digits & LOW) + (LOW - most)) | digits) & !LOW != 0 || !y3.is_ascii_digit() || !y4.is_ascii_digit() {
            return None;
        }
        // ten times each digit and the one after it
        let [day, _, _, month, _, _, century, _] = (digits * 10 + (digits >> 8)).to_le_bytes().map(i32::from);
        let year = century * 100 + i32::from(y3 - b'0') * 10 + i32::from(y4 - b'0');
        Self::from_ymd(year, month, day)
    }

    /// Reads `yyyy-mm-dd`, alone or with midnight after it, as databases write it.
    pub fn parse_year_first(cell: &[u8]) -> Option<Self> {
        let (date, rest) = cell.split_at_checked(10)?;
        let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = date else { return None };
        let midnight = rest.is_empty()
            || rest.strip_prefix(b" 00:00:00").or(rest.strip_prefix(b"T00:00:00")).is_some_and(|f| {
                f.is_empty() || f.strip_prefix(b".").is_some_and(|f| !f.is_empty() && f.iter().all(|b| *b == b'0'))
            });
        midnight.then(|| Self::parse(&[d1, d2, b'/', m1, m2, b'/', y1, y2, y3, y4])).flatten()
    }

    /// 1 April, the first day of a reporting year.
    pub fn first_of(year: ReportingYear) -> Self {
        Self::of(year.first_day())
    }

    /// 31 March, the last day of a reporting year.
    pub fn last_of(year: ReportingYear) -> Self {
        Self::of(year.last_day())
    }

    fn of(date: Date) -> Self {
        Self::since_1970(days_since_1970(i32::from(date.year()), i32::from(date.month()), i32::from(date.day())))
    }

    /// The day before; the first day of the range stays.
    pub fn before(self) -> Self {
        Self::since_1970(self.to_1970().saturating_sub(1))
    }

    /// The day after; the last day of the range stays.
    pub fn after(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// Later by whole months; the last day of the month where the day does not exist.
    pub fn plus_months(self, months: i32) -> Self {
        self.plus_months_by_table(months).unwrap_or_else(|| self.plus_months_by_calendar(months))
    }

    /// `None` outside of the table.
    fn plus_months_by_table(self, months: i32) -> Option<Self> {
        let (at, day) = self.month()?;
        let at = at.checked_add_signed(isize::try_from(months).ok()?)?;
        let (first, next) = (MONTHS.get(at)?, MONTHS.get(at + 1)?);
        Some(Self::since_1970(first + day.min(next - first - 1)))
    }

    fn plus_months_by_calendar(self, months: i32) -> Self {
        let (year, month, day) = self.ymd();
        let ordinal = year.saturating_mul(12).saturating_add(month - 1).saturating_add(months);
        let (year, month) = (ordinal.div_euclid(12), ordinal.rem_euclid(12) + 1);
        Self::since_1970(days_since_1970(year, month, day.min(days_of_month(year, month))))
    }

    /// The month in which the day lies, as a position in [`MONTHS`], and the days since its first; `None` outside of it.
    fn month(self) -> Option<(usize, i32)> {
        let days = self.to_1970();
        // months are 30.4375 days long on average: the guess is at most one off
        let guess = usize::try_from(self.0.get() / 487 * 16 + self.0.get() % 487 * 16 / 487).ok()?;
        let after = guess + usize::from(MONTHS.get(guess + 1).is_some_and(|next| *next <= days));
        let at = if *MONTHS.get(after)? > days { after.checked_sub(1)? } else { after };
        let first = *MONTHS.get(at)?;
        Some((at, days - first))
    }

    /// The birthday on which somebody born on this day turns `years`.
    pub fn birthday(self, years: i32) -> Self {
        self.plus_months(years.saturating_mul(12))
    }

    /// Completed years on a day of somebody born on this day; `None` before birth or from 256 years on.
    pub fn age_on(self, on: Self) -> Option<u8> {
        if on < self {
            return None;
        }
        let years = on.ymd().0 - self.ymd().0;
        let years = if self.birthday(years) <= on { years } else { years - 1 };
        u8::try_from(years).ok()
    }

    /// Year, month and day of the month.
    pub fn ymd(self) -> (i32, i32, i32) {
        // days are counted in eras of 400 years that begin on 1 March, so that the leap day ends a year
        let days = self.to_1970() + 719_468;
        let era = days.div_euclid(146_097);
        let of_era = days.rem_euclid(146_097);
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * march_month + 2) / 5 + 1;
        let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
        let year = year_of_era + era * 400 + i32::from(month <= 2);
        (year, month, day)
    }
}

fn days_of_month(year: i32, month: i32) -> i32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

const fn days_since_1970(year: i32, month: i32, day: i32) -> i32 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let march_month = if month > 2 { month - 3 } else { month + 9 };
    let of_year = (153 * march_month + 2) / 5 + day - 1;
    let of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year;
    era * 146_097 + of_era - 719_468
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The day written `dd/mm/yyyy`.
    pub fn day(text: &str) -> Day {
        Day::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn only_two_two_four_digits_that_exist_are_a_day() {
        for text in [
            "29/02/2023",
            "31/04/2024",
            "00/01/2024",
            "01/13/2024",
            "1/4/2024",
            "2024-04-01",
            "01/04/24",
            "",
            "0l/04/2024",
            "01/04/1066",
            "+1/04/2024",
        ] {
            assert!(Day::parse(text.as_bytes()).is_none(), "{text}");
        }
        assert_eq!(day("29/02/2024").ymd(), (2024, 2, 29));
        assert_eq!((day("01/01/1970").to_1970(), day("02/01/1970").days_since(day("31/12/1969"))), (0, 2));
        assert_eq!(size_of::<Option<Day>>(), 4);
    }

    #[test]
    fn months_end_on_the_last_day_that_exists() {
        assert_eq!(day("31/08/2022").plus_months(6), day("28/02/2023"));
        assert_eq!(day("30/09/2022").plus_months(30), day("30/03/2025"));
        assert_eq!(day("31/03/2023").plus_months(24), day("31/03/2025"));
    }

    #[test]
    fn a_leap_birthday_falls_on_28_february() {
        let born = day("29/02/2008");
        assert_eq!(born.age_on(day("27/02/2025")), Some(16));
        assert_eq!(born.age_on(day("28/02/2025")), Some(17));
        assert_eq!(born.age_on(day("28/02/2024")), Some(15));
        assert_eq!(born.age_on(day("29/02/2024")), Some(16));
        assert_eq!(born.age_on(day("28/02/2008")), None);
        assert_eq!(born.age_on(born), Some(0));
    }

    proptest! {
        #[test]
        fn a_day_agrees_with_the_calendar_library(year in 1900i16..=2199, month in 1i8..=12, of_month in 1i8..=28, months in 0i32..400) {
            let date = jiff::civil::date(year, month, of_month);
            let ours = Day::from_ymd(year.into(), month.into(), of_month.into()).unwrap();
            prop_assert_eq!(ours.ymd(), (year.into(), month.into(), of_month.into()));
            let later = date.checked_add(jiff::Span::new().months(months)).unwrap();
            prop_assert_eq!(ours.plus_months(months).ymd(), (later.year().into(), later.month().into(), later.day().into()));
            let tomorrow = date.tomorrow().unwrap();
            prop_assert_eq!(ours.after().ymd(), (tomorrow.year().into(), tomorrow.month().into(), tomorrow.day().into()));
        }
    }
}
