//! Rows of AD1, PlacedAdoption and PrevPerm: permanence. No measure counts them; the rules hold them against the episodes.

use crate::day::Day;
use crate::records::ChildIndex;
use crate::records::cells::{Cell, RowCells};
use crate::records::codes::{AdopterSex, AdopterStatus, Adopters, PermanentHome, TakenBack};
use crate::records::findings::Recorder;

/// A row of AD1: a child adopted in the year.
#[derive(Clone, Copy)]
pub struct Ad1Row {
    /// Child.
    pub child: ChildIndex,
    /// Line of the file.
    pub line: u32,
    /// DOB.
    pub birth: Cell<Day>,
    /// DATE_INT, the day of the decision that the child should be placed for adoption.
    pub intended: Cell<Day>,
    /// DATE_MATCH.
    pub matched: Cell<Day>,
    /// FOSTER_CARE: adopted by the former foster carer.
    pub by_foster_carer: Cell<bool>,
    /// NB_ADOPTR.
    pub adopters: Cell<Adopters>,
    /// SEX_ADOPTR.
    pub adopter_sex: Cell<AdopterSex>,
    /// LS_ADOPTR.
    pub adopter_status: Cell<AdopterStatus>,
}

impl Ad1Row {
    pub(in crate::records) fn parse(row: &RowCells<'_>, found: &mut Recorder<'_>) -> Self {
        let year = row.year.number;
        Self {
            child: row.child,
            line: row.line,
            birth: row.date(found, 1),
            intended: row.date(found, 2),
            matched: row.date(found, 3),
            by_foster_carer: row.yes_or_no(found, 4),
            adopters: row.code(found, 5, |code| Adopters::parse(code, year)),
            adopter_sex: row.code(found, 6, |code| AdopterSex::parse(code, year)),
            adopter_status: row.code(found, 7, |code| AdopterStatus::parse(code, year)),
        }
    }
}

/// A row of PlacedAdoption: a decision that the child should be placed for adoption.
#[derive(Clone, Copy)]
pub struct AdoptionRow {
    /// Child.
    pub child: ChildIndex,
    /// Line of the file.
    pub line: u32,
    /// DOB.
    pub birth: Cell<Day>,
    /// DATE_PLACED, the day of the decision.
    pub decided: Cell<Day>,
    /// DATE_PLACED_CEASED, the day on which it was taken back.
    pub taken_back: Cell<Day>,
    /// REASON_PLACED_CEASED.
    pub reason: Cell<TakenBack>,
}

impl AdoptionRow {
    pub(in crate::records) fn parse(row: &RowCells<'_>, found: &mut Recorder<'_>) -> Self {
        let birth = row.date(found, 1);
        let decided = row.date(found, 2);
        let taken_back = row.date(found, 3);
        let reason = row.code(found, 4, |code| TakenBack::parse(code, row.year.number));
        Self { child: row.child, line: row.line, birth, decided, taken_back, reason }
    }
}

/// A date of which the day, or day and month, or nothing may be known: `zz/04/2019`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum PartDate {
    /// The day.
    Day(Day),
    /// Something of it.
    Part,
    /// Nothing: `zz/zz/zzzz`.
    NotKnown,
}

impl PartDate {
    fn parse(cell: &[u8]) -> Option<Self> {
        if let Some(day) = Day::parse(cell) {
            return Some(Self::Day(day));
        }
        let &[d1, d2, b'/', m1, m2, b'/', y1, y2, y3, y4] = cell else { return None };
        let unknown = |part: &[u8]| part.iter().all(|byte| byte.eq_ignore_ascii_case(&b'z'));
        let (day, month, year) = (unknown(&[d1, d2]), unknown(&[m1, m2]), unknown(&[y1, y2, y3, y4]));
        let (m, y) = (if month { [b'0', b'1'] } else { [m1, m2] }, [y1, y2, y3, y4]);
        match (day, month, year) {
            (true, true, true) => Some(Self::NotKnown),
            (true, _, false) => Day::parse(&[b'0', b'1', b'/', m[0], m[1], b'/', y[0], y[1], y[2], y[3]]).map(|_| Self::Part),
            (false, ..) | (true, false, true) => None,
        }
    }
}

/// A row of PrevPerm: where a child who returns had a permanent home before.
#[derive(Clone, Copy)]
pub struct PrevPermRow {
    /// Child.
    pub child: ChildIndex,
    /// Line of the file.
    pub line: u32,
    /// DOB.
    pub birth: Cell<Day>,
    /// PREV_PERM.
    pub home: Cell<PermanentHome>,
    /// LA_PERM: three digits, or WAL, SCO, NIR, NUK.
    pub authority: Cell<()>,
    /// DATE_PERM.
    pub on: Cell<PartDate>,
}

impl PrevPermRow {
    pub(in crate::records) fn parse(row: &RowCells<'_>, found: &mut Recorder<'_>) -> Self {
        let authority = |code: &[u8]| {
            let named = matches!(code, b"WAL" | b"SCO" | b"NIR" | b"NUK");
            (named || (code.len() == 3 && code.iter().all(u8::is_ascii_digit))).then_some(())
        };
        let on = match row.text(4) {
            [] => Cell::Blank,
            cell => PartDate::parse(cell).map_or_else(
                || row.date(found, 4).known().map_or(Cell::Unreadable, |day| Cell::Known(PartDate::Day(day))),
                Cell::Known,
            ),
        };
        Self {
            child: row.child,
            line: row.line,
            birth: row.date(found, 1),
            home: row.code(found, 2, |code| PermanentHome::parse(code, row.year.number)),
            authority: row.code(found, 3, authority),
            on,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_date_may_be_unknown_from_the_day_up() {
        let check = |text: &str, ok: bool| assert_eq!(PartDate::parse(text.as_bytes()).is_some(), ok, "{text}");
        check("01/04/2019", true);
        check("zz/04/2019", true);
        check("ZZ/zz/2019", true);
        check("zz/zz/zzzz", true);
        check("zz/13/2019", false);
        check("01/zz/2019", false);
        check("zz/04/zzzz", false);
        check("z", false);
    }
}
