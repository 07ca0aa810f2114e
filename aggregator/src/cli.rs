//! The command line. It reads what was asked, calls one room, says what was done, and nothing else.

mod plan;
mod tune;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, Parser, Subcommand, ValueEnum};
use plan::PlanArgs;
use shared::enrolment::fingerprint;
use shared::ids::{AuthorityId, RoundId};
use shared::log::entry::CloseReason;
use shared::problem::Exit;
use shared::time::Clock;
use tune::TuneArgs;

use crate::authorities::AuthoritiesError;
use crate::config::{Config, ConfigError, Flags};
use crate::keys::{Folder, KeysError, Role};
use crate::operate::{EarlyReason, OperateError};
use crate::publish::Made;
use crate::store::StoreError;
use crate::{ca, export, fsck, logging, operate, publish, serve};

/// How commands end, for the help.
const EXIT_CODES: &str = "\
Exit codes (the same table as the agent's):
   0  done
   1  refused by the rules, a fault found by fsck, or something unexpected
   2  the command line is wrong, names a folder that exists, or lacks --yes
  10  the configuration, the list of authorities or the folder of keys cannot be used
  11  an enrolment request or another input file is refused";

/// The centre of Golden Thread: enrols authorities, runs rounds, publishes and serves.
#[derive(Parser)]
#[command(name = "goldenthread-aggregator", version, after_help = EXIT_CODES)]
struct Cli {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

#[derive(Args)]
struct Place {
    /// Configuration file
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    /// Folder of keys and store
    #[arg(long, global = true)]
    folder: Option<PathBuf>,
    /// Address of the store, sqlite:// or postgres://
    #[arg(long, global = true)]
    store: Option<String>,
    /// The dated list of authorities
    #[arg(long, global = true)]
    authorities: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// The development certificate authority
    #[command(subcommand)]
    Ca(CaCommand),
    /// Make keys, trust file, store and log, once
    Init,
    /// Authorities: enrol, revoke, list
    #[command(subcommand)]
    Authority(AuthorityCommand),
    /// Plans
    #[command(subcommand)]
    Plan(PlanCommand),
    /// Rounds
    #[command(subcommand)]
    Round(RoundCommand),
    /// Releases
    #[command(subcommand)]
    Release(ReleaseCommand),
    /// Write everything public to a folder, with a signed manifest
    Export {
        /// A folder that does not exist yet
        #[arg(long)]
        out: PathBuf,
    },
    /// Serve agents and the public
    Serve {
        /// Write the addresses to this file, as JSON
        #[arg(long)]
        ports_file: Option<PathBuf>,
        /// Address for agents; port 0 takes a free one
        #[arg(long)]
        agents_listen: Option<SocketAddr>,
        /// Address for everybody; port 0 takes a free one
        #[arg(long)]
        public_listen: Option<SocketAddr>,
    },
    /// Compute the whole store and log anew and compare
    Fsck,
}

#[derive(Subcommand)]
enum CaCommand {
    /// Make root, issuing authorities and server certificate, once
    Init {
        /// Host names and addresses of the server, beside localhost
        #[arg(long = "host")]
        hosts: Vec<String>,
    },
    /// Replace the server certificate before it expires; restart the service afterwards
    RenewServer {
        /// Host names and addresses of the server, beside localhost
        #[arg(long = "host")]
        hosts: Vec<String>,
    },
}

#[derive(Subcommand)]
enum AuthorityCommand {
    /// Register authorities from the requests of their agents; the same request again renews the certificate
    Add {
        /// Files enrolment.dsse.json
        #[arg(required = true)]
        requests: Vec<PathBuf>,
        /// Folder for what goes back: in it one new folder for each authority
        #[arg(long)]
        out: PathBuf,
    },
    /// Revoke all keys and certificates of an authority
    Revoke {
        /// Its three-digit code
        code: AuthorityId,
    },
    /// List authorities with keys, and the day on which each was last heard
    List,
}

#[derive(Subcommand)]
enum PlanCommand {
    /// Make, sign and log the plan of a year, and open its round
    Create(PlanArgs),
    /// Tune how a budget is divided, and tell what a plan would let be said at what cost; signs and logs nothing
    Tune(TuneArgs),
}

#[derive(Subcommand)]
enum RoundCommand {
    /// Close a round: no submission is taken after it
    Close {
        /// cla-2025
        round: RoundId,
        /// Why it is closed before its time; stands in the public log for ever
        #[arg(long)]
        early: Option<Early>,
    },
    /// Let a published round take corrections
    CorrectionOpen {
        /// cla-2025
        round: RoundId,
    },
    /// Close a round's time for corrections: none is taken after it, and the release with corrections can be made
    CorrectionClose {
        /// cla-2025
        round: RoundId,
        /// Why it is closed before its time; stands in the public log for ever
        #[arg(long)]
        early: Option<Early>,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Early {
    /// Every council of the plan has sent
    AllReceived,
    /// The round is given up, or its corrections are: no release is made of what was taken
    Withdrawn,
    /// Something is wrong with it
    Error,
}

impl Early {
    fn reason(self) -> EarlyReason {
        match self {
            Self::AllReceived => EarlyReason::AllReceived,
            Self::Withdrawn => EarlyReason::Withdrawn,
            Self::Error => EarlyReason::Error,
        }
    }
}

#[derive(Subcommand)]
enum ReleaseCommand {
    /// Write the files of a release without publishing it
    Draft {
        /// cla-2025
        round: RoundId,
        /// A folder that does not exist yet
        #[arg(long)]
        out: PathBuf,
        /// Version: the year and .1, or .2 for the one with corrections; the next one if left out
        #[arg(long)]
        version: Option<String>,
    },
    /// Sign, store and log a release; it cannot be changed after
    Publish {
        /// cla-2025
        round: RoundId,
        /// Version: the year and .1, or .2 for the one with corrections; the next one if left out
        #[arg(long)]
        version: Option<String>,
    },
}

/// So many of something, in words: the one word for one, the other for more or none.
fn counted(n: impl TryInto<u64>, one: &str, more: &str) -> String {
    let n = n.try_into().unwrap_or(u64::MAX);
    format!("{n} {}", if n == 1 { one } else { more })
}

/// Says something to the person at the terminal.
#[expect(clippy::print_stdout, reason = "the one place through which the program speaks")]
fn say(text: &str) {
    println!("{text}");
}

/// Reads the command line and carries it out.
pub async fn run(clock: Arc<dyn Clock>) -> Exit {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // usage and help: the library knows which stream is whose
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage } else { Exit::Done };
        }
    };
    match carry_out(cli, clock).await {
        Ok(exit) => exit,
        Err(error) => {
            complain(&format!("goldenthread-aggregator: {error:#}"));
            exit_of(&error)
        }
    }
}

