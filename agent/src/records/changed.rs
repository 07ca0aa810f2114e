//! `changed_ids.csv`: which identifiers were replaced by which, so that a child stays one child.
//!
//! Columns `OLD` and `NEW`. It holds for all returns that are read together, a predecessor authority's too. An
//! identifier may change again: the chain is followed to its end. A circle, or two new identifiers for one old one, says
//! nothing certain, and the file is refused.

use std::collections::BTreeMap;
use std::fmt;

use super::limits::CHANGED_IDS_MAX;
use super::source::{RowSource, SourceFault};
use crate::pseudonym::normalise;

/// Column of the identifier that is no longer used.
pub const OLD: &str = "OLD";
/// Column of the identifier that replaced it.
pub const NEW: &str = "NEW";

/// Old identifiers, each with the newest one. No `Debug`: it holds identifiers.
#[derive(Default)]
pub struct ChangedIds(BTreeMap<Vec<u8>, Vec<u8>>);

/// Why the file is not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangedIdsFault {
    /// It cannot be read.
    Source(SourceFault),
    /// It lacks one of its two columns.
    Columns,
    /// A row whose identifiers cannot be read, on this line.
    Row(u32),
    /// An old identifier has two new ones; the line of the second.
    TwoNew(u32),
    /// Identifiers that replace each other in a circle; a line of it.
    Circle(u32),
    /// More rows than are read.
    TooMany,
}

impl fmt::Display for ChangedIdsFault {
    /// For a sentence that begins with the file's name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Source(SourceFault { why, line: Some(line) }) => write!(f, ":{line} {why}"),
            Self::Source(SourceFault { why, line: None }) => write!(f, " {why}"),
            Self::Columns => write!(f, " lacks a column {OLD} or {NEW}"),
            Self::Row(line) => write!(f, ":{line} has an identifier that is blank or cannot be read"),
            Self::TwoNew(line) => write!(f, ":{line} gives a second new identifier for an old one"),
            Self::Circle(line) => write!(f, ":{line} is part of a circle of identifiers that replace each other"),
            Self::TooMany => write!(f, " has more than {CHANGED_IDS_MAX} rows"),
        }
    }
}

impl ChangedIds {
    /// Whether a header line is that of this file.
    pub fn is_header(columns: &[String]) -> bool {
        [OLD, NEW].iter().all(|name| columns.iter().any(|column| column == name))
    }

    /// Reads all rows of the one sheet of a source.
    pub fn read(source: &mut dyn RowSource) -> Result<Self, ChangedIdsFault> {
        let columns = source.sheets().first().map(|sheet| sheet.columns.clone()).unwrap_or_default();
        let at = |name: &str| columns.iter().position(|column| column == name).ok_or(ChangedIdsFault::Columns);
        let (old_at, new_at) = (at(OLD)?, at(NEW)?);
        let mut pairs: BTreeMap<Vec<u8>, (Vec<u8>, u32)> = BTreeMap::new();
        while let Some(row) = source.next_row().map_err(ChangedIdsFault::Source)? {
            if pairs.len() == CHANGED_IDS_MAX {
                return Err(ChangedIdsFault::TooMany);
            }
            let read = |at| normalise(row.cells.cell(at)).ok().flatten().map(|identifier| identifier.as_bytes().to_vec());
            let (Some(old), Some(new)) = (read(old_at), read(new_at)) else { return Err(ChangedIdsFault::Row(row.line)) };
            match pairs.get(&old) {
                Some((other, _)) if *other != new => return Err(ChangedIdsFault::TwoNew(row.line)),
                Some(_) => (),
                None => drop(pairs.insert(old, (new, row.line))),
            }
        }
        Self::resolve(&pairs)
    }

    fn resolve(pairs: &BTreeMap<Vec<u8>, (Vec<u8>, u32)>) -> Result<Self, ChangedIdsFault> {
        let mut resolved: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
        for (old, (_, line)) in pairs {
            let mut way: Vec<&Vec<u8>> = Vec::new();
            let mut at = old;
            let newest = loop {
                if let Some(newest) = resolved.get(at) {
                    break newest.clone();
                }
                let Some((next, _)) = pairs.get(at) else { break at.clone() };
                way.push(at);
                if way.len() > pairs.len() {
                    return Err(ChangedIdsFault::Circle(*line));
                }
                at = next;
            };
            for passed in way {
                resolved.insert(passed.clone(), newest.clone());
            }
        }
        Ok(Self(resolved))
    }

