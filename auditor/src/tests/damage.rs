//! Files changed after everything was signed, with and without a manifest that the true release key signs anew.

use shared::log::entry::Entry;
use shared::sign::Envelope;
use shared::submission::SUBMISSION_TYPE;

use super::{bundle_of_entries, changed, check_all, damaged, edit, finish, flip, lived, names, run, submit_all, text};
use crate::finding::Check;
use crate::place::{CHECKPOINT_FILE, Place};
use crate::sample::{Files, World, new_key, release_path};

#[test]
fn added_missing_and_changed_files_are_named() {
    let world = World::whole(5);
    let case = |file: &str, change: &dyn Fn(&mut Files)| {
        let mut files = world.export();
        change(&mut files);
        damaged(&world, files, Check::Manifest, file)
    };
    let submission = world.submission_path(3);
    let second = submission.replace("-1.", "-2.");
    let mut cases = vec![
        ("a note added", case("notes.txt", &|f| drop(f.insert("notes.txt".into(), vec![1])))),
        ("a submission added", case(&second, &|f| drop(f.insert(second.clone(), f[&submission].clone())))),
        (
            "two files change places",
            case("README.txt", &|f| {
                let (a, b) = (f["README.txt"].clone(), f["root.pem"].clone());
                f.extend([("README.txt".to_owned(), b), ("root.pem".to_owned(), a)]);
            }),
        ),
    ];
    for path in world.export().keys() {
        cases.push(("a file removed", case(path, &|f| drop(f.remove(path)))));
    }
    check_all(cases);
}