#[expect(clippy::print_stderr, reason = "the one place through which the program complains")]
fn complain(text: &str) {
    eprintln!("{text}");
}

/// The exit of the first cause that has one of its own; a refused command ends like a fault.
fn exit_of(error: &anyhow::Error) -> Exit {
    error.chain().find_map(exit_of_cause).unwrap_or(Exit::Fault)
}

fn exit_of_cause(cause: &(dyn std::error::Error + 'static)) -> Option<Exit> {
    if cause.is::<ConfigError>() || cause.is::<AuthoritiesError>() {
        return Some(Exit::Configuration);
    }
    if cause.is::<plan::OnlyError>() {
        return Some(Exit::InputRefused);
    }
    if let Some(error) = cause.downcast_ref::<tune::InputError>() {
        return Some(match error {
            tune::InputError::Folder(_) | tune::InputError::File { .. } | tune::InputError::Official { .. } => Exit::InputRefused,
            tune::InputError::Out { .. } | tune::InputError::Rho => Exit::Usage,
        });
    }
    if let Some(error) = cause.downcast_ref::<OperateError>() {
        return match error {
            OperateError::Request { .. } | OperateError::Stranger { .. } | OperateError::Certificate { .. } => {
                Some(Exit::InputRefused)
            }
            OperateError::Choice(_) | OperateError::Wide(_) => Some(Exit::Usage),
            OperateError::Authorities { .. } => Some(Exit::Configuration),
            OperateError::Population { .. } | OperateError::Budget { .. } | OperateError::Input { .. } => {
                Some(Exit::InputRefused)
            }
            OperateError::Open(_)
            | OperateError::Store(_)
            | OperateError::File(_)
            | OperateError::Sequencer(_)
            | OperateError::Denied(_)
            | OperateError::Ca(_)
            | OperateError::Plan(_)
            | OperateError::Expected(_)
            | OperateError::Key(_)
            | OperateError::NoTimeToCorrect { .. }
            | OperateError::TooEarly { .. } => None,
        };
    }
    if let Some(error) = cause.downcast_ref::<KeysError>() {
        return match error {
            KeysError::Taken(_) => Some(Exit::Usage),
            KeysError::NotMade(_)
            | KeysError::NoRoot(_)
            | KeysError::Origin
            | KeysError::Readable(_)
            | KeysError::Key { .. }
            | KeysError::Trust { .. } => Some(Exit::Configuration),
            KeysError::File { .. } | KeysError::Exists(_) => None,
        };
    }
    match cause.downcast_ref::<StoreError>()? {
        StoreError::Address => Some(Exit::Configuration),
        StoreError::Database(_)
        | StoreError::Migration(_)
        | StoreError::File(_)
        | StoreError::Empty
        | StoreError::Damaged(_)
        | StoreError::Moved => None,
    }
}

/// Refuses a command whose aggregator was not made yet, before it stumbles over what is not there.
fn is_possible(command: &Command, folder: &Folder) -> Result<(), KeysError> {
    match command {
        Command::Ca(CaCommand::Init { .. }) => Ok(()),
        // `init` itself says what is missing
        Command::Init => Ok(()),
        Command::Plan(PlanCommand::Create(args)) if args.writes_nothing() => Ok(()),
        Command::Plan(PlanCommand::Tune(_)) => Ok(()),
        Command::Ca(CaCommand::RenewServer { .. }) => folder.has_ca(),
        Command::Authority(_)
        | Command::Plan(_)
        | Command::Round(_)
        | Command::Release(_)
        | Command::Export { .. }
        | Command::Serve { .. }
        | Command::Fsck => folder.is_made(),
    }
}

async fn carry_out(cli: Cli, clock: Arc<dyn Clock>) -> anyhow::Result<Exit> {
    let Place { config, folder, store, authorities } = cli.place;
    let mut flags = Flags { config, folder, store, authorities, ..Flags::default() };
    if let Command::Serve { agents_listen, public_listen, .. } = &cli.command {
        (flags.agents_listen, flags.public_listen) = (*agents_listen, *public_listen);
    }
    let config = Config::load(&flags)?;
    is_possible(&cli.command, &Folder::at(&config.folder))?;
    match cli.command {
        Command::Ca(CaCommand::Init { hosts }) => {
            ca::init(&Folder::at(&config.folder), &hosts, clock.now())?;
            say("made a certificate authority for development: root, agents, servers, and a server certificate");
        }
        Command::Ca(CaCommand::RenewServer { hosts }) => {
            ca::renew_server(&Folder::at(&config.folder), &hosts, clock.now())?;
            say("made a new server certificate; restart the service to use it");
        }
        Command::Init => init(&config, clock).await?,
        Command::Authority(command) => authority(&config, clock, command).await?,
        Command::Plan(PlanCommand::Create(args)) => return plan::create(&config, clock, args).await,
        Command::Plan(PlanCommand::Tune(args)) => return tune::run(&config, &args),
        Command::Round(command) => round(&config, clock, command).await?,
        Command::Release(command) => release(&config, clock, command).await?,
        Command::Export { out } => {
            let n = export::export(&config, &out).await?;
            say(&format!("wrote {} to {}", counted(n, "file", "files"), out.display()));
        }
        Command::Serve { ports_file, .. } => serve_until_told(&config, clock, ports_file).await?,
        Command::Fsck => return check(&config).await,
    }
    Ok(Exit::Done)
}

async fn init(config: &Config, clock: Arc<dyn Clock>) -> anyhow::Result<()> {
    let framework = operate::init(config, clock).await?;
    let folder = Folder::at(&config.folder);
    say(&format!("made keys, store and log {}; framework {framework} is its first entry", config.origin));
    for (role, name) in [(Role::Plan, "plan"), (Role::Release, "release")] {
        say(&format!("{name} key {}", fingerprint(folder.signing_key(role)?.public().id())));
    }
    say(&format!("give {} to agents and auditors, by a way that you both trust", folder.trust().display()));
    Ok(())
}

async fn authority(config: &Config, clock: Arc<dyn Clock>, command: AuthorityCommand) -> anyhow::Result<()> {
    match command {
        AuthorityCommand::Add { requests, out } => {
            for one in operate::add(config, clock, &requests, &out).await? {
                let (code, name, print) = (one.authority, &one.name, &one.fingerprint);
                say(&if one.renewed {
                    format!("{code} {name}: renewed; its signing key stays {print}, only the certificate is new")
                } else {
                    format!("{code} {name}: compare the fingerprint {print}")
                });
                say(&format!("    certificate until {}, files in {}", one.not_after, one.folder.display()));
            }
        }
        AuthorityCommand::Revoke { code } => {
            operate::revoke(config, clock, code).await?;
            say(&format!("all keys and certificates of authority {code} are revoked"));
        }
        AuthorityCommand::List => {
            for one in operate::list(config).await? {
                let until = one.certificate_until.map_or("none that stands".to_owned(), |at| format!("until {at}"));
                let heard = one.heard_on.map_or("never heard".to_owned(), |day| format!("last heard on {day}"));
                let keys = counted(one.keys.len(), "key", "keys");
                say(&format!("{}  {keys}  certificate {until}  {heard}", one.authority));
            }
        }
    }
    Ok(())
}

async fn round(config: &Config, clock: Arc<dyn Clock>, command: RoundCommand) -> anyhow::Result<()> {
    match command {
        RoundCommand::Close { round, early } => {
            let reason = operate::close(config, clock, round, early.map(Early::reason)).await?;
            say(&format!("round {round} is closed; reason in the log: {}{}", reason.word(), given_up(reason)));
        }
        RoundCommand::CorrectionOpen { round } => {
            let closes_at = operate::open_corrections(config, clock, round).await?;
            say(&format!("round {round} takes corrections until {closes_at}, or until they are closed"));
        }
        RoundCommand::CorrectionClose { round, early } => {
            let reason = operate::close_corrections(config, clock, round, early.map(Early::reason)).await?;
            say(&format!("round {round} takes no more corrections; reason in the log: {}{}", reason.word(), given_up(reason)));
        }
    }
    Ok(())
}

fn given_up(reason: CloseReason) -> &'static str {
    match reason {
        CloseReason::Withdrawn => "; no release is made of what was taken",
        CloseReason::Planned | CloseReason::AllReceived | CloseReason::Error | CloseReason::MadeUp => "",
    }
}

