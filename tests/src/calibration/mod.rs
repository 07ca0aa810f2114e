//! The made-up councils held against England's published figures, by the agent's own measures.
//!
//! `published` reads the facts of `config/published.toml` and says what each asks of the nation; `cells` counts a council
//! by every measure and breakdown, from the returns that it writes; this room holds one against the other, and `rows`
//! judges the mean over several seeds. Figures of events, which no measure counts, come from the generator's own state and are marked so.

pub mod cells;
pub mod published;
pub mod rows;

use crate::councils::extracts::Supply;
use crate::councils::profile::Profile;
use crate::councils::{Plan, Spec};
use cells::Cells;
use published::{Published, Source, Target};

/// The reporting year of the nation that is held against the figures.
pub const YEAR: i16 = 2025;
/// Linked return years: enough for every measure.
const N_YEARS: usize = 4;

/// A nation that was made and counted.
pub struct Counted {
    /// All councils together.
    pub nation: Cells,
    /// Each council.
    pub councils: Vec<Cells>,
    /// What the generator itself knows of events.
    pub profile: Profile,
}

/// A target and what the made-up nation gives for it.
pub struct Held {
    /// The target.
    pub target: Target,
    /// What was counted; none where no measure counts it yet.
    pub found: Option<f64>,
}

/// Makes and counts the nation of a seed, or so many of its councils, on all processors. Every council supplies every
/// extract, so that each measure has its whole base.
#[must_use]
pub fn count(seed: u64, authorities: Option<usize>) -> Counted {
    let spec = Spec { seed, authorities, reporting_year: YEAR, n_years: N_YEARS, extracts: Supply::All, ..Spec::default() };
    let plan = Plan::new(&spec);
    let n = plan.authorities().len();
    let n_threads = std::thread::available_parallelism().map_or(1, usize::from);
    let parts: Vec<(Cells, Profile)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..n_threads)
            .map(|thread| {
                let plan = &plan;
                let one = move |place| {
                    let council = plan.council(place);
                    (cells::of(&council, YEAR), Profile::of(&council, YEAR))
                };
                scope.spawn(move || (thread..n).step_by(n_threads).map(one).collect::<Vec<_>>())
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("counting a council does not panic")).collect()
    });
    let (mut nation, mut profile) = (Cells::default(), Profile::default());
    for (cells, of_council) in &parts {
        nation.add(cells);
        profile.add(of_council);
    }
    Counted { nation, profile, councils: parts.into_iter().map(|(cells, _)| cells).collect() }
}

/// Holds a nation against every published figure.
#[must_use]
pub fn hold(published: &Published, counted: &Counted) -> Vec<Held> {
    let found = |target: &Target| match &target.source {
        Source::Measure { measure, what, group } => match what.as_str() {
            "mean" => counted.nation.mean(measure, group),
            "children" if target.is_count => counted.nation.children(measure, group),
            "children" => counted.nation.part_of_all(measure, group),
            what => counted.nation.share(measure, group, what),
        },
        Source::Generator { key, base, is_share } => {
            let whole = base.as_ref().map_or(1.0, |base| counted.profile.count(base));
            let percent = if *is_share { 100.0 } else { 1.0 };
            (whole > 0.0).then(|| percent * counted.profile.count(key) / whole)
        }
    };
    let held = |target: Target| Held { found: found(&target), target };
    published.targets(YEAR).into_iter().map(held).collect()
}
