//! The key for pseudonyms in the state folder, the keys that were retired, and the register of partners' keys.
//!
//! `keys/pseudonym.key` is the present key, `keys/pseudonym.retired-N.key` are former ones, the oldest is 1. No command
//! removes a retired key. `partner-keys.txt` says which partner's keys were issued, and holds no key: whoever can change
//! it can hide that a key was issued. All that writes here is done under the state's lock.

use super::{ErrorKind, Lock, PSEUDONYM_KEY, Problem, State, Stop, failed};
use super::{read_limited, replace, write_once};
use crate::io::randomness::Randomness;
use crate::pseudonym::KEY_BYTES_MIN;
use crate::pseudonym::keys::{AuthorityKey, Fingerprint, KeyTextError, PartnerUse};
use shared::time::Day;

const REGISTER: &str = "partner-keys.txt";
const REGISTER_HEAD: &str = "goldenthread-partner-keys 1";
const REGISTER_BYTES_MAX: u64 = 1024 * 1024;
/// Most keys that are retired, and so most rotations.
pub const RETIRED_MAX: u32 = 1000;

/// A partner's key that was issued. Not the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedKey {
    /// When.
    pub issued_on: Day,
    /// The authority's key that it was derived from.
    pub derived_from: Fingerprint,
    /// Names the partner's key.
    pub fingerprint: Fingerprint,
    /// Who, for what, of which year.
    pub partner_use: PartnerUse,
}

impl IssuedKey {
    fn to_line(&self) -> String {
        let Self { issued_on, derived_from, fingerprint, partner_use: PartnerUse { partner, purpose, year } } = self;
        format!("{issued_on} {derived_from} {fingerprint} {partner} {purpose} {year}\n")
    }

    fn parse(line: &str) -> Option<Self> {
        let mut words = line.split(' ');
        let mut next = || words.next();
        let issued = Self {
            issued_on: next()?.parse().ok()?,
            derived_from: next()?.parse().ok()?,
            fingerprint: next()?.parse().ok()?,
            partner_use: PartnerUse {
                partner: next()?.parse().ok()?,
                purpose: next()?.parse().ok()?,
                year: next()?.parse().ok()?,
            },
        };
        next().is_none().then_some(issued)
    }
}

impl State {
    /// The key for pseudonyms.
    pub fn pseudonym_key(&self) -> Result<AuthorityKey, Stop> {
        let key = self.pseudonym_key_if_any()?;
        key.ok_or_else(|| {
            let stop = Stop::with(Problem::ConfigurationInvalid, format!("keys/{PSEUDONYM_KEY} is not there"));
            stop.advising("take it from the backup; if there never was one, `goldenthread-agent key create` makes it")
        })
    }

    /// The key for pseudonyms; `None` in a state that never had one.
    pub fn pseudonym_key_if_any(&self) -> Result<Option<AuthorityKey>, Stop> {
        if self.has_key(PSEUDONYM_KEY)? { self.key_of(PSEUDONYM_KEY).map(Some) } else { Ok(None) }
    }

    /// Makes the key for pseudonyms in a state that has none.
    pub fn create_pseudonym_key(&self, _: &Lock, today: Day, randomness: &dyn Randomness) -> Result<AuthorityKey, Stop> {
        if self.has_key(PSEUDONYM_KEY)? {
            let stop = Stop::with(Problem::ConfigurationInvalid, format!("keys/{PSEUDONYM_KEY} is there already"));
            return Err(stop.advising("use it as it is; `goldenthread-agent key rotate` makes another one and keeps this one"));
        }
        let key = new_key(today, randomness)?;
        write_once(&self.root.join("keys"), PSEUDONYM_KEY, key.to_text().as_bytes())
            .map_err(|e| failed("write the key for pseudonyms", &e))?;
        Ok(key)
    }

    /// Retires the present key and makes another; answers the number of the retired one. After a crash in between, the
    /// present key is retired already and still in use: the next rotation goes on from there.
    pub fn rotate_pseudonym_key(&self, _: &Lock, today: Day, randomness: &dyn Randomness) -> Result<(u32, AuthorityKey), Stop> {
        let keys = self.root.join("keys");
        self.pseudonym_key()?;
        let present = self.private_text(PSEUDONYM_KEY)?;
        let mut number = self.n_retired()?;
        if number == 0 || self.private_text(&retired_name(number))? != present {
            number += 1;
            if number > RETIRED_MAX {
                return Err(Stop::fault(format!("more than {RETIRED_MAX} keys are retired")));
            }
            write_once(&keys, &retired_name(number), present.as_bytes()).map_err(|e| failed("retire the present key", &e))?;
        }
        let key = new_key(today, randomness)?;
        replace(&keys, PSEUDONYM_KEY, key.to_text().as_bytes()).map_err(|e| failed("write the key for pseudonyms", &e))?;
        Ok((number, key))
    }

