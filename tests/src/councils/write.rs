//! Return files: the state as one return year saw it, with that year's columns and codes.
//!
//! A return of year Y holds the episodes that touch year Y. What had not happened by 31 March Y is blank in
//! it. Bytes are put together by hand: a national set is some three million rows.

use super::calendar::{Day, year_end, year_start};
use super::codes::{Activity, Ended, Home, MoveReason, Place, Sex};
use super::state::{Child, Episode};
use super::{Council, SOCIAL_WORKERS_FROM};
use jiff::civil::{Date, date};

/// An Ofsted number for settings that another body inspects.
pub const URN_ELSEWHERE: u32 = u32::MAX;

/// Last day on which independent living could be recorded as such.
const INDEPENDENT_UNTIL: Date = date(2023, 10, 27);

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
    for child in &council.children {
        files.child(child);
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
        }
    }

    fn into_tables(self, year: i16) -> Vec<Table> {
        let mut tables = vec![
            Table { file: "header.csv", bytes: self.header.0 },
            Table { file: "episodes.csv", bytes: self.episodes.0 },
            Table { file: "oc2.csv", bytes: self.oc2.0 },
            Table { file: "oc3.csv", bytes: self.oc3.0 },
            Table { file: "reviews.csv", bytes: self.reviews.0 },
            Table { file: "missing.csv", bytes: self.missing.0 },
            Table { file: "uasc.csv", bytes: self.uasc.0 },
        ];
        if year >= SOCIAL_WORKERS_FROM {
            tables.push(Table { file: "sw_episodes.csv", bytes: self.workers.0 });
        }
        tables
    }

    fn child(&mut self, child: &Child) {
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
        }
    }

    fn header_row(&mut self, child: &Child) {
        let mother = child.mother_since.filter(|&since| since <= self.end);
        let asked = child.sex == Sex::Female && Day::of(child.dob).age_on(Day::of(self.end)) >= 12;
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
        for spell in &child.workers {
            if spell.from <= self.end && spell.to.is_none_or(|to| to > self.start) {
                let asked = spell.from >= date(2023, 4, 1);
                let out = self.workers.text(&child.id).date(child.dob).worker(spell.worker).date(spell.from);
                out.maybe_date(spell.to.filter(|&to| to <= self.end));
                out.text(if asked { spell.reason.code() } else { "" }).end();
            }
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
        Place::Independent if year <= 2023 => "P2",
        Place::Independent if year == 2024 => {
            // where the placement goes on under another legal status, both rows have the code of the later one
            let over = episode.rec != Some(Ended::X1) && episode.dec.is_some_and(|dec| dec <= INDEPENDENT_UNTIL);
            if over { "P2" } else { "H5" }
        }
        Place::Supported | Place::Independent => "K3",
        Place::Other if year >= 2026 => match episode.place_post % 4 {
            0 => "Z11",
            1 => "Z12",
            2 => "Z13",
            _ => "Z14",
        },
        other => other.code(),
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

/// Lines of one table. Every cell is followed by a comma; the last one becomes the line's end.
struct Rows(Vec<u8>);

impl Rows {
    fn new(columns: &str) -> Self {
        let mut rows = Self(Vec::with_capacity(1 << 12));
        rows.text(columns).end();
        rows
    }

    fn text(&mut self, text: &str) -> &mut Self {
        self.0.extend_from_slice(text.as_bytes());
        self.0.push(b',');
        self
    }

    fn end(&mut self) {
        *self.0.last_mut().expect("a line has a cell") = b'\n';
    }

    fn digits(&mut self, number: u64, width: usize) {
        let at = self.0.len();
        self.0.resize(at + width, b'0');
        let mut left = number;
        for place in self.0[at..].iter_mut().rev() {
            *place = b'0' + u8::try_from(left % 10).expect("a digit is below 10");
            left /= 10;
        }
    }

    fn date(&mut self, on: Date) -> &mut Self {
        self.digits(u64::from(on.day().unsigned_abs()), 2);
        self.0.push(b'/');
        self.digits(u64::from(on.month().unsigned_abs()), 2);
        self.0.push(b'/');
        self.digits(u64::from(on.year().unsigned_abs()), 4);
        self.0.push(b',');
        self
    }

    fn maybe_date(&mut self, on: Option<Date>) -> &mut Self {
        match on {
            Some(on) => self.date(on),
            None => self.text(""),
        }
    }

    fn number(&mut self, number: Option<u32>) -> &mut Self {
        if let Some(number) = number {
            let width = if number < 10 { 1 } else { 2 };
            self.digits(u64::from(number), width);
        }
        self.0.push(b',');
        self
    }

    fn worker(&mut self, worker: u32) -> &mut Self {
        self.0.extend_from_slice(if worker % 41 == 40 { b"XX" } else { b"SW" });
        self.digits(u64::from(worker) + 100_000, 6);
        self.0.push(b',');
        self
    }

    fn accommodation(&mut self, home: Home, suitable: bool) -> &mut Self {
        self.0.extend_from_slice(home.code().as_bytes());
        if home != Home::None {
            self.0.push(if suitable { b'1' } else { b'2' });
        }
        self.0.push(b',');
        self
    }

    /// A postcode of letters that no real area begins with.
    fn postcode(&mut self, code: u32) -> &mut Self {
        if code > 0 {
            const LETTERS: &[u8; 20] = b"ABDEFGHJLNPQRSTUWXYZ";
            let code = code - 1;
            let letter = |n: u32| LETTERS[usize::try_from(n % 20).expect("a remainder of 20 is small")];
            let area = b'A' + u8::try_from(code / 20_000 % 23).expect("one of 23 areas");
            self.0.extend_from_slice(&[b'X', area]);
            let district = u64::from(code / 2000 % 10) + 1;
            self.digits(district, if district < 10 { 1 } else { 2 });
            self.0.push(b' ');
            self.digits(u64::from(code / 200 % 10), 1);
            self.0.extend_from_slice(&[letter(code / 10), letter(code * 7)]);
        }
        self.0.push(b',');
        self
    }

    fn urn(&mut self, urn: u32) -> &mut Self {
        match urn {
            0 => {}
            URN_ELSEWHERE => self.0.extend_from_slice(b"XXXXXXX"),
            1..1_000_000 => {
                self.0.extend_from_slice(b"SC");
                self.digits(u64::from(urn), 6);
            }
            _ => self.digits(u64::from(urn), 7),
        }
        self.0.push(b',');
        self
    }

    /// A unique pupil number with its check letter, or the code for none.
    fn upn(&mut self, child: &Child, end: Date) {
        const LETTERS: &[u8; 23] = b"ABCDEFGHJKLMNPQRTUVWXYZ";
        let school_age = Day::of(child.dob).age_on(Day::of(end)) >= 5;
        match child.upn {
            _ if !school_age => self.0.extend_from_slice(b"UN1"),
            None => self.0.extend_from_slice(b"UN2"),
            Some(number) => {
                let mut sum = 0;
                let mut left = number;
                for weight in (2..=13_u64).rev() {
                    sum += left % 10 * weight;
                    left /= 10;
                }
                let letter = usize::try_from(sum % 23).expect("a remainder of 23 is small");
                self.0.push(LETTERS[letter]);
                self.digits(number, 12);
            }
        }
        self.0.push(b',');
    }
}
