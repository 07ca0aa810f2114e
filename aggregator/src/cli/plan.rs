//! `plan create`: reads what was asked, warns, shows the plan in figures that people know, and has it logged.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use shared::framework::Framework;
use shared::ids::{AuthorityId, IdError, ReportingYear};
use shared::plan::{Draw, Plan};
use shared::privacy::{RhoNano, epsilon, membership_advantage};
use shared::problem::Exit;
use shared::time::{Clock, Day, Timestamp};

use super::{complain, counted, say, tune};
use crate::config::Config;
use crate::operate::choice::{doubts, remarks};
use crate::operate::{self, MadePlan, PlanWish};

/// The delta at which epsilon is told.
const DELTA: f64 = 1e-6;

/// What to do about headline figures that are too wide.
const TOO_WIDE: &str = "headline figures would be too wide: ask more councils, tune anew (plan tune), or \
     add --accept-wide REASON, which stands in the plan for ever";

/// Arguments of `plan create`.
#[derive(Args)]
pub(super) struct PlanArgs {
    /// Reporting year, named by the year in which it ends
    #[arg(long)]
    year: ReportingYear,
    /// First second in which submissions are taken, in UTC and still to come, such as 2099-07-01T09:00:00Z
    #[arg(long)]
    opens_at: Timestamp,
    /// First second in which they are not taken any more
    #[arg(long)]
    closes_at: Timestamp,
    /// Hours over which the agents' slots of sending are spread; 72 if left out, or half of a round that is open for less than 144
    #[arg(long, value_parser = clap::value_parser!(u64).range(..=1_440))]
    spread_hours: Option<u64>,
    /// First second in which corrections are taken, if the round is published by then; 60 days after --closes-at if left out
    #[arg(long)]
    correction_opens_at: Option<Timestamp>,
    /// First second in which they are not taken any more; 28 days after --correction-opens-at if left out
    #[arg(long)]
    correction_closes_at: Option<Timestamp>,
    /// Day on which records are taken; the day of --opens-at if left out
    #[arg(long)]
    freeze_on: Option<Day>,
    /// The data are made up: every page and file says so
    #[arg(long)]
    made_up: bool,
    /// Budget of the release
    #[arg(long, default_value = "0.16", value_parser = rho)]
    rho_release: RhoNano,
    /// Budget kept for one correction
    #[arg(long, default_value = "0.04", value_parser = rho)]
    rho_correction: RhoNano,
    /// Ask only the authorities whose codes stand in this file
    #[arg(long)]
    only: Option<PathBuf>,
    /// CSV file (dfe_code, mid_year, population_0_17) with the children who live where; without it no rates are published
    #[arg(long, requires = "population_source")]
    population: Option<PathBuf>,
    /// Who published that estimate and what it is called, such as "Office for National Statistics, mid-2024 estimates"
    #[arg(long, requires = "population")]
    population_source: Option<String>,
    /// Fewest authorities of a release
    #[arg(long, default_value_t = 1)]
    authorities_min: u64,
    /// How the budget is divided over tables, a file that plan tune wrote; what is compiled in if left out
    #[arg(long)]
    budget: Option<PathBuf>,
    /// Log the plan although a headline figure would be wider than 1 percentage point (a mean score: 0.3 points) over
    /// England; the reason stands in the plan
    #[arg(long, value_name = "REASON")]
    accept_wide: Option<String>,
    /// Log the plan although most agents would refuse it
    #[arg(long)]
    yes: bool,
    /// Show the plan and what it costs a child; sign, log and write nothing
    #[arg(long)]
    dry_run: bool,
}

impl PlanArgs {
    /// Whether it is a look and nothing else.
    pub(super) fn writes_nothing(&self) -> bool {
        self.dry_run
    }
    fn wish(&self) -> Result<PlanWish, OnlyError> {
        Ok(PlanWish {
            year: self.year,
            opens_at: self.opens_at,
            closes_at: self.closes_at,
            spread_s: self.spread_hours.map(|hours| hours * 3_600),
            corrections: (self.correction_opens_at, self.correction_closes_at),
            freeze_on: self.freeze_on,
            made_up: self.made_up,
            rho_release: self.rho_release,
            rho_correction: self.rho_correction,
            only: self.only.as_deref().map(read_only).transpose()?,
            population: self.population.clone().zip(self.population_source.clone()),
            authorities_min: self.authorities_min,
            budget: self.budget.clone(),
            accept_wide: self.accept_wide.clone(),
        })
    }
}

