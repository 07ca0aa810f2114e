//! Worked examples: for every measure a few tiny made-up histories, what they count as, and the sentence why.
//!
//! The examples lie in `docs/examples`, one file for each family, and are compiled in: they are tests, they stand in
//! `docs/measures.md`, and `explain` shows them to a data team. An example is written as a person would tell it and is
//! turned into the files of returns ([`written`]), so that it goes the whole way from the bytes.

pub mod written; // an example as files of returns

#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use serde::Deserialize;
use shared::framework::{Framework, Kind};
use shared::ids::ReportingYear;

use crate::histories::{ChildHistory, Mending, build};
use crate::measures::MeasureSet;
use crate::pseudonym::PseudonymKey;
use crate::records::changed::ChangedIds;
use crate::records::postcodes::{AreaCode, PostcodeDirectory};
use crate::records::rules::{RuleBook, Severity};
use crate::records::source::{XmlTags, open};
use crate::records::{Offered, ReadOptions, ReturnReader, Returns, TableSet};

/// The files of the examples, by family.
const FILES: &[(&str, &str)] = &[
    ("A", include_str!("../../../docs/examples/A.toml")),
    ("B", include_str!("../../../docs/examples/B.toml")),
    ("R", include_str!("../../../docs/examples/R.toml")),
    ("C", include_str!("../../../docs/examples/C.toml")),
    ("D", include_str!("../../../docs/examples/D.toml")),
    ("E", include_str!("../../../docs/examples/E.toml")),
    ("F", include_str!("../../../docs/examples/F.toml")),
    ("G", include_str!("../../../docs/examples/G.toml")),
    ("H", include_str!("../../../docs/examples/H.toml")),
    ("P", include_str!("../../../docs/examples/P.toml")),
];

/// The postcode directory of the examples, and the area of their authority in it.
const DIRECTORY: &str = include_str!("../../../docs/examples/postcodes.csv");
const OWN_AREA: &str = "E10999901";

/// Why an example says nothing.
#[derive(Debug, thiserror::Error)]
pub enum ExampleError {
    /// A line is not of the form that examples have.
    #[error("{0}")]
    Form(String),
    /// The reader refuses what the example says, or leaves a row of it out.
    #[error("the reader does not take it: {0}")]
    NotTaken(String),
    /// There is not exactly one child.
    #[error("it is about {0} children with a history, and not one")]
    NotOneChild(usize),
    /// The framework has no such table, or the code and the catalogue differ.
    #[error("no table {0}")]
    NoTable(String),
}

/// A worked example of one measure.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// Id of the measure.
    pub measure: String,
    /// Why it counts as it does, in a sentence.
    pub why: String,
    /// Id of the category; for a mean the amount; nothing where the child is not counted.
    pub expect: Option<String>,
    /// Groups that the child is in, as `age/10-15`.
    #[serde(default)]
    pub groups: Vec<String>,
    /// Reporting year, 2025 unless said.
    #[serde(default = "year_2025")]
    pub year: ReportingYear,
    /// Return years that were supplied; the reporting year alone unless said.
    #[serde(default)]
    pub years: Vec<ReportingYear>,
    /// Date of birth.
    #[serde(default = "born")]
    pub born: String,
    /// `F`, `M` or `U`.
    #[serde(default = "girl")]
    pub sex: String,
    /// Ethnic origin as recorded.
    #[serde(default = "white_british")]
    pub ethnic: String,
    /// Episodes: `START[..END] RNE LS PLACE [REC] [COLUMN=VALUE ...]`. Each stands in every return whose year it touches.
    #[serde(default)]
    pub care: Vec<String>,
    /// Rows of other tables: `[YEAR] TABLE COLUMN=VALUE, ...`; of the reporting year unless said.
    #[serde(default)]
    pub rows: Vec<String>,
    /// Whether the authority has a postcode directory: the made-up one of `docs/examples/postcodes.csv`.
    #[serde(default)]
    pub postcodes: bool,
    /// Tables that were supplied without a row for this child: `[YEAR] TABLE`.
    #[serde(default)]
    pub empty: Vec<String>,
}

fn year_2025() -> ReportingYear {
    ReportingYear::new(2025).expect("2025 is a reporting year")
}

fn born() -> String {
    "15/05/2012".to_owned()
}

fn girl() -> String {
    "F".to_owned()
}

fn white_british() -> String {
    "WBRI".to_owned()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    example: Vec<Example>,
}

