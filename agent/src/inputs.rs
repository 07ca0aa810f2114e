//! The inputs of a submission as one keyed digest: an approval names what was approved by it, a correction must change it.
//!
//! HMAC-SHA-256 under a key that never leaves the state folder, over every child's bounded contributions, sorted, and the
//! settings that enter a submission: facts, and tables supplied. Whoever knows records but not the key cannot tell whether a
//! digest is theirs, and of a digest nothing about records follows. It stays here all the same: [`InputDigest`] has no
//! `Debug` and no `Display`, and is written to the ledger and to approvals only. `docs/privacy.md`, PC11.

use aws_lc_rs::hmac;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use shared::framework::Framework;
use shared::ids::RoundId;
use shared::submission::{FactStated, TableSupplied};

use crate::bounds::{BoundedCell, BoundedChild};

/// Length of the key, in bytes.
pub const INPUT_KEY_BYTES: usize = 32;

const HEAD: &str = "goldenthread-input-key";
const VERSION: &str = "1";
const LABEL: &[u8] = b"goldenthread.inputs/1\0";
const LABEL_CHILDREN: &[u8] = b"goldenthread.inputs.children/1\0";

/// Why a text is not a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a key for digests of inputs as this program writes it")]
pub struct InputKeyError;

/// The key under which inputs are digested. No `Debug`, no `Display`.
pub struct InputKey {
    bytes: [u8; INPUT_KEY_BYTES],
}

/// What a submission is made from, but for the noise.
pub struct Inputs<'a> {
    /// The round.
    pub round: RoundId,
    /// The framework that tables are counted in.
    pub framework: &'a Framework,
    /// Tables that the authority says it supplies.
    pub tables_supplied: &'a [TableSupplied],
    /// What the authority states of itself.
    pub facts: &'a [FactStated],
    /// The children, within their bounds.
    pub children: &'a [BoundedChild],
}

/// Names inputs without telling them, to whoever lacks the key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct InputDigest([u8; 32]);

impl InputDigest {
    /// Zeros: nobody took a digest, as of a debit that was recovered.
    pub const NONE: Self = Self([0; 32]);
}

impl InputKey {
    /// From random bytes.
    pub fn new(bytes: [u8; INPUT_KEY_BYTES]) -> Self {
        Self { bytes }
    }

    /// As it lies in its file.
    pub fn to_text(&self) -> String {
        format!("{HEAD} {VERSION} {}\n", hex::encode(self.bytes))
    }

    /// From its file.
    pub fn parse(text: &str) -> Result<Self, InputKeyError> {
        let line = text.strip_suffix('\n').unwrap_or(text);
        let [HEAD, VERSION, key] = line.split(' ').collect::<Vec<_>>()[..] else { return Err(InputKeyError) };
        let mut bytes = [0; INPUT_KEY_BYTES];
        hex::decode_to_slice(key, &mut bytes).map_err(|_| InputKeyError)?;
        Ok(Self { bytes })
    }

    /// # Claim
    /// PC11: two inputs have one digest exactly when round, framework, tables supplied and facts are the same and the children
    /// who contribute anything contribute the same, in whatever order they and their files were read.
    /// # Why
    /// Every list and every text stands behind its length, so that the encoding can be read back; children are sorted, and
    /// nothing of a child but its cells is encoded. HMAC-SHA-256 has no known collisions. Attacked by
    /// `the_digest_follows_the_contributions_and_nothing_else` and `every_setting_that_enters_changes_the_digest`.
    pub fn digest(&self, inputs: &Inputs<'_>) -> InputDigest {
        let mut encoder = Encoder { hmac: hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, &self.bytes)) };
        encoder.bytes(LABEL);
        encoder.text(&inputs.round.to_string());
        encoder.bytes(&inputs.framework.hash().0);
        encoder.bytes(&inputs.framework.layout_hash().0);
        encoder.length(inputs.tables_supplied.len());
        for table in inputs.tables_supplied {
            encoder.text(&table.table);
            encoder.bytes(&[table.supplied]);
        }
        encoder.length(inputs.facts.len());
        for fact in inputs.facts {
            encoder.text(&fact.fact);
            encoder.bytes(&[fact.stated]);
        }
        encoder.children(inputs.children);
        encoder.finish()
    }

    /// # Claim
    /// PC11: two inputs have one such digest exactly when round and framework are the same and the children who contribute
    /// anything contribute the same: settings of the authority are not in it, so that no change of a setting alone buys a
    /// second draw over the same children.
    /// # Why
    /// As of [`InputKey::digest`], under a label of its own. Attacked by `settings_alone_change_no_child`.
    pub fn digest_of_children(&self, inputs: &Inputs<'_>) -> InputDigest {
        let mut encoder = Encoder { hmac: hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, &self.bytes)) };
        encoder.bytes(LABEL_CHILDREN);
        encoder.text(&inputs.round.to_string());
        encoder.bytes(&inputs.framework.hash().0);
        encoder.bytes(&inputs.framework.layout_hash().0);
        encoder.children(inputs.children);
        encoder.finish()
    }
}