    /// A retired key.
    pub fn retired_pseudonym_key(&self, number: u32) -> Result<AuthorityKey, Stop> {
        if self.has_key(&retired_name(number))? {
            return self.key_of(&retired_name(number));
        }
        let stop = Stop::with(Problem::ConfigurationInvalid, format!("keys/{} is not there", retired_name(number)));
        Err(stop.advising("name a retired key that is there, or take it from the backup"))
    }

    /// The highest number of a retired key; 0 when there is none.
    fn n_retired(&self) -> Result<u32, Stop> {
        let mut highest = 0;
        for number in 1..=RETIRED_MAX {
            if self.has_key(&retired_name(number))? {
                highest = number;
            }
        }
        Ok(highest)
    }

    /// The partners' keys that were issued, in the order of issue.
    pub fn issued_keys(&self) -> Result<Vec<IssuedKey>, Stop> {
        let bytes = match read_limited(&self.root.join(REGISTER), REGISTER_BYTES_MAX) {
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            read => read.map_err(|e| failed("read the register of partners' keys", &e))?,
        };
        let damaged = |n: usize| {
            let stop = Stop::with(Problem::ConfigurationInvalid, format!("{REGISTER}, line {n}: not as this program wrote it"));
            stop.advising("take the file from the backup")
        };
        let text = String::from_utf8(bytes).map_err(|_| damaged(1))?;
        let mut lines = text.lines().zip(1..);
        if lines.next().is_none_or(|(head, _)| head != REGISTER_HEAD) {
            return Err(damaged(1));
        }
        lines.map(|(line, n)| IssuedKey::parse(line).ok_or_else(|| damaged(n))).collect()
    }

    /// Notes that a partner's key is issued, before it is written. The same key again is no second entry.
    pub fn note_issued(&self, _: &Lock, issued: &IssuedKey) -> Result<(), Stop> {
        let mut all = self.issued_keys()?;
        if all.iter().any(|known| known.fingerprint == issued.fingerprint) {
            return Ok(());
        }
        all.push(issued.clone());
        let text: String = std::iter::once(format!("{REGISTER_HEAD}\n")).chain(all.iter().map(IssuedKey::to_line)).collect();
        if u64::try_from(text.len()).unwrap_or(u64::MAX) > REGISTER_BYTES_MAX {
            return Err(Stop::fault("the register of partners' keys is full"));
        }
        replace(&self.root, REGISTER, text.as_bytes()).map_err(|e| failed("write the register of partners' keys", &e))
    }

    fn has_key(&self, name: &str) -> Result<bool, Stop> {
        self.root.join("keys").join(name).try_exists().map_err(|e| failed("look for a key for pseudonyms", &e))
    }

    fn key_of(&self, name: &str) -> Result<AuthorityKey, Stop> {
        AuthorityKey::parse(&self.private_text(name)?).map_err(|why| {
            let stop = Stop::with(Problem::ConfigurationInvalid, format!("keys/{name}: {why}"));
            match why {
                KeyTextError::NotAKey | KeyTextError::Damaged => stop.advising("take the file from the backup"),
                KeyTextError::LaterVersion => stop.advising("update the agent"),
            }
        })
    }
}

/// A new key for pseudonyms.
pub(super) fn new_key(today: Day, randomness: &dyn Randomness) -> Result<AuthorityKey, Stop> {
    let mut bytes = [0; KEY_BYTES_MIN];
    randomness.fill(&mut bytes)?;
    Ok(AuthorityKey::new(bytes, today))
}

