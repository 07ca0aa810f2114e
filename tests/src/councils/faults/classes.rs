//! Classes of fault in which a child with no rows but these is added to a return.
//!
//! A line is a table's letters, a mark `!` on the row at which the rule is to be named, and the columns that differ
//! from the defaults below. `{0}` is the calendar year in which the return year begins, `{-8}` eight years before it;
//! `_` stands for a space. The letters: H Header, E Episodes, O2, O3, R Reviews, M Missing, U UASC, A AD1, P
//! PlacedAdoption, B PrevPerm, S SWEpisodes, D DoLo.

/// A class of fault: the child's care lies in one year, but for what is wrong with it.
#[derive(Clone, Copy, Debug)]
pub struct Added {
    /// Rule.
    pub rule: &'static str,
    /// First return year in which the rule holds.
    pub from: i16,
    /// Last return year.
    pub to: i16,
    /// Whether the rule needs last year's return.
    pub linked: bool,
    /// Rules that may be named for this child as well.
    pub also: &'static [&'static str],
    /// The child's rows.
    pub rows: &'static str,
}

/// What stands in a column where a line says nothing.
pub const DEFAULTS: [(&str, &str, &str); 12] = [
    ("H", "header.csv", "SEX={M} DOB=15/06/{-8} ETHNIC=WBRI UPN=UN2"),
    (
        "E",
        "episodes.csv",
        "DECOM=10/05/{0} RNE=S LS=C1 CIN=N1 PLACE=U6 PLACE_PROVIDER=PR1 DEC=10/07/{0} REC=E4A HOME_POST=XA1_1AA \
         PL_POST=XB2_2BB URN=1234567",
    ),
    ("O2", "oc2.csv", ""),
    ("O3", "oc3.csv", "IN_TOUCH=YES ACTIV=F2 ACCOM=B1"),
    ("R", "reviews.csv", "REVIEW=01/06/{0} REVIEW_CODE=PN1"),
    ("M", "missing.csv", "MISSING=M MIS_START=01/06/{0} MIS_END=03/06/{0}"),
    ("U", "uasc.csv", "SEX={M}"),
    ("A", "ad1.csv", "DATE_INT=10/05/{0} DATE_MATCH=01/07/{0} FOSTER_CARE=0 NB_ADOPTR=2 SEX_ADOPTR=MF LS_ADOPTR=L11"),
    ("P", "placed_for_adoption.csv", "DATE_PLACED=10/05/{0}"),
    ("B", "previous_permanence.csv", "PREV_PERM=Z1"),
    ("S", "sw_episodes.csv", "SW_ID=SW123456 SW_DECOM=20/03/{0} SW_REASON=OTHERS"),
    ("D", "DoLo.csv", "DOLO_START=01/06/{0} DOLO_END=20/06/{0}"),
];

/// Groups of lines that many classes share.
pub const SHARED: [(&str, &str); 7] = [
    ("$child", "H; E"),
    ("$leaver", "H DOB=15/12/{-18}; E DECOM=05/04/{0} DEC=15/09/{0} REC=E8"),
    ("$alone", "H DOB=15/06/{-15}; E LS=V2 CIN=N8 HOME_POST= REC=E8"),
    ("$teen", "H DOB=15/06/{-14}; E"),
    ("$open", "H; E DEC= REC="),
    ("$secluded", "H DOB=15/06/{-14}; E PLACE=K2 PLACE_PROVIDER=PR4 URN=SC123456"),
    (
        "$placed",
        "H DOB=15/06/{-3} UPN=UN1; E LS=E1 REC=X1 REASON_PLACE_CHANGE=CARPL; \
         E DECOM=10/07/{0} RNE=P LS=E1 PLACE=A6 PL_POST=XC3_3DD DEC=10/02/{1} REC=E12",
    ),
];

