//! The command line: what can be asked, and nothing about how it is done.

use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args, Parser, Subcommand};
use shared::ids::{AuthorityId, ReportingYear, RoundId};
use shared::submission::CorrectionReason;

use crate::approval::ApproverName;
use crate::pseudonym::keys::KeyName;

/// Private, verifiable statistics about children in care: the part that runs at the authority.
#[derive(Debug, Parser)]
#[command(name = "goldenthread-agent", version, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// A command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Look for faults in the returns. Sends nothing.
    Check(CheckArgs),
    /// Say which dates come next, and what to do by then. Sends nothing.
    Dates(DatesArgs),
    /// Show the exact figures on this screen. Local, not for publication; sends nothing.
    Preview(PreviewArgs),
    /// Say how a measure counts, with worked examples. Reads no records; sends nothing.
    Explain(ExplainArgs),
    /// The authority's key for pseudonyms, and keys for partners. Sends nothing.
    #[command(subcommand)]
    Key(KeyCommand),
    /// Replace the identifiers in a CSV extract by pseudonyms. Needs a key and nothing else; sends nothing.
    Pseudonymise(PseudonymiseArgs),
    /// The commands that make or send a submission.
    #[command(flatten)]
    Sending(SendingCommand),
    /// Draw noise once. Started by the agent itself.
    #[command(hide = true)]
    Draw,
}

/// A command about keys for pseudonyms.
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Show the fingerprint of the authority's key, which names it without telling it.
    Fingerprint(ConfigArgs),
    /// Make the key in a state folder that has none; `init` makes it in a new one.
    Create(ConfigArgs),
    /// Make another key, keep the former one, and say which partners need another key.
    Rotate(ConfigArgs),
    /// Derive the key of one partner for one purpose and year.
    Partner(PartnerKeyArgs),
}

/// Arguments of `key partner`.
#[derive(Args, Debug)]
pub struct PartnerKeyArgs {
    /// The agent's configuration.
    #[arg(long, value_name = "FILE", default_value = "agent.toml")]
    pub config: PathBuf,
    /// Who gets it: 1 to 64 of a to z, 0 to 9 and hyphen.
    #[arg(long, value_name = "NAME")]
    pub partner: KeyName,
    /// What for, in the same characters.
    #[arg(long)]
    pub purpose: KeyName,
    /// Reporting year of the extract; 2025 ends on 31 March 2025.
    #[arg(long)]
    pub year: ReportingYear,
    /// The file to write; it must not exist.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Derive it from a retired key, to link an extract that was delivered before a rotation.
    #[arg(long, value_name = "N")]
    pub retired: Option<u32>,
}

/// Arguments of `pseudonymise`.
#[derive(Args, Debug)]
pub struct PseudonymiseArgs {
    /// The key that the authority handed over.
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// A column of identifiers, by its header. KIND: child (when not given), nhs-number, upn or worker.
    #[arg(long, value_name = "COLUMN[=KIND]", required = true)]
    pub column: Vec<String>,
    /// A column to leave out.
    #[arg(long, value_name = "COLUMN")]
    pub drop: Vec<String>,
    /// A column that looks like an identifier and is to pass as it is.
    #[arg(long, value_name = "COLUMN")]
    pub keep: Vec<String>,
    /// The extract: CSV with a header line, cells between commas, semicolons or tabs.
    pub input: PathBuf,
    /// The file to write: not in the folder of the input, and not there yet.
    pub output: PathBuf,
}

/// A command that makes or sends a submission.
#[derive(Debug, Subcommand)]
pub enum SendingCommand {
    /// Make the state folder, once: keys, an empty ledger, the request for enrolment. Sends nothing.
    Init(ConfigArgs),
    /// Approve the inputs of the configured round, before noise is drawn from them. Look at preview first. Sends nothing.
    Approve(ApproveArgs),
    /// Draw the noise of the configured round, once, and keep the signed submission. Sends no figure.
    Prepare(ConfigArgs),
    /// Draw the one correction of the configured round, from inputs that have changed, in the plan's time for it. Sends no figure.
    Correct(CorrectArgs),
    /// Show what was drawn: its cells, as everybody will see them, once the receipt is kept. Sends nothing.
    Show(ShowArgs),
    /// Send what is prepared and keep the receipt. Safe to repeat.
    Send(SendArgs),
    /// Tell the aggregator that this agent runs, in the same bytes as always, and nothing else. `run` does so first.
    Heartbeat(ConfigArgs),
    /// Prepare the round unless it is prepared, then send. For a scheduler; safe to repeat.
    Run(RunArgs),
    /// Say what was spent, what waits, what is remembered. Sends nothing.
    Status(StatusArgs),
    /// The ledger of what was spent, after its state was lost. Sends nothing.
    #[command(subcommand)]
    Ledger(LedgerCommand),
}

