//! Text: the bytes of a file become physical lines, numbered as an editor numbers them.
//!
//! UTF-16 is decoded: its byte-order mark shows it, or the NUL bytes of the first line. All other bytes are handed on as
//! they are, since whether a cell is UTF-8 or Windows-1252 is decided cell by cell: a guess from the whole file would
//! let one child's row change how another's is read. Invariant: one buffer of fixed length, whatever the file's.

use std::io::{Cursor, Read};

use memchr::memchr2;

use super::bytes::{Mark, Utf16, Window, head};
use super::{SourceFault, Unreadable};
use crate::records::limits::ROWS_MAX;

/// Longest line, in bytes of UTF-8.
pub const LINE_BYTES_MAX: usize = 64 * 1024;
/// Bytes by which the encoding is decided.
const HEAD_BYTES: usize = 1024;

/// How the bytes of a file were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// As they are: UTF-8, or single bytes that `cells` tells apart.
    Utf8,
    /// UTF-8 after its byte-order mark.
    Utf8Bom,
    /// UTF-16 of either order.
    Utf16,
}

/// The lines of a file, one after another.
pub struct Lines<'i> {
    window: Window<'i>,
    encoding: Encoding,
    n: u32,
}

/// Where a line stands; good until the next is asked for.
#[derive(Clone, Copy)]
pub struct Line {
    /// Its number; the first is 1.
    pub n: u32,
    /// Whether the source ends with it and without an end of the line.
    pub is_open: bool,
    from: usize,
    to: usize,
}

impl<'i> Lines<'i> {
    /// The lines of `content`.
    pub fn open(mut content: Box<dyn Read + 'i>) -> Result<Self, SourceFault> {
        let first = head(&mut *content, HEAD_BYTES).map_err(SourceFault::whole)?;
        let (encoding, decoder, rest) = match Mark::of(&first) {
            Some((Mark::Utf8, rest)) => (Encoding::Utf8Bom, None, rest),
            Some((Mark::Utf16(order), rest)) => (Encoding::Utf16, Some(order.decoder()), rest),
            None => match Utf16::without_mark(&first) {
                Some(order) => (Encoding::Utf16, Some(order.decoder()), first.as_slice()),
                None => (Encoding::Utf8, None, first.as_slice()),
            },
        };
        let whole = Cursor::new(rest.to_vec()).chain(content);
        Ok(Self { window: Window::new(Box::new(whole), decoder), encoding, n: 0 })
    }

    /// How the bytes are read.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The next line; `None` after the last.
    pub fn next_line(&mut self) -> Result<Option<Line>, SourceFault> {
        let n = self.n + 1;
        let mut searched = 0;
        let (length, end_length) = loop {
            let rest = self.window.rest();
            match end_of_line(rest, searched, self.window.has_ended()) {
                Some(found) => break found,
                None if rest.len() > LINE_BYTES_MAX + 1 => return Err(SourceFault::at(Unreadable::TooLarge, n)),
                None => searched = rest.len().saturating_sub(1),
            }
            if !self.window.more().map_err(|why| fault(why, n))? && self.window.rest().is_empty() {
                return Ok(None);
            }
        };
        if length > LINE_BYTES_MAX {
            return Err(SourceFault::at(Unreadable::TooLarge, n));
        }
        if n > ROWS_MAX {
            return Err(SourceFault::at(Unreadable::TooManyRows, n));
        }
        let line = Line { n, is_open: end_length == 0, from: self.window.start(), to: self.window.start() + length };
        if n == 1 && self.text(line).iter().any(|byte| is_control(*byte)) {
            return Err(SourceFault::at(Unreadable::NotText, 1));
        }
        self.window.take(length + end_length);
        self.n = n;
        Ok(Some(line))
    }

    /// The text of the line that was asked for last, without its end.
    pub fn text(&self, line: Line) -> &[u8] {
        self.window.between(line.from, line.to)
    }

    /// Whether the line that was asked for last may have a quotation mark; `false` is certain.
    pub fn may_have_quotes(&self) -> bool {
        self.window.has_quotes()
    }
}

/// A NUL byte is found before its line is known.
fn fault(why: Unreadable, line: u32) -> SourceFault {
    if why == Unreadable::NotText { SourceFault::whole(why) } else { SourceFault::at(why, line) }
}

/// Length of the first line and of its end, where both are known. A CR at the end of what is there may be half an end.
fn end_of_line(rest: &[u8], searched: usize, is_all: bool) -> Option<(usize, usize)> {
    let Some(at) = memchr2(b'\n', b'\r', rest.get(searched..).unwrap_or_default()).map(|at| at + searched) else {
        return (is_all && !rest.is_empty()).then_some((rest.len(), 0));
    };
    match (rest.get(at), rest.get(at + 1)) {
        (Some(b'\n'), _) => Some((at, 1)),
        (_, Some(b'\n')) => Some((at, 2)),
        (_, Some(_)) => Some((at, 1)),
        (_, None) => is_all.then_some((at, 1)),
    }
}

