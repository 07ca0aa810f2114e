//! A correct export passes; every damage to it is found, and the file is named.

mod changes;
mod corrections;
mod damage;
mod rounds;

use shared::log::entry::Entry;
use shared::trust::Trust;

use crate::audit::{Audit, Verdict, audit};
use crate::bundle::Bundle;
use crate::finding::Check;
use crate::place::CHECKPOINT_FILE;
use crate::report::Report;
use crate::sample::{Files, Numbers, World, new_key, release_path};

fn run(files: Files, trust: &Trust) -> Audit {
    audit(&Bundle::from_files(files), Some(trust))
}

fn text(audit: &Audit) -> String {
    Report::of(audit).text()
}

fn names(audit: &Audit, check: Check, file: &str) -> bool {
    let outcome = audit.outcomes.iter().find(|o| o.check == check).unwrap();
    outcome.faults.iter().any(|f| f.file == file)
}

/// An export, who is trusted, and the check and file that must be named.
struct Damaged {
    files: Files,
    trust: Trust,
    check: Check,
    file: String,
}

fn damaged(world: &World, files: Files, check: Check, file: impl Into<String>) -> Damaged {
    Damaged { files, trust: world.trust(), check, file: file.into() }
}

/// A whole world, its files changed after everything was signed; then the manifest is signed anew by the true key.
fn changed(check: Check, file: fn(&World) -> String, change: fn(&World, &mut Files)) -> Damaged {
    let world = World::whole(5);
    let mut files = world.export();
    change(&world, &mut files);
    world.sign_manifest(&mut files);
    let file = file(&world);
    damaged(&world, files, check, file)
}

/// A world whose round went wrong, with everything signed and logged as if it had not.
fn lived(check: Check, file: fn(&World) -> String, life: fn(&mut World)) -> Damaged {
    let mut world = World::open(5);
    life(&mut world);
    let file = file(&world);
    damaged(&world, world.export(), check, file)
}

fn submit_all(world: &mut World) {
    (0..5).for_each(|agent| world.submit(agent));
}

fn finish(world: &mut World) {
    world.close();
    world.release();
}

fn edit(files: &mut Files, path: &str, from: &str, to: &str) {
    let text = String::from_utf8(files[path].clone()).unwrap();
    assert!(text.contains(from), "{from} is not in {path}");
    files.insert(path.into(), text.replacen(from, to, 1).into_bytes());
}

fn flip(files: &mut Files, path: &str, bit: usize) {
    files.get_mut(path).unwrap()[bit / 8] ^= 1 << (bit % 8);
}

fn bundle_of_entries(world: &World) -> String {
    format!("log/tile/entries/000.p/{}", world.entries.len())
}

fn check_all(cases: Vec<(&str, Damaged)>) {
    for (name, case) in cases {
        let audit = run(case.files, &case.trust);
        assert_eq!(audit.verdict(), Verdict::Fault, "{name}\n{}", text(&audit));
        assert!(names(&audit, case.check, &case.file), "{name}: {:?} does not name {}\n{}", case.check, case.file, text(&audit));
    }
}

#[test]
fn a_correct_export_passes() {
    let world = World::whole(5);
    let audit = run(world.export(), &world.trust());
    assert_eq!(audit.verdict(), Verdict::Pass, "{}", text(&audit));
    assert!(audit.outcomes.iter().all(|o| o.remarks.is_empty()), "{}", text(&audit));
    assert_eq!(audit.outcomes.len(), 11);
}

#[test]
fn without_a_trust_file_a_correct_export_is_consistent_and_no_more() {
    let world = World::whole(5);
    let mut files = world.export();
    let audit_of = |files: &Files| audit(&Bundle::from_files(files.clone()), None);
    assert_eq!(audit_of(&files).verdict(), Verdict::ConsistentNotAuthenticated);
    assert!(text(&audit_of(&files)).contains("consistent, not authenticated"));
    flip(&mut files, &world.submission_path(2), 4000);
    assert_eq!(audit_of(&files).verdict(), Verdict::Fault);
    files.remove("trust.toml");
    assert_eq!(audit_of(&files).verdict(), Verdict::Fault);
}

