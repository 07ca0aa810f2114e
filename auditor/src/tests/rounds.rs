//! Rounds that went wrong, with everything signed and logged as if they had not.

use shared::log::entry::{Event, KeyAct};
use shared::plan::PLAN_TYPE;
use shared::sign::Envelope;

use super::{bundle_of_entries, check_all, damaged, edit, finish, lived, submit_all};
use crate::finding::Check;
use crate::sample::{World, new_key, release_path};

#[test]
fn rounds_that_went_wrong_are_named() {
    let statement = |_: &World| release_path("statement.dsse.json");
    check_all(vec![
        (
            "a submission after the deadline",
            lived(
                Check::Submissions,
                |w| w.submission_path(4),
                |w| {
                    (0..4).for_each(|agent| w.submit(agent));
                    w.close();
                    w.submit(4);
                    w.accepted.pop();
                    w.release();
                },
            ),
        ),
        (
            "and it was released",
            lived(
                Check::Release,
                |_| release_path("figures.json"),
                |w| {
                    (0..4).for_each(|agent| w.submit(agent));
                    w.close();
                    w.submit(4);
                    w.release();
                },
            ),
        ),
        (
            "two submissions of one authority",
            lived(
                Check::Submissions,
                |w| w.submission_path(1),
                |w| {
                    submit_all(w);
                    let (mut second, previous) = (w.submission(1), w.accepted[1].id);
                    second.previous = previous;
                    w.post(second, 1);
                    w.accepted.pop();
                    finish(w);
                },
            ),
        ),
        (
            "the budget of two",
            lived(Check::Budget, World::plan_path, |w| {
                submit_all(w);
                let (mut second, previous) = (w.submission(1), w.accepted[1].id);
                second.previous = previous;
                w.post(second, 1);
                w.accepted.pop();
                finish(w);
            }),
        ),
        (
            "a broken chain",
            lived(
                Check::Submissions,
                |w| w.submission_path(1),
                |w| {
                    w.submit(0);
                    let mut one = w.submission(1);
                    one.previous = w.accepted[0].id;
                    w.post(one, 1);
                    (2..5).for_each(|agent| w.submit(agent));
                    finish(w);
                },
            ),
        ),
        (
            "a second plan",
            lived(Check::Plans, World::plan_path, |w| {
                submit_all(w);
                w.log(Event::Plan { round: w.round(), id: shared::hash::sha256(b"other"), key: w.plan_key.public().id() });
                finish(w);
            }),
        ),
        (
            "an answer that means nothing",
            lived(
                Check::Submissions,
                |w| w.submission_path(0),
                |w| {
                    let mut one = w.submission(0);
                    one.facts[3].stated = 3;
                    w.post(one, 0);
                    (1..5).for_each(|agent| w.submit(agent));
                    w.close();
                },
            ),
        ),
        (
            "signed by another authority's key",
            lived(
                Check::Submissions,
                |w| w.submission_path(0),
                |w| {
                    let one = w.submission(0);
                    w.post(one, 1);
                    (1..5).for_each(|agent| w.submit(agent));
                    finish(w);
                },
            ),
        ),
        (
            "a key revoked before",
            lived(
                Check::Submissions,
                |w| w.submission_path(0),
                |w| {
                    let (authority, key) = (w.agents[0].0, w.agents[0].1.public().id());
                    w.log(Event::AgentKey { authority, key, act: KeyAct::Revoked });
                    submit_all(w);
                    finish(w);
                },
            ),
        ),
        (
            "a scale that the plan lacks",
            lived(
                Check::Submissions,
                |w| w.submission_path(0),
                |w| {
                    let mut one = w.submission(0);
                    one.blocks[0].scale_milli -= 1;
                    w.post(one, 0);
                    w.accepted.pop();
                    (1..5).for_each(|agent| w.submit(agent));
                    finish(w);
                },
            ),
        ),
        (
            "never closed",
            lived(Check::Release, statement, |w| {
                submit_all(w);
                w.release();
            }),
        ),
        (
            "closed after the release",
            lived(Check::Release, statement, |w| {
                submit_all(w);
                w.release();
                w.close();
            }),
        ),
        (
            "one left out of the release",
            lived(
                Check::Release,
                |_| release_path("figures.json"),
                |w| {
                    submit_all(w);
                    w.accepted.pop();
                    finish(w);
                },
            ),
        ),
        (
            "one digit changed before signing",
            lived(
                Check::Release,
                |_| release_path("figures.json"),
                |w| {
                    submit_all(w);
                    finish(w);
                    w.entries.pop();
                    edit(&mut w.files, &release_path("figures.json"), "\"value\":1", "\"value\":2");
                    w.log_statement();
                },
            ),
        ),
        (
            "the same version twice",
            lived(Check::Release, bundle_of_entries, |w| {
                submit_all(w);
                finish(w);
                w.log_statement();
            }),
        ),
        (
            "opened twice",
            lived(Check::Plans, bundle_of_entries, |w| {
                submit_all(w);
                w.log(Event::RoundOpen { round: w.round() });
                finish(w);
            }),
        ),
        (
            "a stranger to the cohort",
            lived(
                Check::Submissions,
                |w| w.submission_path(5),
                |w| {
                    submit_all(w);
                    w.agents.push(("999".parse().unwrap(), new_key()));
                    w.register(5);
                    w.submit(5);
                    w.accepted.pop();
                    finish(w);
                },
            ),
        ),
    ]);
}

#[test]
fn beginnings_that_went_wrong_are_named() {
    let late_key = {
        let mut w = World::new(5);
        w.log_framework();
        (1..5).for_each(|agent| w.register(agent));
        w.log_plan();
        w.log(Event::RoundOpen { round: w.round() });
        submit_all(&mut w);
        w.register(0);
        finish(&mut w);
        damaged(&w, w.export(), Check::Submissions, w.submission_path(0))
    };
    let begun = |check: Check, plan: fn(&mut World)| {
        let mut w = World::new(5);
        w.log_framework();
        (0..5).for_each(|agent| w.register(agent));
        plan(&mut w);
        submit_all(&mut w);
        finish(&mut w);
        damaged(&w, w.export(), check, w.plan_path())
    };
    check_all(vec![
        ("a key registered after its use", late_key),
        (
            "a plan of another signer",
            begun(Check::Plans, |w| {
                let envelope = Envelope::sign(PLAN_TYPE, w.plan.encode(), &new_key()).unwrap();
                w.log_plan_envelope(&envelope);
                w.log(Event::RoundOpen { round: w.round() });
            }),
        ),
        (
            "a plan signed by the release key",
            begun(Check::Plans, |w| {
                let envelope = Envelope::sign(PLAN_TYPE, w.plan.encode(), &w.release_key).unwrap();
                w.log_plan_envelope(&envelope);
                w.log(Event::RoundOpen { round: w.round() });
            }),
        ),
        (
            "a plan with a cheaper claim",
            begun(Check::Plans, |w| {
                let mut body = w.plan.body().clone();
                body.blocks[0].scale_milli -= 500;
                let envelope = Envelope::sign(PLAN_TYPE, serde_json::to_vec(&body).unwrap(), &w.plan_key).unwrap();
                w.log_plan_envelope(&envelope);
                w.log(Event::RoundOpen { round: w.round() });
            }),
        ),
        ("a plan logged after the opening", {
            let mut case = begun(Check::Plans, |w| {
                w.log(Event::RoundOpen { round: w.round() });
                w.log_plan();
            });
            case.file = "log/tile/entries/000.p/15".into();
            case
        }),
    ]);
}
