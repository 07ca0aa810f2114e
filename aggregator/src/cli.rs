//! The command line. It reads what was asked, calls one room, says what was done, and nothing else.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand, ValueEnum};
use shared::enrolment::fingerprint;
use shared::ids::{AuthorityId, ReportingYear, RoundId};
use shared::privacy::RhoNano;
use shared::problem::Exit;
use shared::time::{Clock, Day, Timestamp};

use crate::config::{Config, ConfigError, Flags};
use crate::keys::{Folder, Role};
use crate::operate::{EarlyReason, OperateError, PlanWish};
use crate::publish::{Made, first_version};
use crate::{ca, export, fsck, logging, operate, publish, serve};

/// The centre of Golden Thread: enrols authorities, runs rounds, publishes and serves.
#[derive(Parser)]
#[command(name = "goldenthread-aggregator", version)]
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
    /// Register authorities from the requests of their agents
    Add {
        /// Files enrolment.dsse.json
        #[arg(required = true)]
        requests: Vec<PathBuf>,
        /// Folder for what goes back, one folder below it for each authority
        #[arg(long)]
        out: PathBuf,
    },
    /// Revoke all keys and certificates of an authority
    Revoke {
        /// Its three-digit code
        code: AuthorityId,
    },
    /// List authorities with keys
    List,
}

#[derive(Subcommand)]
enum PlanCommand {
    /// Make, sign and log the plan of a year, and open its round
    Create(PlanArgs),
}

#[derive(Args)]
struct PlanArgs {
    /// Reporting year, named by the year in which it ends
    #[arg(long)]
    year: ReportingYear,
    /// First second in which submissions are taken, 2025-07-01T09:00:00Z
    #[arg(long)]
    opens_at: Timestamp,
    /// First second in which they are not taken any more
    #[arg(long)]
    closes_at: Timestamp,
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
    /// Fewest authorities of a release
    #[arg(long, default_value_t = 1)]
    authorities_min: u64,
}

