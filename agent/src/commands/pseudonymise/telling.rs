//! Which headers look as if their column told who a person is or where they live.
//!
//! Spelling does not hide a column: `D.O.B`, `dob` and `Child_DOB` are one. Short parts are looked for at the ends of the
//! letters taken together, not in their middle, since `PLAN_AMENDED` is nobody's name. A name too many costs a `--keep`.

/// Parts of a word, and the beginning or end of a header's letters.
const SHORT_PARTS: [&str; 7] = ["NHS", "UPN", "ULN", "DOB", "NAME", "NINO", "UPRN"];
/// Parts of a header's letters, wherever.
const PARTS: [&str; 30] = [
    "INITIALS",
    "SURNAME",
    "FORENAME",
    "FIRSTNAME",
    "LASTNAME",
    "FAMILYNAME",
    "FULLNAME",
    "KNOWNAS",
    "BIRTH",
    "POSTCODE",
    "POSTAL",
    "HOMEPOST",
    "ADDRESS",
    "EMAIL",
    "PHONE",
    "MOBILE",
    "PUPIL",
    "PERSON",
    "PATIENT",
    "IDENTIFIER",
    "REFERENCE",
    "CASENUMBER",
    "CASEREF",
    "CHILDREF",
    "CHILDID",
    "LATITUDE",
    "LONGITUDE",
    "PASSPORT",
    "NATIONALINSURANCE",
    "HOSPITALNUM",
];
/// Words that tell where they stand alone: `HOME_POST`, `SW_ID`.
const WORDS: [&str; 13] = ["ID", "IDS", "CHILD", "POST", "POSTS", "URN", "MRN", "UCI", "STREET", "GP", "TEL", "BORN", "SSN"];
/// Whoever or whatever has a number or reference of its own.
const SUBJECTS: [&str; 16] = [
    "CASE", "CHILD", "LAC", "CLA", "CLIENT", "STUDENT", "LEARNER", "HOSPITAL", "RECORD", "SYSTEM", "UNIQUE", "MOSAIC", "SW",
    "WORKER", "CONTACT", "COUNCIL",
];
/// What such a thing is called, at the end of a header or of one of its words.
const REFERENCES: [&str; 11] = ["ID", "IDS", "NO", "NOS", "NUM", "NUMBER", "REF", "REFS", "REFNO", "KEY", "CODE"];

/// Whether a header looks as if its column told who a person is.
pub fn looks_telling(name: &str) -> bool {
    let upper = name.to_uppercase();
    let letters: String = upper.chars().filter(|c| c.is_alphabetic()).collect();
    let is_at_end = |part: &&str| letters.starts_with(*part) || letters.ends_with(*part);
    SHORT_PARTS.iter().any(|part| is_at_end(part) || words_of(&upper).any(|word| word.contains(part)))
        || PARTS.iter().any(|part| letters.contains(part))
        || letters.ends_with("POST")
        || words_of(&upper).any(|word| WORDS.contains(&letters_of(word).as_str()) || names_reference(word))
        || camel_words(name).iter().any(|word| WORDS.contains(&word.as_str()))
        || names_reference(&letters)
        || words_of(&upper).last().is_some_and(|word| letters_of(word) == "REF")
}

fn words_of(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

fn letters_of(word: &str) -> String {
    word.chars().filter(|c| c.is_alphabetic()).collect()
}

/// `caseId` is two words.
fn camel_words(name: &str) -> Vec<String> {
    let (mut words, mut was_lower) = (vec![String::new()], false);
    for c in name.chars() {
        if !c.is_alphabetic() || (was_lower && c.is_uppercase()) {
            words.push(String::new());
        }
        if let (true, Some(word)) = (c.is_alphabetic(), words.last_mut()) {
            word.extend(c.to_uppercase());
        }
        was_lower = c.is_lowercase();
    }
    words
}

/// `CASENUMBER`, `LACNO`, `MYCHILDREF`.
fn names_reference(text: &str) -> bool {
    let text = letters_of(text);
    REFERENCES.iter().filter_map(|end| text.strip_suffix(end)).any(|of| SUBJECTS.iter().any(|subject| of.ends_with(subject)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_does_not_hide_an_identifier() {
        let telling = "D.O.B|D O B|d-o-b 1|MC D.O.B|CaseNumber|Case No.|ChildRef|child_ref|Child's reference|N.H.S. no|NHS no|\
            Pupil|Postal code|Post-code|P.o.s.t|HomePost|LAC number|LAC_NO|lacNo|lac id 2|U.P.N.|Sur name|Fore-Name|e.mail|E-mail|\
            swId|clientId|Client ref|Mobile no|Tele-phone|Date born|known as|N\u{ad}ame|d\u{200b}ob|DO.B|NH.S number|Our ref|\
            NHSNUMBER|nhsno1|ID2|Person Key|Record Number|Reference";
        for name in telling.split('|') {
            assert!(looks_telling(name), "{name}");
        }
    }

    #[test]
    fn ordinary_columns_pass() {
        let ordinary = "SCORE|NOTE|NOTES|DATE_SEEN|INFORMANT|SDQ_SCORE|REFERRAL_DATE|REF_DATE|VALID|CHILDREN_IN_HOUSEHOLD|\
            Postponed|PLAN_AMENDED|OUTCOME|GROUP_NO|FOLLOW_UP_NEEDED|MOOD_OBSERVED|LAC_NOTES|CLASS|N_CONTACTS|\
            DIAGNOSIS_CODE|ROOM_NUMBER|WAIT_DAYS|PAID|UNIT|KEY|CASELOAD|SEX|AGE|LEGAL_STATUS|PLACEMENT_TYPE|STARTED_ON|Value.2";
        for name in ordinary.split('|') {
            assert!(!looks_telling(name), "{name}");
        }
    }
}
