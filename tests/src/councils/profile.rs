//! Counts of a made-up nation that no measure has: events, and groups that no table has. Only the calibration reads them.

use super::Council;
use super::calendar::{Day, year_end, year_start};
use super::codes::{Absence, Ended, InTouch, NewEpisode, Place, Sex};
use super::state::{Child, Episode};
use std::collections::BTreeMap;

/// Counters by name.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    counts: BTreeMap<String, f64>,
}

impl Profile {
    /// The profile of one council in one year.
    #[must_use]
    pub fn of(council: &Council, year: i16) -> Self {
        let mut profile = Self::default();
        for child in &council.children {
            profile.child(child, year);
        }
        profile
    }

    /// Adds another council's counters.
    pub fn add(&mut self, other: &Self) {
        for (name, n) in &other.counts {
            *self.counts.entry(name.clone()).or_default() += n;
        }
    }

    /// One counter; 0 where nothing was counted.
    #[must_use]
    pub fn count(&self, name: &str) -> f64 {
        self.counts.get(name).copied().unwrap_or(0.0)
    }

    fn one(&mut self, name: &str) {
        self.amount(name, 1.0);
    }

    fn amount(&mut self, name: impl Into<String>, amount: f64) {
        *self.counts.entry(name.into()).or_default() += amount;
    }

    fn child(&mut self, child: &Child, year: i16) {
        let (start, end) = (year_start(year).date(), year_end(year).date());
        let in_care: Vec<&Episode> = child.episodes.iter().filter(|e| !e.is_short_break() && e.decom <= end).collect();
        let dob = Day::of(child.dob);
        let age = dob.age_on(Day::of(end));
        if let Some(now) = in_care.iter().find(|e| e.dec.is_none_or(|dec| dec > end)) {
            self.one("now");
            if matches!(now.place, Place::U1 | Place::U2 | Place::U3 | Place::U4 | Place::U5 | Place::U6) {
                self.one("now_foster");
            }
        }
        if in_care.iter().any(|e| e.dec.is_none_or(|dec| dec > start)) {
            self.one("during");
            self.missing(child, year);
        }
        let left = |e: &&&Episode| e.rec != Some(Ended::X1) && e.dec.is_some_and(|dec| start <= dec && dec <= end);
        if let Some(dec) = in_care.iter().rev().find(left).and_then(|e| e.dec) {
            self.one("ceased");
            if dob.age_on(Day::of(dec)) >= 18 {
                self.one("ceased_18");
            }
        }
        self.endings(child, year);
        if let Some(row) = child.outcomes.iter().find(|row| row.year == year) {
            self.one("twelve_months");
            if let Some(score) = row.sdq_score {
                let who = if child.sex == Sex::Female { "girls" } else { "boys" };
                self.amount(format!("score_{who}_{age}"), f64::from(score));
                self.amount(format!("scores_{who}_{age}"), 1.0);
            }
        }
        let counts = |in_touch| !matches!(in_touch, InTouch::Died | InTouch::Rhom);
        if child.leaver.iter().any(|status| status.year == year && counts(status.in_touch)) {
            self.one(match age {
                17 | 18 => "leavers_17_18",
                19..=21 => "leavers_19_21",
                _ => "leavers_22_25",
            });
        }
    }

    fn missing(&mut self, child: &Child, year: i16) {
        let (start, end) = (year_start(year).date(), year_end(year).date());
        let spells = child.absences.iter().filter(|s| s.from <= end && s.to.is_none_or(|to| to >= start));
        let (mut n_missing, mut n_away) = (0.0, 0.0);
        for spell in spells {
            match spell.kind {
                Absence::Missing => n_missing += 1.0,
                Absence::Away => n_away += 1.0,
            }
        }
        self.amount("incidents", n_missing);
        if n_missing > 0.0 {
            self.one("missing");
        }
        if n_missing > 1.0 {
            self.one("missing_again");
        }
        if n_away > 0.0 {
            self.one("away");
        }
    }

    /// Placements that ended in the year, by length, in the department's bands.
    fn endings(&mut self, child: &Child, year: i16) {
        let (start, end) = (year_start(year), year_end(year));
        let mut from: Option<Day> = None;
        for (i, episode) in child.episodes.iter().enumerate().filter(|(_, e)| !e.is_short_break()) {
            if episode.rne != NewEpisode::L || from.is_none() {
                from = Some(Day::of(episode.decom));
            }
            let goes_on = child.episodes.get(i + 1).is_some_and(|next| next.rne == NewEpisode::L);
            let (Some(dec), Some(began), false) = (episode.dec.map(Day::of), from, goes_on) else {
                continue;
            };
            if start <= dec && dec <= end {
                self.one("endings");
                let days = dec.since(began);
                self.amount("ending_days", f64::from(days));
                self.one(match days {
                    ..=7 => "ending_week",
                    8..=30 => "ending_month",
                    31..=91 => "ending_3_months",
                    92..=182 => "ending_6_months",
                    183..=364 => "ending_year",
                    365..=730 => "ending_two_years",
                    731..=1825 => "ending_five_years",
                    _ => "ending_longer",
                });
                if let Some(reason) = episode.reason {
                    self.one("moves");
                    self.amount(format!("moves_{}", reason.code()), 1.0);
                }
            }
        }
    }
}
