//! The columns of an extract: what becomes of each, as a person asked for it.
//!
//! Invariant: no column whose header looks like an identifier passes as it is unless the person named it for that. Headers
//! are looked at, cells are not: a column of free text is for the person to think of.

use csv::ByteRecord;

use super::labels::labels;
use super::telling::looks_telling;
use crate::commands::UsageError;
use crate::pseudonym::IdentifierKind;

/// Longest header line, in bytes.
pub const HEAD_BYTES_MAX: usize = 64 * 1024;
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

/// What a person asked for, each column named once.
pub struct Asked {
    columns: Vec<(String, IdentifierKind)>,
    drop: Vec<String>,
    keep: Vec<String>,
}

impl Asked {
    /// From the command line.
    pub fn new(column: &[String], drop: &[String], keep: &[String]) -> Result<Self, UsageError> {
        let mut columns = Vec::new();
        for asked in column {
            let (name, kind) = match asked.rsplit_once('=') {
                Some((name, kind)) => (name, kind.parse().map_err(|e| UsageError(format!("--column {asked}: {e}")))?),
                None => (asked.as_str(), IdentifierKind::Child),
            };
            columns.push((folded(name), kind));
        }
        let fold = |names: &[String]| names.iter().map(|name| folded(name)).collect::<Vec<_>>();
        let asked = Self { columns, drop: fold(drop), keep: fold(keep) };
        let mut names: Vec<&String> = asked.names().collect();
        names.sort();
        if names.iter().any(|name| name.is_empty()) {
            return Err(UsageError("a column is named by its header, which is not blank".to_owned()));
        }
        match names.iter().zip(names.iter().skip(1)).find(|(name, next)| name == next) {
            Some((name, _)) => Err(UsageError(format!("column {name} is named twice: replace it, drop it or keep it"))),
            None => Ok(asked),
        }
    }

    fn names(&self) -> impl Iterator<Item = &String> {
        self.columns.iter().map(|(name, _)| name).chain(&self.drop).chain(&self.keep)
    }

    fn use_of(&self, name: &str) -> Use {
        if let Some((_, kind)) = self.columns.iter().find(|(asked, _)| asked == name) {
            Use::Replace(*kind)
        } else if self.drop.iter().any(|asked| asked == name) {
            Use::Drop
        } else if name.is_empty() {
            Use::Nameless
        } else {
            Use::Pass
        }
    }
}

/// What becomes of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Its cells become pseudonyms.
    Replace(IdentifierKind),
    /// It is left out.
    Drop,
    /// It passes as it is.
    Pass,
    /// It has no header, so that nobody can say what it is: its cells must be blank.
    Nameless,
}

/// The columns of an extract, in its own order.
#[derive(Debug)]
pub struct Columns {
    /// What stands between the cells.
    pub separator: u8,
    /// What each is called in words, and what becomes of it.
    pub columns: Vec<(String, Use)>,
    /// Columns that look like identifiers and pass because the person said so.
    pub kept: Vec<String>,
}

/// Why the header line does not do.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeadError {
    /// Not one byte a character.
    #[error("the input is UTF-16 text or no text at all: save it as CSV UTF-8")]
    NotText,
    /// No line at all.
    #[error("the input holds no line")]
    Empty,
    /// Longer than the limit.
    #[error("the header line is longer than {HEAD_BYTES_MAX} bytes: the first line must hold the names of the columns")]
    TooLong,
    /// A column that was asked for is not there.
    #[error("no column is called {0}: the first line must hold the names of the columns, between commas, semicolons or tabs")]
    Absent(String),
    /// A column that was asked for is there twice.
    #[error("two columns are called {0}: give each its own name")]
    Twice(String),
    /// Columns that look like identifiers, and nobody said what to do with them.
    #[error("these columns look like identifiers and are neither replaced nor dropped: {}", .0.join(", "))]
    Telling(Vec<String>),
}

/// Reads the header from the beginning of a file, without byte-order mark.
pub fn columns_of(head: &[u8], asked: &Asked) -> Result<Columns, HeadError> {
    if head.contains(&0) || head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF") {
        return Err(HeadError::NotText);
    }
    let mut best: Option<(u8, Vec<String>)> = None;
    let mut absent = None;
    for separator in SEPARATORS {
        let names = first_line(head, separator)?;
        if let Some(name) = asked.names().find(|name| !names.iter().any(|other| folded(other) == **name)) {
            absent.get_or_insert_with(|| name.clone());
        } else if best.as_ref().is_none_or(|(_, best)| best.len() < names.len()) {
            best = Some((separator, names));
        }
    }
    let Some((separator, names)) = best else { return Err(HeadError::Absent(absent.unwrap_or_default())) };
    let folded: Vec<String> = names.iter().map(|name| folded(name)).collect();
    if let Some(name) = asked.names().find(|name| folded.iter().filter(|other| other == name).count() > 1) {
        return Err(HeadError::Twice(name.clone()));
    }
    let uses = folded.iter().map(|name| asked.use_of(name));
    let columns: Vec<(String, Use)> = labels(&names).into_iter().zip(uses).collect();
    let (mut kept, mut telling) = (Vec::new(), Vec::new());
    for ((label, used), (name, folded)) in columns.iter().zip(names.iter().zip(&folded)) {
        if *used == Use::Pass && looks_telling(name) {
            let of = if asked.keep.contains(folded) { &mut kept } else { &mut telling };
            of.push(label.clone());
        }
    }
    if !telling.is_empty() {
        return Err(HeadError::Telling(telling));
    }
    Ok(Columns { separator, columns, kept })
}