/// A command about the ledger.
#[derive(Debug, Subcommand)]
pub enum LedgerCommand {
    /// Write down again what the public log shows and this ledger lacks. For a person: docs/ledger.md.
    Recover(RecoverArgs),
}

/// Arguments of `ledger recover`.
#[derive(Args, Debug)]
pub struct RecoverArgs {
    /// The agent's configuration.
    #[arg(long, value_name = "FILE", default_value = "agent.toml")]
    pub config: PathBuf,
    /// A folder with what is left of the lost state: receipts, and messages as `show --raw` or an export gives them.
    #[arg(long, value_name = "FOLDER")]
    pub receipts: Option<PathBuf>,
    /// Write it. Without this, only say what would be written.
    #[arg(long)]
    pub yes: bool,
}

/// Which configuration.
#[derive(Args, Debug)]
pub struct ConfigArgs {
    /// The agent's configuration.
    #[arg(long, value_name = "FILE", default_value = "agent.toml")]
    pub config: PathBuf,
}

/// Arguments of `approve`.
#[derive(Args, Debug)]
pub struct ApproveArgs {
    /// The agent's configuration.
    #[arg(long, value_name = "FILE", default_value = "agent.toml")]
    pub config: PathBuf,
    /// Who approves: a name or a role, kept in the state folder and nowhere else.
    #[arg(long, value_name = "NAME")]
    pub by: ApproverName,
}

/// Arguments of `correct`.
#[derive(Args, Debug)]
pub struct CorrectArgs {
    /// The agent's configuration.
    #[arg(long, value_name = "FILE", default_value = "agent.toml")]
    pub config: PathBuf,
    /// Why, for everybody to see: missing-records, wrong-records, wrong-file or wrong-count.
    #[arg(long, value_name = "REASON", value_parser = reason)]
    pub reason: CorrectionReason,
}

/// A reason by its word.
fn reason(word: &str) -> Result<CorrectionReason, String> {
    let known = || CorrectionReason::ALL.map(|reason| format!("{} ({})", reason.word(), reason.label())).join(", ");
    CorrectionReason::ALL.into_iter().find(|reason| reason.word() == word).ok_or_else(|| format!("not one of {}", known()))
}

/// Arguments of `show`.
#[derive(Args, Debug)]
pub struct ShowArgs {
    /// The agent's configuration.
    #[arg(long, value_name = "FILE", default_value = "agent.toml")]
    pub config: PathBuf,
    /// A round such as cla-2025; the newest when not given.
    #[arg(long)]
    pub round: Option<RoundId>,
    /// 1 for the submission of the round, 2 for its correction; the newest when not given.
    #[arg(long, value_name = "1|2", value_parser = clap::value_parser!(u32).range(1..=2))]
    pub message: Option<u32>,
    /// Write JSON.
    #[arg(long, conflicts_with = "raw")]
    pub json: bool,
    /// Write the exact bytes that were sent, and nothing else.
    #[arg(long)]
    pub raw: bool,
}

/// Arguments of `send`.
#[derive(Args, Debug)]
pub struct SendArgs {
    /// The agent's configuration.
    #[arg(long, value_name = "FILE", default_value = "agent.toml")]
    pub config: PathBuf,
    /// Send the newest submission although its receipt is here; the same receipt comes back.
    #[arg(long)]
    pub again: bool,
}

/// Arguments of `run`.
#[derive(Args, Debug)]
pub struct RunArgs {
    /// The agent's configuration.
    #[arg(long, value_name = "FILE", default_value = "agent.toml")]
    pub config: PathBuf,
    /// Do it once and end; a scheduler starts the next run.
    #[arg(long, required = true)]
    pub once: bool,
}

/// Arguments of `status`.
#[derive(Args, Debug)]
pub struct StatusArgs {
    /// The agent's configuration.
    #[arg(long, value_name = "FILE", default_value = "agent.toml")]
    pub config: PathBuf,
    /// Write JSON.
    #[arg(long)]
    pub json: bool,
}

