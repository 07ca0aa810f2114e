//! Approvals: what a draw asks for, what is seen before the receipt, and where the digest of the inputs does not stand.

use std::fs;

use shared::framework::{ChildKind, Framework};
use shared::problem::{Exit, Problem};

use super::approve::{CORRECTION, FIRST};
use super::prepare::Prepared;
use super::room::NoSteps;
use super::{Screen, approve, show, status};
use crate::bounds::tests::greatest_child;
use crate::fixtures::{Agent, World, choice, round};
use crate::inputs::InputDigest;
use crate::io::inbox::Silent;
use crate::measures::ChildContributions;
use crate::stop::{Reached, Stop};

fn children(f: &Framework) -> Vec<ChildContributions> {
    ChildKind::all().map(|kind| greatest_child(f, kind)).collect()
}

/// The same children, in another order.
fn in_another_order(f: &Framework) -> Vec<ChildContributions> {
    children(f).into_iter().rev().collect()
}

/// One child contributes one thing less.
fn changed(f: &Framework) -> Vec<ChildContributions> {
    let mut all = children(f);
    all[9].entries.pop();
    all
}

fn asking() -> Agent {
    let mut agent = Agent::new(&World::with_plan(choice()));
    agent.demand_approval();
    agent
}

/// What a command writes, whichever way it ends.
fn written(act: impl FnOnce(&mut Screen<'_>) -> Result<Exit, Stop>) -> (Result<Exit, Stop>, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let ended = act(&mut Screen { out: &mut out, err: &mut err });
    (ended, [out, err].map(|bytes| String::from_utf8(bytes).unwrap()).concat())
}

#[test]
fn a_draw_asks_for_an_approval_of_exactly_these_inputs() {
    let mut agent = asking();
    let refused = |agent: &Agent, from: fn(&Framework) -> Vec<ChildContributions>, expected: Problem, n_readings: u32| {
        let before = agent.n_readings.get();
        let stop = agent.prepare_from(from).err().unwrap();
        assert_eq!((stop.problem, stop.exit()), (Some(expected), Exit::PrivacyGuard), "{stop}");
        assert_eq!((agent.n_readings.get() - before, agent.mechanism.n_draws.get()), (n_readings, 0));
        assert_eq!(agent.ledger_files(), ["000000.json"]);
    };
    refused(&agent, children, Problem::ApprovalMissing, 0);
    let approval = agent.approve_from(children).unwrap();
    assert_eq!((approval.round, approval.sequence, approval.by.to_string().as_str()), (round(), FIRST, "Jo O'Neill"));
    refused(&agent, changed, Problem::ApprovalStale, 1);
    // a setting that enters the submission is an input, too
    let settings = agent.settings.clone();
    agent.settings += "[facts]\nS1 = true\n";
    refused(&agent, children, Problem::ApprovalStale, 1);
    agent.settings = format!("{settings}[tables]\nOC2 = false\n");
    refused(&agent, children, Problem::ApprovalStale, 1);
    // and one that does not is none
    agent.settings = format!("{settings}[send]\nattempts = 1\n");
    // the newest approval counts
    agent.approve_from(changed).unwrap();
    refused(&agent, children, Problem::ApprovalStale, 1);
    agent.approve_from(children).unwrap();
    assert!(agent.world.posted.borrow().is_empty());
    let prepared = agent.prepare_from(in_another_order).unwrap();
    assert!(matches!(prepared, Prepared::Now(_)));
    assert!(prepared.debit().input != InputDigest::NONE && prepared.debit().input != approval.input, "children alone");
}

#[test]
fn without_the_rule_nobody_is_asked() {
    let agent = Agent::new(&World::with_plan(choice()));
    let prepared = agent.prepare().unwrap();
    assert!(prepared.debit().input != InputDigest::NONE, "the ledger knows the inputs all the same");
    // approving is possible, and decides nothing
    let agent = Agent::new(&World::with_plan(choice()));
    agent.approve_from(changed).unwrap();
    assert!(agent.prepare_from(children).is_ok());
}

#[test]
fn an_approval_of_another_round_or_place_is_none() {
    let agent = asking();
    agent.approve_from(children).unwrap();
    let folder = agent.state_path().join("approvals");
    let file = |sequence: u32| folder.join(format!("cla-2025-{sequence}.json"));
    fs::rename(file(FIRST), file(CORRECTION)).unwrap();
    assert_eq!(agent.prepare().err().unwrap().problem, Some(Problem::ApprovalMissing));
    fs::rename(file(CORRECTION), file(FIRST)).unwrap();
    let text = fs::read_to_string(file(FIRST)).unwrap();
    fs::write(file(FIRST), text.replace("cla-2025", "cla-2024")).unwrap();
    let stop = agent.prepare().err().unwrap();
    assert_eq!(stop.problem, Some(Problem::ConfigurationInvalid));
    assert!(stop.what_to_do.unwrap().contains("approve"));
    assert_eq!((agent.mechanism.n_draws.get(), agent.n_readings.get()), (0, 0));
    agent.approve_from(children).unwrap();
    assert!(agent.prepare().is_ok());
}

#[test]
fn what_cannot_be_read_cannot_be_approved() {
    // no return lies in the folder
    let agent = asking();
    let by = "Jo".parse().unwrap();
    let (ended, reached) = agent.within(&NoSteps, |room| written(|screen| approve::run(room, &by, &mut Silent, screen)).0);
    assert_eq!((ended.err().unwrap().problem, reached), (Some(Problem::InputRefused), Reached::Nothing));
    assert!(agent.state().approvals().unwrap().is_empty());
    assert_eq!(agent.prepare().err().unwrap().problem, Some(Problem::ApprovalMissing));
}

#[test]
fn after_the_draw_only_changed_inputs_can_be_approved_for_the_correction() {
    let agent = asking();
    agent.approve_from(children).unwrap();
    agent.prepare().unwrap();
    assert_eq!(agent.approve_from(in_another_order).err().unwrap().problem, Some(Problem::CorrectionUnchanged));
    let approval = agent.approve_from(changed).unwrap();
    assert_eq!(approval.sequence, CORRECTION);
    // it is no approval of another draw: the round is prepared, and its bytes are kept
    assert!(matches!(agent.prepare_from(changed).unwrap(), Prepared::Earlier(_)));
    assert_eq!(agent.mechanism.n_draws.get(), 1);
}

#[test]
fn a_state_of_an_earlier_version_gets_a_key_and_never_another() {
    let agent = asking();
    let (keys, approvals) = (agent.state_path().join("keys"), agent.state_path().join("approvals"));
    let key = keys.join("input.key");
    let first = fs::read(&key).unwrap();
    fs::remove_file(&key).unwrap();
    fs::remove_dir(&approvals).unwrap();
    assert_eq!(agent.prepare().err().unwrap().problem, Some(Problem::ApprovalMissing), "no folder is no approval");
    agent.approve_from(children).unwrap();
    assert!(fs::read(&key).unwrap() != first);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&key), mode(&approvals)), (0o600, 0o700));
    }
    agent.prepare().unwrap();
    // from now on the ledger holds a digest made with it
    let kept = fs::read(&key).unwrap();
    for damage in [None, Some(&b"goldenthread-input-key 1 zz\n"[..])] {
        match damage {
            None => fs::remove_file(&key).unwrap(),
            Some(bytes) => {
                fs::write(&key, bytes).unwrap();
                #[cfg(unix)]
                fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
            }
        }
        let stop = agent.approve_from(changed).err().unwrap();
        assert_eq!(stop.problem, Some(Problem::ConfigurationInvalid));
        assert!(stop.what_to_do.unwrap().contains("backup"));
        assert!(!key.exists() || damage.is_some(), "no other key is made");
    }
    fs::write(&key, kept).unwrap();
    assert!(agent.approve_from(changed).is_ok());
}

