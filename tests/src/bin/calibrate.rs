//! Holds the made-up councils against the department's published figures, seed by seed.
//!
//! The first table passes or fails and sets the exit code; `--all` adds a second one that only shows how near
//! the rest of the profile lies. Figures of measures are exact ones, over all authorities.

use clap::Parser;
use shared::framework::Framework;
use std::collections::BTreeMap;
use std::io::Write;
use std::process::ExitCode;
use tests::councils::profile::Profile;
use tests::councils::{Plan, Spec};
use tests::exact::{self, Cell};

/// The year of most targets.
const YEAR: i16 = 2025;
/// The year of the targets for five or more placements and for missing.
const YEAR_BEFORE: i16 = 2024;

#[derive(Parser)]
#[command(about = "Holds the made-up councils against published figures")]
struct Arguments {
    /// Seeds 1 to this one.
    #[arg(long, default_value_t = 20)]
    seeds: u64,
    /// One JSON line per figure and seed.
    #[arg(long)]
    json: bool,
    /// The rest of the profile too, without pass or fail.
    #[arg(long)]
    all: bool,
}

/// What one seed made.
struct Made {
    now: BTreeMap<Cell, i64>,
    before: BTreeMap<Cell, i64>,
    profile: Profile,
    /// Figures per council, for the spread.
    councils: Vec<Spread>,
}

/// What one council adds.
struct Part {
    now: BTreeMap<Cell, i64>,
    before: BTreeMap<Cell, i64>,
    profile: Profile,
    spread: Spread,
}

/// What differs between councils.
#[derive(Clone, Copy)]
struct Spread {
    three_homes: f64,
    same_carer: f64,
    received: f64,
    score: f64,
    missing: f64,
    learning: f64,
    workers: f64,
}

/// A published figure and how near to it the nation must come.
struct Target {
    name: &'static str,
    target: f64,
    within: f64,
    found: f64,
}

fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let mut out = std::io::stdout().lock();
    let mut all_inside = true;
    let mut range: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
    for seed in 1..=arguments.seeds {
        let made = make(seed);
        let targets = targets(&made);
        if !arguments.json {
            writeln!(out, "seed {seed}")?;
        }
        for (i, target) in targets.iter().enumerate() {
            let inside = (target.found - target.target).abs() <= target.within;
            all_inside &= inside;
            let (low, high) = range.entry(i).or_insert((f64::MAX, f64::MIN));
            (*low, *high) = (low.min(target.found), high.max(target.found));
            line(&mut out, arguments.json, seed, target, Some(inside))?;
        }
        if arguments.all {
            for target in profile(&made) {
                line(&mut out, arguments.json, seed, &target, None)?;
            }
            if !arguments.json {
                spread(&mut out, &made.councils)?;
            }
        }
        if !arguments.json && seed == arguments.seeds && seed > 1 {
            writeln!(out, "all seeds: lowest and highest")?;
            for (i, target) in targets.iter().enumerate() {
                let (low, high) = range[&i];
                let Target { name, target, within, .. } = target;
                writeln!(out, "  {name:<52} {target:>10.2} +-{within:<7.2} {low:>10.2} {high:>10.2}")?;
            }
        }
    }
    Ok(if all_inside { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn line(out: &mut impl Write, json: bool, seed: u64, target: &Target, inside: Option<bool>) -> anyhow::Result<()> {
    let Target { name, target, within, found } = target;
    let difference = found - target;
    if json {
        let line = serde_json::json!({
            "seed": seed, "figure": name, "target": target, "within": within, "made_up": found,
            "difference": difference, "inside": inside,
        });
        writeln!(out, "{line}")?;
        return Ok(());
    }
    match inside {
        Some(inside) => {
            let verdict = if inside { "inside" } else { "OUTSIDE" };
            writeln!(out, "  {name:<52} {target:>10.2} +-{within:<7.2} {found:>10.2} {difference:>+9.2}  {verdict}")?;
        }
        None => writeln!(out, "  {name:<52} {target:>10.2}           {found:>10.2} {difference:>+9.2}")?,
    }
    Ok(())
}

/// Makes the nation of a seed, council by council, on all processors.
fn make(seed: u64) -> Made {
    let plan = Plan::new(&Spec { seed, reporting_year: YEAR, n_years: 4, ..Spec::default() });
    let n = plan.authorities().len();
    let n_threads = std::thread::available_parallelism().map_or(1, usize::from);
    let parts: Vec<Part> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..n_threads)
            .map(|thread| {
                let plan = &plan;
                scope.spawn(move || (thread..n).step_by(n_threads).map(|place| part(plan, place)).collect::<Vec<_>>())
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("counting a council does not panic")).collect()
    });
    let mut profile = Profile::default();
    for part in &parts {
        profile.add(&part.profile);
    }
    Made {
        now: exact::sum(parts.iter().map(|part| &part.now)),
        before: exact::sum(parts.iter().map(|part| &part.before)),
        profile,
        councils: parts.iter().map(|part| part.spread).collect(),
    }
}