#[test]
fn what_the_release_key_signs_anew_is_found_by_deeper_checks() {
    check_all(vec![
        ("a note added", changed(Check::Manifest, |_| "notes.txt".into(), |_, f| drop(f.insert("notes.txt".into(), vec![1])))),
        (
            "white space in an envelope",
            changed(Check::Submissions, |w| w.submission_path(1), |w, f| edit(f, &w.submission_path(1), ",", ", ")),
        ),
        (
            "another base64",
            changed(
                Check::Submissions,
                |w| w.submission_path(1),
                |w, f| edit(f, &w.submission_path(1), "\"payload\":\"e", "\"payload\":\"\\u0065"),
            ),
        ),
        ("white space in a plan", changed(Check::Plans, World::plan_path, |w, f| edit(f, &w.plan_path(), ",", ", "))),
        (
            "a submission removed",
            changed(Check::Submissions, |w| w.submission_path(4), |w, f| drop(f.remove(&w.submission_path(4)))),
        ),
        (
            "a submission of a name that the log lacks",
            changed(
                Check::Submissions,
                |w| w.submission_path(0).replace("-1.", "-2."),
                |w, f| {
                    let bytes = f[&w.submission_path(0)].clone();
                    f.insert(w.submission_path(0).replace("-1.", "-2."), bytes);
                },
            ),
        ),
        (
            "a key that nobody registered",
            changed(
                Check::Keys,
                |_| "keys/".to_owned() + &"0".repeat(64) + ".pem",
                |_, f| {
                    f.insert("keys/".to_owned() + &"0".repeat(64) + ".pem", new_key().public().to_pem().into_bytes());
                },
            ),
        ),
        ("a key removed", changed(Check::Keys, |w| w.key_path(0), |w, f| drop(f.remove(&w.key_path(0))))),
        (
            "a key in another spelling",
            changed(Check::Keys, |w| w.key_path(0), |w, f| edit(f, &w.key_path(0), "-----BEGIN", "\n-----BEGIN")),
        ),
        (
            "a cell changed and signed by a stranger",
            changed(
                Check::Submissions,
                |w| w.submission_path(2),
                |w, f| {
                    let mut submission = w.accepted[2].submission.clone();
                    submission.blocks[0].cells.0[0] += 1;
                    let envelope = Envelope::sign(SUBMISSION_TYPE, submission.encode(), &new_key()).unwrap();
                    f.insert(w.submission_path(2), envelope.encode());
                },
            ),
        ),
        (
            "a cell changed under the old signature",
            changed(
                Check::Submissions,
                |w| w.submission_path(2),
                |w, f| {
                    let mut submission = w.accepted[2].submission.clone();
                    submission.blocks[0].cells.0[0] += 1;
                    let unsigned = Envelope::sign(SUBMISSION_TYPE, submission.encode(), &new_key()).unwrap().encode();
                    let old = String::from_utf8(f[&w.submission_path(2)].clone()).unwrap();
                    let new = String::from_utf8(unsigned).unwrap();
                    let (payload, signatures) =
                        (new.split_once("\"signatures\"").unwrap().0, old.split_once("\"signatures\"").unwrap().1);
                    f.insert(w.submission_path(2), format!("{payload}\"signatures\"{signatures}").into_bytes());
                },
            ),
        ),
        (
            "a fact changed under the old signature",
            changed(
                Check::Submissions,
                |w| w.submission_path(2),
                |w, f| {
                    let mut submission = w.accepted[2].submission.clone();
                    submission.facts[0].stated = 2;
                    let unsigned = Envelope::sign(SUBMISSION_TYPE, submission.encode(), &new_key()).unwrap().encode();
                    let old = String::from_utf8(f[&w.submission_path(2)].clone()).unwrap();
                    let new = String::from_utf8(unsigned).unwrap();
                    let (payload, signatures) =
                        (new.split_once("\"signatures\"").unwrap().0, old.split_once("\"signatures\"").unwrap().1);
                    f.insert(w.submission_path(2), format!("{payload}\"signatures\"{signatures}").into_bytes());
                },
            ),
        ),
        (
            "two submissions change places",
            changed(
                Check::Submissions,
                |w| w.submission_path(1),
                |w, f| {
                    let (a, b) = (f[&w.submission_path(0)].clone(), f[&w.submission_path(1)].clone());
                    f.extend([(w.submission_path(0), b), (w.submission_path(1), a)]);
                },
            ),
        ),
        (
            "a framework changed",
            changed(
                Check::Frameworks,
                |w| Place::Framework(w.framework.hash()).path(),
                |w, f| {
                    edit(f, &Place::Framework(w.framework.hash()).path(), "2026.1", "2026.2");
                },
            ),
        ),
        (
            "a figure changed",
            changed(
                Check::Release,
                |_| release_path("figures.json"),
                |_, f| edit(f, &release_path("figures.json"), "\"value\":1", "\"value\":2"),
            ),
        ),
        (
            "a row dropped",
            changed(
                Check::Release,
                |_| release_path("figures.csv"),
                |_, f| {
                    let text = String::from_utf8(f[&release_path("figures.csv")].clone()).unwrap();
                    let (rest, _) = text.trim_end().rsplit_once('\n').unwrap();
                    f.insert(release_path("figures.csv"), format!("{rest}\n").into_bytes());
                },
            ),
        ),
        (
            "a file in a release",
            changed(Check::Release, |_| release_path("more.csv"), |_, f| drop(f.insert(release_path("more.csv"), vec![]))),
        ),
        (
            "a release that was not logged",
            changed(
                Check::Release,
                |_| "releases/2025.2/figures.csv".into(),
                |_, f| {
                    let bytes = f[&release_path("figures.csv")].clone();
                    f.insert("releases/2025.2/figures.csv".into(), bytes);
                },
            ),
        ),
        (
            "no notice in the words",
            changed(Check::Notices, |_| "README.txt".into(), |_, f| edit(f, "README.txt", "Made-up data", "Fine data")),
        ),
        (
            "no notice in a row",
            changed(
                Check::Notices,
                |_| release_path("figures.csv"),
                |_, f| edit(f, &release_path("figures.csv"), "Made-up data", "Fine data"),
            ),
        ),
        (
            "another root",
            changed(
                Check::Trust,
                |_| "root.pem".into(),
                |_, f| {
                    f.insert("root.pem".into(), shared::sign::pem_encode("CERTIFICATE", &[9; 90]).into_bytes());
                },
            ),
        ),
    ]);
}

