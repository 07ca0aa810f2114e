//! The agent's configuration: `agent.toml`, read once, into plain values.
//!
//! Defaults, then the file, then `GOLDENTHREAD__...` from the environment, then flags. Unknown keys are refused. Paths
//! are relative to the file. A commented sample lies in `config/agent.example.toml`.

pub mod live; // returns from a database
mod postcodes; // a postcode directory
pub mod sending; // the aggregator, caps, tries

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use shared::framework::Framework;
use shared::ids::{AuthorityId, ReportingYear};
use shared::time::Timestamp;

use live::{Live, LiveToml};
use postcodes::OneOrMore;
pub use postcodes::Postcodes;
use sending::{AggregatorToml, CapsToml, LogToml, SendToml, Sending};

use crate::approval::ApprovalRule;
use crate::histories::Mending;
use crate::records::rules::{RuleBook, RuleBookError, Severity};
use crate::records::source::{GroupTags, XmlTags};
use crate::records::tables::{TABLES, Table};
use crate::records::{ErrorRateMax, TableSet};

/// Share of rows with hard problems above which input is refused, unless configured.
const ERROR_RATE_MAX: f64 = 0.02;

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read, or is not of this shape.
    #[error("cannot read the configuration {file}")]
    Read {
        /// The file.
        file: String,
        /// Why.
        #[source]
        source: Box<config::ConfigError>,
    },
    /// A value is not allowed.
    #[error("configuration {file}: {key} is {why}")]
    Value {
        /// The file.
        file: String,
        /// The key.
        key: String,
        /// What is wrong with it.
        why: String,
    },
}

