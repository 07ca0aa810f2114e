//! A round that is open: councils with their returns and agents, a centre that serves, a plan that is logged.

use std::path::PathBuf;

use shared::framework::Framework;

use super::World;
use super::centre::{Centre, Served};
use super::office::Office;
use super::parallel::each;
use crate::councils::{Plan, Spec};
use crate::demo::truth::Truth;
use crate::exact;

/// Folder of the certificates that the centre sends back.
const ENROLLED: &str = "enrolled";

/// Who is told how far the work is.
pub trait Watch: Sync {
    /// A step of `n` parts begins.
    fn step(&self, what: &str, n: usize);
    /// One part is done.
    fn tick(&self);
}

/// Nobody.
pub struct Nobody;

impl Watch for Nobody {
    fn step(&self, _: &str, _: usize) {}
    fn tick(&self) {}
}

/// One council of the round.
pub struct Member<'w> {
    /// Its agent.
    pub office: Office<'w>,
    /// Its name.
    pub name: String,
    /// Code of its region.
    pub region: String,
    /// Children looked after on 31 March, by the list of sizes.
    pub n_children: u32,
    /// What is true of it.
    pub truth: Truth,
}

/// A round that is open.
pub struct OpenRound<'w> {
    /// The aggregator.
    pub centre: Centre<'w>,
    /// Its service.
    pub served: Served,
    /// The councils, by code.
    pub members: Vec<Member<'w>>,
    /// The round's id, `cla-2025`.
    pub id: String,
    /// The reporting year.
    pub year: i16,
}

/// How many processes or threads work at once.
#[must_use]
pub fn n_at_once() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from).clamp(2, 4)
}

/// Makes councils, agents and centre, enrols everybody, logs the plan and serves.
///
/// # Errors
/// When any of it fails.
pub fn open<'w>(world: &'w World, spec: &Spec, store: Option<&str>, watch: &dyn Watch) -> anyhow::Result<OpenRound<'w>> {
    let members = councils(world, spec, watch)?;
    let year = spec.reporting_year;
    let codes: Vec<&str> = members.iter().map(|m| m.office.code.as_str()).collect();
    watch.step("keys, certificates, log and plan of the aggregator", 5);
    let centre = Centre::create(world, "aggregator", &codes, store)?;
    centre.found()?;
    watch.tick();
    let requests: Vec<PathBuf> = members.iter().map(|m| m.office.request()).collect();
    centre.enrol(&requests, &world.folder.join(ENROLLED))?;
    watch.tick();
    centre.plan(year, &[])?;
    watch.tick();
    let served = centre.serve()?;
    watch.tick();
    for member in &members {
        member.office.configure(year, &served.agents_url, "")?;
    }
    watch.tick();
    Ok(OpenRound { centre, served, members, id: format!("cla-{year}"), year })
}

/// Writes the councils' returns, one council at a time, counts them, and makes their agents.
fn councils<'w>(world: &'w World, spec: &Spec, watch: &dyn Watch) -> anyhow::Result<Vec<Member<'w>>> {
    let plan = Plan::new(spec);
    let framework = Framework::built_in();
    let n = plan.authorities().len();
    watch.step("councils write their returns, agents make their keys", n);
    each(n, n_at_once(), |place| {
        let authority = &plan.authorities()[place];
        let office = Office::create(world, &authority.code, spec.reporting_year)?;
        let council = plan.council(place);
        office.lay(&council, spec.reporting_year)?;
        drop(council);
        let truth = Truth::of(&framework, &exact::of_folder(&office.returns(), spec.reporting_year, &framework)?)?;
        office.must(&["init"])?;
        watch.tick();
        Ok(Member {
            office,
            name: authority.name.clone(),
            region: authority.region.clone(),
            n_children: authority.n_children,
            truth,
        })
    })
}

impl OpenRound<'_> {
    /// The council of a code.
    #[must_use]
    pub fn member(&self, code: &str) -> Option<&Member<'_>> {
        self.members.iter().find(|m| m.office.code == code)
    }
    /// Runs every agent once.
    ///
    /// # Errors
    /// When one of them does not end well.
    pub fn send_all(&self) -> anyhow::Result<()> {
        each(self.members.len(), n_at_once(), |place| self.members[place].office.must(&["run", "--once"]).map(drop)).map(drop)
    }
    /// Closes the round and publishes its first release.
    ///
    /// # Errors
    /// When a command fails.
    pub fn close_and_publish(&self) -> anyhow::Result<String> {
        self.centre.must(&["round", "close", &self.id])?;
        self.publish()
    }
    /// Publishes the first release of a closed round; answers its version.
    ///
    /// # Errors
    /// When the command fails.
    pub fn publish(&self) -> anyhow::Result<String> {
        let version = format!("{}.1", self.year);
        self.centre.must(&["release", "publish", &self.id, "--version", &version])?;
        Ok(version)
    }
    /// Writes an export; answers its folder.
    ///
    /// # Errors
    /// When the command fails.
    pub fn export(&self, world: &World) -> anyhow::Result<PathBuf> {
        let folder = world.folder.join("export");
        self.centre.must(&["export", "--out", &folder.display().to_string()])?;
        Ok(folder)
    }
}
