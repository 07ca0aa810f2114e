//! Pseudonyms: what stands for a child once `records` has read a file.
//!
//! HMAC-SHA-256 under the authority's own key, over the kind of identifier and the identifier as normalised. They link
//! tables, years and extracts inside one authority and are useless without its key. Invariant: this module never keeps
//! or shows the identifier, and no type here that stands for one has a `Debug`. What compares equal inside one run only
//! (a postcode, a worker) becomes a [`Token`], which is never written anywhere.
//!
//! [`normalise`] is the one way from a cell to a [`RawIdentifier`]; only `records` and `pseudonymise` may name either.
//! The keys themselves, as they lie in files, are in [`keys`]. `docs/pseudonyms.md`.

pub mod keys; // the authority's key, and the keys that partners get

use std::hash::{BuildHasher as _, Hasher as _};
use std::str::FromStr;

use aws_lc_rs::hmac;
use encoding_rs::WINDOWS_1252;
use foldhash::quality::FixedState;

/// Shortest key that is accepted, in bytes.
pub const KEY_BYTES_MIN: usize = 32;
/// Longest identifier, in bytes of UTF-8.
pub const IDENTIFIER_BYTES_MAX: usize = 64;

/// What an identifier names. The same text of two kinds gives two pseudonyms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentifierKind {
    /// The authority's identifier of a child.
    Child,
    /// An NHS number.
    NhsNumber,
    /// A unique pupil number.
    Upn,
    /// Somebody who works with the child.
    Worker,
}

impl IdentifierKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Child, Self::NhsNumber, Self::Upn, Self::Worker];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Child => "child",
            Self::NhsNumber => "nhs-number",
            Self::Upn => "upn",
            Self::Worker => "worker",
        }
    }

    fn name_and_end(self) -> &'static [u8] {
        match self {
            Self::Child => b"child\0",
            Self::NhsNumber => b"nhs-number\0",
            Self::Upn => b"upn\0",
            Self::Worker => b"worker\0",
        }
    }
}

/// No kind of identifier has this name.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not a kind of identifier: child, nhs-number, upn or worker")]
pub struct UnknownKind;

impl FromStr for IdentifierKind {
    type Err = UnknownKind;
    fn from_str(name: &str) -> Result<Self, UnknownKind> {
        Self::ALL.into_iter().find(|kind| kind.name() == name).ok_or(UnknownKind)
    }
}

/// An identifier as normalised: the last thing that still is one. Made by [`normalise`] alone.
pub struct RawIdentifier {
    bytes: [u8; IDENTIFIER_BYTES_MAX],
    n_bytes: usize,
}

impl RawIdentifier {
    /// Its bytes, UTF-8.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.n_bytes).unwrap_or_default()
    }
}

/// Why a cell does not say whom it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Lost {
    /// A spreadsheet has rounded it.
    #[error("the identifier is in scientific notation: a spreadsheet has rounded it, and what it was is lost")]
    Scientific,
    /// Longer than [`IDENTIFIER_BYTES_MAX`].
    #[error("the identifier is longer than {IDENTIFIER_BYTES_MAX} bytes")]
    TooLong,
    /// Says that there is none, as programs and people write it.
    #[error("the identifier says that there is none; a blank cell would say so")]
    Sentinel,
    /// Holds a line break, a tab or another character that cannot be seen.
    #[error("the identifier holds a control character, such as a line break")]
    Control,
}

/// The identifier that stands in a cell; `None` when the cell is blank.
///
/// White space around it does not count, nor does the case of the letters A to Z, nor the `.0` that a spreadsheet adds to
/// a whole number. Bytes that are not UTF-8 are read as Windows-1252. White space inside it counts.
pub fn normalise(cell: &[u8]) -> Result<Option<RawIdentifier>, Lost> {
    let cell = cell.trim_ascii();
    if cell.is_ascii() {
        return of_text(cell);
    }
    match std::str::from_utf8(cell) {
        Ok(text) => of_text(text.trim().as_bytes()),
        Err(_) => of_text(WINDOWS_1252.decode_without_bom_handling(cell).0.trim().as_bytes()),
    }
}

