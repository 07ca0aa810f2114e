//! Keys and certificates against the log: who was registered and revoked, and at which entry. Pure.

use std::collections::{BTreeMap, BTreeSet};

use shared::ids::{AuthorityId, Digest};
use shared::log::entry::{Event, KeyAct};

use super::Report;
use crate::store::{CertificateRow, KeyRow};

/// What the log says of one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Logged {
    authority: AuthorityId,
    index: u64,
    revoked_index: Option<u64>,
}

/// Compares keys and certificates of the store with the log, both ways.
pub(super) fn check(entries: &BTreeMap<u64, Event>, keys: &[KeyRow], certificates: &[CertificateRow], report: &mut Report) {
    let logged = fold(entries, report);
    let stored: BTreeMap<Digest, &KeyRow> = keys.iter().map(|row| (row.key.id(), row)).collect();
    for (key, says) in &logged {
        match stored.get(key) {
            None => report.faults.push(format!("key {key} of authority {}, entry {}, is missing", says.authority, says.index)),
            Some(row) => compare(*key, *says, row, report),
        }
    }
    for (key, row) in &stored {
        report.expect(logged.contains_key(key), || {
            format!("key {key} of authority {} stands in the store and was never logged", row.authority)
        });
    }
    let all: BTreeSet<AuthorityId> = logged.values().map(|l| l.authority).collect();
    let standing: BTreeSet<AuthorityId> = logged.values().filter(|l| l.revoked_index.is_none()).map(|l| l.authority).collect();
    for row in certificates {
        let (serial, authority) = (&row.serial, row.authority);
        report.expect(all.contains(&authority), || {
            format!("certificate {serial} is of authority {authority}, which the log does not know")
        });
        let revoked = row.revoked || standing.contains(&authority) || !all.contains(&authority);
        report.expect(revoked, || {
            format!("certificate {serial} stands, and the log has revoked every key of authority {authority}")
        });
    }
    let certified: BTreeSet<AuthorityId> = certificates.iter().map(|row| row.authority).collect();
    for authority in all.difference(&certified) {
        report.faults.push(format!("authority {authority} has a key in the log and no certificate, not even a revoked one"));
    }
}

/// The log's key entries, one after the other.
fn fold(entries: &BTreeMap<u64, Event>, report: &mut Report) -> BTreeMap<Digest, Logged> {
    let mut all: BTreeMap<Digest, Logged> = BTreeMap::new();
    for (&index, event) in entries {
        let Event::AgentKey { authority, key, act } = *event else { continue };
        match (act, all.get_mut(&key)) {
            (KeyAct::Registered, None) => drop(all.insert(key, Logged { authority, index, revoked_index: None })),
            (KeyAct::Revoked, Some(known)) if known.authority == authority && known.revoked_index.is_none() => {
                known.revoked_index = Some(index);
            }
            (KeyAct::Registered | KeyAct::Revoked, _) => {
                report.faults.push(format!("entry {index} does not follow from what was logged of key {key} before"));
            }
        }
    }
    all
}

fn compare(key: Digest, says: Logged, row: &KeyRow, report: &mut Report) {
    report.expect((row.authority, row.index) == (says.authority, says.index), || {
        format!("key {key} is not what entry {} says", says.index)
    });
    if row.revoked_index == says.revoked_index {
        return;
    }
    let authority = says.authority;
    report.faults.push(match says.revoked_index {
        Some(index) => match row.revoked_index {
            None => format!("entry {index} revokes key {key} of authority {authority}, and the store lets it stand"),
            Some(other) => format!("entry {index} revokes key {key} of authority {authority}, and the store says {other}"),
        },
        None => format!("key {key} of authority {authority} is revoked in the store and not in the log"),
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::sign::{Algorithm, PublicKey, SigningKey};
    use shared::time::Timestamp;

    /// Authority 301 with a revoked key, 302 with one that stands: log, keys and certificates that agree.
    struct Sound {
        entries: BTreeMap<u64, Event>,
        keys: Vec<KeyRow>,
        certificates: Vec<CertificateRow>,
    }

    fn sound() -> Sound {
        let key = || -> PublicKey { SigningKey::generate(Algorithm::EcdsaP256).unwrap().public().clone() };
        let (one, two): (AuthorityId, AuthorityId) = ("301".parse().unwrap(), "302".parse().unwrap());
        let keys = vec![
            KeyRow { authority: one, key: key(), index: 1, revoked_index: Some(3) },
            KeyRow { authority: two, key: key(), index: 2, revoked_index: None },
        ];
        let event = |row: &KeyRow, act| Event::AgentKey { authority: row.authority, key: row.key.id(), act };
        let entries = BTreeMap::from([
            (1, event(&keys[0], KeyAct::Registered)),
            (2, event(&keys[1], KeyAct::Registered)),
            (3, event(&keys[0], KeyAct::Revoked)),
        ]);
        let not_after = Timestamp::from_unix_seconds(1_760_000_000).unwrap();
        let certificate =
            |serial: &str, authority, revoked| CertificateRow { serial: serial.into(), authority, not_after, revoked };
        Sound { entries, keys, certificates: vec![certificate("4a", one, true), certificate("4b", two, false)] }
    }

    fn faults(change: impl FnOnce(&mut Sound)) -> String {
        let mut all = sound();
        change(&mut all);
        let mut report = Report::default();
        check(&all.entries, &all.keys, &all.certificates, &mut report);
        report.faults.join("\n")
    }

    #[test]
    fn what_was_undone_added_or_removed_in_the_store_is_found() {
        assert_eq!(faults(|_| ()), "");
        let expect = |found: String, words: &str| assert!(found.contains(words), "{words}: {found:?}");
        expect(faults(|s| s.keys[0].revoked_index = None), "the store lets it stand");
        expect(faults(|s| s.keys[0].revoked_index = Some(2)), "the store says 2");
        expect(faults(|s| s.keys[1].revoked_index = Some(3)), "revoked in the store and not in the log");
        expect(faults(|s| s.keys[1].index = 1), "is not what entry 2 says");
        expect(faults(|s| s.keys[1].authority = s.keys[0].authority), "is not what entry 2 says");
        expect(faults(|s| drop(s.keys.remove(1))), "entry 2, is missing");
        expect(faults(|s| drop(s.entries.remove(&2))), "was never logged");
        expect(faults(|s| s.certificates[0].revoked = false), "has revoked every key of authority 301");
        expect(faults(|s| s.certificates[1].authority = "303".parse().unwrap()), "which the log does not know");
        expect(faults(|s| drop(s.certificates.remove(0))), "authority 301 has a key in the log and no certificate");
        expect(faults(|s| drop(s.entries.remove(&1))), "entry 3 does not follow");
    }
}