fn part(plan: &Plan, place: usize) -> Part {
    let framework = Framework::built_in();
    let council = plan.council(place);
    let now = exact::of_council(&council, YEAR, &framework).expect("returns can be read");
    let before = exact::of_council(&council, YEAR_BEFORE, &framework).expect("returns can be read");
    let profile = Profile::of(&council, YEAR);
    let spread = Spread {
        three_homes: share(&now, "B1.total", "total", &["3", "4", "5+"]),
        same_carer: share(&now, "B3.total", "total", &["same_carer"]),
        received: share(&now, "A1.total", "total", &["received"]),
        score: ratio(cell(&now, "A3.total", "total", "sum"), cell(&now, "A3.total", "total", "n")),
        missing: share(&now, "B11.total", "total", &["1", "2-4", "5-9", "10+"]),
        learning: share(&now, "G3.age", "19-21", &["higher_education", "other_learning_or_work"]),
        workers: share(&now, "B7.total", "total", &["3+"]),
    };
    Part { now, before, profile, spread }
}

/// The figures that decide.
fn targets(made: &Made) -> Vec<Target> {
    let t = |name, target, within, found| Target { name, target, within, found };
    let now = |table, categories: &[&str]| share(&made.now, table, "total", categories);
    let before = |table, categories: &[&str]| share(&made.before, table, "total", categories);
    let leavers = |table, categories: &[&str]| share(&made.now, table, "19-21", categories);
    let mean = ratio(cell(&made.now, "A3.total", "total", "sum"), cell(&made.now, "A3.total", "total", "n"));
    vec![
        t("looked after on 31 March 2025", 81_770.0, 817.7, total(&made.now, "P1.total", "total")),
        t("three or more placements, %", 10.4, 1.0, now("B1.total", &["3", "4", "5+"])),
        t("five or more placements in two years, 2024, %", 6.2, 0.4, before("B2.total", &["5+"])),
        t("same carer for two years, %", 68.5, 3.0, now("B3.total", &["same_carer"])),
        t("score received, %", 78.0, 2.0, now("A1.total", &["received"])),
        t("score, mean", 14.9, 0.3, mean),
        t("score 0 to 13, %", 45.0, 2.0, now("A2.total", &["0-13"])),
        t("score 14 to 16, %", 13.0, 2.0, now("A2.total", &["14-16"])),
        t("score 17 to 40, %", 42.0, 2.0, now("A2.total", &["17-40"])),
        t("missing in the year, 2024, %", 11.2, 1.0, before("B11.total", &["1", "2-4", "5-9", "10+"])),
        t("care leavers 19-21 suitable accommodation, %", 88.5, 1.0, leavers("G2.age", &["suitable"])),
        t(
            "care leavers 19-21 learning or working, %",
            54.0,
            2.0,
            leavers("G3.age", &["higher_education", "other_learning_or_work"]),
        ),
    ]
}

