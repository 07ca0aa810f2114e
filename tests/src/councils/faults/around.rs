//! Classes of fault in the tables around the episodes, as in [`super::classes`].

use super::classes::Added;

const fn class(rule: &'static str, also: &'static [&'static str], rows: &'static str) -> Added {
    Added { rule, from: 2017, to: 2027, linked: false, also, rows }
}

const fn since(from: i16, rule: &'static str, also: &'static [&'static str], rows: &'static str) -> Added {
    Added { rule, from, to: 2027, linked: false, also, rows }
}

/// Reviews, children who came alone, yearly outcomes.
pub const REVIEWS_AND_OUTCOMES: &[Added] = &[
    class("166", &[], "$child; R! REVIEW=31/02/{0}"),
    class("167", &[], "$child; R! REVIEW_CODE=PN9"),
    class("440", &[], "$child; R! REVIEW_CODE=PN0"),
    class("441", &[], "H DOB=15/06/{-2} UPN=UN1; E; R!"),
    class("INT08", &[], "R! DOB=15/06/{-8}"),
    class("INT17", &[], "$child; R! DOB=16/06/{-8}"),
    class("GT05", &[], "$child; R! REVIEW=01/06/{-1}"),
    class("104", &[], "$alone; U! DUC=31/02/{0}"),
    since(2025, "231", &[], "H; E LS=V2 CIN=N8 HOME_POST= REC=E8; U!"),
    class("304", &[], "$alone; U! DUC=16/06/{3}"),
    class("INT09", &[], "U! DOB=15/06/{-15}"),
    class("INT18", &[], "$alone; U! DOB=16/06/{-15}"),
    class("INT21", &[], "$alone; U! SEX={F}"),
    class("INT36", &[], "$alone; U; U!"),
    class("185", &[], "$child; O2! SDQ_SCORE=12"),
    class("198", &[], "$child; O2! SDQ_REASON=SDQ4"),
    class("190", &[], "$child; O2! IMMUNISATIONS=1 TEETH_CHECK=1 HEALTH_ASSESSMENT=1 SUBSTANCE_MISUSE=0"),
    class("182", &["190"], "$child; O2! IMMUNISATIONS=1"),
    class("189", &["198"], "H DOB=15/06/{-18}; E DECOM=05/04/{0} DEC=10/06/{0}; O2! SDQ_REASON=SDQ2"),
    class("INT05", &[], "O2! DOB=15/06/{-8}"),
    class("INT33", &[], "$child; O2; O2!"),
    class("215", &["190"], "$leaver; O3; O2! CONVICTED=0 IMMUNISATIONS=1 TEETH_CHECK=1 HEALTH_ASSESSMENT=1 SUBSTANCE_MISUSE=0"),
];

/// Care leavers.
pub const LEAVERS: &[Added] = &[
    class("131", &["153", "345", "344"], "$leaver; O3! IN_TOUCH=MAYBE"),
    class("132", &["153", "345"], "$leaver; O3! ACTIV=Q1"),
    class("133", &["153", "345"], "$leaver; O3! ACCOM=Q1"),
    class("153", &["133", "345"], "$leaver; O3! ACCOM="),
    class("344", &[], "$leaver; O3! IN_TOUCH=DIED"),
    class("345", &[], "$leaver; O3! ACTIV=0 ACCOM=0"),
    since(2024, "347", &[], "H DOB=15/12/{-17}; E DECOM=05/04/{0} DEC=15/09/{0} REC=E8; O3! ACCOM=T1"),
    class("3001", &[], "H DOB=15/12/{-17}; E DECOM=05/04/{0} DEC=15/09/{0} REC=E8; O3! ACCOM=Z1"),
    class("391", &["1001", "1002"], "H DOB=15/06/{-14}; E; O3!"),
    class("1000", &[], "H DOB=15/12/{-18}; E DECOM=05/04/{0} DEC=15/09/{0} REC=E2; O3!"),
    Added { linked: true, ..class("1001", &["NoE", "GT05", "630"], "H DOB=15/12/{-17}; E DECOM=10/05/{-1} DEC=10/09/{-1}; O3!") },
    // who turns 17 in the year left care at 16, so that this return or the last one must show it
    Added { linked: true, ..class("1002", &["1001"], "H DOB=15/12/{-17}; O3!") },
    class("1007", &["1001"], "H DOB=15/12/{-17}; E DECOM=05/04/{0} DEC= REC=; O3!"),
    class("1011", &[], "H DOB=15/12/{-18}; E DECOM=05/04/{0} DEC=15/09/{0} REC=E3; O3!"),
    class("1012", &["1002"], "H DOB=15/06/{-20}; O3!; R"),
    since(2024, "1016", &["1007", "1001"], "H DOB=15/06/{-17}; E DECOM=05/04/{0} DEC=15/09/{0} REC=E8; O3!"),
    class("INT06", &[], "O3! DOB=15/12/{-18}"),
    class("INT15", &[], "$leaver; O3! DOB=16/12/{-18}"),
    class("INT34", &[], "$leaver; O3; O3!"),
];

/// Adoption and what was before care.
pub const ADOPTION: &[Added] = &[
    class("551", &[], "H DOB=15/06/{-3} UPN=UN1; E! PLACE=A4"),
    class(
        "552",
        &[],
        "H DOB=15/06/{-3} UPN=UN1; E PLACE=A4; P! DATE_PLACED=20/05/{0} DATE_PLACED_CEASED=10/07/{0} REASON_PLACED_CEASED=RD1",
    ),
    class("553", &[], "H DOB=15/06/{-3} UPN=UN1; E! LS=E1"),
    class(
        "554",
        &[],
        "H DOB=15/06/{-3} UPN=UN1; E LS=E1; P! DATE_PLACED=20/05/{0} DATE_PLACED_CEASED=10/07/{0} REASON_PLACED_CEASED=RD4",
    ),
    class("557", &[], "H DOB=15/06/{-3} UPN=UN1; E! LS=E1; P"),
    class("558", &[], "$placed; P! DATE_PLACED_CEASED=10/02/{1} REASON_PLACED_CEASED=RD1; A"),
    class("563", &["557"], "$child; P! DATE_PLACED= DATE_PLACED_CEASED=10/07/{0} REASON_PLACED_CEASED=RD1"),
    class(
        "579",
        &[],
        "$child; P DATE_PLACED_CEASED=10/06/{0} REASON_PLACED_CEASED=RD1; \
         P! DATE_PLACED=01/06/{0} DATE_PLACED_CEASED=10/07/{0} REASON_PLACED_CEASED=RD1",
    ),
    class("583", &["579", "557"], "$child; P!; P DATE_PLACED=01/06/{0} DATE_PLACED_CEASED=10/07/{0} REASON_PLACED_CEASED=RD1"),
    class(
        "601",
        &[],
        "H DOB=15/06/{-3} UPN=UN1; E LS=E1 REC=X1 REASON_PLACE_CHANGE=CARPL; \
         E! DECOM=10/07/{0} RNE=P LS=E1 PLACE=A6 PL_POST=XC3_3DD DEC=10/02/{1} REC=E12; P",
    ),
    class("602", &[], "$child; A!"),
    class("INT01", &["602"], "A! DOB=15/06/{-3}"),
    class("INT02", &[], "P! DOB=15/06/{-3}"),
    class("INT07", &[], "B! DOB=15/06/{-8}"),
    class("INT11", &[], "$placed; P; A! DOB=16/06/{-3}"),
    class("INT12", &[], "$placed; P! DOB=16/06/{-3}; A"),
    class("INT16", &[], "$child; B! DOB=16/06/{-8}"),
    class("INT31", &[], "$placed; P; A; A!"),
    class("INT35", &[], "$child; B; B!"),
];

/// Absences.
pub const MISSING: &[Added] = &[
    class("564", &["1004"], "$teen; M! MIS_START="),
    class("565", &["1006", "577", "575"], "$teen; M! MISSING= MIS_END="),
    class("566", &["565", "1006"], "$teen; M! MISSING="),
    class("567", &[], "$teen; M! MIS_END=30/05/{0}"),
    class("570", &["578"], "H DOB=15/06/{-14}; E DEC= REC=; M! MIS_START=10/05/{1} MIS_END="),
    class("571", &[], "H DOB=15/06/{-14}; E DEC= REC=; M! MIS_END=10/05/{1}"),
    class("574", &[], "$teen; M; M! MIS_START=02/06/{0} MIS_END=05/06/{0}"),
    class(
        "575",
        &[],
        "H DOB=15/06/{-14}; E DEC=10/06/{0} REC=X1 REASON_PLACE_CHANGE=CARPL; \
         E DECOM=10/06/{0} RNE=P PL_POST=XC3_3DD DEC= REC=; M! MIS_END=",
    ),
    class("577", &["575"], "$teen; M! MIS_END="),
    class("578", &[], "$teen; M! MIS_START=20/07/{0} MIS_END=22/07/{0}"),
    class("581", &[], "$teen; M! MIS_START=01/05/{0} MIS_END=03/05/{0}"),
    class("586", &["571", "581"], "$teen; M! MIS_START=01/06/{-15} MIS_END=02/06/{-15}"),
    class("580", &["577"], "H DOB=10/07/{-18}; E!; M MIS_START=01/07/{0} MIS_END=12/07/{0}"),
    class("1004", &["564"], "$teen; M! MIS_START=31/02/{0}"),
    class("1005", &[], "$teen; M! MIS_END=31/02/{0}"),
    class("1006", &["565"], "$teen; M! MISSING=Q"),
    class("INT04", &["578", "581"], "M! DOB=15/06/{-14}"),
    class("INT13", &[], "$teen; M! DOB=16/06/{-14}"),
];

/// Social workers and deprivations of liberty.
pub const WORKERS: &[Added] = &[
    since(2024, "GT02", &[], "S! DOB=15/06/{-8}"),
    since(2024, "GT06", &["SW01aSTG1", "SW01bSTG1", "SW02STG1", "SW08STG2", "SW10STG2"], "$open; S; S! SW_ID="),
    since(2024, "GT07", &[], "$open; S! DOB=16/06/{-8}"),
    Added { to: 2024, ..since(2024, "SW01STG1", &["SW12STG2"], "H; E! DEC= REC=; -S") },
    since(2025, "SW01aSTG1", &["GT06", "SW01bSTG1", "SW02STG1", "SW12STG2"], "$open; S! SW_ID="),
    since(2025, "SW01bSTG1", &["SW13STG1"], "$open; S! SW_REASON="),
    since(2024, "SW02STG1", &[], "$open; S! SW_ID=AB123456"),
    since(2024, "SW04STG1", &["SW01STG1", "SW12STG2", "SW17STG2"], "$open; S! SW_DECOM=31/02/{0}"),
    since(2024, "SW05STG1", &["SW01STG1", "SW12STG2", "SW17STG2"], "$open; S! SW_DEC=31/02/{0}"),
    since(2024, "SW06STG2", &["SW08STG2", "SW10STG2"], "$open; S; S! SW_DECOM=10/05/{1}"),
    since(2024, "SW07STG2", &[], "$open; S! SW_DECOM=01/02/{0} SW_DEC=15/03/{0}; S SW_ID=SW123457 SW_DECOM=15/03/{0}"),
    since(2024, "SW08STG2", &["SW10STG2"], "$open; S!; S SW_ID=SW123457 SW_DECOM=10/08/{0}"),
    since(
        2024,
        "SW09STG2",
        &["SW10STG2", "SW08STG2"],
        "$open; S SW_DEC=10/08/{0}; S! SW_ID=SW123457 SW_DECOM=10/08/{0} SW_DEC=10/08/{0}; S SW_ID=SW123458 SW_DECOM=10/08/{0}",
    ),
    since(2024, "SW10STG2", &[], "$open; S SW_DEC=10/08/{0}; S! SW_ID=SW123457 SW_DECOM=01/08/{0}"),
    since(2024, "SW11bSTG2", &["SW17STG2"], "$open; S! SW_DEC=25/03/{1}"),
    since(2024, "SW12STG2", &[], "$open; S! SW_DECOM=10/08/{0}"),
    since(2024, "SW13STG1", &["SW01bSTG1"], "$open; S! SW_REASON=LAZY"),
    since(2026, "SW17STG2", &["SW11bSTG2"], "$open; S! SW_DEC=10/08/{0}"),
    since(2027, "700", &[], "$secluded; D! DOLO_START="),
    since(2027, "701", &[], "$secluded; D! DOLO_END=31/02/{0}"),
    since(2027, "702", &[], "$secluded; D! DOLO_END=01/06/{0}"),
    since(2027, "703", &["707"], "H DOB=15/06/{-14}; E PLACE=K2 PLACE_PROVIDER=PR4 DEC= REC=; D! DOLO_START=10/05/{1} DOLO_END="),
    since(2027, "704", &[], "H DOB=15/06/{-14}; E PLACE=K2 PLACE_PROVIDER=PR4 DEC= REC=; D! DOLO_END=10/05/{1}"),
    since(2027, "705", &[], "$secluded; D; D! DOLO_START=10/06/{0} DOLO_END=25/06/{0}"),
    since(2027, "707", &[], "$secluded; D! DOLO_END="),
    since(2027, "708", &["709"], "$secluded; D! DOLO_START=01/06/{-15}"),
    since(2027, "709", &[], "$teen; D!"),
    since(2027, "710", &["709"], "H DOB=15/06/{-14}; E PLACE=K1 PLACE_PROVIDER=PR1 URN=SC123456; D!"),
];
