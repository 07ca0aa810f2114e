//! Bytes: a window on what a source holds, decoded to UTF-8 where that is known to be needed.
//!
//! Invariant: the window has a fixed length, whatever the source's; nothing in it is a NUL byte.

use std::io::{self, Read};

use encoding_rs::{CoderResult, Decoder, UTF_16BE, UTF_16LE};

use super::Unreadable;

/// Length of the window.
pub(super) const WINDOW_BYTES: usize = 96 * 1024;
/// Bytes that are decoded at once.
const RAW_BYTES: usize = 64 * 1024;
/// Room that a read needs at least; longer than any character.
const ROOM_BYTES_MIN: usize = 64;

/// A window that moves over the bytes of a source.
pub(super) struct Window<'i> {
    content: Box<dyn Read + 'i>,
    decoding: Option<Decoding>,
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
    ended: bool,
    has_quotes: bool,
}

impl<'i> Window<'i> {
    /// A window at the beginning of `content`.
    pub fn new(content: Box<dyn Read + 'i>, decoder: Option<Decoder>) -> Self {
        let buffer = vec![0; WINDOW_BYTES].into_boxed_slice();
        Self { content, decoding: decoder.map(Decoding::new), buffer, start: 0, end: 0, ended: false, has_quotes: false }
    }

    /// What is in the window and not yet taken.
    pub fn rest(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// Where [`Self::rest`] begins, for [`Self::between`].
    pub fn start(&self) -> usize {
        self.start
    }

    /// Bytes that were taken since the last [`Self::more`].
    pub fn between(&self, from: usize, to: usize) -> &[u8] {
        self.buffer.get(from..to).unwrap_or_default()
    }

    /// Moves over the next `n` bytes.
    pub fn take(&mut self, n: usize) {
        self.start = self.start.saturating_add(n).min(self.end);
    }

    /// Whether the source has no more than is in the window.
    pub fn has_ended(&self) -> bool {
        self.ended
    }

    /// Whether a quotation mark is anywhere in the window: most files have none, and their lines need no search.
    pub fn has_quotes(&self) -> bool {
        self.has_quotes
    }

    /// Reads on; what is not taken stays. `false` at the end of the source.
    pub fn more(&mut self) -> Result<bool, Unreadable> {
        if self.ended {
            return Ok(false);
        }
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        let room = self.buffer.get_mut(self.end..).unwrap_or_default();
        if room.len() < ROOM_BYTES_MIN {
            return Err(Unreadable::TooLarge);
        }
        let n = match &mut self.decoding {
            None => read(&mut *self.content, room)?,
            Some(decoding) => decoding.read(&mut *self.content, room)?,
        };
        if room.get(..n).is_some_and(|new| memchr::memchr(0, new).is_some()) {
            return Err(Unreadable::NotText);
        }
        self.ended = n == 0;
        self.end += n;
        self.has_quotes = memchr::memchr(b'"', self.rest()).is_some();
        Ok(!self.ended)
    }
}

/// Bytes on their way to UTF-8.
///
/// What cannot be decoded ends the reading, and in UTF-16 so does a character one of whose bytes is that of a line end:
/// a row of single bytes among others would else run into the next child's row, or shift all that follow.
struct Decoding {
    decoder: Decoder,
    is_wide: bool,
    raw: Box<[u8]>,
    start: usize,
    end: usize,
    ended: bool,
    finished: bool,
}

impl Decoding {
    fn new(decoder: Decoder) -> Self {
        let is_wide = decoder.encoding() == UTF_16LE || decoder.encoding() == UTF_16BE;
        Self { decoder, is_wide, raw: vec![0; RAW_BYTES].into_boxed_slice(), start: 0, end: 0, ended: false, finished: false }
    }

