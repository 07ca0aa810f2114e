//! Children by identifier. The one place where raw identifiers live; dropped, with all of them, when reading ends.

use std::collections::HashMap;

use super::changed::ChangedIds;
use super::child::ChildIndex;
use crate::pseudonym::{IdentifierKind, Normalised, Pseudonym, PseudonymKey};

/// Gives each child one number over all returns, and one pseudonym.
pub(super) struct Children<'k> {
    key: &'k PseudonymKey,
    changed: &'k ChangedIds,
    index: HashMap<Box<[u8]>, ChildIndex>,
    pseudonyms: Vec<Pseudonym>,
    /// The cell that was asked for last, as it stood.
    last: Option<(Vec<u8>, ChildIndex)>,
}

/// What an identifier cell gives.
pub(super) enum Identified {
    /// A child.
    Child(ChildIndex),
    /// A child, and how the cell had to be read.
    Mended(ChildIndex, Normalised),
    /// None: why.
    Lost(Normalised),
}

impl<'k> Children<'k> {
    pub fn new(key: &'k PseudonymKey, changed: &'k ChangedIds) -> Self {
        Self { key, changed, index: HashMap::new(), pseudonyms: Vec::new(), last: None }
    }

    /// How many there are.
    pub fn n(&self) -> usize {
        self.pseudonyms.len()
    }

    /// The child of an identifier as it stands in its cell, trimmed.
    pub fn of(&mut self, cell: &[u8]) -> Identified {
        if let Some((identifier, child)) = &self.last
            && identifier == cell
        {
            return Identified::Child(*child);
        }
        let mut buffer = Vec::new();
        let how = crate::pseudonym::normalise(cell, &mut buffer);
        if !how.is_usable() {
            return Identified::Lost(how);
        }
        let newest = self.changed.newest(&buffer);
        let child = match self.index.get(newest) {
            Some(child) => *child,
            None => {
                let Ok(n) = u32::try_from(self.pseudonyms.len()) else { return Identified::Lost(Normalised::TooLong) };
                let child = ChildIndex(n);
                self.pseudonyms.push(self.key.pseudonym(IdentifierKind::Child, newest));
                self.index.insert(newest.into(), child);
                child
            }
        };
        if how != Normalised::Plain {
            return Identified::Mended(child, how);
        }
        let last = self.last.get_or_insert_with(|| (Vec::new(), child));
        last.0.clear();
        last.0.extend_from_slice(cell);
        last.1 = child;
        Identified::Child(child)
    }

    /// The pseudonyms by number; all identifiers are gone.
    pub fn finish(self) -> Vec<Pseudonym> {
        self.pseudonyms
    }
}