/// The rest of the profile: numbers, and shares of the numbers.
fn profile(made: &Made) -> Vec<Target> {
    let p = &made.profile;
    let n = |name, target, key: &str| Target { name, target, within: f64::NAN, found: p.count(key) };
    let now = |name, target, table: &str, categories: &[&str]| Target {
        name,
        target,
        within: f64::NAN,
        found: share(&made.now, table, "total", categories),
    };
    let before = |name, target, table: &str, categories: &[&str]| Target {
        name,
        target,
        within: f64::NAN,
        found: share(&made.before, table, "total", categories),
    };
    let mut all = vec![
        n("started in the year", 32_270.0, "started"),
        n("ceased in the year", 34_450.0, "ceased"),
        n("looked after in the year", 115_400.0, "during"),
        n("twelve months", 58_530.0, "twelve_months"),
        Target { name: "both years", target: 59_430.0, within: f64::NAN, found: total(&made.now, "B2.total", "total") },
        Target {
            name: "two and a half years, under 16",
            target: 28_710.0,
            within: f64::NAN,
            found: total(&made.now, "B3.total", "total"),
        },
        Target { name: "score expected", target: 43_220.0, within: f64::NAN, found: total(&made.now, "A1.total", "total") },
    ];
    all.extend(on_31_march(made));
    all.extend(begin_and_end(made));
    all.extend(moves_and_leavers(made));
    all.extend([
        now("one placement in the year, %", 69.0, "B1.total", &["1"]),
        now("two, %", 21.0, "B1.total", &["2"]),
        now("five or more in the year, %", 1.8, "B1.total", &["5+"]),
        before("two years 2024: one, %", 54.0, "B2.total", &["1"]),
        before("two years 2024: two, %", 23.3, "B2.total", &["2"]),
        before("two years 2024: three, %", 11.1, "B2.total", &["3"]),
        before("two years 2024: four, %", 5.3, "B2.total", &["4"]),
        now("three or more social workers, %", 24.3, "B7.total", &["3+"]),
        now("one social worker, %", 38.0, "B7.total", &["1"]),
        now("health assessment, %", 90.0, "D1.total", &["yes"]),
    ]);
    all
}

/// Who the children looked after on 31 March are and where they live.
fn on_31_march(made: &Made) -> Vec<Target> {
    let p = &made.profile;
    let of = |name, target, key: &str, base: &str| Target {
        name,
        target,
        within: f64::NAN,
        found: 100.0 * ratio(p.count(key), p.count(base)),
    };
    vec![
        of("31 March: under 1, %", 4.4, "now_under_1", "now"),
        of("31 March: 1 to 4, %", 12.3, "now_1_4", "now"),
        of("31 March: 5 to 9, %", 18.5, "now_5_9", "now"),
        of("31 March: 10 to 15, %", 37.8, "now_10_15", "now"),
        of("31 March: 16 and over, %", 27.0, "now_16", "now"),
        of("31 March: male, %", 56.3, "now_male", "now"),
        of("31 March: came alone, %", 8.0, "now_uasc", "now"),
        of("31 March: White British, %", 65.9, "now_white_british", "now"),
        of("31 March: other White, %", 5.0, "now_white_other", "now"),
        of("31 March: Mixed, %", 10.7, "now_mixed", "now"),
        of("31 March: Black, %", 7.9, "now_black", "now"),
        of("31 March: Asian, %", 5.3, "now_asian", "now"),
        of("31 March: other ethnic group, %", 4.2, "now_other_ethnic", "now"),
        of("31 March: C1, %", 16.1, "now_c1", "now"),
        of("31 March: C2, %", 58.8, "now_c2", "now"),
        of("31 March: E1, %", 5.8, "now_e1", "now"),
        of("31 March: V2, %", 19.0, "now_v2", "now"),
        of("31 March: N1, %", 67.3, "now_n1", "now"),
        of("31 March: N5, %", 11.8, "now_n5", "now"),
        of("31 March: N8, %", 8.0, "now_n8", "now"),
        of("31 March: foster care, %", 67.0, "now_foster", "now"),
        of("31 March: homes, %", 11.6, "now_homes", "now"),
        of("31 March: supported, %", 9.2, "now_supported", "now"),
        of("31 March: with parents, %", 6.1, "now_parents", "now"),
        of("31 March: placed for adoption, %", 2.0, "now_adoption", "now"),
        of("31 March: other, %", 4.1, "now_other_place", "now"),
    ]
}

