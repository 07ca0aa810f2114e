//! The national round as a demonstration: real programs, made-up councils, incidents on purpose, figures beside the truth.
//!
//! Every step is carried out by the built programs as separate processes, or by a client made by hand where somebody does
//! wrong. The demo fails when an incident ends otherwise than it must, when another number of councils is accepted, when
//! the audit does not pass, when a page lacks its notice, or when an error is beyond chance. Intervals that miss fail
//! nothing: they are meant to miss one time in twenty.

pub mod options; // what can be asked
pub mod screen; // what a person sees while it works
pub mod roles; // who does what
pub mod incidents; // what goes wrong, and how it must end
pub mod truth; // exact cells in the order of the layout
pub mod figures; // published figures beside them
pub mod site; // every page, and its notice
pub mod result; // what is told in the end

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};
use shared::framework::Framework;

use crate::build::{self, Profile, Programs};
use crate::councils::Spec;
use crate::world::open::{OpenRound, Watch, n_at_once, open};
use crate::world::parallel::each;
use crate::world::process::Processes;
use crate::world::{COMMAND_TIME_MAX, World, client};
use figures::{AreaTruth, Published};
use incidents::{Record, Strike};
use options::Options;
use result::{Audit, Outcome, Site};
use roles::Roles;
use screen::Screen;
use truth::Truth;

/// The reporting year of the demo.
const YEAR: i16 = 2025;
/// Linked return years: what the longest measure needs.
const N_YEARS: usize = 3;
/// Code of England as an area.
const ENGLAND: &str = "E92000001";

/// Builds the programs and runs the demo; answers whether all ended as it must.
///
/// # Errors
/// When a step cannot be carried out.
pub fn run(options: &Options) -> anyhow::Result<bool> {
    let programs = build::programs(Profile::own())?;
    let folder = match &options.dir {
        Some(folder) => folder.clone(),
        None => tempfile::Builder::new().prefix("goldenthread-demo-").tempdir().context("cannot make a temporary folder")?.keep(),
    };
    let world = World::create(&folder, &programs)?;
    stop_when_interrupted(world.processes.clone())?;
    let screen = Screen::open();
    screen.line(&format!("Golden Thread: a national round with made-up councils, in {}", world.folder.display()));
    screen.line(&format!("seed {} fixes the children; the noise is drawn anew each time", options.seed));
    let spec =
        Spec { seed: options.seed, authorities: options.authorities, reporting_year: YEAR, n_years: N_YEARS, ..Spec::default() };
    let round = open(&world, &spec, None, &screen)?;
    let outcome = Demo { world: &world, round: &round, screen: &screen, programs: &programs, seed: options.seed }.play()?;
    screen.rest();
    let site = if options.exit { Site::Ends } else { Site::Stays };
    result::tell(&outcome, &round, &programs, site, &screen);
    if let Some(file) = &options.json {
        std::fs::write(file, result::to_json(&outcome)?).with_context(|| format!("cannot write {}", file.display()))?;
        screen.line(&format!("the result stands in {}", file.display()));
    }
    if !options.exit {
        screen.line("\nThe site stays open until Ctrl-C.");
        while round.served.is_running()? {
            std::thread::sleep(std::time::Duration::from_millis(200));
        }
        anyhow::bail!("the aggregator ended by itself; its log lies in {}", world.folder.join("logs").display());
    }
    round.served.stop()?;
    Ok(outcome.faults.is_empty())
}

/// Ends every process by its id, then this one, when a person or the system asks for it.
fn stop_when_interrupted(processes: Processes) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot wait for Ctrl-C")?;
    std::thread::spawn(move || {
        runtime.block_on(interrupted());
        processes.stop();
        std::process::exit(i32::from(shared::problem::Exit::Interrupted.code()));
    });
    Ok(())
}

async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut hangup)) = (signal(SignalKind::terminate()), signal(SignalKind::hangup())) else {
        return std::future::pending().await;
    };
    tokio::select! {
        asked = tokio::signal::ctrl_c() => if asked.is_err() { std::future::pending().await },
        _ = terminate.recv() => {}
        _ = hangup.recv() => {}
    }
}

