//! Every parameter of the simulation, with the published figure that it is set by.
//!
//! "DfE 2025" is the year ending 31 March 2025 of the Department for Education's statistics on children
//! looked after, their stability and their outcomes. Where no figure is beside a number, it was chosen so
//! that the figures of the calibration program come out.

use super::codes::{Ended, Ethnic, Legal, MoveReason, Need, PermanenceKind, Reversal, TookPart, WorkerReason};

/// Years of entries to care that can matter: a young person of 25 may have come into care at birth.
pub const YEARS_OF_ENTRIES: f64 = 28.6;

/// Entries of the last years against those before. DfE 2025: started 32,270, ceased 34,450.
pub const RECENT_ENTRIES: f64 = 0.895;
/// Days before the end that count as recent.
pub const RECENT_DAYS: i32 = 500;

/// Share of first entries that are children who came alone. DfE 2025: 22 % of starts.
pub const UASC_SHARE: f64 = 0.242;

/// Age bands at entry: first age, age after the last, weight among children who did not come alone.
/// DfE 2025, started: under 1 5,140; 1-4 4,430; 5-9 4,920; 10-15 8,660; 16 and over 9,110, these with
/// those who came alone.
pub const ENTRY_AGES: [(f64, f64, f64); 6] = [
    (0.0, 0.12, 3600.0),
    (0.12, 1.0, 1950.0),
    (1.0, 5.0, 4200.0),
    (5.0, 10.0, 4900.0),
    (10.0, 16.0, 7400.0),
    (16.0, 17.95, 3300.0),
];

/// Age bands at entry of children who came alone.
pub const ENTRY_AGES_UASC: [(f64, f64, f64); 4] =
    [(11.0, 14.0, 2.0), (14.0, 16.0, 14.0), (16.0, 17.0, 38.0), (17.0, 17.97, 46.0)];

/// What becomes of a period of care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// A stay of days or weeks.
    Short,
    /// Back home, or to others, after some months.
    Home,
    /// A special guardianship or child arrangements order.
    Guardianship,
    /// Adoption.
    Adoption,
    /// Growing up in care.
    Long,
    /// Remand or sentence.
    Custody,
    /// Came to the country alone.
    Alone,
}

/// Weights of the ways by age at entry (under 1, 1-4, 5-9, 10-15, 16-17), in the order short, home,
/// guardianship, adoption, long, custody. DfE 2025, ceased: adopted 3,040, special guardianship 4,110,
/// child arrangements 1,080, home 6,610, relatives 1,800; duration of the last period of care (2024):
/// under 8 weeks 14 %, 8 weeks to 1 year 33 %, 1-2 years 21 %, 2-5 years 18 %, longer 14 %.
pub const WAYS: [[f64; 6]; 5] = [
    [0.07, 0.185, 0.29, 0.375, 0.08, 0.0],
    [0.12, 0.245, 0.285, 0.155, 0.195, 0.0],
    [0.15, 0.25, 0.22, 0.01, 0.37, 0.0],
    [0.15, 0.275, 0.06, 0.0, 0.485, 0.03],
    [0.11, 0.09, 0.01, 0.0, 0.73, 0.06],
];

/// Median days and spread of the length of each way, in the order of [`WAYS`]; growing up in care has none.
pub const WAY_DAYS: [(f64, f64); 6] = [(22.0, 1.3), (235.0, 0.85), (400.0, 0.6), (640.0, 0.35), (0.0, 0.0), (70.0, 0.9)];

/// Yearly rate at which growing up in care ends before 18.
pub const LONG_ENDS_A_YEAR: f64 = 0.023;

/// Children who came alone and are handed to another authority. DfE 2025: 2,640 moved to another authority in all.
pub const ALONE_MOVED: f64 = 0.26;
/// Children who came alone and are found to be adults. DfE 2025: 340.
pub const ALONE_ADULT: f64 = 0.05;
/// Yearly rate at which the care of a child who came alone ends otherwise.
pub const ALONE_ENDS_A_YEAR: f64 = 0.055;

