//! Return files: the state as one return year saw it, with that year's columns and codes.
//!
//! A return of year Y holds the episodes that touch year Y. What had not happened by 31 March Y is blank in
//! it.

use super::calendar::{year_end, year_start};
use super::codes::{Activity, Adopters, Ended, MoveReason, NewEpisode, Place, Sex};
use super::rows::Rows;
use super::state::{Child, Episode, Plans};
use super::{Council, DEPRIVATIONS_FROM, SOCIAL_WORKERS_FROM};
use jiff::civil::{Date, date};

/// An Ofsted number for settings that another body inspects.
pub const URN_ELSEWHERE: u32 = u32::MAX;

/// Codes of other placements that nobody registered.
pub const UNREGISTERED: [&str; 2] = ["Z12", "Z13"];

/// One file of a return.
pub struct Table {
    /// File name.
    pub file: &'static str,
    /// Content, with a header line.
    pub bytes: Vec<u8>,
}

/// All files of one return year.
#[must_use]
pub fn tables(council: &Council, year: i16) -> Vec<Table> {
    let mut files = Files::new(year);
    let none = Plans::default();
    for child in &council.children {
        files.child(child, council.plans.get(&child.id).unwrap_or(&none));
    }
    files.into_tables(year)
}

/// The rows of a return in the making.
struct Files {
    year: i16,
    start: Date,
    end: Date,
    header: Rows,
    episodes: Rows,
    oc2: Rows,
    oc3: Rows,
    reviews: Rows,
    missing: Rows,
    uasc: Rows,
    workers: Rows,
    adopted: Rows,
    decisions: Rows,
    before: Rows,
    deprivations: Rows,
}

impl Files {
    fn new(year: i16) -> Self {
        Self {
            year,
            start: year_start(year).date(),
            end: year_end(year).date(),
            header: Rows::new("CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB"),
            episodes: Rows::new("CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN"),
            oc2: Rows::new(
                "CHILD,DOB,SDQ_SCORE,SDQ_REASON,CONVICTED,HEALTH_CHECK,IMMUNISATIONS,TEETH_CHECK,\
                 HEALTH_ASSESSMENT,SUBSTANCE_MISUSE,INTERVENTION_RECEIVED,INTERVENTION_OFFERED",
            ),
            oc3: Rows::new("CHILD,DOB,IN_TOUCH,ACTIV,ACCOM"),
            reviews: Rows::new("CHILD,DOB,REVIEW,REVIEW_CODE"),
            missing: Rows::new("CHILD,DOB,MISSING,MIS_START,MIS_END"),
            uasc: Rows::new("CHILD,SEX,DOB,DUC"),
            workers: Rows::new("CHILD,DOB,SW_ID,SW_DECOM,SW_DEC,SW_REASON"),
            adopted: Rows::new("CHILD,DOB,DATE_INT,DATE_MATCH,FOSTER_CARE,NB_ADOPTR,SEX_ADOPTR,LS_ADOPTR"),
            decisions: Rows::new("CHILD,DOB,DATE_PLACED,DATE_PLACED_CEASED,REASON_PLACED_CEASED"),
            before: Rows::new("CHILD,DOB,PREV_PERM,LA_PERM,DATE_PERM"),
            deprivations: Rows::new("CHILD,DOB,DOLO_START,DOLO_END"),
        }
    }

    fn into_tables(self, year: i16) -> Vec<Table> {
        let table = |file, rows: Rows| Table { file, bytes: rows.into_bytes() };
        let mut tables = vec![
            table("header.csv", self.header),
            table("episodes.csv", self.episodes),
            table("oc2.csv", self.oc2),
            table("oc3.csv", self.oc3),
            table("reviews.csv", self.reviews),
            table("missing.csv", self.missing),
            table("uasc.csv", self.uasc),
            table("ad1.csv", self.adopted),
            table("placed_for_adoption.csv", self.decisions),
            table("previous_permanence.csv", self.before),
        ];
        if year >= SOCIAL_WORKERS_FROM {
            tables.push(table("sw_episodes.csv", self.workers));
        }
        if year >= DEPRIVATIONS_FROM {
            tables.push(table("DoLo.csv", self.deprivations));
        }
        tables
    }

