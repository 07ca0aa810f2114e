//! Pseudonyms: what stands for a child once `records` has read a file.
//!
//! HMAC-SHA-256 under the authority's own key, over the kind of identifier and the identifier as normalised. They link
//! tables, years and extracts inside one authority and are useless without its key. Invariant: this module never keeps
//! or shows the identifier, and neither type has a `Debug`. What compares equal inside one run only (a postcode, a
//! worker) becomes a [`Token`], which is never written anywhere.

use std::hash::{DefaultHasher, Hasher};

use aws_lc_rs::hmac;

/// Shortest key that is accepted, in bytes.
pub const KEY_BYTES_MIN: usize = 32;

/// What an identifier names. The same text of two kinds gives two pseudonyms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentifierKind {
    /// The authority's identifier of a child.
    Child,
}

impl IdentifierKind {
    fn name_and_end(self) -> &'static [u8] {
        match self {
            Self::Child => b"child\0",
        }
    }
}

/// The authority's key for pseudonyms.
pub struct PseudonymKey {
    hmac: hmac::Key,
    tokens: DefaultHasher,
}

/// Stands for one identifier of one kind at one authority.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pseudonym([u8; 32]);

/// Stands for a value that is only ever compared with others of its kind in the same run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(u64);

impl PseudonymKey {
    /// Takes the key's bytes; `None` when there are fewer than [`KEY_BYTES_MIN`].
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if bytes.len() < KEY_BYTES_MIN {
            return None;
        }
        let mut tokens = DefaultHasher::new();
        tokens.write(bytes);
        Some(Self { hmac: hmac::Key::new(hmac::HMAC_SHA256, bytes), tokens })
    }

    /// The pseudonym of an identifier that is trimmed and in upper case.
    pub fn pseudonym(&self, kind: IdentifierKind, normalised: &[u8]) -> Pseudonym {
        let mut context = hmac::Context::with_key(&self.hmac);
        context.update(kind.name_and_end());
        context.update(normalised);
        let mut bytes = [0; 32];
        bytes.copy_from_slice(context.sign().as_ref());
        Pseudonym(bytes)
    }

    /// The token of a value, letters folded and spaces left out.
    pub fn token(&self, value: &[u8]) -> Token {
        let mut hasher = self.tokens.clone();
        let (mut folded, mut n_bytes) = (0_u64, 0_u64);
        for byte in value.iter().filter(|byte| **byte != b' ') {
            folded = folded << 8 | u64::from(byte.to_ascii_uppercase());
            n_bytes += 1;
            if n_bytes.is_multiple_of(8) {
                hasher.write_u64(folded);
                folded = 0;
            }
        }
        hasher.write_u64(folded);
        hasher.write_u64(n_bytes);
        Token(hasher.finish())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A key for tests.
    pub fn key() -> PseudonymKey {
        PseudonymKey::from_bytes(&[7; KEY_BYTES_MIN]).unwrap()
    }

    #[test]
    fn a_pseudonym_is_the_hmac_of_kind_and_identifier() {
        let expected = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &[7; 32]), b"child\0A1");
        assert!(key().pseudonym(IdentifierKind::Child, b"A1").0 == expected.as_ref());
        assert!(key().pseudonym(IdentifierKind::Child, b"A1") != key().pseudonym(IdentifierKind::Child, b"A2"));
    }

    #[test]
    fn another_key_gives_another_pseudonym_and_a_short_one_is_refused() {
        let other = PseudonymKey::from_bytes(&[8; 32]).unwrap();
        assert!(key().pseudonym(IdentifierKind::Child, b"A1") != other.pseudonym(IdentifierKind::Child, b"A1"));
        assert!(key().token(b"SW12") != other.token(b"SW12"));
        assert!(PseudonymKey::from_bytes(&[7; 31]).is_none());
    }

    #[test]
    fn tokens_fold_case_and_spaces() {
        assert!(key().token(b"ab1 2cd") == key().token(b"AB12CD"));
        assert!(key().token(b"AB12CD") != key().token(b"AB12CE"));
        assert!(key().token(&[b'A'; 16]) != key().token(&[b'A'; 17]));
    }
}