/// Chance of coming back after a short stay or a return home, and after another end.
/// DfE 2024, ceased: one period of care 89 %, two 9 %, three or more 2 %.
pub const BACK_AFTER_HOME: f64 = 0.21;
/// As [`BACK_AFTER_HOME`], after other ends.
pub const BACK_AFTER_OTHER: f64 = 0.05;

/// How short stays end. DfE 2025: home not planned 1,070.
pub const ENDS_SHORT: [(Ended, f64); 6] =
    [(Ended::E4b, 0.21), (Ended::E4a, 0.40), (Ended::E13, 0.18), (Ended::E8, 0.11), (Ended::E3, 0.09), (Ended::E41, 0.01)];
/// How stays of some months end. DfE 2025: home planned 5,540, relatives 1,800, other 2,520.
pub const ENDS_HOME: [(Ended, f64); 6] =
    [(Ended::E4a, 0.62), (Ended::E4b, 0.05), (Ended::E13, 0.18), (Ended::E8, 0.08), (Ended::E3, 0.05), (Ended::E41, 0.02)];
/// Orders for guardians. DfE 2025: special guardianship 4,110, by 68 % former foster carers who are relatives.
pub const ENDS_GUARDIANSHIP: [(Ended, f64); 5] =
    [(Ended::E45, 0.54), (Ended::E46, 0.055), (Ended::E47, 0.18), (Ended::E48, 0.02), (Ended::E41, 0.205)];
/// How adoption ends care: with the parents' consent or without.
pub const ENDS_ADOPTION: [(Ended, f64); 2] = [(Ended::E11, 0.08), (Ended::E12, 0.92)];
/// How growing up in care ends before 16.
pub const ENDS_LONG: [(Ended, f64); 8] = [
    (Ended::E4a, 0.46),
    (Ended::E45, 0.22),
    (Ended::E3, 0.10),
    (Ended::E41, 0.06),
    (Ended::E13, 0.06),
    (Ended::E8, 0.08),
    (Ended::E2, 0.01),
    (Ended::E16, 0.01),
];
/// How care ends at 16 or 17. DfE 2025: 12 % of all moved to independent living with support.
pub const ENDS_16_17: [(Ended, f64); 7] = [
    (Ended::E4a, 0.46),
    (Ended::E4b, 0.10),
    (Ended::E5, 0.12),
    (Ended::E13, 0.10),
    (Ended::E8, 0.12),
    (Ended::E6, 0.05),
    (Ended::E9, 0.05),
];
/// How remand and sentences end.
pub const ENDS_CUSTODY: [(Ended, f64); 4] = [(Ended::E14, 0.34), (Ended::E9, 0.36), (Ended::E4a, 0.15), (Ended::E8, 0.15)];
/// How the care of a child who came alone ends before 18, apart from moves and age assessments.
pub const ENDS_ALONE: [(Ended, f64); 4] = [(Ended::E8, 0.66), (Ended::E13, 0.22), (Ended::E16, 0.06), (Ended::E5, 0.06)];
/// How care ends at 18 from foster care. DfE 2025: 6,000 stayed with their carers, 17 % of all who ceased.
pub const ENDS_18_FOSTER: [(Ended, f64); 5] =
    [(Ended::E17, 0.83), (Ended::E5, 0.06), (Ended::E8, 0.07), (Ended::E6, 0.01), (Ended::E7, 0.03)];
/// How care ends at 18 from supported accommodation.
pub const ENDS_18_SUPPORTED: [(Ended, f64); 4] = [(Ended::E5, 0.44), (Ended::E6, 0.14), (Ended::E17, 0.28), (Ended::E8, 0.14)];
/// How care ends at 18 from children's homes and elsewhere.
pub const ENDS_18_OTHER: [(Ended, f64); 5] =
    [(Ended::E5, 0.33), (Ended::E7, 0.16), (Ended::E17, 0.25), (Ended::E8, 0.20), (Ended::E6, 0.06)];