/// Why the file of `--only` cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum OnlyError {
    /// It cannot be read.
    #[error("cannot read {path}")]
    File {
        /// Which.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A word in it is no code.
    #[error("{word:?} in {path} is not a code")]
    Code {
        /// Which file.
        path: String,
        /// The word.
        word: String,
        /// Why.
        #[source]
        source: IdError,
    },
}

fn read_only(path: &Path) -> Result<BTreeSet<AuthorityId>, OnlyError> {
    let name = || path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|source| OnlyError::File { path: name(), source })?;
    let code = |word: &str| word.parse().map_err(|source| OnlyError::Code { path: name(), word: word.to_owned(), source });
    text.split_whitespace().map(code).collect()
}

/// Shows the plan; unless that was all, logs it. What agents would refuse is logged with `--yes` only.
pub(super) async fn create(config: &Config, clock: Arc<dyn Clock>, args: PlanArgs) -> anyhow::Result<Exit> {
    let wish = args.wish()?;
    let made = operate::make_plan(config, &wish)?;
    let (now, is_refused) = (clock.now(), made.is_refused());
    let doubts = doubts(&made.plan, now);
    doubts.iter().chain(&remarks(&made.plan, now)).for_each(|words| complain(&format!("WARNING: {words}")));
    if args.dry_run {
        summary(&made.plan).iter().chain(&widths(&made)).for_each(|line| say(line));
        if is_refused {
            say(&format!("without --dry-run this plan is refused: {TOO_WIDE}"));
        }
        if !doubts.is_empty() && !args.yes {
            say("without --dry-run this plan is refused for its warnings, unless --yes is added");
        }
        say("a dry run: nothing was signed, logged or written");
        return Ok(Exit::Done);
    }
    if is_refused {
        made.wide().for_each(|l| complain(&format!("WARNING: too wide over the areas that are asked: {}", l.words())));
        complain(&format!("nothing was logged: {TOO_WIDE}"));
    }
    if !doubts.is_empty() && !args.yes {
        complain("nothing was logged: a year has one plan for ever; change it, or add --yes to log it all the same");
    }
    if is_refused || (!doubts.is_empty() && !args.yes) {
        return Ok(Exit::Usage);
    }
    let (plan, id) = operate::create_plan(config, clock, wish).await?;
    say(&format!("round {} is planned: plan {id}", plan.body().round));
    summary(&plan).iter().chain(&widths(&made)).for_each(|line| say(line));
    Ok(Exit::Done)
}

/// What the plan would let be said of headline figures.
fn widths(made: &MadePlan) -> Vec<String> {
    let mut lines = vec!["headline figures over the areas that are asked, expected 95 % half widths:".to_owned()];
    lines.extend(tune::limits(&made.limited));
    lines
}

/// A plan in a few lines.
fn summary(plan: &Plan) -> Vec<String> {
    let body = plan.body();
    let made_up = if body.made_up { ", made-up data" } else { "" };
    let mut lines = vec![
        format!("round {}: reporting year {}{made_up}", body.round, body.reporting_year),
        format!("authorities asked: {}; a release needs at least {}", body.cohort.members.len(), body.authorities_min),
        format!(
            "records as on {}, sent from {} until {}",
            body.dates.freeze_on, body.dates.send_opens_at, body.dates.send_closes_at
        ),
        format!(
            "each agent's slot of sending lies within {} of the beginning",
            counted(body.dates.send_spread_s.div_ceil(3_600), "hour", "hours")
        ),
        format!("corrections from {} until {}", body.dates.correction_opens_at, body.dates.correction_closes_at),
        rates(plan),
        format!("{} in {}", counted(body.n_cells, "cell", "cells"), counted(body.blocks.len(), "block", "blocks")),
    ];
    for block in &body.blocks {
        let (whole, part) = (block.scale_milli / 1000, block.scale_milli % 1000);
        let cells = counted(block.n, "cell", "cells");
        lines.push(format!("block {}: {cells}, scale {whole}.{part:03}, rho {}", block.name, block.rho_nano));
    }
    lines.push(cost("the release costs a child that is added or removed", plan.rho()));
    let framework = Framework::built_in();
    let of_change = |draw| plan.rho_of_change(&framework, draw).unwrap_or(RhoNano(u64::MAX));
    lines.push(cost("any change to one child's records, the headline", of_change(Draw::Release)));
    let both = of_change(Draw::Release).plus(of_change(Draw::Correction)).unwrap_or(RhoNano(u64::MAX));
    lines.push(cost("the same, release and correction of the year", both));
    lines
}

