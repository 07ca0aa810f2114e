//! Texts that are not codes and are never shown: postcodes, numbers of settings and pupils, social workers.
//!
//! Each becomes a token that only ever compares with others of its kind, and what kind of text it is. Facts of domain
//! section 1: the shape of a postcode, of an Ofsted number, of a unique pupil number.

use super::postcodes::Location;

/// A text that should be a postcode.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum PostcodeKind {
    /// Nothing stands there.
    Blank,
    /// It has the shape of one.
    Whole,
    /// It has not.
    Broken,
}

impl PostcodeKind {
    /// Of a trimmed cell: one or two letters, a digit, perhaps one more sign; then a digit and two letters.
    pub fn of(cell: &[u8]) -> Self {
        if cell.is_empty() {
            return Self::Blank;
        }
        let Some((outward, inward)) = cell.len().checked_sub(3).and_then(|at| cell.split_at_checked(at)) else {
            return Self::Broken;
        };
        let outward = outward.trim_ascii_end();
        let &[digit, a, b] = inward else { return Self::Broken };
        let letters = outward.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let rest = outward.get(letters..).unwrap_or_default();
        let district = match rest {
            [d] => d.is_ascii_digit(),
            [d, e] => d.is_ascii_digit() && e.is_ascii_alphanumeric(),
            _ => false,
        };
        let whole = (1..=2).contains(&letters)
            && district
            && digit.is_ascii_digit()
            && a.is_ascii_alphabetic()
            && b.is_ascii_alphabetic();
        if whole { Self::Whole } else { Self::Broken }
    }
}

/// Whether two cells hold the same postcode, letters folded and spaces left out.
pub fn is_same_postcode(one: &[u8], other: &[u8]) -> bool {
    folded(one).eq(folded(other))
}

fn folded(cell: &[u8]) -> impl Iterator<Item = u8> {
    cell.iter().filter(|byte| **byte != b' ').map(u8::to_ascii_uppercase)
}

/// A text that should be the number of a setting.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum UrnKind {
    /// Nothing stands there.
    Blank,
    /// `XXXXXXX`: a setting that another body inspects.
    Elsewhere,
    /// `SC` and six digits, or seven digits.
    Whole,
    /// None of these.
    Broken,
}

impl UrnKind {
    /// Of a trimmed cell.
    pub fn of(cell: &[u8]) -> Self {
        let digits = |bytes: &[u8]| bytes.iter().all(u8::is_ascii_digit);
        match cell {
            [] => Self::Blank,
            _ if cell.eq_ignore_ascii_case(b"XXXXXXX") => Self::Elsewhere,
            [b's' | b'S', b'c' | b'C', rest @ ..] if rest.len() == 6 && digits(rest) => Self::Whole,
            _ if cell.len() == 7 && digits(cell) => Self::Whole,
            _ => Self::Broken,
        }
    }
}

/// What stands of an episode's two postcodes and the number of its setting, in one byte: bits 0-1 the postcode of the
/// home, 2-3 that of the placement, 4 whether they are equal, 5-6 the number of the setting, 7 whether the placement may lie
/// outside England. Where a directory has both postcodes, bits 0-1 are 3 and bits 2-3 say where the placement lies.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Marks(u8);

/// Bits 0-1 of marks whose placement is known to lie somewhere.
const LOCATED: u8 = 3;

impl Marks {
    /// Of the three trimmed cells, and whether the two postcodes are equal.
    pub fn of(home: &[u8], placement: &[u8], urn: &[u8], same_postcode: bool) -> Self {
        let postcode = |cell: &[u8]| match PostcodeKind::of(cell) {
            PostcodeKind::Blank => 0,
            PostcodeKind::Whole => 1,
            PostcodeKind::Broken => 2,
        };
        let urn = match UrnKind::of(urn) {
            UrnKind::Blank => 0,
            UrnKind::Elsewhere => 1,
            UrnKind::Whole => 2,
            UrnKind::Broken => 3,
        };
        let same = !home.is_empty() && same_postcode;
        let outside = u8::from(is_area_outside_england(placement));
        Self(postcode(home) | postcode(placement) << 2 | u8::from(same) << 4 | urn << 5 | outside << 7)
    }