fn of_text(text: &[u8]) -> Result<Option<RawIdentifier>, Lost> {
    if text.is_empty() {
        return Ok(None);
    }
    if text.iter().any(u8::is_ascii_control) {
        return Err(Lost::Control);
    }
    if is_sentinel(text) {
        return Err(Lost::Sentinel);
    }
    if is_scientific(text) {
        return Err(Lost::Scientific);
    }
    let text = without_decimals(text);
    let mut bytes = [0; IDENTIFIER_BYTES_MAX];
    let slots = bytes.get_mut(..text.len()).ok_or(Lost::TooLong)?;
    slots.copy_from_slice(text);
    slots.make_ascii_uppercase();
    Ok(Some(RawIdentifier { bytes, n_bytes: text.len() }))
}

/// Whether a text stands for the want of an identifier: two people with one such text would become one.
fn is_sentinel(text: &[u8]) -> bool {
    const WORDS: [&[u8]; 12] = [b"NULL", b"NONE", b"NAN", b"N/A", b"NA", b"XXX", b"UNKN", b"UNKNOWN", b"TBC", b"TBA", b"0", b"-"];
    matches!(text.first(), Some(b'#' | b'*')) || WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Whether a number stands there as programs shorten it: `1.2E+05`, `1e+05`, `1.2e5`. `1E5` may be an identifier.
fn is_scientific(text: &[u8]) -> bool {
    let Some(at) = text.iter().position(|byte| matches!(byte, b'e' | b'E')) else { return false };
    let (mantissa, exponent) = (text.get(..at).unwrap_or_default(), text.get(at + 1..).unwrap_or_default());
    let mantissa = mantissa.strip_prefix(b"-").unwrap_or(mantissa);
    let unsigned = exponent.strip_prefix(b"+").or_else(|| exponent.strip_prefix(b"-"));
    let mut parts = mantissa.splitn(2, |byte| matches!(byte, b'.' | b','));
    let (whole, decimals) = (parts.next().unwrap_or_default(), parts.next());
    let are_numbers = is_digits(whole) && decimals.is_none_or(is_digits) && is_digits(unsigned.unwrap_or(exponent));
    are_numbers && (decimals.is_some() || unsigned.is_some())
}

/// Digits without the point and zeros that a spreadsheet put after them; anything else as it is.
fn without_decimals(text: &[u8]) -> &[u8] {
    let Some(at) = text.iter().position(|byte| *byte == b'.') else { return text };
    let (whole, decimals) = (text.get(..at).unwrap_or_default(), text.get(at + 1..).unwrap_or_default());
    let is_whole = is_digits(whole) && !decimals.is_empty() && decimals.iter().all(|byte| *byte == b'0');
    if is_whole { whole } else { text }
}

fn is_digits(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(u8::is_ascii_digit)
}

/// The authority's key for pseudonyms.
pub struct PseudonymKey {
    hmac: hmac::Key,
    tokens: FixedState,
}

/// Stands for one identifier of one kind at one authority.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pseudonym([u8; 32]);

impl Pseudonym {
    /// Its 64 hexadecimal digits, in lower case: for an extract that a person asked for, and for nothing else.
    pub fn in_hex(&self) -> [u8; 64] {
        let mut digits = [0; 64];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(self.0) {
            pair.copy_from_slice(&[hex_digit(byte >> 4), hex_digit(byte & 15)]);
        }
        digits
    }
}

fn hex_digit(value: u8) -> u8 {
    if value < 10 { b'0' + value } else { b'a' + value - 10 }
}

/// Stands for a value that is only ever compared with others of its kind in the same run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(u64);

impl PseudonymKey {
    /// Takes the key's bytes; `None` when there are fewer than [`KEY_BYTES_MIN`].
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if bytes.len() < KEY_BYTES_MIN {
            return None;
        }
        let hmac = hmac::Key::new(hmac::HMAC_SHA256, bytes);
        let mut seed = [0; 8];
        seed.copy_from_slice(hmac::sign(&hmac, b"tokens").as_ref().get(..8)?);
        Some(Self { hmac, tokens: FixedState::with_seed(u64::from_le_bytes(seed)) })
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
        let mut hasher = self.tokens.build_hasher();
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
    fn in_hex_it_is_what_other_programs_print() {
        let expected = hex::encode(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &[7; 32]), b"upn\0A1"));
        assert_eq!(key().pseudonym(IdentifierKind::Upn, b"A1").in_hex(), expected.as_bytes());
    }

    /// What a cell is read as; `None` for a blank one.
    fn read(cell: &[u8]) -> Result<Option<Vec<u8>>, Lost> {
        normalise(cell).map(|found| found.map(|identifier| identifier.as_bytes().to_vec()))
    }

    #[test]
    fn a_text_for_want_of_an_identifier_is_none() {
        for text in ["NULL", "n/a", "#REF!", "#N/A", "*DUMMY*", "xxx", "Unkn", "TBC", "0", "-"] {
            assert_eq!(read(text.as_bytes()), Err(Lost::Sentinel), "{text}");
        }
        for text in ["NULLA", "N1", "00", "0A", "X-1", "XXXX"] {
            assert!(matches!(read(text.as_bytes()), Ok(Some(_))), "{text}");
        }
    }

    #[test]
    fn one_child_has_one_identifier_however_a_program_wrote_it() {
        let check = |cell: &[u8], expected: &str| assert_eq!(read(cell), Ok(Some(expected.as_bytes().to_vec())), "{cell:?}");
        check(b"A1", "A1");
        check(b" a1\t", "A1");
        check("\u{a0}a1\u{a0}".as_bytes(), "A1");
        check(b"\xA0a1\xA0", "A1");
        check(b"123.0", "123");
        check(b"0123.00", "0123");
        check(b"123.5", "123.5");
        check(b"123.", "123.");
        check(b"a1.0", "A1.0");
        check(b"943 476 5919", "943 476 5919");
        check(b"1E5", "1E5");
        check(b"12e3", "12E3");
        check(b"E+5", "E+5");
        check("zo\u{eb}-1".as_bytes(), "ZO\u{eb}-1");
        check(b"zo\xEB-1", "ZO\u{eb}-1");
        check(&[b'a'; 64], &"A".repeat(64));
    }

    #[test]
    fn a_blank_cell_names_nobody() {
        for cell in [&b""[..], b"  \t", b"\r\n", "\u{a0}".as_bytes(), b"\xA0"] {
            assert_eq!(read(cell), Ok(None), "{cell:?}");
        }
    }

    #[test]
    fn what_a_program_has_rounded_or_broken_is_lost() {
        for cell in [&b"1.2E+05"[..], b"1E+05", b"1e-05", b"1.2e5", b"1,2E+05", b"9.43477E+09", b" -1.5E+10 "] {
            assert_eq!(read(cell), Err(Lost::Scientific), "{cell:?}");
        }
        assert_eq!(read(&[b'1'; 65]), Err(Lost::TooLong));
        // 33 letters of two bytes each
        assert_eq!(read("\u{eb}".repeat(33).as_bytes()), Err(Lost::TooLong));
        assert_eq!(read(&[0xEB; 33]), Err(Lost::TooLong));
        for cell in [&b"a\n1"[..], b"a\0", b"a\t1"] {
            assert_eq!(read(cell), Err(Lost::Control), "{cell:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_normal_stays_as_it_is(cell in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..80)) {
            if let Ok(Some(once)) = read(&cell) {
                proptest::prop_assert_eq!(read(&once), Ok(Some(once.clone())));
                proptest::prop_assert!(!once.is_empty() && once.len() <= IDENTIFIER_BYTES_MAX);
            }
        }

        #[test]
        fn numbers_of_any_shape_are_read_or_lost(cell in "[0-9eE+., -]{0,20}") {
            if let Ok(Some(once)) = read(cell.as_bytes()) {
                proptest::prop_assert_eq!(read(&once), Ok(Some(once.clone())));
            }
        }
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
