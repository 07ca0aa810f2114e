//! What is printed of the made-up councils over several seeds: published, made up, difference, and whether that is near enough.
//!
//! The mean over the seeds decides; the worst seed is told beside it. A figure that the councils are known to miss carries
//! its reason in `config/published.toml` and is printed with it; when its mean is near enough again, the mark is a fault.

use shared::framework::{Framework, Kind, Tier};

use super::Counted;
use super::published::Target;

/// One figure over all seeds.
#[derive(Clone, Debug)]
pub struct Row {
    /// The target.
    pub target: Target,
    /// What each seed gave; empty where no measure counts it.
    pub found: Vec<f64>,
}

/// How a figure over all seeds is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict<'a> {
    /// The mean is near enough.
    Inside,
    /// It is not.
    Outside,
    /// It is not, for a reason that is known.
    Missed(&'a str),
    /// It is near enough although a reason says that it is not.
    Outlived(&'a str),
    /// Nothing was counted.
    NotCounted,
}

impl Verdict<'_> {
    /// Whether the calibration fails by it.
    #[must_use]
    pub fn is_fault(self) -> bool {
        matches!(self, Self::Outside | Self::Outlived(_))
    }
}

impl Row {
    /// Mean over the seeds; not a number where nothing was counted.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.found.iter().sum::<f64>() / f64::from(u32::try_from(self.found.len()).unwrap_or(u32::MAX))
    }

    /// Largest distance of any seed.
    #[must_use]
    pub fn worst(&self) -> f64 {
        self.found.iter().map(|found| (found - self.target.value).abs()).fold(0.0, f64::max)
    }

    /// Whether the mean lies near enough.
    #[must_use]
    pub fn is_inside(&self) -> bool {
        (self.mean() - self.target.value).abs() <= self.target.within
    }

    /// The verdict.
    #[must_use]
    pub fn verdict(&self) -> Verdict<'_> {
        match &self.target.missed {
            _ if self.found.is_empty() => Verdict::NotCounted,
            None if self.is_inside() => Verdict::Inside,
            None => Verdict::Outside,
            Some(why) if self.is_inside() => Verdict::Outlived(why),
            Some(why) => Verdict::Missed(why),
        }
    }
}

/// What the nation has in the extracts' measures of which nothing is published: name and value, in the framework's order.
/// Such figures are invented; they are of the right shape and say nothing of England.
#[must_use]
pub fn invented(targets: &[Target], counted: &Counted) -> Vec<(String, f64)> {
    let framework = Framework::built_in();
    let mut all = Vec::new();
    for measure in framework.measures() {
        let is_published = targets.iter().any(|target| target.is_of(&measure.id));
        if measure.tier != Tier::Extract || is_published {
            continue;
        }
        if measure.kind == Kind::Mean {
            all.extend(counted.nation.mean(&measure.id, "total").map(|mean| (format!("{} total: mean", measure.id), mean)));
        }
        for category in measure.categories.iter().filter(|category| !category.outside) {
            let share = counted.nation.share(&measure.id, "total", &category.id);
            all.extend(share.map(|share| (format!("{} total: {}", measure.id, category.id), share)));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::{Row, Verdict};
    use crate::calibration::published::{Source, Target};

    fn row(missed: Option<&str>, found: &[f64]) -> Row {
        let source = Source::Generator { key: "of_this_test".to_owned(), base: None, is_share: false };
        let missed = missed.map(str::to_owned);
        let target = Target { name: "of this test".to_owned(), source, value: 10.0, within: 1.0, is_count: false, missed };
        Row { target, found: found.to_vec() }
    }

    #[test]
    fn the_mean_over_the_seeds_decides_and_the_worst_is_told() {
        let spread = row(None, &[9.5, 13.0, 8.0]);
        assert_eq!(spread.verdict(), Verdict::Inside);
        assert!((spread.worst() - 3.0).abs() < 1e-9);
        let outside = row(None, &[11.5, 10.9]);
        assert_eq!(outside.verdict(), Verdict::Outside);
        assert!(outside.verdict().is_fault());
    }

    #[test]
    fn a_known_miss_is_no_fault_until_it_is_near_enough_again() {
        let missed = row(Some("a reason"), &[12.0]);
        assert_eq!(missed.verdict(), Verdict::Missed("a reason"));
        assert!(!missed.verdict().is_fault());
        let outlived = row(Some("a reason"), &[10.5]);
        assert_eq!(outlived.verdict(), Verdict::Outlived("a reason"));
        assert!(outlived.verdict().is_fault());
        assert!(!row(None, &[]).verdict().is_fault());
    }
}