/// Share of leavers at 18 whose care ends the day before the birthday.
pub const EVE_OF_BIRTHDAY: f64 = 0.08;

/// Share of girls, children who did not come alone and those who did. DfE 2025: 44 % girls on 31 March.
pub const GIRLS: f64 = 0.484;
/// Girls among those who came alone.
pub const GIRLS_UASC: f64 = 0.05;
/// Share whose day of birth is not known and stands as the 15th.
pub const DAY_NOT_KNOWN: f64 = 0.004;
/// As [`DAY_NOT_KNOWN`], of those who came alone; as many again have 1 January.
pub const DAY_NOT_KNOWN_UASC: f64 = 0.10;

/// Ethnic groups. DfE 2024: White British 55,140 of 83,630 and so on, less those who came alone.
pub const ETHNIC: [(Ethnic, f64); 19] = [
    (Ethnic::Wbri, 54_700.0),
    (Ethnic::Wiri, 180.0),
    (Ethnic::Wirt, 180.0),
    (Ethnic::Wrom, 580.0),
    (Ethnic::Woth, 2500.0),
    (Ethnic::Mwbc, 2900.0),
    (Ethnic::Mwba, 1080.0),
    (Ethnic::Mwas, 1760.0),
    (Ethnic::Moth, 2950.0),
    (Ethnic::Aind, 340.0),
    (Ethnic::Apkn, 1000.0),
    (Ethnic::Aban, 370.0),
    (Ethnic::Aoth, 950.0),
    (Ethnic::Chne, 80.0),
    (Ethnic::Bcrb, 1240.0),
    (Ethnic::Bafr, 1900.0),
    (Ethnic::Both, 1000.0),
    (Ethnic::Ooth, 950.0),
    (Ethnic::Nobt, 420.0),
];
/// Ethnic groups of children who came alone.
pub const ETHNIC_UASC: [(Ethnic, f64); 9] = [
    (Ethnic::Ooth, 42.0),
    (Ethnic::Bafr, 26.0),
    (Ethnic::Aoth, 18.0),
    (Ethnic::Woth, 7.0),
    (Ethnic::Moth, 1.5),
    (Ethnic::Both, 3.0),
    (Ethnic::Aban, 0.5),
    (Ethnic::Refu, 1.0),
    (Ethnic::Nobt, 1.0),
];

/// Category of need. DfE 2025, 31 March: N1 55,020, N2 1,890, N3 1,940, N4 5,910, N5 9,630, N6 810, N7 70, N8 6,510.
pub const NEED: [(Need, f64); 8] = [
    (Need::N1, 72.2),
    (Need::N2, 2.4),
    (Need::N3, 2.5),
    (Need::N4, 8.2),
    (Need::N5, 12.3),
    (Need::N6, 1.5),
    (Need::N7, 0.1),
    (Need::N8, 1.0),
];

/// First legal status: under 5, 5-9, 10-17. DfE 2025, started: voluntary 18,240 (those who came alone with
/// them), interim care order 10,030, police protection 2,920, emergency protection order 370.
pub const FIRST_LEGAL: [[(Legal, f64); 4]; 3] = [
    [(Legal::C1, 0.59), (Legal::V2, 0.26), (Legal::L1, 0.12), (Legal::L2, 0.03)],
    [(Legal::C1, 0.49), (Legal::V2, 0.34), (Legal::L1, 0.155), (Legal::L2, 0.015)],
    [(Legal::C1, 0.23), (Legal::V2, 0.67), (Legal::L1, 0.09), (Legal::L2, 0.01)],
];
/// Chance that growing up in care comes under a care order, by age at entry (under 1, 1-4, 5-9, 10-15, 16-17).
/// DfE 2025: full care order 59 %, interim 16 %, voluntary 19 %, placement order 6 %.
pub const CARE_ORDER: [f64; 5] = [0.99, 0.99, 0.97, 0.86, 0.30];
/// Median days and spread of care proceedings.
pub const PROCEEDINGS: (f64, f64) = (215.0, 0.3);