/// What an example's child adds by one breakdown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Group of the breakdown.
    pub group: String,
    /// Category, or the amount of a mean.
    pub answer: String,
}

/// All examples in the order of the families and files.
pub fn all() -> &'static [Example] {
    static ALL: LazyLock<Vec<Example>> = LazyLock::new(|| {
        let of_file = |(name, text): &(&str, &str)| {
            let file: File = toml::from_str(text).unwrap_or_else(|error| panic!("docs/examples/{name}.toml: {error}"));
            file.example
        };
        FILES.iter().flat_map(of_file).collect()
    });
    &ALL
}

fn directory() -> PostcodeDirectory {
    let bytes = Box::new(DIRECTORY.as_bytes());
    let source = open("postcodes.csv", bytes, year_2025().number(), &XmlTags::default(), &PostcodeDirectory::is_header);
    let own: Vec<AreaCode> = AreaCode::parse(OWN_AREA.as_bytes()).into_iter().collect();
    let read = source.map(|mut source| PostcodeDirectory::read(source.as_mut(), &own));
    match read {
        Ok(Ok(directory)) => directory,
        Ok(Err(fault)) => panic!("docs/examples/postcodes.csv{fault}"),
        Err(fault) => panic!("docs/examples/postcodes.csv {}", fault.why),
    }
}

impl Example {
    /// The child's history, read from the files that the example makes.
    pub fn history(&self, framework: &Framework) -> Result<ChildHistory, ExampleError> {
        let returns = self.read()?;
        let mut all = build(&returns, self.year, Mending::Apply, framework.parameters());
        match all.children.pop() {
            Some(child) if all.children.is_empty() => Ok(child),
            other => Err(ExampleError::NotOneChild(all.children.len() + usize::from(other.is_some()))),
        }
    }

    fn read(&self) -> Result<Returns, ExampleError> {
        static RULES: LazyLock<RuleBook> = LazyLock::new(RuleBook::built_in);
        static POSTCODES: LazyLock<PostcodeDirectory> = LazyLock::new(directory);
        let key = PseudonymKey::from_bytes(&[1; 32])
            .ok_or_else(|| ExampleError::Form("the key of the examples is too short".to_owned()))?;
        let (changed, xml) = (ChangedIds::default(), XmlTags::default());
        let options = ReadOptions {
            key: &key,
            rules: &RULES,
            changed: &changed,
            xml: &xml,
            ignored: TableSet::NONE,
            postcodes: self.postcodes.then_some(&*POSTCODES),
        };
        let mut reader = ReturnReader::new(options);
        let returns = written::files(self)?;
        for (year, files) in &returns {
            let offered = files.iter().map(|file| Offered::bytes(file.name.clone(), file.text.as_bytes())).collect();
            reader.read(*year, TableSet::required(), offered);
        }
        let returns = reader.finish();
        for read in &returns.all {
            let hidden = read.refusals.iter().find(|refusal| refusal.code() != "error-rate");
            if let Some(refusal) = hidden {
                return Err(ExampleError::NotTaken(format!("{}: {}", read.year, refusal.code())));
            }
            let dropped = read.findings.listed().into_iter().find(|problem| RULES.rule(problem.rule).severity == Severity::Drop);
            if let Some(problem) = dropped {
                return Err(ExampleError::NotTaken(format!("{}: rule {}", read.year, RULES.rule(problem.rule).code)));
            }
        }
        Ok(returns)
    }

    /// What the child adds to the measure by a breakdown, in a framework that has that table.
    pub fn found(&self, breakdown: &str, framework: &Framework, measures: &MeasureSet) -> Result<Option<Found>, ExampleError> {
        let id = format!("{}.{breakdown}", self.measure);
        let at = framework.tables().iter().position(|table| table.id == id).ok_or(ExampleError::NoTable(id))?;
        let history = self.history(framework)?;
        let Some(all) = measures.contributions(&history, self.year) else { return Ok(None) };
        let Some(entry) = all.entries.iter().find(|entry| usize::from(entry.table) == at) else { return Ok(None) };
        let table = framework.tables().get(at);
        let found = table.and_then(|table| {
            let group = table.groups.get(usize::from(entry.group))?.id.clone();
            let answer = match table.kind {
                Kind::Mean => entry.amount.to_string(),
                _ => table.categories.get(usize::from(entry.category))?.id.clone(),
            };
            Some(Found { group, answer })
        });
        Ok(found)
    }
}