/// What rates will be per.
fn rates(plan: &Plan) -> String {
    let cohort = &plan.body().cohort;
    match &cohort.population {
        None => "no rates: no population estimate was named (--population)".to_owned(),
        Some(estimate) => {
            let people: u64 = cohort.members.iter().filter_map(|m| m.population_0_17).sum();
            format!("rates per the {people} children aged 0 to 17 of mid-{}: {}", estimate.mid_year, estimate.source)
        }
    }
}

/// What an amount of rho means, told in two more ways.
pub(super) fn cost(what: &str, rho: RhoNano) -> String {
    let (epsilon, advantage) = (epsilon(rho.as_rho(), DELTA), membership_advantage(rho.as_rho()));
    format!("{what}: rho {rho}, epsilon {epsilon:.2} at delta {DELTA:e}, membership advantage {advantage:.2}")
}

/// An amount of rho such as `0.16`, in exact billionths.
pub(super) fn rho(text: &str) -> Result<RhoNano, String> {
    let wrong = || "not a decimal number with at most nine places, such as 0.16".to_owned();
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || part.len() > 9 || !digits(whole) || !digits(part) {
        return Err(wrong());
    }
    let nano: u64 = format!("{part:0<9}").parse().map_err(|_| wrong())?;
    let whole: u64 = whole.parse().map_err(|_| wrong())?;
    whole.checked_mul(1_000_000_000).and_then(|n| n.checked_add(nano)).map(RhoNano).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Flags;

    #[test]
    fn rho_is_read_exactly() {
        let check = |text: &str, expected: Option<u64>| assert_eq!(rho(text).ok(), expected.map(RhoNano), "{text}");
        check("0.16", Some(160_000_000));
        check("1", Some(1_000_000_000));
        check("0.000000001", Some(1));
        for wrong in ["", ".1", "0.0000000001", "-1", "1e3", "0,1", "99999999999"] {
            check(wrong, None);
        }
    }

    fn args(more: &[&str]) -> PlanArgs {
        #[derive(clap::Parser)]
        struct Only {
            #[command(flatten)]
            args: PlanArgs,
        }
        let year = if more.contains(&"--year") { &[][..] } else { &["--year", "2026"] };
        let words = ["plan", "--opens-at", "2026-07-01T09:00:00Z"].iter().chain(year).chain(more);
        <Only as clap::Parser>::parse_from(words).args
    }

    fn made(more: &[&str]) -> Result<Plan, operate::OperateError> {
        let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/authorities.csv");
        let config = Config::load(&Flags { authorities: Some(list), ..Flags::default() }).unwrap();
        operate::make_plan(&config, &args(more).wish().unwrap()).map(|made| made.plan)
    }

    const JULY: [&str; 2] = ["--closes-at", "2026-07-31T17:00:00Z"];

    #[test]
    fn a_plan_that_agents_would_refuse_is_doubted() {
        let check = |more: &[&str], now: &str, expected: &[&str]| {
            let doubts = doubts(&made(&[&JULY, more].concat()).unwrap(), now.parse().unwrap());
            assert_eq!(doubts.len(), expected.len(), "{more:?} {now}: {doubts:?}");
            doubts.iter().zip(expected).for_each(|(doubt, words)| assert!(doubt.contains(words), "{doubt}"));
        };
        check(&[], "2026-06-01T00:00:00Z", &[]);
        // planned while the year still runs, for a slot after its end
        check(&[], "2026-02-01T00:00:00Z", &[]);
        let old = ["--year", "2025"];
        check(&old, "2026-06-01T00:00:00Z", &["not the newest complete reporting year, which is 2026"]);
        // sending is over: nothing can arrive, made up or not
        check(&[], "2026-07-31T16:59:59Z", &[]);
        check(&[], "2026-07-31T17:00:00Z", &["sending ended at 2026-07-31T17:00:00Z, which is past: no council can send"]);
        check(&["--made-up"], "2027-04-01T00:00:00Z", &["and so did the time for corrections: no council can send"]);
        check(&["--made-up", "--year", "2025"], "2026-06-01T00:00:00Z", &[]);
        check(&["--made-up", "--year", "2027"], "2026-06-01T00:00:00Z", &["not the newest complete"]);
        check(&["--rho-release", "0.17"], "2026-06-01T00:00:00Z", &["more than 0.2 together"]);
        check(&["--rho-correction", "0.05"], "2027-04-01T00:00:00Z", &["is past", "newest", "more than 0.2"]);
    }

    #[test]
    fn a_plan_whose_sending_is_open_already_is_remarked_on_and_not_doubted() {
        let check = |now: &str, expected: bool| {
            let plan = made(&JULY).unwrap();
            let remarks = remarks(&plan, now.parse().unwrap());
            assert_eq!(remarks.iter().any(|r| r.contains("open already, since 2026-07-01T09:00:00Z")), expected, "{now}");
        };
        check("2026-07-01T09:00:00Z", false);
        check("2026-07-01T09:00:01Z", true);
        check("2026-07-31T16:59:59Z", true);
        check("2026-07-31T17:00:00Z", false);
    }

    #[test]
    fn a_choice_that_cannot_be_is_refused_by_its_option() {
        let long = "x".repeat(201);
        for (more, words) in [
            (
                &["--closes-at", "2026-06-30T00:00:00Z"][..],
                "closes before it opens: --closes-at 2026-06-30T00:00:00Z must be after",
            ),
            (&["--closes-at", "2026-07-01T09:00:00Z"], "closes before it opens"),
            (
                &["--closes-at", JULY[1], "--correction-opens-at", "2026-07-30T00:00:00Z"],
                "--correction-opens-at 2026-07-30T00:00:00Z must not be before --closes-at",
            ),
            (
                &["--closes-at", JULY[1], "--correction-closes-at", "2026-09-01T00:00:00Z"],
                "--correction-closes-at 2026-09-01T00:00:00Z must be after 2026-09-29T17:00:00Z",
            ),
            (&["--closes-at", JULY[1], "--accept-wide", ""], "--accept-wide takes 1 to 200 bytes on one line, and was given 0"),
            (
                &["--closes-at", JULY[1], "--accept-wide", &long],
                "--accept-wide takes 1 to 200 bytes on one line, and was given 201",
            ),
            (&["--closes-at", JULY[1], "--population", "x", "--population-source", "a\nb"], "--population-source takes 1 to 200"),
            (
                &["--closes-at", JULY[1], "--rho-correction", "0"],
                "--rho-correction 0 is too small: a plan keeps a budget for its correction, and with these units that is 0.0000",
            ),
            (&["--closes-at", JULY[1], "--rho-release", "0.000000001"], "--rho-release 0.000000001 is too small"),
        ] {
            let error = anyhow::Error::from(made(more).unwrap_err());
            assert!(format!("{error:#}").contains(words), "{error:#}");
            assert_eq!(super::super::exit_of(&error), Exit::Usage, "{error:#}");
        }
        // a fiftieth buys a draw, with more noise
        assert!(made(&[&JULY[..], &["--rho-correction", "0.02"]].concat()).is_ok());
        assert!(made(&[&JULY[..], &["--rho-release", "0.02"]].concat()).is_ok());
    }

    #[test]
    fn a_file_that_is_not_there_is_an_input_that_is_refused() {
        for more in [&["--budget", "nofile.toml"][..], &["--population", "nofile.csv", "--population-source", "An estimate"]] {
            let error = anyhow::Error::from(made(&[&JULY[..], more].concat()).unwrap_err());
            assert!(format!("{error:#}").contains("cannot read nofile"), "{error:#}");
            assert_eq!(super::super::exit_of(&error), Exit::InputRefused, "{error:#}");
        }
    }

    #[test]
    fn slots_are_spread_over_three_days_or_half_of_a_short_round() {
        let dates = |more: &[&str]| made(&[&JULY, more].concat()).unwrap().body().dates;
        let usual = dates(&[]);
        assert_eq!(usual.send_spread_s, 72 * 3_600);
        let corrections = (usual.correction_opens_at.to_string(), usual.correction_closes_at.to_string());
        assert_eq!(corrections, ("2026-09-29T17:00:00Z".to_owned(), "2026-10-27T17:00:00Z".to_owned()));
        let chain = |error| format!("{:#}", anyhow::Error::from(error));
        let spread = |more: &[&str]| made(more).map(|plan| plan.body().dates.send_spread_s).map_err(chain);
        assert_eq!(spread(&[&JULY, &["--spread-hours", "0"][..]].concat()), Ok(0));
        assert_eq!(spread(&["--closes-at", "2026-07-02T09:00:00Z"]), Ok(43_200));
        let too_wide = spread(&["--closes-at", "2026-07-02T09:00:00Z", "--spread-hours", "24"]).unwrap_err();
        assert!(too_wide.contains("spread over 86400 seconds, and the round closes 86400 seconds"), "{too_wide}");
    }

    #[test]
    fn a_plan_that_would_say_too_little_needs_a_reason() {
        let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/authorities.csv");
        let config = Config::load(&Flags { authorities: Some(list), ..Flags::default() }).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let only = folder.path().join("only");
        std::fs::write(&only, "301 302 303 304").unwrap();
        let only = ["--only", only.to_str().unwrap()];
        let make = |more: &[&str]| operate::make_plan(&config, &args(&[&JULY, more].concat()).wish().unwrap()).unwrap();
        let reason = ["--accept-wide", "a pilot of four councils"];
        let check = |more: &[&str], n_wide: bool, accepted: Option<&str>| {
            let made = make(more);
            assert_eq!(made.wide().count() > 0, n_wide, "{:?}", made.limited);
            assert_eq!(made.plan.body().accepted_wide.as_deref(), accepted);
            assert_eq!(made.limited.len(), 8);
            assert_eq!(made.is_refused(), n_wide && accepted.is_none());
        };
        // everybody: it holds, and a reason that is not needed is not in the plan
        check(&[], false, None);
        check(&reason, false, None);
        // four councils: a few per cent of the children, and their noise is not as much smaller
        check(&only, true, None);
        check(&[&only[..], &reason].concat(), true, Some(reason[1]));
        // a budget that says little
        check(&["--rho-release", "0.05"], true, None);
        let made = make(&only);
        let a2 = made.wide().find(|l| l.table == "A2.total").unwrap().words();
        assert!(a2.contains("percentage points of") && a2.contains("limit 1"), "{a2}");
        // the same units from a file
        let file = folder.path().join("budget.toml");
        std::fs::write(&file, crate::budget::BUDGET_TOML).unwrap();
        assert_eq!(make(&["--budget", file.to_str().unwrap()]).plan, make(&[]).plan);
    }

    #[test]
    fn a_plan_carries_the_population_that_rates_are_per() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("population.csv");
        let plan = |rows: &str| {
            std::fs::write(&file, format!("dfe_code,mid_year,population_0_17\n{rows}")).unwrap();
            let only = folder.path().join("only");
            std::fs::write(&only, "301 302").unwrap();
            let (file, only) = (file.display().to_string(), only.display().to_string());
            made(&[&JULY, &["--population", &file, "--population-source", "An estimate", "--only", &only][..]].concat())
        };
        let whole = plan("301,2025,62000\n302,2025,90000\n").unwrap();
        let lives: Vec<_> = whole.body().cohort.members.iter().map(|m| m.population_0_17).collect();
        assert_eq!(lives, [Some(62_000), Some(90_000)]);
        assert!(summary(&whole).join("\n").contains("rates per the 152000 children aged 0 to 17 of mid-2025: An estimate"));
        let chain = |error: operate::OperateError| format!("{:#}", anyhow::Error::from(error));
        assert!(
            chain(plan("301,2025,62000\n").unwrap_err())
                .contains("authority 302 is asked to take part and has no row for mid-2025")
        );
        assert!(chain(plan("301,2024,62000\n").unwrap_err()).contains("no row for mid-2025"));
        let without = made(&JULY).unwrap();
        assert!(without.body().cohort.population.is_none() && summary(&without).join("\n").contains("no rates"));
    }

    #[test]
    fn a_summary_says_what_a_plan_costs_a_child() {
        let text = summary(&made(&JULY).unwrap()).join("\n");
        for words in [
            "reporting year 2026",
            "authorities asked: 1",
            "cells in 1 block\n",
            "within 72 hours of",
            "scale ",
            "epsilon 3.",
            "at delta 1e-6",
            "the headline: rho 0.37",
        ] {
            assert!(text.contains(words), "{words} is not in:\n{text}");
        }
    }
}