/// The agent's configuration.
#[derive(Debug)]
pub struct AgentConfig {
    /// The authority.
    pub authority: AuthorityId,
    /// The year to report; the newest complete one when not set.
    pub reporting_year: Option<ReportingYear>,
    /// Folder with one sub-folder for each return year.
    pub returns: PathBuf,
    /// Folder of the agent's own state.
    pub state: PathBuf,
    /// The records are made up: only then may this agent take part in a made-up round, and in no other.
    pub made_up: bool,
    /// Whether somebody must approve the inputs before a draw.
    pub approval: ApprovalRule,
    /// Share of rows with hard problems above which input is refused.
    pub error_rate_max: ErrorRateMax,
    /// Tables that the authority does not supply.
    pub tables_ignored: TableSet,
    /// Tables that the return of the reporting year must hold.
    tables_demanded: TableSet,
    /// What the authority states of itself, by id of the measure; what is not here is not stated.
    pub facts: BTreeMap<String, bool>,
    /// The rules, with the severities of this authority.
    pub rules: RuleBook,
    /// Whether episodes that contradict each other are mended.
    pub mending: Mending,
    /// Names of the elements of an XML return that are not fixed.
    pub xml: XmlTags,
    /// Where postcodes lie.
    pub postcodes: Option<Postcodes>,
    /// Returns that are read from a database.
    pub live: Option<Live>,
    /// Settings of the sending half.
    pub sending: Sending,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AgentToml {
    authority: String,
    reporting_year: Option<i16>,
    returns: PathBuf,
    state: PathBuf,
    error_rate_max: f64,
    #[serde(default)]
    made_up: bool,
    #[serde(default = "required")]
    approval: String,
    #[serde(default = "apply")]
    repair: String,
    #[serde(default)]
    tables: BTreeMap<String, bool>,
    #[serde(default)]
    facts: BTreeMap<String, bool>,
    #[serde(default)]
    rules: BTreeMap<String, String>,
    #[serde(default)]
    xml: XmlToml,
    postcodes: Option<PathBuf>,
    ons: Option<OneOrMore>,
    live: Option<LiveToml>,
    #[serde(default)]
    aggregator: AggregatorToml,
    #[serde(default)]
    caps: CapsToml,
    #[serde(default)]
    send: SendToml,
    #[serde(default)]
    log: LogToml,
}

/// Elements of an XML return that have no published names.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct XmlToml {
    social_workers: Option<WorkerElements>,
    deprivations: Option<DeprivationElements>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WorkerElements {
    row: String,
    id: String,
    start: String,
    end: String,
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeprivationElements {
    row: String,
    start: String,
    end: String,
}

impl XmlToml {
    fn tags(self) -> XmlTags {
        let workers = |e: WorkerElements| GroupTags { row: e.row, columns: [e.id, e.start, e.end, e.reason] };
        let deprivations = |e: DeprivationElements| GroupTags { row: e.row, columns: [e.start, e.end] };
        XmlTags { workers: self.social_workers.map(workers), deprivations: self.deprivations.map(deprivations) }
    }
}

/// The environment as a source of settings: `GOLDENTHREAD__ERROR_RATE_MAX`, `GOLDENTHREAD__TABLES__OC2`.
pub fn environment() -> config::Environment {
    config::Environment::with_prefix("GOLDENTHREAD").prefix_separator("__").separator("__").try_parsing(true)
}

impl AgentConfig {
    /// Reads a file, over which the environment takes precedence.
    pub fn load(file: &Path, environment: config::Environment) -> Result<Self, ConfigError> {
        let name = file.display().to_string();
        let read = |source: config::ConfigError| ConfigError::Read { file: name.clone(), source: Box::new(source) };
        let settings = config::Config::builder()
            .set_default("returns", "returns")
            .and_then(|builder| builder.set_default("state", "state"))
            .and_then(|builder| builder.set_default("error_rate_max", ERROR_RATE_MAX))
            .map_err(read)?
            .add_source(config::File::from(file).format(config::FileFormat::Toml))
            .add_source(environment)
            .build()
            .map_err(read)?;
        let toml: AgentToml = settings.try_deserialize().map_err(read)?;
        let value = |key: &str, why: String| ConfigError::Value { file: name.clone(), key: key.to_owned(), why };
        let folder = file.parent().unwrap_or(Path::new(""));
        let (tables_ignored, tables_demanded) = supplied(&toml.tables).map_err(|(key, why)| value(&key, why))?;
        let reporting_year = toml.reporting_year.map(|year| ReportingYear::new(year).ok_or(year)).transpose();
        Ok(Self {
            authority: toml.authority.parse().map_err(|why| value("authority", format!("{why}")))?,
            reporting_year: reporting_year
                .map_err(|_| value("reporting_year", "not a reporting year, 1992 to 2099".to_owned()))?,
            returns: folder.join(&toml.returns),
            state: folder.join(&toml.state),
            made_up: toml.made_up,
            approval: ApprovalRule::by_name(&toml.approval)
                .ok_or_else(|| value("approval", "not required or none".to_owned()))?,
            error_rate_max: error_rate(toml.error_rate_max)
                .ok_or_else(|| value("error_rate_max", "not a share from 0 to 1".to_owned()))?,
            tables_ignored,
            tables_demanded,
            facts: facts(&toml.facts).map_err(|(key, why)| value(&key, why))?,
            rules: rules(&toml.rules).map_err(|(key, why)| value(&key, why))?,
            mending: mending(&toml.repair).ok_or_else(|| value("repair", "not off, report or apply".to_owned()))?,
            xml: toml.xml.tags(),
            postcodes: Postcodes::of(folder, toml.postcodes, toml.ons).map_err(|(key, why)| value(&key, why))?,
            live: toml.live.map(|live| Live::of(folder, live)).transpose().map_err(|(key, why)| value(&key, why))?,
            sending: Sending::of(folder, toml.aggregator, toml.caps, toml.send, toml.log)
                .map_err(|(key, why)| value(&key, why))?,
        })
    }

    /// The year to report: as configured, or the newest complete one now.
    pub fn year(&self, now: Timestamp) -> Option<ReportingYear> {
        self.reporting_year.or_else(|| ReportingYear::of(now.day()).map(|year| year.before(1)))
    }

    /// Tables that the return of the reporting year must hold: those that the configuration says are supplied, and
    /// those that measures need unless it says that they are not.
    pub fn tables_demanded(&self) -> TableSet {
        self.tables_demanded
    }
}

/// What is stated of the authority, by the framework's own ids. A key in lower case comes from the environment and wins.
fn facts(stated: &BTreeMap<String, bool>) -> Result<BTreeMap<String, bool>, (String, String)> {
    let framework = Framework::built_in();
    let mut facts = BTreeMap::new();
    // upper case sorts before lower case, so that the environment's keys come last
    for (key, is_so) in stated {
        let known = framework.facts().find(|m| m.id.eq_ignore_ascii_case(key));
        let ids = || framework.facts().map(|m| m.id.as_str()).collect::<Vec<_>>().join(", ");
        let fact = known.ok_or_else(|| (format!("facts.{key}"), format!("no fact of the framework, which has {}", ids())))?;
        facts.insert(fact.id.clone(), *is_so);
    }
    Ok(facts)
}

/// Tables that measures need.
const NEEDED: [Table; 8] =
    [Table::Header, Table::Episodes, Table::Oc2, Table::Oc3, Table::Reviews, Table::Missing, Table::Uasc, Table::SwEpisodes];

fn required() -> String {
    ApprovalRule::Required.name().to_owned()
}

fn apply() -> String {
    "apply".to_owned()
}

fn mending(text: &str) -> Option<Mending> {
    match text {
        "off" => Some(Mending::Off),
        "report" => Some(Mending::Report),
        "apply" => Some(Mending::Apply),
        _ => None,
    }
}

/// The catalogue with the severities of the configuration; the key and what is wrong with it.
fn rules(severities: &BTreeMap<String, String>) -> Result<RuleBook, (String, String)> {
    let mut read = BTreeMap::new();
    for (code, text) in severities {
        let unknown = || (format!("rules.{code}"), "not warn, error, drop or refuse".to_owned());
        read.insert(code.clone(), Severity::by_name(text).ok_or_else(unknown)?);
    }
    RuleBook::configured(&read).map_err(|why| match why {
        RuleBookError::Unknown(code) => (format!("rules.{code}"), "not the code of a rule: docs/rules.md lists them".to_owned()),
        RuleBookError::ComparesChildren(code) => {
            (format!("rules.{code}"), "drop, but this rule compares children: it can be warn, error or refuse".to_owned())
        }
        RuleBookError::NeedsTheCell(code) => {
            (format!("rules.{code}"), "too mild: without this cell there is no row, so that it can be drop or refuse".to_owned())
        }
        RuleBookError::Catalogue(why) => ("rules".to_owned(), why),
    })
}

fn error_rate(share: f64) -> Option<ErrorRateMax> {
    if !(0.0..=1.0).contains(&share) {
        return None;
    }
    // through text, since a share of a million is a small whole number
    let per_million = format!("{:.0}", share * 1_000_000.0).parse().ok()?;
    Some(ErrorRateMax { per_million })
}

/// The tables that are not supplied, and those that must be there. An extract that is not named is not supplied. A key in
/// lower case comes from the environment and wins over the file's.
fn supplied(tables: &BTreeMap<String, bool>) -> Result<(TableSet, TableSet), (String, String)> {
    let mut set: BTreeMap<Table, bool> = NEEDED.into_iter().map(|table| (table, true)).collect();
    set.extend(TABLES.iter().filter(|table| table.is_extract()).map(|table| (*table, false)));
    // upper case sorts before lower case, so that the environment's keys come last
    for (key, is_supplied) in tables {
        let unknown = || (format!("tables.{key}"), "neither a table of the return that is read nor an extract".to_owned());
        let table = Table::by_name(key).ok_or_else(unknown)?;
        if table.is_required() && !is_supplied {
            return Err((format!("tables.{key}"), "required: it cannot be set to false".to_owned()));
        }
        set.insert(table, *is_supplied);
    }
    let of = |wanted: bool| {
        let tables = TABLES.iter().filter(|table| set.get(table) == Some(&wanted));
        tables.fold(TableSet::NONE, |all, table| all.with(*table))
    };
    Ok((of(false), of(true)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;
    use std::fs::File;
    use std::io::Write;

    const SAMPLE: &str = include_str!("../../config/agent.example.toml");

    fn load(text: &str, environment_of: &[(&str, &str)]) -> Result<AgentConfig, ConfigError> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("agent.toml");
        File::create(&file).unwrap().write_all(text.as_bytes()).unwrap();
        let map: HashMap<String, String> = environment_of.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
        AgentConfig::load(&file, environment().source(Some(map)))
    }

    #[test]
    fn the_sample_is_read() {
        let config = load(SAMPLE, &[]).unwrap();
        assert_eq!(config.authority.to_string(), "301");
        assert_eq!(config.error_rate_max.per_million, 20_000);
        let extracts = TABLES.iter().filter(|table| table.is_extract());
        assert_eq!(config.tables_ignored, extracts.fold(TableSet::NONE, |all, table| all.with(*table)));
        assert!(config.returns.ends_with("returns") && config.returns.parent().is_some_and(Path::is_absolute));
    }

    #[test]
    fn a_live_source_is_a_file_with_an_address_years_and_a_query_for_each_table() {
        let text = "authority = \"301\"\n[live]\nurl_file = \"database-url\"\nyears = [2025, 2026]\n[live.queries]\n\
                    Header = \"select 1\"\nepisodes = \"select 2\"\n";
        let live = load(text, &[]).unwrap().live.unwrap();
        assert!(live.url_file.is_absolute() && live.url_file.ends_with("database-url"));
        assert_eq!(live.years.iter().map(|year| year.number()).collect::<Vec<_>>(), [2025, 2026]);
        assert_eq!(live.queries.keys().copied().collect::<Vec<_>>(), [Table::Header, Table::Episodes]);
        assert!(load("authority = \"301\"", &[]).unwrap().live.is_none());
    }

    #[test]
    fn a_postcode_directory_is_read_from_the_sample_and_the_page() {
        let of = |text: &str| load(text, &[]).map(|config| config.postcodes);
        assert!(of(SAMPLE).unwrap().is_none());
        let uncommented = SAMPLE.replace("# postcodes = ", "postcodes = ").replace("# ons = ", "ons = ");
        let (_, page) = include_str!("../../docs/postcodes.md").split_once("```toml\n").unwrap();
        let (block, _) = page.split_once("```").unwrap();
        for text in [uncommented, format!("authority = \"301\"\n{block}")] {
            let read = of(&text).unwrap().unwrap();
            assert!(read.file.is_absolute() && read.file.ends_with("ONSPD_UK.csv") && read.own.len() == 1);
        }
        let both = of("authority = \"301\"\npostcodes = \"a\"\nons = [\"E06000061\", \"E06000062\"]").unwrap().unwrap();
        assert_eq!(both.own.len(), 2);
        let environment = load(SAMPLE, &[("GOLDENTHREAD__POSTCODES", "b"), ("GOLDENTHREAD__ONS", "E10000003")]).unwrap();
        assert_eq!(environment.postcodes.map(|postcodes| postcodes.own.len()), Some(1));
        assert!(of("authority = \"301\"\npostcodes = \"a\"").is_err() && of("authority = \"301\"\nons = 7").is_err());
    }

    #[test]
    fn the_samples_of_a_live_source_are_read() {
        let (_, commented) = SAMPLE.split_once("# [live]\n").unwrap();
        let lines: String = commented.lines().map(|line| format!("{}\n", line.strip_prefix("# ").unwrap())).collect();
        let page = include_str!("../../docs/live-source.md");
        let (_, block) = page.split_once("```toml\n[live]\n").unwrap();
        let (block, _) = block.split_once("```").unwrap();
        for section in [&lines, block] {
            let live = load(&format!("authority = \"301\"\n[live]\n{section}"), &[]).unwrap().live.unwrap();
            assert!(live.years.len() == 2 && live.queries.values().all(|sql| sql.contains("$1")), "{section}");
        }
    }

    #[test]
    fn an_approval_is_required_unless_the_authority_says_otherwise() {
        let rule = |more: &str| load(&format!("authority = \"301\"\n{more}"), &[]).unwrap().approval;
        assert_eq!((rule(""), rule("approval = \"none\"")), (ApprovalRule::Required, ApprovalRule::None));
        assert_eq!(load(SAMPLE, &[]).unwrap().approval, ApprovalRule::Required);
    }

    #[test]
    fn the_environment_wins_over_the_file() {
        let text = "authority = \"301\"\nreporting_year = 2024\n[tables]\nOC2 = true\nUASC = false\n";
        let environment = [("GOLDENTHREAD__REPORTING_YEAR", "2025"), ("GOLDENTHREAD__TABLES__OC2", "false")];
        let config = load(text, &environment).unwrap();
        assert_eq!(config.reporting_year, ReportingYear::new(2025));
        assert!(config.tables_ignored.contains(Table::Oc2) && config.tables_ignored.contains(Table::Uasc));
        assert!(!config.tables_demanded().contains(Table::Oc2) && config.tables_demanded().contains(Table::Episodes));
    }

    #[test]
    fn an_extract_is_supplied_when_it_is_named_and_left_aside_when_not() {
        let config = load("authority = \"301\"\n[tables]\nSDQ = true\nSchool = false\n", &[]).unwrap();
        let of = |table: Table| (config.tables_demanded().contains(table), config.tables_ignored.contains(table));
        assert_eq!([of(Table::Sdq), of(Table::School), of(Table::AfterHome)], [(true, false), (false, true), (false, true)]);
        assert_eq!(of(Table::Ad1), (false, false), "a table of the return that no measure needs may be there or not");
    }

    #[test]
    fn a_fact_that_is_not_set_is_not_stated() {
        let facts = |text: &str, environment: &[(&str, &str)]| {
            let facts = load(&format!("authority = \"301\"\n{text}"), environment).unwrap().facts;
            facts.into_iter().map(|(id, is_so)| format!("{id}={is_so}")).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(facts("", &[]), "");
        assert_eq!(facts("[facts]\nS1 = true\nS4 = false\n", &[]), "S1=true S4=false");
        assert_eq!(facts("[facts]\nS1 = true\n", &[("GOLDENTHREAD__FACTS__S1", "false")]), "S1=false");
        // the sample shows every fact of the framework, and states none for anybody
        let (_, sample) = SAMPLE.split_once("# [facts]\n").unwrap();
        let section: Vec<&str> = sample.lines().take_while(|line| line.starts_with("# ")).collect();
        let section: String = section.iter().filter_map(|line| line.strip_prefix("# ")).map(|l| format!("{l}\n")).collect();
        assert_eq!(facts(&format!("[facts]\n{section}"), &[]).split(' ').count(), Framework::built_in().facts().count());
        assert!(load(SAMPLE, &[]).unwrap().facts.is_empty());
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for text in [
            "authority = \"301\"\n[facts]\nS9 = true",
            "authority = \"301\"\n[facts]\nB1 = true",
            "authority = \"301\"\n[facts]\nS1 = \"perhaps\"",
            "",
            "authority = \"3010\"",
            "authority = \"301\"\nspeling = 1",
            "authority = \"301\"\nerror_rate_max = 1.5",
            "authority = \"301\"\n[tables]\nHeader = false",
            "authority = \"301\"\n[tables]\nAD9 = true",
            "authority = \"301\"\n[rules]\n\"141\" = \"warn\"",
            "authority = \"301\"\n[rules]\n\"9999\" = \"warn\"",
            "authority = \"301\"\nrepair = \"perhaps\"",
            "authority = \"301\"\napproval = \"perhaps\"",
            "authority = \"301\"\nreporting_year = 25",
            "authority = \"301\"\n[live]\nurl = \"postgres://a:b@c/d\"",
            "authority = \"301\"\n[live]\nurl_file = \"u\"\nyears = []\n[live.queries]\nHeader = \"a\"\nEpisodes = \"b\"",
            "authority = \"301\"\n[live]\nurl_file = \"u\"\nyears = [2016]\n[live.queries]\nHeader = \"a\"\nEpisodes = \"b\"",
            "authority = \"301\"\n[live]\nurl_file = \"u\"\nyears = [2025]\n[live.queries]\nHeader = \"a\"",
            "authority = \"301\"\n[live]\nurl_file = \"u\"\nyears = [2025]\n[live.queries]\nHeader = \"a\"\nEpisodes = \" \"",
        ] {
            assert!(load(text, &[]).is_err(), "{text}");
        }
    }

    #[test]
    fn without_a_year_the_newest_complete_one_is_reported() {
        let config = load("authority = \"301\"", &[]).unwrap();
        let year = |now: &str| config.year(now.parse().unwrap()).unwrap().number();
        assert_eq!(year("2026-03-31T12:00:00Z"), 2025);
        assert_eq!(year("2026-04-01T12:00:00Z"), 2026);
    }
}
