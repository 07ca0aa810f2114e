//! Keys for pseudonyms as they lie in files: the authority's own, and those that are derived from it for partners.
//!
//! A partner's key is HKDF-SHA-256 over the authority's key (salt [`PARTNER_SALT`]; info the authority, partner, purpose
//! and year, each behind its length in one byte). It does not lead back to the authority's key or to any other
//! partner's. Who holds a key can tell whether an identifier that they know stands behind a pseudonym made with it.
//! Invariant: no key type has a `Debug` or a `Display`; what is shown of a key is its [`Fingerprint`].

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use shared::hash::sha256;
use shared::ids::{AuthorityId, ReportingYear};
use shared::time::Day;

use super::{KEY_BYTES_MIN, PseudonymKey};

/// Largest file of a key that is read, in bytes.
pub const KEY_FILE_BYTES_MAX: u64 = 64 * 1024;
/// Salt of the derivation of partners' keys.
pub const PARTNER_SALT: &[u8] = b"goldenthread/partner-key/v1";
/// Longest name of a partner or purpose.
pub const NAME_BYTES_MAX: usize = 64;

const FINGERPRINT_LABEL: &[u8] = b"goldenthread/pseudonym-key-fingerprint/v1\0";
const AUTHORITY_HEAD: &str = "goldenthread-pseudonym-key";
const PARTNER_HEAD: &str = "goldenthread-partner-key";
const VERSION: &str = "1";

/// Why a text is not a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyTextError {
    /// It does not begin as a key does.
    #[error("this is no key for pseudonyms")]
    NotAKey,
    /// A later version of this program made it.
    #[error("this key is in a form that this version of the program does not know: update the program")]
    LaterVersion,
    /// It is not whole.
    #[error("the key is damaged: take it from the backup, or ask for it again")]
    Damaged,
}

/// Names a key without telling it: 16 hexadecimal digits of a hash under a label of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fingerprint([u8; 8]);

impl Fingerprint {
    fn of(key: &[u8; KEY_BYTES_MIN]) -> Self {
        let digest = sha256(&[FINGERPRINT_LABEL, key].concat()).0;
        let mut first = [0; 8];
        first.copy_from_slice(digest.first_chunk::<8>().expect("a digest has 32 bytes"));
        Self(first)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl FromStr for Fingerprint {
    type Err = KeyTextError;
    fn from_str(text: &str) -> Result<Self, KeyTextError> {
        let mut bytes = [0; 8];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| KeyTextError::Damaged)?;
        Ok(Self(bytes))
    }
}

/// Name of a partner or a purpose: 1 to 64 characters of a to z, 0 to 9 and hyphen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyName(String);

/// Not a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a name has 1 to {NAME_BYTES_MAX} characters of a to z, 0 to 9 and hyphen")]
pub struct NameError;

impl FromStr for KeyName {
    type Err = NameError;
    fn from_str(text: &str) -> Result<Self, NameError> {
        let is_of_names = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let fits = (1..=NAME_BYTES_MAX).contains(&text.len()) && text.bytes().all(is_of_names);
        fits.then(|| Self(text.to_owned())).ok_or(NameError)
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who may make pseudonyms with a partner's key, for what, and of which year's data.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PartnerUse {
    /// Who.
    pub partner: KeyName,
    /// For what.
    pub purpose: KeyName,
    /// Of which reporting year.
    pub year: ReportingYear,
}

/// The authority's own key. Whole: 32 bytes that nobody can foresee.
pub struct AuthorityKey {
    bytes: [u8; KEY_BYTES_MIN],
    made_on: Option<Day>,
}

impl AuthorityKey {
    /// From random bytes.
    pub fn new(bytes: [u8; KEY_BYTES_MIN], made_on: Day) -> Self {
        Self { bytes, made_on: Some(made_on) }
    }

    /// The day on which it was made; keys of the first form do not say.
    pub fn made_on(&self) -> Option<Day> {
        self.made_on
    }

    /// Names it.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.bytes)
    }

    /// What makes pseudonyms with it.
    pub fn pseudonyms(&self) -> PseudonymKey {
        pseudonyms(&self.bytes)
    }

    /// The key that a partner gets.
    pub fn for_partner(&self, authority: AuthorityId, partner_use: PartnerUse) -> PartnerKey {
        let (authority, year) = (authority.to_string(), partner_use.year.to_string());
        let mut info = Vec::new();
        for field in [&authority, &partner_use.partner.0, &partner_use.purpose.0, &year] {
            info.push(u8::try_from(field.len()).expect("codes, names and years are shorter than 65 bytes"));
            info.extend_from_slice(field.as_bytes());
        }
        let mut bytes = [0; KEY_BYTES_MIN];
        let secret = Salt::new(HKDF_SHA256, PARTNER_SALT).extract(&self.bytes);
        let filled = secret.expand(&[&info], HKDF_SHA256).and_then(|okm| okm.fill(&mut bytes));
        filled.expect("32 bytes is what HKDF-SHA-256 gives in one block");
        PartnerKey { bytes, partner_use }
    }

    /// As it lies in its file.
    pub fn to_text(&self) -> String {
        let made = self.made_on.map(|day| format!("made {day}\n")).unwrap_or_default();
        format!("{AUTHORITY_HEAD} {VERSION}\n{made}key {}\n", hex::encode(self.bytes))
    }

    /// From its file. The first form was 64 hexadecimal digits and nothing else.
    pub fn parse(text: &str) -> Result<Self, KeyTextError> {
        match AnyKey::parse(text)? {
            AnyKey::Authority(key) => Ok(key),
            AnyKey::Partner(_) => Err(KeyTextError::NotAKey),
        }
    }
}

/// The key of one partner for one purpose and year.
pub struct PartnerKey {
    bytes: [u8; KEY_BYTES_MIN],
    partner_use: PartnerUse,
}

impl PartnerKey {
    /// Who uses it, for what, when.
    pub fn partner_use(&self) -> &PartnerUse {
        &self.partner_use
    }