/// Where the records are: in the folders of a configuration, or in named files of one year.
#[derive(Args, Debug)]
pub struct Source {
    /// Files or folders of one return; needs --year.
    #[arg(required_unless_present = "config", conflicts_with = "config", requires = "year")]
    pub paths: Vec<PathBuf>,
    /// The agent's configuration.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The reporting year; 2025 ends on 31 March 2025. With --config: instead of the configured one.
    #[arg(long)]
    pub year: Option<ReportingYear>,
}

/// Arguments of `check`.
#[derive(Args, Debug)]
pub struct CheckArgs {
    /// Where the records are.
    #[command(flatten)]
    pub source: Source,
    /// End with 3 when anything was found, warnings too.
    #[arg(long)]
    pub strict: bool,
    /// Write JSON, every problem with its place.
    #[arg(long)]
    pub json: bool,
    /// Also write every problem to this file, one row each, as a spreadsheet opens it.
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,
    /// With --csv: replace the file if it is there.
    #[arg(long, requires = "csv")]
    pub force: bool,
    /// Show what stands in the cells, identifiers too. On a terminal only.
    #[arg(long, conflicts_with = "json")]
    pub show_values: bool,
}

/// Arguments of `dates`.
#[derive(Args, Debug)]
pub struct DatesArgs {
    /// The agent's configuration; without one, the usual calendar of the return.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Write JSON.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `explain`.
#[derive(Args, Debug)]
pub struct ExplainArgs {
    /// A measure, such as B5; without one, all are listed.
    pub measure: Option<String>,
    /// Write JSON.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `preview`.
#[derive(Args, Debug, Default)]
#[command(group(ArgGroup::new("whence").args(["config", "year"]).required(true).multiple(true)))]
pub struct PreviewArgs {
    /// Files or folders of one return, with --year; or families to show, a letter each, such as B.
    ///
    /// A file whose name is a single letter is named with its folder: ./B.
    #[arg(value_name = "PATH_OR_FAMILY", required_unless_present = "config")]
    pub what: Vec<PathBuf>,
    /// The agent's configuration.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The reporting year; 2025 ends on 31 March 2025. With --config: instead of the configured one.
    #[arg(long)]
    pub year: Option<ReportingYear>,
    /// Show one family, by its letter; may be given more than once.
    #[arg(long, value_name = "LETTER", conflicts_with_all = ["json", "cell", "compare"])]
    pub family: Vec<char>,
    /// Show one measure, such as B5.
    #[arg(long, value_name = "ID", conflicts_with_all = ["json", "cell", "compare", "family"])]
    pub measure: Option<String>,
    /// Divide every measure that it fits by a breakdown, such as sex, age or need; local, whether or not a plan asks for it.
    #[arg(long, value_name = "BREAKDOWN", conflicts_with_all = ["json", "cell", "compare"])]
    pub by: Option<String>,
    /// Show counts from 1 to 5, too, and all that would give them away.
    #[arg(long, conflicts_with_all = ["json", "cell", "compare"])]
    pub small: bool,
    /// Write the pages to this file instead, as one HTML page for a browser or for printing, readable by its owner alone.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["json", "cell", "compare"])]
    pub html: Option<PathBuf>,
    /// With --html: replace such a page if it is there.
    #[arg(long, requires = "html")]
    pub force: bool,
    /// Write JSON: every table of the framework, exact, small counts too. For programs.
    #[arg(long)]
    pub json: bool,
    /// Show figures although the input is refused. Local only: nothing else ever does.
    #[arg(long)]
    pub despite_errors: bool,
    /// One cell, exact, small or not: TABLE/CATEGORY or TABLE/CATEGORY/GROUP, such as B1.total/3; 3+ adds up as the framework
    /// says.
    #[arg(long, value_name = "CELL")]
    pub cell: Option<String>,
    /// With --cell: list file and line of the rows behind it, without identifiers. For the data team.
    #[arg(long, requires = "cell")]
    pub rows: bool,
    /// Beside the official figures in this file, or in the CSV files of this folder; exact; may be given more than once.
    #[arg(long, value_name = "FILE_OR_FOLDER", conflicts_with = "cell")]
    pub compare: Vec<PathBuf>,
    /// With --compare and named files: whose figures they are, by the three digits.
    #[arg(long, value_name = "CODE", requires = "compare", conflicts_with = "config")]
    pub authority: Option<AuthorityId>,
}

impl PreviewArgs {
    /// Where the records are: what is named and is no family. The error says what is amiss.
    pub fn source(&self) -> Result<Source, String> {
        let paths: Vec<PathBuf> = self.what.iter().filter(|word| family_letter(word).is_none()).cloned().collect();
        match (paths.first(), &self.config) {
            (Some(path), Some(_)) => {
                Err(format!("{}: with --config no files are named, and a family is one letter", path.display()))
            }
            (None, None) => Err("name the files or folders of a return, or give --config".to_owned()),
            (Some(_), None) | (None, Some(_)) => Ok(Source { paths, config: self.config.clone(), year: self.year }),
        }
    }

