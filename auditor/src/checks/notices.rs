//! Check `notices`: the words that must stand beside figures do; made-up data says so wherever it is seen.

use shared::log::entry::Event;
use shared::release::{NOTICE, NOTICE_MADE_UP};
use shared::sign::Envelope;
use shared::statement::{Manifest, STATEMENT_BYTES_MAX, STATEMENT_FILE};

use super::count;
use super::log::Log;
use super::plans::Rounds;
use crate::bundle::Bundle;
use crate::finding::{Check, Outcome};
use crate::place::{Place, README_FILE};

/// Looks for the notices.
pub fn check(bundle: &Bundle, log: &Log, rounds: &Rounds, manifest: Option<&Manifest>) -> Outcome {
    let mut outcome = Outcome::new(Check::Notices);
    let is_made_up = |r: &super::plans::Round| r.plan.as_ref().is_some_and(|p| p.plan.body().made_up);
    let any = rounds.values().any(is_made_up);
    let mut n_files = 1;
    match bundle.text(README_FILE) {
        Some(text) => must_say(&mut outcome, README_FILE, text, any),
        None => outcome.fault(README_FILE, "missing, or not text"),
    }
    if let Some(manifest) = manifest.filter(|m| *m != &Manifest::over(m.files.clone(), any)) {
        let says = if manifest.made_up { "made up" } else { "not made up" };
        outcome.fault(
            &Place::Manifest.path(),
            format!("it says that the data are {says}, or lacks a notice: the plans say otherwise"),
        );
    }
    for leaf in &log.leaves {
        let Event::Release { round, version, .. } = &leaf.entry.event else { continue };
        let made_up = rounds.get(round).is_some_and(is_made_up);
        for name in ["figures.csv", "figures.json", "figures.meta.csv", STATEMENT_FILE] {
            let path = Place::Release { version: version.clone(), file: name.to_owned() }.path();
            n_files += 1;
            match text_of(bundle, &path, name) {
                Some(text) if name == "figures.csv" => every_row_must_say(&mut outcome, &path, &text, made_up),
                Some(text) => must_say(&mut outcome, &path, &text, made_up),
                None => outcome.fault(&path, "missing, or not text"),
            }
        }
    }
    let what = if any { "data are made up, and say so" } else { "no plan is made up" };
    outcome.said(format!("{} carry the notices; {what}", count(n_files, "file", "files")))
}

fn text_of(bundle: &Bundle, path: &str, name: &str) -> Option<String> {
    if name != STATEMENT_FILE {
        return bundle.text(path).map(str::to_owned);
    }
    let envelope = Envelope::parse(bundle.bytes(path)?, STATEMENT_BYTES_MAX).ok()?;
    String::from_utf8(envelope.payload_unverified().to_vec()).ok()
}

/// Rows are cut out and passed on, so that each carries the words; the first that does not is named.
fn every_row_must_say(outcome: &mut Outcome, file: &str, text: &str, made_up: bool) {
    let lacks = |line: &str| notices(made_up).any(|notice| !line.contains(notice));
    if let Some(row) = text.lines().skip(1).position(lacks) {
        outcome.fault(file, format!("line {} lacks a notice", row + 2));
    }
}

fn must_say(outcome: &mut Outcome, file: &str, text: &str, made_up: bool) {
    for notice in notices(made_up) {
        if !text.contains(notice) {
            outcome.fault(file, format!("does not say \"{notice}\""));
        }
    }
}

fn notices(made_up: bool) -> impl Iterator<Item = &'static str> {
    made_up.then_some(NOTICE_MADE_UP).into_iter().chain([NOTICE])
}