    /// Names it.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.bytes)
    }

    /// What makes pseudonyms with it.
    pub fn pseudonyms(&self) -> PseudonymKey {
        pseudonyms(&self.bytes)
    }

    /// As it is handed to the partner.
    pub fn to_text(&self) -> String {
        let PartnerUse { partner, purpose, year } = &self.partner_use;
        format!(
            "# A key for pseudonyms. Keep it as you keep a password, and give it to nobody.\n\
             #   partner:     {partner}\n\
             #   purpose:     {purpose}\n\
             #   year:        {year}\n\
             #   fingerprint: {fingerprint}\n\
             # Who holds it can turn identifiers into pseudonyms for this purpose and year. So they can also find out which\n\
             # identifier stands behind such a pseudonym, by trying all identifiers that they know. It does nothing for\n\
             # another partner, purpose or year, and does not lead to the authority's own key.\n\
             # Remove it when the extract of this year is delivered. If it is lost, tell the authority.\n\
             {PARTNER_HEAD} {VERSION}\n\
             partner {partner}\n\
             purpose {purpose}\n\
             year {year}\n\
             fingerprint {fingerprint}\n\
             key {key}\n",
            fingerprint = self.fingerprint(),
            key = hex::encode(self.bytes),
        )
    }
}

/// A key of either sort, as a file holds it.
pub enum AnyKey {
    /// The authority's.
    Authority(AuthorityKey),
    /// A partner's.
    Partner(PartnerKey),
}

impl AnyKey {
    /// From a file.
    pub fn parse(text: &str) -> Result<Self, KeyTextError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if let Ok(bytes) = key_bytes(text.trim()) {
            return Ok(Self::Authority(AuthorityKey { bytes, made_on: None }));
        }
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let head = lines.next().and_then(|line| line.split_once(' ')).ok_or(KeyTextError::NotAKey)?;
        if ![AUTHORITY_HEAD, PARTNER_HEAD].contains(&head.0) {
            return Err(KeyTextError::NotAKey);
        }
        if head.1 != VERSION {
            return Err(KeyTextError::LaterVersion);
        }
        let mut fields = BTreeMap::new();
        for line in lines {
            let (name, value) = line.split_once(' ').ok_or(KeyTextError::Damaged)?;
            if fields.insert(name, value).is_some() {
                return Err(KeyTextError::Damaged);
            }
        }
        if head.0 == AUTHORITY_HEAD { authority_of(&fields) } else { partner_of(&fields) }.ok_or(KeyTextError::Damaged)
    }
}

fn authority_of(fields: &BTreeMap<&str, &str>) -> Option<AnyKey> {
    let made_on = fields.get("made").map(|day| day.parse()).transpose().ok()?;
    Some(AnyKey::Authority(AuthorityKey { bytes: key_bytes(fields.get("key")?).ok()?, made_on }))
}

fn partner_of(fields: &BTreeMap<&str, &str>) -> Option<AnyKey> {
    let partner_use = PartnerUse {
        partner: fields.get("partner")?.parse().ok()?,
        purpose: fields.get("purpose")?.parse().ok()?,
        year: fields.get("year")?.parse().ok()?,
    };
    let key = PartnerKey { bytes: key_bytes(fields.get("key")?).ok()?, partner_use };
    let named: Fingerprint = fields.get("fingerprint")?.parse().ok()?;
    (named == key.fingerprint()).then_some(AnyKey::Partner(key))
}

fn key_bytes(digits: &str) -> Result<[u8; KEY_BYTES_MIN], hex::FromHexError> {
    let mut bytes = [0; KEY_BYTES_MIN];
    hex::decode_to_slice(digits, &mut bytes).map(|()| bytes)
}