#[test]
fn a_forged_world_is_refused_by_the_name_of_each_key() {
    let (real, forged) = (World::whole(5), World::whole(5));
    let audit_with = |trust: &Trust, files: Files| text(&run(files, trust));
    let report = audit_with(&real.trust(), forged.export());
    for what in ["the log key differs", "the plan key differs", "the release key differs", "the root certificate differs"] {
        assert!(report.contains(what), "{what}\n{report}");
    }
    // the forger copies the true claim and root: what was signed still tells
    let mut files = forged.export();
    files.insert("trust.toml".into(), real.trust().encode().into_bytes());
    files.insert("root.pem".into(), real.files["root.pem"].clone());
    forged.sign_manifest(&mut files);
    let audit = run(files, &real.trust());
    let statement = release_path("statement.dsse.json");
    for file in [CHECKPOINT_FILE, "manifest.dsse.json", &forged.plan_path(), &statement] {
        assert!(names(&audit, Check::Trust, file), "{file}\n{}", text(&audit));
    }
    // one foreign key at a time
    let cases: [(&str, Swap); 4] = [
        ("log key", |w, o| w.log_key = copy(&o.log_key)),
        ("plan key", |w, o| w.plan_key = copy(&o.plan_key)),
        ("release key", |w, o| w.release_key = copy(&o.release_key)),
        ("root certificate", |w, o| w.root = o.root.clone()),
    ];
    for (what, change) in cases {
        let mut other = World::new(5);
        other.log_key = copy(&real.log_key);
        other.plan_key = copy(&real.plan_key);
        other.release_key = copy(&real.release_key);
        other.root = real.root.clone();
        change(&mut other, &forged);
        let report = audit_with(&other.trust(), real.export());
        assert!(report.contains(&format!("the {what} differs")), "{what}\n{report}");
    }
}

/// Puts something of a second world into the first.
type Swap = fn(&mut World, &World);

fn copy(key: &shared::sign::SigningKey) -> shared::sign::SigningKey {
    shared::sign::SigningKey::from_pem(&key.to_pem().unwrap()).unwrap()
}

/// Bits flipped in each file: 20, or as many as the variable GOLDENTHREAD_DAMAGES says.
fn n_flips() -> usize {
    #[expect(clippy::disallowed_methods, reason = "long runs are a count in an environment variable")]
    let told = std::env::var("GOLDENTHREAD_DAMAGES");
    told.ok().map_or(20, |n| n.parse().unwrap())
}

/// Flips bits in every fourth file, so that the four tests below share the work.
fn check_flips(quarter: usize) {
    let world = World::whole(5);
    let files = world.export();
    let trust = world.trust();
    let mut numbers = Numbers(20);
    for path in files.keys().skip(quarter).step_by(4) {
        for _ in 0..n_flips() {
            let mut bad = files.clone();
            let bit = numbers.below(bad[path].len() * 8);
            flip(&mut bad, path, bit);
            let audit = run(bad, &trust);
            assert_eq!(audit.verdict(), Verdict::Fault, "{path} bit {bit}");
            assert!(names(&audit, Check::Manifest, path), "{path} bit {bit}\n{}", text(&audit));
        }
    }
}

#[test]
fn every_flipped_bit_is_found_and_its_file_named_1() {
    check_flips(0);
}

#[test]
fn every_flipped_bit_is_found_and_its_file_named_2() {
    check_flips(1);
}

#[test]
fn every_flipped_bit_is_found_and_its_file_named_3() {
    check_flips(2);
}

#[test]
fn every_flipped_bit_is_found_and_its_file_named_4() {
    check_flips(3);
}