struct Encoder {
    hmac: hmac::Context,
}

impl Encoder {
    fn bytes(&mut self, bytes: &[u8]) {
        self.hmac.update(bytes);
    }
    fn length(&mut self, n: usize) {
        // a list that does not fit into 64 bits does not fit into memory
        self.bytes(&u64::try_from(n).unwrap_or(u64::MAX).to_be_bytes());
    }
    fn text(&mut self, text: &str) {
        self.length(text.len());
        self.bytes(text.as_bytes());
    }
    /// A child who adds to no cell is not in the figures: it comes and goes without a trace here, too.
    fn children(&mut self, children: &[BoundedChild]) {
        let mut children: Vec<&[BoundedCell]> =
            children.iter().map(BoundedChild::cells).filter(|cells| !cells.is_empty()).collect();
        children.sort_unstable();
        self.length(children.len());
        for cells in children {
            self.length(cells.len());
            for cell in cells {
                self.bytes(&cell.table.to_be_bytes());
                self.bytes(&cell.cell.to_be_bytes());
                self.bytes(&cell.amount.to_be_bytes());
            }
        }
    }
    fn finish(self) -> InputDigest {
        let tag = self.hmac.sign();
        InputDigest(*tag.as_ref().first_chunk().expect("SHA-256 gives 32 bytes"))
    }
}

impl Serialize for InputDigest {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&hex::encode(self.0))
    }
}

