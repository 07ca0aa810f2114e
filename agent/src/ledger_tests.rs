//! Attacks on the ledger: damage, caps, chains.

use proptest::prelude::*;
use shared::ids::ReportingYear;
use shared::sign::{Algorithm, SigningKey};

use super::*;
use crate::fixtures::{Agent, World, choice};

impl Ledger {
    /// As if every debit had been recovered.
    pub(crate) fn forget_inputs(&mut self) {
        self.debits.iter_mut().for_each(|debit| debit.input = InputDigest::NONE);
    }
}

fn files_of(agent: &Agent) -> Vec<Vec<u8>> {
    let folder = agent.state_path().join("ledger");
    agent.ledger_files().iter().map(|name| std::fs::read(folder.join(name)).unwrap()).collect()
}

fn two_files() -> Vec<Vec<u8>> {
    let agent = Agent::new(&World::with_plan(choice()));
    agent.prepare().unwrap();
    files_of(&agent)
}

fn empty() -> Ledger {
    let key = SigningKey::generate(Algorithm::EcdsaP256).unwrap();
    Ledger::fold(&[genesis("301".parse().unwrap(), key.public(), "2020-01-01".parse().unwrap())]).unwrap()
}

fn debit(year: i16, charged_on: &str, nano: u64) -> Debit {
    Debit {
        kind: DebitKind::Recovered,
        round: RoundId::of(ReportingYear::new(year).unwrap()),
        sequence: 1,
        charged_on: charged_on.parse().unwrap(),
        rho: RhoNano(nano),
        plan: Digest::NONE,
        id: Digest::NONE,
        input: InputDigest::NONE,
        envelope: Vec::new(),
    }
}

#[test]
fn a_ledger_is_folded_as_it_was_written() {
    let ledger = Ledger::fold(&two_files()).unwrap();
    assert_eq!(ledger.debits().len(), 1);
    assert_eq!(ledger.spent_ever(), ledger.debits()[0].rho);
    assert!(ledger.spent_ever() > RhoNano(159_000_000));
    assert_eq!(Ledger::fold(&[]).err(), Some(LedgerError::Missing));
}

#[test]
fn every_changed_byte_of_a_debit_is_seen() {
    let files = two_files();
    let text = String::from_utf8(files[1].clone()).unwrap();
    for (from, to) in [
        ("\"rho_nano\":", "\"rho_nano\":0"),
        ("\"rho_nano\":1", "\"rho_nano\":2"),
        ("cla-2025", "cla-2024"),
        ("\"sequence\":1", "\"sequence\":2"),
        ("\"charged_on\":\"2025-07-02\"", "\"charged_on\":\"2024-07-02\""),
        ("\"number\":1", "\"number\":2"),
        ("ledger/1", "ledger/2"),
        ("{\"schema\"", "{\"spare\":1,\"schema\""),
        ("payload", "payloaf"),
        ("\"kind\":\"submission\"", "\"kind\":\"correction\""),
        ("\"kind\":\"submission\"", "\"kind\":\"former-key\""),
        (",\"round\"", ", \"round\""),
    ] {
        assert!(text.contains(from), "{from}");
        let bad = text.replacen(from, to, 1).into_bytes();
        assert!(Ledger::fold(&[files[0].clone(), bad]).is_err(), "{from}");
    }
    // what was counted is known here only: a change of its digest is seen by the next file, as of every byte
    let input = text.find("\"input\":\"").unwrap() + 9..text.find("\",\"envelope\"").unwrap();
    assert_eq!(input.len(), 64);
    for at in (0..files[1].len()).step_by(97).filter(|at| !input.contains(at)) {
        let mut bad = files.clone();
        bad[1][at] ^= 1;
        assert!(matches!(Ledger::fold(&bad), Err(LedgerError::Damaged { .. })), "byte {at}");
    }
}

