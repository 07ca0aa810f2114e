//! The validation rules, as data: the code that data teams know, how hard it is, what becomes of the row, what to do.
//!
//! Codes are those of the Department for Education and, for `INT`, `EPI` and `NoE`, of the validator that councils use;
//! `GT` codes are ours. Statements are in our own words. Invariant: what becomes of a row depends on that child's rows
//! and the header alone; a rule that compares rows may report them, and the details of the measures say what is kept.

use serde::Serialize;

/// How hard a rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Counts towards the error rate above which the input is refused.
    Hard,
    /// Counted and listed.
    Warning,
}

/// What becomes of a row that breaks a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// The row is left out.
    RowDropped,
    /// The cell is read as blank.
    CellBlank,
    /// The row is kept as it stands; the details of the measures govern.
    Kept,
}

/// One rule.
#[derive(Debug)]
pub struct Rule {
    /// Code.
    pub code: &'static str,
    /// How hard it is.
    pub level: Level,
    /// What becomes of the row.
    pub effect: Effect,
    /// What is wrong.
    pub says: &'static str,
    /// What to do about it.
    pub advice: &'static str,
}

macro_rules! rules {
    ($($id:ident $code:literal $level:ident $effect:ident $says:literal $advice:literal;)+) => {
        /// Names a rule.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum RuleId { $(#[doc = $says] $id,)+ }

        /// All rules, in the order of [`RuleId`].
        pub const RULES: &[(RuleId, Rule)] = &[
            $((RuleId::$id, Rule { code: $code, level: Level::$level, effect: Effect::$effect, says: $says, advice: $advice }),)+
        ];

        impl RuleId {
            /// The rule that it names.
            pub fn rule(self) -> &'static Rule {
                match self {
                    $(Self::$id => const { &Rule { code: $code, level: Level::$level, effect: Effect::$effect, says: $says, advice: $advice } },)+
                }
            }
        }
    };
}