fn pseudonyms(bytes: &[u8; KEY_BYTES_MIN]) -> PseudonymKey {
    PseudonymKey::from_bytes(bytes).expect("the key has the length that is asked for")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn authority_key() -> AuthorityKey {
        AuthorityKey::new([7; 32], "2025-05-01".parse().unwrap())
    }

    fn use_of(partner: &str, purpose: &str, year: &str) -> PartnerUse {
        PartnerUse { partner: partner.parse().unwrap(), purpose: purpose.parse().unwrap(), year: year.parse().unwrap() }
    }

    fn partner_key(authority: &str, partner: &str, purpose: &str, year: &str) -> PartnerKey {
        authority_key().for_partner(authority.parse().unwrap(), use_of(partner, purpose, year))
    }

    #[test]
    fn a_partners_key_is_what_another_program_derives() {
        // Python: prk = hmac(b"goldenthread/partner-key/v1", b"\x07" * 32), then
        // hmac(prk, b"\x03301" + b"\x07trust-a" + b"\x06camhs1" + b"\x042025" + b"\x01")
        assert_eq!(hex::encode(partner_key("301", "trust-a", "camhs1", "2025").bytes), VECTOR);
    }

    const VECTOR: &str = "7791142b1f5bfcd1c4fbe143d52107677ccdc0937a87c51cb07406900bdc7e2c";

    #[test]
    fn each_authority_partner_purpose_and_year_has_a_key_of_its_own() {
        let keys = [
            partner_key("301", "trust", "a", "2025"),
            partner_key("302", "trust", "a", "2025"),
            partner_key("301", "trusta", "a", "2025"),
            partner_key("301", "trust", "aa", "2025"),
            partner_key("301", "trust", "a", "2026"),
        ];
        for (at, key) in keys.iter().enumerate() {
            assert!(keys.iter().skip(at + 1).all(|other| other.bytes != key.bytes), "{at}");
            assert!(key.bytes != authority_key().bytes && key.fingerprint() != authority_key().fingerprint());
        }
        assert!(partner_key("301", "trust", "a", "2025").bytes == keys[0].bytes);
    }

    #[test]
    fn names_are_short_and_plain() {
        for good in ["a", "trust-1", &"x".repeat(64)] {
            assert!(good.parse::<KeyName>().is_ok(), "{good}");
        }
        for wrong in ["", "Trust", "a b", "a/b", "a\n", "\u{e9}", &"x".repeat(65)] {
            assert_eq!(wrong.parse::<KeyName>(), Err(NameError), "{wrong}");
        }
    }

    #[test]
    fn a_key_comes_back_from_its_file_as_windows_saves_it_too() {
        let (own, partners) = (authority_key().to_text(), partner_key("301", "trust", "a", "2025").to_text());
        for change in [|text: &str| text.to_owned(), |text: &str| format!("\u{feff}{}", text.replace('\n', "\r\n"))] {
            let read = AuthorityKey::parse(&change(&own)).ok().unwrap();
            assert!(read.bytes == [7; 32] && read.made_on == authority_key().made_on);
            let Ok(AnyKey::Partner(read)) = AnyKey::parse(&change(&partners)) else { panic!("not a partner's key") };
            assert!(read.bytes == partner_key("301", "trust", "a", "2025").bytes);
            assert_eq!(read.partner_use(), &use_of("trust", "a", "2025"));
        }
        let early = AuthorityKey::parse(&format!("{}\n", hex::encode([7; 32]))).ok().unwrap();
        assert!(early.bytes == [7; 32] && early.made_on().is_none(), "the first form is read for ever");
        assert!(AuthorityKey::parse(&early.to_text()).is_ok_and(|key| key.bytes == [7; 32]));
    }

    #[test]
    fn what_is_no_whole_key_is_refused() {
        let (own, partners) = (authority_key().to_text(), partner_key("301", "trust", "a", "2025").to_text());
        let check = |text: &str, why: KeyTextError| assert_eq!(AnyKey::parse(text).err(), Some(why), "{text}");
        check("", KeyTextError::NotAKey);
        check("CHILD,UPN\n", KeyTextError::NotAKey);
        check("0707", KeyTextError::NotAKey);
        check(&own.replace("key 1", "key 2"), KeyTextError::LaterVersion);
        check(&own.replace("key 07", "key 7"), KeyTextError::Damaged);
        check(&own.replace("made 2025", "made 20x5"), KeyTextError::Damaged);
        check(&format!("{own}{own}"), KeyTextError::Damaged);
        check(&partners.replace("\nyear 2025", ""), KeyTextError::Damaged);
        let digits = partners.trim_end().rsplit(' ').next().unwrap();
        check(&partners.replace(digits, &"00".repeat(32)), KeyTextError::Damaged);
        assert_eq!(AuthorityKey::parse(&partners).err(), Some(KeyTextError::NotAKey), "a partner's key is not the authority's");
    }

    #[test]
    fn a_fingerprint_does_not_hold_the_key() {
        let text = authority_key().fingerprint().to_string();
        assert_eq!((text.len(), text.parse()), (16, Ok(authority_key().fingerprint())));
        assert!(text.bytes().all(|b| b.is_ascii_hexdigit()) && !text.contains("0707"));
        assert!(AuthorityKey::new([8; 32], "2025-05-01".parse().unwrap()).fingerprint() != authority_key().fingerprint());
    }
}
