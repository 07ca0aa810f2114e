//! Corrections: a round with one passes; what is wrong with one, its time or its release is named.

use shared::log::entry::Event;
use shared::statement::ReleaseReason;

use super::{check_all, damaged, names, run, submit_all, text};
use crate::audit::Verdict;
use crate::finding::Check;
use crate::sample::{CORRECTED, World, path_in};

fn figures(_: &World) -> String {
    path_in(CORRECTED, "figures.json")
}

fn statement(_: &World) -> String {
    path_in(CORRECTED, "statement.dsse.json")
}

/// A released round whose corrections went wrong, with everything signed and logged as if they had not.
fn lived(check: Check, file: fn(&World) -> String, life: fn(&mut World)) -> super::Damaged {
    let mut world = World::whole(5);
    life(&mut world);
    let file = file(&world);
    damaged(&world, world.export(), check, file)
}

fn finish(w: &mut World) {
    w.close_corrections();
    w.release_corrections();
}

#[test]
fn a_round_with_a_correction_passes_and_both_versions_are_recomputed() {
    let world = World::corrected(5);
    let audit = run(world.export(), &world.trust());
    assert_eq!(audit.verdict(), Verdict::Pass, "{}", text(&audit));
    let said = text(&audit);
    assert!(said.contains("6 envelopes (1 correction)") && said.contains("2 releases"), "{said}");
    assert!(said.contains("not that noise was drawn"), "{said}");
    let both = ["2025.1", CORRECTED].map(|version| world.files[&path_in(version, "figures.json")].clone());
    assert_ne!(both[0], both[1], "the correction changes the figures");
}

#[test]
fn a_round_that_still_takes_corrections_passes_without_their_bodies() {
    let mut world = World::whole(5);
    world.open_corrections();
    world.correct(1);
    world.files.remove(&world.correction_path(1));
    for _ in 0..2 {
        let audit = run(world.export(), &world.trust());
        assert_eq!(audit.verdict(), Verdict::Pass, "{}", text(&audit));
        assert!(text(&audit).contains("1 more, not in a release yet"), "{}", text(&audit));
        world.close_corrections();
    }
}

#[test]
fn what_is_wrong_with_a_correction_is_named() {
    check_all(vec![
        (
            "before its window",
            lived(
                Check::Submissions,
                |w| w.correction_path(1),
                |w| {
                    w.correct(1);
                    w.open_corrections();
                    finish(w);
                },
            ),
        ),
        (
            "and it was released",
            lived(Check::Release, figures, |w| {
                w.correct(1);
                w.open_corrections();
                finish(w);
            }),
        ),
        (
            "after its window",
            lived(
                Check::Submissions,
                |w| w.correction_path(1),
                |w| {
                    w.open_corrections();
                    w.correct(2);
                    w.close_corrections();
                    w.correct(1);
                    w.corrections.pop();
                    w.release_corrections();
                },
            ),
        ),
        (
            "a second one",
            lived(
                Check::Submissions,
                |w| w.correction_path(1),
                |w| {
                    w.open_corrections();
                    w.correct(1);
                    w.correct(1);
                    finish(w);
                },
            ),
        ),
        (
            "the budget of a second one",
            lived(Check::Budget, World::plan_path, |w| {
                w.open_corrections();
                w.correct(1);
                w.correct(1);
                finish(w);
            }),
        ),
        (
            "a third number",
            lived(
                Check::Submissions,
                |w| w.correction_path(1).replace("-2.", "-3."),
                |w| {
                    w.open_corrections();
                    w.correct(1);
                    let mut third = w.correction(1);
                    third.sequence = 3;
                    w.post(third, 1);
                    w.corrections.pop();
                    finish(w);
                },
            ),
        ),
        (
            "a reason that there is not",
            lived(
                Check::Submissions,
                |w| w.correction_path(1),
                |w| {
                    w.open_corrections();
                    let mut one = w.correction(1);
                    one.reason = 5;
                    w.post(one, 1);
                    w.close_corrections();
                },
            ),
        ),
        (
            "no reason",
            lived(
                Check::Submissions,
                |w| w.correction_path(1),
                |w| {
                    w.open_corrections();
                    let mut one = w.correction(1);
                    one.reason = 0;
                    w.post(one, 1);
                    w.close_corrections();
                },
            ),
        ),
        (
            "the scales of a release",
            lived(
                Check::Submissions,
                |w| w.correction_path(1),
                |w| {
                    w.open_corrections();
                    let mut one = w.correction(1);
                    one.blocks = w.submission(1).blocks;
                    w.post(one, 1);
                    w.close_corrections();
                },
            ),
        ),
        (
            "of another's submission",
            lived(
                Check::Submissions,
                |w| w.correction_path(1),
                |w| {
                    w.open_corrections();
                    let mut one = w.correction(1);
                    one.previous = w.accepted[2].id;
                    w.post(one, 1);
                    finish(w);
                },
            ),
        ),
        (
            "signed by another authority's key",
            lived(
                Check::Submissions,
                |w| w.correction_path(1),
                |w| {
                    w.open_corrections();
                    let one = w.correction(1);
                    w.post(one, 2);
                    finish(w);
                },
            ),
        ),
    ]);
}