const fn class(rule: &'static str, also: &'static [&'static str], rows: &'static str) -> Added {
    Added { rule, from: 2017, to: 2027, linked: false, also, rows }
}

const fn since(from: i16, rule: &'static str, also: &'static [&'static str], rows: &'static str) -> Added {
    Added { rule, from, to: 2027, linked: false, also, rows }
}

const fn linked(rule: &'static str, also: &'static [&'static str], rows: &'static str) -> Added {
    Added { rule, from: 2017, to: 2027, linked: true, also, rows }
}

/// Rules on the child itself and on one episode.
pub const CHILD: &[Added] = &[
    class("101", &[], "H! SEX=9; E"),
    class("102", &["INT03", "INT07", "GT02"], "H! DOB=31/02/{-8}; E"),
    class("103", &[], "H! ETHNIC=WXYZ; E"),
    class("168", &[], "H! UPN=I123456789012; E"),
    class("209", &[], "H! UPN=UN1; E"),
    class("210", &[], "H! UPN=UN4; E DEC= REC="),
    since(2025, "232", &[], "H! SEX=U; E"),
    class("301", &["302", "INT03", "INT07", "EPI"], "H! DOB=15/06/{2} UPN=UN1; E"),
    class("351", &["391", "1002", "INT06"], "H! DOB=15/06/{-27}; O3"),
    class("442", &[], "H! UPN=; E"),
    since(2026, "444", &[], "H! UPN={taken}; E"),
    class("607", &[], "H! SEX={F} DOB=15/06/{-14}; E"),
    class("EPI", &[], "H!"),
    class("INT32", &[], "H; E; H!"),
    class("INT03", &[], "E!"),
    class("141", &["EPI"], "H; E! DECOM=31/02/{0}"),
    class("143", &["EPI"], "H; E! RNE=Q"),
    class("144", &["EPI"], "H; E! LS=ZZ"),
    class("145", &[], "H; E! CIN=N9"),
    class("146", &["EPI"], "H; E! PLACE=Q7"),
    class("147", &["EPI"], "H; E! DEC=31/06/{0}"),
    class("148", &[], "H; E! REC="),
    class("149", &["EPI"], "H; E! REC=E99"),
    class("302", &["EPI"], "H DOB=15/06/{0} UPN=UN1; E!"),
    class("352", &["EPI"], "H DOB=15/06/{-19}; E!"),
    class("353", &["302", "NoE", "562", "EPI"], "H; E! DECOM=01/10/1991"),
    class("354", &["EPI", "SW01STG1"], "H; E! DECOM=10/05/{1} DEC= REC="),
    class("355", &["EPI"], "H; E! DEC=10/05/{0}"),
    class("356", &["EPI"], "H; E! DEC=09/05/{0}"),
    class("357", &["433", "432"], "H; E! RNE=P"),
    class("385", &["EPI"], "H; E! DEC=10/05/{1}"),
    class("361", &[], "H; E! LS=L1"),
    class("362", &[], "H; E! LS=L2"),
    class("363", &[], "H; E! LS=L3"),
    class("365", &[], "H; E! LS=V3 DEC=10/06/{0} REC=E8"),
    class("386", &[], "H DOB=15/06/{-18}; E! LS=E1 PLACE=A6 REC=E12; P; A DATE_MATCH=10/05/{0}"),
    class("388", &[], "H; E! REC=X1"),
    class("389", &[], "H; E! REC=E7"),
    class("390", &[], "H; E! REC=E12; P; A"),
    class("371", &[], "H; E! PLACE={supported} PLACE_PROVIDER=PR4 URN={supported_urn}"),
    class("372", &[], "H; E! LS=J1 PLACE=R5 PLACE_PROVIDER=PR3 URN="),
    class("373", &[], "H DOB=15/06/{-3} UPN=UN1; E! PLACE=S1 PLACE_PROVIDER=PR4"),
    class("374", &[], "H; E! PLACE=P3 PLACE_PROVIDER=PR4 URN="),
    class("378", &[], "H; E! LS=V2 PLACE=P1 PLACE_PROVIDER=PR0 URN="),
    class("382", &["380", "381"], "H; E! LS=V3 PLACE=T2 PLACE_PROVIDER= URN= DEC=15/05/{0} REC=E8"),
    class("384", &[], "H; E! LS=V3 PLACE=U4 DEC=15/05/{0} REC=E8"),
    class("392b", &[], "H; E! PL_POST="),
    class("392c", &["392b"], "H; E! PL_POST=ZZZ"),
    class("392d", &[], "H; E! PL_POST=XA1_1AA"),
    class("178", &["526"], "H; E! PLACE_PROVIDER=PR9"),
    class("218", &[], "H; E! URN="),
    class("222", &[], "H; E! PLACE=P1 PLACE_PROVIDER=PR0"),
    since(2026, "233", &[], "H; E! DEC= REC= REASON_PLACE_CHANGE=CARPL"),
    class("526", &[], "H; E! PLACE_PROVIDER="),
    class("527", &[], "H; E! PLACE=R2 URN="),
    class("528", &[], "H; E! PLACE=R2 PLACE_PROVIDER=PR2 URN="),
    class("529", &[], "H; E! PLACE_PROVIDER=PR3"),
    class("530", &[], "H; E! PLACE=P1 PLACE_PROVIDER=PR4 URN="),
    class("531", &[], "H; E! PLACE=P1 PLACE_PROVIDER=PR5 URN="),
    class("550", &[], "H; E! PLACE_PROVIDER=PR0"),
    class("1008", &[], "H; E! URN=12AB"),
    linked("NoE", &["562"], "H; E! DECOM=10/01/{0}"),
    class("GT01", &[], "E! CHILD="),
    class("GT03", &["EPI"], "H; E+!"),
    class("GT04", &["EPI", "392b", "392c"], "H; E! HOME_POST={long}"),
    class("GT11", &[], "H; E! DECOM={0}-05-10"),
    class("GT12", &[], "E! CHILD=1.2E+05"),
    class("GT13", &["392b", "392c"], "H; E! HOME_POST=\u{e9}"),
];

/// Rules that compare the episodes of a child.
pub const EPISODES: &[Added] = &[
    class("142", &["501", "431", "433"], "H; E! DEC= REC=; E DECOM=10/07/{0} DEC=10/09/{0}"),
    class(
        "366",
        &["434", "435"],
        "H; E LS=V3 DEC=15/05/{0} REC=X1 REASON_PLACE_CHANGE=CARPL; \
         E! DECOM=15/05/{0} RNE=P LS=V3 DEC=18/05/{0} REC=E8 PL_POST=XC3_3DD",
    ),
    class(
        "367",
        &[],
        "H; E LS=V3 DEC=25/05/{0} REC=E8; E DECOM=01/06/{0} LS=V3 DEC=16/06/{0} REC=E8; \
         E DECOM=01/07/{0} LS=V3 DEC=16/07/{0} REC=E8; E DECOM=01/08/{0} LS=V3 DEC=16/08/{0} REC=E8; \
         E DECOM=01/09/{0} LS=V3 DEC=16/09/{0} REC=E8; E! DECOM=01/10/{0} LS=V3 DEC=16/10/{0} REC=E8",
    ),
    class(
        "375",
        &[],
        "H; E DEC=10/06/{0} REC=X1; E! DECOM=10/06/{0} RNE=P PLACE=T1 PLACE_PROVIDER= URN= PL_POST=XC3_3DD DEC=10/08/{0} REC=X1; \
         E DECOM=10/08/{0} RNE=P DEC=10/10/{0}",
    ),
    class(
        "376",
        &[],
        "H; E DEC=10/06/{0} REC=X1; E! DECOM=10/06/{0} RNE=P PLACE=T3 PLACE_PROVIDER= URN= PL_POST=XC3_3DD DEC=10/07/{0} REC=X1; \
         E DECOM=10/07/{0} RNE=P DEC=10/10/{0}",
    ),
    class(
        "379",
        &[],
        "H; E DEC=10/06/{0} REC=X1; E! DECOM=10/06/{0} RNE=P PLACE=T4 PLACE_PROVIDER= URN= PL_POST=XC3_3DD DEC=20/06/{0} REC=X1; \
         E DECOM=20/06/{0} RNE=P DEC=10/10/{0}",
    ),
    class(
        "377",
        &[],
        "H; E DEC=10/06/{0} REC=X1; E DECOM=10/06/{0} RNE=P PLACE=T3 PLACE_PROVIDER= URN= PL_POST=XC3_3DD DEC=15/06/{0} REC=X1; \
         E DECOM=15/06/{0} RNE=P DEC=10/08/{0} REC=X1; \
         E DECOM=10/08/{0} RNE=P PLACE=T3 PLACE_PROVIDER= URN= PL_POST=XC3_3DD DEC=15/08/{0} REC=X1; \
         E DECOM=15/08/{0} RNE=P DEC=10/10/{0} REC=X1; \
         E! DECOM=10/10/{0} RNE=P PLACE=T3 PLACE_PROVIDER= URN= PL_POST=XC3_3DD DEC=15/10/{0} REC=X1; \
         E DECOM=15/10/{0} RNE=P DEC=10/12/{0}",
    ),
    class(
        "380",
        &["383"],
        "H; E! PLACE=T2 PLACE_PROVIDER= URN= DEC=16/05/{0} REC=X1; E DECOM=16/05/{0} RNE=P PL_POST=XC3_3DD DEC=10/07/{0}",
    ),
    class(
        "381",
        &[],
        "H; E DEC=10/06/{0} REC=X1; E! DECOM=10/06/{0} RNE=P PLACE=T2 PLACE_PROVIDER= URN= PL_POST=XC3_3DD DEC=16/06/{0}",
    ),
    class(
        "383",
        &[],
        "H; E DEC=10/06/{0} REC=X1; E DECOM=10/06/{0} RNE=P PLACE=T2 PLACE_PROVIDER= URN= PL_POST=XC3_3DD DEC=16/06/{0} REC=X1; \
         E! DECOM=16/06/{0} RNE=P PL_POST=XD4_4EE DEC=10/09/{0}",
    ),
    class(
        "213",
        &[],
        "H; E DEC=10/06/{0} REC=X1; E! DECOM=10/06/{0} RNE=P PLACE=T2 URN= PL_POST=XC3_3DD DEC=16/06/{0} REC=X1; \
         E DECOM=16/06/{0} RNE=P DEC=10/09/{0}",
    ),
    class(
        "226",
        &[],
        "H; E DEC=10/06/{0} REC=X1; E! DECOM=10/06/{0} RNE=P PLACE=T2 PLACE_PROVIDER= URN= PL_POST=XC3_3DD DEC=16/06/{0} REC=X1 \
         REASON_PLACE_CHANGE=CARPL; E DECOM=16/06/{0} RNE=P DEC=10/09/{0}",
    ),
    class("426", &[], "H; E LS=V3 DEC=15/05/{0} REC=E8; E! DECOM=01/06/{0} LS=V4 DEC=01/09/{0} REC=E8"),
    class("431", &[], "H; E; E! DECOM=10/07/{0} DEC=10/09/{0}"),
    class("432", &["225"], "H; E; E! DECOM=10/07/{0} RNE=P PL_POST=XC3_3DD DEC=10/09/{0}"),
    class("433", &["388"], "H; E REC=X1 REASON_PLACE_CHANGE=CARPL; E! DECOM=20/07/{0} RNE=P PL_POST=XC3_3DD DEC=10/09/{0}"),
    class("434", &[], "H; E REC=X1; E! DECOM=10/07/{0} RNE=L DEC=10/09/{0}"),
    class("435", &[], "H; E REC=X1 REASON_PLACE_CHANGE=CARPL; E! DECOM=10/07/{0} RNE=P DEC=10/09/{0}"),
    class("436", &[], "H; E REC=X1 REASON_PLACE_CHANGE=CARPL; E! DECOM=10/07/{0} RNE=B PL_POST=XC3_3DD DEC=10/09/{0}"),
    class("437", &[], "H; E! REC=E2; E DECOM=20/07/{0} DEC=10/09/{0}"),
    class("501", &["431", "432", "433"], "H; E; E! DECOM=01/07/{0} DEC=10/09/{0}"),
    class("504", &[], "H; E REC=X1 REASON_PLACE_CHANGE=CARPL; E! DECOM=10/07/{0} RNE=P CIN=N5 PL_POST=XC3_3DD DEC=10/09/{0}"),
    class("225", &[], "H; E! REC=X1; E DECOM=10/07/{0} RNE=P PL_POST=XC3_3DD DEC=10/09/{0}"),
    class("1009", &["225"], "H; E! REC=X1 REASON_PLACE_CHANGE=XXXXX; E DECOM=10/07/{0} RNE=P PL_POST=XC3_3DD DEC=10/09/{0}"),
    since(2026, "234", &[], "H; E! REC=X1 REASON_PLACE_CHANGE=CUSTOD; E DECOM=10/07/{0} RNE=P PL_POST=XC3_3DD DEC=10/09/{0}"),
];
