//! Rules about decisions for adoption and adoptions: PlacedAdoption and AD1 beside the episodes and last year's return.
//!
//! A decision may have been taken, and reported, before the first of the returns given. A rule that misses one is asked
//! only of what began within them.

use super::Scene;
use crate::day::Day;
use crate::records::cells::Cell;
use crate::records::codes::{LegalStatus, Rec};
use crate::records::findings::Recorder;
use crate::records::rows::{Ad1Row, AdoptionRow, EpisodeRow};
use crate::records::rules::RuleId;
use crate::records::tables::Table;

pub(super) fn check(scene: &Scene<'_>, found: &mut Recorder<'_>) {
    let now = &scene.now;
    let begins = |row: &EpisodeRow| row.place.is_adoption() || row.legal == LegalStatus::E1 || is_adopted(row);
    if now.adoption.is_empty() && now.ad1.is_empty() && !now.episodes.iter().any(begins) {
        return;
    }
    for row in now.adoption.iter().filter(|row| row.decided.is_blank() && (row.taken_back.is_filled() || row.reason.is_filled()))
    {
        found.row(RuleId::R563, row);
    }
    if now.adoption.len() > 1 {
        in_turn(now.adoption, found);
    }
    beside_last_year(scene, found);
    let decisions = Decisions::of(scene);
    begun(scene, &decisions, |row| row.place.is_adoption(), (RuleId::R551, RuleId::R552), found);
    begun(scene, &decisions, |row| row.legal == LegalStatus::E1, (RuleId::R553, RuleId::R554), found);
    left_otherwise(scene, found);
    adopted(scene, found);
}

/// Each decision after the one before it.
fn in_turn(rows: &[AdoptionRow], found: &mut Recorder<'_>) {
    let key = |row: &&AdoptionRow| (row.decided.known(), row.line);
    let mut known: Vec<&AdoptionRow> = rows.iter().filter(|row| row.decided.known().is_some()).collect();
    known.sort_by_key(key);
    for pair in known.windows(2) {
        let &[before, row] = pair else { continue };
        match before.taken_back {
            Cell::Blank => {
                found.row(RuleId::R579, row);
                if before.decided != row.decided {
                    found.row(RuleId::R583, before);
                }
            }
            Cell::Known(end) if row.decided.known().is_some_and(|decided| decided < end) => found.row(RuleId::R579, row),
            Cell::Known(_) | Cell::Unreadable => (),
        }
    }
}

/// The decisions of this year beside the last one of last year's return.
fn beside_last_year(scene: &Scene<'_>, found: &mut Recorder<'_>) {
    let Some(former) = scene.former.filter(|former| former.has(Table::PlacedAdoption)) else { return };
    let mut known = scene.now.adoption.iter().filter(|row| row.decided.known().is_some());
    let latest = former.adoption.iter().filter(|row| row.decided.known().is_some()).max_by_key(|row| row.decided.known());
    match latest {
        None if former.episodes.is_empty() || former.adoption.iter().any(|row| row.decided.is_filled()) => (),
        None => {
            for row in known.filter(|row| row.decided.known().is_some_and(|decided| decided < scene.year.first)) {
                found.row(RuleId::R559, row);
            }
        }
        Some(latest) if latest.taken_back.is_blank() && latest.reason.is_blank() => {
            if let Some(row) = known.clone().next()
                && !known.any(|row| row.decided == latest.decided)
            {
                found.row(RuleId::R560, row);
            }
        }
        Some(latest) => {
            // a decision that ended last year may be given once more as it was
            for row in known.filter(|row| row.decided == latest.decided && row.taken_back != latest.taken_back) {
                found.row(RuleId::R561, row);
            }
        }
    }
}

/// What both returns say of decisions.
struct Decisions {
    is_given: bool,
    first: Option<Day>,
    /// The day from which a decision would be seen.
    seen_since: Day,
}

impl Decisions {
    fn of(scene: &Scene<'_>) -> Self {
        let former = scene.former.filter(|former| former.has(Table::PlacedAdoption));
        let rows = scene.now.adoption.iter().chain(former.map(|former| former.adoption).unwrap_or_default());
        Self {
            is_given: rows.clone().any(|row| row.decided.is_filled()),
            first: rows.filter_map(|row| row.decided.known()).min(),
            seen_since: scene.year.first.plus_months(if former.is_some() { -12 } else { 0 }),
        }
    }
}

/// A placement or an order that needs a decision before it, where it begins: the rules for none, and for a later one.
fn begun(
    scene: &Scene<'_>,
    decisions: &Decisions,
    needs: impl Fn(&EpisodeRow) -> bool,
    (none, late): (RuleId, RuleId),
    found: &mut Recorder<'_>,
) {
    let mut needed_before = false;
    for episode in scene.now.care() {
        let goes_on = std::mem::replace(&mut needed_before, needs(episode));
        if goes_on || !needed_before || episode.start < decisions.seen_since {
            continue;
        }
        if !decisions.is_given && scene.now.has(Table::PlacedAdoption) {
            found.row(none, episode);
        }
        if decisions.first.is_some_and(|first| first > episode.start) {
            if let Some(row) = scene.now.adoption.iter().find(|row| row.decided.known().is_some()) {
                found.row(late, row);
            }
            return;
        }
    }
}

/// Care that ended in the year otherwise than by adoption, while a decision stood. A child who died, or whose care went
/// to another authority, leaves nothing to take back.
fn left_otherwise(scene: &Scene<'_>, found: &mut Recorder<'_>) {
    let stands = |row: &&AdoptionRow| row.taken_back.is_blank() || row.reason.is_blank();
    let Some(standing) = scene.now.adoption.iter().filter(stands).filter_map(|row| row.decided.known()).min() else { return };
    let other = |rec: Rec| !matches!(rec, Rec::X1 | Rec::E11 | Rec::E12 | Rec::E2 | Rec::E3);
    for episode in scene.now.care().filter(|row| row.rec.is_some_and(other)) {
        if episode.end.is_some_and(|end| scene.year.contains(end) && standing <= end) {
            found.row(RuleId::R557, episode);
        }
    }
}

fn adopted(scene: &Scene<'_>, found: &mut Recorder<'_>) {
    let now = &scene.now;
    let in_year = |row: &&EpisodeRow| is_adopted(row) && row.end.is_some_and(|end| scene.year.contains(end));
    let Some(episode) = now.care().find(in_year) else {
        if now.has(Table::Episodes) {
            now.ad1.iter().for_each(|row| found.row(RuleId::R602, row));
        }
        return;
    };
    if now.has(Table::Ad1) && !now.ad1.last().is_some_and(is_complete) {
        found.row(RuleId::R601, episode);
    }
    // of several decisions the earlier ones may have been taken back
    if let Some(row) = now.adoption.last().filter(|_| now.adoption.iter().all(|row| row.taken_back.is_filled())) {
        found.row(RuleId::R558, row);
    }
}

fn is_adopted(row: &EpisodeRow) -> bool {
    matches!(row.rec, Some(Rec::E11 | Rec::E12))
}

fn is_complete(row: &Ad1Row) -> bool {
    row.intended.known().is_some()
        && row.matched.known().is_some()
        && row.by_foster_carer.known().is_some()
        && row.adopters.known().is_some()
        && row.adopter_sex.known().is_some()
        && row.adopter_status.known().is_some()
}