#[test]
fn files_of_another_ledger_do_not_fit() {
    let (one, other) = (two_files(), two_files());
    assert!(Ledger::fold(&[one[0].clone(), other[1].clone()]).is_err());
    assert!(Ledger::fold(&[one[0].clone(), one[1].clone(), one[1].clone()]).is_err());
    assert!(Ledger::fold(&one[1..]).is_err());
}

#[test]
fn what_a_crash_left_is_not_part_of_the_ledger_and_a_stranger_is() {
    let agent = Agent::new(&World::with_plan(choice()));
    let folder = agent.state_path().join("ledger");
    std::fs::write(folder.join(".tmp-000001.json"), b"{\"half").unwrap();
    assert_eq!(agent.state().ledger().unwrap().debits().len(), 0);
    agent.prepare().unwrap();
    assert_eq!(agent.ledger_files(), ["000000.json", "000001.json"]);
    std::fs::write(folder.join("000003.json"), b"{}").unwrap();
    assert_eq!(agent.state().ledger().err().unwrap().problem, Some(Problem::LedgerDamaged));
    std::fs::remove_file(folder.join("000003.json")).unwrap();
    std::fs::write(folder.join("notes.txt"), b"").unwrap();
    assert_eq!(agent.state().ledger().err().unwrap().problem, Some(Problem::LedgerDamaged));
}

#[test]
fn a_clock_that_was_set_back_buys_nothing() {
    let mut ledger = empty();
    ledger.debits.push(debit(2025, "2026-07-02", 5));
    let on = |day: &str| ledger.spent_in_365_days(day.parse::<Day>().unwrap().0);
    assert_eq!([on("2025-01-01"), on("2026-07-02"), on("2027-07-01"), on("2027-07-02")], [5, 5, 5, 0].map(RhoNano));
}

#[test]
fn sums_that_do_not_fit_allow_nothing() {
    let mut ledger = empty();
    ledger.debits.extend([debit(2024, "2024-07-02", u64::MAX), debit(2025, "2025-07-02", 1)]);
    let most = RhoNano(u64::MAX);
    let caps = Caps { rho_year: most, rho_365_days: most, rho_lifetime: most };
    let today = "2026-07-02".parse::<Day>().unwrap().0;
    assert_eq!(ledger.allows(&caps, ReportingYear::new(2026).unwrap(), today, RhoNano(1)), Err(Problem::PlanCapLifetime));
}

proptest! {
    #[test]
    fn no_bytes_panic_the_fold(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let key = SigningKey::generate(Algorithm::EcdsaP256).unwrap();
        let first = genesis("301".parse().unwrap(), key.public(), "2025-05-01".parse().unwrap());
        prop_assert!(Ledger::fold(std::slice::from_ref(&bytes)).is_err());
        prop_assert!(Ledger::fold(&[first, bytes]).is_err());
    }

    #[test]
    fn no_order_of_rounds_passes_a_cap(
        asks in proptest::collection::vec((2018i16..2030, 0i64..900, 0u64..400), 1..60),
        caps in (0u64..500, 0u64..700, 0u64..2_000),
    ) {
        let caps = Caps { rho_year: RhoNano(caps.0), rho_365_days: RhoNano(caps.1), rho_lifetime: RhoNano(caps.2) };
        let (mut ledger, start) = (empty(), jiff::civil::date(2020, 1, 1));
        let mut asks = asks;
        asks.sort_by_key(|(_, day, _)| *day);
        for (year, day, cost) in asks {
            let (today, of_year) = (start.saturating_add(day.days()), ReportingYear::new(year).unwrap());
            if ledger.allows(&caps, of_year, today, RhoNano(cost)).is_ok() {
                ledger.debits.push(debit(year, &today.to_string(), cost));
            }
            prop_assert!(ledger.spent_ever() <= caps.rho_lifetime);
            prop_assert!(ledger.spent_for(of_year) <= caps.rho_year);
            prop_assert!(ledger.spent_in_365_days(today) <= caps.rho_365_days);
        }
    }
}
