//! What the demo tells in the end: a table, the incidents, the audit, and what to try next; or all of it as JSON.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Context as _;
use serde_json::json;
use shared::framework::{Framework, Kind};

use super::figures::{Line, What, inside_share};
use super::incidents::Record;
use super::screen::Screen;
use crate::build::Programs;
use crate::world::open::{Member, OpenRound};

/// How the audit ended.
#[derive(Clone, Debug)]
pub struct Audit {
    /// Whether it passed.
    pub passed: bool,
    /// Exit code.
    pub code: Option<i32>,
    /// What the auditor said.
    pub words: String,
}

impl Audit {
    /// What is wrong, when it did not pass.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        (!self.passed).then(|| format!("the audit did not pass: {}", self.words.trim()))
    }
}

/// All that the demo found.
pub struct Outcome {
    /// What fixed the children.
    pub seed: u64,
    /// Councils asked.
    pub expected: usize,
    /// Councils in the figures.
    pub accepted: usize,
    /// The others.
    pub absent: Vec<String>,
    /// What went wrong on purpose.
    pub records: Vec<Record>,
    /// Figures beside the truth.
    pub lines: Vec<Line>,
    /// The auditor's verdict.
    pub audit: Audit,
    /// Folder of the export.
    pub export: PathBuf,
    /// Version of the release.
    pub version: String,
    /// Pages read that carry the notice.
    pub n_pages: usize,
    /// How long it took.
    pub seconds: f64,
    /// Peak memory by program, in megabytes.
    pub peaks_mb: BTreeMap<String, f64>,
    /// What did not end as it must.
    pub faults: Vec<String>,
}

impl Outcome {
    fn peak_mb(&self) -> f64 {
        self.peaks_mb.values().copied().fold(0.0, f64::max)
    }
}

/// The result as JSON.
///
/// # Errors
/// When it cannot be written down.
pub fn to_json(outcome: &Outcome) -> anyhow::Result<Vec<u8>> {
    let document = json!({
        "seed": outcome.seed,
        "authorities": {"expected": outcome.expected, "accepted": outcome.accepted, "absent": outcome.absent},
        "incidents": outcome.records,
        "figures": outcome.lines,
        "inside_share": inside_share(&outcome.lines),
        "audit": if outcome.audit.passed { "pass" } else { "fail" },
        "pages_with_notice": outcome.n_pages,
        "seconds": tenth(outcome.seconds),
        "peak_rss_mb": tenth(outcome.peak_mb()),
        "peak_rss_mb_by_program": outcome.peaks_mb.iter().map(|(name, mb)| (name.clone(), tenth(*mb))).collect::<BTreeMap<_, _>>(),
        "faults": outcome.faults,
    });
    serde_json::to_vec_pretty(&document).context("the result cannot be written as JSON")
}

fn tenth(x: f64) -> f64 {
    (x * 10.0).round() / 10.0
}

/// Whether the site stays open after the result was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Site {
    /// Until somebody ends the demonstration.
    Stays,
    /// It ends with the program.
    Ends,
}

/// Tells the result to a person.
pub fn tell(outcome: &Outcome, round: &OpenRound<'_>, programs: &Programs, site: Site, screen: &Screen) {
    let mut say = |text: String| screen.line(&text);
    table(outcome, &mut say);
    say(format!(
        "\n{} of {} councils are in the figures; absent or late: {}",
        outcome.accepted,
        outcome.expected,
        if outcome.absent.is_empty() { "none".to_owned() } else { outcome.absent.join(", ") }
    ));
    let share = inside_share(&outcome.lines);
    say(format!("{:.1} % of {} figures lie inside their 95 % intervals", 100.0 * share, outcome.lines.len()));
    say("\nIncidents, all of them made on purpose".to_owned());
    for record in &outcome.records {
        let mark = if record.as_it_must { "as it must" } else { "NOT AS IT MUST" };
        let code = record.refused_with.as_deref().unwrap_or("-");
        say(format!("  {:<18} {}  {code:<20} {mark:<15} {}", record.kind, record.authority, record.ended));
    }
    let verdict = if outcome.audit.passed { "pass" } else { "FAIL" };
    say(format!("\nAudit of {}: {verdict}", outcome.export.display()));
    let peaks: Vec<String> = outcome.peaks_mb.iter().map(|(name, mb)| format!("{name} {mb:.0}")).collect();
    say(format!("{} pages carry the notice; {:.1} s; peak memory in MB: {}", outcome.n_pages, outcome.seconds, peaks.join(", ")));
    try_next(outcome, round, programs, site, &mut say);
    for fault in &outcome.faults {
        say(format!("\nFAULT {fault}"));
    }
}

