//! Lines of one table, put together by hand: a national set is some three million rows.

use super::calendar::Day;
use super::codes::Home;
use super::state::{Child, Known};
use super::write::URN_ELSEWHERE;
use jiff::civil::Date;

/// Lines of one table. Every cell is followed by a comma; the last one becomes the line's end.
pub struct Rows(Vec<u8>);

impl Rows {
    /// A table with its header line.
    pub fn new(columns: &str) -> Self {
        let mut rows = Self(Vec::with_capacity(1 << 12));
        rows.text(columns).end();
        rows
    }

    /// A cell.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.0.extend_from_slice(text.as_bytes());
        self.0.push(b',');
        self
    }

    /// Ends the line.
    pub fn end(&mut self) {
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

    /// The bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// A day.
    pub fn date(&mut self, on: Date) -> &mut Self {
        self.date_known(on, Known::Day)
    }

    /// A day of which only a part may be known.
    pub fn date_known(&mut self, on: Date, known: Known) -> &mut Self {
        let (day, month, year) = match known {
            Known::Day => (true, true, true),
            Known::Month => (false, true, true),
            Known::Year => (false, false, true),
            Known::Nothing => (false, false, false),
        };
        self.part(day, u64::from(on.day().unsigned_abs()), b"zz").part(month, u64::from(on.month().unsigned_abs()), b"zz");
        self.part(year, u64::from(on.year().unsigned_abs()), b"zzzz");
        *self.0.last_mut().expect("a date was written") = b',';
        self
    }

    fn part(&mut self, known: bool, number: u64, unknown: &[u8]) -> &mut Self {
        if known {
            self.digits(number, unknown.len())
        } else {
            self.0.extend_from_slice(unknown)
        }
        self.0.push(b'/');
        self
    }

    /// A day, or a blank.
    pub fn maybe_date(&mut self, on: Option<Date>) -> &mut Self {
        match on {
            Some(on) => self.date(on),
            None => self.text(""),
        }
    }

    /// A number of one or two digits, or a blank.
    pub fn number(&mut self, number: Option<u32>) -> &mut Self {
        if let Some(number) = number {
            let width = if number < 10 { 1 } else { 2 };
            self.digits(u64::from(number), width);
        }
        self.0.push(b',');
        self
    }

    /// The number of a social worker.
    pub fn worker(&mut self, worker: u32) -> &mut Self {
        self.0.extend_from_slice(if worker % 41 == 40 { b"XX" } else { b"SW" });
        self.digits(u64::from(worker) + 100_000, 6);
        self.0.push(b',');
        self
    }

    /// Where a care leaver lives, and whether it suits.
    pub fn accommodation(&mut self, home: Home, suitable: bool) -> &mut Self {
        self.0.extend_from_slice(home.code().as_bytes());
        if home != Home::None {
            self.0.push(if suitable { b'1' } else { b'2' });
        }
        self.0.push(b',');
        self
    }

    /// A postcode of letters that no real area begins with.
    pub fn postcode(&mut self, code: u32) -> &mut Self {
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

    /// An Ofsted number, or a blank.
    pub fn urn(&mut self, urn: u32) -> &mut Self {
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
    pub fn upn(&mut self, child: &Child, end: Date) {
        const LETTERS: &[u8; 23] = b"ABCDEFGHJKLMNPQRTUVWXYZ";
        // who is 4 on 31 March is in a nursery or a reception class, and has a number from there
        let school_age = Day::of(child.dob).age_on(Day::of(end)) >= 4;
        match child.upn {
            _ if !school_age => self.0.extend_from_slice(b"UN1"),
            None => self.0.extend_from_slice(b"UN2"),
            Some(number) if number % 2 == 0 && is_new(child, end) => self.0.extend_from_slice(b"UN4"),
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

/// Whether care began for the first time in the last days before `end`, so that the pupil number is not yet known.
fn is_new(child: &Child, end: Date) -> bool {
    child.episodes.first().is_some_and(|first| Day::of(end).since(Day::of(first.decom)) < 5) && child.leaver.is_empty()
}