    /// The families that are named, in either way.
    pub fn families(&self) -> Vec<char> {
        let named = self.family.iter().map(char::to_ascii_uppercase);
        let mut letters: Vec<char> = self.what.iter().filter_map(|word| family_letter(word)).chain(named).collect();
        letters.sort_unstable();
        letters.dedup();
        letters
    }
}

/// The family that a word is, when it is one.
fn family_letter(word: &Path) -> Option<char> {
    let mut letters = word.to_str()?.chars();
    letters.next().filter(|letter| letter.is_ascii_alphabetic() && letters.next().is_none()).map(|l| l.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::{NOTHING_SENT, Screen, refuse_command_line};
    use shared::problem::Exit;

    #[test]
    fn a_letter_is_a_family_and_everything_else_a_path() {
        let told = |line: &[&str]| {
            let cli = Cli::try_parse_from(["goldenthread-agent", "preview"].iter().chain(line)).unwrap();
            let Command::Preview(args) = cli.command else { panic!("another command") };
            let source = args.source().map(|source| source.paths.iter().map(|p| p.display().to_string()).collect::<Vec<_>>());
            (source.ok().map(|paths| paths.join(" ")), args.families().into_iter().collect::<String>())
        };
        let is = |paths: &str, letters: &str| (Some(paths.to_owned()), letters.to_owned());
        assert_eq!(told(&["--config", "agent.toml", "B"]), is("", "B"));
        assert_eq!(told(&["--config", "agent.toml", "B", "A", "--family", "b"]), is("", "AB"));
        assert_eq!(told(&["returns/2025", "B", "--year", "2025"]), is("returns/2025", "B"));
        assert_eq!(told(&["./B", "./b", "BC", "--year", "2025"]), is("./B ./b BC", ""));
        assert_eq!(told(&["returns", "g", "b", "--year", "2025"]), is("returns", "BG"));
        assert_eq!(told(&["B", "--year", "2025"]).0, None, "no files and no configuration");
        assert_eq!(told(&["returns", "--config", "agent.toml"]).0, None, "files and a configuration");
    }

    #[test]
    fn a_command_line_that_is_wrong_ends_with_what_was_sent() {
        for wrong in [
            &["preview"][..],
            &["preview", "a.csv"],
            &["preview", "a.csv", "--year", "2025", "--rows"],
            &["preview", "a.csv", "--year", "2025", "--force"],
            &["preview", "a.csv", "--year", "2025", "--json", "--small"],
            &["preview", "a.csv", "--year", "2025", "--cell", "B1.total/3", "--by", "need"],
            &["preview", "a.csv", "--year", "2025", "--measure", "B1", "--family", "B"],
            &["run"],
            &["send", "--agian"],
            &["fly"],
            &[],
        ] {
            let error = Cli::try_parse_from(std::iter::once(&"goldenthread-agent").chain(wrong)).unwrap_err();
            assert!(error.use_stderr(), "{wrong:?}");
            let (mut out, mut err) = (Vec::new(), Vec::new());
            let exit = refuse_command_line(&error, &mut Screen { out: &mut out, err: &mut err });
            let told = String::from_utf8(err).unwrap();
            assert_eq!((exit, told.lines().last(), out.len()), (Exit::Usage, Some(NOTHING_SENT), 0), "{told}");
        }
        assert!(!Cli::try_parse_from(["goldenthread-agent", "--help"]).unwrap_err().use_stderr());
        assert!(Cli::try_parse_from(["goldenthread-agent", "preview", "a", "--year", "2025", "--cell", "B1.total/3"]).is_ok());
    }
}