fn first_line(head: &[u8], separator: u8) -> Result<Vec<String>, HeadError> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(head);
    let mut record = ByteRecord::new();
    if !reader.read_byte_record(&mut record).unwrap_or(false) {
        return Err(HeadError::Empty);
    }
    if head.len() == HEAD_BYTES_MAX && reader.position().byte() == u64::try_from(HEAD_BYTES_MAX).unwrap_or(u64::MAX) {
        return Err(HeadError::TooLong);
    }
    Ok(record.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect())
}

fn folded(name: &str) -> String {
    name.trim().to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(column: &[&str], drop: &[&str], keep: &[&str]) -> Result<Asked, UsageError> {
        let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        Asked::new(&own(column), &own(drop), &own(keep))
    }

    fn columns(head: &str, column: &[&str], drop: &[&str], keep: &[&str]) -> Result<Columns, HeadError> {
        columns_of(head.as_bytes(), &asked(column, drop, keep).unwrap())
    }

    #[test]
    fn columns_are_found_by_name_whatever_stands_between_them() {
        for head in
            ["Ref, Nhs_id ,score\n1,2,3\n", "Ref;Nhs_id;score\n1,5;2;3\n", "Ref\tnhs_ID\tscore", "\"Ref\",\"NHS_ID\",score\r\n"]
        {
            let found = columns(head, &["nhs_id=nhs-number"], &["REF"], &[]).unwrap();
            let uses: Vec<Use> = found.columns.iter().map(|(_, used)| *used).collect();
            assert_eq!(uses, [Use::Drop, Use::Replace(IdentifierKind::NhsNumber), Use::Pass], "{head}");
        }
        assert_eq!(columns("NHS_ID\n1\n", &["NHS_ID"], &[], &[]).unwrap().columns.len(), 1);
        assert_eq!(columns("NHS_ID,\n1,\n", &["NHS_ID"], &[], &[]).unwrap().columns[1].1, Use::Nameless);
    }

    #[test]
    fn what_a_person_got_wrong_is_told() {
        let check = |head: &str, column: &[&str], drop: &[&str], keep: &[&str], why: HeadError| {
            assert_eq!(columns(head, column, drop, keep).unwrap_err(), why, "{head}");
        };
        check("A,B\n", &["C"], &[], &[], HeadError::Absent("C".into()));
        check("A,B\n", &["A"], &["NOTE"], &[], HeadError::Absent("NOTE".into()));
        check("A,B\n", &["A"], &[], &["DOB"], HeadError::Absent("DOB".into()));
        check("A,a,B\n", &["A"], &[], &[], HeadError::Twice("A".into()));
        check("\r\n\r\n", &["A"], &[], &[], HeadError::Empty);
        check("A\0,\0", &["A"], &[], &[], HeadError::NotText);
        check(&"A,".repeat(HEAD_BYTES_MAX / 2), &["A"], &[], &[], HeadError::TooLong);
        assert!(asked(&["A=dog"], &[], &[]).is_err_and(|e| e.0.contains("child, nhs-number, upn or worker")));
        for (column, drop, keep) in
            [(&["A", "a=upn"][..], &[][..], &[][..]), (&["A"], &["a "], &[]), (&["A"], &["B"], &["B"]), (&["=upn"], &[], &[])]
        {
            assert!(asked(column, drop, keep).is_err(), "{column:?} {drop:?} {keep:?}");
        }
    }

    #[test]
    fn an_identifier_does_not_pass_by_oversight() {
        let telling = [
            "NHS_NUMBER",
            "nhs no",
            "UPN",
            "Name",
            "SURNAME",
            "Forename",
            "first_name",
            "DOB",
            "MC_DOB",
            "Date of Birth",
            "POSTCODE",
            "Home post code",
            "HOME_POST",
            "PL_POST",
            "Address1",
            "E-mail",
            "Telephone",
            "CHILD",
            "Child ID",
            "SW_ID",
            "PatientRef",
            "URN",
            "person",
            "Hospital No.",
        ];
        for name in telling {
            let head = format!("KEY,{name},SCORE\n");
            let refused = columns(&head, &["KEY"], &[], &[]).unwrap_err();
            assert_eq!(refused, HeadError::Telling(vec![format!("column 2 ({name})")]));
            assert!(columns(&head, &["KEY"], &[name], &[]).unwrap().kept.is_empty());
            assert_eq!(columns(&head, &["KEY"], &[], &[name]).unwrap().kept, [format!("column 2 ({name})")]);
            assert!(columns(&head, &["KEY", name], &[], &[]).unwrap().kept.is_empty());
        }
        for name in
            ["SCORE", "SDQ_SCORE", "REFERRAL_DATE", "VALID", "CHILDREN_IN_HOUSEHOLD", "Postponed", "PLAN_AMENDED", "OUTCOME"]
        {
            assert!(columns(&format!("KEY,{name}\n"), &["KEY"], &[], &[]).is_ok(), "{name}");
        }
    }
}
