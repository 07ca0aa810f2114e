//! Counts that describe a made-up nation beside the measures: who the children are, how long they stay, how
//! care begins and ends. Only the calibration program reads them.

use super::Council;
use super::calendar::{Day, year_end, year_start};
use super::codes::{Absence, Ended, InTouch, Legal, NewEpisode, Place, Sex};
use super::state::{Child, Episode};
use std::collections::BTreeMap;

/// Counters by name.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    counts: BTreeMap<&'static str, f64>,
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
            *self.counts.entry(name).or_default() += n;
        }
    }

    /// One counter; 0 where nothing was counted.
    #[must_use]
    pub fn count(&self, name: &str) -> f64 {
        self.counts.get(name).copied().unwrap_or(0.0)
    }

    fn one(&mut self, name: &'static str) {
        self.amount(name, 1.0);
    }

    fn amount(&mut self, name: &'static str, amount: f64) {
        *self.counts.entry(name).or_default() += amount;
    }

    fn child(&mut self, child: &Child, year: i16) {
        let (start, end) = (year_start(year).date(), year_end(year).date());
        let in_care: Vec<&Episode> = child.episodes.iter().filter(|e| !e.is_short_break() && e.decom <= end).collect();
        let dob = Day::of(child.dob);
        if let Some(now) = in_care.iter().find(|e| e.dec.is_none_or(|dec| dec > end)) {
            self.on_31_march(child, now, dob.age_on(Day::of(end)));
        }
        if in_care.iter().any(|e| e.dec.is_none_or(|dec| dec > start)) {
            self.one("during");
            self.missing(child, year);
        }
        if let Some(first) = in_care.iter().find(|e| e.rne == NewEpisode::S && e.decom >= start) {
            self.started(child, first, dob.age_on(Day::of(first.decom)));
        }
        let mut left =
            in_care.iter().rev().filter(|e| e.rec != Some(Ended::X1) && e.dec.is_some_and(|dec| start <= dec && dec <= end));
        if let Some((dec, rec)) = left.next().and_then(|e| e.dec.zip(e.rec)) {
            let began = in_care.iter().rev().find(|e| e.rne == NewEpisode::S && e.decom < dec).map(|e| e.decom);
            self.ceased(dob.age_on(Day::of(dec)), rec, began.map(|began| Day::of(dec).since(Day::of(began))));
        }
        self.endings(child, year);
        if child.outcomes.iter().any(|row| row.year == year) {
            self.one("twelve_months");
        }
        let counts = |in_touch| !matches!(in_touch, InTouch::Died | InTouch::Rhom);
        if child.leaver.iter().any(|status| status.year == year && counts(status.in_touch)) {
            self.one(match dob.age_on(Day::of(end)) {
                17 | 18 => "leavers_17_18",
                19..=21 => "leavers_19_21",
                _ => "leavers_22_25",
            });
        }
    }

    fn on_31_march(&mut self, child: &Child, now: &Episode, age: i32) {
        self.one("now");
        self.one(match age {
            i32::MIN..=0 => "now_under_1",
            1..=4 => "now_1_4",
            5..=9 => "now_5_9",
            10..=15 => "now_10_15",
            _ => "now_16",
        });
        if child.sex == Sex::Male {
            self.one("now_male");
        }
        if child.uasc.as_ref().is_some_and(|uasc| uasc.ceased_on.is_none()) {
            self.one("now_uasc");
        }
        let ethnic = child.ethnic.code();
        self.one(match &ethnic[..1] {
            _ if ethnic == "WBRI" => "now_white_british",
            "M" => "now_mixed",
            "B" => "now_black",
            "A" | "C" => "now_asian",
            "W" => "now_white_other",
            "O" => "now_other_ethnic",
            _ => "now_ethnic_not_known",
        });
        self.one(match now.ls {
            Legal::C1 => "now_c1",
            Legal::C2 => "now_c2",
            Legal::E1 => "now_e1",
            Legal::V2 => "now_v2",
            _ => "now_other_legal",
        });
        self.one(match now.cin.code() {
            "N1" => "now_n1",
            "N5" => "now_n5",
            "N8" => "now_n8",
            _ => "now_other_need",
        });
        self.one(match now.place {
            Place::U1 | Place::U2 | Place::U3 | Place::U4 | Place::U5 | Place::U6 => "now_foster",
            Place::K1 | Place::K2 => "now_homes",
            Place::Supported | Place::Independent => "now_supported",
            Place::P1 => "now_parents",
            Place::A3 | Place::A4 | Place::A5 | Place::A6 => "now_adoption",
            _ => "now_other_place",
        });
    }

    fn started(&mut self, child: &Child, first: &Episode, age: i32) {
        self.one("started");
        if child.uasc.is_some() {
            self.one("started_uasc");
        }
        self.one(match age {
            i32::MIN..=0 => "started_under_1",
            1..=4 => "started_1_4",
            5..=9 => "started_5_9",
            10..=15 => "started_10_15",
            _ => "started_16",
        });
        match first.ls {
            Legal::C1 => self.one("started_c1"),
            Legal::V2 => self.one("started_v2"),
            Legal::L1 | Legal::L2 => self.one("started_detained"),
            _ => {}
        }
    }

    fn ceased(&mut self, age: i32, rec: Ended, days: Option<i32>) {
        self.one("ceased");
        if age >= 18 {
            self.one("ceased_18");
        }
        match rec {
            Ended::E11 | Ended::E12 => self.one("ceased_adopted"),
            Ended::E45 | Ended::E46 | Ended::E47 | Ended::E48 => self.one("ceased_sgo"),
            Ended::E41 => self.one("ceased_e41"),
            Ended::E4a => self.one("ceased_e4a"),
            Ended::E4b => self.one("ceased_e4b"),
            Ended::E13 => self.one("ceased_e13"),
            Ended::E3 => self.one("ceased_e3"),
            Ended::E17 => self.one("ceased_e17"),
            Ended::E5 => self.one("ceased_e5"),
            Ended::E6 => self.one("ceased_e6"),
            Ended::E8 => self.one("ceased_e8"),
            _ => {}
        }
        match days {
            Some(..=55) => self.one("lasted_8_weeks"),
            Some(56..=364) => self.one("lasted_to_1_year"),
            Some(365..=730) => self.one("lasted_1_2_years"),
            _ => self.one("lasted_longer"),
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
                    31..=182 => "ending_half_year",
                    183..=364 => "ending_year",
                    365..=730 => "ending_two_years",
                    _ => "ending_longer",
                });
                if episode.reason.is_some() {
                    self.one("moves");
                    if episode.reason == Some(super::codes::MoveReason::Place) {
                        self.one("moves_status");
                    }
                }
            }
        }
    }
}