    /// The same with where the placement lies; a postcode that has not the shape of one lies nowhere.
    #[must_use]
    pub fn located(self, location: Location) -> Self {
        let is_whole = self.home() == PostcodeKind::Whole && self.placement() == PostcodeKind::Whole;
        let place = match location {
            Location::InsideNear => 0,
            Location::InsideFar => 1,
            Location::OutsideNear => 2,
            Location::OutsideFar => 3,
            Location::NotKnown => return self,
        };
        if is_whole { Self(self.0 & !0b1111 | LOCATED | place << 2) } else { self }
    }

    /// Where the placement lies.
    pub fn location(self) -> Location {
        match (self.0 & 3, self.0 >> 2 & 3) {
            (LOCATED, 0) => Location::InsideNear,
            (LOCATED, 1) => Location::InsideFar,
            (LOCATED, 2) => Location::OutsideNear,
            (LOCATED, _) => Location::OutsideFar,
            (_, _) => Location::NotKnown,
        }
    }

    fn postcode(bits: u8) -> PostcodeKind {
        match bits & 3 {
            0 => PostcodeKind::Blank,
            1 | LOCATED => PostcodeKind::Whole,
            _ => PostcodeKind::Broken,
        }
    }

    /// HOME_POST.
    pub fn home(self) -> PostcodeKind {
        Self::postcode(self.0)
    }

    /// PL_POST.
    pub fn placement(self) -> PostcodeKind {
        if self.0 & 3 == LOCATED { PostcodeKind::Whole } else { Self::postcode(self.0 >> 2) }
    }

    /// Whether home and placement have the same postcode.
    pub fn same_postcode(self) -> bool {
        self.0 >> 4 & 1 == 1
    }

    /// URN.
    pub fn urn(self) -> UrnKind {
        match self.0 >> 5 & 3 {
            0 => UrnKind::Blank,
            1 => UrnKind::Elsewhere,
            2 => UrnKind::Whole,
            _ => UrnKind::Broken,
        }
    }

    /// Whether PL_POST is of an area that lies outside England, or reaches beyond it.
    pub fn may_lie_outside_england(self) -> bool {
        self.0 >> 7 == 1
    }
}

/// Whether a postcode begins with an area of Scotland, Wales, Northern Ireland or the islands, or one that crosses the
/// border.
fn is_area_outside_england(cell: &[u8]) -> bool {
    let letters = cell.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let area = cell.get(..letters).unwrap_or_default();
    AREAS_OUTSIDE_ENGLAND.iter().any(|outside| area.eq_ignore_ascii_case(outside))
}

/// Postcode areas that lie outside England, wholly or in part.
const AREAS_OUTSIDE_ENGLAND: [&[u8]; 28] = [
    b"AB", b"BT", b"CF", b"CH", b"DD", b"DG", b"EH", b"FK", b"G", b"GY", b"HR", b"HS", b"IM", b"IV", b"JE", b"KA", b"KW", b"KY",
    b"LD", b"LL", b"ML", b"NP", b"PA", b"PH", b"SA", b"SY", b"TD", b"ZE",
];

/// What stands where the unique pupil number should.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum UpnKind {
    /// Nothing.
    Blank,
    /// A number.
    Whole,
    /// `UN1`: not of school age, or not yet given one.
    Un1,
    /// `UN2`: never at a maintained school in England.
    Un2,
    /// `UN3`: educated outside England.
    Un3,
    /// `UN4`: newly looked after, not yet known.
    Un4,
    /// `UN5`: cannot be matched.
    Un5,
    /// None of these.
    Broken,
}