    /// The newest identifier of a child that has this one.
    pub fn newest<'a>(&'a self, identifier: &'a [u8]) -> &'a [u8] {
        if self.0.is_empty() { identifier } else { self.0.get(identifier).map_or(identifier, Vec::as_slice) }
    }

    /// How many identifiers changed.
    pub fn n(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use shared::framework::Parameters;
    use shared::ids::ReportingYear;

    use super::*;
    use crate::histories::{Mending, build};
    use crate::records::source::{XmlTags, open};
    use crate::records::tests::{TestFile, read_with};

    fn read(text: &str) -> Result<ChangedIds, ChangedIdsFault> {
        let source = open("changed_ids.csv", Box::new(text.as_bytes()), 2025, &XmlTags::default(), &ChangedIds::is_header);
        source.map_err(ChangedIdsFault::Source).and_then(|mut source| ChangedIds::read(source.as_mut()))
    }

    #[test]
    fn a_chain_is_followed_to_its_end_and_doubt_is_refused() {
        let newest =
            |text: &str, id: &str| read(text).map(|changed| String::from_utf8(changed.newest(id.as_bytes()).to_vec()).unwrap());
        let check = |text: &str, id: &str, expected: Result<&str, ChangedIdsFault>| {
            assert_eq!(newest(text, id), expected.map(str::to_owned), "{text:?}");
        };
        check("OLD,NEW\na1,B1\nB1,c1\n", "A1", Ok("C1"));
        check("OLD,NEW\nB1,C1\nA1,B1\n", "A1", Ok("C1"));
        check("NOTE,NEW,OLD\nx,B1,A1\n", "A1", Ok("B1"));
        check("OLD,NEW\nA1,B1\nA2,B1\n", "A2", Ok("B1"));
        check("OLD,NEW\nA1,B1\nA1,B1\n", "A1", Ok("B1"));
        check("OLD,NEW\nA1,B1\n", "A9", Ok("A9"));
        check("OLD,NEW\n123.0,456\n", "123", Ok("456"));
        check("OLD,NEW\nA1,B1\na1,B2\n", "A1", Err(ChangedIdsFault::TwoNew(3)));
        check("OLD,NEW\nA1,A1\n", "A1", Err(ChangedIdsFault::Circle(2)));
        check("OLD,NEW\nB1,C1\nC1,B1\n", "B1", Err(ChangedIdsFault::Circle(2)));
        check("OLD,NEW\nA1,\n", "A1", Err(ChangedIdsFault::Row(2)));
        check("OLD,NEW\n1.2E+05,B1\n", "B1", Err(ChangedIdsFault::Row(2)));
        check("OLD,NEWER\nA1,B1\n", "A1", Err(ChangedIdsFault::Columns));
    }

    #[test]
    fn a_child_stays_one_child_over_a_change_of_identifier() {
        let file =
            |columns: &str, row: String| TestFile { name: columns.to_owned(), bytes: format!("{columns}\n{row}\n").into_bytes() };
        let of = |id: &str, sex: &str| {
            let header = file("CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB", format!("{id},{sex},15/05/2012,WBRI,UN2,,"));
            let columns = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN";
            [header, file(columns, format!("{id},01/06/2022,S,C2,N1,U4,PR1,,,,AB1 2CD,AB1 3CD,SC123456"))]
        };
        let (former, now) = (of("P77", "2"), of("N1", "F"));
        let children = |changed: &ChangedIds| {
            let returns = read_with(&[(2024, &former), (2025, &now)], changed);
            let year = ReportingYear::new(2025).unwrap();
            build(&returns, year, Mending::Apply, Parameters::default())
                .children
                .iter()
                .map(|child| child.episodes.len())
                .collect::<Vec<_>>()
        };
        assert_eq!(children(&ChangedIds::default()), [1, 1]);
        assert_eq!(children(&read("OLD,NEW\nP77,N1\n").unwrap()), [1]);
    }
}
