//! What a release says of the year before: computed anew from both years' submissions, and named where it is not so.

use super::{check_all, damaged, run, text};
use crate::audit::Verdict;
use crate::finding::Check;
use crate::sample::{World, path_in};

/// The second year's release.
const SECOND: &str = "2026.1";

#[test]
fn two_years_pass_and_the_second_is_compared_with_the_first() {
    let world = World::of_two_years(5);
    let audit = run(world.export(), &world.trust());
    assert_eq!(audit.verdict(), Verdict::Pass, "{}", text(&audit));
    let lines = |version: &str| String::from_utf8(world.files[&path_in(version, "changes.csv")].clone()).unwrap().lines().count();
    assert!(lines("2025.1") == 1 && lines(SECOND) > 10, "{} {}", lines("2025.1"), lines(SECOND));
}

#[test]
fn a_change_that_does_not_follow_is_named() {
    let file = || path_in(SECOND, "changes.csv");
    // signed and logged as if it were right
    let with = |change: fn(&str) -> String| {
        let mut world = World::of_two_years(5);
        let text = String::from_utf8(world.files[&file()].clone()).unwrap();
        let changed = change(&text);
        assert_ne!(changed, text);
        world.files.insert(file(), changed.into_bytes());
        world.entries.pop();
        world.log_statement();
        let export = world.export();
        damaged(&world, export, Check::Release, file())
    };
    check_all(vec![
        ("a claim that is none", with(|text| text.replacen(",no,", ",yes,", 1))),
        ("a smaller chance", with(|text| text.replacen(",0.", ",0.0", 1))),
        ("no comparison at all", with(|text| format!("{}\n", text.lines().next().unwrap()))),
    ]);
}