rules! {
    Int03 "INT03" Hard Kept "the child of an episode is not in Header" "add the child to Header, or take the episode out";
    Int04 "INT04" Hard Kept "the child of an absence is not in Header" "add the child to Header, or take the row out";
    Int05 "INT05" Hard Kept "the child of an OC2 row is not in Header" "add the child to Header, or take the row out";
    Int06 "INT06" Hard Kept "the young person of an OC3 row is not in Header" "add the young person to Header, or take the row out";
    Int08 "INT08" Hard Kept "the child of a review is not in Header" "add the child to Header, or take the review out";
    Int09 "INT09" Hard Kept "the child of a UASC row is not in Header" "add the child to Header, or take the row out";
    Int13 "INT13" Hard Kept "the date of birth in Missing differs from Header; Header is used" "make the two dates of birth the same";
    Int14 "INT14" Hard Kept "the date of birth in OC2 differs from Header; Header is used" "make the two dates of birth the same";
    Int15 "INT15" Hard Kept "the date of birth in OC3 differs from Header; Header is used" "make the two dates of birth the same";
    Int17 "INT17" Hard Kept "the date of birth in Reviews differs from Header; Header is used" "make the two dates of birth the same";
    Int18 "INT18" Hard Kept "the date of birth in UASC differs from Header; Header is used" "make the two dates of birth the same";
    Int21 "INT21" Hard Kept "the sex in UASC differs from Header; Header is used" "make the two entries the same";
    Int32 "INT32" Hard Kept "an earlier row of Header has the same child; this row replaces it" "keep one row for each child";
    Int33 "INT33" Hard Kept "an earlier row of OC2 has the same child; this row replaces it" "keep one row for each child";
    Int34 "INT34" Hard Kept "an earlier row of OC3 has the same young person; this row replaces it" "keep one row for each young person";
    Int36 "INT36" Hard Kept "an earlier row of UASC has the same child; this row replaces it" "keep one row for each child";
    Epi "EPI" Warning Kept "a child in Header has no episode and no OC3 row" "load the child's episodes";
    NoE "NoE" Hard Kept "an episode began before the year, but last year's return has none of this child" "check that last year's return is complete and that the child's identifier did not change";
    R101 "101" Hard CellBlank "SEX is not a code of this return year; read as not known" "enter 1 or 2 (returns to 2024), M, F or U (since 2025)";
    R102 "102" Hard RowDropped "DOB is not a date; the child is counted nowhere" "enter the date of birth as dd/mm/yyyy";
    R103 "103" Warning CellBlank "ETHNIC is blank or not a code; read as not known" "enter a code of the list";
    R104 "104" Warning CellBlank "DUC is not a date; read as blank" "enter the date as dd/mm/yyyy or leave it blank";
    R131 "131" Warning CellBlank "IN_TOUCH is blank or not a code; read as not recorded" "enter a code of the list";
    R132 "132" Warning CellBlank "ACTIV is blank or not a code of this return year; read as no information" "enter a code of the list for this year";
    R133 "133" Warning CellBlank "ACCOM is blank or not a code; read as no information" "enter a letter of the list and 1 or 2, or 0";
    R141 "141" Hard RowDropped "DECOM is not a date" "enter the date as dd/mm/yyyy";
    R142 "142" Hard Kept "a later episode has begun, but this one has not ended; it is closed where the next begins" "enter DEC and REC of this episode";
    R143 "143" Hard RowDropped "RNE is not a code" "enter S, L, P, T, B or U";
    R144 "144" Hard RowDropped "LS is not a code" "enter a legal status of the list";
    R145 "145" Warning CellBlank "CIN is not a code; read as blank" "enter N1 to N8";
    R146 "146" Hard RowDropped "PLACE is not a code of this return year" "enter a placement code of the list for this year";
    R147 "147" Hard RowDropped "DEC is not a date" "enter the date as dd/mm/yyyy or leave it blank";
    R148 "148" Warning Kept "DEC and REC are not both given or both blank; DEC governs" "enter both or neither";
    R149 "149" Hard RowDropped "REC is not a code of this return year" "enter a code of the list for this year";
    R166 "166" Warning RowDropped "REVIEW is blank or not a date" "enter the date as dd/mm/yyyy";
    R167 "167" Warning RowDropped "REVIEW_CODE is blank or not a code" "enter PN0 to PN7";
    R178 "178" Warning CellBlank "PLACE_PROVIDER is not a code; read as blank" "enter PR0 to PR5 or leave it blank";
    R180 "180" Hard CellBlank "SDQ_SCORE is not a whole number from 0 to 40; read as no score" "enter the score, or leave it blank and give SDQ_REASON";
    R182 "182" Warning CellBlank "HEALTH_ASSESSMENT is not 0 or 1; read as not recorded" "enter 0 or 1";
    R196 "196" Hard CellBlank "SDQ_REASON is not a code; read as blank" "enter SDQ1 to SDQ5 or leave it blank";
    R301 "301" Hard RowDropped "DOB lies after the end of the year" "correct the date of birth or the year of the return";
    R302 "302" Hard RowDropped "the episode begins before the child was born" "correct DECOM or the date of birth";
    R351 "351" Hard RowDropped "the young person was over 25 at the start of the year" "take the person out or correct the date of birth";
    R352 "352" Hard RowDropped "the child was 18 or over when care began" "correct DECOM, RNE or the date of birth";
    R353 "353" Hard RowDropped "the episode begins before 14 October 1991" "correct DECOM";
    R354 "354" Hard RowDropped "the episode begins after the end of the year" "correct DECOM or take the episode out";
    R355 "355" Hard RowDropped "the episode ends on the day on which it begins" "take the episode out or correct its dates";
    R356 "356" Hard RowDropped "the episode ends before it begins" "correct DECOM or DEC";
    R357 "357" Hard Kept "a first episode has an RNE other than S" "add the episode before it, or enter S";
    R385 "385" Hard RowDropped "the episode ends after the end of the year" "leave DEC and REC blank until the year of the return in which the episode ends";
    R388 "388" Hard Kept "REC says that a new episode begins, but none follows" "add the next episode or correct REC";
    R431 "431" Hard Kept "RNE is S, but the episode before ended on the same day" "correct RNE, or REC and DEC of the episode before";
    R432 "432" Hard Kept "care ended with the episode before, but RNE is not S; a new period of care is read" "enter S, or correct REC of the episode before";
    R433 "433" Hard Kept "RNE says that care continues, but the episode before ended on another day" "close the gap or correct RNE";
    R437 "437" Hard Kept "the child died or was found to be an adult, but a later episode exists" "correct REC or take the later episode out";
    R501 "501" Hard Kept "the episode begins before the one before it has ended" "correct DECOM, or DEC of the episode before";
    R564 "564" Warning RowDropped "MIS_START is blank or not a date" "enter the date as dd/mm/yyyy";
    R565 "565" Warning RowDropped "MISSING is blank or not a code" "enter M or A";
    R566 "566" Warning RowDropped "MIS_END is not a date" "enter the date as dd/mm/yyyy or leave it blank";
    R567 "567" Warning Kept "the absence ends before it begins" "correct MIS_START or MIS_END";
    R1009 "1009" Warning CellBlank "REASON_PLACE_CHANGE is not a code; read as blank" "enter a code of the list";
    Sw02 "SW02STG1" Warning Kept "SW_ID begins with neither SW nor XX" "enter the registration number of the social worker";
    Sw04 "SW04STG1" Hard RowDropped "SW_DECOM is not a date" "enter the date as dd/mm/yyyy";
    Sw05 "SW05STG1" Hard RowDropped "SW_DEC is not a date" "enter the date as dd/mm/yyyy or leave it blank";
    Gt01 "GT01" Hard RowDropped "CHILD is blank or too long" "enter the child's identifier";
    Gt02 "GT02" Hard Kept "the child of a social-worker row is not in Header" "add the child to Header, or take the row out";
    Gt03 "GT03" Hard RowDropped "the row has fewer or more cells than the first line has columns" "look for a missing or spare comma or quote in this line";
    Gt04 "GT04" Hard RowDropped "a cell is longer than any cell of the return can be" "look for a stray quote in this line";
    Gt05 "GT05" Warning Kept "the row belongs to another year" "check that this is the file of the year";
    Gt06 "GT06" Warning RowDropped "SW_ID is blank" "enter the registration number of the social worker";
    Gt07 "GT07" Warning Kept "the date of birth in SWEpisodes differs from Header; Header is used" "make the two dates of birth the same";
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_rule_has_its_own_code_and_says_what_to_do() {
        let codes: BTreeSet<&str> = RULES.iter().map(|(_, rule)| rule.code).collect();
        assert_eq!(codes.len(), RULES.len());
        for (id, rule) in RULES {
            assert_eq!(id.rule().code, rule.code);
            assert!(!rule.says.is_empty() && !rule.advice.is_empty() && !rule.says.ends_with('.'));
        }
    }
}
