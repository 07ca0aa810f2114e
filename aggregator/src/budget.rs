//! The division of a budget as data: `config/budget.toml`, the unit of every table.
//!
//! Written by `plan tune --out`, compiled in as what `plan create` takes when no other file is named. Made from the
//! framework, official statistics and settings alone; a test makes it anew and compares the bytes. Invariant of a
//! [`Budget`]: it names every table of the framework once, and no other.

use std::collections::BTreeMap;

use serde::Deserialize;
use shared::framework::Framework;
use shared::ids::Digest;
use shared::limits::UNIT_MAX;
use shared::privacy::RhoNano;

use crate::tune::{Objective, Tuned};

/// The division that this version was built with.
pub const BUDGET_TOML: &str = include_str!("../../config/budget.toml");
/// Greatest file, in bytes.
pub const FILE_BYTES_MAX: usize = 1024 * 1024;
const SCHEMA: &str = "goldenthread.budget/1";

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BudgetError {
    /// Larger than any such file.
    #[error("the file is larger than {FILE_BYTES_MAX} bytes")]
    TooLarge,
    /// Not TOML of this shape.
    #[error("not a file that plan tune wrote")]
    Toml(#[source] Box<toml::de::Error>),
    /// Another version.
    #[error("its schema is not {SCHEMA}")]
    Schema,
    /// Tuned for another framework.
    #[error("it was tuned for framework {0}: tune it anew")]
    Framework(Digest),
    /// Not text.
    #[error("the file is not text in UTF-8")]
    Text,
    /// A table of the framework has no unit.
    #[error("table {0} of the framework is missing in it")]
    Missing(String),
    /// A unit of a table that there is not.
    #[error("it names table {0}, which the framework has not")]
    Unknown(String),
    /// A unit that cannot be.
    #[error("the unit of table {table} is {unit}, and must be from 1 to {UNIT_MAX}")]
    Unit {
        /// Which table.
        table: String,
        /// What stands there.
        unit: u32,
    },
}

/// A division that fits its framework.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    /// What it makes small.
    pub objective: Objective,
    /// Unit of every table.
    pub units: BTreeMap<String, u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: String,
    framework: Digest,
    objective: Objective,
    #[serde(rename = "rho_release_nano")]
    _rho_release_nano: u64,
    #[serde(rename = "areas")]
    _areas: String,
    #[serde(rename = "importances")]
    _importances: BTreeMap<String, u32>,
    units: BTreeMap<String, u32>,
}

impl Budget {
    /// The division that is compiled in.
    pub fn built_in(framework: &Framework) -> Result<Self, BudgetError> {
        Self::parse(BUDGET_TOML, framework)
    }

    /// Reads a file and holds it against the framework.
    pub fn parse(text: &str, framework: &Framework) -> Result<Self, BudgetError> {
        if text.len() > FILE_BYTES_MAX {
            return Err(BudgetError::TooLarge);
        }
        let file: File = toml::from_str(text).map_err(|error| BudgetError::Toml(Box::new(error)))?;
        if file.schema != SCHEMA {
            return Err(BudgetError::Schema);
        }
        if file.framework != framework.hash() {
            return Err(BudgetError::Framework(file.framework));
        }
        if let Some(id) = file.units.keys().find(|id| framework.table(id).is_none()) {
            return Err(BudgetError::Unknown(id.clone()));
        }
        if let Some(table) = framework.tables().iter().find(|t| !file.units.contains_key(&t.id)) {
            return Err(BudgetError::Missing(table.id.clone()));
        }
        if let Some((table, unit)) = file.units.iter().find(|(_, unit)| !(1..=UNIT_MAX).contains(*unit)) {
            return Err(BudgetError::Unit { table: table.clone(), unit: *unit });
        }
        Ok(Self { objective: file.objective, units: file.units })
    }
}

/// The text of a file: tables in layout order, one a line.
pub fn text(framework: &Framework, objective: Objective, rho: RhoNano, areas: &str, tuned: &Tuned) -> String {
    let mut text = format!(
        "# How the budget of a round is divided over the tables of the framework. Written by\n\
         #     goldenthread-aggregator plan tune --out FILE\n\
         # from the framework, the official figures in config/published.toml and the list of authorities; do not edit.\n\
         # A child's contribution to a table is multiplied by the table's unit before the noise, and the noise has one scale\n\
         # for all: the greater the unit, the less noise in children. docs/decisions/0038-tuned-weights.md says why so.\n\
         \n\
         schema = \"{SCHEMA}\"\n\
         framework = \"{}\"\n\
         # what it makes small: per-table, per-cell, or headline (per table, with limits for headline totals)\n\
         objective = \"{}\"\n\
         rho_release_nano = {}\n\
         areas = \"{areas}\"\n\
         \n\
         # totals of headline measures that need more than another table to hold their limits: how many times as important\n\
         [importances]\n",
        framework.hash(),
        objective.word(),
        rho.0
    );
    let in_order = |of: &BTreeMap<String, u32>| -> String {
        let line = |t: &shared::framework::Table| of.get(&t.id).map(|n| format!("\"{}\" = {n}\n", t.id));
        framework.tables().iter().filter_map(line).collect()
    };
    text += &in_order(&tuned.importances);
    text += "\n[units]\n";
    text + &in_order(&tuned.units)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authorities::Authorities;
    use crate::tune::expected::Expected;
    use crate::tune::places::Places;
    use crate::tune::tune;
    use shared::ids::ReportingYear;

    #[test]
    fn the_compiled_in_budget_is_what_tuning_writes() {
        let framework = Framework::built_in();
        let budget = Budget::built_in(&framework).unwrap();
        assert_eq!(budget.objective, Objective::Headline);
        let all = Authorities::built_in().unwrap().cohort(ReportingYear::new(2025).unwrap(), None).unwrap();
        let places = Places::of(&all, &all, None);
        let rho = RhoNano(160_000_000);
        let tuned = tune(&framework, Objective::Headline, rho, &Expected::built_in().unwrap(), &places).unwrap();
        assert_eq!(tuned.units, budget.units);
        assert!(
            text(&framework, Objective::Headline, rho, &places.said, &tuned) == BUDGET_TOML,
            "write it anew: plan tune --out"
        );
    }

    #[test]
    fn a_budget_that_does_not_fit_is_refused() {
        let framework = Framework::built_in();
        let check = |from: &str, to: &str, words: &str| {
            assert!(BUDGET_TOML.contains(from));
            let error = Budget::parse(&BUDGET_TOML.replacen(from, to, 1), &framework).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        };
        check(SCHEMA, "goldenthread.budget/2", "schema");
        check(&framework.hash().to_string(), &"0".repeat(64), "framework 0000");
        check("\"P3.age\" =", "\"P3.shoe_size\" =", "names table P3.shoe_size, which the framework has not");
        check("\"P3.age\" =", "# ", "table P3.age of the framework is missing");
        check("[units]\n", "[units]\n\"P9.total\" = 1\n", "names table P9.total");
        check("[units]\n\"A1.total\" = ", "[units]\n\"A1.total\" = 0 #", "the unit of table A1.total is 0, and must be from 1");
        check("[units]\n\"A1.total\" = ", "[units]\n\"A1.total\" = 2000000 #", "the unit of table A1.total is 2000000");
        check("schema", "spare = 1\nschema", "not a file");
    }
}
