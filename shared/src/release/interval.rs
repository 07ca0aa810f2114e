//! 95 % intervals: Gaussian for counts, Fieller's set for shares and means.
//!
//! Only the four operations and the square root are used, which IEEE 754 fixes to the last bit, so that two machines
//! write the same bytes.

/// The 97.5 % quantile of the normal distribution.
pub(super) const Z: f64 = 1.959_963_984_540_054;
/// A share whose set is wider than this says nothing.
pub(super) const SHARE_WIDTH_MAX: f64 = 0.5;
/// A mean whose set is wider than this part of its bounds' width says nothing.
pub(super) const MEAN_WIDTH_MAX: f64 = 0.1;

/// A value with the ends of its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Interval {
    pub(super) value: f64,
    pub(super) low: f64,
    pub(super) high: f64,
}

impl Interval {
    /// A value with Gaussian noise of this variance.
    pub(super) fn gaussian(value: f64, variance: f64) -> Self {
        let half = Z * variance.sqrt();
        Self { value, low: value - half, high: value + half }
    }
    /// The same interval after `x -> offset + factor x`, for a factor above zero.
    pub(super) fn scaled(self, offset: f64, factor: f64) -> Self {
        let map = |x: f64| offset + factor * x;
        Self { value: map(self.value), low: map(self.low), high: map(self.high) }
    }
}

/// A noisy ratio: numerator and denominator with variances and covariance.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ratio {
    pub(super) numerator: f64,
    pub(super) denominator: f64,
    pub(super) var_numerator: f64,
    pub(super) var_denominator: f64,
    pub(super) covariance: f64,
}

impl Ratio {
    /// Fieller's 95 % set, when it is an interval; `None` when it is unbounded or the denominator is not above zero.
    ///
    /// All theta with `(N - theta D)^2 <= z^2 (var N - 2 theta cov + theta^2 var D)` (Fieller 1954): exact for Gaussian
    /// noise however small the denominator, where an interval around the quotient is not.
    pub(super) fn fieller(self) -> Option<Interval> {
        let z2 = Z * Z;
        let a = self.denominator * self.denominator - z2 * self.var_denominator;
        let b = self.numerator * self.denominator - z2 * self.covariance;
        let c = self.numerator * self.numerator - z2 * self.var_numerator;
        let discriminant = b * b - a * c;
        let bounded = self.denominator > 0.0 && a > 0.0 && discriminant >= 0.0;
        bounded.then(|| {
            let root = discriminant.sqrt();
            Interval { value: self.numerator / self.denominator, low: (b - root) / a, high: (b + root) / a }
        })
    }
}

/// How many decimals a figure has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decimals {
    /// One.
    One,
    /// Four.
    Four,
}

/// A number at a fixed number of decimals, halves away from zero; minus zero becomes zero.
pub(super) fn rounded(x: f64, decimals: Decimals) -> f64 {
    let factor = match decimals {
        Decimals::One => 10.0,
        Decimals::Four => 10_000.0,
    };
    (x * factor).round() / factor + 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_fiellers_set_are_where_the_test_changes_its_mind() {
        let r = Ratio { numerator: 120.0, denominator: 900.0, var_numerator: 400.0, var_denominator: 2000.0, covariance: 400.0 };
        let set = r.fieller().unwrap();
        let excess = |t: f64| {
            let d = r.numerator - t * r.denominator;
            d * d - Z * Z * (r.var_numerator - 2.0 * t * r.covariance + t * t * r.var_denominator)
        };
        for end in [set.low, set.high] {
            assert!(excess(end).abs() < 1e-6 * r.denominator * r.denominator);
        }
        assert!(excess(set.value) < 0.0 && excess(set.low - 0.01) > 0.0 && excess(set.high + 0.01) > 0.0);
    }

    #[test]
    fn a_denominator_lost_in_noise_has_no_interval() {
        let r = Ratio { numerator: 5.0, denominator: 20.0, var_numerator: 100.0, var_denominator: 400.0, covariance: 100.0 };
        assert_eq!(r.fieller(), None);
        assert_eq!(Ratio { denominator: -900.0, ..r }.fieller(), None);
    }

    #[test]
    fn rounding_has_one_zero() {
        assert_eq!(rounded(-0.000_01, Decimals::Four).to_string(), "0");
        assert_eq!(rounded(2.345_67, Decimals::Four).to_string(), "2.3457");
        assert_eq!(rounded(-1.25, Decimals::One).to_string(), "-1.3");
    }
}
