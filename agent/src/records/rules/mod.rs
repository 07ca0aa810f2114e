//! The validation rules: what each says, how hard it is, in which years it holds.
//!
//! `config/rules.toml` and, for local extracts, `config/extract-rules.toml` are the one table of them; they are compiled
//! in, and an authority may change severities in its own configuration. Codes are those of the Department for Education
//! and, for `INT`, `EPI` and `NoE`, of the validator that councils use; `GT` and `EX` codes are ours. Invariant: a rule
//! that compares children can warn or refuse the return and never drops a row, so that what is kept for a child depends on
//! that child's rows, the header and the configuration.

mod ids; // every rule by name

#[cfg(test)]
mod cases; // a failing and a passing case of each rule

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use ids::RuleId;

/// The catalogue as compiled in: the rules of the return, and those of the local extracts.
const CATALOGUE: [&str; 2] =
    [include_str!("../../../../config/rules.toml"), include_str!("../../../../config/extract-rules.toml")];

/// How hard a rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Listed and counted.
    Warn,
    /// Counts towards the error rate above which the return is refused; the row is kept.
    Error,
    /// Counts towards the error rate, and the row is left out.
    Drop,
    /// One such problem refuses the return.
    Refuse,
}

impl Severity {
    /// The severity of a name in a configuration.
    pub fn by_name(name: &str) -> Option<Self> {
        [("warn", Self::Warn), ("error", Self::Error), ("drop", Self::Drop), ("refuse", Self::Refuse)]
            .into_iter()
            .find_map(|(own, severity)| (own == name).then_some(severity))
    }

    /// As people read it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Warn => "warning",
            Self::Error => "error",
            Self::Drop => "error, row left out",
            Self::Refuse => "error, return refused",
        }
    }
}

/// How much a rule sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LooksAt {
    /// One cell, or one row by itself.
    Cell,
    /// One row, and the child's row in Header.
    Row,
    /// All rows of a child in one return.
    Child,
    /// The child's rows in last year's return too.
    Former,
    /// Several children: it may warn or refuse, never drop.
    Children,
}

/// One rule.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Code.
    pub code: String,
    /// What part of the return it belongs to.
    pub area: String,
    /// How much it sees.
    pub looks_at: LooksAt,
    /// How hard it is unless configured otherwise.
    pub severity: Severity,
    /// First and last return year in which it holds.
    pub years: (i16, i16),
    /// Table on whose row it is reported, or `any`.
    pub table: String,
    /// Column that is named; `any` for whichever it is, or the row as a whole.
    pub column: String,
    /// What is wrong.
    pub says: String,
    /// What to do about it.
    pub advice: String,
    /// What it needs besides the return.
    #[serde(default)]
    pub needs: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Catalogue {
    rule: Vec<Rule>,
}

/// Why severities cannot be configured so.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum RuleBookError {
    /// The catalogue and the code name different rules.
    #[error("the catalogue of rules does not fit this program: {0}")]
    Catalogue(String),
    /// No rule has this code.
    #[error("no rule has the code {0}")]
    Unknown(String),
    /// A rule that compares children would drop rows.
    #[error("rule {0} compares children: it can be warn, error or refuse, never drop")]
    ComparesChildren(String),
    /// Without the cell there is no row.
    #[error("rule {0} concerns a cell without which the row cannot be read: it can be drop or refuse")]
    NeedsTheCell(String),
}

/// All rules, with the severities that this authority has configured.
#[derive(Debug)]
pub struct RuleBook {
    /// In the order of [`RuleId::ALL`].
    rules: Vec<Rule>,
}

impl RuleBook {
    /// The catalogue as compiled in.
    pub fn built_in() -> Self {
        Self::configured(&BTreeMap::new()).expect("a test reads the catalogue that is compiled in")
    }

    /// The catalogue with the severities of a configuration, by code.
    pub fn configured(severities: &BTreeMap<String, Severity>) -> Result<Self, RuleBookError> {
        let mut rules = Self::parse(&CATALOGUE)?.rules;
        for (code, severity) in severities {
            let rule = rules.iter_mut().find(|rule| rule.code.eq_ignore_ascii_case(code));
            let rule = rule.ok_or_else(|| RuleBookError::Unknown(code.clone()))?;
            if rule.looks_at == LooksAt::Children && *severity == Severity::Drop {
                return Err(RuleBookError::ComparesChildren(rule.code.clone()));
            }
            if rule.looks_at == LooksAt::Cell && rule.severity == Severity::Drop && *severity < Severity::Drop {
                return Err(RuleBookError::NeedsTheCell(rule.code.clone()));
            }
            rule.severity = *severity;
        }
        Ok(Self { rules })
    }

