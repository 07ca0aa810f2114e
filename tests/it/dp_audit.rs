//! The black-box audit passes the agent, and rejects each broken one by the test that is named for it.
//!
//! T2 on the agent and on the one with doubled sensitivity takes hundreds of runs and stands in `tests/long`.

use tests::build::Programs;
use tests::dp_audit::broken::Broken;
use tests::dp_audit::{Verdict, audit};

use crate::programs;

/// The verdicts of these tests on the agent of these programs.
fn verdicts(programs: &Programs, tests: &[&str]) -> Vec<Verdict> {
    let folder = tempfile::tempdir().unwrap();
    audit(&folder.path().join("world"), programs, tests, 1, &mut |verdict| eprintln!("{}", verdict.line())).unwrap()
}

#[test]
fn the_agent_passes_the_audit() {
    for verdict in verdicts(programs(), &["T0", "T1", "T3", "T4", "T5", "T6"]) {
        assert!(verdict.passed, "{}", verdict.line());
    }
}

#[test]
fn each_broken_agent_is_rejected_by_the_test_named_for_it() {
    for (broken, test) in Broken::ALL.into_iter().filter(|(_, test)| *test != "T2") {
        let folder = tempfile::tempdir().unwrap();
        let agent = broken.program(&programs().broken_agent, folder.path()).unwrap();
        for verdict in verdicts(&Programs { agent, ..programs().clone() }, &[test]) {
            assert!(!verdict.passed, "{} passes {}", broken.name(), verdict.line());
            assert!(is_for_its_fault(broken, &verdict), "{} is rejected for another reason: {}", broken.name(), verdict.line());
        }
    }
}

/// Whether what is broken is what the verdict found, where a test asks several questions.
fn is_for_its_fault(broken: Broken, verdict: &Verdict) -> bool {
    let number = |name: &str| verdict.numbers[name];
    match (broken, verdict.test) {
        (Broken::ForgetfulLedger, "T5") => number("most_envelopes") > 1.0,
        (Broken::RepeatedNoise, "T4") => {
            number("repeats_products") > 1.0 && number("repeats_equal") < 1.0 && number("repeats_anywhere") < 1.0
        }
        _ => true,
    }
}