#[test]
fn a_correction_of_an_authority_that_was_absent_is_named() {
    let mut w = World::open(5);
    (0..4).for_each(|agent| w.submit(agent));
    w.close();
    w.release();
    w.open_corrections();
    let mut one = w.correction(4);
    one.previous = w.accepted[0].id;
    w.post(one, 4);
    w.close_corrections();
    let file = w.correction_path(4);
    check_all(vec![("nothing to correct", damaged(&w, w.export(), Check::Submissions, file))]);
}

#[test]
fn what_is_wrong_with_the_time_or_the_release_of_corrections_is_named() {
    let bundle = super::bundle_of_entries;
    check_all(vec![
        (
            "opened twice",
            lived(Check::Plans, bundle, |w| {
                w.open_corrections();
                w.open_corrections();
            }),
        ),
        ("closed without being opened", lived(Check::Plans, bundle, |w| w.close_corrections())),
        (
            "closed twice",
            lived(Check::Plans, bundle, |w| {
                w.open_corrections();
                w.close_corrections();
                w.close_corrections();
            }),
        ),
        (
            "a correction left out",
            lived(Check::Release, figures, |w| {
                w.open_corrections();
                w.correct(1);
                w.correct(2);
                w.corrections.pop();
                finish(w);
            }),
        ),
        (
            "the first ones published again",
            lived(Check::Release, figures, |w| {
                w.open_corrections();
                w.correct(1);
                w.close_corrections();
                w.make_release(ReleaseReason::Corrections, &w.accepted.clone());
            }),
        ),
        (
            "a release with corrections without any",
            lived(
                Check::Release,
                |_| path_in(CORRECTED, "figures.csv"),
                |w| {
                    w.open_corrections();
                    finish(w);
                },
            ),
        ),
        (
            "released while corrections were taken",
            lived(Check::Release, statement, |w| {
                w.open_corrections();
                w.correct(1);
                w.release_corrections();
                w.close_corrections();
            }),
        ),
        (
            "a release with corrections that were never opened",
            lived(Check::Release, statement, |w| w.make_release(ReleaseReason::Corrections, &w.accepted.clone())),
        ),
        (
            "a statement that names the first deadline",
            lived(Check::Release, statement, |w| {
                w.open_corrections();
                w.correct(1);
                finish(w);
                w.entries.pop();
                let first = w.entries.iter().position(|e| matches!(e.event, Event::RoundDeadline { .. })).unwrap();
                w.log_statement_that(ReleaseReason::Corrections, ReleaseReason::Corrections, u64::try_from(first).unwrap());
            }),
        ),
        (
            "a statement with the other reason",
            lived(Check::Release, statement, |w| {
                w.open_corrections();
                w.correct(1);
                finish(w);
                w.entries.pop();
                let closed = w.entries.iter().position(|e| matches!(e.event, Event::CorrectionDeadline { .. })).unwrap();
                w.log_statement_that(ReleaseReason::Corrections, ReleaseReason::First, u64::try_from(closed).unwrap());
            }),
        ),
    ]);
}

#[test]
fn corrections_before_a_release_are_named() {
    let mut w = World::open(5);
    submit_all(&mut w);
    w.close();
    w.open_corrections();
    let file = super::bundle_of_entries(&w);
    check_all(vec![("opened before the release", damaged(&w, w.export(), Check::Plans, file))]);
}

#[test]
fn a_body_of_a_correction_that_is_missing_after_its_release_is_named() {
    let world = World::corrected(5);
    let mut files = world.export();
    files.remove(&world.correction_path(1));
    world.sign_manifest(&mut files);
    let audit = run(files, &world.trust());
    assert!(names(&audit, Check::Submissions, &world.correction_path(1)), "{}", text(&audit));
    assert!(names(&audit, Check::Release, &path_in(CORRECTED, "figures.csv")), "{}", text(&audit));
    assert!(!names(&audit, Check::Release, &path_in("2025.1", "figures.csv")), "the first one stands: {}", text(&audit));
}