/// Yearly hazard of a move by days in the placement: in the first week, up to 60 days, to 180, to 365, to 730, longer.
/// DfE 2024: one placement in the year 69 %, two 21 %, three or more 10.4 %; five or more in two years
/// 6.2 %; DfE 2025: 68.5 % of children with the same carer for two years.
pub const MOVE_HAZARD: [f64; 6] = [1.60, 0.52, 0.36, 0.250, 0.165, 0.110];
/// Middle of a child's own multiplier of the hazard, and spread of its logarithm. DfE 2024, placements over two years: one
/// 54 %, two 23 %, three 11 %, four 5 %, five or more 6 %: with one wide group the last is too many and those before too few.
pub const SETTLED_FACTOR: (f64, f64) = (1.0, 0.68);
/// As [`SETTLED_FACTOR`], of children for whom few placements hold: they differ less from each other than the others do.
pub const UNSETTLED_FACTOR: (f64, f64) = (3.6, 0.3);
/// Share of children for whom few placements hold, by age at entry under and over 10.
pub const UNSETTLED: (f64, f64) = (0.08, 0.16);
/// The first placement of a period is often a bridge: factor of the hazard in it.
pub const BRIDGE_FACTOR: f64 = 1.0;
/// Yearly rate of changes with the same carer. DfE 2025: 18 % of reasons are a change of status only.
pub const SAME_CARER_RATE: f64 = 0.101;
/// How much more often such changes are in supported accommodation: a young person moves within the same provider.
pub const SAME_CARER_SUPPORTED: f64 = 4.5;
/// Factor of the hazard of a move by age in the placement (under 1, 1-4, 5-9, 10-15, 16-17). DfE 2024, three or more
/// placements in the year: 12, 10, 8, 11, 11 %.
pub const MOVES_AT_AGE: [f64; 5] = [1.45, 0.85, 1.11, 1.16, 0.54];
/// Factor of the hazard of a move of girls and of boys. DfE 2024: 11 and 10 % had three or more placements in the year, 24
/// and 22 % in two years.
pub const MOVES_OF_SEX: (f64, f64) = (1.06, 1.0);
/// Factors of the hazard of a move of children of mixed, Asian and Black ethnic groups. DfE 2024: as [`MOVES_OF_SEX`].
pub const MOVES_OF_ETHNIC: (f64, f64, f64) = (1.08, 0.90, 1.05);
/// Yearly rate of temporary placements.
pub const TEMPORARY_RATE: f64 = 0.02;

/// Reasons for a move by age (under 1, 1-4, 5-9, 10-15, 16-17), a change of status apart. DfE 2024.
pub const MOVE_REASONS: [[(MoveReason, f64); 10]; 5] = [
    reasons([34.3, 0.6, 0.5, 0.7, 0.1, 5.6, 0.1, 1.0, 25.4, 0.7]),
    reasons([29.0, 0.6, 0.8, 0.9, 2.0, 7.8, 0.1, 1.5, 23.1, 0.7]),
    reasons([22.4, 0.9, 1.2, 1.0, 7.0, 11.2, 0.4, 2.0, 23.1, 0.7]),
    reasons([19.1, 0.9, 1.0, 1.3, 13.0, 9.0, 3.0, 3.0, 28.2, 0.7]),
    reasons([14.5, 0.6, 0.7, 1.0, 7.0, 3.4, 6.0, 2.0, 23.8, 0.7]),
];

const fn reasons(weights: [f64; 10]) -> [(MoveReason, f64); 10] {
    [
        (MoveReason::Carpl, weights[0]),
        (MoveReason::Close, weights[1]),
        (MoveReason::Alleg, weights[2]),
        (MoveReason::Stand, weights[3]),
        (MoveReason::Creqb, weights[4]),
        (MoveReason::Creqo, weights[5]),
        (MoveReason::Child, weights[6]),
        (MoveReason::Lareq, weights[7]),
        (MoveReason::Other, weights[8]),
        (MoveReason::Apprr, weights[9]),
    ]
}