#[test]
fn a_flipped_bit_under_a_manifest_signed_anew_is_found_by_a_deeper_check() {
    let world = World::whole(5);
    let files = world.export();
    let trust = world.trust();
    let mut numbers = Numbers(21);
    // words and claims that only the manifest vouches for
    let shallow = ["README.txt", "root.pem", "trust.toml", "manifest.dsse.json"];
    for path in files.keys().filter(|p| !shallow.contains(&p.as_str())) {
        for _ in 0..3 {
            let mut bad = files.clone();
            let bit = numbers.below(bad[path].len() * 8);
            flip(&mut bad, path, bit);
            world.sign_manifest(&mut bad);
            let audit = run(bad, &trust);
            let deeper = |o: &crate::finding::Outcome| o.check != Check::Manifest && o.faults.iter().any(|f| f.file == *path);
            assert!(audit.outcomes.iter().any(deeper), "{path} bit {bit}\n{}", text(&audit));
        }
    }
}

#[test]
fn what_is_not_wrong_is_told() {
    let mut world = World::open(5);
    world.submit(0);
    let mut one = world.submission(1);
    one.previous = shared::hash::sha256(b"drawn, and late");
    world.post(one, 1);
    (2..5).for_each(|agent| world.submit(agent));
    finish(&mut world);
    let mut files = world.export();
    let mut entries: Vec<Vec<u8>> = world.entries.iter().map(Entry::encode).collect();
    entries.push(b"goldenthread.entry/1\nkind teller-key\nat 2030-01-01T00:00:00Z\nmore\n".to_vec());
    files.retain(|path, _| !path.starts_with("log/"));
    world.write_log(&mut files, &entries);
    world.sign_manifest(&mut files);
    let audit = run(files, &world.trust());
    assert_eq!(audit.verdict(), Verdict::Pass, "{}", text(&audit));
    assert!(text(&audit).contains("never logged"));
    assert!(text(&audit).contains("kind teller-key is proved, but not understood"));
}

#[test]
fn a_round_without_a_release_is_known_by_hash_only() {
    let mut world = World::open(5);
    submit_all(&mut world);
    world.files.retain(|path, _| !path.starts_with("submissions/"));
    let audit = run(world.export(), &world.trust());
    assert_eq!(audit.verdict(), Verdict::Pass, "{}", text(&audit));
    assert!(text(&audit).contains("5 more, not in a release yet"));
}

#[test]
fn a_long_log_has_more_than_one_tile() {
    let mut world = World::whole(5);
    for _ in 0..300 {
        world.agents.push(("900".parse().unwrap(), new_key()));
        world.register(world.agents.len() - 1);
    }
    let audit = run(world.export(), &world.trust());
    assert_eq!(audit.verdict(), Verdict::Pass, "{}", text(&audit));
    assert!(world.export().contains_key("log/tile/1/000.p/1"));
    let mut files = world.export();
    flip(&mut files, "log/tile/1/000.p/1", 9);
    world.sign_manifest(&mut files);
    assert!(names(&run(files, &world.trust()), Check::Log, "log/tile/1/000.p/1"));
}

#[test]
fn many_faults_are_counted_and_twenty_told() {
    let world = World::whole(30);
    let mut files = world.export();
    (0..30).for_each(|agent| flip(&mut files, &world.submission_path(agent), 20_000));
    let audit = run(files, &world.trust());
    let json: serde_json::Value = serde_json::from_str(&Report::of(&audit).json()).unwrap();
    assert_eq!(json["verdict"], "fault");
    let manifest = &json["checks"][1];
    assert_eq!((&manifest["name"], &manifest["ok"]), (&"manifest".into(), &false.into()));
    assert_eq!((manifest["findings"].as_array().unwrap().len(), manifest["more"].as_u64()), (20, Some(10)));
    assert!(text(&audit).contains("and 10 more"));
}

#[test]
fn a_forged_text_cannot_speak_to_the_terminal() {
    let world = World::whole(3);
    let mut files = world.export();
    files.insert("\u{1b}[2J\nVerdict: pass".into(), vec![]);
    let report = text(&run(files, &world.trust()));
    assert!(!report.contains('\u{1b}') && !report.contains("\nVerdict: pass"), "{report}");
}
