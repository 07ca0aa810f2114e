//! How a number is written for people: counts with commas, shares and means with one decimal, and what is not shown in words.

use crate::official::Milli;

/// A number as a page shows it. No `Debug`: it may be exact.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// A count.
    Count(i64),
    /// A count to the nearest ten.
    About(i64),
    /// Per cent in tenths.
    PerCent(i64),
    /// Whole per cent.
    WholePerCent(i64),
    /// A mean in tenths.
    Mean(i64),
    /// There is one, and it is not shown.
    Hidden,
    /// There is none.
    Nothing,
}

impl Shown {
    /// A count to the nearest ten, halves up; none stays none.
    pub fn about(count: i64) -> Self {
        Self::About(count.saturating_add(5).div_euclid(10).saturating_mul(10))
    }

    /// A share with one decimal.
    pub fn share(part: i64, whole: i64) -> Self {
        rounded(part, whole, 1_000).map_or(Self::Nothing, Self::PerCent)
    }

    /// A share in whole per cents.
    pub fn whole_share(part: i64, whole: i64) -> Self {
        rounded(part, whole, 100).map_or(Self::Nothing, Self::WholePerCent)
    }

    /// A mean with one decimal.
    pub fn mean(sum: i64, n: i64) -> Self {
        rounded(sum, n, 10).map_or(Self::Nothing, Self::Mean)
    }

    /// As words.
    pub fn words(self) -> String {
        match self {
            Self::Count(n) => with_commas(n),
            Self::About(n) => format!("about {}", with_commas(n)),
            Self::PerCent(tenths) => format!("{}%", one_decimal(tenths)),
            Self::WholePerCent(per_cent) => format!("{per_cent}%"),
            Self::Mean(tenths) => one_decimal(tenths),
            Self::Hidden => "hidden".to_owned(),
            Self::Nothing => String::new(),
        }
    }

    /// Per cent in tenths, where it is one.
    pub fn per_cent_tenths(self) -> Option<i64> {
        match self {
            Self::PerCent(tenths) => Some(tenths),
            Self::WholePerCent(per_cent) => Some(per_cent.saturating_mul(10)),
            Self::Count(_) | Self::About(_) | Self::Mean(_) | Self::Hidden | Self::Nothing => None,
        }
    }
}

/// Part of a whole, times a factor, rounded to the nearest, halves away from zero; `None` without a whole.
fn rounded(part: i64, whole: i64, factor: i64) -> Option<i64> {
    let (size, whole) = (i128::from(part.unsigned_abs()) * i128::from(factor), i128::from(whole));
    if whole <= 0 {
        return None;
    }
    let size = i64::try_from((size * 2 + whole) / (whole * 2)).ok()?;
    Some(if part < 0 { -size } else { size })
}

/// A published number: whole as it is, any other with one decimal.
pub fn published(number: Milli) -> String {
    number.as_whole().map_or_else(|| one_decimal(number.to_one_decimal().0 / 100), with_commas)
}

fn one_decimal(tenths: i64) -> String {
    let sign = if tenths < 0 { "-" } else { "" };
    format!("{sign}{}.{}", tenths.unsigned_abs() / 10, tenths.unsigned_abs() % 10)
}

/// A whole number with a comma before every three digits.
pub fn with_commas(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0 { format!("-{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rounded_once_and_halves_go_away_from_zero() {
        let check = |shown: Shown, expected: &str| assert_eq!(shown.words(), expected);
        check(Shown::share(1, 3), "33.3%");
        check(Shown::share(1, 8), "12.5%");
        check(Shown::share(1, 2_000), "0.1%");
        // 10.2496 %: by way of 10.25 it would become 10.3
        check(Shown::share(12_812, 125_000), "10.2%");
        check(Shown::share(0, 7), "0.0%");
        check(Shown::share(7, 7), "100.0%");
        check(Shown::share(1, 0), "");
        check(Shown::whole_share(1, 8), "13%");
        check(Shown::mean(149, 10), "14.9");
        check(Shown::mean(-25, 100), "-0.3");
        check(Shown::mean(-1, 1_000), "0.0");
        check(Shown::mean(30, 2), "15.0");
    }

    #[test]
    fn counts_have_commas_and_coarse_ones_say_so() {
        let check = |shown: Shown, expected: &str| assert_eq!(shown.words(), expected);
        check(Shown::Count(999), "999");
        check(Shown::Count(1_000), "1,000");
        check(Shown::Count(81_770), "81,770");
        check(Shown::Count(1_234_567), "1,234,567");
        check(Shown::about(0), "about 0");
        check(Shown::about(14), "about 10");
        check(Shown::about(15), "about 20");
        check(Shown::Hidden, "hidden");
        assert_eq!(published(Milli::whole(81_770)), "81,770");
        assert_eq!(published(Milli(14_900)), "14.9");
        assert_eq!(published(Milli(78_180)), "78.2");
    }
}
