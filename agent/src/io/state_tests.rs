//! The state folder: made once, its owner's alone, and believed only while it is whole.

use super::*;
use crate::fixtures::{Agent, World, choice};
use crate::io::randomness::SystemRandomness;

fn create(root: &Path) -> Result<(State, EnrolmentRequest), Stop> {
    State::create(root, "301".parse().unwrap(), "2025-05-01".parse().unwrap(), &SystemRandomness::open())
}

#[test]
fn init_makes_a_state_once() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("state");
    let (state, request) = create(&root).unwrap();
    let ledger = state.ledger().unwrap();
    assert_eq!((ledger.authority(), ledger.key()), (request.authority, &request.signing_key));
    assert_eq!(state.signing_key(&ledger).unwrap().public(), &request.signing_key);
    assert_eq!(state.pseudonym_key().unwrap().made_on().map(|day| day.to_string()).as_deref(), Some("2025-05-01"));
    assert!(request.certificate_request.contains("CERTIFICATE REQUEST"));
    let again = create(&root).err().unwrap();
    assert_eq!(again.problem, Some(Problem::ConfigurationInvalid));
    let told = again.lines().join("\n");
    assert!(told.contains("enrolment.dsse.json") && !told.contains("correct the named setting"), "{told}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    let stored = fs::read(root.join("enrolment.dsse.json")).unwrap();
    assert_eq!(EnrolmentRequest::open(&stored).unwrap(), request);
}

#[test]
fn an_empty_folder_is_taken_and_a_full_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("state");
    fs::create_dir(&root).unwrap();
    fs::write(root.join("note"), b"").unwrap();
    assert!(create(&root).is_err());
    fs::remove_file(root.join("note")).unwrap();
    create(&root).unwrap();
}

#[cfg(unix)]
#[test]
fn a_key_that_others_may_open_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let agent = Agent::new(&World::with_plan(choice()));
    let key = agent.state_path().join("keys").join(SIGNING_KEY);
    fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
    let stop = agent.prepare().err().unwrap();
    assert_eq!(stop.problem, Some(Problem::ConfigurationInvalid));
    assert!(stop.what_to_do.unwrap().contains("chmod 600"));
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    assert!(agent.prepare().is_ok());
}

#[cfg(unix)]
#[test]
fn a_state_that_others_may_open_is_refused_by_name() {
    use std::os::unix::fs::PermissionsExt as _;
    let agent = Agent::new(&World::with_plan(choice()));
    for name in ["", "ledger", "keys", "receipts", "log"] {
        let folder = agent.state_path().join(name);
        for mode in [0o750, 0o701, 0o720, 0o777] {
            fs::set_permissions(&folder, fs::Permissions::from_mode(mode)).unwrap();
            // every command that uses a state opens it so
            let stop = State::open(&agent.state_path()).err().unwrap();
            assert_eq!(stop.problem, Some(Problem::ConfigurationInvalid), "{name} {mode:o}");
            assert!(stop.detail.unwrap().ends_with(folder.display().to_string().trim_end_matches('/')), "{name}");
            assert!(stop.what_to_do.unwrap().starts_with("chmod 700 "));
        }
        assert!(agent.prepare().is_err() && agent.send().0.is_err());
        assert_eq!((agent.mechanism.n_draws.get(), agent.n_readings.get()), (0, 0));
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
    }
    assert!(agent.prepare().is_ok());
}

#[test]
fn another_signing_key_is_not_this_ledgers() {
    let agent = Agent::new(&World::with_plan(choice()));
    let other = SigningKey::generate(Algorithm::EcdsaP256).unwrap().to_pem().unwrap();
    let keys = agent.state_path().join("keys");
    replace(&keys, SIGNING_KEY, other.as_bytes()).unwrap();
    assert_eq!(agent.prepare().err().unwrap().problem, Some(Problem::LedgerDamaged));
}

#[test]
fn a_lost_first_file_is_a_missing_ledger() {
    let agent = Agent::new(&World::with_plan(choice()));
    fs::remove_file(agent.state_path().join("ledger/000000.json")).unwrap();
    assert_eq!(agent.prepare().err().unwrap().problem, Some(Problem::LedgerMissing));
}
