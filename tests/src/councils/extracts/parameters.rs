//! Parameters of the local extracts. Nearly all are invented, since nothing is published: each says so. They are chosen
//! so that every category of every measure occurs, and so that what is generally known of a direction holds.

use super::Extract;

/// Share of councils that supply no extract. Invented.
pub const SUPPLY_NOTHING: f64 = 0.12;
/// Share of councils that supply all. Invented.
pub const SUPPLY_ALL: f64 = 0.10;
/// Share of the other councils that supply each. Invented.
pub const SUPPLIED: [(Extract, f64); 8] = [
    (Extract::Sdq, 0.55),
    (Extract::Wellbeing, 0.45),
    (Extract::School, 0.70),
    (Extract::MentalHealth, 0.35),
    (Extract::CarerSupport, 0.30),
    (Extract::LeaverSupport, 0.60),
    (Extract::AfterHome, 0.30),
    (Extract::HealthAssessment, 0.60),
];

/// Share of children asked who answer, lowest and highest council: a quarter to a half. The first surveys of Coram Voice
/// in six councils (2017) had answers from 23 to 55 %.
pub const SURVEY_RESPONSE: (f64, f64) = (0.25, 0.50);
/// Share of care leavers asked who answer. Invented.
pub const SURVEY_RESPONSE_LEAVERS: f64 = 0.30;
/// Share of councils that ask every other year. Coram Voice: some do; the share is invented.
pub const SURVEY_EVERY_OTHER_YEAR: f64 = 0.25;
/// Share of children in care on the day of the survey who are asked, and of care leavers in contact. Invented.
pub const SURVEY_ASKED: (f64, f64) = (0.85, 0.60);
/// Share of questions left out by those who answer. Invented.
pub const SURVEY_LEFT_OUT: f64 = 0.04;
/// Middle of satisfaction with life of children and of care leavers. Coram Voice: 26 % of care leavers 2017-19, and one in
/// three in 2025, are low (0 to 4); that of children is invented.
pub const SATISFIED: (f64, f64) = (7.5, 6.4);
/// What lasts of a person's wellbeing and what a year brings, in points. Invented.
pub const SATISFIED_SPREAD: (f64, f64) = (1.9, 1.4);
/// Share with a trusted adult, of them sometimes. Coram Voice: most children in all councils, 66 to 100 %.
pub const TRUSTED: (f64, f64) = (0.86, 0.10);
/// Share for whom life gets better, and for whom it is about the same. Coram Voice: 83 % say better.
pub const BETTER: (f64, f64) = (0.83, 0.11);

/// Share of moves to another carer at school age, entries into care among them, after which the school changes.
/// DfE 2024: 8 % of children had a move of school in mid-year, 15 % over two years.
pub const SCHOOL_WITH_HOME: f64 = 0.105;
/// Yearly rate of changes of school that go with no move. See [`SCHOOL_WITH_HOME`].
pub const SCHOOL_A_YEAR: f64 = 0.026;
/// Share of changes with some weeks without any school between. Invented.
pub const SCHOOL_BREAK: f64 = 0.25;
/// Share who stay in a school after 16. DfE 2024: 52,670 children matched to a school in the census.
pub const SCHOOL_AFTER_16: f64 = 0.26;
/// Share of children of whose schools nobody wrote. Invented.
pub const SCHOOL_NOT_RECORDED: f64 = 0.03;
/// Yearly share of children with a second school beside the main one. Invented.
pub const SCHOOL_SECOND: f64 = 0.03;

/// Referrals to mental-health services a year, of a child with a score of 17 or more, another child, and a care leaver.
/// Invented.
pub const REFERRALS_A_YEAR: (f64, f64, f64) = (0.30, 0.09, 0.08);
/// Share of referrals not accepted, and closed before the first appointment. The Children's Commissioner on all children,
/// 2021-22: 32 % were closed before treatment; the parts are invented.
pub const REFERRALS_LOST: (f64, f64) = (0.20, 0.12);
/// Median days to the first appointment, and the spread of their logarithm. The Children's Commissioner on all children,
/// 2021-22: 40 days on average; those in care are known to wait longer. The spread is invented.
pub const REFERRAL_WAIT: (f64, f64) = (48.0, 1.0);

/// Carers' training: done, not yet, late, not. Invented.
pub const TRAINING: [(&str, f64); 5] = [("DONE", 0.66), ("TIME", 0.12), ("LATE", 0.08), ("NOT", 0.07), ("", 0.07)];
/// Therapeutic support: used, offered, none. Invented; for carer and child.
pub const THERAPY: [[(&str, f64); 4]; 2] = [
    [("USED", 0.17), ("OFFERED", 0.18), ("NONE", 0.57), ("", 0.08)],
    [("USED", 0.24), ("OFFERED", 0.13), ("NONE", 0.55), ("", 0.08)],
];

/// Staying close. Invented.
pub const STAYING_CLOSE: [(&str, f64); 4] = [("USED", 0.12), ("OFFERED", 0.17), ("NONE", 0.41), ("", 0.30)];
/// Share of care leavers with an adviser by the age they are: under 22, from 22 on. Invented.
pub const ADVISER: (f64, f64) = (0.93, 0.62);
/// Share told of the right to support up to 25, and of them who took it up. Invented.
pub const TO_25: (f64, f64) = (0.78, 0.47);
/// Share whose pathway plan was reviewed in the last half year, and before. Invented.
pub const PATHWAY: (f64, f64) = (0.66, 0.24);
/// What came after children's mental-health services at 18. Invented.
pub const AT_18: [(&str, f64); 6] = [("ADULT", 0.07), ("TO25", 0.05), ("AGREED", 0.06), ("GAP", 0.10), ("X", 0.62), ("", 0.10)];
/// In a mental-health service on 31 March, at 18 and over. Invented.
pub const SERVICE_NOW: [(&str, f64); 4] = [("CHILD", 0.03), ("ADULT", 0.10), ("NONE", 0.72), ("", 0.15)];

/// Plan after going home: for all twelve months, a part, none. Invented.
pub const HOME_PLAN: [(&str, f64); 4] = [("YES", 0.37), ("PART", 0.30), ("NO", 0.25), ("", 0.08)];

/// Share of entries with a carer's questionnaire in the first four weeks, and later on. Invented.
pub const QUESTIONNAIRE_AT_ENTRY: (f64, f64) = (0.38, 0.24);
/// Share of carers' questionnaires beside which the child's own stands (from 11 on), and a teacher's. Invented.
pub const OTHER_INFORMANTS: (f64, f64) = (0.25, 0.30);

/// Median days to the initial health assessment, and the spread of their logarithm; share without one. Invented.
pub const FIRST_ASSESSMENT: (f64, f64, f64) = (26.0, 0.5, 0.07);