async fn release(config: &Config, clock: Arc<dyn Clock>, command: ReleaseCommand) -> anyhow::Result<()> {
    let summary = |made: &Made| {
        let coverage = made.release.coverage();
        let authorities = counted(coverage.expected, "authority", "authorities");
        format!("{} from {} of {authorities}", counted(made.release.figures().len(), "figure", "figures"), coverage.accepted)
    };
    match command {
        ReleaseCommand::Draft { round, out, version } => {
            let made = publish::draft(config, round, version.as_deref(), &out).await?;
            say(&format!("draft in {}: {}; nothing is published", out.display(), summary(&made)));
        }
        ReleaseCommand::Publish { round, version } => {
            let made = publish::publish(config, clock, round, version.as_deref()).await?;
            say(&format!("published {}: {}", made.release.version(), summary(&made)));
        }
    }
    Ok(())
}

async fn serve_until_told(config: &Config, clock: Arc<dyn Clock>, ports_file: Option<PathBuf>) -> anyhow::Result<()> {
    logging::start();
    let service = serve::Service::open(config, clock).await?;
    let addresses = service.addresses();
    if let Some(path) = ports_file {
        service.write_ports(&path)?;
    }
    say(&format!("serving agents on https://{} and everybody on http://{}", addresses.agents, addresses.public));
    let (tell, stop) = tokio::sync::watch::channel(false);
    tokio::spawn(async move {
        told_to_stop().await;
        // nobody listens any more when the service has ended by itself
        let _ = tell.send(true);
    });
    service.run(stop).await;
    Ok(())
}

