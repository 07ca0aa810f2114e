//! Children by identifier. The one place where raw identifiers live; dropped, with all of them, when reading ends.

use std::collections::HashMap;

use super::cells::spreadsheet_number;
use super::changed::ChangedIds;
use super::child::ChildIndex;
use super::rules::RuleId;
use crate::pseudonym::{IdentifierKind, Lost, Pseudonym, PseudonymKey, normalise};

/// Gives each child one number over all returns, and one pseudonym.
pub(super) struct Children<'k> {
    key: &'k PseudonymKey,
    changed: &'k ChangedIds,
    /// By the identifier as normalised, the newest one of the child.
    index: Index,
    /// By the cell as it stands, for those that need no word about how they were read.
    plain: Index,
    pseudonyms: Vec<Pseudonym>,
    /// The plain cell that was asked for last.
    last: (Vec<u8>, ChildIndex),
}

/// Never walked, so that its order is nobody's matter.
type Index = HashMap<Box<[u8]>, ChildIndex, foldhash::fast::RandomState>;

/// The child that a cell names.
pub(super) struct Identified {
    pub child: ChildIndex,
    /// The rule that warns of how the cell had to be read.
    pub mended: Option<RuleId>,
}

impl<'k> Children<'k> {
    pub fn new(key: &'k PseudonymKey, changed: &'k ChangedIds) -> Self {
        let (index, plain) = (Index::default(), Index::default());
        Self { key, changed, index, plain, pseudonyms: Vec::new(), last: (Vec::new(), ChildIndex(0)) }
    }

    /// How many there are.
    pub fn n(&self) -> usize {
        self.pseudonyms.len()
    }

    /// The child of an identifier as it stands in its cell, trimmed; the rule that it breaks where it names none.
    pub fn of(&mut self, cell: &[u8]) -> Result<Identified, RuleId> {
        let (last, child) = &mut self.last;
        if last == cell && !cell.is_empty() {
            return Ok(Identified { child: *child, mended: None });
        }
        if let Some(known) = self.plain.get(cell) {
            last.clear();
            last.extend_from_slice(cell);
            *child = *known;
            return Ok(Identified { child: *known, mended: None });
        }
        self.read(cell)
    }

    fn read(&mut self, cell: &[u8]) -> Result<Identified, RuleId> {
        let identifier = match normalise(cell) {
            Ok(Some(identifier)) => identifier,
            Ok(None) | Err(Lost::TooLong | Lost::Control) => return Err(RuleId::Gt01),
            Err(Lost::Scientific) => return Err(RuleId::Gt12),
        };
        let newest = self.changed.newest(identifier.as_bytes());
        let child = match self.index.get(newest) {
            Some(child) => *child,
            None => {
                let child = ChildIndex(u32::try_from(self.pseudonyms.len()).map_err(|_| RuleId::Gt01)?);
                self.pseudonyms.push(self.key.pseudonym(IdentifierKind::Child, newest));
                self.index.insert(newest.into(), child);
                child
            }
        };
        let mended = how_mended(cell);
        if mended.is_none() {
            self.plain.insert(cell.into(), child);
        }
        Ok(Identified { child, mended })
    }

    /// The pseudonyms by number; all identifiers are gone.
    pub fn finish(self) -> Vec<Pseudonym> {
        self.pseudonyms
    }
}

/// The rule that warns of how an identifier had to be read, if it does not stand plainly in its cell.
fn how_mended(cell: &[u8]) -> Option<RuleId> {
    if cell.iter().all(u8::is_ascii_alphanumeric) {
        None
    } else if spreadsheet_number(cell).is_some() {
        Some(RuleId::Gt10)
    } else {
        std::str::from_utf8(cell).is_err().then_some(RuleId::Gt13)
    }
}
