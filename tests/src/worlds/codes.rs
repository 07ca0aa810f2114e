//! Code sets of the return by year, as `shared/reference` of the field has them, and columns of its tables.

use super::draw::Draw;

/// Legal statuses of care.
pub const LEGAL: [&str; 11] = ["C1", "C2", "D1", "E1", "V2", "L1", "L2", "L3", "J1", "J2", "J3"];
/// Categories of need.
pub const NEED: [&str; 9] = ["N1", "N1", "N2", "N3", "N4", "N5", "N6", "N7", "N8"];
/// Ethnic origins.
pub const ETHNIC: [&str; 20] = [
    "WBRI", "WIRI", "WOTH", "WIRT", "WROM", "MWBC", "MWBA", "MWAS", "MOTH", "AIND", "APKN", "ABAN", "AOTH", "BCRB", "BAFR",
    "BOTH", "CHNE", "OOTH", "REFU", "NOBT",
];
/// Foster homes.
pub const FOSTER: [&str; 6] = ["U1", "U2", "U3", "U4", "U5", "U6"];
/// Temporary stays.
pub const TEMPORARY: [&str; 5] = ["T0", "T1", "T2", "T3", "T4"];
/// Every other home; `SUP`, `IND` and `OTH` are written by the year's code.
pub const HOMES: [&str; 12] = ["K1", "K2", "P1", "P3", "R1", "R2", "R3", "R5", "S1", "SUP", "IND", "OTH"];
/// Providers.
pub const PROVIDERS: [&str; 6] = ["PR0", "PR1", "PR2", "PR3", "PR4", "PR5"];
/// Reasons for the end of a period of care, but for special guardianship.
pub const ENDINGS: [&str; 20] = [
    "E11", "E12", "E2", "E3", "E4A", "E4A", "E4B", "E4B", "E13", "E41", "SGO", "E5", "E6", "E7", "E8", "E9", "E14", "E15", "E16",
    "E17",
];
/// Reasons why a home changed.
pub const REASONS: [&str; 12] =
    ["CARPL", "CLOSE", "ALLEG", "STAND", "APPRR", "CREQB", "CREQO", "CHILD", "LAREQ", "PLACE", "CUSTOD", "OTHER"];
/// How a child took part in a review.
pub const TOOK_PART: [&str; 8] = ["PN0", "PN1", "PN2", "PN3", "PN4", "PN5", "PN6", "PN7"];
/// Why there is no score.
pub const NO_SCORE: [&str; 5] = ["SDQ1", "SDQ2", "SDQ3", "SDQ4", "SDQ5"];
/// Why a social worker changed.
pub const WORKER: [&str; 10] =
    ["MANAGE", "FCONTA", "LEFTRL", "ORGRST", "TSPROC", "ABSENC", "CHCHAN", "PCCHAN", "SWDIED", "OTHERS"];
/// Contact with care leavers; most are in touch.
pub const IN_TOUCH: [&str; 10] = ["YES", "YES", "YES", "YES", "YES", "NO", "DIED", "REFU", "NREQ", "RHOM"];
/// Homes of care leavers.
pub const ACCOM: [&str; 31] = [
    "B1", "B2", "C1", "C2", "D1", "D2", "E1", "E2", "G1", "G2", "H1", "H2", "K1", "K2", "R1", "R2", "S2", "T1", "T2", "U1", "U2",
    "V1", "V2", "W1", "W2", "X2", "Y1", "Y2", "Z1", "Z2", "0",
];

/// What care leavers do, by the codes of a year.
#[must_use]
pub fn activities(year: i16) -> &'static [&'static str] {
    if year <= 2021 {
        &["F1", "P1", "F2", "P2", "F3", "P3", "G4", "G5", "G6", "0"]
    } else {
        &["F1", "P1", "F2", "P2", "F4", "P4", "F5", "P5", "G4", "G5", "G6", "0"]
    }
}