/// How care begins and ends.
fn begin_and_end(made: &Made) -> Vec<Target> {
    let p = &made.profile;
    let of = |name, target, key: &str, base: &str| Target {
        name,
        target,
        within: f64::NAN,
        found: 100.0 * ratio(p.count(key), p.count(base)),
    };
    vec![
        of("started: came alone, %", 21.5, "started_uasc", "started"),
        of("started: under 1, %", 15.9, "started_under_1", "started"),
        of("started: 1 to 4, %", 13.7, "started_1_4", "started"),
        of("started: 5 to 9, %", 15.2, "started_5_9", "started"),
        of("started: 10 to 15, %", 26.8, "started_10_15", "started"),
        of("started: 16 and over, %", 28.2, "started_16", "started"),
        of("started: V2, %", 56.5, "started_v2", "started"),
        of("started: C1, %", 31.1, "started_c1", "started"),
        of("started: detained, %", 10.2, "started_detained", "started"),
        of("ceased: at 18, %", 39.9, "ceased_18", "ceased"),
        of("ceased: stayed with carers, %", 17.4, "ceased_e17", "ceased"),
        of("ceased: home planned, %", 16.1, "ceased_e4a", "ceased"),
        of("ceased: home not planned, %", 3.1, "ceased_e4b", "ceased"),
        of("ceased: independent with support, %", 12.2, "ceased_e5", "ceased"),
        of("ceased: independent, %", 3.3, "ceased_e6", "ceased"),
        of("ceased: special guardianship, %", 11.9, "ceased_sgo", "ceased"),
        of("ceased: adopted, %", 8.8, "ceased_adopted", "ceased"),
        of("ceased: another authority, %", 7.7, "ceased_e3", "ceased"),
        of("ceased: other reason, %", 7.3, "ceased_e8", "ceased"),
        of("ceased: relatives, %", 5.2, "ceased_e13", "ceased"),
        of("ceased: child arrangements, %", 3.1, "ceased_e41", "ceased"),
        of("care lasted under 8 weeks, %", 14.6, "lasted_8_weeks", "ceased"),
        of("care lasted to 1 year, %", 32.7, "lasted_to_1_year", "ceased"),
        of("care lasted 1 to 2 years, %", 20.8, "lasted_1_2_years", "ceased"),
    ]
}

/// Placements that ended, missing, care leavers.
fn moves_and_leavers(made: &Made) -> Vec<Target> {
    let p = &made.profile;
    let n = |name, target, key: &str| Target { name, target, within: f64::NAN, found: p.count(key) };
    let of = |name, target, key: &str, base: &str| Target {
        name,
        target,
        within: f64::NAN,
        found: 100.0 * ratio(p.count(key), p.count(base)),
    };
    let leavers = |name, group: &str, target, table: &str, categories: &[&str]| Target {
        name,
        target,
        within: f64::NAN,
        found: share(&made.now, table, group, categories),
    };
    let per = |name, target, key: &str, base: &str| Target {
        name,
        target,
        within: f64::NAN,
        found: ratio(p.count(key), p.count(base)),
    };
    vec![
        n("placements that ended", 98_880.0, "endings"),
        per("mean days of placements that ended", 307.0, "ending_days", "endings"),
        of("ended within 7 days, %", 10.3, "ending_week", "endings"),
        of("8 days to 1 month, %", 13.0, "ending_month", "endings"),
        of("1 to 6 months, %", 34.0, "ending_half_year", "endings"),
        of("6 to 12 months, %", 19.0, "ending_year", "endings"),
        of("1 to 2 years, %", 14.0, "ending_two_years", "endings"),
        of("2 years and longer, %", 10.0, "ending_longer", "endings"),
        n("changes of placement with a reason", 59_140.0, "moves"),
        of("change of status only, %", 18.0, "moves_status", "moves"),
        per("incidents per child missing", 6.5, "incidents", "missing"),
        of("missing more than once, of missing, %", 63.0, "missing_again", "missing"),
        of("away, of children in the year, %", 2.5, "away", "during"),
        n("care leavers 17-18", 14_800.0, "leavers_17_18"),
        n("care leavers 19-21", 38_440.0, "leavers_19_21"),
        n("care leavers 22-25", 18_000.0, "leavers_22_25"),
        leavers("17-18 suitable, %", "17-18", 91.0, "G2.age", &["suitable"]),
        leavers("17-18 learning or work, %", "17-18", 64.0, "G3.age", &["higher_education", "other_learning_or_work"]),
        leavers("19-21 higher education, %", "19-21", 6.0, "G3.age", &["higher_education"]),
        leavers("19-21 activity not known, %", "19-21", 6.0, "G3.age", &["no_information"]),
        leavers("19-21 unsuitable, %", "19-21", 5.3, "G2.age", &["unsuitable"]),
        leavers("19-21 accommodation not known, %", "19-21", 6.1, "G2.age", &["no_information"]),
        leavers("19-21 in touch, %", "19-21", 92.0, "G1.age", &["YES"]),
    ]
}