impl<'de> Deserialize<'de> for InputDigest {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        let mut bytes = [0; 32];
        hex::decode_to_slice(&text, &mut bytes).map_err(|_| D::Error::custom("not a digest of inputs"))?;
        // one spelling: capitals are another text
        if hex::encode(bytes) == text { Ok(Self(bytes)) } else { Err(D::Error::custom("not a digest of inputs")) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use shared::framework::ChildKind;
    use shared::submission::{FactAnswer, framework_return_tables, state_facts};

    use super::*;
    use crate::measures::{ChildContributions, Contribution};

    const KEY: [u8; INPUT_KEY_BYTES] = [7; INPUT_KEY_BYTES];

    struct Settings {
        framework: Framework,
        round: RoundId,
        tables: Vec<TableSupplied>,
        facts: Vec<FactStated>,
    }

    fn settings() -> Settings {
        let framework = Framework::built_in();
        let tables = framework_return_tables(&framework).into_iter().map(|table| TableSupplied { table, supplied: 1 }).collect();
        let facts = state_facts(&framework, |_| FactAnswer::of(None));
        Settings { framework, round: "cla-2025".parse().unwrap(), tables, facts }
    }

    fn digest(key: [u8; INPUT_KEY_BYTES], s: &Settings, children: &[BoundedChild]) -> [u8; 32] {
        let inputs = Inputs { round: s.round, framework: &s.framework, tables_supplied: &s.tables, facts: &s.facts, children };
        InputKey::new(key).digest(&inputs).0
    }

    /// A child by what it adds: (place among the tables of its kind, group, category), each taken modulo what there is.
    type Drawn = (u8, bool, Vec<(u16, u8, u8)>);

    fn child(f: &Framework, (age, in_care, cells): &Drawn) -> ChildContributions {
        let kind = ChildKind { age: age % 26, in_care: *in_care };
        let mut entries = Vec::new();
        let tables: Vec<usize> = f.tables_of_kind(kind).collect();
        for (at, &(skip, group, category)) in tables.iter().zip(cells) {
            if skip % 2 == 0 {
                let table = &f.tables()[*at];
                let within = |n: u8, of: usize| u8::try_from(usize::from(n) % of).unwrap();
                let amount = f.measure(&table.measure).unwrap().bounds.map_or(1, |[low, _]| low);
                let (group, category) = (within(group, table.groups.len()), within(category, table.categories.len()));
                entries.push(Contribution { table: u16::try_from(*at).unwrap(), group, category, amount });
            }
        }
        ChildContributions { kind, entries }
    }

    fn bounded(f: &Framework, drawn: &[Drawn]) -> Vec<BoundedChild> {
        drawn.iter().map(|d| BoundedChild::new(f, child(f, d)).unwrap()).collect()
    }

    fn drawn() -> impl Strategy<Value = Vec<Drawn>> {
        let cells = proptest::collection::vec(any::<(u16, u8, u8)>(), 0..40);
        proptest::collection::vec((any::<u8>(), any::<bool>(), cells), 1..12)
    }

    proptest! {
        #[test]
        fn the_digest_follows_the_contributions_and_nothing_else(drawn in drawn(), turn in 0usize..12, which in 0usize..12, fresh in any::<[u8; 3]>()) {
            let s = settings();
            let f = &s.framework;
            let first = digest(KEY, &s, &bounded(f, &drawn));
            // other orders, entries of a child in another order, and children who add to nothing
            let mut other: Vec<ChildContributions> = drawn.iter().map(|d| child(f, d)).collect();
            other.rotate_left(turn % drawn.len());
            other.iter_mut().for_each(|c| c.entries.reverse());
            other.push(ChildContributions { kind: ChildKind { age: 4, in_care: true }, entries: Vec::new() });
            let other: Vec<BoundedChild> = other.into_iter().map(|c| BoundedChild::new(f, c).unwrap()).collect();
            prop_assert_eq!(digest(KEY, &s, &other), first);
            // one child less, one more, one twice; one cell elsewhere, one gone
            let which = which % drawn.len();
            let has_cells = !bounded(f, &drawn[which..=which])[0].cells().is_empty();
            let mut less = drawn.clone();
            let one = less.remove(which);
            prop_assert_eq!(digest(KEY, &s, &bounded(f, &less)) == first, !has_cells);
            let mut more = drawn.clone();
            more.push(one);
            prop_assert_eq!(digest(KEY, &s, &bounded(f, &more)) == first, !has_cells);
            if has_cells {
                let changed = |change: &dyn Fn(&mut Vec<Contribution>)| {
                    let mut all: Vec<ChildContributions> = drawn.iter().map(|d| child(f, d)).collect();
                    change(&mut all[which].entries);
                    let all: Vec<BoundedChild> = all.into_iter().map(|c| BoundedChild::new(f, c).unwrap()).collect();
                    digest(KEY, &s, &all)
                };
                prop_assert!(changed(&|entries| entries.truncate(entries.len() - 1)) != first);
                let moved = |entries: &mut Vec<Contribution>| {
                    let at = usize::from(fresh[0]) % entries.len();
                    let table = &f.tables()[usize::from(entries[at].table)];
                    let n = table.categories.len();
                    match f.measure(&table.measure).unwrap().bounds {
                        Some([_, high]) => entries[at].amount = high,
                        None if n > 1 => entries[at].category = u8::try_from((usize::from(entries[at].category) + 1 + usize::from(fresh[1]) % (n - 1)) % n).unwrap(),
                        None => drop(entries.remove(at)),
                    }
                };
                prop_assert!(changed(&moved) != first);
            }
        }
    }

    #[test]
    fn every_setting_that_enters_changes_the_digest() {
        let drawn: Vec<Drawn> = vec![(10, true, vec![(0, 0, 0); 9]), (17, false, vec![(0, 1, 1); 9])];
        let s = settings();
        let children = bounded(&s.framework, &drawn);
        let first = digest(KEY, &s, &children);
        assert!(digest([8; INPUT_KEY_BYTES], &s, &children) != first, "the key");
        let changed = |change: &dyn Fn(&mut Settings)| {
            let mut s = settings();
            change(&mut s);
            digest(KEY, &s, &children)
        };
        assert!(changed(&|_| ()) == first);
        assert!(changed(&|s| s.round = "cla-2024".parse().unwrap()) != first, "the round");
        for at in 0..s.tables.len() {
            assert!(changed(&|s| s.tables[at].supplied = 0) != first, "{}", s.tables[at].table);
        }
        for at in 0..s.facts.len() {
            for stated in [0, 1] {
                assert!(changed(&|s| s.facts[at].stated = stated) != first, "{}", s.facts[at].fact);
            }
        }
    }

    #[test]
    fn settings_alone_change_no_child() {
        let drawn: Vec<Drawn> = vec![(10, true, vec![(0, 0, 0); 9]), (17, false, vec![(0, 1, 1); 9])];
        let children = |s: &Settings, drawn: &[Drawn]| {
            let children = bounded(&s.framework, drawn);
            let (framework, tables_supplied, facts) = (&s.framework, &s.tables[..], &s.facts[..]);
            let inputs = Inputs { round: s.round, framework, tables_supplied, facts, children: &children };
            InputKey::new(KEY).digest_of_children(&inputs).0
        };
        let first = children(&settings(), &drawn);
        let mut other = settings();
        other.tables[0].supplied = 0;
        other.facts[0].stated = 1;
        assert!(children(&other, &drawn) == first);
        other.round = "cla-2024".parse().unwrap();
        assert!(children(&other, &drawn) != first, "another round");
        assert!(children(&settings(), &drawn[..1]) != first, "a child less");
        assert!(digest(KEY, &settings(), &bounded(&settings().framework, &drawn)) != first, "a label of its own");
    }

    #[test]
    fn a_digest_is_the_hmac_of_its_encoding() {
        // written out from the words above, so that a changed encoding is seen: it would make unchanged records look changed
        let s = settings();
        let f = &s.framework;
        let (share, mean) = (["A2.total", "A3.total"]).map(|id| f.tables().iter().position(|t| t.id == id).unwrap()).into();
        let entries = [(share, 1), (mean, 0)].map(|(table, amount): (usize, i32)| Contribution {
            table: u16::try_from(table).unwrap(),
            group: 0,
            category: 0,
            amount,
        });
        let kind = ChildKind { age: 10, in_care: true };
        let children = [BoundedChild::new(f, ChildContributions { kind, entries: entries.into() }).unwrap()];
        let mut bytes = b"goldenthread.inputs/1\0".to_vec();
        let word = |n: usize| u64::try_from(n).unwrap().to_be_bytes();
        let text = |bytes: &mut Vec<u8>, text: &str, answer: Option<u8>| {
            bytes.extend(word(text.len()));
            bytes.extend(text.bytes().chain(answer));
        };
        text(&mut bytes, "cla-2025", None);
        bytes.extend(f.hash().0);
        bytes.extend(f.layout_hash().0);
        bytes.extend(word(s.tables.len()));
        s.tables.iter().for_each(|t| text(&mut bytes, &t.table, Some(1)));
        bytes.extend(word(s.facts.len()));
        s.facts.iter().for_each(|t| text(&mut bytes, &t.fact, Some(2)));
        bytes.extend([word(1), word(2)].concat());
        for (table, amount) in [(share, 1_i32), (mean, -20)] {
            bytes.extend(u16::try_from(table).unwrap().to_be_bytes());
            bytes.extend([0; 4]);
            bytes.extend(amount.to_be_bytes());
        }
        let expected = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &KEY), &bytes);
        assert_eq!(digest(KEY, &s, &children), expected.as_ref());
    }

    #[test]
    fn a_key_is_read_as_it_was_written() {
        let text = InputKey::new(KEY).to_text();
        assert!(InputKey::parse(&text).unwrap().bytes == KEY);
        let longer = format!("{} 00", text.trim_end());
        for wrong in ["", "\n", "goldenthread-pseudonym-key 1 07", &text[..40], &longer, &text.replace(" 1 ", " 2 ")] {
            assert!(InputKey::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
