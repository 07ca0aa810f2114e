//! How a column is called in what a person reads: by its number, and by its name where the name is surely one.
//!
//! A file without a header line has a person's row in its place. Invariant: no text of the input that may be a value, and
//! no control character of anything, reaches the screen.

/// Most characters of a name that is shown.
const NAME_CHARS_MAX: usize = 40;
/// So many digits on end are a number, an identifier or a date.
const DIGITS_OF_VALUE: usize = 4;

/// What each column is called, in the order of the file.
pub fn labels(names: &[String]) -> Vec<String> {
    let are_names = names.iter().all(|name| !looks_like_value(name.trim()));
    let label = |(name, number): (&String, u32)| match name.trim() {
        name if are_names && may_be_shown(name) => format!("column {number} ({name})"),
        _ => format!("column {number}"),
    };
    names.iter().zip(1..).map(label).collect()
}

/// Text as a terminal may have it: no control character, so no escape sequence.
pub fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// A blank, a number, a date, or what has a number in it.
fn looks_like_value(cell: &str) -> bool {
    let starts_as_number = cell.starts_with(|c: char| c.is_numeric());
    let has_number = cell.split(|c: char| !c.is_numeric()).any(|digits| digits.chars().count() >= DIGITS_OF_VALUE);
    starts_as_number || has_number || !cell.chars().any(char::is_alphabetic)
}

/// Letters, digits behind a letter, and what joins words.
fn may_be_shown(name: &str) -> bool {
    let mut may_be_digit = false;
    name.chars().count() <= NAME_CHARS_MAX
        && name.chars().all(|c| {
            let may = match c {
                '0'..='9' => return may_be_digit,
                '_' | '-' | '.' | ' ' => c == '_' && may_be_digit,
                c if c.is_alphabetic() => true,
                _ => return false,
            };
            may_be_digit = may;
            true
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels_of(names: &[&str]) -> Vec<String> {
        labels(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn a_name_is_shown_beside_its_number() {
        let shown = labels_of(&["NHS_ID", " Date of birth ", "e-mail", "D.O.B", "SDQ_1", "Address2", "Prénom"]);
        let expected = ["NHS_ID", "Date of birth", "e-mail", "D.O.B", "SDQ_1", "Address2", "Prénom"];
        let expected: Vec<String> = expected.iter().zip(1..).map(|(name, n)| format!("column {n} ({name})")).collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_row_in_the_place_of_the_header_is_not_shown() {
        for value in ["3", "-3.5", "01/02/2010", "2010-02-01", "1 Feb 2010", "Feb 2010", "K0001", "A123456789012", "", "  ", "?"]
        {
            assert_eq!(labels_of(&["JOHN NAME", value]), ["column 1", "column 2"], "{value}");
        }
    }

    #[test]
    fn what_is_no_name_is_called_by_its_number_alone() {
        for text in ["XA1 2BC", "a@b.example", "Name: X", "A\nB", "\u{1b}[31mRED", "=SUM", &"A".repeat(41)] {
            assert_eq!(labels_of(&["ID", text]), ["column 1 (ID)", "column 2"], "{text:?}");
        }
    }

    #[test]
    fn no_control_character_is_printed() {
        assert_eq!(printable("a\u{1b}[2Jb\u{9b}c\r\n\u{7f}\u{0}é"), "a\u{fffd}[2Jb\u{fffd}c\u{fffd}\u{fffd}\u{fffd}\u{fffd}é");
    }
}