/// Fifth, middle and ninety-fifth of a hundred councils.
fn spread(out: &mut impl Write, councils: &[Spread]) -> anyhow::Result<()> {
    writeln!(out, "  councils: published 5 % / median / 95 %, made up")?;
    let figures = |figure: fn(&Spread) -> f64| councils.iter().map(figure).filter(|value| value.is_finite()).collect();
    let columns: [(&str, [f64; 3], Vec<f64>); 7] = [
        ("three or more placements, %", [6.0, 10.0, 15.0], figures(|s| s.three_homes)),
        ("same carer, %", [56.0, 68.0, 79.0], figures(|s| s.same_carer)),
        ("score received, %", [43.5, 85.0, 100.0], figures(|s| s.received)),
        ("score, mean", [12.5, 15.0, 16.8], figures(|s| s.score)),
        ("missing, %", [6.0, 11.0, 18.0], figures(|s| s.missing)),
        ("19-21 learning or work, %", [43.0, 54.5, 69.0], figures(|s| s.learning)),
        ("three or more social workers, %", [11.5, 26.0, 40.0], figures(|s| s.workers)),
    ];
    for (name, [low, middle, high], mut values) in columns {
        values.sort_by(f64::total_cmp);
        let at = |of_100: usize| values.get(values.len() * of_100 / 100).copied().unwrap_or(f64::NAN);
        let (a, b, c) = (at(5), at(50), at(95));
        writeln!(out, "  {name:<52} {low:>6.1} {middle:>6.1} {high:>6.1}   {a:>6.1} {b:>6.1} {c:>6.1}")?;
    }
    Ok(())
}

fn cell(counts: &BTreeMap<Cell, i64>, table: &str, group: &str, category: &str) -> f64 {
    let cell = Cell { table: table.to_owned(), group: group.to_owned(), category: category.to_owned() };
    number(counts.get(&cell).copied().unwrap_or(0))
}

/// All counted categories of a group.
fn total(counts: &BTreeMap<Cell, i64>, table: &str, group: &str) -> f64 {
    const OUTSIDE: [&str; 4] = ["not_enough_years", "table_not_supplied", "none_recorded", "PN0"];
    let cells = counts.iter().filter(|(cell, _)| cell.table == table && cell.group == group);
    number(cells.filter(|(cell, _)| !OUTSIDE.contains(&cell.category.as_str())).map(|(_, n)| n).sum())
}

/// The share of some categories among the counted ones, in per cent.
fn share(counts: &BTreeMap<Cell, i64>, table: &str, group: &str, categories: &[&str]) -> f64 {
    let part: f64 = categories.iter().map(|category| cell(counts, table, group, category)).sum();
    100.0 * ratio(part, total(counts, table, group))
}

fn ratio(part: f64, whole: f64) -> f64 {
    part / whole
}

fn number(n: i64) -> f64 {
    i32::try_from(n).map_or(f64::INFINITY, f64::from)
}
