//! Benchmarks: every figure is held against a baseline measured in the same run, and is a ratio before it is a number.
//!
//! `cargo run --release -p tests --bin bench -- NAME [--json]`. `bench all` runs them and writes `docs/measurements.md`
//! with machine and date. Reading order:

pub mod accuracy; // error over its bound, and coverage of intervals
pub mod agent; // folder to signed envelope
pub mod audit; // a whole export verified
pub mod check; // the whole of `check`, in time and memory
pub mod calibration; // made-up councils beside published figures
pub mod demo; // a whole national round
pub mod ingest; // submissions over fresh connections, durable
pub mod measures; // the whole catalogue, beside SQL
pub mod noise; // ten thousand cells noised
pub mod prepare; // the whole of `prepare`
pub mod measurements; // docs/measurements.md
pub mod parameters; // what the choices of the framework move
pub mod peers; // the same work in pandas and DuckDB
pub mod records; // a return set read and parsed
pub mod release; // submissions to figures
pub mod timing; // medians of alternating runs

use serde::Serialize;

/// What a figure must hold to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target {
    /// The ratio to the baseline is at most this.
    RatioAtMost(f64),
    /// The ratio to the baseline is at least this.
    RatioAtLeast(f64),
    /// The figure itself is at most this.
    FigureAtMost(f64),
    /// Nothing is demanded.
    None,
}

/// How a figure lies to its baseline.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// Figure over baseline.
    Ratio(f64),
    /// Figure less baseline.
    Difference(f64),
}

impl std::fmt::Display for Comparison {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Ratio(ratio) => write!(f, "{ratio:.2}"),
            Self::Difference(difference) => write!(f, "{difference:+.2}"),
        }
    }
}

/// One measured figure beside its baseline.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    /// Name of the benchmark.
    pub bench: &'static str,
    /// What was measured.
    pub what: String,
    /// The figure.
    pub figure: f64,
    /// Its unit.
    pub unit: &'static str,
    /// The baseline, in the same unit.
    pub baseline: f64,
    /// What the baseline is.
    pub baseline_is: &'static str,
    /// How one lies to the other.
    #[serde(flatten)]
    pub comparison: Comparison,
    /// What is demanded, in words.
    pub target: String,
    /// Whether it holds.
    pub holds: bool,
}

impl Outcome {
    /// A figure beside its baseline.
    #[must_use]
    pub fn new(
        bench: &'static str,
        what: String,
        unit: &'static str,
        figure: f64,
        baseline: (f64, &'static str),
        target: Target,
    ) -> Self {
        let ratio = figure / baseline.0;
        let (words, holds) = match target {
            Target::RatioAtMost(most) => (format!("ratio <= {most}"), ratio <= most),
            Target::RatioAtLeast(least) => (format!("ratio >= {least}"), ratio >= least),
            Target::FigureAtMost(most) => (format!("figure <= {most} {unit}"), figure <= most),
            Target::None => ("none".to_owned(), true),
        };
        let (comparison, (baseline, baseline_is)) = (Comparison::Ratio(ratio), baseline);
        Self { bench, what, figure, unit, baseline, baseline_is, comparison, target: words, holds }
    }

    /// A figure that must lie near its baseline: at most `within` below or above it. All three in the figure's own unit.
    #[must_use]
    pub fn beside(bench: &'static str, what: String, figure: f64, baseline: (f64, &'static str), within: f64) -> Self {
        let (baseline, baseline_is) = baseline;
        let difference = figure - baseline;
        let (comparison, target) = (Comparison::Difference(difference), format!("at most {within:.2} apart"));
        let holds = difference.abs() <= within;
        Self { bench, what, figure, unit: "", baseline, baseline_is, comparison, target, holds }
    }

    /// The same, with the known reason why it does not hold told beside its target. It holds no more for that.
    #[must_use]
    pub fn missed(mut self, why: &str) -> Self {
        self.target = format!("{}; missed: {why}", self.target);
        self
    }
}

/// The benchmarks by name.
pub const NAMES: [&str; 14] = [
    "records",
    "check",
    "memory",
    "measures",
    "agent",
    "noise",
    "prepare",
    "ingest",
    "release",
    "audit",
    "demo",
    "calibration",
    "parameters",
    "accuracy",
];

/// Runs one benchmark.
///
/// # Errors
/// When a program cannot be built or run, or a folder cannot be written.
pub fn run(name: &str) -> anyhow::Result<Vec<Outcome>> {
    match name {
        "records" => records::run(),
        "check" => check::run(),
        "memory" => check::memory(),
        "measures" => measures::run(),
        "accuracy" => accuracy::run(),
        "agent" => agent::run(),
        "noise" => noise::run(),
        "prepare" => prepare::run(),
        "ingest" => ingest::run(),
        "release" => release::run(),
        "audit" => audit::run(),
        "demo" => demo::run(),
        "calibration" => calibration::run(),
        "parameters" => parameters::run(),
        other => anyhow::bail!("no benchmark {other}; there are {}", NAMES.join(", ")),
    }
}
