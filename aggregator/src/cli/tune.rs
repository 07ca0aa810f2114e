//! `plan tune`: what a plan would let be said and what it would cost a child, before anyone commits.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use shared::framework::{Framework, Tier};
use shared::ids::ReportingYear;
use shared::privacy::{RhoNano, l2_squared, l2_squared_of_change};
use shared::problem::Exit;

use super::plan::{cost, rho};
use super::{counted, say};
use crate::budget;
use crate::config::Config;
use crate::operate;
use crate::tune::expected::Expected;
use crate::tune::official::{self, OfficialError};
use crate::tune::places::{Official, Places};
use crate::tune::weights::Problem;
use crate::tune::widths::{Forecast, Levels, Limited, SHARE_HALF_WIDTH_MAX, Widths};
use crate::tune::{Objective, Tuned, tune, variances};

/// Arguments of `plan tune`.
#[derive(Args)]
pub(super) struct TuneArgs {
    /// Reporting year, named by the year in which it ends: it decides which authorities there are
    #[arg(long)]
    year: ReportingYear,
    /// What the division makes small
    #[arg(long, value_enum, default_value_t = Objective::Headline)]
    objective: Objective,
    /// Budget of the release
    #[arg(long, default_value = "0.16", value_parser = rho)]
    rho_release: RhoNano,
    /// Budget kept for one correction
    #[arg(long, default_value = "0.04", value_parser = rho)]
    rho_correction: RhoNano,
    /// Official statistics: children looked after on 31 March by authority, a CSV file of the Department for Education.
    /// Without it regions and authorities are taken as equal parts
    #[arg(long)]
    official: Option<PathBuf>,
    /// Write the units to this file, which must not exist
    #[arg(long)]
    out: Option<PathBuf>,
}