/// The code of a kind of home in a year.
pub fn place(draw: &mut Draw, place: &'static str, year: i16) -> &'static str {
    match place {
        "SUP" if year <= 2023 => "H5",
        "SUP" if year == 2024 => draw.one(&["H5", "K3"]),
        "SUP" => "K3",
        "IND" if year <= 2024 => "P2",
        "IND" => "K3",
        "OTH" if year <= 2025 => "Z1",
        "OTH" => draw.one(&["Z11", "Z12", "Z13", "Z14"]),
        same => same,
    }
}

/// The code of an ending in a year.
pub fn ending(draw: &mut Draw, rec: &'static str, year: i16) -> &'static str {
    match rec {
        "SGO" if year <= 2018 => draw.one(&["E43", "E44"]),
        "SGO" => draw.one(&["E45", "E46", "E47", "E48"]),
        same => same,
    }
}

/// The code of a reason in a year.
#[must_use]
pub fn reason(reason: &'static str, year: i16) -> &'static str {
    if reason == "CUSTOD" && year < 2019 { "OTHER" } else { reason }
}

/// The code of a sex in a year; `U` is written since 2025 only.
#[must_use]
pub fn sex(sex: &'static str, year: i16) -> &'static str {
    match (sex, year >= 2025) {
        ("F", false) => "2",
        ("M", false) => "1",
        (_, false) => "",
        (same, true) => same,
    }
}

/// Tables of the return and extracts with their columns, as written here.
pub const TABLES: [(&str, &str); 20] = [
    ("Header", "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB"),
    ("Episodes", "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN"),
    ("Reviews", "CHILD,DOB,REVIEW,REVIEW_CODE"),
    ("UASC", "CHILD,SEX,DOB,DUC"),
    (
        "OC2",
        "CHILD,DOB,SDQ_SCORE,SDQ_REASON,CONVICTED,HEALTH_CHECK,IMMUNISATIONS,TEETH_CHECK,HEALTH_ASSESSMENT,SUBSTANCE_MISUSE,\
         INTERVENTION_RECEIVED,INTERVENTION_OFFERED",
    ),
    ("OC3", "CHILD,DOB,IN_TOUCH,ACTIV,ACCOM"),
    ("AD1", "CHILD,DOB,DATE_INT,DATE_MATCH,FOSTER_CARE,NB_ADOPTR,SEX_ADOPTR,LS_ADOPTR"),
    ("PlacedAdoption", "CHILD,DOB,DATE_PLACED,DATE_PLACED_CEASED,REASON_PLACED_CEASED"),
    ("PrevPerm", "CHILD,DOB,PREV_PERM,LA_PERM,DATE_PERM"),
    ("Missing", "CHILD,DOB,MISSING,MIS_START,MIS_END"),
    ("SWEpisodes", "CHILD,DOB,SW_ID,SW_DECOM,SW_DEC,SW_REASON"),
    ("DoLo", "CHILD,DOB,DOLO_START,DOLO_END"),
    ("SDQ", "CHILD,SDQ_DATE,INFORMANT,SDQ_SCORE,SDQ_REASON"),
    (
        "Wellbeing",
        "CHILD,SURVEY_DATE,ONS_SATISFIED,ONS_WORTHWHILE,ONS_HAPPY,ONS_ANXIOUS,SWEMWBS1,SWEMWBS2,SWEMWBS3,SWEMWBS4,SWEMWBS5,\
         SWEMWBS6,SWEMWBS7,TRUSTED_ADULT,FEELS_SAFE,BETTER,INCLUDED,SEES_MOTHER,SEES_FATHER,SEES_SIBLINGS,SIBLINGS_HOME,FRIEND,\
         AFTER_18",
    ),
    ("School", "CHILD,SCHOOL,SCHOOL_START,SCHOOL_END,MAIN_SCHOOL"),
    ("MentalHealth", "CHILD,REFERRAL_DATE,DECISION,FIRST_APPT_DATE,CLOSED_DATE"),
    ("CarerSupport", "CHILD,CARER_TRAINING,CARER_THERAPY,CHILD_THERAPY"),
    ("LeaverSupport", "CHILD,STAYING_CLOSE,ADVISER,TOLD_25,TOOK_25,PATHWAY_REVIEW,MH_AT_18,MH_SERVICE"),
    ("AfterHome", "CHILD,HOME_DATE,HOME_PLAN"),
    ("HealthAssessment", "CHILD,HEALTH_CHECK_TYPE,HEALTH_CHECK_DATE,HEALTH_CHECK_STATUS"),
];

/// The extracts among [`TABLES`].
#[must_use]
pub fn is_extract(table: &str) -> bool {
    TABLES.iter().skip(12).any(|(name, _)| *name == table)
}

/// First return year with a table.
#[must_use]
pub fn first_year(table: &str) -> i16 {
    match table {
        "SWEpisodes" => 2024,
        "DoLo" => 2027,
        _ => 2017,
    }
}

/// Columns that a file of an extract may lack.
#[must_use]
pub fn optional_columns(table: &str) -> &'static [&'static str] {
    match table {
        "SDQ" => &["SDQ_REASON"],
        "Wellbeing" => &[
            "ONS_SATISFIED",
            "ONS_WORTHWHILE",
            "ONS_HAPPY",
            "ONS_ANXIOUS",
            "SWEMWBS4",
            "TRUSTED_ADULT",
            "FEELS_SAFE",
            "BETTER",
            "INCLUDED",
            "SEES_MOTHER",
            "SEES_FATHER",
            "SEES_SIBLINGS",
            "SIBLINGS_HOME",
            "FRIEND",
            "AFTER_18",
        ],
        "School" => &["MAIN_SCHOOL"],
        "LeaverSupport" => &["STAYING_CLOSE", "TOLD_25", "TOOK_25", "MH_AT_18", "MH_SERVICE"],
        _ => &[],
    }
}
