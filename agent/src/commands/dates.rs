//! `dates`: which dates come next for a data team, and what to do by then. Fetches nothing, writes nothing, sends nothing.
//!
//! Two calendars stand side by side: that of the round, from the plan that the agent has kept, which binds; and that of the
//! return, computed from former years, which is called usual and promises nothing. Days are counted from the clock handed in.

use std::fmt::Write as _;

use jiff::civil::{Date, date};
use serde_json::{Value, json};
use shared::framework::Framework;
use shared::ids::{ReportingYear, RoundId};
use shared::plan::Dates;
use shared::problem::{Exit, Problem};
use shared::time::Timestamp;

use super::known_noise::kept_plan;
use super::{Screen, year_in_words};
use crate::cli::DatesArgs;
use crate::config::{AgentConfig, environment};
use crate::io::state::State;
use crate::stop::Stop;

/// Where a date comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Calendar {
    /// The plan of the round: it binds.
    Plan,
    /// Former years of the return.
    Usual,
}

impl Calendar {
    fn words(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Usual => "usual",
        }
    }
}

/// One date.
#[derive(Debug, PartialEq, Eq)]
struct DateLine {
    on: Date,
    /// The second from which on it is over, where a day is not enough.
    at: Option<Timestamp>,
    calendar: Calendar,
    what: String,
    what_to_do: &'static str,
}

impl DateLine {
    fn is_over(&self, now: Timestamp) -> bool {
        self.at.map_or(self.on < now.day(), |at| at <= now)
    }

    /// Days from today; below zero for days that are over.
    fn days_left(&self, now: Timestamp) -> i32 {
        // two dates differ by days alone, unless other units are asked for
        (self.on - now.day()).get_days()
    }

    fn in_days(&self, now: Timestamp) -> String {
        match (self.days_left(now), self.is_over(now)) {
            (0, true) => "earlier today".to_owned(),
            (0, false) => "today".to_owned(),
            (1, _) => "tomorrow".to_owned(),
            (-1, _) => "yesterday".to_owned(),
            (days, _) if days < 0 => format!("{} days ago", -days),
            (days, _) => format!("in {days} days"),
        }
    }

    fn on_in_words(&self) -> String {
        let day = self.on.strftime("%-d %B %Y").to_string();
        // the wire's instants are UTC; a day alone is that of the calendar
        self.at.map_or(day.clone(), |at| format!("{day} {} UTC", at.to_string().get(11..16).unwrap_or_default()))
    }
}

/// Runs the command.
pub fn run(args: &DatesArgs, now: Timestamp, screen: &mut Screen<'_>) -> anyhow::Result<Exit> {
    let config = args.config.as_ref().map(|file| AgentConfig::load(file, environment())).transpose()?;
    let year = config.as_ref().map_or_else(|| newest_complete(now), |config| config.year(now));
    let year = year.ok_or_else(|| Stop::fault("this machine's clock shows no year that exists"))?;
    let plan = config.as_ref().map_or(Ok(None), |config| plan_dates(config, year))?;
    let lines = dates_of(now, year, plan.as_ref());
    if args.json {
        screen.line(&to_json(&lines, now, year, plan.as_ref()).to_string())?;
    } else {
        for line in to_lines(&lines, now, year, plan.as_ref()) {
            screen.line(&line)?;
        }
    }
    Ok(Exit::Done)
}

/// The date that comes next, for the end of another command: `next date: ...`. `None` where none is known, or where the state
/// cannot be opened: then `status` says more.
pub fn next_date(config: &AgentConfig, now: Timestamp) -> Option<String> {
    let year = config.year(now)?;
    let plan = plan_dates(config, year).ok().flatten();
    let lines = dates_of(now, year, plan.as_ref());
    let next = lines.iter().find(|line| !line.is_over(now))?;
    Some(format!("next date: {}, {}: {} ({})", next.on_in_words(), next.in_days(now), next.what, next.calendar.words()))
}

fn newest_complete(now: Timestamp) -> Option<ReportingYear> {
    ReportingYear::of(now.day()).map(|year| year.before(1))
}

/// The dates of the plan that is kept. Refused is only a state that others may open.
fn plan_dates(config: &AgentConfig, year: ReportingYear) -> Result<Option<Dates>, Stop> {
    let state = match State::open(&config.state) {
        Ok(state) => state,
        Err(stop) if stop.problem == Some(Problem::LedgerMissing) => return Ok(None),
        Err(stop) => return Err(stop),
    };
    Ok(kept_plan(&state, RoundId::of(year), &Framework::built_in()).map(|plan| plan.body().dates))
}

/// All dates of the round of a year, of its return and of the next return, in order.
fn dates_of(now: Timestamp, year: ReportingYear, plan: Option<&Dates>) -> Vec<DateLine> {
    let mut lines = plan.map(of_plan).unwrap_or_default();
    lines.extend(of_return(year));
    if let Some(next) = ReportingYear::new(year.number().saturating_add(1)) {
        let coming = of_return(next).into_iter().filter(|line| !line.is_over(now));
        lines.extend(coming);
    }
    // the plan's own dates first where two fall on one day
    lines.sort_by_key(|line| (line.on, line.calendar == Calendar::Usual, line.at));
    lines
}

