//! The code sets of the return, as the state holds them. How a code is written in a given return year
//! is the business of `write`: the state keeps one meaning where the years differ.

/// An enum whose variants are codes of the return.
macro_rules! codes {
    ($(#[$meta:meta])* $name:ident { $($variant:ident = $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $(#[doc = concat!("Code `", $text, "`.")] $variant,)+
        }

        impl $name {
            /// The code.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }
    };
}

codes!(
    /// Sex, as the return of 2025 writes it.
    Sex { Female = "F", Male = "M", }
);

codes!(
    /// Ethnic group.
    Ethnic {
        Wbri = "WBRI", Wiri = "WIRI", Woth = "WOTH", Wirt = "WIRT", Wrom = "WROM",
        Mwbc = "MWBC", Mwba = "MWBA", Mwas = "MWAS", Moth = "MOTH",
        Aind = "AIND", Apkn = "APKN", Aban = "ABAN", Aoth = "AOTH", Chne = "CHNE",
        Bcrb = "BCRB", Bafr = "BAFR", Both = "BOTH",
        Ooth = "OOTH", Refu = "REFU", Nobt = "NOBT",
    }
);

codes!(
    /// Reason for a new episode.
    NewEpisode { S = "S", L = "L", P = "P", T = "T", B = "B", U = "U", }
);

codes!(
    /// Legal status.
    Legal {
        C1 = "C1", C2 = "C2", E1 = "E1", V2 = "V2", V3 = "V3", V4 = "V4",
        L1 = "L1", L2 = "L2", J1 = "J1",
    }
);

codes!(
    /// Category of need at the start of the period of care.
    Need {
        N1 = "N1", N2 = "N2", N3 = "N3", N4 = "N4", N5 = "N5", N6 = "N6", N7 = "N7", N8 = "N8",
    }
);

codes!(
    /// Kind of placement. `Supported` is H5 or K3 and `Independent` P2, H5 or K3, by the return's year.
    Place {
        A3 = "A3", A4 = "A4", A5 = "A5", A6 = "A6",
        K1 = "K1", K2 = "K2", Supported = "K3", Independent = "P2", P1 = "P1", P3 = "P3",
        R1 = "R1", R2 = "R2", R3 = "R3", R5 = "R5", S1 = "S1",
        T0 = "T0", T1 = "T1", T2 = "T2", T3 = "T3", T4 = "T4",
        U1 = "U1", U2 = "U2", U3 = "U3", U4 = "U4", U5 = "U5", U6 = "U6", Other = "Z1",
    }
);

codes!(
    /// Provider of a placement.
    Provider {
        Pr0 = "PR0", Pr1 = "PR1", Pr2 = "PR2", Pr3 = "PR3", Pr4 = "PR4", Pr5 = "PR5", None = "",
    }
);

codes!(
    /// Reason for the end of an episode, in the codes of the returns since 2019.
    Ended {
        X1 = "X1", E11 = "E11", E12 = "E12", E2 = "E2", E3 = "E3", E4a = "E4A", E4b = "E4B",
        E13 = "E13", E41 = "E41", E45 = "E45", E46 = "E46", E47 = "E47", E48 = "E48", E5 = "E5",
        E6 = "E6", E7 = "E7", E8 = "E8", E9 = "E9", E14 = "E14", E15 = "E15", E16 = "E16", E17 = "E17",
    }
);

codes!(
    /// Reason for a change of placement, on the episode that ends.
    MoveReason {
        Carpl = "CARPL", Close = "CLOSE", Alleg = "ALLEG", Stand = "STAND", Apprr = "APPRR",
        Creqb = "CREQB", Creqo = "CREQO", Child = "CHILD", Lareq = "LAREQ", Place = "PLACE",
        Custod = "CUSTOD", Other = "OTHER",
    }
);

codes!(
    /// How a child took part in a review.
    TookPart {
        Pn0 = "PN0", Pn1 = "PN1", Pn2 = "PN2", Pn3 = "PN3", Pn4 = "PN4", Pn5 = "PN5", Pn6 = "PN6",
        Pn7 = "PN7",
    }
);

codes!(
    /// Why there is no score of the questionnaire.
    NoScore { Sdq1 = "SDQ1", Sdq2 = "SDQ2", Sdq3 = "SDQ3", Sdq4 = "SDQ4", Sdq5 = "SDQ5", }
);

codes!(
    /// Missing, or away without authorisation.
    Absence { Missing = "M", Away = "A", }
);

codes!(
    /// Why the social worker changed.
    WorkerReason {
        Manage = "MANAGE", Fconta = "FCONTA", Leftrl = "LEFTRL", Orgrst = "ORGRST", Tsproc = "TSPROC",
        Absenc = "ABSENC", Chchan = "CHCHAN", Pcchan = "PCCHAN", Others = "OTHERS",
    }
);

codes!(
    /// Contact between authority and care leaver.
    InTouch {
        Yes = "YES", No = "NO", Died = "DIED", Refu = "REFU", Nreq = "NREQ", Rhom = "RHOM",
    }
);

codes!(
    /// What a care leaver does, in the codes of the returns since 2022.
    Activity {
        F1 = "F1", P1 = "P1", F2 = "F2", P2 = "P2", F4 = "F4", P4 = "P4", F5 = "F5", P5 = "P5",
        G4 = "G4", G5 = "G5", G6 = "G6", None = "0",
    }
);

codes!(
    /// Where a care leaver lives; the return adds 1 for suitable and 2 for unsuitable.
    Home {
        B = "B", C = "C", D = "D", E = "E", G = "G", H = "H", K = "K", R = "R", S = "S", T = "T",
        U = "U", V = "V", W = "W", X = "X", Y = "Y", Z = "Z", None = "0",
    }
);

codes!(
    /// What was before care began: adoption, special guardianship, child arrangements, not known which.
    PermanenceKind { P1 = "P1", P2 = "P2", P3 = "P3", P4 = "P4", }
);

codes!(
    /// Why the decision that a child should be placed for adoption was reversed.
    Reversal { Rd1 = "RD1", Rd2 = "RD2", Rd3 = "RD3", Rd4 = "RD4", }
);

codes!(
    /// Sex of the adopters.
    Adopters { M1 = "M1", F1 = "F1", Mm = "MM", Ff = "FF", Mf = "MF", }
);

codes!(
    /// Legal status of the adopters.
    Bond { L0 = "L0", L11 = "L11", L12 = "L12", L2 = "L2", L3 = "L3", L4 = "L4", }
);
