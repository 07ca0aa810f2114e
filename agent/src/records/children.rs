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
    index: HashMap<Box<[u8]>, ChildIndex>,
    pseudonyms: Vec<Pseudonym>,
    /// The cell that was asked for last, as it stood.
    last: Option<(Vec<u8>, ChildIndex)>,
}

impl<'k> Children<'k> {
    pub fn new(key: &'k PseudonymKey, changed: &'k ChangedIds) -> Self {
        Self { key, changed, index: HashMap::new(), pseudonyms: Vec::new(), last: None }
    }

    /// How many there are.
    pub fn n(&self) -> usize {
        self.pseudonyms.len()
    }

    /// The child of an identifier as it stands in its cell, trimmed; the rule that it breaks where it names none.
    pub fn of(&mut self, cell: &[u8]) -> Result<ChildIndex, RuleId> {
        if let Some((identifier, child)) = &self.last
            && identifier == cell
        {
            return Ok(*child);
        }
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
        if how_mended(cell).is_none() {
            let last = self.last.get_or_insert_with(|| (Vec::new(), child));
            last.0.clear();
            last.0.extend_from_slice(cell);
            last.1 = child;
        }
        Ok(child)
    }

    /// The pseudonyms by number; all identifiers are gone.
    pub fn finish(self) -> Vec<Pseudonym> {
        self.pseudonyms
    }
}

/// The rule that warns of how an identifier had to be read, if it does not stand plainly in its cell.
pub(super) fn how_mended(cell: &[u8]) -> Option<RuleId> {
    if cell.iter().all(u8::is_ascii_alphanumeric) {
        None
    } else if spreadsheet_number(cell).is_some() {
        Some(RuleId::Gt10)
    } else {
        std::str::from_utf8(cell).is_err().then_some(RuleId::Gt13)
    }
}