fn is_control(byte: u8) -> bool {
    byte.is_ascii_control() && !matches!(byte, b'\t' | 0x0B | 0x0C)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop, prop_assert_eq, proptest};

    use super::super::tests::Drip;
    use super::*;

    fn lines(bytes: &[u8]) -> Result<(Encoding, Vec<String>), SourceFault> {
        let mut lines = Lines::open(Box::new(Drip::of(bytes)))?;
        let mut all = Vec::new();
        while let Some(line) = lines.next_line()? {
            assert_eq!(usize::try_from(line.n).unwrap(), all.len() + 1);
            all.push(String::from_utf8_lossy(lines.text(line)).into_owned());
        }
        Ok((lines.encoding(), all))
    }

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn every_end_of_line_is_one_and_a_missing_last_one_is_none() {
        let check = |bytes: &[u8], expected: &[&str]| assert_eq!(lines(bytes).unwrap().1, expected);
        check(b"", &[]);
        check(b"a", &["a"]);
        check(b"a\n", &["a"]);
        check(b"a\r\nb\rc\nd", &["a", "b", "c", "d"]);
        check(b"a\n\r\nb\r\r\nc\r", &["a", "", "b", "", "c"]);
    }

    #[test]
    fn utf16_is_known_by_its_mark_or_by_the_nul_bytes_of_the_first_line() {
        let text = "CHILD,\u{11a}\r\nZo\u{eb},\u{1F600}";
        let expected = (Encoding::Utf16, vec!["CHILD,\u{11a}".to_owned(), "Zo\u{eb},\u{1F600}".to_owned()]);
        let marked = format!("\u{feff}{text}");
        assert_eq!(lines(&utf16(&marked, u16::to_le_bytes)).unwrap(), expected);
        assert_eq!(lines(&utf16(&marked, u16::to_be_bytes)).unwrap(), expected);
        let plain = "CHILD\r\nZo\u{eb}";
        let expected = (Encoding::Utf16, vec!["CHILD".to_owned(), "Zo\u{eb}".to_owned()]);
        assert_eq!(lines(&utf16(plain, u16::to_le_bytes)).unwrap(), expected);
        assert_eq!(lines(&utf16(plain, u16::to_be_bytes)).unwrap(), expected);
        let unpaired = [utf16("AB\n", u16::to_le_bytes), vec![0, 0xD8, b'C', 0, b'D']].concat();
        assert_eq!(lines(&unpaired).unwrap_err().why, Unreadable::NotText);
    }

    #[test]
    fn a_row_of_single_bytes_in_utf16_ends_the_reading_and_hides_no_other() {
        let line = |n: usize| utf16(&format!("A{n},1\r\n"), u16::to_le_bytes);
        for stray in [&b"X99,03/05/2024\r\n"[..], b"X999,03/05/2024\r\n", b"\xEB", b"\n", b"\r\n", b"X\n"] {
            for at in 1..6 {
                let mut all = utf16("\u{feff}CHILD,N\r\n", u16::to_le_bytes);
                (0..6).for_each(|n| {
                    if n == at {
                        all.extend_from_slice(stray);
                    }
                    all.extend(line(n));
                });
                assert!(lines(&all).is_err(), "{stray:?} before {at}");
            }
        }
    }

    #[test]
    fn other_bytes_are_handed_on_as_they_are() {
        let mut all = Lines::open(Box::new(&b"\xEF\xBB\xBFZo\xEB"[..])).unwrap();
        let line = all.next_line().unwrap().unwrap();
        assert_eq!((all.encoding(), all.text(line)), (Encoding::Utf8Bom, &b"Zo\xEB"[..]));
    }

    #[test]
    fn what_is_not_text_or_longer_than_a_line_is_refused() {
        let fault = |bytes: &[u8]| lines(bytes).unwrap_err();
        assert_eq!(fault(b"A,B\x01\n").why, Unreadable::NotText);
        assert_eq!(fault(b"A,B\n1,\0\n"), SourceFault::whole(Unreadable::NotText));
        let at_most = [vec![b'a'; LINE_BYTES_MAX], b"\r\n".to_vec()].concat();
        assert_eq!(lines(&at_most).unwrap().1.len(), 1);
        let longer = [b"A\n".to_vec(), vec![b'a'; LINE_BYTES_MAX + 1]].concat();
        assert_eq!(fault(&longer), SourceFault::at(Unreadable::TooLarge, 2));
        assert_eq!(fault(&[longer, b"\n".to_vec()].concat()), SourceFault::at(Unreadable::TooLarge, 2));
    }

    #[test]
    fn a_reading_that_fails_is_an_interruption() {
        let mut all = Lines::open(Box::new(Drip::failing_after(b"A\nB\n"))).map_err(|fault| fault.why);
        let end = loop {
            match all.as_mut().map(Lines::next_line) {
                Ok(Ok(Some(_))) => {}
                Ok(end) => break end.map(|_| ()).map_err(|fault| fault.why),
                Err(why) => break Err(*why),
            }
        };
        assert_eq!(end, Err(Unreadable::Interrupted));
    }

    proptest! {
        #[test]
        fn lines_are_those_of_a_naive_split(text in "[a\r\n]{0,40}") {
            let unified = text.replace("\r\n", "\n").replace('\r', "\n");
            let expected: Vec<&str> = unified.lines().collect();
            prop_assert_eq!(lines(text.as_bytes()).unwrap().1, expected);
        }

        #[test]
        fn no_bytes_panic_it(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = lines(&bytes);
        }
    }
}