    fn child(&mut self, child: &Child, plans: &Plans) {
        let leaver = child.leaver.iter().find(|status| status.year == self.year);
        let here = child.episodes.iter().any(|episode| episode.touches(self.start, self.end));
        if here || leaver.is_some() {
            self.header_row(child);
        }
        if let Some(status) = leaver {
            self.oc3.text(&child.id).date(child.dob).text(status.in_touch.code());
            self.oc3.text(activity(status.activity, self.year)).accommodation(status.home, status.suitable).end();
        }
        if here {
            self.care(child);
            self.plans(child, plans);
        }
    }

    fn header_row(&mut self, child: &Child) {
        let (start, end) = (self.start, self.end);
        let in_care = child.episodes.iter().any(|episode| episode.touches(start, end) && !episode.is_short_break());
        let asked = in_care && child.sex == Sex::Female && sex(child, self.year) != "U";
        let mother = child.mother_since.filter(|&since| asked && since <= end);
        let row = self.header.text(&child.id).text(sex(child, self.year)).date(child.dob).text(child.ethnic.code());
        row.upn(child, self.end);
        row.text(if mother.is_some() {
            "1"
        } else if asked {
            "0"
        } else {
            ""
        })
        .maybe_date(mother)
        .end();
    }

    fn care(&mut self, child: &Child) {
        let (start, end) = (self.start, self.end);
        for episode in child.episodes.iter().filter(|episode| episode.touches(start, end)) {
            self.episode(child, episode);
        }
        for row in child.outcomes.iter().filter(|row| row.year == self.year) {
            let out = self.oc2.text(&child.id).date(child.dob).number(row.sdq_score.map(u32::from));
            out.text(row.sdq_reason.map_or("", |reason| reason.code()));
            for item in [
                row.convicted,
                row.health_check,
                row.immunisations,
                row.teeth_check,
                row.health_assessment,
                row.substance_misuse,
                row.intervention_received,
                row.intervention_offered,
            ] {
                out.number(item.map(u32::from));
            }
            out.end();
        }
        for review in child.reviews.iter().filter(|review| self.start <= review.on && review.on <= self.end) {
            self.reviews.text(&child.id).date(child.dob).date(review.on).text(review.took_part.code()).end();
        }
        for spell in &child.absences {
            if spell.from <= self.end && spell.to.is_none_or(|to| to >= self.start) {
                let to = spell.to.filter(|&to| to <= self.end);
                self.missing.text(&child.id).date(child.dob).text(spell.kind.code()).date(spell.from).maybe_date(to).end();
            }
        }
        if let Some(uasc) = &child.uasc {
            let ceased = uasc.ceased_on.filter(|&on| on <= self.end);
            self.uasc.text(&child.id).text(sex(child, self.year)).date(child.dob).maybe_date(ceased).end();
        }
        let died = child.episodes.iter().any(|e| e.rec == Some(Ended::E2) && e.dec.is_some_and(|dec| dec <= end));
        for spell in &child.workers {
            if !died && spell.from <= self.end && spell.to.is_none_or(|to| to > self.start) {
                let asked = spell.from >= date(2023, 4, 1);
                let out = self.workers.text(&child.id).date(child.dob).worker(spell.worker).date(spell.from);
                out.maybe_date(spell.to.filter(|&to| to <= self.end));
                out.text(if asked { spell.reason.code() } else { "" }).end();
            }
        }
    }

