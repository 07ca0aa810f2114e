//! Made-up councils: authorities with their real codes and sizes, and children who do not exist.
//!
//! Every figure arises from histories. A child comes into care at an age and for a reason, lives somewhere,
//! moves or stays, has social workers and reviews, goes missing or does not, leaves, comes back, grows up.
//! What is drawn are the events; which category of a measure they make is only ever counted.
//! The parameters, with the published figure beside each, are in `parameters`. Children here are nobody, but
//! each stands for someone: their histories are written as carefully as real ones would be.
//!
//! The state of a council holds what its returns can say and nothing older. One seed makes one nation; each
//! child has a stream of chance of its own, so that subsets and threads do not change a child.
//!
//! In the order of making: `authorities` and `effects`, `sketch` (an outline of each childhood), `legal`,
//! `placements`, `episodes`, `mend`, `around`, `outcomes`, `leavers`, `permanence`, `deprivations`, `council`; then `write` (with
//! `rows`), `extracts`, `gaps`, `xml` and back again by `convert`, `workbook`, `encodings`, and `faults`; `profile` describes
//! what was made.

pub mod around;
pub mod authorities;
pub mod calendar;
pub mod chance;
pub mod codes;
pub mod convert;
pub mod council;
pub mod deprivations;
pub mod effects;
pub mod encodings;
pub mod episodes;
pub mod extracts;
pub mod faults;
pub mod gaps;
pub mod leavers;
pub mod legal;
pub mod mend;
pub mod outcomes;
pub mod parameters;
pub mod permanence;
pub mod placements;
pub mod profile;
pub mod rows;
pub mod sheet;
pub mod sketch;
pub mod state;
pub mod workbook;
pub mod write;
pub mod xml;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::ops::RangeInclusive;
use std::path::Path;

use authorities::Authority;
use effects::Effects;
use extracts::Supply;
use faults::{PlantedFault, Planter};
use state::{Child, Plans};
use write::Table;

/// Return years whose columns and codes the writer knows.
const RETURN_YEARS: RangeInclusive<i16> = 2017..=2027;

/// First return year that has the table of social workers.
pub const SOCIAL_WORKERS_FROM: i16 = 2024;

/// First return year that has the table of deprivations of liberty.
pub const DEPRIVATIONS_FROM: i16 = 2027;

/// What to make.
#[derive(Clone, Debug)]
pub struct Spec {
    /// Fixes the children, never the noise of a round.
    pub seed: u64,
    /// The first so many authorities of a fixed order that mixes sizes; all of them where none is given.
    pub authorities: Option<usize>,
    /// The newest return year.
    pub reporting_year: i16,
    /// Linked return years, the newest among them. Fewer are made where the writer does not know a year before.
    pub n_years: usize,
    /// Planted faults per row, from 0 to 1.
    pub faults: f64,
    /// Which local extracts the councils supply.
    pub extracts: Supply,
    /// How much the returns leave open, from 0 (nothing) to 1 (as badly kept as any): `gaps`.
    pub gaps: f64,
}

impl Default for Spec {
    fn default() -> Self {
        Self { seed: 1, authorities: None, reporting_year: 2025, n_years: 3, faults: 0.0, extracts: Supply::ByCouncil, gaps: 0.0 }
    }
}

impl Spec {
    /// The return years, oldest first: linked without a gap, each known to the writer.
    #[must_use]
    pub fn years(&self) -> Vec<i16> {
        let mut years: Vec<i16> = (0..)
            .map(|back| self.reporting_year - back)
            .take(self.n_years.max(1))
            .take_while(|year| RETURN_YEARS.contains(year))
            .collect();
        years.reverse();
        assert!(!years.is_empty(), "return year {} is not one the writer knows", self.reporting_year);
        years
    }
}

/// A plan of all councils, from which they can be made one by one, in any order, in any thread.
pub struct Plan {
    spec: Spec,
    all: Vec<Authority>,
    effects: Vec<Effects>,
    chosen: Vec<Authority>,
}

impl Plan {
    /// Draws and centres what differs between authorities.
    #[must_use]
    pub fn new(spec: &Spec) -> Self {
        let all = authorities::all();
        let effects = effects::draw(spec.seed, &all);
        let n = spec.authorities.unwrap_or(all.len());
        let mut chosen = if n < all.len() { authorities::stratified() } else { all.clone() };
        chosen.truncate(n);
        chosen.sort_by(|a, b| a.code.cmp(&b.code));
        Self { spec: spec.clone(), all, effects, chosen }
    }

    /// The authorities that get a council, by code.
    #[must_use]
    pub fn authorities(&self) -> &[Authority] {
        &self.chosen
    }

    /// Makes the council of one of [`Plan::authorities`], by its place there.
    #[must_use]
    pub fn council(&self, place: usize) -> Council {
        self.make(&self.chosen[place])
    }