/// Kinds of home that a placement can be drawn from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// Foster care with relatives or friends.
    Relatives,
    /// Other foster care.
    Foster,
    /// Children's home.
    Home,
    /// Secure children's home.
    Secure,
    /// Supported accommodation or independent living.
    Supported,
    /// With parents.
    Parents,
    /// Mother and baby unit, family centre.
    FamilyCentre,
    /// Health, residential care, residential school.
    Residential,
    /// Young offender institution.
    Custody,
    /// Anything else.
    Other,
}

/// Settings by age (under 1, 1-4, 5-9, 10-15, 16-17). DfE 2025, 31 March: foster 67 %, homes 12 %,
/// supported 9 %, with parents 6 %, other 3 %, adoption 2 %, other residential 1 %.
pub const SETTINGS: [[(Setting, f64); 8]; 5] = [
    settings([0.20, 0.66, 0.0, 0.0, 0.073, 0.07, 0.01, 0.03]),
    settings([0.25, 0.64, 0.005, 0.0, 0.096, 0.02, 0.006, 0.04]),
    settings([0.205, 0.635, 0.06, 0.0, 0.112, 0.002, 0.006, 0.038]),
    settings([0.13, 0.495, 0.285, 0.0, 0.09, 0.0, 0.018, 0.042]),
    settings([0.08, 0.268, 0.168, 0.425, 0.04, 0.0, 0.018, 0.042]),
];
/// Settings of children who came alone, under 16 and from 16 on.
pub const SETTINGS_UASC: [[(Setting, f64); 8]; 2] =
    [settings([0.02, 0.93, 0.02, 0.0, 0.0, 0.0, 0.01, 0.02]), settings([0.01, 0.36, 0.02, 0.585, 0.0, 0.0, 0.005, 0.02])];

const fn settings(weights: [f64; 8]) -> [(Setting, f64); 8] {
    [
        (Setting::Relatives, weights[0]),
        (Setting::Foster, weights[1]),
        (Setting::Home, weights[2]),
        (Setting::Supported, weights[3]),
        (Setting::Parents, weights[4]),
        (Setting::FamilyCentre, weights[5]),
        (Setting::Residential, weights[6]),
        (Setting::Other, weights[7]),
    ]
}

/// Strengths and difficulties: share of children in the lower group of a mixture of two.
/// DfE 2025: mean 14.9; 0-13 45 %, 14-16 13 %, 17-40 42 %. One normal group cannot give a band of 13 %
/// between two large ones unless it spreads by about 9 points.
pub const SDQ_LOWER_SHARE: f64 = 0.4955;
/// Middle and spread of the lower group's children.
pub const SDQ_LOWER: (f64, f64) = (9.45, 3.9);
/// Middle and spread of the upper group's children.
pub const SDQ_UPPER: (f64, f64) = (20.3, 4.6);
/// Spread of one year's score about the child's level.
pub const SDQ_YEAR: f64 = 3.0;
/// Yearly chance that a child changes from one group to the other.
pub const SDQ_CHANGE: f64 = 0.06;
/// Spread of the councils' middles, in points. DfE 2025: standard deviation 1.38 with chance in it.
pub const SDQ_COUNCILS: f64 = 1.1;
/// Share of children with a score. DfE 2025: 33,790 of 43,220.
pub const SDQ_RECEIVED: f64 = 0.785;
/// Spread of the councils' return rates, as log-odds. DfE 2025: 5 % of councils under 43.5 %, median 85 %.
pub const SDQ_RECEIVED_COUNCILS: f64 = 1.25;
/// How far boys of an age differ from the middle. DfE 2024, boys and girls by age 5 to 16.
pub const SDQ_AGE_SEX: [(f64, f64); 12] = [
    (0.10, -1.80),
    (0.50, -1.40),
    (1.15, -0.90),
    (1.90, -0.70),
    (1.45, -0.75),
    (1.00, -1.00),
    (0.40, -0.90),
    (0.50, -0.70),
    (0.80, -0.20),
    (0.90, 0.10),
    (-0.20, 0.40),
    (-1.40, -0.40),
];

