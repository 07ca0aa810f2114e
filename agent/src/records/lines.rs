//! Which line of its file a record stands on, as an editor counts lines: LF, CRLF and a lone CR each end one.
//!
//! The `csv` crate counts line feeds, and notes a record's place before it skips what is left of the line break above and
//! blank lines. So a record's own start is looked at here, a byte or two; only a file in which a lone CR ends a line is
//! read through, from where on those inside quotes count too. Invariant: the numbers never go down.

use csv::Position;

/// Counts the lines of one file, record by record.
pub(super) struct Lines<'f> {
    text: &'f [u8],
    /// Up to where lone CRs are counted.
    counted: usize,
    n_lone: u64,
}

impl<'f> Lines<'f> {
    /// Of the text that the records are read from.
    pub fn of(text: &'f [u8]) -> Self {
        Self { text, counted: 0, n_lone: 0 }
    }

    /// The line on which the content of a record begins. To be asked of every record, in order.
    pub fn of_record(&mut self, position: Option<&Position>) -> u32 {
        let Some(position) = position else { return 0 };
        let start = usize::try_from(position.byte()).unwrap_or(usize::MAX);
        let is_break = |at: usize| self.text.get(at).is_none_or(|byte| matches!(byte, b'\r' | b'\n'));
        if self.n_lone == 0 && !is_break(start) && self.text.get(start.wrapping_sub(1)) == Some(&b'\n') {
            // the plain case: a line feed above, and content right after it
            self.counted = start;
            return u32::try_from(position.line()).unwrap_or(u32::MAX);
        }
        let rest = self.text.get(start..).unwrap_or_default();
        let breaks = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
        let (mut n_breaks, mut n_feeds) = (0_usize, 0_u64);
        for byte in breaks {
            n_breaks += 1;
            n_feeds += u64::from(*byte == b'\n');
        }
        let content = start.saturating_add(n_breaks);
        if self.n_lone == 0 {
            // the record above ended just before, perhaps with a lone CR: then quoted ones count from the first line on
            let first = self.count_lone(start.saturating_sub(1), content) > 0;
            self.n_lone = if first { self.count_lone(0, content) } else { 0 };
        } else {
            self.n_lone = self.n_lone.saturating_add(self.count_lone(self.counted, content));
        }
        self.counted = content;
        u32::try_from(position.line().saturating_add(n_feeds).saturating_add(self.n_lone)).unwrap_or(u32::MAX)
    }

    /// CRs without LF between two places of the text.
    fn count_lone(&self, from: usize, to: usize) -> u64 {
        let bytes = self.text.get(from..to).unwrap_or_default();
        let is_lone = |(at, byte): (usize, &u8)| *byte == b'\r' && self.text.get(from + at + 1) != Some(&b'\n');
        u64::try_from(bytes.iter().enumerate().filter(|found| is_lone(*found)).count()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Lines on which each record's content begins, counted by the naive rule.
    fn lines(text: &str) -> Vec<u32> {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        let (mut record, mut lines, mut found) = (csv::ByteRecord::new(), Lines::of(text.as_bytes()), Vec::new());
        while reader.read_byte_record(&mut record).unwrap() {
            found.push(lines.of_record(record.position()));
        }
        found
    }

    #[test]
    fn a_record_stands_on_the_line_that_an_editor_shows() {
        let check = |text: &str, expected: &[u32]| {
            assert_eq!(lines(text), expected, "{text:?}");
            assert_eq!(lines(&text.replace('\n', "\r\n")), expected, "{text:?} with CRLF");
            assert_eq!(lines(&text.replace('\n', "\r")), expected, "{text:?} with CR");
        };
        check("a,b\n1,2\n3,4\n", &[1, 2, 3]);
        check("a,b\n1,2\n3,4", &[1, 2, 3]);
        check("a,b\n\n1,2\n\n\n3,4\n\n", &[1, 3, 6]);
        check("\n\na,b\n1,2\n", &[3, 4]);
        check("a,b\n \n1,2\n", &[1, 2, 3]);
        check("a,b\n\"1\n1\",2\n3,4\n", &[1, 2, 4]);
        check("a,\"b\nb\"\n\n\"1\n\n1\",2\n\n3,4\n", &[1, 4, 8]);
    }

    #[test]
    fn mixed_line_ends_are_counted_each() {
        assert_eq!(lines("a\r\nb\nc\rd\r\ne"), [1, 2, 3, 4, 5]);
        assert_eq!(lines("a\rb\n\"x\ry\"\nc"), [1, 2, 3, 5]);
    }

    proptest! {
        #[test]
        fn numbers_of_any_text_never_go_down(text in "[a,\"\r\n ]{0,60}") {
            prop_assert!(lines(&text).is_sorted());
        }
    }
}