fn of_plan(dates: &Dates) -> Vec<DateLine> {
    let line = |on, at, what: &str, what_to_do| DateLine { on, at, calendar: Calendar::Plan, what: what.to_owned(), what_to_do };
    let (opens, closes) = (dates.send_opens_at, dates.send_closes_at);
    let (correct_from, correct_until) = (dates.correction_opens_at, dates.correction_closes_at);
    vec![
        line(
            dates.freeze_on.0,
            None,
            "freeze: records are taken as they stand on this day",
            "check until the input can be used; preview, and look at each figure",
        ),
        line(
            opens.day(),
            Some(opens),
            "sending opens",
            "check, preview, approve, prepare, send, show; or, once approved, run --once from a scheduler",
        ),
        line(closes.day(), Some(closes), "sending closes", "send before; status says whether the receipt is here"),
        line(correct_from.day(), Some(correct_from), "corrections open, if the first release is out", CORRECTION_STEPS),
        line(correct_until.day(), Some(correct_until), "corrections close", "correct and send before; there is one a round"),
    ]
}

/// The order of steps of a correction.
const CORRECTION_STEPS: &str = "only where records turn out to be wrong: mend them, check, preview, approve, correct, send, show";

/// The return's calendar as in former years.
fn of_return(year: ReportingYear) -> Vec<DateLine> {
    let y = year.number();
    let line = |on, what: String, what_to_do| DateLine { on, at: None, calendar: Calendar::Usual, what, what_to_do };
    vec![
        DateLine {
            on: year.last_day(),
            at: None,
            calendar: Calendar::Usual,
            what: format!("the reporting year {y} ends"),
            what_to_do: "check the records of the year as they stand; what is corrected now need not be explained later",
        },
        line(
            date(y, 4, 1),
            format!("the collection of the return {y} opens"),
            "export the tables, check, correct in the case system",
        ),
        line(date(y, 5, 31), format!("the return {y} is loaded"), "check once more on the export that is loaded"),
        line(
            date(y, 6, 30),
            format!("the return {y} is submitted, corrected"),
            "put the tables that were submitted last into the folder of the year; check, preview",
        ),
        line(
            date(y, 11, 30),
            format!("official figures of {y} are published, by the end of this month"),
            "download them; preview --compare sets your own beside them",
        ),
    ]
}

/// What to do now, in words.
fn next_step(now: Timestamp, plan: Option<&Dates>) -> &'static str {
    let Some(dates) = plan else {
        return "no plan of the round is kept here, so no date of sending is known: check and preview as often as you like; prepare fetches the plan once it is published";
    };
    if (dates.correction_opens_at..dates.correction_closes_at).contains(&now) {
        "by the plan this is the time for corrections: where the records of the release turn out to be wrong, mend them, check, preview, approve, correct, send, show"
    } else if now >= dates.send_closes_at {
        "sending is closed: status says what was sent; what was not is no longer accepted for this round"
    } else if now >= dates.send_opens_at {
        "sending is open: check, preview, approve, prepare, send, show"
    } else if now.day() > dates.freeze_on.0 {
        "the records are frozen: check that the folder holds them as they stood, and wait until sending opens"
    } else {
        "check and preview until every figure is one that you stand by; then keep the records as they are on the day of the freeze"
    }
}

/// When the plan lets a round be corrected.
fn correction_window(dates: &Dates) -> String {
    let (from, until) = (dates.correction_opens_at, dates.correction_closes_at);
    format!("correct: once, by the plan from {from} to {until}, while the public log says that corrections are open")
}

fn to_lines(lines: &[DateLine], now: Timestamp, year: ReportingYear, plan: Option<&Dates>) -> Vec<String> {
    let today = now.day().strftime("%-d %B %Y");
    let mut text = vec![format!("dates around {}, counted from {today}", year_in_words(year)), String::new()];
    let width = lines.iter().map(|line| line.on_in_words().len()).max().unwrap_or(0);
    let next = lines.iter().position(|line| !line.is_over(now));
    for (at, line) in lines.iter().enumerate() {
        let mark = if next == Some(at) { ">" } else { " " };
        let mut shown = format!("{mark} {:width$}  {:5}  {}", line.on_in_words(), line.calendar.words(), line.what);
        let _ = write!(shown, " ({})", line.in_days(now));
        text.push(shown);
        if !line.is_over(now) {
            text.push(format!("  {:width$}         {}", "", line.what_to_do));
        }
    }
    text.push(String::new());
    text.push(format!("now: {}", next_step(now, plan)));
    text.extend(plan.map(correction_window));
    text.push("plan: the signed plan of the round, which binds".to_owned());
    text.push("usual: as in former years, no promise; the Department for Education names the dates of each year".to_owned());
    text
}