/// A demo whose round is open.
struct Demo<'a, 'w> {
    world: &'w World,
    round: &'a OpenRound<'w>,
    screen: &'a Screen,
    programs: &'a Programs,
    seed: u64,
}

impl Demo<'_, '_> {
    fn play(&self) -> anyhow::Result<Outcome> {
        let sizes: Vec<u32> = self.round.members.iter().map(|m| m.n_children).collect();
        let roles = Roles::deal(&sizes, self.seed);
        let mut records = self.agents_send(&roles)?;
        self.screen.step("the round is closed, a late council sends, the release is published", 3);
        self.round.centre.must(&["round", "close", &self.round.id])?;
        self.screen.tick();
        for &place in &roles.late {
            records.push(incidents::late(&self.round.members[place])?);
        }
        self.screen.tick();
        let version = self.round.publish()?;
        self.screen.step("export and audit, by the auditor, with the trust file handed over apart", 2);
        let (export, audit) = self.audit()?;
        self.screen.step("every page is read, every figure held against the truth", 2);
        let published = client::get(&format!("{}/releases/{version}/figures.json", self.round.served.public_url))?.good()?;
        let published: Published = serde_json::from_slice(&published.body).context("figures.json is not what it should be")?;
        let n_pages = site::every_page_has_its_notice(&self.round.served.public_url);
        self.screen.tick();
        let accepted = accepted(&published, self.round);
        let compared = self.compare(&published, &accepted);
        self.world.processes.look_at("aggregator", self.round.served.id());
        self.world.processes.look_at("demo", std::process::id());
        let mut faults: Vec<String> =
            records.iter().filter(|r| !r.as_it_must).map(|r| format!("{}: {}", r.kind, r.ended)).collect();
        let must = roles.n_accepted(sizes.len());
        if published.authorities.accepted != must || accepted.len() != must {
            faults.push(format!("{} councils were accepted, not {must}", published.authorities.accepted));
        }
        let n_bodies = std::fs::read_dir(export.join("submissions").join(&self.round.id)).map_or(0, Iterator::count);
        if n_bodies != must {
            faults.push(format!("{n_bodies} submissions were exported, not {must}: a council counts once"));
        }
        if !published.made_up {
            faults.push("the release does not say that it is made up".to_owned());
        }
        faults.extend(audit.fault());
        faults.extend(n_pages.as_ref().err().map(|why| format!("{why:#}")));
        faults.extend(compared.as_ref().err().map(|why| format!("{why:#}")));
        Ok(Outcome {
            seed: self.seed,
            expected: published.authorities.expected,
            accepted: published.authorities.accepted,
            absent: published.authorities.absent.iter().map(ToString::to_string).collect(),
            records,
            lines: compared.unwrap_or_default(),
            audit,
            export,
            version,
            n_pages: n_pages.unwrap_or(0),
            seconds: self.screen.seconds(),
            peaks_mb: self.world.processes.peaks_mb(),
            faults,
        })
    }

    /// Every agent that sends in time, a few at a time, with the incidents between; then the replays.
    fn agents_send(&self, roles: &Roles) -> anyhow::Result<Vec<Record>> {
        let members = &self.round.members;
        let is_outside = |place: &usize| roles.absent.contains(place) || roles.late.contains(place);
        let mut order: Vec<usize> = (0..members.len()).filter(|place| !is_outside(place)).collect();
        // those that may be killed come first, so that another can be tried
        let rank = |place: &usize| roles.killed.iter().position(|p| p == place).unwrap_or(usize::MAX);
        order.sort_by_key(|place| (rank(place), *place));
        order.extend(&roles.late);
        self.screen.step("agents count, add noise, sign and send over mutual TLS", order.len());
        let strike = Strike::default();
        let sent = each(order.len(), n_at_once(), |i| {
            let place = order[i];
            let records = self.one_agent(roles, place, &strike)?;
            self.screen.tick();
            Ok(records)
        })?;
        let mut records: Vec<Record> = roles.absent.iter().map(|&place| incidents::absent(&members[place])).collect();
        records.extend(sent.into_iter().flatten());
        ensure!(records.iter().any(|r| r.kind == roles::Incident::Killed.name()), "no agent could be killed in the middle");
        records.push(incidents::own_replay(self.round, &members[roles.own_replay])?);
        if let Some(place) = roles.other_replay {
            records.push(incidents::other_replay(self.round, &members[place], &members[roles.bad_signature])?);
        }
        Ok(records)
    }

