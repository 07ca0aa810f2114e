//! Written CSV files in the ways in which spreadsheets and editors save them: the rows stay the same.

use std::io;
use std::path::Path;

/// A way of saving a CSV file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// A spreadsheet's "Unicode text": UTF-16, little end first, with a mark at the start, tabs between cells.
    Utf16Tabs,
    /// Windows-1252. Where the file holds a letter beyond ASCII, its bytes are no UTF-8.
    Windows1252,
    /// UTF-8 with a mark at the start and lines that end in CR LF.
    Utf8MarkCrLf,
    /// UTF-8 without an end of the last line.
    NoLastNewline,
}

/// All of them.
pub const ALL: [Encoding; 4] = [Encoding::Utf16Tabs, Encoding::Windows1252, Encoding::Utf8MarkCrLf, Encoding::NoLastNewline];

/// The bytes of a text in an encoding.
#[must_use]
pub fn encode(text: &str, encoding: Encoding) -> Vec<u8> {
    match encoding {
        Encoding::Utf16Tabs => {
            let text = format!("\u{feff}{}", text.replace(',', "\t").replace('\n', "\r\n"));
            text.encode_utf16().flat_map(u16::to_le_bytes).collect()
        }
        Encoding::Windows1252 => text.chars().map(windows_1252).collect(),
        Encoding::Utf8MarkCrLf => format!("\u{feff}{}", text.replace('\n', "\r\n")).into_bytes(),
        Encoding::NoLastNewline => text.trim_end_matches('\n').as_bytes().to_vec(),
    }
}

/// Rewrites every CSV file in a folder that [`super::Council::write_returns`] wrote, folders of years within.
///
/// # Errors
/// When a file cannot be read or written.
pub fn rewrite(folder: &Path, encoding: Encoding) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            rewrite(&path, encoding)?;
        } else if path.extension().is_some_and(|extension| extension == "csv") {
            let text = std::fs::read_to_string(&path)?;
            std::fs::write(&path, encode(&text, encoding))?;
        }
    }
    Ok(())
}

/// The byte of a letter; those that our files can hold are the same in Latin-1, but for the dash and the quotation mark.
fn windows_1252(letter: char) -> u8 {
    match letter {
        '\u{2013}' => 0x96,
        '\u{2019}' => 0x92,
        '\u{20ac}' => 0x80,
        other => u8::try_from(u32::from(other)).unwrap_or(b'?'),
    }
}
