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
    /// By the identifier as normalised, an older one or the newest one of the child. Never walked, so that the order is
    /// nobody's matter; the same for `long`.
    short: HashMap<Short, ChildIndex, foldhash::fast::RandomState>,
    /// The same for identifiers that are no [`Short`].
    long: HashMap<Box<[u8]>, ChildIndex, foldhash::fast::RandomState>,
    /// How each child was met, by number.
    met: Vec<Met>,
    pseudonyms: Vec<Pseudonym>,
    /// The child that was asked for last.
    last: ChildIndex,
}

/// Children that are looked at along the order in which they came before, until the index is asked.
const STEPS_MAX: usize = 4;

/// An identifier of at most 15 bytes and its length, as two numbers: to be compared and hashed without a loop.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Short([u64; 2]);

impl Short {
    fn of(identifier: &[u8]) -> Option<Self> {
        let number = |bytes: &[u8]| bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte));
        let n = u64::try_from(identifier.len()).ok().filter(|n| *n <= 15)?;
        let Some((first, rest)) = identifier.split_first_chunk::<8>() else { return Some(Self([number(identifier), n << 56])) };
        Some(Self([u64::from_le_bytes(*first), number(rest) | n << 56]))
    }
}

/// How a child was met.
struct Met {
    /// By this identifier first, if it is short.
    short: Option<Short>,
    /// A child that came after it. Tables list children in much the same order, so that the next one mostly stands a few
    /// steps on; which one it is, is said by its identifier alone.
    next: ChildIndex,
}

/// The child that a cell names.
pub(super) struct Identified {
    pub child: ChildIndex,
    /// The rule that warns of how the cell had to be read.
    pub mended: Option<RuleId>,
}

impl<'k> Children<'k> {
    pub fn new(key: &'k PseudonymKey, changed: &'k ChangedIds) -> Self {
        let (short, long) = (HashMap::default(), HashMap::default());
        Self { key, changed, short, long, met: Vec::new(), pseudonyms: Vec::new(), last: ChildIndex(0) }
    }

    /// How many there are.
    pub fn n(&self) -> usize {
        self.pseudonyms.len()
    }

    /// The child of an identifier as it stands in its cell, trimmed; the rule that it breaks where it names none.
    pub fn of(&mut self, cell: &[u8]) -> Result<Identified, RuleId> {
        // what is known is normal, and of what is normal there is nothing to mend
        if let Some(child) = self.known(cell) {
            self.last = child;
            return Ok(Identified { child, mended: None });
        }
        let identifier = match normalise(cell) {
            Ok(Some(identifier)) => identifier,
            Ok(None) | Err(Lost::TooLong | Lost::Control | Lost::Sentinel) => return Err(RuleId::Gt01),
            Err(Lost::Scientific) => return Err(RuleId::Gt12),
        };
        let identifier = identifier.as_bytes();
        let child = match self.known(identifier) {
            Some(child) => child,
            None => self.meet(identifier)?,
        };
        self.last = child;
        Ok(Identified { child, mended: how_mended(cell) })
    }

    /// The child of an identifier as normalised, if it was met.
    fn known(&mut self, identifier: &[u8]) -> Option<ChildIndex> {
        let Some(short) = Short::of(identifier) else { return self.long.get(identifier).copied() };
        let mut guess = self.last;
        for _ in 0..=STEPS_MAX {
            let met = self.met.get(place(guess))?;
            if met.short == Some(short) {
                return Some(guess);
            }
            guess = met.next;
        }
        let child = *self.short.get(&short)?;
        self.follows(child);
        Some(child)
    }

    /// Notes an identifier that was not met before, as normalised: of a new child, or one more of a child that is known.
    fn meet(&mut self, identifier: &[u8]) -> Result<ChildIndex, RuleId> {
        let newest = self.changed.newest(identifier);
        let known = if newest == identifier { None } else { self.known(newest) };
        let child = match known {
            Some(child) => child,
            None => {
                let child = ChildIndex(u32::try_from(self.pseudonyms.len()).map_err(|_| RuleId::Gt01)?);
                self.pseudonyms.push(self.key.pseudonym(IdentifierKind::Child, newest));
                let next = self.met.get(place(self.last)).map_or(child, |last| last.next);
                self.met.push(Met { short: Short::of(newest), next });
                self.insert(newest, child);
                child
            }
        };
        if newest != identifier {
            self.insert(identifier, child);
        }
        self.follows(child);
        Ok(child)
    }

    fn insert(&mut self, identifier: &[u8], child: ChildIndex) {
        match Short::of(identifier) {
            Some(short) => self.short.insert(short, child),
            None => self.long.insert(identifier.into(), child),
        };
    }

    fn follows(&mut self, child: ChildIndex) {
        if let Some(last) = self.met.get_mut(place(self.last)) {
            last.next = child;
        }
    }

    /// The pseudonyms by number; all identifiers are gone.
    pub fn finish(self) -> Vec<Pseudonym> {
        self.pseudonyms
    }
}

fn place(child: ChildIndex) -> usize {
    usize::try_from(child.0).unwrap_or(usize::MAX)
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