    fn parse(texts: &[&str]) -> Result<Self, RuleBookError> {
        let of = |text: &&str| -> Result<Vec<Rule>, RuleBookError> {
            let catalogue: Catalogue = toml::from_str(text).map_err(|error| RuleBookError::Catalogue(error.to_string()))?;
            Ok(catalogue.rule)
        };
        let listed = texts.iter().map(of).collect::<Result<Vec<_>, _>>()?;
        let mut by_code: BTreeMap<String, Rule> = BTreeMap::new();
        for rule in listed.into_iter().flatten() {
            if let Some(twice) = by_code.insert(rule.code.clone(), rule) {
                return Err(RuleBookError::Catalogue(format!("{} stands twice", twice.code)));
            }
        }
        let find = |id: &RuleId| {
            let code = id.code();
            by_code.remove(code).ok_or_else(|| RuleBookError::Catalogue(format!("it lacks {code}")))
        };
        let rules = RuleId::ALL.iter().map(find).collect::<Result<Vec<_>, _>>()?;
        match by_code.keys().next() {
            Some(code) => Err(RuleBookError::Catalogue(format!("the program does not know {code}"))),
            None => Ok(Self { rules }),
        }
    }

    /// A rule.
    pub fn rule(&self, id: RuleId) -> &Rule {
        self.rules.get(id.index()).expect("there is a rule for each id")
    }

    /// All rules by id.
    pub fn rules(&self) -> impl Iterator<Item = (RuleId, &Rule)> {
        RuleId::ALL.iter().copied().zip(&self.rules)
    }

    /// The rules in force in a return year.
    pub fn standing(&self, year: i16) -> Standing {
        let holds = |rule: &Rule| (rule.years.0 <= year && year <= rule.years.1).then_some(rule.severity);
        Standing(self.rules.iter().map(holds).collect())
    }
}

/// The rules in force in one return year, with their severities.
pub struct Standing(Vec<Option<Severity>>);

impl Standing {
    /// The severity of a rule; `None` when it does not hold in the year.
    pub fn of(&self, rule: RuleId) -> Option<Severity> {
        self.0.get(rule.index()).copied().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::tables::Table;

    #[test]
    fn the_catalogue_and_the_program_name_the_same_rules_and_each_says_what_to_do() {
        let book = RuleBook::built_in();
        for (id, rule) in book.rules() {
            assert_eq!(id.code(), rule.code);
            assert!(!rule.says.is_empty() && !rule.advice.is_empty() && !rule.says.ends_with('.'), "{}", rule.code);
            let table = Table::by_name(&rule.table);
            assert!(table.is_some() || rule.table == "any", "{}: {}", rule.code, rule.table);
            let known = rule.column == "any" || table.is_none_or(|table| table.position(&rule.column).is_some());
            assert!(known, "{}: {}", rule.code, rule.column);
            let drops = rule.severity == Severity::Drop && rule.looks_at == LooksAt::Children;
            assert!(!drops && rule.years.0 <= rule.years.1, "{}", rule.code);
        }
    }

    #[test]
    fn a_severity_that_would_harm_is_refused() {
        let with = |code: &str, severity| RuleBook::configured(&BTreeMap::from([(code.to_owned(), severity)]));
        assert_eq!(with("501", Severity::Warn).unwrap().rule(RuleId::R501).severity, Severity::Warn);
        assert_eq!(with("9999", Severity::Warn).unwrap_err(), RuleBookError::Unknown("9999".to_owned()));
        assert_eq!(with("141", Severity::Warn).unwrap_err(), RuleBookError::NeedsTheCell("141".to_owned()));
        let compares = RuleBook::built_in();
        let compares = compares.rules().find(|(_, rule)| rule.looks_at == LooksAt::Children).unwrap().1.code.clone();
        assert_eq!(with(&compares, Severity::Drop).unwrap_err(), RuleBookError::ComparesChildren(compares));
    }
}