/// England's totals: a view or the first category of every measure.
fn table(outcome: &Outcome, say: &mut dyn FnMut(String)) {
    let framework = Framework::built_in();
    say(format!(
        "\n{:<46} {:>10} {:>10}  {:<23} {:<7} {:>10}",
        "England, 2025, made up", "true", "published", "95 % interval", "inside", "all true"
    ));
    for measure in framework.measures().iter().filter(|m| m.kind != Kind::Fact) {
        let view = measure.views.last().map(|view| (view.id.clone(), view.label.clone()));
        let first = measure.categories.first().map(|category| (category.id.clone(), category.label.clone()));
        let (category, label) = match measure.kind {
            Kind::Mean => ("mean".to_owned(), measure.title.clone()),
            Kind::Share | Kind::Fact => view.or(first).unwrap_or_default(),
        };
        let counted = measure.categories.iter().filter(|c| !c.outside).count();
        let what = match measure.kind {
            Kind::Mean => What::Mean,
            Kind::Share if counted == 1 => What::Count,
            Kind::Share | Kind::Fact => What::Share,
        };
        let id = format!("{}.total", measure.id);
        let is_it = |line: &&Line| line.area == "England" && line.id == id && line.category == category && line.what == what;
        if let Some(line) = outcome.lines.iter().find(is_it) {
            say(row(&format!("{} {label}", measure.id), line));
        }
    }
}

fn row(label: &str, line: &Line) -> String {
    let unit = if line.what == What::Share { " %" } else { "" };
    let decimals = if line.what == What::Count { 0 } else { 2 };
    let number = |x: Option<f64>| x.map_or("u".to_owned(), |x| format!("{x:.decimals$}{unit}"));
    let interval = format!("{} to {}", number(line.low), number(line.high));
    let inside = line.inside.map_or("-", |inside| if inside { "yes" } else { "no" });
    let label: String = label.chars().take(46).collect();
    format!(
        "{label:<46} {:>10} {:>10}  {interval:<23} {inside:<7} {:>10}",
        number(line.truth),
        number(line.published),
        number(line.true_nation)
    )
}

/// What can be tried while the site runs, and what can be tried with the files alone.
fn try_next(outcome: &Outcome, round: &OpenRound<'_>, programs: &Programs, site: Site, say: &mut dyn FnMut(String)) {
    let Some(member) = round.members.iter().find(|m| !outcome.absent.contains(&m.office.code)) else { return };
    say("\nTry next".to_owned());
    match site {
        Site::Stays => try_site(outcome, round, member, say),
        Site::Ends => say("  the site has ended with this program; without --exit it stays open".to_owned()),
    }
    say(format!(
        "  a council's exact figures, for its own eyes: {} preview --config {}",
        programs.agent.display(),
        member.office.config().display()
    ));
    say(format!(
        "  another audit: {} verify {} --trust {}",
        programs.auditor.display(),
        outcome.export.display(),
        round.centre.trust().display()
    ));
    try_openssl(outcome, round, member, say);
}

fn try_site(outcome: &Outcome, round: &OpenRound<'_>, member: &Member<'_>, say: &mut dyn FnMut(String)) {
    let (site, version) = (&round.served.public_url, &outcome.version);
    say(format!("  the site              {site}/releases/{version}/"));
    say(format!("  the figures           {site}/releases/{version}/figures.csv"));
    say(format!("  the log               {site}/log/checkpoint"));
    say(format!("  one signed submission {site}/submissions/{}/{}-1.dsse.json", round.id, member.office.code));
}

/// The commands that check one exported submission without a program of ours.
fn try_openssl(outcome: &Outcome, round: &OpenRound<'_>, member: &Member<'_>, say: &mut dyn FnMut(String)) {
    let submission = outcome.export.join("submissions").join(&round.id).join(format!("{}-1.dsse.json", member.office.code));
    let submission = submission.display();
    let keys = member.office.state().join("keys").join("signing.public.pem");
    let kind = shared::submission::SUBMISSION_TYPE;
    say("  the signature of one submission, with openssl alone:".to_owned());
    for (field, file) in [("payload", "p"), ("sig", "sig")] {
        say(format!("    sed 's/.*\"{field}\":\"\\([^\"]*\\)\".*/\\1/' {submission} | base64 -d > {file}"));
    }
    say(format!(
        "    {{ printf 'DSSEv1 {} {kind} %d ' $(wc -c < p); cat p; }} | openssl dgst -sha256 -verify {} -signature sig",
        kind.len(),
        keys.display()
    ));
}
