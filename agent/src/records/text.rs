//! From bytes to lines: what counts as text here, and the limits on a file.
//!
//! UTF-8 with or without byte-order mark is read. UTF-16 and Windows-1252 are refused in words that say what to do.
//! Nothing here looks at a value.

use serde::Serialize;

/// Largest file that is read, in bytes.
pub const FILE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Most files in one return.
pub const FILES_MAX: usize = 64;
/// Most rows in one file.
pub const ROWS_MAX: u32 = 2_000_000;
/// Most columns in one file.
pub const COLUMNS_MAX: usize = 64;
/// Longest cell, in bytes.
pub const CELL_BYTES_MAX: usize = 256;
/// Longest identifier, in bytes.
pub const IDENTIFIER_BYTES_MAX: usize = 64;

/// Why the bytes of a file are not read at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotText {
    /// Larger than [`FILE_BYTES_MAX`].
    TooLarge,
    /// Two bytes a character.
    Utf16,
    /// Single bytes that are not UTF-8: most often Windows-1252.
    NotUtf8,
    /// No line at all.
    Empty,
}

impl NotText {
    /// What is wrong, for a sentence that begins with the file's name; what to do stands in the list of refusals.
    pub fn words(self) -> &'static str {
        match self {
            Self::TooLarge => "is larger than 64 MiB",
            Self::Utf16 => "is UTF-16 text (Notepad can save it with the encoding UTF-8)",
            Self::NotUtf8 => "is perhaps Windows-1252, or a workbook",
            Self::Empty => "holds no line",
        }
    }
}

/// The text of a file without its byte-order mark.
pub fn text_of(bytes: &[u8]) -> Result<&[u8], NotText> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(NotText::TooLarge);
    }
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if text.trim_ascii().is_empty() {
        return Err(NotText::Empty);
    }
    let start = text.get(..512).unwrap_or(text);
    if text.starts_with(b"\xFF\xFE") || text.starts_with(b"\xFE\xFF") || start.contains(&0) {
        return Err(NotText::Utf16);
    }
    if std::str::from_utf8(text).is_err() {
        return Err(NotText::NotUtf8);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_utf8_is_text_here() {
        let check = |bytes: &[u8], expected: Result<&[u8], NotText>| assert_eq!(text_of(bytes), expected);
        check(b"\xEF\xBB\xBFCHILD\r\n", Ok(b"CHILD\r\n"));
        check("Zo\u{eb}".as_bytes(), Ok("Zo\u{eb}".as_bytes()));
        check(b"Zo\xEB", Err(NotText::NotUtf8));
        check(b"\xFF\xFEC\0H\0", Err(NotText::Utf16));
        check(b"C\0H\0", Err(NotText::Utf16));
        check(b"\xEF\xBB\xBF \r\n", Err(NotText::Empty));
        check(&vec![b'a'; FILE_BYTES_MAX + 1], Err(NotText::TooLarge));
    }
}