    fn plans(&mut self, child: &Child, plans: &Plans) {
        let (start, end) = (self.start, self.end);
        let in_year = |on: Date| start <= on && on <= end;
        for decision in &plans.decisions {
            let reversed = decision.reversed.filter(|&(on, _)| on <= end);
            if decision.on <= end && reversed.is_none_or(|(on, _)| on >= start) {
                let row = self.decisions.text(&child.id).date(child.dob).date(decision.on);
                row.maybe_date(reversed.map(|(on, _)| on)).text(reversed.map_or("", |(_, why)| why.code())).end();
            }
        }
        if let Some(adoption) = plans.adoption.as_ref().filter(|adoption| in_year(adoption.on)) {
            let single = matches!(adoption.adopters, Adopters::M1 | Adopters::F1);
            let row = self.adopted.text(&child.id).date(child.dob).date(adoption.decided).date(adoption.matched);
            row.number(Some(u32::from(adoption.by_carer))).number(Some(if single { 1 } else { 2 }));
            row.text(adoption.adopters.code()).text(adoption.bond.code()).end();
        }
        let entered = child.episodes.iter().rev().find(|episode| episode.rne == NewEpisode::S && in_year(episode.decom));
        if let Some(entered) = entered {
            let before = plans.before.iter().find(|before| before.entered == entered.decom);
            let row = self.before.text(&child.id).date(child.dob);
            match before.and_then(|before| before.order.as_ref()) {
                Some(order) => row.text(order.kind.code()).text(&order.authority).date_known(order.on, order.known).end(),
                None => row.text("Z1").text("").text("").end(),
            }
        }
        for spell in plans.deprivations.iter().filter(|spell| spell.from <= end && spell.to.is_none_or(|to| to >= start)) {
            let to = spell.to.filter(|&to| to <= end);
            self.deprivations.text(&child.id).date(child.dob).date(spell.from).maybe_date(to).end();
        }
    }

    fn episode(&mut self, child: &Child, episode: &Episode) {
        let dec = episode.dec.filter(|&dec| dec <= self.end);
        let row = self.episodes.text(&child.id).date(episode.decom).text(episode.rne.code()).text(episode.ls.code());
        row.text(episode.cin.code()).text(place(episode, self.year)).text(episode.provider.code()).maybe_date(dec);
        let (rec, reason) = match dec {
            Some(_) => (episode.rec.map_or("", |rec| ended(rec, self.year)), episode.reason.map_or("", |r| why(r, self.year))),
            None => ("", ""),
        };
        row.text(rec).text(reason).postcode(episode.home_post).postcode(episode.place_post).urn(episode.urn).end();
    }
}

fn sex(child: &Child, year: i16) -> &'static str {
    match (year >= 2025, child.sex_not_known, child.sex) {
        (true, true, _) => "U",
        (true, false, sex) => sex.code(),
        (false, _, Sex::Male) => "1",
        (false, _, Sex::Female) => "2",
    }
}

fn place(episode: &Episode, year: i16) -> &'static str {
    match episode.place {
        Place::Supported if year <= 2024 => "H5",
        Place::Independent if year <= 2024 => "P2",
        Place::Supported | Place::Independent => "K3",
        Place::Other if year >= 2026 => other_kind(episode),
        other => other.code(),
    }
}

/// The code since 2026 of a placement that is none of the others.
#[must_use]
pub fn other_kind(episode: &Episode) -> &'static str {
    match episode.place_post % 4 {
        0 => "Z11",
        1 => "Z12",
        2 => "Z13",
        _ => "Z14",
    }
}

fn ended(rec: Ended, year: i16) -> &'static str {
    match rec {
        Ended::E45 | Ended::E46 if year < 2019 => "E43",
        Ended::E47 | Ended::E48 if year < 2019 => "E44",
        other => other.code(),
    }
}

fn why(reason: MoveReason, year: i16) -> &'static str {
    match reason {
        MoveReason::Custod if year < 2019 => "OTHER",
        other => other.code(),
    }
}

fn activity(activity: Activity, year: i16) -> &'static str {
    match activity {
        Activity::F4 | Activity::F5 if year < 2022 => "F3",
        Activity::P4 | Activity::P5 if year < 2022 => "P3",
        other => other.code(),
    }
}