impl UpnKind {
    /// Of a trimmed cell: a letter but I, O and S; eleven digits; a digit or letter.
    pub fn of(cell: &[u8]) -> Self {
        let mut upper = [0; 13];
        let Some(upper) = upper.get_mut(..cell.len()) else { return Self::Broken };
        upper.copy_from_slice(cell);
        upper.make_ascii_uppercase();
        match &*upper {
            b"" => Self::Blank,
            b"UN1" => Self::Un1,
            b"UN2" => Self::Un2,
            b"UN3" => Self::Un3,
            b"UN4" => Self::Un4,
            b"UN5" => Self::Un5,
            [first, middle @ .., last]
                if middle.len() == 11
                    && first.is_ascii_uppercase()
                    && !matches!(first, b'I' | b'O' | b'S')
                    && middle.iter().all(u8::is_ascii_digit)
                    && (last.is_ascii_digit() || last.is_ascii_uppercase()) =>
            {
                Self::Whole
            }
            _ => Self::Broken,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_postcode_has_its_shape() {
        for whole in ["AB1 2CD", "ab12cd", "M1 1AE", "SW1A 1AA", "EC1A1BB", "B33  8TH"] {
            assert!(PostcodeKind::of(whole.as_bytes()) == PostcodeKind::Whole, "{whole}");
        }
        for broken in ["2TR", "AB1", "ABC1 2DE", "A 1AA", "AB123 4CD", "AB1 2C3", "X"] {
            assert!(PostcodeKind::of(broken.as_bytes()) == PostcodeKind::Broken, "{broken}");
        }
        assert!(PostcodeKind::of(b"") == PostcodeKind::Blank);
    }

    #[test]
    fn marks_hold_what_they_were_made_of() {
        let kinds = |home: &str, placement: &str, urn: &str, same: bool| {
            let marks = Marks::of(home.as_bytes(), placement.as_bytes(), urn.as_bytes(), same);
            (marks.home(), marks.placement(), marks.same_postcode(), marks.urn())
        };
        use PostcodeKind::{Blank, Broken, Whole};
        assert!(kinds("AB1 2CD", "ab12cd", "SC123456", true) == (Whole, Whole, true, UrnKind::Whole));
        assert!(kinds("", "", "", true) == (Blank, Blank, false, UrnKind::Blank));
        assert!(kinds("AB1 2CD", "2TR", "XXXXXXX", false) == (Whole, Broken, false, UrnKind::Elsewhere));
        assert!(kinds("X", "AB1 3CD", "SC12", false) == (Broken, Whole, false, UrnKind::Broken));
    }

    #[test]
    fn where_a_placement_lies_takes_nothing_from_the_other_marks() {
        use Location::{InsideFar, InsideNear, NotKnown, OutsideFar, OutsideNear};
        for location in [InsideNear, InsideFar, OutsideNear, OutsideFar, NotKnown] {
            for (home, placement, same) in [("M1 1AE", "CF10 1AA", false), ("M1 1AE", "M1 1AE", true)] {
                for urn in ["", "XXXXXXX", "SC123456", "SC12"] {
                    let plain = Marks::of(home.as_bytes(), placement.as_bytes(), urn.as_bytes(), same);
                    let marks = plain.located(location);
                    assert!(marks.location() == location && plain.location() == NotKnown);
                    assert!(marks.home() == PostcodeKind::Whole && marks.placement() == PostcodeKind::Whole);
                    assert!(marks.same_postcode() == same && marks.urn() == UrnKind::of(urn.as_bytes()));
                    assert!(marks.may_lie_outside_england() == plain.may_lie_outside_england());
                }
            }
            for (home, placement) in [("", "M1 1AE"), ("M1 1AE", ""), ("X", "M1 1AE"), ("M1 1AE", "X")] {
                let plain = Marks::of(home.as_bytes(), placement.as_bytes(), b"", false);
                assert!(plain.located(location) == plain && plain.location() == NotKnown, "{home} {placement}");
            }
        }
    }

    #[test]
    fn a_placement_may_lie_outside_england_by_its_area() {
        let check = |placement: &str, outside: bool| {
            for urn in ["", "XXXXXXX", "SC123456", "SC12"] {
                let marks = Marks::of(b"M1 1AE", placement.as_bytes(), urn.as_bytes(), false);
                assert!(marks.may_lie_outside_england() == outside && marks.urn() == UrnKind::of(urn.as_bytes()), "{placement}");
            }
        };
        check("CF10 1AA", true);
        check("g1 1aa", true);
        check("GL1 1AA", false);
        check("M1 1AE", false);
        check("", false);
    }

    #[test]
    fn a_pupil_number_has_its_shape() {
        let check = |text: &str, kind: UpnKind| assert!(UpnKind::of(text.as_bytes()) == kind, "{text}");
        check("A123456789012", UpnKind::Whole);
        check("a12345678901b", UpnKind::Whole);
        check("I123456789012", UpnKind::Broken);
        check("A12345678901", UpnKind::Broken);
        check("un4", UpnKind::Un4);
        check("UN6", UpnKind::Broken);
        check("", UpnKind::Blank);
    }
}