/// Why an input or the output cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum InputError {
    /// A folder was named.
    #[error("{0} is a folder: folders hold returns, and plans are tuned with official statistics only; nothing in it was opened")]
    Folder(String),
    /// It cannot be read.
    #[error("cannot read {path}")]
    File {
        /// Which.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// It is not what it should be.
    #[error("{path} is not taken")]
    Official {
        /// Which.
        path: String,
        /// Why.
        #[source]
        source: OfficialError,
    },
    /// Without a budget all noise is infinite.
    #[error("--rho-release 0 leaves nothing to divide: it must be more than 0, such as 0.16")]
    Rho,
    /// The file exists, or cannot be made.
    #[error("cannot write {path}")]
    Out {
        /// Which.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

/// Tunes, tells, and writes the file where one is named.
pub(super) fn run(config: &Config, args: &TuneArgs) -> anyhow::Result<Exit> {
    if args.rho_release == RhoNano(0) {
        return Err(InputError::Rho.into());
    }
    let framework = Framework::built_in();
    let expected = Expected::built_in()?;
    let official = args.official.as_deref().map(read_official).transpose()?;
    let cohort = operate::cohort(config, args.year, None)?;
    let places = Places::of(&cohort, &operate::england(config, args.year)?, official.as_ref());
    let tuned = tune(&framework, args.objective, args.rho_release, &expected, &places)?;
    report(&framework, args, &expected, &places, &tuned).iter().for_each(|line| say(line));
    if let Some(path) = &args.out {
        let text = budget::text(&framework, args.objective, args.rho_release, &places.said, &tuned);
        write_new(path, &text)?;
        say(&format!("wrote the units of {} to {}", counted(tuned.units.len(), "table", "tables"), path.display()));
    }
    Ok(Exit::Done)
}

/// Reads an official file; a folder is refused unopened.
pub(super) fn read_official(path: &Path) -> Result<Official, InputError> {
    let name = || path.display().to_string();
    let file = |source| InputError::File { path: name(), source };
    if std::fs::metadata(path).map_err(file)?.is_dir() {
        return Err(InputError::Folder(name()));
    }
    let bytes = std::fs::read(path).map_err(file)?;
    official::parse(&bytes).map_err(|source| InputError::Official { path: name(), source })
}

fn write_new(path: &Path, text: &str) -> Result<(), InputError> {
    let out = |source| InputError::Out { path: path.display().to_string(), source };
    let mut file = OpenOptions::new().write(true).create_new(true).open(path).map_err(out)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(out)
}

/// All that is told.
fn report(framework: &Framework, args: &TuneArgs, expected: &Expected, places: &Places, tuned: &Tuned) -> Vec<String> {
    let problem = Problem::of(framework);
    let variances = variances(framework, &tuned.units, args.rho_release);
    let widths = Widths::of(framework, problem.margins(), &variances, expected, places);
    let forecasts = widths.forecasts();
    let mut lines = vec![
        format!(
            "framework {} {}, objective {}, rho {} for the release",
            framework.version(),
            framework.hash(),
            args.objective.word(),
            args.rho_release
        ),
        places.said.clone(),
        "expected 95 % half widths: England, the median region, the median council".to_owned(),
        "  cell: children (of a mean: its unit, summed); widest: of the answers of the widest group whose size is published,"
            .to_owned(),
        "  by the delta method at the published share, or at the worst one that published figures leave open".to_owned(),
        format!("{:<24} {:>26}  widest figure", "table", "cell"),
    ];
    lines.extend(forecasts.iter().map(|forecast| line(framework, forecast)));
    lines.push("headline figures over England and their limits:".to_owned());
    lines.extend(limits(&widths.limited()));
    lines.push(
        "breakdowns of headline measures, widest group of known size: what local noise leaves to sealed totals:".to_owned(),
    );
    lines.extend(forecasts.iter().filter_map(|forecast| beyond(framework, forecast)));
    for (table, times) in &tuned.importances {
        lines.push(format!("  {table} counts {times} times as much as another table, to hold its limit"));
    }
    lines.extend(costs(framework, args, tuned));
    lines
}

/// One line for each headline figure.
pub(super) fn limits(limited: &[Limited]) -> impl Iterator<Item = String> {
    let verdict = |l: &Limited| if l.holds() { "holds" } else { "DOES NOT HOLD: a case for sealed totals" };
    limited.iter().map(move |l| format!("  {}: {}", l.words(), verdict(l)))
}

/// A breakdown of a headline measure that no limit is set for, where it is wider than its total may be.
fn beyond(framework: &Framework, forecast: &Forecast) -> Option<String> {
    let table = framework.table(&forecast.table).filter(|t| t.breakdown != "total")?;
    framework.measure(&table.measure).filter(|m| m.tier == Tier::Headline)?;
    let widest = forecast.widest.as_ref().filter(|w| w.half.england > SHARE_HALF_WIDTH_MAX)?;
    let (half, times) = (widest.half.england, widest.half.england / SHARE_HALF_WIDTH_MAX);
    Some(format!("  {} {}: {half:.2} percentage points, {times:.1} times the limit of a total", forecast.table, widest.group))
}

fn line(framework: &Framework, forecast: &Forecast) -> String {
    let cell = three(forecast.cell, 0);
    let is_mean = framework.table(&forecast.table).is_some_and(|t| t.kind == shared::framework::Kind::Mean);
    let unit = if is_mean { "" } else { " %" };
    let known = forecast.widest.as_ref().map(|w| {
        let size = if w.size.at_least { "at least " } else { "" };
        format!("{}{unit}: {} {} of {size}{:.0} ({})", three(w.half, 2), w.group, w.what, w.size.children, w.size.from)
    });
    let unknown = (forecast.n_unknown > 0).then(|| {
        let groups =
            if forecast.n_unknown == 1 { "size unknown".to_owned() } else { format!("{} sizes unknown", forecast.n_unknown) };
        let limit = if is_mean { "0.3" } else { "1 %" };
        format!("{groups}: {limit} over England needs {:.0} counted in a group", forecast.needs)
    });
    let told: Vec<String> = known.into_iter().chain(unknown).collect();
    format!("{:<24} {cell:>26}  {}", forecast.table, told.join("; "))
}

fn three(levels: Levels, decimals: usize) -> String {
    format!("{:.decimals$} / {:.decimals$} / {:.decimals$}", levels.england, levels.region, levels.authority)
}

/// What it costs a child, in the words of `docs/privacy.md`.
fn costs(framework: &Framework, args: &TuneArgs, tuned: &Tuned) -> Vec<String> {
    let year = args.rho_release.plus(args.rho_correction).unwrap_or(RhoNano(u64::MAX));
    // the budget is what one child costs; a change costs as many times more as its squared distance is greater
    let with_units = || framework.tables().iter().map(|t| (t, tuned.units[&t.id]));
    let child = l2_squared(with_units()).expect("tuned units are within their limit");
    let change = l2_squared_of_change(with_units()).expect("tuned units are within their limit");
    let of_change = |rho: RhoNano| {
        let nano = (u128::from(rho.0) * u128::from(change)).div_ceil(u128::from(child));
        RhoNano(u64::try_from(nano).unwrap_or(u64::MAX))
    };
    vec![
        "what it costs a child:".to_owned(),
        cost("  PC1, the child added or removed, release", args.rho_release),
        cost("  PC1, with the correction of the year", year),
        cost("  PC2, any change to one child's records, release", of_change(args.rho_release)),
        cost("  PC2, with the correction of the year", of_change(year)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Flags;

    fn args(more: &[&str]) -> TuneArgs {
        #[derive(clap::Parser)]
        struct Only {
            #[command(flatten)]
            args: TuneArgs,
        }
        <Only as clap::Parser>::parse_from(["tune", "--year", "2025"].iter().chain(more)).args
    }

    #[test]
    fn widths_and_costs_are_told_before_anyone_commits() {
        let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/authorities.csv");
        let config = Config::load(&Flags { authorities: Some(list), ..Flags::default() }).unwrap();
        let (framework, expected) = (Framework::built_in(), Expected::built_in().unwrap());
        let cohort = operate::cohort(&config, ReportingYear::new(2025).unwrap(), None).unwrap();
        let places = Places::of(&cohort, &cohort, None);
        let budget = budget::Budget::built_in(&framework).unwrap();
        let tuned = Tuned { units: budget.units, importances: std::collections::BTreeMap::new() };
        let text = report(&framework, &args(&[]), &expected, &places, &tuned).join("\n");
        for table in framework.tables() {
            assert!(text.contains(&format!("\n{} ", table.id)), "{} is not told", table.id);
        }
        for words in [
            "every authority an equal part",
            "A2.total",
            "size unknown: 1 % over England needs",
            "  A3.total mean 0.",
            "  A2.sex female: ",
            "times the limit of a total",
            "of at least 68100 children, limit 1: holds",
            "PC1, the child added or removed, release: rho 0.16, epsilon 3.",
            "at delta 1e-6, membership advantage 0.2",
            "PC2, any change to one child's records, release: rho 0.",
        ] {
            assert!(text.contains(words), "{words} is not in:\n{text}");
        }
        assert!(!text.contains("DOES NOT HOLD"), "{text}");
    }

    #[test]
    fn a_folder_and_a_return_are_refused_as_records() {
        let folder = tempfile::tempdir().unwrap();
        let error = read_official(folder.path()).unwrap_err().to_string();
        assert!(error.contains("is a folder") && error.contains("nothing in it was opened"), "{error}");
        let file = folder.path().join("header.csv");
        std::fs::write(&file, "CHILD,SEX,DOB\n17,1,01/01/2012\n").unwrap();
        let error = format!("{:#}", anyhow::Error::from(read_official(&file).unwrap_err()));
        assert!(error.contains("looks like records of children") && !error.contains("2012"), "{error}");
        assert!(matches!(read_official(&folder.path().join("none")), Err(InputError::File { .. })));
    }

    #[test]
    fn no_budget_is_refused_in_plain_words() {
        let error = run(&Config::load(&Flags::default()).unwrap(), &args(&["--rho-release", "0"])).unwrap_err();
        assert!(error.to_string().contains("--rho-release 0 leaves nothing to divide"), "{error}");
    }

    #[test]
    fn a_file_that_exists_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("budget.toml");
        write_new(&file, "one").unwrap();
        assert!(matches!(write_new(&file, "two"), Err(InputError::Out { .. })));
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "one");
    }
}