/// Name of a retired key's file.
pub fn retired_name(number: u32) -> String {
    format!("pseudonym.retired-{number}.key")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::io::randomness::SystemRandomness;

    fn day() -> Day {
        "2025-05-01".parse().unwrap()
    }

    fn state() -> (tempfile::TempDir, State) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("state");
        let (state, _) = State::create(&root, "301".parse().unwrap(), day(), &SystemRandomness::open()).unwrap();
        (folder, state)
    }

    fn issue(state: &State, partner: &str) -> IssuedKey {
        let partner_use =
            PartnerUse { partner: partner.parse().unwrap(), purpose: "camhs".parse().unwrap(), year: "2025".parse().unwrap() };
        let key = state.pseudonym_key().unwrap();
        let fingerprint = key.for_partner("301".parse().unwrap(), partner_use.clone()).fingerprint();
        let issued = IssuedKey { issued_on: day(), derived_from: key.fingerprint(), fingerprint, partner_use };
        state.note_issued(&state.lock().unwrap(), &issued).unwrap();
        issued
    }

    #[test]
    fn init_makes_the_key_and_nothing_makes_it_twice() {
        let (_folder, state) = state();
        let key = state.pseudonym_key().unwrap();
        assert_eq!(key.made_on(), Some(day()));
        let again = state.create_pseudonym_key(&state.lock().unwrap(), day(), &SystemRandomness::open()).err().unwrap();
        assert!(again.what_to_do.unwrap().contains("key rotate"));
        assert_eq!(state.pseudonym_key().unwrap().fingerprint(), key.fingerprint());
    }

    #[test]
    fn a_state_of_an_earlier_version_is_read_or_gets_its_key() {
        let (_folder, state) = state();
        let path = state.root.join("keys").join(PSEUDONYM_KEY);
        fs::write(&path, format!("{}\n", hex::encode([7; 32]))).unwrap();
        let early = state.pseudonym_key().unwrap();
        assert!(early.made_on().is_none());
        assert_eq!(early.fingerprint(), AuthorityKey::new([7; 32], day()).fingerprint());
        fs::remove_file(&path).unwrap();
        assert!(state.pseudonym_key_if_any().unwrap().is_none());
        assert!(state.pseudonym_key().err().unwrap().what_to_do.unwrap().contains("key create"));
        let made = state.create_pseudonym_key(&state.lock().unwrap(), day(), &SystemRandomness::open()).unwrap();
        assert_eq!(state.pseudonym_key().unwrap().fingerprint(), made.fingerprint());
    }

    #[test]
    fn rotation_keeps_every_former_key_under_a_number() {
        let (_folder, state) = state();
        let rotate = || state.rotate_pseudonym_key(&state.lock().unwrap(), day(), &SystemRandomness::open()).unwrap();
        let mut former = vec![state.pseudonym_key().unwrap().fingerprint()];
        for expected in 1..=3 {
            let (number, key) = rotate();
            assert_eq!((number, key.fingerprint()), (expected, state.pseudonym_key().unwrap().fingerprint()));
            former.push(key.fingerprint());
        }
        for (fingerprint, number) in former.iter().zip(1..=3) {
            assert_eq!(state.retired_pseudonym_key(number).unwrap().fingerprint(), *fingerprint);
        }
        assert!(state.retired_pseudonym_key(4).is_err());
        // a gap, made by a person who removed a key that is not needed, is not filled
        fs::remove_file(state.root.join("keys").join(retired_name(2))).unwrap();
        assert_eq!(rotate().0, 4);
    }

    #[test]
    fn a_rotation_that_was_cut_off_goes_on_and_retires_once() {
        let (_folder, state) = state();
        let present = state.private_text(PSEUDONYM_KEY).unwrap();
        write_once(&state.root.join("keys"), &retired_name(1), present.as_bytes()).unwrap();
        let (number, key) = state.rotate_pseudonym_key(&state.lock().unwrap(), day(), &SystemRandomness::open()).unwrap();
        assert_eq!(number, 1);
        assert_ne!(state.retired_pseudonym_key(1).unwrap().fingerprint(), key.fingerprint());
    }

    #[test]
    fn the_register_names_each_issued_key_once_and_holds_none() {
        let (_folder, state) = state();
        assert_eq!(state.issued_keys().unwrap(), []);
        let first = issue(&state, "trust-a");
        let second = issue(&state, "trust-b");
        issue(&state, "trust-a");
        assert_eq!(state.issued_keys().unwrap(), [first, second]);
        let text = fs::read_to_string(state.root.join(REGISTER)).unwrap();
        assert!(text.split_whitespace().all(|word| word.len() < 64), "no word is as long as a key: {text}");
        for damage in [text.replace("trust-b", "Trust B"), text.replace("keys 1", "keys 2"), String::new(), format!("{text}\n")] {
            fs::write(state.root.join(REGISTER), damage).unwrap();
            assert!(state.issued_keys().err().unwrap().detail.unwrap().contains("partner-keys.txt, line"));
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_others_may_open_is_not_used() {
        use std::os::unix::fs::PermissionsExt as _;
        let (_folder, state) = state();
        let path = state.root.join("keys").join(PSEUDONYM_KEY);
        let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        let lock = state.lock().unwrap();
        state.rotate_pseudonym_key(&lock, day(), &SystemRandomness::open()).unwrap();
        assert_eq!((mode(&path), mode(&path.with_file_name(retired_name(1)))), (0o600, 0o600));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(state.pseudonym_key().err().unwrap().what_to_do.unwrap().contains("chmod 600"));
        assert!(state.rotate_pseudonym_key(&lock, day(), &SystemRandomness::open()).is_err());
    }
}