#[derive(Subcommand)]
enum RoundCommand {
    /// Close a round: no submission is taken after it
    Close {
        /// cla-2025
        round: RoundId,
        /// Why it is closed before its time
        #[arg(long)]
        early: Option<Early>,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Early {
    AllReceived,
    Security,
    Withdrawn,
}

#[derive(Subcommand)]
enum ReleaseCommand {
    /// Write the files of a release without publishing it
    Draft {
        /// cla-2025
        round: RoundId,
        /// Folder for the files
        #[arg(long)]
        out: PathBuf,
        /// Version; the year and .1 if left out
        #[arg(long)]
        version: Option<String>,
    },
    /// Sign, store and log a release; it cannot be changed after
    Publish {
        /// cla-2025
        round: RoundId,
        /// Version; the year and .1 if left out
        #[arg(long)]
        version: Option<String>,
    },
}

/// An amount of rho such as `0.16`, in exact billionths.
fn rho(text: &str) -> Result<RhoNano, String> {
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

fn exit_of(error: &anyhow::Error) -> Exit {
    if error.downcast_ref::<ConfigError>().is_some() {
        return Exit::Configuration;
    }
    match error.downcast_ref::<OperateError>() {
        Some(OperateError::Request { .. } | OperateError::Stranger { .. } | OperateError::Certificate { .. }) => {
            Exit::InputRefused
        }
        Some(OperateError::Authorities { .. }) => Exit::Configuration,
        Some(_) | None => Exit::Fault,
    }
}

async fn carry_out(cli: Cli, clock: Arc<dyn Clock>) -> anyhow::Result<Exit> {
    let Place { config, folder, store, authorities } = cli.place;
    let mut flags = Flags { config, folder, store, authorities, ..Flags::default() };
    if let Command::Serve { agents_listen, public_listen, .. } = &cli.command {
        (flags.agents_listen, flags.public_listen) = (*agents_listen, *public_listen);
    }
    let config = Config::load(&flags)?;
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
        Command::Plan(PlanCommand::Create(args)) => plan(&config, clock, args).await?,
        Command::Round(RoundCommand::Close { round, early }) => {
            let early = early.map(|reason| match reason {
                Early::AllReceived => EarlyReason::AllReceived,
                Early::Security => EarlyReason::Security,
                Early::Withdrawn => EarlyReason::Withdrawn,
            });
            operate::close(&config, clock, round, early).await?;
            say(&format!("round {round} is closed"));
        }
        Command::Release(command) => release(&config, clock, command).await?,
        Command::Export { out } => {
            let n = export::export(&config, &out).await?;
            say(&format!("wrote {n} files to {}", out.display()));
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
                say(&format!("{} {}: compare the fingerprint {}", one.authority, one.name, one.fingerprint));
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
                say(&format!("{}  {} keys  certificate {until}", one.authority, one.keys.len()));
            }
        }
    }
    Ok(())
}

async fn plan(config: &Config, clock: Arc<dyn Clock>, args: PlanArgs) -> anyhow::Result<()> {
    let only = match &args.only {
        Some(path) => {
            let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
            let codes: Result<BTreeSet<AuthorityId>, _> = text.split_whitespace().map(str::parse).collect();
            Some(codes.with_context(|| format!("a code in {}", path.display()))?)
        }
        None => None,
    };
    let wish = PlanWish {
        year: args.year,
        opens_at: args.opens_at,
        closes_at: args.closes_at,
        freeze_on: args.freeze_on,
        made_up: args.made_up,
        rho_release: args.rho_release,
        rho_correction: args.rho_correction,
        only,
        authorities_min: args.authorities_min,
    };
    let (plan, id) = operate::create_plan(config, clock, wish).await?;
    let body = plan.body();
    say(&format!("round {} is planned: plan {id}", body.round));
    say(&format!(
        "{} authorities, {} cells, rho {} of {}",
        body.cohort.members.len(),
        body.n_cells,
        plan.rho(),
        body.rho_year_nano
    ));
    for block in &body.blocks {
        let (whole, part) = (block.scale_milli / 1000, block.scale_milli % 1000);
        say(&format!("block {}: {} cells, scale {whole}.{part:03}, rho {}", block.name, block.n, block.rho_nano));
    }
    Ok(())
}

async fn release(config: &Config, clock: Arc<dyn Clock>, command: ReleaseCommand) -> anyhow::Result<()> {
    let summary = |made: &Made| {
        let coverage = made.release.coverage();
        format!("{} figures from {} of {} authorities", made.release.figures().len(), coverage.accepted, coverage.expected)
    };
    match command {
        ReleaseCommand::Draft { round, out, version } => {
            let made = publish::draft(config, round, &version.unwrap_or_else(|| first_version(round)), &out).await?;
            say(&format!("draft in {}: {}; nothing is published", out.display(), summary(&made)));
        }
        ReleaseCommand::Publish { round, version } => {
            let made = publish::publish(config, clock, round, &version.unwrap_or_else(|| first_version(round))).await?;
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
        "{} log entries, {} checkpoints, {} messages, {} releases",
        report.n_entries, report.n_checkpoints, report.n_messages, report.n_releases
    ));
    report.faults.iter().for_each(|fault| say(&format!("FAULT {fault}")));
    say(if report.faults.is_empty() { "everything adds up" } else { "the store is damaged" });
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
    fn rho_is_read_exactly() {
        let check = |text: &str, expected: Option<u64>| assert_eq!(rho(text).ok(), expected.map(RhoNano), "{text}");
        check("0.16", Some(160_000_000));
        check("1", Some(1_000_000_000));
        check("0.000000001", Some(1));
        for wrong in ["", ".1", "0.0000000001", "-1", "1e3", "0,1", "99999999999"] {
            check(wrong, None);
        }
    }
}