#[cfg(unix)]
async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

#[cfg(not(unix))]
async fn told_to_stop() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

async fn check(config: &Config) -> anyhow::Result<Exit> {
    let report = fsck::fsck(config).await?;
    say(&format!(
        "{}, {}, {}, {}",
        counted(report.n_entries, "log entry", "log entries"),
        counted(report.n_checkpoints, "checkpoint", "checkpoints"),
        counted(report.n_messages, "message", "messages"),
        counted(report.n_releases, "release", "releases")
    ));
    report.faults.iter().for_each(|fault| say(&format!("FAULT {fault}")));
    say(if report.faults.is_empty() { "everything adds up" } else { "the store is damaged" });
    say("The log cannot vouch for these, and they were not checked against it:");
    fsck::UNVOUCHED.iter().for_each(|field| say(&format!("  {field}")));
    Ok(if report.faults.is_empty() { Exit::Done } else { Exit::Fault })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn an_error_ends_with_the_exit_of_its_cause() {
        let check = |error: anyhow::Error, expected: Exit| assert_eq!(exit_of(&error), expected, "{error:#}");
        check(ConfigError::Zero("x").into(), Exit::Configuration);
        check(KeysError::NotMade("x".into()).into(), Exit::Configuration);
        check(OperateError::Store(StoreError::Address).into(), Exit::Configuration);
        check(OperateError::File(KeysError::Taken("x".into())).into(), Exit::Usage);
        let round = "cla-2025".parse().unwrap();
        check(publish::PublishError::Denied(crate::sequencer::Denied::ReleaseSecond(round)).into(), Exit::Fault);
        check(OperateError::Store(StoreError::Empty).into(), Exit::Fault);
        check(OperateError::Wide(3).into(), Exit::Usage);
        let missing = std::io::Error::from(std::io::ErrorKind::NotFound);
        check(OperateError::Input { path: "x".into(), source: missing }.into(), Exit::InputRefused);
        check(tune::InputError::Rho.into(), Exit::Usage);
    }

    #[test]
    fn one_is_told_in_the_singular() {
        let check = |n: u64, expected: &str| assert_eq!(counted(n, "authority", "authorities"), expected);
        check(0, "0 authorities");
        check(1, "1 authority");
        check(2, "2 authorities");
    }

    #[test]
    fn the_help_says_what_each_exit_code_means() {
        let help = Cli::command().render_help().to_string();
        for exit in [Exit::Done, Exit::Fault, Exit::Usage, Exit::Configuration, Exit::InputRefused] {
            let code = format!("\n  {:>2}  ", exit.code());
            assert!(help.contains(&code), "{code} is not in:\n{help}");
        }
    }
}