fn to_json(lines: &[DateLine], now: Timestamp, year: ReportingYear, plan: Option<&Dates>) -> Value {
    let one = |line: &DateLine| {
        json!({
            "on": line.on.to_string(),
            "at": line.at.map(|at| at.to_string()),
            "calendar": line.calendar.words(),
            "what": line.what,
            "what_to_do": line.what_to_do,
            "days_left": line.days_left(now),
            "over": line.is_over(now),
        })
    };
    json!({
        "today": now.day().to_string(),
        "reporting_year": year,
        "plan_is_kept": plan.is_some(),
        "dates": lines.iter().map(one).collect::<Vec<_>>(),
        "next_step": next_step(now, plan),
        "sent": false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{Agent, NOW, World, choice};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn year() -> ReportingYear {
        ReportingYear::new(2025).unwrap()
    }

    fn shown(config: Option<std::path::PathBuf>, now: &str, json: bool) -> String {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let exit = run(&DatesArgs { config, json }, at(now), &mut Screen { out: &mut out, err: &mut err });
        assert_eq!(exit.unwrap(), Exit::Done);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn days_are_counted_from_the_clock_handed_in() {
        let check = |now: &str, expected: &str| {
            let lines = dates_of(at(now), year(), Some(&choice().dates));
            let opens = lines.iter().find(|line| line.what == "sending opens").unwrap();
            assert_eq!(opens.in_days(at(now)), expected, "{now}");
        };
        check("2025-06-01T23:59:59Z", "in 30 days");
        check("2025-06-30T00:00:00Z", "tomorrow");
        check("2025-07-01T08:59:59Z", "today");
        check("2025-07-01T09:00:00Z", "earlier today");
        check("2025-07-02T00:00:00Z", "yesterday");
        check("2026-07-01T00:00:00Z", "365 days ago");
    }

    #[test]
    fn the_step_to_take_follows_the_plan() {
        let dates = choice().dates;
        let check = |now: &str, expected: &str| {
            let said = next_step(at(now), Some(&dates));
            assert!(said.contains(expected), "{now}: {said}");
        };
        check("2025-06-30T23:59:59Z", "until every figure");
        check("2025-07-01T00:00:00Z", "wait until sending opens");
        check("2025-07-01T09:00:00Z", "check, preview, approve, prepare, send, show");
        check("2025-07-31T17:00:00Z", "closed");
        check("2098-10-01T08:59:59Z", "closed");
        check("2098-10-01T09:00:00Z", "approve, correct, send, show");
        check("2098-10-31T17:00:00Z", "closed");
        assert!(next_step(at(NOW), None).contains("no plan"));
    }

    #[test]
    fn without_a_plan_only_the_usual_calendar_is_told_and_called_so() {
        let text = shown(None, "2026-01-15T12:00:00Z", false);
        assert!(text.contains("year ending 31 March 2025") && text.contains("no promise"), "{text}");
        assert!(text.contains("> 31 March 2026") && text.contains("the reporting year 2026 ends (in 75 days)"), "{text}");
        assert!(text.contains("30 June 2025") && text.contains("(199 days ago)"), "{text}");
        assert!(!text.contains("sending opens"), "{text}");
        let report: Value = serde_json::from_str(&shown(None, "2026-01-15T12:00:00Z", true)).unwrap();
        let dates = report["dates"].as_array().unwrap();
        assert!(dates.iter().all(|date| date["calendar"] == "usual"));
        assert!(dates.is_sorted_by_key(|date| date["days_left"].as_i64()));
        assert_eq!((report["plan_is_kept"].as_bool(), report["sent"].as_bool()), (Some(false), Some(false)));
    }

    #[test]
    fn a_kept_plan_gives_its_own_dates_and_the_next_one_in_a_line() {
        let world = World::with_plan(choice());
        let (agent, before_init) = (Agent::new(&world), Agent::without_state(&world));
        agent.prepare().unwrap();
        let config = agent.config();
        let line = next_date(&config, at(NOW)).unwrap();
        assert_eq!(line, "next date: 31 July 2025 17:00 UTC, in 29 days: sending closes (plan)");
        let before = shown(Some(agent.folder.path().join("agent.toml")), "2025-06-01T10:00:00Z", false);
        assert!(before.contains("  check, preview, approve, prepare, send, show; or, once approved, run --once"), "{before}");
        assert!(next_date(&before_init.config(), at(NOW)).unwrap().ends_with("(usual)"));
        let text = shown(Some(agent.folder.path().join("agent.toml")), NOW, false);
        assert!(text.contains("> 31 July 2025 17:00 UTC") && text.contains("freeze"), "{text}");
        for told in [
            "1 October 2098 09:00 UTC   plan   corrections open, if the first release is out",
            "31 October 2098 17:00 UTC  plan   corrections close",
            "correct: once, by the plan from 2098-10-01T09:00:00Z to 2098-10-31T17:00:00Z",
            "now: sending is open: check, preview, approve, prepare, send, show\n",
        ] {
            assert!(text.contains(told), "{told}\n{text}");
        }
    }
}