/// Health assessment by age (0-4, 5-9, 10-15, 16-17). DfE 2024: 85, 94, 91, 84 %; DfE 2025: 90 % of all.
pub const HEALTH_ASSESSMENT: [f64; 4] = [0.86, 0.945, 0.915, 0.85];
/// Health assessments of all ages, about which the councils are centred.
pub const HEALTH_ALL: f64 = 0.90;
/// Spread of councils, log-odds.
pub const HEALTH_COUNCILS: f64 = 0.75;
/// Immunisations up to date, by age as above. DfE 2024: 86, 88, 84, 73 %, 82 % of all; DfE 2025: 84 %.
pub const IMMUNISED: [f64; 4] = [0.876, 0.893, 0.862, 0.752];
/// Teeth checked, by age as above. DfE 2024: 82, 84, 81, 71 %, 79 % of all; DfE 2025: 81 %.
pub const TEETH: [f64; 4] = [0.842, 0.855, 0.831, 0.726];
/// Development checks up to date. DfE 2025: 88 %.
pub const DEVELOPMENT: f64 = 0.88;
/// Convicted at 10-12, 13-15, 16-17. DfE 2024: k, 2, 4 %.
pub const CONVICTED: [f64; 3] = [0.001, 0.02, 0.04];
/// Substance misuse at under 13, 13-15, 16-17. DfE 2024: k, 3, 7 %.
pub const SUBSTANCES: [f64; 3] = [0.002, 0.03, 0.07];

/// How children took part in reviews at 4-7, 8-11, 12-17.
pub const TOOK_PART: [[(TookPart, f64); 7]; 3] = [
    took_part([22.0, 2.5, 1.5, 9.0, 3.0, 42.0, 20.0]),
    took_part([38.0, 3.5, 1.2, 6.0, 4.0, 38.0, 9.3]),
    took_part([49.0, 3.0, 1.0, 3.5, 4.5, 29.0, 10.0]),
];

const fn took_part(weights: [f64; 7]) -> [(TookPart, f64); 7] {
    [
        (TookPart::Pn1, weights[0]),
        (TookPart::Pn2, weights[1]),
        (TookPart::Pn3, weights[2]),
        (TookPart::Pn4, weights[3]),
        (TookPart::Pn5, weights[4]),
        (TookPart::Pn6, weights[5]),
        (TookPart::Pn7, weights[6]),
    ]
}

/// Missing incidents a year in care at 10-12, 13-15, 16-17. DfE 2024: 13,010 of 116,420 children, 83,920 incidents.
pub const MISSING_A_YEAR: [f64; 3] = [0.40, 2.05, 2.65];
/// Shape of the spread between children; small is a heavy tail. DfE 2024: 6.5 incidents a child missing, 63 % more than once.
pub const MISSING_SHAPE: f64 = 0.0685;
/// As a share of the mean, what every child has of it, so that many are missing once. See [`MISSING_SHAPE`].
pub const MISSING_ONCE: f64 = 0.019;
/// Spread of councils, on the logarithm. DfE 2025: 5 % of councils under 6 %, 5 % over 18 %.
pub const MISSING_COUNCILS: f64 = 0.42;
/// As missing, for away without authorisation, as a share of it. DfE 2025: 3 % of children.
pub const AWAY_SHARE: f64 = 0.10;
/// As [`MISSING_SHAPE`], for away.
pub const AWAY_SHAPE: f64 = 0.03;
/// Mean days of an incident beyond the first. DfE 2024: mean 1.9, median 1.
pub const MISSING_DAYS: f64 = 0.9;

