//! The code sets of the return, each code with the return years in which it may stand.
//!
//! Reading a code needs the year: the same letters mean nothing, or something else, in another return.
//! No type here has a `Debug`: a code of a child is a record value.

/// Declares a code set: `Variant = b"TEXT" in first..=last`, both return years in.
macro_rules! code_set {
    ($(#[$meta:meta])* $name:ident { $($variant:ident = $text:literal in $years:expr),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name {
            $(#[doc = stringify!($variant)] $variant,)+
        }
        impl $name {
            /// Reads a code in upper case, as the return of a year may hold it.
            pub fn parse(code: &[u8], year: i16) -> Option<Self> {
                /// The codes as numbers.
                #[allow(non_upper_case_globals, reason = "one constant for each variant, by its name")]
                mod number {
                    $(pub const $variant: u64 = super::number($text);)+
                }
                match number(code) {
                    $(number::$variant if ($years).contains(&year) => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    };
}

/// A text of at most seven bytes as a number: two texts have the same only if they are the same. 0 for a longer one.
const fn number(mut text: &[u8]) -> u64 {
    if text.len() > 7 {
        return 0;
    }
    let mut number = 1;
    while let [first, rest @ ..] = text {
        number = number << 8 | u64::from_be_bytes([0, 0, 0, 0, 0, 0, 0, *first]);
        text = rest;
    }
    number
}

/// All return years that are read.
const ALL: std::ops::RangeInclusive<i16> = super::YEAR_FIRST..=super::YEAR_LAST;

/// Sex, as the breakdown has it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Sex {
    /// Girls and young women.
    Female,
    /// Boys and young men.
    Male,
    /// Recorded as unknown, or not readable.
    NotKnown,
}

impl Sex {
    /// Reads the code of a return: 1 and 2 until 2024, M, F and U since 2025.
    pub fn parse(code: &[u8], year: i16) -> Option<Self> {
        match (code, year >= 2025) {
            (b"1", false) | (b"M", true) => Some(Self::Male),
            (b"2", false) | (b"F", true) => Some(Self::Female),
            (b"U", true) => Some(Self::NotKnown),
            _ => None,
        }
    }
}

/// Ethnic group, as the breakdown has it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Ethnicity {
    /// White.
    White,
    /// Mixed.
    Mixed,
    /// Asian, Chinese included.
    Asian,
    /// Black.
    Black,
    /// Other.
    Other,
    /// Refused, not yet obtained, or not readable.
    NotKnown,
}

code_set!(
    /// Ethnic origin as recorded.
    EthnicOrigin {
        Wbri = b"WBRI" in ALL, Wiri = b"WIRI" in ALL, Woth = b"WOTH" in ALL, Wirt = b"WIRT" in ALL, Wrom = b"WROM" in ALL,
        Mwbc = b"MWBC" in ALL, Mwba = b"MWBA" in ALL, Mwas = b"MWAS" in ALL, Moth = b"MOTH" in ALL,
        Aind = b"AIND" in ALL, Apkn = b"APKN" in ALL, Aban = b"ABAN" in ALL, Aoth = b"AOTH" in ALL, Chne = b"CHNE" in ALL,
        Bcrb = b"BCRB" in ALL, Bafr = b"BAFR" in ALL, Both = b"BOTH" in ALL,
        Ooth = b"OOTH" in ALL, Refu = b"REFU" in ALL, Nobt = b"NOBT" in ALL,
    }
);

impl EthnicOrigin {
    /// The group that it belongs to.
    pub fn group(self) -> Ethnicity {
        match self {
            Self::Wbri | Self::Wiri | Self::Woth | Self::Wirt | Self::Wrom => Ethnicity::White,
            Self::Mwbc | Self::Mwba | Self::Mwas | Self::Moth => Ethnicity::Mixed,
            Self::Aind | Self::Apkn | Self::Aban | Self::Aoth | Self::Chne => Ethnicity::Asian,
            Self::Bcrb | Self::Bafr | Self::Both => Ethnicity::Black,
            Self::Ooth => Ethnicity::Other,
            Self::Refu | Self::Nobt => Ethnicity::NotKnown,
        }
    }
}

code_set!(
    /// Reason for a new episode.
    Rne { S = b"S" in ALL, L = b"L" in ALL, P = b"P" in ALL, T = b"T" in ALL, B = b"B" in ALL, U = b"U" in ALL }
);

code_set!(
    /// Legal status.
    LegalStatus {
        C1 = b"C1" in ALL, C2 = b"C2" in ALL, D1 = b"D1" in ALL, E1 = b"E1" in ALL,
        V2 = b"V2" in ALL, V3 = b"V3" in ALL, V4 = b"V4" in ALL,
        L1 = b"L1" in ALL, L2 = b"L2" in ALL, L3 = b"L3" in ALL,
        J1 = b"J1" in ALL, J2 = b"J2" in ALL, J3 = b"J3" in ALL,
    }
);

impl LegalStatus {
    /// A series of short breaks: outside of nearly everything that is counted.
    pub fn is_short_break(self) -> bool {
        matches!(self, Self::V3 | Self::V4)
    }
}

code_set!(
    /// Category of need.
    Need {
        N1 = b"N1" in ALL, N2 = b"N2" in ALL, N3 = b"N3" in ALL, N4 = b"N4" in ALL,
        N5 = b"N5" in ALL, N6 = b"N6" in ALL, N7 = b"N7" in ALL, N8 = b"N8" in ALL,
    }
);

code_set!(
    /// Kind of placement. H5 gave way to K3 during the return of 2024, P2 ended in it, Z1 was split in 2026.
    Place {
        A3 = b"A3" in ALL, A4 = b"A4" in ALL, A5 = b"A5" in ALL, A6 = b"A6" in ALL,
        H5 = b"H5" in ..=2024, K1 = b"K1" in ALL, K2 = b"K2" in ALL, K3 = b"K3" in 2024..,
        P1 = b"P1" in ALL, P2 = b"P2" in ..=2024, P3 = b"P3" in ALL,
        R1 = b"R1" in ALL, R2 = b"R2" in ALL, R3 = b"R3" in ALL, R5 = b"R5" in ALL, S1 = b"S1" in ALL,
        T0 = b"T0" in ALL, T1 = b"T1" in ALL, T2 = b"T2" in ALL, T3 = b"T3" in ALL, T4 = b"T4" in ALL,
        U1 = b"U1" in ALL, U2 = b"U2" in ALL, U3 = b"U3" in ALL,
        U4 = b"U4" in ALL, U5 = b"U5" in ALL, U6 = b"U6" in ALL,
        Z1 = b"Z1" in ..=2025, Z11 = b"Z11" in 2026.., Z12 = b"Z12" in 2026.., Z13 = b"Z13" in 2026.., Z14 = b"Z14" in 2026..,
    }
);

impl Place {
    /// A temporary stay, T0 to T4: part of the placement before it.
    pub fn is_temporary(self) -> bool {
        matches!(self, Self::T0 | Self::T1 | Self::T2 | Self::T3 | Self::T4)
    }

    /// Placed for adoption with the carer of before.
    pub fn is_adoption_by_carer(self) -> bool {
        matches!(self, Self::A3 | Self::A5)
    }

    /// Placed for adoption.
    pub fn is_adoption(self) -> bool {
        matches!(self, Self::A3 | Self::A4 | Self::A5 | Self::A6)
    }
}

code_set!(
    /// Provider of a placement.
    Provider {
        Pr0 = b"PR0" in ALL, Pr1 = b"PR1" in ALL, Pr2 = b"PR2" in ALL, Pr3 = b"PR3" in ALL, Pr4 = b"PR4" in ALL, Pr5 = b"PR5" in ALL,
    }
);

code_set!(
    /// Reason why an episode ended. E43 and E44 became E45 to E48 in 2019.
    Rec {
        X1 = b"X1" in ALL, E11 = b"E11" in ALL, E12 = b"E12" in ALL, E13 = b"E13" in ALL, E14 = b"E14" in ALL,
        E15 = b"E15" in ALL, E16 = b"E16" in ALL, E17 = b"E17" in ALL, E2 = b"E2" in ALL, E3 = b"E3" in ALL,
        E41 = b"E41" in ALL, E43 = b"E43" in ..=2018, E44 = b"E44" in ..=2018,
        E45 = b"E45" in 2019.., E46 = b"E46" in 2019.., E47 = b"E47" in 2019.., E48 = b"E48" in 2019..,
        E4A = b"E4A" in ALL, E4B = b"E4B" in ALL, E5 = b"E5" in ALL, E6 = b"E6" in ALL, E7 = b"E7" in ALL,
        E8 = b"E8" in ALL, E9 = b"E9" in ALL,
    }
);

code_set!(
    /// Reason why a placement changed; stands on the episode that ends. CUSTOD came in 2019.
    MoveReason {
        Carpl = b"CARPL" in ALL, Close = b"CLOSE" in ALL, Alleg = b"ALLEG" in ALL, Stand = b"STAND" in ALL,
        Apprr = b"APPRR" in ALL, Creqb = b"CREQB" in ALL, Creqo = b"CREQO" in ALL, Child = b"CHILD" in ALL,
        Lareq = b"LAREQ" in ALL, Place = b"PLACE" in ALL, Custod = b"CUSTOD" in 2019.., Other = b"OTHER" in ALL,
    }
);

code_set!(
    /// How a child took part in a review. Their order is that of the codes.
    TookPart {
        Pn0 = b"PN0" in ALL, Pn1 = b"PN1" in ALL, Pn2 = b"PN2" in ALL, Pn3 = b"PN3" in ALL,
        Pn4 = b"PN4" in ALL, Pn5 = b"PN5" in ALL, Pn6 = b"PN6" in ALL, Pn7 = b"PN7" in ALL,
    }
);

code_set!(
    /// Why there is no score of the strengths and difficulties questionnaire.
    NoScore { Sdq1 = b"SDQ1" in ALL, Sdq2 = b"SDQ2" in ALL, Sdq3 = b"SDQ3" in ALL, Sdq4 = b"SDQ4" in ALL, Sdq5 = b"SDQ5" in ALL }
);

code_set!(
    /// Kind of absence.
    Absence { Missing = b"M" in ALL, Away = b"A" in ALL }
);

code_set!(
    /// Contact between authority and care leaver.
    InTouch {
        Yes = b"YES" in ALL, No = b"NO" in ALL, Died = b"DIED" in ALL, Refused = b"REFU" in ALL,
        NotRequired = b"NREQ" in ALL, ReturnedHome = b"RHOM" in ALL,
    }
);

code_set!(
    /// What a care leaver does. F3 and P3 were split into F4, F5, P4 and P5 in 2022.
    Activity {
        F1 = b"F1" in ALL, P1 = b"P1" in ALL, F2 = b"F2" in ALL, P2 = b"P2" in ALL,
        F3 = b"F3" in ..=2021, P3 = b"P3" in ..=2021,
        F4 = b"F4" in 2022.., P4 = b"P4" in 2022.., F5 = b"F5" in 2022.., P5 = b"P5" in 2022..,
        G4 = b"G4" in ALL, G5 = b"G5" in ALL, G6 = b"G6" in ALL, None = b"0" in ALL,
    }
);

code_set!(
    /// Why the social worker changed.
    WorkerReason {
        Manage = b"MANAGE" in ALL, Fconta = b"FCONTA" in ALL, Leftrl = b"LEFTRL" in ALL, Orgrst = b"ORGRST" in ALL,
        Tsproc = b"TSPROC" in ALL, Absenc = b"ABSENC" in ALL, Chchan = b"CHCHAN" in ALL, Pcchan = b"PCCHAN" in ALL,
        Swdied = b"SWDIED" in ALL, Others = b"OTHERS" in ALL,
    }
);

code_set!(
    /// Where a child who returns to care had a permanent home before.
    PermanentHome { P1 = b"P1" in ALL, P2 = b"P2" in ALL, P3 = b"P3" in ALL, P4 = b"P4" in ALL, Z1 = b"Z1" in ALL }
);

code_set!(
    /// Why the decision for adoption was taken back.
    TakenBack { Rd1 = b"RD1" in ALL, Rd2 = b"RD2" in ALL, Rd3 = b"RD3" in ALL, Rd4 = b"RD4" in ALL }
);

code_set!(
    /// One adopter or two.
    Adopters { One = b"1" in ALL, Two = b"2" in ALL }
);

code_set!(
    /// Sex of the adopters.
    AdopterSex { M1 = b"M1" in ALL, F1 = b"F1" in ALL, Mm = b"MM" in ALL, Ff = b"FF" in ALL, Mf = b"MF" in ALL }
);

code_set!(
    /// Legal status of the adopters.
    AdopterStatus {
        L0 = b"L0" in ALL, L11 = b"L11" in ALL, L12 = b"L12" in ALL, L2 = b"L2" in ALL, L3 = b"L3" in ALL, L4 = b"L4" in ALL,
    }
);

/// Where a care leaver lives: the letter of the kind of home, and the authority's judgement.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Accommodation {
    /// The letter; `0` when the authority is not in touch.
    pub letter: u8,
    suitable: bool,
}

/// What a home is to the question whether it is suitable.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Judgement {
    /// Abroad, deported, or not known (G, H, R): outside the question.
    Elsewhere,
    /// Suitable in the authority's judgement.
    Suitable,
    /// Not suitable in the authority's judgement.
    Unsuitable,
    /// Recorded as `0`.
    None,
}

impl Accommodation {
    /// Reads a letter and 1 or 2, or `0`. S and X stand with 2 only.
    pub fn parse(code: &[u8]) -> Option<Self> {
        let (letter, suitable) = match code {
            b"0" => (b'0', false),
            [letter @ (b'B'..=b'E' | b'G' | b'H' | b'K' | b'R' | b'T'..=b'W' | b'Y' | b'Z'), b'1'] => (*letter, true),
            [letter @ (b'B'..=b'E' | b'G' | b'H' | b'K' | b'R'..=b'Z'), b'2'] => (*letter, false),
            _ => return None,
        };
        Some(Self { letter, suitable })
    }

    /// Its part in the question whether it is suitable.
    pub fn judgement(self) -> Judgement {
        match (self.letter, self.suitable) {
            (b'0', _) => Judgement::None,
            (b'G' | b'H' | b'R', _) => Judgement::Elsewhere,
            (_, true) => Judgement::Suitable,
            (_, false) => Judgement::Unsuitable,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_stands_in_its_years_only() {
        let place = |code: &[u8], years: &[i16]| -> Vec<i16> {
            years.iter().copied().filter(|y| Place::parse(code, *y).is_some()).collect()
        };
        let years = [2018, 2022, 2023, 2024, 2025, 2026];
        assert_eq!(place(b"H5", &years), [2018, 2022, 2023, 2024]);
        assert_eq!(place(b"K3", &years), [2024, 2025, 2026]);
        assert_eq!(place(b"Z1", &years), [2018, 2022, 2023, 2024, 2025]);
        assert_eq!(place(b"Z12", &years), [2026]);
        assert_eq!(place(b"U4", &years), years);
        assert!(Sex::parse(b"1", 2024).is_some() && Sex::parse(b"1", 2025).is_none());
        assert!(Sex::parse(b"M", 2024).is_none() && Sex::parse(b"M", 2025).is_some());
        assert!(Activity::parse(b"F3", 2021).is_some() && Activity::parse(b"F3", 2022).is_none());
        assert!(Rec::parse(b"E43", 2018).is_some() && Rec::parse(b"E43", 2019).is_none());
    }

    #[test]
    fn homes_of_care_leavers_have_a_letter_and_a_judgement() {
        assert!(Accommodation::parse(b"S1").is_none() && Accommodation::parse(b"S2").is_some());
        assert!(Accommodation::parse(b"01").is_none() && Accommodation::parse(b"A1").is_none());
        let judgement = |code: &[u8]| Accommodation::parse(code).map(Accommodation::judgement);
        assert!(judgement(b"G2") == Some(Judgement::Elsewhere) && judgement(b"0") == Some(Judgement::None));
        assert!(judgement(b"Z1") == Some(Judgement::Suitable) && judgement(b"X2") == Some(Judgement::Unsuitable));
    }
}