#[test]
fn a_log_that_does_not_add_up_is_named_by_its_tile() {
    let tile = |w: &World| format!("log/tile/0/000.p/{}", w.entries.len());
    let bundle = bundle_of_entries;
    check_all(vec![
        ("a hash changed", changed(Check::Log, tile, |w, f| flip(f, &format!("log/tile/0/000.p/{}", w.entries.len()), 900))),
        (
            "an entry changed",
            changed(Check::Log, bundle, |w, f| {
                let path = bundle_of_entries(w);
                let text = f[&path].clone();
                let at = text.windows(10).position(|x| x == b"registered").unwrap();
                f.get_mut(&path).unwrap()[at] = b'R';
            }),
        ),
        (
            "a tile too many",
            changed(Check::Log, |_| "log/tile/1/000.p/1".into(), |_, f| drop(f.insert("log/tile/1/000.p/1".into(), vec![0; 32]))),
        ),
        ("a tile missing", changed(Check::Log, tile, |w, f| drop(f.remove(&format!("log/tile/0/000.p/{}", w.entries.len()))))),
        (
            "a leaf cut off",
            changed(
                Check::Release,
                |_| release_path("figures.csv"),
                |w, f| {
                    f.retain(|path, _| !path.starts_with("log/"));
                    let entries: Vec<Vec<u8>> = w.entries[..w.entries.len() - 1].iter().map(Entry::encode).collect();
                    w.write_log(f, &entries);
                },
            ),
        ),
        (
            "time runs backwards",
            lived(Check::Log, bundle, |w| {
                submit_all(w);
                finish(w);
                w.entries[8].at = w.entries[2].at;
            }),
        ),
        (
            "a checkpoint of another log",
            changed(Check::Log, |_| CHECKPOINT_FILE.into(), |_, f| edit(f, CHECKPOINT_FILE, "log.example", "log.exemple")),
        ),
    ]);
}

#[test]
fn files_emptied_or_cut_are_named_by_a_deeper_check_than_the_manifest() {
    let world = World::whole(5);
    let files = world.export();
    let centre = [world.plan_key.public().id(), world.release_key.public().id()].map(|id| Place::Key(id).path());
    for path in files.keys().filter(|p| **p != Place::Manifest.path()) {
        for part in [0, 2] {
            let mut bad = files.clone();
            let length = bad[path].len() * part / 4;
            bad.get_mut(path).unwrap().truncate(length);
            world.sign_manifest(&mut bad);
            let audit = run(bad, &world.trust());
            let deeper = |o: &crate::finding::Outcome| o.check != Check::Manifest && o.faults.iter().any(|f| f.file == *path);
            assert!(audit.outcomes.iter().any(deeper), "{path} cut to {length}\n{}", text(&audit));
            assert!(!centre.contains(path) || names(&audit, Check::Keys, path));
        }
    }
}

#[test]
fn a_forged_fact_and_a_forged_rate_are_named() {
    let world = World::whole(5);
    let json = release_path("figures.json");
    let check = |id: &str, from: &str, to: &str, named: &str| {
        let mut files = world.export();
        let written = String::from_utf8(files[&json].clone()).unwrap();
        let line = written.lines().find(|l| l.contains(id) && l.contains("\"area\":\"England\"")).unwrap().to_owned();
        assert!(line.contains(from), "{line}");
        edit(&mut files, &json, &line, &line.replacen(from, to, 1));
        world.sign_manifest(&mut files);
        let audit = run(files, &world.trust());
        assert!(names(&audit, Check::Release, &json) && text(&audit).contains(named), "{}", text(&audit));
    };
    // five councils of the sample say yes to S1
    check("\"id\":\"S1\"", "\"value\":5", "\"value\":4", "S1/total/yes of England (authorities)");
    check("\"what\":\"rate\"", "\"value\":", "\"value\":9", "P1.total/total/children of England (rate)");
}