#[test]
fn no_cell_is_shown_before_the_receipt() {
    let agent = Agent::new(&World::with_plan(choice()));
    let prepared = agent.prepare().unwrap();
    let shown = |form| written(|screen| show::run(&agent.config(), show::Which::default(), form, screen));
    let (ended, table) = shown(show::Form::Table);
    assert_eq!(ended.unwrap(), Exit::Done);
    for told in [prepared.debit().id.to_string(), prepared.debit().plan.to_string(), "rho".into(), "cells".into()] {
        assert!(table.contains(&told), "{told}\n{table}");
    }
    assert!(!table.contains("+-") && !table.contains("A2.total"), "{table}");
    let (_, json) = shown(show::Form::Json);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert!(json["cells"].is_null() && json["blocks"].as_array().is_some_and(|blocks| !blocks.is_empty()));
    let (ended, raw) = shown(show::Form::Raw);
    assert_eq!((ended.err().unwrap().problem, raw.as_str()), (Some(Problem::ReceiptMissing), ""));
    agent.send().0.unwrap();
    assert!(shown(show::Form::Table).1.contains("A2.total"));
    let json: serde_json::Value = serde_json::from_str(&shown(show::Form::Json).1).unwrap();
    assert_eq!(json["cells"].as_array().unwrap().len(), Framework::built_in().n_cells());
    assert_eq!(shown(show::Form::Raw).1.as_bytes(), prepared.debit().envelope);
}

#[test]
fn status_says_who_approved_and_nothing_tells_the_digest() {
    let agent = asking();
    let status = |agent: &Agent, json| {
        let parts_of =
            |room: &mut super::room::Room<'_>| Ok(written(|screen| status::run(room.config, room.parts, json, screen)).1);
        agent.within(&NoSteps, parts_of).0.unwrap()
    };
    assert!(status(&agent, false).contains("asks for one"));
    let approval = agent.approve_from(children).unwrap();
    let line = "the submission of cla-2025: approved by Jo O'Neill at 2025-07-02T10:00:00Z, ";
    assert!(status(&agent, false).contains(&format!("{line}not drawn yet")));
    let prepared = agent.prepare().unwrap();
    agent.send().0.unwrap();
    let (told, json) = (status(&agent, false), status(&agent, true));
    assert!(told.contains(&format!("{line}drawn since")), "{told}");
    let read: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&read["approval"], &read["approvals"][0]["by"]), (&"required".into(), &"Jo O'Neill".into()));
    let text_of = |digest: &InputDigest| serde_json::to_string(digest).unwrap().trim_matches('"').to_owned();
    let (approved, children_digest) = (text_of(&approval.input), text_of(&prepared.debit().input));
    let shown = written(|screen| show::run(&agent.config(), show::Which::default(), show::Form::Json, screen)).1;
    let payload = shared::sign::Envelope::parse(&prepared.debit().envelope, 1 << 22).unwrap().payload_unverified().to_vec();
    for text in [told, json, shown, String::from_utf8(payload).unwrap()] {
        assert!(!text.contains(&approved) && !text.contains(&children_digest));
    }
    let file = |name: &str| fs::read_to_string(agent.state_path().join(name)).unwrap();
    assert!(file("ledger/000001.json").contains(&children_digest) && file("approvals/cla-2025-1.json").contains(&approved));
}