/// Changes of social worker a year. DfE 2025: 24 % of children had three or more in the year, 53 % in two.
pub const WORKER_CHANGES: f64 = 0.96;
/// Shape of the spread between children.
pub const WORKER_SHAPE: f64 = 10.0;
/// Spread of councils, on the logarithm. DfE 2024: 5 % of councils under 11.5 %, 5 % over 40 %.
pub const WORKER_COUNCILS: f64 = 0.30;
/// Chance of a new worker when care begins.
pub const WORKER_AT_ENTRY: f64 = 0.40;
/// Chance that a former worker comes back.
pub const WORKER_BACK: f64 = 0.06;
/// Why workers change. DfE 2025, over two years: process 19 %, caseloads 17 %, absence 5 %, first contact 4 %.
pub const WORKER_REASONS: [(WorkerReason, f64); 9] = [
    (WorkerReason::Leftrl, 34.0),
    (WorkerReason::Tsproc, 19.0),
    (WorkerReason::Manage, 17.0),
    (WorkerReason::Others, 14.0),
    (WorkerReason::Absenc, 5.0),
    (WorkerReason::Fconta, 4.0),
    (WorkerReason::Orgrst, 5.0),
    (WorkerReason::Chchan, 0.4),
    (WorkerReason::Pcchan, 1.6),
];

/// Spread of councils in moves, on the logarithm. DfE 2025: 5 % of councils under 6 %, 5 % over 15 %, with chance in it.
pub const MOVES_COUNCILS: f64 = 0.18;
/// Spread of councils in the share who came alone, on the logarithm. DfE 2025: 3 to 17.5 %.
pub const UASC_COUNCILS: f64 = 0.5;
/// Spread of councils in learning or work of care leavers, log-odds. DfE 2025: 43 to 69 %.
pub const LEARNING_COUNCILS: f64 = 0.30;
/// Spread of councils in suitable accommodation, log-odds. DfE 2025: 80 to 96 %.
pub const SUITABLE_COUNCILS: f64 = 0.45;
/// Share of children with short breaks only, against children looked after.
pub const SHORT_BREAKS: f64 = 0.006;
/// Young people who move to the next authority, against children looked after.
pub const MOVERS: f64 = 0.004;

/// What young people do, as drawn afresh: weights of higher education, other education, apprenticeship,
/// work or training, ill, other, parenting. The marginal figures follow with what stays from year to year.
/// At 17 and 18. DfE 2025: learning or work 64 % (other education 48, work 11), not 30 %, unknown 6 %.
pub const DOING_17_18: [f64; 7] = [3.0, 51.0, 2.5, 11.5, 5.0, 25.0, 2.0];
/// At 19 to 21. DfE 2025: higher education 6, other education 21, apprenticeship 2, work 25, ill 9, other 27,
/// parenting 4, unknown 6 %.
pub const DOING_19_21: [f64; 7] = [8.0, 5.5, 2.2, 34.0, 12.0, 32.0, 6.0];
/// At 22 to 25, of those still in contact.
pub const DOING_22_25: [f64; 7] = [8.0, 5.0, 2.0, 33.0, 15.0, 28.0, 9.0];
/// Share that stays from one year to the next.
pub const DOING_STAYS: f64 = 0.62;