    fn read(&mut self, content: &mut dyn Read, room: &mut [u8]) -> Result<usize, Unreadable> {
        while !self.finished {
            if self.start == self.end && !self.ended {
                (self.start, self.end) = (0, read(content, &mut self.raw)?);
                self.ended = self.end == 0;
            }
            let raw = self.raw.get(self.start..self.end).unwrap_or_default();
            let (result, n_read, n_written, had_errors) = self.decoder.decode_to_utf8(raw, room, self.ended);
            let written = room.get(..n_written).unwrap_or_default();
            if self.is_wide && (had_errors || has_foreign_line_end(written)) {
                return Err(Unreadable::NotText);
            }
            self.start += n_read;
            self.finished = self.ended && result == CoderResult::InputEmpty;
            if n_written > 0 {
                return Ok(n_written);
            }
        }
        Ok(0)
    }
}

/// Whether a character of this text has, in UTF-16, the byte of a line end without being one.
fn has_foreign_line_end(text: &[u8]) -> bool {
    if text.is_ascii() {
        return false;
    }
    let is_line_end = |byte: u8| matches!(byte, b'\n' | b'\r');
    let foreign = |unit: u16| unit > 0x7F && unit.to_be_bytes().into_iter().any(is_line_end);
    std::str::from_utf8(text).is_ok_and(|text| text.encode_utf16().any(foreign))
}

/// The first bytes of a source: `n` of them, or all that it has.
pub(super) fn head(content: &mut dyn Read, n: usize) -> Result<Vec<u8>, Unreadable> {
    let mut head = vec![0; n];
    let mut filled = 0;
    while let Some(room) = head.get_mut(filled..).filter(|room| !room.is_empty()) {
        let n = read(content, room)?;
        if n == 0 {
            break;
        }
        filled += n;
    }
    head.truncate(filled);
    Ok(head)
}

fn read(content: &mut dyn Read, room: &mut [u8]) -> Result<usize, Unreadable> {
    loop {
        match content.read(room) {
            Ok(n) => return Ok(n.min(room.len())),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return Err(Unreadable::Interrupted),
        }
    }
}

/// The two orders of UTF-16.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Utf16 {
    /// Low byte first.
    Little,
    /// High byte first.
    Big,
}

impl Utf16 {
    /// The order that the first line's NUL bytes show, where there is no byte-order mark: every second byte is one.
    pub fn without_mark(head: &[u8]) -> Option<Self> {
        let end = memchr::memchr2(b'\n', b'\r', head).unwrap_or(head.len());
        let line = head.get(..end).unwrap_or_default();
        let nul = |parity: usize| line.iter().skip(parity).step_by(2).all(|byte| *byte == 0);
        let text = |parity: usize| line.iter().skip(parity).step_by(2).all(|byte| *byte != 0);
        match line.len() {
            0..4 => None,
            _ if text(0) && nul(1) => Some(Self::Little),
            _ if nul(0) && text(1) => Some(Self::Big),
            _ => None,
        }
    }

    /// Its decoder, for bytes without a byte-order mark.
    pub fn decoder(self) -> Decoder {
        match self {
            Self::Little => UTF_16LE.new_decoder_without_bom_handling(),
            Self::Big => UTF_16BE.new_decoder_without_bom_handling(),
        }
    }
}

/// A byte-order mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// Of UTF-8.
    Utf8,
    /// Of UTF-16.
    Utf16(Utf16),
}

impl Mark {
    /// The mark at the beginning, and what follows it.
    pub fn of(head: &[u8]) -> Option<(Self, &[u8])> {
        let utf8 = head.strip_prefix(b"\xEF\xBB\xBF").map(|rest| (Self::Utf8, rest));
        let little = || head.strip_prefix(b"\xFF\xFE").map(|rest| (Self::Utf16(Utf16::Little), rest));
        let big = || head.strip_prefix(b"\xFE\xFF").map(|rest| (Self::Utf16(Utf16::Big), rest));
        utf8.or_else(little).or_else(big)
    }
}