    fn one_agent(&self, roles: &Roles, place: usize, strike: &Strike) -> anyhow::Result<Vec<Record>> {
        let member = &self.round.members[place];
        if roles.late.contains(&place) {
            // it draws in time and sends when it is too late
            member.office.must(&["prepare"])?;
            return Ok(Vec::new());
        }
        let mut records = Vec::new();
        if place == roles.bad_signature {
            records.push(incidents::bad_signature(self.round, member)?);
        }
        if roles.killed.contains(&place) {
            records.extend(incidents::kill_in_the_middle(member, strike, roles.killed.last() == Some(&place))?);
        }
        member.office.must(&["run", "--once"])?;
        ensure!(member.office.receipt()?.is_some(), "the agent of {} ended well without a receipt", member.office.code);
        Ok(records)
    }

    fn audit(&self) -> anyhow::Result<(PathBuf, Audit)> {
        let export = self.round.export(self.world)?;
        self.screen.tick();
        let handed_over = self.world.folder.join("auditor").join("trust.toml");
        std::fs::create_dir_all(self.world.folder.join("auditor")).context("cannot make the auditor's folder")?;
        std::fs::copy(self.round.centre.trust(), &handed_over).context("cannot hand over the trust file")?;
        let ended = audit(&self.world.processes, self.programs, &export, Some(&handed_over), &self.world.log("audit"))?;
        self.screen.tick();
        Ok((export, ended))
    }

    fn compare(&self, published: &Published, accepted: &BTreeSet<&str>) -> anyhow::Result<Vec<figures::Line>> {
        let framework = Framework::built_in();
        let mut areas: BTreeMap<String, AreaTruth> = BTreeMap::new();
        let tables = framework.tables().iter().map(|table| table.id.clone()).collect();
        for member in &self.round.members {
            for code in [ENGLAND, &member.region] {
                let nobody = || AreaTruth { accepted: Truth::nobody(&framework), n_accepted: 0, all: Truth::nobody(&framework) };
                let area = areas.entry(code.to_owned()).or_insert_with(nobody);
                area.all.add(&member.truth);
                if accepted.contains(member.office.code.as_str()) {
                    area.accepted.add(&member.truth);
                    area.n_accepted += 1;
                }
            }
        }
        figures::compare(&framework, published, &areas, &tables)
    }
}

/// Codes of the councils in the release: all that took part but the absent ones.
fn accepted<'a>(published: &Published, round: &'a OpenRound<'_>) -> BTreeSet<&'a str> {
    let absent: BTreeSet<String> = published.authorities.absent.iter().map(ToString::to_string).collect();
    round.members.iter().map(|m| m.office.code.as_str()).filter(|code| !absent.contains(*code)).collect()
}

/// Runs the auditor over an export, with a trust file or without.
///
/// # Errors
/// When it cannot be run.
pub fn audit(
    processes: &Processes,
    programs: &Programs,
    export: &Path,
    trust: Option<&Path>,
    log: &Path,
) -> anyhow::Result<Audit> {
    let mut command = Command::new(&programs.auditor);
    command.arg("verify").arg(export);
    if let Some(trust) = trust {
        command.arg("--trust").arg(trust);
    }
    let ended = processes.run("auditor", command, log, COMMAND_TIME_MAX)?;
    Ok(Audit { passed: ended.code == Some(0), code: ended.code, words: ended.stdout + &ended.stderr })
}