/// Homes at 17 and 18: parents, community home, semi-independent, lodgings, ordinary lodgings, foyer,
/// independent, emergency, bed and breakfast, no fixed abode, custody, other, former foster carer, abroad,
/// deported, not known. DfE 2025: 91 % suitable at 17 and 18.
pub const LIVING_17_18: [f64; 16] = [11.0, 4.0, 33.0, 4.5, 2.0, 2.5, 15.0, 0.5, 0.3, 0.3, 0.8, 3.0, 21.0, 0.2, 0.02, 0.25];
/// At 19 to 25.
pub const LIVING_19_25: [f64; 16] = [12.0, 2.0, 16.0, 3.0, 2.5, 1.5, 44.0, 1.0, 0.8, 0.9, 2.7, 4.0, 8.5, 0.3, 0.05, 0.45];
/// Share that stays from one year to the next.
pub const LIVING_STAYS: f64 = 0.66;
/// Share judged suitable where the kind of home does not decide. DfE 2025: 33,810 suitable, 2,040 not, 2,340 no information.
pub const SUITABLE: f64 = 0.976;
/// Contact at 17-18 and 19-21: yes, no, refuses, no longer needs. DfE 2024: in touch 94 and 92 %, not in
/// touch 5 %, no longer requires 3 %, refuses 1 %.
pub const CONTACT: [[f64; 4]; 2] = [[93.0, 4.8, 0.5, 1.7], [91.3, 4.7, 1.2, 2.8]];
/// Share whose contact stays from one year to the next.
pub const CONTACT_STAYS: f64 = 0.5;
/// Share of those out of contact of whom nothing is known.
pub const NOTHING_KNOWN: f64 = 0.78;
/// Died, returned home for six months or more, a year.
pub const DIED_A_YEAR: f64 = 0.0015;
/// See [`DIED_A_YEAR`]; only at 17 and 18.
pub const RETURNED_HOME: f64 = 0.016;
/// Share of those who left foster care on the 18th birthday who live with their former carer at 18, and who go on from one
/// year to the next at 19, 20 and 21. DfE 2024: 62, 38 and 27 %; at 21 not published.
pub const STAYING_PUT: [f64; 4] = [0.66, 0.62, 0.71, 0.5];
/// Support at 22, 23, 24, 25. DfE 2024: 55, 40, 31, 20 %.
pub const SUPPORTED_22_25: [f64; 4] = [0.55, 0.40, 0.31, 0.20];
/// Days in care since the 14th birthday that make a care leaver: thirteen weeks.
pub const LEAVER_DAYS: i32 = 91;
/// How much less often children who came alone move. DfE 2024: three or more placements 6 % against 11 %.
pub const ALONE_MOVES: f64 = 0.58;
/// Chance that a young person who grows up in care moves to supported accommodation at 16 or 17 by plan.
pub const SUPPORTED_PLAN: f64 = 0.38;
/// Share of young children who grow up in care although a placement order was made. DfE 2025: 4,740 placement
/// orders on 31 March against 3,040 adoptions in the year.
pub const ORDER_WITHOUT_ADOPTION: f64 = 0.35;
/// Children who came alone were fewer before the last years: this share of them did not come.
/// DfE: 10 % of starts in 2021, 17 % in 2022, 22 % from 2023 on.
pub const FEWER_ALONE: f64 = 0.72;
/// Share of the children of the last year who did not come. DfE: 7,330 starts in 2024, 6,950 in 2025.
pub const FEWER_ALONE_NOW: f64 = 0.13;
/// Days before the end until which they were fewer; see [`FEWER_ALONE`].
pub const FEWER_ALONE_DAYS: i32 = 1150;
/// Share of entrants, older than babies, who were adopted or had a guardian or a child arrangements order before.
pub const PERMANENCE_BEFORE: f64 = 0.055;
/// Which of them: adoption, special guardianship, child arrangements, not known. DfE 2025: about 5 % of starts had one.
pub const PERMANENCE_KINDS: [(PermanenceKind, f64); 4] =
    [(PermanenceKind::P1, 0.25), (PermanenceKind::P2, 0.50), (PermanenceKind::P3, 0.22), (PermanenceKind::P4, 0.03)];
/// Why a decision for adoption is reversed. DfE 2025: needs changed 35 %, no adopters 15 %, order not made 10 %.
pub const REVERSED: [(Reversal, f64); 4] =
    [(Reversal::Rd1, 0.36), (Reversal::Rd2, 0.10), (Reversal::Rd3, 0.16), (Reversal::Rd4, 0.38)];
/// Single adopters. DfE 2025: one in ten.
pub const SINGLE_ADOPTERS: f64 = 0.11;
/// Orders that deprive of liberty, a year, in children's homes and unregistered placements from 10 years on.
pub const DEPRIVATIONS_A_YEAR: f64 = 0.06;
