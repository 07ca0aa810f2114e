//! Holds the made-up councils against England's published figures, seed by seed.
//!
//! Prints published, made-up, difference. Figures of measures are counted by the agent's own measures from the returns
//! that the councils write; those marked (generator) hold the generator alone. Exit code 1 when one lies outside.

use clap::Parser;
use std::io::Write;
use std::process::ExitCode;
use tests::calibration::published::Published;
use tests::calibration::{Counted, Held, count, hold};

#[derive(Parser)]
#[command(about = "Holds the made-up councils against published figures")]
struct Arguments {
    /// Seeds 1 to this one.
    #[arg(long, default_value_t = 5)]
    seeds: u64,
    /// The first so many authorities only.
    #[arg(long)]
    authorities: Option<usize>,
    /// One JSON line per figure and seed.
    #[arg(long)]
    json: bool,
    /// How councils differ from each other too, without pass or fail.
    #[arg(long)]
    all: bool,
}

/// One figure over all seeds.
struct Row {
    name: String,
    published: f64,
    within: f64,
    found: Vec<f64>,
    not_held: Option<&'static str>,
}

fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let mut out = std::io::stdout().lock();
    let published = Published::built_in();
    let mut rows: Vec<Row> = Vec::new();
    for seed in 1..=arguments.seeds {
        let counted = count(seed, arguments.authorities);
        for (i, held) in hold(&published, &counted).into_iter().enumerate() {
            if arguments.json {
                json(&mut out, seed, &held)?;
            }
            if rows.len() <= i {
                let (name, published, within) = (held.target.name, held.target.value, held.target.within);
                rows.push(Row { name, published, within, found: Vec::new(), not_held: held.not_held });
            }
            rows[i].found.extend(held.found);
        }
        if arguments.all && !arguments.json {
            writeln!(out, "seed {seed}")?;
            spread(&mut out, &counted)?;
        }
    }
    if !arguments.json {
        table(&mut out, &rows)?;
    }
    let inside = rows.iter().all(Row::is_inside);
    Ok(if inside { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl Row {
    fn mean(&self) -> f64 {
        self.found.iter().sum::<f64>() / f64::from(u32::try_from(self.found.len()).unwrap_or(u32::MAX))
    }

    /// Whether every seed lies near enough, or is not held to it.
    fn is_inside(&self) -> bool {
        self.not_held.is_some() || self.worst() <= self.within
    }

    /// Largest difference of any seed.
    fn worst(&self) -> f64 {
        self.found.iter().map(|found| (found - self.published).abs()).fold(0.0, f64::max)
    }
}

fn table(out: &mut impl Write, rows: &[Row]) -> anyhow::Result<()> {
    writeln!(out, "{:<60} {:>10} {:>10} {:>9} {:>9} {:>9}", "figure", "published", "made up", "mean diff", "worst", "allowed")?;
    for row in rows {
        let Row { name, published, within, found, not_held } = row;
        if found.is_empty() {
            writeln!(out, "{name:<60} {published:>10.2}  no measure counts it yet")?;
            continue;
        }
        let (mean, worst) = (row.mean(), row.worst());
        let verdict = match not_held {
            Some(why) => format!("  not held: {why}"),
            None if row.is_inside() => String::new(),
            None => "  OUTSIDE".to_owned(),
        };
        let difference = mean - published;
        writeln!(out, "{name:<60} {published:>10.2} {mean:>10.2} {difference:>+9.2} {worst:>9.2} {within:>9.2}{verdict}")?;
    }
    let n_outside = rows.iter().filter(|row| !row.is_inside()).count();
    let n_counted = rows.iter().filter(|row| !row.found.is_empty()).count();
    writeln!(out, "{n_outside} of {n_counted} figures outside; {} not counted yet", rows.len() - n_counted)?;
    Ok(())
}

fn json(out: &mut impl Write, seed: u64, held: &Held) -> anyhow::Result<()> {
    let Some(found) = held.found.filter(|_| held.not_held.is_none()) else { return Ok(()) };
    let target = &held.target;
    let line = serde_json::json!({
        "seed": seed, "figure": target.name, "target": target.value, "within": target.within, "made_up": found,
        "difference": found - target.value, "inside": held.is_inside(),
    });
    writeln!(out, "{line}")?;
    Ok(())
}

/// Fifth, middle and ninety-fifth of a hundred councils.
fn spread(out: &mut impl Write, counted: &Counted) -> anyhow::Result<()> {
    type Of = (&'static str, [f64; 3], &'static str, &'static str, &'static str);
    let shares: [Of; 6] = [
        ("three or more placements, %", [6.0, 10.0, 15.0], "B1", "total", "3+"),
        ("same carer, %", [56.0, 68.0, 79.0], "B3", "total", "same_carer"),
        ("score received, %", [43.5, 85.0, 100.0], "A1", "total", "received"),
        ("missing, %", [6.0, 11.0, 18.0], "B11", "total", "1+"),
        ("19-21 learning or work, %", [43.0, 54.5, 69.0], "G3", "age/19-21", "learning_or_work"),
        ("three or more social workers, %", [11.5, 26.0, 40.0], "B7", "total", "3+"),
    ];
    writeln!(out, "  councils: published 5 % / median / 95 %, made up")?;
    let mut line = |name: &str, [low, middle, high]: [f64; 3], mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        let at = |of_100: usize| values.get(values.len() * of_100 / 100).copied().unwrap_or(f64::NAN);
        writeln!(out, "  {name:<52} {low:>6.1} {middle:>6.1} {high:>6.1}   {:>6.1} {:>6.1} {:>6.1}", at(5), at(50), at(95))
    };
    for (name, published, measure, group, what) in shares {
        line(name, published, counted.councils.iter().filter_map(|cells| cells.share(measure, group, what)).collect())?;
    }
    let scores = counted.councils.iter().filter_map(|cells| cells.mean("A3", "total")).collect();
    line("score, mean", [12.5, 15.0, 16.8], scores)?;
    Ok(())
}