    /// As [`Plan::council`], with another number of children looked after on the last day: for a large authority with
    /// many linked years. Ten years with 2,600 children make about 60,000 rows of episodes in all.
    #[must_use]
    pub fn council_of_size(&self, place: usize, n_children: u32) -> Council {
        self.make(&Authority { n_children, ..self.chosen[place].clone() })
    }

    fn make(&self, authority: &Authority) -> Council {
        let n = self.all.len();
        let at = self.all.iter().position(|other| other.code == authority.code).expect("the chosen are among all");
        let (former, next) = (&self.all[(at + n - 1) % n], &self.all[(at + 1) % n]);
        council::make(&self.spec, authority, &self.effects[at], former, next)
    }
}

/// All councils of a spec.
pub struct Nation {
    /// By code.
    pub authorities: Vec<Council>,
}

impl Nation {
    /// Makes every council, on as many threads as the machine has; the result does not depend on them.
    #[must_use]
    pub fn generate(spec: &Spec) -> Self {
        let plan = Plan::new(spec);
        let n = plan.authorities().len();
        let n_threads = std::thread::available_parallelism().map_or(1, usize::from).min(n.max(1));
        let mut made: Vec<(usize, Council)> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..n_threads)
                .map(|thread| {
                    let plan = &plan;
                    scope.spawn(move || {
                        let own = (thread..n).step_by(n_threads);
                        own.map(|place| (place, plan.council(place))).collect::<Vec<_>>()
                    })
                })
                .collect();
            threads.into_iter().flat_map(|thread| thread.join().expect("making a council does not panic")).collect()
        });
        made.sort_by_key(|&(place, _)| place);
        Self { authorities: made.into_iter().map(|(_, council)| council).collect() }
    }
}

/// One made-up council with all its children.
pub struct Council {
    /// DfE three-digit code.
    pub code: String,
    /// Name of the real authority whose code and size it has.
    pub name: String,
    /// Code of one of the nine regions.
    pub region: String,
    /// Population aged 0 to 17.
    pub n_population: u32,
    /// Return years, oldest first.
    pub years: Vec<i16>,
    /// Children and care leavers, by identifier.
    pub children: Vec<Child>,
    /// What the returns say of a child beside its care, by identifier.
    pub plans: BTreeMap<String, Plans>,
    seed: u64,
    faults: f64,
    supply: Supply,
    gaps: f64,
}

impl fmt::Debug for Council {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Council {} with {} children", self.code, self.children.len())
    }
}

impl Council {
    /// Writes one folder per return year, and says which faults were planted.
    ///
    /// # Errors
    /// When a folder or file cannot be written.
    pub fn write_returns(&self, folder: &Path) -> io::Result<Vec<PlantedFault>> {
        let mut planted = Vec::new();
        let mut planter = Planter::new(&self.code);
        for year in self.years_returned() {
            let mut tables = self.tables_returned(year);
            if self.faults > 0.0 {
                planted.extend(planter.plant(&mut tables, year, self.seed, self.faults));
            }
            for table in tables.into_iter().chain(self.extracts_returned(year)) {
                write_file(folder, year, table.file, &table.bytes)?;
            }
        }
        Ok(planted)
    }

    /// All files of one return year: the tables of the return and the extracts.
    #[must_use]
    pub fn files(&self, year: i16) -> Vec<Table> {
        self.tables_returned(year).into_iter().chain(self.extracts_returned(year)).collect()
    }

    /// The section `[tables]` of the agent's configuration: which tables and extracts lie in the folder of a return year.
    #[must_use]
    pub fn tables_section(&self, year: i16) -> String {
        let mut section = String::from("[tables]\n");
        for file in self.tables_lacking(year) {
            section.push_str(&format!("{} = false\n", sheet::name_of(file)));
        }
        for extract in self.extracts(year) {
            section.push_str(&format!("{} = true\n", extract.name()));
        }
        section
    }

    /// Writes the years before as they are, and the newest with every class of fault in it once.
    ///
    /// # Errors
    /// When a folder or file cannot be written.
    pub fn write_each_fault(&self, folder: &Path) -> io::Result<Vec<PlantedFault>> {
        let mut planted = Vec::new();
        let mut planter = Planter::new(&self.code);
        for year in self.years_returned() {
            let mut tables = self.tables_returned(year);
            if self.years.last() == Some(&year) {
                planted = planter.plant_each(&mut tables, year);
            } else {
                planter.pass(&tables);
            }
            for table in tables.into_iter().chain(self.extracts_returned(year)) {
                write_file(folder, year, table.file, &table.bytes)?;
            }
        }
        Ok(planted)
    }
}

/// Writes a file of a return into the folder of its year.
fn write_file(folder: &Path, year: i16, file: &str, bytes: &[u8]) -> io::Result<()> {
    let own = folder.join(year.to_string());
    std::fs::create_dir_all(&own)?;
    std::fs::write(own.join(file), bytes)
}

#[cfg(test)]
mod tests;
